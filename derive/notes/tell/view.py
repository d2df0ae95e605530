"""What is told: the rows of the document with the verdicts on their relations, in page order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from derive.notes.document.pages import Display, Document, Problem
from derive.notes.document.pages import Row as Printed
from derive.notes.judge.verdict import Report, Row
from derive.notes.tell.layout import formula, in_signs, on_one_line
from derive.render.formula import nodes
from derive.render.pens.text import Pen

_LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it is printed, and what is said of the relations in it."""

    printed: Printed
    judged: tuple[Row, ...]

    @property
    def layout(self) -> nodes.Node:
        return formula(self.printed.items)

    @property
    def text(self) -> str:
        """The row on one line."""
        drawn = " ".join(Pen().draw(on_one_line(self.layout)).split())
        first = nodes.first(self.layout)
        return f"{drawn[0]} {drawn[1:].lstrip()}" if first is not None and first.kind == "rel" else drawn


@dataclass(frozen=True, slots=True)
class Shown:
    """A display with its rows."""

    display: Display
    lines: tuple[Line, ...]

    @property
    def place(self) -> str:
        """Where its rows stand, as the terminal counts them."""
        rows = [line.printed.line for line in self.lines] or [self.display.line]
        return f"Line {rows[0]}" if rows[0] == rows[-1] else f"Lines {rows[0]} to {rows[-1]}"


@dataclass(frozen=True, slots=True)
class View:
    """A document and what was found out.  ``declared``: what its comment lines say; ``phrases``: what was taken from its prose;
    ``inferred``: what letters were taken for."""

    document: Document
    report: Report
    shown: tuple[Shown, ...]
    problems: tuple[Problem, ...]
    declared: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    inferred: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return self.document.path

    def judged(self) -> Iterator[tuple[Line, Row]]:
        """The relations that have a verdict, with the rows they stand in."""
        for shown in self.shown:
            for line in shown.lines:
                for row in line.judged:
                    yield line, row

    def counts(self) -> Counter[str]:
        """How many relations have which verdict."""
        return Counter(row.verdict.kind for row in self.report if row.verdict is not None)


def view(document: Document, report: Report, **more: tuple[str, ...]) -> View:
    """The rows of the document, each with the verdicts of the relations that begin or stand in it."""
    displays = [part for part in document.parts if isinstance(part, Display)]
    rows = [row for judged in report.displays for row in judged.rows if row.verdict is not None]
    shown = []
    for display in displays:
        own = [row for row in rows if _in(row, display)]
        lines = tuple(
            Line(printed, tuple(row for row in own if _row_of(row) == n)) for n, printed in enumerate(display.rows)
        )
        shown.append(Shown(display, lines))
    told = {what: tuple(map(in_signs, words)) for what, words in more.items()}
    return View(document, report, tuple(shown), document.problems, **told)


def _in(row: Row, display: Display) -> bool:
    span = row.step.span
    return bool(display.span.start <= span.start < display.span.end)


def _row_of(row: Row) -> int:
    return int(row.step.row)


# --- headings --------------------------------------------------------------------------------------------------------

_HEADING = re.compile(
    r"^[ \t]*(?:\\(?:sub)*(?:section|paragraph)\*?\{(?P<tex>[^{}\n]*)\}|#{1,6}[ \t]+(?P<markdown>[^\n]+?)[ \t#]*$)",
    re.MULTILINE,
)


def heading(text: str, place: int) -> str:
    """The heading under which a place of a document stands, as plain words; "" where there is none."""
    return _plain(next((m["tex"] or m["markdown"] for m in reversed([*_HEADING.finditer(text, 0, place)])), ""))


_TITLE = re.compile(r"\\title\{(?P<tex>[^{}\n]*)\}|\A---\n(?:.+\n)*?title:[ \t]*(?P<yaml>.+)\n|^# (?P<first>.+)$", re.M)


def document_title(text: str) -> str:
    """The title that a document gives itself, as plain words; "" where it has none."""
    found = _TITLE.search(text)
    return _plain(found["tex"] or found["yaml"] or found["first"]) if found else ""


def _plain(words: str) -> str:
    found = re.sub(r"\\[A-Za-z]+|[^\w ,.:;()?!'-]", " ", words)
    return " ".join(found.split())[:_LONGEST_TITLE].strip(" .,:;'")


def titled(view: View) -> Iterator[tuple[str, Shown]]:
    """The displays, each with the heading under which it stands where that is another than that of the one before."""
    last = ""
    for shown in view.shown:
        title = heading(view.document.text, shown.display.span.start)
        yield title if title != last else "", shown
        last = title
