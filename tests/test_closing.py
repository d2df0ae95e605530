"""``close``: two terms are equal by the identities of fields, part by part.  This is the reason ``ring``.

The whole is compared as a quotient of polynomials; where that is not enough, its parts are: what is under a sum, or in
a logarithm.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sequents import assert_says
from strategies import f, g, i, j, k, n, polynomials, rearranged, spoiled, verdict, x, y
from sweep import examples

from derive import *
from derive.kernel.terms import Num
from derive.language.letters import theta
from derive.tactics.closing import atoms, close, denominators, nonzero_facts, ring
from derive.tactics.context import Context

NOTHING = Context()

EQUAL = {
    "the same term": (x + 1, x + 1, []),
    "in another order": (x * (y + 1), y * x + x, []),
    "a binomial": ((x + y) ** 2, x**2 + 2 * x * y + y**2, []),
    "numbers": (Num(1) / 3 + Num(1) / 6, Num(Fraction(1, 2)), []),
    "a quotient cancelled": (x * y / y, x, [Ne(y, 0)]),
    "a common denominator": (1 / x + 1 / y, (x + y) / (x * y), [Ne(x, 0), Ne(y, 0)]),
    "a divisor that is positive": (exp(x) / exp(x), Num(1), []),
    "under a sum": (Sum(f[k] * g[k], (k, 1, n)), Sum(g[k] * f[k], (k, 1, n)), []),
    "under a sum, where its index is not 0": (Sum(k * f[k] / k, (k, 1, n)), Sum(f[k], (k, 1, n)), []),
    "in the bounds": (Sum(f[k], (k, 1, n + 1)), Sum(f[k], (k, 1, 1 + n)), []),
    "in a logarithm": (log(x * y), log(y * x), []),
    "at an index": (f[i + 1], f[1 + i], []),
    "under a minimum": (argmin(theta, x * y), argmin(theta, y * x), []),
    "two sums, each in another order": (
        Sum(f[k] * g[k], (k, 1, n)) * log(x + y),
        log(y + x) * Sum(g[k] * f[k], (k, 1, n)),
        [],
    ),
    "a power of a logarithm": (log(x * y) ** 2, log(y * x) * log(y * x), []),
    "a bound letter that is free elsewhere": (Sum(f[k], (k, 1, n)), Sum(f[j] + k - k, (j, 1, n)), []),
    "a family": (fun(k, f[k] + g[k]), fun(k, g[k] + f[k]), []),
}  # fmt: skip

APART = {
    "different": (x, y),
    "a wrong sign": ((x - y) ** 2, x**2 - y**2),
    "x/x where x may be 0": (x / x, Num(1)),
    "an index that may be 0": (Sum(f[k] / k * k, (k, 0, n)), Sum(f[k], (k, 0, n))),
    "different bounds": (Sum(f[k], (k, 1, n)), Sum(f[k], (k, 0, n))),
    "a law of sums": (Sum(2 * f[k], (k, 1, n)), 2 * Sum(f[k], (k, 1, n))),
    "a law of logarithms": (log(x * y), log(x) + log(y)),
    "one logarithm of two": (log(x * y) + log(x), log(y * x) + log(y)),
    "a sum and a product": (Sum(f[k], (k, 1, n)), Prod(f[k], (k, 1, n))),
    "other minimisers": (argmin(theta, x), argmax(theta, x)),
}


@pytest.mark.parametrize("name", EQUAL)
def test_equal_by_calculation_and_only_under_its_conditions(name):
    a, b, conditions = EQUAL[name]
    assert_says(close(a, b, Context.of(conditions)), Eq(a, b), conditions)
    assert_says(close(b, a, Context.of(conditions)), Eq(b, a), conditions)
    if conditions:
        assert close(a, b, NOTHING) is None


@pytest.mark.parametrize("name", APART)
def test_not_equal_by_calculation_alone(name):
    a, b = APART[name]
    assert close(a, b, NOTHING) is None


def test_where_no_condition_is_needed_none_is_used():
    th = ring(x + y, y + x, Context.of([Ne(x, 0)]))
    assert th is not None and th.hyps == ()


def test_ring_compares_numbers_as_a_whole_and_nothing_else():
    assert ring(f, f, NOTHING) is None
    assert ring(log(x * y), log(y * x), NOTHING) is None, "a logarithm is an atom; close looks inside"


def test_the_depth_bounds_how_often_atoms_are_looked_into():
    a, b = log(log(log(x + y))), log(log(log(y + x)))
    assert_says(close(a, b, NOTHING, depth=1), Eq(a, b))
    a, b = 2 * log(3 * log(x + y) * y) * y, y * log(y * 3 * log(y + x)) * 2
    assert close(a, b, NOTHING, depth=2) is None
    assert_says(close(a, b, NOTHING, depth=3), Eq(a, b))
    assert close(x + y, y + x, NOTHING, depth=0) is None


def test_denominators_are_what_something_is_divided_by_outside_binders():
    assert denominators(x / y + 1 / (x / 2)) == [y, x / 2]
    assert denominators(x / 2) == [], "a number is known not to be 0"
    assert denominators(Sum(1 / k, (k, 1, n)) / n) == [n], "what is under a sum is looked at there"


def test_which_denominators_are_known_not_to_be_zero():
    (fact,) = nonzero_facts(Context.of([0 < y]), 1 / x, 1 / y + 2 / y)
    assert_says(fact, Ne(y, 0), [0 < y])


def test_atoms_are_what_a_polynomial_is_made_of():
    assert set(atoms(x * (log(x + y) + 2) ** 2, NOTHING)) == {log(x + y), x}
    assert set(atoms(x / y, NOTHING)) == {x / y}, "a quotient that may not exist is one atom"
    assert set(atoms(x / y, Context.of([Ne(y, 0)]))) == {x, y}
    assert not atoms(Num(3), NOTHING)


# --- for all polynomials ---------------------------------------------------------------------------------------------

ATOMS = (x, y, f[i], exp(x), Num(2), Num(Fraction(-1, 3)))


@examples(40)
@given(st.data())
def test_a_rearranged_polynomial_is_equal(data):
    a = data.draw(polynomials(ATOMS))
    b = data.draw(rearranged(a))
    assert_says(close(a, b, NOTHING), Eq(a, b))
    assert_says(close(log(a), log(b), NOTHING), Eq(log(a), log(b)))
    long, turned = Sum(a * g[k], (k, 1, n)), Sum(g[j] * b, (j, 1, n))
    assert_says(close(long, turned, NOTHING), Eq(long, turned))


@examples(40)
@given(st.data())
def test_a_polynomial_with_a_change_is_equal_only_if_its_values_are(data):
    a = data.draw(polynomials(ATOMS))
    b = data.draw(spoiled(a))
    if close(a, b, NOTHING) is not None:
        for number in (Fraction(1, 2), 3, -2):
            assert verdict(Eq(a, b), {x: number, y: 5 - number, i: 1, f: lambda _: 7}) is not False
