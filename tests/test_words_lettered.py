"""Words stand in the page's letters, or the page is refused."""

from __future__ import annotations

import pytest

from derive.board.catalogue import find_theorem
from derive.errors import UserError
from derive.language.definitions import cross_entropy, kl
from derive.record import Derivation
from derive.render.formula.notation import load_notation, read_notation
from derive.render.pages.latex import derivation_latex
from derive.render.pages.text import derivation_text
from derive.render.pens.latex import prose_latex, sentence_latex
from derive.render.pens.text import sentence_text
from derive.render.words.lettered import PageWords, lettered
from derive.render.words.prose import parts
from derive.render.words.sentence import prose
from derive.render.words.where import symbol

EXCHANGED = """
[variables]
"p(k)" = "q($k)"
"q(k)" = "p($k)"
"p(_)" = "q"
"q(_)" = "p"
"""
BOLD = """
[variables]
"p(_)" = "bf{p}"
"p(k)" = "bf{p}_$k"
"p(t, _)" = "P_$t"
"p(t, k)" = "P_$t($k)"

[definitions]
cross_entropy = ["l($q; $p)", "l_$V($q; $p)"]
"""


def noted(source: str):
    return load_notation(source) if source.isalpha() else read_notation(source, "course")


def titled(name: str, title: str, **more: object) -> Derivation:
    return find_theorem(name).derivation._replace(summary=title, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("theorem", "title", "notation", "text"),
    [
        ("kl_nonneg", "the divergence of q from p", EXCHANGED, "the divergence of p from q"),
        ("kl_nonneg", "the mean of q/p - 1, at y", "hat", "the mean of q/ŷ − 1, at y"),
        ("kl_nonneg", "log p(k), as log-likelihoods are", "hat", "ln ŷₖ, as log-likelihoods are"),
        ("cross_entropy_is_nll", "p gives p_t(y_t)", "hat", "ŷ gives ŷ_{t,y_t}"),
        ("cross_entropy_is_nll", "p gives p_t(y_t), and Pr(y | x)", "theta", "p_θ gives p_θ(yₜ | x, y_<t), and p_θ(y | x)"),
        ("cross_entropy_is_nll", "the model p gives p_t(y_t)", BOLD, "the model P gives Pₜ(yₜ)"),
        ("cross_entropy_one_hot", "H(q, p) at the target delta_y", BOLD, "l(q; p) at the target δ_y"),
        ("kl_nonneg", "the square p² of p", "hat", "the square ŷ² of ŷ"),
        ("cross_entropy_one_hot", "the target delta_y", "hat", "the target e_y"),
        ("label_smoothing_residual", "q_y^eps from p", EXCHANGED.replace('"p(_)"', '"y(_)" = "c"\n"p(_)"'), "q_y^ε from q"),
        ("label_smoothing_residual", "p as the author writes it", "compact", "p as the author writes it"),
    ],
)  # fmt: skip
def test_a_title_is_in_the_letters_of_the_page(theorem: str, title: str, notation: str, text: str) -> None:
    shown = lettered(titled(theorem, title), noted(notation)).summary
    assert sentence_text(prose(shown)) == text


def test_what_a_definition_is_called_is_said_in_the_letters_of_its_equation() -> None:
    said, called = symbol(kl, noted(EXCHANGED))
    assert sentence_text(said).startswith("KL(p ∥ q) =")
    assert sentence_text(called) == ", the Kullback-Leibler divergence of p from q, with 0 log 0 = 0"
    assert "of the model ŷ under the target q" in sentence_text(symbol(cross_entropy, noted("hat"))[1])


def test_all_words_of_a_page_are_in_its_letters_once() -> None:
    d = find_theorem("kl_nonneg").derivation
    (block,) = d.blocks
    line = block.lines[-1]
    line = line._replace(
        reasons=(line.reasons[0]._replace(name="", phrase="q and p sum to 1"),), labels=((line.term, "of p"),)
    )
    d = d._replace(notes=("p is positive",), blocks=(block._replace(lines=(*block.lines[:-1], line)),))
    page = derivation_text(d, noted(EXCHANGED))
    assert "p and q sum to 1" in page and "of q" in page and "note: q is positive" in page
    own = read_notation(EXCHANGED + '[reasons]\n"kl_nonneg:4" = "p and q sum to 1"\n', "course")  # the page's letters
    assert "p and q sum to 1" in derivation_text(d, own)


def test_letters_with_marks_and_in_bold_are_drawn_as_in_formulas() -> None:
    d = titled("cross_entropy_is_nll", "p gives p_t(y_t)")
    for notation, latex in (("hat", r"$\hat{y}$ gives $\hat{y}_{t,y_t}$"), ("pr", r"\mathbf{y}_t \mid \mathbf{x}")):
        shown = lettered(d, load_notation(notation)).summary
        assert latex in prose_latex(shown)
        assert latex in sentence_latex(prose(shown))
        assert latex in derivation_latex(d, notation)
    assert "y_hat gives y_hat_{t,y_t}" in derivation_text(d, "hat", ascii=True)


def test_a_letter_that_cannot_be_told_from_a_word_is_refused() -> None:
    with pytest.raises(UserError, match=r"hat writes p as ŷ.*does not stand as a letter by itself"):
        lettered(titled("kl_nonneg", "p's divergence"), load_notation("hat"))
    with pytest.raises(UserError, match="does not stand as a letter by itself"):
        lettered(titled("kl_nonneg", "so p² + 1 = 2 q"), load_notation("hat"))
    assert lettered(titled("kl_nonneg", "q's divergence"), load_notation("hat")).summary == "q's divergence"


def test_words_of_the_notation_itself_stay() -> None:
    assert lettered(titled("kl_nonneg", PageWords("from p")), load_notation("hat")).summary == "from p"


@pytest.mark.parametrize(
    ("words", "formulas"),
    [
        ("log(x y) = log x log y", []),
        ("H(q, p) = H(p, q) for all p and q", ["p", "q"]),
        ("since log(1/V) = 0", []),
        ("p(y) = q(y) here", []),
        ("at eps = 0, where p(k) > 0", ["ε = 0", "p(k) > 0"]),
        ("only k = y is left, and 1 <= y <= V", ["k = y", "1 ≤ y ≤ V"]),
        ("log x <= x - 1, with 0 log 0 = 0", ["log x ≤ x − 1", "0 log 0 = 0"]),  # of the library
        ("ln x <= x - 1", ["ln x ≤ x − 1"]),
        ("τ² over τ, and a² of p₁²", ["τ^2", "τ", "a^2", "p_1^2"]),
    ],
)
def test_a_relation_in_words_that_claims_something_is_set_as_words(words: str, formulas: list[str]) -> None:
    assert [part for formula, part in parts(words) if formula] == formulas


def test_formulas_of_ones_own_text() -> None:
    assert prose_latex("the sum is -log Pr(y | x)") == r"the sum is $-\log \Pr(y \mid x)$"
    assert prose_latex("ℓ is the loss, ∇ a gradient, pₖ and q\u0302") == (
        r"$\ell$ is the loss, $\nabla$ a gradient, $p_k$ and $\hat{q}$"
    )
