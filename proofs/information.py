"""Entropy, cross-entropy and the Kullback-Leibler divergence.

Main definitions: ``entropy``, ``cross_entropy``, ``kl``; entropies and divergences use the convention 0 log 0 = 0.
Main results: ``cross_entropy_eq_entropy_add_kl``, Gibbs' inequality ``kl_nonneg`` and its equality case
``kl_eq_zero_iff``, ``entropy_le_cross_entropy``.

The target q may have zeros; the model p may not.
"""

from derive import *
from derive.language.letters import *

model = positive_distribution(p, V)
target = distribution(q, V)


@theorem(
    shows=Eq(kl(V, q, p), cross_entropy(V, q, p) - entropy(V, q)),
    given=[nonnegative(q, V), positive(p, V)],
    phrase="divergence is cross-entropy minus entropy",
    catalogue="08",
)
def kl_eq_cross_entropy_sub_entropy(calc):
    """The divergence of the target from the model is the cross-entropy minus the entropy of the target."""
    calc.eq(Sum(xlogy(q[k], q[k] / p[k]), (k, 1, V)), by=kl)
    calc.eq(Sum(xlogy(q[k], q[k]) - q[k] * log(p[k]), (k, 1, V)), by=xlogy_div)
    calc.eq(Sum(xlogy(q[k], q[k]), (k, 1, V)) - Sum(q[k] * log(p[k]), (k, 1, V)), by=sum_sub)
    calc.eq(
        -Sum(q[k] * log(p[k]), (k, 1, V)) - -Sum(xlogy(q[k], q[k]), (k, 1, V)),
        by=ring,
        says="the sums exchanged, with two minus signs",
    )
    calc.eq(cross_entropy(V, q, p) - entropy(V, q), by=reverse([cross_entropy, entropy]))


@theorem(
    shows=Eq(cross_entropy(V, q, p), entropy(V, q) + kl(V, q, p)),
    given=[nonnegative(q, V), positive(p, V)],
    phrase="cross-entropy is entropy plus divergence",
    catalogue="08",
)
def cross_entropy_eq_entropy_add_kl(calc):
    """Cross-entropy is the entropy of the target plus the divergence of the target from the model."""
    calc.begin(entropy(V, q) + kl(V, q, p))
    calc.eq(entropy(V, q) + (cross_entropy(V, q, p) - entropy(V, q)), by=kl_eq_cross_entropy_sub_entropy)
    calc.eq(cross_entropy(V, q, p), by=ring, says="the entropy cancels")


@theorem(
    shows=0 <= kl(V, q, p),
    given=[target, model],
    phrase="Gibbs' inequality",
    catalogue="09",
)
def kl_nonneg(calc):
    """Gibbs' inequality: the Kullback-Leibler divergence is never negative."""
    calc.begin(kl(V, q, p))
    calc.eq(Sum(xlogy(q[k], q[k] / p[k]), (k, 1, V)), by=kl)
    calc.ge(Sum(q[k] - p[k], (k, 1, V)), by=sub_le_xlogy)
    calc.eq(Sum(q[k], (k, 1, V)) - Sum(p[k], (k, 1, V)), by=sum_sub)
    calc.eq(0, by=because("both sum to 1", [*sums_to_one(q, V), *sums_to_one(p, V)]))


_gap = xlogy(q[k], q[k] / p[k]) - (q[k] - p[k])


@theorem(
    shows=Iff(Eq(kl(V, q, p), 0), ForAll((k, 1, V), Eq(q[k], p[k]))),
    given=[target, model],
    phrase="the divergence is 0 only between equals",
    catalogue="09",
)
def kl_eq_zero_iff(calc):
    """The divergence is 0 exactly when model and target agree on every token."""
    calc.have(ForAll((k, 1, V), 0 <= _gap), by=sub_le_xlogy)
    same = calc.have(
        Eq(kl(V, q, p), Sum(xlogy(q[k], q[k] / p[k]), (k, 1, V)) - (Sum(q[k], (k, 1, V)) - Sum(p[k], (k, 1, V)))),
        by=[kl, *sums_to_one(q, V), *sums_to_one(p, V)],
    )
    calc.iff(
        Eq(Sum(xlogy(q[k], q[k] / p[k]), (k, 1, V)) - (Sum(q[k], (k, 1, V)) - Sum(p[k], (k, 1, V))), 0),
        by=same,
    )
    calc.iff(Eq(Sum(_gap, (k, 1, V)), 0), by=sums)
    calc.iff(ForAll((k, 1, V), Eq(_gap, 0)), by=sum_eq_zero_iff)
    calc.iff(ForAll((k, 1, V), Eq(q[k], p[k])), by=xlogy_gap_eq_zero_iff)


@theorem(
    shows=entropy(V, q) <= cross_entropy(V, q, p),
    given=[target, model],
    phrase="no model does better than the entropy of the target",
    catalogue="14",
)
def entropy_le_cross_entropy(calc):
    """No model has a cross-entropy below the entropy of the target."""
    calc.le(entropy(V, q) + kl(V, q, p), by=[kl_nonneg, order], says="Gibbs' inequality")
    calc.eq(cross_entropy(V, q, p), by=reverse(cross_entropy_eq_entropy_add_kl))


@theorem(
    shows=Iff(Eq(cross_entropy(V, q, p), entropy(V, q)), ForAll((k, 1, V), Eq(q[k], p[k]))),
    given=[target, model],
    phrase="only the target itself attains its entropy",
    catalogue="14",
)
def cross_entropy_eq_entropy_iff(calc):
    """The least cross-entropy is attained by the target itself and by no other model."""
    calc.iff(Eq(entropy(V, q) + kl(V, q, p), entropy(V, q)), by=cross_entropy_eq_entropy_add_kl)
    calc.iff(Eq(kl(V, q, p), 0), by=order, says="subtract the entropy")
    calc.iff(ForAll((k, 1, V), Eq(q[k], p[k])), by=kl_eq_zero_iff)


@theorem(
    shows=Eq(cross_entropy(V, one_hot(y), p), kl(V, one_hot(y), p)),
    given=[in_vocabulary(y, V), positive(p, V)],
    phrase="with a one-hot target cross-entropy is the divergence",
    catalogue="10",
)
def cross_entropy_one_hot_eq_kl(calc):
    """With a one-hot target, cross-entropy and divergence are the same number, for the target has no entropy."""
    from derive.proofs.cross_entropy import entropy_one_hot

    calc.eq(entropy(V, one_hot(y)) + kl(V, one_hot(y), p), by=cross_entropy_eq_entropy_add_kl)
    calc.eq(kl(V, one_hot(y), p), by=[entropy_one_hot, ring], says="a one-hot target has no entropy")


middle = fun(k, (q[k] + p[k]) / 2)


@theorem(
    shows=(kl(V, q, middle) + kl(V, p, middle)) / 2 <= log(2),
    given=[*positive_distribution(q, V), *model],
    phrase="the Jensen-Shannon divergence is at most log 2",
)
def jensen_shannon_at_most_log_two(calc):
    """The mean of the divergences of two distributions from their middle is at most log 2, one bit, however far apart they are."""
    first = calc.have(kl(V, q, middle) <= log(2), by=because("q is at most q + p under the logarithm", normal))
    second = calc.have(kl(V, p, middle) <= log(2), by=because("p is at most q + p under the logarithm", normal))
    calc.le((log(2) + log(2)) / 2, by=[order, first, second], says="each divergence is at most log 2")
    calc.eq(log(2), by=ring, says="the mean of equals")


# --- what people get wrong -------------------------------------------------------------------------------------------


@false_claim(
    claims=Eq(kl(V, q, p), kl(V, p, q)),
    given=[*positive_distribution(q, V), *model],
    instead="kl_nonneg",
)
def kl_is_symmetric():
    """The divergence is a distance, so it is symmetric."""


@false_claim(
    claims=cross_entropy(V, q, q) <= 0,
    given=[2 <= V, *positive_distribution(q, V)],
    instead="entropy_le_cross_entropy",
)
def least_cross_entropy_is_zero():
    """A perfect model has cross-entropy 0: true for one-hot targets only; in general the floor is the entropy of
    the target."""


@false_claim(
    claims=Eq(cross_entropy(V, smoothed(V, eps, y), p), kl(V, smoothed(V, eps, y), p)),
    given=[2 <= V, *in_vocabulary(y, V), 0 < eps, eps < 1, *model],
    instead="cross_entropy_one_hot_eq_kl",
)
def smoothed_cross_entropy_is_kl():
    """Cross-entropy and divergence are the same loss also for smoothed targets: they differ by the target's entropy."""


@false_claim(
    claims=(kl(V, q, middle) + kl(V, p, middle)) / 2 <= log(2) / 2,
    given=[*positive_distribution(q, V), *model],
    instead="jensen_shannon_at_most_log_two",
)
def jensen_shannon_at_most_half_a_bit():
    """The Jensen-Shannon divergence is at most half a bit."""
