"""The full normal form proves the steps of notes, and none of their false neighbours."""

from __future__ import annotations

import pytest
from equations import ROWS, Row, a, b, n, p, positives, t, total, x

from derive import *
from derive.falsify import Counterexample
from derive.kernel.terms import Num, eq
from derive.language.letters import c, f
from derive.notes.judge.refute import refute
from derive.tactics import consequences
from derive.tactics.context import Context
from derive.tactics.derived import sides
from derive.tactics.meeting import Meeting, meet


def normal(term: object, *given: object) -> str:
    return str(sides(Meeting().normalize(term, Context.of(given)).concl)[1])  # type: ignore[arg-type]


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_step_of_notes_is_proved_and_rests_on_what_is_given(row: Row) -> None:
    found = consequences.prove(eq(row.left, row.right), Context.of(row.given))
    assert found is not None
    assert found[0].concl == eq(row.left, row.right)
    assert set(found[0].hyps) <= set(row.given)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_its_false_neighbour_is_not_proved_and_has_numbers_against_it(row: Row) -> None:
    wrong = eq(row.left, row.wrong)
    assert consequences.prove(wrong, Context.of(row.given)) is None
    assert isinstance(refute(wrong, row.given), Counterexample)


@pytest.mark.parametrize(
    ("term", "given", "shown"),
    [
        (log(Num(12) / 5), (), "log(2) + log(2) + log(3) - log(5)"),
        (log(1 / a + 1), (0 < a,), "log(a + 1) - log(a)"),
        (exp(x / 2 - 2 * a), (), "1/exp(a)*(1/exp(a))*exp((1/2)*x)"),
        (exp((a + x) / b), (0 < b,), "exp(a/b)*exp(x/b)"),
        (b ** (a + 1), (0 < b,), "b*exp(a*log(b))"),
        (sigmoid(x), (), "1/(1 + 1/exp(x))"),
        (total(t[k := integer("k")] * t[k] / (t[k] + 1)), positives(t), None),
    ],
)
def test_what_normal_forms_look_like(term: object, given: tuple[object, ...], shown: str | None) -> None:
    if shown is not None:
        assert normal(term, *given) == shown
    else:  # t^2/(t + 1) is t - 1 + 1/(t + 1), term by term
        assert "t[k]*t[k]" not in normal(term, *given) and "1/(1 + t[k])" in normal(term, *given).replace(
            "t[k] + 1", "1 + t[k]"
        )


def test_a_log_of_what_may_be_negative_is_left_alone() -> None:
    assert normal(log(a * b)) == "log(a*b)"
    assert normal(exp(log(a))) == "exp(log(a))"
    assert normal((a * b) ** x) == "(a*b)^x"


def test_nothing_is_cancelled_that_may_be_nought() -> None:
    assert consequences.prove(eq(a * b / b, a), Context.of(())) is None
    assert consequences.prove(eq(a * b / b, a), Context.of((Ne(b, 0),))) is not None
    assert consequences.prove(eq(total(p[k] / p[k]), n), Context.of((1 <= n,))) is None


@pytest.mark.parametrize(
    ("left", "right", "given", "proved"),
    [
        (maximum(a, b), (a + b + absolute(b - a)) / 2, [], True),
        (absolute(4 * a - 2 * b), 2 * absolute(b - 2 * a), [], True),
        (absolute(a / c), absolute(a) / c, [0 < c], True),
        (c * minimum(a, b), minimum(a * c, b * c), [0 < c], True),
        (maximum(a, b), maximum(b, a), [], True),
        (maximum(a, b), b, [a <= b], True),
        (Max(f[n], (n, 1, 2)), (f[1] + f[2] + absolute(f[1] - f[2])) / 2, [], True),
        (absolute(a * c), absolute(a) * c, [], False),  # c may be negative
        (absolute(a), a, [], False),
        (absolute(a + b), absolute(a) + absolute(b), [], False),
        (maximum(a, b), minimum(a, b), [a <= b], False),
        (Max(f[n], (n, 1, 3)), (f[1] + f[2] + absolute(f[1] - f[2])) / 2, [], False),
    ],
)
def test_the_larger_of_two_is_their_middle_and_half_their_distance(left, right, given, proved) -> None:
    found = meet(left, right, Context.of(given))
    assert (found is not None) is proved
    if found is not None:
        assert found[0].concl == Eq(left, right) and set(found[0].hyps) <= set(given)
