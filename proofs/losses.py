"""Other losses of training code: class weights, unlikelihood, focal loss, contrast with negatives, the evidence bound.

Main results: ``weighted_cross_entropy_gradient``, ``unlikelihood_gradient``, ``focal_derivative``, ``focal_gradient``,
``contrastive_loss_nonnegative``, ``evidence_bound``, ``evidence_is_bound_plus_divergence``.
"""

from derive.proofs.softmax import cross_entropy_gradient_any_target, softmax_gradient, softmax_sums_to_one

from derive import *
from derive.language.letters import *

w, gamma, tau = family("w"), real("gamma"), real("tau")
some_tokens = 1 <= V
p_i, p_j = softmax(V, z)[i], softmax(V, z)[j]


@theorem(
    shows=Eq(
        partial(cross_entropy(V, fun(k, w[k] * q[k]), softmax(V, z)), z, j),
        Sum(w[k] * q[k], (k, 1, V)) * p_j - w[j] * q[j],
    ),
    given=in_vocabulary(j, V),
    phrase="the gradient of the loss with class weights",
    catalogue="46",
)
def weighted_cross_entropy_gradient(calc):
    """With a weight for each class the prediction has the weight of the whole target, and the target its own."""
    calc.eq(
        Sum(w[k] * q[k], (k, 1, V)) * p_j - w[j] * q[j],
        by=cross_entropy_gradient_any_target,
        says="the gradient of the loss for a target that need not sum to 1",
    )


@theorem(
    shows=Eq(partial(-log(1 - p_i), z, j), p_i * (delta(i, j) - p_j) / (1 - p_i)),
    given=[*in_vocabulary(i, V), *in_vocabulary(j, V), p_i < 1],
    phrase="the gradient of the unlikelihood loss",
    catalogue="48",
)
def unlikelihood_gradient(calc):
    """The gradient of the loss that makes a token unlikely, in its own logit and in those of other tokens."""
    calc.eq(-(-(p_i * (delta(i, j) - p_j)) / (1 - p_i)), by=[calculus, softmax_gradient])
    calc.eq(p_i * (delta(i, j) - p_j) / (1 - p_i), by=ring, says="two minus signs cancel")


@theorem(
    shows=Eq(partial(-log(1 - p_i), z, i), p_i),
    given=[*in_vocabulary(i, V), p_i < 1],
    phrase="the gradient of the unlikelihood loss in its own logit",
    catalogue="48",
)
def unlikelihood_gradient_at_its_token(calc):
    """In the logit of the token that is to become unlikely the gradient is its probability."""
    calc.eq(p_i * (1 - p_i) / (1 - p_i), by=[unlikelihood_gradient, delta_same])
    calc.eq(p_i, by=ring, says="the common factor cancels")


@theorem(
    shows=Eq(
        partial((1 - tau) ** gamma * -log(tau), tau),
        gamma * (1 - tau) ** (gamma - 1) * log(tau) - (1 - tau) ** gamma / tau,
    ),
    given=[0 < tau, tau < 1],
    phrase="the derivative of the focal loss",
    catalogue="47",
)
def focal_derivative(calc):
    """The derivative of the focal loss in the probability of the true token."""
    calc.eq(
        gamma * (1 - tau) ** (gamma - 1) * -1 * -log(tau) + (1 - tau) ** gamma * -(1 / tau),
        by=calculus,
    )
    calc.eq(
        gamma * (1 - tau) ** (gamma - 1) * log(tau) - (1 - tau) ** gamma / tau, by=ring, says="two minus signs cancel"
    )


@theorem(
    shows=Eq(
        partial((1 - p_i) ** gamma * -log(p_i), z, j),
        (p_j - delta(i, j)) * ((1 - p_i) ** gamma - gamma * p_i * (1 - p_i) ** (gamma - 1) * log(p_i)),
    ),
    given=[*in_vocabulary(i, V), *in_vocabulary(j, V), p_i < 1],
    phrase="the gradient of the focal loss",
    catalogue="47",
)
def focal_gradient(calc):
    """The gradient of the focal loss in a logit is that of the cross-entropy times a factor, of which the weight of the loss is a part."""
    slope = p_i * (delta(i, j) - p_j)
    calc.eq(
        gamma * (1 - p_i) ** (gamma - 1) * -slope * -log(p_i) + (1 - p_i) ** gamma * -(slope / p_i),
        by=[calculus, softmax_gradient],
    )
    calc.eq(
        (p_j - delta(i, j)) * ((1 - p_i) ** gamma - gamma * p_i * (1 - p_i) ** (gamma - 1) * log(p_i)),
        by=ring,
        says="take out what both terms share",
    )


@theorem(
    shows=0 <= surprisal(softmax(n, z), 1),
    given=[1 <= n],
    phrase="a contrastive loss is nonnegative",
    catalogue="53",
)
def contrastive_loss_nonnegative(calc):
    """The loss of picking the true one among n scores is nonnegative."""
    whole = calc.have(Eq(Sum(softmax(n, z)[k], (k, 1, n)), 1), by=softmax_sums_to_one)
    below = calc.have(softmax(n, z)[1] <= Sum(softmax(n, z)[k], (k, 1, n)), by=term_le_sum)
    small = calc.have(log(softmax(n, z)[1]) <= 0, by=[log_nonpos, below, whole])
    calc.le(-log(softmax(n, z)[1]), by=[order, small])
    calc.eq(surprisal(softmax(n, z), 1), by=reverse(surprisal))


@theorem(
    shows=Eq(surprisal(softmax(n, fun(k, a)), 1), log(n)),
    given=[1 <= n],
    phrase="a contrastive loss at equal scores",
    catalogue="53",
)
def contrastive_loss_at_equal_scores(calc):
    """Where all n scores are equal the loss is log n."""
    calc.eq(-log(softmax(n, fun(k, a))[1]), by=surprisal)
    calc.eq(-log(exp(a) / Sum(exp(a), (k, 1, n))), by=softmax)
    calc.eq(-log(exp(a) / (n * exp(a))), by=sums, says="the sum of a constant")
    calc.eq(log(n), by=logs)


evidence = Sum(f[k], (k, 1, V))
bound = Sum(q[k] * log(f[k] / q[k]), (k, 1, V))
both = [some_tokens, *positive_distribution(q, V), *positive(f, V)]


@theorem(
    shows=bound <= log(evidence),
    given=both,
    phrase="the evidence lower bound",
    catalogue="52",
)
def evidence_bound(calc):
    """The log of a sum over hidden outcomes is at least the mean under q of log f/q."""
    calc.le(log(Sum(q[k] * (f[k] / q[k]), (k, 1, V))), by=jensen_log)
    calc.eq(log(evidence), by=ring, says="q(k) cancels in each term")


@theorem(
    shows=Eq(log(evidence), bound + kl(V, q, fun(k, f[k] / evidence))),
    given=both,
    phrase="the evidence is its bound plus a divergence",
    catalogue="52",
)
def evidence_is_bound_plus_divergence(calc):
    """What the evidence lower bound misses is the divergence of q from the posterior."""
    posterior = f[k] / evidence
    calc.eq(Sum(q[k], (k, 1, V)) * log(evidence), by=because("q sums to 1", [ring, sums_to_one(q, V)[0]]))
    calc.eq(
        Sum(q[k] * log(f[k] / q[k]) + q[k] * log(q[k] / posterior), (k, 1, V)),
        by=auto,
        says="the log of a product of two quotients, in each term",
    )
    calc.eq(bound + Sum(q[k] * log(q[k] / posterior), (k, 1, V)), by=sum_add)
    calc.eq(bound + kl(V, q, fun(k, f[k] / evidence)), by=reverse([xlogy_eq_mul_log, kl]))


# --- what people get wrong -------------------------------------------------------------------------------------------


@false_claim(
    claims=Eq(log(evidence), Sum(log(f[k]), (k, 1, V))),
    given=both,
    instead="evidence_bound",
)
def log_of_a_sum_is_the_sum_of_logs():
    """The log of a sum is the sum of the logs."""


@false_claim(
    claims=Eq(log(evidence), bound + kl(V, fun(k, f[k] / evidence), q)),
    given=both,
    instead="evidence_is_bound_plus_divergence",
)
def evidence_with_the_divergence_turned_round():
    """What the evidence lower bound misses is the divergence of the posterior from q."""


@false_claim(
    claims=Eq(partial(-log(1 - p_i), z, j), p_i * delta(i, j)),
    given=[*in_vocabulary(i, V), *in_vocabulary(j, V), p_i < 1],
    instead="unlikelihood_gradient",
)
def unlikelihood_moves_its_own_logit_only():
    """The unlikelihood loss of a token has no gradient in the logits of the others."""


@false_claim(
    claims=Eq(partial((1 - p_i) ** gamma * -log(p_i), z, j), (1 - p_i) ** gamma * (p_j - delta(i, j))),
    given=[*in_vocabulary(i, V), *in_vocabulary(j, V), p_i < 1],
    instead="focal_gradient",
)
def focal_weight_has_no_gradient():
    """The gradient of the focal loss is that of the cross-entropy, weighted by (1 - p)^gamma."""
