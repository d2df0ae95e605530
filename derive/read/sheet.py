"""What stands on a page that shows a derivation: conditions, claim, definitions, and the lines of each part.

Nothing is understood here yet.  ``latex_page`` and ``text_page`` take a page of theirs apart into a sheet, and slides are
one already.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from derive.kernel.sorts import INT, Sort
from derive.read.page import Item, Items, Sign, UnreadableError
from derive.read.ranges import KINDS, SCOPES

_DEFINED = Sign("by definition", "text")
_SAYING = frozenset("=≠<≤>≥∈⟺⟹∀")


class Row(NamedTuple):
    """A formula with the sign that relates it to the one before; "" for a formula by itself.  ``drawn``: as it was drawn.  ``label``: by
    which it can be cited, where it has a number."""

    sign: str
    items: Items
    drawn: str = ""
    label: str = ""


class Part(NamedTuple):
    """Lines under a title, with what is assumed for them."""

    title: str
    assumes: tuple[Items, ...]
    rows: tuple[Row, ...]


class Sheet(NamedTuple):
    given: tuple[Items, ...]
    claim: Items
    where: tuple[Items, ...]
    parts: tuple[Part, ...]
    denied: bool = False  # the page says that the claim is false


def clauses(sentence: Iterable[str | Items]) -> tuple[Items, ...]:
    """The conditions in a sentence of formulas and words: ``a < b, and p(k) > 0 for k = 1, ..., V`` has two."""
    out: list[Items] = []
    clause: list[Item] = []
    scoped = False
    for part in sentence:
        if not isinstance(part, str):
            clause += part
            continue
        words = " ".join(part.split())
        scope = words.removeprefix(",").strip()
        if scope in SCOPES:
            clause.append(Sign(scope, "text"))
            scoped = True
        elif words.removesuffix("and").rstrip(" ,;") == _DEFINED.text:
            out.append((*clause, _DEFINED))
            clause, scoped = [], False
        elif words == "and" and scoped:
            clause.append(Sign("and", "text"))
        elif re.fullmatch(r"[;,]?( ?and)?( ?\(\d+\))?", words):  # a condition may have a number
            out += [tuple(clause)] if clause else []
            clause, scoped = [], False
        else:
            raise UnreadableError(f"the words {words!r} between conditions")
    return (*out, tuple(clause)) if clause else tuple(out)


def declared(clause: Items) -> bool:
    """Whether a clause says that a letter is an integer or real, or has such values."""
    return _says_kind(clause) and not any(isinstance(i, Sign) and i.text in _SAYING for i in clause[:-1])


def _says_kind(clause: Items) -> bool:
    last = clause[-1] if clause else None
    return isinstance(last, Sign) and last.style == "text" and last.text in KINDS


def kind_said(clause: Items) -> Sort:
    """Of what kind a letter is by a clause that says it; an element of a set counts as an integer."""
    last = clause[-1]
    return KINDS[last.text] if _says_kind(clause) and isinstance(last, Sign) else INT


def with_kinds(clause: Items) -> tuple[Items, list[Items]]:
    """An equation, and what is said behind it: ``f(b) = b, b integer``."""
    said: list[Items] = []
    while _says_kind(clause) and Sign(",") in clause:
        cut = len(clause) - 1 - clause[::-1].index(Sign(","))
        said.append(clause[cut + 1 :])
        clause = clause[:cut]
    return clause, said


def defined_apart(given: Iterable[Items]) -> tuple[list[Items], list[Items]]:
    """The definitions among conditions, each with what is said of its letters; and the other conditions."""
    where: list[Items] = []
    rest: list[Items] = []
    for clause in given:
        if clause[-1:] != (_DEFINED,):
            rest.append(clause)
            continue
        clause, said = clause[:-1], list[Items]()
        while declared(clause) and rest:
            said.insert(0, clause)
            clause = rest.pop()
        where += [clause, *said]
    return where, rest
