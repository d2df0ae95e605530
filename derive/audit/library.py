"""The losses of the library that take the inputs of a program, and how far each is from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from derive.audit import guard
from derive.audit.asked import REDUCTIONS, Asked, Part, Target, target_of
from derive.audit.losses import LOSSES
from derive.audit.reading import Reading
from derive.audit.roles import Missing, Roles
from derive.kernel.terms import Num, subterms


def constants(reading: Reading) -> list[Fraction]:
    """The numbers in the formula, and what they leave of 1."""
    found = {t.value for t in subterms(reading.term) if isinstance(t, Num)}
    return sorted({c for v in found for c in (v, 1 - v) if 0 < c < 1})


def fitting(reading: Reading) -> Iterator[tuple[Asked, Target]]:
    """The losses that have the inputs they need, and a result of the same shape."""
    for asked in _library(reading):
        try:
            target = target_of(asked, reading.inputs)
        except Missing:
            continue
        if [h for _, _, h in target.scope] == [h for _, _, h in reading.scope]:
            yield asked, target


_USUAL = (
    "mean over kept", "mean over mask", "mean", "sum", "sum over n", "mean of rows", "mean of row sums", "mean of batches", "mean over weights", "sum of rows over n",
)  # fmt: skip
assert {*_USUAL} == {*REDUCTIONS} - {"none"}


def _library(reading: Reading) -> Iterator[Asked]:
    """All losses with their usual arguments, and with the numbers that stand in the formula."""
    roles = Roles(reading.inputs)
    some = any(s.kept is not None or s.input.is_mask for s in roles.all)  # else all are kept
    reductions = ("none",) if reading.scope else [r for r in _USUAL if some or r != "mean over kept"]
    for name, kind in LOSSES.items():
        choices: list[tuple[tuple[str, Fraction | int], ...]] = [tuple(kind.arguments.items())]
        for argument in kind.arguments:
            choices += [
                tuple((n, c if n == argument else v) for n, v in kind.arguments.items())
                for c in _numbers(reading, argument)
            ]
        for next_token in (False, True) if kind.shifts else (False,):
            for chosen in dict.fromkeys(choices):
                for reduction in reductions:
                    yield Asked((Part(name, chosen),), int(next_token), reduction)


def _numbers(reading: Reading, argument: str) -> Sequence[Fraction | int]:
    if argument in ("eps", "alpha", "coef", "beta"):
        return list(constants(reading))
    return sorted({t.value for t in subterms(reading.term) if isinstance(t, Num) and t.value > 1})


def distance_of(reading: Reading, target: Target) -> float | None:
    """The largest relative difference on a few samples, which says where to look; None where nothing can be compared."""
    worst: float | None = None
    for values, mine in guard.small_samples(reading):
        theirs = guard.formula_at(target.term, reading, values)
        for a, b in zip(mine.values(), theirs.values(), strict=True):
            if a is not None:  # a loss that has no value where the program has one is far from it
                worst = max(worst or 0.0, 1.0 if b is None else guard.relative(a, b))
        if worst is not None and worst > 1e6:
            break
    return worst
