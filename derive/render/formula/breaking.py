"""Breaking a long formula into parts that fit, on its layout: at a relation, at + and - between terms, or before the words
that say for which indices it holds.

The outermost places are used first; only where they are not enough is a group in brackets broken, whose brackets then
stand in different parts.  A highlighted part that is broken is highlighted in each part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from derive.render.formula.measure import node_em
from derive.render.formula.nodes import BigOp, Fence, Mark, Node, Row, Space, Symbol, kind, row

_BARS = ("∣", "∥")  # relations inside a term
_CONNECTIVES = ("⟺", "⟹")  # between statements
T = TypeVar("T")


def fitted(cuts: Iterable[Sequence[T]], join: Callable[[T, T], T], fits: Callable[[T], bool]) -> list[T]:
    """The parts of the first of these ways to cut in which all parts fit, or of the last; each part holds as many pieces as
    fit.  ``cuts`` has the coarsest first."""
    parts: list[T] = []
    for pieces in cuts:
        parts = []
        for piece in pieces:
            joined = join(parts[-1], piece) if parts else piece
            if parts and fits(joined):
                parts[-1] = joined
            else:
                parts.append(piece)
        if all(map(fits, parts)):
            break
    return parts


def cut(node: Node, room: float, width: Callable[[Node], float] = node_em) -> tuple[Node, ...]:
    """The parts of a formula, each of at most ``room`` as far as its breaks allow; after the first, each begins with
    the sign that it was broken at."""
    cuts = (
        [node],
        *(_pieces(node, 0, at) for at in (_is_connective, _is_relation)),  # rather between statements than inside one
        *(_pieces(node, depth, _is_sign) for depth in range(3)),
    )
    return tuple(_tidy(p) for p in fitted(cuts, row, lambda n: width(n) <= room))


def highlighted(parts: Iterable[Node]) -> tuple[Node, ...]:
    """The parts of a formula that is new as a whole, each marked behind the sign that it begins with."""
    return tuple(_sign_first(Mark(p)) for p in parts)


def cut_outside(node: Node, room: float, width: Callable[[Node], float]) -> list[Node]:
    """The same at signs outside brackets only, and at relations where these are enough."""
    if not isinstance(node, Row):
        return [node]
    cuts = (_outer(node, kinds) for kinds in ((), ("rel",), ("rel", "op")))
    return fitted(cuts, row, lambda n: width(n) <= room)


def _outer(node: Row, kinds: tuple[str, ...]) -> list[Node]:
    """The formula cut before its signs of these kinds and before the words that say for which indices it holds."""
    pieces: list[list[Node]] = [[]]
    for i, item in enumerate(node.items):
        if i and kinds and (_is_break(item, kinds) or item == Space("quad")):
            pieces.append([])
        pieces[-1].append(item)
    return [row(*p) for p in pieces]


def _is_break(node: Node, kinds: tuple[str, ...]) -> bool:
    return isinstance(node, Symbol) and node.kind in kinds and node.text not in _BARS


def _is_sign(node: Node) -> bool:
    return _is_break(node, ("op", "rel"))


def _is_relation(node: Node) -> bool:
    return _is_break(node, ("rel",))


def _is_connective(node: Node) -> bool:
    return isinstance(node, Symbol) and node.text in _CONNECTIVES


def _pieces(node: Node, depth: int, at: Callable[[Node], bool]) -> list[Node]:
    """The formula cut before every sign ``at`` which it may be broken inside at most ``depth`` brackets."""
    pieces: list[list[Node]] = [[]]

    def go(n: Node, level: int, tints: tuple[int, ...]) -> None:
        """``tints`` of the marks round it, the innermost first."""

        def in_marks(x: Node) -> Node:
            for tint in tints:
                x = Mark(x, tint)
            return x

        def put(x: Node) -> None:
            pieces[-1].append(in_marks(x))

        if isinstance(n, Row):
            scope = False  # of the indices for which a statement holds, which stay together
            for i, item in enumerate(n.items):
                breaks = at(item) and not scope
                if kind(item) == "text":
                    breaks, scope = not scope, True
                if breaks and i:
                    pieces.append([])
                if isinstance(item, Symbol):
                    put(item)
                else:
                    go(item, level, tints)
        elif isinstance(n, Mark):
            go(n.body, level, (n.tint, *tints))
        elif isinstance(n, Fence) and n.group and level < depth and _breaks(n.body):
            put(Symbol(n.open, "open", n.size))
            go(n.body, level + 1, tints)
            put(Symbol(n.close, "close", n.size))
        elif isinstance(n, BigOp) and level < depth and _breaks(n.body):
            before = len(pieces)
            begun = len(pieces[-1])
            go(n.body, level, tints)
            # the sign extends over what stands beside it, the rest follows on the next lines
            first = pieces[before - 1]
            head = BigOp(n.op, n.under, n.over, row(*first[begun:]))
            first[begun:] = [in_marks(head)]
        else:
            put(n)

    go(node, 0, ())
    return [row(*p) for p in pieces if p]


def _breaks(node: Node) -> bool:
    """Whether there is a place to break inside."""
    if isinstance(node, Row):
        return any(kind(i) in ("op", "rel") or _breaks(i) for i in node.items)
    if isinstance(node, (Mark, BigOp)):
        return _breaks(node.body)
    return isinstance(node, Fence) and node.group and _breaks(node.body)


def _tidy(node: Node) -> Node:
    """Marks side by side as one, and the sign that a part begins with outside of its mark, to be spaced as a sign."""
    if isinstance(node, BigOp):
        return BigOp(node.op, node.under, node.over, _tidy(node.body))
    if not isinstance(node, Row):
        return _sign_first(node)
    out: list[Node] = []
    for item in map(_tidy, node.items):
        before = out[-1] if out else None
        if isinstance(item, Mark) and isinstance(before, Mark) and item.tint == before.tint:
            out[-1] = Mark(row(before.body, item.body), item.tint)
        else:
            out.append(item)
    return row(*map(_sign_first, out))


def _sign_first(node: Node) -> Node:
    """A marked part that begins with a sign: the sign, then the rest marked."""
    if isinstance(node, Mark) and isinstance(node.body, Row):
        first, *rest = node.body.items
        if kind(first) in ("op", "rel"):
            return row(first, Mark(row(*rest), node.tint))
    return node
