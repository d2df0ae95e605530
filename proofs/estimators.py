"""Estimators of a divergence from samples of p, by the ratio q/p at each: k1 = -log(q/p) and k3 = q/p - 1 - log(q/p).

Main results: ``mean_of_k1``, ``mean_of_k3``, ``k3_nonnegative``.
"""

from derive import *
from derive.language.letters import *

both = [*positive_distribution(p, V), *positive_distribution(q, V)]
ratio = q[k] / p[k]
k1, k3 = fun(k, -log(ratio)), fun(k, ratio - 1 - log(ratio))


@theorem(
    shows=Eq(expectation(V, p, k1), kl(V, p, q)),
    given=both,
    phrase="the mean of the estimator k1",
    catalogue="54",
)
def mean_of_k1(calc):
    """Minus the log of the ratio is an unbiased estimator of the divergence of p from q."""
    calc.eq(Sum(p[k] * -log(ratio), (k, 1, V)), by=expectation)
    calc.eq(Sum(p[k] * log(p[k] / q[k]), (k, 1, V)), by=log_div)
    calc.eq(kl(V, p, q), by=[reverse(kl), reverse(xlogy_eq_mul_log)])


@theorem(
    shows=Eq(expectation(V, p, k3), kl(V, p, q)),
    given=both,
    phrase="the mean of the estimator k3",
    catalogue="54",
)
def mean_of_k3(calc):
    """The estimator k3 adds q/p - 1 to k1, which has the mean 0."""
    calc.eq(Sum(p[k] * (ratio - 1 - log(ratio)), (k, 1, V)), by=expectation)
    calc.eq(Sum(q[k], (k, 1, V)) - Sum(p[k], (k, 1, V)) + Sum(p[k] * -log(ratio), (k, 1, V)), by=sums)
    calc.eq(Sum(p[k] * -log(ratio), (k, 1, V)), by=[Eq(Sum(p[k], (k, 1, V)), 1), Eq(Sum(q[k], (k, 1, V)), 1)])
    calc.eq(expectation(V, p, k1), by=reverse(expectation))
    calc.eq(kl(V, p, q), by=mean_of_k1)


@theorem(shows=0 <= k3[k], given=[0 < p[k], 0 < q[k]], phrase="the estimator k3 is nonnegative", catalogue="54")
def k3_nonnegative(calc):
    """The estimator k3 is nonnegative for each sample: the log lies below its tangent at 1."""
    calc.le(ratio - 1 - log(ratio), by=log_le_sub_one)


# --- what people get wrong -------------------------------------------------------------------------------------------


@false_claim(claims=0 <= k1[y], given=[*in_vocabulary(y, V), *both], instead="k3_nonnegative")
def k1_nonnegative():
    """The estimator k1 is nonnegative for each sample, since the divergence is."""


@false_claim(claims=Eq(expectation(V, q, k1), kl(V, p, q)), given=both, instead="mean_of_k1")
def k1_from_samples_of_the_other():
    """The mean of k1 is the divergence of p from q for samples of q as well."""


@false_claim(claims=Eq(expectation(V, q, k3), kl(V, p, q)), given=both, instead="mean_of_k3")
def k3_from_samples_of_the_other():
    """The mean of k3 is the divergence of p from q for samples of q as well."""


@false_claim(claims=Eq(k1[y], k3[y]), given=[*in_vocabulary(y, V), *both], instead="mean_of_k3")
def estimators_agree_on_each_sample():
    """Two unbiased estimators of one divergence agree on each sample."""
