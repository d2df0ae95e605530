"""Many sequences in columns: what is said of them is what is said of each by itself."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.cli.numbers import scores_of
from derive.errors import UserError
from derive.score import SequenceScore, compare, format_report, score_stream, score_values
from derive.score.columns import Scores
from derive.score.comparison import Ranks

NUMBERS = st.lists(st.sampled_from([0.0, -0.1, -0.2, -0.3, -1.5, -9999.0]), min_size=1, max_size=4)
ROWS = st.lists(NUMBERS, min_size=1, max_size=30)


def one_by_one(file: Path) -> list[SequenceScore]:
    return list(score_stream(io.BytesIO(file.read_bytes()), str(file), claims=False))


@given(ROWS, st.sampled_from(["\n", "\n\n"]), st.sampled_from(["", "\n"]))
def test_a_file_is_reported_as_if_each_sequence_had_been_kept_whole(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[float]], between: str, end: str
) -> None:
    file = tmp_path_factory.mktemp("score") / "rows.jsonl"
    file.write_text(between.join(map(str, rows)) + end)
    whole, columns = one_by_one(file), scores_of(str(file), "e")
    assert [(s.line, s.tokens, s.total) for s in columns] == [(s.line, s.tokens, s.total) for s in whole]
    assert format_report(columns) == format_report(whole)


def test_of_short_sequences_two_numbers_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text("[-1, -2]\n" * 1000)
    found = scores_of(str(file), "e")
    assert len(found) == 1000
    assert not found.whole
    assert found[999].line == 1000
    assert (found[-1].tokens, found[-1].total) == (2, -3)


def test_scores_of_several_files_are_joined(tmp_path: Path) -> None:
    joined = Scores()
    for name in "ba":
        file = tmp_path / f"{name}.jsonl"
        file.write_text("[-1, -2]\n[-3]\n[-4]\n" if name == "b" else "[-5]\n")
        joined.extend(scores_of(str(file), "e"))
    assert [Path(s).name for s in joined.sources()] == ["b.jsonl", "a.jsonl"]
    assert [(s.line, s.total) for s in joined] == [(1, -3), (2, -3), (3, -4), (1, -5)]
    assert joined[3].source.endswith("a.jsonl")


@pytest.mark.parametrize(
    "text", ["[-1],[-2]\n[-3\n-4]\n", "[-1],[-2]\n[-3]\n", "[-1]\n[-2\n-3]\n", "[-1]\n,[-2]\n[-3]\n"]
)
def test_lines_that_are_no_lists_are_refused_though_there_are_as_many(text: str) -> None:
    with pytest.raises(UserError, match=r"line \d+.*not valid JSON"):
        list(score_stream(io.BytesIO(text.encode()), "in", claims=False))


@given(st.lists(st.sampled_from([-1.0, -1.0 - 1e-13, -1.0 - 2e-12, -2.0, -3.5, 0.0]), min_size=1, max_size=12))
def test_the_rank_of_one_is_its_rank_among_all(values: list[float]) -> None:
    ranks = Ranks(values)
    assert tuple(ranks) == ranks.every == ranks[:]
    highest = [i for i, rank in enumerate(ranks.every) if rank == 1]
    assert ranks.first == (highest[0] if len(highest) == 1 else None)


@given(ROWS)
def test_sum_and_mean_disagree_where_two_sequences_are_the_other_way_round(rows: list[list[float]]) -> None:
    c = compare([score_values(row) for row in rows])
    by_sum, by_mean = c.rank_by_sum.every, c.rank_by_mean.every
    pairs = [
        (i, j) for i in range(len(rows)) for j in range(len(rows)) if by_sum[i] < by_sum[j] and by_mean[j] < by_mean[i]
    ]
    assert (c.disagreement in pairs) if pairs else c.disagreement is None
