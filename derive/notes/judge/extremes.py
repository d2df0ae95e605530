"""Rows with the larger or the smaller of two numbers, absolute values and positive parts, case by case which of the two it is; and
rows with an indicator, where the two indices are one and where they are not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeGuard

from derive.board.catalogue import find_theorem
from derive.kernel import rules as r
from derive.kernel.terms import DELTA, EQ, LE, LT, App, Term, Var, eq, ne, negation, subterms
from derive.kernel.theorem import Theorem
from derive.language.definitions import absolute, maximum, minimum, positive_part
from derive.notes.judge.optima import squeezed
from derive.notes.judge.powers import Found
from derive.tactics import side
from derive.tactics.context import Context
from derive.tactics.conv import by_equations, everywhere, repeatedly
from derive.tactics.derived import instantiate_named, resolve, sides, unfold_head

MOST, PAIRS = 4, 2
"""Pairs of numbers of which a row may take the larger, and pairs of indices that it may compare."""


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


def by_indices(claim: App, context: Context, way: Callable[[App, Context], Found | None]) -> Found | None:
    """An equation in which indices are compared, p_i [i = j] and p_j [i = j]: in each case by ``way``."""
    pairs = dict.fromkeys(t.args for t in subterms(claim) if isinstance(t, App) and t.op is DELTA and not t.loose)
    letters = [(a, b) for a, b in pairs if isinstance(a, Var) and isinstance(b, Var)]
    if claim.op is not EQ or not 0 < len(letters) == len(pairs) <= PAIRS:
        return None
    return _where_indices(claim, letters, context, way)


def _where_indices(
    goal: App, pairs: Sequence[tuple[Term, Term]], context: Context, way: Callable[[App, Context], Found | None]
) -> Found | None:
    if not pairs:
        return way(goal, context)
    (a, b), *rest = pairs
    apart = _where_indices(goal, rest, context.extend(ne(a, b)), way)
    if apart is None or a == b:
        return apart
    inner = context.extend(eq(a, b))
    one_letter = everywhere(by_equations({a: inner.by_statement[eq(a, b)]}))
    plain = [one_letter(t, inner) or r.refl(t) for t in goal.args]
    same = way(App(EQ, tuple(sides(th.concl)[1] for th in plain)), inner)
    if same is None:
        return None
    yes = r.rel_cong(same[0], tuple(map(r.sym, plain)))
    return r.cases(eq(a, b), yes, apart[0]), ("delta_cases", *same[1], *apart[1])


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
