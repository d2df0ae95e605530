r"""A page that writes both \mathbf{x} and x has two names: the bold one gets a letter of its own.

Elsewhere bold says nothing: \mathbf{x} with entries x_i is one name, and so is a vector that is declared without it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace

from derive.notes.document.pages import Declared, Display, Document, Part
from derive.notes.document.tree import Atom, Call, Fence, Group, Node, Script, Table
from derive.notes.formula.tokens import ACCENTS, BOLD

_FORMULAS = frozenset(("\\frac", "\\dfrac", "\\tfrac", "\\cfrac", "\\sqrt"))
"""Calls with formulas for arguments."""


def apart(document: Document) -> Document:
    """The document, its bold names told from the plain ones where its displays have both."""
    shown = [n for p in document.parts if isinstance(p, Display) for row in p.rows for n in row.items]
    bold = {x for n in shown for x, heavy in _names(n) if heavy}
    both = bold & {x for n in shown for x, heavy in _names(n) if not heavy}
    both -= {x for n in shown for x in _with_entries(n)}
    for p in document.parts:
        if isinstance(p, Declared) and " of length " in p.text:
            both -= {x for n in p.items for x, _ in _names(n)}
    if not both:
        return document

    def one(n: Node) -> Node:
        letter = _bold_letter(n)
        if letter is None or letter not in both or not isinstance(n, Call):
            return _within(n, one)
        return replace(n, arguments=(replace(n.arguments[0], items=(Atom(_heavy(letter), n.span),)),))

    parts: list[Part] = []
    for p in document.parts:
        if isinstance(p, Display):
            parts.append(replace(p, rows=tuple(replace(r, items=tuple(map(one, r.items))) for r in p.rows)))
        else:
            parts.append(replace(p, items=tuple(map(one, p.items))))
    return replace(document, parts=tuple(parts))


def _bold_letter(n: Node) -> str | None:
    r"""The letter of \mathbf{x}."""
    if isinstance(n, Call) and n.name in BOLD and len(n.arguments) == 1 and len(n.arguments[0].items) == 1:
        (x,) = n.arguments[0].items
        return x.text if isinstance(x, Atom) and _heavy(x.text) != x.text else None
    return None


def _heavy(text: str) -> str:
    """A letter of either alphabet as the bold sign of it; anything else as it is."""
    plain = text.removeprefix("\\")
    case = "CAPITAL" if plain[:1].isupper() else "SMALL"
    try:
        return unicodedata.lookup(f"MATHEMATICAL BOLD {case} {plain.upper()}")
    except KeyError:
        return text


def _names(n: Node) -> Iterator[tuple[str, bool]]:
    """The letters that stand without anything below them, and whether each is bold."""
    letter = _bold_letter(n)
    if letter is not None:
        yield letter, True
    elif isinstance(n, Atom):
        yield n.text, False
    elif isinstance(n, Script):
        entry = n.sub is not None and isinstance(n.base, Atom)
        for part in (None if entry else n.base, n.sub, n.sup):
            if part is not None:
                yield from _names(part)
    else:
        for part in _parts(n):
            yield from _names(part)


def _with_entries(n: Node) -> Iterator[str]:
    """The plain letters with something below them."""
    if isinstance(n, Script):
        if n.sub is not None and isinstance(n.base, Atom):
            yield n.base.text
        parts: tuple[Node, ...] = tuple(x for x in (n.base, n.sub, n.sup) if x is not None)
    else:
        parts = _parts(n)
    for part in parts:
        yield from _with_entries(part)


def _parts(n: Node) -> tuple[Node, ...]:
    if isinstance(n, (Group, Fence)):
        return n.items
    if isinstance(n, Call):  # the letters of a word or under an accent are no names of their own
        return (*n.options, *n.arguments) if n.name in _FORMULAS else ()
    return tuple(x for row in n.rows for cell in row for x in cell) if isinstance(n, Table) else ()


def _within(n: Node, one: Callable[[Node], Node]) -> Node:
    """The node with its parts changed."""

    def group(g: Group) -> Group:
        return replace(g, items=tuple(map(one, g.items)))

    if isinstance(n, (Group, Fence)):
        return replace(n, items=tuple(map(one, n.items)))
    if isinstance(n, Script):
        return replace(
            n,
            base=None if n.base is None else one(n.base),
            sub=None if n.sub is None else group(n.sub),
            sup=None if n.sup is None else group(n.sup),
        )
    if isinstance(n, Call) and n.name not in ACCENTS:
        return replace(n, options=tuple(map(group, n.options)), arguments=tuple(map(group, n.arguments)))
    if isinstance(n, Table):
        return replace(n, rows=tuple(tuple(tuple(map(one, cell)) for cell in row) for row in n.rows))
    return n
