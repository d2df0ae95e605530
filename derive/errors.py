"""The error that a user can mend: bad input, a missing file, an option that makes no sense."""

from __future__ import annotations


class UserError(Exception):
    """Bad input.  The message is one paragraph: what is wrong, where, why, and what to do next.

    The command line prints it to stderr, without a traceback, and exits with status 2.
    """
