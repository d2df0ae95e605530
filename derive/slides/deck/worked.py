"""Slides of a worked example: a derivation with numbers put in, a line for each step, its value as the reason.

The lines are those of ``derive.work``, laid out from its terms.  For the back of the room, a number that was given as a
decimal stands there as one, a long written-out sum keeps its first terms and its last, and a line whose numbers look like
those of the line before is left out: there is nothing to see.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from derive.falsify import Exact, Model, Undecided
from derive.falsify.models.substitution import number_term
from derive.kernel.sorts import INT, PROP, Base, Fn
from derive.kernel.terms import Num, Term, Var, at
from derive.record.relations import sign_of
from derive.render.formula.breaking import cut
from derive.render.formula.layout import layout
from derive.render.formula.measure import node_em
from derive.render.formula.names import name_node
from derive.render.formula.nodes import Node, Prose, Symbol, fenced, row, separated
from derive.render.formula.notation import Notation, load_notation
from derive.render.words.lettered import Lettering
from derive.render.words.sentence import listed, prose
from derive.slides.deck.deck import Slide, Stamp, Step
from derive.slides.deck.numerals import DOTS, SHORT, closed_form, decimal_text, elided, readable, rounded
from derive.slides.deck.overview import overview
from derive.slides.deck.paginate import COLUMN_GAP, INDENT, REASON, SMALL, Chain, paginate, prose_width
from derive.slides.deck.template import Template
from derive.values import replace
from derive.work import Worked, WorkedBlock, WorkedLine

SIGN = 1.4  # em of a relation

_COMMA = Symbol(",", "punct")


def worked_slides(
    worked: Worked, notation: Notation | str | None, template: Template, *, stamp: Stamp | None = None
) -> tuple[Slide, ...]:
    """The slides of a worked example."""
    d = worked.derivation
    notation = load_notation(notation)
    say = Lettering(d.terms, notation, d.name).words
    summary = say(d.summary)
    heading: Prose = ("In numbers: ", *prose(summary.rstrip(".") or d.name.replace("_", " ")))
    head = Slide("work", d.name, heading, given=numbers_said(worked.model, notation), stamp=stamp)
    notes = tuple(prose(n) for n in worked.notes)
    numbers = {id(line): n for n, line in enumerate(d.lines, 1)}
    tables = overview(worked, notation)
    out = [replace(head, blocks=tables)] if tables else []
    count = 0
    for block in worked.blocks:
        lines = _lines(block, notation)
        room = _room(lines, template)
        steps = [
            Step(
                f"work{count + i}", numbers.get(id(line.line), 0), sign_of(line.relation), _cut(node, room, template), reason,
                term=term, source=line.line,
            )
            for i, (line, term, node, reason) in enumerate(lines, 1)
        ]  # fmt: skip
        count += len(steps)
        first = replace(head, given=()) if out else head
        last = block is worked.blocks[-1]
        out += paginate([Chain(tuple(steps), say(block.title), kind="work")], first, template, notes if last else ())
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


def _cut(node: Node, room: float, template: Template) -> tuple[Node, ...]:
    """In one line where smaller letters make it fit."""
    return (node,) if node_em(node) <= room / template.least_scale else cut(node, room)


def _room(lines: list[tuple[WorkedLine, Term, Node, Prose]], template: Template) -> float:
    """How wide a formula may be, in em: the values stand beside the formulas where none is broken for them."""
    values = max(SMALL * prose_width(reason) for *_, reason in lines)
    beside = template.width - SIGN - INDENT - COLUMN_GAP - min(values, REASON)
    unbroken = all(node_em(node) * template.least_scale <= beside for _, _, node, _ in lines)
    return beside if unbroken else template.width - 4


def value_prose(line: WorkedLine, notation: Notation) -> Prose:
    """What a line is worth: exactly where that is short, and in decimals."""
    value = line.value
    wrong: Prose = () if line.agrees else (", which does not agree with the line before",)
    if line.term.sort == PROP or not isinstance(value, (int, Fraction, Exact)):
        return (("true" if value is True else "false" if value is False else str(value)), *wrong)
    return (*number_prose(value, notation), *wrong)


def number_prose(value: int | Fraction | Exact, notation: Notation | None = None) -> Prose:
    """A number: exactly where that is short, and in decimals."""
    decimals = rounded(value)
    term = closed_form(value) if len(str(value)) <= SHORT else None
    if term is None:
        return ("about ", decimals)
    exact = readable(layout(term, notation))
    return (exact,) if decimal_text(value) is not None else (exact, ", about ", decimals)


# --- the numbers that are given --------------------------------------------------------------------------------------


def numbers_said(model: Model, notation: Notation) -> Prose:
    """The numbers of a model as one sentence: V = 3, y = 1, p = (0.5, 0.25, 0.25)."""
    tables: dict[Var, dict[tuple[Any, ...], Any]] = {}
    for (var, path), value in model.entries.items():
        tables.setdefault(var, {})[path] = value

    def order(var: Var) -> tuple[bool, bool, bool, str]:
        """Sizes, tokens, other numbers, then what has indices, tokens first."""
        kind = var.sort.cod if isinstance(var.sort, Fn) else var.sort
        return isinstance(var.sort, Fn), kind != INT, not var.name[:1].isupper(), var.name

    items: list[Prose] = [(_elements(sort, size),) for sort, size in model.sizes.items()]
    for var in sorted(tables, key=order):
        if isinstance(var.sort, Fn) and var.sort.dom in model.sizes:  # an element is no index that is written
            items.append(_whole_table(var, tables[var], notation))
            continue
        rows: dict[tuple[Any, ...], list[Any]] = {}
        for path, value in tables[var].items():
            rows.setdefault(path[:-1], []).append(value)
        items += elided([_given(var, path, values, notation) for path, values in rows.items()], ((DOTS,),))
    return listed(items)


def _elements(sort: Base, size: int) -> Node:
    """Of a sort of which only the name is known, as Theta = {0, 1}."""
    elements = fenced(separated([Symbol(str(n), "num") for n in range(size)], _COMMA), "{", "}")
    return row(name_node(sort.name), Symbol("=", "rel"), elements)


def _whole_table(var: Var, table: dict[tuple[Any, ...], Any], notation: Notation) -> Prose:
    """A family with an index of such a sort: q = ((0.5, 0.5), (0.75, 0.25)), in the order of the elements."""

    def nested(path: tuple[Any, ...]) -> Node:
        if path in table:
            value = table[path]
            return _value_node(value, notation) or rounded(value)
        after = dict.fromkeys(p[len(path)] for p in table if p[: len(path)] == path)
        return fenced(separated([nested((*path, x)) for x in after], _COMMA))

    exact = all(_value_node(value, notation) is not None for value in table.values())
    name = layout(var, notation)
    return (row(name, Symbol("=", "rel"), nested(())),) if exact else (name, " about ", nested(()))


def _given(var: Var, path: tuple[Any, ...], values: Sequence[Any], notation: Notation) -> Prose:
    name: Term = var
    for index in path:
        name = at(name, Num(index))
    exact = [_value_node(v, notation) for v in values]
    known = [n for n in exact if n is not None]
    all_known = len(known) == len(exact)  # a list is rounded as a whole
    nodes = known if all_known else [rounded(v) for v in values]
    shown = fenced(separated(elided(nodes, (DOTS,)), _COMMA)) if isinstance(var.sort, Fn) else nodes[0]
    if all_known:
        return (row(layout(name, notation), Symbol("=", "rel"), shown),)
    return (layout(name, notation), " about ", shown)


def _value_node(value: Any, notation: Notation) -> Node | None:
    try:
        return readable(layout(number_term(value), notation, linear=True))
    except Undecided:
        return None
