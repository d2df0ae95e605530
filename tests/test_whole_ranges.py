"""Ranges of sums made whole."""

from __future__ import annotations

import pytest

from derive import *
from derive.kernel.terms import Term
from derive.lemmas import LEMMAS
from derive.tactics import library
from derive.tactics.context import Context
from derive.tactics.derived import sides
from derive.tactics.whole_ranges import at_index, completed

k, n, m = integer("k"), integer("n"), integer("m")
f, a = family("f"), real("a")
assert LEMMAS


def made(how: object, t: Term, *given: Term) -> str | None:
    th = how(t, Context.of(given), library.use)  # type: ignore[operator]
    assert th is None or sides(th.concl)[0] == t
    return None if th is None else str(sides(th.concl)[1])


@pytest.mark.parametrize(
    ("low", "high", "given", "shown"),
    [
        (2, n, (1 <= n,), "sum(k=1..n, f[k]) - f[1]"),
        (0, n, (0 <= n,), "f[0] + sum(k=1..n, f[k])"),
        (1, n - 1, (1 <= n,), "sum(k=1..n, f[k]) - f[n]"),
        (1, n + 1, (0 <= n,), "sum(k=1..n, f[k]) + f[n + 1]"),
        (1, n, (), None),
        (2, n, (), None),  # nothing says that there is a first term
        (2, n, (0 <= n,), None),
        (m, n, (), None),
        (1, 2 * n, (), None),
    ],
)
def test_a_range_is_completed_where_it_is_known_not_to_be_empty(
    low: Term | int, high: Term, given: tuple[Term, ...], shown: str | None
) -> None:
    assert made(completed, Sum(f[k], (k, low, high)), *given) == shown


def test_an_index_that_stands_one_off_is_moved() -> None:
    assert made(at_index, Sum(f[k - 1] * f[k - 1], (k, 1, n))) == "sum(k=0..n - 1, f[k]*f[k])"
    assert made(at_index, Sum(f[k + 2], (k, m, n))) == "sum(k=m + 2..n + 2, f[k])"


def test_the_least_index_is_the_letter_itself_and_what_else_stands_there_is_moved_with_it() -> None:
    assert made(at_index, Sum(f[k - 1] * f[k], (k, 1, n))) == "sum(k=0..n - 1, f[k]*f[k + 1])"
    assert made(at_index, Sum(f[k - 1] * f[2 * k], (k, 1, n))) == "sum(k=0..n - 1, f[k]*f[2*(k + 1)])"
    assert made(at_index, Sum(k * f[k - 1], (k, 1, n))) == "sum(k=0..n - 1, (k + 1)*f[k])"
    assert made(at_index, Sum(a ** (k - 1) * f[m + k + 1], (k, 0, n - 1))) == "sum(k=1..n, a^(k - 2)*f[k + m])"


def test_an_index_with_other_uses_stays() -> None:
    assert made(at_index, Sum(f[2 * k], (k, 1, n))) is None
    assert made(at_index, Sum(f[k], (k, 1, n))) is None
