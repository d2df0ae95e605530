"""What is known while a formula is laid out: the notation, the letters in use, what to mark and what to label."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from derive.kernel.sorts import Sort
from derive.kernel.terms import Lam, Term, Var
from derive.render.formula.names import name_node
from derive.render.formula.nodes import Mark, Node, Symbol, UnderBrace
from derive.render.formula.notation import Notation, load_notation
from derive.render.formula.pieces import Level, Piece

Labels = tuple[tuple[Term, str], ...]


class Builder:
    """Lays out one formula, or the conditions of one derivation.  ``draw`` is how a term is written that is neither marked
    nor labelled; the other arguments are those of ``layout``."""

    def __init__(
        self,
        draw: Callable[[Builder, Term], Piece],
        notation: Notation | None,
        linear: bool,
        free: Iterable[Var],
        avoid: Iterable[str],
        labels: Labels = (),
        marks: tuple[tuple[Term, int], ...] = (),
    ) -> None:
        self.draw = draw
        self.notation = load_notation(notation)
        self.flat = linear  # the target writes on one line
        self.linear = linear  # fractions get a slash; also inside scripts
        self.small = False  # in a part of a fraction or behind an arrow, where a fraction of its own would be tiny
        self.avoid = {v.name for v in free} | set(avoid)
        self.signs = {n: name_node(n) for n in self.avoid}
        self.names: list[str] = []  # of the bound variables, the innermost last
        self.labels = list(labels)
        self.marks = marks

    # --- terms -------------------------------------------------------------------------------------------------------

    def fit(self, term: Term, level: Level, closed: bool = False) -> Node:
        """``term`` where at least ``level`` is asked for, and, with ``closed``, where a factor follows."""
        return self.piece(term).at(level, closed)

    def piece(self, term: Term) -> Piece:
        p = self._labelled(term)
        for marked, tint in self.marks:
            if marked is term:
                p = Piece(Mark(p.node, tint), p.level, p.greedy)
        return p

    def _labelled(self, term: Term) -> Piece:
        for i, (labelled, words) in enumerate(self.labels):
            if labelled == term:
                del self.labels[i]
                p = self._labelled(term)
                return Piece(UnderBrace(p.node, words), p.level, p.greedy)
        return self.draw(self, term)

    def is_labelled(self, term: Term) -> bool:
        return any(labelled == term for labelled, _ in self.labels)

    @contextmanager
    def on_one_line(self) -> Iterator[None]:
        """Inside a script or a bound, where fractions have a slash."""
        linear, self.linear = self.linear, True
        yield
        self.linear = linear

    @contextmanager
    def in_small(self) -> Iterator[None]:
        """Inside a part of a fraction or a function's body, where low fractions have a slash."""
        small, self.small = self.small, True
        yield
        self.small = small

    def script(self, term: Term) -> Node:
        """``term`` in a subscript or superscript."""
        with self.on_one_line():
            return self.fit(term, Level.ADD)

    # --- letters -----------------------------------------------------------------------------------------------------

    def fresh(self, hint: str, scope: Term) -> str:
        """A letter for a variable that is bound in ``scope``: the one wished for, primed where it would clash."""
        taken = self.avoid.union(self.names, (v.name for v in scope.free))
        signs = [self.signs.get(n) or name_node(n) for n in taken]  # eps and epsilon look alike
        name = hint or "k"
        while name in taken or name_node(name) in signs:
            name += "'"
        return name

    def name(self, name: str, kind: str = "name") -> Node:
        """How a letter is written; as its plain name where another one would look the same."""
        node = name_node(name)
        if any(sign == node and other != name for other, sign in self.signs.items()):
            return Symbol(name, kind)
        return node if kind == "name" else name_node(name, kind)

    def letter(self, name: str, sort: Sort) -> Node:
        """How a bound variable stands at its binder: as it does in the body, with the notation's own letter for it."""
        return self.draw(self, Var(name, sort)).node

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Binders that are entered here are left at its end."""
        outside = len(self.names)
        yield
        del self.names[outside:]

    def enter(self, fn: Lam) -> str:
        """Go under a binder; returns its letter."""
        name = self.fresh(fn.hint, fn)
        self.names.append(name)
        return name

    @contextmanager
    def under(self, fn: Lam) -> Iterator[Node]:
        """Under a binder, with its letter as it is written."""
        with self.scope():
            yield self.letter(self.enter(fn), fn.dom)
