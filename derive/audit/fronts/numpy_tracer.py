"""Programs in NumPy, read by running them on symbols: a symbol answers ``__array_ufunc__`` and ``__array_function__``, and has the
namespace that the array API asks for.  What the operations do is said once, for torch (``torch_ops``), whose names are used here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import numpy as np

from derive.audit.fronts import torch_shapes
from derive.audit.fronts.arrays import floats_of, name_of_type
from derive.audit.fronts.places import place, placed
from derive.audit.fronts.sizes import Shape, Size, counted, number, term_of, with_builtins
from derive.audit.fronts.symbols import (
    NO_READING,
    SHARED,
    answer_operators,
    called,
    floats,
    leaves,
    options,
    refuse_narrow,
)
from derive.audit.fronts.torch_ops import OPERATIONS, converted
from derive.audit.model import choosing as ch
from derive.audit.model import functions as fn
from derive.audit.model import shaping as sh
from derive.audit.model.functions import exact
from derive.audit.model.tensor import Tensor, count, scalar, size
from derive.audit.model.trace import Trace, Unread, none_swallowed
from derive.kernel.terms import Num

_ = torch_shapes  # its import adds to the operations
_READING = threading.RLock()

_NAMES = {
    "multiply": "mul", "subtract": "sub", "divide": "div", "true_divide": "div", "power": "pow", "negative": "neg", "equal": "eq",
    "not_equal": "ne", "less": "lt", "less_equal": "le", "greater": "gt", "greater_equal": "ge", "absolute": "abs", "invert": "logical_not",
    "max": "amax", "expand_dims": "unsqueeze", "concatenate": "cat", "concat": "cat", "copy": "clone", "ravel": "flatten",
}  # fmt: skip
_SHARES = frozenset(
    (
        "reshape",
        "flatten",
        "transpose",
        "permute_dims",
        "swapaxes",
        "unsqueeze",
        "squeeze",
        "__getitem__",
        "flip",
        "split",
        "diagonal",
    )
)
"""What may give the same memory again."""

_MAKES = ("arange", "eye", "zeros", "ones", "full")


def _take_along(trace: Trace, x: Tensor, indices: Tensor, dim: int = -1) -> Tensor:
    return ch.gather(x, dim, indices)


def _as_type(trace: Trace, x: Tensor, dtype: Any, **_: Any) -> Tensor:
    name = np.dtype(dtype).name
    if name.startswith("float") and name != "float64":
        trace.note(f"precision {name}")
    return converted(x, name)


def _split(trace: Trace, x: Tensor, parts: Any, dim: int = 0) -> list[Tensor]:
    """By how many parts, or by the places at which they begin; torch names their size, or their sizes."""
    n = sh.single(x.shape[x.axis(dim)], "split")
    if isinstance(parts, int):
        if not isinstance(n, Num) or n.value % parts:
            raise Unread("split", f"whether the size {n!r} has {parts} equal parts is not known; give it a number")
        parts = [i * int(n.value) // parts for i in range(1, parts)]
    return [sh.narrow(x, dim, i, j) for i, j in zip([None, *parts], [*parts, None], strict=True)]


def _transpose(trace: Trace, x: Tensor, axes: Any = None) -> Tensor:
    return sh.permute(x, list(axes) if axes is not None else list(range(x.ndim))[::-1])


_OWN: dict[str, Callable[..., Any]] = {
    "take_along_axis": _take_along,
    "transpose": _transpose,
    "permute_dims": _transpose,
    "swapaxes": OPERATIONS["transpose"],
    "astype": _as_type,
    "split": _split,
    "nonzero": lambda trace, x: OPERATIONS["nonzero"](trace, x, as_tuple=True),
}


class Symbol:
    """An array of which entries and sizes are terms.  ``memory`` is shared by those that NumPy lets share it."""

    symbolic = True
    __slots__ = ("memory", "seen", "tensor")

    def __init__(self, tensor: Tensor, memory: list[int] | None = None) -> None:
        self.tensor = tensor
        self.memory = memory if memory is not None else [0]
        self.seen = self.memory[0]

    def change(self, tensor: Tensor) -> None:
        """In place: every name of this array sees it; another array with the same memory can no longer be used."""
        self.tensor = tensor
        self.memory[0] += 1
        self.seen = self.memory[0]

    def __array_ufunc__(self, ufunc: Any, method: str, *args: Any, **kwargs: Any) -> Any:
        if method != "__call__" or kwargs.get("out") is not None:
            raise Unread(f"{ufunc.__name__}.{method}", "only plain calls are read, without out=", place())
        return call(ufunc.__name__, args, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return call(func.__name__, args, kwargs)

    def __array_namespace__(self, **_: Any) -> Any:
        return _NAMESPACE

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or not hasattr(np.ndarray, name):
            raise AttributeError(name)
        if not _reading_of(name):
            raise Unread(f"an array's {name}", NO_READING, place())
        return lambda *a, **kw: call(name, (self, *a), kw)

    shape = property(
        lambda self: Shape(number(count(d, self.tensor.trace), self.tensor.trace) for d in self.tensor.shape)
    )
    ndim = property(lambda self: self.tensor.ndim)
    size = property(lambda self: number(size(self.tensor), self.tensor.trace))
    dtype = property(lambda self: np.dtype({"real": "float64", "int": "int64", "bool": "bool"}[self.tensor.kind]))
    T = property(lambda self: call("transpose", (self,), {}))

    def __len__(self) -> int:
        return counted(self.shape[0])

    def __bool__(self) -> bool:
        raise Unread("a branch", "it depends on the numbers in an array, and a formula has no such branch", place())

    __int__ = __float__ = __complex__ = __index__ = __bool__

    def __setitem__(self, key: Any, value: Any) -> None:
        if type(key) is not Symbol or key.tensor.kind != "bool":
            raise Unread("x[...] = value", "only x[mask] = value is read; write np.where", place())
        self.change(call("masked_fill", (self, key, value), {}).tensor)

    __hash__ = object.__hash__


def _in_place(operator: str) -> Callable[..., Any]:
    def run(self: Symbol, other: Any) -> Symbol:
        self.change(call(operator, (self, other), {}).tensor)
        return self

    return run


for _name, _operator in (
    ("__iadd__", "add"),
    ("__isub__", "subtract"),
    ("__imul__", "multiply"),
    ("__itruediv__", "divide"),
):
    setattr(Symbol, _name, _in_place(_operator))


class _Namespace:
    """The functions of the array API on symbols."""

    def __getattr__(self, name: str) -> Any:
        if name in ("float32", "float64", "int32", "int64", "bool"):
            return np.dtype(name)
        return lambda *a, **kw: call(name, a, kw) if _symbolic((a, kw)) else getattr(np, name)(*a, **kw)


_NAMESPACE = _Namespace()


def _symbolic(x: Any) -> bool:
    return any(type(v) in (Symbol, Size) for v in leaves(x))


def _reading_of(name: str) -> Callable[..., Any] | None:
    return _OWN.get(name) or OPERATIONS.get(_NAMES.get(name, name))


def call(name: str, args: Any, kwargs: Any) -> Any:
    """One operation on symbols.  Raises Unread, with the line of the program, when it has no reading."""
    first = next(x for x in leaves((args, kwargs)) if type(x) in (Symbol, Size))
    trace: Trace = first.tensor.trace if type(first) is Symbol else first.trace
    known = _NAMES.get(name, name)
    run = _reading_of(name)
    trace.count(name)
    if run is None:
        raise Unread(name, NO_READING, place())
    try:
        named = {n: _plain(trace, v) for n, v in options(kwargs).items()}
        if name != "astype" and named.get("dtype") is not None:
            refuse_narrow(np.dtype(named["dtype"]).name)
        named = named if name == "astype" else {n: v for n, v in named.items() if n != "dtype"}
        out = run(trace, *(_plain(trace, a) for a in args), **named)
    except Unread as error:
        raise error.at(place()) from None
    except TypeError as error:
        raise Unread(name, f"it is called as its reading does not foresee ({error})", place()) from error
    if isinstance(out, list):  # the parts of a split
        shared = args[0].memory if known in _SHARES else None
        return [Symbol(placed(x, place()), shared) for x in out]
    if not isinstance(out, Tensor):
        return out
    shares = known in _SHARES and args and type(args[0]) is Symbol and not _symbolic(args[1:])
    return Symbol(placed(out, place()), args[0].memory if shares else None)


answer_operators(Symbol, call)
Size.__array_ufunc__ = Symbol.__array_ufunc__  # type: ignore[attr-defined]


def _plain(trace: Trace, x: Any) -> Any:
    if type(x) is Symbol:
        if x.seen != x.memory[0]:
            raise Unread("an array that shares memory", SHARED)
        return x.tensor
    if isinstance(x, (list, tuple)):
        return type(x)(_plain(trace, v) for v in x) if type(x) in (list, tuple) else tuple(_plain(trace, v) for v in x)
    if isinstance(x, (np.ndarray, np.integer)):
        refuse_narrow(x.dtype.name)
    if isinstance(x, np.ndarray):
        if x.ndim > 1 or x.size > 64:
            raise Unread(
                "an array of numbers",
                f"of shape {x.shape}; give it to the function as an input, with letters for its sizes",
            )
        return scalar(trace, exact(x[()])) if x.ndim == 0 else sh.stack([scalar(trace, exact(v)) for v in x], 0)
    if isinstance(x, np.floating) and not isinstance(x, float):
        return scalar(trace, exact(x))
    return fn.noted(trace, x)


@contextmanager
def _patched() -> Iterator[None]:
    """NumPy looks at sizes itself where it makes arrays: for this thread functions that take symbols stand in their place."""
    with _READING:
        thread = threading.get_ident()
        old = {name: getattr(np, name) for name in _MAKES}
        try:
            for name, original in old.items():
                setattr(np, name, _passing(name, original, thread))
            yield
        finally:
            for name, original in old.items():
                setattr(np, name, original)


def _passing(name: str, original: Any, thread: int) -> Any:
    def function(*args: Any, **kwargs: Any) -> Any:
        if threading.get_ident() != thread or not _symbolic((args, kwargs)):
            return original(*args, **kwargs)
        return call(name, args, kwargs)

    return function


def read(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run the program on symbols."""
    with _patched(), with_builtins(function, np.ndarray), none_swallowed():
        return function(*args, **kwargs)


def symbol(tensor: Tensor) -> Any:
    return Symbol(tensor)


def tensor_of(x: Any, trace: Trace) -> Tensor | None:
    if type(x) is Symbol:
        return x.tensor
    if isinstance(x, Size):
        return scalar(trace, term_of(x))
    return scalar(trace, exact(x)) if isinstance(x, (int, float)) else None


def exactly() -> AbstractContextManager[Any]:
    return nullcontext()


def concrete(value: Any, kind: str, dtype: str = "float64") -> Any:
    if dtype == "bfloat16":
        dtype = "float16"
    types = {"label": "int64", "count": "int64", "mask": "bool"}
    return np.array(floats(value) if kind not in types else value, dtype=types.get(kind, dtype))


def gradient_of(run: Callable[[Any], Any], x: Any) -> Any:
    raise Unread("--gradient", "NumPy has no derivatives to compare with; use --is")


__all__ = ["called", "concrete", "exactly", "floats_of", "gradient_of", "name_of_type", "read", "symbol", "tensor_of"]
