"""Tensors of another shape: the same entries at other indices."""

from __future__ import annotations

from collections.abc import Sequence

from derive.audit.model.tensor import (
    UNIT,
    Dim,
    Index,
    Tensor,
    broadcast,
    count,
    dim_of,
    flat,
    placed,
    same_dim,
    unflat,
)
from derive.audit.model.trace import Cut, Trace, Unread
from derive.audit.model.values import ONE, ZERO, Value, add, sub
from derive.kernel.terms import Num, Term

Size = Term | int | None


def unsqueeze(t: Tensor, axis: int) -> Tensor:
    axis = t.axis(axis, 1)
    return t.like(lambda i: t.entry((*i[:axis], *i[axis + 1 :])), shape=(*t.shape[:axis], UNIT, *t.shape[axis:]))


def squeeze(t: Tensor, axes: int | Sequence[int] | None = None) -> Tensor:
    """Without dimensions of size 1.  Where no axis is named, a size is taken to be 1 only where it is written so."""
    asked = range(t.ndim) if axes is None else [t.axis(a) for a in ((axes,) if isinstance(axes, int) else axes)]
    gone = [a for a in asked if t.shape[a].is_one]
    if axes is None and len(t.shape) - len(gone) != 0:
        t.trace.note("squeeze() without a dimension removes other dimensions as well where their size is 1")
    keep = [a for a in range(t.ndim) if a not in gone]

    def entry(i: Index) -> Value:
        rest = iter(i)
        return t.entry(tuple(next(rest) if a in keep else () for a in range(t.ndim)))

    return t.like(entry, shape=[t.shape[a] for a in keep])


def permute(t: Tensor, order: Sequence[int]) -> Tensor:
    order = [t.axis(a) for a in order]
    if sorted(order) != list(range(t.ndim)):
        raise Unread("permute", f"{order} is no order of {t.ndim} dimensions")
    back = [order.index(a) for a in range(t.ndim)]
    return t.like(lambda i: t.entry(tuple(i[p] for p in back)), shape=[t.shape[a] for a in order])


def transpose(t: Tensor, a: int, b: int) -> Tensor:
    a, b = t.axis(a), t.axis(b)
    order = list(range(t.ndim))
    order[a], order[b] = b, a
    return permute(t, order)


def reshape(t: Tensor, sizes: Sequence[Size]) -> Tensor:
    """The same entries in row order.  Each new dimension is to be a product of neighbouring sizes; -1 is what is left."""
    if any(d.keep is not None for d in t.shape):
        return _reshape_kept(t, sizes)
    have = [f for d in t.shape for f in d.factors]
    groups = _grouped(t, have, [s if isinstance(s, Term) else Num(int(s or 0)) for s in sizes])
    shape = [Dim(tuple(have[p] for p in g)) for g in groups]
    return t.like(lambda i: t.entry(unflat(flat(i), t.shape)), shape=shape)


def _grouped(t: Tensor, have: list[Term], sizes: list[Term]) -> list[list[int]]:
    trace, groups, at = t.trace, list[list[int]](), 0
    for position, want in enumerate(sizes):
        if want == Num(-1):
            after = _needed(trace, have[::-1], sizes[:position:-1])
            if after is None or len(have) - after < at:
                break
            groups.append(list(range(at, len(have) - after)))
            at = len(have) - after
            continue
        taken = _take(trace, have[at:], want)
        if taken is None:
            break
        groups.append(list(range(at, at + taken)))
        at += taken
    if len(groups) != len(sizes) or at != len(have):
        shape = f"({', '.join(map(repr, t.shape))})"
        raise Unread(
            "reshape",
            f"({', '.join(map(repr, sizes))}) of a tensor of shape {shape} does not keep whole dimensions together; "
            "reshape with the sizes of the tensor itself, such as x.view(-1, x.size(-1))",
        )
    return groups


def _take(trace: Trace, have: Sequence[Term], want: Term) -> int | None:
    """How many of the factors make up the size."""
    product: Term = ONE
    for n in range(len(have) + 1):
        if n:
            product = have[0] if n == 1 else product * have[n - 1]
        if trace.same(product, want):
            return n
    return None


def _needed(trace: Trace, have: Sequence[Term], sizes: Sequence[Term]) -> int | None:
    """How many factors, from the end, the sizes behind a -1 take."""
    at = 0
    for want in sizes:
        product: Term = ONE
        for n in range(len(have) - at + 1):
            if n:
                product = have[at] if n == 1 else have[at + n - 1] * product
            if trace.same(product, want):
                at += n
                break
        else:
            return None
    return at


def _reshape_kept(t: Tensor, sizes: Sequence[Size]) -> Tensor:
    """Of a tensor from which positions were left out by a mask: dimensions of size 1 may come and go, and -1 is the one with the mask."""
    real = [a for a, d in enumerate(t.shape) if not d.is_one]
    wanted = [p for p, s in enumerate(sizes) if s != 1 and s != ONE]
    fits = len(real) == len(wanted) and all(
        sizes[p] in (-1, Num(-1)) or (isinstance(sizes[p], Term) and t.trace.same(count(t.shape[a], t.trace), sizes[p]))  # type: ignore[arg-type]
        for a, p in zip(real, wanted, strict=True)
    )
    if not fits:
        raise Unread("reshape", "after x[mask] the positions that are left stay one dimension; keep it as it is")
    at = dict(zip(real, wanted, strict=True))
    shape = [next((t.shape[a] for a in real if at[a] == p), UNIT) for p in range(len(sizes))]
    return t.like(lambda i: t.entry(tuple(i[at[a]] if a in at else () for a in range(t.ndim))), shape=shape)


def flatten(t: Tensor, start: int = 0, end: int = -1) -> Tensor:
    if t.ndim == 0:
        return unsqueeze(t, 0)
    first, last = t.axis(start), t.axis(end)
    sizes: list[Size] = [count(d, t.trace) for d in t.shape]
    return reshape(t, [*sizes[:first], -1, *sizes[last + 1 :]])


def expand(t: Tensor, sizes: Sequence[Size]) -> Tensor:
    skip = len(sizes) - t.ndim
    shape = [
        t.shape[p - skip]
        if p >= skip and (s in (-1, Num(-1)) or not t.shape[p - skip].is_one)
        else dim_of(s if isinstance(s, Term) else Num(int(s or 0)))
        for p, s in enumerate(sizes)
    ]
    return t.like(placed(t, broadcast(t.trace, shape, t.shape)), shape=shape)


def single(dim: Dim, what: str) -> Term:
    """The size of a dimension that is one size."""
    if dim.keep is not None or len(dim.factors) > 1:
        raise Unread(what, f"the dimension {dim!r} is a product of sizes; do it before they are joined")
    return dim.factors[0] if dim.factors else ONE


def _at(i: Index, axis: int, place: Term, dim: Dim) -> Index:
    return (*i[:axis], (place,) if dim.factors else (), *i[axis + 1 :])


def _place(i: Index, axis: int) -> Term:
    return i[axis][0] if i[axis] else ONE


def select(t: Tensor, axis: int, place: int | Term) -> Tensor:
    """The entries at one place, counted from 0, or from the end where it is negative."""
    axis = t.axis(axis)
    n = single(t.shape[axis], "an index")
    where = _counted(place, n)
    if t.trace.at_most(ONE, where) is not True or t.trace.at_most(where, n) is not True:
        raise Unread(f"index {place!r}", f"it is not known to be within a dimension of size {n!r}")
    return t.like(
        lambda i: t.entry(_at((*i[:axis], (), *i[axis:]), axis, where, t.shape[axis])),
        shape=(*t.shape[:axis], *t.shape[axis + 1 :]),
    )


def _counted(place: int | Term, n: Term) -> Term:
    """A place counted from 0, or back from the end, counted from 1."""
    if isinstance(place, int):
        return Num(place + 1) if place >= 0 else add(n, Num(place + 1))
    return add(place, ONE)


def narrow(t: Tensor, axis: int, start: int | Term | None, stop: int | Term | None) -> Tensor:
    """The entries from ``start`` to before ``stop``, counted from 0."""
    axis = t.axis(axis)
    n = single(t.shape[axis], "a slice")
    first = _end(start, n) if start is not None else ZERO
    last = _end(stop, n) if stop is not None else n
    _suppose_long_enough(t.trace, n, start, stop)
    if t.trace.at_most(n, last):
        last = n
    if (
        t.trace.at_most(ZERO, first) is not True
        or t.trace.at_most(first, n) is not True
        or t.trace.at_most(last, n) is not True
    ):
        raise Unread("a slice", f"whether {first!r} and {last!r} are within a dimension of size {n!r} is not known")
    if t.trace.at_most(last, first) and not t.trace.same(last, first):
        last = first
    shape = (*t.shape[:axis], dim_of(sub(last, first)), *t.shape[axis + 1 :])
    return t.like(lambda i: t.entry(_at(i, axis, add(_place(i, axis), first), t.shape[axis])), shape=shape)


def _suppose_long_enough(trace: Trace, n: Term, *ends: int | Term | None) -> None:
    """A size from which a program takes entries away by number is at least that number: x[2:], x[:-2] and x[1:][1:] suppose 2 <= T."""
    for e in (e for e in ends if isinstance(e, int) and e):
        if n.free and trace.at_most(Num(abs(e)), n) is None:
            trace.assume(_solved(Num(abs(e)), n))


def _solved(least: Num, n: Term) -> Term:
    """least <= n, of n = T - 1 as 2 <= T."""
    for v in n.free:
        rest = sub(n, v)
        if isinstance(rest, Num):
            return sub(least, rest) <= v
    return least <= n


def _end(place: int | Term, n: Term) -> Term:
    if isinstance(place, int):
        return Num(place) if place >= 0 else add(n, Num(place))
    return place


def join(parts: Sequence[Tensor], axis: int) -> Tensor:
    """The tensors one after another."""
    first = parts[0]
    axis = first.axis(axis)
    rest = broadcast(first.trace, *((*p.shape[:axis], *p.shape[axis + 1 :]) for p in parts))
    kind = first.kind if all(p.kind == first.kind for p in parts) else "real"
    if len(first.shape[axis].factors) > 1 and all(
        same_dim(p.shape[axis], first.shape[axis], first.trace) for p in parts
    ):
        return _row_of_rows(parts, axis, rest, kind)
    ends: list[Term] = []
    for p in parts:
        n = single(p.shape[axis], "cat")
        ends.append(add(ends[-1], n) if ends else n)
    shape = (*rest[:axis], dim_of(ends[-1]), *rest[axis:])

    def entry(i: Index) -> Value:
        which, before = _part_at(first.trace, _place(i, axis), ends)
        return parts[which].entry(_at(i, axis, sub(_place(i, axis), before), parts[which].shape[axis]))

    return Tensor(first.trace, shape, entry, kind)


def _part_at(trace: Trace, place: Term, ends: Sequence[Term]) -> tuple[int, Term]:
    """Which of the parts that end there an index falls into, and what is before that part.  Raises Cut where it depends."""
    before: Term = ZERO
    for which, end in enumerate(ends):
        inside = True if end is ends[-1] else trace.at_most(place, end)
        if inside is None:
            raise Cut(place, end)
        if inside:
            return which, before
        before = end
    raise AssertionError("no part holds the index")


def _row_of_rows(parts: Sequence[Tensor], axis: int, rest: Sequence[Dim], kind: str) -> Tensor:
    """Parts of equal length, each a product of sizes: the index of the part is one more factor."""
    first = parts[0]
    long = Dim((Num(len(parts)), *first.shape[axis].factors))
    ends = [Num(n) for n in range(1, len(parts) + 1)]

    def entry(i: Index) -> Value:
        which, _ = _part_at(first.trace, i[axis][0], ends)
        return parts[which].entry((*i[:axis], i[axis][1:], *i[axis + 1 :]))

    return Tensor(first.trace, (*rest[:axis], long, *rest[axis:]), entry, kind)


def stack(parts: Sequence[Tensor], axis: int) -> Tensor:
    return join([unsqueeze(p, axis) for p in parts], axis)


def pad(t: Tensor, axis: int, before: int, after: int, value: Value) -> Tensor:
    """With constant entries before and after; a negative number takes entries away."""
    axis = t.axis(axis)
    t = narrow(t, axis, -before if before < 0 else None, after if after < 0 else None)
    ends = []
    for n in (before, after):
        shape = (*t.shape[:axis], dim_of(Num(n)), *t.shape[axis + 1 :])
        ends.append([t.like(lambda i: value, shape=shape)] if n > 0 else [])
    return join([*ends[0], t, *ends[1]], axis) if any(ends) else t


def roll(t: Tensor, shift: int, axis: int) -> Tensor:
    """What leaves at one end comes in at the other."""
    if shift == 0:
        return t
    return join([narrow(t, axis, -shift, None), narrow(t, axis, None, -shift)], axis)


def flip(t: Tensor, axes: Sequence[int]) -> Tensor:
    at = {t.axis(a): single(t.shape[t.axis(a)], "flip") for a in axes}

    def entry(i: Index) -> Value:
        return t.entry(tuple((add(sub(at[a], x[0]), ONE),) if a in at and x else x for a, x in enumerate(i)))

    return t.like(entry)
