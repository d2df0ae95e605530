"""Proofs run so that the search for reasons can be looked at: what it finds where the author gives none, and where it is not
told what the author gives."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from derive.board.calc import Calc
from derive.board.entries import TheoremEntry
from derive.board.find import Found, search
from derive.board.goal import Citable, Goal
from derive.board.idle import single
from derive.board.justify import written
from derive.board.reasons import Tactic, auto
from derive.board.using import used


class Spot(NamedTuple):
    """A line as it was met: where, the author's reasons, or those that were found as none were given."""

    goal: Goal
    file: str
    number: int
    author: tuple[Any, ...]
    found: Found | None


class Watching(Citable):
    """Keeps each line of the proof in which it says what may be cited."""

    def __init__(self, entry: TheoremEntry) -> None:
        super().__init__(entry.shows, entry.earlier)
        self.spots: list[Spot] = []

    def note(self, goal: Callable[[], Goal], where: tuple[str, int], author: Sequence[Any], found: Any) -> None:
        self.spots.append(Spot(goal(), *where, tuple(author), found))


def spots(entry: TheoremEntry) -> list[Spot]:
    """The lines and facts of a proof that holds.  Raises UserError as checking it does."""
    entry.check()
    watching = Watching(entry)
    facts = tuple(used(x).fact for x in entry.using)
    entry.prove(Calc(entry.name, entry.shows, entry.given, citable=watching, using=facts))
    return watching.spots


class Tried(NamedTuple):
    """What the search finds for a line whose reasons it is not told."""

    theorem: str
    subject: str
    number: int  # of the line in the proof
    author: str
    found: str  # "" when nothing was
    verdict: str  # same, as specific, less specific or none
    attempts: int
    seconds: float  # of the processor


def withhold(entry: TheoremEntry) -> Iterator[Tried]:
    """The search on each line of a proof, as if the author had given no reasons."""
    for number, spot in enumerate(spots(entry), 1):
        start = time.process_time()
        out = search(spot.goal)
        took = time.process_time() - start
        found = out.found.reasons if out.found else ()
        author = spot.author or (spot.found.reasons if spot.found else ())
        yield Tried(
            entry.name, entry.subject, number, written(author), written(found) if found else "",
            verdict(author, found), out.attempts, took,
        )  # fmt: skip


def verdict(author: Sequence[Any], found: Sequence[Any]) -> str:
    """How what was found compares with what the author wrote: calculation says less than a kind of calculation, and that less
    than what has a name."""
    if not found:
        return "none"
    if sorted(map(written, ([x] for x in single(author)))) == sorted(map(written, ([x] for x in single(found)))):
        return "same"
    return "as specific" if max(map(_vague, single(found))) <= max(map(_vague, single(author))) else "less specific"


def _vague(reason: Any) -> int:
    return 2 if reason is auto else 1 if isinstance(reason, Tactic) else 0
