"""Pages that use one name for several things: a display is then also read by itself, with the prose around it.

Names that no declaration fixes are those of the display there.  What was read so knows less than the page says, and so it may be
used for proofs and definitions, never against a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.notes.document.pages import Display, Document, Inline
from derive.notes.meaning.chain import Chain, Reading, Step

MOST = 60
"""Displays of a document that are read by themselves."""


def by_itself(document: Document, display: Display) -> Document:
    """The display with the formulas in the prose next to it."""
    at = document.parts.index(display)
    first, last = at, at + 1
    while first > 0 and isinstance(document.parts[first - 1], Inline):
        first -= 1
    while last < len(document.parts) and isinstance(document.parts[last], Inline):
        last += 1
    return replace(document, parts=document.parts[first:last])


def merged(whole: Sequence[Chain], alone: Sequence[Chain]) -> list[Chain]:
    """The chains of a display, each row as it is read there, then as on the whole page; the latter only where the former do not fit."""
    if [len(c.steps) for c in whole] != [len(c.steps) for c in alone]:
        return list(whole)
    return [
        replace(w, steps=tuple(map(_step, w.steps, a.steps)), unread=a.unread and w.unread)
        for w, a in zip(whole, alone, strict=True)
    ]


def _step(whole: Step, alone: Step) -> Step:
    if not alone.readings or (whole.readings and whole.readings[0].kind != "step"):
        return whole
    own = tuple(map(_weak, alone.readings))
    if own[0].kind != "step":
        return replace(alone, readings=own)
    others = tuple(r for r in whole.readings if all(r.claim != o.claim or r.given != o.given for o in own))
    return replace(alone, readings=(*own, *others), from_start=whole.from_start)


def _weak(r: Reading) -> Reading:
    return replace(r, refutable=False, unsure=r.unsure or "the page uses its names for other things, too")
