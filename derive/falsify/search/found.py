"""What a search comes back with: a counterexample, or none, with a text for a message."""

from __future__ import annotations

import contextlib
from typing import NamedTuple

from derive.falsify.models.arithmetic import Number, is_number
from derive.falsify.models.model import Model, Value, text
from derive.falsify.numbers.exact import Exact, Undecided
from derive.kernel.sorts import is_numeric
from derive.kernel.terms import App, Term


class UndefinedAt(NamedTuple):
    """A model of the hypotheses where the claim has no value."""

    model: Model
    reason: str

    def __str__(self) -> str:
        return f"it has no value at {self.model}: {self.reason}" if str(self.model) else f"no value: {self.reason}"


class Counterexample(NamedTuple):
    """A model where the hypotheses hold and the claim is false.  True as a condition.

    ``claim`` is the instance that fails: for a claim "for all k in 1..V: P" it is P, and the model says what
    k is; for a claim that functions are equal it is their values at the index k of the model.  ``left`` and
    ``right`` are the values of the sides of a comparison, exactly; ``difference`` is left - right where they
    are numbers, otherwise None.
    """

    model: Model
    claim: Term
    left: Value
    right: Value
    explanation: str
    tried: int
    undefined: UndefinedAt | None = None

    @property
    def difference(self) -> Number | None:
        if is_number(self.left) and isinstance(self.claim, App) and is_numeric(self.claim.args[0].sort):
            out: Number = self.left - self.right
            return out
        return None

    def __bool__(self) -> bool:
        return True

    def __str__(self) -> str:
        where = str(self.model)
        return f"{where} makes {self.explanation}" if where else f"it is false: {self.explanation}"


class NoneFound(NamedTuple):
    """No counterexample was met.  False as a condition.

    ``tried`` models of the hypotheses were looked at, ``undecided`` others could not be decided.
    ``vacuous``: no model of the hypotheses was met at all.  ``stopped`` says what ended the search before all
    the models that it builds were looked at; it is empty when nothing did.
    """

    tried: int
    undecided: int
    vacuous: bool
    stopped: str
    undefined: UndefinedAt | None = None
    reason: str = ""  # why the first undecided model was undecided

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        if self.vacuous:
            return f"no model of the conditions was found{self._end()}; they may contradict each other"
        out = f"no counterexample among {self.tried} model{'s' * (self.tried != 1)}{self._end()}"
        if self.undecided:
            out += f"; {self.undecided} more not decided: {self.reason}"
        if self.undefined is not None:
            out += f"; {self.undefined}"
        return out

    def _end(self) -> str:
        return f" ({self.stopped})" if self.stopped else ""


def approx(value: Value, digits: int = 6) -> str:
    """A number in decimals, correctly rounded to ``digits`` significant digits; other values as text."""
    if is_number(value):
        with contextlib.suppress(Undecided):
            return Exact.of(value).approx(digits)
    return text(value)


def shown(value: Value, limit: int = 44) -> str:
    """A value exactly, or in decimals where the exact text is long."""
    exact = text(value)
    return exact if len(exact) <= limit else f"about {approx(value)}"
