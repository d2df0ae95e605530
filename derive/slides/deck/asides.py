"""Slides beside the theorems: a lecturer's own, false claims with their numbers, quizzes, and what the symbols mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from string import ascii_uppercase
from typing import Any

from derive.errors import UserError
from derive.falsify import Counterexample
from derive.falsify.models.arithmetic import is_number
from derive.kernel.definitions import Definition
from derive.kernel.terms import Term
from derive.record import Derivation
from derive.record.letters import definitions_in
from derive.render.formula.breaking import cut
from derive.render.formula.layout import layout
from derive.render.formula.nodes import Prose, settled
from derive.render.formula.notation import Notation
from derive.render.words.lettered import in_letters, lettered
from derive.render.words.prose import unsaid_kinds
from derive.render.words.sentence import conditions_said, listed, prose
from derive.render.words.where import symbol
from derive.slides.deck.deck import Picture, Slide, Step, Words
from derive.slides.deck.paginate import block_height
from derive.slides.deck.template import Template
from derive.slides.deck.worked import number_prose, numbers_said
from derive.values import replace

QUESTIONS = {
    "line": "Quiz: what is the next line?",
    "reason": "Quiz: why does the last line follow?",
    "wrong": "Quiz: which line is wrong?",
    "order": "Quiz: in which order do these lines follow?",
}


def own_slide(heading: str, text: Sequence[str], picture: Picture | None) -> Slide:
    """A heading with paragraphs, items of a list ("- ...") and a picture; small formulas in the words are set as mathematics."""
    blocks = [Words(prose(t.removeprefix("- ")), item=t.startswith("- ")) for t in text]
    return Slide("text", "", prose(heading), picture=picture, blocks=tuple(blocks))


def counterexample_words(found: Counterexample, notation: Notation) -> Prose:
    """Where a claim fails, and what its two sides are worth there."""
    at: Prose = ("False at ", *numbers_said(found.model, notation))
    if found.left is None:
        return (*at, f": {found.explanation}")
    return (*at, ": the left side is ", *_value(found.left), ", the right side ", *_value(found.right))


def _value(value: Any) -> Prose:
    if is_number(value):
        return number_prose(value)
    if isinstance(value, frozenset):
        return ("{" + ", ".join(map(str, sorted(value))) + "}",)
    return (str(value).lower() if isinstance(value, bool) else str(value),)


def false_slide(
    summary: str, claims: Term, given: Sequence[Term], found: Counterexample, instead: Prose, notation: Notation,
    template: Template,
) -> Slide:  # fmt: skip
    """A false claim; its numbers come at a click, and then what is true ``instead``."""
    kinds = unsaid_kinds((*given, claims), notation)
    said = in_letters(summary, (*given, claims), notation, "the false claim")
    later = [Words(counterexample_words(found, notation), later=True)]
    if instead:
        later.append(Words(("What is true: ", *instead), later=True))
    return Slide(
        "statement", "", ("False: ", *prose(said.rstrip("."))), given=listed(conditions_said(given, notation, kinds=kinds)),
        claim=cut(layout(claims, notation), template.width - 4), claim_term=claims, blocks=tuple(later),
    )  # fmt: skip


def statement(d: Derivation, told: Sequence[Term], notation: Notation) -> Slide:
    """What a theorem says: in words, as a formula, and under which conditions that are not ``told`` already."""
    given = [c for c in d.given if c not in told]
    kinds = unsaid_kinds((*given, d.claim), notation)
    return Slide(
        "statement", "", prose(lettered(d, notation).summary.rstrip(".")), given=listed(conditions_said(given, notation, kinds=kinds)),
        claim=(layout(d.claim, notation),), claim_term=d.claim,
    )  # fmt: skip


def in_a_sentence(said: Slide) -> Prose:
    """A statement as one sentence."""
    return (*said.heading, ": ", *said.claim, *((", given ", *said.given) if said.given else ()))


# --- quizzes ---------------------------------------------------------------------------------------------------------


def quiz_slide(slides: Sequence[Slide], number: int, hide: str, answer: Prose) -> Slide:
    """The slide of a derivation on which line ``number`` stands, as a question: all lines before it, and the line or its reason
    hidden until a click, or all lines with a wrong one among them and, as its ``answer``, the numbers at which it does not follow."""
    slide = _with_line(slides, number)
    last = next(i for i, x in enumerate(slide.steps) if x.number == number)
    shown = [replace(s, carried=True) for s in slide.steps[:last]]
    after = [replace(s, carried=True) for s in slide.steps[last + 1 :]] if hide == "wrong" else []
    asked = slide.steps[last]
    blocks: tuple[Words, ...] = ()
    if hide != "line":
        words = ("The line with “", *asked.reason, "”. ", *answer) if hide == "wrong" else ("Because: ", *asked.reason)
        blocks = (Words(words, later=True),)
        asked = replace(asked, carried=True, reason=() if hide == "reason" else asked.reason)
    return replace(
        slide, steps=(*shown, asked, *after), notes=(), ends=False, gaps=0, stamp=None, part=1, parts=1, under=False, blocks=blocks,
        heading=(QUESTIONS[hide],), claim=() if hide == "line" else slide.claim,
    )  # fmt: skip


def order_slide(slides: Sequence[Slide], number: int) -> Slide:
    """The slide of a derivation on which line ``number`` stands, with its lines shuffled, the same at each time, and named by
    letters; a click says the order.  Raises UserError where there are not two lines to put in order, or more than letters."""
    slide = _with_line(slides, number)
    stands = [s for s in slide.steps if s.carried or not s.relation]
    lines = [s for s in slide.steps if s not in stands]
    if not 1 < len(lines) <= len(ascii_uppercase):
        raise UserError(
            f"there is {'one line' if lines else 'no line'} on that slide, and no order to find; choose another line"
        )
    shuffled = list(lines)
    Random(f"{slide.name} {number}").shuffle(shuffled)
    if shuffled == lines:
        shuffled = [*lines[1:], lines[0]]
    letters = dict(zip((s.place for s in shuffled), ascii_uppercase, strict=False))
    answer = ("In the order ", ", ".join(letters[s.place] for s in lines), ".")
    steps = (
        *stands,
        *(replace(s, parts=tuple(map(settled, s.parts)), carried=True, label=letters[s.place]) for s in shuffled),
    )
    return replace(
        slide, steps=steps, notes=(), ends=False, gaps=0, stamp=None, part=1, parts=1, under=False, lead=False, claim=(),
        heading=(QUESTIONS["order"],), blocks=(Words(answer, later=True),),
    )  # fmt: skip


def _with_line(slides: Sequence[Slide], number: int) -> Slide:
    """The slide on which a line stands for the first time."""
    return next(s for s in slides if any(x.number == number and not x.carried for x in s.steps))


def without_answer(slide: Slide) -> Slide:
    """A quiz or a false claim for the students' handout."""
    steps = tuple(s for i, s in enumerate(slide.steps) if slide.stands(i))
    return replace(slide, steps=steps, lead=slide.lead and len(steps) > 1, blocks=slide.blocks_above)


def wrong_step(slides: Sequence[Slide], number: int, term: Term, notation: Notation, template: Template) -> list[Slide]:
    """The slides with another formula in line ``number``."""

    def changed(step: Step) -> Step:
        return replace(step, parts=cut(layout(term, notation), template.width - 4)) if step.number == number else step

    return [replace(s, steps=tuple(map(changed, s.steps))) for s in slides]


# --- symbols ---------------------------------------------------------------------------------------------------------


def definitions_used(derivations: Iterable[Derivation]) -> list[Definition]:
    """The definitions that theorems use, each once."""
    return list(dict.fromkeys(f for d in derivations for f in definitions_in(d.terms)))


def symbol_slides(used: Sequence[Definition], notation: Notation, template: Template) -> list[Slide]:
    """What definitions are: each as an equation, with what it is called."""
    items = [Words(sum(symbol(definition, notation), ()), item=True) for definition in used]
    pages: list[list[Words]] = [[]]
    used_up = 0.0
    for item in items:
        high = block_height(item, template)
        if pages[-1] and used_up + high > template.height:
            pages.append([])
            used_up = 0.0
        pages[-1].append(item)
        used_up += high
    return [
        Slide("text", "", ("Notation",), part=i, parts=len(pages), blocks=tuple(page))
        for i, page in enumerate(pages, 1)
        if page
    ]
