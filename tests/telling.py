"""Formulas that show what the printers do, for the golden files: each operator, binder, bracket, script and mark once, and
what each notation writes in its own way."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from derive.kernel.sorts import INT, REAL, Base
from derive.kernel.terms import App, Num, Term, Var
from derive.language.definitions import (
    absolute,
    binary_cross_entropy,
    conditional,
    covariance,
    cross_entropy,
    entropy,
    expectation,
    first_given_second,
    first_marginal,
    geometric_mean,
    kl,
    log_base,
    log_likelihood,
    logsumexp,
    maximum,
    minimum,
    one_hot,
    perplexity,
    positive_part,
    second_given_first,
    second_marginal,
    sequence_probability,
    sigmoid,
    smoothed,
    smoothed_off,
    smoothing_residual,
    softmax,
    softplus,
    surprisal,
    uniform,
    variance,
)
from derive.language.letters import Pr, T, V, a, b, c, eps, f, j, k, n, p, p_theta, phi, ps, q, t, theta, y, ys, z, zs
from derive.language.syntax import (
    Eq,
    ForAll,
    Iff,
    Implies,
    Max,
    Member,
    Ne,
    Prod,
    Sum,
    argmax,
    argmin,
    delta,
    exp,
    finite_set,
    fun,
    function,
    integer,
    log,
    partial,
    real,
    xlogy,
)
from derive.render.formula.builder import Labels
from derive.render.formula.notation import DEFAULT


class Telling(NamedTuple):
    what: str
    term: Term
    notation: str = DEFAULT
    labels: Labels = ()
    marks: tuple[tuple[int, ...], ...] = ()  # paths of the parts that are highlighted


total, mean = Sum(p[k], (k, 1, V)), 1 / V * Sum(log(p[k]), (k, 1, V))
loss = function("L", Base("Theta"), REAL)
P, X, Y, x = function("P", INT, INT, REAL), finite_set("X"), finite_set("Y"), integer("x")
residual = eps * (log(p[y]) - mean)
at_a_point = partial(z[j], z, j)
assert isinstance(at_a_point, App)
moved = App(at_a_point.op, (at_a_point.args[0], softmax(V, z), j))

TELLING: dict[str, tuple[Telling, ...]] = {
    "operators": (
        Telling("sums and differences", a + b - c),
        Telling("the sign in front", -a * b),
        Telling("a product of letters", a * b),
        Telling("a number in front", 2 * a),
        Telling("a number behind", a * 2),
        Telling("two numbers", Num(2) * 3),
        Telling("a product of values", p[k] * q[k]),
        Telling("a fraction", a / b),
        Telling("a fraction of numbers", Num(Fraction(1, 2)) * a),
        Telling("a fraction in a fraction", a / b / c),
        Telling("a power", a**2),
        Telling("a power with a fraction", p[y] ** (-1 / V)),
        Telling("a low exponent", exp(-z[k])),
        Telling("a tall exponent", exp(mean)),
        Telling("a logarithm", eps * log(p[k])),
        Telling("a logarithm of a fraction", xlogy(q[k], q[k] / p[k])),
        Telling("an indicator", delta(k, y) * log(p[k])),
        Telling("equal, and at most", Eq(a, b)),
        Telling("not equal", Ne(a, 0)),
        Telling("at most, implied", Implies(0 < a, a <= b, Eq(a, b))),
        Telling("a member", Member(theta, argmax(phi, loss[phi]))),
        Telling("if and only if", Iff(Eq(a, b), Eq(a - b, 0))),
    ),
    "binders": (
        Telling("a sum", total),
        Telling("a product, in a sum", Sum(Prod(ps[t][k], (t, 1, T)), (k, 1, V))),
        Telling("limits that are sums", Prod(ps[t][ys[t]], (t, n + 1, T - 1))),
        Telling("a sum that leaves one out", Sum(p[k], (k, 1, V), where=Ne(k, y)) + a),
        Telling("a product that leaves two out", Prod(f[k] + a, (k, 1, n), where=[Ne(k, j), Ne(k, y + 1)])),
        Telling("a sum over two", Sum(ps[t][k], (t, 1, T), (k, 1, V))),
        Telling("a sum, and what follows it", total + a),
        Telling("a sum after a minus sign", -total),
        Telling("a bound letter that is taken", k * total),
        Telling("an optimum", argmin(theta, loss[theta])),
        Telling("the largest of some", Max(z[k], (k, 1, V)) + a),
        Telling("a derivative", partial(logsumexp(V, z), z, j) - a),
        Telling("a derivative in a number", partial(a * b**2, a)),
        Telling("a derivative at a position", partial(logsumexp(V, zs[t]), zs[t], j)),
        Telling("a derivative at a point", moved),
        Telling("a function", logsumexp(V, fun(k, log(p[k])))),
        Telling("ranges behind a statement", ForAll([(t, 1, T), (k, 1, V)], 0 < ps[t][k])),
        Telling("for all parameters", ForAll(theta, a <= loss[theta])),
        Telling("a quantifier in front", Iff(Eq(a, b), ForAll((k, 1, V), p[k] <= a))),
    ),
    "brackets": (
        Telling("of a difference", a - (b - c)),
        Telling("of a negative", a * -b),
        Telling("of a product", a * (b * c)),
        Telling("of a sum", (a + b) * c),
        Telling("of a power's base", (a + b) ** 2),
        Telling("of a power", (a**b) ** c),
        Telling("of a logarithm", log(a) * b),
        Telling("of a logarithm's argument", log(a * b)),
        Telling("round a sum that a factor follows", total * a),
        Telling("round the terms of a sum", Sum(p[k] + a, (k, 1, V))),
        Telling("round a derivative", partial(z[k] + a, z, j) * a),
        Telling("round an optimum's terms", argmin(theta, loss[theta] + a)),
        Telling("two sizes", eps * (1 - (a + b) * c)),
        Telling("all sizes", (((a / b + 1) * a + 1) * b + 1) * c),
        Telling("in a call with two arguments", cross_entropy(V, q, fun(k, p[k]))),
    ),
    "scripts": (
        Telling("an index", ys[t + 1]),
        Telling("an index of an index", one_hot(ys[t])[k]),
        Telling("two indices", zs[t][k]),
        Telling("two indices, and a call", p_theta[theta][t][k]),
        Telling("an index and a power", z[k] ** 2),
        Telling("an index below and one above", smoothed(V, eps, y)[k]),
        Telling("an index behind a call", softmax(V, z)[j]),
        Telling("an index that is a word", real("p_max")),
        Telling("a number in a name", real("x_1")),
        Telling("a prime and an index", Sum(Sum(z[k], (k, 1, V)), (k, 1, V))),
        Telling("a word that is called", function("score", INT, REAL)[k]),
        Telling("a word that is none", Var("tok", INT)),
        Telling("a script with a sign", sequence_probability(T + 1, ps, ys)),
    ),
    "marks": (
        Telling("a hat", real("q_hat")),
        Telling("a bar and a prime", real("x_bar'")),
        Telling("a tilde on a letter with scripts", smoothed_off(V, eps, y)),
        Telling("Greek letters", real("tau") + real("lam") * real("Gamma")),
        Telling("bold and script letters", ForAll((k, 1, V), 0 < ps[t][k]), "pr"),
        Telling("a bold number", delta(k, y), "pr"),
        Telling("a brace", -log(p[y]) + residual, labels=((residual, "the residual at k = y"),)),
        Telling("a part that is highlighted", a + b * c, marks=((1,),)),
        Telling("a sign that is highlighted", -(a * b) + c, marks=((0,),)),
    ),
}  # fmt: skip

# each is written in all notations
PECULIAR: tuple[tuple[str, Term], ...] = (
    ("a model's probability", p[k]),
    ("at a position", ps[t][k]),
    ("with parameters", p_theta[theta][t][ys[t]]),
    ("a distribution", ps[t + 1]),
    ("a target", q[k]),
    ("the token", ys[t]),
    ("a one-hot target", one_hot(y)[k]),
    ("a smoothed target", smoothed(V, eps, y)[k]),
    ("off the token", smoothed_off(V + 1, eps, y)[k]),
    ("uniform", Eq(uniform(V)[k], 1 / V)),
    ("an indicator", delta(k, y)),
    ("over the vocabulary", -Sum(q[k] * log(p[k]), (k, 1, V))),
    ("over all but one", Sum(p[k], (k, 1, V), where=Ne(k, y))),
    ("not over all of it", Sum(p[k], (k, 1, V - 1))),
    ("for all tokens", ForAll((k, 1, V), 0 < p[k])),
    ("a cross-entropy", cross_entropy(V, one_hot(ys[t]), ps[t])),
    ("an entropy", entropy(V + 1, q)),
    ("a divergence", kl(V, q, p)),
    ("a surprisal", surprisal(p, y)),
    ("a residual", smoothing_residual(V, eps, p, y)),
    ("logits", logsumexp(V, z) + softmax(V, z)[j]),
    ("an expectation", expectation(V, q, f)),
    ("a square of an expectation", expectation(V, q, f) ** 2),
    ("a mean", geometric_mean(V, p)),
    ("a variance", variance(V, q, f)),
    ("a covariance", covariance(V + 1, q, f, z)),
    ("sums over sets", Sum(P[x][y], (x, X), (y, Y)) / Y),
    ("over a set", expectation(Y, q, f) - kl(Y, q, p)),
    ("marginals", first_marginal(Y, P)[x] * second_marginal(X, P)[y]),
    ("conditionals", second_given_first(Y, P)[x][y] * first_given_second(X, P)[y][x]),
    ("the larger and the smaller", maximum(a, 0) - minimum(a, b + 1)),
    ("without a sign", absolute(-a) + positive_part(b)),
    ("a sigmoid", sigmoid(-a) * softplus(b)),
    ("a logarithm in a base", log_base(2, p[y])),
    ("two outcomes", binary_cross_entropy(a, b)),
    ("the largest of all", Max(p[k], (k, 1, V))),
    ("a log-likelihood", log_likelihood(T, p_theta[theta], ys)),
    ("a perplexity", perplexity(T, ps, ys)),
    ("a conditional", conditional(Pr, t)),
    ("a prefix", Pr[t]),
    ("a sequence", sequence_probability(T, ps, ys)),
    ("a sequence, with parameters", sequence_probability(T, p_theta[theta], ys)),
    ("a sequence, with a model", sequence_probability(T, fun(t, softmax(V, zs[t])), ys)),
)
