"""Distributions: means, divergences, entropies; joint laws with their marginals and conditionals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from derive.kernel import terms as k
from derive.kernel.sorts import FAMILY, INT, REAL, Fn, Sort
from derive.kernel.terms import Lam, Num, Term, Var, abstract, app, at
from derive.notes.formula.surface import Expr, Ref, run_by, walk
from derive.notes.meaning.build import unread
from derive.notes.meaning.joint import Joint, Outcome, signs
from derive.notes.meaning.scope import Scope
from derive.notes.meaning.sorts import arranged
from derive.notes.meaning.sums import hint_of
from derive.notes.meaning.values import Range, Value, entrywise, scalar
from derive.notes.meaning.world import Draw, is_point_mass

SEVERAL_DRAWS = "the laws of several draws are not in the reading"


def _is_random(name: str) -> bool:
    """Whether a number is a random one by the way it is written: X, or an estimate with a hat."""
    return (len(name) == 1 and name.isupper()) or name.endswith("_hat")


class Laws(Joint):
    """Reads what speaks of distributions."""

    # --- means

    def mean(self, e: Expr, scope: Scope) -> Value:
        body, *bounds = e.args
        if len(bounds) == 1 and not bounds[0].args and not self.mean_name(bounds[0]):
            return self.mean_of_something(e, body, scope)
        draws = [d_ for b in bounds for d_ in self.draws(b, body)]
        if self.one_draw:
            body, draws = self.drawn_once(body, draws, scope)
        whats = [w for d_ in draws for w in d_.whats]
        if any(w.op == "ref" and w.args for w in whats):
            return self.mean_over_all(body, whats, scope)
        return self.mean_over(body, draws, scope)

    def drawn_once(self, body: Expr, draws: Sequence[Draw], scope: Scope) -> tuple[Expr, list[Draw]]:
        """Draws x_k, k = 1, ..., n, where n is 1: x alone.  A row that fails there is false."""
        out: list[Draw] = []
        for draw in draws:
            x = draw.what
            if x.op == "ref" and len(x.args) == 1 and x.args[0].is_name() and x.args[0].ref.name in self.world.ranges:
                first, last = (self.term(b, Scope()) for b in self.world.ranges[x.args[0].ref.name])
                self.needs.fact(k.eq(last, first))
                body = without_index(body, x)
                draw = Draw(replace(x, args=(), data=x.ref._replace(below=0, above=0)), draw.law)
            out.append(draw)
        return body, out

    def mean_of_something(self, e: Expr, body: Expr, scope: Scope) -> Value:
        """E[f(x)] with no word on what is drawn: the one value that stands in functions, with a law of its own."""
        inner = run_by(x for x in walk(body) if x.op == "bound")
        found = {
            a.ref.name: a
            for x in walk(body)
            if x.op == "ref" and x.ref.signs
            for _, a in arranged(x)
            if a.op == "ref" and not a.ref.signs and self.drawable(a, scope, inner)
        }
        if not found:  # E[X + Y] of random numbers, which are written as capitals or with a hat
            found = {x.ref.name: x for x in walk(body) if x.is_name() and _is_random(x.ref.name)}
        if not found:
            raise unread(e, "nothing says over what this mean is; declare it: \\mathbb{E} over x \\sim p")
        return self.mean_over_all(body, list(found.values()), scope)

    def drawable(self, a: Expr, scope: Scope, inner: set[str]) -> bool:
        """Whether an argument may be a random value: a letter that is no number, or one counted by a letter of a sum inside."""
        if a.args:
            return all(i.is_name() and i.ref.name in inner for i in a.args)
        return (
            (a.ref.name, ()) not in self.sorts.numbers
            and a.ref.name not in scope.let
            and str(a) not in {*scope.bound, *inner}
        )

    def mean_over_all(self, body: Expr, whats: Sequence[Expr], scope: Scope) -> Value:
        """A mean over several draws, as one over a finite set of outcomes at which each value is what was drawn.

        What their laws are is left out, so that a reading may be proved and not refuted."""
        w = self.letter("w")
        weights, size = Var("P_drawn", FAMILY), Var("N_drawn", INT)
        bound: dict[str, Term] = {}
        held: dict[str, Term] = {}
        i = self.letter("i")
        for what in whats:
            number = what.is_name() and (what.ref.name, ()) in self.sorts.numbers and _is_random(what.ref.name)
            sort: Sort = REAL if number else INT
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
        self.needs.weak = SEVERAL_DRAWS
        inside = scope.under(bound)
        inner = self.number(body, replace(inside, held={**inside.held, **held}))
        return entrywise(
            lambda t: app(k.SUM, Num(1), size, Lam("w", INT, abstract(at(weights, w) * t, w))),
            inner,
        )

    def draws(self, b: Expr, body: Expr) -> list[Draw]:
        """What a bound of a mean says is drawn, and from which law."""
        if b.data == "law":
            return [Draw(b.args[0], self.conditioned(b.args[1], b.args[0], body))]
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

    def conditioned(self, law: Expr, what: Expr, body: Expr) -> Expr:
        """A law that is named alone, a ~ pi, as the formula under the mean has it: pi(a | s), if it has it in one way."""
        if law.op != "ref" or law.ref.signs:
            return law
        found = {
            x: None
            for x in walk(body)
            if x.op == "ref" and (x.ref.name, x.args[: x.ref.below]) == (law.ref.name, law.args) and "|" in x.ref.signs
        }
        uses = [x for x in found if [a for place, a in arranged(x) if place == "("] == [what]]
        return uses[0] if len(found) == len(uses) == 1 else law

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
            return self.number(body, scope)
        first, rest = draws[0], draws[1:]
        law, where = scope.meant(first.law)
        outcomes = self.drawn_from(law, first.whats)
        if any(o.letter is not o.argument for o in outcomes):
            raise unread(
                first.what, "a mean over several draws is not read: it is a sum over more letters than are written"
            )
        letters = {str(o.letter): self.of_outcome(o) for o in outcomes}
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
        if e.data == "JS" and len(e.args) == 2:
            return scalar(self.jensen_shannon(e.args[0], e.args[1], scope, base_term))
        if e.data == "H" and e.args[-1].op == "given":
            return scalar(self.conditional_entropy(e, scope, base_term))
        if e.data == "H":
            variables = self.variables_of(e.args)
            if variables is not None:
                return scalar(self.entropy(variables, scope, base_term))
            if len(e.args) == 1:
                return scalar(self.entropy(e.args[0], scope, base_term))
            if len(e.args) == 2:
                return scalar(self.cross(e.args[0], e.args[1], scope, base_term))
        if e.data == "I" and any(a.op not in ("ref", "rel") for a in e.args):
            return scalar(self.shared(e, scope, base_term))
        if e.data == "I" and len(e.args) == 2:
            both = self.variables_of(e.args)
            if both is not None:
                return scalar(self.information(e.args, scope, base_term))
        raise unread(e, f"{e.data} is not read with these arguments")

    def shared(self, e: Expr, scope: Scope, base: Term | None) -> Term:
        """I(A; B | C) of variables as H(A | C) - H(A | B, C)."""
        given = e.args[-1].args if e.args[-1].op == "given" else ()
        sides = [a.args if a.op in ("tuple", "list") else (a,) for a in e.args if a.op != "given"]
        if len(sides) != 2:
            raise unread(e, "mutual information is read of two sides: I(X; Y | Z)")

        def entropy(behind: tuple[Expr, ...]) -> Term:
            more = (Expr("given", behind, None, e.span),) if behind else ()
            return self.term(Expr("compare", (*sides[0], *more), "H", e.span), scope)

        return entropy(given) - entropy((*sides[1], *given))

    def variables_of(self, args: Sequence[Expr]) -> Expr | None:
        """The joint law of random variables that are named, Z_1, Z_2, at their values."""
        found: dict[str, Expr] = {}
        for law in reversed(self.world.laws):
            named = {str(o.args[0]): o for o in law.over if o.op == "rel"}
            if law.joint:  # X of a joint law over x
                named |= {
                    o.ref.name.upper(): o
                    for o in law.over
                    if o.is_name() and len(o.ref.name) == 1 and o.ref.name.islower()
                }
            if all(str(a) in named for a in args):
                events = tuple(named[a] for a in dict.fromkeys(map(str, args)))  # H(X, X) is H(X)
                at_values = replace(
                    law.name, args=(*law.name.args, *events), data=law.name.ref._replace(signs=signs(len(events)))
                )
                found.setdefault(law.name.ref.name, at_values)
        if len(found) > 1:
            raise unread(
                args[0], f"it is a variable of {' and of '.join(sorted(found))}, and nothing says of which here"
            )
        return next(iter(found.values()), None)

    def positive(self, e: Expr) -> bool:
        law = self.world.law_of(e.ref.name) if e.op == "ref" else None
        return law is not None and law.positive

    def weighed(self, a: Term, x: Term, base: Term | None, positive: bool) -> Term:
        """a log x; of a that may be 0 with 0 log 0 = 0."""
        return a * self.log(x, base) if base is not None or positive else app(k.XLOGY, a, x)

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
            a, b = self.weight(p, outcomes, inside, at_), self.weight_beside(q, outcomes, other, inside, at_)
            return self.weighed(a, a / b, base, self.positive(p))

        return self.total(p, scope, body)

    def jensen_shannon(self, p: Expr, q: Expr, scope: Scope, base: Term | None) -> Term:
        """Half of KL(p || m) and KL(q || m), where m is the mean of p and q."""
        outcomes, _ = self.ranged(p, scope)
        other = self.matching(p, q, outcomes)
        positive = self.positive(p) and self.positive(q)

        def body(inside: Scope, at_: list[Term]) -> Term:
            a, b = self.weight(p, outcomes, inside, at_), self.weight_beside(q, outcomes, other, inside, at_)
            one, two = (self.weighed(x, x / ((a + b) / 2), base, positive) for x in (a, b))
            return (one + two) / 2

        return self.total(p, scope, body)

    def matching(self, p: Expr, q: Expr, outcomes: list[Outcome] | None) -> list[Outcome] | None:
        """The values of the second law are those of the first."""
        own = self.parts(q)
        if outcomes is None or own is None:
            if own is not None and (len(own) != 1 or [own[0].size] != self.ranged(p, Scope())[1]):
                raise unread(q, "the two laws are over different values")
            return own
        if {str(o.letter) for o in own} != {str(o.letter) for o in outcomes}:
            bare = q.op == "ref" and not q.ref.signs and len(own) == len(outcomes)
            if not bare:
                raise unread(q, "the two laws are over different values")
            return outcomes
        return own

    def weight_beside(
        self,
        q: Expr,
        outcomes: Sequence[Outcome] | None,
        own: Sequence[Outcome] | None,
        inside: Scope,
        at_: Sequence[Term],
    ) -> Term:
        """What the second law gives to the values of the first, which may be a vector by its entries."""
        letters = own if outcomes is None and own is not None else ()
        return self.weight(q, own, inside.under({str(o.letter): v for o, v in zip(letters, at_, strict=False)}), at_)

    def entropy(self, p: Expr, scope: Scope, base: Term | None) -> Term:
        outcomes, _ = self.ranged(p, scope)

        def body(inside: Scope, at_: list[Term]) -> Term:
            a = self.weight(p, outcomes, inside, at_)
            return self.weighed(a, a, base, self.positive(p))

        return -self.total(p, scope, body)

    def conditional_entropy(self, e: Expr, scope: Scope, base: Term | None) -> Term:
        """H(Y | X): minus the mean of log p(y | x)."""
        *named, last = e.args
        whole = self.variables_of(named)
        if whole is not None and all(a.op == "rel" for a in last.args):  # at one value, H(Y | X = x)
            behind = ("|", *([","] * (len(last.args) - 1)))
            at_value = replace(
                whole, args=(*whole.args, *last.args), data=whole.ref._replace(signs=(*whole.ref.signs, *behind))
            )
            return self.entropy(at_value, scope, base)
        both, condition = self.variables_of((*named, *last.args)), self.variables_of(last.args)
        if both is None or condition is None:
            raise unread(
                e, "an entropy with a condition is read of random variables: p joint distribution over X=x, Y=y"
            )
        outcomes = self.parts(both)
        assert outcomes is not None

        def body(inside: Scope, at_: list[Term]) -> Term:
            a = self.weight(both, outcomes, inside, at_)
            given = self.weight(condition, self.parts(condition), inside, [])
            return a * self.log(a / given, base)

        return -self.over_outcomes(outcomes, scope, body)

    def cross(self, p: Expr, q: Expr, scope: Scope, base: Term | None) -> Term:
        if is_point_mass(p) and not self.has_meaning(p) and not self.sorts.is_vector(p):
            return self.at_point(p, q, scope, base)
        outcomes, _ = self.ranged(p, scope)
        other = self.matching(p, q, outcomes)

        def body(inside: Scope, at_: list[Term]) -> Term:
            return self.weight(p, outcomes, inside, at_) * self.log(
                self.weight_beside(q, outcomes, other, inside, at_), base
            )

        return -self.total(p, scope, body)

    def at_point(self, p: Expr, q: Expr, scope: Scope, base: Term | None) -> Term:
        """H(delta_y, q), where all of the first law is at y."""
        outcomes, _ = self.ranged(q, scope)
        y = self.term(p.args[0], scope)

        def body(inside: Scope, at_: list[Term]) -> Term:
            return app(k.DELTA, at_[0], y) * self.log(self.weight(q, outcomes, inside, at_), base)

        return -self.total(q, scope, body)

    def information(self, args: Sequence[Expr], scope: Scope, base: Term | None) -> Term:
        both, one, two = self.variables_of(args), self.variables_of(args[:1]), self.variables_of(args[1:])
        assert both is not None
        assert one is not None
        assert two is not None
        return self.divergence(both, Expr("mul", (one, two), None, both.span), scope, base)


def without_index(e: Expr, x: Expr) -> Expr:
    """A formula in which each x_k is x."""
    if e.op == "ref" and e.ref == x.ref and len(e.args) == 1:
        return replace(e, args=(), data=e.ref._replace(below=0, above=0))
    return replace(e, args=tuple(without_index(a, x) for a in e.args)) if e.args else e


def ranged_over(name: str, v: Var, size: Term, statement: Term) -> Term:
    """For all v from 1 to size."""
    return app(k.FORALL, Lam(name, INT, abstract(k.implies(Num(1) <= v, v <= size, statement), v)))
