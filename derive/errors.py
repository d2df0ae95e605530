"""The error that a user can mend: bad input, a missing file, an option that makes no sense."""

from __future__ import annotations

import sys


class UserError(Exception):
    """Bad input.  The message is one paragraph: what is wrong, where, why, and what to do next.

    The command line prints it to stderr, without a traceback, and exits with status 2; a notebook shows it alone.
    """

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class MisreadError(UserError):
    """A page that does not say, and say only, what was proved."""


TOO_DEEP = (
    "a formula is nested too deeply; write a long sum or product with Sum or Prod over a family, "
    "or name its parts with define"
)
TOO_LONG = "a number of more than 4300 digits cannot be written out; give it a letter, and say in a condition what is known of it"
_LEVELS = 10_000  # a page needs half a dozen calls for one level of a formula


def message(error: BaseException) -> str | None:
    """What a user is told of an error; None for one that is a fault of derive's, or no error."""
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, RecursionError):
        return TOO_DEEP
    if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
        why = error.strerror or error
        return (
            f"{error.filename}: {why}"
            if error.filename
            else f"what is printed cannot be written: {why}; make room, or print elsewhere"
        )
    return None


def described(error: BaseException) -> str:
    """The kind of a Python error and its words; the kind alone where the error cannot say them."""
    kind = type(error).__name__
    try:
        return f"{kind}: {error}"
    except Exception:  # its class is the author's
        return f"{kind}, whose text cannot be had"


def allow_deep_formulas() -> None:
    """A sum of 1000 terms written with + is nested 1000 deep: more than Python lets functions call each other at first."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _LEVELS))
