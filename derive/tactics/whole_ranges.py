"""Ranges of sums made whole: an index that stands as k - 1 only, a range from 2 or to n - 1."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

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
    """|- sum_{k=m}^n x^k f(k - 1) = sum_{k=m-1}^{n-1} x^(k + 1) f(k): the least index of a family is k itself, or else the only number."""
    low, high, fn = t.args
    if not isinstance(fn, Lam):
        return None
    v = fresh(fn.hint, INT, ctx.free | t.free)
    body = instantiate(fn, v)
    places = list(_places(body, v))
    offs = {x.by for x in places if x.is_index} or {x.by for x in places}
    if None in {x.by for x in places} or not offs or (len(offs) > 1 and not any(x.is_index for x in places)):
        return None
    by = min(x for x in offs if x is not None)
    if not by:
        return None
    moved = {x.term: _plain(x.term - by) for x in places}
    values = {"m": low, "n": high, "s": Num(by), "f": k.lam(v, replaced(body, moved))}
    th = use("sum_shift", values)
    there = instantiate(values["f"], v + by)  # type: ignore[arg-type]
    after = {instantiate(k.lam(v, new), v + by): place for place, new in moved.items()}  # type: ignore[arg-type]
    back = rewrite(there, *(r.ring(a, b, ()) for a, b in after.items() if a != b))
    inside = r.bigop_ext(k.SUM, low, high, v, r.sym(back))
    if sides(inside.concl)[1] != sides(th.concl)[1]:
        return None
    out = chain(inside, r.sym(th))
    plain = plain_bounds(sides(out.concl)[1])  # type: ignore[arg-type]
    return out if plain is None else chain(out, plain)


def plain_index(t: k.At) -> Theorem | None:
    """|- f(k + (n - 1) + 1) = f(k + n); None for an index in its usual form."""
    if t.arg.sort is not INT or isinstance(t.arg, (Var, Num)):
        return None
    plain = _plain(t.arg)
    return None if plain == t.arg else r.cong_at(r.refl(t.fn), r.ring(t.arg, plain, ()))


def plain_bounds(t: App) -> Theorem | None:
    """|- sum_{k=1}^{n+1-1} f(k) = sum_{k=1}^n f(k); None for bounds in their usual form."""
    low, high, fn = t.args
    plain = [_plain(e) for e in (low, high)]
    if plain == [low, high]:
        return None
    return r.cong(t.op, (*(r.ring(e, p, ()) for e, p in zip((low, high), plain, strict=True)), r.refl(fn)))


def completed(t: App, ctx: Context, use: Use) -> Theorem | None:
    """|- a sum from 2 or t + 1 = the sum from 1 or t less its first term; a sum to n - 1 = that to n less its last."""
    return _from_one(t, ctx, use) or _to_the_letter(t, ctx, use)


def is_whole(t: App) -> bool:
    """Whether a sum runs from 1 to a letter, or as far as nothing near a letter."""
    low, high = t.args[:2]
    off = _off(high)
    return low == ONE and (off is None or not off[1])


def _from_one(t: App, ctx: Context, use: Use) -> Theorem | None:
    low, high, fn = t.args
    by = _beyond(low)
    if not by or abs(by) > _NEAR or isinstance(high, Num):
        return None
    first = low if by < 0 else _plain(low - 1)
    some = side.prove(first <= high, ctx)
    if some is None:
        return None
    th = use("sum_first", {"f": fn, "m": first, "n": high}, some)
    th = chain(th, _with_bound(sides(th.concl)[1], first + 1, _plain(first + 1)))
    return th if first == low else _solved(th, t)


def _beyond(low: Term) -> int | None:
    """How far a range begins behind 1, or behind a letter."""
    if isinstance(low, Num):
        return int(low.value) - 1
    off = _off(low)
    return None if off is None else off[1]


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


class _Place(NamedTuple):
    term: Term
    by: int | None  # k + by, or k + t + by; None for another use of k
    is_index: bool  # of a family, and not a number


def _places(t: Term, v: Var, is_index: bool = False) -> Iterator[_Place]:
    """Where an integer k + t + by stands in a term, largest first."""
    if v not in t.free:
        return
    if t.sort is INT:
        poly, below = field.ratio(t, frozenset())
        here = frozenset({(v, 1)})
        others = {m for m in poly if m and m != here}
        if (
            not below
            and poly.get(here) == 1
            and not any(v in x.free for m in others for x, _ in m)
            and (is_index or not others)
        ):
            yield _Place(t, int(poly.get(field.ONE, 0)), is_index)
            return
    if isinstance(t, (Var, Lam)):
        yield _Place(t, None, is_index)
        return
    of_family = isinstance(t, k.At)
    for i, part in enumerate(k.parts_of(t)):
        yield from _places(part, v, of_family and i > 0)


def replaced(t: Term, table: Mapping[Term, Term]) -> Term:
    if t in table:
        return table[t]
    parts = k.parts_of(t)
    return k.rebuild(t, tuple(replaced(p, table) for p in parts)) if parts else t


def _plain(e: Term) -> Term:
    """m - 1 + 1 as m, 1 + 2 as 3."""
    if isinstance(e, (Num, Var)):
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
