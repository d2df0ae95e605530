"""What is said of a program: proved, refuted with numbers that the program itself was run on, or not known."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from derive.audit import guard, program, proving
from derive.audit.apart import apart
from derive.audit.asked import Target
from derive.audit.guard import Seen
from derive.audit.inputs import Inputs
from derive.audit.model.trace import Unread
from derive.audit.reading import Reading, front_of, read
from derive.board.entries import TheoremEntry
from derive.errors import UserError, described
from derive.falsify import Counterexample, Model, find_counterexample
from derive.kernel import terms as k
from derive.kernel.sorts import INT
from derive.kernel.terms import App, Num, Term, Var, substitute, subterms
from derive.tactics import side
from derive.tactics.closing import denominators
from derive.tactics.context import Context

EFFORT = 2_000_000
"""How much work goes into numbers that tell two losses apart, where no proof was found."""


class Program(NamedTuple):
    """A function and how it is called: its inputs, arguments that stay the same, and which output is the loss."""

    name: str
    function: Callable[..., Any]
    inputs: Inputs
    fixed: Mapping[str, Any] = {}
    output: str = ""
    front: str = ""


class Replay(NamedTuple):
    """The program, run on the numbers of a counterexample."""

    program: float
    formula: float
    target: float
    precision: str

    @property
    def confirms(self) -> bool:
        """Whether the program does what the formula says, and not what the target says."""
        return guard.relative(self.program, self.formula) <= self.tolerance < guard.relative(self.program, self.target)

    @property
    def tolerance(self) -> float:
        return guard.TOLERANCE.get(self.precision, 1e-9)


class Audit(NamedTuple):
    """The formula that was read, how it was looked at, and the verdict on it: "proved", "refuted" or "unknown"."""

    program: Program
    reading: Reading
    seen: Seen
    target: Target
    verdict: str
    theorem: TheoremEntry | None = None
    counterexample: Counterexample | None = None
    replay: Replay | None = None
    why: str = ""
    ignore_dropped: bool = False
    among: int = 0  # of so many losses of the library the target is the nearest; 0 where it was asked for


def read_program(p: Program) -> tuple[Reading, Seen, bool]:
    """The formula of a program, held against the program.  A program that does not leave ignored labels out is read
    without them."""
    front, before = front_of(p.function, p.front), program.state(p.function)
    dropped = False
    try:
        reading = read(p.function, p.inputs, p.fixed, p.output, front)
    except Unread as error:
        if p.inputs.ignore is None or "--ignore none" not in str(error):
            raise
        plain = Inputs(p.inputs.inputs, None)
        reading, dropped = read(p.function, plain, p.fixed, p.output, front), True
    seen = guard.compare(p.function, reading, p.fixed, p.output)
    again = read(p.function, reading.inputs, p.fixed, p.output, front)
    if again.term != reading.term:
        raise UserError(
            f"{p.name} computes something else when it is called again: it keeps a state, such as a counter or a schedule.  Audit a function "
            "of its inputs alone; give what changes as an input"
        )
    changed = sorted(n for n, v in program.state(p.function).items() if before.get(n) != v)
    if changed:
        reading.trace.note(
            f"{', '.join(changed)} changed while the program ran: this is said of the first calls, and of no later ones"
        )
    return reading, seen, dropped


def judge(p: Program, make: Callable[[Inputs], Target]) -> Audit:
    """The verdict on a program and a target, which is made from the inputs as they were read."""
    reading, seen, dropped = read_program(p)
    target = make(reading.inputs)
    return judged(p, under(p, reading, target), seen, target, dropped)


def under(p: Program, reading: Reading, target: Target) -> Reading:
    """The program read under the conditions of the target too, where these may show that a bound in it does nothing."""
    more = [g for g in target.given if g not in reading.given]
    if not reading.trace.idle_clamps or not more:
        return reading
    try:
        again = read(p.function, reading.inputs, p.fixed, p.output, reading.front, more)
    except UserError:
        return reading
    again.trace.notes.update(reading.trace.notes)
    return again if len(again.trace.idle_clamps) < len(reading.trace.idle_clamps) else reading


def judged(p: Program, reading: Reading, seen: Seen, target: Target, dropped: bool = False) -> Audit:
    same_shape = [h for _, _, h in reading.scope] == [h for _, _, h in target.scope]
    if not same_shape:
        why = f"it returns {_shape(reading.scope)}, and {target.name} is {_shape(target.scope)}; name another reduction, such as none, sum or mean over kept"
        return Audit(p, reading, seen, target, "unknown", why=why, ignore_dropped=dropped)
    term = substitute(target.term, {v: x for (v, _, _), (x, _, _) in zip(target.scope, reading.scope, strict=True)})
    target = target._replace(term=term, scope=reading.scope)
    given = conditions(reading, target)
    out = Audit(p, reading, seen, target, "unknown", ignore_dropped=dropped)
    if not guard.possible(reading, given):
        return out._replace(
            why="its conditions held of none of the inputs tried, so that a proof from them would say nothing"
        )
    if agree(reading, target):
        theorem = proving.prove(
            _identifier(p.name), reading.term, term, given, f"What {p.name} computes is {target.name}."
        )
        if isinstance(theorem, TheoremEntry):
            return out._replace(verdict="proved", theorem=theorem)
        return _refuted(out._replace(why=theorem), term, given, EFFORT // 4)  # they agree on the samples
    return _refuted(out, term, given, EFFORT)


def conditions_of(reading: Reading) -> list[Term]:
    """Those of the reading alone."""
    return conditions(reading, Target("", reading.term, (), ()))


def conditions(reading: Reading, target: Target) -> list[Term]:
    """Those of the reading, of the target, and of the indices; and that sizes which are less 1 a divisor are at least 2."""
    mine = [g for g in reading.given if g not in reading.inputs.some_kept() or _divides(g, reading.term)]
    out = [*mine, *(g for g in target.given if g not in mine)]
    out += [s for v, low, high in reading.scope for s in (low <= v, v <= high) if s not in out]
    out += [c for c in counted(reading, out) if c not in out]
    for t in (reading.term, target.term):
        for part in subterms(t):
            if isinstance(part, App) and part.op is k.DIV:
                for v in _less_one(part.args[1]):
                    out = [Num(2) <= v if g == (Num(1) <= v) else g for g in out]
    return out


def _divides(statement: Term, term: Term) -> bool:
    """Whether something is divided by what the statement says is at least 1, or by a number made of it."""
    assert isinstance(statement, App)
    letters = statement.args[1].free
    return any(d.free >= letters for d in denominators(term))


def counted(reading: Reading, given: Sequence[Term]) -> list[Term]:
    """That something is counted, for each number of kept positions by which the formula divides."""
    kept = {s.kept for s in reading.inputs.symbols.values() if s.kept is not None}
    kept |= {s.letter for s in reading.inputs.symbols.values() if s.input.kind in ("mask", "flags")}
    context = Context.of(given)
    out = []
    for d in denominators(reading.term):
        counts = isinstance(d, App) and d.op is k.SUM and d.sort is INT and d.free & kept and not d.loose
        if counts and side.prove(k.ne(d, Num(0)), context) is None:
            out.append(Num(1) <= d)
    return out


def _less_one(divisor: Term) -> list[Term]:
    """The sizes n of which n - 1 is a factor of the divisor."""
    if isinstance(divisor, App) and divisor.op is k.MUL:
        return [v for a in divisor.args for v in _less_one(a)]
    if (
        isinstance(divisor, App)
        and divisor.op is k.SUB
        and divisor.args[1] == Num(1)
        and isinstance(divisor.args[0], Var)
    ):
        return [divisor.args[0]] if divisor.args[0].sort is INT else []
    return []


def agree(reading: Reading, target: Target) -> bool:
    """Whether formula and target have the same values on the samples, and values at all on most of them.  It says what to try
    first, and decides nothing."""
    compared = entries = 0
    for values, mine in guard.small_samples(reading):
        theirs = guard.formula_at(target.term, reading, values)
        for i, a in mine.items():
            b = theirs[i]
            entries += 1
            if a is not None and b is not None:
                compared += 1
                if guard.relative(a, b) > 1e-12:
                    return False
    return 2 * compared >= entries


def _refuted(out: Audit, term: Term, given: Sequence[Term], effort: int) -> Audit:
    found = apart(out.reading, term, given) or find_counterexample(k.eq(out.reading.term, term), given, effort=effort)
    if not isinstance(found, Counterexample):
        why = f"{out.why or 'no proof was found'}; and {found}"
        there = None if found.undefined is None else _run_at(out.program, out.reading, found.undefined.model)
        if isinstance(there, tuple) and not math.isfinite(there[0]):
            why += f"; the program, run on it, gives {there[0]!r}"
        return out._replace(why=why)
    again = replay(out.program, out.reading, found)
    if isinstance(again, str):
        return out._replace(counterexample=found, why=again)
    if not again.confirms:
        why = f"exact numbers tell the two apart, but the program run on them gives {again.program!r}, which is " + (
            "too near to both to say"
            if guard.relative(again.formula, again.target) < max(1e-6, 2 * again.tolerance)
            else "neither"
        )
        return out._replace(counterexample=found, replay=again, why=why)
    return out._replace(verdict="refuted", counterexample=found, replay=again)


def replay(p: Program, reading: Reading, found: Counterexample) -> Replay | str:
    """The program on the numbers of the counterexample; a sentence where that is not possible."""
    told = f"exact numbers tell the two apart ({found.model}), "
    got = _run_at(p, reading, found.model)
    if isinstance(got, str):
        return f"{told}but {got}"
    value, precision = got
    if math.isnan(value):
        return f"{told}and there the program gives nan"
    _, precision = guard.allowed(reading, precision)
    return Replay(value, guard.as_float(found.left), guard.as_float(found.right), precision)


def _run_at(p: Program, reading: Reading, model: Model) -> tuple[float, str] | str:
    """The entry of the program's result that the model speaks of, run on its numbers, and in which precision; a sentence where
    that is not possible."""
    at = {var: value for (var, path), value in model.entries.items() if not path}
    sizes = {s: int(at.get(v, 1)) for s, v in reading.inputs.sizes.items() if isinstance(v, Var)}
    letters = {v: s for s in reading.inputs.symbols.values() for v in (s.letter, s.kept) if v is not None}

    def value(var: Var, path: tuple[int, ...]) -> Any:
        if (var, path) in model.entries:
            return model.entries[var, path]
        s = letters[var]
        if var == s.kept or s.input.kind in ("label", "mask", "flags", "count", "positive"):
            return 1
        return 0

    try:
        got = guard.run(p.function, reading, p.fixed, p.output, sizes, _float_values(value))
    except Exception as error:
        return f"the program cannot be run on them: {described(error)}"
    index = tuple(int(at.get(v, 1)) for v, _, _ in reading.scope)
    values = list(got.values.values())
    ends = [int(sizes.get(repr(h), 1)) for _, _, h in reading.scope]
    place = 0
    for i, n in zip(index, ends, strict=True):
        place = place * n + i - 1
    if place >= len(values):
        return "the program's result has no entry there"
    return values[place], got.precision


def _float_values(value: Callable[[Var, tuple[int, ...]], Any]) -> Callable[[Var, tuple[int, ...]], Any]:
    """Exact numbers as floats, but whole ones."""

    def of(var: Var, path: tuple[int, ...]) -> Any:
        x = value(var, path)
        return x if isinstance(x, int) else guard.as_float(x)

    return of


def _shape(scope: Sequence[tuple[Var, Term, Term]]) -> str:
    return "a number for each of " + " x ".join(repr(h) for _, _, h in scope) if scope else "one number"


def _identifier(name: str) -> str:
    last = name.replace("::", ":").rpartition(":")[2].rpartition("/")[2].replace(".", "_")
    return "".join(c if c.isalnum() else "_" for c in last) or "audited"


__all__ = ["Audit", "Program", "Replay", "UserError", "judge", "judged", "read_program"]
