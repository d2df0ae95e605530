"""A formula with the parts highlighted that its step changed."""

from __future__ import annotations

from collections.abc import Iterable

from derive.kernel.terms import App, At, Bound, Lam, Num, Term, Var, rebuild
from derive.record.changes import Path, part
from derive.render.formula.layout import Labels, layout
from derive.render.formula.nodes import Accent, BigOp, Fence, Frac, Mark, Node, Row, Script, UnderBrace, unmarked
from derive.render.formula.notation import Notation


def marked_layout(
    term: Term,
    paths: Iterable[Path],
    notation: Notation | None = None,
    *,
    avoid: Iterable[str] = (),
    labels: Labels = (),
) -> Node:
    """The layout of ``term`` with the parts at ``paths`` marked; but for the marks it is the layout without them.

    A part that has no sign of its own on the page, such as the f of f(k), is marked with what stands round it.
    """
    avoid = tuple(avoid)
    plain = layout(term, notation, avoid=avoid, labels=labels)

    def drawn(chosen: list[Path]) -> Node | None:
        copy, marks = term, []
        for path in chosen:
            copy = _separate(copy, path)
        marks = [part(copy, path) for path in chosen]
        node = layout(copy, notation, avoid=avoid, labels=labels, marks=tuple(marks))
        return node if _marks(node) >= len(chosen) and unmarked(node) == plain else None

    shown: set[Path] = set()
    for path in paths:
        while path and drawn([path]) is None:
            path = path[:-1]
        if not path:
            return plain  # all of it
        shown.add(path)
    outermost = sorted(p for p in shown if not any(p[: len(q)] == q for q in shown if q != p))
    return (drawn(outermost) or plain) if outermost else plain


def _separate(term: Term, path: Path) -> Term:
    """The same term, in which the part at ``path`` is an object of its own."""
    if not path:
        return _copy(term)
    children = list(
        term.args if isinstance(term, App) else (term.fn, term.arg) if isinstance(term, At) else [_body(term)]
    )
    children[path[0]] = _separate(children[path[0]], path[1:])
    return rebuild(term, tuple(children))


def _body(term: Term) -> Term:
    assert isinstance(term, Lam)
    return term.body


def _copy(term: Term) -> Term:
    if isinstance(term, App):
        return App(term.op, term.args)
    if isinstance(term, At):
        return At(term.fn, term.arg)
    if isinstance(term, Lam):
        return Lam(term.hint, term.dom, term.body)
    if isinstance(term, Var):
        return Var(term.name, term.sort)
    if isinstance(term, Num):
        return Num(term.value)
    assert isinstance(term, Bound)
    return Bound(term.index, term.sort)


def _marks(node: Node | None) -> int:
    if isinstance(node, Mark):
        return 1 + _marks(node.body)
    if isinstance(node, Row):
        return sum(map(_marks, node.items))
    if isinstance(node, Frac):
        return _marks(node.num) + _marks(node.den)
    if isinstance(node, Script):
        return _marks(node.base) + _marks(node.sub) + _marks(node.sup)
    if isinstance(node, BigOp):
        return _marks(node.under) + _marks(node.over) + _marks(node.body)
    if isinstance(node, (Fence, UnderBrace, Accent)):
        return _marks(node.body)
    return 0
