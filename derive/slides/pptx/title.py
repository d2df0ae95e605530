"""The title slide: the title, the subtitle and what is in the deck."""

from __future__ import annotations

from derive.render.words.prose import clean
from derive.slides.deck import Deck
from derive.slides.pptx.drawer import fill
from derive.slides.pptx.ground import EMU, TITLES, Ground, placed, placeholder_of
from derive.slides.pptx.layout import Box
from derive.slides.pptx.shapes import NAMESPACES, words
from derive.slides.pptx.text import Span, Spans, lines, spans

_SUBTITLE = 22.0  # points
_INDENT = 30.0  # points, of the contents behind their numbers
_NUMBERED = (
    f' marL="{round(EMU * _INDENT)}" indent="{round(-EMU * _INDENT)}"',
    '<a:buFont typeface="+mj-lt"/><a:buAutoNum type="arabicPeriod"/>',
)


def title_slide(deck: Deck, ground: Ground) -> None:
    """The title, and below it the subtitle and what is in the deck, as far as there is room."""
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
        return
    if not entries and not deck.subtitle:
        below._element.getparent().remove(below._element)
        return
    first: list[Spans] = [(Span(clean(deck.subtitle)),)] if deck.subtitle else []
    room = Box(0, 0, (room.width - 15 - _INDENT) / ground.stretch, room.height - 8)
    size, entries, more = _fitting(first, entries, room)
    shown = [(p, max(size, _SUBTITLE), "", "") for p in first]
    shown += [(p, size, *_NUMBERED) for p in entries] + [(p, size, "", "") for p in more]
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


def _fitting(first: list[Spans], entries: list[Spans], room: Box) -> tuple[float, list[Spans], list[Spans]]:
    """The size of the contents, as many of them as fit, and what says that there are more."""

    def takes(size: float, shown: list[Spans]) -> float:
        head = sum((lines(e, room.width / _SUBTITLE) * 1.2 + 0.3) * _SUBTITLE for e in first)
        return head + sum((lines(e, room.width / size) * 1.2 + 0.3) * size for e in shown)

    for size in (18.0, 16.0, 14.0):
        if takes(size, entries) <= room.height:
            return size, entries, []
    shown = list(entries)
    while shown and takes(14.0, [*shown, ()]) > room.height:
        shown.pop()
    return 14.0, shown, [(Span(f"… and {len(entries) - len(shown)} more"),)]
