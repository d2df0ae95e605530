"""Which loss of the library a program computes: the first that is proved, or the nearest, with what is different."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from derive.audit import guard
from derive.audit.asked import REDUCTIONS, Asked, Part, Target, target_of
from derive.audit.guard import Seen
from derive.audit.losses import LOSSES
from derive.audit.reading import Reading
from derive.audit.residuals import Residual, _constants, explain
from derive.audit.roles import Missing, Roles
from derive.audit.verdict import Audit, Program, agree, judged, read_program, under


class Identified(NamedTuple):
    """The audit against the loss that was found or is nearest, the difference from the nearest, and how many were tried."""

    audit: Audit
    residual: Residual | None
    tried: int


_NEAR = 3
"""Of so many of the nearest losses the difference is looked for."""


def identify(p: Program) -> Identified:
    """Try the library: the first loss that is proved; else the nearest, which the audit then says that it is."""
    reading, seen, dropped = read_program(p)
    found: list[tuple[float, Asked, Target]] = []
    for asked, target in _fitting(reading):
        distance = _distance(reading, target)
        if distance is None:
            continue
        found.append((distance, asked, target))
        if distance < 1e-10:
            audit = judged(p, under(p, reading, target), seen, target, dropped)
            if audit.verdict == "proved":
                return Identified(audit, None, len(found))
    if not found:
        return Identified(_strange(p, reading, seen, dropped), None, 0)
    return _nearest(p, reading, seen, dropped, sorted(found, key=lambda f: f[0]))


def _fitting(reading: Reading) -> Iterator[tuple[Asked, Target]]:
    """The losses that have the inputs they need, and a result of the same shape."""
    for asked in _library(reading):
        try:
            target = target_of(asked, reading.inputs)
        except Missing:
            continue
        if [h for _, _, h in target.scope] == [h for _, _, h in reading.scope]:
            yield asked, target


def _nearest(
    p: Program, reading: Reading, seen: Seen, dropped: bool, found: Sequence[tuple[float, Asked, Target]]
) -> Identified:
    """The nearest loss from which the difference is proved; else the nearest."""
    first: Audit | None = None
    for _, asked, target in found[:_NEAR]:
        audit = judged(p, under(p, reading, target), seen, target, dropped)._replace(among=len(found))
        residual = explain(audit, asked)
        if residual is not None:
            return Identified(audit, residual, len(found))
        first = first or audit
    assert first is not None
    return Identified(first, None, len(found))


def _strange(p: Program, reading: Reading, seen: Seen, dropped: bool) -> Audit:
    why = (
        f"no loss of the library takes these inputs ({'; '.join(map(str, reading.inputs.inputs))}); a term of a file can be asked for, as "
        "--is FILE.py::NAME"
    )
    target = Target("one of the library", reading.term, reading.scope, ())
    return Audit(p, reading, seen, target, "unknown", why=why, ignore_dropped=dropped)


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
