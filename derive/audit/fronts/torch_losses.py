"""What torch.nn.functional's losses do, from their documentation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from derive.audit.fronts.sizes import term_of
from derive.audit.fronts.torch_ops import as_tensor, operation
from derive.audit.model import choosing as ch
from derive.audit.model import functions as fn
from derive.audit.model import shaping as sh
from derive.audit.model import tensor as tn
from derive.audit.model.tensor import Tensor
from derive.audit.model.trace import Trace, Unread
from derive.audit.model.values import ONE, ZERO, add, apply, div, mul, neg, sub
from derive.kernel.terms import Num


def _plain(*legacy: Any) -> None:
    """The arguments size_average and reduce, which torch has had instead of reduction."""
    if any(x is not None for x in legacy):
        raise Unread("size_average and reduce", "they are deprecated; write reduction='none', 'sum' or 'mean'")


def _reduced(trace: Trace, loss: Tensor, reduction: str, count: Tensor | None = None) -> Tensor:
    if reduction == "none":
        return loss
    if reduction == "sum":
        return tn.total(loss)
    if reduction != "mean":
        raise Unread(f"reduction={reduction!r}", "the reductions are none, sum and mean")
    if count is None:
        return tn.mean(loss)
    return tn.pointwise(trace, div, tn.total(loss), count)


def _last(x: Tensor) -> Tensor:
    """With the classes, which torch has second, as the last dimension."""
    return x if x.ndim < 2 else sh.permute(x, [0, *range(2, x.ndim), 1])


@operation("nll_loss")
def nll_loss(
    trace: Trace, input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: Any = None,
    ignore_index: int = -100, reduce: Any = None, reduction: str = "mean",
) -> Tensor:  # fmt: skip
    _plain(size_average, reduce)
    return _by_labels(trace, _last(input), target, weight, ignore_index, reduction, 0)


@operation("cross_entropy")
def cross_entropy(
    trace: Trace, input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: Any = None,
    ignore_index: int = -100, reduce: Any = None, reduction: str = "mean", label_smoothing: Any = 0.0,
) -> Tensor:  # fmt: skip
    _plain(size_average, reduce)
    logs = fn.log_softmax(_last(input), -1)
    if target.kind != "real":
        return _by_labels(trace, logs, target, weight, ignore_index, reduction, label_smoothing)
    q, eps, classes = _last(target), term_of(label_smoothing), tn.count(logs.shape[-1], trace)
    if label_smoothing:
        q = tn.pointwise(trace, lambda x: add(mul(sub(ONE, eps), x), div(eps, classes)), q)
    terms = tn.pointwise(trace, mul, q, logs)
    terms = terms if weight is None else tn.pointwise(trace, mul, weight, terms)
    loss = tn.pointwise(trace, neg, tn.total(terms, -1))
    n = fn.exact(1) if not loss.ndim else tn.size(loss)
    return _reduced(trace, loss, reduction, tn.scalar(trace, n))


def _by_labels(
    trace: Trace, logs: Tensor, target: Tensor, weight: Tensor | None, ignore: int, reduction: str, smoothing: Any
) -> Tensor:
    kept = ch.negated(ch.equals(target, as_tensor(trace, ignore)))
    eps, classes = term_of(smoothing), tn.count(logs.shape[-1], trace)

    def of(t: Tensor) -> Tensor:
        """An entry of t, or its last dimension, at the label; 0 where the label is ignored."""
        at = ch.gather(t, -1, sh.unsqueeze(_safe(target, kept), -1))
        return sh.squeeze(at, -1)

    weights = None if weight is None else of(weight.like(tn.placed(weight, logs.shape), shape=logs.shape))
    nll = tn.pointwise(trace, neg, of(logs))
    nll = nll if weights is None else tn.pointwise(trace, mul, weights, nll)
    if smoothing:
        rows = logs if weight is None else tn.pointwise(trace, mul, weight, logs)
        flat = tn.pointwise(trace, neg, tn.total(rows, -1))
        nll = tn.pointwise(trace, lambda a, b: add(mul(sub(ONE, eps), a), mul(div(eps, classes), b)), nll, flat)
    zero = tn.scalar(trace, ZERO)
    loss = tn.where(trace, kept, nll, zero)
    counted = kept if weights is None else tn.where(trace, kept, weights, zero)
    return _reduced(trace, loss, reduction, tn.total(counted))


def _safe(target: Tensor, kept: Tensor) -> Tensor:
    """The labels with the first token at ignored positions, whose entries are not used."""
    return tn.where(target.trace, kept, target, tn.scalar(target.trace, ZERO, "int"))


def _terms(f: Callable[..., Any]) -> Callable[..., Tensor]:
    def run(
        trace: Trace, input: Tensor, target: Tensor, weight: Tensor | None = None, size_average: Any = None,
        reduce: Any = None, reduction: str = "mean", **more: Any,
    ) -> Tensor:  # fmt: skip
        _plain(size_average, reduce)
        loss = f(trace, input, target, **more)
        loss = loss if weight is None else tn.pointwise(trace, mul, weight, loss)
        return _reduced(trace, loss, reduction)

    return run


def _weighed(a: Any, x: Any) -> Any:
    return ZERO if a == ZERO else mul(a, fn.logarithm(x))


_FLOOR = -100
"""torch keeps the logarithms of binary_cross_entropy at or above it."""


def _binary(trace: Trace, input: Tensor, target: Tensor) -> Tensor:
    """-(t log x + (1 - t) log(1 - x)), each logarithm at least the floor."""

    def log_of(f: Callable[..., Any]) -> Tensor:
        return ch.bounded(tn.pointwise(trace, f, input), as_tensor(trace, _FLOOR), None)

    logs = log_of(fn.logarithm), log_of(lambda x: fn.logarithm(sub(ONE, x)))
    return tn.pointwise(trace, lambda t, a, b: neg(add(mul(t, a), mul(sub(ONE, t), b))), target, *logs)


@operation("binary_cross_entropy")
def binary_cross_entropy(trace: Trace, input: Tensor, target: Tensor, *args: Any, **more: Any) -> Tensor:
    return _terms(_binary)(trace, input, target, *args, **more)


@operation("binary_cross_entropy_with_logits")
def binary_cross_entropy_with_logits(
    trace: Trace, input: Tensor, target: Tensor, weight: Any = None, size_average: Any = None, reduce: Any = None,
    reduction: str = "mean", pos_weight: Tensor | None = None,
) -> Tensor:  # fmt: skip
    def of(x: Any, t: Any, w: Any = ONE) -> Any:
        return neg(add(mul(w, _weighed(t, fn.sigmoid_of(x))), _weighed(sub(ONE, t), sub(ONE, fn.sigmoid_of(x)))))

    def run(tr: Trace, x: Tensor, t: Tensor) -> Tensor:
        return tn.pointwise(tr, of, x, t, *([] if pos_weight is None else [pos_weight]))

    return _terms(run)(trace, input, target, weight, size_average, reduce, reduction)


@operation("kl_div")
def kl_div(
    trace: Trace, input: Tensor, target: Tensor, size_average: Any = None, reduce: Any = None, reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:  # fmt: skip
    def of(x: Any, t: Any) -> Any:
        if log_target:
            return mul(fn.exponential(t), sub(t, x))
        return ZERO if t == ZERO else sub(fn.xlogy(t, t), mul(t, x))

    _plain(size_average, reduce)
    loss = tn.pointwise(trace, of, input, target)
    if reduction == "batchmean":
        n = tn.count(input.shape[0], trace)
        return tn.pointwise(trace, lambda v: div(v, n), tn.total(loss))
    return _reduced(trace, loss, reduction)


@operation("mse_loss")
def mse_loss(trace: Trace, input: Tensor, target: Tensor, *args: Any, reduction: str = "mean", **_: Any) -> Tensor:
    return _reduced(trace, tn.pointwise(trace, lambda a, b: fn.power(sub(a, b), Num(2)), input, target), reduction)


@operation("l1_loss")
def l1_loss(trace: Trace, input: Tensor, target: Tensor, *args: Any, reduction: str = "mean", **_: Any) -> Tensor:
    return _reduced(trace, tn.pointwise(trace, lambda a, b: fn.magnitude(trace, sub(a, b)), input, target), reduction)


__all__ = ["apply", "cross_entropy", "nll_loss"]
