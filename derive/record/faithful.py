"""A record says what its theorems say: every printed term is held against the theorem that it stands for.

A record is data, and Python lets a proof, or what comes after it, put other terms in.  Such a record is not printed.
"""

from __future__ import annotations

from collections.abc import Iterator

from derive.errors import UserError
from derive.kernel.terms import SortError, Term
from derive.record.derivation import Derivation
from derive.record.relations import RELATIONS


def refuse_changed(d: Derivation, *, whole: bool = False) -> None:
    """Raises UserError when a claim, a line, a fact or a condition of the derivation is not that of its theorem.

    ``whole``: also when a line that is no gap has none.
    """
    for what, shown, proved in _differences(d, whole or d.theorem is not None):
        raise UserError(
            f"{what} of {d.name} shows {shown}, and what was proved there is {proved}: the record was changed after it was checked, "
            "so it is not shown; leave the lines as calc made them, and write what is true as a line"
        )


def _differences(d: Derivation, whole: bool) -> Iterator[tuple[str, object, object]]:
    if d.theorem is not None:
        if d.theorem.concl != d.claim:
            yield "the claim", d.claim, d.theorem.concl
        if not set(d.given).issuperset(d.theorem.hyps):
            yield "the list of conditions", _listed(d.given), d.theorem
    allowed = {*d.given, *(h for block in d.blocks for h in block.assumes)}
    number = 0
    for block in d.blocks:
        before = block.start
        if block.lines and not block.lines[0].relation and block.lines[0].term != before:
            yield f"the fact before line {number + 1}", before, block.lines[0].term
        for line in block.lines:
            number += 1
            what, from_, before = f"line {number}", before, line.term
            if line.theorem is None:
                if whole and not any(r.kind == "gap" for r in line.reasons):
                    yield what, line.term, "nothing"
                continue
            if not _says(line.theorem.concl, line.relation, from_, line.term):
                yield what, f"{from_} {line.relation} {line.term}".strip(), line.theorem.concl
            if not allowed.issuperset(line.theorem.hyps):
                yield f"the list of conditions for {what}", _listed((*d.given, *block.assumes)), line.theorem


def _says(proved: Term, relation: str, before: Term, after: Term) -> bool:
    if not relation:
        return proved == after
    try:
        return proved == RELATIONS[relation].statement(before, after)
    except (KeyError, SortError):
        return False


def _listed(terms: tuple[Term, ...]) -> str:
    return ", ".join(map(str, terms)) or "nothing"
