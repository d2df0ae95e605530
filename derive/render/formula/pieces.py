"""The pieces of a formula while it is laid out: how strongly their parts hold together, and when they need brackets."""

from __future__ import annotations

from enum import IntEnum

from derive.render.formula.nodes import MINUS, Node, Symbol, fenced
from derive.values import Value


class Level(IntEnum):
    """How strongly the parts of a formula hold together, the weakest first; what is weaker than asked for gets brackets."""

    ANY = 0
    IFF = 1
    IMPLIES = 2
    REL = 3
    ADD = 4
    NEG = 5
    DIV = 6
    MUL = 7
    PREFIX = 8
    POW = 9
    ATOM = 10


NEGATIVE = Symbol(MINUS, "neg")
COMMA = Symbol(",", "punct")
SLASH = Symbol("/", "slash")
COLON = Symbol(":", "punct")


def rel(sign: str) -> Symbol:
    return Symbol(sign, "rel")


class Piece(Value):
    """A part of a formula, how strongly it holds together, and whether it would swallow a factor written after it."""

    node: Node
    level: Level = Level.ATOM
    greedy: bool = False

    def at(self, level: Level, closed: bool = False) -> Node:
        """The part where at least ``level`` is asked for, and, with ``closed``, where a factor follows."""
        if self.level < level or (closed and self.greedy):
            return fenced(self.node, group=True)
        return self.node
