"""How many primitive steps proofs have together, counted so that the counts of several processes can be put together."""

from __future__ import annotations

from collections.abc import Iterable

from derive.board.declared import DECLARED
from derive.board.entries import TheoremEntry
from derive.kernel.theorem import Theorem, proof_steps
from derive.lemmas import LEMMAS


def own_steps(entries: Iterable[TheoremEntry]) -> dict[str, int]:
    """By the names of these theorems, and of the theorems and lemmas that they rest on: how many steps the proof of each has that
    do not belong to another one.  Their sum counts once what several share."""
    steps = proof_steps(*(e.theorem for e in entries))
    names = {id(x.theorem): f"lemma {x.name}" for x in LEMMAS.values() if x.is_proved}
    for module, declared in DECLARED.items():
        names |= {id(e.theorem): f"{module} {e.name}" for e in declared if isinstance(e, TheoremEntry) and e.is_proved}
    return {names[id(th)]: _own(th, names) for th in steps if id(th) in names}


def _own(theorem: Theorem, others: dict[int, str]) -> int:
    seen, waiting = {id(theorem)}, [theorem]
    while waiting:
        new = [p for p in waiting.pop().proof.premises if id(p) not in seen and id(p) not in others]
        seen.update(map(id, new))
        waiting += new
    return len(seen)
