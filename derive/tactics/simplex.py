"""A linear program in exact numbers, small enough for the arithmetic of one side condition.

What is forced is taken first: in a chain of facts that is all there is.  The rest is solved by the simplex method on rows of
whole numbers, of which only those that are not 0 are kept.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction

_STEPS = 400
_GREEDY = 200  # steps by the largest gain; after these by Bland's rule, which does not go round in circles
_RIGHT = -1  # the right side of a row, among its columns

Row = dict[int, int]


def solve(
    columns: list[dict[int, Fraction]], cost: list[Fraction], target: dict[int, Fraction]
) -> list[Fraction] | None:
    """Weights w >= 0 with sum_j w_j columns[j] = target and the cost sum_j w_j cost[j] least.

    Rows are numbered; a column maps a row to its entry.  None when there are no such weights, or none were found in
    ``_STEPS`` steps.  When the cost is unbounded below, or the steps do not suffice for the least, weights at a low
    cost are returned.
    """
    forced = _forced(columns, target)
    if forced is None:
        return None
    weights, left = forced
    open_ = [j for j in range(len(columns)) if j not in weights]
    if open_:
        found = _Table([columns[j] for j in open_], [cost[j] for j in open_], left).weights()
        if found is None:
            return None
        weights.update(zip(open_, found, strict=True))
    return [weights[j] for j in range(len(columns))]


def _forced(
    columns: list[dict[int, Fraction]], target: dict[int, Fraction]
) -> tuple[dict[int, Fraction], dict[int, Fraction]] | None:
    """The weights that some row leaves no choice for, and what is left of the target; None where a row cannot be met.

    A row whose target is 0 and whose entries have one sign has weights 0; one with a single column has its weight.
    """
    weights: dict[int, Fraction] = {}
    left = defaultdict(Fraction, {r: t for r, t in target.items() if t})
    members: dict[int, dict[bool, dict[int, None]]] = defaultdict(lambda: {True: {}, False: {}})
    for j, column in enumerate(columns):
        for r, entry in column.items():
            if entry:
                members[r][entry > 0][j] = None
    waiting = dict.fromkeys([*left, *members])
    while waiting:
        r, _ = waiting.popitem()
        above, below = members[r][True], members[r][False]
        if above and below:
            continue
        t, here = left.get(r, Fraction(0)), above or below
        if t and (not here or (t > 0) != bool(above)):
            return None
        if t and len(here) > 1:
            continue
        for j in list(here):
            w = weights[j] = t / columns[j][r]
            for s, entry in columns[j].items():
                if entry:
                    del members[s][entry > 0][j]
                    waiting[s] = None
                    if w:
                        left[s] -= w * entry
    return weights, {r: t for r, t in left.items() if t}


class _Table:
    """Rows of a linear program, each multiplied by some positive number, and the column that each is solved for; None
    for a row that no column solves yet."""

    def __init__(self, columns: list[dict[int, Fraction]], cost: list[Fraction], target: dict[int, Fraction]) -> None:
        self.width, self.cost = len(columns), cost
        rows: dict[int, dict[int, Fraction]] = defaultdict(dict)
        for j, column in enumerate(columns):
            for r, entry in column.items():
                if entry:
                    rows[r][j] = entry
        for r, t in target.items():
            rows[r][_RIGHT] = t
        self.rows = [_whole(rows[r], rows[r].get(_RIGHT, 0) < 0) for r in sorted(rows)]
        self.basis: list[int | None] = [None] * len(self.rows)

    def weights(self) -> list[Fraction] | None:
        lacking: Row = defaultdict(int)
        for row in self.rows:
            for j, x in row.items():
                lacking[j] -= x
        if self._minimise(lacking, enough=True) is not None or lacking.get(_RIGHT):
            return None
        self._solve_all()
        price = _whole(dict(enumerate(self.cost)))
        for row, b in zip(self.rows, self.basis, strict=True):
            if b is not None and price.get(b):
                _eliminate(price, row, b)
        ray = self._minimise(price)
        out = [Fraction(0)] * self.width
        for row, b in zip(self.rows, self.basis, strict=True):
            if b is not None:
                out[b] = Fraction(row.get(_RIGHT, 0), row[b])
        if ray is not None and ray >= 0:
            self._go_along(ray, out)
        return out

    def _minimise(self, price: Row, enough: bool = False) -> int | None:
        """Steps until ``price`` has no gain: None.  The column along which there is no end, or -1 when the steps run out.
        With ``enough``, until the right side of ``price`` is 0."""
        for step in range(_STEPS):
            gains = [(x, j) for j, x in price.items() if x < 0 and j >= 0]
            if not gains or (enough and not price.get(_RIGHT)):
                return None
            enter = min(gains)[1] if step < _GREEDY else min(j for _, j in gains)
            leave = self._leaving(enter)
            if leave is None:
                return enter
            self._pivot(leave, enter, price)
        return -1

    def _leaving(self, enter: int) -> int | None:
        """The row that limits a column most; of several, one that is not solved, then that with the first column."""
        best: tuple[int, int, int] | None = None  # right side, entry, row
        for i, row in enumerate(self.rows):
            entry = row.get(enter, 0)
            if entry <= 0:
                continue
            right = row.get(_RIGHT, 0)
            if best is not None:
                order = right * best[1] - best[0] * entry
                if order > 0 or (order == 0 and self._rank(i) >= self._rank(best[2])):
                    continue
            best = right, entry, i
        return None if best is None else best[2]

    def _rank(self, i: int) -> int:
        b = self.basis[i]
        return -1 if b is None else b

    def _pivot(self, i: int, column: int, *more: Row) -> None:
        source = self.rows[i]
        for row in (*self.rows, *more):
            if row is not source and row.get(column):
                _eliminate(row, source, column)
        self.basis[i] = column

    def _solve_all(self) -> None:
        """Rows without a solution have the right side 0 now: any of their columns solves them, or they say nothing."""
        for i, row in enumerate(self.rows):
            if self.basis[i] is None and row:
                column = min(row)
                if row[column] < 0:
                    for j in row:
                        row[j] = -row[j]
                self._pivot(i, column)

    def _go_along(self, ray: int, out: list[Fraction]) -> None:
        """A long way along a column by which the cost falls without end."""
        moves = {
            b: Fraction(row.get(ray, 0), row[b]) for row, b in zip(self.rows, self.basis, strict=True) if b is not None
        }
        worst = sum((c * w for c, w in zip(self.cost, out, strict=True)), Fraction(0))
        gain = self.cost[ray] - sum((self.cost[b] * move for b, move in moves.items()), Fraction(0))
        step = (abs(worst) + 1) / -gain
        out[ray] += step
        for b, move in moves.items():
            out[b] -= step * move


def _whole(row: dict[int, Fraction], negative: bool = False) -> Row:
    scale = math.lcm(*(x.denominator for x in row.values())) * (-1 if negative else 1)
    return {j: int(x * scale) for j, x in row.items() if x}


def _eliminate(row: Row, source: Row, column: int) -> None:
    """The row without its entry in the column, by that of ``source``, which is positive; divided by a common factor."""
    p, f = source[column], row[column]
    common = math.gcd(p, f)
    p, f = p // common, f // common
    if p != 1:
        for j in row:
            row[j] *= p
    for j, x in source.items():
        new = row.get(j, 0) - f * x
        if new:
            row[j] = new
        else:
            row.pop(j, None)
    common = math.gcd(*_some(row.values()))
    if common > 1:
        for j in row:
            row[j] //= common


def _some(values: Iterable[int]) -> list[int]:
    return list(values) or [1]
