"""Every formula of every theorem in every notation through every printer, compared with tests/golden/formulas.

A golden file is for one notation and one printer, a line for each formula: where it stands, then what was printed.  MathML
and OMML are long, so that only the default notation's are there in full and the other files have digests.

After a change that is meant: ``DERIVE_GOLDEN=write python -m pytest tests/test_golden_formulas.py``, then read the
difference.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path as File
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import comparisons, integers, reals

from derive.board.catalogue import theorems
from derive.kernel.terms import Term, parts_of
from derive.record import Derivation
from derive.record.changes import Path
from derive.render.formula.layout import Labels, conditions, layout
from derive.render.formula.marked import marked_layout
from derive.render.formula.nodes import Node, Prose, unmarked
from derive.render.formula.notation import DEFAULT, Notation, load_notation, notation_names
from derive.render.pens import mathml, text
from derive.render.pens.latex import node_latex
from derive.render.pens.omml import node_omml
from derive.render.pens.speech import node_speech, prose_speech
from derive.render.pens.typst import node_typst
from derive.render.words.prose import letters, line_words
from derive.render.words.sentence import prose

GOLDEN = File(__file__).parent / "golden" / "formulas"
WRITE = os.environ.get("DERIVE_GOLDEN") == "write"
LONG = ("mathml", "omml")
NAMESPACES = (
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
FONT = '<a:latin typeface="Cambria Math" panose="02040503050406030204" pitchFamily="18" charset="0"/>'


class Formula(NamedTuple):
    theorem: str
    place: str
    node: Node  # as it stands on a slide
    line: Node  # as it stands in a line of text


PRINTERS: dict[str, Callable[[Formula], str]] = {
    "text": lambda f: text.Pen().draw(f.line),
    "ascii": lambda f: text.Pen(True).draw(f.line),
    "latex": lambda f: node_latex(f.node),
    "typst": lambda f: node_typst(f.node),
    "mathml": lambda f: mathml.Pen().draw(f.node),
    "omml": lambda f: node_omml(f.node),
    "speech": lambda f: node_speech(f.node),
}


# --- the corpus ------------------------------------------------------------------------------------------------------


@cache
def corpus(notation: str) -> tuple[Formula, ...]:
    """Every formula of the catalogue, theorem by theorem, in the order in which they are printed."""
    n = load_notation(notation)
    return tuple(f for e in theorems() for f in formulas(e.derivation, n))


def formulas(d: Derivation, n: Notation) -> Iterator[Formula]:
    avoid = letters(d)

    def formula(place: str, term: Term, labels: Labels = ()) -> Formula:
        node = layout(term, n, avoid=avoid, labels=labels)
        return Formula(d.name, place, node, layout(term, n, linear=True, avoid=avoid))

    def condition(place: str, given: tuple[Term, ...]) -> Iterator[Formula]:
        both = [conditions(given, n, linear=linear, avoid=avoid) for linear in (False, True)]
        for i, (c, line) in enumerate(zip(*both, strict=True), 1):
            yield Formula(d.name, f"{place} {i}", c.statement, line.statement)
            ranges = zip((*c.every, *c.ranges), (*line.every, *line.ranges), strict=True)
            yield from (Formula(d.name, f"{place} {i} for {j}", *nodes) for j, nodes in enumerate(ranges, 1))

    yield from condition("given", d.given)
    yield formula("claim", d.claim, d.labels)
    number = 0
    for b, block in enumerate(d.blocks, 1):
        yield from condition(f"assume {b}", block.assumes)
        yield formula(f"start {b}", block.start, block.labels)
        for line in block.lines:
            number += 1
            yield formula(f"line {number}", line.term, line.labels)


def sentences(notation: str) -> Iterator[tuple[str, str, Prose]]:
    """The sentences of every theorem, with the formulas in them."""
    n = load_notation(notation)
    for d in (e.derivation for e in theorems()):
        yield d.name, "summary", prose(d.summary)
        yield from ((d.name, f"title {i}", prose(b.title)) for i, b in enumerate(d.blocks, 1) if b.title)
        yield from ((d.name, f"why {i}", prose(line_words(line, n))) for i, line in enumerate(d.lines, 1))
        yield from ((d.name, f"note {i}", prose(note)) for i, note in enumerate(d.notes, 1))


def printed(notation: str, printer: str) -> dict[tuple[str, str], str]:
    """What a printer makes of the corpus, by theorem and place."""
    out = {(f.theorem, f.place): PRINTERS[printer](f) for f in corpus(notation)}
    if printer == "speech" and notation == DEFAULT:
        out |= {(name, place): prose_speech(sentence) for name, place, sentence in sentences(notation)}
    if printer in LONG and notation != DEFAULT:
        return {key: hashlib.sha256(drawn.encode()).hexdigest()[:16] for key, drawn in out.items()}
    if printer == "omml":  # what stands in every formula, and again for every letter
        return {key: drawn.replace(NAMESPACES, "").replace(FONT, "<a:latin/>") for key, drawn in out.items()}
    return out


# --- golden files ----------------------------------------------------------------------------------------------------


def path_of(notation: str, printer: str) -> File:
    return GOLDEN / f"{notation}.{printer}.txt"


def write(path: File, lines: dict[tuple[str, str], str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    out: list[str] = []
    for name in dict.fromkeys(name for name, _ in lines):
        out.append(f"# {name}")
        out += [f"{place}: {drawn}" for (theorem, place), drawn in lines.items() if theorem == name]
    path.write_text("\n".join(out) + "\n", encoding="utf-8")


def read(path: File) -> dict[tuple[str, str], str]:
    out: dict[tuple[str, str], str] = {}
    name = ""
    for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
        if line.startswith("# "):
            name = line[2:]
        else:
            place, _, drawn = line.partition(": ")
            out[name, place] = drawn
    return out


def differences(expected: dict[tuple[str, str], str], made: dict[tuple[str, str], str]) -> Iterator[str]:
    for key in dict.fromkeys((*expected, *made)):
        if expected.get(key) != made.get(key):
            yield f"{', '.join(key)}:\n  expected  {expected.get(key, '(nothing)')}\n  printed   {made.get(key, '(nothing)')}"


@pytest.mark.parametrize("printer", PRINTERS)
@pytest.mark.parametrize("notation", notation_names())
def test_every_formula_is_printed_as_it_was(notation: str, printer: str) -> None:
    made = printed(notation, printer)
    broken = [key for key, drawn in made.items() if len(drawn.splitlines()) != 1]
    assert not broken, f"not on one line: {broken[:5]}"
    path = path_of(notation, printer)
    if WRITE:
        write(path, made)
    wrong = list(differences(read(path), made))
    assert not wrong, f"{path.name}: {len(wrong)} of {len(made)} formulas differ\n" + "\n".join(wrong[:8])


def test_there_is_a_file_for_each_notation_and_printer() -> None:
    there = {p.name for p in GOLDEN.iterdir()}
    assert there == {path_of(n, p).name for n in notation_names() for p in PRINTERS}
    assert sum(p.stat().st_size for p in GOLDEN.iterdir()) < 3_000_000


def test_a_difference_says_where_it_is() -> None:
    made = {("some_name", "line 2"): "a", ("some_name", "line 3"): "b"}
    (said,) = differences({**made, ("some_name", "line 2"): "A"}, made)
    assert said == "some_name, line 2:\n  expected  A\n  printed   a"


# --- properties that hold for all formulas ---------------------------------------------------------------------------


def assert_well_made(printer: str, drawn: str) -> None:
    assert drawn == drawn.strip() or printer in ("text", "ascii")
    assert "\n" not in drawn
    if printer in LONG:
        ElementTree.fromstring(drawn)
    if printer in ("latex", "typst"):
        bare = re.sub(r'"(\\.|[^"\\])*"', "", drawn) if printer == "typst" else drawn
        assert_balanced(re.sub(r"\\[{}()\[\]]", "", bare), "{}" if printer == "latex" else "()")
    if printer == "latex":
        assert re.findall(r"\\([bB]ig+)l\b", drawn).count("Big") == re.findall(r"\\([bB]ig+)r\b", drawn).count("Big")
    if printer == "ascii":
        assert drawn.isascii()
    if printer == "speech":
        assert re.fullmatch(r"[A-Za-z0-9]+(,? [A-Za-z0-9]+)*", drawn), drawn


def assert_balanced(drawn: str, pair: str) -> None:
    depth = 0
    for c in drawn:
        depth += (c == pair[0]) - (c == pair[1])
        assert depth >= 0, drawn
    assert depth == 0, drawn


@pytest.mark.parametrize("printer", PRINTERS)
@pytest.mark.parametrize("notation", notation_names())
def test_the_catalogue_is_well_made(notation: str, printer: str) -> None:
    for f in corpus(notation):
        assert_well_made(printer, PRINTERS[printer](f))


@st.composite
def terms_with_a_part(draw: Callable[..., Any]) -> tuple[Term, Path]:
    """A term, and which part of it is highlighted."""
    term = part = draw(st.one_of(reals(3, (), True), integers(), comparisons()))
    path: list[int] = []
    while (children := parts_of(part)) and draw(st.booleans()):
        path.append(draw(st.integers(0, len(children) - 1)))
        part = children[path[-1]]
    return term, tuple(path)


@settings(max_examples=60, deadline=None)
@given(terms_with_a_part(), st.sampled_from(notation_names()))
def test_every_printer_draws_every_term(drawn: tuple[Term, Path], notation: str) -> None:
    term, path = drawn
    n = load_notation(notation)
    plain, marked = layout(term, n), marked_layout(term, [path], n)
    line = layout(term, n, linear=True)
    for printer, draw in PRINTERS.items():
        for node in (plain, marked):
            assert_well_made(printer, draw(Formula("", "", node, line)))
    # what is highlighted is seen, not said, and changes no spacing
    assert unmarked(marked) == plain
    for printer in ("latex", "speech"):
        assert PRINTERS[printer](Formula("", "", marked, line)) == PRINTERS[printer](Formula("", "", plain, line))
    assert text.Pen().draw(marked) == text.Pen().draw(plain)
    assert without_rows(mathml.Pen().draw(marked)) == without_rows(mathml.Pen().draw(plain))


def without_rows(drawn: str) -> str:
    return re.sub('</?mrow>|<mrow class="changed">', "", drawn)
