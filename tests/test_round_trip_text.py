"""Plain text, read back: its spellings, whole conditions, and what is not read.

That every formula of the catalogue is read back, test_round_trip_catalogue.py says.
"""

from __future__ import annotations

import pytest
from formulas import formulas
from sweep import sample

from derive.board.catalogue import theorems
from derive.kernel.definitions import definitions
from derive.read import text
from derive.read.canonical import canonical
from derive.read.grammar import Reader
from derive.read.page import Brackets, Hat, Items, Scripts, Sign, UnreadableError, number
from derive.render.formula.notation import notation_names
from derive.render.pens.text import Pen, conditions_text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("zₜ₊₁", "z_{t+1}"),
        ("a²", "a^2"),
        ("∑ₖ₌₁ⱽ⁻¹ p(k)", "∑_{k=1}^{V−1} p(k)"),
        ("y_<t", "y_{<t}"),
        ("q_y^ε", "q_{y}^{ε}"),
        ("ŷₖ", "y_hat_k"),
        ("k′", "k'"),
    ],
)
def test_one_page_in_two_spellings(one: str, other: str) -> None:
    assert text.page(one) == text.page(other)


@pytest.mark.parametrize(
    ("unicode", "ascii"),
    [
        ("−a · b ≤ c", "-a * b <= c"),
        ("∑_{k=1}^{V} log p(k)", "sum_{k=1}^{V} log p(k)"),
        ("arg min_θ L(θ)", "arg min_theta L(theta)"),
        ("∂/∂zⱼ (zₖ + a)", "d/dz_j (z_k + a)"),
        ("a = b ⟺ p(k) = a  for k = 1, …, V where k ≠ y", "a = b <=> p(k) = a  for k = 1, ..., V where k != y"),
        ("0 < a ∧ 0 < b ⟹ 0 < c  for k = 1, …, V and t ≥ 1", "0 < a and 0 < b => 0 < c  for k = 1, ..., V and t >= 1"),
        ("D_KL(q ∥ p)", "D_KL(q || p)"),
        ("k ↦ Pr(· | x)", "k |-> Pr(* | x)"),
    ],
)
def test_unicode_and_ascii_are_one_page(unicode: str, ascii: str) -> None:
    assert text.page(unicode) == text.page_ascii(ascii)


@pytest.mark.parametrize(
    ("line", "page"),
    [
        ("2 a", (number("2"), Sign("a"))),
        ("ℒ", (Sign("L", "cal"),)),
        ("softmax(z)ⱼ", (Sign("softmax", "up"), Scripts(Brackets("(", (Sign("z"),), ")"), (Sign("j"),), None))),
        ("q̃", (Hat("tilde", (Sign("q"),)),)),
        ("\ue000a\ue100 + b", (Sign("a"), Sign("+"), Sign("b"))),
    ],
)
def test_pages(line: str, page: Items) -> None:
    assert text.page(line) == page


@pytest.mark.parametrize("line", ["(a", "a)", "_a", "a_", "a^{b", "¼"])
def test_what_is_not_printed_is_not_read(line: str) -> None:
    with pytest.raises(UnreadableError):
        text.page(line)


@pytest.mark.parametrize("notation", notation_names())
def test_conditions_in_a_line_of_text(notation: str) -> None:
    """Without the theorem that they are of: their bound letters need not avoid its other letters."""
    for d in (e.derivation for e in sample(theorems(), 20)):
        for ascii_only, hidden in ((False, text.HIDDEN), (True, text.HIDDEN_ASCII)):
            for terms in (d.given, *(block.assumes for block in d.blocks)):
                read = Reader(notation, {v for term in terms for v in term.free}, definitions(), hidden)
                lines = conditions_text(terms, notation, ascii=ascii_only)
                found = [meanings for line in lines for meanings in read.conditions(text.page(line, ascii_only))]
                assert all(len(meanings) == 1 for meanings in found), lines
                assert set().union(*found) == set(map(canonical, terms)), lines


@pytest.mark.parametrize("notation", notation_names())
def test_ascii_is_ascii(notation: str) -> None:
    assert all(text.BRACES.sub("", Pen(True).draw(f.line)).isascii() for f in formulas(notation))
