"""Slides and equations in words, for the speaker's notes and for screen readers."""

from __future__ import annotations

from derive.render.formula.nodes import row
from derive.render.words.prose import clean
from derive.slides.deck import Slide
from derive.slides.pptx.layout import Equation
from derive.slides.speech import above


def equation_alt(e: Equation) -> str:
    """The formula in words; the later parts of a broken one say that they are."""
    from derive.render.pens.speech import node_speech, relation_speech

    if e.part:
        return "continuation of the formula above"
    said = node_speech(row(*e.whole))
    before = "Claim: " if e.place == "claim" else f"{relation_speech(e.relation)} " if e.relation else ""
    return before + said


def spoken(slide: Slide) -> str:
    """The slide in words, for the speaker's notes: plain text, since mathematics in notes damages the file."""
    from derive.render.pens.speech import node_speech, prose_speech, sentence, step_speech

    out = [slide.speaker] if slide.speaker else []
    out += [
        sentence(words)
        for what, words in above(slide, colons=("Given", "Claim"))
        if what != "heading" or not slide.under
    ]
    if slide.picture is not None:
        out.append(sentence(slide.picture.alt))
    out += [step_speech(s.relation, node_speech(row(*s.parts)), prose_speech(s.reason)) for s in slide.steps]
    out += [sentence(prose_speech(b.words)) for b in slide.later]
    out += [sentence(f"Note: {prose_speech(n)}") for n in slide.notes]
    return "\n".join(out)


def clean_notes(text: str) -> str:
    return "\n".join(clean(line) for line in text.split("\n"))
