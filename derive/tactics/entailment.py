"""Inequalities and equivalences: a goal from what is known and the lemmas that a reason names.

``entail`` proves a statement: by an instance of a lemma, or by linear arithmetic over the facts and the instances of
the lemmas whose terms occur in the goal.  ``less`` compares term by term under sums.  ``equivalent`` proves P <=> Q.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from derive.kernel import rules as r
from derive.kernel import terms
from derive.kernel.sorts import INT, PROP, is_numeric
from derive.kernel.terms import App, At, Lam, Num, Term, Var, fresh, subterms
from derive.kernel.terms import instantiate as open_binder
from derive.kernel.theorem import Theorem
from derive.tactics import library, side
from derive.tactics.context import Context
from derive.tactics.derived import iff_refl, instantiate, is_app, is_refl, over_range, strip_forall
from derive.tactics.matching import match
from derive.tactics.rewriting import AnyRule, Rule, SortedRule, directed

ZERO = Num(0)
MOST_CHOICES = 12  # of the facts from which the variables are read that only hypotheses mention


class Known:
    """A lemma that is not used as an equation: its hypotheses and conclusion with schematic variables."""

    def __init__(self, theorem: Theorem, name: str, fixed: frozenset[Var] = frozenset()) -> None:
        self.theorem, self.name = theorem, name
        self.schematic = set(theorem.free - fixed)
        self.failed: list[Term] = []
        self.equates = is_app(strip_forall(theorem.concl)[2], terms.EQ)

    def matching(self, goal: Term, ctx: Context) -> Theorem | None:
        """The lemma as a proof of ``goal``; of an equivalence, either side follows from the other."""
        concl = self.theorem.concl
        mapping = match(concl, goal, self.schematic)
        if mapping is not None:
            return self.instance(mapping, ctx, goal)
        if isinstance(concl, App) and concl.op is terms.IFF:
            for want, turn in ((concl.args[0], r.iff_back), (concl.args[1], r.iff_forth)):
                mapping = match(want, goal, self.schematic)
                th = None if mapping is None else self.instance(mapping, ctx)
                if th is None:
                    continue
                implication = turn(th)
                other = side.prove(implication.concl.args[0], ctx)  # type: ignore[attr-defined]
                if other is not None:
                    return r.mp(implication, other)
        return None

    def instance(self, mapping: dict[Var, Term], ctx: Context, goal: Term | None = None) -> Theorem | None:
        for whole in islice(self._completed(mapping, ctx), MOST_CHOICES):
            th = self._discharged(whole, ctx)
            if th is not None:
                return th if goal is None or th.concl == goal else None
        return None

    def _completed(self, mapping: dict[Var, Term], ctx: Context, after: int = 0) -> Iterator[dict[Var, Term]]:
        """The mapping with values for the variables that only hypotheses mention, read off the facts in every way."""
        for place, h in enumerate(self.theorem.hyps[after:], after):
            if not any(v in self.schematic and v not in mapping for v in h.free):
                continue
            found = (match(h, fact.concl, self.schematic, mapping) for fact in ctx.facts)
            choices = [f for f in found if f is not None]
            for choice in choices:
                yield from self._completed(choice, ctx, place + 1)
            if choices:
                return
        yield mapping

    def _discharged(self, mapping: dict[Var, Term], ctx: Context) -> Theorem | None:
        if any(v not in mapping for v in self.schematic):
            return None
        th = instantiate(self.theorem, mapping)
        for h in th.hyps:
            known = side.prove(h, ctx)
            if known is None:
                if h not in self.failed:
                    self.failed.append(h)
                return None
            th = r.cut(known, th)
        return th

    def instances(self, places: Sequence[Term], ctx: Context) -> list[Theorem]:
        """Instances found by matching the compound parts of the lemma against the given terms."""
        out: list[Theorem] = []
        seen: set[Term] = set()
        for part in _patterns(self.theorem.concl):
            for place in places:
                mapping = match(part, place, self.schematic)
                if mapping is None:
                    continue
                th = self.instance(mapping, ctx)
                if th is not None and th.concl not in seen:
                    seen.add(th.concl)
                    out.append(th)
            if out:
                break
        return out


def _patterns(statement: Term) -> list[Term]:
    """Compound parts of a statement that mention as many of its variables as possible, largest first."""
    parts = [t for t in subterms(statement) if not t.loose and t.sort != PROP and isinstance(t, (App, At)) and t.free]
    return sorted(parts, key=lambda t: (-len(t.free), len(repr(t))))


def entail(goal: Term, ctx: Context, lemmas: Sequence[Known] = (), rules: Sequence[AnyRule] = ()) -> Theorem | None:
    """A theorem that says ``goal``, from the context and the lemmas."""
    if isinstance(goal, App) and goal.op is terms.FORALL and isinstance(goal.args[0], Lam):
        hit = _by_lemma(goal, ctx, lemmas) or (None if lemmas else side.prove(goal, ctx))
        if hit is not None:
            return hit
        fn = goal.args[0]
        v = fresh(fn.hint, fn.dom, ctx.free | goal.free)
        th = entail(open_binder(fn, v), ctx, lemmas, rules)
        if th is not None:
            return r.gen(v, th)
        return side.prove(goal, ctx) if lemmas else None  # what is named comes before what is known anyway
    if isinstance(goal, App) and goal.op is terms.IMPLIES:
        th = entail(goal.args[1], ctx.extend(goal.args[0]), lemmas, rules)
        return None if th is None else r.discharge(goal.args[0], th)
    hit = _by_lemma(goal, ctx, lemmas)
    if hit is not None:
        return hit
    known = with_instances(goal, ctx, lemmas)
    th = side.prove(goal, known)
    if th is not None:
        return th
    if isinstance(goal, App) and goal.op is terms.EQ:
        th = directed(goal.args[0], goal.args[1], rules, known)
        if th is None and is_numeric(goal.args[0].sort) and not (lemmas and all(k.equates for k in lemmas)):
            x, y = goal.args
            below = side.prove(x <= y, known)
            above = side.prove(y <= x, known) if below is not None else None
            if below is not None and above is not None:
                th = library.use("le_antisymm", {"x": x, "y": y}, below, above)
        return th
    if isinstance(goal, App) and goal.op in (terms.LE, terms.LT):
        return less(goal, known, lemmas, rules)
    return None


def _by_lemma(goal: Term, ctx: Context, lemmas: Sequence[Known]) -> Theorem | None:
    for k in lemmas:
        th = k.matching(goal, ctx)
        if th is not None:
            return th
    return None


def with_instances(goal: Term, ctx: Context, lemmas: Sequence[Known]) -> Context:
    """The context with instances of the lemmas at terms of the goal and of the facts."""
    if not lemmas:
        return ctx
    places = list(dict.fromkeys(t for t in subterms(goal) if not t.loose and t.sort != PROP))
    for f in ctx.facts:
        places += [t for t in subterms(f.concl) if not t.loose and t.sort != PROP and t not in places]
    found: list[Theorem] = []
    for k in lemmas:
        found += k.instances(places, ctx)
    return ctx.with_facts(*found) if found else ctx


def less(goal: App, ctx: Context, lemmas: Sequence[Known], rules: Sequence[AnyRule]) -> Theorem | None:
    """a <= b or a < b term by term: negatives, products whose left factor is the same and is not negative (for <,
    positive), and, for <= only, sums over the same range."""
    a, b = goal.args
    if goal.op is terms.LE and a == b:
        return r.linear(goal, (), (), ())
    if not (isinstance(a, App) and isinstance(b, App) and a.op is b.op):
        return None
    if a.op is terms.NEG:
        inner = entail(App(goal.op, (b.args[0], a.args[0])), ctx, lemmas, rules)
        return None if inner is None else side.linear(goal, ctx.with_facts(inner), side.DEPTH)
    if a.op is terms.SUM and goal.op is terms.LE and a.args[:2] == b.args[:2]:
        low, high, f = a.args
        g = b.args[2]
        if not (isinstance(f, Lam) and isinstance(g, Lam)):
            return None
        v = fresh(f.hint, INT, ctx.free | goal.free)
        th = entail(open_binder(f, v) <= open_binder(g, v), ctx.extend(low <= v, v <= high), lemmas, rules)
        if th is None:
            return None
        return library.use("sum_le", {"m": low, "n": high, "f": f, "g": g}, over_range(v, low, high, th))
    if a.op is terms.MUL and a.args[0] == b.args[0]:
        sign = side.prove(ZERO <= a.args[0] if goal.op is terms.LE else ZERO < a.args[0], ctx)
        inner = entail(App(goal.op, (a.args[1], b.args[1])), ctx, lemmas, rules) if sign else None
        if sign and inner:
            name = "mul_le_mul_left" if goal.op is terms.LE else "mul_lt_mul_left"
            return library.use(name, {"a": a.args[1], "b": b.args[1], "c": a.args[0]}, sign, inner)
    return None


# --- equivalences ----------------------------------------------------------------------------------------------------


Equate = Callable[[Term, Term, Context], Theorem | None]


def equivalent(
    p: Term, q: Term, ctx: Context, lemmas: Sequence[Known], rules: Sequence[AnyRule], equate: Equate
) -> Theorem | None:
    """|- p <=> q: the same statement up to rewriting, an instance of a lemma, or each from the other."""
    if p == q:
        return iff_refl(p)
    th = _same_shape(p, q, ctx, lemmas, rules, equate)
    if th is not None:
        return th
    forth = entail(q, ctx.extend(p), lemmas, rules)
    back = entail(p, ctx.extend(q), lemmas, rules) if forth is not None else None
    if forth is None or back is None:
        return None
    return r.iff_intro(r.discharge(p, forth), r.discharge(q, back))


def _same_shape(
    p: Term, q: Term, ctx: Context, lemmas: Sequence[Known], rules: Sequence[AnyRule], equate: Equate
) -> Theorem | None:

    for rule in rules:
        if isinstance(rule, SortedRule):
            sort = rule.schema.sort_of(q if rule.reverse else p)
            if sort is None:
                continue
            rule = rule.for_sort(sort)
        if isinstance(rule, Rule) and isinstance(rule.theorem.concl, App) and rule.theorem.concl.op is terms.IFF:
            mapping = match(rule.left, p, rule.schematic)
            mapping = None if mapping is None else match(rule.right, q, rule.schematic, mapping)
            if mapping is not None:
                th = rule.instance(mapping, ctx)
                if th is not None:
                    return r.iff_intro(r.iff_back(th), r.iff_forth(th)) if rule.reverse else th
    if not (isinstance(p, App) and isinstance(q, App) and p.op is q.op):
        return None
    if (
        p.op is terms.FORALL
        and isinstance(p.args[0], Lam)
        and isinstance(q.args[0], Lam)
        and p.args[0].dom == q.args[0].dom
    ):
        v = fresh(p.args[0].hint, p.args[0].dom, ctx.free | p.free | q.free)
        left, right = open_binder(p.args[0], v), open_binder(q.args[0], v)
        inner = equivalent(left, right, ctx, lemmas, rules, equate)
        if inner is None:
            return None
        forth = r.gen(v, r.mp(r.iff_forth(inner), r.spec(r.assume(p), v)))
        back = r.gen(v, r.mp(r.iff_back(inner), r.spec(r.assume(q), v)))
        return r.iff_intro(r.discharge(p, forth), r.discharge(q, back))
    if p.op is terms.IMPLIES and p.args[0] == q.args[0]:
        guard = p.args[0]
        inner = equivalent(p.args[1], q.args[1], ctx.extend(guard), lemmas, rules, equate)
        if inner is None:
            return None
        g = r.assume(guard)
        forth = r.discharge(guard, r.mp(r.iff_forth(inner), r.mp(r.assume(p), g)))
        back = r.discharge(guard, r.mp(r.iff_back(inner), r.mp(r.assume(q), g)))
        return r.iff_intro(r.discharge(p, forth), r.discharge(q, back))
    if p.op in r.RELATIONS:
        forward: list[Theorem] = []
        for a, b in zip(p.args, q.args, strict=True):
            th = r.refl(a) if a == b else equate(a, b, ctx)
            if th is None:
                return None
            forward.append(th)
        if all(is_refl(e) for e in forward):
            return None
        forth = r.rel_cong(r.assume(p), tuple(forward))
        back = r.rel_cong(r.assume(q), tuple(r.sym(e) for e in forward))
        return r.iff_intro(r.discharge(p, forth), r.discharge(q, back))
    return None
