"""The relations between the lines of a derivation: one table, and nothing that knows only some of them."""

from __future__ import annotations

import pytest

from derive.board.calc import Calc
from derive.kernel.sorts import REAL
from derive.kernel.terms import Var, eq, iff
from derive.record.relations import BY_OPERATOR, RELATIONS, Relation, sign_of
from derive.render.pens.latex import COMMANDS
from derive.render.pens.speech import relation_speech, step_speech
from derive.render.pens.text import ASCII
from derive.render.pens.typst import NAMES
from derive.render.words.prose import parts

x, y = Var("x", REAL), Var("y", REAL)
EACH = pytest.mark.parametrize("relation", RELATIONS.values(), ids=lambda r: r.name)


def test_a_relation_says_its_statement() -> None:
    made = {name: r.statement(x, y) for name, r in RELATIONS.items() if name != "<=>"}
    assert made == {"=": eq(x, y), "<=": x <= y, "<": x < y, ">=": y <= x, ">": y < x}
    assert RELATIONS["<=>"].statement(x < y, y < x) == iff(x < y, y < x)


def test_a_chain_gives_the_relation_that_it_has_itself_and_equalities() -> None:
    for r in RELATIONS.values():
        assert {r.name} <= set(r.chain) <= set(RELATIONS)
        assert r.name == "<=>" or "=" in r.chain


def test_lines_give_a_relation_that_none_of_them_is_weaker_than() -> None:
    given = {r.name for r in RELATIONS.values() if r.given_by({"=", "<="})}
    assert given == {"<="}
    assert {r.name for r in RELATIONS.values() if r.given_by({"<", "<=", "="})} == {"<", "<="}


@EACH
def test_a_relation_and_its_mirror_say_one_thing(relation: Relation) -> None:
    assert relation.mirrored.mirrored is relation
    if relation.orders:
        assert relation.mirrored.statement(y, x) == relation.statement(x, y)
    else:
        assert relation.mirrored is relation


@EACH
def test_every_pen_has_the_sign_of_every_relation(relation: Relation) -> None:
    assert sign_of(relation.name) == relation.sign
    if not relation.sign.isascii():
        for table in (COMMANDS, NAMES, ASCII):
            assert relation.sign in table
    assert ASCII.get(relation.sign, relation.sign) == relation.name


@EACH
def test_every_relation_is_said_and_read_in_prose(relation: Relation) -> None:
    assert relation_speech(relation.name) == relation.words
    assert step_speech(relation.sign, "y", "").startswith("This ")
    assert parts(f"so t {relation.name} k") == [(False, "so "), (True, f"t {relation.sign} k")]


@EACH
def test_a_claim_is_proved_by_lines_of_its_relation(relation: Relation) -> None:
    claim = relation.statement(x < y, y < x) if relation.name == "<=>" else relation.statement(x, y)
    assert Calc("claim", claim, ()).goal == BY_OPERATOR[relation.op].name
