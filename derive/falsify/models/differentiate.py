"""Symbolic derivatives of kernel terms, independent of the kernel's rules for them.

The rules here are school calculus, the slopes on the operators' cards.  They are used to compute the number that a claim about a derivative is
held against, so they share nothing with the axioms that prove such claims.  The derivative is that of the
expression where the expression is defined; evaluate the expression too, to see that it is.
"""

from __future__ import annotations

from derive.falsify.models.unfold import applied, unfold_one
from derive.falsify.numbers.exact import Undecided
from derive.kernel import terms as k
from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT
from derive.kernel.terms import App, At, Lam, Num, Term, Var, abstract, app, as_term, at, fresh, spine
from derive.operators import CARDS
from derive.operators.derivatives import taken_apart

_ZERO, _ONE = Num(0), Num(1)


def differentiate(term: Term, x: Var) -> Term:
    """The derivative of ``term`` with respect to the real variable ``x``.

    Raises Undecided for a term that has no rule here, such as a derivative of a set.
    """
    return _d(term, x)


def derivative_body(fn: Lam) -> Term:
    """For F = x |-> body: the derivative of body, with x bound 0 Lams up."""
    x = fresh("x", fn.dom, fn.free)
    return abstract(differentiate(at(fn, x), x), x)


def written_out(term: App) -> App:
    """A partial derivative as the derivative of a function of a real number; other terms as they are."""
    return unfold_one(term) if taken_apart(term) is not None and isinstance(term.op, Definition) else term  # type: ignore[return-value]


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


def _d(t: Term, x: Var) -> Term:
    if x not in t.free:
        return _ZERO
    if t == x:
        return _ONE
    if isinstance(t, At):
        return _entry(t, x)
    if not isinstance(t, App):
        raise Undecided(f"there is no rule for the derivative of {t}")
    op, args = t.op, t.args
    if isinstance(op, Definition):
        return _d(unfold_one(t), x)
    if op is k.SUM or op is k.PROD:
        return _big(t, x)
    if op is k.DERIVATIVE:
        fn = args[0]
        assert isinstance(fn, Lam)
        return _d(at(Lam("x", fn.dom, derivative_body(fn)), args[1]), x)
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


def _entry(t: At, x: Var) -> Term:
    head, args = spine(t)
    if any(x in a.free for a in args):
        raise Undecided(f"there is no rule for the derivative of {t}")
    if isinstance(head, App) and isinstance(head.op, Definition):
        return _d(applied(unfold_one(head), args), x)
    raise Undecided(f"there is no rule for the derivative of {t}")


def _big(t: App, x: Var) -> Term:
    low, high, fn = t.args
    assert isinstance(fn, Lam)
    if x in low.free or x in high.free:
        raise Undecided(f"the bounds of {t} depend on {x}")
    i = fresh(fn.hint, INT, fn.free | {x})
    inner = _d(at(fn, i), x)
    if inner == _ZERO:
        return _ZERO
    if t.op is k.PROD:  # the sum over i of the i-th derivative times the other factors
        inner = _mul(inner, _mul(app(k.PROD, low, i - 1, fn), app(k.PROD, i + 1, high, fn)))
    return app(k.SUM, low, high, Lam(fn.hint, INT, abstract(inner, i)))
