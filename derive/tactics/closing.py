"""``close``: two terms are equal by the field identities, part by part.

This is what the reason ``ring`` does.  Where the terms are not equal as polynomials in their atoms, atoms of the same
shape are related to each other first: the sum over k of a b to the sum over k of b a.
"""

from __future__ import annotations

from derive.kernel import ring as field
from derive.kernel import rules as r
from derive.kernel.sorts import is_numeric
from derive.kernel.terms import ADD, DIV, MUL, NEG, SUB, App, At, Lam, Num, Term, ne, parts_of
from derive.kernel.theorem import RuleError, Theorem
from derive.tactics import side
from derive.tactics.context import Context
from derive.tactics.conv import relate_parts, rewrite
from derive.tactics.derived import chain, sides

_ARITHMETIC = (ADD, SUB, MUL, DIV, NEG)


def denominators(term: Term) -> list[Term]:
    """The terms that something is divided by, outside binders, that are not numbers."""
    out: dict[Term, None] = {}
    waiting = [term]
    while waiting:
        term = waiting.pop()
        if isinstance(term, App) and term.op is DIV and not isinstance(term.args[1], Num):
            out[term.args[1]] = None
        if not isinstance(term, Lam):
            waiting += reversed(parts_of(term))
    return list(out)


def nonzero_facts(ctx: Context, *terms: Term) -> tuple[Theorem, ...]:
    """Which denominators of the terms are known to differ from 0."""
    out: dict[Term, Theorem] = {}
    for t in terms:
        for d in denominators(t):
            if d not in out and not d.loose:
                th = side.prove(ne(d, Num(0)), ctx)
                if th is not None:
                    out[d] = th
    return tuple(out.values())


def ring(a: Term, b: Term, ctx: Context) -> Theorem | None:
    """a = b as a field identity.  Where that needs denominators to be nonzero, it rests on all that are known to be."""
    if not (is_numeric(a.sort) and is_numeric(b.sort)):
        return None
    try:
        return r.ring(a, b, ())
    except RuleError:
        pass
    facts = nonzero_facts(ctx, a, b)
    if not facts:
        return None
    try:
        return r.ring(a, b, facts)
    except RuleError:
        return None


def close(a: Term, b: Term, ctx: Context, depth: int = 6) -> Theorem | None:
    """|- a = b by field identities in all parts, or None; ``depth`` bounds how often atoms are looked into."""
    if a == b:
        return r.refl(a)
    if depth == 0:
        return None
    th = ring(a, b, ctx)
    if th is not None:
        return th
    arithmetic = isinstance(a, App) and a.op in _ARITHMETIC
    if not arithmetic or not isinstance(b, App) or b.op not in _ARITHMETIC:
        if isinstance(a, (At, Lam)) or (isinstance(a, App) and not arithmetic):
            th = relate_parts(a, b, ctx, lambda x, y, c: close(x, y, c, depth) if y is not None else None)
            if th is not None:
                return th
        if not is_numeric(a.sort):
            return None
    return _by_atoms(a, b, ctx, depth) or _over_the_same(a, b, ctx, depth)


def _over_the_same(a: Term, b: Term, ctx: Context, depth: int) -> Theorem | None:
    """Two quotients whose divisors are equal, by their numerators: whether the divisor is 0 is then no matter."""
    if not (isinstance(a, App) and isinstance(b, App) and a.op is b.op is DIV and a.args[1] == b.args[1]):
        return None
    same = close(a.args[0], b.args[0], ctx, depth)
    return None if same is None else r.cong(DIV, (same, r.refl(a.args[1])))


def _by_atoms(a: Term, b: Term, ctx: Context, depth: int) -> Theorem | None:
    left, right = atoms(a, ctx), atoms(b, ctx)
    only_left = sorted((t for t in left if t not in right and not t.loose), key=repr)
    only_right = sorted((t for t in right if t not in left and not t.loose), key=repr) if only_left else []
    if not only_left or len(only_left) * len(only_right) > 60:
        return None
    equations: list[Theorem] = []
    for t in only_left:
        if t in (a, b):
            continue
        for u in only_right:
            if type(t) is type(u) and getattr(t, "op", None) is getattr(u, "op", None) and u not in (a, b):
                th = close(t, u, ctx, depth - 1)
                if th is not None:
                    equations.append(th)
                    break
    if not equations:
        return None
    first = rewrite(a, *equations)
    rest = ring(sides(first.concl)[1], b, ctx)
    return None if rest is None else chain(first, rest)


def atoms(term: Term, ctx: Context) -> dict[Term, None]:
    """What the polynomial of a term is made of."""
    known = frozenset(sides(th.concl)[0] for th in nonzero_facts(ctx, term))
    try:
        n, d = field.ratio(term, known)
    except field.TooLargeError:
        return {}
    return {atom: None for poly in (n, *(dict(f) for f in d)) for m in poly for atom, _ in m}
