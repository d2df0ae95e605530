"""Wrong lines for a quiz: small slips in a line that is right, each refuted by exact numbers before it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from derive.errors import UserError
from derive.kernel.terms import ADD, DIV, LOG, MUL, NEG, SUB, App, Num, SortError, Term, parts_of, rebuild
from derive.record import Block, Derivation, Line
from derive.record.relations import RELATIONS
from derive.tactics.context import Context
from derive.tactics.meeting import meet

if TYPE_CHECKING:
    from derive.falsify import Counterexample

TRIED = 24  # slips that are looked at
EFFORT = 2_000_000  # work for each
CARRIED = 4  # refuted slips of which one is looked for that can be carried on


def wrong_lines(d: Derivation, number: int) -> tuple[dict[int, Term], Counterexample]:
    """A line that is wrong in place of line ``number``, those after it with the slip carried on, as far as they are proved to
    follow from it, and the smallest numbers found at which the wrong one does not.

    Raises UserError where there is no such line, or none of the slips is refuted: what may be true is not shown as wrong.
    """
    if not 1 <= number <= len(d.lines):
        raise UserError(f"{d.name} has the lines 1 to {len(d.lines)}; there is no line {number}")
    line = d.lines[number - 1]
    block = next(b for b in d.blocks if line in b.lines)
    if line.relation not in RELATIONS:
        raise UserError(f"line {number} of {d.name} is a fact on the way; take a line of the chain")
    after = block.lines[block.lines.index(line) + 1 :]
    ctx = Context.of((*d.given, *block.assumes))
    made: list[tuple[list[Term], Counterexample]] = []
    goes_on = bool(after) and after[0].relation == "="
    for slip, found in islice(_refuted(d, block, line), CARRIED if goes_on else 1):
        made.append(([slip, *_carried(slip, after, ctx)], found))
        if len(made[-1][0]) > 1:
            break
    if not made:
        raise UserError(
            f'no slip in line {number} of {d.name} was refuted by numbers, so none is shown as wrong; take another line, or hide = "line"'
        )
    terms, found = max(made, key=lambda m: len(m[0]))  # of several that go equally far the first
    return dict(enumerate(terms, number)), found


def _refuted(d: Derivation, block: Block, line: Line) -> Iterator[tuple[Term, Counterexample]]:
    from derive.falsify import Counterexample, find_counterexample

    at = block.lines.index(line)
    before = block.lines[at - 1].term if at else block.start
    for slip in islice(slips(line.term), TRIED):
        try:
            claim = RELATIONS[line.relation].statement(before, slip)
        except SortError:
            continue
        found = find_counterexample(claim, (*d.given, *block.assumes), effort=EFFORT)
        if isinstance(found, Counterexample) and found.undefined is None:
            yield slip, found


def _carried(slip: Term, after: Iterable[Line], ctx: Context) -> Iterator[Term]:
    """The lines after a wrong one with a slip of their own, each proved from the one before."""
    for line in after:
        if line.relation != "=":
            return
        follows = (x for x in islice(slips(line.term), TRIED) if x != slip and meet(slip, x, ctx) is not None)
        following = next(follows, None)
        if following is None:
            return
        yield following
        slip = following


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
