"""derive audit on losses in NumPy and the array API."""

from __future__ import annotations

import pytest
from frameworks import framework

np = framework("numpy")

import audit_numpy_cases as cases
from audits import ROWS, asked

from derive.audit.model.trace import Unread

pytestmark = pytest.mark.filterwarnings("default")


PROVED = {
    "plain": "one-hot, mean",
    "masked": "one-hot, mean over kept",
    "by_array_api": "one-hot, mean",
    "by_eye": "one-hot, mean",
}


@pytest.mark.parametrize("name", PROVED)
def test_a_right_loss_is_proved_at_all_sizes(name) -> None:
    found = asked(getattr(cases, name), ROWS, PROVED[name])
    assert found.audit.verdict == "proved", found.audit.why


def test_a_wrong_loss_is_refuted() -> None:
    found = asked(cases.no_log, ROWS, "one-hot, mean")
    assert found.audit.verdict == "refuted"
    assert found.audit.replay.confirms
    assert asked(cases.in_bits, ROWS, "one-hot, mean").residual.words.startswith("logarithms are to the base 2")


def test_a_change_in_place_through_another_name_is_not_overlooked() -> None:
    with pytest.raises(Unread, match=r"audit_numpy_cases\.py:\d+: an array that shares memory"):
        asked(cases.in_place_through_another_name, ROWS, "one-hot, mean")


HOSTILE = {
    "labels_of_8_bits": "whole numbers wrap round",
    "counts_in_8_bits": "whole numbers wrap round",
    "a_size_in_8_bits": "whole numbers wrap round",
    "the_first_thousand": "where= is not read",
    "asks_for_bytes": "an array's nbytes is not read",
    "asks_for_a_number": "it depends on the numbers in an array",
    "asks_for_a_remainder": "an operation on the size T",
    "flipped_and_changed": "an array that shares memory",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_program_that_does_something_else_at_other_sizes_is_not_proved(name) -> None:
    with pytest.raises(Unread, match=rf"audit_numpy_cases\.py:\d+: .*{HOSTILE[name]}"):
        asked(getattr(cases, name), ROWS, "one-hot, mean")


def test_what_numpy_calls_as_torch_does_is_read_as_numpy_means_it() -> None:
    assert asked(cases.by_places, ROWS, "one-hot, mean over kept").audit.verdict == "proved"
    assert asked(cases.one_of_two, ROWS, "one-hot, mean").audit.verdict == "proved"
    found = asked(cases.in_float16, ROWS, "one-hot, mean")
    assert (found.audit.verdict, found.audit.seen.precision) == ("proved", "float16")


def test_what_is_not_read_is_named_with_its_line_and_arange_is_put_back() -> None:
    before = np.arange
    with pytest.raises(Unread, match=r"audit_numpy_cases\.py:\d+: sort is not read"):
        asked(cases.sorts, ROWS, "one-hot, mean")
    with pytest.raises(Unread, match=r"audit_numpy_cases\.py:\d+: a comparison is not read"):
        asked(cases.compares, ROWS, "one-hot, mean")
    assert np.arange is before
