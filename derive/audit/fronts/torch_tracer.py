"""Programs in PyTorch, read by running them on symbols: a symbol answers ``__torch_function__``, and its sizes are terms.

torch looks at sizes itself in a few functions that make tensors, and at a list of tensors in others; these are replaced while a
program is read, by ones that pass everything on which has no symbol in it, so that other threads notice nothing.  They are put
back whatever happens, and one program is read at a time.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from fractions import Fraction
from typing import Any

import torch
import torch.nn.functional

from derive.audit.fronts import torch_losses, torch_shapes
from derive.audit.fronts.places import place, placed
from derive.audit.fronts.sizes import Shape, Size, counted, number, with_builtins
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
from derive.audit.fronts.torch_ops import OPERATIONS, SHARES_STORAGE, as_tensor
from derive.audit.model.functions import exact, noted
from derive.audit.model.tensor import Tensor, count, scalar, size
from derive.audit.model.trace import Trace, Unread, none_swallowed
from derive.audit.model.values import as_term
from derive.kernel.terms import Num, Term

_ = torch_losses, torch_shapes  # their import adds to the operations

_READING = threading.RLock()
_PATCHED = (
    (torch, "arange"), (torch, "full"), (torch, "zeros"), (torch, "ones"), (torch, "full_like"), (torch, "einsum"), (torch, "cat"),
    (torch, "stack"), (torch, "where"), (torch, "clamp"), (torch, "maximum"), (torch, "minimum"), (torch, "tensor"), (torch, "as_tensor"),
    (torch, "is_tensor"), (torch, "eye"), (torch.nn.functional, "one_hot"), (torch.nn.functional, "pad"),
)  # fmt: skip
_NOTHING = torch.empty((), device="meta")
_CUTS = frozenset(("detach", "detach_", "item"))
"""What a gradient does not go through."""

_PRECISION = {"half": "float16", "float16": "float16", "bfloat16": "bfloat16", "float": "float32", "float32": "float32"}


class Symbol(torch.Tensor):  # type: ignore[misc]
    """A tensor of which entries and sizes are terms.  ``memory`` is shared by those that torch lets share it.

    To torch it is a tensor without numbers, so that code of torch in C, which takes each tensor for one of its own, finds one.
    """

    symbolic = True

    @staticmethod
    def __new__(cls: Any, tensor: Tensor, memory: list[int] | None = None) -> Any:
        return torch.Tensor._make_subclass(cls, _NOTHING)

    def __init__(self, tensor: Tensor, memory: list[int] | None = None) -> None:
        self.tensor = tensor
        self.memory = memory if memory is not None else [0]
        self.seen = self.memory[0]
        self.single = False  # whether torch makes floats of 32 bits of it, whatever the inputs are

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return call(getattr(func, "__name__", str(func)), args, kwargs or {})

    shape = property(
        lambda self: Shape(number(count(d, self.tensor.trace), self.tensor.trace) for d in self.tensor.shape)
    )
    ndim = property(lambda self: self.tensor.ndim)
    dtype = property(lambda self: {"real": torch.float64, "int": torch.int64, "bool": torch.bool}[self.tensor.kind])
    device = property(lambda self: torch.device("cpu"))
    layout = property(lambda self: torch.strided)
    requires_grad = property(
        lambda self: self.tensor.kind == "real" and torch.is_grad_enabled(), lambda self, value: None
    )
    is_cuda = is_sparse = is_quantized = is_leaf = property(lambda self: False)
    grad = grad_fn = property(lambda self: None)
    data = property(lambda self: call("detach", (self,), {}))
    T = property(lambda self: call("t", (self,), {}))
    mT = property(lambda self: call("transpose", (self, -2, -1), {}))  # noqa: N815

    def size(self, dim: int | None = None) -> Any:
        return self.shape if dim is None else self.shape[dim]

    def dim(self) -> int:
        return self.tensor.ndim

    def numel(self) -> Any:
        return number(size(self.tensor), self.tensor.trace)

    nelement = numel

    def is_floating_point(self) -> bool:
        return self.tensor.kind == "real"

    def __len__(self) -> int:
        return counted(self.shape[0])

    def __bool__(self) -> bool:
        value = (
            self.tensor.entry(tuple(() for _ in self.tensor.shape))
            if all(d.is_one for d in self.tensor.shape)
            else None
        )
        if isinstance(value, Num):
            return bool(value.value)
        raise Unread(
            "a branch",
            "it depends on the numbers in a tensor, and a formula has no such branch; read each branch by itself",
        )

    def item(self) -> Any:
        self.tensor.trace.cut("item", place())
        value = self.tensor.entry(tuple(() for _ in self.tensor.shape))
        if isinstance(value, Term):
            return number(value, self.tensor.trace)
        raise Unread("item()", "the number depends on a mask; keep it a tensor")

    def __iter__(self) -> Iterator[Any]:
        n = self.shape[0]
        if not isinstance(n, int):
            raise Unread(
                "a loop over a tensor",
                "its length may be any number; write the loop as an operation on the whole tensor",
            )
        return iter([call("select", (self, 0, i), {}) for i in range(n)])

    def __setitem__(self, key: Any, value: Any) -> None:
        mask = key.tensor if isinstance(key, Symbol) else None
        if mask is None or mask.kind != "bool":
            raise Unread("x[...] = value", "only x[mask] = value is read; write torch.where, or masked_fill")
        call("masked_fill_", (self, key, value), {})

    def __repr__(self) -> str:
        return f"<symbol of shape {tuple(self.shape)}>"

    __hash__ = object.__hash__


def _method(name: str) -> Callable[..., Any]:
    return lambda self, *args, **kwargs: call(name, (self, *args), kwargs)


for _name in {*OPERATIONS, "max", "min"}:  # torch's own methods refuse a Size before they ask a symbol
    for _known in (_name, f"{_name}_"):
        if not _name.startswith("__") and callable(getattr(torch.Tensor, _known, None)):
            setattr(Symbol, _known, _method(_known))


def _in_place(operator: str) -> Callable[..., Any]:
    return lambda self, other: call(operator, (self, other), {})


for _name, _operation in (("__iadd__", "add_"), ("__isub__", "sub_"), ("__imul__", "mul_"), ("__itruediv__", "div_")):
    setattr(Symbol, _name, _in_place(_operation))


class Largest:
    """What max over a dimension gives: values, and indices that have no reading."""

    def __init__(self, values: Symbol) -> None:
        self.values = values

    def __iter__(self) -> Iterator[Any]:
        return iter((self.values, None))

    def __getitem__(self, i: int) -> Any:
        return (self.values, None)[i]


def is_symbolic(x: Any) -> bool:
    if isinstance(x, (list, tuple)):
        return any(is_symbolic(v) for v in x)
    return type(x) in (Symbol, Size)


def call(name: str, args: Any, kwargs: Any) -> Any:
    """One operation on symbols.  Raises Unread, with the line of the program, when it has no reading."""
    first = next((x for x in leaves((args, kwargs)) if type(x) in (Symbol, Size)), None)
    if first is None:
        raise Unread(name, "it is called without a symbol")
    trace: Trace = first.tensor.trace if type(first) is Symbol else first.trace
    trace.count(name)
    try:
        return _done(trace, name, args, kwargs)
    except Unread as error:
        raise error.at(place()) from None
    except TypeError as error:
        raise Unread(name, f"it is called as its reading does not foresee ({error})", place()) from error


answer_operators(Symbol, call)
Size.__torch_function__ = classmethod(lambda cls, *args: Symbol.__torch_function__(*args))  # type: ignore[attr-defined]


def _done(trace: Trace, name: str, args: Any, kwargs: Any) -> Any:
    kwargs = options(kwargs)
    for x in (*args, *kwargs.values()):
        _note_type(trace, name, x)
    if name in _CUTS or not torch.is_grad_enabled():
        trace.cut(name if name in _CUTS else "no_grad()", place())
    marked = name.endswith("_") and not name.endswith("__") and name[:-1] in OPERATIONS
    plain = name[:-1] if marked else name
    changes = kwargs.pop("inplace", False) or marked
    if plain in ("max", "min") and ("dim" in kwargs or (len(args) > 1 and isinstance(args[1], int))):
        return _largest(trace, plain, args, kwargs)
    if plain in ("max", "min"):
        plain = ("amax" if len(args) == 1 else "maximum") if plain == "max" else "minimum"
        if plain == "minimum" and len(args) == 1:
            raise Unread("min()", "the smallest of all entries is not read; write -(-x).max()")
    if plain == "__get__":
        raise Unread("an attribute of a tensor", "there is no reading of it")
    run = OPERATIONS.get(plain)
    if run is None:
        raise Unread(name, NO_READING)
    out = run(trace, *(_plain(trace, a) for a in args), **{n: _plain(trace, v) for n, v in kwargs.items()})
    if isinstance(out, list):  # the parts of split and chunk
        return tuple(Symbol(placed(x, place()), args[0].memory) for x in out)
    if not isinstance(out, Tensor):
        return out
    out = placed(out, place())
    single = out.kind == "real" and plain != "double" and _is_single(args, kwargs)
    if single and plain not in _NOT_ROUNDED:
        trace.note("precision float32")
    if changes:
        target: Symbol = args[0]
        target.tensor = out.like(out.entry, target.tensor.kind)
        target.memory[0] += 1
        target.seen = target.memory[0]
        return target
    shared = plain in SHARES_STORAGE or (plain == "__getitem__" and not is_symbolic(args[1]))
    result = Symbol(out, args[0].memory if shared and type(args[0]) is Symbol else None)
    result.single = single
    return result


_NOT_ROUNDED = SHARES_STORAGE | {
    "ones", "zeros", "eye", "arange", "one_hot", "ones_like", "zeros_like", "__getitem__", "gather", "where", "cat", "stack", "clone", "sum",
    "masked_fill", "index_select", "scatter",
}  # fmt: skip
"""What makes or moves entries, or adds few of them, and rounds nothing."""


def _is_single(args: Any, kwargs: Any) -> bool:
    """Whether a real result has torch's own type of floats: of whole numbers, sizes and masks, with no floats of an input among them."""
    return not any(_is_wide(x) for x in leaves((args, kwargs)))


def _is_wide(x: Any) -> bool:
    if type(x) is Symbol:
        return x.tensor.kind == "real" and not x.single
    return x is torch.float64 or (isinstance(x, torch.Tensor) and x.dtype == torch.float64)


def _largest(trace: Trace, name: str, args: Any, kwargs: Any) -> Any:
    if name == "min":
        raise Unread("min over a dimension", "write -(-x).max(dim)")
    x = _plain(trace, args[0])
    dim = args[1] if len(args) > 1 else kwargs.get("dim")
    return Largest(Symbol(OPERATIONS["amax"](trace, x, dim, kwargs.get("keepdim", False))))


def _note_type(trace: Trace, name: str, x: Any) -> None:
    dtype = str(x).rpartition(".")[2] if isinstance(x, torch.dtype) else ""
    refuse_narrow(dtype)
    asked = _PRECISION.get(name) or _PRECISION.get(dtype)
    if asked is not None:
        trace.note(f"precision {asked}")


def _plain(trace: Trace, x: Any) -> Any:
    if type(x) is Symbol:
        if x.seen != x.memory[0]:
            raise Unread("a tensor that shares memory", f"{SHARED}, as with masked_fill without the underscore")
        return x.tensor
    if isinstance(x, (list, tuple)) and not isinstance(x, torch.Size):
        return type(x)(_plain(trace, v) for v in x) if type(x) in (list, tuple) else tuple(_plain(trace, v) for v in x)
    if isinstance(x, torch.Tensor):
        return constant(trace, x)
    return noted(trace, x)


def constant(trace: Trace, x: torch.Tensor) -> Tensor:
    """A tensor of the program's own, such as a buffer: a number, or a short row of numbers."""
    if x.ndim > 1 or x.numel() > 64:
        raise Unread(
            "a tensor of numbers",
            f"of shape {tuple(x.shape)}; give it to the function as an input, with letters for its sizes",
        )
    refuse_narrow(str(x.dtype).rpartition(".")[2])
    kind = "bool" if x.dtype == torch.bool else "real" if x.is_floating_point() else "int"
    values = [_exact(v) for v in x.reshape(-1)]
    if any(isinstance(t, Num) and t.value != Fraction(v.item()) for t, v in zip(values, x.reshape(-1), strict=True)):
        trace.note(f"precision {str(x.dtype).rpartition('.')[2]}")
    if x.ndim == 0:
        return scalar(trace, values[0], kind)
    from derive.audit.model.shaping import stack

    return stack([scalar(trace, v, kind) for v in values], 0)


def _exact(x: torch.Tensor) -> Term:
    x = x.detach().float() if x.dtype in (torch.bfloat16, torch.float16) else x.detach()
    value = x.item()
    if not isinstance(value, float) or x.dtype == torch.float64:
        return exact(value)
    for digits in range(1, 18):
        text = f"{value:.{digits}g}"
        if torch.tensor(float(text), dtype=x.dtype).item() == value:
            return exact(float(text))
    return exact(value)


@contextmanager
def patched() -> Iterator[None]:
    """torch with functions that take symbols, for this thread alone."""
    with _READING:
        thread = threading.get_ident()
        old = [(m, n, getattr(m, n)) for m, n in _PATCHED]
        function = torch.autograd.Function
        apply = function.__dict__["apply"]
        try:
            for m, n, f in old:
                setattr(m, n, _passing(n, f, thread))
            function.apply = classmethod(_applying(apply.__func__, thread))
            yield
        finally:
            function.apply = apply
            for m, n, f in old:
                setattr(m, n, f)


class _Context:
    """What the forward of a torch.autograd.Function is given: it keeps things for a backward that is not run."""

    needs_input_grad = (True,) * 64

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("save_", "mark_", "set_")):
            return lambda *args, **kwargs: None
        raise AttributeError(name)


def _applying(original: Any, thread: int) -> Any:
    def apply(cls: Any, *args: Any, **kwargs: Any) -> Any:
        first = next((x for x in leaves((args, kwargs)) if type(x) is Symbol), None)
        if threading.get_ident() != thread or first is None:
            return original(cls, *args, **kwargs)
        first.tensor.trace.note(
            f"{place()}: {cls.__name__} has a backward of its own, so this is said of the value; --gradient looks at the gradient"
        )
        own = cls.setup_context is not torch.autograd.Function.setup_context
        return cls.forward(*args, **kwargs) if own else cls.forward(_Context(), *args, **kwargs)

    return apply


def _passing(name: str, original: Any, thread: int) -> Any:
    def function(*args: Any, **kwargs: Any) -> Any:
        if threading.get_ident() != thread or not any(type(x) in (Symbol, Size) for x in leaves((args, kwargs))):
            return original(*args, **kwargs)
        if name == "is_tensor":
            return True
        if name in ("tensor", "as_tensor"):
            made = _made(args[0])
            return made if kwargs.get("dtype") is None else call("to", (made, kwargs["dtype"]), {})
        return call(name, args, kwargs)

    function.__name__ = name
    return function


def _made(x: Any) -> Any:
    if type(x) is Symbol:
        return x
    if isinstance(x, Size):
        return Symbol(as_tensor(x.trace, x))
    return call("stack", (x,), {})


def read(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run the program on symbols."""
    with patched(), with_builtins(function, torch.Tensor), eagerly(), torch.enable_grad(), none_swallowed():
        return function(*args, **kwargs)


def eagerly() -> AbstractContextManager[Any]:
    """What is decorated with torch.compile is run as it is written.  Its compiler takes seconds to import, and is there if it is used."""
    stance = getattr(torch.compiler, "set_stance", None)
    return stance("force_eager") if stance is not None and "torch._dynamo" in sys.modules else nullcontext()


def symbol(tensor: Tensor) -> Any:
    return Symbol(tensor)


def tensor_of(x: Any, trace: Trace) -> Tensor | None:
    if type(x) is Symbol:
        return _plain(trace, x)  # type: ignore[no-any-return]
    if isinstance(x, Size):
        return scalar(trace, x.term)
    if type(x) in (int, float):
        return scalar(trace, exact(x))
    return constant(trace, x) if isinstance(x, torch.Tensor) else None


# --- the function itself ----------------------------------------------------------------------------------------------


def exactly() -> AbstractContextManager[Any]:
    """torch takes the type of its floats from its inputs; compiling for each size would take long."""
    return eagerly()


def concrete(value: Any, kind: str, dtype: str = "float64") -> torch.Tensor:
    """Exact numbers in nested lists, as a tensor."""
    if kind in ("label", "count"):
        return torch.tensor(value, dtype=torch.int64)
    if kind == "mask":
        return torch.tensor(value, dtype=torch.bool)
    # as in training: part of a graph, but no leaf, which may not be changed in place
    return torch.tensor(floats(value), dtype=getattr(torch, dtype)).requires_grad_(kind == "real").clone()


def floats_of(x: Any) -> Any:
    """The result of the function as nested lists of floats; None when it is no tensor and no number."""
    if isinstance(x, torch.Tensor):
        return x.detach().double().tolist()
    return float(x) if isinstance(x, (int, float)) else None


def gradient_of(run: Callable[[Any], Any], x: torch.Tensor) -> Any:
    """What autograd says: the gradient of a loss in one of its inputs, as nested lists."""
    moved = x.detach().clone().requires_grad_(True)
    run(moved).backward()
    return moved.grad.double().tolist() if moved.grad is not None else torch.zeros_like(x).tolist()


def name_of_type(x: Any) -> str:
    return str(x.dtype).rpartition(".")[2] if isinstance(x, torch.Tensor) else "float64"


__all__ = ["as_term", "called", "concrete", "floats_of", "name_of_type", "patched", "read", "symbol", "tensor_of"]
