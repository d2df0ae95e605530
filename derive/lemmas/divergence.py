"""The inequality behind Gibbs: a log(a/b) >= a - b, with equality only at a = b; and sums that vanish."""

from __future__ import annotations

from derive.kernel import rules as r
from derive.kernel.terms import SUM, XLOGY, Term, app, eq, iff, ne
from derive.kernel.theorem import Theorem
from derive.lemmas import arithmetic as ar
from derive.lemmas import logs, sums
from derive.lemmas.base import (
    ONE,
    ZERO,
    a,
    apply_every,
    assume,
    at_values,
    b,
    every,
    f,
    from_false,
    j,
    k,
    lemma,
    lin,
    m,
    n,
    x,
    y,
)
from derive.lemmas.logs import log
from derive.tactics.conv import ring_with
from derive.tactics.derived import chain, sides

__all__ = [
    "sub_le_xlogy",
    "sub_lt_xlogy",
    "sum_eq_zero_iff",
    "xlogy_div",
    "xlogy_gap_eq_zero_iff",
    "xlogy_mul",
    "xlogy_mul_div",
]

ratio = app(XLOGY, a, a / b)


def _positive(t: Term = a) -> Theorem:
    """0 <= t, t != 0 |- 0 < t."""
    flipped = at_values(ar.ne_sym.theorem, r.assume(ne(t, 0)), a=t, b=ZERO)
    return at_values(ar.lt_of_le_of_ne.theorem, r.assume(ZERO <= t), flipped, a=ZERO, b=t)


def _as_product(positive: Theorem) -> Theorem:
    """0 < a, 0 < b |- a log(a/b) = a (log a - log b), the left side being the operator with 0 log 0 = 0."""
    quotient = at_values(ar.div_pos.theorem, positive, x=a, y=b)
    plain = at_values(logs.xlogy_eq_mul_log.theorem, quotient, x=a / b)
    return chain(
        plain, ring_with(a * log(a / b), a * (log(a) - log(b)), (at_values(logs.log_div.theorem, positive, x=a, y=b),))
    )


def _bound(strict: bool) -> Theorem:
    """0 < a, 0 < b |- a (log b - log a) <= b - a, or < when a != b."""
    positive = r.assume(ZERO < a)
    nonzero = at_values(ar.ne_of_gt.theorem, positive, a=a, b=ZERO)
    quotient = at_values(ar.div_pos.theorem, positive, x=b, y=a)
    split = at_values(logs.log_div.theorem, positive, x=b, y=a)
    left = ring_with(a * log(b / a), a * (log(b) - log(a)), (split,))
    right = r.ring(a * (b / a - 1), b - a, (nonzero,))
    if strict:
        same = chain(r.ring(b, b / a * a, (nonzero,)), ring_with(b / a * a, a, (r.assume(eq(b / a, 1)),)))
        differ = r.cases(eq(b / a, 1), r.absurd(r.sym(same), r.assume(ne(a, b)), ne(b / a, 1)), r.assume(ne(b / a, 1)))
        bound = at_values(logs.log_lt_sub_one.theorem, quotient, differ, x=b / a)
        scaled = at_values(ar.mul_lt_mul_left.theorem, bound, positive, a=log(b / a), b=b / a - 1, c=a)
    else:
        bound = at_values(logs.log_le_sub_one.theorem, quotient, x=b / a)
        weak = lin(ZERO <= a, positive)
        scaled = at_values(ar.mul_le_mul_left.theorem, bound, weak, a=log(b / a), b=b / a - 1, c=a)
    return r.rel_cong(scaled, (left, right))


@lemma(a - b <= ratio, [ZERO <= a, ZERO < b], phrase="log x <= x - 1, in each term")
def sub_le_xlogy() -> Theorem:
    goal = a - b <= ratio
    zero = r.assume(eq(a, 0))
    at_zero = lin(goal, zero, at_values(logs.xlogy_zero.theorem, x=a / b), r.assume(ZERO < b))
    positive = _positive()
    plain = r.cut(positive, _as_product(r.assume(ZERO < a)))
    return r.cases(eq(a, 0), at_zero, lin(goal, plain, r.cut(positive, _bound(strict=False))))


@lemma(a - b < ratio, [ZERO <= a, ZERO < b, ne(a, b)], phrase="log x < x - 1 unless x = 1, in each term")
def sub_lt_xlogy() -> Theorem:
    goal = a - b < ratio
    zero = r.assume(eq(a, 0))
    at_zero = lin(goal, zero, at_values(logs.xlogy_zero.theorem, x=a / b), r.assume(ZERO < b))
    positive = _positive()
    plain = r.cut(positive, _as_product(r.assume(ZERO < a)))
    return r.cases(eq(a, 0), at_zero, lin(goal, plain, r.cut(positive, _bound(strict=True))))


@lemma(
    eq(ratio, app(XLOGY, a, a) - a * log(b)), [ZERO <= a, ZERO < b], phrase="the log of a quotient, with 0 log 0 = 0"
)
def xlogy_div() -> Theorem:
    right = app(XLOGY, a, a) - a * log(b)
    zero = r.assume(eq(a, 0))
    none = at_values(logs.xlogy_zero.theorem, x=a)
    product_zero = ring_with(a * log(b), ZERO, (zero,))
    at_zero = lin(eq(ratio, right), at_values(logs.xlogy_zero.theorem, x=a / b), none, product_zero)
    positive = r.assume(ZERO < a)
    own = at_values(logs.xlogy_eq_mul_log.theorem, positive, x=a)
    plain = chain(_as_product(positive), r.ring(a * (log(a) - log(b)), a * log(a) - a * log(b), ()))
    otherwise = chain(plain, r.sym(ring_with(right, a * log(a) - a * log(b), (own,))))
    return r.cases(eq(a, 0), at_zero, r.cut(_positive(), otherwise))


@lemma(
    eq(app(XLOGY, a * b, a * b), b * app(XLOGY, a, a) + a * app(XLOGY, b, b)),
    [ZERO <= a, ZERO <= b],
    phrase="the log of a product, with 0 log 0 = 0",
)
def xlogy_mul() -> Theorem:
    parts = b * app(XLOGY, a, a) + a * app(XLOGY, b, b)

    def at_zero(t: Term) -> Theorem:
        """Where the factor t is 0 both sides are."""
        zero = r.assume(eq(t, 0))
        none = at_values(logs.xlogy_zero.theorem, ring_with(a * b, ZERO, (zero,)), a=a * b, x=a * b)
        alone = at_values(logs.xlogy_zero.theorem, zero, a=t, x=t)
        return chain(none, r.sym(ring_with(parts, ZERO, (alone, zero))))

    signs = assume(ZERO < a, ZERO < b)
    positive = at_values(ar.mul_pos.theorem, *signs, x=a, y=b)
    plain = at_values(logs.xlogy_eq_mul_log.theorem, positive, a=a * b, x=a * b)
    split = at_values(logs.log_mul.theorem, *signs, x=a, y=b)
    own = tuple(at_values(logs.xlogy_eq_mul_log.theorem, p, a=t, x=t) for t, p in zip((a, b), signs, strict=True))
    apart = a * b * (log(a) + log(b))
    otherwise = chain(plain, ring_with(a * b * log(a * b), apart, (split,)), r.sym(ring_with(parts, apart, own)))
    one_left = r.cases(eq(b, 0), at_zero(b), r.cut(_positive(b), otherwise))
    return r.cases(eq(a, 0), at_zero(a), r.cut(_positive(a), one_left))


@lemma(
    eq(app(XLOGY, a * x, a * x / (b * y)), x * ratio + a * app(XLOGY, x, x / y)),
    [ZERO <= a, ZERO <= x, ZERO < b, ZERO < y],
    phrase="the log of a product of quotients, with 0 log 0 = 0",
)
def xlogy_mul_div() -> Theorem:
    weights, divisors = assume(ZERO <= a, ZERO <= x), assume(ZERO < b, ZERO < y)
    product = at_values(ar.mul_nonneg.theorem, *weights, x=a, y=x)
    divisor = at_values(ar.mul_pos.theorem, *divisors, x=b, y=y)
    left = at_values(xlogy_div.theorem, product, divisor, a=a * x, b=b * y)
    whole = at_values(xlogy_mul.theorem, *weights, b=x)
    logs_of = at_values(logs.log_mul.theorem, *divisors, x=b)
    first, second = xlogy_div.theorem, at_values(xlogy_div.theorem, *assume(ZERO <= x, ZERO < y), a=x, b=y)
    apart = x * (app(XLOGY, a, a) - a * log(b)) + a * (app(XLOGY, x, x) - x * log(y))
    right = ring_with(x * ratio + a * app(XLOGY, x, x / y), apart, (first, second))
    return chain(left, ring_with(sides(left.concl)[1], apart, (whole, logs_of)), r.sym(right))


@lemma(iff(eq(ratio - (a - b), 0), eq(a, b)), [ZERO <= a, ZERO < b], phrase="log x = x - 1 only at x = 1")
def xlogy_gap_eq_zero_iff() -> Theorem:
    gap, same = eq(ratio - (a - b), 0), eq(a, b)
    strict = sub_lt_xlogy.theorem
    forth = r.cases(same, r.assume(same), from_false(same, strict, r.assume(gap)))
    # at a = b the quotient is 1 and its log 0
    b_pos = r.assume(ZERO < b)
    nonzero = at_values(ar.ne_of_gt.theorem, b_pos, a=b, b=ZERO)
    one = chain(ring_with(a / b, b / b, (r.assume(same),)), r.ring(b / b, ONE, (nonzero,)))
    plain = at_values(logs.xlogy_eq_mul_log.theorem, lin(ZERO < ONE), x=ONE)
    value = chain(r.cong(XLOGY, (r.refl(a), one)), plain, ring_with(a * log(ONE), ZERO, (logs.log_one.theorem,)))
    back = lin(gap, value, r.assume(same))
    return r.iff_intro(r.discharge(gap, forth), r.discharge(same, back))


_terms = every(k, m, n, ZERO <= f[k])
_all_zero = every(j, m, n, eq(f[j], 0))


@lemma(iff(eq(sums.total(f[k]), 0), _all_zero), [_terms], phrase="a sum of nonnegative terms is 0 exactly when each is")
def sum_eq_zero_iff() -> Theorem:
    zero = eq(sums.total(f[k]), 0)
    forth = sums.terms_zero_of_sum_zero.theorem
    here = apply_every(r.assume(_all_zero), k, *assume(m <= k, k <= n))
    same = r.bigop_ext(SUM, m, n, k, here)
    back = chain(same, sums.sum_zero.theorem)
    return r.iff_intro(r.discharge(zero, forth), r.discharge(_all_zero, back))
