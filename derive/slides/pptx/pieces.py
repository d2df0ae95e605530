"""Formulas cut where a term begins that has a colour, and where it ends, so that it has a box of its own and can move.

A term is cut out where it stands in a row: between other terms, behind the sign of a sum, product or optimum, in brackets as
high as letters.  In higher brackets, which take their height from what is in them, in fractions and indices it cannot be.
There it stays in its line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from derive.render.formula.nodes import BigOp, Fence, Mark, Node, Row, Symbol, UnderBrace, kind, row

NOTHING = Row(())
_SIGNS = ("op", "rel", "punct", "dot", "times", "slash")


class Piece(NamedTuple):
    node: Node
    tint: int  # the number of its colour; 0: it is no term that has one
    until: Node  # the formula from its beginning to the end of this piece


def pieces(formula: Node) -> tuple[Piece, ...]:
    """The pieces of a formula from left to right; none where it has no term that can be cut out."""
    cut: list[tuple[list[Node], int]] = []
    depth, all_items = 0, list(_items(formula))
    for node, tint in all_items:
        depth += (kind(node) == "open") - (kind(node) == "close")
        if tint and depth:  # in brackets that are broken over lines
            return ()
        if tint or not cut or cut[-1][1]:
            cut.append(([], tint))
        cut[-1][0].append(node)
    if not any(tint for _, tint in cut):
        return ()
    out: list[Piece] = []
    before: list[Node] = []
    for nodes, tint in cut:
        before += nodes
        out.append(Piece(row(*nodes), tint, row(*before)))
    return tuple(out)


def _items(node: Node) -> Iterator[tuple[Node, int]]:
    """What stands in the row of a formula, each with the number of its colour."""
    if isinstance(node, Row):
        for item in node.items:
            yield from _items(item)
    elif (tint := _tint(node)) or not _cuts(node):
        yield node, tint
    elif isinstance(node, Mark):
        for inner, tint in _items(node.body):
            # a mark round a sign alone would take the space from it
            yield inner if tint or kind(inner) in _SIGNS else Mark(inner), tint
    elif isinstance(node, Fence):
        yield from ((Symbol(node.open, "text"), 0), *_items(node.body), (Symbol(node.close, "text"), 0))
    else:
        assert isinstance(node, BigOp)
        yield BigOp(node.op, node.under, node.over, NOTHING), 0
        yield from _items(node.body)


def _tint(node: Node) -> int:
    """The number of the colour that all of it has."""
    if isinstance(node, Mark):
        return node.tint or _tint(node.body)
    return _tint(node.body) if isinstance(node, UnderBrace) else 0


def _cuts(node: Node) -> bool:
    """Whether a term can be cut out of it."""
    if isinstance(node, Fence) and node.size:
        return False
    return isinstance(node, (Mark, BigOp, Fence)) and any(tint for _, tint in _items(node.body))
