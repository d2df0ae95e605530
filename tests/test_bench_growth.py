"""How the cost of a proof grows with its size; ``--benchmark-enable -s`` prints the exponents: 1 is linear, 2 quadratic.

No time is asserted.  Without the option the smallest sizes are checked, so that every family is a theorem.
"""

from __future__ import annotations

import math
import time

import pytest
from growing import FAMILIES


def seconds(family: str, size: int) -> float:
    """The time that the proof takes; the least of several where that is short."""
    taken: list[float] = []
    while sum(taken) < 0.2 and len(taken) < 5:
        entry = FAMILIES[family][0](size)
        start = time.process_time()
        assert entry.theorem.concl == entry.shows
        taken.append(time.process_time() - start)
    return min(taken)


@pytest.mark.parametrize("family", FAMILIES)
def test_growth(family: str, request: pytest.FixtureRequest) -> None:
    """The slope of log time against log size, over sizes that double up to the largest."""
    largest = FAMILIES[family][1]
    if not request.config.getoption("benchmark_enable"):
        assert seconds(family, 4) >= 0
        return
    sizes = [largest // 8, largest // 4, largest // 2, largest]
    taken = [seconds(family, n) for n in sizes]
    x, y = [math.log(n) for n in sizes], [math.log(t) for t in taken]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    slope = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / sum((a - mean_x) ** 2 for a in x)
    last = (y[-1] - y[-2]) / math.log(2)
    print(f"\n{family:34} n = {largest:4}: {taken[-1]:7.3f} s, exponent {slope:.1f}, at the end {last:.1f}")


@pytest.mark.parametrize("family", ["factors under a logarithm", "signs", "terms of a ring identity"])
def test_long_formulas_are_checked(family: str) -> None:
    """Seven tokens were too many for the sign of a product; two hundred are not."""
    entry = FAMILIES[family][0](200)
    assert entry.theorem.concl == entry.shows
