"""Which loss of the library a program computes: the first that is proved, or the nearest, with what is different."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from derive.audit.asked import Asked, Target
from derive.audit.guard import Seen
from derive.audit.library import distance_of, fitting
from derive.audit.losses import LOSSES
from derive.audit.reading import Reading
from derive.audit.residuals import Residual, explain
from derive.audit.verdict import Audit, Program, agree, judged, read_program, under


class Identified(NamedTuple):
    """The audit against the loss that was found or is nearest, the difference from the nearest, and how many were tried."""

    audit: Audit
    residual: Residual | None
    tried: int


_ALIKE = 1e-6
"""Losses that are nearer than this are equally near, and the simpler one comes first."""

_NEAR = 3
"""Of so many of the nearest losses the difference is looked for."""


def identify(p: Program) -> Identified:
    """Try the library: the first loss that is proved; else the nearest, which the audit then says that it is."""
    reading, seen, dropped = read_program(p)
    found: list[tuple[float, Asked, Target]] = []
    for asked, target in fitting(reading):
        distance = distance_of(reading, target)
        if distance is None:
            continue
        found.append((distance, asked, target))
        if agree(reading, target):
            audit = judged(p, under(p, reading, target), seen, target, dropped)
            if audit.verdict == "proved":
                return Identified(audit, None, len(found))
    if not found:
        return Identified(_strange(p, reading, seen, dropped), None, 0)
    return _nearest(p, reading, seen, dropped, sorted(found, key=_distance))


def _distance(found: tuple[float, Asked, Target]) -> tuple[bool, float]:
    """What is only added to losses comes last: it is small, and so near to everything that is small."""
    distance, asked, _ = found
    return not LOSSES[asked.parts[0].name].alone, max(distance, _ALIKE)


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


__all__ = ["Identified", "agree", "identify"]
