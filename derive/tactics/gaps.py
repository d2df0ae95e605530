"""Inequalities of entropies: log u <= u - 1 in each term of a sum, and what comes of adding up.

The gap between the sides is read as sums over ranges.  In the terms of one range logarithms with the same factor a >= 0 are taken
together, a log U, and give a log(1/U) <= a (1/U - 1); added up, that is a fact.  What stands outside sums is spread over weights
that sum to 1; sums inside sums are read so, too.  Of an absolute value, and of the larger of two, it is known that it is at least each of the two.  So Gibbs' inequality and Jensen's for log are found, of two variables as of one;
``linear`` puts the facts together and the kernel checks it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from math import lcm

from derive.kernel import ring as field
from derive.kernel import rules as r
from derive.kernel import terms as k
from derive.kernel.sorts import INT
from derive.kernel.terms import App, Lam, Num, Term, Var, app, fresh, instantiate, subterms
from derive.kernel.theorem import Theorem
from derive.tactics import larger, library, side
from derive.tactics.closing import denominators, nonzero_facts, ring
from derive.tactics.context import Context
from derive.tactics.conv import Conv
from derive.tactics.derived import over_range, sides
from derive.tactics.fractions import pieces
from derive.tactics.meeting import Meeting
from derive.tactics.monomials import ONE, ZERO, factor, factors, monomial_term, poly_term, times

_POWER = 8  # of what stands under a logarithm

TWO = Num(2)
Range = tuple[Term, Term]
Parts = list[tuple[Term, Lam]]
"""Factors, and the terms of the sums that they stand before."""


def closed(goal: App, ctx: Context, known: tuple[Conv, ...]) -> Theorem | None:
    """|- a <= b (or <) from what the terms of its sums give; both sides in normal form."""
    a, b = goal.args
    gap = gap_poly(b - a, ctx)
    if gap is None:
        return None
    sums, rest = by_range(gap)
    facts = [*_bounds(gap, ctx)]
    for ends, parts in sums.items():
        facts += _summed(ends, parts, {}, None, ctx, known)
        some = list(weights(ends, ctx))
        facts += [th for _, th in some]
        for fn in (*(fn for fn, _ in some), *_mean([fn for fn, _ in some])):
            facts += _summed(ends, parts, rest, fn, ctx, known)
    return from_gap(goal, gap, ctx.with_facts(*facts)) if facts else None


def from_gap(goal: App, gap: field.Poly, ctx: Context) -> Theorem | None:
    """The same from what is known, in which divisors are as the gap has them."""
    th = side.linear(goal, ctx, side.DEPTH)
    if th is not None or not any(t.op is k.DIV for m in gap for t, _ in m if isinstance(t, App)):
        return th
    a, b = goal.args
    same = ring(poly_term(gap), b - a, ctx)
    plain = None if same is None else side.linear(App(goal.op, (ZERO, sides(same.concl)[0])), ctx, side.DEPTH)
    if plain is None or same is None:
        return None
    return side.linear(goal, ctx.with_facts(r.rel_cong(plain, (r.refl(ZERO), same))), side.DEPTH)


def gap_poly(t: Term, ctx: Context) -> field.Poly | None:
    """A term as a polynomial, in which the reciprocal of a divisor is an atom."""
    facts = nonzero_facts(ctx, t)
    try:
        poly, below = field.ratio(t, frozenset(sides(th.concl)[0] for th in facts))
    except field.TooLargeError:
        return None
    if not below:
        return poly
    out: field.Poly = {}
    written = {factor(f): f for d in denominators(t) for f in (*factors(d), d)}
    for c, m, divisors in pieces(poly, below, written.values()):
        over = frozenset((ONE / (written.get(d) or poly_term(dict(d))), e) for d, e in divisors)
        out = field.add(out, {m | over: c})
    return out


def by_range(gap: field.Poly) -> tuple[dict[Range, Parts], field.Poly]:
    """The sums of a polynomial with their factors, by their ranges; and the rest of it."""
    out: dict[Range, Parts] = defaultdict(list)
    rest: field.Poly = {}
    for m, c in gap.items():
        sums = [t for t, e in m if isinstance(t, App) and t.op is k.SUM and e == 1]
        if len(sums) == 1 and isinstance(sums[0].args[2], Lam):
            low, high, fn = sums[0].args
            others = poly_term({frozenset((t, e) for t, e in m if t != sums[0]): c})
            out[low, high].append((others, fn))  # type: ignore[arg-type]
        else:
            rest[m] = c
    return out, rest


def weights(ends: Range, ctx: Context) -> Iterator[tuple[Lam, Theorem]]:
    """What sums to 1 over the range."""
    for fact in ctx.facts:
        c = fact.concl
        if isinstance(c, App) and c.op is k.EQ and isinstance(c.args[0], App) and c.args[1] == ONE:
            s = c.args[0]
            if s.op is k.SUM and s.args[:2] == ends and isinstance(s.args[2], Lam):
                yield s.args[2], fact


def _mean(some: list[Lam]) -> list[Lam]:
    """The mean of two kinds of weights."""
    if len(some) != 2:
        return []
    v = fresh("k", INT, some[0].free | some[1].free)
    fn = k.lam(v, (instantiate(some[0], v) + instantiate(some[1], v)) / 2)
    return [fn] if isinstance(fn, Lam) else []


def _summed(
    ends: Range,
    parts: Parts,
    rest: field.Poly,
    weights: Lam | None,
    ctx: Context,
    known: tuple[Conv, ...],
) -> list[Theorem]:
    """What the bounds of the terms of one sum come to; the rest is spread over the weights."""
    v, body, inner = term_of(ends, parts, ctx)
    if weights is not None and rest:
        body = body + poly_term(rest) * instantiate(weights, v)
    gap = gap_poly(body, inner)
    out: list[Theorem] = []
    for bound in (*_bounds(gap, inner), *_inside(gap, inner, known)) if gap is not None else ():
        f, g = (k.lam(v, s) for s in sides(bound.concl))
        values = {"m": ends[0], "n": ends[1], "f": f, "g": g}
        out.append(spread(library.use("sum_le", values, over_range(v, *ends, bound)), ctx, known))
    return out


def _inside(gap: field.Poly, ctx: Context, known: tuple[Conv, ...]) -> Iterator[Theorem]:
    """What the terms of the sums inside a sum give."""
    for ends, parts in by_range(gap)[0].items():
        yield from _summed(ends, parts, {}, None, ctx, known)


def term_of(ends: Range, parts: Parts, ctx: Context) -> tuple[Var, Term, Context]:
    """The sums of one range, with their factors, as one sum: its letter, its term, and what is known there."""
    low, high = ends
    v = fresh(parts[0][1].hint, INT, ctx.free.union(*(c.free | fn.free for c, fn in parts)))
    body, *more = (times(c, instantiate(fn, v)) for c, fn in parts)
    for t in more:
        body = body + t
    return v, body, ctx.extend(low <= v, v <= high)


def _bounds(gap: field.Poly, ctx: Context) -> Iterator[Theorem]:
    """For c times logarithms, taken together as c log U: c log(1/U) <= c (1/U - 1), where c is not negative."""
    groups: dict[field.Monomial, dict[Term, Fraction]] = defaultdict(dict)
    for m, c in gap.items():
        logs = [t for t, e in m if isinstance(t, App) and t.op is k.LOG and e == 1]
        if len(logs) == 1:
            groups[frozenset((t, e) for t, e in m if t != logs[0])][logs[0].args[0]] = Fraction(c)
    _with_exponents(gap, groups)
    for m, size in gap.items():
        yield from _at_zero(m, Fraction(size), groups, ctx)
        yield from _of_two(m, ctx)
        yield from _of_exponentials(m, ctx)
    for cofactor, powers in groups.items():
        weight_term = monomial_term(cofactor)
        yield from _at_most_one(weight_term, powers, ctx)
        scale = lcm(*(c.denominator for c in powers.values()))
        inverse = power_product({u: -int(c * scale) for u, c in powers.items()})
        weight = None if inverse is None else side.prove(ZERO <= weight_term, ctx)
        positive = None if weight is None or inverse is None else side.prove(ZERO < inverse, ctx)
        if positive is None or inverse is None or weight is None:
            continue
        line = library.use("log_le_sub_one", {"x": inverse}, positive)
        values = {"a": sides(line.concl)[0], "b": sides(line.concl)[1], "c": weight_term}
        yield spread(library.use("mul_le_mul_left", values, weight, line), ctx)


def _of_two(m: field.Monomial, ctx: Context) -> Iterator[Theorem]:
    """c a <= c max(a, b) and c b <= c max(a, b), where c is not negative."""
    for t, e in m:
        if e == 1 and larger.pair(t) is not None:
            assert isinstance(t, App)
            weight = monomial_term(m - {(t, e)})
            sign = side.prove(ZERO <= weight, ctx)
            for place in (ONE, TWO) if sign is not None else ():
                inside = (side.prove(s, ctx) for s in (ONE <= place, place <= TWO))
                line = library.use("max_upper", {"m": ONE, "n": TWO, "j": place, "f": t.args[2]}, *filter(None, inside))
                values = {"a": sides(line.concl)[0], "b": t, "c": weight}
                yield spread(library.use("mul_le_mul_left", values, line, *filter(None, [sign])), ctx)


def _of_exponentials(m: field.Monomial, ctx: Context) -> Iterator[Theorem]:
    """c exp(x) <= c where x is at most 0, and c <= c exp(x) where it is at least 0; c is not negative."""
    for t, e in m:
        x = _exponent(t)
        if e == 1 and x is not None:
            weight = monomial_term(m - {(t, e)})
            for name, need in (("exp_le_one", x <= ZERO), ("one_le_exp", ZERO <= x)):
                known = side.prove(need, ctx)
                sign = None if known is None else side.prove(ZERO <= weight, ctx)
                if known is not None and sign is not None:
                    line = library.use(name, {"x": x}, known)
                    values = {"a": sides(line.concl)[0], "b": sides(line.concl)[1], "c": weight}
                    yield spread(library.use("mul_le_mul_left", values, line, sign), ctx)
                    break


def _exponent(t: Term) -> Term | None:
    """x, of exp(x) and of 1/exp(-x)."""
    if not isinstance(t, App) or t.op not in (k.EXP, k.DIV):
        return None
    if t.op is k.EXP:
        return t.args[0]
    above, below = t.args
    return -below.args[0] if above == ONE and isinstance(below, App) and below.op is k.EXP else None


def _with_exponents(gap: field.Poly, groups: dict[field.Monomial, dict[Term, Fraction]]) -> None:
    """Beside the logarithm of something with exponentials in it, a is log(exp a)."""
    for cofactor, powers in groups.items():
        if any(isinstance(t, App) and t.op is k.EXP for u in powers for t in subterms(u)):
            for m, c in gap.items():
                more = [t for t, e in m if e == 1 and (t, 1) not in cofactor]
                if (
                    m == cofactor | {(t, 1) for t in more}
                    and len(more) == 1
                    and not (isinstance(more[0], App) and more[0].op in (k.LOG, k.SUM))
                ):
                    powers[app(k.EXP, more[0])] = Fraction(c)


def _at_most_one(weight: Term, powers: dict[Term, Fraction], ctx: Context) -> Iterator[Theorem]:
    """a log u <= 0, where u is at most 1 and a is not negative."""
    below = [u for u, c in powers.items() if c < 0]
    if len(powers) == 2 and sum(powers.values()) == 0:  # p log(P/p), where p is one of those of which P is the sum
        below += [u / v for u in below for v in powers if v != u]
    sign = side.prove(ZERO <= weight, ctx) if below else None
    for u in below if sign is not None else ():
        positive, small = side.prove(ZERO < u, ctx), side.prove(u <= ONE, ctx) or _quotient_at_most_one(u, ctx)
        if positive is None or small is None:
            continue
        log_u = app(k.LOG, u)
        known = ctx.with_facts(library.use("log_le_sub_one", {"x": u}, positive), small)
        line = side.linear(App(k.LE, (log_u, ZERO)), known, side.DEPTH)
        if line is not None and sign is not None:
            yield spread(library.use("mul_le_mul_left", {"a": log_u, "b": ZERO, "c": weight}, line, sign), ctx)


def _quotient_at_most_one(t: Term, ctx: Context) -> Theorem | None:
    if not (isinstance(t, App) and t.op is k.DIV):
        return None
    x, y = t.args
    positive, less = side.prove(ZERO < y, ctx), side.prove(x <= y, ctx)
    return None if positive is None or less is None else library.use("div_le_one", {"x": x, "y": y}, positive, less)


def _at_zero(
    m: field.Monomial, size: Fraction, groups: dict[field.Monomial, dict[Term, Fraction]], ctx: Context
) -> Iterator[Theorem]:
    """The same for a log a with 0 log 0 = 0, where a may be 0: a - b <= a log(a/b)."""
    atom = next((t for t, _ in m), None) if len(m) == 1 else None
    if not (isinstance(atom, App) and atom.op is k.XLOGY and atom.args[0] == atom.args[1] and size > 0):
        return
    a = atom.args[0]
    powers = groups.get(frozenset({(a, 1)}), {})
    if any((c / size).denominator != 1 for c in powers.values()):
        return
    b = power_product({u: -int(c / size) for u, c in powers.items()})
    needs = None if b is None else (side.prove(ZERO <= a, ctx), side.prove(ZERO < b, ctx))
    if b is not None and needs is not None and needs[0] is not None and needs[1] is not None:
        yield spread(library.use("sub_le_xlogy", {"a": a, "b": b}, needs[0], needs[1]), ctx)


def spread(th: Theorem, ctx: Context, known: tuple[Conv, ...] = ()) -> Theorem:
    """The same inequality with its sides in normal form and multiplied out."""
    one = Meeting(known)
    normal = r.rel_cong(th, tuple(one.normalize(t, ctx) for t in sides(th.concl)))
    out = r.rel_cong(normal, tuple(one.multiplied_out(t, ctx) for t in sides(normal.concl)))
    return r.rel_cong(out, tuple(_reciprocals(t, ctx) for t in sides(out.concl)))


def _reciprocals(t: Term, ctx: Context) -> Theorem:
    """|- t = the same with c/n as c (1/n), as the gap has it."""
    if not any(isinstance(x, App) and x.op is k.DIV and x.args[0] != ONE for x in subterms(t)):
        return r.refl(t)
    poly = gap_poly(t, ctx)
    same = None if poly is None else ring(t, poly_term(poly), ctx)
    return r.refl(t) if same is None else same


def power_product(exponents: dict[Term, int]) -> Term | None:
    """The product of powers, a quotient where some are negative; None for large powers."""
    if any(abs(e) > _POWER for e in exponents.values()):
        return None
    above: Term = ONE
    below: Term = ONE
    for u, e in exponents.items():
        for _ in range(abs(e)):
            above, below = (times(above, u), below) if e > 0 else (above, times(below, u))
    return above if below == ONE else above / below
