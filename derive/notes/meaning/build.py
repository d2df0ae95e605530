"""A formula as it stands on the page into kernel terms.

Names mean what is declared, or what a row has said; any other is a fixed unknown of the sort that its uses show.  ``Needs`` collects
what a reading rests on besides: facts that it assumes, in words, and what was taken for what.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from derive.kernel import terms as k
from derive.kernel.sorts import FAMILY, INT, REAL, Fn, Sort
from derive.kernel.terms import Num, SortError, Term, Var, app, at, fresh, lam
from derive.language import definitions as d
from derive.notes.formula.surface import Expr, Ref, names_in, num, walk
from derive.notes.formula.tokens import UnreadableError
from derive.notes.meaning.ranges import Bounds, Ranges
from derive.notes.meaning.scope import Scope
from derive.notes.meaning.sorts import Key, Sorts, arranged, components, key_of
from derive.notes.meaning.values import Range, Value, entrywise, scalar, vector
from derive.notes.meaning.world import Law, Meaning, World, letters_free

DEPTH = 40
"""How many definitions may be inside one another."""


@dataclass
class Needs:
    """What a reading rests on."""

    facts: dict[Term, str] = field(default_factory=dict)  # each with what it assumes, "" for what is declared
    inferred: dict[str, None] = field(default_factory=dict)
    letters: dict[str, Term] = field(default_factory=dict)  # free letters with a range
    assumed: dict[str, None] = field(default_factory=dict)  # definitions that nobody declared
    weak: str = ""  # why a model of the claim need not be one of the page

    def fact(self, statement: Term, assumed: str = "") -> None:
        self.facts.setdefault(statement, assumed)


def unread(e: Expr, why: str) -> UnreadableError:
    return UnreadableError(str(e), e.span, why)


class Builder:
    """Builds the terms of one document at one place in it."""

    def __init__(self, world: World, sorts: Sorts, ranges: Ranges) -> None:
        self.world, self.sorts, self.ranges = world, sorts, ranges
        self.needs = Needs()
        self.vars: dict[Key, Var] = {}
        self.names: dict[str, Var] = {}
        self.count = 0
        self.bests: dict[Term, Var] = {}  # where an optimum is taken
        self.choices: dict[Var, Var] = {}  # a law that is chosen, as a function of the choice
        self.marginals: dict[tuple[str, tuple[str, ...]], tuple[Law, Var, tuple[Term, ...]]] = {}

    # --- formulas

    def term(self, e: Expr, scope: Scope) -> Term:
        """The formula as a number.  Raises UnreadableError for a vector."""
        v = self.value(e, scope)
        if v.rank:
            raise unread(e, f"{e} is a vector here, where a number belongs")
        return v.term

    def value(self, e: Expr, scope: Scope) -> Value:
        if len(scope.inside) > DEPTH:
            raise unread(e, "definitions go round in a circle")
        if e.op not in ("ref", "num", "add", "mul"):
            found = self.defined(e, scope)
            if found is not None:
                return found
        handler = getattr(self, "read_" + e.op, None)
        if handler is None:
            raise unread(e, f"{e.op} is not read here")
        try:
            out = handler(e, scope)
        except SortError as error:
            raise unread(e, f"the parts do not fit: {error}") from None
        assert isinstance(out, Value)
        return out

    def read_num(self, e: Expr, scope: Scope) -> Value:
        return scalar(Num(e.data))

    def read_neg(self, e: Expr, scope: Scope) -> Value:
        return entrywise(lambda a: -a, self.value(e.args[0], scope))

    def read_add(self, e: Expr, scope: Scope) -> Value:
        return self.both(e, scope, lambda a, b: a + b)

    def read_sub(self, e: Expr, scope: Scope) -> Value:
        return self.both(e, scope, lambda a, b: a - b)

    def read_odot(self, e: Expr, scope: Scope) -> Value:
        return self.both(e, scope, lambda a, b: a * b)

    def both(self, e: Expr, scope: Scope, op: Callable[[Term, Term], Term]) -> Value:
        a, b = (self.value(x, scope) for x in e.args)
        if a.rank and b.rank and a.rank != b.rank:
            raise unread(e, "a vector and a matrix are added")
        return entrywise(op, a, b)

    def read_div(self, e: Expr, scope: Scope) -> Value:
        a, b = (self.value(x, scope) for x in e.args)
        if b.rank and a.rank:
            raise unread(e, "a vector is divided by a vector; say what the entries are: (A)_k := ...")
        return entrywise(lambda x, y: x / y, a, b)

    def read_mul(self, e: Expr, scope: Scope) -> Value:
        a, b = (self.value(x, scope) for x in e.args)
        if not a.rank or not b.rank:
            return entrywise(lambda x, y: x * y, a, b)
        return self.matrices(e, a, b)

    def matrices(self, e: Expr, a: Value, b: Value) -> Value:
        """A product of matrices and vectors; of vectors one lies and one stands."""
        if a.rank == b.rank == 1:
            if a.row and not b.row:
                return scalar(self.dot(e, a, b))
            if not a.row and b.row:
                return Value((a.dims[0], b.dims[0]), lambda i, j: a.at(i) * b.at(j))
            raise unread(e, "a product of two vectors of which neither lies nor stands; transpose one")
        if a.rank == 2 and b.rank == 1:
            return vector(a.dims[0], lambda i: self.dot(e, Value(a.dims[1:], lambda j: a.at(i, j)), b), b.row)
        if a.rank == 1 and b.rank == 2:
            return vector(b.dims[1], lambda j: self.dot(e, a, Value(b.dims[:1], lambda i: b.at(i, j))), a.row)
        if a.rank == b.rank == 2:
            return Value(
                (a.dims[0], b.dims[1]),
                lambda i, j: self.dot(
                    e, Value(a.dims[1:], lambda m: a.at(i, m)), Value(b.dims[:1], lambda m: b.at(m, j))
                ),
            )
        raise unread(e, "a product of what is neither a vector nor a matrix")

    def dot(self, e: Expr, a: Value, b: Value) -> Term:
        size = a.dims[0] or b.dims[0]
        if size is None:
            raise unread(e, "nothing says how long these vectors are; declare it: a, b vectors of length n")
        i = self.letter("i")
        return app(k.SUM, size.low, size.high, k.Lam("i", INT, k.abstract(a.at(i) * b.at(i), i)))

    def letter(self, hint: str, sort: Sort = INT) -> Var:
        """A variable to be bound, which no formula can mention; what binds it is given the hint for a name."""
        self.count += 1
        return Var(f"{hint}·{self.count}", sort)

    def read_transpose(self, e: Expr, scope: Scope) -> Value:
        a = self.value(e.args[0], scope)
        if a.rank == 1:
            return replace(a, row=not a.row)
        if a.rank == 2:
            return Value(a.dims[::-1], lambda i, j: a.at(j, i))
        raise unread(e, "a number is transposed")

    def read_pow(self, e: Expr, scope: Scope) -> Value:
        a, b = (self.value(x, scope) for x in e.args)
        if b.rank:
            raise unread(e, "a power with a vector above; say what it is: A := B")
        if a.rank:
            raise unread(e, "a power of a vector; say what it is: A := B")
        return scalar(a.term**b.term)

    def read_log(self, e: Expr, scope: Scope) -> Value:
        inner = self.value(e.args[-1], scope)
        base = self.term(e.args[0], scope) if len(e.args) == 2 else None
        if base is None and "log" in self.world.bases:
            base = self.term(self.world.bases["log"], Scope())
        return entrywise(lambda x: self.log(x, base), inner)

    def log(self, x: Term, base: Term | None) -> Term:
        return app(k.LOG, x) if base is None else d.log_base(base, x)

    def read_exp(self, e: Expr, scope: Scope) -> Value:
        return entrywise(lambda x: app(k.EXP, x), self.value(e.args[0], scope))

    def read_abs(self, e: Expr, scope: Scope) -> Value:
        return entrywise(lambda x: d.absolute(x), self.value(e.args[0], scope))

    def read_norm(self, e: Expr, scope: Scope) -> Value:
        raise unread(e, "a norm is read where it is squared only; write the sum")

    def read_fn(self, e: Expr, scope: Scope) -> Value:
        if e.data == "softmax":
            if len(e.args) != 1:
                raise unread(e, "softmax takes one vector")
            z = self.value(e.args[0], scope)
            size = self.length(e, z)
            one = d.softmax(size.high, self.family(z)) if size.low == Num(1) else None
            if one is None:
                raise unread(e, "the softmax of a vector that does not begin at 1")
            return vector(size, lambda i: at(one, i), z.row)
        values = [self.value(a, scope) for a in e.args]
        if e.data == "diag":
            (z,) = values
            return Value((z.dims[0], z.dims[0]), lambda i, j: app(k.DELTA, i, j) * z.at(i))
        if e.data == "logsumexp":
            size = self.length(e, values[0])
            return scalar(d.logsumexp(size.high, self.family(values[0])))
        if e.data in ("max", "min") and len(values) == 2:
            return entrywise(lambda a, b: (d.maximum if e.data == "max" else d.minimum)(a, b), *values)
        return entrywise(lambda x: self.function(e, x), values[0])

    def function(self, e: Expr, x: Term) -> Term:
        if e.data == "sigmoid":
            return d.sigmoid(x)
        if e.data == "logsigmoid":
            return app(k.LOG, d.sigmoid(x))
        if e.data == "softplus":
            return d.softplus(x)
        if e.data == "relu":
            return d.positive_part(x)
        raise unread(e, f"{e.data} has no meaning here; say what it is: {e.data}(x) := ...")

    def read_entry(self, e: Expr, scope: Scope) -> Value:
        whole = self.value(e.args[0], scope)
        if whole.rank != len(e.args) - 1:
            raise unread(e, "what stands below does not count the entries of what stands before it")
        return scalar(whole.at(*(self.term(a, scope) for a in e.args[1:])))

    def read_ind(self, e: Expr, scope: Scope) -> Value:
        out: Term | None = None
        for rel in e.args:
            one = self.indicator(rel, scope)
            out = one if out is None else out * one
        assert out is not None
        return scalar(out)

    def indicator(self, rel: Expr, scope: Scope) -> Term:
        a, b = (self.term(x, scope) for x in rel.args)
        if rel.data not in ("=", "!=") or a.sort is not INT or b.sort is not INT:
            raise unread(rel, "an indicator is read of equations between indices only")
        here = app(k.DELTA, a, b)
        return here if rel.data == "=" else 1 - here

    def read_cases(self, e: Expr, scope: Scope) -> Value:
        """Two or more values, each on a condition; the last where no other holds."""
        pairs = list(zip(e.args[::2], e.args[1::2], strict=True))
        *before, (last, condition) = pairs
        rest = condition.args
        if rest and not self.opposite([c for _, c in before], condition):
            raise unread(e, "the last case must be the one that is left: write otherwise")
        out = self.term(last, scope)
        for value, c in reversed(before):
            here = self.read_ind(Expr("ind", c.args, None, c.span), scope).term
            out = here * self.term(value, scope) + (1 - here) * out
        return scalar(out)

    def opposite(self, before: Sequence[Expr], last: Expr) -> bool:
        if len(before) != 1 or len(before[0].args) != 1 or len(last.args) != 1:
            return False
        a, b = before[0].args[0], last.args[0]
        return {a.data, b.data} == {"=", "!="} and set(map(str, a.args)) == set(map(str, b.args))

    def read_tuple(self, e: Expr, scope: Scope) -> Value:
        raise unread(e, "a tuple stands where a number belongs")

    # --- lengths and families

    def length(self, e: Expr, v: Value) -> Range:
        if v.rank != 1:
            raise unread(e, "a vector belongs here")
        size = v.dims[0]
        if size is None:
            raise unread(e, "nothing says how long this vector is; declare it: a vector of length n")
        return size

    def family(self, v: Value) -> Term:
        """A vector as a function of its index."""
        i = self.letter("k")
        body = v.at(i)
        fn = k.Lam("k", INT, k.abstract(body, i))
        short = lam(i, body)
        return short if not isinstance(short, k.Lam) else fn

    def range(self, bounds: Bounds) -> Range:
        low, high = (self.term(b, Scope()) for b in bounds)
        if low.sort is not INT or high.sort is not INT:
            raise unread(bounds[1], "the bounds of an index are no whole numbers")
        return Range(low, high)

    # --- names

    def read_ref(self, e: Expr, scope: Scope) -> Value:
        e, scope = scope.meant(e)
        if e.op != "ref":
            return self.value(e, scope)
        if e.ref.name in self.world.aliases:
            e = replace(e, data=e.ref._replace(name=self.world.aliases[e.ref.name]))
        written = str(e)
        if written in scope.bound:
            return scalar(scope.bound[written])
        if e.ref.name in scope.held:
            return self.held(e, scope)
        found = self.defined(e, scope)
        if found is not None:
            return found
        law = self.world.law_of(e.ref.name)
        if law is not None and law.joint and e.ref.signs and e.ref.below == law.name.ref.below:
            return self.joint(law, self.spread(e, scope), scope)
        if any(a.op == "any" for a in e.args):
            raise unread(e, "a dot stands for a value here that nothing gives")
        if self.sorts.is_vector(e):
            return self.named_vector(e, scope)
        return scalar(self.applied(self.spread(e, scope), scope))

    def joint(self, law: Law, e: Expr, scope: Scope) -> Value:
        raise NotImplementedError

    def held(self, e: Expr, scope: Scope) -> Value:
        """A name that a derivative moves, whole or at an index."""
        whole = scope.held[e.ref.name]
        args = [self.term(c.value, scope) for _, a in arranged(e) for c in components(a)]
        for a in args:
            whole = at(whole, a)
        if isinstance(whole.sort, Fn):
            return vector(self.range(self.ranges.of_place(e.ref.name, len(args))), lambda i: at(whole, i))
        return scalar(whole)

    def spread(self, e: Expr, scope: Scope) -> Expr:
        """Arguments that stand for several, V := (v_1, ..., v_M), as what they stand for."""

        def one(a: Expr) -> Expr:
            if (
                a.is_name()
                and a.ref.name not in scope.let
                and str(a) not in scope.bound
                and not self.world.is_value(a.ref.name)
            ):
                for m in reversed(self.world.meanings):
                    if m.pattern.is_name() and m.pattern.ref.name == a.ref.name and m.body.op == "tuple":
                        return m.body
            return a

        args = tuple(one(a) for a in e.args)
        return e if args == e.args else replace(e, args=args)

    def named_vector(self, e: Expr, scope: Scope) -> Value:
        """A name that stands for a family, such as a, h_b of vectors h."""
        count = len(e.args)
        head, indices = self.head(e, scope, count + 1)
        for v, length, row in reversed(self.world.vectors):
            if v.op == "ref" and v.ref.name == e.ref.name and len(v.args) == count:
                return vector(self.range((num(1), length)), lambda i: at(self.at_all(head, indices), i), row)
        size = self.range(self.ranges.of_place(e.ref.name, count))
        return vector(size, lambda i: at(self.at_all(head, indices), i))

    def head(self, e: Expr, scope: Scope, arity: int) -> tuple[Term, list[Term]]:
        indices = [self.term(a, scope) for a in e.args]
        keys = [key for key in self.sorts.keys[e.ref.name] if len(key[1]) == arity]
        key = sorted(keys)[0] if keys else (e.ref.name, ("",) * arity)
        if not keys:
            self.sorts.numbers.add(key)  # its entries are never written
        return self.variable(key), indices

    def at_all(self, head: Term, indices: Sequence[Term]) -> Term:
        for i in indices:
            head = at(head, i)
        return head

    def applied(self, e: Expr, scope: Scope) -> Term:
        """An unknown name at its arguments."""
        key = key_of(e)
        values = [self.value(c.value, scope) for _, a in arranged(e) for c in components(a)]
        var = self.variable(key, [v.rank for v in values])
        args = [self.family(v) if v.rank == 1 else v.term if not v.rank else None for v in values]
        out: Term = var
        for i in self.order(key, [v.rank for v in values]):
            a = args[i]
            if a is None:
                raise unread(e, "a matrix stands as an argument of a function")
            out = at(out, a)
        if not args:
            self.note_letter(e)
        else:
            self.differentiable(e, key, var, out)
        return out

    def note_letter(self, e: Expr) -> None:
        """A free letter: its range is known, or it is one fixed number."""
        var = self.variable(key_of(e))
        if var.sort is INT and e.ref.name not in self.needs.letters:
            self.needs.letters[e.ref.name] = var

    def differentiable(self, e: Expr, key: Key, var: Var, at_args: Term) -> None:
        """Every derivative printed exists: a function of a parameter has one."""
        if len(self.params(key)) != 1 or not isinstance(at_args, k.At) or not self.moves(at_args.arg):
            return
        sort: Sort = var.sort
        letters: list[Var] = []
        fn: Term = var
        while isinstance(sort, Fn) and isinstance(sort.cod, Fn):
            letters.append(fresh("ijkmn"[len(letters) % 5], sort.dom, {var, *letters}))
            fn, sort = at(fn, letters[-1]), sort.cod
        x = fresh("x", REAL, {var, *letters})
        if fn.sort is not Fn(REAL, REAL):
            return
        fact = app(k.HAS_DERIVATIVE, fn, x, app(k.DERIVATIVE, fn, x))
        for v in (x, *reversed(letters)):
            fact = k.forall(v, fact)
        self.needs.fact(fact, f"{e.ref.name} has a derivative in its parameter")

    def moves(self, argument: Term) -> bool:
        return any(v.name in self.sorts.moved or v.sort is REAL for v in argument.free)

    # --- variables

    def params(self, key: Key) -> list[int]:
        """Which arguments are numbers."""
        return [i for i in range(len(key[1])) if any(self.sorts.is_real(v) for v in self.sorts.places[key].get(i, ()))]

    def order(self, key: Key, ranks: Sequence[int] = ()) -> list[int]:
        """Arguments that are indices first, then numbers, so that a function of a number is a part of the term."""
        numbers = self.params(key)
        return [i for i in range(len(key[1])) if i not in numbers] + numbers

    def variable(self, key: Key, ranks: Sequence[int] = ()) -> Var:
        if key in self.vars:
            return self.vars[key]
        numbers = set(self.params(key))
        sort: Sort = INT if self.sorts.is_index(key) else REAL
        for i in reversed(self.order(key)):
            rank = ranks[i] if i < len(ranks) else 0
            sort = Fn(FAMILY if rank == 1 else REAL if i in numbers else INT, sort)
        name = key[0]
        n = 1
        while name in self.names:
            n += 1
            name = f"{key[0]}_{n}"
        var = Var(name, sort)
        self.names[name] = self.vars[key] = var
        if n > 1:
            self.needs.inferred[
                f"{key[0]} with {len(key[1])} arguments of another kind is another function, {name}"
            ] = None
        return var

    # --- definitions

    def defined(self, e: Expr, scope: Scope) -> Value | None:
        """What a definition says of the formula as it stands; of an entry of a vector that is defined whole, and the other way round."""
        for m in reversed(self.world.meanings):
            if any(m is x for x in scope.inside) or (
                m.body.op == "tuple" and e.is_name() and self.world.is_value(e.ref.name)
            ):
                continue
            found = self.meets(m, e, scope)
            if found is not None:
                self.relied(m)
                return self.value(m.body, Scope(let=found, inside=(*scope.inside, m), held=scope.held))
            whole = self.entry_of(m, e, scope) or self.whole_of(m, e, scope)
            if whole is not None:
                return whole
        return None

    def relied(self, m: Meaning) -> None:
        if m.assumed:
            self.needs.assumed[m.assumed] = None

    def meets(self, m: Meaning, e: Expr, scope: Scope) -> dict[str, tuple[Expr, Scope]] | None:
        """What the letters of a definition stand for.  One in brackets that the meaning does not use is that very letter."""
        found = matched(m.pattern, e, scope, {}, False)
        if found is None or m.pattern.op != "ref":
            return found
        used = names_in(m.body)
        scripts = m.pattern.ref.below + m.pattern.ref.above
        for a in m.pattern.args[scripts:]:
            for x in walk(a):
                if x.is_name() and x.ref.name not in used and x.ref.name in found and found[x.ref.name][0] != x:
                    return None
        return found

    def has_meaning(self, e: Expr) -> bool:
        """Whether something says what a formula is."""
        return any(
            matched(m.pattern, e, Scope(), {}, False) is not None
            or (
                e.op == "ref"
                and m.pattern.op == "ref"
                and m.pattern.ref.name == e.ref.name
                and not m.pattern.ref.signs
                and not e.ref.signs
            )
            for m in self.world.meanings
        )

    def entry_of(self, m: Meaning, e: Expr, scope: Scope) -> Value | None:
        """q_k, where q := softmax(z)."""
        if (
            e.op != "ref"
            or not e.args
            or m.pattern.op != "ref"
            or m.pattern.ref.name != e.ref.name
            or m.pattern.ref.signs
        ):
            return None
        n = len(m.pattern.args)
        if len(e.args) <= n or (e.ref.below + (1 if e.ref.signs else 0) <= n and not e.ref.signs):
            return None
        head = replace(e, args=e.args[:n], data=Ref(e.ref.name, m.pattern.ref.below, m.pattern.ref.above))
        found = matched(m.pattern, head, scope, {}, False)
        if found is None:
            return None
        whole = self.value(m.body, Scope(let=found, inside=(*scope.inside, m), held=scope.held))
        indices = e.args[n:]
        if whole.rank != len(indices):
            return None
        self.relied(m)
        return scalar(whole.at(*(self.term(i, scope) for i in indices)))

    def whole_of(self, m: Meaning, e: Expr, scope: Scope) -> Value | None:
        """q, where q_k := ...; A, where (A)_{jk} := ..."""
        p = m.pattern
        if p.op == "entry" and matched(p.args[0], e, scope, {}, False) is not None:
            letters = p.args[1:]
        elif p.op == "ref" and e.is_name() and p.ref.name == e.ref.name and p.ref.below and p.ref.below == len(p.args):
            letters = p.args
        else:
            return None
        if not all(x.is_name() for x in letters):
            return None
        self.relied(m)
        inside = (*scope.inside, m)
        dims: list[Range | None] = []
        used = letters_free(m.body)
        for x in letters:
            bounds = self.ranges.of_letter(x.ref.name)
            dims.append(self.range(bounds) if bounds is not None and x.ref.name in used else None)

        def entry(*at_: Term) -> Term:
            bound = {x.ref.name: t for x, t in zip(letters, at_, strict=True)}
            return self.term(m.body, Scope(bound=bound, inside=inside, held=scope.held))

        lies = any(row for _, _, row in self.world.vectors)
        return Value(tuple(dims), entry, row=lies and len(dims) == 1)


def matched(
    p: Expr, e: Expr, scope: Scope, found: dict[str, tuple[Expr, Scope]], free: bool
) -> dict[str, tuple[Expr, Scope]] | None:
    """What the letters of a definition stand for, where the formula has its form."""
    e, scope = scope.meant(e)
    if free and p.is_name():
        old = found.get(p.ref.name)
        if old is None:
            return {**found, p.ref.name: (e, scope)}
        return found if old[0] == e else None
    if p.op != e.op or len(p.args) != len(e.args):
        return None
    if p.op == "ref":
        a, b = p.ref, e.ref
        if (a.name, a.below, a.above, a.signs) != (b.name, b.below, b.above, b.signs):
            return None
    elif p.data != e.data:
        return None
    inside = free or p.op in ("ref", "compare", "fn")
    out: dict[str, tuple[Expr, Scope]] | None = found
    for i, (x, y) in enumerate(zip(p.args, e.args, strict=True)):
        assert out is not None
        out = matched(x, y, scope, out, inside or (p.op in ("pow", "entry") and i > 0))
        if out is None:
            return None
    return out
