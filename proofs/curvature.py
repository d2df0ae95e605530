"""Log-sum-exp and softmax further: bounds by the largest logit, second derivatives, temperature.

Main results: ``largest_logit_le_logsumexp``, ``logsumexp_le_largest_logit``, ``logsumexp_hessian``,
``tempered_gradient``, ``z_loss_gradient``.
"""

from derive.proofs.softmax import logsumexp_gradient, softmax_gradient

from derive import *
from derive.language.letters import *

lam, tau = real("lam"), real("tau")
some_tokens = 1 <= V
partition = Sum(exp(z[k]), (k, 1, V))
largest = Max(z[k], (k, 1, V))


@theorem(
    shows=largest <= logsumexp(V, z),
    given=[some_tokens],
    phrase="the largest logit is at most log-sum-exp",
    catalogue="21",
)
def largest_logit_le_logsumexp(calc):
    """Log-sum-exp is at least the largest logit."""
    each = calc.have(ForAll((k, 1, V), exp(z[k]) <= partition), by=term_le_sum)
    plain = calc.have(ForAll((k, 1, V), z[k] <= log(partition)), by=[le_log_iff, each])
    calc.le(log(partition), by=[max_least, plain])
    calc.eq(logsumexp(V, z), by=reverse(logsumexp))


@theorem(
    shows=logsumexp(V, z) <= largest + log(V),
    given=[some_tokens],
    phrase="log-sum-exp is at most the largest logit plus log V",
    catalogue="21",
)
def logsumexp_le_largest_logit(calc):
    """Log-sum-exp is at most the largest logit plus log V: it is a smooth maximum."""
    top = calc.have(ForAll((k, 1, V), z[k] <= largest), by=max_upper)
    terms = calc.have(ForAll((k, 1, V), exp(z[k]) <= exp(largest)), by=[exp_le, top])
    bound = calc.have(partition <= Sum(exp(largest), (k, 1, V)), by=[sum_le, terms])
    calc.eq(log(partition), by=logsumexp)
    calc.le(log(Sum(exp(largest), (k, 1, V))), by=[log_le, bound])
    calc.eq(log(V * exp(largest)), by=sums)
    calc.eq(largest + log(V), by=logs)


@theorem(
    shows=Eq(partial(partial(logsumexp(V, z), z, i), z, j), softmax(V, z)[i] * (delta(i, j) - softmax(V, z)[j])),
    given=[in_vocabulary(i, V), in_vocabulary(j, V)],
    phrase="the second derivative of log-sum-exp",
    catalogue="23",
)
def logsumexp_hessian(calc):
    """The second derivatives of log-sum-exp: the matrix diag(p) less p times p."""
    calc.eq(partial(softmax(V, z)[i], z, j), by=logsumexp_gradient)
    calc.eq(softmax(V, z)[i] * (delta(i, j) - softmax(V, z)[j]), by=softmax_gradient)


@theorem(
    shows=Eq(partial(logsumexp(V, z) - z[y], z, j), softmax(V, z)[j] - delta(y, j)),
    given=[in_vocabulary(j, V)],
    phrase="the gradient of the loss of one token",
    catalogue="22",
)
def loss_gradient(calc):
    """The gradient of the loss of one token is the model's probability less the one-hot target."""
    calc.eq(softmax(V, z)[j] - delta(y, j), by=[calculus, logsumexp_gradient])


@theorem(
    shows=Eq(
        partial(logsumexp(V, z) - z[y] + lam * logsumexp(V, z) ** 2, z, j),
        (1 + 2 * lam * logsumexp(V, z)) * softmax(V, z)[j] - delta(y, j),
    ),
    given=[in_vocabulary(j, V)],
    phrase="the gradient of the loss with a penalty on log-sum-exp",
    catalogue="31",
)
def z_loss_gradient(calc):
    """A penalty on the square of log-sum-exp gives the prediction a weight of its own in the gradient."""
    calc.eq(
        softmax(V, z)[j] - delta(y, j) + lam * (2 * logsumexp(V, z) * softmax(V, z)[j]),
        by=[calculus, logsumexp_gradient],
    )
    calc.eq((1 + 2 * lam * logsumexp(V, z)) * softmax(V, z)[j] - delta(y, j), by=ring)


cooled = fun(k, z[k] / tau)


@theorem(
    shows=Eq(partial(logsumexp(V, cooled) - z[y] / tau, z, j), (softmax(V, cooled)[j] - delta(y, j)) / tau),
    given=[in_vocabulary(j, V), 0 < tau],
    phrase="the gradient of the loss at a temperature",
    catalogue="29",
)
def tempered_gradient(calc):
    """At the temperature tau the gradient of the loss is prediction minus target, divided by tau."""
    tempered = Sum(exp(z[k] / tau), (k, 1, V))
    calc.eq(partial(log(tempered) - z[y] / tau, z, j), by=logsumexp)
    calc.eq(Sum(exp(z[k] / tau) * (delta(k, j) / tau), (k, 1, V)) / tempered - delta(y, j) / tau, by=calculus)
    calc.eq(exp(z[j] / tau) / tau / tempered - delta(y, j) / tau, by=auto)
    calc.eq((exp(z[j] / tau) / tempered - delta(y, j)) / tau, by=ring)
    calc.eq((softmax(V, cooled)[j] - delta(y, j)) / tau, by=reverse(softmax))


# --- what people get wrong -------------------------------------------------------------------------------------------


@false_claim(
    claims=Eq(logsumexp(V, z), largest),
    given=[2 <= V],
    instead="logsumexp_le_largest_logit",
)
def logsumexp_is_the_largest_logit():
    """Log-sum-exp is the largest logit."""


@false_claim(
    claims=logsumexp(V, z) <= largest,
    given=[2 <= V],
    instead="largest_logit_le_logsumexp",
)
def logsumexp_below_the_largest_logit():
    """Log-sum-exp is at most the largest logit."""


@false_claim(
    claims=Eq(partial(softmax(V, z)[i], z, j), softmax(V, z)[i] * (1 - softmax(V, z)[j])),
    given=[in_vocabulary(i, V), in_vocabulary(j, V)],
    instead="softmax_gradient",
)
def derivative_of_softmax_as_of_the_sigmoid():
    """The derivative of softmax is that of the sigmoid for all pairs of tokens."""


@false_claim(
    claims=Eq(partial(logsumexp(V, cooled) - z[y] / tau, z, j), softmax(V, cooled)[j] - delta(y, j)),
    given=[in_vocabulary(j, V), in_vocabulary(y, V), 0 < tau],
    instead="tempered_gradient",
)
def gradient_without_the_temperature():
    """At a temperature the gradient is prediction minus target, as without one."""
