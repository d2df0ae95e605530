"""The larger of two numbers: by which of them it is, or as their middle and half their distance.

The larger of two, the smaller, absolute values and positive parts are all the largest of f(1) and f(2) for some f.  In terms of
distances |x| they have one form: max(a, b) is (a + b + |a - b|)/2, and |c x| is c |x| where c is positive.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import gcd, lcm

from derive.kernel import ring as field
from derive.kernel import rules as r
from derive.kernel.sorts import INT
from derive.kernel.terms import ADD, MAX, MUL, App, Lam, Num, Term, abstract, app, fresh, instantiate
from derive.kernel.theorem import Theorem
from derive.tactics import fractions, side
from derive.tactics.closing import denominators, nonzero_facts, ring
from derive.tactics.context import Context
from derive.tactics.derived import chain, sides
from derive.tactics.monomials import ONE, ZERO, factor, poly_term

Use = Callable[..., Theorem]  # a lemma of the shelf at values: ``Normalizer.lemma``
_TWO = Num(2)


def of_two(t: Term) -> tuple[Term, Term] | None:
    """a and b of the largest of (2 - k) a + (k - 1) b for k = 1, 2, which is how the larger of two is defined."""
    if not (isinstance(t, App) and t.op is MAX and t.args[:2] == (ONE, _TWO) and isinstance(t.args[2], Lam)):
        return None
    fn = t.args[2]
    i = fresh(fn.hint, INT, fn.free)
    body = instantiate(fn, i)
    if not (isinstance(body, App) and body.op is ADD and all(isinstance(p, App) and p.op is MUL for p in body.args)):
        return None
    (first, a), (second, b) = (p.args for p in body.args)  # type: ignore[attr-defined]
    plain = (first, second) == (2 - i, i - 1) and i not in a.free | b.free
    return (a, b) if plain else None


def pair(t: Term) -> tuple[Term, Term] | None:
    """The two numbers of which a term is the larger."""
    two = _values(t) if isinstance(t, App) and t.op is MAX else None
    return None if two is None else (two[0][1], two[1][1])


def decided(t: App, ctx: Context, use: Use) -> Theorem | None:
    """|- the larger of two = one of them, where it is known which."""
    two = _values(t)
    if two is None:
        return None
    (first, a), (second, b) = two
    for name, less, value, plain in (
        ("second_of_two", first <= second, second, b),
        ("first_of_two", second <= first, first, a),
    ):
        known = side.prove(less, ctx)
        if known is not None:
            return chain(use(name, {"f": t.args[2]}, known), r.ring(value, plain, ()))
    return None


def by_distance(t: App, ctx: Context, use: Use) -> Theorem | None:
    """|- the larger of two = (a + b + c |x|)/2, where a - b = c x or b - a = c x, and c is positive."""
    two = _values(t)
    if two is None:
        return None
    (first, a), (second, b) = two
    apart = _scaled(a - b, ctx)
    if apart is None:
        return None
    c, x, positive, turned = apart
    if t == _distance(x):
        return None
    name, difference = ("two_by_distance_back", second - first) if turned else ("two_by_distance", first - second)
    same = ring(difference, c * x, ctx)
    if same is None:
        return None
    th = use(name, {"f": t.args[2], "c": c, "x": x}, positive, same)
    tidy = ring(sides(th.concl)[1], (a + b + (_distance(x) if c == ONE else c * _distance(x))) / 2, ctx)
    return None if tidy is None else chain(th, tidy)


def _values(t: App) -> tuple[tuple[Term, Term], tuple[Term, Term]] | None:
    """f(1) and f(2), each as it stands and in short."""
    if t.args[:2] != (ONE, _TWO) or not isinstance(t.args[2], Lam):
        return None
    first, second = (instantiate(t.args[2], at) for at in (ONE, _TWO))
    a, b = of_two(t) or (first, second)
    return (first, a), (second, b)


def _distance(x: Term) -> Term:
    i = fresh("k", INT, x.free)
    return app(MAX, ONE, _TWO, Lam(i.name, INT, abstract((2 - i) * x + (i - 1) * -x, i)))


def _scaled(t: Term, ctx: Context) -> tuple[Term, Term, Theorem, bool] | None:
    """c and x with t = c x, or -t = c x where that is told, |- 0 < c; x is the same for all that differ by such a factor."""
    facts = nonzero_facts(ctx, t)
    try:
        poly, below = field.ratio(t, frozenset(sides(th.concl)[0] for th in facts))
    except field.TooLargeError:
        return None
    if not poly:
        return None
    size, shared = content(poly)
    shared = frozenset((atom, e) for atom, e in shared if side.prove(ZERO < atom, ctx) is not None)
    written = {factor(d): d for d in denominators(t)}
    divisors = [written.get(d) or poly_term(dict(d)) for d, e in sorted(below.items(), key=repr) for _ in range(e)]
    c = fractions.quotient_term(fractions.scaled(size, shared), divisors)
    positive = side.prove(ZERO < c, ctx)
    if positive is None:
        return None
    rest = {fractions.over(m, shared) or field.ONE: x / size for m, x in poly.items()}
    turned = rest[max(rest, key=fractions.monomial_order)] < 0
    return c, poly_term({m: -x if turned else x for m, x in rest.items()}), positive, turned


def content(poly: field.Poly) -> tuple[Fraction, field.Monomial]:
    """The number and the monomial that all terms share."""
    numbers = [Fraction(c) for c in poly.values()]
    size = Fraction(gcd(*(x.numerator for x in numbers)), lcm(*(x.denominator for x in numbers)))
    shared = dict(next(iter(poly)))
    for m in poly:
        powers = dict(m)
        shared = {a: min(e, powers[a]) for a, e in shared.items() if a in powers}
    return size, frozenset(shared.items())
