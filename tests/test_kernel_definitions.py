"""Definitions: made once, closed, conservative; unfolded and folded and nothing else."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from strategies import GRID, Scratch, f, g, i, indices, j, k, n, reals, value, x, y
from sweep import examples

from derive.falsify.models.unfold import unfold as unfold_all
from derive.kernel import rules as r
from derive.kernel.definitions import Definition, DefinitionError, define, definitions
from derive.kernel.sorts import FAMILY, INT, PROP, REAL, Fn
from derive.kernel.terms import (
    ADD,
    NEG,
    SUM,
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
    eq,
    forall,
    implies,
    lam,
    substitute,
)
from derive.kernel.theorem import RuleError, Theorem, replay

ONE, TWO = Num(1), Num(2)

_numbers = count()


def name(hint: str = "constant") -> str:
    """A name that no definition has yet."""
    return f"{hint}_{next(_numbers)}_in_the_test_of_definitions"


def total(low: Any, high: Any, var: Var, body: Term) -> Term:
    return app(SUM, low, high, Lam(var.name, INT, abstract(body, var)))


SCRATCH = Scratch()
with SCRATCH:
    AFFINE = define(name("affine"), (x, y), 2 * x + y, "an affine function")
    MEAN = define(name("mean"), (n, f), total(ONE, n, k, f[k]) / n, "the mean of a family")
    SCALED = define(name("scaled"), (x, f), lam(k, x * f[k]), "a family times a number")
    TWICE = define(name("twice"), (f,), SCALED(2, f), "twice a family")
    COUNT = define(name("count"), (i,), i * i + 1, "an integer")
    UNIT = define(name("unit"), (), ONE, "a constant without parameters")


@pytest.fixture(scope="module", autouse=True)
def _definitions() -> Iterator[None]:
    with SCRATCH.known():
        yield


# --- what is refused -------------------------------------------------------------------------------------------------


def test_a_name_has_one_meaning() -> None:
    title = name()
    first = define(title, (x,), x + 1)
    with pytest.raises(DefinitionError, match=f"{title} is defined already, as x \\+ 1; choose another name"):
        define(title, (x,), x + 2)
    with pytest.raises(DefinitionError, match="is defined already"):
        define(title, (y,), y + 1)
    with pytest.raises(DefinitionError, match="is defined already"):
        define(title, (x, y), x + 1)
    with pytest.raises(DefinitionError, match="is defined already"):
        define(title, (i,), i + 1)
    assert r.unfold(first(3)).concl == eq(first(3), Num(3) + 1)


def test_saying_it_again_gives_the_first() -> None:
    title = name()
    first = define(title, (n,), total(ONE, n, k, Num(2) * k))
    assert define(title, (n,), total(ONE, n, j, Num(2) * j), "other words") is first


@pytest.mark.parametrize(
    "taken", ["add", "sum", "log", "forall", "eq", "has_derivative", "derivative", "argmin", "delta"]
)
def test_the_names_of_operators_are_taken(taken: str) -> None:
    with pytest.raises(DefinitionError, match=f"{taken} is a built-in operator"):
        define(taken, (x,), x)


@pytest.mark.parametrize(
    ("params", "body", "stray"),
    [
        ((), x, "x"),
        ((x,), x + y, "y"),
        ((i,), f[i], "f"),
        ((x,), Var("x", INT) + 1, "x"),  # the same letter of another sort
        ((x,), x + Var("x", INT), "x"),
        ((n,), total(ONE, n, k, f[k] * x), "f, x"),
        ((n,), total(k, n, k, k), "k"),  # the lower bound is not bound
    ],
)
def test_a_body_has_no_stray_variable(params: tuple[Var, ...], body: Term, stray: str) -> None:
    with pytest.raises(DefinitionError, match=f"mentions {stray}, which is not among its parameters"):
        define(name(), params, body)


def test_a_body_has_no_loose_bound_variable() -> None:
    with pytest.raises(DefinitionError):
        define(name(), (x,), x + Bound(0, REAL))


@pytest.mark.parametrize("params", [(x, x), (x, y, x), (x, Var("x", INT)), (f, Var("f", INT))])
def test_parameters_have_distinct_names(params: tuple[Var, ...]) -> None:
    with pytest.raises(DefinitionError, match="repeats a parameter"):
        define(name(), params, ONE)


def test_a_refused_definition_leaves_nothing_behind() -> None:
    before = definitions()
    title = name()
    with pytest.raises(DefinitionError):
        define(title, (x,), y)
    assert definitions() == before
    assert define(title, (x,), x) in definitions()


def test_no_definition_in_terms_of_itself() -> None:
    """The constant does not exist before its body does, and its body does not change after."""
    title = name()
    made = define(title, (x,), x + 1)
    with pytest.raises(DefinitionError, match="defined already"):
        define(title, (x,), made(x) + 1)
    before = made.body
    try:
        with pytest.raises(AttributeError):
            made.body = made(x) + 1
    finally:
        if made.body is not before:
            made.body = before


def test_a_definition_keeps_its_meaning() -> None:
    """Otherwise c = 1 at one time and c = 2 at another, and so 1 = 2."""
    made = define(name(), (), ONE)
    first = r.unfold(made())
    try:
        with pytest.raises(AttributeError):
            made.body = TWO
        assert r.trans(r.sym(first), r.unfold(made())).concl == eq(ONE, ONE)
    finally:
        if made.body is not ONE:
            made.body = ONE


def test_a_definition_comes_from_define() -> None:
    """A constant made past ``define`` may have a stray variable; c = x for all x gives 0 = 1."""
    for seal in (None, object(), AFFINE):
        with pytest.raises(TypeError, match=r"made by define\(\) only"):
            Definition(seal, name(), (), x, "")
        with pytest.raises(TypeError, match=r"made by define\(\) only"):
            Definition(seal, AFFINE.name, (), TWO, "")
    with pytest.raises(TypeError, match="no subclasses"):
        type("Mine", (Definition,), {})


def test_the_parameters_are_settled_when_it_is_made() -> None:
    letters: Any = [x]
    try:
        made = define(name(), letters, x + 1)
    except (DefinitionError, TypeError):
        return
    letters[0] = y
    assert r.unfold(made(5)).concl == eq(made(5), Num(5) + 1)


# --- what an application is ------------------------------------------------------------------------------------------


def test_an_application_has_the_sort_of_the_body() -> None:
    assert AFFINE(1, 2).sort == REAL
    assert COUNT(i).sort == INT
    assert COUNT(3).sort == INT
    assert SCALED(x, f).sort == FAMILY
    assert SCALED(x, f)[j].sort == REAL
    assert UNIT().sort == INT
    assert define(name(), (x,), x < 1)(y).sort == PROP


@pytest.mark.parametrize(
    "build",
    [
        lambda: AFFINE(x),
        lambda: AFFINE(x, y, x),
        lambda: AFFINE(f, x),
        lambda: COUNT(x),
        lambda: COUNT(i / 2),
        lambda: MEAN(n, Var("F", Fn(FAMILY, REAL))),
        lambda: UNIT(x),
        lambda: AFFINE(x, 0.5),  # type: ignore[arg-type]
        lambda: App(AFFINE, (x,)),
    ],
)
def test_arguments_that_do_not_fit_are_refused(build: Callable[[], Term]) -> None:
    with pytest.raises((SortError, TypeError)):
        build()


def test_a_function_argument_is_kept_short() -> None:
    assert MEAN(n, lam(k, f[k])) == MEAN(n, f)
    assert MEAN(n, lam(i, f[i] * 2)) == MEAN(n, lam(j, f[j] * 2))
    assert MEAN(n, f) != MEAN(n, g)
    assert AFFINE(x, y) != AFFINE(y, x)
    assert repr(MEAN(n, f)).endswith("definitions(n, f)")


def test_pickling_finds_the_definition() -> None:
    term = forall(i, implies(1 <= i, eq(SCALED(x, f)[i], MEAN(i, TWICE(f)))))
    back = pickle.loads(pickle.dumps(term))
    assert back == term
    assert pickle.loads(pickle.dumps(AFFINE)) is AFFINE


# --- unfolding -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "body"),
    [
        (AFFINE(1, 2), Num(2) * 1 + 2),
        (AFFINE(y, x), 2 * y + x),  # at once, not one after the other
        (AFFINE(AFFINE(x, y), y), 2 * AFFINE(x, y) + y),
        (MEAN(n, f), total(ONE, n, k, f[k]) / n),
        (MEAN(k, lam(j, g[j] * k)), total(ONE, k, i, g[i] * k) / k),  # the letter k of the body is bound
        (MEAN(n, lam(j, g[j + k])), total(ONE, n, i, g[i + k]) / n),
        (SCALED(x, f), lam(j, x * f[j])),
        (SCALED(k, f), lam(j, k * f[j])),
        (TWICE(f), SCALED(2, f)),
        (UNIT(), ONE),
        (COUNT(i + j), (i + j) * (i + j) + 1),
    ],
    ids=lambda t: repr(t)[:40],
)
def test_unfolding(term: Term, body: Term) -> None:
    th = r.unfold(term)
    assert th.hyps == ()
    assert th.concl == eq(term, body)
    assert replay(th).concl == th.concl


def test_folding_is_unfolding_turned_round() -> None:
    assert r.sym(r.unfold(AFFINE(x, y))).concl == eq(2 * x + y, AFFINE(x, y))


def test_an_entry_of_a_defined_family() -> None:
    th = r.cong_at(r.unfold(SCALED(x, f)), r.refl(n))
    assert th.concl == eq(SCALED(x, f)[n], x * f[n])
    assert isinstance(SCALED(x, f)[n], At)
    with pytest.raises(RuleError, match="not a defined constant"):
        r.unfold(SCALED(x, f)[n])


def test_a_constant_is_opaque_until_it_is_unfolded() -> None:
    with pytest.raises(RuleError, match="different normal forms"):
        r.ring(AFFINE(x, y), 2 * x + y, ())
    assert r.ring(AFFINE(x, y) - AFFINE(x, y), Num(0), ()).hyps == ()
    other = define(name(), (x, y), 2 * x + y)
    assert other(x, y) != AFFINE(x, y), "two names of one body are two constants"
    both = r.trans(r.unfold(other(x, y)), r.sym(r.unfold(AFFINE(x, y))))
    assert both.concl == eq(other(x, y), AFFINE(x, y))


def test_equal_arguments_give_equal_values() -> None:
    same: Theorem = r.assume(eq(x, y))
    assert r.cong(AFFINE, (same, r.refl(y))).concl == eq(AFFINE(x, y), AFFINE(y, y))
    with pytest.raises(RuleError, match="takes 2 arguments, not 1"):
        r.cong(AFFINE, (same,))


def test_a_defined_statement_is_never_unfolded_as_a_value() -> None:
    small = define(name(), (x,), x < 1)
    with pytest.raises((RuleError, SortError)):
        r.unfold(small(y))
    assert r.assume(small(y)).concl == small(y)


def test_an_operator_that_looks_like_a_definition_is_none() -> None:
    stranger = Op("stranger", 1, lambda args: REAL)
    with pytest.raises((RuleError, SortError, AttributeError)):
        r.unfold(App(stranger, (x,)))
    assert not isinstance(ADD, Definition)
    assert not isinstance(NEG, Definition)


@examples(60)
@given(reals(2), reals(1), indices())
def test_a_constant_means_its_body(first: Term, second: Term, high: Term) -> None:
    for term in (
        AFFINE(first, second),
        MEAN(high, lam(k, substitute(first, {i: k}))),
        SCALED(second, lam(k, substitute(first, {i: k})))[high],
        MEAN(high, TWICE(SCALED(first, f))),
    ):
        whole = unfold_all(term)
        for m in GRID[:4]:
            assert value(term, m) == value(whole, m)
        if not isinstance(term, At):
            left, right = r.unfold(term).concl.args  # type: ignore[attr-defined]
            assert unfold_all(left) == unfold_all(right) == whole
