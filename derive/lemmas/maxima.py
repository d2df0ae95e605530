"""The largest of the numbers f(m), ..., f(n): it is one of them in effect, since nothing below it bounds them all."""

from __future__ import annotations

from derive.kernel import rules as r
from derive.kernel.terms import MAX, MUL, Num, Term, app, eq, iff
from derive.kernel.theorem import Theorem
from derive.lemmas import arithmetic as ar
from derive.lemmas.base import (
    ONE,
    ZERO,
    a,
    apply_every,
    assume,
    at_values,
    axiom_lemma,
    b,
    c,
    every,
    f,
    g,
    j,
    k,
    lemma,
    lin,
    m,
    n,
    x,
)
from derive.lemmas.bounds import div_le_div_right, term_le_sum
from derive.lemmas.sums import fn, total

__all__ = [
    "max_add", "max_attained", "max_const", "max_le_iff", "max_le_max", "max_le_sum", "max_least", "max_mul", "max_single", "max_upper",
]  # fmt: skip

max_upper = axiom_lemma("max_upper", "the largest is at least each")
max_least = axiom_lemma("max_least", "the largest is at most what bounds all")

fk, gk, TWO = f[k], g[k], Num(2)
_some = m <= n
_inside = (m <= k, k <= n)


def largest(body: Term, low: Term = m, high: Term = n) -> Term:
    return app(MAX, low, high, fn(body))


def _each(statement: Theorem) -> Theorem:
    """The statement for all k in the range, of which it supposes that it is."""
    return r.gen(k, r.discharge(m <= k, r.discharge(k <= n, statement)))


def _upper(body: Term, at: Term = k) -> Theorem:
    """m <= k <= n |- the value at k is at most the largest."""
    return at_values(max_upper.theorem, f=fn(body), j=at)


def _at_most(bound: Term, body: Term, each: Theorem) -> Theorem:
    return at_values(max_least.theorem, r.assume(_some), _each(each), f=fn(body), c=bound)


def _both(left: Term, right: Term, low: Theorem, high: Theorem) -> Theorem:
    return at_values(ar.le_antisymm.theorem, low, high, x=left, y=right)


@lemma(
    largest(fk) <= largest(gk), [_some, every(k, m, n, fk <= gk)], phrase="the largest keeps the order of the values"
)
def max_le_max() -> Theorem:
    known = apply_every(r.assume(every(k, m, n, fk <= gk)), k, *assume(*_inside))
    return _at_most(largest(gk), fk, lin(fk <= largest(gk), known, _upper(gk)))


@lemma(iff(largest(fk) <= c, every(k, m, n, fk <= c)), [_some], phrase="the largest is at most what bounds all")
def max_le_iff() -> Theorem:
    bounded = every(k, m, n, fk <= c)
    forth = _each(lin(fk <= c, r.assume(largest(fk) <= c), _upper(fk)))
    return r.iff_intro(r.discharge(largest(fk) <= c, forth), r.discharge(bounded, max_least.theorem))


@lemma(eq(largest(c), c), [_some], phrase="the largest of equal numbers")
def max_const() -> Theorem:
    at_m = r.cut(lin(m <= m), r.cut(lin(m <= n, r.assume(_some)), _upper(c, m)))
    return _both(largest(c), c, _at_most(c, c, lin(c <= c)), at_m)


@lemma(eq(largest(fk, high=m), f[m]), phrase="the largest of one number")
def max_single() -> Theorem:
    same = at_values(ar.le_antisymm.theorem, *assume(k <= m, m <= k), x=k, y=m)
    value = r.cong_at(r.refl(f), same)
    chained = lin(fk <= f[m], value)
    each = r.gen(k, r.discharge(m <= k, r.discharge(k <= m, chained)))
    low = at_values(max_least.theorem, lin(m <= m), each, n=m, c=f[m])
    high = at_values(max_upper.theorem, lin(m <= m), n=m, j=m)
    return _both(largest(fk, high=m), f[m], low, high)


@lemma(
    eq(largest(fk), f[j]),
    [m <= j, j <= n, every(k, m, n, fk <= f[j])],
    phrase="the largest is the value that bounds all",
)
def max_attained() -> Theorem:
    """Where the values are greatest, there the largest of them is."""
    high = r.assume(every(k, m, n, fk <= f[j]))
    some = lin(m <= n, *assume(m <= j, j <= n))
    low = at_values(max_least.theorem, some, high, c=f[j])
    return _both(largest(fk), f[j], low, max_upper.theorem)


def _at_first(statement: Term) -> Theorem:
    """The statement at m, of those for all k in the range."""
    return apply_every(r.assume(every(k, m, n, statement)), m, lin(m <= m), r.assume(_some))


@lemma(
    ZERO < largest(fk),
    [_some, every(k, m, n, ZERO < fk)],
    phrase="the largest of positive numbers is positive",
    internal=True,
)
def max_pos() -> Theorem:
    return lin(ZERO < largest(fk), _at_first(ZERO < fk), r.cut(lin(m <= m), _upper(fk, m)), r.assume(_some))


@lemma(
    ZERO <= largest(fk),
    [_some, every(k, m, n, ZERO <= fk)],
    phrase="the largest of nonnegative numbers is nonnegative",
    internal=True,
)
def max_nonneg() -> Theorem:
    return lin(ZERO <= largest(fk), _at_first(ZERO <= fk), r.cut(lin(m <= m), _upper(fk, m)), r.assume(_some))


# --- the larger of two: of (2 - k) a + (k - 1) b for k = 1, 2 ----------------------------------------------------------


def larger(left: Term, right: Term) -> Term:
    return largest((2 - k) * left + (k - 1) * right, ONE, TWO)


def _of_two(bound: Term, *known: Theorem) -> Theorem:
    """larger(a, b) is at most what bounds both."""
    body = (2 - k) * a + (k - 1) * b
    inside = assume(ONE <= k, k <= TWO)
    share = at_values(
        ar.mul_le_mul_left.theorem, lin(a <= bound, *known), lin(ZERO <= 2 - k, *inside), c=2 - k, b=bound
    )
    other = at_values(
        ar.mul_le_mul_left.theorem, lin(b <= bound, *known), lin(ZERO <= k - 1, *inside), c=k - 1, a=b, b=bound
    )
    each = r.gen(k, r.discharge(ONE <= k, r.discharge(k <= TWO, lin(body <= bound, share, other))))
    return at_values(max_least.theorem, lin(ONE <= TWO), each, m=ONE, n=TWO, f=fn(body), c=bound)


def _is_at(place: Num, value: Term, *known: Theorem) -> Theorem:
    """larger(a, b) is the value at 1 or 2, where that bounds both."""
    body = (2 - k) * a + (k - 1) * b
    low, high = lin(ONE <= place), lin(place <= TWO)
    upper = at_values(max_upper.theorem, low, high, m=ONE, n=TWO, f=fn(body), j=place)
    return _both(larger(a, b), value, _of_two(value, *known), lin(value <= larger(a, b), upper))


@lemma(eq(larger(a, b), b), [a <= b], phrase="the larger of two is the larger", internal=True)
def larger_right() -> Theorem:
    return _is_at(TWO, b, r.assume(a <= b))


@lemma(eq(larger(a, b), a), [b <= a], phrase="the larger of two is the larger", internal=True)
def larger_left() -> Theorem:
    return _is_at(ONE, a, r.assume(b <= a))


@lemma(eq(larger(a, b), a + larger(ZERO, b - a)), phrase="the larger of two by their difference", internal=True)
def larger_by_difference() -> Theorem:
    goal = eq(larger(a, b), a + larger(ZERO, b - a))
    up, down = r.assume(a <= b), r.assume(b < a)
    right = at_values(larger_right.theorem, lin(ZERO <= b - a, up), a=ZERO, b=b - a)
    left = at_values(larger_left.theorem, lin(b - a <= ZERO, down), a=ZERO, b=b - a)
    return r.cases(
        a <= b,
        lin(goal, larger_right.theorem, right),
        lin(goal, at_values(larger_left.theorem, lin(b <= a, down)), left),
    )


# --- the largest of two, of any f: the two values, and how far they are apart --------------------------------------------

_two = largest(fk, ONE, TWO)


def _value_of_two(place: Num, less: Theorem) -> Theorem:
    """The largest of f(1) and f(2) is the value at the place, under which the other is."""

    def there(index: Num, *ends: Theorem) -> Theorem:
        same = at_values(ar.le_antisymm.theorem, *ends, x=k, y=index)
        return lin(fk <= f[place], r.cong_at(r.refl(f), same), less)

    first = there(ONE, *assume(k <= ONE, ONE <= k))
    second = there(TWO, r.assume(k <= TWO), lin(TWO <= k, r.int_step(r.assume(ONE < k))))
    each = r.gen(k, r.discharge(ONE <= k, r.discharge(k <= TWO, r.cases(k <= ONE, first, second))))
    inside = lin(ONE <= place), lin(place <= TWO)
    return at_values(max_attained.theorem, *inside, each, m=ONE, n=TWO, j=place)


@lemma(eq(_two, f[ONE]), [f[TWO] <= f[ONE]], phrase="the larger of two is the larger", internal=True)
def first_of_two() -> Theorem:
    return _value_of_two(ONE, r.assume(f[TWO] <= f[ONE]))


@lemma(eq(_two, f[TWO]), [f[ONE] <= f[TWO]], phrase="the larger of two is the larger", internal=True)
def second_of_two() -> Theorem:
    return _value_of_two(TWO, r.assume(f[ONE] <= f[TWO]))


_middle = eq(_two, (f[ONE] + f[TWO] + c * larger(x, -x)) / 2)


def _by_distance(apart: Term, when_positive: Theorem, when_negative: Theorem) -> Theorem:
    """The middle, and half the distance |c x|, where ``apart`` says that c x is the one value less the other."""

    def case(known: Theorem, distance: Term, of_x: Theorem, value: Theorem) -> Theorem:
        nonneg = at_values(
            ar.mul_nonneg.theorem, lin(ZERO <= c, r.assume(ZERO < c)), lin(ZERO <= distance, known), x=c, y=distance
        )
        size = at_values(of_x, a=x, b=-x)
        greater, larger_one = (lin(th.hyps[0], known, nonneg, r.assume(apart)) for th in (value, size))
        scaled = r.cong(MUL, (r.refl(c), r.cut(larger_one, size)))
        return lin(_middle, r.cut(greater, value), scaled, r.assume(apart))

    positive = case(r.assume(ZERO <= x), x, larger_left.theorem, when_positive)
    return r.cases(ZERO <= x, positive, case(r.assume(x < ZERO), -x, larger_right.theorem, when_negative))


_c_positive = ZERO < c


@lemma(_middle, [_c_positive, eq(f[ONE] - f[TWO], c * x)], phrase="the larger of two by their distance", internal=True)
def two_by_distance() -> Theorem:
    return _by_distance(eq(f[ONE] - f[TWO], c * x), first_of_two.theorem, second_of_two.theorem)


@lemma(_middle, [_c_positive, eq(f[TWO] - f[ONE], c * x)], phrase="the larger of two by their distance", internal=True)
def two_by_distance_back() -> Theorem:
    return _by_distance(eq(f[TWO] - f[ONE], c * x), second_of_two.theorem, first_of_two.theorem)


@lemma(
    eq(largest(fk + c), largest(fk) + c),
    [_some],
    phrase="a constant comes out of the largest",
    back="the constant goes into the largest",
)
def max_add() -> Theorem:
    moved, plain = largest(fk + c), largest(fk)
    low = _at_most(plain + c, fk + c, lin(fk + c <= plain + c, _upper(fk)))
    back = _at_most(moved - c, fk, lin(fk <= moved - c, _upper(fk + c)))
    return _both(moved, plain + c, low, lin(plain + c <= moved, back))


@lemma(
    eq(largest(c * fk), c * largest(fk)),
    [_some, ZERO < c],
    phrase="a positive factor comes out of the largest",
    back="the positive factor goes into the largest",
)
def max_mul() -> Theorem:
    scaled, plain, positive = largest(c * fk), largest(fk), r.assume(ZERO < c)
    up = at_values(ar.mul_le_mul_left.theorem, _upper(fk), lin(ZERO <= c, positive), a=fk, b=plain)
    low = _at_most(c * plain, c * fk, up)
    nonzero = at_values(ar.ne_of_gt.theorem, positive, a=c, b=ZERO)
    each = at_values(div_le_div_right.theorem, _upper(c * fk), positive, a=c * fk, b=scaled)
    one = r.rel_cong(each, (r.ring(c * fk / c, fk, (nonzero,)), r.refl(scaled / c)))
    divided = _at_most(scaled / c, fk, one)
    back = at_values(ar.mul_le_mul_left.theorem, divided, lin(ZERO <= c, positive), a=plain, b=scaled / c)
    high = r.rel_cong(back, (r.refl(c * plain), r.ring(c * (scaled / c), scaled, (nonzero,))))
    return _both(scaled, c * plain, low, high)


@lemma(
    largest(fk) <= total(fk),
    [_some, every(k, m, n, ZERO <= fk)],
    phrase="the largest of nonnegative numbers is at most their sum",
)
def max_le_sum() -> Theorem:
    return _at_most(total(fk), fk, at_values(term_le_sum.theorem, j=k))
