"""The form of an exact number, as data: a finite sum of rational coefficients times monomials.

A monomial is

    e^u * product of atoms,    u again such a sum,

and an atom is one of

    log n             n an integer >= 2, to any integer power,
    log(x)            x a positive sum of several terms, to a power >= 1  ("opaque"),
    1/x               x a positive sum of several terms, to a power >= 1  ("a quotient"),
    x                 such a sum, to a power of which the terms are too many to write out.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, TypeAlias

from derive.falsify.numbers.integers import SMALL


class _OfSum:
    """An atom that is made of a positive sum."""

    __slots__ = ("_hash", "terms")
    _TAG = 0

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._hash = hash((self._TAG, frozenset(terms.items())))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (type(other) is type(self) and self.terms == other.terms)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.terms,)


class LogOf(_OfSum):
    """The atom log(x), where x > 0 is not a single rational term."""

    __slots__ = ()
    _TAG = 1


class Den(_OfSum):
    """The atom x, where x > 0 has several terms. With positive powers it stands where they are too large to write out."""

    __slots__ = ()
    _TAG = 2


Atom: TypeAlias = "int | LogOf | Den"  # an integer n >= 2 stands for log n
Terms: TypeAlias = "dict[Monomial, Fraction]"


class Monomial:
    """e^(sum of exponent) * product of atom^power. Compared as written."""

    __slots__ = ("_hash", "atoms", "base", "exponent", "has_den", "large", "log_of", "opaque", "positive")

    exponent: frozenset[tuple[Monomial, Fraction]]
    atoms: frozenset[tuple[Atom, int]]
    base: int  # 1 for the monomial 1, n for log n, otherwise 0
    log_of: Terms | None  # x for the opaque log(x) alone
    positive: bool  # seen to be positive at sight
    has_den: bool  # a factor is a quotient, or a power of a sum
    opaque: bool  # an opaque logarithm or a quotient occurs somewhere inside
    large: frozenset[int]  # the bases >= SMALL that occur somewhere inside

    def __init__(self, exponent: frozenset[tuple[Monomial, Fraction]], atoms: frozenset[tuple[Atom, int]]) -> None:
        self.exponent = exponent
        self.atoms = atoms
        self.base = 0 if exponent or atoms else 1
        self.log_of = None
        self.positive = True
        self.has_den = False
        self.opaque = any(m.opaque for m, _ in exponent)
        large: set[int] = set()
        for m, _ in exponent:
            large |= m.large
        for atom, power in atoms:
            if isinstance(atom, int):
                if atom >= SMALL:
                    large.add(atom)
                if power == 1 and len(atoms) == 1 and not exponent:
                    self.base = atom
                continue
            self.opaque = True
            for m in atom.terms:
                large |= m.large
            if isinstance(atom, Den):
                self.has_den = True
            else:
                self.positive = False
                if power == 1 and len(atoms) == 1 and not exponent:
                    self.log_of = atom.terms
        self.large = frozenset(large)
        self._hash = hash((exponent, atoms))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return type(other) is Monomial and self.atoms == other.atoms and self.exponent == other.exponent

    def __reduce__(self) -> tuple[Any, ...]:
        return Monomial, (self.exponent, self.atoms)


UNIT: Final = Monomial(frozenset(), frozenset())


@lru_cache(maxsize=1 << 14)
def log_monomial(n: int) -> Monomial:
    return Monomial(frozenset(), frozenset([(n, 1)]))


def added(a: Terms, b: Terms) -> Terms:
    if len(a) < len(b):
        a, b = b, a
    out = dict(a)
    accumulate(out, b)
    return out


def accumulate(out: Terms, terms: Mapping[Monomial, Fraction]) -> None:
    """Add the terms to out, in place."""
    for m, c in terms.items():
        old = out.get(m)
        if old is None:
            out[m] = c
        elif total := old + c:
            out[m] = total
        else:
            del out[m]


def scaled(terms: Terms, q: Fraction) -> Terms:
    """The terms times q; the same dictionary, which nobody changes, for q = 1."""
    if q == 1:
        return terms
    return {m: c * q for m, c in terms.items()} if q else {}
