"""Sentences with small formulas in them as styled text: letters in italics, indices lowered.

Equations proper are for the lines of a derivation.  Inside a sentence they would be lost in LibreOffice and in Google
Slides, and a text can be read and searched everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from derive.render.formula import nodes
from derive.render.formula.alphabets import ACCENTS, SUBSCRIPTS, SUPERSCRIPTS, in_script
from derive.render.words.prose import HYPHENED, clean

SUB, SUP = -1, 1
SHIFTED = 0.66  # size of indices
BOLD = 1.09  # how much wider bold letters are
_NBSP = "\u00a0"


BREAK = "\v"  # begins a new line


class Span(NamedTuple):
    """Text of one style.  ``math``: in the font of formulas; ``shift``: SUB, SUP or 0; ``color``: a role, or the text's own."""

    text: str
    italic: bool = False
    bold: bool = False
    math: bool = False
    shift: int = 0
    color: str = ""


Spans = tuple[Span, ...]


def spans(prose: nodes.Prose) -> Spans:
    """A sentence, words and formulas."""
    out: list[Span] = []
    for part in prose:
        strong = isinstance(part, nodes.Strong)
        out += [Span(clean(part), bold=strong)] if isinstance(part, str) else _formula(part, 0)
    return joined(out)


def joined(items: Iterable[Span]) -> Spans:
    """The same with neighbours of one style put together."""
    out: list[Span] = []
    for span in items:
        if out and out[-1][1:] == span[1:]:
            out[-1] = out[-1]._replace(text=out[-1].text + span.text)
        elif span.text:
            out.append(span)
    return tuple(out)


def bold(items: Iterable[Span]) -> Spans:
    """The same in bold letters."""
    return tuple(s._replace(bold=True) for s in items)


def plain(items: Iterable[Span]) -> str:
    return "".join(s.text for s in items)


def _formula(node: nodes.Node, shift: int) -> Iterator[Span]:
    if isinstance(node, nodes.Symbol):
        yield _symbol(node, shift)
    elif isinstance(node, nodes.Row):
        yield from _row(node.items, shift)
    elif isinstance(node, nodes.Frac):
        yield from (*_grouped(node.num, shift), Span("/", shift=shift), *_grouped(node.den, shift))
    elif isinstance(node, nodes.Script):
        yield from _formula(node.base, shift)
        yield from _scripts(node.sub, node.sup) if not shift else _within(node, shift)
    elif isinstance(node, nodes.BigOp):
        yield _symbol(node.op, shift)
        yield from _scripts(node.under, node.over)
        yield Span(_NBSP, shift=shift)
        yield from _formula(node.body, shift)
    elif isinstance(node, nodes.Fence):
        yield Span(node.open, shift=shift)
        yield from _formula(node.body, shift)
        yield Span(node.close, shift=shift)
    elif isinstance(node, nodes.Accent):
        for i, span in enumerate(_formula(node.body, shift)):
            accented = unicodedata.normalize("NFC", span.text + ACCENTS[node.mark]) if not i else span.text
            yield span._replace(text=accented)
    elif isinstance(node, (nodes.Mark, nodes.UnderBrace)):
        yield from _formula(node.body, shift)
    else:
        yield Span({"thin": "\u2009", "quad": "  "}[node.width], shift=shift)


def _scripts(sub: nodes.Node | None, sup: nodes.Node | None) -> Iterator[Span]:
    for node, shift in ((sub, SUB), (sup, SUP)):
        if node is not None:
            yield from _formula(node, shift)


def _within(node: nodes.Script, shift: int) -> Iterator[Span]:
    """An index of an index, which a text cannot lower twice: in letters that are low themselves, or behind a sign."""
    for script, letters, sign in ((node.sub, SUBSCRIPTS, "_"), (node.sup, SUPERSCRIPTS, "^")):
        if script is not None:
            text = plain(_formula(script, shift))
            low = "".join(letters.get(c, "") for c in text)
            marked = f"{sign}{text}" if len(text) == 1 else f"{sign}({text})"
            yield Span(low if len(low) == len(text) else marked, math=True, shift=shift)


def _grouped(node: nodes.Node, shift: int) -> Iterator[Span]:
    """What stands above or below a fraction's bar, in brackets where it must not fall apart on one line."""
    if isinstance(node, nodes.Row) and any(nodes.kind(i) in ("op", "times", "dot") for i in node.items):
        node = nodes.Fence("(", node, ")")
    return _formula(node, shift)


def _row(items: tuple[nodes.Node, ...], shift: int) -> Iterator[Span]:
    for i, item in enumerate(items):
        after = items[i + 1] if i + 1 < len(items) else None
        yield from _formula(item, shift)
        name = item.base if isinstance(item, nodes.Script) else item
        opens = isinstance(after, nodes.Fence) or (
            isinstance(after, nodes.Script) and isinstance(after.base, nodes.Fence)
        )
        stops = isinstance(after, nodes.Space) or nodes.kind(after) in ("punct", "rel", "op", "times")
        if nodes.kind(name) == "fn" and after is not None and not opens and not stops:
            yield Span(_NBSP, shift=shift)  # log p


def _symbol(s: nodes.Symbol, shift: int) -> Span:
    text = clean(s.text) if s.text != nodes.TIMES else "\u2009"
    if s.kind == "text":
        return Span(text, shift=shift)
    if s.kind in ("rel", "op", "dot") and not shift:
        text = f"{_NBSP}{text}{_NBSP}"
    elif s.kind == "punct":
        text = text + (" " if not shift else "")
    elif s.kind == "neg":
        text = nodes.MINUS
    elif s.kind == "cal":
        text = in_script(text)
    letter = s.kind == "var" or s.text == "∂"
    # signs and digits look the same in the text's own font, and better beside its words
    return Span(text, letter, s.kind == "bold", letter or s.kind in ("bold", "cal", "big"), shift)


# --- how wide it is --------------------------------------------------------------------------------------------------

_WIDTHS = {
    0.26: "il'j|",
    0.3: " .,:;!fIt/[]()\u00a0\u2009-",
    0.36: "r",
    0.53: "cksvxyzJ",
    0.58: "abdeghnopqu0123456789_L?",
    0.68: "ABEKPSVXYFTZ",
    0.76: "wCDGHNOQRU",
    0.88: "mM",
    1.0: "W@%",
}  # fmt: skip
_WIDTH = {c: w for w, letters in _WIDTHS.items() for c in letters}


def text_em(text: str) -> float:
    """About how wide words are in a font without serifs such as Arial, in em."""
    return sum(0.0 if unicodedata.combining(c) else _WIDTH.get(c, 0.65) for c in text)


def spans_em(items: Iterable[Span]) -> float:
    return sum(text_em(s.text) * _stretch(s) for s in items)


def _stretch(s: Span) -> float:
    return (SHIFTED if s.shift else 1.0) * (BOLD if s.bold else 1.0)


def lines(items: Iterable[Span], room: float) -> int:
    """How many lines the words take in a column ``room`` em wide."""
    words: list[float] = [0.0]
    begun: set[int] = set()  # which of them begin a new line anyway
    for s in items:
        for sign, piece in re.findall(f"(^|[ {BREAK}])([^ {BREAK}]*)", s.text):
            if sign:
                words.append(0.0)
            if sign == BREAK:
                begun.add(len(words) - 1)
            words[-1] += text_em(piece) * _stretch(s)
    count, used = 1, 0.0
    for i, width in enumerate(words):
        if used and (used + 0.3 + width > room or i in begun):
            count, used = count + 1, 0.0
        used += width + (0.3 if used else 0.0)
        while used > room:  # a word that is broken
            count, used = count + 1, used - room
    return count


def uncut(items: Spans, room: float) -> Spans:
    """The words with a new line before each with hyphens that would be cut at one at the end of a line ``room`` em wide.  The
    signs that forbid it would hide the word from those who look for it."""
    out, used = [], 0.0
    for s in items:
        text = ""
        for i, piece in enumerate(re.split(f"({HYPHENED.pattern}| )", s.text)):
            width, first = (text_em(x) * _stretch(s) for x in (piece, re.split("(?<=[-–])", piece)[0]))
            if i % 2 and piece != " " and used + width > 0.97 * room and used + first < 1.03 * room:
                text, used = text.rstrip(" ") + BREAK, 0.0
            elif used + width > room:
                used = 0.0
            text += piece
            used += width
        out.append(s._replace(text=text))
    return tuple(out)
