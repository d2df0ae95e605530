"""Breaking proofs on purpose: small changes to a formula, and each line of a proof judged with the change in it.

``mutants`` changes a formula in one place, in the ways in which authors slip: a sign, a bound off by one, another
index, a factor or a term left out, eps for 1 - eps, V for V - 1, a logarithm forgotten, a sum for a product, < for <=.
``record`` runs a proof and keeps the calc block as it stood before each line, so that a changed line is judged by
itself, with the author's own reasons, whatever the lines after it say.
"""

from __future__ import annotations

import copy
import importlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from unittest.mock import patch

import derive.proofs
from derive.board import find
from derive.board.calc import Calc, ClaimError, StepError, to_term
from derive.board.entries import FalseClaim, TheoremEntry
from derive.board.goal import Citable, Goal
from derive.board.using import used
from derive.errors import UserError
from derive.falsify import Counterexample, find_counterexample
from derive.kernel.definitions import Definition, definitions
from derive.kernel.sorts import INT, REAL, Sort, is_numeric
from derive.kernel.terms import (
    ADD,
    ARGMAX,
    ARGMIN,
    DELTA,
    DIV,
    EQ,
    EXP,
    FORALL,
    IMPLIES,
    LE,
    LOG,
    LT,
    MUL,
    NE,
    NEG,
    PROD,
    SUB,
    SUM,
    XLOGY,
    App,
    At,
    Bound,
    Lam,
    Num,
    SortError,
    Term,
    Var,
    parts_of,
    rebuild,
)
from derive.kernel.theorem import Theorem
from derive.record.relations import RELATIONS

REFUSED = (StepError, ClaimError)
SIZES = frozenset("VTnmN")  # letters of lengths and sizes; other integers are indices
ONE = Num(1)
FEW = 24  # reasons that are tried for a changed line that gives none
MODELS = 100  # that exact evaluation looks at for each change that was accepted
FEWEST = 20  # of them must be decided, unless there are no more
RAREST = 5  # where conditions as strict as independence leave few to find, with the largest effort
EFFORTS = (3_000_000, 60_000_000)  # units of work at most; the more only when too few were decided


# --- what there is ---------------------------------------------------------------------------------------------------


def _entries(kind: type[Any]) -> list[Any]:
    out = []
    for subject in derive.proofs.SUBJECTS:
        module = importlib.import_module(f"derive.proofs.{subject}")
        out += [x for x in vars(module).values() if isinstance(x, kind) and x.module == module.__name__]
    return out


def all_theorems() -> list[TheoremEntry]:
    """Every theorem of ``proofs``, in the order of the course."""
    return _entries(TheoremEntry)


def all_false_claims() -> list[FalseClaim]:
    """Every registered false claim of ``proofs``."""
    return _entries(FalseClaim)


def lines_of(entry: TheoremEntry) -> Iterator[tuple[int, Term, tuple[Term, ...]]]:
    """The lines of the checked derivation: the number, what the line states, and under which conditions."""
    number = 0
    for block in entry.check().blocks:
        before = block.start
        for line in block.lines:
            number += 1
            yield number, statement_of(line.relation, before, line.term), (*entry.given, *block.assumes)
            before = line.term


# --- changing a formula ----------------------------------------------------------------------------------------------

Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A formula changed in one place, the kind of change, and the relation to the line before."""

    kind: str
    term: Term
    relation: str


def _places(term: Term, path: Path, scope: tuple[Sort, ...], above: Term | None) -> Iterator[tuple[Any, ...]]:
    yield path, term, scope, above
    inner = (*scope, term.dom) if isinstance(term, Lam) else scope
    for i, part in enumerate(parts_of(term)):
        yield from _places(part, (*path, i), inner, term)


def _put(term: Term, path: Path, new: Term) -> Term:
    if not path:
        return new
    parts = list(parts_of(term))
    parts[path[0]] = _put(parts[path[0]], path[1:], new)
    return rebuild(term, tuple(parts))


def _less_one(x: Term) -> Term:
    return App(SUB, (x, ONE))


def _more_one(x: Term) -> Term:
    if isinstance(x, App) and x.op is SUB and x.args[1] == ONE:
        return x.args[0]
    return App(ADD, (x, ONE))


def _off_by_one(x: Term) -> list[Term]:
    if isinstance(x, Num):
        return [Num(x.value + 1), Num(x.value - 1)]
    if isinstance(x, App) and x.op is ADD and x.args[1] == ONE:
        return [x.args[0], App(ADD, (x.args[0], Num(2)))]
    return [_less_one(x), _more_one(x)]


def _is_index_place(above: Term | None, path: Path) -> bool:
    if isinstance(above, At):
        return path[-1] == 1
    return isinstance(above, App) and (above.op is DELTA or isinstance(above.op, Definition))


def _siblings(op: Definition) -> Iterator[Definition]:
    """Definitions that take the same arguments, and give the same kind of result."""
    for other in definitions():
        same = [v.sort for v in other.params] == [v.sort for v in op.params] and other.body.sort == op.body.sort
        if same and other is not op:
            yield other


def _changes(
    t: Term, path: Path, scope: tuple[Sort, ...], above: Term | None, letters: Sequence[Var]
) -> Iterator[tuple[str, Term]]:
    """What may stand in the place of the subterm ``t``."""
    numeric = is_numeric(t.sort)
    op = t.op if isinstance(t, App) else None
    args: tuple[Term, ...] = t.args if isinstance(t, App) else ()
    above_op = above.op if isinstance(above, App) else None
    if op is ADD:
        yield "sign", App(SUB, args)
        yield "term dropped", args[0]
        yield "term dropped", args[1]
    elif op is SUB:
        if args[1] == ONE and t.sort == INT:
            yield "V for V - 1", args[0]
        if args[0] == ONE and t.sort == REAL:
            yield "eps for 1 - eps", args[1]
        yield "sign", App(ADD, args)
        yield "sign", App(SUB, args[::-1])
        yield "term dropped", args[0]
        yield "term dropped", App(NEG, (args[1],))
    elif op is NEG:
        yield "sign", args[0]
    elif op is MUL:
        yield "factor dropped", args[0]
        yield "factor dropped", args[1]
    elif op is DIV:
        yield "factor dropped", args[0]
        yield "factor dropped", App(DIV, (ONE, args[1]))
        yield "swap", App(DIV, args[::-1])
    elif op in (SUM, PROD):
        yield "sum for product", App(PROD if op is SUM else SUM, args)
        for low in _off_by_one(args[0]):
            yield "bound", App(op, (low, *args[1:]))
        for high in _off_by_one(args[1]):
            yield "bound", App(op, (args[0], high, args[2]))
    elif op is LOG or op is EXP:
        yield "log", args[0]
    elif op is XLOGY:
        yield "log", App(MUL, args)
        yield "swap", App(XLOGY, args[::-1])
        yield "factor dropped", App(LOG, args[1:])
    elif op is LE:
        yield "relation", App(LT, args)
        yield "relation", App(LE, args[::-1])
    elif op is LT:
        yield "relation", App(LE, args)
        yield "relation", App(LT, args[::-1])
    elif op is EQ:
        if all(is_numeric(a.sort) for a in args):
            yield "relation", App(LE, args)
            yield "relation", App(LT, args)
        yield "relation", App(NE, args)
    elif op is NE:
        yield "relation", App(EQ, args)
    elif op in (ARGMIN, ARGMAX):
        yield "swap", App(ARGMAX if op is ARGMIN else ARGMIN, args)
    elif isinstance(op, Definition):
        for other in _siblings(op):
            yield "definition", App(other, args)
        for i in range(len(args)):
            for j in range(i + 1, len(args)):
                if args[i].sort == args[j].sort and args[i] != args[j]:
                    new = list(args)
                    new[i], new[j] = new[j], new[i]
                    yield "swap", App(op, tuple(new))
    if t.sort == INT and isinstance(t, (Var, Bound)) and _is_index_place(above, path):
        bound = [Bound(len(scope) - 1 - i, s) for i, s in enumerate(scope) if s == INT]
        for other in (*reversed(bound), *letters):
            if other != t:
                yield "index", other
        if isinstance(above, At):
            yield "index", _more_one(t)
    if isinstance(t, Num) and t.sort == INT and above_op in (LE, LT):
        for n in _off_by_one(t):
            yield "bound", n
    elif isinstance(t, Num) and above is not None and numeric:
        yield "number", Num(t.value + 1)
        yield "number", Num(Fraction(1) if t.value == 0 else -t.value)
    if isinstance(t, Var) and t.sort == INT and t.name in SIZES and above_op not in (SUM, PROD):
        yield "V for V - 1", _less_one(t)
        yield "V for V - 1", _more_one(t)
    if isinstance(t, Var) and t.sort == REAL and t.name == "eps":
        yield "eps for 1 - eps", App(SUB, (ONE, t))
    if numeric and t.sort == REAL and isinstance(t, (At, App)) and op not in (NEG, ADD, SUB):
        yield "sign", App(NEG, (t,))
    if numeric and isinstance(t, At) and above_op is not LOG:
        yield "log", App(LOG, (t,))


def _changed(term: Term, given: Sequence[Term]) -> Iterator[tuple[str, Term]]:
    letters = sorted(
        {v for s in (term, *given) for v in s.free if v.sort == INT}, key=lambda v: (v.name in SIZES, v.name)
    )
    for path, sub, scope, above in _places(term, (), (), None):
        for kind, new in _changes(sub, path, scope, above, letters):
            try:
                yield kind, _put(term, path, new)
            except SortError:
                continue


_OTHER_RELATIONS = {
    "=": ("<", "<="), "<=": ("<", "="), "<": ("<=", "="), ">=": (">", "="), ">": (">=", "="), "<=>": (), "": (),
}  # fmt: skip


def mutants(relation: str, term: Term, given: Sequence[Term], at_most: int) -> list[Mutant]:
    """Changes to a line, at most so many: of every kind in turn, the outermost first; always the same ones."""
    by_kind: dict[str, list[Mutant]] = {}
    seen = {(relation, term)}
    for other in _OTHER_RELATIONS[relation] if is_numeric(term.sort) else ():
        by_kind.setdefault("relation", []).append(Mutant("relation", term, other))
    for kind, new in _changed(term, given):
        if (relation, new) not in seen and not new.loose:
            seen.add((relation, new))
            by_kind.setdefault(kind, []).append(Mutant(kind, new, relation))
    out: list[Mutant] = []
    queues = [list(_spread(q)) for q in by_kind.values()]
    while queues and len(out) < at_most:
        for q in queues:
            if len(out) < at_most:
                out.append(q.pop(0))
        queues = [q for q in queues if q]
    return out


def _spread(items: list[Mutant]) -> Iterator[Mutant]:
    """First, last, and so inwards: the outermost place and the innermost take turns."""
    left, right = 0, len(items) - 1
    while left <= right:
        yield items[left]
        if left < right:
            yield items[right]
        left, right = left + 1, right - 1


# --- judging a change ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Spot:
    """A line of a proof as it came: the calc block before it, what the author wrote, and why."""

    calc: Calc
    relation: str  # "" for a fact on the way, which is a whole statement
    term: Term
    by: Any
    number: int

    @property
    def given(self) -> tuple[Term, ...]:
        return (*self.calc.given, *self.calc.assumes)

    @property
    def before(self) -> Term:
        return self.calc.lines[-1].term if self.calc.lines else self.calc.start

    def judge(self, mutant: Mutant) -> Theorem | None:
        """The theorem that the changed line gives, or None when it is refused."""
        calc = _as_it_stood(self.calc)
        try:
            with short_searches(self.calc.citable.claim):
                if self.relation == "":
                    calc.have(mutant.term, by=self.by)
                    return calc._facts[-1]
                calc._line(mutant.relation, mutant.term, self.by, ())
        except REFUSED:
            return None
        return calc.lines[-1].theorem

    def states(self, mutant: Mutant) -> Term:
        return statement_of(mutant.relation, self.before, mutant.term)


def short_searches(claim: Term) -> AbstractContextManager[object]:
    """A false line without a reason has every reason tried, each in vain: in the proof of this claim the first few.  What it
    cites is proved on the way, and remembers whether it could be."""
    whole = find.search

    def search(goal: Goal, attempts: int = find.ATTEMPTS) -> find.Searched:
        return whole(goal, FEW if goal.citable.claim == claim else attempts)

    return patch.object(find, "search", search)


def _as_it_stood(calc: Calc) -> Calc:
    out = copy.copy(calc)
    out.blocks, out.lines, out._facts = list(calc.blocks), list(calc.lines), list(calc._facts)
    return out


def record(entry: TheoremEntry) -> list[Spot]:
    """Every line and every fact of the proof, with the calc block as it stood before."""
    entry.check()  # and so the theorems that it cites, whose lines are not wanted here
    spots: list[Spot] = []
    asides = 0
    line, have = Calc._line, Calc.have

    def recorded_line(self: Calc, relation: str, term: Any, by: Any, *rest: Any, **more: Any) -> None:
        if not asides:
            spots.append(Spot(_as_it_stood(self), relation, to_term(term), by, len(spots) + 1))
        line(self, relation, term, by, *rest, **more)

    def recorded_have(self: Calc, statement: Term, by: Any = ()) -> Term:
        nonlocal asides
        spots.append(Spot(_as_it_stood(self), "", statement, by, len(spots) + 1))
        asides += 1
        try:
            return have(self, statement, by)
        finally:
            asides -= 1

    with patch.object(Calc, "_line", recorded_line), patch.object(Calc, "have", recorded_have):
        citable = Citable(entry.shows, entry.earlier, entry.prove.__globals__)
        facts = tuple(used(x).fact for x in entry.using)
        calc = Calc(entry.name, entry.shows, entry.given, citable=citable, using=facts)
        entry.prove(calc)
    return spots


def changed_theorem(entry: TheoremEntry, shows: Term, given: Sequence[Term]) -> Theorem | None:
    """What the same proof shows of another claim, or under other conditions; None when it is refused."""
    other = TheoremEntry(
        entry.name,
        shows,
        given,
        entry.prove,
        entry.subject,
        entry.phrase,
        (),
        entry.file,
        entry.number,
        entry.module,
        "",
    )
    try:
        with short_searches(shows):
            return other.theorem
    except REFUSED as error:
        slip = error.__cause__
        if slip is None or isinstance(slip, UserError) or "not among the conditions given" in str(slip):
            return None  # the last: by= names the condition that was changed
        raise slip from None


def weaker(condition: Term) -> Iterator[Term]:
    """Statements that follow from the condition and say less."""
    if not isinstance(condition, App):
        return
    args = condition.args
    if condition.op is FORALL and isinstance(args[0], Lam):
        fn = args[0]
        for body in weaker(fn.body):
            yield App(FORALL, (Lam(fn.hint, fn.dom, body),))
    elif condition.op is IMPLIES:
        guard = args[0]
        if isinstance(guard, App) and guard.op is LE:
            yield App(IMPLIES, (App(LT, guard.args), args[1]))
        for body in weaker(args[1]):
            yield App(IMPLIES, (guard, body))
    elif condition.op is LT:
        yield App(LE, args)
    elif condition.op is LE:
        yield App(
            LE, (_less_one(args[0]), args[1]) if not isinstance(args[0], Num) else (Num(args[0].value - 1), args[1])
        )
    elif condition.op is EQ and all(is_numeric(a.sort) for a in args):
        yield App(LE, args)
        yield App(LE, args[::-1])


# --- is it true all the same? ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Tally:
    """How many changes were refused, how many of the others are still true, and those that are neither."""

    refused: int = 0
    still_true: int = 0
    false: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)  # without a value somewhere, not decided, or answered by a crash

    def add(self, what: str, judge: Callable[[], Theorem | None], statement: Term, given: Sequence[Term]) -> None:
        """Judge a change; if it is accepted, find out whether ``statement`` holds wherever ``given`` does."""
        try:
            th = judge()
        except Exception as error:
            self.doubtful.append(f"{what}: {statement}\n    {type(error).__name__} instead of a refusal: {error}")
            return
        if th is None:
            self.refused += 1
            return
        trouble = _trouble(th, statement, given)
        if not trouble:
            self.still_true += 1
        else:
            (self.false if trouble.startswith("FALSE") else self.doubtful).append(f"{what}: {statement}\n    {trouble}")

    @property
    def counts(self) -> dict[str, int]:
        return {
            "refused": self.refused,
            "accepted and still true": self.still_true,
            "accepted and false": len(self.false),
            "in doubt": len(self.doubtful),
        }

    def __str__(self) -> str:
        out = ["ACCEPTED AND FALSE:", *self.false] if self.false else []
        return "\n".join([*out, *(["in doubt:", *self.doubtful] if self.doubtful else [])])


def _trouble(th: Theorem, statement: Term, given: Sequence[Term]) -> str:
    """What speaks against an accepted change; nothing when exact evaluation shows that it is still true."""
    if th.concl != statement or not set(th.hyps) <= set(given):
        return f"FALSE: the theorem is another: {th}"
    trouble = ""
    for effort in EFFORTS:
        found = find_counterexample(statement, given, budget=MODELS, effort=effort)
        if isinstance(found, Counterexample):
            return f"FALSE: {found}"
        if found.undefined is not None:
            return f"accepted, though {found.undefined}"
        if found.tried >= FEWEST or (found.tried and not found.stopped and not found.undecided):
            return ""
        trouble = f"accepted, and not shown to be true: {found}"
    return "" if found.tried >= RAREST and not found.undecided else trouble


def statement_of(relation: str, before: Term, after: Term) -> Term:
    """What a line says: the formula before it, related to its own; a fact on the way stands by itself."""
    if relation == "":
        return after
    return RELATIONS[relation].statement(before, after)
