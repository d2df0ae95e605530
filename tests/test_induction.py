"""Sums in closed form, and bounds of sums, by induction on their last index."""

from __future__ import annotations

from typing import Any

import pytest

from derive import *
from derive.kernel.terms import Term
from derive.tactics.context import Context
from derive.tactics.induction import prove

k, n, m = integer("k"), integer("n"), integer("m")
a, f = real("a"), family("f")


@pytest.mark.parametrize(
    "claim",
    [
        Eq(Sum(1 / (k * (k + 1)), (k, 1, n)), 1 - 1 / (n + 1)),
        Eq(Sum(k**2, (k, 1, n)), n * (n + 1) * (2 * n + 1) / 6),
        Eq(Sum(k, (k, 0, n - 1)), n * (n - 1) / 2),
        Eq(Sum(k * 2 ** (k - 1), (k, 1, n)), (n - 1) * 2**n + 1),
        Eq(Sum(f[k] - f[k - 1], (k, 1, n)) + f[0], f[n]),
        Sum(1 / k, (k, 1, n)) <= n,
        log(n + 1) <= Sum(1 / k, (k, 1, n)),
    ],
    ids=str,
)
def test_one_term_more_on_both_sides(claim: Term) -> None:
    found = prove(claim, Context.of([1 <= n]))
    assert found is not None and found[1][0] == "induction on n"
    assert found[0].concl == claim and found[0].hyps == (1 <= n,)


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        (Eq(Sum(k**2, (k, 1, n)), n * (n + 1) * (2 * n + 2) / 6), 1 <= n),  # at 1 it fails
        (Eq(Sum(k, (k, 1, n)), n**2), 1 <= n),  # only at 1 it holds
        (Eq(Sum(k, (k, 1, n)), n * (n + 1) / 2), n <= 9),  # n may be -5
        (Eq(Sum(f[k] / n, (k, 1, n)), 1), 1 <= n),  # what is summed depends on n
        (Eq(Sum(k, (k, n, m)), 0), m < n),  # where the sum begins, does
        (Eq(Sum(f[k], (k, 1, n)), f[n]), f[n] < 1),  # so does a condition, which the step would take along
        (n < Sum(1 / k, (k, 1, n)) + 1, 1 <= n),
    ],
    ids=str,
)
def test_what_is_not_proved(claim: Term, given: Term) -> None:
    assert prove(claim, Context.of([given])) is None


def test_as_the_reason_of_a_line() -> None:
    @theorem(shows=Eq(Sum(2 * k - 1, (k, 1, n)), n**2), given=[0 <= n])
    def odd_numbers(calc: Any) -> None:
        """The first n odd numbers add up to the square of n."""
        calc.eq(n**2, by=induction)

    assert odd_numbers.theorem.hyps == (0 <= n,)
    (line,) = odd_numbers.derivation.lines
    assert [x.phrase for x in line.reasons] == ["induction on where the sums end"]
