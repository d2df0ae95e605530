r"""Sums over i != j or i < j: over i alone where j is some letter of the row, else over all such pairs."""

from __future__ import annotations

from collections.abc import Sequence

from derive.notes.formula.surface import COMPARED, Expr, names_in, run_by, walk
from derive.notes.meaning.world import letters_free


def likelier_first(chain: Sequence[list[Expr]]) -> None:
    """The readings of the expressions of a chain, those first in which a letter stands free everywhere or nowhere."""
    fixed: set[str] = set()
    for readings in chain:
        if readings:
            fixed |= set.intersection(*map(letters_free, readings))
    for readings in chain:
        readings[:] = [e for e in readings if not _hides(e, frozenset())] or readings
        readings.sort(key=lambda e: _odd(e, fixed))


def _hides(e: Expr, around: frozenset[str]) -> bool:
    """Whether a sum over pairs binds a letter of a sum around it, which nobody means."""
    if e.op == "big":
        if e.args[-1].data in COMPARED and len(e.args) > 2 and not around.isdisjoint(names_in(e.args[1])):
            return True
        around |= run_by(e.args[1:])
    return any(_hides(a, around) for a in e.args)


def _odd(e: Expr, fixed: set[str]) -> int:
    """How many sums over pairs bind a letter that is fixed, or leave one free that is not."""
    return sum(_is_odd(x, fixed) for x in walk(e) if x.op == "big")


def _is_odd(big: Expr, fixed: set[str]) -> bool:
    body, *bounds = big.args
    b = bounds[-1]
    if b.data not in COMPARED or not b.args[1].is_name():
        return False
    other = b.args[1].ref.name
    if len(bounds) > 1:
        return other in fixed
    return other not in fixed and other in names_in(body)
