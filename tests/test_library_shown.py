"""What a newcomer asks: what a definition or a lemma says, what there is in a file, where to import it from, what one may type."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import derive
from derive.board.catalogue import theorems
from derive.cli import main

FILE = """
from derive import *
from derive.language.letters import *

@theorem(shows=Eq(a + 0, a), given=[0 < a])
def nothing_added(calc):
    "Adding nothing."
    calc.eq(a, by=ring)
"""


def run(*arguments: str) -> str:
    done = CliRunner().invoke(main, list(arguments))
    assert done.exit_code == 0, done.output
    return done.output


def test_a_definition_is_shown_with_its_arguments_and_the_theorems_about_it() -> None:
    page = run("show", "kl")
    assert page.startswith("kl(V, q, p)\n  The Kullback-Leibler divergence of q from p, with 0 log 0 = 0.\n")
    assert "  with     V: an integer\n           q, p: families of real numbers\n" in page
    assert "  defined  KL(q ∥ p) = ∑ₖ₌₁ⱽ q(k) log(q(k)/p(k))\n  import   from derive import kl\n" in page
    assert "    kl_nonneg    " in page and "log_prod" not in page


def test_a_family_is_shown_at_an_index() -> None:
    assert "defined  softmax(z)_k = exp(z_k)/(sum_{j=1}^{V} exp(z_j))" in run("show", "softmax", "--ascii")


def test_a_lemma_is_shown_with_its_letters() -> None:
    page = run("show", "sum_delta")
    assert "  with     f: a family of real numbers\n           m, n, y: integers\n  given    m ≤ y\n" in page
    assert "  claim    ∑ₖ₌ₘⁿ [k = y] f(k) = f(y)\n  import   from derive import sum_delta\n" in page


@pytest.mark.parametrize("name", ["kl", "sum_delta"])
def test_they_are_text_only(name: str) -> None:
    done = CliRunner().invoke(main, ["show", name, "--as", "latex"])
    assert done.exit_code == 2 and "is shown as text only" in done.output


def test_every_definition_of_the_library_is_shown() -> None:
    from derive.language.words import WORDS

    for d in WORDS:
        assert run("show", d.name).startswith(f"{d.name}(")


def test_a_person_is_told_where_to_import_a_theorem_from(monkeypatch: pytest.MonkeyPatch) -> None:
    said = "to cite it: from derive.proofs.label_smoothing import entropy_uniform\n"
    assert said not in run("show", "entropy_uniform"), "what a program reads is the derivation alone"
    monkeypatch.setattr(sys.modules["derive.cli.show"], "on_a_terminal", lambda: True)
    assert run("show", "entropy_uniform").endswith(said)


def test_what_is_said_can_be_imported() -> None:
    from importlib import import_module

    for entry in theorems():
        assert getattr(import_module(entry.module), entry.name) is entry


def test_a_file_and_a_folder_are_listed(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    path = tmp_path / "own" / "mine.py"
    path.write_text(FILE)
    for asked in (path, tmp_path):
        page = run("list", str(asked))
        assert f"{path}\n  · nothing_added\n      Adding nothing.\n      a + 0 = a\n      given a > 0\n" in page
    assert CliRunner().invoke(main, ["list", str(tmp_path / "none.py")]).exit_code == 2


def test_completion_knows_what_there_is() -> None:
    names = dir(derive)
    assert {"theorem", "kl", "Sum", "sum_delta", "positive", "ring", "__version__"} <= set(names)
    assert all(hasattr(derive, n) for n in names)
