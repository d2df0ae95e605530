"""Which known statements fit a line, by their shape: an index, so that a longer library makes the search hardly longer.

A statement is looked up by the outermost operators of what it could rewrite or prove.  What fits is told by matching: an
equation fits best where its left side stands in the line before, and what it makes of that in the next.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from functools import cache
from typing import Any, NamedTuple

from derive.board.reasons import Reversed
from derive.kernel import terms as k
from derive.kernel.sorts import Sort
from derive.kernel.terms import App, At, Lam, Num, Term, Var, instantiate, parts_of, spine, substitute, subterms
from derive.lemmas import LEMMAS
from derive.lemmas.optima import SORTED
from derive.tactics.derived import strip_forall
from derive.tactics.matching import match

BOTH, ONE = 2, 1
"""How well an equation fits: it leads from the line to the next; one side of it stands in one of them."""

ARITHMETIC = {k.ADD, k.SUB, k.MUL, k.NEG, k.DIV, k.EQ, k.NE, k.LT, k.LE, k.IFF, k.IMPLIES, k.FORALL}
"""Operators that nearly every line has, so that they tell nothing."""


def special(statement: Term) -> bool:
    """Whether it speaks of more than arithmetic and the order of any numbers, as that x <= y and y <= z give x <= z does."""
    return any(isinstance(t, App) and t.op not in ARITHMETIC for t in subterms(statement))


class Pattern(NamedTuple):
    """A statement as it could be used: an equation from ``left`` to ``right``, or a whole conclusion, which has no right."""

    reason: Any
    left: Term
    right: Term | None
    schematic: frozenset[Var]
    size: int  # of what it fixes: the more, the more it says

    def fit(self, here: Places, there: Places) -> int:
        """How well it leads from what stands only in the line before to what stands only in the next."""
        found = 0
        assert self.right is not None
        for place in here.like(self.left, self.schematic):
            mapping = match(self.left, place, self.schematic)
            if mapping is not None:
                found = ONE
                if self._arrives(mapping, there):
                    return BOTH
        if found or _open(self.right, self.schematic):
            return found
        for place in there.like(self.right, self.schematic):
            mapping = match(self.right, place, self.schematic)
            if mapping is not None:
                found = ONE
                if self.left.free & self.schematic <= mapping.keys():
                    begins = substitute(self.left, mapping)
                    if begins in here.own or (begins in here.all and not isinstance(begins, (Var, Num))):
                        return BOTH
        return found

    def _arrives(self, mapping: dict[Var, Term], there: Places) -> bool:
        assert self.right is not None
        known = {v: t for v, t in mapping.items() if v in self.right.free}
        if self.right.free & self.schematic <= known.keys():
            return substitute(self.right, known) in there.all
        return any(
            match(self.right, t, self.schematic, mapping) is not None for t in there.like(self.right, self.schematic)
        )

    def says(self, statement: Term) -> bool:
        return match(self.left, statement, self.schematic) is not None


class Places:
    """The parts of a formula that the other lacks, with binders opened, by their outermost operator; and all its parts."""

    def __init__(self, term: Term, other: Term) -> None:
        self.all = dict.fromkeys(_opened(term))
        elsewhere = set(_opened(other))
        self.own = {t: None for t in self.all if t not in elsewhere}
        self._by_head: dict[Any, list[Term]] = defaultdict(list)
        for t in self.own:
            self._by_head[_head(t)].append(t)

    @property
    def heads(self) -> Set[Any]:
        return self._by_head.keys()

    def like(self, pattern: Term, schematic: Set[Var]) -> list[Term]:
        if _open(pattern, schematic):
            return []
        return [t for t in self._by_head.get(_head(pattern), ()) if _may_match(pattern, t, schematic)]


def _opened(term: Term, depth: int = 0) -> Iterator[Term]:
    """A term and its parts, with a letter of its own for the variable of each binder."""
    yield term
    if isinstance(term, Lam):
        yield from _opened(instantiate(term, Var(f"·{depth}", term.dom)), depth + 1)
    else:
        for part in parts_of(term):
            yield from _opened(part, depth)


def _open(pattern: Term, schematic: Set[Var]) -> bool:
    """Whether a pattern fits anything: x, or f(k)."""
    return spine(pattern)[0] in schematic


def _head(term: Term) -> Any:
    head = spine(term)[0]
    if isinstance(head, App):
        return (head.op, isinstance(term, At))
    return term.value if isinstance(term, Num) else type(term)


def _may_match(pattern: Term, term: Term, schematic: Set[Var], depth: int = 3) -> bool:
    """A quick look before matching."""
    if depth == 0 or isinstance(pattern, (Var, At)):
        return True
    if isinstance(pattern, Lam):
        return not isinstance(term, Lam) or _may_match(pattern.body, term.body, schematic, depth)
    if isinstance(pattern, App):
        return (
            isinstance(term, App)
            and term.op is pattern.op
            and all(_may_match(p, t, schematic, depth - 1) for p, t in zip(pattern.args, term.args, strict=True))
        )
    return pattern == term


# --- the index -------------------------------------------------------------------------------------------------------


def patterns(reason: Any, statement: Term, given: Iterable[Term] = ()) -> Iterator[Pattern]:
    """The ways to use a statement."""
    variables, _, concl = strip_forall(statement)
    schematic = frozenset(variables) | statement.free.union(*(g.free for g in given))
    size = sum(1 for t in _opened(concl) if not (isinstance(t, (Var, Lam)) or _open(t, schematic)))
    yield Pattern(reason, concl, None, schematic, size)
    if isinstance(concl, App) and concl.op in (k.EQ, k.IFF):
        left, right = concl.args
        yield Pattern(reason, left, right, schematic, size)
        yield Pattern(Reversed(reason), right, left, schematic, size)


class Shelf:
    """Patterns by what they stand on."""

    def __init__(self, all_: Iterable[Pattern]) -> None:
        self.whole: dict[Any, list[Pattern]] = defaultdict(list)
        self.left: dict[Any, list[Pattern]] = defaultdict(list)
        self.right: dict[Any, list[Pattern]] = defaultdict(list)
        self.reasons: dict[Any, None] = {}
        for p in all_:
            if p.right is None:
                self.reasons[p.reason] = None
                self.whole[_head(p.left)].append(p)
                continue
            if not _open(p.left, p.schematic):
                self.left[_head(p.left)].append(p)
            if not _open(p.right, p.schematic):
                self.right[_head(p.right)].append(p)

    def fitting(self, here: Places, there: Places) -> Iterator[tuple[int, Pattern]]:
        """The equations that could lead from one line to the next, with how well they fit."""
        near = (p for h in here.heads for p in self.left.get(h, ()))
        far = (p for h in there.heads for p in self.right.get(h, ()))
        seen: set[int] = set()
        for p in (*near, *far):
            if id(p) not in seen:
                seen.add(id(p))
                score = p.fit(here, there)
                if score:
                    yield score, p

    def saying(self, statement: Term) -> Iterator[Pattern]:
        """What says the whole statement."""
        concl = strip_forall(statement)[2]
        yield from (p for p in self.whole.get(_head(concl), ()) if special(p.left) and p.says(concl))


@cache
def library() -> Shelf:
    """The lemmas that authors cite."""
    return Shelf(p for x in LEMMAS.values() if not x.internal for p in patterns(x, x.shows, x.given))


@cache
def _of(entry: Any) -> tuple[Pattern, ...]:
    return tuple(patterns(entry, entry.shows, entry.given))


def sorts_of_optima(lines: Iterable[Term]) -> tuple[Sort, ...]:
    """The sorts over whose members lines speak of optima."""
    return tuple({s: None for line in lines for x in SORTED.values() if (s := x.sort_of(line)) is not None})


def shelves(theorems: Iterable[Any], sorts: Iterable[Sort]) -> tuple[Shelf, ...]:
    """The theorems that may be cited, the lemmas, and those on optima over these sorts."""
    sorts = tuple(sorts)
    optima = (
        Shelf(p for s in sorts for x in SORTED.values() for p in patterns(x, x.at_sort(s).concl)) if sorts else None
    )
    own = Shelf(p for e in theorems for p in _of(e))
    return (own, library()) if optima is None else (own, library(), optima)


def fitting(shelves_: Iterable[Shelf], before: Term, after: Term) -> list[tuple[int, Any]]:
    """Reasons that could lead from one line to the next, the best first: how well each fits, and the reason."""
    here, there = Places(before, after), Places(after, before)
    found = [x for shelf in shelves_ for x in shelf.fitting(here, there)]
    best = sorted(found, key=lambda x: (-x[0], -x[1].size, isinstance(x[1].reason, Reversed)))
    return [(score, p.reason) for score, p in best]


def saying(shelves_: Iterable[Shelf], statement: Term) -> list[Any]:
    """Reasons that say a whole statement, the most special first."""
    found = [p for shelf in shelves_ for p in shelf.saying(statement)]
    return [p.reason for p in sorted(found, key=lambda p: -p.size)]
