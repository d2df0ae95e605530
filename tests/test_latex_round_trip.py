"""The grammar of printed LaTeX: precedence, templates, brackets, and what is read at all.

That every formula of the catalogue is read back, and its conditions in a line of text, test_round_trip_catalogue.py says.
"""

from __future__ import annotations

import re

import pytest
from formulas import formulas, reader
from round_trip import TARGETS
from sweep import sample

from derive.kernel.definitions import definitions
from derive.kernel.sorts import INT, REAL
from derive.kernel.terms import Num, Term, Var
from derive.language.definitions import cross_entropy, entropy, one_hot, smoothed, uniform
from derive.language.letters import V, eps, k, p, q, y
from derive.language.syntax import Eq, ForAll, Sum, exp, fun, log, xlogy
from derive.read import latex
from derive.read.canonical import canonical
from derive.read.grammar import Reader
from derive.read.page import UnreadableError
from derive.render.pens.latex import node_latex, term_latex

LATEX = TARGETS["latex"]

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
    assert Reader("compact", term.free, ()).read(latex.page(printed)) == {canonical(term)}
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
    assert Reader(notation, letters_here, definitions()).read(latex.page(printed)) == {canonical(term)}
    assert term_latex(term, notation) == printed


def test_what_a_template_leaves_out_must_be_a_letter_of_the_theorem() -> None:
    page = latex.page("H(q, p)")
    assert Reader("compact", [p, q], definitions()).read(page) == set()
    assert Reader("compact", [V, p, q], definitions()).read(page) == {cross_entropy(V, q, p)}


def test_what_is_not_printed_is_not_read() -> None:
    for text in (r"a \bad b", "(a", "a)", "_a", r"\underbrace{a}", "a_b_c", r"\frac{a}", "a^", "{a", "a'_b'"):
        with pytest.raises(UnreadableError):
            latex.page(text)
    read = Reader("compact", [a, b], ()).read
    for text in ("", "a +", "a = b = a", "f(a)", r"\log", r"\frac{a}{}", "a^{=}", "[a = b]"):
        assert read(latex.page(text)) == set(), text


def test_no_bracket_could_be_left_out() -> None:
    """Without any one pair of its brackets, a formula means something else, or nothing."""
    for f in sample((f for f in formulas("compact") if "(" in node_latex(f.node)), 60):
        printed = node_latex(f.node)
        for opening in re.finditer(r"(?:\\[bB]igg?l)?\(", printed):
            closing = _closing(printed, opening.end() - 1)
            body = printed[opening.end() : closing.start()]
            without = f"{printed[: opening.start()]} {body} {printed[closing.end() :]}"
            assert canonical(f.term) not in LATEX.meanings(reader(f.theorem, "compact"), without), without


def _closing(text: str, at: int) -> re.Match[str]:
    depth = 0
    for m in re.finditer(r"(?:\\[bB]igg?[lr])?([()])", text):
        if m.start(1) >= at:
            depth += 1 if m[1] == "(" else -1
            if not depth:
                return m
    raise AssertionError(text)


def test_brackets_open_and_close_in_one_size() -> None:
    for f in formulas("compact"):
        opened, closed = (re.findall(rf"\\([bB]igg?){side}\b", node_latex(f.node)) for side in "lr")
        assert sorted(opened) == sorted(closed)


def test_equality_is_that_of_terms() -> None:
    """Not more is taken for the same than what is written alike."""
    assert canonical(a * (b * c)) != canonical(a * b * c)
    assert canonical(a + b) != canonical(b + a)
    assert canonical(-(a * b)) == canonical(-a * b) != canonical(a * -b)
    assert canonical(xlogy(a, b)) == canonical(a * log(b))
    assert canonical(Eq(Num(1) / 2, a)) == canonical(Eq(Num(1) / Num(2), a))
