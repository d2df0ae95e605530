"""The exact value of a term in a finite model.

A model gives every free variable a value: an integer, an exact real, an element of a finite base sort, or a
function with a finite table.  ``evaluate`` follows the meaning that the kernel gives to terms:

    a sum or product over low..high runs over the integers; it is 0 or 1 when high < low
    [i = j] is 1 or 0
    xlogy(a, x) is a log x, and 0 when a is 0, whatever x is
    x^n with a natural number n is a product, and x^0 is 1; other powers are exp(a log x)
    a defined constant is its body
    argmin and argmax over a finite sort are the sets of elements, by exact comparison
    a derivative is found symbolically, then evaluated

A term has no value (Undefined is raised) where it takes the logarithm of a number <= 0, divides by 0, or
looks up an argument that the table of a function does not have.  A function applied outside the range that a
text has in mind does have a value when its table says one.

Statements are evaluated as far as needed: one false instance makes "for all" false and a false premise makes
an implication true, even where other parts have no value.  "For all" over a range of integers or over a
finite sort is decided; over all reals, all integers or all functions it can only be found false, and
otherwise is Undecided.

Nothing is rounded.  A comparison that exact arithmetic cannot decide raises Undecided.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from derive.falsify.models.differentiate import derivative_body
from derive.falsify.numbers.exact import Exact, Sign, Undecided, Undefined, compare, exp, log
from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, PROP, REAL, Base, Fn, SetOf, Sort, is_numeric
from derive.kernel.terms import (
    ADD,
    ARGMAX,
    ARGMIN,
    DELTA,
    DIV,
    EQ,
    EXP,
    FORALL,
    HAS_PARTIAL,
    IFF,
    IMPLIES,
    IN,
    LE,
    LOG,
    LT,
    MUL,
    NE,
    NEG,
    PARTIAL,
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
    parts_of,
)

Number = int | Fraction | Exact
Value = Any  # a Number, a bool, an element of a base sort (an int), a frozenset of elements, or a Function
Env = tuple[Value, ...]
Code = Callable[["Model", Env], Value]
Path = tuple[Value, ...]

STEPS = 100_000
"""How many summands, factors and instances ``evaluate`` looks at before it raises TooBig."""

_WINDOW = 8  # at most so many integers are tried where a statement speaks of all integers
_POWER_BITS = 1 << 16


class TooBig(Undecided):
    """The computation was given up: a range or a number is too large."""


class OutOfTime(Exception):  # noqa: N818
    """The time of a search is over."""


# --- functions as values ---------------------------------------------------------------------------------------------


class Function:
    """A value of function sort."""

    __slots__ = ()

    def __call__(self, arg: Value) -> Value:
        raise NotImplementedError


class Table(Function):
    """A variable of function sort, applied to some of its arguments; the model looks up the rest."""

    __slots__ = ("model", "path", "sort", "var")

    def __init__(self, model: Model, var: Var, path: Path, sort: Fn) -> None:
        self.model, self.var, self.path, self.sort = model, var, path, sort

    def __call__(self, arg: Value) -> Value:
        path = (*self.path, arg)
        if isinstance(self.sort.cod, Fn):
            return Table(self.model, self.var, path, self.sort.cod)
        return self.model.entry(self.var, path)


class Closure(Function):
    """The value of a Lam."""

    __slots__ = ("code", "env", "model")

    def __init__(self, code: Code, model: Model, env: Env) -> None:
        self.code, self.model, self.env = code, model, env

    def __call__(self, arg: Value) -> Value:
        return self.code(self.model, (*self.env, arg))


class Row(Function):
    """A family with the entries 1..n."""

    __slots__ = ("values",)

    def __init__(self, values: tuple[Value, ...]) -> None:
        self.values = values

    def __call__(self, arg: Value) -> Value:
        if isinstance(arg, int) and 1 <= arg <= len(self.values):
            return self.values[arg - 1]
        raise Undefined(f"the family {text(self.values)} has no entry {text(arg)}")


class Foreign(Function):
    """A Python function of one argument whose result is of sort ``sort``."""

    __slots__ = ("fn", "sort")

    def __init__(self, fn: Callable[[Any], Any], sort: Sort) -> None:
        self.fn, self.sort = fn, sort

    def __call__(self, arg: Value) -> Value:
        return to_value(self.fn(arg), self.sort)


# --- models ----------------------------------------------------------------------------------------------------------


def arity(sort: Sort) -> int:
    """How many arguments a function of this sort takes before its value is no function."""
    n = 0
    while isinstance(sort, Fn):
        n, sort = n + 1, sort.cod
    return n


def to_value(given: Any, sort: Sort) -> Value:
    """A Python object as a value of ``sort``; TypeError when it is not one.  Floats are refused."""
    if isinstance(sort, Fn):
        if isinstance(given, Function):
            return given
        if callable(given):
            return Foreign(given, sort.cod)
        raise TypeError(f"{given!r} is no function")
    if sort == PROP:
        if isinstance(given, bool):
            return given
        raise TypeError(f"{given!r} is no truth value")
    if isinstance(sort, SetOf):
        return frozenset(to_value(g, sort.elem) for g in given)
    if isinstance(given, (bool, float)):
        raise TypeError(f"{given!r} is not an exact number; write Fraction('0.1') or Fraction(1, 10)")
    if sort == REAL:
        if isinstance(given, (int, Fraction)):
            return given
        return _rational_if_seen(Exact.of(given))
    if isinstance(given, Fraction) and given.denominator == 1:
        given = given.numerator
    if isinstance(given, int):
        return given
    raise TypeError(f"{given!r} is not of sort {sort}")


def key_of(value: Value) -> Value:
    """An argument as a key of a table."""
    if isinstance(value, Exact):
        q = value.as_fraction()
        if q is None:
            raise Undecided(f"a table is not looked up at {value}, which is not rational")
        return q
    if isinstance(value, Function):
        raise Undecided("a table of functions of functions is not looked up")
    return value


class Model:
    """A value for every free variable.

        Model({V: 2, y: 1, p: (Fraction(1, 2), Fraction(1, 2))})
        Model({f: (0, 1)}, sizes={Base("Theta"): 2})

    A number, or for a variable of function sort: a tuple with the values at 1, 2, ..., n (at 0, ..., n - 1
    when the domain is a base sort), a dictionary, or a Python function; for several arguments, nested.  The
    elements of a base sort are 0..n-1.
    """

    __slots__ = ("deadline", "entries", "functions", "outside", "sizes", "steps")

    def __init__(self, values: Mapping[Var, Any] | None = None, sizes: Mapping[Base, int] | None = None) -> None:
        self.entries: dict[tuple[Var, Path], Value] = {}
        self.functions: dict[Var, Function] = {}
        self.sizes: dict[Base, int] = dict(sizes or {})
        self.outside: frozenset[tuple[Var, Path]] = frozenset()  # entries to be printed one by one
        self.steps = STEPS
        self.deadline: float | None = None
        for var, value in (values or {}).items():
            self._put(var, (), var.sort, value)

    def _put(self, var: Var, path: Path, sort: Sort, value: Any) -> None:
        if not isinstance(sort, Fn):
            self.entries[var, path] = to_value(value, sort)
            return
        if isinstance(value, Mapping):
            items: Iterable[tuple[Any, Any]] = value.items()
        elif isinstance(value, Sequence) and not isinstance(value, str):
            items = enumerate(value, 1 if is_numeric(sort.dom) else 0)
        elif callable(value) and not path:
            self.functions[var] = to_value(value, sort)
            return
        else:
            raise TypeError(f"{value!r} is no table for {var}")
        for arg, result in items:
            self._put(var, (*path, to_value(arg, sort.dom)), sort.cod, result)

    # looking up

    def entry(self, var: Var, path: Path) -> Value:
        """The value of ``var`` at the arguments ``path``."""
        try:
            found = self.entries.get((var, path), _NOTHING)
        except TypeError:  # an argument that cannot be a key as it is
            path = tuple(key_of(a) for a in path)
            found = self.entries.get((var, path), _NOTHING)
        return self.absent(var, path) if found is _NOTHING else found

    def absent(self, var: Var, path: Path) -> Value:
        """Called for an entry that the tables do not have."""
        fn: Value = self.functions.get(var)
        if fn is not None:
            for a in path:
                fn = fn(a)
            return fn
        if not path:
            raise Undefined(f"{var} has no value in this model")
        raise Undefined(f"{entry_text(var, path)} is outside the table of {var}")

    def size(self, sort: Base) -> int:
        """How many elements a base sort has: as stated, or as many as the tables of functions on it show."""
        if sort in self.sizes:
            return self.sizes[sort]
        seen: list[int] = [
            path[0] + 1 for var, path in self.entries if path and isinstance(var.sort, Fn) and var.sort.dom == sort
        ]
        if not seen:
            raise Undefined(f"the model does not say how many elements {sort} has")
        return max(seen)

    def window(self) -> int:
        """The largest integer that a variable stands for, at least 3 and at most 8."""
        seen: list[int] = [v for (var, path), v in self.entries.items() if not path and var.sort == INT]
        return min(max([3, *seen]), _WINDOW)

    # bounding the work

    def tick(self, n: int = 1) -> None:
        """Account for n instances; TooBig when there are too many, OutOfTime after the deadline."""
        if n > self.steps:
            raise TooBig(f"more than {STEPS} terms would have to be looked at")
        self.steps -= n
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise OutOfTime

    # text

    def assignments(self) -> tuple[tuple[str, str], ...]:
        """What the variables stand for, as pairs of texts in reading order: ``("p", "(1/2, 1/2)")``."""
        out: list[tuple[str, str]] = []
        for sort, n in self.sizes.items():
            out.append((str(sort), "{" + ", ".join(map(str, range(n))) + "}"))
        by_var: dict[Var, dict[Path, Value]] = {}
        for (var, path), value in self.entries.items():
            by_var.setdefault(var, {})[path] = value
        for var in sorted(by_var, key=_reading_order):  # stable: otherwise as they were assigned
            table = by_var[var]
            apart = {path: v for path, v in table.items() if (var, path) in self.outside}
            out += _table_texts(var, {path: v for path, v in table.items() if path not in apart})
            out += [(entry_text(var, path), text(v)) for path, v in sorted(apart.items(), key=lambda e: e[0])]
        out += [(str(var), "a function") for var in self.functions]
        return tuple(out)

    def __str__(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in self.assignments())

    def __repr__(self) -> str:
        return f"<Model {self}>"


_NOTHING = object()


def _reading_order(var: Var) -> tuple[int, bool]:
    """Integers, elements, reals, then functions; among them, sizes (by custom with capital letters) first."""
    sort = var.sort
    depth = arity(sort)
    while isinstance(sort, Fn):
        sort = sort.cod
    kind = 0 if sort == INT else 2 if sort == REAL else 1
    return kind + (3 if depth else 0), not depth and not var.name[:1].isupper()


def text(value: Value) -> str:
    """A value in plain text, exactly."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, frozenset):
        return "{" + ", ".join(text(v) for v in sorted(value)) + "}"
    if isinstance(value, tuple):
        return "(" + ", ".join(text(v) for v in value) + ")"
    if isinstance(value, Function):
        return "a function"
    return str(value)


def entry_text(var: Var, path: Path) -> str:
    return var.name + "".join(f"[{text(a)}]" for a in path)


def _table_texts(var: Var, table: dict[Path, Value]) -> list[tuple[str, str]]:
    """p=(1/2, 1/2), and entries outside 1..n one by one."""
    depth = arity(var.sort)
    if not depth:
        return [(var.name, text(table[()]))]
    doms: list[Sort] = []
    sort = var.sort
    while isinstance(sort, Fn):
        doms.append(sort.dom)
        sort = sort.cod
    return _nested(var, (), table, doms)


def _nested(var: Var, prefix: Path, table: dict[Path, Value], doms: list[Sort]) -> list[tuple[str, str]]:
    at = len(prefix)
    first = 1 if is_numeric(doms[at]) else 0
    here = sorted({path[at] for path in table if path[:at] == prefix})
    shown: list[Value] = []
    while first + len(shown) in here:
        shown.append(first + len(shown))
    last = at + 1 == len(doms)
    if last:
        rows = [text(table[(*prefix, a)]) for a in shown]
    else:
        nested = [_nested(var, (*prefix, a), table, doms) for a in shown]
        if any(len(n) != 1 or n[0][0] != entry_text(var, (*prefix, a)) for n, a in zip(nested, shown, strict=True)):
            shown, rows = [], []
        else:
            rows = [n[0][1] for n in nested]
    out = [(entry_text(var, prefix), "(" + ", ".join(rows) + ")")] if shown else []
    for a in here:
        if a not in shown:
            path = (*prefix, a)
            out += [(entry_text(var, path), text(table[path]))] if last else _nested(var, path, table, doms)
    return out


# --- arithmetic ------------------------------------------------------------------------------------------------------


def _rational_if_seen(x: Number) -> Number:
    if isinstance(x, Exact):
        q = x.as_fraction()
        return x if q is None else q
    return x


def sign_of_difference(a: Number, b: Number) -> int:
    """-1, 0 or 1 as a < b, a = b or a > b, proved; Undecided otherwise."""
    if isinstance(a, Exact) or isinstance(b, Exact):
        sign = compare(a, b)
        if sign is Sign.UNDECIDED:
            raise Undecided(f"{text(a)} and {text(b)} are not told apart, nor shown to be equal")
        return int(sign.value)
    return (a > b) - (a < b)


def divide(a: Number, b: Number) -> Number:
    if isinstance(a, Exact) or isinstance(b, Exact):
        return _rational_if_seen(Exact.of(a) / b)
    if b == 0:
        raise Undefined(f"division of {a} by 0")
    return Fraction(a) / b


def logarithm(x: Number) -> Number:
    if not isinstance(x, Exact):
        if x == 1:
            return 0
        if x <= 0:
            raise Undefined(f"log({x}) does not exist")
    return _rational_if_seen(log(x))


def exponential(x: Number) -> Number:
    return 1 if not isinstance(x, Exact) and x == 0 else _rational_if_seen(exp(x))


def power(a: Number, b: Number) -> Number:
    b = _rational_if_seen(b)
    if isinstance(a, Exact) or isinstance(b, Exact) or b.denominator != 1:
        if not isinstance(a, Exact) and a <= 0:
            raise Undefined(f"{a} to the power {text(b)} does not exist")
        return _rational_if_seen(Exact.of(a) ** b)
    n = int(b)
    if n < 0 and a == 0:
        raise Undefined(f"0 to the power {n} does not exist")
    if max(abs(a.numerator), a.denominator) > 1 and (
        max(abs(a.numerator), a.denominator).bit_length() * abs(n) > _POWER_BITS
    ):
        raise TooBig(f"{a} to the power {n} is too large to write out")
    if n < 0:
        return 1 / Fraction(a) ** -n
    raised: int | Fraction = a**n
    return raised


def times_log(a: Number, x: Code, model: Model, env: Env) -> Number:
    """a log x, and 0 when a is 0."""
    if sign_of_difference(a, 0) == 0:
        return 0
    return a * logarithm(x(model, env))


# --- compiling -------------------------------------------------------------------------------------------------------
#
# A term becomes a Python closure of the model and the values of the variables bound around it, innermost
# last.  Free variables in ``scope`` stand for a position of that environment, counted from its beginning.

Scope = Mapping[Var, int]
_NO_SCOPE: Scope = {}


@lru_cache(maxsize=4096)
def compile_term(term: Term) -> Code:
    """The code that evaluates a term without loose bound variables, in the empty environment."""
    return compile_in(term, _NO_SCOPE)


def compile_in(term: Term, scope: Scope) -> Code:
    """The code that evaluates ``term`` where the variables of ``scope`` have their places in the environment."""
    if isinstance(term, Num):
        value: Value = term.value if term.value.denominator != 1 else term.value.numerator
        return lambda m, env: value
    if isinstance(term, Bound):
        place = -1 - term.index
        return lambda m, env: env[place]
    if isinstance(term, Var):
        return _variable(term, scope)
    if isinstance(term, Lam):
        body = compile_in(term.body, scope)
        return lambda m, env: Closure(body, m, env)
    if isinstance(term, At):
        return _application(term, scope)
    assert isinstance(term, App)
    if isinstance(term.op, Definition):
        return _defined(term, scope)
    return _BUILDERS[term.op](term, scope)


def _variable(var: Var, scope: Scope) -> Code:
    if var in scope:
        place = scope[var]
        return lambda m, env: env[place]
    sort = var.sort
    if isinstance(sort, Fn):
        return lambda m, env: Table(m, var, (), sort)
    return lambda m, env: m.entry(var, ())


def _application(term: At, scope: Scope) -> Code:
    args: list[Code] = []
    head: Term = term
    while isinstance(head, At):
        args.insert(0, compile_in(head.arg, scope))
        head = head.fn
    if isinstance(head, Var) and head not in scope and arity(head.sort) == len(args):
        var = head
        if len(args) == 1:
            (one,) = args
            return lambda m, env: m.entry(var, (one(m, env),))
        return lambda m, env: m.entry(var, tuple([a(m, env) for a in args]))
    fn = compile_in(head, scope)

    def apply(m: Model, env: Env) -> Value:
        out = fn(m, env)
        for a in args:
            out = out(a(m, env))
        return out

    return apply


@lru_cache(maxsize=1024)
def _definition_code(definition: Definition) -> Code:
    return compile_in(definition.body, {p: i for i, p in enumerate(definition.params)})


def _defined(term: App, scope: Scope) -> Code:
    assert isinstance(term.op, Definition)
    code = _definition_code(term.op)
    args = [compile_in(a, scope) for a in term.args]
    return lambda m, env: code(m, tuple([a(m, env) for a in args]))


_Builder = Callable[[App, Scope], Code]
_BUILDERS: dict[Op, _Builder] = {}


def _builder(*ops: Op) -> Callable[[_Builder], _Builder]:
    def register(fn: _Builder) -> _Builder:
        for op in ops:
            _BUILDERS[op] = fn
        return fn

    return register


@_builder(ADD, SUB, MUL, NEG, DIV, POW, LOG, EXP, XLOGY, DELTA)
def _arithmetic(term: App, scope: Scope) -> Code:
    op = term.op
    a, *rest = (compile_in(x, scope) for x in term.args)
    if op is NEG:
        return lambda m, env: -a(m, env)
    if op is LOG:
        return lambda m, env: logarithm(a(m, env))
    if op is EXP:
        return lambda m, env: exponential(a(m, env))
    (b,) = rest
    if op is ADD:
        return lambda m, env: a(m, env) + b(m, env)
    if op is SUB:
        return lambda m, env: a(m, env) - b(m, env)
    if op is MUL:
        return lambda m, env: a(m, env) * b(m, env)
    if op is DIV:
        return lambda m, env: divide(a(m, env), b(m, env))
    if op is POW:
        return lambda m, env: power(a(m, env), b(m, env))
    if op is XLOGY:
        return lambda m, env: times_log(a(m, env), b, m, env)
    return lambda m, env: 1 if a(m, env) == b(m, env) else 0


@_builder(SUM, PROD)
def _big(term: App, scope: Scope) -> Code:
    low, high = (compile_in(x, scope) for x in term.args[:2])
    fn = term.args[2]
    assert isinstance(fn, Lam)
    body = compile_in(fn.body, scope)
    summing = term.op is SUM

    def run(m: Model, env: Env) -> Value:
        lo, hi = low(m, env), high(m, env)
        if hi < lo:
            return 0 if summing else 1
        m.tick(hi - lo + 1)
        out = body(m, (*env, lo))
        for k in range(lo + 1, hi + 1):
            out = out + body(m, (*env, k)) if summing else out * body(m, (*env, k))
        return out

    return run


@_builder(ARGMIN, ARGMAX)
def _optimum(term: App, scope: Scope) -> Code:
    fn = term.args[0]
    assert isinstance(fn, Lam)
    body, dom = compile_in(fn.body, scope), fn.dom
    sign = 1 if term.op is ARGMIN else -1
    if not _is_finite(dom):
        return _refuse(f"the set {term} is over all values of sort {dom}; only finite sorts are searched through")
    assert isinstance(dom, Base)

    def run(m: Model, env: Env) -> Value:
        n = m.size(dom)
        m.tick(n)
        values = [body(m, (*env, i)) for i in range(n)]
        best: list[int] = []
        for i, v in enumerate(values):
            order = sign * sign_of_difference(v, values[best[0]]) if best else -1
            best = [i] if order < 0 else [*best, i] if order == 0 else best
        return frozenset(best)

    return run


def _is_finite(sort: Sort) -> bool:
    return isinstance(sort, Base) and not is_numeric(sort) and sort != PROP


def _refuse(why: str) -> Code:
    def run(m: Model, env: Env) -> Value:
        raise Undecided(why)

    return run


def _derivative(term: App, scope: Scope) -> Code:
    fn, z, j = term.args[:3]
    assert isinstance(fn, Lam)
    at, entry = compile_in(z, scope), compile_in(j, scope)
    try:
        derivative = compile_in(derivative_body(fn), scope)
    except Undecided as e:
        return _refuse(str(e))
    value = compile_in(fn.body, scope)

    def run(m: Model, env: Env) -> Value:
        family = at(m, env)
        value(m, (*env, family))  # where the function has no value it has no derivative
        return derivative(m, (*env, entry(m, env), family))

    return run


@_builder(PARTIAL)
def _partial(term: App, scope: Scope) -> Code:
    return _derivative(term, scope)


@_builder(HAS_PARTIAL)
def _has_partial(term: App, scope: Scope) -> Code:
    found, said = _derivative(term, scope), compile_in(term.args[3], scope)
    return lambda m, env: sign_of_difference(found(m, env), said(m, env)) == 0


# --- statements ------------------------------------------------------------------------------------------------------


@_builder(EQ, NE)
def _equality(term: App, scope: Scope) -> Code:
    left, right = term.args
    a, b = compile_in(left, scope), compile_in(right, scope)
    sort = left.sort
    equal: Code
    if is_numeric(sort):

        def equal(m: Model, env: Env) -> Value:
            return sign_of_difference(a(m, env), b(m, env)) == 0
    elif isinstance(sort, Fn):
        if left == right:
            return lambda m, env: term.op is EQ

        def equal(m: Model, env: Env) -> Value:
            return equal_functions(m, a(m, env), b(m, env), sort)
    else:

        def equal(m: Model, env: Env) -> Value:
            return bool(a(m, env) == b(m, env))

    return equal if term.op is EQ else lambda m, env: not equal(m, env)


@_builder(LT, LE)
def _order(term: App, scope: Scope) -> Code:
    a, b = (compile_in(x, scope) for x in term.args)
    most = 0 if term.op is LE else -1
    return lambda m, env: sign_of_difference(a(m, env), b(m, env)) <= most


@_builder(IN)
def _member(term: App, scope: Scope) -> Code:
    element, collection = term.args
    a = compile_in(element, scope)
    if isinstance(collection, App) and collection.op in (ARGMIN, ARGMAX):
        fn = collection.args[0]
        assert isinstance(fn, Lam)
        if not _is_finite(fn.dom):
            body, dom = compile_in(fn.body, scope), fn.dom
            sign = 1 if collection.op is ARGMIN else -1

            def run(m: Model, env: Env) -> Value:
                here = body(m, (*env, a(m, env)))
                return _for_all_infinite(
                    m, dom, lambda b: sign * sign_of_difference(here, body(m, (*env, b))) <= 0, samples(m, dom)
                )

            return run
    s = compile_in(collection, scope)
    return lambda m, env: a(m, env) in s(m, env)


@_builder(IMPLIES)
def _implies(term: App, scope: Scope) -> Code:
    premise, conclusion = (compile_in(x, scope) for x in term.args)

    def run(m: Model, env: Env) -> Value:
        try:
            if not premise(m, env):
                return True
        except (Undefined, Undecided):
            if conclusion(m, env):
                return True
            raise
        return conclusion(m, env)

    return run


@_builder(IFF)
def _iff(term: App, scope: Scope) -> Code:
    a, b = (compile_in(x, scope) for x in term.args)
    return lambda m, env: a(m, env) == b(m, env)


@_builder(FORALL)
def _forall(term: App, scope: Scope) -> Code:
    fn = term.args[0]
    assert isinstance(fn, Lam)
    body, dom = compile_in(fn.body, scope), fn.dom
    if _is_finite(dom):
        assert isinstance(dom, Base)
        return lambda m, env: _all(m, lambda i: body(m, (*env, i)), range(m.size(dom)))
    if dom != INT:
        return lambda m, env: _for_all_infinite(m, dom, lambda v: body(m, (*env, v)), samples(m, dom))
    lows: list[tuple[Code, int, Env]] = []
    highs: list[tuple[Code, int, Env]] = []
    for is_low, strict, padding, bound in integer_guards(fn.body):
        (lows if is_low else highs).append((compile_in(bound, scope), int(strict), (None,) * padding))

    def run(m: Model, env: Env) -> Value:
        lo = max((code(m, env + pad) + strict for code, strict, pad in lows), default=None)
        hi = min((code(m, env + pad) - strict for code, strict, pad in highs), default=None)
        if lo is not None and hi is not None:
            return _all(m, lambda k: body(m, (*env, k)), range(lo, hi + 1))
        first = lo if lo is not None else -1 if hi is None else hi - _WINDOW
        last = hi if hi is not None else max(first, 1) + m.window()
        return _for_all_infinite(m, dom, lambda k: body(m, (*env, k)), range(first, last + 1))

    return run


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
                        and not _mentions_below(bound, depth + 1)
                    ):
                        yield is_low, premise.op is LT, depth + 1, bound
        else:
            return


def _mentions_below(term: Term, limit: int, inside: int = 0) -> bool:
    """Whether a bound variable with an index below ``limit`` occurs loose in the term."""
    if term.loose <= inside:
        return False
    if isinstance(term, Bound):
        return term.index < limit + inside
    inner = inside + 1 if isinstance(term, Lam) else inside
    return any(_mentions_below(p, limit, inner) for p in parts_of(term))


def _all(m: Model, holds: Callable[[Value], bool], values: range) -> bool:
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


def _for_all_infinite(m: Model, sort: Sort, holds: Callable[[Value], bool], some: Iterable[Value]) -> bool:
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
    if _is_finite(sort.dom):
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
    if not _is_finite(sort.dom) and not isinstance(f, Table) and not isinstance(g, Table):
        raise Undecided("two functions agree where they were tried, which does not show that they are equal")
    return True


# --- the door --------------------------------------------------------------------------------------------------------


def evaluate(term: Term, model: Model | Mapping[Var, Any], *, steps: int = STEPS) -> Value:
    """The exact value of ``term`` in ``model``: a number, a truth value, an element, a set of elements or a
    Function.

    Raises Undefined where the term has no value (the message says where), Undecided where exact arithmetic
    cannot decide a comparison that is needed, and TooBig when more than ``steps`` summands, factors or
    instances would be looked at.
    """
    if not isinstance(model, Model):
        model = Model(model)
    if term.loose:
        raise ValueError(f"{term} has a loose bound variable")
    model.steps = steps
    try:
        return compile_term(term)(model, ())
    except RecursionError:
        raise TooBig("the term is nested too deeply") from None


__all__ = [
    "STEPS", "Exact", "Function", "Model", "Number", "OutOfTime", "Row", "TooBig", "Undecided", "Undefined",
    "Value", "evaluate", "text",
]  # fmt: skip
