"""Exact values of terms in finite models, derivatives, and terms with numbers put in."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sweep import examples
from yardstick import takes_at_most

from derive.falsify import (
    Model,
    NoneFound,
    TooBig,
    Undecided,
    Undefined,
    evaluate,
    find_counterexample,
    substitute_model,
)
from derive.falsify.models.evaluate import _BUILDERS
from derive.falsify.numbers.exact import Exact, exp, log
from derive.kernel.terms import _OPS, DIV, POW, Num, Term, Var, app, at
from derive.language.definitions import (
    cross_entropy,
    entropy,
    kl,
    log_likelihood,
    logsumexp,
    one_hot,
    perplexity,
    smoothed,
    softmax,
)
from derive.language.syntax import (
    FAMILY,
    INT,
    REAL,
    Base,
    Eq,
    ForAll,
    Iff,
    Implies,
    Member,
    Ne,
    Prod,
    Sum,
    argmax,
    argmin,
    delta,
    family,
    fun,
    function,
    integer,
    partial,
    real,
    xlogy,
)
from derive.language.syntax import exp as texp
from derive.language.syntax import log as tlog

V, T, y, i, j, k, t, n = (integer(s) for s in "VTyijktn")
eps, x, a = real("eps"), real("x"), real("a")
p, q, z = family("p"), family("q"), family("z")
ps, ys = function("p", INT, FAMILY), function("y", INT, INT)
THETA = Base("Theta")
theta = Var("theta", THETA)
f = function("f", THETA, REAL)
half, quarter = Fraction(1, 2), Fraction(1, 4)

HALVES: dict[Var, Any] = {V: 3, y: 1, p: (half, quarter, quarter)}


def test_numbers_stay_exact() -> None:
    assert evaluate(x / 3 + Fraction(1, 10), {x: 1}) == Fraction(13, 30)
    assert evaluate(tlog(x) + tlog(1 / x), {x: 7}) == 0
    assert evaluate(texp(tlog(x) / 2), {x: 9}) == 3
    with pytest.raises(TypeError):
        evaluate(x, {x: 0.1})
    with pytest.raises(TypeError):
        evaluate(x, {x: True})


def test_sums_and_products() -> None:
    assert evaluate(Sum(p[k], (k, 1, V)), HALVES) == 1
    assert evaluate(Prod(p[k], (k, 1, V)), HALVES) == Fraction(1, 32)
    assert evaluate(Sum(k, (k, 5, 3)), {}) == 0
    assert evaluate(Prod(k, (k, 5, 3)), {}) == 1
    assert evaluate(Sum(Sum(i * j, (j, 1, i)), (i, 1, n)), {n: 3}) == 25


def test_a_sum_is_over_the_integers_in_its_range() -> None:
    # where SymPy answers f(9) and f(3/2)
    assert evaluate(Sum(delta(k, y) * p[k], (k, 1, V)), {V: 3, y: 9, p: {1: 5, 2: 5, 3: 5, 9: 7}}) == 0
    assert evaluate(Sum(delta(2 * k, y) * p[k], (k, 1, V)), {V: 4, y: 3, p: (1, 2, 3, 4)}) == 0


def test_conventions() -> None:
    assert evaluate(xlogy(0, x), {x: 0}) == 0
    assert evaluate(xlogy(0, 1 / x), {x: 0}) == 0
    assert evaluate(xlogy(2, x), {x: 3}) == 2 * log(3)
    assert evaluate(app(POW, x, Num(0)), {x: 0}) == 1
    assert evaluate(app(POW, x, Num(-2)), {x: Fraction(2)}) == quarter
    assert evaluate(app(POW, x, Num(half)), {x: 4}) == 2
    assert evaluate(delta(i, j), {i: 2, j: 2}) == 1


@pytest.mark.parametrize(
    ("term", "model", "why"),
    [
        (tlog(x), {x: 0}, "log(0)"),
        (tlog(x), {x: -1}, "log(-1)"),
        (xlogy(1, x), {x: 0}, "log(0)"),
        (1 / x, {x: 0}, "by 0"),
        (1 / (x - x), {x: 3}, "by 0"),
        (1 / (tlog(x) - tlog(2)), {x: 2}, "zero"),
        (app(POW, x, Num(-1)), {x: 0}, "power -1"),
        (app(POW, x, Num(half)), {x: -4}, "power 1/2"),
        (p[y], {y: 4, p: (1, 2, 3)}, "p[4] is outside the table of p"),
        (p[0], {p: (1, 2, 3)}, "p[0] is outside the table of p"),
        (ps[t][k], {t: 1, k: 3, ps: ((1, 2),)}, "p[1][3]"),
        (x + 1, {}, "x has no value"),
    ],
)
def test_terms_without_value(term: Term, model: dict[Var, Any], why: str) -> None:
    with pytest.raises(Undefined, match=re.escape(why)):
        evaluate(term, model)


def test_tables() -> None:
    nested = {T: 2, ps: ((half, half), (quarter, Fraction(3, 4))), ys: (1, 2)}
    assert evaluate(Prod(ps[t][ys[t]], (t, 1, T)), nested) == Fraction(3, 8)
    assert evaluate(log_likelihood(T, ps, ys), nested) == log(Fraction(3, 8))
    assert evaluate(p[0] + p[2], {p: {0: 1, 2: 5}}) == 6
    assert evaluate(Sum(p[k], (k, 1, 4)), {p: lambda k: Fraction(1, 2**k)}) == Fraction(15, 16)
    assert evaluate(ps[2][3], {ps: lambda t: lambda k: Fraction(t, k)}) == Fraction(2, 3)


def test_definitions_are_unfolded() -> None:
    assert str(evaluate(cross_entropy(V, one_hot(y), p), HALVES)) == "log 2"
    assert evaluate(entropy(V, one_hot(y)), HALVES) == 0
    assert evaluate(kl(V, p, p), HALVES) == 0
    assert evaluate(smoothed(V, eps, y)[2], {**HALVES, eps: Fraction(1, 10)}) == Fraction(1, 30)
    model = {T: 2, ps: ((half,), (Fraction(1, 8),)), ys: (1, 1)}
    assert evaluate(perplexity(T, ps, ys), model) == 4
    # an argument that mentions a name that is a parameter's
    assert evaluate(logsumexp(V, fun(k, z[k] + V)), {V: 1, z: (3,)}) == 4


def test_the_smoothed_loss_of_the_catalogue() -> None:
    model = {V: 2, y: 1, eps: Fraction("0.1"), p: (Fraction(1, 5), Fraction(4, 5))}
    residual = cross_entropy(V, smoothed(V, eps, y), p) + tlog(p[y])
    assert evaluate(residual, model) == -log(2) / 10
    a3 = {V: 3, y: 1, eps: Fraction("0.1"), p: (Fraction("0.99"), Fraction("0.005"), Fraction("0.005"))}
    assert evaluate(cross_entropy(V, smoothed(V, eps, y), p), a3).approx(5) == "0.36260"


def test_statements() -> None:
    assert evaluate(ForAll((k, 1, V), Num(0) < p[k]), HALVES) is True
    assert evaluate(ForAll((k, 1, V), quarter < p[k]), HALVES) is False
    assert evaluate(ForAll((k, 1, 0), Num(1) < 0), {}) is True
    nested = ForAll([(t, 1, T), (k, 1, t)], ps[t][k] <= 1)
    assert evaluate(nested, {T: 2, ps: ((1,), (half, 1))}) is True
    assert evaluate(Iff(x < 1, x <= 0), {x: half}) is False
    assert evaluate(Ne(x, 1), {x: 1}) is False
    assert evaluate(tlog(2 * x) < Fraction(7, 10), {x: 1}) is True


def test_one_false_instance_decides() -> None:
    assert evaluate(Implies(x < 0, Eq(1 / x, 1)), {x: 0}) is True  # the premise is false
    assert evaluate(Implies(Eq(1 / x, 1), Eq(x, x)), {x: 0}) is True  # the conclusion is true
    with pytest.raises(Undefined):
        evaluate(Implies(Eq(1 / x, 1), Ne(x, x)), {x: 0})
    inverse = ForAll((k, 0, 2), Eq(1 / k, 1))
    assert evaluate(inverse, {}) is False  # at k = 2, though there is none at k = 0
    with pytest.raises(Undefined):
        evaluate(ForAll((k, 0, 1), Eq(1 / k, 1)), {})


def test_statements_about_infinitely_many_things_are_only_refuted() -> None:
    assert evaluate(ForAll(x, x <= 2), {}) is False
    assert evaluate(ForAll(k, k <= 2), {}) is False
    assert evaluate(ForAll(p, 1 <= p[1]), {}) is False
    with pytest.raises(Undecided):
        evaluate(ForAll(x, Num(0) <= x * x), {})
    with pytest.raises(Undecided):
        evaluate(ForAll(k, Implies(1 <= k, Num(1) <= k * k)), {})
    with pytest.raises(Undecided):
        evaluate(ForAll(p, Eq(p[1], p[1] + 0)), {})


def test_sets_of_optima() -> None:
    model = Model({f: (0, log(2), log(4) / 2, 0)}, sizes={THETA: 4})
    assert evaluate(argmax(theta, f[theta]), model) == {1, 2}
    assert evaluate(argmin(theta, f[theta]), model) == {0, 3}
    assert evaluate(Eq(argmax(theta, f[theta]), argmin(theta, -f[theta])), model) is True
    assert evaluate(Member(theta, argmax(theta, f[theta])), {f: (0, 1), theta: 1}) is True
    assert evaluate(ForAll(theta, f[theta] <= 1), {f: (0, 1)}) is True


def test_equality_of_functions() -> None:
    assert evaluate(Eq(p, q), {p: (1, 2), q: (1, 2)}) is True
    assert evaluate(Eq(p, q), {p: (1, 2), q: (1, 3)}) is False
    with pytest.raises(Undefined):
        evaluate(Eq(p, q), {p: (1, 2), q: (1,)})
    assert evaluate(Eq(p, fun(k, 1 / k)), {p: (1, half)}) is True
    assert evaluate(Eq(f, fun(theta, f[theta] + 0)), {f: (1, 2)}) is True
    assert evaluate(Eq(one_hot(Num(1)), one_hot(Num(2))), {}) is False
    with pytest.raises(Undecided):
        evaluate(Eq(one_hot(Num(1)), fun(k, delta(k, 1) + 0)), {})


@takes_at_most(60)
def test_large_computations_are_given_up() -> None:
    with pytest.raises(TooBig):
        evaluate(Sum(k * k, (k, 1, 10**6)), {})
    with pytest.raises(TooBig):
        evaluate(Sum(Sum(k * i, (k, 1, 10**4)), (i, 1, 10**4)), {})
    with pytest.raises(TooBig):
        evaluate(app(POW, x, Num(10**9)), {x: 3})
    with pytest.raises(TooBig):
        evaluate(ForAll((k, 1, 10**8), 1 <= k), {})
    assert evaluate(Sum(k, (k, 1, 200)), {}, steps=200) == 20100
    with pytest.raises(TooBig):
        evaluate(Sum(k, (k, 1, 201)), {}, steps=200)


def test_a_value_that_is_not_decided_is_no_answer() -> None:
    # the square root of 5 + 2 sqrt 6 is sqrt 2 + sqrt 3, which no rule of exact arithmetic here sees
    def root(u: Term | int) -> Term:
        return app(POW, u if isinstance(u, Term) else Num(u), Num(half))

    nested, plain = root(5 + 2 * root(6)), root(2) + root(3)
    for statement in (Eq(nested, plain), nested <= plain, nested < plain, Ne(nested, plain)):
        with pytest.raises(Undecided):
            evaluate(statement, {})
    assert evaluate(nested < plain + Fraction(1, 10**40), {}) is True
    found = find_counterexample(Eq(nested + x, plain + x))
    assert isinstance(found, NoneFound)
    assert found.undecided
    assert not found.tried
    assert not found.vacuous
    assert "not told apart" in str(found)


def test_text_of_models() -> None:
    assert str(Model({V: 2, y: 1, p: (half, half)})) == "V=2, y=1, p=(1/2, 1/2)"
    assert str(Model({p: {0: 1, 1: half, 3: 2}})) == "p=(1/2), p[0]=1, p[3]=2"
    assert str(Model({ps: ((1, 2), (3, 4))})) == "p=((1, 2), (3, 4))"
    assert str(Model({ps: {2: (1, 2)}})) == "p[2]=(1, 2)"
    assert str(Model({f: (0, 1), theta: 1}, sizes={THETA: 2})) == "Theta={0, 1}, theta=1, f=(0, 1)"
    assert str(Model({x: log(2), V: 3})) == "V=3, x=log 2"
    assert Model({V: 2, p: (1,)}).assignments() == (("V", "2"), ("p", "(1)"))


# --- derivatives -----------------------------------------------------------------------------------------------------


def numeric_derivative(body: Term, at: dict[Var, Any], index: int) -> float:
    """A central difference, in floating point: a check of the symbolic derivative, never an answer."""
    h = Fraction(1, 10**6)
    values = []
    for s in (h, -h):
        entries = list(at[z])
        entries[index - 1] += s
        values.append(Exact.of(evaluate(body, {**at, z: tuple(entries)})))
    return float((values[0] - values[1]).approx(15)) / (2 * float(h))


@pytest.mark.parametrize(
    "body",
    [
        z[1] * z[2] + 3 * z[2] - z[3] / z[1],
        app(POW, z[1], Num(3)) + app(POW, z[1], z[2]) + app(POW, z[3], Num(-2)),
        tlog(z[1]) * texp(z[2]) + xlogy(z[1], z[2]) + xlogy(2, z[1]),
        logsumexp(V, z),
        softmax(V, z)[2],
        Prod(z[k], (k, 1, V)),
        Prod(z[k] + k, (k, 2, V)) * Sum(z[k] * z[k], (k, 1, 2)),
        Sum(Sum(z[i] * z[k], (i, 1, k)), (k, 1, V)),
        -(1 / (z[1] + z[2])),
        cross_entropy(V, q, softmax(V, z)),
        Sum(delta(k, 2) * tlog(z[k]), (k, 1, V)),
        z[y] + Num(5),
        Num(3) + x,
    ],
)
@pytest.mark.parametrize("index", [1, 2, 3])
def test_derivatives(body: Term, index: int) -> None:
    at = {V: 3, y: 2, x: 1, q: (half, quarter, quarter), z: (Fraction(2), half, Fraction(3, 2))}
    found = Exact.of(evaluate(partial(body, z, j), {**at, j: index}))
    assert float(found.approx(12)) == pytest.approx(numeric_derivative(body, at, index), abs=1e-6)


def test_derivatives_of_derivatives() -> None:
    body = texp(z[1] * z[2])
    second = partial(partial(body, z, i), z, j)
    assert evaluate(second, {i: 1, j: 2, z: (0, 5)}) == 1
    assert evaluate(second, {i: 1, j: 1, z: (0, 5)}) == 25
    # the sum of second derivatives, under a binder that stands outside both
    trace = Sum(partial(partial(body, z, k), z, k), (k, 1, 2))
    assert evaluate(trace, {z: (0, 5)}) == 25
    assert evaluate(Sum(partial(logsumexp(V, z), z, k), (k, 1, V)), {V: 3, z: (0, 1, log(2))}) == 1


def test_no_derivative_where_there_is_no_value() -> None:
    with pytest.raises(Undefined):
        evaluate(partial(tlog(z[1]), z, Num(1)), {z: (-1,)})
    with pytest.raises(Undecided):
        evaluate(partial(at(function("g", REAL, REAL), z[1]), z, Num(1)), {z: (1,)})


def test_derivatives_of_a_function_given_by_name_are_not_decided() -> None:
    """Once, twice and thrice; of a number and of a family."""
    named, of_family = function("g", REAL, REAL), function("L", FAMILY, REAL)
    slope, gradient = partial(at(named, a), a), partial(at(of_family, z), z, i)
    for term in (
        slope,
        partial(slope, a),
        partial(partial(slope, a), a),
        gradient,
        partial(gradient, z, j),
        a * partial(gradient, z, j),
    ):
        assert not find_counterexample(Eq(term, 1), effort=10_000)
        with pytest.raises(Undecided, match="there is no rule for the derivative"):
            evaluate(term, {a: 1, z: (1, 2), i: 1, j: 2})
        with pytest.raises(Undecided):
            substitute_model(term, {a: 1, z: (1, 2), i: 1, j: 2})


# --- against another evaluator ---------------------------------------------------------------------------------------

_leaf = st.one_of(st.integers(-3, 3).map(Num), st.sampled_from([x, a, p[1], p[2], eps]))
_terms = st.recursive(
    _leaf,
    lambda s: st.one_of(
        st.tuples(s, s).map(lambda c: c[0] + c[1]),
        st.tuples(s, s).map(lambda c: c[0] - c[1]),
        st.tuples(s, s).map(lambda c: c[0] * c[1]),
        st.tuples(s, s).map(lambda c: app(DIV, c[0], c[1])),
        s.map(lambda c: -c),
        s.map(lambda c: Sum(c * k + p[k], (k, 1, 2))),
        s.map(lambda c: Prod(c + k, (k, 0, 2))),
    ),
    max_leaves=12,
)


def rational_value(t: Term, m: dict[Term, Fraction]) -> Fraction:
    """The value by substitution of numbers for variables and numbers for terms, bottom up."""
    out = substitute_model(t, {x: m[x], a: m[a], eps: m[eps], p: (m[p[1]], m[p[2]])})

    def go(u: Term) -> Fraction:
        if isinstance(u, Num):
            return u.value
        parts = [go(c) for c in u.args]  # type: ignore[attr-defined]
        name = u.op.name  # type: ignore[attr-defined]
        if name == "neg":
            return -parts[0]
        left, right = parts
        if name == "div":
            return left / right
        return {"add": left + right, "sub": left - right, "mul": left * right}[name]

    return go(out)


@examples(150)
@given(_terms, st.lists(st.fractions(-4, 4, max_denominator=6), min_size=5, max_size=5))
def test_rational_terms_have_the_value_of_their_written_out_form(term: Term, numbers: list[Fraction]) -> None:
    m: dict[Term, Fraction] = dict(zip([x, a, eps, p[1], p[2]], numbers, strict=True))
    model = {x: m[x], a: m[a], eps: m[eps], p: (m[p[1]], m[p[2]])}
    try:
        expected = rational_value(term, m)
    except ZeroDivisionError:
        with pytest.raises(Undefined):
            evaluate(term, model)
        return
    assert evaluate(term, model) == expected


# --- numbers put in --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "model", "text"),
    [
        (
            -Sum(delta(k, y) * tlog(p[k]), (k, 1, V)),
            HALVES,
            "-(1*log(1/2) + 0*log(1/4) + 0*log(1/4))",
        ),
        (-tlog(p[y]), HALVES, "-log(1/2)"),
        (Prod(p[k], (k, 1, V)), HALVES, "(1/2)*(1/4)*(1/4)"),
        (Sum(k, (k, 1, V - 3)), HALVES, "0"),
        (Prod(k, (k, 1, V - 3)), HALVES, "1"),
        (1 / V * x, {V: 3, x: log(2)}, "1/3*log(2)"),
        (texp(z[1]) / Sum(texp(z[k]), (k, 1, 2)), {z: (0, log(2))}, "exp(0)/(exp(0) + exp(log(2)))"),
        (x * 2, {x: exp(2)}, "exp(2)*2"),
        (cross_entropy(V, one_hot(y), p), HALVES, "-(1*log(1/2) + 0*log(1/4) + 0*log(1/4))"),
        (smoothed(V, eps, y)[2], {**HALVES, eps: Fraction(1, 10)}, "1/30"),
        (softmax(V, z)[1], {V: 2, z: (0, 1)}, "exp(0)/(exp(0) + exp(1))"),
        (partial(z[1] * z[2], z, Num(1)), {z: (3, 5)}, "1*5 + 3*0"),
        (ForAll(x, Eq(x + y, y)), {y: 2}, "for all x: x + 2 = 2"),
        (Implies(y <= V, Eq(p, q)), {y: 1, V: 2}, "1 <= 2 => p = q"),
    ],
)
def test_numbers_put_in(term: Term, model: dict[Var, Any], text: str) -> None:
    assert str(substitute_model(term, model)) == text


def test_numbers_put_into_unfolded_definitions() -> None:
    term = cross_entropy(V, smoothed(V, eps, y), p)
    model = {V: 2, y: 1, eps: Fraction(1, 10), p: (half, half)}
    assert str(substitute_model(term, model)) == "-((19/20)*log(1/2) + (1/20)*log(1/2))"
    text = "-(((1 - (1/10))*1 + (1/10)/2)*log(1/2) + ((1 - (1/10))*0 + (1/10)/2)*log(1/2))"
    assert str(substitute_model(term, model, unfold=True)).replace(" ", "") == text.replace(" ", "")


def test_the_value_is_the_same_when_numbers_are_put_in() -> None:
    term = kl(V, q, p) + entropy(V, q) - cross_entropy(V, q, p)
    model = {V: 3, p: (half, quarter, quarter), q: (quarter, quarter, half)}
    assert evaluate(substitute_model(term, model), {}) == evaluate(term, model) == 0


def test_what_cannot_be_put_in() -> None:
    with pytest.raises(TooBig):
        substitute_model(Sum(k, (k, 1, 10**6)), {})
    with pytest.raises(Undecided):
        substitute_model(x + 1, {x: log(2) * log(3)})
    with pytest.raises(Undefined):
        substitute_model(p[4], HALVES)


def test_every_operator_of_the_kernel_has_a_meaning() -> None:
    assert set(_OPS.values()) == set(_BUILDERS)
