"""Linear arithmetic: comparisons read as polynomials in their atoms, and a goal as a combination of them.

The simplex method finds the weights (Farkas' lemma says that there are some); the kernel adds up and checks.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

from derive.kernel import ring as field
from derive.kernel import rules as r
from derive.kernel.sorts import INT, is_numeric
from derive.kernel.terms import EQ, LE, LT, NE, App, Term
from derive.kernel.theorem import RuleError, Theorem
from derive.tactics import library, simplex
from derive.tactics.context import Context
from derive.tactics.derived import is_app, sides

Fact = tuple[Theorem, field.Poly]
"""A comparison and the polynomial right side - left side."""


@lru_cache(maxsize=4000)
def difference(a: Term, b: Term) -> field.Poly | None:
    """b - a as a polynomial, quotients by terms being atoms.  It is asked for again and again, and nobody changes it."""
    try:
        n, d = field.difference(b, a, frozenset())
    except field.TooLargeError:
        return None
    return n if not d else None


def as_facts(th: Theorem) -> Iterator[Fact]:
    """The theorem as a fact, if it is a comparison of numbers; of integers, a < b says a + 1 <= b."""
    c = th.concl
    if isinstance(c, App) and c.op in (LT, LE, EQ) and is_numeric(c.args[0].sort) and is_numeric(c.args[1].sort):
        if c.op is LT and c.args[0].sort == INT and c.args[1].sort == INT:
            th = r.int_step(th)
        p = difference(*sides(th.concl))
        if p is not None:
            yield th, p


def facts_of(ctx: Context, equations: bool = False) -> list[Fact]:
    """What the context says of order, or only its equations."""
    out = ctx.comparisons.get(equations)
    if out is None:
        out = ctx.comparisons[equations] = []
        for th in ctx.facts:
            if not equations or is_app(th.concl, EQ):
                out += known(th, ctx)
            if not equations and is_app(th.concl, NE):
                out += _apart(th, ctx)
    return out


def known(th: Theorem, ctx: Context) -> list[Fact]:
    """``as_facts`` of a fact of the context, worked out once."""
    hit = ctx.linear.get(id(th))
    if hit is None or hit[0] is not th:
        hit = ctx.linear[id(th)] = (th, list(as_facts(th)))
    return hit[1]


def _apart(th: Theorem, ctx: Context) -> Iterator[Fact]:
    """a != b and a <= b (or b <= a) say a < b (or b < a)."""
    a, b = sides(th.concl)
    for low, high, differ in ((a, b, th), (b, a, None)):
        weak = ctx.by_statement.get(low <= high) if is_numeric(a.sort) and is_numeric(b.sort) else None
        if weak is not None:
            apart = differ or library.use("ne_sym", {"a": a, "b": b}, th)
            yield from as_facts(library.use("lt_of_le_of_ne", {"a": low, "b": high}, weak, apart))


def connected(pool: list[Fact], seen: set[field.Monomial]) -> list[Fact]:
    """Those of the pool that share a monomial with what was ``seen``, directly or through each other; ``seen`` grows."""
    chosen: list[Fact] = []
    grew = True
    while grew:
        grew = False
        rest = []
        for th, p in pool:
            if any(m in seen for m in p):
                chosen.append((th, p))
                seen |= {m for m in p if m != field.ONE}
                grew = True
            else:
                rest.append((th, p))
        pool = rest
    return chosen


_MANY = 24  # facts, beyond which a few near the goal are tried first
_EACH = 6  # of them for each monomial of the goal


def combine(goal: App, want: field.Poly, facts: list[Fact]) -> Theorem | None:
    """The goal (=, <, <=), whose difference is ``want``, as a combination of the facts."""
    if len(facts) > _MANY and len(want) * _EACH < len(facts):
        few = _near(want, facts)
        th = _combine(goal, want, few) if len(few) < len(facts) else None
        if th is not None:
            return th
    return _combine(goal, want, facts)


def _near(want: field.Poly, facts: list[Fact]) -> list[Fact]:
    """For each monomial of the goal the facts about it with the fewest others, the latest first."""
    chosen: dict[int, None] = {}
    for m in want:
        about = [i for i, (_, p) in enumerate(facts) if m in p and m != field.ONE]
        about.sort(key=lambda i: (len(facts[i][1]), -i))
        chosen.update(dict.fromkeys(about[:_EACH]))
    return [facts[i] for i in sorted(chosen)]


def _combine(goal: App, want: field.Poly, facts: list[Fact]) -> Theorem | None:
    if not all(any(m in p for _, p in facts) for m in want if m != field.ONE):
        return None
    columns: list[dict[int, Fraction]] = []
    cost: list[Fraction] = []
    source: list[tuple[Theorem, int]] = []
    rows: dict[field.Monomial, int] = {}

    def entries(p: field.Poly, sign: int) -> dict[int, Fraction]:
        return {rows.setdefault(m, len(rows)): Fraction(sign * c) for m, c in p.items() if m != field.ONE}

    for th, p in facts:
        equation = is_app(th.concl, EQ)
        if goal.op is EQ and not equation:
            continue
        for sign in (1, -1) if equation else (1,):
            columns.append(entries(p, sign))
            strict = Fraction(1, 10**6) if is_app(th.concl, LT) and goal.op is LT else Fraction(0)
            cost.append(Fraction(sign * p.get(field.ONE, 0)) - strict)
            source.append((th, sign))
    target = entries(want, 1)
    if not set(target) <= {row for c in columns for row in c}:
        return None
    if goal.op is EQ:  # the constants must match exactly: one more row
        row = len(rows)
        for column, constant in zip(columns, cost, strict=True):
            column[row] = constant
        target[row] = Fraction(want.get(field.ONE, 0))
    weights = simplex.solve(columns, cost, target)
    return None if weights is None else _weighted(goal, source, weights)


def _weighted(goal: App, source: list[tuple[Theorem, int]], weights: list[Fraction]) -> Theorem | None:
    total: dict[int, Fraction] = {}
    used: list[Theorem] = []
    for (th, sign), w in zip(source, weights, strict=True):
        if w:
            if id(th) not in total:
                used.append(th)
            total[id(th)] = total.get(id(th), Fraction(0)) + sign * w
    try:
        return r.linear(goal, tuple(used), tuple(total[id(th)] for th in used), ())
    except RuleError:
        return None
