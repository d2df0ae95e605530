"""Fractions of polynomials in one form: a sum of monomials over divisors, each smaller than what divides it.

e/(1 + e) is 1 - 1/(1 + e), s t/(s s) is t/s, and so on: numerators are divided by their divisors with a remainder.  A divisor is
a polynomial that was proved to differ from 0; nothing here is trusted, as what comes out is checked by ``ring``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from derive.kernel import ring as field
from derive.kernel.terms import DIV, App, Term
from derive.tactics.monomials import ONE, factor, factors, monomial_term, number, times

_STEPS = 400  # of division; beyond them the fraction stays as it is


class Piece(NamedTuple):
    """A number times a monomial, over divisors with their powers."""

    coefficient: Fraction | int
    monomial: field.Monomial
    below: tuple[tuple[field.Factor, int], ...]


def pieces(poly: field.Poly, below: Mapping[field.Factor, int], written: Iterable[Term] = ()) -> list[Piece]:
    """The fraction as a sum of pieces, in a fixed order; divisors are split into those that are ``written``."""
    below = _split(below, {factor(f) for d in written for f in factors(d)})
    divisors = sorted(below, key=_order)
    parts: dict[tuple[int, ...], field.Poly] = {tuple(below[d] for d in divisors): poly}
    for i, d in enumerate(divisors):
        done: dict[tuple[int, ...], field.Poly] = {}
        while parts:
            powers, p = parts.popitem()
            if powers[i] == 0:
                _put(done, powers, p)
                continue
            quotient, rest = divided(p, dict(d))
            _put(done, powers, rest)
            if quotient:
                _put(parts, (*powers[:i], powers[i] - 1, *powers[i + 1 :]), quotient)
        parts = done
    out = [
        Piece(c, m, tuple((d, e) for d, e in zip(divisors, powers, strict=True) if e))
        for powers, p in parts.items()
        for m, c in p.items()
    ]
    return sorted(out, key=lambda x: (monomial_order(x.monomial), [(_order(d), e) for d, e in x.below]))


def _split(below: Mapping[field.Factor, int], known: set[field.Factor]) -> dict[field.Factor, int]:
    """The divisors, those that are products of known ones as these: 1 + 2 e + e^2 as (1 + e)^2."""
    out: dict[field.Factor, int] = {}
    smaller = sorted((d for d in known | set(below) if len(d) > 1), key=lambda d: (len(d), _order(d)))
    for divisor, e in below.items():
        rest = dict(divisor)
        for d in smaller:
            while len(d) < len(rest):
                quotient, left = divided(rest, dict(d))
                if left or not quotient:
                    break
                out[d] = out.get(d, 0) + e
                rest = quotient
        if len(rest) == 1 < len(divisor) and not _is_one(rest):
            return dict(below)  # a number or an atom is left over: the divisors stay as they are
        if not _is_one(rest):
            key = frozenset(rest.items())
            out[key] = out.get(key, 0) + e
    return out


def _is_one(p: field.Poly) -> bool:
    return p == {field.ONE: 1}


def divided(p: field.Poly, d: field.Poly) -> tuple[field.Poly, field.Poly]:
    """p = quotient d + rest, where no monomial of the rest has the leading monomial of d in it."""
    lead = max(d, key=monomial_order)
    quotient: field.Poly = {}
    rest: field.Poly = {}
    waiting = dict(p)
    for _ in range(_STEPS):
        if not waiting:
            return quotient, rest
        m = max(waiting, key=monomial_order)
        c = waiting[m]
        by = over(m, lead)
        if by is None:
            rest[m] = waiting.pop(m)
            continue
        step: field.Poly = {by: Fraction(c) / d[lead]}
        quotient = field.add(quotient, step)
        waiting = field.add(waiting, field.scale(field.mul(step, d), -1))
    return {}, dict(p)


def over(m: field.Monomial, d: field.Monomial) -> field.Monomial | None:
    powers = dict(m)
    for atom, e in d:
        left = powers.get(atom, 0) - e
        if left < 0:
            return None
        powers[atom] = left
    return frozenset((a, e) for a, e in powers.items() if e)


def _put(parts: dict[tuple[int, ...], field.Poly], powers: tuple[int, ...], p: field.Poly) -> None:
    total = field.add(parts.get(powers, {}), p)
    if total:
        parts[powers] = total
    else:
        parts.pop(powers, None)


def monomial_order(m: field.Monomial) -> tuple[int, list[tuple[str, int]]]:
    """By degree first, so that a division ends."""
    return sum(e for _, e in m), sorted((repr(a), e) for a, e in m)


def _order(d: field.Factor) -> list[tuple[tuple[int, list[tuple[str, int]]], str]]:
    return sorted((monomial_order(m), str(c)) for m, c in d)


def quotient_term(above: Term, divisors: list[Term]) -> Term:
    """``above`` over the product of the divisors."""
    product: Term = ONE
    for d in divisors:
        product = times(product, d)
    return above if product == ONE else App(DIV, (above, product))


def scaled(c: Fraction | int, m: field.Monomial) -> Term:
    return times(number(c), monomial_term(m)) if m else number(c)
