"""Wrong lines for a quiz: small slips in a line that is right, each refuted by exact numbers before it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from derive.errors import UserError
from derive.kernel.terms import ADD, DIV, LOG, MUL, NEG, SUB, App, Num, SortError, Term, parts_of, rebuild
from derive.record import Derivation
from derive.record.relations import RELATIONS

if TYPE_CHECKING:
    from derive.falsify import Counterexample

TRIED = 24  # slips that are looked at
EFFORT = 2_000_000  # work for each


def wrong_line(d: Derivation, number: int) -> tuple[Term, Counterexample]:
    """A line that is wrong in place of line ``number``, with the smallest numbers found at which it does not follow.

    Raises UserError where there is no such line, or none of the slips is refuted: what may be true is not shown as wrong.
    """
    from derive.falsify import Counterexample, find_counterexample

    if not 1 <= number <= len(d.lines):
        raise UserError(f"{d.name} has the lines 1 to {len(d.lines)}; there is no line {number}")
    line = d.lines[number - 1]
    block = next(b for b in d.blocks if line in b.lines)
    at = block.lines.index(line)
    before = block.lines[at - 1].term if at else block.start
    if line.relation not in RELATIONS:
        raise UserError(f"line {number} of {d.name} is a fact on the way; take a line of the chain")
    given = (*d.given, *block.assumes)
    for i, slip in enumerate(slips(line.term)):
        if i >= TRIED:
            break
        try:
            claim = RELATIONS[line.relation].statement(before, slip)
        except SortError:
            continue
        found = find_counterexample(claim, given, effort=EFFORT)
        if isinstance(found, Counterexample) and found.undefined is None:
            return slip, found
    raise UserError(
        f'no slip in line {number} of {d.name} was refuted by numbers, so none is shown as wrong; take another line, or hide = "line"'
    )


def slips(term: Term) -> Iterator[Term]:
    """The term with one slip: a sign, a term or a factor left out, a quotient turned round, a logarithm forgotten."""
    if isinstance(term, App):
        yield from _here(term)
    for i, part in enumerate(parts_of(term)):
        for slip in slips(part):
            parts = list(parts_of(term))
            parts[i] = slip
            try:
                yield rebuild(term, tuple(parts))
            except SortError:
                continue


def _here(term: App) -> Iterator[Term]:
    if term.op is NEG:
        yield term.args[0]
    elif term.op is ADD:
        yield App(SUB, term.args)
        yield term.args[0]
    elif term.op is SUB:
        yield App(ADD, term.args)
        yield App(SUB, (term.args[1], term.args[0]))
    elif term.op is MUL and not isinstance(term.args[0], Num):
        yield term.args[1]
    elif term.op is DIV or term.op is LOG:
        yield term.args[0]
