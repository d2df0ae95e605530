"""Formulas in presentation MathML: the tree of elements, as a browser shows it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from xml.etree import ElementTree

from derive.read.page import (
    BAR_CLOSES,
    BAR_OPENS,
    Hat,
    Item,
    Items,
    Over,
    Scripts,
    Sign,
    UnreadableError,
    paired,
    scripted,
)

Element = ElementTree.Element

_TIMES = "\u2062"  # the product that is not seen
_BRACE = "⏟"
_MARKS = {"^": "hat", "¯": "bar", "~": "tilde"}
_ROWS = ("math", "mrow", "mstyle", "mtable", "mtr", "mtd")
_BLANKS = str.maketrans({"\u00a0": " ", "\u2009": " "})


def page(drawn: str) -> Items:
    """What an element looks like.  A table is the lines of one formula."""
    return element(ElementTree.fromstring(drawn))


def sentence(drawn: str) -> Items:
    """A line of HTML with formulas in it."""
    root = ElementTree.fromstring(f"<p>{drawn}</p>")
    out: list[Item] = []
    for e in root:
        out += element(e)
        words = (e.tail or "").strip(" ,")
        out += [Sign(words, "text")] if words else []
    return tuple(out)


def element(e: Element) -> Items:
    return paired(_flat(e))


def _flat(e: Element) -> Items:
    """The signs of an element in a row; brackets stand each by itself, as their pairs may be in different elements."""
    if e.tag in _ROWS:
        return _row(e)
    if e.tag in ("mi", "mn", "mo", "mtext"):
        return _sign(e)
    if e.tag == "mspace":
        return ()
    parts = [element(c) for c in e]
    if e.tag == "mfrac":
        num, den = parts
        return (Over(num, den),)
    if e.tag in ("munder", "mover") and len(e) == 2:
        if e[1].text == _BRACE or (e[0].tag == "munder" and len(e[0]) == 2 and e[0][1].text == _BRACE):
            return parts[0]  # the words under a brace are no part of the formula
        if e.get("accent") == "true":
            return (Hat(_MARKS[e[1].text or ""], parts[0]),)
    places = {"msub": "_", "munder": "_", "msup": "^", "mover": "^", "msubsup": "_^", "munderover": "_^"}.get(e.tag)
    if places is None or len(parts) != 1 + len(places):
        raise UnreadableError(f"{e.tag} with {len(parts)} parts")
    scripts = dict(zip(places, parts[1:], strict=True))
    base = parts[0]
    if isinstance(base[-1], Scripts) and len(base) == 1:  # scripts at scripts stay apart
        return (Scripts(base[-1], scripts.get("_"), scripts.get("^")),)
    return scripted(base, scripts.get("_"), scripts.get("^"))


def _row(elements: Iterable[Element]) -> Items:
    return tuple(item for e in elements for item in _flat(e))


def _sign(e: Element) -> Items:
    text = (e.text or "").translate(_BLANKS)
    if e.tag == "mtext":
        return (Sign(text.strip(), "text"),)
    if text == _TIMES:
        return ()
    if e.tag == "mo" and text in ("arg min", "arg max", "max"):
        return (Sign(text, "up"),)
    if text == "|":
        return (BAR_OPENS if e.get("form") == "prefix" else BAR_CLOSES,)
    if e.tag == "mo" or text in ("∂", "ℓ"):  # ℓ is the letter that it is, though Unicode calls it script
        return (Sign(text),)
    style = "num" if e.tag == "mn" else "up" if len(text) > 1 or e.get("mathvariant") == "normal" else ""
    name = unicodedata.name(text[0])
    if name.startswith("MATHEMATICAL BOLD"):
        style = "bf"
    elif "SCRIPT" in name and not name.startswith("SUPERSCRIPT"):
        style = "cal"
    return (Sign(unicodedata.normalize("NFKC", text), style),)
