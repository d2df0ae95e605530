"""Functions that are made to be misread are not proved; or what is said of them says what it does not say."""

from __future__ import annotations

import re

import pytest
from frameworks import framework

framework("torch")

import audit_hostile_cases as cases
from audits import ROWS, asked
from sweep import sample
from test_audit_torch import stated

from derive.audit.guard import MisreadProgramError
from derive.errors import UserError

pytestmark = pytest.mark.filterwarnings("default")
KEPT = "one-hot, mean over kept"

NOT_PROVED = {
    "small_number_in_the_log": "refuted", "tiny_slip": "unknown", "slip_in_bfloat16": "unknown", "logits_shifted_with_their_labels": "refuted",
    "another_ignored_label": "refuted", "mask_turned_round": "refuted", "changed_in_place": "refuted", "labels_changed_in_place": "refuted",
    "wide_apart_only": "refuted", "clamped_far_out": "refuted", "asks_for_a_gradient": "refuted", "asks_for_the_mode": "refuted",
    "clamped_in_place": "refuted",
}  # fmt: skip


@pytest.mark.parametrize("name", sample(NOT_PROVED, 6))
def test_a_subtle_difference_is_refuted_or_not_known(name) -> None:
    shapes = ROWS + " mask=T:flags" * ("mask" in name)
    assert asked(getattr(cases, name), shapes, KEPT).audit.verdict == NOT_PROVED[name]


REFUSED = {
    "asks_for_the_type": "it asks for the type",
    "another_loss_in_halves": r"in floats of 64 bits and [\d.]+ in bfloat16, at the same numbers: it asks for the type",
    "asks_for_a_size": "the branch depends on the size T",
    "catches_errors": "the program needs it as a number",
    "labels_of_8_bits": "whole numbers wrap round",
    "labels_made_of_8_bits": "whole numbers wrap round",
    "counts_in_8_bits": "whole numbers wrap round",
    "a_size_in_8_bits": "whole numbers wrap round",
    "classes_of_8_bits": "whole numbers wrap round",
    "clamped_into_itself": "out= is not read",
    "asks_for_a_remainder": "an operation on the size T",
    "looks_up_a_size": "the size T as a key",
    "asks_for_a_kind": "the branch depends on the size T",
    "noise": "it draws at random",
    "grows": "keeps a state",
    "decides_on_a_number": "depends on the numbers in a tensor",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_program_with_another_way_to_go_is_refused(name) -> None:
    with pytest.raises(UserError, match=REFUSED[name]) as caught:
        asked(getattr(cases, name), ROWS, KEPT)
    assert not isinstance(caught.value, MisreadProgramError)


SAID = {
    "warms_up": "CALLS changed while the program ran",
    "writes_a_size": "the size T is made text",
    "seldom_something_else": "the state of random changed while the program ran",
    "counts_in_a_buffer": r"self\.steps changed while the program ran",
    "counts_around_itself": "count changed while the program ran",
    "detached": "detach keeps a part from being differentiated",
    "without_gradient": r"no_grad\(\) keeps a part from being differentiated",
    "backward_of_its_own": "Own has a backward of its own",
}


@pytest.mark.parametrize("name", SAID)
def test_what_a_proof_does_not_say_is_said_beside_it(name) -> None:
    found = asked(getattr(cases, name), ROWS, KEPT)
    assert found.audit.verdict == "proved"
    assert any(re.search(SAID[name], n) for n in found.audit.reading.trace.notes)


def test_a_backward_of_its_own_is_held_against_the_derivative() -> None:
    with pytest.raises(UserError, match=r"autograd is .* from the derivative"):
        stated(cases.backward_of_its_own)
