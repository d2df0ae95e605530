"""An interrupt (control-C) ends the command without a traceback, with exit status 130."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

SAID = "derive: interrupted; no file is left half-written"
STATUS = 130  # what shells say of a program that an interrupt has ended: 128 and the number of the signal


def at_once(*_: Any) -> None:
    """Ends the process.  For the time when there is nothing to be put in order: at the start and at the end."""
    with suppress(OSError):
        os.write(2, f"{SAID}\n".encode())
    os._exit(STATUS)


def install() -> None:
    """From here on an interrupt ends the process, unless whoever has started it wants interrupts to be ignored."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, at_once)


@contextmanager
def orderly() -> Iterator[None]:
    """In here it raises KeyboardInterrupt instead, so that files that are half written are removed."""
    installed = signal.getsignal(signal.SIGINT) is at_once
    if installed:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        if installed:
            signal.signal(signal.SIGINT, at_once)
