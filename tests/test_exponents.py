"""What calculation does beyond sums and logarithms: exponentials of sums, conditions, symmetric indicators, shared divisors."""

from __future__ import annotations

import pytest

from derive import *
from derive.language.letters import *

i, j = integer("i"), integer("j")
F = function("F", INT, FAMILY)
TRUE = {
    "exp(-b) exp(b)": (Eq(exp(-b) * exp(b), 1), []),
    "a quotient": (Eq(exp(a) * exp(b) * exp(-b) / exp(a), 1), []),
    "multiples": (Eq(exp(3 * a) * exp(-a), exp(a) ** 2), []),
    "exp(0)": (Eq(exp(a - a) * b, b), []),
    "logistic": (Eq(1 / (1 + exp(-b)), exp(b) / (1 + exp(b))), []),
    "under a sum": (Eq(Sum(exp(-f[k]) * exp(f[k]), (k, 1, V)), V), [1 <= V]),
    "p p/p": (Eq(Sum(p[k] * p[k] / p[k], (k, 1, V)), 1), positive_distribution(p, V)),
    "a condition": (Eq(Sum(q[k] * a, (k, 1, V)), a), sums_to_one(q, V)),
    "a condition for all": (Eq(Sum(q[k] * p[k], (k, 1, V)), Sum(f[k] ** 2, (k, 1, V))),
                            [ForAll(k, Eq(f[k], p[k])), ForAll(k, Eq(q[k], p[k]))]),
    "indicators": (Eq(delta(i, j) * a, delta(j, i) * a), []),
    "a picked indicator": (Eq(Sum(delta(i, k) * delta(j, k) * f[k], (k, 1, V)), delta(i, j) * f[i]), in_vocabulary(i, V)),
    "nested sums": (Eq(Sum(Sum(F[i][j] * f[i], (i, 1, n)), (j, 1, n)), Sum(f[i] * Sum(F[i][j], (j, 1, n)), (i, 1, n))), []),
}  # fmt: skip
FALSE = {
    "exp(a b)": (Eq(exp(a * b), exp(a) * exp(b)), []),
    "a reciprocal": (Eq(exp(-b), -exp(b)), []),
    "a half": (Eq(exp(a / 2), exp(a) / 2), []),
    "p p/p where p may be 0": (Eq(Sum(p[k] * p[k] / p[k], (k, 1, V)), 1), distribution(p, V)),
    "another condition": (Eq(Sum(q[k] * a, (k, 1, V)), a), sums_to_one(p, V)),
    "other indicators": (Eq(delta(i, j) * a, delta(j, k) * a), []),
    "other sums": (Eq(Sum(Sum(F[i][j], (i, 1, n)), (j, 1, m)), Sum(Sum(F[i][j], (i, 1, m)), (j, 1, n))), []),
}


def by_auto(shows: Term, given: list[Term]) -> TheoremEntry:
    @theorem(shows=shows, given=given)
    def calculated(calc: Calc) -> None:
        calc.eq(shows.args[1], by=auto)

    return calculated


@pytest.mark.parametrize("name", TRUE)
def test_calculation_proves(name: str) -> None:
    shows, given = TRUE[name]
    th = by_auto(shows, given).theorem
    assert th.concl == shows
    assert replay(th).concl == shows


@pytest.mark.parametrize("name", FALSE)
def test_calculation_does_not_prove(name: str) -> None:
    with pytest.raises(UserError):
        _ = by_auto(*FALSE[name]).theorem


@pytest.mark.parametrize("letters", ["ij", "ji", "mk", "ts"])
def test_the_order_of_nested_sums_does_not_hang_on_letters(letters: str) -> None:
    u, v = map(integer, letters)
    here, there = Sum(Sum(F[u][v], (u, 1, n)), (v, 1, n)), Sum(Sum(F[i][j], (j, 1, n)), (i, 1, n))
    assert by_auto(Eq(here + a - a, there), []).theorem


@pytest.mark.parametrize("divisor", [1 - a, a - 1, 2 * a - 2, (a - 1) / 3 - 0])
def test_what_differs_from_a_number_gives_a_divisor(divisor: Term) -> None:
    @theorem(shows=Eq(divisor / divisor, 1), given=[Ne(a, 1)])
    def apart(calc: Calc) -> None:
        calc.eq(1, by=ring)

    assert apart.theorem


def test_what_differs_from_another_number_does_not() -> None:
    @theorem(shows=Eq((a - 1) / (a - 1), 1), given=[Ne(a, 2)])
    def not_apart(calc: Calc) -> None:
        calc.eq(1, by=ring)

    with pytest.raises(ClaimError, match="needs"):
        _ = not_apart.theorem
