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
from hypothesis import given
from hypothesis import strategies as st
from strategies import GRID, NoValueError, Values, assert_sound, f, g, i, j, k, n, numeric, table, verdict, x, y
from sweep import examples

from derive.falsify import Model, Undecided, Undefined, approx, evaluate
from derive.kernel import rules as r
from derive.kernel.axioms import AXIOMS, SORTED_AXIOMS, axiom_statement
from derive.kernel.sorts import FAMILY, INT, PROP, REAL, Base, Fn, SetOf
from derive.kernel.terms import (
    ARGMAX,
    ARGMIN,
    DELTA,
    DERIVATIVE,
    EXP,
    HAS_DERIVATIVE,
    IN,
    LOG,
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
    lam,
    ne,
)
from derive.kernel.theorem import RuleError, Theorem

CALCULUS = [name for name in AXIOMS if name.startswith("derivative_")]
PLAIN = [name for name in AXIOMS if name not in CALCULUS]
ZERO, ONE, TWO = Num(0), Num(1), Num(2)
THETA = Base("Theta")

INTEGERS = (-2, -1, 0, 1, 2, 3)
RATIONALS = (0, 1, -1, Fraction(1, 2), 2, Fraction(-3, 2), 3)
TABLES = ((1, Fraction(-1, 2), 3), (0, 2, Fraction(1, 3), -1, 0))

F, G = Var("F", Fn(REAL, REAL)), Var("G", Fn(REAL, REAL))


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
        "le_antisymm", "max_upper", "max_least",
    }  # fmt: skip
    assert set(CALCULUS) == {
        "derivative_const", "derivative_id", "derivative_add", "derivative_mul", "derivative_div", "derivative_exp",
        "derivative_log", "derivative_chain", "derivative_local", "derivative_value",
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
    assert AXIOMS["derivative_log"][0] == (ZERO < x,)
    assert AXIOMS["derivative_div"][0][2] == ne(G[x], 0)


def test_order_is_that_of_the_reals() -> None:
    for a, b in product(RATIONALS, repeat=2):
        m: Values = {x: a, y: b}
        for name in ("mul_pos", "le_antisymm", "exp_gt_one_add", "exp_pos"):
            assert_sound(r.axiom(name), [m])
        assert verdict(x < y, m) is (a < b)
        assert verdict(x <= y, m) is (not b < a)


# --- derivatives -----------------------------------------------------------------------------------------------------


def of_x(body: Callable[[Term], Term]) -> Lam:
    return Lam("x", REAL, abstract(body(x), x))


def slope(fn: Term, point: Term = x) -> Term:
    return app(DERIVATIVE, fn, point)


def has(fn: Term, value: Term, point: Term = x) -> Term:
    return app(HAS_DERIVATIVE, fn, point, value)


def total(low: Term, high: Term, body: Callable[[Var], Term]) -> Term:
    return app(SUM, low, high, Lam("k", INT, abstract(body(k), k)))


def exp(t: Term) -> Term:
    return app(EXP, t)


def log(t: Term) -> Term:
    return app(LOG, t)


FUNCTIONS: dict[str, Lam] = {
    "constant": of_x(lambda v: y * y + 1),
    "constant integer": of_x(lambda v: i + 0),
    "identity": of_x(lambda v: v),
    "line": of_x(lambda v: y * v - f[i] * v + 5),
    "square": of_x(lambda v: v**2 + 1),
    "cube": of_x(lambda v: v * v * v - v),
    "sum": of_x(lambda v: total(ONE, n, lambda q: f[q] * v**2)),
    "sum of exponentials": of_x(lambda v: total(i, n, lambda q: exp(q * v)) + 1),
    "product": of_x(lambda v: app(PROD, ONE, n, Lam("k", INT, abstract(v - f[k], k)))),
    "logarithm": of_x(lambda v: log(1 + v * v)),
    "softplus": of_x(lambda v: log(1 + exp(v))),
    "sigmoid": of_x(lambda v: 1 / (1 + exp(-v))),
    "quotient": of_x(lambda v: v / (2 + v**2)),
    "negative": of_x(lambda v: -exp(v) - 1),
    "zero": of_x(lambda v: v - v),
}

PLACES: tuple[Values, ...] = tuple(
    {x: point, y: Fraction(1, 2), i: index, n: high, f: table((1, Fraction(-1, 3), 2))}
    for point, (index, high) in product((Fraction(1, 2), 0, -1, Fraction(3, 2)), [(0, 2), (1, 1), (2, 0), (-1, -3)])
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
    claim = has(fn, slope(fn))
    for m in PLACES:
        try:
            found = evaluate(slope(fn), Model(dict(m)))
        except (Undefined, Undecided):
            pytest.fail(f"the derivative of {fn} is not found at {m}")
        with mpmath.workdps(40):
            apart = abs(mpmath.mpf(approx(found, 30)) - numeric(slope(fn), m))
            assert apart < mpmath.mpf(10) ** -18
        assert close_to_true(claim, m) is True
        assert verdict(claim, m) is True


@pytest.mark.parametrize("value", ["y", "the point", "sum"])
def test_derivative_const(value: str) -> None:
    """The constant may mention the point: it is the number x, not the function x |-> x."""
    c = {"y": y * 2, "the point": x * x, "sum": total(ONE, n, lambda q: f[q] * x)}[value]
    th = put("derivative_const", c=c)
    assert th.concl.args[0].free == c.free, "x stays free"  # type: ignore[attr-defined]
    assert check_derivative(th) == len(PLACES)


def test_derivative_id() -> None:
    assert check_derivative(put("derivative_id")) == len(PLACES)
    assert check_derivative(put("derivative_id", x=i)) == len(PLACES), "at an integer it is a real function still"


PAIRS = list(product(FUNCTIONS, repeat=2))


@pytest.mark.parametrize("name", ["derivative_add", "derivative_mul", "derivative_div"])
def test_sums_products_and_quotients_of_functions(name: str) -> None:
    for one, other in islice(PAIRS, 0, None, 4):
        F_, G_ = FUNCTIONS[one], FUNCTIONS[other]
        th = put(name, F=F_, G=G_, l1=slope(F_), l2=slope(G_))
        held = check_derivative(th, exactly=False)
        assert held == len(PLACES) or name == "derivative_div", (one, other)
        assert held or other in ("zero", "constant integer", "sum", "identity", "cube", "product"), (one, other)


@pytest.mark.parametrize("name", ["derivative_add", "derivative_mul", "derivative_div"])
@pytest.mark.parametrize("one", ["line", "sum", "cube"])
def test_sums_products_and_quotients_of_functions_exactly(name: str, one: str) -> None:
    F_, G_ = FUNCTIONS[one], FUNCTIONS["square"]
    assert check_derivative(put(name, F=F_, G=G_, l1=slope(F_), l2=slope(G_))) == len(PLACES)


@pytest.mark.parametrize("outer", ["square", "cube", "softplus", "sigmoid", "quotient"])
@pytest.mark.parametrize("inner", FUNCTIONS)
def test_the_chain_rule(inner: str, outer: str) -> None:
    F_, G_ = FUNCTIONS[outer], FUNCTIONS[inner]
    here = r.inst(r.refl(F[x]), ((F, G_),)).concl.args[0]  # type: ignore[attr-defined]
    th = put("derivative_chain", F=F_, G=G_, l1=slope(G_), l2=slope(F_, here))
    assert check_derivative(th, exactly=False) == len(PLACES)


def test_exp_and_log() -> None:
    assert check_derivative(put("derivative_exp")) == len(PLACES)
    assert 0 < check_derivative(put("derivative_log")) < len(PLACES), "log has one where x is positive"


def test_two_functions_that_agree_near_a_point_have_one_slope() -> None:
    """|x| as the square root of its square, written exp(log(x^2)/2), is x where x is positive, and only there."""
    root = of_x(lambda v: exp(log(v * v) / 2))
    near = put("derivative_local", F=of_x(lambda v: v), G=root, a=ZERO, c=x + 1, l1=ONE)
    for m in (m for m in PLACES if m[x] > 0):
        assert all(close_to_true(h, m) is not False for h in near.hyps)
        assert close_to_true(near.concl, m) is True
    on_the_other_side = eq(Num(-1), exp(log(Num(-1) * Num(-1)) / 2))
    assert close_to_true(on_the_other_side, {}) is False, "there it is -x"


def test_agreement_at_the_point_alone_is_not_enough() -> None:
    """The interval is open and the point inside it: with a = x or c = x the axiom asks x < x."""
    hyps, _ = AXIOMS["derivative_local"]
    assert hyps[1:3] == (Var("a", REAL) < x, x < Var("c", REAL))


@pytest.mark.parametrize("fn", FUNCTIONS)
def test_the_derivative_is_the_slope(fn: str) -> None:
    assert check_derivative(put("derivative_value", F=FUNCTIONS[fn], c=slope(FUNCTIONS[fn])), exactly=False) == len(
        PLACES
    )


def test_a_wrong_slope_is_seen() -> None:
    """The readings can tell: with another slope the hypotheses and the conclusions fail."""
    F_ = FUNCTIONS["cube"]
    off = slope(F_) + 1
    for m in PLACES:
        assert verdict(has(F_, off), m) is False
        assert close_to_true(has(F_, off), m) is False
    assert check_derivative(put("derivative_value", F=F_, c=off)) == 0


def test_a_function_with_integer_values_is_a_real_function() -> None:
    steps = of_x(lambda v: i * 2)
    assert steps.sort == Fn(REAL, INT)
    th = put("derivative_value", F=steps, c=ZERO)
    assert th.concl == eq(slope(steps), 0)
    assert check_derivative(th) == len(PLACES)


def test_two_slopes_of_one_function_are_one() -> None:
    """derivative_value says so; the axioms never give one function two slopes."""
    product_rule = put("derivative_mul", F=of_x(lambda v: v), G=of_x(lambda v: v))
    square = put("derivative_add", F=of_x(lambda v: v * v), G=of_x(lambda v: ZERO))
    assert product_rule.concl.args[0] == of_x(lambda v: v * v)  # type: ignore[attr-defined]
    assert square.concl.args[0] == of_x(lambda v: v * v + 0)  # type: ignore[attr-defined]
    first, second = Var("c", REAL), Var("d", REAL)
    one = r.axiom("derivative_value")
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
    mapping = ((Var("m", INT), i), (Var("f", FAMILY), lam(k, k**2 * y + g[k + i])), (Var("c", REAL), y))
    th = r.inst(r.axiom(name), mapping)
    assert_sound(th)
    shifted = r.inst(th, ((n, i + j - 2),))
    assert_sound(shifted)
    assert {i, j, y, g} <= shifted.free <= {i, j, k, y, g}


def test_a_schema_does_not_capture() -> None:
    """The letter of the axiom's own bound variable may be free in what is put in."""
    free_k = lam(i, f[i] + k)
    th = r.inst(r.axiom("sum_last"), ((f, free_k),))
    series = th.concl.args[0]  # type: ignore[attr-defined]
    assert k in series.free
    assert_sound(r.inst(th, ((k, j), (Var("m", INT), i))))


@examples(40)
@given(st.sampled_from(PLAIN), st.integers(-3, 3), st.integers(-3, 3))
def test_axioms_at_shifted_arguments(name: str, by: int, scale: int) -> None:
    th = r.axiom(name)
    mapping = tuple((v, v * scale + by) for v in sorted(th.free, key=repr) if v.sort in (INT, REAL))
    assert_sound(
        r.inst(th, mapping),
        [{**m, Var("m", INT): 1, Var("a", REAL): Fraction(1, 2), Var("c", REAL): 2} for m in GRID[:6]],
    )


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
    wrong = has(of_x(lambda v: v * v), x)
    assert any(verdict(wrong, m) is False for m in PLACES)
