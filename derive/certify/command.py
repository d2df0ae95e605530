"""The command ``derive certify``: what it writes, runs and prints."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from derive.board.catalogue import find_theorem, theorems
from derive.board.entries import TheoremEntry
from derive.certify.certificate import Certificate
from derive.certify.compiler import find_rocq
from derive.certify.result import Result, rests_on
from derive.certify.run import run_certificates, write_certificates
from derive.errors import UserError


def certify_command(
    names: Sequence[str],
    folder: str | Path,
    run: bool = False,
    all_: bool = False,
    jobs: int | None = None,
) -> tuple[str, int]:
    """What ``derive certify`` prints and its exit status: 0, or 1 when Rocq rejects a certificate."""
    if all_ == bool(names):
        raise UserError("name the theorems to certify, or give --all (not both)")
    if run:
        find_rocq()  # before anything is written
    entries: list[TheoremEntry] = theorems() if all_ else [find_theorem(n) for n in dict.fromkeys(names)]
    start = time.perf_counter()
    made = write_certificates(entries, folder)
    written = time.perf_counter() - start
    if not run:
        lines = [f"{Path(folder) / c.name}.v: {c.lines} lines, {c.applications} lemma applications" for c in made]
        lines.append(f"{_count(made)} written in {written:.1f} s; run with --run, or with coqc in {folder}")
        return "\n".join(lines), 0
    start = time.perf_counter()
    results = run_certificates(folder, jobs, entries, [c.name for c in made])
    ran = time.perf_counter() - start
    bad = [r for r in results if not r.ok]
    several = len(results) > 1
    lines = [table(results), *map(str, bad)] if all_ else [r.line(not several) for r in results]
    if several:
        lines.append(f"{total(results)}; {written:.1f} s to write, {ran:.1f} s to run")
    return "\n".join(lines), 1 if bad else 0


def _count(made: Sequence[Certificate]) -> str:
    return f"{len(made)} certificate{'' if len(made) == 1 else 's'}"


def table(results: Sequence[Result]) -> str:
    """theorem, lines, lemma applications, and whether it was replayed."""
    rows = [("theorem", "lines", "applications", "")]
    rows += [(r.name, str(r.lines), str(r.applications), "replayed" if r.ok else "REJECTED") for r in results]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *(row[i].rjust(widths[i]) for i in (1, 2)), row[3]]).rstrip()
        for row in rows
    )


def total(results: Sequence[Result]) -> str:
    """How many Rocq accepted, and on what they rest."""
    accepted = [r for r in results if r.ok]
    text = f"{len(accepted)} of {len(results)} theorems replayed by Rocq {results[0].version}"
    if accepted:
        assumptions = dict.fromkeys(a for r in accepted for a in r.assumptions)
        text += f"; {rests_on(assumptions, len(accepted) > 1)}"
    return text
