"""A recorded proof as a Rocq development: one lemma for each primitive step, each proved by an explicit term.

A step ``H1, ..., Hn |- P`` becomes ``Lemma step_i : forall its free variables, H1 -> ... -> Hn -> P``.  Its proof
applies a lemma of the library, or one named after the rule, to the lemmas of the premises.  Nothing is searched for;
only identities of the field end in ``ring`` or ``field``, over plain variables and with the nonzero terms that the step
was given.  A step that the kernel should have refused still gets a text, and Rocq refuses it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

from derive.certify.translate import (
    ROCQ,
    ExportError,
    Image,
    Names,
    Writer,
    as_real,
    bases_of_sort,
    end_of,
    number,
    variables_in_order,
)
from derive.kernel import ring as field
from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, REAL, Base, Fn, SetOf, Sort
from derive.kernel.terms import (
    ADD,
    ARGMAX,
    ARGMIN,
    DIV,
    EQ,
    IN,
    LE,
    LT,
    MUL,
    NE,
    NEG,
    POW,
    SUB,
    SUM,
    App,
    At,
    Bound,
    Lam,
    Num,
    Op,
    Term,
    Var,
    app,
    at,
    eq,
    instantiate,
    lam,
    negation,
    parts_of,
    rebuild,
    substitute,
)
from derive.kernel.theorem import Theorem, proof_steps

HEADER = """From Coq Require Import Reals ZArith.
From Derive Require Import Operators Rules Axioms.
Open Scope R_scope.
"""
MISSING = "missing"  # what stands for a proof that there is none of: no such name, so Rocq refuses the file
Env = Mapping[Term, str]


class Scope:
    """What a proof may mention: the variables and the abstract sorts of the lemma, and those bound on the way."""

    def __init__(self, variables: frozenset[Var], bases: frozenset[Base]) -> None:
        self.variables, self.bases = variables, bases

    def and_variable(self, var: Var) -> Scope:
        return Scope(self.variables | {var}, self.bases)


class Exporter:
    """Writes the lemmas of the steps of some theorems, each sequent once."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.writer = Writer(names)
        self.lemmas: list[str] = []  # the text of each lemma, in order
        self._number: dict[tuple[tuple[Term, ...], Term], str] = {}
        self._first: dict[tuple[tuple[Term, ...], Term], Theorem] = {}

    # --- steps -------------------------------------------------------------------------------------------------------

    def add(self, theorem: Theorem) -> None:
        """Write the lemmas on which the theorem rests, and its own."""
        for th in proof_steps(theorem):
            self._first.setdefault((th.hyps, th.concl), th)
        stack: list[tuple[Theorem, bool]] = [(self._canonical(theorem), False)]
        while stack:
            th, ready = stack.pop()
            key = (th.hyps, th.concl)
            if key in self._number:
                continue
            if ready:
                if th is theorem or (th.concl == theorem.concl and th.hyps == theorem.hyps) or not self._inline(th):
                    self._write(th)
            else:
                stack.append((th, True))
                stack.extend((self._canonical(p), False) for p in reversed(list(th.proof.premises)))

    def final(self, theorem: Theorem, env: Env, variables: Iterable[Var], bases: Iterable[Base]) -> str:
        """The proof of the theorem, from proofs of its hypotheses."""
        return self.call(theorem, env, Scope(frozenset(variables), frozenset(bases)))

    def _canonical(self, th: Theorem) -> Theorem:
        return self._first[(th.hyps, th.concl)]

    def _inline(self, th: Theorem) -> bool:
        """Steps that are written where they are used: an assumption, an axiom, reflexivity."""
        return th.proof.rule in ("assume", "axiom", "refl")

    def _write(self, th: Theorem) -> None:
        name = f"step_{len(self._number) + 1}"
        variables, bases = self._needs(th)
        scope = Scope(th.free, bases)
        binders = self._base_binders(bases) + [
            f"({self.names.name(v)} : {self.writer.sort(v.sort)})" for v in variables
        ]
        binders += [f"(H{i} : {self.writer.own(h)})" for i, h in enumerate(th.hyps, 1)]
        env = {h: f"H{i}" for i, h in enumerate(th.hyps, 1)}
        self._auxiliary = name
        self._helpers = 0
        proof = self._proof(th, env, scope)
        self.lemmas.append(
            f"(* {th.proof.rule} *)\nLemma {' '.join([name, *binders])} :\n  {self.writer.own(th.concl)}.\n"
            f"Proof. exact {proof}. Qed."
        )
        self._number[(th.hyps, th.concl)] = name

    def _needs(self, th: Theorem) -> tuple[list[Var], frozenset[Base]]:
        """The variables and abstract sorts of a sequent, in the order of its lemma."""
        variables = sorted(th.free, key=self.names.name)
        bases: frozenset[Base] = self.writer.bases_of(th.concl)
        for h in th.hyps:
            bases |= self.writer.bases_of(h)
        for v in th.free:
            bases |= bases_of_sort(v.sort)
        return variables, bases

    def _base_binders(self, bases: Iterable[Base]) -> list[str]:
        out = []
        for base in self.writer.base_list(bases):
            out += [f"({self.names.name(base)} : Type)", f"(o_{self.names.name(base)} : {self.names.name(base)})"]
        return out

    def call(self, th: Theorem, env: Env, scope: Scope, values: Mapping[Var, str] | None = None) -> str:
        """The proof of a premise.  ``env`` gives a proof of each of its hypotheses, ``values`` what replaces its
        variables."""
        th = self._canonical(th)
        values = values or {}
        rule = th.proof.rule
        if rule == "assume":
            return env.get(th.concl, MISSING)
        proofs = [env.get(h, MISSING) for h in th.hyps]
        if (th.hyps, th.concl) not in self._number and rule == "axiom":
            return self._axiom(th, proofs, scope, values)
        here = self.writer.with_images({}, scope.bases)
        if (th.hyps, th.concl) not in self._number and rule == "refl":
            images = {v: Image(self._value(v, scope, values)) for v in th.free}
            return self._reflexivity(th.proof.args[0], self.writer.with_images(images, scope.bases))
        variables, bases = self._needs(th)
        words = [self._number[(th.hyps, th.concl)]]
        for base in self.writer.base_list(bases):
            words += [here.sort(base), here.inhabitant(base)]
        words += [self._value(v, scope, values) for v in variables]
        return f"({' '.join(words + proofs)})" if len(words + proofs) > 1 else words[0]

    def _value(self, var: Var, scope: Scope, values: Mapping[Var, str]) -> str:
        """What stands for a variable of a premise: itself, its replacement, or anything when nothing depends on it."""
        if var in values:
            return values[var]
        if var in scope.variables:
            return self.names.name(var)
        return self.writer.with_images({}, scope.bases).inhabitant(var.sort)

    def _axiom(self, th: Theorem, proofs: list[str], scope: Scope, values: Mapping[Var, str]) -> str:
        args = th.proof.args
        words = [f"ax_{args[0]}"]
        if len(args) > 1 and args[1] is not None:
            words.append(self.writer.with_images({}, scope.bases).sort(args[1]))
        words += [self._value(v, scope, values) for v in variables_in_order((*th.hyps, th.concl))]
        return f"({' '.join(words + proofs)})"

    def _reflexivity(self, term: Term, writer: Writer) -> str:
        sort = as_real(term.sort)
        text = writer.text(term, sort)
        if isinstance(sort, SetOf):
            return f"(set_refl {text})"
        return f"(@eq_refl {writer.sort(sort)} {text})"

    # --- from Z to R and back ----------------------------------------------------------------------------------------

    def _cast(self, parts: Sequence[Term], values: Mapping[Var, Term], proof: str, back: bool = False) -> str:
        """From a proof of ``parts`` (implications) with the text in Z of each value in its place, one of the parts after
        the substitution, in which an integer is written as a number wherever it is one.  ``back`` is the other way."""
        steps = Replacement(self.writer, parts, values).steps
        for sort, predicate, embedded, real, equation in reversed(steps) if back else steps:
            if back:
                proof = f"(@eq_ind_r {sort} {real} {predicate} {proof} {embedded} {equation})"
            else:
                proof = f"(@eq_ind {sort} {embedded} {predicate} {proof} {real} {equation})"
        return proof

    def _integer_equation(self, proof: str, left: Term, right: Term, sort: Sort) -> str:
        """From an equation of numbers, one at ``sort``, where both sides are written when they are arguments."""
        if end_of(sort) is not INT:
            return proof
        depth = 0
        inner = sort
        while isinstance(inner, Fn):
            depth, inner = depth + 1, inner.cod
        if depth > 2:
            raise ExportError(f"equations at {sort} are not supported")
        lemma = "integer_eq" + (str(depth) if depth else "")
        w = self.writer
        words = [lemma, w.own(left), w.own(right), w.real(left), w.real(right), w.converted(left), w.converted(right)]
        return f"({' '.join([*words, proof])})"

    # --- rules -------------------------------------------------------------------------------------------------------

    def _proof(self, th: Theorem, env: Env, scope: Scope) -> str:
        maker: Callable[..., str] | None = getattr(self, f"rule_{th.proof.rule}", None)
        if maker is None:
            raise ExportError(f"the rule {th.proof.rule} has no counterpart in Rocq")
        return maker(th, env, scope, *th.proof.args)

    def rule_assume(self, th: Theorem, env: Env, scope: Scope, statement: Term) -> str:
        return env.get(statement, MISSING)

    def rule_axiom(self, th: Theorem, env: Env, scope: Scope, name: str, sort: Sort | None = None) -> str:
        return self._axiom(th, [env.get(h, MISSING) for h in th.hyps], scope, {})

    def rule_refl(self, th: Theorem, env: Env, scope: Scope, term: Term) -> str:
        return self._reflexivity(term, self.writer)

    def rule_cut(self, th: Theorem, env: Env, scope: Scope, lemma: Theorem, main: Theorem) -> str:
        return self.call(main, {**env, lemma.concl: self.call(lemma, env, scope)}, scope)

    def rule_discharge(self, th: Theorem, env: Env, scope: Scope, statement: Term, main: Theorem) -> str:
        name = self._fresh()
        inner = self.call(main, {**env, statement: name}, scope)
        return f"(fun {name} : {self.writer.own(statement)} => {inner})"

    def rule_mp(self, th: Theorem, env: Env, scope: Scope, implication: Theorem, fact: Theorem) -> str:
        return f"({self.call(implication, env, scope)} {self.call(fact, env, scope)})"

    def rule_gen(self, th: Theorem, env: Env, scope: Scope, var: Var, main: Theorem) -> str:
        return self._abstraction(var, self.call(main, env, scope.and_variable(var)))

    def _abstraction(self, var: Var, body: str) -> str:
        return f"(fun {self.names.name(var)} : {self.writer.sort(var.sort)} => {body})"

    def rule_spec(self, th: Theorem, env: Env, scope: Scope, main: Theorem, term: Term) -> str:
        fn = main.concl.args[0]  # type: ignore[attr-defined]
        proof = f"({self.call(main, env, scope)} {self.writer.text(term, fn.dom)})"
        var = Var("spec", fn.dom)  # a place for the term; its name is written nowhere
        return self._cast([instantiate(fn, var)], {var: term}, proof)

    def rule_inst(
        self, th: Theorem, env: Env, scope: Scope, main: Theorem, mapping: tuple[tuple[Var, Term], ...]
    ) -> str:
        values = dict(mapping)
        main = self._canonical(main)
        texts = {v: self.writer.text(t, v.sort) for v, t in values.items()}
        used = {v: t for v, t in values.items() if v in main.free}
        proofs = [env.get(h, MISSING) for h in (substitute(h, values) for h in main.hyps)]
        names = [self._fresh() for _ in proofs]
        inner = self.call(main, dict(zip(main.hyps, names, strict=True)), scope, texts)
        images = {v: Image(texts[v]) for v in used}
        writer = self.writer.with_images(images)
        start = "".join(f"(fun {name} : {writer.own(h)} => " for name, h in zip(names, main.hyps, strict=True))
        inner = start + inner + ")" * len(names)
        moved = self._cast([*main.hyps, main.concl], used, inner)
        if moved == inner:
            return self.call(main, dict(zip(main.hyps, proofs, strict=True)), scope, texts)
        return f"({' '.join([moved, *proofs])})" if proofs else moved

    def rule_cases(self, th: Theorem, env: Env, scope: Scope, statement: Term, yes: Theorem, no: Theorem) -> str:
        assert isinstance(statement, App)
        opposite = negation(statement)
        if opposite is None:
            raise ExportError(f"{statement} is not a comparison")
        goal = self.writer.own(th.concl)
        branches = []
        for case, main in ((statement, yes), (opposite, no)):
            name = self._fresh()
            inner = self.call(main, {**env, case: name}, scope)
            branches.append(f"(fun {name} : {self.writer.own(case)} => {inner})")
        if statement.op in (LT, LE):
            a, b = (self.writer.real(t) for t in statement.args)
            return f"({'cases_lt' if statement.op is LT else 'cases_le'} {a} {b} {goal} {' '.join(branches)})"
        if statement.op is NE:
            statement, branches = opposite, branches[::-1]
        return f"(cases_prop {self.writer.own(statement)} {goal} {' '.join(branches)})"

    def rule_absurd(self, th: Theorem, env: Env, scope: Scope, fact: Theorem, other: Theorem, statement: Term) -> str:
        goal = self.writer.own(th.concl)
        p, q = fact.concl, other.concl
        yes, no = self.call(fact, env, scope), self.call(other, env, scope)
        assert isinstance(p, App)
        if p.op in (LE, NE):
            p, q, yes, no = q, p, no, yes
        assert isinstance(p, App)
        if p.op is LT:
            a, b = (self.writer.real(t) for t in p.args)
            return f"(absurd_order {a} {b} {goal} {yes} {no})"
        return f"(absurd_prop {self.writer.own(p)} {goal} {yes} {no})"

    def rule_iff_intro(self, th: Theorem, env: Env, scope: Scope, forth: Theorem, back: Theorem) -> str:
        return f"(conj {self.call(forth, env, scope)} {self.call(back, env, scope)})"

    def rule_iff_forth(self, th: Theorem, env: Env, scope: Scope, main: Theorem) -> str:
        return f"(proj1 {self.call(main, env, scope)})"

    def rule_iff_back(self, th: Theorem, env: Env, scope: Scope, main: Theorem) -> str:
        return f"(proj2 {self.call(main, env, scope)})"

    def rule_induction(
        self, th: Theorem, env: Env, scope: Scope, var: Var, low: Term, statement: Term, base: Theorem, step: Theorem
    ) -> str:
        w = self.writer
        bound = low <= var
        start = self._cast([statement], {var: low}, self.call(base, env, scope), back=True)
        h_bound, h_before = self._fresh(), self._fresh()
        more = self.call(step, {**env, bound: h_bound, statement: h_before}, scope.and_variable(var))
        more = self._cast([statement], {var: var + 1}, more, back=True)
        n = w.names.name(var)
        predicate = f"(fun {n} : Z => {w.own(statement)})"
        step_text = f"(fun ({n} : Z) ({h_bound} : {w.own(bound)}) ({h_before} : {w.own(statement)}) => {more})"
        words = [predicate, w.own(low), w.real(low), w.converted(low), start, step_text, n, env.get(bound, MISSING)]
        return f"(integer_induction {' '.join(words)})"

    def rule_sym(self, th: Theorem, env: Env, scope: Scope, main: Theorem) -> str:
        lemma = "set_sym" if _is_set_equation(main.concl) else "eq_sym"
        return f"({lemma} {self.call(main, env, scope)})"

    def rule_trans(self, th: Theorem, env: Env, scope: Scope, first: Theorem, second: Theorem) -> str:
        lemma = "set_trans" if _is_set_equation(first.concl) else "eq_trans"
        return f"({lemma} {self.call(first, env, scope)} {self.call(second, env, scope)})"

    def _congruence(
        self, head: str, sorts: Sequence[Sort], equations: Sequence[Theorem], env: Env, scope: Scope
    ) -> str:
        out = f"(eq_refl {head})"
        for sort, e in zip(sorts, equations, strict=True):
            a, b = e.concl.args  # type: ignore[attr-defined]
            if isinstance(end_of(sort), SetOf):
                raise ExportError(f"equal arguments that are sets, in {e.concl}, are not supported")
            out = f"(app_cong {out} {self._integer_equation(self.call(e, env, scope), a, b, sort)})"
        return out

    def rule_cong(self, th: Theorem, env: Env, scope: Scope, op: Op, equations: tuple[Theorem, ...]) -> str:
        w = self.writer
        left = th.concl.args[0]  # type: ignore[attr-defined]
        if isinstance(op, Definition):
            words = [w.names.name(op)]
            for base in w.base_list(w.bases_of_definition(op)):
                words += [w.sort(base), w.inhabitant(base)]
            head = f"({' '.join(words)})" if len(words) > 1 else words[0]
            out = self._congruence(head, [p.sort for p in op.params], equations, env, scope)
            if end_of(left.sort) is INT:
                own = Var("own", left.sort)
                inner = w.with_images({own: Image("OWN")}).real(own)
                out = f"(app_cong (eq_refl (fun OWN : {w.sort(left.sort)} => {inner})) {out})"
            return f"(set_of_eq {out})" if isinstance(left.sort, SetOf) else out
        if op in (ARGMIN, ARGMAX):
            sort = left.args[0].sort
            head = f"(@{ROCQ[op].name} {w.sort(sort.dom)})"
            return f"(set_of_eq {self._congruence(head, [Fn(sort.dom, REAL)], equations, env, scope)})"
        return self._congruence(ROCQ[op].name, ROCQ[op].sorts, equations, env, scope)

    def rule_cong_at(self, th: Theorem, env: Env, scope: Scope, functions: Theorem, arguments: Theorem) -> str:
        f, g = functions.concl.args  # type: ignore[attr-defined]
        a, b = arguments.concl.args  # type: ignore[attr-defined]
        dom = f.sort.dom
        if isinstance(end_of(f.sort), SetOf) or isinstance(end_of(dom), SetOf):
            raise ExportError("equal functions of sets or to sets are not supported")
        equation = self._integer_equation(self.call(arguments, env, scope), a, b, dom)
        out = f"(app_cong {self.call(functions, env, scope)} {equation})"
        x, y = Var("left", dom), Var("right", dom)
        return self._cast([eq(at(f, x), at(g, y))], {x: a, y: b}, out)

    def rule_ext(self, th: Theorem, env: Env, scope: Scope, var: Var, main: Theorem) -> str:
        a, b = main.concl.args  # type: ignore[attr-defined]
        if isinstance(end_of(a.sort), SetOf):
            raise ExportError("equality of functions whose values are sets is not supported")
        f, g = (self._abstraction(var, self.writer.text(t, as_real(t.sort))) for t in (a, b))
        return f"(fun_ext {f} {g} {self._abstraction(var, self.call(main, env, scope.and_variable(var)))})"

    def rule_bigop_ext(
        self, th: Theorem, env: Env, scope: Scope, op: Op, low: Term, high: Term, var: Var, main: Theorem
    ) -> str:
        w = self.writer
        a, b = main.concl.args  # type: ignore[attr-defined]
        n, above, below = w.names.name(var), self._fresh(), self._fresh()
        inner = self.call(main, {**env, low <= var: above, var <= high: below}, scope.and_variable(var))
        inner = f"(fun ({n} : Z) ({above} : {w.own(low <= var)}) ({below} : {w.own(var <= high)}) => {inner})"
        words = ["sum_ext" if op is SUM else "prod_ext"]
        words += [w.own(low), w.own(high), w.real(low), w.real(high)]
        words += [self._abstraction(var, w.real(t)) for t in (a, b)]
        words += [w.converted(low), w.converted(high), inner]
        return f"({' '.join(words)})"

    def rule_rel_cong(self, th: Theorem, env: Env, scope: Scope, main: Theorem, equations: tuple[Theorem, ...]) -> str:
        w = self.writer
        p = main.concl
        assert isinstance(p, App)
        proof = self.call(main, env, scope)
        if p.op is IN:
            sort = p.args[1].sort
            assert isinstance(sort, SetOf)
            head = f"(fun MEMBER : {w.sort(sort.elem)} => Member MEMBER {w.own(p.args[1])})"
            moved = f"(prop_cong {self._congruence(head, [sort.elem], equations[:1], env, scope)} {proof})"
            return f"(set_member {self.call(equations[1], env, scope)} {moved})"
        sorts: Sequence[Sort]
        if ROCQ[p.op].sorts:
            head, sorts = ROCQ[p.op].name, ROCQ[p.op].sorts
        else:
            sort = as_real(p.args[0].sort)
            if isinstance(end_of(sort), SetOf):
                first, second = (self.call(e, env, scope) for e in equations)
                if p.op is NE or not isinstance(sort, SetOf):
                    raise ExportError("unequal sets are not supported")
                return f"(set_trans (set_sym {first}) (set_trans {proof} {second}))"
            head, sorts = f"(@eq {w.sort(sort)})", [sort, sort]
            if p.op is NE:
                head = f"(fun LEFT RIGHT : {w.sort(sort)} => LEFT <> RIGHT)"
        return f"(prop_cong {self._congruence(head, sorts, equations, env, scope)} {proof})"

    def rule_int_step(self, th: Theorem, env: Env, scope: Scope, main: Theorem) -> str:
        w = self.writer
        a, b = main.concl.args  # type: ignore[attr-defined]
        words = [w.own(a), w.own(b), w.real(a), w.real(b), w.converted(a), w.converted(b), self.call(main, env, scope)]
        return f"(integer_step {' '.join(words)})"

    def rule_unfold(self, th: Theorem, env: Env, scope: Scope, term: Term) -> str:
        assert isinstance(term, App)
        assert isinstance(term.op, Definition)
        w, definition = self.writer, term.op
        params = definition.params
        values = dict(zip(params, term.args, strict=True))
        images = {p: Image(w.text(a, p.sort)) for p, a in values.items()}
        sort = definition.body.sort
        head = App(definition, params)
        here = w.with_images(images)
        if isinstance(end_of(sort), SetOf):
            proof = f"(set_refl {here.own(head)})"
        else:
            proof = (
                here.conversion(definition.body)
                or f"(@eq_refl {w.sort(as_real(sort))} {here.text(head, as_real(sort))})"
            )
        return self._cast([eq(head, definition.body)], values, proof)

    # --- the ordered field -------------------------------------------------------------------------------------------

    def rule_ring(
        self, th: Theorem, env: Env, scope: Scope, left: Term, right: Term, nonzero: tuple[Theorem, ...]
    ) -> str:
        return self._identity(left, right, self._known(nonzero, env, scope))

    def _known(self, nonzero: tuple[Theorem, ...], env: Env, scope: Scope) -> dict[Term, str]:
        return {th.concl.args[0]: self.call(th, env, scope) for th in nonzero}  # type: ignore[attr-defined]

    def rule_linear(
        self, th: Theorem, env: Env, scope: Scope, goal: Term, premises: tuple[Theorem, ...],
        weights: tuple[Fraction, ...], nonzero: tuple[Theorem, ...],
    ) -> str:  # fmt: skip
        w = self.writer
        known = self._known(nonzero, env, scope)
        assert isinstance(goal, App)
        a, b = goal.args
        combination = [(Fraction(1), b), (Fraction(-1), a)]
        used = [(p, weight) for p, weight in zip(premises, weights, strict=True) if weight]
        for p, weight in used:
            low, high = p.concl.args  # type: ignore[attr-defined]
            combination += [(-weight, high), (weight, low)]
        rest = Num(field.constant(field.combination(combination, known.keys())) or Fraction(0))
        kind = "eq" if goal.op is EQ else "lt" if goal.op is LT and rest.value > 0 else "le"
        total: Term = rest
        proof = f"(eq_refl {w.real(rest)})" if kind == "eq" else self._sign(rest.value, kind == "lt")
        for p, weight in used:
            op = p.concl.op  # type: ignore[attr-defined]
            low, high = p.concl.args  # type: ignore[attr-defined]
            factor = Num(weight)
            words = [w.real(factor), w.real(low), w.real(high)]
            fact = self.call(p, env, scope)
            if goal.op is EQ:
                this, one = "eq", f"(weighted_eq {' '.join(words)} {fact})"
            elif op is EQ:
                this, one = "le", f"(weighted_eq_le {' '.join(words)} {fact})"
            elif op is LT and goal.op is LT:
                this, one = "lt", f"(weighted_lt {' '.join(words)} {self._sign(weight, True)} {fact})"
            else:
                if op is LT:
                    fact = f"(Rlt_le {w.real(low)} {w.real(high)} {fact})"
                this, one = "le", f"(weighted_le {' '.join(words)} {self._sign(weight, False)} {fact})"
            term = app(MUL, factor, app(SUB, high, low))
            proof = f"(add_{kind}_{this} {w.real(total)} {w.real(term)} {proof} {one})"
            kind = "lt" if "lt" in (kind, this) else this
            total = app(ADD, total, term)
        identity = self._identity(app(SUB, b, a), total, known)
        lemma = {EQ: "eq_of_combination", LT: "lt_of_combination", LE: "le_of_combination"}[goal.op]
        return f"({lemma} {w.real(a)} {w.real(b)} {w.real(total)} {proof} {identity})"

    def _sign(self, value: Fraction, strict: bool) -> str:
        """That a number is positive, or not negative; a wrong one is refused by Rocq."""
        end = "pos" if strict else "nonneg"
        if value.denominator == 1:
            return f"(literal_{end} {number(value.numerator)}%Z eq_refl)"
        return f"(ratio_{end} {number(value.numerator)}%Z {value.denominator}%Z eq_refl eq_refl)"

    def _identity(self, left: Term, right: Term, known: Mapping[Term, str]) -> str:
        """A proof of left = right, numbers, by the laws of the field; only terms in ``known`` are cancelled."""
        return Identity(self, known).prove(left, right)

    def helper(self, binders: Sequence[str], statement: str, tactic: str) -> str:
        """The name of a new lemma before the current step."""
        self._helpers += 1
        name = f"{self._auxiliary}_{self._helpers}"
        self.lemmas.append(f"Lemma {' '.join([name, *binders])} : {statement}.\nProof. {tactic}. Qed.")
        return name

    _fresh_count = 0

    def _fresh(self) -> str:
        self._fresh_count += 1
        return f"H{1000 + self._fresh_count}"


class Replacement:
    """The equations between Z and R that a substitution needs, one variable at a time.

    What is to be replaced is kept as a variable with a value.  Before a function is replaced by a Lam its arguments are
    named, as functions of the bound variables around them, so that IZR stands before an entry when the Lam is reduced;
    then the names are replaced.  So each step exchanges one text, and Rocq's own reduction does the rest.
    """

    def __init__(self, writer: Writer, parts: Sequence[Term], values: Mapping[Var, Term]) -> None:
        self.writer, self.values = writer, dict[Var, Term]()
        self.images: dict[Var, Image] = {}
        self.steps: list[tuple[str, str, str, str, str]] = []  # sort, predicate, from, to, equation
        start = {v: self._put(v.sort, t) for v, t in values.items()}
        parts = [substitute(p, start) for p in parts]
        while True:
            var = next((v for v in self.values if any(v in p.free for p in parts)), None)
            if var is None:
                return
            parts = [self._named(p, var) for p in parts]
            self._step(parts, var)
            parts = [substitute(p, {var: self.values[var]}) for p in parts]

    def _put(self, sort: Sort, value: Term) -> Var:
        """A new variable that stands for the value."""
        var = Var(f"value {len(self.values)}", sort)
        self.images[var] = Image(self.writer.with_images(self.images).text(value, sort))
        self.values[var] = value
        return var

    def _step(self, parts: Sequence[Term], var: Var) -> None:
        if end_of(var.sort) is not INT:
            return
        here = self.writer.with_images(self.images)
        equation = here.conversion(self.values[var])
        if equation is None:
            return
        own = self.images[var].own
        with_name = self.writer.with_images({**self.images, var: Image(own, "REAL")})
        predicate = " -> ".join(with_name.own(p) for p in parts)
        if re.search(r"\bREAL\b", predicate):
            sort = self.writer.sort(as_real(var.sort))
            embedded = self.writer.embedded(own, var.sort)
            self.steps.append(
                (sort, f"(fun REAL : {sort} => ({predicate}))", embedded, here.real(self.values[var]), equation)
            )

    def _named(self, term: Term, head: Var) -> Term:
        """The term in which the arguments of ``head`` are entries or have names."""
        if head not in term.free or not isinstance(self.values[head], Lam):
            return term
        if isinstance(term, At):
            args: list[Term] = []
            inner: Term = term
            while isinstance(inner, At):
                args.append(inner.arg)
                inner = inner.fn
            if inner == head:
                for arg in reversed(args):
                    arg = self._named(arg, head)
                    inner = at(inner, self._name(arg) if self._moves(arg) else arg)
                return inner
        return rebuild(term, tuple(self._named(p, head) for p in parts_of(term)))

    def _moves(self, arg: Term) -> bool:
        """Whether an integer, or a function, is no plain entry, or will not be one."""
        if arg.sort is not INT and not isinstance(arg.sort, Fn):
            return False
        if isinstance(arg, Lam) or (isinstance(arg, App) and not isinstance(arg.op, Definition)):
            return True
        head = arg
        while isinstance(head, At) and isinstance(head.arg, Bound):
            head = head.fn
        return not (head in self.values or arg.free.isdisjoint(self.values))

    def _name(self, arg: Term) -> Term:
        """A variable for the argument, applied to the bound variables in it."""
        bound = sorted(_loose(arg, 0).items())
        stand_in = {i: Var(f"bound {i}", sort) for i, sort in bound}
        value, sort = _close(arg, 0, stand_in), arg.sort
        for v in reversed(stand_in.values()):
            value, sort = lam(v, value), Fn(v.sort, sort)
        out: Term = self._put(sort, value)
        for i, s in bound:
            out = at(out, Bound(i, s))
        return out


def _loose(term: Term, depth: int) -> dict[int, Sort]:
    """The bound variables that point outside the term, and their sorts."""
    if term.loose <= depth:
        return {}
    if isinstance(term, Bound):
        return {term.index - depth: term.sort}
    out: dict[int, Sort] = {}
    for p in parts_of(term):
        out |= _loose(p, depth + 1 if isinstance(term, Lam) else depth)
    return out


def _close(term: Term, depth: int, values: Mapping[int, Var]) -> Term:
    """The term with variables for the bound variables that point outside it."""
    if term.loose <= depth:
        return term
    if isinstance(term, Bound):
        return values[term.index - depth]
    inner = depth + 1 if isinstance(term, Lam) else depth
    return rebuild(term, tuple(_close(p, inner, values) for p in parts_of(term)))


class Identity:
    """One identity of the field: atoms are variables, quotients by nonzero terms are opened."""

    def __init__(self, exporter: Exporter, known: Mapping[Term, str]) -> None:
        self.exporter, self.writer, self.known = exporter, exporter.writer, known
        self.atoms: dict[Term, str] = {}
        self.conditions: dict[str, str] = {}  # the text of a nonzero divisor -> its proof
        self.fractions = False
        self.nonzero_set = set(known)

    def prove(self, left: Term, right: Term) -> str:
        if left == right:
            return f"(eq_refl {self.writer.real(left)})"
        a, a_proof = self.open(left)
        b, b_proof = self.open(right)
        binders = [f"({x} : R)" for x in self.atoms.values()]
        binders += [f"(n{i} : {d} <> 0)" for i, d in enumerate(self.conditions, 1)]
        name = self.exporter.helper(binders, f"{a} = {b}", "by_field" if self.fractions else "by_ring")
        words = [name, *(self.writer.real(t) for t in self.atoms), *self.conditions.values()]
        middle = f"({' '.join(words)})" if len(words) > 1 else name
        if a_proof is None and b_proof is None:
            return middle
        return f"(through {self._or_refl(a_proof, left)} {self._or_refl(b_proof, right)} {middle})"

    def _or_refl(self, proof: str | None, term: Term) -> str:
        return proof or f"(eq_refl {self.writer.real(term)})"

    def open(self, term: Term) -> tuple[str, str | None]:
        """The term over plain variables, and a proof that it equals that; None for reflexivity."""
        if isinstance(term, Num):
            if term.value.denominator != 1:
                self.fractions = True
            return self.writer.real(term), None
        if isinstance(term, App):
            op, args = term.op, term.args
            if op in (ADD, SUB, MUL):
                (a, p), (b, q) = self.open(args[0]), self.open(args[1])
                text = f"({a} {ROCQ[op].sign} {b})"
                if p is None and q is None:
                    return text, None
                return text, f"(f_equal2 {ROCQ[op].name} {self._or_refl(p, args[0])} {self._or_refl(q, args[1])})"
            if op is NEG:
                a, p = self.open(args[0])
                return f"(- ({a}))", None if p is None else f"(f_equal {ROCQ[op].name} {p})"
            if op is DIV:
                nonzero = self.nonzero(args[1])
                if nonzero is not None:
                    (a, p), (b, q) = self.open(args[0]), self.open(args[1])
                    self.fractions = True
                    proof = f"(open_div {nonzero} {self._or_refl(p, args[0])} {self._or_refl(q, args[1])})"
                    return f"({a} / {b})", proof
            if op is POW and isinstance(args[1], Num) and args[1].value.denominator == 1:
                n = int(args[1].value)
                if 0 <= n <= field.MAX_POWER:
                    a, p = self.open(args[0])
                    return f"({a} ^ {n})", f"(open_pow {n}%nat {self._or_refl(p, args[0])})"
        name = self.atoms.get(term)
        if name is None:
            name = self.atoms[term] = f"x{len(self.atoms) + 1}"
        return name, None

    def nonzero(self, term: Term) -> str | None:
        """A proof that a divisor is nonzero, as the kernel would find it; None when it would leave the quotient alone."""
        below = field.ratio(term, self.nonzero_set)
        if field.is_zero(below):
            return None
        if isinstance(term, Num):
            return self._number(term.value)
        value = field.constant(below) if not below[1] else None
        if value is not None and term not in self.known:
            inner = Identity(self.exporter, self.known)
            return f"(nonzero_from {inner.prove(term, Num(value))} {self._number(value)})"
        return self._factors(term)

    def _number(self, value: Fraction) -> str:
        if value.denominator == 1:
            return f"(literal_nonzero {number(value.numerator)}%Z eq_refl)"
        return f"(ratio_nonzero {number(value.numerator)}%Z {value.denominator}%Z eq_refl eq_refl)"

    def _factors(self, term: Term) -> str | None:
        proof = self.known.get(term)
        if proof is not None:
            text, opened = self.open(term)
            if text not in self.conditions:
                self.conditions[text] = proof if opened is None else f"(nonzero_to {opened} {proof})"
            return proof
        if isinstance(term, Num):
            return self._number(term.value) if term.value else None
        if isinstance(term, App):
            if term.op in (MUL, DIV):
                parts = [self._factors(a) for a in term.args]
                if None not in parts:
                    return f"({'mul_nonzero' if term.op is MUL else 'div_nonzero'} {parts[0]} {parts[1]})"
            elif term.op is NEG:
                part = self._factors(term.args[0])
                return None if part is None else f"(neg_nonzero {part})"
        return None


def _is_set_equation(statement: Term) -> bool:
    return isinstance(statement, App) and isinstance(statement.args[0].sort, SetOf)
