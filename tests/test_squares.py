"""Inequalities by squares and by logarithms of what is at most 1: what is proved, and what is not."""

from __future__ import annotations

import pytest

import derive.lemmas  # noqa: F401  (what tactics use is proved there)
from derive.kernel import terms as k
from derive.kernel.sorts import FAMILY, INT, REAL
from derive.kernel.terms import App, Num, Var, forall, implies
from derive.language.definitions import absolute, positive_part
from derive.language.syntax import Max, Sum, exp, log
from derive.tactics import consequences
from derive.tactics.context import Context

n, i, p, q, f = Var("n", INT), Var("i", INT), Var("p", FAMILY), Var("q", FAMILY), Var("f", FAMILY)
a, b = Var("a", REAL), Var("b", REAL)


def weights(w):
    each = forall(i, implies(Num(1) <= i, i <= n, Num(0) < w[i]))
    return (each, k.eq(Sum(w[i], (i, 1, n)), 1))


GIVEN = (Num(1) <= n, *weights(p), *weights(q))
mean = Sum(p[i] * f[i], (i, 1, n))
PROVED = {
    "a quadratic form": 2 * a * b <= a**2 + b**2,
    "a square with a constant": 4 * a <= a**2 + 4,
    "the variance": mean**2 <= Sum(p[i] * f[i] ** 2, (i, 1, n)),
    "a distance": 2 * Sum(f[i] * q[i], (i, 1, n)) <= Sum(f[i] ** 2, (i, 1, n)) + Sum(q[i] ** 2, (i, 1, n)),
    "the largest sum of squared weights": Sum(p[i] ** 2, (i, 1, n)) <= 1,
    "the least sum of squared weights": 1 / n <= Sum(p[i] ** 2, (i, 1, n)),
    "an entropy": Num(0) <= -Sum(p[i] * log(p[i]), (i, 1, n)),
    "Cauchy-Schwarz": Sum(f[i] * q[i], (i, 1, n)) ** 2 <= Sum(f[i] ** 2, (i, 1, n)) * Sum(q[i] ** 2, (i, 1, n)),
    "Cauchy-Schwarz with weights": Sum(f[i] * p[i] * a, (i, 1, n)) ** 2 <= a**2 * Sum(p[i] * f[i] ** 2, (i, 1, n)),
    "the square of a sum": Sum(f[i], (i, 1, n)) ** 2 <= n * Sum(f[i] ** 2, (i, 1, n)),
    "the second moment of importance weights": Num(1) <= Sum(p[i] ** 2 / q[i], (i, 1, n)),
    "the log of a sum of squares": -log(n) <= log(Sum(p[i] ** 2, (i, 1, n))),
    "logs, with an exponential": log(1 + exp(-a)) <= log(2) + positive_part(-a),
    "the absolute value of a mean": absolute(mean) <= Sum(p[i] * absolute(f[i]), (i, 1, n)),
    "a sum of distances": absolute(Sum(f[i], (i, 1, n)) - Sum(p[i], (i, 1, n)))
    <= Sum(absolute(f[i] - p[i]), (i, 1, n)),
    "the largest of all": -log(Max(p[i], (i, 1, n))) <= -Sum(p[i] * log(p[i]), (i, 1, n)),
    "Jensen for exp": mean <= log(Sum(p[i] * exp(f[i]), (i, 1, n))),
}
REFUSED = {
    "the other way round": a**2 + b**2 <= 2 * a * b,
    "no quadratic form": 3 * a * b <= a**2 + b**2,
    "strictly": 2 * a * b < a**2 + b**2,
    "Cauchy-Schwarz the other way round": Sum(f[i] ** 2, (i, 1, n)) * Sum(q[i] ** 2, (i, 1, n))
    <= Sum(f[i] * q[i], (i, 1, n)) ** 2,
    "the square of a sum without its factor": Sum(f[i], (i, 1, n)) ** 2 <= Sum(f[i] ** 2, (i, 1, n)),
    "weights that may be negative": Sum(f[i] * p[i], (i, 1, n)) ** 2
    <= Sum(f[i], (i, 1, n)) * Sum(f[i] * p[i] ** 2, (i, 1, n)),
    "the mean of absolute values": Sum(p[i] * absolute(f[i]), (i, 1, n)) <= absolute(mean),
    "factors that may be negative": absolute(Sum(q[i] * f[i] * a, (i, 1, n)))
    <= a * Sum(q[i] * absolute(f[i]), (i, 1, n)),
    "the largest square": Sum(p[i] ** 2, (i, 1, n)) <= Max(p[i], (i, 1, n)) ** 2,
    "too small": Sum(p[i] ** 2, (i, 1, n)) <= Num(1) / 2,
    "another mean": Sum(q[i] * f[i], (i, 1, n)) <= log(Sum(p[i] * exp(f[i]), (i, 1, n))),
}


def proof(goal):
    assert isinstance(goal, App)
    return consequences.prove(goal, Context.of(GIVEN))


@pytest.mark.parametrize("what", list(PROVED))
def test_an_inequality_is_proved(what):
    found = proof(PROVED[what])
    assert found is not None
    assert found[0].concl == PROVED[what] and set(found[0].hyps) <= set(GIVEN)


@pytest.mark.parametrize("what", list(REFUSED))
def test_a_false_inequality_is_not(what):
    assert proof(REFUSED[what]) is None


def test_roots_are_compared_by_their_logarithms():
    root = a ** (Num(1) / 2)
    found = consequences.prove(k.eq(root * root, a), Context.of((Num(0) < a,)))
    assert found is not None and "exp_log" in found[1]
    assert consequences.prove(k.eq(root * root, 2 * a), Context.of((Num(0) < a,))) is None


w, g = Var("w", FAMILY), Var("g", FAMILY)
WITHOUT = {
    "weights of any sign": (Num(1) <= n,),
    "a maximum of none": (forall(i, implies(Num(1) <= i, i <= n, Num(0) < f[i])),),
    "a power that may be 0": (Num(0) < a, a < 1),
    "a square of what may be 0": (),
}
FALSE = {
    "weights of any sign": Sum(w[i] * f[i] * g[i], (i, 1, n)) ** 2
    <= Sum(w[i] * f[i] ** 2, (i, 1, n)) * Sum(w[i] * g[i] ** 2, (i, 1, n)),
    "a maximum of none": Num(0) < Max(f[i], (i, 1, n)),
    "a power that may be 0": a**b < 1,
    "a square of what may be 0": Num(0) < a**2,
}


@pytest.mark.parametrize("what", list(FALSE))
def test_without_its_condition_an_inequality_is_not_proved(what):
    goal = FALSE[what]
    assert isinstance(goal, App)
    assert consequences.prove(goal, Context.of(WITHOUT[what])) is None
