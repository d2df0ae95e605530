"""Is every part of a term defined?  The kernel's operations are total; a line may still not mention log 0 or 1/0.

``undefined_part(term, context)`` gives a part that may have no value, with the condition that it needs, or None.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import GRID, NoValueError, f, g, i, j, k, n, numeric, reals, table, verdict, x, y
from sweep import examples

from derive import *
from derive.kernel.terms import Num, implies
from derive.language.letters import V, c, p, q, theta, z
from derive.tactics.context import Context
from derive.tactics.defined import undefined_part

POSITIVE = ForAll((k, 1, n), 0 < f[k])

# A term, a condition under which all of it is defined, and what is wrong without the condition: the part and its need.
NEEDS = {
    "a logarithm needs a positive argument": (log(x), [0 < x], (log(x), 0 < x)),
    "a quotient needs a divisor that is not 0": (y / x, [Ne(x, 0)], (y / x, Ne(x, 0))),
    "a real power needs a positive base": (x**y, [0 < x], (x**y, 0 < x)),
    "so does a root": (x ** Fraction(1, 2), [0 < x], (x ** Fraction(1, 2), 0 < x)),
    "and a negative power": (x**-1, [0 < x], (x**-1, 0 < x)),
    "inside anything": (exp(2 * (y + log(x))), [0 < x], (log(x), 0 < x)),
    "in a bound": (Sum(k * log(x), (k, 1, n)), [0 < x], (log(x), 0 < x)),
    "at an entry that is given": (log(f[i]), [POSITIVE, 1 <= i, i <= n], (log(f[i]), 0 < f[i])),
    "a log log": (log(log(x)), [0 < x, 0 < log(x)], (log(x), 0 < x)),
    "a defined constant": (surprisal(p, i), [0 < p[i]], (log(p[i]), 0 < p[i])),
    "a defined family at an entry": (uniform(V)[k], [1 <= V], (1 / V, Ne(V, 0))),
    "a statement": (log(x) <= y, [0 < x], (log(x), 0 < x)),
}  # fmt: skip


@pytest.mark.parametrize("name", NEEDS)
def test_a_part_needs_its_condition(name):
    term, conditions, trouble = NEEDS[name]
    assert undefined_part(term, Context.of(conditions)) is None
    assert undefined_part(term, Context()) == trouble


@pytest.mark.parametrize(
    "term",
    [
        x + y * f[i], exp(x), x**2, x**0, x / 2, x / exp(y), log(exp(x)), log(Num(2)), delta(i, j), xlogy(Num(0), Num(0)),
        Sum(f[k], (k, 1, n)), Prod(f[k], (k, 1, n)), partial(z[j] * z[i], z, j), argmin(theta, x),
        ForAll(k, 0 <= f[k]),
    ],
    ids=repr,
)  # fmt: skip
def test_these_always_have_a_value(term):
    assert undefined_part(term, Context()) is None


# --- what is known at the place ---------------------------------------------------------------------------------------


def test_under_a_sum_the_bounds_of_its_index_are_known():
    ctx = Context.of([POSITIVE])
    assert undefined_part(Sum(log(f[k]), (k, 1, n)), ctx) is None
    assert undefined_part(Sum(1 / k, (k, 1, n)), ctx) is None
    part, need = undefined_part(Sum(log(f[k]), (k, 0, n)), ctx)
    (index,) = part.free - {f}
    assert (part, need) == (log(f[index]), 0 < f[index])


def test_the_bounds_themselves_are_looked_at_too():
    assert undefined_part(Sum(f[k], (k, 1, n)) / n, Context.of([1 <= n])) is None
    assert undefined_part(Sum(f[k], (k, 1, n)) / n, Context()) == (Sum(f[k], (k, 1, n)) / n, Ne(n, 0))


def test_what_an_implication_assumes_is_known_in_its_conclusion():
    assert undefined_part(implies(0 < x, log(x) <= x), Context()) is None
    assert undefined_part(implies(log(x) <= 1, 0 < x), Context()) == (log(x), 0 < x)
    assert undefined_part(ForAll((k, 1, n), 0 <= 1 / k), Context()) is None


def test_under_a_minimum_nothing_is_known_of_the_variable():
    loss = function("L", theta.sort, REAL)
    assert undefined_part(argmin(theta, log(loss[theta])), Context()) is not None
    assert undefined_part(argmin(theta, log(loss[theta])), Context.of([ForAll(theta, 0 < loss[theta])])) is None


def test_the_function_of_a_derivative_must_be_defined_at_its_point():
    """What is asked is open, so it holds near the point too."""
    assert undefined_part(partial(log(z[j]), z, j), Context.of([0 < z[j]])) is None
    assert undefined_part(partial(log(z[j]), z, j), Context()) == (log(z[j]), 0 < z[j])
    assert undefined_part(partial(log(x), x), Context()) == (log(x), 0 < x)
    assert undefined_part(partial(log(exp(z[j])), z, j), Context()) is None


# A derivative, conditions under which it exists, weaker ones under which it may not, and what then is wanted.
SLOPES = {
    "a log a": (partial(xlogy(x, x), x), [0 < x], [0 <= x], 0 < x),
    "a log of another": (partial(xlogy(x, y), x), [0 < y], [implies(Ne(x, 0), 0 < y)], 0 < y),
    "after a definition": (partial(entropy(V, q), q, j), [*positive(q, V)], [*nonnegative(q, V)], None),
    "in a sum": (partial(Sum(xlogy(x, k), (k, 0, V)) + y, x), [ForAll((k, 0, V), 0 < k)], [Eq(x, 0)], None),
    "at a number": (partial(xlogy(x, x), x) + 0 * x, [0 < x], [Eq(x, 0)], 0 < x),
    "the second time": (partial(partial(xlogy(x, x), x), x), [0 < x], [0 <= x], 0 < x),
}  # fmt: skip


@pytest.mark.parametrize("name", SLOPES)
def test_zero_log_zero_has_a_value_but_no_slope(name):
    term, enough, too_little, need = SLOPES[name]
    assert undefined_part(term, Context.of(enough)) is None
    found = undefined_part(term, Context.of(too_little))
    assert found is not None and need in (None, found[1])


def test_zero_log_zero_may_stand_beside_what_moves():
    """0 log y is 0 for all y, so its slope is 0."""
    assert undefined_part(partial(xlogy(x, y), y), Context.of([implies(Ne(x, 0), 0 < y)])) is None
    assert undefined_part(partial(y * xlogy(x, x), y), Context.of([0 <= x])) is None
    ctx = Context.of([0 <= x])
    for term in (xlogy(x, x), partial(xlogy(x, x), x), xlogy(x, x)):
        assert (undefined_part(term, ctx) is None) == (term == xlogy(x, x)), "one does not answer for the other"


@pytest.mark.parametrize(
    ("fn", "by"),
    [
        (absolute(x), (x,)), (y + 2 * absolute(x - 1), (x,)), (positive_part(x), (x,)), (maximum(x, y), (x,)),
        (Max(z[k], (k, 1, 3)), (z, j)), (Sum(absolute(z[k]), (k, 1, V)), (z, j)), (partial(absolute(x) * y, y), (x,)),
        (partial(absolute(x), x), (x,)),
    ],
    ids=repr,
)  # fmt: skip
def test_a_maximum_may_have_a_kink(fn, by):
    slope = partial(fn, *by)
    _, need = undefined_part(slope, Context())
    assert need.op.name == "has_derivative"


def test_the_refusal_of_a_kink_says_what_to_give():
    @theorem(shows=Eq(partial(absolute(x), x) - partial(absolute(x), x), 0), given=[Eq(x, 0)])
    def kink(calc):
        """Nothing less nothing."""
        calc.eq(0, by=ring)

    with pytest.raises(
        ClaimError, match=r"may not exist, for a maximum or an absolute value has a kink\n.*has_derivative\("
    ):
        kink.check()


def test_a_maximum_has_a_slope_where_it_is_known():
    slope = partial(absolute(x), x)
    assert undefined_part(slope, Context.of([has_derivative(fun(x, absolute(x)), x, 1)])) is None
    assert undefined_part(slope, Context.of([has_derivative(fun(y, absolute(y)), x, c)])) is None
    assert undefined_part(slope, Context.of([has_derivative(fun(x, absolute(x)), y, 1)])) is not None
    assert undefined_part(partial(absolute(y) * x, x), Context()) is None, "it does not move"


def test_zero_log_zero_is_a_convention():
    """x log y is 0 where x is 0, whatever y is; so y must be positive only where x is not 0."""
    assert undefined_part(xlogy(x, y), Context()) == (xlogy(x, y), 0 < y)
    assert undefined_part(xlogy(x, y), Context.of([implies(Ne(x, 0), 0 < y)])) is None
    assert undefined_part(xlogy(x, x), Context.of([0 <= x])) is None, "positive, as it is not 0"
    assert undefined_part(x * log(x), Context.of([0 <= x])) == (log(x), 0 < x), "an ordinary product is none"


def test_where_an_indicator_is_not_zero_its_indices_agree():
    assert undefined_part(xlogy(delta(i, j), f[i]), Context.of([0 < f[j]])) is None
    assert undefined_part(xlogy(delta(i, j), f[i]), Context.of([0 < f[n]])) is not None


# --- defined constants -----------------------------------------------------------------------------------------------


def test_a_family_is_looked_at_where_the_definition_uses_it():
    """log p(k) stands for k = 1..V only, so p need not be positive elsewhere."""
    inside = ForAll((k, 1, V), 0 < p[k])
    assert undefined_part(cross_entropy(V, one_hot(i), p), Context.of([inside])) is None
    reciprocal = fun(k, 1 / f[k])
    assert undefined_part(expectation(V, f, reciprocal), Context.of([ForAll((k, 1, V), 0 < f[k])])) is None
    assert undefined_part(expectation(V, f, reciprocal), Context.of([ForAll((k, 2, V), 0 < f[k])])) is not None


def test_a_number_given_to_a_definition_is_looked_at_as_it_stands():
    assert undefined_part(smoothed(V, log(x), i), Context.of([1 <= V])) == (log(x), 0 < x)


def test_a_number_that_the_definition_does_not_use_is_looked_at_too():
    count = define("count", (x,), fun(k, 1 * k), "The family k, whatever x is.")
    level = define("level", (x, i), fun(k, Num(1)), "The family 1, whatever x and i are.")
    for term in (
        count(log(x)),
        count(log(x))[k],
        2 * count(log(x))[k],
        level(log(x), i)[k],
        count(0)[k] + count(log(x))[k],
    ):
        assert undefined_part(term, Context()) == (log(x), 0 < x)
        assert undefined_part(term, Context.of([0 < x])) is None
    assert undefined_part(count(x)[k], Context()) is None


# --- for all terms ---------------------------------------------------------------------------------------------------

CONDITIONS = ([], [0 < x, 0 < y], [POSITIVE, 1 <= i, i <= n], [ForAll(k, 0 < f[k]), ForAll(k, 0 < g[k]), Ne(x, 0)])
MODELS = (
    *GRID,
    *({**m, x: abs(m[x]) + 1, y: Fraction(1, 2), f: table((1, 2)), g: table((3,)), i: 1} for m in GRID[:6]),
)


@examples(60)
@given(reals(3, (), True), st.sampled_from(CONDITIONS))
def test_what_is_called_defined_has_a_value_wherever_the_conditions_hold(term, conditions):
    if undefined_part(term, Context.of(conditions)) is not None:
        return
    for model in MODELS:
        if all(verdict(c, model) is not False for c in conditions):
            try:
                numeric(term, model)
            except NoValueError:
                pytest.fail(f"{term} has no value at {model}")
