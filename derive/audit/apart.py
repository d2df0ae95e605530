"""The smallest numbers that tell a program and a loss apart: inputs of growing sizes, with simple entries, evaluated exactly.

The general search for counterexamples builds a model entry by entry; a loss wants whole tensors, which are tried here first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from derive.audit import guard
from derive.audit.inputs import Draw
from derive.audit.reading import Reading
from derive.falsify import Counterexample, Model, Undecided, Undefined, evaluate
from derive.falsify.models.arithmetic import sign_of_difference
from derive.falsify.numbers.exact import log
from derive.falsify.search.found import shown
from derive.kernel import terms as k
from derive.kernel.sorts import INT
from derive.kernel.terms import Term, Var

LARGEST = 12  # entries in a tensor of the largest inputs that are tried
_DRAWS = 5  # of each size, after the plainest
_WIDE = 2  # of these with logits far apart
_BEYOND = 14  # where there are bounds


class Plain(Draw):
    """Entries that make short sums: logits 0 and log 2, the first tokens, halves.  The first draw is the plainest of all."""

    def __init__(self, seed: int, bounds: bool = False) -> None:
        super().__init__(seed)
        self.plainest = seed == 0
        self.logits = (
            (0, 12, -12, 120, -120) if bounds else (0, 0, log(2), -log(2))
        )  # where there are bounds, some beyond them

    def number(self, kind: str, tokens: int, ignore: int | None) -> Any:
        if self.plainest:
            return (
                next(x for x in (1, 2) if x - 1 != ignore)
                if kind == "label"
                else {"probability": Fraction(1, 2), "real": 0, "logp": -log(2)}.get(kind, 1)
            )
        match kind:
            case "label" | "mask" | "flags":
                return super().number(kind, tokens, ignore)
            case "count":
                return self.random.randint(1, 3)
            case "probability":
                return self.random.choice((Fraction(1, 2), Fraction(1, 4)))
            case "logp":
                return self.random.choice((-log(2), -log(2), -log(4), -log(3)))
            case "positive":
                return self.random.choice((1, 2, Fraction(1, 2)))
        return self.random.choice(self.logits)

    def kept(self, lengths: Sequence[int]) -> Any:
        return _full(lengths) if self.plainest else super().kept(lengths)


def _full(lengths: Sequence[int]) -> Any:
    return tuple(_full(lengths[1:]) for _ in range(lengths[0])) if lengths else 1


_FAR = (
    0,
    5 * log(10),
    -5 * log(10),
    50 * log(10),
    -50 * log(10),
)  # about 12 and 120, whose exponentials are whole numbers

CLEAR = 1e-6
"""A relative difference that floats of 64 bits show; of narrower ones, a few times what they explain."""


def apart(reading: Reading, target: Term, given: Sequence[Term]) -> Counterexample | None:
    """The first of these inputs at which formula and target differ clearly, or else at all, as decided exactly, and all conditions hold."""
    first: tuple[dict[Var, Any], float] | None = None
    clear = max(CLEAR, 4 * guard.allowed(reading, "float64")[0])
    tried = 0
    for tried, values in enumerate(_inputs(reading), 1):  # noqa: B007
        if _differ(reading, target, given, values):
            first = first or (values, 0.0)
            if _differ(reading, target, given, values, clear):
                first = values, clear
                break
    if first is None:
        return None
    values = _simplest(reading, target, given, *first)
    model = Model(values)
    left, right = evaluate(reading.term, model), evaluate(target, model)
    words = f"the left side {shown(left)} and the right side {shown(right)}"
    return Counterexample(model, k.eq(reading.term, target), left, right, words, tried)


def _differ(reading: Reading, target: Term, given: Sequence[Term], values: dict[Var, Any], least: float = 0.0) -> bool:
    """Whether the conditions hold and the two are decided to be different, by more than the ``least`` where that is asked."""
    model = Model(values)
    try:
        if not all(evaluate(g, model) for g in given):
            return False
        left, right = evaluate(reading.term, model), evaluate(target, model)
        return (
            sign_of_difference(left, right) != 0
            and guard.relative(guard.as_float(left), guard.as_float(right)) >= least
        )
    except (Undecided, Undefined):
        return False


def _simplest(
    reading: Reading, target: Term, given: Sequence[Term], values: dict[Var, Any], least: float
) -> dict[Var, Any]:
    """The inputs with each entry as plain as it may be: logits 0, the first token, all kept."""
    for s in reading.inputs.symbols.values():
        for letter, plain in ((s.letter, Plain(0).number(s.input.kind, 1, reading.inputs.ignore)), (s.kept, 1)):
            if letter is None or s.input.kind == "distribution":
                continue
            for path in _paths(values[letter]):
                for entry in (plain, *_nearer(_entry(values[letter], path))):
                    simpler = {**values, letter: _with(values[letter], path, entry)}
                    if _differ(reading, target, given, simpler, least):
                        values = simpler
                        break
    return values


def _paths(table: Any) -> list[tuple[int, ...]]:
    return [(i, *rest) for i, x in enumerate(table) for rest in _paths(x)] if isinstance(table, tuple) else [()]


def _entry(table: Any, path: tuple[int, ...]) -> Any:
    for i in path:
        table = table[i]
    return table


def _nearer(x: Any) -> tuple[Any, ...]:
    """For a number far beyond bounds, one that is a little beyond them."""
    return (x // 10,) if isinstance(x, int) and abs(x) > 100 else ()


def _with(table: Any, path: tuple[int, ...], value: Any) -> Any:
    if not path:
        return value
    return (*table[: path[0]], _with(table[path[0]], path[1:], value), *table[path[0] + 1 :])


def _inputs(reading: Reading) -> Iterator[dict[Var, Any]]:
    names = [s for s, v in reading.inputs.sizes.items() if isinstance(v, Var)]
    choices = sorted(
        product(*(_lengths(reading, n) for n in names)), key=lambda c: (_largest(reading, names, c), sum(c))
    )
    for choice in choices:
        if _largest(reading, names, choice) > LARGEST:
            return
        sizes = dict(zip(names, choice, strict=True))
        bounded = bool(reading.trace.idle_clamps)
        for seed in range(1 + _DRAWS + (_BEYOND if bounded else _WIDE)):
            values = reading.inputs.numbers(sizes, Plain(seed, bounded or seed > _DRAWS))
            for index in product(*(range(1, _end(high, sizes) + 1) for _, _, high in reading.scope)):
                yield {**values, **{v: i for (v, _, _), i in zip(reading.scope, index, strict=True)}}


def _lengths(reading: Reading, size: str) -> tuple[int, ...]:
    least = max(reading.least(size), 2 if size in ("V", "C") else 1)
    return (least, least + 1) if size in ("V", "C") else (least, least + 1, least + 2)


def _largest(reading: Reading, names: Sequence[str], choice: Sequence[int]) -> int:
    sizes = dict(zip(names, choice, strict=True))
    out = 1
    for x in reading.inputs.inputs:
        n = 1
        for length in reading.inputs.lengths(x, sizes):
            n *= length
        out = max(out, n)
    return out


def _end(high: Term, sizes: dict[str, int]) -> int:
    return int(evaluate(high, Model({Var(n, INT): v for n, v in sizes.items()})))
