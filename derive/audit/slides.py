"""An audit as slides: what is not so, with the numbers, and what is, with its proof; for every kind of file that derive slides writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from derive.audit.report import conditions_of, verdict_lines
from derive.audit.residuals import Residual
from derive.audit.verdict import Audit
from derive.render.formula.breaking import cut
from derive.render.formula.layout import layout
from derive.render.words.sentence import listed, prose
from derive.slides.command import Saved, Wish, make_deck, write_deck
from derive.slides.deck import Deck, Slide
from derive.slides.deck.asides import false_slide
from derive.slides.readback import refuse_misread
from derive.slides.targets import TARGETS, Target
from derive.values import replace


def is_deck(path: str) -> bool:
    """Whether a file of that name is a deck by its ending; .tex and .txt are pages as well, and so are not."""
    ending = Path(path).suffix.lower()
    return any(ending in t.endings for t in TARGETS.values()) and ending not in (".tex", ".txt")


def save_deck(a: Audit, residual: Residual | None, path: str, wish: Wish, kind: str = "") -> Saved:
    """Write the deck.  Raises UserError as derive slides does."""

    def make(target: Target, wish: Wish) -> Deck:
        return _deck(a, residual, wish, target)

    return write_deck(make, path, wish, kind)


def _deck(a: Audit, residual: Residual | None, wish: Wish, target: Target) -> Deck:
    theorem = a.theorem or (residual.theorem if residual else None)
    slides = list(_said(a, residual, wish))
    title, subtitle = f"What {a.program.name} computes", verdict_lines(a)[0]
    if theorem is None:
        return Deck(tuple(slides), wish.template, title, subtitle)
    named = [(theorem.name, theorem.derivation)]
    deck = make_deck(named, wish, target.pictures)
    refuse_misread(deck, named, target.name, wish.choice().notation)
    return replace(deck, slides=(*slides, *deck.slides), title=title, subtitle=subtitle)


def _said(a: Audit, residual: Residual | None, wish: Wish) -> Iterator[Slide]:
    """The formula that was read, and where it is not the loss that it is held against."""
    notation = wish.choice().notation
    if a.verdict == "refuted" and a.counterexample is not None:
        claim = a.reading.claim(a.target.term)
        instead = _what_is_true(residual) if residual else ""
        yield false_slide(
            f"It is {a.target.name}", claim, a.reading.given, a.counterexample, prose(instead), notation, wish.template
        )
    elif a.verdict != "proved":
        formula = cut(layout(a.reading.term, notation), wish.template.width - 4)
        yield Slide(
            "statement", "", prose("The formula that was read"), given=listed(conditions_of(a, notation)), claim=formula,
            claim_term=a.reading.term,
        )  # fmt: skip


def _what_is_true(residual: Residual) -> str:
    if not residual.instead:
        return residual.words
    return f"it is {residual.instead}" + ", where its bounds do nothing" * bool(residual.where)
