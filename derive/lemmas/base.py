"""Lemmas: named facts proved from the axioms once, when they are first asked for.

A lemma says its statement up front; the proof must end there, with no hypothesis that is not stated.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from derive.kernel import rules as r
from derive.kernel.sorts import FAMILY, INT, REAL
from derive.kernel.terms import Num, Term, Var, forall, implies
from derive.kernel.theorem import Theorem
from derive.tactics import library, side
from derive.tactics.context import Context
from derive.tactics.derived import instantiate, instantiate_named, mp_all, resolve

ZERO, ONE = Num(0), Num(1)
i, j, k, m, n = (Var(s, INT) for s in "ijkmn")
x, y, a, b, c = (Var(s, REAL) for s in "xyabc")
f, g = Var("f", FAMILY), Var("g", FAMILY)


class LemmaError(ValueError):
    """The proof of a lemma does not end at its statement."""


class Lemma:
    """``given`` |- ``shows``, with the English reason that a printed line gives when it is used.

    An ``internal`` lemma serves other proofs and tactics; authors do not cite it.  Where the lemma does not stand on the
    page in its exact shape, these ``features`` of the normal form use it up to field identities.  ``back``: the reason where
    an equation is used right to left, if the usual words say what happens to its left side.
    """

    def __init__(
        self, name: str, given: Sequence[Term], shows: Term, phrase: str, proof: Callable[[], Theorem],
        kind: str = "theorem", internal: bool = False, features: Collection[str] = (), back: str = "",
    ) -> None:  # fmt: skip
        self.name, self.given, self.shows, self.phrase, self.kind = name, tuple(given), shows, phrase, kind
        self.internal, self.features, self.back = internal, frozenset(features), back
        self._proof = proof
        self._theorem: Theorem | None = None

    @property
    def theorem(self) -> Theorem:
        if self._theorem is None:
            th = self._proof()
            if th.concl != self.shows or not set(th.hyps) <= set(self.given):
                raise LemmaError(f"{self.name}: the proof shows {th}, not {list(self.given)} |- {self.shows}")
            self._theorem = th
        return self._theorem

    @property
    def is_proved(self) -> bool:
        return self._theorem is not None

    def __repr__(self) -> str:
        return self.name


LEMMAS: dict[str, Lemma] = {}


def register(entry: Lemma) -> Lemma:
    if entry.name in LEMMAS:
        raise LemmaError(f"there are two lemmas {entry.name}")
    LEMMAS[entry.name] = entry
    library.offer(entry.name, entry.given, entry.shows, lambda: entry.theorem)
    return entry


def lemma(
    shows: Term, given: Sequence[Term] = (), phrase: str = "", name: str = "", internal: bool = False,
    features: Collection[str] = (), back: str = "",
) -> Callable[[Callable[[], Theorem]], Lemma]:  # fmt: skip
    """Declare a lemma; the decorated function returns its theorem."""

    def wrap(proof: Callable[[], Theorem]) -> Lemma:
        title = name or proof.__name__
        words = phrase or title.replace("_", " ")
        return register(Lemma(title, given, shows, words, proof, internal=internal, features=features, back=back))

    return wrap


def axiom_lemma(
    name: str, phrase: str, internal: bool = False, features: Collection[str] = (), back: str = ""
) -> Lemma:
    """An axiom under its own name, usable as a reason."""
    from derive.kernel.axioms import AXIOMS

    given, shows = AXIOMS[name]
    return register(Lemma(name, given, shows, phrase, lambda: r.axiom(name), "axiom", internal, features, back))


# --- small tools for the proofs --------------------------------------------------------------------------------------


def assume(*statements: Term) -> tuple[Theorem, ...]:
    return tuple(r.assume(s) for s in statements)


def lin(goal: Term, *facts: Theorem) -> Theorem:
    """The goal by linear arithmetic from the facts."""
    th = side.prove(goal, Context(facts))
    if th is None:
        raise LemmaError(f"{goal} does not follow from {facts}")
    return th


def at_values(th: Theorem, *facts: Theorem, **values: Term) -> Theorem:
    """``th`` with its variables replaced, by name, and its hypotheses resolved with ``facts``."""
    return resolve(instantiate_named(th, values), *facts)


def from_false(goal: Term, *facts: Theorem) -> Theorem:
    """The goal, because the facts contradict each other by linear arithmetic."""
    false = lin(ZERO < ZERO, *facts)
    return r.absurd(false, r.linear(ZERO <= ZERO, (), (), ()), goal)


def range_induction(
    low: Term,
    high: Term,
    statement: Callable[[Term], Term],
    empty: Callable[[Term, Theorem], Theorem],
    step: Callable[[Term, Theorem, Theorem, Theorem], Theorem],
) -> Theorem:
    """|- statement(high), for sums and products that start at ``low``.

    ``empty(N, |- N < low)`` proves it for an empty range; ``step(N, |- low <= N + 1, |- N + 1 <= high, |-
    statement(N))`` proves it for N + 1.
    """
    var = Var("N", INT)
    below = low - ONE

    def bounded(t: Term) -> Term:
        return implies(t <= high, statement(t))

    none = empty(below, lin(below < low))
    base = r.discharge(below <= high, none)
    start, hypothesis, limit = r.assume(below <= var), r.assume(bounded(var)), r.assume(var + 1 <= high)
    earlier = r.mp(hypothesis, lin(var <= high, limit))
    more = step(var, lin(low <= var + 1, start), limit, earlier)
    done = r.induction(var, below, bounded(var), base, r.discharge(var + 1 <= high, more))
    at_high = mp_all(instantiate(done, {var: high}), lin(high <= high))
    nonempty = r.cut(lin(below <= high, r.assume(low <= high)), at_high)
    return r.cases(low <= high, nonempty, empty(high, r.assume(high < low)))


def every(var: Var, low: Term, high: Term, statement: Term) -> Term:
    """for all var: low <= var => var <= high => statement."""
    return forall(var, implies(low <= var, var <= high, statement))


def apply_every(th: Theorem, value: Term, above: Theorem, below: Theorem) -> Theorem:
    return mp_all(r.spec(th, value), above, below)
