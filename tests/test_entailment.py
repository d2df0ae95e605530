"""Inequalities and equivalences: a goal from what is known and from the lemmas that a reason names.

``entail`` proves a statement, ``less`` compares term by term, ``equivalent`` proves P <=> Q.  Each gives a theorem that says
just that, or None.
"""

from __future__ import annotations

import pytest
from sequents import assert_says
from strategies import f, g, i, j, k, n, x, y

from derive import *
from derive.kernel import rules as r
from derive.kernel.terms import Num, implies
from derive.language.letters import THETA, V, p, phi, q, theta
from derive.lemmas.logs import exp_lt
from derive.tactics.closing import close
from derive.tactics.context import Context
from derive.tactics.entailment import Known, entail, equivalent, less, with_instances
from derive.tactics.rewriting import DefinitionRule, Rule, SortedRule

NOTHING = Context()
loss = function("L", THETA, REAL)
TERMWISE = ForAll((k, 1, n), f[k] <= g[k])


def total(body, low=1):
    return Sum(body, (k, low, n))


def known(*lemmas):
    return [Known(x.theorem, x.name) for x in lemmas]


def same(p_, q_, *conditions, lemmas=(), rules=()):
    """P <=> Q, with calculation for the parts."""
    return equivalent(p_, q_, Context.of(conditions), lemmas, rules, close)


# --- one lemma -------------------------------------------------------------------------------------------------------


def test_a_lemma_proves_its_instances():
    (increasing,) = known(log_le)
    goal = log(x) <= log(x + 1)
    assert_says(increasing.matching(goal, Context.of([0 < x])), goal, [0 < x])


def test_a_lemma_proves_nothing_else():
    (increasing,) = known(log_le)
    assert increasing.matching(exp(x) <= exp(x + 1), Context.of([0 < x])) is None
    assert increasing.matching(log(x) < log(x + 1), Context.of([0 < x])) is None


def test_an_equation_is_two_inequalities_where_a_reason_compares():
    """Not where all that is named are equations: the inequalities would be of no reason."""
    bound = Known(r.assume(x <= y), "a bound", frozenset((x, y)))
    equation = Known(r.assume(Eq(f[i], f[j])), "an equation", frozenset((f, i, j)))
    facts = Context.of([x <= y, y <= x, Eq(f[i], f[j])])
    assert_says(entail(Eq(x, y), facts, [bound]), Eq(x, y), [x <= y, y <= x])
    assert entail(Eq(x, y), facts, [equation]) is None


def test_a_condition_of_a_lemma_that_is_not_known_is_noted():
    (increasing,) = known(log_le)
    assert increasing.matching(log(x) <= log(x + 1), NOTHING) is None
    assert increasing.failed == [0 < x]


def test_values_that_only_a_condition_mentions_are_read_off_the_facts():
    """a <= c needs some b between them."""
    (between,) = known(le_trans)
    assert_says(between.matching(x <= y, Context.of([x <= f[i], f[i] <= y])), x <= y, [x <= f[i], f[i] <= y])
    assert between.matching(x <= y, NOTHING) is None


def test_of_an_equivalence_either_side_follows_from_the_other():
    (iff_,) = known(log_le_iff)
    assert_says(
        iff_.matching(log(x) <= log(y), Context.of([0 < x, 0 < y, x <= y])), log(x) <= log(y), [0 < x, 0 < y, x <= y]
    )
    given_ = [0 < x, 0 < y, log(x) <= log(y)]
    assert_says(iff_.matching(x <= y, Context.of(given_)), x <= y, given_)
    assert iff_.matching(log(x) <= log(y), Context.of([0 < x, 0 < y])) is None


def test_a_condition_as_a_lemma_keeps_its_variables():
    ctx = Context.of([x <= y])
    fixed = Known(ctx.by_statement[x <= y], "condition", frozenset(ctx.free))
    assert_says(fixed.matching(x <= y, ctx), x <= y, [x <= y])
    assert fixed.matching(y <= x, ctx) is None


def test_instances_of_a_lemma_at_the_terms_of_a_goal():
    (below,) = known(log_le_sub_one)
    ctx = Context.of([0 < x, 0 < y])
    found = below.instances([log(x), log(y), exp(x)], ctx)
    assert [th.concl for th in found] == [log(x) <= x - 1, log(y) <= y - 1]
    assert below.instances([log(x + y - 7)], ctx) == [], "its condition is not known"


# --- statements ------------------------------------------------------------------------------------------------------


def test_side_conditions_are_entailed():
    assert_says(entail(0 < x * y, Context.of([0 < x, 0 < y])), 0 < x * y, [0 < x, 0 < y])


def test_linear_arithmetic_over_instances_of_the_lemmas():
    """log x + log y <= x + y, by log t <= t - 1 twice."""
    goal = log(x) + log(y) <= x + y
    assert_says(entail(goal, Context.of([0 < x, 0 < y]), known(log_le_sub_one)), goal, [0 < x, 0 < y])
    assert entail(goal, Context.of([0 < x, 0 < y])) is None, "the lemma must be named"
    assert entail(x + y <= log(x) + log(y), Context.of([0 < x, 0 < y]), known(log_le_sub_one)) is None


def test_instances_are_added_to_the_context_of_the_goal():
    ctx = Context.of([0 < x])
    assert (log(x) <= x - 1) in with_instances(log(x) <= x, ctx, known(log_le_sub_one)).by_statement
    assert with_instances(log(x) <= x, ctx, []) is ctx


def test_for_all_and_implies_are_opened():
    goal = ForAll((k, 1, n), log(f[k]) <= f[k] - 1)
    given_ = [ForAll((k, 1, n), 0 < f[k])]
    assert_says(entail(goal, Context.of(given_), known(log_le_sub_one)), goal, given_)
    assert entail(ForAll((k, 0, n), log(f[k]) <= f[k] - 1), Context.of(given_), known(log_le_sub_one)) is None


def test_a_lemma_may_say_something_for_all_k():
    goal, given_ = ForAll((k, 1, n), Eq(f[k], 0)), [ForAll((k, 1, n), 0 <= f[k]), Eq(total(f[k]), 0)]
    assert_says(entail(goal, Context.of(given_), known(terms_zero_of_sum_zero)), goal, given_)
    assert entail(goal, Context.of(given_[1:]), known(terms_zero_of_sum_zero)) is None


def test_an_equation_by_rewriting():
    rule_ = [Rule(log_exp.theorem, "log_exp")]
    assert_says(entail(Eq(log(exp(x)) * 2, x * 2), NOTHING, [], rule_), Eq(log(exp(x)) * 2, x * 2))


def test_an_equation_by_two_inequalities():
    goal = Eq(x, y)
    assert_says(entail(goal, Context.of([x <= y, y <= x])), goal, [x <= y, y <= x])
    assert entail(goal, Context.of([x <= y])) is None


@pytest.mark.parametrize(
    "goal", [0 < x, Eq(f, g), Member(theta, argmin(theta, loss[theta])), implies(0 < x, 0 < y)], ids=repr
)
def test_what_nothing_says_is_not_entailed(goal):
    assert entail(goal, NOTHING, known(log_le_sub_one, exp_lt)) is None


# --- comparing term by term ------------------------------------------------------------------------------------------


def test_sums_over_one_range_are_compared_term_by_term():
    goal = total(x * f[k]) <= total(x * g[k])
    assert_says(less(goal, Context.of([TERMWISE, 0 <= x]), [], []), goal, [TERMWISE, 0 <= x])
    assert less(goal, Context.of([TERMWISE]), [], []) is None


def test_the_ranges_must_be_the_same_and_the_comparison_known_on_all_of_it():
    assert less(total(f[k]) <= total(g[k], low=2), Context.of([TERMWISE]), [], []) is None
    assert less(total(f[k], low=0) <= total(g[k], low=0), Context.of([TERMWISE]), [], []) is None


def test_a_strict_inequality_of_sums_needs_more_than_this():
    """Nothing makes the range nonempty."""
    strictly = ForAll((k, 1, n), f[k] < g[k])
    assert less(total(f[k]) < total(g[k]), Context.of([strictly]), [], []) is None


def test_a_common_left_factor_is_taken_off():
    strict, weak = x * exp(y) < x * exp(f[i]), x * f[i] <= x * g[i]
    assert_says(less(weak, Context.of([0 <= x, f[i] <= g[i]]), [], []), weak, [0 <= x, f[i] <= g[i]])
    assert_says(less(strict, Context.of([0 < x, y < f[i]]), known(exp_lt), []), strict, [0 < x, y < f[i]])
    assert less(strict, Context.of([0 <= x, y < f[i]]), known(exp_lt), []) is None, "for x = 0 it is not strict"
    assert less(weak, Context.of([f[i] <= g[i]]), [], []) is None


def test_negatives_are_compared_the_other_way_round():
    goal = -total(g[k]) <= -total(f[k])
    assert_says(less(goal, Context.of([TERMWISE]), [], []), goal, [TERMWISE])
    assert less(-total(f[k]) <= -total(g[k]), Context.of([TERMWISE]), [], []) is None


def test_a_term_is_not_above_itself_but_not_strictly_below():
    assert_says(less(x <= x, NOTHING, [], []), x <= x)
    assert less(x < x, NOTHING, [], []) is None


# --- equivalences ----------------------------------------------------------------------------------------------------


def test_a_statement_is_equivalent_to_itself():
    assert_says(same(0 < x, 0 < x), Iff(0 < x, 0 < x))


def test_comparisons_with_equal_sides_are_equivalent():
    assert_says(same(x + y <= 1, y + x <= 1), Iff(x + y <= 1, y + x <= 1))


def test_two_statements_of_which_each_gives_the_other():
    assert_says(same(x <= y, 0 <= y - x), Iff(x <= y, 0 <= y - x))
    assert_says(same(i < j, i + 1 <= j), Iff(i < j, i + 1 <= j))
    assert same(x < y, x <= y) is None, "one direction only"
    assert same(x + y < 1, y + x <= 1) is None


def test_an_equivalence_that_is_a_lemma():
    rules = [Rule(log_le_iff.theorem, "log_le_iff")]
    goal = Iff(log(x) <= log(y), x <= y)
    assert_says(same(*goal.args, 0 < x, 0 < y, rules=rules), goal, [0 < x, 0 < y])
    assert_says(
        same(*reversed(goal.args), 0 < x, 0 < y, rules=[rules[0].flipped()]), Iff(*reversed(goal.args)), [0 < x, 0 < y]
    )
    assert same(*goal.args, 0 < x, rules=rules) is None


def test_what_a_minimiser_is():
    rules = [SortedRule(mem_argmin, reverse=False)]
    goal = Iff(Member(theta, argmin(theta, loss[theta])), ForAll(phi, loss[theta] <= loss[phi]))
    assert_says(same(*goal.args, rules=rules), goal)
    greatest = ForAll(phi, loss[phi] <= loss[theta])
    assert same(goal.args[0], greatest, rules=rules) is None


def test_under_for_all_and_after_the_same_assumption():
    left, right = ForAll((k, 1, n), f[k] + x <= g[k] + x), ForAll((j, 1, n), f[j] <= g[j])
    assert_says(same(left, right), Iff(left, right))
    assert same(left, ForAll((k, 0, n), f[k] <= g[k])) is None
    inside, turned = ForAll(k, 0 <= log(f[k] * x)), ForAll(k, 0 <= log(x * f[k]))
    assert_says(same(inside, turned), Iff(inside, turned))


def test_what_is_assumed_is_known_in_what_follows():
    left, right = implies(0 < x, Eq(x / x, y)), implies(0 < x, Eq(Num(1), y))
    assert_says(same(left, right), Iff(left, right))


def test_a_definition_may_stand_on_one_side():
    left, right = surprisal(p, i) <= 1, -log(p[i]) <= 1
    th = equivalent(left, right, NOTHING, [], [], lambda a, b, c: DefinitionRule(surprisal).at(a, c, b))
    assert_says(th, Iff(left, right))
    assert cross_entropy(V, q, p) != left
