"""The source of Typst slides and handouts: a deck as data, under the functions of ``style``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from derive.render.formula.measure import node_em
from derive.render.formula.nodes import Node, Prose, Strong, Symbol, row
from derive.render.pens.typst import escape, node_typst, parts_typst, string
from derive.render.words.prose import HYPHENED, clean
from derive.render.words.sentence import prose
from derive.slides.deck import Block, Deck, Picture, Slide, Step, Words
from derive.slides.deck.colours import TERMS
from derive.slides.deck.contents import contents_pages
from derive.slides.deck.flow import flowing
from derive.slides.deck.headings import common_share
from derive.slides.deck.paginate import prose_width, slide_height
from derive.slides.deck.stamps import provenance, stamp_text
from derive.slides.deck.template import LIGHT, Colors, term_colors
from derive.slides.typst.style import COMMON, HANDOUT, SLIDES
from derive.values import replace

PAPER = {"16:9": (960, 540), "4:3": (720, 540)}  # in points
LETTERS = 24  # points: the size of formulas
ON_TITLE, CONTENTS = 9, 15  # lines of contents on the title slide, and on a slide of their own
HEADING, BOLD = 27, 1.08  # points: the full size of headings, whose letters are so much wider than others
PAGE = 52.0  # em of the formulas: what is no higher is not parted on paper
LEAST = 9  # points: of reasons and conditions on paper
FONT = "Libertinus Serif"


def slides(deck: Deck, overlays: bool = True, logo: str = "logo") -> str:
    """The source of slides: a page for each click, or, without overlays, for each slide; ``logo`` is the stem of its file."""
    above, drawn = _slides(deck, overlays, logo)
    return "\n".join([*above, *(text for text, _ in drawn)])


def pieces(deck: Deck, most: int) -> list[tuple[int, str]]:
    """The source of slides in pieces of at most ``most`` pages, where no slide has more; how many pages each has."""
    above, drawn = _slides(deck, overlays=True)
    out: list[tuple[int, list[str]]] = [(0, [])]
    for text, pages in drawn:
        if out[-1][0] and out[-1][0] + pages > most:
            out.append((0, []))
        out[-1] = out[-1][0] + pages, [*out[-1][1], text]
    return [(pages, "\n".join([*above, *texts])) for pages, texts in out]


def _slides(deck: Deck, overlays: bool, stem: str = "logo") -> tuple[list[str], list[tuple[str, int]]]:
    """What stands above the slides, and each slide with its number of pages."""
    t = deck.template
    width, height = PAPER[t.aspect]
    logo = f'image({string(logo_name(deck, stem))}, height: 20pt, alt: "logo")' if t.logo else "none"
    above = [
        *head(deck, t.colors),
        f"#let paper = (width: {width}pt, height: {height}pt)",
        f"#let margin = {(width - LETTERS * t.width) / 2:g}pt",
        f"#let letters = {LETTERS}pt",
        f"#let heading-size = {_heading(deck)}pt",
        "#let least = 0pt",
        f"#let footer-text = {content(escape(t.footer))}",
        f"#let logo = {logo}",
        f"#let overlays = {str(overlays).lower()} // whether each step has a page of its own\n",
        COMMON,
        SLIDES,
    ]
    drawn = [(text, 1) for text in title_slides(deck)]
    for number, sheet in enumerate(deck.sheets, len(drawn) + 1):
        s = sheet[0]
        fields = {"heading": content(markup(s.heading)), "number": str(number)}
        if s.parts > 1:
            fields["part"] = string(f"({s.part}/{s.parts})")
        stamps = dict.fromkeys(x.stamp for x in sheet if x.stamp is not None)
        if stamps:
            fields["provenance"] = content(escape("; ".join(map(provenance, stamps))))
        shown = [matter(s)]
        for more in sheet[1:]:
            shown.append(matter(more, _last_click(shown[-1]) + 1))
        if sheet[1:]:
            fields["below"] = array(map(dictionary, shown[1:]), lines=True)
        drawn.append((call("slide", fields | shown[0]), 1 + _last_click(shown[-1]) if overlays else 1))
    return above, drawn


def _heading(deck: Deck) -> int:
    """Points of the headings."""
    return int(HEADING * common_share(deck.slides, LETTERS * deck.template.width / (HEADING * BOLD)))


def title_slides(deck: Deck) -> list[str]:
    """The title with the contents; where they are too many for it, slides of contents behind it."""
    if not deck.title:
        return []
    pages = _contents(deck, ON_TITLE - max(0, len(deck.subtitles) - 1))
    if len(pages) > 1:
        pages = [[], *_contents(deck, CONTENTS)]
    first = f"#title-slide({content(markup((deck.title,)))}, {content(subtitle(deck))}, {array(pages[0])})\n"
    out, number = [first], len(pages[0]) + 1
    for page in pages[1:]:
        out.append(f"#contents-slide({array(page, lines=True)}, {number})\n")
        number += len(page)
    return out


def subtitle(deck: Deck) -> str:
    return " \\ ".join(map(escape, deck.subtitles))


def _contents(deck: Deck, most: int) -> list[list[str]]:
    """The contents in pages of at most so many lines, filled alike."""
    width = deck.template.width
    pages = contents_pages(deck.contents, lambda c: 1 + int(0.7 * prose_width(c) / (width * 0.9)), most)
    return [[content(markup(c)) for c in page] for page in pages]


def handout(deck: Deck) -> str:
    """The source of pages to print: each derivation in one piece, one after another."""
    out = [
        *head(deck, LIGHT if deck.template.dark else deck.template.colors),
        f"#let least = {LEAST}pt",
        COMMON,
        HANDOUT,
    ]
    if deck.title:
        out.append(f"#align(center, title({content(markup((deck.title,)))}))")
    derivations = []
    for group in flowing(replace(s, scale=1.0) for s in deck.slides):  # a page is wider than a slide
        fields = {"heading": content(markup(group[0].heading))}
        fields["parts"] = array(dictionary(matter(s)) for s in group)
        if sum(slide_height(s, deck.template) for s in group) <= PAGE:
            fields["whole"] = "true"
        stamps = dict.fromkeys(s.stamp for s in group if s.stamp is not None)
        if stamps:
            fields["provenance"] = content(escape("; ".join(map(provenance, stamps))))
        derivations.append(dictionary(fields))
    if deck.title and deck.subtitle:
        out.append(f"#align(center)[#small({content(subtitle(deck))})]")
    body = ",\n".join(indented(d) for d in derivations)
    return "\n".join([*out, f"#handout(\n{body},\n)\n"])


def head(deck: Deck, colors: Colors) -> list[str]:
    """The first lines of every source."""
    from derive.render.pens.speech import prose_speech

    title = deck.title or (prose_speech(deck.slides[0].heading) if deck.slides else "")
    stamps = [stamp_text(s) for s in deck.stamps]
    fonts = [*([deck.template.font] if deck.template.font else []), FONT]
    shown = [f"{name}: rgb({string(getattr(colors, name))})" for name in Colors._fields]
    return [
        "// Derivations that were checked by derive.",
        *(f"// {clean(s)}" for s in stamps),
        f"#set document(title: {string(title)}, keywords: {array(map(string, stamps))}, date: none)",
        f"#let colors = ({', '.join(shown)})",
        f"#let fonts = {array(map(string, fonts))}",
        *(f"#let {t} = text.with(fill: rgb({string(c)}))" for t, c in zip(TERMS, term_colors(colors), strict=True)),
    ]


def matter(s: Slide, opens: int = 0) -> dict[str, str]:
    """What stands under a heading, as fields; ``opens`` is the click at which it appears."""
    fields: dict[str, str] = {"opens": str(opens)} if opens else {}
    if s.subheading:
        fields["subheading"] = content(markup(s.subheading))
    if s.given:
        fields["given"] = content(markup(s.given))
    if s.claim:
        parts = array(f"${p}$" for p in parts_typst(s.claim, tints=TERMS, legible=True))
        fields["claim"] = f"(alt: {string(formula_alt(s.claim))}, formula: {parts})"
    if s.title:
        fields["title"] = content(markup(prose(s.title)))
    if s.assumes:
        fields["assume"] = content(markup(s.assumes))
    if s.blocks_above:
        fields["blocks"] = array([block_source(b) for b in s.blocks_above], lines=True)
    if s.kind == "text":
        fields["words"] = "1em"
    lead, steps = steps_of(s)
    if lead is not None:
        fields["lead"] = (
            f"(alt: {string(formula_alt(lead.parts))}, formula: ${node_typst(lead.parts[0], tints=TERMS, legible=True)}$)"
        )
    rows = [step(x, opens + click) for click, x in steps]
    clicks = opens + (steps[-1][0] if steps else 0)
    if rows:
        fields["steps"] = array(rows, lines=True)
    if s.later:
        later = [f"(click: {clicks + i}, it: {content(markup(b.words))})" for i, b in enumerate(s.later, 1)]
        fields["later"] = array(later, lines=True)
        clicks += len(s.later)
    if clicks:
        fields["clicks"] = str(clicks)
    if not s.beside:
        fields["aside"] = "false"
    if s.scale != 1:
        fields["scale"] = f"{100 * s.scale:.4g}%"
    if s.picture is not None:
        fields["picture"] = image(s.picture)
    if s.ends or s.gaps:
        fields["end"] = end(s)
    if s.notes:
        fields["notes"] = array(content(markup(n)) for n in s.notes)
    return fields


def _last_click(fields: dict[str, str]) -> int:
    return int(fields.get("clicks", "0"))


def block_source(block: Block) -> str:
    """A paragraph, an item of a list, or a table."""
    if isinstance(block, Words):
        words = content(markup(block.words))
        return content(f"#list({words})") if block.item else words
    cells = [f"table.header({', '.join(content(markup(cell)) for cell in block.head)})"]
    for i, numbers in enumerate(block.rows):
        if block.total and i == len(block.rows) - 1:
            cells.append("table.hline(stroke: 1pt + colors.muted)")
        cells += [content(markup(cell)) for cell in numbers]
    return content(f"#numbers({len(block.head)}, {', '.join(cells)})")


def steps_of(slide: Slide) -> tuple[Step | None, list[tuple[int, Step]]]:
    """What stands in the lead column, and the steps with the click at which each appears."""
    steps = list(slide.steps)
    lead = steps.pop(0) if slide.lead and steps else None
    clicks = 0
    out = []
    for i, s in enumerate(steps):
        clicks += not s.carried and (i > 0 or lead is not None or s.relation != "")
        out.append((clicks, s))
    return lead, out


def image(p: Picture) -> str:
    size = f"width: {p.width:g}em, height: {p.height:g}em"
    return f"image({string(picture_name(p))}, {size}, alt: {string(p.alt)})"


def step(s: Step, click: int) -> str:
    """A line of a derivation: the click at which it appears, its formula, and why it follows."""
    drawn = parts_typst(s.parts, mark="new", tints=TERMS, legible=True)
    if s.relation:
        drawn[0] = f"{relation(s)} {drawn[0]}"
    fields = {"click": str(click)}
    if s.label:
        fields["label"] = string(s.label)
    fields["alt"] = string(step_alt(s))
    fields["formula"] = "new => " + array(f"${d}$" for d in drawn)
    if s.reason:
        fields["why"] = content(markup(s.reason))
    return dictionary(fields)


def relation(s: Step) -> str:
    return node_typst(Symbol(s.relation, "rel"))


def end(s: Slide) -> str:
    """What closes a proof, or says that it is none."""
    if s.gaps:
        left = s.gaps_left
        return f"[#h(1fr)#text(fill: colors.changed)[{left}]]"
    return "[ #h(1fr)#sym.wj~∎]"  # the mark takes a word with it to the next line


def formula_alt(parts: Sequence[Node]) -> str:
    """The words of a formula that may be broken over lines."""
    from derive.render.pens.speech import node_speech

    return node_speech(row(*parts))


def step_alt(s: Step) -> str:
    """The relation and the formula of a step in words."""
    from derive.render.pens.speech import relation_speech

    return " ".join(filter(None, [relation_speech(s.relation) if s.relation else "", formula_alt(s.parts)]))


def said(s: Step) -> str:
    """A step in words with its reason."""
    from derive.render.pens.speech import prose_speech

    return f"{step_alt(s)}: {prose_speech(s.reason)}" if s.reason else step_alt(s)


def markup(sentence: Prose) -> str:
    """A sentence in Typst's markup."""
    from derive.render.pens.speech import node_speech

    out, called = "", False
    for part in sentence:
        for i, words in enumerate(re.split(f"({HYPHENED.pattern})", part) if isinstance(part, str) else ()):
            if words:
                drawn = f"#box[{escape(words)}]" if i % 2 else escape(words)
                drawn = f"#strong[{drawn}]" if isinstance(part, Strong) else drawn
                out += (
                    ";" if called and drawn[:1] in ("(", "[", ".", ";") else ""
                ) + drawn  # the call would go on with these
                called = drawn.startswith("#")
        if not isinstance(part, str):
            long = ", long: true" if node_em(part) > 12 else ""
            out += f"#eq({string(node_speech(part))}, ${node_typst(part, inline=True, legible=True)}${long})"
            called = True
    return out


def picture_name(picture: Picture) -> str:
    return picture.name + (".svg" if picture.svg else ".png")


def logo_name(deck: Deck, stem: str = "logo") -> str:
    return stem + Path(deck.template.logo).suffix.lower()


# --- Typst's literals ------------------------------------------------------------------------------------------------


def content(drawn: str) -> str:
    return f"[{drawn}]"


def array(items: Iterable[str], lines: bool = False) -> str:
    listed = list(items)
    if lines:
        return "(\n" + "".join(f"{indented(i)},\n" for i in listed) + ")"
    return f"({', '.join(listed)}{',' if len(listed) == 1 else ''})"


def dictionary(fields: dict[str, str]) -> str:
    inside = ", ".join(f"{k}: {v}" for k, v in fields.items())
    if len(inside) < 100 and "\n" not in inside:
        return f"({inside})"
    return "(\n" + "".join(f"{indented(f'{k}: {v}')},\n" for k, v in fields.items()) + ")"


def call(name: str, fields: dict[str, str]) -> str:
    return f"#{name}(\n" + "".join(f"{indented(f'{k}: {v}')},\n" for k, v in fields.items()) + ")\n"


def indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.split("\n"))
