"""A formula with parts highlighted: what its step changed, and terms that keep a colour."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from derive.kernel.terms import App, At, Bound, Lam, Num, Term, Var, parts_of, rebuild
from derive.record.changes import Path, part
from derive.render.formula.layout import Labels, layout
from derive.render.formula.nodes import Mark, Node, unmarked, walk
from derive.render.formula.notation import Notation


def marked_layout(
    term: Term,
    paths: Iterable[Path],
    notation: Notation | None = None,
    *,
    avoid: Iterable[str] = (),
    labels: Labels = (),
    tints: Mapping[Path, int] | None = None,
) -> Node:
    """The layout of ``term`` with the parts at ``paths`` marked; but for the marks it is the layout without them.

    A part that has no sign of its own on the page, such as the f of f(k), is marked with what stands round it.  A term that
    has none is left out of ``tints``, for what stands round it is not that term.
    """
    avoid = tuple(avoid)
    plain = layout(term, notation, avoid=avoid, labels=labels)

    def drawn(chosen: list[tuple[Path, int]]) -> Node | None:
        copy = term
        for path in dict.fromkeys(path for path, _ in chosen):
            copy = _separate(copy, path)
        marks = [(part(copy, path), tint) for path, tint in chosen]
        node = layout(copy, notation, avoid=avoid, labels=labels, marks=tuple(marks))
        found = sum(isinstance(n, Mark) for n in walk(node))
        return node if found >= len(chosen) and unmarked(node) == plain else None

    coloured = [pair for pair in (tints or {}).items() if drawn([pair]) is not None]
    new = [(path, 0) for path in _outermost(paths, lambda path: drawn([(path, 0)]) is not None)]
    for chosen in (coloured + new, new, coloured):
        if chosen and (node := drawn(chosen)) is not None:
            return node
    return plain


def _outermost(paths: Iterable[Path], seen: Callable[[Path], bool]) -> list[Path]:
    """The places, each widened until it is seen on the page, without those inside others; none where that is all of it."""
    shown: set[Path] = set()
    for path in paths:
        while path and not seen(path):
            path = path[:-1]
        if not path:
            return []
        shown.add(path)
    return sorted(p for p in shown if not any(p[: len(q)] == q for q in shown if q != p))


def _separate(term: Term, path: Path) -> Term:
    """The same term, in which the part at ``path`` is an object of its own."""
    if not path:
        return _copy(term)
    parts = list(parts_of(term))
    parts[path[0]] = _separate(parts[path[0]], path[1:])
    return rebuild(term, tuple(parts))


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
