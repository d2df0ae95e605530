"""Partial derivatives: the derivative of a function of a family in one of its entries.

They are definitions over the kernel's derivative of a function of a real number: F is looked at along the line on which
only that entry moves, at the step h = 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from derive.kernel.definitions import Definition, define
from derive.kernel.sorts import FAMILY, INT, REAL, Fn, Sort
from derive.kernel.terms import DELTA, DERIVATIVE, App, Lam, Num, Term, Var, abstract, app, at, fresh, lam

_h = Var("h", REAL)


class Derivative(NamedTuple):
    """A derivative taken apart: of the function ``fn``, at the point, in the entry with these indices; none for a real."""

    fn: Term
    point: Term
    entry: tuple[Term, ...]

    @property
    def by(self) -> Term:
        """What is moved: the entry of the point."""
        out = self.point
        for index in self.entry:
            out = at(out, index)
        return out


def moved(z: Term, entry: tuple[Term, ...], step: Term) -> Term:
    """The family z with ``step`` added to the entry with these indices."""
    taken = set(z.free | step.free).union(*(index.free for index in entry))
    letters: list[Var] = []
    for name in ("t", "k")[-len(entry) :]:
        letters.append(fresh(name, INT, taken | set(letters)))
    value, here = z, None
    for letter, index in zip(letters, entry, strict=True):
        value = at(value, letter)
        same = app(DELTA, letter, index)
        here = same if here is None else here * same
    assert here is not None
    out: Term = value + here * step
    for letter in reversed(letters):
        out = lam(letter, out)
    return out


def _definition(name: str, sort: Sort, indices: tuple[str, ...], what: str) -> Definition:
    fn, z = Var("F", Fn(sort, REAL)), Var("z", sort)
    entry = tuple(Var(i, INT) for i in indices)
    along = Lam("h", REAL, abstract(at(fn, moved(z, entry, _h)), _h))
    return define(name, (fn, z, *entry), app(DERIVATIVE, along, Num(0)), what)


PARTIAL = _definition("partial", FAMILY, ("j",), "The partial derivative of F at the family z in its entry z(j).")
PARTIAL_AT = _definition(
    "partial_at", Fn(INT, FAMILY), ("i", "j"), "The partial derivative of F at the families z in the entry z(i)(j)."
)

PARTIALS: Mapping[Sort, Definition] = MappingProxyType({FAMILY: PARTIAL, Fn(INT, FAMILY): PARTIAL_AT})
"""The partial derivative by the sort of what it is taken at."""


def derivative(fn: Term, point: Term, *entry: Term) -> Term:
    """The derivative of ``fn`` at the point, in the entry with these indices.  Raises SortError when they do not fit."""
    if not entry:
        return app(DERIVATIVE, fn, point)
    return app(PARTIAL if len(entry) == 1 else PARTIAL_AT, fn, point, *entry)


def taken_apart(term: Term) -> Derivative | None:
    """The parts of a derivative; None for another term."""
    if not isinstance(term, App) or term.op not in (DERIVATIVE, PARTIAL, PARTIAL_AT):
        return None
    fn, point, *entry = term.args
    return Derivative(fn, point, tuple(entry))


def depth(sort: Sort) -> int:
    """How many indices name an entry of what has this sort."""
    n = 0
    while isinstance(sort, Fn):
        n, sort = n + 1, sort.cod
    return n


def at_sort(sort: Sort) -> Sort | None:
    """The sort of which a variable of this sort can be moved: a real, a family, a family for each position."""
    return next((s for s in (REAL, *PARTIALS) if sort == s), None)
