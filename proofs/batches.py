"""What a loss is averaged over: the tokens, the sequences, the micro-batches of a step, the weights of classes.

B sequences s of n_s tokens each; f_s(t) is the loss of the token t of the sequence s.
Main results: ``sequence_average_less_token_average``, ``averages_agree_at_equal_lengths``, ``sequence_log_ratio``,
``two_micro_batches``, ``micro_batches_agree_iff``, ``rebatching``, ``weighted_mean_over_tokens``.
"""

from derive.proofs.averages import mean_of_means

from derive import *
from derive.language.letters import *

B, s = integer("B"), integer("s")
length, loss = function("n", INT, INT), function("f", INT, FAMILY)
lengths = [1 <= B, ForAll((s, 1, B), 1 <= length[s])]
tokens = Sum(length[s], (s, 1, B))
of_sequence = Sum(loss[s][t], (t, 1, length[s]))
by_sequence = 1 / B * Sum(1 / length[s] * of_sequence, (s, 1, B))
by_token = 1 / tokens * Sum(of_sequence, (s, 1, B))


# --- tokens and sequences --------------------------------------------------------------------------------------------


@theorem(
    shows=Eq(by_sequence, Sum(Sum(1 / (B * length[s]) * loss[s][t], (t, 1, length[s])), (s, 1, B))),
    given=lengths,
    phrase="a token's weight in the mean over sequences",
    catalogue="34",
)
def token_weight_by_sequence(calc):
    """In the mean over sequences of their means, a token of a sequence of n_s tokens has the weight 1/(B n_s): a token of a
    long sequence counts less."""
    calc.eq(1 / B * Sum(Sum(1 / length[s] * loss[s][t], (t, 1, length[s])), (s, 1, B)), by=reverse(sum_mul))
    calc.eq(Sum(1 / B * Sum(1 / length[s] * loss[s][t], (t, 1, length[s])), (s, 1, B)), by=reverse(sum_mul))
    calc.eq(Sum(Sum(1 / B * (1 / length[s] * loss[s][t]), (t, 1, length[s])), (s, 1, B)), by=reverse(sum_mul))
    calc.eq(
        Sum(Sum(1 / (B * length[s]) * loss[s][t], (t, 1, length[s])), (s, 1, B)),
        by=ring,
        says="the product of both factors",
    )


@theorem(
    shows=Eq(by_token, Sum(Sum(1 / tokens * loss[s][t], (t, 1, length[s])), (s, 1, B))),
    given=lengths,
    phrase="a token's weight in the mean over tokens",
    catalogue="34",
)
def token_weight_by_token(calc):
    """In the mean over all tokens every token has the same weight, 1 over their number."""
    calc.eq(Sum(1 / tokens * of_sequence, (s, 1, B)), by=reverse(sum_mul))
    calc.eq(Sum(Sum(1 / tokens * loss[s][t], (t, 1, length[s])), (s, 1, B)), by=reverse(sum_mul))


@theorem(
    shows=Eq(by_sequence, by_token),
    given=[1 <= B, 1 <= m, ForAll((s, 1, B), Eq(length[s], m))],
    phrase="the two means agree at equal lengths",
    catalogue="34",
)
def averages_agree_at_equal_lengths(calc):
    """Where all sequences have the same number m of tokens, the mean over sequences is the mean over tokens."""
    same = ForAll((s, 1, B), Eq(length[s], m))
    whole = Sum(Sum(loss[s][t], (t, 1, m)), (s, 1, B))
    calc.eq(1 / B * Sum(1 / m * Sum(loss[s][t], (t, 1, m)), (s, 1, B)), by=because("all sequences have m tokens", same))
    calc.eq(1 / B * (1 / m * whole), by=sum_mul)
    calc.eq(1 / (B * m) * whole, by=ring, says="the product of both factors")
    calc.eq(1 / Sum(m, (s, 1, B)) * whole, by=sum_const)
    calc.eq(by_token, by=because("all sequences have m tokens", same))


normalised = [ForAll((t, 1, T), Eq(Sum(ps[t][k], (k, 1, V)), 1)), ForAll((t, 1, T), Eq(Sum(qs[t][k], (k, 1, V)), 1))]
positions = [
    *tokens_in_vocabulary(ys, T, V),
    *positive_at_each_position(ps, T, V),
    *positive_at_each_position(qs, T, V),
]
log_ratios = Sum(log(ps[t][ys[t]] / qs[t][ys[t]]), (t, 1, T))


@theorem(
    shows=Eq(log(sequence_probability(T, ps, ys) / sequence_probability(T, qs, ys)), log_ratios),
    given=positions,
    phrase="the log-ratio of a sequence",
    catalogue="34",
)
def sequence_log_ratio(calc):
    """The log-ratio of two models on a sequence, as preference losses need it, is the sum over its tokens, not the mean."""
    calc.eq(log(Prod(ps[t][ys[t]], (t, 1, T)) / Prod(qs[t][ys[t]], (t, 1, T))), by=sequence_probability)
    calc.eq(log(Prod(ps[t][ys[t]] / qs[t][ys[t]], (t, 1, T))), by=reverse(prod_div))
    calc.eq(log_ratios, by=log_prod)


# --- micro-batches: B of them, of c_s tokens with the mean loss l_s ------------------------------------------------

count, mean = family("c"), family("l")
means = Sum(mean[s], (s, 1, B)) / B
counted = ForAll((s, 1, B), 0 < count[s])
mean_count, mean_loss = real("c_bar"), real("l_bar")
averages = [Eq(mean_count, Sum(count[s], (s, 1, B)) / B), Eq(mean_loss, means)]
whole = Sum(count[s] * mean[s], (s, 1, B)) / Sum(count[s], (s, 1, B))
spread = Sum((count[s] - mean_count) * (mean[s] - mean_loss), (s, 1, B))


@theorem(
    shows=Iff(Eq(mean_loss, whole), Eq(spread, 0)),
    given=[1 <= B, counted, *averages],
    phrase="when micro-batches may be averaged",
    catalogue="45",
)
def micro_batches_agree_iff(calc):
    """The mean over micro-batches of their mean losses is the mean over all tokens exactly where counts and losses do not
    vary together."""
    calc.have(0 < mean_count, by=because("all counts are positive", [averages[0], counted]))
    calc.iff(Eq(mean_loss - whole, 0), by=ring, says="subtract the right side")
    calc.iff(Eq(-(spread / (B * mean_count)), 0), by=mean_of_means)
    calc.iff(Eq(spread / (B * mean_count), 0), by=ring, says="both sides times −1")
    calc.iff(Eq(spread, 0), by=div_eq_zero_iff)


@theorem(
    shows=Iff(Eq((a + b) / 2, (n * a + m * b) / (n + m)), Eq((n - m) * (a - b), 0)),
    given=[1 <= n, 1 <= m],
    phrase="when two micro-batches may be averaged",
    catalogue="45",
)
def two_micro_batches(calc):
    """For two micro-batches, of n and m tokens with mean losses a and b, the mean of means is the mean over all tokens exactly
    where the counts or the losses are equal."""
    calc.iff(Eq((a + b) / 2 - (n * a + m * b) / (n + m), 0), by=ring, says="subtract the right side")
    calc.iff(Eq(-((n - m) * (a - b)) / (2 * (n + m)), 0), by=ring, says="over a common denominator")
    calc.iff(Eq(-((n - m) * (a - b)), 0), by=div_eq_zero_iff)
    calc.iff(Eq((n - m) * (a - b), 0), by=ring, says="both sides times −1")


first = function("s", INT, INT)
ends = [Eq(first[0], 0), Eq(first[B], T)]
cuts = [1 <= T, 1 <= B, *ends, ForAll((i, 1, B), first[i - 1] <= first[i])]


@theorem(
    shows=Eq(Sum(first[i] - first[i - 1], (i, 1, B)), T),
    given=cuts,
    phrase="the micro-batches hold all tokens",
    catalogue="45",
)
def micro_batches_hold_all_tokens(calc):
    """Where the tokens are cut into micro-batches, the counts of these add up to the number of all tokens."""
    calc.eq(first[B] - first[0], by=sum_telescope_back)
    calc.eq(T, by=because("the first and the last cut", ends))


@theorem(
    shows=Eq(Sum(Sum(f[t], (t, first[i - 1] + 1, first[i])), (i, 1, B)), Sum(f[t], (t, 1, T))),
    given=cuts,
    phrase="the micro-batches hold all losses",
    catalogue="45",
)
def rebatching(calc):
    """However the tokens are cut into micro-batches, their losses have the same sum; so over the number of all tokens, which
    is the sum of the counts, the loss of a step is the same."""
    calc.eq(Sum(f[t], (t, first[0] + 1, first[B])), by=sum_pieces)
    calc.eq(Sum(f[t], (t, 1, T)), by=because("the first and the last cut", ends))


# --- weights of classes ----------------------------------------------------------------------------------------------

w = family("w")
weights = Sum(w[ys[t]], (t, 1, T))
weighted = Sum(w[ys[t]] * f[t], (t, 1, T))


@theorem(
    shows=Eq(weighted / T, weights / T * (weighted / weights)),
    given=[1 <= T, *tokens_in_vocabulary(ys, T, V), *positive(w, V)],
    phrase="two denominators for a weighted loss",
    catalogue="46",
)
def weighted_mean_over_tokens(calc):
    """With a weight for each class, the weighted losses over the number of tokens are their weighted mean times the mean
    weight."""
    calc.have(0 < weights, by=sum_pos)
    calc.eq(weighted / weights * weights / T, by=ring, says="multiply and divide by the sum of the weights")
    calc.eq(weights / T * (weighted / weights), by=ring, says="the factors exchanged")


# --- what people get wrong -------------------------------------------------------------------------------------------


@false_claim(
    claims=Eq(by_sequence, by_token),
    given=[2 <= B, ForAll((s, 1, B), 1 <= length[s])],
    instead="averages_agree_at_equal_lengths",
)
def averages_agree_at_any_lengths():
    """The mean over sequences of their mean losses is the mean over tokens, whatever the lengths."""


@false_claim(
    claims=Eq(log(sequence_probability(T, ps, ys) / sequence_probability(T, qs, ys)), 1 / T * log_ratios),
    given=[1 <= T, *positions, *normalised],
    instead="sequence_log_ratio",
)
def log_ratio_is_the_mean():
    """The log-ratio that a preference loss needs is the mean of the log-ratios of the tokens."""


@false_claim(
    claims=Implies(Eq(means, whole), Eq((count[1] - count[2]) * (mean[1] - mean[2]), 0)),
    given=[Eq(B, 3), ForAll((s, 1, B), 0 < count[s])],
    instead="micro_batches_agree_iff",
)
def micro_batches_agree_only_at_equal_counts_or_losses():
    """Also of three micro-batches the means agree only where counts or losses are equal: but they can even out."""


@false_claim(
    claims=Eq(weighted / T, weighted / weights),
    given=[1 <= T, *tokens_in_vocabulary(ys, T, V), *positive(w, V)],
    instead="weighted_mean_over_tokens",
)
def weighted_loss_has_one_denominator():
    """A loss with class weights is the same over the number of tokens and over the sum of their weights."""
