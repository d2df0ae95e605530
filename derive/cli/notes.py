"""derive check of notes: LaTeX, Markdown and notebooks, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from derive.cli.common import complain, counted, quoting, screen_width
from derive.errors import UserError, allow_deep_formulas
from derive.files import read_within, write_made

if TYPE_CHECKING:
    from derive.notes.tell.view import View

LARGEST = 200_000_000
"""Bytes of a deck in Markdown or a notebook, with its pictures."""
ENDINGS = (".tex", ".md", ".qmd", ".ipynb")
OUTPUTS = (".html", ".pdf", ".py")


class Wishes(NamedTuple):
    """What was asked for."""

    quiet: bool = False
    strict: bool = False
    explain: bool = False
    json: bool = False
    form: str | None = None
    output: str | None = None


def is_notes(name: str) -> bool:
    """Whether the name is that of notes, and the file is no deck that derive wrote.  Raises UserError for a deck file."""
    source = name.lower().endswith(".toml")
    if not name.lower().endswith(ENDINGS) and not source:
        return False
    if name.lower().endswith(".qmd"):
        return True
    from derive.slides.deck.stamps import is_stamped
    from derive.slides.sources import is_deck_file

    try:
        data = read_within(name, LARGEST)
    except UserError:
        if source:
            raise
        return True  # it is said when it is read as notes
    if source or (name.lower().endswith(".md") and is_deck_file(data)):
        raise UserError(
            f"{name} is a deck file, from which slides are made; make them, derive slides {name} -o FILE.html, and check that file"
        )
    return not is_stamped(data)


def check_notes_files(paths: Sequence[str], wishes: Wishes) -> int:
    """Check the files and tell what was found out.  Returns the exit status: 1 when a row is false, or with ``strict`` not known or
    not read; 2 when a file cannot be read."""
    from derive.notes.check import check_notes

    _refuse_odd_wishes(paths, wishes)
    allow_deep_formulas()
    views, unread = [], False
    for path in paths:
        try:
            views.append(check_notes(path))
        except UserError as error:
            complain(str(error))
            unread = True
    if views:
        _tell(views, wishes)
    if unread:
        return 2
    bad = {"false"} | ({"unproved", "unread"} if wishes.strict else set())
    wrong = any(view.counts()[kind] for view in views for kind in bad)
    return int(wrong or (wishes.strict and any(view.problems for view in views)))


def watch_notes(paths: Sequence[str], wishes: Wishes) -> None:
    """Check the files, and each again when it is saved, until the command is interrupted."""
    import time

    from derive.notes.watch import LOOKS, changed

    _refuse_odd_wishes(paths, wishes)
    for path in changed(paths, lambda: time.sleep(LOOKS)):
        start = time.perf_counter()
        check_notes_files([path], wishes)
        if not wishes.json and not wishes.form:
            click.echo(f"{path}: checked in {time.perf_counter() - start:.2f} s; waiting for changes, Ctrl-C ends")


def _refuse_odd_wishes(paths: Sequence[str], wishes: Wishes) -> None:
    if wishes.json and wishes.form:
        raise UserError("--json and --format say in two ways what is printed; give one of them")
    if wishes.output is None:
        return
    if not wishes.output.lower().endswith(OUTPUTS):
        raise UserError(
            f"{wishes.output}: notes are written as {', '.join(OUTPUTS)}; give the file one of these endings"
        )
    if len(paths) > 1:
        raise UserError(f"{wishes.output} shows one file of notes, and {len(paths)} are named; name one")


def _tell(views: Sequence[View], wishes: Wishes) -> None:
    from derive.notes.tell.formats import as_json, formatted
    from derive.notes.tell.terminal import terminal

    said: list[str] = []
    if wishes.output is not None:
        data, said = _written(views[0], wishes.output)
        write_made({wishes.output: data})
    if wishes.json:
        click.echo(as_json(views), nl=False)
    elif wishes.form:
        click.echo(formatted(views, wishes.form), nl=False)
    else:
        for view in views:
            for line in terminal(view, wishes.quiet, wishes.explain, screen_width()):
                click.echo(quoting(line))
        for line in said:
            click.echo(quoting(line))


def _written(view: View, name: str) -> tuple[bytes, list[str]]:
    """The file, and what is said of it."""
    if name.lower().endswith(".html"):
        from derive.notes.tell.html import page

        return page(view).encode(), []
    if name.lower().endswith(".pdf"):
        from derive.notes.tell.pdf import pdf

        return pdf(view), []
    from derive.notes.tell.proofs import proofs

    made = proofs(view)
    said = [f"wrote {name}: {counted(made.count, 'theorem')}"]
    said += [f"  letters: {', '.join(made.letters)} of the notes"] if made.letters else []
    return made.text.encode(), [*said, *(f"  not written: {x}" for x in made.left)]
