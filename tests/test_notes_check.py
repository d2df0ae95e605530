"""``derive check`` of notes: what it prints, what it writes, and with which status it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from derive.cli.commands import main
from derive.notes.check import check_notes

GOOD = "%: x > 0\n%: y > 0\n\\begin{align}\n\\log (x y) &= \\log x + \\log y \\\\ &= \\log y + \\log x\n\\end{align}\n"
BAD = GOOD.replace("\\log y + \\log x", "\\log y - \\log x")


def run(*args: str) -> Result:
    return CliRunner().invoke(main, ["check", *args])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("good.tex").write_text(GOOD)
    Path("bad.tex").write_text(BAD)
    Path("open.tex").write_text("$$ f(x) = g(x) $$ $$ x \\heartsuit = 1 $$")
    Path("broken.tex").write_text("\\begin{align} a")
    return tmp_path


def test_a_mean_over_several_draws_is_refuted_where_there_is_one(tmp_path: Path) -> None:
    page = tmp_path / "notes.tex"
    page.write_text(
        "%: h positive joint distribution over a, b\n%: k = 1..m-1\n%: \\mathbb{E} over (a,b) \\sim h, \\bar{a}_k \\sim h(a)\n"
        "\\[ \\mathbb{E}\\Bigl[\\sum_k h(\\bar{a}_k|b)\\Bigr] = m - 1 \\]\n",
        "utf-8",
    )
    (row,) = (row for _, row in check_notes(str(page)).judged())
    assert row.verdict is not None and row.verdict.kind == "false" and "m=2" in row.verdict.reason


def test_what_is_right_ends_with_0(folder: Path) -> None:
    out = run("good.tex")
    assert out.exit_code == 0
    assert "good.tex:4: log(x y) = log x + log y\n    ✓ proved" in out.stdout
    assert out.stdout.endswith("good.tex: 2 relations: 2 proved\n")


def test_a_false_row_has_numbers_and_ends_with_1(folder: Path) -> None:
    out = run("bad.tex", "-q")
    assert out.exit_code == 1
    assert "✗ false: " in out.stdout and "makes the left side" in out.stdout
    assert "proved:" not in out.stdout


def test_what_a_proof_uses_and_nobody_declared_is_said_with_the_verdict(folder: Path) -> None:
    Path("square.tex").write_text("\\[ \\log x^2 = 2 \\log x \\]")
    assert "proved: rules of logarithms, where 0 < x\n" in run("square.tex").stdout
    assert json.loads(run("square.tex", "--json").stdout)["displays"][0]["rows"][1]["where"] == ["0 < x"]
    Path("square.tex").write_text("%: x > 0\n\\[ \\log x^2 = 2 \\log x \\]")
    assert "where" not in run("square.tex").stdout, "declared"
    Path("square.tex").write_text("\\[ \\log x + 1 = 1 + \\log x \\]")
    assert "where" not in run("square.tex").stdout, "nothing of it is used"


def test_sides_are_those_of_the_page(folder: Path) -> None:
    """The kernel has a >= b as b <= a."""
    Path("sides.tex").write_text("%: x > 0\n\\[ x \\ge 2 x \\]")
    assert "makes the right side 1, more than the left side 1/2" in " ".join(run("sides.tex").stdout.split())


def test_numbers_are_given_where_the_text_may_say_more(folder: Path) -> None:
    """No declaration, and letters of which the prose may say anything: not false, but the numbers help."""
    Path("more.tex").write_text("\\[ \\sum_{k=1}^n a_k = 1 \\]")
    out = run("more.tex")
    told = " ".join(out.stdout.split())
    assert out.exit_code == 0 and "? not known: with what was read it fails: n=1, a=(0) makes the left side 0" in told
    assert "nothing on the page says what a is; if the text says more, declare it" in told
    assert "counterexample" not in json.loads(run("more.tex", "--json").stdout)["displays"][0]["rows"][1]


def test_the_next_row_shows_how_a_row_was_read(folder: Path) -> None:
    start = "%: k = 1..K\n%: p, q positive distribution over k\n\\begin{align} H(q, p) &= -\\sum_k \\log p_k q_k"
    Path("scope.tex").write_text(start + r" \\ &= -\sum_k q_k \log p_k \end{align}")
    told = " ".join(run("scope.tex").stdout.split())
    assert "as the next row does" in told and told.endswith("2 proved")
    Path("scope.tex").write_text(start + r" \end{align}")
    assert "it depends on how the row is read" in " ".join(run("scope.tex").stdout.split()), "nothing goes on from it"
    Path("scope.tex").write_text(start + r" \\ &= -\sum_k \log p_k - \sum_k \log q_k \end{align}")
    assert "as the next row does" not in " ".join(run("scope.tex").stdout.split()), "it goes on from the other"


def test_strict_wants_every_row_known(folder: Path) -> None:
    Path("other.tex").write_text(GOOD + "\\input{rest}")
    assert run("good.tex", "--strict").exit_code == 0
    assert run("other.tex").exit_code == 0
    assert run("other.tex", "--strict").exit_code == 1


@pytest.mark.parametrize("name", ["broken.tex", "nowhere.tex", "none.md"])
def test_what_cannot_be_read_ends_with_2(folder: Path, name: str) -> None:
    out = run(name, "good.tex", "--json")
    assert out.exit_code == 2
    assert out.stderr.startswith(f"derive: {name}") and out.stderr.count("\n") == 1
    assert json.loads(out.stdout)["file"] == "good.tex"


def test_a_declaration_that_fits_no_form_is_an_error(folder: Path) -> None:
    Path("odd.tex").write_text("%: sorry about that\n$$ a = a $$")
    out = run("odd.tex")
    assert out.exit_code == 2
    assert out.stderr.startswith("derive: odd.tex:1:") and not out.stdout


@pytest.mark.parametrize("name", ["notes.md", "notes.qmd", "notes.ipynb"])
def test_other_kinds_of_files(folder: Path, name: str) -> None:
    text = "<!--: x > 0 -->\n<!--: y > 0 -->\n$$ \\log (x y) = \\log x - \\log y $$"
    cell = {"cell_type": "markdown", "metadata": {}, "source": text}
    notebook = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    Path(name).write_text(notebook if name.endswith("ipynb") else text)
    out = run(name)
    assert out.exit_code == 1 and "✗ false" in out.stdout


def test_formats(folder: Path) -> None:
    assert run("bad.tex", "--format", "gcc").stdout.startswith("bad.tex:4:")
    assert run("bad.tex", "--format", "github").stdout.startswith("::error file=bad.tex,line=4")
    assert json.loads(run("bad.tex", "good.tex", "--format", "sarif").stdout)["version"] == "2.1.0"
    assert run("good.tex", "--format", "gcc").stdout == ""


@pytest.mark.parametrize("ending", ["html", "pdf", "py"])
def test_pages_and_programs(folder: Path, ending: str) -> None:
    assert run("good.tex", "-o", f"out.{ending}").exit_code == 0
    assert Path(f"out.{ending}").stat().st_size > 100


def test_from_old_notes_to_a_checked_deck_in_two_commands(folder: Path) -> None:
    assert run("good.tex", "-o", "good.py").exit_code == 0
    out = CliRunner().invoke(main, ["slides", "good.py", "-o", "good.html"])
    assert out.exit_code == 0, out.output
    assert "\\log" in Path("good.html").read_text("utf-8")


@pytest.mark.parametrize(
    "args",
    [
        ("good.tex", "--json", "--format", "gcc"),
        ("good.tex", "bad.tex", "-o", "out.html"),
        ("good.tex", "-o", "out.docx"),
        ("jensen_sum", "--json"),
    ],
)
def test_wishes_that_make_no_sense(folder: Path, args: tuple[str, ...]) -> None:
    out = run(*args)
    assert out.exit_code == 2 and out.stderr.startswith("derive: ") and not out.stdout
    assert not list(folder.glob("out.*"))


def test_a_deck_is_compared_and_not_read_as_notes(folder: Path) -> None:
    assert CliRunner().invoke(main, ["slides", "cross_entropy_one_hot", "-o", "deck.md"]).exit_code == 0
    out = run("deck.md", "good.tex")
    assert out.exit_code == 0
    assert "what it shows is what is proved now" in out.stdout and "good.tex: 2 relations" in out.stdout
