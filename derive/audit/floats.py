"""What a program's own floats make of a formula: measured, on inputs that are meant to hurt, and not proved.

The theorem is about real numbers.  Here the program runs in a type of its own, and is compared with the exact value of the formula
at the very numbers that it was given.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from derive.audit import guard
from derive.audit.inputs import Draw
from derive.audit.reading import Reading
from derive.audit.verdict import Program
from derive.errors import described
from derive.falsify import Exact, Model, Undecided, Undefined, evaluate
from derive.kernel.terms import Num, Var, substitute


class Hurting(Draw):
    """Real inputs that a kind of trouble makes; labels and masks as always."""

    def __init__(self, seed: int, numbers: Sequence[int | Fraction]) -> None:
        super().__init__(seed)
        self.numbers = numbers

    def number(self, kind: str, tokens: int, ignore: int | None) -> int | Fraction | Exact:
        return self.random.choice(self.numbers) if kind == "real" else super().number(kind, tokens, ignore)


TROUBLE: dict[str, tuple[int | Fraction, ...]] = {
    "small logits": (0, Fraction(1, 8), Fraction(-1, 4), Fraction(1, 2)),
    "logits of 100": (100, -100, 96),
    "logits of 10000": (10000, -10000, 9984),
    "one that dominates": (0, 0, 0, 512),
    "probabilities that underflow": (0, -128, -800),
}
"""What is tried, by its name; all numbers are floats of 16 bits."""


class Measured(NamedTuple):
    """Of one kind of input: the largest relative difference, how many results were nan or infinite, and out of how many."""

    trouble: str
    dtype: str
    largest: float
    not_finite: int
    results: int
    undecided: int
    why: str = ""


def measure_floats(
    p: Program, reading: Reading, dtypes: Sequence[str] = ("float64", "float32", "bfloat16")
) -> list[Measured]:
    """The program in each type against the exact values of the formula."""
    return [_measured(p, reading, trouble, dtype) for trouble in TROUBLE for dtype in dtypes]


def _measured(p: Program, reading: Reading, trouble: str, dtype: str) -> Measured:
    largest, bad, results, undecided = 0.0, 0, 0, 0
    for seed, (a, b, v) in enumerate(((1, 2, 2), (2, 3, 4), (2, 2, 3))):
        names = [s for s, x in reading.inputs.sizes.items() if isinstance(x, Var)]
        rest = iter([a, b, *([2] * len(names))])
        sizes = {s: v if s in ("V", "C") else next(rest) for s in names}
        values = reading.inputs.numbers(sizes, Hurting(seed, TROUBLE[trouble]))
        try:
            got = guard.run(p.function, reading, p.fixed, p.output, sizes, guard.value_at(values), dtype)
        except Exception as error:
            return Measured(trouble, dtype, largest, bad, results, undecided, described(error))
        exact = _exact(reading, values)
        for x, y in zip(got.values.values(), exact, strict=True):
            results += 1
            if not math.isfinite(x):
                bad += 1
            elif y is None:
                undecided += 1
            else:
                largest = max(largest, abs(x - y) / max(abs(y), 1e-300) if y else abs(x))
    return Measured(trouble, dtype, largest, bad, results, undecided)


def _exact(reading: Reading, values: dict[Var, Any]) -> list[float | None]:
    ends = [int(evaluate(high, Model(values))) for _, _, high in reading.scope]
    out: list[float | None] = []
    for index in guard.all_indices(ends):
        here = substitute(reading.term, {v: Num(i) for (v, _, _), i in zip(reading.scope, index, strict=True)})
        try:
            out.append(guard.as_float(evaluate(here, Model(values))))
        except (Undecided, Undefined, OverflowError):
            out.append(None)
    return out


def table(rows: Sequence[Measured]) -> str:
    """The measurements, in plain text."""
    lines = ["measured, not proved: the program in its own floats against the exact value of the formula", ""]
    lines.append(f"  {'inputs':30} {'type':9} {'largest relative difference':28} nan or inf")
    for r in rows:
        what = (
            f"fails: {r.why}"
            if r.why
            else f"{r.largest:.1e}" + (f" ({r.undecided} not compared)" if r.undecided else "")
        )
        lines.append(
            f"  {r.trouble:30} {r.dtype:9} {what:28} {r.not_finite} of {r.results}"
            if not r.why
            else f"  {r.trouble:30} {r.dtype:9} {what}"
        )
    return "\n".join(lines) + "\n"
