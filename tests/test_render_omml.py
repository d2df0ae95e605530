"""Formulas in OMML: what stands in them, that their elements come in the order of the schema, and that the text which
digests are made of stays the same when an office suite saves the file."""

from __future__ import annotations

from functools import cache
from xml.etree import ElementTree

import pytest
from sweep import dealt

from derive.board.catalogue import theorems
from derive.render.formula.layout import layout
from derive.render.formula.nodes import (
    TIMES,
    Accent,
    BigOp,
    Fence,
    Frac,
    Mark,
    Node,
    Row,
    Script,
    Space,
    Symbol,
    UnderBrace,
    row,
)
from derive.render.formula.notation import load_notation, notation_names
from derive.render.pens.omml import MATH, node_omml, omml_text
from derive.render.words.prose import clean
from derive.slides.deck import Deck
from derive.slides.deck.build import Choice, build
from derive.slides.deck.template import Template
from derive.slides.pptx.layout import nodes_of

M, A = f"{{{MATH}}}", "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def var(letter: str) -> Symbol:
    return Symbol(letter, "var")


def rel(sign: str) -> Symbol:
    return Symbol(sign, "rel")


k, y, p, log = var("k"), var("y"), var("p"), Symbol("log", "fn")


def element(node: Node, **how: str) -> ElementTree.Element:
    return ElementTree.fromstring(node_omml(node, **how))


def text(node: Node) -> str:
    return omml_text(element(node))


def applied(node: Node) -> list[tuple[str, str]]:
    """The functions of a formula, each with what it takes."""
    return [(omml_text(f.find(f"{M}fName")), omml_text(f.find(f"{M}e"))) for f in element(node).iter(f"{M}func")]


def typed(node: Node) -> str:
    """The characters of the formula as they are written, without its structure."""
    return "".join(t.text or "" for t in element(node).iter(f"{M}t"))


# --- what is written -------------------------------------------------------------------------------------------------


def test_letters_are_literal_mathematical_italics() -> None:
    assert typed(row(y, var("h"), var("θ"), var("φ"), Symbol("∂", "ord"))) == "𝑦ℎ𝜃𝜙𝜕"


def test_digits_names_and_signs_are_upright() -> None:
    assert typed(row(Symbol("2", "num"), Symbol("<", "rel"), Symbol("KL", "name"))) == "2<KL"


def test_the_indicator_is_a_literal_bold_one() -> None:
    assert typed(Symbol("1", "bold")) == "𝟏"


def test_spaces_keep_their_width() -> None:
    assert typed(row(y, Symbol(TIMES, "times"), k)) == "𝑦\u2009𝑘"
    assert typed(row(y, Space("quad"), k)) == "𝑦\u2003𝑘"


def test_script_letters_with_an_old_code_point_have_it() -> None:
    assert typed(row(Symbol("L", "cal"), Symbol("V", "cal"))) == "ℒ𝒱"


def test_all_letters_are_in_the_font_for_mathematics() -> None:
    fonts = {e.get("typeface") for e in element(row(log, p)).iter(f"{A}latin")}
    assert fonts == {"Cambria Math"}


def test_neighbours_of_one_style_are_one_run() -> None:
    assert len(list(element(row(y, rel("="), k)).iter(f"{M}r"))) == 1


def test_a_sum_has_its_bounds_under_and_over_it() -> None:
    total = BigOp(Symbol("∑", "big"), row(k, rel("="), Symbol("1", "num")), var("V"), p)
    assert text(total) == "nary∑[sub{k=1}sup{V}e{p}]"
    assert element(total).find(f".//{M}limLoc").get(f"{M}val") == "undOvr"


def test_a_sum_in_a_fraction_has_them_beside_it() -> None:
    total = BigOp(Symbol("∑", "big"), k, None, p)
    assert element(Frac(p, total)).find(f".//{M}limLoc").get(f"{M}val") == "subSup"


def test_a_sum_without_an_upper_bound_hides_its_place() -> None:
    total = element(BigOp(Symbol("∑", "big"), k, None, p))
    assert total.find(f".//{M}supHide") is not None
    assert total.find(f".//{M}subHide") is None


def test_a_function_takes_the_factor_behind_it() -> None:
    assert applied(row(log, p, Fence("(", k, ")"), Symbol("+", "op"), y)) == [("fName{log}", "e{pd( )[e{k}]}")]


def test_a_function_ends_at_the_next_factor() -> None:
    assert applied(row(log, p, Symbol(TIMES, "times"), y)) == [("fName{log}", "e{p}")]


def test_an_optimum_has_its_letter_under_it() -> None:
    assert applied(BigOp(Symbol("arg min", "fn"), var("θ"), None, p)) == [("fName{limLow[e{argmin}lim{θ}]}", "e{p}")]


def test_a_prime_is_a_superscript() -> None:
    assert text(row(k, Symbol("′", "ord"))) == "sSup[e{k}sup{′}]"
    assert text(Script(row(p, Symbol("′", "ord")), k)) == "sSubSup[e{p}sub{k}sup{′}]"


def test_words_under_a_brace() -> None:
    assert text(UnderBrace(p, "where k = y")) == "limLow[e{groupChr⏟[e{p}]}lim{wherek=y}]"


def test_a_group_that_is_broken_over_lines_has_one_bracket_in_each_part() -> None:
    # LibreOffice cannot read a formula with a bracket that does not close, so the other one is there and empty
    assert applied(row(log, Symbol("(", "open"), y)) == [("fName{log}", "e{d( [e{y}]}")]
    assert text(row(Symbol("+", "op"), k, Symbol(")", "close"), p)) == "d )[e{+k}]p"
    assert text(row(Symbol("(", "open"), y, Symbol(")", "close"))) == "d( )[e{y}]"


def test_a_sign_in_front_has_an_empty_operand_before_it() -> None:
    # else LibreOffice draws an inverted question mark, and PowerPoint leaves no space
    assert typed(row(rel("="), k)).startswith("\u200b=")
    assert typed(row(Mark(rel("=")), k)).startswith("\u200b=")
    assert typed(row(Symbol("−", "neg"), k)) == "−𝑘"
    assert typed(Script(y, row(rel("<"), k))) == "𝑦<𝑘"


def test_marked_parts_have_the_colour_and_others_have_not() -> None:
    formula = row(y, Mark(Frac(k, p)))
    colored = element(formula, mark_color="#a8201a")
    with_color = [r for r in colored.iter(f"{M}r") if r.find(f".//{A}srgbClr") is not None]
    assert [r.findtext(f"{M}t") for r in with_color] == ["𝑘", "𝑝"]
    bar = colored.find(f".//{M}fPr/{M}ctrlPr//{A}srgbClr")
    assert bar is not None and bar.get("val") == "A8201A"
    assert element(formula).find(f".//{A}srgbClr") is None


def test_marks_change_nothing_but_the_colour() -> None:
    plain = row(log, p, Fence("(", k, ")"))
    assert (
        text(row(Mark(log), p, Fence("(", k, ")"))) == text(row(log, Mark(row(p, Fence("(", k, ")"))))) == text(plain)
    )


def test_hostile_text_is_text() -> None:
    words = "<script>&\"' \u202e\x00\x07\ud800$\\write18{x}%#]]>"
    drawn = element(UnderBrace(Fence("<&", Symbol(words, "text"), '">'), words))
    written = "".join(t.text or "" for t in drawn.iter(f"{M}t"))
    assert "<script>&" in written and "\\write18{x}%#]]>" in written
    assert "\u202e" not in written and "\x00" not in written
    assert clean("a\u202eb\u2066c\x1bd\ne") == "abcd e"


# --- the text for digests --------------------------------------------------------------------------------------------

FORMULA = row(rel("="), BigOp(Symbol("∑", "big"), k, None, Fence("(", row(log, p), ")")))


def test_the_text_survives_what_powerpoint_does_when_it_saves() -> None:
    saved = element(FORMULA)
    for r in list(saved.iter(f"{M}r")):  # other properties, another size
        look = r.find(f"{A}rPr")
        assert look is not None
        look.set("sz", "3200")
        look.set("dirty", "0")
    for parent in list(saved.iter()):  # runs cut into letters
        for i, r in enumerate(list(parent)):
            t = r.find(f"{M}t") if r.tag == f"{M}r" else None
            if t is not None and len(t.text or "") == 2:
                first, second = t.text or ""
                t.text = first
                copy = ElementTree.fromstring(ElementTree.tostring(r))
                copy.find(f"{M}t").text = second
                parent.insert(i + 1, copy)
    for fence in saved.iter(f"{M}dPr"):  # usual brackets are not written
        for which in ("begChr", "endChr"):
            fence.remove(fence.find(f"{M}{which}"))
    wrapped = ElementTree.Element("{http://schemas.microsoft.com/office/drawing/2010/main}m")
    ElementTree.SubElement(wrapped, f"{M}oMathPara").append(saved)
    assert omml_text(wrapped) == text(FORMULA)


def test_the_text_survives_what_libreoffice_does_when_it_saves() -> None:
    """It takes a name and what it is applied to apart, makes a fraction of a slash, and has its own bar of a condition."""
    whole = row(Symbol("Pr", "fn"), Fence("(", row(p, rel("∣"), y), ")"), Symbol("/", "slash"), k)
    saved = "".join(f"<m:r><m:t>{c}</m:t></m:r>" for c in ("Pr", "(𝑝|𝑦)"))
    assert text(row(log, p)) == "logp"
    assert text(row(p, rel("∣"), y)) == "p|y" and "Pr" in text(whole)
    linear = (
        f'<m:f><m:fPr><m:type m:val="lin"/></m:fPr><m:num>{saved}</m:num><m:den><m:r><m:t>k</m:t></m:r></m:den></m:f>'
    )
    assert omml_text(ElementTree.fromstring(f'<m:oMath xmlns:m="{MATH}">{linear}</m:oMath>')) == "Pr(p|y)/k"
    stacked = linear.replace('<m:type m:val="lin"/>', "")
    assert (
        omml_text(ElementTree.fromstring(f'<m:oMath xmlns:m="{MATH}">{stacked}</m:oMath>')) == "f[num{Pr(p|y)}den{k}]"
    )


@pytest.mark.parametrize(
    "edited",
    [
        row(rel("="), BigOp(Symbol("∑", "big"), k, None, Fence("(", row(log, y), ")"))),
        row(rel("="), BigOp(Symbol("∏", "big"), k, None, Fence("(", row(log, p), ")"))),
        row(rel("="), BigOp(Symbol("∑", "big"), k, None, Fence("[", row(log, p), "]"))),
        row(rel("="), BigOp(Symbol("∑", "big"), None, k, Fence("(", row(log, p), ")"))),
        row(rel("≤"), BigOp(Symbol("∑", "big"), k, None, Fence("(", row(log, p), ")"))),
        row(rel("="), Symbol("−", "neg"), BigOp(Symbol("∑", "big"), k, None, Fence("(", row(log, p), ")"))),
    ],
)
def test_an_edit_changes_the_text(edited: Node) -> None:
    assert text(edited) != text(FORMULA)


def test_a_bound_that_is_there_and_not_drawn_is_an_edit() -> None:
    whole = element(BigOp(Symbol("∑", "big"), k, y, p))
    before = omml_text(whole)
    hide = ElementTree.SubElement(whole.find(f".//{M}naryPr"), f"{M}supHide")
    assert omml_text(whole) == before.replace(f"sup{{{text(y)}}}", "") != before
    hide.set(f"{M}val", "0")
    assert omml_text(whole) == before


def test_a_hat_is_not_a_tilde() -> None:
    assert text(Accent("hat", y)) != text(Accent("tilde", y)) != text(y)


# --- the schema ------------------------------------------------------------------------------------------------------

# ECMA-376 part 1, shared-math.xsd: the children of each element that is used, in their order.  ? at most one, + at least
# one, * any number; the contents of an argument are listed in ARGUMENT.
ORDER = {
    "acc": "accPr? e",
    "d": "dPr? e+",
    "f": "fPr? num den",
    "func": "funcPr? fName e",
    "groupChr": "groupChrPr? e",
    "limLow": "limLowPr? e lim",
    "limUpp": "limUppPr? e lim",
    "nary": "naryPr? sub sup e",
    "sSub": "sSubPr? e sub",
    "sSup": "sSupPr? e sup",
    "sSubSup": "sSubSupPr? e sub sup",
    "r": "rPr? a:rPr? t*",
    "rPr": "lit? nor? scr? sty? brk? aln?",
    "accPr": "chr? ctrlPr?",
    "dPr": "begChr? sepChr? endChr? grow? shp? ctrlPr?",
    "fPr": "type? ctrlPr?",
    "funcPr": "ctrlPr?",
    "groupChrPr": "chr? pos? vertJc? ctrlPr?",
    "limLowPr": "ctrlPr?",
    "limUppPr": "ctrlPr?",
    "naryPr": "chr? limLoc? grow? subHide? supHide? ctrlPr?",
    "sSubPr": "ctrlPr?",
    "sSupPr": "ctrlPr?",
    "sSubSupPr": "alnScr? ctrlPr?",
    "ctrlPr": "a:rPr?",
    "argPr": "argSz?",
}
ARGUMENTS = ("oMath", "e", "sub", "sup", "num", "den", "lim", "fName")
STRUCTURES = ("acc", "d", "f", "func", "groupChr", "limLow", "limUpp", "nary", "sSub", "sSup", "sSubSup", "r")
VALUES = {
    "limLoc": ("undOvr", "subSup"),
    "pos": ("top", "bot"),
    "vertJc": ("top", "bot"),
    "sty": ("p", "b", "i", "bi"),
    "scr": ("roman", "script", "fraktur", "double-struck", "sans-serif", "monospace"),
    "argSz": ("-2", "-1", "0", "1", "2"),
    "subHide": ("0", "1"),
    "supHide": ("0", "1"),
    "grow": ("0", "1"),
}


def name_of(e: ElementTree.Element) -> str:
    return e.tag.removeprefix(M) if e.tag.startswith(M) else "a:" + e.tag.removeprefix(A)


def faults(e: ElementTree.Element) -> list[str]:
    """What is against the schema in an element and below it."""
    name = name_of(e)
    if name.startswith("a:"):
        return []
    children = [name_of(c) for c in e]
    out: list[str] = []
    if name in ARGUMENTS:
        inside = children[1:] if children[:1] == ["argPr"] else children
        out += [f"{name} has {c}" for c in inside if c not in STRUCTURES]
    elif name in ORDER:
        left = list(children)
        for wanted in ORDER[name].split():
            bare = wanted.rstrip("?+*")
            count = 0
            while left[:1] == [bare] and (not count or wanted[-1] in "+*"):
                left.pop(0)
                count += 1
            if not count and wanted[-1] not in "?*":
                out.append(f"{name} lacks {bare}: {children}")
        out += [f"{name} has {left} out of place: {children}"] if left else []
    elif children:
        out.append(f"{name} has children: {children}")
    if name in VALUES and e.get(f"{M}val") not in VALUES[name]:
        out.append(f"{name} is {e.get(f'{M}val')!r}")
    if name == "rPr" and "nor" in children and {"sty", "scr"} & set(children):
        out.append("rPr has nor and a style")
    if name in ("e", "num", "den", "fName", "lim") and not children:
        out.append(f"{name} is empty: a dotted square on the slide")
    return out + [f for c in e for f in faults(c)]


def test_the_check_finds_a_wrong_order() -> None:
    wrong = node_omml(Frac(k, p)).replace("m:num>", "m:x>").replace("m:den>", "m:num>").replace("m:x>", "m:den>")
    assert any("out of place" in f for f in faults(ElementTree.fromstring(wrong)))


@cache
def deck(notation: str) -> Deck:
    """The theorems that are tried in the notation, at the level of the board."""
    choice = Choice(load_notation(notation), notation)
    return build([(t.name, t.derivation) for t in dealt(theorems(), notation, notation_names())], choice, Template())


@pytest.mark.parametrize("notation", notation_names())
def test_every_formula_of_the_catalogue_is_valid(notation: str) -> None:
    nodes = {n for slide in deck(notation).slides for n in nodes_of(slide)}
    assert len(nodes) > 100
    for node in nodes:
        assert faults(element(node, mark_color="#a8201a")) == [], node


def test_different_formulas_have_different_texts() -> None:
    """What a digest is made of tells the claims of the catalogue apart."""
    claims = {t.name: text(layout(t.derivation.claim)) for t in theorems()}
    again = {t.derivation.claim for t in theorems()}
    assert len(set(claims.values())) == len({repr(layout(c)) for c in again})


def test_an_empty_row_is_a_formula() -> None:
    assert omml_text(element(Row(()))) == ""
