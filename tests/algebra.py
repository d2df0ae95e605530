"""Random lines of the ordered field that the kernel proves, and the same lines with one number changed."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from derive.kernel import ring as field
from derive.kernel import rules
from derive.kernel.sorts import FAMILY, INT, REAL
from derive.kernel.terms import (
    ADD,
    DIV,
    EQ,
    LE,
    LOG,
    LT,
    MUL,
    NEG,
    POW,
    SUB,
    App,
    Num,
    Op,
    Term,
    Var,
    app,
    ne,
    parts_of,
    rebuild,
)  # fmt: skip
from derive.kernel.theorem import Theorem

x, y, z = (Var(s, REAL) for s in "xyz")
n, k = Var("n", INT), Var("k", INT)
f = Var("f", FAMILY)
ATOMS: tuple[Term, ...] = (x, y, z, n, f[k], app(LOG, x))
OPERATIONS = (ADD, SUB, MUL, DIV, NEG, POW)


class Line(NamedTuple):
    """A line and the rule that proves it."""

    goal: Term
    divisors: tuple[Term, ...]
    prove: Callable[[Term], Theorem]
    premises: tuple[tuple[Fraction, Term], ...] = ()  # of ``linear``: the weights, and the premises


class Algebra:
    """One source of lines; the same seed gives the same lines."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.divisors: list[Term] = []

    def line(self) -> Line:
        """``ring`` or ``linear``, with up to four divisors: atoms, sums, powers, products and quotients of others."""
        self.divisors = []
        for _ in range(self.random.randint(0, 4)):
            divisor = self.number(self.random.randint(0, 2))
            if not field.is_zero(field.ratio(divisor, set(self.divisors))) and not isinstance(divisor, Num):
                self.divisors.append(divisor)
        nonzero = tuple(rules.assume(ne(d, 0)) for d in self.divisors)
        left = self.number(2)
        if self.random.random() < 0.7:
            return Line(app(EQ, left, self.rewritten(left)), tuple(self.divisors),
                        lambda goal: rules.ring(*goal.args, nonzero))  # type: ignore[attr-defined]  # fmt: skip
        return self.linear(left, nonzero)

    def linear(self, left: Term, nonzero: tuple[Theorem, ...]) -> Line:
        op = self.random.choice((EQ, LT, LE))
        right, strict = left, False
        used: list[tuple[Fraction, Term]] = []
        for _ in range(self.random.randint(1, 2)):
            kind = EQ if op is EQ else self.random.choice((EQ, LT, LE))
            low, high = self.number(1), self.number(1)
            weight = Fraction(self.random.randint(1, 6), self.random.randint(1, 3))
            if kind is EQ:
                weight = -weight if self.random.random() < 0.5 else weight
            used.append((weight, app(kind, low, high)))
            right = right + Num(weight) * (high - low)
            strict = strict or kind is LT
        more = Fraction(0) if op is EQ else Fraction(self.random.randint(0, 3), 2)
        if op is LT and not strict:
            more += 1
        goal = app(op, left, self.rewritten(right + Num(more)))
        premises = tuple(rules.assume(p) for _, p in used)
        weights = tuple(w for w, _ in used)
        return Line(goal, tuple(self.divisors), lambda g: rules.linear(g, premises, weights, nonzero), tuple(used))

    # --- numbers -----------------------------------------------------------------------------------------------------

    def number(self, depth: int) -> Term:
        pick = self.random.random()
        if depth == 0:
            if pick < 0.3:
                return Num(Fraction(self.random.randint(-4, 4), self.random.choice((1, 1, 1, 2, 3))))
            return self.random.choice(ATOMS)
        if pick < 0.1:
            return -self.number(depth - 1)
        if pick < 0.2:
            return app(POW, self.number(depth - 1), Num(self.random.randint(0, 3)))
        if pick < 0.5:
            return self.number(depth - 1) / self.divisor()
        return app(self.random.choice((ADD, SUB, MUL)), self.number(depth - 1), self.number(depth - 1))

    def divisor(self) -> Term:
        """A known divisor, a number, or one that is nonzero because its parts are."""
        pick = self.random.random()
        if not self.divisors or pick < 0.1:
            return Num(Fraction(self.random.choice((-3, -2, 2, 3, 5)), self.random.choice((1, 1, 2, 7))))
        if pick < 0.7:
            return self.random.choice(self.divisors)
        known = self.random.choice(self.divisors)
        return -known if pick < 0.8 else app(self.random.choice((MUL, DIV)), known, self.random.choice(self.divisors))

    # --- the same number in another way ------------------------------------------------------------------------------

    def rewritten(self, term: Term) -> Term:
        for _ in range(self.random.randint(1, 2)):
            term = self._somewhere(term)
        return term

    def _somewhere(self, term: Term) -> Term:
        parts = parts_of(term) if isinstance(term, App) and term.op in OPERATIONS else ()
        if parts and self.random.random() < 0.7:
            whole = term.op in (POW, DIV)  # type: ignore[attr-defined]  # exponents and divisors stay as they are
            i = 0 if whole else self.random.randrange(len(parts))
            return rebuild(term, (*parts[:i], self._somewhere(parts[i]), *parts[i + 1 :]))
        return self._here(term)

    def _here(self, term: Term) -> Term:
        d, t = self.divisor(), self.number(1)
        ways: list[Term] = [term * d / d, term / d * d, term + t - t, Num(2) * term - term, term * Num(3) / 3, app(NEG, -term),
                            (term * d + t) / d - t / d, term / (1 / d) / d]  # fmt: skip
        if isinstance(term, App):
            a, *rest = term.args
            if term.op in (ADD, MUL):
                ways += [app(term.op, rest[0], a)] * 3
            if term.op is SUB:
                ways += [-(rest[0] - a), a + -rest[0]]
            if term.op is MUL and isinstance(rest[0], App) and rest[0].op in (ADD, SUB):
                ways += [app(rest[0].op, a * rest[0].args[0], a * rest[0].args[1])] * 3
            if term.op is DIV:
                ways += [1 / (rest[0] / a) if a in self.divisors else a * (1 / rest[0]), -a / -rest[0]]
            if term.op is POW and term.args[1] == Num(2):
                ways += [a * a] * 3
        return self.random.choice(ways)


def mutant(line: Line, source: random.Random) -> Term | None:
    """The goal with one number changed, so that the rule does not prove it; None when no change makes it wrong."""
    places = _numbers(line.goal)
    source.shuffle(places)
    for place in places:
        changed = _changed(line.goal, place, source.choice((-2, -1, 1, 2)))
        if changed is not None and _is_wrong(line, changed, source):
            return changed
    return None


def _numbers(term: Term, place: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    """Where numbers stand that are no exponents."""
    if isinstance(term, Num):
        return [place]
    if not isinstance(term, App) or term.op is LOG:
        return []
    parts = term.args[:1] if term.op is POW else term.args
    return [p for i, t in enumerate(parts) for p in _numbers(t, (*place, i))]


def _changed(term: Term, place: tuple[int, ...], by: int) -> Term | None:
    if isinstance(term, Num):
        return Num(term.value + by)
    parts = list(parts_of(term))
    inner = _changed(parts[place[0]], place[1:], by)
    if inner is None:
        return None
    parts[place[0]] = inner
    return rebuild(term, tuple(parts))


def _is_wrong(line: Line, goal: Term, source: random.Random) -> bool:
    """Whether, by its values at some points, no rule may prove the goal from the premises with these weights."""
    assert isinstance(goal, App)
    rests = []
    for _ in range(20):
        values: dict[Term, Fraction] = {}
        try:
            if not all(_value(d, values, source) for d in line.divisors):
                continue
            rest = _value(goal.args[1], values, source) - _value(goal.args[0], values, source)
            for weight, p in line.premises:
                low, high = p.args  # type: ignore[attr-defined]
                rest -= weight * (_value(high, values, source) - _value(low, values, source))
        except ZeroDivisionError:
            continue
        rests.append(rest)
    if len(set(rests)) > 1:
        return True
    return bool(rests) and (rests[0] != 0 if goal.op is EQ else rests[0] < 0)


def _value(term: Term, values: dict[Term, Fraction], source: random.Random) -> Fraction:
    """The value where atoms have the given values, and new ones random values."""
    if isinstance(term, Num):
        return term.value
    if isinstance(term, App) and term.op in OPERATIONS:
        a, *rest = (_value(t, values, source) for t in term.args)
        made: dict[Op, Callable[[], Fraction]] = {
            ADD: lambda: a + rest[0], SUB: lambda: a - rest[0], MUL: lambda: a * rest[0], DIV: lambda: a / rest[0],
            NEG: lambda: -a, POW: lambda: Fraction(a ** int(rest[0])),
        }  # fmt: skip
        return made[term.op]()
    return values.setdefault(term, Fraction(source.randint(-50, 50), source.randint(1, 9)))
