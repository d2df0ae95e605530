"""The normal form of sums of products with indicators and logarithms: the reason ``auto``.

A ``Normalizer`` is one run: its features say which laws it may use, and ``used`` records which it did.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sequents import after, assert_says
from strategies import f, g, i, j, k, n, polynomials, reals, rearranged, x, y
from sweep import examples

from derive import *
from derive.kernel.terms import Num
from derive.language.letters import V, p
from derive.tactics.context import Context
from derive.tactics.normal import ALL, MORE, Normalizer, by_normal_form
from derive.tactics.rewriting import Rule

NOTHING = Context()
table = function("h", INT, FAMILY)
RANGE = (1 <= i, i <= n)
POSITIVE = ForAll((k, 1, n), 0 < f[k])


def total(body, low=1):
    return Sum(body, (k, low, n))


def normal(term, *conditions, features=ALL):
    """The normal form, and what was used for it."""
    normalizer = Normalizer(features)
    th = normalizer.normalize(term, Context.of(conditions))
    assert_says(th, Eq(term, after(th)), conditions)
    return after(th), set(normalizer.used)


# --- feature by feature: term, conditions, normal form, lemmas ---------------------------------------------------------

FORMS = {
    "sums": {
        "a factor without the index comes out": (total(x * f[k]), [], x * total(f[k]), {"sum_mul"}),
        "also from behind": (total(f[k] * x), [], x * total(f[k]), {"sum_mul"}),
        "a sum splits": (total(f[k] + g[k]), [], total(f[k]) + total(g[k]), {"sum_add"}),
        "a difference splits": (total(f[k] - g[k]), [], total(f[k]) + -1 * total(g[k]), {"sum_add", "sum_mul"}),
        "a product with a sum is multiplied out": (
            total(f[k] * (x + g[k])), [], total(f[k] * g[k]) + x * total(f[k]), {"sum_add", "sum_mul"},
        ),
        "a divisor comes out": (total(f[k] / x), [Ne(x, 0)], 1 / x * total(f[k]), {"sum_mul"}),
    },
    "indicators": {
        "the sum picks out a term": (total(delta(k, i) * f[k]), RANGE, f[i], {"sum_delta"}),
        "with the indices turned round": (total(f[k] * delta(i, k)), RANGE, f[i], {"sum_delta'"}),
        "in a quotient": (
            total(f[k] * delta(k, i) / g[k]),
            [*RANGE, ForAll((k, 1, n), Ne(g[k], 0))],
            f[i] / g[i],
            {"sum_delta"},
        ),
        "an indicator of the same index": (delta(i, i), [], Num(1), {"delta_same"}),
        "an indicator of two indices that differ": (delta(i, j), [i < j], Num(0), {"delta_diff"}),
        "an indicator of two that agree": (delta(i, j), [Eq(i, j)], Num(1), {"delta_of_eq"}),
    },
    "logs": {
        "of a product": (log(x * y), [0 < x, 0 < y], log(x) + log(y), {"log_mul"}),
        "of a quotient": (log(x / y), [0 < x, 0 < y], log(x) - log(y), {"log_div"}),
        "of an inverse": (log(1 / y), [0 < y], -log(y), {"log_inv"}),
        "of a power": (log(x**3), [0 < x], 3 * log(x), {"log_pow"}),
        "of an exponential": (log(exp(x)), [], x, {"log_exp"}),
        "of 1": (log(Num(1)), [], Num(0), {"log_one"}),
        "of a long product": (log(Prod(f[k], (k, 1, n))), [POSITIVE], total(log(f[k])), {"log_prod"}),
        "the exponential of one": (exp(log(x)), [0 < x], x, {"exp_log"}),
        "with the convention 0 log 0 = 0, where it is not needed": (
            xlogy(y, x), [0 < x], y * log(x), {"xlogy_eq_mul_log"},
        ),
    },
}  # fmt: skip
CASES = [(feature, name) for feature, forms in FORMS.items() for name in forms]


@pytest.mark.parametrize(("feature", "name"), CASES)
def test_the_normal_form_and_the_lemmas_it_used(feature, name):
    term, conditions, wanted, lemmas = FORMS[feature][name]
    assert normal(term, *conditions, features={feature}) == (wanted, lemmas)


@pytest.mark.parametrize(("feature", "name"), CASES)
def test_without_the_feature_the_term_stays(feature, name):
    term, conditions, wanted, lemmas = FORMS[feature][name]
    form, used = normal(term, *conditions, features=ALL - {feature})
    assert form != wanted and not used & lemmas


@pytest.mark.parametrize(("feature", "name"), [c for c in CASES if FORMS[c[0]][c[1]][1]])
def test_without_its_condition_the_term_stays(feature, name):
    term, conditions, wanted, _ = FORMS[feature][name]
    for left_out in conditions:
        form, _ = normal(term, *(c for c in conditions if c is not left_out), features={feature})
        assert form != wanted, left_out


def test_an_indicator_picks_out_a_term_only_where_it_says_what_the_index_is():
    doubled = total(delta(k + k, i) * f[k])
    assert normal(doubled, *RANGE)[0] == doubled
    assert normal(total(delta(k, k * k) * f[k]), *RANGE)[1] == set()


def test_constants_are_counted():
    both = {"sums", "constants"}
    assert normal(total(x), 0 <= n, features=both) == (n * x, {"sum_const"})
    assert normal(total(x, low=i), i <= n + 1, features=both) == ((n - i + 1) * x, {"sum_const"})
    assert normal(total(x), features=both)[0] == total(x), "for n < 0 it is not n x"
    assert normal(total(x), 0 <= n, features={"sums"})[0] == total(x)


def test_nested_sums_get_a_fixed_order():
    one, other = Sum(Sum(table[j][k], (k, 1, n)), (j, 1, i)), Sum(Sum(table[j][k], (j, 1, i)), (k, 1, n))
    (form, used), (again, used_again) = normal(one, features={"nested"}), normal(other, features={"nested"})
    assert form == again
    assert sorted([used, used_again], key=len) == [set(), {"sum_swap"}]
    dependent = total(Sum(f[j], (j, 1, k)))
    assert normal(dependent)[0] == dependent


def test_a_factor_goes_into_a_sum_whose_range_comes_first_in_order():
    """So that a sum of products has one form, whichever factor was written outside."""
    by_rows = Sum(f[k] * Sum(table[k][i] * g[i], (i, 1, V)), (k, 1, n))
    by_columns = Sum(g[i] * Sum(table[k][i] * f[k], (k, 1, n)), (i, 1, V))
    assert by_normal_form(by_rows, by_columns, NOTHING, Normalizer(ALL)) is None
    both = Normalizer(ALL | MORE)
    assert_says(by_normal_form(by_rows, by_columns, NOTHING, both), Eq(by_rows, by_columns), [])
    again = after(both.normalize(by_rows, NOTHING))
    assert after(both.normalize(again, NOTHING)) == again, "and it stays as it is"
    transposed = Sum(g[i] * Sum(table[i][k] * f[k], (k, 1, n)), (i, 1, V))
    assert by_normal_form(by_rows, transposed, NOTHING, both) is None


def test_a_sum_of_zeros_is_zero():
    assert normal(total(f[k] - f[k]), features=()) == (Num(0), {"sum_zero"})


def test_zeros_and_ones_are_tidied_up_by_every_run():
    assert normal(0 * x + 1 * y - 0, features=()) == (y, set())
    assert normal(exp(x + 0), features=()) == (exp(x), set())
    assert normal(x + x, features=())[0] == x + x, "but it is no polynomial arithmetic"


# --- under binders, definitions, further rules -----------------------------------------------------------------------


def test_parts_are_brought_to_normal_form_where_the_bounds_are_known():
    assert normal(total(log(1 / f[k])), POSITIVE, features={"logs"}) == (total(-log(f[k])), {"log_inv"})
    assert normal(total(delta(k, 0) * f[k]))[0] == Num(0), "1 <= k, so k is not 0"


def test_definitions_are_unfolded_where_they_are_named():
    named = Normalizer({"sums"}, [uniform])
    th = named.normalize(x * uniform(V)[i], NOTHING)
    assert_says(th, Eq(x * uniform(V)[i], x * (1 / V)))
    assert list(named.used) == ["uniform"]
    assert normal(uniform(V)[i])[0] == uniform(V)[i]


def test_the_rules_of_the_line_come_first():
    ctx = Context.of([Eq(f[i], y)])
    is_y = Rule(ctx.by_statement[Eq(f[i], y)], "condition", frozenset(ctx.free))
    th = Normalizer({"logs"}, rules=(is_y,)).normalize(log(exp(f[i])), ctx)
    assert_says(th, Eq(log(exp(f[i])), y), [Eq(f[i], y)])


def test_a_missing_bound_is_noted_for_the_message():
    ctx = Context.of([1 <= i])
    Normalizer().normalize(total(delta(k, i) * f[k]), ctx)
    assert ctx.missing == [i <= n]


# --- equality by normal form -----------------------------------------------------------------------------------------


def test_two_terms_are_equal_when_their_normal_forms_are_up_to_calculation():
    one = -total(delta(k, i) * log(p[k] * x))
    other = -(log(x) + log(p[i]))
    given_ = [*RANGE, ForAll((k, 1, n), 0 < p[k]), 0 < x]
    assert_says(by_normal_form(one, other, Context.of(given_), Normalizer()), Eq(one, other), given_)


def test_two_terms_that_differ_are_refused():
    assert by_normal_form(total(f[k] * g[k]), total(f[k]) * total(g[k]), NOTHING, Normalizer()) is None
    assert by_normal_form(total(delta(k, i) * f[k]), f[i], NOTHING, Normalizer()) is None
    assert by_normal_form(log(x + y), log(x) + log(y), Context.of([0 < x, 0 < y]), Normalizer()) is None


# --- for all terms ---------------------------------------------------------------------------------------------------

SOME = examples(40)
GIVEN = ([], [*RANGE], [0 <= n, 0 < x, 0 < y], [POSITIVE, Ne(x, 0)])


@SOME
@given(reals(3, (), True), st.sampled_from(GIVEN))
def test_a_normal_form_is_normal(term, conditions):
    ctx = Context.of(conditions)
    form = after(Normalizer().normalize(term, ctx))
    assert after(Normalizer().normalize(form, ctx)) == form


@SOME
@given(polynomials((f[k], g[k], k, x, Num(2))), st.data())
def test_sums_of_equal_polynomials_have_the_same_normal_form(body, data):
    other = data.draw(rearranged(body))
    assert normal(total(body))[0] == normal(total(other))[0]


@st.composite
def positive(draw, depth=3):
    """A positive term, and its logarithm as the laws expand it."""
    if depth == 0:
        atom = draw(st.sampled_from((x, y, f[i])))
        return atom, log(atom)
    kind = draw(st.sampled_from(("product", "quotient", "inverse", "power", "exponential")))
    one, its_log = draw(positive(depth - 1))
    other, other_log = draw(positive(depth - 1))
    return {
        "product": (one * other, its_log + other_log),
        "quotient": (one / other, its_log - other_log),
        "inverse": (1 / one, -its_log),
        "power": (one ** g[j], g[j] * its_log),
        "exponential": (exp(one), one),
    }[kind]


@SOME
@given(positive())
def test_the_logarithm_of_a_positive_term_is_expanded(term_and_log):
    term, expanded = term_and_log
    conditions = [0 < x, 0 < y, ForAll(k, 0 < f[k])]
    th = by_normal_form(log(term), expanded, Context.of(conditions), Normalizer({"logs"}))
    assert_says(th, Eq(log(term), expanded), conditions)
