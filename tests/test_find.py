"""Reasons that are found: of lines of the catalogue whose own are withheld or wrong, and none that goes in a circle."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from mutation import Spot, record

from derive import *
from derive.board import catalogue
from derive.board.entries import TheoremEntry
from derive.board.find import ATTEMPTS, PRODUCTS, Found, find, search
from derive.board.goal import Citable, Goal
from derive.kernel.theorem import Theorem
from derive.language.letters import *
from derive.record.relations import BY_OPERATOR
from derive.render.pages.text import derivation_text
from derive.tactics.context import Context
from derive.tactics.monomials import expansion

PROVED = catalogue.theorems()


def goal_of(entry: TheoremEntry, spot: Spot, wrong: tuple[object, ...] = ()) -> Goal:
    """The line without its reason, or with a wrong one.  Every other theorem of the catalogue is offered, also those that
    rest on this one."""
    others = Citable(entry.shows, lambda: [e for e in PROVED if e is not entry])
    context = Context(spot.calc.context.facts)
    relation, before, after = spot.relation, spot.before, spot.term
    if not relation:  # a fact on the way: a line of its own where it relates two terms
        op = getattr(after, "op", None)
        relation, (before, after) = (BY_OPERATOR[op].name, after.args) if op in BY_OPERATOR else ("", (after, after))
    return Goal(relation, before, after, spot.calc.given, context, others, wrong)


def withheld(entries: list[TheoremEntry]) -> Iterator[tuple[str, float, Found | None]]:
    for entry in entries:
        for spot in record(entry):
            start = time.process_time()
            found = find(goal_of(entry, spot))
            yield f"line {spot.number} of {entry.name}", time.process_time() - start, found


@pytest.mark.parametrize(
    "name", ["cross_entropy_is_nll", "label_smoothing_residual", "one_le_perplexity", "log_softmax"]
)
def test_the_reasons_of_a_theorem_are_found(name: str) -> None:
    entry = catalogue.find_theorem(name)
    for line, _, found in withheld([entry]):
        assert found is not None, line
        assert isinstance(found.theorem, Theorem)
        assert found.attempts <= ATTEMPTS
        assert all(x is not entry for x in found.reasons)


def test_reasons_withheld(benchmark: pytest.FixtureRequest, request: pytest.FixtureRequest) -> None:
    """How many of the lines of the catalogue get a reason, and how long that takes."""
    wished = request.config.getoption("benchmark_enable")
    entries = PROVED if wished else PROVED[::18]
    rows = benchmark.pedantic(lambda: list(withheld(entries)), rounds=1, iterations=1)  # type: ignore[attr-defined]
    times = sorted(took for _, took, _ in rows)
    lost = [line for line, _, found in rows if found is None]
    figures = {
        "found": f"{len(rows) - len(lost)} of {len(rows)}",
        **{f"{share} % in ms": round(1000 * times[len(times) * share // 101], 1) for share in (50, 90, 100)},
    }
    benchmark.extra_info.update(figures, lost=lost)  # type: ignore[attr-defined]
    if wished:
        print("\n" + "".join(f"{key}: {value}\n" for key, value in figures.items()) + "\n".join(lost))
    assert len(lost) <= len(rows) // 20


def refusal(entry: TheoremEntry) -> StepError:
    with pytest.raises(StepError) as error:
        _ = entry.theorem
    return error.value


def message(entry: TheoremEntry) -> list[str]:
    return str(refusal(entry)).splitlines()[3:]


SPREAD = Eq(-Sum(q[k] * log(1 / V), (k, 1, V)), -(Sum(q[k], (k, 1, V)) * log(1 / V)))


def test_a_wrong_reason_is_answered_with_one_that_works() -> None:
    @theorem(shows=SPREAD, given=[1 <= V])
    def wrong(calc):
        calc.eq(SPREAD.args[1], by=sum_delta)

    assert message(wrong) == ["  but it follows by sum_mul_right"]


def test_a_line_without_a_reason_gets_one_that_prints_like_any_other() -> None:
    @theorem(shows=SPREAD, given=[1 <= V])
    def silent(calc):
        calc.eq(SPREAD.args[1])

    @theorem(shows=SPREAD, given=[1 <= V])
    def outspoken(calc):
        calc.eq(SPREAD.args[1], by=sum_mul_right)

    (found,), (given,) = silent.check().lines, outspoken.check().lines
    assert found.found
    assert not given.found
    assert found.reasons == given.reasons
    assert found.theorem is not None
    assert found.theorem.concl == given.theorem.concl
    assert derivation_text(silent.check()).splitlines()[2:] == derivation_text(outspoken.check()).splitlines()[2:]


def test_a_fact_on_the_way_without_a_reason_too() -> None:
    @theorem(shows=ForAll((k, 1, V), -f[k] <= 0), given=[ForAll((k, 1, V), 0 <= f[k])])
    def facts(calc):
        calc.have(0 < exp(a))
        calc.have(ForAll((k, 1, V), -f[k] <= 0))

    assert all(line.found for line in facts.check().lines)
    assert facts.check().lines[0].reasons[0].name == "exp_pos"


def test_a_false_line_without_a_reason_is_refuted() -> None:
    @theorem(shows=Eq(cross_entropy(V, q, p), 0), given=positive(p, V))
    def silent_and_false(calc):
        calc.eq(0)

    assert message(silent_and_false)[0].startswith("  the line is false: V=1, p=(1/2), q=(1) makes")


def test_a_missing_condition_is_named_with_what_it_makes_possible() -> None:
    @theorem(shows=Eq(Sum(delta(k, y) * f[k], (k, 1, V)), f[y]), given=[1 <= y])
    def no_upper_bound(calc):
        calc.eq(f[y])

    assert message(no_upper_bound) == [
        "  a condition is missing: y ≤ V",
        "  add it to given=[...], or conditions from which it follows",
        "  with it the line follows by sum_delta",
        "  and the line is false: V=1, y=2, f=(1, 1) makes the left side 0 and the right side 1",
    ]


def test_an_idle_reason_is_left_out() -> None:
    @theorem(shows=Eq(cross_entropy(V, q, uniform(V)), -Sum(q[k] * log(1 / V), (k, 1, V))), given=[1 <= V])
    def one_too_many(calc):
        calc.eq(one_too_many.shows.args[1], by=[cross_entropy, uniform, sum_mul])

    assert message(one_too_many)[-1] == "  follows without sum_mul; write by=[cross_entropy, uniform]"


def test_a_theorem_of_the_catalogue_and_a_condition_are_found() -> None:
    @theorem(shows=Eq(a + kl(V, q, q), a), given=positive_distribution(q, V))
    def cited(calc):
        calc.have(0 <= kl(V, q, q), by=ring)

    assert message(cited) == ["  but it follows by kl_nonneg (from derive.proofs.information import kl_nonneg)"]

    @theorem(shows=Eq(a + b, c), given=[Eq(b, c - a), 0 < a])
    def assumed(calc):
        calc.eq(c, by=sum_delta)

    assert message(assumed)[-1] == "  it follows by Eq(b, c - a)"


def test_a_theorem_is_not_found_for_its_own_proof_nor_for_what_it_rests_on() -> None:
    entry = catalogue.find_theorem("kl_nonneg")
    resting = [e for e in PROVED if any(s.concl == entry.shows for s in proof_steps_of(e))]
    assert {"entropy_le_cross_entropy"} < {e.name for e in resting}
    offered = Citable(entry.shows, lambda: PROVED)
    assert entry not in list(offered)
    assert not any(offered.allows(e) for e in resting)
    goal = Goal("<=", entry.shows.args[0], entry.shows.args[1], entry.given, Context.of(entry.given), offered)
    found = find(goal)
    assert found is None or not any(x in resting for x in found.reasons)


def proof_steps_of(entry: TheoremEntry) -> list[Theorem]:
    from derive.kernel.theorem import proof_steps

    return proof_steps(entry.theorem)


def test_a_later_theorem_of_the_file_is_not_run_and_not_spoilt() -> None:
    """It cites the wrong one; once that is mended, it can be proved."""

    @theorem(shows=Eq(log(exp(a)) + 0, a))
    def first(calc):
        calc.eq(a, by=sum_delta if broken else auto)

    @theorem(shows=Eq(log(exp(b)) + 0, b))
    def second(calc):
        calc.eq(b, by=first)

    broken = True
    assert "second" not in "".join(message(first))
    broken, first._error = False, None
    assert second.theorem.concl == second.shows


def test_an_earlier_theorem_that_cites_a_later_one_is_not_spoilt_by_the_search() -> None:
    """The search for the later one's reason offers the earlier one, which asks for the later one."""

    @theorem(shows=Eq(log(exp(a) * exp(c)) * 1, a + c))
    def earlier(calc):
        calc.eq(a + c, by=later)

    @theorem(shows=Eq(log(exp(a) * exp(c)), a + c))
    def later(calc):
        calc.eq(a + c)

    assert later.theorem.concl == later.shows
    assert earlier.theorem.concl == earlier.shows


def test_the_most_telling_reason_is_found_first() -> None:
    """A definition before a condition, that before a lemma, a lemma that leads from one line to the next before a tactic, and
    a kind of calculation before calculation."""

    def found(before: Term, after: Term, *given: Term) -> str:
        return str(find(Goal("=", before, after, given, Context.of(given), Citable(Eq(before, after)))))

    assert found(-a * b, -(b * a)) == "ring"
    assert found(one_hot(y)[k] + 0, delta(k, y) + 0) == "one_hot"
    assert found(delta(k, y) * a, one_hot(y)[k] * a) == "reverse(one_hot)"
    assert found(a + b, a + c, Eq(b, c), Eq(c, b)) in ("Eq(b, c)", "Eq(c, b)")
    assert found(Sum(delta(k, y) * f[k], (k, 1, V)), f[y], 1 <= y, y <= V) == "sum_delta"
    assert found(log(a * b), log(a) + log(b), 0 < a, 0 < b) == "log_mul"
    assert found(log(a) + log(b), log(a * b), 0 < a, 0 < b) == "reverse(log_mul)"
    assert found(Sum(2 * f[k] + a * q[k], (k, 1, V)), 2 * Sum(f[k], (k, 1, V)) + a * Sum(q[k], (k, 1, V))) == "sums"
    assert found(log(a * b / c) + 0, log(a) + log(b) - log(c), 0 < a, 0 < b, 0 < c) == "[log_div, log_mul]"
    assert found(-Sum(one_hot(y)[k], (k, 1, V)), -Sum(delta(k, y), (k, 1, V))) == "one_hot"


def test_both_sides_are_brought_to_a_common_form() -> None:
    before, after = cross_entropy(V, q, uniform(V)), -(log(1 / V) * Sum(q[k], (k, 1, V)))
    goal = Goal("=", before, after, (1 <= V,), Context.of([1 <= V]), Citable(Eq(before, after)))
    found = find(goal)
    assert found is not None
    assert {cross_entropy, uniform} < set(found.reasons)
    assert goal.follows(found.reasons) is not None


def test_a_derivative_is_found_and_a_part_that_is_no_number_asks_for_nothing() -> None:
    @theorem(shows=Eq(partial(a * z[j] ** 2, z, j), 2 * a * z[j]))
    def slope(calc):
        calc.eq(2 * a * z[j])

    @theorem(shows=Eq(partial(a * z[j] ** 2 + log(Sum(exp(z[k]), (k, 1, V))), z, j), a), given=in_vocabulary(j, V))
    def wrong(calc):
        calc.eq(a)

    assert slope.check().lines[0].reasons[0].name == "calculus"
    with pytest.raises(StepError, match="follows by no reason that was found"):
        wrong.check()


def test_a_line_that_is_neither_proved_nor_refuted_says_how_far_it_was_brought() -> None:
    goal = Sum(exp(z[k]), (k, 1, V)) ** 3 <= V**2 * Sum(exp(z[k]) ** 3, (k, 1, V))  # squares are found

    @theorem(shows=goal, given=[1 <= V])
    def power_mean(calc):
        calc.le(goal.args[1])

    text = message(power_mean)
    assert re.match(r"  none of the \d+ reasons that were tried does; no counterexample among \d+ models", text[0])
    assert text[-1] == "  the line may hold all the same; put a line between"


def test_a_false_line_is_refuted_with_the_smallest_numbers() -> None:
    @theorem(shows=Eq(Sum(delta(k, y) * f[k], (k, 1, V)), -f[y]), given=in_vocabulary(y, V))
    def sign_lost(calc):
        calc.eq(-f[y], by=ring)

    assert message(sign_lost) == [
        "  and the line is false: V=2, y=1, f=(1, 1) makes the left side 1 and the right side -1"
    ]


def test_no_clock_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answer on every machine, whatever else it does."""

    def stopped() -> float:
        raise AssertionError("somebody looked at the clock")

    @theorem(shows=Eq(kl(V, q, p), kl(V, p, q)), given=[*positive_distribution(p, V), *positive_distribution(q, V)])
    def symmetric(calc):
        calc.eq(kl(V, p, q), by=ring)

    for name in ("time", "monotonic", "perf_counter", "process_time"):
        monkeypatch.setattr(time, name, stopped)
    assert "and the line is false: V=2" in message(symmetric)[-1]


def test_budgets_count_attempts() -> None:
    entry = catalogue.find_theorem("cross_entropy_is_nll")
    goals = [goal_of(entry, spot) for spot in record(entry)]
    needed = [find(g).attempts for g in goals]
    assert [find(g).attempts for g in goals] == needed
    late = max(range(len(goals)), key=needed.__getitem__)
    assert find(goals[late], attempts=1) is None


def test_a_condition_is_written_as_one_could_type_it() -> None:
    @theorem(shows=Eq(Sum(p[k], (k, 1, V)), 1), given=positive_distribution(p, V))
    def tautology(calc):
        calc.eq(1, by=ring)

    assert message(tautology)[-1:] == ["  it follows by Eq(Sum(p[k], (k, 1, V)), 1)"]
    by = message(tautology)[-1].partition("by ")[2]

    @theorem(shows=Eq(Sum(p[k], (k, 1, V)), 1), given=positive_distribution(p, V))
    def as_told(calc):
        calc.eq(1, by=eval(by))

    as_told.check()


def test_names_that_the_file_lacks_are_imported() -> None:
    @theorem(shows=SPREAD, given=[1 <= V])
    def wrong(calc):
        calc.eq(SPREAD.args[1], by=sum_delta)

    error = refusal(wrong)
    error.goal.citable.names = {"V": V, "q": q, "k": k}
    assert str(error).splitlines()[-1] == "  but it follows by sum_mul_right (from derive import sum_mul_right)"


@pytest.mark.parametrize("large", [(a + b) ** 64 - (a + b) ** 64, (a + b + c) ** 64, exp((a + b) ** 64)], ids=repr)
def test_fewer_reasons_are_tried_of_what_is_multiplied_out_at_length(large):
    """The work is bounded, not the clock: each reason multiplies the line out anew."""
    goal = Goal("=", large, large + 1, (), Context(), Citable(Eq(large, large + 1)))
    small = Goal("=", a + b, a + b + 1, (), Context(), Citable(Eq(a + b, a + b + 1)))
    searched = search(goal)
    assert searched.found is None
    assert searched.attempts * expansion(goal.statement) <= max(PRODUCTS, expansion(goal.statement))
    assert searched.attempts < search(small).attempts


def test_how_many_products_it_takes_to_multiply_out():
    assert expansion(a + b) == 0
    assert expansion((a + b) * (a - c)) == 4
    assert expansion((a + b) ** 3) == 2 + 4 + 6
    assert expansion(log((a + b) ** 3)) == expansion(Sum((a + k) ** 3, (k, 1, n))) == 12
    assert expansion((a + b) ** 65) == expansion((a + b) ** c) == 0, "an atom"


def test_a_true_line_with_a_large_power_is_found():
    goal = Goal("=", (a + b) ** 64, (b + a) ** 64, (), Context(), Citable(Eq(a, a)))
    assert search(goal).found is not None
