"""Reasons that a line does not need: what is printed beside a line must have been used to prove it.

A definition, lemma, theorem or condition is used when it occurs in the proof, ``ring`` and ``order`` when the proof
calculates outside of the lemmas, a tactic that searches and a split into cases when the line does not follow without it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from derive.board.reasons import ByCases, Reversed, Reworded, Tactic, as_list, auto, order, ring
from derive.kernel.definitions import Definition
from derive.kernel.terms import EQ, LE, LT, App, Term
from derive.kernel.theorem import Theorem
from derive.lemmas import LEMMAS
from derive.record.changes import rewritings

Attempt = Callable[[Sequence[Any]], Theorem | None]
"""The line by some reasons, whether it uses them or not."""


def single(reasons: Iterable[Any]) -> list[Any]:
    """The reasons one by one, without the words round them."""
    out: list[Any] = []
    for reason in reasons:
        inner = reason.reason if isinstance(reason, (Reversed, Reworded)) else None
        out += [reason] if inner is None else single(as_list(inner))
    return out


def idle(reasons: Sequence[Any], th: Theorem, attempt: Attempt) -> list[Any]:
    """The reasons that the theorem of the line, which they give, does not use."""
    gone: list[Any] = []
    now: Theorem | None = th
    while now is not None:
        rest = without(reasons, gone)
        passed = _passed_over(rest, now, attempt)
        if not passed:
            break
        gone += passed
        now = attempt(without(rest, passed))
    return gone


def _passed_over(reasons: Sequence[Any], th: Theorem, attempt: Attempt) -> list[Any]:
    every = single(reasons)
    cited = [x for x in every if not isinstance(x, Tactic)]
    passed = unused(cited, th) if cited else []
    if passed:
        return passed
    searching = sorted((x for x in every if isinstance(x, (Tactic, ByCases))), key=lambda x: isinstance(x, Tactic))
    return next(([x] for x in searching if not _needed(x, without(reasons, [x]), th, attempt)), [])


def without(reasons: Sequence[Any], gone: Sequence[Any]) -> list[Any]:
    """The reasons as they were written, but for those that are gone."""
    out: list[Any] = []
    for reason in as_list(list(reasons)):
        inner = single([reason])
        kept = [x for x in inner if x not in gone]
        if len(kept) == len(inner):
            out.append(reason)
        elif isinstance(reason, Reworded):
            out += kept
    return out


def unused(cited: Sequence[Any], th: Theorem) -> list[Any]:
    """The conditions, definitions, lemmas, theorems and splits that do not occur in the proof."""
    rest = [x for x in cited if not (isinstance(x, Term) and x in th.hyps)]
    waiting = [(x, _sought(x)) for x in rest]
    seen: set[int] = set()
    near = deque([th])  # from the line inwards: what a reason names is rarely deep
    while near and waiting:
        step = near.popleft()
        if id(step) not in seen:
            seen.add(id(step))
            waiting = [(x, sought) for x, sought in waiting if not _is_by(step, sought)]
            near.extend(step.proof.premises)
    return [
        x for x, sought in waiting
        if not (isinstance(sought, Theorem) and any(id(s) in seen for s in _siblings(sought)))
    ]  # fmt: skip


def _sought(reason: Any) -> Any:
    """What a proof by this reason has in it."""
    plain = isinstance(reason, (Term, ByCases, Definition)) or hasattr(reason, "at_sort")
    return reason if plain else reason.theorem


def _is_by(step: Theorem, sought: Any) -> bool:
    """Whether a step of a proof is by this reason."""
    if isinstance(sought, Theorem):
        return step is sought or (step.concl == sought.concl and step.hyps == sought.hyps)
    if isinstance(sought, Definition):
        return step.proof.rule == "unfold" and getattr(step.proof.args[0], "op", None) is sought
    if isinstance(sought, ByCases):
        return step.proof.rule == "cases" and bool(step.proof.args[0] == sought.statement)
    if isinstance(sought, Term):
        return False
    return any(step is th for th in sought.instances)  # a schema over abstract sorts


def _siblings(th: Theorem) -> list[Theorem]:
    """Lemmas by which the normal form may do the same as this one, such as sum_delta' for sum_delta; those that are
    proved already."""
    proved = [x for x in LEMMAS.values() if x.is_proved]
    features = next((x.features for x in proved if x.theorem is th), None)
    return [x.theorem for x in proved if features and x.features == features]


def _needed(tactic: Tactic | ByCases, rest: Sequence[Any], th: Theorem, attempt: Attempt) -> bool:
    equation = isinstance(th.concl, App) and th.concl.op is EQ
    if isinstance(tactic, ByCases):
        return attempt(rest or [ring]) is None
    if equation and th.proof.rule == "refl":
        return True
    if any(isinstance(x, ByCases) for x in single(rest)) and tactic is auto:
        return True  # a split calculates in each case
    if tactic is order and not rest and not equation:
        return True  # of a condition that is the line itself too
    if tactic is ring:
        return _algebra(th) if equation else _reckons(th, rest, ("ring", "linear"))
    if tactic is order:
        return _reckons(th, rest, ("linear", "int_step"))
    if tactic is auto and (not rest or (ring not in rest and _algebra(th))):
        return True
    return attempt(rest) is None


def _algebra(th: Theorem) -> bool:
    """Whether an equation rewrites something by field identities; what conditions of lemmas need is none of its steps."""
    return any(s.proof.rule in ("ring", "linear") for s in rewritings(th))


def _reckons(th: Theorem, rest: Sequence[Any], rules: tuple[str, ...]) -> bool:
    """Whether the proof calculates with inequalities, the proofs of what it cites aside: by a rule, or by a law for them that is
    not cited."""
    library = {id(x.theorem) for x in LEMMAS.values() if x.is_proved}
    cited = {id(x.theorem) for x in single(rest) if not isinstance(x, Term) and hasattr(x, "theorem")}
    done: set[int] = set()
    waiting = [th]
    while waiting:
        s = waiting.pop()
        if id(s) in done or id(s) in cited:
            continue
        done.add(id(s))
        if s.proof.rule in rules or (id(s) in library and isinstance(s.concl, App) and s.concl.op in (LE, LT)):
            return True
        if id(s) not in library:
            waiting += s.proof.premises
    return False
