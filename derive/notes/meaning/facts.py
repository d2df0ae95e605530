"""What is known where a row stands: declared facts, laws, ranges of letters; and what the page needs in order to be defined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from derive.kernel import terms as k
from derive.kernel.sorts import INT, REAL, Fn
from derive.kernel.terms import Lam, Num, Term, Var, app, at, implies
from derive.notes.formula.surface import Expr, Ref, num, walk
from derive.notes.formula.tokens import UnreadableError
from derive.notes.meaning.build import unread
from derive.notes.meaning.joint import signs
from derive.notes.meaning.laws import Laws
from derive.notes.meaning.ranges import Ranges, size_of
from derive.notes.meaning.scope import Scope
from derive.notes.meaning.sorts import Sorts, arranged, base_letter
from derive.notes.meaning.values import Range
from derive.notes.meaning.world import Law, World, letters_free

ZERO, ONE = Num(0), Num(1)


class Facts(Laws):
    """Reads statements, and says what is known.  ``shown_free``: letters that stand free somewhere in the displays."""

    shown_free: frozenset[str] = frozenset()

    def __init__(self, world: World, sorts: Sorts, ranges: Ranges) -> None:
        super().__init__(world, sorts, ranges)
        self.of_defined: set[Term] = set()  # what is known of laws that are defined: conditions on what defines them

    # --- statements

    def statements(self, rel: Expr, scope: Scope) -> list[Term]:
        """A relation as statements of the kernel; of vectors, for each entry."""
        if rel.data == "∈":
            return self.membership(rel, scope)
        a, b = (self.value(x, scope) for x in rel.args)
        if a.rank or b.rank:
            raise unread(rel, "a fact about whole vectors is not read; say it of their entries")
        return [relation(rel.data, a.term, b.term)]

    def membership(self, rel: Expr, scope: Scope) -> list[Term]:
        what, where = rel.args
        x = self.term(what, scope)
        if where.op == "set":
            size = self.set_range(where, what, scope)
            return [size.low <= x, x <= size.high]
        if where.op == "tuple" and len(where.args) == 2:  # an interval
            low, high = (self.term(a, scope) for a in where.args)
            ends = where.data or "()"
            return [low <= x if ends[0] == "[" else low < x, x <= high if ends[1] == "]" else x < high]
        if where.op == "ref" and where.ref.name in ("R_bb", "N_bb", "Z_bb") and not where.args:
            return self.from_nought(x) if where.ref.name == "N_bb" else []
        if where.op == "ref" and where.ref.name in ("R_bb_plus", "R_bb", "Z_bb_plus", "N_bb", "Z_bb"):
            return self.half_line(where, x, scope)
        if where.op == "ref":
            size = self.range(self.ranges.of_set(str(where)))
            return [size.low <= x, x <= size.high]
        raise unread(rel, "this set is not read; of a vector declare its length: x vector of length n")

    def from_nought(self, x: Term) -> list[Term]:
        """x in N or R_+, of which some say that it has 0 and others that it has not: no row is refuted by 0."""
        fact = x >= 0
        self.begins[fact] = x > 0
        return [fact]

    def half_line(self, where: Expr, x: Term, scope: Scope) -> list[Term]:
        """x in R_+, R_{>0}, R_{>= 0}."""
        if not where.args:
            return self.from_nought(x)
        bound = where.args[0]
        if len(where.args) > 1 or bound.op != "before":
            raise unread(where, "this set is not read")
        end = self.term(bound.args[0], scope)
        return [relation(bound.data, x, end)]

    def for_all(self, e: Expr, statement: Term, scope: Scope, bound: dict[str, Var]) -> Term:
        """A statement for all values of its letters, within their ranges."""
        for name, v in reversed(bound.items()):
            size = self.size_of_letter(name)
            guards = [] if size is None else [size.low <= v, v <= size.high]
            hint = name.replace("{", "").replace("}", "")
            statement = forall_named(hint, v, implies(*guards, statement) if guards else statement)
        return statement

    def size_of_letter(self, name: str) -> Range | None:
        if "{" in name:
            return self.range((num(1), self.ranges.invent(size_of(name), ("letter", name))))
        bounds = self.ranges.of_letter(name)
        return None if bounds is None else self.range(bounds)

    def declared_facts(self) -> None:
        """The facts of the page, each for all values of the letters that run."""
        for rels, assumed in self.world.facts:
            for rel in rels:
                letters = sorted(n for n in letters_free(rel) if self.runs(n) or self.only_bound(n, rel))
                bound = {n: self.letter(n) for n in letters}
                bound.update({n: self.letter(n, REAL) for n in sorted(self.parameters(rel))})
                bound.update({str(x): self.letter(x.ref.name) for x in self.scripted_values(rel)})
                scope = Scope(bound=dict(bound))
                try:
                    for s in self.statements(rel, scope):
                        used = {n: v for n, v in bound.items() if v in s.free}
                        self.needs.fact(self.for_all(rel, s, scope, used), assumed)
                except UnreadableError as error:
                    if assumed:
                        continue  # a turn of the prose, which need not be one
                    self.needs.weak = f"{rel} is not read"
                    if rel not in self.world.of_page:
                        self.not_read[str(rel)] = error
        self.one_hots()

    def scripted_values(self, rel: Expr) -> list[Expr]:
        """Letters of laws that carry an index, such as z_1, in a fact: it holds for each value."""
        letters = [
            x
            for law in self.world.laws
            for x in (*law.letters(), *law.given)
            if x.op == "ref" and x.args and not x.ref.signs
        ]
        whole = [
            x for x in letters if not any(a.is_name() and self.ranges.of_letter(a.ref.name) is not None for a in x.args)
        ]
        return [x for x in dict.fromkeys(whole) if any(y == x for y in walk(rel))]

    def parameters(self, rel: Expr) -> set[str]:
        """Letters in which the page differentiates and that stand in a fact as parameters of functions only: it holds for each value."""
        inside = {
            a.ref.name
            for x in walk(rel)
            if x.op == "ref"
            for p, a in arranged(x)
            if p in ("_", ";") and x.ref.signs and a.is_name()
        }
        return {n for n in inside & self.sorts.moved if n not in letters_free(without_parameters(rel))}

    def runs(self, name: str) -> bool:
        """Whether a letter takes every value: it is declared with a range, named after over or given, or counts a declared vector."""
        if name in self.world.ranges:
            return True
        named = [x for law in self.world.laws for x in (*law.letters(), *law.given)]
        if any(x.is_name() and x.ref.name == name for x in named):
            return True
        fixed = any(
            rel.data in ("∈", "!=", "=") and any(a.is_name() and a.ref.name == name for a in rel.args)
            for rels, _ in self.world.facts
            for rel in rels
        )
        return not fixed and self.ranges.of_letter(name) is not None and (name, ()) in self.sorts.indices

    def only_bound(self, name: str, rel: Expr) -> bool:
        """Whether an index of a fact, p(x) > 0, stands free in it alone: the fact is one for each value."""
        return (
            name not in self.shown_free
            and (name, ()) in self.sorts.indices
            and any(a.is_name() and a.ref.name == name for x in walk(rel) if x.op == "ref" for a in x.args)
        )

    def one_hots(self) -> None:
        """t one-hot over k: t_k is [k = c] for some c in the range; so the sum is 1."""
        for pattern, over in self.world.one_hot:
            letter = over.ref.name
            if pattern.op != "ref":
                continue
            size = self.size_of_letter(letter) or self.range(self.ranges.of_sum(letter))
            outer = {n: self.letter(n) for n in sorted(letters_free(pattern)) if self.runs(n)}
            j = self.letter(letter)
            entry = replace(pattern, args=(*pattern.args, over), data=pattern.ref._replace(below=pattern.ref.below + 1))
            scope = Scope(bound={**outer, letter: j})
            try:
                value = self.term(entry, scope)
            except UnreadableError:
                continue
            hot: Term = self.hot(pattern.ref.name, len(outer))
            for v in outer.values():
                hot = at(hot, v)
            inside = implies(size.low <= j, j <= size.high, k.eq(value, app(k.DELTA, j, hot)))
            total = app(k.SUM, size.low, size.high, bind(letter, j, value))
            for s in (forall_named(letter, j, inside), size.low <= hot, hot <= size.high, k.eq(total, 1)):
                known = {n: v for n, v in outer.items() if v in s.free}
                self.needs.fact(self.for_all(pattern, s, scope, known), self.world.assumed_hot.get(str(pattern), ""))
            if not outer and len(self.world.correct) == len(self.world.one_hot) == 1:
                c, words = self.world.correct[0]
                self.needs.fact(k.eq(self.term(c, scope), hot), words)

    def hot(self, name: str, arity: int) -> Var:
        sort = INT
        for _ in range(arity):
            sort = Fn(INT, sort)  # type: ignore[assignment]
        return self.vars.setdefault((f"hot_{name}", ("",) * arity), Var(f"hot_{name}", sort))

    # --- laws

    def law_facts(self, free: Iterable[Var]) -> None:
        """What is known of the laws that are used."""
        names = {v.name for v in free}
        for law in self.world.laws:
            if law.joint:
                self.joint_facts(law, names)
            elif self.world.meanings_of(law.name) or any(
                v.name in names for key, v in self.vars.items() if law.name.ref.name == key[0] and law.fits(key[1])
            ):
                self.plain_facts(law)

    def plain_facts(self, law: Law) -> None:
        """p >= 0 or p > 0, and the sum is 1, for each value of what is given and every parameter."""
        sep = ("|", *([","] * (len(law.given) - 1))) if law.given else ()
        e = replace(
            law.name,
            args=(*law.name.args, *law.over, *law.given),
            data=law.name.ref._replace(signs=(*signs(len(law.over)), *sep)),
        )
        written = Expr("ref", e.args, Ref(e.ref.name, len(e.args)), e.span)
        if not law.given and not self.has_meaning(e) and self.has_meaning(written):
            e = written  # p_k is defined, not p(k)
        before = dict(self.needs.assumed)
        try:
            over = [self.outcome(x) for x in law.letters()]
            given = [self.outcome(x) for x in law.given]
            params = {
                a.ref.name: self.letter(a.ref.name, REAL if a.ref.name in self.sorts.moved else INT)
                for a in law.name.args
                if a.is_name()
            }
            outer = {str(o.letter): self.letter(o.letter.ref.name) for o in given}
            inner = {str(o.letter): self.letter(o.letter.ref.name) for o in over}
            scope = Scope(bound={**params, **outer, **inner})
            p = self.term(e, scope)
        except UnreadableError:
            return
        finally:  # a definition that only the facts rest on is said where a proof uses them
            words = [law.assumed, *(w for w in self.needs.assumed if w not in before)]
            self.needs.assumed = before
        sign = ZERO < p if law.positive else ZERO <= p
        total, defined = p, bool(self.world.meanings_of(law.name))
        for o in reversed(over):
            sign = ranged(o.letter.ref.name, inner[str(o.letter)], o.size, sign)
            total = app(k.SUM, o.size.low, o.size.high, bind(o.letter.ref.name, inner[str(o.letter)], total))
        for s in (sign, k.eq(total, 1)):
            for o in reversed(given):
                s = ranged(o.letter.ref.name, outer[str(o.letter)], o.size, s)
            for n, v in reversed(params.items()):
                size = self.size_of_letter(n) if v.sort is INT else None
                s = forall_named(n, v, s) if size is None else ranged(n, v, size, s)
            self.needs.fact(s, " and ".join(filter(None, words)))
            if defined:
                self.of_defined.add(s)

    def joint_facts(self, law: Law, names: set[str]) -> None:
        """The joint law sums to one; a marginal is the sum over the rest, and sums to one, too; for each value of the parameters."""
        here = [
            (labels, var, fixed)
            for (labels, _), (w, var, fixed) in self.marginals.items()
            if w is law and var.name in names
        ]
        if not here:
            return
        labels, fixed = law.labels(), here[0][2]
        params = [self.letter("c", f.sort) for f in fixed]
        sizes = dict(zip(labels, (self.outcome(x).size for x in law.letters()), strict=True))
        hints = dict(zip(labels, (x.ref.name + "".join(map(str, x.args)) for x in law.letters()), strict=True))
        for shown, family, _ in here:
            self.marginal_facts(law, shown, family, params, sizes, hints)
        if all(shown != labels for shown, _, _ in here):
            self.marginal_facts(law, labels, self.joint_family(law, labels, fixed), params, sizes, hints)

    def marginal_facts(
        self,
        law: Law,
        shown: tuple[str, ...],
        family: Var,
        params: list[Var],
        sizes: dict[str, Range],
        hints: dict[str, str],
    ) -> None:
        labels = law.labels()
        vs = {x: self.letter(hints[x]) for x in labels}
        m: Term = self.at_all(family, [*params, *(vs[x] for x in shown)])
        rest: Term = self.at_all(self.joint_family(law, labels, tuple(params)), [*params, *(vs[x] for x in labels)])
        for x in reversed([x for x in labels if x not in shown]):
            rest = app(k.SUM, sizes[x].low, sizes[x].high, bind(hints[x], vs[x], rest))
        total = m
        for x in reversed(shown):
            total = app(k.SUM, sizes[x].low, sizes[x].high, bind(hints[x], vs[x], total))
        each = [ZERO < m if law.positive else ZERO <= m, *([k.eq(m, rest)] if shown != labels else [])]
        for s in (*each, k.eq(total, 1)):
            for x in reversed(shown):
                s = ranged(hints[x], vs[x], sizes[x], s) if vs[x] in s.free else s
            for p in reversed(params):
                s = forall_named("c", p, s)
            self.needs.fact(s, law.assumed)

    # --- ranges of free letters

    def letter_facts(self, free: Iterable[Var], terms: Sequence[Term]) -> None:
        """Ranges of the letters, and of the values that families give in the terms."""
        free = sorted(free, key=lambda x: x.name)
        self.labels_differ(free)
        for v in free:
            if self.ranges.is_size(v.name):
                self.needs.fact(v >= 1)
                continue
            key = next((q for q, w in self.vars.items() if w == v), None)
            if key is None:
                continue
            name, args = key
            if v.sort is INT:
                self.not_empty(name)
                size = self.size_of_letter(name)
                if size is not None:
                    guessed = "" if self.world.declared else f"{name} is within {size.low}..{size.high}"
                    self.needs.fact(size.low <= v, guessed)
                    self.needs.fact(v <= size.high, guessed)
                elif key in self.sorts.indices and name not in self.sorts.integers:
                    self.needs.fact(v >= 0)
                    if name in self.ranges.ends and not self.world.declared:
                        self.needs.fact(v >= 1, f"1 <= {name}")
                    self.summed_too(name, v)
            elif args and base_letter(name) in self.sorts.values | self.value_names() and result(v) is INT:
                self.values_facts(v, name, terms)

    def labels_differ(self, free: Sequence[Var]) -> None:
        """r_w and r_l are two things: letters that are labels of one family, and of which nothing else is known, are two."""
        keys = {v: key[0] for key, v in self.vars.items() if not key[1] and v.sort is INT and key in self.sorts.indices}
        labels = [v for v in free if v in keys and self.ranges.is_label(keys[v])]
        for n, v in enumerate(labels):
            for w in labels[:n]:
                if self.ranges.find(("letter", keys[v])) == self.ranges.find(("letter", keys[w])):
                    self.needs.fact(k.ne(w, v), f"{keys[w]} != {keys[v]}")

    def summed_too(self, name: str, v: Var) -> None:
        """An index counts what the sums and the whole vectors of the page count, where both count one family."""
        found = self.ranges.among(name)
        if found is not None:
            others, size = found[0], self.range(found[1])
            for fact in (size.low <= v, v <= size.high):
                self.needs.fact(fact, f"{name} is within the range of {others}")

    def not_empty(self, end: str) -> None:
        """A declared range a..b that ends at this letter has a value in it, as a reader supposes."""
        for letter, (low, high) in self.world.ranges.items():
            if high.is_name() and high.ref.name == end:
                a, b = (self.term(x, Scope()) for x in (low, high))
                self.needs.fact(a <= b, f"{a} <= {b}, since {letter} = {a}..{b} is declared")

    def value_names(self) -> set[str]:
        return {
            base_letter(x.ref.name)
            for w in self.world.laws
            for x in (*w.letters(), *w.given)
            if x.op == "ref" and x.is_name()
        }

    def values_facts(self, v: Var, name: str, terms: Sequence[Term]) -> None:
        """z_s is a value of z, for each s."""
        bounds = self.ranges.of_letter(base_letter(name))
        if bounds is None:
            return
        size = self.range(bounds)
        letters: list[tuple[Var, Range | None]] = []
        t: Term = v
        while isinstance(t.sort, Fn):
            if t.sort.dom is not INT:
                return
            place = ("at", name, str(len(letters)))
            known = self.ranges.bounds.get(self.ranges.find(place))
            letters.append((self.letter("i"), None if known is None else self.range(known)))
            t = at(t, letters[-1][0])
        for s in (size.low <= t, t <= size.high):
            if all(r is not None for _, r in letters):
                for x, r in reversed(letters):
                    assert r is not None
                    s = ranged("i", x, r, s)
                self.needs.fact(s)
            else:  # where it is used
                for use in uses_of(v, terms):
                    self.needs.fact(k.substitute(s, dict(zip((x for x, _ in letters), use, strict=True))))


def without_parameters(e: Expr) -> Expr:
    """A formula in which functions have lost what stands below them."""
    args = tuple(without_parameters(a) for a in e.args)
    if e.op == "ref" and e.ref.signs:
        kept = [a for p, a in arranged(e) if p not in ("_", ";")]
        return Expr("list", tuple(without_parameters(a) for a in kept))
    return replace(e, args=args)


def relation(sign: str, a: Term, b: Term) -> Term:
    if sign in ("=", ":=", "≈", "∝"):
        return k.eq(a, b)
    if sign == "!=":
        return k.ne(a, b)
    if sign in ("<", "<="):
        return a < b if sign == "<" else a <= b
    if sign in (">", ">="):
        return b < a if sign == ">" else b <= a
    raise ValueError(sign)


def bind(name: str, v: Var, body: Term) -> Lam:
    return Lam(name, v.sort, k.abstract(body, v))


def forall_named(name: str, v: Var, statement: Term) -> Term:
    return app(k.FORALL, bind(name, v, statement)) if v in statement.free else statement


def ranged(name: str, v: Var, size: Range, statement: Term) -> Term:
    return app(k.FORALL, bind(name, v, implies(size.low <= v, v <= size.high, statement)))


def uses_of(v: Var, terms: Sequence[Term]) -> list[list[Term]]:
    """The closed indices at which a family is used."""
    out: dict[tuple[Term, ...], None] = {}
    for t in terms:
        for part in k.subterms(t):
            head, indices = k.spine(part)
            if head == v and not isinstance(part.sort, Fn) and not any(i.loose for i in indices):
                out[tuple(indices)] = None
    return [list(i) for i in out]


def result(v: Var) -> object:
    sort = v.sort
    while isinstance(sort, Fn):
        sort = sort.cod
    return sort
