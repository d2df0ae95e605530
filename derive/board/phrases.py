"""The words of every reason, by its name as in by=."""

from __future__ import annotations

from derive.board import reasons
from derive.board.declared import DECLARED
from derive.board.reasons import Tactic, describe
from derive.kernel.definitions import definitions
from derive.lemmas import LEMMAS, optima
from derive.record import JUST_SHOWN

_OWN = {"condition": "by assumption", "fact": JUST_SHOWN, "by_cases": "the two cases"}


def phrases() -> dict[str, str]:
    """The words of each reason that there is: definitions, tactics, lemmas, and the theorems that are loaded."""
    out = dict(_OWN)
    out |= {d.name: describe(d).phrase for d in definitions()}
    out |= {t.name: t.phrase for t in vars(reasons).values() if isinstance(t, Tactic)}
    out |= {x.name: x.phrase for x in LEMMAS.values()}
    out |= {name: s.phrase for name, s in optima.SORTED.items()}
    out |= {e.name: e.phrase for own in DECLARED.values() for e in own if e.kind == "theorem"}
    return out
