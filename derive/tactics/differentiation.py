"""Partial derivatives: from the shape of a function of a family z to its derivative in the entry z_j."""

from __future__ import annotations

from derive.kernel import rules as r
from derive.kernel.sorts import FAMILY, INT
from derive.kernel.terms import (
    ADD,
    DIV,
    EXP,
    LOG,
    MUL,
    NEG,
    PARTIAL,
    POW,
    SUB,
    SUM,
    App,
    At,
    Lam,
    Num,
    Term,
    Var,
    abstract,
    fresh,
    instantiate,
    ne,
)
from derive.kernel.theorem import RuleError, Theorem
from derive.tactics import side
from derive.tactics.context import Context
from derive.tactics.derived import instantiate_named, sides, unfold_head

ZERO, ONE = Num(0), Num(1)


def differentiate(term: Term, ctx: Context) -> Theorem | None:
    """|- partial(F, z, j) = its value; None where F is none of the shapes below, or a condition is not proved."""
    if not (isinstance(term, App) and term.op is PARTIAL and isinstance(term.args[0], Lam)):
        return None
    fn, z, j = term.args[0], term.args[1], term.args[2]
    th = has_partial(fn, z, j, ctx)
    if th is None:
        return None
    values = {"F": fn, "z": z, "j": j, "c": _slope(th)}
    return r.cut(th, instantiate_named(r.axiom("partial_value"), values))


def has_partial(fn: Lam, z: Term, j: Term, ctx: Context) -> Theorem | None:
    """|- has_partial(fn, z, j, l) for some l."""
    s = fresh(fn.hint, FAMILY, ctx.free | fn.free | z.free | j.free)
    body = instantiate(fn, s)
    here = {"z": z, "j": j}

    def of(t: Term) -> Lam:
        return Lam(fn.hint, FAMILY, abstract(t, s))

    if s not in body.free:
        return _use("partial_const", {**here, "c": body})
    if isinstance(body, At) and body.fn == s and s not in body.arg.free:
        return _use("partial_entry", {**here, "k": body.arg})
    if isinstance(body, App):
        op, args = body.op, body.args
        if op in (ADD, MUL):
            left, right = has_partial(of(args[0]), z, j, ctx), has_partial(of(args[1]), z, j, ctx)
            if left is None or right is None:
                return None
            values = {**here, "F": of(args[0]), "G": of(args[1]), "l1": _slope(left), "l2": _slope(right)}
            return _use("partial_add" if op is ADD else "partial_mul", values, left, right)
        rewritten = _rewritten(body)
        if rewritten is not None:
            inner = has_partial(of(rewritten), z, j, ctx)
            same = None if inner is None else _same(s, rewritten, body, ctx)
            if inner is None or same is None:
                return None
            return r.rel_cong(inner, (same, r.refl(z), r.refl(j), r.refl(_slope(inner))))
        if op is DIV:
            inner = has_partial(of(args[1]), z, j, ctx)
            nonzero = side.prove(ne(instantiate(of(args[1]), z), ZERO), ctx) if inner else None
            if inner is None or nonzero is None:
                return None
            return _use("partial_inv", {**here, "F": of(args[1]), "l1": _slope(inner)}, inner, nonzero)
        if op in (EXP, LOG):
            inner = has_partial(of(args[0]), z, j, ctx)
            if inner is None:
                return None
            values = {**here, "F": of(args[0]), "l1": _slope(inner)}
            if op is EXP:
                return _use("partial_exp", values, inner)
            positive = side.prove(ZERO < instantiate(of(args[0]), z), ctx)
            return None if positive is None else _use("partial_log", values, inner, positive)
        if op is SUM and isinstance(args[2], Lam) and s not in args[0].free and s not in args[1].free:
            return _sum(args[0], args[1], args[2], s, z, j, ctx, fn.hint)
    unfolded = unfold_head(body)
    if unfolded is not None:
        inner = has_partial(of(sides(unfolded.concl)[1]), z, j, ctx)
        if inner is None:
            return None
        return r.rel_cong(inner, (r.ext(s, r.sym(unfolded)), r.refl(z), r.refl(j), r.refl(_slope(inner))))
    return None


def _rewritten(t: App) -> Term | None:
    """A difference, negative, quotient or square as sums, products and reciprocals."""
    op, args = t.op, t.args
    if op is SUB:
        return args[0] + Num(-1) * args[1]
    if op is NEG:
        return Num(-1) * args[0]
    if op is DIV and args[0] != ONE:
        return args[0] * (1 / args[1])
    if op is POW and isinstance(args[1], Num) and args[1].value == 2:
        return args[0] * args[0]
    return None


def _same(s: Var, rewritten: Term, body: App, ctx: Context) -> Theorem | None:
    """|- (s |-> rewritten) = (s |-> body)"""
    facts: tuple[Theorem, ...] = ()
    if body.op is DIV:
        # the divisor must be nonzero wherever it is compared, so it has to be so for every family
        nonzero = side.prove(ne(body.args[1], ZERO), ctx)
        if nonzero is None:
            return None
        facts = (nonzero,)
    try:
        return r.ext(s, r.ring(rewritten, body, facts))
    except RuleError:
        return None


def _sum(low: Term, high: Term, terms: Lam, s: Var, z: Term, j: Term, ctx: Context, hint: str) -> Theorem | None:
    k = fresh(terms.hint, INT, ctx.free | terms.free | low.free | high.free | z.free | j.free | {s})
    summand = instantiate(terms, k)
    inner = has_partial(Lam(hint, FAMILY, abstract(summand, s)), z, j, ctx.extend(low <= k, k <= high))
    if inner is None:
        return None
    slopes = Lam(k.name, INT, abstract(_slope(inner), k))
    family = Lam(k.name, INT, abstract(Lam(hint, FAMILY, abstract(summand, s)), k))
    every = r.gen(k, r.discharge(low <= k, r.discharge(k <= high, inner)))
    return _use("partial_sum", {"m": low, "n": high, "F": family, "l": slopes, "z": z, "j": j}, every)


def _slope(th: Theorem) -> Term:
    return th.concl.args[3]  # type: ignore[attr-defined,no-any-return]


def _use(name: str, values: dict[str, Term], *facts: Theorem) -> Theorem:
    out = instantiate_named(r.axiom(name), values)
    for f in facts:
        out = r.cut(f, out)
    if out.hyps and any(h not in {x for f in facts for x in f.hyps} for h in out.hyps):
        raise RuleError(name, f"the premises {out.hyps} are not all proved")
    return out
