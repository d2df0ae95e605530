"""Conditions that nothing satisfies are reported: a contradiction that is proved is an error, no model found a warning."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from derive import *
from derive.board.catalogue import theorems
from derive.board.refusals import ClaimError
from derive.board.vacuous import NO_MODEL, Doubt, contradiction, doubt
from derive.cli import main
from derive.falsify import Model, satisfiable
from derive.kernel.terms import Num, Term
from derive.language.letters import *
from derive.render.pages.html import derivation_html
from derive.render.pages.latex import derivation_latex
from derive.render.pages.speech import derivation_speech
from derive.render.pages.text import derivation_text
from derive.slides.view import slides_view

PROVED: dict[str, list[Term]] = {
    "one below the other, both ways": [a < b, b < a],
    "a half is no integer": [Eq(2 * V, 1)],
    "between two integers": [1 < 3 * n, 3 * n < 3],
    "an empty range": [3 <= n, n <= 2],
}
NOTHING_FOUND: dict[str, list[Term]] = {
    "three classes of two": [
        Eq(V, 2), *in_vocabulary(i, V), *in_vocabulary(j, V), *in_vocabulary(k, V), Ne(i, j), Ne(i, k), Ne(j, k),
    ],
    "a probability of more than one": [*in_vocabulary(y, V), *distribution(p, V), 2 < p[y]],
    "a negative divergence": [*distribution(q, V), *positive_distribution(p, V), kl(V, q, p) < 0],
    "a logarithm above its argument": [0 < a, a < log(a)],
}  # fmt: skip
SATISFIED: dict[str, list[Term]] = {
    "nothing": [],
    "three classes of many": [*in_vocabulary(i, V), *in_vocabulary(j, V), *in_vocabulary(k, V), Ne(i, j), Ne(i, k), Ne(j, k)],
    "a given share": [*in_vocabulary(y, V), *distribution(p, V), Eq(p[y], Fraction(1, 4))],
    "many small shares": [1 <= V, *distribution(p, V), ForAll((k, 1, V), p[k] < Fraction(1, 20))],
    "a divergence of more than one": [*distribution(q, V), *positive_distribution(p, V), 1 < kl(V, q, p)],
    "a value of a logarithm": [0 < a, Eq(log(a), 2)],
    "a narrow interval": [a < b, b < c, c < a + Fraction(1, 100)],
    "logits in order": [3 <= V, z[1] < z[2], z[2] < z[3], softmax(V, z)[3] < Fraction(1, 2)],
    "a recursion": [Eq(f[0], 1), ForAll((k, 1, n), Eq(f[k], 2 * f[k - 1])), 5 <= n],
    "more letters than a model has entries of families": [Num(0) < real(f"x{i}") for i in range(200)],
    "a large size, which cannot be decided": [Eq(V, 50257), *positive_distribution(p, V)],
}  # fmt: skip


@pytest.mark.parametrize("name", PROVED)
def test_a_contradiction_that_is_proved_is_an_error(name: str) -> None:
    assert doubt(tuple(PROVED[name])) is Doubt.NO_MODEL and contradiction(PROVED[name])

    @theorem(shows=Eq(a + 0, a), given=PROVED[name])
    def vacuous(calc: Calc) -> None:
        calc.eq(a, by=ring)

    with pytest.raises(ClaimError, match="the conditions of vacuous contradict each other, so it would say nothing"):
        vacuous.check()


@pytest.mark.parametrize("name", NOTHING_FOUND)
def test_conditions_without_a_model_are_said_to_be_so(name: str) -> None:
    assert doubt(tuple(NOTHING_FOUND[name])) is Doubt.NO_MODEL


@pytest.mark.parametrize("name", SATISFIED)
def test_conditions_with_a_model_are_not(name: str) -> None:
    assert doubt(tuple(SATISFIED[name])) is not Doubt.NO_MODEL and not contradiction(SATISFIED[name])


def test_the_conditions_of_every_theorem_have_the_first_model_that_is_tried() -> None:
    """So that asking costs next to nothing; two theorems with conditions that tie families ask for a few more."""
    more = {"independence_drops_the_condition": 10, "kl_chain_rule_sequence": 2}
    for entry in theorems():
        assert isinstance(satisfiable(entry.given, budget=more.get(entry.name, 1)), Model), entry.name
        assert not entry.warnings


def test_every_page_says_it() -> None:
    @theorem(shows=Eq(a + 0, a), given=NOTHING_FOUND["three classes of two"])
    def vacuous(calc: Calc) -> None:
        calc.eq(a, by=ring)

    assert vacuous.warnings == (NO_MODEL,)
    for page in (derivation_text, derivation_latex, derivation_html, derivation_speech):
        assert "no model was found" in page(vacuous.derivation), page.__name__
    assert "no model was found" in str(slides_view(vacuous.derivation).deck.slides[-1].notes)


FILE = """
from derive import *
from derive.language.letters import *

@theorem(shows=Eq(a + 0, a), given=[0 < a, a < log(a)])
def vacuous(calc):
    calc.eq(a, by=ring)
"""


def test_the_command_warns_and_fails_when_it_is_asked_to(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(FILE)
    warned = CliRunner().invoke(main, ["check", str(path)])
    assert warned.exit_code == 0 and "1 theorem checked" in warned.output and "; 1 warning;" in warned.output
    assert f"mine.py:5: warning: vacuous: {NO_MODEL}" in warned.output
    assert CliRunner().invoke(main, ["check", "--strict", str(path)]).exit_code == 1
    assert CliRunner().invoke(main, ["check", "--strict", "kl_nonneg"]).exit_code == 0


def test_pytest_warns(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(proof_mine=FILE)
    done = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-W", "default")
    done.assert_outcomes(passed=1, warnings=1)
    done.stdout.fnmatch_lines(["*vacuous: no model was found that satisfies the conditions*"])


@pytest.mark.parametrize(
    "given",
    [
        [ForAll(real("x"), 0 <= real("x") * real("x")), Eq(a, 1), Eq(a, 2)],
        [Eq(a, 1), Eq(a, 2), ForAll(real("x"), 0 <= real("x") * real("x"))],
        [Eq(partial(a**2, a), 1), Eq(partial(a**2, a), 2)],
    ],
    ids=str,
)
def test_conditions_that_no_model_decides_may_still_contradict_each_other(given):
    @theorem(shows=Eq(b - b, 0), given=given)
    def says_nothing(calc):
        """Nothing."""
        calc.eq(0, by=ring)

    with pytest.raises(ClaimError, match="contradict each other"):
        says_nothing.check()


def test_a_function_that_is_given_twice_is_said_to_be_in_doubt():
    assert doubt((Eq(f, fun(k, 1)), Eq(f[0], 5))) is Doubt.NO_MODEL
    assert doubt((Eq(f, fun(k, 1)), Eq(f[0], 1))) is not Doubt.NO_MODEL
