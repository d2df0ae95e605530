"""Terms: alpha-equality, capture-avoidance, reduction, operators that change nothing, sorts, and immutability."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import FAMILIES, INTS, REALS, Scratch, comparisons, f, g, i, indices, integers, j, k, n, reals, w, x, y
from sweep import examples

from derive.kernel import rules as r
from derive.kernel.definitions import define
from derive.kernel.sorts import FAMILY, INT, PROP, REAL, Base, Fn, SetOf, Sort, is_subsort
from derive.kernel.terms import (
    ADD,
    ARGMIN,
    DELTA,
    DERIVATIVE,
    DIV,
    EQ,
    EXP,
    FORALL,
    HAS_DERIVATIVE,
    IFF,
    IMPLIES,
    IN,
    LE,
    LOG,
    LT,
    MAX,
    MUL,
    NE,
    NEG,
    POW,
    PROD,
    SUB,
    SUM,
    XLOGY,
    App,
    At,
    Bound,
    Lam,
    Num,
    Op,
    SortError,
    Term,
    Var,
    abstract,
    app,
    as_term,
    at,
    eq,
    forall,
    fresh,
    iff,
    implies,
    instantiate,
    lam,
    ne,
    negation,
    parts_of,
    rebuild,
    substitute,
    subterms,
)
from derive.kernel.theorem import RuleError

MANY = examples(60)
THETA = Base("Theta")
theta = Var("theta", THETA)
F, H = Var("F", Fn(FAMILY, REAL)), Var("H", Fn(REAL, INT))


def total(op: Op, low: Any, high: Any, var: Var, body: Term) -> Term:
    return app(op, as_term(low), as_term(high), Lam(var.name, var.sort, abstract(body, var)))


def under(letter: str, sort: Sort, body: Callable[[Var], Term]) -> Term:
    v = Var(letter, sort)
    return Lam(letter, sort, abstract(body(v), v))


# --- equality --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("binder", [lambda v, t: total(SUM, 1, n, v, t), lambda v, t: total(PROD, 1, n, v, t)])
def test_the_letter_of_a_bound_index_does_not_matter(binder: Callable[[Var, Term], Term]) -> None:
    one, other = binder(k, f[k] * x), binder(j, f[j] * x)
    assert one == other
    assert hash(one) == hash(other)
    assert binder(k, f[k] * x) != binder(k, f[k] * y)
    assert {one: 1}[other] == 1


def test_alpha_equality_of_statements_and_functions() -> None:
    assert forall(i, f[i] <= x) == forall(j, f[j] <= x)
    assert forall(i, f[i] <= x) != forall(i, f[j] <= x)
    assert lam(i, f[i] + x) == lam(j, f[j] + x)
    assert lam(i, lam(j, f[i] + f[j])) == lam(j, lam(i, f[j] + f[i]))
    assert lam(i, lam(j, f[i] - f[j])) != lam(i, lam(j, f[j] - f[i]))
    assert app(ARGMIN, lam(theta, Var("h", Fn(THETA, REAL))[theta])) == app(ARGMIN, Var("h", Fn(THETA, REAL)))


def test_the_inner_of_two_binders_with_one_letter_is_meant() -> None:
    both = total(SUM, 1, n, k, total(SUM, 1, k, k, f[k]))
    assert both == total(SUM, 1, n, i, total(SUM, 1, i, j, f[j]))
    assert both != total(SUM, 1, n, i, total(SUM, 1, i, j, f[i]))


def test_variables_are_told_apart_by_sort_and_not_only_by_name() -> None:
    whole, real = Var("x", INT), Var("x", REAL)
    assert whole != real
    assert substitute(whole + real, {real: Num(2)}) == whole + 2
    assert lam(whole, f[whole] + real).free == {f, real}
    assert total(SUM, 1, 3, whole, f[whole] * real).free == {f, real}
    assert eq(real, 1) != eq(whole, 1)


def test_numbers_and_terms_of_different_kinds_are_never_equal() -> None:
    assert Num(1) == Num(Fraction(2, 2))
    assert Num(1) != 1
    assert Num(1) != Num(2)
    assert Var("p", REAL) != Var("q", REAL)
    assert (x + y) != (y + x)
    assert Bound(0, INT) != Bound(0, REAL)
    assert Bound(0, INT) != Bound(1, INT)
    assert f[i] != f[j]
    assert app(SUM, i, n, f) != app(PROD, i, n, f)


# --- the binding of variables ----------------------------------------------------------------------------------------


def test_substitution_does_not_capture() -> None:
    series = total(SUM, 1, n, k, f[k] * y)
    out = substitute(series, {y: k + x})
    assert out == total(SUM, 1, n, j, f[j] * (k + x))
    assert out.free == {f, n, k, x}
    assert substitute(forall(i, i <= j), {j: i}) == forall(k, k <= i)
    assert substitute(app(DERIVATIVE, under("z", REAL, lambda z: z * i), f[i]), {i: n}) == app(
        DERIVATIVE, under("g", REAL, lambda z: z * n), f[n]
    )


def test_substitution_is_simultaneous() -> None:
    assert substitute(x - y, {x: y, y: x}) == y - x
    assert substitute(x - y, {x: y + 1, y: Num(3)}) == y + 1 - 3


def test_substituting_a_function_reduces() -> None:
    assert substitute(f[i] + x, {f: lam(k, g[k] * k)}) == g[i] * i + x
    assert substitute(total(SUM, 1, n, k, f[k + j]), {f: lam(k, g[k] * j)}) == total(SUM, 1, n, i, g[i + j] * j)
    ff = Var("h", Fn(INT, FAMILY))
    assert substitute(ff[i][j], {ff: lam(k, lam(i, g[i] - g[k]))}) == g[j] - g[i]
    assert substitute(F[f], {F: under("z", FAMILY, lambda z: z[i] + z[j])}) == f[i] + f[j]
    assert substitute(F[f], {F: under("z", FAMILY, lambda z: total(SUM, 1, n, k, z[k])), f: lam(k, g[k] * 2)}) == total(
        SUM, 1, n, j, g[j] * 2
    )


def test_substitution_refuses_what_does_not_fit() -> None:
    with pytest.raises(SortError, match="is of sort integer, and x is of sort real"):
        substitute(f[i], {i: x})
    with pytest.raises(SortError, match="loose"):
        substitute(x + 1, {x: Bound(0, REAL)})
    with pytest.raises(SortError, match="is of sort"):
        substitute(f[i], {f: Var("h", Fn(REAL, REAL))})
    assert substitute(x + 1, {x: i}) == i + 1, "an integer is a real"
    assert substitute(f[i], {f: w}) == w[i], "a family of integers is a family of reals"


def test_abstraction_and_application_undo_each_other() -> None:
    body = total(SUM, k, n, i, f[i] * k + g[k])
    assert at(lam(k, body), k) == body
    assert at(lam(k, body), n + 1) == substitute(body, {k: n + 1})
    assert instantiate(lam(k, f[k] + k), Num(2)) == f[Num(2)] + 2  # type: ignore[arg-type]
    assert abstract(x + 1, y) == x + 1


def test_eta_short_and_long() -> None:
    assert lam(k, f[k]) == f
    assert isinstance(lam(k, f[k]), Var)
    h = Var("h", Fn(INT, FAMILY))
    assert lam(i, lam(j, h[i][j])) == h
    assert lam(j, lam(i, h[i][j])) != h
    assert isinstance(lam(k, w[w[k]]), Lam)
    assert isinstance(lam(k, h[k][k]), Lam), "k occurs in the function h(k)"
    assert lam(k, h[k][k])[n] == h[n][n]
    series = app(SUM, i, n, f)
    assert isinstance(series.args[2], Lam)  # type: ignore[attr-defined]
    assert series == total(SUM, i, n, k, f[k])
    assert F[lam(k, f[k])] == F[f]
    assert eq(lam(k, f[k]), g) == eq(f, g)


def test_no_eta_where_the_domain_would_grow() -> None:
    narrow = under("v", Fn(INT, INT), lambda v: F[v])
    assert isinstance(narrow, Lam)
    assert narrow.sort == Fn(Fn(INT, INT), REAL)
    assert narrow != F
    with pytest.raises(SortError):
        eq(narrow, F)


def test_a_beta_redex_never_stands() -> None:
    with pytest.raises(SortError, match="use at"):
        At(Lam("k", INT, Bound(0, INT)), i)
    assert Lam("k", INT, f[Bound(0, INT)])[n] == f[n]
    assert Lam("k", INT, Bound(0, INT))(i) == i


def test_fresh_avoids_names_whatever_their_sort() -> None:
    assert fresh("x", INT, {x}).name == "x_1"
    assert fresh("x", INT, {x, Var("x_1", INT)}).name == "x_2"
    assert fresh("z", INT, {x}) == Var("z", INT)


def test_loose_and_free_are_what_they_say() -> None:
    term = total(SUM, i, n, k, f[k] * x)
    assert term.free == {i, n, f, x}
    assert not term.loose
    body = term.args[2].body  # type: ignore[attr-defined]
    assert body.loose == 1
    assert body.free == {f, x}
    assert Bound(2, INT).loose == 3
    assert Lam("k", INT, Bound(2, INT)).loose == 2
    assert list(subterms(x + y)) == [x + y, x, y]


@MANY
@given(reals(), reals(), st.sampled_from((*REALS, Var("k", REAL))))
def test_applying_a_function_is_substituting(term: Term, arg: Term, var: Var) -> None:
    assert at(Lam(var.name, var.sort, abstract(term, var)), arg) == substitute(term, {var: arg})


@MANY
@given(reals(), st.sampled_from(INTS), indices())
def test_substitution_and_free_variables(term: Term, var: Var, arg: Term) -> None:
    out = substitute(term, {var: arg})
    assert out.free == (term.free - {var} | arg.free if var in term.free else term.free)
    assert not out.loose
    assert out.sort == term.sort


@MANY
@given(reals(), reals(1), reals(1))
def test_substitutions_one_after_the_other(term: Term, first: Term, second: Term) -> None:
    first = substitute(first, {x: Num(1)})  # x is not in what replaces y
    one = substitute(substitute(term, {x: second}), {y: first})
    other = substitute(substitute(term, {y: first}), {x: substitute(second, {y: first})})
    assert one == other


@MANY
@given(reals(), integers(1), st.sampled_from(FAMILIES))
def test_a_family_and_the_function_of_its_entries_are_one(term: Term, index: Term, family: Var) -> None:
    spelled = substitute(term, {family: Lam("k", INT, family[Bound(0, INT)])})
    assert spelled == term
    renamed = substitute(substitute(term, {family: Var("h", FAMILY)}), {Var("h", FAMILY): family})
    assert renamed == term
    assert at(lam(k, substitute(term, {i: k})), index) == substitute(substitute(term, {i: k}), {k: index})


@MANY
@given(reals())
def test_rebuilding_changes_nothing(term: Term) -> None:
    for t in subterms(term):
        assert rebuild(t, parts_of(t)) == t


# --- operators build and change nothing ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("built", "op", "args"),
    [
        (x + y, ADD, (x, y)),
        (1 + x, ADD, (Num(1), x)),
        (x + 0, ADD, (x, Num(0))),
        (x - y, SUB, (x, y)),
        (2 - x, SUB, (Num(2), x)),
        (y * x, MUL, (y, x)),
        (0 * x, MUL, (Num(0), x)),
        (x / x, DIV, (x, x)),
        (1 / x, DIV, (Num(1), x)),
        (x**0, POW, (x, Num(0))),
        (2**x, POW, (Num(2), x)),
        (-x, NEG, (x,)),
        (x < y, LT, (x, y)),
        (x <= y, LE, (x, y)),
        (x > y, LT, (y, x)),
        (x >= y, LE, (y, x)),
        (1 <= x, LE, (Num(1), x)),
        (eq(x, 1), EQ, (x, Num(1))),
        (ne(0, x), NE, (Num(0), x)),
        (Fraction(1, 3) * x, MUL, (Num(Fraction(1, 3)), x)),
    ],
)
def test_an_operator_keeps_what_is_written(built: App, op: Op, args: tuple[Term, ...]) -> None:
    assert built.op is op
    assert built.args == args


def test_chains_of_operators_keep_their_shape() -> None:
    assert x + y + 1 == (x + y) + 1
    assert x + (y + 1) != x + y + 1
    assert x - x == App(SUB, (x, x))
    assert Num(1) + 1 == App(ADD, (Num(1), Num(1)))
    h = Var("h", Fn(INT, FAMILY))
    assert h[i, j] == h[i][j] == h(i, j) == At(At(h, i), j)


def test_a_statement_has_no_truth_value() -> None:
    with pytest.raises(TypeError, match="has no truth value"):
        bool(x <= y)
    with pytest.raises(TypeError, match="two conditions"):
        1 <= x <= y  # noqa: B015
    assert bool(x + y)
    with pytest.raises(TypeError, match="not a sequence"):
        list(x)


@pytest.mark.parametrize("bad", [0.5, "1", None, True, 1j])
def test_only_exact_numbers(bad: Any) -> None:
    with pytest.raises((SortError, TypeError)):
        x + bad
    with pytest.raises((SortError, TypeError)):
        as_term(bad)


# --- sorts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "sort"),
    [
        (Num(3), INT),
        (Num(Fraction(3, 2)), REAL),
        (i + 1, INT),
        (i + x, REAL),
        (i * j - 2, INT),
        (-i, INT),
        (i / 1, REAL),
        (i**2, INT),
        (i**0, INT),
        (x**2, REAL),
        (i ** Num(-1), REAL),
        (i ** Num(Fraction(1, 2)), REAL),
        (i**j, REAL),
        (2**i, REAL),
        (app(DELTA, i, j), REAL),
        (app(XLOGY, i, j), REAL),
        (app(EXP, i), REAL),
        (app(LOG, i), REAL),
        (app(SUM, i, j, w), INT),
        (app(SUM, i, j, f), REAL),
        (app(PROD, i, j, w), INT),
        (app(MAX, i, j, w), REAL),
        (w[i], INT),
        (f[i], REAL),
        (lam(i, i + 1), Fn(INT, INT)),
        (lam(i, x), FAMILY),
        (app(ARGMIN, Var("h", Fn(THETA, INT))), SetOf(THETA)),
        (app(DERIVATIVE, H, i), REAL),
        (app(HAS_DERIVATIVE, H, x, j), PROP),
        (x <= i, PROP),
        (eq(f, w), PROP),
        (implies(x < y, y < x, eq(x, y)), PROP),
        (forall(theta, eq(theta, theta)), PROP),
        (app(IN, i, Var("S", SetOf(REAL))), PROP),
    ],
)
def test_the_sort_of_a_term(term: Term, sort: Sort) -> None:
    assert term.sort == sort


@pytest.mark.parametrize(
    "build",
    [
        lambda: f + 1,
        lambda: x[i],
        lambda: f[x],
        lambda: f[i][j],
        lambda: theta + 1,
        lambda: (x <= y) + 1,
        lambda: app(DELTA, x, i),
        lambda: app(SUM, x, n, f),
        lambda: app(SUM, i, n, F),
        lambda: app(SUM, i, n, x),
        lambda: app(MAX, i, x, f),
        lambda: app(ARGMIN, x),
        lambda: app(ARGMIN, lam(i, theta)),
        lambda: app(DERIVATIVE, F, f),
        lambda: app(DERIVATIVE, f, i),
        lambda: app(IN, x, Var("S", SetOf(INT))),
        lambda: eq(x, theta),
        lambda: eq(f, F),
        lambda: eq(x <= y, x <= y),
        lambda: eq(Var("S", SetOf(INT)), Var("T", SetOf(REAL))),
        lambda: theta <= theta,
        lambda: implies(x, y <= x),
        lambda: iff(x <= y, x),
        lambda: forall(i, x),
        lambda: app(FORALL, f),
        lambda: app(ADD, x),
        lambda: app(NEG, x, y),
        lambda: app(LOG, x, y),
        lambda: substitute(F[f], {F: lam(x, x)}),
    ],
)
def test_parts_that_do_not_fit_are_refused(build: Callable[[], Term]) -> None:
    with pytest.raises(SortError):
        build()


def test_subsorts() -> None:
    assert is_subsort(INT, REAL)
    assert not is_subsort(REAL, INT)
    assert is_subsort(Fn(THETA, Fn(INT, INT)), Fn(THETA, FAMILY))
    assert not is_subsort(Fn(REAL, INT), Fn(INT, INT)), "a function keeps its domain"
    assert not is_subsort(SetOf(INT), SetOf(REAL))
    assert not is_subsort(INT, PROP)


@MANY
@given(reals())
def test_the_sort_is_that_of_the_parts(term: Term) -> None:
    for t in subterms(term):
        if isinstance(t, App):
            assert t.op.result(t.args) == t.sort
        if isinstance(t, Lam):
            assert t.sort == Fn(t.dom, t.body.sort)


def test_a_binder_binds_at_its_own_sort() -> None:
    """Otherwise int_step gives 1 <= 1/2: a function to the integers that is the identity of the reals."""
    h = Var("h", Fn(REAL, INT))
    steps = r.int_step(r.assume(0 < h[x]))
    with pytest.raises((SortError, RuleError)):
        r.inst(steps, ((h, Lam("x", REAL, Bound(0, INT))),))


@pytest.mark.parametrize(
    "build",
    [
        lambda: App(ADD, (x, y, x)),
        lambda: App(ADD, (x,)),
        lambda: App(NEG, (x, y)),
        lambda: App(LE, (x, y, x)),
        lambda: App(EXP, ()),
        lambda: App(DELTA, (i,)),
    ],
)
def test_an_operator_has_its_number_of_arguments(build: Callable[[], Term]) -> None:
    """``x + y`` must not be the print of a sum with a third, hidden argument."""
    with pytest.raises(SortError):
        build()


# --- statements ------------------------------------------------------------------------------------------------------


def test_negation_is_for_comparisons() -> None:
    assert negation(eq(x, y)) == ne(x, y)
    assert negation(ne(x, y)) == eq(x, y)
    assert negation(x < y) == (y <= x)
    assert negation(x <= y) == (y < x)
    for statement in (implies(x < y, x < y), forall(i, i <= j), iff(x < y, y < x), app(IN, i, Var("S", SetOf(INT)))):
        assert negation(statement) is None
    assert negation(x + y) is None


@MANY
@given(comparisons())
def test_negation_twice_is_nothing(statement: Term) -> None:
    opposite = negation(statement)
    assert opposite is not None
    assert opposite != statement
    assert negation(opposite) == statement


def test_implications_nest_to_the_right() -> None:
    a, b, c = x < y, y < x, eq(x, y)
    assert implies(a, b, c) == app(IMPLIES, a, app(IMPLIES, b, c))
    assert implies(a) == a
    assert iff(a, b) == app(IFF, a, b)


# --- nothing changes, and everything can be sent elsewhere -----------------------------------------------------------

SCRATCH = Scratch()
with SCRATCH:
    SHIFT = define("shift_for_the_test_of_terms", (x, i), lam(k, x + k * i), "an affine function")


@pytest.fixture(scope="module", autouse=True)
def _definitions() -> Iterator[None]:
    with SCRATCH.known():
        yield


SPECIMENS: tuple[Term, ...] = (
    Num(Fraction(-3, 7)),
    x,
    f[i],
    lam(k, f[k] * 2),
    total(SUM, 1, n, k, total(PROD, k, n, j, f[j] + x)),
    forall(k, implies(1 <= k, k <= n, 0 < f[k])),
    app(HAS_DERIVATIVE, under("z", REAL, lambda z: app(EXP, z)), f[j], x),
    SHIFT(y, 2)[j],
    app(IN, theta, app(ARGMIN, Var("h", Fn(THETA, REAL)))),
    Bound(3, FAMILY),
)


@pytest.mark.parametrize("term", SPECIMENS, ids=repr)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickling_gives_the_same_term(term: Term, protocol: int) -> None:
    back = pickle.loads(pickle.dumps(term, protocol))
    assert back == term
    assert hash(back) == hash(term)
    assert (back.sort, back.free, back.loose) == (term.sort, term.free, term.loose)
    assert repr(back) == repr(term)
    for one, other in zip(subterms(back), subterms(term), strict=True):
        assert getattr(one, "op", None) is getattr(other, "op", None), "the operator is the same object"


@pytest.mark.parametrize("term", SPECIMENS, ids=repr)
def test_copies_are_equal(term: Term) -> None:
    assert copy.copy(term) == term
    assert copy.deepcopy(term) == term


@MANY
@given(reals(3, (), True))
def test_pickling_any_term(term: Term) -> None:
    assert pickle.loads(pickle.dumps(term)) == term


@pytest.mark.parametrize("sort", [INT, FAMILY, Fn(FAMILY, REAL), SetOf(THETA)], ids=repr)
def test_sorts_round_trip(sort: Sort) -> None:
    assert pickle.loads(pickle.dumps(sort)) is sort
    assert copy.deepcopy(sort) is sort
    with pytest.raises(AttributeError):
        sort.name = "other"  # type: ignore[attr-defined]


@pytest.mark.parametrize("term", SPECIMENS, ids=repr)
def test_terms_do_not_change(term: Term) -> None:
    for name in ("sort", "loose", "free", "_hash", "args", "op", "value", "name", "body", "fn", "arg", "new"):
        with pytest.raises(AttributeError):
            setattr(term, name, 1)
        with pytest.raises(AttributeError):
            delattr(term, name)
    with pytest.raises((AttributeError, TypeError)):
        vars(term)


@pytest.mark.parametrize(
    ("op", "name"),
    [(ADD, "name"), (EQ, "result"), (SUM, "binders"), (SHIFT, "name"), (SHIFT, "body"), (SHIFT, "params")],
)
def test_operators_do_not_change(op: Op, name: str) -> None:
    before = getattr(op, name)
    try:
        with pytest.raises(AttributeError):
            setattr(op, name, before)
    finally:
        assert getattr(op, name) is before


# --- text ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (x - (y - 1), "x - (y - 1)"),
        (x - y - 1, "x - y - 1"),
        (x / (y * 2), "x/(y*2)"),
        ((x + y) * 2, "(x + y)*2"),
        (-(x + y), "-(x + y)"),
        (x - -y, "x - (-y)"),
        ((-x) ** 2, "(-x)^2"),
        (x ** (y**2), "x^y^2"),
        ((x**y) ** 2, "(x^y)^2"),
        (total(SUM, 1, n, k, f[k]), "sum(k=1..n, f[k])"),
        (total(SUM, 1, n, k, f[k] * Var("k", REAL)), "sum(k_1=1..n, f[k_1]*k)"),
        (app(DELTA, i, j), "[i = j]"),
        (forall(i, i <= j), "for all i: i <= j"),
        (implies(x < y, forall(i, i <= j)), "x < y => (for all i: i <= j)"),
        (Bound(1, INT), "#1"),
    ],
)
def test_messages_name_the_term(term: Term, text: str) -> None:
    assert repr(term) == text
