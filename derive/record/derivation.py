"""The record of a checked derivation: what printers, checkers and exporters read.  Data only.

A derivation shows a claim under conditions.  It has one block, or several for a proof by induction or by cases.  A
block starts from a term and has one line for each step: a relation, the next term, and the reasons that carry the line
before to it.  For a claim P <=> Q the terms are statements and the relation is <=>.
"""

from __future__ import annotations

from typing import NamedTuple

from derive.kernel.terms import Term
from derive.kernel.theorem import Theorem

JUST_SHOWN = "as just shown"
"""The words of a reason that is a fact proved on the way, where the author has none."""


class Reason(NamedTuple):
    """Why a line follows.  ``kind``: definition, theorem, axiom, tactic, hypothesis or gap."""

    name: str  # as in by=, such as sum_delta
    phrase: str  # plain English, such as "the sum picks out k = y"
    kind: str
    reversed: bool = False  # used right to left
    cites: tuple[Term, ...] = ()  # facts that were proved on the way


class Line(NamedTuple):
    relation: str  # a name in ``relations``; "" for a fact on the way
    term: Term
    reasons: tuple[Reason, ...]
    file: str = ""
    number: int = 0  # the author's line in that file
    labels: tuple[tuple[Term, str], ...] = ()  # subterms to underbrace, with the words under the brace
    theorem: Theorem | None = None  # line before, related to this one; None for a gap
    used: tuple[str, ...] = ()  # the rules that a tactic found
    found: bool = False  # the author gave no reasons: these were found


class Block(NamedTuple):
    start: Term
    lines: tuple[Line, ...]
    title: str = ""  # such as "Base case" or "Induction step"
    assumes: tuple[Term, ...] = ()  # what holds in this block only, such as the induction hypothesis
    labels: tuple[tuple[Term, str], ...] = ()  # underbraces in the start term


class Shape(NamedTuple):
    """How a page shows a derivation, as words for a deck to keep: the theorems opened in place and the lines joined, with blanks
    between them, and whether it is read from the other side of its claim."""

    expand: str = ""
    join: str = ""
    reverse: bool = False


class Derivation(NamedTuple):
    name: str
    subject: str
    summary: str  # one line, plain English
    doc: str
    given: tuple[Term, ...]
    claim: Term
    blocks: tuple[Block, ...]
    labels: tuple[tuple[Term, str], ...] = ()  # underbraces in the claim
    theorem: Theorem | None = None  # given |- claim; None when a gap is left
    notes: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()  # the cited theorems whose lines the author wants to be shown in place

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for block in self.blocks for line in block.lines)

    @property
    def terms(self) -> list[Term]:
        """All that is written: the claim, the conditions, and what stands in each block."""
        out = [self.claim, *self.given]
        for block in self.blocks:
            out += [block.start, *block.assumes, *(line.term for line in block.lines)]
        return out

    @property
    def gaps(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if any(r.kind == "gap" for r in line.reasons))
