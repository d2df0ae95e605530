"""Conversions: functions that take a term (and what is known there) to a theorem term = new term, or None where
they do not apply.

``in_parts`` applies one to the immediate parts of a term.  Under a sum or product the bounds of the index are known;
under any other binder nothing is known of the bound variable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from derive.kernel import rules as r
from derive.kernel.sorts import PROP, Fn
from derive.kernel.terms import MAX, PROD, SUM, App, At, Lam, Term, at, eq, fresh, instantiate, subterms
from derive.kernel.theorem import Theorem
from derive.tactics.context import Context
from derive.tactics.derived import chain, is_refl, sides

Conv = Callable[[Term, Context], Theorem | None]


def in_parts(term: Term, ctx: Context, conv: Conv) -> Theorem | None:
    """``conv`` on every immediate part; None when none of them changes."""
    return relate_parts(term, None, ctx, lambda a, _b, c: conv(a, c))


def relate_parts(
    left: Term,
    right: Term | None,
    ctx: Context,
    prove: Callable[[Term, Term | None, Context], Theorem | None],
) -> Theorem | None:
    """|- left = right, part by part, where ``prove`` relates the parts.

    With ``right`` None the parts of ``left`` are converted, and None means that nothing changed.  Otherwise the two
    must have the same shape, and None means that some part could not be related.
    """
    wanted = right is not None
    if isinstance(left, At):
        if wanted and not isinstance(right, At):
            return None
        arg = prove(left.arg, right.arg if isinstance(right, At) else None, ctx)
        if wanted and arg is None:
            return None
        fn = prove(left.fn, right.fn if isinstance(right, At) else None, ctx)
        if (wanted and fn is None) or (fn is None and arg is None):
            return None
        return r.cong_at(fn or r.refl(left.fn), arg or r.refl(left.arg))
    if isinstance(left, App) and left.sort != PROP:
        if wanted and not (isinstance(right, App) and right.op is left.op and len(right.args) == len(left.args)):
            return None
        others = right.args if isinstance(right, App) else (None,) * len(left.args)
        out: list[Theorem | None] = []  # None where a part stays as it is
        changed = False
        body: Theorem | None = None
        for i, (a, b) in enumerate(zip(left.args, others, strict=True)):
            if a == b:
                out.append(None)
                continue
            if isinstance(a, Lam) and i in left.op.binders:
                th = _under(left, a, b, ctx, prove)
                if left.op in (SUM, PROD, MAX) and th is not None:
                    body = th
                    th = r.refl(sides(th.concl)[1].args[2])  # type: ignore[attr-defined]
            elif isinstance(a.sort, Fn) and isinstance(a, Lam):
                th = _under(left, a, b, ctx, prove)
            else:
                th = prove(a, b, ctx)
            if th is None:
                if wanted:
                    return None
            elif not is_refl(th):
                changed = True
            out.append(th)
        if body is not None and all(e is None or is_refl(e) for e in out):
            return body
        if body is None and not (changed or wanted):
            return None
        same = r.cong(left.op, tuple([e or r.refl(a) for e, a in zip(out, left.args, strict=True)]))
        return same if body is None else r.trans(body, same)
    if isinstance(left, Lam):
        return _under(None, left, right, ctx, prove)
    return None


def _under(
    owner: App | None,
    fn: Lam,
    other: Term | None,
    ctx: Context,
    prove: Callable[[Term, Term | None, Context], Theorem | None],
) -> Theorem | None:
    avoid = (
        ctx.free | fn.free | (owner.free if owner else frozenset()) | (other.free if other is not None else frozenset())
    )
    v = fresh(fn.hint, fn.dom, avoid)
    inside = instantiate(fn, v)
    target = None if other is None else at(other, v)
    if owner is not None and owner.op in (SUM, PROD, MAX):
        low, high, _ = owner.args
        th = prove(inside, target, ctx.extend(low <= v, v <= high))
        if th is None or (target is None and is_refl(th)):
            return None
        return r.bigop_ext(owner.op, low, high, v, th)
    th = prove(inside, target, ctx)
    if th is None or (target is None and is_refl(th)):
        return None
    return r.ext(v, th)


def everywhere(conv: Conv) -> Conv:
    """``conv`` once at every place where it applies, outermost first; not again inside what it made."""

    def run(term: Term, ctx: Context) -> Theorem | None:
        hit = conv(term, ctx)
        if hit is not None and not is_refl(hit):
            return hit
        return in_parts(term, ctx, run)

    return run


def repeatedly(conv: Conv, limit: int = 40, growing: bool = True) -> Conv:
    """``conv`` until it no longer applies or changes nothing, but at most ``limit`` times.  Unless it may be ``growing``, None where
    the term grows so much that rules must be making work for themselves, as does a sum that is split into two sums."""

    def run(term: Term, ctx: Context) -> Theorem | None:
        out: Theorem | None = None
        most = None if growing else _GROWN * _size(term) + _PARTS
        for _ in range(limit):
            th = conv(term, ctx)
            if th is None or is_refl(th):
                break
            out = th if out is None else chain(out, th)
            term = sides(th.concl)[1]
            if most is not None and _size(term) > most:
                return None
        return out

    return run


_GROWN, _PARTS = 8, 300  # a term may get so many times its parts, and so many more


def _size(term: Term) -> int:
    return sum(1 for _ in subterms(term))


def first_of(*convs: Conv) -> Conv:
    def run(term: Term, ctx: Context) -> Theorem | None:
        for c in convs:
            th = c(term, ctx)
            if th is not None:
                return th
        return None

    return run


def by_equations(equations: Mapping[Term, Theorem]) -> Conv:
    """Replace terms that are a left-hand side, as they stand."""

    def run(term: Term, _ctx: Context) -> Theorem | None:
        return equations.get(term)

    return run


def rewrite(term: Term, *equations: Theorem) -> Theorem:
    """|- term = term with every left-hand side of the equations replaced, once, outermost first."""
    table = {sides(e.concl)[0]: e for e in equations}
    # as facts, so that a letter bound in the term does not meet one that an equation speaks of
    th = everywhere(by_equations(table))(term, Context(equations))
    return th if th is not None else r.refl(term)


def ring_with(
    left: Term, right: Term, equations: tuple[Theorem, ...] = (), nonzero: tuple[Theorem, ...] = ()
) -> Theorem:
    """|- left = right: rewrite both sides with the equations, then the field identities."""
    a, b = rewrite(left, *equations), rewrite(right, *equations)
    middle = r.ring(sides(a.concl)[1], sides(b.concl)[1], nonzero)
    out = chain(a, middle, r.sym(b))
    if out.concl != eq(left, right):  # all three steps were trivial
        return r.refl(left)
    return out
