"""derive check: every line of every derivation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from derive.cli.common import counted, plural, progress, quoting
from derive.errors import UserError

if TYPE_CHECKING:
    from derive.record import Derivation


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME, FILE.py or DECK ...]")
@click.option("-q", "--quiet", is_flag=True, help="Only the totals and what is wrong.")
def check(names: tuple[str, ...], quiet: bool) -> None:
    """Check every line of every derivation: all of the catalogue, or the theorems and files named.

    Also refutes the registered false claims of what is checked.  A deck that 'derive slides' wrote (.html, .pptx, .tex,
    .md, .ipynb) is compared with what is proved now.  The exit status is 1 when a line is wrong.
    """
    import time

    from derive.board import catalogue
    from derive.board.checked import Results
    from derive.board.entries import FalseClaim, TheoremEntry
    from derive.kernel.theorem import axioms_used, proof_steps
    from derive.slides.verify import is_deck

    results = Results()
    programs = [n for n in names if n.endswith(".py")]
    decks = [n for n in names if "::" not in n and is_deck(n)]
    wrong_decks = [n for n in decks if not _deck(n, programs)]
    names = tuple(n for n in names if n not in decks)
    if decks and not names:
        raise SystemExit(1 if wrong_decks else 0)
    entries: list[Any] = []
    for n in names:
        if n.endswith(".py"):
            entries += catalogue.load_file(n)
        elif n.strip().replace(" ", "_") in catalogue.subjects():
            entries += catalogue.subject_entries(n)
        else:
            entries.append(catalogue.find(n))
    if not names:
        entries = list(catalogue.all_entries())
    if not entries:
        raise UserError(
            f"{', '.join(names)}: no theorem is defined there; decorate one with @theorem(shows=..., given=[...])"
        )
    start = time.perf_counter()
    proved: list[TheoremEntry] = []
    wrong: list[tuple[Any, str]] = []
    refuted = 0
    rows: list[tuple[str, int, int, int]] = []
    with progress("", len(entries)) as told:
        for e in entries:
            told(e.name)
            try:
                if isinstance(e, FalseClaim):
                    e.refute()
                    refuted += 1
                    continue
                e.check()
            except UserError as error:
                wrong.append((e, str(error)))
                continue
            proved.append(e)
            steps = proof_steps(e.theorem)
            rows.append((e.name, len(e.derivation.lines), len(steps), len(axioms_used(e.theorem))))
    seconds = time.perf_counter() - start
    results.keep(proved, [e for e, _ in wrong if isinstance(e, TheoremEntry)])
    if rows and not quiet:
        longest = max(len(r[0]) for r in rows)
        click.echo(f"{'theorem':{longest}}  lines  steps  axioms")
        for name, lines, count, axioms in rows:
            click.echo(f"{name:{longest}}  {lines:5}  {count:5}  {axioms:6}")
    total = len(proof_steps(*(e.theorem for e in proved)))
    axioms_all = axioms_used(*(e.theorem for e in proved)) if proved else frozenset()
    click.echo(
        f"{len(proved)} theorem{plural(len(proved))} checked: {counted(sum(r[1] for r in rows), 'line')}, {total} primitive steps, "
        f"{len(axioms_all)} axioms"
        + (f"; {refuted} false claim{plural(refuted)} refuted" if refuted else "")
        + f"; {seconds:.2f} s"
    )
    for e, text in wrong:
        click.echo(f"\n{e.name}: not proved" if isinstance(e, TheoremEntry) else f"\n{e.name}: not refuted", err=True)
        click.echo(text, err=True)
    if wrong or wrong_decks:
        raise SystemExit(1)


def _deck(path: str, programs: list[str]) -> bool:
    """Compare a deck with what is proved now, and say what differs.  A deck is data: of the Python files that it names, only those
    are run that the user has named too."""
    from derive.board import catalogue
    from derive.slides.verify import check_deck

    def find(name: str) -> Derivation:
        program, inside, theorem = name.partition("::")
        if not inside and not name.endswith(".py"):
            return catalogue.find_theorem(name).derivation
        named = [p for p in programs if Path(p).name == Path(program).name]
        if not named:
            raise UserError(
                f"the deck says that it stands in {program}; checking runs that file, so name it too: derive check {path} {program}"
            )
        return catalogue.find_theorem(f"{named[0]}{inside}{theorem}").derivation

    report = check_deck(path, find)
    what = f"{path}: {counted(report.theorems, 'derivation')}, {counted(report.lines, 'line')}"
    if not report.findings:
        click.echo(f"{what} compared; what it shows is what is proved now")
        if report.numbers:
            click.echo(f"  ({counted(report.numbers, 'line')} of worked examples: only edits by hand were looked for)")
        return True
    click.echo(f"{what} compared; it does not show what is proved now", err=True)
    for finding in report.findings:
        click.echo(f"  {quoting(str(finding))}", err=True)
    return False
