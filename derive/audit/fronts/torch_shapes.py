"""What torch does to shapes, its indices, and how it makes new tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from derive.audit.fronts.sizes import term_of
from derive.audit.fronts.torch_ops import OPERATIONS, add_of, as_tensor, operation, required, sizes_of
from derive.audit.model import choosing as ch
from derive.audit.model import shaping as sh
from derive.audit.model import tensor as tn
from derive.audit.model.tensor import Tensor
from derive.audit.model.trace import Trace, Unread
from derive.audit.model.values import ONE, ZERO, sub
from derive.kernel.terms import Num, Term


@operation("view", "reshape")
def _view(trace: Trace, x: Tensor, shape: Any, *more: Any) -> Tensor:
    return sh.reshape(x, sizes_of(shape, more))


@operation("view_as", "reshape_as")
def _view_as(trace: Trace, x: Tensor, other: Tensor) -> Tensor:
    return sh.reshape(x, [tn.count(d, trace) for d in other.shape])


@operation("expand")
def _expand(trace: Trace, x: Tensor, shape: Any, *more: Any) -> Tensor:
    return sh.expand(x, sizes_of(shape, more))


@operation("expand_as")
def _expand_as(trace: Trace, x: Tensor, other: Tensor) -> Tensor:
    return x.like(tn.placed(x, other.shape), shape=other.shape)


@operation("flatten")
def _flatten(trace: Trace, x: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    return sh.flatten(x, start_dim, end_dim)


OPERATIONS["ravel"] = _flatten
OPERATIONS["unsqueeze"] = lambda trace, x, dim: sh.unsqueeze(x, dim)
OPERATIONS["squeeze"] = lambda trace, x, dim=None: sh.squeeze(x, dim)
OPERATIONS["permute"] = lambda trace, x, dims, *more: sh.permute(x, sizes_of(dims, more))
OPERATIONS["transpose"] = lambda trace, x, a, b: sh.transpose(x, a, b)
OPERATIONS["swapaxes"] = OPERATIONS["transpose"]
OPERATIONS["t"] = lambda trace, x: sh.transpose(x, 0, 1)
OPERATIONS["narrow"] = lambda trace, x, dim, start, length: sh.narrow(x, dim, start, start + length)
OPERATIONS["select"] = lambda trace, x, dim, index: sh.select(x, dim, index)
OPERATIONS["flip"] = lambda trace, x, dims, *more: sh.flip(x, sizes_of(dims, more))


@operation("roll")
def _roll(trace: Trace, x: Tensor, shifts: Any, dims: Any = None) -> Tensor:
    for s, d in zip(*((v if isinstance(v, (tuple, list)) else (v,)) for v in (shifts, dims)), strict=True):
        x = sh.roll(x, s, required(d, "roll"))
    return x


@operation("cat", "concat", "concatenate")
def _cat(trace: Trace, tensors: Sequence[Tensor], dim: int = 0, **_: Any) -> Tensor:
    return sh.join(list(tensors), dim)


@operation("stack")
def _stack(trace: Trace, tensors: Sequence[Tensor], dim: int = 0, **_: Any) -> Tensor:
    return sh.stack(list(tensors), dim)


@operation("pad")
def _pad(trace: Trace, x: Tensor, pad: Sequence[int], mode: str = "constant", value: Any = None) -> Tensor:
    if mode != "constant":
        raise Unread(f"pad with mode {mode!r}", "only constants are read")
    for n, (before, after) in enumerate(zip(pad[::2], pad[1::2], strict=True)):
        x = sh.pad(x, -1 - n, before, after, term_of(value or 0))
    return x


def _parts(x: Tensor, dim: int, step: Any, name: str) -> list[Tensor]:
    """The parts of a dimension that has a number for its size."""
    n = sh.single(x.shape[x.axis(dim)], name)
    if not isinstance(n, Num) or not isinstance(step, int):
        raise Unread(
            name,
            f"how many parts there are depends on the size {n!r}, which may be any number; give it a number, such as logits=4,V, or "
            "give the parts as inputs of their own",
        )
    whole = int(n.value)
    return [sh.narrow(x, dim, i, min(i + step, whole)) for i in range(0, whole, step)]


@operation("chunk")
def _chunk(trace: Trace, x: Tensor, chunks: int, dim: int = 0) -> list[Tensor]:
    n = tn.count(x.shape[x.axis(dim)], trace)
    return _parts(x, dim, -(-int(n.value) // chunks) if isinstance(n, Num) else None, "chunk")


@operation("split")
def _split(
    trace: Trace, x: Tensor, split_size_or_sections: Any = None, dim: int = 0, split_size: Any = None
) -> list[Tensor]:
    step = split_size if split_size_or_sections is None else split_size_or_sections
    if isinstance(step, int):
        return _parts(x, dim, step, "split")
    ends, at = list[Tensor](), 0
    for n in step:
        ends.append(sh.narrow(x, dim, at, at + n))
        at = at + n
    return ends


@operation("unbind")
def _unbind(trace: Trace, x: Tensor, dim: int = 0) -> list[Tensor]:
    return [sh.squeeze(p, dim) for p in _parts(x, dim, 1, "unbind")]


@operation("__getitem__")
def _getitem(trace: Trace, x: Tensor, key: Any) -> Tensor:
    parts = list(key) if isinstance(key, tuple) else [key]
    if any(p is Ellipsis for p in parts):
        at = next(n for n, p in enumerate(parts) if p is Ellipsis)
        used = sum(_consumes(p) for p in parts if p is not Ellipsis)
        parts[at : at + 1] = [slice(None)] * (x.ndim - used)
    axis, lists, start = 0, list[Tensor](), 0
    for p in parts:
        if isinstance(p, Tensor) and p.kind == "bool":
            if lists or (len(parts) > 1 and any(isinstance(q, Tensor) for q in parts if q is not p)):
                raise Unread("x[mask, index]", "use one mask alone")
            if axis:
                raise Unread("x[:, mask]", "a mask is read on the leading dimensions")
            x = ch.kept(x, p)
            axis += 1
        elif isinstance(p, Tensor):
            if lists and start + len(lists) != axis:
                raise Unread("an index", "index tensors that are not side by side are not read")
            start = start if lists else axis
            lists.append(p)
            axis += 1
        elif p is None:
            x = sh.unsqueeze(x, axis)
            axis += 1
        elif isinstance(p, slice):
            if p.step not in (None, 1):
                raise Unread(f"a slice with step {p.step!r}", "only steps of 1 are read")
            ends = [e if e is None or isinstance(e, int) else term_of(e) for e in (p.start, p.stop)]
            x = x if ends == [None, None] else sh.narrow(x, axis, *ends)
            axis += 1
        else:
            x = sh.select(x, axis, p if isinstance(p, int) else term_of(p))
    return ch.indexed(x, lists, start) if lists else x


def _consumes(p: Any) -> int:
    return 0 if p is None else p.ndim if isinstance(p, Tensor) and p.kind == "bool" else 1


# --- new tensors ------------------------------------------------------------------------------------------------------


def _filled(trace: Trace, value: Any, shape: Sequence[Any], kind: str = "real") -> Tensor:
    term = term_of(value)
    return Tensor(trace, [tn.dim_of(s if isinstance(s, Term) else term_of(s)) for s in shape], lambda i: term, kind)


@operation("full_like")
def _full_like(trace: Trace, x: Tensor, fill_value: Any, **_: Any) -> Tensor:
    value = as_tensor(trace, fill_value)
    return x.like(lambda i: value.entry(()))


OPERATIONS["zeros_like"] = lambda trace, x, **_: x.like(
    lambda i: ZERO, "real" if x.kind != "real" and "float" in str(_.get("dtype")) else x.kind
)
OPERATIONS["ones_like"] = lambda trace, x, **_: x.like(
    lambda i: ONE, "bool" if "bool" in str(_.get("dtype")) else x.kind
)
OPERATIONS["empty_like"] = OPERATIONS["zeros_like"]
OPERATIONS["new_zeros"] = lambda trace, x, size, *more, **_: _filled(trace, 0, sizes_of(size, more), x.kind)
OPERATIONS["new_ones"] = lambda trace, x, size, *more, **_: _filled(trace, 1, sizes_of(size, more), x.kind)
OPERATIONS["new_full"] = lambda trace, x, size, fill_value, **_: _filled(trace, fill_value, size, x.kind)
OPERATIONS["new_tensor"] = lambda trace, x, data, **_: as_tensor(trace, data)
OPERATIONS["fill"] = lambda trace, x, value: _full_like(trace, x, value)
OPERATIONS["zero"] = lambda trace, x: _full_like(trace, x, 0)
OPERATIONS["copy"] = lambda trace, x, src, *_: as_tensor(trace, src).like(
    tn.placed(as_tensor(trace, src), x.shape), shape=x.shape
)
OPERATIONS["zeros"] = lambda trace, *size, **_: _filled(trace, 0, sizes_of(size[0], size[1:]) if size else ())
OPERATIONS["ones"] = lambda trace, *size, **_: _filled(trace, 1, sizes_of(size[0], size[1:]) if size else ())
OPERATIONS["full"] = lambda trace, size, fill_value, **_: _filled(trace, fill_value, size)


@operation("eye")
def _eye(trace: Trace, n: Any, m: Any = None, **_: Any) -> Tensor:
    rows, columns = term_of(n), term_of(n if m is None else m)

    def entry(i: tn.Index) -> Any:
        row, column = (x[0] if x else ONE for x in i)
        return trace.indicator(row, column)

    return Tensor(trace, [tn.dim_of(rows), tn.dim_of(columns)], entry)


@operation("arange")
def _arange(
    trace: Trace, *ends: Any, start: Any = 0, end: Any = None, stop: Any = None, step: Any = 1, **_: Any
) -> Tensor:
    ends = (*ends, *(e for e in (end, stop) if e is not None))
    low, high, by = (start, *ends, step) if len(ends) == 1 else (*ends, step)[:3]
    if by != 1:
        raise Unread("arange with a step", "only steps of 1 are read")
    places = ch.positions(trace, sub(term_of(high), term_of(low)))
    return places if low == 0 else add_of(trace, places, low)
