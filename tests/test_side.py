"""Side conditions: what is proved from what is known, and what is not.

``prove(goal, context)`` gives a theorem whose conclusion is the goal and whose hypotheses are conditions of the context,
or None.  None says nothing about the goal.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sequents import after, assert_says
from strategies import GRID, assert_sound, comparisons, f, g, i, j, k, n, verdict, x, y
from sweep import examples

from derive import *
from derive.kernel.terms import EQ, LE, LT, Num, app, implies
from derive.language.letters import V, eps, p, theta, z
from derive.tactics import side
from derive.tactics.context import Context
from derive.tactics.derived import unfold_head

POSITIVE = ForAll((k, 1, n), 0 < f[k])
NONNEGATIVE = ForAll((k, 1, n), 0 <= g[k])


def total(body):
    return Sum(body, (k, 1, n))


# --- one table: a goal, and conditions of which every one is needed --------------------------------------------------

PROVED = {
    "what is given": (0 < x, [0 < x]),
    "a number": (Num(2) < Num(3), []),
    "an identity of the field": (Eq(x * (y + 1), y * x + x), []),
    "the same function": (Eq(f, f), []),
    # instances
    "a condition for all k, in range": (0 < f[i], [POSITIVE, 1 <= i, i <= n]),
    "at a sum of indices, in range by arithmetic": (0 < f[i + j], [POSITIVE, 1 <= i, 0 <= j, i + j <= n]),
    "a condition for all k of all integers": (0 < f[i * i], [ForAll(k, 0 < f[k])]),
    "for all parameters": (0 < function("L", theta.sort, REAL)[theta], [ForAll(theta, 0 < function("L", theta.sort, REAL)[theta])]),
    "a conclusion": (0 < y, [implies(0 < x, 0 < y), 0 < x]),
    "one condition by way of another": (0 < g[i], [ForAll(k, implies(0 < f[k], 0 < g[k])), 0 < f[i]]),
    "a statement for all k": (ForAll(k, 0 <= f[k] * f[k] + 1), [ForAll(k, 0 <= f[k])]),
    "for all k in a smaller range": (ForAll((k, 2, n - 1), 0 <= f[k]), [POSITIVE]),
    "an implication": (implies(0 < x, 0 <= x), []),
    "at an index that is known to be another": (0 < f[k], [Eq(k, i), 0 < f[i]]),
    # signs by shape
    "an exponential": (0 < exp(x), []),
    "a product": (0 < x * y, [0 < x, 0 < y]),
    "a quotient": (0 < x / y, [0 < x, 0 < y]),
    "a sum with one positive part": (0 < exp(x) + y, [0 <= y]),
    "the other part positive": (0 < y + exp(x), [0 <= y]),
    "a power": (0 < x**y, [0 < x]),
    "a sum over a range that is not empty": (0 < total(f[k]), [POSITIVE, 1 <= n]),
    "a long product": (0 < Prod(f[k], (k, 1, n)), [POSITIVE]),
    "not 0 and not negative": (0 < x, [0 <= x, Ne(x, 0)]),
    "not 0, said the other way round": (x < y, [x <= y, Ne(y, x)]),
    "a square": (0 <= x**2, []),
    "an indicator": (0 <= delta(i, j), []),
    "an indicator is at most 1": (delta(i, j) <= 1, []),
    "a nonnegative product": (0 <= x * y, [0 <= x, 0 <= y]),
    "a nonnegative quotient": (0 <= x / y, [0 <= x, 0 < y]),
    "a sum of nonnegative terms": (0 <= total(g[k]), [NONNEGATIVE]),
    "positive is nonnegative": (0 <= exp(x) * y, [0 < y]),
    "a defined constant": (0 < softmax(V, z)[k], [1 <= V]),
    "a defined constant, nonnegative": (0 <= smoothed(V, eps, i)[k], [0 <= eps, eps <= 1, 1 <= V]),
    # not 0
    "positive is not 0": (Ne(x, 0), [0 < x]),
    "negative is not 0": (Ne(x, 0), [x < 0]),
    "not 0, turned round": (Ne(0, x), [Ne(x, 0)]),
    "a product that is not 0": (Ne(x * y, 0), [Ne(x, 0), Ne(y, 0)]),
    "a quotient that is not 0": (Ne(x / y, 0), [Ne(x, 0), Ne(y, 0)]),
    "two integers": (Ne(i, j), [i < j]),
    "a normaliser": (Ne(Sum(exp(z[j]), (j, 1, V)), 0), [1 <= V]),
    # linear arithmetic
    "a chain": (x <= f[i], [x <= y, y <= f[i]]),
    "a chain with one strict link": (x < f[i], [x <= y, y < f[i]]),
    "multiples": (2 * x + 3 * y <= 8, [x <= 1, y <= 2]),
    "an equation, used from left to right": (x <= y + 1, [Eq(x, y)]),
    "and from right to left": (y <= x + 1, [Eq(x, y)]),
    "an equation by equations": (Eq(x + y, 3), [Eq(x, 1), Eq(y, 2)]),
    "an integer below another": (i + 1 <= j, [i < j]),
    "an integer not above another": (i < j, [i + 1 <= j]),
    "between two integers": (i < n, [i < j, j <= n]),
    "products are taken as they stand": (x * y <= 3, [2 * (y * x) <= 6]),
    "facts about a product by its shape": (-(x * y) <= 0, [0 <= x, 0 <= y]),
    "by way of a condition for all k": (x <= 5, [x <= f[i], ForAll(k, f[k] <= 5)]),
    "facts that contradict each other": (Num(0) < Num(0), [x < y, y < x]),
    "an indicator of one index": (1 <= delta(i, i), []),
    "an indicator of two indices that differ": (delta(i, j) <= 0, [Ne(i, j)]),
}  # fmt: skip


@pytest.mark.parametrize("name", PROVED)
def test_a_goal_follows_from_its_conditions_and_from_no_fewer(name):
    goal, conditions = PROVED[name]
    assert_says(side.prove(goal, Context.of(conditions)), goal, conditions)
    for left_out in conditions:
        assert side.prove(goal, Context.of([c for c in conditions if c is not left_out])) is None, left_out


# Goals that are false somewhere although the conditions hold.
FALSE = {
    "a wrong number": (Num(3) < Num(2), []),
    "nothing known": (0 < x, []),
    "not negative is not positive": (0 < x, [0 <= x]),
    "a condition out of its range": (0 < f[i], [POSITIVE, 0 <= i, i <= n]),
    "an empty sum is not positive": (0 < total(f[k]), [POSITIVE]),
    "a sum of two signs": (0 < x + y, [0 < x]),
    "a difference": (0 < x - y, [0 < x, 0 < y]),
    "an indicator may be 0": (0 < delta(i, j), []),
    "a chain with a weak link is not strict": (x < f[i], [x <= y, y <= f[i]]),
    "a chain turned round": (f[i] <= x, [x <= y, y <= f[i]]),
    "a product of unknown signs": (x * y <= 3, [x <= 1, y <= 3]),
    "for all k": (ForAll(k, 0 <= f[k]), [0 <= f[i]]),
    "the converse": (0 < x, [implies(0 < x, 0 < y), 0 < y]),
    "reals are not integers": (x + 1 <= y, [x < y]),
    "different letters": (Eq(x, y), []),
}


@pytest.mark.parametrize("name", FALSE)
def test_what_does_not_follow_is_not_proved(name):
    goal, conditions = FALSE[name]
    assert side.prove(goal, Context.of(conditions)) is None


@pytest.mark.parametrize("name", FALSE)
def test_what_does_not_follow_has_a_counterexample(name):
    """So the refusals above are right, and no gap of the prover."""
    from derive.falsify import Counterexample, find_counterexample

    goal, conditions = FALSE[name]
    assert isinstance(find_counterexample(goal, conditions), Counterexample)


def test_true_statements_that_it_does_not_find():
    """It is no decision procedure: such facts need a lemma, named as the reason."""
    assert side.prove(0 <= x * x, Context()) is None, "write x**2"
    assert side.prove(x * y <= 1, Context.of([0 <= x, x <= 1, 0 <= y, y <= 1])) is None
    assert side.prove(log(x) <= x, Context.of([0 < x])) is None
    assert side.prove(Eq(x, y), Context.of([x <= y, y <= x])) is None, "le_antisymm"


# --- depth, caching, what is missing ---------------------------------------------------------------------------------


def test_a_search_of_no_depth_finds_nothing():
    assert side.prove(0 < x, Context.of([0 < x]), depth=0) is None


def test_a_condition_that_needs_itself_is_no_proof():
    circular = Context.of([implies(0 < x, 0 < y), implies(0 < y, 0 < x)])
    assert side.prove(0 < x, circular) is None
    assert side.prove(0 < y, circular) is None
    assert side.prove(0 < y, circular.extend(0 < x)) is not None, "failing outside is no failing inside"


def test_what_is_required_and_not_proved_is_noted_once():
    ctx = Context.of([0 < x])
    assert_says(side.require(0 <= x, ctx), 0 <= x, [0 < x])
    assert side.require(0 < y, ctx) is None
    assert side.require(0 < y, ctx) is None
    assert ctx.missing == [0 < y]
    side.prove(0 < eps, ctx)
    assert ctx.missing == [0 < y], "prove alone notes nothing"


def test_only_statements_about_values_are_searched_for():
    assert side.prove(Member(theta, argmin(theta, x)), Context()) is None
    assert side.prove(Eq(f, g), Context()) is None


# --- the parts that other tactics use --------------------------------------------------------------------------------


def test_a_universal_fact_is_specialised_when_its_guards_are_proved():
    ctx = Context.of([POSITIVE, 1 <= i, i <= n])
    (fact,) = ctx.universals
    (v,) = fact.variables
    assert_says(side.specialise(fact, {v: i}, ctx, side.DEPTH), 0 < f[i], [c.concl for c in ctx.facts])
    assert side.specialise(fact, {v: j}, ctx, side.DEPTH) is None, "1 <= j is not known"
    assert side.specialise(fact, {}, ctx, side.DEPTH) is None, "no value for k"


def test_the_definition_at_the_head_is_unfolded():
    assert_says(unfold_head(surprisal(p, i)), Eq(surprisal(p, i), -log(p[i])))
    assert after(unfold_head(uniform(V)[k])) == 1 / V
    assert unfold_head(2 * surprisal(p, i)) is None
    assert unfold_head(p[i]) is None


def test_linear_arithmetic_takes_comparisons_of_numbers_only():
    assert side.linear(Eq(f, g), Context(), side.DEPTH) is None
    assert_says(side.linear(x <= y, Context.of([x < y]), side.DEPTH), x <= y, [x < y])


def test_a_cheap_search_uses_the_facts_as_they_stand():
    """Without looking for the signs of exp(x) and the like."""
    goal = -exp(x) <= 0
    assert side.linear(goal, Context(), side.DEPTH, cheap=True) is None
    assert_says(side.linear(goal, Context(), side.DEPTH), goal)


# --- for all goals ---------------------------------------------------------------------------------------------------

ATOMS = (x, y, f[i], i, j, x * y, exp(y))
# In this model the facts drawn below hold, so they do not contradict each other.
MODEL = {x: 1, y: 0, f: lambda _: -2, i: 2, j: -1}
VALUES = (1, 0, -2, 2, -1, 0, 1)


@st.composite
def linear_facts(draw):
    """Comparisons true in MODEL, and one that is a positive combination of them, with room or without."""
    facts, left, right, strict = [], Num(0), Num(0), False
    for _ in range(draw(st.integers(1, 4))):
        slope = draw(st.lists(st.integers(-2, 2), min_size=len(ATOMS), max_size=len(ATOMS)))
        here = sum(c * v for c, v in zip(slope, VALUES, strict=True))
        slack = draw(st.integers(0, 2))
        term = sum((c * a for c, a in zip(slope, ATOMS, strict=True) if c), Num(0))
        op = LE if slack else EQ
        if slack and draw(st.booleans()):
            op = LT
        facts.append(app(op, term, Num(here + slack)))
        weight = Fraction(draw(st.sampled_from((1, 2, Fraction(1, 3)))))
        left, right = left + weight * term, right + weight * Num(here + slack)
        strict = strict or op is LT
    room = draw(st.integers(0, 1))
    goal = app(LT if (strict or room) and draw(st.booleans()) else LE, left, right + room)
    return facts, goal


@examples(40)
@given(linear_facts())
def test_a_combination_of_facts_is_found(facts_and_goal):
    facts, goal = facts_and_goal
    assert_says(side.prove(goal, Context.of(facts)), goal, facts)


@examples(40)
@given(linear_facts(), st.data())
def test_what_is_proved_from_consistent_facts_is_true(facts_and_goal, data):
    facts, goal = facts_and_goal
    tighter = app(goal.op, goal.args[0], goal.args[1] - data.draw(st.integers(0, 3)))
    th = side.prove(tighter, Context.of(facts))
    if th is not None:
        assert_says(th, tighter, facts)
        assert verdict(tighter, MODEL) is not False


GIVEN = ([], [POSITIVE, 1 <= i, i <= n], [0 < x, 0 < y, ForAll(k, 0 < f[k])], [Ne(x, 0), Ne(i, j)], [Eq(i, j), 0 <= n])


@examples(40)
@given(comparisons(1), st.sampled_from(GIVEN))
def test_what_is_proved_of_random_terms_is_true(goal, conditions):
    th = side.prove(goal, Context.of(conditions))
    if th is not None:
        assert_says(th, goal, conditions)
        assert_sound(th, GRID[:6])


# --- letters that are bound and free ---------------------------------------------------------------------------------


def test_a_fact_about_a_letter_that_is_also_bound_in_the_goal() -> None:
    """k = 3 says nothing of the k that the sum binds."""
    total = f[k] + Sum(f[k], (k, 1, n))
    assert side.prove(0 <= total, Context.of([Eq(k, 3)])) is None
    nonneg = ForAll(k, 0 <= f[k])
    assert_says(side.prove(0 <= total, Context.of([Eq(k, 3), nonneg])), 0 <= total, [Eq(k, 3), nonneg])


def test_a_letter_that_equals_a_real_is_no_index() -> None:
    x = real("x")
    assert side.prove(0 < f[k], Context.of([Eq(k, x)])) is None
    assert side.prove(0 < f[k], Context.of([Eq(k, n), 0 < f[n]])) is not None
