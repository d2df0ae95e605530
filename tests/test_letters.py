"""No letter of a derivation reads as something that it is not: each kind of letter that did, and what is said instead."""

from __future__ import annotations

from typing import Any

import pytest

from derive import *
from derive.board.catalogue import all_entries
from derive.board.entries import TheoremEntry
from derive.kernel.sorts import INT as INTEGER
from derive.kernel.sorts import Fn
from derive.kernel.terms import EQ, LE, App, SortError, Term, Var, at, spine
from derive.language import letters as language
from derive.language.letters import *
from derive.lemmas import LEMMAS
from derive.render.formula.names import INTEGERS
from derive.render.formula.printed import all_printed_words
from derive.render.pages.text import derivation_text
from derive.render.pens.latex import term_latex
from derive.render.pens.speech import term_speech
from derive.render.pens.text import term_text
from derive.render.words.prose import unsaid_kinds


def refusal(claim: Any, given: Any = (), lines: Any = None) -> str:
    """Why a theorem with this claim is refused; "" where it is proved."""

    def by_the_claim(c: Calc) -> None:
        if isinstance(claim, App) and claim.op is EQ:
            c.eq(claim.args[1], by=auto)
        else:
            c.have(claim, by=auto)

    try:
        theorem(shows=claim, given=given)(lines or by_the_claim).check()
    except UserError as error:
        return str(error)
    return ""


# --- names that end in an index --------------------------------------------------------------------------------------


def test_a_mean_of_squares_is_not_the_square_of_a_mean() -> None:
    x_k = real("x_k")
    claim = Eq(Sum(x_k**2, (k, 1, n)) / n, (Sum(x_k, (k, 1, n)) / n) ** 2)
    assert "a variable named 'x_k', which reads as x at the index k; rename it, to x for instance" in refusal(
        claim, [1 <= n]
    )


@pytest.mark.parametrize(
    "letter",
    [family("p_t"), real("f_k"), real("z_j"), real("x_k'"), real("x_hat_k"), real("x_2k"), integer("y_i"), real("c_T")],
    ids=lambda v: v.name,
)
def test_an_index_of_the_subject_is_never_part_of_a_name(letter: Var) -> None:
    value = letter if letter.sort in (INT, REAL) else letter[1]
    assert f"a variable named {letter.name!r}, which reads as {letter.name[0]} at the index" in refusal(
        Eq(value, value)
    )


def test_a_letter_of_the_derivation_is_not_part_of_another_s_name_bound_or_free() -> None:
    s, x_s, x_eps = integer("s"), real("x_s"), real("x_epsilon")
    assert refusal(Eq(x_s + a, a + x_s)) == ""
    assert "x at the index s" in refusal(Eq(x_s + s, s + x_s))
    assert "x at the index s" in refusal(Eq(Sum(x_s, (s, 1, 2)), Sum(x_s, (s, 1, 2))))
    assert "x at the index epsilon" in refusal(Eq(x_eps + eps, eps + x_eps))
    x_ij = real("x_ij")
    assert refusal(Eq(x_ij + a, a + x_ij)) == ""
    assert "x at the indices i, j" in refusal(Eq(x_ij + i + j, i + j + x_ij))


def test_a_line_may_not_bind_the_letter_of_a_name() -> None:
    x_s, s = real("x_s"), integer("s")

    def lines(c: Calc) -> None:
        c.eq(a + Sum(x_s, (s, 1, 2)) - Sum(x_s, (s, 1, 2)), by=ring)
        c.eq(a + 0, by=ring)

    assert "x at the index s" in refusal(Eq(a, a + 0), lines=lines)


def test_a_number_below_a_letter_is_no_place_of_a_family_beside_it() -> None:
    x, x_1, x1 = family("x"), real("x_1"), real("x1")
    assert refusal(Eq(x_1 + a, a + x_1)) == ""
    for letter in (x_1, x1):
        assert "which reads as x at 1" in refusal(Eq(letter + x[2], x[2] + letter))
    p1 = family("p1")
    assert refusal(Eq(p1[k] + a, a + p1[k])) == ""
    assert "which reads as p at 1" in refusal(Eq(p1[k] + ps[t][k], ps[t][k] + p1[k]))


def test_a_symbol_of_sympy_is_a_letter_like_others() -> None:
    sympy = pytest.importorskip("sympy", reason="pip install sympy")
    x_k, index = sympy.Symbol("x_k"), sympy.Symbol("k", integer=True)
    claim = sympy.Eq(sympy.Sum(x_k**2, (index, 1, 3)), 0)
    assert "a variable named 'x_k', which reads as x at the index k" in refusal(claim)


# --- names that read as operators, functions and numbers ---------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "sin",
        "sqrt",
        "max",
        "tanh",
        "Var",
        "ln",
        "log",
        "Log",
        "exp",
        "E",
        "H",
        "KL",
        "D_KL",
        "LSE",
        "softmax",
        "PPL",
        "argmin",
        "arg_min",
        "log_2",
        "log2",
        "softmax_V",
        "sum",
        "prod",
        "cross_entropy",
        "sigmoid",
        "plus",
        "e",
        "pi",
        "Pr",
        "p_theta",
    ],
)
def test_a_word_of_mathematics_or_of_a_notation_is_no_letter(name: str) -> None:
    letter = real(name)
    assert f"a variable named {name!r}, which reads as" in refusal(Eq(letter * (a + b), letter * a + letter * b))
    assert f"a variable named {name!r}, which reads as" in refusal(ForAll(letter, Eq(letter, letter)))


def test_what_the_notations_print_is_taken_from_them() -> None:
    assert {
        "H",
        "D_KL",
        "KL",
        "NLL",
        "GM",
        "LSE",
        "PPL",
        "softmax",
        "log",
        "ln",
        "exp",
        "argmin",
        "e",
    } <= all_printed_words()


@pytest.mark.parametrize(
    "name", ["2", "-1", "1/2", "k) = 0 + f(k", "", "x y", "x+1", "x_", "_x", "x__1", "x_<i>", "1x"]
)
def test_a_name_is_one_word(name: str) -> None:
    says = refusal(Eq(real(name) + a, a + real(name)))
    assert "which reads as a number" in says or "not written in plain letters" in says
    assert refusal(Eq(Sum(p[integer(name)], (integer(name), 1, 2)), 0))


@pytest.mark.parametrize("where", ["line", "fact", "induction"])
def test_letters_that_only_the_lines_have_are_checked_too(where: str) -> None:
    log_, two = real("log"), real("2")

    def lines(c: Calc) -> None:
        if where == "fact":
            c.have(Eq(log_ - log_, 0), by=ring)
        if where == "induction":
            c.induction(n, 0, index=integer("e"))
        c.eq(a + two - two, by=ring)
        c.eq(a + 0, by=ring)

    name = {"line": "'2'", "fact": "'log'", "induction": "'e'"}[where]
    assert f"a variable named {name}" in refusal(Eq(a + 0 * n, a + 0 * n), lines=lines)


def test_a_false_claim_is_read_as_closely() -> None:
    @false_claim(claims=Eq(real("sin") * a, 0))
    def nothing() -> None:
        """Nobody says so."""

    with pytest.raises(ClaimError, match="reads as sin"):
        nothing.refute()


def test_a_scalar_before_brackets_is_no_function_at_an_argument() -> None:
    """f (a + b) = f a + f b would say that a function is linear."""
    for name, text in (("f", "f · (a + b)"), ("loss", "loss · (a + b)"), ("p", "p · (a + b)"), ("c", "c (a + b)")):
        assert term_text(real(name) * (a + b)) == text
    assert term_text(2 * real("f") * (a + b)) == "2 f · (a + b)"
    assert term_text(p[1] * (a + b)) == "p(1) (a + b)"
    assert term_latex(real("f") * (a + b)) == r"f \cdot (a + b)"


# --- letters that look like others -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "offer"),
    [("\u0440", ""), ("\u03b1", "alpha"), ("\u03bd", "nu"), ("\u0073\u0302", "s_hat"), ("\u015d", "s_hat"), ("x\u0304", "x_bar"),
     ("\u2113", "ell"), ("\U0001d465", "x"), ("x\u2032", "x'"), ("x\u200b", "x"), ("\uff58", "x"), ("x\u2081", "x1")],
)  # fmt: skip
def test_a_sign_that_looks_like_another_is_refused_with_a_name_to_take(name: str, offer: str) -> None:
    letter = Var(name, REAL)
    says = refusal(Eq(letter + a, a + letter))
    assert "is not written in plain letters" in says
    assert f"rename it, to {offer}" in says


def test_two_spellings_of_one_letter_are_one_letter() -> None:
    assert real("\u212a") == real("K")  # the Kelvin sign
    assert family("\uff50") == family("p")
    assert "not written in plain letters" in refusal(Eq(Var("\u212a", REAL), Var("\u212a", REAL)))


def test_greek_letters_that_look_like_no_latin_ones_may_be_typed() -> None:
    for name in "βθλμπφψωΓΔΘΛΣΦΨΩ":
        value = function(name, INT, REAL)[k]
        assert refusal(Eq(value + a, a + value)) == ""


# --- integers and real numbers -----------------------------------------------------------------------------------------


def page(claim: Term, given: Any = (), reason: Any = order) -> str:
    """The page of a theorem that follows by one line."""

    @theorem(shows=claim, given=given)
    def shown(c: Calc) -> None:
        if isinstance(claim, App) and claim.op is LE:
            c.le(claim.args[1], by=reason)
        else:
            c.have(claim, by=reason)

    return derivation_text(shown.check())


def test_a_claim_for_all_integers_says_that_it_is_one() -> None:
    x = integer("x")
    says = page(ForAll(x, Implies(0 < x, 1 <= x)))
    assert "claim  1 ≤ x  for all integers x  where 0 < x" in says
    assert term_latex(ForAll(x, 0 <= x)) == r"0 \le x\quad \text{for all integers }x"
    assert term_speech(ForAll(x, 0 <= x)) == "0 is at most x, for all integers x"
    assert term_text(Iff(0 < a, ForAll(x, 0 <= f[x]))) == "0 < a ⟺ 0 ≤ f(x)  for all integers x"
    assert term_text(Iff(0 < a, ForAll((x, 0, n), 0 <= f[x]))) == "0 < a ⟺ 0 ≤ f(x)  for x = 0, …, n"
    assert term_text(ForAll(x, Implies(0 <= x, 0 <= f[x]))) == "0 ≤ f(x)  for x ≥ 0, x integer"


def test_an_integer_family_is_said_at_indices_of_different_names() -> None:
    z = Var("z", Fn(INTEGER, Fn(INTEGER, Fn(INTEGER, INTEGER))))
    assert [term_text(x) for x in unsaid_kinds([0 <= at(at(at(z, k), k), k + 1)])] == ["z_{k,i,j}"]
    assert [term_text(x) for x in unsaid_kinds([0 <= at(at(at(z, t), i), k)])] == ["z_{t,i,k}"]


def test_indices_and_lists_of_integers_need_no_word() -> None:
    x = integer("x")
    assert term_text(ForAll(k, 0 <= f[k])) == "0 ≤ f(k)  for all k"
    assert term_text(ForAll((x, 1, n), 0 <= f[x])) == "0 ≤ f(x)  for x = 1, …, n"
    for letter in (integer("z"), integer("eps")):  # elsewhere real numbers
        claim = 0 <= Sum(f[letter] ** 2, (letter, 1, n))
        assert refusal(Implies(ForAll((letter, 1, n), 0 <= f[letter]), claim)) == ""
    assert term_text(Iff(0 < a, ForAll((k, 0, n), 0 <= f[k]))) == "0 < a ⟺ 0 ≤ f(k)  for k = 0, …, n"


@pytest.mark.parametrize("name", ["eps", "theta", "b", "p"])
def test_a_bound_integer_has_no_letter_of_a_real_number(name: str) -> None:
    x = integer(name)
    says = f"a variable named {name!r}, which stands for an integer, and a reader takes it for a real number; rename it, to "
    assert says in refusal(ForAll(x, Implies(0 < x, 1 <= x)))
    assert says in refusal(Eq(argmin(x, a * x), argmin(x, a * x)))


def test_a_minimiser_among_integers_has_the_letter_of_an_index() -> None:
    assert "which stands for an integer, and nothing on the page would say so" in refusal(
        Eq(argmin(integer("x"), f[integer("x")]), argmin(integer("x"), f[integer("x")]))
    )
    assert refusal(Eq(argmin(k, f[k]), argmin(k, f[k]))) == ""


def test_the_values_of_a_function_are_said_to_be_integers_among_the_conditions() -> None:
    w = function("w", INT, INT)
    assert "given  wₖ integer\n         wₖ > 0\n  claim  1 ≤ wₖ" in page(1 <= w[k], [0 < w[k]])
    assert "integer" not in page(1 <= ys[k], [0 < ys[k]])
    labels = family("y")
    assert "given  yₖ real\n         yₖ > 0\n  claim  0 ≤ yₖ" in page(0 <= labels[k], [0 < labels[k]])
    assert "which stands for an integer" in refusal(ForAll(w, 0 <= w[1] * w[1]))


def test_a_function_of_several_indices_is_written_at_different_ones() -> None:
    grid = function("x", INT, INT, INT)
    deep = function("x", *[INT] * 8)
    for term, written in (
        (grid[i][i], "x[i][k]"),
        (grid[i + 1][i], "x[k][i]"),
        (grid[1][2], "x[k][i]"),
        (Sum(Sum(grid[k][k], (k, 1, n)), (k, 1, n)), "x[k][i]"),
        (grid[i][i] + grid[j][i], "x[j][i]"),
        (deep[1][1][1][1][1][1][1], "x[k][i][j][m][k1][k2][k3]"),
    ):
        assert [str(t) for t in unsaid_kinds([term])] == [written]
    for e in all_entries():
        claim = e.shows if isinstance(e, TheoremEntry) else e.claims
        for letter in unsaid_kinds((*e.given, claim)):
            indices = spine(letter)[1]
            assert len(set(indices)) == len(indices), f"{e.name}: {letter}"


def test_every_page_says_it() -> None:
    from derive.render.pages.html import derivation_html
    from derive.render.pages.jupyter import mimebundle
    from derive.render.pages.latex import derivation_latex
    from derive.render.pages.speech import derivation_speech

    w, s = function("w", INT, INT), integer("s")

    @theorem(shows=1 <= w[k] + s, given=[0 < w[k] + s])
    def at_least_one(c: Calc) -> None:
        c.le(w[k] + s, by=order)

    d = at_least_one.check()
    assert r"Under $s\text{ integer}$, $w_k\text{ integer}$, and $w_k + s > 0$, we have" in derivation_latex(d)
    assert "Given s is an integer; w sub k is an integer; and w sub k plus s is greater than 0." in derivation_speech(d)
    assert "integer" in derivation_html(d) and "integer" in mimebundle(d, html=False)["text/latex"]


def test_a_range_of_real_numbers_is_no_list_of_integers() -> None:
    real_k, g = real("k"), function("g", REAL, REAL)
    everywhere = ForAll((real_k, 0, 1), g[real_k] <= b)
    assert "claim  g(k) ≤ b  for 0 ≤ k ≤ 1, k real" in page(everywhere, [everywhere], everywhere)
    assert term_latex(everywhere).endswith(r"\text{for }0 \le k \le 1\text{, }k\text{ real}")
    assert term_text(ForAll((eps, 0, 1), 0 <= eps)) == "0 ≤ ε  for 0 ≤ ε ≤ 1, ε real"
    assert term_text(ForAll(real_k, 0 <= g[real_k])) == "0 ≤ g(k)  for all real k"
    assert term_text(ForAll((real_k, 1, V), 0 <= g[real_k]), "pr") == "0 ≤ g(k)  for 1 ≤ k ≤ V, k real"


def test_a_range_does_not_mention_its_own_letter() -> None:
    for wrong in ((k, 1, k), (k, k + 1, V)):
        with pytest.raises(SortError, match="mention the index k"):
            ForAll(wrong, 0 < p[k])
    with pytest.raises(SortError, match="one letter stands for two variables"):
        ForAll([(k, 1, V), (k, 1, T)], 0 < p[k])
    assert term_text(ForAll([(t, 1, T), (k, 1, t)], 0 < ps[t][k])) == "0 < pₜ(k)  for t = 1, …, T and k = 1, …, t"


# --- what stays --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "x",
        "x'",
        "x1",
        "x_1",
        "x_hat",
        "p_hat",
        "p_max",
        "w_in",
        "lam",
        "tau",
        "epsilon",
        "loss",
        "prompt",
        "S",
        "L",
        "R",
    ],
)
def test_usual_names_are_letters(name: str) -> None:
    assert refusal(Eq(real(name) + a, a + real(name))) == ""


def test_the_letters_of_the_subject_are_letters() -> None:
    scalars = {v.name for v in vars(language).values() if isinstance(v, Var) and v.sort is INTEGER}
    assert scalars == INTEGERS
    assert refusal(Eq(Pr[t] * u[k], u[k] * Pr[t])) == ""


def test_lemmas_are_written_in_plain_letters() -> None:
    from derive.record.letters import Letter, letters_in
    from derive.render.pages.reads import trouble

    for lemma in LEMMAS.values():
        if not hasattr(lemma, "at_sort"):
            for letter in (x for s in (*lemma.given, lemma.shows) for x in letters_in(s)):
                if isinstance(letter, Letter):
                    why = trouble(letter, [letter])
                    assert why is None or "stands for" in why, (lemma.name, letter, why)
