"""Derivations as HTML with MathML: well-formed, escaped, and compared with what was looked at and found good.

How the files are written again, golden_files.py says; then look at them in a browser.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from golden_files import GOLDEN, compare, html_lines
from hypothesis import given
from hypothesis import strategies as st
from sweep import dealt, examples
from test_render_layout import of_sort, on_one_page

from derive.board.catalogue import find, theorems
from derive.kernel.sorts import PROP, REAL
from derive.kernel.terms import Term
from derive.language.letters import V, a, b, eps, k, p, y
from derive.language.syntax import Eq, Sum, log
from derive.record import Block, Derivation, Line, Reason
from derive.render.formula.names import name_node
from derive.render.formula.nodes import Script, Symbol, row
from derive.render.formula.notation import load_notation, notation_names
from derive.render.pages.html import derivation_html
from derive.render.pages.jupyter import mimebundle
from derive.render.pages.text import derivation_text
from derive.render.pens.mathml import Pen, prose_html, sentence_html, term_mathml, visible
from derive.render.pens.text import term_text
from derive.render.words.sentence import conditions_said, small_node

HOSTILE = (
    "<script>alert('x')</script>",
    '"><img src=x onerror="alert(1)">',
    "costs $5 and $6 & \\(x\\) \\begin{align}y\\end{align}",
    "a \u202egnipparw\u202c b \u2066c\u2069 \u200fd",
    "nul \x00 esc \x1b half \ud800 none \uffff",
    "]]> --> <!-- </style> </td></table> &lt;",
    "שלום and مرحبا",
)
TAGS = {
    "div", "style", "pre", "p", "b", "i", "code", "span", "table", "tbody", "tr", "td", "math", "mrow", "mi", "mo",
    "mn", "mfrac", "msub", "msup", "msubsup", "munder", "mover", "munderover", "mtext", "mspace", "mstyle", "mtable",
    "mtr", "mtd",
}  # fmt: skip
CHILDREN = {"mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2, "munderover": 3}


def read(html: str) -> ElementTree.Element:
    """The tree of a block, after the checks that hold for every block."""
    html.encode()
    assert set(re.findall(r"&[^;\s]*;?", html)) <= {"&lt;", "&gt;", "&amp;", "&quot;", "&#x27;"}
    root = ElementTree.fromstring(html)
    for element in root.iter():
        assert element.tag in TAGS
        assert not any(name.startswith("on") or name in ("src", "href") for name in element.attrib)
        if element.tag in CHILDREN:
            assert len(element) == CHILDREN[element.tag]
        if element.tag == "math":
            assert element.get("alttext")
    return root


def formulas(root: ElementTree.Element) -> list[ElementTree.Element]:
    return list(root.iter("math"))


def simple(
    words: str = "words", *, name: str = "a_name", kind: str = "theorem", claim: Term | None = None
) -> Derivation:
    claim = claim if claim is not None else Eq(a + b, b + a)
    line = Line("=", b + a, (Reason("x", words, kind),), labels=((b + a, words),))
    block = Block(a + b, (line,), words, (a < b,))
    return Derivation(name, "", words, words, (a < b,), claim, (block,), notes=(words,))


@pytest.mark.parametrize("name", ["label_smoothing_residual", "chain_rule"])
def test_golden(name: str) -> None:
    made = derivation_html(find(name).derivation)
    read(made)
    shown = f'<!DOCTYPE html>\n<meta charset="utf-8">\n{html_lines(made)}\n'
    compare(GOLDEN / "render" / f"{name}.html", shown)


@pytest.mark.parametrize("notation", notation_names())
def test_every_theorem_prints_in_every_notation(notation: str) -> None:
    for entry in dealt(theorems(), notation, notation_names()):
        d = entry.derivation
        root = read(derivation_html(d, notation))
        assert len(root.findall(".//tr/td[@class='derive-why']")) >= len(d.lines)
        assert root.find(".//math[@display='block']").get("alttext") == term_text(
            d.claim, notation, avoid={v.name for t in _terms(d) for v in t.free}
        )
        assert "".join(root.find("pre").itertext()) == derivation_text(d, notation)
        assert not re.search("[\ue000-\uf8ff]|None", "".join(root.itertext()))


def _terms(d: Derivation) -> list[Term]:
    return [d.claim, *d.given, *(t for x in d.blocks for t in (x.start, *x.assumes, *(line.term for line in x.lines)))]


def test_the_bundle_has_html() -> None:
    d = find("chain_rule").derivation
    bundle = mimebundle(d)
    assert set(bundle) == {"text/html", "text/latex", "text/plain"}
    assert bundle["text/html"] == derivation_html(d)
    assert bundle["text/latex"].startswith("$$\\begin{aligned}\n") and bundle["text/latex"].count("$$") == 2
    assert set(mimebundle(d, html=False)) == {"text/latex", "text/plain"}
    assert find("chain_rule")._repr_mimebundle_()["text/html"] == bundle["text/html"]


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("kind", ["theorem", "gap"])
def test_hostile_words_are_escaped(words: str, kind: str) -> None:
    html = derivation_html(simple(words, name=words, kind=kind))
    root = read(html)
    for bad in ("<script", "<img", "<!--", "\u202e", "\u2066", "\u200f", "\x00", "\x1b", "\ud800", "\uffff"):
        assert bad not in html
    # what a page's own typesetter looks for never stands together in one text
    for element in root.find("div").iter():
        for text in (element.text or "", element.tail or ""):
            assert len(text) == 1 or not ({"$", "\\"} & set(text))
    shown = "".join(root.find("div").itertext())
    name = "".join(root.find(".//code").itertext())
    assert name == visible(words)
    assert html.count("</style>") == 1
    if words.isalpha():
        assert words in shown


def test_hostile_letters() -> None:
    from derive.language.syntax import real

    for name in ("<b>", 'x"y', "a&b", "\u202ex", "$x$", "לֵב"):
        drawn = term_mathml(Eq(real(name) + real("x_<i>"), 1))
        read(f"<p>{drawn}</p>")
        assert "<b>" not in drawn and "<i>" not in drawn and "\u202e" not in drawn


def test_nothing_is_loaded() -> None:
    for d in (find("chain_rule").derivation, simple()):
        html = derivation_html(d)
        for word in ("<script", "http", "url(", "@import", "@font-face", "<link", "src=", "javascript", "#", "rgb"):
            assert word not in html.lower().replace("&#x27;", "")


def test_plain_text_stands_in_where_a_page_drops_mathml() -> None:
    html = derivation_html(simple())
    root = read(html)
    assert root.find("div").get("style") == "display:none"  # the style sheet shows it where there is MathML
    assert ":has(math)>.derive-page{display:block!important}" in root.find("style").text
    assert ":has(math)>.derive-plain{display:none}" in root.find("style").text
    for rule in root.find("style").text.strip().split("\n"):
        assert all(s.startswith(".derive.derive") for s in rule.split("{")[0].split(","))


def test_a_gap_is_marked() -> None:
    d = simple("it looks right", kind="gap")
    html = derivation_html(d)
    root = read(html)
    assert "".join(root.find(".//tr[@class='derive-gap']/td[@class='derive-why']").itertext()) == (
        "Unproved gap: it looks right"
    )
    text = "".join(root.find("div").itertext())
    assert "Unproved claim (a_name)." in text and "Proof, with 1 gap." in text and "Theorem" not in text
    assert "derive-gap" not in derivation_html(simple()).split("</style>")[1]


def conditions_html(given: list[Term]) -> list[str]:
    drawn, plain = (conditions_said(given, load_notation(), linear=linear) for linear in (False, True))
    return [sentence_html(*both) for both in zip(drawn, plain, strict=True)]


def test_blocks_and_conditions() -> None:
    text = "".join(read(derivation_html(find("chain_rule").derivation)).find("div").itertext())
    assert "Base case" in text and "Induction step" in text and "Assume" in text
    assert len(conditions_html([1 <= y, y <= V])) == 1


@pytest.mark.parametrize(
    ("formula", "drawn"),
    [
        ("k = y", "mi:k mo:= mi:y"),
        ("0 log 0 = 0", "mn:0 mo:\u2062 mi:log mn:0 mo:= mn:0"),
        ("p(y)", "mi:p mo:( mi:y mo:)"),
        ("y_<t", "mi:y mo:< mi:t"),
        ("x = −1", "mi:x mo:= mo:− mn:1"),
        ("a − b", "mi:a mo:− mi:b"),
        ("a/b", "mi:a mo:/ mi:b"),
        ("H(q_y^ε, p)", "mi:H mo:( mi:q mi:y mi:ε mo:, mi:p mo:)"),
        ("p(a", "mi:p mo:( mi:a"),
        ("p a)", "mi:p mo:\u2062 mi:a mo:)"),
    ],
)
def test_small_formulas(formula: str, drawn: str) -> None:
    root = ElementTree.fromstring(Pen().draw(small_node(formula)))
    assert " ".join(f"{e.tag}:{e.text}" for e in root.iter() if e.text) == drawn


def test_prose() -> None:
    assert prose_html("the sum picks out k = y").startswith('the sum picks out <math alttext="k = y"><mrow><mi>k</mi>')
    assert prose_html("it costs $5") == "it costs <span>$</span>5"


def test_minus_signs_have_their_form() -> None:
    root = ElementTree.fromstring(term_mathml(-a - b))
    assert [(e.get("form"), e.get("lspace")) for e in root.iter("mo")] == [("prefix", "0"), ("infix", "0.2222em")]


def test_a_number_keeps_its_distance_from_a_word() -> None:
    assert 'rspace="0.1667em">\u2062</mo><mi>log</mi>' in term_mathml(2 * log(a))
    assert 'rspace="0">\u2062</mo><mi>a</mi>' in term_mathml(2 * a)


def test_sums_and_brackets() -> None:
    total = Sum(log(p[k]) / V, (k, 1, V))
    root = ElementTree.fromstring(term_mathml(eps * (1 - total)))
    assert root.get("displaystyle") == "true" and root.get("display") is None
    (under,) = root.iter("munderover")
    assert under[0].text == "∑" and under[0].get("movablelimits") == "false"
    stretched = [e.text for e in root.iter("mo") if e.get("stretchy") == "true"]
    assert stretched == ["(", ")"]
    assert ElementTree.fromstring(term_mathml(total, block=True)).get("display") == "block"
    # beside a fraction bar or in a line of text the bounds stand at the side of the sign
    assert "munderover" not in term_mathml(1 / total) + conditions_html([Eq(total, 1)])[0]


def test_underbrace() -> None:
    part = a * b
    root = ElementTree.fromstring(term_mathml(part + 1, labels=((part, "the part k = 1 of <it>"),)))
    outer = next(root.iter("munder"))
    assert outer[0].tag == "munder" and outer[0][1].text == "⏟"
    assert "".join(outer[1].itertext()).replace("\u00a0", " ") == "the part k=1 of <it>"
    assert root.get("alttext") == "a b + 1"


def test_primes_and_marks() -> None:
    assert Pen().draw(name_node("k'")) == ('<msup><mi>k</mi><mo form="prefix" lspace="0" rspace="0">′</mo></msup>')
    index = Script(row(Symbol("k", "var"), Symbol("′", "ord")), Symbol("1", "num"))
    assert Pen().draw(index).startswith("<msubsup><mi>k</mi><mn>1</mn>")
    assert Pen().draw(name_node("p_hat")).startswith('<mover accent="true"><mi>p</mi>')
    assert Pen().draw(Symbol("1", "bold")) == "<mn>𝟏</mn>"
    assert Pen().draw(Symbol("V", "cal")) + Pen().draw(Symbol("L", "cal")) == "<mi>𝒱</mi><mi>ℒ</mi>"


def test_a_wide_formula_is_broken_at_its_outer_signs() -> None:
    wide = sum((log(p[k + i]) for i in range(12)), log(p[k]))
    root = ElementTree.fromstring(term_mathml(Eq(a, wide)))
    assert len(list(root.iter("mtr"))) > 1
    assert "mtable" not in term_mathml(Eq(a, wide), width=1000)
    words = "".join(root.itertext()).replace("\u2062", "")
    assert words.count("log") == 13
    wide_step = Derivation("a_name", "", "", "", (), Eq(a, wide), (Block(a, (Line("<=", wide, ()),)),))
    cell = read(derivation_html(wide_step)).find(".//td[@class='derive-wide']/math")
    assert cell.find("mtable/mtr/mtd/mo").text == "≤"
    assert cell.get("alttext").startswith("≤ log p(k) + ")


@examples(60)
@given(st.one_of(of_sort(REAL, 3), of_sort(PROP, 3)))
def test_every_term_is_well_formed(term: Term) -> None:
    for name in notation_names():
        read(f"<p>{term_mathml(term, name)}{term_mathml(term, name, width=5)}</p>")


@examples(40)
@given(on_one_page((PROP, 2)), st.text(max_size=40))
def test_every_derivation_is_well_formed(terms: tuple[Term], words: str) -> None:
    (claim,) = terms
    read(derivation_html(simple(words, name=words, claim=claim)))
