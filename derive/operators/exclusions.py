"""Sums and products that leave indices out, such as over all j != i: a notation for what there is.

A sum has the factor 1 - [j = i] before its terms, which is 0 at j = i and 1 elsewhere; a product has the factors
[j = i] + (1 - [j = i]) f(j), which are 1 at j = i.
"""

from __future__ import annotations

from collections.abc import Iterable

from derive.kernel.terms import ADD, DELTA, MUL, NE, PROD, SUB, SUM, App, Bound, Lam, Num, Op, SortError, Term, Var, app
from derive.kernel.terms import mentions as _mentions

_ONE = Num(1)


def without(op: Op, body: Term, letter: Var, conditions: Iterable[Term]) -> Term:
    """The body of a sum or product over ``letter`` that leaves out where a condition Ne(letter, i) fails, the last innermost.

    Raises SortError for a condition of another form.
    """
    for condition in reversed(tuple(conditions)):
        if not (isinstance(condition, App) and condition.op is NE and letter in condition.args):
            raise SortError(f"where= takes what the index is not, such as Ne({letter}, i), and not {condition}")
        other = condition.args[1] if condition.args[0] == letter else condition.args[0]
        if letter in other.free:
            raise SortError(f"where= compares the index {letter} with {other}, in which it occurs itself")
        here = app(DELTA, letter, other)
        body = (1 - here) * body if op is SUM else here + (1 - here) * body
    return body


def left_out(op: Op, fn: Lam) -> tuple[Term, Term] | None:
    """What the index of a sum or product is not, and the rest of the body; None where nothing is left out.

    Both are parts of the body, in which the index is the bound variable 0; the first does not mention it.
    """
    body = fn.body
    if op is SUM:
        parts = body.args if isinstance(body, App) and body.op is MUL else None
        here = _complement(parts[0]) if parts is not None else None
        rest = None if parts is None else parts[1]
    elif op is PROD and isinstance(body, App) and body.op is ADD:
        here, second = body.args
        same = isinstance(second, App) and second.op is MUL and _complement(second.args[0]) == here
        rest = second.args[1] if same else None  # type: ignore[attr-defined]
    else:
        return None
    if rest is None or not (isinstance(here, App) and here.op is DELTA and here.args[0] == Bound(0, fn.dom)):
        return None
    other = here.args[1]
    return None if _mentions(other, 0) else (other, rest)


def _complement(t: Term) -> Term | None:
    """[i = j] of 1 - [i = j]."""
    return t.args[1] if isinstance(t, App) and t.op is SUB and t.args[0] == _ONE else None
