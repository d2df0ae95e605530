"""A job, and what comes of it.  Both are data, so that they can go to another process and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from derive.errors import message


class Job(NamedTuple):
    """A function at the top of a module of derive's, and arguments that can be pickled."""

    name: str  # what it is about: a file, a theorem
    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()
    alone: bool = False  # needs an interpreter in which nothing else has run, as it runs a program of the user's
    files: tuple[str, ...] = ()  # that it reads
    forked: bool = False  # needs what has been loaded here: done here, or in a fork of this process


class Outcome(NamedTuple):
    """The value of a job, or why there is none."""

    value: Any = None
    error: str = ""  # one paragraph, as the command says it of a single job
    lost: bool = False  # the job was not done: the error is not about what it should have done
    printed: tuple[str, str] = ("", "")  # by a program of the user's, on its output and as errors


def attempt(job: Job) -> Outcome:
    """Do the job here.  An error that has a message is its outcome; any other is raised."""
    try:
        return Outcome(job.function(*job.arguments))
    except Exception as error:
        text = message(error)
        if text is None:
            raise
        return Outcome(error=text)
