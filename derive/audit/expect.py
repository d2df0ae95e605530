"""In a test: that a function computes a loss.

    from derive.audit import assert_loss, smoothed_loss

    def test_loss():
        assert_loss(my_loss, logits="B T V", labels="B T", ignore=-100, equals=smoothed_loss(eps="1/10", reduction="kept"))

What is proved passes.  What is refuted, or not known, fails, and the message has the formula, the difference and the numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from derive.audit.asked import REDUCTIONS, Asked, read_asked
from derive.audit.inputs import Inputs, read_input
from derive.audit.request import IGNORE, Answer, answer
from derive.audit.verdict import Audit, Program
from derive.errors import UserError, allow_deep_formulas

_SHORT = {
    "kept": "mean over kept",
    "rows": "mean of rows",
    "weights": "mean over weights",
    "n": "sum over n",
    "batches": "mean of batches",
}


def loss(text: str) -> Asked:
    """A loss of the library by its text, such as ``loss("next-token one-hot, sum over n")``.  Raises UserError as the command does."""
    return read_asked(text)


def one_hot_loss(reduction: str = "kept", next_token: bool = False) -> Asked:
    """Cross-entropy with the true tokens."""
    return _named("one-hot", reduction, next_token)


def smoothed_loss(eps: str, reduction: str = "kept", next_token: bool = False, convention: str = "V") -> Asked:
    """Cross-entropy with smoothed targets: ``convention`` is "V" where eps is shared by all tokens, "V-1" where by the wrong ones."""
    name = {"V": "smoothed", "V-1": "smoothed-off"}.get(convention)
    if name is None:
        raise UserError(f"smoothed_loss: convention must be 'V' or 'V-1', not {convention!r}")
    return _named(f"{name}(eps={eps})", reduction, next_token)


def soft_loss(reduction: str = "mean") -> Asked:
    """Cross-entropy with a distribution for each position."""
    return _named("soft", reduction, False)


def _named(name: str, reduction: str, next_token: bool) -> Asked:
    whole = _SHORT.get(reduction, reduction)
    if whole not in REDUCTIONS:
        raise UserError(f"{reduction!r} is no reduction; the reductions are {', '.join((*_SHORT, *REDUCTIONS))}")
    return read_asked(f"{'next-token ' * next_token}{name}, {whole}")


def assert_loss(
    function: Callable[..., Any], *, equals: Asked | str, ignore: int | None = IGNORE, fixed: Mapping[str, Any] | None = None,
    output: str = "", shapes: Mapping[str, str] | None = None, **inputs: str,
) -> Audit:  # fmt: skip
    """Assert that the function computes a loss, at all sizes; the audit is returned.

    ``inputs`` are shapes by name, as ``logits="B T V"`` or ``target="T V: distribution"``; ``shapes`` takes those whose names Python
    does not.  ``fixed`` are arguments that stay as they are.  Raises AssertionError when the function is refuted or no proof is
    found, UserError when it cannot be read.
    """
    __tracebackhide__ = True  # pytest then shows the test's line, and the message
    allow_deep_formulas()
    asked = equals if isinstance(equals, Asked) else read_asked(equals)
    read = [read_input(f"{n}={s}") for n, s in {**(shapes or {}), **inputs}.items()]
    name = getattr(function, "__qualname__", type(function).__name__)
    found = answer(Program(name, function, Inputs(read, ignore), fixed or {}, output), str(asked))
    if found.audit.verdict != "proved":
        raise AssertionError(_message(found))
    return found.audit


def _message(found: Answer) -> str:
    from derive.audit.report import failure
    from derive.board.wording import notation_for

    return failure(found.audit, found.residual, notation_for(None))
