"""Arithmetic on the numbers of a model: integers and fractions as long as they suffice, exact reals beyond.

Undefined is raised where there is no result, as for a logarithm of a number <= 0; nothing is rounded.
"""

from __future__ import annotations

import operator
from fractions import Fraction
from typing import TypeGuard

from derive.falsify.numbers.exact import Exact, Sign, Undecided, Undefined, compare, exp, log

Number = int | Fraction | Exact
_POWER_BITS = 1 << 16


def is_number(value: object) -> TypeGuard[Number]:
    """Whether a value is a number: Python counts truth values among the integers, and here they are none."""
    return isinstance(value, (int, Fraction, Exact)) and not isinstance(value, bool)


class TooBig(Undecided):
    """The computation was given up: a range or a number is too large."""


def rational_if_seen(x: Number) -> Number:
    """``x``, as a Fraction when it is shown to be rational."""
    if isinstance(x, Exact):
        q = x.as_fraction()
        return x if q is None else q
    return x


def sign_of_difference(a: Number, b: Number) -> int:
    """-1, 0 or 1 as a < b, a = b or a > b, proved; Undecided otherwise."""
    if isinstance(a, Exact) or isinstance(b, Exact):
        sign = compare(a, b)
        if sign is Sign.UNDECIDED:
            raise Undecided(f"{a} and {b} are not told apart, nor shown to be equal")
        return int(sign.value)
    return (a > b) - (a < b)


def divide(a: Number, b: Number) -> Number:
    if isinstance(a, Exact) or isinstance(b, Exact):
        return rational_if_seen(Exact.of(a) / b)
    if b == 0:
        raise Undefined(f"division of {a} by 0")
    return Fraction(a) / b


def logarithm(x: Number) -> Number:
    if not isinstance(x, Exact):
        if x == 1:
            return 0
        if x <= 0:
            raise Undefined(f"log({x}) does not exist")
    return rational_if_seen(log(x))


def exponential(x: Number) -> Number:
    return 1 if not isinstance(x, Exact) and x == 0 else rational_if_seen(exp(x))


def power(a: Number, b: Number) -> Number:
    b = rational_if_seen(b)
    if isinstance(a, Exact) or isinstance(b, Exact) or b.denominator != 1:
        if not isinstance(a, Exact) and a <= 0:
            raise Undefined(f"{a} to the power {b} does not exist")
        return rational_if_seen(Exact.of(a) ** b)
    n = int(b)
    if n < 0 and a == 0:
        raise Undefined(f"0 to the power {n} does not exist")
    if max(abs(a.numerator), a.denominator) > 1 and (
        max(abs(a.numerator), a.denominator).bit_length() * abs(n) > _POWER_BITS
    ):
        raise TooBig(f"{a} to the power {n} is too large to write out")
    if n < 0:
        return 1 / Fraction(a) ** -n
    raised: int | Fraction = a**n
    return raised


class Exactly:
    """What the values of operators are made of (``derive.operators.Numbers``)."""

    add = staticmethod(operator.add)
    sub = staticmethod(operator.sub)
    neg = staticmethod(operator.neg)
    mul = staticmethod(operator.mul)
    div = staticmethod(divide)
    power = staticmethod(power)
    log = staticmethod(logarithm)
    exp = staticmethod(exponential)
