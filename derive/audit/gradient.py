"""The gradient of what a program computes, in its logits: stated as a theorem's line of calculus, and held against autograd."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import Any, NamedTuple

from derive.audit import guard, program, proving
from derive.audit.asked import piece, read_asked
from derive.audit.library import constants
from derive.audit.reading import Reading
from derive.audit.roles import ONE, Missing, Place, Roles
from derive.audit.verdict import Program, conditions_of
from derive.board.entries import TheoremEntry
from derive.errors import UserError
from derive.falsify import Model, Undecided, Undefined, evaluate
from derive.kernel import terms as k
from derive.kernel.sorts import INT, REAL
from derive.kernel.terms import Num, Term, Var, as_term, fresh, substitute
from derive.language.definitions import one_hot, smoothed, smoothed_off
from derive.language.syntax import delta, fun
from derive.tactics.closing import denominators
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
    idle: int = 0  # so many of the last positions have no gradient


def gradient(p: Program, reading: Reading) -> Gradient:
    """The derivative of the formula in an entry of the logits.  Raises UserError when autograd says something else.

    One entry moves by h: the formula with z(t, k) + [t = i][k = j] h in place of z(t, k) is differentiated at h = 0 by the rules of
    calculus, each of which the kernel checks.  Where positions predict the next token, the last one has no gradient, and the
    derivative is that at the others.
    """
    try:
        s = Roles(reading.inputs).logits()
    except Missing as error:
        raise UserError(f"--gradient: {error}") from None
    if reading.scope:
        raise UserError("--gradient takes a loss that is one number; name a reduction")
    taken = set(reading.term.free)
    entry = tuple(fresh(n, INT, frozenset(taken)) for n in _names(len(s.input.dims)))
    found: Gradient | None = None
    for idle in (0, 1) if len(entry) > 1 else (0,):
        inside = _inside(reading, s.letter, entry, idle)
        term = _derivative(reading, s.letter, entry, inside)
        if term is None:
            continue
        tidy = _tidied(p, reading, entry, term, inside, idle)
        if found is None or tidy is not None or len(repr(term)) < len(repr(found.term)):
            compared, largest = _against_autograd(p, reading, s.letter, s.input.name, entry, term, idle)
            found = Gradient(tidy or term, entry, compared, largest, idle)
        if tidy is not None:
            break
    if found is None:
        raise UserError("--gradient: the rules of calculus give no derivative of this formula; --measure fits one")
    return found


def _inside(reading: Reading, letter: Var, entry: tuple[Var, ...], idle: int) -> list[Term]:
    """That the entry is one of the logits, and none of the last positions where these are ``idle``."""
    ends = _dims(reading, letter)
    if len(ends) > 1 and idle:
        ends[-2] = ends[-2] - idle
    return [c for v, d in zip(entry, ends, strict=True) for c in (Num(1) <= v, v <= d)]


def _tidied(
    p: Program, reading: Reading, entry: tuple[Var, ...], term: Term, inside: Sequence[Term], shift: int
) -> Term | None:
    """The derivative as w (p - q) over what is divided by, where that is proved to be the same; None where no such form is."""
    try:
        forms = list(
            _forms(reading, entry, shift, [d for d in denominators(term) if not d.free & {*entry} and not d.loose])
        )
    except UserError:
        return None
    for form in forms:
        if _agree(reading, entry, form, term, shift):
            proved = proving.prove(
                "gradient", term, form, [*conditions_of(reading), *inside], f"The gradient of {p.name}."
            )
            if isinstance(proved, TheoremEntry):
                return form
    return None


def _forms(reading: Reading, entry: tuple[Var, ...], shift: int, divisors: Sequence[Term]) -> Iterator[Term]:
    """(p - q) over a divisor, times the weight of the position, for the targets and the divisors of the library."""
    roles = Roles(reading.inputs)
    *here, j = entry
    loss = read_asked(f"{'next-token ' * shift}{'one-hot' if roles.has_labels else 'soft'}, sum")
    whole = piece(loss, roles)
    ahead = (*here[:-1], here[-1] + shift) if shift else tuple(here)
    place, n = Place(roles, tuple(here), ahead, roles.positions()), roles.vocabulary
    weight = roles.kept(ahead)
    positions = prod((high for _, _, high in whole.scope[1:]), start=whole.scope[0][2]) if whole.scope else ONE
    counts = [s.letter for s in roles.counts()]
    for target in _targets(reading, place, n):
        apart = place.model[j] - target[j]
        weighed = apart if weight == ONE else weight * apart
        for divisor in dict.fromkeys((*divisors, whole.counted, positions, ONE, *counts)):
            yield weighed if divisor == ONE else weighed / divisor


def _targets(reading: Reading, place: Place, n: Term) -> Iterator[Term]:
    if place.roles.has_labels:
        yield one_hot(place.token)
        for eps in constants(reading):
            yield smoothed(n, as_term(eps), place.token)
            yield smoothed_off(n, as_term(eps), place.token)
    else:
        yield place.soft


def _agree(reading: Reading, entry: tuple[Var, ...], form: Term, term: Term, idle: int) -> bool:
    """Whether two derivatives have the same values on samples; it says what to try, and decides nothing."""
    for sizes, values in guard.samples(reading)[:3]:
        lengths = reading.inputs.lengths(Roles(reading.inputs).logits().input, sizes)
        for path in product(*(range(1, n + 1) for n in lengths)):
            if idle and path[-2] == lengths[-2]:
                continue
            at = {v: Num(i) for v, i in zip(entry, path, strict=True)}
            try:
                x, y = (guard.as_float(evaluate(substitute(t, at), Model(values))) for t in (form, term))
            except (Undecided, Undefined):
                continue
            if guard.relative(x, y) > 1e-12:
                return False
    return True


def _names(n: int) -> list[str]:
    return ["j"] if n == 1 else ["s", "j"][:n] if n == 2 else ["r", "s", "j"][:n]


def _derivative(reading: Reading, letter: Var, entry: tuple[Var, ...], inside: Sequence[Term]) -> Term | None:
    """The derivative, with its sums worked out; None where the rules of calculus give none."""
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
    context = Context.of([*conditions_of(reading), *inside])
    differentiated = calculate(context, ())(wanted, context)
    if differentiated is None:
        return None
    found = sides(differentiated.concl)[1]
    return sides(Normalizer(ALL | MORE).normalize(found, context).concl)[1]


def _dims(reading: Reading, letter: Var) -> list[Term]:
    s = next(s for s in reading.inputs.symbols.values() if s.letter == letter)
    return [reading.inputs.sizes[d] for d in s.input.dims]


def _against_autograd(
    p: Program, reading: Reading, letter: Var, name: str, entry: tuple[Var, ...], term: Term, idle: int
) -> tuple[int, float]:
    compared, largest = 0, 0.0
    for sizes, values in guard.samples(reading)[1:5]:
        got = _autograd(p, reading, sizes, values, name)
        last = [sizes.get(repr(d), 0) for d in _dims(reading, letter)]
        for path, x in guard.entries(got, ()):
            here = substitute(term, {v: Num(i) for v, i in zip(entry, path, strict=True)})
            if idle and path[-2] == last[-2]:
                here = Num(0)
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
