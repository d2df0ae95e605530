"""What is printed is what was proved: a record that was changed after it was checked is not shown, and a proof cannot change it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from derive import *
from derive.board.catalogue import find_theorem, theorems
from derive.language.letters import *
from derive.record import Block, Derivation
from derive.record.faithful import refuse_changed
from derive.render.formula.notation import load_notation
from derive.render.pages.html import derivation_html
from derive.render.pages.jupyter import mimebundle
from derive.render.pages.latex import derivation_latex
from derive.render.pages.speech import derivation_speech
from derive.render.pages.text import derivation_text
from derive.slides.deck.build import Choice, derivation_slides
from derive.slides.deck.template import Template

CHANGED = "the record was changed after it was checked, so it is not shown"
SHOWN: list[Callable[[Derivation], object]] = [
    derivation_text, derivation_latex, derivation_html, derivation_speech, mimebundle,
    lambda d: derivation_slides(d.name, d, Choice(load_notation()), Template()),
]  # fmt: skip


def with_line(d: Derivation, block: int, line: int, **new: object) -> Derivation:
    old = d.blocks[block]
    lines = (*old.lines[:line], old.lines[line]._replace(**new), *old.lines[line + 1 :])
    return with_block(d, block, lines=lines)


def with_block(d: Derivation, block: int, **new: object) -> Derivation:
    return d._replace(blocks=(*d.blocks[:block], d.blocks[block]._replace(**new), *d.blocks[block + 1 :]))


one_hot_loss = find_theorem("cross_entropy_one_hot").derivation
by_induction = find_theorem("chain_rule").derivation
with_facts = find_theorem("one_le_perplexity").derivation
step = next(i for i, block in enumerate(by_induction.blocks) if block.assumes)

WRONG = {
    "a line": with_line(one_hot_loss, 0, 0, term=b + 1),
    "a relation": with_line(one_hot_loss, 0, 1, relation="<"),
    "the line that starts": with_block(one_hot_loss, 0, start=b),
    "a line without its theorem": with_line(one_hot_loss, 0, 2, theorem=None),
    "a line with the theorem of another": with_line(one_hot_loss, 0, 2, theorem=one_hot_loss.lines[0].theorem),
    "the claim": one_hot_loss._replace(claim=Eq(a, b)),
    "a condition": one_hot_loss._replace(given=one_hot_loss.given[1:]),
    "all conditions": one_hot_loss._replace(given=()),
    "a fact": with_line(with_facts, 0, 0, term=a < b),
    "a line of an induction": with_line(by_induction, step, 1, term=b + 1),
    "the hypothesis of an induction": with_block(by_induction, step, assumes=by_induction.blocks[step].assumes[:-1]),
}


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.parametrize("show", SHOWN)
def test_a_record_that_was_changed_is_not_shown(show: Callable[[Derivation], object], what: str) -> None:
    with pytest.raises(UserError, match=CHANGED):
        show(WRONG[what])


def test_the_message_says_what_is_shown_and_what_was_proved() -> None:
    with pytest.raises(UserError) as refused:
        refuse_changed(WRONG["a relation"])
    assert str(refused.value).startswith("line 2 of cross_entropy_one_hot shows -sum(k=1..V, ")
    assert "and what was proved there is " in str(refused.value)


def test_every_theorem_is_shown() -> None:
    for entry in theorems():
        refuse_changed(entry.derivation, whole=True)


@pytest.mark.parametrize("new", [{"term": b + 1}, {"relation": "<"}, {"theorem": None}])
def test_a_proof_cannot_change_its_lines(new: dict[str, object]) -> None:
    @theorem(shows=Eq(a, a + 0 + 0))
    def cheated(calc: Calc) -> None:
        calc.eq(a + 0, by=ring)
        calc.eq(a + 0 + 0, by=ring)
        calc.lines[0] = calc.lines[0]._replace(**new)

    with pytest.raises(UserError):
        cheated.check()


def test_a_proof_cannot_change_its_facts() -> None:
    @theorem(shows=Eq(a, a + 0))
    def cheated(calc: Calc) -> None:
        calc.have(Eq(2 * a, a + a), by=ring)
        calc.blocks[0] = Block(b, calc.blocks[0].lines)
        calc.eq(a + 0, by=ring)

    with pytest.raises(UserError, match=CHANGED):
        cheated.check()
