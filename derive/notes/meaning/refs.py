"""Names: what definitions say of them, families and their entries, unknown functions at their arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.kernel import terms as k
from derive.kernel.sorts import FAMILY, INT, REAL, Fn, Sort
from derive.kernel.terms import Term, Var, app, at, fresh
from derive.notes.formula.surface import Expr, Ref, names_in, num, walk
from derive.notes.meaning.build import Builder, unread
from derive.notes.meaning.scope import Scope
from derive.notes.meaning.sorts import Key, arranged, base_letter, components, key_of
from derive.notes.meaning.values import Range, Value, scalar, vector
from derive.notes.meaning.world import Law, Meaning


class Refs(Builder):
    """Reads names."""

    def read_ref(self, e: Expr, scope: Scope) -> Value:
        e, scope = scope.meant(e)
        if e.op != "ref":
            return self.value(e, scope)
        if e.ref.name in self.world.aliases:
            e = replace(e, data=e.ref._replace(name=self.world.aliases[e.ref.name]))
        written = str(e)
        if written in scope.bound:
            return scalar(scope.bound[written])
        if written in scope.around:
            self.carries = True
            if self.carried:
                return scalar(scope.around[written])
        if e.ref.name in scope.held:
            return self.held(e, scope)
        found = self.defined(e, scope)
        if found is not None:
            return found
        law = self.world.law_of(e.ref.name, e.ref.below)
        if law is not None and law.joint and e.ref.signs:
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
                for m in self.world.meanings_of(a):
                    if m.pattern.is_name() and m.body.op == "tuple":
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

    def params(self, key: Key) -> list[int]:
        """Which arguments are numbers."""
        if key not in self.numbers_of:
            places = self.sorts.places[key]
            self.numbers_of[key] = [i for i in range(len(key[1])) if any(map(self.sorts.is_real, places.get(i, ())))]
        return self.numbers_of[key]

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
        value = (
            base_letter(name) in self.sorts.values and sort is not INT
        )  # y_1 beside y, which is another value of that kind
        while name in self.names and not (value and self.names[name].sort is INT):
            n += 1
            name = f"{key[0]}_{n}"
        var = Var(name, sort)
        self.names.setdefault(name, var)
        self.vars[key] = var
        if n > 1:
            self.needs.inferred[
                f"{key[0]} with {len(key[1])} arguments of another kind is another function, {name}"
            ] = None
        return var

    def entry_of(self, m: Meaning, e: Expr, scope: Scope) -> Value | None:
        """q_k, where q := softmax(z)."""
        if (
            e.op != "ref"
            or not e.args
            or m.pattern.op != "ref"
            or m.pattern.ref.name != e.ref.name
            or m.pattern.ref.signs
            or self.sorts.two_things(m.pattern, e)
        ):
            return None
        n = len(m.pattern.args)
        if len(e.args) <= n or (e.ref.below + (1 if e.ref.signs else 0) <= n and not e.ref.signs):
            return None
        head = replace(e, args=e.args[:n], data=Ref(e.ref.name, m.pattern.ref.below, m.pattern.ref.above))
        found = matched(m.pattern, head, scope, {}, False)
        if found is None:
            return None
        whole = self.value(m.body, scope.explaining(m, found))
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
        if not all(x.is_name() and not self.sorts.is_real(x) for x in letters) or self.sorts.two_things(p, e):
            return None
        self.relied(m)
        dims: list[Range | None] = []
        for x in letters:
            bounds = self.ranges.of_letter(x.ref.name)
            dims.append(None if bounds is None else self.range(bounds))

        def entry(*at_: Term) -> Term:
            bound = {x.ref.name: t for x, t in zip(letters, at_, strict=True)}
            return self.term(m.body, scope.explaining(m, bound=bound))

        lies = any(row for _, _, row in self.world.vectors)
        return Value(tuple(dims), entry, row=lies and len(dims) == 1)

    # --- definitions

    def defined(self, e: Expr, scope: Scope) -> Value | None:
        """What a definition says of the formula as it stands; of an entry of a vector that is defined whole, and the other way round."""
        for m in self.world.meanings_of(e):
            if any(m is x for x in scope.inside):
                if scope.inside[-1] is not m and self.meets(m, e, scope) is not None:
                    self.needs.weak = self.needs.weak or f"{e.ref.name} is defined by itself"
                    self.needs.circle = self.needs.circle or (str(e) if e.is_name() else "")
                continue
            if m.body.op == "tuple" and e.is_name() and self.world.is_value(e.ref.name):
                continue
            found = self.meets(m, e, scope)
            if found is not None:
                self.relied(m)
                return self.value(m.body, scope.explaining(m, found))
            found = self.bare(m, e, scope)
            if found is not None:
                self.relied(m)
                return self.value(m.body, scope.explaining(m, found))
            whole = self.entry_of(m, e, scope) or self.whole_of(m, e, scope)
            if whole is not None:
                return whole
        return self.primed(e, scope)

    def bare(self, m: Meaning, e: Expr, scope: Scope) -> dict[str, tuple[Expr, Scope]] | None:
        """Of L as it stands for L(w, b), as in dL/dw, or of p_i for p_i(T), what the letters below stand for: a function of letters,
        which is called with those letters only."""
        p = m.pattern
        if p.op != "ref" or not p.ref.signs or p.ref.name != e.ref.name or e.ref.signs or e.ref.name in self.sorts.laws:
            return None
        scripts = p.ref.below + p.ref.above
        left_out = p.args[scripts:]
        uses = [self.sorts.uses.get(key, p) for key in self.sorts.keys[e.ref.name]]
        if not all(a.is_name() for a in left_out) or any(u.ref.signs and u.args[scripts:] != left_out for u in uses):
            return None
        return matched(replace(p, args=p.args[:scripts], data=p.ref._replace(signs=())), e, scope, {}, False)

    def primed(self, e: Expr, scope: Scope) -> Value | None:
        """f'(a), where f(x) := ...: the derivative at a.  None where f has no such definition, or is no function of a number."""
        if not self.is_primed(e):
            return None
        x = self.letter("x", REAL)
        argument = Expr("ref", (), Ref(x.name), e.span)
        plain = replace(e, args=(argument,), data=e.ref._replace(name=e.ref.name[:-1]))
        inner = self.term(plain, scope.under({x.name: x}))
        return scalar(app(k.DERIVATIVE, k.Lam("x", REAL, k.abstract(inner, x)), self.term(e.args[0], scope)))

    def is_primed(self, e: Expr) -> bool:
        """Whether a name with a prime is the derivative of a function that is defined, and is not defined itself."""
        if e.op != "ref" or e.ref.signs != ("(",) or len(e.args) != 1 or not e.ref.name.endswith("'"):
            return False
        plain = replace(e, data=e.ref._replace(name=e.ref.name[:-1]))
        own = any(m.pattern.op == "ref" for m in self.world.meanings_of(e))
        known = any(
            m.pattern.op == "ref" and m.pattern.ref.signs == ("(",) and len(m.pattern.args) == 1
            for m in self.world.meanings_of(plain)
        )
        return not own and e.ref.name not in self.sorts.laws and (known or self.is_primed(plain))

    def relied(self, m: Meaning) -> None:
        if m.assumed:
            self.needs.assumed[m.assumed] = None

    def meets(self, m: Meaning, e: Expr, scope: Scope) -> dict[str, tuple[Expr, Scope]] | None:
        """What the letters of a definition stand for.  One in brackets that the meaning does not use is that very letter."""
        found = matched(m.pattern, e, scope, {}, False)
        if found is None or m.pattern.op != "ref":
            return found
        if e.args and all(a.op == "num" for a in e.args) and e != m.pattern and e in walk(m.body):
            return None  # x_0 of x_t = (1 - t) x_0 + t x_1 is where it starts
        used = names_in(m.body)
        scripts = m.pattern.ref.below + m.pattern.ref.above
        for a in m.pattern.args[scripts:]:
            for x in walk(a):
                if x.is_name() and x.ref.name not in used and x.ref.name in found and found[x.ref.name][0] != x:
                    return None
        return found

    def has_meaning(self, e: Expr) -> bool:
        """Whether something says what a formula is."""
        return self.is_primed(e) or any(
            matched(m.pattern, e, Scope(), {}, False) is not None
            or (
                e.op == "ref"
                and m.pattern.op == "ref"
                and m.pattern.ref.name == e.ref.name
                and not m.pattern.ref.signs
                and not e.ref.signs
                and not self.sorts.two_things(m.pattern, e)
                and not (
                    m.pattern.args and e.args and all(a.op == "num" for a in (*m.pattern.args, *e.args))
                )  # k_1, k_2
            )
            for m in self.world.meanings_of(e)
        )


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
    elif p.data != e.data and p.op != "mul":
        return None
    inside = free or p.op in ("ref", "compare", "fn")
    out: dict[str, tuple[Expr, Scope]] | None = found
    for i, (x, y) in enumerate(zip(p.args, e.args, strict=True)):
        assert out is not None
        out = matched(x, y, scope, out, inside or (p.op in ("pow", "entry") and i > 0))
        if out is None:
            return None
    return out
