"""What a function for authors may be given, said once: a message names the call that was meant."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar

from derive.kernel.sorts import INT, PROP, Fn, SetOf, Sort, is_numeric
from derive.kernel.terms import SortError, Term, Var

P = ParamSpec("P")
R = TypeVar("R")


class ArgumentError(SortError):
    """A function for authors was given what it does not take."""


def _exact(value: Any) -> bool:
    return isinstance(value, (int, Fraction)) and not isinstance(value, bool)


def _whole(value: Any) -> bool:
    return (isinstance(value, Term) and value.sort is INT) or (_exact(value) and Fraction(value).denominator == 1)


def _range(value: Any) -> bool:
    if not (isinstance(value, tuple) and len(value) in (2, 3) and isinstance(value[0], Var)):
        return False
    return all(is_(value[1:], "number" if len(value) == 3 else "integer"))


def is_(values: tuple[Any, ...], kind: str) -> list[bool]:
    return [KINDS[kind][0](v) for v in values]


KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "number": (lambda v: _exact(v) or (isinstance(v, Term) and is_numeric(v.sort)), "a number"),
    "integer": (_whole, "an integer"),
    "value": (lambda v: _exact(v) or (isinstance(v, Term) and v.sort is not PROP), "a term or an exact number"),
    "statement": (lambda v: isinstance(v, Term) and v.sort is PROP, "a statement"),
    "variable": (lambda v: isinstance(v, Var), "a letter"),
    "function": (lambda v: isinstance(v, Term) and isinstance(v.sort, Fn), "a family, or a function"),
    "set": (lambda v: isinstance(v, Term) and isinstance(v.sort, SetOf), "a set, such as argmin(...)"),
    "range": (_range, "a range of a letter, such as (k, 1, V), or (y, Y) for 1 to Y"),
    "text": (lambda v: isinstance(v, str), "a text in quotation marks"),
    "sort": (lambda v: isinstance(v, Sort), "sorts, such as INT, REAL or FAMILY"),
    "reason": (lambda v: True, "a reason, or a list of them"),  # its own message says what is one
    "anything": (lambda v: True, ""),
}


def takes(example: str, *kinds: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The kinds of a function's arguments, in order, the last for all that follow; ``example`` is a call as it is meant.

    What is given otherwise raises ArgumentError.
    """

    def wrap(fn: Callable[P, R]) -> Callable[P, R]:
        parameters = signature(fn)
        names = [p.name for p in parameters.parameters.values() if p.kind is not p.KEYWORD_ONLY]

        @wraps(fn)
        def call(*args: P.args, **named: P.kwargs) -> R:
            try:
                given = parameters.bind(*args, **named).args if named or len(args) != len(names) else args
            except TypeError as error:
                raise ArgumentError(f"{fn.__name__}: {error}; write {example}") from None
            for i, value in enumerate(given):
                is_one, words = KINDS[kinds[min(i, len(kinds) - 1)]]
                if not is_one(value):
                    name = names[min(i, len(names) - 1)]
                    raise ArgumentError(f"{fn.__name__}: {name} must be {words}, not {told(value)}; write {example}")
            return fn(*args, **named)

        EXAMPLES[fn.__name__] = (
            example,
            tuple(f"{n}: {KINDS[kinds[min(i, len(kinds) - 1)]][1]}" for i, n in enumerate(names)),
        )
        return call

    return wrap


EXAMPLES: dict[str, tuple[str, tuple[str, ...]]] = {}
"""A call of each function, as it is meant, and what its arguments are."""


def told(value: Any) -> str:
    """A value that was given, and what it is."""
    if isinstance(value, Term):
        kind = "a statement" if value.sort is PROP else f"of sort {value.sort}"
        return f"{value}, which is {kind}"
    if isinstance(value, bool):
        return f"{value} (== compares in Python; Eq(a, b) is the equation)"
    if isinstance(value, float):
        return f"{value!r}, which is not exact (Fraction('{value!r}') is)"
    if isinstance(value, str):
        return f"the text {value!r}"
    if type(value) in (list, tuple):
        return f"the {'list' if isinstance(value, list) else 'tuple'} {value!r}"
    if type(value).__module__.partition(".")[0] == "sympy":
        return f"{value!r}, which is SymPy's (SymPy may stand for a whole line or claim)"
    return getattr(value, "__name__", None) or repr(value)
