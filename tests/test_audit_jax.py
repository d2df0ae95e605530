"""derive audit on losses in JAX, and on optax, unmodified."""

from __future__ import annotations

import pytest
from frameworks import framework

framework("jax")
optax = framework("optax")

import audit_jax_cases as cases
from audits import BATCH, ROWS, asked

from derive.audit.model.trace import Unread

pytestmark = pytest.mark.filterwarnings("default")


PROVED = {
    "plain": (cases.plain, ROWS, "one-hot, mean"),
    "masked": (cases.masked, ROWS, "one-hot, mean over kept"),
    "one-hot": (cases.one_hot, ROWS, "one-hot, mean"),
    "by logsumexp": (cases.by_logsumexp, ROWS, "one-hot, mean"),
    "next token": (cases.next_token, BATCH, "next-token one-hot, mean"),
    "optax, labels": (optax.softmax_cross_entropy_with_integer_labels, ROWS, "one-hot, none"),
    "optax, distributions": (optax.softmax_cross_entropy, "logits=T,V labels=T,V", "soft, none"),
    "optax, binary": (optax.sigmoid_binary_cross_entropy, "logits=T labels=T:probability", "binary, none"),
    "optax, focal": (
        optax.sigmoid_focal_loss,
        "logits=T labels=T:probability",
        "binary focal(gamma=2, alpha=-1), none",
    ),
}


@pytest.mark.parametrize("name", PROVED)
def test_a_right_loss_is_proved_at_all_sizes(name) -> None:
    found = asked(*PROVED[name])
    assert found.audit.verdict == "proved", found.audit.why


def test_smoothed_labels_of_optax_are_those_of_the_convention_with_v() -> None:
    def loss(logits, labels):
        import jax

        target = optax.smooth_labels(jax.nn.one_hot(labels, logits.shape[-1]), alpha=0.1)
        return optax.softmax_cross_entropy(logits, target).mean()

    assert asked(loss, ROWS, "smoothed(eps=1/10), mean", ignore=None).audit.verdict == "proved"
    other = asked(loss, ROWS, "smoothed-off(eps=1/10), mean", ignore=None)
    assert other.audit.verdict == "refuted"
    assert other.residual.words.startswith("the other convention of smoothing")
    leaks = asked(loss, ROWS, "smoothed(eps=1/10), mean")  # one_hot(-100) is a row of zeros, which is smoothed as well
    assert leaks.residual.words == "ignored positions leak into the smoothing term"


def test_wrong_losses_are_refuted_in_floats_of_64_bits() -> None:
    found = asked(cases.softmax_twice, ROWS, "one-hot, mean")
    assert found.audit.verdict == "refuted"
    assert found.audit.replay.confirms
    found = asked(cases.z_loss, ROWS, "one-hot, mean")
    assert found.audit.replay.precision == "float64"
    assert found.residual.words == "a z-loss is added, with the factor 1/10000"


def test_casts_are_seen_and_a_derivative_of_its_own_is_said() -> None:
    found = asked(cases.in_bfloat16, ROWS, "one-hot, mean")
    assert (found.audit.verdict, found.audit.seen.precision) == ("proved", "bfloat16")
    found = asked(cases.derivative_of_its_own, ROWS, "one-hot, mean")
    assert any("a derivative of its own" in n for n in found.audit.reading.trace.notes)
    (note,) = asked(cases.weighed_by_itself, ROWS, "one-hot, mean", ignore=None).audit.reading.trace.notes
    assert "stop_gradient keeps a part" in note  # where the program asks for it; logsumexp does so too
    with pytest.raises(Unread, match="a conversion to int8"):
        asked(cases.labels_of_8_bits, ROWS, "one-hot, mean")


HOSTILE = {
    "classes_of_8_bits": "whole numbers wrap round",
    "catches_errors": "what follows a caught InconclusiveDimensionOperation",
    "asks_which_size": "if T == 1000 is not read",
    "looks_up_a_size": "the size T as a key",
    "catches_what_is_no_number": "what follows a caught TracerBoolConversionError",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_program_with_another_way_to_go_is_refused(name) -> None:
    with pytest.raises(Unread, match=rf"audit_jax_cases\.py:\d+: .*{HOSTILE[name]}"):
        asked(getattr(cases, name), ROWS, "one-hot, mean", ignore=None)


def test_what_is_not_read_is_named_with_its_line() -> None:
    with pytest.raises(Unread, match=r"audit_jax_cases\.py:\d+: sort is not read"):
        asked(cases.sorts, ROWS, "one-hot, mean")
