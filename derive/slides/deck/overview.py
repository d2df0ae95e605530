"""A worked example on one slide: the sum term by term, and under each part of the claim what it is worth."""

from __future__ import annotations

from typing import Any

from derive.kernel.terms import Term
from derive.render.formula.layout import layout
from derive.render.formula.nodes import Node, Prose, Symbol
from derive.render.formula.notation import Notation
from derive.render.words.lettered import lettered
from derive.slides.deck.deck import Block, Table
from derive.slides.deck.numerals import SHORT, adding_up, closed_form, decimal_node, decimal_text, readable
from derive.work import Sides, SumTable, Worked, sides_of, sum_table


def overview(worked: Worked, notation: Notation) -> tuple[Block, ...]:
    """The tables that there are for a worked example."""
    d, model = lettered(worked.derivation, notation), worked.model
    terms, sides = sum_table(d, model), sides_of(d, model)
    out = [] if terms is None else [_of_sum(terms, notation)]
    return (*out, *([] if sides is None else [_of_sides(sides, notation)]))


def _of_sum(shown: SumTable, notation: Notation) -> Table:
    rows = [tuple(_value(v) for v in values) for values in shown.rows]
    nothing: Prose = ()
    total = (("sum",), *[nothing] * (len(shown.heads) - 2), _value(shown.total))
    numbers = (*shown.rows, (None,) * (len(shown.heads) - 1) + (shown.total,))
    return Table(tuple(_formula(h, notation) for h in shown.heads), (*rows, total), True, numbers)


def _value(value: Any) -> Prose:
    return (decimal_node(value),)


def _formula(term: Term, notation: Notation) -> Prose:
    return (layout(term, notation),)


def _of_sides(sides: Sides, notation: Notation) -> Table:
    """The claim, one column for each part and each sign: names, exact values where all are short, decimals."""
    columns = [("", sides.left), *((p.sign or sides.relation, p) for p in sides.right)]
    places = adding_up(sides.left.value, [(p.sign, p.value) for p in sides.right]) if sides.relation == "=" else 4
    head: list[Prose] = []
    names: list[Prose] = []
    exact: list[Prose | None] = []
    decimals: list[Prose] = []
    values: list[Any] = []
    for sign, part in columns:
        if sign:
            mark: Prose = (Symbol(sign, "rel" if sign == sides.relation else "op"),)
            for row in (head, exact, decimals):
                row.append(mark)
            names.append(())
            values.append(None)
        values.append(part.value)
        head.append(_formula(part.term, notation))
        names.append((part.words,) if part.words else ())
        exact.append(_exact(part.value))
        decimals.append((decimal_node(part.value, places),))
    rows: list[tuple[Prose, ...]] = [tuple(names)] if any(names) else []
    if all(cell is not None for cell in exact) and exact != decimals:
        rows.append(tuple(cell for cell in exact if cell is not None))
    unknown = [(None,) * len(head)] * len(rows)
    return Table(tuple(head), (*rows, tuple(decimals)), values=(*unknown, tuple(values)))


def _exact(value: Any) -> Prose | None:
    """The value exactly, where that is short."""
    if decimal_text(value) is None and len(str(value)) > SHORT:
        return None
    term = closed_form(value)
    node: Node | None = None if term is None else readable(layout(term))
    return None if node is None else (node,)
