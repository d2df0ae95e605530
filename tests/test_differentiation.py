"""Derivatives: from the shape of a function to its derivative in a real number, or in an entry of a family.

``differentiate`` gives |- the derivative = its value, or None.  The value is as the rules give it, not simplified.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sequents import after, assert_says
from strategies import assert_sound, table
from sweep import examples

from derive import *
from derive.kernel.terms import Num, app
from derive.language.letters import V, a, c, f, i, j, k, n, q, z
from derive.operators.derivatives import PARTIAL
from derive.tactics.context import Context
from derive.tactics.differentiation import differentiate
from derive.tactics.normal import Normalizer, by_normal_form

NOTHING = Context()
POSITIVE = ForAll((k, 1, n), 0 < z[k])


def slope(body, *conditions):
    """The derivative of ``body`` in z_j under the conditions, or None; the theorem says just that."""
    th = differentiate(partial(body, z, j), Context.of(conditions))
    if th is None:
        return None
    assert_says(th, Eq(partial(body, z, j), after(th)), conditions)
    return after(th)


def same(one, other, *conditions):
    """Equal after calculation."""
    return by_normal_form(one, other, Context.of(conditions), Normalizer()) is not None


# --- the rules, one by one -------------------------------------------------------------------------------------------


def test_a_constant():
    assert slope(a) == Num(0)
    assert slope(q[j]) == Num(0), "another family"


def test_an_entry():
    assert slope(z[k]) == delta(k, j)
    assert slope(z[j]) == delta(j, j)


def test_a_sum_and_a_product():
    assert slope(z[i] + z[k]) == delta(i, j) + delta(k, j)
    assert slope(z[i] * z[k]) == delta(i, j) * z[k] + z[i] * delta(k, j)


def test_a_quotient_of_one():
    assert slope(1 / z[i], 0 < z[i]) == -(delta(i, j) / (z[i] * z[i]))


def test_exponential_and_logarithm():
    assert slope(exp(z[i])) == exp(z[i]) * delta(i, j)
    assert slope(log(z[i]), 0 < z[i]) == delta(i, j) / z[i]


def test_a_long_sum_is_differentiated_term_by_term():
    assert slope(Sum(z[k] * a, (k, 1, n))) == Sum(delta(k, j) * a, (k, 1, n))


def test_in_a_long_sum_the_bounds_of_the_index_are_known():
    assert slope(Sum(log(z[k]), (k, 1, n)), POSITIVE) == Sum(delta(k, j) / z[k], (k, 1, n))
    assert slope(Sum(log(z[k]), (k, 0, n)), POSITIVE) is None


def test_the_index_of_a_long_sum_is_not_the_entry_of_the_same_letter():
    """The derivative of z_1 + ... + z_n in z_k, where k is also the letter of the sum."""
    th = differentiate(partial(Sum(z[k], (k, 1, n)), z, k), NOTHING)
    assert after(th) == Sum(delta(i, k), (i, 1, n))


# A function, conditions, and its derivative as a textbook has it.
TEXTBOOK = {
    "a difference": (z[i] - z[k], [], delta(i, j) - delta(k, j)),
    "a negative": (-z[i], [], -delta(i, j)),
    "a square": (z[j] ** 2, [], 2 * z[j]),
    "divided by a number": (z[j] / 2, [], Num(Fraction(1, 2))),
    "divided by a size": (z[j] / n, [1 <= n], 1 / n),
    "a linear form": (Sum(f[k] * z[k], (k, 1, n)), [1 <= j, j <= n], f[j]),
    "a sum of squares": (Sum(z[k] ** 2, (k, 1, n)), [1 <= j, j <= n], 2 * z[j]),
    "log-sum-exp": (logsumexp(V, z), [1 <= j, j <= V], exp(z[j]) / Sum(exp(z[k]), (k, 1, V))),
    "softmax": (
        softmax(V, z)[i],
        [1 <= j, j <= V],
        exp(z[i]) / Sum(exp(z[k]), (k, 1, V)) * (delta(i, j) - exp(z[j]) / Sum(exp(z[k]), (k, 1, V))),
    ),
    "the loss of logits": (logsumexp(V, z) - z[i], [1 <= j, j <= V], exp(z[j]) / Sum(exp(z[k]), (k, 1, V)) - delta(i, j)),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTBOOK)
def test_the_value_is_that_of_the_textbook_after_calculation(name):
    body, conditions, wanted = TEXTBOOK[name]
    assert same(slope(body, *conditions), wanted, *conditions)


# --- in a real number, at a position, by name ----------------------------------------------------------------------------

tau, w = real("tau"), function("w", INT, FAMILY)
g, g_slope = function("g", REAL, REAL), function("s", REAL, REAL)
zs_ = function("z", INT, FAMILY)

ELSEWHERE = {
    "a power": (partial(tau**12, tau), [], 12 * tau**11),
    "a real power": (partial(tau**a, tau), [0 < tau], a * tau ** (a - 1)),
    "a quotient": (partial(tau / (1 + tau**2), tau), [], (1 - tau**2) / (1 + tau**2) ** 2),
    "x log x, with its convention": (partial(xlogy(tau, tau), tau), [0 < tau], log(tau) + 1),
    "a product over a range": (partial(Prod(tau, (k, 1, 3)), tau), [], 3 * tau**2),
    "at a position": (partial(Sum(zs_[i][k] ** 2, (k, 1, n)), zs_[i], j), [1 <= j, j <= n], 2 * zs_[i][j]),
    "at another position": (partial(zs_[i][j], zs_[k], j), [Ne(i, k)], Num(0)),
    "an entry of a matrix": (partial(Sum(w[i][k] * f[k], (k, 1, n)), w, i, j), [1 <= j, j <= n], f[j]),
    "the chain rule by name": (
        partial(g(tau**2), tau), [ForAll(tau, has_derivative(g, tau, g_slope(tau)))], 2 * tau * g_slope(tau**2),
    ),
    "an absolute value, to the right": (partial(absolute(tau), tau), [0 < tau], Num(1)),
    "an absolute value, to the left": (partial(absolute(a * tau), tau), [a * tau < 0], -a),
    "a positive part": (partial(positive_part(tau - a), tau), [a < tau], Num(1)),
    "a positive part that is 0": (partial(positive_part(tau - a), tau), [tau < a], Num(0)),
    "the larger of two": (partial(maximum(tau**2, a), tau), [a < tau**2], 2 * tau),
    "the smaller of two": (partial(minimum(tau**2, a), tau), [a < tau**2], Num(0)),
    "a sum of absolute values": (
        partial(Sum(absolute(zs_[i][k]), (k, 1, n)), zs_[i], j),
        [*in_vocabulary(j, n), ForAll((k, 1, n), zs_[i][k] < 0)],
        Num(-1),
    ),
    "at a value given by name": (partial(g(tau), tau), [has_derivative(g, tau, c)], c),
}  # fmt: skip


@pytest.mark.parametrize("name", ELSEWHERE)
def test_derivatives_elsewhere(name):
    whole, conditions, wanted = ELSEWHERE[name]
    th = differentiate(whole, Context.of(conditions))
    assert_says(th, Eq(whole, after(th)), conditions)
    assert same(after(th), wanted, *conditions)


def test_a_second_derivative():
    @theorem(shows=Eq(partial(partial(exp(a * tau), tau), tau), a**2 * exp(a * tau)))
    def twice(calc):
        """The derivative of the derivative."""
        calc.eq(a**2 * exp(a * tau), by=calculus)

    twice.check()


def test_calculus_works_on_both_sides_and_takes_gradients_that_are_proved():
    @theorem(shows=Eq(partial(tau**3 - log(tau), tau), partial(tau**3, tau) - partial(log(tau), tau)), given=[0 < tau])
    def linear(calc):
        """The derivative of a difference."""
        calc.eq(partial(tau**3, tau) - partial(log(tau), tau), by=calculus)

    linear.check()


def test_what_calculus_got_is_shown():
    @theorem(shows=Eq(partial(tau**3, tau), 2 * tau**2))
    def wrong(calc):
        """A wrong exponent."""
        calc.eq(2 * tau**2, by=calculus)

    with pytest.raises(StepError, match=r"(?s)calculus gives\s+3 τ²"):
        wrong.check()


@pytest.mark.parametrize("by", [(z,), (z, i, j), (n,), (exp(tau),), (zs_, i)], ids=repr)
def test_what_is_no_variable_and_no_entry_is_refused(by):
    with pytest.raises(TypeError, match="partial takes a real variable, or an entry of a family"):
        partial(tau, *by)


# --- the point z may be any family -----------------------------------------------------------------------------------


def test_a_function_is_differentiated_at_any_point():
    """At q instead of z: partial(z |-> z_i z_k, q, j)."""
    whole = app(PARTIAL, fun(z, z[i] * z[k]), q, j)
    assert_says(differentiate(whole, NOTHING), Eq(whole, delta(i, j) * q[k] + q[i] * delta(k, j)))


def test_a_logarithm_needs_to_be_positive_at_that_point_only():
    whole = app(PARTIAL, fun(z, log(z[i])), q, j)
    assert differentiate(whole, Context.of([0 < z[i]])) is None
    assert_says(differentiate(whole, Context.of([0 < q[i]])), Eq(whole, delta(i, j) / q[i]), [0 < q[i]])


# --- what it refuses -------------------------------------------------------------------------------------------------

REFUSED = {
    "log without a positive argument": log(z[i]),
    "one over what may be 0": 1 / z[i],
    "divided by a size that may be 0": z[j] / n,
    "a function of which nothing is known": function("F", FAMILY, REAL)[z],
    "a power with the entry above": exp(a) ** z[j],
    "a real power of what may be negative": z[j] ** a,
    "x log x with its convention, where x may be 0": xlogy(z[j], z[j]),
    "a function by name of which nothing is known": function("g", REAL, REAL)[z[j]],
    "an absolute value, which may have a kink": absolute(z[j]),
    "the larger of two that may be equal": maximum(z[j], a),
    "a largest of many": Max(z[k], (k, 1, n)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_refuses(name):
    assert slope(REFUSED[name]) is None


def test_a_quotient_needs_its_divisor_not_0_at_the_point_only():
    assert slope(2 / z[i], 0 < z[i]) == -(2 * delta(i, j)) / (z[i] * z[i])
    assert slope(2 / z[i], 0 < z[k]) is None
    assert slope(2 / exp(z[i])) is not None


@pytest.mark.parametrize("term", [z[j], exp(z[j]) * 2, app(PARTIAL, function("F", FAMILY, REAL), z, j)], ids=repr)
def test_what_is_no_derivative_of_a_formula_is_left_alone(term):
    assert differentiate(term, NOTHING) is None


# --- for all smooth functions ----------------------------------------------------------------------------------------


@st.composite
def smooth(draw, depth=2, scope=()):
    """A function of z that has a derivative everywhere, by construction."""
    if depth == 0:
        places = [i, k, j, Num(1), *scope]
        return draw(st.sampled_from([z[place] for place in places] + [a, Num(2), Num(Fraction(-1, 2))]))
    kind = draw(
        st.sampled_from(("add", "sub", "mul", "neg", "square", "half", "exp", "log", "inverse", "quotient", "sum"))
    )
    if kind == "sum":
        index = integer("t")
        return Sum(draw(smooth(depth - 1, (*scope, index))), (index, draw(st.integers(0, 2)), draw(st.integers(1, 3))))
    one = draw(smooth(depth - 1, scope))
    if kind in ("add", "sub", "mul", "quotient"):
        other = draw(smooth(depth - 1, scope))
        return {"add": one + other, "sub": one - other, "mul": one * other, "quotient": one / (1 + other**2)}[kind]
    small = one / (2 + one**2)  # between -1 and 1, so that exp stays in sight
    return {
        "neg": -one, "square": one**2, "half": one / 2, "exp": exp(small), "log": log(1 + one**2), "inverse": 1 / (3 + one**2),
    }[kind]  # fmt: skip


POINTS = [
    {z: table(entries), a: Fraction(3, 2), i: place, k: 2, j: place % 3}
    for place, entries in enumerate([(1, 2, -1), (0, Fraction(1, 2), 3), (-2, 1, Fraction(1, 3))])
]


@examples(30)
@given(smooth())
def test_the_derivative_is_the_limit_of_difference_quotients(body):
    th = differentiate(partial(body, z, j), NOTHING)
    assert_says(th, Eq(partial(body, z, j), after(th)))
    assert_sound(th, POINTS)
