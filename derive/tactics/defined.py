"""Is every part of a term defined?  Logarithms need positive arguments, quotients nonzero divisors, real powers
positive bases.

The kernel's operations are total and say nothing outside their domain, so a proof cannot use log 0.  This check asks
more: a line of a derivation is refused when it so much as mentions a value that does not exist under the conditions.
"""

from __future__ import annotations

from collections.abc import Iterable

from derive.kernel.definitions import Definition
from derive.kernel.sorts import Fn
from derive.kernel.terms import (
    DELTA,
    IMPLIES,
    MAX,
    PROD,
    SUM,
    App,
    At,
    Lam,
    Num,
    Term,
    Var,
    at,
    fresh,
    instantiate,
    ne,
    spine,
)
from derive.operators import CARDS, needs_of
from derive.operators.derivatives import taken_apart
from derive.tactics import library, side
from derive.tactics.context import Context
from derive.tactics.derived import sides, unfold_head
from derive.tactics.monomials import leaves
from derive.tactics.slopes import TOTAL, without_slope

ZERO = Num(0)


def undefined_part(term: Term, ctx: Context) -> tuple[Term, Term] | None:
    """A part of ``term`` that may not exist and the condition that it needs, or None when all of it is defined."""
    if isinstance(term, (Num, Var)) or term in ctx.defined:
        return None
    found = _undefined_part(term, ctx)
    if found is None:
        ctx.defined.add(term)
    return found


def _undefined_part(term: Term, ctx: Context) -> tuple[Term, Term] | None:
    if isinstance(term, App) and term.op in TOTAL:  # long sums and products are nested deeply
        return next((u for u in (undefined_part(leaf, ctx) for leaf in leaves(term, *TOTAL)) if u), None)
    if isinstance(term, App):
        op, args = term.op, term.args
        if op is IMPLIES:
            return undefined_part(args[0], ctx) or undefined_part(args[1], ctx.extend(args[0]))
        parts = taken_apart(term)
        if parts is not None:
            # What the function asks is open: where it holds at the point, it holds near it.  What is not is asked below.
            inside = (parts.point, *parts.entry, at(parts.fn, parts.point))
            return next((u for u in (undefined_part(t, ctx) for t in inside) if u), None) or without_slope(term, ctx)
        if isinstance(op, Definition):
            # A family is looked at where the body uses it: under the bounds of the body's sums.
            return _first(args, ctx) or undefined_part(op.unfolded(args), ctx)
        low_high = args[:2] if op in (SUM, PROD, MAX) else None
        for i, a in enumerate(args):
            if isinstance(a, Lam):
                found = _inside(a, ctx, low_high if i == 2 else None, term)
            else:
                found = undefined_part(a, ctx)
            if found:
                return found
        needs = needs_of(term)
        where = _not_zero(args[0], ctx) if needs and CARDS[op].absorbs else ctx
        for need in needs:
            th = side.prove(need, where)
            if th is None:
                return term, need
            ctx.needed.append(th)
        return None
    if isinstance(term, At):
        body = unfold_head(term)  # softmax(z)(k): the body of the definition at k
        if body is not None:
            head, indices = spine(term)
            given = (*head.args, *indices) if isinstance(head, App) else ()
            return _first(given, ctx) or undefined_part(sides(body.concl)[1], ctx)
        return undefined_part(term.fn, ctx) or undefined_part(term.arg, ctx)
    if isinstance(term, Lam):
        return _inside(term, ctx, None, term)
    return None


def _first(arguments: Iterable[Term], ctx: Context) -> tuple[Term, Term] | None:
    """What may not exist in the arguments that are not functions: they are looked at even where the body does not use them."""
    plain = (undefined_part(a, ctx) for a in arguments if not isinstance(a.sort, Fn))
    return next((u for u in plain if u), None)


def _inside(fn: Lam, ctx: Context, bounds: tuple[Term, ...] | None, owner: Term) -> tuple[Term, Term] | None:
    v = fresh(fn.hint, fn.dom, ctx.free | owner.free)
    inner = ctx if bounds is None else ctx.extend(bounds[0] <= v, v <= bounds[1])
    return undefined_part(instantiate(fn, v), inner)


def _not_zero(t: Term, ctx: Context) -> Context:
    """The context in which t != 0; for an indicator, its indices agree."""
    where = ctx.extend(ne(t, ZERO))
    if isinstance(t, App) and t.op is DELTA:
        values = {"i": t.args[0], "j": t.args[1]}
        where = where.with_facts(library.use("eq_of_delta_ne_zero", values, where.by_statement[ne(t, ZERO)]))
    return where
