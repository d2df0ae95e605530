"""Rewriting with the equations that a reason names: lemmas, theorems, definitions and conditions.

``Rule`` wraps one equation, perhaps under conditions that the side-condition prover discharges.  ``directed`` walks two
terms together and uses the rules only where they differ, so what an author left alone stays alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from derive.kernel import rules as r
from derive.kernel.definitions import Definition
from derive.kernel.sorts import Sort, is_subsort
from derive.kernel.terms import EQ, FORALL, IFF, IMPLIES, App, At, SortError, Term, Var, substitute, subterms
from derive.kernel.theorem import RuleError, Theorem
from derive.tactics import side
from derive.tactics.closing import close
from derive.tactics.context import Context, Universal
from derive.tactics.conv import Conv, everywhere, first_of, relate_parts, repeatedly
from derive.tactics.derived import chain, defined_head, instantiate, is_refl, sides, unfold_head
from derive.tactics.matching import match


class Rule:
    """An equation to rewrite with, left to right.  ``theorem`` may have hypotheses; ``fixed`` are the variables
    that are not schematic."""

    def __init__(self, theorem: Theorem, name: str, fixed: frozenset[Var] = frozenset(), reverse: bool = False) -> None:
        self.name, self.reverse, self.theorem = name, reverse, theorem
        self.universal: Universal | None = None
        if fixed and isinstance(theorem.concl, App) and theorem.concl.op in (FORALL, IMPLIES):
            self.universal = Universal(theorem)
            statement, self.schematic = self.universal.concl, set(self.universal.variables)
        else:
            statement, self.schematic = theorem.concl, set(theorem.free - fixed)
        if not (isinstance(statement, App) and statement.op in (EQ, IFF)):
            raise ValueError(f"{name} is not an equation: {statement}")
        left, right = statement.args
        self.left, self.right = (right, left) if reverse else (left, right)
        self.failed: list[Term] = []  # side conditions that could not be proved, for messages

        self._fixed = fixed

    @property
    def ground(self) -> Term | None:
        """The left side, where it has no letters to be filled in."""
        return None if self.schematic else self.left

    @property
    def feeds_itself(self) -> bool:
        """Whether the left side matches in what the rule makes: used over and over it would not end."""
        return any(not t.loose and match(self.left, t, self.schematic) is not None for t in subterms(self.right))

    def flipped(self) -> Rule:
        """The same equation the other way round."""
        out = Rule(self.theorem, self.name, self._fixed, not self.reverse)
        out.failed = self.failed
        return out

    def __call__(self, term: Term, ctx: Context) -> Theorem | None:
        return self.at(term, ctx)

    def at(self, term: Term, ctx: Context, target: Term | None = None) -> Theorem | None:
        """|- term = new term, by matching the whole term; ``target`` helps to find values that the left side
        leaves open."""
        if term.sort != self.left.sort and not isinstance(self.left, (Var, At)) and type(term) is not type(self.left):
            return None
        mapping = match(self.left, term, self.schematic)
        if mapping is None:
            return None
        if target is not None and any(v not in mapping for v in self.right.free & self.schematic):
            more = match(self.right, target, self.schematic, mapping)
            if more is not None:
                mapping = more
        th = self.instance(mapping, ctx)
        if th is None:
            return None
        if self.reverse:
            th = r.sym(th)
        before, after = sides(th.concl)
        if not is_subsort(after.sort, before.sort) and (target is None or not is_subsort(after.sort, target.sort)):
            return None  # an integer place, such as an index, takes no real
        return th if before == term else None

    def instance(self, mapping: dict[Var, Term], ctx: Context) -> Theorem | None:
        """The theorem at these values, with its conditions discharged from what is known."""
        if self.universal is not None:
            return side.specialise(self.universal, mapping, ctx, side.DEPTH)
        if any(v not in mapping for v in self.schematic):
            mapping = self._complete(mapping, ctx)
            if any(v not in mapping for v in self.theorem.concl.free & self.schematic):
                return None
        try:
            th = instantiate(self.theorem, mapping)
        except (SortError, RuleError):
            return None
        return self.discharge(th, ctx)

    def discharge(self, th: Theorem, ctx: Context) -> Theorem | None:
        for h in th.hyps:
            known = side.prove(h, ctx)
            if known is None:
                if h not in self.failed:
                    self.failed.append(h)
                return None
            th = r.cut(known, th)
        return th

    def _complete(self, mapping: dict[Var, Term], ctx: Context) -> dict[Var, Term]:
        """Values for variables that occur in hypotheses only, read off the known facts."""
        for h in self.theorem.hyps:
            pattern = substitute(h, {v: t for v, t in mapping.items() if v in h.free})
            waiting = {v for v in h.free & self.schematic if v not in mapping}
            if not waiting:
                continue
            for fact in ctx.facts:
                found = match(pattern, fact.concl, waiting)
                if found is not None:
                    mapping = {**mapping, **found}
                    break
        return mapping


class DefinitionRule:
    """Unfolding (or, reversed, folding) of one definition."""

    def __init__(self, definition: Definition, reverse: bool = False) -> None:
        self.name, self.definition, self.reverse = definition.name, definition, reverse
        self.failed: list[Term] = []

    def flipped(self) -> DefinitionRule:
        return DefinitionRule(self.definition, not self.reverse)

    def __call__(self, term: Term, ctx: Context) -> Theorem | None:
        return self.at(term, ctx)

    def at(self, term: Term, ctx: Context, target: Term | None = None) -> Theorem | None:
        if self.reverse:
            if target is None:
                return None
            th = self._unfold(target)
            return r.sym(th) if th is not None and sides(th.concl)[1] == term else None
        return self._unfold(term)

    def _unfold(self, term: Term) -> Theorem | None:
        return unfold_head(term) if defined_head(term) is self.definition else None


class SortedRule:
    """A lemma for every abstract sort, such as the argmin laws over the parameters."""

    def __init__(self, schema: Any, reverse: bool) -> None:
        self.schema, self.reverse, self.name = schema, reverse, schema.name
        self.failed: list[Term] = []
        self._rules: dict[Sort, Rule] = {}

    def flipped(self) -> SortedRule:
        out = SortedRule(self.schema, not self.reverse)
        out.failed = self.failed
        return out

    def __call__(self, term: Term, ctx: Context) -> Theorem | None:
        return self.at(term, ctx)

    def at(self, term: Term, ctx: Context, target: Term | None = None) -> Theorem | None:
        sort = self.schema.sort_of(term)
        if sort is None:
            return None
        return self.for_sort(sort).at(term, ctx, target)

    def for_sort(self, sort: Sort) -> Rule:
        rule = self._rules.get(sort)
        if rule is None:
            rule = self._rules[sort] = Rule(self.schema.at_sort(sort), self.name, frozenset(), self.reverse)
            rule.failed = self.failed
        return rule


AnyRule = Rule | DefinitionRule | SortedRule


def directed(a: Term, b: Term, rules: Sequence[AnyRule], ctx: Context, fuel: int = 4) -> Theorem | None:
    """|- a = b, with the rules where the two differ and field identities at the leaves."""

    def go(x: Term, y: Term | None, c: Context, left: int) -> Theorem | None:
        if y is None:
            return None
        if x == y:
            return r.refl(x)
        if left > 0:
            for rule in rules:
                hit = rule.at(x, c, y)
                if hit is not None and not is_refl(hit):
                    now = sides(hit.concl)[1]
                    rest = close(now, y, c, 3) if len(rules) == 1 else None
                    rest = rest or go(now, y, c, left - 1)
                    if rest is not None:
                        return chain(hit, rest)
        th = relate_parts(x, y, c, lambda s, t, d: go(s, t, d, left))
        if th is not None:
            return th
        return close(x, y, c, 3)

    return go(a, b, ctx, fuel)


def exhaustively(rules: Sequence[AnyRule]) -> Conv:
    """All rules everywhere, until none applies, or twelve times; None where they only make the term larger and larger."""
    return repeatedly(everywhere(first_of(*rules)), limit=12, growing=False)
