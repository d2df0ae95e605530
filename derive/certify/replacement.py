"""The equations between Z and R that a substitution needs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from derive.certify.translate import Image, Writer, as_real, end_of
from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, Fn, Sort
from derive.kernel.terms import App, At, Bound, Lam, Term, Var, at, lam, parts_of, rebuild, spine, substitute


class Replacement:
    """The equations between Z and R that a substitution needs, one variable at a time.

    What is to be replaced is kept as a variable with a value.  Before a function is replaced by a Lam its arguments are
    named, as functions of the bound variables around them, so that IZR stands before an entry when the Lam is reduced;
    then the names are replaced.  So each step exchanges one text, and Rocq's own reduction does the rest.
    """

    def __init__(self, writer: Writer, parts: Sequence[Term], values: Mapping[Var, Term]) -> None:
        self.writer, self.values = writer, dict[Var, Term]()
        self.images: dict[Var, Image] = {}
        self.steps: list[tuple[str, str, str, str, str]] = []  # sort, predicate, from, to, equation
        start = {v: self._put(v.sort, t) for v, t in values.items()}
        parts = [substitute(p, start) for p in parts]
        while True:
            var = next((v for v in self.values if any(v in p.free for p in parts)), None)
            if var is None:
                return
            parts = [self._named(p, var) for p in parts]
            self._step(parts, var)
            parts = [substitute(p, {var: self.values[var]}) for p in parts]

    def _put(self, sort: Sort, value: Term) -> Var:
        """A new variable that stands for the value."""
        var = Var(f"value {len(self.values)}", sort)
        self.images[var] = Image(self.writer.with_images(self.images).text(value, sort))
        self.values[var] = value
        return var

    def _step(self, parts: Sequence[Term], var: Var) -> None:
        if end_of(var.sort) is not INT:
            return
        here = self.writer.with_images(self.images)
        equation = here.conversion(self.values[var])
        if equation is None:
            return
        own = self.images[var].own
        with_name = self.writer.with_images({**self.images, var: Image(own, "REAL")})
        predicate = " -> ".join(with_name.own(p) for p in parts)
        if re.search(r"\bREAL\b", predicate):
            sort = self.writer.sort(as_real(var.sort))
            embedded = self.writer.embedded(own, var.sort)
            self.steps.append(
                (sort, f"(fun REAL : {sort} => ({predicate}))", embedded, here.real(self.values[var]), equation)
            )

    def _named(self, term: Term, head: Var) -> Term:
        """The term in which the arguments of ``head`` are entries or have names."""
        if head not in term.free or not isinstance(self.values[head], Lam):
            return term
        if isinstance(term, At):
            inner, args = spine(term)
            if inner == head:
                for arg in args:
                    arg = self._named(arg, head)
                    inner = at(inner, self._name(arg) if self._moves(arg) else arg)
                return inner
        return rebuild(term, tuple(self._named(p, head) for p in parts_of(term)))

    def _moves(self, arg: Term) -> bool:
        """Whether an integer, or a function, is no plain entry, or will not be one."""
        if arg.sort is not INT and not isinstance(arg.sort, Fn):
            return False
        if isinstance(arg, Lam) or (isinstance(arg, App) and not isinstance(arg.op, Definition)):
            return True
        head = arg
        while isinstance(head, At) and isinstance(head.arg, Bound):
            head = head.fn
        return not (head in self.values or arg.free.isdisjoint(self.values))

    def _name(self, arg: Term) -> Term:
        """A variable for the argument, applied to the bound variables in it."""
        bound = sorted(_loose(arg, 0).items())
        stand_in = {i: Var(f"bound {i}", sort) for i, sort in bound}
        value, sort = _close(arg, 0, stand_in), arg.sort
        for v in reversed(stand_in.values()):
            value, sort = lam(v, value), Fn(v.sort, sort)
        out: Term = self._put(sort, value)
        for i, s in bound:
            out = at(out, Bound(i, s))
        return out


def _loose(term: Term, depth: int) -> dict[int, Sort]:
    """The bound variables that point outside the term, and their sorts."""
    if term.loose <= depth:
        return {}
    if isinstance(term, Bound):
        return {term.index - depth: term.sort}
    out: dict[int, Sort] = {}
    for p in parts_of(term):
        out |= _loose(p, depth + 1 if isinstance(term, Lam) else depth)
    return out


def _close(term: Term, depth: int, values: Mapping[int, Var]) -> Term:
    """The term with variables for the bound variables that point outside it."""
    if term.loose <= depth:
        return term
    if isinstance(term, Bound):
        return values[term.index - depth]
    inner = depth + 1 if isinstance(term, Lam) else depth
    return rebuild(term, tuple(_close(p, inner, values) for p in parts_of(term)))
