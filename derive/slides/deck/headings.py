"""How large headings are: of one size in a deck, on one line or on two."""

from __future__ import annotations

from collections.abc import Iterable

from derive.slides.deck.deck import Slide
from derive.slides.deck.paginate import PART, prose_width

LEAST = 0.8  # of their full size, for all of a deck; a heading that is longer yet is smaller by itself


def heading_share(slide: Slide, width: float) -> float:
    """The share of its full size at which a heading stands on two lines, some of which is lost at their ends; at most 1.
    ``width``: of the slide, in em of a heading's letters of full size."""
    return min(1.0, 2 * 0.93 * width / max(1.0, prose_width(slide.heading) + (PART if slide.parts > 1 else 0.0)))


def common_share(slides: Iterable[Slide], width: float) -> float:
    """The share of their full size that all headings of a deck have."""
    return max(LEAST, min((heading_share(s, width) for s in slides), default=1.0))
