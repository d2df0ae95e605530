"""derive check: every line of every derivation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from derive.cli.common import counted, plural, progress, quoting
from derive.cli.jobs import complain_of, jobs_options, outcomes, workers_of
from derive.cli.notes import Wishes
from derive.errors import UserError
from derive.store import believed

if TYPE_CHECKING:
    from derive.cli.checking import Checked
    from derive.jobs.job import Outcome
    from derive.record import Derivation
    from derive.slides.deck import Stamp


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME, FILE.py, FOLDER, NOTES or DECK ...]")
@click.option("-q", "--quiet", is_flag=True, help="Only the totals and what is wrong.")
@click.option(
    "--strict", is_flag=True, help="Exit status 1 for warnings too, and for rows of notes that are not known."
)
@click.option("--json", "as_json", is_flag=True, help="Of notes: the verdicts as JSON.")
@click.option("--format", "form", type=click.Choice(["gcc", "github", "sarif"]), help="Of notes: for editors and CI.")
@click.option("--explain", is_flag=True, help="Of notes: what was inferred and assumed.")
@click.option("--watch", is_flag=True, help="Of notes: check again whenever a file is saved.")
@click.option(
    "-o", "--output", metavar="FILE", help="Of notes: a page with the verdicts, or the proofs (.html .pdf .py)."
)
@click.option(
    "--verify/--no-verify", default=None, help="Read the pages back in LaTeX and text (done for what is named)."
)
@click.option("--fresh", is_flag=True, help="Prove what was proved earlier, from the very same sources, once more.")
@jobs_options
def check(
    names: tuple[str, ...],
    quiet: bool,
    strict: bool,
    as_json: bool,
    form: str | None,
    explain: bool,
    watch: bool,
    output: str | None,
    verify: bool | None,
    fresh: bool,
    jobs: int | None,
    address: str,
) -> None:
    """Check every line of every derivation: all of the catalogue, or the theorems and files named, or those in a folder.

    Also refutes the registered false claims of what is checked.  A deck that 'derive slides' wrote (.html, .pptx, .tex,
    .md, .ipynb) is compared with what is proved now.  The exit status is 1 when a line is wrong.  Conditions
    that no model was found for are a warning.  Of several files each
    is checked as if it were the only one, in a process of its own.

    What was checked earlier counts as long as nothing on which it depends has changed, and the output says so.  Under
    continuous integration and pytest, on a cluster, and with --fresh, everything is proved.

    Notes (.tex .md .qmd .ipynb) are read, and each relation in their displays is proved, refuted or said to be not known.
    The exit status is 1 when a row is false, 2 when a file cannot be read.
    """
    names, status = _notes(names, Wishes(quiet, strict, explain, as_json, form, output), watch)
    if status is not None and (status or not names):
        raise SystemExit(status)
    _proofs(names, quiet, strict, verify, fresh, jobs, address)


def _notes(names: tuple[str, ...], wishes: Wishes, watch: bool) -> tuple[tuple[str, ...], int | None]:
    """Checks the notes among the names.  Returns the other names, and the exit status where there were notes."""
    from derive.cli.notes import check_notes_files, is_notes, watch_notes

    notes = [n for n in names if "::" not in n and is_notes(n)]
    if watch and notes and len(notes) == len(names):
        watch_notes(notes, wishes)
    if watch:
        raise UserError("--watch is for notes alone; name files that end in .tex, .md, .qmd or .ipynb")
    if notes:
        return tuple(n for n in names if n not in notes), check_notes_files(notes, wishes)
    if wishes.json or wishes.form or wishes.explain or wishes.output:
        raise UserError(
            "--json, --format, --explain and -o are for notes; name a file that ends in .tex, .md, .qmd or .ipynb"
        )
    return names, None


def _proofs(
    names: tuple[str, ...], quiet: bool, strict: bool, verify: bool | None, fresh: bool, jobs: int | None, address: str
) -> None:
    """Theorems, files and decks."""
    import time

    decks = _decks(names)
    wrong_decks = [n for n in decks if not _deck(n, [n for n in names if n.endswith(".py")])]
    names = tuple(n for n in names if n not in decks)
    if decks and not names:
        raise SystemExit(1 if wrong_decks else 0)
    start = time.perf_counter()
    fresh = fresh or bool(address) or not believed()
    found, failed = _checked(names, bool(names) if verify is None else verify, fresh, jobs, address)
    if not found and not failed:
        raise UserError(
            f"{', '.join(names)}: no theorem is defined there; decorate one with @theorem(shows=..., given=[...])"
        )
    if found:
        _print(found, quiet, time.perf_counter() - start)
    if complain_of(failed):
        raise SystemExit(2)
    if found.wrong or wrong_decks or (strict and found.warnings):
        raise SystemExit(1)


def _decks(names: tuple[str, ...]) -> list[str]:
    files = [n for n in names if "::" not in n and not n.endswith(".py")]
    if not files:
        return []
    from derive.slides.verify import is_deck

    return [n for n in files if is_deck(n)]


def _checked(
    names: tuple[str, ...], verify: bool, fresh: bool, jobs: int | None, address: str
) -> tuple[Checked, list[Outcome]]:
    """What was found out, and the jobs that failed."""
    from derive.cli.checking import Checked, check_jobs, check_names
    from derive.jobs.job import Outcome

    work = check_jobs(names, verify, fresh)
    if len(work) == 1 and not address:  # from here
        found = check_names(work[0].arguments[0], verify, fresh, jobs, lambda count: progress("", count))
        return found, [Outcome(error=text) for text in found.errors]
    done = outcomes("", work, workers_of(jobs, address))
    return sum((o.value for o in done if not o.error), Checked()), [o for o in done if o.error]


def _print(found: Checked, quiet: bool, seconds: float) -> None:
    rows, refuted = found.rows, found.refuted
    if rows and not quiet:
        longest = max(len(r.name) for r in rows)
        click.echo(f"{'theorem':{longest}}  lines  steps  axioms")
        for name, lines, count, axioms in rows:
            click.echo(f"{name:{longest}}  {lines:5}  {count:5}  {axioms:6}")
    # what proofs share is known when all of them are made
    steps = "" if found.earlier[0] else f"{found.steps} primitive steps, "
    click.echo(
        f"{len(rows)} theorem{plural(len(rows))} checked: {counted(sum(r.lines for r in rows), 'line')}, "
        f"{steps}{len(found.axioms)} axioms"
        + (f"; {refuted} false claim{plural(refuted)} refuted" if refuted else "")
        + (f"; {counted(len(found.warnings), 'warning')}" if found.warnings else "")
        + f"; {seconds:.2f} s"
    )
    if any(found.earlier):
        both = [counted(n, kind) for n, kind in zip(found.earlier, ("theorem", "false claim"), strict=True) if n]
        click.echo(f"{' and '.join(both)} checked earlier, from these very sources; --fresh checks all of it now")
    for warning in found.warnings:
        click.echo(f"\n{warning}", err=True)
    for name, what, why in found.wrong:
        click.echo(f"\n{name}: {what}", err=True)
        click.echo(why, err=True)


def _deck(path: str, programs: list[str]) -> bool:
    """Compare a deck with what is proved now, and say what differs.  A deck is data: of the Python files that it names, only those
    are run that the user has named too."""
    from derive.board import catalogue
    from derive.slides.verify import NotAskedError, check_deck

    def find(name: str) -> Derivation:
        program, inside, theorem = name.partition("::")
        if not inside and not name.endswith(".py"):
            return catalogue.find_theorem(name).derivation
        named = [p for p in programs if Path(p).name == Path(program).name]
        if not named:
            raise NotAskedError(
                f"the deck says that it stands in {program}; checking runs that file, so name it too: derive check {path} {program}"
            )
        return catalogue.find_theorem(f"{named[0]}{inside}{theorem}").derivation

    def shape(derivation: Derivation, stamp: Stamp) -> Derivation:
        from derive.board.opened import reshaped

        return reshaped(derivation, stamp.expand.split(), stamp.join.split(), stamp.reverse)

    report = check_deck(path, find, shape)
    what = f"{path}: {counted(report.theorems, 'derivation')}, {counted(report.lines, 'line')}"
    if not report.findings:
        click.echo(f"{what} {report.verdict}")
        if report.numbers:
            click.echo(f"  ({counted(report.numbers, 'line')} of worked examples: only edits by hand were looked for)")
        return True
    click.echo(f"{what} {report.verdict}", err=True)
    for finding in report.findings:
        click.echo(f"  {quoting(str(finding))}", err=True)
    return False
