"""Ranges of sums made whole: an index that stands as k - 1 only, a range from 2 or to n - 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from derive.kernel import ring as field
from derive.kernel import rules as r
from derive.kernel import terms as k
from derive.kernel.sorts import INT
from derive.kernel.terms import App, Lam, Num, Term, Var, fresh, instantiate
from derive.kernel.theorem import Theorem
from derive.tactics import side
from derive.tactics.context import Context
from derive.tactics.conv import rewrite
from derive.tactics.derived import chain, sides
from derive.tactics.monomials import ONE, poly_term

_NEAR = 4  # a range that begins or ends so many indices off is completed

Use = Callable[..., Theorem]  # a lemma of the shelf at values, with the theorems for its hypotheses


def at_index(t: App, ctx: Context, use: Use) -> Theorem | None:
    """|- sum_{k=m}^n f(k - 1) = sum_{k=m-1}^{n-1} f(k), where the index stands in k - 1 only."""
    low, high, fn = t.args
    if not isinstance(fn, Lam):
        return None
    v = fresh(fn.hint, INT, ctx.free | t.free)
    body = instantiate(fn, v)
    places = _indices(body, v)
    offs = {by for _, by in places}
    if len(offs) != 1 or 0 in offs or None in offs:
        return None
    (by,) = offs
    assert by is not None
    moved = replaced(body, {place: v for place, _ in places})
    back = rewrite(body, *(r.ring(place, v + by, ()) for place, _ in places if place != v + by))
    values = {"m": low, "n": high, "s": Num(by), "f": k.lam(v, moved)}
    th = use("sum_shift", values)
    inside = r.bigop_ext(k.SUM, low, high, v, back)
    if sides(inside.concl)[1] != sides(th.concl)[1]:
        return None
    out = chain(inside, r.sym(th))
    ends = tuple(e for e in sides(out.concl)[1].args[:2])  # type: ignore[attr-defined]
    plain = [r.ring(e, _plain(e), ()) for e in ends]
    return chain(out, r.cong(k.SUM, (*plain, r.refl(values["f"]))))


def completed(t: App, ctx: Context, use: Use) -> Theorem | None:
    """|- a sum from 2 = the sum from 1 less its first term; a sum to n - 1 = that to n less its last."""
    return _from_one(t, ctx, use) or _to_the_letter(t, ctx, use)


def is_whole(t: App) -> bool:
    """Whether a sum runs from 1 to a letter, or as far as nothing near a letter."""
    low, high = t.args[:2]
    off = _off(high)
    return low == ONE and (off is None or not off[1])


def _from_one(t: App, ctx: Context, use: Use) -> Theorem | None:
    low, high, fn = t.args
    if not isinstance(low, Num) or isinstance(high, Num) or low == ONE or abs(low.value - 1) > _NEAR:
        return None
    first = low if low.value < 1 else Num(low.value - 1)
    some = side.prove(first <= high, ctx)
    if some is None:
        return None
    th = use("sum_first", {"f": fn, "m": first, "n": high}, some)
    th = chain(th, _with_bound(sides(th.concl)[1], first + 1, Num(first.value + 1)))
    return th if first == low else _solved(th, t)


def _to_the_letter(t: App, ctx: Context, use: Use) -> Theorem | None:
    low, high, fn = t.args
    off = _off(high)
    if off is None or not off[1] or abs(off[1]) > _NEAR:
        return None
    base, by = off
    last = high if by > 0 else _moved(base, by + 1)
    some = side.prove(low <= last, ctx)
    if some is None:
        return None
    th = use("sum_split_last", {"f": fn, "m": low, "n": last}, some)
    th = chain(th, _with_bound(sides(th.concl)[1], last - 1, _moved(base, by - 1) if by > 0 else high))
    return th if by > 0 else _solved(th, t)


def _off(high: Term) -> tuple[Term, int] | None:
    """n + 2 as n and 2; None for what is no letter and a number."""
    try:
        poly, below = field.ratio(high, frozenset())
    except field.TooLargeError:
        return None
    by = poly.get(field.ONE, 0)
    rest = {m: c for m, c in poly.items() if m}
    if below or not rest or Fraction(by).denominator != 1:
        return None
    base = poly_term(rest)
    return (base, int(by)) if base.sort is INT else None


def _indices(t: Term, v: Var) -> list[tuple[Term, int | None]]:
    """Where an integer v + c stands in a term, largest first, with its c; None for another use of v."""
    if v not in t.free:
        return []
    if t.sort is INT:
        poly, below = field.ratio(t, frozenset())
        rest = {m: c for m, c in poly.items() if m}
        if not below and rest == {frozenset({(v, 1)}): 1}:
            return [(t, int(poly.get(field.ONE, 0)))]
    if isinstance(t, (Var, Lam)):
        return [(t, None)]
    return [x for part in k.parts_of(t) for x in _indices(part, v)]


def replaced(t: Term, table: Mapping[Term, Term]) -> Term:
    if t in table:
        return table[t]
    parts = k.parts_of(t)
    return k.rebuild(t, tuple(replaced(p, table) for p in parts)) if parts else t


def _plain(e: Term) -> Term:
    """m - 1 + 1 as m, 1 + 2 as 3."""
    if isinstance(e, Num):
        return e
    constant = field.constant(field.ratio(e, frozenset()))
    if constant is not None:
        return Num(constant)
    off = _off(e)
    return e if off is None else _moved(*off)


def _moved(base: Term, by: int) -> Term:
    return base + by if by > 0 else base - (-by) if by < 0 else base


def _with_bound(t: Term, old: Term, new: Term) -> Theorem:
    """|- t = t with a bound of its sum written as ``new``."""
    return rewrite(t, r.ring(old, new, ())) if old != new else r.refl(t)


def _solved(th: Theorem, part: Term) -> Theorem | None:
    """From |- whole = a + part (or part + a) to |- part = whole - a."""
    whole, total = sides(th.concl)
    if not (isinstance(total, App) and total.op is k.ADD and part in total.args):
        return None
    other = total.args[0] if total.args[1] == part else total.args[1]
    goal = k.eq(part, whole - other)
    return r.linear(goal, (th,), (Fraction(-1),), ())
