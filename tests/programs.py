"""Programs that a test starts, sends signals and ends."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os import PathLike
from typing import Any


@contextmanager
def program(command: Sequence[str | PathLike[str]], **how: Any) -> Iterator[subprocess.Popen[str]]:
    """A running program that hears interrupts and does not outlive the test, also where the test fails.

    Tests that a shell runs in the background ignore interrupts, and what they start would inherit that.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(command, text=True, **how)
    finally:
        signal.signal(signal.SIGINT, before)
    with process:
        try:
            yield process
        finally:
            process.kill()
