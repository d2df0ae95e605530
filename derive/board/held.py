"""What a derivative holds fixed though a condition ties it to what moves.

The derivative of log p(y) in z_j is 0, for p is a letter of its own; given p = softmax(z), a reader takes it for the gradient.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, REAL, Fn, Sort
from derive.kernel.terms import EQ, HAS_DERIVATIVE, IFF, IN, App, Lam, Term, Var, fresh, instantiate, parts_of, subterms
from derive.operators.derivatives import Derivative, taken_apart
from derive.tactics.derived import strip_forall

_TIES = (EQ, HAS_DERIVATIVE, IFF, IN)


Letters = tuple[Term, set[Var]]
"""A condition and letters in it."""


class Tie(NamedTuple):
    """A letter that a derivative holds fixed, the letter that it moves, and the condition that ties the two."""

    held: Var
    moving: Var
    condition: Term


def ties_of(given: Sequence[Term]) -> list[Letters]:
    """The conditions that tie letters to each other, and these letters."""
    return [(g, letters) for g in given if len(letters := _letters(_equations(g)) & g.free) > 1]


def tied(statement: Term, given: Sequence[Term], ties: list[Letters] | None = None) -> Tie | None:
    """The first letter that a derivative in the statement holds fixed though the conditions tie it to what moves.  ``ties`` are those
    of the conditions, where they are known already."""
    ties = ties_of(given) if ties is None else ties
    if not ties:
        return None
    for moving, fixed in held_and_moving(statement, set[Var]().union(*(g.free for g in given))):
        found = _reached(moving, fixed, ties)
        if found is not None:
            return found
    return None


def held_and_moving(statement: Term, taken: set[Var]) -> Iterator[tuple[Var, set[Var]]]:
    """The letters that derivatives in a statement move, each with those that are held fixed."""
    for parts in _derivatives(statement, taken | statement.free):
        fixed = _letters([parts.fn])
        for moving in sorted(_letters([parts.point]), key=lambda v: v.name):
            yield moving, fixed - {moving}


def _reached(moving: Var, fixed: set[Var], ties: list[Letters]) -> Tie | None:
    """One of the fixed letters that hangs on the moving one, over as many conditions as it takes."""
    reached, left = {moving}, ties
    while True:
        near = [(g, letters) for g, letters in left if letters & reached]
        for g, letters in near:
            for held in sorted(letters & fixed, key=lambda v: v.name):
                return Tie(held, moving, g)
        if not near:
            return None
        reached = reached.union(*(letters for _, letters in near))
        left = [tie for tie in left if tie not in near]


def _equations(condition: Term) -> Iterator[Term]:
    """What a condition sets equal: its conclusion, and the equations among its guards."""
    _, guards, concl = strip_forall(condition)
    return (t for t in (*guards, concl) if isinstance(t, App) and t.op in _TIES)


def _letters(terms: Iterable[Term]) -> set[Var]:
    """The numbers and the families of numbers among the letters; integers do not move with a real."""
    return {v for t in terms for v in t.free if _numbers(v.sort)}


def _numbers(sort: Sort) -> bool:
    while isinstance(sort, Fn) and sort.dom is INT:
        sort = sort.cod
    return sort is REAL


def _derivatives(term: Term, taken: set[Var]) -> Iterator[Derivative]:
    """The derivatives in a term and in the definitions that it uses, outermost first."""
    waiting = [term]
    while waiting:
        t = waiting.pop()
        parts = taken_apart(t)
        if parts is not None:
            yield parts
        if isinstance(t, Lam):
            waiting.append(instantiate(t, fresh(t.hint, t.dom, taken | t.free)))
            continue
        if parts is None and isinstance(t, App) and isinstance(t.op, Definition) and _differentiates(t.op):
            waiting.append(t.op.unfolded(t.args))
        waiting.extend(parts_of(t)[::-1])


@cache
def _differentiates(definition: Definition) -> bool:
    """Whether a derivative stands in the definition, or in one that it uses."""
    inside = (t for t in subterms(definition.body) if isinstance(t, App))
    return any(taken_apart(t) is not None or (isinstance(t.op, Definition) and _differentiates(t.op)) for t in inside)
