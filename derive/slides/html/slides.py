"""Slides as HTML sections: what stands on them, without the page round them.

A section has ``data-derive``, the stamp of its theorem; whatever shows a line has ``data-line``, the name of the theorem
and the step's place, and ``data-digest``, that of the text that was written there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from derive.render.formula.nodes import Node, Symbol, row
from derive.render.words.sentence import prose
from derive.slides.deck import Block, Slide, Table, Words
from derive.slides.deck.headings import heading_share
from derive.slides.deck.stamps import line_digest, provenance, stamp_text
from derive.slides.html.read import shown_text
from derive.slides.html.text import Ink, text
from derive.slides.speech import above
from derive.values import Value


class Look(Value):
    """How sections are written for a deck, a handout or somebody else's deck."""

    ink: Ink
    steps: bool = True  # one line for each click; otherwise all at once
    level: int = 2  # of the headings
    logo: bool = False
    footer: str = ""
    heading: float = 0.0  # em of a heading's letters from left to right, beyond two lines of which they are smaller
    common: float = 1.0  # the share of their full size that all headings have


def section(sheet: Sequence[Slide], look: Look, page: str = "") -> str:
    """Slides on one page; ``page`` is its number."""
    first, *below = sheet
    out = [opening(first), heading(first, look), '<div class="body">', *body(first, look)]
    for slide in below:
        comes = f' fragment custom" data-step="{_opens(slide)}' if look.steps else ""
        out += [f'<div class="opens{comes}">', *body(slide, look), "</div>"]
    out += ["</div>", foot(sheet, look, page), notes(sheet, look), "</section>"]
    return "\n".join(x for x in out if x)


def opening(slide: Slide) -> str:
    """The tag of a slide's section."""
    return f'<section class="derive"{_stamped(slide)}>'


def _stamped(slide: Slide) -> str:
    """The attribute that says from where the lines are, after a blank."""
    return f' data-derive="{text(stamp_text(slide.stamp))}"' if slide.stamp else ""


def heading(slide: Slide, look: Look) -> str:
    part = f' <span class="of">({slide.part}/{slide.parts})</span>' if slide.parts > 1 else ""
    share = heading_share(slide, look.heading) if look.heading else 1.0
    # two lines of smaller letters, or three of two thirds, which are as high as two
    size = min(look.common, max(share, min(2 / 3, 1.5 * share)))
    opened, closed = (f'<span style="font-size:{size:.2f}em">', "</span>") if size < 1 else ("", "")
    return f'<h{look.level} class="heading">{opened}{look.ink.prose(slide.heading)}{part}{closed}</h{look.level}>'


def body(slide: Slide, look: Look) -> Iterator[str]:
    """What stands between heading and footer."""
    if slide.subheading:
        level = look.level + 1
        yield f'<h{level} class="subheading"{_stamped(slide)}>{look.ink.prose(slide.subheading)}</h{level}>'
    top = []
    if slide.given:
        top.append(
            f'<dt>Given</dt><dd class="small"{_line(slide, slide.given_place, look.ink.prose(slide.given))}</dd>'
        )
    if slide.claim:
        smaller = "" if slide.steps or slide.scale == 1 else f' style="font-size:{slide.scale:.4g}em"'
        top.append(f"<dt>Claim</dt><dd{smaller}{_line(slide, 'claim', parts(slide.claim, look))}</dd>")
    if top:
        yield f"<dl>{''.join(top)}</dl>"
    if slide.title:
        yield f'<h{look.level + 1} class="block">{look.ink.prose(prose(slide.title))}</h{look.level + 1}>'
    if slide.assumes:
        assumed = _line(slide, "assume", look.ink.prose(slide.assumes))
        yield f'<dl><dt>Assume</dt><dd class="small"{assumed}</dd></dl>'
    if slide.picture:
        p = slide.picture
        size = f"width:{p.width:g}em;height:{p.height:g}em"
        yield f'<p class="plot"><img alt="{text(p.alt)}" style="{size}" src="{p.address}"></p>'
    yield from blocks(slide.blocks_above, look)
    if slide.steps:
        yield from chain(slide, look)
    yield from blocks(slide.later, look)
    for note in slide.notes:
        yield f'<p class="small remark">Note. {look.ink.prose(note)}</p>'
    if slide.gaps:
        yield f'<p class="gaps">{slide.gaps_left}.</p>'


def chain(slide: Slide, look: Look) -> Iterator[str]:
    """A row of cells for each step, aligned by the style sheet's grid: label, lead, relation, formula, reason.

    A short first formula stands in the row of the step after it.
    """
    steps = slide.steps
    lead = steps[0] if slide.lead and len(steps) > 1 and not steps[0].relation else None
    labels = any(s.label for s in steps)
    columns = 1 + labels + (lead is not None) + slide.beside  # before the last one, which takes the room that is left
    scale = f";--scale:{slide.scale:.4g}" if slide.scale != 1 else ""
    yield f'<div class="steps" style="--columns:{columns}{scale}">'
    for i, step in enumerate(steps):
        if step is lead:
            continue
        cells = f'<div class="label">{look.ink.words(step.label)}</div>' if labels else ""
        if lead is not None:
            shown = _line(slide, lead.place, parts(lead.parts, look)) if i == 1 else ">"
            cells += f'<div class="lead"{shown}</div>'
        if step.relation:
            cells += f'<div class="rel">{look.ink.formula(Symbol(step.relation, "rel"))}</div>'
        end = " end" if slide.ends and step is steps[-1] else ""
        reason = look.ink.prose(step.reason)
        if reason or end:
            reason = f'<div class="reason{end}">{reason}</div>'
        inside, beside = ("", reason) if slide.beside else (reason, "")
        # a first formula begins in the relation's column, and takes the reason's too when there is none
        kind = "formula" if step.relation else "formula span2" if reason or not slide.beside else "formula span3"
        cells += f'<div class="{kind}">{parts(step.parts, look)}{inside}</div>{beside}'
        clicked = look.steps and step.relation and not step.carried
        row_kind = "row fragment custom" if clicked else "row"
        yield f'<div class="{row_kind}"{_line(slide, step.place, cells)}</div>'
    yield "</div>"


def blocks(matter: Sequence[Block], look: Look) -> Iterator[str]:
    """Paragraphs, lists and tables; what comes later is a fragment."""
    listed: list[str] = []
    numbers = count(1)
    for block in (*matter, None):
        if isinstance(block, Words) and block.item:
            listed.append(f"<li{_later(block, look, numbers)}>{look.ink.prose(block.words)}</li>")
            continue
        if listed:
            yield f'<ul class="points">{"".join(listed)}</ul>'
            listed = []
        if isinstance(block, Words):
            yield f"<p{_later(block, look, numbers, 'point')}>{look.ink.prose(block.words)}</p>"
        elif block is not None:
            yield table(block, look)


def _later(block: Words, look: Look, numbers: Iterator[int], kind: str = "") -> str:
    """The attributes of a paragraph or an item: what comes later is a fragment, with a name for those who listen."""
    fragment = block.later and look.steps
    names = " ".join(x for x in (kind, "fragment" if fragment else "") if x)
    step = f' data-step="later{next(numbers)}"' if fragment else ""
    return (f' class="{names}"' if names else "") + step


def table(shown: Table, look: Look) -> str:
    head = "".join(f'<th scope="col">{look.ink.prose(cell)}</th>' for cell in shown.head)
    rows = ["".join(f"<td>{look.ink.prose(cell)}</td>" for cell in row) for row in shown.rows]
    body = "".join(f"<tr>{row}</tr>" for row in (rows[:-1] if shown.total else rows))
    foot = f"<tfoot><tr>{rows[-1]}</tr></tfoot>" if shown.total else ""
    return f'<table class="numbers"><thead><tr>{head}</tr></thead><tbody>{body}</tbody>{foot}</table>'


def parts(nodes: tuple[Node, ...], look: Look) -> str:
    return "".join(f'<div class="part">{look.ink.formula(n)}</div>' for n in nodes)


def _line(slide: Slide, place: str, content: str) -> str:
    """Attributes that identify a line, the end of the tag, and what is in the element."""
    if slide.stamp is None:  # of no theorem's own, such as a quiz: nobody compares it
        return f' data-step="{_identity(slide, place)}">{content}'
    return f' data-line="{_identity(slide, place)}" data-digest="{line_digest(shown_text(content))}">{content}'


def _identity(slide: Slide, place: str) -> str:
    return text(f"{slide.stamp.name if slide.stamp else slide.name} {place}")


def foot(sheet: Sequence[Slide], look: Look, page: str) -> str:
    stamps = dict.fromkeys(s.stamp for s in sheet if s.stamp)
    items = [f'<span class="stamp">{look.ink.words(provenance(stamp))}</span>' for stamp in stamps]
    items += [f"<span>{look.ink.words(look.footer)}</span>"] if look.footer else []
    items += [f'<span class="page">{page}</span>'] if page else []
    items += ['<span class="logo"></span>'] if look.logo else []
    return f'<footer class="foot">{"".join(items)}</footer>' if items else ""


# --- spoken ----------------------------------------------------------------------------------------------------------


def notes(sheet: Sequence[Slide], look: Look) -> str:
    """The speaker's notes: what stands on the slide in words, to read out; screen readers hear a line when it appears."""
    lines = "\n".join(f'<p data-says="{what}">{look.ink.words(words)}</p>' for s in sheet for what, words in _said(s))
    return f'<aside class="notes">\n{lines}\n</aside>'


def _said(slide: Slide) -> list[tuple[str, str]]:
    """What is said of a slide, each with the name of what it belongs to."""
    from derive.render.pens.speech import node_speech, prose_speech, sentence, step_speech

    said = above(slide, colons=("Given", "Claim", "Assume"))
    own = [("speaker", slide.speaker)] if slide.speaker else []
    out = own + [(_identity(slide, p) if p == "claim" else p, sentence(words)) for p, words in said]
    if slide.picture:
        out.append(("picture", sentence(slide.picture.alt)))
    if slide.under:  # with what stands there from its start
        out = [(_opens(slide), words) for what, words in out if what != "heading"]
    later = [(f"later{i}", sentence(prose_speech(b.words))) for i, b in enumerate(slide.later, 1)]
    for i, s in enumerate(slide.steps):
        words = step_speech(s.relation, node_speech(row(*s.parts)), prose_speech(s.reason))
        out.append((_opens(slide) if slide.under and slide.stands(i) else _identity(slide, s.place), words))
    return out + later


def _opens(slide: Slide) -> str:
    """The name of the click at which a slide below another appears."""
    return _identity(slide, f"opens{slide.steps[0].place if slide.steps else 'claim'}")
