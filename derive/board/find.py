"""A reason for a line that has none, or the wrong one: found by trying, in the order of ``candidates``.

Everything is tried by ``justify``, so that what is found is a reason like any other.  Where a tactic proves the line, what it
used is tried in its place, since that says more.  Budgets count attempts, and nothing depends on the clock or on what was
proved before: the result is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from derive.board.candidates import candidates, more_telling
from derive.board.goal import Goal, not_used, plain
from derive.board.justify import Failure, Success, written
from derive.board.reasons import ByCases, Reversed, auto, induction, logs, normal, order, sums
from derive.kernel.terms import Term, subterms
from derive.kernel.theorem import Theorem
from derive.lemmas import Lemma
from derive.tactics.monomials import expansion

ATTEMPTS = 240
"""How many reasons are tried for a goal."""
PRODUCTS = 120_000
"""How many products of monomials a search may come to, as each reason multiplies the line out: fewer are tried of (a + b)^64."""

FEWEST = 60
"""How many reasons are tried for a line of many parts, too."""
PARTS = 12_000
"""How many parts of a line a search may come to, as each reason goes through all of them: fewer are tried of a long line."""


class Found(NamedTuple):
    """Reasons that carry a line, the theorem, how many were tried, and the rules that a tactic used."""

    reasons: tuple[Any, ...]
    theorem: Theorem
    attempts: int
    used: tuple[str, ...] = ()

    def __str__(self) -> str:
        """As the author would write them."""
        return written(self.reasons)


class Searched(NamedTuple):
    """What a search came to: what it found, how many reasons it tried, and the conditions for which reasons asked in vain."""

    found: Found | None
    attempts: int
    asked: tuple[tuple[Sequence[Any], Sequence[Term]], ...] = ()


class _Search:
    """One search, with its budget."""

    def __init__(self, goal: Goal, attempts: int) -> None:
        self.goal, self.left, self.attempts = goal, attempts, attempts
        self.tried: set[tuple[Any, ...]] = set()
        self.asked: list[tuple[Sequence[Any], Sequence[Term]]] = []

    def follows(self, reasons: Sequence[Any]) -> Success | None:
        key = tuple(map(_key, reasons))
        if self.left <= 0 or key in self.tried:
            return None
        self.tried.add(key)
        self.left -= 1
        out = self.goal.judge(reasons)
        if isinstance(out, Failure):
            if out.missing:
                self.asked.append((reasons, tuple(out.missing)))
            return None
        return out if self.goal.confirms(reasons, out) else None

    def first(self) -> Found | None:
        for reasons, bag in candidates(self.goal):
            if self.left <= 0:
                break
            found = self.of_bag(reasons) if bag else self.follows(reasons)
            if isinstance(found, Found):
                return found
            if found is not None:
                return self.best(reasons, found)
        return self.last()

    def last(self) -> Found | None:
        """The normal form of both sides, of a line that is not too large: it says least, and does most; and induction."""
        if self.goal.relation not in ("=", "<=", "<") or self.attempts < FEWEST:
            return None
        for reason in (normal, induction):
            self.left = max(self.left, 1)
            found = self.follows([reason])
            if found is not None:
                return self.found([reason], found)
        return None

    def best(self, reasons: Sequence[Any], out: Success) -> Found:
        """What says more than a tactic, or else these reasons."""
        if not any(x in (auto, order, sums, logs) or (isinstance(x, Lemma) and x.features) for x in reasons):
            return self.found(reasons, out)
        for more in more_telling(self.goal, reasons, out.used, _by_writing(out.theorem.hyps)):
            better = self.follows(more)
            if better is not None:
                return self.found(more, better)
        return self.found(reasons, out)

    def of_bag(self, reasons: Sequence[Any]) -> Found | None:
        """Those of many reasons without which the line does not follow."""
        kept = list(reasons)
        while kept and self.left > 0:
            self.left -= 1
            out = self.goal.judge(kept)
            if isinstance(out, Success):
                return self.thinned(kept, out)
            if not out.idle:
                return None
            kept = [x for x in kept if plain(x) not in out.idle]
        return None

    def thinned(self, reasons: list[Any], out: Success) -> Found | None:
        idle = not_used([plain(x) for x in reasons], out.theorem)
        kept = [x for x in reasons if plain(x) not in idle]
        for x in (None, *reversed(kept)):
            fewer = [y for y in kept if y is not x]
            self.left -= 1
            less = self.goal.judge(fewer) if fewer and self.left > 0 else None
            if isinstance(less, Success) and not not_used([plain(y) for y in fewer], less.theorem):
                kept, out = fewer, less
        return self.best(kept, out) if self.goal.confirms(kept, out) else None

    def found(self, reasons: Sequence[Any], out: Success) -> Found:
        return Found(tuple(reasons), out.theorem, self.attempts - self.left, out.used)


def _by_writing(statements: Iterable[Term]) -> list[Term]:
    return sorted(statements, key=repr)


def _key(reason: Any) -> Any:
    if isinstance(reason, Reversed):
        return ("reverse", _key(reason.reason))
    return reason if isinstance(reason, (Term, ByCases)) else id(reason)


def find(goal: Goal, attempts: int = ATTEMPTS) -> Found | None:
    """The first reasons by which the line follows; None when none were found.  Not a word on whether the line is true."""
    return search(goal, attempts).found


def search(goal: Goal, attempts: int = ATTEMPTS) -> Searched:
    """The same, with what can be said where none were found."""
    large = expansion(goal.statement)
    parts = sum(1 for _ in subterms(goal.statement))
    attempts = min(attempts, max(1, PRODUCTS // max(large, 1)), max(FEWEST, PARTS // parts))
    one = _Search(goal, attempts)
    found = one.first()
    return Searched(found, attempts - one.left, tuple(one.asked))
