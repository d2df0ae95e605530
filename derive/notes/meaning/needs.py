"""What a row needs in order to be defined: positive arguments of logarithms, divisors that are not 0, and so on under the sums around."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import derive.lemmas  # noqa: F401  (side conditions rest on them)
from derive.kernel import terms as k
from derive.kernel.definitions import Definition
from derive.kernel.sorts import Fn
from derive.kernel.terms import App, At, Lam, Num, Term, Var, at, forall, fresh, implies, instantiate
from derive.operators import needs_of
from derive.tactics import side
from derive.tactics.context import Context
from derive.tactics.derived import unfold_head

ZERO = Num(0)


def definedness(terms: Sequence[Term], given: Sequence[Term]) -> list[Term]:
    """What must hold so that logarithms, quotients and powers have a value, and does not follow from what is given."""
    context = Context.of(given)
    out: list[Term] = []
    seen: set[tuple[Term, ...]] = set()
    for t in terms:
        for need, guards, letters in wanted(t, [], []):
            statement = quantified(need, guards, letters)
            here = (statement, *guards)  # K is not 0 under a sum to K, and may be beside it
            if here in seen or (not any(True for _ in statement.free) and isinstance(need, Num)):
                continue
            seen.add(here)
            where = context.extend(*guards, *out) if guards or out else context
            if side.prove(need, where) is None:
                for simple in simpler(need):
                    where = context.extend(*guards, *out) if guards or out else context
                    if side.prove(simple, where) is None:
                        out.append(quantified(simple, guards, letters))
    return out


def simpler(need: Term) -> list[Term]:
    """0 < a b, or 0 < a / b, as 0 < a and 0 < b: a product under a logarithm is one of positive numbers."""
    if isinstance(need, App) and need.op is k.LT and need.args[0] == ZERO:
        t = need.args[1]
        if isinstance(t, App) and t.op in (k.MUL, k.DIV) and all(map(atomic, factors := _factors(t))):
            return [ZERO < a for a in factors]
    return [need]


def atomic(t: Term) -> bool:
    return isinstance(t, (At, Var)) or (isinstance(t, Num) and t.value > 0) or (isinstance(t, App) and t.op is k.EXP)


def _factors(t: Term) -> list[Term]:
    """The factors of a product or a quotient, above and below."""
    if isinstance(t, App) and t.op in (k.MUL, k.DIV):
        return [f for a in t.args for f in _factors(a)]
    return [t]


def wanted(t: Term, guards: list[Term], letters: list[Var]) -> Iterator[tuple[Term, list[Term], list[Var]]]:
    """The needs of a term's parts, with the bounds of the sums around them."""
    if isinstance(t, App):
        if isinstance(t.op, Definition):
            for a in t.args:
                if not isinstance(a.sort, Fn):
                    yield from wanted(a, guards, letters)
            yield from wanted(t.op.unfolded(t.args), guards, letters)
            return
        if t.op in (k.ARGMAX, k.ARGMIN, k.DERIVATIVE, k.HAS_DERIVATIVE, k.FORALL, k.IN):
            if t.op is k.DERIVATIVE:
                yield from wanted(at(t.args[0], t.args[1]), guards, letters)
            return
        for need in needs_of(t):
            yield need, guards, letters
        for a in t.args:
            if isinstance(a, Lam):
                v = fresh(a.hint, a.dom, {x for y in (t, *guards) for x in y.free} | set(letters))
                bounds = [t.args[0] <= v, v <= t.args[1]] if t.op in (k.SUM, k.PROD, k.MAX) else []
                yield from wanted(instantiate(a, v), [*guards, *bounds], [*letters, v])
            else:
                yield from wanted(a, guards, letters)
    elif isinstance(t, At):
        body = unfold_head(t)
        if body is not None:
            yield from wanted(body.concl.args[1], guards, letters)  # type: ignore[attr-defined]
        yield from wanted(t.fn, guards, letters)
        yield from wanted(t.arg, guards, letters)


def quantified(need: Term, guards: Sequence[Term], letters: Sequence[Var]) -> Term:
    used = set(need.free)
    for v in reversed(letters):
        if v in used:
            mine = [g for g in guards if v in g.free]
            need = forall(v, implies(*mine, need) if mine else need)
            used |= need.free
    return need


def closure(free: frozenset[Var], facts: dict[Term, str]) -> frozenset[Var]:
    """The variables of a claim, and those of facts that share one with it."""
    out = set(free)
    changed = True
    while changed:
        changed = False
        for f in facts:
            if f.free and not out.isdisjoint(f.free) and not f.free <= out:
                out |= f.free
                changed = True
    return frozenset(out)


def touches(fact: Term, free: frozenset[Var]) -> bool:
    return not fact.free or not fact.free.isdisjoint(free)
