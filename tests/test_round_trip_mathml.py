"""MathML, read back: whole derivations as HTML, and elements that do not count.

That every formula of the catalogue is read back, test_round_trip_catalogue.py says.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from formulas import reader
from sweep import sample

from derive.board.catalogue import theorems
from derive.kernel.terms import Term
from derive.read import mathml
from derive.read.canonical import canonical
from derive.read.page import Item, Items, Over, Scripts, Sign, UnreadableError, number
from derive.record import Derivation
from derive.record.relations import sign_of
from derive.render.formula.notation import load_notation, notation_names
from derive.render.pages.html import derivation_html
from derive.render.pens.mathml import sentence_html
from derive.render.words.prose import letters, shows_start
from derive.render.words.sentence import conditions_said

A, K = Sign("a"), Sign("k")


@pytest.mark.parametrize(
    ("drawn", "page"),
    [
        ("<mrow><mi>a</mi><mo>\u2062</mo><mi>k</mi></mrow>", (A, K)),
        ("<mrow><mi>a</mi><mspace width='1em'/><mtext>\u00a0for all\u00a0</mtext><mi>k</mi></mrow>", (A, Sign("for all", "text"), K)),
        ("<mi>log</mi>", (Sign("log", "up"),)),
        ("<mi>𝐱</mi>", (Sign("x", "bf"),)),
        ("<mi>ℒ</mi>", (Sign("L", "cal"),)),
        ("<mstyle displaystyle='false'><mfrac><mn>1</mn><mi>k</mi></mfrac></mstyle>", (Over((number("1"),), (K,)),)),
        ("<msubsup><mi>a</mi><mn>1</mn><mo>′</mo></msubsup>", (Scripts(Sign("a'"), (number("1"),), None),)),
        ("<munder><munder><mi>a</mi><mo>⏟</mo></munder><mtext>words</mtext></munder>", (A,)),
        ("<mtable><mtr><mtd><mi>a</mi></mtd></mtr><mtr><mtd><mspace width='2em'/><mi>k</mi></mtd></mtr></mtable>", (A, K)),
    ],
)  # fmt: skip
def test_pages(drawn: str, page: Items) -> None:
    assert mathml.page(drawn) == page


@pytest.mark.parametrize("drawn", ["<mrow><mo>(</mo></mrow>", "<mo>)</mo>", "<msub><mi>a</mi></msub>", "<msqrt/>"])
def test_what_is_not_printed_is_not_read(drawn: str) -> None:
    with pytest.raises(UnreadableError):
        mathml.page(drawn)


def shown(html: str) -> Iterator[Items]:
    """The claim of a derivation and its lines, each with the relation in front of it."""
    root = mathml.ElementTree.fromstring(html)
    yield mathml.element(root.find(".//div[@class='derive-claim']/math"))
    for row in root.iter("tr"):
        cells = [cell for cell in row if cell.get("class") != "derive-why"]
        yield tuple(item for cell in cells for math in cell for item in mathml.element(math))


def written(d: Derivation) -> Iterator[tuple[str, Term]]:
    """The same: the sign of each relation, and the term behind it."""
    yield "", d.claim
    for block in d.blocks:
        if shows_start(block):
            yield "", block.start
        yield from ((sign_of(line.relation), line.term) for line in block.lines)


@pytest.mark.parametrize("notation", notation_names())
def test_whole_derivations_are_read_back(notation: str) -> None:
    """Every line stands where it belongs, also where it is broken in several."""
    for d in (e.derivation for e in sample(theorems(), 20)):
        read = reader(d.name, notation)
        for (sign, term), page in zip(written(d), shown(derivation_html(d, notation)), strict=True):
            relation: tuple[Item, ...] = (Sign(sign),) if sign else ()
            assert page[: len(relation)] == relation
            assert read.read(page[len(relation) :]) == {canonical(term)}, f"{d.name}: {term}"


@pytest.mark.parametrize("notation", notation_names())
def test_conditions_in_a_line_of_html(notation: str) -> None:
    for d in (e.derivation for e in sample(theorems(), 20)):
        read = reader(d.name, notation)
        for terms in (d.given, *(block.assumes for block in d.blocks)):
            drawn, plain = (
                conditions_said(terms, load_notation(notation), linear=linear, avoid=letters(d))
                for linear in (False, True)
            )
            lines = [sentence_html(*both) for both in zip(drawn, plain, strict=True)]
            found = [meanings for line in lines for meanings in read.conditions(mathml.sentence(line))]
            assert all(len(meanings) == 1 for meanings in found), lines
            assert set().union(*found) == set(map(canonical, terms)), lines
