"""Inequalities that proofs of this field rest on: dividing by a positive number, exp at a line, probabilities and
products of them at most 1, Jensen's inequality for log, the log-sum inequality."""

from __future__ import annotations

from derive.kernel import rules as r
from derive.kernel.terms import DELTA, EXP, LOG, PROD, SUM, XLOGY, Num, Term, Var, app, eq, iff, ne
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
    c,
    every,
    f,
    from_false,
    g,
    j,
    k,
    lemma,
    lin,
    m,
    n,
    range_induction,
    x,
    y,
)
from derive.lemmas.divergence import sub_le_xlogy, xlogy_div
from derive.lemmas.logs import exp, log
from derive.lemmas.sums import empty_range, fn, last_term, product, total
from derive.tactics.conv import ring_with
from derive.tactics.derived import chain

__all__ = [
    "div_le_div_right", "div_le_iff", "div_lt_div_right", "exp_le", "exp_le_iff", "exp_lt_iff", "jensen_log",
    "le_div_iff", "le_log_iff", "le_one_of_sum_one", "log_le_iff_le_exp", "log_ne_zero", "log_neg_of_lt_one", "log_nonneg",
    "log_nonpos", "log_pos", "log_sum_inequality", "lt_one_of_sum_one", "mean_log_le_log_mean",
    "mean_of_two_logs_le", "mean_pos",
    "prod_le_one", "prod_nonneg", "term_le_sum",
]  # fmt: skip

fk, gk = f[k], g[k]


# --- dividing by a positive number -----------------------------------------------------------------------------------

_positive_c = ZERO < c


def _nonzero(t: Term, positive: Theorem) -> Theorem:
    return at_values(ar.ne_of_gt.theorem, positive, a=t, b=ZERO)


def _divided(strict: bool) -> Theorem:
    """a <= b (or <), 0 < c |- a/c <= b/c: multiplied by 1/c."""
    positive = r.assume(_positive_c)
    inverse = at_values(ar.div_pos.theorem, lin(ZERO < ONE), positive, x=ONE, y=c)
    if strict:
        th = at_values(ar.mul_lt_mul_left.theorem, r.assume(a < b), inverse, c=1 / c)
    else:
        th = at_values(ar.mul_le_mul_left.theorem, r.assume(a <= b), lin(ZERO <= 1 / c, inverse), c=1 / c)
    nonzero = (_nonzero(c, positive),)
    return r.rel_cong(th, (r.ring(1 / c * a, a / c, nonzero), r.ring(1 / c * b, b / c, nonzero)))


@lemma(a / c <= b / c, [a <= b, _positive_c], phrase="dividing by a positive number keeps the order")
def div_le_div_right() -> Theorem:
    return _divided(strict=False)


@lemma(a / c < b / c, [a < b, _positive_c], phrase="dividing by a positive number keeps the order")
def div_lt_div_right() -> Theorem:
    return _divided(strict=True)


@lemma(iff(a / c <= b, a <= b * c), [_positive_c], phrase="multiply both sides by the positive divisor")
def div_le_iff() -> Theorem:
    positive = r.assume(_positive_c)
    nonzero, weak = (_nonzero(c, positive),), lin(ZERO <= c, positive)
    up = at_values(ar.mul_le_mul_right.theorem, r.assume(a / c <= b), weak, a=a / c)
    forth = r.rel_cong(up, (r.ring(a / c * c, a, nonzero), r.refl(b * c)))
    down = at_values(div_le_div_right.theorem, *assume(a <= b * c, _positive_c), b=b * c)
    back = r.rel_cong(down, (r.refl(a / c), r.ring(b * c / c, b, nonzero)))
    return r.iff_intro(r.discharge(a / c <= b, forth), r.discharge(a <= b * c, back))


@lemma(iff(a <= b / c, a * c <= b), [_positive_c], phrase="multiply both sides by the positive divisor")
def le_div_iff() -> Theorem:
    positive = r.assume(_positive_c)
    nonzero, weak = (_nonzero(c, positive),), lin(ZERO <= c, positive)
    up = at_values(ar.mul_le_mul_right.theorem, r.assume(a <= b / c), weak, b=b / c)
    forth = r.rel_cong(up, (r.refl(a * c), r.ring(b / c * c, b, nonzero)))
    down = at_values(div_le_div_right.theorem, *assume(a * c <= b, _positive_c), a=a * c)
    back = r.rel_cong(down, (r.ring(a * c / c, a, nonzero), r.refl(b / c)))
    return r.iff_intro(r.discharge(a <= b / c, forth), r.discharge(a * c <= b, back))


# --- exp and log keep the order --------------------------------------------------------------------------------------


@lemma(exp(x) <= exp(y), [x <= y], phrase="exp is increasing")
def exp_le() -> Theorem:
    goal = exp(x) <= exp(y)
    same = lin(goal, r.cong(EXP, (r.assume(eq(x, y)),)))
    strictly = at_values(ar.lt_of_le_of_ne.theorem, *assume(x <= y, ne(x, y)), a=x, b=y)
    return r.cases(eq(x, y), same, lin(goal, r.cut(strictly, logs.exp_lt.theorem)))


@lemma(iff(exp(x) <= exp(y), x <= y), phrase="exp is increasing")
def exp_le_iff() -> Theorem:
    reverse = at_values(logs.exp_lt.theorem, r.assume(y < x), x=y, y=x)
    forth = r.cases(x <= y, r.assume(x <= y), from_false(x <= y, reverse, r.assume(exp(x) <= exp(y))))
    return r.iff_intro(r.discharge(exp(x) <= exp(y), forth), r.discharge(x <= y, exp_le.theorem))


@lemma(iff(exp(x) < exp(y), x < y), phrase="exp is increasing")
def exp_lt_iff() -> Theorem:
    reverse = at_values(exp_le.theorem, r.assume(y <= x), x=y, y=x)
    forth = r.cases(x < y, r.assume(x < y), from_false(x < y, reverse, r.assume(exp(x) < exp(y))))
    return r.iff_intro(r.discharge(exp(x) < exp(y), forth), r.discharge(x < y, logs.exp_lt.theorem))


_y_positive = ZERO < y


@lemma(iff(x <= log(y), exp(x) <= y), [_y_positive], phrase="exp and log turn each other round")
def le_log_iff() -> Theorem:
    back = at_values(logs.exp_log.theorem, r.assume(_y_positive), x=y)
    same = at_values(exp_le_iff.theorem, y=log(y))
    forth = lin(exp(x) <= y, r.mp(r.iff_back(same), r.assume(x <= log(y))), back)
    weaker = lin(exp(x) <= exp(log(y)), r.assume(exp(x) <= y), back)
    return r.iff_intro(r.discharge(x <= log(y), forth), r.discharge(exp(x) <= y, r.mp(r.iff_forth(same), weaker)))


@lemma(iff(log(y) <= x, y <= exp(x)), [_y_positive], phrase="exp and log turn each other round")
def log_le_iff_le_exp() -> Theorem:
    back = at_values(logs.exp_log.theorem, r.assume(_y_positive), x=y)
    same = at_values(exp_le_iff.theorem, x=log(y), y=x)
    forth = lin(y <= exp(x), r.mp(r.iff_back(same), r.assume(log(y) <= x)), back)
    weaker = lin(exp(log(y)) <= exp(x), r.assume(y <= exp(x)), back)
    return r.iff_intro(r.discharge(log(y) <= x, forth), r.discharge(y <= exp(x), r.mp(r.iff_forth(same), weaker)))


@lemma(ZERO <= log(x), [ONE <= x], phrase="the log of a number of at least 1 is not negative")
def log_nonneg() -> Theorem:
    th = at_values(logs.log_le.theorem, lin(ZERO < ONE), r.assume(ONE <= x), x=ONE, y=x)
    return lin(ZERO <= log(x), th, logs.log_one.theorem)


@lemma(ZERO < log(x), [ONE < x], phrase="the log of a number over 1 is positive")
def log_pos() -> Theorem:
    th = at_values(logs.log_lt.theorem, lin(ZERO < ONE), r.assume(ONE < x), x=ONE, y=x)
    return lin(ZERO < log(x), th, logs.log_one.theorem)


@lemma(log(x) <= 0, [ZERO < x, x <= 1], phrase="the log of a number of at most 1 is not positive")
def log_nonpos() -> Theorem:
    th = at_values(logs.log_le.theorem, *assume(ZERO < x, x <= 1), y=ONE)
    return lin(log(x) <= 0, th, logs.log_one.theorem)


@lemma(log(x) < 0, [ZERO < x, x < 1], phrase="the log of a number under 1 is negative")
def log_neg_of_lt_one() -> Theorem:
    th = at_values(logs.log_lt.theorem, *assume(ZERO < x, x < 1), y=ONE)
    return lin(log(x) < 0, th, logs.log_one.theorem)


@lemma(ne(log(x), ZERO), [ZERO < x, ne(x, 1)], phrase="only the log of 1 is 0")
def log_ne_zero() -> Theorem:
    same = chain(r.assume(eq(log(x), ZERO)), r.sym(logs.log_one.theorem))
    one = at_values(logs.log_inj.theorem, r.assume(ZERO < x), lin(ZERO < ONE), same, y=ONE)
    no = r.absurd(one, r.assume(ne(x, 1)), ne(log(x), ZERO))
    return r.cases(eq(log(x), ZERO), no, r.assume(ne(log(x), ZERO)))


# --- probabilities, and products of them -----------------------------------------------------------------------------

_weights = every(k, m, n, ZERO <= fk)
_normalised = eq(total(fk), 1)


def _part_nonneg(low: Term, high: Term) -> Theorem:
    """m <= low, high <= n, all f(k) >= 0 |- 0 <= the sum of f over low..high."""
    known = r.assume(_weights)
    v = Var("k_", k.sort)
    above, below = assume(low <= v, v <= high)
    here = apply_every(known, v, lin(m <= v, above, r.assume(m <= low)), lin(v <= n, below, r.assume(high <= n)))
    inside = r.gen(v, r.discharge(low <= v, r.discharge(v <= high, here)))
    return at_values(sums.sum_nonneg.theorem, inside, m=low, n=high)


@lemma(f[j] <= total(fk), [_weights, m <= j, j <= n], phrase="a term is at most the sum of nonnegative terms")
def term_le_sum() -> Theorem:
    """The sum is what stands before j, f(j), and what stands after."""
    above, below = assume(m <= j, j <= n)
    split = at_values(sums.sum_split_at.theorem, lin(m <= j + 1, above), below)
    upto = at_values(sums.sum_split_last.theorem, above, n=j)
    before = r.cut(lin(m <= m), r.cut(lin(j - 1 <= n, below), _part_nonneg(m, j - 1)))
    after = r.cut(lin(m <= j + 1, above), r.cut(lin(n <= n), _part_nonneg(j + 1, n)))
    return lin(f[j] <= total(fk), split, upto, before, after)


@lemma(f[j] <= 1, [_weights, _normalised, m <= j, j <= n], phrase="a probability is at most 1")
def le_one_of_sum_one() -> Theorem:
    return lin(f[j] <= 1, term_le_sum.theorem, r.assume(_normalised))


i = Var("i", j.sort)


@lemma(
    f[j] < 1,
    [ne(i, j), _weights, _normalised, m <= j, j <= n, m <= i, i <= n, ZERO < f[i]],
    phrase="a probability is less than 1 where another is positive",
)
def lt_one_of_sum_one() -> Theorem:
    """With the term j put to 0 the sum is 1 - f(j), and the term i is still there."""
    rest = (1 - app(DELTA, k, j)) * fk
    known = apply_every(r.assume(_weights), k, *assume(m <= k, k <= n))
    share = lin(ZERO <= 1 - app(DELTA, k, j), at_values(ar.delta_le_one.theorem, i=k, j=j))
    each = at_values(ar.mul_nonneg.theorem, share, known, x=1 - app(DELTA, k, j), y=fk)
    nonneg = r.gen(k, r.discharge(m <= k, r.discharge(k <= n, each)))
    one = at_values(term_le_sum.theorem, nonneg, *assume(m <= i, i <= n), f=fn(rest), j=i)
    apart = r.bigop_ext(SUM, m, n, k, r.ring(rest, fk - app(DELTA, k, j) * fk, ()))
    split = at_values(sums.sum_sub.theorem, g=fn(app(DELTA, k, j) * fk))
    gone = at_values(sums.sum_delta.theorem, *assume(m <= j, j <= n), y=j)
    off = at_values(r.axiom("delta_diff"), r.assume(ne(i, j)), i=i, j=j)
    here = ring_with((1 - app(DELTA, i, j)) * f[i], f[i], (off,))
    return lin(f[j] < 1, one, chain(apart, split), gone, here, r.assume(_normalised), r.assume(ZERO < f[i]))


@lemma(ZERO <= product(fk), [_weights], phrase="a product of nonnegative factors is nonnegative")
def prod_nonneg() -> Theorem:
    known = r.assume(_weights)

    def empty(top: Term, th: Theorem) -> Theorem:
        return lin(ZERO <= product(fk, high=top), empty_range(fk, top, th, PROD))

    def step(top: Term, low: Theorem, high: Theorem, ih: Theorem) -> Theorem:
        here = apply_every(known, top + 1, low, high)
        both = at_values(ar.mul_nonneg.theorem, ih, here, x=product(fk, high=top), y=f[top + 1])
        return r.rel_cong(both, (r.refl(ZERO), r.sym(last_term(fk, top, low, PROD))))

    return range_induction(m, n, lambda top: ZERO <= product(fk, high=top), empty, step)


_at_most_one = every(k, m, n, fk <= 1)


def _prod_nonneg_to(top: Term, within: Theorem) -> Theorem:
    v = Var("k_", k.sort)
    low, high = assume(m <= v, v <= top)
    here = apply_every(r.assume(_weights), v, low, lin(v <= n, high, within))
    return at_values(prod_nonneg.theorem, r.gen(v, r.discharge(m <= v, r.discharge(v <= top, here))), n=top)


@lemma(product(fk) <= 1, [_weights, _at_most_one], phrase="a product of factors of at most 1 is at most 1")
def prod_le_one() -> Theorem:
    small = r.assume(_at_most_one)

    def empty(top: Term, th: Theorem) -> Theorem:
        return lin(product(fk, high=top) <= 1, empty_range(fk, top, th, PROD))

    def step(top: Term, low: Theorem, high: Theorem, ih: Theorem) -> Theorem:
        here = apply_every(small, top + 1, low, high)
        before = _prod_nonneg_to(top, lin(top <= n, high))
        less = at_values(ar.mul_le_mul_left.theorem, here, before, a=f[top + 1], b=ONE, c=product(fk, high=top))
        return lin(product(fk, high=top + 1) <= 1, last_term(fk, top, low, PROD), less, ih)

    return range_induction(m, n, lambda top: product(fk, high=top) <= 1, empty, step)


# --- Jensen and the log-sum inequality -------------------------------------------------------------------------------

_points = every(k, m, n, ZERO < gk)
_mean = total(fk * gk)


@lemma(ZERO < _mean, [_weights, _normalised, _points], phrase="a mean of positive numbers is positive")
def mean_pos() -> Theorem:
    """Else each f g is 0, so each weight f is, and the weights sum to 0."""
    goal = ZERO < _mean
    weight = apply_every(r.assume(_weights), k, *assume(m <= k, k <= n))
    point = apply_every(r.assume(_points), k, *assume(m <= k, k <= n))
    each = at_values(ar.mul_nonneg.theorem, weight, lin(ZERO <= gk, point), x=fk, y=gk)
    nonneg = r.gen(k, r.discharge(m <= k, r.discharge(k <= n, each)))
    some = at_values(sums.sum_nonneg.theorem, nonneg, f=fn(fk * gk))
    zero = r.assume(eq(_mean, 0))
    zeros = at_values(sums.terms_zero_of_sum_zero.theorem, nonneg, zero, f=fn(fk * gk))
    here = apply_every(zeros, k, *assume(m <= k, k <= n))
    nonzero = _nonzero(gk, point)
    none = chain(r.ring(fk, fk * gk / gk, (nonzero,)), ring_with(fk * gk / gk, ZERO, (here,), (nonzero,)))
    no_sum = chain(r.bigop_ext(SUM, m, n, k, none), sums.sum_zero.theorem)
    flipped = at_values(ar.ne_sym.theorem, r.assume(ne(_mean, 0)), a=_mean, b=ZERO)
    strictly = at_values(ar.lt_of_le_of_ne.theorem, some, flipped, a=ZERO, b=_mean)
    return r.cases(eq(_mean, 0), from_false(goal, no_sum, r.assume(_normalised)), strictly)


_middle = (x + y) / 2


@lemma(
    (log(x) + log(y)) / 2 <= log(_middle),
    [ZERO < x, ZERO < y],
    phrase="the mean of two logs is at most the log of the mean",
)
def mean_of_two_logs_le() -> Theorem:
    """With S the mean: log(x/S) <= x/S - 1, and likewise for y; the right sides cancel."""
    points = assume(ZERO < x, ZERO < y)
    positive = lin(ZERO < _middle, *points)
    below = []
    for value, point in zip((x, y), points, strict=True):
        ratio = at_values(ar.div_pos.theorem, point, positive, x=value, y=_middle)
        line = at_values(logs.log_le_sub_one.theorem, ratio, x=value / _middle)
        below += [line, at_values(logs.log_div.theorem, point, positive, x=value, y=_middle)]
    cancel = r.ring(x / _middle + y / _middle, Num(2), (_nonzero(_middle, positive),))
    return lin((log(x) + log(y)) / 2 <= log(_middle), *below, cancel)


@lemma(
    total(fk * log(gk)) <= log(_mean),
    [_weights, _normalised, _points],
    phrase="Jensen's inequality for log",
)
def jensen_log() -> Theorem:
    """With S the mean: log(x/S) <= x/S - 1 at each point x, averaged; the right side averages to 0."""
    mean = mean_pos.theorem
    nonzero = _nonzero(_mean, mean)
    weight = apply_every(r.assume(_weights), k, *assume(m <= k, k <= n))
    point = apply_every(r.assume(_points), k, *assume(m <= k, k <= n))
    ratio = at_values(ar.div_pos.theorem, point, mean, x=gk, y=_mean)
    line = at_values(logs.log_le_sub_one.theorem, ratio, x=gk / _mean)
    split = at_values(logs.log_div.theorem, point, mean, x=gk, y=_mean)
    here = at_values(ar.mul_le_mul_left.theorem, line, weight, a=log(gk / _mean), b=gk / _mean - 1, c=fk)
    left = ring_with(fk * log(gk / _mean), fk * log(gk) - fk * log(_mean), (split,))
    right = r.ring(fk * (gk / _mean - 1), fk * gk / _mean - fk, (nonzero,))
    each = r.rel_cong(here, (left, right))
    every_one = r.gen(k, r.discharge(m <= k, r.discharge(k <= n, each)))
    logs_, bound = fk * log(gk) - fk * log(_mean), fk * gk / _mean - fk
    less = at_values(sums.sum_le.theorem, every_one, f=fn(logs_), g=fn(bound))
    weights = r.assume(_normalised)
    low = chain(
        at_values(sums.sum_sub.theorem, f=fn(fk * log(gk)), g=fn(fk * log(_mean))),
        ring_with(
            total(fk * log(gk)) - total(fk * log(_mean)),
            total(fk * log(gk)) - log(_mean),
            (chain(at_values(sums.sum_mul_right.theorem, c=log(_mean)), ring_with(total(fk) * log(_mean), log(_mean), (weights,))),),
        ),
    )  # fmt: skip
    one = chain(
        at_values(sums.sum_div.theorem, nonzero, f=fn(fk * gk), c=_mean), r.ring(_mean / _mean, ONE, (nonzero,))
    )
    high = chain(
        at_values(sums.sum_sub.theorem, f=fn(fk * gk / _mean), g=f),
        ring_with(total(fk * gk / _mean) - total(fk), ZERO, (one, weights)),
    )
    return lin(total(fk * log(gk)) <= log(_mean), r.rel_cong(less, (low, high)))


@lemma(
    1 / n * total(log(gk), low=ONE) <= log(1 / n * total(gk, low=ONE)),
    [ONE <= n, every(k, ONE, n, ZERO < gk)],
    phrase="the mean of the logs is at most the log of the mean",
)
def mean_log_le_log_mean() -> Theorem:
    """Jensen's inequality at equal weights; the inequality of the geometric and the arithmetic mean, in logs."""
    some = r.assume(ONE <= n)
    nonzero = _nonzero(n, lin(ZERO < n, some))
    share = at_values(ar.div_pos.theorem, lin(ZERO < ONE), lin(ZERO < n, some), x=ONE, y=n)
    weights = r.gen(k, r.discharge(ONE <= k, r.discharge(k <= n, lin(ZERO <= 1 / n, share))))
    count = at_values(sums.sum_const.theorem, lin(ONE <= n + 1, some), m=ONE, c=1 / n)
    normal = chain(count, r.ring((n - 1 + 1) * (1 / n), ONE, (nonzero,)))
    th = at_values(jensen_log.theorem, m=ONE, f=fn(1 / n))
    th = r.cut(weights, r.cut(normal, th))
    left = at_values(sums.sum_mul.theorem, m=ONE, c=1 / n, f=fn(log(gk)))
    right = at_values(sums.sum_mul.theorem, m=ONE, c=1 / n, f=g)
    return r.rel_cong(th, (left, r.cong(LOG, (right,))))


_sum_f, _sum_g = total(fk), total(gk)
_terms = app(XLOGY, fk, fk / gk)


def _share(positive: Theorem, below: Theorem) -> Theorem:
    """0 < sum f, 0 < sum g |- f(k) log(f(k)/g(k)) >= f(k) log(F/G) + f(k) - g(k) F/G, for each k in the range."""
    ratio_pos = at_values(ar.div_pos.theorem, positive, below, x=_sum_f, y=_sum_g)
    ratio = _sum_f / _sum_g
    weight = apply_every(r.assume(_weights), k, *assume(m <= k, k <= n))
    point = apply_every(r.assume(_points), k, *assume(m <= k, k <= n))
    scaled = at_values(ar.mul_pos.theorem, point, ratio_pos, x=gk, y=ratio)
    line = at_values(sub_le_xlogy.theorem, weight, scaled, a=fk, b=gk * ratio)
    apart = at_values(xlogy_div.theorem, weight, scaled, a=fk, b=gk * ratio)
    own = at_values(xlogy_div.theorem, weight, point, a=fk, b=gk)
    logs_ = at_values(logs.log_mul.theorem, point, ratio_pos, x=gk, y=ratio)
    product_ = ring_with(fk * log(gk * ratio), fk * log(gk) + fk * log(ratio), (logs_,))
    return lin(fk * log(ratio) + (fk - gk * ratio) <= _terms, line, apart, own, product_)


@lemma(
    app(XLOGY, _sum_f, _sum_f / _sum_g) <= total(_terms),
    [_weights, _points, m <= n],
    phrase="the log-sum inequality",
)
def log_sum_inequality() -> Theorem:
    """Where all f are 0 both sides are 0; else a log(a/b) >= a - b at a = f(k), b = g(k) F/G, summed."""
    goal = app(XLOGY, _sum_f, _sum_f / _sum_g) <= total(_terms)
    below = at_values(sums.sum_pos.theorem, *assume(m <= n, _points), f=g)
    zero = r.assume(eq(_sum_f, 0))
    zeros = apply_every(r.cut(zero, sums.terms_zero_of_sum_zero.theorem), k, *assume(m <= k, k <= n))
    none = at_values(logs.xlogy_zero.theorem, zeros, a=fk, x=fk / gk)
    nothing = chain(r.bigop_ext(SUM, m, n, k, none), sums.sum_zero.theorem)
    at_zero = lin(goal, at_values(logs.xlogy_zero.theorem, zero, a=_sum_f, x=_sum_f / _sum_g), nothing)
    flipped = at_values(ar.ne_sym.theorem, r.assume(ne(_sum_f, 0)), a=_sum_f, b=ZERO)
    positive = at_values(ar.lt_of_le_of_ne.theorem, sums.sum_nonneg.theorem, flipped, a=ZERO, b=_sum_f)
    ratio, nonzero = _sum_f / _sum_g, _nonzero(_sum_g, below)
    low = fk * log(ratio) + (fk - gk * ratio)
    each = r.gen(k, r.discharge(m <= k, r.discharge(k <= n, _share(positive, below))))
    less = at_values(sums.sum_le.theorem, each, f=fn(low), g=fn(_terms))
    value = chain(
        at_values(sums.sum_add.theorem, f=fn(fk * log(ratio)), g=fn(fk - gk * ratio)),
        ring_with(
            total(fk * log(ratio)) + total(fk - gk * ratio),
            _sum_f * log(ratio) + (_sum_f - _sum_g * ratio),
            (
                at_values(sums.sum_mul_right.theorem, c=log(ratio)),
                chain(
                    at_values(sums.sum_sub.theorem, g=fn(gk * ratio)),
                    ring_with(
                        _sum_f - total(gk * ratio),
                        _sum_f - _sum_g * ratio,
                        (at_values(sums.sum_mul_right.theorem, f=g, c=ratio),),
                    ),
                ),
            ),
        ),
        r.ring(_sum_f * log(ratio) + (_sum_f - _sum_g * ratio), _sum_f * log(ratio), (nonzero,)),
    )
    ratio_pos = at_values(ar.div_pos.theorem, positive, below, x=_sum_f, y=_sum_g)
    plain = at_values(logs.xlogy_eq_mul_log.theorem, ratio_pos, a=_sum_f, x=ratio)
    strictly = lin(goal, less, value, plain)
    return r.cases(eq(_sum_f, 0), at_zero, strictly)
