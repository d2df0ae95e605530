"""What Python lets one do, by accident or for fun, makes no theorem: each attempt, and how it is refused."""

from __future__ import annotations

import copy
import pickle
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pytest

from derive.kernel import rules, theorem
from derive.kernel import terms as k
from derive.kernel.definitions import Definition, define
from derive.kernel.rules import linear, refl, trans
from derive.kernel.sorts import INT, REAL, Base, Fn, Sort
from derive.kernel.terms import ADD, App, At, Bound, Lam, Num, Op, SortError, Term, Var, eq
from derive.kernel.theorem import RULES, Proof, RuleError, Theorem, rule

a, b = Var("a", REAL), Var("b", REAL)


class Agreeable(str):
    """A name that says that it equals every other."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


class Negative(Fraction):
    """A number that says that it is not below 0."""

    def __lt__(self, other: Any) -> bool:
        return False


class Seven(int):
    """An integer whose numerator is 7."""

    @property
    def numerator(self) -> int:
        return 7


@pytest.mark.parametrize("kind", [Term, Num, Var, Bound, Lam, At, App, Op, Definition, Theorem, Sort, Base, Fn])
def test_there_are_no_further_kinds_of_terms_sorts_operators_or_theorems(kind: type) -> None:
    with pytest.raises(TypeError, match=r"no further kinds|no subclasses"):
        type("Forged", (kind,), {"__eq__": lambda self, other: True, "__hash__": kind.__hash__})
    with pytest.raises(TypeError, match=r"no further kinds|no subclasses"):
        type("Forged", (kind,), {"__module__": kind.__module__})


def test_a_name_that_equals_every_other_is_no_name() -> None:
    for make in (
        lambda: Var(Agreeable("a"), REAL),
        lambda: Lam(Agreeable("a"), REAL, Num(0)),
        lambda: Base(Agreeable("a")),
        lambda: define(Agreeable("a"), (), Num(0)),
    ):
        with pytest.raises((SortError, TypeError, ValueError), match=r"a name|a letter"):
            make()
    with pytest.raises(RuleError, match=r"takes"):
        rules.axiom(Agreeable("exp_pos"))


def test_numbers_are_exact_numbers_and_of_no_derived_type() -> None:
    for number in (Negative(-1), Seven(3), True, 0.5):
        with pytest.raises(SortError, match=r"not an exact number"):
            Num(number)
    with pytest.raises((SortError, TypeError)):
        a + Seven(3)
    with pytest.raises(SortError):
        Bound(Seven(0), REAL)


def test_a_weight_that_hides_its_sign_is_refused() -> None:
    """0 <= a would give a <= 0."""
    premise = rules.assume(Num(0) <= a)
    with pytest.raises(RuleError, match=r"an exact number"):
        linear(a <= 0, (premise,), (Negative(-1),), ())


def test_the_parts_of_a_term_are_terms() -> None:
    class Looks:
        sort, loose, free, _hash = REAL, 0, frozenset[Var](), 0

    for make in (
        lambda: App(ADD, (a, Looks())),  # type: ignore[arg-type]
        lambda: At(Var("f", Fn(REAL, REAL)), Looks()),  # type: ignore[arg-type]
        lambda: Lam("x", REAL, Looks()),  # type: ignore[arg-type]
        lambda: Var("a", "real"),  # type: ignore[arg-type]
        lambda: Fn(REAL, "real"),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError):
            make()


def test_arguments_that_change_later_do_not_change_the_term() -> None:
    args = [a, b]
    term = App(ADD, args)  # type: ignore[arg-type]
    args[0] = b
    assert term == a + b
    assert type(term.args) is tuple


@pytest.mark.parametrize(
    ("thing", "again"),
    [
        (Num(1), (2,)),
        (Var("a", REAL), ("b", REAL)),
        (Bound(0, REAL), (1, REAL)),
        (k.lam(a, a + b), ("x", REAL, Num(0))),
        (Var("f", Fn(INT, REAL))[1], (b, a)),
        (a + b, (ADD, (b, b))),
        (ADD, ("mul", 2, lambda args: INT)),
        (refl(a), (None, (), eq(a, b), None)),
        (refl(a).proof, ("axiom", ())),
        (define("accident", (a,), a + 1), (None, "accident", (a,), a, "")),
    ],
    ids=lambda x: type(x).__name__,
)
def test_a_thing_of_the_kernel_is_made_once(thing: Any, again: tuple[Any, ...]) -> None:
    before = repr(thing)
    thing.__init__(*again)
    assert repr(thing) == before


def test_a_theorem_keeps_its_conclusion_when_its_terms_are_made_again() -> None:
    one = Num(1)
    th = refl(one)
    one.__init__(2)  # type: ignore[misc]
    assert th.concl == eq(1, 1)
    with pytest.raises(RuleError):
        trans(refl(a), refl(b))


def test_copies_of_terms_are_terms() -> None:
    for term in (Num(Fraction(1, 3)), a, a + b, k.lam(a, a * b), Var("f", Fn(INT, REAL))[1]):
        assert copy.deepcopy(term) == term
        assert pickle.loads(pickle.dumps(term)) == term
    with pytest.raises(TypeError):
        copy.copy(refl(a))


def test_a_rule_is_one_of_the_kernel_s_own() -> None:
    def anything(statement: Term) -> Any:
        return (), statement

    with pytest.raises(TypeError, match=r"is no rule"):
        rule(anything)
    anything.__module__ = "derive.kernel.rules"
    with pytest.raises(TypeError, match=r"is no rule"):
        rule(anything)
    assert "anything" not in RULES


def test_the_tables_of_the_kernel_cannot_be_written() -> None:
    from derive.kernel.axioms import AXIOMS, SORTED_AXIOMS

    for table in (RULES, AXIOMS, SORTED_AXIOMS):
        assert isinstance(table, MappingProxyType)
        with pytest.raises(TypeError):
            table["assume"] = refl  # type: ignore[index]
    assert isinstance(theorem.RULES, MappingProxyType)
    assert isinstance(Proof("x", ()).args, tuple)


def test_what_a_theorem_hands_out_cannot_be_written() -> None:
    th = rules.assume(Num(0) < a)
    for handed in (th.hyps, th.concl.args, th.proof.args, th.free):  # type: ignore[attr-defined]
        assert isinstance(handed, (tuple, frozenset))
    with pytest.raises(AttributeError):
        th.proof.args = ()
    with pytest.raises(AttributeError):
        th.concl.args = (b, a)  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        th.__class__ = Proof
