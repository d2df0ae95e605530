"""derive certify: proofs for a second checker."""

from __future__ import annotations

import click

from derive.cli.common import progress
from derive.cli.jobs import jobs_options, workers_of


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME ...]")
@click.option("-o", "--output", "folder", metavar="DIR", default="certificates", help="Where to write (certificates).")
@click.option("--all", "all_", is_flag=True, help="Every theorem of the catalogue.")
@click.option("--run", is_flag=True, help="Have Rocq (Debian's package coq) replay them, and say what was established.")
@jobs_options
@click.option("--fresh", is_flag=True, help="Replay also what was replayed before and has not changed.")
def certify(
    names: tuple[str, ...], folder: str, all_: bool, run: bool, jobs: int | None, address: str, fresh: bool
) -> None:
    """Write the proofs of theorems out as Rocq developments, which a second, independent checker replays."""
    from derive.certify.command import certify_command

    workers = workers_of(jobs, address)
    text, status = certify_command(names, folder, run, all_, workers.processes, fresh, progress, workers.address)
    click.echo(text)
    if status:
        raise SystemExit(status)
