"""From one line to the next: the reasons of a line, turned into a theorem or into an account of what is missing.

``justify(relation, before, after, reasons, given, context)`` gives Success(theorem, used) or Failure(what, missing, gives).
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sequents import assert_says
from strategies import f, g, i, j, k, n, polynomials, rearranged, x, y
from sweep import examples

from derive import *
from derive.board.justify import Failure, Success, Toolbox, justify, prove_fact, prove_statement
from derive.board.reasons import Reversed, Reworded, as_list
from derive.kernel.terms import EQ, IFF, LE, LT, Num, app, implies
from derive.language.letters import THETA, V, p, phi, theta, z
from derive.tactics.context import Context

SIGNS = {"=": EQ, "<=": LE, "<": LT, "<=>": IFF}
RANGE = (1 <= i, i <= n)
POSITIVE = ForAll((k, 1, n), 0 < f[k])
loss = function("L", THETA, REAL)


def total(body, low=1):
    return Sum(body, (k, low, n))


def line(relation, before, after, by, *conditions):
    """What becomes of a line; a success says just that the two are so related, under the conditions."""
    out = justify(relation, before, after, as_list(by), list(conditions), Context.of(conditions))
    if isinstance(out, Success):
        assert_says(out.theorem, app(SIGNS[relation], before, after), conditions)
    return out


def follows(relation, before, after, by, *conditions):
    return isinstance(line(relation, before, after, by, *conditions), Success)


# --- each kind of reason: a line that it carries, and one that it does not ----------------------------------------------

LINES = {
    "ring": (x + y, y + x, ring, [], x - y),
    "ring with a divisor": (x * y / y, x, ring, [Ne(y, 0)], x / y),
    "auto": (total(x * f[k]) + log(exp(y)), y + x * total(f[k]), auto, [], x * total(f[k])),
    "sums": (total(f[k] + x * g[k]), x * total(g[k]) + total(f[k]), sums, [], total(f[k]) + total(g[k])),
    "logs": (log(x / y), log(x) - log(y), logs, [0 < x, 0 < y], log(x) + log(y)),
    "order, for an equation": (x, y + 1, order, [Eq(x - 1, y)], y),
    "calculus": (partial(z[i] * z[j], z, j), delta(i, j) * z[j] + z[i], [calculus, auto], [], z[i]),
    "a definition": (surprisal(p, i), -log(p[i]), surprisal, [], log(p[i])),
    "a definition of a family": (uniform(V)[k] * x, 1 / V * x, uniform, [], V * x),
    "a definition, folded": (-log(p[i]), surprisal(p, i), reverse(surprisal), [], surprisal(p, j)),
    "a lemma": (log(x * y), log(x) + log(y), log_mul, [0 < x, 0 < y], log(x)),
    "a lemma inside": (exp(2 * log(x * y)), exp(2 * (log(x) + log(y))), log_mul, [0 < x, 0 < y], exp(log(x) + log(y))),
    "a lemma, right to left": (log(x) + log(y), log(x * y), reverse(log_mul), [0 < x, 0 < y], log(x + y)),
    "a lemma up to calculation": (total(f[k] * delta(k, i) * 2), 2 * f[i], sum_delta, [*RANGE], f[i]),
    "a lemma under a sum": (total(log(1 / f[k])), total(-log(f[k])), log_inv, [POSITIVE], total(log(f[k]))),
    "several": (-log(1 / x), log(x), [log_inv, ring], [0 < x], -log(x)),
    "a condition": (exp(x), exp(y), Eq(x, y), [Eq(x, y)], exp(y + 1)),
    "a condition, right to left": (exp(y), exp(x), reverse(Eq(x, y)), [Eq(x, y)], exp(x + 1)),
    "a condition for all k": (total(f[k]), total(g[k]), ForAll((k, 1, n), Eq(f[k], g[k])),
                              [ForAll((k, 1, n), Eq(f[k], g[k]))], total(2 * g[k])),
    "an axiom": (Prod(f[k], (k, 1, n + 1)), Prod(f[k], (k, 1, n)) * f[n + 1], prod_last, [0 <= n], Prod(f[k], (k, 1, n))),
    "a law of minimisers": (argmin(theta, loss[theta] + x), argmin(theta, loss[theta]), argmin_shift, [], argmin(theta, x)),
    "a law of minimisers with its condition": (argmin(theta, x * loss[theta]), argmin(theta, loss[theta]), argmin_scale,
                                               [0 < x], argmax(theta, loss[theta])),
    "a law of minimisers, right to left": (argmin(theta, loss[theta]), argmin(theta, x * loss[theta]),
                                           reverse(argmin_scale), [0 < x], argmax(theta, x * loss[theta])),
    "two inequalities": (x, y, le_antisymm, [x <= y, y <= x], x + 1),
    "cases": (delta(i, j) * f[i], delta(i, j) * f[j], [by_cases(Eq(i, j)), auto], [], f[j]),
    "cases, one of them by a condition": (
        x * f[i],
        Num(0),
        [by_cases(Eq(x, 0)), implies(Ne(x, 0), Eq(f[i], 0)), auto],
        [implies(Ne(x, 0), Eq(f[i], 0))],
        x,
    ),
    "in other words": (x + y, y + x, because("obvious", ring), [], y),
}  # fmt: skip


@pytest.mark.parametrize("name", LINES)
def test_a_line_follows_for_its_reason_and_under_its_conditions(name):
    before, after, by, conditions, wrong = LINES[name]
    assert follows("=", before, after, by, *conditions)
    assert not follows("=", before, wrong, by, *conditions)
    for left_out in conditions:
        if left_out not in as_list(by) and not (as_list(by) and left_out == getattr(as_list(by)[0], "reason", None)):
            assert not follows("=", before, after, by, *(c for c in conditions if c is not left_out)), left_out


COMPARISONS = {
    "order": ("<=", x, y + 1, order, [x <= y]),
    "order, strict": ("<", x, y, order, [x < f[i], f[i] <= y]),
    "a lemma": ("<=", log(x), log(y), log_le, [0 < x, x <= y]),
    "a lemma, strict": ("<", log(x), log(y), log_lt, [0 < x, x < y]),
    "a lemma with arithmetic": ("<=", log(x) + 1, x, log_le_sub_one, [0 < x]),
    "term by term": ("<=", total(log(f[k])), total(f[k] - 1), log_le_sub_one, [POSITIVE]),
    "after calculation": ("<=", total(x * f[k]), x * y, [sums, order], [total(f[k]) <= y, 0 <= x]),
    "a condition": ("<=", f[i], g[i], ForAll(k, f[k] <= g[k]), [ForAll(k, f[k] <= g[k])]),
    "cases": ("<=", delta(i, j) * x, x, [by_cases(Eq(i, j)), auto], [0 <= x]),
}


@pytest.mark.parametrize("name", COMPARISONS)
def test_an_inequality_follows_and_not_the_other_way_round(name):
    relation, before, after, by, conditions = COMPARISONS[name]
    assert follows(relation, before, after, by, *conditions)
    assert not follows("<", after, before, by, *conditions)


def test_equivalent_statements():
    assert follows("<=>", log(x) <= log(y), x <= y, log_le_iff, 0 < x, 0 < y)
    assert follows("<=>", x <= y, y - x >= 0, order)
    assert not follows("<=>", x < y, x <= y, order)
    least = ForAll(phi, loss[theta] <= loss[phi])
    assert follows("<=>", Member(theta, argmin(theta, loss[theta])), least, mem_argmin)
    assert not follows("<=>", Member(theta, argmax(theta, loss[theta])), least, mem_argmax)


def test_a_line_that_repeats_the_last_one_follows_for_no_reason_in_particular():
    assert follows("=", x, x, ring)
    assert not follows("=", x, x, log_mul), "a lemma that is named must be used"


# --- what a failure says ---------------------------------------------------------------------------------------------


def test_a_failure_names_the_conditions_that_are_missing():
    out = line("=", log(x * y), log(x) + log(y), log_mul, 0 < x)
    assert isinstance(out, Failure) and out.what == "does not follow"
    assert out.missing[0] == (0 < y)
    assert list(line("=", total(delta(k, i) * f[k]), f[i], sum_delta, 1 <= i).missing) == [i <= n]


def test_a_failure_says_what_the_reasons_give_instead():
    out = line("=", log(exp(x)), x + 1, log_exp)
    assert (out.what, out.gives) == ("does not follow", x)
    assert line("=", total(x * f[k]), total(f[k]), sums).gives == x * total(f[k])
    assert line("=", x, y, ring).gives is None, "calculation gives nothing in particular"
    assert line("<=", x, y, order).gives is None


def test_notes_of_an_earlier_line_are_forgotten():
    ctx = Context.of([1 <= i])
    justify("=", total(delta(k, i) * f[k]), f[i], [sum_delta], [1 <= i], ctx)
    assert ctx.missing == [i <= n]
    assert not justify("=", x, y, [ring], [1 <= i], ctx).missing


def test_a_reason_that_the_line_does_not_need_is_refused():
    out = line("=", x + y, y + x, [ring, log_mul], 0 < x, 0 < y)
    assert out.idle == [log_mul]
    assert out._replace(idle=()) == Failure("follows without log_mul; write by=ring", holds=True)
    assert line("=", log(exp(x)), x, [log_exp, uniform]).what.startswith("follows without uniform")
    assert line("=", x + y, y + x, [ring, argmin_shift]).what.startswith("follows without argmin_shift")


def test_a_lemma_does_not_count_as_used_because_another_line_has_used_it():
    assert follows("=", log(x * y), log(x) + log(y), log_mul, 0 < x, 0 < y)
    assert not follows("=", x + y, y + x, [ring, log_mul])


IDLE = {
    "conditions and tactics": ("=", x - x, Num(0), [0 < x, Eq(y, 1), ring, logs, calculus], "0 < x, Eq(y, 1), logs and calculus", "ring"),
    "a tactic that does something else": ("=", x - x, Num(0), logs, "logs", ""),
    "an order of what is equal": ("=", x + y, y + x, order, "order", ""),
    "two tactics for one thing": ("=", x + y, y + x, [auto, ring], "auto", "ring"),
    "algebra where there is none": ("=", log(x * y), log(x) + log(y), [log_mul, ring], "ring", "log_mul"),
    "behind words": ("=", log(x * y), log(x) + log(y), because("clear", [log_mul, ring]), "ring", "log_mul"),
    "in a list of lists": ("=", log(x * y), log(x) + log(y), [[log_mul], [[0 < x, auto]]], "auto", "[log_mul, 0 < x]"),
    "a tactic for what is a condition": ("=", y, Num(1), ring, "ring", ""),
    "cases that make no difference": ("=", x - x, Num(0), [by_cases(Eq(i, j)), ring], "by_cases(Eq(i, j))", "ring"),
    "a definition": ("=", x + y, y + x, [ring, uniform], "uniform", "ring"),
    "a definition right to left": ("=", x + y, y + x, [ring, reverse(uniform)], "uniform", "ring"),
    "a condition of an inequality": ("<=", Num(0), x + x, [0 < x, Eq(y, 1), order], "Eq(y, 1)", "[0 < x, order]"),
}  # fmt: skip


@pytest.mark.parametrize("name", IDLE)
def test_every_kind_of_reason_is_used_or_refused(name):
    relation, before, after, by, passed_over, instead = IDLE[name]
    out = line(relation, before, after, by, 0 < x, 0 < y, Eq(y, 1))
    assert out._replace(idle=()) == Failure(
        f"follows without {passed_over}" + (f"; write by={instead}" if instead else ""), holds=True
    )


def test_a_condition_that_is_cited_is_used_where_another_would_do():
    assert follows("<=", x, y + 1, [x <= y, order], x <= y, x < y)
    assert follows("<=", x, y + 1, [x < y, order], x <= y, x < y)


def test_a_fact_must_use_its_reasons_too():
    every = ForAll(k, Implies(1 <= k, k <= n, 0 < f[k]))
    ctx = Context.of([every])
    assert not isinstance(prove_fact(every, [every], [every], ctx), Failure)
    assert prove_fact(every, [every, log_mul], [every], ctx).what.startswith(
        "follows without log_mul; write by=ForAll((k, 1, n), "
    )


def test_a_success_says_which_laws_calculation_used():
    assert set(line("=", total(x * f[k]), x * total(f[k]), auto).used) == {"sum_mul"}
    assert line("=", x + y, y + x, auto).used == ()
    assert line("=", partial(z[i], z, j), delta(i, j), calculus).used == ("differentiation",)


# --- what is no reason -----------------------------------------------------------------------------------------------


def test_a_statement_that_is_not_among_the_conditions_is_refused():
    with pytest.raises(ValueError, match="x = y is not among the conditions given"):
        line("=", x, y, Eq(x, y))


@pytest.mark.parametrize(
    "nonsense", ["ring", None, gap("todo"), Reversed(gap("todo")), Reworded(["ring"], "x")], ids=repr
)
def test_what_is_no_reason_is_refused(nonsense):
    with pytest.raises(TypeError, match="is not a reason"):
        line("=", x, x, [nonsense])


def test_cases_are_cases_of_a_comparison():
    with pytest.raises(ValueError, match="is not a comparison; by_cases needs one"):
        line("=", x, y, [by_cases(POSITIVE), auto])


# --- the toolbox -----------------------------------------------------------------------------------------------------


def test_reasons_are_sorted_by_what_they_can_do():
    ctx = Context.of([Eq(x, y), 0 < x])
    tools = Toolbox([auto, log_mul, surprisal, Eq(x, y), 0 < x, exp_pos, by_cases(x < 1), argmin_shift], ctx.facts, ctx)
    assert [rule.name for rule in tools.rules] == ["log_mul", "surprisal", "condition", "argmin_shift"]
    assert [known.name for known in tools.lemmas] == ["log_mul", "condition", "condition", "exp_pos"]
    assert tools.definitions == [surprisal]
    assert tools.tactics == [auto]
    assert tools.splits == [x < 1]
    assert len(tools.must_use) == 4, "the lemmas, the definition and the law; tactics and conditions may be idle"


def test_a_lemma_turns_on_the_feature_of_the_normal_form_that_does_the_same():
    ctx = Context()
    assert Toolbox([sum_delta], [], ctx).features == {"indicators"}
    assert Toolbox([sum_swap, log_inv], [], ctx).features == {"nested", "logs"}
    assert Toolbox([exp_add], [], ctx).features == set()


def test_only_what_comes_to_an_end_is_used_over_and_over():
    forward = Toolbox([log_mul, delta_comm, reverse(log_inv), surprisal], [], Context()).forward
    assert [rule.name for rule in forward] == ["log_mul"]


def test_an_equivalence_is_no_equation():
    assert [rule.name for rule in Toolbox([log_mul, log_le_iff], [], Context()).equations] == ["log_mul"]


# --- statements that are no line -------------------------------------------------------------------------------------


def proved(statement, by, *conditions):
    ctx = Context.of(conditions)
    th = prove_statement(statement, Toolbox(as_list(by), list(conditions), ctx), ctx)
    if th is not None:
        assert_says(th, statement, conditions)
    return th is not None


def test_a_statement_for_all_k():
    goal = ForAll((k, 1, n), log(f[k]) <= f[k] - 1)
    assert proved(goal, log_le_sub_one, POSITIVE)
    assert not proved(goal, log_le_sub_one)
    assert not proved(goal, order, POSITIVE)


def test_a_statement_for_all_k_by_cases_on_k():
    goal = ForAll((k, 1, n), delta(k, i) * f[k] <= f[k])
    assert proved(goal, [by_cases(Eq(k, i)), auto], POSITIVE)
    assert not proved(goal, [by_cases(Eq(k, i)), auto])


def test_where_k_is_a_free_letter_too_the_cases_are_cases_of_that_one():
    goal = ForAll((k, 1, n), delta(k, i) * f[k] <= f[k])
    assert not proved(goal, [by_cases(Eq(k, i)), auto], POSITIVE, 1 <= k)


# --- for all polynomials ---------------------------------------------------------------------------------------------


@examples(30)
@given(polynomials((x, f[i], exp(y), Num(2))), st.data(), st.sampled_from((ring, auto)))
def test_a_rearranged_line_follows_by_calculation(before, data, tactic):
    after = data.draw(rearranged(before))
    assert follows("=", before, after, tactic)
    assert follows("<=", before, after, order)
    assert follows("<", before, after + 1, order)
    assert not follows("=", before, after + 1, tactic)
    assert not follows("<", before, after, order)
