"""Derivatives of functions of a real number: what the axioms give for the shapes that ``calculus`` meets."""

from __future__ import annotations

from derive.kernel import rules as r
from derive.kernel.sorts import FAMILY, INT, REAL, Fn
from derive.kernel.terms import EXP, HAS_DERIVATIVE, POW, PROD, SUM, Lam, Num, Op, Term, Var, abstract, app, at, lam, ne
from derive.kernel.theorem import Theorem
from derive.lemmas import arithmetic as ar
from derive.lemmas import logs
from derive.lemmas.base import (
    ONE,
    ZERO,
    a,
    apply_every,
    assume,
    at_values,
    b,
    c,
    every,
    k,
    lemma,
    lin,
    m,
    n,
    range_induction,
    x,
)
from derive.lemmas.logs import exp, log
from derive.lemmas.maxima import larger, larger_by_difference, larger_left, larger_right
from derive.lemmas.sums import empty_range, fn, last_term, product, sum_mul_right, total
from derive.tactics.conv import ring_with
from derive.tactics.derived import chain, sides

__all__ = ["derivative_power"]

F, G, Fk = Var("F", Fn(REAL, REAL)), Var("G", Fn(REAL, REAL)), Var("F", Fn(INT, Fn(REAL, REAL)))
l1, l2, slopes = Var("l1", REAL), Var("l2", REAL), Var("l", FAMILY)


def of_x(body: Term) -> Lam:
    return Lam("x", REAL, abstract(body, x))


def has(body: Term, value: Term) -> Term:
    """The function x |-> body has at x the derivative ``value``."""
    return app(HAS_DERIVATIVE, of_x(body), x, value)


_F, _G = has(F[x], l1), has(G[x], l2)


def _turned(th: Theorem, body: Theorem, value: Theorem) -> Theorem:
    """has(f, l) with f(x) = g(x) and l = l' gives has(g, l')."""
    return r.rel_cong(th, (r.ext(x, body), r.refl(x), value))


def _tidied(th: Theorem, body: Term, value: Term, *nonzero: Theorem) -> Theorem:
    """The same with both equations by the field identities."""
    return _turned(th, r.ring(at(th.concl.args[0], x), body, ()), r.ring(slope_of(th), value, nonzero))  # type: ignore[attr-defined]


def slope_of(th: Theorem) -> Term:
    """The derivative in a theorem that says what it is."""
    return th.concl.args[2]  # type: ignore[attr-defined,no-any-return]


def _const(value: Term) -> Theorem:
    return at_values(r.axiom("derivative_const"), c=value)


# --- arithmetic ------------------------------------------------------------------------------------------------------


@lemma(has(a + b * x, b), phrase="the slope of a line", internal=True)
def derivative_line() -> Theorem:
    times = at_values(
        r.axiom("derivative_mul"), _const(b), r.axiom("derivative_id"), F=of_x(b), G=of_x(x), l1=ZERO, l2=ONE
    )
    slope = slope_of(times)
    plus = at_values(r.axiom("derivative_add"), _const(a), times, F=of_x(a), G=of_x(b * x), l1=ZERO, l2=slope)
    return _tidied(plus, a + b * x, b)


@lemma(has(c * F[x], c * l1), [_F], phrase="a constant factor stays", internal=True)
def derivative_scale() -> Theorem:
    th = at_values(r.axiom("derivative_mul"), _const(c), r.assume(_F), F=of_x(c), G=F, l1=ZERO, l2=l1)
    return _tidied(th, c * F[x], c * l1)


@lemma(has(F[x] * c, l1 * c), [_F], phrase="a constant factor stays", internal=True)
def derivative_scale_right() -> Theorem:
    return _tidied(derivative_scale.theorem, F[x] * c, l1 * c)


@lemma(has(F[x] / c, l1 / c), [_F, ne(c, 0)], phrase="a constant divisor stays", internal=True)
def derivative_over() -> Theorem:
    nonzero = r.assume(ne(c, 0))
    th = at_values(r.axiom("derivative_div"), r.assume(_F), _const(c), nonzero, G=of_x(c), l2=ZERO)
    return _tidied(th, F[x] / c, l1 / c, nonzero)


@lemma(has(1 / F[x], -(l1 / (F[x] * F[x]))), [_F, ne(F[x], 0)], phrase="the derivative of a reciprocal", internal=True)
def derivative_inv() -> Theorem:
    nonzero = r.assume(ne(F[x], 0))
    th = at_values(r.axiom("derivative_div"), _const(ONE), r.assume(_F), nonzero, F=of_x(ONE), G=F, l1=ZERO, l2=l1)
    both = at_values(ar.mul_ne_zero.theorem, nonzero, a=F[x], b=F[x])
    return _tidied(th, 1 / F[x], -(l1 / (F[x] * F[x])), nonzero, both)


@lemma(has(-F[x], -l1), [_F], phrase="the sign comes out of the derivative", internal=True)
def derivative_neg() -> Theorem:
    th = at_values(derivative_scale.theorem, c=Num(-1))
    return _tidied(th, -F[x], -l1)


@lemma(has(F[x] - G[x], l1 - l2), [_F, _G], phrase="the derivative of a difference", internal=True)
def derivative_sub() -> Theorem:
    minus = at_values(derivative_neg.theorem, r.assume(_G), F=G, l1=l2)
    th = at_values(r.axiom("derivative_add"), r.assume(_F), minus, G=of_x(-G[x]), l2=-l2)
    return _tidied(th, F[x] - G[x], l1 - l2)


# --- exp, log and powers ---------------------------------------------------------------------------------------------


@lemma(has(exp(F[x]), exp(F[x]) * l1), [_F], phrase="the derivative of exp", internal=True)
def derivative_exp_of() -> Theorem:
    outer = at_values(r.axiom("derivative_exp"), x=F[x])
    return at_values(r.axiom("derivative_chain"), r.assume(_F), outer, F=of_x(exp(x)), G=F, l2=exp(F[x]))


@lemma(has(log(F[x]), l1 / F[x]), [_F, ZERO < F[x]], phrase="the derivative of log", internal=True)
def derivative_log_of() -> Theorem:
    positive = r.assume(ZERO < F[x])
    outer = at_values(r.axiom("derivative_log"), positive, x=F[x])
    th = at_values(r.axiom("derivative_chain"), r.assume(_F), outer, F=of_x(log(x)), G=F, l2=1 / F[x])
    nonzero = at_values(ar.ne_of_gt.theorem, positive, a=F[x], b=ZERO)
    return r.rel_cong(th, (r.refl(of_x(log(F[x]))), r.refl(x), r.ring(1 / F[x] * l1, l1 / F[x], (nonzero,))))


def _power(base: Term, exponent: Term) -> Term:
    return app(POW, base, exponent)


@lemma(has(_power(x, a), a * _power(x, a - 1)), [ZERO < x], phrase="the derivative of a power")
def derivative_power() -> Theorem:
    """Where s is positive, s^a is exp(a log s)."""
    positive = r.assume(ZERO < x)
    nonzero = at_values(ar.ne_of_gt.theorem, positive, a=x, b=ZERO)
    inner = at_values(derivative_scale.theorem, r.axiom("derivative_log"), F=of_x(log(x)), l1=1 / x, c=a)
    outer = at_values(derivative_exp_of.theorem, inner, F=of_x(a * log(x)), l1=a * (1 / x))
    v = Var("y_", REAL)
    at_v = r.assume(ZERO < v)
    same = r.sym(at_values(r.axiom("pow_eq_exp"), at_v, x=v))
    near = r.gen(v, r.discharge(ZERO < v, r.discharge(v < x + 1, same)))
    local = at_values(
        r.axiom("derivative_local"), near, positive, lin(x < x + 1), outer,
        F=of_x(exp(a * log(x))), G=of_x(_power(x, a)), a=ZERO, c=x + 1, l1=exp(a * log(x)) * (a * (1 / x)),
    )  # fmt: skip
    below = at_values(r.axiom("pow_eq_exp"), positive, a=a - 1)
    split = chain(
        r.cong(EXP, (r.ring((a - 1) * log(x), a * log(x) - log(x), ()),)),
        at_values(logs.exp_sub.theorem, x=a * log(x), y=log(x)),
        ring_with(exp(a * log(x)) / exp(log(x)), exp(a * log(x)) / x, (at_values(r.axiom("exp_log"), positive),)),
    )
    down = chain(below, split)
    value = r.sym(ring_with(a * _power(x, a - 1), exp(a * log(x)) * (a * (1 / x)), (down,), (nonzero,)))
    return r.rel_cong(local, (r.refl(of_x(_power(x, a))), r.refl(x), value))


@lemma(
    has(_power(F[x], a), a * _power(F[x], a - 1) * l1),
    [_F, ZERO < F[x]],
    phrase="the derivative of a power",
    internal=True,
)
def derivative_power_of() -> Theorem:
    outer = at_values(derivative_power.theorem, r.assume(ZERO < F[x]), x=F[x])
    slope = a * _power(F[x], a - 1)
    return at_values(r.axiom("derivative_chain"), r.assume(_F), outer, F=of_x(_power(x, a)), G=F, l2=slope)


# --- the larger of two, away from where they are equal ----------------------------------------------------------------


def _larger_at(of_zero: Theorem, value: Term, low: Term, high: Term, slope: Theorem) -> Theorem:
    """The slope of larger(0, s) at x, where it is ``value`` for s from low to high."""
    v = Var("y_", REAL)
    same = r.sym(at_values(of_zero, a=ZERO, b=v))
    near = r.gen(
        v, r.discharge(low < v, r.discharge(v < high, r.cut(lin(same.hyps[0], *assume(low < v, v < high)), same)))
    )
    ends = (r.assume(ZERO < x), lin(x < high)) if low == ZERO else (lin(low < x), r.assume(x < ZERO))
    return at_values(
        r.axiom("derivative_local"), near, *ends, slope,
        F=of_x(value), G=of_x(larger(ZERO, x)), a=low, c=high, l1=slope_of(slope),
    )  # fmt: skip


def _larger(of_positive: bool) -> Theorem:
    """By the chain rule on F + larger(0, G - F)."""
    condition = F[x] < G[x] if of_positive else G[x] < F[x]
    if of_positive:
        at_zero = _larger_at(larger_right.theorem, x, ZERO, x + 1, r.axiom("derivative_id"))
    else:
        at_zero = _larger_at(larger_left.theorem, ZERO, x - 1, ZERO, _const(ZERO))
    slope = slope_of(at_zero)
    difference = at_values(derivative_sub.theorem, r.assume(_G), r.assume(_F), F=G, G=F, l1=l2, l2=l1)
    sign = lin(ZERO < G[x] - F[x] if of_positive else G[x] - F[x] < ZERO, r.assume(condition))
    outer = at_values(at_zero, sign, x=G[x] - F[x])
    inner = at_values(
        r.axiom("derivative_chain"),
        difference,
        outer,
        F=of_x(larger(ZERO, x)),
        G=of_x(G[x] - F[x]),
        l1=l2 - l1,
        l2=slope,
    )
    whole = at_values(
        r.axiom("derivative_add"), r.assume(_F), inner, G=of_x(larger(ZERO, G[x] - F[x])), l2=slope_of(inner)
    )
    same = r.sym(at_values(larger_by_difference.theorem, a=F[x], b=G[x]))
    return _turned(whole, same, r.ring(slope_of(whole), l2 if of_positive else l1, ()))


@lemma(has(larger(F[x], G[x]), l2), [_F, _G, F[x] < G[x]], phrase="the derivative of the larger", internal=True)
def derivative_larger_right() -> Theorem:
    return _larger(True)


@lemma(has(larger(F[x], G[x]), l1), [_F, _G, G[x] < F[x]], phrase="the derivative of the larger", internal=True)
def derivative_larger_left() -> Theorem:
    return _larger(False)


# --- long sums and products ------------------------------------------------------------------------------------------

_each = every(k, m, n, app(HAS_DERIVATIVE, of_x(Fk[k][x]), x, slopes[k]))


def _upto(op: Op, top: Term) -> Term:
    return app(op, m, top, fn(Fk[k][x]))


@lemma(has(_upto(SUM, n), total(slopes[k])), [_each], phrase="term by term", internal=True)
def derivative_sum() -> Theorem:
    known = r.assume(_each)

    def statement(top: Term) -> Term:
        return has(_upto(SUM, top), total(slopes[k], high=top))

    def empty(top: Term, th: Theorem) -> Theorem:
        value = r.sym(empty_range(slopes[k], top, th))
        return _turned(_const(ZERO), r.sym(empty_range(Fk[k][x], top, th)), value)

    def step(top: Term, low: Theorem, high: Theorem, ih: Theorem) -> Theorem:
        here = apply_every(known, top + 1, low, high)
        th = at_values(
            r.axiom("derivative_add"), ih, here,
            F=of_x(_upto(SUM, top)), G=Fk[top + 1], l1=total(slopes[k], high=top), l2=slopes[top + 1],
        )  # fmt: skip
        return _turned(th, r.sym(last_term(Fk[k][x], top, low)), r.sym(last_term(slopes[k], top, low)))

    return range_induction(m, n, statement, empty, step)


_i = Var("i", INT)


def _others(top: Term) -> Term:
    """The i-th slope times the factors before and behind."""
    before, behind = product(Fk[k][x], high=_i - 1), product(Fk[k][x], low=_i + 1, high=top)
    return slopes[_i] * (before * behind)


@lemma(
    has(_upto(PROD, n), total(_others(n), _i)), [_each], phrase="each factor by itself, times the others", internal=True
)
def derivative_prod() -> Theorem:
    """By induction on the top: the product rule on the product so far and its last factor."""
    known = r.assume(_each)

    def slope(top: Term) -> Term:
        return total(_others(top), _i, m, top)

    def empty(top: Term, th: Theorem) -> Theorem:
        none = at_values(r.axiom("sum_empty"), th, n=top, f=fn(_others(top), _i))
        return _turned(_const(ONE), r.sym(empty_range(Fk[k][x], top, th, PROD)), r.sym(none))

    def step(top: Term, low: Theorem, high: Theorem, ih: Theorem) -> Theorem:
        here, last = apply_every(known, top + 1, low, high), Fk[top + 1][x]
        th = at_values(
            r.axiom("derivative_mul"), ih, here,
            F=of_x(_upto(PROD, top)), G=Fk[top + 1], l1=slope(top), l2=slopes[top + 1],
        )  # fmt: skip
        return _turned(th, r.sym(last_term(Fk[k][x], top, low, PROD)), r.sym(_grown(top, low, last)))

    def _grown(top: Term, low: Theorem, last: Term) -> Theorem:
        """The slope at top + 1 is the slope at top times the last factor, plus the last slope times the rest."""
        at_top = last_term(_others(top + 1), top, low, SUM, _i)
        inside = r.assume(_i <= top)
        longer = at_values(r.axiom("prod_last"), lin(_i + 1 <= top + 1, inside), m=_i + 1, n=top, f=fn(Fk[k][x]))
        each = ring_with(_others(top + 1), _others(top) * last, (longer,))
        rest = chain(r.bigop_ext(SUM, m, top, _i, each), sum_times(top, last))
        none = at_values(r.axiom("prod_empty"), lin(top + 1 < top + 1 + 1), m=top + 1 + 1, n=top + 1, f=fn(Fk[k][x]))
        same = r.cong(PROD, (r.refl(m), r.ring(top + 1 - 1, top, ()), r.refl(fn_short())))
        end = slope(top) * last + _upto(PROD, top) * slopes[top + 1]
        return chain(at_top, ring_with(sides(at_top.concl)[1], end, (rest, none, same)))

    def sum_times(top: Term, last: Term) -> Theorem:
        return at_values(sum_mul_right.theorem, n=top, f=fn(_others(top), _i), c=last)

    def fn_short() -> Term:
        return lam(k, Fk[k][x])

    return range_induction(m, n, lambda top: has(_upto(PROD, top), slope(top)), empty, step)


_nonzero_each = every(k, m, n, ne(Fk[k][x], 0))


def _shares(top: Term) -> Term:
    """The sum of slope over factor."""
    return total(slopes[k] / Fk[k][x], high=top)


@lemma(
    has(_upto(PROD, n), _upto(PROD, n) * _shares(n)),
    [_each, _nonzero_each],
    phrase="the product times the sum of slope over factor",
    internal=True,
)
def derivative_prod_shares() -> Theorem:
    """By induction on the top: (P S) f + P l = P f (S + l/f)."""
    known, apart = r.assume(_each), r.assume(_nonzero_each)

    def slope(top: Term) -> Term:
        return _upto(PROD, top) * _shares(top)

    def empty(top: Term, th: Theorem) -> Theorem:
        one = empty_range(Fk[k][x], top, th, PROD)
        none = empty_range(slopes[k] / Fk[k][x], top, th)
        return _turned(_const(ONE), r.sym(one), r.sym(ring_with(slope(top), ZERO, (none,))))

    def step(top: Term, low: Theorem, high: Theorem, ih: Theorem) -> Theorem:
        here, last = apply_every(known, top + 1, low, high), Fk[top + 1][x]
        nonzero = apply_every(apart, top + 1, low, high)
        th = at_values(
            r.axiom("derivative_mul"), ih, here,
            F=of_x(_upto(PROD, top)), G=Fk[top + 1], l1=slope(top), l2=slopes[top + 1],
        )  # fmt: skip
        longer = last_term(Fk[k][x], top, low, PROD)
        more = last_term(slopes[k] / Fk[k][x], top, low)
        end = slope(top) * last + _upto(PROD, top) * slopes[top + 1]
        return _turned(th, r.sym(longer), r.sym(ring_with(slope(top + 1), end, (longer, more), (nonzero,))))

    return range_induction(m, n, lambda top: has(_upto(PROD, top), slope(top)), empty, step)
