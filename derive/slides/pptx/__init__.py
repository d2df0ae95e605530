"""Decks for PowerPoint: every line a native equation in a text box of its own that appears at a click with its reason.

The slides can be added to a presentation that there is already, in its theme.  What each line says is kept as a digest
in the name of its shape, where PowerPoint leaves it in peace; ``read_back`` finds what was changed since.  With
``Options.move`` there is a slide for each click, and PowerPoint's Morph moves the terms that have a colour.
"""

from __future__ import annotations

import io

from derive.errors import UserError
from derive.render.formula.nodes import unmarked
from derive.render.pens.omml import DRAWING, MATH, OPENING, node_omml
from derive.slides.deck import Deck, Files, Options
from derive.slides.deck.flow import alone
from derive.slides.pptx.drawer import Media, draw_page
from derive.slides.pptx.file import describe, moved, settled, sign
from derive.slides.pptx.found import about, found_ground
from derive.slides.pptx.layout import nodes_of
from derive.slides.pptx.own import own_ground
from derive.slides.pptx.package import become, reading
from derive.slides.pptx.pictures import drawn
from derive.slides.pptx.read import read_back
from derive.slides.pptx.title import title_slide

__all__ = ["about", "fragment", "read_back", "write"]


def write(deck: Deck, name: str, options: Options) -> Files:
    """The deck, by itself or added to the presentation in ``options.into``; the ending of ``name`` says of which kind it is."""
    ground = found_ground(options.into, deck) if options.into else own_ground(deck)
    nodes = (n for s in deck.slides for n in nodes_of(s, options.move))
    formulas = drawn(nodes, ground.text, ground.changed, ground.terms)
    there = len(ground.presentation.slides)
    after = there if options.after < 0 else options.after
    if after > there:
        have = "has no slides" if not there else f"has {there} slide{'s' if there > 1 else ''}"
        raise UserError(f"there is no slide {after} to add behind: the presentation {have}")
    before = title_slide(deck, ground) if deck.title else []
    media = Media(ground.presentation)
    for sheet in (*((s,) for s in before), *alone(deck).sheets):
        draw_page(deck, sheet, ground, formulas, media, options)
    out = io.BytesIO()
    with reading():  # of what others have written, this reads all that is left
        moved(ground.presentation, there, after)
        if ground.own:
            describe(deck, ground.presentation)
        else:
            sign(ground.presentation)
        become(ground.presentation, name)
        ground.presentation.save(out)
        return {name: settled(out.getvalue())}


def fragment(deck: Deck, options: Options) -> str:
    """The claim and the lines as equations, each an ``m:oMathPara`` on a line: as they stand in PowerPoint and Word files."""
    del options
    nodes = dict.fromkeys(unmarked(n) for slide in deck.slides for n in nodes_of(slide))
    opening = f'<m:oMathPara xmlns:m="{MATH}" xmlns:a="{DRAWING}"><m:oMath>'
    return "".join(node_omml(n).replace(OPENING, opening, 1) + "</m:oMathPara>\n" for n in nodes)
