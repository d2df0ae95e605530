"""What a file is read into, and the check of the numbers of one sequence."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from derive.errors import UserError

BATCH = 1024  # numbers handed on together


class End(NamedTuple):
    """A sequence ends here.  ``where``: its JSON path ("": the whole value); ``line``: where it starts."""

    where: str
    line: int
    notes: tuple[str, ...] = ()


class Document(NamedTuple):
    """A top-level value ends here; the sequences since the last one belong together.  ``name``: or ""."""

    name: str = ""
    notes: tuple[str, ...] = ()


class Rows(NamedTuple):
    """Sequences of which each is all of a top-level value, on a line of its own, from ``line`` on; and their exact sums."""

    line: int
    rows: list[list[float]]
    totals: list[float]


Item = list[float] | End | Document | Rows
"""Numbers of a sequence, finite and <= 0; its end, after at least one; and the end of what it stood in.  Or many at once."""


class Checker:
    """Checks the numbers of one sequence as they pass, and collects those that count in ``batch``.

    A sequence is not refused at a first positive number: the rest of it tells probabilities from losses.
    """

    def __init__(self) -> None:
        self.batch: list[float] = []
        self.count = self.positive = 0
        self.first_is_null = False
        self._largest = 0.0
        self._first = 0.0, ""  # the first positive number, and where it was

    def take(self) -> list[float]:
        """The numbers collected since the last time."""
        batch, self.batch = self.batch, []
        return batch

    def admit(self, value: float, where: Callable[[], str]) -> None:
        """Count one number; if it is positive, ``close`` will refuse.  Raises UserError."""
        if -math.inf < value <= 0.0:
            if self.positive:
                raise _positive(*self._first)
            self.batch.append(value)
        elif not math.isfinite(value):
            raise not_finite(value, where())
        elif self.count > self.positive:
            raise _positive(value, where())
        else:
            if not self.positive:
                self._first = value, where()
            self.positive += 1
            self._largest = max(self._largest, value)
        self.count += 1

    def close(self, where: Callable[[], str]) -> None:
        """The sequence ends.  Raises UserError when it was empty or all positive."""
        if not self.count:
            known = "only a first null, which does not count" if self.first_is_null else "no numbers"
            raise UserError(
                f"{where()}: this sequence is empty: it has {known}. An empty sequence has no mean and no perplexity; "
                "remove it, or give its token log-probabilities."
            )
        if self.positive:
            value, place = self._first
            several = f", and so are all {self.count} values of this sequence" if self.count > 1 else ""
            advice = (
                "Numbers between 0 and 1 look like probabilities: take the natural logarithm of each. If they are "
                "losses (negative log-likelihoods), change their sign instead."
                if self._largest <= 1.0
                else "They look like losses (negative log-likelihoods): change the sign of each. If they are logits, "
                "apply log-softmax first."
            )
            raise UserError(f"{place}: {value:.6g} is positive{several}, but a log-probability is at most 0. {advice}")


def _positive(value: float, where: str) -> UserError:
    return UserError(
        f"{where}: {value:.6g} is positive, so it is not a log-probability: a probability is at most 1, so its "
        "logarithm is at most 0. If it is a probability, take its logarithm; if it is rounding error, write 0."
    )


def out_of_range(where: str) -> UserError:
    """The error for a number that no double can hold."""
    return UserError(
        f"{where}: this number is beyond the range of a double (about 1.8e308). A token log-probability is rarely "
        "below -100; compute it again."
    )


def not_finite(value: float, where: str) -> UserError:
    """The error for NaN, Infinity and -Infinity."""
    return UserError(f"{where}: {_NOT_FINITE[str(value)]}")


_NOT_FINITE = {
    "nan": "NaN is not a log-probability. It usually comes from an earlier step (0/0, or the logarithm of a negative "
    "number); find the token that gave it and compute its log-probability again.",
    "inf": "Infinity is not a log-probability: a probability is at most 1, so its logarithm is at most 0. Find the step "
    "that overflowed and compute this token again.",
    "-inf": "-Infinity says that this token has probability zero, so the whole sequence has probability zero and no "
    "mean, perplexity or rank. Check for a token that was masked or filtered (top-k, top-p) and use the unfiltered "
    "log-probabilities.",
}
