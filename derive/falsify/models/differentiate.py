"""Symbolic derivatives of kernel terms, independent of the kernel's rules for them.

The rules here are school calculus, the slopes on the operators' cards.  They are used to compute the number that a claim about a derivative is
held against, so they share nothing with the axioms that prove such claims.  The derivative is that of the
expression where the expression is defined; evaluate the expression too, to see that it is.
"""

from __future__ import annotations

from functools import reduce
from typing import NamedTuple

from derive.falsify.models.unfold import applied, unfold_one
from derive.falsify.numbers.exact import Undecided
from derive.kernel import terms as k
from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT
from derive.kernel.terms import App, At, Lam, Num, Term, Var, abstract, app, as_term, at, fresh, spine
from derive.operators import CARDS
from derive.operators.derivatives import Derivative, taken_apart

_ZERO, _ONE = Num(0), Num(1)


class _Place(NamedTuple):
    """What moves: a real variable, or the entry of a family with these indices."""

    var: Var
    entry: tuple[Var, ...]


def differentiate(term: Term, var: Var, *entry: Var) -> Term:
    """The derivative of ``term`` with respect to a real variable, or to one entry of a family.

    Raises Undecided for a term that has no rule here, such as a derivative of a set.
    """
    return _d(term, _Place(var, entry))


def derivative_body(parts: Derivative) -> Term:
    """For F = z |-> body: the derivative of body, with z bound 0 and the indices of the entry bound next.

    Evaluate it with the values of the indices and then of z added to the environment of F.  Raises Undecided for a
    function that is given by name only.
    """
    fn = parts.fn
    if not isinstance(fn, Lam):
        raise Undecided(f"there is no rule for the derivative of {fn}")
    z = fresh("z", fn.dom, fn.free)
    entry: list[Var] = []
    for _ in parts.entry:
        entry.append(fresh("j", INT, fn.free | {z, *entry}))
    body = abstract(differentiate(at(fn, z), z, *entry), z)
    for index in entry:
        body = abstract(body, index, 1)
    return body


def at_point(parts: Derivative) -> Term:
    """The derivative as a formula, where it is taken."""
    body: Term = Lam("z", parts.fn.sort.dom, derivative_body(parts))  # type: ignore[attr-defined]
    for _ in parts.entry:
        body = Lam("j", INT, body)
    return applied(body, (*parts.entry, parts.point))


def _add(a: Term, b: Term) -> Term:
    if a == _ZERO:
        return b
    return a if b == _ZERO else app(k.ADD, a, b)


def _mul(a: Term, b: Term) -> Term:
    if _ZERO in (a, b):
        return _ZERO
    if a == _ONE:
        return b
    return a if b == _ONE else app(k.MUL, a, b)


def _d(t: Term, x: _Place) -> Term:
    if x.var not in t.free:
        return _ZERO
    if t == x.var and not x.entry:
        return _ONE
    if isinstance(t, At):
        return _entry(t, x)
    if not isinstance(t, App):
        raise Undecided(f"there is no rule for the derivative of {t}")
    op, args = t.op, t.args
    parts = taken_apart(t)
    if parts is not None:
        return _d(at_point(parts), x)
    if isinstance(op, Definition):
        return _d(unfold_one(t), x)
    if op in (k.SUM, k.PROD, k.MAX):
        return _big(t, x)
    card = CARDS[op]
    if card.reads is not None:
        return _d(card.reads(*args), x)
    if card.slopes is None:
        raise Undecided(f"there is no rule for the derivative of {t}")
    out: Term = _ZERO
    for i, (slope, a) in enumerate(zip(card.slopes(*args), args, strict=True)):
        factors = (_d(a, x), as_term(slope)) if i == 0 else (as_term(slope), _d(a, x))  # u'v + u v'
        out = _add(out, _mul(*factors))
    return out


def _entry(t: At, x: _Place) -> Term:
    head, args = spine(t)
    if any(x.var in a.free for a in args):
        raise Undecided(f"there is no rule for the derivative of {t}")
    if head == x.var and len(args) == len(x.entry):
        return reduce(_mul, (app(k.DELTA, a, j) for a, j in zip(args, x.entry, strict=True)))
    if isinstance(head, App) and isinstance(head.op, Definition):
        return _d(applied(unfold_one(head), args), x)
    raise Undecided(f"there is no rule for the derivative of {t}")


def _big(t: App, x: _Place) -> Term:
    low, high, fn = t.args
    assert isinstance(fn, Lam)
    if x.var in low.free or x.var in high.free:
        raise Undecided(f"the bounds of {t} depend on {x.var}")
    i = fresh(fn.hint, INT, fn.free | {x.var, *x.entry})
    inner = _d(at(fn, i), x)
    if inner == _ZERO:
        return _ZERO
    if t.op is k.MAX:
        inner, t = _mul(inner, _wins(i, low, high, fn)), app(k.SUM, low, high, fn)  # type: ignore[assignment]
    if t.op is k.PROD:  # the sum over i of the i-th derivative times the other factors
        inner = _mul(inner, _mul(app(k.PROD, low, i - 1, fn), app(k.PROD, i + 1, high, fn)))
    return app(k.SUM, low, high, Lam(fn.hint, INT, abstract(inner, i)))


def _wins(i: Term, low: Term, high: Term, fn: Lam) -> Term:
    """1 where the i-th value is greater than all others, 0 where another is greater; without a value where it equals one of
    them, since there may be a kink."""
    j = fresh("j", INT, fn.free | i.free)
    d = at(fn, i) - at(fn, j)
    size = app(k.MAX, _ONE, Num(2), Lam("k", INT, abstract((2 - _K) * d + (_K - 1) * -d, _K)))
    more = Lam("j", INT, abstract((1 + d / size) / 2, j))
    return app(k.MUL, app(k.PROD, low, i - 1, more), app(k.PROD, i + 1, high, more))


_K = Var("k#", INT)
