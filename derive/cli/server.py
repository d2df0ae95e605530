"""derive lsp: verdicts while one types, for editors that speak the language server protocol.

Notes are judged as they stand in the editor, saved or not.  Files of proofs are programs: they are run when they are opened or
saved, in a process of their own, as ``derive check`` runs them.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from typing import Any

import click

from derive.errors import UserError, message
from derive.version import __version__

PAUSE = 0.2
"""Seconds without a change after which notes are judged."""
_NOTES = (".tex", ".md", ".qmd")
_PLACE = re.compile(r"^(?P<file>[^\n:]+\.py):(?P<line>\d+):? ?(?P<words>[^\n]*)", re.MULTILINE)


@click.command()
def lsp() -> None:
    """Serve an editor over standard input and output: verdicts on notes (.tex .md .qmd) and on proofs (.py).

    Set it as the language server of these files; nothing is printed for people.
    """
    make_server().start_io()


def make_server() -> Any:
    """The server.  Raises UserError when pygls is not installed."""
    try:
        from lsprotocol import types
        from pygls.lsp.server import LanguageServer
    except ImportError:
        raise UserError("editors are served with pygls: pip install 'derive-lm[editor]'") from None
    server = LanguageServer("derive", __version__)
    judged = _Judged(server)

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        judged.soon(params.text_document.uri, saved=True)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        judged.soon(params.text_document.uri, saved=False)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        judged.soon(params.text_document.uri, saved=True)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        judged.forget(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    def hints(params: types.InlayHintParams) -> list[types.InlayHint]:
        return judged.hints.get(params.text_document.uri, [])

    return server


class _Judged:
    """What is known of the open files.  One is judged at a time; a newer change takes the place of one that waits."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.hints: dict[str, list[Any]] = {}
        self.waiting: dict[str, asyncio.Task[None]] = {}
        self.lock = asyncio.Lock()

    def soon(self, uri: str, saved: bool) -> None:
        ending = uri[uri.rfind(".") :].lower()
        if ending not in _NOTES and not (ending == ".py" and saved):
            return
        if uri in self.waiting:
            self.waiting[uri].cancel()
        self.waiting[uri] = asyncio.get_running_loop().create_task(self._judge(uri, ending == ".py"))

    def forget(self, uri: str) -> None:
        if uri in self.waiting:
            self.waiting.pop(uri).cancel()
        self.hints.pop(uri, None)
        self._publish(uri, [], None)

    async def _judge(self, uri: str, program: bool) -> None:
        await asyncio.sleep(PAUSE)
        async with self.lock:
            document = self.server.workspace.get_text_document(uri)
            version, text = document.version, document.source
            look = _of_program if program else _of_notes
            remarks, hints = await asyncio.to_thread(look, document.path, text)
        if self.server.workspace.get_text_document(uri).version != version:
            return  # a later change is waiting
        self.hints[uri] = [_hint(document, *hint) for hint in hints]
        self._publish(uri, [_diagnostic(document, *remark) for remark in remarks], version)
        capabilities = self.server.client_capabilities.workspace
        if capabilities is not None and getattr(capabilities.inlay_hint, "refresh_support", False):
            self.server.workspace_inlay_hint_refresh(None)

    def _publish(self, uri: str, diagnostics: list[Any], version: int | None) -> None:
        from lsprotocol import types

        self.server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, diagnostics, version))


_Remark = tuple[str, str, tuple[int, int], tuple[int, int]]
"""A level, words, and the line and column, from 1, where it begins and ends."""
_Told = tuple[list[_Remark], list[tuple[str, tuple[int, int]]]]


def _of_notes(path: str, text: str) -> _Told:
    """What is said of notes: of what is wrong or not known, and beside what holds."""
    from derive.notes.check import check_document
    from derive.notes.document import document_of
    from derive.notes.tell.formats import remarks
    from derive.notes.tell.words import MARKS

    try:
        view = check_document(document_of(path, text))
    except Exception as error:  # an editor must not lose its server over one file
        words = message(error) or f"derive has a fault here: {type(error).__name__}"
        found = re.match(r"[^\n]*?:(\d+):(\d+): ", words)
        at = (int(found[1]), int(found[2])) if found else (1, 1)
        return [("error", words, at, at)], []
    out, hints = [], []
    for r in remarks(view, everything=True):
        if r.level == "note":
            hints.append((f"{MARKS[r.kind]} {r.words}", (r.end_line, r.end_column)))
        else:
            out.append((r.level, r.words, (r.line, r.column), (r.end_line, r.end_column)))
    return out, hints


def _of_program(path: str, text: str) -> _Told:
    """What ``derive check`` says of a file of proofs, at the lines that it names."""
    call = [sys.executable, "-m", "derive.cli", "check", path]
    done = subprocess.run(call, capture_output=True, stdin=subprocess.DEVNULL, encoding="utf-8", errors="replace")
    out: list[_Remark] = []
    for found in _PLACE.finditer(done.stderr.replace("derive: ", "")):
        if path.endswith(found["file"].lstrip("./")):
            line = int(found["line"])
            level = "warning" if found["words"].startswith("warning") else "error"
            out.append((level, found["words"] or "not proved", (line, 1), (line + 1, 1)))
    if done.returncode and not out:
        out.append(("error", done.stderr.strip() or "it cannot be checked", (1, 1), (2, 1)))
    return out, []


def _position(document: Any, place: tuple[int, int]) -> Any:
    """A place as the editor counts: from 0, in its own units."""
    from lsprotocol import types

    at = types.Position(place[0] - 1, place[1] - 1)
    return document.position_codec.position_to_client_units(document.lines, at)


def _diagnostic(document: Any, level: str, words: str, start: tuple[int, int], end: tuple[int, int]) -> Any:
    from lsprotocol import types

    severity = types.DiagnosticSeverity.Error if level == "error" else types.DiagnosticSeverity.Warning
    at = types.Range(_position(document, start), _position(document, end))
    return types.Diagnostic(at, words, severity=severity, source="derive")


def _hint(document: Any, words: str, place: tuple[int, int]) -> Any:
    from lsprotocol import types

    return types.InlayHint(_position(document, place), words, padding_left=True)
