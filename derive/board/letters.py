"""What a reader could take for something else: the letters of a derivation, bound and free, and those of definitions.

A letter is refused that reads as a number, as an operator, a function or a constant, or as an index that it is not, that is
written with signs that look like others, or whose sort a reader would not guess.  The message offers another name.
"""

from __future__ import annotations

from collections.abc import Iterable

from derive.board.held import tied
from derive.board.refusals import ClaimError, show, show_condition
from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, Fn, Sort
from derive.kernel.terms import Term, Var
from derive.language.words import WORDS
from derive.operators import CARDS
from derive.record.letters import Letter, letters_in, operators_in


class Letters:
    """The letters of one derivation, checked as they appear.  ``given`` are the conditions under which it speaks."""

    def __init__(self, who: str, given: Iterable[Term] = ()) -> None:
        self.who, self.given = who, tuple(given)
        self.found: set[Letter] = set()
        self.definitions: set[Definition] = set()

    def add(self, where: str, statements: Iterable[Term]) -> None:
        """Raises ClaimError when a letter of the statements reads as something else beside all letters so far."""
        from derive.render.pages import reads

        before = len(self.found), len(self.definitions)
        for statement in statements:
            self._moves(where, statement)
            for thing in letters_in(statement):
                if isinstance(thing, Definition):
                    self.definitions.add(thing)
                else:
                    self.found.add(thing)
        if before == (len(self.found), len(self.definitions)):
            return
        ordered = sorted(self.found, key=_order)
        around = reads.Around(ordered)
        for letter in ordered:
            trouble = reads.trouble(letter, around)
            if trouble:
                raise ClaimError(
                    f"{where}: {self.who} has a variable named {letter.name!r}, {trouble}; rename it{reads.offer(letter, ordered)}"
                )
        for d in sorted(self.definitions - WORDS.keys(), key=lambda d: d.name):
            check_definition(d.name, d.params, d.body, where)
        seen: dict[str, Letter] = {}
        for letter in (x for x in ordered if not x.bound):
            twin = seen.setdefault(letter.name, letter)
            if twin != letter:  # a reader could not tell them apart
                raise ClaimError(
                    f"{where}: {self.who} uses the letter {letter.name} both for {_sort_words(twin.sort)} and for "
                    f"{_sort_words(letter.sort)}; rename one of them"
                )

    def _moves(self, where: str, statement: Term) -> None:
        """Raises ClaimError when a reader takes a letter for moving that a derivative holds fixed."""
        tie = tied(statement, self.given)
        if tie is not None:
            held, moving = tie.held, tie.moving
            raise ClaimError(
                f"{where}: {self.who} has a derivative by {show(moving)} that holds {show(held)} fixed, but the condition "
                f"{show_condition(tie.condition)} ties {show(held)} to other letters, and so to {show(moving)}; write what {show(held)} "
                f"is in terms of {show(moving)} in its place, such as softmax(V, z)[y] for p[y], or make it a definition"
            )


def check_letters(who: str, where: str, given: Iterable[Term], claim: Term) -> Letters:
    """The letters of the theorem ``who``, in its conditions and its claim.  Raises ClaimError when one reads as something else."""
    found = Letters(who, given)
    found.add(where, (*found.given, claim))
    return found


def check_definition(name: str, params: Iterable[Var], body: Term, where: str = "") -> None:
    """Raises ClaimError when the name of a definition, or a letter in it, reads as something else."""
    from derive.render.pages import reads

    place = f"{where}: " if where else ""
    params = tuple(params)
    sort = body.sort
    for p in reversed(params):
        sort = Fn(p.sort, sort)
    own = Letter(name, sort)
    found = {x for x in letters_in(body) if isinstance(x, Letter)} | {Letter(p.name, p.sort) for p in params}
    inside = sorted(found, key=_order)
    trouble = reads.trouble(own, [own, *inside], definition=True)
    if trouble:
        offer = reads.offer(own, inside, True)
        of = reads.of_library(name)
        use = f"use {of} of the library, or " if of else ""
        raise ClaimError(f"{place}there cannot be a definition named {name!r}, {trouble}; {use}rename it{offer}")
    for letter in inside:
        trouble = reads.trouble(letter, inside)
        if trouble:
            raise ClaimError(
                f"{place}the definition of {name} has a variable named {letter.name!r}, {trouble}; rename it{reads.offer(letter, inside)}"
            )


def _order(letter: Letter) -> tuple[bool, str, str, str]:
    return letter.bound, letter.name, repr(letter.sort), repr(letter.binder)


def _sort_words(sort: Sort) -> str:
    if sort is INT:
        return "an integer"
    return f"a function {sort!r}" if isinstance(sort, Fn) else f"a {sort!r}"


def conventions(formulas: Iterable[Term]) -> tuple[str, ...]:
    """What the cards of the operators in the formulas, and in their definitions, want to be said on the page."""
    cards = map(CARDS.get, operators_in(formulas))
    return tuple(dict.fromkeys(card.convention for card in cards if card is not None and card.convention))
