"""Exponentials of sums: exp(a - 2 b) as exp(a) (1/exp(b)) (1/exp(b))."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from derive.kernel import ring as field
from derive.kernel import rules as r
from derive.kernel.terms import ADD, EXP, MUL, NEG, App, Term, app
from derive.kernel.theorem import Theorem
from derive.tactics.derived import chain
from derive.tactics.monomials import ZERO, monomial_term, number, times

_COPIES = 8  # exp(n a) is a product for whole n up to this, and stays for others

Use = Callable[..., Theorem]  # a lemma at its values: ``Normalizer.lemma``


def spread(t: App, lemma: Use) -> Theorem | None:
    """|- exp(e) = a product of exponentials of single terms and of their reciprocals; None where e is a single term."""
    exponent = t.args[0]
    try:
        poly, below = field.ratio(exponent, frozenset())
    except field.TooLargeError:
        return None
    if below:
        return None
    if not poly:
        return chain(r.cong(EXP, (r.ring(exponent, ZERO, ()),)), lemma("exp_zero", {}))
    parts = list(_parts(poly))
    if len(parts) == 1 and not parts[0][1]:
        return None
    total, out = _of(*parts[0], lemma)
    for term, negative in parts[1:]:
        part, th = _of(term, negative, lemma)
        out = chain(lemma("exp_add", {"x": total, "y": part}), r.cong(MUL, (out, th)))
        total = App(ADD, (total, part))
    return chain(r.cong(EXP, (r.ring(exponent, total, ()),)), out)


def _parts(poly: field.Poly) -> Iterator[tuple[Term, bool]]:
    """The terms of the exponent, and which of them are negative."""
    for m, c in sorted(poly.items(), key=lambda mc: repr(sorted(map(repr, mc[0])))):
        size, negative = abs(Fraction(c)), c < 0
        if m != field.ONE and size.denominator == 1 and size <= _COPIES:
            for _ in range(int(size)):
                yield monomial_term(m), negative
        else:
            yield (times(number(size), monomial_term(m)) if m else number(size)), negative


def _of(term: Term, negative: bool, lemma: Use) -> tuple[Term, Theorem]:
    """A part of the exponent, and |- exp(part) = its factor."""
    if negative:
        return App(NEG, (term,)), lemma("exp_neg", {"x": term})
    return term, r.refl(app(EXP, term))
