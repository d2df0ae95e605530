"""derive audit on losses in PyTorch: what is proved, what is refuted by numbers that the program confirms, what the difference is."""

from __future__ import annotations

import re
import threading

import pytest
from frameworks import framework

torch = framework("torch")

import audit_cases as cases
from audits import BATCH, ROWS, asked, program

from derive.audit import assert_loss, loss, smoothed_loss
from derive.audit.gradient import gradient
from derive.audit.measure import measure
from derive.audit.model.trace import Unread
from derive.audit.reading import read
from derive.audit.report import remarks
from derive.audit.verdict import read_program
from derive.certify import certificate
from derive.errors import UserError, allow_deep_formulas

pytestmark = pytest.mark.filterwarnings("default")
allow_deep_formulas()

F = torch.nn.functional


PROVED = {
    "plain": (cases.plain, ROWS, "one-hot, mean over kept"),
    "by hand": (cases.by_hand, ROWS, "one-hot, mean over kept"),
    "by a mask": (cases.by_mask, ROWS, "one-hot, mean over kept"),
    "stabilised": (cases.stabilised, ROWS, "one-hot, mean"),
    "count at least one": (cases.count_at_least_one, ROWS, "one-hot, mean over kept"),
    "one-hot product": (cases.one_hot_product, ROWS, "one-hot, mean"),
    "scattered": (cases.scattered, ROWS, "smoothed-off(eps=1/10), mean"),
    "next token": (cases.next_token, BATCH, "next-token one-hot, mean over kept"),
    "normalised twice": (cases.normalised_twice, ROWS, "one-hot, mean over kept"),
    "distillation": (cases.distillation, "student_logits=T,V teacher_logits=T,V", "distillation(tau=2), mean"),
    "dpo": (
        cases.dpo, "policy_chosen_logps=B policy_rejected_logps=B reference_chosen_logps=B reference_rejected_logps=B",
        "dpo(beta=1/10), mean",
    ),
    "ppo": (cases.ppo, "logprobs=B,T old_logprobs=B,T advantages=B,T mask=B,T", "ppo(eps=1/5), mean over kept"),
    "contrastive": (cases.contrastive, "logits=V,V", "contrastive(tau=7/100), mean"),
    "group-relative": (
        cases.group_relative,
        "per_token_logps=B,T old_per_token_logps=B,T ref_per_token_logps=B,T advantages=B completion_mask=B,T",
        "grpo(eps=1/5, beta=1/25), mean over kept",
    ),
    "flags": (
        cases.masked_by_numbers,
        "logprobs=B,T old_logprobs=B,T advantages=B,T mask=B,T:flags",
        "ppo(eps=1/5), mean of rows",
    ),
    "divergence": (cases.divergence, "logprobs=T ref_logprobs=T", "k3, mean"),
    "focal": (cases.focal, ROWS, "focal(gamma=2), mean"),
    "unlikelihood": (cases.unlikelihood, ROWS + "", "unlikelihood, mean"),
    "module": (cases.Model(), BATCH, "smoothed(eps=1/10), mean over kept"),
}  # fmt: skip


@pytest.mark.parametrize("name", PROVED)
def test_a_right_loss_is_proved_at_all_sizes(name) -> None:
    found = asked(*PROVED[name])
    assert found.audit.verdict == "proved", found.audit.why
    theorem = found.audit.theorem.theorem
    assert theorem.concl.args == (found.audit.reading.term, found.audit.target.term)
    assert set(theorem.hyps) <= set(found.audit.theorem.given)


REFUTED = {
    "leak": (cases.leak, ROWS, "smoothed(eps=1/10), mean over kept", "ignored positions leak into the smoothing term"),
    "1/V": (cases.inverse_size, ROWS, "smoothed(eps=1/10), mean", "the smoothing term has 1/V in place of eps/V"),
    "mean over all": (cases.mean_over_all, ROWS, "one-hot, mean over kept", "another reduction: mean, where"),
    "mean of rows": (cases.mean_of_rows, BATCH, "one-hot, mean over kept", "another reduction: mean of rows, where"),
    "micro-batches": (
        cases.micro_batches, "batches.0.logits=T,V batches.0.labels=T batches.1.logits=S,V batches.1.labels=S",
        "one-hot, mean over kept", "another reduction: mean of batches, where",
    ),
    "z-loss": (cases.with_z_loss, ROWS, "one-hot, mean over kept", "a z-loss is added, with the factor 1/10000"),
    "less than floats of 32 bits show, near 0": (
        cases.z_loss_over_all, ROWS, "one-hot + z-loss(coef=1/10000), mean over kept", "",
    ),
    "counted twice": (cases.counted_twice, ROWS, "one-hot, mean over kept", "the logits are counted 2 times in the normaliser"),
    "no entropy": (cases.without_entropy, "logits=T,V target=T,V", "soft, mean", "a divergence: the entropy of the target"),
    "convention": (cases.scattered, ROWS, "smoothed(eps=1/10), mean", "the other convention of smoothing"),
    "no shift": (cases.no_shift, BATCH, "next-token one-hot, mean over kept", "the shift by one is missing"),
    "slip": (cases.slip, ROWS, "smoothed(eps=1/10), mean over kept", "eps is 1001/10000, where 1/10 was meant"),
    "softmax twice": (cases.softmax_twice, ROWS, "one-hot, mean over kept", "the softmax is taken twice"),
    "no log": (cases.no_log, ROWS, "one-hot, mean over kept", "the logarithm is missing"),
    "wrong axis": (cases.wrong_axis, ROWS, "one-hot, mean over kept", "the softmax runs over T, the positions"),
    "wrong size": (cases.wrong_size, ROWS, "smoothed(eps=1/10), mean", ""),
    "double shift": (cases.double_shift, ROWS, "next-token one-hot, mean over kept", "the labels are shifted twice"),
    "no square": (cases.without_square, "student_logits=B,V teacher_logits=B,V", "distillation(tau=2), mean", "a factor tau^2 = 4 is missing"),
    "two shifts": (cases.shifted_here_and_there, ROWS, "next-token one-hot, mean over kept", "the labels are shifted twice"),
    "missing squeeze": (cases.missing_squeeze, ROWS, "one-hot, mean over kept", ""),
    "floor": (cases.floor, ROWS, "one-hot, mean", "it is what was asked for only where its bounds do nothing"),
    "log of more": (cases.log_of_more, ROWS, "one-hot, mean", "1/100000000 is added to the probabilities before"),
    "wrong weight": (F.cross_entropy, "input=T,V target=T weight=V", "weighted one-hot, mean over kept", "another reduction: mean over weights"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUTED)
def test_a_wrong_loss_is_refuted_by_numbers_that_the_program_confirms(name) -> None:
    *case, words = REFUTED[name]
    found = asked(*case)
    assert found.audit.verdict == "refuted", found.audit.why
    assert found.audit.replay.confirms
    assert (found.residual.words if found.residual else "").startswith(words)
    assert bool(found.residual) == bool(words)
    if found.residual and name != "floor":  # whose theorem has one condition more
        assert found.residual.theorem.theorem.concl.args[0] == found.audit.reading.term


UNREAD = {
    "rounding": (lambda logits, labels: logits.div(2, rounding_mode="floor").mean(), ROWS, "with rounding is not read"),
    "legacy": (lambda logits, labels: F.cross_entropy(logits, labels, size_average=False), ROWS, "deprecated"),
    "branch": (cases.branches_on_data, ROWS, r"audit_cases\.py:\d+: a comparison is not read"),
    "unknown": (cases.unknown_operation, ROWS, r"audit_cases\.py:\d+: fft_fft is not read"),
}


@pytest.mark.parametrize("name", UNREAD)
def test_what_is_not_read_is_named_with_its_line(name) -> None:
    function, shapes, message = UNREAD[name]
    with pytest.raises(Unread, match=message):
        asked(function, shapes, "one-hot, mean")


def test_a_proof_is_certified_as_those_of_the_catalogue_are() -> None:
    found = asked(cases.plain, ROWS, "one-hot, mean over kept")
    assert certificate(found.audit.theorem).text.count("Theorem") == 1


def test_a_function_that_works_in_float32_is_judged_by_its_own_precision() -> None:
    def in_float32(logits, labels):
        return F.cross_entropy(logits.float(), labels)

    found = asked(in_float32, ROWS, "one-hot, mean over kept")
    assert found.audit.verdict == "proved"
    assert found.audit.seen.precision == "float32"
    assert found.audit.seen.largest > 1e-12


def test_a_function_that_fails_at_ignored_labels_is_read_without_them() -> None:
    found = asked(cases.one_hot_product, ROWS, "one-hot, mean")
    assert found.audit.ignore_dropped
    assert all(s.kept is None for s in found.audit.reading.inputs.symbols.values())


def test_torch_is_as_it_was_after_a_trace_that_fails() -> None:
    before = torch.arange, torch.full, F.one_hot, torch.where
    with pytest.raises(Unread):
        asked(cases.unknown_operation, ROWS, "one-hot, mean")
    assert (torch.arange, torch.full, F.one_hot, torch.where) == before


def test_threads_read_at_the_same_time_and_others_notice_nothing() -> None:
    wrong: list[str] = []

    def reader() -> None:
        inputs = program(cases.by_hand, ROWS).inputs
        for _ in range(5):
            if "sum(t=1..T" not in repr(read(cases.by_hand, inputs, {}).term):
                wrong.append("formula")

    def bystander() -> None:
        for n in range(300):
            if torch.arange(n % 7).tolist() != list(range(n % 7)) or F.one_hot(torch.tensor([1]), 3).tolist() != [
                [0, 1, 0]
            ]:
                wrong.append("torch")

    threads = [threading.Thread(target=f) for f in (reader, reader, bystander)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert wrong == []


def test_a_change_in_place_through_another_name_is_not_overlooked() -> None:
    def changed(logits, labels):
        nll = F.cross_entropy(logits, labels, reduction="none")
        same = nll.view(-1)
        same.mul_(2)
        return nll.mean()

    with pytest.raises(Unread, match="changed in place"):
        asked(changed, ROWS, "one-hot, mean")


def test_assert_loss_passes_what_is_proved() -> None:
    assert_loss(cases.Model(), logits="B T V", labels="B T", equals=smoothed_loss(eps="1/10"), output="loss")
    assert_loss(cases.next_token, logits="B T V", labels="B T", equals="next-token one-hot, mean over kept")


def test_assert_loss_says_formula_difference_and_numbers() -> None:
    with pytest.raises(AssertionError) as caught:
        assert_loss(cases.leak, logits="T V", labels="T", equals=loss("smoothed(eps=1/10), mean over kept"))
    message = str(caught.value)
    for part in ("REFUTED", "ignored positions leak", "formula", "difference", "T=2, V=2", "program"):
        assert part in message


WITHOUT = {
    "names": ("dpo, mean", "needs an input named like policy_chosen_logps"),
    "weights": ("weighted one-hot, mean", "needs an input named like weight"),
    "sizes": ("binary, mean", "has a size V beside those of positions"),
}


@pytest.mark.parametrize("name", WITHOUT)
def test_a_loss_whose_inputs_are_not_there_says_which(name) -> None:
    wanted, message = WITHOUT[name]
    with pytest.raises(UserError, match=message):
        asked(cases.plain, ROWS, wanted)


def test_sizes_that_do_not_fit_are_said_in_their_letters() -> None:
    with pytest.raises(UserError, match="size S where the tensor has T"):
        asked(cases.by_hand, "logits=T,V labels=S", "one-hot, mean")


def measured(function, shapes=ROWS, ignore=-100) -> str:
    return "\n".join(measure(program(function, shapes, ignore)))


def test_a_fit_names_what_cannot_be_read() -> None:
    assert "a double shift" in measured(cases.double_shift)
    assert "smoothed over the V - 1 wrong tokens, with eps = 0.1" in measured(cases.scattered, ignore=None)
    assert "z-loss: factor 2.5e-05" in measured(cases.with_z_loss)
    assert "no cross-entropy of a softmax over the last axis fits" in measured(cases.softmax_twice)
    assert "say the same" in measured(cases.branchless_sort)


def test_a_gradient_of_its_own_shows() -> None:
    def detached(logits, labels):
        loss = F.cross_entropy(logits, labels)
        return loss / 2 + loss.detach() / 2

    assert "its gradients say something else" in measured(detached)
    with pytest.raises(UserError, match=r"autograd is .* from the derivative"):
        stated(detached)


@pytest.mark.parametrize(("name", "said"), [("normalised twice", True), ("focal", False)])
def test_what_is_normalised_twice_is_said_to_be(name, said) -> None:
    """The weight of a focal loss is an exponential of a log-softmax, and that is no second one."""
    assert any("normalised already" in r for r in remarks(asked(*PROVED[name]).audit)) == said


def stated(function):
    p = program(function, ROWS)
    return gradient(p, read_program(p)[0])


GRADIENTS = {
    "plain": (cases.plain, "w[s]*(softmax(V, z[s])[j] - one_hot(y[s])[j])/sum(t=1..T, w[t])"),
    "smoothed": (
        lambda logits, labels: F.cross_entropy(logits, labels, label_smoothing=0.1),
        "w[s]*(softmax(V, z[s])[j] - smoothed(V, 1/10, y[s])[j])/sum(t=1..T, w[t])",
    ),
    "next token": (
        lambda logits, labels: F.cross_entropy(logits[:-1], labels[1:]),
        "w[s + 1]*(softmax(V, z[s])[j] - one_hot(y[s + 1])[j])/sum(t=1..T - 1, w[t + 1])",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GRADIENTS)
def test_the_gradient_is_stated_as_p_less_q(name) -> None:
    function, form = GRADIENTS[name]
    found = stated(function)
    assert repr(found.term) == form
    assert found.idle == (name == "next token")


def test_the_gradient_is_what_autograd_says() -> None:
    found = stated(cases.leak)
    assert found.compared > 20
    assert found.largest < 1e-12


def test_where_formula_and_program_have_no_value_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A target that should be logarithms, and is logarithms of logarithms."""
    monkeypatch.setattr("derive.audit.verdict.EFFORT", 2000)

    def twice(student, teacher):
        wrong = torch.log_softmax(teacher, -1)
        return F.kl_div(torch.log_softmax(student, -1), wrong, reduction="sum") / student.shape[0]

    out = asked(twice, "student=T,V teacher=T,V", "distillation(tau=1), mean")
    assert out.audit.verdict == "unknown"
    assert re.search(r"it has no value at T=1, V=2, .*; the program, run on it, gives nan$", out.audit.why), (
        out.audit.why
    )
