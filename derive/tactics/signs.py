"""Which lemma gives a sign, by the shape of the term: how to get at 0 < t, 0 <= t and a != b.  Nothing is proved here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from derive.kernel import terms as k
from derive.kernel.sorts import INT, is_numeric
from derive.kernel.terms import LE, LT, App, Bound, Lam, Num, Op, Term, app, implies, ne

ZERO, ONE = Num(0), Num(1)


class Way(NamedTuple):
    """A lemma of the shelf whose conclusion, at these values, is the goal; and what it needs, in the order of its
    hypotheses."""

    lemma: str
    values: dict[str, Term]
    needs: tuple[Term, ...] = ()


def positive(t: Term) -> Iterator[Way]:
    """Ways to 0 < t."""
    if not isinstance(t, App):
        return
    op, args = t.op, t.args
    if op is k.EXP:
        yield Way("exp_pos", {"x": args[0]})
    elif op is k.LOG:
        yield Way("log_pos", {"x": args[0]}, (ONE < args[0],))
    elif op is k.MUL:
        yield Way("mul_pos", _both(args), (ZERO < args[0], ZERO < args[1]))
    elif op is k.DIV:
        yield Way("div_pos", _both(args), (ZERO < args[0], ZERO < args[1]))
    elif op is k.ADD:
        yield Way("add_pos", _both(args), (ZERO < args[0], ZERO <= args[1]))
        yield Way("add_pos'", _both(args), (ZERO <= args[0], ZERO < args[1]))
    elif op is k.POW:
        yield Way("pow_pos", {"x": args[0], "a": args[1]}, (ZERO < args[0],))
        if args[1] == Num(2):
            yield Way("sq_pos", {"x": args[0]}, (ne(args[0], ZERO),))
    elif op in (k.SUM, k.PROD, k.MAX):
        every = every_term(LT, args)
        if every is not None and op is k.PROD:
            yield Way("prod_pos", _range(args), (every,))
        elif every is not None:
            yield Way("sum_pos" if op is k.SUM else "max_pos", _range(args), (args[0] <= args[1], every))


def nonnegative(t: Term) -> Iterator[Way]:
    """Ways to 0 <= t, other than by 0 < t."""
    if not isinstance(t, App):
        return
    op, args = t.op, t.args
    if op is k.DELTA:
        yield Way("delta_nonneg", {"i": args[0], "j": args[1]})
    elif op is k.LOG:
        yield Way("log_nonneg", {"x": args[0]}, (ONE <= args[0],))
    elif op is k.MUL:
        yield Way("mul_nonneg", _both(args), (ZERO <= args[0], ZERO <= args[1]))
    elif op is k.ADD:
        yield Way("add_nonneg", _both(args), (ZERO <= args[0], ZERO <= args[1]))
    elif op is k.DIV:
        yield Way("div_nonneg", _both(args), (ZERO <= args[0], ZERO < args[1]))
    elif op is k.POW and args[1] == Num(2):
        yield Way("sq_nonneg", {"x": args[0]})
    elif op in (k.SUM, k.PROD):
        every = every_term(LE, args)
        if every is not None:
            yield Way("sum_nonneg" if op is k.SUM else "prod_nonneg", _range(args), (every,))
    elif op is k.MAX:
        every = every_term(LE, args)
        if every is not None:
            yield Way("max_nonneg", _range(args), (args[0] <= args[1], every))


def above(t: Term) -> Iterator[Way]:
    """Ways to t < 1 and t <= 1 for a quotient or a power, and to t < 0 for a logarithm."""
    if isinstance(t, App) and t.op is k.DIV:
        x, y = t.args
        yield Way("div_lt_one", _both(t.args), (ZERO < y, x < y))
        yield Way("div_le_one", _both(t.args), (ZERO < y, x <= y))
    elif isinstance(t, App) and t.op is k.LOG:
        yield Way("log_neg_of_lt_one", {"x": t.args[0]}, (ZERO < t.args[0], t.args[0] < 1))
    elif isinstance(t, App) and t.op is k.POW:
        x, a = t.args
        yield Way("pow_lt_one", {"x": x, "a": a}, (ZERO < a, ZERO < x, x < 1))


def nonzero(a: Term, b: Term) -> Iterator[Way]:
    """Ways to a != b."""
    if b == ZERO and isinstance(a, App) and a.op in (k.MUL, k.DIV):
        first, second = a.args
        values, needs = {"a": first, "b": second}, (ne(first, ZERO), ne(second, ZERO))
        yield Way("mul_ne_zero" if a.op is k.MUL else "div_ne_zero", values, needs)
    elif b == ZERO and isinstance(a, App) and a.op is k.LOG:
        yield Way("log_ne_zero", {"x": a.args[0]}, (ZERO < a.args[0], ne(a.args[0], ONE)))
    if is_numeric(a.sort) and is_numeric(b.sort):
        yield Way("ne_of_gt", {"a": a, "b": b}, (b < a,))
        yield Way("ne_of_lt", {"a": a, "b": b}, (a < b,))


def every_term(relation: Op, args: tuple[Term, ...]) -> Term | None:
    """for all k: m <= k => k <= n => 0 < f(k) (or <=), from the bounds and the terms of a sum or product."""
    low, high, fn = args
    if not isinstance(fn, Lam) or low.loose or high.loose:
        return None
    i = Bound(0, INT)  # the body keeps its variable: it only gets another binder
    return app(k.FORALL, Lam(fn.hint, INT, implies(low <= i, i <= high, app(relation, ZERO, fn.body))))


def _both(args: tuple[Term, ...]) -> dict[str, Term]:
    return {"x": args[0], "y": args[1]}


def _range(args: tuple[Term, ...]) -> dict[str, Term]:
    return {"m": args[0], "n": args[1], "f": args[2]}
