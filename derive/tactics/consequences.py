"""What known equations are good for: definitions to put in, sums to replace, and what follows by derivatives and logarithms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from derive.kernel import ring as field
from derive.kernel import rules as r
from derive.kernel import terms as k
from derive.kernel.sorts import INT, REAL, is_numeric
from derive.kernel.terms import App, At, Num, Term, Var, app, fresh, spine, subterms
from derive.kernel.theorem import RuleError, Theorem
from derive.tactics import gaps, larger, library, side, squares
from derive.tactics.closing import close
from derive.tactics.context import Context, Universal
from derive.tactics.conv import Conv
from derive.tactics.derived import chain, sides, strip_forall
from derive.tactics.meeting import Meeting, forms
from derive.tactics.monomials import poly_term
from derive.tactics.rewriting import Rule

_INSTANCES = 12  # of a fact, at the indices that a line has
_CASES = 2  # of which of two numbers is the larger, one within the other


def rules(ctx: Context) -> tuple[Rule, ...]:
    """The equations between numbers among what is known, each in the direction in which it makes a line plainer.

    A name alone on a side, such as p(k) = a(k) b, is defined by it, if no other definition leads back to it.  Other equations
    lead from their longer side to the shorter.
    """
    fixed = frozenset(ctx.free)
    defined: dict[Var, frozenset[Var]] = {}
    out: list[Rule] = []
    for fact in ctx.facts:
        variables, _, concl = strip_forall(fact.concl)
        if not (isinstance(concl, App) and concl.op is k.EQ and is_numeric(concl.args[0].sort)):
            continue
        turned = _as_definition(concl.args, set(variables), defined)
        if turned is None:
            left, right = (sum(1 for _ in subterms(side_)) for side_ in concl.args)
            turned = right > left or (right == left and isinstance(concl.args[0], Num))
        rule = Rule(fact, "condition", fixed, turned)
        if not rule.feeds_itself:
            out.append(rule)
    return tuple(out)


def _as_definition(both: tuple[Term, ...], letters: set[Var], defined: dict[Var, frozenset[Var]]) -> bool | None:
    """Whether the equation defines the name on its right (True) or left (False), or none."""
    for turned, (name, body) in ((False, both), (True, (both[1], both[0]))):
        head, args = spine(name)
        if not isinstance(head, Var) or head in letters or head in defined or head in _needed(body.free, defined):
            continue
        if any(isinstance(a, Var) and a in letters for a in args) == bool(args) and letters <= name.free:
            defined[head] = _needed(body.free, defined)
            return turned
    return None


def _needed(names: Iterable[Var], defined: dict[Var, frozenset[Var]]) -> frozenset[Var]:
    out = frozenset(names)
    return out.union(*(defined.get(v, frozenset()) for v in out))


def slopes(ctx: Context) -> list[Theorem]:
    """Equations that hold for all values of a real letter, differentiated: where p sums to 1, its derivatives sum to 0."""
    out: list[Theorem] = []
    for u in ctx.universals:
        if not (isinstance(u.concl, App) and u.concl.op is k.EQ and is_numeric(u.concl.args[0].sort)):
            continue
        for x in u.variables:
            if x.sort is REAL and not any(x in g.free for g in u.guards):
                th = _slope(u, x, ctx)
                out += [] if th is None else [th]
    return out


def _slope(u: Universal, x: Var, ctx: Context) -> Theorem | None:
    avoid = set(ctx.free) | u.theorem.free
    new: dict[Var, Var] = {}
    for v in u.variables:
        new[v] = fresh(v.name, v.sort, avoid)
        avoid.add(new[v])
    names: dict[Var, Term] = dict(new)
    here = new[x]
    guards = [k.substitute(g, {v: t for v, t in names.items() if v in g.free}) for g in u.guards]
    inner = ctx.extend(*guards) if guards else ctx
    th = side.specialise(u, names, inner, side.DEPTH)
    if th is None:
        return None
    try:
        same = r.cong(k.DERIVATIVE, (r.ext(here, th), r.refl(here)))
    except RuleError:
        return None
    one = Meeting()  # without the equation itself, which would make both sides the same
    left, right = (one.normalize(t, inner) for t in sides(same.concl))
    out = r.rel_cong(same, (left, right))
    if sides(out.concl)[0] == sides(out.concl)[1]:
        return None
    for g in reversed(guards):
        out = r.discharge(g, out)
    for v in reversed(u.variables):
        out = r.gen(new[v], out)
    return out


def logarithms(goal: Term, ctx: Context, known: tuple[Conv, ...]) -> Iterator[Theorem]:
    """The logarithms of equations between positive numbers, in normal form; facts for all indices at those of the goal."""
    for fact in (*_plain(ctx), *_at_indices(goal, ctx)):
        a, b = sides(fact.concl)
        if Num(0) in (a, b):
            continue
        left = side.prove(Num(0) < a, ctx)
        right = side.prove(Num(0) < b, ctx) if left is not None else None
        if right is None:
            continue
        same = r.cong(k.LOG, (fact,))
        one = Meeting(known)
        yield r.rel_cong(same, tuple(one.normalize(t, ctx) for t in sides(same.concl)))


def _plain(ctx: Context) -> Iterator[Theorem]:
    for fact in ctx.facts:
        c = fact.concl
        if isinstance(c, App) and c.op is k.EQ and is_numeric(c.args[0].sort):
            yield fact


def _at_indices(goal: Term, ctx: Context) -> Iterator[Theorem]:
    places = dict.fromkeys(t.arg for t in subterms(goal) if isinstance(t, At) and t.arg.sort is INT and not t.arg.loose)
    for u in ctx.universals:
        if not (isinstance(u.concl, App) and u.concl.op is k.EQ and len(u.variables) == 1):
            continue
        if u.variables[0].sort is not INT or not is_numeric(u.concl.args[0].sort):
            continue
        for at in list(places)[:_INSTANCES]:
            th = side.specialise(u, {u.variables[0]: at}, ctx, side.DEPTH)
            if th is not None:
                yield th


def prove(goal: App, ctx: Context) -> tuple[Theorem, tuple[str, ...]] | None:
    """An equation or an inequality between numbers from the normal forms of its sides and from what follows of what is known; also
    in each case of which of two numbers is the larger."""
    return _prove(goal, ctx, _CASES)


def _prove(goal: App, ctx: Context, cases: int) -> tuple[Theorem, tuple[str, ...]] | None:
    known: tuple[Conv, ...] = rules(ctx)
    new = slopes(ctx)
    if new:
        ctx = ctx.with_facts(*new)
        known = rules(ctx)
    found = next((found for one in forms(known) if (found := _closed(goal, ctx, known, one)) is not None), None)
    return found or (_by_cases(goal, ctx, cases) if cases else None)


def _by_cases(goal: App, ctx: Context, left: int) -> tuple[Theorem, tuple[str, ...]] | None:
    """The goal in both cases of which of two numbers is the larger, for the larger of two outside sums."""
    one = Meeting(distances=False)
    plain = [one.normalize(t, ctx) for t in goal.args]
    tops = (t for th in plain for t in subterms(sides(th.concl)[1]) if not t.loose)
    two = next((two for t in tops if (two := larger.pair(t)) is not None), None)
    if two is None:
        return None
    a, b = two
    yes = _prove(goal, ctx.extend(a <= b), left - 1)
    no = None if yes is None else _prove(goal, ctx.extend(b < a), left - 1)
    return None if yes is None or no is None else (r.cases(a <= b, yes[0], no[0]), (*yes[1], *no[1]))


def _closed(goal: App, ctx: Context, known: tuple[Conv, ...], one: Meeting) -> tuple[Theorem, tuple[str, ...]] | None:
    """The goal, where the normal forms of its sides are related as they are, and what was used."""
    a, b = sides(goal)
    left, right = one.normalize(a, ctx), one.normalize(b, ctx)
    x, y = sides(left.concl)[1], sides(right.concl)[1]
    plain = App(goal.op, (x, y))
    th = close(x, y, ctx) if goal.op is k.EQ else None
    th = th or side.prove(plain, ctx)
    if plain.op is not k.EQ:
        th = th or gaps.closed(plain, ctx, known) or squares.closed(plain, ctx, known)
        th = th or _of_logarithms(plain, ctx, known)
    if th is None:
        more = list(logarithms(goal, ctx, known)) if _has_logarithms(plain) else []
        th = side.prove(plain, ctx.with_facts(*more)) if more else None
    if th is None:
        return by_logarithms(goal, ctx, known)
    return r.rel_cong(th, (r.sym(left), r.sym(right))), tuple(one.used)


def _of_logarithms(goal: App, ctx: Context, known: tuple[Conv, ...]) -> Theorem | None:
    """An inequality between sums of logarithms, from that between what stands under them: sums on their sides, the rest on the left;
    what is no logarithm is that of its exponential."""
    a, b = goal.args
    gap = gaps.gap_poly(b - a, ctx)
    powers: dict[Term, int] = {}
    others: field.Poly = {}
    for m, c in (gap or {}).items():
        t, e = next(iter(m), (None, 0))
        if not (len(m) == 1 and e == 1 and isinstance(t, App) and t.op is k.LOG):
            others[m] = c
        elif Fraction(c).denominator != 1:
            return None
        else:
            powers[t.args[0]] = int(c)
    if powers and others:
        powers[app(k.EXP, poly_term(others))] = 1
    summed = {u for u in powers if any(isinstance(t, App) and t.op is k.SUM for t in subterms(u))}
    right = gaps.power_product({u: c for u, c in powers.items() if u in summed and c > 0})
    rest = gaps.power_product({u: -c for u, c in powers.items() if u not in summed or c < 0})
    if not powers or right is None or rest is None:
        return None
    positive = side.prove(Num(0) < rest, ctx)
    line = None if positive is None else _prove(App(goal.op, (rest, right)), ctx, 0)
    if positive is None or line is None:
        return None
    logs = library.use("log_lt" if goal.op is k.LT else "log_le", {"x": rest, "y": right}, positive, line[0])
    return side.linear(goal, ctx.with_facts(gaps.spread(logs, ctx, known)), side.DEPTH)


def by_logarithms(goal: App, ctx: Context, known: tuple[Conv, ...]) -> tuple[Theorem, tuple[str, ...]] | None:
    """An equation between positive numbers with products over a range or powers: their logarithms are equal."""
    if goal.op is not k.EQ or not any(isinstance(t, App) and (t.op is k.PROD or _is_root(t)) for t in subterms(goal)):
        return None
    positive = [side.prove(Num(0) < a, ctx) for a in goal.args]
    if any(th is None for th in positive):
        return None
    one = Meeting(known)
    logs = [one.normalize(app(k.LOG, a), ctx) for a in goal.args]
    left, right = (sides(th.concl)[1] for th in logs)
    same = close(left, right, ctx)
    if same is None:
        return None
    equal = r.cong(k.EXP, (chain(logs[0], same, r.sym(logs[1])),))
    back = [library.use("exp_log", {"x": a}, th) for a, th in zip(goal.args, positive, strict=True) if th is not None]
    return chain(r.sym(back[0]), equal, back[1]), (*one.used, "exp_log")


def _is_root(t: App) -> bool:
    """A power that is no whole number of factors."""
    return t.op is k.POW and not (isinstance(t.args[1], Num) and t.args[1].value.denominator == 1)


def _has_logarithms(statement: Term) -> bool:
    return any(isinstance(t, App) and t.op in (k.LOG, k.EXP) for t in subterms(statement))
