"""Matching: which values of the schematic variables make a pattern into a term.

``match(pattern, term, schematic)`` gives the values, or None.  It only compares: x + 1 does not match 1 + x.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from strategies import f, g, i, integers, j, k, n, reals, spoiled, w, x, y
from sweep import examples

from derive import *
from derive.kernel.terms import Num, implies, lam, substitute
from derive.tactics.matching import match

SOME = examples(40)
table = function("table", INT, FAMILY)  # table[i] is a family
other = function("other", INT, FAMILY)


# --- variables -------------------------------------------------------------------------------------------------------


def test_a_schematic_variable_stands_for_any_term():
    assert match(x + 1, i * y + 1, {x}) == {x: i * y}


def test_without_schematic_variables_a_term_matches_only_itself():
    assert match(x + y, x + y, set()) == {}
    assert match(x + y, y + x, set()) is None


def test_a_variable_that_is_not_schematic_stands_for_itself():
    assert match(x + y, 2 + y, {x}) == {x: Num(2)}
    assert match(x + y, 2 + x, {x}) is None


def test_a_variable_that_occurs_twice_has_one_value():
    assert match(x * x, (y + 1) * (y + 1), {x}) == {x: y + 1}
    assert match(x * x, (y + 1) * (1 + y), {x}) is None


def test_an_integer_may_stand_for_a_real_but_not_a_real_for_an_integer():
    assert match(exp(x), exp(n), {x}) == {x: n}
    assert match(exp(n), exp(x), {n}) is None


def test_operators_must_agree():
    assert match(x + y, x - y, {x, y}) is None
    assert match(exp(x), log(y), {x}) is None


def test_the_letters_of_bound_variables_do_not_matter():
    assert match(Sum(f[k] * x, (k, 1, n)), Sum(f[j] * 2, (j, 1, n)), {x}) == {x: Num(2)}


# --- what is known beforehand ----------------------------------------------------------------------------------------


def test_values_known_beforehand_are_kept_and_must_agree():
    known = {x: Num(1)}
    assert match(x + y, 1 + n, {x, y}, known) == {x: Num(1), y: n}
    assert match(x + y, 2 + n, {x, y}, known) is None
    assert known == {x: Num(1)}, "the caller's mapping is not changed"


# --- functions -------------------------------------------------------------------------------------------------------


def test_a_family_matches_a_family():
    assert match(f, g, {f}) == {f: g}
    assert match(f, lam(k, k + 1), {f}) == {f: lam(k, k + 1)}


def test_a_function_of_the_index_stands_for_whatever_is_under_the_sum():
    assert match(Sum(f[k], (k, 1, n)), Sum(2 * g[k] + k, (k, 1, n)), {f}) == {f: lam(k, 2 * g[k] + k)}


def test_a_function_with_integer_values_does_not_stand_for_reals():
    assert match(Sum(w[k], (k, 1, n)), Sum(k * k, (k, 1, n)), {w}) == {w: lam(k, k * k)}
    assert match(Sum(w[k], (k, 1, n)), Sum(g[k], (k, 1, n)), {w}) is None


def test_a_function_of_the_index_may_ignore_it():
    assert match(Sum(f[k], (k, 1, n)), Sum(x, (k, 1, n)), {f}) == {f: lam(k, x)}


def test_a_variable_without_the_index_cannot_stand_for_what_depends_on_it():
    """Sum of a constant: x is the same for all k, and g(k) is not."""
    assert match(Sum(x, (k, 1, n)), Sum(y + 2, (k, 1, n)), {x}) == {x: y + 2}
    assert match(Sum(x, (k, 1, n)), Sum(g[k], (k, 1, n)), {x}) is None
    assert match(Sum(f[k], (k, 1, n)) + x, Sum(g[k], (k, 1, n)) + g[k], {f, x}) == {f: g, x: g[k]}, (
        "a free k is another k"
    )


def test_a_function_of_two_indices_under_two_sums():
    pattern = Sum(Sum(table[i][j], (j, 1, n)), (i, 1, n))
    term = Sum(Sum(f[i] * g[j], (j, 1, n)), (i, 1, n))
    assert match(pattern, term, {table}) == {table: lam(i, lam(j, f[i] * g[j]))}


def test_a_function_of_the_outer_index_only_does_not_match_what_mentions_both():
    pattern = Sum(Sum(f[i], (j, 1, n)), (i, 1, n))
    assert match(pattern, Sum(Sum(g[i] * 2, (j, 1, n)), (i, 1, n)), {f}) == {f: lam(i, g[i] * 2)}
    assert match(pattern, Sum(Sum(g[j], (j, 1, n)), (i, 1, n)), {f}) is None


def test_a_function_under_two_sums_is_the_same_function():
    pattern = Sum(f[k], (k, 1, n)) * Sum(f[k], (k, 1, i))
    squares = lam(k, k * k)
    assert match(pattern, Sum(k * k, (k, 1, n)) * Sum(j * j, (j, 1, i)), {f}) == {f: squares}
    assert match(pattern, Sum(k * k, (k, 1, n)) * Sum(k + k, (k, 1, i)), {f}) is None


def test_a_function_elsewhere_is_compared_once_it_is_known():
    """The law that splits off the last term: f is read off the sum, and then f(n + 1) must be the term beside it."""
    pattern = Sum(f[k], (k, 1, n)) + f[n + 1]
    squares = lam(k, k * k)
    assert match(pattern, Sum(k * k, (k, 1, n)) + (n + 1) * (n + 1), {f}) == {f: squares}
    assert match(pattern, Sum(k * k, (k, 1, n)) + n * n, {f}) is None
    turned_round = f[n + 1] + Sum(f[k], (k, 1, n))
    assert match(turned_round, (n + 1) * (n + 1) + Sum(k * k, (k, 1, n)), {f}) == {f: squares}


def test_a_family_applied_to_the_same_entry_is_matched_as_a_family():
    """p_t(y) against q_3(y)."""
    assert match(table[i][j], other[Num(3)][j], {table, i}) == {table: other, i: Num(3)}
    assert match(f[k], table[i][k], {f}) == {f: table[i]}


def test_a_function_at_a_known_variable_abstracts_all_its_occurrences():
    """The last resort: for f(i) against g(j) + j, where i is j."""
    found = match(implies(i <= n, 0 <= f[i]), implies(j <= n, 0 <= g[j] + j), {i, f})
    assert found == {i: j, f: lam(j, g[j] + j)}
    whole = implies(i <= n, 0 <= w[i])
    assert match(whole, implies(j <= n, 0 <= j * j), {i, w}) == {i: j, w: lam(j, j * j)}
    assert match(whole, implies(j <= n, 0 <= g[j] + j), {i, w}) is None, "w has integers for values"


def test_a_function_that_nothing_determines_is_not_guessed():
    assert match(f[n + 1], n * n, {f}) is None
    assert match(0 <= f[i], 0 <= x, {i, f}) is None


def test_a_function_written_out_matches_its_short_form():
    """k |-> h_k(k) is g where h_i(j) is g(i)."""
    pattern = Sum(Sum(table[i][j], (j, 1, n)), (i, 1, n)) + expectation(n, f, fun(k, table[k][k]))
    term = Sum(Sum(g[i], (j, 1, n)), (i, 1, n)) + expectation(n, f, g)
    assert match(pattern, term, {table}) == {table: lam(i, lam(j, g[i]))}


def test_a_minimiser_is_matched_under_its_binder():
    theta = Var("theta", Base("Theta"))
    loss, cost = function("loss", theta.sort, REAL), function("cost", theta.sort, REAL)
    pattern, term = argmin(theta, loss[theta] + x), argmin(theta, 2 * cost[theta] + n)
    assert match(pattern, term, {loss, x}) == {loss: lam(theta, 2 * cost[theta]), x: n}
    assert match(pattern, argmin(theta, 2 * cost[theta] + cost[theta]), {loss, x}) is None


# --- for all patterns ------------------------------------------------------------------------------------------------


@SOME
@given(reals(3, (), True), reals(2), reals(2), integers(1))
def test_an_instance_of_a_pattern_matches_with_these_values(pattern, first, second, whole):
    values = {v: t for v, t in {x: first, y: second, i: whole}.items() if v in pattern.free}
    assert match(pattern, substitute(pattern, values), {x, y, i}) == values


@SOME
@given(reals(2), reals(2, (k,)), reals(2))
def test_an_instance_of_a_pattern_with_a_function_matches(rest, entry, number):
    pattern = Sum(f[k], (k, 1, n)) + f[n] * x + rest
    values = {f: lam(k, entry), x: number}
    assert match(pattern, substitute(pattern, values), {f, x}) == values


@SOME
@given(st.data())
def test_what_match_finds_makes_the_pattern_into_the_term(data):
    pattern = data.draw(reals(3))
    term = data.draw(spoiled(substitute(pattern, {x: data.draw(reals(1)), y: data.draw(reals(1))})))
    found = match(pattern, term, {x, y})
    assert found is None or substitute(pattern, found) == term


@SOME
@given(reals(3, (), True))
def test_a_term_matches_itself(term):
    every_variable = {v for v in term.free if v not in (f, g, w)}
    assert match(term, term, every_variable) == {v: v for v in every_variable}


def test_a_family_that_is_known_by_its_own_letter_is_matched_at_an_open_index():
    """A lemma's f may be the author's f."""
    pattern, term = Eq(Sum(f[k], (k, 1, n)), f[i] * f[j]), Eq(Sum(f[k], (k, 1, n)), f[n] * f[1])
    assert match(pattern, term, {f, i, j}) == {f: f, i: n, j: Num(1)}
    assert match(pattern, Eq(Sum(f[k], (k, 1, n)), f[n] * x), {f, i, j}) is None
