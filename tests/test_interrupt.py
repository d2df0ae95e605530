"""An interrupt ends a command without a traceback, with status 130; and one theorem may be asked for by many threads."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from derive import *
from derive.language.letters import *

SAID = "derive: interrupted; no file is left half-written"
ROOT = Path(__file__).resolve().parent.parent
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of Unix")

AT_IMPORT = """
import builtins, os, signal, sys
from derive.cli.__main__ import run

sys.argv[1:] = ["show", "cross_entropy_is_nll"]
left, usual = int({n}), builtins.__import__

def interrupted(*arguments, **named):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGINT)
    return usual(*arguments, **named)

builtins.__import__ = interrupted
run()
"""

IN_A_CALL = """
import os, signal, sys
from derive.cli.__main__ import run

sys.argv[1:] = ["show", "cross_entropy_is_nll", "-o", "page.txt"]
import {module} as module

def interrupted(*_, **__):
    os.kill(os.getpid(), signal.SIGINT)
    while True:
        pass

module.{name} = interrupted
run()
"""


def interrupted(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What comes of the program, as at a terminal: what a shell runs in the background has interrupts ignored."""
    code = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n" + code
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, env=env, check=False
    )


@posix
@pytest.mark.parametrize("n", [1, 2, 5, 30, 200, 600])
def test_an_interrupt_while_the_command_starts(tmp_path: Path, n: int) -> None:
    done = interrupted(AT_IMPORT.format(n=n), tmp_path)
    assert (done.returncode, done.stderr.strip()) == (130, SAID)


@posix
@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("derive.board.catalogue", "find_theorem"),
        ("derive.render.pages.text", "derivation_text"),
        ("derive.files", "_fill"),
        ("os", "replace"),
    ],
)
def test_an_interrupt_while_it_works_leaves_nothing_half_done(tmp_path: Path, module: str, name: str) -> None:
    done = interrupted(IN_A_CALL.format(module=module, name=name), tmp_path)
    assert (done.returncode, done.stderr.strip()) == (130, SAID)
    assert list(tmp_path.iterdir()) == []


@posix
def test_whoever_starts_the_command_may_have_interrupts_ignored(tmp_path: Path) -> None:
    code = AT_IMPORT.format(n=5).replace(
        "import builtins", "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nimport builtins"
    )
    done = interrupted(code, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "−log Pr(y | x)" in done.stdout


# --- threads ---------------------------------------------------------------------------------------------------------


def in_threads(*asked: Callable[[], object]) -> list[object]:
    """What each call gives, or the error it ends with, all begun at one time."""
    results: list[object] = [None] * len(asked)
    start = threading.Barrier(len(asked))

    def call(i: int) -> None:
        start.wait()
        try:
            results[i] = asked[i]()
        except UserError as error:
            results[i] = str(error)

    threads = [threading.Thread(target=call, args=(i,)) for i in range(len(asked))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_eight_threads_get_the_theorem() -> None:
    runs = []

    @theorem(shows=Eq(Sum(delta(k, y) * f[k], (k, 1, V)), f[y]), given=in_vocabulary(y, V))
    def picks_one(calc):
        runs.append(1)
        threading.Event().wait(0.05)
        calc.eq(f[y], by=sum_delta)

    found = in_threads(*[picks_one.check] * 8)
    assert found == [picks_one.derivation] * 8
    assert len(runs) == 1


def test_a_theorem_that_is_used_in_its_own_proof_is_refused_in_every_thread() -> None:
    @theorem(shows=Eq(a, a + 0))
    def first(calc):
        calc.eq(a + 0, by=second)

    @theorem(shows=Eq(a, a + 0))
    def second(calc):
        calc.eq(a + 0, by=first)

    for message in in_threads(first.check, second.check, first.check):
        assert "is used in its own proof" in str(message)
