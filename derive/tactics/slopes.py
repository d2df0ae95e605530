"""Does a derivative exist?  A function that has a value at a point, and near it, need not have a slope there.

Two operators have values where they have no slope: a log x at a = 0, by convention, and the largest of several, at a kink.
Every other one has a slope wherever its value is asked for.  Of a function that is given by name nothing is known.
"""

from __future__ import annotations

from derive.kernel.definitions import Definition
from derive.kernel.terms import (
    ADD,
    HAS_DERIVATIVE,
    MAX,
    MUL,
    NEG,
    PROD,
    SUB,
    SUM,
    App,
    At,
    Lam,
    Term,
    Var,
    app,
    at,
    fresh,
    instantiate,
    substitute,
)
from derive.operators import CARDS, needs_of
from derive.operators.derivatives import taken_apart
from derive.tactics import side
from derive.tactics.context import Context
from derive.tactics.derived import sides, unfold_head
from derive.tactics.differentiation import Place, differentiate
from derive.tactics.monomials import leaves

TOTAL = (ADD, SUB, MUL, NEG)
"""The operators that have a value, and a slope, wherever their arguments have."""


def without_slope(derivative: App, ctx: Context) -> tuple[Term, Term] | None:
    """A part that may have no slope where the derivative is taken, and the condition that it needs; or None."""
    parts = taken_apart(derivative)
    if parts is None or not isinstance(parts.fn, Lam):
        return None
    place = Place(parts, ctx)
    body = instantiate(parts.fn, place.var)
    found = _Search(place.var, parts.point).of(body, ctx)
    if found is None:
        return None
    if differentiate(derivative, ctx) is not None:  # a fact says that it exists
        return None
    part, need = found
    return (
        (part, need)
        if need is not None
        else (derivative, app(HAS_DERIVATIVE, place.along(body), place.start, derivative))
    )


class _Search:
    """For a part that may have no slope in the variable ``moving`` at the point; conditions are asked at the point."""

    def __init__(self, moving: Var, point: Term) -> None:
        self.moving, self.point = moving, point
        self.seen: set[tuple[Term, int]] = set()

    def here(self, t: Term) -> Term:
        return substitute(t, {self.moving: self.point})

    def of(self, t: Term, ctx: Context) -> tuple[Term, Term | None] | None:
        """The part, with the condition that gives it a slope; None for the condition where none is known."""
        if self.moving not in t.free or (t, id(ctx)) in self.seen:
            return None
        self.seen.add((t, id(ctx)))
        if isinstance(t, App):
            if t.op is MAX:
                return t, None
            for need in self._asked(t):
                th = side.prove(need, ctx)
                if th is None:
                    return self.here(t), need
                ctx.needed.append(th)
            if t.op in (SUM, PROD):
                return self._inside(t.args[2], ctx, (self.here(t.args[0]), self.here(t.args[1])))
        if isinstance(t, Lam):
            return self._inside(t, ctx)
        return next((found for part in _parts(t) if (found := self.of(part, ctx))), None)

    def _asked(self, t: App) -> tuple[Term, ...]:
        """What a log x needs if a moves: 0 < x, also where a is 0."""
        if isinstance(t.op, Definition) or not CARDS[t.op].absorbs or self.moving not in t.args[0].free:
            return ()
        return tuple(map(self.here, needs_of(t)))

    def _inside(self, fn: Term, ctx: Context, bounds: tuple[Term, ...] = ()) -> tuple[Term, Term | None] | None:
        if not isinstance(fn, Lam):
            return self.of(fn, ctx)
        v = fresh(fn.hint, fn.dom, ctx.free | fn.free | self.point.free | {self.moving})
        inner = ctx.extend(bounds[0] <= v, v <= bounds[1]) if bounds else ctx
        return self.of(instantiate(fn, v), inner)


def _parts(t: Term) -> tuple[Term, ...]:
    """What the value of t is calculated from: definitions are unfolded, a derivative is looked at where it is taken."""
    if isinstance(t, At):
        body = unfold_head(t)
        return (t.fn, t.arg) if body is None else (sides(body.concl)[1],)
    if not isinstance(t, App):
        return ()
    parts = taken_apart(t)
    if parts is not None:
        return parts.point, at(parts.fn, parts.point)
    if isinstance(t.op, Definition):
        return (t.op.unfolded(t.args),)
    return tuple(leaves(t, *TOTAL)) if t.op in TOTAL else t.args  # long sums and products are nested deeply
