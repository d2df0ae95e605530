"""How numbers and foreign names are written in messages and reports."""

from __future__ import annotations

import decimal
import math
from decimal import Decimal

DECIMALS = decimal.Context(prec=30, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN, traps=[])

LOG = {"e": "log", "2": "log₂", "10": "log₁₀"}
"""The logarithm to each base, as it is written."""


def printable(text: str, longest: int = 40) -> str:
    """The text cut to ``longest`` characters, without characters that could move a terminal's cursor."""
    text = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def number(x: float) -> str:
    """A number with up to six significant digits and a true minus sign."""
    text = f"{x + 0.0:.6g}"
    return (text[:-2] if text.endswith(".0") else text).replace("-", "−")


def decimal_text(value: Decimal) -> str:
    """The same for a number that may be beyond the range of a double."""
    if value == 0 or -300 < value.adjusted() < 300:
        return number(float(value))
    mantissa, _, exponent = f"{value:.5e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{exponent}".replace("-", "−")


def exp(x: float) -> Decimal | None:
    """exp(x) even where a double underflows; None where x is too inexact for a digit of it."""
    return Decimal(x).exp(DECIMALS) if abs(x) < 1e9 else None


def exp_text(x: float) -> str:
    """exp(x) with six digits, never 0 and never inf."""
    value = exp(x)
    return f"10^({number(x / math.log(10))})" if value is None else decimal_text(value)
