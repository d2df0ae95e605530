"""The pytest plugin, in a project of the user's own."""

import sys

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


@pytest.fixture(autouse=True)
def _no_other_plugins(monkeypatch):
    """Other packages' plugins take four times as long to load as derive's; where they matter, they are let in again."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", "derive.pytest_plugin")


@pytest.fixture
def all_plugins(_no_other_plugins, monkeypatch):
    """What is installed, as pytest finds it by itself."""
    for name in ("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTEST_PLUGINS"):
        monkeypatch.delenv(name)


@pytest.fixture
def project(pytester):
    folder = pytester.mkdir("proofs")
    return lambda name, text: (folder / name).write_text(text)


def test_theorems_and_refutations_are_items(pytester, project, all_plugins):
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


def test_a_file_that_uses_an_unknown_name_fails_one_item(pytester, project):
    project("broken.py", "from derive import *\n\nsofttmax")
    project("good.py", GOOD)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*broken.py cannot be imported*", "*broken.py:3: NameError: *softtmax*"])


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


def test_it_runs_under_xdist(pytester, project, all_plugins):
    pytest.importorskip("xdist")
    project("mine.py", GOOD)
    project("bad.py", BAD)
    pytester.runpytest_subprocess("-n", "2", "-p", "no:cacheprovider").assert_outcomes(passed=3, failed=1)


def test_a_file_named_on_the_command_line_is_collected(pytester):
    path = pytester.makepyfile(week=GOOD)
    pytester.runpytest_subprocess(path, "-p", "no:cacheprovider").assert_outcomes(passed=2)


NAMED = {
    "only a false claim": """
        from derive import *

        @false_claim(claims=Eq(real("a"), real("a") + 1))
        def one_more(): ...
    """,
    "the module's name before it": """
        import derive

        @derive.theorem(shows=derive.Eq(derive.real("a"), derive.real("a") + 0))
        def nothing_more(calc):
            calc.eq(derive.real("a") + 0, by=derive.ring)
    """,
    "another name for the module": """
        import derive as d

        @d.false_claim(claims=d.Eq(d.real("a"), d.real("a") + 1))
        def one_more(): ...
    """,
    "another name for the decorator": """
        from derive import Eq, real, ring, theorem as satz

        @satz(shows=Eq(real("a"), real("a") + 0))
        def nothing_more(calc):
            calc.eq(real("a") + 0, by=ring)
    """,
    "blanks after the sign, and a line between": """
        from derive import *

        @ \\
          theorem(shows=Eq(real("a"), real("a") + 0))
        def nothing_more(calc):
            calc.eq(real("a") + 0, by=ring)
    """,
    "no decorator": """
        from derive import *

        for n in range(1):
            nothing_more = theorem(shows=Eq(real("a"), real("a") + n))(lambda calc: calc.eq(real("a") + 0, by=ring))
    """,
}


@pytest.mark.parametrize("file", NAMED.values(), ids=NAMED)
def test_a_named_file_is_collected_however_it_declares(pytester, file):
    path = pytester.makepyfile(week=file)
    pytester.runpytest_subprocess(path, "-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_a_named_file_without_theorems_of_its_own_is_left_to_pytest(pytester):
    """The words in a text, in a comment, or inside a function declare nothing."""
    path = pytester.makepyfile(
        week=r"""
        # @theorem
        print("@theorem", r"\d", "this ran once")

        def test_one():
            from derive import theorem
            assert "@false_claim"
        """
    )
    result = pytester.runpytest_subprocess(path, "-s", "-W", "error", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)
    assert str(result.stdout).count("this ran once") == 1


def test_a_named_file_that_is_no_python_is_an_error(pytester):
    path = pytester.makefile(".py", week="import derive\n\n@derive.theorem(\n")
    result = pytester.runpytest_subprocess(path, "-p", "no:cacheprovider")
    result.stdout.fnmatch_lines(["*ERROR*week.py*", "*SyntaxError*"])
    assert result.ret != 0


# --- files that import each other, in a folder named as derive's own --------------------------------------------------

CITING = '''
from derive import *
from derive.language.letters import *
from derive.proofs.cross_entropy import cross_entropy_one_hot
from {package}first import picks_one

@theorem(shows=Eq(Sum(delta(k, y) * f[k], (k, 1, V)) - f[y], 0), given=in_vocabulary(y, V))
def picks_one_and_takes_it_away(calc):
    """Cites the theorem of the other file."""
    calc.eq(f[y] - f[y], by=picks_one)
    calc.eq(0, by=ring)

@theorem(shows=Eq(cross_entropy(V, one_hot(y), p), -log(p[y])), given=[*in_vocabulary(y, V), positive(p, V)])
def one_hot_again(calc):
    """Cites a theorem of derive's."""
    calc.eq(-log(p[y]), by=cross_entropy_one_hot)
'''

CITED = (
    GOOD
    + '''
@theorem(shows=Eq(Sum(delta(k, y) * f[k], (k, 1, V)) - f[y] + 1, 1), given=in_vocabulary(y, V))
def adds_one(calc):
    """Cites the file that cites this one, when it runs."""
    from {package}second import picks_one_and_takes_it_away

    calc.eq(0 + 1, by=picks_one_and_takes_it_away)
    calc.eq(1, by=ring)
'''
)

LAYOUTS = ["package", "plain"]


def course(pytester, layout, folder="proofs"):
    """A folder of two files that import each other: as the files of a package, or as neighbours."""
    there = pytester.mkdir(folder)
    package = f"{there.name}." if layout == "package" else ""
    if layout == "package":
        (there / "__init__.py").write_text("")
    (there / "first.py").write_text(CITED.replace("{package}", package))
    (there / "second.py").write_text(CITING.replace("{package}", package))
    return there


def derive(pytester, *words):
    """The command line as it is installed: the current folder is not on Python's path."""
    return pytester.run(sys.executable, "-P", "-m", "derive.cli", *words)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("processes", ["0", "2"])
def test_two_files_in_a_folder_named_proofs_import_each_other(pytester, layout, processes, all_plugins):
    pytest.importorskip("xdist")
    course(pytester, layout)
    result = pytester.runpytest_subprocess("-n", processes, "-p", "no:cacheprovider")
    result.assert_outcomes(passed=5)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_folder_may_lie_outside_the_root_of_the_tests(pytester, layout):
    there = course(pytester, layout)
    pytester.mkdir("elsewhere").joinpath("pytest.ini").write_text("[pytest]\n")
    result = pytester.runpytest_subprocess("-c", "elsewhere/pytest.ini", there, "-p", "no:cacheprovider")
    result.assert_outcomes(passed=5)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("named", [["first"], ["second", "first"]], ids=" ".join)
def test_derive_check_runs_files_that_import_each_other(pytester, layout, named):
    course(pytester, layout)
    result = derive(pytester, "check", *(f"proofs/{n}.py" for n in named))
    assert result.ret == 0, str(result.stderr)
    result.stdout.fnmatch_lines([f"{2 * len(named)} theorems checked*"])


def test_derive_check_runs_a_file_with_a_relative_import(pytester):
    there = course(pytester, "package")
    (there / "second.py").write_text(CITING.replace("from {package}first", "from .first"))
    assert derive(pytester, "check", "proofs/second.py").ret == 0


def test_two_folders_with_a_neighbour_of_one_name_are_not_mixed_up(pytester):
    """Python keeps one module of a name, so the second file would cite the first one's theorem.  ``derive check`` gives each file
    a process of its own; where two are wanted in one, the second is refused."""
    files = [course(pytester, "plain", week) / "second.py" for week in ("week1", "week2")]
    assert derive(pytester, "check", *files).ret == 0
    result = derive(pytester, "slides", *(f"{file}::one_hot_again" for file in files), "-o", "both.md")
    assert result.ret == 2
    result.stderr.fnmatch_lines(
        ["*week2/second.py: beside it stands *week2*first.py, but first is *week1*first.py already*"]
    )


def test_two_packages_of_one_name_are_not_mixed_up(pytester):
    for week in ("week1", "week2"):
        pytester.mkdir(week)
        course(pytester, "package", f"{week}/proofs")
    files = [f"{week}/proofs/second.py" for week in ("week1", "week2")]
    assert derive(pytester, "check", *files).ret == 0
    result = derive(pytester, "slides", *(f"{file}::one_hot_again" for file in files), "-o", "both.md")
    assert result.ret == 2
    result.stderr.fnmatch_lines(["*week2/proofs/second.py: beside it stands *, but proofs is *week1*already*"])


@pytest.mark.parametrize("order", ["import proofs, derive.proofs", "import derive.proofs, proofs"])
def test_a_package_of_the_users_own_may_be_called_proofs(pytester, order):
    pytester.mkpydir("proofs").joinpath("geometry.py").write_text("AREA = 1\n")
    program = pytester.makepyfile(
        lecture=f"""
        {order}
        from derive.proofs.softmax import log_softmax
        from proofs.geometry import AREA

        assert log_softmax.theorem is not None
        assert not hasattr(proofs, "SUBJECTS")
        print(len(derive.proofs.SUBJECTS), "subjects")
        """
    )
    from derive.proofs import SUBJECTS

    result = pytester.runpython(program)
    assert result.ret == 0, str(result.stderr)
    result.stdout.fnmatch_lines([f"{len(SUBJECTS)} subjects"])


def test_the_theorems_of_derive_are_tests_under_their_own_name(pytester):
    result = pytester.runpytest_subprocess("--pyargs", "derive.proofs.probability", "-p", "no:cacheprovider", "-q")
    assert result.ret == 0
    assert result.parseoutcomes()["passed"] > 3
