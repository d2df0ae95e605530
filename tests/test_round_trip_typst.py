"""Typst, read back: what touches belongs together, and what is not read.

That every formula of the catalogue is read back, test_round_trip_catalogue.py says.
"""

from __future__ import annotations

import pytest

from derive.read import typst
from derive.read.page import Brackets, Hat, Items, Over, Scripts, Sign, UnreadableError, number

A, K, T, P = (Sign(letter) for letter in "aktp")
OF_K = Brackets("(", (K,), ")")


@pytest.mark.parametrize(
    ("written", "page"),
    [
        ("p_t (k)", (Scripts(P, (T,), None), OF_K)),
        ("p_t(k)", (Scripts(P, (T, OF_K), None),)),  # the index takes the bracket that touches it
        ("a_(k, t)", (Scripts(A, (K, Sign(","), T), None),)),
        ("attach(p(k), t: a, b: t)", (P, Scripts(OF_K, (T,), (A,)))),
        (r"frac(a, p\, k)", (Over((A,), (P, Sign(","), K)),)),
        ("lr(size: #1.8em, (a + k))", (Brackets("(", (A, Sign("+"), K), ")"),)),
        ('op("arg" thin "min", limits: #true)_theta', (Scripts(Sign("arg min", "up"), (Sign("θ"),), None),)),
        ('2 thin "PPL"(k)', (number("2"), Sign("PPL", "up"), OF_K)),
        ('a quad"for all "k', (A, Sign("for all", "text"), K)),
        ('underbrace(a, "words, more")', (A,)),
        ("upright(bold(a))", (Sign("a", "bf"),)),
        ("bold(1)", (Sign("1", "bf"),)),
        ("cal(A)", (Sign("A", "cal"),)),
        ("macron(a)", (Hat("bar", (A,)),)),
        ("a'_k", (Scripts(Sign("a'"), (K,), None),)),
        (r'forall k class("punctuation", \:) a', (Sign("∀"), K, Sign(":"), A)),
        (r"a\/k", (A, Sign("/"), K)),
    ],
)
def test_pages(written: str, page: Items) -> None:
    assert typst.page(written) == page


@pytest.mark.parametrize("written", ["a/k", "ak", "(a", "a)", "frac(a, k", "a_", "#sys", "a & k"])
def test_what_is_not_printed_is_not_read(written: str) -> None:
    """A bare slash would be a fraction, two letters that touch a name."""
    with pytest.raises(UnreadableError):
        typst.page(written)
