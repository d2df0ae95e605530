"""Functions of a choice between two values: by cases of the indicator, in calculation and for what has a value."""

from __future__ import annotations

import pytest

from derive import *
from derive.kernel.terms import App, Num, Term
from derive.language.letters import V, a, b, c, eps, i, j, k, y
from derive.tactics import side
from derive.tactics.choices import chosen
from derive.tactics.context import Context
from derive.tactics.derived import sides
from derive.tactics.normal import Normalizer

CHOICE = delta(i, j) * a + (1 - delta(i, j)) * b


def by_choice(t: Term) -> object:
    n = Normalizer()
    assert isinstance(t, App)
    th = chosen(t, Context(), n.lemma, n.normalize)
    return None if th is None else sides(th.concl)[1]


def test_a_function_of_a_choice_is_a_choice_of_its_values():
    assert by_choice(exp(CHOICE)) == delta(i, j) * exp(a) + (1 - delta(i, j)) * exp(b)
    assert by_choice(log(CHOICE)) == delta(i, j) * log(a) + (1 - delta(i, j)) * log(b), "whatever log is there"
    assert by_choice(exp(delta(i, j) * c)) == delta(i, j) * exp(c) + (1 - delta(i, j)) * exp(Num(0))


def test_without_a_choice_nothing_is_done():
    assert by_choice(exp(a)) is None
    assert by_choice(exp(Sum(delta(k, y), (k, 1, V)))) is None, "the index is bound: the sum is another matter"


HOLDS = {
    "a power of a choice": (Eq(exp(CHOICE), delta(i, j) * exp(a) + (1 - delta(i, j)) * exp(b)), []),
    "a sum of logs of choices": (
        Eq(Sum(log(delta(k, y) * a + (1 - delta(k, y)) * b), (k, 1, V)), log(a) + (V - 1) * log(b)),
        [0 < a, 0 < b, *in_vocabulary(y, V)],
    ),
    "a one-hot exponent": (Eq(Sum(exp(c * delta(k, y)), (k, 1, V)), exp(c) + V - 1), in_vocabulary(y, V)),
}


@pytest.mark.parametrize("name", HOLDS)
def test_calculation_goes_through_the_cases(name):
    claim, given = HOLDS[name]

    @theorem(shows=claim, given=given)
    def by_cases_of_the_indicator(calc):
        calc.eq(claim.args[1], by=auto)

    by_cases_of_the_indicator.check()


FALSE = {
    "the branches exchanged": (Eq(exp(CHOICE), delta(i, j) * exp(b) + (1 - delta(i, j)) * exp(a)), []),
    "the function of a sum as a sum": (Eq(exp(delta(i, j) * a + b), delta(i, j) * exp(a) + exp(b)), []),
    "one branch forgotten": (Eq(Sum(exp(c * delta(k, y)), (k, 1, V)), exp(c)), [*in_vocabulary(y, V)]),
}


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_is_not_proved(name):
    claim, given = FALSE[name]

    @theorem(shows=claim, given=given)
    def wrong(calc):
        calc.eq(claim.args[1], by=auto)

    with pytest.raises(StepError):
        wrong.check()


POSITIVE = {
    "both positive": (0 < CHOICE, [0 < a, 0 < b]),
    "not 0": (Ne(CHOICE, 0), [0 < a, 0 < b]),
    "smoothing": (0 < (1 - eps) * delta(k, y) + eps / V, [0 < eps, eps <= 1, 1 <= V]),
    "not negative": (0 <= CHOICE, [0 <= a, 0 <= b]),
}


@pytest.mark.parametrize("name", POSITIVE)
def test_a_sign_holds_where_it_does_in_both_cases(name):
    goal, given = POSITIVE[name]
    th = side.prove(goal, Context.of(given))
    assert th is not None
    assert th.concl == goal
    assert set(th.hyps) <= set(given)


@pytest.mark.parametrize("given", [[0 < a], [0 < b], [0 < a, 0 <= b], []], ids=str)
def test_a_sign_that_fails_in_one_case_is_not_proved(given):
    assert side.prove(0 < CHOICE, Context.of(given)) is None
