"""Pages in LaTeX with numbers: labels by which lines are cited, one place for the reasons, an end mark; mutants are refused."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from derive import *
from derive.board.catalogue import find_theorem
from derive.cli import main
from derive.errors import MisreadError
from derive.language.letters import a, b, c
from derive.render.formula.notation import load_notation
from derive.render.pages.latex import derivation_latex
from derive.render.pages.readback import refuse_misread

NAME = "kl_eq_zero_iff"  # two facts on the way, and a chain that cites the second


def numbered(name=NAME, **choices):
    d = find_theorem(name).derivation
    page = derivation_latex(d, number=True, **choices)
    refuse_misread(page, d, load_notation(None), "latex")
    return d, page


def test_each_line_has_a_label_and_no_other_row_a_number():
    d, page = numbered()
    assert re.findall(r"\\label\{derive:(\w+):(\d+)\}", page) == [(NAME, str(n)) for n in range(1, len(d.lines) + 1)]
    displays = re.findall(r"\\begin\{align\}\n(.*?)\n\\end\{align\}", page, flags=re.DOTALL)
    rows = [row for display in displays for row in display.split("\n")]
    assert all((r"\label{" in row) != (r"\notag" in row) for row in rows)


def test_a_fact_is_cited_by_its_number():
    _, page = numbered()
    assert rf"by \eqref{{derive:{NAME}:2}}" in page and "as just shown" not in page
    plain = derivation_latex(find_theorem(NAME).derivation)
    assert "as just shown" in plain and "eqref" not in plain


@theorem(shows=Eq(a, c), given=[Eq(a, b), Eq(c, b)])
def by_facts(calc):
    first = calc.have(Eq(a, b), by=Eq(a, b))
    second = calc.have(Eq(c, b), by=Eq(c, b))
    calc.eq(b, by=because("as b is another name of it", first))
    calc.eq(c, by=reverse(second))


def test_the_words_of_the_author_stand_before_the_number_and_a_fact_used_backwards_has_one():
    page = derivation_latex(by_facts.derivation, number=True)
    assert r"as $b$ is another name of it, by \eqref{derive:by_facts:1}" in page
    assert r"\text{by \eqref{derive:by_facts:2}}" in page


def test_words_for_a_line_keep_all_that_it_cites():
    @theorem(shows=Eq(a + b, 2 * c), given=[Eq(a, c), Eq(b, c)])
    def added(calc):
        first = calc.have(Eq(a, c), by=Eq(a, c))
        second = calc.have(Eq(b, c), by=Eq(b, c))
        calc.eq(c + c, by=[first, second], says="add them")
        calc.eq(2 * c, by=ring)

    both = r"by \eqref{derive:added:1} and \eqref{derive:added:2}"
    assert f"add them, {both}" in derivation_latex(added.derivation, number=True)
    d = find_theorem("logsumexp_convex").derivation
    both = both.replace("added", d.name)
    assert f"both inequalities, with weights that are not negative, {both}" in derivation_latex(d, number=True)


@pytest.mark.parametrize(
    ("find", "put"),
    [
        (f"{NAME}:3", f"{NAME}:4"),
        (f"derive:{NAME}:5", "derive:kl_nonneg:5"),
        ("we have", "it is false that"),
        (r"\end{align}", ""),
        ("q(k) = p(k)", "p(k) = 0"),
    ],
)
def test_a_page_with_another_label_or_formula_is_refused(find, put):
    d, page = numbered()
    assert find in page
    with pytest.raises(MisreadError):
        refuse_misread(page.replace(find, put, 1), d, load_notation(None), "latex")


def test_the_reasons_stand_in_one_place_on_a_page():
    _, page = numbered()  # one of its lines has no room for a reason beside it
    assert "&& " not in page and page.count(r"\small ") == len(find_theorem(NAME).derivation.lines)
    d = find_theorem("cross_entropy_is_nll").derivation
    assert r"\small" not in derivation_latex(d) and "&& " not in derivation_latex(d, reasons="below")


def test_a_complete_proof_ends_with_a_square_and_may_break_between_pages():
    for number in (True, False):
        page = derivation_latex(find_theorem(NAME).derivation, number=number)
        assert page.count(r"\qedsymbol") == 2 and page.rindex(r"\qedsymbol") > page.rindex("&")
        assert page.startswith(r"\begingroup") and r"\allowdisplaybreaks" in page


def test_a_whole_document_says_what_the_symbols_are_and_a_piece_does_when_asked():
    def shown(*options):
        done = CliRunner().invoke(main, ["show", "cross_entropy_one_hot", "--as", "latex", *options])
        assert done.exit_code == 0, done.output
        return r"\noindent where $H(q, p) =" in done.output

    assert shown("--standalone") and shown("--where") and not shown() and not shown("--standalone", "--no-where")


@pytest.mark.parametrize("option", ["--number", "--reasons below"])
def test_numbers_and_places_of_reasons_are_for_latex(option):
    done = CliRunner().invoke(main, ["show", NAME, *option.split()])
    assert done.exit_code == 2 and f"{option.split()[0]} is for LaTeX; add --as latex" in done.output
