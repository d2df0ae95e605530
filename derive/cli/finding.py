"""derive find: reasons for lines that have none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from derive.cli.common import counted, plural, progress
from derive.errors import UserError

if TYPE_CHECKING:
    from derive.board.entries import TheoremEntry
    from derive.board.withheld import Tried

VERDICTS = ("same", "as specific", "less specific", "none")


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME or FILE.py::NAME ...]")
@click.option("--all", "everything", is_flag=True, help="Every theorem of the catalogue.")
@click.option("--write", is_flag=True, help="Put the reasons into the file (the extra 'write').")
@click.option("--withhold", is_flag=True, help="Look for reasons as if none were given, and compare.")
def find(names: tuple[str, ...], everything: bool, write: bool, withhold: bool) -> None:
    """The reasons that were found for lines without by=..., as they could be written.

    With --withhold the search is not told the reasons that are given, and the table says how many of its own are the same
    or as specific, how many it tried, and how long that took.
    """
    from derive.board import catalogue

    if bool(names) == everything:
        raise UserError("name theorems, or say --all: derive find FILE.py::NAME, derive find --all --withhold")
    if write and withhold:
        raise UserError("--withhold compares, and writes nothing; leave out --write, or --withhold")
    entries = catalogue.theorems() if everything else list(catalogue.named(names).values())
    if withhold:
        _compare(entries, lines=not everything)
        return
    for entry in entries:
        _show(entry, write)


def _show(entry: TheoremEntry, write: bool) -> None:
    from derive.board import filled
    from derive.board.refusals import place, show
    from derive.record.relations import sign_of

    lines = filled.filled(entry)
    if not lines:
        click.echo(f"{entry.name}: every line has its reason")
        return
    for x in lines:
        click.echo(f"{place(x.file, x.number)}  {f'{sign_of(x.relation)} ' if x.relation else ''}{show(x.term)}")
        click.echo(f"    by={x.by}")
        for i in x.imports:
            click.echo(f"    from {i.module} import {i.name}")
    if write:
        left = filled.write(entry, lines)
        click.echo(f"{entry.file}: wrote {counted(len(lines) - len(left), 'reason')}")
        for why in left:
            click.echo(f"  {why}", err=True)


def _compare(entries: list[TheoremEntry], lines: bool) -> None:
    from derive.board.withheld import withhold

    rows: list[Tried] = []
    with progress("", len(entries)) as told:
        for entry in entries:
            told(entry.name)
            rows += withhold(entry)
    if lines:
        _print_lines(rows)
    else:
        _print_table(rows)
        _print_lines([x for x in rows if x.verdict in ("less specific", "none")])


def _print_lines(rows: list[Tried]) -> None:
    for x in rows:
        click.echo(f"line {x.number} of {x.theorem}: {x.verdict}, {x.attempts} tried, {1000 * x.seconds:.1f} ms")
        click.echo(f"    given  {x.author}")
        if x.verdict != "same":
            click.echo(f"    found  {x.found or 'nothing'}")


def _print_table(rows: list[Tried]) -> None:
    subjects = list(dict.fromkeys(x.subject for x in rows))
    width = max(map(len, (*subjects, "subject")))
    click.echo(
        f"{'subject':{width}}  lines   same  as specific  less specific  none   tried, median and most    ms, median, 9 of 10, most"
    )
    for subject in (*subjects, ""):
        some = [x for x in rows if subject in (x.subject, "")]
        same, as_, less, none = (sum(x.verdict == v for x in some) for v in VERDICTS)
        tried = sorted(x.attempts for x in some)
        times = sorted(1000 * x.seconds for x in some)
        middle, late = times[len(times) // 2], times[len(times) * 9 // 10]
        click.echo(
            f"{subject or 'all':{width}}  {len(some):5}  {same:5}  {as_:11}  {less:13}  {none:4}   {tried[len(tried) // 2]:13} {tried[-1]:8}    "
            f"{middle:10.1f} {late:9.1f} {times[-1]:6.0f}"
        )
    found = sum(x.verdict != "none" for x in rows)
    good = sum(x.verdict in VERDICTS[:2] for x in rows)
    click.echo(
        f"{found} of {len(rows)} line{plural(len(rows))} found; {good} with the author's reasons or as specific ones"
    )
