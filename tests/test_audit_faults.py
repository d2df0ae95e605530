"""Faults put into the readings of operations: the formula is then not what the program computes, and a guard says so.

No fault may lead to a proof or a refutation: either the formula differs from the program on the samples, or the numbers of a
counterexample are not confirmed by the program.
"""

from __future__ import annotations

import pytest
from frameworks import framework

torch = framework("torch")

import audit_cases as cases
from audits import ROWS, asked

from derive.audit.fronts import torch_losses, torch_ops
from derive.audit.guard import MisreadProgramError
from derive.audit.model import choosing, shaping, tensor, trace
from derive.audit.model import functions as fn
from derive.audit.model.values import add, div, mul, neg, sub
from derive.kernel.terms import Num

pytestmark = pytest.mark.filterwarnings("default")

OPERATIONS = torch_ops.OPERATIONS
HAND = (cases.by_hand, ROWS, "one-hot, mean over kept")
SOFT = (cases.leak, ROWS, "smoothed(eps=1/10), mean over kept")
PLAIN = (cases.plain, ROWS, "one-hot, mean over kept")


def operation(name, change):
    """The reading of an operation, with its result changed."""
    old = OPERATIONS[name]

    def put(patch) -> None:
        patch.setitem(OPERATIONS, name, lambda tr, *a, **kw: change(tr, old(tr, *a, **kw), *a, **kw))

    return put


def attribute(module, name, make):
    old = getattr(module, name)
    return lambda patch: patch.setattr(module, name, make(old))


def each(f):
    return lambda tr, out, *a, **kw: tensor.pointwise(tr, f, out, kind=out.kind)


def first_input(tr, out, x, *a, **kw):
    return x if not isinstance(x, tuple) else x[0]


FAULTS = {
    "sum counts twice": ((cases.one_hot_product, ROWS, "one-hot, mean"), operation("sum", each(lambda v: mul(Num(2), v)))),
    "minus is lost": (HAND, operation("__neg__", first_input)),
    "log-softmax is not normalised": (HAND, operation("log_softmax", first_input)),
    "log-softmax over the wrong dimension": (SOFT, attribute(fn, "log_softmax", lambda old: lambda t, axis: old(t, 0))),
    "softmax for log-softmax": (HAND, attribute(fn, "log_softmax", lambda old: lambda t, axis: fn.softmax(t, axis))),
    "gather is off by one": (
        (cases.one_hot_product, ROWS, "one-hot, mean"),
        attribute(trace.Trace, "indicator", lambda old: lambda self, i, j: old(self, add(i, Num(1)), j)),
    ),
    "a mask is turned round": (HAND, operation("__ne__", lambda tr, out, *a: choosing.negated(out))),
    "a mask is all ones": (HAND, operation("__ne__", lambda tr, out, *a: out.like(lambda i: Num(1)))),
    "mean divides by one more": (SOFT, attribute(tensor, "mean", lambda old: lambda t, *a: tensor.pointwise(t.trace, lambda v: div(v, Num(2)), old(t, *a)))),
    "a product is a sum": (HAND, operation("__mul__", lambda tr, out, a, b: tensor.pointwise(tr, add, torch_ops.as_tensor(tr, a), torch_ops.as_tensor(tr, b)))),
    "a quotient is turned round": (HAND, operation("__truediv__", each(lambda v: div(Num(1), v)))),
    "a difference is turned round": ((cases.divergence, "logprobs=T ref_logprobs=T", "k3, mean"), operation("__sub__", each(neg))),
    "exp is a line": ((cases.divergence, "logprobs=T ref_logprobs=T", "k3, mean"), operation("exp", lambda tr, out, x: tensor.pointwise(tr, lambda v: add(v, Num(1)), x))),
    "a slice begins too late": (
        (cases.double_shift, ROWS, "next-token one-hot, mean over kept"),
        attribute(shaping, "narrow", lambda old: lambda t, axis, start, stop: old(t, axis, start and start - 1, stop and stop + 1)),
    ),
    "a constant is rounded": (
        (cases.slip, ROWS, "smoothed(eps=1001/10000), mean over kept"),
        attribute(torch_losses, "term_of", lambda old: lambda x: fn.exact(round(x, 3)) if isinstance(x, float) else old(x)),
    ),
    "a small constant is lost": (
        (cases.log_of_more, ROWS, "one-hot, mean"),
        operation("__add__", lambda tr, out, a, b: a),
    ),
    "a clamp is lost": ((cases.floor, ROWS, "one-hot, mean"), attribute(choosing, "bounded", lambda old: lambda t, low, high: t)),
    "smoothing has the other convention": (
        (cases.slip, ROWS, "smoothed(eps=1001/10000), mean over kept"),
        attribute(torch_losses, "div", lambda old: lambda a, b: old(a, sub(b, Num(1))) if b.free else old(a, b)),
    ),
    "ignored labels are counted": (PLAIN, attribute(torch_losses, "_reduced", lambda old: lambda tr, loss, r, n=None: old(tr, loss, r, tensor.scalar(tr, tensor.size(loss)) if n is not None else None))),
    "a maximum is its second argument": (
        (cases.ppo, "logprobs=B,T old_logprobs=B,T advantages=B,T mask=B,T", "ppo(eps=1/5), mean over kept"),
        operation("maximum", lambda tr, out, a, b: b),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_a_reading_leads_to_no_verdict(name, monkeypatch) -> None:
    (function, shapes, wanted), put = FAULTS[name]
    sound = asked(function, shapes, wanted)
    assert sound.audit.verdict in ("proved", "refuted")
    put(monkeypatch)
    with pytest.raises(MisreadProgramError, match=r"(?s)fault of derive's.*report it"):
        asked(function, shapes, wanted)


def test_there_are_twenty_faults() -> None:
    assert len(FAULTS) >= 20
