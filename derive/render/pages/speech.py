"""Derivations in plain English, to be heard."""

from __future__ import annotations

from collections.abc import Iterator

from derive.kernel.sorts import PROP
from derive.kernel.terms import Term
from derive.record import Derivation
from derive.record.relations import sign_of
from derive.render.formula.layout import Labels
from derive.render.formula.notation import Notation, load_notation
from derive.render.pages.clashes import refuse_clashes
from derive.render.pens.speech import node_speech, prose_speech, sentence, step_speech
from derive.render.words.prose import block_title, line_words, proof_words, shows_start
from derive.render.words.sentence import listed, prose
from derive.render.words.written import Written


def derivation_speech(d: Derivation, notation: Notation | str | None = None) -> str:
    """A derivation in words: a paragraph for its heading, its conditions, its claim and each of its lines.

    Raises UserError as ``term_speech`` does.
    """
    n = load_notation(notation)
    refuse_clashes(d, n, node_speech, "aloud")
    return "\n\n".join(_paragraphs(d, n)) + "\n"


def _paragraphs(d: Derivation, n: Notation) -> Iterator[str]:
    written = Written(d, n)

    def said(term: Term, labels: Labels) -> str:
        return node_speech(written.node(term, labels))

    def words(text: str) -> str:
        return prose_speech(prose(text))

    d = written.d
    yield sentence(words(d.summary or d.name.replace("_", " ")))
    given = prose_speech(listed(written.given()))
    if given:
        yield sentence(f"Given {given}")
    yield sentence(f"Claim: {said(d.claim, d.labels)}")
    if written.where():
        yield sentence(f"Here {prose_speech(listed(written.where()))}")
    yield f"{proof_words(d)}."
    for i, block in enumerate(d.blocks):
        title = block_title(d, i)
        if title:
            yield sentence(words(title))
        if block.assumes:
            yield sentence(f"Assume {prose_speech(listed(written.assumed(i)))}")
        if shows_start(block):
            what = "the statement that " if block.start.sort is PROP else ""
            yield sentence(f"Start with {what}{said(block.start, block.labels)}")
        for line in block.lines:
            sign = sign_of(line.relation)
            yield step_speech(sign, said(line.term, line.labels), words(line_words(line, n)))
    for note in d.notes:
        yield sentence(f"Note: {words(note)}")
