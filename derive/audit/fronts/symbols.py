"""What programs in every framework hand over: symbols with the operators of Python, arguments in lists, numbers in nested lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

_OPERATORS = (
    "__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__", "__truediv__", "__rtruediv__", "__neg__", "__pow__", "__rpow__", "__eq__",
    "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__getitem__", "__invert__", "__and__", "__or__", "__rand__", "__ror__", "__matmul__", "__abs__",
)  # fmt: skip


SHARED = "it was changed in place through another name; change a copy"


def answer_operators(symbol: type, call: Callable[[str, Any, Any], Any]) -> None:
    """Gives a class of symbols Python's operators: each is ``call`` with its name."""

    def method(name: str) -> Callable[..., Any]:
        return lambda self, *args: call(name, (self, *args), {})

    for name in _OPERATORS:
        setattr(symbol, name, method(name))


def floats(value: Any) -> Any:
    """Exact numbers in nested lists, as floats."""
    return [floats(v) for v in value] if isinstance(value, list) else float(value)


def leaves(x: Any) -> Iterator[Any]:
    """What stands in lists, tuples and the values of dicts, however nested."""
    if isinstance(x, (list, tuple)):
        for v in x:
            yield from leaves(v)
    elif isinstance(x, dict):
        yield from leaves(list(x.values()))
    else:
        yield x


def called(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The program itself, on numbers."""
    return function(*args, **kwargs)
