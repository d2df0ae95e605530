"""The rules of logic: hypotheses, for all, substitution, cases, induction."""

from __future__ import annotations

from derive.certify.steps import MISSING, Env, Scope, Steps
from derive.certify.translate import ExportError, Image
from derive.kernel.sorts import Sort
from derive.kernel.terms import LE, LT, NE, App, Term, Var, instantiate, negation, substitute
from derive.kernel.theorem import Theorem


class Logic(Steps):
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
