"""Two variables: joint, marginal and conditional distributions, Bayes' rule, independence; the pseudo-likelihood.

Main definitions: ``first_marginal``, ``second_marginal``, ``second_given_first``, ``first_given_second``.
Main results: ``product_rule``, ``bayes_rule``, ``law_of_total_probability``, ``law_of_total_expectation``,
``independence_drops_the_condition``, ``pseudo_likelihood``, ``pseudo_likelihood_overcounts``.
"""

from derive import *
from derive.language.letters import *

P = function("P", INT, FAMILY)
X, Y, x = finite_set("X"), finite_set("Y"), integer("x")
P_X, P_Y = first_marginal(Y, P), second_marginal(X, P)
given_x, given_y = second_given_first(Y, P), first_given_second(X, P)
distributed = positive_joint_distribution(P, X, Y)
some_outcomes, positive_everywhere = distributed[:2], distributed[2]
pair = [*in_vocabulary(x, X), *in_vocabulary(y, Y)]


@theorem(
    shows=Eq(P[x][y], P_X[x] * given_x[x][y]),
    given=[*pair, positive_everywhere],
    phrase="the product rule",
    catalogue="01",
)
def product_rule(calc):
    """The probability of both is the probability of one, times that of the other given it."""
    calc.eq(Sum(P[x][y], (y, Y)) * (P[x][y] / Sum(P[x][y], (y, Y))), says="multiply and divide by the sum")
    calc.eq(P_X[x] * given_x[x][y], says="definitions of the marginal and the conditional")


@theorem(
    shows=Eq(given_y[y][x], P_X[x] * given_x[x][y] / P_Y[y]),
    given=[*pair, positive_everywhere],
    phrase="Bayes' rule",
    catalogue="01",
)
def bayes_rule(calc):
    """The probability of x given y is that of x, times that of y given x, over that of y."""
    calc.eq(P[x][y] / P_Y[y], by=first_given_second)
    calc.eq(P_X[x] * given_x[x][y] / P_Y[y], by=product_rule)


@theorem(
    shows=Eq(P_Y[y], Sum(P_X[x] * given_x[x][y], (x, X))),
    given=[*in_vocabulary(y, Y), positive_everywhere],
    phrase="total probability",
    catalogue="01",
)
def law_of_total_probability(calc):
    """The probability of y is the mean of its probabilities given x."""
    calc.eq(Sum(P[x][y], (x, X)), by=second_marginal)
    calc.eq(Sum(P_X[x] * given_x[x][y], (x, X)), by=product_rule)


@theorem(
    shows=Eq(Sum(given_x[x][y], (y, Y)), 1),
    given=[1 <= Y, *in_vocabulary(x, X), positive_everywhere],
    phrase="the conditionals sum to 1",
    catalogue="01",
)
def conditionals_sum_to_one(calc):
    """The probabilities of all y given x sum to 1."""
    calc.eq(Sum(P[x][y] / P_X[x], (y, Y)), by=second_given_first)
    calc.eq(Sum(P[x][y], (y, Y)) / P_X[x], by=sum_div)
    calc.eq(P_X[x] / P_X[x], by=first_marginal)
    calc.eq(1, by=ring, says="a positive number over itself")


@theorem(
    shows=Eq(expectation(Y, P_Y, f), Sum(P_X[x] * Sum(given_x[x][y] * f[y], (y, Y)), (x, X))),
    given=[positive_everywhere],
    phrase="total expectation",
    catalogue="01",
)
def law_of_total_expectation(calc):
    """A mean is the mean of its means given x."""
    calc.eq(Sum(P_Y[y] * f[y], (y, Y)), by=expectation)
    calc.eq(Sum(Sum(P_X[x] * given_x[x][y], (x, X)) * f[y], (y, Y)), by=law_of_total_probability)
    calc.eq(Sum(Sum(P_X[x] * given_x[x][y] * f[y], (x, X)), (y, Y)), by=reverse(sum_mul_right))
    calc.eq(Sum(Sum(P_X[x] * given_x[x][y] * f[y], (y, Y)), (x, X)), by=sum_swap)
    calc.eq(Sum(P_X[x] * Sum(given_x[x][y] * f[y], (y, Y)), (x, X)), by=sum_mul)


@theorem(
    shows=Eq(given_x[x][y], P_Y[y]),
    given=[*pair, positive_everywhere, independent(P, X, Y)],
    phrase="what is independent tells nothing",
    catalogue="01",
)
def independence_drops_the_condition(calc):
    """Given a variable that is independent of it, a variable is distributed as it is without."""
    calc.eq(P[x][y] / P_X[x])
    calc.eq(P_X[x] * P_Y[y] / P_X[x], by=because("they are independent", independent(P, X, Y)))
    calc.eq(P_Y[y], says="the probability of x cancels")


# --- the pseudo-likelihood of masked language models: each token given all others, here two --------------------------

pseudo = log(given_y[y][x]) + log(given_x[x][y])
ratio = P[x][y] / (P_X[x] * P_Y[y])


@theorem(
    shows=Eq(pseudo, log(P[x][y]) + log(ratio)),
    given=[*pair, positive_everywhere],
    phrase="the pseudo-log-likelihood",
    catalogue="41",
)
def pseudo_likelihood(calc):
    """The pseudo-log-likelihood is the log-likelihood plus the pointwise mutual information: what the two tokens say of
    each other is counted twice."""
    calc.eq(log(P[x][y] / P_Y[y]) + log(P[x][y] / P_X[x]), by=[first_given_second, second_given_first])
    calc.eq(log(P[x][y]) + log(ratio), by=[log_div, log_mul])


@theorem(
    shows=1 <= Sum(given_y[y][x] * given_x[x][y], (x, X), (y, Y)),
    given=distributed,
    phrase="pseudo-likelihoods sum to 1 or more",
    catalogue="41",
)
def pseudo_likelihood_overcounts(calc):
    """The exponentials of the pseudo-log-likelihoods of all sequences sum to 1 at least: they are no probabilities."""
    product = P_X[x] * P_Y[y]
    square = calc.have(
        ForAll([(x, X), (y, Y)], 0 <= (P[x][y] - product) ** 2 / product),
        by=because("a square over positive numbers", first_marginal),
    )
    quotient = P[x][y] * P[x][y] / product
    both = calc.have(
        ForAll([(x, X), (y, Y)], Eq(given_y[y][x] * given_x[x][y], quotient)),
        by=[first_given_second, second_given_first],
    )
    expanded = calc.have(
        ForAll([(x, X), (y, Y)], Eq((P[x][y] - product) ** 2 / product, quotient - 2 * P[x][y] + product)),
        by=because("the square multiplied out", first_marginal),
    )
    below = calc.have(
        ForAll([(x, X), (y, Y)], 2 * P[x][y] - product <= given_y[y][x] * given_x[x][y]), by=[expanded, square, both]
    )
    calc.eq(
        2 * Sum(P[x][y], (x, X), (y, Y)) - Sum(P_X[x], (x, X)) * Sum(P_Y[y], (y, Y)),
        by=because("all probabilities sum to 1", [reverse(first_marginal), reverse(second_marginal), auto]),
    )
    calc.eq(Sum(2 * P[x][y] - product, (x, X), (y, Y)), by=sums)
    calc.le(Sum(given_y[y][x] * given_x[x][y], (x, X), (y, Y)), by=below)


# --- what people get wrong -------------------------------------------------------------------------------------------


@false_claim(
    claims=Eq(given_y[y][x], given_x[x][y]),
    given=[*pair, *distributed],
    instead="bayes_rule",
)
def condition_turned_round():
    """The probability of x given y is that of y given x."""


@false_claim(
    claims=Eq(Sum(given_y[y][x], (y, Y)), 1),
    given=[*in_vocabulary(x, X), *distributed],
    instead="conditionals_sum_to_one",
)
def conditionals_sum_over_the_condition():
    """The probabilities of x given y sum to 1 over y."""


@false_claim(
    claims=Eq(P[x][y], P_X[x] * P_Y[y]),
    given=[*pair, *distributed],
    instead="independence_drops_the_condition",
)
def variables_are_always_independent():
    """The probability of both is the product of the probabilities."""


@false_claim(
    claims=Eq(Sum(given_y[y][x] * given_x[x][y], (x, X), (y, Y)), 1),
    given=distributed,
    instead="pseudo_likelihood_overcounts",
)
def pseudo_likelihood_is_a_likelihood():
    """The exponentials of the pseudo-log-likelihoods sum to 1 over all sequences."""
