"""Normal form of sums of products with indicators and logarithms: what the reason ``auto`` does.

    sums            a sum over k becomes a sum of (factor without k) times (sum over k of the rest)
    indicators      sum_k [k = y] f(k) becomes f(y) where y is in range
    constants       sum_k c becomes (number of terms) c
    ranges          a sum or product over a known number of indices is written out
    shift           a sum starts at 1
    logarithms      of products, quotients, powers, exponentials and long products are expanded where all is positive
    nested sums     get a fixed order
Every step is a lemma of the library; ``used`` records which.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from derive.kernel import ring as field
from derive.kernel import rules as r
from derive.kernel import terms as k
from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT
from derive.kernel.terms import App, Bound, Lam, Num, Term, Var, abstract, app, eq, fresh, instantiate, ne, parts_of
from derive.kernel.theorem import RuleError, Theorem
from derive.operators import CARDS, Card, arguments, needs_of
from derive.tactics import choices, exponents, larger, library, ranges, side
from derive.tactics.closing import close, denominators, nonzero_facts
from derive.tactics.context import Context
from derive.tactics.conv import Conv, in_parts
from derive.tactics.derived import chain, defined_head, is_refl, sides, unfold_head
from derive.tactics.monomials import ONE, ZERO, factor, factors, number, poly_term, times, without
from derive.tactics.signs import every_term

ALL = frozenset({"sums", "indicators", "constants", "logs", "nested", "ranges"})
MORE = frozenset({"exponents", "symmetry", "choices", "merged", "larger"})  # what ``auto`` tries when that does not do
FEATURES = ALL | {"shift"}  # which a lemma turns on, and ``auto`` does not
_PIECES = 64  # a sum of more than so many terms stays one sum; the proof grows with their square


class Normalizer:
    """One run: which features are on, which definitions are unfolded, and what was used."""

    def __init__(
        self, features: Collection[str] = ALL, definitions: Collection[Definition] = (), rules: tuple[Conv, ...] = ()
    ) -> None:
        self.features = frozenset(features)
        self.definitions = tuple(definitions)
        self.rules = rules  # further conversions, tried first
        self.used: dict[str, None] = {}
        self._fixed: set[Var] | None = None  # the letters that no binder has opened
        self._known: dict[tuple[Context, Term], Theorem] = {}
        self._rewritten: dict[Term, Theorem] | None = None  # what the rules say, with their left sides in normal form

    def note(self, *names: str) -> None:
        for n in names:
            self.used[n] = None

    def lemma(self, name: str, values: dict[str, Term], *facts: Theorem) -> Theorem:
        self.note(name)
        return library.use(name, values, *facts)

    def normalize(self, term: Term, ctx: Context) -> Theorem:
        """|- term = its normal form."""
        if self._fixed is None:
            self._fixed = ctx.free | term.free
        known = self._known.get((ctx, term))
        if known is None:
            known = self._known[ctx, term] = self._normal(term, ctx)
        return known

    def _normal(self, term: Term, ctx: Context) -> Theorem:
        out = r.refl(term)
        for _ in range(60):
            now = sides(out.concl)[1]
            th = in_parts(now, ctx, self._changed)
            if th is not None:
                out = chain(out, th)
                now = sides(out.concl)[1]
            step = self.root(now, ctx)
            if step is None or is_refl(step):
                break
            out = chain(out, step)
        return out

    def _changed(self, term: Term, ctx: Context) -> Theorem | None:
        th = self.normalize(term, ctx)
        return None if is_refl(th) else th

    def root(self, t: Term, ctx: Context) -> Theorem | None:
        for conv in self.rules:
            th = conv(t, ctx)
            if th is not None and not is_refl(th):
                return th
        th = self._of_rules(ctx).get(t) if self.rules else None
        if th is not None and all(h in ctx.by_statement for h in th.hyps):
            return th
        definition = defined_head(t)
        if definition in self.definitions:
            self.note(definition.name)
            return unfold_head(t)
        if not isinstance(t, App):
            return None
        if t.op in (k.LOG, k.EXP) and "choices" in self.features:
            th = choices.chosen(t, ctx, self.lemma, self.normalize)
            if th is not None:
                return th
        if t.op is k.LOG and "logs" in self.features:
            return self._log(t, ctx)
        if t.op is k.EXP and isinstance(t.args[0], App) and t.args[0].op is k.LOG and "logs" in self.features:
            inside = t.args[0].args[0]
            positive = side.prove(ZERO < inside, ctx)
            return self.lemma("exp_log", {"x": inside}, positive) if positive else None
        if t.op is k.EXP and "exponents" in self.features:
            return exponents.spread(t, self.lemma)
        card = CARDS.get(t.op)
        if card is not None and card.unfolding and "logs" in self.features:
            return self._as_it_reads(card, t, ctx)
        if t.op is k.DELTA and "indicators" in self.features:
            return self._delta(t, ctx)
        if t.op in (k.SUM, k.PROD) and "ranges" in self.features:
            th = ranges.written_out(t, ctx, self.lemma)
            if th is not None:
                return th
        if t.op is k.MAX and "larger" in self.features:
            return larger.decided(t, ctx, self.lemma)
        if t.op is k.SUM:
            th = ranges.from_one(t, ctx, self.lemma) if "shift" in self.features else None
            return th or self._sum(t, ctx)
        return _tidy(t)

    def plain(self) -> Normalizer:
        """The same without rules."""
        return Normalizer(self.features, self.definitions)

    def _of_rules(self, ctx: Context) -> dict[Term, Theorem]:
        """The equations among the rules that have no letters to be filled in, from the normal form of what they replace."""
        if self._rewritten is None:
            self._rewritten = {}
            for rule in self.rules:
                left = getattr(rule, "ground", None)
                th = rule(left, ctx) if isinstance(left, App) else None
                normal = self.plain().normalize(left, ctx) if th is not None else None  # type: ignore[arg-type]
                if th is None or normal is None or is_refl(normal):
                    continue
                there, after = sides(normal.concl)[1], sides(th.concl)[1]
                if sides(self.plain().normalize(after, ctx).concl)[1] == there:
                    continue  # both sides are the same in normal form, so that the rule would go round
                if isinstance(there, App) and there not in k.subterms(after):
                    self._rewritten[there] = chain(r.sym(normal), th)
        return self._rewritten

    def _as_it_reads(self, card: Card, t: App, ctx: Context) -> Theorem | None:
        values = dict(zip(arguments(card), t.args, strict=True))
        needs = [side.prove(n, ctx) for n in needs_of(t)]
        facts = [th for th in needs if th is not None]
        return self.lemma(card.unfolding, {v.name: a for v, a in values.items()}, *facts) if facts == needs else None

    # --- logarithms and indicators

    def _log(self, t: App, ctx: Context) -> Theorem | None:
        inside = t.args[0]
        if inside == ONE:
            return self.lemma("log_one", {})
        if not isinstance(inside, App):
            return None
        op, args = inside.op, inside.args
        if op is k.EXP:
            return self.lemma("log_exp", {"x": args[0]})
        if op in (k.MUL, k.DIV):
            left = side.prove(ZERO < args[0], ctx)
            right = side.prove(ZERO < args[1], ctx) if left else None
            if left and right:
                if op is k.DIV and args[0] == ONE:
                    return self.lemma("log_inv", {"x": args[1]}, right)
                return self.lemma("log_mul" if op is k.MUL else "log_div", {"x": args[0], "y": args[1]}, left, right)
        if op is k.POW:
            positive = side.prove(ZERO < args[0], ctx)
            if positive:
                return self.lemma("log_pow", {"x": args[0], "a": args[1]}, positive)
        if op is k.PROD:
            positive_terms = every_term(k.LT, args)
            every = side.in_range(positive_terms, ctx) if positive_terms is not None else None
            if every:
                return self.lemma("log_prod", {"m": args[0], "n": args[1], "f": args[2]}, every)
        return None

    def _delta(self, t: App, ctx: Context) -> Theorem | None:
        i, j = t.args
        if i == j:
            return self.lemma("delta_same", {"i": i})
        same = ctx.by_statement.get(eq(i, j))
        if same is not None:
            return self.lemma("delta_of_eq", {"i": i, "j": j}, same)
        differ = side.prove(ne(i, j), ctx, 3)
        if differ is not None:
            return self.lemma("delta_diff", {"i": i, "j": j}, differ)
        if "symmetry" in self.features and self._order(j, ctx) < self._order(i, ctx):
            return self.lemma("delta_comm", {"i": i, "j": j})
        return None

    def _order(self, t: Term, ctx: Context) -> str:
        """By which terms are put in order: not by the letters of bound variables, those that were opened included."""
        opened = dict.fromkeys(v for f in ctx.facts for v in f.concl.free if v not in (self._fixed or ()))
        return _without_letters(t, {v: f"#{i}" for i, v in enumerate(opened)})

    # --- sums

    def _sum(self, t: App, ctx: Context) -> Theorem | None:
        low, high, fn = t.args
        if not isinstance(fn, Lam):
            return None
        v = fresh(fn.hint, INT, ctx.free | t.free)
        body = instantiate(fn, v)
        inner = ctx.extend(low <= v, v <= high)
        facts = nonzero_facts(inner, body)
        try:
            poly, below = field.ratio(body, frozenset(sides(th.concl)[0] for th in facts))
        except field.TooLargeError:
            return None
        if "exponents" in self.features:
            poly, below = _cancelled(poly, below)
        pieces = self._pieces(v, body, poly, below)
        if not pieces:
            same = ring_or_none(body, ZERO, facts)
            if same is None:
                return None
            zero = self.lemma("sum_zero", {"m": low, "n": high})
            return chain(r.bigop_ext(k.SUM, low, high, v, same), zero)
        one_piece = len(pieces) == 1
        if not one_piece and ("sums" not in self.features or len(pieces) > _PIECES):
            return None
        parts = [times(c, g) for c, g in pieces]
        spread = parts[0]
        for p in parts[1:]:
            spread = App(k.ADD, (spread, p))
        if one_piece:
            outer, g = pieces[0]
            counted = g == ONE and "constants" in self.features
            plain = (
                outer == ONE
                and g == body
                and not counted
                and self._single(app(k.SUM, low, high, _fn(v, g)), ctx) is None
            )
            if plain or ("sums" not in self.features and self._single(app(k.SUM, low, high, _fn(v, g)), ctx) is None):
                return None
        regroup = ring_or_none(body, spread, nonzero_facts(inner, body, spread))
        if regroup is None:
            return None
        out = r.bigop_ext(k.SUM, low, high, v, regroup)
        return chain(out, self._spread(low, high, v, parts, pieces, ctx))

    def _pieces(
        self, v: Var, body: Term, poly: field.Poly, below: Mapping[field.Factor, int]
    ) -> list[tuple[Term, Term]]:
        return _pieces(v, body, poly, below)

    def _spread(
        self, low: Term, high: Term, v: Var, parts: list[Term], pieces: list[tuple[Term, Term]], ctx: Context
    ) -> Theorem:
        """sum (p1 + p2 + ...) = c1 sum g1 + c2 sum g2 + ..."""
        ends = {"m": low, "n": high}
        if len(parts) == 1:
            c, g = pieces[0]
            whole = app(k.SUM, low, high, _fn(v, parts[0]))
            if g == ONE:
                counted = self._count(low, high, c, ctx) if "constants" in self.features else None
                return counted or r.refl(whole)
            out = r.refl(whole) if c == ONE else self.lemma("sum_mul", {**ends, "c": c, "f": _short(v, g)})
            single = self._single(app(k.SUM, low, high, _fn(v, g)), ctx)
            if single is not None:
                out = chain(out, single if c == ONE else r.cong(k.MUL, (r.refl(c), single)))
            return out
        head = parts[0]
        for p in parts[1:-1]:
            head = App(k.ADD, (head, p))
        split = self.lemma("sum_add", {**ends, "f": _short(v, head), "g": _short(v, parts[-1])})
        first = self._spread(low, high, v, parts[:-1], pieces[:-1], ctx)
        last = self._spread(low, high, v, parts[-1:], pieces[-1:], ctx)
        return chain(split, r.cong(k.ADD, (first, last)))

    def _count(self, low: Term, high: Term, c: Term, ctx: Context) -> Theorem | None:
        nonempty = side.prove(low <= App(k.ADD, (high, ONE)), ctx)
        if nonempty is None:
            return None
        th = self.lemma("sum_const", {"m": low, "n": high, "c": c}, nonempty)
        count = sides(th.concl)[1]
        if low == ONE:
            th = chain(th, r.ring(count, App(k.MUL, (high, c)), ()))
        return th

    def _single(self, t: Term, ctx: Context) -> Theorem | None:
        """A sum of one product: pick out an indicator, or order nested sums."""
        if not isinstance(t, App):
            return None
        low, high, fn = t.args
        if not isinstance(fn, Lam):
            return None
        v = fresh(fn.hint, INT, ctx.free | t.free)
        body = instantiate(fn, v)
        if "indicators" in self.features:
            for factor in factors(body):
                if not is_delta(factor):
                    continue
                i, j = factor.args  # type: ignore[attr-defined]
                value, name = (j, "sum_delta") if i == v else (i, "sum_delta'")
                if v not in (i, j) or v in value.free:
                    continue
                above, under = side.require(low <= value, ctx), side.require(value <= high, ctx)
                if above is None or under is None:
                    continue
                rest = without(body, factor)
                facts = nonzero_facts(ctx.extend(low <= v, v <= high), body, rest)
                regroup = ring_or_none(body, App(k.MUL, (factor, rest)), facts)
                if regroup is None:
                    continue
                th = r.bigop_ext(k.SUM, low, high, v, regroup)
                values = {"m": low, "n": high, "y": value, "f": _short(v, rest)}
                return chain(th, self.lemma(name, values, above, under))
        if "nested" in self.features and isinstance(body, App) and body.op is k.SUM:
            low2, high2, fn2 = body.args
            if v in low2.free or v in high2.free or not isinstance(fn2, Lam):
                return None
            w = fresh(fn2.hint, INT, ctx.free | t.free | {v})
            deep = instantiate(fn2, w)
            th = self._swap(t, v, w, deep, (low, high), (low2, high2))
            now = sides(th.concl)[1]
            # a factor that the new inner sum sets free
            out = "merged" not in self.features and any(v not in f.free for f in factors(deep))
            if out or self._ordered(low2, high2, now, ctx) < self._ordered(low, high, t, ctx):
                self.note("sum_swap")
                return th
        return self._merged(t, v, body, ctx) if "merged" in self.features else None

    def _merged(self, t: App, v: Var, body: Term, ctx: Context) -> Theorem | None:
        """sum_v f(v) sum_w g(v, w) as sum_w sum_v f(v) g(v, w), where the range of w comes first in order."""
        low, high, _ = t.args
        for s in factors(body):
            if not (isinstance(s, App) and s.op is k.SUM) or s == body:
                continue
            low2, high2, fn2 = s.args
            if (
                not isinstance(fn2, Lam)
                or v in low2.free | high2.free
                or not self._before((low2, high2), (low, high), ctx)
            ):
                continue
            rest = without(body, s)
            facts = nonzero_facts(ctx.extend(low <= v, v <= high), body, rest)
            apart = ring_or_none(body, App(k.MUL, (rest, s)), facts)
            if apart is None:
                continue
            w = fresh(fn2.hint, INT, ctx.free | t.free | {v})
            deep = App(k.MUL, (rest, instantiate(fn2, w)))
            into = r.sym(self.lemma("sum_mul", {"m": low2, "n": high2, "c": rest, "f": _short(w, instantiate(fn2, w))}))
            th = r.bigop_ext(k.SUM, low, high, v, chain(apart, into))
            self.note("sum_swap")
            return chain(th, self._swap(t, v, w, deep, (low, high), (low2, high2)))
        return None

    def _before(self, one: tuple[Term, Term], other: tuple[Term, Term], ctx: Context) -> bool:
        return [self._order(x, ctx) for x in one] < [self._order(x, ctx) for x in other]

    def _ordered(self, low: Term, high: Term, whole: Term, ctx: Context) -> tuple[str, ...]:
        return tuple(self._order(x, ctx) for x in (low, high, whole))

    def _swap(self, t: App, v: Var, w: Var, deep: Term, outer: tuple[Term, Term], inner: tuple[Term, Term]) -> Theorem:
        f = Lam(v.name, INT, abstract(Lam(w.name, INT, abstract(deep, w)), v))
        values = {"m": outer[0], "n": outer[1], "m2": inner[0], "n2": inner[1], "f": f}
        return library.use("sum_swap", values)


def _cancelled(poly: field.Poly, below: Mapping[field.Factor, int]) -> tuple[field.Poly, dict[field.Factor, int]]:
    """p^2/p as p: divisors that are atoms, and all terms have."""
    out = dict(below)
    for divisor, e in below.items():
        if len(divisor) != 1:
            continue
        ((m, c),) = divisor
        if c != 1 or len(m) != 1:
            continue
        ((atom, _),) = m
        shared = min(e, *(dict(n).get(atom, 0) for n in poly)) if poly else 0
        if shared:
            poly = {
                frozenset((a, x - shared * (a == atom)) for a, x in n if a != atom or x > shared): y
                for n, y in poly.items()
            }
            out[divisor] = e - shared
    return poly, {d: e for d, e in out.items() if e}


def _pieces(v: Var, body: Term, poly: field.Poly, below: Mapping[field.Factor, int]) -> list[tuple[Term, Term]]:
    """The body, read as ``poly`` over the divisors ``below``, as pieces (factor without v, factor with v) to be added."""
    divisor_free: Term = ONE
    divisor_bound: Term = ONE
    as_written = {factor(d): d for d in denominators(body)}
    for divisor, e in sorted(below.items(), key=repr):
        d = as_written.get(divisor) or poly_term(dict(divisor))
        for _ in range(e):
            if v in d.free:
                divisor_bound = times(divisor_bound, d)
            else:
                divisor_free = times(divisor_free, d)
    pieces: list[tuple[Term, Term]] = []
    for m, c in sorted(poly.items(), key=lambda mc: repr(sorted(map(repr, mc[0])))):
        outside: Term = number(c)
        inside: Term = ONE
        for atom, e in sorted(m, key=lambda ae: (not is_delta(ae[0]), repr(ae[0]))):
            for _ in range(e):
                if v in atom.free:
                    inside = times(inside, atom)
                else:
                    outside = times(outside, atom)
        if divisor_free != ONE:
            outside = App(k.DIV, (outside, divisor_free))
        if divisor_bound != ONE:
            inside = App(k.DIV, (inside, divisor_bound))
        pieces.append((outside, inside))
    return pieces


def _without_letters(t: Term, names: Mapping[Var, str]) -> str:
    if isinstance(t, Bound):
        return f"{t.index}"
    if isinstance(t, Lam):
        return f"(|-> {_without_letters(t.body, names)})"
    parts = parts_of(t)
    if not parts:
        return names.get(t, repr(t)) if isinstance(t, Var) else repr(t)
    head = t.op.name if isinstance(t, App) else "at"
    return f"({head} {' '.join(_without_letters(p, names) for p in parts)})"


def _tidy(t: App) -> Theorem | None:
    """Zeros and ones that calculation leaves behind: 0 x, 1 x, x + 0, x - 0, 0 / n; and 2 + 2, where an index is written out."""
    if t.op not in (k.ADD, k.SUB, k.MUL):
        return None
    a, b = t.args
    if not {ZERO, ONE} & {a, b} and (t.op is k.MUL or not all(isinstance(x, Num) and x.sort is INT for x in t.args)):
        return None
    if t.op is k.MUL:
        out = ZERO if ZERO in t.args else b if a == ONE else a
    elif t.op is k.ADD and ZERO in t.args:
        out = b if a == ZERO else a
    elif t.op is k.SUB and b == ZERO:
        out = a
    elif all(isinstance(x, Num) for x in t.args):
        out = number(a.value - b.value if t.op is k.SUB else a.value + b.value)  # type: ignore[attr-defined]
    else:
        return None
    return r.ring(t, out, ())


def is_delta(t: Term) -> bool:
    return isinstance(t, App) and t.op is k.DELTA


def _fn(v: Var, body: Term) -> Lam:
    return Lam(v.name, INT, abstract(body, v))


def _short(v: Var, body: Term) -> Term:
    return sides(eq(_fn(v, body), _fn(v, body)))[0]


def ring_or_none(a: Term, b: Term, facts: tuple[Theorem, ...]) -> Theorem | None:
    for nonzero in ((), facts):
        try:
            return r.ring(a, b, nonzero)
        except RuleError:
            continue
    return None


def by_normal_form(a: Term, b: Term, ctx: Context, normalizer: Normalizer) -> Theorem | None:
    """|- a = b, both brought to normal form and closed by field identities."""
    left = normalizer.normalize(a, ctx)
    right = normalizer.normalize(b, ctx)
    x, y = sides(left.concl)[1], sides(right.concl)[1]
    middle = close(x, y, ctx)
    return None if middle is None else chain(left, middle, r.sym(right))
