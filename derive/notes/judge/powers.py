"""Sums of powers in closed form: sum_k x^k over m..n is (x^(n+1) - x^m)/(x - 1), where x is not 1; inequalities of exponentials by
their logarithms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from derive.kernel import rules as r
from derive.kernel import terms as k
from derive.kernel.sorts import INT
from derive.kernel.terms import EQ, LE, LT, App, Lam, Num, Term, fresh, instantiate, ne, subterms
from derive.kernel.theorem import Theorem
from derive.lemmas import LEMMAS
from derive.tactics import consequences, side
from derive.tactics.closing import close, ring
from derive.tactics.context import Context
from derive.tactics.conv import by_equations, everywhere
from derive.tactics.derived import chain, instantiate_named, resolve, sides
from derive.tactics.gaps import gap_poly
from derive.tactics.meeting import Meeting
from derive.tactics.monomials import poly_term

Found: TypeAlias = tuple[Theorem, tuple[str, ...]]


def closed(claim: App, context: Context) -> Found | None:
    """A relation in which sums of powers are put in closed form; None for one without such sums."""
    if claim.op not in (EQ, LE, LT) or not any(_is_sum(t) for t in subterms(claim)):
        return None
    one = Meeting(consequences.rules(context))
    normal = [one.normalize(t, context) for t in claim.args]
    found = {sides(th.concl)[0]: th for t in normal for th in _closed(sides(t.concl)[1], one, context)}
    if not found:
        return None
    put_in = everywhere(by_equations(found))
    plain: list[Theorem] = []
    for th in normal:
        after = put_in(sides(th.concl)[1], context)
        plain.append(th if after is None else chain(th, after, one.normalize(sides(after.concl)[1], context)))
    a, b = (sides(th.concl)[1] for th in plain)
    goal = App(claim.op, (a, b))
    met = (close(a, b, context) if claim.op is EQ else None) or side.prove(goal, context)
    return None if met is None else (r.rel_cong(met, tuple(map(r.sym, plain))), ("sum_telescope",))


def _is_sum(t: Term) -> bool:
    return isinstance(t, App) and t.op is k.SUM and isinstance(t.args[2], Lam)


def _closed(t: Term, one: Meeting, context: Context) -> Iterator[Theorem]:
    """|- the sum = its closed form, for the sums of powers in a normal form."""
    for s in dict.fromkeys(x for x in subterms(t) if _is_sum(x) and not x.loose):
        assert isinstance(s, App)
        fn = s.args[2]
        assert isinstance(fn, Lam)
        v = fresh(fn.hint, INT, context.free | s.free)
        here, following = instantiate(fn, v), instantiate(fn, v + Num(1))
        if not (isinstance(here, App) and here.op is k.EXP and isinstance(following, App)):
            continue
        rate = gap_poly(following.args[0] - here.args[0], context)
        if not rate or v in poly_term(rate).free:
            continue
        x = sides(one.normalize(k.app(k.EXP, poly_term(rate)), context).concl)[1]
        th = _of_ratio(s, x, k.lam(v, here), context, one)
        if th is not None:
            yield th


def _of_ratio(s: App, x: Term, f: Term, context: Context, one: Meeting) -> Theorem | None:
    """|- sum f = (f(n+1) - f(m))/(x - 1), where f(k+1) = x f(k)."""
    low, high, _ = s.args
    below, apart = side.prove(low <= high + Num(1), context), side.prove(ne(x - Num(1), Num(0)), context)
    if below is None or apart is None:
        return None
    apart_sums = resolve(instantiate_named(LEMMAS["sum_telescope"].theorem, {"m": low, "n": high, "f": f}), below)
    total, ends = sides(apart_sums.concl)
    both = [one.normalize(t, context) for t in (total, (x - Num(1)) * s)]
    same = close(sides(both[0].concl)[1], sides(both[1].concl)[1], context)
    back = ring(s, (x - Num(1)) * s / (x - Num(1)), context.with_facts(apart))
    if same is None or back is None:
        return None
    scaled = chain(both[1], r.sym(same), r.sym(both[0]), apart_sums)
    whole = chain(back, r.cong(k.DIV, (scaled, r.refl(x - Num(1)))))
    return chain(whole, one.normalize(ends / (x - Num(1)), context))


def by_logarithms(claim: App, context: Context) -> Found | None:
    """An inequality of positive numbers with exponentials or powers, from that of their logarithms."""
    lemma = {LE: "log_le_iff", LT: "log_lt_iff"}.get(claim.op)
    if lemma is None or not any(isinstance(t, App) and t.op in (k.EXP, k.POW) for t in claim.args):
        return None
    positive = [side.prove(Num(0) < t, context) for t in claim.args]
    if any(th is None for th in positive):
        return None
    a, b = claim.args
    logs = consequences.prove(App(claim.op, (k.app(k.LOG, a), k.app(k.LOG, b))), context)
    if logs is None:
        return None
    said = instantiate_named(LEMMAS[lemma].theorem, {"x": a, "y": b})
    th = r.mp(r.iff_forth(resolve(said, *(p for p in positive if p is not None))), logs[0])
    return (th, (lemma, *logs[1])) if th.concl == claim else None
