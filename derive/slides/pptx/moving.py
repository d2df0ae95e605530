"""Slides for PowerPoint's Morph: one for each click, on which shapes are found again by their names.

Names that begin with two exclamation marks tell Morph which shapes are the same.  A line keeps its name.  A term that has
a colour has one name on all lines of a run, and the newest of them bears it: so it comes from where the line before has it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from derive.render.formula.nodes import settled
from derive.slides.pptx.layout import Equation, Plot, Thing

SAME = "!!"


def last_click(things: Sequence[Thing]) -> int:
    return max((t.click for t in things if not isinstance(t, Plot)), default=0)


def at_click(things: Sequence[Thing], click: int) -> dict[int, Thing]:
    """What stands there after so many clicks, by its number among all; what older lines changed is new no more."""
    out = {}
    for i, thing in enumerate(things):
        if isinstance(thing, Plot) or thing.click <= click:
            old = isinstance(thing, Equation) and thing.place != "claim" and thing.click < click
            out[i] = replace(thing, node=settled(thing.node)) if old and isinstance(thing, Equation) else thing
    return out


class _Run(NamedTuple):
    """A term on lines that follow each other: the rows of the first and of the last of them, and the thing on the last."""

    began: int
    ended: int
    thing: int


def movers(things: Mapping[int, Thing]) -> dict[int, str]:
    """The names of the terms that move, by their numbers among the things that stand there."""
    count: Counter[tuple[int, int, int]] = Counter()  # terms of a colour in a row of a chain
    newest: dict[tuple[int, int, int], _Run] = {}  # by chain, colour, and which of this colour it is
    for i, e in things.items():
        if not isinstance(e, Equation) or not e.tint:
            continue
        count[e.chain, e.row, e.tint] += 1
        term = (e.chain, e.tint, count[e.chain, e.row, e.tint])
        before = newest.get(term)
        began = before.began if before is not None and e.row - before.ended <= 1 else e.row
        newest[term] = _Run(began, e.row, i)
    return {run.thing: f"term {chain}.{run.began}.{tint}.{n}" for (chain, tint, n), run in newest.items()}
