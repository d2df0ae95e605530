"""What slides are put on: a presentation, its places and its colours.  Sizes are in points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from derive.errors import UserError
from derive.slides.deck.template import contrast
from derive.slides.pptx.layout import LINE, Box, title_size
from derive.slides.pptx.text import Spans, bold, lines, uncut

EMU = 12700  # to a point
EM = 24.0  # size of formulas
FONT = "Arial"  # everywhere there, or a font with the same widths
HEADING, LOWEST = 28.0, 22.0  # size of headings, and below which they take a third line
UNKNOWN_FONT = 1.15
HEIGHT = 540.0
TOP, FOOT = 22.0, 26.0  # above the heading; height of the strip at the bottom
TITLES = ("TITLE", "CENTER_TITLE")  # kinds of placeholders


@dataclass(frozen=True, slots=True)
class Ground:
    presentation: Any
    layout: Any  # with a title and nothing else
    title_layout: Any  # for the title slide
    body: Box  # below a heading of full height
    foot: Box  # the strip for the provenance
    em: float
    text: str  # "#rrggbb", of formulas in pictures
    changed: str
    terms: tuple[str, ...]  # of terms that keep a colour
    dark: bool  # the text is light
    fills: dict[str, str]  # of text: the XML for each role; empty where it is the theme's own colour
    own: bool
    stretch: float  # words in a font that we do not know may be so much wider than in ours
    heading: float  # size of headings
    numbered: bool = True  # the slides have their number


def solid(inside: str) -> str:
    return f"<a:solidFill>{inside}</a:solidFill>"


def is_light(color: str) -> bool:
    return contrast(color, "#ffffff") < contrast(color, "#000000")


def new_presentation() -> Any:
    try:
        from pptx import Presentation
    except ImportError:
        raise UserError(
            "PowerPoint files are written with python-pptx, which is not installed: pip install '.[slides]' in derive's folder"
        ) from None
    return Presentation()


def placed(shape: Any) -> Box | None:
    """Where a placeholder stands, if it or what it inherits from says so."""
    if shape is None or None in (shape.left, shape.top, shape.width, shape.height):
        return None
    return Box(shape.left / EMU, shape.top / EMU, shape.width / EMU, shape.height / EMU)


def placeholder_of(shapes: Any, *kinds: str) -> Any:
    """The first placeholder of these kinds on a slide, in a layout or in a master; None where there is none."""
    return next((p for p in shapes.placeholders if p.placeholder_format.type.name in kinds), None)


def fitted_title(ground: Ground, shape: Any, words: Spans) -> tuple[Spans, float | None, float]:
    """A heading with its lines, its size in points, None for the layout's own, and the height that is left free below it."""
    box = placed(shape)
    if box is None:
        return words, None, 0.0
    width, height = box.width / ground.stretch, box.height
    if ground.own:
        shown = bold(words)
        size = title_size(shown, width, height, ground.heading, rows=2)
        if size < LOWEST:  # a long one: three lines, in letters as large as they can be
            size = title_size(shown, width, height, ground.heading)
        shown = uncut(shown, width / size)
        words = tuple(w._replace(text=b.text) for w, b in zip(words, shown, strict=True))
        free = height - LINE * size * lines(shown, width / size)
        return words, (None if size == ground.heading else size), free
    usual = _inherited_size(shape, ground) or ground.heading
    size = title_size(words, width - 14.4, height - 7.2, usual)
    return uncut(words, (width - 14.4) / size), (None if size == usual else size), 0.0


def _inherited_size(shape: Any, ground: Ground) -> float | None:
    """The size of a placeholder's text, from its layout and master."""
    layout, master = ground.layout, ground.layout.slide_master
    near = placeholder_of(layout, *TITLES)
    far = placeholder_of(master, "TITLE")
    found = [s._element.find(".//{*}lstStyle/{*}lvl1pPr/{*}defRPr") for s in (near, far) if s is not None]
    found.append(master._element.find(".//{*}titleStyle/{*}lvl1pPr/{*}defRPr"))
    for properties in found:
        if properties is not None and properties.get("sz"):
            return int(properties.get("sz")) / 100
    return None
