"""The gradient of what a program computes, in its logits: stated as a theorem's line of calculus, and held against autograd."""

from __future__ import annotations

from typing import Any, NamedTuple

from derive.audit import guard, program
from derive.audit.reading import Reading
from derive.audit.roles import Missing, Roles
from derive.audit.verdict import Program
from derive.errors import UserError
from derive.falsify import Model, Undecided, Undefined, evaluate
from derive.kernel import terms as k
from derive.kernel.sorts import INT, REAL
from derive.kernel.terms import Num, Term, Var, fresh, substitute
from derive.language.syntax import delta, fun
from derive.tactics.context import Context
from derive.tactics.derived import sides
from derive.tactics.differentiation import calculate
from derive.tactics.normal import ALL, MORE, Normalizer


class Gradient(NamedTuple):
    """The derivative in one entry of the logits, as a term, the entry's indices, and how far autograd is from it."""

    term: Term
    entry: tuple[Var, ...]
    compared: int
    largest: float


def gradient(p: Program, reading: Reading) -> Gradient:
    """The derivative of the formula in an entry of the logits.  Raises UserError when autograd says something else.

    One entry moves by h: the formula with z(t, k) + [t = i][k = j] h in place of z(t, k) is differentiated at h = 0 by the rules of
    calculus, each of which the kernel checks.
    """
    try:
        s = Roles(reading.inputs).logits()
    except Missing as error:
        raise UserError(f"--gradient: {error}") from None
    if reading.scope:
        raise UserError("--gradient takes a loss that is one number; name a reduction")
    taken = set(reading.term.free)
    entry = tuple(fresh(n, INT, frozenset(taken)) for n in _names(len(s.input.dims)))
    term = _derivative(reading, s.letter, entry)
    compared, largest = _against_autograd(p, reading, s.letter, s.input.name, entry, term)
    return Gradient(term, entry, compared, largest)


def _names(n: int) -> list[str]:
    return ["j"] if n == 1 else ["s", "j"][:n] if n == 2 else ["r", "s", "j"][:n]


def _derivative(reading: Reading, letter: Var, entry: tuple[Var, ...]) -> Term:
    """The derivative, with its sums worked out."""
    step = fresh("h", REAL, frozenset({*reading.term.free, *entry}))
    moved: Term = letter[entry]
    for v in entry:
        step_here = delta(Var(f"{v.name}'", INT), v)
        moved = step_here if moved == letter[entry] else moved * step_here
    indices = [Var(f"{v.name}'", INT) for v in entry]
    shifted: Term = letter[tuple(indices)] + moved * step
    for i in reversed(indices):
        shifted = fun(i, shifted)
    wanted = k.app(k.DERIVATIVE, fun(step, substitute(reading.term, {letter: shifted})), Num(0))
    inside = [c for v, d in zip(entry, _dims(reading, letter), strict=True) for c in (Num(1) <= v, v <= d)]
    context = Context.of([*reading.given, *inside])
    differentiated = calculate(context, ())(wanted, context)
    if differentiated is None:
        raise UserError("--gradient: the rules of calculus give no derivative of this formula; --measure fits one")
    found = sides(differentiated.concl)[1]
    return sides(Normalizer(ALL | MORE).normalize(found, context).concl)[1]


def _dims(reading: Reading, letter: Var) -> list[Term]:
    s = next(s for s in reading.inputs.symbols.values() if s.letter == letter)
    return [reading.inputs.sizes[d] for d in s.input.dims]


def _against_autograd(
    p: Program, reading: Reading, letter: Var, name: str, entry: tuple[Var, ...], term: Term
) -> tuple[int, float]:
    compared, largest = 0, 0.0
    for sizes, values in guard.samples(reading)[1:5]:
        got = _autograd(p, reading, sizes, values, name)
        for path, x in guard.entries(got, ()):
            here = substitute(term, {v: Num(i) for v, i in zip(entry, path, strict=True)})
            try:
                y = guard.as_float(evaluate(here, Model(values)))
            except (Undecided, Undefined):
                continue
            compared += 1
            largest = max(largest, guard.relative(x, y))
    tolerance, precision = guard.allowed(reading, "float64")
    if not compared:
        raise UserError("--gradient: the derivative and autograd could not be compared on any input")
    if largest > tolerance:
        raise UserError(
            f"--gradient: autograd is {largest:.1e} from the derivative of the formula ({precision}): the program keeps a part from "
            "being differentiated, as detach() and no_grad() do, or its backward is written by hand; the loss is what was read"
        )
    return compared, largest


def _autograd(p: Program, reading: Reading, sizes: Any, values: Any, name: str) -> Any:
    plain = reading.inputs.plain(sizes, guard.value_at(values))
    kinds = {x.name: x.kind for x in reading.inputs.inputs}

    def run(x: Any) -> Any:
        args, kwargs = program.arguments(p.function, {**made, name: x}, program.with_sizes(p.fixed, sizes))
        return program.picked(p.function(*args, **kwargs), p.output)

    with reading.front.exactly():
        made = {n: reading.front.concrete(v, kinds[n], "float64") for n, v in plain.items()}
        return reading.front.gradient_of(run, made[name])
