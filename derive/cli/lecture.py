"""A deck file made into slides: each entry with the theorems, claims and numbers that it names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from derive.board import catalogue
from derive.board.entries import FalseClaim, TheoremEntry
from derive.board.wording import notation_for
from derive.errors import UserError
from derive.kernel.terms import Term
from derive.record import Derivation
from derive.render.formula.nodes import Prose
from derive.render.formula.notation import load_notation
from derive.render.words.prose import line_words
from derive.render.words.sentence import prose
from derive.slides.command import Wish, make_deck
from derive.slides.deck import Deck, Slide
from derive.slides.deck.colours import NONE, refuse_unknown
from derive.slides.deck.template import Template
from derive.slides.lecture import Item, Lecture, beside, own_picture
from derive.slides.readback import (
    refuse_misread,
    refuse_misread_definitions,
    refuse_misread_quiz,
    refuse_misread_statement,
)
from derive.slides.targets import TARGETS, Target
from derive.values import replace

OWN_WORDS = ("title", "subtitle", "heading", "text", "speaker", "alt")
CONTENTS = ("heading", "theorem", "theorems")  # what is named on the title slide: no question, and nothing false


class Author:
    """Makes the slides of a lecture for one target."""

    def __init__(self, lecture: Lecture, template: Template, target: Target, students: bool) -> None:
        self.lecture, self.template, self.target = lecture, template, target
        self.students = students  # answers are left out
        self.derivations = 0

    def deck(self) -> Deck:
        """All slides.  Raises UserError, with the line of the deck file, for what cannot be shown."""
        from derive.slides.deck.asides import refuse_long_title

        slides: list[Slide] = []
        contents = []
        make: dict[str, Callable[[Item], Iterator[Slide]]] = {
            "heading": self.own, "theorem": self.theorem, "theorems": self.theorems, "false_claim": self.false_claim,
            "quiz": self.quiz, "symbols": self.symbols,
        }  # fmt: skip
        if self.lecture.notation:
            self.lecture.naming("notation", notation_for)
        for item in self.lecture.items:
            self.refuse_unwritable(item.where, item.entry)
            try:
                made = list(make[item.kind](item))
            except UserError as error:
                if str(error).startswith(item.where):
                    raise
                item.refuse(error)
            made = [_headed(item, s) for s in made]
            if item.entry.get("speaker"):
                made[0] = replace(made[0], speaker=item.entry["speaker"])
            if item.kind in CONTENTS:
                contents.append(made[0].heading)
            slides += made
        title = self.lecture.title
        self.refuse_unwritable(self.lecture.where["title"], {"title": title, "subtitle": self.lecture.subtitle})
        try:
            refuse_long_title(title, self.template)
        except UserError as error:
            raise UserError(f"{self.lecture.where['title']}: {error}") from None
        return Deck(
            tuple(slides),
            self.template,
            title,
            self.lecture.subtitle if title else "",
            tuple(dict.fromkeys(contents)) if title else (),
        )

    def refuse_unwritable(self, where: str, said: Mapping[str, object]) -> None:
        """Raises UserError where the fonts of the target have not all letters of the lecturer's words."""
        if not self.target.fonts:
            return
        words = [x for key in OWN_WORDS for x in _texts(said.get(key))]
        if lacking := self.target.printer.lacking("\n".join(words), self.template.font):
            kinds = ", ".join(t.ending for t in TARGETS.values() if not t.fonts and t.name != "speech")
            raise UserError(
                f"{where}: in {self.target.name} there is no font with {' '.join(lacking[:12])}; write it otherwise, or make a deck "
                f"that uses the fonts of the machine that shows it: {kinds}"
            )

    def notation(self, item: Item) -> str:
        return beside(self.lecture.folder, item.entry.get("notation", "")) or self.lecture.notation

    def own(self, item: Item) -> Iterator[Slide]:
        from derive.slides.deck.asides import own_slide, refuse_overfull

        picture = own_picture(item, self.lecture.folder, self.template)
        made = own_slide(item.entry["heading"], item.entry.get("text", []), picture)
        refuse_overfull(made, self.template)
        yield made

    def theorem(self, item: Item) -> Iterator[Slide]:
        from derive.board.opened import presented

        entry = item.entry
        name = entry["theorem"]
        derivation = self.found(name).derivation
        notation_for(self.notation(item))
        expand, join = entry.get("expand", []), entry.get("join", [])
        derivation, shape = presented(derivation, expand, join, entry.get("reverse", False))
        numbers = str(self.lecture.folder / entry["given"]) if entry.get("given") else ""
        wish = Wish(
            self.notation(item), entry.get("detail", "board"), entry.get("from", 0), entry.get("to", 0),
            template=self.template, numbers=numbers, plots=entry.get("plot", False) or "plots" in entry,
            kinds=tuple(entry.get("plots", ())), colours=self.colours(item), shapes={name: shape},
        )  # fmt: skip
        made = make_deck([(name, derivation)], wish, self.target.pictures, self.target.letters)
        refuse_misread(made, [(name, derivation)], self.target.name, wish.choice().notation)
        self.derivations += 1
        yield from made.slides

    def colours(self, item: Item) -> tuple[str, ...]:
        return tuple(item.entry.get("colour", ())) if self.target.colours else (NONE,)

    def theorems(self, item: Item) -> Iterator[Slide]:
        from derive.board.opened import presented
        from derive.slides.deck.build import on_one_slide

        entry = item.entry
        shaped = {name: presented(self.found(name).derivation) for name in entry["theorems"]}
        derivations = [(name, d) for name, (d, _) in shaped.items()]
        notation_for(self.notation(item))
        wish = Wish(
            self.notation(item), entry.get("detail", "board"), colours=self.colours(item),
            shapes={name: shape for name, (_, shape) in shaped.items()},
        )  # fmt: skip
        choice = wish.choice()
        refuse_unknown(derivations, choice.colours, choice.notation)
        made = on_one_slide(derivations, choice, self.template, prose(entry["heading"]))
        refuse_misread(Deck(made, self.template), derivations, self.target.name, choice.notation)
        self.derivations += len(derivations)
        yield from made

    def found(self, name: str) -> TheoremEntry:
        """A theorem; one in a file is looked for beside the deck file."""
        file, inside, _ = name.partition("::")
        return catalogue.find_theorem(str(self.lecture.folder / name) if inside and not Path(file).is_file() else name)

    def false_claim(self, item: Item) -> Iterator[Slide]:
        from derive.slides.deck.asides import false_slide, in_a_sentence, statement
        from derive.slides.deck.quiz import without_answer

        entry = catalogue.find(item.entry["false_claim"])
        if not isinstance(entry, FalseClaim):
            raise UserError(f"{entry.name} is proved; false_claim names one that 'derive list' calls false")
        notation = notation_for(self.notation(item))
        instead: Prose = ()
        if entry.instead:
            true = catalogue.find_theorem(entry.instead).derivation
            whole = statement(true, (), notation)
            refuse_misread_statement(whole, true.name, true.given, true.claim, self.target.name, notation)
            instead = in_a_sentence(statement(true, entry.given, notation))
        made = false_slide(entry.summary, entry.claims, entry.given, entry.refute(), instead, notation, self.template)
        refuse_misread_statement(made, entry.name, entry.given, entry.claims, self.target.name, notation)
        yield without_answer(made) if self.students else made

    def quiz(self, item: Item) -> Iterator[Slide]:
        from derive.board.wrong import wrong_lines
        from derive.slides.deck.asides import counterexample_words
        from derive.slides.deck.quiz import quiz_slide, without_answer

        entry = item.entry
        name, number, hide = entry["quiz"], entry["line"], entry.get("hide", "line")
        d: Derivation = self.found(name).derivation
        notation = notation_for(self.notation(item))
        answer: Prose = ()
        wrong: dict[int, Term] = {}
        if hide == "wrong":
            wrong, found = wrong_lines(d, number)
            words = prose(line_words(d.lines[number - 1], notation))
            answer = (f"Line {number}, “", *words, "”. ", *counterexample_words(found, notation))
        choice = Wish(self.notation(item), first=entry.get("from", 0), last=entry.get("to", 0)).choice()
        heading = prose(entry.get("heading", ""))
        slide = quiz_slide(d, number, hide, choice, self.template, answer, wrong, heading)
        refuse_misread_quiz(slide, d, wrong, self.target.name, notation)
        yield without_answer(slide) if self.students else slide

    def symbols(self, item: Item) -> Iterator[Slide]:
        from derive.slides.deck.asides import definitions_used, symbol_slides

        derivations = [self.found(name).derivation for name in item.entry["symbols"]]
        notation = load_notation(self.notation(item) or None)
        used = definitions_used(derivations)
        made = symbol_slides(used, notation, self.template)
        refuse_misread_definitions(made, used, self.target.name, notation)
        if not made:
            raise UserError(
                f"{', '.join(item.entry['symbols'])} use no definitions, so there is nothing to say of symbols"
            )
        yield from made


def _texts(value: object) -> list[str]:
    return (
        [value]
        if isinstance(value, str)
        else [x for x in value if isinstance(x, str)]
        if isinstance(value, list)
        else []
    )


def _headed(item: Item, slide: Slide) -> Slide:
    """A slide with the heading of its own that the deck file gives it; what is false stands below it."""
    own = prose(item.entry.get("heading", ""))
    if not own or item.kind in ("heading", "quiz") or slide.kind in ("work", "plot"):
        return slide
    if item.kind == "false_claim":
        return replace(slide, heading=own, subheading=slide.heading)
    return replace(slide, heading=own)
