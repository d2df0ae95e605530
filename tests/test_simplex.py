"""A linear program in exact fractions: weights w >= 0 with sum_j w_j column_j = target, the cheapest ones.

``solve(columns, cost, target)``; a column maps the numbers of rows to its entries.  The weights certify themselves.
"""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from sweep import examples

from derive.tactics.simplex import solve

SOME = examples(80)
F = Fraction


def column(*entries):
    return {row: F(e) for row, e in enumerate(entries) if e}


def fractions(*numbers):
    return [F(x) for x in numbers]


def combined(weights, columns):
    """sum_j w_j column_j, without zeros."""
    total = {}
    for w, c in zip(weights, columns, strict=True):
        for row, e in c.items():
            total[row] = total.get(row, F(0)) + w * e
    return {row: e for row, e in total.items() if e}


def assert_certifies(weights, columns, target):
    assert weights is not None
    assert all(isinstance(w, Fraction) and w >= 0 for w in weights)
    assert combined(weights, columns) == {row: e for row, e in target.items() if e}


def price(weights, cost):
    return sum((w * c for w, c in zip(weights, cost, strict=True)), F(0))


# --- examples --------------------------------------------------------------------------------------------------------


def test_one_column():
    assert solve([column(2)], fractions(0), column(3)) == [F(3, 2)]


def test_weights_are_not_negative():
    assert solve([column(2)], fractions(0), column(-3)) is None
    assert solve([column(2), column(-1)], fractions(0, 0), column(-3)) == [0, 3]


def test_a_row_that_no_column_has_cannot_be_met():
    assert solve([column(1, 0)], fractions(0), column(1, 1)) is None


def test_two_facts_are_added():
    """x <= y and y <= z give x <= z: (y - x) + (z - y) = z - x."""
    x_to_y, y_to_z = column(-1, 1, 0), column(0, -1, 1)
    assert solve([x_to_y, y_to_z], fractions(0, 0), column(-1, 0, 1)) == [1, 1]
    assert solve([x_to_y, y_to_z], fractions(0, 0), column(1, 0, -1)) is None


def test_the_cheapest_weights_are_taken():
    same = [column(1), column(1), column(1)]
    assert solve(same, fractions(3, 1, 2), column(5)) == [0, 5, 0]


def test_without_columns_only_zero_is_met():
    assert solve([], [], {}) == []
    assert solve([], [], column(0)) == []
    assert solve([], [], column(1)) is None


def test_a_target_of_zero_is_met_by_weights_of_zero():
    assert solve([column(1, 2), column(3)], fractions(1, 1), {}) == [0, 0]


def test_rows_that_say_the_same_twice_do_no_harm():
    columns, target = [column(1, 2), column(1, 2)], column(3, 6)
    assert_certifies(solve(columns, fractions(1, 2), target), columns, target)
    assert solve(columns, fractions(1, 2), column(3, 7)) is None


def test_numbers_of_rows_need_not_be_consecutive():
    assert solve([{7: F(1)}, {-2: F(1)}], fractions(0, 0), {7: F(4), -2: F(5)}) == [4, 5]


def test_fractions_stay_exact():
    tiny = F(1, 10**30)
    assert solve([{0: tiny}], fractions(0), {0: F(1)}) == [10**30]


def test_it_does_not_cycle():
    """Beale's example, on which the largest-coefficient rule goes round for ever."""
    columns = [
        column(F(1, 4), F(1, 2), 0), column(-8, -12, 0), column(-1, F(-1, 2), 1), column(9, 3, 0),
        column(1, 0, 0), column(0, 1, 0), column(0, 0, 1),
    ]  # fmt: skip
    cost = fractions(F(-3, 4), 20, F(-1, 2), 6, 0, 0, 0)
    target = column(0, 0, 1)
    weights = solve(columns, cost, target)
    assert_certifies(weights, columns, target)
    assert price(weights, cost) == F(-5, 4)


def test_an_unbounded_cost_gives_some_weights_of_negative_cost():
    """Facts that contradict each other: 1 <= x and x <= 0 prove 0 < 0 with any weight."""
    columns, cost = [column(1), column(-1)], fractions(-1, 0)
    weights = solve(columns, cost, {})
    assert_certifies(weights, columns, {})
    assert price(weights, cost) < 0


def test_where_it_gives_up_the_weights_are_not_the_cheapest_but_right():
    """The Klee-Minty cube in 12 dimensions has more corners on the way than steps are allowed."""
    size = 12
    columns = [{row: F(2 ** (row - j + 1) if row > j else 1) for row in range(j, size)} for j in range(size)]
    cost = [F(-(2 ** (size - 1 - j))) for j in range(size)]
    columns += [{row: F(1)} for row in range(size)]  # slack
    cost += fractions(*[0] * size)
    target = {row: F(5 ** (row + 1)) for row in range(size)}
    weights = solve(columns, cost, target)
    assert_certifies(weights, columns, target)
    assert price(weights, cost) > -(5**size)


# --- for all programs ------------------------------------------------------------------------------------------------

small = st.integers(-3, 3).map(F)


@st.composite
def solvable(draw, rows=4):
    """Columns, weights that are the cheapest, costs and a target.

    The costs are those of a dual solution: y . column, and more only where the weight is 0.
    """
    size = draw(st.integers(1, 6))
    columns = [column(*draw(st.lists(small, min_size=rows, max_size=rows))) for _ in range(size)]
    weights = [F(draw(st.sampled_from((0, 0, 1, 2, F(1, 2))))) for _ in columns]
    dual = draw(st.lists(small, min_size=rows, max_size=rows))
    extra = [F(0) if w else F(draw(st.integers(0, 2))) for w in weights]
    cost = [sum((dual[row] * e for row, e in c.items()), more) for c, more in zip(columns, extra, strict=True)]
    return columns, weights, cost, combined(weights, columns)


@SOME
@given(solvable())
def test_weights_that_exist_are_found_and_are_the_cheapest(program):
    columns, weights, cost, target = program
    found = solve(columns, cost, target)
    assert_certifies(found, columns, target)
    assert price(found, cost) == price(weights, cost)


@SOME
@given(st.lists(st.lists(small, min_size=3, max_size=3), max_size=5), st.lists(small, min_size=3, max_size=3))
def test_a_target_beyond_a_separating_plane_is_not_met(columns, normal):
    """Farkas: every column on one side of a plane through 0, the target strictly on the other."""

    def side(entries):
        return sum((a * b for a, b in zip(normal, entries, strict=True)), F(0))

    behind = [c if side(c) <= 0 else [-e for e in c] for c in columns]
    beyond = column(*normal)
    expected = None if any(normal) else [0] * len(behind)
    assert solve([column(*c) for c in behind], [F(0)] * len(behind), beyond) == expected


@SOME
@given(solvable(), st.randoms(use_true_random=False))
def test_the_order_of_the_columns_does_not_change_the_cost(program, random):
    columns, _, cost, target = program
    order = list(range(len(columns)))
    random.shuffle(order)
    found = solve([columns[i] for i in order], [cost[i] for i in order], target)
    assert found is not None
    assert price(found, [cost[i] for i in order]) == price(solve(columns, cost, target), cost)
