"""What a line changed is read off its proof: the part that a rule rewrote, and nothing round it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sweep import dealt

from derive import *
from derive.board import catalogue
from derive.board.calc import Calc
from derive.board.entries import TheoremEntry
from derive.language.letters import *
from derive.record import Block, Derivation
from derive.record.changes import changed, changed_parts, part
from derive.render.formula.layout import layout
from derive.render.formula.marked import marked_layout
from derive.render.formula.nodes import unmarked
from derive.render.formula.notation import load_notation, notation_names
from derive.render.pens.latex import node_latex, term_latex
from derive.render.words.prose import letters


def lines_of(d: Derivation) -> Iterator[tuple[Block, int]]:
    return ((block, i) for block in d.blocks for i in range(len(block.lines)))


def marked(name: str, line: int, block: int = -1) -> str:
    """A line of the catalogue in LaTeX, what it changed in <>."""
    return drawn(catalogue.find_theorem(name).derivation, line, block)


def drawn(d: Derivation, line: int, block: int = -1) -> str:
    b = d.blocks[block]
    node = marked_layout(
        b.lines[line - 1].term, changed(b, line - 1), avoid=letters(d), labels=b.lines[line - 1].labels
    )
    return node_latex(node, mark="MARK").replace("MARK", "")


def test_a_definition_in_a_sum_is_marked_where_it_was_unfolded() -> None:
    assert marked("label_smoothing_residual", 2) == (
        r"-\sum_{k=1}^V \Bigl({(1 - \varepsilon)\,[k = y] + \frac{\varepsilon}{V}}\Bigr) \log p(k)"
    )


def test_what_a_sum_became_is_marked_and_the_sign_before_it_is_not() -> None:
    assert marked("cross_entropy_one_hot", 3) == r"-{\log p(y)}"


def test_two_rewritings_in_one_line_are_both_marked() -> None:
    @theorem(shows=Eq(a * delta(y, y) + b * delta(k, y), a), given=[Ne(k, y)])
    def indicators(calc: Calc) -> None:
        calc.eq(a * 1 + b * 0, by=[delta_same, delta_diff])
        calc.eq(a, by=ring)

    assert drawn(indicators.derivation, 1) == r"a \cdot {1} + b \cdot {0}"


def test_a_definition_put_back_is_marked_with_its_argument() -> None:
    assert marked("smoothed_off_eq_smoothed", 3) == r"q_y^{(\varepsilon\,V)/(V-1)}(k)"  # all of it: no mark
    assert marked("softmax_gradient", 5) == (
        r"{\operatorname{softmax}(z)_i}\,([i = j] - {\operatorname{softmax}(z)_j})"
    )


def test_a_function_unfolded_at_its_argument_is_marked_with_it() -> None:
    """delta_y(k) becomes [k = y]: both letters are new where they stand."""
    assert marked("cross_entropy_one_hot", 2) == r"-\sum_{k=1}^V {[k = y]} \log p(k)"


def test_nothing_is_marked_where_all_of_the_line_is_new() -> None:
    d = catalogue.find_theorem("cross_entropy_one_hot").derivation
    assert changed(d.blocks[0], 0) == ()


def test_without_a_proof_the_difference_of_the_terms_is_what_changed() -> None:
    before, after = -(p[y] + 1) * V, -(p[y] + 2) * V
    (path,) = changed_parts(before, after, None)
    assert part(after, path) == (p[y] + 2).args[1]


def test_a_line_that_says_the_same_again_changed_nothing() -> None:
    assert changed_parts(p[y] + 1, p[y] + 1, None) == ()


@pytest.mark.parametrize("entry", catalogue.theorems(), ids=lambda e: e.name)
def test_outside_the_marks_nothing_changed(entry: TheoremEntry) -> None:
    """With the marked parts put back as they were, the line is the one before: the marks miss nothing."""
    for block, i in lines_of(entry.derivation):
        before = block.lines[i - 1].term if i else block.start
        after = block.lines[i].term
        paths = changed(block, i)
        if paths and block.lines[i].relation:
            assert same_outside(before, after, set(paths)), after


def same_outside(a, b, paths, here=()) -> bool:
    from derive.kernel.terms import App, parts_of

    if here in paths or a == b:
        return True
    children = list(zip(parts_of(a), parts_of(b), strict=False))
    alike = type(a) is type(b) and len(parts_of(a)) == len(parts_of(b)) and children
    if not alike or (isinstance(a, App) and a.op is not b.op):
        return False
    return all(same_outside(x, y, paths, (*here, n)) for n, (x, y) in enumerate(children))


@pytest.mark.parametrize("profile", notation_names())
def test_a_mark_changes_nothing_else_on_the_page(profile: str) -> None:
    notation = load_notation(profile)
    drawn = 0
    tried = dealt(catalogue.theorems(), profile, notation_names())
    everywhere = ((e.derivation, *at) for e in tried for at in lines_of(e.derivation))
    for d, block, i in everywhere:
        line = block.lines[i]
        node = marked_layout(line.term, changed(block, i), notation, avoid=letters(d), labels=line.labels)
        plain = layout(line.term, notation, avoid=letters(d), labels=line.labels)
        assert unmarked(node) == plain
        drawn += node != plain
        assert node_latex(node) == term_latex(line.term, notation, avoid=letters(d), labels=line.labels)
    assert drawn > 25
