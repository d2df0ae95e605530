"""A linear program in exact fractions, small enough for the arithmetic of one side condition."""

from __future__ import annotations

from fractions import Fraction

_STEPS = 400


def solve(
    columns: list[dict[int, Fraction]], cost: list[Fraction], target: dict[int, Fraction]
) -> list[Fraction] | None:
    """Weights w >= 0 with sum_j w_j columns[j] = target and the cost sum_j w_j cost[j] least.

    Rows are numbered; a column maps a row to its entry.  None when there are no such weights, or none were found in
    ``_STEPS`` steps.  When the cost is unbounded below, or the steps do not suffice for the least, weights at a low
    cost are returned.  Bland's rule, so it does not go round in circles.
    """
    rows = sorted({r for c in columns for r in c} | set(target))
    n, m = len(columns), len(rows)
    zero = Fraction(0)
    table: list[list[Fraction]] = []
    for i, r in enumerate(rows):
        line = [c.get(r, zero) for c in columns] + [zero] * m + [target.get(r, zero)]
        if line[-1] < 0:
            line = [-x for x in line]
        line[n + i] = Fraction(1)
        table.append(line)
    basis = [n + i for i in range(m)]
    phase1 = [zero] * n + [Fraction(1)] * m
    if _minimise(table, basis, phase1, n + m) != "optimal":
        return None
    if any(b >= n and table[i][-1] != 0 for i, b in enumerate(basis)):
        return None
    for i, b in enumerate(basis):  # artificial variables leave the basis, or their row is redundant
        if b >= n:
            j = next((j for j in range(n) if table[i][j] != 0), None)
            if j is not None:
                _pivot(table, basis, i, j)
    keep = [i for i, b in enumerate(basis) if b < n]
    table = [table[i][:n] + table[i][-1:] for i in keep]
    basis = [basis[i] for i in keep]
    ray = _minimise(table, basis, list(cost), n)
    out = [zero] * n
    for i, b in enumerate(basis):
        out[b] = table[i][-1]
    if isinstance(ray, int):  # unbounded: go a long way along the ray
        worst = sum((cost[j] * w for j, w in enumerate(out)), zero)
        gain = cost[ray] - sum((cost[b] * table[i][ray] for i, b in enumerate(basis)), zero)
        step = (abs(worst) + 1) / -gain
        out[ray] += step
        for i, b in enumerate(basis):
            out[b] -= step * table[i][ray]
    return out


def _minimise(table: list[list[Fraction]], basis: list[int], cost: list[Fraction], width: int) -> str | int:
    for _ in range(_STEPS):
        enter = None
        for j in range(width):
            if j in basis:
                continue
            reduced = cost[j]
            for i, b in enumerate(basis):
                a = table[i][j]
                if a and cost[b]:
                    reduced -= cost[b] * a
            if reduced < 0:
                enter = j
                break
        if enter is None:
            return "optimal"
        leave, best = None, None
        for i, line in enumerate(table):
            if line[enter] > 0:
                q = line[-1] / line[enter]
                if best is None or q < best or (q == best and leave is not None and basis[i] < basis[leave]):
                    leave, best = i, q
        if leave is None:
            return enter
        _pivot(table, basis, leave, enter)
    return "gave up"


def _pivot(table: list[list[Fraction]], basis: list[int], row: int, col: int) -> None:
    p = table[row][col]
    if p != 1:
        table[row] = [x / p if x else x for x in table[row]]
    source = table[row]
    for i, line in enumerate(table):
        f = line[col]
        if i != row and f:
            table[i] = [x - f * y if y else x for x, y in zip(line, source, strict=True)]
    basis[row] = col
