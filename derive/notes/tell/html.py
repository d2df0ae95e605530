"""Verdicts as a page: the derivations with a mark and a reason at each row, the numbers in the margin of a wrong one."""

from __future__ import annotations

from collections.abc import Iterator

from derive.notes.tell.terminal import summary
from derive.notes.tell.view import Line, Shown, View, titled
from derive.notes.tell.words import MARKS, NAMES, assumed, told
from derive.render.pens import mathml

_STYLE = """
body{font:1rem/1.5 system-ui,sans-serif;color:#1b1b1b;background:#fff;margin:2rem auto;max-width:72rem;padding:0 1rem}
h1{font-size:1.3rem}
h2{font-size:1.1rem;margin:2rem 0 0}
table{border-collapse:collapse;margin:1rem 0 2rem;width:100%}
caption{text-align:left;color:#595959}
td,th{padding:.35rem .6rem;text-align:left;vertical-align:baseline;font-weight:normal}
tr{break-inside:avoid}
td.formula{overflow-x:auto}
td.why{width:24rem;color:#333}
tr.false td,tr.false th{background:#fdecea}
tr.false td.why{border-left:4px solid #b3261e}
tr.proved th{color:#146c2e}
tr.false th{color:#b3261e;font-weight:bold}
tr.unproved th,tr.unread th{color:#7a5900}
.small{color:#595959;font-size:.9rem}
@media (prefers-color-scheme:dark){body{color:#e6e6e6;background:#161616}caption,.small{color:#b0b0b0}td.why{color:#d0d0d0}
tr.false td,tr.false th{background:#3b1512}tr.proved th{color:#7fd696}tr.false th{color:#ff9d94}tr.unproved th,tr.unread th{color:#e8c15a}}
"""


def page(view: View) -> str:
    """The page, which needs no script, font or network."""
    return "\n".join(_page(view)) + "\n"


def _page(view: View) -> Iterator[str]:
    name = mathml.text_html(view.path)
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width">'
    yield f"<title>{name}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{name}</h1>"
    yield f"<p>{mathml.text_html(summary(view))}</p>"
    yield from _listed("Declared", view.declared)
    yield from _listed("Taken from the prose", view.phrases)
    for title, shown in titled(view):
        if title:
            yield f"<h2>{mathml.text_html(title)}</h2>"
        yield f"<table>\n<caption>{_place(view, shown)}</caption>\n<tbody>"
        for line in shown.lines:
            yield from _rows(line)
        yield "</tbody>\n</table>"
    yield from _listed("Not read", tuple(f"line {p.line}: {p.what}" for p in view.problems))
    yield "</main>\n</body>\n</html>"


def _place(view: View, shown: Shown) -> str:
    cell = view.document.cell(shown.display.span.start)
    return f"{shown.place}, cell {cell}" if cell else shown.place


def _listed(what: str, lines: tuple[str, ...]) -> Iterator[str]:
    if lines:
        yield f'<p class="small">{what}:</p>\n<ul class="small">'
        yield from (f"<li>{mathml.text_html(line)}</li>" for line in lines)
        yield "</ul>"


def _rows(line: Line) -> Iterator[str]:
    """A row of the page for the formula and its first verdict, and one for each other verdict."""
    formula = mathml.math(mathml.Pen().draw(line.layout), line.text, True)
    verdicts = told(line)
    if not verdicts:
        yield f'<tr><th></th><td class="formula">{formula}</td><td class="why"></td></tr>'
    for n, (row, verdict, words) in enumerate(verdicts):
        kind = verdict.kind
        why = mathml.text_html(words)
        if assumed(row):
            why += f'<br><span class="small">assumed: {mathml.text_html(assumed(row))}</span>'
        mark = f'<th scope="row" title="{NAMES[kind]}">{MARKS[kind]}</th>'
        yield f'<tr class="{kind}">{mark}<td class="formula">{formula if not n else ""}</td><td class="why">{why}</td></tr>'
