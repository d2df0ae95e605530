"""Finite sets with a name: ranges that are written as sets, in every target, and read back as what they are."""

from __future__ import annotations

import pytest
from round_trip import TARGETS

from derive import *
from derive.falsify import evaluate
from derive.kernel.terms import Num, Term
from derive.language.letters import V, f, k, n, p, q, y, z
from derive.read.canonical import canonical
from derive.read.grammar import Reader
from derive.render.formula.layout import conditions
from derive.render.formula.notation import load_notation, notation_names
from derive.render.pens.text import term_text

X, Y = finite_set("X"), finite_set("Y")
x, w = integer("x"), function("w", INT, FAMILY)


def test_a_sum_over_a_set_is_one_over_the_numbers_of_its_elements():
    assert Sum(f[y], (y, Y)) == Sum(f[y], (y, 1, Y))
    assert Max(f[y], (y, Y)) == Max(f[y], (y, 1, Y))
    assert ForAll((y, Y), 0 <= f[y]) == ForAll((y, 1, Y), 0 <= f[y])
    assert Sum(p[k], (k, V)) == Sum(p[k], (k, 1, V)), "any size will do"
    assert evaluate(Sum(f[y], (y, Y)), {Y: 2, f: {1: 3, 2: 4}.__getitem__}) == 7


WRITTEN = [
    (Sum(f[y], (y, Y)), "∑_{y∈Y} f(y)"),
    (Prod(f[y], (y, Y)), "∏_{y∈Y} f(y)"),
    (Max(f[y], (y, Y)), "max_{y∈Y} f(y)"),
    (Sum(f[k], (k, Y), where=Ne(k, y)), "∑_{k∈Y,k≠y} f(k)"),
    (Sum(w[x][y], (x, X), (y, Y)), "∑_{x∈X} ∑_{y∈Y} w_{x,y}"),
    (1 / Y, "1/|Y|"),
    (uniform(Y)[y], "u_Y(y)"),
    (kl(Y, q, p), "KL_Y(q ∥ p)"),
    (entropy(Y, q), "H_Y(q)"),
    (expectation(Y, q, f), "E_{y∼q,y∈Y}[f(y)]"),
    (variance(Y, q, f), "Var_{y∼q,y∈Y}[f(y)]"),
    (softmax(Y, z)[y], "softmax_Y(z)_y"),
    (ForAll((y, Y), 0 < p[y]), "0 < p(y)  for y ∈ Y"),
    (ForAll([(x, X), (y, Y)], 0 < w[x][y]), "0 < w_{x,y}  for x ∈ X and y ∈ Y"),
    (Sum(f[k], (k, 0, Y)), "∑_{k=0}^{|Y|} f(k)"),
]


@pytest.mark.parametrize(("term", "text"), WRITTEN, ids=[text for _, text in WRITTEN])
def test_it_is_written_as_a_set(term: Term, text: str) -> None:
    assert term_text(term, avoid=()).replace("y′", "y") == text


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("notation", notation_names())
def test_what_is_written_is_read_back(target: str, notation: str) -> None:
    for term, _ in WRITTEN:
        if term.sort is REAL:
            assert TARGETS[target].reads_back(term, notation), f"{term} in {notation}"


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("given", "letters"),
    [(in_vocabulary(y, Y), [y, Y]), (positive(p, Y), [p, Y]), ([ForAll([(x, X), (y, Y)], 0 < w[x][y])], [w, X, Y])],
    ids=["an element", "a family", "two sets"],
)
def test_conditions_are_read_back(target: str, given: list[Term], letters: list[Var]) -> None:
    t = TARGETS[target]
    read = Reader("compact", letters, (), t.hidden)
    found = set()
    for c in conditions(tuple(given), load_notation("compact"), linear=t.linear):
        for page in t.sentences(c):
            for meanings in read.conditions(page):
                assert len(meanings) == 1
                found |= meanings
    assert found == set(map(canonical, given))


def test_two_bounds_of_an_element_are_one_condition():
    said = conditions(tuple(in_vocabulary(y, Y)), load_notation("compact"), linear=True)
    assert [layout_text(c.statement) for c in said] == ["y ∈ Y"]
    strict = conditions((1 <= y, y < Y), load_notation("compact"), linear=True)
    assert [layout_text(c.statement) for c in strict] == ["1 ≤ y < |Y|"]


def layout_text(node: object) -> str:
    return TARGETS["text"].draw(node)  # type: ignore[arg-type]


MEAN = Eq(expectation(Y, uniform(Y), f), Sum(f[y], (y, Y)) / Y)


def test_a_theorem_over_a_set_is_proved_like_any_other():
    @theorem(shows=MEAN, given=[1 <= Y])
    def mean_under_the_uniform(calc):
        calc.eq(Sum(1 / Y * f[y], (y, Y)))
        calc.eq(Sum(f[y], (y, Y)) / Y)

    mean_under_the_uniform.check()


def test_it_is_false_without_the_division():
    @false_claim(claims=Eq(expectation(Y, uniform(Y), f), Sum(f[y], (y, Y))), given=[1 <= Y])
    def mean_is_sum():
        """The mean is the sum."""

    assert mean_is_sum.refute()


@pytest.mark.parametrize("name", ["V", "n", "theta", "max", "3"])
def test_a_set_has_a_letter_that_reads_as_one(name: str) -> None:
    @theorem(shows=Eq(Sum(f[k] * 1, (k, finite_set(name))), Sum(f[k], (k, finite_set(name)))))
    def of_a_set(calc):
        calc.eq(Sum(f[k], (k, finite_set(name))))

    with pytest.raises(ClaimError):
        of_a_set.check()


def test_a_set_and_a_number_have_different_letters():
    number = real("Y")

    @theorem(shows=Eq(number * Sum(f[k], (k, Y)), Sum(f[k], (k, Y)) * number))
    def of_two(calc):
        calc.eq(Sum(f[k], (k, Y)) * number)

    with pytest.raises(ClaimError, match="another letter"):
        of_two.check()


def test_the_range_of_a_sum_is_of_integers():
    with pytest.raises(TypeError, match="range of a letter"):
        Sum(f[k], (k, real("a")))
    with pytest.raises(TypeError):
        Sum(f[n], (n, n))


@pytest.mark.parametrize("target", TARGETS)
def test_a_size_that_is_a_value_is_no_set(target):
    """N_0 is N at 0 where N is on the page, and no set."""
    sizes = function("N", INT, INT)
    assert TARGETS[target].reads_back(kl(sizes[0], p, q) + Sum(p[k], (k, 1, sizes[1])), "compact")


def test_numbers_are_no_sets():
    assert term_text(Sum(f[k], (k, Num(3)))) == "∑ₖ₌₁³ f(k)"
