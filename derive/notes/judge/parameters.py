"""Families of functions, p_theta for every theta, as a function for each parameter that a row names.

What is said of p is said of each p_theta alone: for all theta, sum_x p_theta(x) = 1.  Then p_theta and p_eta, of parameters that
differ, are any two functions of which that holds, and every other parameter may have the first of them.  A model of these is one
of the row, and its conditions are of finitely many numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from derive.kernel import terms as k
from derive.kernel.sorts import INT, Fn, Sort
from derive.kernel.terms import App, Lam, Term, Var, at, fresh, instantiate, parts_of, rebuild, spine, substitute
from derive.tactics.derived import is_app

MOST = 3
"""How many parameters of one family a row may name."""


class _Fact(NamedTuple):
    """A condition; one on every parameter is at the letter ``each``."""

    body: Term
    each: Var | None = None


def by_parameters(claim: Term, given: Sequence[Term]) -> tuple[Term, list[Term]]:
    """The claim and the conditions with a letter for each function of a family; as they are where a family is used otherwise."""
    facts = [_opened(g, claim) for g in given]
    places = {v: args.index(f.each) for f in facts if f.each is not None for v, args in _uses(f.body) if f.each in args}
    points: dict[Var, list[Var]] = {v: [] for v in places}
    for f in [_Fact(claim), *facts]:
        for v, args in _uses(f.body):
            if v not in places:
                continue
            point = args[places[v]] if len(args) > places[v] else None
            if not isinstance(point, Var) or (f.each is not None and point != f.each):
                return claim, list(given)
            points[v] += [point] if f.each is None and point not in points[v] else []
    linked = [[v for v in places if v in f.body.free] for f in facts if f.each is not None]
    for group in linked * len(linked):  # a condition that links two families is one at the parameters of both
        together = list(dict.fromkeys(p for v in group for p in points[v]))
        points |= dict.fromkeys(group, together)
    if not any(points.values()) or any(len(found) > MOST for found in points.values()):
        return claim, list(given)
    taken = claim.free.union(*(g.free for g in given))
    letters: dict[tuple[Var, Term], Var] = {}
    for v, found in points.items():
        for p in found:
            letters[v, p] = fresh(f"{v.name}_{p.name}", without_argument(v.sort, places[v]), taken)
            taken |= {letters[v, p]}
    out = [k.ne(a, b) for found in points.values() for n, a in enumerate(found) for b in found[n + 1 :]]
    out = list(dict.fromkeys(out))
    for f in facts:
        here = [f.body]
        if f.each is not None:
            here = [
                substitute(f.body, {f.each: p})
                for p in dict.fromkeys(p for v in places if v in f.body.free for p in points[v])
            ]
        out += [_put(x, places, letters) for x in here]
    return by_parameters(_put(claim, places, letters), out)


def _opened(g: Term, claim: Term) -> _Fact:
    """A condition on every parameter, which is said of functions at that parameter and of nothing else."""
    if (
        isinstance(g, App)
        and g.op is k.FORALL
        and isinstance(fn := g.args[0], Lam)
        and fn.dom is INT
        and not is_app(fn.body, k.IMPLIES)
    ):
        c = fresh(fn.hint, INT, g.free | claim.free)
        body = instantiate(fn, c)
        if all(args.count(c) < 2 for _, args in _uses(body)) and not _alone(body, c):
            return _Fact(body, c)
    return _Fact(g)


def _uses(t: Term) -> Iterator[tuple[Var, list[Term]]]:
    """The functions in a term, each with the arguments at which it stands."""
    head, args = spine(t)
    if isinstance(head, Var):
        if isinstance(head.sort, Fn):
            yield head, args
        for a in args:
            yield from _uses(a)
    else:
        for part in parts_of(t):
            yield from _uses(part)


def _alone(t: Term, c: Var) -> bool:
    """Whether a letter stands somewhere else than as the argument of a function."""
    head, args = spine(t)
    if isinstance(head, Var):
        return head == c or any(_alone(a, c) for a in args if a != c)
    return any(_alone(part, c) for part in parts_of(t))


def without_argument(sort: Sort, place: int) -> Sort:
    """Of functions with one argument fewer."""
    assert isinstance(sort, Fn)
    return sort.cod if place == 0 else Fn(sort.dom, without_argument(sort.cod, place - 1))


def _put(t: Term, places: dict[Var, int], letters: dict[tuple[Var, Term], Var]) -> Term:
    if t.free.isdisjoint(places):
        return t
    head, args = spine(t)
    if isinstance(head, Var) and head in places:
        n = places[head]
        out: Term = letters[head, args[n]]
        for a in (*args[:n], *args[n + 1 :]):
            out = at(out, _put(a, places, letters))
        return out
    return rebuild(t, tuple(_put(p, places, letters) for p in parts_of(t)))
