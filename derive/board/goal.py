"""A line that wants a reason: what is known there, what may be cited, and whether some reasons do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from derive.board.justify import Failure, Success, justify, prove_fact
from derive.board.reasons import Reversed, ring
from derive.errors import UserError
from derive.kernel import terms as k
from derive.kernel.definitions import Definition
from derive.kernel.sorts import REAL
from derive.kernel.terms import App, Lam, Op, Term, subterms
from derive.kernel.theorem import Theorem, proof_steps
from derive.lemmas import LEMMAS, Lemma
from derive.record.relations import BY_OPERATOR, RELATIONS
from derive.tactics.context import Context

if TYPE_CHECKING:
    from derive.board.fitting import Shelf


class Citable:
    """The theorems that a proof may cite: not the one that it proves, and none that rests on that."""

    def __init__(
        self, claim: Term, theorems: Callable[[], Iterable[Any]] = tuple, names: Mapping[str, Any] | None = None
    ) -> None:
        self.claim, self.theorems = claim, theorems
        self.names = names  # those that the author's program has, where they are known
        self._shelves: dict[tuple[Any, ...], tuple[Shelf, ...]] = {}

    def __iter__(self) -> Iterator[Any]:
        return (x for x in self.theorems() if x.shows != self.claim)

    def shelves(self, *lines: Term) -> tuple[Shelf, ...]:
        """These theorems and the lemmas, arranged by shape."""
        from derive.board.fitting import shelves, sorts_of_optima  # only a search for reasons asks

        sorts = sorts_of_optima(lines)
        if sorts not in self._shelves:
            self._shelves[sorts] = shelves(self, sorts)
        return self._shelves[sorts]

    def allows(self, reason: Any) -> bool:
        """Whether the reason does not rest on what is to be proved."""
        reason = plain(reason)
        if isinstance(reason, (Term, Lemma, Definition)) or not hasattr(reason, "theorem"):
            return True
        return all(s.concl != self.claim for s in proof_steps(reason.theorem))

    def note(self, goal: Callable[[], Goal], where: tuple[str, int], author: Sequence[Any], found: Any) -> None:
        """Told of each line, with its reasons, or those that were found.  Does nothing."""

    def allows_all(self, reasons: Iterable[Any]) -> bool:
        return all(map(self.allows, reasons))


class Goal(NamedTuple):
    """A line, and what is known there.  ``relation`` is "" for a fact on the way, which is ``after``."""

    relation: str
    before: Term
    after: Term
    given: tuple[Term, ...]
    context: Context
    citable: Citable
    author: tuple[Any, ...] = ()  # the reasons that did not do

    @property
    def statement(self) -> Term:
        return RELATIONS[self.relation].statement(self.before, self.after) if self.relation else self.after

    def judge(self, reasons: Sequence[Any]) -> Success | Failure:
        """The theorem, when the line follows by these reasons and by all of them."""
        try:
            if self.relation:
                return justify(self.relation, self.before, self.after, reasons, self.given, self.context, shown=False)
            th = prove_fact(self.after, reasons, self.given, self.context)
            return th if isinstance(th, Failure) else Success(th)
        except (UserError, ValueError, TypeError):
            return Failure("does not follow")

    def follows(self, reasons: Sequence[Any]) -> Success | None:
        """The same, where no other reason says as much."""
        out = self.judge(reasons)
        return out if isinstance(out, Success) and self.confirms(reasons, out) else None

    def confirms(self, reasons: Sequence[Any], out: Success) -> bool:
        """Whether reasons that did may be given: they are what the proof rests on, and rest not on what is proved."""
        return says_all(reasons, out.theorem) and self.citable.allows_all(reasons)


def says_all(reasons: Sequence[Any], th: Theorem) -> bool:
    """Whether the proof rests on the very reasons: on a lemma, and not on one that does the same; and where conditions are
    all, or algebra, on no other condition that says as much."""
    named = [plain(x) for x in reasons]
    if not_used(named, th):
        return False
    if not all(isinstance(x, Term) or x is ring for x in named):
        return True
    relation = "=" if isinstance(th.concl, App) and th.concl.op is k.EQ else ""
    return not any(isinstance(h, App) and tells(h, relation) for h in th.hyps if h not in named)


def not_used(named: Sequence[Any], th: Theorem) -> list[Any]:
    """The conditions and lemmas on which a proof does not rest; what another lemma rests on does not count."""
    waiting = [x for x in named if isinstance(x, Lemma)]
    library = {id(x.theorem): x for x in LEMMAS.values() if x.is_proved} if waiting else {}
    near, seen = [th], {id(th)}
    while near and waiting:
        step = near.pop()
        waiting = [x for x in waiting if not (step is x.theorem or step.concl == x.shows)]
        if id(step) not in library:
            more = [s for s in step.proof.premises if id(s) not in seen]
            seen.update(map(id, more))
            near += more
    return [*waiting, *(x for x in named if isinstance(x, Term) and x not in th.hyps)]


def tells(condition: App, relation: str) -> bool:
    """Whether a condition is no mere bound of an index, nor, beside equations, a mere sign, which nobody cites."""
    ops = heads(condition)
    if k.EQ in ops or k.IFF in ops or relation == "=":
        return k.EQ in ops or k.IFF in ops
    return bool(ops & {k.LE, k.LT, k.NE}) and any(
        a.sort == REAL for t in subterms(condition) if isinstance(t, App) and t.op in BY_OPERATOR for a in t.args
    )


def heads(statement: Term) -> set[Op]:
    """The relations of a statement; of an implication, of what it concludes."""
    while isinstance(statement, App) and statement.op in (k.FORALL, k.IMPLIES):
        inner = statement.args[-1]
        statement = inner.body if isinstance(inner, Lam) else inner
    return {statement.op} if isinstance(statement, App) else set()


def plain(reason: Any) -> Any:
    return plain(reason.reason) if isinstance(reason, Reversed) else reason
