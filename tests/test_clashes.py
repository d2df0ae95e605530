"""Two things of one page never look alike in the format that is printed, and no notation is about another sequence."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sweep import dealt

from derive import *
from derive.board.catalogue import theorems
from derive.kernel.terms import Term
from derive.language.letters import *
from derive.record import Derivation
from derive.render.formula.notation import load_notation, notation_names
from derive.render.pages.clashes import refuse_clashes
from derive.render.pages.html import derivation_html
from derive.render.pages.jupyter import mimebundle
from derive.render.pages.latex import derivation_latex
from derive.render.pages.speech import derivation_speech
from derive.render.pages.text import derivation_text
from derive.render.pens import latex, mathml
from derive.render.pens.speech import node_speech
from derive.render.pens.text import Pen

PAGES: list[Callable[..., object]] = [derivation_text, derivation_latex, derivation_html, derivation_speech, mimebundle]
w = function("w", INT, INT)


def page(claim: Term) -> Derivation:
    return Derivation("claimed", "", "", "", (), claim, ())


# --- one model, two sequences ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("notation", ["pr", "theta"])
@pytest.mark.parametrize("printer", PAGES)
def test_a_model_that_has_seen_y_is_not_printed_at_the_tokens_of_w(
    printer: Callable[..., object], notation: str
) -> None:
    """Pr(w | x) = prod Pr(w_t | x, y_<t) is false."""
    d = page(Eq(sequence_probability(T, ps, w), Prod(ps[t][w[t]], (t, 1, T))))
    with pytest.raises(UserError) as refusal:
        printer(d, notation)
    assert str(refusal.value) == (
        f"in the notation {notation}, p is conditioned on y, and used with the sequence w in claimed; the page would say what no "
        "theorem says, so name the sequence y, or choose another notation"
    )


@pytest.mark.parametrize("notation", ["compact", "hat"])
def test_a_notation_without_the_sequence_prints_any(notation: str) -> None:
    assert derivation_text(page(Eq(sequence_probability(T, ps, w), Prod(ps[t][w[t]], (t, 1, T)))), notation)


def test_slides_refuse_it_as_well() -> None:
    from derive.slides.deck.build import Choice, derivation_slides
    from derive.slides.deck.template import Template

    d = page(Eq(ps[t][w[t]], 1))
    with pytest.raises(UserError, match=r"p is conditioned on y, and used with the sequence w"):
        derivation_slides("claimed", d, Choice(load_notation("pr")), Template())


@pytest.mark.parametrize("notation", ["compact", "hat"])
def test_one_model_gives_no_probabilities_of_two_sequences(notation: str) -> None:
    """Pr(w | x) = prod p_t(w_t) and Pr(y | x) = prod p_t(y_t) hold together for no model that looks back."""
    d = page(sequence_probability(T, ps, w) <= sequence_probability(T, ps, ys))
    with pytest.raises(UserError, match=r"p is used with two sequences, (y and w|w and y) in claimed"):
        derivation_text(d, notation)
    assert derivation_text(page(sequence_probability(T, ps, w) <= sequence_probability(T, qs, ys)), notation)


@pytest.mark.parametrize("notation", notation_names())
def test_the_prompt_is_no_letter_of_the_derivation(notation: str) -> None:
    for claim in (
        real("x") <= sequence_probability(T, ps, ys),
        Eq(Sum(sequence_probability(T, ps, ys), (integer("x"), 1, 2)), 0),
    ):
        with pytest.raises(UserError, match="x is the prompt, and a letter of its own in claimed"):
            derivation_text(page(claim), notation)


def test_the_sequence_is_no_token_of_the_derivation() -> None:
    with pytest.raises(UserError, match="y is the sequence, and a letter of its own in claimed"):
        derivation_text(page(y <= conditional(Pr, t)))


# --- what looks alike in one format ------------------------------------------------------------------------------------


def test_a_letter_and_a_script_letter_are_one_without_unicode() -> None:
    d = page(real("L") < log_likelihood(T, ps, ys))
    assert "L < ℒ" in derivation_text(d)
    with pytest.raises(UserError) as refusal:
        derivation_text(d, ascii=True)
    assert str(refusal.value) == (
        "in the notation compact without Unicode, log_likelihood(T, p, y) and L, which are different things in claimed, are both "
        "written L; a reader could not tell them apart, so rename one of them"
    )


def test_a_bound_letter_is_compared_too() -> None:
    d = page(Eq(Sum(log_likelihood(T, ps, ys) * integer("L"), (integer("L"), 1, n)), 0))
    assert "ℒ L" in derivation_text(d)
    with pytest.raises(UserError, match=r"without Unicode, log_likelihood.* and L, .* are both written L"):
        derivation_text(d, ascii=True)


def test_a_greek_letter_and_its_name_are_one_without_unicode_and_aloud() -> None:
    d = page(real("theta") < real("\u03b8"))
    with pytest.raises(UserError, match=r"without Unicode, .* are both written theta"):
        derivation_text(d, ascii=True)
    with pytest.raises(UserError, match=r"aloud, .* are both written theta"):
        derivation_speech(d)


def test_a_hat_is_seen_in_every_format() -> None:
    d = page(real("s_hat") < real("s"))
    assert "ŝ < s" in derivation_text(d) and "s_hat < s" in derivation_text(d, ascii=True)
    assert "s hat is less than s" in derivation_speech(d)


def test_the_catalogue_looks_like_itself_in_every_notation_and_format() -> None:
    for draw in (Pen(False).draw, Pen(True).draw, latex.Pen().draw, mathml.Pen().draw, node_speech):
        for name in notation_names():
            for entry in dealt(theorems(), name, notation_names()):
                refuse_clashes(entry.derivation, load_notation(name), draw, "here")
