"""Telling formulas through every printer, compared with what was looked at and found good (tests/golden/formulas).

A file is for a group of formulas.  What is one line of text or code is side by side; MathML and OMML have files of their
own.  That all other formulas mean what was printed, test_round_trip_catalogue.py says; here are the looks: spaces, sizes
and styles.  How the files are written again, golden_files.py says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest
from golden_files import GOLDEN, compare, long_lines, wrapped, xml_lines
from hypothesis import given
from hypothesis import strategies as st
from strategies import comparisons, integers, reals
from sweep import examples
from telling import PECULIAR, TELLING, Telling

from derive.board.catalogue import theorems
from derive.kernel import terms
from derive.kernel.definitions import Definition
from derive.kernel.terms import HAS_DERIVATIVE, App, Op, Term, parts_of, subterms
from derive.language import definitions as language
from derive.record.changes import Path
from derive.render.formula.layout import layout
from derive.render.formula.marked import marked_layout
from derive.render.formula.nodes import (
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
    unmarked,
)
from derive.render.formula.notation import load_notation, notation_names
from derive.render.pens import mathml, text
from derive.render.pens.latex import node_latex
from derive.render.pens.omml import DRAWING, MATH, node_omml
from derive.render.pens.speech import node_speech, prose_speech
from derive.render.pens.typst import node_typst
from derive.render.words.prose import line_words
from derive.render.words.sentence import prose

FOLDER = GOLDEN / "formulas"
NODES = (Symbol, Row, Frac, Script, BigOp, Fence, UnderBrace, Accent, Mark, Space)
KINDS = {
    "var",
    "num",
    "name",
    "fn",
    "bold",
    "cal",
    "op",
    "neg",
    "dot",
    "times",
    "big",
    "slash",
    "rel",
    "punct",
    "ord",
    "text",
}
OPERATORS = [op for op in vars(terms).values() if isinstance(op, Op)]


class Drawn(NamedTuple):
    """A formula as it stands on a slide, and in a line of text."""

    node: Node
    line: Node


PRINTERS: dict[str, Callable[[Drawn], str]] = {
    "text": lambda d: text.Pen().draw(d.line),
    "ascii": lambda d: text.Pen(True).draw(d.line),
    "latex": lambda d: node_latex(d.node, mark=r"\alert"),
    "typst": lambda d: node_typst(d.node, mark="new"),
    "speech": lambda d: node_speech(d.node),
    "mathml": lambda d: mathml.Pen().draw(d.node),
    "omml": lambda d: node_omml(d.node, mark_color="#a8201a"),
}
TREES = ("mathml", "omml")
GROUPS = {
    **TELLING,
    **{f"notation-{n}": tuple(Telling(what, term, n) for what, term in PECULIAR) for n in notation_names()},
}

# what stands in every formula of OMML, and again for every letter
_FONT = '<a:latin typeface="Cambria Math" panose="02040503050406030204" pitchFamily="18" charset="0"/>'
ABBREVIATED = {
    "{names}": f' xmlns:m="{MATH}" xmlns:a="{DRAWING}"',
    "{italic}": f'<a:rPr lang="en-US" i="1">{_FONT}</a:rPr>',
    "{upright}": f'<a:rPr lang="en-US" i="0">{_FONT}</a:rPr>',
    "{bold}": f'<a:rPr lang="en-US" b="1" i="0">{_FONT}</a:rPr>',
    "{red}": f'<a:rPr lang="en-US" i="1"><a:solidFill><a:srgbClr val="A8201A"/></a:solidFill>{_FONT}</a:rPr>',
}


def drawn(t: Telling) -> Drawn:
    n = load_notation(t.notation)
    node = marked_layout(t.term, t.marks, n, labels=t.labels)
    return Drawn(node, layout(t.term, n, linear=True, labels=t.labels))


# --- golden files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", GROUPS)
def test_lines_of_text_and_code(group: str) -> None:
    out: list[str] = []
    for t in GROUPS[group]:
        out += [
            "",
            f"# {t.what}" + (f", in the notation {t.notation}" if group in TELLING and t.notation != "compact" else ""),
        ]
        for printer in PRINTERS:
            if printer not in TREES:
                lead = f"{printer:6}  "
                out += [lead + line if i == 0 else " " * len(lead) + line for i, line in enumerate(printed(printer, t))]
    compare(FOLDER / f"{group}.txt", "\n".join(out[1:]) + "\n")


def printed(printer: str, t: Telling) -> list[str]:
    """The lines that a printer makes of a formula; speech is wrapped."""
    made = PRINTERS[printer](drawn(t))
    made = re.sub("[\ue000-\ue2ff]", "", made)  # where a brace begins and ends in text
    return wrapped(made, " " * 8) if printer == "speech" else [made]


@pytest.mark.parametrize("printer", TREES)
@pytest.mark.parametrize("group", TELLING)
def test_trees(group: str, printer: str) -> None:
    out = [f"{short} is {long}" for short, long in ABBREVIATED.items()] if printer == "omml" else []
    for t in GROUPS[group]:
        made = PRINTERS[printer](drawn(t))
        if printer == "omml":
            for short, long in ABBREVIATED.items():
                made = made.replace(long, short)
        lines = xml_lines(made)
        assert unescape("".join(line.lstrip(" ") for line in lines)) == unescape(made)
        out += ["", f"# {t.what}: {PRINTERS['text'](drawn(t))}", *lines]
    compare(FOLDER / f"{group}.{printer}.txt", "\n".join(out).lstrip("\n") + "\n")


def test_the_files_can_be_reviewed() -> None:
    there = {p.name for p in FOLDER.iterdir()}
    assert there == {f"{g}.txt" for g in GROUPS} | {f"{g}.{p}.txt" for g in TELLING for p in TREES}
    every = [p for p in GOLDEN.rglob("*") if p.is_file()]
    assert not long_lines(every)
    assert sum(p.stat().st_size for p in every) < 400_000


# --- the choice of formulas ------------------------------------------------------------------------------------------


def every_node(node: Node) -> Iterator[Node]:
    yield node
    for value in (getattr(node, name) for name in node._fields):
        for child in value if isinstance(value, tuple) else (value,):
            if isinstance(child, NODES):
                yield from every_node(child)


def test_each_operator_is_shown() -> None:
    shown = {s.op for group in TELLING.values() for t in group for s in subterms(t.term) if isinstance(s, App)}
    assert set(OPERATORS) - {HAS_DERIVATIVE} <= shown  # which is an equation


def test_each_kind_of_sign_and_part_is_shown() -> None:
    nodes = [n for group in GROUPS.values() for t in group for d in drawn(t) for n in every_node(d)]
    assert {type(n) for n in nodes} == set(NODES)
    kinds = {n.kind for n in nodes if isinstance(n, Symbol)}
    assert kinds == KINDS
    assert {n.size for n in nodes if isinstance(n, Fence)} == {0, 1, 2, 3, 4}
    assert {n.mark for n in nodes if isinstance(n, Accent)} == {"hat", "bar", "tilde"}


def test_each_definition_is_shown_in_each_notation() -> None:
    shown = {s.op for _, term in PECULIAR for s in subterms(term) if isinstance(s, App)}
    assert {d for d in vars(language).values() if isinstance(d, Definition)} <= shown


# --- properties that hold for all formulas ---------------------------------------------------------------------------


def assert_well_made(printer: str, made: str) -> None:
    assert "\n" not in made
    if printer == "ascii":
        assert made.isascii()
    elif printer in TREES:
        ElementTree.fromstring(made)
    elif printer == "speech":
        assert re.fullmatch(r"[A-Za-z0-9]+(,? [A-Za-z0-9]+)*", made), made
    elif printer == "latex":
        assert made == made.strip()
        assert_balanced(re.sub(r"\\[{}]", "", made), "{}")
        opened, closed = (re.findall(rf"\\([bB]igg?){side}\b", made) for side in "lr")
        assert sorted(opened) == sorted(closed), made
    elif printer == "typst":
        assert made == made.strip()
        assert_balanced(re.sub(r'"(\\.|[^"\\])*"|\\[()]', "", made), "()")


def assert_balanced(made: str, pair: str) -> None:
    depth = 0
    for c in made:
        depth += (c == pair[0]) - (c == pair[1])
        assert depth >= 0, made
    assert depth == 0, made


@st.composite
def terms_with_a_part(draw: Callable[..., Any]) -> tuple[Term, Path]:
    """A term, and which part of it is highlighted."""
    term = part = draw(st.one_of(reals(3, (), True), integers(), comparisons()))
    path: list[int] = []
    while (children := parts_of(part)) and draw(st.booleans()):
        path.append(draw(st.integers(0, len(children) - 1)))
        part = children[path[-1]]
    return term, tuple(path)


@examples(60)
@given(terms_with_a_part(), st.sampled_from(notation_names()))
def test_every_printer_draws_every_term(made: tuple[Term, Path], notation: str) -> None:
    term, path = made
    n = load_notation(notation)
    plain, marked = layout(term, n), marked_layout(term, [path], n)
    line = layout(term, n, linear=True)
    for printer, draw in PRINTERS.items():
        for node in (plain, marked):
            assert_well_made(printer, draw(Drawn(node, line)))
    # what is highlighted is seen, not said, and changes no spacing
    assert unmarked(marked) == plain
    assert node_latex(marked) == node_latex(plain)
    assert node_speech(marked) == node_speech(plain)
    assert text.Pen().draw(marked) == text.Pen().draw(plain)
    assert without_rows(mathml.Pen().draw(marked)) == without_rows(mathml.Pen().draw(plain))


def without_rows(made: str) -> str:
    return re.sub('</?mrow>|<mrow class="changed">', "", made)


def test_every_sentence_is_said_in_plain_words() -> None:
    """Reasons, summaries, titles and notes: no sign is left in what is heard."""
    for d in (e.derivation for e in theorems()):
        sentences = [d.summary, *(b.title for b in d.blocks), *d.notes]
        sentences += [line_words(line, load_notation(n)) for line in d.lines for n in notation_names()]
        for sentence in filter(None, sentences):
            said = prose_speech(prose(sentence))
            assert not re.search(r"[=<>≤≥≠^_{}\\$|+−∑∏∂]|[α-ωΑ-Ω]", said), said
