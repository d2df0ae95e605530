"""Slides beside the theorems: a lecturer's own, false claims with their numbers, and what the symbols mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from derive.errors import UserError
from derive.falsify import Counterexample
from derive.falsify.models.arithmetic import is_number
from derive.files import shown
from derive.kernel.definitions import Definition
from derive.kernel.terms import Term
from derive.record import Derivation
from derive.record.letters import definitions_in
from derive.render.formula.breaking import cut
from derive.render.formula.layout import layout
from derive.render.formula.measure import prose_em
from derive.render.formula.nodes import Node, Prose, Strong
from derive.render.formula.notation import Notation
from derive.render.words.lettered import in_letters, lettered
from derive.render.words.prose import unsaid_kinds
from derive.render.words.sentence import conditions_said, listed, prose
from derive.render.words.where import symbol
from derive.slides.deck.deck import STRONG, Block, Picture, Slide, Words
from derive.slides.deck.headings import heading_share
from derive.slides.deck.paginate import GAP, block_height, roomy
from derive.slides.deck.template import HEADING, Template
from derive.slides.deck.worked import number_prose, numbers_said

LEAST_HEADING = 0.5  # of a heading's full size: four lines of it
TITLE = 1.7  # em of the formulas in one of a title's letters
MEASURED = 1.15  # how much more words a slide holds, in letters that can be read, than is estimated


def own_slide(heading: str, text: Sequence[str], picture: Picture | None) -> Slide:
    """A heading with paragraphs, items of a list ("- ...") and a picture; small formulas in the words are set as mathematics."""
    blocks = [Words(_own(t.removeprefix("- ")), item=t.startswith("- ")) for t in text]
    return Slide("text", "", prose(heading), picture=picture, blocks=tuple(blocks))


def _own(text: str) -> Prose:
    """The words of a paragraph; what stands between double asterisks is strong.  A word alone, such as a, is no formula."""
    if text in ("a", "A", "I"):
        return (text,)
    out: list[str | Node] = []
    for i, words in enumerate(STRONG.split(text)):
        out += (Strong(x) if i % 2 and isinstance(x, str) else x for x in prose(words))
    return tuple(out)


def refuse_long_title(title: str, template: Template) -> None:
    """Raises UserError where a title has no room."""
    _refuse_wide((title,), template.width / TITLE, "title")
    if TITLE * prose_em(title) > 4 * template.width:
        raise UserError("the title takes more than four lines; shorten it, and put the rest into subtitle")


def refuse_overfull(slide: Slide, template: Template) -> None:
    """Raises UserError where a heading, a word or all words of a slide of one's own have no room on it."""
    _refuse_wide(slide.heading, template.width / HEADING, "heading")
    if heading_share(slide, template.width / HEADING) < LEAST_HEADING:
        raise UserError(f"the heading takes more than {2 / LEAST_HEADING:.0f} lines; shorten it")
    for block in slide.blocks:
        if isinstance(block, Words):
            _refuse_wide(block.words, template.width, "text")
    picture = slide.picture.height + GAP if slide.picture is not None else 0.0
    high = sum(_height(b, template) for b in slide.blocks) + picture
    room = MEASURED * roomy(template, slide.heading).height
    if high > room:
        what = "the text and the picture take" if picture else "the text takes"
        raise UserError(
            f"{what} {100 * high / room:.0f} % of the room that a slide at {template.aspect} has; make two slides of it, each with a heading"
        )


def _height(block: Block, template: Template) -> float:
    """Items stand closer together than paragraphs."""
    return block_height(block, template) - (0.3 if isinstance(block, Words) and block.item else 0.0)


def _refuse_wide(words: Prose, room: float, what: str) -> None:
    """Raises UserError where a word, which is not broken, is wider than a slide."""
    for word in (w for part in words if isinstance(part, str) for w in part.split()):
        if prose_em(word) > room:
            raise UserError(
                f"the word {shown(word)} in the {what} is wider than the slide; break it with blanks, or shorten it"
            )


def counterexample_words(found: Counterexample, notation: Notation) -> Prose:
    """Where a claim fails, and what its two sides are worth there."""
    at: Prose = ("False at ", *numbers_said(found.model, notation))
    if found.left is None:
        return (*at, f": {found.explanation}")
    return (*at, ": the left side is ", *_value(found.left), ", the right side ", *_value(found.right))


def _value(value: Any) -> Prose:
    if is_number(value):
        return number_prose(value)
    if isinstance(value, frozenset):
        return ("{" + ", ".join(map(str, sorted(value))) + "}",)
    return (str(value).lower() if isinstance(value, bool) else str(value),)


def false_slide(
    summary: str, claims: Term, given: Sequence[Term], found: Counterexample, instead: Prose, notation: Notation,
    template: Template,
) -> Slide:  # fmt: skip
    """A false claim; its numbers come at a click, and then what is true ``instead``."""
    kinds = unsaid_kinds((*given, claims), notation)
    said = in_letters(summary, (*given, claims), notation, "the false claim")
    later = [Words(counterexample_words(found, notation), later=True)]
    if instead:
        later.append(Words(("What is true: ", *instead), later=True))
    return Slide(
        "statement", "", ("False: ", *prose(said.rstrip("."))), given=listed(conditions_said(given, notation, kinds=kinds)),
        claim=cut(layout(claims, notation), template.width - 4), claim_term=claims, blocks=tuple(later),
    )  # fmt: skip


def statement(d: Derivation, told: Sequence[Term], notation: Notation) -> Slide:
    """What a theorem says: in words, as a formula, and under which conditions that are not ``told`` already."""
    given = [c for c in d.given if c not in told]
    kinds = unsaid_kinds((*given, d.claim), notation)
    return Slide(
        "statement", "", prose(lettered(d, notation).summary.rstrip(".")), given=listed(conditions_said(given, notation, kinds=kinds)),
        claim=(layout(d.claim, notation),), claim_term=d.claim,
    )  # fmt: skip


def in_a_sentence(said: Slide) -> Prose:
    """A statement as one sentence."""
    return (*said.heading, ": ", *said.claim, *((", given ", *said.given) if said.given else ()))


# --- symbols ---------------------------------------------------------------------------------------------------------


def definitions_used(derivations: Iterable[Derivation]) -> list[Definition]:
    """The definitions that theorems use, each once."""
    return list(dict.fromkeys(f for d in derivations for f in definitions_in(d.terms)))


def symbol_slides(used: Sequence[Definition], notation: Notation, template: Template) -> list[Slide]:
    """What definitions are: each as an equation, with what it is called."""
    items = [Words(sum(symbol(definition, notation), ()), item=True) for definition in used]
    pages: list[list[Words]] = [[]]
    used_up = 0.0
    for item in items:
        high = block_height(item, template)
        if pages[-1] and used_up + high > template.height:
            pages.append([])
            used_up = 0.0
        pages[-1].append(item)
        used_up += high
    return [
        Slide("text", "", ("Notation",), part=i, parts=len(pages), blocks=tuple(page))
        for i, page in enumerate(pages, 1)
        if page
    ]
