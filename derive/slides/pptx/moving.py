"""Slides for PowerPoint's Morph: one for each click, on which shapes are found again by their names.

Names that begin with two exclamation marks tell Morph which shapes are the same.  A line keeps its name.  A term that has
a colour has one name on all lines of a run, and the newest of them bears it: so it comes from where the line before has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

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


def movers(things: Mapping[int, Thing]) -> dict[int, str]:
    """The names of the terms that move, by their numbers among the things that stand there."""
    seen: dict[
        tuple[int, int, int], int
    ] = {}  # how many terms of this colour a row has: its chain, its number, the colour
    newest: dict[
        tuple[int, int, int], tuple[int, int, int]
    ] = {}  # of each term: the row where its run began and ended, the thing
    for i, e in things.items():
        if not isinstance(e, Equation) or not e.tint:
            continue
        nth = seen[e.chain, e.row, e.tint] = seen.get((e.chain, e.row, e.tint), 0) + 1
        term = (e.chain, e.tint, nth)
        began, ended, _ = newest.get(term, (e.row, e.row, i))
        newest[term] = (began if e.row - ended <= 1 else e.row, e.row, i)
    return {i: f"term {chain}.{began}.{tint}.{nth}" for (chain, tint, nth), (began, _, i) in newest.items()}
