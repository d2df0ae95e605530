"""Which terms of a derivation have a colour of their own, and where they stand on each line.

A term is named by the words under its brace, by the definition that it is an instance of, or as ``derive show`` prints it:
"residual", "entropy", "-log p(y)".  What has a brace has a colour unasked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from derive.errors import UserError
from derive.kernel.definitions import Definition
from derive.kernel.terms import App, Term, subterms
from derive.record import Block, Derivation
from derive.record.changes import Path
from derive.record.followed import Tints, followed, places_of
from derive.record.letters import definitions_in
from derive.render.formula.layout import Labels
from derive.render.formula.notation import Notation
from derive.render.words.prose import letters

COLOURS = ("orange", "blue", "green", "purple")
"""In the order in which terms get them that have no choice of their own."""
NONE = "none"
TERMS = tuple(f"term{letter}" for letter in "abcd")
"""What the colours are called in TeX and in Typst, where names have letters only."""


def asked(choices: Iterable[str]) -> dict[str, int]:
    """The terms that get a colour, each with the number of it, from "TERM=COLOUR".  Raises UserError for what is none."""
    out: dict[str, int] = {}
    for choice in choices:
        term, sign, colour = choice.rpartition("=")
        if not (sign and term.strip()) or colour.strip() not in COLOURS:
            raise UserError(
                f"the colour {choice[:60]!r} is not written TERM=COLOUR, such as residual=orange; there are {', '.join(COLOURS)}"
            )
        out[term.strip()] = 1 + COLOURS.index(colour.strip())
    return out


def refuse_unknown(derivations: Sequence[tuple[str, Derivation]], choices: Sequence[str], notation: Notation) -> None:
    """Raises UserError for a term that is to have a colour and is in none of the derivations."""
    if NONE in choices and len(choices) > 1:
        raise UserError("the colour none leaves all terms as they are; leave out the others, or leave it out")
    if NONE in choices or not choices:
        return
    stray = [set(Colouring(d, choices, notation, letters(d)).unknown()) for _, d in derivations]
    for term in asked(choices):
        if all(term in own for own in stray):
            d = derivations[0][1]
            words = ", ".join(dict.fromkeys(f"{w!r}" for _, w in d.labels))
            there = ", ".join(f.name for f in definitions_in([d.claim]))
            raise UserError(
                f"no term of {', '.join(name for name, _ in derivations)} is called {term[:60]!r}; a term has a colour by the words under "
                f"its brace{f' ({words})' if words else ''}, by its definition{f' ({there})' if there else ''}, or as 'derive show' "
                "prints it, such as '-log p(y)=blue'"
            )


class Colouring:
    """The colours of one derivation.  ``choices`` are as for ``asked``, or "none" alone for none at all."""

    def __init__(self, d: Derivation, choices: Sequence[str], notation: Notation, avoid: Iterable[str]) -> None:
        self.d, self.notation, self.avoid = d, notation, tuple(avoid)
        self.asked = {} if NONE in choices else asked(choices)
        labels = [*d.labels, *(pair for b in d.blocks for _, own in _formulas(b) for pair in own)]
        free = [n for n in range(1, len(COLOURS) + 1) if n not in self.asked.values()]
        new = dict.fromkeys(words for _, words in labels if words not in self.asked)
        self.words = {} if NONE in choices else dict(zip(new, free, strict=False)) | self.asked

    @cached_property
    def claim(self) -> Tints:
        return self._tints(self._named[0][0])

    @cached_property
    def blocks(self) -> list[tuple[Tints, ...]]:
        """The tints of each block's formulas, the start first."""
        return [
            followed(b, dict(enumerate(map(self._tints, named))))
            for b, named in zip(self.d.blocks, self._named[1:], strict=True)
        ]

    def unknown(self) -> list[str]:
        """What was asked for and is nowhere in the derivation."""
        found = {name for named in self._named for places in named for _, name in places}
        return [name for name in self.asked if name not in found]

    @cached_property
    def _named(self) -> list[list[list[tuple[Path, str]]]]:
        """The places that have a name, in the claim, and in the formulas of each block."""
        claim = [(self.d.claim, self.d.labels)]
        return [[list(self._places(*f)) for f in formulas] for formulas in (claim, *map(_formulas, self.d.blocks))]

    def _tints(self, named: Iterable[tuple[Path, str]]) -> Tints:
        return {place: self.words[name] for place, name in named}

    def _places(self, term: Term, labels: Labels) -> Iterator[tuple[Path, str]]:
        """Parts of a term, which it is not itself, with what they are called."""
        for labelled, words in labels:
            if words in self.words and (place := next(places_of(term, labelled), ())):
                yield place, words
        if not self.asked:
            return
        for wanted in dict.fromkeys(subterms(term)):
            for name in self._names(wanted):
                yield from ((place, name) for place in places_of(term, wanted) if place)

    def _names(self, term: Term) -> Iterator[str]:
        if isinstance(term, App) and isinstance(term.op, Definition) and term.op.name in self.asked:
            yield term.op.name
        if term.loose:  # a part of a sum, say, whose letters are bound outside
            return
        from derive.render.pens.text import term_text

        printed = "".join(term_text(term, self.notation, ascii=True, avoid=self.avoid).split())
        yield from (name for name, plain in self._printed if plain == printed)

    @cached_property
    def _printed(self) -> list[tuple[str, str]]:
        """What was asked for, with how it is printed without Unicode and blanks."""
        from derive.render.pens.text import to_ascii

        return [(name, "".join(to_ascii(name).split())) for name in self.asked]


def _formulas(block: Block) -> list[tuple[Term, Labels]]:
    """The formulas of a block with their underbraces, the start first."""
    return [(block.start, block.labels), *((line.term, line.labels) for line in block.lines)]
