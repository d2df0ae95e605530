"""A chain read from its end: b = ... = a, where a = ... = b was written.  A choice of the page, of which each line is proved anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from derive.board.phrases import phrases
from derive.board.reasons import auto
from derive.errors import UserError
from derive.kernel import rules as r
from derive.kernel.terms import EQ, IFF, App
from derive.kernel.theorem import Theorem
from derive.lemmas import LEMMAS
from derive.record import JUST_SHOWN, Block, Derivation, Line, Reason
from derive.record.relations import RELATIONS
from derive.tactics.derived import iff_sym


def turned(d: Derivation) -> Derivation:
    """The derivation from the other side of its claim.  A claim that is an equation is turned too, so that the chain begins at its
    left side.

    Raises UserError where the last part of the proof is no chain from one side of the claim to the other, or has a gap.
    """
    *facts, block = d.blocks
    ends = {block.start, block.lines[-1].term} if block.lines else set()
    sides = set(d.claim.args) if isinstance(d.claim, App) and len(d.claim.args) == 2 else set()
    if ends != sides or block.assumes or any(line.theorem is None for line in block.lines):
        raise UserError(
            f"{d.name} cannot be reversed: the last part of its proof is no chain from one side of its claim to the other"
        )
    back = turned_block(block)
    claim, proved = d.claim, d.theorem
    if isinstance(claim, App) and claim.op in (EQ, IFF) and claim.args[0] != back.start:
        claim = App(claim.op, (claim.args[1], claim.args[0]))
        proved = proved and _turned(proved)
    return d._replace(claim=claim, theorem=proved, blocks=(*facts, back))


def turned_block(block: Block) -> Block:
    """The lines from the last to the first, each with the theorem that leads to it."""
    terms = [block.start, *(line.term for line in block.lines)]
    labels = [block.labels, *(line.labels for line in block.lines)]
    words = phrases()
    lines = [
        line._replace(
            relation=RELATIONS[line.relation].mirrored.name, term=terms[i], labels=labels[i],
            reasons=_turned_reasons(line.reasons, words), theorem=_line(line),
        )
        for i, line in enumerate(block.lines)
    ]  # fmt: skip
    return block._replace(start=terms[-1], labels=labels[-1], lines=tuple(reversed(lines)))


def _turned_reasons(reasons: Iterable[Reason], words: Mapping[str, str]) -> tuple[Reason, ...]:
    """The reasons for the step back.  The author's words for a condition say what holds, and stay; those for a calculation say
    what was done, and so the reason's own, by its name in ``words``, stand in their place."""
    return tuple(dict.fromkeys(x for reason in reasons for x in _turned_reason(reason, words)))


def _turned_reason(reason: Reason, words: Mapping[str, str]) -> list[Reason]:
    turned = reason._replace(reversed=not reason.reversed)
    if reason.kind == "hypothesis":
        return [turned]
    there, back = words.get(reason.name), _back(reason.name)
    if there and reason.phrase in (there, back):
        return [turned._replace(phrase=back if back and turned.reversed else there)]
    names = reason.name.split(", ")
    if any(name not in words or _back(name) for name in names):  # in which direction each was used is not recorded
        return [reason._replace(phrase=auto.phrase)]
    return [
        Reason(name, words[name], reason.kind, cites=reason.cites if words[name] == JUST_SHOWN else ())
        for name in names
    ]


def _back(name: str) -> str:
    """The words of a lemma that is used right to left, where they are others; "" where they are not."""
    return LEMMAS[name].back if name in LEMMAS else ""


def _line(line: Line) -> Theorem | None:
    """What leads back.  An order is one statement, from whichever side it is read."""
    if line.theorem is None or RELATIONS[line.relation].orders:
        return line.theorem
    return _turned(line.theorem)


def _turned(proved: Theorem) -> Theorem:
    assert isinstance(proved.concl, App)
    return r.sym(proved) if proved.concl.op is EQ else iff_sym(proved)
