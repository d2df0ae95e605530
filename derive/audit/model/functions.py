"""The functions of losses on tensors: exponentials, softmax, logarithms, sigmoids, contractions."""

from __future__ import annotations

import math
from fractions import Fraction

from derive.audit.model.tensor import UNIT, Dim, Index, Tensor, broadcast, pointwise, summed_over, total
from derive.audit.model.trace import Trace, Unread
from derive.audit.model.values import MINUS_INFINITY, NOT_A_NUMBER, ONE, ZERO, Value, add, apply, div, mul, neg, sub
from derive.kernel import terms as k
from derive.kernel.terms import Num, Term, app
from derive.language.definitions import absolute, positive_part, sigmoid, softplus


def exponential(x: Term) -> Term:
    if x in (MINUS_INFINITY, ZERO):
        return ZERO if x == MINUS_INFINITY else ONE
    return app(k.EXP, x)


def logarithm(x: Term) -> Term:
    return ZERO if x == ONE else app(k.LOG, x)


def plus(a: Term, b: Term) -> Term:
    return MINUS_INFINITY if MINUS_INFINITY in (a, b) else add(a, b)


def minus(a: Term, b: Term) -> Term:
    if b == MINUS_INFINITY:
        raise Unread("- (-inf)", "infinity is no number; fill with -inf only what goes into a softmax")
    return a if a == MINUS_INFINITY else sub(a, b)


def power(x: Term, a: Term) -> Term:
    if a == Num(2):
        return app(k.POW, x, a)
    if a == ONE:
        return x
    if isinstance(a, Num) and a.value == -1:
        return div(ONE, x)
    return app(k.POW, x, a)


def logsumexp(t: Tensor, axes: int | tuple[int, ...], keepdim: bool = False) -> Tensor:
    return pointwise(t.trace, logarithm, total(pointwise(t.trace, exponential, t), axes, keepdim))


def log_softmax(t: Tensor, axis: int) -> Tensor:
    return pointwise(t.trace, minus, t, logsumexp(t, axis, keepdim=True))


def softmax(t: Tensor, axis: int) -> Tensor:
    e = pointwise(t.trace, exponential, t)
    return pointwise(t.trace, div, e, total(e, axis, keepdim=True))


def sigmoid_of(x: Term) -> Term:
    return sigmoid(x)


def log_sigmoid(x: Term) -> Term:
    return app(k.LOG, sigmoid(x))


def tanh_of(x: Term) -> Term:
    """2 sigmoid(2 x) - 1."""
    return sub(mul(Num(2), sigmoid(mul(Num(2), x))), ONE)


def root(x: Term) -> Term:
    return app(k.POW, x, Num(Fraction(1, 2)))


def softplus_of(x: Term) -> Term:
    return softplus(x)


def relu(x: Term) -> Term:
    return positive_part(x)


def magnitude(trace: Trace, x: Term) -> Term:
    """|x|, which is x where the conditions show that x is not negative."""
    if trace.holds(ZERO <= x):
        return x
    return neg(x) if trace.holds(x <= ZERO) else absolute(x)


def xlogy(a: Term, x: Term) -> Term:
    """a log x, and 0 where a is 0."""
    if isinstance(a, Num):
        return mul(a, logarithm(x)) if a != ZERO else ZERO
    return app(k.XLOGY, a, x)


def contraction(trace: Trace, text: str, tensors: tuple[Tensor, ...]) -> Tensor:
    """einsum, without an ellipsis."""
    inputs, arrow, output = text.replace(" ", "").partition("->")
    rows = inputs.split(",")
    if not arrow or "." in text or len(rows) != len(tensors):
        raise Unread(f"einsum {text!r}", "write all letters and the arrow, such as 'tv,tv->t'")
    dims: dict[str, Dim] = {}
    for row, t in zip(rows, tensors, strict=True):
        for letter, d in zip(row, t.shape, strict=True):
            dims[letter] = broadcast(trace, (dims.get(letter, UNIT),), (d,))[0]
    gone = [x for x in dims if x not in output]

    def entry(i: Index) -> Value:
        def go(known: dict[str, tuple[Term, ...]], left: list[str]) -> Value:
            if left:
                return summed_over(trace, dims[left[0]], lambda x: go({**known, left[0]: x}, left[1:]))
            factors = [
                t.entry(tuple(() if d.is_one else known[c] for c, d in zip(row, t.shape, strict=True)))
                for row, t in zip(rows, tensors, strict=True)
            ]
            out = factors[0]
            for f in factors[1:]:
                out = apply(mul, out, f)
            return out

        return go(dict(zip(output, i, strict=True)), gone)

    return Tensor(trace, [dims[x] for x in output], entry)


def matmul(a: Tensor, b: Tensor) -> Tensor:
    """a @ b: the last dimension of a with the one before the last of b."""
    lead = "abcdefgh"[: max(a.ndim, b.ndim, 2) - 2]
    left, right = lead[len(lead) - max(a.ndim - 2, 0) :], lead[len(lead) - max(b.ndim - 2, 0) :]
    x = left + ("xy" if a.ndim > 1 else "y")
    y = right + ("yz" if b.ndim > 1 else "y")
    out = lead + ("x" if a.ndim > 1 else "") + ("z" if b.ndim > 1 else "")
    return contraction(a.trace, f"{x},{y}->{out}", (a, b))


# --- numbers ----------------------------------------------------------------------------------------------------------


def exact(x: object) -> Term:
    """A Python number, exactly: a float is the shortest decimal that its type reads as it, since that is what was written."""
    if isinstance(x, bool):
        return ONE if x else ZERO
    if isinstance(x, (int, Fraction)):
        return Num(x)
    if isinstance(x, float):
        return _decimal(x, float.__repr__(x))
    if (
        type(x).__module__ in ("numpy", "ml_dtypes") and getattr(x, "ndim", 1) == 0
    ):  # str() of a number of NumPy is the shortest decimal of its type
        return exact(x.item()) if not isinstance(x.item(), float) else _decimal(x.item(), str(x))  # type: ignore[attr-defined]
    raise Unread(f"{x!r}", "it is no number")


def _decimal(value: float, text: str) -> Term:
    if value == float("-inf"):
        return MINUS_INFINITY
    if value != value:
        return NOT_A_NUMBER
    if value == float("inf"):
        raise Unread(text, "it is no number; only -inf, as a fill value before a softmax, has a reading")
    return Num(_meant(value, text))


_TERMS_OF = 64  # largest denominator of a fraction that a rounded float is taken for
_LONG = 16  # digits of a float that is the result of a calculation: what people write has fewer


def _meant(value: float, text: str) -> Fraction:
    """What was written: 0.09999999999999998 is 1 - 0.9, and 0.3333333333333333 is 1/3.

    Only floats with all their digits are looked at, and only a short decimal or a small fraction that is within two roundings.
    """
    plain = Fraction(text)
    if len(text.partition("e")[0].replace(".", "").replace("-", "").strip("0")) < _LONG:
        return plain
    near = 2 * Fraction(math.ulp(value)) + Fraction(math.ulp(1.0)) / 4 * (
        abs(plain) < 1
    )  # 1 - 0.9 is rounded as 0.9 is
    for simple in (plain.limit_denominator(_TERMS_OF), Fraction(f"{value:.12g}")):
        if abs(simple - plain) <= min(near, abs(plain) / 10**12):
            return simple
    return plain


def noted(trace: Trace, x: object) -> object:
    """The number itself; where it is taken for one of which it is a rounding, a reader is told."""
    if isinstance(x, float) and math.isfinite(x) and Fraction(repr(x)) != (meant := _meant(x, repr(x))):
        trace.note(f"the number {x!r} is taken for {meant}, of which it is a rounding")
    return x
