"""Sorts: what kind of thing a term stands for.

INT         an integer: a position t, a token k, a size T or V
REAL        a real number; every integer is one
PROP        a statement
Base(name)  an abstract nonempty set, such as the parameters Theta
Fn(A, B)    a function; a distribution is Fn(INT, REAL), a family indexed by tokens
SetOf(A)    a set of A's, such as the minimisers of an objective
"""

from __future__ import annotations


class Sort:
    """Common base of the sorts. Sorts are compared by structure."""

    __slots__ = ("_key",)
    _key: tuple[object, ...]

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Sort) and self._key == other._key)

    def __hash__(self) -> int:
        return hash(self._key)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("sorts are immutable")

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), self._key[1:])


class Base(Sort):
    """An abstract sort, known only by its name."""

    __slots__ = ("name",)
    name: str

    def __init__(self, name: str) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "_key", ("base", name))

    def __repr__(self) -> str:
        return self.name


class Fn(Sort):
    """Functions from ``dom`` to ``cod``."""

    __slots__ = ("cod", "dom")
    dom: Sort
    cod: Sort

    def __init__(self, dom: Sort, cod: Sort) -> None:
        object.__setattr__(self, "dom", dom)
        object.__setattr__(self, "cod", cod)
        object.__setattr__(self, "_key", ("fn", dom, cod))

    def __repr__(self) -> str:
        return f"({self.dom} -> {self.cod})"


class SetOf(Sort):
    """Sets of ``elem``."""

    __slots__ = ("elem",)
    elem: Sort

    def __init__(self, elem: Sort) -> None:
        object.__setattr__(self, "elem", elem)
        object.__setattr__(self, "_key", ("set", elem))

    def __repr__(self) -> str:
        return f"set of {self.elem}"


INT = Base("integer")
REAL = Base("real")
PROP = Base("statement")
FAMILY = Fn(INT, REAL)


def is_numeric(sort: Sort) -> bool:
    return sort == INT or sort == REAL


def is_subsort(small: Sort, big: Sort) -> bool:
    """Whether a term of sort ``small`` may stand where ``big`` is asked for: integers are reals, also as values."""
    if small == big:
        return True
    if isinstance(small, Fn) and isinstance(big, Fn):
        return small.dom == big.dom and is_subsort(small.cod, big.cod)
    return small == INT and big == REAL
