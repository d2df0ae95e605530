"""A second opinion on programs in PyTorch: read from the graph that ``torch.export`` makes, in PyTorch's own decomposition.

So F.cross_entropy is read from the gathers, masks and sums that PyTorch says it is, and not from its documentation.  It takes seconds
and reads less; sizes are at least 2, since torch.export treats 0 and 1 by themselves.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch.utils import _pytree as pytree

from derive.audit.fronts import torch_tracer
from derive.audit.fronts.sizes import Size, term_of
from derive.audit.fronts.torch_tracer import called, concrete, exactly, floats_of, gradient_of, name_of_type, tensor_of
from derive.audit.model import shaping as sh
from derive.audit.model.tensor import Tensor, scalar
from derive.audit.model.trace import Trace, Unread
from derive.audit.model.values import ONE
from derive.errors import described
from derive.kernel.sorts import INT
from derive.kernel.terms import Num, Var

_EXAMPLES = (5, 7, 11, 13, 17, 19)
"""Sizes at which the graph is made; all different, so that none is taken for another."""

_NAMES = {
    "_log_softmax": "log_softmax",
    "_softmax": "softmax",
    "_to_copy": "to",
    "alias": "clone",
    "lift_fresh_copy": "clone",
    "amax": "amax",
}


class Placeholder(NamedTuple):
    """An input, to be exported at its shape."""

    tensor: Tensor


def symbol(tensor: Tensor) -> Any:
    return Placeholder(tensor)


def read(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Export the program at symbolic sizes, and read the graph."""
    leaves, tree = pytree.tree_flatten((args, kwargs), is_leaf=lambda x: isinstance(x, (Placeholder, Size)))
    at = [i for i, x in enumerate(leaves) if isinstance(x, Placeholder)]
    if any(isinstance(x, Size) for x in leaves):
        raise Unread("a size as an argument", "torch.export makes a number of it; read this program with --front torch")
    trace: Trace = leaves[at[0]].tensor.trace

    class Program(torch.nn.Module):  # type: ignore[misc]
        def forward(self, *tensors: Any) -> Any:
            values = list(leaves)
            for i, x in zip(at, tensors, strict=True):
                values[i] = x
            a, kw = pytree.tree_unflatten(values, tree)
            return function(*a, **kw)

    sizes = sorted({v.name for i in at for d in leaves[i].tensor.shape for f in d.factors for v in f.free})
    graph = _exported(Program(), [leaves[i].tensor for i in at], sizes)
    for n in sizes:
        trace.assume(Num(2) <= Var(n, INT))
    return _run(graph, trace, [leaves[i].tensor for i in at])


def _exported(program: Any, tensors: list[Tensor], sizes: list[str]) -> Any:
    dims = {n: torch.export.Dim(n, min=2, max=4096) for n in sizes}
    examples = dict(zip(sizes, _EXAMPLES, strict=False))
    types = {"real": torch.float64, "int": torch.int64, "bool": torch.bool}
    inputs, shapes = [], []
    for t in tensors:
        factors = [d.factors[0] if d.factors else ONE for d in t.shape]
        inputs.append(
            torch.zeros(
                [int(f.value) if isinstance(f, Num) else examples[repr(f)] for f in factors], dtype=types[t.kind]
            )
        )
        shapes.append({i: dims[repr(f)] for i, f in enumerate(factors) if not isinstance(f, Num)})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = torch.export.export(program, tuple(inputs), dynamic_shapes=(tuple(shapes),))
            return made.run_decompositions()
    except Exception as error:
        first = described(error).strip().split("\n")[0]
        raise Unread("the program", f"torch.export does not take it: {first}; read it with --front torch") from None


def _run(graph: Any, trace: Trace, inputs: list[Tensor]) -> Any:
    known: dict[Any, Any] = {}
    waiting = iter(inputs)
    constants = {**graph.state_dict, **graph.constants}
    lifted = {**graph.graph_signature.inputs_to_parameters, **graph.graph_signature.inputs_to_buffers}
    lifted |= graph.graph_signature.inputs_to_lifted_tensor_constants

    def value(x: Any) -> Any:
        if isinstance(x, torch.fx.Node):
            return known[x]
        return type(x)(value(v) for v in x) if isinstance(x, (list, tuple)) else x

    for node in graph.graph.nodes:
        if node.op == "placeholder":
            own = lifted.get(node.name)
            tensor = next(waiting) if own is None else torch_tracer.constant(trace, constants[own])
            known[node] = torch_tracer.Symbol(tensor)
        elif node.op == "output":
            return pytree.tree_unflatten([value(x) for x in node.args[0]], graph.call_spec.out_spec)
        elif node.op == "call_function":
            known[node] = _called(
                trace, node, [value(a) for a in node.args], {n: value(v) for n, v in node.kwargs.items()}
            )
        else:
            raise Unread(f"a node {node.op}", "it is no operation on tensors")
    raise AssertionError("a graph ends in its output")


def _called(trace: Trace, node: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    target = node.target
    full = str(target)
    if not full.startswith("aten."):
        name = getattr(target, "__name__", full)
        if name in ("_assert_scalar", "sym_constrain_range_for_size", "_assert_tensor_metadata"):
            return None
        if name in ("sym_float", "sym_int"):
            return args[0]
        if name in ("truediv", "mul", "add", "sub", "getitem", "neg", "eq", "ge", "le"):
            return target(*args)
        raise Unread(name, "there is no reading of this function of a graph")
    name = full.split(".")[1]
    own = _ATEN.get(name)
    if own is not None:
        return own(trace, *args)
    if name.startswith("_assert"):
        return None
    if name in ("_log_softmax", "_softmax"):
        args = args[:2]
    kwargs = {n: v for n, v in kwargs.items() if n not in ("dtype", "layout", "device", "pin_memory", "memory_format")}
    return torch_tracer.call(_NAMES.get(name, name), args, kwargs)


def _made(trace: Trace, x: Any) -> Any:
    term = term_of(x)
    return torch_tracer.Symbol(scalar(trace, term, "real" if isinstance(x, float) else "int"))


def _slice(trace: Trace, x: Any, dim: int = 0, start: Any = None, end: Any = None, step: int = 1) -> Any:
    if step != 1:
        raise Unread("a slice with steps", "only steps of 1 are read")
    ends = [
        None if e is None or (isinstance(e, int) and e > 1 << 60) else e if isinstance(e, int) else term_of(e)
        for e in (start, end)
    ]
    return torch_tracer.Symbol(sh.narrow(x.tensor, dim, *ends))


def _index(trace: Trace, x: Any, indices: list[Any]) -> Any:
    return torch_tracer.call("__getitem__", (x, tuple(slice(None) if i is None else i for i in indices)), {})


def _pad(trace: Trace, x: Any, pad: list[int], value: Any = 0) -> Any:
    return torch_tracer.call("pad", (x, pad), {"value": value})


def _full(trace: Trace, size: list[Any], value: Any) -> Any:
    if not size:
        return _made(trace, value)
    return torch_tracer.call("expand", (_made(trace, value), list(size)), {})


_ATEN: dict[str, Callable[..., Any]] = {
    "scalar_tensor": _made,
    "slice": _slice,
    "index": _index,
    "constant_pad_nd": _pad,
    "full": _full,
    "sym_size": lambda trace, x, dim: x.shape[dim],
    "arange": lambda trace, *ends: torch_tracer.call("arange", ends, {}),
}

__all__ = ["called", "concrete", "exactly", "floats_of", "gradient_of", "name_of_type", "read", "symbol", "tensor_of"]
