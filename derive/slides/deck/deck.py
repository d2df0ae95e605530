"""The deck: what stands on every slide, decided once for all targets.

``build`` (in derive.slides.deck.build) makes a deck from checked derivations; each target draws it with its own printer.
Formulas are layout nodes, drawn by the target's own pen; nothing is converted from another target's text.  Sizes are
in em, the size of a formula's letters on the slide.

A slide of steps is a table of four columns, aligned at the relations:

    lead | relation | formula | reason

A step appears at one click with its reason.  The first one (relation "") and a carried one stand there from the start.
With ``Slide.lead`` the first formula is short and stands in the lead column of the row of the step after it, as on a
board: L = ...; otherwise it has a row of its own, beginning in the relation's column.
Where ``Slide.beside`` is False the reason stands under its formula, small, indented.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from derive.kernel.terms import Term
from derive.record import Shape
from derive.render.formula.nodes import Node, Prose
from derive.slides.deck.template import SMALLEST, Template
from derive.values import Value

DETAILS = ("board", "full", "claim")


class Step(Value):
    """One line of a derivation: a relation, a formula, and why it follows."""

    place: str  # names the line within its theorem: "3", "start", "start2" (of block 2), "step17", "work3"
    number: int  # of the line in the derivation, counted through all blocks; 0 for a formula that starts a block
    relation: str  # "=", "≤", "<" or "⟺"; "" for the first formula of a chain, and for a statement alone
    parts: tuple[Node, ...]  # the formula; more than one where it is broken over lines, the later ones indented
    reason: Prose = ()
    carried: bool = False  # repeated from the slide before, or from the line before the first one chosen
    label: str = ""  # stands before the line, such as the number of a primitive step
    term: Term | None = None  # what the formula says; None where there is no one term
    source: Any = None  # the Line of the derivation, for those who need more; not for drawing


class Stamp(Value):
    """Where a derivation on slides comes from: enough to make the same slides again and compare them."""

    name: str  # as asked for: NAME or FILE.py::NAME
    version: str  # of derive
    digest: str  # of the checked statement, its conditions and the definitions in it: 16 hexadecimal digits
    notation: str  # a profile or the path of a TOML file
    detail: str  # board, full or claim
    first: int = 0  # the lines chosen with --from and --to; 0 for all
    last: int = 0
    aspect: str = "16:9"  # of the slides, on which it depends where long formulas are broken
    replayed: str = ""  # the version of Rocq that replayed the proof when the deck was made; "" when none did
    smallest: int = SMALLEST  # points of the letters of formulas, on which it depends too where they are broken
    expand: str = ""  # theorems that were opened in place, and lines that were joined, as asked for
    join: str = ""
    reverse: bool = False  # read from the other side of its claim
    colour: str = "none"  # of terms, as asked for
    without: str = ""  # the places that the slide leaves out, where others stand on it too: "note", "note claim"

    @property
    def shape(self) -> Shape:
        return Shape(self.expand, self.join, self.reverse)


class Picture(Value):
    """A plot.  The same picture as SVG, PDF and PNG, as far as they were asked for; ``alt`` describes it in words."""

    name: str  # a plain file name without ending, such as label_smoothing_residual-plot-1
    alt: str
    svg: str
    pdf: bytes
    png: bytes
    width: float  # of the picture in em
    height: float

    @property
    def address(self) -> str:
        """For a web page: an address that holds the picture itself, as SVG where it is there."""
        kind, data = ("svg+xml", self.svg.encode()) if self.svg else ("png", self.png)
        return f"data:image/{kind};base64,{b64encode(data).decode()}"


STRONG = re.compile(r"(?<![\w*])\*\*(?=\S)([^*]+?)(?<=\S)\*\*(?![\w*])")
"""Words between double asterisks."""


class Words(Value):
    """A paragraph of its own, or an item of a list.  ``later``: it comes at a click, after the steps."""

    words: Prose
    item: bool = False
    later: bool = False


class Table(Value):
    """Numbers in columns, each cell a sentence or a formula; ``total``: the last row stands under a rule.  ``values``
    are the numbers in the cells, as far as they are known, for those who read them again."""

    head: tuple[Prose, ...]
    rows: tuple[tuple[Prose, ...], ...]
    total: bool = False
    values: tuple[tuple[Any, ...], ...] = ()


Block = Words | Table
"""What stands on a slide beside the lines of a derivation."""


class Slide(Value):
    """``kind``: "steps" (a chain of lines, ``steps``), "statement" (only the claim), "work" (a derivation with numbers put
    in: steps whose reasons are the values), "proof" (primitive steps, numbered by their labels), "plot" (``picture``) or "text" (only ``blocks``)."""

    kind: str
    name: str  # the theorem's name
    heading: Prose  # one sentence: what the theorem says
    part: int = 1  # this slide is part 2 of the 3 of its theorem
    parts: int = 1
    title: str = ""  # of the block, such as "Base case V = 1"; "" where there is only one
    given: Prose = ()  # the conditions, after the word "Given"; on the first slide of a theorem
    claim: tuple[Node, ...] = ()  # the claim, broken as a step is; on the first slide of a theorem
    claim_term: Term | None = None
    assumes: Prose = ()  # what holds in this block only, after the word "Assume"
    steps: tuple[Step, ...] = ()
    lead: bool = False
    beside: bool = True  # the reasons stand at the right of the formulas
    scale: float = 1.0  # for what is too wide even when broken: draw formulas this much smaller
    notes: tuple[Prose, ...] = ()  # remarks, on the last slide of a theorem
    ends: bool = False  # the last slide of its theorem: the proof is complete
    gaps: int = 0  # of the derivation: lines that are not proved; the slide says so
    picture: Picture | None = None
    stamp: Stamp | None = None
    subheading: Prose = ()  # above the conditions: what this theorem says, claim denies or quiz asks, under a heading of the author's
    blocks: tuple[Block, ...] = ()  # above the steps, and what comes later below them
    under: bool = False  # stands below the slide before it, on the same page, and comes at a click
    speaker: str = ""  # what the lecturer wants to say, in the notes before what is said of the slide

    def stands(self, i: int) -> bool:
        """Whether step ``i`` is there before the first click: the first formula of a chain, and a carried one."""
        return self.steps[i].carried or (i == 0 and not self.steps[i].relation)

    @property
    def blocks_above(self) -> tuple[Block, ...]:
        """What stands there from the start, above the steps."""
        return tuple(b for b in self.blocks if not (isinstance(b, Words) and b.later))

    @property
    def later(self) -> tuple[Words, ...]:
        """What comes after the steps, each at a click of its own."""
        return tuple(b for b in self.blocks if isinstance(b, Words) and b.later)

    @property
    def gaps_left(self) -> str:
        """How much is not proved, in words."""
        return "1 gap is left" if self.gaps == 1 else f"{self.gaps} gaps are left"

    @property
    def given_place(self) -> str:
        """The conditions' name among the places; the numbers of a worked example have one of their own."""
        return "workgiven" if self.kind == "work" else "given"

    @property
    def places(self) -> tuple[str, ...]:
        """The names of what a reader believes and nobody should edit by hand: conditions, claim, assumptions, lines."""
        above = ((self.given_place, self.given), ("claim", self.claim), ("assume", self.assumes))
        return (*(place for place, shown in above if shown), *(s.place for s in self.steps))


class Deck(Value):
    """Slides in order.  A title slide stands before them when ``title`` is not empty."""

    slides: tuple[Slide, ...]
    template: Template
    title: str = ""
    subtitle: str = ""
    contents: tuple[Prose, ...] = ()  # the headings of the theorems, for the title slide

    @property
    def subtitles(self) -> list[str]:
        """The lines under the title."""
        return self.subtitle.split("\n") if self.subtitle else []

    @property
    def sheets(self) -> tuple[tuple[Slide, ...], ...]:
        """The slides as they are seen: those that stand below each other on one page together."""
        out: list[list[Slide]] = []
        for s in self.slides:
            if s.under and out:
                out[-1].append(s)
            else:
                out.append([s])
        return tuple(map(tuple, out))

    @property
    def pages(self) -> int:
        """How many there are with one for each click, those of the title left out."""
        there = sum(bool(s.steps) and (s.lead or not (s.steps[0].relation or s.steps[0].carried)) for s in self.slides)
        later = sum(len(s.later) for s in self.slides)
        return len(self.slides) + sum(not x.carried for s in self.slides for x in s.steps) + later - there

    @property
    def stamps(self) -> tuple[Stamp, ...]:
        """Of each theorem, once, in order."""
        return tuple(dict.fromkeys(s.stamp for s in self.slides if s.stamp is not None))

    def with_pictures(self, name: Callable[[Picture], str]) -> Deck:
        """The same, with other names of the pictures."""
        named = ((s, s.picture) for s in self.slides)
        return self.with_(slides=tuple(s.with_(picture=p.with_(name=name(p))) if p else s for s, p in named))

    def with_pictures_apart(self) -> Deck:
        """The same, in which no two pictures have one name, under which they would be one file: the same plot at other numbers."""
        named: dict[str, Picture] = {}

        def name(p: Picture) -> str:
            found, n = p.name, 1
            while named.setdefault(found.lower(), p) != p:
                n += 1
                found = f"{p.name}-{n}"
            return found

        return self.with_pictures(name)


Progress = Callable[[str, int], AbstractContextManager[Callable[[str], None]]]
"""Is told what is done and in how many parts, and gives what is told the name of each part."""


@contextmanager
def unwatched(what: str, count: int) -> Iterator[Callable[[str], None]]:
    """Nobody wants to know how far it is."""
    yield lambda name: None


class Options(Value):
    """What a target is asked for beyond the deck."""

    handout: bool = False  # everything of a slide at once, to print
    flavour: str = ""  # of Markdown (quarto, marp, slidev) and Typst (plain, touying); "" for the usual one
    into: bytes = b""  # a PowerPoint file to add to
    after: int = -1  # behind which of its slides, 0 for before the first; -1 for its end
    move: bool = False  # terms that have a colour move to their place in the next line
    progress: Progress = unwatched


Files = dict[str, bytes]
"""What a target writes: file names, the main file first, and what is in them."""
