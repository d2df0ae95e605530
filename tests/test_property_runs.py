"""Property tests under CI draw the same examples on every run, elsewhere new ones; a seed brings examples back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

TESTS = """
from hypothesis import given, strategies as st

@given(st.integers())
def test_of_any_number(n):
    with open("drawn.txt", "a") as file:
        print(n, file=file)

@given(st.integers())
def test_that_fails_on_some_numbers(n):
    assert n < 1000

def test_of_one_number():
    assert 2 + 2 == 4
"""

Draw = Callable[..., list[str]]


@pytest.fixture
def drawn(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Draw:
    """Runs a property test in a project with this one's conftest, and gives the numbers that it was tried on."""
    conftest = (Path(__file__).parent / "conftest.py").read_text(encoding="utf-8")
    pytester.makeconftest(conftest.partition("pytest_plugins")[0])  # without the fixtures of the other files
    pytester.makepyfile(TESTS)

    def run(*options: str, ci: bool) -> list[str]:
        if ci:
            monkeypatch.setenv("CI", "true")
        else:
            monkeypatch.delenv("CI", raising=False)
        file = pytester.path / "drawn.txt"
        file.unlink(missing_ok=True)
        result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-k", "any_number", *options)
        result.assert_outcomes(passed=1, deselected=2)
        return file.read_text().split()

    return run


def test_under_ci_the_examples_are_the_same_on_every_run(drawn: Draw) -> None:
    assert drawn(ci=True) == drawn(ci=True)


def test_elsewhere_they_are_new_on_every_run(drawn: Draw) -> None:
    assert drawn(ci=False) != drawn(ci=False)


def test_under_ci_new_ones_are_drawn_when_asked_for_and_the_seed_brings_them_back(drawn: Draw) -> None:
    new = ("--hypothesis-profile", "random", "--hypothesis-seed")
    first = drawn(*new, "1", ci=True)
    assert first != drawn(*new, "2", ci=True)
    assert first == drawn(*new, "1", ci=False)


def test_a_failure_says_how_to_see_it_again(pytester: pytest.Pytester, drawn: Draw) -> None:
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-m", "hypothesis")
    result.assert_outcomes(passed=1, failed=1, deselected=1)
    result.stdout.fnmatch_lines(["*n=1000*", "*@reproduce_failure(*"])
