"""Both sides of an equation in one form: what the reason ``normal`` does, where no shorter reason is known.

Beyond the normal form of ``auto``:

    definitions      all are unfolded, and the equations among what is known are used as definitions
    derivatives      are taken, of what is already in normal form; equations that hold for all values are differentiated
    logarithms       of fractions are brought over one denominator first
    powers           are exponentials of logarithms, exponentials of sums are products
    fractions        have one form (``fractions``), inside sums too
    ranges           of sums that begin later than at 1, or end before or after n, are those from 1 to n and single terms
    indicators       pick a term out of a sum that stands outside theirs
    the larger       of two is their middle and half their distance (``larger``)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from derive.kernel import ring as field
from derive.kernel import rules as r
from derive.kernel import terms as k
from derive.kernel.sorts import INT
from derive.kernel.terms import App, Lam, Num, Term, Var, fresh, instantiate, ne
from derive.kernel.theorem import Theorem
from derive.operators.derivatives import PARTIALS, taken_apart
from derive.tactics import exponents, fractions, larger, side, whole_ranges
from derive.tactics.closing import denominators, nonzero_facts, ring
from derive.tactics.context import Context
from derive.tactics.conv import Conv, everywhere, repeatedly
from derive.tactics.derived import chain, defined_head, is_refl, sides, unfold_head
from derive.tactics.differentiation import differentiate
from derive.tactics.monomials import ONE, ZERO, factor, factors, number, poly_term, times, without
from derive.tactics.normal import ALL, MORE, Normalizer, by_normal_form, is_delta, ring_or_none

_LARGEST = 1_000_000  # a number whose logarithm is written with those of its primes
_FEATURES = ALL | MORE


class Meeting(Normalizer):
    """One run of the full normal form."""

    def __init__(self, rules: tuple[Conv, ...] = (), completes: bool = True, distances: bool = True) -> None:
        super().__init__(_FEATURES, (), rules)
        self._positive: dict[Term, Theorem] = {}  # sums of which it is seen no more once they are multiplied out
        self.completes = completes  # ranges of sums, which only helps where some are not alike
        self.kept = False  # whether a range was left as it is
        self.distances = distances  # for the larger of two, which makes a product of such a long sum

    def root(self, t: Term, ctx: Context) -> Theorem | None:
        th = self._first(t, ctx)
        return th if th is not None and not is_refl(th) else super().root(t, ctx)

    def _first(self, t: Term, ctx: Context) -> Theorem | None:
        definition = defined_head(t)
        if definition is not None and definition not in PARTIALS.values():
            self.note(definition.name)
            return unfold_head(t)
        if isinstance(t, k.At):
            return whole_ranges.plain_index(t)
        if not isinstance(t, App):
            return None
        if taken_apart(t) is not None:
            th = differentiate(t, ctx, shares=True)
            if th is not None:
                self.note("differentiation")
            return th
        if t.op is k.LOG:
            return self._one_fraction(t, ctx)
        if t.op is k.EXP:
            return self._undone(t, ctx) or exponents.spread(t, self.lemma, lambda *terms: nonzero_facts(ctx, *terms))
        if t.op is k.POW:
            return self._power(t, ctx)
        if t.op is k.XLOGY:
            return self._xlogy(t, ctx)
        if t.op is k.PROD:
            return self._of_exponentials(t)
        if t.op is k.MAX:
            known = larger.decided(t, ctx, self.lemma)
            return known or (larger.by_distance(t, ctx, self.lemma) if self.distances else None)
        if t.op is k.SUM:
            th = whole_ranges.plain_bounds(t) or whole_ranges.at_index(t, ctx, self.lemma)
            return th or self._completed(t, ctx) or self._picked(t, ctx) or self._geometric(t, ctx)
        return None

    def plain(self) -> Meeting:
        return Meeting((), self.completes, self.distances)

    def _completed(self, t: App, ctx: Context) -> Theorem | None:
        if self.completes:
            return whole_ranges.completed(t, ctx, self.lemma)
        self.kept = self.kept or not whole_ranges.is_whole(t)
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
        size, shared = larger.content(poly)
        rest = poly_term({fractions.over(m, shared) or field.ONE: c / size for m, c in poly.items()})
        content = fractions.scaled(size, shared)
        as_written = {factor(d): d for d in denominators(inside)}
        divisors = [
            as_written.get(d) or poly_term(dict(d)) for d, e in sorted(below.items(), key=repr) for _ in range(e)
        ]
        whole = fractions.quotient_term(times(content, rest), divisors)
        same = None if whole == inside else ring(inside, whole, ctx)
        if same is None:
            return None
        th = r.cong(k.LOG, (same,))
        split = self._split(sides(th.concl)[1], inside, rest, fractions.quotient_term(content, divisors), ctx)
        return th if split is None else chain(th, split)

    def _split(self, t: Term, inside: Term, rest: Term, by: Term, ctx: Context) -> Theorem | None:
        """The logarithm of rest times ``by`` taken apart, where the whole, as it was written, is positive."""
        if by == ONE:
            return None
        positive = side.prove(ZERO < inside, ctx), side.prove(ZERO < by, ctx)
        if positive[0] is None or positive[1] is None:
            return None
        quotient = side.prove(ZERO < inside / by, ctx.with_facts(*(th for th in positive if th is not None)))
        same = ring(inside / by, rest, ctx)
        if quotient is None or same is None:
            return None
        known = r.rel_cong(quotient, (r.refl(ZERO), same))
        self._positive[rest] = known
        return repeatedly(everywhere(self._apart))(t, ctx.with_facts(known))

    def _undone(self, t: App, ctx: Context) -> Theorem | None:
        """|- exp(log x) = x, where x is known to be positive as it was written before."""
        inner = t.args[0]
        known = self._positive.get(inner.args[0]) if isinstance(inner, App) and inner.op is k.LOG else None
        if known is None or not all(h in ctx.by_statement for h in known.hyps):
            return None
        return self.lemma("exp_log", {"x": sides(known.concl)[1]}, known)

    def _apart(self, t: Term, ctx: Context) -> Theorem | None:
        return self._log(t, ctx) if isinstance(t, App) and t.op is k.LOG else None

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

    def _of_exponentials(self, t: App) -> Theorem | None:
        """|- a product of exponentials = the exponential of the sum."""
        low, high, fn = t.args
        v = fresh("k", INT, t.free)
        body = k.at(fn, v)
        if not (isinstance(body, App) and body.op is k.EXP):
            return None
        return self.lemma("prod_exp", {"m": low, "n": high, "f": k.lam(v, body.args[0])})

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
            outside: Term = number(c)
            inside: Term = ONE
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

    def _geometric(self, t: App, ctx: Context) -> Theorem | None:
        """|- sum_k exp(c k) = (exp(m c) - exp((n + 1) c))/(1 - exp c), where c is known to differ from 0; 1/exp(k c), too."""
        low, high, fn = t.args
        if not isinstance(fn, Lam):
            return None
        v = fresh(fn.hint, INT, ctx.free | t.free)
        body = instantiate(fn, v)
        turned = isinstance(body, App) and body.op is k.DIV and body.args[0] == ONE
        power = body.args[1] if turned else body  # type: ignore[attr-defined]
        if not (isinstance(power, App) and power.op is k.EXP):
            return None
        (u,) = power.args
        try:
            poly, below = field.ratio(u, frozenset())
        except field.TooLargeError:
            return None
        if below or not all((v, 1) in m for m in poly):
            return None
        c = poly_term({m - {(v, 1)}: -x if turned else x for m, x in poly.items()})
        needs = side.prove(ne(c, ZERO), ctx), side.prove(low <= high + 1, ctx)
        if v in c.free or needs[0] is None or needs[1] is None:
            return None
        same = r.cong(k.EXP, (r.ring(-u if turned else u, v * c, ()),))
        if turned:
            same = chain(r.sym(self.lemma("exp_neg", {"x": u})), same)
        values = {"m": low, "n": high, "c": c}
        return chain(
            r.bigop_ext(k.SUM, low, high, v, same), self.lemma("sum_geometric_exp", values, needs[0], needs[1])
        )

    def _picked(self, t: App, ctx: Context) -> Theorem | None:
        """sum_z f(z) sum_s [Z(s) = z] g(s) = sum_s g(s) f(Z(s)): the inner indicator picks the outer index."""
        low, high, fn = t.args
        if not isinstance(fn, Lam):
            return None
        v = fresh(fn.hint, INT, ctx.free | t.free)
        body = instantiate(fn, v)
        for inner in factors(body):
            if not (isinstance(inner, App) and inner.op is k.SUM) or v in inner.args[0].free | inner.args[1].free:
                continue
            low2, high2, fn2 = inner.args
            w = fresh("s", INT, ctx.free | t.free | {v})
            deep = k.at(fn2, w)
            if not any(isinstance(x, App) and x.op is k.DELTA and v in x.args and w in x.free for x in factors(deep)):
                continue
            rest = without(body, inner)
            outside = ring_or_none(body, rest * inner, nonzero_facts(ctx.extend(low <= v, v <= high), body))
            if outside is None:
                continue
            come_in = self.lemma("sum_mul", {"m": low2, "n": high2, "c": rest, "f": k.lam(w, deep)})
            th = r.bigop_ext(k.SUM, low, high, v, chain(outside, r.sym(come_in)))
            self.note("sum_swap")
            whole = sides(th.concl)[1]
            assert isinstance(whole, App)
            return chain(th, self._swap(whole, v, w, rest * deep, (low, high), (low2, high2)))
        return None


def meet(a: Term, b: Term, ctx: Context, rules: tuple[Conv, ...] = ()) -> tuple[Theorem, tuple[str, ...]] | None:
    """|- a = b, and the names of what was used; None where the two normal forms differ."""
    for one in forms(rules):
        th = by_normal_form(a, b, ctx, one)
        if th is not None:
            return th, tuple(one.used)
    return None


def forms(rules: tuple[Conv, ...]) -> Iterator[Meeting]:
    """The forms in which an equation may hold, one after the other until it does: with ranges of sums as they are, and completed; with
    the larger of two by their distance, and as it is."""
    one = Meeting(rules, completes=False)
    yield one
    if one.kept:
        yield Meeting(rules)
    if any(name.startswith("two_by_distance") for name in one.used):
        yield Meeting(rules, completes=False, distances=False)


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
