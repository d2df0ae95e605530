"""The commands, as a newcomer types them: what they print, and one clear paragraph for bad input."""

import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner
from sweep import dealt

from derive.cli import main
from derive.cli.common import screen_width
from derive.cli.listing import ledger_text


def run(*args, stdin=None):
    return CliRunner().invoke(main, [str(a) for a in args], input=stdin)


def refused(*args, stdin=None):
    """The message of a command that ends with status 2, without a traceback."""
    result = run(*args, stdin=stdin)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    message = result.stderr.strip()
    assert message.startswith("derive: ") and "\n\n" not in message
    return message.removeprefix("derive: ")


def test_show_prints_the_headline():
    out = run("show", "cross_entropy_is_nll").output
    assert "claim  ∑ₜ₌₁ᵀ H(δ_{y_t}, pₜ) = −log Pr(y | x)" in out
    assert "= −∑ₜ₌₁ᵀ log pₜ(yₜ)" in out
    assert "the sign comes out of the sum" in out


def test_show_latex_is_a_fragment_or_a_document(tmp_path):
    fragment = run("show", "cross_entropy_is_nll", "--as", "latex").output
    assert r"\begin{align*}" in fragment and r"\documentclass" not in fragment
    target = tmp_path / "page.tex"
    assert run("show", "cross_entropy_is_nll", "--as", "latex", "--standalone", "-o", target).output == ""
    assert target.read_text().startswith(r"\documentclass")
    assert os.listdir(tmp_path) == ["page.tex"]


def test_show_underbraces_the_residual():
    assert "residual" in run("show", "label_smoothing_residual").output
    assert r"_{\text{residual}}" in run("show", "label_smoothing_residual", "--as", "latex").output


def test_show_with_code():
    out = run("show", "cross_entropy_one_hot", "--code").output
    assert "the code" in out and "def cross_entropy" in out
    latex = run("show", "cross_entropy_one_hot", "--as", "latex", "--code").output
    assert r"\textit{The code.}" in latex


def test_every_theorem_shows_in_text_and_latex_in_every_profile():
    from derive.board import catalogue
    from derive.render.formula.notation import notation_names
    from derive.render.pages.latex import derivation_latex
    from derive.render.pages.text import derivation_text

    for profile in notation_names():
        for entry in dealt(catalogue.theorems(), profile, notation_names()):
            assert entry.name in derivation_text(entry.derivation, profile)
            assert r"\begin{align*}" in derivation_latex(entry.derivation, profile)


def test_check_counts_and_succeeds():
    result = run("check", "cross_entropy_is_nll", "chain_rule")
    assert result.exit_code == 0
    assert "2 theorems checked" in result.output and "primitive steps" in result.output


def test_check_without_names_checks_everything_and_refutes_the_false_claims():
    from derive.board import catalogue

    entries = list(catalogue.all_entries())
    false = len(entries) - len(catalogue.theorems())
    result = run("check", "--quiet")
    assert result.exit_code == 0
    assert f"{len(entries) - false} theorems checked" in result.output
    assert f"; {false} false claims refuted; " in result.output and false > 30


WRONG = """
from derive import *
from derive.language.letters import *

@theorem(shows=Eq(Sum(delta(k, y) * f[k], (k, 1, V)), -f[y]), given=in_vocabulary(y, V))
def sign_lost(calc):
    calc.eq(-f[y], by=sum_delta)
"""


def test_check_names_the_first_wrong_line(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(WRONG)
    result = run("check", file)
    assert result.exit_code == 1
    assert "mine.py:7  line 1 of sign_lost does not follow by sum_delta" in result.stderr
    assert "and the line is false" in result.stderr
    assert run("refute", f"{file}::sign_lost").exit_code == 0


def test_refute_gives_numbers_for_a_false_claim():
    out = run("refute", "kl_is_symmetric").output
    assert "false at" in out and "left side" in out and "what is true: derive show kl_nonneg" in out


def test_list_says_what_there_is_and_proves_nothing():
    """What the marks say, tests/test_store.py tests."""
    out = run("list", "cross_entropy").output
    assert " cross_entropy_is_nll" in out
    assert "given 1 ≤ y ≤ V" in out
    assert "one_hot_without_upper_bound" in out


def test_the_ledger_is_committed():
    """docs/ledger.txt is what 'derive ledger' prints; a change in what a theorem rests on is a change to look at."""
    from derive.board import catalogue

    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    with open(os.path.join(here, "docs", "ledger.txt"), encoding="utf-8") as file:
        assert file.read() == ledger_text({e.name: e.axioms for e in catalogue.theorems()})


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["show", "cross_entropy_is_nl"],
            "there is no theorem 'cross_entropy_is_nl'; did you mean cross_entropy_is_nll",
        ),
        (["show", "kl_is_symmetric"], "is a false claim"),
        (["list", "softmaxx"], "there is no subject 'softmaxx'"),
        (["refute", "chain_rule"], "is proved, so there is nothing to refute"),
        (["check", "missing.py"], "missing.py: there is no such file"),
        (["show", "chain_rule", "--notation", "nonsense"], "nonsense"),
        (["show", "chain_rule", "-o", "no/such/folder/x.tex"], "does not exist"),
        (["score", "missing.json"], "missing.json"),
        (["work", "chain_rule", "--given", "missing.toml"], "missing.toml: there is no such file"),
    ],
)
def test_bad_arguments_are_one_clear_paragraph(arguments, says):
    assert says in refused(*arguments)


TWICE = """
from derive import *

@theorem(shows=Eq(real("a"), real("b")))
def twin(c): ...

@theorem(shows=Eq(real("a"), real("a") + 0))
def twin(c):
    c.eq(real("a") + 0, by=ring)
"""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("def (", "mine.py:1: invalid syntax"),
        ("x = 1 / 0", "mine.py:1: ZeroDivisionError"),
        ("from derive import nothing_like_this", "mine.py:1: ImportError"),
        ("x = 1", "no theorem is defined there"),
        ("import sys\nsys.exit(0)", "mine.py:2: SystemExit: 0"),
        ("x = 1 / 0\n\n", "mine.py:1: ZeroDivisionError"),
        ("from derive import *\n\n\n@theorem(shows=real('a') == 0)\ndef f(c): ...", "write Eq(a, b) for an equation"),
        (TWICE, "there are two theorems named twin"),
        ("\0", "null bytes"),
        ("from derive import *\nEq(real('a'), 0.5)", "mine.py:2: ArgumentError"),
    ],
)
def test_a_broken_proof_file_is_one_clear_paragraph(tmp_path, text, says):
    file = tmp_path / "mine.py"
    file.write_text(text)
    assert says in refused("check", file)


def test_output_is_never_half_written(tmp_path, monkeypatch):
    target = tmp_path / "page.txt"
    target.write_text("what was there before")
    monkeypatch.setattr("os.replace", lambda *a: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    assert "No space left" in refused("show", "chain_rule", "-o", target)
    assert target.read_text() == "what was there before"
    assert os.listdir(tmp_path) == ["page.txt"]


def test_nothing_on_the_way_of_show_imports_sympy():
    code = (
        "import sys; from click.testing import CliRunner; from derive.cli import main;"
        "r = CliRunner().invoke(main, ['show', 'cross_entropy_is_nll', '--as', 'latex']); assert r.exit_code == 0, r.output;"
        "r = CliRunner().invoke(main, ['list', 'cross_entropy']); assert r.exit_code == 0, r.output;"
        "print([m for m in sys.modules if m.split('.')[0] in ('sympy', 'latexify', 'mpmath')])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


def test_a_command_loads_no_other() -> None:
    """Each stands where the table says, under its name; to show a theorem loads neither slides nor certificates."""
    with click.Context(main) as context:
        for name in main.list_commands(context):
            command = main.get_command(context, name)
            assert command is not None
            assert command.name == name
    code = (
        "import sys; from derive.cli import main; main(['show', 'log_mul'], standalone_mode=False); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "derive.cli.show" in loaded
    assert {f"derive.cli.{m}" for m in ("slides", "check", "numbers", "certificates", "listing")}.isdisjoint(loaded)


@pytest.mark.parametrize(
    ("columns", "width"), [("60", 60), ("500", 120), ("0", 100), ("-3", 100), ("wide", 100), ("", 100)]
)
def test_the_width_is_that_of_the_screen(columns: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr(sys, "__stdout__", None)
    assert screen_width() == width
