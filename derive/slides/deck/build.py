"""Decks from checked derivations: which lines are shown, and in which notation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from derive.errors import UserError
from derive.kernel.terms import Term
from derive.record import Block, Derivation, Shape
from derive.record.changes import Path, changed
from derive.record.followed import Tints
from derive.record.relations import sign_of
from derive.render.formula.breaking import cut, highlighted
from derive.render.formula.layout import Labels
from derive.render.formula.marked import marked_layout
from derive.render.formula.measure import node_em
from derive.render.formula.nodes import Mark, Node, Prose, walk
from derive.render.formula.notation import DEFAULT, Notation
from derive.render.pages.clashes import refuse_clashes
from derive.render.words.lettered import lettered
from derive.render.words.prose import block_title, line_words, shows_start
from derive.render.words.sentence import listed, prose
from derive.render.words.written import Written
from derive.slides.deck.colours import NONE, Colouring
from derive.slides.deck.deck import DETAILS, Deck, Slide, Stamp, Step
from derive.slides.deck.digest import statement_digest
from derive.slides.deck.paginate import Chain, paginate
from derive.slides.deck.primitive import primitive_steps
from derive.slides.deck.template import Template
from derive.values import Value, replace
from derive.version import __version__

NO_SHAPES: Mapping[str, Shape] = {}


class Choice(Value):
    """What to show of a derivation, and how."""

    notation: Notation
    notation_name: str = ""  # as asked for
    detail: str = "board"
    first: int = 0  # lines chosen; 0 for the first and the last there is
    last: int = 0
    replayed: str = ""  # the version of Rocq that has replayed the proofs
    shapes: Mapping[str, Shape] = NO_SHAPES  # by name
    colours: tuple[str, ...] = (NONE,)  # of terms, as in TERM=COLOUR; what has a brace gets one unasked but for "none"


def build(
    derivations: Sequence[tuple[str, Derivation]],
    choice: Choice,
    template: Template,
    *,
    title: str = "",
    subtitle: str = "",
) -> Deck:
    """A deck of derivations, each with the name that it was asked for by.

    Several derivations get a title slide.  Raises UserError when a line that is asked for is not there.
    """
    slides = [s for name, d in derivations for s in derivation_slides(name, d, choice, template)]
    headings = tuple(prose(heading_words(lettered(d, choice.notation))) for _, d in derivations)
    if not title and len(derivations) > 1:
        title = subjects_title(d.subject for _, d in derivations)
    return Deck(tuple(slides), template, title, subtitle, headings)


def derivation_slides(name: str, d: Derivation, choice: Choice, template: Template) -> tuple[Slide, ...]:
    """The slides of one derivation."""
    return _author(name, d, choice, template).slides()


def on_one_slide(
    derivations: Sequence[tuple[str, Derivation]], choice: Choice, template: Template, heading: Prose
) -> tuple[Slide, ...]:
    """Several derivations below each other on one slide, each with what it says above it.

    Raises UserError where there is no room for them, or one is proved in parts, which have titles of their own.
    """
    chains = [_without(_author(name, d, choice, template).short(heading), "note") for name, d in derivations]
    # the two ends of a chain are its claim, which need not be said before where there is no room
    shorter = [_without(c, "note claim", claim=()) if c.steps else c for c in chains]
    for tried in (chains, shorter):
        out = paginate(tried, Slide("statement", "", heading), template)
        if all(s.under for s in out[1:]):
            return tuple(out)
    raise UserError(
        f"{' and '.join(name for name, _ in derivations)} do not fit on one slide; give each a slide of its own"
        + (', or write detail = "claim" for the claims alone' if choice.detail == "board" else "")
    )


def chain_with(name: str, d: Derivation, choice: Choice, template: Template, number: int) -> tuple[Slide, Chain]:
    """What a derivation says above its lines, and of those that are chosen the chain in which line ``number`` stands.

    Raises UserError where none does.
    """
    author = _author(name, d, choice, template)
    for chain in author.chains():
        if any(s.number == number and (s.relation or not s.carried) for s in chain.steps):
            return author.statement(()), chain
    raise UserError(
        f"{name} has the lines 1 to {len(d.lines)}; line {number} is not among those that are chosen of them"
    )


def _without(chain: Chain, left_out: str, **changes: Any) -> Chain:
    """The chain on a slide that leaves something out, as its stamp says."""
    assert chain.above is not None
    assert chain.above.stamp is not None
    stamp = replace(chain.above.stamp, without=left_out)
    return replace(chain, above=replace(chain.above, stamp=stamp, **changes))


def _author(name: str, d: Derivation, choice: Choice, template: Template) -> _Author:
    if choice.detail not in DETAILS:
        raise UserError(f"there is no level of detail {choice.detail!r}; there are {', '.join(DETAILS)}")
    refuse_clashes(d, choice.notation)
    stamp = Stamp(
        name, __version__, statement_digest(d), choice.notation_name or DEFAULT, choice.detail,
        choice.first, choice.last, template.aspect, choice.replayed, template.smallest,
        *choice.shapes.get(name, Shape()), "; ".join(choice.colours),
    )  # fmt: skip
    return _Author(d, choice, template, stamp)


def subject_title(subject: str) -> str:
    words = subject.replace("_", " ")
    return words[:1].upper() + words[1:]


def subjects_title(subjects: Iterable[str]) -> str:
    """The title of what is about these subjects."""
    titles = list(dict.fromkeys(map(subject_title, subjects)))
    return ", ".join(titles) if len(titles) <= 3 else "Derivations"


def heading_words(d: Derivation) -> str:
    """What stands above a derivation: what it says in words, or its name."""
    return d.summary.rstrip(".") if d.summary else d.name.replace("_", " ").capitalize()


class _Author(Written):
    def __init__(self, d: Derivation, choice: Choice, template: Template, stamp: Stamp) -> None:
        super().__init__(d, choice.notation)
        self.choice, self.template, self.stamp = choice, template, stamp
        self.colouring = Colouring(d, choice.colours, choice.notation, self.avoid)

    def slides(self) -> tuple[Slide, ...]:
        first = self.statement(prose(heading_words(self.d)))
        notes = tuple(prose(n) for n in self.d.notes)
        alone = self.choice.detail == "claim"  # its two ends in one formula, at once
        chains = [] if alone else [c for c in self.chains() if c.steps]
        board = [c for c in chains if c.kind != "proof"]
        out = paginate(board, first, self.template, notes if board == chains else ()) if board else []
        for chain in chains[len(board) :]:
            out += paginate([chain], replace(first, given=(), claim=()) if out else first, self.template, notes)
        out = out or [first]
        whole = not (alone or self.choice.first or self.choice.last)
        out[-1] = replace(out[-1], notes=notes, ends=whole and not self.d.gaps, gaps=len(self.d.gaps))
        pages = Deck(tuple(out), self.template).sheets
        return tuple(
            replace(s, part=i, parts=len(pages), stamp=self.stamp) for i, page in enumerate(pages, 1) for s in page
        )

    def statement(self, heading: Prose) -> Slide:
        own = [(*e, " by definition") for e in self.where()]
        given = listed([*own, *self.given()])
        claim = cut(self.drawn(self.d.claim, self.d.labels, self.colouring.claim), self.template.width - 4)
        return Slide("statement", self.d.name, heading, given=given, claim=claim, claim_term=self.d.claim)

    def short(self, heading: Prose) -> Chain:
        """The derivation as one chain, for a slide that it is not alone on."""
        lines = self.choice.detail == "board"
        if lines and len(self.d.blocks) != 1:
            raise UserError(f"{self.d.name} is proved in {len(self.d.blocks)} parts; it takes slides of its own")
        chain = self.chains()[0] if lines else Chain(())
        above = replace(
            self.statement(heading), subheading=prose(heading_words(self.d)), stamp=self.stamp, gaps=len(self.d.gaps),
            ends=lines and not self.d.gaps,
        )  # fmt: skip
        return replace(chain, above=above)

    # --- the lines chosen

    def chains(self) -> list[Chain]:
        first, last = self.chosen()
        out: list[Chain] = []
        number = 0
        for n, block in enumerate(self.d.blocks):
            numbers = range(number + 1, number + len(block.lines) + 1)
            number += len(block.lines)
            chosen = [i for i, k in enumerate(numbers) if first <= k <= last]
            if not chosen:
                continue
            shown = [self.start(n, block, chosen[0], numbers)] if chosen[0] or shows_start(block) else []
            shown += [self.step(n, i, numbers[i]) for i in chosen]
            out.append(Chain(tuple(shown), block_title(self.d, n), listed(self.assumed(n))))
        if self.choice.detail == "full" and self.d.theorem is not None:
            steps = primitive_steps(self.d, self.notation, self.avoid, self.template.width - 14)
            out.append(Chain(steps, "Every primitive step", kind="proof"))
        return out

    def chosen(self) -> tuple[int, int]:
        total = len(self.d.lines)
        first, last = self.choice.first or 1, self.choice.last or total
        for line in (first, last):
            if line > total:
                raise UserError(f"{self.d.name} has lines 1 to {total}; there is no line {line}")
        if first > last:
            raise UserError(f"line {first} comes after line {last}; choose lines with --from and --to in their order")
        return first, last

    def start(self, n: int, block: Block, first: int, numbers: range) -> Step:
        """The formula that the chosen lines begin with: the block's own start, or the line before them."""
        place = "start" if n == 0 else f"start{n + 1}"
        tints = self.colouring.blocks[n][first]
        if first == 0:
            parts = self.cut(self.drawn(block.start, block.labels, tints))
            return Step(place, 0, "", parts, term=block.start)
        line, number = block.lines[first - 1], numbers[first - 1]
        parts = self.cut(self.drawn(line.term, line.labels, tints))
        return Step(str(number), number, "", parts, carried=True, term=line.term, source=line)

    def step(self, n: int, i: int, number: int) -> Step:
        block = self.d.blocks[n]
        line = block.lines[i]
        node = self.drawn(line.term, line.labels, self.colouring.blocks[n][i + 1], changed(block, i))
        parts = self.cut(node)
        before = block.lines[i - 1].term if i else block.start
        if line.relation and line.term != before and not any(isinstance(x, Mark) and not x.tint for x in walk(node)):
            parts = highlighted(parts)  # all of it is new
        reason = prose(line_words(line, self.notation))
        return Step(str(number), number, sign_of(line.relation), parts, reason, term=line.term, source=line)

    def drawn(self, term: Term, labels: Labels, tints: Tints, new: Sequence[Path] = ()) -> Node:
        """A formula with its colours, and with what is new in it."""
        return marked_layout(term, new, self.notation, avoid=self.avoid, labels=labels, tints=tints)

    def cut(self, node: Node) -> tuple[Node, ...]:
        """In one line where smaller letters make it fit."""
        room = self.template.width - 4
        return (node,) if node_em(node) <= room / self.template.least_scale else cut(node, room)
