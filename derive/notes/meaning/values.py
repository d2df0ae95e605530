"""What a part of a formula comes to: a number, a vector, or a matrix of kernel terms, over ranges of indices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from derive.kernel.terms import Num, Term


class Range(NamedTuple):
    """The integers from ``low`` to ``high``."""

    low: Term
    high: Term


ONE = Num(1)


@dataclass(frozen=True, slots=True)
class Value:
    """``at`` gives the entry at as many indices as there are ``dims``; a dimension whose length nothing says is None.

    ``row``: a vector that lies.  ``bare``: the family itself, where it is one by name or a function of an index.
    """

    dims: tuple[Range | None, ...]
    entry: Callable[..., Term]
    row: bool = False

    @property
    def rank(self) -> int:
        return len(self.dims)

    @property
    def term(self) -> Term:
        assert not self.dims
        return self.entry()

    def at(self, *indices: Term) -> Term:
        return self.entry(*indices)


def scalar(term: Term) -> Value:
    return Value((), lambda: term)


def vector(size: Range | None, entry: Callable[[Term], Term], row: bool = False) -> Value:
    return Value((size,), entry, row)


def entrywise(op: Callable[..., Term], *values: Value) -> Value:
    """An operation entry by entry; numbers stand beside each entry."""
    shaped = [v for v in values if v.rank]
    if not shaped:
        return scalar(op(*(v.term for v in values)))
    first = max(shaped, key=lambda v: v.rank)
    dims = tuple(
        next((d for d in ds if d is not None), None)
        for ds in zip(*(v.dims for v in shaped if v.rank == first.rank), strict=True)
    )
    return Value(dims, lambda *i: op(*(v.at(*i) if v.rank else v.term for v in values)), first.row)
