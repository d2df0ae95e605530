"""The second opinion: statements expanded in small models, away from the kernel's rules."""

from __future__ import annotations

import random
from fractions import Fraction

import mpmath
import pytest
import sympy

from derive.bridge.expand import CannotExpand, Meaning, Numeric, Undefined
from derive.bridge.models import SmallModel, impose, integer_models, points
from derive.bridge.opinion import Report, Symbolic, Verdict, second_opinion, second_opinion_on
from derive.kernel.axioms import AXIOMS, SORTED_AXIOMS
from derive.kernel.terms import HAS_DERIVATIVE as HAS
from derive.kernel.terms import Num, Term, Var, app
from derive.language import definitions as defs
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
    exp,
    family,
    fun,
    function,
    integer,
    log,
    partial,
    real,
    xlogy,
)

V, T, y, t, k, j = (integer(s) for s in "VTytkj")
x, a, b, eps = real("x"), real("a"), real("b"), real("eps")
p, q, z = family("p"), family("q"), family("z")
ps, ys = function("p", INT, FAMILY), function("y", INT, INT)
Theta = Base("Theta")
theta = Var("theta", Theta)
loss = function("f", Theta, REAL)

token = [1 <= y, y <= V]
positive = [ForAll((k, 1, V), 0 < p[k])]
distribution = [*positive, Eq(Sum(p[k], (k, 1, V)), 1)]
target = [ForAll((k, 1, V), 0 <= q[k]), Eq(Sum(q[k], (k, 1, V)), 1)]
rate = [0 <= eps, eps <= 1]
tokens = [ForAll((t, 1, T), 1 <= ys[t]), ForAll((t, 1, T), ys[t] <= V)]
model = [ForAll([(t, 1, T), (k, 1, V)], 0 < ps[t][k])]
sizes = [1 <= V, 0 <= T]

nll = -log(p[y])
residual = eps * (log(p[y]) - log(defs.geometric_mean(V, p)))
smoothed_loss = defs.cross_entropy(V, defs.smoothed(V, eps, y), p)


# --- true -------------------------------------------------------------------------------------------------------------


# tried in tests/test_kernel_axioms.py: its condition speaks of all reals in an interval
BY_HAND = {"derivative_local"}


@pytest.mark.parametrize("name", sorted(AXIOMS.keys() - BY_HAND))
def test_every_axiom(name: str) -> None:
    given, claim = AXIOMS[name]
    report = second_opinion_on(claim, given=given)
    assert report, f"{name}: {report.detail}"


@pytest.mark.parametrize("name", SORTED_AXIOMS)
def test_every_axiom_about_sets(name: str) -> None:
    given, claim = SORTED_AXIOMS[name](Theta)
    assert second_opinion_on(claim, given=given)


EQUATIONS: list[tuple[Term, Term, list[Term]]] = [
    (defs.cross_entropy(V, defs.one_hot(y), p), nll, [*token, *positive]),
    (smoothed_loss, nll + residual, [*token, *positive, *rate]),
    (defs.cross_entropy(V, q, p), defs.entropy(V, q) + defs.kl(V, q, p), [*positive, ForAll((k, 1, V), 0 <= q[k])]),
    (Sum(defs.softmax(V, z)[k], (k, 1, V)), Num(1), [1 <= V]),
    (partial(defs.logsumexp(V, z), z, j), defs.softmax(V, z)[j], [1 <= j, j <= V]),
    (log(defs.sequence_probability(T, ps, ys)), defs.log_likelihood(T, ps, ys), [*tokens, *model, *sizes]),
    (
        Sum(defs.cross_entropy(V, defs.one_hot(ys[t]), ps[t]), (t, 1, T)),
        -log(defs.sequence_probability(T, ps, ys)),
        [*tokens, *model, *sizes],
    ),
    (Sum(Sum(ps[t][k], (k, 1, V)), (t, 1, T)), Sum(Sum(ps[t][k], (t, 1, T)), (k, 1, V)), []),
    (Sum(p[k] * delta(2 * k, 3), (k, 1, V)), Num(0), []),
]


@pytest.mark.parametrize(("left", "right", "given"), EQUATIONS, ids=lambda v: str(v)[:60])
def test_equations_that_sympy_confirms(left: Term, right: Term, given: list[Term]) -> None:
    report = second_opinion(left, right, given=given)
    assert report
    assert report.symbolic
    assert report.models >= 3
    assert report.points >= 9
    assert "SymPy simplifies the difference to 0" in report.detail


def test_normalisation_is_used_numerically_and_symbolically() -> None:
    gradient = partial(defs.cross_entropy(V, q, defs.softmax(V, z)), z, j)
    wanted = defs.softmax(V, z)[j] - q[j]
    within = [1 <= j, j <= V]
    sums_to_one = Eq(Sum(q[k], (k, 1, V)), 1)
    assert second_opinion(gradient, wanted, given=[*within, sums_to_one]).symbolic
    assert second_opinion(gradient, wanted, given=within).verdict is Verdict.DISAGREE


def test_hypotheses_that_fix_entries() -> None:
    same = ForAll((k, 1, V), Eq(q[k], p[k]))
    assert second_opinion(defs.kl(V, q, p), Num(0), given=[same, *positive]).symbolic
    at_each = ForAll((t, 1, T), Eq(Sum(ps[t][k], (k, 1, V)), 1))
    total = Sum(Sum(ps[t][k], (k, 1, V)), (t, 1, T))
    assert second_opinion(total, T, given=[at_each, 1 <= V, 0 <= T])
    assert second_opinion(x + 1, a + 3, given=[Eq(x, a + 2)]).symbolic


def test_a_hypothesis_on_a_product_fixes_its_last_entry() -> None:
    product = Prod(p[k], (k, 1, V))
    left, right = Sum(log(p[k]), (k, 1, V)), log(a)
    given = [1 <= V, *positive, 0 < a]
    assert second_opinion(left, right, given=[*given, Eq(product, a)]).symbolic
    assert second_opinion(left, right, given=[*given, Eq(a, product)]).symbolic
    assert second_opinion(left, right, given=given).verdict is Verdict.DISAGREE
    assert second_opinion(left, right + 1, given=[*given, Eq(product, a)]).verdict is Verdict.DISAGREE


def test_a_product_of_zeros_is_not_divided_by() -> None:
    given = [Eq(V, 2), Eq(p[1], 0), Eq(Prod(p[k], (k, 1, V)), 0)]
    assert second_opinion(p[1] * p[2], Num(0), given=given)
    assert second_opinion(p[2], Num(0), given=given).verdict is Verdict.DISAGREE


def test_inequalities_and_other_statements() -> None:
    assert second_opinion(Num(0), defs.kl(V, q, p), relation="<=", given=[*distribution, *target])
    assert second_opinion(Num(0), exp(x), relation="<")
    equal = ForAll((k, 1, V), Eq(p[k], q[k]))
    kl_zero = Iff(Eq(defs.kl(V, q, p), 0), equal)
    assert second_opinion_on(kl_zero, given=[*distribution, *target])
    assert second_opinion_on(ForAll([x, (k, 1, 3)], Implies(0 < x, 0 < x * k)))
    assert second_opinion_on(Ne(exp(x), 0))
    assert second_opinion_on(app(HAS, fun(a, exp(a)), b, exp(b))).symbolic


def test_optima_over_a_sort_of_three_elements() -> None:
    assert second_opinion(argmin(theta, -loss[theta]), argmax(theta, loss[theta]))
    affine = argmin(theta, a * loss[theta] + b)
    assert second_opinion(affine, argmin(theta, loss[theta]), given=[0 < a])
    report = second_opinion(affine, argmin(theta, loss[theta]))
    assert report.verdict is Verdict.DISAGREE
    assert report.counterexample["a"] <= 0
    assert second_opinion_on(Iff(Member(theta, argmin(theta, -loss[theta])), Member(theta, argmax(theta, loss[theta]))))


# --- false ------------------------------------------------------------------------------------------------------------

WRONG: dict[str, tuple[Term, Term, str, list[Term]]] = {
    "the token need not be in the vocabulary": (
        defs.cross_entropy(V, defs.one_hot(y), p), nll, "=", [*positive, 1 <= V],
    ),
    "the residual has the other sign": (smoothed_loss, nll - residual, "=", [*token, *positive, *rate]),
    "smoothing does nothing": (smoothed_loss, nll, "=", [*token, *positive, *rate]),
    "the two conventions of smoothing agree": (
        defs.smoothed(V, eps, y)[k], defs.smoothed_off(V, eps, y)[k], "=", [*token, 2 <= V, 1 <= k, k <= V],
    ),
    "smoothing always raises the loss": (nll, smoothed_loss, "<=", [*token, *distribution, *rate]),
    "the divergence is strictly positive": (Num(0), defs.kl(V, q, p), "<", [*distribution, *target]),
    "the divergence is symmetric": (defs.kl(V, q, p), defs.kl(V, p, q), "=", [*distribution, *target, *positive]),
    "cross-entropy is the divergence": (
        defs.cross_entropy(V, q, p), defs.kl(V, q, p), "=", [*distribution, *target],
    ),
    "softmax is idempotent": (defs.softmax(V, defs.softmax(V, z))[j], defs.softmax(V, z)[j], "=", [1 <= j, j <= V]),
    "softmax is scale invariant": (defs.softmax(V, fun(k, a * z[k]))[1], defs.softmax(V, z)[1], "=", [1 <= V]),
    "the log of a sum is a sum of logs": (
        log(Sum(p[k], (k, 1, V))), Sum(log(p[k]), (k, 1, V)), "=", [*positive, 1 <= V],
    ),
    "a product needs no positive factors": (exp(log(x) + log(x)), x * x * x, "=", [0 < x]),
    "an empty sum is -1": (Sum(Num(1), (k, 5, 3)), Num(-1), "=", []),
    "two numbers differ by little": (exp(x), exp(x) + Num(Fraction(1, 10**12)), "=", []),
    "x differs from x": (x, x, "!=", []),
    "a strict inequality that is an equation": (log(Num(4)), 2 * log(Num(2)), "<", []),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_false_siblings(name: str) -> None:
    left, right, relation, given = WRONG[name]
    report = second_opinion(left, right, relation=relation, given=given)
    assert report.verdict is Verdict.DISAGREE, report.detail
    assert not report
    assert "the statement is false" in report.detail


def test_a_counterexample_is_shown_and_is_one() -> None:
    report = second_opinion(defs.cross_entropy(V, defs.one_hot(y), p), nll, given=[*positive, 1 <= V])
    values = report.counterexample
    assert not 1 <= values["y"] <= values["V"]
    assert f"y={values['y']}" in report.detail
    assert all(isinstance(v, (int, Fraction)) for v in values.values())


# --- no opinion -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "given", "why"),
    [
        (Eq(x, x), [x < x], "no small model"),
        (Eq(log(x), log(x)), [x < 0], "no small model"),
        (Eq(argmin(p, p[1]), argmin(p, p[1])), [], "too many values of sort"),
        (Eq(argmin(k, p[k]), argmin(k, p[k])), [], "too many values of sort"),
        (Eq(x, x), [ForAll(a, x <= a)], "too many values of sort"),
        (Eq(function("w", REAL, REAL)[x], a), [], None),
    ],
    ids=str,
)
def test_no_opinion(claim: Term, given: list[Term], why: str | None) -> None:
    report = second_opinion_on(claim, given=given)
    if why is None:
        assert report.verdict is Verdict.DISAGREE
        return
    assert report.verdict is Verdict.UNKNOWN
    assert not report
    assert why in report.detail


# --- choosing models --------------------------------------------------------------------------------------------------


def test_assignments_fix_integers_and_sequences() -> None:
    left, right = log(defs.sequence_probability(T, ps, ys)), log(ps[1][1]) + log(ps[2][3])
    fixed = {"V": 3, "T": 2, "y": (1, 3)}
    assert second_opinion(left, right, [fixed], given=model)
    assert second_opinion(left, right, [{V: 3, T: 2, ys: {1: 1, 2: 3}}], given=model)
    assert second_opinion(left, right, [{**fixed, "y": (1, 2)}], given=model).verdict is Verdict.DISAGREE
    assert second_opinion(left, right, [{**fixed, "S": 7}], given=model)  # a name that does not occur


def test_the_same_seed_gives_the_same_report() -> None:
    def ask(seed: int) -> Report:
        return second_opinion(nll, smoothed_loss, relation="<=", given=[*token, *distribution, *rate], seed=seed)

    assert ask(1).counterexample == ask(1).counterexample
    assert ask(1).verdict is ask(2).verdict is Verdict.DISAGREE


def test_integer_models_satisfy_the_hypotheses_smallest_first() -> None:
    found = integer_models([V, y], token, {}, 5, random.Random(0))
    assert found[0] == {V: 1, y: 1}
    assert len(found) == 5
    assert all(1 <= m[y] <= m[V] for m in found)
    assert integer_models([V, y], token, {V: 2}, 5, random.Random(0)) == [{V: 2, y: 1}, {V: 2, y: 2}]
    assert integer_models([V], [V < 1, 1 < V], {}, 5, random.Random(0)) == []


def test_points_satisfy_the_hypotheses() -> None:
    rng = random.Random(0)
    seen = list(points({V: 3}, {}, [*distribution, *rate], Numeric(50), 10, rng))
    assert len(seen) == 10
    for meaning in seen:
        entries = [meaning.value(p[i]) for i in (1, 2, 3)]
        assert sum(entries) == 1  # exactly
        assert min(entries) > 0
        assert 0 <= meaning.value(eps) <= 1


# --- values -----------------------------------------------------------------------------------------------------------


def _meaning(integers: dict[Var, int] | None = None, **entries: object) -> Meaning:
    def reals(var: Var, key: tuple[object, ...]) -> object:
        value = entries[var.name]
        for i in key:
            value = value[i - 1]  # type: ignore[index, operator]
        return value

    return Meaning(SmallModel(integers or {}, random.Random(0), reals), Numeric(50))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("term", "value"),
    [
        (Sum(p[k], (k, 2, 1)), 0),
        (Sum(p[k], (k, 5, 3)), 0),
        (Prod(p[k], (k, 5, 3)), 1),
        (Sum(p[k], (k, 1, 2)), Fraction(1, 2)),
        (xlogy(p[2] - p[2], p[2] - p[2]), 0),
        (delta(k, k + 1) * log(p[1] - p[1]), 0),  # 0 times anything is 0
        (log(p[1] - p[1]) * delta(k, k + 1), 0),
        (x**0, 1),
        ((x - x) ** 0, 1),
        (x**-2, 4),
        (Num(2) ** (x + Num(Fraction(1, 2))), 2),
        (1 / x, 2),
        (log(exp(x - x)), 0),
        (Sum(Sum(delta(k, j), (j, 1, k)), (k, 1, 3)), 3),
    ],
    ids=str,
)
def test_conventions(term: Term, value: object) -> None:
    got = _meaning({k: 1}, p=[Fraction(1, 4), Fraction(1, 4)], x=Fraction(1, 2)).value(term)
    assert abs(Numeric(50).real(got) - value) < mpmath.mpf(10) ** -15


@pytest.mark.parametrize("term", [log(x - x), log(x - 1), 1 / (x - x), (x - 1) ** x, xlogy(x, x - 1)], ids=str)
def test_undefined(term: Term) -> None:
    with pytest.raises(Undefined):
        _meaning(x=Fraction(1, 2)).value(term)


def test_sets_with_ties() -> None:
    meaning = Meaning(SmallModel({}, random.Random(0), lambda var, key: (1, 2, 1)[key[0][1]]), Numeric(50))
    assert meaning.value(argmin(theta, loss[theta])) == {("Theta", 0), ("Theta", 2)}
    assert meaning.value(argmax(theta, log(loss[theta]))) == {("Theta", 1)}
    with pytest.raises(CannotExpand):
        meaning.value(argmin(k, x))


def test_derivatives_by_dual_numbers_and_by_sympy() -> None:
    softmax_1 = defs.softmax(Num(3), z)[1]
    hessian = partial(partial(defs.logsumexp(Num(3), z), z, 1), z, 2)
    numbers = _meaning(z=[Fraction(1, 2), Fraction(-1, 3), Fraction(2)])
    symbols = Meaning(
        SmallModel({}, random.Random(0), lambda var, key: sympy.Symbol(f"z_{key[0]}", positive=True)), Symbolic()
    )
    values = {sympy.Symbol(f"z_{i}", positive=True): v for i, v in ((1, "1/2"), (2, "-1/3"), (3, "2"))}
    for term in (partial(softmax_1, z, 3), hessian, partial(z[1] ** 2 * log(2 + z[2] ** 2) / (3 + z[3]), z, 2)):
        expected = symbols.value(term).subs({s: sympy.Rational(v) for s, v in values.items()}).evalf(40)
        assert abs(numbers.value(term) - mpmath.mpf(str(expected))) < 1e-14
    z1, z2, z3 = (numbers.value(z[i]) for i in (1, 2, 3))
    e1, e2, e3 = (mpmath.exp(mpmath.mpf(v.numerator) / v.denominator) for v in (z1, z2, z3))
    assert abs(numbers.value(hessian) + e1 * e2 / (e1 + e2 + e3) ** 2) < 1e-14


def test_normalisation_by_the_last_entry() -> None:
    symbols = Meaning(
        SmallModel({V: 3}, random.Random(0), lambda var, key: sympy.Symbol(f"p_{key[0]}", positive=True)), Symbolic()
    )
    impose(symbols, distribution, last=True)
    assert str(symbols.value(p[3])) == "-p_1 - p_2 + 1"
    assert symbols.value(Sum(p[k], (k, 1, V))) == 1


def test_a_table_that_is_said_by_its_own_marginals_has_models_with_two_rows() -> None:
    from derive.proofs.joint import independence_drops_the_condition

    proved = independence_drops_the_condition.theorem
    report = second_opinion_on(proved.concl, given=proved.hyps, symbolic=False)
    assert report, report.detail
    assert report.points > 4  # tables of one row or column alone give fewer
