"""A vocabulary that is spread over several processes, or read block by block: softmax and its loss from the parts.

Shard i of n holds the logits from s(i - 1) + 1 to s(i), where s(0) = 0 and s(n) = V.
Main results: ``logsumexp_of_shards``, ``cross_entropy_of_logits_of_shards``, ``label_smoothing_of_logits``,
``label_smoothing_of_shards``.
"""

from derive.proofs.label_smoothing import smoothed_sums_to_one
from derive.proofs.softmax import cross_entropy_of_logits_of_distribution

from derive import *
from derive.language.letters import *

s = function("s", INT, INT)
some_tokens = 1 <= V
token = in_vocabulary(y, V)
ends = [Eq(s[0], 0), Eq(s[n], V)]
shards = [1 <= V, 1 <= n, *ends, ForAll((i, 1, n), s[i - 1] < s[i])]
shard_lse = log(Sum(exp(z[k]), (k, s[i - 1] + 1, s[i])))


@theorem(
    shows=Eq(logsumexp(V, z), logsumexp(n, fun(i, shard_lse))),
    given=shards,
    phrase="log-sum-exp of the shards",
    catalogue="35",
)
def logsumexp_of_shards(calc):
    """The log-sum-exp of all logits is the log-sum-exp of those of the shards: one number from each shard is enough."""
    calc.eq(log(Sum(exp(z[k]), (k, 1, V))), by=logsumexp)
    calc.eq(log(Sum(exp(z[k]), (k, s[0] + 1, s[n]))), by=because("the ends of the shards", ends))
    calc.eq(log(Sum(Sum(exp(z[k]), (k, s[i - 1] + 1, s[i])), (i, 1, n))), by=sum_pieces)
    calc.eq(log(Sum(exp(shard_lse), (i, 1, n))), by=reverse(exp_log))
    calc.eq(logsumexp(n, fun(i, shard_lse)), by=reverse(logsumexp))


@theorem(
    shows=Eq(
        cross_entropy(V, smoothed(V, eps, y), softmax(V, z)),
        logsumexp(V, z) - (1 - eps) * z[y] - eps / V * Sum(z[k], (k, 1, V)),
    ),
    given=token,
    phrase="the smoothed loss from logits",
    catalogue="35",
)
def label_smoothing_of_logits(calc):
    """The smoothed loss from logits needs three numbers: log-sum-exp, the logit of the true token, and the sum of all logits."""
    calc.have(Eq(Sum(smoothed(V, eps, y)[k], (k, 1, V)), 1), by=smoothed_sums_to_one)
    calc.eq(logsumexp(V, z) - Sum(smoothed(V, eps, y)[k] * z[k], (k, 1, V)), by=cross_entropy_of_logits_of_distribution)
    calc.eq(logsumexp(V, z) - Sum(((1 - eps) * delta(k, y) + eps / V) * z[k], (k, 1, V)), by=smoothed)
    calc.eq(
        logsumexp(V, z) - (1 - eps) * z[y] - eps / V * Sum(z[k], (k, 1, V)),
        by=auto,
        says="multiply out; the indicator picks out its one term",
    )


shard_sum = Sum(z[k], (k, s[i - 1] + 1, s[i]))


@theorem(
    shows=Eq(
        cross_entropy(V, smoothed(V, eps, y), softmax(V, z)),
        logsumexp(n, fun(i, shard_lse)) - (1 - eps) * z[y] - eps / V * Sum(shard_sum, (i, 1, n)),
    ),
    given=[token, *shards],
    phrase="the smoothed loss from the shards",
    catalogue="35",
)
def label_smoothing_of_shards(calc):
    """From each shard the smoothed loss needs its log-sum-exp and its sum of logits, and from one of them the logit of the
    true token; V is the size of the whole vocabulary."""
    calc.eq(logsumexp(V, z) - (1 - eps) * z[y] - eps / V * Sum(z[k], (k, 1, V)), by=label_smoothing_of_logits)
    calc.eq(logsumexp(n, fun(i, shard_lse)) - (1 - eps) * z[y] - eps / V * Sum(z[k], (k, 1, V)), by=logsumexp_of_shards)
    calc.eq(
        logsumexp(n, fun(i, shard_lse)) - (1 - eps) * z[y] - eps / V * Sum(z[k], (k, s[0] + 1, s[n])),
        by=because("the ends of the shards", ends),
    )
    calc.eq(logsumexp(n, fun(i, shard_lse)) - (1 - eps) * z[y] - eps / V * Sum(shard_sum, (i, 1, n)), by=sum_pieces)


# --- what people get wrong -------------------------------------------------------------------------------------------

smoothed_loss = cross_entropy(V, smoothed(V, eps, y), softmax(V, z))
one_shard = [2 <= V, 1 <= m, m < V, *token, 0 < eps, eps < 1]


@false_claim(
    claims=Eq(smoothed_loss, logsumexp(V, z) - (1 - eps) * z[y] - eps / m * Sum(z[k], (k, 1, m))),
    given=one_shard,
    instead="label_smoothing_of_shards",
)
def smoothing_by_the_mean_of_a_shard():
    """The mean of all logits may be that of the first shard, which holds m of the V logits."""


@false_claim(
    claims=Eq(smoothed_loss, logsumexp(V, z) - (1 - eps) * z[y] - eps / m * Sum(z[k], (k, 1, V))),
    given=one_shard,
    instead="label_smoothing_of_shards",
)
def smoothing_by_the_size_of_a_shard():
    """The vocabulary size in the smoothed loss may be the number m of logits of a shard."""


@false_claim(
    claims=Eq(logsumexp(V, z), Sum(shard_lse, (i, 1, n))),
    given=shards,
    instead="logsumexp_of_shards",
)
def logsumexp_is_the_sum_over_shards():
    """The log-sum-exp of all logits is the sum of those of the shards."""
