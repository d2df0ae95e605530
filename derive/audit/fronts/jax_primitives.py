"""What each primitive of JAX does to tensors of terms, and the functions of jax.nn that are read by their name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from derive.audit.model import choosing as ch
from derive.audit.model import functions as fn
from derive.audit.model import shaping as sh
from derive.audit.model import tensor as tn
from derive.audit.model.functions import exact
from derive.audit.model.tensor import Index, Tensor, dim_of, scalar
from derive.audit.model.trace import Trace, Unread
from derive.audit.model.values import MINUS_INFINITY, ONE, ZERO, Value, add, div, mul, neg, sub
from derive.kernel.terms import Num, Term


class Shapes(NamedTuple):
    """The trace, and how a dimension of JAX is a term."""

    trace: Trace
    size: Callable[[Any], Term]

    def of(self, e: Any) -> list[Term]:
        return [self.size(d) for d in e.outvars[0].aval.shape]


def constant(trace: Trace, x: Any) -> Tensor:
    array = np.asarray(x)
    kind = "bool" if array.dtype == np.bool_ else "int" if np.issubdtype(array.dtype, np.integer) else "real"
    if array.ndim == 0:
        return scalar(trace, exact(array[()]), kind)
    if array.ndim > 1 or array.size > 64:
        raise Unread(
            "an array of numbers",
            f"of shape {array.shape}; give it to the function as an input, with letters for its sizes",
        )
    return sh.stack([scalar(trace, exact(v), kind) for v in array], 0)


Primitive = Callable[..., Tensor]
PRIMITIVES: dict[str, Primitive] = {}


def _pointwise(name: str, f: Callable[..., Value], kind: str = "") -> None:
    def run(s: Shapes, p: Any, e: Any, *args: Tensor) -> Tensor:
        kinds = {t.kind for t in args}
        return tn.pointwise(s.trace, f, *args, kind=kind or ("real" if "real" in kinds else "int"))

    PRIMITIVES[name] = run


_ANY: dict[str, Callable[..., Value]] = {
    "add": fn.plus, "add_any": fn.plus, "sub": fn.minus, "mul": mul, "neg": neg, "pow": fn.power,
}  # fmt: skip
for _name, _f in _ANY.items():
    _pointwise(_name, _f)
_REAL: dict[str, Callable[..., Value]] = {
    "div": div, "exp": fn.exponential, "log": fn.logarithm, "log1p": lambda x: fn.logarithm(add(ONE, x)),
    "expm1": lambda x: sub(fn.exponential(x), ONE), "logistic": fn.sigmoid_of, "square": lambda x: fn.power(x, Num(2)), "sqrt": fn.root,
    "rsqrt": lambda x: div(ONE, fn.root(x)), "tanh": fn.tanh_of,
}  # fmt: skip
for _name, _f in _REAL.items():
    _pointwise(_name, _f, "real")
_pointwise("is_finite", lambda x: ZERO if x == MINUS_INFINITY else ONE, "bool")


def primitive(*names: str) -> Callable[[Primitive], Primitive]:
    def keep(f: Primitive) -> Primitive:
        for n in names:
            PRIMITIVES[n] = f
        return f

    return keep


@primitive("integer_pow")
def _integer_pow(s: Shapes, p: Any, e: Any, x: Tensor) -> Tensor:
    return tn.pointwise(s.trace, lambda v: fn.power(v, Num(int(p["y"]))), x)


@primitive("abs")
def _abs(s: Shapes, p: Any, e: Any, x: Tensor) -> Tensor:
    return tn.pointwise(s.trace, lambda v: fn.magnitude(s.trace, v), x, kind=x.kind)


@primitive("sign")
def _sign(s: Shapes, p: Any, e: Any, x: Tensor) -> Tensor:
    def of(v: Term) -> Value:
        if s.trace.holds(ZERO < v):
            return ONE
        raise Unread("sign", f"whether {v!r} is positive depends on the numbers")

    return tn.pointwise(s.trace, of, x, kind=x.kind)


@primitive("stop_gradient", "copy", "copy_p", "optimization_barrier")
def _same(s: Shapes, p: Any, e: Any, x: Tensor) -> Tensor:
    return x


@primitive("reduce_precision")
def _rounded(s: Shapes, p: Any, e: Any, x: Tensor) -> Tensor:
    for name, bits in (("float32", 23), ("float16", 10), ("bfloat16", 7)):
        if p["mantissa_bits"] >= bits:
            s.trace.note(f"precision {name}")
            return x
    raise Unread(
        "reduce_precision", f"{p['mantissa_bits']} bits are fewer than any type of floats has that is compared"
    )


@primitive("convert_element_type")
def _convert(s: Shapes, p: Any, e: Any, x: Tensor) -> Tensor:
    kind = np.dtype(p["new_dtype"]).kind
    if kind == "b":
        return ch.truth(x)
    if kind in "iu":
        if x.kind == "real":
            raise Unread("a conversion to integers", "numbers are cut off; give labels as an input of kind label")
        return x.like(x.entry, "int")
    if str(p["new_dtype"]) != "float64":
        s.trace.note(f"precision {p['new_dtype']}")
    return x.like(x.entry, "real")


@primitive("dim_as_value")
def _dim_as_value(s: Shapes, p: Any, e: Any) -> Tensor:
    return scalar(s.trace, s.size(p["dim"]), "int")


# --- over dimensions --------------------------------------------------------------------------------------------------


@primitive("reduce_sum")
def _reduce_sum(s: Shapes, p: Any, e: Any, x: Tensor) -> Tensor:
    return tn.total(x, tuple(p["axes"])) if p["axes"] else x


@primitive("reduce_max")
def _reduce_max(s: Shapes, p: Any, e: Any, x: Tensor) -> Tensor:
    return tn.largest(x, tuple(p["axes"])) if p["axes"] else x


@primitive("dot_general")
def _dot(s: Shapes, p: Any, e: Any, a: Tensor, b: Tensor) -> Tensor:
    (left, right), (lead_a, lead_b) = p["dimension_numbers"]
    letters = iter("abcdefghijklmnopqrstuvwxyz")
    x: list[str] = [next(letters) for _ in range(a.ndim)]
    y: list[str] = [next(letters) for _ in range(b.ndim)]
    for i, j in (*zip(left, right, strict=True), *zip(lead_a, lead_b, strict=True)):
        y[j] = x[i]
    out = [x[i] for i in lead_a] + [c for i, c in enumerate(x) if i not in (*lead_a, *left)]
    out += [c for i, c in enumerate(y) if i not in (*lead_b, *right)]
    return fn.contraction(s.trace, f"{''.join(x)},{''.join(y)}->{''.join(out)}", (a, b))


# --- shapes -----------------------------------------------------------------------------------------------------------


@primitive("broadcast_in_dim")
def _broadcast(s: Shapes, p: Any, e: Any, x: Tensor, *_: Tensor) -> Tensor:
    places = p["broadcast_dimensions"]
    shape = [dim_of(n) for n in s.of(e)]
    for own, at in zip(x.shape, places, strict=True):
        if not own.is_one:
            shape[at] = own
    return x.like(
        lambda i: x.entry(tuple(() if d.is_one else i[at] for d, at in zip(x.shape, places, strict=True))), shape=shape
    )


@primitive("reshape")
def _reshape(s: Shapes, p: Any, e: Any, x: Tensor, *_: Tensor) -> Tensor:
    return sh.reshape(x, s.of(e))


@primitive("squeeze")
def _squeeze(s: Shapes, p: Any, e: Any, x: Tensor) -> Tensor:
    return sh.squeeze(x, tuple(p["dimensions"]))


@primitive("expand_dims")
def _expand_dims(s: Shapes, p: Any, e: Any, x: Tensor) -> Tensor:
    for d in sorted(p["dimensions"]):
        x = sh.unsqueeze(x, d)
    return x


@primitive("transpose")
def _transpose(s: Shapes, p: Any, e: Any, x: Tensor) -> Tensor:
    return sh.permute(x, list(p["permutation"]))


@primitive("slice")
def _slice(s: Shapes, p: Any, e: Any, x: Tensor) -> Tensor:
    if p.get("strides") and any(n != 1 for n in p["strides"]):
        raise Unread("a slice with steps", "only steps of 1 are read")
    for axis, (start, stop) in enumerate(zip(p["start_indices"], p["limit_indices"], strict=True)):
        x = sh.narrow(x, axis, s.size(start), s.size(stop))
    return x


@primitive("dynamic_slice")
def _dynamic_slice(s: Shapes, p: Any, e: Any, x: Tensor, *starts: Tensor) -> Tensor:
    for axis, (start, n) in enumerate(zip(starts, p["slice_sizes"], strict=False)):
        first = start.entry(())
        if not isinstance(first, Term):
            raise Unread("dynamic_slice", "where it begins depends on a mask")
        x = sh.narrow(x, axis, first, add(first, s.size(n)))
    return x


@primitive("concatenate")
def _concatenate(s: Shapes, p: Any, e: Any, *xs: Tensor) -> Tensor:
    return sh.join(list(xs), p["dimension"])


@primitive("stack")
def _stack(s: Shapes, p: Any, e: Any, *xs: Tensor) -> Tensor:
    return sh.stack(list(xs), p.get("axis", p.get("dimension", 0)))


@primitive("unstack")
def _unstack(s: Shapes, p: Any, e: Any, x: Tensor) -> Tensor:
    raise Unread("unstack", "the parts of an array are not read one by one")


@primitive("pad")
def _pad(s: Shapes, p: Any, e: Any, x: Tensor, value: Tensor) -> Tensor:
    for axis, (before, after, inner) in enumerate(p["padding_config"]):
        if inner:
            raise Unread("pad with gaps", "only padding at the ends is read")
        if before or after:
            x = sh.pad(x, axis, before, after, value.entry(()))
    return x


@primitive("rev")
def _rev(s: Shapes, p: Any, e: Any, x: Tensor) -> Tensor:
    return sh.flip(x, list(p["dimensions"]))


@primitive("iota")
def _iota(s: Shapes, p: Any, e: Any, *_: Tensor) -> Tensor:
    d = p["dimension"]
    shape = [dim_of(n) for n in s.of(e)]
    return Tensor(s.trace, shape, lambda i: sub(i[d][0], ONE) if i[d] else ZERO, "int")


# --- choices ----------------------------------------------------------------------------------------------------------

_BINARY: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "eq": ch.equals, "ne": lambda a, b: ch.negated(ch.equals(a, b)), "lt": lambda a, b: ch.ordered(a, b, True),
    "le": lambda a, b: ch.ordered(a, b, False), "gt": lambda a, b: ch.ordered(b, a, True), "ge": lambda a, b: ch.ordered(b, a, False),
    "and": ch.both, "or": ch.either, "max": ch.larger, "min": ch.smaller,
}  # fmt: skip
for _name, _g in _BINARY.items():
    PRIMITIVES[_name] = lambda s, p, e, a, b, _g=_g: _g(a, b)
PRIMITIVES["not"] = lambda s, p, e, x: ch.negated(x)
PRIMITIVES["clamp"] = lambda s, p, e, low, x, high: ch.bounded(x, low, high)
PRIMITIVES["select_n"] = lambda s, p, e, which, no, yes: tn.where(s.trace, which, yes, no)


@primitive("gather")
def _gather(s: Shapes, p: Any, e: Any, x: Tensor, starts: Tensor) -> Tensor:
    """Single entries, or whole rows, at the places that an array of integers names."""
    g, sizes = p["dimension_numbers"], p["slice_sizes"]
    shape = [dim_of(n) for n in s.of(e)]
    whole = [d for d in range(x.ndim) if d not in g.collapsed_slice_dims and d not in g.operand_batching_dims]
    for d in whole:
        if d not in g.start_index_map and not s.trace.same(s.size(sizes[d]), sh.single(x.shape[d], "gather")):
            raise Unread("gather", "a part of a row is taken; take whole rows or single entries")
    batch = [d for d in range(len(shape)) if d not in g.offset_dims]

    def start(d: int, at: list[tuple[Term, ...]]) -> Term:
        vector = (Num(g.start_index_map.index(d) + 1),) if len(g.start_index_map) > 1 else ()
        first = starts.entry(tuple(() if dim.is_one else v for dim, v in zip(starts.shape, (*at, vector), strict=True)))
        length = s.size(sizes[d])
        if (
            not isinstance(first, Term)
            or s.trace.at_most(add(first, length), sh.single(x.shape[d], "gather")) is not True
        ):
            raise Unread("gather", "where a slice begins depends on the numbers")
        return first

    def entry(i: Index) -> Value:
        at = [i[d] for d in batch]

        def go(d: int, chosen: tuple[tuple[Term, ...], ...]) -> Value:
            if d == x.ndim:
                return x.entry(chosen)
            if d in g.operand_batching_dims:
                place = at[g.start_indices_batching_dims[g.operand_batching_dims.index(d)]]
                return go(d + 1, (*chosen, place if x.shape[d].factors else ()))
            if d in whole:
                place = i[g.offset_dims[whole.index(d)]]
                if d in g.start_index_map:  # a slice, at a place that is data
                    place = (add(place[0] if place else ONE, start(d, at)),)
                return go(d + 1, (*chosen, place if x.shape[d].factors else ()))
            vector = (Num(g.start_index_map.index(d) + 1),) if len(g.start_index_map) > 1 else ()
            index = tuple(() if dim.is_one else v for dim, v in zip(starts.shape, (*at, vector), strict=True))
            return ch.looked_up(x, d, starts.entry(index), lambda v: go(d + 1, (*chosen, v)), "gather")

        return go(0, ())

    return x.like(entry, shape=shape)


# --- functions by their name --------------------------------------------------------------------------------------------


def _same_shape(e: Any) -> bool:
    return len(e.invars) == 1 and e.invars[0].aval.shape == e.outvars[0].aval.shape


def _log_add_exp(trace: Trace, e: Any, args: list[Tensor]) -> Tensor | None:
    if len(args) != 2:
        return None
    return tn.pointwise(trace, lambda a, b: fn.logarithm(add(fn.exponential(a), fn.exponential(b))), *args)


def _softplus(trace: Trace, e: Any, args: list[Tensor]) -> Tensor | None:
    return tn.pointwise(trace, fn.softplus_of, *args) if _same_shape(e) else None


def _log_sigmoid(trace: Trace, e: Any, args: list[Tensor]) -> Tensor | None:
    return tn.pointwise(trace, fn.log_sigmoid, *args) if _same_shape(e) else None


def _relu(trace: Trace, e: Any, args: list[Tensor]) -> Tensor | None:
    return tn.pointwise(trace, fn.relu, *args) if _same_shape(e) else None


def _sigmoid(trace: Trace, e: Any, args: list[Tensor]) -> Tensor | None:
    return tn.pointwise(trace, fn.sigmoid_of, *args) if _same_shape(e) else None


CALLED: dict[str, Callable[[Trace, Any, list[Tensor]], Tensor | None]] = {
    "logaddexp": _log_add_exp, "softplus": _softplus, "log_sigmoid": _log_sigmoid, "relu": _relu, "sigmoid": _sigmoid,
}  # fmt: skip
