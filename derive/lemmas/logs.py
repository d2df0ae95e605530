"""exp and log, from exp(x + y) = exp x exp y, exp > 0, 1 + x < exp x for x != 0, and log as the inverse of exp."""

from __future__ import annotations

from derive.kernel import rules as r
from derive.kernel.terms import EXP, LOG, POW, XLOGY, Term, app, eq, iff, ne
from derive.kernel.theorem import Theorem
from derive.lemmas import arithmetic as ar
from derive.lemmas.base import (
    ONE,
    ZERO,
    a,
    assume,
    at_values,
    axiom_lemma,
    from_false,
    lemma,
    lin,
    x,
    y,
)
from derive.tactics.conv import ring_with
from derive.tactics.derived import chain

__all__ = [
    "exp_add", "exp_log", "exp_lt", "exp_neg", "exp_pos", "exp_sub", "exp_zero", "log_div", "log_eq_iff", "log_exp",
    "log_inj", "log_inv", "log_le", "log_le_iff", "log_le_sub_one", "log_lt", "log_lt_iff", "log_lt_sub_one",
    "log_mul", "log_one", "log_pow", "one_add_le_exp", "pow_eq_exp", "xlogy_eq_mul_log", "zero_log_zero",
]  # fmt: skip


def exp(t: Term) -> Term:
    return app(EXP, t)


def log(t: Term) -> Term:
    return app(LOG, t)


exp_add = axiom_lemma("exp_add", "the exponential of a sum")
exp_pos = axiom_lemma("exp_pos", "exponentials are positive")
log_exp = axiom_lemma("log_exp", "log undoes exp", features={"logs"})
exp_log = axiom_lemma("exp_log", "exp undoes log")
pow_eq_exp = axiom_lemma("pow_eq_exp", "a power by exp and log")
zero_log_zero = axiom_lemma("zero_log_zero", "the convention 0 log 0 = 0")
xlogy_eq_mul_log = axiom_lemma("xlogy_eq_mul_log", "no log 0 occurs", features={"logs"})


@lemma(eq(exp(ZERO), 1), phrase="exp 0 = 1")
def exp_zero() -> Theorem:
    e = exp(ZERO)
    positive = at_values(exp_pos.theorem, x=ZERO)
    nonzero = at_values(ar.ne_of_gt.theorem, positive, a=e, b=ZERO)
    square = at_values(exp_add.theorem, x=ZERO, y=ZERO)  # exp(0 + 0) = exp 0 exp 0
    same = r.cong(EXP, (r.ring(ZERO + ZERO, ZERO, ()),))
    product = chain(r.sym(square), same)  # exp 0 exp 0 = exp 0
    return chain(
        r.ring(e, e * e / e, (nonzero,)),
        ring_with(e * e / e, e / e, (product,)),
        r.ring(e / e, ONE, (nonzero,)),
    )


@lemma(ONE + x <= exp(x), phrase="1 + x <= exp x")
def one_add_le_exp() -> Theorem:
    goal = ONE + x <= exp(x)
    zero = r.assume(eq(x, 0))
    at_zero = chain(r.cong(EXP, (zero,)), exp_zero.theorem)
    return r.cases(eq(x, 0), lin(goal, zero, at_zero), lin(goal, r.axiom("exp_gt_one_add")))


@lemma(eq(exp(-x), 1 / exp(x)), phrase="exp of a negative")
def exp_neg() -> Theorem:
    nonzero = at_values(ar.ne_of_gt.theorem, exp_pos.theorem, a=exp(x), b=ZERO)
    total = chain(
        r.sym(at_values(exp_add.theorem, x=-x, y=x)),
        r.cong(EXP, (r.ring(-x + x, ZERO, ()),)),
        exp_zero.theorem,
    )
    return chain(
        r.ring(exp(-x), exp(-x) * exp(x) / exp(x), (nonzero,)),
        ring_with(exp(-x) * exp(x) / exp(x), 1 / exp(x), (total,)),
    )


@lemma(eq(exp(x - y), exp(x) / exp(y)), phrase="the exponential of a difference")
def exp_sub() -> Theorem:
    nonzero = at_values(ar.ne_of_gt.theorem, at_values(exp_pos.theorem, x=y), a=exp(y), b=ZERO)
    total = chain(
        r.cong(EXP, (r.ring(x - y, x + -y, ()),)),
        at_values(exp_add.theorem, x=x, y=-y),
        ring_with(exp(x) * exp(-y), exp(x) * (1 / exp(y)), (at_values(exp_neg.theorem, x=y),)),
    )
    return chain(total, r.ring(exp(x) * (1 / exp(y)), exp(x) / exp(y), (nonzero,)))


@lemma(exp(x) < exp(y), [x < y], phrase="exp is increasing")
def exp_lt() -> Theorem:
    d = y - x
    more = at_values(
        r.axiom("exp_gt_one_add"),
        at_values(ar.ne_of_gt.theorem, lin(ZERO < d, r.assume(x < y)), a=d, b=ZERO),
        x=d,
    )
    grows = lin(ONE < exp(d), more, r.assume(x < y))
    product = at_values(ar.mul_lt_mul_left.theorem, grows, exp_pos.theorem, a=ONE, b=exp(d), c=exp(x))
    same = chain(r.sym(at_values(exp_add.theorem, x=x, y=d)), r.cong(EXP, (r.ring(x + d, y, ()),)))
    return r.rel_cong(product, (r.ring(exp(x) * ONE, exp(x), ()), same))


@lemma(eq(log(ONE), 0), phrase="log 1 = 0", features={"logs"})
def log_one() -> Theorem:
    return chain(r.cong(LOG, (r.sym(exp_zero.theorem),)), at_values(log_exp.theorem, x=ZERO))


@lemma(
    eq(log(x * y), log(x) + log(y)),
    [ZERO < x, ZERO < y],
    phrase="the log of a product is the sum of the logs",
    features={"logs"},
)
def log_mul() -> Theorem:
    back_x, back_y = exp_log.theorem, at_values(exp_log.theorem, x=y)
    factors = ring_with(exp(log(x)) * exp(log(y)), x * y, (back_x, back_y))
    joined = chain(r.sym(factors), r.sym(at_values(exp_add.theorem, x=log(x), y=log(y))))
    return chain(r.cong(LOG, (joined,)), at_values(log_exp.theorem, x=log(x) + log(y)))


@lemma(eq(log(1 / x), -log(x)), [ZERO < x], phrase="the log of a reciprocal", features={"logs"})
def log_inv() -> Theorem:
    back = exp_log.theorem
    joined = chain(ring_with(1 / exp(log(x)), 1 / x, (back,)))
    turned = chain(r.sym(joined), r.sym(at_values(exp_neg.theorem, x=log(x))))
    return chain(r.cong(LOG, (turned,)), at_values(log_exp.theorem, x=-log(x)))


@lemma(
    eq(log(x / y), log(x) - log(y)),
    [ZERO < x, ZERO < y],
    phrase="the log of a quotient is the difference of the logs",
    features={"logs"},
)
def log_div() -> Theorem:
    y_pos = r.assume(ZERO < y)
    nonzero = at_values(ar.ne_of_gt.theorem, y_pos, a=y, b=ZERO)
    inverse_pos = at_values(ar.div_pos.theorem, lin(ZERO < ONE), y_pos, x=ONE, y=y)
    split = at_values(log_mul.theorem, inverse_pos, x=x, y=1 / y)
    th = chain(r.cong(LOG, (r.ring(x / y, x * (1 / y), (nonzero,)),)), split)
    return chain(th, ring_with(log(x) + log(1 / y), log(x) - log(y), (at_values(log_inv.theorem, x=y),)))


@lemma(eq(log(app(POW, x, a)), a * log(x)), [ZERO < x], phrase="the log of a power", features={"logs"})
def log_pow() -> Theorem:
    return chain(r.cong(LOG, (pow_eq_exp.theorem,)), at_values(log_exp.theorem, x=a * log(x)))


@lemma(ZERO < app(POW, x, a), [ZERO < x], internal=True)
def pow_pos() -> Theorem:
    return r.rel_cong(at_values(exp_pos.theorem, x=a * log(x)), (r.refl(ZERO), r.sym(pow_eq_exp.theorem)))


@lemma(log(x) <= x - 1, [ZERO < x], phrase="log x <= x - 1")
def log_le_sub_one() -> Theorem:
    th = at_values(one_add_le_exp.theorem, x=log(x))
    return lin(log(x) <= x - 1, th, exp_log.theorem)


@lemma(log(x) < x - 1, [ZERO < x, ne(x, 1)], phrase="log x < x - 1 unless x = 1")
def log_lt_sub_one() -> Theorem:
    goal = log(x) < x - 1
    zero = r.assume(eq(log(x), 0))
    one = chain(r.sym(exp_log.theorem), r.cong(EXP, (zero,)), exp_zero.theorem)
    strict = at_values(r.axiom("exp_gt_one_add"), x=log(x))
    return r.cases(eq(log(x), 0), r.absurd(one, r.assume(ne(x, 1)), goal), lin(goal, strict, exp_log.theorem))


@lemma(log(x) < log(y), [ZERO < x, x < y], phrase="log is increasing")
def log_lt() -> Theorem:
    goal = log(x) < log(y)
    y_pos = lin(ZERO < y, *assume(ZERO < x, x < y))
    back_y = at_values(exp_log.theorem, y_pos, x=y)
    wrong = r.assume(log(y) <= log(x))
    same = r.cong(EXP, (r.assume(eq(log(y), log(x))),))
    equal_case = from_false(goal, same, exp_log.theorem, back_y, r.assume(x < y))
    strict = at_values(ar.lt_of_le_of_ne.theorem, wrong, r.assume(ne(log(y), log(x))), a=log(y), b=log(x))
    less = at_values(exp_lt.theorem, strict, x=log(y), y=log(x))
    less_case = from_false(goal, less, exp_log.theorem, back_y, r.assume(x < y))
    return r.cases(goal, r.assume(goal), r.cases(eq(log(y), log(x)), equal_case, less_case))


@lemma(log(x) <= log(y), [ZERO < x, x <= y], phrase="log is increasing")
def log_le() -> Theorem:
    goal = log(x) <= log(y)
    same = lin(goal, r.cong(LOG, (r.assume(eq(x, y)),)))
    strict = at_values(log_lt.theorem, at_values(ar.lt_of_le_of_ne.theorem, *assume(x <= y, ne(x, y)), a=x, b=y))
    return r.cases(eq(x, y), same, lin(goal, strict))


@lemma(x <= y, [ZERO < y, log(x) <= log(y), ZERO < x], phrase="log is increasing", internal=True)
def le_of_log_le() -> Theorem:
    goal = x <= y
    reverse = at_values(log_lt.theorem, *assume(ZERO < y, y < x), x=y, y=x)
    return r.cases(goal, r.assume(goal), from_false(goal, reverse, r.assume(log(x) <= log(y))))


@lemma(eq(x, y), [ZERO < x, ZERO < y, eq(log(x), log(y))], phrase="log is one to one")
def log_inj() -> Theorem:
    same = r.cong(EXP, (r.assume(eq(log(x), log(y))),))
    return chain(r.sym(exp_log.theorem), same, at_values(exp_log.theorem, x=y))


@lemma(eq(app(XLOGY, a, x), 0), [eq(a, 0)], phrase="the convention 0 log 0 = 0", internal=True)
def xlogy_zero() -> Theorem:
    return chain(r.cong(XLOGY, (r.assume(eq(a, 0)), r.refl(x))), zero_log_zero.theorem)


@lemma(iff(eq(log(x), log(y)), eq(x, y)), [ZERO < x, ZERO < y], phrase="log is one to one")
def log_eq_iff() -> Theorem:
    same = r.cong(LOG, (r.assume(eq(x, y)),))
    return r.iff_intro(r.discharge(eq(log(x), log(y)), log_inj.theorem), r.discharge(eq(x, y), same))


@lemma(iff(log(x) < log(y), x < y), [ZERO < x, ZERO < y], phrase="log is increasing")
def log_lt_iff() -> Theorem:
    reverse = at_values(log_le.theorem, *assume(y <= x, ZERO < y), x=y, y=x)
    forth = r.cases(x < y, r.assume(x < y), from_false(x < y, reverse, r.assume(log(x) < log(y))))
    return r.iff_intro(r.discharge(log(x) < log(y), forth), r.discharge(x < y, log_lt.theorem))


@lemma(iff(log(x) <= log(y), x <= y), [ZERO < x, ZERO < y], phrase="log is increasing")
def log_le_iff() -> Theorem:
    return r.iff_intro(r.discharge(log(x) <= log(y), le_of_log_le.theorem), r.discharge(x <= y, log_le.theorem))
