"""Conditions that nothing satisfies: a theorem under them is true and says nothing.

A model found settles it.  Where the search finds none within its budget, the tactics try to prove a contradiction, which is
refused; what is neither is said on the page, for the search may have missed a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from fractions import Fraction
from functools import lru_cache

from derive.kernel.rules import int_step, linear
from derive.kernel.sorts import INT
from derive.kernel.terms import Num, Term
from derive.tactics.context import Context
from derive.tactics.side import prove

NO_MODEL = "no model was found that satisfies the conditions; if they contradict each other, the theorem says nothing"
_BUDGET = 100
"""How many models are looked at.  The conditions of every theorem of the catalogue have the first one for a model."""
_HALF = Num(Fraction(1, 2))


class Doubt(Enum):
    """What is known of conditions when the search has ended."""

    NONE = "a model was found"
    OPEN = "a model was met that could not be decided"
    NO_MODEL = "no model was met"


@lru_cache(maxsize=1000)  # theorems of one subject have the same conditions
def doubt(given: tuple[Term, ...]) -> Doubt:
    """Whether the search met a model of the conditions."""
    if not given:
        return Doubt.NONE
    from derive.falsify import NoneFound, satisfiable

    found = satisfiable(given, budget=_BUDGET)
    if not isinstance(found, NoneFound):
        return Doubt.NONE
    return Doubt.NO_MODEL if found.vacuous else Doubt.OPEN


def contradiction(given: Sequence[Term]) -> bool:
    """Whether the tactics prove 0 < 0 from the conditions, with whole numbers taken into account: 2 V = 1 gives 0 < V < 1."""
    context = Context.of(given)
    false = Num(0) < Num(0)
    if prove(false, context) is not None:
        return True
    for v in sorted((v for v in context.free if v.sort is INT), key=lambda v: v.name):
        for low, high in ((Num(0), v), (v, Num(1))):
            # with a bound that is no integer, the tactics do not round it first
            th = prove((_HALF - _HALF if low is not v else v) < (_HALF + _HALF if high is not v else v), context)
            if th is None:
                continue
            whole = int_step(linear(low < high, (th,), (Fraction(1),), ()))
            if prove(false, context.with_facts(whole)) is not None:
                return True
    return False
