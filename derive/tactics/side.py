"""Side conditions: positivity, being nonzero, and linear arithmetic, proved from what is known.

``prove(goal, ctx)`` gives a theorem or None; it never guesses.  It tries, in this order: a fact that says it; a universal
fact of which it is an instance; the shape of the goal (a product of positives is positive); linear arithmetic over the
facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from derive.kernel import ring as field
from derive.kernel import rules as r
from derive.kernel import terms
from derive.kernel.sorts import INT, is_numeric
from derive.kernel.terms import App, At, Lam, Num, Op, Term, Var, eq, fresh, instantiate, ne, subterms
from derive.kernel.theorem import RuleError, Theorem
from derive.tactics import atoms, farkas, library, signs
from derive.tactics.context import Context, Universal
from derive.tactics.conv import rewrite
from derive.tactics.derived import is_app, sides, unfold_head
from derive.tactics.matching import match
from derive.tactics.monomials import monomial_term

ZERO, ONE = Num(0), Num(1)
DEPTH = 7


def prove(goal: Term, ctx: Context, depth: int = DEPTH) -> Theorem | None:
    """A theorem whose conclusion is ``goal`` and whose hypotheses are among the facts of ``ctx``, or None."""
    if depth <= 0:
        return None
    hit = ctx.by_statement.get(goal) or ctx.proved.get(goal)
    if hit is not None:
        return hit
    if goal in ctx.underway:  # a goal is not used to prove itself
        ctx.blocked.append(None)
        return None
    if ctx.failed.get(goal, 0) >= depth:
        return None
    blocked = len(ctx.blocked)
    ctx.underway.add(goal)
    try:
        th = _prove(goal, ctx, depth)
    finally:
        ctx.underway.discard(goal)
    if th is not None:
        ctx.proved[goal] = th
    elif depth == DEPTH or len(ctx.blocked) == blocked:  # it did not fail for being asked on the way to itself
        ctx.failed[goal] = depth
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
    if goal.op is terms.FORALL and isinstance(goal.args[0], Lam):
        fn = goal.args[0]
        v = fresh(fn.hint, fn.dom, ctx.free | goal.free)
        inner = prove(instantiate(fn, v), ctx, depth)
        return None if inner is None else r.gen(v, inner)
    if goal.op is terms.IMPLIES:
        inner = prove(goal.args[1], ctx.extend(goal.args[0]), depth)
        return None if inner is None else r.discharge(goal.args[0], inner)
    for universal in ctx.universals:
        th = _instance(goal, universal, ctx, depth)
        if th is not None:
            return th
    th = None
    if goal.op is terms.EQ:
        th = _equation(goal, ctx, depth)
    elif goal.op is terms.NE:
        th = _nonzero(goal, ctx, depth)
    elif goal.op in (terms.LT, terms.LE):
        th = _order(goal, ctx, depth)
    return th or _by_equal_index(goal, ctx, depth) or _by_indicator(goal, ctx, depth)


def _by_indicator(goal: App, ctx: Context, depth: int) -> Theorem | None:
    """A sign in both cases of an indicator that it mentions: [i = j] a + (1 - [i = j]) b is a or b."""
    if goal.op not in (terms.LT, terms.LE, terms.NE) or ZERO not in goal.args or depth < DEPTH - 1:
        return None
    here = next((t for t in subterms(goal) if is_app(t, terms.DELTA) and not t.loose), None)
    if here is None:
        return None
    i, j = here.args  # type: ignore[attr-defined]
    cases: list[Theorem] = []
    for case, name in ((eq(i, j), "delta_of_eq"), (ne(i, j), "delta_diff")):
        value = library.use(name, {"i": i, "j": j}, r.assume(case))
        steps = tuple(rewrite(a, value) for a in goal.args)
        th = prove(App(goal.op, tuple(sides(s.concl)[1] for s in steps)), ctx.extend(case), depth - 1)
        if th is None:
            return None
        cases.append(r.rel_cong(th, tuple(r.sym(s) for s in steps)))
    return r.cases(eq(i, j), *cases)


def _by_equal_index(goal: App, ctx: Context, depth: int) -> Theorem | None:
    """The goal with an index replaced by one that is known to equal it: k = y is a fact, and the goal speaks of k."""
    for fact in ctx.facts:
        c = fact.concl
        if is_app(c, terms.EQ) and isinstance(c.args[0], Var) and c.args[0] in goal.free and c.args[0].sort == INT:  # type: ignore[attr-defined]
            if c.args[0] in c.args[1].free or c.args[1].sort != INT:  # type: ignore[attr-defined]
                continue
            steps = tuple(rewrite(a, fact) for a in goal.args)
            th = prove(App(goal.op, tuple(sides(s.concl)[1] for s in steps)), ctx, depth - 1)
            if th is not None:
                return r.rel_cong(th, tuple(r.sym(s) for s in steps))
    return None


# --- universal facts -------------------------------------------------------------------------------------------------


def _instance(goal: Term, u: Universal, ctx: Context, depth: int) -> Theorem | None:
    mapping = match(u.concl, goal, u.schematic)
    return None if mapping is None else specialise(u, mapping, ctx, depth - 1)


def specialise(u: Universal, mapping: dict[Var, Term], ctx: Context, depth: int) -> Theorem | None:
    """The universal fact at the given values, its guards proved."""
    if any(v not in mapping for v in u.variables):
        return None
    th, values = u.theorem, iter(u.variables)
    while True:
        statement = th.concl
        if is_app(statement, terms.FORALL):
            th = r.spec(th, mapping[next(values)])
        elif is_app(statement, terms.IMPLIES):
            guard = prove(statement.args[0], ctx, depth)  # type: ignore[attr-defined]
            if guard is None:
                return None
            th = r.mp(th, guard)
        else:
            return th


def in_range(every: Term, ctx: Context, depth: int = DEPTH) -> Theorem | None:
    """A statement for all k with m <= k <= n: inside, the bounds are known."""
    fn = every.args[0]  # type: ignore[attr-defined]
    k = fresh(fn.hint, INT, ctx.free | every.free)
    low, rest = sides(instantiate(fn, k))
    high, statement = sides(rest)
    th = prove(statement, ctx.extend(low, high), depth - 1)
    return None if th is None else r.gen(k, r.discharge(low, r.discharge(high, th)))


# --- equations, inequations and order --------------------------------------------------------------------------------


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
    th = _apart(goal, ctx)
    if th is not None:
        return th
    return (_of_many(terms.NE, a, ctx, depth) if b == ZERO else None) or _by(signs.nonzero(a, b), ctx, depth)


def _apart(goal: App, ctx: Context) -> Theorem | None:
    """a != b where a multiple of a - b is known to differ from 0: from a != 1 that 2 - 2 a != 0."""
    want = farkas.difference(*goal.args)
    for fact in ctx.facts:
        if not want or not is_app(fact.concl, terms.NE):
            continue
        have = farkas.difference(*sides(fact.concl))
        factors = {Fraction(have[m]) / want[m] for m in have} if have and have.keys() == want.keys() else set()
        if len(factors) == 1:
            (factor,) = factors
            same = App(terms.EQ, goal.args)
            met = r.linear(App(terms.EQ, sides(fact.concl)), (r.assume(same),), (factor,), ())
            return r.cases(same, r.absurd(met, fact, goal), r.assume(goal))
    return None


def _order(goal: App, ctx: Context, depth: int) -> Theorem | None:
    a, b = goal.args
    th = linear(goal, ctx, depth, cheap=True)
    if th is not None:
        return th
    if a == ZERO:
        if goal.op is terms.LT and ne(b, ZERO) in ctx.by_statement:  # 0 <= b and b != 0
            weak = prove(ZERO <= b, ctx, depth - 1)
            if weak:
                flipped = library.use("ne_sym", {"a": b, "b": ZERO}, ctx.by_statement[ne(b, ZERO)])
                return library.use("lt_of_le_of_ne", {"a": ZERO, "b": b}, weak, flipped)
        th = _positive(b, ctx, depth) if goal.op is terms.LT else _nonnegative(b, ctx, depth)
        if th is not None:
            return th
    return linear(goal, ctx, depth)


def _positive(t: Term, ctx: Context, depth: int) -> Theorem | None:
    """0 < t from the shape of t."""
    th = _of_many(terms.LT, t, ctx, depth)
    return th or _by(signs.positive(t), ctx, depth) or _by_reading(terms.LT, t, ctx, depth)


def _nonnegative(t: Term, ctx: Context, depth: int, positive: bool = True) -> Theorem | None:
    """0 <= t from the shape of t; with ``positive`` also where 0 < t, which was tried before otherwise."""
    th = _of_many(terms.LE, t, ctx, depth) or _by(signs.nonnegative(t), ctx, depth)
    if th is not None:
        return th
    strict = _positive(t, ctx, depth) if positive else None
    if strict is not None:
        return library.use("le_of_lt", {"a": ZERO, "b": t}, strict)
    return _by_reading(terms.LE, t, ctx, depth)


def _of_many(relation: Op, t: Term, ctx: Context, depth: int) -> Theorem | None:
    """0 < t, 0 <= t or t != 0 of a product or sum of three or more from the signs of them all.  However many there are,
    that costs one level of ``depth``."""
    ops = next((ops for ops in _LONG if isinstance(t, App) and t.op in ops), ())
    if not isinstance(t, App) or not any(isinstance(a, App) and a.op in ops for a in t.args):
        return None
    made: list[Theorem] = []
    waiting: list[tuple[Term, bool]] = [(t, False)]
    while waiting:
        part, ready = waiting.pop()
        th = None if ready else _known_sign(relation, part, ctx)
        if th is not None:
            pass
        elif ready:
            right, left = made.pop(), made.pop()
            th = _put_together(relation, part, left, right)
            if th is not None:
                ctx.proved[th.concl] = th
        elif isinstance(part, App) and part.op in ops:
            waiting += [(part, True), *((a, False) for a in reversed(part.args))]
            continue
        elif relation is terms.NE:
            th = prove(ne(part, ZERO), ctx, depth - 1)
        else:
            th = prove(ZERO < part, ctx, depth - 1)
            if th is None and (relation is terms.LE or terms.ADD in ops):
                th = prove(ZERO <= part, ctx, depth - 1)
        if th is None:
            return None
        made.append(th)
    goal = ne(t, ZERO) if relation is terms.NE else App(relation, (ZERO, t))
    return _as_needed(goal, made[0])


def _known_sign(relation: Op, t: Term, ctx: Context) -> Theorem | None:
    goal = ne(t, ZERO) if relation is terms.NE else ZERO < t
    return ctx.by_statement.get(goal) or ctx.proved.get(goal)


_LONG = ((terms.MUL, terms.DIV), (terms.ADD,))


def _put_together(relation: Op, t: Term, left: Theorem, right: Theorem) -> Theorem | None:
    """The sign of t from those of its two parts; the strict one, if it can be."""
    ways = signs.nonzero(t, ZERO) if relation is terms.NE else (*signs.positive(t), *signs.nonnegative(t))
    for way in ways:
        if len(way.needs) == 2:
            facts = [_as_needed(need, th) for need, th in zip(way.needs, (left, right), strict=True)]
            if all(facts):
                return library.use(way.lemma, way.values, *facts)  # type: ignore[arg-type]
    return None


def _as_needed(need: Term, th: Theorem) -> Theorem | None:
    """0 <= t also from 0 < t."""
    if th.concl == need:
        return th
    a, b = sides(th.concl)
    weaker = is_app(need, terms.LE) and is_app(th.concl, terms.LT) and sides(need) == (a, b)
    return library.use("le_of_lt", {"a": a, "b": b}, th) if weaker else None


def _by(ways: Iterable[signs.Way], ctx: Context, depth: int) -> Theorem | None:
    """The first way whose needs are all proved.  Of the parts of a term that costs no depth: it ends with the term."""
    for way in ways:
        facts: list[Theorem] = []
        cost = 1 if way.lemma in ("ne_of_gt", "ne_of_lt") else 0
        for need in way.needs:
            th = in_range(need, ctx, depth + 1) if is_app(need, terms.FORALL) else prove(need, ctx, depth - cost)
            if th is None:
                break
            facts.append(th)
        else:
            return library.use(way.lemma, way.values, *facts)
    return None


def _by_reading(relation: Op, t: Term, ctx: Context, depth: int) -> Theorem | None:
    """Unfold the defined constant at the head of t, or read an entry of a family as the facts say it is, and ask again."""
    unfolded = unfold_head(t)
    for same in [unfolded] if unfolded is not None else _entries(t, ctx, depth):
        th = prove(App(relation, (ZERO, sides(same.concl)[1])), ctx, depth - 1)
        if th is not None:
            return r.rel_cong(th, (r.refl(ZERO), r.sym(same)))
    return None


def _entries(t: Term, ctx: Context, depth: int) -> Iterator[Theorem]:
    """t = e, for an entry t of a family of which the facts say what it is, for all indices: r(k) = e for all k."""
    if depth < 2 or not isinstance(t, At):
        return
    for u in ctx.universals:
        left = sides(u.concl)[0] if is_app(u.concl, terms.EQ) else None
        mapping = match(left, t, set(u.variables)) if isinstance(left, At) else None
        same = None if mapping is None else specialise(u, mapping, ctx, depth - 2)
        if same is not None:
            yield same


# --- linear arithmetic -----------------------------------------------------------------------------------------------


def linear(goal: App, ctx: Context, depth: int, cheap: bool = False) -> Theorem | None:
    """The goal (=, <, <=) as a combination of facts; integers a < b also count as a + 1 <= b.

    ``cheap`` takes the facts as they stand; otherwise what is known of their atoms comes in as well.
    """
    a, b = goal.args
    if not (is_numeric(a.sort) and is_numeric(b.sort)):
        return None
    want = farkas.difference(a, b)
    if want is None:
        return None
    if goal.op is terms.LT and a.sort is INT and b.sort is INT and set(want) - {field.ONE}:
        th = _combined(App(terms.LE, (a + ONE, b)), field.add(want, {field.ONE: -1}), ctx, depth, cheap)
        return None if th is None else r.linear(goal, (th,), (Fraction(1),), ())
    return _combined(goal, want, ctx, depth, cheap)


def _combined(goal: App, want: field.Poly, ctx: Context, depth: int, cheap: bool) -> Theorem | None:
    """The same, where the difference of its sides is ``want``."""
    if set(want) - {field.ONE}:
        return farkas.combine(goal, want, _relevant(want, ctx, depth, cheap, goal.op is terms.EQ))
    constant = want.get(field.ONE, 0)
    if constant == 0 if goal.op is terms.EQ else constant >= 0 if goal.op is terms.LE else constant > 0:
        return r.linear(goal, (), (), ())
    if cheap or goal.op is terms.EQ:
        return None
    # a false goal: do the facts contradict each other?
    return farkas.combine(goal, want, [fact for th in ctx.facts for fact in farkas.known(th, ctx)])


def _relevant(want: field.Poly, ctx: Context, depth: int, cheap: bool, equations: bool) -> list[farkas.Fact]:
    """The comparisons among the facts that share a monomial with the goal, directly or through each other.  For a <= b they are those
    for a < b and for b < a."""
    if cheap:
        return farkas.connected(farkas.facts_of(ctx, equations), {m for m in want if m != field.ONE})
    key = frozenset(want), depth, equations
    found = ctx.relevant.get(key)
    if found is None:
        blocked = len(ctx.blocked)
        found = _all_relevant(want, ctx, depth, equations)
        if len(ctx.blocked) == blocked:
            ctx.relevant[key] = found
    return found


def _all_relevant(want: field.Poly, ctx: Context, depth: int, equations: bool) -> list[farkas.Fact]:
    goals = {a for m in want for a, _ in m}
    pool = [*farkas.facts_of(ctx, equations), *_about(want, goals, ctx, depth, equations)]
    seen = {m for m in want if m != field.ONE}
    chosen = farkas.connected(pool, seen)
    if depth > 2:  # universal facts about the atoms that came in on the way
        new = {a for m in seen for a, _ in m} - goals
        for th, p in _about({frozenset({(a, 1)}): 1 for a in new}, new, ctx, depth - 1, equations):
            if any(m in seen for m in p):
                chosen.append((th, p))
                seen |= {m for m in p if m != field.ONE}
    return chosen


def _about(
    monomials: Iterable[field.Monomial], of: set[Term], ctx: Context, depth: int, equations: bool
) -> Iterator[farkas.Fact]:
    """Facts that hold of the atoms themselves: instances of universal facts, and signs."""
    for u, mapping in atoms.instances(ctx.universals, of, (terms.EQ,) if equations else (terms.LT, terms.LE, terms.EQ)):
        th = specialise(u, mapping, ctx, depth - 2)
        if th is not None:
            yield from farkas.as_facts(th)
    if not equations:
        for m in monomials:
            if m != field.ONE:
                yield from _sign(m, ctx, depth)
        if depth > 2:
            for s, at in atoms.terms_of_sums(of, ctx):
                yield from _within(s, at, ctx, depth - 2)


def _sign(m: field.Monomial, ctx: Context, depth: int) -> Iterator[farkas.Fact]:
    """The sign of a monomial, and what is known of an indicator."""
    atom, e = next(iter(m))
    th = None
    if len(m) == 1 and e == 1:
        if isinstance(atom, (App, At)) and depth > 2:
            yield from _above(atom, ctx, depth - 2)
            th = _positive(atom, ctx, depth - 2) or _nonnegative(atom, ctx, depth - 2, positive=False)
        for value in atoms.indicator(atom, ctx):
            yield from farkas.as_facts(value)
    elif depth > 2:
        product = monomial_term(m)
        th = prove(ZERO < product, ctx, depth - 3) or prove(ZERO <= product, ctx, depth - 3)
    if th is not None:
        yield from farkas.as_facts(th)


def _above(atom: Term, ctx: Context, depth: int) -> Iterator[farkas.Fact]:
    """That a quotient is less than 1, or a logarithm less than 0; also where the atom is one by its definition."""
    unfolded = unfold_head(atom)
    th = _by(signs.above(atom if unfolded is None else sides(unfolded.concl)[1]), ctx, depth)
    if th is not None:
        if unfolded is not None:
            th = r.rel_cong(th, (r.sym(unfolded), r.refl(sides(th.concl)[1])))
        yield from farkas.as_facts(th)


def _within(s: App, at: Term, ctx: Context, depth: int) -> Iterator[farkas.Fact]:
    """That a term of a sum is at most the sum, where none is negative; and a term of a maximum at most that."""
    low, high, fn = s.args
    if s.op is terms.MAX:
        inside = [th for bound in (low <= at, at <= high) if (th := prove(bound, ctx, depth)) is not None]
        if len(inside) == 2:
            yield from farkas.as_facts(library.use("max_upper", {"m": low, "n": high, "j": at, "f": fn}, *inside))
        return
    every = signs.every_term(terms.LE, s.args)
    bounds = [prove(low <= at, ctx, depth), prove(at <= high, ctx, depth)]
    nonnegative = in_range(every, ctx, depth) if every is not None and all(bounds) else None
    if nonnegative is not None:
        values = {"m": low, "n": high, "j": at, "f": fn}
        yield from farkas.as_facts(library.use("term_le_sum", values, nonnegative, *filter(None, bounds)))
