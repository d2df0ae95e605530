"""Perplexity: the exponential of the mean negative log-likelihood.

Main definition: ``perplexity``.  Main results: ``perplexity_eq_geometric_mean``, ``perplexity_uniform``,
``one_le_perplexity``, ``perplexity_any_base``.
"""

from derive import *
from derive.language.letters import *

tokens = tokens_in_vocabulary(ys, T, V)
models = positive_at_each_position(ps, T, V)
nll = -Sum(log(ps[t][ys[t]]), (t, 1, T))


@theorem(
    shows=Eq(perplexity(T, ps, ys), exp(1 / T * Sum(cross_entropy(V, one_hot(ys[t]), ps[t]), (t, 1, T)))),
    given=[1 <= T, tokens, models],
    phrase="perplexity is exp of the mean cross-entropy",
    catalogue="25",
)
def perplexity_eq_exp_mean_cross_entropy(calc):
    """Perplexity is the exponential of the mean one-hot cross-entropy."""
    from derive.proofs.cross_entropy import cross_entropy_one_hot

    calc.eq(exp(-(1 / T) * Sum(log(ps[t][ys[t]]), (t, 1, T))), by=perplexity)
    calc.eq(exp(1 / T * -Sum(log(ps[t][ys[t]]), (t, 1, T))), by=ring, says="the sign goes to the sum")
    calc.eq(exp(1 / T * Sum(-log(ps[t][ys[t]]), (t, 1, T))), by=reverse(sum_neg))
    calc.eq(exp(1 / T * Sum(cross_entropy(V, one_hot(ys[t]), ps[t]), (t, 1, T))), by=reverse(cross_entropy_one_hot))


@theorem(
    shows=Eq(perplexity(T, ps, ys), sequence_probability(T, ps, ys) ** (-(1 / T))),
    given=[1 <= T, tokens, models],
    phrase="perplexity is an inverse geometric mean",
    catalogue="25",
)
def perplexity_eq_geometric_mean(calc):
    """Perplexity is the inverse geometric mean of the probabilities of the tokens: Pr(y | x) to the power -1/T."""
    calc.eq(exp(-(1 / T) * Sum(log(ps[t][ys[t]]), (t, 1, T))), by=perplexity)
    calc.eq(exp(-(1 / T) * log(Prod(ps[t][ys[t]], (t, 1, T)))), by=reverse(log_prod))
    calc.eq(exp(-(1 / T) * log(sequence_probability(T, ps, ys))), by=reverse(sequence_probability))
    calc.eq(sequence_probability(T, ps, ys) ** (-(1 / T)), by=reverse(pow_eq_exp))


@theorem(
    shows=Eq(perplexity(T, fun(t, uniform(V)), ys), V),
    given=[1 <= T, 1 <= V],
    phrase="a uniform model has perplexity V",
    catalogue="25",
)
def perplexity_uniform(calc):
    """A model that knows nothing has perplexity V."""
    calc.eq(exp(-(1 / T) * Sum(log(uniform(V)[ys[t]]), (t, 1, T))), by=perplexity)
    calc.eq(exp(-(1 / T) * Sum(log(1 / V), (t, 1, T))), by=uniform)
    calc.eq(exp(-(1 / T) * (T * log(1 / V))), by=sum_const)
    calc.eq(exp(-log(1 / V)), by=ring, says="T cancels")
    calc.eq(exp(log(V)), by=log_inv)
    calc.eq(V, by=exp_log)


@theorem(
    shows=1 <= perplexity(T, ps, ys),
    given=[1 <= T, tokens, models, ForAll((t, 1, T), ps[t][ys[t]] <= 1)],
    phrase="perplexity is at least 1",
    catalogue="25",
)
def one_le_perplexity(calc):
    """Perplexity is at least 1."""
    each = calc.have(ForAll((t, 1, T), log(ps[t][ys[t]]) <= log(1)), by=log_le)
    total = calc.have(Sum(log(ps[t][ys[t]]), (t, 1, T)) <= Sum(log(1), (t, 1, T)), by=each)
    zero = calc.have(Eq(Sum(log(1), (t, 1, T)), 0), by=[log_one, sum_zero])
    below = calc.have(Sum(log(ps[t][ys[t]]), (t, 1, T)) <= 0, by=[total, zero])
    calc.have(0 <= 1 / T * -Sum(log(ps[t][ys[t]]), (t, 1, T)), by=below)
    calc.le(1 + 1 / T * -Sum(log(ps[t][ys[t]]), (t, 1, T)), by=order, says="what is added is not negative")
    calc.le(exp(1 / T * -Sum(log(ps[t][ys[t]]), (t, 1, T))), by=one_add_le_exp)
    calc.eq(exp(-(1 / T) * Sum(log(ps[t][ys[t]]), (t, 1, T))), by=ring, says="the sign comes out")
    calc.eq(perplexity(T, ps, ys), by=reverse(perplexity))


base = real("b")


@theorem(
    shows=Eq(base ** (-(1 / T) * Sum(log(ps[t][ys[t]]) / log(base), (t, 1, T))), perplexity(T, ps, ys)),
    given=[1 <= T, tokens, models, 0 < base, Ne(base, 1)],
    phrase="perplexity does not depend on the base of the logarithm",
    catalogue="25",
)
def perplexity_any_base(calc):
    """Perplexity is the same in every base, when the loss is measured and exponentiated in the same one."""
    calc.eq(exp(-(1 / T) * Sum(log(ps[t][ys[t]]) / log(base), (t, 1, T)) * log(base)), by=pow_eq_exp)
    calc.eq(exp(-(1 / T) * (Sum(log(ps[t][ys[t]]), (t, 1, T)) / log(base)) * log(base)), by=sum_div)
    calc.eq(exp(-(1 / T) * Sum(log(ps[t][ys[t]]), (t, 1, T))), by=ring, says="log b cancels")
    calc.eq(perplexity(T, ps, ys), by=reverse(perplexity))


# --- what people get wrong -------------------------------------------------------------------------------------------

normalised = ForAll((t, 1, T), Eq(Sum(ps[t][k], (k, 1, V)), 1))


@false_claim(
    claims=Eq(perplexity(T, ps, ys), 1 / T * Sum(1 / ps[t][ys[t]], (t, 1, T))),
    given=[1 <= T, tokens, models, normalised],
    instead="perplexity_eq_geometric_mean",
)
def perplexity_is_mean_of_inverse_probabilities():
    """Perplexity is the average of 1/p over the tokens."""


first, second = real("l1"), real("l2")


@false_claim(
    claims=Eq(exp((n * first + m * second) / (n + m)), (exp(first) + exp(second)) / 2),
    given=[1 <= n, 1 <= m, 0 <= first, 0 <= second],
    instead="perplexity_eq_exp_mean_cross_entropy",
)
def perplexities_of_batches_average():
    """The perplexity of a corpus is the average of the perplexities of its batches (n and m tokens with mean
    losses l1 and l2)."""


@false_claim(
    claims=Eq(exp(1 / T * Sum(cross_entropy(V, smoothed(V, eps, ys[t]), ps[t]), (t, 1, T))), perplexity(T, ps, ys)),
    given=[1 <= T, 2 <= V, 0 < eps, eps < 1, tokens, models, normalised],
    instead="perplexity_eq_exp_mean_cross_entropy",
)
def perplexity_from_the_smoothed_loss():
    """The exponential of the mean training loss is the perplexity, also when the loss is smoothed."""
