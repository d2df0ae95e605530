"""Verdicts as a PDF, set by Typst: the same as the page."""

from __future__ import annotations

from collections.abc import Iterator

from derive.errors import UserError
from derive.notes.tell.terminal import summary
from derive.notes.tell.view import Line, View, titled
from derive.notes.tell.words import MARKS, assumed, told
from derive.render.pens import typst

_HEAD = """#set page(paper: "a4", flipped: true, margin: 1.5cm, numbering: "1")
#set text(size: 10pt, lang: "en")
#set table(stroke: none, inset: (x: 5pt, y: 5pt), align: left + horizon)
#set table.cell(breakable: false)
#let place-of(it) = block(sticky: true, text(fill: luma(90), size: 0.9em, it))
#let muted(it) = text(fill: luma(90), size: 0.9em, it)
#let mark(kind, it) = text(fill: (proved: rgb("#146c2e"), "false": rgb("#b3261e")).at(kind, default: rgb("#7a5900")), it)
#let wrong(it) = block(fill: rgb("#fdecea"), stroke: (left: 3pt + rgb("#b3261e")), inset: 4pt, width: 100%, it)
"""


def source(view: View) -> str:
    """The page as Typst reads it."""
    return "\n".join([_HEAD, f"#set document(title: {typst.string(view.path)})", *_body(view)]) + "\n"


def pdf(view: View) -> bytes:
    """The PDF.  Raises UserError when Typst is not installed."""
    from derive.slides.typst import typeset

    try:
        return typeset({"main.typ": source(view).encode()}, "pdf", pdf_standards=["ua-1"])[0]
    except ImportError:
        raise UserError("a PDF is made with Typst, which is not here: pip install 'derive-lm[slides]'") from None


def _body(view: View) -> Iterator[str]:
    yield f"= {typst.escape(view.path)}"
    yield typst.escape(summary(view))
    for what, lines in (("Declared", view.declared), ("Taken from the prose", view.phrases)):
        if lines:
            yield f"\n#muted[{what}: {'; '.join(typst.escape(line) for line in lines)}]"
    for title, shown in titled(view):
        if title:
            yield f"\n== {typst.escape(title)}"
        yield f"\n#place-of[{shown.place}]"
        yield "#table(columns: (auto, 1fr, 8cm),"
        for line in shown.lines:
            yield from _cells(line)
        yield ")"
    for problem in view.problems:
        yield f"\n#muted[Not read, line {problem.line}: {typst.escape(problem.what)}]"


def _cells(line: Line) -> Iterator[str]:
    drawn = f"math.equation(alt: {typst.string(line.text)}, math.display($ {typst.node_typst(line.layout)} $.body))"
    verdicts = told(line)
    if not verdicts:
        yield f"[], {drawn}, [],"
    for n, (row, verdict, words) in enumerate(verdicts):
        kind, why = verdict.kind, typst.escape(words)
        if assumed(row):
            why += f" #muted[assumed: {typst.escape(assumed(row))}]"
        cell = f"wrong[{why}]" if kind == "false" else f"[{why}]"
        yield f"mark({typst.string(kind)}, {typst.string(MARKS[kind])}), {'[]' if n else drawn}, {cell},"
