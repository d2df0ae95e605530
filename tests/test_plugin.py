"""The pytest plugin, in a project of the user's own."""

import pytest

GOOD = '''
from derive import *
from derive.language.letters import *

@theorem(shows=Eq(Sum(delta(k, y) * f[k], (k, 1, V)), f[y]), given=in_vocabulary(y, V))
def picks_one(calc):
    """The indicator keeps one term."""
    calc.eq(f[y], by=sum_delta)

@false_claim(claims=Eq(Sum(delta(k, y) * f[k], (k, 1, V)), f[y]))
def picks_one_anywhere():
    """The same without y in range."""
'''

BAD = GOOD.replace(
    "Eq(Sum(delta(k, y) * f[k], (k, 1, V)), f[y]), given", "Eq(Sum(delta(k, y) * f[k], (k, 1, V)), 2 * f[y]), given"
).replace("calc.eq(f[y]", "calc.eq(2 * f[y]")

TRUE_CLAIM = '''
from derive import *
from derive.language.letters import *

@false_claim(claims=Eq(a + b, b + a))
def addition_is_not_commutative():
    """Nonsense."""
'''


@pytest.fixture
def project(pytester):
    folder = pytester.mkdir("proofs")
    return lambda name, text: (folder / name).write_text(text)


def test_theorems_and_refutations_are_items(pytester, project):
    project("mine.py", GOOD)
    result = pytester.runpytest_subprocess("-v", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*proofs/mine.py::picks_one PASSED*", "*proofs/mine.py::picks_one_anywhere PASSED*"])


def test_a_wrong_line_fails_its_own_item_with_numbers(pytester, project):
    project("bad.py", BAD)
    project("good.py", GOOD)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["*line 1 of picks_one does not follow by sum_delta*", "*and the line is false:*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_file_that_cannot_be_imported_fails_one_item(pytester, project):
    project("broken.py", "def (")
    project("good.py", GOOD)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*broken.py cannot be imported*"])


def test_a_claim_that_is_true_fails(pytester, project):
    project("claims.py", TRUE_CLAIM)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*no counterexample to addition_is_not_commutative was found*"])


def test_the_files_are_a_setting(pytester):
    pytester.makeini("[pytest]\nproofs = lectures/*.py\n")
    (pytester.mkdir("lectures") / "week_3.py").write_text(GOOD)
    (pytester.mkdir("proofs") / "other.py").write_text(GOOD)
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)


def test_it_runs_under_xdist(pytester, project):
    pytest.importorskip("xdist")
    project("mine.py", GOOD)
    project("bad.py", BAD)
    pytester.runpytest_subprocess("-n", "2", "-p", "no:cacheprovider").assert_outcomes(passed=3, failed=1)


def test_a_file_named_on_the_command_line_is_collected(pytester):
    path = pytester.makepyfile(week=GOOD)
    pytester.runpytest_subprocess(path, "-p", "no:cacheprovider").assert_outcomes(passed=2)
