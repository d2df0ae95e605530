"""How long something takes beside a piece of work that this process does just then: no seconds, which differ from machine
to machine and from hour to hour."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def takes_at_most(units: float) -> Iterator[None]:
    """What is within takes at most ``units`` times the processor time of counting to a million (here about 0.05 seconds);
    the bound is meant to be far above what is measured, so that only a change of order is seen."""
    start = time.process_time()
    yield
    taken = time.process_time() - start
    unit = min(_count() for _ in range(3))
    assert taken <= units * unit, (
        f"it takes {taken / unit:.0f} times as long as counting to a million, and may take {units:.0f}"
    )


def _count() -> float:
    start, n = time.process_time(), 0
    while n < 1_000_000:
        n += 1
    return time.process_time() - start
