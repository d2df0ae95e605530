"""Equations as people's notes have them, each with a neighbour that is false: material for the tests of the full normal form."""

from __future__ import annotations

from typing import NamedTuple

from derive import *
from derive.kernel import terms as k_
from derive.kernel.sorts import FAMILY, INT, REAL, Fn
from derive.kernel.terms import Lam, Num, Term, Var, abstract, app, eq, forall, implies

i, j, k, m, n, s, c = (integer(x) for x in "ijkmnsc")
p, q, t, z, f = (family(x) for x in "pqtzf")
a, b, x, lam = (real(name) for name in ("a", "b", "x", "lam"))


class Row(NamedTuple):
    left: Term
    right: Term
    given: tuple[Term, ...]
    wrong: Term  # in place of the right side


def over(letter: Var, low: Term | int, high: Term | int, statement: Term) -> Term:
    return forall(letter, implies(low <= letter, letter <= high, statement))


def total(body: Term, letter: Var = k, high: Term = n) -> Term:
    return Sum(body, (letter, 1, high))


def positives(*families: Term) -> tuple[Term, ...]:
    return tuple(over(k, 1, n, 0 < g[k]) for g in families)


def one_of(g: Term) -> Term:
    return eq(total(g[k]), 1)


soft = softmax(n, z)
loss = -total(t[k] * log(soft[k]))
in_range = (1 <= i, i <= n)
pairs, first, second = Var("pairs", Fn(INT, FAMILY)), family("first"), family("second")
both = Sum(pairs[i, j] * log(1 / pairs[i, j]), (i, 1, n), (j, 1, m))
words = function("words", INT, INT)
share = 1 / m * Sum(delta(words[s], k), (s, 1, m))

# a family of distributions with a parameter, and its slope
theta = real("theta")
model = Var("model", Fn(REAL, FAMILY))
slope = partial(model[theta][k], theta)
smooth = (
    forall(theta, over(k, 1, n, 0 < model[theta][k])),
    forall(theta, eq(total(model[theta][k]), 1)),
    forall(theta, forall(k, app(k_.HAS_DERIVATIVE, Lam("x", REAL, abstract(model[theta][k], theta)), theta, slope))),
)

ROWS: dict[str, Row] = {
    "a log of a product of powers": Row(
        log(Prod(p[k] ** t[k], (k, 1, n))), total(t[k] * log(p[k])), positives(p), total(p[k] * log(t[k]))
    ),
    "softmax over its sum": Row(
        partial(loss, z, i), exp(z[i]) / total(exp(z[k])) - t[i], (one_of(t), *in_range), t[i] - soft[i]
    ),
    "the chain rule by entries": Row(
        -total(t[k] / soft[k] * partial(soft[k], z, i)), soft[i] - t[i], (one_of(t), *in_range), soft[i] + t[i]
    ),
    "the log-odds of a sigmoid": Row(log(sigmoid(x) / (1 - sigmoid(x))), x, (), -x),
    "the loss in the score": Row(
        -log(1 - 1 / (1 + exp(-x))), log(1 + exp(x)), (), log(1 + exp(-x))
    ),
    "the slope of the sigmoid": Row(
        partial(sigmoid(x), x), exp(-x) / (1 + exp(-x)) * (1 / (1 + exp(-x))), (), exp(-x) / (1 + exp(-x))
    ),
    "one exponential divided out": Row(
        exp(a) / (exp(a) + exp(b)), 1 / (1 + exp(b - a)), (), 1 / (1 + exp(a - b))
    ),
    "a factor in an exponent": Row(
        exp(lam * log(a) + log(b)) / b, exp(lam * log(a)), (0 < a, 0 < b), exp(log(a)) * lam
    ),
    "a root of an inverse": Row(a ** (-1 / n), (1 / a) ** (1 / n), (0 < a, 1 <= n), a ** (1 / n)),
    "joint entropy of independent ones": Row(
        both,
        total(first[i] * log(1 / first[i]), i) + total(second[j] * log(1 / second[j]), j, m),
        (
            over(i, 1, n, over(j, 1, m, eq(pairs[i, j], first[i] * second[j]))),
            over(i, 1, n, 0 < first[i]), over(j, 1, m, 0 < second[j]), eq(total(first[i], i), 1), eq(total(second[j], j, m), 1),
        ),
        total(first[i] * log(1 / first[i]), i),
    ),
    "a mean over a text by its words": Row(
        -total(share * log(q[k])),
        -1 / m * Sum(log(q[words[s]]), (s, 1, m)),
        (*positives(q), 1 <= m, over(s, 1, m, 1 <= words[s]), over(s, 1, m, words[s] <= n)),
        1 / m * Sum(log(q[words[s]]), (s, 1, m)),
    ),
    "a product of exponentials": Row(
        q[i] * Prod(exp(p[k]), (k, 1, n)), q[i] * exp(total(p[k])), (), exp(q[i] * total(p[k]))
    ),
    "a first term by itself": Row(
        t[1] * a + Sum(t[k] * a, (k, 2, n)), a, (one_of(t), 1 <= n), t[1] * a
    ),
    "neighbours cancel": Row(
        total(log(p[k] / p[k - 1])), log(p[n]) - log(p[0]), (over(k, 0, n, 0 < p[k]), 1 <= n), log(p[n])
    ),
    "the score has mean nought": Row(
        total(model[theta][k] * partial(log(model[theta][k]), theta)), Num(0), smooth, total(partial(log(model[theta][k]), theta))
    ),
    "the slope of a long product": Row(
        partial(log(Prod(a * model[theta][k], (k, 1, n))), theta), total(slope / model[theta][k]),
        (0 < a, *smooth), total(slope),
    ),
    "a wrong class in the gap of logits": Row(
        z[c] - z[i], log((1 - a) * n / a + 1),
        (
            over(k, 1, n, eq(soft[k], (1 - a) * delta(k, c) + a / n)), 0 < a, a < 1, 1 <= c, c <= n, *in_range, Ne(i, c),
        ),
        log((1 - a) * n / a),
    ),
    "a Kullback-Leibler divergence split": Row(
        kl(n, p, q), cross_entropy(n, p, q) - entropy(n, p), positives(p, q), entropy(n, p) - cross_entropy(n, p, q)
    ),
}  # fmt: skip
