"""Each line names the conditions that it uses: those of its proof, and apart from them those that only define its formula."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from click.testing import CliRunner

from derive import *
from derive.board.catalogue import find_theorem, theorems
from derive.cli import main
from derive.language.letters import *
from derive.render.formula.notation import load_notation
from derive.render.pages.html import derivation_html
from derive.render.pages.latex import derivation_latex
from derive.render.pages.text import derivation_text
from derive.render.words.written import Written


def said(d, block=0):
    """What the lines of a block say of the conditions."""
    written = Written(d, load_notation(), numbered=True)
    return [written.uses.words(block, i) for i in range(len(d.blocks[block].lines))]


def test_conditions_have_numbers_and_lines_name_them():
    page = derivation_text(find_theorem("cross_entropy_one_hot").derivation, conditions=True)
    assert "given  (1) 1 ≤ y ≤ V\n" in page and "       (2) p(k) > 0 for k = 1, …, V\n" in page
    assert "the indicator picks out its one term; uses (1); defined under (2)" in page


def test_a_chain_of_two_conditions_has_one_number():
    d = find_theorem("cross_entropy_one_hot").derivation
    assert len(d.given) == 3 and said(d) == ["defined under (2)", "defined under (2)", "uses (1); defined under (2)"]


def test_a_line_that_uses_none_names_none():
    assert said(find_theorem("one_le_perplexity").derivation, 2) == [""]


def test_what_a_fact_on_the_way_uses_is_used_by_the_lines_that_cite_it():
    d = find_theorem("one_le_perplexity").derivation
    assert said(d, 1) == ["uses (2), (3), (4)"]


def test_assumptions_of_a_block_are_numbered_after_the_conditions():
    page = derivation_text(find_theorem("chain_rule").derivation, conditions=True)
    assert "assume  (4) n ≥ 0\n          (5) n + 1 ≤ T\n          (6) " in page
    assert re.search(r"induction hypothesis; uses \(6\); defined\s+under \(3\), \(4\), \(5\)", page)


def test_integers_that_are_said_to_be_so_are_no_conditions():
    @theorem(shows=Eq(a * integer("x"), integer("x") * a), given=[0 < a])
    def turned(calc):
        calc.eq(integer("x") * a, by=ring)

    page = derivation_text(turned.derivation, conditions=True)
    assert "given  x integer\n         (1) a > 0\n" in page and "uses" not in page


@pytest.mark.parametrize("entry", theorems(), ids=lambda e: e.name)
def test_a_line_uses_what_its_proof_rests_on(entry):
    d = entry.derivation
    written = Written(d, load_notation(), numbered=True)
    shown = [p[0] for p in written.given() if isinstance(p[0], str)]
    assert shown == [f"({n}) " for n in range(1, len(shown) + 1)]
    for n, block in enumerate(d.blocks):
        for i, line in enumerate(block.lines):
            used = re.search(r"uses ([^;]*)", written.uses.words(n, i))
            numbers = set(used[1].split(", ")) if used else set()
            assert numbers == {f"({written.uses.number(h, n)})" for h in line.theorem.hyps}


@pytest.mark.parametrize("name", ["kl_nonneg", "chain_rule"])
def test_latex_and_html_say_the_same(name):
    d = find_theorem(name).derivation
    wanted = [w for n in range(len(d.blocks)) for w in said(d, n) if w]
    latex, html = derivation_latex(d, conditions=True), derivation_html(d, conditions=True)
    table = " ".join(" ".join(cell.itertext()) for cell in ET.fromstring(html).iter("td"))
    for words in wanted:
        assert words in latex and words in table
    assert "(1) $" in latex and "(1) " in " ".join(ET.fromstring(html).itertext())
    assert "uses (" not in derivation_latex(d) + derivation_html(d) + derivation_text(d)


def test_the_command():
    run = CliRunner().invoke
    assert "uses (1), (2)" in " ".join(run(main, ["show", "cross_entropy_is_nll", "--conditions"]).output.split())
    assert "uses (1), (2)" in run(main, ["show", "cross_entropy_is_nll", "--conditions", "--as", "latex"]).output
    refused = run(main, ["show", "cross_entropy_is_nll", "--conditions", "--as", "typst"])
    assert refused.exit_code == 2 and "without --code, --where, --conditions, --ascii" in refused.output
