"""Drawing one slide: its title, its words and equations with their clicks, its foot and its notes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from derive.slides.deck import Deck, Options, Slide
from derive.slides.deck.stamps import provenance, stamp_text
from derive.slides.pptx import shapes
from derive.slides.pptx.ground import TITLES, Ground, fitted_title, placeholder_of
from derive.slides.pptx.layout import (
    Box,
    Equation,
    Formulas,
    Grid,
    Plot,
    Text,
    Thing,
    arrange,
    heading,
    shown_pieces,
)
from derive.slides.pptx.moving import SAME, at_click, last_click, movers
from derive.slides.pptx.read import line_name, text_name
from derive.slides.pptx.said import equation_alt, spoken
from derive.slides.pptx.text import Span, Spans, lines, plain


class Media:
    """The pictures in the file, each once.  (python-pptx looks through the whole file for each picture that it adds.)"""

    def __init__(self, presentation: Any) -> None:
        self.package = presentation.part.package
        taken = {str(part.partname) for part in self.package.iter_parts()}
        self.free = (n for n in itertools.count(1) if not taken & {f"/ppt/media/derive{n}.{e}" for e in ("png", "svg")})
        self.parts: dict[bytes, Any] = {}

    def relation(self, page: Any, data: bytes, ending: str) -> str:
        """The name of the relation from a slide to a picture."""
        from pptx.opc.constants import RELATIONSHIP_TYPE
        from pptx.opc.package import Part
        from pptx.opc.packuri import PackURI
        from pptx.parts.image import ImagePart

        if data not in self.parts:
            name = PackURI(f"/ppt/media/derive{next(self.free)}.{ending}")
            kind, makes = ("image/png", ImagePart) if ending == "png" else ("image/svg+xml", Part)
            self.parts[data] = makes(name, kind, self.package, data)
        relation: str = page.part.relate_to(self.parts[data], RELATIONSHIP_TYPE.IMAGE)
        return relation


def draw_page(
    deck: Deck, sheet: Sequence[Slide], ground: Ground, formulas: Formulas, media: Media, options: Options
) -> None:
    """Draws what stands on one page: a slide on which lines appear or, where terms move, a slide for each click."""
    click, last = 0 if options.move else None, 0
    while click is None or click <= last:
        last = Drawer(deck, sheet, ground, formulas, media, click).draw(options)
        if click is None:
            return
        click += 1


class Drawer:
    """Draws the slides of one page; ``click``: only what stands there after so many."""

    def __init__(
        self,
        deck: Deck,
        sheet: Sequence[Slide],
        ground: Ground,
        formulas: Formulas,
        media: Media,
        click: int | None = None,
    ) -> None:
        self.deck, self.sheet, self.slide = deck, sheet, sheet[0]
        self.ground, self.formulas, self.media, self.click = ground, formulas, media, click
        self.page = ground.presentation.slides.add_slide(ground.layout)
        self.number = 0

    def draw(self, options: Options) -> int:
        """Draws it; the number of clicks that the page has."""
        room, moves = self.title(), self.click is not None
        before = max(int(i) for i in self.page.shapes._spTree.xpath("//p:cNvPr/@id"))
        things = arrange(self.sheet, room, self.ground.em, self.formulas, self.ground.stretch, moves)
        there = dict(enumerate(things)) if self.click is None else at_click(things, self.click)
        terms = movers(there) if moves else {}
        clicks: dict[int, list[int]] = {}
        for i, thing in there.items():
            self.number = before + i + 1
            self.add(thing, terms.get(i, ""))
            if not isinstance(thing, Plot) and thing.click:
                clicks.setdefault(thing.click, []).append(self.number)
        self.number = before + len(things)
        self.foot()
        if self.click:
            self.append(shapes.morph(), self.page._element)
        elif clicks and not moves and not options.handout:
            self.append(shapes.timing([clicks[c] for c in sorted(clicks)]), self.page._element)
        self.page.notes_slide.notes_text_frame.text = spoken(self.sheet, self.click)
        return last_click(things)

    def title(self) -> Box:
        """Fills the heading in; the room that is left below it."""
        ground, body = self.ground, self.ground.body
        text = heading(self.slide)
        shape = placeholder_of(self.page, *TITLES)
        for other in list(self.page.placeholders):
            if shape is None or other._element is not shape._element:
                other._element.getparent().remove(other._element)
        if shape is None:  # a layout without a title
            size = ground.em * 1.2
            height = 1.25 * size * lines(text, body.width / size)
            self.append(shapes.text_box(2, Text(Box(body.x, body.y, body.width, height), text, size), ground.fills))
            return Box(body.x, body.y + height + 8, body.width, body.height - height - 8)
        text, smaller, free = fitted_title(ground, shape, text)
        fill(shape, text, ground, smaller)
        return Box(body.x, body.y - free, body.width, body.height + free)

    def add(self, thing: Thing, term: str = "") -> None:
        """Draws one thing; ``term`` is the name of a term that moves."""
        if isinstance(thing, Text):
            name = thing.name or "text"
            if thing.place and self.slide.stamp is not None:
                name = text_name(self.slide.stamp.name, thing.place, plain(thing.spans))
            elif name == "text" or self.click is not None:  # names for Morph are there once
                name = f"{name} {self.number}"
            self.append(shapes.text_box(self.number, replace(thing, name=self.named(name)), self.ground.fills))
        elif isinstance(thing, Equation):
            picture = self.media.relation(self.page, self.formulas[thing.node].png, "png")
            name = self.shape_name(thing)
            self.append(
                shapes.equation_box(
                    self.number,
                    thing,
                    self.named(term or name),
                    equation_alt(thing),
                    (self.ground.changed, *self.ground.terms),
                    picture,
                    self.ground.dark,
                    name if term else "",
                )
            )
        elif isinstance(thing, Grid):
            self.append(shapes.table_box(self.number, thing, self.ground.fills, self.named(f"table {self.number}")))
        else:
            p = thing.picture
            png = self.media.relation(self.page, p.png, "png")
            svg = self.media.relation(self.page, p.svg.encode(), "svg") if p.svg else ""
            self.append(shapes.plot_box(self.number, thing.box, self.named(p.name), p.alt, png, svg))

    def named(self, name: str) -> str:
        """A name by which Morph finds a shape on the next slide, where there is one for each click."""
        return name if self.click is None else f"{SAME}{name}"

    def shape_name(self, e: Equation) -> str:
        """Which line it is, with the digest of what stands there."""
        if self.slide.stamp is None:
            return f"formula {self.number}"
        shown = self.slide.claim
        if e.place != "claim":
            step = next(s for slide in self.sheet for s in slide.steps if s.place == e.place)
            shown = shown_pieces(step, self.click is not None)
        return line_name(self.slide.stamp.name, e.place, shown, e.part)

    def foot(self) -> None:
        """Where the slide comes from, the template's footer and the slide's number."""
        ground, foot = self.ground, self.ground.foot
        if self.slide.stamp is not None:
            text = provenance(self.slide.stamp)
            width = foot.width * 0.55 if ground.own else foot.width * 0.45
            size = 10.0
            while size > 5 and lines((Span(text),), width / size) * 1.2 * size > foot.height:
                size -= 0.5
            self.number += 1
            box = Box(foot.x, foot.y, width, foot.height)
            self.append(
                shapes.text_box(
                    self.number,
                    Text(box, (Span(text),), size, "muted", name=self.named(stamp_text(self.slide.stamp))),
                    ground.fills,
                )
            )
        if not ground.numbered:
            return
        for shape in self.page.slide_layout.placeholders:
            kind, index = shape.placeholder_format.type.name, str(shape.placeholder_format.idx)
            inside = {"SLIDE_NUMBER": shapes.SLIDE_NUMBER}.get(kind, "")
            if kind == "FOOTER" and ground.own and self.deck.template.footer:
                inside = shapes.words((Span(self.deck.template.footer),), {})
            if inside:
                self.number += 1
                tag = "sldNum" if kind == "SLIDE_NUMBER" else "ftr"
                self.append(shapes.placeholder(self.number, tag, index, inside))

    def append(self, xml: str, parent: Any = None) -> None:
        from pptx.oxml import parse_xml

        (self.page.shapes._spTree if parent is None else parent).append(parse_xml(xml))


def fill(shape: Any, text: Spans, ground: Ground, size: float | None) -> None:
    """Puts words into a placeholder."""
    from pptx.oxml import parse_xml

    paragraph = parse_xml(f"<a:p {shapes.NAMESPACES}>{shapes.words(text, ground.fills, size)}</a:p>")
    body = shape._element.txBody
    body.replace(body.p_lst[0], paragraph)
