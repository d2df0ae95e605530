"""Symbolic partial derivatives of kernel terms, independent of the kernel's rules for them.

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

_ZERO, _ONE = Num(0), Num(1)


def differentiate(term: Term, z: Var, j: Var) -> Term:
    """The partial derivative of ``term`` with respect to the entry z[j] of the family ``z``.

    Raises Undecided for a term that has no rule here, such as a derivative of a set.
    """
    return _d(term, z, j)


def derivative_body(fn: Lam) -> Term:
    """For F = z |-> body: the derivative of body in the j-th entry, with z bound 0 and j bound 1 Lam up.

    Evaluate it with the values of j and then z added to the environment of ``fn``.
    """
    z = fresh("z", fn.dom, fn.free)
    j = fresh("j", INT, fn.free | {z})
    return abstract(abstract(differentiate(at(fn, z), z, j), j), z)


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


def _d(t: Term, z: Var, j: Var) -> Term:
    if z not in t.free:
        return _ZERO
    if isinstance(t, At):
        return _entry(t, z, j)
    if not isinstance(t, App):
        raise Undecided(f"there is no rule for the derivative of {t}")
    op, args = t.op, t.args
    if isinstance(op, Definition):
        return _d(unfold_one(t), z, j)
    if op is k.SUM or op is k.PROD:
        return _big(t, z, j)
    if op is k.PARTIAL:
        fn = args[0]
        assert isinstance(fn, Lam)
        inner = derivative_body(fn)
        free = Lam("j", INT, Lam("z", fn.dom, inner))
        return _d(applied(free, (args[2], args[1])), z, j)
    card = CARDS[op]
    if card.reads is not None:
        return _d(card.reads(*args), z, j)
    if card.slopes is None:
        raise Undecided(f"there is no rule for the derivative of {t}")
    out: Term = _ZERO
    for i, (slope, a) in enumerate(zip(card.slopes(*args), args, strict=True)):
        factors = (_d(a, z, j), as_term(slope)) if i == 0 else (as_term(slope), _d(a, z, j))  # u'v + u v'
        out = _add(out, _mul(*factors))
    return out


def _entry(t: At, z: Var, j: Var) -> Term:
    head, args = spine(t)
    if any(z in a.free for a in args):
        raise Undecided(f"there is no rule for the derivative of {t}")
    if head == z:
        return app(k.DELTA, args[0], j)
    if isinstance(head, App) and isinstance(head.op, Definition):
        return _d(applied(unfold_one(head), args), z, j)
    raise Undecided(f"there is no rule for the derivative of {t}")


def _big(t: App, z: Var, j: Var) -> Term:
    low, high, fn = t.args
    assert isinstance(fn, Lam)
    if z in low.free or z in high.free:
        raise Undecided(f"the bounds of {t} depend on {z}")
    i = fresh(fn.hint, INT, fn.free | {z, j})
    inner = _d(at(fn, i), z, j)
    if inner == _ZERO:
        return _ZERO
    if t.op is k.PROD:  # the sum over i of the i-th derivative times the other factors
        inner = _mul(inner, _mul(app(k.PROD, low, i - 1, fn), app(k.PROD, i + 1, high, fn)))
    return app(k.SUM, low, high, Lam(fn.hint, INT, abstract(inner, i)))
