"""The sample of a sweep: small and fixed, drawn by a seed under CI, or everything."""

from __future__ import annotations

import pytest
from hypothesis import settings
from sweep import examples, sample

ITEMS = range(1000)


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DERIVE_SWEEP", raising=False)


def test_the_quick_sample_is_spread_from_the_first_to_the_last() -> None:
    assert sample(ITEMS, 4) == [0, 333, 666, 999]
    assert sample(ITEMS, 1) == [0]
    assert sample("abc", 5) == ["a", "b", "c"]


def test_under_ci_a_seed_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = {}
    for setting in ("ci", "ci:0", "ci:7"):
        monkeypatch.setenv("DERIVE_SWEEP", setting)
        drawn[setting] = sample(ITEMS, 50)
        assert drawn[setting] == sorted(set(drawn[setting])) and len(drawn[setting]) == 50
    assert drawn["ci"] == drawn["ci:0"] != drawn["ci:7"]


def test_all_is_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DERIVE_SWEEP", "all")
    assert sample(ITEMS, 4) == list(ITEMS)


def test_a_setting_that_means_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DERIVE_SWEEP", "some")
    with pytest.raises(ValueError, match="it may be ci, ci:SEED with a number, or all, or be unset"):
        sample(ITEMS, 4)


def test_a_profile_that_wants_fewer_examples_gets_fewer_of_all() -> None:
    before = settings.get_current_profile_name()
    assert examples(60).max_examples == 60
    try:
        settings.load_profile("quarter")
        assert [examples(n).max_examples for n in (60, 3)] == [15, 1]
    finally:
        settings.load_profile(before)
