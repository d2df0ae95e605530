"""The card of each operator, and the tables that list operators: none is left out, and each says what is true."""

from __future__ import annotations

import inspect
from fractions import Fraction
from pathlib import Path

import mpmath
import pytest
from strategies import number, numeric

import derive
from derive.bridge.expand import Meaning, Numeric
from derive.bridge.writing import _Writer
from derive.falsify import Model, Undefined, evaluate
from derive.falsify.models.evaluate import _BUILDERS
from derive.kernel import terms as k
from derive.kernel.sorts import INT, PROP, REAL
from derive.kernel.terms import Num, Op, Term, Var, app, as_term, eq, substitute
from derive.lemmas import LEMMAS
from derive.operators import CARDS, READ, Card, absorbed, arguments, reading
from derive.operators.derivatives import PARTIALS
from derive.render.formula.layout import DRAWN

OPERATORS = [x for x in vars(k).values() if isinstance(x, Op)]
BINDERS = {k.SUM, k.PROD, k.MAX, k.ARGMIN, k.ARGMAX, k.DERIVATIVE}
STATEMENTS = {k.EQ, k.NE, k.LT, k.LE, k.IN, k.HAS_DERIVATIVE, k.IMPLIES, k.IFF, k.FORALL}
PLAIN = [op for op in OPERATORS if op not in BINDERS | STATEMENTS]
"""The operators whose value is made of the values of their arguments."""

of_each = pytest.mark.parametrize("card", [CARDS[op] for op in PLAIN], ids=lambda c: c.op.name)


def variables(card: Card) -> tuple[Var, ...]:
    return tuple(Var(f"u{i}", INT if card.op is k.DELTA else REAL) for i in range(card.op.arity))


# --- nothing is left out ---------------------------------------------------------------------------------------------


def test_every_operator_of_the_kernel_has_a_card() -> None:
    assert list(CARDS) == OPERATORS


def test_every_operator_has_a_value_in_a_finite_model() -> None:
    assert set(_BUILDERS) == set(OPERATORS)


def test_every_operator_is_drawn() -> None:
    assert set(DRAWN) == {*OPERATORS, *PARTIALS.values()}


def test_every_operator_is_expanded_by_the_second_reading() -> None:
    for op in OPERATORS:
        by_card = CARDS[op].value is not None or CARDS[op].reads is not None
        by_method = hasattr(Meaning, f"_{op.name}")
        assert by_card or by_method or op is k.HAS_DERIVATIVE, op


def test_sympy_has_a_word_for_every_operator_but_these() -> None:
    without = {k.MAX, k.ARGMIN, k.ARGMAX, k.IN, k.HAS_DERIVATIVE, k.IMPLIES, k.IFF, k.FORALL}
    for op in OPERATORS:
        word = hasattr(_Writer, f"_{op.name}") or bool(CARDS[op].sympy) or CARDS[op].reads is not None
        assert word is (op not in without), op


def test_every_operator_is_written_in_certificates_by_a_name_or_a_sign() -> None:
    for op in OPERATORS:
        assert CARDS[op].rocq.name or CARDS[op].rocq.sign or op in (k.IMPLIES, k.FORALL), op
    names = [n for c in CARDS.values() for n in (c.rocq.name, c.rocq.integers, c.rocq.sets) if n]
    assert len(names) == len(set(names))


@of_each
def test_a_card_is_whole(card: Card) -> None:
    """A value and a slope, or what it reads as; functions of as many arguments as the operator."""
    assert (card.value is None) is (card.reads is not None)
    assert card.slopes is not None or card.reads is not None or card.op is k.DELTA
    for part in (card.needs, card.slopes, card.reads):
        assert part is None or len(inspect.signature(part).parameters) == card.op.arity
    assert card.words


# --- what the cards say is so ----------------------------------------------------------------------------------------

POINTS = (Fraction(-3, 2), Fraction(-1), Fraction(0), Fraction(1, 3), Fraction(1), Fraction(2))


def points(card: Card) -> list[tuple[Fraction, ...]]:
    values = [Fraction(n) for n in (-1, 0, 2)] if card.op is k.DELTA else POINTS
    return [(a,) for a in values] if card.op.arity == 1 else [(a, b) for a in values for b in values]


def holds(statement: Term, args: tuple[Var, ...], at: tuple[Fraction, ...]) -> bool:
    return bool(evaluate(statement, Model(dict(zip(args, at, strict=True)))))


@of_each
def test_where_the_domain_ends_the_value_does(card: Card) -> None:
    args = variables(card)
    term = app(card.op, *args)
    for at in points(card):
        needs = card.needs(*(Num(v) for v in at)) if card.needs is not None else None
        if card.reads is not None:
            needs = (
                None
                if at[0] == 0
                else substitute(reading(card)[0][0], dict(zip(arguments(card), map(Num, at), strict=True)))
            )
        model = Model(dict(zip(args, at, strict=True)))
        if needs is None or holds(needs, (), ()):
            evaluate(term, model)
        elif (
            card.op is not k.POW or at[1].denominator != 1 or at[0] == 0
        ):  # (-1)^2 has a value: the exponent is a variable
            with pytest.raises(Undefined):
                evaluate(term, model)


@of_each
def test_the_slopes_are_difference_quotients(card: Card) -> None:
    args, step = variables(card), Fraction(1, 10**12)
    at = dict(zip(args, (Fraction(3, 2), Fraction(5, 4)), strict=False))
    for v, slope in zip(args, card.slopes(*args) if card.slopes is not None else (), strict=False):
        term = app(card.op, *args)
        with mpmath.workdps(60):
            above, below = (number(numeric(term, {**at, v: at[v] + by})) for by in (step, -step))
            assert abs((above - below) / (2 * number(step)) - number(numeric(as_term(slope), at))) < 1e-12


@pytest.mark.parametrize("card", READ, ids=lambda c: c.op.name)
def test_the_library_proves_how_an_operator_reads(card: Card) -> None:
    needs, whole, read = reading(card)
    lemma = LEMMAS[card.unfolding]
    assert lemma.given == tuple(needs) and lemma.shows == eq(whole, read)
    assert lemma.theorem.concl == lemma.shows
    assert absorbed(read) == (whole if card.absorbs else None)
    assert absorbed(read + 1) is None


def test_no_card_can_be_exchanged() -> None:
    """A log that needs nothing would let a line speak of log 0."""
    with pytest.raises(TypeError):
        CARDS[k.LOG] = CARDS[k.LOG]._replace(needs=None)  # type: ignore[index]


def test_where_it_absorbs_the_rest_is_not_looked_at() -> None:
    a, x = Var("a", REAL), Var("x", REAL)
    assert evaluate(app(k.XLOGY, a, x), Model({a: 0, x: -1})) == 0
    with pytest.raises(Undefined):
        evaluate(app(k.XLOGY, a, x), Model({a: 1, x: -1}))
    assert Numeric().log(1) == 0


def test_an_operator_that_reads_as_others_is_named_in_few_files() -> None:
    """A new one needs the kernel, its card, a function for authors, and the files that state something of it."""
    root = Path(derive.__file__).parent
    naming = [p for p in root.rglob("*.py") if "kernel" not in p.parts and "xlogy" in p.read_text("utf-8").lower()]
    assert sorted(p.relative_to(root).as_posix() for p in naming) == [
        "audit/fronts/torch_losses.py",
        "audit/fronts/torch_ops.py",
        "audit/model/functions.py",
        "board/program.py",
        "language/definitions.py",
        "language/syntax.py",
        "lemmas/bounds.py",
        "lemmas/divergence.py",
        "lemmas/logs.py",
        "notes/meaning/laws.py",
        "notes/tell/proofs.py",
        "operators/cards.py",
        "read/canonical.py",
        "tactics/gaps.py",
        "tactics/library.py",
        "tactics/meeting.py",
        "work/simpler.py",
    ]


def test_the_sort_of_a_result_is_the_kernel_s() -> None:
    u, v = Var("u", REAL), Var("v", REAL)
    assert app(k.XLOGY, u, v).sort is REAL and app(k.EQ, u, v).sort is PROP
