"""Verdicts on rows: from the row before, from the start, from the last row that held; and what is never said."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import pytest
from equations import ROWS, a, b, k, lam, n, one_of, over, p, positives, q, smooth, total, x

from derive import *
from derive.kernel import terms as terms
from derive.kernel.sorts import INT, REAL, Fn
from derive.kernel.terms import Num, Term, Var, app, at, eq
from derive.notes.judge import grounds
from derive.notes.judge.conditions import missing
from derive.notes.judge.judge import judge_chain, judge_notes, judge_step
from derive.notes.judge.prove import prove
from derive.notes.judge.refute import at_one_point, refute
from derive.notes.judge.verdict import Verdict
from derive.notes.meaning.chain import Chain, Notes, Reading, Step, Unread

SIGNS = {"=": eq, "<=": lambda u, v: u <= v, ">=": lambda u, v: v <= u}


@dataclass(frozen=True)
class Display:
    line: int = 1


def reading(left: Term, right: Term, *given: Term, sign: str = "=", **more: object) -> Reading:
    return Reading(left, right, SIGNS[sign](left, right), given, **more)  # type: ignore[arg-type]


def step(*readings: Reading, sign: str = "=", start: tuple[Reading, ...] = ()) -> Step:
    return Step(sign, 0, 1, (0, 0), tuple(readings), from_start=start)


def chain(*lines: Term, given: tuple[Term, ...] = ()) -> Chain:
    """A chain of equations, each held against the first as well."""
    steps = [
        step(reading(u, v, *given), start=(reading(lines[0], v, *given),) if u is not lines[0] else ())
        for u, v in pairwise(lines)
    ]
    return Chain(Display(), 1, (0, 0), tuple(steps))


def kinds(verdicts: list[Verdict]) -> list[str]:
    return [v.kind for v in verdicts]


# --- one row ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ROWS)
def test_a_true_row_is_proved_and_a_false_one_has_numbers(name: str) -> None:
    row = ROWS[name]
    good, _ = judge_step(step(reading(row.left, row.right, *row.given)))
    assert good.kind == "proved" and good.theorem is not None and good.reason
    assert good.theorem.concl == eq(row.left, row.right) and set(good.theorem.hyps) <= set(row.given)
    bad, _ = judge_step(step(reading(row.left, row.wrong, *row.given)))
    assert bad.kind == "false" and bad.counterexample is not None and bad.theorem is None


def test_what_was_not_read_is_not_judged() -> None:
    unread = Step("=", 0, 1, (0, 0), (), Unread("\\foo", (0, 4), "this is not known"))
    assert judge_step(unread)[0] == Verdict("unread", "\\foo: this is not known")


def test_a_row_that_brings_in_a_name_is_a_definition_and_nought_a_condition() -> None:
    assert judge_step(step(reading(a, b, kind="definition")))[0].kind == "definition"
    assert judge_step(step(reading(a, Num(0), kind="condition")))[0].kind == "condition"


def test_conditions_that_contradict_each_other_prove_nothing_of_the_page() -> None:
    verdict, _ = judge_step(step(reading(a, a - 1, a <= b, b <= a - 1, sign="<=")))
    assert verdict.kind == "unproved" and "contradict" in verdict.reason
    assert grounds.of_conditions((0 < a, a < 0)) == grounds.CONTRADICT and not grounds.of_conditions((0 < a,))


def test_what_a_reading_knows_less_of_than_the_page_is_not_refuted() -> None:
    assert judge_step(step(reading(a, b)))[0].kind == "false"
    assert judge_step(step(reading(a, b, refutable=False)))[0].kind == "unproved"


# --- several readings ------------------------------------------------------------------------------------------------

narrow, wide = reading(log(a) * b, log(a * b), 0 < a, 0 < b), reading(log(a * b), log(a) + log(b), 0 < a, 0 < b)


def test_a_row_that_holds_as_read_first_is_proved() -> None:
    assert judge_step(step(wide, narrow))[0].kind == "proved"


def test_readings_that_disagree_are_not_known_and_the_reason_says_how() -> None:
    verdict, _ = judge_step(step(narrow, wide))
    assert verdict.kind == "unproved" and "depends on how the row is read" in verdict.reason


def test_a_row_is_false_only_if_all_its_readings_are() -> None:
    other = reading(log(a) * b, log(b) * a, 0 < a, 0 < b)
    assert judge_step(step(narrow, other))[0].kind == "false"
    open_ = reading(a, b, refutable=False)
    assert judge_step(step(narrow, open_))[0].kind == "unproved"


def test_an_expression_is_read_as_the_row_before_had_it() -> None:
    as_before = reading(log(a * b), log(a) + log(b), 0 < a, 0 < b, choice=(1, 0))
    verdict, _ = judge_step(step(narrow, as_before), choice=1)
    assert verdict.kind == "proved"


# --- chains ----------------------------------------------------------------------------------------------------------


def test_a_slip_that_the_next_row_repairs() -> None:
    verdicts = judge_chain(chain((a + b) ** 2, a**2 + b**2, a**2 + 2 * a * b + b**2, (b + a) ** 2))
    assert kinds(verdicts) == ["false", "false", "proved"]
    assert [v.from_start for v in verdicts] == [None, True, None]
    assert [v.repairs for v in verdicts] == [False, True, False]


def test_what_follows_from_a_false_row_does_not_hold_from_the_start() -> None:
    verdicts = judge_chain(chain((a + b) ** 2, a**2 + b**2, b**2 + a**2))
    assert kinds(verdicts) == ["false", "proved"]
    assert verdicts[1].from_start is False and not verdicts[1].repairs


def test_the_report_counts_signs_through_the_document_and_is_data() -> None:
    notes = Notes((chain(a + b, b + a), chain(a, a * 1, a + 1)))
    data = judge_notes(notes).as_data()
    rows = [row for display in data["displays"] for row in display["rows"]]
    assert [row["sign"] for row in rows] == [None, 1, None, 2, 3]
    assert [row.get("verdict") for row in rows] == [None, "proved", None, "proved", "false"]
    assert rows[-1]["counterexample"].startswith("a=")


# --- relations that are no equations ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("digits", "kind"), [("3.045", "approximate"), ("3.04", "approximate"), ("3.05", "approximate"), ("3.4", "false")]
)
def test_rounded_numbers_are_held_against_the_exact_ones(digits: str, kind: str) -> None:
    one = reading(log(Num(21)), Num(Fraction(digits)), kind="approximate")
    assert judge_step(step(one, sign="≈"))[0].kind == kind


def test_what_is_not_checked_says_so() -> None:
    for kind in ("approximate", "proportional", "constant"):
        verdict, _ = judge_step(step(reading(a, b, kind=kind)))
        assert verdict.kind == "approximate" and "not checked" in verdict.reason


# --- conditions ------------------------------------------------------------------------------------------------------


def test_the_condition_that_would_mend_a_false_row_is_named() -> None:
    given = positives(p, q)
    verdict, _ = judge_step(step(reading(total(p[k] * log(a * q[k])), log(a) + total(p[k] * log(q[k])), 0 < a, *given)))
    assert verdict.kind == "false" and verdict.missing == one_of(p)


def test_no_condition_mends_a_slip() -> None:
    assert missing(eq(a + b, a - b - 1), ()) is None


# --- a parameter ------------------------------------------------------------------------------------------------------


def test_a_function_of_a_parameter_is_looked_at_at_one_point() -> None:
    row = ROWS["the score has mean nought"]
    claim, facts = at_one_point(eq(row.left, row.wrong), row.given) or (None, [])
    assert claim is not None and all(v.sort != Fn(REAL, Fn(INT, REAL)) for v in claim.free)
    assert any("model'" in str(f) and str(f).endswith("= 0") for f in facts)  # slopes of a distribution


def test_a_true_row_on_slopes_is_not_refuted() -> None:
    row = ROWS["the score has mean nought"]
    assert refute(eq(row.left, row.right), row.given) is None


def test_a_row_that_looks_at_two_points_is_left_alone() -> None:
    g, u, v = Var("g", Fn(REAL, REAL)), real("u"), real("v")
    assert at_one_point(eq(g[u], g[v]), ()) is None
    assert refute(eq(g[u], g[v]), ()) is None


def test_a_condition_on_slopes_that_is_not_linear_is_left_alone() -> None:
    g, u = Var("g", Fn(REAL, REAL)), real("u")
    square = forall_real(u, eq(g[u] * g[u], 1))
    assert at_one_point(eq(g[u], 2), (square,)) is None


def forall_real(v: Var, statement: Term) -> Term:
    return terms.forall(v, statement)


# --- optima -----------------------------------------------------------------------------------------------------------

choice_, s, c = integer("best"), family("s"), integer("c")


def best(op: terms.Op, body: Term) -> Term:
    return app(op, terms.Lam("c", INT, terms.abstract(body, c)))


def test_sets_of_optima_are_equal_up_to_sign_and_a_positive_factor() -> None:
    most, least = best(terms.ARGMAX, s[c] - lam * p[c]), best(terms.ARGMIN, p[c] - s[c] / lam)
    assert prove(eq(most, least), (0 < lam,)) is not None
    assert prove(eq(most, least), (Ne(lam, 0),)) is None
    assert prove(eq(most, best(terms.ARGMIN, s[c] - lam * p[c])), (0 < lam,)) is None


def test_two_optima_of_one_function_have_one_value() -> None:
    first, second = integer("first"), integer("second")
    f, g = best(terms.ARGMAX, s[c] + p[c]), best(terms.ARGMAX, p[c] + s[c])
    given = (app(terms.IN, first, f), app(terms.IN, second, g))
    assert prove(eq(s[first] + p[first], p[second] + s[second]), given) is not None
    assert prove(eq(s[first], s[second]), given) is None
    assert at(s, first) == s[first]


def test_no_row_on_slopes_is_proved_by_what_holds_at_one_point_only() -> None:
    row = ROWS["the slope of a long product"]
    assert prove(eq(row.left, row.wrong), (*row.given, *smooth)) is None
    assert over(k, 1, n, 0 < x) is not None
