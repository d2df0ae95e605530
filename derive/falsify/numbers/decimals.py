"""Intervals that contain a value, and the decimals that every number in them has.

mpmath rounds sums, products and quotients outwards exactly. Its ``exp`` and ``log`` round, in the direction asked
for, an approximation that is itself a little off, and so miss the value by an ulp now and then (at 53 bits, about one
exp in 10000, and so ``mpmath.iv`` too). Here they are computed to ``_GUARD`` more bits, and the interval is then
widened by 1000 times that. What is trusted is that exp and log computed to some bits have a relative error below
2^(_GUARD - bits).
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, TypeAlias

from derive.falsify.numbers.monomials import UNIT, LogOf, Monomial, Terms, log_monomial
from derive.falsify.numbers.work import WORK

PRECISION_CAP: Final = 2000
"""Bits of precision after which a value not known to be nonzero is called undecided."""

FIRST_PRECISION: Final = 64
_GUARD: Final = 10
_MAX_EXPONENT_BITS: Final = 4096  # e^x is not enclosed for |x| >= 2^4096
_Interval: TypeAlias = tuple[Any, Any]  # two raw mpmath numbers, the first <= the second


class _Imprecise(Exception):  # noqa: N818
    """The enclosure of a positive value contains 0: more precision is needed."""


class TooLarge(Exception):  # noqa: N818
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
            raise TooLarge
    lo, hi = (mp.mpf_exp(end, precision + _GUARD, "n") for end in t)
    return _widen(lo, hi, precision)


def _log_interval(t: _Interval, precision: int) -> _Interval:
    mp = _mp()
    if mp.mpf_sign(t[0]) <= 0:
        raise _Imprecise
    lo, hi = (mp.mpf_log(end, precision + _GUARD, "n") for end in t)
    return _widen(lo, hi, precision)


@lru_cache(maxsize=1 << 14)
def _enclose_monomial(m: Monomial, precision: int) -> _Interval:
    mp = _mp()
    one: _Interval = (mp.fone, mp.fone)
    result = one
    if m.exponent:
        result = _exp_interval(enclose(dict(m.exponent), precision), precision)
    for atom, power in m.atoms:
        if isinstance(atom, int):
            n = mp.from_int(atom)
            value = _log_interval((n, n), precision)
        else:
            value = enclose(atom.terms, precision)
            if isinstance(atom, LogOf):
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


def enclose(terms: Terms, precision: int) -> _Interval:
    """An interval that contains the value, of a relative width of about 2^-precision unless terms cancel."""
    mp = _mp()
    bits = precision + _GUARD
    total: _Interval = (mp.fzero, mp.fzero)
    for m, c in terms.items():
        p, q = mp.from_int(c.numerator), mp.from_int(c.denominator)
        term: _Interval = (mp.mpf_div(p, q, bits, "f"), mp.mpf_div(p, q, bits, "c"))
        if m is not UNIT:
            term = mp.mpi_mul(term, _enclose_monomial(m, precision), bits)
        total = mp.mpi_add(total, term, bits)
    return total


def sign_at(terms: Terms, precision: int) -> int:
    """The sign of the value if an enclosure with this precision excludes 0, otherwise 0."""
    mp = _mp()
    WORK.spent += 10 * len(terms) * (1 + precision // 256)
    try:
        lo, hi = enclose(terms, precision)
    except _Imprecise:
        return 0
    if mp.mpf_sign(lo) > 0:
        return 1
    return -1 if mp.mpf_sign(hi) < 0 else 0


@lru_cache(maxsize=1 << 14)
def _log_bounds(n: int, bits: int) -> tuple[int, int]:
    """Integers lo <= 2^bits log n <= hi."""
    mp = _mp()
    lo, hi = _enclose_monomial(log_monomial(n), bits + _GUARD)
    return int(mp.to_fixed(lo, bits)), -int(mp.to_fixed(mp.mpf_neg(hi), bits))


def sign_of_log_linear(terms: Terms) -> int:
    """The sign of c0 + sum c_i log b_i, with rational c and coprime b.

    It is 0 if and only if there are no terms (unique factorisation; Lindemann). Otherwise integers that
    enclose 2^bits log b_i, for growing bits, separate the value from 0.
    """
    if not terms:
        return 0
    common = math.lcm(*(c.denominator for c in terms.values()))
    integers = [(m.base, c.numerator * (common // c.denominator)) for m, c in terms.items()]
    bits = FIRST_PRECISION
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


# --- decimals --------------------------------------------------------------------------------------------

_DECIMAL_BITS: Final = 100_000  # of magnitude, beyond which no decimals are written


def rational_decimal(q: Fraction, digits: int) -> str:
    """q in decimals, correctly rounded; without trailing zeros when it is written in full."""
    m, e, exactly = _rounded(q, digits)
    return _decimal(m, e, digits, strip=exactly)


def decimal(terms: Terms, digits: int) -> str | None:
    """A value != 0 in decimals, correctly rounded; None where these digits are not known to be right."""
    mp = _mp()
    precision = FIRST_PRECISION + 4 * digits
    while precision <= 4 * (PRECISION_CAP + 4 * digits):
        try:
            ends = enclose(terms, precision)
        except _Imprecise:
            ends = (mp.fzero, mp.fzero)
        except TooLarge:
            break
        if all(mantissa for _, mantissa, _, _ in ends):
            if any(abs(exponent + bits) > _DECIMAL_BITS for _, _, exponent, bits in ends):
                break
            (m, e, _), other = (_rounded(Fraction(*map(int, mp.to_rational(end))), digits) for end in ends)
            if (m, e) == other[:2]:
                return _decimal(m, e, digits, strip=False)
        precision *= 2
    return None


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
