"""Many sequences in columns: of a short one that is all of its line, two numbers are kept and no more."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from math import nan
from operator import truediv
from typing import overload

from derive.score.checker import Rows
from derive.score.scores import SequenceScore


class Scores(Sequence[SequenceScore]):
    """Scores, in order.  ``tokens`` and ``totals`` (nats) are columns of all of them.

    Of ``Rows`` there is no more than that, and the line: the ``values``, the ``first`` and the ``last`` of such a score are not known.
    """

    def __init__(self, scores: Iterable[SequenceScore] = ()) -> None:
        self.tokens, self.totals = array("q"), array("d")
        self.whole: dict[int, SequenceScore] = {}
        """Those that were given as such, by their place."""
        self._rows: list[tuple[int, str, int]] = []  # where rows begin; their source and first line
        for score in scores:
            self.append(score)

    def append(self, score: SequenceScore) -> None:
        self.whole[len(self.tokens)] = score
        self.tokens.append(score.tokens)
        self.totals.append(score.total)

    def add_rows(self, rows: Rows, source: str) -> None:
        """Rows in natural logarithms, none with a value that stands for something else."""
        self._rows.append((len(self.tokens), source, rows.line))
        self.tokens.extend(map(len, rows.rows))
        self.totals.extend(rows.totals)

    def extend(self, other: Scores) -> None:
        begin = len(self)
        self.tokens.extend(other.tokens)
        self.totals.extend(other.totals)
        self.whole |= {begin + i: score for i, score in other.whole.items()}
        self._rows += [(begin + i, source, line) for i, source, line in other._rows]

    def means(self) -> list[float]:
        """log Pr(y|x) / T of each, nats per token."""
        return list(map(truediv, self.totals, self.tokens))

    def sources(self) -> list[str]:
        """The files, in order of first use."""
        first = {source: i for i, source, _ in reversed(self._rows)}
        for i, score in self.whole.items():
            first[score.source] = min(i, first.get(score.source, i))
        return sorted(first, key=first.__getitem__)

    def __len__(self) -> int:
        return len(self.tokens)

    @overload
    def __getitem__(self, place: int) -> SequenceScore: ...
    @overload
    def __getitem__(self, place: slice) -> list[SequenceScore]: ...
    def __getitem__(self, place: int | slice) -> SequenceScore | list[SequenceScore]:
        if isinstance(place, slice):
            return [self._score(i) for i in range(*place.indices(len(self)))]
        return self._score(range(len(self))[place])

    def __iter__(self) -> Iterator[SequenceScore]:
        return map(self._score, range(len(self)))

    def _score(self, i: int) -> SequenceScore:
        score = self.whole.get(i)
        if score is not None:
            return score
        begin, source, line = self._rows[bisect_right(self._rows, i, key=lambda rows: rows[0]) - 1]
        total = self.totals[i]
        return SequenceScore(
            source, "", line + i - begin, "", "e", self.tokens[i], total, total, nan, nan, (), nan, nan
        )
