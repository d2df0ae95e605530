"""Exact real numbers with decided comparison: what a counterexample is computed in.

A value is built from rationals by ``+ - * /``, ``exp``, ``log`` and powers, and is kept exactly. Asking which
of two values is larger is answered ``NEGATIVE``, ``ZERO`` or ``POSITIVE`` only when that is proved, and
``UNDECIDED`` otherwise. A floating-point difference is never an answer.

**Form.** A value is a sum of rational coefficients times monomials, as ``monomials.py`` says. Roots are
exponentials: ``2^(1/2)`` is ``e^((1/2) log 2)``. The coefficient of ``log n`` in an exponent is reduced to
[0, 1), its integer part going to the rational coefficient, and so ``4 * 2^(1/2)`` and ``2^(5/2)`` are one
value. Every step that rewrites a value is an identity of real numbers.

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
"""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, TypeAlias

from derive.falsify.numbers.decimals import (
    FIRST_PRECISION,
    PRECISION_CAP,
    TooLarge,
    decimal,
    rational_decimal,
    sign_at,
    sign_of_log_linear,
)
from derive.falsify.numbers.integers import PRIME_BELOW, ROOT_BITS, as_power, coprime_base, split, valuation
from derive.falsify.numbers.monomials import (
    UNIT,
    Atom,
    Den,
    LogOf,
    Monomial,
    Terms,
    accumulate,
    added,
    log_monomial,
    scaled,
)
from derive.falsify.numbers.work import WORK, cached
from derive.falsify.numbers.writing import Latex, Text

__all__ = ["PRECISION_CAP", "Exact", "Sign", "Undecided", "Undefined", "compare", "exp", "log"]

_MAX_BITS: Final = 1 << 20  # of an integer power
_MAX_TERMS: Final = 20_000  # of a product, before like terms are collected
_MAX_POWER: Final = 64  # terms of a power of a sum that is written out where it is made
_MAX_RATIO: Final = 1000  # terms of two sums, written out, to see whether one is a single term times the other
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


# --- products --------------------------------------------------------------------------------------------


def _atom_power(atom: Atom, power: int) -> Exact:
    return _exact({Monomial(frozenset(), frozenset([(atom, power)])): Fraction(1)})


_Powers: TypeAlias = tuple[tuple[Terms, int], ...]


def _reduce(exponent: Mapping[Monomial, Fraction]) -> tuple[Terms, Fraction, _Powers]:
    """Split e^exponent into (exponent', c, powers): e^exponent' * c * product of x^k over (x, k) in powers.

    By e^(k log x) = x^k for integers k. In exponent' the coefficients of logarithms are in [0, 1).
    """
    rest: Terms = {}
    factor = Fraction(1)
    powers: list[tuple[Terms, int]] = []
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


@cached(maxsize=1 << 12)
def _monomial_product(a: Monomial, b: Monomial) -> tuple[Monomial, Fraction, _Powers]:
    """a * b as (monomial, rational, powers of values), the last two from integer powers in the exponents."""
    exponent, factor = a.exponent or b.exponent, Fraction(1)
    powers: _Powers = ()
    if a.exponent and b.exponent:
        total = _simplified(_exact(added(dict(a.exponent), dict(b.exponent))))
        reduced, factor, powers = _reduce(total._terms)
        exponent = frozenset(reduced.items())
    atoms = a.atoms or b.atoms
    if a.atoms and b.atoms:
        merged = dict(a.atoms)
        for atom, power in b.atoms:
            merged[atom] = merged.get(atom, 0) + power
        atoms = frozenset((atom, power) for atom, power in merged.items() if power)
    return Monomial(exponent, atoms), factor, powers


def _product(a: Terms, b: Terms) -> Terms:
    if len(a) == 1 and UNIT in a:
        return scaled(b, a[UNIT])
    WORK.spent += 1
    if len(b) == 1 and UNIT in b:
        return scaled(a, b[UNIT])
    if len(a) * len(b) > _MAX_TERMS:
        raise Undecided(f"a product of sums of {len(a)} and {len(b)} terms is too large to write out")
    WORK.spent += 5 * len(a) * len(b)
    out: Terms = {}
    for m1, c1 in a.items():
        for m2, c2 in b.items():
            m, factor, powers = _monomial_product(m1, m2)
            part: Terms = {m: c1 * c2 if factor == 1 else c1 * c2 * factor}
            for x, k in powers:
                part = _product(part, _power(_inside(x), k)._terms)
            accumulate(out, part)
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

    _terms: Terms
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
        return NotImplemented if y is None else _simplified(_exact(added(self._terms, y._terms)))

    def __sub__(self, other: object) -> Exact:
        y = _coerce(other)
        return NotImplemented if y is None else _simplified(_exact(added(self._terms, (-y)._terms)))

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

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: object) -> Exact:
        y = _coerce(other)
        return NotImplemented if y is None else y - self

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
        WORK.spent += 5 * len(self._terms)
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
        if any(m.opaque or (m.large and max(m.large) >= PRIME_BELOW) for m in self._terms):
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
        if digits < 1:
            raise ValueError("at least one digit is needed")
        q = self.as_fraction()
        if q is not None:
            return rational_decimal(q, digits)
        text = "0" if self.is_zero() else decimal(self._terms, digits)
        if text is None:
            raise Undecided(f"no {digits} digits of {self} are known to be right")
        return text

    def __str__(self) -> str:
        return Text(_as_quotient).value(self._terms)

    def __repr__(self) -> str:
        return f"<Exact {self}>"

    def latex(self) -> str:
        r"""The same text as `str` in LaTeX: ``-\tfrac{1}{10} \log 2``."""
        return Latex(_as_quotient).value(self._terms)


_set = object.__setattr__


def _exact(terms: Terms) -> Exact:
    """The sum of these terms, none with a coefficient of 0. Takes the dictionary over."""
    x = object.__new__(Exact)
    _set(x, "_terms", terms)
    _set(x, "_sign", None)
    return x


def _positive(x: Exact) -> Exact:
    """x, noted to be positive."""
    _set(x, "_sign", Sign.POSITIVE)
    return x


def _inside(terms: Terms) -> Exact:
    """The value of which an atom is the logarithm or the inverse."""
    return _positive(_exact(terms))


def _rational(q: Fraction) -> Exact:
    return _exact({UNIT: q} if q else {})


def _plain_rational(x: Exact) -> Fraction | None:
    if not x._terms:
        return Fraction(0)
    return x._terms.get(UNIT) if len(x._terms) == 1 else None


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
        scale = _exact({Monomial(frozenset(), frozenset((a, k * n) for a, k in m.atoms)): Fraction(1)})
        return _rational(_rational_power(c, n)) * exp(_exact(scaled(dict(m.exponent), Fraction(n)))) * scale
    if n == 1:
        return x
    numerator, powers = _factored(x)
    if _terms_of_power(len(numerator._terms), n) <= _MAX_POWER or x.sign() in (Sign.ZERO, Sign.UNDECIDED):
        result = _written_out(numerator, n)
    else:
        unit, rest = _unit_and_rest(numerator)
        if x.sign() is Sign.NEGATIVE:
            unit, rest = -unit, -rest
        result = _power(unit, n) * _atom_power(Den(rest._terms), n)
    for den, k in powers.items():
        result *= _atom_power(den, k * n)
    return result


def _written_out(x: Exact, n: int) -> Exact:
    """x^n for an integer n >= 0, as a sum where x is one."""
    result, square = _ONE, x
    while n:
        if n & 1:
            result *= square
        if n := n >> 1:
            square *= square
    return result


def _terms_of_power(terms: int, n: int) -> int:
    """How many terms the n-th power of a sum has at most, n >= 0."""
    return math.comb(terms + n - 1, n)


def _quotient(x: Exact, y: Exact) -> Exact:
    q = _plain_rational(y)
    if q is not None:
        if not q:
            raise Undefined(f"division of {x} by zero")
        return _exact(scaled(x._terms, 1 / q))
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
                result *= _power(_inside(atom.terms), -power) if isinstance(atom, Den) else _atom_power(atom, -power)
            return result
    numerator, powers = _factored(y)
    unit, rest = _unit_and_rest(numerator)
    if y.sign() is Sign.NEGATIVE:
        unit, rest = -unit, -rest
    result = _inverse(unit)
    if rest._terms != _ONE._terms:
        result *= _atom_power(Den(rest._terms), -1)
    for den, k in powers.items():
        result *= _atom_power(den, -k) if k > 0 else _power(_inside(den.terms), -k)
    return result


def _least_powers(x: Exact) -> dict[Den, int]:
    """The sums that are factors of terms of x, each with the least of its powers in all terms."""
    dens = {atom for m in x._terms if m.has_den for atom, _ in m.atoms if isinstance(atom, Den)}
    if not dens:
        return {}
    powers = [dict(m.atoms) for m in x._terms]
    return {den: min(p.get(den, 0) for p in powers) for den in dens}


def _factored(x: Exact) -> tuple[Exact, dict[Den, int]]:
    """(n, powers) with x = n times each den^k in powers, and no such sum left as a factor of a term of n."""
    least = _least_powers(x)
    if not least:
        return x, {}
    WORK.spent += 10 * len(x._terms)
    numerator: Terms = {}
    for m, c in x._terms.items():
        powers = dict(m.atoms)
        others = frozenset((a, k) for a, k in m.atoms if not isinstance(a, Den))
        part: Terms = {Monomial(m.exponent, others): c}
        for den, k in least.items():
            part = _product(part, _written_out(_inside(den.terms), powers.get(den, 0) - k)._terms)
        accumulate(numerator, part)
    return _exact(numerator), {den: k for den, k in least.items() if k}


def _over_common_denominator(x: Exact) -> tuple[Exact, Exact]:
    """(n, d) with x = n / d, d > 0, and no sum a factor of a term of n or d."""
    numerator, powers = _factored(x)
    n, d = numerator._terms, _ONE._terms
    for den, k in powers.items():
        whole = _written_out(_inside(den.terms), abs(k))._terms
        n, d = (_product(n, whole), d) if k > 0 else (n, _product(d, whole))
    return _exact(n), _positive(_exact(d))


def _size_over_common_denominator(x: Exact) -> int:
    """About how many terms the two sums have, before like terms are collected."""
    least = _least_powers(x)
    size = math.prod(_terms_of_power(len(den.terms), -k) for den, k in least.items() if k < 0)
    for m in x._terms:
        powers = dict(m.atoms)
        size += math.prod(_terms_of_power(len(d.terms), powers.get(d, 0) - min(k, 0)) for d, k in least.items())
    return size


def _as_quotient(terms: Terms) -> tuple[Terms, dict[Atom, int]]:
    """(n, d) with the value n over the product of atom^power in d, and no negative power in n.

    A sum to a power that all terms have is a factor of each.  What is too large to write out stays as it is, with negative powers in n.
    """
    try:
        return _over_denominators(terms)
    except Undecided:
        return terms, {}


def _over_denominators(terms: Terms) -> tuple[Terms, dict[Atom, int]]:
    low: dict[Atom, int] = {}
    for m in terms:
        for atom, power in m.atoms:
            if power < 0:
                low[atom] = min(low.get(atom, 0), power)
    numerator, powers = _factored(_exact(terms))
    shift: list[tuple[Atom, int]] = [*((a, -k) for a, k in low.items() if isinstance(a, int)), *powers.items()]
    for atom, power in shift:
        if isinstance(atom, int) or power > 0:
            numerator = _exact(_product(numerator._terms, _atom_power(atom, power)._terms))
    return numerator._terms, {atom: -power for atom, power in low.items()}


def _unit_and_rest(x: Exact) -> tuple[Exact, Exact]:
    """x = unit * rest, unit a positive single term, and the rest the same for x and for any unit times x.

    That is by taking out of all terms the least power of e, of each base, and of each log n that occurs,
    and then the greatest common divisor of the coefficients. For x without quotients, and not 0. Of a root of a
    sum, what all terms have is taken out too (after which the rest may still depend on the unit).
    """
    x, root = _without_common_root(x)
    exponents = [dict(m.exponent) for m in x._terms]
    least: Terms = {}
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
    return _positive(unit * content * root), _exact(scaled(rest, 1 / content))


def _without_common_root(x: Exact) -> tuple[Exact, Exact]:
    """(y, r) with x = y * r and r the product of the least powers of roots of sums that all terms have."""
    least: Terms = {}
    for m in x._terms:
        powers = {key: q for key, q in m.exponent if key.log_of is not None}
        least = {key: min(q, powers[key]) for key, q in (least or powers).items() if key in powers}
        if not least:
            return x, _ONE
    rest: Terms = {}
    for m, c in x._terms.items():
        left = ((key, q - least.get(key, 0)) for key, q in m.exponent)
        rest[Monomial(frozenset((key, q) for key, q in left if q), m.atoms)] = c
    return _exact(rest), exp(_exact(least))


def _order(c: Fraction, base: int) -> int:
    """The power of the base in c != 0."""
    return valuation(c.numerator, base)[0] - valuation(c.denominator, base)[0]


def _ratio(x: Exact, y: Exact) -> Exact | None:
    """x / y where that is seen to be a single term, for y != 0; otherwise None."""
    if _size_over_common_denominator(x) + _size_over_common_denominator(y) > _MAX_RATIO:
        return None
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
    WORK.spent += 20
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
    result = _exact({Monomial(frozenset(rest.items()), frozenset()): factor})
    for inside, k in powers:
        result *= _power(_inside(inside), k)
    return result


def log(x: Exact | int | Fraction) -> Exact:
    """The natural logarithm of a value proved positive.

    Raises `Undefined` for a value proved <= 0, and `Undecided` for a value of which neither is proved.
    """
    WORK.spent += 5
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
    terms = {log_monomial(base): Fraction(k) for base, k in split(numerator)}
    return _exact(added(terms, {log_monomial(base): Fraction(-k) for base, k in split(denominator)}))


def _log_positive(x: Exact) -> Exact:
    """log x for x known to be positive: log(c e^u a^k / d) = log c + u + k log a - log d."""
    if any(m.has_den for m in x._terms):
        numerator, powers = _factored(x)
        result = _log_positive(_positive(numerator))
        for den, k in powers.items():
            result += _log_positive(_inside(den.terms)) * k
        return result
    if len(x._terms) > 1:
        unit, rest = _unit_and_rest(x)
        return _log_positive(unit) + _atom_power(LogOf(rest._terms), 1)
    [(m, c)] = x._terms.items()
    result = _log_rational(abs(c.numerator), c.denominator) + _exact(dict(m.exponent))
    for atom, power in m.atoms:  # |product| = product of |.|, and no factor is 0
        value = _atom_power(atom, 1)
        if value._decided() is Sign.NEGATIVE:
            value = -value
        result += _atom_power(LogOf(value._terms), 1) * power
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
        return _SIGNS[sign_of_log_linear(_over_coprime_base(x)._terms)]
    try:
        return _sign_of_other(x)
    except (TooLarge, RecursionError):
        return Sign.UNDECIDED


def _sign_of_other(x: Exact) -> Sign:
    if s := sign_at(x._terms, FIRST_PRECISION):
        return _SIGNS[s]
    try:
        numerator = _numerator(x)
        if _vanishes(numerator):
            return Sign.ZERO
        cap = math.inf if _known_nonzero(numerator._terms) else PRECISION_CAP
    except Undecided:  # too large to write out
        cap = PRECISION_CAP
    precision = FIRST_PRECISION
    while precision < cap:
        precision = min(2 * precision, PRECISION_CAP) if precision < PRECISION_CAP else 2 * precision
        if s := sign_at(x._terms, precision):
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
    numerator, _ = _factored(_over_coprime_base(x))
    if not any(m.opaque for m in numerator._terms):
        return numerator
    terms: Terms = {}
    seen: list[Monomial] = []
    for m, c in numerator._terms.items():
        if any(key.has_den for key, _ in m.exponent):
            u = _exact(dict(m.exponent))
            same = (s for s in seen if s == m or _vanishes(_numerator(u - _exact(dict(s.exponent)))))
            like = next(same, None)
            if like is None:
                seen.append(m)
            else:
                m = Monomial(like.exponent, m.atoms)
        accumulate(terms, {m: c})
    return _exact(terms)


def _known_nonzero(terms: Terms) -> bool:
    """Whether one of the theorems named in the module's docstring says that this nonempty sum is not 0."""
    degrees = set()
    powers_of_e = False
    for m in terms:
        if m.opaque or any(key.base == 0 for key, _ in m.exponent):
            return False
        if any(base.bit_length() > ROOT_BITS for base in m.large):
            return False  # it might be a perfect power
        if any(power < 0 for _, power in m.atoms):
            return False
        degrees.add(sum(power for _, power in m.atoms))
        powers_of_e = powers_of_e or any(key is UNIT or key == UNIT for key, _ in m.exponent)
    return degrees == {0} or (degrees <= {0, 1} and not powers_of_e)


def _over_coprime_base(x: Exact) -> Exact:
    """x with logarithms and powers of pairwise coprime integers only, none of them a perfect power.

    Bases below SMALL are prime and do not divide the others, and bases below PRIME_BELOW are prime.
    """
    bases: set[int] = set()
    for m in x._terms:
        bases |= m.large
    if len(bases) < 2 or max(bases) < PRIME_BELOW:
        return x
    coprime = coprime_base(bases)
    if bases == set(coprime):
        return x
    table: dict[int, dict[int, int]] = {}
    roots = [(as_power(b), b) for b in coprime]
    for base in bases:
        table[base] = {root: k * e for (root, k), b in roots if (e := valuation(base, b)[0])}
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
                value = _positive(_exact({log_monomial(b): Fraction(k) for b, k in parts.items()}))
            else:
                value = _positive(_rebuilt(_exact(atom.terms), table))
                if isinstance(atom, LogOf):
                    value = _log_positive(value)
            part *= _power(value, power)
        total += part
    return total
