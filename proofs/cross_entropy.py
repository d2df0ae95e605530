"""Cross-entropy with one-hot targets is negative log-likelihood.

Main definitions: ``one_hot``, ``cross_entropy``, ``surprisal``.
Main results: ``cross_entropy_one_hot`` for one token, ``cross_entropy_is_nll`` for a sequence, in sum and in mean form.
"""

from derive import *
from derive.language.letters import *

token = in_vocabulary(y, V)
tokens = tokens_in_vocabulary(ys, T, V)
model_positive = positive_at_each_position(ps, T, V)


@theorem(
    shows=Eq(cross_entropy(V, one_hot(y), p), -log(p[y])),
    given=[token, positive(p, V)],
    phrase="cross-entropy with a one-hot target is the surprisal of the true token",
    catalogue="04",
)
def cross_entropy_one_hot(calc):
    """With a one-hot target, cross-entropy is the surprisal of the true token."""
    calc.eq(-Sum(one_hot(y)[k] * log(p[k]), (k, 1, V)), by=cross_entropy)
    calc.eq(-Sum(delta(k, y) * log(p[k]), (k, 1, V)), by=one_hot)
    calc.eq(-log(p[y]), by=sum_delta)


@theorem(
    shows=Eq(-Sum(xlogy(delta(k, y), p[k]), (k, 1, V)), -log(p[y])),
    given=[token, 0 < p[y]],
    phrase="with 0 log 0 = 0 the one-hot sum needs only the true token to be possible",
    catalogue="04",
)
def cross_entropy_one_hot_zeros_allowed(calc):
    """With the convention 0 log 0 = 0, the model may give probability 0 to every token but the true one."""
    term = calc.have(
        ForAll((k, 1, V), Eq(xlogy(delta(k, y), p[k]), delta(k, y) * log(p[y]))),
        by=because(
            "0 log 0 = 0 where k ≠ y, and a product where k = y",
            [by_cases(Eq(k, y)), xlogy_eq_mul_log, zero_log_zero, delta_diff],
        ),
    )
    calc.eq(-Sum(delta(k, y) * log(p[y]), (k, 1, V)), by=term)
    calc.eq(-log(p[y]), by=sum_delta)


@theorem(
    shows=Eq(Sum(cross_entropy(V, one_hot(ys[t]), ps[t]), (t, 1, T)), -log(sequence_probability(T, ps, ys))),
    given=[tokens, model_positive],
    phrase="the summed cross-entropy is the negative log-likelihood",
    catalogue="05",
    opened=cross_entropy_one_hot,
)
def cross_entropy_is_nll(calc):
    """Summed over a sequence, one-hot cross-entropy is the negative log-likelihood of the output.

    So the loss that a training loop adds up token by token is minus the log-probability that the model gives to
    the whole output.
    """
    calc.eq(Sum(-log(ps[t][ys[t]]), (t, 1, T)), by=cross_entropy_one_hot)
    calc.eq(-Sum(log(ps[t][ys[t]]), (t, 1, T)), by=sum_neg)
    calc.eq(-log(Prod(ps[t][ys[t]], (t, 1, T))), by=reverse(log_prod))
    calc.eq(-log(sequence_probability(T, ps, ys)), by=reverse(sequence_probability))


@theorem(
    shows=Eq(
        1 / T * Sum(cross_entropy(V, one_hot(ys[t]), ps[t]), (t, 1, T)), -(1 / T) * log(sequence_probability(T, ps, ys))
    ),
    given=[1 <= T, tokens, model_positive],
    phrase="the mean cross-entropy is the mean negative log-likelihood",
    catalogue="05",
)
def mean_cross_entropy_is_mean_nll(calc):
    """Averaged over the tokens of a sequence, one-hot cross-entropy is the negative log-likelihood per token."""
    calc.eq(1 / T * -log(sequence_probability(T, ps, ys)), by=cross_entropy_is_nll)
    calc.eq(-(1 / T) * log(sequence_probability(T, ps, ys)), by=ring, says="the sign comes out")


@theorem(
    shows=Eq(entropy(V, one_hot(y)), 0),
    given=[token],
    phrase="a one-hot target has no entropy",
    catalogue="10",
)
def entropy_one_hot(calc):
    """A one-hot distribution has entropy 0, with the convention 0 log 0 = 0."""
    calc.eq(-Sum(xlogy(one_hot(y)[k], one_hot(y)[k]), (k, 1, V)), by=entropy)
    calc.eq(-Sum(xlogy(delta(k, y), delta(k, y)), (k, 1, V)), by=one_hot)
    term = calc.have(
        ForAll((k, 1, V), Eq(xlogy(delta(k, y), delta(k, y)), 0)),
        by=because(
            "log 1 = 0 where k = y, and 0 log 0 = 0 elsewhere",
            [by_cases(Eq(k, y)), xlogy_eq_mul_log, zero_log_zero, delta_diff, log_one],
        ),
    )
    calc.eq(-Sum(0, (k, 1, V)), by=term)
    calc.eq(0, by=sum_zero)


# --- what people get wrong -------------------------------------------------------------------------------------------


@false_claim(
    claims=Eq(-Sum(delta(k, y) * log(p[k]), (k, 1, V)), -log(p[y])),
    given=[1 <= y, ForAll((k, 1, V + 1), 0 < p[k])],
    instead="cross_entropy_one_hot",
)
def one_hot_without_upper_bound():
    """The collapse needs no y <= V: but a padding token outside the vocabulary has loss 0, not its surprisal."""


@false_claim(
    claims=Eq(cross_entropy(V, one_hot(y), p), log(p[y])),
    given=[token, *positive_distribution(p, V)],
    instead="cross_entropy_one_hot",
)
def cross_entropy_is_log_likelihood():
    """Cross-entropy is the log-likelihood: the sign is missing."""


@false_claim(
    claims=Eq(
        Sum(cross_entropy(V, one_hot(ys[t]), ps[t]), (t, 1, T)),
        -(1 / T) * log(sequence_probability(T, ps, ys)),
    ),
    given=[1 <= T, tokens, model_positive, ForAll((t, 1, T), Eq(Sum(ps[t][k], (k, 1, V)), 1))],
    instead="mean_cross_entropy_is_mean_nll",
)
def summed_loss_is_mean_nll():
    """The summed cross-entropy is the negative log-likelihood per token: sum and mean mixed up."""
