"""Pages that use one name for several things: each display is also read by itself, for proofs only."""

from __future__ import annotations

from derive.notes.document.read import document_of
from derive.notes.judge.judge import judge_notes
from derive.notes.meaning.notes import read_notes

PAGE = (
    r"\[ H(p) = -\sum_x p(x) \log p(x) \]",
    r"The model:",
    r"\[ p_i = \frac{e^{z_i}}{\sum_j e^{z_j}} \]",
    r"A sequence:",
    r"\[ \log p(y \mid x) = \sum_{t=1}^T \log p(y_t \mid x, y_{<t}) \]",
    r"\[ \mathrm{KL}(q \| p) = \sum_k q_k \log \frac{q_k}{p_k} \]",
)


def kinds(*lines: str) -> list[str]:
    report = judge_notes(read_notes(document_of("page.tex", "\n".join(lines))))
    return [row.verdict.kind for row in report if row.verdict is not None]


def test_a_name_may_be_another_thing_in_each_display():
    assert kinds(*PAGE) == ["proved", "definition", "proved", "proved"]


def test_a_wrong_row_of_such_a_page_is_not_proved():
    wrong = PAGE[-1].replace("= ", "= 2 ")
    assert kinds(*PAGE[:-1], wrong)[-1] == "unproved"


def test_with_declarations_a_name_is_one_thing():
    page = read_notes(document_of("page.tex", "\n".join(("%: p distribution over x", *PAGE))))
    (step,) = page.chains[1].steps
    assert not step.readings or step.readings[0].kind == "step", "p is the declared law everywhere"


def test_the_reading_of_one_display_refutes_nothing():
    page = read_notes(document_of("page.tex", "\n".join(PAGE)))
    readings = [r for chain in page.chains for step in chain.steps for r in step.readings[:1]]
    assert readings and not any(r.refutable for r in readings)
    assert all(r.unsure for r in readings)
