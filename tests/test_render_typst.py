"""Formulas and words in Typst: what is written, and that Typst reads it as it is meant."""

from __future__ import annotations

import importlib
import json
import os
from typing import Any

import pytest

from derive.board.catalogue import theorems
from derive.record.changes import changed
from derive.render.formula.layout import layout
from derive.render.formula.marked import marked_layout
from derive.render.formula.nodes import (
    TIMES,
    Accent,
    BigOp,
    Fence,
    Frac,
    Mark,
    Node,
    Script,
    Space,
    Symbol,
    UnderBrace,
    row,
)
from derive.render.formula.notation import load_notation, notation_names
from derive.render.pens.typst import escape, node_typst, parts_typst, string
from derive.render.words.prose import letters


def typst() -> Any:
    """The Typst compiler; the test is skipped without it, or fails where CI is set."""
    try:
        return importlib.import_module("typst")
    except ImportError:
        message = "typst is not installed (PyPI package typst)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


def var(letter: str) -> Symbol:
    return Symbol(letter, "var")


def op(sign: str) -> Symbol:
    return Symbol(sign, "op")


times, comma, equals = Symbol(TIMES, "times"), Symbol(",", "punct"), Symbol("=", "rel")
k, p, q, x, one = var("k"), var("p"), var("q"), var("x"), Symbol("1", "num")
minus = Symbol("−", "neg")
log = Symbol("log", "fn")
total = BigOp(Symbol("∑", "big"), row(k, equals, one), var("V"), row(p, Fence("(", k, ")")))


# --- what is written -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("node", "drawn"),
    [
        (row(p, Fence("(", row(k, comma, x), ")")), "p(k, x)"),
        (row(var("θ"), times, Fence("(", k, ")")), "theta thin (k)"),
        (row(Script(p, var("t")), Fence("(", k, ")")), "p_t (k)"),  # p_t(k) has t(k) in its subscript
        (Script(var("y"), row(Symbol("<", "rel"), var("t"))), "y_(< t)"),
        (Script(var("δ"), Script(var("y"), var("t"))), "delta_(y_t)"),
        (Script(var("e"), None, row(minus, x)), "e^(-x)"),
        (Script(row(x, Symbol("′", "ord")), var("t")), "x'_t"),
        (Script(row(x, var("y")), var("t")), "attach(x y, b: t)"),
        (Script(row(Symbol("softmax", "fn"), Fence("(", var("z"), ")")), k), 'attach(op("softmax")(z), b: k)'),
        (Script(var("D"), Symbol("KL", "name")), 'D_"KL"'),
        (total, "sum_(k = 1)^V p(k)"),
        (BigOp(Symbol("arg min", "fn"), var("θ"), None, x), 'op("arg" thin "min", limits: #true)_theta x'),
        (Frac(row(x, comma, k), x), r"frac(x\, k, x)"),  # a comma that does not end the argument
        (Frac(one, Symbol("2", "num"), small=True), "inline(frac(1, 2))"),
        (Fence("(", total, ")", 2), "lr(size: #1.8em, (sum_(k = 1)^V p(k)))"),
        (Fence("|", x, "|"), r"lr(size: #1em, \|x\|)"),
        (row(log, x), "log x"),
        (row(log, Fence("(", x, ")")), "log(x)"),
        (row(Symbol("PPL", "name"), Fence("(", x, ")")), '"PPL"(x)'),  # a space beside a word would be seen
        (row(Symbol("2", "num"), times, Symbol("PPL", "name")), '2 thin "PPL"'),
        (row(Symbol("2", "num"), times, x), "2 x"),
        (row(x, times, k), "x thin k"),
        (row(Symbol("1", "bold"), Fence("[", row(k, equals, x), "]")), "bold(1)[k = x]"),
        (Symbol("y", "bold"), "upright(bold(y))"),
        (Symbol("L", "cal"), "cal(L)"),
        (row(x, Symbol("/", "slash"), k), r"x\/k"),
        (row(x, op("−"), row(minus, k)), "x - -k"),
        (row(x, Space("quad"), Symbol("for all ", "text"), k), 'x quad"for all "k'),
        (row(Symbol("∀", "ord"), k, Symbol(":", "punct"), x), r'forall k class("punctuation", \:) x'),
        (Accent("bar", x), "macron(x)"),
        (UnderBrace(x, "the sum at k = y"), 'underbrace(x, "the sum at "k = y)'),
        (UnderBrace(x, 'as "given" \\'), r'underbrace(x, "as \"given\" \\")'),
        (Symbol("é", "var"), '"é"'),
        (Symbol("#", "ord"), r"\#"),
    ],
)
def test_formulas(node: Node, drawn: str) -> None:
    assert node_typst(node) == drawn


def test_brackets_are_lower_in_a_line_of_text() -> None:
    assert node_typst(Fence("(", total, ")", 2), inline=True) == "lr(size: #1.2em, (sum_(k = 1)^V p(k)))"


def test_marks_are_calls_of_a_function() -> None:
    node = row(x, op("+"), Mark(row(k, comma, p)))
    assert node_typst(node, mark="new") == r"x + new(k\, p)"
    assert node_typst(node) == "x + k, p"


def test_brackets_of_a_broken_group_are_as_high_as_all_of_it() -> None:
    left = row(minus, Symbol("(", "open"), x)
    right = row(op("+"), total, Symbol(")", "close"))
    assert parts_typst((left, right)) == [r"-lr(size: #1.8em, \() x", r"+ sum_(k = 1)^V p(k) lr(size: #1.8em, \))"]


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("the sum of a quotient, reversed", "the sum of a quotient, reversed"),
        ("#sys $x$ *a* _b_ `c` <d> @e ~ [f] \\g", r"\#sys \$x\$ \*a\* \_b\_ \`c\` \<d\> \@e \~ \[f\] \\g"),
        ("// a /* b https://c.org", r"\/\/ a \/\* b https:\/\/c.org"),
        ("a -- b --- c -? -1 x-axis...", r"a \-- b \-\-- c \-? \-1 x-axis\..."),
        ("= a", r"\= a"),
        ("- a", r"\- a"),
        ("12. a", r"12\. a"),
        ('say "so"', "say “so”"),
        ("left\u202eright\x07\n\ttab", "leftright  tab"),  # nothing turns text round
    ],
)
def test_words(words: str, written: str) -> None:
    assert escape(words) == written


def test_strings() -> None:
    assert string('a "b" \\c #d \u202e') == r'"a \"b\" \\c #d "'


# --- what Typst makes of it ------------------------------------------------------------------------------------------

HEAD = "#set page(width: auto, height: auto)\n#set math.lr(size: 1em)\n#let new = text.with(fill: red)\n"


def sizes(formulas: list[str]) -> list[tuple[str, str]]:
    """How wide and high Typst draws each."""
    lines = "\n".join(f"#size($ {f} $)" for f in formulas)
    source = f"{HEAD}#let size(it) = context [#metadata(measure(it)) <size>]\n{lines}"
    found = json.loads(typst().query(source.encode(), "<size>", field="value", ignore_system_fonts=True))
    return [(size["width"], size["height"]) for size in found]


def points(length: str) -> float:
    return float(length.removesuffix("pt"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('"PPL"(x)', 'upright("P")upright("P")upright("L")(x)'),  # no space between a name and its bracket
        ('D_"K" (x)', 'D_upright("K") (x)'),
        (node_typst(row(x, op("+"), k)), "x+k"),
        (node_typst(row(x, op("+"), Mark(k)), mark="new"), "x + k"),
        (node_typst(row(x, Mark(row(op("+"), k))), mark="new"), "x + k"),  # a sign keeps its spaces
        (node_typst(row(x, op("+"), Mark(row(k, comma, p))), mark="new"), "x + k, p"),
    ],
)
def test_spaces(one: str, other: str) -> None:
    a, b = sizes([one, other])
    assert points(a[0]) == pytest.approx(points(b[0]), abs=0.05)


def test_words_are_spaced_like_words() -> None:
    apart, together = sizes(['x quad"for all "k', 'x quad"for all"k'])
    assert 2 < points(apart[0]) - points(together[0]) < 5


@pytest.mark.parametrize("notation", notation_names())
def test_every_formula_compiles_and_marks_take_no_room(notation: str) -> None:
    n = load_notation(notation)
    plain, marked = [], []
    for d in (t.derivation for t in theorems()):
        avoid = letters(d)
        plain.append(node_typst(layout(d.claim, n, labels=d.labels, avoid=avoid)))
        marked.append(plain[-1])
        for block in d.blocks:
            for i, line in enumerate(block.lines):
                plain.append(node_typst(layout(line.term, n, avoid=avoid, labels=line.labels)))
                node = marked_layout(line.term, changed(block, i), n, avoid=avoid, labels=line.labels)
                marked.append(node_typst(node, mark="new"))
    found = sizes(plain + marked)
    assert any("new(" in m for m in marked)
    for formula, size, marked_size in zip(plain, found[: len(plain)], found[len(plain) :], strict=True):
        assert points(size[0]) == pytest.approx(points(marked_size[0]), abs=0.05), formula
        assert size[1] == marked_size[1], formula
