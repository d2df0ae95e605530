"""The rules of the ordered field, and of the integers in it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from derive.certify.identity import Identity
from derive.certify.steps import Env, Scope, Steps
from derive.certify.translate import number
from derive.kernel import ring as field
from derive.kernel.terms import ADD, EQ, LE, LT, MUL, SUB, App, Num, Term, app
from derive.kernel.theorem import Theorem


class Arithmetic(Steps):
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

    def rule_int_step(self, th: Theorem, env: Env, scope: Scope, main: Theorem) -> str:
        w = self.writer
        a, b = main.concl.args  # type: ignore[attr-defined]
        words = [w.own(a), w.own(b), w.real(a), w.real(b), w.converted(a), w.converted(b), self.call(main, env, scope)]
        return f"(integer_step {' '.join(words)})"
