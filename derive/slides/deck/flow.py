"""Decks for what has no pages like theirs: chains in one piece on paper, and every chain on a slide of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from derive.slides.deck.deck import Deck, Slide
from derive.values import replace


def runs(slides: Iterable[Slide]) -> list[list[Slide]]:
    """The slides of each derivation, quiz or text of one's own: the first of them, and those that count on from it."""
    out: list[list[Slide]] = []
    for s in slides:
        if not out or (s.part == 1 and not s.under):
            out.append([])
        out[-1].append(s)
    return out


def flowing(slides: Iterable[Slide]) -> list[list[Slide]]:
    """The slides of each derivation, each with a whole chain and no line twice."""
    return [_whole(run) for run in runs(slides)]


def apart(deck: Deck) -> Deck:
    """The deck with a slide for each chain, where a target cannot have several chains on one."""
    out: list[Slide] = []
    for run in runs(alone(deck).slides):
        out += [replace(s, under=False, part=i, parts=len(run)) for i, s in enumerate(run, 1)]
    return replace(deck, slides=tuple(out))


def alone(deck: Deck) -> Deck:
    """The deck with a slide for each theorem, where a target cannot have several theorems on one."""
    return replace(deck, slides=tuple(map(_alone, deck.slides)))


def _alone(s: Slide) -> Slide:
    return replace(s, under=False) if s.subheading else s


def _whole(run: Sequence[Slide]) -> list[Slide]:
    out = [run[0]]
    for before, s in pairwise(run):
        if _goes_on(before, s):
            out[-1] = _joined(out[-1], s)
        else:
            out.append(s)
    return out


def _goes_on(before: Slide, s: Slide) -> bool:
    """Whether a slide begins with a line of the one before, or with the next of the kernel's own steps."""
    same = s.kind == before.kind and s.title == before.title and not s.claim and bool(s.steps)
    return same and (s.steps[0].carried or s.kind == "proof")


def _joined(s: Slide, more: Slide) -> Slide:
    return replace(
        s,
        steps=(*s.steps, *(x for x in more.steps if not x.carried)),
        beside=s.beside and more.beside,
        scale=min(s.scale, more.scale),
        blocks=(*s.blocks, *more.later),
        notes=more.notes,
        ends=more.ends,
        gaps=more.gaps,
        part=more.part,
    )
