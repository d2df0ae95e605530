"""Exact real numbers with decided comparison: what a counterexample is computed in.

A value is built from rationals by ``+ - * /``, ``exp``, ``log`` and powers, and is kept exactly. Asking which
of two values is larger is answered ``NEGATIVE``, ``ZERO`` or ``POSITIVE`` only when that is proved, and
``UNDECIDED`` otherwise. A floating-point difference is never an answer.

**Form.** A value is a finite sum of rational coefficients times monomials. A monomial is

    e^u * product of atoms,    u again such a sum,

and an atom is one of

    log n             n an integer >= 2, to any integer power,
    log(x)            x a positive sum of several terms, to a power >= 1  ("opaque"),
    1/x               x a positive sum of several terms, to a power >= 1  ("a quotient").

Roots are exponentials: ``2^(1/2)`` is ``e^((1/2) log 2)``. The coefficient of ``log n`` in an exponent is
reduced to [0, 1), its integer part going to the rational coefficient, and so ``4 * 2^(1/2)`` and ``2^(5/2)``
are one value. Every step that rewrites a value is an identity of real numbers.

**Integers are not factored.** Small primes are divided out and what remains stays whole. Where two such
remainders could share a factor, both are refined to a coprime base by greatest common divisors, which is
cheap for numbers of any size and is all that unique factorisation needs.

**ZERO** is answered only when a difference, over a common denominator and a coprime base, is the empty sum;
or, for a rational combination of logarithms, when the same holds of its exponential minus 1, as exp is
injective.

**NEGATIVE, POSITIVE** are answered when an interval that contains the value excludes 0. For these the search
for a precision has no cap, because the value is known to be nonzero and so the search must end:

* c0 + sum c_i log b_i, with c rational and b coprime, and not all c zero. If c0 = 0: a product of powers of
  coprime integers is 1 only if all powers are 0 (unique factorisation). If c0 != 0: otherwise e^(c0) would be
  an algebraic number (Lindemann 1882).
* sums of e^r * product b_i^q_i, with r, q rational, 0 <= q < 1, and b coprime and no perfect powers. For one
  r, the radicals are linearly independent over Q, as no quotient of two of them is rational (Besicovitch
  1940, Mordell 1953); for different r, the e^r are so over the algebraic numbers (Lindemann-Weierstrass).
* sums of such products without e^r, times at most one log b_i (Baker 1966: logarithms of coprime integers
  are, with 1, linearly independent over the algebraic numbers).

Everything else (powers and products of logarithms, logarithms of sums) is looked at to ``PRECISION_CAP``
bits.

**Intervals.** mpmath rounds sums, products and quotients outwards exactly. Its ``exp`` and ``log`` round, in
the direction asked for, an approximation that is itself a little off, and so miss the value by an ulp now and
then (at 53 bits, about one exp in 10000, and so ``mpmath.iv`` too). Here they are computed to ``_GUARD`` more
bits, and the interval is then widened by 1000 times that. What is trusted is that exp and log computed to
some bits have a relative error below 2^(_GUARD - bits).
"""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, TypeAlias

__all__ = ["PRECISION_CAP", "Exact", "Sign", "Undecided", "Undefined", "compare", "exp", "log"]

PRECISION_CAP: Final = 2000
"""Bits of precision after which a value not known to be nonzero is called undecided."""

_FIRST_PRECISION: Final = 64
_GUARD: Final = 10
_MAX_EXPONENT_BITS: Final = 4096  # e^x is not enclosed for |x| >= 2^4096
_MAX_BITS: Final = 1 << 20  # of an integer power
_MAX_TERMS: Final = 20_000  # of a product, before like terms are collected
_MAX_LOGS: Final = 64  # factors in a product that decides a sum of opaque logarithms


class Undefined(ArithmeticError):  # noqa: N818  (it is not a fault: the value does not exist)
    """There is no such real number: a logarithm of a number <= 0, a division by zero."""


class Undecided(ArithmeticError):  # noqa: N818
    """Something had to be known that could not be decided, or a value grew beyond a stated bound."""


class Sign(enum.Enum):
    """What is known of a real number beside 0."""

    NEGATIVE = -1
    ZERO = 0
    POSITIVE = 1
    UNDECIDED = None


_SIGNS: Final = {-1: Sign.NEGATIVE, 0: Sign.ZERO, 1: Sign.POSITIVE}


# --- integers: trial division, then coprime bases --------------------------------------------------------


def _primes_below(limit: int) -> tuple[int, ...]:
    sieve = bytearray([1]) * limit
    sieve[:2] = b"\0\0"
    for p in range(2, math.isqrt(limit) + 1):
        if sieve[p]:
            sieve[p * p :: p] = bytes(len(range(p * p, limit, p)))
    return tuple(n for n in range(limit) if sieve[n])


_SMALL: Final = 4096
_PRIMES: Final = _primes_below(_SMALL)
_PRIME_BELOW: Final = _SMALL * _SMALL  # an integer below this without a prime factor below _SMALL is prime
_ROOT_BITS: Final = 8192  # larger integers are not tested for being perfect powers


def _valuation(n: int, p: int) -> tuple[int, int]:
    """(k, n / p^k) with the largest k such that p^k divides n != 0."""
    k = 0
    while n % p == 0:
        power, e = p, 1
        while n % (power * power) == 0:
            power, e = power * power, 2 * e
        n, k = n // power, k + e
    return k, n


def _integer_root(n: int, k: int) -> int:
    """The largest r with r^k <= n, by Newton's iteration from above."""
    r = 1 << -(-n.bit_length() // k)
    while True:
        better = ((k - 1) * r + n // r ** (k - 1)) // k
        if better >= r:
            return r
        r = better


def _as_power(n: int) -> tuple[int, int]:
    """(r, k) with r^k = n and k as large as possible, for n without a prime factor below _SMALL."""
    k = 1
    if n < _PRIME_BELOW or n.bit_length() > _ROOT_BITS:
        return n, 1
    for p in _PRIMES:
        while p * (_SMALL.bit_length() - 1) <= n.bit_length() and (r := _integer_root(n, p)) ** p == n:
            n, k = r, k * p
        if p * (_SMALL.bit_length() - 1) > n.bit_length():
            break
    return n, k


@lru_cache(maxsize=1 << 14)
def _split(n: int) -> tuple[tuple[int, int], ...]:
    """n >= 1 as powers of primes below _SMALL and of at most one further base, which need not be prime."""
    found: list[tuple[int, int]] = []
    for p in _PRIMES:
        if p * p > n:
            break
        if n % p == 0:
            k, n = _valuation(n, p)
            found.append((p, k))
    if n > 1:
        found.append(_as_power(n))
    return tuple(found)


def _coprime_base(numbers: Iterable[int]) -> list[int]:
    """Pairwise coprime integers > 1 of which all the numbers are products: gcds only, no factoring.

    It ends because each step that finds a common factor g makes the product of all numbers smaller by g.
    """
    base: list[int] = []
    waiting = sorted(set(numbers))
    while waiting:
        n = waiting.pop()
        if n == 1:
            continue
        for i, b in enumerate(base):
            if (g := math.gcd(n, b)) > 1:
                del base[i]
                waiting += [g, b // g, n // g]
                break
        else:
            base.append(n)
    return base


# --- monomials -------------------------------------------------------------------------------------------


class _LogOf:
    """The atom log(arg), where arg > 0 is not a single rational term."""

    __slots__ = ("_hash", "arg")

    def __init__(self, arg: Exact) -> None:
        self.arg = arg
        self._hash = hash((1, frozenset(arg._terms.items())))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (type(other) is _LogOf and self.arg._terms == other.arg._terms)

    def __reduce__(self) -> tuple[Any, ...]:
        return _LogOf, (self.arg,)


class _Den:
    """The atom arg, where arg > 0 has several terms. It occurs with negative powers only."""

    __slots__ = ("_hash", "arg")

    def __init__(self, arg: Exact) -> None:
        self.arg = arg
        self._hash = hash((2, frozenset(arg._terms.items())))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (type(other) is _Den and self.arg._terms == other.arg._terms)

    def __reduce__(self) -> tuple[Any, ...]:
        return _Den, (self.arg,)


_Atom: TypeAlias = "int | _LogOf | _Den"  # an integer n >= 2 stands for log n
_Terms: TypeAlias = "dict[_Monomial, Fraction]"


class _Monomial:
    """e^(sum of exponent) * product of atom^power. Compared as written."""

    __slots__ = ("_hash", "atoms", "base", "exponent", "has_den", "large", "log_of", "opaque", "positive")

    exponent: frozenset[tuple[_Monomial, Fraction]]
    atoms: frozenset[tuple[_Atom, int]]
    base: int  # 1 for the monomial 1, n for log n, otherwise 0
    log_of: Exact | None  # x for the opaque log(x) alone
    positive: bool  # seen to be positive at sight
    has_den: bool  # a factor is a quotient
    opaque: bool  # an opaque logarithm or a quotient occurs somewhere inside
    large: frozenset[int]  # the bases >= _SMALL that occur somewhere inside

    def __init__(self, exponent: frozenset[tuple[_Monomial, Fraction]], atoms: frozenset[tuple[_Atom, int]]) -> None:
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
                if atom >= _SMALL:
                    large.add(atom)
                if power == 1 and len(atoms) == 1 and not exponent:
                    self.base = atom
                continue
            self.opaque = True
            for m in atom.arg._terms:
                large |= m.large
            if isinstance(atom, _Den):
                self.has_den = True
            else:
                self.positive = False
                if power == 1 and len(atoms) == 1 and not exponent:
                    self.log_of = atom.arg
        self.large = frozenset(large)
        self._hash = hash((exponent, atoms))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return type(other) is _Monomial and self.atoms == other.atoms and self.exponent == other.exponent

    def __reduce__(self) -> tuple[Any, ...]:
        return _Monomial, (self.exponent, self.atoms)


_UNIT: Final = _Monomial(frozenset(), frozenset())


@lru_cache(maxsize=1 << 14)
def _log_monomial(n: int) -> _Monomial:
    return _Monomial(frozenset(), frozenset([(n, 1)]))


def _atom_power(atom: _Atom, power: int) -> Exact:
    return _exact({_Monomial(frozenset(), frozenset([(atom, power)])): Fraction(1)})


_Powers: TypeAlias = "tuple[tuple[Exact, int], ...]"


def _reduce(exponent: Mapping[_Monomial, Fraction]) -> tuple[_Terms, Fraction, _Powers]:
    """Split e^exponent into (exponent', c, powers): e^exponent' * c * product of x^k over (x, k) in powers.

    By e^(k log x) = x^k for integers k. In exponent' the coefficients of logarithms are in [0, 1).
    """
    rest: _Terms = {}
    factor = Fraction(1)
    powers: list[tuple[Exact, int]] = []
    for m, c in exponent.items():
        if (m.base > 1 or m.log_of is not None) and (k := math.floor(c)):
            if m.log_of is not None:
                powers.append((m.log_of, k))
            else:
                factor *= _rational_power(Fraction(m.base), k)
            c -= k
        if c:
            rest[m] = c
    return rest, factor, tuple(powers)


@lru_cache(maxsize=1 << 12)
def _monomial_product(a: _Monomial, b: _Monomial) -> tuple[_Monomial, Fraction, _Powers]:
    """a * b as (monomial, rational, powers of values), the last two from integer powers in the exponents."""
    exponent, factor = a.exponent or b.exponent, Fraction(1)
    powers: _Powers = ()
    if a.exponent and b.exponent:
        total = _simplified(_exact(_sum(dict(a.exponent), dict(b.exponent))))
        reduced, factor, powers = _reduce(total._terms)
        exponent = frozenset(reduced.items())
    atoms = a.atoms or b.atoms
    if a.atoms and b.atoms:
        merged = dict(a.atoms)
        for atom, power in b.atoms:
            merged[atom] = merged.get(atom, 0) + power
        atoms = frozenset((atom, power) for atom, power in merged.items() if power)
    return _Monomial(exponent, atoms), factor, powers


# --- sums of monomials -----------------------------------------------------------------------------------


def _sum(a: _Terms, b: _Terms) -> _Terms:
    if len(a) < len(b):
        a, b = b, a
    out = dict(a)
    _accumulate(out, b)
    return out


def _accumulate(out: _Terms, terms: Mapping[_Monomial, Fraction]) -> None:
    """Add the terms to out, in place."""
    for m, c in terms.items():
        old = out.get(m)
        if old is None:
            out[m] = c
        elif total := old + c:
            out[m] = total
        else:
            del out[m]


def _scaled(terms: _Terms, q: Fraction) -> _Terms:
    """The terms times q; the same dictionary, which nobody changes, for q = 1."""
    if q == 1:
        return terms
    return {m: c * q for m, c in terms.items()} if q else {}


def _product(a: _Terms, b: _Terms) -> _Terms:
    if len(a) == 1 and _UNIT in a:
        return _scaled(b, a[_UNIT])
    if len(b) == 1 and _UNIT in b:
        return _scaled(a, b[_UNIT])
    if len(a) * len(b) > _MAX_TERMS:
        raise Undecided(f"a product of sums of {len(a)} and {len(b)} terms is too large to write out")
    out: _Terms = {}
    for m1, c1 in a.items():
        for m2, c2 in b.items():
            m, factor, powers = _monomial_product(m1, m2)
            part: _Terms = {m: c1 * c2 if factor == 1 else c1 * c2 * factor}
            for x, k in powers:
                part = _product(part, _power(x, k)._terms)
            _accumulate(out, part)
    return out


def _check_bits(q: Fraction, n: int) -> None:
    bits = max(abs(q.numerator).bit_length(), q.denominator.bit_length())
    if bits > 1 and bits * abs(n) > _MAX_BITS:
        raise Undecided(f"a power with about {bits * abs(n)} bits is too large to write out")


def _rational_power(q: Fraction, n: int) -> Fraction:
    _check_bits(q, n)
    power: Fraction = q**n
    return power


class Exact:
    """A real number, exactly. Immutable; made by `Exact.of` and by arithmetic, `exp` and `log`.

    >>> half = Exact.of("0.5")
    >>> str(log(half)), str(exp(log(Exact.of(2)) / 2) ** 2), compare(log(half), 0)
    ('-log 2', '2', <Sign.NEGATIVE: -1>)

    Integers and Fractions may stand on either side of an operator; floats may not, as 0.1 is not one tenth.
    ``==``, ``<`` and so on compare values as `compare` does, and raise `Undecided` where that is undecided.
    """

    __slots__ = ("_sign", "_terms")

    _terms: _Terms
    _sign: Sign | None

    def __new__(cls) -> Exact:
        raise TypeError("use Exact.of(...)")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("an Exact does not change")

    def __reduce__(self) -> tuple[Any, ...]:
        return _exact, (self._terms,)

    def __copy__(self) -> Exact:
        return self

    def __deepcopy__(self, memo: object) -> Exact:
        return self

    @staticmethod
    def of(value: Exact | int | Fraction | str) -> Exact:
        """The number written: ``3``, ``Fraction(1, 3)``, ``"-0.7"``, ``"1/3"``, ``"1e-8"``, all exactly.

        Raises TypeError for a float or a truth value, ValueError for text that is not a number, and
        `Undefined` for a denominator of 0.
        """
        if isinstance(value, str):
            return _rational(_parse(value))
        made = _coerce(value)
        if made is None:
            raise TypeError(f"{value!r} ({type(value).__name__}) is not an exact number")
        return made

    # arithmetic

    def __add__(self, other: object) -> Exact:
        y = _coerce(other)
        return NotImplemented if y is None else _simplified(_exact(_sum(self._terms, y._terms)))

    def __sub__(self, other: object) -> Exact:
        y = _coerce(other)
        return NotImplemented if y is None else _simplified(_exact(_sum(self._terms, (-y)._terms)))

    def __mul__(self, other: object) -> Exact:
        y = _coerce(other)
        return NotImplemented if y is None else _simplified(_exact(_product(self._terms, y._terms)))

    def __truediv__(self, other: object) -> Exact:
        y = _coerce(other)
        return NotImplemented if y is None else _quotient(self, y)

    def __pow__(self, other: object) -> Exact:
        """x ** n for an integer n (x nonzero if n < 0; x ** 0 is 1); x ** y = exp(y log x) for x > 0."""
        y = _coerce(other)
        if y is None:
            return NotImplemented
        n = y.as_fraction()
        if n is not None and n.denominator == 1:
            return _power(self, n.numerator)
        return exp(y * _log(self, lambda: f"a power of {self}, to an exponent that is not an integer,"))

    def __radd__(self, other: object) -> Exact:
        y = _coerce(other)
        return NotImplemented if y is None else y + self

    def __rsub__(self, other: object) -> Exact:
        y = _coerce(other)
        return NotImplemented if y is None else y - self

    def __rmul__(self, other: object) -> Exact:
        y = _coerce(other)
        return NotImplemented if y is None else y * self

    def __rtruediv__(self, other: object) -> Exact:
        y = _coerce(other)
        return NotImplemented if y is None else y / self

    def __rpow__(self, other: object) -> Exact:
        y = _coerce(other)
        return NotImplemented if y is None else y**self

    def __neg__(self) -> Exact:
        return _exact({m: -c for m, c in self._terms.items()})

    def __pos__(self) -> Exact:
        return self

    def __abs__(self) -> Exact:
        return -self if self < 0 else self

    # comparison

    def sign(self) -> Sign:
        """NEGATIVE, ZERO or POSITIVE if proved, otherwise UNDECIDED. Never raises."""
        if self._sign is None:
            _set(self, "_sign", _sign(self))
        assert self._sign is not None  # for mypy
        return self._sign

    def is_zero(self) -> bool:
        """Whether the value is 0, proved either way; `Undecided` is raised if it is neither."""
        return self._decided() is Sign.ZERO

    def _decided(self) -> Sign:
        sign = self.sign()
        if sign is Sign.UNDECIDED:
            raise Undecided(f"the sign of {self} is not decided by {PRECISION_CAP} bits of precision")
        return sign

    def __eq__(self, other: object) -> bool:
        y = _coerce(other)
        if y is None:
            return NotImplemented
        return self._terms == y._terms or (self - y).is_zero()

    def __hash__(self) -> int:
        """Defined where equal values have equal forms: without opaque parts or unfactored integers."""
        q = _plain_rational(self)
        if q is not None:
            return hash(q)
        if any(m.opaque or (m.large and max(m.large) >= _PRIME_BELOW) for m in self._terms):
            raise TypeError(f"{self} is not hashable: equal values may be written differently; use compare")
        return hash(frozenset(self._terms.items()))

    def __lt__(self, other: object) -> bool:
        y = _coerce(other)
        return NotImplemented if y is None else (self - y)._decided() is Sign.NEGATIVE

    def __le__(self, other: object) -> bool:
        y = _coerce(other)
        return NotImplemented if y is None else (self - y)._decided() is not Sign.POSITIVE

    def __gt__(self, other: object) -> bool:
        y = _coerce(other)
        return NotImplemented if y is None else (self - y)._decided() is Sign.POSITIVE

    def __ge__(self, other: object) -> bool:
        y = _coerce(other)
        return NotImplemented if y is None else (self - y)._decided() is not Sign.NEGATIVE

    def __bool__(self) -> bool:
        return not self.is_zero()

    # views

    def as_fraction(self) -> Fraction | None:
        """The value as a Fraction, if it is shown to be rational; None says nothing about other forms."""
        q = _plain_rational(self)
        if q is None and any(m.opaque or m.large for m in self._terms):
            q = _plain_rational(_simplified(_over_coprime_base(self)))
        return q

    def approx(self, digits: int = 6) -> str:
        """The value in decimals, correctly rounded to this many significant digits.

        The digits are those of every number in an enclosure of the value. Trailing zeros are kept for a value
        that is rounded, and dropped for one that is written in full. Raises `Undecided` when the value is not
        told apart from 0 or from a number half-way between two decimals, or has more than 30000 digits.
        """
        return _approx(self, digits)

    def __str__(self) -> str:
        return _Text().value(self)

    def __repr__(self) -> str:
        return f"<Exact {self}>"

    def latex(self) -> str:
        r"""The same text as `str` in LaTeX: ``-\tfrac{1}{10} \log 2``."""
        return _Latex().value(self)


_set = object.__setattr__


def _exact(terms: _Terms) -> Exact:
    """The sum of these terms, none with a coefficient of 0. Takes the dictionary over."""
    x = object.__new__(Exact)
    _set(x, "_terms", terms)
    _set(x, "_sign", None)
    return x


def _positive(x: Exact) -> Exact:
    """x, noted to be positive."""
    _set(x, "_sign", Sign.POSITIVE)
    return x


def _rational(q: Fraction) -> Exact:
    return _exact({_UNIT: q} if q else {})


def _plain_rational(x: Exact) -> Fraction | None:
    if not x._terms:
        return Fraction(0)
    return x._terms.get(_UNIT) if len(x._terms) == 1 else None


def _coerce(value: object) -> Exact | None:
    if isinstance(value, Exact):
        return value
    if isinstance(value, Fraction):
        return _rational(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return _rational(Fraction(value))
    return None


_ZERO: Final = _rational(Fraction(0))
_ONE: Final = _rational(Fraction(1))
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?|[+-]?\d+/\d+", re.ASCII)


def _parse(text: str) -> Fraction:
    stripped = text.strip()
    if not _NUMBER.fullmatch(stripped):
        raise ValueError(f"not an integer, a decimal or a fraction: {text!r}")
    try:
        return Fraction(stripped)
    except ZeroDivisionError:
        raise Undefined(f"division by zero in {text!r}") from None


# --- division and powers ---------------------------------------------------------------------------------


def _power(x: Exact, n: int) -> Exact:
    """x^n for an integer n."""
    if n == 0:
        return _ONE
    if n < 0:
        return _power(_quotient(_ONE, x), -n)
    if len(x._terms) == 1:
        [(m, c)] = x._terms.items()
        scale = _exact({_Monomial(frozenset(), frozenset((a, k * n) for a, k in m.atoms)): Fraction(1)})
        return _rational(_rational_power(c, n)) * exp(_exact(_scaled(dict(m.exponent), Fraction(n)))) * scale
    result, square = _ONE, x
    while n:
        if n & 1:
            result *= square
        if n := n >> 1:
            square *= square
    return result


def _quotient(x: Exact, y: Exact) -> Exact:
    q = _plain_rational(y)
    if q is not None:
        if not q:
            raise Undefined(f"division of {x} by zero")
        return _exact(_scaled(x._terms, 1 / q))
    sign = y.sign()
    if sign is Sign.ZERO:
        raise Undefined(f"division of {x} by {y}, which is zero")
    if sign is Sign.UNDECIDED:
        raise Undecided(f"division by {y}, which is not shown to be nonzero")
    ratio = _ratio(x, y) if len(x._terms) == len(y._terms) > 1 else None
    return x * _inverse(y) if ratio is None else ratio


def _inverse(y: Exact) -> Exact:
    """1/y for y with a sign known to be negative or positive."""
    if len(y._terms) == 1:
        [(m, c)] = y._terms.items()
        if m.positive:
            result = exp(_exact({e: -q for e, q in m.exponent})) * (1 / c)
            for atom, power in m.atoms:
                result *= _power(atom.arg, -power) if isinstance(atom, _Den) else _atom_power(atom, -power)
            return result
    numerator, denominators = _over_common_denominator(y)
    unit, rest = _unit_and_rest(numerator)
    if y.sign() is Sign.NEGATIVE:
        unit, rest = -unit, -rest
    result = _atom_power(_Den(_positive(rest)), -1) if rest._terms != _ONE._terms else _ONE
    return _inverse(unit) * result * denominators


def _quotients(x: Exact) -> dict[_Den, int]:
    """The quotients among the factors of terms of x, each with its highest power in a denominator."""
    found: dict[_Den, int] = {}
    for m in x._terms:
        if m.has_den:
            for atom, power in m.atoms:
                if isinstance(atom, _Den):
                    found[atom] = max(found.get(atom, 0), -power)
    return found


def _over_common_denominator(x: Exact) -> tuple[Exact, Exact]:
    """(n, d) with x = n / d, d > 0, and no quotient a factor of a term of n or d."""
    quotients = _quotients(x)
    if not quotients:
        return x, _ONE
    numerator: _Terms = {}
    for m, c in x._terms.items():
        powers = dict(m.atoms)
        others = frozenset((a, k) for a, k in m.atoms if not isinstance(a, _Den))
        part: _Terms = {_Monomial(m.exponent, others): c}
        for den, k in quotients.items():
            part = _product(part, _power(den.arg, k + powers.get(den, 0))._terms)
        _accumulate(numerator, part)
    denominator = _ONE._terms
    for den, k in quotients.items():
        denominator = _product(denominator, _power(den.arg, k)._terms)
    return _exact(numerator), _positive(_exact(denominator))


def _unit_and_rest(x: Exact) -> tuple[Exact, Exact]:
    """x = unit * rest, unit a positive single term, and the rest the same for x and for any unit times x.

    That is by taking out of all terms the least power of e, of each base, and of each log n that occurs,
    and then the greatest common divisor of the coefficients. For x without quotients, and not 0. Of a root of a
    sum, what all terms have is taken out too (after which the rest may still depend on the unit).
    """
    x, root = _without_common_root(x)
    exponents = [dict(m.exponent) for m in x._terms]
    least: _Terms = {}
    for key in {key for exponent in exponents for key in exponent if key.log_of is None}:
        low = min(
            exponent.get(key, Fraction(0)) + (_order(c, key.base) if key.base > 1 else 0)
            for exponent, c in zip(exponents, x._terms.values(), strict=True)
        )
        if low:
            least[key] = low
    powers = [dict(m.atoms) for m in x._terms]
    unit = exp(_exact(dict(least)))
    inverse = exp(_exact({key: -q for key, q in least.items()}))
    for atom in {atom for p in powers for atom in p if isinstance(atom, int)}:
        if k := min(p.get(atom, 0) for p in powers):
            unit *= _atom_power(atom, k)
            inverse *= _atom_power(atom, -k)
    rest = _product(x._terms, inverse._terms)
    content = Fraction(
        math.gcd(*(c.numerator for c in rest.values())), math.lcm(*(c.denominator for c in rest.values()))
    )
    return _positive(unit * content * root), _exact(_scaled(rest, 1 / content))


def _without_common_root(x: Exact) -> tuple[Exact, Exact]:
    """(y, r) with x = y * r and r the product of the least powers of roots of sums that all terms have."""
    least: _Terms = {}
    for m in x._terms:
        powers = {key: q for key, q in m.exponent if key.log_of is not None}
        least = {key: min(q, powers[key]) for key, q in (least or powers).items() if key in powers}
        if not least:
            return x, _ONE
    rest: _Terms = {}
    for m, c in x._terms.items():
        left = ((key, q - least.get(key, 0)) for key, q in m.exponent)
        rest[_Monomial(frozenset((key, q) for key, q in left if q), m.atoms)] = c
    return _exact(rest), exp(_exact(least))


def _order(c: Fraction, base: int) -> int:
    """The power of the base in c != 0."""
    return _valuation(c.numerator, base)[0] - _valuation(c.denominator, base)[0]


def _ratio(x: Exact, y: Exact) -> Exact | None:
    """x / y where that is seen to be a single term, for y != 0; otherwise None."""
    n1, d1 = _over_common_denominator(x)
    n2, d2 = _over_common_denominator(y)
    n, d = _product(n1._terms, d2._terms), _product(n2._terms, d1._terms)
    if not n:
        return _ZERO
    if len(n) != len(d):
        return None
    unit1, rest1 = _unit_and_rest(_exact(n))
    unit2, rest2 = _unit_and_rest(_exact(d))
    if rest1._terms == rest2._terms:
        return unit1 * _inverse(unit2)
    if rest1._terms == (-rest2)._terms:
        return -unit1 * _inverse(unit2)
    return None


def _simplified(x: Exact) -> Exact:
    """x, as a single term without quotients where it is seen to be one: z/(z + 1) + 1/(z + 1) is 1."""
    if not any(m.has_den for m in x._terms):
        return x
    try:
        ratio = _ratio(x, _ONE)
    except Undecided:  # too large to write out
        return x
    return x if ratio is None else ratio


# --- exp and log -----------------------------------------------------------------------------------------


def exp(x: Exact | int | Fraction) -> Exact:
    """e^x. The exponential of a combination of logarithms comes back as powers: exp(log 2 / 2) is 2^(1/2)."""
    x = _simplified(Exact.of(x))
    if not x._terms:
        return _ONE
    rest, factor, powers = _reduce(x._terms)
    result = _exact({_Monomial(frozenset(rest.items()), frozenset()): factor})
    for value, k in powers:
        result *= _power(value, k)
    return result


def log(x: Exact | int | Fraction) -> Exact:
    """The natural logarithm of a value proved positive.

    Raises `Undefined` for a value proved <= 0, and `Undecided` for a value of which neither is proved.
    """
    x = Exact.of(x)
    return _log(x, lambda: f"the logarithm of {x}")


def _log(x: Exact, what: Callable[[], str]) -> Exact:
    q = _plain_rational(x)
    if q is not None and q > 0:
        return _log_rational(q.numerator, q.denominator)
    sign = x.sign()
    if sign is Sign.UNDECIDED:
        raise Undecided(f"{what()} needs a positive number, and its sign is not decided")
    if sign is not Sign.POSITIVE:
        raise Undefined(f"{what()} does not exist: {x} is {'zero' if sign is Sign.ZERO else 'negative'}")
    return _log_positive(_simplified(x))


@lru_cache(maxsize=1 << 14)
def _log_rational(numerator: int, denominator: int) -> Exact:
    """log(numerator / denominator), the two being coprime."""
    terms = {_log_monomial(base): Fraction(k) for base, k in _split(numerator)}
    return _exact(_sum(terms, {_log_monomial(base): Fraction(-k) for base, k in _split(denominator)}))


def _log_positive(x: Exact) -> Exact:
    """log x for x known to be positive: log(c e^u a^k / d) = log c + u + k log a - log d."""
    if quotients := _quotients(x):
        result = _log_positive(_positive(_over_common_denominator(x)[0]))
        for den, k in quotients.items():
            result -= _log_positive(den.arg) * k
        return result
    if len(x._terms) > 1:
        unit, rest = _unit_and_rest(x)
        return _log_positive(unit) + _atom_power(_LogOf(_positive(rest)), 1)
    [(m, c)] = x._terms.items()
    result = _log_rational(abs(c.numerator), c.denominator) + _exact(dict(m.exponent))
    for atom, power in m.atoms:  # |product| = product of |.|, and no factor is 0
        value = _atom_power(atom, 1)
        if value._decided() is Sign.NEGATIVE:
            value = -value
        result += _atom_power(_LogOf(_positive(value)), 1) * power
    return result


# --- deciding --------------------------------------------------------------------------------------------


def compare(a: Exact | int | Fraction, b: Exact | int | Fraction) -> Sign:
    """The sign of a - b: NEGATIVE if a < b, ZERO if they are equal, POSITIVE if a > b, each only if proved.

    Quotients are compared over their common denominator, whose sign is known since it was divided by.
    """
    x, y = Exact.of(a), Exact.of(b)
    return Sign.ZERO if x._terms == y._terms else (x - y).sign()


def _sign(x: Exact) -> Sign:
    terms = x._terms
    if not terms:
        return Sign.ZERO
    if all(m.positive for m in terms):  # log n > 0 for n >= 2, and denominators are positive
        signs = {c > 0 for c in terms.values()}
        if len(signs) == 1:
            return Sign.POSITIVE if signs.pop() else Sign.NEGATIVE
    if all(m.base for m in terms):
        return _SIGNS[_sign_of_log_linear(_over_coprime_base(x)._terms)]
    try:
        return _sign_of_other(x)
    except (_TooLarge, RecursionError):
        return Sign.UNDECIDED


def _sign_of_log_linear(terms: _Terms) -> int:
    """The sign of c0 + sum c_i log b_i, with rational c and coprime b.

    It is 0 if and only if there are no terms (unique factorisation; Lindemann). Otherwise integers that
    enclose 2^bits log b_i, for growing bits, separate the value from 0.
    """
    if not terms:
        return 0
    common = math.lcm(*(c.denominator for c in terms.values()))
    integers = [(m.base, c.numerator * (common // c.denominator)) for m, c in terms.items()]
    bits = _FIRST_PRECISION
    while True:
        low = high = 0
        for base, c in integers:
            lo, hi = (1 << bits, 1 << bits) if base == 1 else _log_bounds(base, bits)
            if c < 0:
                lo, hi = hi, lo
            low += c * lo
            high += c * hi
        if low > 0:
            return 1
        if high < 0:
            return -1
        bits *= 2


def _sign_of_other(x: Exact) -> Sign:
    if s := _sign_at(x, _FIRST_PRECISION):
        return _SIGNS[s]
    try:
        numerator = _numerator(x)
        if _vanishes(numerator):
            return Sign.ZERO
        cap = math.inf if _known_nonzero(numerator._terms) else PRECISION_CAP
    except Undecided:  # too large to write out
        cap = PRECISION_CAP
    precision = _FIRST_PRECISION
    while precision < cap:
        precision = min(2 * precision, PRECISION_CAP) if precision < PRECISION_CAP else 2 * precision
        if s := _sign_at(x, precision):
            return _SIGNS[s]
    return Sign.UNDECIDED


def _vanishes(x: Exact) -> bool:
    """Whether x, without quotients and over a coprime base, is shown to be 0. False shows nothing.

    If not the empty sum, it may be a rational combination of opaque logarithms and other terms, and is 0 if
    and only if e^(k x) = 1 for a k > 0. That product has only such opaque logarithms as were inside them.
    """
    if not x._terms:
        return True
    coefficients = [c for m, c in x._terms.items() if m.log_of is not None]
    if not coefficients:
        return False
    k = math.lcm(*(c.denominator for c in coefficients))
    if sum(abs(c) * k for c in coefficients) > _MAX_LOGS:
        return False
    return _vanishes(_numerator(exp(x * k) - 1))


def _numerator(x: Exact) -> Exact:
    """n with x = n / d for some d > 0, without quotients and over a coprime base.

    Exponents that contain quotients are compared in the same way, so that equal powers of e are like terms.
    """
    numerator, _ = _over_common_denominator(_over_coprime_base(x))
    if not any(m.opaque for m in numerator._terms):
        return numerator
    terms: _Terms = {}
    seen: list[_Monomial] = []
    for m, c in numerator._terms.items():
        if any(key.has_den for key, _ in m.exponent):
            u = _exact(dict(m.exponent))
            same = (s for s in seen if s == m or _vanishes(_numerator(u - _exact(dict(s.exponent)))))
            like = next(same, None)
            if like is None:
                seen.append(m)
            else:
                m = _Monomial(like.exponent, m.atoms)
        _accumulate(terms, {m: c})
    return _exact(terms)


def _known_nonzero(terms: _Terms) -> bool:
    """Whether one of the theorems named in the module's docstring says that this nonempty sum is not 0."""
    degrees = set()
    powers_of_e = False
    for m in terms:
        if m.opaque or any(key.base == 0 for key, _ in m.exponent):
            return False
        if any(base.bit_length() > _ROOT_BITS for base in m.large):
            return False  # it might be a perfect power
        if any(power < 0 for _, power in m.atoms):
            return False
        degrees.add(sum(power for _, power in m.atoms))
        powers_of_e = powers_of_e or any(key is _UNIT or key == _UNIT for key, _ in m.exponent)
    return degrees == {0} or (degrees <= {0, 1} and not powers_of_e)


def _over_coprime_base(x: Exact) -> Exact:
    """x with logarithms and powers of pairwise coprime integers only, none of them a perfect power.

    Bases below _SMALL are prime and do not divide the others, and bases below _PRIME_BELOW are prime.
    """
    bases: set[int] = set()
    for m in x._terms:
        bases |= m.large
    if len(bases) < 2 or max(bases) < _PRIME_BELOW:
        return x
    coprime = _coprime_base(bases)
    if bases == set(coprime):
        return x
    table: dict[int, dict[int, int]] = {}
    roots = [(_as_power(b), b) for b in coprime]
    for base in bases:
        table[base] = {root: k * e for (root, k), b in roots if (e := _valuation(base, b)[0])}
    return _rebuilt(x, table)


def _rebuilt(x: Exact, table: Mapping[int, Mapping[int, int]]) -> Exact:
    """x with each log n in the table replaced by the combination of logarithms there."""
    total = _ZERO
    for m, c in x._terms.items():
        if not m.large:
            total += _exact({m: c})
            continue
        part = exp(_rebuilt(_exact(dict(m.exponent)), table)) * c
        for atom, power in m.atoms:
            if isinstance(atom, int):
                parts = table.get(atom, {atom: 1})
                value = _positive(_exact({_log_monomial(b): Fraction(k) for b, k in parts.items()}))
            else:
                value = _positive(_rebuilt(atom.arg, table))
                if isinstance(atom, _LogOf):
                    value = _log_positive(value)
            part *= _power(value, power)
        total += part
    return total


# --- enclosures ------------------------------------------------------------------------------------------

_Interval: TypeAlias = tuple[Any, Any]  # two raw mpmath numbers, the first <= the second


class _Imprecise(Exception):  # noqa: N818
    """The enclosure of a positive value contains 0: more precision is needed."""


class _TooLarge(Exception):  # noqa: N818
    """An exponent is too large for e to its power to be enclosed."""


@lru_cache(maxsize=1)
def _mp() -> Any:
    """mpmath's numbers without a context, and so without a global precision. Imported when first needed."""
    from mpmath import libmp

    return libmp


def _widen(lo: Any, hi: Any, precision: int) -> _Interval:
    """[lo - |lo| 2^-precision, hi + |hi| 2^-precision], rounded outwards."""
    mp = _mp()
    bits = precision + _GUARD
    return (
        mp.mpf_sub(lo, mp.mpf_shift(mp.mpf_abs(lo), -precision), bits, "f"),
        mp.mpf_add(hi, mp.mpf_shift(mp.mpf_abs(hi), -precision), bits, "c"),
    )


def _exp_interval(t: _Interval, precision: int) -> _Interval:
    mp = _mp()
    for _, mantissa, exponent, bits in t:
        if mantissa and exponent + bits > _MAX_EXPONENT_BITS:
            raise _TooLarge
    lo, hi = (mp.mpf_exp(end, precision + _GUARD, "n") for end in t)
    return _widen(lo, hi, precision)


def _log_interval(t: _Interval, precision: int) -> _Interval:
    mp = _mp()
    if mp.mpf_sign(t[0]) <= 0:
        raise _Imprecise
    lo, hi = (mp.mpf_log(end, precision + _GUARD, "n") for end in t)
    return _widen(lo, hi, precision)


@lru_cache(maxsize=1 << 14)
def _enclose_monomial(m: _Monomial, precision: int) -> _Interval:
    mp = _mp()
    one: _Interval = (mp.fone, mp.fone)
    result = one
    if m.exponent:
        result = _exp_interval(_enclose(dict(m.exponent), precision), precision)
    for atom, power in m.atoms:
        if isinstance(atom, int):
            n = mp.from_int(atom)
            value = _log_interval((n, n), precision)
        else:
            value = _enclose(atom.arg._terms, precision)
            if isinstance(atom, _LogOf):
                value = _log_interval(value, precision)
        if power < 0:
            if mp.mpf_sign(value[0]) <= 0:
                raise _Imprecise
            value = (
                mp.mpf_div(mp.fone, value[1], precision + _GUARD, "f"),
                mp.mpf_div(mp.fone, value[0], precision + _GUARD, "c"),
            )
        square, k = value, abs(power)
        while k:
            if k & 1:
                result = mp.mpi_mul(result, square, precision + _GUARD)
            if k := k >> 1:
                square = mp.mpi_mul(square, square, precision + _GUARD)
    return result


def _enclose(terms: _Terms, precision: int) -> _Interval:
    """An interval that contains the value, of a relative width of about 2^-precision unless terms cancel."""
    mp = _mp()
    bits = precision + _GUARD
    total: _Interval = (mp.fzero, mp.fzero)
    for m, c in terms.items():
        p, q = mp.from_int(c.numerator), mp.from_int(c.denominator)
        term: _Interval = (mp.mpf_div(p, q, bits, "f"), mp.mpf_div(p, q, bits, "c"))
        if m is not _UNIT:
            term = mp.mpi_mul(term, _enclose_monomial(m, precision), bits)
        total = mp.mpi_add(total, term, bits)
    return total


def _sign_at(x: Exact, precision: int) -> int:
    """The sign of x if an enclosure with this precision excludes 0, otherwise 0."""
    mp = _mp()
    try:
        lo, hi = _enclose(x._terms, precision)
    except _Imprecise:
        return 0
    if mp.mpf_sign(lo) > 0:
        return 1
    return -1 if mp.mpf_sign(hi) < 0 else 0


@lru_cache(maxsize=1 << 14)
def _log_bounds(n: int, bits: int) -> tuple[int, int]:
    """Integers lo <= 2^bits log n <= hi."""
    mp = _mp()
    lo, hi = _enclose_monomial(_log_monomial(n), bits + _GUARD)
    return int(mp.to_fixed(lo, bits)), -int(mp.to_fixed(mp.mpf_neg(hi), bits))


# --- decimals --------------------------------------------------------------------------------------------

_DECIMAL_BITS: Final = 100_000  # of magnitude, beyond which no decimals are written


def _approx(x: Exact, digits: int) -> str:
    if digits < 1:
        raise ValueError("at least one digit is needed")
    q = x.as_fraction()
    if q is not None:
        m, e, exactly = _rounded(q, digits)
        return _decimal(m, e, digits, strip=exactly)
    if x._decided() is Sign.ZERO:
        return "0"
    mp = _mp()
    precision = _FIRST_PRECISION + 4 * digits
    while precision <= 4 * (PRECISION_CAP + 4 * digits):
        try:
            ends = _enclose(x._terms, precision)
        except _Imprecise:
            ends = (mp.fzero, mp.fzero)
        except _TooLarge:
            break
        if all(mantissa for _, mantissa, _, _ in ends):
            if any(abs(exponent + bits) > _DECIMAL_BITS for _, _, exponent, bits in ends):
                break
            (m, e, _), other = (_rounded(Fraction(*map(int, mp.to_rational(end))), digits) for end in ends)
            if (m, e) == other[:2]:
                return _decimal(m, e, digits, strip=False)
        precision *= 2
    raise Undecided(f"no {digits} digits of {x} are known to be right")


def _rounded(q: Fraction, digits: int) -> tuple[int, int, bool]:
    """(m, e, exact): q rounded, half to even, to m * 10^(e + 1 - digits), where m has that many digits."""
    if not q:
        return 0, 0, True
    a = abs(q)
    e = math.floor((a.numerator.bit_length() - a.denominator.bit_length()) * math.log10(2))
    # e is off by at most a few; the integer tests settle it
    while a / Fraction(10) ** e >= 10:
        e += 1
    while a / Fraction(10) ** e < 1:
        e -= 1
    scaled = a * Fraction(10) ** (digits - 1 - e)
    m = round(scaled)
    exactly = scaled == m
    if m == 10**digits:
        m, e = m // 10, e + 1
    return (m if q > 0 else -m), e, exactly


def _decimal(m: int, e: int, digits: int, *, strip: bool) -> str:
    """m * 10^(e + 1 - digits) as text."""
    sign, text = ("-" if m < 0 else ""), str(abs(m)).rjust(digits, "0")
    if not -6 < e < max(digits, 6):
        head, tail = text[:1], text[1:]
        ending = f"e{e}"
    elif e < 0:
        head, tail, ending = "0", "0" * (-e - 1) + text, ""
    else:
        text = text.ljust(e + 1, "0")
        head, tail, ending = text[: e + 1], text[e + 1 :], ""
    if strip:
        tail = tail.rstrip("0")
    return sign + head + ("." + tail if tail else "") + ending


# --- text ------------------------------------------------------------------------------------------------

_ONE_LOG_LIMIT: Final = 10**6  # c log(r) is written for a sum of logarithms if r's numbers stay below this


class _Text:
    """Writes a value as plain text."""

    def integer(self, n: int) -> str:
        try:
            return str(n)
        except ValueError:  # Python's bound on the digits of an integer
            return f"<an integer of {n.bit_length()} bits>"

    def fraction(self, q: Fraction) -> str:
        return self.integer(q.numerator) + (f"/{self.integer(q.denominator)}" if q.denominator != 1 else "")

    def coefficient(self, q: Fraction) -> str:
        return self.fraction(q) if q.denominator == 1 else self.group(self.fraction(q))

    def group(self, text: str) -> str:
        return f"({text})"

    def power(self, base: str, exponent: str) -> str:
        return f"{base}^{exponent}" if re.fullmatch(r"\d+|\w", exponent) else f"{base}^({exponent})"

    def log(self, text: str, *, bare: bool) -> str:
        return f"log {text}" if bare else f"log({text})"

    def log_rational(self, q: Fraction) -> str:
        return self.log(self.fraction(q), bare=q.denominator == 1)

    def quotient(self, numerator: str, denominator: str, *, group: tuple[bool, bool]) -> str:
        n, d = (self.group(t) if g else t for t, g in zip((numerator, denominator), group, strict=True))
        return f"{n} / {d}"

    times = " * "

    def value(self, x: Exact) -> str:
        low: dict[_Atom, int] = {}
        for m in x._terms:
            for atom, power in m.atoms:
                if power < 0:
                    low[atom] = min(low.get(atom, 0), power)
        if not low:
            return self.sum(x._terms)
        numerator, _ = _over_common_denominator(x)
        factors: list[tuple[str, bool]] = []  # and whether the text is a sum
        for atom, power in low.items():
            if isinstance(atom, int):
                numerator *= _atom_power(atom, -power)
                text = self.log(self.integer(atom), bare=True)
            else:
                text = self.sum(atom.arg._terms)
            if (power, len(low)) == (-1, 1):
                factors.append((text, not isinstance(atom, int)))
            else:
                factors.append((self.raised(self.group(text), -power), False))
        return self.quotient(
            self.sum(numerator._terms),
            self.times.join(sorted(text for text, _ in factors)),
            group=(len(self.pieces(numerator._terms)) > 1, len(factors) > 1 or factors[0][1]),
        )

    def raised(self, base: str, power: int) -> str:
        return base if power == 1 else self.power(base, str(power))

    def sum(self, terms: _Terms) -> str:
        pieces = self.pieces(terms)
        if not pieces:
            return "0"
        first = next((i for i, (negative, _) in enumerate(pieces) if not negative), 0)
        pieces.insert(0, pieces.pop(first))
        text = ("-" if pieces[0][0] else "") + pieces[0][1]
        return text + "".join((" - " if negative else " + ") + piece for negative, piece in pieces[1:])

    def pieces(self, terms: _Terms) -> list[tuple[bool, str]]:
        """The terms as (negative, text without sign): the number, the logarithms, everything else."""
        out: list[tuple[bool, str]] = []
        if _UNIT in terms:
            out.append((terms[_UNIT] < 0, self.fraction(abs(terms[_UNIT]))))
        logs = sorted((m.base, c) for m, c in terms.items() if m.base > 1)
        for argument, c in _one_log(logs) or [(Fraction(n), c) for n, c in logs]:
            out.append((c < 0, self.scaled(abs(c), [self.log_rational(argument)], bare_log=True)))
        others = sorted((*self.factors(m), c) for m, c in terms.items() if not m.base)
        return out + [(c < 0, self.scaled(abs(c), factors, bare_log=bare)) for factors, bare, c in others]

    def scaled(self, c: Fraction, factors: list[str], *, bare_log: bool) -> str:
        """The product; no sign before a last factor that is one logarithm."""
        if c != 1:
            factors = [self.coefficient(c), *factors]
        if bare_log and len(factors) > 1:
            return self.times.join(factors[:-1]) + " " + factors[-1]
        return self.times.join(factors)

    def factors(self, m: _Monomial) -> tuple[list[str], bool]:
        """The factors, logarithms last, and whether the last is a logarithm and the only one."""
        roots: dict[Fraction, int] = {}
        opaque_roots: list[str] = []
        rest: _Terms = {}
        for key, q in m.exponent:
            if key.base > 1:
                roots[q] = roots.get(q, 1) * key.base
            elif key.log_of is not None:
                base = self.group(self.value(key.log_of))
                opaque_roots.append(self.power(base, self.fraction(q)))
            else:
                rest[key] = q
        out = [self.power(self.integer(n), self.fraction(q)) for q, n in sorted(roots.items())]
        if rest:
            exponent = self.value(_exact(rest))
            out.append("e" if exponent == "1" else self.power("e", exponent))
        out += sorted(opaque_roots)
        logs: list[tuple[str, int]] = []
        for atom, power in m.atoms:
            if isinstance(atom, int):
                logs.append((self.log(self.integer(atom), bare=True), power))
            elif isinstance(atom, _LogOf):
                logs.append((self.log(self.value(atom.arg), bare=False), power))
        alone = len(logs) == 1 and logs[0][1] == 1
        out += [t if alone else self.raised(self.group(t), power) for t, power in sorted(logs)]
        return out, alone


class _Latex(_Text):
    """Writes a value in LaTeX."""

    times = r" \cdot "

    def fraction(self, q: Fraction) -> str:
        if q.denominator == 1:
            return self.integer(q.numerator)
        sign = "-" if q < 0 else ""
        return rf"{sign}\tfrac{{{self.integer(abs(q.numerator))}}}{{{self.integer(q.denominator)}}}"

    def coefficient(self, q: Fraction) -> str:
        return self.fraction(q)

    def group(self, text: str) -> str:
        return rf"\left({text}\right)"

    def power(self, base: str, exponent: str) -> str:
        plain = re.sub(r"\\tfrac\{(\d+)\}\{(\d+)\}", r"\1/\2", exponent)
        return f"{base}^{{{plain}}}"

    def log(self, text: str, *, bare: bool) -> str:
        return rf"\log {text}" if bare else rf"\log{self.group(text)}"

    def log_rational(self, q: Fraction) -> str:
        return self.log(self.fraction(q), bare=True)

    def quotient(self, numerator: str, denominator: str, *, group: tuple[bool, bool]) -> str:
        return rf"\frac{{{numerator}}}{{{denominator}}}"


def _one_log(logs: list[tuple[int, Fraction]]) -> list[tuple[Fraction, Fraction]] | None:
    """A sum of c_i log n_i as one [(r, c)] for c log r with r > 1, where that reads better; else None.

    It does when all c_i have one denominator and r is of moderate size: log(9/8), and (1/2) log(2/3), but
    log 2 - (1/2) log 3.
    """
    if len(logs) < 2 or len({c.denominator for _, c in logs}) > 1:
        return None
    common = math.gcd(*(c.numerator for _, c in logs))
    if sum(abs(c.numerator) // common * n.bit_length() for n, c in logs) > 4 * _ONE_LOG_LIMIT.bit_length():
        return None
    r = math.prod((Fraction(n) ** (c.numerator // common) for n, c in logs), start=Fraction(1))
    if max(r.numerator, r.denominator) > _ONE_LOG_LIMIT:
        return None
    c = Fraction(common, logs[0][1].denominator)
    return [(r, c) if r > 1 else (1 / r, -c)]
