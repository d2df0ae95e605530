"""The calc block: a derivation written as on a board, one formula and one reason a line, each checked when it is
written.

    @theorem(shows=Eq(cross_entropy(V, one_hot(y), p), -log(p[y])), given=[1 <= y, y <= V, *positive(p, V)])
    def cross_entropy_one_hot(c: Calc) -> None:
        "With a one-hot target, cross-entropy is the surprisal of the true token."
        c.eq(-Sum(one_hot(y)[k] * log(p[k]), (k, 1, V)), by=cross_entropy)
        c.eq(-Sum(delta(k, y) * log(p[k]), (k, 1, V)), by=one_hot)
        c.eq(-log(p[y]), by=sum_delta)

A chain starts at the left side of the claim and must end at its right side.  Proofs run when asked for, not at import.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from derive.errors import UserError
from derive.justify import Failure, Toolbox, justify, prove_statement
from derive.kernel import rules as r
from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, PROP, REAL, Fn, Sort, is_numeric
from derive.kernel.terms import EQ, IFF, LE, LT, XLOGY, App, Num, Term, Var, implies, substitute, subterms
from derive.kernel.theorem import Theorem, axioms_used, proof_steps
from derive.language import letters as letters_module
from derive.reasons import Gap, Reversed, Reworded, as_list, describe
from derive.record import Block, Derivation, Line, Reason
from derive.report import ClaimError, StepError, place, show, undefined
from derive.tactics.context import Context
from derive.tactics.defined import undefined_part
from derive.tactics.derived import iff_refl, iff_trans, instantiate, mp_all, resolve
from derive.tactics.side import prove

if TYPE_CHECKING:
    from derive.falsify import Counterexample

RELATIONS = {EQ: "=", LE: "<=", LT: "<", IFF: "<=>"}
Labels = Sequence[tuple[Term, str]]


class Calc:
    """The lines of one chain.  ``start`` and ``end`` are the two sides of what it shows."""

    def __init__(
        self, name: str, statement: Term, given: Iterable[Term], title: str = "", assumes: tuple[Term, ...] = ()
    ) -> None:
        self.name, self.statement, self.title, self.assumes = name, statement, title, assumes
        self.given = tuple(given)
        self.context = Context.of((*self.given, *assumes))
        self.blocks: list[Block] = []
        self._facts: list[Theorem] = []
        if not (isinstance(statement, App) and statement.op in RELATIONS):
            self.start, self.end, self.goal = statement, statement, None
        else:
            self.start, self.end = statement.args
            self.goal = RELATIONS[statement.op]
        self.lines: list[Line] = []
        self.start_labels: tuple[tuple[Term, str], ...] = ()
        self.parts: tuple[Calc, ...] = ()
        self._finish: Callable[[], Theorem | None] | None = None

    # --- lines

    def eq(self, term: Any, by: Any, labels: Labels = ()) -> None:
        """= term."""
        self._line("=", term, by, labels)

    def le(self, term: Any, by: Any, labels: Labels = ()) -> None:
        """<= term."""
        self._line("<=", term, by, labels)

    def lt(self, term: Any, by: Any, labels: Labels = ()) -> None:
        """< term."""
        self._line("<", term, by, labels)

    def iff(self, statement: Any, by: Any, labels: Labels = ()) -> None:
        """<=> statement."""
        self._line("<=>", statement, by, labels)

    def start_with(self, labels: Labels) -> None:
        """Underbraces in the first formula."""
        self.start_labels = tuple(labels)

    def have(self, statement: Term, by: Any) -> Term:
        """A fact on the way: proved here, and a condition for the lines after it.  Returns the statement, to cite
        in ``by=``."""
        aside = Calc(self.name, statement, self.given, assumes=self.assumes)
        aside.context, aside._facts = self.context, self._facts
        reasons = as_list(by)
        where = _caller()
        index = self._count() + 1
        self._defined(statement, where, index)
        if isinstance(statement, App) and statement.op in RELATIONS:
            aside._line(RELATIONS[statement.op], aside.end, by, (), where=where, index=index)
            th = aside.lines[-1].theorem
            lines, start = tuple(aside.lines), aside.start
        else:
            th = self._statement(statement, reasons, where, index)
            shown = Line("", statement, tuple(self._describe(x) for x in reasons), *where, theorem=th)
            lines, start = (shown,), statement
        self.blocks.append(Block(start, lines, title="First" if not self.blocks else "Next"))
        if th is not None:
            th = resolve(th, *self._facts)
            self._facts.append(th)
            self.context = self.context.with_facts(_as_assumption(th))
        return statement

    def _statement(self, statement: Term, reasons: list[Any], where: tuple[str, int], index: int) -> Theorem | None:
        if any(isinstance(x, Gap) for x in reasons):
            return None
        self._conditions_are_given(reasons, where, index)
        tools = Toolbox(reasons, self.given, self.context)
        self.context.missing.clear()
        th = prove_statement(statement, tools, self.context)
        if th is None:
            failure = Failure("does not follow", tools.failed_conditions())
            raise StepError(
                self.name,
                index,
                *where,
                "",
                statement,
                statement,
                _names(reasons),
                failure,
                (*self.given, *self.assumes),
            )
        return th

    def _describe(self, reason: Any) -> Reason:
        """The printed reason; a fact proved on the way is cited as such."""
        if isinstance(reason, Term) and any(th.concl == reason for th in self._facts):
            return Reason("fact", "as just shown", "hypothesis")
        return describe(reason)

    def _count(self) -> int:
        return len(self.lines) + sum(len(b.lines) for b in self.blocks)

    def _line(
        self,
        relation: str,
        term: Any,
        by: Any,
        labels: Labels,
        where: tuple[str, int] | None = None,
        index: int | None = None,
    ) -> None:
        after = to_term(term)
        before = self.lines[-1].term if self.lines else self.start
        where = where or _caller()
        index = index or self._count() + 1
        reasons = as_list(by)
        if not reasons:
            raise ClaimError(f"{place(*where)}: line {index} of {self.name} has no reason; write by=...")
        if (after.sort == PROP) != (before.sort == PROP):
            raise ClaimError(f"{place(*where)}: line {index} of {self.name} relates a statement to a value")
        self._conditions_are_given(reasons, where, index)
        if relation in ("<=", "<") and not (is_numeric(before.sort) and is_numeric(after.sort)):
            raise ClaimError(
                f"{place(*where)}: line {index} of {self.name} compares by {relation} what are not numbers"
            )
        described = tuple(self._describe(x) for x in reasons)
        for part, words in labels:
            if part not in set(subterms(after)):
                raise ClaimError(
                    f"{place(*where)}: line {index} of {self.name} has no part {show(part)} to be labelled {words!r}"
                )
        self._defined(after, where, index)
        if any(isinstance(x, Gap) for x in reasons):
            self.lines.append(Line(relation, after, described, *where, labels=tuple(labels)))
            return
        out = justify(relation, before, after, reasons, self.given, self.context)
        if isinstance(out, Failure):
            raise StepError(
                self.name, index, *where, relation, before, after, _names(reasons), out, (*self.given, *self.assumes)
            )
        th = resolve(out.theorem, *self._facts) if self._facts else out.theorem
        self.lines.append(Line(relation, after, described, *where, labels=tuple(labels), theorem=th, used=out.used))

    def _conditions_are_given(self, reasons: list[Any], where: tuple[str, int], index: int) -> None:
        """A statement as a reason cites a condition of the theorem, or a fact proved before."""
        for reason in reasons:
            cited = reason.reason if isinstance(reason, (Reversed, Reworded)) else reason
            for statement in as_list(cited):
                if isinstance(statement, Term) and statement not in self.context.by_statement:
                    raise ClaimError(
                        f"{place(*where)}: line {index} of {self.name} cites {show(statement)}, which is not among the conditions "
                        "given; prove it first with calc.have, or add it to given=[...]"
                    )

    def _defined(self, term: Term, where: tuple[str, int], index: int) -> None:
        trouble = undefined_part(term, self.context)
        if trouble:
            raise undefined(f"{place(*where)}: line {index} of {self.name}", trouble, (*self.given, *self.assumes))

    # --- structure

    def induction(self, var: Var, start: Any, index: Var | None = None) -> Induction:
        """Prove the claim by induction on ``var`` from ``start`` on.

        The claim is proved for ``index`` = start, ..., ``var`` (the variable n when none is named); conditions
        keep speaking of ``var``.
        """
        return Induction(self, var, to_term(start), index or Var("n" if var.name != "n" else "m", var.sort))

    # --- the end

    def finish(self) -> Theorem | None:
        """given |- statement, or None when a gap is left.  Raises ClaimError when the chain ends elsewhere."""
        if self._finish is not None:
            return self._finish()
        if self.goal is None:
            if self._facts and self._facts[-1].concl == self.statement:
                return resolve(self._facts[-1], *self._facts[:-1])
            raise ClaimError(
                f"{self.name}: the claim is no relation; prove it with c.have(claim, by=...) as the last step"
            )
        if not self.lines:
            raise ClaimError(f"{self.name} has no line")
        if self.lines[-1].term != self.end:
            last = self.lines[-1]
            raise ClaimError(
                f"{place(last.file, last.number)}: {self.name} does not end at its claim\n"
                f"  the last line is  {show(last.term)}\n  the claim ends at  {show(self.end)}"
            )
        relations = {line.relation for line in self.lines}
        if any(line.theorem is None for line in self.lines):
            self._fits(relations)
            return None
        steps = [line.theorem for line in self.lines if line.theorem is not None]
        if relations == {"<=>"}:
            out = iff_refl(self.start)
            for th in steps:
                out = iff_trans(out, th)
            return out
        self._fits(relations)
        if self.goal == "=":
            out = steps[0]
            for th in steps[1:]:
                out = r.trans(out, th)
            return out
        return r.linear(self.statement, tuple(steps), (Fraction(1),) * len(steps), ())

    def _fits(self, relations: set[str]) -> None:
        allowed = {"=": {"="}, "<=": {"=", "<=", "<"}, "<": {"=", "<=", "<"}, "<=>": {"<=>"}}[self.goal or "="]
        if not relations <= allowed or (self.goal == "<" and "<" not in relations):
            raise ClaimError(
                f"{self.name}: the lines are related by {', '.join(sorted(relations))}, which does not give the claim's {self.goal}"
            )

    def all_lines(self) -> tuple[Line, ...]:
        return tuple(line for b in self.all_blocks() for line in b.lines)

    def all_blocks(self) -> tuple[Block, ...]:
        if self.parts:
            return (*self.blocks, *(b for p in self.parts for b in p.all_blocks()))
        out = list(self.blocks)
        if self.lines:
            title = self.title or ("Then" if self.blocks else "")
            out.append(Block(self.start, tuple(self.lines), title, self.assumes, self.start_labels))
        return tuple(out)


class Induction:
    """The two parts of an induction: ``base`` and ``step`` are calc blocks, ``hypothesis`` the reason to cite in
    the step."""

    def __init__(self, owner: Calc, var: Var, start: Term, index: Var) -> None:
        self.owner, self.var, self.start, self.index = owner, var, start, index
        claim = owner.statement
        if index in claim.free or any(index in g.free for g in owner.given):
            raise ClaimError(f"{owner.name}: {index} is already in use; name another index for the induction")
        self.hypothesis = substitute(claim, {var: index})
        bounds = (start <= index, index + 1 <= var)
        self.base = Calc(owner.name, substitute(claim, {var: start}), owner.given, f"Base case {var} = {show(start)}")
        self.step = Calc(
            owner.name,
            substitute(claim, {var: index + 1}),
            owner.given,
            f"Induction step from {index} to {index} + 1",
            (*bounds, self.hypothesis),
        )
        owner.parts = (self.base, self.step)
        owner._finish = self._finish

    def _finish(self) -> Theorem | None:
        base, step = self.base.finish(), self.step.finish()
        if base is None or step is None:
            return None
        claim, var, n = self.owner.statement, self.var, self.index

        def bounded(t: Term) -> Term:
            return implies(t <= var, substitute(claim, {var: t}))

        earlier = r.mp(r.assume(bounded(n)), _must(prove(n <= var, Context.of([n + 1 <= var]))))
        grown = r.discharge(n + 1 <= var, r.cut(earlier, step))
        done = r.induction(n, self.start, bounded(n), r.discharge(self.start <= var, base), grown)
        at_end = mp_all(instantiate(done, {n: var}), _must(prove(var <= var, Context())))
        enough = prove(self.start <= var, self.owner.context)
        if enough is None:
            raise ClaimError(
                f"{self.owner.name}: the induction starts at {self.start}, so the claim needs the condition {self.start <= var}"
            )
        return r.cut(enough, at_end)


def _must(th: Theorem | None) -> Theorem:
    if th is None:
        raise ClaimError("an arithmetic step of the induction could not be proved")
    return th


def _as_assumption(th: Theorem) -> Theorem:
    """The fact as an assumption, so that lines that use it are short; it is resolved away at the end of each line."""
    return r.assume(th.concl)


# --- theorems --------------------------------------------------------------------------------------------------------


DECLARED: dict[str, list[tuple[str, int]]] = {}
"""The theorems that each module has declared, by name and line, so that a second one of the same name is seen."""


class TheoremEntry:
    """A named theorem: its claim, its conditions and its proof, which runs when first asked for."""

    kind = "theorem"

    def __init__(
        self, name: str, shows: Term, given: Sequence[Term], prove_: Callable[[Calc], None],
        subject: str, phrase: str, labels: Labels, file: str, number: int, module: str, catalogue: str,
    ) -> None:  # fmt: skip
        self.name, self.shows, self.given, self.prove = name, shows, tuple(given), prove_
        self.subject, self.labels, self.file, self.number = subject, tuple(labels), file, number
        self.module, self.catalogue = module, catalogue
        doc = (prove_.__doc__ or "").strip()
        self.doc = doc
        DECLARED.setdefault(module, []).append((name, number))
        self.summary = " ".join(doc.split("\n\n")[0].split())
        self.phrase = phrase or name.replace("_", " ")
        self._derivation: Derivation | None = None
        self._error: BaseException | None = None
        self._running = False

    @property
    def derivation(self) -> Derivation:
        """The checked derivation.  Raises StepError or ClaimError when a line is wrong; a gap leaves ``theorem``
        None."""
        if self._derivation is None:
            if self._error is not None:
                raise self._error
            if self._running:
                raise ClaimError(f"{self.name} is used in its own proof")
            self._running = True
            try:
                self._derivation = self._run()
            except UserError as error:
                self._error = error
                raise
            finally:
                self._running = False
        return self._derivation

    def _run(self) -> Derivation:
        where = place(self.file, self.number)
        context = Context.of(self.given)
        for part in (*self.given, self.shows):
            trouble = undefined_part(part, context)
            if trouble:
                raise undefined(f"{where}: the claim of {self.name}", trouble, self.given)
        self._letters_are_plain(where)
        letters: dict[str, Var] = {}
        for v in sorted(frozenset().union(*(t.free for t in (*self.given, self.shows))), key=lambda v: repr(v.sort)):
            twin = letters.setdefault(v.name, v)
            if twin != v:  # a reader could not tell them apart
                raise ClaimError(
                    f"{where}: {self.name} uses the letter {v.name} both for {_sort_words(twin)} and for {_sort_words(v)}; "
                    "rename one of them"
                )
        for label, words in self.labels:
            if label not in set(subterms(self.shows)):
                raise ClaimError(
                    f"{where}: the claim of {self.name} has no part {show(label)} to be labelled {words!r}"
                )
        if prove(Num(0) < Num(0), context) is not None:
            raise ClaimError(f"{where}: the conditions of {self.name} contradict each other, so it would say nothing")
        calc = Calc(self.name, self.shows, self.given)
        try:
            self.prove(calc)
        except UserError:
            raise
        except (Exception, SystemExit) as error:  # a slip in the author's Python: say where, as for a wrong line
            raise ClaimError(
                f"{place(self.file, line_in(error, self.file))}: {type(error).__name__}: {error}"
            ) from error
        th = calc.finish()
        if th is not None:
            stray = [h for h in th.hyps if h not in self.given]
            if th.concl != self.shows or stray:
                raise ClaimError(f"{where}: the proof of {self.name} shows {th}, which is not its claim")
        return Derivation(
            self.name, self.subject, self.summary, self.doc, self.given, self.shows, calc.all_blocks(), self.labels, th,
            _integers((*self.given, self.shows)) + _conventions((*self.given, self.shows, *(b.start for b in calc.all_blocks()), *(x.term for x in calc.all_lines()))),
        )  # fmt: skip

    def _letters_are_plain(self, where: str) -> None:
        """A reader must not take a letter for an operator, or an integer for a real number."""
        for v in frozenset().union(*(t.free for t in (*self.given, self.shows))):
            if not v.name.replace("'", "").isidentifier() or v.name in _RESERVED:
                raise ClaimError(
                    f"{where}: {self.name} has a variable named {v.name!r}, which reads as something else; rename it"
                )
            usual = {_value_sort(x) for x in vars(letters_module).values() if isinstance(x, Var) and x.name == v.name}
            kind = _value_sort(v)
            if kind in (INT, REAL) and usual & {INT, REAL} and kind not in usual:
                words = ("an integer", "a real number") if kind == INT else ("a real number", "an integer")
                raise ClaimError(
                    f"{where}: in {self.name} the letter {v.name} stands for {words[0]}, and a reader takes it for {words[1]}; "
                    "choose another letter"
                )

    @property
    def theorem(self) -> Theorem:
        """The kernel theorem given |- claim.  Raises when a line is wrong or a gap is left."""
        d = self.derivation
        if d.theorem is None:
            line = d.gaps[0]
            why = next(x.phrase for x in line.reasons if x.kind == "gap")
            raise ClaimError(f"{place(line.file, line.number)}: {self.name} has a gap ({why}); it proves nothing yet")
        return d.theorem

    def check(self) -> Derivation:
        """Run the proof and refuse gaps."""
        _ = self.theorem
        return self.derivation

    @property
    def axioms(self) -> frozenset[str]:
        """The axioms on which the theorem rests."""
        return axioms_used(self.theorem)

    @property
    def steps(self) -> int:
        """How many primitive steps the proof has, lemmas included."""
        return len(proof_steps(self.theorem))

    def to_sympy(self) -> Any:
        """The claim as a SymPy relation."""
        from derive.bridge.sympy import to_sympy

        _ = self.theorem
        return to_sympy(self.shows)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from derive.render.jupyter import mimebundle

        return mimebundle(self.check())

    def __repr__(self) -> str:
        return f"<theorem {self.name}: {show(self.shows)}>"


def theorem(
    *,
    shows: Any,
    given: Sequence[Any] = (),
    phrase: str = "",
    labels: Labels = (),
    subject: str = "",
    catalogue: str = "",
) -> Callable[[Callable[[Calc], None]], TheoremEntry]:
    """Declare a theorem: ``shows`` under the conditions ``given``; the decorated function writes the derivation.

    ``phrase`` is the reason to print where the theorem is cited, ``labels`` the underbraces in the claim,
    ``catalogue`` its number in the
    catalogue of statements.
    """

    def wrap(fn: Callable[[Calc], None]) -> TheoremEntry:
        code = fn.__code__
        where = fn.__module__.rsplit(".", 1)[-1]
        try:
            conditions, claim = _statements(given), to_term(shows)
        except UserError as error:
            raise ClaimError(f"{place(code.co_filename, code.co_firstlineno)}: in {fn.__name__}: {error}") from None
        for t in (claim, *conditions):
            if t.sort != PROP:
                raise ClaimError(
                    f"{place(code.co_filename, code.co_firstlineno)}: {show(t)} is not a statement; write Eq(a, b), a <= b, ..."
                )
        return TheoremEntry(
            fn.__name__, claim, conditions, fn, subject or where, phrase, labels,
            code.co_filename, code.co_firstlineno, fn.__module__, catalogue,
        )  # fmt: skip

    return wrap


class FalseClaim:
    """A claim that people make and that is false: registered to be refuted by exact numbers."""

    kind = "false claim"

    def __init__(
        self, name: str, claims: Term, given: tuple[Term, ...], doc: str, subject: str, instead: str,
        file: str, number: int, module: str,
    ) -> None:  # fmt: skip
        self.name, self.claims, self.given, self.doc, self.subject = name, claims, given, doc, subject
        self.summary = " ".join(doc.split("\n\n")[0].split())
        self.instead, self.file, self.number, self.module = instead, file, number, module

    def refute(self) -> Counterexample:
        """The smallest exact counterexample found.  Raises UserError when there is none: is the claim true?"""
        from derive.falsify import Counterexample, find_counterexample

        found = find_counterexample(self.claims, self.given, seconds=60)  # the number of models is the real bound
        if not isinstance(found, Counterexample):
            raise UserError(f"no counterexample to {self.name} was found: {found}")
        return found

    def __repr__(self) -> str:
        return f"<false claim {self.name}: {show(self.claims)}>"


def false_claim(
    *, claims: Any, given: Sequence[Any] = (), instead: str = "", subject: str = ""
) -> Callable[[Callable[[], None]], FalseClaim]:
    """Register a false claim; the decorated function's docstring says who makes it and why it fails.

    ``instead`` names the theorem that is true.
    """

    def wrap(fn: Callable[[], None]) -> FalseClaim:
        code = fn.__code__
        return FalseClaim(
            fn.__name__, to_term(claims), _statements(given), (fn.__doc__ or "").strip(),
            subject or fn.__module__.rsplit(".", 1)[-1], instead, code.co_filename, code.co_firstlineno, fn.__module__,
        )  # fmt: skip

    return wrap


def _statements(given: Sequence[Any] | Term) -> tuple[Term, ...]:
    """Conditions, lists of conditions among them, as one tuple without repetitions."""
    out: list[Term] = []
    for g in [given] if isinstance(given, Term) else given:
        out += [to_term(x) for x in g] if isinstance(g, (list, tuple)) else [to_term(g)]
    return tuple(dict.fromkeys(out))


# --- helpers ---------------------------------------------------------------------------------------------------------


def to_term(value: Any) -> Term:
    """A term from a term, an integer, a Fraction or a SymPy expression."""
    if isinstance(value, Term):
        return value
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        from derive.kernel.terms import as_term

        return as_term(value)
    if _is_sympy(value):
        from derive.bridge.sympy import from_sympy

        return from_sympy(value)
    if isinstance(value, bool):
        raise ClaimError(
            f"{value} is not a statement about terms; write Eq(a, b) for an equation, for == compares in Python"
        )
    raise ClaimError(
        f"{value!r} is not a term; write terms of derive, exact numbers (Fraction(1, 10), not 0.1) or SymPy expressions"
    )


def _conventions(terms: Iterable[Term]) -> tuple[str, ...]:
    """The conventions that the formulas use, to be said on the page."""

    def uses_convention(t: Term) -> bool:
        return isinstance(t, App) and (
            t.op is XLOGY or (isinstance(t.op, Definition) and any(map(uses_convention, subterms(t.op.body))))
        )

    return ("with the convention 0 log 0 = 0",) if any(uses_convention(p) for t in terms for p in subterms(t)) else ()


_RESERVED = {"log", "ln", "exp", "argmin", "argmax", "softmax", "H", "KL", "LSE", "NLL", "GM", "PPL"}


def _value_sort(v: Var) -> Sort:
    sort = v.sort
    while isinstance(sort, Fn):
        sort = sort.cod
    return sort


def _integers(terms: Iterable[Term]) -> tuple[str, ...]:
    """Integers whose letter does not say that they are."""
    usual = {x.name for x in vars(letters_module).values() if isinstance(x, Var) and x.sort == INT}
    unusual = sorted({v.name for t in terms for v in t.free if v.sort == INT and v.name not in usual})
    return tuple(f"{name} is an integer" for name in unusual)


def _sort_words(v: Var) -> str:
    sort = v.sort
    if sort == INT:
        return "an integer"
    if isinstance(sort, Fn):
        return f"a function {sort!r}"
    return f"a {sort!r}"


def line_in(error: BaseException, file: str) -> int:
    """The last line of the author's file that the error passed through."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if os.path.abspath(trace.tb_frame.f_code.co_filename) == os.path.abspath(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _is_sympy(value: Any) -> bool:
    """A SymPy object; SymPy is not imported to find out."""
    sympy = sys.modules.get("sympy")
    return sympy is not None and isinstance(value, (sympy.Basic, sympy.Expr))


def _caller() -> tuple[str, int]:
    """File and line of the author's code that called into this module."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def _names(reasons: Sequence[Any]) -> str:
    return ", ".join(("reverse " if d.reversed else "") + d.name for d in map(describe, reasons))
