"""The largest over a range, and what is made of it: lines by their lemmas, values, refusals."""

from __future__ import annotations

from fractions import Fraction

import pytest
from derive.proofs.extrema import absolute_triangle, left_le_maximum, maximum_of_le
from hypothesis import given
from hypothesis import strategies as st
from strategies import table
from sweep import examples

from derive import *
from derive.falsify import Undefined, evaluate
from derive.kernel.terms import SortError
from derive.language.letters import *
from derive.tactics.context import Context
from derive.tactics.defined import undefined_part

LARGEST = Max(f[k], (k, 1, n))
SOME = [1 <= n]

LINES = {
    "at least each": (f[j] <= LARGEST, in_vocabulary(j, n), max_upper),
    "at most what bounds all": (LARGEST <= c, [*SOME, ForAll((k, 1, n), f[k] <= c)], max_least),
    "where it is attained": (
        Eq(LARGEST, f[j]), [*in_vocabulary(j, n), ForAll((k, 1, n), f[k] <= f[j])], max_attained,
    ),
    "of one": (Eq(Max(f[k], (k, 3, 3)), f[3]), [], max_single),
    "of equals": (Eq(Max(c, (k, 1, n)), c), SOME, max_const),
    "a constant comes out": (Eq(Max(f[k] + c, (k, 1, n)), LARGEST + c), SOME, max_add),
    "a positive factor comes out": (Eq(Max(c * f[k], (k, 1, n)), c * LARGEST), [*SOME, 0 < c], max_mul),
    "keeps the order": (LARGEST <= Max(p[k], (k, 1, n)), [*SOME, ForAll((k, 1, n), f[k] <= p[k])], max_le_max),
    "at most the sum": (LARGEST <= Sum(f[k], (k, 1, n)), [*SOME, ForAll((k, 1, n), 0 <= f[k])], max_le_sum),
    "of two": (Eq(maximum(a, a + 1), a + 1), [], maximum_of_le),
    "the first of two": (c * a <= maximum(c * a, b), [], left_le_maximum),
    "the triangle": (absolute(a + 2 * b) <= absolute(a) + absolute(2 * b), [], absolute_triangle),
    "equal terms have equal maxima": (
        Eq(Max(log(exp(f[k])), (k, 1, n)), LARGEST), SOME, log_exp,
    ),
    "inside, the bounds are known": (
        Eq(Max(log(f[k] * f[k]), (k, 1, n)), Max(2 * log(f[k]), (k, 1, n))), [*SOME, ForAll((k, 1, n), 0 < f[k])], [logs],
    ),
}  # fmt: skip


def line(claim, given, by):
    @theorem(shows=claim, given=given)
    def one_line(calc):
        """A line."""
        getattr(calc, claim.op.name)(claim.args[1], by=by)

    one_line.check()


@pytest.mark.parametrize("name", LINES)
def test_a_line_by_its_lemma(name):
    line(*LINES[name])


WRONG = {
    "outside the range": (f[j] <= LARGEST, SOME, max_upper),
    "a negative factor": (Eq(Max(c * f[k], (k, 1, n)), c * LARGEST), [*SOME, c < 0], max_mul),
    "at most the sum of any numbers": (LARGEST <= Sum(f[k], (k, 1, n)), SOME, max_le_sum),
    "the other of two": (Eq(maximum(a, a + 1), a), [], maximum_of_le),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_line_that_does_not_follow_is_refused(name):
    with pytest.raises(StepError):
        line(*WRONG[name])


def test_the_largest_of_no_numbers_is_not_defined():
    assert undefined_part(LARGEST, Context()) == (LARGEST, 1 <= n)
    assert undefined_part(LARGEST, Context.of(SOME)) is None
    with pytest.raises(Undefined):
        evaluate(LARGEST, {n: 0, f: table([1, 2])})


def test_a_definition_of_two_is_always_defined():
    assert undefined_part(maximum(a, b) + absolute(a), Context()) is None


@examples(40)
@given(st.lists(st.fractions(-3, 3, max_denominator=4), min_size=1, max_size=5))
def test_it_is_the_largest(entries):
    values = {f: table([0, *entries]), n: len(entries), a: entries[0], b: entries[-1]}
    assert evaluate(LARGEST, values) == max(entries)
    assert evaluate(maximum(a, b), values) == max(entries[0], entries[-1])
    assert evaluate(minimum(a, b), values) == min(entries[0], entries[-1])
    assert evaluate(absolute(a), values) == abs(Fraction(entries[0]))
    assert evaluate(positive_part(b), values) == max(0, entries[-1])


def test_its_range_is_one_of_integers():
    with pytest.raises(SortError):
        Max(f[k], (k, 1, a))
