"""Derivations as aligned equations in Typst: a fragment for a document that there is already, and slides for Touying.

Touying's ``pause`` works between the rows of an equation, so a slide has one equation with a row for each step.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.render.formula.nodes import Node
from derive.render.pens.typst import escape, node_typst, parts_typst, string
from derive.render.words.prose import clean
from derive.render.words.sentence import prose
from derive.slides.deck import Deck, Options, Slide, Step
from derive.slides.deck.colours import TERMS
from derive.slides.deck.flow import apart, flowing
from derive.slides.deck.paginate import SMALL, columns, prose_width
from derive.slides.deck.stamps import provenance, stamp_text
from derive.slides.deck.template import Template
from derive.slides.typst import source

TOUYING = "0.7.4"
LETTERS = {"16:9": 17, "4:3": 24}  # points: the size of formulas with Touying's simple theme

_DEFINITIONS = """
#set math.lr(size: 1em)
// a formula in a line of text, with its words for those who listen; a long one may be broken over lines
#let eq(alt, it, long: false) = (if long { it => it } else { box })(math.equation(alt: alt, it.body))
// a reason in the letters of the text, and the beginning of a line that goes on with the one above
#let why(width: auto, it) = h(1.5em) + box(width: width, { set align(start); text(size: 0.8em, font: fonts, it) })
#let indent = h(2em) + box()
#let numbers(columns, ..cells) = table(
  columns: columns, stroke: none, align: (x, y) => if x == 0 { left } else { right },
  cells.pos().first(), table.hline(), ..cells.pos().slice(1),
)
""".strip()


# --- a fragment ------------------------------------------------------------------------------------------------------


def fragment_source(deck: Deck) -> str:
    """The claims and their chains of steps, in a block of their own."""
    body = [f"#let fonts = text.font\n#show math.equation: set block(breakable: true)\n{_DEFINITIONS}"]
    for group in flowing(deck.slides):
        body += _theorem(group, deck.template)
    lines = ["// Checked by derive.", *(f"// {clean(stamp_text(s))}" for s in deck.stamps)]
    return "\n".join([*lines, "#context [", source.indented("\n\n".join(body)), "]"]) + "\n"


def _theorem(group: Sequence[Slide], template: Template) -> list[str]:
    first = group[0]
    out = [f"*Theorem* (#raw({string(first.name)})). _{source.markup(first.heading)}._"]
    if first.given:
        out[0] += f" Given {source.markup(first.given)}."
    for n, s in enumerate(group):
        if s.claim:
            out.append(_claim(s))
        if s.title or s.assumes:
            assume = f"Assume {source.markup(s.assumes)}." if s.assumes else ""
            out.append(f"*{source.markup(prose(s.title))}.* {assume}".replace("*.*", "").strip())
        elif n == 0 and s.claim:
            out.append("_Proof._")
        out += [source.block_source(b)[1:-1] for b in s.blocks_above]
        out += _chain(s, template)
        out += [source.markup(b.words) for b in s.later]
        out += [f"_Note:_ {source.markup(note)}" for note in s.notes]
        if s.ends or s.gaps:
            out.append(_end(s))
    return out


def _end(s: Slide) -> str:
    return f"_{s.gaps_left}._" if s.gaps else "#align(end)[∎]"


def _claim(s: Slide, tints: Sequence[str] = ()) -> str:
    return _equation(source.formula_alt(s.claim), ["& " + d for d in _lines(s.claim, tints)])


def _lines(parts: Sequence[Node], tints: Sequence[str], before: str = "") -> list[str]:
    """A formula, and the lines that it goes on with."""
    first, *rest = parts_typst(parts, tints=tints)
    return [before + first, *(f"#indent {r}" for r in rest)]


def _equation(alt: str, rows: Sequence[str]) -> str:
    body = "".join(f"  {r} \\\n" for r in rows).removesuffix(" \\\n")
    return f"#math.equation(block: true, alt: {string(alt)}, $\n{body}\n$.body)"


def _chain(slide: Slide, template: Template, pauses: bool = False, tints: Sequence[str] = ()) -> list[str]:
    """The steps as one equation; with ``pauses`` each appears at a click.  ``tints`` give terms their colours."""
    lead, steps = source.steps_of(slide)
    if not steps:
        return []
    room = columns(slide.steps, template).reason_em
    start = "" if lead is None else node_typst(lead.parts[0], tints=tints)
    rows: list[str] = []
    spoken = [] if lead is None else [source.formula_alt(lead.parts)]
    for click, s in steps:
        rows += _rows(s, start, slide.beside, room, pauses and click > 0, tints)
        spoken.append(source.said(s))
        start = ""
    return [_equation(". ".join(spoken), rows)]


def _rows(s: Step, start: str, beside: bool, room: float, pause: bool, tints: Sequence[str]) -> list[str]:
    first, *rest = _lines(s.parts, tints, f"{source.relation(s)} " if s.relation else "")
    label = f"{string(s.label)} quad" if s.label else ""
    before = " ".join(filter(None, [label, start, "pause" if pause else ""]))
    rows = [f"{before} & {first}".strip(), *(f"& {r}" for r in rest)]
    if s.reason:
        width = f"(width: {room / SMALL:.1f}em)" if beside and SMALL * prose_width(s.reason) > room else ""
        why = f"#why{width}{source.content(source.markup(s.reason))}"
        if beside:
            rows[0] += f" && {why}"
        else:
            rows.append(f"& {why}")
    return rows


# --- Touying ---------------------------------------------------------------------------------------------------------


def touying_source(deck: Deck, options: Options) -> str:
    """Slides for Touying's simple theme, a step for each click."""
    t = deck.template
    c = t.colors
    theme = [
        f"aspect-ratio: {string(t.aspect.replace(':', '-'))}",
        f"footer: {source.content(escape(t.footer))}",
        f"primary: rgb({string(c.accent)})",
        f"config-page(fill: rgb({string(c.background)}))",
        f"config-common(handout: {str(options.handout).lower()})",
    ]
    out = [
        *source.head(deck, c),
        f'#import "@preview/touying:{TOUYING}": *',
        "#import themes.simple: *\n",
        f"#show: simple-theme.with({', '.join(theme)})",
        f'#set text(font: fonts, size: {LETTERS[t.aspect]}pt, fill: colors.text, lang: "en", region: "GB")',
        "#show math.equation.where(block: true): set align(start)",
        _DEFINITIONS,
        "#let small(it) = text(size: 0.8em, fill: colors.muted, it)\n",
    ]
    if deck.title:
        contents = "".join(f"\n  - {source.markup(h)}" for h in deck.contents[:12])
        title = f'#text(size: 2em, weight: "bold", fill: colors.accent)[{escape(deck.title)}]'
        out.append(f"#title-slide[\n  {title}\n\n  {source.subtitle(deck)}\n  #set align(start){contents}\n]\n")
    for s in apart(deck).slides:
        part = f" #small[({s.part}/{s.parts})]" if s.parts > 1 else ""
        out.append("\n\n".join([f"== {source.markup(s.heading)}{part}", *_slide(s, t)]) + "\n")
    return "\n".join(out)


def _slide(s: Slide, template: Template) -> list[str]:
    out = []
    if s.subheading:
        out.append(f'#text(weight: "bold", fill: colors.accent)[{source.markup(s.subheading)}]')
    if s.given:
        out.append(f"#small[Given {source.markup(s.given)}]")
    if s.claim:
        out.append(f'#text(weight: "bold", fill: colors.accent)[Claim]\n{_claim(s, TERMS)}')
    if s.title:
        out.append(f'#text(weight: "bold", fill: colors.accent)[{source.markup(prose(s.title))}]')
    if s.assumes:
        out.append(f"Assume {source.markup(s.assumes)}")
    out += [source.block_source(b)[1:-1] for b in s.blocks_above]
    out += _chain(s, template, pauses=True, tints=TERMS)
    out += [f"#pause\n{source.markup(b.words)}" for b in s.later]
    if s.picture is not None:
        out.append(f"#align(center, {source.image(s.picture)})")
    out += [f"#small[_Note:_ {source.markup(note)}]" for note in s.notes]
    if s.ends or s.gaps:
        out.append(_end(s))
    if s.stamp is not None:
        out.append(f"#place(bottom, text(size: 8pt, fill: colors.muted)[{escape(provenance(s.stamp))}])")
    return out
