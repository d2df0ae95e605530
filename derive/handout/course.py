"""What stands in a handout, and in which order, for all kinds of file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from derive.falsify import Counterexample
from derive.kernel.definitions import Definition
from derive.kernel.terms import Term
from derive.language.words import called
from derive.record import Derivation, Shape
from derive.record.letters import definitions_in
from derive.render.formula.notation import Notation
from derive.render.words.written import referring


class Theorem(NamedTuple):
    number: int
    asked: str  # the name by which it was asked for
    derivation: Derivation  # with the numbers of other theorems in its reasons
    shape: Shape


class Refuted(NamedTuple):
    """A claim that people make, and the numbers at which it is false."""

    name: str
    summary: str
    claims: Term
    given: tuple[Term, ...]
    found: Counterexample
    instead: str = ""  # the theorem that is true
    true: str = ""  # what it says in words
    speaks_of: tuple[Term, ...] = ()  # and in formulas
    number: int = 0  # its number, where the handout has it

    @property
    def statement(self) -> Derivation:
        """The claim as a page states it, without a proof."""
        return Derivation(self.name, "", self.summary, "", self.given, self.claims, ())


class Section(NamedTuple):
    title: str
    theorems: tuple[Theorem, ...]
    refuted: tuple[Refuted, ...] = ()


Chosen = tuple[str, Derivation, Shape]
"""A derivation as it is shown, by the name that it was asked for."""


class Course(NamedTuple):
    title: str
    sections: tuple[Section, ...]
    notation: Notation
    profile: str = ""  # the notation as it was asked for
    author: str = ""

    @property
    def theorems(self) -> list[Theorem]:
        return [t for s in self.sections for t in s.theorems]

    @property
    def refuted(self) -> list[Refuted]:
        return [r for s in self.sections for r in s.refuted]

    @property
    def definitions(self) -> list[Definition]:
        """Those that stand in a formula, each once."""
        return list(self._uses)

    @property
    def _uses(self) -> dict[Definition, list[int]]:
        out: dict[Definition, list[int]] = {}
        for t in self.theorems:
            for f in definitions_in(t.derivation.terms):
                out.setdefault(f, []).append(t.number)
        for r in self.refuted:
            for f in definitions_in((r.claims, *r.given)):
                out.setdefault(f, [])
        return out

    def entries(self) -> list[tuple[str, bool, list[int]]]:
        """The index: the names of the theorems, which are names in a program too, and what definitions are called; with the
        theorems where they stand."""
        names = [(t.derivation.name, True, [t.number]) for t in self.theorems]
        words = [(called(f).removeprefix("the ").removeprefix("a "), False, n) for f, n in self._uses.items() if n]
        return sorted([*names, *words], key=lambda entry: (entry[0].casefold(), entry[1]))


def course(
    title: str, sections: Sequence[tuple[str, Sequence[Chosen], Iterable[Refuted]]],
    notation: Notation, profile: str = "", author: str = "",
) -> Course:  # fmt: skip
    """A course of sections: a title, the derivations by the names that they were asked for, and false claims.  The theorems are
    numbered through, and reasons say the numbers."""
    numbers: dict[str, int] = {}
    for _, theorems, _ in sections:
        for _, d, _ in theorems:
            numbers.setdefault(d.name, len(numbers) + 1)
    made = [
        Section(
            heading,
            tuple(
                Theorem(numbers[d.name], asked, referring(d, notation, numbers), shape) for asked, d, shape in theorems
            ),
            tuple(r._replace(number=numbers.get(r.instead, 0)) for r in refuted),
        )
        for heading, theorems, refuted in sections
    ]
    return Course(title, tuple(made), notation, profile, author)


def word(numbers: Sequence[int]) -> str:
    """What stands before the numbers of theorems."""
    return "Theorems" if len(numbers) > 1 else "Theorem"
