"""Distributions: means, divergences, entropies; joint laws with their marginals and conditionals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from derive.kernel import terms as k
from derive.kernel.sorts import FAMILY, INT, REAL, Fn, Sort
from derive.kernel.terms import Lam, Num, Term, Var, abstract, app, at
from derive.language import definitions as d
from derive.notes.formula.surface import Expr, Ref, num, walk
from derive.notes.meaning.build import unread
from derive.notes.meaning.ranges import size_of
from derive.notes.meaning.scope import Scope
from derive.notes.meaning.sorts import arranged, base_letter, components
from derive.notes.meaning.sums import Sums, hint_of
from derive.notes.meaning.values import Range, Value, entrywise, scalar
from derive.notes.meaning.world import Draw, Law


class Outcome(NamedTuple):
    """A value that a law is over, as it is written as an argument, with the letter that runs and its range."""

    argument: Expr
    letter: Expr
    size: Range


class Laws(Sums):
    """Reads what speaks of distributions."""

    # --- what a law is over

    def outcome(self, argument: Expr) -> Outcome:
        """The letter that runs: of z it is z; of z_j it is j, where j has a range; else the value itself."""
        if argument.op == "ref" and argument.args and not argument.ref.signs:
            for a in argument.args:
                if a.is_name():
                    bounds = self.ranges.of_letter(a.ref.name)
                    if bounds is not None:
                        return Outcome(argument, a, self.range(bounds))
        if argument.op != "ref" or argument.ref.signs:
            raise unread(argument, "a distribution is over values that a letter stands for")
        name = argument.ref.name if not argument.args else str(argument)
        return Outcome(argument, argument, self.range((num(1), size_of(name))))

    def outcomes(self, e: Expr) -> list[Outcome] | None:
        """The values of a law written p, p(x), p(z|x) or h(a) h(b); None where it is a vector by its entries."""
        if e.op == "mul":
            both = [self.outcomes(x) for x in e.args]
            if all(b is not None for b in both):
                return [o for b in both for o in b or ()]
            return None
        if e.op != "ref":
            return None
        if e.ref.signs:
            main = [a for place, a in arranged(e) if place == "("]
            if all(a.op == "ref" for a in main):
                return [self.outcome(a) for a in main]
            return [self.outcome(x) for x in self.declared_over(e)] if all(a.op == "any" for a in main) else None
        over = self.declared_over(e)
        return [self.outcome(x) for x in over] if over else None

    def declared_over(self, e: Expr) -> list[Expr]:
        """The letters of a law that is named without its values: declared, or those with which the page writes it."""
        law = self.world.law_of(e.ref.name)
        if law is not None:
            return list(law.letters())
        for m in reversed(self.world.meanings):
            if m.pattern.op == "ref" and m.pattern.ref.name == e.ref.name and m.pattern.ref.signs:
                main = [a for place, a in arranged(m.pattern) if place == "("]
                if main and all(a.op == "ref" for a in main):
                    return main
        if any(m.pattern.is_name() and m.pattern.ref.name == e.ref.name for m in self.world.meanings):
            return []
        uses = [(key, self.sorts.uses[key]) for key in sorted(self.sorts.keys[e.ref.name]) if key in self.sorts.uses]
        for _, use in uses:
            main = [a for place, a in arranged(use) if place == "("]
            if main and all(a.op == "ref" and not a.ref.signs for a in main):
                return main
        return []

    def only_use(self, e: Expr) -> Expr:
        """A law that is named alone, as the page writes it, if it writes it in one way: E_g where only g_psi(h | v) is written."""
        if e.op != "ref" or e.ref.signs or (e.ref.name, ("",) * (len(e.args) + 1)) in self.sorts.keys[e.ref.name]:
            return e
        uses = [self.sorts.uses[key] for key in sorted(self.sorts.keys[e.ref.name]) if self.sorts.uses[key].ref.signs]
        return uses[0] if len(uses) == 1 else e

    def weight(self, e: Expr, outcomes: Sequence[Outcome] | None, scope: Scope, indices: Sequence[Term]) -> Term:
        """The probability that a law gives to values, whose letters are bound in the scope."""
        if outcomes is None:
            v = self.value(e, scope)
            if v.rank != len(indices):
                raise unread(e, "this is no distribution over one index")
            return v.at(*indices)
        if e.op == "ref" and not e.ref.signs:
            e = replace(
                e, args=(*e.args, *(o.argument for o in outcomes)), data=e.ref._replace(signs=signs(len(outcomes)))
            )
        elif e.op == "ref" and any(a.op == "any" for a in e.args):
            values = iter(o.argument for o in outcomes)
            e = replace(e, args=tuple(next(values) if a.op == "any" else a for a in e.args))
        return self.term(e, scope)

    def over_outcomes(
        self, outcomes: Sequence[Outcome], scope: Scope, body: Callable[[Scope, list[Term]], Term]
    ) -> Term:
        """The sum over all values."""
        letters = {str(o.letter): self.letter(hint_of(o.letter)) for o in outcomes}
        out = body(scope.under(dict(letters)), list(letters.values()))
        for o in reversed(outcomes):
            v = letters[str(o.letter)]
            out = app(k.SUM, o.size.low, o.size.high, Lam(hint_of(o.letter), INT, abstract(out, v)))
        return out

    # --- means

    def mean(self, e: Expr, scope: Scope) -> Value:
        body, *bounds = e.args
        if len(bounds) == 1 and not bounds[0].args and not self.mean_name(bounds[0]):
            return self.mean_of_something(e, body, scope)
        draws = [d_ for b in bounds for d_ in self.draws(b, body)]
        if any(
            w.op == "ref" and w.args for d_ in draws for w in (d_.what.args if d_.what.op == "tuple" else (d_.what,))
        ):
            return self.mean_over_all(
                body, [w for d_ in draws for w in (d_.what.args if d_.what.op == "tuple" else (d_.what,))], scope
            )
        return self.mean_over(body, draws, scope)

    def mean_of_something(self, e: Expr, body: Expr, scope: Scope) -> Value:
        """E[f(x)] with no word on what is drawn: the one value that stands in functions, with a law of its own."""
        found = {
            a.ref.name: a
            for x in walk(body)
            if x.op == "ref" and x.ref.signs
            for _, a in arranged(x)
            if a.is_name()
            and (a.ref.name, ()) not in self.sorts.numbers
            and a.ref.name not in scope.let
            and str(a) not in scope.bound
        }
        if len(found) != 1:
            raise unread(e, "nothing says over what this mean is; declare it: \\mathbb{E} over x \\sim p")
        return self.mean_over_all(body, list(found.values()), scope)

    def mean_over_all(self, body: Expr, whats: Sequence[Expr], scope: Scope) -> Value:
        """A mean over several draws, as one over a finite set of outcomes at which each value is what was drawn.

        What their laws are is left out, so that a reading may be proved and not refuted."""
        w = self.letter("w")
        weights, size = Var("P_drawn", FAMILY), Var("N_drawn", INT)
        bound: dict[str, Term] = {}
        held: dict[str, Term] = {}
        i = self.letter("i")
        for what in whats:
            sort: Sort = INT
            for _ in what.args:
                sort = Fn(INT, sort)
            drawn = Var(f"{what.ref.name}_drawn", Fn(INT, sort))
            at_w = at(drawn, w)
            if what.args:
                held[what.ref.name] = at_w
            else:
                bound[what.ref.name] = at_w
        self.needs.fact(ranged_over("w", i, size, Num(0) <= at(weights, i)))
        total = app(k.SUM, Num(1), size, Lam("w", INT, abstract(at(weights, i), i)))
        self.needs.fact(k.eq(total, 1))
        self.needs.weak = "the laws of several draws are not in the reading"
        inside = scope.under(bound)
        inner = self.value(body, replace(inside, held={**inside.held, **held}))
        return entrywise(
            lambda t: app(k.SUM, Num(1), size, Lam("w", INT, abstract(at(weights, w) * t, w))),
            inner,
        )

    def draws(self, b: Expr, body: Expr) -> list[Draw]:
        """What a bound of a mean says is drawn, and from which law."""
        if b.data == "law":
            return [Draw(b.args[0], b.args[1])]
        if not b.args:
            found = self.world.means.get(self.mean_name(b))
            if found is None:
                raise unread(b, "nothing says over what this mean is; declare it: \\mathbb{E} over x \\sim p")
            return list(found)
        x = b.args[0]
        declared = self.world.means.get("E_" + str(x)) or self.world.means.get("E_bb_" + str(x))
        if declared is not None:
            return list(declared)
        if x.op == "ref" and x.ref.signs:
            return [Draw(self.drawn(x), x)]
        if x.op == "ref" and (
            self.world.law_of(x.ref.name) is not None or x.ref.name in self.sorts.laws or self.applied_elsewhere(x)
        ):
            over = self.declared_over(x)
            if over:
                return [Draw(over[0] if len(over) == 1 else Expr("tuple", tuple(over), None, x.span), self.only_use(x))]
        if x.op in ("ref", "tuple") and (x.op == "tuple" or not x.ref.signs):
            letters = x.args if x.op == "tuple" else (x,)
            return [Draw(a, Expr("ref", (a,), Ref(f"P_{hint_of(a)}", 0, 0, ("(",)), a.span)) for a in letters]
        raise unread(x, "what is drawn is not read")

    def mean_name(self, b: Expr) -> str:
        """The mean without a subscript, as the page declares it."""
        return next((n for n in ("E_bb", "E", "E_cal") if n in self.world.means), "")

    def applied_elsewhere(self, x: Expr) -> bool:
        return (
            any(key[1] for key in self.sorts.keys[x.ref.name])
            and not self.sorts.is_vector(x)
            and x.ref.name not in self.sorts.values
        )

    def drawn(self, law: Expr) -> Expr:
        main = tuple(a for place, a in arranged(law) if place == "(")
        return main[0] if len(main) == 1 else Expr("tuple", main, None, law.span)

    def mean_over(self, body: Expr, draws: Sequence[Draw], scope: Scope) -> Value:
        if not draws:
            return self.value(body, scope)
        first, rest = draws[0], draws[1:]
        whats = first.what.args if first.what.op == "tuple" else (first.what,)
        law, where = scope.meant(first.law)
        outcomes = [self.outcome(w) for w in whats]
        if any(o.letter is not o.argument for o in outcomes):
            raise unread(
                first.what, "a mean over several draws is not read: it is a sum over more letters than are written"
            )
        letters = {str(o.letter): self.letter(hint_of(o.letter)) for o in outcomes}
        inside = scope.under(dict(letters))
        weight_scope = where.under(dict(letters)) if where is not scope else inside
        weight = self.weight(self.with_values(law, outcomes), outcomes, weight_scope, list(letters.values()))
        inner = self.mean_over(body, rest, inside)

        def total(t: Term) -> Term:
            out = weight * t
            for o in reversed(outcomes):
                out = app(
                    k.SUM, o.size.low, o.size.high, Lam(hint_of(o.letter), INT, abstract(out, letters[str(o.letter)]))
                )
            return out

        return entrywise(total, inner)

    def with_values(self, law: Expr, outcomes: Sequence[Outcome]) -> Expr:
        """A law at the values that are drawn: p as p(x), p(. | y) as p(x | y), h(a) for a draw of another name as it is of that."""
        if law.op != "ref":
            return law
        if not law.ref.signs:
            return law
        main = [a for place, a in arranged(law) if place == "("]
        if all(a.op == "any" for a in main) or len(main) != len(outcomes):
            return law
        values = {id(a): o.argument for a, o in zip(main, outcomes, strict=True)}
        return replace(law, args=tuple(values.get(id(a), a) for a in law.args))

    # --- divergences and entropies

    def read_compare(self, e: Expr, scope: Scope) -> Value:
        base = next((b for n, b in self.world.bases.items() if n.split("_")[0] == e.data), None)
        base_term = None if base is None else self.term(base, Scope())
        if e.data == "KL" and len(e.args) == 2:
            return scalar(self.divergence(e.args[0], e.args[1], scope, base_term))
        if e.data == "H":
            variables = self.variables_of(e.args)
            if variables is not None:
                return scalar(self.entropy(variables, scope, base_term))
            if len(e.args) == 1:
                return scalar(self.entropy(e.args[0], scope, base_term))
            if len(e.args) == 2:
                return scalar(self.cross(e.args[0], e.args[1], scope, base_term))
        if e.data == "I" and len(e.args) == 2:
            both = self.variables_of(e.args)
            if both is not None:
                return scalar(self.information(e.args, scope, base_term))
        raise unread(e, f"{e.data} is not read with these arguments")

    def variables_of(self, args: Sequence[Expr]) -> Expr | None:
        """The joint law of random variables that are named, Z_1, Z_2, at their values."""
        for law in reversed(self.world.laws):
            named = {str(o.args[0]): o for o in law.over if o.op == "rel"}
            if all(str(a) in named for a in args):
                events = tuple(named[str(a)] for a in args)
                return replace(
                    law.name, args=(*law.name.args, *events), data=law.name.ref._replace(signs=signs(len(events)))
                )
        return None

    def parts(self, e: Expr) -> list[Outcome] | None:
        """The values of a law, events X=x among them."""
        if e.op == "ref" and e.ref.signs:
            main = [a for place, a in arranged(e) if place == "("]
            if main and all(a.op == "rel" for a in main):
                return [self.outcome(a.args[1]) for a in main]
        return self.outcomes(e)

    def positive(self, e: Expr) -> bool:
        law = self.world.law_of(e.ref.name) if e.op == "ref" else None
        return law is not None and law.positive

    def ranged(self, e: Expr, scope: Scope) -> tuple[list[Outcome] | None, list[Range]]:
        outcomes = self.parts(e)
        if outcomes is not None:
            return outcomes, [o.size for o in outcomes]
        v = self.value(e, scope)
        return None, [self.length(e, v)]

    def total(self, e: Expr, scope: Scope, body: Callable[[Scope, list[Term]], Term]) -> Term:
        """The sum of something over the values of a law."""
        outcomes, sizes = self.ranged(e, scope)
        if outcomes is not None:
            return self.over_outcomes(outcomes, scope, body)
        v = self.letter("k")
        return app(k.SUM, sizes[0].low, sizes[0].high, Lam("k", INT, abstract(body(scope, [v]), v)))

    def divergence(self, p: Expr, q: Expr, scope: Scope, base: Term | None) -> Term:
        outcomes, _ = self.ranged(p, scope)
        other = self.matching(p, q, outcomes)

        def body(inside: Scope, at_: list[Term]) -> Term:
            a, b = self.weight(p, outcomes, inside, at_), self.weight(q, other, inside, at_)
            if base is not None:
                return a * self.log(a / b, base)
            return a * app(k.LOG, a / b) if self.positive(p) else app(k.XLOGY, a, a / b)

        return self.total(p, scope, body)

    def matching(self, p: Expr, q: Expr, outcomes: list[Outcome] | None) -> list[Outcome] | None:
        """The values of the second law are those of the first."""
        own = self.parts(q)
        if outcomes is None or own is None:
            if (outcomes is None) != (own is None) and own is not None:
                raise unread(q, "the two laws are over different values")
            return own
        if {str(o.letter) for o in own} != {str(o.letter) for o in outcomes}:
            bare = q.op == "ref" and not q.ref.signs and len(own) == len(outcomes)
            if not bare:
                raise unread(q, "the two laws are over different values")
            return outcomes
        return own

    def entropy(self, p: Expr, scope: Scope, base: Term | None) -> Term:
        outcomes, _ = self.ranged(p, scope)

        def body(inside: Scope, at_: list[Term]) -> Term:
            a = self.weight(p, outcomes, inside, at_)
            if base is not None:
                return a * self.log(a, base)
            return a * app(k.LOG, a) if self.positive(p) else app(k.XLOGY, a, a)

        return -self.total(p, scope, body)

    def cross(self, p: Expr, q: Expr, scope: Scope, base: Term | None) -> Term:
        outcomes, _ = self.ranged(p, scope)
        other = self.matching(p, q, outcomes)

        def body(inside: Scope, at_: list[Term]) -> Term:
            return self.weight(p, outcomes, inside, at_) * self.log(self.weight(q, other, inside, at_), base)

        return -self.total(p, scope, body)

    def information(self, args: Sequence[Expr], scope: Scope, base: Term | None) -> Term:
        both, one, two = self.variables_of(args), self.variables_of(args[:1]), self.variables_of(args[1:])
        assert both is not None
        assert one is not None
        assert two is not None
        return self.divergence(both, Expr("mul", (one, two), None, both.span), scope, base)

    # --- joint laws

    def joint(self, law: Law, e: Expr, scope: Scope) -> Value:
        """p(x, y), p(x), p(x | y) of one joint law: the family itself, a marginal, a quotient."""
        if len(law.over) == 1 and law.over[0].op == "series":
            return scalar(self.sequence(law, e, scope))
        main: dict[str, Term] = {}
        condition: dict[str, Term] = {}
        params = [a for place, a in arranged(e) if place in ("_", ";")]
        for place, a in arranged(e):
            if place in ("_", ";"):
                continue
            label, value = self.slot(law, a, scope)
            (condition if place == "|" else main)[label] = self.term(value, scope)
        fixed = tuple(self.term(a, scope) for a in params)
        top = self.marginal(law, {**condition, **main}, fixed)
        return scalar(top if not condition else top / self.marginal(law, condition, fixed))

    def slot(self, law: Law, a: Expr, scope: Scope) -> tuple[str, Expr]:
        """Which of the law's values an argument is."""
        labels = law.labels()
        if a.op == "rel" and a.data == "=" and str(a.args[0]) in labels:
            return str(a.args[0]), a.args[1]
        meant = a
        if a.op == "ref" and a.ref.name in scope.let:
            meant, _ = scope.meant(a)
        for label, letter in zip(labels, law.letters(), strict=True):
            if meant == letter:
                return label, a
        bases = [base_letter(x.ref.name) if x.op == "ref" else "" for x in law.letters()]
        here = base_letter(meant.ref.name) if meant.op == "ref" else ""
        if here and bases.count(here) == 1:
            return labels[bases.index(here)], a
        raise unread(a, f"nothing says which value of {law.name.ref.name} this is")

    def marginal(self, law: Law, values: dict[str, Term], fixed: tuple[Term, ...]) -> Term:
        """The law of some of the values, at these."""
        labels = law.labels()
        shown = [x for x in labels if x in values]
        out: Term = self.joint_variable(law, tuple(shown), fixed)
        for x in shown:
            out = at(out, values[x])
        return out

    def joint_variable(self, law: Law, labels: tuple[str, ...], fixed: tuple[Term, ...]) -> Term:
        """The family of a marginal, with what is known of it."""
        name = law.name.ref.name
        whole = labels == law.labels()
        key = (name, tuple(f"={x}" for x in labels))
        sort: Sort = REAL
        for _ in labels:
            sort = Fn(INT, sort)
        for f in reversed(fixed):
            sort = Fn(f.sort, sort)
        if key not in self.vars:
            letters = "".join(c for x in labels for c in x if c.isalnum())
            self.vars[key] = Var(name if whole else f"{name}_{letters}", sort)
        var = self.vars[key]
        self.marginals[law.name.ref.name, labels] = (law, var, fixed)
        out: Term = var
        for f in fixed:
            out = at(out, f)
        return out

    def sequence(self, law: Law, e: Expr, scope: Scope) -> Term:
        """A joint law of v_1, ..., v_M: the probability of the first n, which is 1 for none; a conditional is a quotient."""
        over = law.over[0]
        name = over.args[-1].ref.name
        main: list[Term] = []
        condition: Term | None = None
        for place, a in arranged(e):
            for c in components(a):
                if place == "|":
                    if c.tag != f"{name}..":
                        raise unread(a, f"the condition must be the first of {name}_1, {name}_2, ...")
                    condition = self.term(c.value, scope)
                elif c.tag == f"{name}..":
                    main.append(self.term(c.value, scope))
                elif a.op == "ref" and a.ref.name == name and len(a.args) == 1:
                    at_ = a.args[0]
                    main.append(self.term(at_, scope))
                    first = at_ == num(1) and condition is None
                    if condition is None and not first:
                        raise unread(a, "the law of one of them alone is not read; give those before it")
                else:
                    raise unread(a, f"nothing says which of {name}_1, {name}_2, ... this is")
        (last,) = main
        family = self.sequence_family(law)
        whole = at(family, last)
        if condition is None:
            return whole
        if not follows(last, condition):
            raise unread(e, "the condition must be all that come before")
        return d.conditional(family, last) if condition == last - 1 else whole / at(family, condition)

    def sequence_family(self, law: Law) -> Term:
        key = (law.name.ref.name, ("sequence",))
        if key not in self.vars:
            self.vars[key] = Var(law.name.ref.name, Fn(INT, REAL))
        over = law.over[0]
        family = self.vars[key]
        high = self.term(over.args[-1].args[0], Scope())
        self.needs.fact(k.eq(at(family, Num(0)), 1))
        i = Var("i", INT)
        if law.positive:
            self.needs.fact(k.forall(i, k.implies(Num(0) <= i, i <= high, Num(0) < at(family, i))))
        self.needs.inferred[f"{law.name.ref.name}(n) stands for the probability of the first n of {over}"] = None
        return family


def ranged_over(name: str, v: Var, size: Term, statement: Term) -> Term:
    """For all v from 1 to size."""
    return app(k.FORALL, Lam(name, INT, abstract(k.implies(Num(1) <= v, v <= size, statement), v)))


def follows(last: Term, condition: Term) -> bool:
    """Whether last is condition + 1."""
    if isinstance(last, Num) and isinstance(condition, Num):
        return last.value == condition.value + 1
    return condition == last - 1 or last == condition + 1


def signs(count: int) -> tuple[str, ...]:
    return ("(", *([","] * (count - 1))) if count else ()


__all__ = ["Draw", "Laws", "walk"]
