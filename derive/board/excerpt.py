"""Some lines of a proof as a derivation of its own, whose claim is what these lines prove."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import reduce

from derive.errors import UserError
from derive.kernel import rules as r
from derive.kernel.terms import Term
from derive.kernel.theorem import Theorem
from derive.record import Derivation, Line
from derive.record.relations import RELATIONS, Relation
from derive.tactics.derived import chain, iff_trans


def excerpt(d: Derivation, lines: str) -> Derivation:
    """Lines such as 2-4, or one, from the line before the first of them.  What the part assumes in which they stand is a condition.

    Raises UserError for lines that there are not, that stand in several parts, or that prove nothing together.
    """
    asked = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", lines)
    if asked is None:
        raise UserError(f"lines {lines[:40]}: give the number of a line, or of two as in 2-4")
    first, last = int(asked[1]), int(asked[2] or asked[1])
    if not 1 <= first <= last <= len(d.lines):
        raise UserError(f"lines {lines}: {d.name} has the lines 1 to {len(d.lines)}")
    count = 0
    for block in d.blocks:
        if first <= count + len(block.lines):
            break
        count += len(block.lines)
    chosen = block.lines[first - count - 1 : last - count]
    if last > count + len(block.lines):
        raise UserError(f"lines {lines} of {d.name} stand in two parts of its proof; choose lines of one part")
    at = first - count - 2
    start, labels = (block.lines[at].term, block.lines[at].labels) if at >= 0 else (block.start, block.labels)
    relation = _relation(d, lines, chosen)
    claim = relation.statement(start, chosen[-1].term)
    which = f"line {first}" if first == last else f"lines {first} to {last}"
    return Derivation(
        f"{d.name}, {which}",
        d.subject,
        "",
        "",
        tuple(dict.fromkeys((*d.given, *block.assumes))),
        claim,
        (block._replace(start=start, lines=chosen, title="", assumes=(), labels=labels),),
        tuple(dict.fromkeys((*labels, *chosen[-1].labels))),
        _proved(relation, claim, chosen),
    )


def _relation(d: Derivation, lines: str, chosen: Sequence[Line]) -> Relation:
    """What the lines together say of their ends."""
    if any(line.theorem is None for line in chosen):
        raise UserError(f"lines {lines} of {d.name} have a gap, so they prove nothing yet")
    found = {line.relation for line in chosen}
    fitting = [x for x in RELATIONS.values() if x.given_by(found)]
    if not fitting:
        said = ", ".join(sorted(found - {""})) or "nothing"
        raise UserError(f"lines {lines} of {d.name} are related by {said}, which says nothing of their ends")
    return next((x for x in fitting if x.strict), fitting[0])


def _proved(relation: Relation, claim: Term, chosen: Sequence[Line]) -> Theorem:
    """The claim, from the theorems of the lines."""
    steps = [line.theorem for line in chosen if line.theorem is not None]
    if relation.name == "=":
        return chain(*steps)
    if relation.name == "<=>":
        return reduce(iff_trans, steps)
    back = Fraction(-1 if relation.turned else 1)  # an equation leads from the line before, as x >= y does not
    weights = tuple(back if line.relation == "=" else Fraction(1) for line in chosen)
    return r.linear(claim, tuple(steps), weights, ())
