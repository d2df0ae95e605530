"""What is known at a place in a term: the conditions of the theorem, and the bounds of every binder crossed on the way."""

from __future__ import annotations

from collections.abc import Iterable

from derive.kernel import rules as r
from derive.kernel.terms import Term, Var
from derive.kernel.theorem import Theorem
from derive.tactics.derived import strip_forall


class Universal:
    """A fact ``for all x..: G => ... => P`` taken apart, ready to be matched."""

    __slots__ = ("concl", "guards", "theorem", "variables")

    def __init__(self, theorem: Theorem) -> None:
        self.theorem = theorem
        self.variables, self.guards, self.concl = strip_forall(theorem.concl)


class Context:
    """Facts in scope.  ``missing`` collects the side conditions that could not be proved, for error messages."""

    def __init__(self, facts: Iterable[Theorem] = (), missing: list[Term] | None = None) -> None:
        self.facts = tuple(facts)
        self.missing: list[Term] = [] if missing is None else missing
        self.universals = [Universal(f) for f in self.facts if _is_universal(f)]
        self.by_statement = {f.concl: f for f in self.facts}
        self.proved: dict[Term, Theorem | None] = {}
        free: set[Var] = set()
        for f in self.facts:
            free |= f.free
        self.free = free

    @classmethod
    def of(cls, given: Iterable[Term]) -> Context:
        return cls(r.assume(g) for g in given)

    def extend(self, *statements: Term) -> Context:
        """The same, with more assumptions."""
        return self.with_facts(*(r.assume(s) for s in statements))

    def with_facts(self, *theorems: Theorem) -> Context:
        return Context((*self.facts, *theorems), self.missing)


def _is_universal(th: Theorem) -> bool:
    op = getattr(th.concl, "op", None)
    return op is not None and op.name in ("forall", "implies")
