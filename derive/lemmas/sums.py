"""Finite sums and products over the integers m..n, from the empty range and the last term."""

from __future__ import annotations

from collections.abc import Callable

from derive.kernel import rules as r
from derive.kernel import terms
from derive.kernel.sorts import INT, REAL, Fn
from derive.kernel.terms import App, Lam, Op, Term, Var, abstract, app, eq, implies, ne, substitute
from derive.kernel.theorem import Theorem
from derive.lemmas import arithmetic as ar
from derive.lemmas.base import (
    ONE,
    ZERO,
    apply_every,
    assume,
    at_values,
    axiom_lemma,
    c,
    every,
    f,
    from_false,
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
from derive.tactics.conv import ring_with
from derive.tactics.derived import chain, instantiate, sides

__all__ = [
    "prod_empty", "prod_last", "sum_add", "sum_const", "sum_delta", "sum_div", "sum_empty", "sum_last", "sum_le",
    "sum_mul", "sum_mul_right", "sum_neg", "sum_nonneg", "sum_one", "sum_pos", "sum_shift", "sum_split_at",
    "sum_split_last", "sum_sub", "sum_swap", "sum_zero", "terms_zero_of_sum_zero",
]  # fmt: skip

sum_empty = axiom_lemma("sum_empty", "an empty sum is 0", features={"ranges"})
sum_last = axiom_lemma("sum_last", "split off the last term", back="take in the last term")
prod_empty = axiom_lemma("prod_empty", "an empty product is 1", features={"ranges"})
prod_last = axiom_lemma("prod_last", "split off the last factor", back="take in the last factor")

y = Var("y", INT)
s = Var("s", INT)


def fn(body: Term, var: Var = k) -> Lam:
    return Lam(var.name, INT, abstract(body, var))


def total(body: Term, var: Var = k, low: Term = m, high: Term = n) -> Term:
    return app(terms.SUM, low, high, fn(body, var))


def product(body: Term, var: Var = k, low: Term = m, high: Term = n) -> Term:
    return app(terms.PROD, low, high, fn(body, var))


def empty_range(body: Term, top: Term, th: Theorem, op: Op = terms.SUM, var: Var = k) -> Theorem:
    return at_values(r.axiom("sum_empty" if op is terms.SUM else "prod_empty"), th, n=top, f=fn(body, var))


def last_term(body: Term, top: Term, low: Theorem, op: Op = terms.SUM, var: Var = k) -> Theorem:
    return at_values(r.axiom("sum_last" if op is terms.SUM else "prod_last"), low, n=top, f=fn(body, var))


def _upto(term: Term, top: Term) -> Term:
    return substitute(term, {n: top})


def linear_law(left: Term, right: Term, *bodies: Term) -> Theorem:
    """|- left = right by range induction, where the step is linear in sums of the bodies."""

    def empty(top: Term, th: Theorem) -> Theorem:
        return lin(eq(_upto(left, top), _upto(right, top)), *(empty_range(b, top, th) for b in bodies))

    def step(top: Term, low: Theorem, high: Theorem, ih: Theorem) -> Theorem:
        return lin(eq(_upto(left, top + 1), _upto(right, top + 1)), ih, *(last_term(b, top, low) for b in bodies))

    return range_induction(m, n, lambda top: eq(_upto(left, top), _upto(right, top)), empty, step)


fk, gk = f[k], g[k]


@lemma(
    eq(total(fk + gk), total(fk) + total(gk)),
    phrase="the sum of a sum splits",
    back="the sums are joined",
    features={"sums"},
)
def sum_add() -> Theorem:
    return linear_law(total(fk + gk), total(fk) + total(gk), fk + gk, fk, gk)


@lemma(
    eq(total(fk - gk), total(fk) - total(gk)),
    phrase="the sum of a difference splits",
    back="the sums are joined",
    features={"sums"},
)
def sum_sub() -> Theorem:
    return linear_law(total(fk - gk), total(fk) - total(gk), fk - gk, fk, gk)


@lemma(
    eq(total(-fk), -total(fk)),
    phrase="the sign comes out of the sum",
    back="the sign goes into the sum",
    features={"sums"},
)
def sum_neg() -> Theorem:
    return linear_law(total(-fk), -total(fk), -fk, fk)


@lemma(
    eq(total(c * fk), c * total(fk)),
    phrase="the constant factor comes out of the sum",
    back="the constant factor goes into the sum",
    features={"sums"},
)
def sum_mul() -> Theorem:
    left, right = total(c * fk), c * total(fk)

    def empty(top: Term, th: Theorem) -> Theorem:
        return ring_with(_upto(left, top), _upto(right, top), (empty_range(c * fk, top, th), empty_range(fk, top, th)))

    def step(top: Term, low: Theorem, high: Theorem, ih: Theorem) -> Theorem:
        more = chain(
            last_term(c * fk, top, low),
            ring_with(_upto(left, top) + c * f[top + 1], _upto(right, top) + c * f[top + 1], (ih,)),
        )
        return chain(
            more,
            r.sym(ring_with(_upto(right, top + 1), _upto(right, top) + c * f[top + 1], (last_term(fk, top, low),))),
        )

    return range_induction(m, n, lambda top: eq(_upto(left, top), _upto(right, top)), empty, step)


@lemma(
    eq(total(fk * c), total(fk) * c),
    phrase="the constant factor comes out of the sum",
    back="the constant factor goes into the sum",
    features={"sums"},
)
def sum_mul_right() -> Theorem:
    flip = r.bigop_ext(terms.SUM, m, n, k, r.ring(fk * c, c * fk, ()))
    return chain(flip, sum_mul.theorem, r.ring(c * total(fk), total(fk) * c, ()))


@lemma(
    eq(total(fk / c), total(fk) / c),
    [ne(c, 0)],
    phrase="the constant divisor comes out of the sum",
    back="the constant divisor goes into the sum",
    features={"sums"},
)
def sum_div() -> Theorem:
    nonzero = r.assume(ne(c, 0))
    flip = r.bigop_ext(terms.SUM, m, n, k, r.ring(fk / c, 1 / c * fk, (nonzero,)))
    pull = at_values(sum_mul.theorem, c=1 / c)
    return chain(flip, pull, r.ring(1 / c * total(fk), total(fk) / c, (nonzero,)))


@lemma(eq(total(ZERO), 0), phrase="a sum of zeros is 0", features={"sums"})
def sum_zero() -> Theorem:
    return linear_law(total(ZERO), ZERO, ZERO)


@lemma(eq(total(c), (n - m + 1) * c), [m <= n + 1], phrase="the sum of a constant", features={"sums", "constants"})
def sum_const() -> Theorem:
    """Proved for the top N from m - 1 on, so that the number of terms N - m + 1 is not negative."""
    top = Var("N", INT)
    below = m - 1

    def statement(t: Term) -> Term:
        return eq(total(c, high=t), (t - m + 1) * c)

    base = chain(empty_range(c, below, lin(below < m)), r.ring(ZERO, (below - m + 1) * c, ()))
    low = lin(m <= top + 1, r.assume(below <= top))
    grown = ring_with(total(c, high=top) + c, (top + 1 - m + 1) * c, (r.assume(statement(top)),))
    step = chain(last_term(c, top, low), grown)
    done = r.induction(top, below, statement(top), base, step)
    return r.cut(lin(below <= n, r.assume(m <= n + 1)), instantiate(done, {top: n}))


@lemma(eq(total(ONE, low=ONE), n), [ZERO <= n], phrase="counting", features={"sums", "constants"})
def sum_one() -> Theorem:
    th = at_values(sum_const.theorem, lin(ONE <= n + 1, r.assume(ZERO <= n)), m=ONE, c=ONE)
    return chain(th, r.ring((n - 1 + 1) * ONE, n, ()))


def _signs(
    op: Op, relation: Op, zero: Term, combine: Callable[[Theorem, Theorem, Term], Theorem], start: Theorem
) -> Theorem:
    """for all k in m..n: 0 r f(k) |- 0 r (sum or product of f)."""
    known = r.assume(every(k, m, n, App(relation, (ZERO, fk))))
    whole = total(fk) if op is terms.SUM else product(fk)

    def statement(top: Term) -> Term:
        return App(relation, (ZERO, _upto(whole, top)))

    def empty(top: Term, th: Theorem) -> Theorem:
        return r.rel_cong(start, (r.refl(ZERO), r.sym(empty_range(fk, top, th, op))))

    def step(top: Term, low: Theorem, high: Theorem, ih: Theorem) -> Theorem:
        here = apply_every(known, top + 1, low, high)
        return r.rel_cong(combine(ih, here, top), (r.refl(ZERO), r.sym(last_term(fk, top, low, op))))

    return range_induction(m, n, statement, empty, step)


@lemma(
    ZERO < product(fk), [every(k, m, n, ZERO < fk)], phrase="a product of positive numbers is positive", internal=True
)
def prod_pos() -> Theorem:
    def combine(ih: Theorem, here: Theorem, top: Term) -> Theorem:
        return at_values(ar.mul_pos.theorem, ih, here, x=product(fk, high=top), y=f[top + 1])

    return _signs(terms.PROD, terms.LT, ONE, combine, lin(ZERO < ONE))


def prod_pos_to(top: Term, within: Theorem) -> Theorem:
    """top <= n, all f(k) positive on m..n |- 0 < product of f over m..top."""
    known = r.assume(every(k, m, n, ZERO < fk))
    v = Var("k_", INT)
    low, high = assume(m <= v, v <= top)
    here = apply_every(known, v, low, lin(v <= n, high, within))
    fewer = r.gen(v, r.discharge(m <= v, r.discharge(v <= top, here)))
    return at_values(prod_pos.theorem, fewer, n=top)


@lemma(ZERO <= total(fk), [every(k, m, n, ZERO <= fk)], phrase="a sum of nonnegative terms is nonnegative")
def sum_nonneg() -> Theorem:
    return _signs(
        terms.SUM,
        terms.LE,
        ZERO,
        lambda ih, here, top: lin(ZERO <= total(fk, high=top) + f[top + 1], ih, here),
        lin(ZERO <= ZERO),
    )


@lemma(
    eq(total(fk), total(fk, high=n - 1) + f[n]),
    [m <= n],
    phrase="split off the last term",
    back="take in the last term",
)
def sum_split_last() -> Theorem:
    th = at_values(sum_last.theorem, lin(m <= n - 1 + 1, r.assume(m <= n)), n=n - 1)
    same = r.ring(n - 1 + 1, n, ())
    left = r.cong(terms.SUM, (r.refl(m), r.sym(same), r.refl(f)))
    right = r.cong_at(r.refl(f), same)
    return chain(left, th, ring_with(sides(th.concl)[1], total(fk, high=n - 1) + f[n], (right,)))


@lemma(
    ZERO < total(fk),
    [m <= n, every(k, m, n, ZERO < fk)],
    phrase="a nonempty sum of positive terms is positive",
)
def sum_pos() -> Theorem:
    known = r.assume(every(k, m, n, ZERO < fk))
    last = apply_every(known, n, r.assume(m <= n), lin(n <= n))
    v = Var("k_", INT)
    low, high = assume(m <= v, v <= n - 1)
    weak = lin(ZERO <= f[v], apply_every(known, v, low, lin(v <= n, high)))
    rest = at_values(sum_nonneg.theorem, r.gen(v, r.discharge(m <= v, r.discharge(v <= n - 1, weak))), n=n - 1)
    return lin(ZERO < total(fk), rest, last, sum_split_last.theorem)


@lemma(total(fk) <= total(gk), [every(k, m, n, fk <= gk)], phrase="the sum keeps the order of its terms")
def sum_le() -> Theorem:
    known = r.assume(every(k, m, n, fk <= gk))
    v = Var("k_", INT)
    low, high = assume(m <= v, v <= n)
    differ = lin(ZERO <= g[v] - f[v], apply_every(known, v, low, high))
    th = at_values(sum_nonneg.theorem, r.gen(v, r.discharge(m <= v, r.discharge(v <= n, differ))), f=fn(gk - fk))
    return lin(total(fk) <= total(gk), th, at_values(sum_sub.theorem, f=g, g=f))


@lemma(
    every(j, m, n, eq(f[j], 0)),
    [every(k, m, n, ZERO <= fk), eq(total(fk), 0)],
    phrase="a sum of nonnegative terms is 0 only if each is",
)
def terms_zero_of_sum_zero() -> Theorem:
    """By induction: if the sum to N is 0 then f(j) = 0 for j <= N; in the step both the sum to N and f(N + 1) are 0."""
    known = r.assume(every(k, m, n, ZERO <= fk))

    def partial(top: Term) -> Term:
        return total(fk, high=top)

    def goal(top: Term) -> Term:
        return every(j, m, top, eq(f[j], 0))

    def statement(top: Term) -> Term:
        return implies(eq(partial(top), 0), goal(top))

    def pack(top: Term, inner: Theorem) -> Theorem:
        return r.gen(j, r.discharge(m <= j, r.discharge(j <= top, inner)))

    def empty(top: Term, th: Theorem) -> Theorem:
        inner = from_false(eq(f[j], 0), *assume(m <= j, j <= top), th)
        return r.discharge(eq(partial(top), 0), pack(top, inner))

    def step(top: Term, low: Theorem, high: Theorem, ih: Theorem) -> Theorem:
        zero = r.assume(eq(partial(top + 1), 0))
        here = apply_every(known, top + 1, low, high)
        v = Var("k_", INT)
        lo, hi = assume(m <= v, v <= top)
        before = apply_every(known, v, lo, lin(v <= n, hi, high))
        rest = at_values(sum_nonneg.theorem, r.gen(v, r.discharge(m <= v, r.discharge(v <= top, before))), n=top)
        split = last_term(fk, top, low)
        antisymm = ar.le_antisymm.theorem
        last_zero = at_values(antisymm, lin(f[top + 1] <= 0, zero, split, rest), here, x=f[top + 1], y=ZERO)
        rest_zero = at_values(antisymm, lin(partial(top) <= 0, zero, split, here), rest, x=partial(top), y=ZERO)
        earlier = r.mp(ih, rest_zero)
        inside = apply_every(earlier, j, *assume(m <= j, j <= top))
        at_top = r.assume(eq(j, top + 1))
        end = chain(r.cong_at(r.refl(f), at_top), last_zero)
        beyond = r.cut(
            lin(
                j <= top,
                at_values(ar.lt_of_le_of_ne.theorem, *assume(j <= top + 1, ne(j, top + 1)), a=j, b=top + 1),
            ),
            inside,
        )
        both = r.cases(eq(j, top + 1), end, beyond)
        return r.discharge(eq(partial(top + 1), 0), pack(top + 1, both))

    return r.mp(range_induction(m, n, statement, empty, step), r.assume(eq(total(fk), 0)))


def _delta_zero_before(top: Term, above: Theorem) -> Theorem:
    """top < y |- sum_{m..top} [k = y] f(k) = 0."""
    body = app(terms.DELTA, k, y) * fk
    lo = r.assume(k <= top)
    differ = at_values(ar.ne_of_lt.theorem, lin(k < y, lo, above), a=k, b=y)
    term_zero = ring_with(body, ZERO, (at_values(r.axiom("delta_diff"), differ, i=k, j=y),))
    return chain(r.bigop_ext(terms.SUM, m, top, k, term_zero), at_values(sum_zero.theorem, n=top))


@lemma(
    eq(total(app(terms.DELTA, k, y) * fk), f[y]),
    [m <= y, y <= n],
    phrase="the indicator picks out its one term",
    back="the one term as a sum with an indicator",
    features={"indicators"},
)
def sum_delta() -> Theorem:
    """By induction on the top from y on: at y the last term is f(y), later terms are 0."""
    body = app(terms.DELTA, k, y) * fk
    top = Var("N", INT)

    def statement(t: Term) -> Term:
        return eq(total(body, high=t), f[y])

    at_y = at_values(sum_split_last.theorem, r.assume(m <= y), n=y, f=fn(body))
    before = _delta_zero_before(y - 1, lin(y - 1 < y))
    same = at_values(r.axiom("delta_same"), i=y)
    base = chain(at_y, ring_with(sides(at_y.concl)[1], f[y], (before, same)))
    start = r.assume(y <= top)
    last = last_term(body, top, lin(m <= top + 1, r.assume(m <= y), start))
    differ = at_values(ar.ne_of_gt.theorem, lin(y < top + 1, start), a=top + 1, b=y)
    gone = at_values(r.axiom("delta_diff"), differ, i=top + 1, j=y)
    step = chain(last, ring_with(sides(last.concl)[1], f[y], (r.assume(statement(top)), gone)))
    done = r.induction(top, y, statement(top), base, step)
    return instantiate(done, {top: n})


@lemma(
    eq(total(app(terms.DELTA, y, k) * fk), f[y]),
    [m <= y, y <= n],
    phrase="the indicator picks out its one term",
    back="the one term as a sum with an indicator",
    name="sum_delta'",
    internal=True,
    features={"indicators"},
)
def sum_delta_() -> Theorem:
    flip = at_values(ar.delta_comm.theorem, i=y, j=k)
    return chain(
        r.bigop_ext(terms.SUM, m, n, k, ring_with(app(terms.DELTA, y, k) * fk, app(terms.DELTA, k, y) * fk, (flip,))),
        sum_delta.theorem,
    )


f2 = Var("f", Fn(INT, Fn(INT, REAL)))
m2, n2 = Var("m2", INT), Var("n2", INT)


@lemma(
    eq(total(total(f2[i][j], j, m2, n2), i), total(total(f2[i][j], i), j, m2, n2)),
    phrase="the order of two finite sums can be swapped",
    features={"nested"},
)
def sum_swap() -> Theorem:
    inner = total(f2[i][j], j, m2, n2)
    left, right = total(inner, i), total(total(f2[i][j], i), j, m2, n2)

    def statement(top: Term) -> Term:
        return eq(_upto(left, top), _upto(right, top))

    def empty(top: Term, th: Theorem) -> Theorem:
        none = r.bigop_ext(terms.SUM, m2, n2, j, empty_range(f2[i][j], top, th, terms.SUM, i))
        return chain(
            empty_range(inner, top, th, terms.SUM, i), r.sym(chain(none, at_values(sum_zero.theorem, m=m2, n=n2)))
        )

    def step(top: Term, low: Theorem, high: Theorem, ih: Theorem) -> Theorem:
        row = total(f2[top + 1][j], j, m2, n2)
        grown = last_term(inner, top, low, terms.SUM, i)
        columns = r.bigop_ext(terms.SUM, m2, n2, j, last_term(f2[i][j], top, low, terms.SUM, i))
        apart = at_values(sum_add.theorem, m=m2, n=n2, f=fn(total(f2[i][j], i, m, top), j), g=fn(f2[top + 1][j], j))
        return chain(
            grown,
            ring_with(_upto(left, top) + row, _upto(right, top) + row, (ih,)),
            r.sym(chain(columns, apart)),
        )

    return range_induction(m, n, statement, empty, step)


@lemma(eq(total(fk, low=m + s, high=n + s), total(f[k + s])), phrase="shift the index", features={"shift"})
def sum_shift() -> Theorem:
    left, right = total(fk, low=m + s, high=n + s), total(f[k + s])

    def statement(top: Term) -> Term:
        return eq(_upto(left, top), _upto(right, top))

    def empty(top: Term, th: Theorem) -> Theorem:
        first = at_values(r.axiom("sum_empty"), lin(top + s < m + s, th), m=m + s, n=top + s)
        return chain(first, r.sym(empty_range(f[k + s], top, th)))

    def step(top: Term, low: Theorem, high: Theorem, ih: Theorem) -> Theorem:
        regroup = r.ring(top + 1 + s, top + s + 1, ())
        bound = r.cong(terms.SUM, (r.refl(m + s), regroup, r.refl(f)))
        last = at_values(r.axiom("sum_last"), lin(m + s <= top + s + 1, low), m=m + s, n=top + s)
        value = r.cong_at(r.refl(f), r.ring(top + s + 1, top + 1 + s, ()))
        grown = chain(bound, last, ring_with(sides(last.concl)[1], _upto(right, top) + f[top + 1 + s], (ih, value)))
        return chain(grown, r.sym(last_term(f[k + s], top, low)))

    return range_induction(m, n, statement, empty, step)


@lemma(
    eq(total(fk), total(fk, high=j) + total(fk, low=j + 1)),
    [m <= j + 1, j <= n],
    phrase="split the range of the sum",
    back="join the ranges of the sums",
)
def sum_split_at() -> Theorem:
    top = Var("N", INT)

    def statement(t: Term) -> Term:
        return eq(total(fk, high=t), total(fk, high=j) + total(fk, low=j + 1, high=t))

    none = at_values(r.axiom("sum_empty"), lin(j < j + 1), m=j + 1, n=j)
    base = lin(statement(j), none)
    start = r.assume(j <= top)
    whole = last_term(fk, top, lin(m <= top + 1, r.assume(m <= j + 1), start))
    tail = at_values(r.axiom("sum_last"), lin(j + 1 <= top + 1, start), m=j + 1, n=top)
    step = lin(statement(top + 1), whole, tail, r.assume(statement(top)))
    return instantiate(r.induction(top, j, statement(top), base, step), {top: n})
