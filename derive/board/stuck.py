"""What can be said of a line for which no reason was found: the condition that it lacks, and how far its sides can be brought."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from derive.board.candidates import written_out
from derive.board.fitting import special
from derive.board.goal import Goal, plain
from derive.board.justify import Success
from derive.board.reasons import auto
from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, is_numeric
from derive.kernel.terms import MAX, PROD, SUM, App, Num, Term, Var, forall, implies, substitute, subterms
from derive.lemmas import Lemma
from derive.tactics import side
from derive.tactics.derived import sides
from derive.tactics.normal import Normalizer

_CONDITIONS = 12  # sets of them that are tried
_TOGETHER = 3  # conditions that one line may lack


class Lacking(NamedTuple):
    """Conditions that are not given, and the reasons by which the line follows from them."""

    conditions: tuple[Term, ...]
    reasons: tuple[Any, ...]


def lacking(goal: Goal, asked: Sequence[tuple[Sequence[Any], Sequence[Term]]]) -> Lacking | None:
    """What the line lacks, where reasons that failed asked for it: with it, they do."""
    tried: set[tuple[Any, ...]] = set()
    size = sum(1 for _ in subterms(goal.statement))
    for reasons, needs in asked:
        if any(isinstance(x, Lemma) and not special(x.shows) for x in map(plain, reasons)):
            continue  # x <= y and y <= z, and so x <= z: such conditions are the line over again
        for first in needs[:_TOGETHER]:
            if sum(1 for _ in subterms(first)) >= size:
                continue
            for condition in _for_all(first, goal):
                key = (condition, *map(id, reasons))
                if key not in tried and len(tried) < _CONDITIONS:
                    tried.add(key)
                    found = _with(goal, reasons, (condition,))
                    if found is not None:
                        return found
    return None


def _with(goal: Goal, reasons: Sequence[Any], conditions: tuple[Term, ...]) -> Lacking | None:
    context = goal.context.extend(*conditions)
    empty = any(c == (high < low) for c in conditions for low, high in _ranges(goal.statement))
    if empty or goal.statement in conditions or side.prove(Num(0) < Num(0), context) is not None:
        return None
    richer = goal._replace(context=context, given=(*goal.given, *conditions))
    out = richer.judge(reasons)
    if isinstance(out, Success):
        return Lacking(conditions, tuple(reasons)) if goal.citable.allows_all(reasons) else None
    more = next((c for need in out.missing[:1] for c in _for_all(need, goal)), None)
    if more is None or more in conditions or len(conditions) == _TOGETHER:
        return None
    return _with(goal, reasons, (*conditions, more))


def _for_all(need: Term, goal: Goal) -> Iterator[Term]:
    """A condition in the letters of the line; where it speaks of the index of a sum, for all values of that index."""
    strange = sorted(need.free - goal.statement.free - goal.context.free, key=lambda v: v.name)
    if not strange:
        yield need
    elif len(strange) == 1 and strange[0].sort == INT:
        v = strange[0]
        for low, high in _ranges(goal.statement):
            index = Var(v.name.split("#")[0].rstrip("'"), v.sort)
            yield forall(index, implies(low <= index, index <= high, substitute(need, {v: index})))


def _ranges(statement: Term) -> list[tuple[Term, Term]]:
    parts = (t for t in subterms(written_out(statement)) if isinstance(t, App) and t.op in (SUM, PROD, MAX))
    return list(dict.fromkeys((t.args[0], t.args[1]) for t in parts if not (t.args[0].loose or t.args[1].loose)))[:2]


def brought(goal: Goal) -> tuple[Term, Term] | None:
    """How far calculation brings the two sides of a line, its definitions written out; None where it does nothing."""
    if not goal.relation or not is_numeric(goal.before.sort):
        return None
    both = (goal.before, goal.after)
    used = dict.fromkeys(t.op for s in both for t in subterms(s) if isinstance(t, App) and isinstance(t.op, Definition))
    normal = Normalizer(auto.features, tuple(used))
    left, right = (sides(normal.normalize(s, goal.context).concl)[1] for s in both)
    return None if (left, right) == both else (left, right)
