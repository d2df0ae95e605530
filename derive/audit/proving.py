"""An equation between a program and a loss, proved on the board: a theorem like those of the catalogue, or None."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from derive.board.calc import Calc
from derive.board.catalogue import find_theorem
from derive.board.entries import TheoremEntry
from derive.board.justify import Failure, Success, justify
from derive.board.reasons import auto, normal
from derive.errors import UserError
from derive.kernel import ring as field
from derive.kernel import terms as k
from derive.kernel.definitions import Definition
from derive.kernel.terms import App, Num, Term, subterms
from derive.language.definitions import absolute, maximum, minimum, positive_part, sigmoid, softplus
from derive.lemmas import LEMMAS
from derive.tactics import side
from derive.tactics.closing import denominators
from derive.tactics.context import Context
from derive.tactics.derived import sides
from derive.tactics.monomials import poly_term
from derive.tactics.normal import ALL, Normalizer
from derive.tactics.rewriting import DefinitionRule, Rule, exhaustively

_LAST = frozenset((maximum, minimum, absolute, positive_part))
"""Definitions that both sides mostly share, and that say nothing when they are written out."""


def definitions_in(*terms: Term) -> list[Definition]:
    """The definitions in the terms, and in the bodies of those."""
    out: dict[Definition, None] = {}
    waiting = [*terms]
    while waiting:
        for t in subterms(waiting.pop()):
            if isinstance(t, App) and isinstance(t.op, Definition) and t.op not in out:
                out[t.op] = None
                waiting.append(t.op.body)
    return list(out)


def _bags(left: Term, right: Term) -> Iterator[list[Any]]:
    """Reasons to try: the definitions, and laws of exponentials where they may help."""
    found = definitions_in(left, right)
    plain = [d for d in found if d not in _LAST]
    bound = [d for d in found if d in _LAST]
    laws = (
        [LEMMAS["exp_sub"]]
        if any(isinstance(t, App) and t.op is k.EXP for x in (left, right) for t in subterms(x))
        else []
    )
    yield [auto, *plain]
    if sigmoid in plain:
        rest = [d for d in plain if d is not sigmoid]
        yield [auto, *rest, find_theorem("sigmoid_of_negative")]
    if laws:
        yield [auto, *plain, *laws]
        yield [auto, *plain, *laws, LEMMAS["exp_add"]]
    if bound:
        yield [auto, *plain, minimum, *laws]
        yield [auto, *plain, *bound]
    yield [normal]


def reasons_for(left: Term, right: Term, given: Sequence[Term]) -> list[Any] | None:
    """Reasons by which the board takes left = right, each of which it uses; None when none of those tried do."""
    tried: list[list[Any]] = []
    for bag in _bags(left, right):
        for _ in range(len(bag)):
            if bag in tried:
                break
            tried.append(bag)
            out = justify("=", left, right, bag, given, Context.of(given))
            if isinstance(out, Success):
                return bag
            assert isinstance(out, Failure)
            if not out.idle:
                break
            bag = [x for x in bag if x not in out.idle]
            if not bag:
                break
    return None


def counts(left: Term, right: Term, given: Sequence[Term]) -> list[Term]:
    """What divisors come to where that is needed to see that they are not 0: B T - sum (1 - w) is sum w, and a double sum is one in
    the other order."""
    ctx = Context.of(given)
    out: list[Term] = []
    for d in dict.fromkeys((*denominators(left), *denominators(right))):
        simpler = None if d.loose else _polynomial(d, ALL - {"nested"}, ctx)
        if simpler is None or side.prove(k.ne(simpler, Num(0)), ctx) is None:
            continue
        for other in (d, _polynomial(d, ALL, ctx)):
            if other is not None and other != simpler and side.prove(k.ne(other, Num(0)), ctx) is None:
                out.append(k.eq(other, simpler))
    return list(dict.fromkeys(out))


def _polynomial(d: Term, features: frozenset[str], ctx: Context) -> Term | None:
    """A divisor multiplied out; None when it is a fraction, or too large."""
    try:
        poly, below = field.ratio(sides(Normalizer(features).normalize(d, ctx).concl)[1], frozenset())
    except field.TooLargeError:
        return None
    return None if below else poly_term(poly)


def _without_magnitudes(left: Term, given: Sequence[Term]) -> tuple[Term, list[Any]] | None:
    """The left side with log(1 + exp(-|x|)), which programs take for softplus, as softplus less the positive part; and by what."""
    law = find_theorem("softplus_of_magnitude")
    if absolute not in definitions_in(left):
        return None
    choices: tuple[list[Any], ...] = ([law], [softplus, law])
    for reasons in choices:
        rules = [DefinitionRule(x) if isinstance(x, Definition) else Rule(x.theorem, x.name) for x in reasons]
        step = exhaustively(rules)(left, Context.of(given))
        if step is not None and absolute not in definitions_in(sides(step.concl)[1]):
            return sides(step.concl)[1], reasons
    return None


def prove(name: str, left: Term, right: Term, given: Sequence[Term], words: str) -> TheoremEntry | str:
    """The theorem given |- left = right, or why there is none.  Its file is none: it is stated by a command."""
    facts = counts(left, right, given)
    first = _without_magnitudes(left, given)
    start = first[0] if first else left
    reasons = [auto] if start == right else reasons_for(start, right, [*given, *facts])
    if reasons is None:
        return "no proof was found"

    def lines(calc: Calc) -> None:
        for fact in facts:
            calc.have(fact, by=auto)
        if first:
            calc.eq(start, by=first[1])
        calc.eq(right, by=reasons)

    lines.__doc__ = words
    entry = TheoremEntry(name, k.eq(left, right), given, lines, "audit", "", (), name, 1, "derive.audit", "")
    try:
        entry.check()
    except UserError as error:
        return " ".join(str(error).split())
    return entry
