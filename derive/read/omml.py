"""Formulas in OMML, as PowerPoint and Word show them: the tree of elements, its text in runs of letters and signs."""

from __future__ import annotations

import re
import unicodedata
from xml.etree import ElementTree

from derive.read.page import Brackets, Hat, Item, Items, Over, Sign, UnreadableError, number, scripted

Element = ElementTree.Element

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MARKS = {"\u0302": "hat", "\u0305": "bar", "\u0303": "tilde"}
_TOKEN = re.compile(r"([0-9]+)|([^\s\u200b])")  # U+200B is an operand that is not seen


def page(drawn: str) -> Items:
    """What an ``m:oMath`` element looks like."""
    return element(ElementTree.fromstring(drawn))


def element(e: Element) -> Items:
    """What an element with a row of others in it looks like."""
    out: list[Item] = []
    for child in e:
        out += _one(child)
    return tuple(out)


def _one(e: Element) -> Items:
    tag = e.tag.removeprefix(_M)
    if tag == "r":
        return _run(e)
    if tag == "argPr":
        return ()
    part = {c.tag.removeprefix(_M): element(c) for c in e if not c.tag.endswith("Pr")}
    signs = _properties(e, tag)
    if tag == "f":
        return (Over(part["num"], part["den"]),)
    if tag in ("sSub", "sSup", "sSubSup"):
        return scripted(part["e"], part.get("sub"), part.get("sup"))
    if tag == "limLow":
        brace = e.find(f"{_M}e/{_M}groupChr")
        return part["e"] if brace is not None else scripted(part["e"], part["lim"], None)
    if tag == "limUpp":
        return scripted(part["e"], None, part["lim"])
    if tag == "groupChr":
        return part["e"]
    if tag == "func":
        return (*part["fName"], *part["e"])
    if tag == "nary":
        sign = (Sign(signs["chr"]),)
        return (*scripted(sign, part.get("sub") or None, part.get("sup") or None), *part["e"])
    if tag == "d":
        left, right = signs.get("begChr", "("), signs.get("endChr", ")")
        if not (left and right):  # the other one stands in another part of a broken formula
            return (*([Sign(left)] if left else []), *part["e"], *([Sign(right)] if right else []))
        return (Brackets(left, part["e"], right),)
    if tag == "acc":
        return (Hat(_MARKS[signs["chr"]], part["e"]),)
    raise UnreadableError(tag)


def _properties(e: Element, tag: str) -> dict[str, str]:
    found = e.find(f"{_M}{tag}Pr")
    return {} if found is None else {p.tag.removeprefix(_M): p.get(f"{_M}val", "") for p in found}


def _run(r: Element) -> Items:
    text = r.findtext(f"{_M}t") or ""
    look = _properties(r, "r")
    if "nor" in look:
        return (Sign(text.strip(), "text"),)
    if look.get("sty") == "p" and "scr" not in look and text[:1].isalpha():
        return (Sign(text, "up"),)
    out: list[Item] = []
    for digits, letter in _TOKEN.findall(text):
        out.append(number(digits) if digits else _letter(letter))
    return tuple(out)


def _letter(c: str) -> Item:
    """A sign, or a letter that carries its style in its code."""
    if c == "ℓ":  # the letter that it is, though Unicode calls it script
        return Sign(c, "")
    name = unicodedata.name(c)
    if not name.startswith(("MATHEMATICAL ", "SCRIPT ", "PLANCK ")):
        return Sign(c, "up" if c.isalpha() else "")
    style = "bf" if " BOLD " in name else "cal" if "SCRIPT " in name else ""
    return Sign(unicodedata.normalize("NFKC", c).replace("ϕ", "φ"), style)
