"""Sums and products that leave indices out, and over several indices: what is written, and what it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import table
from sweep import examples

from derive import *
from derive.falsify import evaluate
from derive.kernel.terms import Lam, Num, SortError
from derive.language.letters import V, f, i, j, k, m, n, y, zs
from derive.operators.exclusions import left_out
from derive.render.pens.text import term_text


def test_a_sum_over_all_but_one_is_an_indicator_factor():
    assert Sum(f[k], (k, 1, n), where=Ne(k, y)) == Sum((1 - delta(k, y)) * f[k], (k, 1, n))
    assert Sum(f[k], (k, 1, n), where=Ne(y, k)) == Sum(f[k], (k, 1, n), where=Ne(k, y)), "either way round"


def test_a_product_over_all_but_one_has_the_factor_one_there():
    assert Prod(f[k], (k, 1, n), where=Ne(k, y)) == Prod(delta(k, y) + (1 - delta(k, y)) * f[k], (k, 1, n))


def test_several_ranges_nest_the_first_outermost():
    assert Sum(zs[i][k], (i, 1, m), (k, 1, n)) == Sum(Sum(zs[i][k], (k, 1, n)), (i, 1, m))
    two = Sum(zs[i][k], (i, 1, n), (k, 1, n), where=Ne(k, i))
    assert two == Sum(Sum(zs[i][k], (k, 1, n), where=Ne(k, i)), (i, 1, n))


@examples(40)
@given(st.lists(st.integers(-3, 3), min_size=1, max_size=4), st.integers(-1, 6), st.integers(-1, 6))
def test_it_has_the_value_of_what_is_left(entries, out, other):
    values = {f: table([0, *entries]), n: len(entries), y: out, j: other}
    left = [v for at, v in enumerate(entries, 1) if at not in (out, other)]
    whole = [Ne(k, y), Ne(k, j)]
    assert evaluate(Sum(f[k], (k, 1, n), where=whole), values) == sum(left)
    product = 1
    for v in left:
        product *= v
    assert evaluate(Prod(f[k], (k, 1, n), where=whole), values) == product


def test_it_prints_as_what_is_meant():
    assert term_text(Sum(f[k], (k, 1, n), where=Ne(k, y))) == "∑_{k=1,k≠y}^{n} f(k)"
    assert term_text(Sum((1 - delta(k, y)) * f[k], (k, 1, n))) == "∑_{k=1,k≠y}^{n} f(k)", "it is the same term"
    assert term_text(Sum(f[k] * (1 - delta(k, y)), (k, 1, n))) == "∑ₖ₌₁ⁿ f(k) (1 − [k = y])"


@pytest.mark.parametrize(
    "body", [(1 - delta(k, k + 1)) * f[k], (1 - delta(y, k)) * f[k], (2 - delta(k, y)) * f[k], 1 - delta(k, y), f[k]], ids=repr
)  # fmt: skip
def test_what_leaves_nothing_out(body):
    fn = Sum(body, (k, 1, n)).args[2]
    assert isinstance(fn, Lam)
    assert left_out(Sum(body, (k, 1, n)).op, fn) is None


@pytest.mark.parametrize("where", [Eq(k, y), k < y, Ne(i, y), Ne(k, k + 1)], ids=repr)
def test_other_conditions_are_refused(where):
    with pytest.raises(SortError, match="where="):
        Sum(f[k], (k, 1, n), where=where)


def test_a_sum_without_a_range_is_refused():
    with pytest.raises(SortError, match=r"takes a range, such as \(k, 1, n\)"):
        Sum(f[k])


@pytest.mark.parametrize("by", [sum_except, auto], ids=["lemma", "auto"])
def test_all_terms_but_one(by):
    @theorem(
        shows=Eq(Sum(f[k], (k, 1, V), where=Ne(k, y)), Sum(f[k], (k, 1, V)) - f[y]),
        given=in_vocabulary(y, V),
    )
    def all_but_one(calc):
        """All terms but one."""
        calc.eq(Sum(f[k], (k, 1, V)) - f[y], by=by)

    all_but_one.check()


def test_an_index_outside_the_range_leaves_nothing_out():
    @theorem(shows=Eq(Sum(f[k], (k, 1, V), where=Ne(k, y)), Sum(f[k], (k, 1, V)) - f[y]), given=[1 <= V])
    def all_but_one(calc):
        """All terms but one, which may be none of them."""
        calc.eq(Sum(f[k], (k, 1, V)) - f[y], by=sum_except)

    with pytest.raises(StepError, match="y"):
        all_but_one.check()


def test_numbers_are_found():
    assert evaluate(Sum(k, (k, 1, 4), where=Ne(k, Num(2))), {}) == 8
