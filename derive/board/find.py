"""A reason for a line that has none, or the wrong one: found by trying, in the order in which a reader would be glad of it.

Algebra alone; one definition, unfolded or folded; one condition or fact; one lemma or theorem, those that say most about
the line first; one tactic; then two of them.  What cannot bear on the line, by the operators in it, is not tried; and where
calculation proves the line, only what it used.  Everything is tried by ``justify``, so that what is found is a reason like
any other.  Budgets count attempts.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from derive.board.justify import Failure, Success, justify, prove_fact, written
from derive.board.reasons import Reversed, auto, calculus, logs, order, ring, sums
from derive.errors import UserError
from derive.kernel import terms as k
from derive.kernel.definitions import Definition
from derive.kernel.sorts import REAL
from derive.kernel.terms import App, Op, Term, subterms
from derive.kernel.theorem import Theorem, proof_steps
from derive.lemmas import LEMMAS, Lemma, SortedLemma
from derive.lemmas.optima import SORTED
from derive.operators import READ
from derive.operators.derivatives import PARTIALS
from derive.tactics.context import Context

ATTEMPTS = 120
"""How many reasons are tried for a goal."""
_PAIRS = 12  # of the reasons that bear most on a line, two of which are tried together

_ARITHMETIC = {k.ADD, k.SUB, k.MUL, k.NEG, k.DIV, k.EQ, k.NE, k.LT, k.LE, k.IFF, k.IMPLIES, k.FORALL}


class Found(NamedTuple):
    """Reasons that carry a line, the theorem, and how many were tried."""

    reasons: tuple[Any, ...]
    theorem: Theorem
    attempts: int

    def __str__(self) -> str:
        """As the author would write them."""
        return written(self.reasons)


class Citable:
    """The theorems that a proof may cite: not the one that it proves, and none that rests on that."""

    def __init__(self, claim: Term, theorems: Callable[[], Iterable[Any]] = tuple) -> None:
        self.claim, self.theorems = claim, theorems

    def __iter__(self) -> Iterator[Any]:
        return (x for x in self.theorems() if x.shows != self.claim)

    def allows(self, reason: Any) -> bool:
        """Whether the reason does not rest on what is to be proved."""
        reason = _plain(reason)
        if isinstance(reason, (Term, Lemma, Definition)) or not hasattr(reason, "theorem"):
            return True
        return all(s.concl != self.claim for s in proof_steps(reason.theorem))


class Goal(NamedTuple):
    """A line, and what is known there.  ``relation`` is "" for a fact on the way, which is ``after``."""

    relation: str
    before: Term
    after: Term
    given: tuple[Term, ...]
    context: Context
    citable: Citable
    author: tuple[Any, ...] = ()  # the reasons that did not do

    def follows(self, reasons: Sequence[Any]) -> Success | None:
        """The theorem, when the line follows by these reasons and by all of them."""
        try:
            if self.relation:
                out = justify(self.relation, self.before, self.after, reasons, self.given, self.context)
            else:
                th = prove_fact(self.after, reasons, self.given, self.context)
                out = th if isinstance(th, Failure) else Success(th)
        except (UserError, ValueError, TypeError):
            return None
        return out if isinstance(out, Success) and _says_all(reasons, out.theorem) else None


def _says_all(reasons: Sequence[Any], th: Theorem) -> bool:
    """Whether the proof rests on the very reasons: on a lemma, and not on one that does the same; and where conditions are
    all, or algebra, on no other condition that says as much."""
    plain = [_plain(x) for x in reasons]
    for x in plain:
        if isinstance(x, Term) and x not in th.hyps:
            return False
        if isinstance(x, Lemma) and not any(s is x.theorem or s.concl == x.shows for s in proof_steps(th)):
            return False
    if not all(isinstance(x, Term) or x is ring for x in plain):
        return True
    op = th.concl.op if isinstance(th.concl, App) else k.EQ
    return not any(isinstance(h, App) and _tells(h, op) for h in th.hyps if h not in plain)


def _tells(condition: App, op: Op) -> bool:
    """Whether a condition is no mere bound of an index or sign, which nobody cites."""
    if op is k.EQ or condition.op is k.EQ:
        return condition.op is k.EQ
    return condition.op in (k.LE, k.LT) and any(a.sort == REAL for a in condition.args)


def find(goal: Goal, attempts: int = ATTEMPTS) -> Found | None:
    """The first reasons by which the line follows; None when none were found.  Not a word on whether the line is true."""
    count = 0
    for tried in itertools.islice(_candidates(goal), attempts):
        count += 1
        out = goal.follows(tried)
        if out is not None and all(map(goal.citable.allows, tried)):
            if tried == [auto]:  # what it used says more
                for x in _used_by_calculation(goal, out.used):
                    count += 1
                    if goal.follows([x]) is not None:
                        return Found((x,), out.theorem, count)
            return Found(tuple(tried), out.theorem, count)
    return None


# --- candidates ------------------------------------------------------------------------------------------------------


def _candidates(goal: Goal) -> Iterator[Sequence[Any]]:
    before, after = _operators(goal.before), _operators(goal.after)
    if not goal.relation:
        before = after
    folds = [*_definitions(goal, before, after)]
    known = [*_known(goal)]
    shelf = _shelf(goal, before, after)
    telling = [x for x in shelf if not isinstance(x, Lemma) and not isinstance(_plain(x), Lemma)]
    if goal.relation == "=":
        yield [ring]
    if len(goal.author) > 1:  # one of them may be idle
        yield from ([x for x in goal.author if x is not idle] for idle in goal.author)
    yield from ([x] for x in (*folds, *known))
    if goal.relation != "=":
        yield [order]
    yield from ([x] for x in telling)
    yield [auto]
    yield from ([x] for x in (*(x for x in shelf if x not in telling), *_tactics(goal, before | after)))
    yield from ([d, tactic] for d in folds for tactic in (ring, auto))
    single = [*folds, *shelf][:_PAIRS]
    yield from ([x, y] for i, x in enumerate(known) for y in [*known[i + 1 :], *single])
    yield from itertools.combinations([*single, logs, sums], 2)
    if len(folds) > 1:
        yield [auto, *(d for d in folds if isinstance(d, Definition))]


def _used_by_calculation(goal: Goal, used: Sequence[str]) -> Iterator[Any]:
    """The one lemma that calculation used, or else the rules of one kind."""
    lemmas = [LEMMAS[x] for x in used if x in LEMMAS]
    public = [x for x in lemmas if not x.internal]
    back = [
        x for x in public if isinstance(x.shows, App) and not _operators(x.shows.args[0]) <= _operators(goal.before)
    ]
    yield from (Reversed(x) for x in back)
    yield from public
    yield from (t for t in (sums, logs) if any(x.features & t.features for x in lemmas))


def _definitions(goal: Goal, before: frozenset[Op], after: frozenset[Op]) -> Iterator[Any]:
    """Definitions to unfold, where the line has them and the next has not; then those to fold; then the others."""
    here, there = ([x for x in ops if isinstance(x, Definition)] for ops in (before, after))
    gone = [d for d in here if d not in there]
    new = [d for d in there if d not in here]
    yield from gone
    yield from (Reversed(d) for d in new)
    yield from (x for d in here if d in there for x in ([d, Reversed(d)] if goal.relation else [d]))


def _known(goal: Goal) -> Iterator[Any]:
    """Conditions and facts about letters of the line, the latest first."""
    free = goal.before.free | goal.after.free
    for statement in reversed(goal.context.by_statement):
        if statement.free & free or not statement.free:
            yield statement
            if isinstance(statement, App) and statement.op in (k.EQ, k.FORALL):
                yield Reversed(statement)


def _shelf(goal: Goal, before: frozenset[Op], after: frozenset[Op]) -> list[Any]:
    """Lemmas and theorems whose operators are all in the line, those with most of them first; equations in the
    direction in which they can be used."""
    both = before | after
    out: list[tuple[int, Any]] = []
    for x in (*(x for x in LEMMAS.values() if not x.internal), *SORTED.values(), *goal.citable):
        if isinstance(x, SortedLemma):
            used = (t for t in (goal.before, goal.after) if x.sort_of(t) is not None)
            if next(used, None) is not None:
                out += [(9, x), (8, Reversed(x))]
            continue
        ops = _operators(x.shows)
        if not ops <= both and not (isinstance(x, Lemma) and x.features):
            continue
        weight = len(ops & both) + (0 if isinstance(x, Lemma) else 1)
        shows = x.shows
        if isinstance(shows, App) and shows.op in (k.EQ, k.IFF) and goal.relation in ("=", "<=>"):
            left, right = map(_operators, shows.args)
            forth, back = left <= before and right <= after, right <= before and left <= after
            out += [(weight, x)] if forth else []
            out += [(weight - 1, Reversed(x))] if back else []
            out += [(weight - 3, x)] if not (forth or back) and (left & before or right & before) else []
        elif ops & both or not ops:
            out.append((weight, x))
    return [x for _, x in sorted(out, key=lambda wx: -wx[0])]


def _tactics(goal: Goal, ops: frozenset[Op]) -> Iterator[Any]:
    if goal.relation in ("=", "<=>"):
        if ops & {k.DERIVATIVE, *PARTIALS.values()}:
            yield calculus
        if k.SUM in ops:
            yield sums
        if ops & {k.LOG, k.EXP, k.POW, *(card.op for card in READ)}:
            yield logs


def _operators(term: Term) -> frozenset[Op]:
    """The operators and definitions in a term, arithmetic and logic aside."""
    return frozenset(t.op for t in subterms(term) if isinstance(t, App)) - _ARITHMETIC


# --- how a reason is written -----------------------------------------------------------------------------------------


def _plain(reason: Any) -> Any:
    return _plain(reason.reason) if isinstance(reason, Reversed) else reason
