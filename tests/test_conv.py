"""Conversions: functions from a term and what is known there to a theorem term = new term, or None.

Here the conversions are small ones, x -> y and ``opened``, which turns f(k) to g(k) where 1 <= k <= n is known.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from sequents import after, assert_says
from strategies import f, g, i, j, k, n, reals, x, y
from sweep import examples

from derive import *
from derive.kernel import rules as r
from derive.kernel.terms import At, Num, lam, substitute
from derive.kernel.theorem import RuleError
from derive.tactics.context import Context
from derive.tactics.conv import (
    by_equations,
    everywhere,
    first_of,
    in_parts,
    relate_parts,
    repeatedly,
    rewrite,
    ring_with,
)

NOTHING = Context()
SAME = ForAll((k, 1, n), Eq(f[k], g[k]))
x_is_y = r.assume(Eq(x, y))
x_to_y = by_equations({x: x_is_y})


def opened(term, ctx):
    """f(k) = g(k) by the condition SAME, where 1 <= k and k <= n are known."""
    if not (isinstance(term, At) and term.fn == f):
        return None
    low, high = ctx.by_statement.get(1 <= term.arg), ctx.by_statement.get(term.arg <= n)
    if low is None or high is None:
        return None
    return r.mp(r.mp(r.spec(r.assume(SAME), term.arg), low), high)


# --- the parts of a term ---------------------------------------------------------------------------------------------


def test_the_immediate_parts_are_converted():
    assert_says(in_parts(x + x * 2, NOTHING, x_to_y), Eq(x + x * 2, y + x * 2), [Eq(x, y)])


def test_none_says_that_no_part_changed():
    assert in_parts(2 * i, NOTHING, x_to_y) is None
    assert in_parts(x, NOTHING, x_to_y) is None, "a variable has no parts"
    assert in_parts(x + 1, NOTHING, lambda t, c: r.refl(t)) is None, "t = t is no change"


def test_a_function_and_its_argument_are_parts():
    i_is_j = by_equations({i: r.assume(Eq(i, j)), f: r.assume(Eq(f, g))})
    assert_says(in_parts(f[i], NOTHING, i_is_j), Eq(f[i], g[j]), [Eq(i, j), Eq(f, g)])


def test_under_a_sum_the_bounds_of_its_index_are_known():
    whole = Sum(f[k], (k, 1, n))
    assert_says(in_parts(whole, NOTHING, opened), Eq(whole, Sum(g[k], (k, 1, n))), [SAME])
    assert in_parts(Sum(f[k], (k, 0, n)), NOTHING, opened) is None, "0 <= k is not 1 <= k"
    long_product = Prod(f[k], (k, 1, n))
    assert_says(in_parts(long_product, NOTHING, opened), Eq(long_product, Prod(g[k], (k, 1, n))), [SAME])


def test_under_any_other_binder_nothing_is_known_of_the_variable():
    assert in_parts(argmin(k, f[k]), NOTHING, opened) is None
    assert_says(in_parts(argmin(k, x + f[k]), NOTHING, everywhere(x_to_y)),
                Eq(argmin(k, x + f[k]), argmin(k, y + f[k])), [Eq(x, y)])  # fmt: skip


def test_the_bounds_and_the_body_of_a_sum_change_together():
    twice = everywhere(by_equations({i: r.assume(Eq(i, j)), x: x_is_y}))
    whole = Sum(x * k, (k, i, n))
    assert_says(twice(whole, NOTHING), Eq(whole, Sum(y * k, (k, j, n))), [Eq(i, j), Eq(x, y)])


def test_a_bound_that_has_the_letter_of_the_index_is_another_variable():
    """The sum of f(k) over k = 1..n, at n = k."""
    upto_k = substitute(Sum(f[k], (k, 1, n)), {n: k})
    same_upto_k = substitute(SAME, {n: k})

    def opened_upto_k(term, ctx):
        if not (isinstance(term, At) and term.fn == f):
            return None
        low, high = ctx.by_statement.get(1 <= term.arg), ctx.by_statement.get(term.arg <= k)
        return r.mp(r.mp(r.spec(r.assume(same_upto_k), term.arg), low), high) if low and high else None

    assert_says(in_parts(upto_k, NOTHING, opened_upto_k), Eq(upto_k, Sum(g[j], (j, 1, k))), [same_upto_k])


def test_a_statement_is_no_value_and_has_no_parts_to_convert():
    assert in_parts(x < y, NOTHING, x_to_y) is None


def test_two_terms_of_one_shape_are_related_part_by_part():
    def same_or_assumed(a, b, ctx):
        return r.refl(a) if a == b else x_to_y(a, ctx) if b == y else None

    assert_says(relate_parts(x * 2, y * 2, NOTHING, same_or_assumed), Eq(x * 2, y * 2), [Eq(x, y)])
    assert relate_parts(x * 2, y * 3, NOTHING, same_or_assumed) is None, "one part cannot be related"
    assert relate_parts(x * 2, y + 2, NOTHING, same_or_assumed) is None, "another operator"
    assert relate_parts(f[i], x, NOTHING, same_or_assumed) is None, "another shape"


# --- combining them --------------------------------------------------------------------------------------------------


def test_everywhere_converts_at_all_places_once():
    assert_says(everywhere(x_to_y)(x + exp(x) * 2, NOTHING), Eq(x + exp(x) * 2, y + exp(y) * 2), [Eq(x, y)])
    assert everywhere(x_to_y)(y + 1, NOTHING) is None


def test_everywhere_does_not_look_inside_what_it_made():
    """x -> x + 1 would never end."""
    grows = by_equations({x: r.assume(Eq(x, x + 1))})
    assert after(everywhere(grows)(2 * x, NOTHING)) == 2 * (x + 1)


def test_everywhere_begins_outside():
    outside = by_equations({exp(x): r.assume(Eq(exp(x), y)), x: x_is_y})
    assert after(everywhere(outside)(exp(x), NOTHING)) == y


def test_repeatedly_goes_on_until_nothing_changes():
    down = everywhere(by_equations({x: x_is_y, y: r.assume(Eq(y, n))}))
    assert_says(repeatedly(down)(exp(x), NOTHING), Eq(exp(x), exp(n)), [Eq(x, y), Eq(y, n)])
    assert repeatedly(down)(i, NOTHING) is None
    turning = everywhere(by_equations({x: x_is_y, y: r.assume(Eq(y, x))}))
    assert after(repeatedly(turning, limit=5)(x, NOTHING)) == y, "a circle ends at the limit"


def test_the_first_that_applies_is_taken():
    other = by_equations({x: r.assume(Eq(x, n)), y: r.assume(Eq(y, n))})
    both = first_of(x_to_y, other)
    assert after(both(x, NOTHING)) == y
    assert after(both(y, NOTHING)) == n
    assert both(i, NOTHING) is None


# --- rewriting with equations as they stand --------------------------------------------------------------------------


def test_rewrite_replaces_left_sides_and_always_answers():
    assert_says(rewrite(x * exp(x), x_is_y), Eq(x * exp(x), y * exp(y)), [Eq(x, y)])
    assert_says(rewrite(n * n, x_is_y), Eq(n * n, n * n))


def test_rewrite_leaves_a_bound_variable_alone_that_shares_its_letter_with_a_free_one():
    no_hypotheses = r.ring(k + 0, k, ())
    whole = Sum(f[k], (k, 1, n)) * (k + 0)
    assert_says(rewrite(whole, no_hypotheses), Eq(whole, Sum(f[k], (k, 1, n)) * k))


def test_ring_with_rewrites_both_sides_and_closes_with_the_field_identities():
    assert_says(ring_with(x * 2, y + y, (x_is_y,)), Eq(x * 2, y + y), [Eq(x, y)])
    assert_says(ring_with(x, x), Eq(x, x))
    nonzero = r.assume(Ne(y, 0))
    assert_says(ring_with(x / y, Num(1), (x_is_y,), (nonzero,)), Eq(x / y, Num(1)), [Eq(x, y), Ne(y, 0)])


@pytest.mark.parametrize(("a", "b"), [(x, y + 1), (x / y, Num(1))])
def test_ring_with_raises_where_the_sides_differ(a, b):
    with pytest.raises(RuleError):
        ring_with(a, b, (x_is_y,))


@examples(40)
@given(reals(3, (), True))
def test_rewriting_a_variable_everywhere_is_substitution(term):
    """No binder captures, wherever the variable stands."""
    assert_says(rewrite(term, x_is_y), Eq(term, substitute(term, {x: y})), [Eq(x, y)])
    to_family = r.assume(Eq(f, lam(i, g[i] * 2)))
    assert_says(rewrite(term, to_family), Eq(term, substitute(term, {f: lam(i, g[i] * 2)})), to_family.hyps)
