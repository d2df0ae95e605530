"""The error that a user can mend: bad input, a missing file, an option that makes no sense."""

from __future__ import annotations


class UserError(Exception):
    """Bad input.  The message is one paragraph: what is wrong, where, why, and what to do next.

    The command line prints it to stderr, without a traceback, and exits with status 2.
    """


def message(error: BaseException) -> str | None:
    """What a user is told of an error; None for one that is a fault of derive's, or no error."""
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, RecursionError):
        return "a formula here is nested too deeply to be handled; split it into definitions"
    if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
        return f"{error.filename or ''}: {error.strerror or error}"
    return None
