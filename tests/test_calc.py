"""The calc block: what it accepts, what it refuses, and how it says so."""

import re

import pytest

from derive import *
from derive.kernel.terms import Num
from derive.language.letters import *

conditions = [in_vocabulary(y, V), positive(p, V)]
loss = cross_entropy(V, one_hot(y), p)
opened = -Sum(delta(k, y) * log(p[k]), (k, 1, V))


def error_of(entry, kind=UserError):
    with pytest.raises(kind) as caught:
        entry.check()
    return re.sub(r"^\S*test_calc\.py:\d+", "FILE:LINE", str(caught.value))


def test_a_derivation_is_checked_line_by_line():
    @theorem(shows=Eq(loss, -log(p[y])), given=conditions)
    def one_hot_loss(calc):
        """With a one-hot target, cross-entropy is the surprisal of the true token.

        More prose.
        """
        calc.eq(opened, by=[cross_entropy, one_hot])
        calc.eq(-log(p[y]), by=sum_delta)

    derivation = one_hot_loss.check()
    assert derivation.summary == "With a one-hot target, cross-entropy is the surprisal of the true token."
    assert [line.relation for line in derivation.lines] == ["=", "="]
    assert [x.name for x in derivation.lines[0].reasons] == ["cross_entropy", "one_hot"]
    th = one_hot_loss.theorem
    assert th.concl == one_hot_loss.shows
    assert set(th.hyps) <= set(one_hot_loss.given)
    assert one_hot_loss.axioms == {"delta_diff", "delta_same", "sum_empty", "sum_last"}


def test_a_wrong_line_is_answered_with_numbers():
    @theorem(shows=Eq(loss, log(p[y])), given=conditions)
    def sign_lost(calc):
        calc.eq(opened, by=[cross_entropy, one_hot])
        calc.eq(log(p[y]), by=sum_delta)

    assert error_of(sign_lost, StepError) == (
        "FILE:LINE  line 2 of sign_lost does not follow by sum_delta\n"
        "  from  −∑ₖ₌₁ⱽ [k = y] log p(k)\n"
        "  to    = log p(y)\n"
        "  sum_delta gives\n"
        "        −log p(y)\n"
        "  and the line is false: V=2, y=1, p=(1/2, 1/2) makes the left side log 2 and the right side -log 2"
    )


def test_a_missing_condition_is_named():
    @theorem(shows=Eq(Sum(delta(k, y) * f[k], (k, 1, V)), f[y]), given=[1 <= y])
    def no_upper_bound(calc):
        calc.eq(f[y], by=sum_delta)

    text = error_of(no_upper_bound, StepError)
    assert "a condition is missing: y ≤ V" in text
    assert "and the line is false" in text


def test_an_undefined_value_is_refused_at_its_line():
    @theorem(shows=Eq(log(p[y]) - log(p[y]), 0), given=[in_vocabulary(y, V)])
    def log_of_anything(calc):
        calc.eq(0, by=ring)

    assert "log p(y) needs  p(y) > 0" in error_of(log_of_anything, ClaimError).replace("0 < p(y)", "p(y) > 0")


def test_a_chain_must_end_at_its_claim():
    @theorem(shows=Eq(loss, -log(p[y])), given=conditions)
    def stops_early(calc):
        calc.eq(opened, by=[cross_entropy, one_hot])

    assert "does not end at its claim" in error_of(stops_early, ClaimError)


def test_a_gap_prints_and_never_passes():
    @theorem(shows=Eq(loss, -log(p[y])), given=conditions)
    def outline(calc):
        calc.eq(opened, by=gap("unfold the definitions"))
        calc.eq(-log(p[y]), by=sum_delta)

    assert outline.derivation.theorem is None
    assert "unfold the definitions" in error_of(outline, ClaimError)

    @theorem(shows=Eq(loss, -log(p[y])), given=conditions)
    def cites_an_outline(calc):
        calc.eq(-log(p[y]), by=outline)

    assert "gap" in error_of(cites_an_outline, ClaimError)


def test_a_reason_that_is_not_used_is_refused():
    @theorem(shows=Eq(a + b, b + a))
    def too_much(calc):
        calc.eq(b + a, by=[ring, log_mul])

    assert "follows without log_mul" in error_of(too_much, StepError)


def test_a_theorem_may_not_use_itself():
    @theorem(shows=Eq(a + b, b + a))
    def circular(calc):
        calc.eq(b + a, by=circular)

    assert "used in its own proof" in error_of(circular, ClaimError)


def test_floats_and_nonsense_are_not_reasons_or_terms():
    with pytest.raises((ClaimError, TypeError)):
        theorem(shows=Eq(a, 0.5))(lambda calc: None)

    @theorem(shows=Eq(a, a + 0))
    def no_reason(calc):
        calc.eq(a + 0, by="because")

    assert "'because' is not a reason; by= takes" in error_of(no_reason, ClaimError)


@pytest.mark.parametrize(
    "reason", [gap("todo"), because("obvious", gap("todo")), because("obvious", [ring, gap("todo")])]
)
def test_a_gap_cannot_be_hidden(reason):
    @theorem(shows=Eq(a, b))
    def hidden(calc):
        calc.eq(b, by=reason)

    assert hidden.derivation.theorem is None
    assert "has a gap (todo)" in error_of(hidden, ClaimError)


def test_a_gap_has_no_reasons_beside_it():
    """Half a reason reads as one."""

    @theorem(shows=Eq(a, b))
    def half(calc):
        calc.eq(b, by=[ring, gap("todo")])

    assert "line 1 of half has a gap, so ring would prove nothing; leave the gap alone" in error_of(half, ClaimError)


@pytest.mark.parametrize("reason", [ring, by_cases(Eq(i, j)), a <= b, log_le, [[ring]]])
def test_only_what_has_two_directions_is_reversed(reason):
    @theorem(shows=Eq(a, b), given=[a <= b])
    def turned(calc):
        calc.eq(b, by=reverse(reason))

    assert "is no equation, so it has no other direction; leave out reverse(...)" in error_of(turned, ClaimError)


def test_a_fact_is_cited_as_a_fact_however_it_is_wrapped():
    @theorem(shows=Eq(2 * a, a + a))
    def there_and_back(calc):
        shown = calc.have(Eq(2 * a, a + a), by=ring)
        calc.eq(a + a, by=[[shown]])
        calc.eq(2 * a, by=reverse(shown))
        calc.eq(a + a, by=because("so", shown))

    said = [line.reasons[0] for line in there_and_back.derivation.lines]
    assert [(x.name, x.phrase, x.reversed) for x in said[1:]] == [
        ("fact", "as just shown", False), ("fact", "as just shown", True), ("fact", "so", False),
    ]  # fmt: skip


def test_inequalities_chain():
    @theorem(shows=a < c, given=[a < b, b <= c])
    def between(calc):
        calc.lt(b, by=order)
        calc.le(c, by=order)

    between.check()

    @theorem(shows=a < c, given=[a <= b, b <= c])
    def not_strict(calc):
        calc.le(b, by=order)
        calc.le(c, by=order)

    assert "does not give the claim's <" in error_of(not_strict, ClaimError)


def test_the_induction_hypothesis_belongs_to_its_step():
    triangle = Eq(2 * Sum(k, (k, 1, n)), n * (n + 1))

    @theorem(shows=triangle, given=[0 <= n])
    def gauss(calc):
        """The sum of the first n numbers."""
        by_n = calc.induction(n, start=0)
        by_n.base.eq(0, by=[sum_empty, ring])
        by_n.base.eq(by_n.base.end, by=ring)
        by_n.step.eq(2 * (Sum(k, (k, 1, m)) + (m + 1)), by=sum_last)
        by_n.step.eq(2 * Sum(k, (k, 1, m)) + 2 * (m + 1), by=ring)
        by_n.step.eq(m * (m + 1) + 2 * (m + 1), by=by_n.hypothesis)
        by_n.step.eq((m + 1) * (m + 1 + 1), by=ring)

    assert gauss.check().theorem.concl == triangle

    @theorem(shows=triangle)
    def no_lower_bound(calc):
        by_n = calc.induction(n, start=0)
        by_n.base.eq(0, by=[sum_empty, ring])
        by_n.base.eq(by_n.base.end, by=ring)
        by_n.step.eq(2 * (Sum(k, (k, 1, m)) + (m + 1)), by=sum_last)
        by_n.step.eq(m * (m + 1) + 2 * (m + 1), by=[by_n.hypothesis, ring])
        by_n.step.eq((m + 1) * (m + 1 + 1), by=ring)

    assert "needs the condition" in error_of(no_lower_bound, ClaimError)


def test_sympy_lines_are_accepted_and_given_back():
    sympy = pytest.importorskip("sympy")
    V_, y_, k_ = sympy.symbols("V y k", integer=True)
    p_ = sympy.IndexedBase("p")

    @theorem(
        shows=sympy.Eq(-sympy.Sum(sympy.KroneckerDelta(k_, y_) * sympy.log(p_[k_]), (k_, 1, V_)), -sympy.log(p_[y_])),
        given=conditions,
    )
    def in_sympy(calc):
        """The collapse of one-hot cross-entropy, written in SymPy."""
        calc.eq(-sympy.log(p_[y_]), by=sum_delta)

    assert in_sympy.theorem.concl.args[1] == -log(p[y])
    assert str(in_sympy.to_sympy().rhs) == "-log(p[y])"


def test_in_a_notebook_a_theorem_shows_itself():
    from derive.proofs.cross_entropy import cross_entropy_one_hot

    bundle = cross_entropy_one_hot._repr_mimebundle_()
    assert bundle["text/latex"].startswith("$$") and bundle["text/latex"].count("$$") == 2
    assert r"\begin{aligned}" in bundle["text/latex"]
    assert "cross_entropy_one_hot" in bundle["text/plain"]
    assert "<script" not in bundle.get("text/html", "")


def test_a_label_must_have_its_part():
    @theorem(shows=Eq(a + b, b + a))
    def labelled(calc):
        calc.eq(b + a, by=ring, labels=[(a * b, "residual")])

    assert "has no part a b to be labelled 'residual'" in error_of(labelled, ClaimError)


def test_a_letter_means_one_thing():
    @theorem(shows=Eq(p[1] + ps[1][1], ps[1][1] + p[1]))
    def two_meanings(calc):
        calc.eq(ps[1][1] + p[1], by=ring)

    assert "uses the letter p both for" in error_of(two_meanings, ClaimError)


@pytest.mark.parametrize(
    ("claim", "says"),
    [
        (
            lambda: 0 <= exp(integer("theta")),
            "a variable named 'theta', which stands for an integer, and a reader takes it for a real number",
        ),
        (lambda: 0 <= exp(function("log", REAL, REAL)[a]), "a variable named 'log', which reads as log"),
        (lambda: 0 <= exp(real("H(q, p)")), "which is not written in plain letters"),
    ],
)
def test_a_letter_is_not_what_it_does_not_look_like(claim, says):
    @theorem(shows=claim())
    def disguised(calc):
        calc.have(disguised.shows, by=exp_pos)

    assert says in error_of(disguised, ClaimError)


def test_an_unusual_integer_is_said_to_be_one():
    size = integer("size")

    @theorem(shows=1 <= size, given=[0 < size])
    def at_least_one(calc):
        calc.le(size, by=order)

    from derive.render.pages.text import derivation_text

    assert "given  size integer\n         size > 0" in derivation_text(at_least_one.check())


def test_contradictory_conditions_are_refused():
    @theorem(shows=Eq(a, b), given=[a < b, b < a])
    def about_nothing(calc):
        calc.eq(b, by=order)

    assert "contradict each other" in error_of(about_nothing, ClaimError)


def test_a_cited_condition_must_be_given():
    @theorem(shows=Eq(a, b))
    def cites_what_is_not_there(calc):
        calc.eq(b, by=Eq(a, b))

    assert "which is not among the conditions given" in error_of(cites_what_is_not_there, ClaimError)


def test_a_float_is_refused_where_it_is_written():
    @theorem(shows=Eq(a, a + 0))
    def half(calc):
        calc.eq(0.5 * a + 0.5 * a, by=ring)

    assert "0.5 is not an exact number; write Fraction('0.5')" in error_of(half, ClaimError)


# --- what is written and not proved ----------------------------------------------------------------------------------


def test_a_gap_in_a_fact_on_the_way_is_a_gap():
    @theorem(shows=Eq(a, a))
    def it_prints_two_is_three(calc):
        calc.have(Eq(Num(2), 3), by=gap("it is clear"))
        calc.eq(a, by=ring)

    assert len(it_prints_two_is_three.derivation.gaps) == 1
    with pytest.raises(ClaimError, match="has a gap"):
        it_prints_two_is_three.check()


@pytest.mark.parametrize("when", ["before", "after", "again"])
def test_lines_beside_an_induction_are_refused(when):
    @theorem(shows=Eq(Sum(k, (k, 1, n)), n * (n + 1) / 2), given=[0 <= n])
    def gauss(calc):
        if when == "before":
            calc.eq(Sum(k, (k, 1, n)) + 5, by=gap("five more"))
        parts = calc.induction(n, 0)
        parts.base.eq(0, by=sum_empty)
        parts.base.eq(Num(0) * (Num(0) + 1) / 2, by=ring)
        parts.step.eq(Sum(k, (k, 1, parts.index)) + (parts.index + 1), by=sum_last)
        parts.step.eq(parts.index * (parts.index + 1) / 2 + (parts.index + 1), by=[parts.hypothesis])
        parts.step.eq((parts.index + 1) * (parts.index + 1 + 1) / 2, by=ring)
        if when == "after":
            calc.eq(n * (n + 1) / 2, by=gap("again"))
        if when == "again":
            calc.induction(n, 0)

    with pytest.raises(ClaimError, match=r"beside its induction|before its induction|has an induction already"):
        gauss.check()


@pytest.mark.parametrize("part", ["base", "step"])
def test_a_gap_in_a_part_of_an_induction_is_a_gap(part):
    @theorem(shows=Eq(Sum(a * 0, (k, 1, n)), 0), given=[0 <= n])
    def nothing(calc):
        parts = calc.induction(n, 0)
        getattr(parts, part).have(Eq(Num(2), 3), by=because("it is well known", gap("no")))
        parts.base.eq(0, by=sum_empty)
        parts.step.eq(Sum(a * 0, (k, 1, parts.index)) + a * 0, by=sum_last)
        parts.step.eq(0 + a * 0, by=parts.hypothesis)
        parts.step.eq(0, by=ring)

    with pytest.raises(ClaimError, match="has a gap"):
        nothing.check()


def test_the_hypothesis_of_an_induction_does_not_hold_at_its_base():
    @theorem(shows=Eq(Sum(a, (k, 1, n)), n * a + 1), given=[0 <= n])
    def one_too_many(calc):
        parts = calc.induction(n, 0)
        parts.base.eq(Num(0) * a + 1, by=parts.hypothesis)

    assert "not among the conditions given" in error_of(one_too_many)


def test_a_fact_shown_before_an_induction_holds_in_its_parts():
    @theorem(shows=Eq(Sum(a * 0, (k, 1, n)), 0), given=[0 <= n])
    def nothing(calc):
        fact = calc.have(Eq(a * 0, 0), by=ring)
        parts = calc.induction(n, 0)
        parts.base.eq(0, by=sum_empty)
        parts.step.eq(Sum(a * 0, (k, 1, parts.index)) + a * 0, by=sum_last)
        parts.step.eq(0 + a * 0, by=parts.hypothesis)
        parts.step.eq(0 + Num(0), by=fact)
        parts.step.eq(0, by=ring)

    assert nothing.check().theorem.hyps == (0 <= n,)


@pytest.mark.parametrize(
    ("claim", "given", "what", "need"),
    [
        (log(n - 4) - log(n - 4), [5 <= n], "the base case", "log(1 − 4) needs  1 − 4 > 0"),
        (1 / (n - 1) - 1 / (n - 1), [2 <= n], "the base case", "1/(1 − 1) needs  1 − 1 ≠ 0"),
        (log(6 - n) - log(6 - n), [n <= 5], "", ""),
        (log(f[n]) - log(f[n]), [0 < f[1], 0 < f[n], 1 <= n], "the induction hypothesis", "log f(m) needs  f(m) > 0"),
        (log(f[n]) - log(f[n]), [ForAll((k, 1, n - 1), 0 < f[k]), 0 < f[n], 0 < f[1], 1 <= n], "the induction step",
         "log f(m + 1) needs  f(m + 1) > 0"),
        (log(f[n]) - log(f[n]), [ForAll((k, 1, n), 0 < f[k]), 1 <= n], "", ""),
    ],
)  # fmt: skip
def test_what_an_induction_substitutes_has_a_value(claim, given, what, need):
    @theorem(shows=Eq(claim, 0), given=[*given, 1 <= n])
    def by_steps(calc):
        """A difference."""
        parts = calc.induction(n, 1)
        parts.base.eq(0, by=ring)
        parts.step.eq(0, by=ring)

    if what:
        text = error_of(by_steps, ClaimError)
        assert text.startswith(f"FILE:LINE: {what} of by_steps is not defined under its conditions") and need in text
    else:
        by_steps.check()


# --- a chain that begins at the right side of its claim ---------------------------------------------------------------


def test_a_lower_bound_is_reached_from_above():
    @theorem(shows=0 <= a**2 + 1)
    def lower_bound(calc):
        calc.begin(a**2 + 1)
        calc.gt(a**2, by=order)
        calc.eq(a**2 + 0, by=ring)
        calc.ge(0, by=order)

    assert lower_bound.theorem.concl == (0 <= a**2 + 1)
    assert [line.relation for line in lower_bound.derivation.lines] == [">", "=", ">="]
    assert replay(lower_bound.theorem)


def test_equations_and_equivalences_may_begin_at_the_right():
    @theorem(shows=Eq(a * b, b * a + 0))
    def turned_equation(calc):
        calc.begin(b * a + 0)
        calc.eq(b * a, by=ring)
        calc.eq(a * b, by=ring)

    @theorem(shows=Iff(a <= b, 0 <= b - a))
    def turned_equivalence(calc):
        calc.begin(0 <= b - a)
        calc.iff(a <= b, by=order)

    assert turned_equation.theorem.concl == turned_equation.shows
    assert turned_equivalence.theorem.concl == turned_equivalence.shows


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (lambda c: c.begin(a), "the right side of wrong_beginning is b"),
        (lambda c: (c.lt(b, by=order), c.begin(b)), "once and before the first line"),
        (lambda c: (c.begin(b), c.begin(a)), "once and before the first line"),
        (lambda c: (c.begin(b), c.ge(a, by=order)), "does not give the claim's >"),
        (lambda c: (c.begin(b), c.gt(a + 1, by=order)), "does not end at its claim"),
        (lambda c: (c.begin(b), c.gt(b + a, by=order)), "does not follow"),
        (lambda c: (c.begin(b), c.lt(b + 1, by=order), c.gt(a, by=order)), "leave out calc.begin"),
        (lambda c: (c.gt(a - 1, by=order), c.lt(b, by=order)), "put calc.begin"),
    ],
    ids=["another term", "after a line", "twice", "not strict", "short", "false", "upwards", "downwards from the left"],
)
def test_a_chain_begins_at_the_right_side_or_at_the_left(lines, says):
    @theorem(shows=a < b, given=[a + 1 < b])
    def wrong_beginning(calc):
        lines(calc)

    assert says in error_of(wrong_beginning)
