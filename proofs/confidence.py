"""Label smoothing beside the confidence penalty: two ways to keep a model from being too sure, and their gradients.

Main results: ``smoothed_loss_by_uniform_penalty`` and ``confidence_penalty`` (the same kind of penalty, the divergences in
opposite directions), ``mean_smoothed_loss_minimiser`` (what smoothing fits when the tokens are random),
``label_smoothing_gradient``, ``confidence_penalty_gradient``.
"""

from derive.proofs.information import cross_entropy_eq_entropy_iff, entropy_le_cross_entropy
from derive.proofs.label_smoothing import label_smoothing_by_divergence, smoothed_sums_to_one
from derive.proofs.softmax import (
    cross_entropy_gradient,
    log_softmax,
    logsumexp_gradient,
    softmax_gradient,
    softmax_sums_to_one,
)

from derive import *
from derive.language.letters import *

beta = real("beta")
some_tokens = 1 <= V
token, model = in_vocabulary(y, V), positive_distribution(p, V)


# --- as penalties ----------------------------------------------------------------------------------------------------


@theorem(
    shows=Eq(
        cross_entropy(V, smoothed(V, eps, y), p) / (1 - eps),
        -log(p[y]) + eps / (1 - eps) * (kl(V, uniform(V), p) + log(V)),
    ),
    given=[token, 0 <= eps, eps < 1, positive(p, V)],
    phrase="the smoothed loss as a penalty",
    catalogue="16",
)
def smoothed_loss_by_uniform_penalty(calc):
    """Up to the factor 1 - eps, smoothing adds to the negative log-likelihood a multiple of the divergence of the uniform
    distribution from the model."""
    calc.eq(
        ((1 - eps) * -log(p[y]) + eps * (log(V) + kl(V, uniform(V), p))) / (1 - eps), by=label_smoothing_by_divergence
    )
    calc.eq(-log(p[y]) + eps / (1 - eps) * (kl(V, uniform(V), p) + log(V)), by=ring, says="divide each term by 1 − eps")


@theorem(
    shows=Eq(kl(V, p, uniform(V)), log(V) - entropy(V, p)),
    given=[some_tokens, model],
    phrase="the divergence of a model from the uniform distribution",
    catalogue="16",
)
def kl_from_uniform(calc):
    """The divergence of the model from the uniform distribution is what its entropy lacks to log V."""
    calc.eq(Sum(xlogy(p[k], p[k] / uniform(V)[k]), (k, 1, V)), by=kl)
    calc.eq(Sum(xlogy(p[k], p[k] / (1 / V)), (k, 1, V)), by=uniform)
    calc.eq(Sum(xlogy(p[k], p[k]) - p[k] * log(1 / V), (k, 1, V)), by=xlogy_div)
    calc.eq(
        Sum(xlogy(p[k], p[k]), (k, 1, V)) + Sum(p[k], (k, 1, V)) * log(V),
        by=auto,
        says="linearity of sums; the log of 1/V is −log V",
    )
    calc.eq(Sum(xlogy(p[k], p[k]), (k, 1, V)) + log(V), by=because("the model sums to 1", model[-1]))
    calc.eq(log(V) - entropy(V, p), by=reverse(entropy))


@theorem(
    shows=Eq(-log(p[y]) - beta * entropy(V, p), -log(p[y]) + beta * (kl(V, p, uniform(V)) - log(V))),
    given=[token, model],
    phrase="the confidence penalty",
    catalogue="16",
)
def confidence_penalty(calc):
    """A reward on the entropy of the model is a penalty on its divergence from the uniform distribution."""
    calc.eq(-log(p[y]) + beta * (log(V) - entropy(V, p) - log(V)), by=ring, says="add and take off log V")
    calc.eq(-log(p[y]) + beta * (kl(V, p, uniform(V)) - log(V)), by=reverse(kl_from_uniform))


@theorem(
    shows=Eq((1 - c) * smoothed(V, eps, y)[k] + c / V, smoothed(V, eps + c - eps * c, y)[k]),
    given=[some_tokens],
    phrase="smoothing twice",
    catalogue="51",
)
def smoothing_composes(calc):
    """To smooth by eps and then by c is to smooth once, by eps + c - eps c."""
    calc.eq((1 - c) * ((1 - eps) * delta(k, y) + eps / V) + c / V, by=smoothed)
    calc.eq(
        (1 - (eps + c - eps * c)) * delta(k, y) + (eps + c - eps * c) / V,
        by=ring,
        says="collect the terms with the indicator",
    )
    calc.eq(smoothed(V, eps + c - eps * c, y)[k], by=reverse(smoothed))


# --- what is fitted when the true token is random --------------------------------------------------------------------

mixed = fun(k, (1 - eps) * q[k] + eps / V)
mean_loss = Sum(q[j] * cross_entropy(V, smoothed(V, eps, j), p), (j, 1, V))


@theorem(
    shows=Eq(mean_loss, cross_entropy(V, mixed, p)),
    given=[some_tokens, sums_to_one(q, V), positive(p, V)],
    phrase="the mean of the smoothed loss",
    catalogue="18",
)
def mean_smoothed_loss(calc):
    """Where the true token is drawn from q, the mean smoothed loss is the cross-entropy under q mixed with the uniform
    distribution."""
    calc.eq(Sum(q[j] * -Sum(smoothed(V, eps, j)[k] * log(p[k]), (k, 1, V)), (j, 1, V)), by=cross_entropy)
    calc.eq(Sum(q[j] * -Sum(((1 - eps) * delta(k, j) + eps / V) * log(p[k]), (k, 1, V)), (j, 1, V)), by=smoothed)
    calc.eq(
        -Sum(((1 - eps) * q[k] + eps / V) * log(p[k]), (k, 1, V)),
        by=auto,
        says="the sums exchanged; the indicator picks out its one term",
    )
    calc.eq(cross_entropy(V, mixed, p), by=reverse(cross_entropy))


@theorem(
    shows=Iff(Eq(mean_loss, entropy(V, mixed)), ForAll((k, 1, V), Eq(p[k], mixed[k]))),
    given=[some_tokens, distribution(q, V), 0 <= eps, eps <= 1, model],
    phrase="what the smoothed loss fits",
    catalogue="18",
)
def mean_smoothed_loss_minimiser(calc):
    """The mean smoothed loss attains its least value where the model is q mixed with the uniform distribution, and nowhere
    else; without smoothing that is q."""
    calc.have(
        ForAll((k, 1, V), 0 <= mixed[k]),
        by=because("all parts are nonnegative", [0 <= eps, eps <= 1, *nonnegative(q, V)]),
    )
    calc.have(Eq(Sum(mixed[k], (k, 1, V)), 1), by=because("q and the uniform distribution sum to 1", auto))
    calc.iff(Eq(cross_entropy(V, mixed, p), entropy(V, mixed)), by=mean_smoothed_loss)
    calc.iff(ForAll((k, 1, V), Eq(mixed[k], p[k])), by=cross_entropy_eq_entropy_iff)
    calc.iff(ForAll((k, 1, V), Eq(p[k], mixed[k])), by=ring, says="each equation turned round")


@theorem(
    shows=entropy(V, mixed) <= mean_loss,
    given=[some_tokens, distribution(q, V), 0 <= eps, eps <= 1, model],
    phrase="the least mean of the smoothed loss",
    catalogue="18",
)
def mean_smoothed_loss_floor(calc):
    """No model has a mean smoothed loss below the entropy of q mixed with the uniform distribution."""
    calc.have(
        ForAll((k, 1, V), 0 <= mixed[k]),
        by=because("all parts are nonnegative", [0 <= eps, eps <= 1, *nonnegative(q, V)]),
    )
    calc.have(Eq(Sum(mixed[k], (k, 1, V)), 1), by=because("q and the uniform distribution sum to 1", auto))
    calc.le(cross_entropy(V, mixed, p), by=entropy_le_cross_entropy)
    calc.eq(mean_loss, by=reverse(mean_smoothed_loss))


# --- gradients -------------------------------------------------------------------------------------------------------

probability = softmax(V, z)
both = [*in_vocabulary(y, V), *in_vocabulary(j, V)]


@theorem(
    shows=Eq(
        partial(cross_entropy(V, smoothed(V, eps, y), probability), z, j), probability[j] - smoothed(V, eps, y)[j]
    ),
    given=both,
    phrase="the gradient of the smoothed loss",
    catalogue="57",
)
def label_smoothing_gradient(calc):
    """The gradient of the smoothed loss in the logits is prediction minus smoothed target."""
    calc.have(Eq(Sum(smoothed(V, eps, y)[k], (k, 1, V)), 1), by=smoothed_sums_to_one)
    calc.eq(probability[j] - smoothed(V, eps, y)[j], by=cross_entropy_gradient)


@theorem(
    shows=Eq(
        partial(cross_entropy(V, smoothed(V, eps, y), probability), z, j),
        (1 - eps) * (probability[j] - delta(y, j)) + eps * (probability[j] - 1 / V),
    ),
    given=both,
    phrase="the gradient of the smoothed loss, in two parts",
    catalogue="57",
)
def label_smoothing_gradient_mixture(calc):
    """Smoothing pulls the prediction towards the true token with the weight 1 - eps, and towards the uniform distribution
    with the weight eps."""
    calc.eq(probability[j] - smoothed(V, eps, y)[j], by=label_smoothing_gradient)
    calc.eq(probability[j] - ((1 - eps) * delta(y, j) + eps / V), by=[smoothed, delta_comm])
    calc.eq(
        (1 - eps) * (probability[j] - delta(y, j)) + eps * (probability[j] - 1 / V),
        by=ring,
        says="split the prediction with the weights 1 − eps and eps",
    )


@theorem(
    shows=Eq(partial(entropy(V, probability), z, j), -probability[j] * (log(probability[j]) + entropy(V, probability))),
    given=in_vocabulary(j, V),
    phrase="the gradient of the entropy of softmax",
    catalogue="57",
)
def entropy_gradient(calc):
    """In a logit, the entropy grows where the token's surprisal is more than the mean surprisal."""
    mean = Sum(probability[k] * log(probability[k]), (k, 1, V))
    calc.eq(partial(-Sum(probability[k] * log(probability[k]), (k, 1, V)), z, j), by=[entropy, xlogy_eq_mul_log])
    calc.eq(
        -Sum(
            probability[k] * (delta(k, j) - probability[j]) * log(probability[k])
            + probability[k] * (probability[k] * (delta(k, j) - probability[j]) / probability[k]),
            (k, 1, V),
        ),
        by=[calculus, softmax_gradient],
    )
    calc.eq(
        -probability[j] * (log(probability[j]) - mean)
        - (probability[j] - probability[j] * Sum(probability[k], (k, 1, V))),
        by=auto,
        says="multiply out; the indicator picks out its one term",
    )
    calc.eq(-probability[j] * (log(probability[j]) - mean), by=softmax_sums_to_one)
    calc.eq(
        -probability[j] * (log(probability[j]) + entropy(V, probability)),
        by=[reverse(entropy), reverse(xlogy_eq_mul_log)],
    )


@theorem(
    shows=Eq(
        partial(-log(probability[y]) - beta * entropy(V, probability), z, j),
        probability[j] - delta(y, j) + beta * probability[j] * (log(probability[j]) + entropy(V, probability)),
    ),
    given=both,
    phrase="the gradient of the loss with a confidence penalty",
    catalogue="57",
)
def confidence_penalty_gradient(calc):
    """The confidence penalty adds beta times the probability times what its log is above the mean log-probability."""
    calc.eq(partial(logsumexp(V, z) - z[y] - beta * entropy(V, probability), z, j), by=log_softmax)
    calc.eq(
        probability[j] - delta(y, j) - beta * (-probability[j] * (log(probability[j]) + entropy(V, probability))),
        by=[calculus, logsumexp_gradient, entropy_gradient],
    )
    calc.eq(
        probability[j] - delta(y, j) + beta * probability[j] * (log(probability[j]) + entropy(V, probability)),
        by=ring,
        says="two minus signs cancel",
    )


# --- what people get wrong -------------------------------------------------------------------------------------------

proper = [2 <= V, *token, 0 < eps, eps < 1]


@false_claim(
    claims=Eq(
        cross_entropy(V, smoothed(V, eps, y), p) / (1 - eps),
        -log(p[y]) + eps / (1 - eps) * (log(V) - kl(V, uniform(V), p)),
    ),
    given=[*proper, *model],
    instead="smoothed_loss_by_uniform_penalty",
)
def smoothing_rewards_divergence_from_uniform():
    """Smoothing subtracts the divergence of the uniform distribution from the model: the sign is wrong."""


@false_claim(
    claims=Eq(kl(V, uniform(V), p), kl(V, p, uniform(V))),
    given=[2 <= V, *model],
    instead="kl_from_uniform",
)
def smoothing_is_the_confidence_penalty():
    """Label smoothing and the confidence penalty measure the same divergence between model and uniform distribution."""


@false_claim(
    claims=Sum(q[j] * cross_entropy(V, smoothed(V, eps, j), q), (j, 1, V)) <= mean_loss,
    given=[2 <= V, 0 < eps, eps < 1, *positive_distribution(q, V), *model],
    instead="mean_smoothed_loss_minimiser",
)
def smoothing_fits_the_distribution_of_the_tokens():
    """With enough data the smoothed loss fits the distribution q from which the tokens are drawn."""


@false_claim(
    claims=Eq(
        partial(-log(probability[y]) - eps * entropy(V, probability), z, j), probability[j] - smoothed(V, eps, y)[j]
    ),
    given=[*proper, *in_vocabulary(j, V)],
    instead="confidence_penalty_gradient",
)
def confidence_penalty_has_the_gradient_of_smoothing():
    """The confidence penalty has the gradient of label smoothing: they agree only in what they are for."""
