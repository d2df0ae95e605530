"""Two outcomes: the sigmoid, binary cross-entropy from a logit, and the likelihood of coin tosses.

Main definitions: ``sigmoid``, ``softplus``, ``binary_cross_entropy``.
Main results: ``sigmoid_of_negative``, ``sigmoid_derivative``, ``binary_cross_entropy_of_logit``,
``binary_cross_entropy_gradient``, ``coin_likelihood_stationary``.
"""

from derive import *
from derive.language.letters import *

x, r, tau = real("x"), real("r"), real("tau")
minus_x = -x
heads, tails = integer("h"), integer("t")


@theorem(shows=0 < sigmoid(x), phrase="the sigmoid is positive", catalogue="43")
def sigmoid_positive(calc):
    """The sigmoid is positive."""
    calc.lt(1 / (1 + exp(-x)), by=order, says="1 over a positive number")
    calc.eq(sigmoid(x), by=reverse(sigmoid))


@theorem(shows=sigmoid(x) < 1, phrase="the sigmoid is less than 1", catalogue="43")
def sigmoid_less_than_one(calc):
    """The sigmoid is less than 1."""
    more = calc.have(1 < 1 + exp(-x), by=[exp_pos, order])
    calc.eq(1 / (1 + exp(-x)), by=sigmoid)
    calc.lt((1 + exp(-x)) / (1 + exp(-x)), by=[div_lt_div_right, more])
    calc.eq(1, by=ring, says="a positive number over itself")


@theorem(
    shows=Eq(1 - sigmoid(x), sigmoid(-x)), phrase="the sigmoid of the negative is what is left to 1", catalogue="43"
)
def sigmoid_of_negative(calc):
    """What the sigmoid leaves to 1 is the sigmoid of the negative."""
    calc.eq(1 - 1 / (1 + exp(-x)), by=sigmoid)
    calc.eq(1 - 1 / (1 + 1 / exp(x)), by=exp_neg)
    calc.eq(1 / (1 + exp(x)), by=ring, says="over a common denominator")
    calc.eq(1 / (1 + exp(-minus_x)), by=ring, says="two minus signs cancel")
    calc.eq(sigmoid(-x), by=reverse(sigmoid))


@theorem(
    shows=Eq(partial(sigmoid(x), x), sigmoid(x) * (1 - sigmoid(x))),
    phrase="the derivative of the sigmoid",
    catalogue="43",
)
def sigmoid_derivative(calc):
    """The derivative of the sigmoid is the sigmoid times what it leaves to 1."""
    calc.eq(partial(1 / (1 + exp(-x)), x), by=sigmoid)
    calc.eq(exp(-x) / ((1 + exp(-x)) * (1 + exp(-x))), by=calculus)
    calc.eq(1 / (1 + exp(-x)) * (1 - 1 / (1 + exp(-x))), by=ring, says="split the fraction")
    calc.eq(sigmoid(x) * (1 - sigmoid(x)), by=reverse(sigmoid))


@theorem(shows=Eq(log(sigmoid(x)), x - softplus(x)), phrase="the log of the sigmoid", catalogue="43")
def log_sigmoid(calc):
    """The log of the sigmoid is the logit minus its softplus."""
    calc.eq(log(1 / (1 + exp(-x))), by=sigmoid)
    calc.eq(log(1 / (1 + 1 / exp(x))), by=exp_neg)
    calc.eq(log(exp(x) / (1 + exp(x))), by=ring, says="multiply above and below by exp(x)")
    calc.eq(log(exp(x)) - log(1 + exp(x)), by=log_div)
    calc.eq(x - log(1 + exp(x)), by=log_exp)
    calc.eq(x - softplus(x), by=reverse(softplus))


@theorem(
    shows=Eq(-(r * log(sigmoid(x)) + (1 - r) * log(sigmoid(-x))), softplus(x) - r * x),
    phrase="binary cross-entropy from a logit",
    catalogue="43",
)
def binary_cross_entropy_of_logit(calc):
    """Binary cross-entropy as programs compute it, from the logit x: no logarithm of what may round to 0."""
    other = calc.have(Eq(log(sigmoid(-x)), -softplus(x)), by=[sigmoid, softplus, logs])
    calc.eq(-(r * (x - softplus(x)) + (1 - r) * log(sigmoid(-x))), by=log_sigmoid)
    calc.eq(-(r * (x - softplus(x)) + (1 - r) * -softplus(x)), by=other)
    calc.eq(softplus(x) - r * x, by=ring, says="multiply out")


@theorem(
    shows=Eq(partial(softplus(x), x), sigmoid(x)), phrase="the derivative of softplus is the sigmoid", catalogue="43"
)
def softplus_derivative(calc):
    """The derivative of softplus is the sigmoid."""
    calc.eq(partial(log(1 + exp(x)), x), by=softplus)
    calc.eq(exp(x) / (1 + exp(x)), by=calculus)
    calc.eq(1 / (1 + 1 / exp(x)), by=ring, says="divide above and below by exp(x)")
    calc.eq(1 / (1 + exp(-x)), by=exp_neg)
    calc.eq(sigmoid(x), by=reverse(sigmoid))


@theorem(
    shows=Eq(partial(-(r * log(sigmoid(x)) + (1 - r) * log(sigmoid(-x))), x), sigmoid(x) - r),
    phrase="the gradient of binary cross-entropy is prediction minus target",
    catalogue="43",
)
def binary_cross_entropy_gradient(calc):
    """The gradient of binary cross-entropy in the logit is prediction minus target."""
    calc.eq(partial(softplus(x) - r * x, x), by=binary_cross_entropy_of_logit)
    calc.eq(sigmoid(x) - r, by=[calculus, softplus_derivative])


@theorem(
    shows=Eq(softmax(2, z)[1], sigmoid(z[1] - z[2])),
    phrase="softmax over two logits is the sigmoid of their difference",
    catalogue="43",
)
def softmax_of_two(calc):
    """Softmax over two logits is the sigmoid of their difference."""
    calc.eq(exp(z[1]) / Sum(exp(z[j]), (j, 1, 2)), by=softmax)
    calc.eq(exp(z[1]) / (exp(z[1]) + exp(z[2])), by=sums, says="the two terms of the sum")
    calc.eq(1 / (1 + exp(z[2]) / exp(z[1])), by=ring, says="divide above and below by the numerator")
    calc.eq(1 / (1 + exp(z[2] - z[1])), by=exp_sub)
    calc.eq(1 / (1 + exp(-(z[1] - z[2]))), by=ring, says="the difference turned round")
    calc.eq(sigmoid(z[1] - z[2]), by=reverse(sigmoid))


chance = [0 < tau, tau < 1]
log_likelihood_of_tosses = heads * log(tau) + tails * log(1 - tau)


@theorem(
    shows=Iff(Eq(partial(log_likelihood_of_tosses, tau), 0), Eq(tau, heads / (heads + tails))),
    given=[*chance, 1 <= heads, 1 <= tails],
    phrase="the stationary point of the likelihood of tosses",
    catalogue="55",
)
def coin_likelihood_stationary(calc):
    """The log-likelihood of h heads and t tails is stationary exactly at the share of heads."""
    calc.iff(Eq(heads / tau - tails / (1 - tau), 0), by=calculus)
    calc.iff(Eq(1 / (tau * (1 - tau)) * (heads - (heads + tails) * tau), 0), by=ring, says="over a common denominator")
    calc.iff(Eq(heads - (heads + tails) * tau, 0), by=mul_eq_zero_iff)
    calc.iff(Eq((heads + tails) * (heads / (heads + tails) - tau), 0), by=ring, says="take out h + t")
    calc.iff(Eq(heads / (heads + tails) - tau, 0), by=mul_eq_zero_iff)
    calc.iff(Eq(tau, heads / (heads + tails)), by=order)


@theorem(
    shows=Eq(partial(tau**9 * (1 - tau) ** 4, tau), tau**8 * (1 - tau) ** 3 * (9 - 13 * tau)),
    phrase="the slope of the likelihood of nine heads and four tails",
    catalogue="55",
)
def nine_heads_and_four_tails(calc):
    """The slope of the likelihood of nine heads and four tails, with what both terms share taken out."""
    calc.eq(9 * tau**8 * (1 - tau) ** 4 - 4 * tau**9 * (1 - tau) ** 3, by=calculus)
    calc.eq(tau**8 * (1 - tau) ** 3 * (9 - 13 * tau), by=ring, says="take out what both terms share")


# --- what people get wrong -------------------------------------------------------------------------------------------


@false_claim(
    claims=Eq(partial(sigmoid(x), x), sigmoid(x) * (1 + sigmoid(x))),
    instead="sigmoid_derivative",
)
def derivative_of_sigmoid_with_the_wrong_sign():
    """The derivative of the sigmoid is the sigmoid times 1 plus the sigmoid."""


@false_claim(
    claims=Eq(partial(softplus(x) - r * x, x), sigmoid(x) * (1 - sigmoid(x)) * (sigmoid(x) - r)),
    instead="binary_cross_entropy_gradient",
)
def gradient_of_squared_error_for_cross_entropy():
    """The gradient of binary cross-entropy has the factor that the gradient of a squared error has."""


@false_claim(
    claims=Eq(-(r * log(tau) + (1 - r) * (1 - log(tau))), binary_cross_entropy(r, tau)),
    given=chance,
    instead="binary_cross_entropy_of_logit",
)
def one_minus_the_log():
    """In binary cross-entropy, 1 - log p may stand for log(1 - p)."""
