"""Which condition would mend a row that is false: with it the row is proved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.kernel import terms as k
from derive.kernel.sorts import INT, REAL, is_numeric
from derive.kernel.terms import App, Num, Term, Var, app, fresh, ne, spine, subterms
from derive.notes.judge.prove import prove

MOST = 10
"""Conditions that are tried for one row."""


def missing(claim: Term, given: Sequence[Term]) -> Term | None:
    """The first condition of the usual ones with which the claim is proved; None where none of them does."""
    for condition, _ in zip(_usual(claim), range(MOST), strict=False):
        if condition not in given and prove(claim, (*given, condition)) is not None:
            return condition
    return None


def _usual(claim: Term) -> Iterator[Term]:
    """A family sums to 1 over a range of the claim; a number is not 0, is positive, is at least 1."""
    seen: set[Term] = set()
    for t in subterms(claim):
        if isinstance(t, App) and t.op is k.SUM and not t.loose:
            low, high, fn = t.args
            v = fresh("k", INT, t.free)
            for part in subterms(k.at(fn, v)):
                head, args = spine(part)
                if isinstance(head, Var) and args == [v] and is_numeric(part.sort) and part not in seen:
                    seen.add(part)
                    yield k.eq(app(k.SUM, low, high, k.Lam(v.name, INT, k.abstract(part, v))), 1)
    numbers = sorted((v for v in claim.free if v.sort in (REAL, INT)), key=lambda v: v.name)
    for v in numbers:
        yield Num(0) < v if v.sort is REAL else Num(1) <= v
    for t in dict.fromkeys(t.args[1] for t in subterms(claim) if isinstance(t, App) and t.op is k.DIV):
        if not t.loose and not isinstance(t, Num):
            yield ne(t, Num(0))
