"""Exponentials of sums: exp(a - 2 b) as exp(a) (1/exp(b)) (1/exp(b))."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from derive.kernel import ring as field
from derive.kernel import rules as r
from derive.kernel.terms import ADD, EXP, MUL, NEG, App, Term, app
from derive.kernel.theorem import Theorem
from derive.tactics.closing import denominators
from derive.tactics.derived import chain, sides
from derive.tactics.fractions import pieces, quotient_term, scaled
from derive.tactics.monomials import ZERO, factor, monomial_term, poly_term

_COPIES = 8  # exp(n a) is a product for whole n up to this, and stays for others

Use = Callable[..., Theorem]  # a lemma at its values: ``Normalizer.lemma``
Known = Callable[..., tuple[Theorem, ...]]


def spread(t: App, lemma: Use, known: Known | None = None) -> Theorem | None:
    """|- exp(e) = a product of exponentials of single terms and of their reciprocals; None where e is a single term already.

    ``known`` gives which denominators of terms differ from 0; without it a quotient stays as it is.
    """
    exponent = t.args[0]
    facts = () if known is None else known(exponent)
    try:
        poly, below = field.ratio(exponent, frozenset(sides(th.concl)[0] for th in facts))
    except field.TooLargeError:
        return None
    if not poly:
        return chain(r.cong(EXP, (r.ring(exponent, ZERO, ()),)), lemma("exp_zero", {}))
    parts = list(_parts(exponent, poly, below))
    if len(parts) == 1 and parts[0] == (exponent, False):
        return None
    total, out = _of(*parts[0], lemma)
    for term, negative in parts[1:]:
        part, th = _of(term, negative, lemma)
        out = chain(lemma("exp_add", {"x": total, "y": part}), r.cong(MUL, (out, th)))
        total = App(ADD, (total, part))
    if below and known is not None:
        facts = known(exponent, total)
    return chain(r.cong(EXP, (r.ring(exponent, total, facts),)), out)


def _parts(exponent: Term, poly: field.Poly, below: field.Denominator) -> Iterator[tuple[Term, bool]]:
    """The terms of the exponent, and which of them are negative."""
    as_written = {factor(d): d for d in denominators(exponent)} if below else {}
    for c, m, divisors in pieces(poly, below, as_written.values()):
        size, negative = abs(Fraction(c)), c < 0
        over = [as_written.get(d) or poly_term(dict(d)) for d, e in divisors for _ in range(e)]
        if (m != field.ONE or over) and size.denominator == 1 and size <= _COPIES:
            for _ in range(int(size)):
                yield quotient_term(monomial_term(m), over), negative
        else:
            yield quotient_term(scaled(size, m), over), negative


def _of(term: Term, negative: bool, lemma: Use) -> tuple[Term, Theorem]:
    """A part of the exponent, and |- exp(part) = its factor."""
    if negative:
        return App(NEG, (term,)), lemma("exp_neg", {"x": term})
    return term, r.refl(app(EXP, term))
