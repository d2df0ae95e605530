"""The handout as one web page that needs no script, font or network: it flows, its formulas are MathML, and it prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from derive.handout.course import Course, Refuted, Theorem, word
from derive.handout.sheets import Sheets, notation, refutation
from derive.render.formula.nodes import Node, Prose, Symbol, row, unmarked
from derive.render.pens import mathml
from derive.render.pens.speech import node_speech
from derive.render.words.sentence import prose
from derive.slides.deck import Slide, Step

_STYLE = """
body{color:#1a1a1a;background:#fff;font:1.05rem/1.5 "Latin Modern Roman",Georgia,serif;margin:0 auto;max-width:54rem;padding:1rem 1.5rem 4rem}
h1,h2,h3{color:#0b4f8a;line-height:1.25}
h1{text-align:center}
h2{border-bottom:1px solid #0b4f8a;margin-top:3rem}
h3{font-size:1.05rem;margin:2.2rem 0 .3rem}
a{color:#0b4f8a}
code{font-size:.85em}
.name,.why,.given{color:#555}
.claim{border-left:3px solid #0b4f8a;margin:.6rem 0;overflow-x:auto;padding:.2rem .8rem}
table{border-collapse:collapse;margin:.4rem 0 .6rem;overflow-x:auto}
td{padding:.25rem .3rem;text-align:left;vertical-align:baseline}
td.rel{text-align:right}
td.why{font-size:.9rem;min-width:11rem;padding-left:2rem}
mtd{padding:.15em 0;text-align:left}
.end{margin:-.5rem 0 0;text-align:right}
.index{columns:2}
.index li{break-inside:avoid}
nav ul{list-style:none;padding-left:1.2rem}
@media print{body{font-size:11pt;max-width:none;padding:0}td.why{font-size:9.5pt}h2{break-before:page}nav h2{break-before:auto}h3,.name,.given,.claim{break-after:avoid}tr{break-inside:avoid}}
"""


def page(course: Course, drawn: Sheets) -> str:
    """The whole page."""
    title = mathml.text_html(course.title)
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(mathml.visible(course.title))}</title>\n<style>{_STYLE}</style>\n</head>\n<body>",
            f"<h1>{title}</h1>",
            *([f'<p style="text-align:center">{mathml.text_html(course.author)}</p>'] if course.author else []),
            *_contents(course, drawn),
            *_notation(course),
            *(line for n in range(len(course.sections)) for line in _section(course, n, drawn)),
            *_index(course),
            "</body>\n</html>\n",
        ]
    )


def formula(parts: Sequence[Node], display: bool = True) -> str:
    """A formula, on several lines where it is broken; in words for those who listen."""
    lines = [mathml.Pen(display=display).draw(unmarked(p)) for p in parts]
    return mathml.math(mathml.stacked(lines), node_speech(row(*parts)), display)


def sentence(words: Prose) -> str:
    return "".join(mathml.text_html(w) if isinstance(w, str) else formula((w,), display=False) for w in words)


def _contents(course: Course, drawn: Sheets) -> Iterator[str]:
    yield '<nav aria-label="Contents">\n<h2>Contents</h2>\n<ul>'
    if course.definitions:
        yield '<li><a href="#notation">Notation</a></li>'
    for n, section in enumerate(course.sections, 1):
        yield f'<li><a href="#section-{n}">{mathml.text_html(section.title)}</a>\n<ul>'
        for t in section.theorems:
            words = sentence(drawn[t.derivation.name][0].heading)
            yield f'<li><a href="#theorem-{t.number}">Theorem {t.number}</a>. {words}</li>'
        yield "</ul></li>"
    yield '<li><a href="#index">Index</a></li>\n</ul>\n</nav>'


def _notation(course: Course) -> Iterator[str]:
    if course.definitions:
        yield '<section id="notation">\n<h2>Notation</h2>\n<ul>'
        yield from (f"<li>{sentence(said)}</li>" for said in notation(course))
        yield "</ul>\n</section>"


def _section(course: Course, n: int, drawn: Sheets) -> Iterator[str]:
    section = course.sections[n]
    yield f'<section id="section-{n + 1}">\n<h2>{mathml.text_html(section.title)}</h2>'
    for t in section.theorems:
        yield from _theorem(t, drawn[t.derivation.name])
    for r in section.refuted:
        yield from _refuted(course, r, drawn[r.name])
    yield "</section>"


def _theorem(t: Theorem, slides: Sequence[Slide]) -> Iterator[str]:
    name = mathml.text_html(t.derivation.name)
    yield f'<article id="theorem-{t.number}">\n<h3>Theorem {t.number}. {sentence(slides[0].heading)}</h3>'
    yield f'<p class="name"><code>{name}</code></p>'
    for slide in slides:
        yield from _part(slide)
    last = slides[-1]
    yield f'<p class="end">{last.gaps_left if last.gaps else "∎"}</p>'
    yield from (f"<p><i>Note:</i> {sentence(note)}</p>" for note in last.notes)
    yield "</article>"


def _refuted(course: Course, r: Refuted, slides: Sequence[Slide]) -> Iterator[str]:
    yield f"<article>\n<h3>False: {sentence(slides[0].heading)}</h3>"
    yield f'<p class="name"><code>{mathml.text_html(r.name)}</code></p>'
    yield from _part(slides[0])
    yield f"<p>{sentence(refutation(course, r))}</p>\n</article>"


def _part(slide: Slide) -> Iterator[str]:
    if slide.given:
        yield f'<p class="given">Given {sentence(slide.given)}</p>'
    if slide.claim:
        yield f'<div class="claim">{formula(slide.claim)}</div>'
    if slide.title:
        yield f"<p><b>{sentence(prose(slide.title))}</b></p>"
    if slide.assumes:
        yield f"<p>Assume {sentence(slide.assumes)}</p>"
    if slide.steps:
        yield "<table>"
        yield from map(_step, slide.steps)
        yield "</table>"


def _step(step: Step) -> str:
    why = f'<td class="why">{sentence(step.reason)}</td>'
    if not step.relation:
        return f'<tr><td colspan="2">{formula(step.parts)}</td>{why}</tr>'
    sign = formula((Symbol(step.relation, "rel"),))
    return f'<tr><td class="rel">{sign}</td><td>{formula(step.parts)}</td>{why}</tr>'


def _index(course: Course) -> Iterator[str]:
    yield '<section id="index">\n<h2>Index</h2>\n<ul class="index">'
    for entry, is_code, numbers in course.entries():
        shown = f"<code>{mathml.text_html(entry)}</code>" if is_code else mathml.text_html(entry)
        links = ", ".join(f'<a href="#theorem-{n}">{n}</a>' for n in numbers)
        yield f"<li>{shown}: {word(numbers)} {links}</li>"
    yield "</ul>\n</section>"
