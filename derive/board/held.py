"""What a derivative holds fixed though a condition ties it to what moves.

The derivative of log p(y) in z_j is 0, for p is a letter of its own; given p = softmax(z), a reader takes it for the gradient.
Inequalities tie as well where they leave no room: b <= a^2 and a^2 <= b.  They leave room where a model satisfies them strictly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, REAL, Fn, Sort
from derive.kernel.terms import (
    EQ,
    FORALL,
    HAS_DERIVATIVE,
    IFF,
    IMPLIES,
    IN,
    LE,
    App,
    Lam,
    Term,
    Var,
    app,
    fresh,
    instantiate,
    parts_of,
    subterms,
)
from derive.operators.derivatives import Derivative, taken_apart
from derive.tactics.derived import strip_forall

_TIES = (EQ, HAS_DERIVATIVE, IFF, IN)
_BUDGET = 100
"""How many models are looked at for room between inequalities."""

Letters = tuple[Term, set[Var]]
"""A condition and letters in it."""


class Tie(NamedTuple):
    """A letter that a derivative holds fixed, the letter that it moves, and the condition that ties the two."""

    held: Var
    moving: Var
    condition: Term


def tied(statement: Term, given: tuple[Term, ...]) -> Tie | None:
    """The first letter that a derivative in the statement holds fixed though the conditions tie it to what moves."""
    if not (_ties_of(given) or _narrow(given)):
        return None
    for moving, fixed in held_and_moving(statement, set[Var]().union(*(g.free for g in given))):
        ties = _ties_of(given) + (_narrow(given) if _no_room(given) else [])
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


@lru_cache(maxsize=1000)
def _ties_of(given: tuple[Term, ...]) -> list[Letters]:
    """The conditions that tie letters to each other, and these letters."""
    return [(g, letters) for g in given if len(letters := _letters(_equations(g)) & g.free) > 1]


@lru_cache(maxsize=1000)
def _narrow(given: tuple[Term, ...]) -> list[Letters]:
    """The inequalities that tie letters to each other if they leave no room, and these letters."""
    return [
        (g, letters) for g in given if _strictly(g) != g and len(letters := _letters([strip_forall(g)[2]]) & g.free) > 1
    ]


@lru_cache(maxsize=1000)
def _no_room(given: tuple[Term, ...]) -> bool:
    """Whether no model was found in which those inequalities hold strictly."""
    from derive.falsify import NoneFound, satisfiable

    narrow = {g for g, _ in _narrow(given)}
    strict = tuple(_strictly(g) if g in narrow else g for g in given)
    return isinstance(satisfiable(strict, budget=_BUDGET), NoneFound)


def _strictly(condition: Term) -> Term:
    """An inequality, or what says one for all or under conditions, with < in place of <=."""
    match condition:
        case App(op=op, args=(a, b)) if op is LE:
            return a < b
        case App(op=op, args=(guard, statement)) if op is IMPLIES:
            return app(op, guard, _strictly(statement))
        case App(op=op, args=(Lam(hint=hint, dom=dom, body=body),)) if op is FORALL:
            return app(op, Lam(hint, dom, _strictly(body)))
    return condition


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
