"""The theorems of a course as slides as wide as a page and without end: what the web page and the PDF draw, and what is read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from derive.handout.course import Course, Refuted
from derive.record import Derivation
from derive.render.formula.nodes import Prose
from derive.render.words.lettered import in_letters
from derive.render.words.sentence import prose
from derive.slides.deck import Deck, Slide, Words
from derive.slides.deck.asides import counterexample_words, symbol_slides
from derive.slides.deck.build import Choice, derivation_slides
from derive.slides.deck.template import USUAL, Template
from derive.slides.readback import refuse_misread, refuse_misread_definitions


class Paper(Template):
    """The handout from its first line to its last: long lines break, and letters keep their size."""

    @property
    def width(self) -> float:
        return 41.0

    @property
    def height(self) -> float:
        return 1e6


PAPER = Paper(smallest=USUAL)
Sheets = Mapping[str, tuple[Slide, ...]]
"""The slides of each theorem and false claim, by name."""


def sheets(course: Course) -> Sheets:
    """The slides of a course.  Raises UserError where a formula cannot be written in the notation."""
    shapes = {t.asked: t.shape for t in course.theorems}
    board = Choice(course.notation, course.profile, shapes=shapes)
    claim = Choice(course.notation, course.profile, detail="claim")
    out = {t.derivation.name: derivation_slides(t.asked, t.derivation, board, PAPER) for t in course.theorems}
    return out | {r.name: derivation_slides(r.name, r.statement, claim, PAPER) for r in course.refuted}


def refutation(course: Course, refuted: Refuted) -> Prose:
    """The numbers at which a claim is false, and what is true instead."""
    words: Prose = (*counterexample_words(refuted.found, course.notation), ".")
    if not refuted.true:
        return words
    which = f" (Theorem {refuted.number})" if refuted.number else ""
    true = in_letters(refuted.true.rstrip("."), refuted.speaks_of, course.notation, refuted.instead)
    return (*words, " What is true: ", *prose(true), f"{which}.")


def notation(course: Course) -> list[Prose]:
    """Each definition as an equation, with what it is called."""
    return [block.words for s in _symbols(course) for block in s.blocks if isinstance(block, Words)]


def _symbols(course: Course) -> list[Slide]:
    return symbol_slides(course.definitions, course.notation, PAPER)


def refuse_wrong(course: Course, drawn: Sheets, target: str, told: Callable[[str], None] = lambda name: None) -> None:
    """Reads what the target draws; ``told`` the name of each theorem that is read.

    Raises MisreadError where a formula of the handout is not read as what was proved, refuted or defined, and only so.
    """

    def refuse(name: str, d: Derivation) -> None:
        refuse_misread(Deck(drawn[d.name], PAPER), [(name, d)], target, course.notation)

    for t in course.theorems:
        refuse(t.asked, t.derivation)
        told(t.derivation.name)
    for r in course.refuted:
        refuse(r.name, r.statement)
    refuse_misread_definitions(_symbols(course), course.definitions, target, course.notation)
