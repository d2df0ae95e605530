"""PDF, SVG and PNG through Typst, and its source: a page for each click, or a handout.

The source is data with a few functions at its head (``style``).  Typst itself measures: what would not fit its slide
is drawn smaller, and is labelled so that tests find it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import Any

from derive.errors import UserError
from derive.render.pens.typst import string
from derive.slides.deck import Deck, Files, Options
from derive.slides.typst.source import FONT, PAPER, handout, logo_name, picture_name, pieces, slides

PIXELS = 1920  # the width of a PNG
PAGES = 60  # of a PDF that are set at once
ACCESSIBLE: dict[str, Any] = {"pdf_standards": ["ua-1"]}


def write(deck: Deck, name: str, options: Options) -> Files:
    """A file by the ending of ``name``: .pdf, .svg, .png or .typ; pictures are numbered where there are several."""
    ending = PurePosixPath(name).suffix.lower()
    if ending not in (".pdf", ".svg", ".png", ".typ"):
        raise UserError(f"{name}: Typst makes .pdf, .svg, .png and .typ")
    if ending == ".typ":
        return _source(deck, name, options)
    beside = files_beside(deck)
    if ending == ".pdf":
        if not options.handout:
            return {name: _in_pieces(deck, beside, options)}
        return {name: compiled(handout(deck), beside, deck, "pdf", **ACCESSIBLE)[0]}
    from derive.slides.typst.pictures import described

    overlays = not options.handout
    width = PAPER[deck.template.aspect][0]
    pages = compiled(slides(deck, overlays), beside, deck, ending[1:], ppi=72 * PIXELS / width)
    return dict(zip(numbered(name, len(pages)), described(pages, deck, overlays), strict=True))


def _source(deck: Deck, name: str, options: Options) -> Files:
    """The source, and beside it the pictures, with names that begin with its own: a deck beside it may have the same plots."""
    stem = re.sub(r"[^A-Za-z0-9_-]", "-", PurePosixPath(name).stem) or "deck"
    deck, logo = deck.with_pictures(lambda p: f"{stem}-{p.name}"), f"{stem}-logo"
    if options.flavour == "touying":
        from derive.slides.typst.touying import touying_source

        source = touying_source(deck, options)
    else:
        source = handout(deck) if options.handout else slides(deck, logo=logo)
    return {name: source.encode(), **files_beside(deck, logo)}


def _in_pieces(deck: Deck, beside: Files, options: Options) -> bytes:
    """The PDF of slides.  That of many is set in pieces, each in a process of its own, which bounds the memory."""
    sources = pieces(deck, PAGES)
    if len(sources) == 1:
        return compiled(sources[0][1], beside, deck, "pdf", **ACCESSIBLE)[0]
    from derive.slides.typst.joined import joined

    made: list[bytes] = []
    done, all_ = 0, sum(pages for pages, _ in sources)
    with options.progress("", len(sources)) as told:
        for pages, source in sources:
            made += compiled(source, beside, deck, "pdf", apart=True, **ACCESSIBLE)
            done += pages
            told(f"page {done} of {all_}")
    return joined(made)


def fragment(deck: Deck, options: Options) -> str:
    """The derivations alone, for a Typst document that there is already."""
    from derive.slides.typst.touying import fragment_source

    return fragment_source(deck)


def numbered(name: str, count: int) -> list[str]:
    """lecture-01.svg, lecture-02.svg, ..., or only lecture.svg."""
    if count == 1:
        return [name]
    path = PurePosixPath(name)
    digits = max(2, len(str(count)))
    return [str(path.with_name(f"{path.stem}-{i + 1:0{digits}}{path.suffix}")) for i in range(count)]


def files_beside(deck: Deck, logo: str = "logo") -> Files:
    """The pictures that the source reads."""
    out: Files = {}
    for slide in deck.slides:
        if slide.picture is not None:
            out[picture_name(slide.picture)] = slide.picture.svg.encode() if slide.picture.svg else slide.picture.png
    if deck.template.logo:
        try:
            out[logo_name(deck, logo)] = Path(deck.template.logo).read_bytes()
        except OSError as error:
            raise UserError(f"the logo {deck.template.logo} cannot be read: {error.strerror}") from None
    return out


def compiled(source: str, beside: Files, deck: Deck, kind: str, apart: bool = False, **wishes: Any) -> list[bytes]:
    """What Typst makes of the source: one file for a PDF, one for each page otherwise.  ``apart``: in a process of its own.

    The fonts of the system are looked for, which takes a while, only where those that Typst brings are not enough; a
    character that no font has is shown by its number.
    """
    try:
        typst: Any = import_module("typst")
    except ImportError:
        raise UserError(
            f"{kind.upper()} is made with Typst, which is not here: pip install '.[slides]' in derive's folder"
        ) from None
    font = deck.template.font
    if font and font not in typst.Fonts().families():
        raise UserError(f"the font {font!r} of the template is not installed on this machine")
    system = bool(font) or any(not _is_common(c) for c in source)
    while True:
        try:
            files = {"main.typ": source.encode(), **beside}
            return typeset(files, kind, apart, ignore_system_fonts=not system, **wishes)
        except (typst.TypstError, _SetApartError) as error:
            missing = set("".join(re.findall(r'the text `"(.*?)"` could not be displayed', error.diagnostic)))
            if not any(ord(c) > 127 and c in source for c in missing):
                raise UserError(f"Typst refuses these slides: {error}") from None
            if system:
                source = "".join(f"U+{ord(c):04X}" if ord(c) > 127 and c in missing else c for c in source)
            system = True


def lacking(text: str, font: str = "") -> list[str]:
    """The letters that no font of this machine has, so that only their codes would be shown."""
    letters = "".join(sorted({c for c in text if not _is_common(c) and c.isprintable()}))
    try:
        typst: Any = import_module("typst") if letters else None
    except ImportError:  # which is said when the slides are made
        typst = None
    if typst is None:
        return []
    source = f'#set page(height: auto)\n#set text(font: {json.dumps(font or FONT)})\n#set document(title: "a")\n#{string(letters)}'
    try:
        typeset({"main.typ": source.encode()}, "pdf", **ACCESSIBLE)
    except typst.TypstError as error:
        missing = "".join(re.findall(r'the text `"(.*?)"` could not be displayed', error.diagnostic))
        return [c for c in letters if c in missing]
    return []


def typeset(files: Files, kind: str, apart: bool = False, **wishes: Any) -> list[bytes]:
    """What Typst makes of ``main.typ``, which stands in a folder with the other files: it takes only texts from memory.

    Raises what Typst raises, or UserError when it breaks down on a picture.
    """
    typst: Any = import_module("typst")
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            Path(folder, name).write_bytes(data)
        if apart and sys.executable:
            return [_set_apart(Path(folder), wishes)]
        try:
            made = typst.compile(Path(folder, "main.typ"), root=folder, format=kind, **wishes)
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # which is no Exception
                raise
            raise _breakdown(str(error)) from None
    return list(made) if isinstance(made, list) else [made]


class _SetApartError(Exception):
    """Typst refuses what another process had it set."""

    def __init__(self, diagnostic: str) -> None:
        super().__init__(diagnostic)
        self.diagnostic = diagnostic


def _set_apart(folder: Path, wishes: dict[str, Any]) -> bytes:
    program = [sys.executable, "-P", str(Path(__file__).with_name("apart.py")), str(folder), json.dumps(wishes)]
    done = subprocess.run(program, capture_output=True)
    if done.returncode == 3:
        raise _SetApartError((folder / "error.txt").read_text("utf-8"))
    if done.returncode:
        why = done.stderr.decode(errors="replace").strip().splitlines()
        raise _breakdown(why[-1] if why else f"it ended with status {done.returncode}")
    return (folder / "out.pdf").read_bytes()


def _breakdown(why: str) -> UserError:
    return UserError(f"Typst breaks down on these slides ({why}); leave the logo out, or give another")


def _is_common(c: str) -> bool:
    """Whether the fonts that Typst brings have this character."""
    return any(low <= ord(c) < high for low, high in ((0, 0x250), (0x370, 0x400), (0x2010, 0x2040), (0x2190, 0x2300)))
