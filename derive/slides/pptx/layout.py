"""Where everything stands on a PowerPoint slide: text and formulas with their places, in points, in the order in which they
are read.

Formulas are as large as Typst measures them.  Words are measured roughly, with some air, since their font may be
replaced by another.  When a slide is fuller than was estimated, first its gaps shrink and then its letters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from derive.render.formula.nodes import Node, Symbol, row, settled
from derive.render.words.sentence import prose
from derive.slides.deck import Picture, Slide, Step, Words
from derive.slides.deck.paginate import SMALL
from derive.slides.pptx.pictures import Formula
from derive.slides.pptx.pieces import pieces
from derive.slides.pptx.text import Span, Spans, bold, joined, lines, spans, spans_em, uncut

LINE = 1.2  # from one line of text to the next, in em of that text
GAP, LEAST_GAP, MOST_GAP = 0.45, 0.12, 0.9  # em between rows
COLUMN_GAP = 1.0
UNDER = 0.25  # em between a formula and a reason that stands below it
INDENT = 2.0  # of the later parts of a broken formula
CLAIM = 4.0  # em for the word before the claim
AXIS = 0.25  # of a formula above its baseline, in em
END, END_MARK = 1.0, (Span("∎", math=True),)  # behind a complete proof, at the right edge, so many em wide
NARROWEST = 6.0  # em: reasons stand below the formulas where they would have less


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Text:
    box: Box
    spans: Spans
    size: float
    color: str = "text"
    align: str = "l"
    anchor: str = "t"  # t, ctr or b: where in the box the words stand when they take less room than was measured
    name: str = ""
    click: int = 0  # at which it appears; 0: it stands there from the start
    place: str = ""  # of what must not be edited by hand: "given", "assume" or "reason3"


@dataclass(frozen=True, slots=True)
class Equation:
    box: Box
    node: Node
    size: float
    place: str  # of the step, or "claim"
    part: int = 0  # of a formula that stands in several boxes, from 0
    relation: str = ""  # in front of the whole
    whole: tuple[Node, ...] = ()  # all parts, to be read aloud
    click: int = 0
    align: str = "l"
    tint: int = 0  # the colour of a term that stands in a box of its own, so that it can move
    chain: int = 0  # which chain of the page it belongs to, and which row of it
    row: int = 0


@dataclass(frozen=True, slots=True)
class Plot:
    box: Box
    picture: Picture


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its columns' widths, and its cells row by row."""

    box: Box
    widths: tuple[float, ...]
    rows: tuple[tuple[Spans, ...], ...]
    size: float
    total: bool
    click: int = 0


Thing = Text | Equation | Plot | Grid
Formulas = Mapping[Node, Formula]


def shown_parts(step: Step) -> tuple[Node, ...]:
    """The formulas of a step as they are drawn: with the relation in front; a carried one has nothing new in it."""
    parts = tuple(map(settled, step.parts)) if step.carried else step.parts
    return (row(Symbol(step.relation, "rel"), parts[0]), *parts[1:]) if step.relation else parts


def shown_pieces(step: Step, apart: bool) -> tuple[Node, ...]:
    """What stands in boxes of their own: the parts of a formula or, with ``apart``, their pieces."""
    parts = shown_parts(step)
    return tuple(n for p in parts for n in (apart and [piece.node for piece in pieces(p)]) or [p])


def heading(slide: Slide) -> Spans:
    part = (Span(f"\u00a0\u00a0({slide.part}/{slide.parts})", color="muted"),) if slide.parts > 1 else ()
    return joined((*spans(slide.heading), *part))


class Clicks(NamedTuple):
    """At which click a slide of a page opens, each of its steps comes, and each of its words that come later."""

    opens: int
    steps: tuple[int, ...]
    later: tuple[int, ...]


def clicks_of(sheet: Sequence[Slide]) -> tuple[Clicks, ...]:
    """The clicks of each slide of a page, counted from 1 through the page; 0: it stands there from the start."""
    out: list[Clicks] = []
    n = 0
    for slide in sheet:
        n += bool(out)
        opens, steps = n, []
        for i in range(len(slide.steps)):
            n += not slide.stands(i)
            steps.append(opens if slide.stands(i) else n)
        out.append(Clicks(opens, tuple(steps), tuple(range(n + 1, n + 1 + len(slide.later)))))
        n += len(slide.later)
    return tuple(out)


def arrange(
    sheet: Sequence[Slide],
    room: Box,
    em: float,
    formulas: Formulas,
    stretch: float = 1.0,
    apart: bool = False,
) -> tuple[Thing, ...]:
    """What stands below the heading, within ``room``; ``em`` is the size of formulas in points, ``stretch`` how much wider
    the words may be than they are measured; ``apart``: terms that have a colour stand in boxes of their own."""

    def page(gap: float) -> _Page:
        out = _Page(sheet, room, em, formulas, stretch, apart)
        out.draw(gap)
        return out

    for _ in range(24):
        tried = page(GAP)
        left = (room.height - tried.bottom) / (em * max(1, tried.gaps))
        if left >= 0:
            return tuple(page(min(MOST_GAP, GAP + 0.6 * left)).things)
        if GAP + left >= LEAST_GAP:
            return tuple(page(GAP + left).things)
        em *= 0.95
    return tuple(tried.things)


@dataclass(slots=True)
class _Size:
    """Of a drawn formula in points."""

    width: float
    above: float
    below: float


class _Page:
    def __init__(
        self, sheet: Sequence[Slide], room: Box, em: float, formulas: Formulas, stretch: float, apart: bool
    ) -> None:
        self.sheet, self.slide, self.room = sheet, sheet[0], room
        self.em, self.formulas, self.stretch, self.apart = em, formulas, stretch, apart
        self.things: list[Thing] = []
        self.bottom = 0.0  # of what is drawn, below the top of the room
        self.gaps = 0
        self.gap = 0.0
        self.chain = 0  # which slide is drawn, and its clicks
        self.clicks = Clicks(0, (), ())

    def draw(self, gap: float) -> None:
        self.gap = gap * self.em
        for n, (slide, clicks) in enumerate(zip(self.sheet, clicks_of(self.sheet), strict=True)):
            self.chain, self.slide, self.clicks = n, slide, clicks
            self.matter(slide)

    def matter(self, s: Slide) -> None:
        small = SMALL * self.em
        if s.given:
            self.text(joined((Span("Given "), *spans(s.given))), small, "muted", place=s.given_place)
        if s.claim:
            self.claim()
        if s.title:
            title = bold(spans(prose(s.title)))
            self.text(title, small, "accent", extra=0.3, click=self.clicks.opens)
        if s.assumes:
            self.text(
                joined((Span("Assume "), *spans(s.assumes))), small, "muted", place="assume", click=self.clicks.opens
            )
        if s.picture is not None:
            self.plot(s.picture)
        self.blocks()
        self.steps()
        for block, click in zip(s.later, self.clicks.later, strict=True):
            self.text(spans(block.words), small, "text", extra=0.3, click=click)
        for n, note in enumerate(s.notes):
            self.text(joined((Span("Note. ", bold=True), *spans(note))), small, "muted", extra=0 if n else 0.4)
        if s.gaps:
            self.text((Span(s.gaps_left, bold=True, color="changed"),), small, "text", extra=0.3)

    def blocks(self) -> None:
        size = 0.85 * self.em
        for block in self.slide.blocks_above:
            if isinstance(block, Words):
                self.text(joined((*((Span("• "),) if block.item else ()), *spans(block.words))), size, "text")
                continue
            y = self.down(0.2)
            rows = tuple(tuple(map(spans, row)) for row in (block.head, *block.rows))
            columns = zip(*rows, strict=True)
            ems = [max(map(spans_em, column)) * self.stretch * 1.1 + 1.4 for column in columns]
            letters = min(size, self.room.width / sum(ems))
            widths, height = tuple(em * letters for em in ems), 1.45 * letters * len(rows)
            self.things.append(
                Grid(Box(self.room.x, self.room.y + y, sum(widths), height), widths, rows, letters, block.total)
            )
            self.bottom = y + height

    def high(self, words: Spans, width: float, size: float) -> float:
        """How high a text is in a column."""
        return LINE * size * lines(words, width / size / self.stretch)

    # --- rows

    def down(self, extra: float = 0.0) -> float:
        """The top of a new row, ``extra`` em further down."""
        if self.things:
            self.gaps += 1
            self.bottom += self.gap + extra * self.em
        return self.bottom

    def text(self, words: Spans, size: float, color: str, extra: float = 0.0, place: str = "", click: int = 0) -> None:
        y = self.down(extra)
        height = self.high(words, self.room.width, size)
        box = Box(self.room.x, self.room.y + y, self.room.width, height)
        self.things.append(Text(box, words, size, color, place=place, click=click))
        self.bottom = y + height

    def size(self, node: Node, size: float) -> _Size:
        f = self.formulas[node]
        return _Size(f.width * size, f.above * size, f.below * size)

    def equation(self, node: Node, x: float, baseline: float, size: float, **more: Any) -> None:
        s = self.size(node, size)
        box = Box(self.room.x + x, self.room.y + baseline - s.above, s.width, s.above + s.below)
        self.things.append(Equation(box, node, size, **more))

    def claim(self) -> None:
        parts, size = self.slide.claim, self.em
        label = CLAIM * self.em
        size *= min(1.0, (self.room.width - label) / max(self.size(p, size).width for p in parts))
        y = self.down(0.3)
        for i, part in enumerate(parts):
            s = self.size(part, size)
            baseline = y + s.above
            if not i:
                small = SMALL * self.em
                top = self.room.y + baseline - AXIS * size - LINE * small / 2
                self.things.append(
                    Text(Box(self.room.x, top, label, LINE * small), (Span("Claim", bold=True),), small, "accent")
                )
            self.equation(
                part,
                label + self.indent(i, label + s.width),
                baseline,
                size,
                place="claim",
                part=i,
                whole=parts,
            )
            y = baseline + s.below + (0.2 * self.em if i < len(parts) - 1 else 0)
        self.bottom = y + 0.3 * self.em

    def plot(self, picture: Picture) -> None:
        y = self.down()
        scale = min(self.room.width / picture.width, (self.room.height - y) / picture.height)
        width, height = picture.width * scale, picture.height * scale
        x = self.room.x + (self.room.width - width) / 2
        self.things.append(Plot(Box(x, self.room.y + y, width, height), picture))
        self.bottom = y + height

    # --- the chain

    def steps(self) -> None:
        s = self.slide
        if not s.steps:
            return
        small = SMALL * self.em
        start = s.steps[0]
        lead = start if s.lead and len(s.steps) > 1 and len(start.parts) == 1 and not start.reason else None
        rows = list(s.steps[1:] if lead is not None else s.steps)
        label = max(
            (spans_em((Span(r.label),)) * small * self.stretch + 0.8 * self.em for r in rows if r.label), default=0.0
        )
        size = self.em * s.scale
        for _ in range(2):  # the second time with smaller letters where they are needed
            left = label + (self.size(shown_parts(lead)[0], size).width if lead is not None else 0.0)
            widths = [(i, self.size(p, size).width) for r in rows for i, p in enumerate(shown_parts(r))]
            widest = max(self.indent(i, left + w) + w for i, w in widths)
            size *= min(1.0, (self.room.width - label) / (left - label + max(w for _, w in widths)))
        reasons = left + widest + COLUMN_GAP * self.em
        column = self.room.width - reasons
        ends = {s.steps[-1].place: (END + 0.4) * self.em} if s.ends else {}  # room for the mark beside the last reason
        longest = max((spans_em(spans(r.reason)) for r in rows), default=0.0) * small * self.stretch
        beside = s.beside and column >= min(longest, NARROWEST * self.em)
        for n, r in enumerate(rows):
            at = n + (lead is not None)
            click = self.clicks.steps[at]
            words, mark = spans(r.reason), ends.get(r.place, 0.0)
            wrapped = self.high(words, column - mark, small) if words and beside else 0.0
            self.row(r, left, size, label, click, lead if not n else None, wrapped, at)
            about = {"name": "reason", "place": f"reason{r.place}"}
            axis = self.room.y + self.axis
            if words and beside:
                box = Box(self.room.x + reasons, axis - wrapped / 2, column - mark, wrapped)
                self.things.append(Text(box, words, small, "muted", anchor="ctr", **about, click=click))
            elif words:
                x = left + INDENT * self.em
                width = self.room.width - x - mark
                height = self.high(words, width, small)
                box = Box(self.room.x + x, self.room.y + self.bottom + UNDER * self.em, width, height)
                self.things.append(Text(box, words, small, "muted", **about, click=click))
                self.bottom += height + UNDER * self.em
            if mark:
                line = LINE * small
                end = (axis + wrapped / 2 if words and beside else self.room.y + self.bottom) - line
                top = axis - line / 2 if beside and not words else end
                box = Box(self.room.x + self.room.width - END * self.em, top, END * self.em, line)
                self.things.append(Text(box, END_MARK, small, "text", align="r", name="end of the proof", click=click))

    def indent(self, part: int, end: float) -> float:
        """How far a part of a formula is moved in, which would else end at ``end``."""
        return max(0.0, min(INDENT * self.em, self.room.width - end)) if part else 0.0

    def row(
        self, step: Step, x: float, size: float, label: float, click: int, lead: Step | None, wrapped: float, at: int
    ) -> None:
        """Row ``at`` of the chain: what is before the relation, and the parts of the formula.  ``wrapped`` is the height of
        the reason beside it."""
        parts = shown_parts(step)
        first = [self.size(parts[0], size)]
        if lead is not None:
            first.append(self.size(shown_parts(lead)[0], size))
        above = max(max(f.above for f in first), wrapped / 2 + AXIS * size)
        below = max(f.below for f in first)
        y = self.down()
        baseline = y + above
        self.axis = baseline - AXIS * size
        if step.label:
            small = SMALL * self.em
            box = Box(self.room.x, self.room.y + self.axis - LINE * small / 2, label, LINE * small)
            self.things.append(Text(box, (Span(step.label),), small, "muted", name="number", click=click))
        if lead is not None:
            node = shown_parts(lead)[0]
            about = {"place": lead.place, "whole": lead.parts, "click": self.clicks.opens, "chain": self.chain}
            self.line(node, x - self.size(node, size).width, baseline, size, 0, about | {"align": "r"})
        about = {"place": step.place, "relation": step.relation, "whole": step.parts, "click": click}
        about |= {"chain": self.chain, "row": at}
        drawn = 0
        for i, part in enumerate(parts):
            s = self.size(part, size)
            if i:
                baseline += below + 0.2 * self.em + s.above
                below = s.below
            drawn = self.line(part, x + self.indent(i, x + s.width), baseline, size, drawn, about)
        self.bottom = max(baseline + below, self.axis + wrapped / 2)

    def line(self, formula: Node, x: float, baseline: float, size: float, drawn: int, about: dict[str, Any]) -> int:
        """A formula of the chain in one box or, with ``apart``, in several; how many of the line are drawn then, of which
        ``drawn`` were before."""
        found = pieces(formula) if self.apart else ()
        for i, piece in enumerate(found):
            at = x + self.size(piece.until, size).width - self.size(piece.node, size).width
            # between two others a piece stands in the middle of its room: PowerPoint's letters are not as wide as ours
            align = "l" if not i else "ctr" if i < len(found) - 1 else about.get("align", "l")
            more = about | {"align": align, "tint": piece.tint}
            self.equation(piece.node, at, baseline, size, part=drawn + i, **more)
        if not found:
            self.equation(formula, x, baseline, size, part=drawn, **about)
        return drawn + max(1, len(found))


def nodes_of(slide: Slide, apart: bool = False) -> tuple[Node, ...]:
    """All formulas that are drawn as equations or, with ``apart``, of which the size is asked for."""
    parts = tuple(p for s in slide.steps for p in shown_parts(s))
    more: tuple[Node, ...] = ()
    if apart:
        cut = tuple(piece for p in parts for piece in pieces(p))
        more = tuple(n for piece in cut for n in (piece.node, piece.until))
        more += tuple(map(settled, (*parts, *more)))
    return (*slide.claim, *parts, *more)


def title_size(words: Spans, width: float, height: float, usual: float, rows: int | None = None) -> float:
    """The largest size at which the words fit their box, not more than the usual one."""
    size = usual
    while size > 10:
        count = lines(uncut(words, width / size), width / size)
        if count * LINE * size <= height and (rows is None or count <= rows):
            break
        size -= 1
    return size
