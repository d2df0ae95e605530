"""What things cost on this machine: the table of docs/scale.md.  ``python tests/costs.py`` prints it; it takes some minutes.

Each command runs three times in an empty folder, and the run of the median ratio counts.  Time is CPU time: user and system, its children's with it.
Memory is the largest that one of its processes had.  Before each run ``import sympy`` runs: ratios to that hold better than seconds
on another machine, or on a busy one.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

MILLION = 1_000_000
SUBJECT = "label_smoothing"
HEADLINE = "cross_entropy_is_nll"


class Cost(NamedTuple):
    seconds: float  # of CPU time
    megabytes: float
    output: str
    sympy: float = 1.0  # seconds of CPU time for ``import sympy``, just before


def cost(folder: Path, *command: str, times: int = 3) -> Cost:
    """The median of some runs."""
    runs = []
    for _ in range(times):
        sympy = once(folder, "-c", "import sympy").seconds
        runs.append(once(folder, *command)._replace(sympy=sympy))
    return sorted(runs, key=lambda c: c.seconds / c.sympy)[times // 2]


def once(folder: Path, *command: str) -> Cost:
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
        process = subprocess.Popen([sys.executable, *command], cwd=folder, stdout=out)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        if process.returncode:
            raise SystemExit(f"{' '.join(command)} ended with status {process.returncode}")
        return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, out.read())


def derive(folder: Path, *words: str, times: int = 3) -> Cost:
    return cost(folder, "-P", "-m", "derive.cli", *words, times=times)


def log_probabilities(folder: Path) -> None:
    """A million, in sequences of a hundred tokens."""
    draw = random.Random(0)
    rows = [[round(-5 * draw.random(), 6) for _ in range(100)] for _ in range(MILLION // 100)]
    (folder / "scores.json").write_text(json.dumps(rows))
    (folder / "scores.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    (folder / "scores.txt").write_text("".join(f"{' '.join(map(str, row))}\n" for row in rows))


OWN = """
from derive import *
from derive.language.letters import *

@theorem(shows=Eq(Sum(delta(k, y) * f[k], (k, 1, V)), f[y]), given=in_vocabulary(y, V))
def picks_one(calc):
    calc.eq(f[y], by=sum_delta)
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # in another process: the largest memory of a process is not less than that of the one that started it
        subprocess.run([sys.executable, __file__, name], check=True)
        for i in range(9):
            (folder / f"proof{i}.py").write_text(OWN)
        sympy, bare = cost(folder, "-c", "import sympy"), derive(folder, "--version")
        everything = derive(folder, "check", "-q", "--fresh")
        count = int(everything.output.split()[0])
        again, page = derive(folder, "check", "-q"), derive(folder, "show", HEADLINE)

        def row(what: str, c: Cost, per: int = 1, without: float = 0.0) -> None:
            seconds = (c.seconds - without) / per
            print(f"| {what} | {seconds:.3g} s | {seconds / c.sympy:.2g} | {c.megabytes:.0f} MB |", flush=True)

        print("| what | CPU time | to `import sympy` | memory |\n|---|---|---|---|")
        row("`import sympy`", sympy)
        row("`derive --version`: the least that a command costs", bare)
        row(f"`derive check`: the {count} theorems and the false claims of the catalogue", everything)
        row("one of the theorems", everything, count, bare.seconds)
        row("`derive check` again, when nothing has changed", again)
        row("`derive show` of one theorem", derive(folder, "show", "--fresh", HEADLINE))
        row("`derive show` of it again, when nothing has changed", page)
        row("one more file in `derive check FILE...`", one_more(folder), 8)
        row("one certificate written", derive(folder, "certify", "--all"), count, bare.seconds)
        replay = derive(folder, "certify", "--all", "--run", "--fresh", "-j", "1", times=1)
        row("one certificate written and replayed, with many others", replay, count, bare.seconds)
        row(f"the {count} again, when nothing has changed", replayed(folder))
        row("one alone, the rule library with it", derive(folder, "certify", "chain_rule", "--run", "--fresh", times=1))
        for ending, said in (("json", "JSON"), ("jsonl", "JSON lines"), ("txt", "text")):
            row(f"a million log-probabilities, {said}", derive(folder, "score", f"scores.{ending}"), 1, bare.seconds)
        for ending in ("html", "pptx", "pdf"):
            deck = derive(folder, "slides", SUBJECT, "-o", f"deck.{ending}")
            slides = int(re.findall(r"(\d+) slides", deck.output)[0])
            row(f"one slide of {slides}, .{ending}, its proof with it", deck, slides, bare.seconds)
        row("the whole catalogue as one .pdf", largest_deck(folder))


def replayed(folder: Path) -> Cost:
    """All certificates, a second time."""
    derive(folder, "certify", "--all", "--run", "-j", "1", times=1)
    return derive(folder, "certify", "--all", "--run", "-j", "1", times=1)


def one_more(folder: Path) -> Cost:
    """Nine files, less one."""
    one = derive(folder, "check", "-q", "--fresh", "proof0.py")
    nine = derive(folder, "check", "-q", "--fresh", *(f"proof{i}.py" for i in range(9)))
    return nine._replace(seconds=nine.seconds - one.seconds)


def largest_deck(folder: Path) -> Cost:
    """The whole catalogue as one .pdf; the goal is 300 MB."""
    from derive.board.catalogue import subjects

    return derive(folder, "slides", *subjects(), "-o", "all.pdf", times=1)


if __name__ == "__main__":
    log_probabilities(Path(sys.argv[1])) if len(sys.argv) > 1 else main()
