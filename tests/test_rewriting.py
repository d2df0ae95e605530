"""Rewriting with what a reason names: a lemma, a condition, a definition, a law over an abstract set.

A rule gives term = new term, or None; ``directed`` goes from one term to another with the rules where they differ.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from sequents import after, assert_says
from strategies import f, g, i, j, k, n, reals, x, y
from sweep import examples

from derive import *
from derive.kernel import rules as r
from derive.kernel.terms import Num, substitute
from derive.language.letters import THETA, V, eps, theta
from derive.tactics.context import Context
from derive.tactics.rewriting import DefinitionRule, Rule, SortedRule, directed, exhaustively

NOTHING = Context()
POSITIVE = (0 < x, 0 < y)
loss = function("L", THETA, REAL)


def rule(lemma, reverse=False):
    return Rule(lemma.theorem, lemma.name, reverse=reverse)


def condition(statement, *others):
    """The condition as a rule, and the context in which it is given."""
    ctx = Context.of([statement, *others])
    return Rule(ctx.by_statement[statement], "condition", frozenset(ctx.free)), ctx


# --- lemmas ----------------------------------------------------------------------------------------------------------


def test_a_lemma_is_used_left_to_right():
    assert_says(rule(log_exp)(log(exp(n + 1)), NOTHING), Eq(log(exp(n + 1)), n + 1))


def test_a_lemma_matches_the_whole_term_only():
    assert rule(log_exp)(2 * log(exp(x)), NOTHING) is None


def test_conditions_of_a_lemma_are_proved_from_what_is_known():
    assert_says(rule(log_mul)(log(x * y), Context.of(POSITIVE)), Eq(log(x * y), log(x) + log(y)), POSITIVE)


def test_a_condition_that_is_not_known_is_noted_and_nothing_is_rewritten():
    product_rule = rule(log_mul)
    assert product_rule(log(x * y), Context.of([0 < x])) is None
    assert product_rule.failed == [0 < y]


def test_reversed_a_lemma_is_used_right_to_left():
    joined = rule(log_mul, reverse=True)(log(x) + log(y), Context.of(POSITIVE))
    assert_says(joined, Eq(log(x) + log(y), log(x * y)), POSITIVE)


def test_flipping_twice_is_the_same_rule_and_notes_go_to_the_same_list():
    there = rule(log_mul)
    back = there.flipped()
    assert (back.left, back.right) == (there.right, there.left)
    assert (back.flipped().left, back.flipped().right) == (there.left, there.right)
    assert back.failed is there.failed


def test_what_the_left_side_leaves_open_is_read_off_the_target():
    """0 = sum of 0 over m..n: the bounds stand on the right only."""
    spread = rule(sum_zero, reverse=True)
    target = Sum(Num(0), (k, 1, n))
    assert spread.at(Num(0), NOTHING) is None
    assert_says(spread.at(Num(0), NOTHING, target), Eq(Num(0), target))


def test_values_that_only_a_condition_mentions_are_read_off_the_facts():
    """x <= y |- i + 0 = i leaves open what x and y are; any known comparison will do."""
    simpler = Rule(r.cut(r.assume(x <= y), r.ring(i + 0, i, ())), "simpler")
    assert simpler(n + 0, NOTHING) is None
    assert_says(simpler(n + 0, Context.of([0 < x, g[i] <= 3])), Eq(n + 0, n), [g[i] <= 3])


def test_a_lemma_about_an_index_takes_no_real_number():
    """delta(i, j) stands for integers; x - x = 0 may not put a real into an integer's place."""
    swapped = Rule(r.assume(Eq(n, x)), "n is x", frozenset({n, x}))
    assert swapped(n, NOTHING) is None
    assert swapped.at(n, Context.of([Eq(n, x)]), x) is not None, "where a real is wanted it may"


def test_a_statement_that_is_no_equation_is_no_rule():
    with pytest.raises(ValueError, match="exp_pos is not an equation"):
        rule(exp_pos)


def test_a_rule_that_makes_its_own_left_side_again_says_so():
    """Such a rule is not used until nothing changes."""
    assert rule(delta_comm).feeds_itself
    assert rule(sum_last, reverse=True).feeds_itself is False
    assert not rule(log_mul).feeds_itself
    assert rule(sum_swap).feeds_itself


# --- conditions ------------------------------------------------------------------------------------------------------


def test_a_condition_speaks_of_its_own_variables_only():
    x_is, ctx = condition(Eq(x, y + 1))
    assert_says(x_is(x, ctx), Eq(x, y + 1), [Eq(x, y + 1)])
    assert x_is(n, ctx) is None


def test_a_condition_for_all_k_is_used_for_each_k_in_range():
    same, ctx = condition(ForAll((k, 1, n), Eq(f[k], g[k] * 2)), 1 <= i, i <= n)
    assert_says(same(f[i], ctx), Eq(f[i], g[i] * 2), [th.concl for th in ctx.facts])
    assert same(f[j], ctx) is None, "1 <= j is not known"
    assert same(g[i], ctx) is None


# --- definitions -----------------------------------------------------------------------------------------------------


def test_a_definition_is_unfolded():
    th = DefinitionRule(uniform)(uniform(V)[k], NOTHING)
    assert_says(th, Eq(uniform(V)[k], 1 / V))
    assert DefinitionRule(uniform)(one_hot(i)[k], NOTHING) is None


def test_only_the_definition_at_the_head_is_unfolded():
    whole = cross_entropy(V, one_hot(i), f)
    assert after(DefinitionRule(cross_entropy)(whole, NOTHING)) == -Sum(one_hot(i)[k] * log(f[k]), (k, 1, V))


def test_folding_needs_to_know_what_is_wanted():
    fold = DefinitionRule(uniform).flipped()
    assert fold(1 / V, NOTHING) is None
    assert_says(fold.at(1 / V, NOTHING, uniform(V)[k]), Eq(1 / V, uniform(V)[k]))
    assert fold.at(1 / V, NOTHING, uniform(V + 1)[k]) is None


# --- laws over abstract sets -----------------------------------------------------------------------------------------


def test_a_law_of_minimisers_has_an_instance_for_each_set():
    shift = SortedRule(argmin_shift, reverse=False)
    whole = argmin(theta, loss[theta] + x)
    assert_says(shift(whole, NOTHING), Eq(whole, argmin(theta, loss[theta])))
    assert_says(shift.flipped().at(argmin(theta, loss[theta]), NOTHING, whole), Eq(argmin(theta, loss[theta]), whole))
    assert shift(argmax(theta, loss[theta] + x), NOTHING) is None
    assert shift(x + 1, NOTHING) is None, "a number is no set of minimisers"


def test_a_law_of_minimisers_notes_its_missing_condition():
    scale = SortedRule(argmin_scale, reverse=False)
    assert scale(argmin(theta, x * loss[theta]), NOTHING) is None
    assert scale.failed == [0 < x]


# --- from one term to another ----------------------------------------------------------------------------------------


def test_directed_rewrites_where_the_two_terms_differ():
    before = log(exp(x)) + log(exp(y))
    assert_says(directed(before, x + log(exp(y)), [rule(log_exp)], NOTHING), Eq(before, x + log(exp(y))))
    assert_says(directed(before, x + y, [rule(log_exp)], NOTHING), Eq(before, x + y))


def test_directed_works_under_sums_where_the_bounds_are_known():
    same, ctx = condition(ForAll((k, 1, n), Eq(f[k], g[k])))
    before, wanted = Sum(x * f[k], (k, 1, n)), Sum(x * g[j], (j, 1, n))
    assert_says(directed(before, wanted, [same], ctx), Eq(before, wanted), [th.concl for th in ctx.facts])
    longer = Sum(x * f[k], (k, 0, n))
    assert directed(longer, Sum(x * g[k], (k, 0, n)), [same], ctx) is None, "nothing is known of f(0)"


def test_directed_ends_with_field_identities():
    before, wanted = log(exp(x + y)) * exp(2 * x), (y + x) * exp(x + x)
    assert_says(directed(before, wanted, [rule(log_exp)], NOTHING), Eq(before, wanted))


def test_directed_follows_the_shape_of_the_target():
    """A product is not compared with a sum part by part; rewriting everywhere comes first there."""
    assert directed(2 * log(exp(x)), x + x, [rule(log_exp)], NOTHING) is None


def test_directed_without_rules_still_calculates():
    assert_says(directed(x + y, y + x, [], NOTHING), Eq(x + y, y + x))


def test_directed_refuses_what_the_rules_do_not_give():
    assert directed(log(x * y), log(x) - log(y), [rule(log_mul)], Context.of(POSITIVE)) is None
    assert directed(log(x * y), log(x) + log(y), [rule(log_mul)], Context.of([0 < x])) is None


def test_rules_are_used_so_many_times_inside_one_another():
    """So a circle of rules comes to an end."""
    twice = log(exp(log(exp(x))))
    assert directed(twice, x, [rule(log_exp)], NOTHING, fuel=1) is None
    assert_says(directed(twice, x, [rule(log_exp)], NOTHING, fuel=2), Eq(twice, x))


def test_several_rules_after_one_another():
    is_y, ctx = condition(Eq(f[i], y))
    rules = [DefinitionRule(surprisal), is_y]
    assert_says(directed(surprisal(f, i), -log(y), rules, ctx), Eq(surprisal(f, i), -log(y)), [Eq(f[i], y)])


def test_exhaustively_uses_the_rules_until_none_applies():
    ctx = Context.of([*POSITIVE, 0 < eps])
    th = exhaustively([rule(log_mul)])(1 + log(x * (y * eps)), ctx)
    assert_says(th, Eq(1 + log(x * (y * eps)), 1 + (log(x) + (log(y) + log(eps)))), [*POSITIVE, 0 < eps])
    assert exhaustively([rule(log_mul)])(x + y, ctx) is None


def test_rules_that_make_a_term_ever_larger_give_nothing():
    doubles, ctx = condition(Eq(f[i], f[i] * f[i] + 1))
    assert exhaustively([doubles])(f[i], ctx) is None
    counted = exhaustively([rule(sum_split_last)])(Sum(f[k], (k, 1, 2)), NOTHING)
    two = Num(2)
    assert_says(counted, Eq(Sum(f[k], (k, 1, 2)), Sum(f[k], (k, 1, two - 1 - 1)) + f[two - 1] + f[two]))


@examples(40)
@given(reals(3, (), True), reals(1))
def test_directed_finds_where_a_condition_was_used(term, meaning):
    """x replaced by what it equals, wherever it stands in a term."""
    statement = Eq(x, substitute(meaning, {x: y}))
    x_is, ctx = condition(statement)
    wanted = substitute(term, {x: after(x_is.theorem)})
    assert_says(directed(term, wanted, [x_is], ctx), Eq(term, wanted), [statement])
