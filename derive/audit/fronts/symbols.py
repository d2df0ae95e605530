"""What programs in every framework hand over: symbols with the operators of Python, arguments in lists, numbers in nested lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from derive.audit.model.trace import Unread

_OPERATORS = (
    "__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__", "__truediv__", "__rtruediv__", "__neg__", "__pow__", "__rpow__", "__eq__",
    "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__getitem__", "__invert__", "__and__", "__or__", "__rand__", "__ror__", "__matmul__", "__abs__",
    "__pos__", "__rmatmul__", "__mod__", "__rmod__", "__floordiv__", "__rfloordiv__", "__divmod__", "__rdivmod__", "__xor__", "__rxor__",
)  # fmt: skip
"""Those without a reading too, so that it is said: a TypeError of Python's might be caught by the program."""


NO_READING = "there is no reading of it; write it with operations that have one, or use --measure"
SHARED = "it was changed in place through another name; change a copy"

_NARROW = frozenset(("uint8", "int8", "int16", "uint16", "short", "char", "byte"))


def refuse_narrow(dtype: str) -> None:
    """Raises Unread where whole numbers have so few bits that counts and labels do not fit: no small sample shows it."""
    if dtype in _NARROW:
        raise Unread(f"a conversion to {dtype}", "whole numbers wrap round there; labels need 32 or 64 bits")


def options(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments by their names, as torch has them.  Raises Unread for those by which another tensor is written, or entries are
    left out."""
    for name, plain in (("out", None), ("where", True)):
        if kwargs.get(name, plain) is not plain:
            raise Unread(f"{name}=", "write the operation without it, and use what it returns")
    return {_OF_TORCH.get(n, n): x for n, x in kwargs.items() if n not in ("out", "where")}


_OF_TORCH = {"axis": "dim", "keepdims": "keepdim"}


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
