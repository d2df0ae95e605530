"""Slides are read back before they are written: in the target's own language they must say what was proved, and nothing else.

Of a worked example the numbers in its tables are read.  Its lines are not, in which decimals and dots stand for terms, nor what
stands above the columns, nor the kernel's own steps (``--detail full``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from derive.kernel.definitions import Definition
from derive.kernel.terms import Term
from derive.read.check import Check, Form, Place
from derive.read.page import Items, Scripts, Sign, UnreadableError, paired, signs
from derive.read.sheet import clauses, defined_apart
from derive.record import Derivation
from derive.record.relations import sign_of
from derive.render.formula.nodes import Node, Prose, Symbol, unmarked
from derive.render.formula.notation import Notation
from derive.render.words.lettered import lettered
from derive.render.words.where import equation, symbol
from derive.slides.deck import Deck, Slide, Step, Table, Words


def _latex(parts: Sequence[Node]) -> Items:
    from derive.read import latex
    from derive.render.pens.latex import node_latex

    return latex.page(" ".join(node_latex(p, legible=True) for p in parts))


def _katex(parts: Sequence[Node]) -> Items:
    from derive.read import latex
    from derive.slides.html.text import Ink

    return latex.page(" ".join(Ink().latex(p, False) for p in parts))


def _web(parts: Sequence[Node]) -> Items:
    from derive.read import latex
    from derive.render.pens.web import web_latex

    return latex.page(" ".join(map(web_latex, parts)))


def _omml(parts: Sequence[Node]) -> Items:
    from derive.read import omml
    from derive.render.pens.omml import node_omml

    return paired(item for p in parts for item in omml.page(node_omml(p, legible=True)))


def _typst(parts: Sequence[Node]) -> Items:
    from derive.read import typst
    from derive.render.pens.typst import parts_typst

    return paired(item for p in parts_typst(parts, legible=True) for item in typst.page(p))


def _mathml(parts: Sequence[Node]) -> Items:
    from derive.read import mathml
    from derive.render.pens.mathml import Pen, element

    return mathml.page(element("mrow", "".join(Pen().draw(unmarked(p)) for p in parts)))


_Draw = Callable[[Sequence[Node]], Items]
_READ: dict[str, tuple[str, _Draw]] = {
    "beamer": ("in LaTeX", _latex),
    "html": ("in HTML", _katex),
    "markdown": ("in Markdown", _web),
    "notebook": ("in the notebook", _web),
    "pptx": ("in PowerPoint", _omml),
    **dict.fromkeys(("pdf", "svg", "png", "typst"), ("in Typst", _typst)),
    "mathml": ("in MathML", _mathml),  # of web pages without a script
}
READ_BACK = frozenset(_READ) - {"mathml"}
"""The targets whose formulas are read back; speech is for the ear."""


def refuse_misread(deck: Deck, derivations: Iterable[tuple[str, Derivation]], target: str, notation: Notation) -> None:
    """Raises MisreadError when a formula on the slides is not read as what was proved, and only so, or one is missing."""
    for name, d in derivations:
        slides = [s for s in deck.slides if s.stamp is not None and s.stamp.name == name]
        _reading(d, target, notation, lambda check, draw, slides=slides: _Slides(check, slides, draw).run())  # type: ignore[misc]


def _reading(d: Derivation, target: str, notation: Notation, work: Callable[[Check, _Draw], None]) -> None:
    """Does ``work`` for a target that is read; what cannot be read at all is refused."""
    if target == "speech":
        return
    where, draw = _READ[target]
    check = Check(lettered(d, notation), Form(notation, where))
    try:
        work(check, draw)
    except UnreadableError as error:
        check.wrong(
            f"cannot be read back: {error}",
            "rename what reads as something else; if nothing does, it is a fault of derive's",
        )


def refuse_misread_statement(
    slide: Slide, name: str, given: Sequence[Term], claim: Term, target: str, notation: Notation
) -> None:
    """Raises MisreadError when a slide, such as that of a false claim, does not state this claim under these conditions."""
    d = Derivation(name, "", "", "", tuple(given), claim, ())
    _reading(d, target, notation, lambda check, draw: _Slides(check, [slide], draw).run())


def refuse_misread_quiz(
    slide: Slide, d: Derivation, wrong: Mapping[int, Term], target: str, notation: Notation
) -> None:
    """Raises MisreadError when a question is read as something else than the conditions and lines of the derivation, with other
    terms in those that are ``wrong``."""
    numbers = iter(range(1, len(d.lines) + 1))
    blocks = tuple(
        b._replace(lines=tuple(x._replace(term=wrong.get(next(numbers), x.term)) for x in b.lines)) for b in d.blocks
    )
    _reading(d._replace(blocks=blocks), target, notation, lambda check, draw: _Slides(check, [slide], draw).run())


def refuse_misread_definitions(
    slides: Iterable[Slide], definitions: Sequence[Definition], target: str, notation: Notation
) -> None:
    """Raises MisreadError when slides do not say what these definitions are, each in an item of its own."""
    equations = tuple(map(equation, definitions))
    items = [block.words for s in slides for block in s.blocks if isinstance(block, Words)]
    called = [len(symbol(f, notation)[1]) for f in definitions]  # words behind the equation, which are no part of it

    def work(check: Check, draw: _Draw) -> None:
        if len(items) != len(definitions):
            check.wrong("states other definitions than it should")
        stated = [words[: len(words) - names] for words, names in zip(items, called, strict=True)]
        read = [c for said in stated for c in clauses(x if isinstance(x, str) else draw((x,)) for x in said)]
        if check.definitions(read) != list(definitions):
            check.wrong("states other definitions than it should")

    if equations:
        _reading(Derivation("the notation", "", "", "", equations[1:], equations[0], ()), target, notation, work)


def _tables(slides: Iterable[Slide]) -> Iterator[Table]:
    return (block for s in slides for block in s.blocks if isinstance(block, Table) and block.values)


def _decimal(items: Items) -> tuple[Fraction, Fraction] | None:
    """The number that digits are, and half a unit of the last of them; None for what is no number in decimals."""
    power = 0
    if len(items) > 2 and items[-2] == Sign("·") and isinstance(items[-1], Scripts):
        scripts = items[-1]
        found = _decimal(scripts.sup or ()) if scripts.base == Sign("10", "num") and scripts.sub is None else None
        if found is None or found[0].denominator != 1:
            return None
        items, power = items[:-2], int(found[0])
    text = "".join(x.text if isinstance(x, Sign) else "?" for x in items).replace("−", "-")
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        return None
    places = len(text.partition(".")[2])
    unit = Fraction(10) ** power
    return Fraction(text) * unit, unit / (2 * 10**places)


class _Slides:
    """The slides of one derivation."""

    def __init__(self, check: Check, slides: Sequence[Slide], read: _Draw) -> None:
        self.numbers = [s for s in slides if s.kind == "work"]
        self.slides = [s for s in slides if s.kind in ("steps", "statement")]
        self.check, self.draw = check, read
        self.d = check.d
        self.block_of = [n for n, block in enumerate(self.d.blocks) for _ in block.lines]

    def run(self) -> None:
        given = [c for s in self.slides for c in self.sentence(s.given)]
        where, given = defined_apart(given)
        self.check.definitions(where)
        groups = {"conditions": self.d.given}
        places = self.check.clauses("condition", given, "conditions", self.d.given)
        for s in self.slides:
            if s.claim:
                places.append(Place("the claim", self.draw(s.claim), (self.d.claim,)))
            if s.assumes:
                n = self.block(s.steps[0])
                group = f"assumptions of part {n + 1}"
                groups[group] = assumes = self.d.blocks[n].assumes
                places += self.check.clauses(f"part {n + 1}, assumption", self.sentence(s.assumes), group, assumes)
            places += self.steps(s)
        self.all_there()
        self.check.read(places, groups, given)
        for table in _tables(self.numbers):
            self.compare(table)

    def compare(self, table: Table) -> None:
        """The numbers in a table with the values there."""
        for row, values in zip(table.rows, table.values, strict=True):
            for cell, value in zip(row, values, strict=True):
                if value is not None:
                    self.number(cell, value)

    def number(self, cell: Prose, value: Any) -> None:
        from derive.falsify import Exact

        found = _decimal(self.draw(tuple(x for x in cell if not isinstance(x, str))))
        exact = Exact.of(value)
        if found is None or not found[0] - found[1] <= exact <= found[0] + found[1]:
            said = "no number" if found is None else str(float(found[0]))
            self.check.wrong(f"has {said} in the worked example, where the value is {value}")

    def sentence(self, prose: Prose) -> tuple[Items, ...]:
        return clauses(part if isinstance(part, str) else self.draw((part,)) for part in prose)

    def steps(self, s: Slide) -> Iterator[Place]:
        for step in s.steps:
            sign, term = self.proved(step)
            drawn = self.draw((Symbol(step.relation, "rel"),)) if step.relation else ()
            if drawn != ((Sign(sign),) if sign else ()) and (drawn or not step.carried):
                shown = "".join(x.text for x in signs(drawn)) or "none"
                self.check.wrong(f"has the sign {shown} before line {step.place}, not {sign or 'none'}")
            name = f"line {step.number}" if step.number else "the first formula"
            yield Place(name, self.draw(step.parts), (term,))

    def proved(self, step: Step) -> tuple[str, Term]:
        """The sign and the formula of a line, by the record."""
        if not step.number:
            return "", self.d.blocks[self.block(step)].start
        line = self.d.lines[step.number - 1]
        return sign_of(line.relation), line.term

    def block(self, step: Step) -> int:
        if step.number:
            return self.block_of[step.number - 1]
        return int(step.place.removeprefix("start") or 1) - 1

    def all_there(self) -> None:
        """The lines chosen are there, each once, in order."""
        stamp = self.slides[0].stamp if self.slides else None
        if stamp is None:
            return
        wanted = list(range(stamp.first or 1, (stamp.last or len(self.d.lines)) + 1)) if stamp.detail != "claim" else []
        shown = [x.number for s in self.slides for x in s.steps if x.number and not x.carried]
        if shown != wanted:
            self.check.wrong(
                f"shows the lines {', '.join(map(str, shown)) or 'none'} and not {wanted[0]} to {wanted[-1]}"
                if wanted
                else "shows lines"
            )
