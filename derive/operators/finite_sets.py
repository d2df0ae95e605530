"""Finite sets with a name, such as the outputs Y: a notation for ranges.

The elements of a set are numbered, 1, ..., |Y|, as tokens are; so a set is known by its size, an integer of the name |Y|.
What runs from 1 to |Y| is printed as an element of Y.
"""

from __future__ import annotations

from derive.kernel.sorts import INT, SetOf
from derive.kernel.terms import Num, Term, Var

ELEMENTS = SetOf(INT)
"""The sort of the letter of a set, where it stands by itself on a page."""


def size(name: str) -> Var:
    """The number of elements of the set with this name."""
    return Var(f"|{name}|", INT)


def inside(name: str) -> str | None:
    """The name of the set whose size has this name; None where it is no size."""
    return name[1:-1] if len(name) > 2 and name[0] == name[-1] == "|" else None


def set_name(term: Term) -> str | None:
    """The name of the set of which this is the size; None where it is none."""
    return inside(term.name) if isinstance(term, Var) and term.sort is INT else None


def ranged(low: Term, high: Term) -> str | None:
    """The name of the set whose elements run from ``low`` to ``high``; None where it is none."""
    return set_name(high) if low == Num(1) else None


def as_letter(term: Term) -> Term:
    """The letter of the set for its size; any other term as it is."""
    name = set_name(term)
    return term if name is None else Var(name, ELEMENTS)


def as_size(term: Term) -> Term:
    """The size for the letter of the set; any other term as it is."""
    return size(term.name) if isinstance(term, Var) and term.sort is ELEMENTS else term
