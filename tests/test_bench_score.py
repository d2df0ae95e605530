"""How long scoring takes.  Timed only with --benchmark-enable; otherwise each runs once, as a test."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
from pathlib import Path
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
    "JSON lines of a thousand": "\n".join(f"[{','.join(NUMBERS[k : k + 1000])}]" for k in range(0, COUNT, 1000)),
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


PLAIN = {
    ".txt": "print(math.fsum(map(float, open(sys.argv[1]).read().split())))",
    ".json": "print(math.fsum(json.load(open(sys.argv[1]))))",
    ".jsonl": "print(math.fsum(math.fsum(json.loads(line)) for line in open(sys.argv[1])))",
}
"""A plain reader, which holds everything in memory and checks nothing."""

WHOLE = {
    "text, one line": ".txt",
    "text, one number a line": ".txt",
    "JSON list": ".json",
    "JSON lines of ten": ".jsonl",
    "JSON lines of a thousand": ".jsonl",
}


def processor_time(*call: str) -> float:
    """Of a process and its start, in seconds."""
    before = os.times()
    subprocess.run([sys.executable, *call], stdout=subprocess.DEVNULL, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


@pytest.mark.parametrize("name", WHOLE)
def test_whole_processes_beside_a_plain_reader(benchmark: Any, name: str, tmp_path: Path) -> None:
    """``beside_plain`` in the benchmark's extra information: the command's time divided by the plain reader's, for a million
    numbers, the median of five."""
    times = 10 if benchmark.enabled else 1
    file = tmp_path / f"numbers{WHOLE[name]}"
    opening, closing = ("[", "]") if name == "JSON list" else ("", "")
    between = {"text, one line": " ", "JSON list": ","}.get(name, "\n")
    file.write_text(opening + between.join([FILES[name].strip("[]") if opening else FILES[name]] * times) + closing)
    plain = ("-c", f"import json, math, sys; {PLAIN[WHOLE[name]]}", str(file))
    ratios = []

    def both() -> None:
        ratios.append(processor_time("-m", "derive.cli", "score", str(file)) / processor_time(*plain))

    benchmark.pedantic(both, rounds=5 if benchmark.enabled else 1, iterations=1)
    benchmark.extra_info["beside_plain"] = sorted(ratios)[len(ratios) // 2]
    assert min(ratios) > 0
