"""Slides beside the theorems are read back too: false claims, quizzes, symbols, and the tables of worked examples."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from derive.board.catalogue import find, find_theorem
from derive.errors import MisreadError
from derive.kernel.terms import Num
from derive.render.formula.layout import layout
from derive.render.formula.notation import load_notation
from derive.slides.command import Wish, make_deck
from derive.slides.deck import Table
from derive.slides.deck.asides import definitions_used, false_slide, symbol_slides
from derive.slides.deck.numerals import decimal_node
from derive.slides.deck.quiz import quiz_slide
from derive.slides.deck.template import Template
from derive.slides.readback import (
    READ_BACK,
    refuse_misread,
    refuse_misread_definitions,
    refuse_misread_quiz,
    refuse_misread_statement,
)
from derive.values import replace

N, T = load_notation("compact"), Template()
RESIDUAL = Path(__file__).parent.parent / "docs" / "examples" / "residual.toml"
targets = pytest.mark.parametrize("target", ["html", "pptx", "pdf"])


def broken(node):
    """A formula with another number in it: what a faulty printer might write."""
    return (*node[:-1], layout(Num(7), N))


@targets
def test_a_false_claim(target):
    e = find("absolute_value_is_additive")
    slide = false_slide(e.summary, e.claims, e.given, e.refute(), "", N, T)
    refuse_misread_statement(slide, e.name, e.given, e.claims, target, N)
    with pytest.raises(MisreadError, match="the claim of absolute_value_is_additive"):
        refuse_misread_statement(replace(slide, claim=broken(slide.claim)), e.name, e.given, e.claims, target, N)
    with pytest.raises(MisreadError, match="leaves out one of the conditions"):
        refuse_misread_statement(slide, e.name, (*e.given, e.claims), e.claims, target, N)


@targets
def test_a_quiz(target):
    d = find_theorem("cross_entropy_is_nll").derivation
    choice = Wish().choice()
    slide = quiz_slide(d, 3, "reason", choice, T)
    for asked in (slide, quiz_slide(d, 3, "order", choice, T)):
        refuse_misread_quiz(asked, d, {}, target, N)
    steps = tuple(replace(s, parts=broken(s.parts)) if s.number == 2 else s for s in slide.steps)
    with pytest.raises(MisreadError, match="line 2 of cross_entropy_is_nll"):
        refuse_misread_quiz(replace(slide, steps=steps), d, {}, target, N)
    with pytest.raises(MisreadError, match="leaves out one of the conditions"):
        refuse_misread_quiz(replace(slide, given=()), d, {}, target, N)
    with pytest.raises(
        MisreadError, match="line 3 of cross_entropy_is_nll"
    ):  # the wrong line is not the one that was refuted
        refuse_misread_quiz(slide, d, {3: Num(1)}, target, N)


@targets
def test_symbols(target):
    used = definitions_used([find_theorem("label_smoothing_residual").derivation])
    slides = symbol_slides(used, N, T)
    refuse_misread_definitions(slides, used, target, N)
    with pytest.raises(MisreadError, match="states other definitions"):
        refuse_misread_definitions(slides, used[1:], target, N)
    (slide,) = slides
    first, *rest = slide.blocks
    other = replace(first, words=(broken((first.words[0],))[0], *first.words[1:]))
    with pytest.raises(MisreadError, match="states a definition that reads as"):
        refuse_misread_definitions([replace(slide, blocks=(other, *rest))], used, target, N)


def test_the_words_behind_a_definition_are_no_part_of_it():
    """Of the V - 1 in "the smoothed target, V - 1 convention", which is set as a formula."""
    used = definitions_used([find_theorem("label_smoothing_residual_off").derivation])
    (slide,) = symbol_slides(used, N, T)
    for target in READ_BACK:
        refuse_misread_definitions([slide], used, target, N)
    with pytest.raises(MisreadError, match="states other definitions"):
        refuse_misread_definitions([replace(slide, blocks=slide.blocks[:-1])], used, "html", N)


@targets
def test_the_tables_of_a_worked_example(target):
    name = "label_smoothing_residual"
    named = [(name, find_theorem(name).derivation)]
    deck = make_deck(named, Wish(numbers=str(RESIDUAL)))
    refuse_misread(deck, named, target, N)
    seen = 0

    def changed(table, row, column, cell):
        rows = [list(r) for r in (table.head, *table.rows)]
        rows[row][column] = (cell,)
        return replace(table, head=tuple(rows[0]), rows=tuple(map(tuple, rows[1:])))

    for i, s in enumerate(deck.slides):
        for j, table in enumerate(s.blocks):
            if isinstance(table, Table):
                seen += 1
                wrong = changed(table, len(table.rows), -1, layout(Num(7), N))
                slides = list(deck.slides)
                slides[i] = replace(s, blocks=(*s.blocks[:j], wrong, *s.blocks[j + 1 :]))
                with pytest.raises(MisreadError, match="in the worked example, where the value is"):
                    refuse_misread(replace(deck, slides=tuple(slides)), named, target, N)
    assert seen == 2


def test_decimals_are_read_with_their_signs_and_powers():
    from derive.slides.readback import _READ, _decimal

    for target in READ_BACK:
        read = _READ[target][1]
        for value in (Fraction(-2, 3), Fraction(1, 300_000), Fraction(0), Fraction(10**12)):
            seen, half = _decimal(read((decimal_node(value),)))
            assert abs(seen - value) <= half < max(abs(value), Fraction(1))
        assert _decimal(read((layout(Num(1) + Num(2), N),))) is None
