"""A presentation that a lecturer has already, to add slides to: its theme, its size and where there is room."""

from __future__ import annotations

from typing import Any, NamedTuple

from derive.errors import UserError
from derive.slides.deck import Deck
from derive.slides.deck.template import DARK, LIGHT, ONE_LINE, term_colors
from derive.slides.pptx.ground import (
    EM,
    EMU,
    FOOT,
    HEIGHT,
    TITLES,
    UNKNOWN_FONT,
    Ground,
    is_light,
    placed,
    placeholder_of,
    solid,
)
from derive.slides.pptx.layout import Box
from derive.slides.pptx.package import left_out, opened, reading


def found_ground(data: bytes, deck: Deck) -> Ground:
    """A presentation that there is already, with its theme, size and layouts.  Raises UserError when it is none."""
    presentation = opened(data)
    with reading():
        return _ground(presentation, deck)


def _ground(presentation: Any, deck: Deck) -> Ground:
    width, height = presentation.slide_width / EMU, presentation.slide_height / EMU
    layout = _layout(presentation, "titleOnly")
    title_layout = _layout(presentation, "title")
    title = placed(placeholder_of(layout, *TITLES))
    bottom = min([height * 0.94, *(s.top / EMU for s in layout.placeholders if s.top and s.top > 0.8 * height * EMU)])
    left, right, top = 0.05 * width, 0.95 * width, 0.05 * height
    if title is not None:
        left, right = max(left, title.x), min(right, title.x + title.width)
        top = min(title.y + title.height, 0.35 * height)
    if right - left < 0.5 * width:  # a title in a corner says nothing about the room below it
        left, right = 0.05 * width, 0.95 * width
    top += 0.012 * height
    body = Box(left, top, right - left, bottom - top)
    t = deck.template
    em = min(EM * height / HEIGHT * 1.2, body.width / t.width, body.height / (t.height + ONE_LINE))
    text = _text_color(presentation.slide_master)
    dark = is_light(text)
    colors = t.colors if dark == t.dark else DARK if dark else LIGHT
    changed = colors.changed
    muted = solid('<a:schemeClr val="tx1"><a:lumMod val="75000"/><a:lumOff val="25000"/></a:schemeClr>')
    fills = {"text": "", "muted": muted, "accent": "", "changed": solid(f'<a:srgbClr val="{changed[1:].upper()}"/>')}
    slides = list(presentation.slides)
    numbered = not slides or any(placeholder_of(slide, "SLIDE_NUMBER") is not None for slide in slides)
    foot = Box(left, max(bottom, height - FOOT), right - left, height - 8 - max(bottom, height - FOOT))
    return Ground(
        presentation,
        layout,
        title_layout,
        body,
        foot,
        em,
        text,
        changed,
        term_colors(colors),
        dark,
        fills,
        False,
        UNKNOWN_FONT,
        44.0,
        numbered,
    )


def _layout(presentation: Any, kind: str) -> Any:
    """The layout of that type; else one with a title and as little else as there is."""
    layouts = list(presentation.slide_layouts)
    if not layouts:
        raise UserError("the presentation has no layout to make a slide with")
    for layout in layouts:
        if layout._element.get("type") == kind:
            return layout

    def others(layout: Any) -> tuple[bool, int]:
        kinds = [p.placeholder_format.type.name for p in layout.placeholders]
        small = ("DATE", "FOOTER", "SLIDE_NUMBER")
        titled = any(k in TITLES for k in kinds)
        return not titled, sum(k not in small for k in kinds)

    return min(layouts, key=others)


def _text_color(master: Any) -> str:
    """The colour of text in a theme, black where it does not say."""
    from pptx.opc.constants import RELATIONSHIP_TYPE
    from pptx.oxml import parse_xml

    mapping = master._element.find("{*}clrMap")
    name = mapping.get("tx1", "dk1") if mapping is not None else "dk1"
    try:
        theme = parse_xml(master.part.part_related_by(RELATIONSHIP_TYPE.THEME).blob)
    except KeyError:
        return "#000000"
    color = theme.find(f".//{{*}}clrScheme/{{*}}{name}/*")
    value = (color.get("lastClr") or color.get("val") or "") if color is not None else ""
    return f"#{value.lower()}" if len(value) == 6 and all(c in "0123456789abcdefABCDEF" for c in value) else "#000000"


class About(NamedTuple):
    """A presentation to add to: the aspect ratio of the two that is nearer to its own, and what of it is lost."""

    aspect: str
    left_out: str


def about(data: bytes, name: str) -> About:
    """What is to be known of a presentation before slides are added to it and it is written to ``name``.

    Raises UserError when it is none.
    """
    presentation = opened(data)
    with reading():
        wide = presentation.slide_width >= 1.55 * presentation.slide_height
    return About("16:9" if wide else "4:3", left_out(presentation, name))
