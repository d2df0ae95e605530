"""The relations between a line and the one before it, and all that is said of each: its sign, its statement, its words."""

from __future__ import annotations

from collections.abc import Set
from typing import NamedTuple

from derive.kernel.terms import EQ, IFF, LE, LT, App, Op, Term
from derive.operators import CARDS


class Relation(NamedTuple):
    name: str  # as it is written in a program
    op: Op
    words: str  # x equals y
    turned: str = ""  # the sign, where the operator's sides are exchanged: x ≥ y is y <= x
    chain: tuple[str, ...] = ()  # the relations of lines that together give this one
    strict: bool = False  # and at least one of the lines has this very relation

    @property
    def sign(self) -> str:
        """As it is written on a page."""
        return self.turned or CARDS[self.op].sign

    def statement(self, before: Term, after: Term) -> Term:
        """``before`` related to ``after``.  Raises SortError when they cannot be."""
        return App(self.op, (after, before) if self.turned else (before, after))

    def given_by(self, lines: Set[str]) -> bool:
        """Whether lines with these relations, one after another, give it."""
        return lines <= set(self.chain) and (not self.strict or self.name in lines)

    @property
    def mirrored(self) -> Relation:
        """The one by which the same is said from the other side."""
        return BY_OPERATOR[self.op] if self.turned else TURNED.get(self.op, self)

    @property
    def orders(self) -> bool:
        """Whether it is between numbers only."""
        return self.op in (LE, LT)


RELATIONS = {
    r.name: r
    for r in (
        Relation("=", EQ, "equals", chain=("=",)),
        Relation("<=", LE, "is at most", chain=("=", "<=", "<")),
        Relation("<", LT, "is less than", chain=("=", "<=", "<"), strict=True),
        Relation(">=", LE, "is at least", turned="≥", chain=("=", ">=", ">")),
        Relation(">", LT, "is greater than", turned=">", chain=("=", ">=", ">"), strict=True),
        Relation("<=>", IFF, "if and only if", chain=("<=>",)),
    )
}
BY_OPERATOR = {r.op: r for r in RELATIONS.values() if not r.turned}
TURNED = {r.op: r for r in RELATIONS.values() if r.turned}


def sign_of(relation: str) -> str:
    """How a line's relation is written on a page; "" for a line that has none."""
    return RELATIONS[relation].sign if relation in RELATIONS else relation
