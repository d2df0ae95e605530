"""The context: what is known at a place in a term."""

from __future__ import annotations

from sequents import assert_says
from strategies import f, g, i, k, n, x, y

from derive import *
from derive.kernel import rules as r
from derive.kernel.terms import implies
from derive.tactics import side
from derive.tactics.context import Context, Universal

POSITIVE = ForAll((k, 1, n), 0 < f[k])


def test_conditions_are_assumed_and_found_by_their_statement():
    ctx = Context.of([0 < x, x <= y])
    assert [th.concl for th in ctx.facts] == [0 < x, x <= y]
    assert_says(ctx.by_statement[x <= y], x <= y, [x <= y])
    assert (0 <= x) not in ctx.by_statement, "a context holds facts; consequences are for the prover"


def test_an_empty_context_knows_nothing():
    ctx = Context()
    assert (ctx.facts, ctx.by_statement, ctx.universals, ctx.free) == ((), {}, [], set())


def test_crossing_a_binder_extends_a_copy():
    outer = Context.of([0 < x])
    inner = outer.extend(1 <= k, k <= n)
    assert [th.concl for th in inner.facts] == [0 < x, 1 <= k, k <= n]
    assert [th.concl for th in outer.facts] == [0 < x]
    assert (1 <= k) not in outer.by_statement


def test_a_proved_fact_brings_its_own_hypotheses():
    th = r.sym(r.assume(Eq(x, y)))
    ctx = Context.of([0 < x]).with_facts(th)
    assert ctx.by_statement[Eq(y, x)].hyps == (Eq(x, y),)


def test_the_free_variables_are_those_of_facts_and_their_hypotheses():
    """A variable that is opened must avoid them all."""
    th = r.mp(r.assume(implies(0 < y, 0 < x)), r.assume(0 < y))
    assert Context.of([i <= n]).with_facts(th).free == {i, n, x, y}


def test_what_could_not_be_proved_is_collected_for_the_whole_line():
    outer = Context.of([0 < x])
    outer.extend(1 <= k).missing.append(k <= n)
    assert outer.missing == [k <= n]


def test_a_universal_fact_is_taken_apart():
    (fact,) = Context.of([POSITIVE, 0 < x]).universals
    (v,) = fact.variables
    assert (fact.guards, fact.concl) == ([1 <= v, v <= n], 0 < f[v])
    assert fact.theorem.concl == POSITIVE


def test_an_implication_is_a_universal_fact_without_variables():
    (fact,) = Context.of([implies(0 < x, 0 < y)]).universals
    assert (fact.variables, fact.guards, fact.concl) == ([], [0 < x], 0 < y)


def test_a_fact_about_an_optimum_compares_it_with_all_others():
    (u, v), loss = (Var(s, Base("Theta")) for s in ("theta", "phi")), function("L", Base("Theta"), REAL)
    least, greatest = argmin(v, loss[v]), argmax(v, loss[v])
    assert_says(side.prove(loss[u] <= loss[v], Context.of([Member(u, least)])), loss[u] <= loss[v], [Member(u, least)])
    assert_says(
        side.prove(loss[v] <= loss[u], Context.of([Member(u, greatest)])), loss[v] <= loss[u], [Member(u, greatest)]
    )
    assert side.prove(loss[v] <= loss[u], Context.of([Member(u, least)])) is None


def test_the_variables_of_a_universal_fact_are_new():
    """The k that is bound is not the k of the condition beside it."""
    fact = Universal(r.assume(ForAll((i, 1, n), ForAll(k, f[i] <= g[k]))))
    assert len(set(fact.variables)) == 2
    capturing = Universal(r.assume(ForAll(i, f[i] <= g[n] * i)))
    assert n not in capturing.variables
    free_twin = Universal(r.assume(implies(k <= n, ForAll(k, 0 < f[k]))))
    assert k not in free_twin.variables


def test_universal_facts_of_the_outside_are_known_inside():
    inner = Context.of([POSITIVE]).extend(ForAll(k, 0 <= g[k]))
    assert [u.theorem.concl for u in inner.universals] == [POSITIVE, ForAll(k, 0 <= g[k])]
