"""Several sequences: which is ahead by sum and by mean, and the means of all of them."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple, overload

from derive.score.columns import Scores
from derive.score.scores import SequenceScore


class Comparison(NamedTuple):
    """Several sequences ranked by log-likelihood and by its mean per token, and the totals of all of them.

    Ranks are in the order of the sequences, from 1 for the highest; equal values share a rank, as do neighbours that are equal but
    for rounding.
    ``disagreement`` is (i, j), where sequence i has the higher sum and j the higher mean, the best of each
    where these differ; None if sum and mean never disagree.  In nats: ``token_mean`` = total / tokens and
    ``mean_of_means``, the mean of the sequences' means.
    """

    rank_by_sum: Ranks
    rank_by_mean: Ranks
    disagreement: tuple[int, int] | None
    tokens: int
    total: float
    token_mean: float
    mean_of_means: float
    equal_lengths: bool

    @property
    def difference(self) -> float:
        """mean_of_means − token_mean = −Cov(T, mean) / mean(T), over the sequences; 0 at equal lengths."""
        return self.mean_of_means - self.token_mean


def compare(scores: Sequence[SequenceScore]) -> Comparison:
    """Rank the sequences by sum and by mean.  Raises ValueError when there is none."""
    if not scores:
        raise ValueError("compare needs at least one sequence")
    scores = scores if isinstance(scores, Scores) else Scores(scores)
    means = scores.means()
    equal_lengths = min(scores.tokens) == max(scores.tokens)
    rank_by_sum = Ranks(scores.totals)
    rank_by_mean = rank_by_sum if equal_lengths else Ranks(means)
    tokens, total = sum(scores.tokens), math.fsum(scores.totals)
    return Comparison(
        rank_by_sum, rank_by_mean, None if equal_lengths else _disagreement(rank_by_sum, rank_by_mean), tokens, total,
        token_mean=total / tokens, mean_of_means=math.fsum(means) / len(means), equal_lengths=equal_lengths,
    )  # fmt: skip


def close(a: float, b: float) -> bool:
    """Equal but for the rounding of the inputs: -0.7 - 0.4 and -1.1 are one value to whoever wrote them."""
    return math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-300)


class Ranks(Sequence[int]):
    """The ranks of values.  Of a few of them only what is needed for those is worked out."""

    def __init__(self, values: Sequence[float]) -> None:
        self._values = values
        self._sorted = sorted(values)

    @cached_property
    def every(self) -> tuple[int, ...]:
        """The ranks of all."""
        values = self._values
        order = sorted(range(len(values)), key=values.__getitem__, reverse=True)
        ranks = [1] * len(values)
        for place, (i, j) in enumerate(pairwise(order), start=2):
            ranks[j] = ranks[i] if close(values[i], values[j]) else place
        return tuple(ranks)

    @cached_property
    def first(self) -> int | None:
        """The place of the value of rank 1; None where several have it."""
        highest = self._sorted[-1]
        alone = len(self) == 1 or not close(self._sorted[-2], highest)
        return self._values.index(highest) if alone else None

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[int, ...]: ...
    def __getitem__(self, place: int | slice) -> int | tuple[int, ...]:
        if isinstance(place, slice):
            return tuple(map(self._rank, self._values[place]))
        return self._rank(self._values[place])

    def _rank(self, value: float) -> int:
        ordered = self._sorted
        below = bisect_right(ordered, value)
        while below < len(ordered) and close(ordered[below - 1], ordered[below]):
            below += 1
        return len(ordered) - below + 1


def _disagreement(ranks_by_sum: Ranks, ranks_by_mean: Ranks) -> tuple[int, int] | None:
    i, j = ranks_by_sum.first, ranks_by_mean.first
    if i is not None and j is not None and i != j:
        return i, j
    by_sum, by_mean = ranks_by_sum.every, ranks_by_mean.every
    order = sorted(range(len(by_sum)), key=lambda i: (by_sum[i], by_mean[i]))
    best, best_mean = order[0], min(order, key=lambda i: (by_mean[i], by_sum[i]))
    if by_mean[best_mean] < by_mean[best] and by_sum[best] < by_sum[best_mean]:
        return best, best_mean
    # If any two are the other way round, two neighbours in the order by sum are.
    for i, j in pairwise(order):
        if by_sum[i] < by_sum[j] and by_mean[j] < by_mean[i]:
            return i, j
    return None
