"""Slides of a worked example: a derivation with numbers put in, a line for each step, its value as the reason.

The lines are those of ``derive.work``, laid out from its terms.  For the back of the room, a number that was given as a
decimal stands there as one, a long written-out sum keeps its first terms and its last, and a line whose numbers look like
those of the line before is left out: there is nothing to see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from derive.falsify import Exact, Undecided, approx
from derive.falsify.models.substitution import number_term
from derive.falsify.numbers.exact import exp, log
from derive.kernel.sorts import INT, PROP, Fn
from derive.kernel.terms import EXP, LOG, Num, Term, Var, app, at
from derive.record.relations import sign_of
from derive.render.formula.breaking import cut
from derive.render.formula.layout import layout
from derive.render.formula.nodes import (
    MINUS,
    Fence,
    Frac,
    Node,
    Prose,
    Row,
    Script,
    Symbol,
    fenced,
    first,
    kind,
    last,
    rebuilt,
    row,
    separated,
)
from derive.render.formula.notation import Notation, load_notation
from derive.render.words.sentence import listed, prose
from derive.slides.deck.deck import Slide, Stamp, Step
from derive.slides.deck.paginate import COLUMN_GAP, INDENT, REASON, SMALL, Chain, paginate, prose_width
from derive.slides.deck.template import Template
from derive.work import Worked, WorkedBlock, WorkedLine

MOST = (
    6  # terms of a written-out sum, factors of a product, entries of a list; of more, the first and the last are shown
)
SHORT = 28  # letters of an exact value that is shown besides its decimals
DIGITS = 4
LEAST_ROOM = 16.0  # em: with less for the formulas, the values stand below them
SIGN = 1.4  # em of a relation

_DOTS = Symbol("…", "ord")
_COMMA = Symbol(",", "punct")


def worked_slides(
    worked: Worked, notation: Notation | str | None, template: Template, *, stamp: Stamp | None = None
) -> tuple[Slide, ...]:
    """The slides of a worked example."""
    d = worked.derivation
    notation = load_notation(notation)
    heading: Prose = ("In numbers: ", *prose(d.summary.rstrip(".") or d.name.replace("_", " ")))
    head = Slide("work", d.name, heading, given=given_numbers(worked, notation), stamp=stamp)
    notes = tuple(prose(n) for n in worked.notes)
    numbers = {id(line): n for n, line in enumerate(d.lines, 1)}
    out: list[Slide] = []
    count = 0
    for block in worked.blocks:
        lines = _lines(block, notation)
        room = _room(lines, template)
        steps = [
            Step(
                f"work{count + i}", numbers.get(id(line.line), 0), sign_of(line.relation), cut(node, room), reason,
                term=term, source=line.line,
            )
            for i, (line, term, node, reason) in enumerate(lines, 1)
        ]  # fmt: skip
        count += len(steps)
        first = replace(head, given=()) if out else head
        last = block is worked.blocks[-1]
        out += paginate(Chain(tuple(steps), block.title, kind="work"), first, template, notes if last else ())
    if out:
        out[-1] = replace(out[-1], notes=notes)
    return tuple(replace(s, part=i, parts=len(out)) for i, s in enumerate(out, 1))


# --- the lines -------------------------------------------------------------------------------------------------------


def _lines(block: WorkedBlock, notation: Notation) -> list[tuple[WorkedLine, Term, Node, Prose]]:
    """The lines that are shown: what stands there, how it looks and what it is worth."""
    out: list[tuple[WorkedLine, Term, Node, Prose]] = []
    for i, line in enumerate(block.lines):
        starts = i == 0 and line.line is None  # the formula that is worked out stands there as it is
        term = line.term if starts or line.numbers is None else line.numbers
        node = readable(layout(term, notation))
        if not (out and out[-1][2] == node and line.agrees):
            out.append((line, term, node, () if starts else value_prose(line, notation)))
    return out


def _room(lines: list[tuple[WorkedLine, Term, Node, Prose]], template: Template) -> float:
    """How wide a formula may be, in em: the values stand beside the formulas where that leaves enough for these."""
    values = max(SMALL * prose_width(reason) for *_, reason in lines)
    beside = template.width - SIGN - INDENT - COLUMN_GAP - min(values, REASON)
    return beside if beside >= LEAST_ROOM else template.width - 4


def value_prose(line: WorkedLine, notation: Notation) -> Prose:
    """What a line is worth: exactly where that is short, and in decimals."""
    value = line.value
    wrong: Prose = () if line.agrees else (", which does not agree with the line before",)
    if line.term.sort == PROP or not isinstance(value, (int, Fraction, Exact)):
        return (("true" if value is True else "false" if value is False else str(value)), *wrong)
    decimals = rounded(value)
    term = closed_form(value) if len(str(value)) <= SHORT else None
    if term is None:
        return ("about ", decimals, *wrong)
    exact = readable(layout(term, notation))
    return (exact, *wrong) if _decimal(value) is not None else (exact, ", about ", decimals, *wrong)


def rounded(value: int | Fraction | Exact) -> Node:
    """The value in decimals, correctly rounded; a very large or small one with a power of ten."""
    digits, _, exponent = approx(value, DIGITS).partition("e")
    parts: list[Node] = [_signed(digits)]
    if exponent:
        parts += [Symbol("·", "dot"), Script(Symbol("10", "num"), None, _signed(exponent))]
    return row(*parts)


def _signed(digits: str) -> Node:
    number = Symbol(digits.lstrip("-"), "num")
    return row(Symbol(MINUS, "neg"), number) if digits.startswith("-") else number


def closed_form(value: int | Fraction | Exact) -> Term | None:
    """The value as a term where it is a rational number, a multiple c log r, or exp of a rational number."""
    value = Exact.of(value)
    q = value.as_fraction()
    if q is not None:
        return Num(q)
    try:
        for denominator in range(1, 61):
            power = exp(value * denominator).as_fraction()  # r to the power c * denominator
            if power is not None:
                return _log_term(power, denominator)
        q = log(value).as_fraction() if value > 0 else None
    except Undecided:
        return None
    return None if q is None else app(EXP, Num(q))


def _log_term(power: Fraction, denominator: int) -> Term:
    """log of a power, over a denominator, with the smallest base that is more than 1."""
    sign, base = (1, power) if power > 1 else (-1, 1 / power)
    exponent = 1
    for n in range(base.numerator.bit_length(), 1, -1):
        top, bottom = _root(base.numerator, n), _root(base.denominator, n)
        if top and bottom:
            base, exponent = Fraction(top, bottom), n
            break
    out = app(LOG, Num(base))
    c = Fraction(exponent, denominator)
    out = out if c == 1 else Num(c) * out
    return -out if sign < 0 else out


def _root(n: int, k: int) -> int:
    """The k-th root where it is a whole number, else 0."""
    low, high = 1, 1 << (n.bit_length() // k + 1)
    while low < high:
        middle = (low + high) // 2
        if middle**k < n:
            low = middle + 1
        else:
            high = middle
    return low if low**k == n else 0


# --- the numbers that are given --------------------------------------------------------------------------------------


def given_numbers(worked: Worked, notation: Notation) -> Prose:
    """The numbers as one sentence: V = 3, y = 1, p = (0.5, 0.25, 0.25)."""
    tables: dict[Var, dict[tuple[Any, ...], Any]] = {}
    for (var, path), value in worked.model.entries.items():
        tables.setdefault(var, {})[path] = value

    def order(var: Var) -> tuple[bool, bool, bool, str]:
        """Sizes, tokens, other numbers, then what has indices, tokens first."""
        kind = var.sort.cod if isinstance(var.sort, Fn) else var.sort
        return isinstance(var.sort, Fn), kind != INT, not var.name[:1].isupper(), var.name

    items: list[Prose] = []
    for var in sorted(tables, key=order):
        rows: dict[tuple[Any, ...], list[Any]] = {}
        for path, value in tables[var].items():
            rows.setdefault(path[:-1], []).append(value)
        items += _elided([_given(var, path, values, notation) for path, values in rows.items()], ((_DOTS,),))
    return listed(items)


def _given(var: Var, path: tuple[Any, ...], values: Sequence[Any], notation: Notation) -> Prose:
    name: Term = var
    for index in path:
        name = at(name, Num(index))
    exact = [_value_node(v, notation) for v in values]
    known = [n for n in exact if n is not None]
    all_known = len(known) == len(exact)  # a list is rounded as a whole
    nodes = known if all_known else [rounded(v) for v in values]
    shown = fenced(separated(_elided(nodes, (_DOTS,)), _COMMA)) if isinstance(var.sort, Fn) else nodes[0]
    if all_known:
        return (row(layout(name, notation), Symbol("=", "rel"), shown),)
    return (layout(name, notation), " about ", shown)


def _value_node(value: Any, notation: Notation) -> Node | None:
    try:
        return readable(layout(number_term(value), notation, linear=True))
    except Undecided:
        return None


# --- for reading from afar -------------------------------------------------------------------------------------------


def _elided(items: Sequence[Any], dots: Sequence[Any]) -> list[Any]:
    """The first two, dots and the last where there are more than can be taken in."""
    return list(items) if len(items) <= MOST else [*items[:2], *dots, items[-1]]


def readable(node: Node) -> Node:
    """A layout of numbers with decimals for short fractions, and long sums and products cut short."""
    node = rebuilt(node, readable)
    if isinstance(node, Frac) and node.small:
        return _decimal_of(node.num, node.den) or node
    if isinstance(node, Fence) and node.group and isinstance(node.body, Symbol) and node.body.kind == "num":
        return node.body
    if isinstance(node, Row):
        return row(*_cut_short(_dotted(_without_slashes(node.items))))
    return node


def _decimal_of(num: Node, den: Node) -> Node | None:
    """A fraction of two whole numbers as a decimal, where that is exact and short."""
    if not (isinstance(num, Symbol) and isinstance(den, Symbol) and num.text.isdigit() and den.text.isdigit()):
        return None
    if not int(den.text):
        return None
    decimal = _decimal(Fraction(int(num.text), int(den.text)))
    return None if decimal is None else Symbol(decimal, "num")


def _decimal(value: int | Fraction | Exact) -> str | None:
    """A number in decimals where that is exact and short."""
    q = Exact.of(value).as_fraction()
    for digits in range(DIGITS + 1):
        if q is not None and (scaled := q * 10**digits).denominator == 1:
            text = str(abs(scaled.numerator)).rjust(digits + 1, "0")
            whole, part = (text[:-digits], "." + text[-digits:]) if digits else (text, "")
            return ("−" if q < 0 else "") + whole + part
    return None


def _without_slashes(items: Sequence[Node]) -> list[Node]:
    """1/10 on one line as 0.1."""
    out: list[Node] = []
    for item in items:
        if len(out) > 1 and out[-1] == Symbol("/", "slash") and (decimal := _decimal_of(out[-2], item)):
            out[-2:] = [decimal]
        else:
            out.append(item)
    return out


def _dotted(items: Sequence[Node]) -> list[Node]:
    """A dot after a factor that is a number now, before a number or a fraction: 0.1 0.25 would be read as one."""
    out = list(items)
    for i in range(1, len(out) - 1):
        sign, before, after = out[i], last(out[i - 1]), first(out[i + 1])
        numbers = before is not None and before.kind == "num"
        numbers = numbers and (isinstance(out[i + 1], Frac) or (after is not None and after.kind == "num"))
        if numbers and kind(sign) == "times":
            out[i] = Symbol("·", "dot")
    return out


def _cut_short(items: Sequence[Node]) -> list[Node]:
    """A sum and its products without their middle, where they are long."""
    terms = _shortened(items, ("op", "rel"))
    return [node for term in terms for factor in _shortened(term, ("dot", "times")) for node in factor]


def _shortened(items: Sequence[Node], signs: tuple[str, ...]) -> list[list[Node]]:
    """The parts between signs of these kinds, each with the sign before it; dots, with a sign, for the middle ones."""
    parts = _split(items, signs)
    return _elided(parts, ([parts[-1][0], _DOTS],))


def _split(items: Sequence[Node], kinds: tuple[str, ...]) -> list[list[Node]]:
    """Cut before every sign of these kinds."""
    out: list[list[Node]] = [[]]
    for item in items:
        if kind(item) in kinds and out[-1]:
            out.append([])
        out[-1].append(item)
    return out
