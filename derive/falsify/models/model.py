"""Models: a value for every free variable, and functions as values.

A value is an integer, an exact real, a truth value, an element of a finite base sort (counted from 0), a set of such
elements, or a Function.  Numbers are exact: floats are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from derive.falsify.models.arithmetic import TooBig, rational_if_seen
from derive.falsify.numbers.exact import Exact, Undecided, Undefined
from derive.falsify.numbers.work import WORK, OutOfWork
from derive.kernel.sorts import INT, PROP, REAL, Base, Fn, SetOf, Sort, is_numeric
from derive.kernel.terms import Var

Value = Any  # a Number, a bool, an element of a base sort (an int), a frozenset of elements, or a Function
Env = tuple[Value, ...]
Code = Callable[["Model", Env], Value]
Path = tuple[Value, ...]

STEPS = 100_000
"""How many summands, factors and instances ``evaluate`` looks at before it raises TooBig."""

WINDOW = 8  # at most so many integers are tried where a statement speaks of all integers


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


def signature(sort: Sort) -> tuple[list[Sort], Sort]:
    """The sorts of the arguments that a function takes before its value is no function, and of that value."""
    doms: list[Sort] = []
    while isinstance(sort, Fn):
        doms.append(sort.dom)
        sort = sort.cod
    return doms, sort


def arity(sort: Sort) -> int:
    """How many arguments a function of this sort takes before its value is no function."""
    return len(signature(sort)[0])


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
        return rational_if_seen(Exact.of(given))
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

    __slots__ = ("entries", "functions", "limit", "outside", "sizes", "steps")

    def __init__(self, values: Mapping[Var, Any] | None = None, sizes: Mapping[Base, int] | None = None) -> None:
        self.entries: dict[tuple[Var, Path], Value] = {}
        self.functions: dict[Var, Function] = {}
        self.sizes: dict[Base, int] = dict(sizes or {})
        self.outside: frozenset[tuple[Var, Path]] = frozenset()  # entries to be printed one by one
        self.steps = STEPS
        self.limit: int | None = None  # of the work of this thread, after which a search ends
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
        return min(max([3, *seen]), WINDOW)

    # bounding the work

    def tick(self, n: int = 1) -> None:
        """Account for n instances; TooBig when there are too many, OutOfWork beyond the limit."""
        if n > self.steps:
            raise TooBig(f"more than {STEPS} terms would have to be looked at")
        self.steps -= n
        WORK.spent += n
        if self.limit is not None and WORK.spent > self.limit:
            raise OutOfWork

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
    doms, sort = signature(var.sort)
    kind = 0 if sort == INT else 2 if sort == REAL else 1
    return kind + (3 if doms else 0), not doms and not var.name[:1].isupper()


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
    doms, _ = signature(var.sort)
    return _nested(var, (), table, doms) if doms else [(var.name, text(table[()]))]


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
