"""What people get wrong: every registered false claim is refuted by exact numbers, and a true theorem stands beside it.

And no theorem is about nothing: its conditions have a model.
"""

from __future__ import annotations

import pytest
from mutation import all_false_claims, all_theorems

from derive import Eq, Sum, fun
from derive.board.entries import FalseClaim, TheoremEntry
from derive.falsify import Counterexample, Model, evaluate, find_counterexample, satisfiable
from derive.falsify.models.arithmetic import sign_of_difference
from derive.kernel.sorts import is_numeric
from derive.kernel.terms import EQ, IMPLIES, LE, LT, App, Term
from derive.language.letters import V, f, k, n

THEOREMS = {entry.name: entry for entry in all_theorems()}
CLAIMS = {claim.name: claim for claim in all_false_claims()}
each_theorem = pytest.mark.parametrize("entry", THEOREMS.values(), ids=THEOREMS)
each_claim = pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)


def test_there_are_false_claims_and_names_are_unique() -> None:
    assert len(CLAIMS) == len(all_false_claims()) >= 30
    assert len(THEOREMS) == len(all_theorems()) >= 60
    assert not CLAIMS.keys() & THEOREMS.keys()


@each_claim
def test_a_false_claim_is_refuted_exactly(claim: FalseClaim) -> None:
    found = find_counterexample(claim.claims, claim.given, effort=60_000_000)
    assert isinstance(found, Counterexample), f"{claim.name}: {found}"
    for condition in claim.given:
        assert evaluate(condition, found.model) is True, f"{condition} at {found.model}"
    for premise in premises_of(claim.claims):
        assert evaluate(premise, found.model) is True, f"{premise} at {found.model}"
    assert evaluate(claim.claims, found.model) is False
    assert evaluate(found.claim, found.model) is False
    if isinstance(found.claim, App) and found.claim.op in (EQ, LE, LT) and is_numeric(found.claim.args[0].sort):
        left, right = (evaluate(side, found.model) for side in found.claim.args)
        assert (left, right) == (found.left, found.right)
        sign = sign_of_difference(left, right)
        assert sign != 0 if found.claim.op is EQ else sign > 0 if found.claim.op is LE else sign >= 0


def premises_of(statement: object) -> list[object]:
    out = []
    while isinstance(statement, App) and statement.op is IMPLIES:
        out.append(statement.args[0])
        statement = statement.args[1]
    return out


@each_claim
def test_a_false_claim_names_what_is_true_instead(claim: FalseClaim) -> None:
    assert claim.instead in THEOREMS, f"{claim.name} names {claim.instead!r}, which is no theorem"
    assert THEOREMS[claim.instead].check().theorem is not None
    assert claim.summary


@each_theorem
def test_no_theorem_is_about_nothing(entry: TheoremEntry) -> None:
    model = satisfiable(entry.given, effort=60_000_000)
    assert isinstance(model, Model), f"{entry.name}: {model}"
    for condition in entry.given:
        assert evaluate(condition, model) is True, f"{condition} at {model}"


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        (Eq(f[V + 1], 0), [Eq(f, fun(k, 0)), 1 <= V]),
        (Eq(f[0], 1), [Eq(f, fun(k, 1))]),
        (Eq(f[n], 1), [Eq(f, fun(k, 1))]),
        (Eq(f[0], 0), [Eq(f, fun(k, k))]),
        (Eq(Sum(f[k], (k, 0, V)), 1 + V), [Eq(f, fun(k, 1)), 0 <= V]),
    ],
    ids=str,
)
def test_a_condition_on_a_whole_function_holds_where_the_claim_asks_later(claim: Term, given: list[Term]) -> None:
    """The table agreed as far as it went, and the claim asked for an entry beyond it: true claims were called false."""
    assert not find_counterexample(claim, given)
