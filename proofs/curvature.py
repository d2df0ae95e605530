"""Log-sum-exp and softmax further: bounds by the largest logit, convexity, second derivatives, temperature, a penalty on
log-sum-exp.

Main results: ``largest_logit_le_logsumexp``, ``logsumexp_le_largest_logit``, ``logsumexp_shift``,
``logsumexp_above_its_tangent``, ``logsumexp_convex``, ``logsumexp_hessian``, ``logsumexp_hessian_is_variance``,
``tempered_softmax``, ``tempered_gradient``, ``z_loss_gradient``, ``entropy_le_z_loss``.
"""

from derive.proofs.averages import variance_by_means, variance_nonnegative
from derive.proofs.information import entropy_le_cross_entropy, kl_nonneg
from derive.proofs.softmax import (
    log_softmax,
    logsumexp_gradient,
    logsumexp_log_p,
    softmax_gradient,
    softmax_positive,
    softmax_sums_to_one,
)

from derive import *
from derive.language.letters import *

lam, tau, v = real("lam"), real("tau"), family("v")
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
    calc.eq(log(V * exp(largest)), by=sums, says="the sum of a constant")
    calc.eq(largest + log(V), by=logs)


@theorem(
    shows=Eq(logsumexp(V, z), a + logsumexp(V, fun(k, z[k] - a))),
    given=[some_tokens],
    phrase="log-sum-exp of shifted logits",
    catalogue="21",
)
def logsumexp_shift(calc):
    """A number taken off all logits is added again outside: with the largest logit for a, no exponential is larger than 1."""
    calc.eq(log(partition), by=logsumexp)
    calc.eq(log(Sum(exp(a) * exp(z[k] - a), (k, 1, V))), by=because("the exponential of a sum", auto))
    calc.eq(log(exp(a) * Sum(exp(z[k] - a), (k, 1, V))), by=sum_mul)
    calc.eq(a + log(Sum(exp(z[k] - a), (k, 1, V))), by=[log_mul, log_exp])
    calc.eq(a + logsumexp(V, fun(k, z[k] - a)), by=reverse(logsumexp))


here, there = softmax(V, z), softmax(V, v)


@theorem(
    shows=Eq(kl(V, here, there), logsumexp(V, v) - logsumexp(V, z) - Sum(here[k] * (v[k] - z[k]), (k, 1, V))),
    given=[some_tokens],
    phrase="how far two softmaxes diverge",
    catalogue="21",
)
def kl_of_softmaxes(calc):
    """The divergence of softmax(z) from softmax(v) is how far log-sum-exp, at v, lies above its tangent at z: a Bregman
    divergence."""
    lse_z, lse_v = logsumexp(V, z), logsumexp(V, v)
    calc.have(ForAll((k, 1, V), 0 < here[k]), by=softmax_positive)
    calc.have(ForAll((k, 1, V), 0 < there[k]), by=softmax_positive)
    calc.eq(Sum(here[k] * log(here[k] / there[k]), (k, 1, V)), by=[kl, xlogy_eq_mul_log])
    calc.eq(Sum(here[k] * (log(here[k]) - log(there[k])), (k, 1, V)), by=log_div)
    calc.eq(Sum(here[k] * (z[k] - lse_z - (v[k] - lse_v)), (k, 1, V)), by=log_softmax)
    calc.eq(Sum(here[k], (k, 1, V)) * (lse_v - lse_z) - Sum(here[k] * (v[k] - z[k]), (k, 1, V)), by=sums)
    calc.eq(
        lse_v - lse_z - Sum(here[k] * (v[k] - z[k]), (k, 1, V)),
        by=because("softmax sums to 1", [softmax_sums_to_one, ring]),
    )


@theorem(
    shows=logsumexp(V, z) + Sum(here[k] * (v[k] - z[k]), (k, 1, V)) <= logsumexp(V, v),
    given=[some_tokens],
    phrase="log-sum-exp lies above its tangents",
    catalogue="21",
)
def logsumexp_above_its_tangent(calc):
    """Log-sum-exp lies above each of its tangents, for what lies between is a divergence."""
    calc.have(ForAll((k, 1, V), 0 < here[k]), by=softmax_positive)
    calc.have(ForAll((k, 1, V), 0 < there[k]), by=softmax_positive)
    whole = calc.have(Eq(Sum(here[k], (k, 1, V)), 1), by=softmax_sums_to_one)
    other = calc.have(Eq(Sum(there[k], (k, 1, V)), 1), by=softmax_sums_to_one)
    gap = calc.have(0 <= kl(V, here, there), by=[kl_nonneg, whole, other])
    calc.eq(
        logsumexp(V, v) - (logsumexp(V, v) - logsumexp(V, z) - Sum(here[k] * (v[k] - z[k]), (k, 1, V))),
        by=ring,
        says="add and take off LSE(v)",
    )
    calc.eq(logsumexp(V, v) - kl(V, here, there), by=reverse(kl_of_softmaxes))
    calc.le(logsumexp(V, v), by=because("a divergence is not negative", gap))


between = family("w")
on_the_way = ForAll((k, 1, V), Eq(between[k], (1 - lam) * z[k] + lam * v[k]))


@theorem(
    shows=logsumexp(V, between) <= (1 - lam) * logsumexp(V, z) + lam * logsumexp(V, v),
    given=[some_tokens, 0 <= lam, lam <= 1, on_the_way],
    phrase="log-sum-exp is convex",
    catalogue="21",
)
def logsumexp_convex(calc):
    """Log-sum-exp is convex: at w, on the way from z to v, it is no more than on the chord, for at z and at v it is no less than
    on the tangent at w."""
    lse, slopes = logsumexp(V, between), softmax(V, between)
    to_z, to_v = (Sum(slopes[k] * (end[k] - between[k]), (k, 1, V)) for end in (z, v))
    at_z = calc.have(lse + to_z <= logsumexp(V, z), by=logsumexp_above_its_tangent)
    at_v = calc.have(lse + to_v <= logsumexp(V, v), by=logsumexp_above_its_tangent)
    calc.eq(
        lse + Sum(slopes[k] * ((1 - lam) * z[k] + lam * v[k] - between[k]), (k, 1, V)),
        by=because("w is on the way from z to v", on_the_way),
    )
    calc.eq((1 - lam) * (lse + to_z) + lam * (lse + to_v), by=sums)
    calc.le(
        (1 - lam) * logsumexp(V, z) + lam * logsumexp(V, v),
        by=because("both inequalities, with weights that are not negative", [mul_le_mul_left, at_z, at_v]),
    )


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


p_of_z = softmax(V, z)
second = partial(partial(logsumexp(V, z), z, i), z, j)
quadratic = Sum(v[i] * v[j] * second, (i, 1, V), (j, 1, V))


@theorem(
    shows=Eq(quadratic, variance(V, p_of_z, v)),
    given=[some_tokens],
    phrase="the second derivative of log-sum-exp in a direction is a variance",
    catalogue="23",
)
def logsumexp_hessian_is_variance(calc):
    """The second derivative of log-sum-exp in a direction v, the quadratic form of its Hessian, is the variance of v under
    softmax."""
    mean = expectation(V, p_of_z, v)
    calc.eq(Sum(v[i] * v[j] * (p_of_z[i] * (delta(i, j) - p_of_z[j])), (i, 1, V), (j, 1, V)), by=logsumexp_hessian)
    calc.eq(
        Sum(p_of_z[i] * (v[i] * v[i]), (i, 1, V)) - Sum(p_of_z[i] * v[i], (i, 1, V)) * Sum(p_of_z[j] * v[j], (j, 1, V)),
        by=auto,
        says="multiply out; the indicator picks out its one term",
    )
    calc.eq(
        expectation(V, p_of_z, fun(k, v[k] ** 2)) - mean**2,
        by=[expectation, ring],
        says="definition of the expectation",
    )
    calc.eq(variance(V, p_of_z, v), by=[reverse(variance_by_means), softmax_sums_to_one])


@theorem(
    shows=0 <= quadratic,
    given=[some_tokens],
    phrase="the second derivatives of log-sum-exp are positive semidefinite",
    catalogue="23",
)
def logsumexp_hessian_nonnegative(calc):
    """The second derivative of log-sum-exp is negative in no direction v: its Hessian is positive semidefinite."""
    calc.have(ForAll((k, 1, V), 0 < p_of_z[k]), by=softmax_positive)
    calc.le(variance(V, p_of_z, v), by=variance_nonnegative)
    calc.eq(quadratic, by=reverse(logsumexp_hessian_is_variance))


@theorem(
    shows=Iff(Eq(quadratic, 0), ForAll((k, 1, V), Eq(v[k], expectation(V, p_of_z, v)))),
    given=[some_tokens],
    phrase="log-sum-exp curves in all directions but that of equal entries",
    catalogue="23",
)
def logsumexp_flat_iff(calc):
    """The second derivative in a direction v is 0 exactly where all entries of v are one number, which then is their mean."""
    mean = expectation(V, p_of_z, v)
    calc.have(ForAll((k, 1, V), 0 < p_of_z[k]), by=softmax_positive)
    calc.iff(Eq(variance(V, p_of_z, v), 0), by=logsumexp_hessian_is_variance)
    calc.iff(Eq(Sum(p_of_z[k] * (v[k] - mean) ** 2, (k, 1, V)), 0), by=variance)
    calc.iff(ForAll((k, 1, V), Eq(p_of_z[k] * (v[k] - mean) ** 2, 0)), by=sum_eq_zero_iff)
    calc.iff(ForAll((k, 1, V), Eq((v[k] - mean) ** 2, 0)), by=mul_eq_zero_iff)
    calc.iff(ForAll((k, 1, V), Eq(v[k] - mean, 0)), by=square_eq_zero_iff)
    calc.iff(ForAll((k, 1, V), Eq(v[k], mean)), by=order)


@theorem(
    shows=Eq(Sum(c * c * second, (i, 1, V), (j, 1, V)), 0),
    given=[some_tokens],
    phrase="log-sum-exp does not curve where all logits grow by one number",
    catalogue="23",
)
def logsumexp_flat_where_all_grow(calc):
    """In the direction in which all logits grow by one number, log-sum-exp is a straight line."""
    calc.eq(variance(V, p_of_z, fun(k, c)), by=logsumexp_hessian_is_variance)
    calc.eq(Sum(p_of_z[k] * (c - Sum(p_of_z[j] * c, (j, 1, V))) ** 2, (k, 1, V)), by=[variance, expectation])
    calc.eq(Sum(p_of_z[k] * (c - Sum(p_of_z[j], (j, 1, V)) * c) ** 2, (k, 1, V)), by=sum_mul_right)
    calc.eq(0, by=softmax_sums_to_one)


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
    calc.eq(
        (1 + 2 * lam * logsumexp(V, z)) * softmax(V, z)[j] - delta(y, j),
        by=ring,
        says="collect the terms with the prediction",
    )


@theorem(
    shows=Eq(
        Sum(partial(logsumexp(V, z) - z[y] + lam * logsumexp(V, z) ** 2, z, j), (j, 1, V)), 2 * lam * logsumexp(V, z)
    ),
    given=[in_vocabulary(y, V)],
    phrase="the sum of the gradient of the loss with a penalty on log-sum-exp",
    catalogue="31",
)
def z_loss_gradient_sums(calc):
    """The entries of the gradient do not sum to 0: unlike the loss itself, the penalty sees a number added to all logits."""
    calc.eq(Sum((1 + 2 * lam * logsumexp(V, z)) * softmax(V, z)[j] - delta(y, j), (j, 1, V)), by=z_loss_gradient)
    calc.eq(
        (1 + 2 * lam * logsumexp(V, z)) * Sum(softmax(V, z)[j], (j, 1, V)) - 1,
        by=auto,
        says="linearity of sums; a one-hot target sums to 1",
    )
    calc.eq(2 * lam * logsumexp(V, z), by=softmax_sums_to_one)


@theorem(
    shows=entropy(V, q) <= cross_entropy(V, q, softmax(V, z)) + lam * logsumexp(V, z) ** 2,
    given=[some_tokens, *distribution(q, V), 0 <= lam],
    phrase="the floor of the loss with a penalty on log-sum-exp",
    catalogue="31",
)
def entropy_le_z_loss(calc):
    """With the penalty, too, no logits make the loss less than the entropy of the targets."""
    model = calc.have(ForAll((k, 1, V), 0 < softmax(V, z)[k]), by=softmax_positive)
    whole = calc.have(Eq(Sum(softmax(V, z)[k], (k, 1, V)), 1), by=softmax_sums_to_one)
    calc.le(cross_entropy(V, q, softmax(V, z)), by=[entropy_le_cross_entropy, model, whole])
    penalty = calc.have(
        0 <= lam * logsumexp(V, z) ** 2, by=because("a square is not negative, and lambda is not", [order, 0 <= lam])
    )
    calc.le(
        cross_entropy(V, q, softmax(V, z)) + lam * logsumexp(V, z) ** 2,
        by=because("the penalty is not negative", [order, penalty]),
    )


log_q = fun(k, log(q[k]))


@theorem(
    shows=Eq(cross_entropy(V, q, softmax(V, log_q)) + lam * logsumexp(V, log_q) ** 2, entropy(V, q)),
    given=[some_tokens, *positive_distribution(q, V)],
    phrase="where the loss with a penalty on log-sum-exp is least",
    catalogue="31",
)
def z_loss_at_its_floor(calc):
    """At the logits log q the penalty is 0 and the model is q: the floor is attained, and it is that of the loss alone."""
    penalty = lam * logsumexp(V, log_q) ** 2
    calc.eq(-Sum(q[k] * log(softmax(V, log_q)[k]), (k, 1, V)) + penalty, by=cross_entropy)
    calc.eq(-Sum(q[k] * (log(q[k]) - logsumexp(V, log_q)), (k, 1, V)) + penalty, by=log_softmax)
    calc.eq(-Sum(q[k] * (log(q[k]) - 0), (k, 1, V)) + lam * 0**2, by=logsumexp_log_p)
    calc.eq(-Sum(q[k] * log(q[k]), (k, 1, V)), by=ring, says="both zeros drop out")
    calc.eq(entropy(V, q), by=[reverse(entropy), reverse(xlogy_eq_mul_log)])


cooled = fun(k, z[k] / tau)
powers = fun(k, softmax(V, z)[k] ** (1 / tau))


@theorem(
    shows=Eq(softmax(V, cooled)[i], powers[i] / Sum(powers[j], (j, 1, V))),
    given=[in_vocabulary(i, V), 0 < tau],
    phrase="softmax at a temperature",
    catalogue="29",
)
def tempered_softmax(calc):
    """To divide the logits by tau is to raise the probabilities to the power 1/tau and to normalise them again."""
    every, lse = (j, 1, V), logsumexp(V, z)
    calc.have(ForAll(every, 0 < softmax(V, z)[j]), by=softmax_positive)
    power = calc.have(ForAll(every, Eq(powers[j], exp(1 / tau * log(softmax(V, z)[j])))), by=pow_eq_exp)
    known = calc.have(ForAll(every, Eq(log(softmax(V, z)[j]), z[j] - lse)), by=log_softmax)
    power = calc.have(ForAll(every, Eq(powers[j], exp(1 / tau * (z[j] - lse)))), by=[power, known])
    power = calc.have(ForAll(every, Eq(powers[j], exp(z[j] / tau + -lse / tau))), by=[power, ring])
    power = calc.have(ForAll(every, Eq(powers[j], exp(z[j] / tau) * exp(-lse / tau))), by=[power, exp_add])
    calc.eq(exp(z[i] / tau) / Sum(exp(z[k] / tau), (k, 1, V)), by=softmax)
    calc.eq(
        exp(z[i] / tau) * exp(-lse / tau) / Sum(exp(z[j] / tau) * exp(-lse / tau), (j, 1, V)),
        by=auto,
        says="multiply above and below by the same number",
    )
    calc.eq(powers[i] / Sum(powers[j], (j, 1, V)), by=reverse(power))


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
    calc.eq(exp(z[j] / tau) / tau / tempered - delta(y, j) / tau, by=auto, says="the indicator picks out its one term")
    calc.eq((exp(z[j] / tau) / tempered - delta(y, j)) / tau, by=ring, says="take out 1/τ")
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


@false_claim(
    claims=2 * logsumexp(V, fun(k, (z[k] + f[k]) / 2)) < logsumexp(V, z) + logsumexp(V, f),
    given=[1 <= V, Ne(z[1], f[1])],
    instead="logsumexp_convex",
)
def logsumexp_is_strictly_convex():
    """Half way between two points log-sum-exp is below the mean of its values: not where all logits grow by one number."""


@false_claim(
    claims=entropy(V, q) < cross_entropy(V, q, softmax(V, z)) + lam * logsumexp(V, z) ** 2,
    given=[*positive_distribution(q, V), 0 < lam],
    instead="z_loss_at_its_floor",
)
def z_loss_changes_the_optimum():
    """A penalty on log-sum-exp keeps the model from the distribution that the loss alone would fit."""


one_token = q[y] ** 2 / Sum(q[i] ** 2, (i, 1, V))
next_token = ps[y][k] ** 2 / Sum(ps[y][j] ** 2, (j, 1, V))
both_tokens = (q[y] * ps[y][k]) ** 2 / Sum((q[i] * ps[i][j]) ** 2, (i, 1, V), (j, 1, V))


@false_claim(
    claims=Eq(one_token * next_token, both_tokens),
    given=[
        *in_vocabulary(y, V),
        *in_vocabulary(k, V),
        *positive_distribution(q, V),
        ForAll((i, 1, V), positive_distribution(ps[i], V)),
    ],
    instead="tempered_softmax",
)
def tokens_and_sequences_have_one_temperature():
    """At the temperature 1/2 for each of two tokens, the second drawn given the first, sequences have that temperature too."""


@false_claim(
    claims=0 < quadratic,
    given=[1 <= V, Ne(v[1], 0)],
    instead="logsumexp_flat_where_all_grow",
)
def logsumexp_curves_in_every_direction():
    """The Hessian of log-sum-exp is positive definite: it curves in every direction."""


@false_claim(
    claims=Eq(quadratic, Sum(p_of_z[k] * v[k] ** 2, (k, 1, V))),
    given=[1 <= V],
    instead="logsumexp_hessian_is_variance",
)
def hessian_is_its_diagonal():
    """The Hessian of log-sum-exp is the diagonal matrix of the probabilities: the product p p' is forgotten."""
