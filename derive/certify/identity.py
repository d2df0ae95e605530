"""Identities of the field."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from derive.certify.steps import Steps
from derive.certify.translate import ROCQ, number
from derive.kernel import ring as field
from derive.kernel.terms import ADD, DIV, MUL, NEG, POW, SUB, App, Num, Term


class Identity:
    """One identity of the field: atoms are variables, quotients by nonzero terms are opened."""

    def __init__(self, exporter: Steps, known: Mapping[Term, str]) -> None:
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
