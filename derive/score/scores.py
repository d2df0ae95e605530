"""Sequence log-likelihoods from token log-probabilities.

    log Pr(y|x) = sum_t log Pr(y_t | x, y_<t)

Everything is kept in nats.  ``base`` says which logarithm the input was written in.  A total is the exact
sum of the numbers read, rounded once, so it does not depend on their order.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import chain
from operator import neg
from typing import BinaryIO, NamedTuple

from derive.errors import UserError
from derive.score.checker import Checker, Document, End, Item, Rows
from derive.score.lines import Lines
from derive.score.responses import json_items
from derive.score.streams import is_stream, stream_items
from derive.score.taken import read_tokens
from derive.score.wording import printable

NATS_PER = {"e": 1.0, "2": math.log(2), "10": math.log(10)}
_FEW = 2  # fewer rows are looked at one by one
_KEPT = 8  # a sequence of at most this many tokens keeps its values, to be shown and to be left out one by one
_SENTINEL = -9999.0  # OpenAI and vLLM: "too unlikely to be reported"


class SequenceScore(NamedTuple):
    """What is known of one sequence after one pass over its T >= 1 token log-probabilities.

    In nats: ``total`` and what is derived from it.  In the input's base: ``given_total``, ``first``,
    ``last``, ``values`` (all of them if T <= 8, else none) and ``log_abs_product`` = sum_t log|l_t|, -inf if
    an l_t is 0.  ``probability_sum`` is sum_t Pr(y_t | x, y_<t).  The last two are nan where they were not asked for.
    """

    source: str
    where: str
    line: int
    name: str
    base: str
    tokens: int
    total: float
    given_total: float
    first: float
    last: float
    values: tuple[float, ...]
    log_abs_product: float
    probability_sum: float
    notes: tuple[str, ...] = ()

    @property
    def mean(self) -> float:
        """log Pr(y|x) / T, nats per token."""
        return self.total / self.tokens

    @property
    def nll(self) -> float:
        """The negative log-likelihood -log Pr(y|x), nats."""
        return -self.total

    @property
    def mean_nll(self) -> float:
        """-log Pr(y|x) / T, nats per token: the cross-entropy loss averaged over the tokens."""
        return -self.mean

    @property
    def probability(self) -> float:
        """Pr(y|x); 0.0 when it is below the smallest double, where ``log10_probability`` still holds."""
        return math.exp(self.total)

    @property
    def log10_probability(self) -> float:
        """log10 Pr(y|x)."""
        return self.total / NATS_PER["10"]

    @property
    def perplexity(self) -> float:
        """exp(-log Pr(y|x) / T), in no unit; inf when it is beyond the largest double."""
        try:
            return math.exp(self.mean_nll)
        except OverflowError:
            return math.inf

    @property
    def bits(self) -> float:
        """-log2 Pr(y|x)."""
        return self.nll / NATS_PER["2"]

    @property
    def bits_per_token(self) -> float:
        """-log2 Pr(y|x) / T."""
        return self.bits / self.tokens


def score_stream(
    binary_file: BinaryIO, name: str, *, base: str = "e", tokens: str | None = None, claims: bool = True
) -> Iterator[SequenceScore]:
    """The scores of a file's sequences, in order, each as soon as the JSON value it is in has been read.

    ``name`` is the file's name for messages and labels; ``base`` ("e", "2", "10") the logarithm the file was
    written in; ``tokens`` a file that says which tokens were taken (see :mod:`derive.score.taken`); ``claims`` whether
    somebody's totals are to be compared with the scores (``diagnose``), for which more is calculated.  The file is JSON (see
    :mod:`derive.score.shapes`) if it begins with ``[`` or ``{``, a stream of events if with a field of one such as
    ``data:``, else text.  Memory does not grow with the length of a sequence.  Raises UserError for anything but
    log-probabilities.
    """
    for part in score_parts(binary_file, name, base=base, tokens=tokens, claims=claims):
        if isinstance(part, Rows):
            yield from _row_scores(part, name, base, claims)
        else:
            yield part


def score_parts(
    binary_file: BinaryIO, name: str, *, base: str = "e", tokens: str | None = None, claims: bool = True
) -> Iterator[SequenceScore | Rows]:
    """``score_stream``, where short sequences of which there is nothing to say but their sums come together."""
    taken = read_tokens(tokens) if tokens is not None else []
    nats = _nats(base)
    lines = Lines(binary_file, name)
    first = lines.first_character()
    if not first:
        raise UserError(
            f"{lines.source}: the file is empty, so there is no sequence to score. "
            "Expected token log-probabilities such as -0.7 -0.4."
        )
    if is_stream(lines):
        items = stream_items(lines, nats)
    elif first in "[{":
        items = json_items(lines, taken, nats)
    else:
        from derive.score.plain import text_items

        items = text_items(lines)
    together: list[SequenceScore] = []
    while True:
        one = _Pass(name, base, claims)
        end = one.read(items)
        if end is None:
            break
        if isinstance(end, Rows):
            if claims or base != "e" or len(end.rows) < _FEW or min(end.totals) < _SENTINEL + 1:
                yield from _row_scores(end, name, base, claims)
            else:
                yield end
        elif isinstance(end, End):
            score = one.score(end)
            if not any(_same_list_twice(score, other) for other in together):
                together.append(score)
        else:
            if together and end.notes:
                together[-1] = together[-1]._replace(notes=together[-1].notes + end.notes)
            for score in together:
                yield score._replace(name=end.name) if end.name else score
            together.clear()
    if taken:
        raise UserError(
            f"{tokens}: the tokens of {len(taken)} more sequences are given than there are in {lines.source} whose positions list "
            "several candidates. Give the tokens of those only, in their order."
        )


def score_values(values: Iterable[float], *, base: str = "e", name: str = "") -> SequenceScore:
    """The score of one sequence given as numbers.  Raises UserError as :func:`score_stream` does."""
    one = _Pass(name, base)
    checker = Checker()
    for value in values:
        checker.admit(float(value), lambda: f"{name or 'the sequence'}, value {checker.count + 1}")
    checker.close(lambda: name or "the sequence")
    one.read(iter([checker.take()]))
    return one.score(End("", 1))


def _row_scores(rows: Rows, source: str, base: str, claims: bool) -> Iterator[SequenceScore]:
    """The scores of short sequences, each all that is on its line."""
    for line, (row, total) in enumerate(zip(rows.rows, rows.totals, strict=True), rows.line):
        total += 0.0  # no -0.0
        if claims or base != "e" or total < _SENTINEL + 1:
            one = _Pass(source, base, claims)
            one.read(iter([row]))
            yield one.score(End("", line))
        else:
            values = tuple(row) if len(row) <= _KEPT else ()
            yield SequenceScore(
                source, "", line, "", base, len(row), total, total, row[0], row[-1], values, math.nan, math.nan
            )


class _Pass:
    """One pass over a sequence: the exact sum, and what diagnoses need.  Raises UserError for an unknown base."""

    def __init__(self, source: str, base: str, claims: bool = True) -> None:
        self._claims = claims
        self._source, self.base, self.nats = source, base, _nats(base)
        self._kept: list[float] = []
        self._end: End | Document | Rows | None = None
        self.count = self.sentinels = 0
        self.total = self.last = self.log_product = self.probabilities = 0.0

    def read(self, items: Iterator[Item]) -> End | Document | Rows | None:
        """The numbers up to the next end; the rest of ``items`` is left."""
        try:
            self.total = math.fsum(chain.from_iterable(self._observe(items))) + 0.0  # + 0.0: no -0.0
        except OverflowError:
            raise self._too_large() from None
        return self._end

    def _observe(self, items: Iterator[Item]) -> Iterator[list[float]]:
        for item in items:
            if not isinstance(item, list):
                self._end = item
                return
            if len(self._kept) <= _KEPT:
                self._kept += item[: _KEPT + 1]
            self.count += len(item)
            if sum(item) < _SENTINEL + 1:  # else there is none, since no number is positive
                self.sentinels += item.count(_SENTINEL)
            self.last = item[-1] if item else self.last
            yield item
            if not self._claims:
                continue
            # Diagnosis only, so plain sums will do.
            self.log_product = -math.inf if 0.0 in item else sum(map(math.log, map(neg, item)), self.log_product)
            in_nats = item if self.base == "e" else [value * self.nats for value in item]
            self.probabilities = sum(map(math.exp, in_nats), self.probabilities)

    def score(self, end: End) -> SequenceScore:
        """The score of what was read.  Raises UserError when it is beyond the range of a double."""
        if not math.isfinite(self.total * self.nats):
            raise self._too_large()
        notes = end.notes
        if self.sentinels:
            are = "value is" if self.sentinels == 1 else "values are"
            notes += (
                f"{self.sentinels} {are} −9999, which OpenAI and vLLM write for a token too unlikely to be reported: "
                "the total is not a log-likelihood",
            )
        return SequenceScore(
            source=self._source, where=end.where, line=end.line, name="", base=self.base,
            tokens=self.count, total=self.total * self.nats, given_total=self.total,
            first=self._kept[0], last=self.last, values=tuple(self._kept) if self.count <= _KEPT else (),
            log_abs_product=self.log_product if self._claims else math.nan,
            probability_sum=self.probabilities if self._claims else math.nan, notes=notes,
        )  # fmt: skip

    def _too_large(self) -> UserError:
        return UserError(
            f"{printable(self._source, 200) or 'the sequence'}: the sum of these numbers is beyond the range of a "
            "double (about −1.8e308), so they cannot be token log-probabilities. Look for a number with a wrong "
            "exponent."
        )


def _nats(base: str) -> float:
    if base not in NATS_PER:
        raise UserError(f"base {printable(base)} is not known. Give e (natural logarithm), 2 or 10.")
    return NATS_PER[base]


def _same_list_twice(a: SequenceScore, b: SequenceScore) -> bool:
    """Some servers give the same log-probabilities under two names in one object."""
    (a_parent, _, a_field), (b_parent, _, b_field) = a.where.rpartition("."), b.where.rpartition(".")
    if a_parent != b_parent or a_field == b_field or "[" in a_field + b_field:
        return False
    return (a.tokens, a.total) == (b.tokens, b.total)
