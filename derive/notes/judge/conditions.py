"""Which condition would mend a row that is false: with it the row is proved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.kernel import terms as k
from derive.kernel.sorts import INT, REAL, is_numeric
from derive.kernel.terms import App, At, Num, Term, Var, app, fresh, ne, spine, subterms
from derive.notes.judge.prove import prove

MOST = 10
"""Conditions that are tried for one row."""
DEEP = 2
"""Sums around a sum of which a family is summed to 1."""


def missing(claim: Term, given: Sequence[Term]) -> Term | None:
    """The first condition of the usual ones with which the claim is proved; None where none of them does."""
    for condition, _ in zip(_usual(claim), range(MOST), strict=False):
        if condition not in (claim, *given) and prove(claim, (*given, condition)) is not None:
            return condition
    return None


def _usual(claim: Term) -> Iterator[Term]:
    """A family sums to 1 over a range of the claim, or is one-hot; a number is not 0, is positive, is at least 1."""
    yield from dict.fromkeys(_totals(claim, ()))
    yield from dict.fromkeys(_one_hots(claim))
    numbers = sorted((v for v in claim.free if v.sort in (REAL, INT)), key=lambda v: v.name)
    for v in numbers:
        yield Num(0) < v if v.sort is REAL else Num(1) <= v
    for t in dict.fromkeys(t.args[1] for t in subterms(claim) if isinstance(t, App) and t.op is k.DIV):
        if not t.loose and not isinstance(t, Num):
            yield ne(t, Num(0))


def _one_hots(claim: Term) -> Iterator[Term]:
    """A family that is summed has a 1 at one of the indices of the claim, and is 0 elsewhere."""
    places = sorted((v for v in _places(claim) if v in claim.free), key=lambda v: v.name)
    for low, high, v, entry in _summed(claim):
        if entry.free - {v} <= claim.free:
            for c in places:
                yield k.forall(v, k.implies(low <= v, v <= high, k.eq(entry, app(k.DELTA, v, c))))


def _places(claim: Term) -> set[Var]:
    return {t.arg for t in subterms(claim) if isinstance(t, At) and isinstance(t.arg, Var) and t.arg.sort is INT}


def _totals(t: Term, around: tuple[tuple[Var, Term, Term], ...]) -> Iterator[Term]:
    """Each family that stands under a sum over its last index sums to 1, for all values of the sums around."""
    for low, high, v, entry in _summed(t):
        total: Term = k.eq(app(k.SUM, low, high, k.Lam(v.name, INT, k.abstract(entry, v))), 1)
        for letter, first, last in reversed(around):
            if letter in total.free:
                total = k.forall(letter, k.implies(first <= letter, letter <= last, total))
        yield total
    if len(around) < DEEP:
        for low, high, v, body in _sums(t):
            yield from _totals(body, (*around, (v, low, high)))


def _summed(t: Term) -> Iterator[tuple[Term, Term, Var, Term]]:
    """The families that stand under a sum over their last index: the sum's bounds and letter, and the entry."""
    for low, high, v, body in _sums(t):
        for entry in subterms(body):
            head, args = spine(entry)
            if isinstance(head, Var) and args[-1:] == [v] and not entry.loose and is_numeric(entry.sort):
                yield low, high, v, entry


def _letter(taken: frozenset[Var]) -> Var:
    names = {v.name for v in taken}
    return next((Var(c, INT) for c in "kjilm" if c not in names), fresh("k", INT, taken))


def _sums(t: Term) -> Iterator[tuple[Term, Term, Var, Term]]:
    for part in subterms(t):
        if isinstance(part, App) and part.op is k.SUM and not part.args[0].loose and not part.args[1].loose:
            v = _letter(t.free | part.free)
            yield part.args[0], part.args[1], v, k.at(part.args[2], v)
