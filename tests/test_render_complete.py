"""Nothing that a formula may have is forgotten: every operator has a layout, and every pen draws every node."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import pytest

from derive.kernel import terms as k
from derive.kernel.sorts import FAMILY, INT, REAL, Base, Fn, SetOf
from derive.kernel.terms import App, Num, Op, Term, Var, app, at, lam
from derive.language.syntax import ForAll, Sum, argmax, argmin, has_derivative, partial
from derive.operators.derivatives import PARTIAL, PARTIAL_AT, PARTIALS
from derive.render.formula import nodes
from derive.render.formula.layout import DRAWN, layout
from derive.render.formula.measure import node_em, node_height
from derive.render.formula.nodes import BigOp, Fence, Frac, Node, Row, Script, Symbol
from derive.render.pens import mathml, text
from derive.render.pens.latex import COMMANDS, node_latex
from derive.render.pens.omml import node_omml
from derive.render.pens.speech import node_speech
from derive.render.pens.spoken import SIGNS
from derive.render.pens.text import ASCII
from derive.render.pens.typst import NAMES, node_typst
from derive.render.pens.web import web_latex
from derive.slides.html.text import KatexPen
from derive.slides.pptx.text import plain, spans

a, b = Var("a", REAL), Var("b", REAL)
i, j, n = (Var(s, INT) for s in "ijn")
z, zs = Var("z", FAMILY), Var("z", Fn(INT, FAMILY))
x = Var("x", Base("param"))
LOSS = lam(z, Sum(at(z, i), (i, 1, n)))

OPERATORS: dict[Op, Term] = {
    k.ADD: a + b,
    k.SUB: a - b,
    k.MUL: a * b,
    k.NEG: -a,
    k.DIV: a / b,
    k.POW: app(k.POW, a, Num(2)),
    k.LOG: app(k.LOG, a),
    k.EXP: app(k.EXP, a),
    k.XLOGY: app(k.XLOGY, a, b),
    k.DELTA: app(k.DELTA, i, j),
    k.SUM: Sum(at(z, i), (i, 1, n)),
    k.PROD: app(k.PROD, Num(1), n, lam(i, at(z, i))),
    k.MAX: app(k.MAX, Num(1), n, lam(i, at(z, i))),
    k.ARGMIN: argmin(x, a),
    k.ARGMAX: argmax(x, a),
    k.DERIVATIVE: partial(a * b, a),
    k.HAS_DERIVATIVE: has_derivative(lam(a, a * b), a, b),
    PARTIAL: app(PARTIAL, LOSS, z, j),
    PARTIAL_AT: partial(at(zs, n)[j] * a, at(zs, n), j),
    k.EQ: k.eq(a, b),
    k.NE: k.ne(a, b),
    k.LT: a < b,
    k.LE: a <= b,
    k.IN: app(k.IN, x, Var("S", SetOf(x.sort))),
    k.IMPLIES: k.implies(a < b, a <= b),
    k.IFF: k.iff(a < b, a <= b),
    k.FORALL: ForAll(a, a <= b),
}

OTHERS = (
    k.implies(a < b, OPERATORS[k.FORALL]),  # inside a formula
    ForAll((i, 1, n), at(z, i) <= a),  # with its range at the end
    lam(i, at(z, i) + 1),
    app(k.MUL, Num(2), Num(3)),
    Var("p'", REAL),
)

q = Symbol("q", "var")
NODES: tuple[Node, ...] = (
    q,
    Row((q, Symbol("+", "op"), q)),
    Frac(q, q),
    Script(q, q, q),
    BigOp(Symbol("∑", "big"), q, q, q),
    Fence("(", q, ")"),
    nodes.UnderBrace(q, "the rest"),
    nodes.Accent("hat", q),
    nodes.Mark(q),
    nodes.Space("quad"),
)

PENS: dict[str, Callable[[Node], str]] = {
    "text": lambda node: text.Pen().draw(node),
    "ascii": lambda node: text.Pen(ascii_only=True).draw(node),
    "latex": node_latex,
    "web": web_latex,
    "katex": lambda node: KatexPen().draw(node),
    "mathml": lambda node: mathml.Pen().draw(node),
    "typst": node_typst,
    "omml": node_omml,
    "speech": node_speech,
    "powerpoint's text": lambda node: plain(spans((node,))),
}
each_pen = pytest.mark.parametrize("pen", PENS)


def test_every_operator_of_the_kernel_has_a_layout() -> None:
    assert set(DRAWN) == set(OPERATORS) == {*k._OPS.values(), *PARTIALS.values()}
    assert all(isinstance(term, App) and term.op is op for op, term in OPERATORS.items())


@each_pen
@pytest.mark.parametrize("op", OPERATORS, ids=str)
def test_every_pen_draws_every_operator(pen: str, op: Op) -> None:
    for linear in (False, True):
        assert PENS[pen](layout(OPERATORS[op], linear=linear)).strip()


def test_every_pen_has_a_word_for_every_sign_that_a_layout_writes() -> None:
    layouts = [layout(term, linear=linear) for term in (*OPERATORS.values(), *OTHERS) for linear in (False, True)]
    signs = {s.text for node in layouts for s in nodes.walk(node) if isinstance(s, Symbol) and s.kind != "times"}
    signs |= {node.op.text for top in layouts for node in nodes.walk(top) if isinstance(node, BigOp)}
    strange = {sign for sign in signs if not sign.isascii()}
    assert set("−·≤∑∏∂…⟹⟺↦′") <= strange
    for table in (COMMANDS, NAMES, ASCII, SIGNS):
        assert strange <= set(table)


def test_there_is_an_example_of_every_node() -> None:
    assert {type(node) for node in NODES} == set(get_args(Node))


@each_pen
@pytest.mark.parametrize("node", NODES, ids=lambda node: type(node).__name__)
def test_every_pen_draws_every_node(pen: str, node: Node) -> None:
    drawn = PENS[pen](node)
    parts = sum(part == q for part in nodes.walk(node))
    shown = sum(drawn.count(letter) for letter in "q𝑞") - drawn.count("quad")
    assert shown >= parts  # nothing of it is lost


@pytest.mark.parametrize("node", NODES, ids=lambda node: type(node).__name__)
def test_every_node_is_measured_walked_and_rebuilt(node: Node) -> None:
    assert node_em(node) > 0
    assert node_height(node) >= 1
    assert nodes.rebuilt(node, lambda part: part) == node
    other = nodes.rebuilt(node, lambda part: Symbol("r", "var"))
    assert all(part == Symbol("r", "var") for part in nodes.children(other))
    assert len(nodes.children(other)) == len(nodes.children(node))
