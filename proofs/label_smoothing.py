"""Label smoothing: the smoothed loss is the negative log-likelihood plus a residual.

Main definitions: ``smoothed`` (eps spread over all V tokens), ``smoothed_off`` (over the V - 1 wrong ones),
``smoothing_residual``.
Main results: ``label_smoothing_residual`` in three forms, for a token and a sequence; the sign of the residual;
``label_smoothing_minimiser`` and ``label_smoothing_changes_the_optimum``.

Two conventions are in use and give different losses at the same eps; ``smoothed_off_eq_smoothed`` converts.
"""

from derive.proofs.cross_entropy import cross_entropy_one_hot
from derive.proofs.information import (
    cross_entropy_eq_entropy_add_kl,
    cross_entropy_eq_entropy_iff,
    entropy_le_cross_entropy,
)

from derive import *
from derive.language.letters import *

token = in_vocabulary(y, V)
tokens = tokens_in_vocabulary(ys, T, V)
model = positive(p, V)
models = positive_at_each_position(ps, T, V)
residual = eps * (log(p[y]) - 1 / V * Sum(log(p[k]), (k, 1, V)))
some_smoothing = [0 < eps, eps <= 1]


# --- the residual, for one token -------------------------------------------------------------------------------------


@theorem(
    shows=Eq(
        cross_entropy(V, smoothed(V, eps, y), p),
        (1 - eps) * cross_entropy(V, one_hot(y), p) + eps * cross_entropy(V, uniform(V), p),
    ),
    given=[1 <= V, model],
    phrase="cross-entropy is linear in the target",
    catalogue="11",
)
def label_smoothing_mixture(calc):
    """The smoothed loss mixes the one-hot loss and the loss against the uniform distribution."""
    calc.eq(-Sum(smoothed(V, eps, y)[k] * log(p[k]), (k, 1, V)), by=cross_entropy)
    calc.eq(-Sum(((1 - eps) * delta(k, y) + eps / V) * log(p[k]), (k, 1, V)), by=smoothed)
    calc.eq(
        -Sum(((1 - eps) * one_hot(y)[k] + eps * uniform(V)[k]) * log(p[k]), (k, 1, V)), by=reverse([one_hot, uniform])
    )
    calc.eq(
        (1 - eps) * -Sum(one_hot(y)[k] * log(p[k]), (k, 1, V)) + eps * -Sum(uniform(V)[k] * log(p[k]), (k, 1, V)),
        by=sums,
    )
    calc.eq(
        (1 - eps) * cross_entropy(V, one_hot(y), p) + eps * cross_entropy(V, uniform(V), p),
        by=reverse(cross_entropy),
    )


@theorem(
    shows=Eq(cross_entropy(V, smoothed(V, eps, y), p), -log(p[y]) + residual),
    given=[token, model],
    labels=[(residual, "residual")],
    phrase="the smoothed loss is the surprisal plus the residual",
    catalogue="11",
)
def label_smoothing_residual(calc):
    """The smoothed loss is the negative log-likelihood plus eps times the excess of log p(y) over the mean
    log-probability."""
    calc.eq(-Sum(smoothed(V, eps, y)[k] * log(p[k]), (k, 1, V)), by=cross_entropy)
    calc.eq(-Sum(((1 - eps) * delta(k, y) + eps / V) * log(p[k]), (k, 1, V)), by=smoothed)
    calc.eq(
        -((1 - eps) * Sum(delta(k, y) * log(p[k]), (k, 1, V)) + eps * (1 / V * Sum(log(p[k]), (k, 1, V)))),
        by=sums,
    )
    calc.eq(-((1 - eps) * log(p[y]) + eps * (1 / V * Sum(log(p[k]), (k, 1, V)))), by=sum_delta)
    calc.eq(-log(p[y]) + residual, by=because("collect the terms in eps", ring), labels=[(residual, "residual")])


@theorem(
    shows=Eq(
        smoothing_residual(V, eps, p, y),
        eps * (cross_entropy(V, uniform(V), p) - cross_entropy(V, one_hot(y), p)),
    ),
    given=[token, model],
    phrase="the residual compares two losses",
    catalogue="11",
)
def residual_eq_difference_of_losses(calc):
    """The residual is eps times what the loss against the uniform distribution exceeds the one-hot loss."""
    mean = 1 / V * Sum(log(p[k]), (k, 1, V))
    calc.eq(eps * (log(p[y]) - mean), by=smoothing_residual)
    calc.eq(eps * (-Sum(1 / V * log(p[k]), (k, 1, V)) - -log(p[y])), by=sums)
    calc.eq(eps * (-Sum(uniform(V)[k] * log(p[k]), (k, 1, V)) - -log(p[y])), by=reverse(uniform))
    calc.eq(eps * (cross_entropy(V, uniform(V), p) - -log(p[y])), by=reverse(cross_entropy))
    calc.eq(
        eps * (cross_entropy(V, uniform(V), p) - cross_entropy(V, one_hot(y), p)), by=reverse(cross_entropy_one_hot)
    )


@theorem(
    shows=Eq(
        cross_entropy(V, smoothed(V, eps, y), p),
        (1 - eps) * -log(p[y]) + eps * cross_entropy(V, uniform(V), p),
    ),
    given=[token, model],
    phrase="the smoothed loss by the uniform cross-entropy",
    catalogue="11",
)
def label_smoothing_by_uniform_cross_entropy(calc):
    """Second form: (1 - eps) times the negative log-likelihood plus eps times the cross-entropy against the
    uniform distribution."""
    calc.eq(
        (1 - eps) * cross_entropy(V, one_hot(y), p) + eps * cross_entropy(V, uniform(V), p), by=label_smoothing_mixture
    )
    calc.eq((1 - eps) * -log(p[y]) + eps * cross_entropy(V, uniform(V), p), by=cross_entropy_one_hot)


@theorem(
    shows=Eq(entropy(V, uniform(V)), log(V)),
    given=[1 <= V],
    phrase="the uniform distribution has entropy log V",
    catalogue="11",
)
def entropy_uniform(calc):
    """The uniform distribution over V tokens has entropy log V."""
    calc.eq(-Sum(xlogy(uniform(V)[k], uniform(V)[k]), (k, 1, V)), by=entropy)
    calc.eq(-Sum(1 / V * log(1 / V), (k, 1, V)), by=[uniform, xlogy_eq_mul_log])
    calc.eq(-(V * (1 / V * log(1 / V))), by=sum_const)
    calc.eq(-log(1 / V), by=ring, says="V times 1/V is 1")
    calc.eq(log(V), by=log_inv)


@theorem(
    shows=Eq(
        cross_entropy(V, smoothed(V, eps, y), p),
        (1 - eps) * -log(p[y]) + eps * (log(V) + kl(V, uniform(V), p)),
    ),
    given=[token, model],
    phrase="the smoothed loss by the divergence of uniform from the model",
    catalogue="11",
)
def label_smoothing_by_divergence(calc):
    """Third form: the penalty is log V plus the divergence of the uniform distribution from the model."""
    calc.eq((1 - eps) * -log(p[y]) + eps * cross_entropy(V, uniform(V), p), by=label_smoothing_by_uniform_cross_entropy)
    calc.eq(
        (1 - eps) * -log(p[y]) + eps * (entropy(V, uniform(V)) + kl(V, uniform(V), p)),
        by=cross_entropy_eq_entropy_add_kl,
    )
    calc.eq((1 - eps) * -log(p[y]) + eps * (log(V) + kl(V, uniform(V), p)), by=entropy_uniform)


# --- the residual, summed over a sequence ----------------------------------------------------------------------------

sequence_residual = eps * Sum(log(ps[t][ys[t]]) - 1 / V * Sum(log(ps[t][k]), (k, 1, V)), (t, 1, T))


@theorem(
    shows=Eq(
        Sum(cross_entropy(V, smoothed(V, eps, ys[t]), ps[t]), (t, 1, T)),
        -log(sequence_probability(T, ps, ys)) + sequence_residual,
    ),
    given=[1 <= V, tokens, models],
    labels=[(sequence_residual, "residual")],
    phrase="the smoothed loss of a sequence is its negative log-likelihood plus the residual",
    catalogue="11",
)
def label_smoothing_residual_sequence(calc):
    """Summed over a sequence, the smoothed loss is the negative log-likelihood of the output plus the residual."""
    step = log(ps[t][ys[t]]) - 1 / V * Sum(log(ps[t][k]), (k, 1, V))
    calc.eq(Sum(-log(ps[t][ys[t]]) + eps * step, (t, 1, T)), by=label_smoothing_residual)
    calc.eq(-Sum(log(ps[t][ys[t]]), (t, 1, T)) + eps * Sum(step, (t, 1, T)), by=sums)
    calc.eq(-log(Prod(ps[t][ys[t]], (t, 1, T))) + eps * Sum(step, (t, 1, T)), by=reverse(log_prod))
    calc.eq(
        -log(sequence_probability(T, ps, ys)) + sequence_residual,
        by=reverse(sequence_probability),
        labels=[(sequence_residual, "residual")],
    )


# --- the other convention --------------------------------------------------------------------------------------------

others_mean = 1 / (V - 1) * (Sum(log(p[k]), (k, 1, V)) - log(p[y]))
residual_off = eps * (log(p[y]) - others_mean)


@theorem(
    shows=Eq(cross_entropy(V, smoothed_off(V, eps, y), p), -log(p[y]) + residual_off),
    given=[2 <= V, token, model],
    labels=[(residual_off, "residual")],
    phrase="the residual when eps is shared by the wrong tokens",
    catalogue="12",
)
def label_smoothing_residual_off(calc):
    """In the V - 1 convention the residual compares log p(y) with the mean log-probability of the other tokens."""
    calc.eq(-Sum(smoothed_off(V, eps, y)[k] * log(p[k]), (k, 1, V)), by=cross_entropy)
    calc.eq(-Sum(((1 - eps) * delta(k, y) + eps / (V - 1) * (1 - delta(k, y))) * log(p[k]), (k, 1, V)), by=smoothed_off)
    calc.eq(
        -(
            (1 - eps - eps / (V - 1)) * Sum(delta(k, y) * log(p[k]), (k, 1, V))
            + eps / (V - 1) * Sum(log(p[k]), (k, 1, V))
        ),
        by=sums,
    )
    calc.eq(-((1 - eps - eps / (V - 1)) * log(p[y]) + eps / (V - 1) * Sum(log(p[k]), (k, 1, V))), by=sum_delta)
    calc.eq(-log(p[y]) + residual_off, by=ring, labels=[(residual_off, "residual")], says="collect the terms in eps")


@theorem(
    shows=Eq(residual_off, V / (V - 1) * residual),
    given=[2 <= V, token, model],
    phrase="the two residuals differ by the factor V/(V - 1)",
    catalogue="12",
)
def residual_conventions(calc):
    """At the same eps the V - 1 residual is V/(V - 1) times the V residual."""
    calc.eq(
        eps * ((V * log(p[y]) - Sum(log(p[k]), (k, 1, V))) / (V - 1)), by=ring, says="over the common denominator V − 1"
    )
    calc.eq(V / (V - 1) * residual, by=ring)


@theorem(
    shows=Eq(smoothed_off(V, eps, y)[k], smoothed(V, eps * V / (V - 1), y)[k]),
    given=[2 <= V],
    phrase="the two conventions are one, at different eps",
    catalogue="12",
)
def smoothed_off_eq_smoothed(calc):
    """The V - 1 convention at eps is the V convention at eps V/(V - 1)."""
    calc.eq((1 - eps) * delta(k, y) + eps / (V - 1) * (1 - delta(k, y)), by=smoothed_off)
    calc.eq(
        (1 - eps * V / (V - 1)) * delta(k, y) + eps * V / (V - 1) / V,
        by=ring,
        says="collect the terms with the indicator",
    )
    calc.eq(smoothed(V, eps * V / (V - 1), y)[k], by=reverse(smoothed))


@theorem(
    shows=Eq(smoothed(V, eps, y)[k], smoothed_off(V, eps * (V - 1) / V, y)[k]),
    given=[2 <= V],
    phrase="the two conventions are one, at different eps",
    catalogue="12",
)
def smoothed_eq_smoothed_off(calc):
    """The V convention at eps is the V - 1 convention at eps (V - 1)/V."""
    calc.eq((1 - eps) * delta(k, y) + eps / V, by=smoothed)
    calc.eq(
        (1 - eps * (V - 1) / V) * delta(k, y) + eps * (V - 1) / V / (V - 1) * (1 - delta(k, y)),
        by=ring,
        says="collect the terms with the indicator",
    )
    calc.eq(smoothed_off(V, eps * (V - 1) / V, y)[k], by=reverse(smoothed_off))


# --- the sign of the residual ----------------------------------------------------------------------------------------


@theorem(
    shows=Eq(smoothing_residual(V, eps, p, y), eps * log(p[y] / geometric_mean(V, p))),
    given=[token, model],
    phrase="the residual compares p(y) with the geometric mean",
    catalogue="11",
)
def residual_eq_log_ratio(calc):
    """The residual is eps times the log of p(y) over the geometric mean of the model's probabilities."""
    calc.eq(eps * (log(p[y]) - 1 / V * Sum(log(p[k]), (k, 1, V))), by=smoothing_residual)
    calc.eq(eps * (log(p[y]) - log(exp(1 / V * Sum(log(p[k]), (k, 1, V))))), by=reverse(log_exp))
    calc.eq(eps * (log(p[y]) - log(geometric_mean(V, p))), by=reverse(geometric_mean))
    calc.eq(eps * log(p[y] / geometric_mean(V, p)), by=reverse(log_div))


@theorem(
    shows=Iff(Eq(smoothing_residual(V, eps, p, y), 0), Eq(p[y], geometric_mean(V, p))),
    given=[token, model, 0 < eps],
    phrase="the residual vanishes only at the geometric mean",
    catalogue="13",
)
def residual_zero_iff(calc):
    """With smoothing, the residual is 0 exactly when p(y) is the geometric mean of the model's probabilities."""
    calc.iff(Eq(eps * log(p[y] / geometric_mean(V, p)), 0), by=residual_eq_log_ratio)
    calc.iff(Eq(eps * (log(p[y]) - log(geometric_mean(V, p))), 0), by=log_div)
    calc.iff(Eq(log(p[y]) - log(geometric_mean(V, p)), 0), by=mul_eq_zero_iff)
    calc.iff(Eq(log(p[y]), log(geometric_mean(V, p))), by=order)
    calc.iff(Eq(p[y], geometric_mean(V, p)), by=log_eq_iff)


@theorem(
    shows=Iff(0 < smoothing_residual(V, eps, p, y), geometric_mean(V, p) < p[y]),
    given=[token, model, 0 < eps],
    phrase="the sign of the residual",
    catalogue="13",
)
def residual_pos_iff(calc):
    """With smoothing, the residual is positive exactly when p(y) exceeds the geometric mean."""
    calc.iff(0 < eps * log(p[y] / geometric_mean(V, p)), by=residual_eq_log_ratio)
    calc.iff(0 < eps * (log(p[y]) - log(geometric_mean(V, p))), by=log_div)
    calc.iff(0 < log(p[y]) - log(geometric_mean(V, p)), by=mul_pos_iff)
    calc.iff(log(geometric_mean(V, p)) < log(p[y]), by=order)
    calc.iff(geometric_mean(V, p) < p[y], by=log_lt_iff)


@theorem(
    shows=0 <= smoothing_residual(V, eps, p, y),
    given=[token, model, 0 <= eps, ForAll((k, 1, V), p[k] <= p[y])],
    phrase="the residual of the most probable token is not negative",
    catalogue="13",
)
def residual_nonneg_of_most_probable(calc):
    """When the true token is the model's favourite, smoothing does not lower the loss."""
    each = calc.have(ForAll((k, 1, V), log(p[k]) <= log(p[y])), by=log_le)
    total = calc.have(Sum(log(p[k]), (k, 1, V)) <= Sum(log(p[y]), (k, 1, V)), by=each)
    calc.have(
        Sum(log(p[k]), (k, 1, V)) <= V * log(p[y]),
        by=because("the sum of a constant", [total, sum_const]),
    )
    calc.eq(eps * (1 / V * (V * log(p[y]) - V * log(p[y]))), by=ring, says="a number less itself")
    calc.le(eps * (1 / V * (V * log(p[y]) - Sum(log(p[k]), (k, 1, V)))), by=order, says="the sum is at most V log p(y)")
    calc.eq(eps * (log(p[y]) - 1 / V * Sum(log(p[k]), (k, 1, V))), by=ring, says="multiply out")
    calc.eq(smoothing_residual(V, eps, p, y), by=reverse(smoothing_residual))


@theorem(
    shows=Iff(Eq(smoothing_residual(V, eps, p, y), 0), ForAll((k, 1, V), Eq(p[y], p[k]))),
    given=[token, model, 0 < eps, ForAll((k, 1, V), p[k] <= p[y])],
    phrase="the residual of the most probable token vanishes only for a uniform model",
    catalogue="13",
)
def residual_zero_of_most_probable_iff(calc):
    """When the true token is the model's favourite, the residual is 0 exactly for the uniform model."""
    excess = log(p[y]) - log(p[k])
    each = calc.have(ForAll((k, 1, V), log(p[k]) <= log(p[y])), by=log_le)
    calc.have(ForAll((k, 1, V), 0 <= excess), by=each)
    calc.iff(Eq(eps * (log(p[y]) - 1 / V * Sum(log(p[k]), (k, 1, V))), 0), by=smoothing_residual)
    calc.iff(Eq(log(p[y]) - 1 / V * Sum(log(p[k]), (k, 1, V)), 0), by=mul_eq_zero_iff)
    calc.iff(Eq(1 / V * Sum(excess, (k, 1, V)), 0), by=auto, says="log p(y) is the mean of V equal terms")
    calc.iff(Eq(Sum(excess, (k, 1, V)), 0), by=mul_eq_zero_iff)
    calc.iff(ForAll((k, 1, V), Eq(excess, 0)), by=sum_eq_zero_iff)
    calc.iff(ForAll((k, 1, V), Eq(log(p[y]), log(p[k]))), by=order)
    calc.iff(ForAll((k, 1, V), Eq(p[y], p[k])), by=log_eq_iff)


@theorem(
    shows=Eq(cross_entropy(V, smoothed(V, 0, y), p), -log(p[y])),
    given=[token, model],
    phrase="without smoothing there is no residual",
    catalogue="13",
)
def no_smoothing_no_residual(calc):
    """At eps = 0 the smoothed loss is the negative log-likelihood."""
    calc.eq(-log(p[y]) + 0 * (log(p[y]) - 1 / V * Sum(log(p[k]), (k, 1, V))), by=label_smoothing_residual)
    calc.eq(-log(p[y]), by=ring, says="the factor of the residual is 0")


# --- the optimum -----------------------------------------------------------------------------------------------------


@theorem(
    shows=Eq(Sum(smoothed(V, eps, y)[k], (k, 1, V)), 1),
    given=token,
    phrase="the smoothed target sums to 1",
    catalogue="11",
)
def smoothed_sums_to_one(calc):
    """The smoothed target is normalised."""
    calc.eq(Sum((1 - eps) * delta(k, y) + eps / V, (k, 1, V)), by=smoothed)
    calc.eq((1 - eps) * Sum(delta(k, y), (k, 1, V)) + eps * (1 / V * Sum(1, (k, 1, V))), by=sums)
    calc.eq((1 - eps) * 1 + eps * (1 / V * Sum(1, (k, 1, V))), by=sum_delta)
    calc.eq((1 - eps) * 1 + eps * (1 / V * V), by=sum_one)
    calc.eq(1, by=ring, says="1 − eps and eps add up to 1")


@theorem(
    shows=Iff(
        Eq(cross_entropy(V, smoothed(V, eps, y), p), entropy(V, smoothed(V, eps, y))),
        ForAll((k, 1, V), Eq(smoothed(V, eps, y)[k], p[k])),
    ),
    given=[token, some_smoothing, positive_distribution(p, V)],
    phrase="the smoothed target is the only minimiser",
    catalogue="17",
)
def label_smoothing_minimiser(calc):
    """The smoothed loss attains its least value, the entropy of the smoothed target, at the smoothed target and
    nowhere else."""
    calc.have(Eq(Sum(smoothed(V, eps, y)[k], (k, 1, V)), 1), by=smoothed_sums_to_one)
    calc.iff(ForAll((k, 1, V), Eq(smoothed(V, eps, y)[k], p[k])), by=cross_entropy_eq_entropy_iff)


best = Var("theta'", THETA)
family_of = function("p", THETA, INT, REAL)  # p_theta(k), one position
attained = ForAll((k, 1, V), Eq(family_of[best][k], q[k]))
every_model = [
    ForAll([phi, (k, 1, V)], 0 < family_of[phi][k]),
    ForAll(phi, Eq(Sum(family_of[phi][k], (k, 1, V)), 1)),
]


@theorem(
    shows=Iff(
        Member(theta, argmin(phi, cross_entropy(V, q, family_of[phi]))),
        ForAll((k, 1, V), Eq(q[k], family_of[theta][k])),
    ),
    given=[distribution(q, V), every_model, attained],
    phrase="the minimisers of cross-entropy are the parameters that reproduce the target",
    catalogue="14",
)
def argmin_cross_entropy_iff(calc):
    """Where some parameters attain the target, the minimisers of the cross-entropy are exactly those that do."""
    optimum = calc.have(
        Eq(cross_entropy(V, q, family_of[best]), entropy(V, q)),
        by=because("some parameters attain the target", [cross_entropy_eq_entropy_iff, attained]),
    )
    calc.iff(ForAll(phi, cross_entropy(V, q, family_of[theta]) <= cross_entropy(V, q, family_of[phi])), by=mem_argmin)
    calc.iff(cross_entropy(V, q, family_of[theta]) <= entropy(V, q), by=[optimum, entropy_le_cross_entropy])
    calc.iff(Eq(cross_entropy(V, q, family_of[theta]), entropy(V, q)), by=entropy_le_cross_entropy)
    calc.iff(ForAll((k, 1, V), Eq(q[k], family_of[theta][k])), by=cross_entropy_eq_entropy_iff)


@theorem(
    shows=smoothed(V, eps, y)[y] < one_hot(y)[y],
    given=[2 <= V, 0 < eps],
    phrase="the smoothed target gives the true token less than 1",
    catalogue="17",
)
def label_smoothing_changes_the_optimum(calc):
    """The smoothed target, unlike the one-hot target, gives the true token less than 1."""
    calc.eq(1 - eps + eps / V, by=because("the smoothed target at the true token", [smoothed, delta_same, ring]))
    calc.eq(1 - eps * ((V - 1) / V), by=ring, says="take out eps")
    calc.have(0 < eps * ((V - 1) / V), by=because("all factors are positive", order))
    calc.lt(1, by=order, says="what is taken off is positive")
    calc.eq(one_hot(y)[y], by=because("the one-hot target at the true token", reverse([delta_same, one_hot])))


@theorem(
    shows=0 < -log(p[y]),
    given=[token, in_vocabulary(j, V), Ne(j, y), positive_distribution(p, V)],
    phrase="no positive model attains the infimum 0 of the negative log-likelihood",
    catalogue="17",
)
def nll_has_no_minimiser(calc):
    """Without smoothing the least value 0 is never attained: while another token j has any probability, the loss is positive."""
    both = delta(k, y) + delta(k, j)
    split = [by_cases(Eq(k, y)), by_cases(Eq(k, j))]
    kept = calc.have(
        ForAll((k, 1, V), both * p[k] <= p[k]),
        by=because("the indicators are 0 or 1, and never both 1", [*split, order]),
    )
    below = calc.have(Sum(both * p[k], (k, 1, V)) <= Sum(p[k], (k, 1, V)), by=kept)
    picked = calc.have(
        Eq(Sum(both * p[k], (k, 1, V)), p[y] + p[j]), by=because("each indicator picks out its one term", auto)
    )
    smaller = calc.have(p[y] < 1, by=[below, picked, *sums_to_one(p, V)])
    calc.have(log(p[y]) < log(1), by=[log_lt, smaller])
    calc.eq(-log(1), by=log_one)
    calc.lt(-log(p[y]), by=because("log p(y) is less than log 1", order))


top, rest = 1 - eps + eps / V, eps / V


@theorem(
    shows=Eq(entropy(V, smoothed(V, eps, y)), -(top * log(top)) - (V - 1) * (rest * log(rest))),
    given=[token, some_smoothing],
    phrase="the floor of the smoothed loss",
    catalogue="15",
)
def entropy_smoothed(calc):
    """The least value of the smoothed loss: the entropy of the smoothed target."""
    calc.eq(-Sum(xlogy(smoothed(V, eps, y)[k], smoothed(V, eps, y)[k]), (k, 1, V)), by=entropy)
    term = calc.have(
        ForAll(
            (k, 1, V),
            Eq(
                xlogy(smoothed(V, eps, y)[k], smoothed(V, eps, y)[k]),
                delta(k, y) * (top * log(top) - rest * log(rest)) + rest * log(rest),
            ),
        ),
        by=because("the true token, and the others", [by_cases(Eq(k, y)), smoothed, xlogy_eq_mul_log, ring]),
    )
    calc.eq(-Sum(delta(k, y) * (top * log(top) - rest * log(rest)) + rest * log(rest), (k, 1, V)), by=term)
    calc.eq(
        -(top * log(top) - rest * log(rest) + V * (rest * log(rest))),
        by=because("the indicator picks out its one term; the sum of a constant", auto),
    )
    calc.eq(-(top * log(top)) - (V - 1) * (rest * log(rest)), by=ring, says="one of the V equal terms cancels")


@theorem(
    shows=Eq(
        entropy(V, smoothed_off(V, eps, y)),
        -((1 - eps) * log(1 - eps)) - eps * log(eps) + eps * log(V - 1),
    ),
    given=[2 <= V, token, 0 < eps, eps < 1],
    phrase="the floor of the smoothed loss in the V - 1 convention",
    catalogue="15",
)
def entropy_smoothed_off(calc):
    """In the V - 1 convention the floor is the binary entropy of eps plus eps log(V - 1)."""
    share = eps / (V - 1)
    calc.eq(-Sum(xlogy(smoothed_off(V, eps, y)[k], smoothed_off(V, eps, y)[k]), (k, 1, V)), by=entropy)
    term = calc.have(
        ForAll(
            (k, 1, V),
            Eq(
                xlogy(smoothed_off(V, eps, y)[k], smoothed_off(V, eps, y)[k]),
                delta(k, y) * ((1 - eps) * log(1 - eps) - share * log(share)) + share * log(share),
            ),
        ),
        by=because("the true token, and the others", [by_cases(Eq(k, y)), smoothed_off, xlogy_eq_mul_log, ring]),
    )
    calc.eq(
        -Sum(delta(k, y) * ((1 - eps) * log(1 - eps) - share * log(share)) + share * log(share), (k, 1, V)), by=term
    )
    calc.eq(
        -((1 - eps) * log(1 - eps) - share * log(share) + V * (share * log(share))),
        by=because("the indicator picks out its one term; the sum of a constant", auto),
    )
    calc.eq(-((1 - eps) * log(1 - eps)) - eps * log(share), by=ring, says="V − 1 equal terms are left")
    calc.eq(-((1 - eps) * log(1 - eps)) - eps * (log(eps) - log(V - 1)), by=log_div)
    calc.eq(-((1 - eps) * log(1 - eps)) - eps * log(eps) + eps * log(V - 1), by=ring, says="multiply out")


@theorem(
    shows=Eq(log(smoothed(V, eps, y)[y]) - log(smoothed(V, eps, y)[k]), log(1 + V * (1 - eps) / eps)),
    given=[1 <= V, Ne(k, y), 0 < eps, eps <= 1],
    phrase="the gap between the logits at the optimum",
    catalogue="14",
)
def optimal_logit_gap(calc):
    """Where the model is the smoothed target, the logit of the true token exceeds every other by log(1 + V(1 - eps)/eps): finite, unlike
    without smoothing."""
    at_tokens = because(
        "the smoothed target at the true token and at another", [smoothed, delta_same, delta_diff, ring]
    )
    calc.eq(log(1 - eps + eps / V) - log(eps / V), by=at_tokens)
    calc.eq(log((1 - eps + eps / V) / (eps / V)), by=reverse(log_div))
    calc.eq(log(1 + V * (1 - eps) / eps), by=ring, says="divide by eps/V")


@theorem(
    shows=Eq(log(smoothed_off(V, eps, y)[y]) - log(smoothed_off(V, eps, y)[k]), log((1 - eps) * (V - 1) / eps)),
    given=[2 <= V, Ne(k, y), 0 < eps, eps < 1],
    phrase="the gap between the logits at the optimum",
    catalogue="14",
)
def optimal_logit_gap_off(calc):
    """In the V - 1 convention the gap is log((1 - eps)(V - 1)/eps), which is negative when eps > (V - 1)/V."""
    share = eps / (V - 1)
    at_tokens = because(
        "the smoothed target at the true token and at another", [smoothed_off, delta_same, delta_diff, ring]
    )
    calc.eq(log(1 - eps) - log(share), by=at_tokens)
    calc.eq(log((1 - eps) / share), by=reverse(log_div))
    calc.eq(log((1 - eps) * (V - 1) / eps), by=ring, says="multiply above and below by V − 1")


# --- what people get wrong -------------------------------------------------------------------------------------------

proper = [2 <= V, *token, 0 < eps, eps < 1]


@false_claim(
    claims=0 <= smoothing_residual(V, eps, p, y),
    given=[*proper, *positive_distribution(p, V)],
    instead="residual_pos_iff",
)
def smoothing_always_raises_the_loss():
    """Label smoothing always raises the loss: not when the model prefers another token."""


@false_claim(
    claims=Implies(Eq(smoothing_residual(V, eps, p, y), 0), Eq(p[1], p[2])),
    given=[*proper, Eq(V, 3), *positive_distribution(p, V)],
    instead="residual_zero_iff",
)
def residual_zero_only_if_uniform():
    """The residual vanishes only for the uniform model."""


@false_claim(
    claims=Eq(smoothed(V, eps, y)[k], smoothed_off(V, eps, y)[k]),
    given=[*proper, *in_vocabulary(k, V)],
    instead="smoothed_off_eq_smoothed",
)
def conventions_agree_at_the_same_eps():
    """The two conventions of label smoothing are the same at the same eps."""


@false_claim(
    claims=smoothed_off(V, eps, y)[k] <= smoothed_off(V, eps, y)[y],
    given=[*proper, *in_vocabulary(k, V)],
    instead="optimal_logit_gap_off",
)
def true_token_stays_most_likely():
    """The smoothed target always favours the true token: in the V - 1 convention not for eps > (V - 1)/V."""


@false_claim(
    claims=Eq(entropy(V, smoothed(V, eps, y)), entropy(V, smoothed_off(V, eps, y))),
    given=proper,
    instead="entropy_smoothed",
)
def floors_agree():
    """The floor of the smoothed loss is the same in both conventions."""


@false_claim(
    claims=Implies(
        -log(p[y]) <= -log(q[y]), cross_entropy(V, smoothed(V, eps, y), p) <= cross_entropy(V, smoothed(V, eps, y), q)
    ),
    given=[*proper, *positive_distribution(p, V), *positive_distribution(q, V)],
    instead="label_smoothing_residual",
)
def smoothing_keeps_the_order_of_models():
    """The model with the smaller negative log-likelihood also has the smaller smoothed loss."""


@false_claim(
    claims=Implies(p[y] <= q[y], cross_entropy(V, smoothed(V, eps, y), q) <= cross_entropy(V, smoothed(V, eps, y), p)),
    given=[*proper, *positive_distribution(p, V), *positive_distribution(q, V)],
    instead="label_smoothing_minimiser",
)
def more_confidence_is_always_better():
    """The more probability the true token gets, the smaller the smoothed loss: past the smoothed target it grows again."""
