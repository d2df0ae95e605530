"""Which conditions a line uses: those of its proof, and apart from them those that only say that its formula is defined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from derive.kernel.terms import Term
from derive.kernel.theorem import Theorem
from derive.record import Derivation, Line
from derive.tactics.context import Context
from derive.tactics.defined import undefined_part


class Uses:
    """The numbers of the conditions on a page, and which of them each line uses.

    ``groups``: the conditions as they are printed, several together where they make one chain; then the assumptions of each
    block.  Those come after them, numbered on.
    """

    def __init__(
        self, d: Derivation, given: Iterable[Sequence[Term]], assumed: Iterable[Iterable[Sequence[Term]]]
    ) -> None:
        self.d = d
        self._numbers: list[dict[Term, int]] = []  # for each block
        count = 0
        shared: dict[Term, int] = {}
        for group in given:
            count += bool(group)
            shared |= dict.fromkeys(group, count)
        for groups in assumed:
            own = dict(shared)
            for group in groups:
                count += bool(group)
                own |= dict.fromkeys(group, count)
            self._numbers.append(own)
        self._given = shared

    def number(self, statement: Term, block: int | None = None) -> int:
        """The number of a condition, or of an assumption of a block."""
        return (self._given if block is None else self._numbers[block])[statement]

    def words(self, block: int, index: int) -> str:
        """As in "uses (1), (3); defined under (2)"; "" where a line uses none."""
        line = self.d.blocks[block].lines[index]
        numbers = self._numbers[block]
        proof = {numbers[h] for h in (line.theorem.hyps if line.theorem else ()) if h in numbers}
        defined = {numbers[h] for th in self._defined(block, line) for h in th.hyps if h in numbers} - proof
        said = (("uses ", proof), ("defined under ", defined))
        return "; ".join(words + ", ".join(f"({n})" for n in sorted(found)) for words, found in said if found)

    def _defined(self, block: int, line: Line) -> list[Theorem]:
        """That the parts of the line's formula are defined, as it was checked when the line was written."""
        context = self._context(block)
        undefined_part(line.term, context)
        return context.needed

    def _context(self, block: int) -> Context:
        facts = [b.lines[0].theorem for b in self.d.blocks[:block] if len(b.lines) == 1]
        return Context.of((*self.d.given, *self.d.blocks[block].assumes)).with_facts(*(th for th in facts if th))
