"""What ``derive slides`` and ``slides()`` in a notebook do: make a deck, have it drawn, write it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from derive.errors import UserError
from derive.files import read_within, shown, write_made
from derive.record import Derivation, Shape
from derive.render.formula.notation import load_notation
from derive.slides.deck import Deck, Options, Progress, Slide, unwatched
from derive.slides.deck.build import NO_SHAPES, Choice, build
from derive.slides.deck.colours import NONE, refuse_unknown
from derive.slides.deck.template import Template, load_template
from derive.slides.letters import SANS, Letters
from derive.slides.readback import refuse_misread
from derive.slides.targets import TARGETS, Target, target_of
from derive.values import Value, replace

if TYPE_CHECKING:
    from derive.work import Worked


class Wish(Value):
    """What the lecturer asks for, besides the derivations and the file."""

    notation: str = ""
    detail: str = "board"
    first: int = 0
    last: int = 0
    title: str = ""
    subtitle: str = ""
    template: Template = Template()
    numbers: str = ""  # a TOML or JSON file for a worked example
    plots: bool = False
    handout: bool = False
    flavour: str = ""
    into: str = ""  # a PowerPoint file to add to
    after: int | None = None
    replayed: str = ""  # the version of Rocq that has replayed the proofs
    shapes: Mapping[str, Shape] = NO_SHAPES  # of the derivations, by name
    kinds: tuple[str, ...] = ()  # of the plots; all that there are where none is named
    move: bool = False  # terms that have a colour move
    colours: tuple[str, ...] = (NONE,)  # of terms; () for those under braces only

    def choice(self) -> Choice:
        return Choice(
            load_notation(self.notation or None),
            self.notation,
            self.detail,
            self.first,
            self.last,
            self.replayed,
            self.shapes,
            self.colours,
        )


def make_deck(
    derivations: Sequence[tuple[str, Derivation]],
    wish: Wish,
    pictures: tuple[str, ...] = ("svg", "pdf", "png"),
    letters: Letters = SANS,
) -> Deck:
    """The deck, with worked examples and plots behind the derivation that they belong to; ``pictures`` are the formats of
    the plots, ``letters`` what is written in them."""
    choice = wish.choice()
    _are_text(("--title", wish.title), ("--subtitle", wish.subtitle), *(("the name", name) for name, _ in derivations))
    if wish.subtitle and not wish.title and len(derivations) == 1:
        raise UserError("--subtitle stands under a title; add --title")
    if wish.into and wish.template != load_template(aspect=wish.template.aspect):
        raise UserError("with --into the slides take the design of that deck; leave out --template, --dark and --logo")
    if (wish.first or wish.last) and len(derivations) != 1:
        raise UserError("--from and --to choose lines of one derivation; name one")
    if (wish.first or wish.last) and wish.detail != "board":
        raise UserError(f"--from and --to choose lines on the board; leave out --detail {wish.detail}")
    if wish.numbers and len(derivations) != 1:
        raise UserError("--given has the numbers of one derivation; name one")
    refuse_unknown(derivations, choice.colours, choice.notation)
    deck = build(derivations, choice, wish.template, title=wish.title, subtitle=wish.subtitle)
    if wish.into and not wish.title:  # that deck has a title already
        deck = replace(deck, title="", subtitle="")
    slides: list[Slide] = []
    for name, d in derivations:
        own = [s for s in deck.slides if s.stamp is not None and s.stamp.name == name]
        slides += own
        worked = _worked(d, wish) if wish.numbers else None
        if worked is not None:
            from derive.slides.deck.worked import worked_slides

            slides += worked_slides(worked, choice.notation, wish.template, stamp=own[-1].stamp)
        if wish.plots:
            slides += _plotted(d.name, worked, own[-1], choice, wish, pictures, letters)
    if wish.plots and not any(s.kind == "plot" for s in slides):
        from derive.slides.plots import offered

        raise UserError(
            f"there is no plot {''.join(f'{kind} ' for kind in wish.kinds)}for {', '.join(n for n, _ in derivations)}; {offered()}"
        )
    return replace(deck, slides=tuple(slides))


def _are_text(*said: tuple[str, str]) -> None:
    """Raises UserError where a byte of an argument is no text; Python has half a character for it, which no file can have."""
    for what, words in said:
        if any("\ud800" <= c <= "\udfff" for c in words):
            raise UserError(
                f"{what} {shown(words)} is not UTF-8 text; write it anew, or rename the file, in a terminal set to UTF-8"
            )


def _plotted(
    name: str,
    worked: Worked | None,
    last: Slide,
    choice: Choice,
    wish: Wish,
    pictures: tuple[str, ...],
    letters: Letters,
) -> tuple[Slide, ...]:
    """The plots of a theorem, of the kinds that were asked for, at the numbers of its worked example."""
    from derive.slides.plots import kinds_of, plot_slides, the_kinds
    from derive.slides.plots.charts import Numbers

    having = kinds_of(name)
    kinds = tuple(kind for kind in the_kinds(wish.kinds) if kind in having)
    if not having or (wish.kinds and not kinds):
        return ()
    numbers = Numbers() if worked is None else Numbers(worked.model, worked.words)
    return plot_slides(
        name,
        wish.template,
        last.stamp,
        notation=choice.notation,
        formats=pictures,
        letters=letters,
        kinds=kinds,
        numbers=numbers,
    )


def _worked(d: Derivation, wish: Wish) -> Worked:
    from derive.work import read_numbers, work_out

    numbers = read_numbers(wish.numbers)
    try:
        return work_out(d, numbers)
    except UserError as error:
        raise UserError(f"{wish.numbers}: {error}" if wish.numbers not in str(error) else str(error)) from None


class Saved(NamedTuple):
    """A deck that was written: the files, the main one first, and what of the deck that it was added to is lost, or ""."""

    deck: Deck
    files: list[Path]
    left_out: str


def save(
    derivations: Sequence[tuple[str, Derivation]],
    path: str,
    wish: Wish,
    target_name: str = "",
    write: Callable[[dict[Path, bytes]], None] = write_made,
    progress: Progress = unwatched,
    say: Callable[[str], None] = lambda words: None,
) -> Saved:
    """Write the deck to ``path`` and files beside it.  ``say`` is told beforehand how large one with all details gets."""

    def make(target: Target, wish: Wish) -> Deck:
        deck = make_deck(derivations, in_colours_of(target, wish), target.pictures, target.letters)
        refuse_misread(deck, derivations, target.name, wish.choice().notation)
        if wish.detail == "full":
            say(_size(deck, target, wish))
        return deck

    return write_deck(make, path, wish, target_name, write, progress)


def write_deck(
    make: Callable[[Target, Wish], Deck],
    path: str,
    wish: Wish,
    target_name: str = "",
    write: Callable[[dict[Path, bytes]], None] = write_made,
    progress: Progress = unwatched,
) -> Saved:
    """Write what ``make`` makes for the target of ``path``."""
    target = target_of(path, target_name)
    told = replace(options(target, wish), progress=progress)
    own = Path(path).name
    usual = (
        own if own.lower().endswith(target.endings) else own + target.ending
    )  # a printer knows files by their ending
    lost = ""
    if told.into:
        with _naming(wish.into):
            aspect, lost = target.printer.about(told.into, usual)
        wish = replace(wish, template=replace(wish.template, aspect=aspect))
    deck = make(target, wish).with_pictures_apart()
    with _naming(wish.into):
        files = target.printer.write(deck, usual, told)
    folder = Path(path).parent
    written: dict[Path, bytes] = {folder / (own if name == usual else name): data for name, data in files.items()}
    write(written)
    return Saved(deck, list(written), lost)


@contextmanager
def _naming(file: str) -> Iterator[None]:
    """An error names the deck that slides are added to, if they are."""
    try:
        yield
    except UserError as error:
        raise UserError(f"{file}: {error}" if file else str(error)) from None


def in_colours_of(target: Target, wish: Wish) -> Wish:
    """The wish without colours of terms where the target has none."""
    return wish if target.colours else replace(wish, colours=(NONE,))


def _size(deck: Deck, target: Target, wish: Wish) -> str:
    pages = len(deck.sheets) if wish.handout else deck.pages
    words = f"--detail full shows every primitive step: {len(deck.sheets)} slides"
    if target.seconds_a_page:
        words += f", {pages} pages, in about {max(1, round(pages * target.seconds_a_page))} s"
    return f"{words}; --detail board, the default, shows what one writes on a board"


def fragment(deck: Deck, target: Target, wish: Wish) -> str:
    """The slides of a deck alone, to be put into a document or deck that there is already."""
    text: str = target.printer.fragment(deck, options(target, wish))
    return text if text.endswith("\n") else text + "\n"


def options(target: Target, wish: Wish) -> Options:
    """What the target is told.  Raises UserError for what this target does not have."""
    if wish.flavour and wish.flavour not in target.flavours:
        if not target.flavours:
            having = " and ".join(f"{t.name} ({', '.join(t.flavours)})" for t in TARGETS.values() if t.flavours)
            raise UserError(f"{target.name} has no flavours; --flavour is for {having}")
        raise UserError(f"{target.name} has no flavour {wish.flavour!r}; its flavours are {', '.join(target.flavours)}")
    if (wish.into or wish.after is not None) and not target.takes:
        raise UserError("--into and --after add slides to a PowerPoint file; write one with -o FILE.pptx")
    if wish.after is not None and not wish.into:
        raise UserError("--after goes with --into DECK.pptx, the deck to add to")
    into = b""
    if wish.into:
        into = read_within(wish.into, target.largest)
    if wish.move and not target.moves:
        raise UserError(
            f"in {target.name} no terms move; --move is for {' and '.join(t.name for t in TARGETS.values() if t.moves)}"
        )
    if wish.move and wish.handout:
        raise UserError("on paper nothing moves; leave out --move or --handout")
    return Options(wish.handout, wish.flavour, into, -1 if wish.after is None else wish.after, wish.move)
