"""Slips in true derivations: no true row is called false, and what is called proved with a slip in it is true all the same.

The golden file has every row with a slip and what is said of it, for a person to read: those that are proved must be true.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from golden_files import GOLDEN, compare
from notes_mutants import slips

from derive.falsify import find_counterexample
from derive.notes.document.read import read_document
from derive.notes.judge.judge import judge_notes
from derive.notes.judge.verdict import Row
from derive.notes.meaning.notes import read_notes

PAGE = (Path(__file__).parent / "notes" / "true.tex").read_text("utf-8")
HEAD, *DISPLAYS = PAGE.split("\\begin{align*}\n")
BODIES = [d.removesuffix("\n").removesuffix("\\end{align*}") for d in DISPLAYS]


def judged(body: str, folder: Path) -> list[Row]:
    page = folder / "notes.tex"
    page.write_text(f"{HEAD}\\begin{{align*}}\n{body}\\end{{align*}}\n", "utf-8")
    return list(judge_notes(read_notes(read_document(str(page)))))


def with_slips(body: str) -> list[tuple[str, str]]:
    """Slips behind the first sign, so that what is derived stays."""
    start, sign, rest = body.partition("&=")
    return [(name, start + sign + changed) for name, changed in slips(rest)]


@pytest.mark.parametrize("number", range(len(BODIES)))
def test_every_row_of_a_true_page_is_proved(number: int, tmp_path: Path) -> None:
    assert [row.verdict.kind for row in judged(BODIES[number], tmp_path) if row.verdict] == ["proved"] * BODIES[
        number
    ].count("&=")


@pytest.mark.parametrize("number", range(len(BODIES)))
def test_what_is_proved_with_a_slip_has_no_counterexample(number: int, tmp_path: Path) -> None:
    for _, body in with_slips(BODIES[number]):
        for row in judged(body, tmp_path):
            assert row.verdict is not None
            if row.verdict.kind == "proved":
                one = row.step.readings[row.verdict.reading]
                assert not find_counterexample(one.claim, one.given, budget=300, effort=100_000), body


def test_the_verdicts_on_all_slips_are_those_that_a_person_has_read(tmp_path: Path) -> None:
    lines = []
    for body in BODIES:
        for name, changed in with_slips(body):
            verdicts = [row.verdict.kind for row in judged(changed, tmp_path) if row.verdict]
            shown = " ".join(changed.split()).replace("\\\\ ", "")
            lines.append(f"{name:9} {' '.join(verdicts):20} {shown}")
    compare(GOLDEN / "notes" / "slips.txt", "\n".join(lines) + "\n")
