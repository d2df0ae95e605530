"""The spoken deck: plain text, a paragraph for each step, to be read aloud by a person or a screen reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from derive.render.formula.nodes import Node, Prose, row
from derive.render.pens.speech import node_speech, prose_speech, sentence, step_speech
from derive.render.words.sentence import prose
from derive.slides.deck import Block, Deck, Files, Options, Slide, Step, Words
from derive.slides.deck.flow import runs
from derive.slides.deck.stamps import provenance


def write(deck: Deck, name: str, options: Options) -> Files:
    """The deck as one text file."""
    origin = map(provenance, deck.stamps)
    return {name: _text([*_title(deck), *_slides(deck), *origin]).encode()}


def fragment(deck: Deck, options: Options) -> str:
    """The derivations alone, without the deck's title and provenance."""
    return _text(_slides(deck))


def _text(paragraphs: Iterable[str]) -> str:
    return "\n\n".join(paragraphs) + "\n"


def _title(deck: Deck) -> Iterator[str]:
    if deck.title:
        yield sentence(prose_speech((deck.title,)))
        yield from (sentence(prose_speech((line,))) for line in deck.subtitles)
        yield from (f"{i}. {sentence(prose_speech(heading))}" for i, heading in enumerate(deck.contents, 1))


def _slides(deck: Deck) -> Iterator[str]:
    """All slides, one after the other; what a slide repeats from the one that it goes on from is not said again."""
    for run in runs(deck.slides):
        for before, slide in zip((None, *run), run, strict=False):
            yield from _slide(slide, before)


def above(slide: Slide, colons: tuple[str, ...] = ("Claim",)) -> Iterator[tuple[str, str]]:
    """What stands above the steps, each with its place and in words; ``colons``: the words that have one behind them."""
    claim = (row(*slide.claim),) if slide.claim else ()
    for place, word, shown in (
        ("heading", "", slide.heading),
        ("subheading", "", slide.subheading),
        ("given", "Given", slide.given),
        ("claim", "Claim", claim),
        ("title", "", prose(slide.title)),
        ("assume", "Assume", slide.assumes),
    ):
        if shown:
            yield place, f"{word}{':' if word in colons else ''} {prose_speech(shown)}".strip()
    yield from (("block", words) for block in slide.blocks_above for words in block_words(block))


def block_words(block: Block) -> Iterator[str]:
    """A paragraph; a table row by row, each number behind what it is."""
    if isinstance(block, Words):
        yield prose_speech(block.words)
        return
    for numbers in block.rows:
        yield ", ".join(_cell(head, cell) for head, cell in zip(block.head, numbers, strict=True) if cell)


def _cell(head: Prose, cell: Prose) -> str:
    """A number behind what it is; words, and the signs between the columns, alone."""
    alone = head == cell or isinstance(cell[0], str)
    return prose_speech(cell) if alone else f"{prose_speech(head)} {prose_speech(cell)}"


def _slide(slide: Slide, before: Slide | None) -> Iterator[str]:
    repeated = set() if before is None else {"heading", *(["title"] if slide.title == before.title else [])}
    if slide.speaker:
        yield slide.speaker
    yield from (sentence(words) for place, words in above(slide) if place not in repeated)
    for i, step in enumerate(slide.steps):
        if step.carried and before is not None:
            continue
        first = i == 0 and len(slide.steps) > 1 and not step.reason
        yield _step(step, first and (step.carried or not step.relation), "Value" if slide.kind == "work" else "Reason")
    if slide.picture is not None:
        yield sentence(f"Picture: {prose_speech(prose(slide.picture.alt))}")
    yield from (sentence(prose_speech(block.words)) for block in slide.later)
    yield from (sentence(f"Note: {prose_speech(note)}") for note in slide.notes)
    if slide.ends:
        yield "This completes the proof."
    elif slide.gaps and slide.part == slide.parts:
        yield f"{slide.gaps_left}."


def _step(step: Step, first: bool, word: str) -> str:
    formula = _formula(step.parts)
    words = sentence(f"Start with {formula}")
    if not first:
        words = step_speech(step.relation, formula, prose_speech(step.reason), word)
    return f"{step.label}. {words}" if step.label else words


def _formula(parts: tuple[Node, ...]) -> str:
    """A formula that may be broken over lines, said as a whole."""
    return node_speech(row(*parts))
