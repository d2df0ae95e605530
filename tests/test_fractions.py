"""Fractions of polynomials have one form."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from derive import *
from derive.kernel import ring as field
from derive.kernel.terms import Num, Term
from derive.tactics.fractions import divided, pieces, quotient_term, scaled
from derive.tactics.monomials import poly_term

a, b, x = real("a"), real("b"), real("x")


def polynomial(t: Term) -> field.Poly:
    return field.ratio(t, frozenset())[0]


coefficients = st.lists(st.integers(-3, 3), min_size=4, max_size=4)


@given(coefficients, coefficients)
def test_what_is_divided_is_quotient_times_divisor_plus_rest(top: list[int], bottom: list[int]) -> None:
    parts = (Num(1), x, x * a, a * a)
    p, d = (polynomial(sum((c * t for c, t in zip(cs, parts, strict=True)), Num(0))) for cs in (top, bottom))
    if not d:
        return
    quotient, rest = divided(p, d)
    assert field.add(field.mul(quotient, d), rest) == p


def put_together(t: Term, *divisors: Term) -> Term:
    poly, below = field.ratio(t, frozenset(divisors))
    out: Term = Num(0)
    for c, m, under in pieces(poly, below, divisors):
        out = out + quotient_term(scaled(c, m), [poly_term(dict(d)) for d, e in under for _ in range(e)])
    return out


def test_a_fraction_is_what_is_left_over_its_divisor() -> None:
    assert str(put_together(x / (1 + x), 1 + x)) == "0 + 1 + (-1)/(x + 1)"
    assert put_together(x / (1 + x), 1 + x) == put_together(1 - 1 / (1 + x), 1 + x)


def test_a_square_written_out_is_the_square() -> None:
    square = 1 + 2 * x + x * x
    assert put_together(1 / square, 1 + x, square) == put_together(1 / ((1 + x) * (1 + x)), 1 + x)


@given(st.integers(1, 4), st.integers(1, 4))
def test_pieces_have_the_value_of_the_fraction(m: int, n: int) -> None:
    whole = (a + b * x) ** m / (x + a) ** n
    same = put_together(whole, x + a)
    facts = frozenset({x + a})
    assert field.equal(whole, same, facts) or field.equal(same, whole, facts | {poly_term(polynomial(x + a))})
    assert not field.equal(whole, same + Fraction(1, 7), facts | {poly_term(polynomial(x + a))})
