"""The false claims of the catalogue, each refuted by a small exact model; true ones are not."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from fractions import Fraction

import pytest

from derive.falsify import (
    Counterexample,
    Model,
    NoneFound,
    approx,
    check_line,
    evaluate,
    find_counterexample,
    satisfiable,
)
from derive.falsify.numbers.exact import Exact, log
from derive.falsify.numbers.work import WORK
from derive.kernel.axioms import AXIOMS, SORTED_AXIOMS
from derive.kernel.terms import ARGMAX, Num, Term, Var, app
from derive.language.definitions import (
    cross_entropy,
    entropy,
    geometric_mean,
    kl,
    logsumexp,
    one_hot,
    perplexity,
    smoothed,
    smoothed_off,
    softmax,
    uniform,
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
    exp,
    family,
    fun,
    function,
    integer,
    partial,
    real,
)
from derive.language.syntax import log as ln

V, T, m, n, y, i, j, k, t = (integer(s) for s in "VTmnyijkt")
eps, x, a, b, c = real("eps"), real("x"), real("a"), real("b"), real("c")
p, q, z, A, B = (family(s) for s in ("p", "q", "z", "A", "B"))
ps, ys = function("p", INT, FAMILY), function("y", INT, INT)
THETA = Base("Theta")
theta = Var("theta", THETA)
half = Fraction(1, 2)

TOKEN = [1 <= y, y <= V]
NEGATIVE_LOG = -ln(p[y])


def positive(f: Term, size: Term = V) -> Term:
    return ForAll((k, 1, size), Num(0) < f[k])


def distribution(f: Term, size: Term = V) -> list[Term]:
    return [positive(f, size), Eq(Sum(f[k], (k, 1, size)), 1)]


def closed_distribution(f: Term, size: Term = V) -> list[Term]:
    return [ForAll((k, 1, size), Num(0) <= f[k]), Eq(Sum(f[k], (k, 1, size)), 1)]


def one_hot_loss(target: Term = y, last: Term = V) -> Term:
    return -Sum(delta(k, target) * ln(p[k]), (k, 1, last))


def refuted(claim: Term, given: Sequence[Term] = (), effort: int = 10_000_000) -> Counterexample:
    """A counterexample, seen to be one by evaluating everything again in the model alone."""
    found = find_counterexample(claim, given, effort=effort)
    assert isinstance(found, Counterexample), str(found)
    for h in given:
        assert evaluate(h, found.model) is True
    assert evaluate(found.claim, found.model) is False
    return found


def not_refuted(claim: Term, given: Sequence[Term] = (), budget: int = 400, effort: int = 2_000_000) -> NoneFound:
    found = find_counterexample(claim, given, budget=budget, effort=effort)
    assert isinstance(found, NoneFound), str(found)
    assert found.tried > 0
    assert not found.vacuous
    return found


# --- probability of a sequence ---------------------------------------------------------------------------------------

P = function("P", INT, FAMILY)
JOINT = [
    ForAll([(i, 1, 2), (j, 1, 2)], Num(0) <= P[i][j]),
    Eq(Sum(Sum(P[i][j], (j, 1, 2)), (i, 1, 2)), 1),
]


def test_a_joint_is_not_the_product_of_its_marginals() -> None:
    claim = Eq(P[1][1], Sum(P[1][j], (j, 1, 2)) * Sum(P[i][1], (i, 1, 2)))
    found = refuted(claim, JOINT)
    assert str(found) == "P=((1/2, 0), (0, 1/2)) makes the left side 1/2 and the right side 1/4"


FACTORS = [positive(p, T), ForAll((t, 1, T), p[t] <= 1), 1 <= T]
LOG_LIKELIHOOD = ln(Prod(p[t], (t, 1, T)))


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (Prod(ln(p[t]), (t, 1, T)), "T=2, p=(1/2, 1/2)"),
        (1 / T * Sum(ln(p[t]), (t, 1, T)), "T=2, p=(1/2, 1/2)"),
        (ln(Sum(p[t], (t, 1, T))), "T=2, p=(1/2, 1/2)"),
    ],
    ids=["product of logs", "mean of logs", "log of the sum"],
)
def test_the_log_of_a_product_is_only_the_sum_of_the_logs(wrong: Term, text: str) -> None:
    assert str(refuted(Eq(LOG_LIKELIHOOD, wrong), FACTORS)).startswith(text)
    not_refuted(Eq(LOG_LIKELIHOOD, Sum(ln(p[t]), (t, 1, T))), FACTORS)


def test_the_sum_of_probabilities_is_not_a_probability() -> None:
    refuted(Sum(p[t], (t, 1, T)) <= 1, FACTORS)


def test_the_log_of_a_product_needs_positive_factors() -> None:
    found = not_refuted(Eq(LOG_LIKELIHOOD, Sum(ln(p[t]), (t, 1, T))), [1 <= T])
    assert found.undefined is not None
    assert "log(0)" in found.undefined.reason


def test_greedy_decoding_is_not_optimal() -> None:
    p1, p2 = family("p1"), function("p2", INT, FAMILY)
    g, h = integer("a"), integer("b")
    given = [
        *closed_distribution(p1),
        ForAll([(i, 1, V), (k, 1, V)], Num(0) <= p2[i][k]),
        ForAll((i, 1, V), Eq(Sum(p2[i][k], (k, 1, V)), 1)),
        1 <= g, g <= V, 1 <= h, h <= V,
        ForAll((i, 1, V), p1[i] <= p1[g]),
        ForAll((j, 1, V), p2[g][j] <= p2[g][h]),
    ]  # fmt: skip
    claim = ForAll([(i, 1, V), (j, 1, V)], p1[i] * p2[i][j] <= p1[g] * p2[g][h])
    found = refuted(claim, given)
    assert str(found.model).startswith("V=2")
    assert str(found).endswith(
        "p1=(1/2, 1/2), p2=((1, 0), (1/2, 1/2)) makes the left side 1/2, more than the right side 1/4"
    )


def test_joint_and_conditional_likelihood_have_different_maximisers() -> None:
    first, rest = function("first", THETA, REAL), function("rest", THETA, REAL)
    given = [
        ForAll(theta, Num(0) < first[theta]), ForAll(theta, first[theta] <= 1),
        ForAll(theta, Num(0) < rest[theta]), ForAll(theta, rest[theta] <= 1),
    ]  # fmt: skip
    claim = Eq(argmax(theta, ln(first[theta]) + ln(rest[theta])), argmax(theta, ln(rest[theta])))
    found = refuted(claim, given)
    assert str(found).startswith("Theta={0, 1}, first=(")
    # when the first factor does not depend on theta they have the same
    not_refuted(claim, [*given, ForAll(theta, Eq(first[theta], c))])


# --- cross-entropy ---------------------------------------------------------------------------------------------------


def test_a_dropped_minus_sign() -> None:
    found = refuted(Eq(one_hot_loss(), ln(p[y])), [*TOKEN, positive(p)])
    assert str(found) == "V=2, y=1, p=(1/2, 1/2) makes the left side log 2 and the right side -log 2"
    assert found.left == log(2)
    assert found.right == -log(2)
    assert found.difference == 2 * log(2)
    assert approx(found.difference) == "1.38629"


def test_a_bound_off_by_one() -> None:
    found = refuted(Eq(one_hot_loss(last=V - 1), NEGATIVE_LOG), [*TOKEN, *distribution(p)])
    assert str(found) == "V=2, y=2, p=(1/2, 1/2) makes the left side 0 and the right side log 2"


def test_a_token_outside_the_vocabulary() -> None:
    found = refuted(Eq(one_hot_loss(), NEGATIVE_LOG), distribution(p))
    assert str(found) == "V=2, y=3, p=(1/2, 1/2), p[3]=1/2 makes the left side 0 and the right side log 2"
    not_refuted(Eq(one_hot_loss(), NEGATIVE_LOG), [*TOKEN, *distribution(p)])


def test_one_bound_is_not_enough() -> None:
    assert "y=0" in str(refuted(Eq(one_hot_loss(), NEGATIVE_LOG), [y <= V, *distribution(p)]))


def test_the_line_over_a_sequence() -> None:
    given = [
        ForAll((t, 1, T), 1 <= ys[t]), ForAll((t, 1, T), ys[t] <= V),
        ForAll([(t, 1, T), (k, 1, V)], Num(0) < ps[t][k]),
    ]  # fmt: skip
    loss = Sum(-Sum(delta(k, ys[t]) * ln(ps[t][k]), (k, 1, V)), (t, 1, T))
    not_refuted(Eq(loss, -ln(Prod(ps[t][ys[t]], (t, 1, T)))), given)
    found = refuted(Eq(loss, -ln(Sum(ps[t][ys[t]], (t, 1, T)))), given)
    assert "T=2" in str(found) or "T=0" in str(found)
    refuted(Eq(loss, ln(Prod(ps[t][ys[t]], (t, 1, T)))), given)


def test_the_minimum_of_cross_entropy_is_not_zero() -> None:
    given = [*closed_distribution(q), *distribution(p)]
    refuted(Eq(cross_entropy(V, q, p), kl(V, q, p)), given)
    # at p = q, where it is least, it is the entropy
    assert "q=(1/2, 1/2)" in str(refuted(Eq(cross_entropy(V, q, q), 0), distribution(q)))


def test_kl_is_not_symmetric() -> None:
    given = [*distribution(p), *distribution(q)]
    found = refuted(Eq(kl(V, q, p), kl(V, p, q)), given)
    assert str(found.model) == "V=2, p=(1/2, 1/2), q=(3/4, 1/4)"


def test_gibbs_and_the_split_of_cross_entropy_are_not_refuted() -> None:
    given = [*closed_distribution(q), *distribution(p)]
    not_refuted(Num(0) <= kl(V, q, p), given)
    not_refuted(Eq(cross_entropy(V, q, p), entropy(V, q) + kl(V, q, p)), given)
    not_refuted(Iff(Eq(kl(V, q, p), 0), ForAll((k, 1, V), Eq(q[k], p[k]))), given)
    refuted(Iff(Eq(kl(V, q, p), 0), Eq(q[1], p[1])), [*given, 1 <= V])


def test_the_entropy_of_a_smoothed_target_is_not_zero() -> None:
    not_refuted(Eq(entropy(V, one_hot(y)), 0), TOKEN)
    found = refuted(Eq(entropy(V, smoothed(V, eps, y)), 0), [*TOKEN, 0 < eps, eps < 1])
    assert str(found).startswith("V=2, y=1, eps=1/2 makes the left side")


# --- label smoothing -------------------------------------------------------------------------------------------------

SMOOTHING = [*TOKEN, *distribution(p), 0 < eps, eps < 1]
SMOOTHED_LOSS = cross_entropy(V, smoothed(V, eps, y), p)


def test_smoothing_does_not_always_raise_the_loss() -> None:
    found = refuted(NEGATIVE_LOG <= SMOOTHED_LOSS, SMOOTHING)
    assert str(found.model) == "V=2, y=1, eps=1/2, p=(1/4, 3/4)"
    assert str(found.difference) == "(1/4) log 3"


def test_the_residual_is_not_zero_only_for_uniform() -> None:
    claim = Implies(Eq(SMOOTHED_LOSS, NEGATIVE_LOG), ForAll((k, 1, V), Eq(p[k], 1 / V)))
    found = refuted(claim, SMOOTHING)
    assert "V=3" in str(found.model)
    assert sorted(evaluate(p[r], found.model) for r in (1, 2, 3)) == [Fraction(r, 7) for r in (1, 2, 4)]


def test_the_residual_of_each_convention() -> None:
    mean = 1 / V * Sum(ln(p[k]), (k, 1, V))
    residual = eps * (ln(p[y]) - mean)
    not_refuted(Eq(SMOOTHED_LOSS, NEGATIVE_LOG + residual), SMOOTHING)
    not_refuted(Iff(Eq(SMOOTHED_LOSS, NEGATIVE_LOG), Eq(p[y], geometric_mean(V, p))), SMOOTHING)
    off = cross_entropy(V, smoothed_off(V, eps, y), p)
    not_refuted(Eq(off, NEGATIVE_LOG + V / (V - 1) * residual), [*SMOOTHING, 2 <= V])
    found = refuted(Eq(off, NEGATIVE_LOG + residual), [*SMOOTHING, 2 <= V])
    assert str(found.model) == "V=2, y=1, eps=1/2, p=(3/4, 1/4)"


def test_the_two_conventions_differ() -> None:
    given = [*TOKEN, 2 <= V, 0 < eps, eps < 1]
    found = refuted(Eq(smoothed(V, eps, y), smoothed_off(V, eps, y)), given)
    assert str(found) == "V=2, y=1, k=1, eps=1/2 makes the left side 3/4 and the right side 1/2"
    not_refuted(ForAll((k, 1, V), Eq(smoothed_off(V, eps, y)[k], smoothed(V, eps * V / (V - 1), y)[k])), given)


def test_the_true_token_can_be_the_least_likely() -> None:
    target = smoothed_off(V, eps, y)
    given = [*TOKEN, 3 <= V, 0 < eps, eps < 1]
    found = refuted(ForAll((k, 1, V), target[k] <= target[y]), given)
    assert "V=3" in str(found)
    not_refuted(ForAll((k, 1, V), target[k] <= target[y]), [*given, eps <= (V - 1) / V])


def test_the_sign_of_the_kl_term() -> None:
    # the penalty of smoothing is + KL(u||p), and from u
    given = [*SMOOTHING]
    base = (1 - eps) * NEGATIVE_LOG
    not_refuted(Eq(SMOOTHED_LOSS, base + eps * (ln(V) + kl(V, uniform(V), p))), given)
    refuted(Eq(SMOOTHED_LOSS, base + eps * (ln(V) - kl(V, uniform(V), p))), given)
    refuted(Eq(SMOOTHED_LOSS, base + eps * (ln(V) + kl(V, p, uniform(V)))), given)


def test_smoothing_can_reverse_the_order_of_two_models() -> None:
    given = [*TOKEN, 0 < eps, eps < 1, *distribution(A), *distribution(B)]
    target = smoothed(V, eps, y)
    claim = Implies(-ln(A[y]) < -ln(B[y]), cross_entropy(V, target, A) < cross_entropy(V, target, B))
    found = refuted(claim, given)
    assert "V=2" in str(found)
    assert "not less than the right side" in str(found)


# --- softmax ---------------------------------------------------------------------------------------------------------


def test_softmax_is_not_idempotent() -> None:
    found = refuted(Eq(softmax(V, softmax(V, z)), softmax(V, z)), [1 <= V])
    assert str(found) == "V=2, k=1, z=(0, log 2) makes the left side 1 / (1 + e^(1/3)) and the right side 1/3"


def test_log_softmax_is_idempotent() -> None:
    lp = fun(k, z[k] - logsumexp(V, z))
    not_refuted(ForAll((k, 1, V), Eq(lp[k] - logsumexp(V, lp), lp[k])), [1 <= V], budget=60)


def test_softmax_is_not_scale_invariant() -> None:
    scaled, shifted = fun(k, c * z[k]), fun(k, z[k] + c)
    found = refuted(ForAll((k, 1, V), Eq(softmax(V, scaled)[k], softmax(V, z)[k])), [1 <= V, 0 < c])
    assert "z=(0, log 2)" in str(found)
    not_refuted(ForAll((k, 1, V), Eq(softmax(V, shifted)[k], softmax(V, z)[k])), [1 <= V], budget=100)


def test_the_gradient_for_an_unnormalised_target() -> None:
    loss = -Sum(q[k] * ln(softmax(V, z)[k]), (k, 1, V))
    gradient = partial(loss, z, j)
    given = [1 <= j, j <= V]
    found = refuted(Eq(gradient, softmax(V, z)[j] - q[j]), given)
    assert "q=" in str(found)
    not_refuted(Eq(gradient, Sum(q[k], (k, 1, V)) * softmax(V, z)[j] - q[j]), given, budget=100)
    not_refuted(Eq(gradient, softmax(V, z)[j] - q[j]), [*given, *distribution(q)], budget=100)


def test_the_derivative_of_log_sum_exp_is_softmax() -> None:
    gradient = partial(logsumexp(V, z), z, j)
    not_refuted(Eq(gradient, softmax(V, z)[j]), [1 <= j, j <= V], budget=100)
    # SymPy answers 0
    refuted(Eq(gradient, 0), [1 <= j, j <= V])


def test_the_hessian_is_not_p_minus_its_square_off_the_diagonal() -> None:
    second = partial(softmax(V, z)[i], z, j)
    given = [1 <= i, i <= V, 1 <= j, j <= V]
    s = softmax(V, z)
    not_refuted(Eq(second, s[i] * (delta(i, j) - s[j])), given, budget=80)
    refuted(Eq(second, s[i] * (1 - s[j])), given)


# --- perplexity and averaging ----------------------------------------------------------------------------------------


def test_perplexity_is_not_the_mean_of_the_reciprocals() -> None:
    ppl = exp(-(1 / T) * Sum(ln(p[t]), (t, 1, T)))
    given = [positive(p, T), ForAll((t, 1, T), p[t] <= 1), 1 <= T]
    found = refuted(Eq(1 / T * Sum(1 / p[t], (t, 1, T)), ppl), given)
    assert str(found.model) == "T=2, p=(1/2, 1/4)"
    not_refuted(ppl <= 1 / T * Sum(1 / p[t], (t, 1, T)), given)


def test_the_definition_of_perplexity_at_given_numbers() -> None:
    one, two = Num(1), Num(2)
    given = [Eq(T, 2), Eq(ys[1], 1), Eq(ys[2], 1), Eq(ps[1][1], half * one), Eq(ps[2][1], one / 8)]
    assert not isinstance(satisfiable(given), NoneFound)
    not_refuted(Eq(perplexity(T, ps, ys), 2 * two), given)
    found = refuted(Eq(perplexity(T, ps, ys), 5), given)
    assert found.left == 4
    assert "p=((1/2), (1/8))" in str(found)


def test_a_mean_of_means_is_not_the_mean() -> None:
    sizes, losses = function("n", INT, INT), family("l")
    given = [1 <= m, ForAll((t, 1, m), 1 <= sizes[t])]
    mean = Sum(sizes[t] * losses[t], (t, 1, m)) / Sum(sizes[t], (t, 1, m))
    claim = Eq(1 / m * Sum(losses[t], (t, 1, m)), mean)
    assert "m=2" in str(refuted(claim, given))
    not_refuted(claim, [*given, ForAll((t, 1, m), Eq(sizes[t], n))])


# --- equality of optima ----------------------------------------------------------------------------------------------

f, g = function("f", THETA, REAL), function("g", THETA, REAL)


def test_an_offset_that_depends_on_theta_moves_the_optimum() -> None:
    scaled = argmin(theta, a * -f[theta] + b)
    not_refuted(Eq(argmax(theta, f[theta]), scaled), [0 < a])
    found = refuted(Eq(argmax(theta, f[theta]), argmin(theta, a * -f[theta] + g[theta])), [0 < a])
    assert str(found).startswith("Theta={0, 1}, a=1/2, f=(1, 1), g=(")
    assert "makes the left side {0, 1} and the right side {" in str(found)
    refuted(Eq(argmax(theta, f[theta]), scaled), [])


def test_membership_in_a_set_of_optima() -> None:
    found = refuted(Member(theta, argmax(theta, f[theta])))
    assert "is not in it" in str(found)
    not_refuted(ForAll(theta, Implies(Member(theta, argmax(theta, f[theta])), f[theta] >= f[theta])))


def test_a_minimiser_over_all_families() -> None:
    objective = Sum((z[k] - q[k]) * (z[k] - q[k]), (k, 1, V))
    not_refuted(Member(q, argmin(z, objective)), [])
    refuted(Member(p, argmin(z, objective)), [1 <= V])


def test_sets_over_all_families_are_not_decided() -> None:
    found = find_counterexample(Eq(argmin(z, z[1]), argmin(z, 2 * z[1])), effort=1_000_000)
    assert isinstance(found, NoneFound)
    assert found.undecided
    assert "only finite sorts" in found.reason


# --- statements ------------------------------------------------------------------------------------------------------


def test_other_kinds_of_claims() -> None:
    assert "both sides" in str(refuted(Ne(x, 1)))
    assert "makes the left side true and the right side false" in str(refuted(Iff(x <= 1, x < 1)))
    assert str(refuted(Num(1) < Num(1))) == "it is false: the left side 1, not less than the right side 1"
    assert "k=2" in str(refuted(Eq(one_hot(Num(1)), uniform(Num(1)))))


def test_a_claim_about_functions_is_about_an_index() -> None:
    found = refuted(Eq(one_hot(y), smoothed(V, eps, y)), [*TOKEN, 0 < eps, eps < 1])
    assert "k=1" in str(found)


# --- what is reported when nothing is found --------------------------------------------------------------------------


def test_contradictory_hypotheses_are_reported() -> None:
    found = find_counterexample(Eq(x, 0), [x < 0, Num(0) < x])
    assert isinstance(found, NoneFound)
    assert found.vacuous
    assert "no model of the conditions" in str(found)
    nothing = satisfiable([*TOKEN, V <= 0])
    assert isinstance(nothing, NoneFound)
    assert nothing.vacuous
    two_sums = satisfiable([*distribution(p), Eq(Sum(p[k], (k, 1, V)), 2)], effort=1_000_000)
    assert isinstance(two_sums, NoneFound)


def test_satisfiable_gives_a_model() -> None:
    found = satisfiable([*SMOOTHING])
    assert isinstance(found, Model)
    assert str(found) == "V=2, y=1, eps=1/2, p=(1/2, 1/2)"


def test_a_claim_without_value_is_no_counterexample() -> None:
    found = not_refuted(Eq(ln(x), ln(x)), [x <= 0])
    assert found.undefined is not None
    assert "has no value at x=0: log(0) does not exist" in str(found)


# --- the axioms of the kernel are true -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(AXIOMS))
def test_no_axiom_is_refuted(name: str) -> None:
    given, claim = AXIOMS[name]
    found = find_counterexample(claim, given, budget=300, effort=1_000_000)
    assert isinstance(found, NoneFound), str(found)


@pytest.mark.parametrize("name", sorted(SORTED_AXIOMS))
def test_no_axiom_about_optima_is_refuted(name: str) -> None:
    given, claim = SORTED_AXIOMS[name](THETA)
    not_refuted(claim, given)


@pytest.mark.parametrize(
    ("name", "dropped"),
    [
        ("sum_empty", 0), ("sum_last", 0), ("prod_empty", 0), ("prod_last", 0), ("delta_diff", 0),
        ("exp_gt_one_add", 0), ("mul_pos", 0), ("mul_pos", 1), ("le_antisymm", 0), ("le_antisymm", 1),
    ],
)  # fmt: skip
def test_an_axiom_without_its_condition_is_refuted(name: str, dropped: int) -> None:
    given, claim = AXIOMS[name]
    refuted(claim, [h for i, h in enumerate(given) if i != dropped])


# --- work ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """No clock: what looks at it fails."""

    def stopped() -> float:
        raise AssertionError("a search looked at the clock")

    for name in ("time", "monotonic", "perf_counter", "process_time"):
        monkeypatch.setattr(time, name, stopped)


def spent(claim: Term, given: Sequence[Term], effort: int) -> tuple[int, Counterexample | NoneFound]:
    before = WORK.spent
    found = find_counterexample(claim, given, effort=effort)
    return WORK.spent - before, found


def test_a_search_ends_by_the_work_that_it_does(no_clock: None) -> None:
    given = [*closed_distribution(q), *distribution(p)]
    for effort in (20_000, 200_000):
        work, found = spent(Num(0) <= kl(V, q, p), given, effort)
        assert not found
        assert str(found).endswith("(the budget is used up)")
        assert 0.9 * effort < work < effort + 20_000


def test_a_large_range_does_not_hang(no_clock: None) -> None:
    for size in (10**4, 10**9):
        work, found = spent(Eq(Sum(p[k], (k, 1, V)), 1), [Eq(V, size)], 1_000_000)
        assert isinstance(found, NoneFound)
        assert found.undecided
        assert work < 1_100_000


@pytest.mark.parametrize("count", [10, 60, 120])
def test_making_a_model_simpler_ends_too(no_clock: None, count: int) -> None:
    """One value has to be large, and only random models have one; the others become 1 again."""
    letters = [real(f"r{i}") for i in range(count)]
    work, found = spent(sum(letters[1:], letters[0]) < 2 * count, [], 1_000_000)
    assert isinstance(found, Counterexample)
    assert work < 1_300_000
    assert sum(evaluate(x, found.model) != 1 for x in letters) == 1


SEARCH = """
from derive import *
from derive.falsify import find_counterexample
from derive.language.letters import *
given = [*distribution(q, V), *positive_distribution(p, V)]
print(find_counterexample(0 <= kl(V, q, p), given, effort=100_000))
"""


def test_the_same_search_does_the_same_work(capsys: pytest.CaptureFixture[str]) -> None:
    """Also in a new process, where nothing has been calculated before."""
    for _ in range(2):
        exec(SEARCH, {})
    new = subprocess.run([sys.executable, "-c", SEARCH], capture_output=True, text=True, check=True).stdout
    assert "(the budget is used up)" in new
    assert capsys.readouterr().out == new * 2


def test_the_same_search_gives_the_same_answer() -> None:
    claim = Eq(cross_entropy(V, q, p), cross_entropy(V, p, q))
    given = [*distribution(p), *distribution(q)]
    assert str(find_counterexample(claim, given)) == str(find_counterexample(claim, given))


# --- lines of a derivation -------------------------------------------------------------------------------------------


def test_check_line() -> None:
    given = [*TOKEN, positive(p)]
    found = check_line("=", one_hot_loss(), ln(p[y]), given)
    assert str(found) == "V=2, y=1, p=(1/2, 1/2) makes the left side log 2 and the right side -log 2"
    assert not check_line("=", one_hot_loss(), -ln(p[y]), given, budget=200)
    assert check_line("<", one_hot_loss(), -ln(p[y]), given)
    assert check_line(">", one_hot_loss(), -ln(p[y]), given)
    assert not check_line(">=", one_hot_loss(), -ln(p[y]), given, budget=200)
    assert check_line("<=>", x <= 1, x < 1)


def test_equations_among_the_hypotheses_are_used() -> None:
    found = refuted(Eq(p[1], p[2]), [Eq(p, softmax(V, z)), Eq(V, 2)])
    assert str(found) == "V=2, z=(0, log 2), p=(1/3, 2/3) makes the left side 1/3 and the right side 2/3"
    s = family("s")
    running = [ForAll((t, 1, T), Eq(s[t], s[t - 1] + z[t])), Eq(s[0], 0)]
    not_refuted(Implies(1 <= T, Eq(s[T], Sum(z[t], (t, 1, T)))), running, budget=60)
    assert refuted(Eq(s[T], z[T]), [*running, 1 <= T])


def test_counts_with_a_given_sum_are_whole() -> None:
    counts = function("n", INT, INT)
    some = [ForAll((t, 1, 3), 1 <= counts[t]), Eq(Sum(counts[t], (t, 1, 3)), 5)]
    model = satisfiable(some)
    assert isinstance(model, Model)
    assert sum(evaluate(counts[r], model) for r in (1, 2, 3)) == 5
    assert all(isinstance(evaluate(counts[r], model), int) for r in (1, 2, 3))
    found = refuted(Eq(n, 3), [some[0], Eq(n, Sum(counts[t], (t, 1, 3)))])
    assert evaluate(n, found.model) > 3


def test_given_logarithms() -> None:
    first, second = real("first"), real("second")
    given = [Eq(first, exp(Num(Fraction("-0.7")))), Eq(second, exp(Num(Fraction("-0.4"))))]
    not_refuted(Eq(ln(first * second), Num(Fraction("-1.1"))), given)
    found = refuted(Eq(ln(first * second), Num(Fraction("0.28"))), given)
    assert found.left == Fraction(-11, 10)
    assert isinstance(found.left, (int, Fraction, Exact))


def test_equal_tables_need_not_be_the_same_variable() -> None:
    refuted(Eq(p, q), [])
    not_refuted(Eq(Sum(p[k], (k, 1, V)), Sum(q[k], (k, 1, V))), [Eq(p, q)])
    # the second equation is a condition, not another definition
    assert not satisfiable([Eq(p, uniform(Num(2))), Eq(p, uniform(Num(3)))], effort=500_000)


def test_a_set_of_optima_as_a_variable() -> None:
    s = app(ARGMAX, fun(theta, f[theta] * a))
    refuted(Eq(s, app(ARGMAX, f)), [])
    not_refuted(Eq(s, app(ARGMAX, f)), [0 < a])
