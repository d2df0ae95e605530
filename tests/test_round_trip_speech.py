"""Speech, heard back: what the words stand for, what is closed aloud, and what may be heard in two ways.

That every formula of the catalogue is heard as what it is and as nothing else, without the pauses of its commas,
test_round_trip_catalogue.py says.
"""

from __future__ import annotations

import pytest
from formulas import formulas, reader
from hypothesis import given, settings
from hypothesis import strategies as st
from round_trip import TARGETS
from strategies import comparisons, reals
from sweep import sample

from derive.kernel.definitions import definitions
from derive.kernel.sorts import INT
from derive.kernel.terms import Term
from derive.language.letters import i, j
from derive.language.syntax import Eq, function
from derive.read import latex, speech
from derive.read.canonical import canonical
from derive.read.grammar import Reader
from derive.render.formula.layout import layout
from derive.render.formula.notation import load_notation, notation_names
from derive.render.pens.speech import node_speech, term_speech

SPEECH = TARGETS["speech"]


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("a plus b minus c", "a + b - c"),
        ("minus a times b", r"-a\,b"),
        ("p sub t of y sub t", "p_t(y_t)"),
        ("z sub t comma k", "z_{t,k}"),
        ("y sub t plus 1, end sub", "y_{t+1}"),
        ("delta sub y sub t end sub, of k", r"\delta_{y_t}(k)"),
        ("y before t", "y_{<t}"),
        ("q sub y super epsilon", r"q_y^{\varepsilon}"),
        ("e to the power z sub k, end power, plus 1", "e^{z_k} + 1"),
        ("the sum over k from 1 to V of p of k, end sum, plus a", r"\sum_{k=1}^V p(k) + a"),
        ("the product over k in script V of p of k", r"\prod_{k \in \mathcal{V}} p(k)"),
        ("1 over the quantity V minus 1, end quantity", r"\frac{1}{V - 1}"),
        ("the fraction with numerator a plus b and denominator c, end fraction", r"\frac{a + b}{c}"),
        ("the arg min over theta of f of theta", r"\operatorname*{arg\,min}_{\theta} f(\theta)"),
        ("the probability of k given bold x", r"\Pr(k \mid \mathbf{x})"),
        ("the indicator of k equals y", "[k = y]"),
        ("softmax of z, component k", r"\operatorname{softmax}(z)_k"),
        ("y hat sub t is at most capital T for t from 1 to capital T", r"\hat{y}_t \le T\quad \text{for }t = 1, \dots, T"),
        ("a is less than b for k from 1 to V, where k is not equal to j", r"a < b\quad \text{for }k = 1, \dots, V\quad \text{where }k \ne j"),
        ("the absolute value of x sub t", r"\lvert x_t\rvert"),
        ("the log in base 2 of the size of capital Y", r"\log_2 \lvert Y\rvert"),
        ("open brace a close brace, labelled what is new, plus b", r"\underbrace{a}_{\text{new}} + b"),
    ],
)  # fmt: skip
def test_words_and_what_is_seen(words: str, seen: str) -> None:
    assert latex.page(seen) in speech.pages(words)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "plus",
        "a plus",
        "open bracket a",
        "the sum over k from 1 to V of p of k plus a",  # without "end sum"
        "e to the power z sub k plus 1",  # neither closed before the sign nor behind it
        "delta sub y sub t of k",  # without "end sub"
        "the fraction with numerator a and denominator b",
    ],
)
def test_what_is_not_closed_is_not_understood(words: str) -> None:
    assert not speech.pages(words)


@pytest.mark.parametrize("notation", notation_names())
def test_pauses_tell_nothing_but_where_a_label_ends(notation: str) -> None:
    for f in sample(formulas(notation), 40):
        words = node_speech(f.node)
        if "labelled" not in words:
            heard = SPEECH.meanings(reader(f.theorem, notation), words.replace(",", ""))
            assert heard == {canonical(f.term)}, words


@settings(max_examples=60, deadline=None)
@given(st.one_of(comparisons(2), reals(3, (), True)), st.sampled_from(notation_names()))
def test_random_formulas_are_heard_as_what_they_are(term: Term, notation: str) -> None:
    """Among other things: the next test has a formula that can be heard in two ways."""
    if len({v.name for v in term.free}) == len(term.free):
        words = node_speech(layout(term, load_notation(notation)))
        assert canonical(term) in SPEECH.meanings(Reader(notation, term.free, definitions()), words)


def test_where_a_long_index_begins_is_not_heard() -> None:
    """A weakness of the words: only the end of an index that is no letter is said."""
    w = function("w", INT, INT)
    one, other = Eq(w[i] + w[j + 1], 0), Eq(w[i + w[j] + 1], 0)
    words = "w sub i plus w sub j plus 1, end sub, equals 0"
    assert term_speech(one) == term_speech(other) == words
    assert SPEECH.meanings(Reader("compact", one.free, ()), words) >= {one, other}
