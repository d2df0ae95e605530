"""Definitions of an author's own: their names read as nothing else, and each page that uses one says what it is."""

from __future__ import annotations

import pytest
from strategies import Scratch

from derive import *
from derive.kernel import definitions as kernel
from derive.language.letters import *
from derive.record import Derivation
from derive.render.formula.notation import load_notation
from derive.render.pages.html import derivation_html
from derive.render.pages.jupyter import mimebundle
from derive.render.pages.latex import derivation_latex
from derive.render.pages.speech import derivation_speech
from derive.render.pages.text import derivation_text

SCRATCH = Scratch()
with SCRATCH:
    sg = define("sg", (b,), 1 / (1 + exp(-b)), "The logistic function.")
    twice = define("twice", (f,), fun(k, 2 * f[k]))
    total = define("total", (f, n), Sum(sg(twice(f)[k]), (k, 1, n)))
    rest = define("rest", (integer("s"), n), n - integer("s"))
    small = define("small", (a,), a < 1)


def page_of(claim, reason) -> Derivation:
    @theorem(shows=claim)
    def defined(c: Calc) -> None:
        """It is what it is."""
        c.eq(claim.args[1], by=reason)

    return defined.check()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("2", "reads as a number"),
        ("log_", "not written in plain letters"),
        ("log", "reads as log"),
        ("ln", "reads as ln"),
        ("sqrt", "reads as sqrt"),
        ("H", "reads as H"),
        ("KL", "reads as KL"),
        ("Pr", "reads as Pr"),
        ("cross entropy", "not written in plain letters"),
        ("CrossEntropy", "reads as a definition of the library"),
        ("e", "reads as the number e"),
        ("sg_b", "reads as sg at the index b"),
        ("f_k", "reads as f at the index k"),
        ("\u0440", "not written in plain letters"),
    ],
)
def test_a_definition_has_no_name_that_reads_as_something_else(name: str, why: str) -> None:
    with pytest.raises(ClaimError, match=why):
        define(name, (b,), b + 3)
    assert name not in {d.name for d in kernel.definitions()}


def test_the_letters_of_a_definition_are_checked_too() -> None:
    with pytest.raises(
        ClaimError, match="the definition of far has a variable named 'x_k', which reads as x at the index k"
    ):
        define("far", (real("x_k"),), real("x_k") + 1)
    with pytest.raises(ClaimError, match="a variable named 'sin'"):
        define("far", (n,), Sum(integer("sin"), (integer("sin"), 1, n)))


def test_one_may_define_the_functions_of_the_trade() -> None:
    with SCRATCH:
        made = define("logistic", (b,), 1 / (1 + exp(-b)))
    assert made.name == "logistic"


def test_a_definition_made_by_the_kernel_s_own_door_is_read_as_closely() -> None:
    with SCRATCH:
        two = kernel.define("2", (), Sum(3, (k, 1, 1)))
    with (
        SCRATCH.known(),
        pytest.raises(ClaimError, match="there cannot be a definition named '2', which reads as a number"),
    ):
        page_of(Eq(two(), two()), ring)


def test_every_page_states_the_definitions_of_the_author_s() -> None:
    d = page_of(Eq(sg(a) - sg(a), 0), ring)
    assert "  claim  sg(a) − sg(a) = 0\n  where  sg(b) = 1/(1 + exp(−b))\n" in derivation_text(d)
    assert "  where  sg(b) = 1/(1 + exp(-b))\n" in derivation_text(d, ascii=True)
    assert r"where $\operatorname{sg}(b) = \frac{1}{1 + e^{-b}}$." in derivation_latex(d)
    assert "<p>where <math" in derivation_html(d)
    assert r"\text{where }\operatorname{sg}(b) = \frac{1}{1 + e^{-b}}" in mimebundle(d, html=False)["text/latex"]
    assert "Here sg of b equals the fraction with numerator 1 and denominator" in derivation_speech(d)


def test_slides_state_them_among_the_conditions() -> None:
    from derive.render.pens.text import sentence_text
    from derive.slides.deck.build import Choice, derivation_slides
    from derive.slides.deck.template import Template

    d = page_of(Eq(sg(a) - sg(a), 0), ring)
    slide = derivation_slides("defined", d, Choice(load_notation()), Template())[0]
    assert sentence_text(slide.given) == "sg(b) = (1)/(1 + e⁻ᵇ) by definition"


def test_definitions_in_definitions_are_stated_and_families_at_an_index() -> None:
    d = page_of(Eq(total(f, n) - total(f, n), 0), ring)
    assert (
        "  where  total(f, n) = ∑ₖ₌₁ⁿ sg(twice(f)(k))\n         sg(b) = 1/(1 + exp(−b))\n         twice(f)(k) = 2 f(k)\n"
    ) in derivation_text(d)


def test_an_integer_among_the_parameters_is_said_to_be_one() -> None:
    d = page_of(Eq(rest(n, n), n - n), rest)
    assert "  where  rest(s, n) = n − s, s integer\n" in derivation_text(d)


def test_those_of_the_library_are_stated_on_demand() -> None:
    from derive.proofs.cross_entropy import cross_entropy_one_hot

    d = cross_entropy_one_hot.check()
    assert "where" not in derivation_text(d)
    stated = "  where  H(q, p) = −∑ₖ₌₁ⱽ q(k) log p(k)\n         δ_y(k) = [k = y]\n"
    assert stated in derivation_text(d, where=True)
    assert r"where $H(q, p) = -\sum_{k=1}^V q(k) \log p(k)$ and $\delta_y(k) = [k = y]$." in derivation_latex(
        d, where=True
    )


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("bce", "reads as BCE, as pages write binary_cross_entropy; use binary_cross_entropy of the library, or rename it, to my_bce"),
        ("ppl", "reads as PPL, as pages write perplexity; use perplexity of the library, or rename it, to my_ppl"),
        ("nll", "reads as NLL, as pages write surprisal; use surprisal of the library, or rename it, to my_nll"),
        ("KL", "reads as KL, as pages write kl; use kl of the library, or rename it, to my_KL"),
        ("CrossEntropy", "reads as a definition of the library; use cross_entropy of the library, or rename it, to my_CrossEntropy"),
        ("sqrt", "reads as sqrt; rename it, to my_sqrt"),
    ],
)  # fmt: skip
def test_a_name_that_reads_as_the_librarys_is_told_which_one_and_a_longer_one(name, says):
    with pytest.raises(ClaimError) as refused:
        define(name, (a,), a * a + 1)
    assert says in str(refused.value)
    offered = str(refused.value).partition("rename it, to ")[2].removesuffix(" for instance")
    with Scratch():
        define(offered, (a,), a * a + 1)
