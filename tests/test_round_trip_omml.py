"""OMML, read back: what an office suite may change when it saves a formula, and elements that do not count.

That every formula of the catalogue is read back, test_round_trip_catalogue.py says.
"""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from formulas import formulas
from sweep import sample

from derive.read import omml
from derive.read.page import Items, Sign, UnreadableError, number
from derive.render.formula.nodes import TIMES, Accent, Fence, Node, Script, Space, Symbol, UnderBrace, row
from derive.render.formula.notation import notation_names
from derive.render.pens.omml import MATH, node_omml

M = f"{{{MATH}}}"
K, Y = Symbol("k", "var"), Symbol("y", "var")


@pytest.mark.parametrize(
    ("node", "page"),
    [
        (row(Symbol("2", "num"), Symbol(TIMES, "times"), K), (number("2"), Sign("k"))),
        (row(Symbol("h", "var"), Symbol("φ", "var"), Symbol("∂", "ord")), (Sign("h"), Sign("φ"), Sign("∂"))),
        (row(Symbol("1", "bold"), Symbol("V", "cal")), (Sign("1", "bf"), Sign("V", "cal"))),
        (row(K, Space("quad"), Symbol("for ", "text"), Y), (Sign("k"), Sign("for", "text"), Sign("y"))),
        (row(Symbol("=", "rel"), K), (Sign("="), Sign("k"))),
        (UnderBrace(K, "the part k = 1"), (Sign("k"),)),
        (row(K, Symbol("′", "ord")), (Sign("k'"),)),
    ],
)
def test_pages(node: Node, page: Items) -> None:
    assert omml.page(node_omml(node)) == page


def test_an_element_that_is_never_printed_is_not_read() -> None:
    with pytest.raises(UnreadableError):
        omml.page(f'<m:oMath xmlns:m="{MATH}"><m:rad><m:e/></m:rad></m:oMath>')


@pytest.mark.parametrize("notation", notation_names())
def test_runs_may_be_cut_and_usual_brackets_left_out(notation: str) -> None:
    """An office suite cuts a text into runs as it likes, and writes no bracket that is the usual one."""
    for f in sample(formulas(notation), 60):
        drawn = node_omml(f.node)
        saved = ElementTree.fromstring(drawn)
        for parent in list(saved.iter()):
            for i, r in reversed(list(enumerate(parent))):
                text = r.find(f"{M}t") if r.tag == f"{M}r" and r.find(f"{M}rPr") is None else None
                if text is not None and len(text.text or "") == 2 and not (text.text or "").isdigit():
                    first, second = text.text or ""
                    text.text = first
                    rest = ElementTree.fromstring(ElementTree.tostring(r))
                    rest.find(f"{M}t").text = second  # type: ignore[union-attr]
                    parent.insert(i + 1, rest)
        for brackets in saved.iter(f"{M}dPr"):
            for tag, usual in (("begChr", "("), ("endChr", ")")):
                sign = brackets.find(f"{M}{tag}")
                if sign is not None and sign.get(f"{M}val") == usual:
                    brackets.remove(sign)
        assert omml.element(saved) == omml.page(drawn)


def test_marks_and_size_are_no_part_of_the_formula() -> None:
    node = row(Accent("hat", Y), Script(K, Y), Fence("(", K, ")"))
    assert omml.page(node_omml(node, mark_color="#a8201a", size=20)) == omml.page(node_omml(node))
