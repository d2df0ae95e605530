"""Sums of powers: the geometric sum."""

from __future__ import annotations

from derive.kernel import rules as r
from derive.kernel.terms import EXP, MUL, SUM, eq, ne
from derive.kernel.theorem import Theorem
from derive.lemmas.base import ZERO, at_values, k, lemma, lin, m, n, x
from derive.lemmas.logs import exp_add, log
from derive.lemmas.ranges import sum_telescope
from derive.lemmas.sums import fn, sum_div, total
from derive.tactics.conv import ring_with
from derive.tactics.derived import chain

__all__ = ["sum_geometric"]


def _next_power() -> Theorem:
    """0 < x |- x^(k + 1) = x^k x"""
    positive = r.assume(ZERO < x)
    here, there = (at_values(r.axiom("pow_eq_exp"), positive, a=e) for e in (k, k + 1))
    spread = r.cong(EXP, (r.ring((k + 1) * log(x), k * log(x) + log(x), ()),))
    apart = at_values(exp_add.theorem, x=k * log(x), y=log(x))
    back = r.cong(MUL, (r.sym(here), at_values(r.axiom("exp_log"), positive)))
    return chain(there, spread, apart, back)


@lemma(
    eq(total(x**k), (x**m - x ** (n + 1)) / (1 - x)),
    [ZERO < x, ne(x, 1), m <= n + 1],
    phrase="the geometric sum",
)
def sum_geometric() -> Theorem:
    """x^k is (x^(k + 1) - x^k)/(x - 1), and neighbouring terms cancel."""
    given = r.assume(ne(x, 1))
    up, down = (lin(ne(d, 0), given) for d in (x - 1, 1 - x))
    step = x ** (k + 1) - x**k
    each = ring_with(x**k, step / (x - 1), (_next_power(),), (up,))
    parts = at_values(sum_div.theorem, up, f=fn(step), c=x - 1)
    ends = at_values(sum_telescope.theorem, r.assume(m <= n + 1), f=fn(x**k))
    whole = chain(r.bigop_ext(SUM, m, n, k, each), parts)
    return chain(whole, ring_with(total(step) / (x - 1), (x**m - x ** (n + 1)) / (1 - x), (ends,), (up, down)))
