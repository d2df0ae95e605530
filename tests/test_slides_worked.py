"""Slides of worked examples: the numbers of ``derive work``, laid out to be read from afar."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive import *
from derive.board.catalogue import find_theorem
from derive.falsify import Exact, Model, evaluate
from derive.falsify.numbers import exact as ex
from derive.kernel.terms import Num
from derive.language.letters import p, y
from derive.render.formula.layout import layout
from derive.render.formula.measure import node_em
from derive.render.pens.latex import node_latex
from derive.render.pens.text import Pen
from derive.slides.deck.numerals import MOST, adding_up, closed_form, placed, readable, rounded
from derive.slides.deck.paginate import INDENT, columns, header_height, notes_height, row_height
from derive.slides.deck.template import Template
from derive.slides.deck.worked import worked_slides
from derive.work import sides_of, sum_table, work_out
from derive.work.simpler import simpler

HALF, THIRD, QUARTER, TENTH = Fraction(1, 2), Fraction(1, 3), Fraction(1, 4), Fraction(1, 10)
EXAMPLES = {
    "label_smoothing_residual": {"y": 1, "eps": TENTH, "p": [HALF, QUARTER, QUARTER]},
    "cross_entropy_one_hot": {"y": 2, "p": [THIRD, 2 * THIRD]},
    "cross_entropy_is_nll": {"y": ["deep", "learning"], "log_p": [Fraction(-7, 10), Fraction(-2, 5)]},
    "kl_eq_cross_entropy_sub_entropy": {"q": [Fraction(7, 10), Fraction(1, 5), TENTH], "p": [HALF, 3 * TENTH, Fraction(1, 5)]},
    "kl_nonneg": {"q": [HALF, HALF], "p": [QUARTER, 3 * QUARTER]},
    "kl_eq_zero_iff": {"q": [HALF, HALF], "p": [HALF, HALF]},
    "perplexity_eq_geometric_mean": {"y": [1, 2, 1], "p": [[HALF, HALF], [QUARTER, 3 * QUARTER], [THIRD, 2 * THIRD]]},
}  # fmt: skip


def slides(name, numbers=None, template=None, notation=None):
    worked = work_out(find_theorem(name).derivation, numbers or EXAMPLES[name])
    return worked_slides(worked, notation, template or Template())


def drawn(node):
    return Pen().draw(node).strip()


def said(prose):
    return "".join(part if isinstance(part, str) else drawn(part) for part in prose)


def board(shown):
    """What stands on the slides, a row for each step that is new there."""
    return [
        (step.relation, " ".join(map(drawn, step.parts)), said(step.reason))
        for slide in shown
        for step in slide.steps
        if not step.carried
    ]


def test_a_worked_example_is_a_chain_of_numbers_with_their_values():
    shown = slides("label_smoothing_residual", template=Template())
    first = shown[0]
    assert {s.kind for s in shown} == {"work"} and {s.name for s in shown} == {"label_smoothing_residual"}
    assert said(first.heading).startswith("In numbers: The smoothed loss is the negative log-likelihood plus ε times")
    assert said(first.given) == "V = 3, y = 1, ε = 0.1, and p = (0.5, 0.25, 0.25)"
    value = "(16)/(15) log 2, about 0.7394"
    assert board(shown) == [
        ("", "H(q_y^ε, p)", ""),
        ("=", "−((14)/(15) log 0.5 + (1)/(30) log 0.25 + (1)/(30) log 0.25)", value),
        ("=", "−(0.9 log 0.5 + 0.1 ((1)/(3) (log 0.5 + log 0.25 + log 0.25)))", value),
        ("=", "−log 0.5 + 0.1 (log 0.5 − (1)/(3) (log 0.5 + log 0.25 + log 0.25))", value),
    ]


def table(block):
    return [[said(cell) for cell in row] for row in (block.head, *block.rows)]


def test_the_sum_stands_term_by_term_and_each_part_of_the_claim_has_its_value():
    first, *_ = slides("label_smoothing_residual")
    of_sum, of_sides = first.blocks
    assert table(of_sum) == [
        ["k", "q_y^ε(k)", "p(k)", "−log p(k)", "−q_y^ε(k) log p(k)"],
        ["1", "0.9333", "0.5", "0.6931", "0.6469"],
        ["2", "0.0333", "0.25", "1.3863", "0.0462"],
        ["3", "0.0333", "0.25", "1.3863", "0.0462"],
        ["sum", "", "", "", "0.7394"],
    ]
    assert of_sum.total
    assert table(of_sides) == [
        ["H(q_y^ε, p)", "=", "−log p(y)", "+", "ε (log p(y) − (1)/(V) ∑ₖ₌₁ⱽ log p(k))"],
        ["", "", "", "", "residual"],
        ["(16)/(15) log 2", "=", "log 2", "+", "(1)/(15) log 2"],
        ["0.73936", "=", "0.69315", "+", "0.04621"],  # 0.6931 and 0.0462 do not add up to 0.7394
    ]


def test_the_rounded_parts_add_up_where_some_more_decimals_make_them():
    log2 = ex.log(Exact.of(2))
    parts = [("", log2), ("+", log2 / 8)]
    assert [placed(v, 4) for v in (9 * log2 / 8, log2, log2 / 8)] == ["0.7798", "0.6931", "0.0866"]  # 1 too few
    places = adding_up(9 * log2 / 8, parts)
    whole, *rounded_parts = (Fraction(placed(v, places)) for v in (9 * log2 / 8, log2, log2 / 8))
    assert sum(rounded_parts) == whole and places == 5


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_table_adds_up_exactly(name):
    worked = work_out(find_theorem(name).derivation, EXAMPLES[name])
    shown = sum_table(worked.derivation, worked.model)
    if shown is not None:
        assert sum((Exact.of(row[-1]) for row in shown.rows), Exact.of(0)) == shown.total
    sides = sides_of(worked.derivation, worked.model)
    if sides is not None and sides.relation == "=":
        signed = ((-1 if part.sign == "−" else 1) * Exact.of(part.value) for part in sides.right)
        assert sum(signed, Exact.of(0)) == sides.left.value


@pytest.mark.parametrize(
    ("term", "simple"),
    [
        (((1 - Num(TENTH)) * 0 + Num(TENTH) / 4) * log(Num(HALF)), Num(Fraction(1, 40)) * log(Num(HALF))),
        (1 * log(Num(HALF)) + 0 * log(Num(THIRD)), log(Num(HALF))),
        (-log(Num(HALF) * Num(THIRD)), -log(Num(HALF) * Num(THIRD))),  # probabilities stay factors
        (xlogy(Num(0), Num(0)) + Num(HALF), Num(HALF)),
        (Num(1) / 0 * log(Num(2)), Num(1) / 0 * log(Num(2))),  # what has no value is left alone
    ],
)
def test_what_vanishes_is_left_out_and_a_weight_is_one_number(term, simple):
    assert simpler(term) == simple


def test_steps_are_named_and_know_their_line_of_the_derivation():
    steps = [step for slide in slides("label_smoothing_residual") for step in slide.steps if not step.carried]
    assert [step.place for step in steps] == ["work1", "work2", "work3", "work4"]
    # the numbers of line 2 are those of line 1, and those of line 4 are those of line 3: they are not shown again
    assert [step.number for step in steps] == [0, 1, 3, 5]
    derivation = find_theorem("label_smoothing_residual").derivation
    assert all(step.source is derivation.lines[step.number - 1] for step in steps[1:])


def test_what_does_not_fit_goes_on_with_its_last_line_repeated():
    overview, first, *rest = slides("kl_eq_cross_entropy_sub_entropy", template=Template(aspect="4:3"))
    assert overview.blocks and rest and [s.part for s in (overview, first, *rest)] == [*range(1, len(rest) + 3)]
    for before, after in zip((first, *rest), rest, strict=False):
        assert after.steps[0].carried and after.steps[0].place == before.steps[-1].place
        assert not after.given


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_line_has_the_value_that_stands_beside_it(name):
    worked = work_out(find_theorem(name).derivation, EXAMPLES[name])
    values = {id(w.line): w.value for block in worked.blocks for w in block.lines}
    for slide in slides(name):
        for step in slide.steps:
            if step.source is not None and not step.term.free:
                assert evaluate(step.term, Model()) == values[id(step.source)]


def test_an_inequality_and_an_equivalence():
    assert [row[::2] for row in board(slides("kl_nonneg"))] == [
        ("", ""), ("=", "0.5 log (4)/(3), about 0.1438"), ("≥", "0"), ("=", "0"), ("=", "0"),
    ]  # fmt: skip
    assert ("⟺", "true") in [row[::2] for row in board(slides("kl_eq_zero_iff"))]


def test_log_probabilities_stay_exact_and_what_is_derived_from_them_is_rounded():
    overview, slide = slides("cross_entropy_is_nll")
    assert board([slide])[1:] == [
        ("=", "−log e^{−0.7} + (−log e^{−0.4})", "1.1"),
        ("=", "−(log e^{−0.7} + log e^{−0.4})", "1.1"),
        ("=", "−log(e^{−0.7} e^{−0.4})", "1.1"),
    ]
    assert "y = (1, 2); p₁ about (0.4966, 0.2517, 0.2517)" in said(overview.given)
    assert said(slide.notes[0]).startswith("only the true tokens' probabilities are given")


def test_numbers_are_in_the_courses_notation():
    assert "ŷ = (0.5, 0.3, 0.2)" in said(slides("kl_eq_cross_entropy_sub_entropy", notation="hat")[0].given)
    assert "ln 0.5" in board(slides("kl_eq_cross_entropy_sub_entropy", notation="hat"))[2][1]


def test_a_line_that_does_not_agree_says_so():
    derivation = find_theorem("cross_entropy_one_hot").derivation
    (block,) = derivation.blocks
    broken = block._replace(lines=(*block.lines[:2], block.lines[2]._replace(term=log(p[y]))))
    worked = work_out(derivation._replace(blocks=(broken,)), {"y": 1, "p": [HALF, HALF]})
    assert board(worked_slides(worked, None, Template()))[-1] == (
        "=", "log 0.5", "−log 2, about −0.6931, which does not agree with the line before",
    )  # fmt: skip


# --- reading from afar -----------------------------------------------------------------------------------------------


def test_a_long_sum_keeps_its_first_terms_and_its_last():
    numbers = {"q": [Fraction(1, 12)] * 12, "p": [Fraction(1, 24)] * 6 + [Fraction(1, 8)] * 6}
    shown = slides("kl_eq_cross_entropy_sub_entropy", numbers)
    assert said(shown[0].given) == "V = 12, p = (1/24, 1/24, …, 0.125), and q = (1/12, 1/12, …, 1/12)"
    formulas = [formula.replace(" +", " + ").replace("  ", " ") for _, formula, _ in board(shown)]
    ratio = "log (1/12)/(1/24)"
    assert formulas[1] == f"(1)/(12) {ratio} + (1)/(12) {ratio} + … + (1)/(12) log (1/12)/(0.125)"
    assert all(formula.count("log") <= 4 * MOST for formula in formulas)
    whole = next(step for slide in shown for step in slide.steps if step.place == "work2")
    assert evaluate(whole.term, Model()) == Exact.of(HALF) * ex.log(Exact.of(Fraction(4, 3)))  # what it says is not cut


def test_many_positions_are_cut_short_too():
    numbers = {"y": [1] * 9, "p": [[HALF, HALF]] * 9}
    overview, *_, slide = slides("perplexity_eq_geometric_mean", numbers)
    assert said(overview.given) == (
        "T = 9, V = 2, y = (1, 1, …, 1), p₁ = (0.5, 0.5), p₂ = (0.5, 0.5), …, and p₉ = (0.5, 0.5)"
    )
    assert "(0.5 · 0.5 · … · 0.5)^{−1/9}" in [formula for _, formula, _ in board([slide])]


@pytest.mark.parametrize(
    ("term", "reads"),
    [
        (Num(TENTH) * Num(QUARTER), "0.1 · 0.25"),
        (Num(2) * Num(HALF) * log(Num(HALF)), "2 · 0.5 log 0.5"),
        (Num(HALF) * Num(THIRD), "0.5 · (1)/(3)"),
        (Num(THIRD) + Num(Fraction(1, 8)), "(1)/(3) + 0.125"),
        (Num(TENTH) / Num(3), "(0.1)/(3)"),
        (Num(HALF) ** Num(2), "0.5²"),
        (exp(Num(Fraction(-7, 10))), "e^{−0.7}"),
        (exp(Num(Fraction(-1, 3))), "e^{−1/3}"),
        (log(Num(Fraction(1, 3))), "log (1)/(3)"),
        (-Num(HALF) - Num(-HALF), "−0.5 − (−0.5)"),
        (Num(Fraction(1, 100000)), "(1)/(100000)"),
    ],
)
def test_short_decimals_stand_as_decimals(term, reads):
    assert drawn(readable(layout(term))) == reads


@pytest.mark.parametrize(
    ("value", "reads"),
    [
        (Fraction(16, 15) * ex.log(Exact.of(2)), "(16)/(15) log 2"),
        (ex.log(Exact.of("2/3")) / 2, "−0.5 log 1.5"),
        (ex.log(Exact.of(2)) - ex.log(Exact.of(3)) / 2, "0.5 log (4)/(3)"),
        (ex.log(Exact.of(8)), "3 log 2"),
        (-ex.log(Exact.of("1/2")), "log 2"),
        (ex.exp(Exact.of("-11/10")), "e^{−1.1}"),
        (Exact.of("-3/2"), "−1.5"),
        (0, "0"),
        (1 + ex.log(Exact.of(2)), None),
        (ex.log(Exact.of(2)) * ex.log(Exact.of(3)), None),
        (ex.exp(Exact.of(1)) - 3, None),
    ],
)
def test_a_value_has_a_short_form_or_none(value, reads):
    term = closed_form(value)
    assert (None if term is None else drawn(readable(layout(term)))) == reads
    assert term is None or evaluate(term, Model()) == value


@pytest.mark.parametrize(
    ("value", "reads"),
    [
        (Fraction(2, 3), "0.6667"),
        (-ex.log(Exact.of(2)), "−0.6931"),
        (ex.exp(Exact.of(-30)), "9.358 · 10⁻¹⁴"),
        (-(Exact.of(3) ** 40), "−1.216 · 10¹⁹"),
        (7, "7"),
    ],
)
def test_values_are_rounded_to_four_digits(value, reads):
    assert drawn(rounded(value)) == reads


@pytest.mark.parametrize("aspect", ["16:9", "4:3"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_everything_fits_on_its_slide(name, aspect):
    template = Template(aspect=aspect)
    for slide in slides(name, template=template):
        sentences = [slide.given, *slide.notes, *(step.reason for step in slide.steps)]
        assert all(node_latex(part).isascii() for s in sentences for part in s if not isinstance(part, str))
        c = columns(slide.steps, template, slide.scale)
        assert c.scale == slide.scale >= template.least_scale
        for step in slide.steps:
            for i, part in enumerate(step.parts):
                assert slide.scale * (node_em(part) + (INDENT if i else 0)) <= template.width
                assert node_latex(part).isascii()
        heights = [row_height(step, c) for step in slide.steps]
        if slide.lead:
            heights[:2] = [max(heights[:2])]
        used = header_height(slide, template) + sum(heights) + notes_height(slide.notes, template)
        assert used <= template.height + 0.01
