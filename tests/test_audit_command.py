"""The command derive audit: what it prints, its exit status, and errors in one paragraph."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner
from frameworks import framework

framework("numpy")

from derive.cli import main

pytestmark = pytest.mark.filterwarnings("default")

LOSS = """
import numpy as np

def cross_entropy(logits, labels):
    logs = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    kept = labels != -100
    nll = -np.take_along_axis(logs, np.where(kept, labels, 0)[:, None], axis=-1)[:, 0]
    return np.where(kept, nll, 0).sum() / kept.sum()

def over_all(logits, labels):
    return cross_entropy(logits, labels) * (labels != -100).sum() / labels.shape[0]

class Loss:
    def __init__(self, scale):
        self.scale = scale

    def __call__(self, logits, labels):
        return {"loss": self.scale * cross_entropy(logits, labels), "logits": logits}

def of_a_library(logits, labels, vocab_size):
    return cross_entropy(logits.reshape(-1, vocab_size), labels.reshape(-1))

def loops(logits, labels):
    return sum(cross_entropy(logits[i:i + 1], labels[i:i + 1]) for i in range(logits.shape[0]))

def counted_from_the_end(logits, labels):
    return (np.log(np.exp(logits).sum(-1)) - logits[np.arange(len(labels)), labels]).mean()

nothing = 3
"""
SHAPES = ("--logits", "T,V", "--labels", "T")
KEPT = ("--is", "one-hot, mean over kept")


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loss.py").write_text(LOSS)

    def command(*words: str):
        return CliRunner().invoke(main, ["audit", *words], prog_name="derive")

    return command


def test_the_page_has_formula_conditions_comparison_verdict_and_proof(run) -> None:
    out = run("loss.py::cross_entropy", *SHAPES, *KEPT)
    assert out.exit_code == 0
    for part in (
        "computes",
        "supposed:",
        "compared with the program",
        "PROVED: it is",
        "definition of cross-entropy",
        "real numbers",
    ):
        assert part in out.output


def test_that_a_program_does_not_leave_ignored_labels_out_is_said(run) -> None:
    """NumPy takes the label -100 for the hundredth entry from the end, where there are so many."""
    out = run("loss.py::counted_from_the_end", *SHAPES, "--is", "one-hot, mean")
    assert (
        "no label is -100: the program does not leave such labels out; it fails at them, or takes the entry"
        in out.output
    )


def test_a_refutation_has_numbers_and_the_difference_and_status_1(run) -> None:
    out = run("loss.py::over_all", *SHAPES, *KEPT)
    assert out.exit_code == 1
    for part in (
        "REFUTED: it is not",
        "false at",
        "the program, run on it, gives",
        "the difference: another reduction: mean",
    ):
        assert part in out.output


def test_shapes_are_given_one_behind_the_other_and_the_size_of_the_vocabulary_is_known(run) -> None:
    out = run("loss.py::of_a_library", "--shapes", "logits=B,T,V", "labels=B,T", "--identify")
    assert out.exit_code == 0, out.output
    assert "called with vocab_size = V" in out.output and "PROVED: it is one-hot, mean over kept" in out.output
    assert "z_{i,t,k} is logits" in out.output, "with the letters of the formula"


def test_an_argument_that_is_missing_is_named(run) -> None:
    out = run("loss.py::cross_entropy", "--logits", "T,V", "--is", "one-hot, mean")
    assert out.exit_code == 2 and "needs labels as well" in out.output and "--shapes labels=SIZES" in out.output


def test_identify_finds_it(run) -> None:
    out = run("loss.py::over_all", *SHAPES, "--identify")
    assert out.exit_code == 0
    assert "PROVED: it is one-hot, mean\n" in out.output


def test_identify_says_that_it_is_none_and_which_is_nearest(run, tmp_path) -> None:
    (tmp_path / "loss.py").write_text(
        LOSS + "\ndef odd(logits, labels):\n    return cross_entropy(logits, labels) ** 2\n"
    )
    out = run("loss.py::odd", *SHAPES, "--identify")
    assert out.exit_code == 1
    assert re.search(r"NOT IN THE LIBRARY: it is none of the \d+ losses .* the nearest is", out.output)
    assert "the nearest loss is" in out.output and "the loss asked for" not in out.output


def test_slides_have_the_claim_its_numbers_and_what_holds(run, tmp_path) -> None:
    out = run("loss.py::over_all", *SHAPES, *KEPT, "-o", "deck.html")
    assert out.exit_code == 1
    assert out.output.endswith("wrote deck.html\n")
    deck = (tmp_path / "deck.html").read_text("utf-8")
    for part in ("REFUTED: it is not one-hot, mean over kept", "False at", "What is true: it is one-hot, mean"):
        assert part in re.sub(r"\s+", " ", deck)


def test_an_instance_of_a_class_and_a_part_of_the_result(run) -> None:
    out = run("loss.py::Loss", "--make", "scale=1", *SHAPES, *KEPT, "--result", "loss")
    assert out.exit_code == 0, out.output


def test_a_term_of_a_file_is_a_target(run, tmp_path) -> None:
    (tmp_path / "paper.py").write_text(
        "from derive import *\nfrom derive.language.letters import T, V, k, t, zs, ys\n"
        "w = function('w', INT, INT)\n"
        "loss = Sum(w[t] * -log(softmax(V, zs[t])[ys[t]]), (t, 1, T)) / Sum(w[t], (t, 1, T))\n"
    )
    out = run("loss.py::cross_entropy", *SHAPES, "--is", "paper.py::loss")
    assert out.exit_code == 0, out.output
    assert "PROVED: it is loss" in out.output


def test_latex_is_escaped_and_has_the_formula(run) -> None:
    out = run("loss.py::cross_entropy", *SHAPES, *KEPT, "--as", "latex")
    assert out.exit_code == 0
    assert r"\texttt{loss.py::cross\_entropy}" in out.output
    assert r"\sum" in out.output


def test_floats_are_measured(run) -> None:
    out = run("loss.py::cross_entropy", *SHAPES, "--floats")
    assert out.exit_code == 0
    assert "measured, not proved" in out.output
    assert re.search(
        r"logits of 10000 +float64 +\S+ +3 of 3", out.output
    )  # exp overflows: this program has no maximum to subtract


def test_measure_names_target_shift_and_z_loss(run) -> None:
    out = run("loss.py::cross_entropy", *SHAPES, "--measure")
    assert "each position has its own label" in out.output
    assert "the target is one token" in out.output
    assert "no z-loss" in out.output


def test_the_proof_is_replayed_by_rocq(run, folder) -> None:
    out = run("loss.py::cross_entropy", *SHAPES, *KEPT, "--certify", str(folder))
    assert out.exit_code == 0, out.output
    assert "proved the claim" in out.output


def test_a_list_has_a_line_for_each_loss(run, tmp_path) -> None:
    entry = '[[audit]]\nfunction = "loss.py::{}"\nshapes = "logits=T,V labels=T"\nis = "one-hot, mean over kept"\n'
    (tmp_path / "audits.toml").write_text(entry.format("cross_entropy") + entry.format("over_all"))
    out = run("--all", "audits.toml", "-j", "1")
    assert out.exit_code == 1
    first, second = out.output.splitlines()
    assert "cross_entropy: PROVED" in first
    assert "over_all: REFUTED" in second and "another reduction: mean" in second


WRONG = {
    "no function": (("loss.py::absent", *SHAPES, *KEPT), "has no absent; it has cross_entropy"),
    "no file": (("absent.py::f", *SHAPES, *KEPT), "there is no such file"),
    "no module": (("absent_module:f", *SHAPES, *KEPT), "cannot be imported"),
    "no name": (("loss.py", *SHAPES, *KEPT), "names no function"),
    "nothing to call": (("loss.py::nothing", *SHAPES, *KEPT), "nothing to call"),
    "no arguments for a class": (("loss.py::Loss", *SHAPES, *KEPT), "--make NAME=VALUE"),
    "no shapes": (("loss.py::cross_entropy", *KEPT), "say what goes into the function"),
    "nothing to do": (("loss.py::cross_entropy", *SHAPES), "say one thing to do"),
    "two things to do": (("loss.py::cross_entropy", *SHAPES, *KEPT, "--identify"), "say one thing to do"),
    "a wrong size": (("loss.py::cross_entropy", "--logits", "t,V", *KEPT), "is no size"),
    "a wrong ignored label": (("loss.py::cross_entropy", *SHAPES, *KEPT, "--ignore", "x"), "no whole number"),
    "labels alone": (("loss.py::cross_entropy", "--labels", "T", *KEPT), "have no vocabulary"),
    "a loop": (("loss.py::loops", *SHAPES, *KEPT), r"loss\.py:\d+: "),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_done_is_said_in_one_paragraph(run, name) -> None:
    words, message = WRONG[name]
    out = run(*words)
    assert out.exit_code == 2, out.output
    assert out.output.startswith("derive: ")
    assert "Traceback" not in out.output
    assert re.search(message, out.output), out.output


def test_a_module_that_fails_is_said_in_one_paragraph(run, tmp_path) -> None:
    (tmp_path / "broken.py").write_text("1 / 0\n")
    out = run("broken.py::f", *SHAPES, *KEPT)
    assert out.exit_code == 2
    assert "cannot be run" in out.output and "Traceback" not in out.output
