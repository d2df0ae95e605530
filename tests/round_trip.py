"""Printing and reading back: what a target makes of a formula, and what that can mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product

from formulas import Formula, Given, reader

from derive.kernel.definitions import definitions
from derive.kernel.terms import Term
from derive.read import latex, mathml, omml, speech, text, typst
from derive.read.canonical import canonical
from derive.read.grammar import Reader
from derive.read.page import Item, Items, Sign, UnreadableError
from derive.render.formula.layout import layout
from derive.render.formula.nodes import Node
from derive.render.formula.notation import load_notation
from derive.render.formula.statements import Condition
from derive.render.pens import mathml as mathml_printer
from derive.render.pens.latex import node_latex
from derive.render.pens.omml import node_omml
from derive.render.pens.speech import node_speech
from derive.render.pens.text import Pen
from derive.render.pens.typst import node_typst


@dataclass(frozen=True)
class Target:
    """How a layout is printed, and all pages that what was printed can be.

    ``linear``: it is a line of text, without fractions; ``hidden``: styles that cannot be seen.
    """

    draw: Callable[[Node], str]
    pages: Callable[[str], Iterable[Items]]
    linear: bool = False
    hidden: frozenset[str] = field(default_factory=frozenset)

    def printed(self, formula: Formula) -> str:
        return self.draw(formula.line if self.linear else formula.node)

    def meanings(self, read: Reader, printed: str) -> set[Term]:
        """All that a printed formula can mean; nothing where it cannot be read."""
        try:
            return {term for page in self.pages(printed) for term in read.read(page)}
        except UnreadableError:
            return set()

    def misread(self, notation: str, chosen: Iterable[Formula]) -> Iterator[str]:
        """The formulas that do not mean what was printed and nothing else."""
        for f in chosen:
            printed = self.printed(f)
            found = self.meanings(reader(f.theorem, notation, self.hidden), printed)
            if found != {canonical(f.term)}:
                yield f"{f.theorem}, {f.place}: {printed}\n  is read as {sorted(map(str, found))}\n  and is {f.term}"

    def misread_conditions(self, notation: str, chosen: Iterable[Given]) -> Iterator[str]:
        """The conditions that do not mean what was printed, as they stand in a line of text."""
        for g in chosen:
            read = reader(g.theorem, notation, self.hidden)
            found: list[Term] = []
            for c in g.lines if self.linear else g.conditions:
                for statements in zip(*map(read.conditions, self.sentences(c)), strict=True):
                    meanings = set[Term]().union(*statements)
                    found += meanings
                    if len(meanings) != 1:
                        yield f"{g.theorem}: {self.draw(c.statement)} is read as {sorted(map(str, meanings))}"
            if set(found) != set(map(canonical, g.terms)):
                yield f"{g.theorem}: its conditions are read as {found}"

    def sentences(self, c: Condition) -> Iterator[Items]:
        """All that a condition can be, with the words between its formulas."""
        words = [("and" if i else said.strip(), node) for said, nodes in c.scopes for i, node in enumerate(nodes)]
        scopes = product(*(self.pages(self.draw(node)) for _, node in words))
        for statement, scope in product(self.pages(self.draw(c.statement)), list(scopes)):
            behind: list[Item] = []
            for (word, _), page in zip(words, scope, strict=True):
                behind += [Sign(word, "text"), *page]
            yield (*statement, *behind)

    def reads_back(self, term: Term, notation: str) -> bool:
        """Whether a term that is of no theorem means itself and nothing else.  A letter that means two things, which no
        theorem may have, is left out."""
        if len({v.name for v in term.free}) < len(term.free):
            return True
        read = Reader(notation, term.free, definitions(), self.hidden)
        printed = self.draw(layout(term, load_notation(notation), linear=self.linear))
        return self.meanings(read, printed) == {canonical(term)}


def _only(page: Callable[[str], Items]) -> Callable[[str], tuple[Items, ...]]:
    """A target in which what is printed is one page."""
    return lambda printed: (page(printed),)


TARGETS = {
    "latex": Target(node_latex, _only(latex.page)),
    "mathml": Target(lambda node: mathml_printer.Pen().draw(node), _only(mathml.page)),
    "omml": Target(node_omml, _only(omml.page)),
    "typst": Target(node_typst, _only(typst.page)),
    "speech": Target(node_speech, speech.pages),
    "text": Target(lambda node: Pen().draw(node), _only(text.page), True, text.HIDDEN),
    "ascii": Target(lambda node: Pen(True).draw(node), _only(text.page_ascii), True, text.HIDDEN_ASCII),
}
