"""Averages: variance and covariance, means of means, importance sampling, moving averages.

Main results: ``covariance_by_means``, ``variance_by_means``, ``mean_of_means``, ``importance_sampling``,
``sequence_probability_at_most_one``, ``effective_sample_size``, ``moving_average_without_bias``.
"""

from derive import *
from derive.language.letters import *

g = family("g")
normalised = sums_to_one(q, V)
mean_f, mean_g = expectation(V, q, f), expectation(V, q, g)


@theorem(
    shows=Eq(covariance(V, q, f, g), expectation(V, q, fun(k, f[k] * g[k])) - mean_f * mean_g),
    given=normalised,
    phrase="the covariance is the mean of the product less the product of the means",
    catalogue="06",
)
def covariance_by_means(calc):
    """The covariance is the mean of the product less the product of the means."""
    product = Sum(q[k] * (f[k] * g[k]), (k, 1, V))
    calc.eq(Sum(q[k] * ((f[k] - mean_f) * (g[k] - mean_g)), (k, 1, V)), by=covariance)
    calc.eq(
        product
        - mean_g * Sum(q[k] * f[k], (k, 1, V))
        - mean_f * Sum(q[k] * g[k], (k, 1, V))
        + mean_f * mean_g * Sum(q[k], (k, 1, V)),
        by=sums,
    )
    calc.eq(
        product - mean_g * mean_f - mean_f * mean_g + mean_f * mean_g * Sum(q[k], (k, 1, V)), by=reverse(expectation)
    )
    calc.eq(product - mean_f * mean_g, by=because("the weights sum to 1; equal products cancel", [normalised[0], ring]))
    calc.eq(expectation(V, q, fun(k, f[k] * g[k])) - mean_f * mean_g, by=reverse(expectation))


@theorem(
    shows=Eq(variance(V, q, f), expectation(V, q, fun(k, f[k] ** 2)) - mean_f**2),
    given=normalised,
    phrase="the variance is the mean of the square less the square of the mean",
    catalogue="23",
)
def variance_by_means(calc):
    """The variance is the mean of the square less the square of the mean."""
    calc.eq(Sum(q[k] * (f[k] - mean_f) ** 2, (k, 1, V)), by=variance)
    calc.eq(covariance(V, q, f, f), by=[covariance, ring], says="definition of the covariance")
    calc.eq(
        expectation(V, q, fun(k, f[k] ** 2)) - mean_f**2,
        by=[covariance_by_means, ring],
        says="the covariance is the mean of the product less the product of the means",
    )


@theorem(
    shows=0 <= variance(V, q, f),
    given=nonnegative(q, V),
    phrase="a variance is nonnegative",
    catalogue="23",
)
def variance_nonnegative(calc):
    """A variance is nonnegative: a sum of weights times squares."""
    calc.le(Sum(q[k] * (f[k] - mean_f) ** 2, (k, 1, V)), by=sum_nonneg)
    calc.eq(variance(V, q, f), by=reverse(variance))


normalised_each = ForAll((t, 1, T), Eq(Sum(ps[t][k], (k, 1, V)), 1))
B, s, loss, count = integer("B"), integer("s"), family("l"), family("c")
tokens, means = Sum(count[s], (s, 1, B)), Sum(loss[s], (s, 1, B)) / B
weighted = Sum(count[s] * loss[s], (s, 1, B)) / tokens
mean_count, mean_loss = real("c_bar"), real("l_bar")
spread = Sum((count[s] - mean_count) * (loss[s] - mean_loss), (s, 1, B))


@theorem(
    shows=Eq(
        mean_loss - weighted,
        -(spread / (B * mean_count)),
    ),
    given=[1 <= B, ForAll((s, 1, B), 0 < count[s]), Eq(mean_count, tokens / B), Eq(mean_loss, means)],
    phrase="the mean of means less the mean over all tokens",
    catalogue="06",
)
def mean_of_means(calc):
    """The mean over sequences of their mean losses, less the mean over all tokens, is minus the covariance of length and
    loss in units of the mean length: the two agree where all lengths are equal."""
    weights = Sum(count[s] * loss[s], (s, 1, B))
    total = calc.have(0 < tokens, by=sum_pos)
    whole = calc.have(Eq(B * mean_count, tokens), by=because("the mean times the number", Eq(mean_count, tokens / B)))
    calc.have(Eq(B * mean_loss, Sum(loss[s], (s, 1, B))), by=because("the mean times the number", Eq(mean_loss, means)))
    moved = calc.have(
        Eq(spread, weights - tokens * mean_loss),
        by=because("multiply out, and put the means in", auto),
    )
    calc.eq(-((weights - tokens * mean_loss) / tokens), by=[ring, total], says="over a common denominator")
    calc.eq(-(spread / tokens), by=reverse(moved))
    calc.eq(-(spread / (B * mean_count)), by=reverse(whole))


@theorem(
    shows=Eq(Sum(q[k] * (p[k] / q[k] * f[k]), (k, 1, V)), expectation(V, p, f)),
    given=positive(q, V),
    phrase="importance sampling",
    catalogue="50",
)
def importance_sampling(calc):
    """The mean under p is the mean under q of the values weighted by p/q."""
    calc.eq(Sum(p[k] * f[k], (k, 1, V)), by=ring, says="q(k) cancels in each term")
    calc.eq(expectation(V, p, f), by=reverse(expectation))


@theorem(
    shows=Eq(expectation(V, q, fun(k, p[k] / q[k])), 1),
    given=[*positive(q, V), sums_to_one(p, V)],
    phrase="the mean of the importance weights",
    catalogue="50",
)
def importance_weights_have_mean_one(calc):
    """The weights p/q have mean 1 under q."""
    calc.eq(Sum(q[k] * (p[k] / q[k]), (k, 1, V)), by=expectation)
    calc.eq(Sum(p[k], (k, 1, V)), by=ring, says="q(k) cancels in each term")
    calc.eq(1, by=sums_to_one(p, V))


@theorem(
    shows=Prod(ps[t][ys[t]], (t, 1, T)) <= 1,
    given=[
        *tokens_in_vocabulary(ys, T, V),
        ForAll([(t, 1, T), (k, 1, V)], 0 <= ps[t][k]),
        normalised_each,
    ],
    phrase="a sequence's probability is at most 1",
    catalogue="01",
)
def sequence_probability_at_most_one(calc):
    """The product of the conditionals is at most 1."""
    whole = calc.have(ForAll((t, 1, T), ps[t][ys[t]] <= Sum(ps[t][k], (k, 1, V))), by=term_le_sum)
    each = calc.have(ForAll((t, 1, T), ps[t][ys[t]] <= 1), by=[whole, normalised_each])
    calc.le(1, by=[prod_le_one, each])


# --- samples and steps that count more or less ---------------------------------------------------------------------------

w, beta = family("w"), real("beta")
squared_sum, squares = Sum(w[k], (k, 1, n)) ** 2, Sum(w[k] ** 2, (k, 1, n))


@theorem(
    shows=squared_sum / squares <= n,
    given=[1 <= n, *positive(w, n)],
    phrase="weighted samples count as no more than they are",
)
def effective_sample_size(calc):
    """The effective number of samples with weights, the square of the sum over the sum of squares, is at most their number."""
    bound = calc.have(squared_sum <= n * squares, by=because("the inequality of Cauchy and Schwarz", normal))
    calc.le(n * squares / squares, by=[div_le_div_right, bound])
    calc.eq(n, by=ring, says="the sum of the squares cancels")


moving = (1 - beta) * Sum(beta ** (n - t) * a, (t, 1, n))


@theorem(
    shows=Eq(moving / (1 - beta**n), a),
    given=[1 <= n, 0 < beta, beta < 1],
    phrase="the moving average without its bias",
)
def moving_average_without_bias(calc):
    """A moving average that starts at 0, as Adam has of gradients and their squares, is off by the factor 1 - beta^n."""
    calc.eq((1 - beta) * (Sum(beta ** (n - t), (t, 1, n)) * a) / (1 - beta**n), by=sum_mul_right)
    calc.eq((1 - beta) * ((1 - beta**n) / (1 - beta) * a) / (1 - beta**n), by=sum_geometric_back)
    calc.eq(a, by=ring, says="the common factors cancel")


# --- what people get wrong -------------------------------------------------------------------------------------------


@false_claim(
    claims=Eq(means, weighted),
    given=[1 <= B, ForAll((s, 1, B), 0 < count[s])],
    instead="mean_of_means",
)
def mean_of_means_is_the_mean():
    """The mean over sequences of their mean losses is the mean over all tokens."""


@false_claim(
    claims=Eq(covariance(V, q, f, g), 0),
    given=[*distribution(q, V)],
    instead="covariance_by_means",
)
def covariance_is_zero():
    """The mean of a product is the product of the means."""


@false_claim(
    claims=Eq(Sum(q[k] * (q[k] / p[k] * f[k]), (k, 1, V)), expectation(V, p, f)),
    given=[*positive_distribution(q, V), *positive_distribution(p, V)],
    instead="importance_sampling",
)
def importance_weight_upside_down():
    """In importance sampling the weight is q/p."""


@false_claim(
    claims=Eq(squared_sum / squares, n),
    given=[1 <= n, *positive(w, n)],
    instead="effective_sample_size",
)
def every_sample_counts_in_full():
    """Samples with weights count as many as they are."""


@false_claim(
    claims=Eq(moving, a),
    given=[1 <= n, 0 < beta, beta < 1],
    instead="moving_average_without_bias",
)
def moving_averages_have_no_bias():
    """A moving average that starts at 0 is at the value from the first step on."""
