"""The vocabulary of the field: targets, distributions, objectives and sequences, as conservative definitions.

Indices start at 1: tokens k = 1..V, positions t = 1..T.  A distribution over tokens is a family p with p(1), ..., p(V);
the model's distributions at the positions of a sequence are p_1, ..., p_T.  Logarithms are natural; losses are in nats.
"""

from __future__ import annotations

from derive.kernel.definitions import Definition
from derive.language.syntax import (
    FAMILY,
    INT,
    Max,
    Prod,
    Sum,
    delta,
    exp,
    family,
    finite_set,
    fun,
    function,
    integer,
    log,
    real,
    xlogy,
)
from derive.language.words import define as _define

_V, _T, _y, _t, _k, _j = (integer(s) for s in "VTytkj")
_eps, _a, _b, _x, _t0 = (real(s) for s in ("eps", "a", "b", "x", "r"))
_p, _q, _z, _f, _g, _Pr = (family(s) for s in ("p", "q", "z", "f", "g", "Pr"))
_Xs, _Ys, _x0, _P = finite_set("X"), finite_set("Y"), integer("x"), function("P", INT, FAMILY)
_ps, _ys = function("p", INT, FAMILY), function("y", INT, INT)

# --- targets ---------------------------------------------------------------------------------------------------------

one_hot: Definition = _define(
    "one_hot", (_y,), fun(_k, delta(_k, _y)),
    "The one-hot target: 1 at the true token y and 0 elsewhere.", words="the one-hot target",
)  # fmt: skip
uniform: Definition = _define(
    "uniform", (_V,), fun(_k, 1 / _V),
    "The uniform distribution u over V tokens: 1/V each.", words="the uniform distribution",
)  # fmt: skip
smoothed: Definition = _define(
    "smoothed", (_V, _eps, _y), fun(_k, (1 - _eps) * delta(_k, _y) + _eps / _V),
    "The smoothed target, V convention (Szegedy et al. 2016): (1 - eps) one-hot + eps uniform over all V tokens.",
    words="the smoothed target",
)  # fmt: skip
smoothed_off: Definition = _define(
    "smoothed_off", (_V, _eps, _y), fun(_k, (1 - _eps) * delta(_k, _y) + _eps / (_V - 1) * (1 - delta(_k, _y))),
    "The smoothed target, V - 1 convention: eps is shared by the V - 1 wrong tokens only.",
    words="the smoothed target, V - 1 convention",
)  # fmt: skip

# --- entropies -------------------------------------------------------------------------------------------------------

cross_entropy: Definition = _define(
    "cross_entropy", (_V, _q, _p), -Sum(_q[_k] * log(_p[_k]), (_k, 1, _V)),
    "The cross-entropy of the model p under the target q, over a vocabulary of V tokens.", words="cross-entropy",
)  # fmt: skip
entropy: Definition = _define(
    "entropy", (_V, _q), -Sum(xlogy(_q[_k], _q[_k]), (_k, 1, _V)),
    "The entropy of q, with 0 log 0 = 0.", words="entropy",
)  # fmt: skip
kl: Definition = _define(
    "kl", (_V, _q, _p), Sum(xlogy(_q[_k], _q[_k] / _p[_k]), (_k, 1, _V)),
    "The Kullback-Leibler divergence of q from p, with 0 log 0 = 0.", words="the Kullback–Leibler divergence",
)  # fmt: skip
surprisal: Definition = _define(
    "surprisal", (_p, _y), -log(_p[_y]),
    "The surprisal (negative log-likelihood) of the token y under p.", words="surprisal",
)  # fmt: skip
expectation: Definition = _define(
    "expectation", (_V, _q, _f), Sum(_q[_k] * _f[_k], (_k, 1, _V)),
    "The expectation of f under q, over V tokens.", words="the expectation",
)  # fmt: skip
variance: Definition = _define(
    "variance", (_V, _q, _f), Sum(_q[_k] * (_f[_k] - expectation(_V, _q, _f)) ** 2, (_k, 1, _V)),
    "The variance of f under q, over V tokens.", words="the variance",
)  # fmt: skip
covariance: Definition = _define(
    "covariance", (_V, _q, _f, _g),
    Sum(_q[_k] * ((_f[_k] - expectation(_V, _q, _f)) * (_g[_k] - expectation(_V, _q, _g))), (_k, 1, _V)),
    "The covariance of f and g under q, over V tokens.", words="the covariance",
)  # fmt: skip
geometric_mean: Definition = _define(
    "geometric_mean", (_V, _p), exp(1 / _V * Sum(log(_p[_k]), (_k, 1, _V))),
    "The geometric mean of p over V tokens.", words="the geometric mean",
)  # fmt: skip

smoothing_residual: Definition = _define(
    "smoothing_residual", (_V, _eps, _p, _y), _eps * (log(_p[_y]) - 1 / _V * Sum(log(_p[_k]), (_k, 1, _V))),
    "The residual of label smoothing: what the smoothed loss adds to the surprisal of the true token y.",
    words="the residual",
)  # fmt: skip

# --- two variables: P(x, y) for x in X and y in Y ---------------------------------------------------------------------

first_marginal: Definition = _define(
    "first_marginal", (_Ys, _P), fun(_x0, Sum(_P[_x0][_y], (_y, _Ys))),
    "The marginal distribution of the first of two variables.", words="the marginal",
)  # fmt: skip
second_marginal: Definition = _define(
    "second_marginal", (_Xs, _P), fun(_y, Sum(_P[_x0][_y], (_x0, _Xs))),
    "The marginal distribution of the second of two variables.", words="the marginal",
)  # fmt: skip
second_given_first: Definition = _define(
    "second_given_first", (_Ys, _P), fun(_x0, fun(_y, _P[_x0][_y] / first_marginal(_Ys, _P)[_x0])),
    "The conditional distribution of the second variable given the first, at x and y: P(y | x).",
    words="the conditional",
)  # fmt: skip
first_given_second: Definition = _define(
    "first_given_second", (_Xs, _P), fun(_y, fun(_x0, _P[_x0][_y] / second_marginal(_Xs, _P)[_y])),
    "The conditional distribution of the first variable given the second, at y and x: P(x | y).",
    words="the conditional",
)  # fmt: skip

# --- functions of one number, and of two ------------------------------------------------------------------------------

maximum: Definition = _define(
    "maximum", (_a, _b), Max((2 - _k) * _a + (_k - 1) * _b, (_k, 1, 2)),
    "The larger of a and b: the largest of (2 - k) a + (k - 1) b for k = 1, 2.", words="the larger of two numbers",
)  # fmt: skip
minimum: Definition = _define(
    "minimum", (_a, _b), -maximum(-_a, -_b),
    "The smaller of a and b.", words="the smaller of two numbers",
)  # fmt: skip
absolute: Definition = _define(
    "absolute", (_x,), maximum(_x, -_x),
    "The absolute value of x.", words="the absolute value",
)  # fmt: skip
positive_part: Definition = _define(
    "positive_part", (_x,), maximum(0, _x),
    "The positive part of x: x where it is positive, else 0.", words="the positive part",
)  # fmt: skip
sigmoid: Definition = _define(
    "sigmoid", (_x,), 1 / (1 + exp(-_x)),
    "The logistic sigmoid.", words="the sigmoid",
)  # fmt: skip
softplus: Definition = _define(
    "softplus", (_x,), log(1 + exp(_x)),
    "The softplus, a smooth positive part.", words="softplus",
)  # fmt: skip
log_base: Definition = _define(
    "log_base", (_b, _x), log(_x) / log(_b),
    "The logarithm of x in base b; for bits b is 2.", words="the logarithm in a base",
)  # fmt: skip
binary_cross_entropy: Definition = _define(
    "binary_cross_entropy", (_t0, _x), -(_t0 * log(_x) + (1 - _t0) * log(1 - _x)),
    "The cross-entropy of two outcomes: of probability x under the target r.", words="binary cross-entropy",
)  # fmt: skip

# --- softmax ---------------------------------------------------------------------------------------------------------

logsumexp: Definition = _define(
    "logsumexp", (_V, _z), log(Sum(exp(_z[_k]), (_k, 1, _V))),
    "The log-sum-exp of logits z.", words="log-sum-exp",
)  # fmt: skip
softmax: Definition = _define(
    "softmax", (_V, _z), fun(_k, exp(_z[_k]) / Sum(exp(_z[_j]), (_j, 1, _V))),
    "The softmax of the logits z over V tokens.", words="softmax",
)  # fmt: skip

# --- sequences -------------------------------------------------------------------------------------------------------

conditional: Definition = _define(
    "conditional", (_Pr, _t), _Pr[_t] / _Pr[_t - 1],
    "The conditional probability of the token y_t given the prompt x and the tokens before it. Pr(t) stands for Pr(y_1..y_t | x).",
    words="conditional probability",
)  # fmt: skip
sequence_probability: Definition = _define(
    "sequence_probability", (_T, _ps, _ys), Prod(_ps[_t][_ys[_t]], (_t, 1, _T)),
    "The probability of the output y, of T tokens, given the prompt x: the product of the model's conditional probabilities.",
    words="the sequence's probability",
)  # fmt: skip
log_likelihood: Definition = _define(
    "log_likelihood", (_T, _ps, _ys), Sum(log(_ps[_t][_ys[_t]]), (_t, 1, _T)),
    "The auto-regressive log-likelihood: the sum of the conditional log-probabilities.", words="the log-likelihood",
)  # fmt: skip
perplexity: Definition = _define(
    "perplexity", (_T, _ps, _ys), exp(-(1 / _T) * Sum(log(_ps[_t][_ys[_t]]), (_t, 1, _T))),
    "The perplexity: exp of the mean negative log-likelihood per token.", words="perplexity",
)  # fmt: skip
