"""Learning from preferences: the reward that a policy implies, its loss on a pair, and labels that are sometimes wrong.

Main results: ``implied_reward``, ``preference_loss_of_policies``, ``loss_of_the_opposite``, ``conservative_loss``,
``robust_loss_unbiased``.

A policy is optimal for a reward r under a divergence penalty when it is the reference tilted by the reward: pi_x(y) is
rho_x(y) exp(r_x(y) / beta) over a normaliser Z(x) that no answer changes (``regularised_reward``).
"""

from fractions import Fraction

from derive import *
from derive.language.letters import *

X, Y = finite_set("X"), finite_set("Y")
x, v, w = integer("x"), integer("v"), integer("w")  # a prompt, the answer that is preferred, and the other
beta, h = real("beta"), real("h")
policy, reference, reward = (function(s, INT, FAMILY) for s in ("pi", "rho", "r"))
Z = family("Z")

tilted = [
    0 < beta,
    ForAll([(x, X), (y, Y)], 0 < reference[x][y]),
    ForAll((x, X), 0 < Z[x]),
    ForAll([(x, X), (y, Y)], Eq(policy[x][y], reference[x][y] * exp(reward[x][y] / beta) / Z[x])),
]
chosen, other = log(policy[x][v] / reference[x][v]), log(policy[x][w] / reference[x][w])


def loss(margin):
    """The loss of a pair by its margin (Bradley and Terry): minus the log of the probability of the preference."""
    return -log(sigmoid(margin))


@theorem(
    shows=Eq(reward[x][y], beta * log(policy[x][y] / reference[x][y]) + beta * log(Z[x])),
    given=[*tilted, *in_vocabulary(x, X), *in_vocabulary(y, Y)],
    phrase="the reward that a policy implies",
    catalogue="39",
)
def implied_reward(calc):
    """The reward for which a policy is optimal: the log of how far it leaves the reference, and what no answer changes."""
    calc.have(0 < policy[x][y], by=because("all its factors are positive", tilted[1:]))
    calc.eq(beta * log(exp(reward[x][y] / beta)))
    calc.eq(beta * log(policy[x][y] / reference[x][y] * Z[x]), by=because("the policy is the tilted reference", tilted))
    calc.eq(beta * log(policy[x][y] / reference[x][y]) + beta * log(Z[x]))


@theorem(
    shows=Eq(loss(reward[x][v] - reward[x][w]), loss(beta * (chosen - other))),
    given=[*tilted, *in_vocabulary(x, X), *in_vocabulary(v, Y), *in_vocabulary(w, Y)],
    phrase="the loss of direct preference optimisation",
    catalogue="39",
)
def preference_loss_of_policies(calc):
    """The loss of a pair in terms of the policy alone: both answers are to one prompt, so the normaliser cancels."""
    calc.eq(loss(beta * chosen + beta * log(Z[x]) - reward[x][w]), by=implied_reward)
    calc.eq(loss(beta * chosen + beta * log(Z[x]) - (beta * other + beta * log(Z[x]))), by=implied_reward)
    calc.eq(loss(beta * (chosen - other)), by=ring, says="the normaliser cancels")


@theorem(shows=Eq(loss(-h), loss(h) + h), phrase="the loss of the opposite preference", catalogue="39")
def loss_of_the_opposite(calc):
    """The loss of the opposite preference is more by the margin."""
    calc.eq(log(1 + exp(h)), by=[sigmoid, auto])
    calc.eq(log(exp(h) * (1 + exp(-h))), by=reverse(exp_neg))
    calc.eq(h + log(1 + exp(-h)), by=[log_mul, log_exp])
    calc.eq(loss(h) + h, by=[reverse(sigmoid), log_inv])


@theorem(
    shows=Eq((1 - eps) * loss(h) + eps * loss(-h), loss(h) + eps * h),
    phrase="the conservative loss",
    catalogue="39",
)
def conservative_loss(calc):
    """With labels smoothed by eps the loss of a pair has the residual eps h, as label smoothing has."""
    calc.eq((1 - eps) * loss(h) + eps * (loss(h) + h), by=loss_of_the_opposite)
    calc.eq(loss(h) + eps * h, by=ring, says="collect the terms in eps")


robust = ((1 - eps) * loss(h) - eps * loss(-h)) / (1 - 2 * eps)
robust_of_exchanged = ((1 - eps) * loss(-h) - eps * loss(h)) / (1 - 2 * eps)


@theorem(
    shows=Eq((1 - eps) * robust + eps * robust_of_exchanged, loss(h)),
    given=[eps < Fraction(1, 2)],
    phrase="the robust loss is unbiased",
    catalogue="39",
)
def robust_loss_unbiased(calc):
    """Where labels are exchanged with probability eps, the mean of the robust loss is the loss of the true labels."""
    calc.eq(
        ((1 - eps) ** 2 - eps**2) * loss(h) / (1 - 2 * eps), by=ring, says="the losses of the exchanged label cancel"
    )
    calc.eq(loss(h), by=ring, says="(1 − eps)^2 − eps^2 = 1 − 2 eps")


# --- what people get wrong -------------------------------------------------------------------------------------------

u, s = integer("i"), integer("j")  # two prompts
of_two_prompts = [*in_vocabulary(u, X), *in_vocabulary(s, X), *in_vocabulary(v, Y), *in_vocabulary(w, Y)]


@false_claim(
    claims=Eq(
        reward[u][v] - reward[s][w],
        beta * (log(policy[u][v] / reference[u][v]) - log(policy[s][w] / reference[s][w])),
    ),
    given=[*tilted, *of_two_prompts],
    instead="preference_loss_of_policies",
)
def normaliser_cancels_across_prompts():
    """The difference of rewards needs no normaliser when the two answers are to different prompts."""


before, after = family("p"), family("q")


@false_claim(
    claims=before[v] <= after[v],
    given=[
        *positive_distribution(before, Y),
        *positive_distribution(after, Y),
        *in_vocabulary(v, Y),
        *in_vocabulary(w, Y),
        Ne(v, w),
        log(before[v]) - log(before[w]) < log(after[v]) - log(after[w]),
    ],
    instead="preference_loss_of_policies",
)
def lower_loss_means_likelier_answer():
    """Where the loss of a pair falls, the answer that is preferred becomes more probable: only the margin has to grow."""


@false_claim(
    claims=Eq((1 - eps) * loss(h) + eps * loss(-h), loss(h) - eps * h),
    given=[0 <= eps, eps <= 1],
    instead="conservative_loss",
)
def conservative_loss_with_the_wrong_sign():
    """With labels smoothed by eps the loss of a pair is less by eps times the margin."""


@false_claim(
    claims=Eq((1 - eps) * loss(h) + eps * loss(-h), loss(h)),
    given=[0 <= eps, eps < Fraction(1, 2)],
    instead="robust_loss_unbiased",
)
def conservative_loss_is_unbiased():
    """Where labels are exchanged with probability eps, the mean of the plain loss is the loss of the true labels."""
