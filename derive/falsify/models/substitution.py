"""A term with the numbers of a model put in: the "substituted line" of a worked example.

    -sum(k=1..V, [k = y]*log(p[k]))  at V=3, y=1, p=(1/2, 1/4, 1/4)  is  -(1*log(1/2) + 0*log(1/4) +
    0*log(1/4))

Sums and products are written out; nothing is simplified.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

from derive.falsify.models.arithmetic import TooBig
from derive.falsify.models.differentiate import at_point
from derive.falsify.models.evaluate import evaluate
from derive.falsify.models.model import Model, Value
from derive.falsify.models.unfold import applied, unfold_one
from derive.falsify.models.unfold import unfold as unfold_all
from derive.falsify.numbers.exact import Exact, Undecided, exp, log
from derive.kernel import terms as k
from derive.kernel.definitions import Definition
from derive.kernel.sorts import Fn, is_numeric
from derive.kernel.terms import App, At, Lam, Num, Term, Var, app, at, rebuild, spine, substitute
from derive.operators.derivatives import taken_apart

LIMIT = 200
"""How many terms a sum or product may have and still be written out."""


def number_term(value: Value) -> Term:
    """The term for a number: a Num, log of a rational or exp of a rational.  Undecided for other numbers."""
    if not isinstance(value, Exact):
        return Num(value)
    q = value.as_fraction()
    if q is not None:
        return Num(q)
    q = exp(value).as_fraction()
    if q is not None:
        return app(k.LOG, Num(q))
    if value > 0:
        q = log(value).as_fraction()
        if q is not None:
            return app(k.EXP, Num(q))
    raise Undecided(f"{value} is neither rational nor the log or exp of a rational, and is not written as a term")


def substitute_model(term: Term, model: Model | Mapping[Var, Any], *, unfold: bool = False) -> Term:
    """``term`` with the values of ``model`` for its variables, sums and products written out, and [i = j] as
    1 or 0.

    A defined constant that takes functions is unfolded, as functions cannot be put in as numbers; one that
    takes numbers keeps its name, and an entry of a defined family, such as one_hot(2)[1], is its value where
    that is a number that can be written and is unfolded where not.  With ``unfold`` all definitions are
    unfolded first.  A derivative is replaced by the expression for it.  Functions that are no arguments of an
    entry, as in p = q, stay as they are.

    Raises Undefined for an entry that the model does not have, TooBig for a sum of more than 200 terms, and
    Undecided for a number that has no term.
    """
    if not isinstance(model, Model):
        model = Model(model)
    return _numbers(unfold_all(term) if unfold else term, model)


def _numbers(t: Term, m: Model) -> Term:
    if isinstance(t, Num):
        return t
    if isinstance(t, Var):
        return number_term(m.entry(t, ())) if is_numeric(t.sort) else t
    if isinstance(t, Lam):
        return substitute(t, {v: number_term(m.entry(v, ())) for v in t.free if is_numeric(v.sort)})
    if isinstance(t, At):
        return _entry(t, m)
    if not isinstance(t, App):
        return t
    op, args = t.op, t.args
    if op is k.SUM or op is k.PROD:
        return _written_out(t, m)
    if op is k.DELTA:
        return Num(evaluate(t, m))
    derivative = taken_apart(t)
    if derivative is not None:
        return _numbers(at_point(derivative), m)
    if isinstance(op, Definition) and any(isinstance(a.sort, Fn) for a in args):
        return _numbers(unfold_one(t), m)
    return rebuild(t, tuple(_numbers(a, m) for a in args))


def _entry(t: At, m: Model) -> Term:
    if not is_numeric(t.sort):
        return t
    head, args = spine(t)
    if not (isinstance(head, App) and isinstance(head.op, Definition)):
        return number_term(evaluate(t, m))
    try:
        return number_term(evaluate(t, m))
    except TooBig:
        raise
    except Undecided:
        return _numbers(applied(unfold_one(head), args), m)


def _written_out(t: App, m: Model) -> Term:
    low, high = (evaluate(a, m) for a in t.args[:2])
    fn = t.args[2]
    assert isinstance(fn, Lam)
    summing = t.op is k.SUM
    if high < low:
        return Num(0 if summing else 1)
    if high - low >= LIMIT:
        raise TooBig(f"a sum or product of {high - low + 1} terms is not written out")
    terms = [_numbers(at(fn, Num(i)), m) for i in range(low, high + 1)]
    return reduce(lambda a, b: app(k.ADD if summing else k.MUL, a, b), terms)
