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
    shown_parts,
)
from derive.slides.pptx.read import line_name, text_name
from derive.slides.pptx.said import clean_notes, equation_alt, spoken
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


class Drawer:
    """Draws the slides of one page."""

    def __init__(
        self, deck: Deck, sheet: Sequence[Slide], ground: Ground, formulas: Formulas, media: Media, options: Options
    ) -> None:
        self.deck, self.sheet, self.slide = deck, sheet, sheet[0]
        self.ground, self.formulas = ground, formulas
        self.media, self.options = media, options
        self.page = ground.presentation.slides.add_slide(ground.layout)
        self.number = 0

    def draw(self) -> None:
        room = self.title()
        self.number = max(int(i) for i in self.page.shapes._spTree.xpath("//p:cNvPr/@id"))
        clicks: dict[int, list[int]] = {}
        for thing in arrange(self.sheet, room, self.ground.em, self.formulas, self.ground.stretch):
            number = self.add(thing)
            if not isinstance(thing, Plot) and thing.click:
                clicks.setdefault(thing.click, []).append(number)
        self.foot()
        if clicks and not self.options.handout:
            self.append(shapes.timing([clicks[c] for c in sorted(clicks)]), self.page._element)
        self.page.notes_slide.notes_text_frame.text = clean_notes("\n".join(map(spoken, self.sheet)))

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
        smaller, free = fitted_title(ground, shape, text)
        fill(shape, text, ground, smaller)
        return Box(body.x, body.y - free, body.width, body.height + free)

    def add(self, thing: Thing) -> int:
        self.number += 1
        if isinstance(thing, Text):
            if thing.place and self.slide.stamp is not None:
                thing = replace(thing, name=text_name(self.slide.stamp.name, thing.place, plain(thing.spans)))
            self.append(shapes.text_box(self.number, thing, self.ground.fills))
        elif isinstance(thing, Equation):
            picture = self.media.relation(self.page, self.formulas[thing.node].png, "png")
            name = self.shape_name(thing)
            self.append(
                shapes.equation_box(
                    self.number,
                    thing,
                    name,
                    equation_alt(thing),
                    (self.ground.changed, *self.ground.terms),
                    picture,
                    self.ground.dark,
                )
            )
        elif isinstance(thing, Grid):
            self.append(shapes.table_box(self.number, thing, self.ground.fills))
        else:
            p = thing.picture
            png = self.media.relation(self.page, p.png, "png")
            svg = self.media.relation(self.page, p.svg.encode(), "svg") if p.svg else ""
            self.append(shapes.plot_box(self.number, thing.box, p.name, p.alt, png, svg))
        return self.number

    def shape_name(self, e: Equation) -> str:
        """Which line it is, with the digest of what stands there."""
        if self.slide.stamp is None:
            return f"formula {self.number}"
        shown = {"claim": self.slide.claim} | {x.place: shown_parts(x) for s in self.sheet for x in s.steps}
        return line_name(self.slide.stamp.name, e.place, shown[e.place], e.part)

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
                    Text(box, (Span(text),), size, "muted", name=stamp_text(self.slide.stamp)),
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
