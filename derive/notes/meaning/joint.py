"""What laws are over, and joint laws with their marginals and conditionals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from derive.kernel import terms as k
from derive.kernel.sorts import INT, REAL, Fn, Sort
from derive.kernel.terms import Lam, Num, Term, Var, abstract, app, at
from derive.language import definitions as d
from derive.notes.formula.surface import Expr, names_in, num
from derive.notes.meaning.build import unread
from derive.notes.meaning.ranges import size_of
from derive.notes.meaning.scope import Scope
from derive.notes.meaning.sorts import Component, arranged, components
from derive.notes.meaning.sums import Sums, hint_of
from derive.notes.meaning.values import Range, Value, scalar
from derive.notes.meaning.world import Law


class Outcome(NamedTuple):
    """A value that a law is over, as it is written as an argument, with the letter that runs, its range, and whose values these are."""

    argument: Expr
    letter: Expr
    size: Range
    of: Expr | None = None


class Joint(Sums):
    """Reads laws at values."""

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
        bounds = self.ranges.of_value(argument.ref.name) if argument.is_name() else None
        if bounds is not None:
            return Outcome(argument, argument, self.range(bounds))
        name = argument.ref.name if not argument.args else str(argument)
        return Outcome(argument, argument, self.range((num(1), self.ranges.invent(size_of(name), ("letter", name)))))

    def drawn_from(self, law: Expr, arguments: Sequence[Expr]) -> list[Outcome]:
        """Values of a law by other letters than it is declared over, j where q is over k: they run through the same."""
        found = [self.outcome(a) for a in arguments]
        declared = self.world.law_of(law.ref.name) if law.op == "ref" else None
        if declared is None or declared.joint or declared.assumed or len(declared.over) != len(found):
            return found
        own = declared.letters()
        if any(x.op != "ref" or not x.is_name() for x in own) or any(o.letter in own for o in found):
            return found
        return [
            o._replace(size=self.outcome(x).size, of=x) if o.letter is o.argument and o.letter.is_name() else o
            for o, x in zip(found, own, strict=True)
        ]

    def of_outcome(self, o: Outcome) -> Var:
        """The variable of a sum over the values of a law."""
        v = self.letter(hint_of(o.letter))
        whose = o.of or o.letter
        if o.letter is o.argument and whose.op == "ref" and self.ranges.said_of(whose.ref.name) is None:
            self.counted[v] = hint_of(whose)
        return v

    def outcomes(self, e: Expr) -> list[Outcome] | None:
        """The values of a law written p, p(x), p(z|x) or h(a) h(b); None where it is a vector by its entries."""
        if e.op == "mul":
            both = [self.parts(x) for x in e.args]
            if all(b is not None for b in both):
                return [o for b in both for o in b or ()]
        e = self.mixture(e) or e
        if e.op != "ref":
            found = [x for x in map(self.outcomes, self.mixed(e)) if x]
            return found[0] if found and len({tuple(o.letter for o in x) for x in found}) == 1 else None
        if e.ref.signs:
            main = [a for place, a in arranged(e) if place == "("]
            if all(a.op == "ref" for a in main):
                return self.drawn_from(e, main)
            return [self.outcome(x) for x in self.declared_over(e)] if all(a.op == "any" for a in main) else None
        over = self.declared_over(e)
        return [self.outcome(x) for x in over] if over else None

    def mixture(self, e: Expr) -> Expr | None:
        """What a name is that is defined as a mixture of laws: m := (p + q)/2."""
        whole = [m for m in self.world.meanings_of(e) if m.pattern.is_name() and e.is_name()]
        found = next((m for m in whole if m.body.op != "ref" and self.mixed(m.body)), None)
        if found is None:
            return None
        self.relied(found)
        return found.body

    def mixed(self, e: Expr) -> list[Expr]:
        """The laws, and other vectors, in sums and multiples of laws that are named without their values."""
        if e.op in ("add", "sub", "mul", "div"):
            return [x for a in e.args for x in self.mixed(a)]
        return [e] if e.op == "ref" and not e.ref.signs and self.whole(e) else []

    def whole(self, e: Expr) -> bool:
        """Whether a name stands for a law, or another vector, without one of its values."""
        return self.world.law_of(e.ref.name) is not None or self.sorts.is_vector(e)

    def declared_over(self, e: Expr) -> list[Expr]:
        """The letters of a law that is named without its values: declared, or those with which the page writes it."""
        law = self.world.law_of(e.ref.name)
        if law is not None:
            return list(law.letters())
        for m in self.world.meanings_of(e):
            if m.pattern.op == "ref" and m.pattern.ref.signs:
                main = [a for place, a in arranged(m.pattern) if place == "("]
                if main and all(a.op == "ref" for a in main):
                    return main
        if any(m.pattern.is_name() for m in self.world.meanings_of(e)):
            return []
        uses = [self.sorts.uses[key] for key in sorted(self.sorts.keys[e.ref.name]) if key in self.sorts.uses]
        written = [[a for place, a in arranged(use) if place == "("] for use in uses]
        for main in sorted(written, key=lambda m: any(not a.is_name() for a in m)):  # a letter rather than y_t
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
        mixture = self.mixture(e) or e
        if mixture.op in ("add", "sub", "mul", "div") and self.mixed(mixture):
            return self.term(self.at_outcomes(mixture, outcomes), scope)
        if e.op == "ref" and not e.ref.signs:
            e = self.at_outcomes(e, outcomes)
        elif e.op == "ref" and any(a.op == "any" for a in e.args):
            if sum(a.op == "any" for a in e.args) != len(outcomes):
                raise unread(
                    e, "nothing says for how many values the dot stands; declare the law: %: p distribution over x"
                )
            values = iter(o.argument for o in outcomes)
            e = replace(e, args=tuple(next(values) if a.op == "any" else a for a in e.args))
        return self.term(e, scope)

    def at_outcomes(self, e: Expr, outcomes: Sequence[Outcome]) -> Expr:
        """A law named without its values, or a mixture of such, at values."""
        if e.op == "ref" and not e.ref.signs and (e.args or self.whole(e) or not self.mixture(e)):
            args = (*e.args, *(o.argument for o in outcomes))
            return replace(e, args=args, data=e.ref._replace(signs=signs(len(outcomes))))
        return replace(e, args=tuple(self.at_outcomes(a, outcomes) if self.mixed(a) else a for a in e.args))

    def over_outcomes(
        self, outcomes: Sequence[Outcome], scope: Scope, body: Callable[[Scope, list[Term]], Term]
    ) -> Term:
        """The sum over all values."""
        letters = {str(o.letter): self.of_outcome(o) for o in outcomes}
        out = body(scope.under(dict(letters)), list(letters.values()))
        for o in reversed(outcomes):
            v = letters[str(o.letter)]
            out = app(k.SUM, o.size.low, o.size.high, Lam(hint_of(o.letter), INT, abstract(out, v)))
        return out

    def parts(self, e: Expr) -> list[Outcome] | None:
        """The values of a law, events X=x among them."""
        if e.op == "ref" and e.ref.signs:
            main = [a for place, a in arranged(e) if place == "("]
            if main and all(a.op == "rel" for a in main):
                return [self.outcome(a.args[1]) for a in main]
        return self.outcomes(e)

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
            here = self.term(value, scope)
            if here != main.get(label, condition.get(label, here)):
                raise unread(a, f"{law.name.ref.name} is no law of two values of {label}")
            (condition if place == "|" else main)[label] = here
        fixed = tuple(self.term(a, scope) for a in params)
        top = self.marginal(law, {**condition, **main}, fixed)
        return scalar(top if not condition else top / self.marginal(law, condition, fixed))

    def slot(self, law: Law, a: Expr, scope: Scope) -> tuple[str, Expr]:
        """Which of the law's values an argument is."""
        meant = a
        if a.op == "ref" and a.ref.name in scope.let:
            meant, _ = scope.meant(a)
        label = law.slot(meant)
        if label is not None:
            return label, a.args[1] if a.op == "rel" else a
        raise unread(a, f"nothing says which value of {law.name.ref.name} this is")

    def marginal(self, law: Law, values: dict[str, Term], fixed: tuple[Term, ...]) -> Term:
        """The law of some of the values, at these."""
        labels = law.labels()
        shown = [x for x in labels if x in values]
        out: Term = self.joint_variable(law, tuple(shown), fixed)
        for x in shown:
            out = at(out, values[x])
        return out

    def joint_family(self, law: Law, labels: tuple[str, ...], fixed: tuple[Term, ...]) -> Var:
        """The family of a marginal, as a function of the parameters and then of its values."""
        name = law.name.ref.name
        key = (name, (f"{len(fixed)} parameters", *(f"={x}" for x in labels)))
        if key not in self.vars:
            sort: Sort = REAL
            for _ in labels:
                sort = Fn(INT, sort)
            for f in reversed(fixed):
                sort = Fn(f.sort, sort)
            letters = "".join(c for x in labels for c in x if c.isalnum())
            shown = name if labels == law.labels() else f"{name}_{letters}"
            taken = {v.name for v in self.vars.values()}
            n = 1
            while (shown if n == 1 else f"{shown}_{n}") in taken:
                n += 1
            self.vars[key] = Var(shown if n == 1 else f"{shown}_{n}", sort)
        return self.vars[key]

    def joint_variable(self, law: Law, labels: tuple[str, ...], fixed: tuple[Term, ...]) -> Term:
        """A marginal at the parameters; what is known of it is collected later."""
        var = self.joint_family(law, labels, fixed)
        self.marginals[labels, var] = (law, var, fixed)
        out: Term = var
        for f in fixed:
            out = at(out, f)
        return out

    def sequence(self, law: Law, e: Expr, scope: Scope) -> Term:
        """A joint law of v_1, ..., v_M: the probability of the first n, which is 1 for none; a conditional is a quotient.

        What it has besides, as parameters or conditions, stays as it is."""
        name = law.over[0].args[-1].ref.name
        main: list[Term] = []
        behind: list[Expr] = []
        condition: Term | None = None
        fixed: list[Value] = []
        for place, a in arranged(e):
            for c in components(a):
                if place == "|" and c.tag == f"{name}..":
                    condition = self.term(c.value, scope)
                elif place == "|" and is_one_of(a, name):
                    behind.append(a.args[0])
                elif name in names_in(a):
                    if place != "(":
                        raise unread(a, f"the condition must be the first of {name}_1, {name}_2, ...")
                    main.append(self.in_sequence(name, a, c, scope))
                elif place in ("_", ";", "|"):
                    fixed.append(self.value(c.value, scope))
                else:
                    raise unread(a, f"nothing says which of {name}_1, {name}_2, ... this is")
        if behind:
            if condition is not None or behind != [num(i) for i in range(1, len(behind) + 1)]:
                raise unread(e, f"the condition must be the first of {name}_1, {name}_2, ...")
            condition = Num(len(behind))
        if len(main) != 1:
            raise unread(e, f"nothing says which of {name}_1, {name}_2, ... this is")
        whole, last = next(a for p, a in arranged(e) if p == "("), main[0]
        if condition is None and is_one_of(whole, name) and last != Num(1):
            raise unread(whole, "the law of one of them alone is not read; give those before it")
        if any(v.rank > 1 for v in fixed):
            raise unread(e, "a matrix stands as an argument of a law")
        if not law.assumed and not any("·" in v.name for v in last.free):  # those that are written are there
            self.needs.fact(last <= self.term(law.over[0].args[-1].args[0], Scope()))
        family = self.sequence_family(law, [self.family(v) if v.rank else v.term for v in fixed])
        if condition is None:
            return at(family, last)
        if not follows(last, condition):
            raise unread(e, "the condition must be all that come before")
        return d.conditional(family, last) if condition == last - 1 else at(family, last) / at(family, condition)

    def in_sequence(self, name: str, a: Expr, c: Component, scope: Scope) -> Term:
        """How many of v_1, v_2, ... there are up to the last that is written."""
        if c.tag == f"{name}..":
            return self.term(c.value, scope)
        if is_one_of(a, name):
            return self.term(a.args[0], scope)
        raise unread(a, f"nothing says which of {name}_1, {name}_2, ... this is")

    def sequence_family(self, law: Law, fixed: Sequence[Term]) -> Term:
        """The probabilities of the first n, n = 0, 1, ..., and what is known of them."""
        name, over = law.name.ref.name, law.over[0]
        key = (name, ("sequence", *(str(f.sort) for f in fixed)))
        if key not in self.vars:
            sort: Sort = Fn(INT, REAL)
            for f in reversed(fixed):
                sort = Fn(f.sort, sort)
            self.vars[key] = Var(name, sort)
        held = {f: self.letter("c", f.sort) for f in fixed if any("·" in v.name for v in f.free)}  # letters of sums
        params = list(held.values())
        family = self.at_all(self.vars[key], [held.get(f, f) for f in fixed])
        high = self.term(over.args[-1].args[0], Scope())
        i = self.letter("i")
        ends = [] if law.assumed else [i <= high]
        inside = k.implies(Num(0) <= i, *ends, Num(0) < at(family, i))
        fewer = k.implies(Num(1) <= i, *ends, at(family, i) <= at(family, i - 1))
        at_most = k.implies(Num(0) <= i, *ends, at(family, i) <= 1)
        facts = [k.eq(at(family, Num(0)), 1), *(app(k.FORALL, Lam("i", INT, abstract(s, i))) for s in (fewer, at_most))]
        facts += [app(k.FORALL, Lam("i", INT, abstract(inside, i)))] if law.positive else []
        for fact in facts:
            for p in reversed(params):
                fact = app(k.FORALL, Lam("c", p.sort, abstract(fact, p)))
            self.needs.fact(fact, law.assumed)
        if isinstance(high, Var):
            self.needs.fact(
                high >= 1,
                f"1 <= {high}, since there are {over.args[-1].ref.name}_1, ..., {over.args[-1].ref.name}_{high}",
            )
        self.needs.inferred[f"{name}(n) stands for the probability of the first n of {over}"] = None
        return self.at_all(self.vars[key], fixed)


def is_one_of(a: Expr, name: str) -> bool:
    """Whether it is one of v_1, v_2, ..., and not several, as v_{<t} is."""
    return a.op == "ref" and a.ref.name == name and len(a.args) == 1 and a.args[0].op not in ("before", "range")


def follows(last: Term, condition: Term) -> bool:
    """Whether last is condition + 1."""
    if isinstance(last, Num) and isinstance(condition, Num):
        return last.value == condition.value + 1
    return condition == last - 1 or last == condition + 1


def signs(count: int) -> tuple[str, ...]:
    return ("(", *([","] * (count - 1))) if count else ()
