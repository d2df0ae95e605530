"""Terms that move on PowerPoint's slides: cut out of their lines, found again by name, and read back."""

from __future__ import annotations

import io
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pptx import Presentation

from derive.board.catalogue import find_theorem
from derive.cli import main
from derive.render.formula.nodes import BigOp, Frac, Mark, Node, Row, Symbol, fenced
from derive.render.pens.latex import node_latex
from derive.slides.command import Wish, make_deck
from derive.slides.deck import Deck, Options
from derive.slides.pptx import write
from derive.slides.pptx.ground import EMU
from derive.slides.pptx.pieces import pieces

NAME = "label_smoothing_residual_sequence"
a, b, c, plus = Symbol("a", "var"), Symbol("b", "var"), Symbol("c", "var"), Symbol("+", "op")
TERM = Mark(b, 1)


@pytest.mark.parametrize(
    ("formula", "cut"),
    [
        (Row((a, plus, TERM, plus, c)), ["a +", "b", "+ c"]),
        (Mark(Row((TERM, plus, a))), ["b", "+ a"]),
        (Row((a, plus, fenced(Row((TERM, plus, c)), group=True))), ["a + (", "b", "+ c)"]),
        (BigOp(Symbol("∑", "big"), a, c, Row((TERM, plus, a))), ["sum", "b", "+ a"]),
        (Frac(TERM, c), []),
        (fenced(Row((Frac(a, c), plus, TERM)), group=True), []),
        (Row((Symbol("(", "open"), a, plus, TERM)), []),
        (Row((a, plus, Mark(c))), []),
    ],
)
def test_a_term_is_cut_out_where_nothing_round_it_falls_apart(formula: Any, cut: list[str]) -> None:
    found = pieces(formula)
    assert [bool(p.tint) for p in found] == [piece == "b" for piece in cut]
    assert not found or drawn(found[-1].until) == drawn(formula)
    if "sum" not in cut:
        assert [drawn(p.node) for p in found] == [piece.replace(" ", "") for piece in cut]


def drawn(node: Node) -> str:
    return re.sub(r"\\text\{(.)\}", r"\1", node_latex(node)).replace(" ", "")


@cache
def moving() -> tuple[Deck, bytes]:
    deck = make_deck([(NAME, find_theorem(NAME).derivation)], Wish(colours=()))
    return deck, write(deck, "deck.pptx", Options(move=True))["deck.pptx"]


def slides() -> list[Any]:
    return list(Presentation(io.BytesIO(moving()[1])).slides)


def shown(slide: Any) -> dict[str, Any]:
    """The shapes that PowerPoint shows, by name."""
    found = [
        about
        for about in slide._element.iter("{*}cNvPr")
        if not any("Fallback" in up.tag for up in about.iterancestors())
    ]
    assert len({x.get("name") for x in found}) == len({x.get("id") for x in found}) == len(found)
    return {x.get("name"): x for x in found}


def across(about: Any) -> tuple[float, float, float]:
    """Where a shape begins and ends, and its top."""
    x, y = next(about.getparent().getparent().iter("{*}off")).attrib.values()
    width, _ = next(about.getparent().getparent().iter("{*}ext")).attrib.values()
    return int(x) / EMU, (int(x) + int(width)) / EMU, int(y) / EMU


def test_each_click_is_a_slide_that_morphs_and_fades_where_there_is_no_morph() -> None:
    deck, _ = moving()
    assert len(slides()) == deck.pages
    kinds = []
    for slide in slides():
        tags = [re.sub("{.*}", "", e.tag) for e in slide._element]
        assert "timing" not in tags
        kinds.append([re.sub("{.*}", "", e.tag) for t in slide._element.iter("{*}transition") for e in t])
        if kinds[-1]:
            assert tags == ["cSld", "clrMapOvr", "AlternateContent"]
    first = [i for i in range(len(kinds)) if not kinds[i]]
    assert len(first) == len(deck.sheets) and first[0] == 0
    assert all(k == ["morph", "fade"] for k in kinds if k)


def test_a_term_has_one_name_from_line_to_line_and_the_newest_line_bears_it() -> None:
    pages = [shown(s) for s in slides()]
    term = next(n for n in pages[-1] if n.startswith("!!term "))
    tops = [across(page[term])[2] for page in pages if term in page]
    assert len(tops) >= 3 and tops == sorted(set(tops)), "it goes down from line to line"
    before, after = pages[-2], pages[-1]
    still = [n for n in before if n.startswith("!!") and n != term]
    assert all(n in after and across(before[n]) == across(after[n]) for n in still), "all else stays where it is"
    assert after[term].get("title").startswith(f"derive {NAME} line 4 ")


def test_the_pieces_of_a_line_stand_beside_each_other() -> None:
    page = shown(slides()[-1])
    parts = sorted(across(x) for n, x in page.items() if f" line {4} " in n + x.get("title", "") and "text" not in n)
    assert len(parts) == 2
    assert 0 <= parts[1][0] - parts[0][1] < 12, "half an em of space, as round a sign"


def test_the_notes_say_what_comes() -> None:
    said = [s.notes_slide.notes_text_frame.text for s in slides()]
    assert said[0].startswith("Summed over a sequence, the smoothed loss")
    assert said[-1].startswith("This equals minus log") and said[-1].endswith("probability.") and "\n" not in said[-1]


def test_a_deck_that_moves_is_compared_and_edits_of_it_are_found(tmp_path: Path) -> None:
    file = tmp_path / "deck.pptx"
    file.write_bytes(moving()[1])
    whole = CliRunner().invoke(main, ["check", str(file)])
    assert whole.exit_code == 0 and "12 lines compared; what it shows is what is proved now" in whole.output
    edited = Presentation(str(file))
    page = shown(edited.slides[-1])
    term = next(x for n, x in page.items() if n.startswith("!!term "))
    next(t for t in term.getparent().getparent().iter("{*}t") if t.text and t.text.strip()).text = "0"
    gone = page[next(n for n in page if " line 3 " in n)]
    gone.getparent().getparent().getparent().remove(gone.getparent().getparent())
    edited.save(str(file))
    found = CliRunner().invoke(main, ["check", str(file)])
    assert found.exit_code == 1
    assert "line 4: it was edited by hand" in found.output and "line 3: it was edited by hand" in found.output
