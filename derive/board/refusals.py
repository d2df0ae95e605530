"""Refusals and their text: where, from what, to what, what the reason gives or needs, and where a false line fails."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from derive.board.goal import Goal, plain
from derive.board.justify import Failure, written
from derive.errors import TOO_DEEP, UserError
from derive.kernel.terms import HAS_DERIVATIVE, App, Term, substitute
from derive.record.relations import sign_of

if TYPE_CHECKING:
    from derive.board.find import Found, Searched
    from derive.board.stuck import Lacking
    from derive.falsify import Counterexample, NoneFound
    from derive.render.formula.notation import Notation


class StepError(UserError):
    """A line that does not follow, or that has no reason.  Its text names the line and the two formulas, and a reason by
    which it does follow; where none is found, what the reason gives or needs, and, where the line is false, a smallest
    counterexample."""

    def __init__(
        self, name: str, index: int, file: str, number: int, goal: Goal, reason: str, failure: Failure,
        given: tuple[Term, ...], searched: Searched | None = None,
    ) -> None:  # fmt: skip
        self.theorem_name, self.index, self.file, self.number = name, index, file, number
        self.relation, self.before, self.after = goal.relation, goal.before, goal.after
        self.goal, self.reason, self.failure, self.given = goal, reason, failure, given
        self._searched = searched
        self._text: str | None = None
        super().__init__(f"line {index} of {name} {self.verdict}")

    @property
    def verdict(self) -> str:
        if self.failure.holds:
            return f"follows, but not by {'all of ' if ',' in self.reason else ''}{self.reason}"
        return f"does not follow by {self.reason}" if self.reason else "follows by no reason that was found"

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
    def searched(self) -> Searched:
        """What a search for reasons came to."""
        from derive.board.find import search

        return self._searched or search(self.goal)

    @property
    def found(self) -> Found | None:
        """Reasons by which the line follows, when some are found."""
        return self.searched.found

    @cached_property
    def lacking(self) -> Lacking | None:
        """Conditions with which the line follows, and by what; first those for which the author's reasons ask."""
        from derive.board.stuck import lacking

        own = [(self.goal.author, self.failure.missing)] if self.failure.missing else []
        return lacking(self.goal, [*own, *self.searched.asked])

    @cached_property
    def counterexample(self) -> Counterexample | NoneFound:
        """The smallest exact numbers found that make the line false; falsy when there are none."""
        from derive.falsify.search.search import LINE_EFFORT, find_counterexample

        return find_counterexample(self.goal.statement, self.given, effort=LINE_EFFORT)

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
        return "\n".join(
            [
                *out,
                f"  {'it' if len(out) > 2 or not error.reason else 'but it'} follows by {_to_write(error, error.found.reasons)}",
            ]
        )
    if failure.holds:
        return "\n".join(out)
    lacks = error.lacking
    needs = lacks.conditions if lacks else failure.missing[:3]
    if needs:
        out += ["  a condition is missing: " + "; ".join(map(show_condition, needs))]
        out += ["  " + advice(needs[0], error.given)]
        out += [f"  with it the line follows by {_to_write(error, lacks.reasons)}"] if lacks else []
    elif failure.gives is not None and failure.gives not in (error.before, error.after):
        out += [f"  {error.reason} gives", f"        {show(failure.gives)}"]
    elif failure.what != "does not follow":
        out += [f"  {failure.what}"]
    if error.counterexample:
        return "\n".join(
            [*out, f"  {'and ' if error.reason or len(out) > 2 else ''}the line is false: {error.counterexample}"]
        )
    if not needs and failure.gives is None and failure.what == "does not follow":
        out += _undecided(error)
    return "\n".join(out)


def _to_write(error: StepError, reasons: Sequence[Any]) -> str:
    """Reasons in the names that the author's program has, and what it must import for them."""
    from derive.board.program import Program, UnwrittenError

    names = error.goal.citable.names
    if names is None:
        return written(reasons)
    program = Program(names)
    try:
        by = program.by(reasons)
    except UnwrittenError:
        program, by = Program(names), written(reasons)
        for reason in map(plain, reasons):  # what can be imported is, all the same
            with suppress(UnwrittenError, TypeError):
                program.by([reason])
    lines = [f"from {x.module} import {x.name}" for x in program.imports if x.module != names.get("__name__")]
    return f"{by} ({'; '.join(lines)})" if lines else by


def _undecided(error: StepError) -> list[str]:
    """What is known of a line that is neither proved nor refuted."""
    from derive.board.stuck import brought

    none, attempts = error.counterexample, error.searched.attempts
    out = [f"  none of the {attempts} reasons that were tried does; {none}"]
    sides = brought(error.goal)
    if sides is not None:
        out += ["  calculation brings the two sides to", *(f"        {show(side)}" for side in sides)]
    return [*out, "  the line may hold all the same; put a line between"]


def undefined(what: str, trouble: tuple[Term, Term], given: tuple[Term, ...], whole: Term) -> ClaimError:
    """The refusal of a formula with a part that may not exist, and the condition that it needs."""
    part, need = trouble
    if isinstance(need, App) and need.op is HAS_DERIVATIVE:
        return ClaimError(
            f"{what} is not defined under its conditions\n  {show(part)} may not exist, for a maximum or an absolute value has a kink\n"
            "  say in given=[...] that the function has a slope there, has_derivative(function, point, slope), or write the case out"
        )
    return ClaimError(
        f"{what} is not defined under its conditions\n  {show(part)} needs  {show_condition(need)}\n  {advice(need, given, whole)}"
    )
