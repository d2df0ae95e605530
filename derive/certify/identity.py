"""Identities of the field: what the kernel's ``ring`` accepts, proved in Rocq by ``ring`` and ``field``.

A number is *opened*: its atoms become plain variables x1, x2, ..., and a quotient by a nonzero term becomes a product
with an inverse.  The only inverses in an opened number are those of *factors*: polynomials in the atoms, no products,
each with a proof that it is not 0.  So ``field`` asks for nothing else than the factors, whatever the divisors were: a
fraction, a power, a sum of fractions.  The nonzero factors of a divisor come out of the proof that it is nonzero.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import reduce
from typing import NamedTuple

from derive.certify.steps import Steps
from derive.certify.translate import ROCQ, number
from derive.kernel import ring as field
from derive.kernel.sorts import REAL
from derive.kernel.terms import ADD, DIV, MUL, NEG, POW, SUB, App, Num, Term, Var, app, subterms


class Opened(NamedTuple):
    """A number over plain variables, one for each atom and one for each inverse."""

    term: Term
    proof: str | None  # that the number equals it; None for reflexivity


class Factor(NamedTuple):
    """A polynomial in the atoms, and the proof that it is not 0 where the identity is used."""

    term: Term
    proof: str


class Lemma(NamedTuple):
    """A lemma of an identity, put to use."""

    plain: str  # over plain variables: in another lemma
    here: str  # where the identity is used


class Identity:
    """One identity.  ``known`` gives the terms that are proved nonzero, and the proofs."""

    def __init__(self, steps: Steps, known: Mapping[Term, str]) -> None:
        self.steps, self.writer, self.known = steps, steps.writer, known
        self.nonzero = known.keys()
        self.atoms: dict[Term, Var] = {}
        self.factors: dict[Var, Factor] = {}  # by the variable that stands for the inverse
        self._texts: dict[Term, str] = {}

    def prove(self, left: Term, right: Term) -> str:
        if left == right:
            return f"(eq_refl {self.writer.real(left)})"
        a, b = self.open(left), self.open(right)
        middle = self._equation(a.term, b.term).here
        if a.proof is None and b.proof is None:
            return middle
        return f"(through {self._or_refl(a.proof, left)} {self._or_refl(b.proof, right)} {middle})"

    def _or_refl(self, proof: str | None, term: Term) -> str:
        return proof or f"(eq_refl {self.writer.real(term)})"

    # --- opening -----------------------------------------------------------------------------------------------------

    def open(self, term: Term) -> Opened:
        if isinstance(term, Num):
            return Opened(term, None)
        if isinstance(term, App):
            op, args = term.op, term.args
            if op in (ADD, SUB, MUL):
                a, b = self.open(args[0]), self.open(args[1])
                proof = None
                if a.proof is not None or b.proof is not None:
                    parts = f"{self._or_refl(a.proof, args[0])} {self._or_refl(b.proof, args[1])}"
                    proof = f"(f_equal2 {ROCQ[op].name} {parts})"
                return Opened(app(op, a.term, b.term), proof)
            if op is NEG:
                a = self.open(args[0])
                return Opened(app(op, a.term), None if a.proof is None else f"(f_equal {ROCQ[op].name} {a.proof})")
            if op is DIV:
                quotient = self._quotient(args[0], args[1])
                if quotient is not None:
                    return quotient
            if op is POW and isinstance(args[1], Num) and args[1].value.denominator == 1:
                n = int(args[1].value)
                if 0 <= n <= field.MAX_POWER:
                    a = self.open(args[0])
                    return Opened(app(op, a.term, args[1]), f"(open_pow {n}%nat {self._or_refl(a.proof, args[0])})")
        atom = self.atoms.setdefault(term, Var(f"x{len(self.atoms) + 1}", REAL))
        return Opened(atom, None)

    def _quotient(self, top: Term, below: Term) -> Opened | None:
        """A quotient as a product with an inverse; None when the kernel would leave it alone."""
        size = field.ratio(below, self.nonzero)
        value = field.constant(size) if not size[1] else None
        nonzero = self._is_nonzero(below) if value is None else None
        if field.is_zero(size) or (value is None and nonzero is None):
            return None
        a, b = self.open(top), self.open(below)
        inverse: Term
        if value is not None:
            inverse = Num(1 / value)
            one = self._equation(app(MUL, b.term, inverse), Num(1)).here
        else:
            assert nonzero is not None
            inverse, proof = self._inverse(b.term, nonzero if b.proof is None else f"(nonzero_to {b.proof} {nonzero})")
            factor = self.factors.get(inverse) if isinstance(inverse, Var) else None
            if factor is not None and factor.term == b.term:
                one = f"(times_inverse {factor.proof})"
            else:
                one = self._lemma(app(MUL, b.term, inverse), Num(1), f"exact {proof}").here
        opened = f"(open_quotient {self._or_refl(a.proof, top)} {self._or_refl(b.proof, below)} {one})"
        return Opened(app(MUL, a.term, inverse), opened)

    def _is_nonzero(self, term: Term) -> str | None:
        """A proof that a divisor is nonzero, as the kernel would find it."""
        proof = self.known.get(term)
        if proof is not None:
            return proof
        if isinstance(term, Num):
            return self._number(term.value) if term.value else None
        if isinstance(term, App):
            if term.op in (MUL, DIV):
                parts = [self._is_nonzero(a) for a in term.args]
                if None not in parts:
                    return f"({'mul_nonzero' if term.op is MUL else 'div_nonzero'} {parts[0]} {parts[1]})"
            elif term.op is NEG:
                part = self._is_nonzero(term.args[0])
                return None if part is None else f"(neg_nonzero {part})"
        return None

    def _number(self, value: Fraction) -> str:
        if value.denominator == 1:
            return f"(literal_nonzero {number(value.numerator)}%Z eq_refl)"
        return f"(ratio_nonzero {number(value.numerator)}%Z {value.denominator}%Z eq_refl eq_refl)"

    # --- inverses of opened numbers ----------------------------------------------------------------------------------

    def _inverse(self, opened: Term, nonzero: str) -> tuple[Term, str]:
        """1 divided by an opened number, and the proof that their product is 1, over plain variables.  ``nonzero`` proves
        where the identity is used that the number is not 0, and so that its factors are not."""
        inverse: Term
        if isinstance(opened, Num):
            inverse = Num(1 / opened.value if opened.value else 0)
            return inverse, self._equation(app(MUL, opened, inverse), Num(1)).plain
        if isinstance(opened, Var) and opened in self.factors:
            return self.factors[opened].term, f"(inverse_times n{opened.name})"
        if isinstance(opened, App):
            args = opened.args
            if opened.op is MUL:
                left, p = self._inverse(args[0], f"(left_nonzero {nonzero})")
                right, q = self._inverse(args[1], f"(right_nonzero {nonzero})")
                return app(MUL, left, right), f"(one_of_product {p} {q})"
            if opened.op is NEG:
                inverse, p = self._inverse(args[0], f"(opposite_nonzero {nonzero})")
                return app(NEG, inverse), f"(one_of_opposites {p})"
            if opened.op is POW:
                assert isinstance(args[1], Num)
                n = int(args[1].value)
                if not n:
                    return Num(1), self._equation(app(MUL, opened, Num(1)), Num(1)).plain
                inverse, p = self._inverse(args[0], f"(base_nonzero {n - 1}%nat {nonzero})")
                return app(POW, inverse, args[1]), f"(one_of_powers {n}%nat {p})"
            polynomial, powers = self._cleared(opened)
            if powers:
                below, inverse_below, one = self._product_of_factors(powers)
                same = self._equation(opened, app(MUL, polynomial, inverse_below))
                inverse, p = self._inverse(polynomial, f"(factor_nonzero {nonzero} {same.here})")
                return app(MUL, below, inverse), f"(one_of_fraction {same.plain} {p} {one})"
            if polynomial != opened:
                same = self._equation(opened, polynomial)
                inverse, p = self._inverse(polynomial, f"(nonzero_to {same.here} {nonzero})")
                return inverse, f"(one_of_equal {same.plain} {p})"
        factor = next((v for v, f in self.factors.items() if f.term == opened), None)
        if factor is None:
            factor = Var(f"u{len(self.factors) + 1}", REAL)
            self.factors[factor] = Factor(opened, nonzero)
        return factor, f"(times_inverse n{factor.name})"

    def _cleared(self, opened: Term) -> tuple[Term, dict[Var, int]]:
        """A sum as a polynomial in the atoms, and the powers of factors with which it had to be multiplied for that."""
        powers: dict[Var, int] = {}
        monomials, _ = field.ratio(opened, frozenset())
        for monomial in monomials:
            for v, n in monomial:
                if isinstance(v, Var) and v in self.factors:
                    powers[v] = max(n, powers.get(v, 0))
        whole: Term = Num(0)
        for monomial, coefficient in monomials.items():
            have: dict[Term, int] = dict(monomial)
            parts = [(v, n) for v, n in have.items() if v not in powers]
            parts += [(self.factors[u].term, n - have.get(u, 0)) for u, n in powers.items()]
            whole = app(ADD, whole, _product([(Num(coefficient), 1), *parts]))
        summands = []
        for monomial, coefficient in field.ratio(whole, frozenset())[0].items():
            variables = sorted(monomial, key=lambda part: _order(part[0]))
            key = [(_order(v), n) for v, n in variables]
            summands.append((key, _product([(Num(coefficient), int(coefficient != 1)), *variables])))
        if not summands:
            return Num(0), powers
        return reduce(lambda a, b: app(ADD, a, b), [s for _, s in sorted(summands, key=lambda s: s[0])]), powers

    def _product_of_factors(self, powers: Mapping[Var, int]) -> tuple[Term, Term, str]:
        """A product of powers of factors, its inverse, and the proof that their product is 1, over plain variables."""
        below, inverse, proof = list[tuple[Term, int]](), list[tuple[Term, int]](), ""
        for u, n in sorted(powers.items(), key=lambda item: _order(item[0])):
            one = f"(times_inverse n{u.name})" if n == 1 else f"(one_of_powers {n}%nat (times_inverse n{u.name}))"
            proof = f"(one_of_product {proof} {one})" if proof else one
            below.append((self.factors[u].term, n))
            inverse.append((u, n))
        return _product(below), _product(inverse), proof

    # --- lemmas ------------------------------------------------------------------------------------------------------

    def _equation(self, left: Term, right: Term) -> Lemma:
        """A lemma that ``ring`` or ``field`` proves."""
        ratios = (t for side in (left, right) for t in subterms(side) if isinstance(t, Num))
        plain = {*left.free, *right.free}.isdisjoint(self.factors) and all(t.value.denominator == 1 for t in ratios)
        return self._lemma(left, right, "by_ring" if plain else "by_field")

    def _lemma(self, left: Term, right: Term, tactic: str) -> Lemma:
        """A lemma on plain variables that says left = right."""
        used = {*left.free, *right.free}
        factors = {u: f for u, f in self.factors.items() if u in used}
        for f in factors.values():
            used |= f.term.free
        atoms = {t: v for t, v in self.atoms.items() if v in used}
        binders = [f"({v.name} : R)" for v in atoms.values()]
        binders += [f"(n{u.name} : {self._text(f.term)} <> 0)" for u, f in factors.items()]
        name = self.steps.helper(binders, f"{self._text(left)} = {self._text(right)}", tactic)
        plain = [name, *(v.name for v in atoms.values()), *(f"n{u.name}" for u in factors)]
        here = [name, *(self.writer.real(t) for t in atoms), *(f.proof for f in factors.values())]
        return Lemma(*(f"({' '.join(words)})" if len(words) > 1 else name for words in (plain, here)))

    def _text(self, opened: Term) -> str:
        known = self._texts.get(opened)
        if known is None:
            known = self._texts[opened] = self._write(opened)
        return known

    def _write(self, opened: Term) -> str:
        if isinstance(opened, Num):
            return self.writer.real(opened)
        if isinstance(opened, Var):
            return f"(/ {self._text(self.factors[opened].term)})" if opened in self.factors else opened.name
        assert isinstance(opened, App)
        if opened.op is NEG:
            return f"(- ({self._text(opened.args[0])}))"
        if opened.op is POW:
            assert isinstance(opened.args[1], Num)
            return f"({self._text(opened.args[0])} ^ {opened.args[1].value})"
        a, b = (self._text(t) for t in opened.args)
        return f"({a} {ROCQ[opened.op].sign} {b})"


def _order(variable: Term) -> tuple[bool, int, str]:
    """x2 before x10, and all of them before u1."""
    assert isinstance(variable, Var)
    return variable.name.startswith("u"), len(variable.name), variable.name


def _product(powers: list[tuple[Term, int]]) -> Term:
    """The product of the powers; those with exponent 0 are left out."""
    parts = [t if n == 1 else app(POW, t, Num(n)) for t, n in powers if n]
    return reduce(lambda a, b: app(MUL, a, b), parts) if parts else Num(1)
