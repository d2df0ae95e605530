"""Powers of numbers under 1, exponentials of no sign, and sums of powers: the geometric sum."""

from __future__ import annotations

from derive.kernel import rules as r
from derive.kernel.terms import EXP, LOG, MUL, POW, SUM, Term, eq, ne
from derive.kernel.theorem import Theorem
from derive.lemmas.arithmetic import mul_lt_mul_left
from derive.lemmas.base import ONE, ZERO, a, at_values, c, k, lemma, lin, m, n, x
from derive.lemmas.bounds import exp_le, log_neg_of_lt_one
from derive.lemmas.logs import exp, exp_add, exp_lt, exp_pos, exp_zero, log, log_exp, log_one
from derive.lemmas.ranges import sum_telescope
from derive.lemmas.sums import fn, sum_div, total
from derive.tactics.conv import ring_with
from derive.tactics.derived import chain, sides

__all__ = ["pow_lt_one", "sum_geometric", "sum_geometric_back"]


@lemma(exp(x) <= 1, [x <= 0], phrase="the exponential of a number of at most 0 is at most 1", internal=True)
def exp_le_one() -> Theorem:
    return r.rel_cong(at_values(exp_le.theorem, y=ZERO), (r.refl(exp(x)), exp_zero.theorem))


@lemma(ONE <= exp(x), [ZERO <= x], phrase="the exponential of a number of at least 0 is at least 1", internal=True)
def one_le_exp() -> Theorem:
    return r.rel_cong(at_values(exp_le.theorem, x=ZERO, y=x), (exp_zero.theorem, r.refl(exp(x))))


@lemma(x**a < 1, [ZERO < x, x < 1, ZERO < a], phrase="a power of a number under 1 is under 1")
def pow_lt_one() -> Theorem:
    power = at_values(r.axiom("pow_eq_exp"), r.assume(ZERO < x))
    scaled = at_values(mul_lt_mul_left.theorem, log_neg_of_lt_one.theorem, a=log(x), b=ZERO, c=a)
    below = at_values(exp_lt.theorem, lin(a * log(x) < 0, scaled), x=a * log(x), y=ZERO)
    return r.rel_cong(below, (r.sym(power), exp_zero.theorem))


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


@lemma(
    eq(total(x ** (n - k), low=ONE), (1 - x**n) / (1 - x)),
    [ZERO < x, ne(x, 1), ZERO <= n],
    phrase="the geometric sum, the latest term first",
)
def sum_geometric_back() -> Theorem:
    """x^(n - k) is (x^(n - k) - x^(n - k + 1))/(1 - x), and neighbouring terms cancel."""
    down = lin(ne(1 - x, 0), r.assume(ne(x, 1)))
    power = x ** (n - k + 1)
    step = x ** (n - (k + 1) + 1) - power
    same = _same_power(n - (k + 1) + 1, n - k)
    each = ring_with(x ** (n - k), step / (1 - x), (at_values(_next_power(), k=n - k), same), (down,))
    parts = at_values(sum_div.theorem, down, m=ONE, f=fn(step), c=1 - x)
    ends = at_values(sum_telescope.theorem, lin(ONE <= n + 1, r.assume(ZERO <= n)), m=ONE, f=fn(power))
    zeroth = at_values(r.axiom("pow_eq_exp"), r.assume(ZERO < x), a=ZERO)
    nothing = r.cong(EXP, (r.ring(ZERO * log(x), ZERO, ()),))
    one = chain(_same_power(n - (n + 1) + 1, ZERO), zeroth, nothing, exp_zero.theorem)
    met = chain(ends, ring_with(sides(ends.concl)[1], 1 - x**n, (one, _same_power(n - ONE + 1, n))))
    whole = chain(r.bigop_ext(SUM, ONE, n, k, each), parts)
    return chain(whole, ring_with(total(step, low=ONE) / (1 - x), (1 - x**n) / (1 - x), (met,), (down,)))


def _same_power(a: Term, b: Term) -> Theorem:
    return r.cong(POW, (r.refl(x), r.ring(a, b, ())))


def _as_power(exponent: Term) -> Theorem:
    """|- exp(a c) = exp(c)^a"""
    power = at_values(r.axiom("pow_eq_exp"), at_values(exp_pos.theorem, x=c), x=exp(c), a=exponent)
    return r.sym(
        chain(
            power, r.cong(EXP, (ring_with(exponent * log(exp(c)), exponent * c, (at_values(log_exp.theorem, x=c),)),))
        )
    )


@lemma(
    eq(total(exp(k * c)), (exp(m * c) - exp((n + 1) * c)) / (1 - exp(c))),
    [ne(c, 0), m <= n + 1],
    phrase="the geometric sum",
    internal=True,
)
def sum_geometric_exp() -> Theorem:
    one = r.assume(eq(exp(c), 1))
    zero = chain(r.sym(at_values(log_exp.theorem, x=c)), r.cong(LOG, (one,)), log_one.theorem)
    differs = r.cases(eq(exp(c), 1), r.absurd(zero, r.assume(ne(c, 0)), ne(exp(c), 1)), r.assume(ne(exp(c), 1)))
    down = lin(ne(1 - exp(c), 0), differs)
    powers = at_values(sum_geometric.theorem, at_values(exp_pos.theorem, x=c), differs, r.assume(m <= n + 1), x=exp(c))
    ends = ring_with(
        sides(powers.concl)[1],
        (exp(m * c) - exp((n + 1) * c)) / (1 - exp(c)),
        tuple(r.sym(_as_power(e)) for e in (m, n + 1)),
        (down,),
    )
    return chain(r.bigop_ext(SUM, m, n, k, _as_power(k)), powers, ends)
