"""Terms followed from line to line, as the proof moves them, for printers that give a term one colour throughout.

A term at a place of one line is found in the next

* at the same place, where the step rewrote nothing round it: it stands there as it was, or as what the proof rewrote it to
  in its place, which is equal to it;
* inside what the step rewrote, where it stands exactly once before and once after, and names nothing that is bound outside.

Anywhere else it is lost: it is there no more, or nobody can say which of its copies it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from derive.kernel.terms import Term, parts_of
from derive.record.changes import Path, part, rewritten
from derive.record.derivation import Block, Line

_Move = Callable[[Path], Path | None]
Tints = dict[Path, int]
"""The places of a line that have a colour, and which."""


def followed(block: Block, seeds: Mapping[int, Mapping[Path, int]]) -> tuple[Tints, ...]:
    """The tints of each formula of a block, its start first; ``seeds`` are the places where terms get theirs, by formula.
    A place that is reached by two keeps the first."""
    terms = (block.start, *(line.term for line in block.lines))
    tints: tuple[Tints, ...] = tuple({} for _ in terms)
    steps = [_Step(terms[i], line) for i, line in enumerate(block.lines)]
    for at, places in seeds.items():
        for place, tint in places.items():
            _follow(tints, place, tint, [(at, None), *((i + 1, steps[i].after) for i in range(at, len(steps)))])
            _follow(tints, place, tint, [(i, steps[i].before) for i in range(at - 1, -1, -1)])
    return tints


def _follow(tints: tuple[Tints, ...], place: Path, tint: int, way: list[tuple[int, _Move | None]]) -> None:
    found: Path | None = place
    for i, move in way:
        found = found if move is None or found is None else move(found)
        if not found:  # lost, or it is all of the line
            return
        tints[i].setdefault(found, tint)


class _Step:
    """From one formula to the next."""

    def __init__(self, before: Term, line: Line) -> None:
        self.terms, self.theorem = (before, line.term), line.theorem

    @cached_property
    def places(self) -> frozenset[Path]:
        return rewritten(*self.terms, self.theorem)

    def after(self, place: Path) -> Path | None:
        return self.moved(place, *self.terms)

    def before(self, place: Path) -> Path | None:
        return self.moved(place, *reversed(self.terms))

    def moved(self, place: Path, here: Term, there: Term) -> Path | None:
        around = min((p for p in self.places if place[: len(p)] == p and p != place), key=len, default=None)
        if around is None:
            new = _at(there, place)
            return place if new is not None and new.sort == part(here, place).sort else None
        term = part(here, place)
        if term.loose or not parts_of(term):  # a letter is everywhere
            return None
        mine, others = list(_occurrences(here, around, term)), list(_occurrences(there, around, term))
        return others[0] if len(mine) == len(others) == 1 else None


def _at(term: Term, place: Path) -> Term | None:
    for i in place:
        children = parts_of(term)
        if i >= len(children):
            return None
        term = children[i]
    return term


def _occurrences(term: Term, under: Path, wanted: Term) -> Iterator[Path]:
    """The places of ``wanted`` at or below ``under``."""
    root = _at(term, under)
    return iter(()) if root is None else places_of(root, wanted, under)


def places_of(term: Term, wanted: Term, path: Path = ()) -> Iterator[Path]:
    """Where a term stands in another, from left to right."""
    if term == wanted:
        yield path
        return
    for i, child in enumerate(parts_of(term)):
        yield from places_of(child, wanted, (*path, i))
