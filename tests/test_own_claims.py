"""Claims of one's own from this field, none of them in the catalogue: at most ten lines each, and the reasons are found.

Beside each stands a claim that is almost the same, and is refuted by exact numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from derive import *
from derive.board.justify import Success, justify
from derive.falsify import Counterexample, find_counterexample
from derive.kernel.terms import EQ, Term
from derive.language.letters import V, a, b, c, eps, f, i, j, k, m, n, p, q, y, z
from derive.record.letters import definitions_in
from derive.tactics.context import Context

x, lam = real("x"), real("lam")
g, s, w, loss = family("g"), family("s"), function("w", INT, FAMILY), function("l", INT, FAMILY)
both = [*positive_distribution(p, V), *positive_distribution(q, V)]
CLAIMS = []


def own(shows: Term, mutant: Term, given: Sequence[Term] = ()):
    """A claim with its lines, and what it must not be taken for."""

    def wrap(lines):
        CLAIMS.append((theorem(shows=shows, given=given)(lines), mutant, given))
        return lines

    return wrap


# --- scores of predictions -------------------------------------------------------------------------------------------

brier = Sum(q[y] * Sum((delta(k, y) - p[k]) ** 2, (k, 1, V)), (y, 1, V))
spread, distance = 1 - Sum(q[k] ** 2, (k, 1, V)), Sum((p[k] - q[k]) ** 2, (k, 1, V))


@own(Eq(brier, spread + distance), Eq(brier, distance), both)
def brier_score_is_spread_plus_distance(calc):
    calc.eq(1 - 2 * Sum(p[k] * q[k], (k, 1, V)) + Sum(p[k] ** 2, (k, 1, V)))
    calc.eq(spread + distance)


impurity = Sum(p[k] * (1 - p[k]), (k, 1, V))


@own(
    Eq(impurity, 1 - Sum(p[k] ** 2, (k, 1, V))),
    Eq(impurity, (1 - Sum(p[k], (k, 1, V))) ** 2),
    [1 <= V, *sums_to_one(p, V)],
)
def impurity_is_one_less_the_squares(calc):
    calc.eq(1 - Sum(p[k] ** 2, (k, 1, V)))


squares = Sum((p[k] - q[k]) ** 2 / q[k], (k, 1, V))


@own(Eq(Sum(p[k] ** 2 / q[k], (k, 1, V)) - 1, squares), Eq(Sum(p[k] ** 2 / q[k], (k, 1, V)), squares), both)
def chi_squared_is_a_second_moment(calc):
    calc.eq(squares)


# --- activations -----------------------------------------------------------------------------------------------------

tanh = (exp(x) - exp(-x)) / (exp(x) + exp(-x))


@own(Eq(tanh, 2 * sigmoid(2 * x) - 1), Eq(tanh, 2 * sigmoid(x) - 1))
def hyperbolic_tangent_is_a_sigmoid(calc):
    calc.eq(2 * sigmoid(2 * x) - 1)


@own(
    Eq(partial(x * sigmoid(x), x), sigmoid(x) * (1 + x * (1 - sigmoid(x)))),
    Eq(partial(x * sigmoid(x), x), sigmoid(x) + x * (1 - sigmoid(x))),
)
def slope_of_the_gated_linear_unit(calc):
    calc.eq(sigmoid(x) * (1 + x * (1 - sigmoid(x))))


@own(Eq(log(sigmoid(x) / (1 - sigmoid(x))), x), Eq(log(sigmoid(x)), x))
def logit_undoes_the_sigmoid(calc):
    calc.eq(log(exp(x)))
    calc.eq(x)


@own(Eq(sigmoid(a - b) / sigmoid(b - a), exp(a - b)), Eq(sigmoid(a - b) / sigmoid(b - a), exp(b - a)))
def odds_of_a_preference(calc):
    calc.eq(exp(a - b))


@own(Eq(partial(softplus(x) - c * x, x), sigmoid(x) - c), Eq(partial(softplus(x) - c * x, x), c - sigmoid(x)))
def slope_of_the_binary_loss(calc):
    calc.eq(sigmoid(x) - c)


# --- softmax and attention ---------------------------------------------------------------------------------------------

shifted = Sum(softmax(n, fun(j, s[j] + c))[j] * f[j], (j, 1, n))
attended = Sum(softmax(n, s)[j] * f[j], (j, 1, n))


@own(Eq(shifted, attended), Eq(shifted, attended + c), [1 <= n])
def attention_does_not_see_a_shift(calc):
    calc.eq(attended)


cool = softmax(V, fun(k, z[k] / c))


@own(
    Eq(log(cool[i] / cool[j]), (z[i] - z[j]) / c),
    Eq(log(cool[i] / cool[j]), c * (z[i] - z[j])),
    [0 < c, *in_vocabulary(i, V), *in_vocabulary(j, V)],
)
def temperature_divides_log_odds(calc):
    calc.eq(log(exp(z[i] / c) / exp(z[j] / c)))
    calc.eq((z[i] - z[j]) / c)


one_logit = fun(k, c * delta(k, y))


@own(
    Eq(softmax(V, one_logit)[y], exp(c) / (exp(c) + V - 1)),
    Eq(softmax(V, one_logit)[y], exp(c) / (exp(c) + V)),
    in_vocabulary(y, V),
)
def confidence_of_one_logit(calc):
    calc.eq(exp(c * delta(y, y)) / Sum(exp(c * delta(k, y)), (k, 1, V)))
    calc.eq(exp(c) / (exp(c) + V - 1))


@own(
    Eq(Sum(softmax(V, z)[k] - q[k], (k, 1, V)), 0),
    Eq(Sum(softmax(V, z)[k] * q[k], (k, 1, V)), 1),
    [1 <= V, *sums_to_one(q, V)],
)
def gradient_in_the_logits_sums_to_zero(calc):
    calc.eq(0)


# --- layers and weights ------------------------------------------------------------------------------------------------

mean = Sum(f[k], (k, 1, n)) / n
moments = Sum(f[k] ** 2, (k, 1, n)) - Sum(f[k], (k, 1, n)) ** 2 / n


@own(Eq(Sum((f[k] - mean) ** 2, (k, 1, n)), moments), Eq(Sum((f[k] - mean) ** 2, (k, 1, n)), moments / n), [1 <= n])
def sum_of_squares_in_one_pass(calc):
    calc.eq(moments)


residuals = Sum((a * f[i] - g[i]) ** 2, (i, 1, n))


@own(
    Eq(partial(residuals, a), 2 * Sum(f[i] * (a * f[i] - g[i]), (i, 1, n))),
    Eq(partial(residuals, a), 2 * Sum(a * f[i] - g[i], (i, 1, n))),
)
def slope_of_least_squares(calc):
    calc.eq(2 * Sum(f[i] * (a * f[i] - g[i]), (i, 1, n)))


penalty = lam / 2 * Sum(z[k] ** 2, (k, 1, n))


@own(Eq(partial(penalty, z, j), lam * z[j]), Eq(partial(penalty, z, j), 2 * lam * z[j]), in_vocabulary(j, n))
def weight_decay(calc):
    calc.eq(lam * z[j])


kept = (1 - eps) * (x / (1 - eps)) ** 2


@own(Eq(kept - x**2, x**2 * eps / (1 - eps)), Eq(kept, x**2), [eps < 1])
def variance_of_dropout(calc):
    calc.eq(x**2 * eps / (1 - eps))


# --- means over batches, experts and rewards ----------------------------------------------------------------------------

all_losses = Sum(loss[i][j], (i, 1, n), (j, 1, m))
accumulated = Sum(Sum(loss[i][j], (j, 1, m)) / m, (i, 1, n)) / n


@own(Eq(accumulated, all_losses / (n * m)), Eq(accumulated, all_losses / m), [1 <= n, 1 <= m])
def gradient_accumulation(calc):
    calc.eq(all_losses / (n * m))


mixed = fun(k, Sum(g[i] * w[i][k], (i, 1, n)))


@own(
    Eq(expectation(V, mixed, f), Sum(g[i] * expectation(V, w[i], f), (i, 1, n))),
    Eq(expectation(V, mixed, f), Sum(expectation(V, w[i], f), (i, 1, n))),
)
def mixture_of_experts(calc):
    calc.eq(Sum(g[i] * expectation(V, w[i], f), (i, 1, n)))


of_two = variance(V, q, fun(k, f[k] + z[k]))


@own(
    Eq(of_two, variance(V, q, f) + variance(V, q, z) + 2 * covariance(V, q, f, z)),
    Eq(of_two, variance(V, q, f) + variance(V, q, z)),
    distribution(q, V),
)
def variance_of_a_sum(calc):
    calc.eq(variance(V, q, f) + variance(V, q, z) + 2 * covariance(V, q, f, z))


centred = fun(k, f[k] - expectation(V, p, f))


@own(
    Eq(expectation(V, p, centred), 0),
    Eq(expectation(V, p, fun(k, centred[k] ** 2)), 0),
    [1 <= V, *distribution(p, V)],
)
def advantage_has_mean_zero(calc):
    calc.eq(0)


# --- decoding, clipping, preferences, decay ---------------------------------------------------------------------------

h, beta, gamma = real("h"), real("beta"), real("gamma")
overlap = Sum(minimum(p[k], q[k]), (k, 1, V))
variation = Sum(absolute(p[k] - q[k]), (k, 1, V)) / 2


@own(Eq(overlap, 1 - variation), Eq(overlap, 1 - 2 * variation), both)
def a_draft_is_accepted_unless_the_models_differ(calc):
    calc.eq(Sum((p[k] + q[k] - absolute(p[k] - q[k])) / 2, (k, 1, V)))
    calc.eq(1 - variation)


accepted = q[k] * minimum(1, p[k] / q[k])


@own(
    Eq(accepted + positive_part(p[k] - q[k]), p[k]),
    Eq(accepted + absolute(p[k] - q[k]), p[k]),
    [0 < q[k], 0 <= p[k]],
)
def speculative_decoding_samples_the_target(calc):
    calc.eq(minimum(q[k], p[k]) + positive_part(p[k] - q[k]))
    calc.eq(p[k])


clipped = minimum(x * a, minimum(maximum(x, 1 - eps), 1 + eps) * a)


@own(clipped <= x * a, x * a <= clipped)
def the_clipped_objective_is_a_lower_bound(calc):
    calc.le(x * a)


@own(-log((a + b) / 2) <= (-log(a) - log(b)) / 2, (-log(a) - log(b)) / 2 <= -log((a + b) / 2), [0 < a, 0 < b])
def two_models_averaged_lose_less_than_their_mean(calc):
    calc.le((-log(a) - log(b)) / 2)


fit = -log(sigmoid(beta * h))


@own(Eq(partial(fit, h), -beta * sigmoid(-beta * h)), Eq(partial(fit, h), -sigmoid(-beta * h)))
def slope_of_a_preference_loss(calc):
    calc.eq(-beta * sigmoid(-beta * h))


returns = Sum(gamma**i, (i, 0, n - 1))


@own(
    Eq(returns, (1 - gamma**n) / (1 - gamma)),
    Eq(returns, (1 - gamma ** (n + 1)) / (1 - gamma)),
    [0 < gamma, gamma < 1, 0 <= n],
)
def discounted_rewards_of_one(calc):
    calc.eq((1 - gamma**n) / (1 - gamma))


NAMES = [entry.name for entry, _, _ in CLAIMS]


@pytest.mark.parametrize(("claim", "mutant", "given"), CLAIMS, ids=NAMES)
def test_the_claim_is_proved(claim, mutant, given):
    claim.check()
    assert sum(len(block.lines) for block in claim.derivation.blocks) <= 10


@pytest.mark.parametrize(("claim", "mutant", "given"), CLAIMS, ids=NAMES)
def test_the_mutant_is_refuted(claim, mutant, given):
    found = find_counterexample(mutant, given)
    assert isinstance(found, Counterexample), found


@pytest.mark.parametrize(("claim", "mutant", "given"), CLAIMS, ids=NAMES)
def test_calculation_does_not_prove_the_mutant(claim, mutant, given):
    known = Context.of(given)
    relation = "=" if mutant.op is EQ else "<="
    for reasons in ([auto], [calculus, auto], [*definitions_in([mutant]), auto], [normal]):
        assert not isinstance(justify(relation, *mutant.args, reasons, given, known), Success)


def test_there_are_more_than_twenty():
    assert len(CLAIMS) > 20
