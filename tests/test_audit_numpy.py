"""derive audit on losses in NumPy and the array API."""

from __future__ import annotations

import pytest
from frameworks import framework

np = framework("numpy")

import audit_numpy_cases as cases

from derive.audit.inputs import Inputs, read_input
from derive.audit.model.trace import Unread
from derive.audit.request import Answer, answer
from derive.audit.verdict import Program
from derive.errors import allow_deep_formulas

pytestmark = pytest.mark.filterwarnings("default")
allow_deep_formulas()


def asked(function, wanted) -> Answer:
    inputs = Inputs([read_input("logits=T,V"), read_input("labels=T")], -100)
    return answer(Program(function.__name__, function, inputs), wanted)


PROVED = {
    "plain": "one-hot, mean",
    "masked": "one-hot, mean over kept",
    "by_array_api": "one-hot, mean",
    "by_eye": "one-hot, mean",
}


@pytest.mark.parametrize("name", PROVED)
def test_a_right_loss_is_proved_at_all_sizes(name) -> None:
    found = asked(getattr(cases, name), PROVED[name])
    assert found.audit.verdict == "proved", found.audit.why


def test_a_wrong_loss_is_refuted() -> None:
    found = asked(cases.no_log, "one-hot, mean")
    assert found.audit.verdict == "refuted"
    assert found.audit.replay.confirms


def test_a_change_in_place_through_another_name_is_not_overlooked() -> None:
    with pytest.raises(Unread, match=r"audit_numpy_cases\.py:\d+: an array that shares memory"):
        asked(cases.in_place_through_another_name, "one-hot, mean")


def test_what_is_not_read_is_named_with_its_line_and_arange_is_put_back() -> None:
    before = np.arange
    with pytest.raises(Unread, match=r"audit_numpy_cases\.py:\d+: sort is not read"):
        asked(cases.sorts, "one-hot, mean")
    with pytest.raises(Unread, match=r"audit_numpy_cases\.py:\d+: a comparison is not read"):
        asked(cases.compares, "one-hot, mean")
    assert np.arange is before
