"""Verdicts: what is said of each relation of a document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from derive.falsify import Counterexample
from derive.kernel.terms import Term
from derive.kernel.theorem import Theorem

Kind = Literal["proved", "false", "definition", "condition", "approximate", "unproved", "unread"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of one relation.

    ``proved``       ``theorem`` says it, under conditions that are among the facts of its reading; ``reasons`` are what carries it,
                     as the board takes them (empty where no short reason was found), ``reason`` says them in words
    ``false``        ``counterexample`` has the smallest exact numbers that were found; checked twice
    ``definition``   the row brings in the name on its left
    ``condition``    an equation to be solved, or a condition of what follows
    ``approximate``  a relation that is no equation; ``reason`` says what was checked of it, or that nothing was
    ``unproved``     not known; ``reason`` says why, where there is something to say
    ``unread``       ``reason`` says what could not be read, and why
    """

    kind: Kind
    reason: str = ""
    reasons: tuple[Any, ...] = ()
    theorem: Theorem | None = None
    counterexample: Counterexample | None = None
    missing: Term | None = None  # a condition: with it the row is proved, without it false
    from_start: bool | None = (
        None  # of a false row: whether the first expression of the chain has the same relation to its right side
    )
    repairs: bool = False  # a false row whose right side follows from the last row that did
    reading: int = 0  # which of its readings was judged
    assumed: tuple[str, ...] = ()  # in words: all that nobody declared and the reading takes for granted
    where: tuple[str, ...] = ()  # those of them on which the verdict rests
    doubt: str = ""  # that no model of the conditions was found; at the first such row of a display


@dataclass(frozen=True, slots=True)
class Row:
    """One relation of a display, in page order; ``sign`` counts them, and is None at the first expression of a chain."""

    sign: int | None
    relation: str
    line: int
    verdict: Verdict | None
    step: Any = None  # the derive.notes.meaning.chain.Step, or the chain's start

    def as_data(self) -> dict[str, Any]:
        """The row as JSON has it."""
        out: dict[str, Any] = {"sign": self.sign, "relation": self.relation, "line": self.line}
        verdict = self.verdict
        if verdict is None:
            return out
        out |= {"verdict": verdict.kind, "reason": verdict.reason, "assumed": list(verdict.assumed)}
        if verdict.where:
            out["where"] = list(verdict.where)
        if verdict.doubt:
            out["doubt"] = verdict.doubt
        if verdict.counterexample is not None:
            out["counterexample"] = str(verdict.counterexample)
        if verdict.missing is not None:
            out["missing"] = str(verdict.missing)
        if verdict.from_start is not None:
            out["from_start"] = verdict.from_start
        if verdict.repairs:
            out["repairs"] = True
        return out


@dataclass(frozen=True, slots=True)
class Judged:
    """The rows of one display."""

    line: int
    rows: tuple[Row, ...]

    def as_data(self) -> dict[str, Any]:
        return {"line": self.line, "rows": [row.as_data() for row in self.rows]}


@dataclass(frozen=True, slots=True)
class Report:
    """The displays of a document, in page order."""

    displays: tuple[Judged, ...]

    def __iter__(self) -> Iterator[Row]:
        """The rows that have a verdict."""
        return (row for display in self.displays for row in display.rows if row.verdict is not None)

    def as_data(self) -> dict[str, Any]:
        """As ``derive check --json`` prints it."""
        return {"displays": [display.as_data() for display in self.displays]}
