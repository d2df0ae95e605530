"""Identities of the ordered field, decided by a normal form.

A term is read as a fraction of polynomials with rational coefficients over *atoms*: every subterm that is not a sum,
difference, product, quotient, negation or whole power of smaller ones.  A quotient a/b is read as a fraction only when
b is a nonzero number or is listed in ``nonzero``, the terms already proved different from 0; any other quotient is an
atom, so nothing is ever cancelled that might be 0.

Two fractions n/d and m/e are equal wherever d and e are nonzero exactly when n e - m d is the zero polynomial.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from fractions import Fraction

from derive.kernel.terms import ADD, DIV, MUL, NEG, POW, SUB, App, Num, Term

Monomial = frozenset[tuple[Term, int]]  # atom -> exponent >= 1
Poly = dict[Monomial, Fraction | int]  # coefficients are nonzero
Factor = frozenset[tuple[Monomial, Fraction | int]]  # a polynomial, as a key
Denominator = dict[Factor, int]  # factor -> exponent >= 1
Ratio = tuple[Poly, Denominator]

ONE: Monomial = frozenset()
MAX_POWER = 64  # larger whole powers stay atoms; expanding them helps nobody
MAX_TERMS = 20_000


class TooLargeError(ValueError):
    """The polynomial has more terms than anybody would want to read."""


def add(p: Poly, q: Poly) -> Poly:
    if len(p) < len(q):
        p, q = q, p
    out = dict(p)
    for m, c in q.items():
        total = out.get(m, 0) + c
        if total:
            out[m] = total
        else:
            out.pop(m, None)
    return out


def scale(p: Poly, c: Fraction | int) -> Poly:
    return {m: c * k for m, k in p.items()} if c else {}


def mul(p: Poly, q: Poly) -> Poly:
    if len(p) * len(q) > MAX_TERMS:
        raise TooLargeError(f"a product of polynomials with {len(p)} and {len(q)} terms")
    out: Poly = {}
    for m, c in p.items():
        for n, d in q.items():
            mn = _times(m, n)
            total = out.get(mn, 0) + c * d
            if total:
                out[mn] = total
            else:
                out.pop(mn, None)
    return out


def _times(m: Monomial, n: Monomial) -> Monomial:
    if not m:
        return n
    if not n:
        return m
    powers = dict(m)
    for a, e in n:
        powers[a] = powers.get(a, 0) + e
    return frozenset(powers.items())


def power(p: Poly, n: int) -> Poly:
    out: Poly = {ONE: 1}
    for _ in range(n):
        out = mul(out, p)
    return out


def _missing(have: Denominator, want: Denominator) -> Poly:
    """The product of the factors of ``want`` that ``have`` lacks."""
    out: Poly = {ONE: 1}
    for factor, e in want.items():
        lacking = e - have.get(factor, 0)
        if lacking > 0:
            out = mul(out, power(dict(factor), lacking))
    return out


def _common(d: Denominator, e: Denominator) -> Denominator:
    return {f: max(d.get(f, 0), e.get(f, 0)) for f in {**d, **e}}


def _plus(a: Ratio, b: Ratio) -> Ratio:
    if a[1] == b[1]:
        return add(a[0], b[0]), a[1]
    return add(mul(a[0], _missing(a[1], b[1])), mul(b[0], _missing(b[1], a[1]))), _common(a[1], b[1])


def _product(a: Ratio, b: Ratio) -> Ratio:
    factors = dict(a[1])
    for f, e in b[1].items():
        factors[f] = factors.get(f, 0) + e
    return mul(a[0], b[0]), factors


def _inverse(r: Ratio) -> Ratio:
    """1/r; the caller has made sure that r is nonzero."""
    numerator, denominator = r
    top: Poly = {ONE: 1}
    for f, e in denominator.items():
        top = mul(top, power(dict(f), e))
    if len(numerator) == 1:  # a monomial: one factor for each atom keeps common denominators small
        ((m, c),) = numerator.items()
        return scale(top, Fraction(1) / c), {frozenset({(frozenset({(a, 1)}), 1)}): e for a, e in m}
    return top, {frozenset(numerator.items()): 1}


def ratio(term: Term, nonzero: AbstractSet[Term]) -> Ratio:
    """The term as a fraction of polynomials in its atoms."""
    if isinstance(term, Num):
        return ({ONE: term.value if term.value.denominator != 1 else term.value.numerator} if term.value else {}), {}
    if isinstance(term, App):
        op, args = term.op, term.args
        if op is ADD:
            return _plus(ratio(args[0], nonzero), ratio(args[1], nonzero))
        if op is SUB:
            n, d = ratio(args[1], nonzero)
            return _plus(ratio(args[0], nonzero), (scale(n, -1), d))
        if op is NEG:
            n, d = ratio(args[0], nonzero)
            return scale(n, -1), d
        if op is MUL:
            return _product(ratio(args[0], nonzero), ratio(args[1], nonzero))
        if op is DIV:
            below = ratio(args[1], nonzero)
            number = not below[1] and len(below[0]) == 1 and ONE in below[0]
            # A product of nonzero factors is proved nonzero as a whole or factor by factor, never guessed.
            if below[0] and (number or _is_nonzero(args[1], nonzero)):
                return _product(ratio(args[0], nonzero), _inverse(below))
        if op is POW and isinstance(args[1], Num) and args[1].value.denominator == 1:
            n_ = args[1].value.numerator
            if 0 <= n_ <= MAX_POWER:
                base = ratio(args[0], nonzero)
                out: Ratio = ({ONE: 1}, {})
                for _ in range(n_):
                    out = _product(out, base)
                return out
    return {frozenset({(term, 1)}): 1}, {}


def _is_nonzero(term: Term, nonzero: AbstractSet[Term]) -> bool:
    if term in nonzero:
        return True
    if isinstance(term, Num):
        return term.value != 0
    if isinstance(term, App):
        if term.op in (MUL, DIV):  # b/c stands in a denominator only when c is nonzero and so is b
            return all(_is_nonzero(a, nonzero) for a in term.args)
        if term.op is NEG:
            return _is_nonzero(term.args[0], nonzero)
    return False


def is_zero(r: Ratio) -> bool:
    return not r[0]


def equal(left: Term, right: Term, nonzero: AbstractSet[Term]) -> bool:
    """Whether left = right is an identity of the field, given that every term in ``nonzero`` is."""
    if left == right:
        return True
    return is_zero(difference(left, right, nonzero))


def difference(left: Term, right: Term, nonzero: AbstractSet[Term]) -> Ratio:
    n, d = ratio(right, nonzero)
    return _plus(ratio(left, nonzero), (scale(n, -1), d))


def combination(terms: list[tuple[Fraction, Term]], nonzero: AbstractSet[Term]) -> Ratio:
    """The sum of coefficient times term."""
    out: Ratio = ({}, {})
    for c, t in terms:
        n, d = ratio(t, nonzero)
        out = _plus(out, (scale(n, c), d))
    return out


def constant(r: Ratio) -> Fraction | None:
    """The rational number that the fraction equals wherever its denominator is nonzero, if it is one."""
    numerator, denominator = r
    if not numerator:
        return Fraction(0)
    below: Poly = {ONE: 1}
    for f, e in denominator.items():
        below = mul(below, power(dict(f), e))
    if numerator.keys() != below.keys():
        return None
    quotients = {Fraction(numerator[m]) / below[m] for m in numerator}
    return quotients.pop() if len(quotients) == 1 else None
