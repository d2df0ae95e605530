"""The catalogue's own pages in every notation, read back as notes: what is proved is not called false, and what is false not proved."""

from __future__ import annotations

from itertools import product

import pytest
from click.testing import CliRunner
from damaged import NOTATIONS
from sweep import sample

from derive.board import catalogue
from derive.board.entries import TheoremEntry
from derive.cli.commands import main
from derive.notes.check import check_document
from derive.notes.document.read import document_of
from derive.render.formula.notation import load_notation
from derive.render.pens.latex import sentence_latex, term_latex
from derive.render.words.sentence import conditions_said, listed

PROFILES = [path.stem for path in NOTATIONS]
THEOREMS = sorted(e.name for e in catalogue.theorems())
CLAIMS = {e.name: e for e in catalogue.all_entries() if not isinstance(e, TheoremEntry)}
UNSAID = {("one_hot_without_upper_bound", "pr")}
"""Pages that do not say what makes the claim false: that the set of tokens has V members, and y is none of them."""


def counts(page: str) -> dict[str, int]:
    return check_document(document_of("page.tex", page)).counts()


@pytest.mark.parametrize(("name", "notation"), sample(product(THEOREMS, PROFILES), 4))
def test_a_page_of_the_catalogue_is_not_called_false(name: str, notation: str) -> None:
    shown = CliRunner().invoke(main, ["show", name, "--as", "latex", "--notation", notation])
    assert shown.exit_code == 0
    assert not counts(shown.output)["false"]


@pytest.mark.parametrize(
    ("name", "notation"), sample((x for x in product(sorted(CLAIMS), PROFILES) if x not in UNSAID), 8)
)
def test_a_false_claim_is_not_called_proved(name: str, notation: str) -> None:
    profile = load_notation(notation)
    given = sentence_latex(listed(conditions_said(CLAIMS[name].given, profile)))
    lead = f"Under {given}, we have" if given else "We have"
    assert not counts(f"{lead}\n\\[ {term_latex(CLAIMS[name].claims, profile)} \\]\n")["proved"]
