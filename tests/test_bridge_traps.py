"""What SymPy gives for the inputs in docs/architecture.md, and why it does not decide here what is proved.

These tests document SymPy 1.14.  Each first checks the truth by hand or by expansion; where a later SymPy no longer
gives the wrong answer, the test is skipped, and the row can go.
"""

from __future__ import annotations

from typing import Any

import pytest
import sympy
from sympy import (
    Eq,
    Function,
    I,
    IndexedBase,
    KroneckerDelta,
    Product,
    Rational,
    Sum,
    Symbol,
    exp,
    expand_log,
    latex,
    log,
    pi,
    symbols,
)

from derive.bridge.opinion import second_opinion
from derive.bridge.reading import from_sympy
from derive.errors import UserError
from derive.kernel.terms import Num

f, p, z = Function("f"), Function("p"), Function("z")
i, j, k, n, y, V = symbols("i j k n y V", integer=True)


def sympy_says(actual: Any, wrong: Any) -> None:
    """SymPy gives ``wrong``, which the caller has shown to be wrong; skip when it has learnt better."""
    if actual != wrong:
        pytest.skip(f"SymPy {sympy.__version__} gives {actual} now, not {wrong}")


def test_subs_captures_the_bound_index() -> None:
    captured = Sum(f(k) * y, (k, 1, n)).subs(y, k)
    sympy_says(captured, Sum(k * f(k), (k, 1, n)))
    # k, standing free, is not the index: at n = 2, k = 5 the sum is 5 f(1) + 5 f(2), and SymPy's is f(1) + 2 f(2).
    assert captured.subs(n, 2).doit() == f(1) + 2 * f(2)


def test_an_empty_sum_is_not_empty() -> None:
    sympy_says(Sum(1, (i, 5, 3)).doit(), -1)
    with pytest.raises(UserError, match=r"runs downwards.*Write 0"):
        from_sympy(Sum(1, (i, 5, 3)))


def test_a_delta_with_a_range_forgets_it() -> None:
    total = Sum(KroneckerDelta(k, y, (1, V)) * f(k), (k, 1, V))
    assert total.subs({y: 9, V: 3}).doit() == 0  # the truth, and SymPy's answer too when it knows the numbers first
    sympy_says(total.doit(), f(y))
    assert total.doit().subs({y: 9, V: 3}) == f(9)
    with pytest.raises(UserError, match="has a range"):
        from_sympy(total)


def test_a_delta_of_a_multiple_invents_an_index() -> None:
    total = Sum(KroneckerDelta(2 * k, y) * f(k), (k, 1, n))
    assert sum(KroneckerDelta(2 * a, 3) * f(a) for a in range(1, 5)) == 0  # the truth at y = 3, n = 4
    sympy_says(total.doit().subs({y: 3, n: 4}), f(Rational(3, 2)))  # although k, y and n are integers
    assert second_opinion(from_sympy(total), Num(0), [{"y": 3, "n": 4}])


def test_a_derivative_in_an_applied_function_is_zero() -> None:
    lse = log(Sum(exp(z(k)), (k, 1, n)))
    # at n = 1 the log-sum-exp is z(1), and its derivative in z(1) is 1
    sympy_says(lse.diff(z(j)), 0)
    base = IndexedBase("z")  # an Indexed is right, and the only kind that is read
    softmax = log(Sum(exp(base[k]), (k, 1, n))).diff(base[j]).subs({n: 1, j: 1}).doit()
    assert sympy.simplify(softmax) == 1


def test_equals_denies_an_identity() -> None:
    real, size = Function("f", real=True), Symbol("V", integer=True, positive=True)
    total = Sum(exp(real(k)) / Sum(exp(real(j)), (j, 1, size)), (k, 1, size))
    at_two = total.subs(size, 2).doit()
    assert sympy.simplify(at_two - 1) == 0
    sympy_says((total - 1).equals(0), False)
    assert second_opinion(from_sympy(total), Num(1), [{"V": 1}, {"V": 2}, {"V": 3}])


def test_forced_expansion_of_a_log_needs_positive_factors() -> None:
    product = log(Product(f(k), (k, 1, n)))
    minus_one = {f(1): -1, f(2): -1}
    assert product.subs(n, 2).doit().subs(minus_one) == 0  # log(-1 * -1) = log 1
    forced = expand_log(product, force=True).subs(n, 2).doit().subs(minus_one)
    sympy_says(forced, 2 * I * pi)


def test_sums_that_differ_in_the_letter_of_their_index_differ() -> None:
    left, right = Sum(p(i), (i, 1, n)), Sum(p(j), (j, 1, n))
    assert from_sympy(left) == from_sympy(right)
    sympy_says(left == right, False)


def test_a_quotient_is_cancelled_before_anybody_can_ask() -> None:
    sympy_says(f(i) / f(i), 1)  # also where f(i) = 0


def test_it_orders_what_the_author_wrote() -> None:
    sympy_says(str(n + 1 + f(2) - i), "-i + n + f(2) + 1")


def test_its_latex_merges_nested_sums() -> None:
    nested = Sum(Sum(f(i) * f(j), (i, 1, n)), (j, 1, n))
    merged = r"\sum_{\substack{1 \leq i \leq n\\1 \leq j \leq n}} f{\left(i \right)} f{\left(j \right)}"
    sympy_says(latex(nested), merged)


def test_a_comparison_is_decided_at_construction() -> None:
    size = Symbol("V", positive=True)
    sympy_says(size > 0, sympy.true)
    with pytest.raises(UserError, match="decided this comparison already"):
        from_sympy(size > 0)
    assert from_sympy(Eq(Symbol("x"), 1)) is not None
