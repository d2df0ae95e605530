"""Slides are read back before they are written: in the target's own language they must say what was proved, and nothing else.

What the kernel's own steps and numbers put into a derivation say is not read: ``--detail full`` and worked examples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from derive.kernel.terms import Term
from derive.read.check import Check, Form, Place
from derive.read.page import Items, Sign, UnreadableError, paired, signs
from derive.read.sheet import clauses, defined_apart
from derive.record import Derivation
from derive.record.relations import sign_of
from derive.render.formula.nodes import Node, Prose, Symbol
from derive.render.formula.notation import Notation
from derive.slides.deck import Deck, Slide, Step


def _latex(parts: Sequence[Node]) -> Items:
    from derive.read import latex
    from derive.render.pens.latex import node_latex

    return latex.page(" ".join(map(node_latex, parts)))


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

    return paired(item for p in parts for item in omml.page(node_omml(p)))


def _typst(parts: Sequence[Node]) -> Items:
    from derive.read import typst
    from derive.render.pens.typst import parts_typst

    return paired(item for p in parts_typst(parts) for item in typst.page(p))


def _mathml(parts: Sequence[Node]) -> Items:
    from derive.read import mathml
    from derive.render.formula.nodes import unmarked
    from derive.render.pens.mathml import Pen, element

    return mathml.page(element("mrow", "".join(Pen().draw(unmarked(p)) for p in parts)))


_READ: dict[str, tuple[str, Callable[[Sequence[Node]], Items]]] = {
    "beamer": ("in LaTeX", _latex),
    "html": ("in HTML", _katex),
    "markdown": ("in Markdown", _web),
    "notebook": ("in the notebook", _web),
    "pptx": ("in PowerPoint", _omml),
    **dict.fromkeys(("pdf", "svg", "png", "typst"), ("in Typst", _typst)),
}
READ_BACK = frozenset(_READ)
"""The targets whose formulas are read back; speech is for the ear."""


def reader_of(target: str) -> tuple[str, Callable[[Sequence[Node]], Items]]:
    """How a target is called in a sentence, and its formulas as they are read; mathml is that of web pages without a script."""
    return ("in MathML", _mathml) if target == "mathml" else _READ[target]


def refuse_misread(deck: Deck, derivations: Iterable[tuple[str, Derivation]], target: str, notation: Notation) -> None:
    """Raises MisreadError when a formula on the slides is not read as what was proved, and only so, or one is missing."""
    if target == "speech":
        return
    where, read = reader_of(target)
    for name, d in derivations:
        slides = [
            s for s in deck.slides if s.stamp is not None and s.stamp.name == name and s.kind in ("steps", "statement")
        ]
        check = Check(d, Form(notation, where))
        try:
            _Slides(check, slides, read).run()
        except UnreadableError as error:
            check.wrong(
                f"cannot be read back: {error}",
                "rename what reads as something else; if nothing does, it is a fault of derive's",
            )


class _Slides:
    """The slides of one derivation."""

    def __init__(self, check: Check, slides: Sequence[Slide], read: Callable[[Sequence[Node]], Items]) -> None:
        self.check, self.slides, self.draw = check, slides, read
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
