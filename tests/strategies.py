"""Random terms and small models for Hypothesis, and two readings of what a term means in a model.

``values`` draws what the free variables stand for, ``reals`` and ``integers`` draw terms in those variables,
``rearranged`` draws a term that is equal by the laws of arithmetic and of finite sums, and ``spoiled`` one that differs
in one place.  ``verdict`` asks the exact evaluator; ``numeric`` is a second, independent reading in high precision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import mpmath
from hypothesis import strategies as st

from derive.falsify import Model, Undecided, Undefined, evaluate
from derive.kernel.definitions import _DEFINED, Definition
from derive.kernel.sorts import FAMILY, INT, REAL, Fn, Sort, is_numeric
from derive.kernel.terms import (
    ADD,
    DELTA,
    DERIVATIVE,
    DIV,
    EQ,
    EXP,
    FORALL,
    HAS_DERIVATIVE,
    IFF,
    IMPLIES,
    LE,
    LOG,
    LT,
    MAX,
    MUL,
    NE,
    NEG,
    POW,
    PROD,
    SUB,
    SUM,
    XLOGY,
    App,
    At,
    Bound,
    Lam,
    Num,
    Op,
    Term,
    Var,
    abstract,
    app,
    parts_of,
    rebuild,
    subterms,
)
from derive.kernel.theorem import Theorem

Values = dict[Var, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]

x, y = Var("x", REAL), Var("y", REAL)
i, j, k, n = (Var(s, INT) for s in "ijkn")
f, g = Var("f", FAMILY), Var("g", FAMILY)
w = Var("w", Fn(INT, INT))
k_real = Var("k", REAL)  # the letter k once more, for a real

REALS, INTS, FAMILIES = (x, y, k_real), (i, j, n), (f, g)
LETTERS = (k, i, Var("x", INT), n)  # bound variables share their letters with free ones, to tempt a capture

SMALL = (0, 1, 2, -1, Fraction(1, 2), 3, Fraction(-3, 2))


# --- definitions for one file of tests -------------------------------------------------------------------------------


class Scratch:
    """Definitions that are made in ``with SCRATCH:`` and known only in ``with SCRATCH.known():``.

    Other tests go through all definitions that there are, and must not find these.
    """

    def __init__(self) -> None:
        self._made: dict[str, Definition] = {}
        self._before: set[str] = set()

    def __enter__(self) -> None:
        self._before = set(_DEFINED)

    def __exit__(self, *_: object) -> None:
        self._made |= {title: _DEFINED.pop(title) for title in set(_DEFINED) - self._before}

    @contextmanager
    def known(self) -> Iterator[None]:
        before = set(_DEFINED)
        _DEFINED.update(self._made)
        try:
            yield
        finally:
            for title in set(_DEFINED) - before:
                del _DEFINED[title]


# --- models ----------------------------------------------------------------------------------------------------------


def table(entries: Sequence[Any]) -> Callable[[int], Any]:
    """The function on all integers that repeats ``entries``."""
    return lambda at_: entries[at_ % len(entries)]


@st.composite
def values(draw: Draw) -> Values:
    """A number for every variable of this module, and for each function a table that is defined everywhere."""
    out: Values = {v: draw(st.sampled_from(SMALL)) for v in REALS}
    out |= {v: draw(st.integers(-2, 4)) for v in INTS}
    out |= {v: table(draw(st.lists(st.sampled_from(SMALL), min_size=5, max_size=5))) for v in FAMILIES}
    out[w] = table(draw(st.lists(st.integers(-2, 3), min_size=4, max_size=4)))
    return out


GRID: tuple[Values, ...] = tuple(
    {
        x: SMALL[a % 7],
        y: SMALL[(3 * a + 1) % 7],
        k_real: SMALL[(5 * a + 2) % 7],
        i: a % 5 - 1,
        j: (a * a) % 4,
        n: (2 * a) % 6 - 1,
        f: table(SMALL[a % 3 : a % 3 + 4]),
        g: table((1, -2, Fraction(1, 3), 0, a)),
        w: table((a % 3, 1, -1)),
    }
    for a in range(12)
)
"""Twelve models that are always tried; n is -1, 1, 3 and so on, so some ranges are empty."""


def verdict(statement: Term, given: Mapping[Var, Any]) -> bool | None:
    """Whether the statement holds, exactly; None where it has no value or is not decided."""
    try:
        return bool(evaluate(statement, Model(dict(given))))
    except (Undefined, Undecided):
        return None


def value(term: Term, given: Mapping[Var, Any]) -> Any:
    """The exact value, or None where there is none."""
    try:
        return evaluate(term, Model(dict(given)))
    except (Undefined, Undecided):
        return None


def assert_sound(th: Theorem, models: Iterable[Mapping[Var, Any]] = GRID) -> None:
    """In every model in which the hypotheses hold, the conclusion is not false: exactly, and with x/0 and log(-x) chosen.

    The statement is left out where it has no value, or speaks of more than can be tried.
    """
    for m in models:
        if all(verdict(h, m) is True for h in th.hyps):
            assert verdict(th.concl, m) is not False, f"{th} is false at {shown(th, m)}"
        if all(numeric(h, m, total=True) is True for h in th.hyps):
            assert numeric(th.concl, m, total=True) is not False, f"{th} is false at {shown(th, m)}, x/0 being chosen"


def shown(th: Theorem, m: Mapping[Var, Any]) -> dict[str, Any]:
    return {
        v.name: value_ if not callable(value_) else [value_(e) for e in range(5)]
        for v, value_ in m.items()
        if v in th.free
    }


# --- terms -----------------------------------------------------------------------------------------------------------


def small(draw: Draw) -> Num:
    return Num(draw(st.sampled_from(SMALL)))


@st.composite
def indices(draw: Draw, scope: tuple[Var, ...] = ()) -> Term:
    """A small integer term, fit to be an index or a bound."""
    kind = draw(st.integers(0, 3))
    base: Term = draw(st.sampled_from(INTS + scope * 3)) if kind else Num(draw(st.integers(-1, 4)))
    return base + draw(st.sampled_from((1, -1))) if kind == 3 else base


@st.composite
def integers(draw: Draw, depth: int = 2, scope: tuple[Var, ...] = ()) -> Term:
    """A term of sort INT."""
    if depth == 0 or draw(st.integers(0, 9)) == 0:
        index = draw(indices(scope))
        return w[index] if draw(st.booleans()) else index
    kind = draw(st.sampled_from(("add", "sub", "mul", "neg", "pow", "sum")))
    one = draw(integers(depth - 1, scope))
    if kind == "neg":
        return -one
    if kind == "pow":
        return one ** draw(st.integers(0, 2))
    if kind == "sum":
        return draw(big(depth - 1, scope, integers))
    other = draw(integers(depth - 1, scope))
    return one + other if kind == "add" else one - other if kind == "sub" else one * other


@st.composite
def reals(draw: Draw, depth: int = 3, scope: tuple[Var, ...] = (), partial: bool = False) -> Term:
    """A numeric term; with ``partial`` it may divide and take logarithms, so it may have no value somewhere."""
    if depth == 0 or draw(st.integers(0, 9)) == 0:
        kind = draw(st.integers(0, 4))
        if kind == 0:
            return small(draw)
        if kind == 1:
            return draw(st.sampled_from(REALS))
        if kind == 2:
            return draw(indices(scope))
        if kind == 3:
            return app(DELTA, draw(indices(scope)), draw(indices(scope)))
        return draw(st.sampled_from(FAMILIES))[draw(indices(scope))]
    names = ["add", "sub", "mul", "neg", "pow", "sum", "sum", "prod"]
    kind = draw(st.sampled_from(names + (["div", "log", "exp", "xlogy"] if partial else [])))
    if kind in ("sum", "prod"):
        return draw(big(depth - 1, scope, lambda d, s: reals(d, s, partial), SUM if kind == "sum" else PROD))
    one = draw(reals(depth - 1, scope, partial))
    if kind == "neg":
        return -one
    if kind == "pow":
        return one ** Num(draw(st.sampled_from((0, 1, 2, 3, -1, Fraction(1, 2)) if partial else (0, 1, 2, 3))))
    if kind in ("log", "exp"):
        return app(LOG if kind == "log" else EXP, one)
    other = draw(reals(depth - 1, scope, partial))
    return app({"add": ADD, "sub": SUB, "mul": MUL, "div": DIV, "xlogy": XLOGY}[kind], one, other)


@st.composite
def big(draw: Draw, depth: int, scope: tuple[Var, ...], body: Callable[..., Any], op: Op | None = None) -> Term:
    """A sum or product over a small range, which may be empty and may depend on the variables."""
    op = op or draw(st.sampled_from((SUM, PROD)))
    var = draw(st.sampled_from(LETTERS))
    outside = tuple(v for v in scope if v != var)
    low, high = draw(indices(outside)), draw(indices(outside))
    inner = draw(body(depth, (*outside, var)))
    return App(op, (low, high, Lam(var.name, INT, abstract(inner, var))))


@st.composite
def comparisons(draw: Draw, depth: int = 1) -> Term:
    """a = b, a != b, a < b or a <= b."""
    op = draw(st.sampled_from((EQ, NE, LT, LE)))
    of = draw(st.sampled_from((reals, integers)))
    return app(op, draw(of(depth)), draw(of(depth)))


def polynomials(atoms: Iterable[Term], depth: int = 3) -> st.SearchStrategy[Term]:
    """Sums, differences, products, negatives and squares of the atoms; no binders, so the laws of rings are all."""
    of = st.sampled_from(tuple(atoms))
    for _ in range(depth):
        two = st.tuples(of, of)
        of = st.one_of(
            of,
            two.map(lambda ab: ab[0] + ab[1]),
            two.map(lambda ab: ab[0] - ab[1]),
            two.map(lambda ab: ab[0] * ab[1]),
            of.map(lambda a: -a),
            of.map(lambda a: a**2),
        )
    return of


# --- equal terms, and terms that are nearly so -----------------------------------------------------------------------


def change_at(term: Term, place: int, change: Callable[[Term], Term | None]) -> Term:
    """``term`` with its ``place``-th subterm changed, counted from the outside; unchanged where ``change`` gives
    None."""
    left = place

    def go(t: Term) -> Term:
        nonlocal left
        if left == 0:
            left -= 1
            new = change(t)
            return t if new is None else new
        left -= 1
        parts = []
        for p in parts_of(t):
            parts.append(go(p) if left >= 0 else p)
        return rebuild(t, tuple(parts)) if parts else t

    return go(term)


def _law(choice: int) -> Callable[[Term], Term | None]:
    """One law of arithmetic, or of finite sums, read left to right; None where it does not apply."""

    def run(t: Term) -> Term | None:
        if not isinstance(t, App):
            return None
        op, a = t.op, t.args
        if op in (ADD, MUL):
            first, second = a
            inner = second.args if isinstance(second, App) else ()
            if choice % 3 == 0:
                return App(op, (second, first))
            if isinstance(second, App) and second.op is op and choice % 3 == 1:
                return App(op, (App(op, (first, inner[0])), inner[1]))
            if op is MUL and isinstance(second, App) and second.op in (ADD, SUB):
                return App(second.op, (App(MUL, (first, inner[0])), App(MUL, (first, inner[1]))))
        if op is SUB:
            return App(ADD, (a[0], App(NEG, (a[1],))))
        if op is NEG:
            return App(MUL, (Num(-1), a[0])) if choice % 2 else App(SUB, (Num(0), a[0]))
        if op is POW and isinstance(a[1], Num) and a[1].value >= 1:
            return App(MUL, (a[0], App(POW, (a[0], Num(a[1].value - 1)))))
        if op is SUM and isinstance(a[2], Lam) and isinstance(a[2].body, App):
            body = a[2].body
            if body.op in (ADD, SUB):
                return App(body.op, tuple(App(SUM, (a[0], a[1], Lam(a[2].hint, INT, p))) for p in body.args))
            if body.op is MUL and not body.args[0].loose:
                return App(MUL, (body.args[0], App(SUM, (a[0], a[1], Lam(a[2].hint, INT, body.args[1])))))
        return None

    return run


def _somewhere(draw: Draw, term: Term, change: Callable[[Term], Term | None]) -> Term:
    """``term`` changed in one of the places where ``change`` applies."""
    fits = [place for place, t in enumerate(subterms(term)) if change(t) is not None]
    return change_at(term, draw(st.sampled_from(fits)), change) if fits else term


@st.composite
def rearranged(draw: Draw, term: Term, times: int = 4) -> Term:
    """A term equal to ``term`` by the laws of arithmetic and by linearity of sums."""
    for choice in draw(st.lists(st.integers(0, 5), min_size=1, max_size=times)):
        term = _somewhere(draw, term, _law(choice))
    return term


def _spoil(t: Term, choice: int) -> Term | None:
    if isinstance(t, Num):
        return Num(t.value + 1)
    if isinstance(t, Var) and t.sort == INT:
        return t + 1
    if isinstance(t, Bound) and t.sort == INT:
        return App(ADD, (t, Num(1)))
    if isinstance(t, App):
        swaps = {ADD: SUB, SUB: ADD, SUM: PROD, PROD: SUM, MUL: ADD}
        if t.op in (SUM, PROD) and choice:
            return App(t.op, (t.args[0], App(ADD, (t.args[1], Num(1))), t.args[2]))
        if t.op in swaps:
            return App(swaps[t.op], t.args)
        if t.op is NEG:
            return t.args[0]
    return None


@st.composite
def spoiled(draw: Draw, term: Term) -> Term:
    """``term`` with a sign, a bound, a number or an operator changed somewhere."""
    choice = draw(st.integers(0, 1))
    return _somewhere(draw, term, lambda t: _spoil(t, choice))


# --- a second reading, exact for rationals and of high precision otherwise -------------------------------------------

TOLERANCE = mpmath.mpf(10) ** -20
_STEP = mpmath.mpf(10) ** -15
_TRIED: dict[Sort, tuple[Any, ...]] = {INT: tuple(range(-4, 7)), REAL: (*SMALL, -4, Fraction(7, 3))}


class NoValueError(ArithmeticError):
    """A logarithm of a number <= 0, a division by 0, or a power that does not exist."""


def numeric(term: Term, env: Mapping[Var, Any], total: bool = False) -> Any:
    """The value of ``term``, read off its definition: a rational, or a number of about 50 digits.

    A statement is True, False, or None where it speaks of more values than can be tried.  Derivatives are difference
    quotients.  Where there is no value NoValueError is raised; with ``total`` there is always one: x/0, log(-x) and so
    on are then functions chosen here without meaning.  The kernel proves what is true whatever they are.
    """
    with mpmath.workdps(60):
        return _Reading(env, total).of(term, ())


def number(q: Any) -> Any:
    """A rational as a number of high precision."""
    return mpmath.mpf(q.numerator) / q.denominator if isinstance(q, (int, Fraction)) else q


def order(a: Any, b: Any) -> int:
    """-1, 0 or 1 as a < b, a = b (up to the tolerance, when they are not both rational) or a > b."""
    if isinstance(a, (int, Fraction)) and isinstance(b, (int, Fraction)):
        return (a > b) - (a < b)
    a, b = number(a), number(b)
    if abs(a - b) <= TOLERANCE * (1 + abs(a) + abs(b)):
        return 0
    return 1 if a > b else -1


class _Reading:
    def __init__(self, env: Mapping[Var, Any], total: bool) -> None:
        self.env, self.total = env, total

    def of(self, t: Term, stack: tuple[Any, ...]) -> Any:
        if isinstance(t, Num):
            return t.value.numerator if t.value.denominator == 1 else t.value
        if isinstance(t, Bound):
            return stack[t.index]
        if isinstance(t, Var):
            return self.env[t]
        if isinstance(t, Lam):
            return lambda arg: self.of(t.body, (arg, *stack))
        if isinstance(t, At):
            return self.of(t.fn, stack)(self.of(t.arg, stack))
        assert isinstance(t, App)
        if t.op in (IMPLIES, IFF):
            return self._connective(t, stack)
        if t.op is XLOGY and self.of(t.args[0], stack) == 0:
            return 0  # whatever the other argument is
        args = tuple(self.of(a, stack) for a in t.args)
        if isinstance(t.op, Definition):
            return _Reading(dict(zip(t.op.params, args, strict=True)), self.total).of(t.op.body, ())
        if t.op is FORALL:
            return self._forall(args[0], t.args[0].sort.dom)  # type: ignore[attr-defined]
        if t.op in (EQ, NE) and isinstance(t.args[0].sort, Fn):
            return self._same_function(t, *args)
        if t.op in (SUM, PROD):
            return self._big(t.op, *args)
        if t.op is MAX:
            return self._largest(*args)
        if t.op in (DERIVATIVE, HAS_DERIVATIVE):
            return self._slope(t.op, *args)
        return self._plain(t.op, *args)

    def _connective(self, t: App, stack: tuple[Any, ...]) -> bool | None:
        p, q = (self.of(a, stack) for a in t.args)
        if t.op is IFF:
            return None if p is None or q is None else p is q
        if p is False or q is True:
            return True
        return None if p is None else q

    def _forall(self, holds: Callable[[Any], Any], domain: Sort) -> bool | None:
        return False if any(holds(v) is False for v in _TRIED.get(domain, ())) else None

    def _same_function(self, t: App, one: Callable[[Any], Any], other: Callable[[Any], Any]) -> bool | None:
        if t.args[0] == t.args[1]:
            return t.op is EQ
        domain, kind = t.args[0].sort.dom, t.args[0].sort.cod  # type: ignore[attr-defined]
        if not is_numeric(kind) or domain not in _TRIED:
            return None
        apart = any(order(one(v), other(v)) for v in _TRIED[domain])
        return t.op is NE if apart else None

    def _big(self, op: Op, low: int, high: int, fn: Callable[[int], Any]) -> Any:
        out: Any = 0 if op is SUM else 1
        for index in range(low, high + 1):
            out = self._plain(ADD if op is SUM else MUL, out, fn(index))
        return out

    def _largest(self, low: int, high: int, fn: Callable[[int], Any]) -> Any:
        if high < low:
            return self._nowhere(7)
        out = fn(low)
        for index in range(low + 1, high + 1):
            out = fn(index) if order(fn(index), out) > 0 else out
        return out

    def _slope(self, op: Op, fn: Callable[[Any], Any], x_: Any, *said: Any) -> Any:
        above, below = (number(fn(number(x_) + by)) for by in (_STEP, -_STEP))
        found = (above - below) / (2 * _STEP)
        return found if op is DERIVATIVE else order(found, said[0]) == 0

    def _plain(self, op: Op, *a: Any) -> Any:
        if op in _SIGNS:
            return order(a[0], a[1]) in _SIGNS[op]
        if not all(isinstance(q, (int, Fraction)) for q in a):
            a = tuple(map(number, a))
        if op in _EXACT:
            return _EXACT[op](*a)
        if op is EXP:
            return 1 if a[0] == 0 else mpmath.exp(number(a[0]))
        if op is LOG:
            return self._log(a[0]) if a[0] > 0 else self._nowhere(2 - a[0])
        if op is XLOGY:
            return number(a[0]) * self._log(a[1]) if a[1] > 0 else self._nowhere(a[0] - a[1] - 3)
        if op is DIV:
            if a[1] == 0:
                return self._nowhere(3 * a[0] + 5)
            return Fraction(a[0]) / a[1] if isinstance(a[0], (int, Fraction)) else a[0] / a[1]
        assert op is POW
        base, exponent = a
        if exponent == int(exponent) and exponent >= 0:
            return base ** int(exponent)
        if exponent == int(exponent) and base != 0 and not self.total:
            return 1 / (Fraction(base) if isinstance(base, int) else base) ** int(-exponent)
        return mpmath.exp(number(exponent) * self._log(base)) if base > 0 else self._nowhere(base + exponent + 1)

    def _log(self, x_: Any) -> Any:
        return mpmath.log(number(x_))

    def _nowhere(self, chosen: Any) -> Any:
        if self.total:
            return chosen
        raise NoValueError


_SIGNS: dict[Op, tuple[int, ...]] = {EQ: (0,), NE: (-1, 1), LT: (-1,), LE: (-1, 0)}
_EXACT: dict[Op, Callable[..., Any]] = {
    ADD: lambda a, b: a + b,
    SUB: lambda a, b: a - b,
    MUL: lambda a, b: a * b,
    NEG: lambda a: -a,
    DELTA: lambda a, b: int(a == b),
}
