"""Is a statement of notes false?  Exact numbers, evaluated twice; functions of a real parameter are looked at where the row does.

A row on p_theta speaks of p and its slope at one theta.  Any numbers p(z) > 0 and slopes that fulfil the conditions, and the
conditions differentiated, are those of some smooth p: p exp(slope (t - theta)/p), made to fulfil linear conditions.  So both
are letters of their own, and a model of those refutes the row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from derive.falsify import Counterexample, Undecided, Undefined, evaluate, find_counterexample
from derive.kernel import ring as field
from derive.kernel import terms as k
from derive.kernel.sorts import REAL, Fn, Sort, is_numeric
from derive.kernel.terms import App, At, Lam, Term, Var, at, fresh, instantiate, parts_of, rebuild, spine, subterms
from derive.notes.judge.parameters import by_parameters, without_argument
from derive.operators.derivatives import taken_apart
from derive.tactics.consequences import slopes
from derive.tactics.context import Context
from derive.tactics.derived import sides
from derive.tactics.differentiation import calculate

BUDGET = 3_000
EFFORT = 600_000
"""How many models are looked at for a row, and how much work goes into them (``derive.falsify.numbers.work``)."""


def refute(claim: Term, given: Sequence[Term], effort: int = EFFORT) -> Counterexample | None:
    """A smallest exact model of ``given`` in which the claim is false; None where none was found, which says nothing."""
    pointwise = at_one_point(claim, given)
    if pointwise is None:
        return None
    claim, given = by_parameters(*pointwise)
    ways = [claim]
    if any(taken_apart(t) is not None for t in subterms(claim)):
        ways.append(_calculated(claim, Context.of(given)))
    for way in dict.fromkeys(ways):
        found = find_counterexample(way, given, budget=BUDGET, effort=effort)
        if isinstance(found, Counterexample):
            return found if _fails(found) else None
    return None


def _fails(found: Counterexample) -> bool:
    """The second look: in the finished model the claim that was instantiated does not hold."""
    try:
        return not evaluate(found.claim, found.model)
    except (Undecided, Undefined):
        return False


# --- functions of a real parameter -----------------------------------------------------------------------------------


class _Replaced(NamedTuple):
    """The letters that stand for a function at its point and for its slope there; which argument is the point."""

    value: Var
    slope: Var
    place: int
    point: Var


def at_one_point(claim: Term, given: Sequence[Term]) -> tuple[Term, list[Term]] | None:
    """The claim and the conditions where functions of a real number are letters for their values and slopes at one point.

    None where that cannot be done: the claim looks at several points of one function, or a condition is of another kind.
    """
    functions = [v for v in claim.free if _real_argument(v.sort) is not None]
    if not functions:
        return claim, [g for g in given if not any(_real_argument(v.sort) is not None for v in g.free)]
    context = Context.of(given)
    claim = _calculated(claim, context)
    points: dict[Var, Var] = {}
    for v in functions:
        found = {spine(t)[1][_place(v)] for t in subterms(claim) if _is_whole(t, v)}
        point, *others = (p for p in found if not p.loose) if any(not p.loose for p in found) else (None,)
        if others or not isinstance(point, Var):
            return None
        points[v] = point
    table = _letters(points, claim.free.union(*(g.free for g in given)))
    out = _replaced(claim, table)
    facts: list[Term] = []
    for g in [*given, *(th.concl for th in slopes(context))]:
        if k.HAS_DERIVATIVE in {t.op for t in subterms(g) if isinstance(t, App)}:
            continue
        if not any(v in g.free for v in points):
            if not any(_real_argument(v.sort) is not None for v in g.free):
                facts.append(g)
            continue
        fact = _condition(g, table)
        if fact is None:
            return None
        facts.append(fact)
    return None if out is None else (out, facts)


def _real_argument(sort: Sort) -> int | None:
    """Which argument of a function with real values is a real number; None where none is, or the values are others."""
    place, found = 0, None
    while isinstance(sort, Fn):
        if sort.dom is REAL and found is None:
            found = place
        sort, place = sort.cod, place + 1
    return found if is_numeric(sort) else None


def _place(v: Var) -> int:
    place = _real_argument(v.sort)
    assert place is not None
    return place


def _is_whole(t: Term, v: Var) -> bool:
    """Whether it is the function at enough arguments to look at its point."""
    head, args = spine(t)
    return head == v and len(args) > _place(v)


def _calculated(claim: Term, context: Context) -> Term:
    """The claim with its derivatives taken as far as they can be; the same under the conditions."""
    if not (isinstance(claim, App) and claim.op in (k.EQ, k.LE, k.LT)):
        return claim
    step = calculate(context)
    made = [step(side, context) for side in claim.args]
    return App(claim.op, tuple(a if th is None else sides(th.concl)[1] for a, th in zip(claim.args, made, strict=True)))


def _letters(points: Mapping[Var, Var], taken: frozenset[Var]) -> dict[Var, _Replaced]:
    out: dict[Var, _Replaced] = {}
    for v in sorted(points, key=lambda v: v.name):
        sort = without_argument(v.sort, _place(v))
        value = fresh(v.name, sort, taken - {v})
        slope = fresh(f"{v.name}'", sort, taken | {value})
        taken = taken | {value, slope}
        out[v] = _Replaced(value, slope, _place(v), points[v])
    return out


def _replaced(t: Term, table: Mapping[Var, _Replaced]) -> Term | None:
    """The term with the letters for values and slopes; None where a function is left that is looked at otherwise."""
    if t.free.isdisjoint(table):
        return t
    if isinstance(t, App) and t.op is k.DERIVATIVE:
        return _slope(t, table)
    head, args = spine(t)
    letters = table.get(head) if isinstance(head, Var) else None
    if letters is not None:
        if len(args) <= letters.place or args[letters.place] != letters.point:
            return None
        rest = [_replaced(a, table) for i, a in enumerate(args) if i != letters.place]
        return _applied(letters.value, rest)
    parts = [_replaced(p, table) for p in parts_of(t)]
    return None if any(p is None for p in parts) else rebuild(t, tuple(p for p in parts if p is not None))


def _slope(t: App, table: Mapping[Var, _Replaced]) -> Term | None:
    """The derivative of a function by its name alone, at its point."""
    fn, where = t.args
    if not isinstance(fn, Lam):
        return None
    x = fresh("x", fn.dom, fn.free)
    head, args = spine(instantiate(fn, x))
    letters = table.get(head) if isinstance(head, Var) else None
    if letters is None or where != letters.point or len(args) <= letters.place or args[letters.place] != x:
        return None
    rest = [a for i, a in enumerate(args) if i != letters.place]
    if any(x in a.free for a in rest):
        return None
    return _applied(letters.slope, [_replaced(a, table) for a in rest])


def _applied(head: Term, args: Sequence[Term | None]) -> Term | None:
    for a in args:
        if a is None:
            return None
        head = at(head, a)
    return head


def _condition(g: Term, table: Mapping[Var, _Replaced]) -> Term | None:
    """A condition on all values of the parameter, at the point; an inequality is taken strictly, so that it holds near it.

    None for one that is no inequality and no linear equation.
    """
    points = {letters.point for v, letters in table.items() if v in g.free}
    while isinstance(g, App) and g.op is k.FORALL and isinstance(g.args[0], Lam) and g.args[0].dom is REAL:
        if len(points) != 1:
            return None
        g = instantiate(g.args[0], next(iter(points)))
    out = _replaced(g, table)
    if out is None:
        return None
    return _strict(out, {x for letters in table.values() for x in (letters.value, letters.slope)})


def _strict(t: Term, letters: set[Var]) -> Term | None:
    if t.free.isdisjoint(letters):
        return t
    if isinstance(t, App) and t.op in (k.FORALL, k.IMPLIES):
        inner = t.args[-1]
        if isinstance(inner, Lam):
            v = fresh(inner.hint, inner.dom, inner.free)
            body = _strict(instantiate(inner, v), letters)
            return None if body is None else k.forall(v, body)
        made = _strict(inner, letters)
        return None if made is None or not t.args[0].free.isdisjoint(letters) else k.implies(t.args[0], made)
    if isinstance(t, App) and t.op in (k.LE, k.LT):
        return App(k.LT, t.args)
    if isinstance(t, App) and t.op is k.EQ and all(_linear(s, letters) for s in t.args):
        return t
    return None


def _linear(t: Term, letters: set[Var]) -> bool:
    """Whether a term is linear in the values of the letters."""
    if t.free.isdisjoint(letters):
        return True
    if isinstance(t, App) and t.op is k.SUM and isinstance(t.args[2], Lam):
        v = fresh(t.args[2].hint, t.args[2].dom, t.free)
        return _linear(instantiate(t.args[2], v), letters)
    if isinstance(t, At):
        return all(a.free.isdisjoint(letters) for a in spine(t)[1])
    try:
        poly, below = field.ratio(t, frozenset())
    except field.TooLargeError:
        return False
    moving = [[(a, e) for a, e in m if not a.free.isdisjoint(letters)] for m in poly]
    return not below and all(
        len(m) <= 1 and all(e == 1 and a != t and _linear(a, letters) for a, e in m) for m in moving
    )
