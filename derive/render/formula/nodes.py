"""The layout tree: what a formula looks like, before any target draws it.

``layout`` makes these nodes from terms and notation, and each pen draws them.  Characters
are Unicode (the minus sign, Greek letters); a target that lacks one has a table for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from derive.values import Value

# Kinds of Symbol:
#   var    a letter, set in italics            num   digits
#   name   a word that is a variable, upright  fn    a word that is a function or operator, upright: log, softmax, KL
#   bold   a bold letter or digit              cal   a script letter
#   op     + and - between terms               neg   a minus sign in front
#   dot    a written product                   times an unwritten product
#   big    the sign of a sum or product        slash the slash of a fraction on one line
#   rel    a relation, the bar of a condition  punct a comma, colon or semicolon
#   ord    any other sign: a prime, dots       text  words
#   open   an opening bracket of a group that is broken over lines; close, its closing bracket
TIMES = "\u2062"  # the unwritten multiplication sign
MINUS = "\u2212"


class Symbol(Value):
    """``size``: that of the brackets of a group that is broken over lines, as of ``Fence``."""

    text: str
    kind: str
    size: int = 0


class Row(Value):
    items: tuple[Node, ...]


class Frac(Value):
    num: Node
    den: Node
    small: bool = False


class Script(Value):
    """A base with a subscript, a superscript, or both."""

    base: Node
    sub: Node | None = None
    sup: Node | None = None


class BigOp(Value):
    """A sum, product or optimum: the sign, what stands under and over it, and all it extends over."""

    op: Symbol
    under: Node | None
    over: Node | None
    body: Node


class Fence(Value):
    """Brackets round a body.  ``size``: 0, as high as letters, to 4.  ``group``: they only group, no call."""

    open: str
    body: Node
    close: str
    size: int = 0
    group: bool = False


class UnderBrace(Value):
    body: Node
    words: str


class Accent(Value):
    """``mark`` is hat, bar or tilde."""

    mark: str
    body: Node


class Mark(Value):
    """A part of a line to be highlighted: what its step changed or, with a ``tint``, a term that keeps this colour from line
    to line.  It takes no room and changes no spacing."""

    body: Node
    tint: int = 0


class Space(Value):
    """``width`` is thin or quad."""

    width: str


Node = Symbol | Row | Frac | Script | BigOp | Fence | UnderBrace | Accent | Mark | Space
Prose = tuple[str | Node, ...]
"""A sentence with formulas in it: words as str, formulas as nodes, to be drawn as in running text."""


class Strong(str):
    """Words of a sentence that are drawn in bold letters."""

    __slots__ = ()


PRIME = Symbol("′", "ord")
PRODUCT = Symbol(TIMES, "times")
T = TypeVar("T")


def kind(node: object) -> str:
    """The kind of a symbol; "" of anything else."""
    return node.kind if isinstance(node, Symbol) else ""


def bare(node: Node | None) -> Node | None:
    """Without the marks round it."""
    return bare(node.body) if isinstance(node, Mark) else node


def row(*items: Node) -> Node:
    """A row without rows in it; a single item stands for itself."""
    flat: list[Node] = []
    for i in items:
        if isinstance(i, Row):
            flat.extend(i.items)
        else:
            flat.append(i)
    return flat[0] if len(flat) == 1 else Row(tuple(flat))


def separated(items: Iterable[Node], by: Node) -> Node:
    """A row of the items with a sign between each two."""
    out: list[Node] = []
    for i in items:
        out += [by, i] if out else [i]
    return row(*out)


def subscript(base: Node, index: Node) -> Node:
    """``base`` with ``index`` under it, after a comma where there is one already."""
    if isinstance(base, Script):
        sub = index if base.sub is None else row(base.sub, Symbol(",", "punct"), index)
        return Script(base.base, sub, base.sup)
    return Script(base, index)


def superscript(base: Node, power: Node) -> Node:
    if isinstance(base, Script) and base.sup is None:
        return Script(base.base, base.sub, power)
    return Script(base, None, power)


def with_primes(items: Iterable[tuple[Node, T]]) -> Iterator[tuple[Node, T]]:
    """The nodes, each with what is said of it, and each prime as a superscript of the node that it follows."""
    waiting = list(items)
    while waiting:
        node, about = waiting.pop(0)
        primes: list[Node] = []
        while node != PRIME and waiting and waiting[0][0] == PRIME:
            primes.append(waiting.pop(0)[0])
        yield (superscript(node, row(*primes)) if primes else node), about


def height(node: Node) -> int:
    """0 for a line of letters, 1 for something a bit taller, 2 for a fraction, a sum with limits."""
    if isinstance(node, Row):
        return max((height(i) for i in node.items), default=0)
    if isinstance(node, Frac):
        return 1 if node.small else 2
    if isinstance(node, BigOp):
        return max(2 if node.op.kind == "big" else 0, height(node.body))
    if isinstance(node, Script):
        nested = any(isinstance(s, Script) for s in (node.sup,))
        return max(height(node.base), 1 if nested else 0)
    if isinstance(node, Fence):
        return max(height(node.body), min(node.size, 2))
    if isinstance(node, (UnderBrace, Accent, Mark)):
        return height(node.body)
    return 0


def _groups(node: Node) -> int:
    """One more than the size of the largest grouping brackets inside; 0 when there are none."""
    if isinstance(node, Row):
        return max((_groups(i) for i in node.items), default=0)
    if isinstance(node, Fence):
        return max(node.size + 1 if node.group else 0, _groups(node.body))
    if isinstance(node, BigOp):
        return _groups(node.body)
    if isinstance(node, (UnderBrace, Accent, Mark)):
        return _groups(node.body)
    if isinstance(node, Script):
        return _groups(node.base)
    return 0


def fenced(body: Node, open: str = "(", close: str = ")", *, group: bool = False) -> Fence:
    """Brackets as large as their body asks for."""
    size = height(body)
    if group:
        size = max(size, min(_groups(body), 4))
    return Fence(open, body, close, size, group)


def first(node: Node) -> Symbol | None:
    """The sign that is read first, None where it is a bracket, a fraction or a space."""
    if isinstance(node, Symbol):
        return node
    if isinstance(node, Row):
        return first(node.items[0]) if node.items else None
    if isinstance(node, Script):
        return first(node.base)
    if isinstance(node, (UnderBrace, Accent, Mark)):
        return first(node.body)
    if isinstance(node, BigOp):
        return node.op
    return None


def last(node: Node) -> Symbol | None:
    """The sign that is read last, None where it is a bracket, a fraction or a space."""
    if isinstance(node, Symbol):
        return node
    if isinstance(node, Row):
        return last(node.items[-1]) if node.items else None
    if isinstance(node, (UnderBrace, Accent, Mark)):
        return last(node.body)
    if isinstance(node, BigOp):
        return last(node.body)
    return None


def children(node: Node) -> tuple[Node, ...]:
    """The parts that a node is made of."""
    if isinstance(node, Row):
        return node.items
    if isinstance(node, Frac):
        return node.num, node.den
    if isinstance(node, Script):
        return tuple(n for n in (node.base, node.sub, node.sup) if n is not None)
    if isinstance(node, BigOp):
        return tuple(n for n in (node.under, node.over, node.body) if n is not None)
    return () if isinstance(node, (Symbol, Space)) else (node.body,)


def walk(node: Node) -> Iterator[Node]:
    """The node and all in it."""
    yield node
    for child in children(node):
        yield from walk(child)


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """The node with each of its parts changed."""

    def optional(part: Node | None) -> Node | None:
        return None if part is None else change(part)

    if isinstance(node, Row):
        return row(*map(change, node.items))
    if isinstance(node, Frac):
        return Frac(change(node.num), change(node.den), node.small)
    if isinstance(node, Script):
        return Script(change(node.base), optional(node.sub), optional(node.sup))
    if isinstance(node, BigOp):
        return BigOp(node.op, optional(node.under), optional(node.over), change(node.body))
    return node if isinstance(node, (Symbol, Space)) else node.with_(body=change(node.body))


def settled(node: Node) -> Node:
    """The layout without the marks of what is new: terms keep their colours."""
    return settled(node.body) if isinstance(node, Mark) and not node.tint else rebuilt(node, settled)


def unmarked(node: Node) -> Node:
    """The layout without its marks."""
    return unmarked(node.body) if isinstance(node, Mark) else rebuilt(node, unmarked)
