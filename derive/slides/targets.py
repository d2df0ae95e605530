"""The targets: which printer draws which kind of file."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType

from derive.errors import UserError
from derive.slides.letters import OFFICE, SANS, SERIF, Letters
from derive.values import Value

PRESENTATION = 500_000_000  # bytes of one, with its films; it is held in memory twice


class Target(Value):
    name: str  # as in --as
    ending: str
    module: str  # with write(deck, name, options) and fragment(deck, options); read_back(data) and about(data, name)
    what: str
    flavours: tuple[str, ...] = ()
    reads: bool = False  # a file can be read back
    takes: bool = False  # slides can be added to a file that there is
    pictures: tuple[str, ...] = ("svg",)  # the formats in which it takes plots
    kin: tuple[str, ...] = ()  # endings of files of the same kind
    largest: int = 30_000_000  # bytes of a deck that is read
    letters: Letters = SANS  # of plots
    colours: bool = False  # terms may have colours
    moves: bool = False  # and move from line to line
    fonts: bool = False  # its own or this machine's write the words; it has lacking(words, font)
    seconds_a_page: float = 0  # roughly; 0 where it does not matter

    @property
    def endings(self) -> tuple[str, ...]:
        return (self.ending, *self.kin)

    @property
    def printer(self) -> ModuleType:
        return import_module(f"derive.slides.{self.module}")


TARGETS = {
    t.name: t
    for t in (
        Target("html", ".html", "html", "a reveal.js deck in one file", reads=True, colours=True, moves=True),
        Target(
            "pptx",
            ".pptx",
            "pptx",
            "PowerPoint, with native equations",
            reads=True,
            takes=True,
            colours=True,
            moves=True,
            pictures=("png", "svg"),
            letters=OFFICE,
            kin=(".pptm", ".potx", ".potm", ".ppsx", ".ppsm"),
            largest=PRESENTATION,
        ),
        Target(
            "beamer", ".tex", "beamer", "Beamer, for LaTeX", reads=True, colours=True, pictures=("pdf",), fonts=True
        ),
        Target(
            "pdf",
            ".pdf",
            "typst",
            "a page for each step, made with Typst",
            colours=True,
            letters=SERIF,
            fonts=True,
            seconds_a_page=0.03,
        ),
        Target(
            "svg",
            ".svg",
            "typst",
            "a picture for each step",
            colours=True,
            letters=SERIF,
            fonts=True,
            seconds_a_page=0.03,
        ),
        Target(
            "png",
            ".png",
            "typst",
            "a picture for each step",
            colours=True,
            letters=SERIF,
            fonts=True,
            seconds_a_page=0.1,
        ),
        Target("typst", ".typ", "typst", "Typst source", ("plain", "touying"), colours=True, letters=SERIF),
        Target("markdown", ".md", "markdown", "Markdown slides", ("quarto", "marp", "slidev"), reads=True),
        Target("notebook", ".ipynb", "notebook", "a Jupyter notebook", reads=True, pictures=("png",)),
        Target("speech", ".txt", "speech", "the spoken derivation"),
    )
}


def target_of(path: str, name: str = "") -> Target:
    """The target called ``name``, or that of a file's ending.  Raises UserError when there is none."""
    if name:
        if name not in TARGETS:
            raise UserError(f"there is no target {name!r}; there are {', '.join(TARGETS)}")
        return TARGETS[name]
    ending = Path(path).suffix.lower()
    for t in TARGETS.values():
        if ending in t.endings:
            return t
    endings = ", ".join(t.ending for t in TARGETS.values())
    raise UserError(f"{path}: no slides are written with the ending {ending or '(none)'}; there are {endings}")
