"""What letters stand for at a place in a formula."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from derive.kernel.terms import Term, Var
from derive.notes.formula.surface import Expr

if TYPE_CHECKING:
    from derive.notes.meaning.world import Meaning


@dataclass(frozen=True)
class Scope:
    """``bound``: letters of sums, as they are written; ``let``: letters of a definition, each with the formula that it stands for and
    the place where that is read; ``held``: names that a derivative moves, though they are defined; ``inside``: definitions whose
    meaning is being read; ``around``: letters of the sums in which the name stands that is being explained."""

    bound: dict[str, Term] = field(default_factory=dict)
    let: dict[str, tuple[Expr, Scope]] = field(default_factory=dict)
    held: dict[str, Term] = field(default_factory=dict)
    inside: tuple[Meaning, ...] = ()
    around: dict[str, Term] = field(default_factory=dict)

    def explaining(
        self, m: Meaning, let: dict[str, tuple[Expr, Scope]] | None = None, bound: dict[str, Term] | None = None
    ) -> Scope:
        """Inside what a definition says of a name that stands here."""
        return Scope(bound or {}, let or {}, self.held, (*self.inside, m), {**self.around, **self.bound})

    def under(self, letters: dict[str, Term]) -> Scope:
        """Inside a sum over these letters, which hide others of the name."""
        let = {k: v for k, v in self.let.items() if k not in letters}
        return replace(self, bound={**self.bound, **letters}, let=let)

    def taken(self) -> set[Var]:
        """Variables whose names a new one must not have."""
        out = {v for t in (*self.bound.values(), *self.held.values(), *self.around.values()) for v in t.free}
        for _, scope in self.let.values():
            out |= scope.taken()
        return out

    def meant(self, e: Expr) -> tuple[Expr, Scope]:
        """A letter of a definition as what it stands for."""
        scope: Scope = self
        while e.op == "ref" and e.ref.name in scope.let:
            found, outer = scope.let[e.ref.name]
            if e.args and not found.is_name():
                break
            if e.args:  # x_m where x stands for y: y_m, whose index is read here
                from dataclasses import replace as put

                e = put(e, data=e.ref._replace(name=found.ref.name))
                scope = replace(scope, let={k: v for k, v in scope.let.items() if k != found.ref.name})
                continue
            e, scope = found, outer
        return e, scope
