"""The options of commands that do many jobs, and how these are done and shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from derive.cli.common import complain, progress
from derive.errors import UserError

if TYPE_CHECKING:
    from derive.jobs.job import Job, Outcome
    from derive.jobs.run import Workers

Command = TypeVar("Command", bound=Callable[..., Any])


def jobs_options(command: Command) -> Command:
    """-j and --on, as the arguments ``jobs`` and ``address``."""
    on = click.option(
        "--on", "address", metavar="ADDRESS", default="",
        help="Use the workers of a Dask cluster: the address of its scheduler, such as tcp://10.0.0.1:8786 (docs/scale.md).",
    )  # fmt: skip
    count = click.option(
        "-j", "--jobs", type=click.IntRange(min=1), help="How many processes to use; as many as there are processors."
    )
    return count(on(command))


def workers_of(jobs: int | None, address: str) -> Workers:
    """Who does the jobs.  Raises UserError when both options are given."""
    from derive.jobs.run import Workers

    if jobs is not None and address:
        raise UserError(
            "-j is for processes of this machine, and a cluster has workers of its own; leave one of -j and --on out"
        )
    return Workers(jobs, address)


def outcomes(
    what: str, jobs: Sequence[Job], workers: Workers, taken: Callable[[Outcome], Outcome] = lambda outcome: outcome
) -> list[Outcome]:
    """Of each job, in their order, with a progress bar; what is kept of each, ``taken`` says, which gets it at once.  What programs
    of the user's have printed is printed here."""
    from derive.jobs.run import run

    with progress(what, len(jobs)) as told:
        out = run(jobs, workers, told, taken)
    for outcome in out:
        click.echo(outcome.printed[0], nl=False)
        click.echo(outcome.printed[1], nl=False, err=True)
    return out


def complain_of(done: Sequence[Outcome]) -> bool:
    """Say the errors of the jobs, each once; whether there is any."""
    errors = list(dict.fromkeys(o.error for o in done if o.error))
    for error in errors:
        complain(error)
    return bool(errors)
