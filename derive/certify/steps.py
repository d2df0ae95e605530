"""One lemma for each step, and how a proof calls the lemmas of its premises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from derive.certify.replacement import Replacement
from derive.certify.translate import (
    ExportError,
    Image,
    Names,
    Writer,
    as_real,
    bases_of_sort,
    end_of,
    variables_in_order,
)
from derive.kernel.sorts import INT, Base, Fn, SetOf, Sort
from derive.kernel.terms import Term, Var
from derive.kernel.theorem import Theorem, proof_steps

MISSING = "missing"  # what stands for a proof that there is none of: no such name, so Rocq refuses the file
Env = Mapping[Term, str]


class Scope:
    """What a proof may mention: the variables and the abstract sorts of the lemma, and those bound on the way."""

    def __init__(self, variables: frozenset[Var], bases: frozenset[Base]) -> None:
        self.variables, self.bases = variables, bases

    def and_variable(self, var: Var) -> Scope:
        return Scope(self.variables | {var}, self.bases)


class Steps:
    """Writes the lemmas of the steps of some theorems, each sequent once.  Its subclasses have a method ``rule_NAME`` for each rule."""

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
        self._helpers = self._fresh_count = 0
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

    # --- parts of proofs ---------------------------------------------------------------------------------------------

    def _proof(self, th: Theorem, env: Env, scope: Scope) -> str:
        maker: Callable[..., str] | None = getattr(self, f"rule_{th.proof.rule}", None)
        if maker is None:
            raise ExportError(f"the rule {th.proof.rule} has no counterpart in Rocq")
        return maker(th, env, scope, *th.proof.args)

    def _abstraction(self, var: Var, body: str) -> str:
        return f"(fun {self.names.name(var)} : {self.writer.sort(var.sort)} => {body})"

    def helper(self, binders: Sequence[str], statement: str, tactic: str) -> str:
        """The name of a new lemma before the current step."""
        self._helpers += 1
        name = f"{self._auxiliary}_{self._helpers}"
        self.lemmas.append(f"Lemma {' '.join([name, *binders])} : {statement}.\nProof. {tactic}. Qed.")
        return name

    def _fresh(self) -> str:
        """A name for a hypothesis that is bound inside the current step."""
        self._fresh_count += 1
        return f"H{1000 + self._fresh_count}"

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
