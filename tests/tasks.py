"""Jobs for the tests of ``derive.jobs``: functions at the top of a module, as another process must find them."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from derive.errors import UserError


def add(a: int, b: int) -> int:
    return a + b


def later(seconds: float, value: int) -> int:
    time.sleep(seconds)
    return value


def process(_: int) -> int:
    return os.getpid()


def refuse(what: str) -> None:
    raise UserError(f"{what} is refused")


def too_deep() -> None:
    too_deep()


def open_nothing() -> None:
    open("no/such/file", "rb").close()


def slip() -> None:
    print(1 / 0)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(log: str, value: int) -> int:
    """Dies the first time."""
    if not Path(log).exists():
        Path(log).touch()
        die()
    return value


def end_the_worker(log: str) -> None:
    """Ends the process that has started this one."""
    with open(log, "a", encoding="utf-8") as file:
        file.write(f"{os.getppid()}\n")
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)


def say(text: str) -> str:
    print(text)
    return text


def size_of(path: str) -> int:
    return os.path.getsize(path)


def tell_and_wait(log: str) -> None:
    """Writes which process this is, and waits."""
    with open(log, "a", encoding="utf-8") as file:
        file.write(f"{os.getpid()}\n")
    time.sleep(60)


def ask() -> str:
    return sys.stdin.read()
