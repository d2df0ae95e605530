"""Several sequences: which is ahead by sum and by mean, and the means of all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from derive.score.scores import SequenceScore


@dataclass(frozen=True, slots=True)
class Comparison:
    """Several sequences ranked by log-likelihood and by its mean per token, and the totals of all of them.

    Ranks are in the order of the sequences, from 1 for the highest; equal values share a rank.
    ``disagreement`` is (i, j), where sequence i has the higher sum and j the higher mean, the best of each
    where these differ; None if sum and mean never disagree.  In nats: ``token_mean`` = total / tokens and
    ``mean_of_means``, the mean of the sequences' means.
    """

    rank_by_sum: tuple[int, ...]
    rank_by_mean: tuple[int, ...]
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
    sums, means = [s.total for s in scores], [s.mean for s in scores]
    rank_by_sum, rank_by_mean = _ranks(sums), _ranks(means)
    tokens, total = sum(s.tokens for s in scores), math.fsum(sums)
    return Comparison(
        rank_by_sum, rank_by_mean, _disagreement(rank_by_sum, rank_by_mean), tokens, total,
        token_mean=total / tokens, mean_of_means=math.fsum(means) / len(means),
        equal_lengths=len({s.tokens for s in scores}) == 1,
    )  # fmt: skip


def close(a: float, b: float) -> bool:
    """Equal but for the rounding of the inputs: -0.7 - 0.4 and -1.1 are one value to whoever wrote them."""
    return math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-300)


def _ranks(values: Sequence[float]) -> tuple[int, ...]:
    order = sorted(range(len(values)), key=values.__getitem__, reverse=True)
    ranks = [1] * len(values)
    for place, (i, j) in enumerate(pairwise(order), start=2):
        ranks[j] = ranks[i] if close(values[i], values[j]) else place
    return tuple(ranks)


def _disagreement(by_sum: Sequence[int], by_mean: Sequence[int]) -> tuple[int, int] | None:
    order = sorted(range(len(by_sum)), key=lambda i: (by_sum[i], by_mean[i]))
    best, best_mean = order[0], min(order, key=lambda i: (by_mean[i], by_sum[i]))
    if by_mean[best_mean] < by_mean[best] and by_sum[best] < by_sum[best_mean]:
        return best, best_mean
    # If any two are the other way round, two neighbours in the order by sum are.
    for i, j in pairwise(order):
        if by_sum[i] < by_sum[j] and by_mean[j] < by_mean[i]:
            return i, j
    return None
