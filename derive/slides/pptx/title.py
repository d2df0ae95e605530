"""The title slide: the title, the subtitle and what is in the deck."""

from __future__ import annotations

from itertools import count

from derive.render.words.prose import clean
from derive.slides.deck import Deck, Slide, Words
from derive.slides.deck.contents import contents_pages
from derive.slides.deck.paginate import block_height
from derive.slides.pptx.drawer import fill
from derive.slides.pptx.ground import EMU, TITLES, Ground, placed, placeholder_of
from derive.slides.pptx.layout import Box
from derive.slides.pptx.shapes import NAMESPACES, words
from derive.slides.pptx.text import Span, Spans, lines, spans

_SUBTITLE = 22.0  # points
_SIZES = (18.0, 16.0)  # points of the contents on the title slide
_INDENT = 30.0  # points, of the contents behind their numbers
_NUMBERED = (
    f' marL="{round(EMU * _INDENT)}" indent="{round(-EMU * _INDENT)}"',
    '<a:buFont typeface="+mj-lt"/><a:buAutoNum type="arabicPeriod"/>',
)


def title_slide(deck: Deck, ground: Ground) -> list[Slide]:
    """The title, and below it the subtitle and what is in the deck.  Where there is no room for that, the slides of contents that
    are to stand behind it."""
    from pptx.oxml import parse_xml

    page = ground.presentation.slides.add_slide(ground.title_layout)
    title = placeholder_of(page, *TITLES)
    others = [p for p in page.placeholders if title is None or p._element is not title._element]
    if title is not None:
        fill(title, (Span(clean(deck.title)),), ground, None)
    below = next((p for p in others if p.placeholder_format.type.name in ("SUBTITLE", "BODY")), None)
    for other in others:
        if below is None or other._element is not below._element:
            other._element.getparent().remove(other._element)
    entries = [spans(c) for c in deck.contents]
    room = None if below is None else placed(below)
    if below is None or room is None:
        return _contents(deck)
    first: list[Spans] = [(Span(clean(line)),) for line in deck.subtitles]
    room = Box(0, 0, (room.width - 15 - _INDENT) / ground.stretch, room.height - 8)
    size = _fitting(first, entries, room)
    shown = [(p, _SUBTITLE, "", "") for p in first]
    shown += [(p, size, *_NUMBERED) for p in entries] if size else []
    if not shown:  # else PowerPoint asks for a subtitle there
        below._element.getparent().remove(below._element)
        return _contents(deck)
    paragraphs = "".join(
        f'<a:p {NAMESPACES}><a:pPr{place}><a:spcBef><a:spcPts val="{round(30 * high)}"/></a:spcBef>{number}</a:pPr>'
        f"{words(p, ground.fills, high)}</a:p>"
        for p, high, place, number in shown
    )
    body = below._element.txBody
    for old in body.p_lst:
        body.remove(old)
    for paragraph in parse_xml(f"<a:txBody {NAMESPACES}>{paragraphs}</a:txBody>"):
        body.append(paragraph)
    return [] if size else _contents(deck)


def _fitting(first: list[Spans], entries: list[Spans], room: Box) -> float:
    """The size of the contents, or 0 where they do not fit."""
    head = sum((lines(e, room.width / _SUBTITLE) * 1.2 + 0.3) * _SUBTITLE for e in first)
    for size in _SIZES:
        if head + sum((lines(e, room.width / size) * 1.2 + 0.3) * size for e in entries) <= room.height:
            return size
    return 0.0


def _contents(deck: Deck) -> list[Slide]:
    """The contents on slides of their own."""
    t = deck.template
    pages = contents_pages(deck.contents, lambda c: block_height(Words(c), t), t.height)
    numbers = count(1)
    return [
        Slide(
            "text",
            "",
            ("Contents",),
            part=i,
            parts=len(pages),
            blocks=tuple(Words((f"{next(numbers)}. ", *c)) for c in page),
        )
        for i, page in enumerate(pages, 1)
        if page
    ]
