"""Which loss of the library a program computes: the first that is proved, or the nearest, with what is different."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from derive.audit import guard
from derive.audit.asked import REDUCTIONS, Asked, Part, Target, target_of
from derive.audit.losses import LOSSES
from derive.audit.reading import Reading
from derive.audit.residuals import Residual, _constants, explain
from derive.audit.roles import Missing
from derive.audit.verdict import Audit, Program, agree, judged, read_program
from derive.errors import UserError


class Identified(NamedTuple):
    """The audit against the loss that was found or is nearest, how many were tried, and the difference from the nearest."""

    audit: Audit
    residual: Residual | None
    tried: int


def identify(p: Program) -> Identified:
    """Try the library.  Raises UserError when no loss of it fits the inputs at all."""
    reading, seen, dropped = read_program(p)
    best: tuple[float, Asked, Target] | None = None
    tried = 0
    for asked in _library(reading):
        try:
            target = target_of(asked, reading.inputs)
        except Missing:
            continue
        if [h for _, _, h in target.scope] != [h for _, _, h in reading.scope]:
            continue
        tried += 1
        distance = _distance(reading, target)
        if distance is not None and distance < 1e-10:
            audit = judged(p, reading, seen, target, dropped)
            if audit.verdict == "proved":
                return Identified(audit, None, tried)
        if distance is not None and (best is None or distance < best[0]):
            best = distance, asked, target
    if best is None:
        raise UserError(
            f"{p.name} fits no loss of the library: its inputs are {'; '.join(map(str, reading.inputs.inputs))}; "
            "its formula is shown by --is with any loss, and --measure says what a least-squares fit can"
        )
    audit = judged(p, reading, seen, best[2], dropped)
    return Identified(audit, explain(audit, best[1]), tried)


def _library(reading: Reading) -> Iterator[Asked]:
    """All losses with their usual arguments, and with the numbers that stand in the formula."""
    reductions = (
        ("none",)
        if reading.scope
        else (
            "mean over kept",
            "sum",
            "mean",
            "sum over n",
            "mean of rows",
            "mean of batches",
            "mean over weights",
            "sum of rows over n",
        )
    )
    assert set(reductions) <= set(REDUCTIONS)
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
                    yield Asked((Part(name, chosen),), next_token, reduction)


def _numbers(reading: Reading, argument: str) -> Sequence[Fraction | int]:
    from derive.kernel.terms import Num, subterms

    if argument in ("eps", "alpha", "coef", "beta"):
        return list(_constants(reading))
    return sorted({t.value for t in subterms(reading.term) if isinstance(t, Num) and t.value > 1})


def _distance(reading: Reading, target: Target) -> float | None:
    """The largest relative difference on a few samples, which says where to look; None where nothing can be compared."""
    worst: float | None = None
    for values, mine in guard.small_samples(reading):
        theirs = guard.formula_at(target.term, reading, values)
        for a, b in zip(mine.values(), theirs.values(), strict=True):
            if a is not None and b is not None:
                worst = max(worst or 0.0, guard.relative(a, b))
        if worst is not None and worst > 1e6:
            break
    return worst


__all__ = ["Identified", "agree", "identify"]
