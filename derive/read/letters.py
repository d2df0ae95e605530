"""What a reader takes a letter for who sees its name and knows the field, and nothing of the theorem.

Of most letters the page says more: an index that is under it, an argument behind it, a definition that it stands in.  So a
name has several sorts that it may have, the usual ones before the others, and the page chooses among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from derive.kernel.sorts import FAMILY, INT, REAL, Base, Fn, Sort, is_numeric
from derive.kernel.terms import Var
from derive.language import letters as field
from derive.operators.finite_sets import inside
from derive.read.names import is_index, spelled
from derive.render.formula.names import split_name

RANKS = 4
"""What the field takes a letter for; then functions of parameters; then of three indices; then of numbers, and anything else."""


@cache
def usual(name: str) -> tuple[Sort, ...]:
    """The sorts that the field's letter of this name has, also with primes and subscripts, but not under a hat."""
    table = _table()
    split = split_name(name)
    return table.get(name) or (table.get(split.head, ()) if not split.marks else ())


@cache
def _table() -> dict[str, tuple[Sort, ...]]:
    out: dict[str, tuple[Sort, ...]] = {}
    for v in vars(field).values():
        if isinstance(v, Var):
            out[spelled(v.name)] = (*out.get(spelled(v.name), ()), v.sort)
    return out


def usual_names() -> frozenset[str]:
    """The field's own letters."""
    return frozenset(_table())


def stands_under(name: str) -> bool:
    """Whether a letter is an index or a parameter of the field's, and so no part of the name that it stands under."""
    return is_index(name) or any(s is not REAL and isinstance(s, Base) for s in usual(name))


class Letters:
    """``kinds``: of names, what the page says that they are, or their values: integers, or real numbers.  ``sets``: the abstract sets that
    parameters and outputs can be of; a page does not name them.  ``rank``: how far from what is usual a letter may be,
    if ``ranks`` does not say it."""

    def __init__(self, kinds: Mapping[str, Sort] | None = None, sets: Iterable[Base] = (), rank: int = RANKS) -> None:
        self.kinds = dict(kinds or {})
        self.sets = tuple(sets) or (field.THETA,)
        self.rank = rank
        self.ranks: dict[str, int] = {}

    def widened(self, names: Iterable[str]) -> frozenset[str]:
        """Lets letters be less usual, those first that the field does not know; which of them could be."""
        ranks = {n: self.ranks.get(n, self.rank) for n in names}
        unknown = {n for n, rank in ranks.items() if rank == 1 and not usual(n)}
        wider = frozenset(unknown or {n for n, rank in ranks.items() if rank < RANKS})
        self.ranks |= {n: ranks[n] + 1 for n in wider}
        return wider

    def sorts(self, name: str, kind: Sort | None = None) -> tuple[Sort, ...]:
        """What a letter may be; ``kind`` where the page says that it is an integer, or a real number."""
        if kind is not None or inside(name):  # a size is an integer
            return (kind or INT,)
        rank = self.ranks.get(name, self.rank)
        known = tuple(s for u in usual(name) for s in self.renamed(u))
        value = self.kinds.get(name) or (INT if is_index(name) else REAL)
        if name in self.kinds:
            known = tuple(s for s in known if _last(s) is value or not is_numeric(_last(s)))
        out = list(known)
        if not known or rank > 1:
            out += [value, Fn(INT, value), Fn(INT, Fn(INT, value))]
        if not known or rank > 2:
            out += [Fn(INT, Fn(INT, Fn(INT, value)))]
        if rank > 1:
            for s in (*self.sets, *(() if known else (REAL,))):
                out += [Fn(s, value), Fn(s, Fn(INT, value)), Fn(s, Fn(INT, Fn(INT, value)))]
            if known:
                out += self.sets
        if rank > 3:
            out += [Fn(REAL, value), Fn(REAL, Fn(REAL, value)), Fn(REAL, Fn(INT, value)), Fn(FAMILY, value)]
            out += [Fn(REAL, Fn(INT, Fn(INT, value))), Fn(INT, Fn(REAL, value))]
            out += [*self.sets, *(Fn(INT, s) for s in self.sets)]
        return tuple(dict.fromkeys(out))

    def renamed(self, sort: Sort) -> Iterable[Sort]:
        """A sort of the field with its sets as they may be here."""
        if isinstance(sort, Fn):
            yield from (Fn(d, c) for d in self.renamed(sort.dom) for c in self.renamed(sort.cod))
        elif isinstance(sort, Base) and not is_numeric(sort):
            yield from self.sets
        else:
            yield sort


def _last(sort: Sort) -> Sort:
    while isinstance(sort, Fn):
        sort = sort.cod
    return sort
