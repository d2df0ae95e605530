"""Inequalities by squares: what is left over is a sum of squares, inside sums too; about a mean under weights that sum to 1.

Facts are made and ``linear`` puts them together: 0 <= (a - b)^2 for a gap that is a quadratic form, also of roots, 0 <= sum w (f - m)^2 with
m = sum w f, and for weights w that sum to 1 over n terms 0 <= sum (w - 1/n)^2 and 0 <= sum w (1 - w).  Beside the square of a sum, as in
the inequality of Cauchy and Schwarz, 0 <= sum over i and j of u_i u_j (f_i g_j - f_j g_i)^2, where the sum is of u f g.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive.kernel import ring as field
from derive.kernel import rules as r
from derive.kernel import terms as k
from derive.kernel.sorts import INT
from derive.kernel.terms import App, Lam, Num, Term, Var, fresh, instantiate
from derive.kernel.theorem import Theorem
from derive.tactics import library, side
from derive.tactics.closing import ring
from derive.tactics.context import Context
from derive.tactics.conv import Conv
from derive.tactics.derived import chain, over_range, sides
from derive.tactics.derived import instantiate as at_letters
from derive.tactics.gaps import Parts, Range, by_range, gap_poly, spread, term_of, weights
from derive.tactics.monomials import ONE, ZERO, poly_term

MOST = 8
"""Letters of a quadratic form, and squares of sums, that are looked at."""


def closed(goal: App, ctx: Context, known: tuple[Conv, ...]) -> Theorem | None:
    """|- a <= b (or <) from squares; both sides in normal form."""
    a, b = goal.args
    gap = gap_poly(b - a, ctx)
    if gap is None:
        return None
    facts = [spread(_square(form), ctx, known) for form in _forms(gap)]
    facts += _of_roots(gap, ctx)
    facts += (spread(th, ctx, known) for th in _of_products(gap, ctx))
    for ends, parts in by_range(gap)[0].items():
        facts += _of_sum(ends, parts, gap, ctx, known)
    return side.linear(goal, ctx.with_facts(*facts), side.DEPTH) if facts else None


def _of_roots(gap: field.Poly, ctx: Context) -> Iterator[Theorem]:
    """0 <= a + b - 2 sqrt(a) sqrt(b), for roots in normal form, exp(1/2 log a), that are multiplied."""
    for m in list(gap)[:MOST]:
        roots = [(t, a) for t, e in m if e == 1 for a in _radicand(t)]
        if len(roots) == 2:
            (s, a), (t, b) = roots
            known = [_square_of_root(s, a, ctx), _square_of_root(t, b, ctx)]
            facts = ctx.with_facts(_square(s - t), *(th for th in known if th is not None))
            th = side.linear(App(k.LE, (ZERO, a + b - 2 * s * t)), facts, side.DEPTH)
            if th is not None:
                yield th


def _radicand(t: Term) -> list[Term]:
    """What a term is the root of."""
    half = t.args[0] if isinstance(t, App) and t.op is k.EXP else None
    if isinstance(half, App) and half.op is k.MUL and half.args[0] == Num(Fraction(1, 2)):
        inside = half.args[1]
        return [inside.args[0]] if isinstance(inside, App) and inside.op is k.LOG else []
    return []


def _square_of_root(root: Term, a: Term, ctx: Context) -> Theorem | None:
    """|- exp(1/2 log a) exp(1/2 log a) = a"""
    assert isinstance(root, App)
    positive = side.prove(ZERO < a, ctx)
    (half,) = root.args
    whole = ring(half + half, k.app(k.LOG, a), ctx)
    if positive is None or whole is None:
        return None
    apart = library.use("exp_add", {"x": half, "y": half})
    return chain(r.sym(apart), r.cong(k.EXP, (whole,)), library.use("exp_log", {"x": a}, positive))


def _square(form: Term) -> Theorem:
    return library.use("sq_nonneg", {"x": form})


def _forms(gap: field.Poly) -> list[Term]:
    """Linear forms, of which a quadratic form is a sum of multiples of squares (its decomposition L D L^T, as far as D >= 0)."""
    squared = [t for m in gap if len(m) == 1 for t, e in m if e == 2][:MOST]
    base: list[Term | None] = [*squared, None]
    row = {(i, j): _entry(gap, base[i], base[j]) for i in range(len(base)) for j in range(i, len(base))}
    forms: list[Term] = []
    for i in range(len(squared)):
        pivot = row[i, i]
        if pivot <= 0:
            break
        part = {j: row[i, j] / pivot for j in range(i, len(base)) if row[i, j]}
        forms.append(_form({base[j]: c for j, c in part.items()}))
        for j in part:
            for h in (h for h in part if h >= j > i):
                row[j, h] -= part[j] * part[h] * pivot
    return forms


def _entry(gap: field.Poly, a: Term | None, b: Term | None) -> Fraction:
    exponents: dict[Term, int] = {}
    for t in (a, b):
        if t is not None:
            exponents[t] = exponents.get(t, 0) + 1
    c = Fraction(gap.get(frozenset(exponents.items()), 0))
    return c if a == b else c / 2


def _form(parts: dict[Term | None, Fraction]) -> Term:
    return poly_term({field.ONE if t is None else frozenset({(t, 1)}): c for t, c in parts.items()})


# --- sums


def _of_sum(ends: Range, parts: Parts, gap: field.Poly, ctx: Context, known: tuple[Conv, ...]) -> Iterator[Theorem]:
    v, body, inner = term_of(ends, parts, ctx)
    poly = gap_poly(body, inner)
    pointwise = [*map(_square, _forms(poly)), *_of_roots(poly, inner)] if poly is not None else []
    for fn, _ in weights(ends, ctx):
        pointwise += _weighted(instantiate(fn, v), v, ends, gap, poly or {}, inner)
    for th in pointwise:
        values = {"m": ends[0], "n": ends[1], "f": k.lam(v, sides(th.concl)[1])}
        yield spread(library.use("sum_nonneg", values, over_range(v, *ends, th)), ctx, known)


def _weighted(w: Term, v: Var, ends: Range, gap: field.Poly, poly: field.Poly, inner: Context) -> Iterator[Theorem]:
    """|- 0 <= w (f - m)^2 for the squares of means m in the gap, (w - 1/n)^2, w (1 - w)."""
    sign = side.prove(ZERO <= w, inner)
    if sign is None:
        return
    means = [(t, t.args[2]) for t in _squared(gap) if t.args[:2] == ends]
    inside = [(m, gap_poly(instantiate(fn, v), inner)) for m, fn in means[:MOST] if isinstance(fn, Lam)]
    around: list[tuple[Term, Term]] = [(f, m) for m, p in inside if p is not None and (f := _divided(p, w)) is not None]
    around += [(f, k.app(k.SUM, *ends, k.lam(v, w * f))) for f in _roots_over(poly, w)]
    for f, m in dict.fromkeys(around):
        square = _square(f - m)
        yield library.use("mul_nonneg", {"x": w, "y": sides(square.concl)[1]}, sign, square)
    if frozenset({(w, 2)}) in poly:
        yield _square(w - ONE / (ends[1] if ends[0] == ONE else ends[1] - ends[0] + ONE))
        small = side.prove(w <= ONE, inner)
        rest = None if small is None else side.prove(ZERO <= ONE - w, inner.with_facts(small))
        if rest is not None:
            yield library.use("mul_nonneg", {"x": w, "y": ONE - w}, sign, rest)


def _squared(gap: field.Poly) -> list[App]:
    """The sums of which a gap has the square."""
    found = (t for m in gap for t, e in m if e == 2 and isinstance(t, App) and t.op is k.SUM)
    return list(dict.fromkeys(found))


def _of_products(gap: field.Poly, ctx: Context) -> Iterator[Theorem]:
    """|- 0 <= sum over v of sum over w of u(v) u(w) (f(v) g(w) - f(w) g(v))^2, where the gap has the square of a sum of u f g and a sum
    of u f^2, over the same range."""
    sums = dict.fromkeys(t for m in gap for t, _ in m if isinstance(t, App) and t.op is k.SUM)
    for whole in _squared(gap)[:MOST]:
        low, high, fn = whole.args
        v = fresh("k", INT, ctx.free | whole.free)
        w = fresh("k", INT, ctx.free | whole.free | {v})
        inner = ctx.extend(low <= v, v <= high)
        for part in [t for t in sums if t != whole and t.args[:2] == (low, high)][:MOST]:
            parts = _shares(*(_exponents(gap_poly(_at(x, v), inner)) for x in (fn, part.args[2])))
            sign = None if parts is None else side.prove(ZERO <= parts[0], inner)
            if parts is None or sign is None:
                continue
            (u, f, g), (u_w, f_w, g_w) = parts, (k.substitute(x, {v: w}) for x in parts)
            there = at_letters(sign, {v: w})
            square = _square(f * g_w - f_w * g)
            both = library.use("mul_nonneg", {"x": u, "y": u_w}, sign, there)
            th = library.use("mul_nonneg", {"x": u * u_w, "y": sides(square.concl)[1]}, both, square)
            for x in (w, v):
                values = {"m": low, "n": high, "f": k.lam(x, sides(th.concl)[1])}
                th = library.use("sum_nonneg", values, over_range(x, low, high, th))
            yield th


def _at(fn: Term, v: Var) -> Term:
    return instantiate(fn, v) if isinstance(fn, Lam) else k.at(fn, v)


def _exponents(p: field.Poly | None) -> dict[Term, int] | None:
    """Of a single product: what it is made of, each with its power, negative for divisors."""
    if p is None or len(p) != 1:
        return None
    out: dict[Term, int] = {}
    for t, e in next(iter(p)):
        base, power = (t.args[1], -e) if isinstance(t, App) and t.op is k.DIV and t.args[0] == ONE else (t, e)
        out[base] = out.get(base, 0) + power
    return out


def _shares(whole: dict[Term, int] | None, part: dict[Term, int] | None) -> tuple[Term, Term, Term] | None:
    """u, f and g, with u f g and u f^2 as the two products, numbers aside."""
    if whole is None or part is None:
        return None
    u = {t: 1 for t, e in part.items() if e % 2}
    f = {t: (e - u.get(t, 0)) // 2 for t, e in part.items()}
    g = {t: whole.get(t, 0) - f.get(t, 0) - u.get(t, 0) for t in {**whole, **part}}
    return _product(u), _product(f), _product(g)


def _product(exponents: dict[Term, int]) -> Term:
    above, below = ({(t, abs(e)) for t, e in exponents.items() if sign * e > 0} for sign in (1, -1))
    top = poly_term({frozenset(above): Fraction(1)})
    return top / poly_term({frozenset(below): Fraction(1)}) if below else top


def _roots_over(poly: field.Poly, w: Term) -> Iterator[Term]:
    """f, for the terms that are w f^2."""
    for m in list(poly)[:MOST]:
        e = _exponents({m: Fraction(1)}) or {}
        e[w] = e.get(w, 0) - 1
        if any(e.values()) and all(x % 2 == 0 for x in e.values()):
            yield _product({t: x // 2 for t, x in e.items()})


def _divided(p: field.Poly, w: Term) -> Term | None:
    """A polynomial over one of its factors."""
    if not all((w, 1) in m for m in p):
        return None
    return poly_term({m - {(w, 1)}: c for m, c in p.items()})
