"""The gradient of cross-entropy by way of the softmax's Jacobian: a sum split at an index, cases, an identity matrix, one-hot targets."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from derive.notes.document.read import document_of
from derive.notes.judge.judge import judge_notes
from derive.notes.meaning.notes import read_notes

PAGE = (Path(__file__).parent / "notes/jacobian.tex").read_text(encoding="utf-8")
ONE_HOT = PAGE.replace("%: q distribution", "%: q one-hot")


@functools.lru_cache
def kinds(page: str) -> list[str]:
    return [
        row.verdict.kind for row in judge_notes(read_notes(document_of("page.tex", page))) if row.verdict is not None
    ]


@pytest.mark.parametrize("page", [PAGE, ONE_HOT], ids=["distribution", "one-hot"])
def test_every_row_of_it_is_proved(page):
    assert set(kinds(page)) == {"proved"}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"&= - q_j (1 - p_j) + \sum_{k \neq j} q_k p_j", r"&= - q_j (1 - p_j) + \sum_{k} q_k p_j"),
        (r"&= p_j - q_j", r"&= q_j - p_j"),
        (r"= p_k (I_{kj} - p_j) =", r"= p_k (I_{kj} - p_k) ="),
    ],
)
def test_a_slip_in_it_is_false(right, wrong):
    assert right in PAGE
    made = kinds(PAGE.replace(right, wrong))
    assert "false" in made and made.count("proved") >= len(made) - 2


@pytest.mark.parametrize("page", [PAGE, ONE_HOT], ids=["distribution", "one-hot"])
def test_a_name_with_its_index_is_a_factor_of_a_bracket(page):
    """q_j (1 - p_j) is a product, as q is over one letter and has its index; p_w(k + 1) may be a law with a parameter."""
    declared = page[: page.index("The cases")]
    assert kinds(declared + r"\[ q_j (1 - p_j) = q_j - p_j q_j \]") == ["proved"]


def test_the_entries_of_a_one_hot_vector_sum_to_one_whatever_they_stand_in():
    page = "%: k = 1..K\n%: y one-hot over k\n%: a vector of length K\n"
    rows = (r"\[\sum_k y_k = 1\]", r"\[\sum_k y_k (a_k - a_j) = \sum_k y_k a_k - a_j\]", r"\[\sum_k y_k^2 = 1\]")
    assert kinds(page + "\n".join(rows)) == ["proved"] * 3
    assert kinds(page + r"\[\sum_k y_k a_k = a_j\]") == ["false"]
