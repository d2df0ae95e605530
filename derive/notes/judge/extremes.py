"""Rows with the larger or the smaller of two numbers, absolute values and positive parts: case by case which of the two it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, TypeGuard

from derive.board.catalogue import find_theorem
from derive.kernel import rules as r
from derive.kernel.terms import EQ, LE, LT, App, Term, negation, subterms
from derive.kernel.theorem import Theorem
from derive.language.definitions import absolute, maximum, minimum, positive_part
from derive.notes.judge.optima import squeezed
from derive.tactics import side
from derive.tactics.context import Context
from derive.tactics.conv import by_equations, everywhere, repeatedly
from derive.tactics.derived import instantiate_named, resolve, sides, unfold_head

MOST = 4
"""Pairs of numbers of which a row may take the larger."""
Found: TypeAlias = tuple[Theorem, tuple[str, ...]]


def prove(claim: App, context: Context, way: Callable[[App, Context], Found | None]) -> Found | None:
    """The claim, where ``way`` proves what it says in each case; None for a row without such numbers."""
    if claim.op not in (EQ, LE, LT) or not any(map(_is_kind, subterms(claim))):
        return None
    plain = [repeatedly(everywhere(_as_maximum))(t, context) or r.refl(t) for t in claim.args]
    goal = App(claim.op, tuple(sides(th.concl)[1] for th in plain))
    if not 0 < len(dict.fromkeys(t for t in subterms(goal) if _is_maximum(t))) <= MOST:
        return None
    found = _by_cases(goal, context, way)
    if found is None:
        return None
    return r.rel_cong(found[0], tuple(map(r.sym, plain))), (maximum.name, *found[1])


def _by_cases(goal: App, context: Context, way: Callable[[App, Context], Found | None]) -> Found | None:
    pair = next((t for t in reversed(list(subterms(goal))) if _is_maximum(t)), None)
    if pair is None:
        found = way(goal, context)
        if found is None and goal.op is EQ:  # at the border of the cases, and where a case contradicts what is known
            th = squeezed(goal, context, context)
            return None if th is None else (th, ())
        return found
    a, b = pair.args
    yes = _where(goal, pair, a <= b, context, way)
    no = None if yes is None else _where(goal, pair, b < a, context, way)
    if yes is None or no is None:
        return None
    return r.cases(a <= b, yes[0], no[0]), (*yes[1], *no[1])


def _where(
    goal: App, pair: App, case: Term, context: Context, way: Callable[[App, Context], Found | None]
) -> Found | None:
    """The goal where it is said which of two numbers is the larger."""
    a, b = pair.args
    assert case == (a <= b) or case == negation(a <= b)
    inner = context.extend(case)
    below = a <= b if case == (a <= b) else b <= a
    order = side.prove(below, inner)
    if order is None:
        return None
    lemma = find_theorem("maximum_of_le" if case == (a <= b) else "maximum_of_ge").theorem
    same = resolve(instantiate_named(lemma, {"a": a, "b": b}), order)
    plain = [everywhere(by_equations({pair: same}))(t, inner) or r.refl(t) for t in goal.args]
    found = _by_cases(App(goal.op, tuple(sides(th.concl)[1] for th in plain)), inner, way)
    return None if found is None else (r.rel_cong(found[0], tuple(map(r.sym, plain))), found[1])


def _is_kind(t: Term) -> bool:
    return isinstance(t, App) and t.op in (absolute, maximum, minimum, positive_part) and not t.loose


def _is_maximum(t: Term) -> TypeGuard[App]:
    return isinstance(t, App) and t.op is maximum and not t.loose


def _as_maximum(t: Term, context: Context) -> Theorem | None:
    return unfold_head(t) if _is_kind(t) and not _is_maximum(t) else None
