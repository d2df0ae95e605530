"""The values that a search for a counterexample tries, each with a cost: simple and readable ones first.

Costs add up over the variables of a model, and models are tried in the order of their total cost.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from derive.falsify.models.arithmetic import Number, sign_of_difference
from derive.falsify.numbers.exact import Exact, Undecided, log

if TYPE_CHECKING:
    from random import Random

Rated = tuple[int, Number]

_CAP = 700  # distributions of one length

# A vocabulary of one token, or a parameter that cannot vary, shows little: 2 comes first.
_SIZE_COST = {2: 0, 1: 2, 3: 2, 0: 4, 4: 5, 5: 7, 6: 9, -1: 8}
_LENGTH_COST = {1: 0, 2: 1, 3: 3, 0: 3, 4: 5, 5: 7, 6: 9, -1: 8}
_INDEX_COST = {1: 0, 2: 1, 3: 2, 0: 3, 4: 4, -1: 5, 5: 5, -2: 6, 6: 7}


def integers(low: int | None, high: int | None, kind: str) -> list[tuple[int, int]]:
    """Integers in low..high with their costs; ``kind`` is "size", "length" or "index"."""
    costs = {"size": _SIZE_COST, "length": _LENGTH_COST}.get(kind, _INDEX_COST)
    if low is not None and high is not None and kind == "index":
        found = [(k - low, k) for k in range(low, min(high, low + 11) + 1)]
        if high > low + 11:
            found.append((3, high))
        return sorted(found)
    if low is None and high is None:
        values = list(costs)
    elif low is None:
        assert high is not None
        values = [k for k in costs if k <= high] or list(range(high, high - 6, -1))
    else:
        values = [k for k in costs if k >= low] or list(range(low, low + 6))
        if high is not None:
            values = [k for k in values if k <= high] or [high][: int(high >= low)]
    least = min((costs.get(k, 8 + i) for i, k in enumerate(values)), default=0)
    return sorted(((costs.get(k, 8 + i) - least, k) for i, k in enumerate(values)), key=lambda c: c[0])


def near(constants: Iterable[Fraction], bounds: Bounds, whole: bool) -> list[Rated]:
    """The numbers that a text mentions, and their neighbours: a bound of 1000 is passed at 1001, and shares below 1/20 need 21."""
    found: dict[Fraction, int] = {}
    constants = tuple(constants)
    shares = (1 / c for c in constants if whole and 0 < c < 1 and c.numerator == 1)
    for c in (*constants, *shares):
        for cost, x in ((6, c + 1), (7, c), (8, c - 1)):
            if (x.denominator == 1 or not whole) and bounds.allow(x):
                found.setdefault(x, cost)
    return [(cost, int(x) if whole else x) for x, cost in found.items()]


def random_number(rng: Random, bounds: Bounds, whole: bool, small: bool) -> Number | None:
    """Any number within bounds, ``small`` for a size; None when the one thrown is not allowed."""
    d = 1 if whole else rng.choice((1, 2, 3, 4, 5, 8, 10, 12, 100))
    spread = 6 if small else rng.choice((4, 12, 60))
    x: Number
    if bounds.low is not None and bounds.high is not None:
        if whole:
            low, high = bounds.integer_low() or 0, bounds.integer_high() or 0
            x = rng.randint(low, min(high, low + 8) if small else high) if low <= high else low
        else:
            x = bounds.low + (bounds.high - bounds.low) * Fraction(rng.randint(0, d), d)
    elif bounds.low is not None:
        x = (bounds.integer_low() or 0 if whole else bounds.low) + Fraction(rng.randint(0, spread * d), d)
    elif bounds.high is not None:
        x = (bounds.integer_high() or 0 if whole else bounds.high) - Fraction(rng.randint(0, spread * d), d)
    else:
        x = Fraction(rng.randint(0 if small else -spread * d, spread * d), d)
    if not bounds.allow(x):
        return None
    return int(x) if isinstance(x, (int, Fraction)) and whole else x


def random_distribution(rng: Random, n: int, positive: bool) -> tuple[Fraction, ...]:
    """Any distribution of n numbers."""
    weights = [rng.choice((1, 1, 2, 3, 5, 8, 20, 99)) if positive else rng.choice((0, 1, 2, 5, 20)) for _ in range(n)]
    if not any(weights):
        weights[0] = 1
    return tuple(Fraction(w, sum(weights)) for w in weights)


def _fractions(*rows: str) -> list[tuple[int, Fraction]]:
    return [(cost, Fraction(x)) for cost, row in enumerate(rows) for x in row.split()]


_UNIT = _fractions("1/2", "1/4 3/4", "1/10 1/3", "2/3 1/8 9/10", "1/5 7/8 2/5", "1/16 4/5", "1/100 99/100", "1/1000")
_POSITIVE = _fractions("1/2", "1 1/4", "2 3/4", "4 1/8 1/3 3", "2/3 3/2 1/10", "10 8 9/10 1/16", "100 1/100")
_NONNEGATIVE = _fractions("1/2", "0 1 1/4", "2 3/4", "4 1/8 1/3 3", "2/3 3/2 1/10", "10 8 9/10 1/16", "100 1/100")
_FREE = _fractions(
    "1", "0 2 1/2", "-1 1/4 3", "-1/2 4 -2 3/4", "1/3 3/2 -3 1/8", "2/3 -1/4 10 1/10 8", "-10 100 1/100 9/10 5"
)
_LOGIT: list[Rated] = [
    (0, 0), (1, log(2)), (1, 1), (2, -1), (2, 2), (2, -log(2)), (2, log(3)), (3, Fraction(1, 2)), (3, log(4)),
    (3, Fraction(3)), (4, Fraction(-2)), (4, log(Fraction(3, 2))), (5, Fraction(-1, 2)), (5, Fraction(4)), (6,
    Fraction(10)), (7, Fraction(-10)),
]  # fmt: skip


class Bounds:
    """low < x, low <= x, x < high, x <= high, as far as they are known."""

    __slots__ = ("high", "high_strict", "low", "low_strict")

    def __init__(self) -> None:
        self.low: Number | None = None
        self.high: Number | None = None
        self.low_strict = False
        self.high_strict = False

    def above(self, value: Number, strict: bool) -> None:
        order = 1 if self.low is None else sign_of_difference(value, self.low)
        if order > 0:
            self.low, self.low_strict = value, strict
        elif order == 0:
            self.low_strict = self.low_strict or strict

    def below(self, value: Number, strict: bool) -> None:
        order = -1 if self.high is None else sign_of_difference(value, self.high)
        if order < 0:
            self.high, self.high_strict = value, strict
        elif order == 0:
            self.high_strict = self.high_strict or strict

    def allow(self, x: Number) -> bool:
        if self.low is not None and sign_of_difference(self.low, x) >= (0 if self.low_strict else 1):
            return False
        return self.high is None or sign_of_difference(x, self.high) < (0 if self.high_strict else 1)

    def integer_low(self) -> int | None:
        return None if self.low is None else _floor(self.low) + 1 if self.low_strict else -_floor(-self.low)

    def integer_high(self) -> int | None:
        return None if self.high is None else -_floor(-self.high) - 1 if self.high_strict else _floor(self.high)


def _floor(x: Number) -> int:
    if isinstance(x, Exact):
        q = x.as_fraction()
        if q is None:
            raise Undecided(f"{x} as a bound of an integer")
        x = q
    return math.floor(x)


def reals(bounds: Bounds, logits: bool, probability: bool) -> list[Rated]:
    """Real numbers within bounds, with their costs; logarithms among them where exponentials are taken.

    ``probability``: without bounds, numbers in 0..1 come first.
    """
    low, high = bounds.low, bounds.high
    if low is None and high is None:
        if probability:
            return [*_UNIT[:3], (1, 1), (1, 0), (3, 2), (4, -1)]
        return sorted([*(_LOGIT if logits else _FREE)], key=lambda c: c[0])
    found: list[Rated] = []
    if low == 0 and high == 1:
        found = [*_UNIT, (1, Fraction(0)), (1, Fraction(1))]
    elif low == 0 and high is None:
        found = [*(_POSITIVE if bounds.low_strict else _NONNEGATIVE)]
    else:
        found = [*_FREE]
        if low is not None and high is not None:
            width = high - low
            found += [(1 + i, low + width * f) for i, f in enumerate((Fraction(1, 2), Fraction(1, 4), Fraction(3, 4)))]
            found += [(1, low), (1, high)]
        elif low is not None:
            found += [(1, low), (1, low + 1), (2, low + Fraction(1, 2)), (3, low + 2), (4, low + Fraction(1, 10))]
            found += [(6, low + Fraction(1, 100)), (8, low + Fraction(1, 1000))]
        elif high is not None:
            found += [(1, high), (1, high - 1), (2, high - Fraction(1, 2)), (3, high - 2), (4, high - Fraction(1, 10))]
            found += [(6, high - Fraction(1, 100)), (8, high - Fraction(1, 1000))]
    found.sort(key=lambda c: c[0])
    allowed = {str(x): (cost, x) for cost, x in reversed(found) if bounds.allow(x)}
    least = min((cost for cost, _ in allowed.values()), default=0)
    return sorted(((cost - least, x) for cost, x in reversed(allowed.values())), key=lambda c: c[0])


# --- distributions ---------------------------------------------------------------------------------------------------

_DENOMINATORS = {
    1: 0, 2: 0, 4: 1, 3: 2, 8: 3, 5: 3, 6: 4, 10: 4, 7: 5, 9: 5, 12: 6, 16: 6, 20: 7, 32: 8, 100: 8, 1000: 10,
}  # fmt: skip


def _compositions(total: int, parts: int, least: int) -> Iterator[tuple[int, ...]]:
    """``total`` as an ordered sum of ``parts`` integers >= least, the largest first part first."""
    if parts == 1:
        if total >= least:
            yield (total,)
        return
    for first in range(total - least * (parts - 1), least - 1, -1):
        for rest in _compositions(total - first, parts - 1, least):
            yield (first, *rest)


@lru_cache(maxsize=64)
def distributions(n: int, positive: bool) -> tuple[tuple[int, tuple[Fraction, ...]], ...]:
    """Families of n nonnegative (or positive) rationals with sum 1, with their costs, cheapest first."""
    found: list[tuple[int, tuple[Fraction, ...]]] = []
    if n < 1:
        return ()
    if n > 8:
        found.append((0, (Fraction(1, n),) * n))
    for d, cost in _DENOMINATORS.items():
        count = math.comb(d - 1, n - 1) if positive else math.comb(d + n - 1, n - 1)
        if count > _CAP or n > 24:
            found += [(cost, row) for row in _near_point_masses(n, d)]
            continue
        for parts in _compositions(d, n, 1 if positive else 0):
            if math.gcd(*parts) != 1:
                continue
            extra = 2 * (0 in parts) + any(d % p or (d // p) & (d // p - 1) for p in parts if p)
            found.append((cost + extra, tuple(Fraction(p, d) for p in parts)))
    found.sort(key=lambda c: c[0])
    return tuple(found[: 2 * _CAP])


def _near_point_masses(n: int, d: int) -> Iterator[tuple[Fraction, ...]]:
    """All entries but one 1/d."""
    if d >= n > 1:
        for k in range(min(n, 8)):
            yield tuple(Fraction(d - n + 1 if i == k else 1, d) for i in range(n))


def signed(n: int) -> list[tuple[int, tuple[Fraction, ...]]]:
    """A few families with sum 1 and negative entries."""
    if n < 2:
        return []
    rest = (Fraction(0),) * (n - 2)
    return [(6, (Fraction(a), 1 - Fraction(a), *rest)) for a in (2, -1, Fraction(3, 2))]


def balanced(n: int) -> list[tuple[int, tuple[Fraction, ...]]]:
    """A few families with sum 0."""
    zeros = (Fraction(0),) * n
    if n < 2:
        return [(0, zeros)]
    out = [(0, zeros)]
    for cost, a in enumerate((Fraction(1), Fraction(-1), Fraction(1, 2), Fraction(2)), 1):
        out.append((cost, (a, -a, *zeros[2:])))
    if n > 2:
        out += [(3, (Fraction(1), Fraction(1), Fraction(-2), *zeros[3:])), (4, (Fraction(1), *zeros[2:], Fraction(-1)))]
    return out
