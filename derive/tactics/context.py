"""What is known at a place in a term: the conditions of the theorem, and the bounds of every binder crossed on the
way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from derive.kernel import rules as r
from derive.kernel.terms import ARGMAX, ARGMIN, IN, App, At, Op, Term, Var, subterms
from derive.kernel.theorem import Theorem
from derive.tactics.derived import instantiate_named, strip_forall


class Universal:
    """A fact ``for all x..: G => ... => P`` taken apart, ready to be matched."""

    __slots__ = ("concl", "guards", "parts", "schematic", "theorem", "variables")

    def __init__(self, theorem: Theorem) -> None:
        self.theorem = theorem
        self.variables, self.guards, self.concl = strip_forall(theorem.concl)
        self.schematic = frozenset(self.variables)
        self.parts = tuple(  # from each of which all values can be read
            t for t in subterms(self.concl) if not t.loose and self.schematic <= t.free and isinstance(t, (At, App))
        )


class Context:
    """Facts in scope.  ``missing`` collects the side conditions that could not be proved, for error messages.

    What is proved here is kept in ``proved``, and holds in every context with more facts.  ``failed`` says how deeply a goal
    was looked for in vain, ``underway`` which goals are being proved, ``defined`` which terms have a value, and ``needed``
    what was proved so that they have.  ``comparisons`` are the facts read as linear, with and without inequalities, and ``relevant``
    those of them, and of what follows from them, that bear on some monomials.  A context that was extended before is used again,
    since sums over one range ask the same again and again.
    """

    __slots__ = (
        "_extended", "blocked", "by_statement", "comparisons", "defined", "facts", "failed", "free", "linear", "missing", "needed",
        "proved", "relevant", "underway", "universals",
    )  # fmt: skip
    free: set[Var]

    def __init__(self, facts: Iterable[Theorem] = (), outer: Context | None = None) -> None:
        new = tuple(facts)
        self.facts: tuple[Theorem, ...] = new if outer is None else (*outer.facts, *new)
        self.missing: list[Term] = [] if outer is None else outer.missing
        self.needed: list[Theorem] = [] if outer is None else outer.needed
        self.linear: dict[int, tuple[Theorem, list[Any]]] = (
            {} if outer is None else outer.linear
        )  # facts read as linear, by identity
        said = (*new, *(th for f in new if (th := _of_optimum(f)) is not None))
        self.universals: list[Universal] = [Universal(f) for f in said if _is_universal(f)]
        self.by_statement: dict[Term, Theorem] = {f.concl: f for f in new}
        free: set[Var] = set()
        for f in new:
            free |= f.free
        if outer is not None:
            self.universals = [*outer.universals, *self.universals]
            self.by_statement = {**outer.by_statement, **self.by_statement}
            free |= outer.free
        self.free = free
        self.proved: dict[Term, Theorem] = {} if outer is None else dict(outer.proved)
        self.defined: set[Term] = set() if outer is None else set(outer.defined)
        self.comparisons: dict[bool, list[Any]] = {}
        self.relevant: dict[Any, list[Any]] = {}
        self.failed: dict[Term, int] = {}
        self.underway: set[Term] = set()
        self.blocked: list[None] = [] if outer is None else outer.blocked  # one for each goal met while underway
        self._extended: dict[tuple[Term, ...], Context] = {}

    @classmethod
    def of(cls, given: Iterable[Term]) -> Context:
        return cls(r.assume(g) for g in given)

    def extend(self, *statements: Term) -> Context:
        """The same, with more assumptions."""
        known = self._extended.get(statements)
        if known is None:
            known = self._extended[statements] = self.with_facts(*(r.assume(s) for s in statements))
        return known

    def with_facts(self, *theorems: Theorem) -> Context:
        return Context(theorems, self)


def _of_optimum(th: Theorem) -> Theorem | None:
    """What a fact says that has an element among the minimisers or maximisers: it is compared with all others."""
    c = th.concl
    if not (isinstance(c, App) and c.op is IN):
        return None
    element, optima = c.args
    if not (isinstance(optima, App) and optima.op in _OPTIMA):
        return None
    means = r.axiom(_OPTIMA[optima.op], element.sort)
    return r.mp(r.iff_forth(instantiate_named(means, {"a": element, "f": optima.args[0]})), th)


_OPTIMA: Mapping[Op, str] = {ARGMIN: "argmin_mem", ARGMAX: "argmax_mem"}


def _is_universal(th: Theorem) -> bool:
    op = getattr(th.concl, "op", None)
    return op is not None and op.name in ("forall", "implies")
