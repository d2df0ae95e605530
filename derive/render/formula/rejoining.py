"""Putting a formula together again that was broken over lines: the inverse of ``breaking.cut``."""

from __future__ import annotations

from derive.render.formula.nodes import BigOp, Fence, Node, Row, Symbol, kind, row


def rejoined(node: Node) -> Node:
    """The formula whose parts these are: where a group was broken over lines its brackets are one fence again."""
    if not isinstance(node, Row) or not any(_unclosed(i) for i in node.items):
        return node
    items = list(node.items)
    out: list[Node] = []
    while items:
        item = items.pop(0)
        if isinstance(item, BigOp) and _unclosed(item.body):
            depth, rest = _unclosed(item.body), list[Node]()
            while items:
                ends = kind(items[0]) in ("op", "rel", "punct")
                if depth <= 0 and ends:
                    break
                depth += _unclosed(items[0])
                rest.append(items.pop(0))
            item = BigOp(item.op, item.under, item.over, rejoined(row(item.body, *rest)))
        elif isinstance(item, Symbol) and item.kind == "open":
            depth, inner = 1, list[Node]()
            while items and depth:
                depth += _unclosed(items[0])
                inner.append(items.pop(0))
            if depth:  # only a part of it is here
                out += [item, *inner]
                break
            close = inner.pop()
            closing = close.text if isinstance(close, Symbol) else ")"
            item = Fence(item.text, rejoined(row(*inner)), closing, group=True)
        out.append(item)
    return row(*out)


def _unclosed(node: Node) -> int:
    """How many brackets open in it, less those that close."""
    if isinstance(node, Symbol):
        return {"open": 1, "close": -1}.get(node.kind, 0)
    if isinstance(node, Row):
        return sum(map(_unclosed, node.items))
    return _unclosed(node.body) if isinstance(node, BigOp) else 0
