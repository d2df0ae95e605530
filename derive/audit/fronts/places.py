"""Where in the user's program an operation stands."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from derive.audit.model.tensor import Tensor
from derive.audit.model.trace import Unread

_OWN = __file__.rpartition("audit")[0]
_FRAMEWORKS = ("-packages/torch/", "-packages/numpy/", "-packages/jax/", "contextlib")


def is_users(file: str) -> bool:
    return not file.startswith((_OWN, "<")) and not any(f in file for f in _FRAMEWORKS)


def line_of(error: BaseException) -> str:
    """The last line of the user's program on the way to an error."""
    at, out = error.__traceback__, ""
    while at is not None:
        file = at.tb_frame.f_code.co_filename
        if is_users(file):
            out = f"{file.rpartition('/')[2]}:{at.tb_lineno}"
        at = at.tb_next
    return out


def place() -> str:
    """The line of the user's program that is being run, as FILE.py:LINE."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if is_users(file):
            return f"{file.rpartition('/')[2]}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


def placed(t: Tensor, where: str) -> Tensor:
    """The tensor, whose entries are looked at later: what is not read in them is said with the line at which it was made."""

    def entry(i: Any) -> Any:
        try:
            return t.entry(i)
        except Unread as error:
            raise error.at(where) from None

    return t.like(entry)
