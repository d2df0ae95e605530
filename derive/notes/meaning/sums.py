"""Sums, products, the largest and the least, series with dots, derivatives: what binds a letter, as terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.kernel import terms as k
from derive.kernel.sorts import FAMILY, INT, REAL, Base, Fn
from derive.kernel.terms import Lam, Num, Term, Var, abstract, app
from derive.notes.formula.surface import COMPARED, Expr, Ref, names_in, num, walk
from derive.notes.meaning.build import unread
from derive.notes.meaning.ranges import size_of
from derive.notes.meaning.refs import Refs
from derive.notes.meaning.scope import Scope
from derive.notes.meaning.series import general_term
from derive.notes.meaning.sorts import base_letter, key_of
from derive.notes.meaning.values import Range, Value, entrywise, scalar, vector
from derive.notes.meaning.world import letters_free
from derive.operators.derivatives import derivative
from derive.operators.exclusions import without

_OPS = {"sum": k.SUM, "prod": k.PROD, "integral": k.SUM, "max": k.MAX, "min": k.MAX}


class Sums(Refs):
    """Reads what binds letters."""

    def read_big(self, e: Expr, scope: Scope) -> Value:
        if e.data == "mean":
            return self.mean(e, scope)
        if e.data in ("argmax", "argmin") or (e.data in ("max", "min") and self.over_choices(e)):
            return self.optimum(e, scope)
        body, *bounds = e.args
        if len(bounds) == 1 and not bounds[0].args:
            bounds = [self.only_letter(e, body, scope)]
        ranged = [b for b in bounds if b.data != "ne"]
        named = {str(b.args[0]) for b in ranged}
        for b in bounds:  # a sum over all j that are not i
            if b.data == "ne" and str(b.args[0]) not in named:
                ranged.append(Expr("bound", b.args[:1], "all", b.span))
                named.add(str(b.args[0]))
        if e.data == "integral":
            self.needs.inferred[f"the integral over {ranged[0].args[0]} is read as a sum over a finite set"] = None
        return self.over(e, ranged, [b for b in bounds if b.data == "ne"], scope)

    def over(self, e: Expr, bounds: Sequence[Expr], others: Sequence[Expr], scope: Scope) -> Value:
        """The sum over the first letter of the sum over the rest."""
        if not bounds:
            return self.number(e.args[0], scope)
        b, rest = bounds[0], bounds[1:]
        size = self.range_of(b, scope, e.args[0])
        letter = b.args[0]
        v = self.new(letter)
        if b.data != "to" and self.is_value_letter(letter):
            self.counted[v] = hint_of(letter)
        inside = scope.under({str(letter): v})
        body = self.over(e, rest, others if rest else (), inside)
        conditions: list[Term] = []
        for o in () if rest else others:
            conditions += self.excluded(o, v, inside)
        if b.data == "inne":
            conditions.append(k.ne(v, self.term(b.args[2].args[0], inside)))
        op = _OPS[e.data]
        value = self.counted.get(v)

        def big(t: Term) -> Term:
            if e.data == "integral" and value and any(x.name == f"{value}_value" for x in t.free):
                raise unread(e, f"an integral of a formula in {value} is no sum over a finite set")
            if op is k.MAX:
                t = -t if e.data == "min" else t
                out = app(k.MAX, size.low, size.high, Lam(hint_of(letter), INT, abstract(t, v)))
                return -out if e.data == "min" else out
            t = without(op, t, v, conditions)
            return app(op, size.low, size.high, Lam(hint_of(letter), INT, abstract(t, v)))

        if op is k.MAX and conditions:
            raise unread(b, "the largest of all but one is not read")
        return entrywise(big, body)

    def is_value_letter(self, letter: Expr) -> bool:
        """Whether a letter stands for a value of something, of which its number in a list is no more than a name."""
        bounds = self.ranges.of_letter(letter.ref.name) if letter.op == "ref" else None
        return bounds is None or (bounds[1].is_name() and self.ranges.is_size(bounds[1].ref.name))

    def excluded(self, o: Expr, v: Var, scope: Scope) -> list[Term]:
        a, b = (self.term(x, scope) for x in o.args)
        if v not in (a, b):
            raise unread(o, "what is left out is not the letter that is summed over")
        return [k.ne(a, b)]

    def new(self, letter: Expr) -> Var:
        """The variable of a sum, which is no other letter here."""
        if letter.op != "ref":
            raise unread(letter, "a sum runs over a letter")
        return self.letter(hint_of(letter))

    def range_of(self, b: Expr, scope: Scope, body: Expr) -> Range:
        letter = b.args[0]
        if b.data == "to":
            low, high = self.term(b.args[1], scope), self.term(b.args[2], scope)
            if low.sort is not INT or high.sort is not INT:
                raise unread(b, "the bounds of a sum are no whole numbers")
            return Range(low, high)
        if b.data in ("in", "inne"):
            return self.set_range(b.args[1], letter, scope)
        if b.data in COMPARED:
            return self.up_to(b, scope)
        if letter.op == "ref" and letter.args:
            return self.range((num(1), self.ranges.invent(size_of(str(letter)), ("letter", str(letter)))))
        counted = self.ranges.of_body(letter.ref.name, body)
        if letter.ref.name not in self.world.ranges and counted:
            if len(counted) > 1:
                raise unread(
                    b, f"{letter} counts families of different lengths; say through what it runs: {letter} = 1..n"
                )
            return self.range(counted.pop())
        return self.range(self.ranges.of_sum(letter.ref.name))

    def up_to(self, b: Expr, scope: Scope) -> Range:
        """i < j: the range of i as far as j, or from j on."""
        letter, other = b.args
        known = self.ranges.of_letter(letter.ref.name) if letter.is_name() else None
        if known is None or (
            other.is_name() and str(other) not in scope.bound and self.ranges.is_size(known[1].ref.name)
        ):
            raise unread(b, f"nothing says through what {letter} runs: {letter} = 1..n")
        size, end = self.range(known), self.term(other, scope)
        if b.data in ("lt", "le"):
            return Range(size.low, end - 1 if b.data == "lt" else end)
        return Range(end + 1 if b.data == "gt" else end, size.high)

    def set_range(self, s: Expr, letter: Expr, scope: Scope) -> Range:
        """The set that a letter runs through: {1, ..., K}, {0, 1}, a set by its name."""
        if s.op == "set":
            if len(s.args) == 1 and s.args[0].op == "series":
                first, *_, last = s.args[0].args
                return Range(self.term(first, scope), self.term(last, scope))
            values = [a.data for a in s.args if a.op == "num"]
            if len(values) == len(s.args) and values == list(range(int(values[0]), int(values[0]) + len(values))):
                return Range(Num(values[0]), Num(values[-1]))
            raise unread(s, "a set of whole numbers in a row is read, {1, ..., K}, and no other list")
        if s.op == "ref":
            if letter.is_name() and self.ranges.of_letter(letter.ref.name) is not None:
                found = self.ranges.of_letter(letter.ref.name)
                assert found is not None
                return self.range(found)
            self.needs.inferred[f"{s} is a finite set, whose elements are counted from 1"] = None
            return self.range(self.ranges.of_set(str(s)))
        raise unread(s, "this set is not read")

    def only_letter(self, e: Expr, body: Expr, scope: Scope) -> Expr:
        """A sum without a letter is over the only letter in it that has a range."""
        free = [n for n in sorted(letters_free(body)) if n not in scope.bound and self.ranges.of_letter(n) is not None]
        if len(free) != 1:
            raise unread(e, "nothing says over which letter this sum runs")
        return Expr("bound", (Expr("ref", (), Ref(free[0])),), "all", e.span)

    # --- series with dots

    def read_series(self, e: Expr, scope: Scope) -> Value:
        if e.data == "list":
            raise unread(e, "a list stands where a number belongs")
        found = general_term(e)
        if found is None:
            raise unread(e, "the terms around the dots do not show a pattern; write the sum with its bounds")
        before, letter, low, high, general = found
        bound = Expr("bound", (letter, low, high), "to", e.span)
        out = self.value(Expr("big", (general, bound), "sum" if e.data == "add" else "prod", e.span), scope)
        for one in reversed(before):
            here = self.value(one, scope)
            out = entrywise((lambda a, b: a + b) if e.data == "add" else (lambda a, b: a * b), here, out)
        return out

    # --- optima over anything

    def over_choices(self, e: Expr) -> bool:
        """Whether the largest is over a law or a parameter rather than an index."""
        letter = e.args[1].args[0] if e.args[1].args else None
        if letter is None or e.args[1].data == "to" or letter.op != "ref":
            return False
        name = letter.ref.name
        if self.sorts.is_vector(letter):
            raise unread(e, f"{name} is a vector, and an optimum is read over an index, a law or a number")
        return (
            self.world.law_of(name) is not None
            or name in self.sorts.laws
            or not self.sorts.is_index(key_of(letter))
            or any(x.op == "ref" and x.ref.name == name and x.ref.signs for x in walk(e.args[0]))
        )

    def optimum(self, e: Expr, scope: Scope) -> Value:
        """arg max over a law or a parameter: over a set of choices; the largest value is that at one of them."""
        letter = e.args[1].args[0] if e.args[1].args else None
        if len(e.args) != 2 or letter is None or letter.op != "ref" or letter.args or e.args[1].data == "to":
            raise unread(e, "an optimum is read over one law or parameter")
        name = letter.ref.name
        keys = [key for key in self.sorts.keys[name] if key[1]]
        choices = Base("choice")
        c = self.letter("c", choices)
        if keys or self.world.law_of(name) is not None:
            key = max(keys, key=lambda x: (len(x[1]), x)) if keys else (name, ("",))
            plain = self.variable(key)
            chosen = Var(f"{plain.name}_of", Fn(choices, plain.sort))
            at_c = k.at(chosen, c)
            old = self.vars[key]
            body = k.substitute(self.term(e.args[0], scope), {old: at_c})
            self.needs.inferred[f"{name} is one of a set of choices"] = None
            self.chosen(old, chosen)
        else:
            plain = self.variable((name, ()))
            c = self.letter(name, plain.sort)
            body = self.term(e.args[0], scope.under({name: c}))
        fn = Lam(c.name.split("·")[0], c.sort, abstract(body, c))
        least = e.data in ("min", "argmin")
        best = app(k.ARGMIN if least else k.ARGMAX, fn)
        if e.data in ("argmax", "argmin"):
            return scalar(best)
        at_best = self.bests.setdefault(best, Var(f"best_{len(self.bests) + 1}", c.sort))
        self.needs.fact(app(k.IN, at_best, best), f"the {'least' if least else 'largest'} value over {name} is taken")
        return scalar(k.at(Lam(c.name, c.sort, abstract(body, c)), at_best))

    def chosen(self, old: Var, chosen: Var) -> None:
        """Facts about a law hold of each choice."""
        self.choices[old] = chosen

    # --- derivatives

    def read_d(self, e: Expr, scope: Scope) -> Value:
        body, by = e.args
        if by.op == "label":
            by = self.nabla(e)
        meant, where = scope.meant(by)
        if meant.op != "ref" or meant.ref.signs:
            raise unread(by, "a derivative is taken in a letter or an entry")
        name = meant.ref.name
        if any(m.pattern.op == "ref" for m in self.world.meanings_of(meant)):
            return self.in_defined(body, meant, where, scope)
        if meant.is_name() and not self.sorts.is_vector(meant):
            x = self.variable(key_of(meant))
            if x.sort is not REAL:
                raise unread(by, f"{name} is an index or a function here, and a derivative is taken in a number")
            self.hidden(e, x, scope)
            return entrywise(lambda t: app(k.DERIVATIVE, lam_long(x, t), x), self.value(body, scope))
        return self.in_entry(e, body, meant, where, scope)

    def nabla(self, e: Expr) -> Expr:
        if self.world.nabla is not None:
            return self.world.nabla
        moved = sorted(self.sorts.moved)
        if len(moved) != 1:
            raise unread(e, "the gradient does not say in what it is taken; declare it: \\nabla := \\nabla_\\theta")
        self.needs.inferred[
            f"the gradient is taken in {moved[0]}, the only letter in which the page differentiates"
        ] = None
        return Expr("ref", (), Ref(moved[0]))

    def in_entry(self, e: Expr, body: Expr, by: Expr, where: Scope, scope: Scope) -> Value:
        """The derivative in an entry of a family, or in all entries of a vector."""
        inner = self.value(body, scope)
        whole = self.sorts.is_vector(by)
        head, indices = self.head(by, where, len(by.args) + (1 if whole else 0))
        if not isinstance(head, Var) or head.sort not in (FAMILY, Fn(INT, FAMILY)):
            raise unread(by, "a derivative is taken in an entry of a vector or a matrix")
        self.hidden(e, head, scope)
        if not whole:
            return entrywise(lambda t: derivative(Lam(head.name, head.sort, abstract(t, head)), head, *indices), inner)
        size = self.named_vector(by, where)

        def entry(i: Term) -> Term:
            return derivative(Lam(head.name, head.sort, abstract(inner.term, head)), head, *indices, i)

        if inner.rank:
            raise unread(e, "the derivative of a vector in a vector is a matrix; write its entries")
        return vector(size.dims[0], entry, size.row)

    def in_defined(self, body: Expr, by: Expr, where: Scope, scope: Scope) -> Value:
        """The derivative in something that is itself defined: its name is a letter in the body."""
        name = by.ref.name
        bare = replace(by, args=(), data=by.ref._replace(below=0, above=0))
        value = self.value(bare, scope)
        point = self.family(value) if value.rank == 1 else value.term
        if value.rank > 1 or len(by.args) != value.rank:
            raise unread(by, "a derivative is taken in a number, or in an entry of a vector")
        v = self.letter(name, FAMILY if value.rank else REAL)
        inner = self.value(body, replace(scope, held={**scope.held, name: v}))
        indices = [self.term(a, where) for a in by.args]
        return entrywise(lambda t: derivative(Lam(name, v.sort, abstract(t, v)), point, *indices), inner)

    def hidden(self, e: Expr, x: Var, scope: Scope) -> None:
        """A derivative of what does not show the letter: nothing says that it does not depend on it."""
        body, by = e.args
        v = self.value(body, scope)
        t = v.at(*(self.letter("i") for _ in v.dims))
        if x in t.free:
            return
        heads = sorted(values_in(t), key=lambda y: y.name)
        unknown = [(name, applied) for name, applied in map(self.source, heads) if name and self.may_hide(name)]
        bare = [name for name, applied in unknown if not applied]
        if not self.world.declared and unknown and (bare or not self.shown_elsewhere(by.ref.name)):
            bare = bare or [unknown[0][0]]
        if bare:
            name = min(bare)
            raise unread(e, f"nothing says how {name} depends on {x.name}; declare it: {name} := ...")

    def source(self, v: Var) -> tuple[str, bool]:
        """The name on the page that a variable stands for, and whether it has brackets behind it there."""
        for key, w in self.vars.items():
            if w == v:
                use = self.sorts.uses.get(key)
                return key[0], use is not None and bool(use.ref.signs)
        return "", False

    def may_hide(self, name: str) -> bool:
        """Whether a name may depend on what it does not show: it is no index or constant, and nothing is declared of it."""
        if (
            name in self.world.constants
            or name in self.sorts.laws
            or self.world.law_of(name) is not None
            or self.ranges.is_size(name)
        ):
            return False
        if (name, ()) in self.sorts.indices or self.ranges.of_letter(name) is not None:
            return False
        declared = {n for rels, _ in self.world.facts for rel in rels for n in names_in(rel)}
        declared |= {n for v, _ in self.world.one_hot for n in names_in(v)} | {
            n for v, _, _ in self.world.vectors for n in names_in(v)
        }
        return name not in declared

    def shown_elsewhere(self, name: str) -> bool:
        """Whether the page writes the dependence on the letter: p_phi(x), f(x; w), or a formula that has it under the derivative."""
        return name in self.sorts.shown or any(
            v.is_name() and base_letter(v.ref.name) == name
            for places in self.sorts.places.values()
            for vs in places.values()
            for v in vs
        )

    def mean(self, e: Expr, scope: Scope) -> Value:
        raise NotImplementedError


def values_in(t: Term) -> set[Var]:
    """The variables of a term, those left out that stand as arguments of others only."""
    out: set[Var] = set()
    waiting = [t]
    while waiting:
        t = waiting.pop()
        if isinstance(t, k.At):
            waiting.append(k.spine(t)[0])
        elif isinstance(t, Var):
            out.add(t)
        else:
            waiting.extend(k.parts_of(t))
    return out


def hint_of(letter: Expr) -> str:
    """The name of a bound letter in print."""
    name = letter.ref.name + "".join(f"_{a}" for a in letter.args)
    return "".join(c if c.isalnum() or c in "_'" else "_" for c in name)


def lam_long(x: Var, t: Term) -> Term:
    return Lam(x.name, x.sort, abstract(t, x))
