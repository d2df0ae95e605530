"""Sums and products by their range: written out where the number of indices is known, and begun at 1."""

from __future__ import annotations

from collections.abc import Callable

from derive.kernel import ring as field
from derive.kernel import rules as r
from derive.kernel import terms as k
from derive.kernel.terms import App, Num, Term, app
from derive.kernel.theorem import Theorem
from derive.tactics import side
from derive.tactics.context import Context
from derive.tactics.derived import chain, sides

ONE = Num(1)
MOST = 16  # indices; a longer range stays as it is

Use = Callable[..., Theorem]  # a lemma of the shelf at values, with the theorems for its hypotheses


def length(low: Term, high: Term) -> int | None:
    """The number of indices from low to high where it is the same for all values of the letters; 0 for an empty range."""
    try:
        count = field.constant(field.combination([(1, high), (-1, low)], set()))  # type: ignore[list-item]
    except field.TooLargeError:
        return None
    return None if count is None or count.denominator != 1 else max(0, int(count) + 1)


def written_out(t: App, ctx: Context, use: Use) -> Theorem | None:
    """|- sum_{k=m}^{m+2} f(k) = f(m) + f(m+1) + f(m+2), and likewise for products; None for another range."""
    low, high, fn = t.args
    count = length(low, high)
    if count is None or count > MOST:
        return None
    values = {"m": low, "f": fn}
    is_sum = t.op is k.SUM
    if count == 0:
        none = side.prove(high < low, ctx)
        return None if none is None else use("sum_empty" if is_sum else "prod_empty", {**values, "n": high}, none)
    top = low
    out = use("sum_single" if is_sum else "prod_single", values)
    for i in range(1, count):
        step = app(k.ADD, top, ONE)
        above = side.prove(low <= step, ctx)
        if above is None:
            return None
        more = use("sum_last" if is_sum else "prod_last", {**values, "n": top}, above)
        place = Num(low.value + i) if isinstance(low, Num) else app(k.ADD, low, Num(i))
        more = chain(_moved(t, low, place, step), more)
        _, last = sides(more.concl)[1].args  # type: ignore[attr-defined]
        at_place = r.cong_at(r.refl(k.lam(*_opened(fn))), r.ring(step, place, ()))
        out = chain(
            more,
            r.cong(k.ADD if is_sum else k.MUL, (out, at_place if last != sides(at_place.concl)[1] else r.refl(last))),
        )
        top = place
    return chain(_moved(t, low, high, top), out)


def _opened(fn: Term) -> tuple[k.Var, Term]:
    v = k.fresh(fn.hint, fn.dom, fn.free)  # type: ignore[attr-defined]
    return v, k.instantiate(fn, v)  # type: ignore[arg-type]


def _moved(t: App, low: Term, high: Term, to: Term) -> Theorem:
    """|- the sum up to ``high`` = the sum up to ``to``, where the two are equal by calculation."""
    if high == to:
        return r.refl(app(t.op, low, high, t.args[2]))
    return r.cong(t.op, (r.refl(low), r.ring(high, to, ()), r.refl(k.lam(*_opened(t.args[2])))))


def from_one(t: App, ctx: Context, use: Use) -> Theorem | None:
    """|- sum_{k=m}^n f(k) = sum_{k=1}^{n-m+1} f(k + m - 1); None where the sum begins at 1 already."""
    low, high, fn = t.args
    if low == ONE:
        return None
    by = Num(low.value - 1) if isinstance(low, Num) else app(k.SUB, low, ONE)
    count = app(k.SUB, high, by)
    th = use("sum_shift", {"m": ONE, "n": count, "s": by, "f": fn})
    start, end = sides(th.concl)[0].args[:2]  # type: ignore[attr-defined]
    same = r.cong(k.SUM, (r.ring(low, start, ()), r.ring(high, end, ()), r.refl(k.lam(*_opened(fn)))))
    return chain(same, th)
