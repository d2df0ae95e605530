"""The training objectives have the same optimiser.

Main results: ``argmin_cross_entropy_eq_argmax_log_likelihood``, ``argmax_probability_eq_argmin_cross_entropy``,
``inference_objective``, ``joint_and_conditional_objectives``.

Theta is any nonempty set of parameters; argmin and argmax are the sets of all minimisers and maximisers, which may
be empty.
"""

from derive.proofs.cross_entropy import cross_entropy_is_nll, cross_entropy_one_hot
from derive.proofs.probability import log_likelihood_is_log_probability

from derive import *
from derive.language.letters import *

tokens = tokens_in_vocabulary(ys, T, V)
model_positive = ForAll([theta, (t, 1, T), (k, 1, V)], 0 < p_theta[theta][t][k])
probability = sequence_probability(T, p_theta[theta], ys)
loss = Sum(cross_entropy(V, one_hot(ys[t]), p_theta[theta][t]), (t, 1, T))
likelihood = Sum(log(p_theta[theta][t][ys[t]]), (t, 1, T))

F = function("f", THETA, REAL)
G = function("g", THETA, REAL)


@theorem(
    shows=Eq(argmax(theta, F[theta]), argmin(theta, a * -F[theta] + b)),
    given=[0 < a],
    phrase="maximising is minimising the negative, up to a positive factor and a constant",
    catalogue="07",
)
def argmax_eq_argmin_affine(calc):
    """Maximising f is minimising its negative, times a positive number and plus any number, neither of which depends on the
    parameters."""
    calc.eq(argmin(theta, -F[theta]), by=reverse(argmin_neg))
    calc.eq(argmin(theta, a * -F[theta] + b), by=reverse(argmin_affine))


best = argmax(theta, F[theta])


@theorem(
    shows=Eq(F[phi], F[theta]),
    given=[Member(theta, best), Member(phi, best)],
    phrase="all maximisers have the same value",
    catalogue="07",
)
def maximisers_have_one_value(calc):
    """All maximisers have the same value."""
    calc.have(F[phi] <= F[theta], by=because("theta is a maximiser", order))
    calc.have(F[theta] <= F[phi], by=because("phi is a maximiser", order))
    calc.eq(F[theta])


@theorem(
    shows=Eq(argmin(theta, loss), argmax(theta, likelihood)),
    given=[tokens, model_positive],
    phrase="minimising cross-entropy is maximising the log-likelihood",
    catalogue="05",
)
def argmin_cross_entropy_eq_argmax_log_likelihood(calc):
    """Minimising one-hot cross-entropy and maximising the auto-regressive log-likelihood have the same optimisers."""
    calc.eq(argmin(theta, Sum(-log(p_theta[theta][t][ys[t]]), (t, 1, T))), by=cross_entropy_one_hot)
    calc.eq(argmin(theta, -likelihood), by=sum_neg)
    calc.eq(argmax(theta, likelihood), by=argmin_neg)


@theorem(
    shows=Eq(argmax(theta, probability), argmin(theta, 1 / T * loss)),
    given=[1 <= T, tokens, model_positive],
    phrase="maximising the probability is minimising the mean cross-entropy",
    catalogue="05",
)
def argmax_probability_eq_argmin_cross_entropy(calc):
    """The chain of objectives: maximum likelihood, minimum negative log-likelihood, minimum mean cross-entropy."""
    calc.eq(argmax(theta, log(probability)), by=reverse(argmax_log))
    calc.eq(argmin(theta, -log(probability)), by=reverse(argmin_neg))
    calc.eq(argmin(theta, loss), by=reverse(cross_entropy_is_nll))
    calc.eq(argmin(theta, 1 / T * loss), by=reverse(argmin_scale))


# --- inference: the choice is over outputs, the model is fixed ------------------------------------------------------

out = Var("y", OUTPUT)
said = function("tok", OUTPUT, INT, INT)  # the t-th token of an output
model_of = function("p", OUTPUT, INT, FAMILY)  # the model's distributions along an output: p_t( . | x, y_<t)
outputs_in_vocabulary = [ForAll([out, (t, 1, T)], 1 <= said[out][t]), ForAll([out, (t, 1, T)], said[out][t] <= V)]
outputs_positive = ForAll([out, (t, 1, T), (k, 1, V)], 0 < model_of[out][t][k])


@theorem(
    shows=Eq(
        argmax(out, sequence_probability(T, model_of[out], said[out])),
        argmax(out, Sum(log(model_of[out][t][said[out][t]]), (t, 1, T))),
    ),
    given=[outputs_in_vocabulary, outputs_positive],
    phrase="the most probable output has the greatest sum of conditional log-probabilities",
    catalogue="02",
)
def inference_objective(calc):
    """The most probable output is the one whose conditional log-probabilities have the greatest sum."""
    calc.eq(argmax(out, log(sequence_probability(T, model_of[out], said[out]))), by=reverse(argmax_log))
    calc.eq(argmax(out, log_likelihood(T, model_of[out], said[out])), by=reverse(log_likelihood_is_log_probability))
    calc.eq(argmax(out, Sum(log(model_of[out][t][said[out][t]]), (t, 1, T))), by=log_likelihood)


# --- joint and conditional -------------------------------------------------------------------------------------------

prompt = function("prompt", THETA, REAL)  # Pr_theta(x)
answer = function("answer", THETA, REAL)  # Pr_theta(y | x)
prompt_fixed = ForAll([theta, phi], Eq(prompt[theta], prompt[phi]))


@theorem(
    shows=Eq(argmax(theta, log(prompt[theta] * answer[theta])), argmax(theta, log(answer[theta]))),
    given=[
        ForAll(theta, 0 < prompt[theta]),
        ForAll(theta, 0 < answer[theta]),
        prompt_fixed,
    ],
    phrase="a prompt whose probability does not move changes nothing",
    catalogue="27",
)
def joint_and_conditional_objectives(calc):
    """Training on prompt and answer, or on the answer alone, has the same optimisers when Pr(x) does not depend on
    the parameters."""
    calc.eq(
        argmax(theta, log(answer[theta]) + log(prompt[theta])),
        by=[log_mul, ring],
        says="the log of a product is the sum of the logs",
    )
    calc.eq(
        argmax(theta, log(answer[theta]) + log(prompt[phi])),
        by=because("the prompt has one probability for all parameters", prompt_fixed),
    )
    calc.eq(argmax(theta, log(answer[theta])), by=argmax_shift)


# --- what people get wrong -------------------------------------------------------------------------------------------


@false_claim(
    claims=Eq(argmax(theta, F[theta]), argmin(theta, -F[theta] + G[theta])),
    instead="argmax_eq_argmin_affine",
)
def extra_term_may_depend_on_theta():
    """Adding a term to the loss does not move the optimum, even when it depends on the parameters."""


@false_claim(
    claims=Eq(argmax(theta, log(prompt[theta] * answer[theta])), argmax(theta, log(answer[theta]))),
    given=[
        ForAll(theta, 0 < prompt[theta]),
        ForAll(theta, prompt[theta] < 1),
        ForAll(theta, 0 < answer[theta]),
        ForAll(theta, answer[theta] < 1),
    ],
    instead="joint_and_conditional_objectives",
)
def joint_and_conditional_always_agree():
    """Masking the prompt out of the loss never changes the optimum."""


first = family("p")  # the distribution of the first token
then = function("q", INT, FAMILY)  # then[i] is the distribution of the second token after the token i
w, v = integer("w"), integer("v")


@false_claim(
    claims=first[i] * then[i][j] <= first[v] * then[v][w],
    given=[
        *positive_distribution(first, 2),
        ForAll([(i, 1, 2), (k, 1, 2)], 0 < then[i][k]),
        ForAll((i, 1, 2), Eq(Sum(then[i][k], (k, 1, 2)), 1)),
        *in_vocabulary(i, 2), *in_vocabulary(j, 2), *in_vocabulary(v, 2), *in_vocabulary(w, 2),
        ForAll((k, 1, 2), Implies(Ne(k, v), first[k] < first[v])),
        ForAll((k, 1, 2), then[v][k] <= then[v][w]),
    ],
    instead="inference_objective",
)  # fmt: skip
def greedy_finds_the_most_probable_output():
    """Taking the most probable token at each step gives the most probable sequence."""
