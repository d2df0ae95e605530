"""The probability of a sequence, and its logarithm.

Main definitions: ``conditional`` (from the joint), ``sequence_probability`` and ``log_likelihood`` (from the model's
conditionals).
Main results: ``chain_rule``, ``sequence_log_likelihood``, ``log_likelihood_is_log_probability``.

Pr(t) is the probability of the first t tokens given the prompt, Pr(y_1..y_t | x); Pr(0) = 1, for no token has been said
yet.  So y_<1 is empty, and the first conditional is Pr(y_1 | x) itself.
"""

from derive import *
from derive.language.letters import *

joint_positive = ForAll((t, 0, T), 0 < Pr[t])
nothing_said = Eq(Pr[0], 1)


@theorem(
    shows=Eq(Pr[T], Prod(conditional(Pr, t), (t, 1, T))),
    given=[0 <= T, nothing_said, joint_positive],
    phrase="the chain rule of probability",
    catalogue="01",
)
def chain_rule(calc):
    """The probability of a sequence is the product of its conditional probabilities.

    By induction on the length: each conditional is a quotient of two joint probabilities, and the product telescopes.
    """
    by_length = calc.induction(T, start=0, index=n)
    base, step = by_length.base, by_length.step
    base.eq(1, by=because("the empty sequence has probability 1", nothing_said))
    base.eq(Prod(conditional(Pr, t), (t, 1, 0)), by=reverse(prod_empty))
    step.eq(
        Pr[n] * (Pr[n + 1] / Pr[n]), by=ring, says="multiply and divide by what has been said with probability so far"
    )
    step.eq(Pr[n] * conditional(Pr, n + 1), by=reverse(conditional))
    step.eq(
        Prod(conditional(Pr, t), (t, 1, n)) * conditional(Pr, n + 1),
        by=because("induction hypothesis", by_length.hypothesis),
    )
    step.eq(Prod(conditional(Pr, t), (t, 1, n + 1)), by=reverse(prod_last))


@theorem(
    shows=Eq(log(Pr[T]), Sum(log(conditional(Pr, t)), (t, 1, T))),
    given=[0 <= T, nothing_said, joint_positive],
    phrase="the log-likelihood is the sum of the conditional log-probabilities",
    catalogue="02",
)
def sequence_log_likelihood(calc):
    """The log-probability of a sequence is the sum of its conditional log-probabilities."""
    calc.eq(log(Prod(conditional(Pr, t), (t, 1, T))), by=chain_rule)
    calc.eq(Sum(log(conditional(Pr, t)), (t, 1, T)), by=log_prod)


@theorem(
    shows=Eq(log_likelihood(T, ps, ys), log(sequence_probability(T, ps, ys))),
    given=[tokens_in_vocabulary(ys, T, V), positive_at_each_position(ps, T, V)],
    phrase="the log-likelihood is the log of the sequence's probability",
    catalogue="02",
)
def log_likelihood_is_log_probability(calc):
    """The auto-regressive log-likelihood of a model is the logarithm of the probability that it gives to the output."""
    calc.eq(Sum(log(ps[t][ys[t]]), (t, 1, T)), by=log_likelihood)
    calc.eq(log(Prod(ps[t][ys[t]], (t, 1, T))), by=reverse(log_prod))
    calc.eq(log(sequence_probability(T, ps, ys)), by=reverse(sequence_probability))


@theorem(
    shows=Eq(log(Pr[0] * Prod(conditional(Pr, t), (t, 1, T))), Sum(log(conditional(Pr, t)), (t, 1, T))),
    given=[nothing_said, joint_positive],
    phrase="a start token of probability 1 costs nothing",
    catalogue="03",
)
def start_token_costs_nothing(calc):
    """A start token that is always there has probability 1, so the sum of log-probabilities starts at the first
    real token."""
    calc.eq(
        log(Prod(conditional(Pr, t), (t, 1, T))), by=because("the start token has probability 1", [nothing_said, ring])
    )
    calc.eq(Sum(log(conditional(Pr, t)), (t, 1, T)), by=log_prod)


# --- what people get wrong -------------------------------------------------------------------------------------------

P2 = function("P", INT, INT, REAL)
pair_distribution = [
    ForAll([(i, 1, 2), (j, 1, 2)], 0 < P2[i][j]),
    Eq(Sum(Sum(P2[i][j], (j, 1, 2)), (i, 1, 2)), 1),
]


@false_claim(
    claims=Eq(P2[1][1], Sum(P2[1][j], (j, 1, 2)) * Sum(P2[i][1], (i, 1, 2))),
    given=pair_distribution,
    instead="chain_rule",
)
def joint_is_product_of_marginals():
    """The probability of two tokens is the product of their marginal probabilities: true only when they are
    independent."""


P3 = function("P", INT, INT, INT, REAL)


@false_claim(
    claims=Eq(
        P3[1][1][1] / Sum(P3[1][1][k], (k, 1, 2)),
        Sum(P3[i][1][1], (i, 1, 2)) / Sum(Sum(P3[i][1][k], (k, 1, 2)), (i, 1, 2)),
    ),
    given=[
        ForAll([(i, 1, 2), (j, 1, 2), (k, 1, 2)], 0 < P3[i][j][k]),
        Eq(Sum(Sum(Sum(P3[i][j][k], (k, 1, 2)), (j, 1, 2)), (i, 1, 2)), 1),
    ],
    instead="chain_rule",
)
def last_token_is_context_enough():
    """Pr(y_3 | y_1, y_2) is Pr(y_3 | y_2): a model that looks back one token only."""


_in_range = [1 <= T, *tokens_in_vocabulary(ys, T, V), *positive_at_each_position(ps, T, V)]
_each_normalised = [ForAll((t, 1, T), Eq(Sum(ps[t][k], (k, 1, V)), 1))]


@false_claim(
    claims=Eq(log(sequence_probability(T, ps, ys)), Prod(log(ps[t][ys[t]]), (t, 1, T))),
    given=[_in_range, _each_normalised],
    instead="log_likelihood_is_log_probability",
)
def log_likelihood_is_product_of_logs():
    """The log of a product is the product of the logs."""


@false_claim(
    claims=Eq(log(sequence_probability(T, ps, ys)), 1 / T * Sum(log(ps[t][ys[t]]), (t, 1, T))),
    given=[_in_range, _each_normalised],
    instead="log_likelihood_is_log_probability",
)
def log_likelihood_is_mean_of_logs():
    """The log-likelihood of a sequence is the mean of the log-probabilities of its tokens."""


@false_claim(
    claims=Eq(log(sequence_probability(T, ps, ys)), log(Sum(ps[t][ys[t]], (t, 1, T)))),
    given=[_in_range, _each_normalised],
    instead="log_likelihood_is_log_probability",
)
def log_likelihood_is_log_of_sum():
    """The log-likelihood of a sequence is the log of the summed probabilities of its tokens."""


@false_claim(
    claims=Eq(1 / (T + 1) * log_likelihood(T, ps, ys), 1 / T * log_likelihood(T, ps, ys)),
    given=[_in_range, _each_normalised],
    instead="start_token_costs_nothing",
)
def start_token_counts_in_the_mean():
    """The mean log-likelihood may count the start token among the tokens, since it adds nothing to the sum."""
