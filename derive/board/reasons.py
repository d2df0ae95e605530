"""Reasons: what may stand behind ``by=``.

A definition, a lemma, an axiom, a theorem, a condition of the theorem itself, a tactic (``ring``, ``auto``, ``logs``,
``sums``, ``order``, ``induction``), a list of these, ``reverse(x)`` to use an equation right to left, or ``gap("why")`` for a hole
that no check passes.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from derive.errors import UserError
from derive.kernel.definitions import Definition
from derive.kernel.terms import EQ, FORALL, IMPLIES, SUM, App, Lam, Num, Term
from derive.language.arguments import takes
from derive.language.words import called
from derive.record import JUST_SHOWN, Reason


class Tactic(NamedTuple):
    """A reason that searches: its name, the features of the normal form that it turns on, and its English."""

    name: str
    features: frozenset[str]
    phrase: str


ring = Tactic("ring", frozenset(), "algebra")
auto = Tactic("auto", frozenset({"sums", "indicators", "constants", "logs", "nested", "ranges"}), "calculation")
logs = Tactic("logs", frozenset({"logs"}), "rules of logarithms")
sums = Tactic("sums", frozenset({"sums", "constants", "ranges"}), "linearity of sums")
order = Tactic("order", frozenset(), "arithmetic of inequalities")
calculus = Tactic("calculus", frozenset(), "rules of differentiation")
normal = Tactic("normal", frozenset(), "calculation on both sides")
"""All of it at once: definitions, what is given, derivatives, inequalities of sums; for lines that come from elsewhere."""
induction = Tactic("induction", frozenset(), "induction on where the sums end")
"""A closed form or a bound of sums, from what one term more adds; where the page should show the step, there is ``calc.induction``."""


class NotAReasonError(TypeError):
    """What stands behind by= is none of the things that may."""

    def __init__(self, reason: Any) -> None:
        self.reason = reason
        super().__init__(
            f"{reason!r} is not a reason; by= takes a definition, a lemma, a theorem, a condition, a tactic such as ring or "
            "auto, or a list of these"
        )


class Reversed(NamedTuple):
    """A reason used right to left."""

    reason: Any


class Gap(NamedTuple):
    """A hole in a proof; it prints, and never passes a check."""

    why: str


class Reworded(NamedTuple):
    """A reason with the author's own words for the page."""

    reason: Any
    words: str


class ByCases(NamedTuple):
    """Split on a comparison; each case by the other reasons."""

    statement: Term


@takes("reverse(log_mul)", "reason")
def reverse(reason: Any) -> Reversed:
    """Use the equation right to left.  Raises TypeError when it is no reason."""
    for one in as_list(reason):
        describe(one)
    return Reversed(reason)


@takes('gap("to be shown")', "text")
def gap(why: str) -> Gap:
    """Leave a hole, saying why; the line prints as unproved and every check fails on it."""
    return Gap(why)


@takes('because("by symmetry", sum_swap)', "text", "reason")
def because(words: str, reason: Any) -> Reworded:
    """Print ``words`` as the reason; the proof uses ``reason``, or the list of reasons, all the same."""
    if not as_list(reason):
        raise UserError(f"because({words!r}, ...) has no reason behind the words; give one, such as a lemma or ring")
    for one in as_list(reason):
        describe(one)
    return Reworded(reason, words)


@takes("by_cases(Eq(k, y))", "statement")
def by_cases(statement: Term) -> ByCases:
    """Split on a comparison of terms, such as Eq(k, y)."""
    return ByCases(statement)


def as_list(by: Any) -> list[Any]:
    """The reasons one by one; reverse([a, b]) is reverse(a), reverse(b)."""
    if type(by) in (list, tuple):
        return [x for item in by for x in as_list(item)]
    if isinstance(by, Reworded):  # a hole stays a hole, whatever it is called
        holes = [x for x in as_list(by.reason) if isinstance(x, Gap)]
        return holes or [by]
    if isinstance(by, Reversed) and type(by.reason) in (list, tuple):
        return [Reversed(x) for x in as_list(by.reason)]
    return [by]


def is_statement(reason: Any) -> bool:
    """A lemma or theorem: it has a name, a kernel theorem on demand, and words for the page."""
    return all(hasattr(type(reason), x) or hasattr(reason, x) for x in ("name", "phrase", "kind"))


def describe(reason: Any, facts: Collection[Term] = ()) -> Reason:
    """The reason as a printed line gives it; ``facts`` are what was proved on the way."""
    if isinstance(reason, Reworded):
        all_ = [describe(x, facts) for x in as_list(reason.reason)]
        cited = dict.fromkeys(fact for x in all_ for fact in x.cites)
        return Reason(", ".join(x.name for x in all_), reason.words, all_[0].kind, cites=tuple(cited))
    if isinstance(reason, Reversed):
        if isinstance(reason.reason, Reversed):
            return describe(reason.reason.reason, facts)
        inner = describe(reason.reason, facts)
        words = getattr(reason.reason, "back", "") or inner.phrase
        return inner._replace(phrase=words, reversed=not inner.reversed)
    if isinstance(reason, Gap):
        return Reason("gap", reason.why, "gap")
    if isinstance(reason, Definition):
        return Reason(reason.name, f"definition of {called(reason)}", "definition")
    if isinstance(reason, Tactic):
        return Reason(reason.name, reason.phrase, "tactic")
    if isinstance(reason, ByCases):
        return Reason("by_cases", "the two cases", "tactic")
    if isinstance(reason, Term):
        if reason in facts:
            return Reason("fact", JUST_SHOWN, "hypothesis", cites=(reason,))
        return Reason("condition", _assumed(reason), "hypothesis")
    if is_statement(reason):
        return Reason(reason.name, reason.phrase, reason.kind)
    raise NotAReasonError(reason)


def _assumed(condition: Term) -> str:
    """What a condition says that is cited, where there are short words for it."""
    statement = condition
    while isinstance(statement, App) and statement.op in (FORALL, IMPLIES):
        last = statement.args[-1]
        statement = last.body if isinstance(last, Lam) else last
    total = isinstance(statement, App) and statement.op is EQ and statement.args[1] == Num(1)
    if total and isinstance(statement.args[0], App) and statement.args[0].op is SUM:  # type: ignore[attr-defined]
        return "the probabilities sum to 1"
    return "by assumption"
