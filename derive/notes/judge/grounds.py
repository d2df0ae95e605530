"""What a row stands on: conditions that contradict each other, under which anything follows, or of which no model was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from derive.board.vacuous import Doubt, contradiction, doubt
from derive.kernel.terms import LT, App, Num, Term
from derive.notes.judge.verdict import Verdict
from derive.tactics import consequences
from derive.tactics.context import Context

CONTRADICT = "the conditions contradict each other, so that anything follows"
NO_MODEL = "no model was found that satisfies the conditions; if they contradict each other, the display says nothing"
_FALSE = App(LT, (Num(0), Num(0)))


def checked(verdict: Verdict, given: tuple[Term, ...]) -> Verdict:
    """The verdict with what is doubtful of the conditions.  Numbers against a row fulfil them; nothing is proved by a contradiction."""
    if verdict.kind in ("false", "unread") or verdict.counterexample is not None:
        return verdict
    known = of_conditions(given)
    if known == CONTRADICT and verdict.kind in ("proved", "unproved"):
        return Verdict("unproved", CONTRADICT, reading=verdict.reading, assumed=verdict.assumed)
    return replace(verdict, doubt=known) if known else verdict


@lru_cache(1000)
def of_conditions(given: tuple[Term, ...]) -> str:
    """That they contradict each other, or that no model of them was found; "" where there is one, or one may have been missed."""
    if _contradictory(given):
        return CONTRADICT
    if doubt(given) is not Doubt.NO_MODEL:
        return ""
    return CONTRADICT if contradiction(given) else NO_MODEL


def _contradictory(given: Sequence[Term]) -> bool:
    return consequences.prove(_FALSE, Context.of(given)) is not None
