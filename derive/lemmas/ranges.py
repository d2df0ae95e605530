"""The range of a sum or product: its first and last term, one term alone, splitting, shifting, reversing, telescoping."""

from __future__ import annotations

from collections.abc import Callable

from derive.kernel import rules as r
from derive.kernel.sorts import INT, Fn
from derive.kernel.terms import ADD, DELTA, PROD, SUM, Op, Term, Var, app, eq, implies, ne, substitute
from derive.kernel.theorem import Theorem
from derive.lemmas import arithmetic as ar
from derive.lemmas.base import (
    ONE,
    ZERO,
    apply_every,
    assume,
    at_values,
    c,
    every,
    f,
    g,
    i,
    j,
    k,
    lemma,
    lin,
    m,
    n,
    range_induction,
)
from derive.lemmas.logs import exp, log, log_pow, pow_pos
from derive.lemmas.products import log_prod
from derive.lemmas.sums import (
    empty_range,
    fn,
    last_term,
    prod_pos,
    product,
    sum_const,
    sum_delta,
    sum_shift,
    sum_split_at,
    sum_split_last,
    sum_sub,
    total,
)
from derive.tactics.conv import ring_with
from derive.tactics.derived import chain, instantiate, sides

__all__ = [
    "prod_const", "prod_div", "prod_first", "prod_mul", "prod_one", "prod_single", "prod_split_at", "prod_split_last",
    "prod_telescope", "sum_blocks", "sum_except", "sum_first", "sum_integers", "sum_pieces", "sum_reverse", "sum_single", "sum_telescope",
    "sum_telescope_back",
]  # fmt: skip

fk, gk = f[k], g[k]


def _same_at(value: Term, other: Term) -> Theorem:
    """f(value) = f(other), where the two are equal by calculation."""
    return r.cong_at(r.refl(f), r.ring(value, other, ()))


# --- the first term, and one alone ------------------------------------------------------------------------------------


def _single(op: Op, split: Callable[[], Theorem]) -> Theorem:
    """The range m..m: nothing before m, and then its last term."""
    last = at_values(split(), lin(m <= m), n=m)
    none = at_values(r.axiom("sum_empty" if op is SUM else "prod_empty"), lin(m - 1 < m), n=m - 1)
    return chain(last, ring_with(sides(last.concl)[1], f[m], (none,)))


@lemma(eq(total(fk, high=m), f[m]), phrase="a sum of one term is that term", features={"ranges"})
def sum_single() -> Theorem:
    return _single(SUM, lambda: sum_split_last.theorem)


@lemma(
    eq(total(fk), f[m] + total(fk, low=m + 1)),
    [m <= n],
    phrase="split off the first term",
    back="take in the first term",
)
def sum_first() -> Theorem:
    split = at_values(sum_split_at.theorem, *assume(m <= n), lin(m <= m + 1), j=m)
    return chain(split, ring_with(sides(split.concl)[1], f[m] + total(fk, low=m + 1), (sum_single.theorem,)))


@lemma(
    eq(product(fk), product(fk, high=n - 1) * f[n]),
    [m <= n],
    phrase="split off the last factor",
    back="take in the last factor",
)
def prod_split_last() -> Theorem:
    th = at_values(r.axiom("prod_last"), lin(m <= n - 1 + 1, r.assume(m <= n)), n=n - 1)
    same = r.ring(n - 1 + 1, n, ())
    left = r.cong(PROD, (r.refl(m), r.sym(same), r.refl(f)))
    right = r.cong_at(r.refl(f), same)
    return chain(left, th, ring_with(sides(th.concl)[1], product(fk, high=n - 1) * f[n], (right,)))


@lemma(
    eq(product(fk), product(fk, high=j) * product(fk, low=j + 1)),
    [m <= j + 1, j <= n],
    phrase="split the range of the product",
    back="join the ranges of the products",
)
def prod_split_at() -> Theorem:
    top = Var("N", n.sort)

    def statement(t: Term) -> Term:
        return eq(product(fk, high=t), product(fk, high=j) * product(fk, low=j + 1, high=t))

    def grown(t: Term) -> Term:
        return sides(statement(t))[1]

    none = at_values(r.axiom("prod_empty"), lin(j < j + 1), m=j + 1, n=j)
    base = r.sym(ring_with(grown(j), product(fk, high=j), (none,)))
    start = r.assume(j <= top)
    whole = last_term(fk, top, lin(m <= top + 1, r.assume(m <= j + 1), start), PROD)
    tail = at_values(r.axiom("prod_last"), lin(j + 1 <= top + 1, start), m=j + 1, n=top)
    before = ring_with(sides(whole.concl)[1], grown(top) * f[top + 1], (r.assume(statement(top)),))
    after = r.sym(ring_with(grown(top + 1), grown(top) * f[top + 1], (tail,)))
    step = chain(whole, before, after)
    return instantiate(r.induction(top, j, statement(top), base, step), {top: n})


@lemma(eq(product(fk, high=m), f[m]), phrase="a product of one factor is that factor", features={"ranges"})
def prod_single() -> Theorem:
    return _single(PROD, lambda: prod_split_last.theorem)


@lemma(
    eq(product(fk), f[m] * product(fk, low=m + 1)),
    [m <= n],
    phrase="split off the first factor",
    back="take in the first factor",
)
def prod_first() -> Theorem:
    split = at_values(prod_split_at.theorem, *assume(m <= n), lin(m <= m + 1), j=m)
    return chain(split, ring_with(sides(split.concl)[1], f[m] * product(fk, low=m + 1), (prod_single.theorem,)))


# --- the integers up to n ---------------------------------------------------------------------------------------------


@lemma(eq(total(k, low=ONE), n * (n + 1) / 2), [ZERO <= n], phrase="the sum of the integers up to n")
def sum_integers() -> Theorem:
    """By induction on n."""
    top = Var("N", n.sort)

    def statement(t: Term) -> Term:
        return eq(total(k, low=ONE, high=t), t * (t + 1) / 2)

    none = at_values(r.axiom("sum_empty"), lin(ZERO < ONE), m=ONE, n=ZERO, f=fn(k))
    base = chain(none, r.ring(ZERO, ZERO * (ZERO + 1) / 2, ()))
    last = at_values(r.axiom("sum_last"), lin(ONE <= top + 1, r.assume(ZERO <= top)), m=ONE, n=top, f=fn(k))
    step = chain(last, ring_with(sides(last.concl)[1], (top + 1) * (top + 1 + 1) / 2, (r.assume(statement(top)),)))
    done = r.induction(top, ZERO, statement(top), base, step)
    return instantiate(done, {top: n})


# --- all but one ------------------------------------------------------------------------------------------------------

_y = Var("y", n.sort)
_not_y = 1 - app(DELTA, k, _y)


@lemma(
    eq(total(_not_y * fk), total(fk) - f[_y]), [m <= _y, _y <= n], phrase="all terms but one", features={"indicators"}
)
def sum_except() -> Theorem:
    here = app(DELTA, k, _y) * fk
    apart = r.bigop_ext(SUM, m, n, k, r.ring(_not_y * fk, fk - here, ()))
    split = at_values(sum_sub.theorem, g=fn(here))
    return chain(apart, split, ring_with(total(fk) - total(here), total(fk) - f[_y], (sum_delta.theorem,)))


# --- products factor by factor ----------------------------------------------------------------------------------------


def _factorwise(left: Term, right: Term, body: Term, joined: Callable[[Term], tuple[Theorem, ...]]) -> Theorem:
    """left(n) = right(n) for products over m..n: both are 1 on the empty range and grow by equal factors.

    ``joined(k)`` gives what must be nonzero of the products of the right side up to k and of the factors at k.
    """

    def upto(t: Term, top: Term) -> Term:
        return substitute(t, {n: top})

    bodies = (body, fk, gk)

    def empty(top: Term, th: Theorem) -> Theorem:
        return ring_with(upto(left, top), upto(right, top), tuple(empty_range(b, top, th, PROD) for b in bodies))

    def step(top: Term, low: Theorem, high: Theorem, ih: Theorem) -> Theorem:
        last = last_term(body, top, low, PROD)
        ends = tuple(last_term(b, top, low, PROD) for b in (fk, gk))
        more = ring_with(sides(last.concl)[1], upto(right, top + 1), (ih, *ends), joined(top))
        return chain(last, more)

    return range_induction(m, n, lambda top: eq(upto(left, top), upto(right, top)), empty, step)


@lemma(
    eq(product(fk * gk), product(fk) * product(gk)),
    phrase="the product of a product splits",
    back="the products are joined",
)
def prod_mul() -> Theorem:
    return _factorwise(product(fk * gk), product(fk) * product(gk), fk * gk, lambda top: ())


_nonzero = every(k, m, n, ne(gk, 0))


@lemma(ne(product(gk), 0), [_nonzero], phrase="a product of nonzero factors is nonzero", internal=True)
def prod_ne_zero() -> Theorem:
    known = r.assume(_nonzero)

    def statement(top: Term) -> Term:
        return ne(product(gk, high=top), 0)

    def empty(top: Term, th: Theorem) -> Theorem:
        one = at_values(ar.ne_of_gt.theorem, lin(ZERO < ONE), a=ONE, b=ZERO)
        return r.rel_cong(one, (r.sym(empty_range(gk, top, th, PROD)), r.refl(ZERO)))

    def step(top: Term, low: Theorem, high: Theorem, ih: Theorem) -> Theorem:
        here = apply_every(known, top + 1, low, high)
        both = at_values(ar.mul_ne_zero.theorem, ih, here, a=product(gk, high=top), b=g[top + 1])
        return r.rel_cong(both, (r.sym(last_term(gk, top, low, PROD)), r.refl(ZERO)))

    return range_induction(m, n, statement, empty, step)


@lemma(
    eq(product(fk / gk), product(fk) / product(gk)),
    [_nonzero],
    phrase="the product of a quotient splits",
    back="the products are joined",
)
def prod_div() -> Theorem:
    """The product of the quotients times the product of the divisors is the product of the dividends."""
    known = r.assume(_nonzero)
    back = at_values(prod_mul.theorem, f=fn(fk / gk))  # prod (f/g) g = prod (f/g) prod g
    here = apply_every(known, k, *assume(m <= k, k <= n))
    same = r.bigop_ext(PROD, m, n, k, r.ring(fk / gk * gk, fk, (here,)))
    whole, below = product(fk / gk), product(gk)
    nonzero = prod_ne_zero.theorem
    return chain(
        r.ring(whole, whole * below / below, (nonzero,)),
        ring_with(whole * below / below, product(fk) / below, (chain(r.sym(back), same),), (nonzero,)),
    )


@lemma(eq(product(ONE), 1), phrase="a product of ones is 1")
def prod_one() -> Theorem:
    def empty(top: Term, th: Theorem) -> Theorem:
        return empty_range(ONE, top, th, PROD)

    def step(top: Term, low: Theorem, high: Theorem, ih: Theorem) -> Theorem:
        last = last_term(ONE, top, low, PROD)
        return chain(last, ring_with(sides(last.concl)[1], ONE, (ih,)))

    return range_induction(m, n, lambda top: eq(product(ONE, high=top), 1), empty, step)


@lemma(eq(product(c), c ** (n - m + 1)), [ZERO < c, m <= n + 1], phrase="the product of a constant")
def prod_const() -> Theorem:
    """Both sides are exp of (n - m + 1) log c."""
    count = n - m + 1
    positive = r.assume(ZERO < c)
    inside = at_values(r.axiom("exp_log"), _constant_product_positive(), x=product(c))
    each = r.gen(k, r.discharge(m <= k, r.discharge(k <= n, positive)))
    logs = chain(
        at_values(log_prod.theorem, each, f=fn(c)), at_values(sum_const.theorem, r.assume(m <= n + 1), c=log(c))
    )
    power = at_values(log_pow.theorem, positive, x=c, a=count)
    back = at_values(r.axiom("exp_log"), at_values(pow_pos.theorem, positive, x=c, a=count), x=c**count)
    same = ring_with(exp(log(product(c))), exp(log(c**count)), (chain(logs, r.sym(power)),))
    return chain(r.sym(inside), same, back)


def _constant_product_positive() -> Theorem:
    each = r.gen(k, r.discharge(m <= k, r.discharge(k <= n, r.assume(ZERO < c))))
    return at_values(prod_pos.theorem, each, f=fn(c))


# --- reversing and telescoping ----------------------------------------------------------------------------------------


@lemma(eq(total(fk), total(f[m + n - k])), phrase="reverse the order of the terms")
def sum_reverse() -> Theorem:
    """By induction on the top: the first term of the reversed sum is the last of the sum."""

    def turned(high: Term) -> Term:
        return total(f[m + high - k], high=high)

    def statement(t: Term) -> Term:
        return eq(total(fk, high=t), turned(t))

    def empty(t: Term, th: Theorem) -> Theorem:
        return chain(empty_range(fk, t, th), r.sym(empty_range(f[m + t - k], t, th)))

    def step(t: Term, low: Theorem, high: Theorem, ih: Theorem) -> Theorem:
        first = at_values(sum_first.theorem, low, f=fn(f[m + (t + 1) - k]), n=t + 1)
        shifted = total(f[m + (t + 1) - k], low=m + 1, high=t + 1)
        moved = at_values(sum_shift.theorem, f=fn(f[m + (t + 1) - k]), s=ONE, n=t)
        same = r.bigop_ext(SUM, m, t, k, _same_at(m + (t + 1) - (k + 1), m + t - k))
        head = _same_at(m + (t + 1) - m, t + 1)
        back = chain(first, ring_with(f[m + (t + 1) - m] + shifted, turned(t) + f[t + 1], (head, chain(moved, same))))
        last = last_term(fk, t, low)
        return chain(last, ring_with(sides(last.concl)[1], turned(t) + f[t + 1], (ih,)), r.sym(back))

    return range_induction(m, n, statement, empty, step)


@lemma(eq(total(f[k + 1] - fk), f[n + 1] - f[m]), [m <= n + 1], phrase="neighbouring terms cancel")
def sum_telescope() -> Theorem:
    """Proved for the top N from m - 1 on."""
    top = Var("N", n.sort)
    body, below = f[k + 1] - fk, m - 1

    def statement(t: Term) -> Term:
        return eq(total(body, high=t), f[t + 1] - f[m])

    none = empty_range(body, below, lin(below < m))
    base = chain(none, r.sym(ring_with(f[below + 1] - f[m], ZERO, (_same_at(below + 1, m),))))
    last = last_term(body, top, lin(m <= top + 1, r.assume(below <= top)))
    step = chain(last, ring_with(sides(last.concl)[1], f[top + 1 + 1] - f[m], (r.assume(statement(top)),)))
    done = r.induction(top, below, statement(top), base, step)
    return r.cut(lin(below <= n, r.assume(m <= n + 1)), instantiate(done, {top: n}))


@lemma(eq(total(fk - f[k - 1]), f[n] - f[m - 1]), [m <= n + 1], phrase="neighbouring terms cancel")
def sum_telescope_back() -> Theorem:
    th = at_values(sum_telescope.theorem, r.assume(m <= n + 1), f=fn(f[k - 1]))
    same = r.bigop_ext(SUM, m, n, k, ring_with(fk - f[k - 1], f[k + 1 - 1] - f[k - 1], (_same_at(k + 1 - 1, k),)))
    end = ring_with(f[n + 1 - 1] - f[m - 1], f[n] - f[m - 1], (_same_at(n + 1 - 1, n),))
    return chain(same, th, end)


_steps = every(k, m - 1, n, ne(fk, 0))


@lemma(eq(product(fk / f[k - 1]), f[n] / f[m - 1]), [m <= n + 1, _steps], phrase="neighbouring factors cancel")
def prod_telescope() -> Theorem:
    """Proved for the top N from m - 1 on, as long as N is at most n."""
    top = Var("N", n.sort)
    body, below, known = fk / f[k - 1], m - 1, r.assume(_steps)

    def statement(t: Term) -> Term:
        return implies(t <= n, eq(product(body, high=t), f[t] / f[below]))

    def nonzero(t: Term, low: Theorem, high: Theorem) -> Theorem:
        return apply_every(known, t, low, high)

    none = empty_range(body, below, lin(below < m), PROD)
    here = nonzero(below, lin(below <= below), r.assume(below <= n))
    base = r.discharge(below <= n, chain(none, r.ring(ONE, f[below] / f[below], (here,))))
    start, limit = r.assume(below <= top), r.assume(top + 1 <= n)
    ih = r.mp(r.assume(statement(top)), lin(top <= n, limit))
    last = last_term(body, top, lin(m <= top + 1, start), PROD)
    first = nonzero(below, lin(below <= below), lin(below <= n, start, limit))
    before = nonzero(top, start, lin(top <= n, limit))
    value = _same_at(top + 1 - 1, top)
    grown = ring_with(sides(last.concl)[1], f[top + 1] / f[below], (ih, value), (first, before))
    done = r.induction(top, below, statement(top), base, r.discharge(top + 1 <= n, chain(last, grown)))
    at_n = r.mp(instantiate(done, {top: n}), lin(n <= n))
    return r.cut(lin(below <= n, r.assume(m <= n + 1)), at_n)


# --- a range in pieces: piece i goes from s(i - 1) + 1 to s(i) --------------------------------------------------------

cut_at = Var("s", Fn(INT, INT))
_grows = every(i, m, n, cut_at[i - 1] <= cut_at[i])


def _next_cut(top: Term, start: Theorem, limit: Theorem) -> Theorem:
    """m - 1 <= top, top + 1 <= n |- s(top) <= s(top + 1)."""
    here = apply_every(r.assume(_grows), top + 1, lin(m <= top + 1, start), limit)
    before = r.cong_at(r.refl(cut_at), r.ring(top + 1 - 1, top, ()))
    return lin(cut_at[top] <= cut_at[top + 1], here, before)


def _by_the_top(
    statement: Callable[[Term], Term], base: Theorem, step: Callable[[Term, Theorem, Theorem], Theorem]
) -> Theorem:
    """m <= n + 1 |- statement(n), from the statement at m - 1, and at top + 1 <= n where it holds at top."""
    top, below = Var("N", INT), m - 1
    start, limit = r.assume(below <= top), r.assume(top + 1 <= n)
    more = step(top, start, limit)
    earlier = r.mp(r.assume(implies(top <= n, statement(top))), lin(top <= n, limit))
    grown = r.discharge(top + 1 <= n, r.cut(earlier, more))
    done = r.induction(top, below, implies(top <= n, statement(top)), r.discharge(below <= n, base), grown)
    at_n = r.mp(instantiate(done, {top: n}), lin(n <= n))
    return r.cut(lin(below <= n, r.assume(m <= n + 1)), at_n)


@lemma(cut_at[m - 1] <= cut_at[n], [m <= n + 1, _grows], internal=True)
def cuts_grow() -> Theorem:
    def statement(t: Term) -> Term:
        return cut_at[m - 1] <= cut_at[t]

    def step(top: Term, start: Theorem, limit: Theorem) -> Theorem:
        return lin(statement(top + 1), r.assume(statement(top)), _next_cut(top, start, limit))

    return _by_the_top(statement, lin(statement(m - 1)), step)


@lemma(
    eq(
        total(total(fk, low=cut_at[i - 1] + 1, high=cut_at[i]), i),
        total(fk, low=cut_at[m - 1] + 1, high=cut_at[n]),
    ),
    [m <= n + 1, _grows],
    phrase="the sum over the pieces is the sum over the whole",
)
def sum_pieces() -> Theorem:
    """By induction on the number of pieces: the last piece is split off the whole."""
    piece = total(fk, low=cut_at[i - 1] + 1, high=cut_at[i])

    def whole(t: Term) -> Term:
        return total(fk, low=cut_at[m - 1] + 1, high=cut_at[t])

    def statement(t: Term) -> Term:
        return eq(total(piece, i, high=t), whole(t))

    def step(top: Term, start: Theorem, limit: Theorem) -> Theorem:
        last = last_term(piece, top, lin(m <= top + 1, start), var=i)
        before = r.cong_at(r.refl(cut_at), r.ring(top + 1 - 1, top, ()))
        moved = r.cong(SUM, (r.cong(ADD, (before, r.refl(ONE))), r.refl(cut_at[top + 1]), r.refl(f)))
        below = at_values(cuts_grow.theorem, lin(m <= top + 1, start), _grows_to(top, limit), n=top)
        split = at_values(
            sum_split_at.theorem, lin(cut_at[m - 1] + 1 <= cut_at[top] + 1, below), _next_cut(top, start, limit),
            m=cut_at[m - 1] + 1, j=cut_at[top], n=cut_at[top + 1],
        )  # fmt: skip
        return lin(statement(top + 1), last, moved, split, r.assume(statement(top)))

    none = empty_range(piece, m - 1, lin(m - 1 < m), var=i)
    nothing = at_values(
        r.axiom("sum_empty"), lin(cut_at[m - 1] < cut_at[m - 1] + 1), m=cut_at[m - 1] + 1, n=cut_at[m - 1]
    )
    return _by_the_top(statement, chain(none, r.sym(nothing)), step)


def _grows_to(top: Term, limit: Theorem) -> Theorem:
    """The condition on the cuts, up to ``top`` only."""
    low, high = assume(m <= i, i <= top)
    one = apply_every(r.assume(_grows), i, low, lin(i <= n, high, limit))
    return r.gen(i, r.discharge(m <= i, r.discharge(i <= top, one)))


@lemma(
    eq(total(fk, low=ONE, high=n * m), total(total(f[(i - 1) * m + k], low=ONE, high=m), i, low=ONE)),
    [ZERO <= n, ZERO <= m],
    phrase="the sum over equal blocks is the sum over the whole",
)
def sum_blocks() -> Theorem:
    """Pieces of m terms each, in each of which the index counts from 1."""
    long, wide = assume(ZERO <= n, ZERO <= m)
    low, high = (i - 1) * m + 1, i * m
    grows = r.gen(i, r.discharge(ONE <= i, r.discharge(i <= n, lin((i - 1) * m <= i * m, wide))))
    pieces = at_values(sum_pieces.theorem, lin(ONE <= n + 1, long), grows, s=fn(i * m, i), m=ONE)
    moved = at_values(sum_shift.theorem, m=ONE, n=m, s=(i - 1) * m)
    same = r.cong(SUM, (r.ring(low, ONE + (i - 1) * m, ()), r.ring(high, m + (i - 1) * m, ()), r.refl(f)))
    counted = r.bigop_ext(SUM, ONE, m, k, _same_at(k + (i - 1) * m, (i - 1) * m + k))
    block = chain(same, moved, counted)
    start = r.cong(SUM, (r.ring((ONE - 1) * m + 1, ONE, ()), r.refl(n * m), r.refl(f)))
    return r.sym(chain(r.sym(r.bigop_ext(SUM, ONE, n, i, block)), pieces, start))
