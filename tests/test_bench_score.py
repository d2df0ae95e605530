"""How long scoring takes.  Timed only with --benchmark-enable; otherwise each runs once, as a test."""

from __future__ import annotations

import io
import random
from typing import Any

import pytest

from derive.score import compare, diagnose, format_report, score_stream, score_values

COUNT = 100_000
_RNG = random.Random(0)
NUMBERS = [repr(-_RNG.expovariate(1)) for _ in range(COUNT)]
FILES = {
    "text, one line": " ".join(NUMBERS),
    "text, one number a line": "\n".join(NUMBERS),
    "JSON list": f"[{','.join(NUMBERS)}]",
    "JSON lines of ten": "\n".join(f"[{','.join(NUMBERS[k : k + 10])}]" for k in range(0, COUNT, 10)),
    "OpenAI chat": '{"choices":[{"logprobs":{"content":['
    + ",".join(f'{{"token":"a","logprob":{x},"bytes":[97],"top_logprobs":[]}}' for x in NUMBERS)
    + "]}}]}",
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES.keys())
def test_reading(benchmark: Any, content: str) -> None:
    encoded = content.encode()
    found = benchmark(lambda: list(score_stream(io.BytesIO(encoded), "bench")))
    assert sum(s.tokens for s in found) == COUNT


def test_comparing_and_reporting(benchmark: Any) -> None:
    scores = [score_values([-_RNG.expovariate(1) for _ in range(_RNG.randint(1, 9))]) for _ in range(2_000)]
    report = benchmark(lambda: format_report(scores, compare(scores)))
    assert "… and 1980 more" in report


def test_diagnosing(benchmark: Any) -> None:
    score = score_values([-0.7, -0.4])
    assert benchmark(lambda: diagnose("0.28", score)).matches[0].name == "product of the logs"
