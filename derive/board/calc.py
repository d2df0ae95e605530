"""The calc block: a derivation written as on a board, one formula and one reason a line, each checked when it is
written.

    @theorem(shows=Eq(cross_entropy(V, one_hot(y), p), -log(p[y])), given=[1 <= y, y <= V, *positive(p, V)])
    def cross_entropy_one_hot(c: Calc) -> None:
        "With a one-hot target, cross-entropy is the surprisal of the true token."
        c.eq(-Sum(one_hot(y)[k] * log(p[k]), (k, 1, V)), by=cross_entropy)
        c.eq(-Sum(delta(k, y) * log(p[k]), (k, 1, V)), by=one_hot)
        c.eq(-log(p[y]), by=sum_delta)

A chain starts at the left side of the claim and must end at its right side, or the other way round after ``begin``.
Proofs run when asked for, not at import.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeVar

from derive.board.goal import Citable, Goal
from derive.board.idle import single
from derive.board.justify import Failure, Success, justify, named, prove_fact, turns
from derive.board.letters import Letters
from derive.board.reasons import Gap, Reversed, Reworded, as_list, describe, order
from derive.board.refusals import ClaimError, StepError, place, show, undefined
from derive.errors import TOO_LONG, UserError
from derive.kernel import rules as r
from derive.kernel.sorts import PROP, is_numeric
from derive.kernel.terms import IFF, App, Num, Term, Var, as_term, implies, substitute, subterms
from derive.kernel.theorem import Theorem
from derive.language.arguments import told
from derive.record import Block, Line, Reason
from derive.record.relations import BY_OPERATOR, RELATIONS, TURNED
from derive.tactics.context import Context
from derive.tactics.defined import undefined_part
from derive.tactics.derived import iff_refl, iff_sym, iff_trans, instantiate, mp_all, resolve
from derive.tactics.side import prove

if TYPE_CHECKING:
    from derive.board.find import Found, Searched

Labels = Sequence[tuple[Term, str]]
T = TypeVar("T")


class Calc:
    """The lines of one chain.  ``start`` and ``end`` are the two sides of what it shows."""

    def __init__(
        self, name: str, statement: Term, given: Iterable[Term], title: str = "", assumes: tuple[Term, ...] = (),
        letters: Letters | None = None, citable: Citable | None = None, context: Context | None = None,
        using: tuple[Theorem, ...] = (),
    ) -> None:  # fmt: skip
        self.name, self.statement, self.title, self.assumes = name, statement, title, assumes
        self.given = tuple(given)
        self.letters = letters or Letters(name, self.given)
        self.citable = citable or Citable(statement)
        self.using = using
        self.context = context or Context.of((*self.given, *assumes)).with_facts(*using)
        self.blocks: list[Block] = []
        self._facts: list[Theorem] = []
        if not (isinstance(statement, App) and statement.op in BY_OPERATOR):
            self.start, self.end, self.goal = statement, statement, None
        else:
            self.start, self.end = statement.args
            self.goal = BY_OPERATOR[statement.op].name
        self.begun = False
        self.lines: list[Line] = []
        self.parts: tuple[Calc, ...] = ()
        self._finish: Callable[[], Theorem | None] | None = None

    # --- lines

    def eq(self, term: Any, by: Any = (), labels: Labels = (), says: str = "") -> None:
        """= term.  ``says``: the words of the reason on the page, for this line only."""
        self._line("=", term, by, labels, says)

    def le(self, term: Any, by: Any = (), labels: Labels = (), says: str = "") -> None:
        """<= term."""
        self._line("<=", term, by, labels, says)

    def lt(self, term: Any, by: Any = (), labels: Labels = (), says: str = "") -> None:
        """< term."""
        self._line("<", term, by, labels, says)

    def ge(self, term: Any, by: Any = (), labels: Labels = (), says: str = "") -> None:
        """>= term, in a chain that begins at the right side of its claim."""
        self._line(">=", term, by, labels, says)

    def gt(self, term: Any, by: Any = (), labels: Labels = (), says: str = "") -> None:
        """> term, in a chain that begins at the right side of its claim."""
        self._line(">", term, by, labels, says)

    def iff(self, statement: Any, by: Any = (), labels: Labels = (), says: str = "") -> None:
        """<=> statement."""
        self._line("<=>", statement, by, labels, says)

    def begin(self, term: Any) -> None:
        """The chain begins here, at the right side of the claim, and goes to its left side: 0 <= f by f = ... >= ... = 0."""
        where = place(*_caller())
        right = show(self.end) if self.goal else "no relation, so it has no right side"
        if self.goal is None or to_term(term) != self.end or self.begun or self.lines or self.parts:
            raise ClaimError(
                f"{where}: calc.begin starts a chain at the right side of its claim, once and before the first line; the right side "
                f"of {self.name} is {right}"
            )
        self.start, self.end, self.begun = self.end, self.start, True
        operator = RELATIONS[self.goal].op
        self.goal = TURNED[operator].name if operator in TURNED else self.goal

    def have(self, statement: Term, by: Any = ()) -> Term:
        """A fact on the way: proved here, and a condition for the lines after it.  Returns the statement, to cite
        in ``by=``."""
        where = _caller()
        index = self._count() + 1
        statement = self._read(to_term, statement, where, index)
        if statement.sort != PROP:
            raise ClaimError(
                f"{place(*where)}: line {index} of {self.name} claims {show(statement)}, which is not a statement; "
                "write Eq(a, b), a <= b, ..."
            )
        aside = Calc(self.name, statement, self.given, assumes=self.assumes, letters=self.letters, citable=self.citable)
        aside.context, aside._facts = self.context, self._facts
        reasons = as_list(by)
        self.letters.add(place(*where), (statement,))
        self._defined(statement, where, index)
        if isinstance(statement, App) and statement.op in BY_OPERATOR:
            aside._line(BY_OPERATOR[statement.op].name, aside.end, by, (), where=where, index=index)
            shown = aside.lines[-1]._replace(relation="", term=statement)  # one statement on a page, said once
            th = shown.theorem
        else:
            th = self._statement(statement, reasons, where, index)
            th = th and resolve(th, *self._facts)
            described = tuple(self._describe(x) for x in reasons)
            shown = Line("", statement, described, *where, theorem=th, found=not as_list(by))
        self.blocks.append(Block(statement, (shown,), title="First" if not self.blocks else "Next"))
        if th is not None:
            self._facts.append(th)
            self.context = self.context.with_facts(_as_assumption(th))
        return statement

    def _statement(self, statement: Term, reasons: list[Any], where: tuple[str, int], index: int) -> Theorem | None:
        self._conditions_are_given(reasons, where, index)
        if any(isinstance(x, Gap) for x in reasons):
            return None
        if not reasons:
            found = self._search("", statement, statement, where, index)
            reasons += found.reasons
            return found.theorem
        th = prove_fact(statement, reasons, self.given, self.context)
        if isinstance(th, Failure):
            raise self._refused("", statement, statement, reasons, th, where, index)
        self.citable.note(lambda: self._goal("", statement, statement), where, reasons, None)
        return th

    def _search(self, relation: str, before: Term, after: Term, where: tuple[str, int], index: int) -> Found:
        """A reason for a line that has none.  Raises StepError when none is found."""
        from derive.board.find import search  # a line with its reasons does without

        goal = self._goal(relation, before, after)
        searched = search(goal)
        if searched.found is None:
            failure = Failure("does not follow")
            raise self._refused(relation, before, after, [], failure, where, index, searched)
        self.citable.note(lambda: goal, where, (), searched.found)
        return searched.found

    def _goal(self, relation: str, before: Term, after: Term, author: Sequence[Any] = ()) -> Goal:
        return Goal(relation, before, after, self.given, Context(self.context.facts), self.citable, tuple(author))

    def _refused(
        self, relation: str, before: Term, after: Term, reasons: list[Any], failure: Failure, where: tuple[str, int],
        index: int, searched: Searched | None = None,
    ) -> StepError:  # fmt: skip
        goal = self._goal(relation, before, after, reasons)
        given = (*self.given, *self.assumes)
        return StepError(self.name, index, *where, goal, _names(reasons), failure, given, searched)

    def _describe(self, reason: Any, relation: str = "") -> Reason:
        """The printed reason; a fact proved on the way is cited as such.  Between statements linear arithmetic is what brings
        one into the form of the other."""
        said = describe(reason, frozenset(th.concl for th in self._facts))
        return said._replace(phrase="rearranged") if relation == BY_OPERATOR[IFF].name and reason is order else said

    def _count(self) -> int:
        return len(self.lines) + sum(len(b.lines) for b in self.blocks)

    def _line(
        self,
        relation: str,
        term: Any,
        by: Any,
        labels: Labels,
        says: str = "",
        where: tuple[str, int] | None = None,
        index: int | None = None,
    ) -> None:
        where = where or _caller()
        index = index or self._count() + 1
        after = self._read(to_term, term, where, index)
        labels = self._read(labelled, labels, where, index)
        before = self.lines[-1].term if self.lines else self.start
        reasons = as_list(by)
        if (after.sort == PROP) != (before.sort == PROP):
            raise ClaimError(f"{place(*where)}: line {index} of {self.name} relates a statement to a value")
        self._conditions_are_given(reasons, where, index)
        if RELATIONS[relation].orders and not (is_numeric(before.sort) and is_numeric(after.sort)):
            raise ClaimError(
                f"{place(*where)}: line {index} of {self.name} compares by {relation} what are not numbers"
            )
        for part, words in labels:
            if part not in set(subterms(after)):
                raise ClaimError(
                    f"{place(*where)}: line {index} of {self.name} has no part {show(part)} to be labelled {words!r}"
                )
        self.letters.add(place(*where), (after,))
        self._defined(after, where, index)
        if any(isinstance(x, Gap) for x in reasons):
            described = tuple(self._describe(x) for x in reasons)
            if says:
                raise ClaimError(
                    f"{place(*where)}: line {index} of {self.name} is a gap, so it has no reason that says {says!r}; put the words "
                    "into gap(...)"
                )
            self.lines.append(Line(relation, after, described, *where, labels=tuple(labels)))
            return
        out: Success | Failure | Found
        sought = not reasons
        if reasons:
            out = justify(relation, before, after, reasons, self.given, self.context)
            self.citable.note(lambda: self._goal(relation, before, after), where, reasons, None)
        else:
            out = self._search(relation, before, after, where, index)
            reasons += out.reasons
        if isinstance(out, Failure):
            raise self._refused(relation, before, after, reasons, out, where, index)
        th = resolve(out.theorem, *self._facts) if self._facts else out.theorem
        printed = [Reworded(reasons, says)] if says and reasons else reasons
        described = tuple(self._describe(x, relation) for x in printed)
        self.lines.append(
            Line(
                relation, after, described, *where, labels=tuple(labels), theorem=th,
                used=out.used, found=sought,
            )
        )  # fmt: skip

    def _read(self, read: Callable[[Any], T], value: Any, where: tuple[str, int], index: int) -> T:
        """What the author wrote at a line, read.  Raises ClaimError with the place."""
        try:
            return read(value)
        except UserError as error:
            raise ClaimError(f"{place(*where)}: line {index} of {self.name}: {error}") from None

    def _conditions_are_given(self, reasons: list[Any], where: tuple[str, int], index: int) -> None:
        """A statement as a reason cites a condition of the theorem, or a fact proved before; a hole has no reasons beside it."""
        line = f"{place(*where)}: line {index} of {self.name}"
        for statement in single(reasons):
            if isinstance(statement, Term) and statement not in self.context.by_statement:
                raise ClaimError(
                    f"{line} cites {show(statement)}, which is not among the conditions "
                    "given; prove it first with calc.have, or add it to given=[...]"
                )
        others = [x for x in reasons if not isinstance(x, Gap)]
        if others and len(others) < len(reasons):
            raise ClaimError(
                f"{line} has a gap, so {_names(others)} would prove nothing; leave the gap alone behind by="
            )
        for reason in reasons:
            if isinstance(reason, Reversed) and not turns(reason):
                raise ClaimError(
                    f"{line}: {named(reason.reason)} is no equation, so it has no other direction; leave out reverse(...)"
                )

    def _defined(self, term: Term, where: tuple[str, int], index: int) -> None:
        trouble = undefined_part(term, self.context)
        if trouble:
            given = (*self.given, *self.assumes)
            raise undefined(f"{place(*where)}: line {index} of {self.name}", trouble, given, term)

    # --- structure

    def induction(self, var: Var, start: Any, index: Var | None = None) -> Induction:
        """Prove the claim by induction on ``var`` from ``start`` on.

        The claim is proved for ``index`` = start, ..., ``var`` (the variable n when none is named); conditions
        keep speaking of ``var``.
        """
        where = place(*_caller())
        if self.parts:
            raise ClaimError(
                f"{where}: {self.name} has an induction already; prove a second one with a theorem of its own"
            )
        if self.lines:
            raise ClaimError(f"{where}: {self.name} has lines before its induction, which prove nothing; remove them")
        return Induction(self, var, to_term(start), index or Var("n" if var.name != "n" else "m", var.sort))

    # --- the end

    def finish(self) -> Theorem | None:
        """given |- statement, or None when a gap is left.  Raises ClaimError when the chain ends elsewhere."""
        if self._finish is not None:
            if self.lines:
                last = self.lines[-1]
                where = place(last.file, last.number)
                raise ClaimError(
                    f"{where}: {self.name} has lines beside its induction, which prove nothing; remove them"
                )
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
            return iff_sym(out) if self.begun else out
        self._fits(relations)
        if self.goal == "=":
            out = steps[0]
            for th in steps[1:]:
                out = r.trans(out, th)
            return r.sym(out) if self.begun else out
        if self.begun:  # an equation counts in the direction of the claim
            steps = [r.sym(th) if line.relation == "=" else th for th, line in zip(steps, self.lines, strict=True)]
        return r.linear(self.statement, tuple(steps), (Fraction(1),) * len(steps), ())

    def _fits(self, relations: set[str]) -> None:
        goal = RELATIONS[self.goal or "="]
        if not goal.given_by(relations):
            downwards, upwards = relations & {">=", ">"}, relations & {"<=", "<"}
            advice = ""
            if goal.orders and downwards and not self.begun:
                advice = "; lines of >= come down from the right side: put calc.begin(...), with that side, before them"
            elif goal.orders and upwards and self.begun:
                advice = "; lines of <= go up from the left side: leave out calc.begin"
            raise ClaimError(
                f"{self.name}: the lines are related by {', '.join(sorted(relations))}, which does not give the claim's {goal.name}{advice}"
            )

    def needed(self) -> list[Theorem]:
        """What was proved so that the formulas have values."""
        return [*self.context.needed, *(th for p in self.parts for th in p.needed())]

    def all_blocks(self) -> tuple[Block, ...]:
        if self.parts:
            return (*self.blocks, *(b for p in self.parts for b in p.all_blocks()))
        out = list(self.blocks)
        if self.lines:
            title = self.title or ("Then" if self.blocks else "")
            out.append(Block(self.start, tuple(self.lines), title, self.assumes))
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
        self.base = Calc(
            owner.name,
            substitute(claim, {var: start}),
            owner.given,
            f"Base case {var} = {show(start)}",
            (),
            owner.letters,
            owner.citable,
            using=owner.using,
        )
        self.step = Calc(
            owner.name,
            substitute(claim, {var: index + 1}),
            owner.given,
            f"Induction step from {index} to {index} + 1",
            (*bounds, self.hypothesis),
            owner.letters,
            owner.citable,
            using=owner.using,
        )
        for part in (self.base, self.step):  # what the proof has shown so far holds in its parts
            part.context = part.context.with_facts(*map(_as_assumption, owner._facts))
            part._facts = list(owner._facts)
        self.where = place(*_caller())
        owner.letters.add(self.where, (*self.step.assumes, self.step.statement, self.base.statement))
        owner.parts = (self.base, self.step)
        owner._finish = self._finish

    def _finish(self) -> Theorem | None:
        base, step = self.base.finish(), self.step.finish()
        self._defined("the base case", self.base, self.base.statement)
        self._defined("the induction hypothesis", self.step, self.hypothesis)
        self._defined("the induction step", self.step, self.step.statement)
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

    def _defined(self, what: str, part: Calc, statement: Term) -> None:
        """Raises ClaimError when what the induction substitutes may have no value; no line says it, and the page prints it."""
        trouble = undefined_part(statement, part.context)
        if trouble:
            raise undefined(f"{self.where}: {what} of {part.name}", trouble, (*part.given, *part.assumes), statement)


def _must(th: Theorem | None) -> Theorem:
    if th is None:
        raise ClaimError("an arithmetic step of the induction could not be proved")
    return th


def _as_assumption(th: Theorem) -> Theorem:
    """The fact as an assumption, so that lines that use it are short; it is resolved away at the end of each line."""
    return r.assume(th.concl)


# --- helpers ---------------------------------------------------------------------------------------------------------


def to_term(value: Any) -> Term:
    """A term from a term, an integer, a Fraction or a SymPy expression."""
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        value = as_term(value)
    if isinstance(value, Term):
        if any(
            isinstance(t, Num) and max(abs(t.value.numerator), t.value.denominator) >= _LONGEST for t in subterms(value)
        ):
            raise ClaimError(TOO_LONG)
        return value
    if _is_sympy(value):
        from derive.bridge.reading import from_sympy

        return from_sympy(value)
    if isinstance(value, bool):
        raise ClaimError(
            f"{value} is not a statement about terms; write Eq(a, b) for an equation, for == compares in Python"
        )
    raise ClaimError(
        f"{value!r} is not a term; write terms of derive, exact numbers (Fraction(1, 10), not 0.1) or SymPy expressions"
    )


_LONGEST = 10**4300  # Python writes no integers beyond


def labelled(labels: Any) -> Labels:
    """The labels of a formula as pairs of a part and its words.  Raises ClaimError when they are something else."""
    form = 'labels are pairs of a part and its words, such as labels=[(a + b, "the sum")]'
    if not isinstance(labels, (list, tuple)):
        raise ClaimError(f"{form}, not {told(labels)}")
    for pair in labels:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2 or not isinstance(pair[1], str):
            raise ClaimError(f"{form}, not {told(pair)}")
    return tuple((to_term(part), words) for part, words in labels)


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
    return ", ".join(map(named, reasons))
