"""The letters that stand in a term, bound and free, as a reader meets them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from derive.kernel import terms as k
from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, Fn, Sort
from derive.kernel.terms import MAX, PROD, SUM, App, Bound, Lam, Op, Term, Var, parts_of, subterms
from derive.operators.derivatives import PARTIALS


class Letter(NamedTuple):
    """A letter as it stands in a derivation.  ``binder``: the operator that binds it, None where it is free; ``listed``: whether
    it runs over a list, as in z = 1, ..., N, which says that it is an integer."""

    name: str
    sort: Sort
    binder: Op | None = None
    bound: bool = False
    listed: bool = False


def value_sort(sort: Sort) -> Sort:
    """The sort of the values of a function, of the last of them where those are functions; a sort itself otherwise."""
    while isinstance(sort, Fn):
        sort = sort.cod
    return sort


_LISTS = (SUM, PROD, MAX)
_PARTIALS = frozenset(PARTIALS.values())


def _listed(binder: Op | None, body: Term) -> bool:
    """Whether a statement is one for all of a list: low <= k => k <= high => ..."""
    match body:
        case App(
            op=k.IMPLIES, args=(App(op=k.LE, args=(_, low)), App(op=k.IMPLIES, args=(App(op=k.LE, args=(high, _)), _)))
        ):
            return binder is k.FORALL and low == high == Bound(0, INT)
    return False


def letters_in(term: Term) -> Iterator[Letter | Definition]:
    """All letters of a term, free and bound, and the definitions that it uses."""
    waiting: list[tuple[Term, Op | None]] = [(term, None)]
    done: set[int] = set()
    while waiting:
        t, binder = waiting.pop()
        if id(t) in done and not isinstance(t, Lam):
            continue
        done.add(id(t))
        if isinstance(t, Var):
            yield Letter(t.name, t.sort)
        elif isinstance(t, Lam):
            yield Letter(t.hint, t.dom, binder, True, t.dom is INT and (binder in _LISTS or _listed(binder, t.body)))
        elif isinstance(t, App) and isinstance(t.op, Definition):
            yield t.op
        inside = t.op if isinstance(t, App) and (t.op.binders or t.op in _PARTIALS) else None
        waiting += ((p, inside) for p in parts_of(t))


def operators_in(terms: Iterable[Term]) -> list[Op]:
    """The operators and definitions in the terms, and in the bodies of these definitions, in order."""
    found: dict[Op, None] = {}
    waiting = deque(dict.fromkeys(terms))
    while waiting:
        for part in subterms(waiting.popleft()):
            if isinstance(part, App) and part.op not in found:
                found[part.op] = None
                if isinstance(part.op, Definition):
                    waiting.append(part.op.body)
    return list(found)


def definitions_in(terms: Iterable[Term]) -> list[Definition]:
    """The definitions in the terms, and in the bodies of these, in order."""
    return [op for op in operators_in(terms) if isinstance(op, Definition)]
