"""Refusals and their text: where, from what, to what, what the reason gives or needs, and where a false line fails."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from derive.board.find import Found
from derive.board.justify import Failure
from derive.errors import TOO_DEEP, UserError
from derive.kernel.terms import Term, substitute
from derive.record.relations import RELATIONS, sign_of

if TYPE_CHECKING:
    from derive.falsify import Counterexample, NoneFound
    from derive.render.formula.notation import Notation


class StepError(UserError):
    """A line that does not follow, or that has no reason.  Its text names the line and the two formulas, and a reason by
    which it does follow; where none is found, what the reason gives or needs, and, where the line is false, a smallest
    counterexample."""

    def __init__(
        self, name: str, index: int, file: str, number: int, relation: str, before: Term, after: Term,
        reason: str, failure: Failure, given: tuple[Term, ...], find: Callable[[], Found | None] = lambda: None,
    ) -> None:  # fmt: skip
        self.theorem_name, self.index, self.file, self.number = name, index, file, number
        self.relation, self.before, self.after = relation, before, after
        self.reason, self.failure, self.given = reason, failure, given
        self._find = find
        self._text: str | None = None
        super().__init__(f"line {index} of {name} {self.verdict}")

    @property
    def verdict(self) -> str:
        if self.failure.holds:
            return f"follows, but not by {'all of ' if ',' in self.reason else ''}{self.reason}"
        return f"does not follow by {self.reason}" if self.reason else "has no reason"

    @property
    def header(self) -> str:
        """Where, and which line of which theorem."""
        return f"{place(self.file, self.number)}  line {self.index} of {self.theorem_name} {self.verdict}"

    def formulas(self, notation: Notation | None = None) -> str:
        """From what, to what."""
        if not self.relation:
            return f"  claim {show(self.after, notation)}"
        return f"  from  {show(self.before, notation)}\n  to    {sign_of(self.relation)} {show(self.after, notation)}"

    @cached_property
    def found(self) -> Found | None:
        """Reasons by which the line follows, when some are found."""
        return self._find()

    @cached_property
    def counterexample(self) -> Counterexample | NoneFound:
        """The smallest exact numbers found that make the line false; falsy when there are none."""
        from derive.falsify.search.search import LINE_EFFORT, find_counterexample

        claim = RELATIONS[self.relation].statement(self.before, self.after) if self.relation else self.after
        return find_counterexample(claim, self.given, effort=LINE_EFFORT)

    def __str__(self) -> str:
        if self._text is None:
            try:
                self._text = step_error_text(self)
            except RecursionError:
                self._text = f"{self.header}\n  {TOO_DEEP}"
        return self._text


class ClaimError(UserError):
    """A proof that ends somewhere else than at its claim, or a claim that does not make sense."""


def show(term: Term, notation: Notation | None = None) -> str:
    """A term in plain Unicode."""
    from derive.render.pens.text import term_text

    return term_text(term, notation)


def show_condition(statement: Term) -> str:
    """A condition as conditions are printed: p(y) > 0."""
    from derive.render.pens.text import conditions_text

    return "; ".join(conditions_text([statement]))


def advice(need: Term, given: Iterable[Term], whole: Term | None = None) -> str:
    """How the condition could be met: by a universal condition whose own guard is missing, by a theorem, or by adding it;
    where it speaks of a variable that the formula binds, for all its values."""
    from derive.tactics import side
    from derive.tactics.context import Context
    from derive.tactics.matching import match

    context = Context.of(given)
    for u in context.universals:
        mapping = match(u.concl, need, set(u.variables))
        if mapping is None:
            continue
        guards = [substitute(g, {v: t for v, t in mapping.items() if v in g.free}) for g in u.guards]
        unmet = [g for g in guards if side.prove(g, context) is None]
        if unmet:
            missing = " and ".join(show_condition(g) for g in unmet)
            return f"it would follow from {show_condition(u.theorem.concl)}, but {missing} is not given"
    free = set() if whole is None else whole.free.union(*(g.free for g in given))
    bound = ", ".join(sorted(v.name for v in need.free if whole is not None and v not in free))
    if bound:
        return f"add it for all {bound} to given=[...], with ForAll; name a theorem that says so in using=[...]"
    more = "" if whole is None else "; name a theorem that says so in using=[...]"
    return f"add it to given=[...], or conditions from which it follows{more}"


def place(file: str, number: int) -> str:
    """file:line, relative to the working directory when that is shorter."""
    try:
        relative = os.path.relpath(file)
    except ValueError:
        relative = file
    return f"{relative if len(relative) < len(file) else file}:{number}"


def step_error_text(error: StepError) -> str:
    """The whole message of a refused line."""
    out = [error.header, error.formulas()]
    failure = error.failure
    if failure.holds:
        out += [f"  {failure.what}"]
    if failure.holds and "write by=" in failure.what:  # it is true, so no numbers refute it
        return "\n".join(out)
    if error.found:  # to prove comes before to refute
        return "\n".join([*out, f"  {'it' if len(out) > 2 or not error.reason else 'but it'} follows by {error.found}"])
    if failure.holds:
        return "\n".join(out)
    if failure.missing:
        out += ["  a condition is missing: " + "; ".join(map(show_condition, failure.missing[:3]))]
        out += ["  " + advice(failure.missing[0], error.given)]
    elif failure.gives is not None and failure.gives not in (error.before, error.after):
        out += [f"  {error.reason} gives", f"        {show(failure.gives)}"]
    elif failure.what != "does not follow":
        out += [f"  {failure.what}"]
    if error.counterexample:
        out += [f"  {'and ' if error.reason else ''}the line is false: {error.counterexample}"]
    elif not failure.missing and failure.gives is None and failure.what == "does not follow":
        out += [
            "  no counterexample was found, and no reason either: the line may hold all the same; put a line between"
        ]
    return "\n".join(out)


def undefined(what: str, trouble: tuple[Term, Term], given: tuple[Term, ...], whole: Term) -> ClaimError:
    """The refusal of a formula with a part that may not exist, and the condition that it needs."""
    part, need = trouble
    return ClaimError(
        f"{what} is not defined under its conditions\n  {show(part)} needs  {show_condition(need)}\n  {advice(need, given, whole)}"
    )
