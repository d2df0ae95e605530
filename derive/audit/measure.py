"""What a least-squares fit says of a program that cannot be read: measured, not proved.

On random logits the program's loss, or its gradient, is fitted by

    L = - sum over t, k of A[t, k] log p_t(k)  +  c  +  sum over t of l[t] (log-sum-exp of z_t)^2

The rows of A are weight times target: they show the weight of each position, the target, the smoothing and its convention, and
which position's label is used; l shows a z-loss.  A fit that leaves more than a millionth says that it is no cross-entropy of a
softmax over the last axis.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import exp, log
from typing import Any, NamedTuple

from derive.audit import program
from derive.audit.inputs import Input
from derive.audit.model.trace import Unread
from derive.audit.verdict import Program
from derive.errors import UserError, described

POSITIONS, TOKENS = 5, 4
FITS = 1e-6
"""The relative rest that a fit may leave, for floats of 64 bits."""
FITS_SINGLE = 2e-5
ROUNDING = 1e-12
"""What is less than this part of the loss, or of the largest weight, is the rounding of doubles."""


class Measure(NamedTuple):
    """The fit at one size of the vocabulary: A, c, l, and the relative rest; ``labels`` are counted from 0."""

    a: list[list[float]]
    constant: float
    z: list[float]
    rest: float
    labels: list[int]
    kept: list[bool]


def measure(p: Program) -> list[str]:
    """What two fits, at two sizes of the vocabulary, say, in sentences.  Raises UserError when the inputs are no logits and labels."""
    logits, labels = _inputs(p)
    fits = [_fit(p, logits, labels, tokens) for tokens in (TOKENS, TOKENS + 2)]
    return [*_said(fits), *_of_gradients(p, logits, labels, fits[0])]


def _inputs(p: Program) -> tuple[Input, Input]:
    """The logits and the labels, and nothing else that is not a number."""
    rows = [x for x in p.inputs.inputs if x.kind == "real" and len(x.dims) >= 2]
    labels = [x for x in p.inputs.inputs if x.kind == "label"]
    if len(rows) != 1 or len(labels) != 1:
        raise UserError("--measure takes one input of logits and one of labels, such as --logits T,V --labels T")
    return rows[0], labels[0]


def _shape(dims: Sequence[str], tokens: int) -> list[int]:
    sizes = {"V": tokens, "C": tokens}
    inner = [d for d in dims if d not in sizes]
    return [sizes.get(d) or (int(d) if d.isdigit() else POSITIONS if d == inner[-1] else 1) for d in dims]


def _nested(flat: list[Any], shape: Sequence[int]) -> Any:
    if not shape:
        return flat[0]
    step = len(flat) // shape[0]
    return [_nested(flat[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])]


def _fit(p: Program, logits: Input, labels: Input, tokens: int) -> Measure:
    from derive.audit.reading import front_of

    front = front_of(p.function, p.front)
    rng = random.Random(7)
    shape = _shape(logits.dims, tokens)
    rows = 1
    for n in shape[:-1]:
        rows *= n
    ids = [rng.randrange(tokens) for _ in range(rows)]
    kept = [p.inputs.ignore is None or i != 1 for i in range(rows)]
    told = [y if k else p.inputs.ignore for y, k in zip(ids, kept, strict=True)]
    unknowns = rows * tokens + 1 + rows
    table, losses = [], []
    for _ in range(2 * unknowns + 8):
        z = [[rng.uniform(-2, 2) for _ in range(tokens)] for _ in range(rows)]
        flat = [x for row in z for x in row]
        values = {logits.name: _nested(flat, shape), labels.name: _nested(list(told), _shape(labels.dims, tokens))}
        losses.append(_loss(p, front, values))
        table.append(_features(z))
    solution = least_squares(table, losses)
    rest = sum(
        (sum(f * s for f, s in zip(row, solution, strict=True)) - y) ** 2 for row, y in zip(table, losses, strict=True)
    )
    scale = sum(y * y for y in losses) or 1.0
    a = [solution[i * tokens : (i + 1) * tokens] for i in range(rows)]
    return Measure(a, solution[rows * tokens], solution[rows * tokens + 1 :], (rest / scale) ** 0.5, ids, kept)


def _loss(p: Program, front: Any, values: dict[str, Any]) -> float:
    kinds = {x.name: x.kind for x in p.inputs.inputs}
    try:
        with front.exactly():
            made = {n: front.concrete(v, kinds[n], "float64") for n, v in values.items()}
            args, kwargs = program.arguments(p.function, made, p.fixed)
            out = front.floats_of(program.picked(p.function(*args, **kwargs), p.output))
    except Exception as error:
        raise UserError(f"{p.name} cannot be run on random logits: {described(error)}") from None
    if not isinstance(out, float):
        raise UserError("--measure fits a loss that is one number; this one returns several")
    return out


def _features(z: list[list[float]]) -> list[float]:
    norms = [log(sum(map(exp, row))) for row in z]
    return [*(n - x for row, n in zip(z, norms, strict=True) for x in row), 1.0, *(n * n for n in norms)]


def least_squares(rows: list[list[float]], values: list[float]) -> list[float]:
    """The solution of the least squares by Householder's reflections, which keeps the digits that the normal equations lose."""
    a = [[*row, y] for row, y in zip(rows, values, strict=True)]
    n = len(rows[0])
    for j in range(n):
        norm = sum(a[i][j] ** 2 for i in range(j, len(a))) ** 0.5
        if norm < 1e-12:
            continue
        lead = -norm if a[j][j] > 0 else norm
        v = [a[i][j] for i in range(j, len(a))]
        v[0] -= lead
        size = sum(x * x for x in v)
        for c in range(j, n + 1):
            factor = 2 * sum(v[i] * a[j + i][c] for i in range(len(v))) / size
            for i in range(len(v)):
                a[j + i][c] -= factor * v[i]
    out = [0.0] * n
    for j in range(n - 1, -1, -1):
        known = sum(a[j][c] * out[c] for c in range(j + 1, n))
        out[j] = (a[j][n] - known) / a[j][j] if abs(a[j][j]) > 1e-10 else 0.0
    return out


def _of_gradients(p: Program, logits: Input, labels: Input, fit: Measure) -> list[str]:
    """What autograd says: its gradient is W p - A + 2 l (log-sum-exp) p, so each row of A is p - grad where its weight W is 1."""
    from derive.audit.reading import front_of

    front = front_of(p.function, p.front)
    rng, shape = random.Random(11), _shape(logits.dims, TOKENS)
    told = [y if k else p.inputs.ignore for y, k in zip(fit.labels, fit.kept, strict=True)]
    rows, tokens = len(told), TOKENS
    equations: list[tuple[list[list[float]], list[float]]] = [([], []) for _ in range(rows)]
    for _ in range(6):
        z = [[rng.uniform(-2, 2) for _ in range(tokens)] for _ in range(rows)]
        values = {
            logits.name: _nested([x for row in z for x in row], shape),
            labels.name: _nested(list(told), _shape(labels.dims, tokens)),
        }
        try:
            found = _gradient(p, front, values, logits.name)
        except Unread:  # NumPy has none
            return []
        except Exception as error:
            return [f"its gradient cannot be had: {' '.join(described(error).split())[:120]}"]
        for t, (norm, row) in enumerate(zip((log(sum(map(exp, r))) for r in z), z, strict=True)):
            for k, x in enumerate(row):
                q = exp(x - norm)
                equations[t][0].append([q, *(-1.0 if j == k else 0.0 for j in range(tokens)), 2 * norm * q])
                equations[t][1].append(found[t * tokens + k])
    solved = [least_squares(*e) for e in equations]
    apart = max(abs(s[1 + k] - fit.a[t][k]) for t, s in enumerate(solved) for k in range(tokens))
    scale = max(max(map(abs, row)) for row in fit.a) or 1.0
    if apart <= 1e-4 * scale:
        return ["its gradients, by A = p - grad, say the same"]
    return [
        f"its gradients say something else: A = p - grad differs by {apart:.3g}; a part is kept from being differentiated, or its backward is its own"
    ]


def _gradient(p: Program, front: Any, values: dict[str, Any], name: str) -> list[float]:
    kinds = {x.name: x.kind for x in p.inputs.inputs}
    with front.exactly():
        made = {n: front.concrete(v, kinds[n], "float64") for n, v in values.items()}

        def run(x: Any) -> Any:
            args, kwargs = program.arguments(p.function, {**made, name: x}, p.fixed)
            return program.picked(p.function(*args, **kwargs), p.output)

        return _flattened(front.gradient_of(run, made[name]))


def _flattened(x: Any) -> list[float]:
    return [v for row in x for v in _flattened(row)] if isinstance(x, list) else [x]


def _said(fits: list[Measure]) -> list[str]:
    first, second = fits
    worst = max(f.rest for f in fits)
    if worst > FITS_SINGLE:
        return [f"no cross-entropy of a softmax over the last axis fits: the best leaves {worst:.1e} of the loss"]
    out = [f"a cross-entropy of a softmax over the last axis fits, up to {_rest(worst)}"]
    weights = [sum(row) for row in first.a]
    least = max(worst, ROUNDING) * max(map(abs, weights))  # a weight below it is none
    shown = ", ".join(f"{w if abs(w) > least else 0:.6g}" for w in weights)
    out.append(f"weights of the positions: {shown} (the second label is {'counted' if all(first.kept) else 'ignored'})")
    out += _alignment(first, weights)
    out += _smoothing(first, second)
    z = max(map(abs, first.z))
    out.append(f"z-loss: factor {z:.6g} a position" if z > 1e-7 else "no z-loss")
    if abs(first.constant) > 1e-6:
        out.append(f"a constant of {first.constant:.6g} that does not depend on the logits")
    return out


def _rest(worst: float) -> str:
    """How much of the loss is left; what is only rounding differs from machine to machine."""
    return "rounding" if worst <= ROUNDING else f"{worst:.1e}"


def _alignment(fit: Measure, weights: list[float]) -> list[str]:
    """Which position's label each row has its most on."""
    rows = [t for t, w in enumerate(weights) if abs(w) > max(map(abs, weights)) / 2]
    peaks = {t: max(range(len(fit.a[t])), key=lambda k: fit.a[t][k]) for t in rows}
    for shift in range(4):
        inside = [t for t in rows if t + shift < len(fit.labels)]
        if inside and all(fit.labels[t + shift] == peaks[t] for t in inside):
            words = {
                0: "its own label",
                1: "the label of the next position",
                2: "the label two positions on: a double shift",
            }
            return [f"each position has {words.get(shift, f'the label {shift} positions on')}"]
    return ["no one shift of the labels explains where the targets have their most"]


def _smoothing(first: Measure, second: Measure) -> list[str]:
    """How the target spreads, from two sizes of the vocabulary."""
    rates = []
    for fit in (first, second):
        row = max(fit.a, key=lambda r: abs(sum(r)))
        total = sum(row)
        share = sorted(x / total for x in row)
        rates.append((share[0], share[-1], len(row)))
    (low1, high1, v1), (_, high2, v2) = rates
    if low1 < 1e-6:
        return ["the target is one token"]
    over, off = [low * v for low, _, v in rates], [low * (v - 1) for low, _, v in rates]
    if abs(over[0] - over[1]) < 1e-5 and abs(high1 - (1 - over[0] + low1)) < 1e-5:
        return [f"the target is smoothed over all V tokens, with eps = {over[0]:.6g}"]
    if abs(off[0] - off[1]) < 1e-5:
        return [f"the target is smoothed over the V - 1 wrong tokens, with eps = {off[0]:.6g}"]
    return [f"the target keeps {high1:.6g} of {v1} tokens and {high2:.6g} of {v2} on its first, and spreads the rest"]
