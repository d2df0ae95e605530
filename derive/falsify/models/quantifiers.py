"""Statements about all values of a sort: which values are looked at, and what that shows.

Over a finite sort or a range of integers that decides.  Over infinitely many values one exception refutes, and
nothing that is tried shows that there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

from derive.falsify.models.arithmetic import TooBig, sign_of_difference
from derive.falsify.models.model import Function, Model, Row, Table, Value
from derive.falsify.numbers.exact import Undecided, Undefined
from derive.kernel.sorts import INT, PROP, REAL, Base, Fn, Sort, is_numeric
from derive.kernel.terms import FORALL, IMPLIES, LE, LT, App, Bound, Lam, Term, mentions


def is_finite(sort: Sort) -> bool:
    """Whether a model says how many elements the sort has."""
    return isinstance(sort, Base) and not is_numeric(sort) and sort != PROP


def integer_guards(body: Term) -> Iterator[tuple[bool, bool, int, Term]]:
    """The bounds that the premises under "for all k" put on k, as (is low, is strict, depth, bound).

    The premises may stand under further quantifiers when they do not mention their variables.  A bound is a
    term in the environment of ``body`` less k, ``depth`` binders further in: it mentions none of these.
    """
    depth = 0
    while isinstance(body, App):
        if body.op is FORALL:
            fn = body.args[0]
            assert isinstance(fn, Lam)
            body, depth = fn.body, depth + 1
        elif body.op is IMPLIES:
            premise, body = body.args
            if isinstance(premise, App) and premise.op in (LE, LT):
                for is_low, (var, bound) in ((False, premise.args), (True, premise.args[::-1])):
                    if (
                        isinstance(var, Bound)
                        and var.index == depth
                        and bound.sort == INT
                        and not any(mentions(bound, i) for i in range(depth + 1))
                    ):
                        yield is_low, premise.op is LT, depth + 1, bound
        else:
            return


def all_hold(m: Model, holds: Callable[[Value], bool], values: range) -> bool:
    """Whether it holds for all of them: one false instance decides, whatever the others are."""
    m.tick(len(values))
    doubt: ArithmeticError | None = None
    for v in values:
        try:
            if not holds(v):
                return False
        except (Undefined, Undecided) as e:
            if isinstance(e, TooBig):
                raise
            doubt = doubt or e
    if doubt is not None:
        raise doubt
    return True


def for_all_infinite(m: Model, sort: Sort, holds: Callable[[Value], bool], some: Iterable[Value]) -> bool:
    """False when one of ``some`` values fails; it is never found true."""
    for v in some:
        m.tick()
        try:
            if not holds(v):
                return False
        except (Undefined, Undecided):
            continue
    raise Undecided(f"a statement about all values of sort {sort} is not decided by trying some")


_REALS = (0, 1, -1, 2, Fraction(1, 2), -2, Fraction(1, 4), 3, Fraction(3, 4), Fraction(1, 10), 10)


def samples(m: Model, sort: Sort) -> Iterable[Value]:
    """Some values of an infinite sort, to look for an exception to a statement about all of them."""
    if sort == REAL:
        return _REALS
    if sort == INT:
        return range(-1, m.window() + 2)
    if isinstance(sort, Fn) and sort.dom == INT and is_numeric(sort.cod):
        return _sample_families(m.window(), sort.cod == INT)
    raise Undecided(f"values of sort {sort} are not tried")


def _sample_families(n: int, whole: bool) -> Iterator[Function]:
    """Families with entries 1..n: point masses, distributions, and a few others."""
    for size in range(1, n + 1):
        for k in range(size):
            yield Row(tuple([1 if i == k else 0 for i in range(size)]))
        yield Row((0,) * size)
        yield Row((1,) * size)
        if whole:
            continue
        yield Row((Fraction(1, size),) * size)
        for k in range(size):
            for most in (Fraction(1, 2), Fraction(3, 4)):
                yield Row(tuple([most if i == k else (1 - most) / max(size - 1, 1) for i in range(size)]))


def equal_functions(m: Model, f: Function, g: Function, sort: Fn) -> bool:
    """Whether two functions are equal.

    Over a finite sort that is decided.  Over the integers, two functions that differ somewhere are unequal;
    they count as equal when they agree wherever a table says something (outside its table a function may be
    taken to be anything).  Two expressions without a table that agree where they were tried are Undecided.
    """
    points: set[Value] = set()
    if is_finite(sort.dom):
        assert isinstance(sort.dom, Base)
        points = set(range(m.size(sort.dom)))
    elif sort.dom == INT:
        for h in (f, g):
            if isinstance(h, Table):
                n = len(h.path)
                points |= {p[n] for v, p in m.entries if v == h.var and p[:n] == h.path}
        points = points or set(range(1, m.window() + 1))
    else:
        raise Undecided(f"functions on sort {sort.dom} are not compared")

    def agree(k: Value) -> bool:
        a, b = f(k), g(k)
        if isinstance(sort.cod, Fn):
            return equal_functions(m, a, b, sort.cod)
        return sign_of_difference(a, b) == 0 if is_numeric(sort.cod) else bool(a == b)

    m.tick(len(points))
    if not all(agree(k) for k in sorted(points)):
        return False
    if not is_finite(sort.dom) and not isinstance(f, Table) and not isinstance(g, Table):
        raise Undecided("two functions agree where they were tried, which does not show that they are equal")
    return True
