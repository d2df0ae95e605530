"""A second opinion on a statement: small models, expanded by loops, and SymPy's word that a difference is 0.

SymPy never decides what is proved.
"""

from __future__ import annotations

import enum
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from fractions import Fraction
from typing import Any

import sympy

from derive.bridge.expand import CannotExpand, Derived, Key, Meaning, Numeric, Slope, Undefined, Value
from derive.bridge.models import SmallModel, impose, integer_models, points
from derive.kernel import terms as k
from derive.kernel.sorts import INT, Fn, is_numeric
from derive.kernel.terms import App, Lam, Term, Var, fresh, instantiate
from derive.record.relations import RELATIONS

FEWEST_POINTS = 5  # with fewer, and no help from SymPy, there is no opinion


class Verdict(enum.Enum):
    AGREE = "agree"
    DISAGREE = "disagree"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Report:
    """What small models say of a statement.  True as a condition when they agree with it."""

    verdict: Verdict
    detail: str
    models: int = 0  # values of the integers that were tried
    points: int = 0  # values of the reals that were tried, over all models
    symbolic: bool = False  # whether SymPy also simplified the difference to 0, entries being symbols
    counterexample: Mapping[str, object] = dataclass_field(default_factory=dict)
    seconds: float = 0.0

    def __bool__(self) -> bool:
        return self.verdict is Verdict.AGREE


Assignment = Mapping[Any, Any]  # a variable or its name -> an integer, or the values y_1, y_2, ... of a sequence


def second_opinion(
    left: Term,
    right: Term,
    assignments: Sequence[Assignment] | None = None,
    *,
    relation: str = "=",
    given: Sequence[Term] = (),
    models: int = 6,
    symbolic: bool = True,
    seed: int = 0,
) -> Report:
    """Whether ``left`` relates to ``right`` in small models of ``given``, without any use of the kernel's rules.

    ``assignments`` fixes integers and integer sequences, such as ``{"V": 3, "T": 2, "y": (1, 3)}``; what is not fixed,
    or everything when there are none, is chosen as the hypotheses allow.
    """
    claim = k.ne(left, right) if relation == "!=" else RELATIONS[relation].statement(left, right)
    return second_opinion_on(claim, assignments, given=given, models=models, symbolic=symbolic, seed=seed)


def second_opinion_on(
    claim: Term,
    assignments: Sequence[Assignment] | None = None,
    *,
    given: Sequence[Term] = (),
    models: int = 6,
    symbolic: bool = True,
    seed: int = 0,
) -> Report:
    """The opinion on a statement under hypotheses: ``second_opinion_on(th.concl, given=th.hyps)`` for a theorem.

    Sums are expanded by loops, for integers that satisfy the hypotheses.  The entries of families are first random
    rationals, evaluated to 50 digits, at twenty points or so for an equation, forty for another relation; a difference
    beyond the tolerance, confirmed at 100 digits, is a disagreement.  An equation that survives is expanded once more
    with the entries as positive symbols, and SymPy simplifies the difference.  Sorts without numbers have three
    elements.  Derivatives are computed twice, with dual numbers and by SymPy.
    """
    start = time.perf_counter()
    try:
        report = _opinion(claim, list(given), assignments, models, symbolic, random.Random(seed))
    except CannotExpand as error:
        report = Report(Verdict.UNKNOWN, str(error))
    elapsed = time.perf_counter() - start
    return Report(
        report.verdict, report.detail, report.models, report.points, report.symbolic, report.counterexample, elapsed
    )


def _opinion(
    claim: Term,
    given: list[Term],
    assignments: Sequence[Assignment] | None,
    count: int,
    symbolic: bool,
    rng: random.Random,
) -> Report:
    claim, given = _stripped(claim, given)
    free = set(claim.free).union(*(h.free for h in given))
    # The order of a set of variables changes from run to run; the same seed must try the same numbers.
    integers = sorted((v for v in free if v.sort == INT), key=lambda v: v.name)
    equation = isinstance(claim, App) and claim.op in (k.EQ, k.HAS_DERIVATIVE)
    numeric = Numeric(50)
    tried = judged = 0
    survivors: list[Meaning] = []
    chosen: list[dict[Var, Any]] = [_assigned(a, free) for a in assignments] if assignments else [{}]
    for choice in chosen:
        sequences = _sequences(choice)
        some = integer_models(integers, given, choice, count if len(chosen) == 1 else 1, rng)
        each = max(3 if equation else 8, (20 if equation else 40) // (len(some) * len(chosen) or 1))
        for model in some:
            here = 0
            for meaning in points(model, sequences, given, numeric, each, rng):
                verdict = _judge(claim, meaning)
                if verdict is False:
                    return Report(
                        Verdict.DISAGREE,
                        f"the statement is false: {_told(meaning)}",
                        tried + 1,
                        judged + here + 1,
                        counterexample=_described(meaning),
                    )
                if verdict:
                    here += 1
                    if here == 1:
                        survivors.append(meaning)
            tried += here > 0
            judged += here
    if not judged:
        return Report(Verdict.UNKNOWN, "no small model of the hypotheses was found in which both sides are defined")
    proved = symbolic and equation and isinstance(claim, App) and _simplifies(claim, given, survivors)
    if judged < FEWEST_POINTS and not proved:
        return Report(Verdict.UNKNOWN, f"only {judged} small models of the hypotheses were found", tried, judged)
    how = "SymPy simplifies the difference to 0" if proved else "agrees numerically"
    return Report(Verdict.AGREE, f"{how} ({judged} points in {tried} models)", tried, judged, proved)


def _stripped(claim: Term, given: list[Term]) -> tuple[Term, list[Term]]:
    """Universal statements and implications at the top become free variables and hypotheses."""
    given = list(given)
    while isinstance(claim, App) and claim.op in (k.FORALL, k.IMPLIES):
        if claim.op is k.IMPLIES:
            given.append(claim.args[0])
            claim = claim.args[1]
            continue
        (f,) = claim.args
        if not isinstance(f, Lam):
            break
        var = fresh(f.hint, f.dom, claim.free.union(*(h.free for h in given)))
        claim = instantiate(f, var)
    return claim, given


def _assigned(assignment: Assignment, free: set[Var]) -> dict[Var, Any]:
    by_name = {v.name: v for v in free}
    out = {}
    for name, value in assignment.items():
        var = name if isinstance(name, Var) else by_name.get(name)
        if var in free:
            out[var] = value
    return out


def _sequences(choice: Mapping[Var, Any]) -> dict[tuple[Var, Key], int]:
    out: dict[tuple[Var, Key], int] = {}
    for v, values in choice.items():
        if v.sort == Fn(INT, INT):
            items = values.items() if isinstance(values, Mapping) else enumerate(values, 1)
            out.update({(v, (i,)): n for i, n in items})
    return out


def _judge(claim: Term, meaning: Meaning) -> bool | None:
    """Whether the claim holds at this point; None where it is undefined or too close to call."""
    meaning.exact = True
    try:
        holds = bool(meaning.value(claim))
    except Undefined:
        return None
    if holds and isinstance(claim, App) and claim.op is k.NE and not meaning.exact:
        return None
    if holds:
        return True
    if not meaning.exact:
        # Within the tolerance, so perhaps equal: a strict inequality or a difference that fails here fails exactly
        # only if SymPy finds the sides equal.
        return False if _equal_here(claim, meaning) else None
    assert isinstance(meaning.model, SmallModel)
    finer = Meaning(meaning.model, Numeric(100))
    try:
        return None if finer.value(claim) else False
    except Undefined:
        return None


def _equal_here(claim: Term, meaning: Meaning) -> bool:
    if not (isinstance(claim, App) and claim.op in (k.LT, k.NE) and all(is_numeric(a.sort) for a in claim.args)):
        return False
    assert isinstance(meaning.model, SmallModel)
    old = meaning.model
    if any(not isinstance(v, (int, Fraction)) for v in old.fixed.values()):
        return False
    exact = old.with_reals(lambda var, key: _rational(old.fixed.get((var, key), old.read.get((var, key), 0))))
    try:
        left, right = (Meaning(exact, Symbolic()).value(a) for a in claim.args)
    except (Undefined, CannotExpand):
        return False
    return _vanishes(sympy.sympify(left) - sympy.sympify(right))


def _rational(value: Any) -> Any:
    return sympy.Rational(value.numerator, value.denominator) if isinstance(value, (int, Fraction)) else value


def _described(meaning: Meaning) -> dict[str, object]:
    assert isinstance(meaning.model, SmallModel)
    return meaning.model.described()


def _told(meaning: Meaning) -> str:
    return ", ".join(f"{name}={value}" for name, value in _described(meaning).items())


# --- SymPy's part in it ---------------------------------------------------------------------------

_LARGEST = 400  # operations in a difference that SymPy is asked to simplify
_LARGEST_TO_SIMPLIFY = 60  # and for its slow general simplifier


class Symbolic(Derived):
    """Numbers that are SymPy expressions in the entries of families."""

    def const(self, value: Value) -> Value:
        return _rational(value)

    def add(self, a: Value, b: Value) -> Value:
        return a + b

    def neg(self, a: Value) -> Value:
        return -a

    def mul(self, a: Value, b: Value) -> Value:
        return a * b

    def div(self, a: Value, b: Value) -> Value:
        if self.is_zero(b):
            raise Undefined("division by zero")
        return sympy.sympify(a) / sympy.sympify(b)

    def log(self, a: Value) -> Value:
        if (isinstance(a, int) or a.is_number) and not sympy.sympify(a).is_positive:
            raise Undefined("logarithm of a number that is not positive")
        return sympy.log(a)

    def exp(self, a: Value) -> Value:
        return sympy.exp(a)

    def is_zero(self, a: Value) -> bool:
        return bool(a == 0)

    def compare(self, a: Value, b: Value) -> tuple[int, bool]:
        difference = sympy.sympify(a) - sympy.sympify(b)
        if difference.is_zero:
            return 0, True
        if difference.is_positive or difference.is_negative:
            return (1 if difference.is_positive else -1), True
        raise CannotExpand(f"SymPy cannot tell the sign of {difference}")

    def derivative(self, body: Slope, x: Value) -> Value:
        number = sympy.Dummy("x", real=True)
        slope = sympy.diff(sympy.sympify(body(self, number)), number)
        return slope.xreplace({number: sympy.sympify(x)})


def _symbol(var: Var, key: Key) -> Any:
    index = "_".join(str(i[1]) if isinstance(i, tuple) else str(i) for i in key)
    return sympy.Symbol(f"{var.name}_{index}" if index else var.name, positive=True)


def _simplifies(claim: App, given: Sequence[Term], survivors: Sequence[Meaning]) -> bool:
    """Whether SymPy brings left - right to 0 in the two largest models that are not too large for it."""
    left, right = claim.args[0], claim.args[-1]
    if claim.op is k.HAS_DERIVATIVE:
        left = App(k.DERIVATIVE, claim.args[:2])
    if not (is_numeric(left.sort) and is_numeric(right.sort)):
        return False
    done = 0
    for meaning in reversed(survivors):
        assert isinstance(meaning.model, SmallModel)
        symbols = Meaning(meaning.model.with_reals(_symbol), Symbolic())
        try:
            impose(symbols, given, last=True)
            difference = sympy.sympify(symbols.value(left)) - sympy.sympify(symbols.value(right))
        except (Undefined, CannotExpand):
            return False
        if difference.count_ops() > _LARGEST:
            continue
        if not _vanishes(difference):
            return False
        done += 1
        if done == 2:
            break
    return done > 0


def _vanishes(difference: Any) -> bool:
    """Whether SymPy simplifies it to 0.  Numbers have been tried before, so forcing all symbols positive is safe."""
    if difference == 0:
        return True
    expanded = sympy.expand(sympy.expand_log(sympy.expand(difference), force=True))
    if expanded == 0:
        return True
    numerator = sympy.expand(sympy.expand_log(sympy.fraction(sympy.together(expanded))[0], force=True))
    if numerator == 0:
        return True
    if numerator.count_ops() > _LARGEST_TO_SIMPLIFY:
        return False
    return bool(sympy.simplify(difference) == 0)
