"""Exact numbers as text and in LaTeX: the number first, then logarithms, then everything else."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from derive.falsify.numbers.monomials import UNIT, Atom, Den, Monomial, Terms

_ONE_LOG_LIMIT: Final = 10**6  # c log(r) is written for a sum of logarithms if r's numbers stay below this


class Text:
    """Writes a value as plain text.

    ``as_quotient`` gives a sum as (numerator, denominators), which takes arithmetic.
    """

    def __init__(self, as_quotient: Callable[[Terms], tuple[Terms, dict[Atom, int]]]) -> None:
        self.as_quotient = as_quotient

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

    def value(self, terms: Terms) -> str:
        numerator, denominators = self.as_quotient(terms)
        if not denominators:
            return self.sum(numerator)
        factors: list[tuple[str, bool]] = []  # and whether the text is a sum
        for atom, power in denominators.items():
            text = self.log(self.integer(atom), bare=True) if isinstance(atom, int) else self.sum(atom.terms)
            if (power, len(denominators)) == (1, 1):
                factors.append((text, not isinstance(atom, int)))
            else:
                factors.append((self.raised(self.group(text), power), False))
        return self.quotient(
            self.sum(numerator),
            self.times.join(sorted(text for text, _ in factors)),
            group=(len(self.pieces(numerator)) > 1, len(factors) > 1 or factors[0][1]),
        )

    def raised(self, base: str, power: int) -> str:
        return base if power == 1 else self.power(base, str(power))

    def sum(self, terms: Terms) -> str:
        pieces = self.pieces(terms)
        if not pieces:
            return "0"
        first = next((i for i, (negative, _) in enumerate(pieces) if not negative), 0)
        pieces.insert(0, pieces.pop(first))
        text = ("-" if pieces[0][0] else "") + pieces[0][1]
        return text + "".join((" - " if negative else " + ") + piece for negative, piece in pieces[1:])

    def pieces(self, terms: Terms) -> list[tuple[bool, str]]:
        """The terms as (negative, text without sign): the number, the logarithms, everything else."""
        out: list[tuple[bool, str]] = []
        if UNIT in terms:
            out.append((terms[UNIT] < 0, self.fraction(abs(terms[UNIT]))))
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

    def factors(self, m: Monomial) -> tuple[list[str], bool]:
        """The factors, logarithms last, and whether the last is a logarithm and the only one."""
        roots: dict[Fraction, int] = {}
        opaque_roots: list[str] = []
        rest: Terms = {}
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
            exponent = self.value(rest)
            out.append("e" if exponent == "1" else self.power("e", exponent))
        out += sorted(opaque_roots)
        logs: list[tuple[str, int]] = []
        for atom, power in m.atoms:
            if isinstance(atom, Den):
                out.append(self.raised(self.group(self.sum(atom.terms)), power))
            elif isinstance(atom, int):
                logs.append((self.log(self.integer(atom), bare=True), power))
            else:
                logs.append((self.log(self.value(atom.terms), bare=False), power))
        alone = len(logs) == 1 and logs[0][1] == 1
        out += [t if alone else self.raised(self.group(t), power) for t, power in sorted(logs)]
        return out, alone


class Latex(Text):
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
