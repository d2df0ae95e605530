"""What the commands share: errors in one paragraph, output that is written whole or not at all, options."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

import click

from derive.cli.interrupt import SAID, STATUS, orderly
from derive.errors import message
from derive.files import of_one_command, write_made

if TYPE_CHECKING:
    from derive.slides.command import Saved, Wish


class Group(click.Group):
    """Bad input ends in one paragraph on stderr and status 2, never in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with orderly(), of_one_command():
                return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo(SAID, err=True)
            ctx.exit(STATUS)
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(0)
        except Exception as error:
            text = message(error)
            if text is None:
                raise
            complain(text)
            ctx.exit(2)


def complain(text: str) -> None:
    """Say an error."""
    click.echo(f"derive: {quoting(text)}", err=True)


_CONTROL = "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]"  # compiled when there is an error


def quoting(text: str) -> str:
    """A message that quotes what stands in a file: no character of it moves the cursor, and each can be encoded."""
    return re.sub(_CONTROL, "\N{REPLACEMENT CHARACTER}", text)


def utf8() -> None:
    """Mathematics needs Unicode; a terminal that cannot show a sign gets a question mark instead of an error."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and (stream.encoding or "").lower().replace("-", "") != "utf8":
            reconfigure(errors="replace")


def on_a_terminal() -> bool:
    """Whether a person reads what is printed; for what is no part of the answer."""
    return sys.stdout.isatty()


def to_a_person() -> bool:
    """Whether a person reads what is said beside the answer."""
    return sys.stderr.isatty()


def screen_width() -> int:
    """What COLUMNS says, or the terminal, but at most 120; 100 where there is none."""
    columns = os.environ.get("COLUMNS", "")  # as the module shutil does it, which loads three compressors
    if columns.isdecimal() and int(columns) > 0:
        return min(int(columns), 120)
    try:
        return min(os.get_terminal_size(sys.__stdout__.fileno()).columns or 100, 120)  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return 100


def write_text(path: str | None, text: str) -> None:
    """To the screen, or to a file that is written whole or not at all."""
    if path is None or path == "-":
        click.echo(text, nl=False)
    else:
        write_made({path: text.encode()})


@contextmanager
def progress(what: str, count: int) -> Iterator[Callable[[str], None]]:
    """A progress bar on a terminal, nothing elsewhere.  What it gives is told the name of each thing that is done."""
    if not sys.stderr.isatty():
        yield lambda name: None
        return
    done, lock = set[str](), Lock()
    with click.progressbar(
        length=count, label=what, file=sys.stderr, item_show_func=lambda name: name or "", width=24
    ) as bar:

        def told(name: str) -> None:
            with lock:
                if name not in done:
                    done.add(name)
                    bar.update(1, name)

        yield told


notation_option = click.option(
    "--notation",
    metavar="PROFILE",
    help="A notation profile that comes with derive, or a TOML file of your own (docs/notation.md).",
)


def shape_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options by which a page opens a cited theorem in place, joins lines, and is read from its end; the proof stays as it is."""
    command = click.option(
        "--reverse", is_flag=True, help="From the right side of the claim to its left side, each line proved anew."
    )(command)
    command = click.option(
        "--join", multiple=True, metavar="I[-J]", help="Show lines I to J as one; without J, I and the next."
    )(command)
    return click.option(
        "--expand",
        multiple=True,
        metavar="NAME|I",
        help="Show the lines of a cited theorem in place, or of what line I cites; none shuts what stands open.",
    )(command)


def counted(n: int, what: str) -> str:
    return f"{n} {what}{plural(n)}"


def plural(n: int) -> str:
    return "" if n == 1 else "s"


def wrote(saved: Saved, wish: Wish, derivations: int) -> str:
    """What is said of a deck that was written."""
    deck, written, lost = saved
    steps = sum(len([s for s in slide.steps if not s.carried]) for slide in deck.slides)
    more = f" and {counted(len(written) - 1, 'more file')}" if len(written) > 1 else ""
    return (
        f"wrote {written[0]}{more}: {counted(derivations, 'derivation')}, "
        f"{counted(len(deck.sheets), 'slide')}, {counted(steps, 'line')}" + (f"; of {wish.into} {lost}" if lost else "")
    )
