"""Markdown slides, for Quarto and pandoc's reveal.js, for Marp and for Slidev.

A lecturer edits them, so the source reads like the slide: a heading, the conditions, the claim, and a list with an item
for each line, which all three show one after the other; what stands there from the start is a paragraph.
"""

from __future__ import annotations

from derive.errors import UserError
from derive.slides.deck import Deck, Files, Options
from derive.slides.deck.flow import alone, apart
from derive.slides.markdown.flavours import Marp, Quarto, Slidev
from derive.slides.markdown.read import read_back
from derive.slides.markdown.writer import Writer

__all__ = ["FLAVOURS", "fragment", "read_back", "write"]

FLAVOURS: dict[str, type[Writer]] = {"quarto": Quarto, "marp": Marp, "slidev": Slidev}


def write(deck: Deck, name: str, options: Options) -> Files:
    """The deck as ``name``, and beside it the pictures that it shows.

    Raises UserError when there is no such flavour.
    """
    writer = _writer(deck, name, options)
    text = writer.document().replace(
        "---\n", "---\n# Made by derive\n", 1
    )  # a comment below would be what Marp's speaker says
    return {name: text.encode(), **writer.beside}


def fragment(deck: Deck, options: Options) -> str:
    """The slides alone, with the style sheet that they need, for a deck of one's own."""
    return _writer(deck, "derive.md", options).piece()


def _writer(deck: Deck, name: str, options: Options) -> Writer:
    flavour = options.flavour or "quarto"
    if flavour not in FLAVOURS:
        raise UserError(f"there is no flavour {flavour!r} of Markdown; there are {', '.join(FLAVOURS)}")
    kind = FLAVOURS[flavour]
    return kind(alone(deck) if kind.shares else apart(deck), name, options.handout)
