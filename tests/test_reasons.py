"""Reasons: what may stand behind ``by=``, one by one, and the words that a printed line gives for each."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from derive import *
from derive.board.calc import Calc
from derive.board.reasons import ByCases, Gap, Reversed, Reworded, as_list, describe, is_statement
from derive.board.refusals import ClaimError
from derive.cli import main
from derive.kernel.terms import Var
from derive.language.letters import T, V, a, b, k, p, ps, t, y
from derive.record import Reason


@theorem(shows=Eq(a + b, b + a), phrase="the order does not matter")
def turned_round(calc):
    calc.eq(b + a, by=ring)


# --- one by one ------------------------------------------------------------------------------------------------------


def test_one_reason_is_a_list_of_one():
    assert as_list(ring) == [ring]
    assert as_list(0 < a) == [0 < a]


def test_lists_of_lists_are_one_list():
    assert as_list([ring, (log_mul, [one_hot])]) == [ring, log_mul, one_hot]
    assert as_list([]) == []


def test_a_list_used_right_to_left_is_each_of_it_used_right_to_left():
    assert as_list(reverse([log_mul, sum_add])) == [Reversed(log_mul), Reversed(sum_add)]


def test_words_for_several_reasons_stay_together():
    assert as_list(because("obvious", [ring, log_mul])) == [Reworded([ring, log_mul], "obvious")]


def test_words_do_not_cover_a_gap():
    assert as_list(because("obvious", [ring, gap("todo")])) == [Gap("todo")]
    assert as_list([because("a", because("b", [gap("todo")])), ring]) == [Gap("todo"), ring]


# --- what a printed line says ----------------------------------------------------------------------------------------

TOLD = {
    "a tactic": (auto, Reason("auto", "calculation", "tactic")),
    "a definition with words of its own": (cross_entropy, Reason("cross_entropy", "definition of cross-entropy", "definition")),
    "a definition known by its name": (surprisal, Reason("surprisal", "definition of surprisal", "definition")),
    "a lemma": (log_mul, Reason("log_mul", "the log of a product is the sum of the logs", "theorem")),
    "an axiom": (exp_pos, Reason("exp_pos", "exponentials are positive", "axiom")),
    "a law of minimisers": (argmin_shift, Reason("argmin_shift", "a constant does not move the minimiser", "theorem")),
    "a theorem of one's own": (turned_round, Reason("turned_round", "the order does not matter", "theorem")),
    "a condition": (0 < p[y], Reason("condition", "by assumption", "hypothesis")),
    "cases": (by_cases(Eq(k, y)), Reason("by_cases", "the two cases", "tactic")),
    "a gap": (gap("to be shown"), Reason("gap", "to be shown", "gap")),
    "right to left": (reverse(log_mul), Reason("log_mul", "the log of a product is the sum of the logs", "theorem", True)),
    "right to left twice": (
        reverse(reverse(log_mul)), Reason("log_mul", "the log of a product is the sum of the logs", "theorem", False),
    ),
    "in the author's words": (because("as on page 3", log_mul), Reason("log_mul", "as on page 3", "theorem")),
    "several in the author's words": (because("as above", [log_mul, ring]), Reason("log_mul, ring", "as above", "theorem")),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_a_reason_is_described(name):
    reason, told = TOLD[name]
    assert describe(reason) == told


@pytest.mark.parametrize("nonsense", ["ring", 1, None, Eq, [ring], {"ring"}])
def test_what_is_no_reason_is_refused_with_what_would_be_one(nonsense):
    with pytest.raises(
        TypeError, match=r"is not a reason.*; by= takes a definition, a lemma, a theorem, a condition, a tactic"
    ):
        describe(nonsense)


def test_a_false_claim_is_no_reason():
    @false_claim(claims=Eq(a, b))
    def same():
        """Everything is the same."""

    assert not is_statement(same)
    with pytest.raises(TypeError, match="<false claim same: a = b> is not a reason"):
        describe(same)


def test_lemmas_axioms_theorems_and_laws_are_statements():
    assert all(map(is_statement, (log_mul, exp_pos, argmin_shift, turned_round)))
    assert not any(map(is_statement, (ring, cross_entropy, 0 < a, gap("x"), by_cases(0 < a), Var("a", REAL))))


def test_what_is_split_on_is_kept():
    assert by_cases(Eq(k, y)) == ByCases(Eq(k, y))


def test_the_tactics_say_what_they_turn_on():
    """ring calculates only; the others are the normal form with some of its features."""
    assert ring.features == order.features == calculus.features == set()
    assert logs.features == {"logs"} and sums.features == {"sums", "constants", "ranges"}
    assert auto.features > logs.features | sums.features


def test_words_without_a_reason_are_refused() -> None:
    with pytest.raises(UserError, match="has no reason behind the words"):
        because("it is clear", [])


# --- the words of one line -------------------------------------------------------------------------------------------


@theorem(shows=Eq(2 * a + a * b, a * (2 + b)))
def with_words_of_its_own(calc):
    """A line says what it does."""
    calc.eq(a * (2 + b), by=ring, says="collect the terms in a")


def test_a_line_says_what_its_author_wants():
    (line,) = with_words_of_its_own.derivation.lines
    assert line.reasons == (Reason("ring", "collect the terms in a", "tactic"),)
    assert line.theorem is not None  # the words prove nothing


def test_words_do_not_hide_a_gap():
    calc = Calc("holed", Eq(a + b, b + a), [])
    with pytest.raises(ClaimError, match="is a gap, so it has no reason that says 'clear'"):
        calc.eq(b + a, by=gap("later"), says="clear")


def test_a_condition_that_is_cited_says_what_it_states():
    unit = Eq(Sum(p[k], (k, 1, V)), 1)
    assert describe(unit).phrase == "the probabilities sum to 1"
    assert describe(ForAll((t, 1, T), Eq(Sum(ps[t][k], (k, 1, V)), 1))).phrase == "the probabilities sum to 1"
    assert describe(Eq(Sum(p[k], (k, 1, V)), 2)).phrase == "by assumption"


def course(tmp_path, line):
    file = tmp_path / "course.toml"
    file.write_text(f'extends = "compact"\n[reasons]\n"cross_entropy_one_hot:{line}" = "one term is left"\n')
    return str(file)


def test_a_course_has_words_for_one_line(tmp_path):
    run = CliRunner().invoke(main, ["show", "cross_entropy_one_hot", "--notation", course(tmp_path, 3)])
    assert "one term is left" in run.output and "the indicator picks out" not in run.output
    assert run.output.count("definition of") == 2  # the other lines keep theirs


@pytest.mark.parametrize("line", ["4", "0", "x"])
def test_words_for_a_line_that_there_is_not(tmp_path, line):
    run = CliRunner().invoke(main, ["show", "cross_entropy_one_hot", "--notation", course(tmp_path, line)])
    assert run.exit_code == 2 and f"[reasons] has words for cross_entropy_one_hot:{line}" in run.output
