"""Every axiom is true: in many small models exactly, and in high precision by a second reading.

Derivatives are compared with difference quotients, which know nothing of the rules of differentiation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import islice, product
from math import prod
from typing import Any

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import GRID, NoValueError, Values, assert_sound, f, g, i, j, k, n, numeric, table, verdict, w, x, y

from derive.falsify import Model, Undecided, Undefined, approx, evaluate
from derive.kernel import rules as r
from derive.kernel.axioms import AXIOMS, SORTED_AXIOMS, axiom_statement
from derive.kernel.sorts import FAMILY, INT, PROP, REAL, Base, Fn, SetOf
from derive.kernel.terms import (
    ARGMAX,
    ARGMIN,
    DELTA,
    EXP,
    HAS_PARTIAL,
    IN,
    LOG,
    PARTIAL,
    POW,
    PROD,
    SUM,
    XLOGY,
    Lam,
    Num,
    Term,
    Var,
    abstract,
    app,
    eq,
    forall,
    implies,
    lam,
    ne,
)
from derive.kernel.theorem import RuleError, Theorem

CALCULUS = [name for name in AXIOMS if name.startswith("partial_")]
PLAIN = [name for name in AXIOMS if name not in CALCULUS]
ZERO, ONE, TWO = Num(0), Num(1), Num(2)
THETA = Base("Theta")
z = Var("z", FAMILY)

INTEGERS = (-2, -1, 0, 1, 2, 3)
RATIONALS = (0, 1, -1, Fraction(1, 2), 2, Fraction(-3, 2), 3)
TABLES = ((1, Fraction(-1, 2), 3), (0, 2, Fraction(1, 3), -1, 0))

F = Var("F", Fn(FAMILY, REAL))
F_K = Var("F", Fn(INT, Fn(FAMILY, REAL)))
SLOPES = Var("l", FAMILY)


def models(variables: frozenset[Var]) -> Iterator[Values]:
    """All models with small values for these variables."""
    order = sorted(variables, key=lambda v: (v.name, repr(v.sort)))
    choices: list[list[Any]] = [
        list(INTEGERS) if v.sort == INT else list(RATIONALS) if v.sort == REAL else [table(t) for t in TABLES]
        for v in order
    ]
    for chosen in product(*choices):
        yield dict(zip(order, chosen, strict=True))


def close_to_true(statement: Term, given: Mapping[Var, Any]) -> bool | None:
    """The second reading; None where something has no value."""
    try:
        found: bool | None = numeric(statement, given)
    except NoValueError:
        return None
    return found


# --- the list itself -------------------------------------------------------------------------------------------------


def test_the_list_of_axioms() -> None:
    """A new axiom is a decision: it is entered here, and a case for it below."""
    assert set(PLAIN) == {
        "sum_empty", "sum_last", "prod_empty", "prod_last", "delta_same", "delta_diff", "exp_add", "exp_pos",
        "exp_gt_one_add", "log_exp", "exp_log", "pow_eq_exp", "zero_log_zero", "xlogy_eq_mul_log", "mul_pos",
        "le_antisymm",
    }  # fmt: skip
    assert set(CALCULUS) == {
        "partial_const", "partial_entry", "partial_add", "partial_mul", "partial_inv", "partial_exp", "partial_log",
        "partial_sum", "partial_value",
    }  # fmt: skip
    assert set(SORTED_AXIOMS) == {"argmin_mem", "argmax_mem", "set_ext"}


@pytest.mark.parametrize("name", AXIOMS)
def test_an_axiom_is_a_closed_statement_of_the_right_form(name: str) -> None:
    hyps, concl = AXIOMS[name]
    for statement in (*hyps, concl):
        assert statement.sort == PROP
        assert not statement.loose
    th = r.axiom(name)
    assert (th.hyps, th.concl) == (hyps, concl)
    assert axiom_statement(name) == AXIOMS[name]
    assert axiom_statement(name, INT) is None
    assert len({v.name for v in th.free}) == len(th.free), "no two variables share a letter"


# --- arithmetic, sums, logarithms ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLAIN)
def test_an_axiom_is_true_in_small_models(name: str) -> None:
    th = r.axiom(name)
    tried = exact = near = 0
    for m in models(th.free):
        if not all(verdict(h, m) is True for h in th.hyps):
            continue
        tried += 1
        found = verdict(th.concl, m)
        assert found is not False, f"{name} is false at {m}"
        exact += found is True
        second = close_to_true(th.concl, m)
        assert second is not False, f"{name} is not even nearly true at {m}"
        near += second is True
    assert tried >= 3
    assert near == tried
    assert exact == tried, f"{tried - exact} of {tried} were not decided"


@pytest.mark.parametrize("name", PLAIN)
def test_no_hypothesis_is_idle(name: str) -> None:
    """Left out, a hypothesis that an axiom has makes it false, or meaningless, somewhere."""
    th = r.axiom(name)
    for left_out in th.hyps:
        others = [h for h in th.hyps if h != left_out]
        broken = (m for m in models(th.free) if all(verdict(h, m) for h in others) and verdict(th.concl, m) is not True)
        assert next(broken, None) is not None, f"{name} does not need {left_out}"


@pytest.mark.parametrize(("op", "name", "neutral"), [(SUM, "sum", 0), (PROD, "prod", 1)])
def test_ranges_empty_negative_and_of_one(op: Any, name: str, neutral: int) -> None:
    """Both axioms of sums meet exactly at n + 1 = m: a range of one term, whose rest is empty."""
    family = table((Fraction(1, 2), 3, -2, Fraction(5, 7)))
    for low, high in product(range(-4, 5), repeat=2):
        m = {i: low, n: high, f: family}
        entries = [family(at_) for at_ in range(low, high + 1)]
        by_hand = sum(entries, Fraction(0)) if op is SUM else prod(entries, start=Fraction(1))
        assert evaluate(app(op, i, n, f), Model(m)) == by_hand
        if high < low:
            assert by_hand == neutral
        for axiom, last in ((f"{name}_empty", n), (f"{name}_last", n)):
            th = r.inst(r.axiom(axiom), ((Var("m", INT), i), (Var("n", INT), last)))
            if all(verdict(h, m) for h in th.hyps):
                assert verdict(th.concl, m) is True


def test_the_empty_range_is_not_stretched() -> None:
    """sum_last needs m <= n + 1: from n + 1 < m it would give 0 = 0 + f(n + 1)."""
    (need,), concl = AXIOMS["sum_last"]
    m = {Var("m", INT): 3, Var("n", INT): 1, f: table((5,))}
    assert verdict(need, m) is False
    assert verdict(concl, m) is False


# --- the conventions agree with each other ---------------------------------------------------------------------------


def test_zero_log_zero_agrees_with_the_logarithm_where_both_speak() -> None:
    at_zero = r.inst(r.axiom("zero_log_zero"), ())
    positive = r.inst(r.axiom("xlogy_eq_mul_log"), ((Var("a", REAL), ZERO),))
    both = r.trans(r.sym(positive), at_zero)
    assert both.hyps == (ZERO < x,)
    assert both.concl == eq(0 * app(LOG, x), 0)
    assert r.ring(0 * app(LOG, x), ZERO, ()).concl == both.concl
    for base in RATIONALS:
        assert evaluate(app(XLOGY, ZERO, Num(base)), Model({})) == 0
    for a in RATIONALS[1:]:
        with pytest.raises(Undefined):
            evaluate(app(XLOGY, Num(a), ZERO), Model({}))


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 5])
def test_whole_powers_are_products_and_exponentials(exponent: int) -> None:
    """x^n by multiplication and by exp(n log x) are one number for x > 0, and for other x only the first is meant."""
    th = r.inst(r.axiom("pow_eq_exp"), ((Var("a", REAL), Num(exponent)),))
    factors: Term = ONE
    for _ in range(exponent):
        factors = factors * x
    by_product = r.trans(r.sym(th), r.ring(x**exponent, factors, ()))
    for base in (1, 2, Fraction(1, 2), 3):
        assert verdict(by_product.concl, {x: base}) is True
        assert close_to_true(by_product.concl, {x: base}) is True
    for base in (0, -1, Fraction(-3, 2)):
        assert evaluate(x**exponent, Model({x: base})) == Fraction(base) ** exponent
        with pytest.raises(Undefined):
            evaluate(app(EXP, exponent * app(LOG, x)), Model({x: base}))


@pytest.mark.parametrize("base", [0, -1, 2])
@pytest.mark.parametrize("exponent", [Fraction(1, 2), -1, Fraction(-3, 2)])
def test_other_powers_of_a_nonpositive_number_are_left_open(base: int, exponent: Fraction | int) -> None:
    th = r.axiom("pow_eq_exp")
    m: Values = {x: base, Var("a", REAL): exponent}
    assert verdict(th.hyps[0], m) is (base > 0)
    if base == 2:
        assert verdict(th.concl, m) is True
    elif base == 0 or exponent != -1:
        with pytest.raises(Undefined):
            evaluate(app(POW, Num(base), Num(exponent)), Model({}))


def test_no_axiom_speaks_of_the_logarithm_of_a_negative_number() -> None:
    for name in ("exp_log", "pow_eq_exp", "xlogy_eq_mul_log"):
        assert AXIOMS[name][0] == (ZERO < x,)
    assert AXIOMS["partial_log"][0][1] == (ZERO < F[z])
    assert AXIOMS["partial_inv"][0][1] == ne(F[z], 0)


def test_order_is_that_of_the_reals() -> None:
    for a, b in product(RATIONALS, repeat=2):
        m: Values = {x: a, y: b}
        for name in ("mul_pos", "le_antisymm", "exp_gt_one_add", "exp_pos"):
            assert_sound(r.axiom(name), [m])
        assert verdict(x < y, m) is (a < b)
        assert verdict(x <= y, m) is (not b < a)


# --- derivatives -----------------------------------------------------------------------------------------------------


def of_z(body: Callable[[Term], Term]) -> Lam:
    return Lam("z", FAMILY, abstract(body(z), z))


def slope(fn: Term, at_: Term, entry: Term) -> Term:
    return app(PARTIAL, fn, at_, entry)


def total(low: Term, high: Term, body: Callable[[Var], Term]) -> Term:
    return app(SUM, low, high, Lam("k", INT, abstract(body(k), k)))


def exp(t: Term) -> Term:
    return app(EXP, t)


def log(t: Term) -> Term:
    return app(LOG, t)


FUNCTIONS: dict[str, Lam] = {
    "constant": of_z(lambda v: x * x + 1),
    "constant integer": of_z(lambda v: i + 0),
    "entry 1": of_z(lambda v: v[ONE]),
    "entry i": of_z(lambda v: v[i]),
    "entry w(i)": of_z(lambda v: v[w[i]]),
    "product": of_z(lambda v: v[ONE] * v[TWO] - x * v[ZERO] + 5),
    "square": of_z(lambda v: v[i] ** 2 + 1),
    "cube of an entry twice": of_z(lambda v: v[i] * v[i + 0] * v[ONE]),
    "sum": of_z(lambda v: total(ONE, n, lambda q: f[q] * v[q])),
    "sum of exponentials": of_z(lambda v: total(i, n, lambda q: exp(v[q])) + 1),
    "logarithm": of_z(lambda v: log(1 + v[ONE] * v[ONE])),
    "log-sum-exp": of_z(lambda v: log(1 + total(ONE, n, lambda q: exp(v[q])))),
    "softmax": of_z(lambda v: exp(v[i]) / total(ZERO, TWO, lambda q: exp(v[q]))),
    "negative": of_z(lambda v: -exp(v[ZERO]) - 1),
    "zero": of_z(lambda v: v[ONE] - v[ONE]),
}

FAMILY_VALUES = (table((Fraction(1, 2), -1, 2)), table((0, Fraction(3, 2), Fraction(-1, 2), 1)))
PLACES: tuple[Values, ...] = tuple(
    {x: Fraction(1, 2), i: index, j: entry, n: high, f: table((1, Fraction(-1, 3))), w: table((2, 0)), z: at_}
    for at_, (index, entry, high) in product(
        FAMILY_VALUES, [(0, 0, 2), (1, 1, 1), (1, 2, 2), (2, 1, 0), (-1, -1, -3), (2, 2, 3)]
    )
)


def check_derivative(th: Theorem, exactly: bool = True) -> int:
    """In how many places the hypotheses held; in each, the conclusion did, by both readings."""
    held = 0
    for m in PLACES:
        readings = [close_to_true(h, m) for h in th.hyps]
        if not all(s is True for s in readings):
            assert None in readings or False in readings
            continue
        held += 1
        assert close_to_true(th.concl, m) is True, f"{th.concl} is false at {m}"
        if exactly:
            found = verdict(th.concl, m)
            assert found is True, f"{th.concl} is {found} at {m}"
    return held


def put(name: str, **named: Term) -> Theorem:
    th = r.axiom(name)
    by_name = {v.name: v for v in th.free}
    return r.inst(th, tuple((by_name[v], t) for v, t in named.items()))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_derivative_of_a_function_is_its_difference_quotient(name: str) -> None:
    """The two readings of a derivative agree, so that either may judge the axioms."""
    fn = FUNCTIONS[name]
    claim = app(HAS_PARTIAL, fn, z, j, slope(fn, z, j))
    for m in PLACES:
        try:
            found = evaluate(slope(fn, z, j), Model(dict(m)))
        except (Undefined, Undecided):
            pytest.fail(f"the derivative of {fn} is not found at {m}")
        with mpmath.workdps(40):
            apart = abs(mpmath.mpf(approx(found, 30)) - numeric(slope(fn, z, j), m))
            assert apart < mpmath.mpf(10) ** -18
        assert close_to_true(claim, m) is True
        assert verdict(claim, m) is True


@pytest.mark.parametrize("value", ["x", "z", "sum"])
def test_partial_const(value: str) -> None:
    """The constant may mention the point: it is the number z(1), not the function z |-> z(1)."""
    c = {"x": x * 2, "z": z[ONE] * z[j], "sum": total(ONE, n, lambda q: z[q])}[value]
    th = put("partial_const", c=c)
    assert th.concl.args[0].free == c.free, "z stays free"  # type: ignore[attr-defined]
    assert check_derivative(th) == len(PLACES)


@pytest.mark.parametrize("index", [ONE, i, i + j, w[i], n - 1], ids=repr)
def test_partial_entry(index: Term) -> None:
    assert check_derivative(put("partial_entry", k=index)) == len(PLACES)
    assert check_derivative(put("partial_entry", k=index, j=index)) == len(PLACES)


PAIRS = list(product(FUNCTIONS, repeat=2))


@pytest.mark.parametrize("name", ["partial_add", "partial_mul"])
def test_sums_and_products_of_functions(name: str) -> None:
    for one, other in islice(PAIRS, 0, None, 4):
        F_, G_ = FUNCTIONS[one], FUNCTIONS[other]
        th = put(name, F=F_, G=G_, l1=slope(F_, z, j), l2=slope(G_, z, j))
        assert check_derivative(th, exactly=False) == len(PLACES), (one, other)


@pytest.mark.parametrize("name", ["partial_add", "partial_mul"])
@pytest.mark.parametrize("one", ["product", "sum", "square"])
def test_sums_and_products_of_functions_exactly(name: str, one: str) -> None:
    F_, G_ = FUNCTIONS[one], FUNCTIONS["entry i"]
    assert check_derivative(put(name, F=F_, G=G_, l1=slope(F_, z, j), l2=slope(G_, z, j))) == len(PLACES)


@pytest.mark.parametrize("fn", FUNCTIONS)
@pytest.mark.parametrize("name", ["partial_inv", "partial_exp", "partial_log", "partial_value"])
def test_a_function_of_a_function(name: str, fn: str) -> None:
    F_ = FUNCTIONS[fn]
    value = {"c": slope(F_, z, j)} if name == "partial_value" else {"l1": slope(F_, z, j)}
    held = check_derivative(put(name, F=F_, **value), exactly=fn in ("product", "sum", "square", "entry i", "zero"))
    if name in ("partial_exp", "partial_value"):
        assert held == len(PLACES)
    elif fn == "zero":
        assert held == 0, "no place where it differs from 0"
    elif fn == "negative":
        assert held == (len(PLACES) if name == "partial_inv" else 0)
    else:
        assert held


def test_a_wrong_slope_is_seen() -> None:
    """The readings can tell: with another slope the hypotheses and the conclusions fail."""
    F_ = FUNCTIONS["product"]
    off = slope(F_, z, j) + 1
    for m in PLACES:
        assert verdict(app(HAS_PARTIAL, F_, z, j, off), m) is False
        assert close_to_true(app(HAS_PARTIAL, F_, z, j, off), m) is False
    assert check_derivative(put("partial_exp", F=F_, l1=off)) == 0


@pytest.mark.parametrize("body", ["entry", "weighted", "exponential", "constant", "of k only"])
@pytest.mark.parametrize(("low", "high"), [(ONE, n), (i, n), (ONE, ZERO), (Num(2), Num(-3)), (n, n), (Num(-2), TWO)])
def test_partial_sum(body: str, low: Term, high: Term) -> None:
    """Sums of functions, over empty ranges too, where the derivative is 0."""
    bodies: dict[str, Callable[[Term, Term], Term]] = {
        "entry": lambda q, v: v[q],
        "weighted": lambda q, v: f[q] * v[q] * v[ONE],
        "exponential": lambda q, v: exp(v[q]),
        "constant": lambda q, v: x,
        "of k only": lambda q, v: f[q] * q,
    }
    member = lam(k, of_z(lambda v: bodies[body](k, v)))
    slopes = lam(k, slope(of_z(lambda v: bodies[body](k, v)), z, j))
    th = r.inst(r.axiom("partial_sum"), ((F_K, member), (SLOPES, slopes), (Var("m", INT), low), (Var("n", INT), high)))
    for m in PLACES:
        for h in th.hyps:
            assert verdict(h, m) is True
        assert close_to_true(th.concl, m) is True
        assert verdict(th.concl, m) is True


def test_partial_sum_does_not_take_slopes_from_outside_the_range() -> None:
    """What is supposed is supposed for the indices of the sum and no others."""
    ((need,), _) = AXIOMS["partial_sum"]
    low, high = Var("m", INT), Var("n", INT)
    assert need == forall(k, implies(low <= k, k <= high, app(HAS_PARTIAL, F_K[k], z, Var("j", INT), SLOPES[k])))


def test_a_family_of_integers_is_a_point_like_any_other() -> None:
    """z may stand for a family of integers: the function is still one of a real variable."""
    whole = Var("v", Fn(INT, INT))
    th = put("partial_entry", z=whole, k=i)
    assert th.concl.args[0].dom == FAMILY  # type: ignore[attr-defined]
    for m in PLACES:
        assert close_to_true(th.concl, {**m, whole: table((2, -1))}) is True


def test_a_function_with_integer_values_is_a_real_function() -> None:
    steps = of_z(lambda v: i * 2)
    assert steps.sort == Fn(FAMILY, INT)
    th = put("partial_value", F=steps, c=ZERO)
    assert th.concl == eq(slope(steps, z, j), 0)
    assert check_derivative(th) == len(PLACES)


def test_two_slopes_of_one_function_are_one() -> None:
    """partial_value says so; the axioms never give one function two slopes."""
    product_rule = put("partial_mul", F=of_z(lambda v: v[i]), G=of_z(lambda v: v[i]))
    square = put("partial_add", F=of_z(lambda v: v[i] * v[i]), G=of_z(lambda v: ZERO))
    assert product_rule.concl.args[0] == of_z(lambda v: v[i] * v[i])  # type: ignore[attr-defined]
    assert square.concl.args[0] == of_z(lambda v: v[i] * v[i] + 0)  # type: ignore[attr-defined]
    first, second = Var("c", REAL), Var("d", REAL)
    one = r.axiom("partial_value")
    other = r.inst(one, ((first, second),))
    same = r.trans(r.sym(one), other)
    assert same.concl == eq(first, second)
    assert len(same.hyps) == 2


# --- optima and sets -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize(("name", "op"), [("argmin_mem", ARGMIN), ("argmax_mem", ARGMAX)])
def test_optima_over_a_finite_set(name: str, op: Any, size: int) -> None:
    th = r.axiom(name, THETA)
    best = min if op is ARGMIN else max
    loss = Var("f", Fn(THETA, REAL))
    for chosen in product((0, 1, Fraction(1, 2)), repeat=size):
        for a in range(size):
            m = Model({Var("a", THETA): a, loss: chosen}, sizes={THETA: size})
            assert evaluate(th.concl, m) is True
        found = evaluate(app(op, loss), Model({loss: chosen}, sizes={THETA: size}))
        assert found == {a for a in range(size) if chosen[a] == best(chosen)}


@pytest.mark.parametrize("size", [1, 2, 3])
def test_sets_with_the_same_elements_are_equal(size: int) -> None:
    th = r.axiom("set_ext", THETA)
    one, other = Var("A", SetOf(THETA)), Var("B", SetOf(THETA))
    subsets = [frozenset(e for e in range(size) if mask >> e & 1) for mask in range(2**size)]
    for a, b in product(subsets, repeat=2):
        m = Model({one: a, other: b}, sizes={THETA: size})
        assert evaluate(th.hyps[0], m) is (a == b)
        assert evaluate(th.concl, m) is (a == b)


@pytest.mark.parametrize("sort", [INT, REAL, THETA, FAMILY, SetOf(INT), Fn(THETA, THETA)], ids=repr)
@pytest.mark.parametrize("name", SORTED_AXIOMS)
def test_the_axioms_at_other_sorts(name: str, sort: Any) -> None:
    th = r.axiom(name, sort)
    for statement in (*th.hyps, th.concl):
        assert statement.sort == PROP
        assert not statement.loose
    assert th.proof.args == (name, sort)


def test_optima_over_the_integers_are_not_found_false() -> None:
    """x^2 - 2x has its minimum at 1 among the integers, and 2x has none."""
    a = Var("a", INT)
    bowl, line = lam(k, k * k - 2 * k), lam(k, 2 * k)
    for fn in (bowl, line):
        th = r.inst(r.axiom("argmin_mem", INT), ((Var("f", FAMILY), fn),))
        for at_ in range(-2, 4):
            assert verdict(th.concl, {a: at_}) is not False
    assert verdict(app(IN, a, app(ARGMIN, bowl)), {a: 2}) is False
    assert verdict(app(IN, a, app(ARGMIN, bowl)), {a: 1}) is not False


# --- axioms at other terms -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [a for a in PLAIN if any(isinstance(v.sort, Fn) for v in r.axiom(a).free)])
def test_a_schema_takes_any_function(name: str) -> None:
    """With k |-> k^2 y for f, and bounds that mention each other."""
    th = r.inst(r.axiom(name), ((Var("m", INT), i), (Var("f", FAMILY), lam(k, k**2 * y + g[k + i]))))
    assert_sound(th)
    shifted = r.inst(th, ((n, i + j - 2),))
    assert_sound(shifted)
    assert shifted.free == {i, j, y, g}


def test_a_schema_does_not_capture() -> None:
    """The letter of the axiom's own bound variable may be free in what is put in."""
    free_k = lam(i, f[i] + k)
    th = r.inst(r.axiom("sum_last"), ((f, free_k),))
    series = th.concl.args[0]  # type: ignore[attr-defined]
    assert k in series.free
    assert_sound(r.inst(th, ((k, j), (Var("m", INT), i))))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(PLAIN), st.integers(-3, 3), st.integers(-3, 3))
def test_axioms_at_shifted_arguments(name: str, by: int, scale: int) -> None:
    th = r.axiom(name)
    mapping = tuple((v, v * scale + by) for v in sorted(th.free, key=repr) if v.sort in (INT, REAL))
    assert_sound(r.inst(th, mapping), [{**m, Var("m", INT): 1, Var("a", REAL): Fraction(1, 2)} for m in GRID[:6]])


def test_what_is_no_axiom() -> None:
    for name, sort in (("sum_empty", INT), ("argmax_mem", None), ("", None), ("log_neg", None)):
        with pytest.raises(RuleError, match="there is no axiom"):
            r.axiom(name, sort)


def test_false_statements_of_the_same_shape_are_found_false() -> None:
    """The models above are enough to tell an axiom from a slip of the pen."""
    slips: list[tuple[tuple[Term, ...], Term]] = [
        ((n <= i,), eq(app(SUM, i, n, f), 0)),
        ((), eq(app(SUM, i, n + 1, f), app(SUM, i, n, f) + f[n + 1])),
        ((i <= n + 1,), eq(app(SUM, i, n + 1, f), app(SUM, i, n, f) + f[n])),
        ((n < i,), eq(app(PROD, i, n, f), 0)),
        ((), eq(app(DELTA, i, j), 0)),
        ((), 1 + x < exp(x)),
        ((), eq(exp(x + y), exp(x) + exp(y))),
        ((x < 0,), 0 < x * x * x),
        ((0 <= x, 0 <= y), 0 < x * y),
        ((x <= y,), eq(x, y)),
    ]
    for hyps, concl in slips:
        variables = concl.free.union(*(h.free for h in hyps))
        assert any(
            all(verdict(h, m) for h in hyps) and verdict(concl, m) is False for m in islice(models(variables), 2000)
        ), concl
    wrong = app(HAS_PARTIAL, of_z(lambda v: v[ONE] * v[ONE]), z, j, app(DELTA, ONE, j) * z[ONE])
    assert any(verdict(wrong, m) is False for m in PLACES)
