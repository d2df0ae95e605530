"""Verdicts for people at a terminal: file and line, the row as mathematics, the verdict with its reason or numbers."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from derive.notes.tell.view import Line, View
from derive.notes.tell.words import MARKS, NAMES, assumed, told


def terminal(view: View, quiet: bool = False, explain: bool = False, width: int = 100) -> Iterator[str]:
    """Lines of text.  ``quiet``: only what is false, not known or not read.  ``explain``: also what was inferred and assumed."""
    for shown in view.shown:
        for line in shown.lines:
            if not quiet or any(
                row.verdict and row.verdict.kind in ("false", "unproved", "unread") for row in line.judged
            ):
                yield from _line(view, line, explain, width)
    for problem in view.problems:
        yield f"{view.path}:{problem.line}: warning: {problem.what}"
    if explain:
        yield from _listed("declared", view.declared, width)
        yield from _listed("taken from the prose", view.phrases, width)
        yield from _listed("taken letters for", view.inferred, width)
    yield summary(view)


def _line(view: View, line: Line, explain: bool, width: int) -> Iterator[str]:
    cell = view.document.cell(line.printed.span.start)
    place = f"{view.path}:{line.printed.line}" + (f" (cell {cell})" if cell else "")
    yield f"{place}: {line.text}"
    for row, verdict, words in told(line):
        yield from _wrapped(words, f"    {MARKS[verdict.kind]} ", width)
        if explain and assumed(row):
            yield from _wrapped(f"assumed: {assumed(row)}", "      ", width)


def _listed(what: str, lines: tuple[str, ...], width: int) -> Iterator[str]:
    if lines:
        yield f"{what}:"
        for line in lines:
            yield from _wrapped(line, "    ", width)


def _wrapped(text: str, first: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width, 40), initial_indent=first, subsequent_indent="      ", break_on_hyphens=False)


def summary(view: View) -> str:
    """One line with the counts, in the order of the marks."""
    counts = view.counts()
    rows = sum(counts.values())
    if not rows:
        return f"{view.path}: no relation stands in a displayed formula"
    told = ", ".join(f"{counts[kind]} {NAMES[kind]}" for kind in MARKS if counts[kind])
    return f"{view.path}: {rows} relation{'' if rows == 1 else 's'}: {told}"
