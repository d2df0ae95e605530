"""The value of a kernel term in a small finite model, expanded by plain loops.

This is a second, independent reading of the terms: it shares no code with the rules of the kernel, and nothing here
proves.  A sum is a loop, an indicator is a comparison of two Python integers, a defined constant is its body, and a
variable is a table.  What the numbers are is left to an *algebra*: ``Numeric`` below computes at fixed precision and
keeps rationals exact; the SymPy algebra in ``derive.bridge.opinion`` keeps the entries of families as symbols.

Values by sort: INT a Python int, REAL a number of the algebra, a function a Python callable, a base sort a pair
(name, i) with i < ELEMENTS, a set a frozenset, a statement a bool.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol

import mpmath

from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, PROP, REAL, Base, Fn, SetOf, Sort, is_numeric
from derive.kernel.terms import (
    DERIVATIVE,
    FORALL,
    IMPLIES,
    LE,
    LT,
    App,
    At,
    Bound,
    Lam,
    Num,
    Term,
    Var,
    mentions,
)
from derive.operators import CARDS, Card, Numbers, arguments, reading
from derive.operators.derivatives import taken_apart

ELEMENTS = 3  # a base sort is tried as a set of three elements
WINDOW = range(-2, 7)  # a quantifier over all integers is tried on these

Value = Any
Key = tuple[Value, ...]
Slope = Callable[["Algebra", Value], Value]


class Undefined(ArithmeticError):  # noqa: N818 - an answer, not a failure
    """log x with x <= 0, a/0, or x^a with x <= 0: the kernel says nothing of these, so nor does the value."""


class CannotExpand(ValueError):  # noqa: N818
    """A term that no finite expansion decides, such as a minimum over all integers."""


class Algebra(Numbers, Protocol):
    """Numbers.  Integers stay Python ints as long as only +, -, * and whole powers meet."""

    def const(self, value: Value) -> Value: ...
    def is_zero(self, a: Value) -> bool: ...
    def compare(self, a: Value, b: Value) -> tuple[int, bool]:
        """The sign of a - b, and whether it is exact; within the tolerance it is 0."""
        ...

    def derivative(self, body: Slope, x: Value) -> Value:
        """The derivative at x of ``body(algebra, number)``."""
        ...


class Derived:
    """The operations of an algebra that others give."""

    def sub(self: Algebra, a: Value, b: Value) -> Value:
        return self.add(a, self.neg(b))

    def power(self: Algebra, base: Value, exponent: Value) -> Value:
        if not isinstance(exponent, int):
            return self.exp(self.mul(exponent, self.log(base)))
        out: Value = 1
        for _ in range(abs(exponent)):
            out = self.mul(out, base)
        return self.div(1, out) if exponent < 0 else out


# --- exact and high-precision numbers -----------------------------------------------------------------------


class Numeric(Derived):
    """Rationals are exact; logarithms, exponentials and what meets them have ``digits`` digits."""

    def __init__(self, digits: int = 50) -> None:
        self.mp = mpmath.mp.clone()
        self.mp.dps = digits
        self.tolerance = self.mp.mpf(10) ** (-2 * digits // 3)

    def const(self, value: Value) -> Value:
        return value

    def real(self, a: Value) -> Any:
        """``a`` as a multiprecision number."""
        if isinstance(a, Fraction):
            return self.mp.mpf(a.numerator) / a.denominator
        return self.mp.mpf(a)

    def _both(self, a: Value, b: Value) -> tuple[Value, Value]:
        if isinstance(a, (int, Fraction)) != isinstance(b, (int, Fraction)):
            return self.real(a), self.real(b)
        return a, b

    def add(self, a: Value, b: Value) -> Value:
        a, b = self._both(a, b)
        return a + b

    def neg(self, a: Value) -> Value:
        return -a

    def mul(self, a: Value, b: Value) -> Value:
        a, b = self._both(a, b)
        return a * b

    def div(self, a: Value, b: Value) -> Value:
        if self.is_zero(b) or (not isinstance(b, (int, Fraction)) and abs(b) < self.tolerance):
            raise Undefined("division by zero")
        if isinstance(a, (int, Fraction)) and isinstance(b, (int, Fraction)):
            return Fraction(a) / b
        return self.real(a) / self.real(b)

    def log(self, a: Value) -> Value:
        if a == 1:
            return 0
        if a <= 0 or (not isinstance(a, (int, Fraction)) and a < self.tolerance):
            raise Undefined("logarithm of a number that is not positive")
        return self.mp.log(self.real(a))

    def exp(self, a: Value) -> Value:
        return 1 if self.is_zero(a) else self.mp.exp(self.real(a))

    def is_zero(self, a: Value) -> bool:
        return bool(a == 0)

    def compare(self, a: Value, b: Value) -> tuple[int, bool]:
        if isinstance(a, (int, Fraction)) and isinstance(b, (int, Fraction)):
            return (a > b) - (a < b), True
        a, b = self.real(a), self.real(b)
        if abs(a - b) <= self.tolerance * max(1, abs(a), abs(b)):
            return 0, False
        return (1 if a > b else -1), True

    def derivative(self, body: Slope, x: Value) -> Value:
        return _dual_derivative(self, body, x)


class _Pair:
    """A number and its derivative, of one algebra of them: in a second derivative there are two."""

    __slots__ = ("by", "of", "owner")

    def __init__(self, owner: Dual, of: Value, by: Value) -> None:
        self.owner = owner
        self.of = of
        self.by = by


class Dual(Derived):
    """Numbers with a derivative, over another algebra: differentiation without any symbol."""

    def __init__(self, base: Algebra) -> None:
        self.base = base

    def const(self, value: Value) -> Value:
        return _Pair(self, self.base.const(value), 0)

    def pair(self, a: Value) -> _Pair:
        return a if isinstance(a, _Pair) and a.owner is self else _Pair(self, a, 0)

    def add(self, a: Value, b: Value) -> Value:
        if isinstance(a, int) and isinstance(b, int):
            return a + b
        p, q, base = self.pair(a), self.pair(b), self.base
        return _Pair(self, base.add(p.of, q.of), base.add(p.by, q.by))

    def neg(self, a: Value) -> Value:
        return -a if isinstance(a, int) else _Pair(self, self.base.neg(a.of), self.base.neg(a.by))

    def mul(self, a: Value, b: Value) -> Value:
        if isinstance(a, int) and isinstance(b, int):
            return a * b
        p, q, base = self.pair(a), self.pair(b), self.base
        return _Pair(self, base.mul(p.of, q.of), base.add(base.mul(p.by, q.of), base.mul(p.of, q.by)))

    def div(self, a: Value, b: Value) -> Value:
        p, q, base = self.pair(a), self.pair(b), self.base
        out = base.div(p.of, q.of)
        return _Pair(self, out, base.div(base.add(p.by, base.neg(base.mul(out, q.by))), q.of))

    def log(self, a: Value) -> Value:
        p = self.pair(a)
        return _Pair(self, self.base.log(p.of), self.base.div(p.by, p.of))

    def exp(self, a: Value) -> Value:
        p = self.pair(a)
        out = self.base.exp(p.of)
        return _Pair(self, out, self.base.mul(out, p.by))

    def is_zero(self, a: Value) -> bool:
        p = self.pair(a)
        return self.base.is_zero(p.of) and self.base.is_zero(p.by)

    def compare(self, a: Value, b: Value) -> tuple[int, bool]:
        return self.base.compare(self.pair(a).of, self.pair(b).of)

    def derivative(self, body: Slope, x: Value) -> Value:
        return _dual_derivative(self, body, x)


def _dual_derivative(base: Algebra, body: Slope, x: Value) -> Value:
    inner = Dual(base)
    return inner.pair(body(inner, _Pair(inner, x, 1))).by


# --- variables ------------------------------------------------------------------------------------


class Model(Protocol):
    """What the free variables stand for."""

    def leaf(self, var: Var, sort: Sort, key: Key) -> Value:
        """``var`` at the arguments ``key``, of ``sort`` INT, REAL (an exact number or a symbol) or a base sort."""
        ...


class Table:
    """A variable of function sort, at some of its arguments."""

    __slots__ = ("key", "meaning", "sort", "var")

    def __init__(self, meaning: Meaning, var: Var, sort: Fn, key: Key) -> None:
        self.meaning = meaning
        self.var = var
        self.sort = sort
        self.key = key

    def __call__(self, arg: Value) -> Value:
        return self.meaning.at(self.var, self.sort.cod, (*self.key, arg))


# --- evaluation -----------------------------------------------------------------------------------

Scope = Mapping[Var, Value]
_NOTHING: Scope = {}


class Meaning:
    """The value of terms in ``model``, with numbers from ``algebra``."""

    def __init__(self, model: Model, algebra: Algebra) -> None:
        self.model = model
        self.algebra = algebra
        self.exact = True  # whether every comparison so far was decided outside the tolerance

    def value(self, term: Term, bound: tuple[Value, ...] = (), scope: Scope = _NOTHING) -> Value:
        """The value of ``term``; ``bound`` are the values of its loose bound variables, the nearest last."""
        if isinstance(term, Num):
            return term.value.numerator if term.value.denominator == 1 else self.algebra.const(term.value)
        if isinstance(term, Bound):
            return bound[-1 - term.index]
        if isinstance(term, Var):
            return scope[term] if term in scope else self.at(term, term.sort, ())
        if isinstance(term, At):
            return self.value(term.fn, bound, scope)(self.value(term.arg, bound, scope))
        if isinstance(term, Lam):
            body = term.body
            return lambda arg: self.value(body, (*bound, arg), scope)
        if not isinstance(term, App):
            raise CannotExpand(f"{term} is not a term that this reads")
        if isinstance(term.op, Definition):
            if taken_apart(term) is not None:
                return self._derivative(term, bound, scope)
            args = [self.value(a, bound, scope) for a in term.args]
            return self.value(term.op.body, (), dict(zip(term.op.params, args, strict=True)))
        method = getattr(self, f"_{term.op.name}", None)
        if method is not None:
            return method(term, bound, scope)
        card = CARDS[term.op]
        if card.value is None and card.reads is None:
            raise CannotExpand(f"{term.op.name} has no finite expansion")
        return self._by_card(card, term, bound, scope)

    def at(self, var: Var, sort: Sort, key: Key) -> Value:
        if isinstance(sort, Fn):
            return Table(self, var, sort, key)
        functions = [a for a in key if callable(a)]
        if functions and sort == REAL:
            return self._functional(var, key, functions)
        value = self.model.leaf(var, sort, key)
        return self.algebra.const(value) if sort == REAL else value

    def _functional(self, var: Var, key: Key, functions: list[Callable[[int], Value]]) -> Value:
        """A variable that takes families: a polynomial in their entries, with coefficients from the table."""
        plain = tuple(a for a in key if not callable(a))
        alg = self.algebra
        terms = [functions[0](1), alg.mul(functions[0](1), functions[0](2)), functions[-1](3)]
        out = alg.const(self.model.leaf(var, REAL, (*plain, "c0")))
        for n, t in enumerate(terms, 1):
            out = alg.add(out, alg.mul(alg.const(self.model.leaf(var, REAL, (*plain, f"c{n}"))), t))
        return out

    # numbers

    def _pair(self, term: App, bound: tuple[Value, ...], scope: Scope) -> tuple[Value, Value]:
        return self.value(term.args[0], bound, scope), self.value(term.args[1], bound, scope)

    def _by_card(self, card: Card, term: App, bound: tuple[Value, ...], scope: Scope) -> Value:
        """The value that the operator's card gives."""
        if card.reads is None:
            assert card.value is not None
            return card.value(self.algebra)(*(self.value(a, bound, scope) for a in term.args))
        first = self.value(term.args[0], bound, scope)
        if card.absorbs and self.algebra.is_zero(first):
            return 0
        rest = [self.value(a, bound, scope) for a in term.args[1:]]
        return self.value(reading(card)[2], (), dict(zip(arguments(card), [first, *rest], strict=True)))

    def _mul(self, term: App, bound: tuple[Value, ...], scope: Scope) -> Value:
        # 0 times anything is 0, whatever log 0 may be: so it is in the kernel, where every term has a value.
        left, right = term.args
        try:
            a = self.value(left, bound, scope)
        except Undefined:
            b = self.value(right, bound, scope)
            if self.algebra.is_zero(b):
                return 0
            raise
        return 0 if self.algebra.is_zero(a) else self.algebra.mul(a, self.value(right, bound, scope))

    def _range(self, term: App, bound: tuple[Value, ...], scope: Scope) -> range:
        low, high = self._pair(term, bound, scope)
        return range(low, high + 1)

    def _sum(self, term: App, bound: tuple[Value, ...], scope: Scope) -> Value:
        f = self.value(term.args[2], bound, scope)
        out: Value = 0
        for k in self._range(term, bound, scope):
            out = self.algebra.add(out, f(k))
        return out

    def _prod(self, term: App, bound: tuple[Value, ...], scope: Scope) -> Value:
        f = self.value(term.args[2], bound, scope)
        out: Value = 1
        for k in self._range(term, bound, scope):
            out = self.algebra.mul(out, f(k))
        return out

    def _derivative(self, term: App, bound: tuple[Value, ...], scope: Scope) -> Value:
        """Of a function of a real number, or, as the same along one entry, of a function of families."""
        parts = taken_apart(term)
        assert parts is not None
        f = parts.fn
        if not isinstance(f, Lam):
            raise CannotExpand(f"{f} is not written out as a function")
        base, point = self.algebra, self.value(parts.point, bound, scope)
        entry = tuple(self.value(i, bound, scope) for i in parts.entry)

        def lifted(v: Value, inner: Algebra) -> Value:
            if isinstance(v, (int, tuple, frozenset)):
                return v
            if isinstance(v, Table):
                return Table(Meaning(self.model, inner), v.var, v.sort, v.key)
            if callable(v):
                return lambda arg: lifted(v(arg), inner)
            return inner.pair(v) if isinstance(inner, Dual) else v

        def body(inner: Algebra, moved: Value) -> Value:
            meaning = self if inner is base else Meaning(self.model, inner)
            low = tuple(lifted(v, inner) for v in bound)
            here = _moved(lifted(point, inner), entry, moved, inner) if entry else moved
            return meaning.value(f.body, (*low, here), {k: lifted(v, inner) for k, v in scope.items()})

        return base.derivative(body, 0 if entry else point)

    def _max(self, term: App, bound: tuple[Value, ...], scope: Scope) -> Value:
        f = self.value(term.args[2], bound, scope)
        values = [f(k) for k in self._range(term, bound, scope)]
        if not values:
            raise Undefined("the largest of no numbers")
        out = values[0]
        for value in values[1:]:
            out = value if self.compare(value, out) > 0 else out
        return out

    # sets

    def _optimum(self, term: App, bound: tuple[Value, ...], scope: Scope, sign: int) -> frozenset[Value]:
        (f,) = term.args
        assert isinstance(f.sort, Fn)
        of = self.value(f, bound, scope)
        values = {x: of(x) for x in elements(f.sort.dom)}
        return frozenset(x for x, v in values.items() if all(sign * self.compare(v, w) <= 0 for w in values.values()))

    def _argmin(self, term: App, bound: tuple[Value, ...], scope: Scope) -> Value:
        return self._optimum(term, bound, scope, 1)

    def _argmax(self, term: App, bound: tuple[Value, ...], scope: Scope) -> Value:
        return self._optimum(term, bound, scope, -1)

    # statements

    def compare(self, a: Value, b: Value) -> int:
        sign, exact = self.algebra.compare(a, b)
        self.exact = self.exact and exact
        return sign

    def same(self, a: Value, b: Value, sort: Sort) -> bool:
        """Whether two values of ``sort`` are equal; functions are compared where the model reaches."""
        if is_numeric(sort):
            return self.compare(a, b) == 0
        if isinstance(sort, Fn):
            domain = WINDOW if sort.dom == INT else elements(sort.dom)
            judged = 0
            for x in domain:
                try:
                    if not self.same(a(x), b(x), sort.cod):
                        return False
                    judged += 1
                except Undefined:
                    continue
            if not judged:
                raise Undefined("the functions are defined nowhere in reach")
            return True
        if isinstance(sort, (SetOf, Base)):
            return bool(a == b)
        raise CannotExpand(f"values of sort {sort} cannot be compared")

    def _eq(self, term: App, bound: tuple[Value, ...], scope: Scope) -> bool:
        return self.same(*self._pair(term, bound, scope), term.args[0].sort)

    def _ne(self, term: App, bound: tuple[Value, ...], scope: Scope) -> bool:
        return not self._eq(term, bound, scope)

    def _lt(self, term: App, bound: tuple[Value, ...], scope: Scope) -> bool:
        return self.compare(*self._pair(term, bound, scope)) < 0

    def _le(self, term: App, bound: tuple[Value, ...], scope: Scope) -> bool:
        return self.compare(*self._pair(term, bound, scope)) <= 0

    def _in(self, term: App, bound: tuple[Value, ...], scope: Scope) -> bool:
        a, s = self._pair(term, bound, scope)
        return a in s

    def _has_derivative(self, term: App, bound: tuple[Value, ...], scope: Scope) -> bool:
        slope = self._derivative(App(DERIVATIVE, term.args[:2]), bound, scope)
        return self.compare(slope, self.value(term.args[2], bound, scope)) == 0

    def _implies(self, term: App, bound: tuple[Value, ...], scope: Scope) -> bool:
        return not self.value(term.args[0], bound, scope) or bool(self.value(term.args[1], bound, scope))

    def _iff(self, term: App, bound: tuple[Value, ...], scope: Scope) -> bool:
        a, b = self._pair(term, bound, scope)
        return bool(a == b)

    def _forall(self, term: App, bound: tuple[Value, ...], scope: Scope) -> bool:
        return all(self.value(body, inner, scope) for body, inner in self.instances(term, bound, scope))

    def instances(self, term: App, bound: tuple[Value, ...], scope: Scope) -> Iterator[tuple[Term, tuple[Value, ...]]]:
        """The body of a universal statement with each value of its variable that its guards allow."""
        (f,) = term.args
        if not isinstance(f, Lam):
            raise CannotExpand(f"{f} is not written out as a function")
        domain = self._guarded(f, bound, scope) if f.dom == INT else elements(f.dom)
        for x in domain:
            yield f.body, (*bound, x)

    def _guarded(self, f: Lam, bound: tuple[Value, ...], scope: Scope) -> range:
        """The integers that satisfy guards m <= k and k <= n of ``for all k: m <= k => k <= n => ...``."""
        low, high = WINDOW.start, WINDOW.stop - 1
        body: Term = f.body
        while isinstance(body, App):
            if body.op is FORALL and isinstance(body.args[0], Lam):
                break
            if body.op is not IMPLIES:
                break
            guard, body = body.args
            if not (isinstance(guard, App) and guard.op in (LE, LT)):
                continue
            left, right = guard.args
            strict = int(guard.op is LT)
            k = Bound(0, INT)
            if right == k and not mentions(left, 0):
                low = self.value(left, (*bound, None), scope) + strict
            elif left == k and not mentions(right, 0):
                high = self.value(right, (*bound, None), scope) - strict
        return range(low, high + 1)


def _moved(family: Value, entry: tuple[int, ...], step: Value, algebra: Algebra) -> Value:
    """The family with ``step`` added at one entry."""
    first, *rest = entry

    def at(index: int) -> Value:
        value = family(index)
        if index != first:
            return value
        return _moved(value, tuple(rest), step, algebra) if rest else algebra.add(value, step)

    return at


def elements(sort: Sort) -> Sequence[Value]:
    """The elements of a base sort in a small model."""
    if isinstance(sort, Base) and not is_numeric(sort) and sort != PROP:
        return [(sort.name, i) for i in range(ELEMENTS)]
    raise CannotExpand(f"there are too many values of sort {sort} to try them all")
