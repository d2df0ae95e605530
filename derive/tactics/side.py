"""Side conditions: positivity, being nonzero, and linear arithmetic, proved from what is known.

``prove(goal, ctx)`` gives a theorem or None; it never guesses.  It tries, in this order: a fact that says it; a
universal fact of which it is
an instance; the shape of the goal (a product of positives is positive); linear arithmetic over the facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from derive.kernel import ring as field
from derive.kernel import rules as r
from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, is_numeric
from derive.kernel.terms import (
    ADD,
    DELTA,
    DIV,
    EQ,
    EXP,
    FORALL,
    IMPLIES,
    LE,
    LT,
    MUL,
    NE,
    POW,
    PROD,
    SUM,
    App,
    At,
    Lam,
    Num,
    Term,
    Var,
    fresh,
    instantiate,
    ne,
    subterms,
)
from derive.kernel.theorem import RuleError, Theorem
from derive.tactics import library, simplex
from derive.tactics.context import Context, Universal
from derive.tactics.derived import is_app, sides
from derive.tactics.matching import match

ZERO, ONE = Num(0), Num(1)
DEPTH = 7


def prove(goal: Term, ctx: Context, depth: int = DEPTH) -> Theorem | None:
    """A theorem whose conclusion is ``goal`` and whose hypotheses are among the facts of ``ctx``, or None."""
    if depth <= 0:
        return None
    hit = ctx.by_statement.get(goal)
    if hit is not None:
        return hit
    if goal in ctx.proved:
        return ctx.proved[goal]
    ctx.proved[goal] = None  # a goal is not used to prove itself
    th = _prove(goal, ctx, depth)
    if th is not None or depth == DEPTH:
        ctx.proved[goal] = th
    else:
        del ctx.proved[goal]
    return th


def require(goal: Term, ctx: Context) -> Theorem | None:
    """``prove``, and note the goal as missing when it fails."""
    th = prove(goal, ctx)
    if th is None and goal not in ctx.missing:
        ctx.missing.append(goal)
    return th


def _prove(goal: Term, ctx: Context, depth: int) -> Theorem | None:
    if not isinstance(goal, App):
        return None
    if goal.op is FORALL and isinstance(goal.args[0], Lam):
        fn = goal.args[0]
        v = fresh(fn.hint, fn.dom, ctx.free | goal.free)
        inner = prove(instantiate(fn, v), ctx, depth)
        return None if inner is None else r.gen(v, inner)
    if goal.op is IMPLIES:
        inner = prove(goal.args[1], ctx.extend(goal.args[0]), depth)
        return None if inner is None else r.discharge(goal.args[0], inner)
    for universal in ctx.universals:
        th = _instance(goal, universal, ctx, depth)
        if th is not None:
            return th
    th = None
    if goal.op is EQ:
        th = _equation(goal, ctx, depth)
    elif goal.op is NE:
        th = _nonzero(goal, ctx, depth)
    elif goal.op in (LT, LE):
        th = _order(goal, ctx, depth)
    return th or _by_equal_index(goal, ctx, depth)


def _by_equal_index(goal: App, ctx: Context, depth: int) -> Theorem | None:
    """The goal with an index replaced by one that is known to equal it: k = y is a fact, and the goal speaks of k."""
    from derive.tactics.conv import rewrite  # conv stands above this module

    for fact in ctx.facts:
        c = fact.concl
        if is_app(c, EQ) and isinstance(c.args[0], Var) and c.args[0] in goal.free and c.args[0].sort == INT:  # type: ignore[attr-defined]
            if c.args[0] in c.args[1].free:  # type: ignore[attr-defined]
                continue
            steps = tuple(rewrite(a, fact) for a in goal.args)
            th = prove(App(goal.op, tuple(sides(s.concl)[1] for s in steps)), ctx, depth - 1)
            if th is not None:
                return r.rel_cong(th, tuple(r.sym(s) for s in steps))
    return None


def _instance(goal: Term, u: Universal, ctx: Context, depth: int) -> Theorem | None:
    mapping = match(u.concl, goal, set(u.variables))
    return None if mapping is None else specialise(u, mapping, ctx, depth - 1)


def specialise(u: Universal, mapping: dict[Var, Term], ctx: Context, depth: int) -> Theorem | None:
    """The universal fact at the given values, its guards proved."""
    if any(v not in mapping for v in u.variables):
        return None
    th = u.theorem
    while True:
        statement = th.concl
        if is_app(statement, FORALL):
            v = u.variables[_count_foralls(u.theorem.concl, statement)]
            th = r.spec(th, mapping[v])
        elif is_app(statement, IMPLIES):
            guard = prove(statement.args[0], ctx, depth)  # type: ignore[attr-defined]
            if guard is None:
                return None
            th = r.mp(th, guard)
        else:
            return th


def _count_foralls(whole: Term, rest: Term) -> int:
    def count(t: Term) -> int:
        n = 0
        while isinstance(t, App) and t.op in (FORALL, IMPLIES):
            if t.op is FORALL and isinstance(t.args[0], Lam):
                n += 1
                t = t.args[0].body
            else:
                t = t.args[1]
        return n

    return count(whole) - count(rest)


# --- equations and inequations ---------------------------------------------------------------------------------------


def _equation(goal: App, ctx: Context, depth: int) -> Theorem | None:
    a, b = goal.args
    if a == b:
        return r.refl(a)
    if not is_numeric(a.sort) or not is_numeric(b.sort):
        return None
    try:
        return r.ring(a, b, ())
    except RuleError:
        return linear(goal, ctx, depth)


def _nonzero(goal: App, ctx: Context, depth: int) -> Theorem | None:
    a, b = goal.args
    flipped = ctx.by_statement.get(ne(b, a))
    if flipped is not None:
        return library.use("ne_sym", {"a": b, "b": a}, flipped)
    if b == ZERO and isinstance(a, App) and a.op in (MUL, DIV):
        left = prove(ne(a.args[0], ZERO), ctx, depth - 1)
        right = prove(ne(a.args[1], ZERO), ctx, depth - 1) if left else None
        if left and right:
            return library.use(
                "mul_ne_zero" if a.op is MUL else "div_ne_zero", {"a": a.args[0], "b": a.args[1]}, left, right
            )
    if is_numeric(a.sort) and is_numeric(b.sort):
        below = prove(b < a, ctx, depth - 1)
        if below:
            return library.use("ne_of_gt", {"a": a, "b": b}, below)
        above = prove(a < b, ctx, depth - 1)
        if above:
            return library.use("ne_of_lt", {"a": a, "b": b}, above)
    return None


# --- order -----------------------------------------------------------------------------------------------------------


def _order(goal: App, ctx: Context, depth: int) -> Theorem | None:
    a, b = goal.args
    th = linear(goal, ctx, depth, cheap=True)
    if th is not None:
        return th
    if a == ZERO:
        if goal.op is LT and ne(b, ZERO) in ctx.by_statement:  # 0 <= b and b != 0
            weak = prove(ZERO <= b, ctx, depth - 1)
            if weak:
                flipped = library.use("ne_sym", {"a": b, "b": ZERO}, ctx.by_statement[ne(b, ZERO)])
                return library.use("lt_of_le_of_ne", {"a": ZERO, "b": b}, weak, flipped)
        th = _positive(b, ctx, depth) if goal.op is LT else _nonnegative(b, ctx, depth)
        if th is not None:
            return th
    return linear(goal, ctx, depth)


def _positive(t: Term, ctx: Context, depth: int) -> Theorem | None:
    """0 < t from the shape of t."""
    if isinstance(t, App):
        op, args = t.op, t.args
        if op is EXP:
            return library.use("exp_pos", {"x": args[0]})
        if op in (MUL, DIV):
            left = prove(ZERO < args[0], ctx, depth - 1)
            right = prove(ZERO < args[1], ctx, depth - 1) if left else None
            if left and right:
                return library.use("mul_pos" if op is MUL else "div_pos", {"x": args[0], "y": args[1]}, left, right)
        if op is ADD:
            for name, first, second in (("add_pos", LT, LE), ("add_pos'", LE, LT)):
                left = prove(App(first, (ZERO, args[0])), ctx, depth - 1)
                right = prove(App(second, (ZERO, args[1])), ctx, depth - 1) if left else None
                if left and right:
                    return library.use(name, {"x": args[0], "y": args[1]}, left, right)
        if op in (SUM, PROD):
            every = _for_range(args, ctx, depth, lambda body: ZERO < body)
            if every is not None:
                values = {"m": args[0], "n": args[1], "f": args[2]}
                if op is PROD:
                    return library.use("prod_pos", values, every)
                nonempty = prove(args[0] <= args[1], ctx, depth - 1)
                if nonempty:
                    return library.use("sum_pos", values, nonempty, every)
        if op is POW:
            base = prove(ZERO < args[0], ctx, depth - 1)
            if base:
                return library.use("pow_pos", {"x": args[0], "a": args[1]}, base)
    return _by_definition(t, ctx, depth, LT)


def _nonnegative(t: Term, ctx: Context, depth: int) -> Theorem | None:
    """0 <= t from the shape of t."""
    if isinstance(t, App):
        op, args = t.op, t.args
        if op is DELTA:
            return library.use("delta_nonneg", {"i": args[0], "j": args[1]})
        if op in (MUL, ADD):
            left = prove(ZERO <= args[0], ctx, depth - 1)
            right = prove(ZERO <= args[1], ctx, depth - 1) if left else None
            if left and right:
                return library.use(
                    "mul_nonneg" if op is MUL else "add_nonneg", {"x": args[0], "y": args[1]}, left, right
                )
        if op is DIV:
            left = prove(ZERO <= args[0], ctx, depth - 1)
            right = prove(ZERO < args[1], ctx, depth - 1) if left else None
            if left and right:
                return library.use("div_nonneg", {"x": args[0], "y": args[1]}, left, right)
        if op is SUM:
            every = _for_range(args, ctx, depth, lambda body: ZERO <= body)
            if every is not None:
                return library.use("sum_nonneg", {"m": args[0], "n": args[1], "f": args[2]}, every)
        if op is POW and isinstance(args[1], Num) and args[1].value == 2:
            return library.use("sq_nonneg", {"x": args[0]})
    strict = _positive(t, ctx, depth)
    if strict is not None:
        return library.use("le_of_lt", {"a": ZERO, "b": t}, strict)
    return _by_definition(t, ctx, depth, LE)


def _by_definition(t: Term, ctx: Context, depth: int, op: object) -> Theorem | None:
    """Unfold the defined constant at the head of t, and ask again."""
    unfolded = unfold_head(t)
    if unfolded is None:
        return None
    _, body = sides(unfolded.concl)
    th = prove(ZERO < body if op is LT else ZERO <= body, ctx, depth - 1)
    return None if th is None else r.rel_cong(th, (r.refl(ZERO), r.sym(unfolded)))


def unfold_head(t: Term) -> Theorem | None:
    """|- t = t' with the defined constant at the head of t unfolded: H(q, p), or softmax(z) in softmax(z)(k)."""
    if isinstance(t, At):
        inner = unfold_head(t.fn)
        return None if inner is None else r.cong_at(inner, r.refl(t.arg))
    if isinstance(t, App) and isinstance(t.op, Definition):
        return r.unfold(t)
    return None


def _for_range(args: tuple[Term, ...], ctx: Context, depth: int, statement: Callable[[Term], Term]) -> Theorem | None:
    """|- for all k: m <= k => k <= n => statement(f(k))."""
    low, high, fn = args
    if not isinstance(fn, Lam):
        return None
    k = fresh(fn.hint, INT, ctx.free | fn.free | low.free | high.free)
    bounds = (low <= k, k <= high)
    th = prove(statement(instantiate(fn, k)), ctx.extend(*bounds), depth - 1)
    if th is None:
        return None
    return r.gen(k, r.discharge(bounds[0], r.discharge(bounds[1], th)))


# --- linear arithmetic -----------------------------------------------------------------------------------------------


def _polynomial(a: Term, b: Term) -> field.Poly | None:
    """b - a as a polynomial, quotients by terms being atoms."""
    try:
        n, d = field.difference(b, a, frozenset())
    except field.TooLargeError:
        return None
    return n if not d else None


def linear(goal: App, ctx: Context, depth: int, cheap: bool = False) -> Theorem | None:
    """The goal (=, <, <=) as a combination of facts; integers a < b also count as a + 1 <= b."""
    a, b = goal.args
    if not (is_numeric(a.sort) and is_numeric(b.sort)):
        return None
    want = _polynomial(a, b)
    if want is None:
        return None
    if goal.op is LT and a.sort == INT and b.sort == INT and set(want) - {field.ONE}:
        target = App(LE, (App(ADD, (a, ONE)), b))
        th = _farkas(target, ctx, depth, cheap)
        if th is not None:
            return r.linear(goal, (th,), (Fraction(1),), ())
        return None
    return _farkas(goal, ctx, depth, cheap)


def _farkas(goal: App, ctx: Context, depth: int, cheap: bool) -> Theorem | None:
    a, b = goal.args
    want = _polynomial(a, b)
    if want is None:
        return None
    constant = want.get(field.ONE, 0)
    if all(m == field.ONE for m in want):
        if constant == 0 if goal.op is EQ else constant >= 0 if goal.op is LE else constant > 0:
            return r.linear(goal, (), (), ())
        if cheap or goal.op is EQ:
            return None
        facts = [
            f for th in ctx.facts for f in _known_fact(th, ctx)
        ]  # a false goal: do the facts contradict each other?
    else:
        facts = _relevant(want, ctx, depth, cheap, goal.op is EQ)
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
        for (th, sign), column in zip(source, columns, strict=True):
            p = _polynomial(*sides(th.concl)) or {}
            column[row] = Fraction(sign * p.get(field.ONE, 0))
        target[row] = Fraction(constant)
    weights = simplex.solve(columns, cost, target)
    if weights is None:
        return None
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


def _relevant(
    want: field.Poly, ctx: Context, depth: int, cheap: bool, equations: bool
) -> list[tuple[Theorem, field.Poly]]:
    """The comparisons among the facts that share a monomial with the goal, directly or through each other."""
    pool: list[tuple[Theorem, field.Poly]] = []
    for th in ctx.facts:
        if not equations or is_app(th.concl, EQ):
            pool += _known_fact(th, ctx)
        if not equations and is_app(th.concl, NE):
            pool += _apart(th, ctx)
            if is_app(th.concl, NE) and not equations:
                pool += _apart(th, ctx)
    atoms = {a for m in want for a, _ in m}
    if not cheap:
        pool += _about_atoms(want, atoms, ctx, depth, equations)
    seen = {m for m in want if m != field.ONE}
    chosen: list[tuple[Theorem, field.Poly]] = []
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
    if not cheap and depth > 2:  # universal facts about the atoms that came in on the way
        new = {a for m in seen for a, _ in m} - atoms
        if new:
            for th, p in _about_atoms({frozenset({(a, 1)}): 1 for a in new}, new, ctx, depth - 1, equations):
                if any(m in seen for m in p):
                    chosen.append((th, p))
    return chosen


def _apart(th: Theorem, ctx: Context) -> Iterator[tuple[Theorem, field.Poly]]:
    """a != b and a <= b (or b <= a) say a < b (or b < a)."""
    a, b = sides(th.concl)
    for low, high, differ in ((a, b, th), (b, a, None)):
        weak = ctx.by_statement.get(low <= high) if is_numeric(a.sort) and is_numeric(b.sort) else None
        if weak is not None:
            apart = differ or library.use("ne_sym", {"a": a, "b": b}, th)
            yield from _as_fact(library.use("lt_of_le_of_ne", {"a": low, "b": high}, weak, apart))


def _known_fact(th: Theorem, ctx: Context) -> list[tuple[Theorem, field.Poly]]:
    """``_as_fact`` of a fact of the context, worked out once."""
    hit = ctx.linear.get(id(th))
    if hit is None or hit[0] is not th:
        hit = ctx.linear[id(th)] = (th, list(_as_fact(th)))
    return hit[1]


def _as_fact(th: Theorem) -> Iterator[tuple[Theorem, field.Poly]]:
    c = th.concl
    if isinstance(c, App) and c.op in (LT, LE, EQ) and is_numeric(c.args[0].sort) and is_numeric(c.args[1].sort):
        if c.op is LT and c.args[0].sort == INT and c.args[1].sort == INT:
            th = r.int_step(th)
        p = _polynomial(*sides(th.concl))
        if p is not None:
            yield th, p


def _about_atoms(
    want: field.Poly, atoms: set[Term], ctx: Context, depth: int, equations: bool
) -> Iterator[tuple[Theorem, field.Poly]]:
    """Facts that hold of the atoms themselves: instances of universal facts, and signs."""
    for u in ctx.universals:
        if not (isinstance(u.concl, App) and u.concl.op in ((EQ,) if equations else (LT, LE, EQ))):
            continue
        done = set()
        for part in subterms(u.concl):
            if part.loose or not set(u.variables) <= part.free or not isinstance(part, (At, App)):
                continue
            for atom in atoms:
                mapping = match(part, atom, set(u.variables))
                if mapping is None:
                    continue
                key = tuple(mapping[v] for v in u.variables)
                if key in done:
                    continue
                done.add(key)
                th = specialise(u, mapping, ctx, depth - 2)
                if th is not None:
                    yield from _as_fact(th)
    if equations:
        return
    for m in want:
        if m == field.ONE:
            continue
        if len(m) == 1:
            ((atom, e),) = m
            if e == 1:
                th = None
                if isinstance(atom, (App, At)) and depth > 2:
                    th = _positive(atom, ctx, depth - 2) or _nonnegative(atom, ctx, depth - 2)
                if is_app(atom, DELTA):
                    exact = _delta_value(atom, ctx)  # type: ignore[arg-type]
                    if exact is not None:
                        yield from _as_fact(exact)
                    yield from _as_fact(library.use("delta_le_one", {"i": atom.args[0], "j": atom.args[1]}))  # type: ignore[attr-defined]
                if th is not None:
                    yield from _as_fact(th)
                continue
        if depth > 2:
            product = monomial_term(m)
            th = prove(ZERO < product, ctx, depth - 3) or prove(ZERO <= product, ctx, depth - 3)
            if th is not None:
                yield from _as_fact(th)


def _delta_value(atom: App, ctx: Context) -> Theorem | None:
    """The indicator is 1 or 0 where it is known whether its indices agree."""
    i, j = atom.args
    if i == j:
        return library.use("delta_same", {"i": i})
    differ = ctx.by_statement.get(ne(i, j))
    return None if differ is None else library.use("delta_diff", {"i": i, "j": j}, differ)


def monomial_term(m: field.Monomial) -> Term:
    """The monomial as a product, in a fixed order."""
    out: Term | None = None
    for atom, e in sorted(m, key=lambda ae: repr(ae[0])):
        for _ in range(e):
            out = atom if out is None else App(MUL, (out, atom))
    return ONE if out is None else out
