"""The rules of equality: equal parts make equal wholes, and a definition equals its body."""

from __future__ import annotations

from collections.abc import Sequence

from derive.certify.steps import Env, Scope, Steps
from derive.certify.translate import ROCQ, ExportError, Image, as_real, end_of
from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, REAL, Fn, SetOf, Sort
from derive.kernel.terms import ARGMAX, ARGMIN, IN, MAX, NE, PROD, SUM, App, Op, Term, Var, at, eq
from derive.kernel.theorem import Theorem


class Equality(Steps):
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
        words = [{SUM: "sum_ext", PROD: "prod_ext", MAX: "max_ext"}[op]]
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


def _is_set_equation(statement: Term) -> bool:
    return isinstance(statement, App) and isinstance(statement.args[0].sort, SetOf)
