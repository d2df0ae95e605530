"""Quizzes: what a lecturer hides of a derivation, and asks for.

A question has the conditions of its theorem above it, so that each line on the slide is true as it stands there, but for the one
that is wrong.  Which lines are asked about is the deck file's to say; the size of a slide decides only how many of those before
them are repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from string import ascii_uppercase

from derive.errors import UserError
from derive.kernel.terms import Term
from derive.record import Derivation
from derive.render.formula.breaking import cut
from derive.render.formula.layout import layout
from derive.render.formula.nodes import Prose, settled
from derive.render.formula.notation import Notation
from derive.render.words.prose import letters
from derive.slides.deck.build import Choice, chain_with
from derive.slides.deck.deck import Slide, Step, Words
from derive.slides.deck.paginate import columns, header_height, roomy, row_height, scales
from derive.slides.deck.template import Template
from derive.values import replace

QUESTIONS = {
    "line": "Quiz: what is the next line?",
    "reason": "Quiz: why does the last line follow?",
    "wrong": "Quiz: which line is wrong?",
    "order": "Quiz: in which order do these lines follow?",
}

SMALLER = (0.8, 0.75, 0.7)  # how large formulas are where all lines have to stand on one slide


def quiz_slide(
    d: Derivation, number: int, hide: str, choice: Choice, template: Template, answer: Prose = (),
    wrong: Mapping[int, Term] | None = None, heading: Prose = (),
) -> Slide:  # fmt: skip
    """Line ``number`` as a question: all lines before it, and the line or its reason hidden until a click; or the lines of its
    part of the proof to be put in order; or lines with others in the place of those that are ``wrong``, the last of which ends
    them, and at a click the ``answer``.  The question stands below a ``heading`` of the lecturer's.

    Raises UserError where the lines are too many for a slide, or there are not two to put in order.
    """
    head, chain = chain_with(d.name, d, choice, template, number)
    slide = replace(head, kind="steps", heading=(QUESTIONS[hide],), title=chain.title, assumes=chain.assumes, claim=())
    if heading:
        slide = replace(slide, heading=heading, subheading=slide.heading)
    if hide == "order":
        steps, words = _shuffled(d.name, number, chain.steps)
    elif hide == "wrong":
        steps, words = _altered(d, number, chain.steps, wrong or {}, choice.notation, template), answer
    else:
        steps = chain.steps[: _at(chain.steps, number) + 1]
        *before, asked = steps
        words = ("Because: ", *asked.reason) if hide == "reason" else ()
        asked = replace(asked, carried=True, reason=()) if hide == "reason" else asked
        steps = (*(replace(s, carried=True) for s in before), asked)
    slide = replace(slide, blocks=(Words(words, later=True),) if words else ())
    return _fitted(slide, steps, template, droppable=0 if hide == "order" else _at(steps, number) - 1)


def _at(steps: Sequence[Step], number: int) -> int:
    return next(i for i, s in enumerate(steps) if s.number == number and not (s.carried and not s.relation))


def _shuffled(name: str, number: int, steps: Sequence[Step]) -> tuple[tuple[Step, ...], Prose]:
    """The lines, named by letters, in another order, the same at each time, and the right one in these letters."""
    stands = [s for s in steps if s.carried or not s.relation]
    lines = [s for s in steps if s not in stands]
    if not 1 < len(lines) <= len(ascii_uppercase):
        raise UserError(
            f"there is {'one line' if lines else 'no line'} in that part of {name}, and no order to find; choose another line"
        )
    shuffled = list(lines)
    Random(f"{name} {number}").shuffle(shuffled)
    if shuffled == lines:
        shuffled = [*lines[1:], lines[0]]
    names = dict(zip((s.place for s in shuffled), ascii_uppercase, strict=False))
    asked = (replace(_still(s), label=names[s.place]) for s in shuffled)
    return (*stands, *asked), ("In the order ", ", ".join(names[s.place] for s in lines), ".")


def _altered(
    d: Derivation, number: int, steps: Sequence[Step], wrong: Mapping[int, Term], notation: Notation, template: Template
) -> tuple[Step, ...]:
    """The lines up to the last that is ``wrong``, each with its number."""
    out = []
    for s in steps[: _at(steps, max(wrong)) + 1]:
        if s.number in wrong and s.relation:
            node = layout(wrong[s.number], notation, avoid=letters(d))
            s = replace(s, parts=cut(node, template.width - 4), term=wrong[s.number])
        out.append(replace(_still(s), label=str(s.number) if s.number else ""))
    return tuple(out)


def _still(s: Step) -> Step:
    """A line that is there from the start."""
    return replace(s, parts=tuple(map(settled, s.parts)), carried=True)


def _fitted(slide: Slide, steps: Sequence[Step], template: Template, droppable: int) -> Slide:
    """The slide with all its lines in letters that are large enough, or without the first of them, up to ``droppable``."""
    template = roomy(template, slide.heading)
    labelled = any(s.label for s in steps)
    for first in range(max(0, droppable) + 1):
        shown = [replace(steps[first], carried=True, relation="", reason=()), *steps[first + 1 :]] if first else steps
        last = SMALLER if first == max(0, droppable) else ()  # no line can be spared
        for scale in (*reversed(scales(template)), *(s for s in last if s < template.least_scale)):
            c = columns(shown, template, scale, lead=not labelled)
            made = replace(slide, steps=tuple(shown), lead=c.lead, beside=c.beside, scale=c.scale)
            heights = [row_height(s, c) for s in shown]
            if c.lead:
                heights[:2] = [max(heights[:2])]
            if header_height(made, template) + sum(heights) <= template.height:
                return made
    low, high = (f(s.number for s in steps if s.number) for f in (min, max))
    raise UserError(
        f"lines {low} to {high} of {slide.name} do not fit on one slide with their conditions and reasons; choose fewer of them, "
        f"such as from = {low} and to = {max(low + 1, high - 2)}"
    )


def without_answer(slide: Slide) -> Slide:
    """A quiz or a false claim for the students' handout."""
    steps = tuple(s for i, s in enumerate(slide.steps) if slide.stands(i))
    return replace(slide, steps=steps, lead=slide.lead and len(steps) > 1, blocks=slide.blocks_above)
