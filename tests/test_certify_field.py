"""Every line of the ordered field that the kernel accepts is replayed by Rocq, and lines with a wrong number are refused."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from algebra import Algebra, Line, mutant
from rocq import Raw
from sweep import at_most

from derive import *
from derive.certify import run_certificates, write_certificates
from derive.kernel.terms import Term
from derive.kernel.theorem import RuleError
from derive.language.letters import a, b, c, n

COUNT, SEED = min(at_most(60), 240), 20240229
DIVISORS_THAT_ARE_NO_LETTERS = {
    "a difference with a fraction": ((c - c * a / b) / (1 - a / b), c, [0 < b, a / b < 1]),
    "powers": (1 / b**2, b / b**3, [0 < b]),
    "a power of an integer": (a, (n * a) / n**2 * n, [1 <= n]),
    "a fraction below a fraction": (a / (b / (b / c)), a / c, [0 < b, 0 < c]),
    "a sum of fractions": (1 / (1 / b + 1 / c), b * c / (b + c), [0 < b, 0 < c]),
    "a power of a sum": (a / (b + c) ** 2 * (b + c), a / (b + c), [0 < b, 0 < c]),
    "a product of sums": (a * (b + 1) / ((b + 1) * (c + 2)), a / (c + 2), [0 < b, 0 < c]),
}


def lines() -> list[Line]:
    algebra = Algebra(SEED)
    return [algebra.line() for _ in range(COUNT)]


def test_the_lines_are_of_all_kinds() -> None:
    made = lines()
    rules = [line.prove(line.goal).proof.rule for line in made]
    assert min(rules.count("ring"), rules.count("linear")) > COUNT / 5
    assert sum(len(line.divisors) > 1 for line in made) > COUNT / 3


def test_a_line_with_another_number_is_refused() -> None:
    source, changed = random.Random(SEED), list[tuple[Line, Term]]()
    for line in lines():
        wrong = mutant(line, source)
        if wrong is not None:
            changed.append((line, wrong))
    assert len(changed) > 0.8 * COUNT
    for line, wrong in changed:
        with pytest.raises(RuleError):
            line.prove(wrong)


def test_random_lines_and_divisors_that_are_no_letters_are_replayed(folder: Path) -> None:
    entries = [Raw(f"line_{i}", line.prove(line.goal)) for i, line in enumerate(lines())]
    for i, (left, right, given) in enumerate(DIVISORS_THAT_ARE_NO_LETTERS.values()):

        @theorem(shows=Eq(left, right), given=given)
        def identity(calc: Calc, right: object = right) -> None:
            """An identity of the field."""
            calc.eq(right, by=ring)

        entries.append(Raw(f"identity_{i}", identity.theorem))
    write_certificates(entries, folder)
    results = run_certificates(folder, 1, entries)
    assert len(results) == len(entries)
    assert [str(res) for res in results if not res.ok] == []
