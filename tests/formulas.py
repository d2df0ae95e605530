"""Every formula of every theorem in every notation, laid out once for all tests of a run."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from derive.board.catalogue import theorems
from derive.kernel.definitions import definitions
from derive.kernel.terms import Term
from derive.read.grammar import Reader
from derive.record import Derivation
from derive.render.formula.builder import Labels
from derive.render.formula.layout import conditions, layout
from derive.render.formula.nodes import Node
from derive.render.formula.notation import load_notation
from derive.render.formula.statements import Condition
from derive.render.words.prose import letters


class Formula(NamedTuple):
    """A formula where it stands, as it is laid out with fractions and, for one line of text, without."""

    theorem: str
    place: str
    term: Term
    node: Node
    line: Node


class Given(NamedTuple):
    """The conditions of a theorem or of a block, as they are read: some are two of the terms in a chain."""

    theorem: str
    terms: tuple[Term, ...]
    conditions: tuple[Condition, ...]
    lines: tuple[Condition, ...]


@cache
def formulas(notation: str) -> tuple[Formula, ...]:
    """The claims, conditions, starts and lines, each as a formula of its own."""
    return tuple(f for e in theorems() for f in _formulas(e.derivation, notation))


def _formulas(d: Derivation, notation: str) -> Iterator[Formula]:
    n, avoid = load_notation(notation), letters(d)

    def formula(place: str, term: Term, labels: Labels = ()) -> Formula:
        node, line = (layout(term, n, linear=linear, avoid=avoid, labels=labels) for linear in (False, True))
        return Formula(d.name, place, term, node, line)

    yield formula("claim", d.claim, d.labels)
    yield from (formula(f"given {i}", term) for i, term in enumerate(d.given, 1))
    number = 0
    for b, block in enumerate(d.blocks, 1):
        yield formula(f"start {b}", block.start, block.labels)
        yield from (formula(f"assume {b}.{i}", term) for i, term in enumerate(block.assumes, 1))
        for line in block.lines:
            number += 1
            yield formula(f"line {number}", line.term, line.labels)


@cache
def given(notation: str) -> tuple[Given, ...]:
    """The conditions of all theorems and blocks that have some."""
    n = load_notation(notation)
    out = []
    for d in (e.derivation for e in theorems()):
        for terms in (d.given, *(block.assumes for block in d.blocks)):
            if terms:
                laid_out = (tuple(conditions(terms, n, linear=linear, avoid=letters(d))) for linear in (False, True))
                out.append(Given(d.name, terms, *laid_out))
    return tuple(out)


@cache
def reader(theorem: str, notation: str, hidden: frozenset[str] = frozenset()) -> Reader:
    """A reader who knows the letters of the theorem and all definitions.  It remembers what it has read, so that a formula
    that two targets show alike is read once."""
    free = {v for f in formulas(notation) if f.theorem == theorem for v in f.term.free}
    return Reader(notation, free, definitions(), hidden)
