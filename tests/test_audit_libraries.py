"""derive audit on functions of installed packages, unmodified: torch.nn.functional, transformers, timm's and others' by their files."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from frameworks import absent, framework

torch = framework("torch")
framework("transformers")

from audits import asked
from transformers.loss.loss_utils import ForCausalLMLoss, ForMaskedLMLoss
from transformers.trainer_pt_utils import LabelSmoother

from derive.cli import main

F = torch.nn.functional
pytestmark = pytest.mark.filterwarnings("default")

ROWS, BATCH = "input=T,V target=T", "logits=B,T,V labels=B,T"
SMOOTH = "model_output.logits=B,T,V labels=B,T"
REDUCED = {"mean": "mean over kept", "sum": "sum", "none": "none"}

CASES = {
    **{f"cross_entropy {r}": (F.cross_entropy, ROWS, f"one-hot, {words}", {"reduction": r}) for r, words in REDUCED.items()},
    **{
        f"cross_entropy smoothed {r}": (F.cross_entropy, ROWS, f"smoothed(eps=1/10), {words}", {"reduction": r, "label_smoothing": 0.1})
        for r, words in REDUCED.items()
    },
    "cross_entropy weighted": (F.cross_entropy, f"{ROWS} weight=V", "weighted one-hot, mean over weights", {}),
    "cross_entropy weighted sum": (F.cross_entropy, f"{ROWS} weight=V", "weighted one-hot, sum", {"reduction": "sum"}),
    "cross_entropy soft": (F.cross_entropy, "input=T,V target=T,V", "soft, mean", {}),
    "cross_entropy of images": (F.cross_entropy, "input=B,V,T target=B,T", "one-hot, mean over kept", {}),
    "cross_entropy module": (torch.nn.CrossEntropyLoss(label_smoothing=0.2), ROWS, "smoothed(eps=1/5), mean over kept", {}),
    "nll_loss of log_softmax": (
        lambda input, target: F.nll_loss(F.log_softmax(input, 1), target), ROWS, "one-hot, mean over kept", {},
    ),
    "binary with logits": (F.binary_cross_entropy_with_logits, "input=T target=T:probability", "binary, mean", {}),
    "binary with logits sum": (F.binary_cross_entropy_with_logits, "input=T target=T:probability", "binary, sum", {"reduction": "sum"}),
    "causal": (ForCausalLMLoss, BATCH, "next-token one-hot, mean over kept", {"vocab_size": "V"}),
    "causal with a count": (ForCausalLMLoss, f"{BATCH} num_items_in_batch=", "next-token one-hot, sum over n", {"vocab_size": "V"}),
    "masked": (ForMaskedLMLoss, BATCH, "one-hot, mean over kept", {"vocab_size": "V"}),
    "smoother": (LabelSmoother(epsilon=0.1), SMOOTH, "smoothed(eps=1/10), mean over kept", {}),
    "smoother that shifts": (LabelSmoother(epsilon=0.1), SMOOTH, "next-token smoothed(eps=1/10), mean over kept", {"shift_labels": True}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_library_computes_what_its_documentation_says(name) -> None:
    function, shapes, wanted, fixed = CASES[name]
    found = asked(function, shapes, wanted, **fixed)
    assert found.audit.verdict == "proved", found.audit.why


WRONG = {
    "the count is not used": (
        ForCausalLMLoss,
        f"{BATCH} num_items_in_batch=",
        "next-token one-hot, mean over kept",
        {"vocab_size": "V"},
    ),
    "the shift is there already": (ForCausalLMLoss, BATCH, "one-hot, mean over kept", {"vocab_size": "V"}),
    "the other convention": (LabelSmoother(epsilon=0.1), SMOOTH, "smoothed-off(eps=1/10), mean over kept", {}),
    "another eps": (LabelSmoother(epsilon=0.1), SMOOTH, "smoothed(eps=1/5), mean over kept", {}),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_library_does_not_compute_another_loss(name) -> None:
    function, shapes, wanted, fixed = WRONG[name]
    found = asked(function, shapes, wanted, **fixed)
    assert found.audit.verdict == "refuted", found.audit.why
    assert found.audit.replay.confirms
    assert found.residual is not None


def of_file(package: str, path: str):
    """A module of a package by its file, without what the package imports beside it."""
    spec = importlib.util.find_spec(package)
    if spec is None:
        absent(f"{package} is not installed")
    assert spec is not None and spec.submodule_search_locations
    own = importlib.util.spec_from_file_location("audited_file", f"{spec.submodule_search_locations[0]}/{path}")
    assert own is not None and own.loader is not None
    module = importlib.util.module_from_spec(own)
    own.loader.exec_module(module)
    return module


def test_timm_smooths_over_all_tokens() -> None:
    losses = of_file("timm", "loss/cross_entropy.py")
    found = asked(losses.LabelSmoothingCrossEntropy(smoothing=0.1), "x=T,V target=T", "smoothed(eps=1/10), mean")
    assert found.audit.verdict == "proved", found.audit.why
    found = asked(losses.SoftTargetCrossEntropy(), "x=T,V target=T,V", "soft, mean")
    assert found.audit.verdict == "proved", found.audit.why


def test_timm_takes_each_class_by_itself() -> None:
    losses = of_file("timm", "loss/binary_cross_entropy.py")
    found = asked(
        losses.BinaryCrossEntropy(smoothing=0.1, sum_classes=True),
        "x=B,C target=B",
        "one-vs-rest(eps=1/10), mean",
        None,
    )
    assert found.audit.verdict == "proved", found.audit.why
    found = asked(losses.BinaryCrossEntropy(smoothing=0), "x=B,C target=B,C:probability", "binary, mean", None)
    assert found.audit.verdict == "proved", found.audit.why


def test_the_page_s_commands_prove_what_they_say(tmp_path, monkeypatch) -> None:
    framework("optax")
    monkeypatch.chdir(tmp_path)
    page = (Path(__file__).parent.parent / "docs" / "audit.md").read_text("utf-8")
    lines = re.findall(r"^derive (audit .*)$", page, re.MULTILINE)
    assert len(lines) == 4
    for line in lines:
        out = CliRunner().invoke(main, shlex.split(line), prog_name="derive")
        assert out.exit_code == 0, out.output
        assert "PROVED" in out.output or "autograd" in out.output
