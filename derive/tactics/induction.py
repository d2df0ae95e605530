"""Sums in closed form, and bounds of sums, by induction on their last index: 1/2 + 1/6 + ... + 1/(n (n + 1)) = 1 - 1/(n + 1)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive.kernel import ring as field
from derive.kernel import rules as r
from derive.kernel import terms as k
from derive.kernel.sorts import INT, is_numeric
from derive.kernel.terms import EQ, LE, LT, App, Num, Term, Var, substitute, subterms
from derive.kernel.theorem import Theorem
from derive.tactics import consequences, side
from derive.tactics.context import Context
from derive.tactics.derived import resolve, sides

STARTS = (1, 0, 2)  # from which the letter may run, where it is known to


def prove(goal: App, ctx: Context) -> tuple[Theorem, tuple[str, ...]] | None:
    """A relation of numbers between sums up to n and what has no sum, by induction on n: what one term more adds to both sides is so
    related, too."""
    if goal.op not in (EQ, LE, LT) or not is_numeric(goal.args[0].sort):
        return None
    for n in _tops(goal):
        without = Context(tuple(f for f in ctx.facts if not any(n in t.free for t in (f.concl, *f.hyps))))
        for start in STARTS:
            above = side.prove(Num(start) <= n, ctx)
            if above is not None:
                found = _by_induction(goal, n, Num(start), without)
                if found is not None:
                    th, used = found
                    return resolve(th, above), used
                break
    return None


def _tops(goal: App) -> Iterator[Var]:
    """The letters with which sums end, and on which their terms and where they begin do not depend."""
    sums = [t for t in subterms(goal) if isinstance(t, App) and t.op is k.SUM]
    for n in dict.fromkeys(v for s in sums for v in s.args[1].free if isinstance(v, Var) and v.sort is INT):
        if all(_ends_at(s, n) for s in sums):
            yield n


def _ends_at(s: App, n: Var) -> bool:
    low, high, fn = s.args
    poly, below = field.ratio(high, frozenset())
    return not below and n not in low.free | fn.free and poly.get(frozenset({(n, 1)})) == 1


def _by_induction(goal: App, n: Var, start: Num, ctx: Context) -> tuple[Theorem, tuple[str, ...]] | None:
    base = consequences.prove(_at(goal, n, start), ctx)
    if base is None:
        return None
    after, here = _at(goal, n, n + 1), sides(goal)
    more = tuple(a - b for a, b in zip(sides(after), here, strict=True))
    grown = consequences.prove(App(LE if goal.op is LT else goal.op, more), ctx.extend(start <= n))
    if grown is None:
        return None
    step = r.linear(after, (grown[0], r.assume(goal)), (Fraction(1), Fraction(1)), ())
    return r.induction(n, start, goal, base[0], step), (f"induction on {n.name}", *base[1], *grown[1])


def _at(goal: App, n: Var, value: Term) -> App:
    out = substitute(goal, {n: value})
    assert isinstance(out, App)
    return out
