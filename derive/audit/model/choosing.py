"""Entries chosen by labels and masks: comparisons, gather, one-hot rows, scatter, and tensors from which a mask leaves entries out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derive.audit.model.shaping import single
from derive.audit.model.tensor import (
    Dim,
    Index,
    Tensor,
    broadcast,
    dim_of,
    placed,
    pointwise,
    same_dim,
    unflat,
)
from derive.audit.model.trace import Trace, Unread
from derive.audit.model.values import MINUS_INFINITY, ONE, ZERO, Choice, Value, add, apply, sub
from derive.kernel.sorts import INT
from derive.kernel.terms import Num, Term
from derive.language.definitions import maximum, minimum, positive_part

# --- comparisons ------------------------------------------------------------------------------------------------------


def equals(a: Tensor, b: Tensor) -> Tensor:
    """[a = b] for integers and masks; of reals only where it is plain."""
    trace = a.trace

    def compare(x: Term, y: Term) -> Value:
        if x.sort is INT and y.sort is INT:
            return trace.indicator(x, y)
        if trace.same(x, y):
            return ONE
        if trace.differ(x, y):
            return ZERO
        raise Unread("==", f"whether {x!r} is {y!r} depends on the numbers; compare labels, or give a mask as an input")

    return pointwise(trace, compare, a, b, kind="bool")


def negated(t: Tensor) -> Tensor:
    return pointwise(t.trace, _not, t, kind="bool")


def _not(x: Term) -> Value:
    if not isinstance(x, Num):
        raise Unread("~", f"{x!r} is no mask of 0 and 1")
    return ONE if x == ZERO else ZERO


def both(a: Tensor, b: Tensor) -> Tensor:
    return pointwise(a.trace, lambda x, y: ONE if x != ZERO and y != ZERO else ZERO, _mask(a), _mask(b), kind="bool")


def either(a: Tensor, b: Tensor) -> Tensor:
    return negated(both(negated(_mask(a)), negated(_mask(b))))


def _mask(t: Tensor) -> Tensor:
    return pointwise(t.trace, lambda x: _not(x) and x, t, kind="bool")


def truth(t: Tensor) -> Tensor:
    """What ``x.bool()`` makes of masks and of integers: whether they are not 0."""
    return t if t.kind == "bool" else negated(equals(t, t.like(lambda i: ZERO)))


def ordered(a: Tensor, b: Tensor, strict: bool) -> Tensor:
    """[a <= b], or [a < b], where the conditions decide it in each case."""
    trace = a.trace

    def compare(x: Term, y: Term) -> Value:
        if strict and x.sort is INT and y.sort is INT:
            x = add(x, ONE)
        if trace.holds(x <= y if not strict or x.sort is INT else x < y):
            return ONE
        if trace.holds(y < x if not strict or x.sort is INT else y <= x):
            return ZERO
        raise Unread(
            "a comparison", f"whether {x!r} is below {y!r} depends on the numbers, and a branch on numbers is not read"
        )

    return pointwise(trace, compare, a, b, kind="bool")


# --- bounds -----------------------------------------------------------------------------------------------------------


def bounded(t: Tensor, low: Tensor | None, high: Tensor | None) -> Tensor:
    """clamp.  A bound that the conditions keep anyway is left out, and said to be idle."""
    if low is not None:
        t = pointwise(t.trace, lambda x, b: _larger(t.trace, x, b), t, low, kind=t.kind)
    if high is not None:
        t = pointwise(t.trace, lambda x, b: _smaller(t.trace, x, b), t, high, kind=t.kind)
    return t


def larger(a: Tensor, b: Tensor) -> Tensor:
    return pointwise(a.trace, lambda x, y: _larger(a.trace, x, y), a, b, kind=a.kind)


def smaller(a: Tensor, b: Tensor) -> Tensor:
    return pointwise(a.trace, lambda x, y: _smaller(a.trace, x, y), a, b, kind=a.kind)


def _larger(trace: Trace, x: Term, bound: Term) -> Term:
    if MINUS_INFINITY in (x, bound):
        return x if bound == MINUS_INFINITY else bound
    below = _decided(trace, bound, x)
    if below is None:
        trace.idle_clamps.append((bound <= x, *_open_ranges(trace)))
        return positive_part(x) if bound == ZERO else positive_part(bound) if x == ZERO else maximum(x, bound)
    if below and not isinstance(x, Num):
        trace.note(f"a lower bound of {bound!r} does nothing")
    return x if below else bound


def _smaller(trace: Trace, x: Term, bound: Term) -> Term:
    above = _decided(trace, x, bound)
    if above is None:
        trace.idle_clamps.append((x <= bound, *_open_ranges(trace)))
        return minimum(x, bound)
    return x if above else bound


def _decided(trace: Trace, a: Term, b: Term) -> bool | None:
    """Whether the first is at most the second; False too where only the other way round is known; None where neither is."""
    known = trace.at_most(a, b)
    return False if known is None and trace.at_most(b, a) else known


def _open_ranges(trace: Trace) -> tuple[Term, ...]:
    """The ranges of the indices that are open here."""
    return tuple(f.concl for f in trace.context.facts if any("~" in v.name for v in f.concl.free))


# --- by an index ------------------------------------------------------------------------------------------------------


def looked_up(t: Tensor, axis: int, label: Value, at: Callable[[tuple[Term, ...]], Value], what: str) -> Value:
    """The value at an index that is counted from 0 and is data, in each of its cases."""
    n = single(t.shape[axis], what)

    def one(x: Term) -> Value:
        place = add(x, ONE)
        if t.trace.at_most(ONE, place) is not True or t.trace.at_most(place, n) is not True:
            if isinstance(label, Choice):
                raise Unread(
                    what,
                    f"it takes the entry {x!r} at an ignored position, where the function fails or wraps round; replace "
                    "ignored labels before, as with labels.clamp(min=0), or say --ignore none if there are no such labels",
                )
            raise Unread(what, f"the index {x!r} is not known to be within a dimension of size {n!r}")
        return at((place,) if t.shape[axis].factors else ())

    return apply(one, label)


def gather(t: Tensor, axis: int, index: Tensor) -> Tensor:
    axis = t.axis(axis)
    if index.ndim != t.ndim:
        raise Unread("gather", f"the index has {index.ndim} dimensions and the tensor {t.ndim}")
    for a, (x, y) in enumerate(zip(t.shape, index.shape, strict=True)):
        if a != axis and not same_dim(x, y, t.trace):
            raise Unread("gather", f"the index has size {y!r} where the tensor has {x!r}, so only a part is read")

    def entry(i: Index) -> Value:
        return looked_up(t, axis, index.entry(i), lambda x: t.entry((*i[:axis], x, *i[axis + 1 :])), "gather")

    return t.like(entry, shape=index.shape)


def indexed(t: Tensor, indices: Sequence[Tensor], first: int = 0) -> Tensor:
    """t[i, j, ...] with one tensor of integers for each of some neighbouring dimensions."""
    shape = broadcast(t.trace, *(x.shape for x in indices))
    entries = [placed(x, shape) for x in indices]
    after = first + len(indices)

    def entry(i: Index) -> Value:
        middle = i[first : first + len(shape)]

        def go(chosen: tuple[tuple[Term, ...], ...]) -> Value:
            a = len(chosen)
            if a == len(indices):
                return t.entry((*i[:first], *chosen, *i[first + len(shape) :]))
            return looked_up(t, first + a, entries[a](middle), lambda x: go((*chosen, x)), "an index")

        return go(())

    return t.like(entry, shape=(*t.shape[:first], *shape, *t.shape[after:]))


def kept(t: Tensor, mask: Tensor) -> Tensor:
    """t[mask]: the leading dimensions become one, of the positions at which the mask is 1."""
    lead = t.shape[: mask.ndim]
    if len(lead) < mask.ndim or not all(same_dim(a, b, t.trace) for a, b in zip(lead, mask.shape, strict=True)):
        raise Unread("x[mask]", "the mask has other sizes than the tensor")
    if any(d.keep is not None for d in lead):
        raise Unread("x[mask]", "a mask of what a mask has left is not read; combine the masks with & first")
    dim = Dim(tuple(f for d in lead for f in d.factors), mask)

    def entry(i: Index) -> Value:
        return t.entry((*unflat(i[0], lead), *i[1:]))

    return t.like(entry, shape=(dim, *t.shape[mask.ndim :]))


def positions(trace: Trace, size: Term) -> Tensor:
    """0, 1, ..., size - 1."""
    return Tensor(trace, (dim_of(size),), lambda i: sub(i[0][0], ONE) if i[0] else ZERO, "int")


def one_hot(labels: Tensor, classes: Term) -> Tensor:
    trace = labels.trace

    def entry(i: Index) -> Value:
        place = i[-1][0] if i[-1] else ONE
        return looked_up(row, 0, labels.entry(i[:-1]), lambda x: trace.indicator(place, x[0] if x else ONE), "one_hot")

    row = Tensor(trace, (dim_of(classes),), lambda i: ZERO)
    return Tensor(trace, (*labels.shape, dim_of(classes)), entry, "int")


def scatter(t: Tensor, axis: int, index: Tensor, source: Tensor, adds: bool = False) -> Tensor:
    """t with the entries of the source put at, or added at, the places that the index names; one place in each row."""
    axis = t.axis(axis)
    if not index.shape[axis].is_one:
        raise Unread("scatter", "more than one place in each row is written; write them one after another")
    put = placed(source, index.shape)

    def entry(i: Index) -> Value:
        row = (*i[:axis], (), *i[axis + 1 :])
        place = i[axis][0] if i[axis] else ONE

        def one(x: Term) -> Value:
            here = t.trace.indicator(place, x)
            new = apply(add, put(row), t.entry(i)) if adds else put(row)
            return apply(lambda h: new if h != ZERO else t.entry(i), here)

        places = looked_up(t, axis, index.entry(row), lambda x: x[0] if x else ONE, "scatter")
        return apply(one, places)

    return t.like(entry, kind="real" if "real" in (t.kind, source.kind) else t.kind)


def below_diagonal(trace: Trace, t: Tensor, offset: int, upper: bool) -> Tensor:
    """tril and triu: the entries on one side of a diagonal, 0 on the other, where the sizes decide it."""

    def entry(i: Index) -> Value:
        row, column = (x[0] if x else ONE for x in i[-2:])
        low, high = (add(row, Num(offset)), column) if upper else (column, add(row, Num(offset)))
        inside = trace.at_most(low, high)
        if inside is None:
            raise Unread(
                "triu" if upper else "tril", "a triangle of a matrix in sums is not read; give the mask as an input"
            )
        return t.entry(i) if inside else ZERO

    return t.like(entry)
