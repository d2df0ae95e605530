"""derive slides of a deck file: made once, or again and again while it is written."""

from __future__ import annotations

from typing import Any, NamedTuple

import click

from derive.cli.common import complain, progress, wrote
from derive.cli.lecture import Author
from derive.errors import UserError, message
from derive.slides.command import Wish, write_deck
from derive.slides.deck import Deck
from derive.slides.deck.template import Template, load_template
from derive.slides.lecture import Lecture, read_lecture
from derive.slides.targets import Target

_OPTIONS = {
    "first": "from",
    "last": "to",
    "numbers": "given",
    "plots": "plot",
    "kinds": "plot",
    "colours": "colour",
}  # where the name is not that of the wish
_OWN = ("handout", "flavour", "into", "after", "move")  # what a deck file does not say


class Asked(NamedTuple):
    """What the command was asked for."""

    name: str  # of the deck file
    output: str
    target: str
    aspect: str
    dark: bool
    logo: str
    answers: bool
    wishes: dict[str, Any]


def make_lecture(lecture: Lecture, asked: Asked) -> str:
    """Write the deck of a deck file, and return what is said of it.  Raises UserError for what cannot be shown."""
    wishes = asked.wishes
    given = [k for k, v in wishes.items() if v and k not in (*_OWN, "template", "detail")]
    given += ["detail"] if wishes["detail"] != "board" else []
    if given:
        option = _OPTIONS.get(given[0], given[0])
        raise UserError(f"--{option} is an entry of a deck file, or of a slide in it; write it into {asked.name}")

    def designed(file: str) -> Template:
        return load_template(file, aspect=asked.aspect, dark=asked.dark, logo=asked.logo)

    own = lecture.template and not wishes["template"]
    template = lecture.naming("template", designed) if own else designed(wishes["template"] or "")
    wish = Wish(template=template, notation=lecture.notation, **{k: wishes[k] for k in _OWN if wishes[k] is not None})
    made: list[Author] = []

    def make(chosen: Target, told: Wish) -> Deck:
        made.append(Author(lecture, told.template, chosen, students=told.handout and not asked.answers))
        return made[0].deck()

    saved = write_deck(make, asked.output, wish, asked.target, progress=progress)
    return wrote(saved, wish, made[0].derivations)


def watch_lecture(asked: Asked) -> None:
    """Write the deck, and again when the deck file or a file that it names is saved, until the command is interrupted.

    What is wrong is said, and the deck of before stays.  A deck in HTML is shown in a browser, which reloads.
    """
    import time
    from pathlib import Path

    from derive.notes.watch import LOOKS, changed

    preview = None
    files = [asked.name]
    try:
        for _ in changed(files, lambda: time.sleep(LOOKS)):
            try:
                lecture = read_lecture(asked.name)
                files += [f for f in lecture.files if f not in files]
                click.echo(make_lecture(lecture, asked))
            except Exception as error:
                if (text := message(error)) is None:
                    raise
                complain(text)
                continue
            if preview is not None:
                preview.renewed()
            elif asked.output.lower().endswith(".html"):
                from derive.cli.preview import Preview

                preview = Preview(Path(asked.output))
                click.echo(f"{preview.address} shows it and reloads when {asked.name} is saved; Ctrl-C ends")
            else:
                click.echo(f"waiting for changes of {asked.name}; Ctrl-C ends")
    finally:
        if preview is not None:
            preview.close()
