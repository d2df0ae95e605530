"""Two more opinions on every line of every proof, by ways that share nothing with the kernel's rules.

The first expands the line at small concrete sizes T and V, 1 and 0 among them where the conditions allow it; SymPy
simplifies the difference of the two sides to 0.  For a line that is no equation of numbers (an inequality, an
equivalence, an equality of sets of optima) both sides are evaluated to 50 digits.  The second is exact evaluation, which
rounds nothing.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable

import pytest
from mutation import FEWEST, all_theorems, lines_of
from sweep import sample

from derive.board.entries import TheoremEntry
from derive.bridge.opinion import Verdict, second_opinion_on
from derive.falsify import Model, NoneFound, find_counterexample, satisfiable
from derive.kernel.sorts import INT, is_numeric
from derive.kernel.terms import EQ, FORALL, MAX, SUM, App, Term, Var, eq, subterms
from derive.record.letters import definitions_in

LARGEST = {"T": 2, "V": 3, "n": 2, "m": 2}  # sizes run from 0 to this
TOGETHER = 4  # and sum to no more than this

THEOREMS = {entry.name: entry for entry in all_theorems()}
each_of_some = pytest.mark.parametrize("entry", sample(THEOREMS.values(), 12), ids=lambda e: e.name)
Note = Callable[[str, object], None]


def sizes_of(statement: Term, given: tuple[Term, ...]) -> list[dict[Var, int]]:
    """The small sizes to try, where the conditions have a model with them."""
    letters = sorted(
        {v for s in (statement, *given) for v in s.free if v.sort == INT and v.name in LARGEST}, key=lambda v: v.name
    )
    choices = itertools.product(*(range(LARGEST[v.name] + 1) for v in letters))
    sizes = [dict(zip(letters, values, strict=True)) for values in choices if sum(values) <= TOGETHER]
    return [s for s in sizes if isinstance(satisfiable([*given, *(eq(v, n) for v, n in s.items())], budget=50), Model)]


def is_equation_of_numbers(statement: Term) -> bool:
    return isinstance(statement, App) and statement.op is EQ and is_numeric(statement.args[0].sort)


def simplifies_without_normalisation(statement: Term, sizes: list[dict[Var, int]], given: tuple[Term, ...]) -> bool:
    """Whether SymPy confirms the line for all positive entries, which says more than for those that sum to 1.

    With p_V = 1 - p_1 - ... it does not expand log p_V.
    """
    return second_opinion_on(statement, sizes, given=[g for g in given if not has_sum(g)]).symbolic


def is_for_all(statement: Term) -> bool:
    return isinstance(statement, App) and statement.op is FORALL


def has_max(statement: Term) -> bool:
    """Whether a maximum is taken in it: of symbols SymPy cannot say which is larger."""
    written = [statement, *(d.body for d in definitions_in([statement]))]
    return any(isinstance(t, App) and t.op is MAX for whole in written for t in subterms(whole))


def has_sum(statement: Term) -> bool:
    return any(isinstance(t, App) and t.op is SUM for t in subterms(statement))


@each_of_some
def test_sympy_agrees_with_every_line(entry: TheoremEntry, record_property: Note) -> None:
    counts = Counter[str]()
    for n, statement, given in lines_of(entry):
        line = f"line {n} of {entry.name}"
        sizes = sizes_of(statement, given)
        assert sizes, f"{line}: the conditions hold at no small sizes"
        report = second_opinion_on(statement, sizes, given=given)
        assert report.verdict is Verdict.AGREE, f"{line}, {statement}: {report.detail}"
        saying = [s for s in sizes if not (is_for_all(statement) and 0 in s.values())]  # for all of none says nothing
        assert report.models >= len(saying), f"{line} was tried at {report.models} sizes, and {len(saying)} are allowed"
        if not is_equation_of_numbers(statement) or has_max(statement):
            counts["evaluated numerically (no equations of numbers)"] += 1
        elif report.symbolic or simplifies_without_normalisation(statement, sizes, given):
            counts["with the difference simplified to 0"] += 1
        else:
            pytest.fail(f"{line}, {statement}: SymPy does not simplify the difference to 0")
    record_property("counts: SymPy agrees", dict(counts))


@each_of_some
def test_exact_evaluation_agrees_with_every_line(entry: TheoremEntry, record_property: Note) -> None:
    counts = Counter[str]()
    for n, statement, given in lines_of(entry):
        found = find_counterexample(statement, given, budget=150, effort=60_000_000)
        if isinstance(found, NoneFound) and found.tried < FEWEST:  # few numbers meet the conditions
            found = find_counterexample(statement, given, budget=900, effort=60_000_000)
        line = f"line {n} of {entry.name}, {statement}: {found}"
        assert isinstance(found, NoneFound), line
        assert found.undefined is None, line
        assert found.tried >= FEWEST or (found.tried and not found.undecided and not found.stopped), line
        counts["models"] += found.tried
        counts["not decided"] += found.undecided
    record_property("counts: exact evaluation agrees", dict(counts))
