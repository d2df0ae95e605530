"""Writes certificates into a folder, and has Rocq replay them.

A folder holds ``Derive/``, the rule library, and one file for each theorem.  Rocq is given the standard library and
``Derive/`` of that folder, which is written anew from the package for each run; it sees no other load path.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from derive.certify.cache import Cache
from derive.certify.certificate import Certificate, Statement, applications, certificate, compare, statement_of
from derive.certify.compiler import Rocq, find_rocq
from derive.certify.guard import Parts, RefusedError, examine
from derive.certify.library import FILES, library_source
from derive.certify.replay import Candidate, Replay, Verdict, short_error
from derive.certify.result import Result
from derive.certify.together import Pool, split
from derive.errors import UserError
from derive.files import write_made, write_whole
from derive.store import digest_of

TIME_LIMIT = 300.0  # seconds for one file; one of several certificates takes half a minute
Told = Callable[[str], None]  # is told the name of each theorem that is done


def no_one(_: str) -> None:
    """Nobody wants to know how far it is."""


def write_certificates(entries: Iterable[Any], folder: str | Path, told: Told = no_one) -> list[Certificate]:
    """Writes the certificate of each theorem, and the library, into ``folder``."""
    entries = list(entries)
    refuse_twins(entries)
    made = []
    for e in entries:
        made.append(certificate(e))
        told(e.name)
    root = Path(folder)
    with _writing(folder):
        write_library(root)
        write_made({root / f"{c.name}.v": c.text.encode() for c in made})
    return made


def refuse_twins(entries: Sequence[Any]) -> None:
    names = [e.name for e in entries]
    for name in names:
        if names.count(name) > 1:
            raise UserError(f"two theorems are called {name}; write them into different folders")


def write_library(folder: Path, rocq: Rocq | None = None) -> None:
    """The rule library, as this version of Rocq wants it."""
    texts = {name: library_source(name) if rocq is None else rocq.text(library_source(name)) for name in FILES}
    (folder / "Derive").mkdir(parents=True, exist_ok=True)
    write_whole({folder / "Derive" / f"{name}.v": text.encode() for name, text in texts.items()})


@contextmanager
def _writing(folder: str | Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(
            f"{folder}: certificates cannot be written there: {error.strerror}; name a folder of yours with -o"
        ) from None


def run_certificates(
    folder: str | Path,
    jobs: int | None = None,
    entries: Iterable[Any] | None = None,
    names: Sequence[str] | None = None,
    time_limit: float = TIME_LIMIT,
    told: Told = no_one,
    fresh: bool = False,
) -> list[Result]:
    """Has Rocq replay the certificates in ``folder`` (those in ``names`` only, when given).

    With ``entries`` each certificate is also read back and compared with the theorem of its name, so that one edited to
    claim something else is rejected.  The library is the one of the package: the folder's copy is replaced.
    """
    rocq = find_rocq()
    root = Path(folder)
    if not root.is_dir():
        raise UserError(f"{folder}: there is no such folder")
    found = sorted(p.stem for p in root.glob("*.v"))
    chosen = list(names) if names is not None else found
    missing = [n for n in chosen if n not in found]
    if missing:
        raise UserError(f"{folder} has no certificate {', '.join(missing)}")
    by_name: Mapping[str, Any] | None = None if entries is None else {e.name: e for e in entries}
    root = root.resolve()  # Rocq runs in another folder
    reports = [_Report(root / f"{name}.v", by_name) for name in chosen]
    with tempfile.TemporaryDirectory(prefix="derive-certify-") as scratch:
        with _writing(folder):
            _compile_library(rocq, root, Path(scratch), fresh)
        pool = Pool()
        candidates = [
            Candidate(r.name, r.text, pool.add(r.name, r.parts), r.statement) for r in reports if r.parts is not None
        ]
        by_candidate = {c.name: c for c in candidates}
        jobs = jobs or os.cpu_count() or 1
        replay = Replay(rocq, root / "Derive", Path(scratch), time_limit, told)
        files = [[by_candidate[m.name] for m in file] for file in split([c.member for c in candidates], jobs)]
        with ThreadPoolExecutor(max_workers=jobs) as executor:
            verdicts = {name: v for out in executor.map(replay.verdicts, files) for name, v in out.items()}
    return [r.result(verdicts.get(r.name), rocq.version) for r in reports]


def _compile_library(rocq: Rocq, root: Path, scratch: Path, fresh: bool) -> None:
    write_library(root, rocq)
    cache = Cache(root, rocq)
    if not fresh and cache.library_is_compiled():
        return
    for name in FILES:
        done = rocq.compile(root / "Derive" / f"{name}.v", root / "Derive")
        if done.status:
            raise UserError(
                f"the rule library does not compile with Rocq {rocq.version}: {short_error(done.errors, root)}"
            )
    cache.keep_library()


class _Report:
    """What is known of one certificate before Rocq sees it."""

    def __init__(self, file: Path, entries: Mapping[str, Any] | None) -> None:
        self.name = file.stem
        data = file.read_bytes()
        self.text, self.digest = data.decode(errors="replace"), digest_of(data)
        self.parts: Parts | None = None
        self.statement: Statement | None = None
        self.fault = self._look(entries)

    def _look(self, entries: Mapping[str, Any] | None) -> str:
        """Why it is not run; empty when it is."""
        try:
            parts = examine(self.text)
        except RefusedError as error:
            return str(error)
        if entries is not None:
            entry = entries.get(self.name)
            if entry is None:
                return "there is no theorem of this name"
            self.statement = statement_of(entry, entry.theorem)
            fault = compare(self.text, self.statement)
            if fault:
                return f"it is not about the theorem: {fault}"
        self.parts = parts
        return ""

    def result(self, verdict: Verdict | None, version: str) -> Result:
        if verdict is None:
            verdict = Verdict(f"it was not run: {self.fault}")
        count = applications(self.parts) if self.parts is not None else 0
        return Result(
            self.name, not verdict.fault, verdict.fault, self.text.count("\n"), count, verdict.seconds, verdict.others,
            verdict.assumptions, version, self.digest, date.today().isoformat(),
        )  # fmt: skip
