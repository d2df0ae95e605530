"""The paragraph before a display: what it may suppose there of names that a declaration speaks of.

Declarations hold for all of the file, and a paragraph may add a condition, as in "setting beta = 1 gives".  Numbers that fail it
say nothing against the rows of the display, so a row is called false only where it fails under the condition, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from derive.kernel.sorts import REAL
from derive.kernel.terms import Term
from derive.notes.document.pages import Display, Document, Inline
from derive.notes.formula.parser import Parser
from derive.notes.formula.surface import Expr, names_in
from derive.notes.formula.tokens import COMPARISONS, Tokens, UnreadableError
from derive.notes.meaning.chain import Reading
from derive.notes.meaning.prose import around
from derive.notes.meaning.sayings import Saying, denied, facts_of_saying
from derive.notes.meaning.world import World, facts_of

MAY_SUPPOSE = "the paragraph before the display may state a condition"
_RELATIONS = COMPARISONS | frozenset(("≈", "→"))
_SUPPOSED = re.compile(
    r"\b(?:uniform|one-hot|deterministic|degenerate|(?:is|are|be|being|all|both)\s+(?:all\s+)?(?:equal|identical|the\s+same|zero|constant))\b"
    r"|\b(?:is|are|be|equals?)\s+(?:\$|\\\()?-?\d|\b(?:redefin|renam)\w+|\b(?:now|instead)\s+(?:write|denote|mean|use)\b",
    re.IGNORECASE,
)
"""Conditions in words."""


def lead_of(
    document: Document,
    display: Display,
    read: Callable[[Inline], Tokens | None],
    parser: Parser,
    spoken: Sequence[Saying],
) -> tuple[Expr, ...] | None:
    """The relations in the paragraph before a display; None where it may have a condition that is not read."""
    inline, words, start = _paragraph(document, display)
    if _SUPPOSED.search(words):
        return None
    here = [s for s in spoken if start <= s.place < display.span.start]
    out = [rel for s in here for rel in facts_of_saying(s.said, s.name, None)]
    for p in inline:
        tokens = read(p) or ()
        signs = {t.text for t in tokens if t.kind == "sign"}
        if not signs & _RELATIONS or "…" in signs:
            continue
        if denied(*around(document.text, p)):  # for all x but x = 0
            return None
        try:
            out += [rel for rels in facts_of(parser, tokens) for rel in rels if rel.data in _RELATIONS]
        except UnreadableError:
            return None
    return tuple(out)


def _paragraph(document: Document, display: Display) -> tuple[list[Inline], str, int]:
    """The formulas, the words and where they begin, between the last blank line, display or declaration and a display."""
    end = len(document.text[: display.span.start].rstrip())
    blank = [m.end() for m in re.finditer(r"\n[ \t]*\n", document.text[:end])]
    start = blank[-1] if blank else 0
    at = document.parts.index(display)
    inline: list[Inline] = []
    for p in reversed(document.parts[:at]):
        if not isinstance(p, Inline) or p.span.start < start:
            start = max(start, p.span.end)
            break
        inline.append(p)
    return inline[::-1], document.text[start:end], start


def supposing(
    reading: Reading, lead: tuple[Expr, ...] | None, world: World, state: Callable[[Expr], list[Term]]
) -> Reading:
    """A reading under what the paragraph before it may suppose: where that is a relation of numbers, it is refuted with it only.
    A definition that the text gives has been put in already."""
    weak = replace(reading, refutable=False, unsure=MAY_SUPPOSE)
    if lead is None:
        return weak
    lead = tuple(rel for rel in lead if all(rel.args != m[:2] for m in world.meanings_of(rel.args[0])))
    if not lead:
        return reading
    free = reading.claim.free
    facts: list[Term] = []
    for rel in lead:
        try:
            found = state(rel)
        except UnreadableError:
            return weak
        here = [f for f in found if not f.free.isdisjoint(free)]
        if not here and names_in(rel) & {v.name for v in free}:  # of a family as a whole
            return weak
        facts += [f for f in here if f not in reading.given]
    if any(v.sort is not REAL for f in facts for v in f.free):  # of a family it may be meant for each entry
        return weak
    return replace(weak, instance=replace(reading, given=(*reading.given, *facts))) if facts else reading
