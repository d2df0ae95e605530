"""Numbers put into a formula, made readable: what vanishes is left out, and a weight is one number.

    ((1 - 1/10)*0 + (1/10)/4)*log(1/4)  becomes  1/40*log(1/4)

Only what stands before something that is no rational number is calculated: the product of probabilities inside a log stays.
"""

from __future__ import annotations

from fractions import Fraction

from derive.kernel import terms as k
from derive.kernel.terms import App, Num, Term, app

ZERO, ONE = Num(0), Num(1)
_ARITHMETIC = (k.ADD, k.SUB, k.MUL, k.NEG, k.DIV)


def simpler(term: Term) -> Term:
    """The term without terms that vanish and factors 1, with each rational weight calculated.  It has the same value where the
    term has one."""
    if not isinstance(term, App):
        return term
    args = tuple(map(simpler, term.args))
    op = term.op
    if op is k.MUL:
        return _product(*args)
    if op is k.ADD:
        left, right = args
        return right if left == ZERO else left if right == ZERO else app(op, *args)
    if op is k.SUB:
        left, right = args
        return left if right == ZERO else _negative(right) if left == ZERO else app(op, *args)
    if op is k.NEG:
        return _negative(args[0])
    if op is k.XLOGY and rational(args[0]) == 0:
        return ZERO
    return app(op, *args)


def _negative(term: Term) -> Term:
    return ZERO if term == ZERO else app(k.NEG, term)


def _product(left: Term, right: Term) -> Term:
    weight, other = rational(left), rational(right)
    if weight == 0 or other == 0:
        return ZERO
    if weight is not None and other is None:
        return right if weight == 1 else app(k.MUL, Num(weight), right)
    if left == ONE or right == ONE:
        return right if left == ONE else left
    return app(k.MUL, left, right)


def rational(term: Term) -> Fraction | None:
    """The value of a term that is made of numbers by the four operations; None for any other, and for a division by 0."""
    if isinstance(term, Num):
        return Fraction(term.value)
    if not (isinstance(term, App) and term.op in _ARITHMETIC):
        return None
    known = [v for v in map(rational, term.args) if v is not None]
    if len(known) < len(term.args):
        return None
    if term.op is k.NEG:
        return -known[0]
    a, b = known
    if term.op is k.DIV:
        return a / b if b else None
    return a + b if term.op is k.ADD else a - b if term.op is k.SUB else a * b
