"""How many primitive steps proofs have, and on which axioms they rest.

Proofs share those of lemmas and of the theorems that they cite, so what these are made of is found out once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from derive.board.declared import DECLARED
from derive.kernel.theorem import Theorem, axioms_among
from derive.lemmas import LEMMAS, Lemma


class Made(NamedTuple):
    """What the proof of a theorem or a lemma is made of."""

    own: int
    """How many steps belong to no other theorem or lemma."""
    steps: frozenset[int]
    """All of them, by their identity."""
    axioms: frozenset[str]
    names: frozenset[tuple[str, int]]
    """It and those that it rests on, directly or not: a name, and the number of its own steps."""


def made_of(name: str, theorem: Theorem) -> Made:
    """What the proof of ``theorem`` is made of, which has this name."""
    for x in LEMMAS.values():
        if x.name not in _SEEN and x.is_proved:
            _SEEN.add(x.name)
            _BY_THEOREM[id(x.theorem)] = x
    others = dict(_BY_THEOREM)
    for declared in DECLARED.values():
        others.update([(id(e.theorem), e) for e in declared if e.kind == "theorem" and e.is_proved])
    return _made(name, theorem, others)


_SEEN: set[str] = set()
_BY_THEOREM: dict[int, Any] = {}
"""The lemmas that were proved when it was last looked, by the identity of their theorems, which stay."""


def _made(name: str, theorem: Theorem, others: dict[int, Any]) -> Made:
    own, cited, waiting = {id(theorem): theorem}, dict[int, Any](), [theorem]
    while waiting:
        for p in waiting.pop().proof.premises:
            if id(p) in others:
                cited[id(p)] = others[id(p)]
            elif id(p) not in own:
                own[id(p)] = p
                waiting.append(p)
    cited.pop(id(theorem), None)
    parts = [_of(x, others) for x in cited.values()]
    return Made(
        len(own),
        frozenset(own).union(*(part.steps for part in parts)),
        axioms_among(own.values()).union(*(part.axioms for part in parts)),
        frozenset({(name, len(own))}).union(*(part.names for part in parts)),
    )


def _of(cited: Any, others: dict[int, Any]) -> Made:
    if not isinstance(cited, Lemma):
        made: Made = cited.made
        return made
    if cited.name not in _LEMMAS:
        _LEMMAS[cited.name] = _made(f"lemma {cited.name}", cited.theorem, others)
    return _LEMMAS[cited.name]


_LEMMAS: dict[str, Made] = {}


def own_steps(made: Iterable[Made]) -> dict[str, int]:
    """How many steps each of them, and of those that they rest on, has of its own, by name.  Their sum counts once what several
    share."""
    return dict(frozenset[tuple[str, int]]().union(*(m.names for m in made)))
