"""The cards of all operators, in the order of the kernel."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from derive.kernel import terms as k
from derive.kernel.sorts import INT, REAL, Fn
from derive.kernel.terms import App, Num, Op, Term, Var, app, ne, parts_of, substitute, subterms
from derive.operators.card import Card, Rocq

_TWO, _ONE = (REAL, REAL), (REAL,)
_FAMILY = Fn(INT, REAL)
_RANGE = (INT, INT, _FAMILY)
_AT_POINT = (Fn(REAL, REAL), REAL)


def _log(x: Term) -> Term:
    return app(k.LOG, x)


def _power_needs(base: Term, exponent: Term) -> Term | None:
    """A natural power exists everywhere; others are those of positive numbers."""
    natural = isinstance(exponent, Num) and exponent.value.denominator == 1 and exponent.value >= 0
    return None if natural else Num(0) < base


def _power_slopes(base: Term, exponent: Term) -> tuple[Term, Term]:
    first = exponent if exponent == Num(0) else exponent * base ** _less_one(exponent)
    return first, base**exponent * _log(base)


def _less_one(t: Term) -> Term:
    return Num(t.value - 1) if isinstance(t, Num) else t - 1


CARDS: Mapping[Op, Card] = MappingProxyType({
    c.op: c
    for c in (
        Card(
            k.ADD, "the sum", "+", lambda n: n.add, slopes=lambda a, b: (1, 1),
            sympy="Add", rocq=Rocq("Rplus", _TWO, sign="+"),
        ),
        Card(
            k.SUB, "the difference", "−", lambda n: n.sub, slopes=lambda a, b: (1, -1),
            rocq=Rocq("Rminus", _TWO, sign="-"),
        ),
        Card(
            k.MUL, "the product", value=lambda n: n.mul, slopes=lambda a, b: (b, a),
            sympy="Mul", rocq=Rocq("Rmult", _TWO, sign="*"),
        ),
        Card(k.NEG, "the negative", value=lambda n: n.neg, slopes=lambda a: (-1,), rocq=Rocq("Ropp", _ONE, sign="-")),
        Card(
            k.DIV, "the quotient", value=lambda n: n.div, needs=lambda a, b: ne(b, Num(0)),
            slopes=lambda a, b: (1 / b, -(a / b / b)),  # b alone: as it stands elsewhere
            rocq=Rocq("Div", _TWO),
        ),
        Card(
            k.POW, "the power", value=lambda n: n.power, needs=_power_needs, slopes=_power_slopes,
            sympy="Pow", rocq=Rocq("Pow", _TWO, integers="ZPow"),
        ),
        Card(
            k.LOG, "the natural logarithm", value=lambda n: n.log, needs=lambda x: Num(0) < x, slopes=lambda x: (1 / x,),
            sympy="log", rocq=Rocq("Ln", _ONE),
        ),
        Card(
            k.EXP, "the exponential", value=lambda n: n.exp, slopes=lambda x: (app(k.EXP, x),),
            sympy="exp", rocq=Rocq("exp", _ONE),
        ),
        Card(
            k.XLOGY, "a log x, and 0 where a is 0", letters="a x", reads=lambda a, x: a * _log(x), absorbs=True,
            unfolding="xlogy_eq_mul_log", convention="with the convention 0 log 0 = 0", rocq=Rocq("Xlogy", _TWO),
        ),
        Card(
            k.DELTA, "1 where the integers are equal, else 0", "=", lambda n: lambda i, j: 1 if i == j else 0,
            sympy="KroneckerDelta", rocq=Rocq("Delta", (INT, INT)),
        ),
        Card(k.SUM, "the sum over a range", "∑", rocq=Rocq("Sum", _RANGE, integers="ZSum")),
        Card(k.PROD, "the product over a range", "∏", rocq=Rocq("Prod", _RANGE, integers="ZProd")),
        Card(
            k.MAX, "the largest over a range", "max", needs=lambda low, high, f: low <= high, rocq=Rocq("Max", _RANGE),
        ),
        Card(k.ARGMIN, "the set of minimisers", "arg min", rocq=Rocq("Argmin")),
        Card(k.ARGMAX, "the set of maximisers", "arg max", rocq=Rocq("Argmax")),
        Card(k.DERIVATIVE, "the derivative", "∂", rocq=Rocq("Deriv", _AT_POINT)),
        Card(k.EQ, "equal", "=", sympy="Eq", rocq=Rocq(sign="=", sets="SetEq")),
        Card(k.NE, "not equal", "≠", sympy="Ne", rocq=Rocq(sign="<>")),
        Card(k.LT, "less", "<", sympy="Lt", rocq=Rocq("Rlt", _TWO, sign="<")),
        Card(k.LE, "at most", "≤", sympy="Le", rocq=Rocq("Rle", _TWO, sign="<=")),
        Card(k.IN, "a member", "∈", rocq=Rocq("Member")),
        Card(k.HAS_DERIVATIVE, "has the derivative", rocq=Rocq("HasDeriv", (*_AT_POINT, REAL))),
        Card(k.IMPLIES, "implies", "⟹", rocq=Rocq()),
        Card(k.IFF, "if and only if", "⟺", rocq=Rocq(sign="<->")),
        Card(k.FORALL, "for all", "∀", rocq=Rocq()),
    )
})  # fmt: skip


READ = tuple(c for c in CARDS.values() if c.reads is not None)
"""The operators that are written and calculated as others."""


def arguments(card: Card) -> tuple[Var, ...]:
    """Variables to stand for the arguments, all real."""
    return tuple(Var(name, REAL) for name in card.letters.split())


@cache
def reading(card: Card) -> tuple[tuple[Term, ...], Term, Term]:
    """The operator at its letters, and as it reads: under the conditions under which that is defined the two are equal.

    This is what the lemma ``unfolding`` states.
    """
    assert card.reads is not None
    args = arguments(card)
    read = card.reads(*args)
    needs = tuple(n for t in subterms(read) if isinstance(t, App) for n in needs_of(t))
    return needs, app(card.op, *args), read


def needs_of(term: App) -> tuple[Term, ...]:
    """What must hold of the arguments of an operator, that of their parts aside, so that it has a value; where the
    operator absorbs, so that it has one where its first argument is not 0."""
    card = CARDS[term.op]
    if card.reads is not None:
        values = dict(zip(arguments(card), term.args, strict=True))
        return tuple(substitute(n, values) for n in reading(card)[0])
    need = card.needs(*term.args) if card.needs is not None else None
    return () if need is None else (need,)


def absorbed(product: Term) -> Term | None:
    """The term that reads as ``product`` and is 0 where its first argument is 0: xlogy(a, x) of a log x."""
    for card in READ:
        values: dict[Var, Term] = {}
        if card.absorbs and _fits(reading(card)[2], product, values):
            return app(card.op, *(values[v] for v in arguments(card)))
    return None


def _fits(pattern: Term, term: Term, values: dict[Var, Term]) -> bool:
    if isinstance(pattern, Var):
        return values.setdefault(pattern, term) == term
    same = isinstance(pattern, App) and isinstance(term, App) and pattern.op is term.op
    return same and all(_fits(p, t, values) for p, t in zip(parts_of(pattern), parts_of(term), strict=True))
