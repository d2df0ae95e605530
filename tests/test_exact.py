"""`derive.falsify.numbers.exact`: exact real numbers, and comparisons that are proved or refused."""

from __future__ import annotations

import ast
import copy
import math
import pickle
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sweep import examples
from yardstick import takes_at_most

from derive.falsify.numbers import decimals, integers
from derive.falsify.numbers.exact import PRECISION_CAP, Exact, Sign, Undecided, Undefined, compare, exp, log

NEGATIVE, ZERO, POSITIVE, UNDECIDED = Sign.NEGATIVE, Sign.ZERO, Sign.POSITIVE, Sign.UNDECIDED


thorough = examples(100)


def of(value: int | Fraction | str) -> Exact:
    return Exact.of(value)


def sqrt(x: int | Fraction | Exact) -> Exact:
    return Exact.of(x) ** Fraction(1, 2)


# --- examples --------------------------------------------------------------------------------------------


def test_log_of_a_half_is_not_zero() -> None:
    """A trap: integer division, and log 1/2 = 0."""
    assert compare(log(of("1/2")), 0) is NEGATIVE
    assert log(Fraction(1, 2)) == -log(2)
    assert not log(Fraction(1, 2)).is_zero()


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (log(8), 3 * log(2)),
        (log(2) + log(3), log(6)),
        (log(of("0.125")), -3 * log(2)),
        (log(Fraction(9, 8)), 2 * log(3) - 3 * log(2)),
        (exp(log(2) / 2) ** 2, of(2)),
        (4 * sqrt(2), 2 ** of("5/2")),
        (sqrt(2) * sqrt(3), sqrt(6)),
        (sqrt(8), 2 * sqrt(2)),
        (1 / sqrt(2), sqrt(2) / 2),
        (log(exp(of("-1.1"))), of("-1.1")),
        (exp(1) * exp(-1), of(1)),
        (exp(1) ** 2, exp(2)),
        (log(sqrt(2) * exp(3)), 3 + log(2) / 2),
        (2 ** log(3), 3 ** log(2)),
        (2 ** (log(3) / log(2)), of(3)),
        (log(4) / log(2), of(2)),
        ((1 + sqrt(2)) * (sqrt(2) - 1), of(1)),
        (1 / (1 + sqrt(2)), sqrt(2) - 1),
        ((log(2) + 1) ** 2, log(2) ** 2 + log(4) + 1),
        ((log(2) + 1) / (log(2) + 1), of(1)),
        (log(2 + exp(1)) - log(4 + 2 * exp(1)), -log(2)),
        (log(exp(1) + exp(2)), 1 + log(1 + exp(1))),
        (log((1 + exp(1)) * (2 + exp(1))), log(1 + exp(1)) + log(2 + exp(1))),
        (log(1 + 2 * exp(1) + exp(2)) / 2, log(1 + exp(1))),
        (sqrt(1 + log(2)) ** 2, 1 + log(2)),
        (exp(1 / (1 + exp(1))) * exp(exp(1) / (1 + exp(1))), exp(1)),
        (log(sqrt(1 + exp(1)) * (1 + exp(1)) ** 40), of("40.5") * log(1 + exp(1))),
        ((2 + log(2)) * sqrt(1 + log(2)) / (sqrt(1 + log(2)) * (4 + log(4))), of("1/2")),
        (log(log(4)), log(2) + log(log(2))),
        (0 * log(1 + log(2)), of(0)),
    ],
)
def test_equal(left: Exact, right: Exact) -> None:
    assert compare(left, right) is ZERO
    assert left == right


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [
        (log(2), log(3)),
        (log(2), of("0.6931471805599453094172321214581765680755001343602553")),
        (of("1.41421356237309504880168872420969807856967187537694"), sqrt(2)),
        (log(5) * 7, log(3) * 11),
        (exp(-1000), exp(-999)),
        (exp(1), of(3)),
        (sqrt(2) + sqrt(3), sqrt(10)),
        (2 ** log(3), log(2) ** -3),
        (log(1 + exp(1)), of("1.32")),
        (1 / (1 + exp(1)), of("0.27")),
        (log(log(2)), of(0)),
        (-log(1 + Fraction(1, 10**300)), of(0)),
        (of(0), exp(10**30) - 10**30),
        (of(0), 3 ** of(Fraction(1, 10**30)) - 1),
    ],
)
def test_different(smaller: Exact, larger: Exact) -> None:
    assert compare(smaller, larger) is NEGATIVE
    assert compare(larger, smaller) is POSITIVE
    assert smaller < larger
    assert larger >= smaller
    assert smaller != larger


def test_label_smoothing_with_powers_of_a_half() -> None:
    """p = (1/5, 4/5), eps = 1/10: the two sides of a false line differ by exactly -(1/10) log 2."""
    eps, p = Fraction(1, 10), [of("1/5"), of("4/5")]
    smoothed = -sum(((1 - eps) * (k == 0) + eps / 2) * log(p[k]) for k in range(2))
    difference = smoothed + log(p[0])
    assert str(difference) == "-(1/10) log 2"
    assert difference.sign() is NEGATIVE
    assert difference.approx() == "-0.0693147"


def test_softmax() -> None:
    z = [Fraction(1, 2), Fraction(-1), Fraction(3)]
    partition = sum(exp(a) for a in z)
    p = [exp(a) / partition for a in z]
    assert sum(p) == 1
    assert -log(p[0]) == log(partition) - z[0]
    entropy = -sum(q * log(q) for q in p)
    assert entropy == log(partition) - sum(q * a for q, a in zip(p, z, strict=True))
    assert compare(entropy, log(3)) is NEGATIVE
    shifted = sum(exp(a + 7) for a in z)
    assert exp(z[0] + 7) / shifted == p[0]


def test_quotients_are_compared_over_their_common_denominator() -> None:
    a, b, c, d = log(2), 1 + log(3), log(4), 2 + log(9)
    assert compare(a / b, c / d) is ZERO
    assert compare(a / b, c / -d) is POSITIVE
    assert compare(a / (b * b), (a + 1) / (b * b)) is NEGATIVE
    assert compare(a / b + c / (b + 1), (a * (b + 1) + c * b) / (b * (b + 1))) is ZERO


def test_powers_of_sums_are_factors() -> None:
    """As in the slope of a focal loss: (1 - p)^gamma beside (1 - p)^(gamma - 1), p a softmax."""
    z = [Fraction(1, 2), Fraction(-1), Fraction(3), Fraction(1, 3), Fraction(0)]
    p = exp(z[0]) / sum(exp(a) for a in z)
    for gamma in (of(12), of("37/3"), of("-25/2")):
        high, low = (1 - p) ** gamma, (1 - p) ** (gamma - 1)
        assert compare(high, low) is NEGATIVE
        assert low - high == p * low
        assert compare(low - high, p * high) is POSITIVE
    a, b = 1 + exp(1) + log(2), exp(2) - 9 - log(3)
    assert compare(b, 0) is NEGATIVE
    assert compare(b**11, 0) is NEGATIVE
    assert compare(b**12, 0) is POSITIVE
    assert b**12 / b**11 == b
    assert (a / b) ** 12 * b**13 == a**12 * b
    assert log(a**20) == 20 * log(a)
    assert str(a**20 / (1 + log(3)) ** 2) == "(1 + log 2 + e)^20 / (1 + 2 log 3 + (log 3)^2)"
    assert (a**20).latex() == r"\left(1 + \log 2 + e\right)^{20}"


@pytest.mark.parametrize(
    "make",
    [
        lambda: log(0),
        lambda: log(of(-1)),
        lambda: log(log(Fraction(1, 2))),
        lambda: log(log(6) - log(2) - log(3)),
        lambda: of(1) / 0,
        lambda: 1 / (log(6) - log(2) - log(3)),
        lambda: of(0) ** -1,
        lambda: of(0) ** of("1/2"),
        lambda: of(-8) ** of("1/3"),
        lambda: of(-2) ** log(2),
        lambda: of("1/0"),
    ],
)
def test_values_that_do_not_exist(make: Callable[[], Exact]) -> None:
    with pytest.raises(Undefined):
        make()


def test_an_error_says_what_does_not_exist() -> None:
    with pytest.raises(Undefined, match=r"the logarithm of -log 2 does not exist: -log 2 is negative"):
        log(-log(2))
    with pytest.raises(Undefined, match="division of 3 by zero"):
        of(3) / 0


def test_undecided_is_said_and_not_guessed() -> None:
    """e^(10^-900) - 1 - 10^-900, inside a logarithm where no theorem applies, needs 6000 bits."""
    tiny = Fraction(1, 10**900)
    x = log(1 + log(2) + exp(tiny) - 1 - tiny) - log(1 + log(2))
    assert x.sign() is UNDECIDED
    for use in (x.is_zero, lambda: log(x), lambda: 1 / x, lambda: x == 0, lambda: x < 0, lambda: bool(x), x.approx):
        with pytest.raises(Undecided):
            use()
    assert compare(0 * x, 0) is ZERO
    assert compare(x, x) is ZERO


@pytest.mark.parametrize(
    "x",
    [
        exp(Fraction(1, 10**900)) - 1 - Fraction(1, 10**900),  # Lindemann
        sqrt(10**1800 + 1) - 10**900 - Fraction(1, 3 * 10**900),  # radicals
        sqrt(2) * log(1 + Fraction(1, 10**900)),  # Baker
        log(1 + Fraction(1, 10**900)),  # unique factorisation
    ],
)
def test_what_a_theorem_calls_nonzero_is_decided_beyond_the_cap(x: Exact) -> None:
    assert 900 * math.log2(10) > PRECISION_CAP
    assert x.sign() is POSITIVE


def test_powers() -> None:
    assert of(0) ** 0 == 1
    assert of(0) ** 3 == 0
    assert of(-2) ** 3 == -8
    assert of("2/3") ** -2 == Fraction(9, 4)
    assert (-log(2)) ** 2 == log(2) ** 2
    assert str(2 ** of("-1/2")) == "(1/2) * 2^(1/2)"


def test_text_decimals_and_floats() -> None:
    assert Exact.of("-0.7") == Fraction(-7, 10)
    assert Exact.of("1e-3") == Fraction(1, 1000)
    for wrong in ("", "x", "1,5", "inf", "1e99999", "1_0", "0x1"):
        with pytest.raises(ValueError, match="not an integer"):
            Exact.of(wrong)
    for inexact in (0.1, True, None, 1j):
        with pytest.raises(TypeError):
            Exact.of(inexact)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Exact.of(1) + 0.5
    assert Exact.of(1) != "1"


@pytest.mark.parametrize(
    ("x", "text", "latex"),
    [
        (of(0), "0", "0"),
        (of("3/2"), "3/2", r"\tfrac{3}{2}"),
        (of("-3/2"), "-3/2", r"-\tfrac{3}{2}"),
        (log(2), "log 2", r"\log 2"),
        (log(8), "3 log 2", r"3 \log 2"),
        (-log(2) / 10, "-(1/10) log 2", r"-\tfrac{1}{10} \log 2"),
        (log(Fraction(9, 8)), "log(9/8)", r"\log \tfrac{9}{8}"),
        (log(Fraction(8, 9)), "-log(9/8)", r"-\log \tfrac{9}{8}"),
        (log(3) / 2 - log(2) / 2, "(1/2) log(3/2)", r"\tfrac{1}{2} \log \tfrac{3}{2}"),
        (log(2) - log(3) / 2, "log 2 - (1/2) log 3", r"\log 2 - \tfrac{1}{2} \log 3"),
        (log(2) - 1, "log 2 - 1", r"\log 2 - 1"),
        (exp(1), "e", "e"),
        (exp(of("-1.1")), "e^(-11/10)", "e^{-11/10}"),
        (exp(12), "e^12", "e^{12}"),
        (sqrt(2), "2^(1/2)", "2^{1/2}"),
        (sqrt(6) * 4, "4 * 6^(1/2)", r"4 \cdot 6^{1/2}"),
        (2 * exp(2) * log(2), "2 * e^2 log 2", r"2 \cdot e^{2} \log 2"),
        (3 * log(2) ** 2, "3 * (log 2)^2", r"3 \cdot \left(\log 2\right)^{2}"),
        (log(2) * log(3), "(log 2) * (log 3)", r"\left(\log 2\right) \cdot \left(\log 3\right)"),
        (log(1 + exp(1)), "log(1 + e)", r"\log\left(1 + e\right)"),
        (sqrt(1 + exp(1)), "(1 + e)^(1/2)", r"\left(1 + e\right)^{1/2}"),
        (log(2) / log(3), "log 2 / log 3", r"\frac{\log 2}{\log 3}"),
        (1 / (1 + exp(1)), "1 / (1 + e)", r"\frac{1}{1 + e}"),
        (exp(log(2) ** 2), "e^((log 2)^2)", r"e^{\left(\log 2\right)^{2}}"),
    ],
)
def test_text(x: Exact, text: str, latex: str) -> None:
    assert str(x) == text
    assert x.latex() == latex
    assert repr(x) == f"<Exact {text}>"


@pytest.mark.parametrize(
    ("x", "digits", "decimals"),
    [
        (log(2) / 10, 6, "0.0693147"),
        (-log(2), 3, "-0.693"),
        (log(2), 40, "0.6931471805599453094172321214581765680755"),
        (exp(10), 6, "22026.5"),
        (exp(20), 6, "4.85165e8"),
        (exp(-20), 3, "2.06e-9"),
        (of("1/2"), 6, "0.5"),
        (of("1/3"), 6, "0.333333"),
        (of("2/3"), 3, "0.667"),
        (of(1000), 2, "1000"),
        (of("0.0625"), 2, "0.062"),  # half to even
        (of("9.9996"), 4, "10.00"),
        (log(8) - 3 * log(2), 6, "0"),
        (1 - exp(Fraction(1, 10**40)), 6, "-1.00000e-40"),
    ],
)
def test_decimals(x: Exact, digits: int, decimals: str) -> None:
    assert x.approx(digits) == decimals


def test_as_fraction() -> None:
    assert of("0.7").as_fraction() == Fraction(7, 10)
    assert (sqrt(2) ** 2 / 3).as_fraction() == Fraction(2, 3)
    assert (log(8) / log(2)).as_fraction() == 3
    assert (1 / (1 + exp(1)) + exp(1) / (1 + exp(1))).as_fraction() == 1
    assert log(2).as_fraction() is None


def test_immutable_hashable_copied_and_pickled() -> None:
    x = log(Fraction(3, 2)) + sqrt(5)
    with pytest.raises(AttributeError):
        x._terms = {}
    with pytest.raises(TypeError):
        Exact()
    assert {x: 1}[sqrt(5) - log(2) + log(3)] == 1
    assert hash(of("1/2")) == hash(Fraction(1, 2))
    y = log(1 + sqrt(2)) / (1 + exp(1))
    with pytest.raises(TypeError, match="not hashable"):
        hash(y)
    for value in (x, y, of(0)):
        assert copy.deepcopy(value) is value
        assert compare(pickle.loads(pickle.dumps(value)), value) is ZERO


# --- integers too large to factor ------------------------------------------------------------------------

P, Q, R = 10**99 + 289, 10**100 + 267, 10**99 + 303  # a product of two is beyond any factoring here


@takes_at_most(100)
def test_large_integers_are_decided_by_gcds() -> None:
    assert log(P * Q) == log(P) + log(Q)
    assert log(P * Q) - log(R * Q) == log(P) - log(R)
    assert log(P * Q) < log(R * Q)
    assert log(Fraction(P * P * Q, R)) == 2 * log(P) + log(Q) - log(R)
    assert log((P * Q) ** 6) == 6 * log(P * Q)
    assert sqrt(P * Q) * sqrt(P * R) == P * sqrt(Q * R)
    assert sqrt(P * Q * Q) == Q * sqrt(P)
    assert log(1 + log(P * Q)) == log(1 + log(P) + log(Q))
    assert exp(1 / log(P * Q)) == exp(1 / (log(P) + log(Q)))
    assert (log(P * Q) - log(P) - log(Q)).as_fraction() == 0
    assert compare(log(P * Q + 1), log(P * Q)) is POSITIVE


def test_large_powers_are_refused_or_kept() -> None:
    assert compare(10**9 * log(3), 10**9 * log(2)) is POSITIVE
    assert exp(1) ** 10**12 == exp(10**12)
    for x in (of(2), sqrt(2)):
        with pytest.raises(Undecided, match="too large"):
            x**10**9
    power = (1 + exp(1) + log(2)) ** 10**9  # a sum is not written out
    assert str(power) == "(1 + log 2 + e)^1000000000"
    assert compare(power, power * (1 + exp(1) + log(2))) is NEGATIVE
    assert (power + 1).sign() is POSITIVE
    s, t = 1 + exp(1) + log(15), 2 + exp(2) + log(21)  # nor what has no common denominator that could be
    assert str(1 / s**70 - 1 / t**90) == "(1 + log 15 + e)^(-70) - (2 + log 21 + e^2)^(-90)"
    tower = exp(exp(exp(exp(10))))
    assert tower.sign() is POSITIVE  # at sight
    assert compare(tower, tower) is ZERO
    assert compare(tower, 1) is UNDECIDED  # its logarithm is above 2^4096


@thorough
@given(st.lists(st.integers(2, 10**30), max_size=6))
def test_coprime_base(numbers: list[int]) -> None:
    base = integers.coprime_base(numbers)
    assert all(math.gcd(a, b) == 1 for i, a in enumerate(base) for b in base[:i])
    for n in numbers:
        for b in base:
            n = integers.valuation(n, b)[1]
        assert n == 1


@thorough
@given(st.dictionaries(st.sampled_from([4099, 4111, 10**9 + 7, P]), st.integers(1, 12), min_size=1))
def test_perfect_powers(powers: dict[int, int]) -> None:
    n = math.prod(p**k for p, k in powers.items())
    base, power = integers.as_power(n)
    assert base**power == n
    assert power == math.gcd(*powers.values())


@thorough
@given(st.integers(1, 10**40))
def test_split(n: int) -> None:
    assert math.prod(base**k for base, k in integers.split(n)) == n


# --- against mpmath --------------------------------------------------------------------------------------

DIGITS = 50
REFERENCE = 500  # digits: enough for DIGITS of a small difference of two values as large as those below can be
rationals = st.fractions(-6, 6, max_denominator=24)
positive_rationals = st.fractions(Fraction(1, 30), 6, max_denominator=30)

Pair = tuple[Exact, Any]  # a value and mpmath's, from the same operations


def precisely(operation: Callable[..., Any], *args: Any) -> Any:
    with mpmath.workdps(REFERENCE):
        return operation(*args)


def leaf(q: Fraction) -> Pair:
    return of(q), precisely(lambda: mpmath.mpf(q.numerator) / q.denominator)


def unary(name: str, x: Pair) -> Pair:
    """The operation where it is defined and of moderate size, otherwise x."""
    value, approx = x
    if name == "exp":
        return x if abs(approx) > 30 else (exp(value), precisely(mpmath.exp, approx))
    if name == "neg":
        return -value, precisely(mpmath.fneg, approx)
    if approx < mpmath.mpf(10) ** -20:
        return x
    if name == "log":
        return log(value), precisely(mpmath.log, approx)
    return sqrt(value), precisely(mpmath.sqrt, approx)


def binary(name: str, x: Pair, y: Pair) -> Pair:
    (a, fa), (b, fb) = x, y
    if name == "/" and abs(fb) < mpmath.mpf(10) ** -20:
        name = "+"
    operation: Callable[[Any, Any], Any] = {
        "+": lambda s, t: s + t,
        "-": lambda s, t: s - t,
        "*": lambda s, t: s * t,
        "/": lambda s, t: s / t,
    }[name]
    return operation(a, b), precisely(operation, fa, fb)


def grown(children: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    return st.builds(unary, st.sampled_from(["exp", "log", "sqrt", "neg"]), children) | st.builds(
        binary, st.sampled_from("+-*/"), children, children
    )


def nonzero(x: Pair) -> Pair:
    return x if abs(x[1]) > mpmath.mpf(10) ** -20 else leaf(Fraction(1))


def positive(x: Pair) -> Pair:
    return nonzero(x) if x[1] >= 0 else unary("neg", nonzero(x))


def moderate(x: Pair) -> Pair:
    """A value below 100: of a larger one its inverse."""
    return x if abs(x[1]) < 100 else binary("/", leaf(Fraction(1)), x)


values = st.recursive(st.builds(leaf, rationals), grown, max_leaves=6)
logs = st.builds(lambda q: log(q), positive_rationals)


@st.composite
def log_linear(draw: st.DrawFn) -> Exact:
    """An element of the decided fragment."""
    terms = draw(st.lists(st.tuples(rationals, logs), max_size=4))
    return sum((c * x for c, x in terms), of(draw(rationals)))


@st.composite
def plain(draw: st.DrawFn) -> Exact:
    """A sum of products of rationals, logarithms, roots and powers of e."""
    factor = logs | rationals.map(exp) | positive_rationals.map(sqrt) | rationals.map(of)
    products = st.lists(factor, min_size=1, max_size=3).map(lambda xs: math.prod(xs, start=of(1)))
    return sum(draw(st.lists(products, max_size=3)), of(0))


def close(x: Any, y: Any) -> bool:
    with mpmath.workdps(DIGITS + 10):
        return bool(abs(x - y) <= mpmath.mpf(10) ** (10 - DIGITS) * (1 + abs(x) + abs(y)))


@thorough
@given(values)
def test_decimals_agree_with_mpmath(pair: Pair) -> None:
    value, approx = pair
    if abs(approx) > mpmath.mpf(10) ** -15:
        assert close(precisely(mpmath.mpf, value.approx(DIGITS)), approx)
    else:
        assert value.sign() is not UNDECIDED or abs(approx) < mpmath.mpf(10) ** -30


@thorough
@given(values, values)
def test_verdicts_agree_with_mpmath(x: Pair, y: Pair) -> None:
    verdict, difference = compare(x[0], y[0]), precisely(lambda: x[1] - y[1])
    scale = 1 + abs(x[1]) + abs(y[1])
    if abs(difference) < mpmath.mpf(10) ** -200:  # values as close as this are the same one, in these sizes
        assert verdict in (ZERO, UNDECIDED)
    elif verdict is not (POSITIVE if difference > 0 else NEGATIVE):
        assert verdict is UNDECIDED
        assert abs(difference) < mpmath.mpf(10) ** -30 * scale


@thorough
@given(values, values, values)
def test_ring_laws(a: Pair, b: Pair, c: Pair) -> None:
    x, y, z = a[0], b[0], c[0]
    assert compare(x + y, y + x) is ZERO
    assert compare(x * y, y * x) is ZERO
    assert compare((x + y) + z, x + (y + z)) is ZERO
    assert compare((x * y) * z, x * (y * z)) is ZERO
    assert compare(x * (y + z), x * y + x * z) is ZERO
    assert compare(x - x, 0) is ZERO
    assert compare(x + -y, x - y) is ZERO
    assert compare(x * 1, x) is ZERO
    assert compare(x * 0, 0) is ZERO


@thorough
@given(values, values.map(nonzero))
def test_division_undoes_multiplication(a: Pair, b: Pair) -> None:
    x, y = a[0], b[0]
    assert compare(x * y / y, x) is ZERO
    assert compare(x / y * y, x) is ZERO
    assert compare(x / y, x * (1 / y)) is ZERO


@thorough
@given(values, values)
def test_order_is_antisymmetric(a: Pair, b: Pair) -> None:
    flipped = {NEGATIVE: POSITIVE, POSITIVE: NEGATIVE}
    verdict = compare(a[0], b[0])
    assert compare(b[0], a[0]) is flipped.get(verdict, verdict)


@thorough
@given(values.map(moderate))
def test_log_undoes_exp(pair: Pair) -> None:
    assert compare(log(exp(pair[0])), pair[0]) is ZERO


@thorough
@given(values.map(positive))
def test_exp_undoes_log(pair: Pair) -> None:
    assert compare(exp(log(pair[0])), pair[0]) is ZERO


@thorough
@given(plain(), plain())
def test_laws_of_exp(x: Exact, y: Exact) -> None:
    assert compare(exp(x) * exp(y), exp(x + y)) is ZERO
    assert compare(exp(-x) * exp(x), 1) is ZERO


@thorough
@given(values.map(positive), values.map(positive))
def test_log_of_a_product(a: Pair, b: Pair) -> None:
    assert compare(log(a[0] * b[0]), log(a[0]) + log(b[0])) is ZERO


@thorough
@given(log_linear())
@example(log(Fraction(9, 8)) - 2 * log(3) + log(8))
def test_the_decided_fragment_is_decided(x: Exact) -> None:
    assert x.sign() is not UNDECIDED
    assert (x.sign() is ZERO) == (x.as_fraction() == 0)
    assert hash(x) == hash(x + log(7) - log(7))


@thorough
@given(st.dictionaries(st.sampled_from([2, 3, 5, 7]), st.integers(-8, 8), max_size=4), st.integers(1, 9))
def test_a_sum_of_logarithms_is_zero_exactly_when_the_product_is_one(powers: dict[int, int], n: int) -> None:
    product = math.prod((Fraction(b) ** k for b, k in powers.items()), start=Fraction(1))
    total = sum((Fraction(k, n) * log(b) for b, k in powers.items()), of(0))
    expected = ZERO if product == 1 else POSITIVE if product > 1 else NEGATIVE
    assert total.sign() is expected
    assert compare(exp(total) ** n, product) is ZERO


@thorough
@given(plain(), plain())
def test_equal_values_have_equal_hashes(x: Exact, y: Exact) -> None:
    same = x + y - y
    assert same == x
    assert hash(same) == hash(x)


@thorough
@given(st.fractions(max_denominator=10**9), st.integers(1, 12))
def test_decimals_of_rationals_are_correctly_rounded(q: Fraction, digits: int) -> None:
    text = of(q).approx(digits)
    shown = Fraction(text)
    if q == 0:
        assert shown == 0
        return
    exponent = math.floor(mpmath.log10(abs(mpmath.mpf(q.numerator)) / q.denominator)) + 1
    assert abs(shown - q) <= Fraction(10) ** (exponent + 1 - digits) / 2
    assert len(text.split("e")[0].strip("-").replace(".", "").strip("0")) <= digits


@thorough
@given(st.fractions(-20, 20, max_denominator=2**53), st.integers(20, 80))
@example(Fraction(6324674055371117, 2**45), 53)  # mpmath.iv.exp misses these
@example(Fraction(8978137518233483, 2**54), 53)
def test_enclosures_contain_the_value(q: Fraction, precision: int) -> None:
    with mpmath.workprec(400):
        for function, value in ((mpmath.exp, exp(q)), (mpmath.log, log(1 + abs(q)))):
            argument = q if function is mpmath.exp else 1 + abs(q)
            truth = function(mpmath.mpf(argument.numerator) / argument.denominator)
            lo, hi = map(mpmath.mpf, decimals.enclose(value._terms, precision))
            slack = abs(truth) * mpmath.mpf(2) ** -390
            assert lo <= truth + slack
            assert truth - slack <= hi


# --- how it is built -------------------------------------------------------------------------------------


def test_only_the_standard_library_is_imported_at_once() -> None:
    files = Path(integers.__file__).parent.glob("*.py")
    names = {
        alias.name if isinstance(node, ast.Import) else node.module or ""
        for file in files
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    others = {name for name in names if not name.startswith("derive.falsify.numbers.")}
    assert {name.split(".")[0] for name in others} <= sys.stdlib_module_names


@takes_at_most(20)
def test_an_evaluation_takes_about_a_millisecond() -> None:
    eps = Fraction(1, 10)
    for k in range(1, 300):
        p = [of(Fraction(k, 600)), of(Fraction(k, 300)) / 3, of(1 - Fraction(k, 600) - Fraction(k, 900))]
        left = -sum(((1 - eps) * (i == 0) + eps / 3) * log(p[i]) for i in range(3))
        assert compare(left, -(1 - eps) * log(p[0]) - eps / 3 * sum(log(q) for q in p)) is ZERO
