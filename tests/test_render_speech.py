"""What is heard: formulas, sentences, derivations and decks in plain English."""

from __future__ import annotations

import re
from functools import cache

import formulas as catalogue
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import Draw, comparisons, reals, rearranged, spoiled
from sweep import dealt, examples

from derive.board.catalogue import find_theorem, theorems
from derive.kernel.sorts import FAMILY, INT, Base
from derive.kernel.terms import Term, Var
from derive.language.definitions import (
    cross_entropy,
    expectation,
    kl,
    logsumexp,
    one_hot,
    perplexity,
    sequence_probability,
    smoothed,
    softmax,
)
from derive.language.syntax import (
    Eq,
    ForAll,
    Iff,
    Prod,
    Sum,
    argmax,
    argmin,
    delta,
    exp,
    family,
    function,
    integer,
    log,
    partial,
    real,
)
from derive.record import Block, Derivation, Line, Reason
from derive.record.changes import changed
from derive.render.formula.breaking import cut
from derive.render.formula.layout import conditions, layout
from derive.render.formula.marked import marked_layout
from derive.render.formula.nodes import Accent, BigOp, Fence, Frac, Mark, Node, Row, Script, Symbol, UnderBrace, row
from derive.render.formula.notation import load_notation, notation_names
from derive.render.pages.speech import derivation_speech
from derive.render.pens.speech import node_speech, prose_speech, relation_speech, step_speech, term_speech
from derive.render.words.prose import letters
from derive.render.words.sentence import prose
from derive.slides.deck import Deck, Options, Slide, Step
from derive.slides.deck.build import Choice, build
from derive.slides.deck.template import Template
from derive.slides.speech import fragment, write

V, T, y, k, t, j, n = (integer(s) for s in "VTyktjn")
a, b, eps = real("a"), real("b"), real("eps")
p, q, z = (family(s) for s in ("p", "q", "z"))
ps, ys, zs = function("p", INT, FAMILY), function("y", INT, INT), function("z", INT, FAMILY)
theta = Var("theta", Base("Theta"))
pth = function("p", Base("Theta"), INT, FAMILY)


# --- formulas --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "words"),
    [
        (-Sum(p[k] * log(q[k]), (k, 1, V)), "minus the sum over k from 1 to V of p of k times log q of k"),
        (ps[t][ys[t]], "p sub t of y sub t"),
        # a sum that ends says so; brackets are heard
        (Sum(p[k], (k, 1, V)) + a, "the sum over k from 1 to V of p of k, end sum, plus a"),
        (
            Sum(p[k] + a, (k, 1, V)),
            "the sum over k from 1 to V of open bracket p of k plus a close bracket",
        ),
        (
            log(Prod(ps[t][ys[t]], (t, 1, T))),
            "log of the product over t from 1 to capital T of p sub t of y sub t",
        ),
        # fractions: short where that is clear
        (1 / V, "1 over V"),
        (log(a / b), "log of the fraction a over b"),
        (eps / (V - 1), "epsilon over the quantity V minus 1, end quantity"),
        (
            (a + b) / (a - b),
            "the fraction with numerator a plus b and denominator a minus b, end fraction",
        ),
        # powers and indices end aloud where they are not simple
        (exp(z[k]), "e to the power z sub k"),
        (exp(z[k]) + 1, "e to the power z sub k, end power, plus 1"),
        (exp(z[k] + 1), "e to the power z sub k plus 1, end power"),
        (a**2, "a squared"),
        ((a + b) ** 3, "open bracket a plus b close bracket cubed"),
        (delta(k, y) ** 2, "open bracket the indicator of k equals y close bracket squared"),
        (ys[t + 1], "y sub t plus 1, end sub"),
        (zs[t][k], "z sub t comma k"),
        (one_hot(ys[t])[k], "delta sub y sub t end sub, of k"),
        # definitions
        (cross_entropy(V, one_hot(y), p), "H of delta sub y and p"),
        (cross_entropy(V, q, softmax(V, z)), "H of q and softmax of z"),
        (cross_entropy(V, smoothed(V, eps, y), p), "H of q sub y super epsilon and p"),
        (kl(V, q, p), "the KL divergence of q relative to p"),
        (softmax(V, z)[k], "softmax of z, component k"),
        (logsumexp(V, zs[t]), "log sum exp of z sub t"),
        (sequence_probability(T, ps, ys), "the probability of y given x"),
        (perplexity(T, ps, ys), "perplexity of p and y"),
        (
            expectation(V, q, p),
            "the expectation over k drawn from q of p of k",
        ),
        (delta(k, y), "the indicator of k equals y"),
        (delta(k, ys[t] + 1), "the indicator of open bracket k equals y sub t plus 1 close bracket"),
        (
            delta(k, y) * log(p[k]),
            "the indicator of k equals y times log p of k",
        ),
        (argmin(theta, pth[theta][1][y]), "the arg min over theta of p sub theta comma 1 of y"),
        (
            partial(logsumexp(V, z), z, j) - a,
            "the partial derivative with respect to z sub j of log sum exp of z, end derivative, minus a",
        ),
        # statements
        (ForAll((k, 1, V), 0 < p[k]), "0 is less than p of k, for k from 1 to V"),
        (Eq(a, b), "a equals b"),
        (
            Iff(Eq(a, 0), ForAll((k, 1, V), Eq(q[k], p[k]))),
            "a equals 0, if and only if q of k equals p of k, for k from 1 to V",
        ),
        (argmax(theta, pth[theta][1][y]), "the arg max over theta of p sub theta comma 1 of y"),
    ],
    ids=str,
)
def test_formulas(term: Term, words: str) -> None:
    assert term_speech(term) == words


@pytest.mark.parametrize(
    ("notation", "term", "words"),
    [
        ("hat", ps[t][ys[t]], "y hat sub t comma y sub t"),
        ("hat", log(p[k]), "natural log y hat sub k"),
        ("hat", delta(k, y), "the Kronecker delta of k and y"),
        ("hat", kl(V, q, p), "the divergence D sub KL of q relative to y hat"),
        ("pr", delta(k, y), "the indicator function of k equals y"),
        ("pr", Sum(p[k], (k, 1, V)), "the sum over k in script V of p of k"),
        ("pr", ps[t][ys[t]], "the probability of y sub t given bold x and bold y before t"),
        (
            "pr",
            ps[t + 1][k],
            "the probability of k given bold x and bold y before t plus 1, end sub",
        ),
        ("pr", pth[theta][t][k], "the probability under theta of k given bold x and bold y before t"),
        (
            "pr",
            cross_entropy(V, q, ps[t]),
            "H of open bracket q comma the probability of dot given bold x and bold y before t, close bracket",
        ),
        ("theta", ps[t][k], "p sub theta of k given x and y before t"),
        # what an argument leaves open is closed before the next one
        (
            "theta",
            cross_entropy(V, smoothed(V, eps, ys[t]), ps[t]),
            "H of open bracket q sub y sub t end sub super epsilon end super comma p sub theta of dot given x and y "
            "before t, close bracket",
        ),
    ],
)
def test_notations(notation: str, term: Term, words: str) -> None:
    assert term_speech(term, notation) == words


def test_conditions_as_they_are_read() -> None:
    (bounds, positive) = conditions((1 <= y, y <= V, ForAll((t, 1, T), ForAll((k, 1, V), 0 < ps[t][k]))))
    assert node_speech(bounds.statement) == "y is between 1 and V"
    assert node_speech(positive.statement) == "p sub t of k is greater than 0"
    assert [node_speech(r) for r in positive.scopes[0][1]] == ["t from 1 to capital T", "k from 1 to V"]


def letter(text: str) -> Symbol:
    return Symbol(text, "var")


EQUALS, COMMA, PRIME = Symbol("=", "rel"), Symbol(",", "punct"), Symbol("′", "ord")


@pytest.mark.parametrize(
    ("node", "words"),
    [
        (letter("ε"), "epsilon"),
        (letter("Σ"), "capital sigma"),
        (Symbol("x", "bold"), "bold x"),
        (Symbol("L", "cal"), "script L"),
        (Accent("hat", letter("y")), "y hat"),
        (Row((letter("z"), PRIME)), "z prime"),
        (Row((letter("z"), PRIME, PRIME)), "z double prime"),
        # k prime as an index, and z_k with a prime
        (Script(letter("z"), Row((letter("k"), PRIME))), "z sub k prime"),
        (Row((Script(letter("z"), letter("k")), PRIME)), "z sub k end sub prime"),
        (UnderBrace(letter("a"), "what eps adds"), "open brace a close brace, labelled what epsilon adds"),
        (Frac(Symbol("1", "num"), letter("V"), small=True), "1 over V"),
        (Symbol("=", "rel"), "equals"),
        (Row(()), "nothing"),
        (Mark(letter("k")), "k"),
        # a part of a broken line has only one of the brackets
        (Row((Symbol("(", "open"), letter("a"))), "open bracket a"),
        (Row((letter("a"), Symbol(")", "close"))), "a close bracket"),
        (Script(Fence("(", letter("f"), ")", group=True), Row((letter("w"), EQUALS, letter("z")))),
         "open bracket f close bracket at w equals z, end point"),
        # capitals are announced where the small letter could be meant
        (Row((letter("T"), EQUALS, letter("t"))), "capital T equals t"),
        (letter("V"), "V"),
        (Row((letter("V"), EQUALS, letter("v"))), "capital V equals v"),
    ],
    ids=str,
)  # fmt: skip
def test_nodes(node: Node, words: str) -> None:
    assert node_speech(node) == words


def test_relations_in_front_of_a_step() -> None:
    signs = ("=", "≤", "<", "⟺", "<=", "<=>", "")
    assert [relation_speech(s) for s in signs] == [
        "equals", "is at most", "is less than", "if and only if", "is at most", "if and only if", "",
    ]  # fmt: skip


# --- two formulas never sound alike ----------------------------------------------------------------------------------


@cache
def formulas(notation: str) -> tuple[Node, ...]:
    """Every formula of the catalogue, conditions as they stand in a line of text."""
    sentences = (c for g in catalogue.given(notation) for c in g.conditions)
    shown = (f.node for f in catalogue.formulas(notation) if not f.place.startswith(("given", "assume")))
    out = [*shown, *(node for c in sentences for node in (c.statement, *(x for _, nodes in c.scopes for x in nodes)))]
    return tuple(dict.fromkeys(out))


def heard(words: str) -> str:
    """What is left of the words for someone who hears neither commas nor capitals."""
    return " ".join(re.findall(r"[a-z0-9]+", words.lower()))


def seen(node: Node | None) -> object:
    """What can be told apart on the page: not the sizes of brackets and fractions, nor how a product is written."""
    if isinstance(node, Symbol):
        return ("times",) if node.kind in ("times", "dot") else (node.text, node.kind)
    if isinstance(node, Row):
        return ("row", *map(seen, node.items))
    if isinstance(node, Fence):
        return ("fence", node.open, seen(node.body), node.close)
    if isinstance(node, Frac):
        return ("frac", seen(node.num), seen(node.den))
    if isinstance(node, Script):
        return ("script", seen(node.base), seen(node.sub), seen(node.sup))
    if isinstance(node, BigOp):
        return ("big", seen(node.op), seen(node.under), seen(node.over), seen(node.body))
    if isinstance(node, UnderBrace):
        return ("brace", seen(node.body), node.words)
    if isinstance(node, Accent):
        return ("accent", node.mark, seen(node.body))
    return node


def test_formulas_of_the_catalogue_sound_different() -> None:
    meant: dict[str, Node] = {}
    for notation in notation_names():
        for node in formulas(notation):
            words = node_speech(node)
            other = meant.setdefault(heard(words), node)
            assert seen(other) == seen(node), f"two formulas are both {words!r}: {other} and {node}"
    assert len(meant) > 800


@st.composite
def neighbours(draw: Draw) -> tuple[Term, Term]:
    """A term, and one that differs from it in a few places: rearranged, or with one sign, bound or number changed."""
    term = draw(st.one_of(reals(3, (), True), comparisons()))
    return term, draw(st.one_of(rearranged(term), spoiled(term)))


@examples(80)
@given(neighbours())
def test_random_formulas_sound_different(terms: tuple[Term, Term]) -> None:
    for notation in notation_names():
        node, other = (layout(term, load_notation(notation)) for term in terms)
        if heard(node_speech(node)) == heard(node_speech(other)):
            assert seen(node) == seen(other), node_speech(node)


@pytest.mark.parametrize("notation", notation_names())
def test_words_are_plain(notation: str) -> None:
    for node in formulas(notation):
        words = node_speech(node)
        assert re.fullmatch(r"[A-Za-z0-9]+(,? [A-Za-z0-9]+)*", words), words


# --- broken and highlighted formulas ---------------------------------------------------------------------------------


ROOMS = (6.0, 14.0, 25.0)


@pytest.mark.parametrize("notation", notation_names())
@pytest.mark.parametrize("room", ROOMS)
def test_a_broken_formula_sounds_like_the_whole(room: float, notation: str) -> None:
    for node in dealt(formulas(notation), room, ROOMS):
        assert node_speech(row(*cut(node, room))) == node_speech(node)


def test_what_is_highlighted_sounds_the_same() -> None:
    for d in (e.derivation for e in theorems("label_smoothing")):
        avoid = letters(d)
        for block in d.blocks:
            for i, line in enumerate(block.lines):
                node = marked_layout(line.term, changed(block, i), avoid=avoid, labels=line.labels)
                words = term_speech(line.term, avoid=avoid, labels=line.labels)
                assert node_speech(node) == words
                assert node_speech(row(*cut(node, 12.0))) == words


# --- sentences -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("the matrix diag(p) less p", "the matrix diag of p less p"),
        ("the sum picks out k = y", "the sum picks out k equals y"),
        ("log x <= x - 1, in each term", "log x is at most x minus 1, in each term"),
        ("0 log 0 = 0", "0 times log 0 equals 0"),
        ("given y_<t, z-loss", "given y before t, z-loss"),
        # formulas that stand in prose in pieces
        ("the gap is log(1 + V(1 - eps)/eps)",
         "the gap is log of open bracket 1 plus V times the quantity 1 minus epsilon, end quantity, over epsilon close bracket"),
        ("a = Pr(y_1|x)", "a equals the probability of y sub 1 given x"),
        ("the sum; and/or more", "the sum; and/or more"),
        ("by sum_delta", "by sum delta"),
        ("A is better iff c < -l", "A is better if and only if c is less than minus l"),
        # what cannot be said is not there
        ("left\u202eright\x07\ue000", "leftright"),
    ],
)  # fmt: skip
def test_prose(words: str, said: str) -> None:
    assert prose_speech(prose(words)) == said


def test_a_list_of_conditions_is_set_apart_from_the_commas_of_its_formulas() -> None:
    d = find_theorem("label_smoothing_residual_sequence").derivation
    assert paragraph(derivation_speech(d, "pr"), "Given") == (
        "Given V is at least 1; y sub t is between 1 and V for t from 1 to capital T; "
        "and the probability of k given bold x and bold y before t, is greater than 0 "
        "for t from 1 to capital T and k in script V."
    )


def paragraph(text: str, start: str) -> str:
    return next(p for p in text.split("\n\n") if p.startswith(start))


# --- derivations and decks -------------------------------------------------------------------------------------------


def test_a_derivation() -> None:
    assert derivation_speech(find_theorem("cross_entropy_is_nll").derivation) == "\n\n".join((
        "Summed over a sequence, one-hot cross-entropy is the negative log-likelihood of the output.",
        "Given y sub t is between 1 and V for t from 1 to capital T; and p sub t of k is greater than 0 "
        "for t from 1 to capital T and k from 1 to V.",
        "Claim: the sum over t from 1 to capital T of H of delta sub y sub t and p sub t, equals minus log of the "
        "probability of y given x.",
        "Proof.",
        "Start with the sum over t from 1 to capital T of H of delta sub y sub t and p sub t.",
        "This equals the sum over t from 1 to capital T of open bracket minus log p sub t of y sub t close bracket. "
        "Reason: cross-entropy with a one-hot target is the surprisal of the true token.",
        "This equals minus the sum over t from 1 to capital T of log p sub t of y sub t. "
        "Reason: the sign comes out of the sum.",
        "This equals minus log of the product over t from 1 to capital T of p sub t of y sub t. "
        "Reason: the log of a product is the sum of the logs.",
        "This equals minus log of the probability of y given x. Reason: definition of the sequence's probability.\n",
    ))  # fmt: skip


def test_parts_gaps_and_notes() -> None:
    lines = (Line("<=", b, (Reason("gap", "Fubini", "gap"),)), Line("<=>", a, ()))
    blocks = (Block(a, (Line("", a, ()),), "Base case, n = 0"), Block(a, lines, assumes=(0 <= a,)))
    d = Derivation("some_name", "", "", "", (), a <= b, blocks, notes=("a > 0 is not needed.",))
    assert derivation_speech(d) == "\n\n".join((
        "Some name.",
        "Claim: a is at most b.",
        "Proof, with 1 gap.",
        "Base case, n equals 0.",
        "a.",
        "Part 2.",
        "Assume a is at least 0.",
        "Start with a.",
        "This is at most b. Reason: GAP: Fubini.",
        "This holds if and only if a.",
        "Note: a is greater than 0 is not needed.\n",
    ))  # fmt: skip


def deck_of(*names: str, **choice: object) -> Deck:
    derivations = [(name, find_theorem(name).derivation) for name in names]
    return build(derivations, Choice(load_notation(None), **choice), Template())  # type: ignore[arg-type]


def test_a_deck_says_each_line_once() -> None:
    deck = deck_of("entropy_smoothed_off", "cross_entropy_is_nll")
    (data,) = write(deck, "deck.txt", Options()).values()
    text = data.decode()
    said = text.split("\n\n")
    assert said[:2] == ["Label smoothing, Cross entropy.", f"1. {paragraph(text, 'In the V minus 1')}"]
    assert any(step.carried for slide in deck.slides for step in slide.steps)
    for d in (find_theorem(name).derivation for name in ("entropy_smoothed_off", "cross_entropy_is_nll")):
        for line in d.lines:
            words = term_speech(line.term, avoid=letters(d), labels=line.labels)
            shown = [x for x in said if f" {words}. Reason: " in f" {x[0].lower()}{x[1:]}"]
            assert len(shown) == sum(1 for other in d.lines if other.term == line.term), words
    assert said.count("This completes the proof.") == 2


def test_chosen_lines_start_with_the_line_before_them() -> None:
    said = fragment(deck_of("label_smoothing_residual", first=4, last=4), Options()).split("\n\n")
    assert said[-2].startswith("Start with minus open bracket open bracket 1 minus epsilon")
    assert said[-1].startswith("This equals minus open bracket")
    assert said[-1].endswith("Reason: the indicator picks out its one term.\n")


def test_the_values_of_a_worked_example_are_no_reasons() -> None:
    step = Step("work1", 1, "=", (letter("a"),), ("about 0.5",))
    deck = Deck((Slide("work", "name", ("In numbers",), steps=(step, step)),), Template())
    assert "This equals a. Value: about 0.5." in fragment(deck, Options())
    assert step_speech("=", "a", "algebra") == "This equals a. Reason: algebra."


def test_hostile_text_is_only_text() -> None:
    words = "<script>alert(1)</script> \\write18{rm} $x$ \u202eevil\u0000"
    step = Step("1", 1, "=", (letter("a"),), (words,))
    slide = Slide("steps", words, (words,), title=words, steps=(step,), notes=((words,),))
    (data,) = write(Deck((slide,), Template(), words, words), "deck.txt", Options()).values()
    assert not any(ord(c) < 32 and c != "\n" for c in data.decode())
    assert "\u202e" not in data.decode()
