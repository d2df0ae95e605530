"""The theorems of a course as slides as wide as a page and without end: what the web page and the PDF draw, and what is read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from derive.handout.course import Course, Refuted
from derive.kernel.definitions import Definition
from derive.language.words import WORDS
from derive.read.check import Check, Form
from derive.read.sheet import clauses
from derive.record import Derivation
from derive.render.formula.nodes import Prose
from derive.render.words.sentence import prose
from derive.render.words.where import equation, where
from derive.slides.deck import Deck, Slide
from derive.slides.deck.asides import counterexample_words
from derive.slides.deck.build import Choice, derivation_slides
from derive.slides.deck.template import USUAL, Template
from derive.slides.readback import reader_of, refuse_misread


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
    return (*words, " What is true: ", *prose(refuted.true.rstrip(".")), f"{which}.")


def symbol(course: Course, definition: Definition) -> Prose:
    """A definition as an equation, and what it is called where it is one of the library."""
    words = WORDS.get(definition)
    return (*stated(course, definition), *(prose(f", {words}") if words else ()))


def stated(course: Course, definition: Definition) -> Prose:
    """A definition as an equation, with the integers among its letters."""
    return where([equation(definition)], course.notation)[0]


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
    where_, read = reader_of(target)
    for definition in course.definitions:
        items = clauses(p if isinstance(p, str) else read((p,)) for p in stated(course, definition))
        page = Derivation(definition.name, "", "", "", (), equation(definition), ())
        Check(page, Form(course.notation, where_)).definitions(items)
