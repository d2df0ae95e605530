"""Inequalities of entropies are found whatever their letters, and their false neighbours are not."""

from __future__ import annotations

import pytest
from equations import a, b, f, k, n, one_of, over, p, positives, q, t, total

from derive import *
from derive.falsify import Counterexample
from derive.kernel.terms import Term
from derive.notes.judge.refute import refute
from derive.tactics import consequences
from derive.tactics.context import Context

two = (*positives(p, q), one_of(p), one_of(q), 1 <= n)
weak = (over(k, 1, n, 0 <= p[k]), *positives(q), one_of(p), one_of(q), 1 <= n)

TRUE = {
    "Gibbs": (0 <= kl(n, p, q), two),
    "Gibbs with noughts": (entropy(n, p) <= cross_entropy(n, p, q), weak),
    "Gibbs for less than a distribution": (
        0 <= kl(n, p, q), (*positives(p, q), one_of(p), total(q[k]) <= 1, 1 <= n),
    ),
    "term by term": (total(p[k] * (1 - q[k] / p[k])) <= kl(n, p, q), two),
    "most entropy": (entropy(n, p) <= log(n), (*positives(p), one_of(p), 1 <= n)),
    "Jensen": (total(p[k] * log(f[k])) <= log(total(p[k] * f[k])), (*positives(p, f), one_of(p), 1 <= n)),
    "a bound on the evidence": (
        total(q[k] * log(f[k] / q[k])) <= log(total(f[k])), (*positives(q, f), one_of(q), 1 <= n),
    ),
    "a logarithm under its tangent": (log(a / b) <= a / b - 1, (0 < a, 0 < b)),
}  # fmt: skip
FALSE = {
    "Gibbs turned": (kl(n, p, q) <= 0, two),
    "Gibbs between any": (0 <= kl(n, p, q), (*positives(p, q), one_of(p), 1 <= n)),
    "entropy over log n": (log(n) <= entropy(n, p), (*positives(p), one_of(p), 1 <= n)),
    "Jensen turned": (log(total(p[k] * f[k])) <= total(p[k] * log(f[k])), (*positives(p, f), one_of(p), 1 <= n)),
    "Jensen without weights": (total(t[k] * log(f[k])) <= log(total(t[k] * f[k])), (*positives(t, f), 1 <= n)),
    "over the tangent": (a / b - 1 <= log(a / b), (0 < a, 0 < b)),
    "strict where it is not": (0 < kl(n, p, q), two),
}


@pytest.mark.parametrize(("claim", "given"), TRUE.values(), ids=TRUE)
def test_an_inequality_of_entropies_is_proved(claim: Term, given: tuple[Term, ...]) -> None:
    found = consequences.prove(claim, Context.of(given))  # type: ignore[arg-type]
    assert found is not None
    assert found[0].concl == claim
    assert set(found[0].hyps) <= set(given)


@pytest.mark.parametrize(("claim", "given"), FALSE.values(), ids=FALSE)
def test_a_false_neighbour_is_not(claim: Term, given: tuple[Term, ...]) -> None:
    assert consequences.prove(claim, Context.of(given)) is None  # type: ignore[arg-type]
    assert isinstance(refute(claim, given), Counterexample)
