"""What is printed, read back, is the term that was printed: every formula of every theorem, in every notation and target.

The readers return all that a formula can mean, so these tests also say that no formula has a second meaning, on the page
or to the ear.  LaTeX, MathML, OMML, Typst and speech are read with fractions, Unicode and ASCII text on one line.
"""

from __future__ import annotations

import pytest
from formulas import formulas, given
from hypothesis import given as drawn
from hypothesis import strategies as st
from round_trip import TARGETS
from strategies import comparisons, reals
from sweep import dealt, examples
from telling import PECULIAR, TELLING

from derive.board.catalogue import theorems
from derive.kernel.terms import Term
from derive.render.formula.notation import notation_names

each_target = pytest.mark.parametrize("target", TARGETS)
each_notation = pytest.mark.parametrize("notation", notation_names())


@each_target
@each_notation
def test_every_formula_means_what_was_printed_and_nothing_else(notation: str, target: str) -> None:
    tried = _tried(notation)
    chosen = [f for f in formulas(notation) if f.theorem in tried]
    misread = list(TARGETS[target].misread(notation, chosen))
    assert not misread, f"{len(misread)} of {len(chosen)} formulas are misread\n" + "\n".join(misread[:5])


@each_target
@each_notation
def test_conditions_as_they_stand_in_a_sentence(notation: str, target: str) -> None:
    """``1 <= y_t <= V for t = 1, ..., T`` is two conditions, ``p > 0`` is 0 < p."""
    tried = _tried(notation)
    assert not list(TARGETS[target].misread_conditions(notation, (g for g in given(notation) if g.theorem in tried)))


def _tried(notation: str) -> set[str]:
    """Every target tells a theorem in the same notation, so that what several show alike is read once."""
    return set(dealt([e.name for e in theorems()], notation, notation_names()))


def test_the_formulas_are_those_of_all_theorems() -> None:
    for notation in notation_names():
        assert {f.theorem for f in formulas(notation)} == {e.name for e in theorems()}
        assert sum(f.place.startswith("line") for f in formulas(notation)) == sum(
            len(e.derivation.lines) for e in theorems()
        )


@each_target
def test_telling_formulas_are_read_back(target: str) -> None:
    """Those of the golden files: each operator, and each definition in every notation."""
    for t in (t for group in TELLING.values() for t in group):
        assert TARGETS[target].reads_back(t.term, t.notation), t.term
    for notation in notation_names():
        assert [term for _, term in PECULIAR if not TARGETS[target].reads_back(term, notation)] == []


@pytest.mark.parametrize(
    "target", [t for t in TARGETS if t != "speech"]
)  # of which test_round_trip_speech.py says more
@examples(60)
@drawn(st.one_of(comparisons(2), reals(3, (), True)), st.sampled_from(notation_names()))
def test_random_formulas_are_read_back(target: str, term: Term, notation: str) -> None:
    assert TARGETS[target].reads_back(term, notation)
