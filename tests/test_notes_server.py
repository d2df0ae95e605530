"""The language server, asked by a client over its protocol."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.lsp.client import LanguageClient

GOOD = "%: x > 0\n%: y > 0\n$$ \\log (x y) = \\log x + \\log y $$\n"
PROOF = "from derive import *\n\na = real('a')\n\n\n@theorem(shows=Eq(a + a, 2 * a))\ndef twice(calc):\n    calc.eq(3 * a, by=ring)\n"
PATIENCE = 60  # seconds, after which a server is taken to be dead


class Editor:
    """A client that keeps the diagnostics that come."""

    def __init__(self, client: LanguageClient) -> None:
        self.client = client
        self.told: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()
        client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda params: self.told.put_nowait(params))

    async def diagnostics(self) -> list[types.Diagnostic]:
        return list((await asyncio.wait_for(self.told.get(), PATIENCE)).diagnostics)

    def open(self, uri: str, language: str, text: str) -> None:
        item = types.TextDocumentItem(uri, language, 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def type(self, uri: str, version: int, text: str) -> None:
        changes: Any = [types.TextDocumentContentChangeWholeDocument(text)]
        which = types.VersionedTextDocumentIdentifier(version, uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(which, changes))

    async def hints(self, uri: str) -> list[types.InlayHint]:
        whole = types.Range(types.Position(0, 0), types.Position(1000, 0))
        asked = types.InlayHintParams(types.TextDocumentIdentifier(uri), whole)
        return list(await self.client.text_document_inlay_hint_async(asked) or ())


def with_editor(act: Callable[[Editor], Awaitable[None]]) -> None:
    async def session() -> None:
        client = LanguageClient("test", "1")
        editor = Editor(client)
        await client.start_io(sys.executable, "-m", "derive.cli", "lsp")
        try:
            await client.initialize_async(types.InitializeParams(capabilities=types.ClientCapabilities()))
            client.initialized(types.InitializedParams())
            await act(editor)
        finally:
            await client.shutdown_async(None)
            client.exit(None)
            await client.stop()

    asyncio.run(session())


@pytest.mark.parametrize("name", ["notes.tex", "notes.md"])
def test_verdicts_come_while_one_types(name: str) -> None:
    text = (
        GOOD
        if name.endswith("tex")
        else GOOD.replace("%: x > 0", "<!--: x > 0 -->").replace("%: y > 0", "<!--: y > 0 -->")
    )

    async def act(editor: Editor) -> None:
        uri = f"file:///nowhere/{name}"
        editor.open(uri, "latex", text)
        assert await editor.diagnostics() == []
        (hint,) = await editor.hints(uri)
        assert str(hint.label).startswith("✓ proved") and hint.position.line == 2
        editor.type(uri, 2, text.replace("+", "-"))
        (wrong,) = await editor.diagnostics()
        assert wrong.severity == types.DiagnosticSeverity.Error and wrong.message.startswith("false: ")
        assert wrong.range.start.line == 2
        assert await editor.hints(uri) == []
        editor.type(uri, 3, text + "\n\\begin{align}" if name.endswith("tex") else text)
        last = await editor.diagnostics()
        assert [d.message.partition(":")[0] for d in last] == ([f"/nowhere/{name}"] if name.endswith("tex") else [])

    with_editor(act)


def test_columns_are_counted_as_the_editor_counts() -> None:
    async def act(editor: Editor) -> None:
        uri = "file:///nowhere/notes.tex"
        editor.open(uri, "latex", "𝔼𝔼 $$ 1 = 2 $$")
        (wrong,) = await editor.diagnostics()
        assert (wrong.range.start.character, wrong.range.end.character) == (12, 13)  # each 𝔼 is two units

    with_editor(act)


def test_proofs_are_checked_when_they_are_saved(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(PROOF)

    async def act(editor: Editor) -> None:
        editor.open(path.as_uri(), "python", PROOF)
        (wrong,) = await editor.diagnostics()
        assert wrong.range.start.line == 7 and "twice" in wrong.message
        path.write_text(PROOF.replace("3 * a", "2 * a"))
        saved = types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(path.as_uri()))
        editor.client.text_document_did_save(saved)
        assert await editor.diagnostics() == []

    with_editor(act)
