"""Every line of every proof, every claim and every condition, broken on purpose: the change is refused, or it is true.

The proof of each theorem is replayed with one change at a time.  A changed line is judged by itself, with the author's
reasons.  What is accepted is evaluated exactly in small models of the conditions, and must hold in all of them.  The
totals are printed at the end of the run.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from mutation import Mutant, Spot, Tally, all_theorems, changed_theorem, mutants, record, weaker
from sweep import at_most, sample

from derive.board.entries import TheoremEntry
from derive.falsify import Counterexample, find_counterexample

PER_LINE = at_most(4)  # changes of one line
PER_CLAIM = (PER_LINE + 1) // 2  # each runs the whole proof

THEOREMS = {entry.name: entry for entry in all_theorems()}
TRIED = {entry.name: entry for entry in sample(THEOREMS.values(), 30)}
each_theorem = pytest.mark.parametrize("entry", TRIED.values(), ids=TRIED)
Note = Callable[[str, object], None]


def close(tally: Tally, note: Note, kind: str) -> None:
    note(f"counts: {kind} changed", tally.counts)
    assert not tally.false and not tally.doubtful, str(tally)


@each_theorem
def test_changed_lines(entry: TheoremEntry, record_property: Note) -> None:
    tally = Tally()
    for spot in record(entry):
        for mutant in mutants(spot.relation, spot.term, spot.given, PER_LINE):
            what = f"line {spot.number} of {entry.name}, {mutant.kind}"
            tally.add(what, partial(spot.judge, mutant), spot.states(mutant), spot.given)
    close(tally, record_property, "lines")


@each_theorem
def test_changed_claim(entry: TheoremEntry, record_property: Note) -> None:
    tally = Tally()
    for mutant in mutants("", entry.shows, entry.given, PER_CLAIM):
        judge = partial(changed_theorem, entry, mutant.term, entry.given)
        tally.add(f"claim of {entry.name}, {mutant.kind}", judge, mutant.term, entry.given)
    close(tally, record_property, "claims")


@each_theorem
def test_condition_removed_or_weakened(entry: TheoremEntry, record_property: Note) -> None:
    tally = Tally()
    for i, condition in enumerate(entry.given):
        before, after = entry.given[:i], entry.given[i + 1 :]
        for what, given in [
            (f"without {condition}", (*before, *after)),
            *((f"{less} for {condition}", (*before, less, *after)) for less in weaker(condition)),
        ]:
            tally.add(f"{entry.name} {what}", partial(changed_theorem, entry, entry.shows, given), entry.shows, given)
    close(tally, record_property, "conditions")


def test_most_changes_make_a_line_false() -> None:
    """So refusing them is no pedantry, and evaluation would have found them out."""
    refused = refuted = 0
    for name in ("cross_entropy_one_hot", "label_smoothing_residual", "softmax_shift", "kl_nonneg"):
        for spot in record(THEOREMS[name]):
            for mutant in mutants(spot.relation, spot.term, spot.given, 8):
                if spot.judge(mutant) is None:
                    refused += 1
                    refuted += is_false(spot, mutant)
    assert refused > 80
    assert refuted > 0.9 * refused


def is_false(spot: Spot, mutant: Mutant) -> bool:
    found = find_counterexample(spot.states(mutant), spot.given, budget=150, effort=20_000_000)
    return isinstance(found, Counterexample)
