"""derive slides: decks for lectures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from derive.cli.common import notation_option, progress, shape_options, wrote
from derive.cli.jobs import complain_of, jobs_options, outcomes, workers_of
from derive.errors import UserError
from derive.values import replace

if TYPE_CHECKING:
    from derive.board.entries import TheoremEntry
    from derive.jobs.run import Workers
    from derive.record import Derivation, Shape
    from derive.slides.command import Wish

EACH = "{name}"
"""In the name of the file to write: a deck for each theorem, with the theorem's name in this place."""


class PlotOrName(click.Command):
    """Behind --plot a word that is no kind of plot is the name of a theorem."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        pairs = zip(args, [*args[1:], ""], strict=True)
        return super().parse_args(
            ctx, ["--plot=" if a == "--plot" and not _is_kind(after) else a for a, after in pairs]
        )


def is_lecture(name: str) -> bool:
    """Whether a name on the command line is that of a deck file."""
    return name.lower().endswith((".toml", ".md"))


def _is_kind(word: str) -> bool:
    """Whether the word behind --plot is a kind of plot.  Raises UserError where it is neither that nor a name."""
    from derive.board import catalogue
    from derive.slides.plots import KINDS

    named = not word or word.startswith("-") or "::" in word or word.endswith(".py") or is_lecture(word)
    if word not in KINDS and not named:
        try:
            catalogue.named((word,))
        except UserError as error:
            raise UserError(
                f"there is no plot {word[:60]!r}; the kinds are {', '.join(KINDS)}; and as a name: {error}"
            ) from None
    return word in KINDS


@click.command(cls=PlotOrName)
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option(
    "-o", "--output", required=True, metavar="FILE",
    help="The deck; its ending says of which kind.  With {name} in it, a deck for each theorem.",
)  # fmt: skip
@click.option("--as", "target", metavar="TARGET", default="", help="The kind, where the ending does not say it.")
@notation_option
@click.option(
    "--detail",
    type=click.Choice(["board", "full", "claim"]),
    default="board",
    help="What one writes on a board (the default), every primitive step too, or the claim only.",
)
@click.option("--from", "first", type=click.IntRange(min=1), metavar="I", help="The first line to show.")
@click.option("--to", "last", type=click.IntRange(min=1), metavar="J", help="The last line to show.")
@shape_options
@click.option(
    "--move", is_flag=True, help="Of .html and .pptx: terms that have a colour move to their place in the next line."
)
@click.option("--handout", is_flag=True, help="All lines of a slide at once, to print.")
@click.option("--answers", is_flag=True, help="With --handout: the answers of quizzes too, for the teacher.")
@click.option("--flavour", default="", metavar="NAME", help="Markdown: quarto, marp, slidev.  Typst: plain, touying.")
@click.option("--title", default="", help="Of the deck; gives it a title slide.")
@click.option("--subtitle", default="", help="Stands under the title: the course, the date, your name.")
@click.option("--template", default="", metavar="FILE", help="A TOML file with colours, font, logo and aspect ratio.")
@click.option("--aspect", type=click.Choice(["16:9", "4:3"]), help="Of the slides (16:9).")
@click.option("--dark", is_flag=True, help="Light letters on a dark ground.")
@click.option("--logo", default="", metavar="FILE", help="An SVG or PNG for a corner of each slide.")
@click.option(
    "--colour", "--color", "colours", multiple=True, metavar="TERM=COLOUR",
    help="A term's colour on all lines: orange, blue, green, purple.  none: no term has one.",
)  # fmt: skip
@click.option("--given", "numbers", default="", metavar="FILE", help="Add a worked example with these numbers.")
@click.option(
    "--plot", "kinds", multiple=True, is_flag=False, flag_value="", metavar="[KIND]",
    help="Add the plots there are, or those of one kind, such as tree or residual (needs the extra plots).",
)  # fmt: skip
@click.option(
    "--into",
    default="",
    metavar="DECK.pptx",
    help="Add the slides to this deck or template (.potx, .pptm), in its theme.",
)
@click.option(
    "--after", type=click.IntRange(min=0), metavar="N", help="... behind its slide N; without it, at the end."
)
@click.option("--replay", is_flag=True, help="Have Rocq replay the proofs first, and say so on the slides.")
@click.option(
    "--watch", is_flag=True, help="Of a deck file: make it again whenever it is saved; a browser shows .html."
)
@jobs_options
def slides(
    names: tuple[str, ...],
    output: str,
    target: str,
    aspect: str | None,
    dark: bool,
    logo: str,
    replay: bool,
    expand: tuple[str, ...],
    join: tuple[str, ...],
    reverse: bool,
    answers: bool,
    watch: bool,
    jobs: int | None,
    address: str,
    kinds: tuple[str, ...],
    **wishes: Any,
) -> None:
    """Slides of the derivations NAME..., one line a click.

    NAME is a theorem, FILE.py::NAME, a subject or a FILE.py for all its theorems; or a deck file, LECTURE.toml or LECTURE.md, for a whole lecture.  Kinds of file: .html (reveal.js), .pptx
    (PowerPoint, native equations), .tex (Beamer), .pdf, .svg, .png, .typ (Typst), .md (Quarto, Marp, Slidev), .ipynb
    (Jupyter) and .txt (spoken).
    """
    from derive.board import catalogue
    from derive.board.wording import notation_for
    from derive.slides.command import Wish, options, save
    from derive.slides.deck.template import load_template
    from derive.slides.targets import target_of

    wishes |= {"plots": bool(kinds), "kinds": tuple(kind for kind in kinds if kind)}
    if any(map(is_lecture, names)):
        if len(names) > 1 or expand or join or reverse or replay or jobs or address or EACH in output:
            raise UserError(
                "a deck file is one lecture, made by itself: leave out other names, --expand, --join, --reverse, --replay, --jobs and {name}"
            )
        from derive.cli.deckfile import Asked, make_lecture, watch_lecture
        from derive.slides.lecture import read_lecture

        asked = Asked(names[0], output, target, aspect or "", dark, logo, answers, wishes)
        if watch:
            watch_lecture(asked)
        else:
            click.echo(make_lecture(read_lecture(asked.name), asked))
        return
    if watch:
        raise UserError("--watch is about a deck file; name one, such as lecture.toml or lecture.md")
    if answers:
        raise UserError("--answers is about the quizzes of a deck file; name one, such as lecture.toml")
    template = load_template(wishes.pop("template"), aspect=aspect or "", dark=dark, logo=logo)
    if EACH in output and (expand or join or reverse):
        raise UserError(f"--expand, --join and --reverse are for one deck; write it without {EACH} in its name")
    if EACH in output:
        work = list(_works(names, output))
    elif jobs or address:
        raise UserError(
            f"one deck is one job; for a deck of each theorem write {EACH} in its name: -o 'handouts/{EACH}.html'"
        )
    entries = {} if EACH in output and not replay else catalogue.named(names)
    if entries:
        notation_for(wishes.get("notation"))
    replayed = _replayed(entries.values()) if replay else ""
    wish = Wish(template=template, replayed=replayed, **{k: v for k, v in wishes.items() if v is not None})
    if EACH in output:
        options(target_of(output, target), wish)  # what no deck can have is said once
        _save_each(work, wish, target, workers_of(jobs, address))
        return
    derivations: list[tuple[str, Derivation]] = []
    with progress("", len(entries)) as told:
        for name, e in entries.items():
            told(name)
            derivations.append((name, e.derivation))
    derivations, shapes = shaped(derivations, expand, join, reverse)
    wish = replace(wish, shapes=shapes)
    saved = save(
        derivations, output, wish, target, progress=progress, say=lambda size: click.echo(f"derive: {size}", err=True)
    )
    click.echo(wrote(saved, wish, len(derivations)))


class Work(NamedTuple):
    """A deck of one theorem to be made."""

    name: str  # of the theorem, as it was asked for
    program: str  # the file of the user's in which it is, or ""
    output: str


def _works(names: Iterable[str], output: str) -> Iterator[Work]:
    """The decks to be made.  A theorem of a user's file is proved in a process of its own; here a file is run only where the
    names in it are asked for.

    Raises UserError when there is no folder to write into, or two decks would be one file.
    """
    from derive.board import catalogue

    folder, seen = Path(output).parent, set[str]()
    if EACH in str(folder):
        raise UserError(f"{output}: {EACH} stands for a theorem's name in the name of a file, not in that of a folder")
    if not folder.is_dir():
        raise UserError(f"{output}: the folder {folder} does not exist; make it first")
    for asked in names:
        program, _, inside = asked.partition("::")
        for name, theorem in (
            [(asked, inside)] if inside else [(n, e.name) for n, e in catalogue.named((asked,)).items()]
        ):
            if theorem in seen:
                raise UserError(
                    f"{output} has one name for two theorems {theorem}; name one, or write them in two commands"
                )
            seen.add(theorem)
            yield Work(name, program if inside or asked.endswith(".py") else "", output.replace(EACH, theorem))


def _save_each(works: Iterable[Work], wish: Wish, target: str, workers: Workers) -> None:
    """The decks are drawn by whoever does the jobs, and written here."""
    from derive.files import note_read, write_made
    from derive.jobs.job import Job, Outcome

    jobs = []
    for w in works:
        files = tuple(f for f in (w.program, wish.notation, wish.numbers, wish.into) if f)
        for file in files:  # they are read where the decks are drawn
            note_read(file)
        jobs.append(Job(w.name, draw, (w.name, w.output, wish, target), alone=bool(w.program), files=files))

    def written(outcome: Outcome) -> Outcome:
        if outcome.error:
            return outcome
        text, files_of_deck = outcome.value
        write_made(files_of_deck)
        return outcome._replace(value=text)

    done = outcomes("drawing", jobs, workers, written)
    for outcome in done:
        if not outcome.error:
            click.echo(outcome.value)
    if complain_of(done):
        raise SystemExit(2)


def draw(name: str, output: str, wish: Wish, target: str) -> tuple[str, dict[Path, bytes]]:
    """The deck of one theorem: what is said of it, and its files, which are not written here."""
    from derive.board import catalogue
    from derive.board.wording import notation_for
    from derive.slides.command import save

    files: dict[Path, bytes] = {}
    entry = catalogue.find_theorem(name)
    notation_for(wish.notation or None)
    named, shapes = shaped([(name, entry.derivation)])
    saved = save(named, output, replace(wish, shapes=shapes), target, files.update)
    return wrote(saved, wish, 1), files


def shaped(
    derivations: Sequence[tuple[str, Derivation]],
    expand: Sequence[str] = (),
    join: Sequence[str] = (),
    reverse: bool = False,
) -> tuple[list[tuple[str, Derivation]], dict[str, Shape]]:
    """The derivations with theorems opened in place, lines joined, or read from their ends, and by name what was done to each.

    Raises UserError where a number could be of several derivations, and where nothing cites a name.
    """
    from derive.board.opened import NONE, cites, presented

    names = [x for x in expand if not x.isdecimal()]
    alone = len(derivations) == 1
    if not alone and (join or reverse or len(names) < len(expand)):
        raise UserError(
            "--join, --reverse, and --expand with a number, are about the lines of one derivation; name one"
        )
    out, shapes = [], {}
    for name, d in derivations:
        own = expand if alone or NONE in expand else [x for x in names if cites(d, x)]
        shown, shapes[name] = presented(d, own, join, reverse)
        out.append((name, shown))
    stray = [x for x in names if x != NONE and not any(cites(d, x) for _, d in derivations)]
    if stray and not alone:
        raise UserError(f"--expand {stray[0][:60]}: none of these derivations cites it")
    return out, shapes


def _replayed(entries: Iterable[TheoremEntry]) -> str:
    """The version of Rocq that has replayed the proofs of all these theorems just now."""
    import tempfile

    from derive.certify.run import run_certificates, write_certificates

    asked = list(entries)
    with tempfile.TemporaryDirectory() as folder:
        made = write_certificates(asked, folder)
        results = run_certificates(folder, None, asked, [c.name for c in made])
    for r in results:
        if not r.ok:
            raise UserError(f"Rocq {r.version} does not accept the proof of {r.name}: {r.message}")
    return results[0].version
