"""Spreading a chain of lines over slides: how wide its columns are, how high its rows, and which rows stand together.

Widths and heights are estimated here, in em, with some air, so that all targets put the same lines on the same slide;
the tests measure with each target's own engine that nothing leaves its slide.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.render.formula.measure import TEXT, node_em, node_height, prose_em
from derive.render.formula.nodes import Prose, Symbol, settled
from derive.slides.deck.deck import Block, Slide, Step, Words
from derive.slides.deck.template import HEADING, ONE_LINE, Template
from derive.values import Value, replace

SMALL = 0.84  # size of reasons, conditions and notes beside that of formulas
LEADING = 1.5  # from one line of small text to the next, in em of that text
GAP = 0.45  # em between the rows of a chain
LEAD = 9.5  # a start no wider than this stands in the row of the first step
REASON = 9.0  # em: beside the formulas the reasons have at least this much room, or they stand below
COLUMN_GAP = 1.0
INDENT = 2.0  # of the later parts of a broken formula
CLAIM_WORD, CLAIM_INDENT = 4.0, 1.0  # em for the word before a claim, and before its later parts
LEAST_SCALE = 0.5
PART = 3.0  # em of a heading's letters, for the number of the slide behind it
BETWEEN = 0.8  # em above a chain that stands below another
TALL = 1.04  # of its estimated height: what browsers make of a formula with a sum
BROKEN = 0.4  # em between the lines of a broken formula
AIR = 0.3  # em that a slide keeps free where its letters were made smaller to fill it


class Chain(Value):
    """Lines that belong together, before they are spread over slides."""

    steps: tuple[Step, ...]
    title: str = ""
    assumes: Prose = ()
    kind: str = "steps"
    above: Slide | None = (
        None  # what stands above it, where that is not the first chain's; the chain may then have no lines
    )


def prose_width(p: Prose) -> float:
    """Of a sentence in one line, in em of its own letters."""
    return sum(prose_em(x) if isinstance(x, str) else node_em(x) for x in p)


def small_height(p: Prose, room: float) -> float:
    """Of a sentence in small letters, wrapped to ``room`` em of the formulas."""
    if not p:
        return 0.0
    lines = max(1, -(-int(100 * SMALL * prose_width(p) * 1.02) // max(1, int(100 * room))))
    tall = max((node_height(x, TEXT) - 1.1 for x in p if not isinstance(x, str)), default=0.0)
    return SMALL * (LEADING * lines + min(tall, 1.2) * 0.8)


class Columns(Value):
    """How the rows of a chain are set: whether the first formula stands in the first row, whether reasons stand at the right,
    how wide the columns are, and the scale at which it all fits."""

    lead: bool
    beside: bool
    scale: float
    lead_em: float
    relation_em: float
    formula_em: float
    reason_em: float


def columns(steps: Sequence[Step], template: Template, scale: float = 1.0, lead: bool = True) -> Columns:
    """The columns that these steps need, with formulas at ``scale``, or smaller where they are too wide; ``lead``: the first may
    stand in the row of the second."""
    start = steps[0] if steps and not steps[0].relation and len(steps) > 1 else None
    lead_em = scale * node_em(start.parts[0]) if start is not None and len(start.parts) == 1 else 0.0
    relation_em = scale * max((node_em(Symbol(s.relation, "rel")) for s in steps if s.relation), default=0.0)
    label_em = max((prose_em(s.label) + 0.8 for s in steps if s.label), default=0.0)
    rows = [s for s in steps if s is not start]
    formula_em = scale * max((_formula_em(s) for s in rows), default=0.0)
    reason_em = max((SMALL * prose_width(s.reason) for s in rows), default=0.0)
    room = template.width - label_em

    def free(before: float, widest: float) -> float:
        return room - before - relation_em - widest - COLUMN_GAP

    least = min(reason_em, REASON)
    # before one step only, a longer start makes no empty column
    short = lead_em <= LEAD * scale or (len(steps) == 2 and free(lead_em, formula_em) >= least)
    own = lead_em if lead and short and lead_em > 0 and bool(start and steps[1].relation) else 0.0
    wide = max(formula_em, scale * _formula_em(start) - relation_em if start is not None else 0.0)
    if own and free(own, formula_em) >= least:
        lead, beside, space = True, True, free(own, formula_em)
    elif free(0, wide) >= least:
        lead, beside, space = False, True, free(0, wide)
    else:
        lead = bool(own) and room - own - relation_em - formula_em >= 0
        beside, space = False, room - relation_em - INDENT
    used = (own if lead else 0.0) + relation_em + (formula_em if lead else wide)
    scale = scale if used <= room else max(LEAST_SCALE, scale * room / used)
    return Columns(lead, beside, scale, own if lead else 0.0, relation_em, formula_em if lead else wide, space)


def _formula_em(step: Step) -> float:
    return max((node_em(p) + (INDENT if i else 0) for i, p in enumerate(step.parts)), default=0.0)


def row_height(step: Step, c: Columns) -> float:
    """Of a step with its reason, in em."""
    formula = sum(max(1.3, TALL * node_height(p)) * c.scale for p in step.parts) + BROKEN * (len(step.parts) - 1)
    reason = small_height(step.reason, c.reason_em)
    return GAP + (max(formula, reason) if c.beside else formula + reason)


def header_height(slide: Slide, template: Template) -> float:
    """Of what stands above the chain: conditions, claim, the block's title and what it assumes."""
    out = small_height(slide.subheading, template.width)
    out += small_height(("Given ", *slide.given) if slide.given else (), template.width)
    if slide.claim:
        out += sum(max(1.3, node_height(p)) + BROKEN for p in slide.claim) - BROKEN + GAP + 0.4
    out += LEADING if slide.title else 0.0
    out += sum(block_height(b, template) for b in slide.blocks)
    return out + small_height(("Assume ", *slide.assumes) if slide.assumes else (), template.width)


def slide_height(slide: Slide, template: Template) -> float:
    """Of all that stands below the heading of a slide, in em."""
    c = columns(slide.steps, template)
    picture = slide.picture.height + GAP if slide.picture is not None else 0.0
    rows = sum(row_height(s, c) for s in slide.steps)
    return header_height(slide, template) + picture + rows + notes_height(slide.notes, template)


def block_height(block: Block, template: Template) -> float:
    """Of a paragraph or a table, with the gap behind it."""
    if isinstance(block, Words):
        return small_height(block.words, template.width - (1.5 if block.item else 0)) + GAP
    return sum(map(table_row_height, (block.head, *block.rows))) + GAP + 0.4


def table_row_height(cells: Sequence[Prose]) -> float:
    """Of a row of a table, as high as its highest cell."""
    return max(small_height(cell, 100.0) for cell in cells if cell)


def notes_height(notes: Sequence[Prose], template: Template) -> float:
    return sum(small_height(("Note. ", *n), template.width) for n in notes) + (0.6 if notes else 0.0)


def scales(template: Template) -> list[float]:
    """How large formulas may be on a slide, the smallest first."""
    return sorted({1.0, *(s / 100 for s in range(96, round(100 * template.least_scale), -4)), template.least_scale})


def roomy(template: Template, heading: Prose) -> Template:
    """The template with the room that a heading leaves where it takes one line only."""
    return replace(template, free=ONE_LINE if HEADING * (prose_width(heading) + PART) <= template.width else 0.0)


def paginate(chains: Sequence[Chain], first: Slide, template: Template, notes: Sequence[Prose] = ()) -> list[Slide]:
    """Slides for the chains of a derivation, on as few pages as there can be with the letters not smaller than the template
    allows, and these as large as that number lets them be.  ``first`` has what stands above the first chain, and ``notes``
    will stand below the last."""
    template = roomy(template, first.heading)
    # primitive steps: hundreds of them, for reference
    tried = [1.0] if any(chain.kind == "proof" for chain in chains) else scales(template)
    made = {scale: _stacked(chains, first, template, notes, scale) for scale in (tried[0], tried[-1])}
    fewest = min(map(_pages, made.values()))
    laid = (made.get(scale) or _stacked(chains, first, template, notes, scale) for scale in reversed(tried))
    return next(slides for slides in laid if _pages(slides) == fewest)


def _pages(slides: Sequence[Slide]) -> int:
    return sum(not s.under for s in slides)


def _stacked(
    chains: Sequence[Chain], first: Slide, template: Template, notes: Sequence[Prose], scale: float
) -> list[Slide]:
    """The slides of all chains with formulas at ``scale``; a chain stands below the one before where there is room."""
    out: list[Slide] = []
    used = 0.0
    for chain in chains:
        head = chain.above or (first if not out else replace(first, given=(), claim=(), blocks=()))
        for n, (s, high) in enumerate(_paginate(chain, head, template, notes if chain is chains[-1] else (), scale)):
            room = template.height - AIR - used - BETWEEN
            under = bool(out) and not n and high <= room and {s.kind, out[-1].kind} <= {"steps", "statement"}
            out.append(_under(s) if under else s)
            used = used + BETWEEN + high if under else high
    return out


def _under(s: Slide) -> Slide:
    """A slide below another: what stands there from its start comes at a click, and is not what a step changed."""
    steps = tuple(replace(x, parts=tuple(map(settled, x.parts))) if s.stands(i) else x for i, x in enumerate(s.steps))
    return replace(s, steps=steps, under=True)


def _paginate(
    chain: Chain, first: Slide, template: Template, notes: Sequence[Prose], scale: float
) -> list[tuple[Slide, float]]:
    """Slides for a chain and how high they are, with formulas at ``scale``; ``first`` has what stands above it on the first one, ``notes`` will stand below the last line.
    When it does not fit on one, the last formula of a slide begins the next, as the left side of what follows: a sign with
    nothing before it would say of what.  Lines are spread evenly."""
    steps = list(chain.steps)
    if not steps:
        return [(replace(first, kind="statement"), header_height(first, template))]
    c = columns(steps, template, scale)
    head = replace(
        first, kind=chain.kind, title=chain.title, assumes=chain.assumes, lead=c.lead, beside=c.beside, scale=c.scale
    )
    following = replace(head, given=(), claim=(), assumes=(), lead=False, blocks=())
    alone: list[Slide] = []
    heights = [row_height(s, c) for s in steps]
    heights[-1] += notes_height(notes, template)
    if c.lead:  # the start stands in the row of the step after it
        heights[1] = max(heights[:2])
        heights[0] = 0.0
    air = AIR if c.scale < 1 else 0.0
    room = template.height - air - header_height(head, template)
    tallest = heights[0] + (heights[1] if len(heights) > 1 else 0.0)
    if head.claim and tallest > room:  # the claim gets a slide of its own
        alone = [_claim_alone(head, template)]
        if head.given and header_height(alone[0], template) > template.height:  # and so do long conditions
            alone = [replace(alone[0], claim=(), claim_term=None), replace(alone[0], given=())]
        head = replace(head, given=(), claim=(), blocks=())
        room = template.height - air - header_height(head, template)
    capacity = template.height - air - header_height(following, template)
    groups = _groups(heights, room, capacity, chain.kind != "proof")
    slides = []
    for n, (low, high) in enumerate(groups):
        shown = steps[low:high]
        if n and chain.kind != "proof":
            carried = steps[low - 1]
            shown = [replace(carried, carried=True, relation="", reason=()), *shown]
        laid = _began(shown, c, template) if n and chain.kind == "steps" else c
        on = replace(following, lead=laid.lead, beside=laid.beside) if n else head
        slides.append(_set(replace(on, steps=tuple(shown)), laid, notes if high == len(steps) else (), template))
    return [*((s, template.height) for s in alone), *slides]


def _began(shown: Sequence[Step], c: Columns, template: Template) -> Columns:
    """The columns of a slide that goes on from the line before: that one stands before the first sign where there is room."""
    own = columns(shown, template, c.scale)
    return own if own.lead and own.scale == c.scale and own.beside >= c.beside else replace(c, lead=False)


def _claim_alone(head: Slide, template: Template) -> Slide:
    """The claim with its conditions on a slide, smaller where it is too wide even when broken, or a little too high."""
    wide = max(node_em(p) + (CLAIM_INDENT if i else 0) for i, p in enumerate(head.claim))
    over = header_height(head, template) - (template.height - AIR)
    high = header_height(head, template) - header_height(replace(head, claim=()), template)
    scale = min(1.0, (template.width - CLAIM_WORD) / wide, 1 - over / high if 0 < over < 0.2 * high else 1.0)
    return replace(head, kind="statement", title="", assumes=(), lead=False, scale=max(LEAST_SCALE, scale))


def _set(slide: Slide, c: Columns, notes: Sequence[Prose], template: Template) -> tuple[Slide, float]:
    """The slide and its height, with smaller formulas when two lines that have to stand together are too high for it."""
    around = header_height(slide, template) + notes_height(notes, template)

    def used(c: Columns) -> float:
        heights = [row_height(s, c) for s in slide.steps]
        if slide.lead:
            heights[:2] = [max(heights[:2])]
        return sum(heights)

    while c.scale > LEAST_SCALE and around + used(c) > template.height:
        c = replace(c, scale=c.scale - 0.02)
    return replace(slide, scale=c.scale), around + used(c)


def _groups(heights: list[float], room: float, capacity: float, carry: bool) -> list[tuple[int, int]]:
    """Which rows stand on which slide; rows are numbers from-to.  As few slides as possible, filled alike."""

    def fill(room: float, capacity: float) -> list[tuple[int, int]]:
        out: list[tuple[int, int]] = []
        low, used = 0, 0.0
        for i, h in enumerate(heights):
            limit = room if not out else capacity
            if i > low and used + h > limit and (low or i > 1 or not carry):  # a start never stands alone
                out.append((low, i))
                low, used = i, heights[i - 1] if carry else 0.0
            used += h
        out.append((low, len(heights)))
        return out

    best = fill(room, capacity)
    share = 1.0
    while len(best) > 1 and share > 0.5:  # the same number of slides with less on each of them
        share -= 0.02
        tighter = fill(room * share, capacity * share)
        if len(tighter) > len(best):
            break
        best = tighter
    return best
