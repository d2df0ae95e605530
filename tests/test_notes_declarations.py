"""The ten forms of declarations: what the page on them says is what is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.notes.document.pages import Declared
from derive.notes.document.read import document_of
from derive.notes.formula.tokens import UnreadableError
from derive.notes.meaning.declare import FORMS, Line, described, line_of

PAGE = (Path(__file__).parent.parent / "docs" / "declarations.md").read_text("utf-8")
TABLE = [
    row.strip("| ").split(" | ")
    for row in PAGE.split("<!-- forms -->")[1].split("<!-- end -->")[0].splitlines()
    if row.startswith("| ")
]
ROWS = {form: example.strip("`") for form, _, example in TABLE[1:]}


def line(text: str) -> Line:
    document = document_of("page.tex", f"%: {text}\n")
    (declared,) = (p for p in document.parts if isinstance(p, Declared))
    return line_of(declared, document.text, frozenset())


def test_the_page_has_every_form_in_the_order_in_which_they_are_tried():
    assert list(ROWS) == list(FORMS)


@pytest.mark.parametrize("form", list(FORMS))
def test_the_example_of_a_form_is_read_as_that_form(form):
    found = line(ROWS[form])
    assert found.form == form
    assert described(found)


def test_lists_are_parted_by_commas_outside_brackets():
    found = line(r"p_\phi, q positive distribution over (a,b), z_j given u, v")
    assert found.words == {"positive"}
    assert [len(found.pieces(part)) for part in ("names", "over", "given")] == [2, 2, 2]


def test_a_form_is_tried_before_those_below_it():
    assert line("A := B = C").form == "definition"
    assert line("k = 1..K").form == "range"
    assert line("K = 5").form == "fact"
    assert line(r"E over x \sim p").form == "mean"
    assert line(r"a \in \{0,1\}").form == line(r"\beta>0").form == line("K=5").form == "fact"
    assert line(r"\lambda:=1").form == "definition"


@pytest.mark.parametrize("text", ["p is nice", "a vector", "k from 1 to K", "x", "p distribution"])
def test_a_line_that_fits_no_form_is_refused_with_what_would_fit(text):
    with pytest.raises(UnreadableError, match=r"none of the ten forms, such as k = 1\.\.K"):
        line(text)


def test_markdown_declares_in_comments():
    document = document_of("page.md", "<!--: k = 1..K -->\n$$a = b$$\n")
    (declared,) = (p for p in document.parts if isinstance(p, Declared))
    assert line_of(declared, document.text, frozenset()).form == "range"
