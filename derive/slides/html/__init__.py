"""Slides as one HTML file: a reveal.js deck that needs nothing but a browser, or a page to read and print.

Formulas are LaTeX in the file, which KaTeX typesets when it is opened; both are inside.  A step appears at each click
with its reason.  S opens the speaker's window, where each line stands in words; printing gives a page for each slide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.render.formula.nodes import Prose
from derive.slides.deck import Deck, Files, Options
from derive.slides.deck.contents import contents_pages
from derive.slides.deck.flow import flowing
from derive.slides.deck.headings import common_share
from derive.slides.deck.paginate import prose_width
from derive.slides.html.page import HEADING, fragment_css, page
from derive.slides.html.read import read_back
from derive.slides.html.slides import Look, body, foot, heading, opening, section
from derive.slides.html.text import DelimitedInk, Ink, text
from derive.values import replace

__all__ = ["fragment", "read_back", "write"]


def write(deck: Deck, name: str, options: Options) -> Files:
    """The deck, or the handout where that is asked for, as the one file ``name``."""
    versions = list(dict.fromkeys(s.version for s in deck.stamps))
    content = _handout(deck) if options.handout else _deck(deck)
    source = page(
        deck.template,
        _title(deck),
        content,
        reveal=not options.handout,
        generator=" ".join(["derive", *versions]),
        move=options.move,
    )
    return {name: source.encode()}


def _title(deck: Deck) -> str:
    if deck.title or not deck.slides:
        return deck.title or "Slides"
    from derive.render.pens.text import sentence_text

    return sentence_text(deck.slides[0].heading)


# --- a deck ----------------------------------------------------------------------------------------------------------


def _deck(deck: Deck) -> str:
    t = deck.template
    width = HEADING[t.aspect] * t.width
    common = common_share(deck.slides, width)
    look = Look(Ink(), level=2 if deck.title else 1, logo=bool(t.logo), footer=t.footer, heading=width, common=common)
    sections = list(_title_slides(deck, look)) if deck.title else []
    total = len(sections) + len(deck.sheets)
    for sheet in deck.sheets:
        sections.append(section(sheet, look, f"{len(sections) + 1} / {total}"))
    slides = "\n".join(sections)
    return f'<main><div class="reveal"><div class="slides">\n{slides}\n</div></div></main>'


def _title_slides(deck: Deck, look: Look) -> Iterator[str]:
    """The title with the headings of the theorems, or where they are many, these on slides of their own."""
    head = f"<h1>{look.ink.prose((deck.title,))}</h1>"
    if deck.subtitle:
        head += "\n" + _subtitle(deck)
    groups = _grouped(deck, _CONTENTS_LINES)
    few = len(_grouped(deck, _TITLE_LINES - max(0, len(deck.subtitles) - 1))) <= 1
    if few:
        head += _contents(deck.contents, 1, look) if deck.contents else ""
    yield f'<section class="derive title-slide">\n<div class="body">\n{head}\n</div>\n</section>'
    number = 1
    for i, group in enumerate([] if few else groups):
        part = f' <span class="of">({i + 1}/{len(groups)})</span>' if len(groups) > 1 else ""
        listed = _contents(group, number, look)
        yield (
            f'<section class="derive contents">\n<h2 class="heading">Contents{part}</h2>\n'
            f'<div class="body">{listed}</div>\n</section>'
        )
        number += len(group)


_CONTENTS_EM = 0.8  # size of the contents, in em of formulas
_CONTENTS_LINES, _TITLE_LINES = 15, 9  # for which a slide of contents, and the title slide, has room


def _grouped(deck: Deck, lines: int) -> list[list[Prose]]:
    """The contents of one slide after the other."""
    return contents_pages(
        deck.contents, lambda c: 1 + int(1.05 * _CONTENTS_EM * prose_width(c) / (deck.template.width - 2)), lines
    )


def _subtitle(deck: Deck) -> str:
    return f'<p class="subtitle">{"<br>".join(map(text, deck.subtitles))}</p>'


def _contents(contents: Sequence[Prose], first: int, look: Look) -> str:
    items = "".join(f"<li>{look.ink.prose(c)}</li>" for c in contents)
    return f'<ol start="{first}">{items}</ol>'


# --- a handout -------------------------------------------------------------------------------------------------------


def _handout(deck: Deck) -> str:
    """All lines at once, the slides of a theorem as one piece; no chain is broken and no line stands there twice."""
    look = Look(Ink(), steps=False, footer=deck.template.footer)
    out = ['<main class="handout">', f"<h1>{look.ink.prose((deck.title,))}</h1>" if deck.title else ""]
    if deck.subtitle:
        out.append(_subtitle(deck))
    for group in flowing(deck.slides):
        out += [opening(group[0]), heading(replace(group[0], parts=1), look)]
        for slide in group:
            out += body(slide, look)
        out += [foot(group, look, ""), "</section>"]
    return "\n".join(x for x in [*out, "</main>"] if x)


# --- a fragment ------------------------------------------------------------------------------------------------------

_ABOUT = """\
<!-- Slides by derive for a reveal.js deck that typesets \\( .. \\) with KaTeX or MathJax, as reveal.js's math plugin does.
     section.derive: a slide, with .heading, .body and .foot; dl: Given, Claim and Assume; .steps: the chain;
     .row: a step, .fragment when it comes at a click; in it .label, .lead, .rel, .formula (of one .part or more), .reason.
     The style has the colours as variables. -->"""


def fragment(deck: Deck, options: Options) -> str:
    """The slides as sections, to be put between those of a reveal.js deck that typesets formulas."""
    ink = DelimitedInk(deck.template.colors.changed)
    look = Look(ink, not options.handout, footer=deck.template.footer)
    style = f"<style>\n{fragment_css(deck.template)}\n</style>"
    return "\n".join([_ABOUT, style, *(section(s, look) for s in deck.sheets)]) + "\n"
