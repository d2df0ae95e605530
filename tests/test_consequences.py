"""What known equations are good for."""

from __future__ import annotations

from equations import a, b, f, k, model, n, one_of, over, p, positives, q, slope, smooth, t, theta, total, x

from derive import *
from derive.kernel.terms import eq
from derive.lemmas import LEMMAS
from derive.tactics import consequences
from derive.tactics.consequences import logarithms, rules, slopes
from derive.tactics.context import Context

assert LEMMAS


def directions(*given: object) -> list[str]:
    return [f"{rule.left} -> {rule.right}" for rule in rules(Context.of(given))]  # type: ignore[arg-type]


def test_a_name_is_defined_by_its_equation_even_where_that_is_longer() -> None:
    assert directions(over(k, 1, n, eq(p[k], q[k] * f[k]))) == ["p[k] -> q[k]*f[k]"]
    assert directions(eq(a * b + 1, x)) == ["x -> a*b + 1"]


def test_definitions_do_not_go_round_in_circles() -> None:
    assert directions(eq(a, b + 1), eq(b, a - 1)) == ["a -> b + 1", "a - 1 -> b"]
    assert directions(eq(a, a * a)) == ["a*a -> a"]


def test_a_sum_is_what_it_comes_to() -> None:
    assert directions(one_of(t)) == ["sum(k=1..n, t[k]) -> 1"]


def test_where_p_sums_to_1_its_slopes_sum_to_0() -> None:
    (th,) = slopes(Context.of(smooth))
    assert "derivative" in str(th.concl) and str(th.concl).endswith("= 0")
    assert set(th.hyps) <= set(smooth)
    assert consequences.prove(eq(total(slope), 0), Context.of(smooth)) is not None
    one_point = (eq(total(model[theta][k]), 1), smooth[2])
    assert consequences.prove(eq(total(slope), 0), Context.of(one_point)) is None  # at one point it may move on


def test_equations_between_positive_numbers_hold_of_their_logarithms() -> None:
    given = (0 < a, 0 < b, eq(exp(x), a / b))
    said = [str(th.concl) for th in logarithms(eq(x, a), Context.of(given), ())]
    assert said == ["x = log(a) - log(b)"]
    assert [*logarithms(eq(x, a), Context.of((eq(x * x, a / b),)), ())] == []  # either side may be nought


def test_nothing_follows_of_a_sum_that_is_not_known() -> None:
    assert consequences.prove(eq(total(p[k]), 1), Context.of(positives(p))) is None
