"""What the formulas of a document mean: chains of relations between kernel terms, row by row.

A row can have several readings, such as two scopes of a logarithm without brackets.  Each reading is a whole statement, with
what is known there; ``choice`` says which reading of its two sides it takes, so that a chain can be read one way throughout.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from derive.kernel.terms import Term, Var
from derive.notes.document.pages import Display
from derive.notes.document.tree import Span

Kind = Literal["step", "definition", "condition", "case", "approximate", "proportional", "constant"]
"""What a row says: ``case`` is a condition behind another; ``constant`` is a step up to a term that does not depend on something ("+ const")."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of a row that was not read: what stands there, where, and why."""

    what: str
    span: Span
    why: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One meaning of a row.

    ``left`` and ``right`` are kernel terms of one sort; of vectors, their entries at a free index.  ``claim`` is the statement
    of the row; ``given`` has the facts that are known there (declared, or assumed by the reading, and ranges of indices);
    ``assumed`` says in words which of them nobody declared, and ``inferred`` what was taken for what (``--explain``).
    ``rests``: the same facts that nobody declared, each with its words, so that those can be told that a proof uses; ``from_text``:
    definitions of the prose, in words, on which all of the reading rests.
    ``choice``: which reading of the left and of the right side this is, counted from 0.
    ``refutable``: a model in which the claim fails is one for the page; otherwise the reading knows less than the page says
    (as of an expectation over draws whose law is left open), and may be used for proofs only; ``unsure`` says why.
    ``instance``: the row in a case of the page that is read in full; what fails there is false.
    ``former``: with what a name was before it was brought in anew; such a reading casts doubt, and proves nothing.
    ``doubt``: why neither a proof nor numbers would say anything of the row as the page has it.
    ``apart``: letters of which a factor or a term that the row leaves out is said to be free; none where nothing says which.
    """

    left: Term
    right: Term
    claim: Term
    given: tuple[Term, ...]
    kind: Kind = "step"
    assumed: tuple[str, ...] = ()
    inferred: tuple[str, ...] = ()
    choice: tuple[int, int] = (0, 0)
    refutable: bool = True
    rests: tuple[tuple[Term, str], ...] = ()
    from_text: tuple[str, ...] = ()
    unsure: str = ""
    instance: Reading | None = None
    former: bool = False
    doubt: str = ""
    apart: tuple[Var, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One relation sign of a display, with the expressions on both its sides.

    ``sign`` as printed, normalised: = <= >= < > != ≈ ∝ ∈ ⇒ :=.  ``row`` counts rows of the display from 0, ``line`` the file's
    from 1.  ``readings`` is empty where the row was not read, and then ``unread`` says why; ``printed`` is the row's TeX.
    """

    sign: str
    row: int
    line: int
    span: Span
    readings: tuple[Reading, ...] = ()
    unread: Unread | None = None
    printed: str = ""
    notes: tuple[str, ...] = ()
    from_start: tuple[Reading, ...] = ()
    """The same right side against the first expression of the chain; empty where the signs between say nothing of it."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Expressions held together by relations.  ``line`` is that of the first; it may have no step."""

    display: Display
    line: int
    span: Span
    steps: tuple[Step, ...]
    unread: Unread | None = None
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Notes:
    """All chains of a document in page order; ``declared`` says in words what comment lines declare, ``problems`` what is wrong
    with the document as a whole (a declaration that fits no form), each with its place."""

    chains: tuple[Chain, ...]
    declared: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    inferred: tuple[str, ...] = ()
    problems: tuple[Unread, ...] = field(default=())
