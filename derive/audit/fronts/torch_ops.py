"""What each function and method of torch does to a tensor, by its name and with its arguments.

The functions here say in terms what torch's documentation says.  They are trusted, so each formula is held against the function
itself before anything is said of it (``derive.audit.guard``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from derive.audit.fronts.sizes import term_of
from derive.audit.fronts.symbols import refuse_narrow
from derive.audit.model import choosing as ch
from derive.audit.model import functions as fn
from derive.audit.model import shaping as sh
from derive.audit.model import tensor as tn
from derive.audit.model.tensor import Tensor
from derive.audit.model.trace import Trace, Unread
from derive.audit.model.values import MINUS_INFINITY, ONE, ZERO, add, apply, div, mul, neg, sub
from derive.kernel.sorts import INT
from derive.kernel.terms import Num

OPERATIONS: dict[str, Callable[..., Any]] = {}
"""By the name that torch has for it; each takes the trace, then torch's arguments."""


def operation(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def keep(f: Callable[..., Any]) -> Callable[..., Any]:
        for n in names:
            OPERATIONS[n] = f
        return f

    return keep


def as_tensor(trace: Trace, x: Any) -> Tensor:
    if isinstance(x, Tensor):
        return x
    term = term_of(x)
    return tn.scalar(
        trace,
        term,
        "bool" if isinstance(x, bool) else "int" if term.sort is INT and not isinstance(x, float) else "real",
    )


def _kind(*tensors: Tensor) -> str:
    kinds = {t.kind for t in tensors}
    return "real" if "real" in kinds else "bool" if kinds == {"bool"} else "int"


def _pointwise(name: str, f: Callable[..., Any], kind: str = "", back: bool = False) -> None:
    def run(trace: Trace, a: Any, b: Any, rounding_mode: Any = None) -> Tensor:
        if rounding_mode is not None:
            raise Unread(f"{name} with rounding", "a quotient is read as it is, and not cut off")
        x, y = as_tensor(trace, a), as_tensor(trace, b)
        x, y = (y, x) if back else (x, y)
        return tn.pointwise(trace, f, x, y, kind=kind or _kind(x, y))

    OPERATIONS[name] = run


for _names, _f in (
    (("mul", "multiply", "__mul__", "__rmul__"), mul),
    (("div", "divide", "true_divide", "__truediv__"), div),
):
    for _name in _names:
        _pointwise(_name, _f, "real" if _f is div else "")
for _name, _f, _back in (("__rtruediv__", div, True), ("__rsub__", fn.minus, True), ("rsub", fn.minus, True)):
    _pointwise(_name, _f, "real" if _f is div else "", _back)
for _name in ("pow", "__pow__"):
    _pointwise(_name, fn.power)
_pointwise("__rpow__", fn.power, back=True)
_pointwise("xlogy", fn.xlogy, "real")


@operation("add", "__add__")
def add_of(trace: Trace, a: Any, b: Any, *, alpha: Any = 1, **_: Any) -> Tensor:
    x, y = as_tensor(trace, a), as_tensor(trace, b)
    if _kind(x, y) == "bool":  # True + True is True
        return ch.either(x, y)
    return tn.pointwise(trace, lambda s, t: fn.plus(s, mul(term_of(alpha), t)), x, y, kind=_kind(x, y))


@operation("__radd__")
def _added_to(trace: Trace, a: Any, b: Any) -> Tensor:
    whole: Tensor = add_of(trace, b, a)
    return whole


@operation("sub", "subtract", "__sub__")
def _sub(trace: Trace, a: Any, b: Any, *, alpha: Any = 1, **_: Any) -> Tensor:
    x, y = as_tensor(trace, a), as_tensor(trace, b)
    return tn.pointwise(trace, lambda s, t: fn.minus(s, mul(term_of(alpha), t)), x, y, kind=_kind(x, y))


def _unary(names: Sequence[str], f: Callable[..., Any], same_kind: bool = False) -> None:
    def run(trace: Trace, x: Tensor, **_: Any) -> Tensor:
        return tn.pointwise(trace, f, x, kind=x.kind if same_kind else "real")

    for n in names:
        OPERATIONS[n] = run


_unary(("neg", "negative", "__neg__"), neg, True)
_unary(("exp",), fn.exponential)
_unary(("log",), fn.logarithm)
_unary(("log1p",), lambda x: fn.logarithm(add(ONE, x)))
_unary(("log2",), lambda x: div(fn.logarithm(x), fn.logarithm(Num(2))))
_unary(("log10",), lambda x: div(fn.logarithm(x), fn.logarithm(Num(10))))
_unary(("exp2",), lambda x: fn.exponential(mul(x, fn.logarithm(Num(2)))))
_unary(("expm1",), lambda x: sub(fn.exponential(x), ONE))
_unary(("sigmoid", "expit"), fn.sigmoid_of)
_unary(("logsigmoid", "log_sigmoid"), fn.log_sigmoid)
_unary(("relu",), fn.relu)
_unary(("tanh",), fn.tanh_of)
_unary(("square",), lambda x: fn.power(x, Num(2)))
_unary(("sqrt",), fn.root)
_unary(("rsqrt",), lambda x: div(ONE, fn.root(x)))
_unary(("reciprocal",), lambda x: div(ONE, x))


@operation("softplus")
def _softplus(trace: Trace, x: Tensor, beta: Any = 1, threshold: Any = 20) -> Tensor:
    if term_of(threshold) != Num(20):
        raise Unread(f"softplus with threshold={threshold!r}", "it is the identity above that; write log(1 + exp(x))")
    trace.note(
        "softplus of more than 20 is x itself in torch, which is less than 3e-9 off; the formula has log(1 + exp(x))"
    )
    by = term_of(beta)
    return tn.pointwise(trace, lambda v: div(fn.softplus_of(mul(by, v)), by), x)


@operation("logaddexp")
def _logaddexp(trace: Trace, a: Any, b: Any) -> Tensor:
    x, y = as_tensor(trace, a), as_tensor(trace, b)
    return tn.pointwise(trace, lambda s, t: fn.logarithm(add(fn.exponential(s), fn.exponential(t))), x, y)


@operation("dropout", "dropout1d", "dropout2d", "alpha_dropout", "feature_dropout")
def _dropout(trace: Trace, x: Tensor, p: Any = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    if training and p:
        raise Unread("dropout", "it draws numbers at random; audit the function in eval mode, or with p=0")
    return x


def _finite(trace: Trace, x: Tensor) -> Tensor:
    """Over the reals every value is finite, but for -inf where it was filled in."""
    return tn.pointwise(trace, lambda v: ZERO if v == MINUS_INFINITY else ONE, x, kind="bool")


OPERATIONS["isfinite"] = _finite


@operation("nan_to_num")
def _nan_to_num(trace: Trace, x: Tensor, *_: Any, **__: Any) -> Tensor:
    trace.note("nan_to_num does nothing to real numbers; what it makes of nan and inf is not in the formula")
    return x


OPERATIONS["isinf"] = lambda trace, x: ch.negated(_finite(trace, x))
OPERATIONS["isnan"] = lambda trace, x: tn.pointwise(trace, lambda v: ZERO, x, kind="bool")


@operation("abs", "absolute", "__abs__")
def _abs(trace: Trace, x: Tensor) -> Tensor:
    return tn.pointwise(trace, lambda v: fn.magnitude(trace, v), x, kind=x.kind)


@operation(
    "float", "double", "half", "bfloat16", "contiguous", "clone", "detach", "detach_", "cpu", "cuda", "data", "alias", "positive", "__pos__",
    "requires_grad_", "retain_grad", "to", "type_as", "type",
)  # fmt: skip
def _same(trace: Trace, x: Tensor, *types: Any, **more: Any) -> Tensor:
    for t in (*types, *more.values()):
        x = converted(x, t.kind if isinstance(t, Tensor) else str(t).lower())
    return x


def converted(x: Tensor, kind: str) -> Tensor:
    """As another type, by its name; names of devices change nothing."""
    name = kind.rpartition(".")[2].removesuffix("tensor")
    if name in ("real", "double") or name.startswith(("float", "bfloat", "half")):
        return x.like(x.entry, "real")
    if name == "bool":
        return ch.truth(x)
    refuse_narrow(name)
    if name in ("int", "long", "int64", "int32", "uint64", "uint32"):
        whole: Tensor = _long(x.trace, x)
        return whole
    return x


@operation("long", "int")
def _long(trace: Trace, x: Tensor, **_: Any) -> Tensor:
    if x.kind == "real":
        raise Unread("long()", "numbers are cut off to integers; give labels as an input of kind label")
    return x.like(x.entry, "int")


@operation("bool")
def _bool(trace: Trace, x: Tensor) -> Tensor:
    return ch.truth(x)


# --- over dimensions --------------------------------------------------------------------------------------------------


def _axes(dim: Any) -> Any:
    return tuple(dim) if isinstance(dim, (tuple, list)) else dim


@operation("sum")
def _sum(trace: Trace, x: Tensor, dim: Any = None, keepdim: bool = False, **_: Any) -> Tensor:
    return tn.total(x, _axes(dim), keepdim)


@operation("mean")
def _mean(trace: Trace, x: Tensor, dim: Any = None, keepdim: bool = False, **_: Any) -> Tensor:
    return tn.mean(x, _axes(dim), keepdim)


@operation("amax")
def _amax(trace: Trace, x: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    return tn.largest(x, _axes(dim), keepdim)


@operation("logsumexp")
def _logsumexp(trace: Trace, x: Tensor, dim: Any, keepdim: bool = False, **_: Any) -> Tensor:
    return fn.logsumexp(x, tn.axes_of(x, _axes(dim)), keepdim)


def required(dim: Any, name: str) -> int:
    if dim is None:
        raise Unread(name, "no dimension is named; write dim=-1")
    return int(dim)


@operation("log_softmax")
def _log_softmax(trace: Trace, x: Tensor, dim: Any = None, *_: Any, **__: Any) -> Tensor:
    return fn.log_softmax(x, required(dim, "log_softmax"))


@operation("softmax")
def _softmax(trace: Trace, x: Tensor, dim: Any = None, *_: Any, **__: Any) -> Tensor:
    return fn.softmax(x, required(dim, "softmax"))


@operation("cumsum")
def _cumsum(trace: Trace, x: Tensor, dim: int, **_: Any) -> Tensor:
    axis = x.axis(dim)

    def entry(i: tn.Index) -> Any:
        place = i[axis][0] if i[axis] else ONE
        return trace.sum_over(
            ONE, place, lambda v: x.entry((*i[:axis], (v,), *i[axis + 1 :])), sh.single(x.shape[axis], "cumsum")
        )

    return x.like(entry)


@operation("count_nonzero")
def _count_nonzero(trace: Trace, x: Tensor, dim: Any = None) -> Tensor:
    return tn.total(ch.truth(x), _axes(dim))


@operation("any", "all")
def _any(trace: Trace, x: Tensor, *_: Any, **__: Any) -> Tensor:
    raise Unread("any() or all()", "what follows depends on the numbers, and a branch on numbers is not read")


@operation("einsum")
def _einsum(trace: Trace, text: str, *xs: Any) -> Tensor:
    tensors = xs[0] if len(xs) == 1 and isinstance(xs[0], (list, tuple)) else xs
    return fn.contraction(trace, text, tuple(tensors))


@operation("matmul", "bmm", "mm", "mv", "dot", "__matmul__")
def _matmul(trace: Trace, a: Tensor, b: Tensor) -> Tensor:
    return fn.matmul(a, b)


def sizes_of(first: Any, more: tuple[Any, ...]) -> list[Any]:
    given = list(first) if isinstance(first, (tuple, list)) else [first, *more]
    return [s if isinstance(s, int) else term_of(s) for s in given]


# --- choices ----------------------------------------------------------------------------------------------------------


def _compare(names: Sequence[str], f: Callable[[Tensor, Tensor], Tensor]) -> None:
    def run(trace: Trace, a: Any, b: Any) -> Tensor:
        return f(as_tensor(trace, a), as_tensor(trace, b))

    for n in names:
        OPERATIONS[n] = run


_compare(("eq", "__eq__"), ch.equals)
_compare(("ne", "not_equal", "__ne__"), lambda a, b: ch.negated(ch.equals(a, b)))
_compare(("lt", "less", "__lt__"), lambda a, b: ch.ordered(a, b, True))
_compare(("le", "__le__"), lambda a, b: ch.ordered(a, b, False))
_compare(("gt", "greater", "__gt__"), lambda a, b: ch.ordered(b, a, True))
_compare(("ge", "__ge__"), lambda a, b: ch.ordered(b, a, False))
_compare(("logical_and", "bitwise_and", "__and__", "__rand__"), ch.both)
_compare(("logical_or", "bitwise_or", "__or__", "__ror__"), ch.either)
OPERATIONS["logical_not"] = OPERATIONS["bitwise_not"] = OPERATIONS["__invert__"] = lambda trace, x: ch.negated(x)
_compare(("maximum", "fmax"), ch.larger)
_compare(("minimum", "fmin"), ch.smaller)


@operation("where")
def _where(trace: Trace, mask: Tensor, a: Any = None, b: Any = None) -> Any:
    if a is None and b is None:
        return _nonzero(trace, mask, True)
    return tn.where(trace, mask, as_tensor(trace, a), as_tensor(trace, b))


@operation("masked_fill")
def _masked_fill(trace: Trace, x: Tensor, mask: Tensor, value: Any) -> Tensor:
    filled = tn.where(trace, mask, as_tensor(trace, value), x)
    return filled.like(filled.entry, x.kind)


@operation("masked_select")
def _masked_select(trace: Trace, x: Tensor, mask: Tensor) -> Tensor:
    return ch.kept(x, mask)


@operation("nonzero")
def _nonzero(trace: Trace, x: Tensor, as_tuple: bool = False, **_: Any) -> Any:
    """The places at which a mask of one dimension is 1, counted from 0."""
    if x.ndim != 1:
        raise Unread("nonzero", "it is read of a mask of one dimension; write x[mask]")
    mask = ch.truth(x)
    places = ch.kept(ch.positions(trace, sh.single(x.shape[0], "nonzero")), mask)
    return [places] if as_tuple else sh.unsqueeze(places, 1)


OPERATIONS["argwhere"] = OPERATIONS["nonzero"]


@operation("clamp", "clip")
def _clamp(trace: Trace, x: Tensor, min: Any = None, max: Any = None) -> Tensor:
    return ch.bounded(x, None if min is None else as_tensor(trace, min), None if max is None else as_tensor(trace, max))


OPERATIONS["clamp_min"] = lambda trace, x, min: _clamp(trace, x, min)
OPERATIONS["clamp_max"] = lambda trace, x, max: _clamp(trace, x, None, max)


@operation("gather")
def _gather(trace: Trace, x: Tensor, dim: int, index: Tensor, **_: Any) -> Tensor:
    return ch.gather(x, dim, index)


@operation("take_along_dim")
def _take_along(trace: Trace, x: Tensor, indices: Tensor, dim: int) -> Tensor:
    return ch.gather(x, dim, indices)


@operation("index_select")
def _index_select(trace: Trace, x: Tensor, dim: int, index: Tensor) -> Tensor:
    return ch.indexed(x, [index], x.axis(dim))


@operation("scatter")
def _scatter(
    trace: Trace, x: Tensor, dim: int, index: Tensor, src: Any = None, value: Any = None, reduce: Any = None
) -> Tensor:
    if reduce is not None:
        raise Unread("scatter with reduce", "write scatter_add")
    source = src if src is not None else value
    if isinstance(source, Tensor) and source.ndim:
        source = (
            source.like(tn.placed(source, index.shape), shape=index.shape)
            if source.shape == index.shape
            else _first(source, index)
        )
    return ch.scatter(x, dim, index, as_tensor(trace, source))


def _first(source: Tensor, index: Tensor) -> Tensor:
    raise Unread(
        "scatter", f"the source has shape {source.shape!r} and the index {index.shape!r}; give them the same shape"
    )


@operation("scatter_add")
def _scatter_add(trace: Trace, x: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    return ch.scatter(x, dim, index, src, adds=True)


@operation("index_fill")
def _index_fill(trace: Trace, x: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    axis = x.axis(dim)

    def entry(i: tn.Index) -> Any:
        place = i[axis][0] if i[axis] else ONE
        here = trace.indicator(place, add(index.entry(((),)) if index.ndim else index.entry(()), ONE))  # type: ignore[arg-type]
        return apply(lambda h: term_of(value) if h != ZERO else x.entry(i), here)

    return x.like(entry)


@operation("one_hot")
def _one_hot(trace: Trace, labels: Tensor, num_classes: Any = -1) -> Tensor:
    if num_classes == -1:
        raise Unread(
            "one_hot", "the number of classes is taken from the largest label; name it: num_classes=logits.size(-1)"
        )
    return ch.one_hot(labels, term_of(num_classes))


OPERATIONS["tril"] = lambda trace, x, diagonal=0: ch.below_diagonal(trace, x, diagonal, False)
OPERATIONS["triu"] = lambda trace, x, diagonal=0: ch.below_diagonal(trace, x, diagonal, True)


@operation("diagonal", "diag")
def _diagonal(trace: Trace, x: Tensor, offset: int = 0, *_: Any) -> Tensor:
    if x.ndim != 2 or offset:
        raise Unread("diagonal", "only the main diagonal of a matrix is read")
    return Tensor(trace, (x.shape[0],), lambda i: x.entry((i[0], i[0])), x.kind)


SHARES_STORAGE = frozenset((
    "view", "reshape", "view_as", "reshape_as", "squeeze", "unsqueeze", "permute", "transpose", "t", "narrow", "select", "expand", "expand_as",
    "detach", "contiguous", "flatten", "ravel", "float", "double", "to", "type_as", "long", "data", "diagonal", "swapaxes", "alias", "cpu", "bool",
    "requires_grad_", "type", "int",
))  # fmt: skip
"""What may give the same memory again: a change in place shows in both."""
