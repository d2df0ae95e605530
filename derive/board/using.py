"""Theorems that a derivation uses where no line cites them: so that its formulas have values, for all letters.

@theorem(shows=Eq(log(1 - sg(b)), log(sg(-b))), using=[logistic_lt_one])
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from derive.errors import UserError
from derive.kernel import rules as r
from derive.kernel.theorem import Theorem, proof_steps


class Used(NamedTuple):
    """A theorem, and the same for all values of its letters: for all b: sg(b) < 1."""

    name: str
    phrase: str
    fact: Theorem


def used(reason: Any) -> Used:
    """A theorem or lemma as a fact without hypotheses.  Raises UserError for what is neither, or is not proved."""
    th = reason if isinstance(reason, Theorem) else getattr(reason, "theorem", None)
    if not isinstance(th, Theorem):
        raise UserError(f"using=[...] takes theorems and lemmas, not {reason!r}")
    for h in reversed(th.hyps):
        th = r.discharge(h, th)
    for v in sorted(th.free, key=lambda v: v.name, reverse=True):
        th = r.gen(v, th)
    return Used(getattr(reason, "name", "a theorem"), getattr(reason, "phrase", "a theorem"), th)


def idle(every: Sequence[Used], proofs: Iterable[Theorem]) -> Used | None:
    """One on which none of the proofs rests."""
    steps = {id(s) for s in proof_steps(*proofs)} if every else set()
    return next((u for u in every if id(u.fact) not in steps), None)
