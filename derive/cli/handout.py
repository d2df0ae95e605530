"""derive handout: a course on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from derive.cli.common import counted, notation_option, progress
from derive.errors import UserError

if TYPE_CHECKING:
    from derive.board.entries import FalseClaim, TheoremEntry
    from derive.handout.course import Chosen, Course, Refuted

ENDINGS = (".tex", ".pdf", ".html")


@click.command()
@click.argument("names", nargs=-1, metavar="NAME...")
@click.option("--all", "everything", is_flag=True, help="The whole catalogue.")
@click.option("-o", "--output", required=True, metavar="FILE", help="course.tex, course.pdf or course.html.")
@click.option("--title", default="", help="Of the handout; without it, its subjects.")
@click.option("--author", default="", help="Stands under the title.")
@click.option("--false-claims", is_flag=True, help="What people get wrong, with the numbers that refute it.")
@notation_option
def handout(
    names: tuple[str, ...], everything: bool, output: str, title: str, author: str, false_claims: bool, notation: str | None
) -> None:  # fmt: skip
    """A handout of the theorems NAME...: contents, notation, numbered theorems with their derivations by subject, index.

    NAME is a theorem, FILE.py::NAME, or a subject or FILE.py for all its theorems.  .tex needs amsmath, .pdf is made without TeX and is accessible, .html is
    one file that needs no network.  Every formula is read back before the file is written.
    """
    from derive.board.wording import notation_for
    from derive.files import write_made

    kind = Path(output).suffix.lower()
    if kind not in ENDINGS:
        raise UserError(
            f"{output}: a handout ends in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}; slides are written by 'derive slides'"
        )
    if bool(names) == everything:
        raise UserError("say what is in the handout: subjects and theorems, or --all for the whole catalogue")
    entries = _found(names)
    profile = notation_for(notation)
    subjects = list(dict.fromkeys(e.subject for e in entries.values()))
    false = {s: _false(s) if false_claims else [] for s in subjects}
    with progress("proving", len(entries) + sum(map(len, false.values()))) as told:
        sections = list(_sections(entries, subjects, false, told))
    from derive.handout.course import course
    from derive.slides.deck.build import subjects_title

    made = course(title or subjects_title(subjects), sections, profile, notation or "", author)
    with progress("drawing", len(made.theorems)) as told:
        data = _drawn(made, kind, told)
    write_made({output: data})
    refuted = len(made.refuted)
    more = f", {counted(refuted, 'false claim')}" if refuted else ""
    click.echo(f"wrote {output}: {counted(len(made.theorems), 'theorem')}{more}, {counted(len(subjects), 'section')}")


def _found(names: Sequence[str]) -> dict[str, TheoremEntry]:
    """The theorems of these names, or all.  Raises UserError where two have one name."""
    from derive.board import catalogue

    entries = catalogue.named(names or catalogue.subjects())
    asked: dict[str, str] = {}
    for name, e in entries.items():
        if e.name in asked:
            raise UserError(
                f"{asked[e.name]} and {name} have one name, by which a handout cites them; rename one of them"
            )
        asked[e.name] = name
    return entries


def _false(subject: str) -> list[FalseClaim]:
    from derive.board import catalogue
    from derive.board.entries import FalseClaim

    known = catalogue.subject_entries(subject) if subject in catalogue.subjects() else []
    return [e for e in known if isinstance(e, FalseClaim)]


def _sections(
    entries: dict[str, TheoremEntry], subjects: Sequence[str], false: dict[str, list[FalseClaim]], told: Callable[[str], None]
) -> Iterator[tuple[str, list[Chosen], list[Refuted]]]:  # fmt: skip
    from derive.board.opened import presented
    from derive.slides.deck.build import subject_title

    for subject in subjects:
        theorems = []
        for name, e in entries.items():
            if e.subject == subject:
                theorems.append((name, *presented(e.check())))
                told(name)
        refuted = []
        for claim in false[subject]:
            refuted.append(_refuted(claim))
            told(claim.name)
        yield subject_title(subject), theorems, refuted


def _refuted(claim: FalseClaim) -> Refuted:
    from derive.board import catalogue
    from derive.handout.course import Refuted

    out = Refuted(claim.name, claim.summary, claim.claims, claim.given, claim.refute(), claim.instead)
    if not claim.instead:
        return out
    true = catalogue.find_theorem(claim.instead)
    return out._replace(true=true.summary, speaks_of=(true.shows, *true.given))


def _drawn(course: Course, kind: str, told: Callable[[str], None]) -> bytes:
    """The file.  Raises UserError where the notation cannot write a formula, or a formula is not read as what was proved."""
    if kind == ".tex":
        from derive.handout.latex import document

        return document(course, told).encode()
    from derive.handout.sheets import refuse_wrong, sheets

    drawn = sheets(course)
    refuse_wrong(course, drawn, "typst" if kind == ".pdf" else "mathml", told)
    if kind == ".html":
        from derive.handout.html import page

        return page(course, drawn).encode()
    from derive.handout.typst import pdf

    return pdf(course, drawn)
