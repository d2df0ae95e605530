"""The reasons that were found for the lines of a theorem, as its author could write them, and put into the file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from derive.board.catalogue import catalogue_module, find_theorem
from derive.board.entries import TheoremEntry
from derive.board.find import Found
from derive.board.program import Import, Program, UnwrittenError
from derive.board.refusals import place
from derive.board.source import with_reasons
from derive.board.withheld import Spot, spots
from derive.errors import UserError
from derive.files import write_whole
from derive.kernel.terms import Term


class Filled(NamedTuple):
    """A line that had no reason: ``by`` is what to write, or else ``trouble`` says why that is left to the author."""

    file: str
    number: int
    relation: str  # "" where the term is the whole statement: at the start of a chain, and for a fact on the way
    term: Term
    by: str
    imports: tuple[Import, ...]
    trouble: str = ""


def filled(entry: TheoremEntry) -> list[Filled]:
    """The lines without reasons, with those that were found.  Raises UserError when a line is wrong."""
    out: list[Filled] = []
    last: Term | None = None
    for spot in spots(entry):
        goal = spot.goal
        shown = (goal.relation, goal.after) if goal.before == last else ("", goal.statement)
        last = goal.after if goal.relation else None
        if spot.found is not None:
            out.append(_filled(entry, spot, spot.found, shown))
    return out


def _filled(entry: TheoremEntry, spot: Spot, found: Found, shown: tuple[str, Term]) -> Filled:
    program = Program(entry.prove.__globals__)
    line = (spot.file, spot.number, *shown)
    try:
        by = program.by(found.reasons)
    except UnwrittenError as error:
        return Filled(*line, str(found), (), str(error))
    return Filled(*line, by, tuple(program.imports))


def write(entry: TheoremEntry, lines: Sequence[Filled]) -> list[str]:
    """Write the reasons into the author's file, and say which were left out and why.

    Raises UserError when LibCST is not installed, or the file cannot be written.
    """
    left = [f"{place(x.file, x.number)}: {x.by} was not written: {x.trouble}" for x in lines if x.trouble]
    good = [x for x in lines if not x.trouble and Path(x.file) == Path(entry.file)]
    left += [f"{place(x.file, x.number)}: this line stands in another file" for x in lines if x.file != entry.file]
    reasons: dict[int, str] = {}
    for x in good:
        if reasons.setdefault(x.number, x.by) != x.by:
            raise UserError(
                f"{place(x.file, x.number)}: this call writes several lines, with different reasons; nothing was written"
            )
    if reasons:
        path = Path(entry.file)
        with path.open(encoding="utf-8", newline="") as f:
            source = f.read()
        new, stray = with_reasons(source, reasons, dict.fromkeys(i for x in good for i in x.imports))
        left += [f"{place(entry.file, n)}: no call without by= was found there" for n in stray]
        write_whole({entry.file: new.encode()})
        _check_again(entry, source)
    return left


def _check_again(entry: TheoremEntry, source: str) -> None:
    """The theorem as its file has it now; where that is not proved, the file is as it was."""
    if catalogue_module(Path(entry.file)):
        return
    try:
        find_theorem(f"{entry.file}::{entry.name}").check()
    except UserError as error:
        write_whole({entry.file: source.encode()})
        raise UserError(
            f"{entry.file}: with the reasons written the proof fails, so they were taken out again: {error}"
        ) from None
