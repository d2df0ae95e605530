"""Policies: the gradient of a mean reward, the baseline that costs nothing, the optimum under a divergence penalty; Bayes' rule.

Main results: ``policy_gradient``, ``score_has_mean_zero``, ``baseline_costs_nothing``, ``regularised_reward``,
``argmax_regularised_reward_eq_argmin_kl``, ``argmax_regularised_reward_iff``,
``posterior_times_evidence``, ``posterior_sums_to_one``, ``total_probability``.
"""

from derive.proofs.information import kl_eq_zero_iff, kl_nonneg
from derive.proofs.softmax import softmax_gradient, softmax_sums_to_one

from derive import *
from derive.language.letters import *

beta = real("beta")
policy = softmax(V, z)
reward = Sum(policy[k] * f[k], (k, 1, V))
some_tokens = 1 <= V


@theorem(
    shows=Eq(partial(reward, z, j), policy[j] * (f[j] - reward)),
    given=in_vocabulary(j, V),
    phrase="the gradient of the mean reward",
    catalogue="37",
)
def policy_gradient(calc):
    """The gradient of the mean reward in the logit z_j: the probability of j times what its reward is above the mean."""
    calc.eq(Sum(policy[k] * (delta(k, j) - policy[j]) * f[k], (k, 1, V)), by=[calculus, softmax_gradient])
    calc.eq(policy[j] * f[j] - policy[j] * reward, by=auto, says="multiply out; the indicator picks out its one term")
    calc.eq(policy[j] * (f[j] - reward), by=ring, says="take out the common factor")


@theorem(
    shows=Eq(Sum(policy[k] * (delta(k, j) - policy[j]), (k, 1, V)), 0),
    given=in_vocabulary(j, V),
    phrase="the score has mean zero",
    catalogue="51",
)
def score_has_mean_zero(calc):
    """The derivative of the log-probability of a token has mean zero under the policy."""
    calc.eq(
        policy[j] - policy[j] * Sum(policy[k], (k, 1, V)),
        by=auto,
        says="multiply out; the indicator picks out its one term",
    )
    calc.eq(0, by=[softmax_sums_to_one, ring], says="softmax is normalised")


@theorem(
    shows=Eq(
        policy[j] * (f[j] + c) - policy[j] * Sum(policy[k] * (f[k] + c), (k, 1, V)),
        policy[j] * f[j] - policy[j] * reward,
    ),
    given=in_vocabulary(j, V),
    phrase="a baseline costs nothing",
    catalogue="37",
)
def baseline_costs_nothing(calc):
    """The same number added to all rewards leaves the gradient of their mean as it is."""
    calc.eq(
        policy[j] * (f[j] + c) - policy[j] * (reward + c),
        by=[sums, softmax_sums_to_one, ring],
        says="linearity of sums; softmax is normalised",
    )
    calc.eq(policy[j] * f[j] - policy[j] * reward, by=ring, says="c cancels")


weight = p[k] * exp(f[k] / beta)
total = Sum(weight, (k, 1, V))
best = family("r")
tilted = ForAll((k, 1, V), Eq(best[k], weight / total))


@theorem(
    shows=Eq(expectation(V, q, f) - beta * kl(V, q, p), beta * log(total) - beta * kl(V, q, best)),
    given=[some_tokens, 0 < beta, *positive_distribution(q, V), *positive(p, V), tilted],
    phrase="the reward less its penalty",
    catalogue="38",
)
def regularised_reward(calc):
    """The mean reward less a penalty on leaving a reference policy is one number for all policies, less beta times how far a
    policy diverges from the reference tilted by the reward."""
    gap = Sum(q[k] * log(q[k] / best[k]), (k, 1, V))
    calc.have(ForAll((k, 1, V), 0 < best[k]), by=because("the tilted reference", tilted))
    calc.eq(
        Sum(q[k] * f[k], (k, 1, V)) - beta * Sum(q[k] * log(q[k] / p[k]), (k, 1, V)),
        by=[expectation, kl, xlogy_eq_mul_log],
    )
    calc.eq(
        beta * (Sum(q[k], (k, 1, V)) * log(total)) - beta * gap,
        by=because("put the tilted reference in", [tilted, auto]),
    )
    calc.eq(
        beta * log(total) - beta * gap,
        by=[because("the probabilities sum to 1", sums_to_one(q, V)[0]), ring],
        says="q sums to 1",
    )
    calc.eq(beta * log(total) - beta * kl(V, q, best), by=[reverse(kl), reverse(xlogy_eq_mul_log)])


q_of = function("q", THETA, INT, REAL)
every_policy = [
    ForAll([phi, (k, 1, V)], 0 < q_of[phi][k]),
    ForAll(phi, Eq(Sum(q_of[phi][k], (k, 1, V)), 1)),
]
objective = expectation(V, q_of[theta], f) - beta * kl(V, q_of[theta], p)


@theorem(
    shows=Eq(argmax(theta, objective), argmin(theta, kl(V, q_of[theta], best))),
    given=[some_tokens, 0 < beta, *positive(p, V), every_policy, tilted],
    phrase="the best policies are those nearest to the tilted reference",
    catalogue="38",
)
def argmax_regularised_reward_eq_argmin_kl(calc):
    """To maximise the reward less its penalty is to bring the policy as near as possible to the tilted reference."""
    gap = kl(V, q_of[theta], best)
    calc.eq(argmax(theta, beta * log(total) - beta * gap), by=regularised_reward)
    calc.eq(argmax(theta, beta * -gap + beta * log(total)), by=ring, says="the two terms exchanged")
    calc.eq(argmax(theta, -gap), by=argmax_affine)
    calc.eq(argmin(theta, gap), by=argmax_neg)


star = Var("theta'", THETA)


@theorem(
    shows=Iff(
        Member(theta, argmax(phi, expectation(V, q_of[phi], f) - beta * kl(V, q_of[phi], p))),
        ForAll((k, 1, V), Eq(q_of[theta][k], best[k])),
    ),
    given=[
        some_tokens,
        0 < beta,
        *positive(p, V),
        every_policy,
        tilted,
        ForAll((k, 1, V), Eq(q_of[star][k], best[k])),
    ],
    phrase="the tilted reference is the only best policy",
    catalogue="38",
)
def argmax_regularised_reward_iff(calc):
    """Where some parameters attain the tilted reference, those that maximise the reward less its penalty are exactly those that do."""
    calc.have(ForAll((k, 1, V), 0 < best[k]), by=because("the tilted reference", tilted))
    whole = calc.have(Eq(Sum(best[k], (k, 1, V)), 1), by=because("the tilted reference is normalised", [tilted, sums]))
    least = calc.have(Eq(kl(V, q_of[star], best), 0), by=[kl_eq_zero_iff, whole])
    never = calc.have(ForAll(phi, 0 <= kl(V, q_of[phi], best)), by=[kl_nonneg, whole])
    calc.iff(Member(theta, argmin(phi, kl(V, q_of[phi], best))), by=argmax_regularised_reward_eq_argmin_kl)
    calc.iff(ForAll(phi, kl(V, q_of[theta], best) <= kl(V, q_of[phi], best)), by=mem_argmin)
    calc.iff(kl(V, q_of[theta], best) <= kl(V, q_of[star], best), by=[least, never])
    calc.iff(kl(V, q_of[theta], best) <= 0, by=least)
    calc.iff(Eq(kl(V, q_of[theta], best), 0), by=[kl_nonneg, whole])
    calc.iff(ForAll((k, 1, V), Eq(q_of[theta][k], best[k])), by=[kl_eq_zero_iff, whole])


# --- Bayes' rule: i = 1..n hidden, k = 1..V seen; g(i) the prior, w_i(k) the probability of k given i --------------------

g, w = family("g"), function("w", INT, FAMILY)
prior_normalised = sums_to_one(g, n)
rows_normalised = ForAll((i, 1, n), Eq(Sum(w[i][k], (k, 1, V)), 1))
evidence = Sum(g[i] * w[i][y], (i, 1, n))
posterior = g[j] * w[j][y] / evidence


@theorem(
    shows=Eq(Sum(Sum(g[i] * w[i][k], (i, 1, n)), (k, 1, V)), 1),
    given=[*prior_normalised, rows_normalised],
    phrase="total probability",
    catalogue="01",
)
def total_probability(calc):
    """The probabilities of what is seen, over all hidden causes, sum to 1."""
    calc.eq(Sum(Sum(g[i] * w[i][k], (k, 1, V)), (i, 1, n)), by=sum_swap)
    calc.eq(Sum(g[i] * Sum(w[i][k], (k, 1, V)), (i, 1, n)), by=sum_mul)
    calc.eq(Sum(g[i], (i, 1, n)), by=because("each row sums to 1", [rows_normalised, ring]))
    calc.eq(1, by=because("the prior sums to 1", prior_normalised[0]))


@theorem(
    shows=Eq(posterior * evidence, g[j] * w[j][y]),
    given=[0 < evidence],
    phrase="Bayes' rule",
    catalogue="01",
)
def posterior_times_evidence(calc):
    """Posterior times evidence is prior times likelihood."""
    calc.eq(g[j] * w[j][y], by=ring, says="the evidence cancels")


@theorem(
    shows=Eq(Sum(posterior, (j, 1, n)), 1),
    given=[0 < evidence],
    phrase="the posterior is normalised",
    catalogue="01",
)
def posterior_sums_to_one(calc):
    """The posterior probabilities of the causes sum to 1."""
    calc.eq(Sum(g[j] * w[j][y], (j, 1, n)) / evidence, by=sum_div)
    calc.eq(1, by=ring, says="a positive number over itself")


# --- what people get wrong -------------------------------------------------------------------------------------------


@false_claim(
    claims=Eq(partial(reward, z, j), policy[j] * f[j]),
    given=[*in_vocabulary(j, V), 2 <= V],
    instead="policy_gradient",
)
def policy_gradient_without_the_mean():
    """The gradient of the mean reward is the probability times the reward."""


@false_claim(
    claims=Eq(expectation(V, q, f) - beta * kl(V, q, p), -beta * kl(V, q, best)),
    given=[some_tokens, 0 < beta, *positive_distribution(q, V), *positive_distribution(p, V)],
    instead="regularised_reward",
)
def reward_without_its_normaliser():
    """The reward less its penalty is minus the divergence from the best policy: the log of the normaliser is forgotten."""


@false_claim(
    claims=Eq(expectation(V, q, f) - beta * kl(V, q, p), beta * log(total) - beta * kl(V, best, q)),
    given=[some_tokens, 0 < beta, *positive_distribution(q, V), *positive_distribution(p, V), tilted],
    instead="regularised_reward",
)
def reward_with_the_divergence_turned_round():
    """What a policy misses of the best reward less its penalty is beta times KL(best || policy): the divergence the wrong way round."""


@false_claim(
    claims=Eq(argmax(theta, objective), argmax(theta, expectation(V, q_of[theta], f))),
    given=[some_tokens, 0 < beta, *positive_distribution(p, V), every_policy],
    instead="argmax_regularised_reward_eq_argmin_kl",
)
def penalty_does_not_move_the_best_policy():
    """The policies that maximise the reward less its penalty are those that maximise the reward."""


@false_claim(
    claims=Eq(posterior, w[j][y]),
    given=[1 <= j, j <= n, *in_vocabulary(y, V), 0 < evidence, *distribution(g, n)],
    instead="posterior_times_evidence",
)
def posterior_is_the_likelihood():
    """The probability of the cause given what is seen is that of what is seen given the cause."""
