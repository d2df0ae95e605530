"""Softmax: the model's distribution from its logits, and the gradient of the loss.

Main definitions: ``softmax``, ``logsumexp``.
Main results: ``softmax_positive`` and ``softmax_sums_to_one`` (so for logits the conditions on the model are theorems),
``log_softmax``, ``softmax_shift``, ``cross_entropy_of_logits``, ``cross_entropy_is_nll_of_logits``,
``cross_entropy_gradient``.
"""

from derive.proofs.cross_entropy import cross_entropy_is_nll, cross_entropy_one_hot

from derive import *
from derive.language.letters import *

some_tokens = 1 <= V
partition = Sum(exp(z[j]), (j, 1, V))
probability = softmax(V, z)


@theorem(
    shows=0 < softmax(V, z)[k],
    given=[some_tokens],
    phrase="softmax is positive",
    catalogue="19",
)
def softmax_positive(calc):
    """Every token has positive probability under softmax."""
    each = calc.have(0 < exp(z[k]), by=exp_pos)
    total = calc.have(0 < partition, by=sum_pos)
    calc.lt(exp(z[k]) / partition, by=[each, total])
    calc.eq(softmax(V, z)[k], by=reverse(softmax))


@theorem(
    shows=Eq(Sum(softmax(V, z)[k], (k, 1, V)), 1),
    given=[some_tokens],
    phrase="softmax is normalised",
    catalogue="19",
)
def softmax_sums_to_one(calc):
    """The probabilities of softmax sum to 1."""
    calc.eq(Sum(exp(z[k]) / partition, (k, 1, V)), by=softmax)
    calc.eq(Sum(exp(z[k]), (k, 1, V)) / partition, by=sum_div)
    calc.eq(1, by=ring, says="a positive number over itself")


@theorem(
    shows=Eq(log(softmax(V, z)[k]), z[k] - logsumexp(V, z)),
    given=[some_tokens],
    phrase="log-softmax",
    catalogue="19",
)
def log_softmax(calc):
    """The log-probability of a token is its logit minus the log-sum-exp of all logits."""
    calc.eq(log(exp(z[k]) / partition), by=softmax)
    calc.eq(log(exp(z[k])) - log(partition), by=log_div)
    calc.eq(z[k] - log(partition), by=log_exp)
    calc.eq(z[k] - logsumexp(V, z), by=reverse(logsumexp))


log_p = fun(k, log(p[k]))


@theorem(
    shows=Eq(logsumexp(V, log_p), 0),
    given=[some_tokens, positive_distribution(p, V)],
    phrase="log-probabilities are normalised logits",
    catalogue="19",
)
def logsumexp_log_p(calc):
    """The log-sum-exp of log-probabilities is 0, so log-softmax leaves log-probabilities as they are."""
    calc.eq(log(Sum(exp(log(p[k])), (k, 1, V))), by=logsumexp)
    calc.eq(log(Sum(p[k], (k, 1, V))), by=exp_log)
    calc.eq(log(1), by=sums_to_one(p, V)[0])
    calc.eq(0, by=log_one)


shifted = fun(k, z[k] + c)


@theorem(
    shows=Eq(softmax(V, shifted)[k], softmax(V, z)[k]),
    given=[some_tokens],
    phrase="softmax does not see a shift of all logits",
    catalogue="20",
)
def softmax_shift(calc):
    """Adding the same number to all logits does not change the probabilities."""
    calc.eq(exp(z[k] + c) / Sum(exp(z[j] + c), (j, 1, V)), by=softmax)
    calc.eq(exp(z[k]) * exp(c) / Sum(exp(z[j]) * exp(c), (j, 1, V)), by=exp_add)
    calc.eq(exp(z[k]) * exp(c) / (partition * exp(c)), by=sum_mul_right)
    calc.eq(exp(z[k]) / partition, by=ring, says="the common factor cancels")
    calc.eq(softmax(V, z)[k], by=reverse(softmax))


@theorem(
    shows=Eq(cross_entropy(V, one_hot(y), softmax(V, z)), logsumexp(V, z) - z[y]),
    given=[in_vocabulary(y, V)],
    phrase="the loss from logits",
    catalogue="22",
)
def cross_entropy_of_logits(calc):
    """The loss of one token, from logits: log-sum-exp minus the logit of the true token."""
    calc.eq(-log(softmax(V, z)[y]), by=cross_entropy_one_hot)
    calc.eq(-(z[y] - logsumexp(V, z)), by=log_softmax)
    calc.eq(logsumexp(V, z) - z[y], by=ring, says="the sign turns the difference round")


model = fun(t, softmax(V, zs[t]))


@theorem(
    shows=Eq(
        Sum(cross_entropy(V, one_hot(ys[t]), softmax(V, zs[t])), (t, 1, T)),
        -log(Prod(softmax(V, zs[t])[ys[t]], (t, 1, T))),
    ),
    given=[some_tokens, tokens_in_vocabulary(ys, T, V)],
    phrase="the summed cross-entropy of logits is the negative log-likelihood",
    catalogue="05",
)
def cross_entropy_is_nll_of_logits(calc):
    """For a model given by logits the headline needs no condition on the model: softmax is positive."""
    calc.eq(-log(sequence_probability(T, model, ys)), by=cross_entropy_is_nll)
    calc.eq(-log(Prod(softmax(V, zs[t])[ys[t]], (t, 1, T))), by=sequence_probability)


@theorem(
    shows=Eq(
        Sum(cross_entropy(V, one_hot(ys[t]), softmax(V, zs[t])), (t, 1, T)),
        Sum(logsumexp(V, zs[t]) - zs[t][ys[t]], (t, 1, T)),
    ),
    given=[some_tokens, tokens_in_vocabulary(ys, T, V)],
    phrase="the loss of a sequence from logits",
    catalogue="22",
)
def sequence_loss_of_logits(calc):
    """The loss of a sequence as programs compute it: the sum of log-sum-exp minus the true logit."""
    calc.eq(Sum(logsumexp(V, zs[t]) - zs[t][ys[t]], (t, 1, T)), by=cross_entropy_of_logits)


total = Sum(q[k], (k, 1, V))


@theorem(
    shows=Eq(cross_entropy(V, q, softmax(V, z)), total * logsumexp(V, z) - Sum(q[k] * z[k], (k, 1, V))),
    given=[some_tokens],
    phrase="the loss from logits, any target",
    catalogue="22",
)
def cross_entropy_of_logits_any_target(calc):
    """The loss for any target, from logits."""
    calc.eq(-Sum(q[k] * log(softmax(V, z)[k]), (k, 1, V)), by=cross_entropy)
    calc.eq(-Sum(q[k] * (z[k] - logsumexp(V, z)), (k, 1, V)), by=log_softmax)
    calc.eq(total * logsumexp(V, z) - Sum(q[k] * z[k], (k, 1, V)), by=sums)


@theorem(
    shows=Eq(cross_entropy(V, q, softmax(V, z)), logsumexp(V, z) - Sum(q[k] * z[k], (k, 1, V))),
    given=[some_tokens, sums_to_one(q, V)],
    phrase="the loss from logits, for a target that sums to 1",
    catalogue="22",
)
def cross_entropy_of_logits_of_distribution(calc):
    """The loss for a target that sums to 1, from logits: log-sum-exp minus the mean logit under the target."""
    calc.eq(total * logsumexp(V, z) - Sum(q[k] * z[k], (k, 1, V)), by=cross_entropy_of_logits_any_target)
    calc.eq(
        logsumexp(V, z) - Sum(q[k] * z[k], (k, 1, V)),
        by=because("the target sums to 1", [sums_to_one(q, V)[0], ring]),
    )


@theorem(
    shows=Eq(partial(logsumexp(V, z), z, j), softmax(V, z)[j]),
    given=[in_vocabulary(j, V)],
    phrase="the gradient of log-sum-exp is softmax",
    catalogue="22",
)
def logsumexp_gradient(calc):
    """The partial derivative of log-sum-exp in the logit z_j is the probability of the token j."""
    calc.eq(partial(log(Sum(exp(z[k]), (k, 1, V))), z, j), by=logsumexp)
    calc.eq(Sum(delta(k, j) * exp(z[k]), (k, 1, V)) / Sum(exp(z[k]), (k, 1, V)), by=calculus)
    calc.eq(exp(z[j]) / Sum(exp(z[k]), (k, 1, V)), by=sum_delta)
    calc.eq(softmax(V, z)[j], by=reverse(softmax))


@theorem(
    shows=Eq(partial(softmax(V, z)[i], z, j), softmax(V, z)[i] * (delta(i, j) - softmax(V, z)[j])),
    given=[in_vocabulary(j, V)],
    phrase="the derivative of softmax",
    catalogue="23",
)
def softmax_gradient(calc):
    """The Jacobian of softmax: the derivative of the probability of the token i in the logit z_j."""
    partition = Sum(exp(z[k]), (k, 1, V))
    calc.eq(partial(exp(z[i]) / partition, z, j), by=softmax)
    calc.eq(
        (delta(i, j) * exp(z[i]) * partition - exp(z[i]) * Sum(delta(k, j) * exp(z[k]), (k, 1, V)))
        / (partition * partition),
        by=calculus,
    )
    calc.eq((delta(i, j) * exp(z[i]) * partition - exp(z[i]) * exp(z[j])) / (partition * partition), by=sum_delta)
    calc.eq(
        exp(z[i]) / partition * (delta(i, j) - exp(z[j]) / partition),
        by=ring,
        says="split the fraction, and take out the common factor",
    )
    calc.eq(softmax(V, z)[i] * (delta(i, j) - softmax(V, z)[j]), by=reverse(softmax))


@theorem(
    shows=Eq(partial(cross_entropy(V, q, softmax(V, z)), z, j), softmax(V, z)[j] - q[j]),
    given=[in_vocabulary(j, V), sums_to_one(q, V)],
    phrase="the gradient of the loss is prediction minus target",
    catalogue="22",
)
def cross_entropy_gradient(calc):
    """The gradient of the loss in the logits is prediction minus target."""
    calc.eq(partial(logsumexp(V, z) - Sum(q[k] * z[k], (k, 1, V)), z, j), by=cross_entropy_of_logits_of_distribution)
    calc.eq(softmax(V, z)[j] - Sum(delta(k, j) * q[k], (k, 1, V)), by=[calculus, logsumexp_gradient])
    calc.eq(softmax(V, z)[j] - q[j], by=sum_delta)


@theorem(
    shows=Eq(partial(cross_entropy(V, q, softmax(V, z)), z, j), total * softmax(V, z)[j] - q[j]),
    given=[in_vocabulary(j, V)],
    phrase="the gradient of the loss in the logits",
    catalogue="22",
)
def cross_entropy_gradient_any_target(calc):
    """The gradient of the loss in the logit z_j, for a target that need not be normalised."""
    calc.eq(partial(total * logsumexp(V, z) - Sum(q[k] * z[k], (k, 1, V)), z, j), by=cross_entropy_of_logits_any_target)
    calc.eq(total * softmax(V, z)[j] - Sum(delta(k, j) * q[k], (k, 1, V)), by=[calculus, logsumexp_gradient])
    calc.eq(total * softmax(V, z)[j] - q[j], by=sum_delta)


@theorem(
    shows=Eq(Sum(softmax(V, z)[j] - q[j], (j, 1, V)), 0),
    given=[some_tokens, sums_to_one(q, V)],
    phrase="the components of the gradient sum to 0",
    catalogue="22",
)
def gradient_sums_to_zero(calc):
    """The components of the gradient sum to 0: the loss does not see a shift of all logits."""
    calc.eq(Sum(softmax(V, z)[k], (k, 1, V)) - Sum(q[k], (k, 1, V)), by=sum_sub)
    calc.eq(1 - Sum(q[k], (k, 1, V)), by=softmax_sums_to_one)
    calc.eq(0, by=sums_to_one(q, V)[0])


# --- what people get wrong -------------------------------------------------------------------------------------------


@false_claim(
    claims=Eq(softmax(V, softmax(V, z))[1], softmax(V, z)[1]),
    given=[2 <= V],
    instead="logsumexp_log_p",
)
def softmax_is_idempotent():
    """Softmax of probabilities gives the probabilities back: a softmax too many in front of the loss."""


@false_claim(
    claims=Eq(softmax(V, fun(k, 2 * z[k]))[1], softmax(V, z)[1]),
    given=[2 <= V],
    instead="softmax_shift",
)
def softmax_is_scale_invariant():
    """Multiplying all logits by the same number does not change the probabilities."""


@false_claim(
    claims=Eq(partial(cross_entropy(V, q, softmax(V, z)), z, j), softmax(V, z)[j] - q[j]),
    given=[1 <= V, *in_vocabulary(j, V), *nonnegative(q, V)],
    instead="cross_entropy_gradient_any_target",
)
def gradient_is_p_minus_q_always():
    """The gradient is prediction minus target also for targets that do not sum to 1."""
