"""Distillation: the targets of a student are the probabilities of a teacher; label smoothing has a teacher who knows nothing.

Main results: ``distillation_mixture``, ``smoothing_is_distillation_from_uniform``, ``distillation_gradient``,
``distillation_gradient_at_high_temperature``.
"""

from derive.proofs.softmax import cross_entropy_of_logits_of_distribution, softmax_sums_to_one

from derive import *
from derive.language.letters import *

tau = real("tau")
v = family("v")
token, model = in_vocabulary(y, V), positive(p, V)
taught = fun(k, (1 - eps) * delta(k, y) + eps * q[k])


@theorem(
    shows=Eq(cross_entropy(V, taught, p), (1 - eps) * -log(p[y]) + eps * cross_entropy(V, q, p)),
    given=[token, model],
    phrase="the loss of distillation",
    catalogue="30",
)
def distillation_mixture(calc):
    """Against a target that mixes the true token and a teacher q, the loss mixes the negative log-likelihood and the
    cross-entropy against the teacher."""
    calc.eq(-Sum(((1 - eps) * delta(k, y) + eps * q[k]) * log(p[k]), (k, 1, V)), by=cross_entropy)
    calc.eq(
        (1 - eps) * -log(p[y]) + eps * -Sum(q[k] * log(p[k]), (k, 1, V)),
        by=auto,
        says="linearity of sums; the indicator picks out its one term",
    )
    calc.eq((1 - eps) * -log(p[y]) + eps * cross_entropy(V, q, p), by=reverse(cross_entropy))


@theorem(
    shows=Eq(
        cross_entropy(V, fun(k, (1 - eps) * delta(k, y) + eps * uniform(V)[k]), p),
        cross_entropy(V, smoothed(V, eps, y), p),
    ),
    given=[token, model],
    phrase="label smoothing is distillation from a uniform teacher",
    catalogue="30",
)
def smoothing_is_distillation_from_uniform(calc):
    """Label smoothing is distillation from a teacher who finds all tokens equally likely."""
    calc.eq(-Sum(((1 - eps) * delta(k, y) + eps * uniform(V)[k]) * log(p[k]), (k, 1, V)), by=cross_entropy)
    calc.eq(-Sum(((1 - eps) * delta(k, y) + eps / V) * log(p[k]), (k, 1, V)), by=uniform)
    calc.eq(-Sum(smoothed(V, eps, y)[k] * log(p[k]), (k, 1, V)), by=reverse(smoothed))
    calc.eq(cross_entropy(V, smoothed(V, eps, y), p), by=reverse(cross_entropy))


cooled = fun(k, z[k] / tau)
student, teacher = softmax(V, cooled), softmax(V, fun(k, v[k] / tau))


@theorem(
    shows=Eq(partial(logsumexp(V, cooled), z, j), student[j] / tau),
    given=[in_vocabulary(j, V), 0 < tau],
    phrase="the gradient of log-sum-exp at a temperature",
    catalogue="29",
)
def tempered_logsumexp_gradient(calc):
    """At the temperature tau, log-sum-exp grows with a logit by the token's probability, divided by tau."""
    tempered = Sum(exp(z[k] / tau), (k, 1, V))
    calc.eq(partial(log(tempered), z, j), by=logsumexp)
    calc.eq(Sum(exp(z[k] / tau) * (delta(k, j) / tau), (k, 1, V)) / tempered, by=calculus)
    calc.eq(exp(z[j] / tau) / tempered / tau, by=sum_delta)
    calc.eq(student[j] / tau, by=reverse(softmax))


@theorem(
    shows=Eq(partial(cross_entropy(V, q, student), z, j), (student[j] - q[j]) / tau),
    given=[in_vocabulary(j, V), 0 < tau, sums_to_one(q, V)],
    phrase="the gradient of distillation at a temperature",
    catalogue="30",
)
def distillation_gradient(calc):
    """The gradient of distillation in the student's logits: student minus teacher, divided by the temperature."""
    calc.eq(
        partial(logsumexp(V, cooled) - Sum(q[k] * (z[k] / tau), (k, 1, V)), z, j),
        by=cross_entropy_of_logits_of_distribution,
    )
    calc.eq(student[j] / tau - Sum(q[k] * (delta(k, j) / tau), (k, 1, V)), by=[calculus, tempered_logsumexp_gradient])
    calc.eq((student[j] - q[j]) / tau, by=sum_delta)


@theorem(
    shows=Eq(tau**2 * partial(cross_entropy(V, teacher, student), z, j), (student[j] - teacher[j]) / (1 / tau)),
    given=[in_vocabulary(j, V), 0 < tau],
    phrase="the gradient of distillation, rescaled",
    catalogue="30",
)
def distillation_gradient_rescaled(calc):
    """Times the square of the temperature, the gradient of distillation is student minus teacher over the inverse temperature."""
    calc.have(Eq(Sum(teacher[k], (k, 1, V)), 1), by=softmax_sums_to_one)
    calc.eq(tau**2 * ((student[j] - teacher[j]) / tau), by=distillation_gradient)
    calc.eq((student[j] - teacher[j]) / (1 / tau), by=ring, says="τ² over τ is 1 over 1/τ")


# --- the limit of high temperatures: the inverse temperature beta goes to 0 ------------------------------------------

beta = real("beta")
warm_student, warm_teacher = softmax(V, fun(k, beta * z[k])), softmax(V, fun(k, beta * v[k]))


@theorem(
    shows=Eq(partial(warm_student[j], beta), warm_student[j] * (z[j] - Sum(warm_student[k] * z[k], (k, 1, V)))),
    given=in_vocabulary(j, V),
    phrase="the slope of softmax in the inverse temperature",
    catalogue="30",
)
def inverse_temperature_slope(calc):
    """With the inverse temperature beta, the probability of a token grows where its logit is above the mean logit."""
    partition = Sum(exp(beta * z[k]), (k, 1, V))
    top, weighted = exp(beta * z[j]), Sum(exp(beta * z[k]) * z[k], (k, 1, V))
    calc.eq(partial(top / partition, beta), by=softmax)
    calc.eq((top * z[j] * partition - top * weighted) / (partition * partition), by=calculus)
    calc.eq(
        top / partition * (z[j] - weighted / partition),
        by=ring,
        says="split the fraction, and take out the common factor",
    )
    calc.eq(top / partition * (z[j] - Sum(exp(beta * z[k]) / partition * z[k], (k, 1, V))), by=sum_mul)
    calc.eq(warm_student[j] * (z[j] - Sum(warm_student[k] * z[k], (k, 1, V))), by=reverse(softmax))


centred = [Eq(Sum(z[k], (k, 1, V)), 0), Eq(Sum(v[k], (k, 1, V)), 0)]


@theorem(
    shows=Eq(partial(warm_student[j] - warm_teacher[j], beta), (z[j] - v[j]) / V),
    given=[in_vocabulary(j, V), Eq(beta, 0), *centred],
    phrase="the gradient of distillation at high temperature",
    catalogue="30",
)
def distillation_gradient_at_high_temperature(calc):
    """The slope of student minus teacher in the inverse temperature, taken at beta = 0, is the difference of the logits over V:
    what the rescaled gradient is at high temperature, to first order."""
    calc.eq(
        warm_student[j] * (z[j] - Sum(warm_student[k] * z[k], (k, 1, V)))
        - warm_teacher[j] * (v[j] - Sum(warm_teacher[k] * v[k], (k, 1, V))),
        by=[calculus, inverse_temperature_slope],
    )
    calc.eq(
        1 / V * (z[j] - 1 / V * Sum(z[k], (k, 1, V))) - 1 / V * (v[j] - 1 / V * Sum(v[k], (k, 1, V))),
        by=because("at beta = 0 both are uniform", [softmax, auto]),
    )
    calc.eq(1 / V * (z[j] - 1 / V * 0) - 1 / V * (v[j] - 1 / V * 0), by=because("the logits have mean 0", centred))
    calc.eq((z[j] - v[j]) / V, by=ring, says="take out 1/V")


# --- what people get wrong -------------------------------------------------------------------------------------------


@false_claim(
    claims=Eq(partial(cross_entropy(V, teacher, student), z, j), (student[j] - teacher[j]) / (1 / tau)),
    given=[2 <= V, *in_vocabulary(j, V), 0 < tau],
    instead="distillation_gradient_rescaled",
)
def distillation_needs_no_rescaling():
    """The gradient of distillation keeps its size as the temperature grows, without the square of the temperature as a factor."""


@false_claim(
    claims=Eq(cross_entropy(V, taught, p), (1 - eps) * -log(p[y]) + eps * cross_entropy(V, p, q)),
    given=[2 <= V, *token, 0 < eps, eps < 1, *positive_distribution(p, V), *positive_distribution(q, V)],
    instead="distillation_mixture",
)
def teacher_and_student_exchanged():
    """In the loss of distillation the student's probabilities are the target, and the teacher is the model."""
