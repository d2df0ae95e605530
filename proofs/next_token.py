"""Next-token losses as code computes them: shifts, masks, a loss at the start, conditionals by two likelihoods, passes.

Main results: ``labels_are_the_next_tokens``, ``mask_applied_twice``, ``mean_over_all_positions``,
``ignored_positions_in_the_smoothing_term``, ``loss_at_initialisation``, ``conditionals_by_two_likelihoods``,
``passes_without_a_cache``.
"""

from derive import *
from derive.language.letters import *

w, loss = family("w"), family("l")  # the weight of a position, 0 or 1, and its loss
kept = Sum(w[t], (t, 1, T))
masked = Sum(w[t] * loss[t], (t, 1, T))
zero_or_one = ForAll((t, 1, T), Eq(w[t] ** 2, w[t]))


# --- the labels of the logits z_1, ..., z_T are the tokens y_2, ..., y_T ----------------------------------------------

next_token = log(softmax(V, zs[t])[ys[t + 1]])


@theorem(
    shows=Eq(
        -(1 / (T - 1)) * Sum(next_token, (t, 1, T - 1)),
        -(1 / (T - 1)) * Sum(log(softmax(V, zs[t - 1])[ys[t]]), (t, 2, T)),
    ),
    given=[1 <= V, 2 <= T],
    phrase="the labels are the next tokens",
    catalogue="44",
)
def labels_are_the_next_tokens(calc):
    """Each token but the first is predicted from the logits one position earlier; T tokens give T - 1 losses."""
    calc.eq(-(1 / (T - 1)) * Sum(log(softmax(V, zs[t - 1])[ys[t]]), (t, 2, T)), by=sum_shift)


@theorem(
    shows=Eq(Sum(w[t] * (w[t] * loss[t]), (t, 1, T)) / kept, masked / kept),
    given=[zero_or_one, 0 < kept],
    phrase="a mask may be applied twice",
    catalogue="44",
)
def mask_applied_twice(calc):
    """A mask of zeros and ones that is applied twice does what it does once."""
    calc.eq(Sum(w[t] ** 2 * loss[t], (t, 1, T)) / kept, by=ring, says="the two factors are a square")
    calc.eq(masked / kept, by=because("a weight of 0 or 1 is its own square", zero_or_one))


@theorem(
    shows=Eq(masked / T, kept / T * (masked / kept)),
    given=[1 <= T, 0 < kept],
    phrase="the mean over all positions",
    catalogue="44",
)
def mean_over_all_positions(calc):
    """Divided by all positions, the loss is the masked mean times the share of positions that are kept."""
    calc.eq(kept / T * (masked / kept), says="multiply and divide by the sum of the weights")


nll, to_uniform = surprisal(ps[t], ys[t]), cross_entropy(V, uniform(V), ps[t])
in_range = [1 <= V, *tokens_in_vocabulary(ys, T, V), *positive_at_each_position(ps, T, V)]


@theorem(
    shows=Eq(
        Sum(w[t] * ((1 - eps) * nll) + eps * to_uniform, (t, 1, T)) / n,
        Sum(w[t] * ((1 - eps) * nll + eps * to_uniform), (t, 1, T)) / n
        + eps / n * Sum((1 - w[t]) * to_uniform, (t, 1, T)),
    ),
    given=[*in_range, 1 <= n],
    phrase="ignored positions in the smoothing term",
    catalogue="44",
)
def ignored_positions_in_the_smoothing_term(calc):
    """Where the smoothing term forgets the mask, each position that is ignored adds eps times its cross-entropy under the
    uniform target."""
    calc.eq(
        Sum(w[t] * ((1 - eps) * nll + eps * to_uniform), (t, 1, T)) / n
        + eps / n * Sum((1 - w[t]) * to_uniform, (t, 1, T)),
        by=sums,
    )


@theorem(
    shows=Eq(
        Sum((1 - eps) * nll + to_uniform, (t, 1, T)),
        Sum((1 - eps) * nll + eps * to_uniform, (t, 1, T)) + (1 - eps) * Sum(to_uniform, (t, 1, T)),
    ),
    given=in_range,
    phrase="1/V in place of eps/V",
    catalogue="44",
)
def smoothing_by_one_over_the_vocabulary(calc):
    """With 1/V in place of eps/V each position adds 1 - eps times its cross-entropy under the uniform target."""
    calc.eq(Sum((1 - eps) * nll + eps * to_uniform, (t, 1, T)) + (1 - eps) * Sum(to_uniform, (t, 1, T)), by=sums)


# --- what a loss is before training -----------------------------------------------------------------------------------


@theorem(
    shows=Eq(surprisal(softmax(V, fun(k, c)), y), log(V)),
    given=in_vocabulary(y, V),
    phrase="the loss at initialisation",
    catalogue="42",
)
def loss_at_initialisation(calc):
    """Where all logits are equal, the loss of every token is log V: what one checks before training."""
    calc.eq(-log(exp(c) / Sum(exp(c), (k, 1, V))))
    calc.eq(-log(exp(c) / (V * exp(c))))
    calc.eq(log(V), says="the exponential cancels, and the log of 1/V is −log V")


# --- the conditionals of an answer of T tokens behind a prompt of m ----------------------------------------------------

positive_prefixes = ForAll((t, 0, m + T), 0 < Pr[t])


@theorem(
    shows=Eq(Sum(log(conditional(Pr, m + t)), (t, 1, T)), log(Pr[m + T]) - log(Pr[m])),
    given=[0 <= m, 0 <= T, positive_prefixes],
    phrase="conditionals by two likelihoods",
    catalogue="58",
)
def conditionals_by_two_likelihoods(calc):
    """The log-likelihood of an answer is that of prompt and answer, less that of the prompt."""
    calc.eq(Sum(log(Pr[m + t] / Pr[m + t - 1]), (t, 1, T)), by=conditional)
    calc.eq(Sum(log(Pr[m + t]) - log(Pr[m + (t - 1)]), (t, 1, T)), by=log_div)
    calc.eq(log(Pr[m + T]) - log(Pr[m]), by=[sum_telescope_back, ring], says="neighbouring terms cancel")


@theorem(
    shows=Eq(Sum(m + t, (t, 1, T)), m * T + T * (T + 1) / 2),
    given=[0 <= T],
    phrase="passes without a cache",
    catalogue="58",
)
def passes_without_a_cache(calc):
    """Step by step without a cache, each pass goes over the prompt of m tokens and the answer so far."""
    calc.eq(m * T + Sum(t, (t, 1, T)))
    calc.eq(m * T + T * (T + 1) / 2)


# --- what people get wrong -------------------------------------------------------------------------------------------

enough = [2 <= V, 2 <= T, ForAll((t, 1, T + 2), 1 <= ys[t]), ForAll((t, 1, T + 2), ys[t] <= V)]


@false_claim(
    claims=Eq(Sum(next_token, (t, 1, T - 1)), Sum(log(softmax(V, zs[t])[ys[t]]), (t, 1, T - 1))),
    given=enough,
    instead="labels_are_the_next_tokens",
)
def labels_without_a_shift():
    """The labels need no shift: the token at a position is what its logits predict."""


@false_claim(
    claims=Eq(Sum(next_token, (t, 1, T - 1)), Sum(log(softmax(V, zs[t])[ys[t + 2]]), (t, 1, T - 1))),
    given=enough,
    instead="labels_are_the_next_tokens",
)
def labels_shifted_twice():
    """Labels may be shifted by the data and by the model once more."""


@false_claim(
    claims=Eq(masked / T, masked / kept),
    given=[1 <= T, zero_or_one, 0 < kept],
    instead="mean_over_all_positions",
)
def mean_does_not_count_what_is_kept():
    """The mean over all positions is the mean over those that are kept."""


@false_claim(
    claims=Eq(surprisal(softmax(V, fun(k, c)), y), 0),
    given=in_vocabulary(y, V),
    instead="loss_at_initialisation",
)
def no_loss_at_initialisation():
    """Where the logits prefer nothing there is no loss."""


@false_claim(
    claims=Eq(Sum(m + t, (t, 1, T)), m + T),
    given=[0 <= m, 0 <= T],
    instead="passes_without_a_cache",
)
def passes_need_no_cache():
    """Step by step the passes go over prompt and answer once, with a cache or without."""


pair = function("P", INT, INT, REAL)  # two tokens


@false_claim(
    claims=Sum(pair[i][j] / pair[i][j], (i, 1, V), (j, 1, V)) <= 1,
    given=[1 <= V, *positive_joint_distribution(pair, V, V)[2:]],
    instead="conditionals_by_two_likelihoods",
)
def conditionals_that_see_their_token():
    """With a mask that is off by one each token is in its own condition; the products over all sequences sum to 1 still."""
