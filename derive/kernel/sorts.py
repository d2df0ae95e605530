"""Sorts: what kind of thing a term stands for.

INT         an integer: a position t, a token k, a size T or V
REAL        a real number; every integer is one
PROP        a statement
Base(name)  an abstract nonempty set, such as the parameters Theta
Fn(A, B)    a function; a distribution is Fn(INT, REAL), a family indexed by tokens
SetOf(A)    a set of A's, such as the minimisers of an objective
"""

from __future__ import annotations

_closed = False  # True when all kinds of sorts are there


class Sort:
    """Common base of the sorts.  There is one object for each sort, so sorts are compared by identity."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        if cls.__module__ != __name__ or _closed:
            raise TypeError("there are no further kinds of sorts")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("sorts are immutable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("sorts are immutable")


_BASES: dict[str, Base] = {}
_FUNCTIONS: dict[tuple[Sort, Sort], Fn] = {}
_SETS: dict[Sort, SetOf] = {}


class Base(Sort):
    """An abstract nonempty sort, known only by its name."""

    __slots__ = ("name",)
    name: str

    def __new__(cls, name: str) -> Base:
        if type(name) is not str:
            raise TypeError(f"a sort has a name, not {name!r}")
        old = _BASES.get(name)
        if old is not None:
            return old
        new = object.__new__(cls)
        object.__setattr__(new, "name", name)
        return _BASES.setdefault(name, new)

    def __reduce__(self) -> tuple[object, ...]:
        return (Base, (self.name,))

    def __repr__(self) -> str:
        return self.name


class Fn(Sort):
    """Functions from ``dom`` to ``cod``."""

    __slots__ = ("cod", "dom")
    dom: Sort
    cod: Sort

    def __new__(cls, dom: Sort, cod: Sort) -> Fn:
        if not (isinstance(dom, Sort) and isinstance(cod, Sort)):
            raise TypeError(f"functions go from a sort to a sort, not from {dom!r} to {cod!r}")
        old = _FUNCTIONS.get((dom, cod))
        if old is not None:
            return old
        new = object.__new__(cls)
        object.__setattr__(new, "dom", dom)
        object.__setattr__(new, "cod", cod)
        return _FUNCTIONS.setdefault((dom, cod), new)

    def __reduce__(self) -> tuple[object, ...]:
        return (Fn, (self.dom, self.cod))

    def __repr__(self) -> str:
        return f"({self.dom} -> {self.cod})"


class SetOf(Sort):
    """Sets of ``elem``."""

    __slots__ = ("elem",)
    elem: Sort

    def __new__(cls, elem: Sort) -> SetOf:
        old = _SETS.get(elem)
        if old is not None:
            return old
        new = object.__new__(cls)
        object.__setattr__(new, "elem", elem)
        return _SETS.setdefault(elem, new)

    def __reduce__(self) -> tuple[object, ...]:
        return (SetOf, (self.elem,))

    def __repr__(self) -> str:
        return f"set of {self.elem}"


_closed = True

INT = Base("integer")
REAL = Base("real")
PROP = Base("statement")
FAMILY = Fn(INT, REAL)


def is_numeric(sort: Sort) -> bool:
    return sort is INT or sort is REAL


def is_subsort(small: Sort, big: Sort) -> bool:
    """Whether a term of sort ``small`` may stand where ``big`` is asked for: integers are reals, also as values."""
    if small is big:
        return True
    if isinstance(small, Fn) and isinstance(big, Fn):
        return small.dom is big.dom and is_subsort(small.cod, big.cod)
    return small is INT and big is REAL
