"""The formula that was read, held against the program itself: on numbers at random, and at the edges.

The readings of operations are trusted, and so each is looked at before a word is said: the formula is evaluated exactly, the
program in its floats.  Where they differ by more than the program's own precision, the reading is at fault, and is not used.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from derive.audit import program
from derive.audit.inputs import Draw
from derive.audit.reading import Reading
from derive.errors import UserError, described
from derive.falsify import Exact, Model, Undecided, Undefined, evaluate
from derive.falsify.numbers.exact import log
from derive.kernel.terms import Num, Term, Var, substitute

TOLERANCE = {"float64": 1e-9, "float32": 5e-5, "float16": 2e-2, "bfloat16": 8e-2}
"""The relative difference that a type explains, by its name."""

NARROW = {"float32": 1e-2, "bfloat16": 0.3, "float16": 0.3}
"""The relative difference from floats of 64 bits above which a program does something else in a type."""

_SIZES = ((1, 1, 2), (1, 1, 1), (2, 3, 4), (1, 3, 2), (3, 2, 3), (2, 4, 3), (2, 2, 2), (5, 4, 2))
"""Of the first sizes, and of the vocabulary: one position, a vocabulary of 1 and of 2 among them."""


class MisreadProgramError(UserError):
    """The formula does not say what the program does: a fault of derive's, with what to send."""


class Seen(NamedTuple):
    """What the comparison came to: on how many inputs, the largest relative difference, and what was not comparable."""

    compared: int
    largest: float
    precision: str
    left_out: tuple[str, ...]


class Run(NamedTuple):
    """The program on numbers: the entries of its result by index, and the type of its floats."""

    values: Mapping[tuple[int, ...], float]
    precision: str


def run(
    function: Callable[..., Any], reading: Reading, fixed: Mapping[str, Any], output: str, sizes: Mapping[str, int],
    value: Callable[[Var, tuple[int, ...]], Any], dtype: str = "float64",
) -> Run:  # fmt: skip
    """Run the program on the exact numbers that ``value`` gives for the letters."""
    plain = reading.inputs.plain(sizes, value)
    kinds = {x.name: x.kind for x in reading.inputs.inputs}
    with reading.front.exactly():
        made = {n: reading.front.concrete(v, kinds[n], dtype) for n, v in plain.items()}
        args, kwargs = program.arguments(function, made, program.with_sizes(fixed, sizes))
        result = program.picked(reading.front.called(function, args, kwargs), output)
        floats = reading.front.floats_of(result)
    if floats is None:
        raise UserError(
            f"the program returned {type(result).__name__}, which is no tensor; name the loss in it with --result"
        )
    return Run(dict(entries(floats, ())), reading.front.name_of_type(result))


def entries(x: Any, path: tuple[int, ...]) -> Any:
    if isinstance(x, list):
        for i, v in enumerate(x):
            yield from entries(v, (*path, i + 1))
    else:
        yield path, x


def samples(reading: Reading) -> list[tuple[dict[str, int], dict[Var, Any]]]:
    """Sizes and exact values of all letters, the same ones each time."""
    names = [s for s, v in reading.inputs.sizes.items() if isinstance(v, Var)]
    out: list[tuple[dict[str, int], dict[Var, Any]]] = []
    tried = _SIZES[: reading.front.SHAPES] if hasattr(reading.front, "SHAPES") else _SIZES
    for seed, (a, b, v) in enumerate(tried):
        rest = iter([a, b, *([2] * len(names))])
        sizes = {s: (v if s in ("V", "C") else next(rest)) + reading.least(s) - 1 for s in names}
        if sizes not in [s for s, _ in out]:
            out.append((sizes, reading.inputs.numbers(sizes, Draw(seed))))
        if seed in (2, 4) and any(s.kept is not None for s in reading.inputs.symbols.values()):
            out.append((sizes, reading.inputs.numbers(sizes, Draw(100 + seed, few=True))))
    return out


SMALL = 18
"""How many entries the logits of a small sample have at most; exact values of larger ones take long."""


def small_samples(reading: Reading) -> Iterator[tuple[dict[Var, Any], dict[tuple[int, ...], float | None]]]:
    """The samples that are quickly evaluated, the smallest first, with the values of the formula; those are kept."""

    def volume(sizes: Mapping[str, int]) -> int:
        return math.prod(sizes.values())

    known = reading.trace.evaluated
    everyday = sorted(samples(reading), key=lambda s: volume(s[0]))
    for n, (sizes, values) in enumerate(everyday):
        if n and volume(sizes) > SMALL:
            return
        if n not in known:
            known[n] = formula_at(reading.term, reading, values)
        yield values, known[n]


class Wide(Draw):
    """Logits so far apart that floors, clamps and small constants show."""

    def number(self, kind: str, tokens: int, ignore: int | None) -> int | Fraction | Exact:
        return self.random.choice(_FAR) if kind == "real" else super().number(kind, tokens, ignore)


_FAR = (-4 * log(20), 0, 4 * log(20))  # about 12


WIDE = 1e-2
"""The relative difference that is allowed there, where 1 - p loses its digits."""


def wide_samples(reading: Reading) -> list[tuple[dict[str, int], dict[Var, Any]]]:
    """At two of the sizes of the others, for each of which JAX compiles."""
    sizes = list({tuple(s.items()): s for s, _ in samples(reading)}.values())[2:4]
    return [(s, reading.inputs.numbers(s, Wide(seed))) for seed, s in enumerate(sizes)]


def value_at(values: Mapping[Var, Any]) -> Callable[[Var, tuple[int, ...]], Any]:
    def value(var: Var, path: tuple[int, ...]) -> Any:
        out = values[var]
        for i in path:
            out = out[i - 1]
        return as_float(out) if isinstance(out, Exact) else out

    return value


def as_float(x: Any) -> float:
    """An exact number, correctly rounded."""
    return float(Exact.of(x).approx(20))


def formula_at(term: Term, reading: Reading, values: Mapping[Var, Any]) -> dict[tuple[int, ...], float | None]:
    """The values of the formula at all indices of its result; None where it has none."""
    ends = [int(evaluate(high, Model(values))) for _, _, high in reading.scope]
    out: dict[tuple[int, ...], float | None] = {}
    for index in all_indices(ends):
        here = substitute(term, {v: Num(i) for (v, _, _), i in zip(reading.scope, index, strict=True)})
        try:
            out[index] = as_float(evaluate(here, Model(values)))
        except (Undefined, Undecided):
            out[index] = None
    return out


def all_indices(ends: list[int]) -> list[tuple[int, ...]]:
    out: list[tuple[int, ...]] = [()]
    for n in ends:
        out = [(*i, j) for i in out for j in range(1, n + 1)]
    return out


def allowed(reading: Reading, precision: str) -> tuple[float, str]:
    """By how much the program may differ for its floats, and which floats these are."""
    seen = [precision, *(n.removeprefix("precision ") for n in reading.trace.notes if n.startswith("precision "))]
    worst = max(seen, key=lambda p: TOLERANCE.get(p, 0.0))
    return TOLERANCE.get(worst, TOLERANCE["float64"]), worst


def relative(a: float, b: float) -> float:
    return abs(a - b) / max(1.0, abs(a), abs(b))


def compare(function: Callable[..., Any], reading: Reading, fixed: Mapping[str, Any], output: str = "") -> Seen:
    """Compare formula and program.  Raises MisreadProgramError where they differ, UserError when the program runs on none of the inputs."""
    compared, largest, out = 0, 0.0, list[str]()
    precision = "float64"
    everyday = samples(reading)
    for sizes, values in (*everyday, *wide_samples(reading)):
        if not _allowed(reading.given, values):
            continue
        wide = (sizes, values) not in everyday
        where = ", ".join(f"{n}={v}" for n, v in sizes.items()) or "the only size"
        try:
            got = run(function, reading, fixed, output, sizes, value_at(values))
        except UserError:
            raise
        except Exception as error:
            out.append(f"at {where} the program fails: {described(error)}")
            continue
        expected = formula_at(reading.term, reading, values)
        tolerance, precision = allowed(reading, got.precision)
        flat = _aligned(got.values, expected)
        if flat is None:
            raise MisreadProgramError(
                _fault(reading, where, f"a result of {len(got.values)} entries", f"{len(expected)}")
            )
        for a, b in flat:
            if b is None or math.isnan(a) or math.isinf(a):
                if b is not None and where not in out:
                    out.append(f"at {where} the program gives {a}")
                continue
            compared += 1
            largest = largest if wide else max(largest, relative(a, b))
            if relative(a, b) > (max(tolerance, WIDE) if wide else tolerance):
                again = run(function, reading, fixed, output, sizes, value_at(values))
                if again.values != got.values:
                    raise UserError(
                        f"at {where} the program gives other numbers when it is called again with the same inputs: it draws at random, or "
                        "keeps a state.  Audit a function of its inputs alone"
                    )
                raise MisreadProgramError(_fault(reading, where, repr(a), repr(b)))
    if not compared:
        raise UserError(
            "the program could not be compared with the formula that was read of it: "
            + (
                "; ".join(out[:2])
                or f"it has no value on any of the inputs tried, or they do not fulfil {reading.given!r}; say of what kind the inputs are, such as "
                "logps=B:logp for logarithms of probabilities"
            )
        )
    _same_in_narrow_floats(function, reading, fixed, output, everyday)
    return Seen(compared, largest, precision, tuple(dict.fromkeys(out)))


def _same_in_narrow_floats(
    function: Callable[..., Any], reading: Reading, fixed: Mapping[str, Any], output: str, everyday: Sequence[Any]
) -> None:
    """Formulas are read in floats of 64 bits; that a program does not do something else in others.  It may take one type alone."""
    several = 1 if hasattr(reading.front, "SHAPES") else len(_SIZES)  # JAX compiles for each
    for sizes, values in [s for s in everyday if _allowed(reading.given, s[1])][:several]:
        runs = dict[str, Run]()
        for dtype, tolerance in {"float64": 0.0, **NARROW}.items():
            try:
                runs[dtype] = run(function, reading, fixed, output, sizes, value_at(values), dtype)
            except Exception:
                continue
            double = runs.get("float64", runs[dtype]).values
            for a, b in zip(double.values(), runs[dtype].values.values(), strict=False):
                if math.isfinite(a) and math.isfinite(b) and relative(a, b) > tolerance:
                    raise UserError(
                        f"the program gives {a!r} in floats of 64 bits and {b!r} in {dtype}, at the same numbers: it asks for the type, or "
                        "keeps no digits in it; it is audited in 64 bits only, so audit each of its branches by itself"
                    )


def _allowed(given: Sequence[Term], values: Mapping[Var, Any]) -> bool:
    """Whether the conditions hold of these inputs."""
    try:
        return all(evaluate(g, Model(values)) for g in given)
    except (Undefined, Undecided):
        return False


def possible(reading: Reading, given: Sequence[Term]) -> bool:
    """Whether the conditions hold of some sample: nothing is worth a proof from conditions that never hold."""
    inner = {v for v, _, _ in reading.scope}
    outer = [g for g in given if not g.free & inner]
    return any(_allowed(outer, values) for _, values in samples(reading))


def _aligned(
    got: Mapping[tuple[int, ...], float], expected: Mapping[tuple[int, ...], float | None]
) -> list[tuple[float, float | None]] | None:
    """The entries of both side by side, in row order; a formula has no index for a dimension of size 1."""
    if len(got) != len(expected):
        return None
    return list(zip(got.values(), expected.values(), strict=True))


def _fault(reading: Reading, where: str, program_value: str, formula_value: str) -> str:
    return (
        f"the formula that was read does not say what the program does: at {where} the program gives {program_value} and the formula "
        f"{formula_value}.  This is a fault of derive's, and no verdict is given.  Please report it with the function and this formula: {reading.term!r}"
    )
