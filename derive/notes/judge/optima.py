"""Optima: sets of them that are equal, and what is known of an element of one.

argmax of -f is argmin of f, and neither a positive factor nor a constant moves them.  What lies in argmax f is at least as good as any other point that
the row looks at, so two optima of one function have one value.
"""

from __future__ import annotations

from collections.abc import Iterator

from derive.kernel import rules as r
from derive.kernel import terms as k
from derive.kernel.sorts import REAL, SetOf, Sort
from derive.kernel.terms import App, Lam, Num, Term, Var, subterms
from derive.kernel.theorem import Theorem
from derive.lemmas.optima import SORTED
from derive.tactics import consequences, side
from derive.tactics.closing import close, ring
from derive.tactics.context import Context
from derive.tactics.derived import chain, instantiate_named, resolve, sides
from derive.tactics.gaps import gap_poly
from derive.tactics.meeting import Meeting
from derive.tactics.monomials import poly_term

_POINTS = 6  # at which optima are compared


def prove(claim: App, context: Context) -> Theorem | None:
    """An equation between sets of optima, or between values of functions at their optima."""
    if isinstance(claim.args[0].sort, SetOf):
        return _sets(claim, context)
    known = [*_facts(claim, context)]
    if not known:
        return None
    return squeezed(claim, context, context.with_facts(*known))


def squeezed(claim: App, context: Context, more: Context) -> Theorem | None:
    """An equation whose sides are at most each other, by what is known and more."""
    one = Meeting(consequences.rules(context))
    normal = [one.normalize(t, context) for t in claim.args]
    a, b = (sides(th.concl)[1] for th in normal)
    below = side.prove(a <= b, more)
    above = None if below is None else side.prove(b <= a, more)
    if below is None or above is None:
        return None
    return chain(normal[0], resolve(_at("le_antisymm", x=a, y=b), below, above), r.sym(normal[1]))


def _at(axiom: str, **values: Term) -> Theorem:
    return instantiate_named(r.axiom(axiom), values)


# --- sets of optima --------------------------------------------------------------------------------------------------


def _sets(claim: App, context: Context) -> Theorem | None:
    a, b = claim.args
    if not all(isinstance(t, App) and t.op in (k.ARGMIN, k.ARGMAX) for t in (a, b)):
        return None
    one = Meeting(consequences.rules(context))
    goal = _plain(a, one, context)
    for other in _equal_sets(b, context):
        end = _plain(sides(other.concl)[1], one, context)
        pair = sides(goal.concl)[1], sides(end.concl)[1]
        middle = close(*pair, context) or _shifted(*pair, context)
        if middle is not None:
            return chain(goal, middle, r.sym(end), r.sym(other))
    return None


def _plain(t: Term, one: Meeting, context: Context) -> Theorem:
    """|- a set of optima = that of the function in normal form."""
    return one.normalize(t, context)


def _equal_sets(t: Term, context: Context) -> Iterator[Theorem]:
    """|- t = the same set, written with the other operator or with a positive factor."""
    assert isinstance(t, App)
    yield r.refl(t)
    scaled = [*_scaled(t, context)]
    yield from scaled
    for th in (r.refl(t), *scaled):
        now = sides(th.concl)[1]
        assert isinstance(now, App)
        yield chain(th, _turned(now))


def _turned(t: App) -> Theorem:
    """|- argmax f = argmin(-f), or the other way round."""
    name = "argmin_neg" if t.op is k.ARGMAX else "argmax_neg"
    return r.sym(instantiate_named(SORTED[name].at_sort(_domain(t)), {"f": k.lam(*_opened(t))}))


def _scaled(t: App, context: Context) -> Iterator[Theorem]:
    """|- argmax f = argmax(a f) for positive letters a, and for 1/a."""
    name = "argmin_scale" if t.op is k.ARGMIN else "argmax_scale"
    for a in sorted((v for v in context.free if v.sort is REAL), key=lambda v: v.name):
        for factor in (a, 1 / a):
            positive = side.prove(Num(0) < factor, context)
            if positive is not None:
                values = {"a": factor, "f": k.lam(*_opened(t))}
                yield r.sym(resolve(instantiate_named(SORTED[name].at_sort(_domain(t)), values), positive))


def _shifted(t: Term, other: Term, context: Context) -> Theorem | None:
    """|- argmax(f + c) = argmax f, where c does not depend on the letter."""
    if not (isinstance(t, App) and isinstance(other, App) and t.op is other.op and t.op in (k.ARGMIN, k.ARGMAX)):
        return None
    v, f = _opened(t)
    w, g = _opened(other)
    g = k.substitute(g, {w: v})
    gap = gap_poly(f - g, context)
    if not gap or any(v in a.free for m in gap for a, _ in m):
        return None
    c = poly_term(gap)
    same = ring(f, g + c, context)
    if same is None:
        return None
    name = "argmin_shift" if t.op is k.ARGMIN else "argmax_shift"
    moved = instantiate_named(SORTED[name].at_sort(_domain(t)), {"f": k.lam(v, g), "b": c})
    return chain(r.cong(t.op, (r.ext(v, same),)), moved)


def _domain(t: App) -> Sort:
    assert isinstance(t.sort, SetOf)
    return t.sort.elem


def _opened(t: App) -> tuple[Var, Term]:
    fn = t.args[0]
    assert isinstance(fn, Lam)
    v = k.fresh(fn.hint, fn.dom, fn.free)
    return v, k.instantiate(fn, v)


# --- elements of them ------------------------------------------------------------------------------------------------


def _facts(claim: App, context: Context) -> Iterator[Theorem]:
    """What is known of the values at optima, in normal form."""
    one = Meeting(consequences.rules(context))
    members = [f for f in context.facts if isinstance(f.concl, App) and f.concl.op is k.IN]
    for fact in members:
        point, optima = sides(fact.concl)
        if not (isinstance(optima, App) and optima.op in (k.ARGMIN, k.ARGMAX)):
            continue
        name = "argmin_mem" if optima.op is k.ARGMIN else "argmax_mem"
        said = instantiate_named(r.axiom(name, _domain(optima)), {"a": point, "f": k.lam(*_opened(optima))})
        every = r.mp(r.iff_forth(said), fact)
        others = dict.fromkeys(t for t in subterms(claim) if t.sort == point.sort and not t.loose and t != point)
        for other in list(others)[:_POINTS]:
            th = r.spec(every, other)
            yield r.rel_cong(th, tuple(one.normalize(t, context) for t in sides(th.concl)))
