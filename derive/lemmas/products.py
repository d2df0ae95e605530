"""Finite products and their logarithms and exponentials."""

from __future__ import annotations

from derive.kernel import rules as r
from derive.kernel.terms import EXP, LOG, PROD, Term, eq
from derive.kernel.theorem import Theorem
from derive.lemmas.base import ZERO, apply_every, at_values, every, f, k, lemma, lin, m, n, range_induction
from derive.lemmas.logs import exp, exp_add, exp_zero, log, log_mul, log_one
from derive.lemmas.sums import empty_range, last_term, prod_pos_to, product, total
from derive.tactics.conv import ring_with
from derive.tactics.derived import chain, sides

__all__ = ["log_prod", "prod_exp"]

fk = f[k]
all_positive = every(k, m, n, ZERO < fk)


@lemma(
    eq(log(product(fk)), total(log(fk))),
    [all_positive],
    phrase="the log of a product is the sum of the logs",
    features={"logs"},
)
def log_prod() -> Theorem:
    """By induction on the top: the log of the last factor is the last term, and the product before it is positive."""
    positive = r.assume(all_positive)

    def statement(top: Term) -> Term:
        return eq(log(product(fk, high=top)), total(log(fk), high=top))

    def empty(top: Term, th: Theorem) -> Theorem:
        left = chain(r.cong(LOG, (empty_range(fk, top, th, PROD),)), log_one.theorem)
        return chain(left, r.sym(empty_range(log(fk), top, th)))

    def step(top: Term, low: Theorem, high: Theorem, ih: Theorem) -> Theorem:
        here = apply_every(positive, top + 1, low, high)
        before = prod_pos_to(top, lin(top <= n, high))
        split = r.cong(LOG, (last_term(fk, top, low, PROD),))
        logs = at_values(log_mul.theorem, before, here, x=product(fk, high=top), y=f[top + 1])
        last = log(f[top + 1])
        same = ring_with(log(product(fk, high=top)) + last, total(log(fk), high=top) + last, (ih,))
        return chain(split, logs, same, r.sym(last_term(log(fk), top, low)))

    return range_induction(m, n, statement, empty, step)


@lemma(eq(product(exp(fk)), exp(total(fk))), phrase="a product of exponentials is the exponential of the sum")
def prod_exp() -> Theorem:
    def statement(top: Term) -> Term:
        return eq(product(exp(fk), high=top), exp(total(fk, high=top)))

    def empty(top: Term, th: Theorem) -> Theorem:
        zero = chain(r.cong(EXP, (empty_range(fk, top, th),)), exp_zero.theorem)
        return chain(empty_range(exp(fk), top, th, PROD), r.sym(zero))

    def step(top: Term, low: Theorem, high: Theorem, ih: Theorem) -> Theorem:
        last = last_term(exp(fk), top, low, PROD)
        grown = ring_with(sides(last.concl)[1], exp(total(fk, high=top)) * exp(f[top + 1]), (ih,))
        joined = at_values(exp_add.theorem, x=total(fk, high=top), y=f[top + 1])
        return chain(last, grown, r.sym(chain(r.cong(EXP, (last_term(fk, top, low),)), joined)))

    return range_induction(m, n, statement, empty, step)
