"""Decks for PowerPoint: every line a native equation in a text box of its own that appears at a click with its reason.

The slides can be added to a presentation that there is already, in its theme.  What each line says is kept as a digest
in the name of its shape, where PowerPoint leaves it in peace; ``read_back`` finds what was changed since.
"""

from __future__ import annotations

import io
import itertools
import zipfile
from dataclasses import replace
from typing import Any

from derive.errors import UserError
from derive.render.formula.nodes import row, unmarked
from derive.render.pens.omml import DRAWING, MATH, OPENING, node_omml
from derive.render.words.prose import clean
from derive.render.words.sentence import prose
from derive.slides.deck import Deck, Files, Options, Slide
from derive.slides.deck.stamps import provenance, stamp_text
from derive.slides.pptx.ground import Ground, fitted_title, found_ground, own_ground, placed
from derive.slides.pptx.layout import Box, Equation, Formulas, Plot, Text, arrange, heading, nodes_of, shown_parts
from derive.slides.pptx.pictures import drawn
from derive.slides.pptx.read import line_name, read_back, text_name
from derive.slides.pptx.shapes import (
    NAMESPACES,
    SLIDE_NUMBER,
    equation_box,
    placeholder,
    plot_box,
    text_box,
    timing,
    words,
)
from derive.slides.pptx.text import Span, Spans, lines, plain, spans

__all__ = ["fragment", "read_back", "write"]

_SUBTITLE = 22.0  # points
_CREATED = "2000-01-01T00:00:00Z"  # a deck does not change with the day it was made on


def write(deck: Deck, name: str, options: Options) -> Files:
    """The deck, by itself or added to the presentation in ``options.into``."""
    ground = found_ground(options.into, deck) if options.into else own_ground(deck)
    formulas = drawn((n for s in deck.slides for n in nodes_of(s)), ground.text, ground.changed)
    there = len(ground.presentation.slides)
    after = there if options.after < 0 else options.after
    if after > there:
        have = "has no slides" if not there else f"has {there} slide{'s' if there > 1 else ''}"
        raise UserError(f"there is no slide {after} to add behind: the presentation {have}")
    if deck.title:
        _title_slide(deck, ground)
    media = _Media(ground.presentation)
    for slide in deck.slides:
        _Drawer(deck, slide, ground, formulas, media, options).draw()
    _move(ground.presentation, there, after)
    if ground.own:
        _describe(deck, ground.presentation)
    out = io.BytesIO()
    ground.presentation.save(out)
    return {name: _settled(out.getvalue())}


def fragment(deck: Deck, options: Options) -> str:
    """The claim and the lines as equations, each an ``m:oMathPara`` on a line: as they stand in PowerPoint and Word files."""
    del options
    nodes = dict.fromkeys(unmarked(n) for slide in deck.slides for n in nodes_of(slide))
    opening = f'<m:oMathPara xmlns:m="{MATH}" xmlns:a="{DRAWING}"><m:oMath>'
    return "".join(node_omml(n).replace(OPENING, opening, 1) + "</m:oMathPara>\n" for n in nodes)


# --- slides ----------------------------------------------------------------------------------------------------------


class _Media:
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


class _Drawer:
    """Draws one slide."""

    def __init__(
        self, deck: Deck, slide: Slide, ground: Ground, formulas: Formulas, media: _Media, options: Options
    ) -> None:
        self.deck, self.slide, self.ground, self.formulas = deck, slide, ground, formulas
        self.media, self.options = media, options
        self.page = ground.presentation.slides.add_slide(ground.layout)
        self.number = 0

    def draw(self) -> None:
        room = self.title()
        self.number = max(int(i) for i in self.page.shapes._spTree.xpath("//p:cNvPr/@id"))
        clicks: dict[int, list[int]] = {}
        for thing in arrange(self.slide, room, self.ground.em, self.formulas, self.ground.stretch):
            number = self.add(thing)
            if not isinstance(thing, Plot) and thing.click:
                clicks.setdefault(thing.click, []).append(number)
        self.foot()
        if clicks and not self.options.handout:
            self.append(timing([clicks[c] for c in sorted(clicks)]), self.page._element)
        self.page.notes_slide.notes_text_frame.text = clean_notes(spoken(self.slide))

    def title(self) -> Box:
        """Fills the heading in; the room that is left below it."""
        ground, body = self.ground, self.ground.body
        text = heading(self.slide)
        shape = _title_of(self.page)
        for other in list(self.page.placeholders):
            if shape is None or other._element is not shape._element:
                other._element.getparent().remove(other._element)
        if shape is None:  # a layout without a title
            size = ground.em * 1.2
            height = 1.25 * size * lines(text, body.width / size)
            self.append(text_box(2, Text(Box(body.x, body.y, body.width, height), text, size), ground.fills))
            return Box(body.x, body.y + height + 8, body.width, body.height - height - 8)
        smaller, free = fitted_title(ground, shape, text)
        _fill(shape, text, ground, smaller)
        return Box(body.x, body.y - free, body.width, body.height + free)

    def add(self, thing: Text | Equation | Plot) -> int:
        self.number += 1
        if isinstance(thing, Text):
            if thing.place and self.slide.stamp is not None:
                thing = replace(thing, name=text_name(self.slide.stamp.name, thing.place, plain(thing.spans)))
            self.append(text_box(self.number, thing, self.ground.fills))
        elif isinstance(thing, Equation):
            picture = self.media.relation(self.page, self.formulas[thing.node].png, "png")
            name = self.shape_name(thing)
            self.append(
                equation_box(self.number, thing, name, _alt(thing), self.ground.changed, picture, self.ground.dark)
            )
        else:
            p = thing.picture
            png = self.media.relation(self.page, p.png, "png")
            svg = self.media.relation(self.page, p.svg.encode(), "svg") if p.svg else ""
            self.append(plot_box(self.number, thing.box, p.name, p.alt, png, svg))
        return self.number

    def shape_name(self, e: Equation) -> str:
        """Which line it is, with the digest of what stands there."""
        if self.slide.stamp is None:
            return f"formula {self.number}"
        shown = {"claim": self.slide.claim} | {s.place: shown_parts(s) for s in self.slide.steps}
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
                text_box(
                    self.number,
                    Text(box, (Span(text),), size, "muted", name=stamp_text(self.slide.stamp)),
                    ground.fills,
                )
            )
        if not ground.numbered:
            return
        for shape in self.page.slide_layout.placeholders:
            kind, index = shape.placeholder_format.type.name, str(shape.placeholder_format.idx)
            inside = {"SLIDE_NUMBER": SLIDE_NUMBER}.get(kind, "")
            if kind == "FOOTER" and ground.own and self.deck.template.footer:
                inside = words((Span(self.deck.template.footer),), {})
            if inside:
                self.number += 1
                tag = "sldNum" if kind == "SLIDE_NUMBER" else "ftr"
                self.append(placeholder(self.number, tag, index, inside))

    def append(self, xml: str, parent: Any = None) -> None:
        from pptx.oxml import parse_xml

        (self.page.shapes._spTree if parent is None else parent).append(parse_xml(xml))


def _title_of(page: Any) -> Any:
    kinds = ("TITLE", "CENTER_TITLE")
    return next((p for p in page.placeholders if p.placeholder_format.type.name in kinds), None)


def _fill(shape: Any, text: Spans, ground: Ground, size: float | None) -> None:
    """Puts words into a placeholder."""
    from pptx.oxml import parse_xml

    paragraph = parse_xml(f"<a:p {NAMESPACES}>{words(text, ground.fills, size)}</a:p>")
    body = shape._element.txBody
    body.replace(body.p_lst[0], paragraph)


def _title_slide(deck: Deck, ground: Ground) -> None:
    """The title, and below it the subtitle and what is in the deck, as far as there is room."""
    from pptx.oxml import parse_xml

    page = ground.presentation.slides.add_slide(ground.title_layout)
    title = _title_of(page)
    others = [p for p in page.placeholders if title is None or p._element is not title._element]
    if title is not None:
        _fill(title, (Span(clean(deck.title)),), ground, None)
    below = next((p for p in others if p.placeholder_format.type.name in ("SUBTITLE", "BODY")), None)
    for other in others:
        if below is None or other._element is not below._element:
            other._element.getparent().remove(other._element)
    entries = [spans(c) for c in deck.contents]
    room = None if below is None else placed(below)
    if below is None or room is None:
        return
    if not entries and not deck.subtitle:
        below._element.getparent().remove(below._element)
        return
    first: list[Spans] = [(Span(clean(deck.subtitle)),)] if deck.subtitle else []
    room = Box(0, 0, (room.width - 15) / ground.stretch, room.height - 8)
    size, entries = _fitting(first, entries, room)
    sizes = [*([max(size, _SUBTITLE)] if first else []), *([size] * len(entries))]
    paragraphs = "".join(
        f'<a:p {NAMESPACES}><a:pPr><a:spcBef><a:spcPts val="{round(30 * high)}"/></a:spcBef></a:pPr>'
        f"{words(p, ground.fills, high)}</a:p>"
        for p, high in zip([*first, *entries], sizes, strict=True)
    )
    body = below._element.txBody
    for old in body.p_lst:
        body.remove(old)
    for paragraph in parse_xml(f"<a:txBody {NAMESPACES}>{paragraphs}</a:txBody>"):
        body.append(paragraph)


def _fitting(first: list[Spans], entries: list[Spans], room: Box) -> tuple[float, list[Spans]]:
    """The size of the contents and as many of them as fit."""

    def takes(size: float, shown: list[Spans]) -> float:
        head = sum((lines(e, room.width / _SUBTITLE) * 1.2 + 0.3) * _SUBTITLE for e in first)
        return head + sum((lines(e, room.width / size) * 1.2 + 0.3) * size for e in shown)

    for size in (18.0, 16.0, 14.0):
        if takes(size, entries) <= room.height:
            return size, entries
    shown = list(entries)
    while shown and takes(14.0, [*shown, ()]) > room.height:
        shown.pop()
    return 14.0, [*shown, (Span(f"… and {len(entries) - len(shown)} more"),)]


def _move(presentation: Any, there: int, after: int) -> None:
    """The slides added at the end go behind slide ``after``, and into its section where the deck has sections."""
    ids = presentation.slides._sldIdLst
    added = list(ids)[there:]
    section_of = {e.get("id"): e for e in presentation.part._element.iter("{*}sldId") if e.getparent() is not ids}
    neighbour = section_of.get(ids[after - 1].get("id")) if after else next(iter(section_of.values()), None)
    for i, entry in enumerate(added):
        ids.remove(entry)
        ids.insert(after + i, entry)
    if neighbour is None:
        return
    listed = neighbour.getparent()
    at = list(listed).index(neighbour) + (1 if after else 0)
    for i, entry in enumerate(added):
        copy = neighbour.makeelement(neighbour.tag)
        copy.set("id", entry.get("id"))
        listed.insert(at + i, copy)


# --- words -----------------------------------------------------------------------------------------------------------


def _alt(e: Equation) -> str:
    """The formula in words; the later parts of a broken one say that they are."""
    from derive.render.pens.speech import node_speech, relation_speech

    if e.part:
        return "continuation of the formula above"
    said = node_speech(row(*e.whole))
    before = "Claim: " if e.place == "claim" else f"{relation_speech(e.relation)} " if e.relation else ""
    return before + said


def spoken(slide: Slide) -> str:
    """The slide in words, for the speaker's notes: plain text, since mathematics in notes damages the file."""
    from derive.render.pens.speech import node_speech, prose_speech, sentence, step_speech

    out = [sentence(prose_speech(slide.heading))]
    if slide.given:
        out.append(sentence(f"Given: {prose_speech(slide.given)}"))
    if slide.claim:
        out.append(sentence(f"Claim: {node_speech(row(*slide.claim))}"))
    if slide.title:
        out.append(sentence(prose_speech(prose(slide.title))))
    if slide.assumes:
        out.append(sentence(f"Assume {prose_speech(slide.assumes)}"))
    if slide.picture is not None:
        out.append(sentence(slide.picture.alt))
    out += [step_speech(s.relation, node_speech(row(*s.parts)), prose_speech(s.reason)) for s in slide.steps]
    out += [sentence(f"Note: {prose_speech(n)}") for n in slide.notes]
    return "\n".join(out)


def clean_notes(text: str) -> str:
    return "\n".join(clean(line) for line in text.split("\n"))


# --- the file --------------------------------------------------------------------------------------------------------


def _describe(deck: Deck, presentation: Any) -> None:
    from datetime import datetime

    properties = presentation.core_properties
    first = "".join(s.text for s in heading(deck.slides[0])) if deck.slides else ""
    when = datetime.fromisoformat(_CREATED.removesuffix("Z"))
    properties.title = clean(deck.title or first)[:255]
    properties.author = properties.last_modified_by = "derive"
    properties.keywords = ", ".join(s.name for s in deck.stamps)[:255]
    properties.created = properties.modified = when
    properties.revision = 1
    properties.language = "en-US"
    for unused in ("category", "comments", "content_status", "identifier", "subject", "version"):
        setattr(properties, unused, "")


def _settled(data: bytes) -> bytes:
    """The same file with one date on everything in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in made.namelist():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            new.writestr(info, made.read(name))
    return out.getvalue()
