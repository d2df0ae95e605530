"""Derivatives as they are written: d/dx, of something above the line or behind it, gradients, second derivatives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from derive.notes.document.tree import Span
from derive.notes.formula.names import Names, Reading
from derive.notes.formula.surface import Expr, names_in
from derive.notes.formula.tokens import Token, Tokens

LOGS = frozenset(("log", "ln"))


class Derivatives(Names):
    """Reads what differentiates."""

    def gradient(self, ts: Tokens, i: int) -> Iterator[Reading]:
        t = ts[i]
        if t.sup is not None:
            self.stop(ts, i, "second derivatives are not read")
            return
        nabla = [Expr("label", (), "nabla", t.span)]
        for by in self.maybe(t.sub) if t.sub else nabla:
            yield from self.derivative(ts, i + 1, by, t)

    def derivative(self, ts: Tokens, i: int, by: Expr, t: Token) -> Iterator[Reading]:
        """What is differentiated: the rest of the product, or the next factor."""
        if i >= len(ts):
            self.stop(ts, i, "there is nothing to differentiate")
            return
        bracket = ts[i].kind == "bracket" and ts[i].sub is None and ts[i].sup is None
        loose, tight = self.term(ts, i), self.factor(ts, i)
        bracket = bracket or (ts[i].kind == "name" and ts[i].text in LOGS)
        letters = names_in(by)
        for e, end in (*tight, *loose) if bracket else (*loose, *tight):
            if not letters & names_in(e) and any(letters & names_in(x) for x, stop in loose if stop > end):
                continue  # d/dx 2 x: nobody differentiates the 2
            yield Expr("d", (e, by), None, Span(t.span.start, e.span.end)), end

    def fraction(self, ts: Tokens, i: int) -> Iterator[Reading]:
        t = ts[i]
        above, below = t.parts
        mark = above[0] if above else None
        if (
            mark is not None
            and below
            and is_d(mark)
            and is_d(below[0])
            and (mark.kind == "sign" or mark.text == below[0].text)
        ):
            if mark.sup is not None or sum(map(is_d, below)) > 1:
                yield from self.second(ts, i)
                return
            for by in self.maybe(below[1:]):
                if len(above) == 1:
                    yield from self.derivative(ts, i + 1, by, t)
                else:
                    for e in self.maybe(above[1:]):
                        yield from self.scripted(Expr("d", (e, by), None, t.span), t, i + 1)
            return
        for a in self.maybe(above):
            for b in self.maybe(below):
                yield from self.scripted(Expr("div", (a, b), None, t.span), t, i + 1)

    def second(self, ts: Tokens, i: int) -> Iterator[Reading]:
        """d^2 f / dx^2 and d^2 f / dx dy: a derivative of a derivative, the last letter innermost."""
        t = ts[i]
        above, below = t.parts
        starts = [j for j, x in enumerate(below) if is_d(x)]
        pieces = [below[a + 1 : b] for a, b in pairwise([*starts, len(below)])]
        bys = [self.maybe(p) for p in pieces]
        if len(bys) == 1 and len(pieces[0]) == 1 and _is_two(pieces[0][0].sup):
            bys = 2 * [self.maybe((replace(pieces[0][0], sup=None),))]
        if not _is_two(above[0].sup) or len(bys) != 2 or not all(bys):
            self.stop(ts, i, "derivatives are read up to the second: d^2 f / dx^2 or d^2 f / dx dy")
            return
        outer, inner = (b[0] for b in bys)
        bodies = [(e, i + 1) for e in self.maybe(above[1:])] if len(above) > 1 else self.derivative(ts, i + 1, inner, t)
        for e, end in bodies:
            one = Expr("d", (e, inner), None, t.span) if len(above) > 1 else e
            two = Expr("d", (one, outer), None, t.span)
            yield from self.scripted(two, t, end) if len(above) > 1 else [(two, end)]


def is_d(t: Token) -> bool:
    return (t.kind == "sign" and t.text == "∂") or (t.kind == "name" and t.text == "d" and t.sub is None)


def _is_two(sup: Tokens | None) -> bool:
    return sup is not None and len(sup) == 1 and sup[0].text == "2"


def is_derivative(t: Token) -> bool:
    """A derivative by itself: d/dx."""
    return t.kind == "fraction" and len(t.parts[0]) == 1 and is_d(t.parts[0][0])
