"""Lemmas on the range of a sum or product, and inequalities that people look for, each as the reason of a line."""

from __future__ import annotations

import pytest
from sequents import after

from derive import *
from derive.kernel.terms import Num
from derive.language.letters import *
from derive.tactics.context import Context
from derive.tactics.normal import ALL, Normalizer
from derive.tactics.ranges import MOST, length

POSITIVE = ForAll((k, 1, n), 0 < f[k])
WEIGHTS = [nonnegative(q, V), sums_to_one(q, V)]


def line(claim, given, by):
    """The claim as a theorem of one line."""

    @theorem(shows=claim, given=given)
    def one_line(calc):
        """A line."""
        getattr(calc, claim.op.name)(claim.args[1], by=by)

    one_line.check()


LINES = {
    "a range of one": (Eq(Sum(f[i], (i, 1, 1)), f[1]), [], auto),
    "a range of three": (Eq(Sum(f[i], (i, 1, 3)), f[1] + f[2] + f[3]), [], auto),
    "numbers": (Eq(Sum(k, (k, 1, 5)), 15), [], auto),
    "a product of numbers": (Eq(Prod(k, (k, 1, 5)), 120), [], auto),
    "three from m on": (Eq(Sum(f[i], (i, m, m + 2)), f[m] + f[m + 1] + f[m + 2]), [], auto),
    "an empty range": (Eq(Sum(f[i], (i, m, m - 1)), 0), [], auto),
    "an empty product": (Eq(Prod(f[i], (i, 3, 1)), 1), [], auto),
    "one term": (Eq(Sum(f[i], (i, n, n)), f[n]), [], sum_single),
    "one factor": (Eq(Prod(f[i], (i, n, n)), f[n]), [], prod_single),
    "the first term": (Eq(Sum(f[i], (i, 1, n)), f[1] + Sum(f[i], (i, 2, n))), [1 <= n], sum_first),
    "the first factor": (Eq(Prod(f[i], (i, 1, n)), f[1] * Prod(f[i], (i, 2, n))), [1 <= n], prod_first),
    "a shift": (Eq(Sum(f[k], (k, 1, n)), Sum(f[k + 1], (k, 0, n - 1))), [], sum_shift),
    "a shift back": (Eq(Sum(f[t - 1], (t, m + 1, n + 1)), Sum(f[t], (t, m, n))), [], sum_shift),
    "a shift under log": (
        Eq(Sum(log(f[k]), (k, 2, n)), Sum(log(f[k + 1]), (k, 1, n - 1))), [ForAll((k, 2, n), 0 < f[k])], sum_shift,
    ),
    "neighbours cancel": (Eq(Sum(f[k + 1] - f[k], (k, 1, n)), f[n + 1] - f[1]), [1 <= n], sum_telescope),
    "neighbours cancel, from before": (
        Eq(Sum(log(Pr[t]) - log(Pr[t - 1]), (t, 1, T)), log(Pr[T]) - log(Pr[0])),
        [1 <= T, ForAll((t, 0, T), 0 < Pr[t])],
        sum_telescope_back,
    ),
    "neighbouring factors cancel": (
        Eq(Prod(conditional(Pr, t), (t, 1, T)), Pr[T] / Pr[0]),
        [1 <= T, ForAll((t, 0, T), 0 < Pr[t])],
        [conditional, prod_telescope],
    ),
    "the order is reversed": (Eq(Sum(f[k], (k, 1, n)), Sum(f[n + 1 - k], (k, 1, n))), [], sum_reverse),
    "a product of products": (Eq(Prod(f[k] * p[k], (k, 1, n)), Prod(f[k], (k, 1, n)) * Prod(p[k], (k, 1, n))), [], prod_mul),
    "a product of quotients": (
        Eq(Prod(p[k] / f[k], (k, 1, n)), Prod(p[k], (k, 1, n)) / Prod(f[k], (k, 1, n))), [POSITIVE], prod_div,
    ),
    "a product of a constant": (Eq(Prod(1 / V, (k, 1, n)), (1 / V) ** n), [1 <= V, 1 <= n], prod_const),
    "division by a size": ((a + 1) / V <= (b + 2) / V, [a <= b, 1 <= V], div_le_div_right),
    "a probability": (p[y] <= 1, [distribution(p, V), in_vocabulary(y, V)], le_one_of_sum_one),
    "a probability beside another": (
        p[y] < 1, [positive_distribution(p, V), in_vocabulary(y, V), in_vocabulary(j, V), Ne(j, y)], lt_one_of_sum_one,
    ),
    "a product of probabilities": (
        Prod(f[t], (t, 1, T)) <= 1, [ForAll((t, 1, T), 0 <= f[t]), ForAll((t, 1, T), f[t] <= 1)], prod_le_one,
    ),
    "exp at a line": (exp(a) <= exp(b + 1), [a <= b], exp_le),
    "log at a line": (log(a) < log(b + 1), [0 < a, a <= b], log_lt),
    "Jensen": (
        Sum(q[k] * log(p[k]), (k, 1, V)) <= log(Sum(q[k] * p[k], (k, 1, V))),
        [*WEIGHTS, positive(p, V), 0 < Sum(q[k] * p[k], (k, 1, V))],
        jensen_log,
    ),
    "the mean of logs": (
        1 / n * Sum(log(f[k]), (k, 1, n)) <= log(1 / n * Sum(f[k], (k, 1, n))), [1 <= n, POSITIVE], mean_log_le_log_mean,
    ),
    "log-sum": (
        xlogy(Sum(p[k], (k, 1, V)), Sum(p[k], (k, 1, V)) / Sum(q[k], (k, 1, V)))
        <= Sum(xlogy(p[k], p[k] / q[k]), (k, 1, V)),
        [1 <= V, nonnegative(p, V), positive(q, V)],
        log_sum_inequality,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LINES)
def test_a_line_by_its_lemma(name):
    line(*LINES[name])


WRONG = {
    "one term too few": (Eq(Sum(f[i], (i, 1, 3)), f[1] + f[2]), [], auto),
    "the first term of a sum that may be empty": (
        Eq(Sum(f[i], (i, 1, n)), f[1] + Sum(f[i], (i, 2, n))), [], sum_first,
    ),
    "a shift of the terms alone": (Eq(Sum(f[k], (k, 1, n)), Sum(f[k + 1], (k, 1, n))), [], sum_shift),
    "neighbours cancel in the wrong order": (
        Eq(Sum(f[k + 1] - f[k], (k, 1, n)), f[1] - f[n + 1]), [1 <= n], sum_telescope,
    ),
    "division by what may be negative": (a / c <= b / c, [a <= b, Ne(c, 0)], div_le_div_right),
    "a weight of a family that is not normalised": (p[y] <= 1, [nonnegative(p, V), in_vocabulary(y, V)], le_one_of_sum_one),
    "a probability that may be all": (
        p[y] < 1, [positive_distribution(p, V), in_vocabulary(y, V)], lt_one_of_sum_one,
    ),
    "factors that may be negative": (
        Prod(f[t], (t, 1, T)) <= 1, [ForAll((t, 1, T), f[t] <= 1)], prod_le_one,
    ),
    "Jensen the other way": (
        log(Sum(q[k] * p[k], (k, 1, V))) <= Sum(q[k] * log(p[k]), (k, 1, V)),
        [*WEIGHTS, positive(p, V), 0 < Sum(q[k] * p[k], (k, 1, V))],
        jensen_log,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_line_that_does_not_follow_is_refused(name):
    with pytest.raises(StepError):
        line(*WRONG[name])


def test_the_length_of_a_range_is_known_where_it_is_one_number():
    assert length(m, m + 2) == 3
    assert length(Num(5), Num(3)) == 0
    assert length(Num(1), n) is None
    assert length(m, m + a) is None


def test_a_long_range_is_left_as_it_is():
    for last, written in ((MOST, True), (MOST + 1, False)):
        whole = Sum(f[k], (k, 1, last))
        assert (after(Normalizer(ALL).normalize(whole, Context())) != whole) is written
