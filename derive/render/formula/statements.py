"""Statements: relations, connectives, quantifiers, and how conditions are said, with their ranges at the end."""

from __future__ import annotations

import math
from collections.abc import Callable

from derive.kernel.sorts import INT, REAL, Sort
from derive.kernel.terms import EQ, FORALL, IFF, IMPLIES, IN, LE, LT, NE, App, Bound, Lam, Num, Op, Term
from derive.operators import CARDS, finite_sets
from derive.record.relations import TURNED
from derive.render.formula.applied import set_over
from derive.render.formula.builder import Builder
from derive.render.formula.names import reads_as_integer, reads_as_parameter
from derive.render.formula.nodes import Node, Space, Symbol, row, separated
from derive.render.formula.pieces import COLON, COMMA, Level, Piece, rel
from derive.values import Value


class Condition(Value):
    """A condition and for which indices it holds: the words "for all " with letters for all values, "for all integers "
    with others, "for " with ranges such as t = 1, ..., T, and "where " with what else must hold of them."""

    statement: Node
    scopes: tuple[tuple[str, tuple[Node, ...]], ...] = ()
    of: tuple[Term, ...] = ()  # the statements that it says


class _Letter(Value):
    """The variable of a quantifier; equal to any other of its sort."""

    sort: Sort
    lam: Lam

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Letter) and self.sort == other.sort

    def __hash__(self) -> int:
        return hash(self.sort)


class Split(Value):
    """A statement without its quantifiers and guards; ``prefix``: a letter for a quantifier, a term for a guard."""

    prefix: tuple[_Letter | Term, ...]
    body: Term

    @staticmethod
    def of(term: Term) -> Split:
        prefix: list[_Letter | Term] = []
        while isinstance(term, App):
            if term.op is FORALL and isinstance(term.args[0], Lam):
                prefix.append(_Letter(term.args[0].dom, term.args[0]))
                term = term.args[0].body
            elif term.op is IMPLIES and prefix:
                prefix.append(term.args[0])
                term = term.args[1]
            else:
                break
        return Split(tuple(prefix), term)


class _Range(Value):
    name: str
    sort: Sort
    low: Node | None
    high: Node | None
    whole: Node | None = None  # the set that is written for 1..V
    integer: bool = False
    kind: str = ""  # integer or real, where a reader would not know

    @property
    def bounded(self) -> bool:
        return self.low is not None or self.high is not None


# --- a statement with its ranges at the end --------------------------------------------------------------------------


def statement(b: Builder, term: Term) -> Node:
    """A whole line: what is quantified stands at its end, for t = 1, ..., T."""
    split = Split.of(term)
    return _quantified(b, split) if split.prefix else b.piece(term).node


def _quantified(b: Builder, split: Split) -> Node:
    """A statement and for which indices it holds.  Words behind an arrow belong to what follows it; so they stand in front of a
    statement with an arrow of its own."""
    c = _condition(b, split, None, flip=False)
    scopes = [row(Symbol(words, "text"), separated(scope, Symbol(" and ", "text"))) for words, scope in c.scopes]
    if isinstance(split.body, App) and split.body.op in (IFF, IMPLIES):
        return row(separated(scopes, Symbol(", ", "text")), COLON, c.statement)
    return row(c.statement, *(n for scope in scopes for n in (Space("quad"), scope)))


def kind_of(letter: Term) -> Symbol:
    """What a condition says of a letter, or of a function at indices: that it is an integer, or real."""
    return Symbol(" integer" if letter.sort is INT else " real", "text")


def said(b: Builder, given: tuple[Term, ...], kinds: tuple[Term, ...] = ()) -> list[Condition]:
    """The conditions in their order; two that make a chain stand where the first of them stood.  ``integers`` are letters,
    and functions at indices, to be said to be integers."""
    split = [Split.of(g) for g in given]
    used: set[int] = set()
    out = [Condition(row(b.piece(t).node, kind_of(t))) for t in kinds]
    for i, s in enumerate(split):
        if i in used:
            continue
        partner: Term | None = None
        of = [given[i]]
        for j, other in enumerate(split):
            if j != i and j not in used and s.prefix == other.prefix:
                pair = _chain(s.body, other.body)
                if pair is not None:
                    partner = other.body if pair else s.body
                    used.add(j)
                    of.append(given[j])
                    if not pair:
                        s = other
                    break
        out.append(_condition(b, s, partner).with_(of=tuple(of)))
    return out


def _chain(a: Term, b: Term) -> bool | None:
    """Whether a then b make a chain c <= x <= d from a constant c; False when b then a do; None when neither does."""
    for left, right, answer in ((a, b, True), (b, a, False)):
        if not (isinstance(left, App) and isinstance(right, App) and {left.op, right.op} <= {LE, LT}):
            return None
        low, middle = left.args
        if middle == right.args[0] and isinstance(low, Num) and not isinstance(middle, Num):
            return answer
    return None


def _condition(b: Builder, split: Split, partner: Term | None, flip: bool = True) -> Condition:
    """The condition; ``partner`` is the second half of a chain; ``flip`` turns 0 < a into a > 0."""
    body = split.body
    with b.scope():
        ranges, premises = _scope(b, split.prefix)
        said = b.piece(body).node
        if isinstance(body, App) and body.op in (LE, LT):
            low, high = body.args
            if isinstance(partner, App) and finite_sets.ranged(low, partner.args[1]) and body.op is partner.op is LE:
                said = row(b.fit(high, Level.ADD), rel("∈"), b.piece(finite_sets.as_letter(partner.args[1])).node)
            elif isinstance(partner, App):
                said = row(_compared(b, body), rel(CARDS[partner.op].sign), b.fit(partner.args[1], Level.ADD))
            elif flip and isinstance(low, Num) and not isinstance(high, Num):
                said = row(b.fit(high, Level.ADD), rel(TURNED[body.op].sign), b.fit(low, Level.ADD))
        scopes: list[tuple[str, tuple[Node, ...]]] = []
        for words, kind in (("for all ", ""), ("for all integers ", "integer"), ("for all real ", "real")):
            scopes.append((words, tuple(b.letter(r.name, r.sort) for r in ranges if not r.bounded and r.kind == kind)))
        scopes.append(("for ", tuple(_range(b, r) for r in ranges if r.bounded)))
        scopes.append(("where ", tuple(premises)))
    return Condition(said, tuple(s for s in scopes if s[1]))


def _scope(b: Builder, prefix: tuple[_Letter | Term, ...]) -> tuple[list[_Range], list[Node]]:
    """Enter quantifiers: the range of each, and the guards that are not bounds."""
    levels: dict[int, _Letter] = {}
    lows: dict[int, tuple[Term, Node]] = {}
    highs: dict[int, tuple[Term, Node]] = {}
    premises: list[Node] = []

    def bounds(side: Term, found: dict[int, tuple[Term, Node]]) -> int | None:
        """Which variable of the quantifiers ``side`` is, where it has no bound of this kind yet."""
        level = len(b.names) - 1 - side.index if isinstance(side, Bound) else -1
        return level if level in levels and level not in found else None

    for item in prefix:
        if isinstance(item, _Letter):
            levels[len(b.names)] = item
            b.enter(item.lam)
            continue
        if isinstance(item, App) and item.op is LE:
            low, high = item.args
            if (level := bounds(high, lows)) is not None:
                lows[level] = low, b.fit(low, Level.ADD)
                continue
            if (level := bounds(low, highs)) is not None:
                highs[level] = high, b.fit(high, Level.ADD)
                continue
        premises.append(b.fit(item, Level.REL))
    ranges = []
    for level, letter in levels.items():
        low_term, low_node = lows.get(level, (None, None))
        high_term, high_node = highs.get(level, (None, None))
        integer, bounded = letter.sort is INT, low_term is not None or high_term is not None
        both = integer and low_term is not None and high_term is not None
        whole = set_over(b, low_term, high_term) if both else None  # type: ignore[arg-type]
        usual = reads_as_integer(letter.lam.hint)
        elsewise = bounded or usual or reads_as_parameter(letter.lam.hint)
        kind = ("" if usual else "integer") if integer else "real" if letter.sort is REAL and elsewise else ""
        ranges.append(_Range(b.names[level], letter.sort, low_node, high_node, whole, integer, kind))
    return ranges, premises


def _range(b: Builder, r: _Range) -> Node:
    """A range in words' company, t = 1, ..., T; that of real numbers has no dots."""
    letter, low, high = b.letter(r.name, r.sort), r.low, r.high
    kind = Symbol(f" {r.kind}", "text")
    said = (Symbol(", ", "text"), letter, kind) if r.kind else ()
    if r.whole is not None:
        return row(letter, rel("∈"), r.whole)
    if low is not None and high is not None:
        if not r.integer:
            return row(low, rel("≤"), letter, rel("≤"), high, *said)
        steps = _whole_number(high) - _whole_number(low)
        if steps == 0:
            return row(letter, rel("="), low)
        between = () if steps == 1 else (Symbol("…", "ord"), COMMA)
        return row(letter, rel("="), low, COMMA, *between, high)
    if low is not None:
        return row(letter, rel("≥"), low, *said)
    if high is not None:
        return row(letter, rel("≤"), high, *said)
    return row(letter, kind) if r.kind else letter


def _whole_number(node: Node) -> float:
    """The number that is written, not a number where it is none."""
    return int(node.text) if isinstance(node, Symbol) and node.kind == "num" and node.text.isdigit() else math.nan


# --- inside a formula ------------------------------------------------------------------------------------------------


def _compared(b: Builder, term: App) -> Node:
    left, right = term.args
    return row(b.fit(left, Level.ADD), rel(CARDS[term.op].sign), b.fit(right, Level.ADD))


def _relation(b: Builder, term: App) -> Piece:
    return Piece(_compared(b, term), Level.REL)


def _implies(b: Builder, term: App) -> Piece:
    return Piece(
        row(b.fit(term.args[0], Level.REL), rel(CARDS[IMPLIES].sign), _consequence(b, term.args[1])), Level.IMPLIES
    )


def _iff(b: Builder, term: App) -> Piece:
    return Piece(
        row(b.fit(term.args[0], Level.IMPLIES), rel(CARDS[IFF].sign), _consequence(b, term.args[1])), Level.IFF
    )


def _consequence(b: Builder, term: Term) -> Node:
    """What stands behind an arrow; a statement for all k needs no brackets there."""
    p = b.piece(term)
    return p.node if p.level == Level.ANY and not isinstance(term, Lam) else p.at(Level.IMPLIES)


def _forall(b: Builder, term: App) -> Piece:
    return Piece(_quantified(b, Split.of(term)), Level.ANY, True)


STATEMENTS: dict[Op, Callable[[Builder, App], Piece]] = {
    **dict.fromkeys((EQ, NE, LT, LE, IN), _relation),
    IMPLIES: _implies,
    IFF: _iff,
    FORALL: _forall,
}
