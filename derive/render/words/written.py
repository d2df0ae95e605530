"""A derivation in a notation: how its terms and conditions are written, in letters that mean one thing on every line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from derive.errors import UserError
from derive.kernel.terms import Term
from derive.record import JUST_SHOWN, Derivation, Reason
from derive.record.faithful import refuse_changed
from derive.record.relations import RELATIONS
from derive.render.formula.layout import Labels, conditions, layout
from derive.render.formula.nodes import Node, Prose
from derive.render.formula.notation import Notation
from derive.render.words.lettered import PageWords, lettered
from derive.render.words.prose import letters, reason_words, said_kinds
from derive.render.words.sentence import conditions_said
from derive.render.words.uses import Uses
from derive.render.words.where import stated, where


def reworded(d: Derivation, notation: Notation) -> Derivation:
    """The derivation with the words that the notation has for single lines, under NAME:LINE; a gap stays one.

    Raises UserError for a line that there is not, or that is a gap.
    """
    own = {key.partition(":")[2]: words for key, words in notation.reasons.items() if key.startswith(f"{d.name}:")}
    if not own:
        return d
    blocks, number = [], 0
    for block in d.blocks:
        lines = []
        for line in block.lines:
            number += 1
            words = own.pop(str(number), "")
            if words and any(r.kind == "gap" for r in line.reasons):
                raise UserError(
                    f"in the notation {notation.name}, [reasons] has words for {d.name}:{number}, and that line is a gap: nothing "
                    "proves it, so it has no reason; take the words out, or prove the line"
                )
            lines.append(line._replace(reasons=(line.reasons[0]._replace(phrase=PageWords(words)),)) if words else line)
        blocks.append(block._replace(lines=tuple(lines)))
    if own:
        raise UserError(
            f"in the notation {notation.name}, [reasons] has words for {d.name}:{next(iter(own))}, and {d.name} has the lines 1 to "
            f"{number}; write the number of one of them"
        )
    return d._replace(blocks=tuple(blocks))


def _facts(d: Derivation) -> dict[Term, int]:
    """The facts that are proved on the way, and the numbers of the lines that end them."""
    out: dict[Term, int] = {}
    number = 0
    for block in d.blocks:
        number += len(block.lines)
        signs = {line.relation for line in block.lines}
        if signs == {""}:
            out[block.lines[-1].term] = number
        for relation in (r for r in RELATIONS.values() if r.name in signs and r.given_by(signs)):
            out[relation.statement(block.start, block.lines[-1].term)] = number
    return out


def referring(d: Derivation, notation: Notation, numbers: Mapping[str, int]) -> Derivation:
    """The derivation whose reasons say which theorem they are: its words, and (Theorem 2) behind them.  ``numbers``: by name."""

    def told(reason: Reason) -> Reason:
        cited = dict.fromkeys(str(numbers[name]) for name in reason.name.split(", ") if name in numbers)
        if not cited or reason.kind == "gap":
            return reason
        which = f"Theorem{'s' if len(cited) > 1 else ''} {' and '.join(cited)}"
        return reason._replace(name="", phrase=PageWords(f"{reason_words(reason, notation)} ({which})"))

    d = lettered(reworded(d, notation), notation)
    blocks = (
        b._replace(lines=tuple(x._replace(reasons=tuple(map(told, x.reasons))) for x in b.lines)) for b in d.blocks
    )
    return d._replace(blocks=tuple(blocks))


class Written:
    """Raises UserError when the record is not what was proved.

    ``numbered``: the conditions have numbers, and each line says which of them it uses.  ``lines``: the lines have numbers, by
    which reasons cite them.
    """

    def __init__(self, d: Derivation, notation: Notation, numbered: bool = False, lines: bool = False) -> None:
        refuse_changed(d)
        self.d, self.notation = lettered(reworded(d, notation), notation), notation
        self.facts = _facts(d) if lines else {}
        self.avoid = letters(d)
        self.uses = (
            Uses(d, self._groups(d.given), map(self._groups, (b.assumes for b in d.blocks))) if numbered else None
        )

    def _groups(self, given: Iterable[Term]) -> list[tuple[Term, ...]]:
        """The conditions as they are said, several together where they make one chain."""
        return [c.of for c in conditions(given, self.notation, linear=True, avoid=self.avoid)]

    def node(self, term: Term, labels: Labels = (), *, linear: bool = False) -> Node:
        """The layout of a term of the derivation."""
        return layout(term, self.notation, linear=linear, avoid=self.avoid, labels=labels)

    def assumed(self, block: int, *, linear: bool = False) -> list[Prose]:
        """Each assumption of a block as a sentence."""
        number = None if self.uses is None else partial(self.uses.number, block=block)
        return conditions_said(
            self.d.blocks[block].assumes, self.notation, linear=linear, avoid=self.avoid, number=number
        )

    def given(self, *, linear: bool = False) -> list[Prose]:
        """The conditions of the theorem, and which of its letters are integers though they do not look it."""
        kinds = said_kinds(self.d, self.notation)
        number = None if self.uses is None else self.uses.number
        return conditions_said(self.d.given, self.notation, linear=linear, avoid=self.avoid, kinds=kinds, number=number)

    def reasons(self, block: int, index: int) -> str:
        """The reasons of a line in words, and the conditions that it uses where these are numbered."""
        used = "" if self.uses is None else self.uses.words(block, index)
        return "; ".join([*self.said(block, index), *([used] if used else [])])

    def said(self, block: int, index: int) -> list[str]:
        """The reasons of a line in words, each once."""
        return list(dict.fromkeys(map(self.reason, self.d.blocks[block].lines[index].reasons)))

    def reason(self, reason: Reason) -> str:
        """A reason in words, with the numbers of the lines that it cites, where lines have numbers."""
        words = reason_words(reason, self.notation)
        lines = " and ".join(self.cited(self.facts[x]) for x in reason.cites if x in self.facts)
        if not lines:
            return words
        return f"by {lines}" if reason.phrase == JUST_SHOWN else f"{words}, by {lines}"

    def cited(self, line: int) -> str:
        """How a line is cited."""
        return f"({line})"

    def where(self, *, linear: bool = False, everything: bool = False) -> list[Prose]:
        """The author's own definitions that the derivation uses, or all that it uses, as equations."""
        return where(stated(self.d, self.notation, everything), self.notation, linear=linear, avoid=self.avoid)
