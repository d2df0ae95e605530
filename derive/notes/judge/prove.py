"""Is a statement of notes proved, and by what?  The full normal form first, as it is quick; then reasons of the board."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from derive.board.candidates import folds
from derive.board.find import find
from derive.board.goal import Citable, Goal
from derive.board.reasons import auto, calculus, describe, induction, logs, ring, sums
from derive.kernel.definitions import definitions
from derive.kernel.sorts import SetOf, is_numeric
from derive.kernel.terms import DELTA, EQ, LE, LT, App, SortError, Term, subterms
from derive.kernel.theorem import RuleError, Theorem
from derive.language.words import called
from derive.lemmas import LEMMAS
from derive.notes.judge import cited, extremes, optima, powers
from derive.record.relations import BY_OPERATOR
from derive.tactics import consequences
from derive.tactics.context import Context
from derive.tactics.derived import is_app, sides, strip_forall
from derive.tactics.monomials import expansion

ATTEMPTS, SIZE = 24, 20_000
"""How many reasons of the board are tried where normal forms did not do; fewer for a large row: so many by the square of its size."""
LARGE = 20_000
"""Products of monomials beyond which a row is not multiplied out."""


class Proof(NamedTuple):
    theorem: Theorem
    reason: str  # in words
    reasons: tuple[Any, ...] = ()  # as the board takes them, where it has some
    used: tuple[str, ...] = ()  # by the normal form: lemmas and definitions


def prove(claim: Term, given: Sequence[Term]) -> Proof | None:
    """A quick proof of the claim, whose hypotheses are among ``given``; None where there was none, which says nothing of its truth."""
    context = Context.of(given)
    if claim in context.by_statement:
        return Proof(context.by_statement[claim], "by assumption", (claim,))
    if expansion(claim) > LARGE:
        return None
    proof = _by_normal_form(claim, context)
    if proof is None and any(map(_picks, given)):
        context = Context.of([g for g in given if not _picks(g)])
        proof = _by_normal_form(claim, context)
    if proof is None and isinstance(claim, App) and claim.op in (LE, LT) and any(map(_is_equation, given)):
        context = Context.of([g for g in given if not _is_equation(g)])
        proof = _by_normal_form(claim, context)
    if proof is None or not set(proof.theorem.hyps) <= set(given):
        return None
    return _more_telling(_goal(claim, given, context), proof)


def _picks(fact: Term) -> bool:
    """Whether a fact says that a family is one-hot, which many rows do not need: q_j f(j) and q_j f(c) are one only where j is c."""
    _, _, said = strip_forall(fact)
    return is_app(said, EQ) and is_app(sides(said)[1], DELTA)


def _is_equation(fact: Term) -> bool:
    """An equation is put in wherever it fits: that a sum is 1 hides the square of it from the inequality of Cauchy and Schwarz."""
    return is_app(strip_forall(fact)[2], EQ)


def search(claim: Term, given: Sequence[Term], attempts: int = ATTEMPTS) -> Proof | None:
    """A proof by reasons of the board, which are tried one by one, or by induction on where sums end."""
    if expansion(claim) > LARGE:
        return None
    goal = _goal(claim, given, Context.of(given))
    size = sum(1 for _ in subterms(claim))
    found = find(goal, min(attempts, SIZE // (size * size)))
    reasons = (induction,) if found is None else found.reasons
    theorem = _followed(goal, reasons) if found is None else found.theorem
    if theorem is None or theorem.concl != claim or not set(theorem.hyps) <= set(given):
        return None
    return Proof(theorem, _words(reasons), reasons)


def _followed(goal: Goal, reasons: Sequence[Any]) -> Theorem | None:
    out = goal.follows(reasons)
    return None if out is None else out.theorem


def by_theorem(claim: Term, given: Sequence[Term]) -> Proof | None:
    """By one theorem of the catalogue."""
    by = cited.prove(claim, given)
    if by is None or by[0].concl != claim or not set(by[0].hyps) <= set(given):
        return None
    return Proof(by[0], f"the theorem {by[1].name}")


def _goal(claim: Term, given: Sequence[Term], context: Context) -> Goal:
    relation = BY_OPERATOR.get(claim.op) if isinstance(claim, App) else None
    if relation is None or not isinstance(claim, App):
        return Goal("", claim, claim, tuple(given), context, Citable(claim))
    before, after = claim.args
    return Goal(relation.name, before, after, tuple(given), context, Citable(claim))


def _words(reasons: Sequence[Any]) -> str:
    return ", ".join(dict.fromkeys(describe(x).phrase for x in reasons))


def _more_telling(goal: Goal, proof: Proof) -> Proof:
    """The same by one reason of the board, where one of the usual ones does."""
    if goal.relation != "=":
        return proof
    kinds = [t for start, t in _TACTICS if any(name.startswith(start) for name in proof.used)]
    some = [[ring], *([x] for x in folds(goal)), *([[kinds[0]]] if len(kinds) == 1 else [[auto]] if kinds else [])]
    for reasons in some[:_TELLING]:
        out = goal.follows(reasons)
        if out is not None and out.theorem.concl == proof.theorem.concl:
            return Proof(out.theorem, _words(reasons), tuple(reasons))
    return proof


def _of_numbers(claim: App, context: Context) -> tuple[Theorem, tuple[str, ...]] | None:
    plain = consequences.prove
    return (
        plain(claim, context)
        or extremes.prove(claim, context, plain)
        or extremes.by_indices(claim, context, plain)
        or powers.closed(claim, context)
        or powers.by_logarithms(claim, context)
    )


def _by_normal_form(claim: Term, context: Context) -> Proof | None:
    if not (isinstance(claim, App) and claim.op in (EQ, LE, LT)):
        return None
    sort = claim.args[0].sort
    if not (is_numeric(sort) or isinstance(sort, SetOf)):
        return None
    try:
        found = _of_numbers(claim, context) if is_numeric(sort) else None
        if found is None and claim.op is EQ:
            th = optima.prove(claim, context)
            found = None if th is None else (th, ("optima",))
    except (RuleError, SortError, RecursionError):
        return None
    if found is None or found[0].concl != claim:
        return None
    return Proof(found[0], in_words(found[1]), (), found[1])


_TELLING = 4  # reasons that are tried for a row that is proved already
_TACTICS = (("differentiation", calculus), ("sum_", sums), ("log_", logs))
_KINDS = (
    ("differentiation", "rules of differentiation"),
    ("sum_", "rules of sums"),
    ("log_", "rules of logarithms"),
    ("exp_", "rules of exponentials"),
    ("pow_", "rules of exponentials"),
    ("delta_", "indicators"),
    ("optima", "what optima are"),
)


def in_words(used: Iterable[str]) -> str:
    """What a proof by normal forms used: definitions and kinds of rules."""
    words: dict[str, None] = {}
    known = {d.name: d for d in definitions()}
    for name in used:
        definition = known.get(name)
        if definition is not None:
            words[f"definition of {called(definition)}"] = None
            continue
        kind = next((said for start, said in _KINDS if name.startswith(start)), None)
        lemma = LEMMAS.get(name)
        words[kind or (lemma.phrase if lemma is not None else name)] = None
    return ", ".join(words) or "algebra"
