"""Tensors with sizes that are terms, and what is done to them entry by entry or over a dimension.

A dimension is a product of sizes: ``view(-1, V)`` of a tensor of shape (B, T, V) has the dimensions (B T) and (V), and a sum over
the first is a sum over B of a sum over T.  A dimension of size 1 is the empty product.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import NamedTuple

from derive.audit.model.trace import Trace, Unread
from derive.audit.model.values import ONE, ZERO, Value, apply, as_term, choice, div, mul
from derive.kernel import terms as k
from derive.kernel.sorts import INT
from derive.kernel.terms import Num, Term, app
from derive.language.definitions import maximum

Index = tuple[tuple[Term, ...], ...]  # of each dimension, of each of its factors
Entry = Callable[[Index], Value]


class Dim(NamedTuple):
    """A product of sizes; ``keep``, where there is one, says which positions of them are there: x[mask]."""

    factors: tuple[Term, ...] = ()
    keep: Tensor | None = None

    @property
    def is_one(self) -> bool:
        return not self.factors and self.keep is None

    def first(self) -> tuple[Term, ...]:
        """The index of the only position."""
        return ()

    def __repr__(self) -> str:
        return " ".join(map(repr, self.factors)) or "1"


UNIT = Dim()


class Tensor:
    """``entry`` takes an index to a value; ``kind`` is "real", "int" or "bool" (0 or 1)."""

    __slots__ = ("_known", "_of", "kind", "shape", "trace")

    def __init__(self, trace: Trace, shape: Sequence[Dim], entry: Entry, kind: str = "real") -> None:
        self.trace, self.shape, self.kind = trace, tuple(shape), kind
        self._of = entry
        self._known: dict[tuple[int, Index], Value] = {}

    def entry(self, index: Index) -> Value:
        key = (id(self.trace.context), index)
        if key not in self._known:
            self._known[key] = self._of(index)
        return self._known[key]

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def axis(self, axis: int, extra: int = 0) -> int:
        n = self.ndim + extra
        if not -n <= axis < n:
            raise Unread(
                f"dimension {axis}", f"the tensor has {self.ndim} of them; the function itself would fail here"
            )
        return axis % n

    def like(self, entry: Entry, kind: str | None = None, shape: Sequence[Dim] | None = None) -> Tensor:
        return Tensor(self.trace, self.shape if shape is None else shape, entry, kind or self.kind)


def dim_of(size: Term) -> Dim:
    return UNIT if size == ONE else Dim((size,))


def scalar(trace: Trace, value: Value, kind: str = "real") -> Tensor:
    return Tensor(trace, (), lambda i: value, kind)


def count(dim: Dim, trace: Trace) -> Term:
    """How many positions a dimension has."""
    if dim.keep is not None:
        return as_term(summed_over(trace, dim, lambda i: ONE))
    out: Term = ONE
    for f in dim.factors:
        out = mul(out, f)
    return out


def size(t: Tensor) -> Term:
    out: Term = ONE
    for d in t.shape:
        out = mul(out, count(d, t.trace))
    return out


def same_dim(a: Dim, b: Dim, trace: Trace) -> bool:
    if len(a.factors) != len(b.factors) or not all(trace.same(x, y) for x, y in zip(a.factors, b.factors, strict=True)):
        return False
    if a.keep is None or b.keep is None:
        return a.keep is b.keep
    return a.keep is b.keep or _probe(a, trace) == _probe(b, trace)


def _probe(dim: Dim, trace: Trace) -> Value:
    """The mask of a dimension at indices whose letters depend on nothing but its form."""
    letters = tuple(k.Var(f"probe~{i}", INT) for i in range(len(dim.factors)))
    assert dim.keep is not None
    with trace.within(*(s for v, n in zip(letters, dim.factors, strict=True) for s in (ONE <= v, v <= n))):
        return dim.keep.entry(unflat(letters, dim.keep.shape))


def flat(index: Index) -> tuple[Term, ...]:
    return tuple(x for d in index for x in d)


def unflat(indices: Sequence[Term], shape: Sequence[Dim]) -> Index:
    rest = iter(indices)
    return tuple(tuple(next(rest) for _ in d.factors) for d in shape)


# --- entry by entry ---------------------------------------------------------------------------------------------------


def broadcast(trace: Trace, *shapes: Sequence[Dim]) -> tuple[Dim, ...]:
    n = max((len(s) for s in shapes), default=0)
    out: list[Dim] = []
    for column in zip(*((UNIT,) * (n - len(s)) + tuple(s) for s in shapes), strict=True):
        dim = UNIT
        for d in column:
            if d.is_one or (not dim.is_one and same_dim(dim, d, trace)):
                continue
            if not dim.is_one:
                raise _unlike(count(dim, trace), count(d, trace), trace)
            dim = d
        out.append(dim)
    return tuple(out)


def _unlike(a: Term, b: Term, trace: Trace) -> Unread:
    if trace.same(a, b):
        return Unread(
            "broadcasting",
            f"one of the two is a row of {a!r} numbers and the other has several dimensions in a row; use gather, or index before view(-1)",
        )
    return Unread("broadcasting", f"sizes {a!r} and {b!r} differ; give two sizes that must be equal the same letter")


def placed(t: Tensor, shape: Sequence[Dim]) -> Entry:
    """The entries of a tensor as it is broadcast to a shape."""
    skip = len(shape) - t.ndim

    def entry(i: Index) -> Value:
        return t.entry(tuple(() if d.is_one else x for d, x in zip(t.shape, i[skip:], strict=True)))

    return entry


def pointwise(trace: Trace, fn: Callable[..., Value], *tensors: Tensor, kind: str = "real") -> Tensor:
    shape = broadcast(trace, *(t.shape for t in tensors))
    entries = [placed(t, shape) for t in tensors]
    return Tensor(trace, shape, lambda i: apply(fn, *(e(i) for e in entries)), kind)


# --- over dimensions --------------------------------------------------------------------------------------------------


def axes_of(t: Tensor, axes: int | Sequence[int] | None) -> tuple[int, ...]:
    if axes is None or axes == () or axes == []:
        return tuple(range(t.ndim))
    return tuple(sorted({t.axis(a) for a in ((axes,) if isinstance(axes, int) else axes)}))


def summed_over(trace: Trace, dim: Dim, body: Callable[[tuple[Term, ...]], Value]) -> Value:
    """The sum of the body over the positions of a dimension."""

    def go(chosen: tuple[Term, ...]) -> Value:
        if len(chosen) < len(dim.factors):
            n = dim.factors[len(chosen)]
            return trace.sum_over(ONE, n, lambda v: go((*chosen, v)), n)
        if dim.keep is None:
            return body(chosen)
        there = dim.keep.entry(unflat(chosen, dim.keep.shape))
        return apply(lambda m: body(chosen) if m != ZERO else ZERO, there)

    return go(())


def reduced(
    t: Tensor, axes: tuple[int, ...], keepdim: bool, over: Callable[[Trace, Dim, Callable[[tuple[Term, ...]], Value]], Value],
    kind: str | None = None,
) -> Tensor:  # fmt: skip
    """A tensor without some dimensions, by an operation over each, the last innermost."""
    left = [d for a, d in enumerate(t.shape) if a not in axes]
    shape = [UNIT if a in axes else d for a, d in enumerate(t.shape)] if keepdim else left

    def entry(i: Index) -> Value:
        outer = [x for a, x in enumerate(i) if a not in axes] if keepdim else list(i)

        def go(chosen: dict[int, tuple[Term, ...]]) -> Value:
            if len(chosen) < len(axes):
                axis = axes[len(chosen)]
                return over(t.trace, t.shape[axis], lambda x: go({**chosen, axis: x}))
            rest = iter(outer)
            return t.entry(tuple(chosen[a] if a in chosen else next(rest) for a in range(t.ndim)))

        return go({})

    return t.like(entry, kind, shape)


def total(t: Tensor, axes: int | Sequence[int] | None = None, keepdim: bool = False) -> Tensor:
    kind = "real" if t.kind == "real" else "int"
    return reduced(t, axes_of(t, axes), keepdim, summed_over, kind)


def mean(t: Tensor, axes: int | Sequence[int] | None = None, keepdim: bool = False) -> Tensor:
    n: Term = ONE
    for a in axes_of(t, axes):
        n = mul(n, count(t.shape[a], t.trace))
    return pointwise(t.trace, lambda x: div(x, n), total(t, axes, keepdim))


_FEW = 8
"""Of so many entries the largest is written out."""


def largest_over(trace: Trace, dim: Dim, body: Callable[[tuple[Term, ...]], Value]) -> Value:
    if dim.keep is not None or len(dim.factors) > 1:
        raise Unread("the largest over several dimensions", "take it over one dimension at a time")
    if not dim.factors:
        return body(())
    n = dim.factors[0]
    if isinstance(n, Num) and n.value <= _FEW:
        entries = [body((Num(i),)) for i in range(1, int(n.value) + 1)]
        return reduce(lambda a, b: apply(maximum, a, b), entries)
    v = trace.index(n)
    with trace.within(ONE <= v, v <= n):
        inside = as_term(body((v,)))
    return app(k.MAX, ONE, n, k.Lam(v.name.partition("~")[0], INT, k.abstract(inside, v)))


def largest(t: Tensor, axes: int | Sequence[int] | None = None, keepdim: bool = False) -> Tensor:
    return reduced(t, axes_of(t, axes), keepdim, largest_over)


def where(trace: Trace, mask: Tensor, yes: Tensor, no: Tensor) -> Tensor:
    kind = yes.kind if yes.kind == no.kind else "real" if "real" in (yes.kind, no.kind) else "int"
    shape = broadcast(trace, mask.shape, yes.shape, no.shape)
    m, y, n = (placed(t, shape) for t in (mask, yes, no))

    def entry(i: Index) -> Value:
        return _chosen(m(i), lambda: y(i), lambda: n(i))

    return Tensor(trace, shape, entry, kind)


def _chosen(mask: Value, yes: Callable[[], Value], no: Callable[[], Value]) -> Value:
    """A branch that is not taken is not looked at: it may have no reading."""
    if isinstance(mask, Num):
        return yes() if mask != ZERO else no()
    if isinstance(mask, Term):
        raise Unread("where", f"the condition {mask!r} is no mask of 0 and 1; compare labels or masks with constants")
    return choice(mask.guard, _chosen(mask.yes, yes, no), _chosen(mask.no, yes, no))
