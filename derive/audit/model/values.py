"""The value of one entry: a term, or a choice between two values by a quantity that is 0 or 1.

    Choice(w[t], log p, 0)           log p where the position is kept, 0 where it is not
    Choice([k = y], 9/10, 1/100)     an entry of a smoothed target

A choice is kept apart as long as possible: what a program does to an entry, it does in both cases.  So a mask that is used twice
is one mask, and a function of a target that is 0 or 1 needs no law of its own.  Guards stand in a fixed order, each once on a way
from the root, so that equal values are equal objects.

Arithmetic on terms folds only what is exact: 0 x, 1 x, x + 0, numbers, and constants that are added to integers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple

from derive.kernel import terms as k
from derive.kernel.sorts import INT, REAL
from derive.kernel.terms import App, Num, Term, Var, app

ZERO, ONE = Num(0), Num(1)
MINUS_INFINITY = Var("minus infinity", REAL)
"""Stands for -inf as a fill value.  Only exp takes it: it is no number, and never gets into a formula."""

NOT_A_NUMBER = Var("not a number", REAL)
"""Stands for nan in a branch that no input takes; it never gets into a formula."""


class Choice(NamedTuple):
    """``yes`` where the guard is 1, ``no`` where it is 0."""

    guard: Term
    yes: Value
    no: Value


Value = Term | Choice


def choice(guard: Term, yes: Value, no: Value) -> Value:
    """``yes`` where the guard is 1, else ``no``; the guards inside are brought into order."""
    if guard == ONE or yes == no:
        return yes
    if guard == ZERO:
        return no
    inner = [g for g in (_head(yes), _head(no)) if g is not None and repr(g) <= repr(guard)]
    if not inner:
        return Choice(guard, yes, no)
    first = min(inner, key=repr)
    if first == guard:
        return choice(guard, given(yes, guard, True), given(no, guard, False))
    parts = [choice(guard, given(yes, first, b), given(no, first, b)) for b in (True, False)]
    return parts[0] if parts[0] == parts[1] else Choice(first, parts[0], parts[1])


def given(value: Value, guard: Term, holds: bool) -> Value:
    """The value where the guard is known to be 1, or known to be 0."""
    if not isinstance(value, Choice):
        return value
    if value.guard == guard:
        return given(value.yes if holds else value.no, guard, holds)
    return choice(value.guard, given(value.yes, guard, holds), given(value.no, guard, holds))


def _head(value: Value) -> Term | None:
    return value.guard if isinstance(value, Choice) else None


def guards(value: Value) -> Iterator[Term]:
    """The guards of a value, those nearer the root first; one may come twice."""
    if isinstance(value, Choice):
        yield value.guard
        yield from guards(value.yes)
        yield from guards(value.no)


def cases(value: Value) -> Iterator[Term]:
    """What the value can be."""
    if isinstance(value, Choice):
        yield from cases(value.yes)
        yield from cases(value.no)
    else:
        yield value


def apply(fn: Callable[..., Value], *values: Value) -> Value:
    """The function in each of the cases that the values distinguish."""
    heads = [v.guard for v in values if isinstance(v, Choice)]
    if not heads:
        return fn(*values)
    first = min(heads, key=repr)
    yes, no = (apply(fn, *(given(v, first, b) for v in values)) for b in (True, False))
    return choice(first, yes, no)


def as_term(value: Value) -> Term:
    """The value as one term: guard * yes + (1 - guard) * no."""
    if not isinstance(value, Choice):
        return value
    yes, no = as_term(value.yes), as_term(value.no)
    return add(mul(value.guard, yes), mul(sub(ONE, value.guard), no))


# --- arithmetic that folds what is exact ------------------------------------------------------------------------------


def _whole(*values: Term) -> bool:
    return all(v.sort is INT for v in values)


def _offset(t: Term) -> tuple[Term, Fraction]:
    """An integer term as one without a constant at its end, and that constant."""
    out = Fraction(0)
    while isinstance(t, App) and t.op in (k.ADD, k.SUB) and isinstance(t.args[1], Num):
        out += t.args[1].value if t.op is k.ADD else -t.args[1].value
        t = t.args[0]
    if isinstance(t, Num):
        return ZERO, out + t.value
    return t, out


def _with_offset(t: Term, c: Fraction) -> Term:
    if t == ZERO:
        return Num(c)
    return t if c == 0 else app(k.ADD, t, Num(c)) if c > 0 else app(k.SUB, t, Num(-c))


def add(a: Term, b: Term) -> Term:
    if isinstance(a, Num) and isinstance(b, Num):
        return Num(a.value + b.value)
    if a == ZERO or b == ZERO:
        return b if a == ZERO else a
    if a == b and a.sort is REAL and not isinstance(a, Num):  # logits that are counted twice: log(2 s) has a law
        return mul(Num(2), a)
    if _whole(a, b) and (isinstance(a, Num) or isinstance(b, Num)):
        x, c = _offset(b if isinstance(a, Num) else a)
        return _with_offset(x, c + (a.value if isinstance(a, Num) else b.value))  # type: ignore[attr-defined]
    return app(k.ADD, a, b)


def sub(a: Term, b: Term) -> Term:
    if isinstance(a, Num) and isinstance(b, Num):
        return Num(a.value - b.value)
    if b == ZERO:
        return a
    if a == ZERO:
        return neg(b)
    if _whole(a, b):
        if isinstance(a, App) and a.op is k.ADD and b in a.args:
            return a.args[0] if a.args[1] == b else a.args[1]
        (x, c), (y, d) = _offset(a), _offset(b)
        if y == ZERO or x == y:
            return _with_offset(ZERO if x == y else x, c - d)
    return app(k.SUB, a, b)


def neg(a: Term) -> Term:
    if isinstance(a, Num):
        return Num(-a.value)
    if isinstance(a, App) and a.op is k.NEG:
        return a.args[0]
    return app(k.NEG, a)


def mul(a: Term, b: Term) -> Term:
    if isinstance(a, Num) and isinstance(b, Num):
        return Num(a.value * b.value)
    if ZERO in (a, b):
        return ZERO
    if ONE in (a, b):
        return b if a == ONE else a
    return app(k.MUL, a, b)


def div(a: Term, b: Term) -> Term:
    """a / b.  0 / b stays as it is: where b is 0 it is no 0."""
    if b == ONE:
        return a
    if isinstance(a, Num) and isinstance(b, Num) and b.value != 0:
        return Num(a.value / b.value)
    return app(k.DIV, a, b)
