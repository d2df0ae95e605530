"""Where in the user's program an operation stands."""

from __future__ import annotations

import sys
from types import FrameType

_OWN = __file__.rpartition("audit")[0]
_FRAMEWORKS = ("/torch/", "/numpy/", "/jax/", "contextlib")


def _is_users(file: str) -> bool:
    return not file.startswith((_OWN, "<")) and not any(f in file for f in _FRAMEWORKS)


def line_of(error: BaseException) -> str:
    """The last line of the user's program on the way to an error."""
    at, out = error.__traceback__, ""
    while at is not None:
        file = at.tb_frame.f_code.co_filename
        if _is_users(file):
            out = f"{file.rpartition('/')[2]}:{at.tb_lineno}"
        at = at.tb_next
    return out


def place() -> str:
    """The line of the user's program that is being run, as FILE.py:LINE."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if _is_users(file):
            return f"{file.rpartition('/')[2]}:{frame.f_lineno}"
        frame = frame.f_back
    return ""
