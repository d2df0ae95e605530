"""Working a derivation out: every line at the given numbers, exactly, and whether it agrees with the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from derive.errors import UserError
from derive.falsify import Model, Undecided, Undefined, evaluate, substitute_model
from derive.kernel.sorts import PROP
from derive.kernel.terms import SUM, App, Term, subterms
from derive.record import Block, Derivation, Line
from derive.record.relations import RELATIONS
from derive.render.pens.text import conditions_text, term_text
from derive.work.model import Numbers, letters
from derive.work.simpler import simpler

DEEPEST = 60  # operations inside one another, such as the terms of a sum: a formula of more is no help on a page


@dataclass(frozen=True, slots=True)
class WorkedLine:
    """A line with its numbers: the formula, the numbers put in (None when that is too long), the value, and
    whether it agrees."""

    relation: str
    term: Term
    numbers: Term | None
    value: Any
    agrees: bool
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class WorkedBlock:
    title: str
    lines: tuple[WorkedLine, ...]


@dataclass(frozen=True, slots=True)
class Worked:
    derivation: Derivation
    model: Model
    blocks: tuple[WorkedBlock, ...]
    notes: tuple[str, ...] = field(default=())
    words: tuple[str, ...] = ()  # of the tokens 1, 2, ..., where the numbers name them

    @property
    def wrong(self) -> list[WorkedLine]:
        return [w for b in self.blocks for w in b.lines if not w.agrees]


def work_out(derivation: Derivation, data: Mapping[str, Any]) -> Worked:
    """Every line of the derivation at the given numbers.  Raises UserError when they do not fit the theorem's
    conditions."""
    numbers = Numbers(derivation, data)
    model = numbers.model()
    for g in derivation.given:
        shown = "; ".join(conditions_text([g]))
        try:
            holds = evaluate(g, model)
        except (Undefined, Undecided) as error:
            raise UserError(
                f"the condition {shown} of {derivation.name} cannot be settled with these numbers: {error}"
            ) from None
        if holds is not True and numbers.doubts and any(_is_sum(t) for t in subterms(g)):
            raise UserError(
                f"{numbers.doubts[0]}, and {derivation.name} asks for it: {shown}. "
                'Write fractions as strings, such as "1/3", where decimals do not add up'
            )
        if holds is not True:
            raise UserError(f"these numbers break a condition of {derivation.name}: {shown}")
    blocks = [_block(b, model) for b in derivation.blocks if _closed(b, derivation)]
    if not blocks:  # an induction: the claim itself, at these numbers
        blocks = [_claim(derivation, model)]
    doubts = (f"{doubt}: no distribution over tokens, which the theorem does not ask for" for doubt in numbers.doubts)
    return Worked(derivation, model, tuple(blocks), (*numbers.notes, *doubts), tuple(numbers.words))


def _is_sum(term: Term) -> bool:
    return isinstance(term, App) and term.op is SUM


def _closed(block: Block, derivation: Derivation) -> bool:
    """Whether a block speaks only of the theorem's own letters, and of no index of an induction."""
    if block.assumes or "case" in block.title.lower():
        return False
    known = letters(derivation)
    return all(t.free <= known for t in (block.start, *(line.term for line in block.lines)))


def _claim(derivation: Derivation, model: Model) -> WorkedBlock:
    claim = derivation.claim
    left, right = claim.args[0], claim.args[1]  # type: ignore[attr-defined]
    return WorkedBlock("", (_line("", left, left, model, None), _line("=", left, right, model, None)))


def _block(block: Block, model: Model) -> WorkedBlock:
    lines: list[WorkedLine] = []
    if block.lines and block.lines[0].relation:
        lines.append(_line("", block.start, block.start, model, None))
    before = block.start
    for line in block.lines:
        lines.append(_line(line.relation, before, line.term, model, line))
        before = line.term
    return WorkedBlock(block.title, tuple(lines))


def _line(relation: str, before: Term, after: Term, model: Model, line: Line | None) -> WorkedLine:
    try:
        value = evaluate(after, model)
        if relation:
            agrees = evaluate(RELATIONS[relation].statement(before, after), model) is True
        else:  # a fact on the way must hold; where a chain starts there is nothing to agree with
            agrees = line is None or after.sort != PROP or value is True
    except (Undefined, Undecided) as error:
        raise UserError(f"a line cannot be evaluated at these numbers: {term_text(after)}: {error}") from None
    return WorkedLine(relation, after, _written_out(after, model), value, agrees, line)


def _written_out(term: Term, model: Model) -> Term | None:
    """The term with its numbers put in, None when that is too long for a page."""
    if term.sort == PROP:
        return None
    try:
        numbers = substitute_model(term, model, unfold=True)
        shorter = simpler(numbers)
        numbers = shorter if evaluate(shorter, model) == evaluate(numbers, model) else numbers
    except (Undefined, Undecided):
        return None
    level = [numbers]
    for _ in range(DEEPEST):
        level = [part for t in level if isinstance(t, App) for part in t.args]
        if not level:
            return numbers
    return None
