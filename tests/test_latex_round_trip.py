"""Printed LaTeX, read back, is the term that was printed: every formula of every theorem in every notation.

``latex_reader`` returns all that a formula can mean, so these tests also say that no formula has a second meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from latex_reader import Reader, UnreadableError, canonical
from strategies import comparisons, reals

from derive.board.catalogue import find_theorem, theorems
from derive.board.entries import TheoremEntry
from derive.kernel.definitions import definitions
from derive.kernel.sorts import INT, REAL
from derive.kernel.terms import Num, Term, Var
from derive.language.definitions import cross_entropy, entropy, one_hot, smoothed, uniform
from derive.language.letters import V, eps, k, p, q, y
from derive.language.syntax import Eq, ForAll, Sum, exp, fun, log, xlogy
from derive.record import Derivation
from derive.render.formula.notation import load_notation, notation_names
from derive.render.pens.latex import sentence_latex, term_latex
from derive.render.words.prose import letters
from derive.render.words.sentence import conditions_said

each_theorem = pytest.mark.parametrize("entry", theorems(), ids=lambda e: e.name)
each_notation = pytest.mark.parametrize("notation", notation_names())


def formulas(d: Derivation) -> Iterator[tuple[str, Term, tuple[tuple[Term, str], ...]]]:
    yield "the claim", d.claim, d.labels
    for n, condition in enumerate(d.given, 1):
        yield f"condition {n}", condition, ()
    number = 0
    for block in d.blocks:
        yield "a start", block.start, block.labels
        for assumed in block.assumes:
            yield "an assumption", assumed, ()
        for line in block.lines:
            number += 1
            yield f"line {number}", line.term, line.labels


def reader(d: Derivation, notation: str) -> Reader:
    """A reader who knows the letters of the theorem and all definitions."""
    return Reader(notation, {v for _, t, _ in formulas(d) for v in t.free}, definitions())


@each_notation
@each_theorem
def test_every_formula_means_what_was_printed_and_nothing_else(entry: TheoremEntry, notation: str) -> None:
    d = entry.derivation
    read = reader(d, notation).read
    for where, term, labels in formulas(d):
        printed = term_latex(term, notation, labels=labels, avoid=letters(d))
        assert read(printed) == {canonical(term)}, f"{where}: {printed}"


@each_notation
def test_conditions_in_a_line_of_text(notation: str) -> None:
    """``1 <= y_t <= V for t = 1, ..., T`` is two conditions, ``p > 0`` is 0 < p."""
    for entry in theorems():
        d = entry.derivation
        for given_here in (d.given, *(block.assumes for block in d.blocks)):
            found = []
            for said in conditions_said(given_here, load_notation(notation), avoid=letters(d)):
                text = sentence_latex(said)
                for readings in reader(d, notation).conditions(text):
                    assert len(readings) == 1, text
                    found += readings
            assert set(found) == set(map(canonical, given_here)), entry.name


# --- the grammar -----------------------------------------------------------------------------------------------------

a, b, c, x = (Var(s, REAL) for s in "abcx")
n, i = Var("n", INT), Var("i", INT)


@pytest.mark.parametrize(
    ("printed", "term"),
    [
        ("a - b - c", a - b - c),
        ("a - (b - c)", a - (b - c)),
        (r"-a\,b + c", -(a * b) + c),
        (r"a \cdot (-b)", a * -b),
        (r"\sum_{n=1}^i a\,n + b", Sum(a * n, (n, 1, i)) + b),
        (r"\Bigl(\sum_{n=1}^i a\Bigr)\,b", Sum(a, (n, 1, i)) * b),
        (r"\log a + b", log(a) + b),
        (r"(\log a)\,b", log(a) * b),
        (r"\log(a\,b)", log(a * b)),
        (r"\log \frac{a}{b}", log(a / b)),
        (r"a^{b/c}", a ** (b / c)),
        (r"e^{-a}", exp(-a)),
        (r"2^n", Num(2) ** n),
        (r"a \log x", a * log(x)),
        (r"-\log x", -log(x)),
    ],
)
def test_precedence(printed: str, term: Term) -> None:
    assert Reader("compact", [a, b, c, x, n, i], ()).read(printed) == {canonical(term)}
    assert term_latex(term) == printed


@pytest.mark.parametrize(
    ("notation", "printed", "term"),
    [
        ("compact", r"H(\delta_y, p)", cross_entropy(V, one_hot(y), p)),
        ("hat", r"H(\mathbf{e}_y, \hat{y})", cross_entropy(V, one_hot(y), p)),
        ("compact", r"q_y^{\varepsilon}(k)", smoothed(V, eps, y)[k]),
        ("compact", r"H_{V+1}(u_{V+1}, p)", cross_entropy(V + 1, uniform(V + 1), p)),
        ("compact", r"H(k \mapsto 2 q(k))", entropy(V, fun(k, 2 * q[k]))),
        ("pr", r"\sum_{k \in \mathcal{V}} q(k) \log q(k)", Sum(xlogy(q[k], q[k]), (k, 1, V))),
        ("compact", r"0 < p(k)\quad \text{for }k = 1, \dots, V", ForAll((k, 1, V), 0 < p[k])),
    ],
)
def test_templates_are_read_backwards(notation: str, printed: str, term: Term) -> None:
    letters_here = [V, eps, y, p, q] + ([k] if k in term.free else [])
    assert Reader(notation, letters_here, definitions()).read(printed) == {canonical(term)}
    assert term_latex(term, notation) == printed


def test_what_a_template_leaves_out_must_be_a_letter_of_the_theorem() -> None:
    assert Reader("compact", [p, q], definitions()).read("H(q, p)") == set()
    assert Reader("compact", [V, p, q], definitions()).read("H(q, p)") == {cross_entropy(V, q, p)}


def test_what_is_not_printed_is_not_read() -> None:
    read = Reader("compact", [a, b], ()).read
    for text in (r"a \bad b", "(a", "a)", "_a", r"\underbrace{a}"):
        with pytest.raises((UnreadableError, IndexError)):
            read(text)
    for text in ("", "a +", "a = b = a", "f(a)", r"\log", r"\frac{a}{}", "a^{=}", "[a = b]"):
        assert read(text) == set(), text


@pytest.mark.parametrize("name", ["label_smoothing_residual", "cross_entropy_eq_entropy_add_kl", "optimal_logit_gap"])
def test_no_bracket_could_be_left_out(name: str) -> None:
    """Without any one pair of the brackets that group, a formula means something else, or nothing."""
    d = find_theorem(name).derivation
    read = reader(d, "compact").read
    tried = 0
    for _, term, labels in formulas(d):
        printed = term_latex(term, labels=labels, avoid=letters(d))
        for opening in re.finditer(r"(?:\\[bB]igg?l)?\(", printed):
            closing = _closing(printed, opening.end() - 1)
            without = (
                printed[: opening.start()]
                + " "
                + printed[opening.end() : closing.start()]
                + " "
                + printed[closing.end() :]
            )
            tried += 1
            assert canonical(term) not in read(without), without
    assert tried > 10


def _closing(text: str, at: int) -> re.Match[str]:
    depth = 0
    for m in re.finditer(r"(?:\\[bB]igg?[lr])?([()])", text):
        if m.start(1) >= at:
            depth += 1 if m[1] == "(" else -1
            if not depth:
                return m
    raise AssertionError(text)


# --- any formula -----------------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(st.one_of(comparisons(2), reals(3)), st.sampled_from(notation_names()))
def test_random_formulas_are_read_back(term: Term, notation: str) -> None:
    if len({v.name for v in term.free}) < len(term.free):
        return  # a letter that means two things, which no theorem may have
    assert Reader(notation, term.free, ()).read(term_latex(term, notation)) == {canonical(term)}


def test_equality_is_that_of_terms() -> None:
    """Not more is taken for the same than what is written alike."""
    assert canonical(a * (b * c)) != canonical(a * b * c)
    assert canonical(a + b) != canonical(b + a)
    assert canonical(-(a * b)) == canonical(-a * b) != canonical(a * -b)
    assert canonical(xlogy(a, b)) == canonical(a * log(b))
    assert canonical(Eq(Num(1) / 2, a)) == canonical(Eq(Num(1) / Num(2), a))
