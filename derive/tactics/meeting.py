"""Both sides of an equation in one form: what the reason ``normal`` does, where no shorter reason is known.

Beyond the normal form of ``auto``:

    definitions      all are unfolded, and the equations among what is known are used as definitions
    derivatives      are taken, of what is already in normal form; equations that hold for all values are differentiated
    logarithms       of fractions are brought over one denominator first
    powers           are exponentials of logarithms, exponentials of sums are products
    fractions        have one form (``fractions``), inside sums too
    ranges           of sums that begin later than at 1, or end before or after n, are those from 1 to n and single terms
    indicators       pick a term out of a sum that stands outside theirs
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import gcd, lcm

from derive.kernel import ring as field
from derive.kernel import rules as r
from derive.kernel import terms as k
from derive.kernel.sorts import INT
from derive.kernel.terms import App, Lam, Num, Term, Var, app, fresh, instantiate
from derive.kernel.theorem import Theorem
from derive.operators.derivatives import PARTIALS, taken_apart
from derive.tactics import exponents, fractions, side
from derive.tactics.closing import denominators, nonzero_facts, ring
from derive.tactics.context import Context
from derive.tactics.conv import Conv, rewrite
from derive.tactics.derived import chain, defined_head, is_refl, sides, unfold_head
from derive.tactics.differentiation import differentiate
from derive.tactics.monomials import ONE, ZERO, factor, factors, number, poly_term, times, without
from derive.tactics.normal import ALL, MORE, Normalizer, by_normal_form, is_delta

_NEAR = 4  # a range that begins or ends so many indices off is completed
_LARGEST = 1_000_000  # a number whose logarithm is written with those of its primes
_FEATURES = ALL | MORE


class Meeting(Normalizer):
    """One run of the full normal form."""

    def __init__(self, rules: tuple[Conv, ...] = ()) -> None:
        super().__init__(_FEATURES, (), rules)

    def root(self, t: Term, ctx: Context) -> Theorem | None:
        th = self._first(t, ctx)
        return th if th is not None and not is_refl(th) else super().root(t, ctx)

    def _first(self, t: Term, ctx: Context) -> Theorem | None:
        definition = defined_head(t)
        if definition is not None and definition not in PARTIALS.values():
            self.note(definition.name)
            return unfold_head(t)
        if not isinstance(t, App):
            return None
        if taken_apart(t) is not None:
            th = differentiate(t, ctx)
            if th is not None:
                self.note("differentiation")
            return th
        if t.op is k.LOG:
            return self._one_fraction(t, ctx)
        if t.op is k.EXP:
            return exponents.spread(t, self.lemma, lambda *terms: nonzero_facts(ctx, *terms))
        if t.op is k.POW:
            return self._power(t, ctx)
        if t.op is k.XLOGY:
            return self._xlogy(t, ctx)
        if t.op is k.SUM:
            return self._shifted(t, ctx) or self._completed(t, ctx) or self._picked(t, ctx)
        return None

    # --- logarithms, powers

    def _one_fraction(self, t: App, ctx: Context) -> Theorem | None:
        """|- log of sums of fractions = log of one fraction, whose terms have no factor in common."""
        (inside,) = t.args
        if isinstance(inside, Num):
            return self._number(inside)
        facts = nonzero_facts(ctx, inside)
        try:
            poly, below = field.ratio(inside, frozenset(sides(th.concl)[0] for th in facts))
        except field.TooLargeError:
            return None
        if len(poly) < 2 and not (poly and isinstance(inside, App) and inside.op in (k.ADD, k.SUB)):
            return None
        content = _content(poly)
        if not below and content == (1, field.ONE):
            return None
        size, shared = content
        rest = {fractions.over(m, shared) or field.ONE: c / size for m, c in poly.items()}
        out = times(fractions.scaled(size, shared), poly_term(rest))
        as_written = {factor(d): d for d in denominators(inside)}
        divisors = [
            as_written.get(d) or poly_term(dict(d)) for d, e in sorted(below.items(), key=repr) for _ in range(e)
        ]
        whole = fractions.quotient_term(out, divisors)
        same = ring(inside, whole, ctx)
        return None if same is None or whole == inside else r.cong(k.LOG, (same,))

    def _number(self, inside: Num) -> Theorem | None:
        """|- log(12/5) = log(2*2*3/5)."""
        value = inside.value
        if value <= 0 or max(value.numerator, value.denominator) > _LARGEST:
            return None
        above, below = (_primes(n) for n in (value.numerator, value.denominator))
        if not below and len(above) < 2:
            return None
        whole = fractions.quotient_term(_product(above), [_product(below)] if below else [])
        return r.cong(k.LOG, (r.ring(inside, whole, ()),))

    def _power(self, t: App, ctx: Context) -> Theorem | None:
        base, exponent = t.args
        if isinstance(exponent, Num) and exponent.sort is INT and exponent.value >= 0:
            return None
        positive = side.prove(ZERO < base, ctx)
        return None if positive is None else self.lemma("pow_eq_exp", {"x": base, "a": exponent}, positive)

    def _xlogy(self, t: App, ctx: Context) -> Theorem | None:
        weight, inside = t.args
        if not (isinstance(inside, App) and inside.op is k.DIV and inside.args[0] == weight):
            return None
        if side.prove(ZERO < inside, ctx) is not None:
            return None  # it is an ordinary product
        facts = side.prove(ZERO <= weight, ctx), side.prove(ZERO < inside.args[1], ctx)
        if facts[0] is None or facts[1] is None:
            return None
        return self.lemma("xlogy_div", {"a": weight, "b": inside.args[1]}, facts[0], facts[1])

    def multiplied_out(self, t: Term, ctx: Context) -> Theorem:
        """|- t = a sum of products over divisors; t = t where that is not known."""
        facts = nonzero_facts(ctx, t)
        try:
            poly, below = field.ratio(t, frozenset(sides(th.concl)[0] for th in facts))
        except field.TooLargeError:
            return r.refl(t)
        out: Term | None = None
        written = {factor(f): f for d in denominators(t) for f in (*factors(d), d)}
        for c, m, divisors in fractions.pieces(poly, below, written.values()):
            over = [written.get(d) or poly_term(dict(d)) for d, e in divisors for _ in range(e)]
            piece = fractions.quotient_term(fractions.scaled(c, m), over)
            out = piece if out is None else out + piece
        return ring(t, ZERO if out is None else out, ctx) or r.refl(t)

    # --- sums

    def _pieces(
        self, v: Var, body: Term, poly: field.Poly, below: Mapping[field.Factor, int]
    ) -> list[tuple[Term, Term]]:
        as_written = {factor(f): f for d in denominators(body) for f in (*factors(d), d)}
        out: list[tuple[Term, Term]] = []
        for c, m, divisors in fractions.pieces(poly, below, as_written.values()):
            outside, inside = number(c), ONE
            for atom, e in sorted(m, key=lambda ae: (not is_delta(ae[0]), repr(ae[0]))):
                for _ in range(e):
                    outside, inside = (
                        (outside, times(inside, atom)) if v in atom.free else (times(outside, atom), inside)
                    )
            terms = [as_written.get(d) or poly_term(dict(d)) for d, e in divisors for _ in range(e)]
            out.append(
                (
                    fractions.quotient_term(outside, [d for d in terms if v not in d.free]),
                    fractions.quotient_term(inside, [d for d in terms if v in d.free]),
                )
            )
        return out

    def _shifted(self, t: App, ctx: Context) -> Theorem | None:
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
        th = self.lemma("sum_shift", values)
        inside = r.bigop_ext(k.SUM, low, high, v, back)
        if sides(inside.concl)[1] != sides(th.concl)[1]:
            return None
        out = chain(inside, r.sym(th))
        ends = tuple(e for e in sides(out.concl)[1].args[:2])  # type: ignore[attr-defined]
        plain = [r.ring(e, _plain(e), ()) for e in ends]
        return chain(out, r.cong(k.SUM, (*plain, r.refl(values["f"]))))

    def _completed(self, t: App, ctx: Context) -> Theorem | None:
        """|- a sum from 2 = the sum from 1 less its first term; a sum to n - 1 = that to n less its last."""
        low, high, fn = t.args
        values = {"f": fn}
        if isinstance(low, Num) and low != ONE and abs(low.value - 1) <= _NEAR and not isinstance(high, Num):
            if low.value < 1:
                some = side.prove(low <= high, ctx)
                if some is None:
                    return None
                th = self.lemma("sum_first", {**values, "m": low, "n": high}, some)
                return chain(th, _with_bounds(sides(th.concl)[1], low + 1, Num(low.value + 1)))
            first = Num(low.value - 1)
            some = side.prove(first <= high, ctx)
            if some is None:
                return None
            th = self.lemma("sum_first", {**values, "m": first, "n": high}, some)
            return _solved(chain(th, _with_bounds(sides(th.concl)[1], first + 1, low)), t)
        off = _off(high)
        if off is None or not off[1] or abs(off[1]) > _NEAR:
            return None
        base, by = off
        if by > 0:
            some = side.prove(low <= high, ctx)
            th = self.lemma("sum_split_last", {**values, "m": low, "n": high}, some) if some else None
            return None if th is None else chain(th, _with_bounds(sides(th.concl)[1], high - 1, _shifted(base, by - 1)))
        more = _shifted(base, by + 1)
        some = side.prove(low <= more, ctx)
        th = self.lemma("sum_split_last", {**values, "m": low, "n": more}, some) if some else None
        return None if th is None else _solved(chain(th, _with_bounds(sides(th.concl)[1], more - 1, high)), t)

    def _picked(self, t: App, ctx: Context) -> Theorem | None:
        """sum_z f(z) sum_s [Z(s) = z] g(s) = sum_s g(s) f(Z(s)): the inner indicator picks the outer index."""
        low, high, fn = t.args
        if not isinstance(fn, Lam):
            return None
        v = fresh(fn.hint, INT, ctx.free | t.free)
        body = instantiate(fn, v)
        for inner in factors(body):
            if not (isinstance(inner, App) and inner.op is k.SUM and isinstance(inner.args[2], Lam)):
                continue
            low2, high2, fn2 = inner.args
            if v in low2.free or v in high2.free:
                continue
            w = fresh(fn2.hint, INT, ctx.free | t.free | {v})
            deep = instantiate(fn2, w)
            if not any(is_delta(x) and v in x.args and w in x.free for x in factors(deep)):  # type: ignore[attr-defined]
                continue
            rest = without(body, inner)
            whole = rest * deep
            moved = app(k.SUM, low2, high2, k.Lam(w.name, INT, k.abstract(whole, w)))
            facts = nonzero_facts(ctx.extend(low <= v, v <= high), body)
            come_in = chain(
                r.ring(body, rest * inner, facts) if body != rest * inner else r.refl(body),
                r.sym(self.lemma("sum_mul", {"m": low2, "n": high2, "c": rest, "f": k.lam(w, deep)})),
            )
            if sides(come_in.concl)[1] != moved:
                continue
            inside = r.bigop_ext(k.SUM, low, high, v, come_in)
            swapped = self._swap(
                app(k.SUM, low, high, Lam(v.name, INT, k.abstract(moved, v))), v, w, whole, (low, high), (low2, high2)
            )
            self.note("sum_swap")
            return chain(inside, swapped)
        return None


def meet(a: Term, b: Term, ctx: Context, rules: tuple[Conv, ...] = ()) -> tuple[Theorem, tuple[str, ...]] | None:
    """|- a = b, and the names of what was used; None where the two normal forms differ."""
    one = Meeting(rules)
    th = by_normal_form(a, b, ctx, one)
    return None if th is None else (th, tuple(one.used))


def _content(poly: field.Poly) -> tuple[Fraction, field.Monomial]:
    """The number and the monomial that all terms share."""
    numbers = [Fraction(c) for c in poly.values()]
    size = Fraction(gcd(*(x.numerator for x in numbers)), lcm(*(x.denominator for x in numbers)))
    shared = dict(min(poly, key=len))
    for m in poly:
        powers = dict(m)
        shared = {a: min(e, powers[a]) for a, e in shared.items() if a in powers}
    return size, frozenset(shared.items())


def _primes(n: int) -> list[Term]:
    out: list[Term] = []
    d = 2
    while d * d <= n:
        while n % d == 0:
            out.append(Num(d))
            n //= d
        d += 1
    return [*out, Num(n)] if n > 1 else out


def _product(numbers: list[Term]) -> Term:
    out: Term = ONE
    for n in numbers:
        out = times(out, n)
    return out


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
    return e if off is None else _shifted(*off)


def _shifted(base: Term, by: int) -> Term:
    return base + by if by > 0 else base - (-by) if by < 0 else base


def _with_bounds(t: Term, old: Term, new: Term) -> Theorem:
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
