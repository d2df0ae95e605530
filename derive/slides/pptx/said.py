"""Slides and equations in words, for the speaker's notes and for screen readers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.render.formula.nodes import row
from derive.render.words.prose import clean
from derive.slides.deck import Slide
from derive.slides.pptx.layout import Clicks, Equation, clicks_of
from derive.slides.speech import above


def equation_alt(e: Equation) -> str:
    """The formula in words; the later parts of a broken one say that they are."""
    from derive.render.pens.speech import node_speech, relation_speech

    if e.part:
        return "continuation of the formula above"
    said = node_speech(row(*e.whole))
    before = "Claim: " if e.place == "claim" else f"{relation_speech(e.relation)} " if e.relation else ""
    return before + said


def spoken(sheet: Sequence[Slide], click: int | None = None) -> str:
    """A page in words, for the speaker's notes, or what comes at one click; plain text, since mathematics in notes damages the
    file."""
    comes = (words for slide, clicks in zip(sheet, clicks_of(sheet), strict=True) for words in _spoken(slide, clicks))
    return "\n".join(clean(line) for at, words in comes if click in (None, at) for line in words.split("\n"))


def _spoken(slide: Slide, clicks: Clicks) -> Iterator[tuple[int, str]]:
    """What is said of a slide, and at which click."""
    from derive.render.pens.speech import node_speech, prose_speech, sentence, step_speech

    if slide.speaker:
        yield clicks.opens, slide.speaker
    for what, words in above(slide, colons=("Given", "Claim")):
        if what != "heading" or not slide.under:
            yield clicks.opens, sentence(words)
    if slide.picture is not None:
        yield clicks.opens, sentence(slide.picture.alt)
    for click, s in zip(clicks.steps, slide.steps, strict=True):
        yield click, step_speech(s.relation, node_speech(row(*s.parts)), prose_speech(s.reason))
    for click, b in zip(clicks.later, slide.later, strict=True):
        yield click, sentence(prose_speech(b.words))
    for n in slide.notes:
        yield max((clicks.opens, *clicks.steps, *clicks.later)), sentence(f"Note: {prose_speech(n)}")
