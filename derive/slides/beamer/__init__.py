"""Beamer: a deck that pdflatex and lualatex compile, and a fragment for a frame, or an article, of one's own.

Every cell of a row is wrapped in ``\\uncover``, which keeps the room of what it covers, so nothing moves from click to
click; what a step changed is coloured only while its line is the newest.  The last source line of each step ends in a
comment with a digest, so that ``read_back`` finds what was edited since.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from urllib.parse import unquote

from derive.errors import UserError
from derive.render.formula.measure import node_em, prose_em
from derive.render.formula.nodes import Prose
from derive.render.words.sentence import prose
from derive.slides.beamer.rows import Clicks, block_rows, chain, claim, condition, neutral, sentence, size
from derive.slides.beamer.style import EM, fontsize, fragment_commands, plain, plain_sentence, preamble, words
from derive.slides.deck import Deck, Files, Options, Slide, Stamp
from derive.slides.deck.contents import contents_pages
from derive.slides.deck.flow import alone
from derive.slides.deck.headings import common_share, heading_share
from derive.slides.deck.stamps import line_digest, provenance, read_stamp, stamp_text
from derive.slides.shown import Shown

__all__ = ["fragment", "lacking", "read_back", "write"]

_STAMP = re.compile(r"% derive: (derive .*)")
_NOTE = re.compile(r"\\uncover<[^<>]*>\{\\derivesmall\{Note\. .*\}\}")
_SEAL = re.compile(r"(?<!\\)% derive-line (\S+) (\S+) ([0-9a-f]{8})\Z")
_LOGOS = (".png", ".pdf", ".jpg", ".jpeg")
_SMALL = 0.82  # size of the small letters beside that of formulas
_HEADING = 14  # pt, the full size
_HEADING_EM = 1.1 * EM / _HEADING  # em of headings in one of formulas; Latin Modern's letters are narrower than others


# --- a deck ----------------------------------------------------------------------------------------------------------


def write(deck: Deck, name: str, options: Options) -> Files:
    """The deck as ``name``, and beside it the pictures that it shows.

    Raises UserError where the template's logo is no picture that TeX can show.
    """
    stem = _file_name(os.path.splitext(os.path.basename(name))[0])
    beside: Files = {}
    logo = ""
    if deck.template.logo:
        data, ending = _logo(deck.template.logo)
        logo = f"{stem}-logo{ending}"
        beside[logo] = data
    title = deck.title or (plain_sentence(deck.slides[0].heading) if deck.slides else "derive")
    out = ["% Made by derive; what stands behind the lines is for: derive check", *_stamps(deck)]
    size = int(_HEADING * common_share(deck.slides, deck.template.width * _HEADING_EM))
    out += [preamble(deck.template, title, logo, size, options.handout), r"\begin{document}", "", *_title_frames(deck)]
    for sheet in alone(deck).sheets:
        slide, picture = sheet[0], ""
        if slide.picture is not None:
            picture = f"{stem}-{_file_name(slide.picture.name)}.{'pdf' if slide.picture.pdf else 'png'}"
            beside[picture] = slide.picture.pdf or slide.picture.png
        out += [*_frame(sheet, picture, deck.template.width, size), ""]
    out.append(r"\end{document}")
    return {name: ("\n".join(out) + "\n").encode(), **beside}


def _file_name(name: str) -> str:
    """A name that TeX takes for a file without asking questions."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", name) or "deck"


def _stamps(deck: Deck) -> list[str]:
    return [f"% derive: {stamp_text(s)}" for s in deck.stamps]


def _logo(path: str) -> tuple[bytes, str]:
    ending = os.path.splitext(path)[1].lower()
    if ending not in _LOGOS:
        raise UserError(f"LaTeX cannot show the logo {path}: it takes PNG, JPEG and PDF; save the logo as a PNG file")
    try:
        with open(path, "rb") as file:
            return file.read(), ending
    except OSError as error:
        raise UserError(f"the logo {path} cannot be read: {error.strerror}") from None


def _frame(sheet: Sequence[Slide], picture: str, width: float, size: int) -> list[str]:
    """Slides on one page as a frame; ``picture`` is the name of the file with its plot, ``width`` that of the slide in em,
    ``size`` of headings in points."""
    slide = sheet[0]
    name, clicks = _name(slide), Clicks()
    # a slide of no theorem's says so, or it keeps the words of the theorem before it
    out = [rf"\derivefrom{{{words(_shortened(provenance(slide.stamp))) if slide.stamp is not None else ''}}}"]
    part = rf"\derivepart{{{slide.part}}}{{{slide.parts}}}" if slide.parts > 1 else ""
    pt = min(size, int(_HEADING * heading_share(slide, width * _HEADING_EM)))
    if pt < size:  # round the frame: inside the title, a size would leave the lines as far apart as they were
        out.append(rf"{{\setbeamerfont{{frametitle}}{{size={fontsize(pt)}}}")
    out += [r"\begin{frame}[t]", rf"\frametitle{{{sentence(slide.heading)}{part}}}"]
    if slide.subheading:
        out.append(rf"\derivetitle{{{sentence(slide.subheading)}}}")
    if slide.given:
        out += condition(slide.given, "Given", slide.given_place, name, clicks)
    if slide.claim:
        out += [r"\deriveclaim{%", *claim(slide, name, clicks), "}"]
    if slide.title:
        out.append(rf"\derivetitle{{{sentence(prose(slide.title))}}}")
    if slide.assumes:
        out += condition(slide.assumes, "Assume", "assume", name, clicks)
    out += [block_rows(b) for b in slide.blocks_above]
    if slide.steps:
        out += _chain(slide, clicks)
    if slide.picture is not None:
        shape = f"width={min(slide.picture.width, width) * EM:.1f}pt"
        out.append(rf"{{\centering\includegraphics[{shape},alt={{{words(slide.picture.alt)}}}]{{{picture}}}\par}}")
    for more in sheet[1:]:
        clicks.next()
        if more.title:
            out.append(r"\vspace{5pt}" + clicks.cover(rf"\derivetitle{{{sentence(prose(more.title))}}}"))
        if more.assumes:
            out += condition(more.assumes, "Assume", "assume", name, clicks)
        out += _chain(more, clicks)
    said = [rf"\note{{{words(slide.speaker)}}}"] if slide.speaker else []
    return [*out, *_closing(sheet[-1], clicks), *said, r"\end{frame}", *(["}"] if pt < size else [])]


def _chain(slide: Slide, clicks: Clicks, guarded: bool = False) -> list[str]:
    """The steps, in the size of letters that they need."""
    smaller = size(slide)
    rows = chain(slide, _name(slide), clicks, guarded)
    return [f"{{{smaller}\\derivechain{{%", *rows, "}}"] if smaller else [r"\derivechain{%", *rows, "}"]


def _closing(slide: Slide, clicks: Clicks, guarded: bool = False) -> list[str]:
    """What stands under a chain, from its last click on."""
    out = []
    for block in slide.later:
        clicks.next()
        out.append(clicks.cover(rf"\derivesmall{{{sentence(block.words, guarded)}}}"))
    if slide.ends and not slide.steps:
        out.append(clicks.cover(r"\hspace*{\fill}\deriveend\par"))
    if slide.gaps and slide.part == slide.parts:
        out.append(clicks.cover(rf"\derivegaps{{{slide.gaps_left}}}"))
    for note in slide.notes:
        out.append(clicks.cover(rf"\derivesmall{{Note. {sentence(note, guarded)}}}"))
    return out


def _name(slide: Slide) -> str:
    """Of the theorem whose lines are sealed; a slide of no theorem's own has none."""
    return slide.stamp.name if slide.stamp is not None else ""


def _shortened(text: str) -> str:
    """Of a long path only its end."""
    return text if len(text) <= 100 else "…" + text[-99:]


def _lines(prose: Prose, size: float, width: float) -> int:
    """How many lines a sentence takes, about; ``size`` of its letters and ``width`` in em of the formulas."""
    em = sum(prose_em(x) if isinstance(x, str) else node_em(x) for x in prose)
    return max(1, -int(-em * size // width))


def lacking(text: str, font: str) -> list[str]:
    """The letters of which only the codes would be shown; those of a ``font`` are for LuaTeX only."""
    codes = re.findall(r"\[U\+([0-9A-F]{4,6})\]", sentence(prose(text)))
    return [c for c in dict.fromkeys(chr(int(code, 16)) for code in codes) if c in plain(text)]


# --- the title -------------------------------------------------------------------------------------------------------

_FEW, _MANY = 110.0, 175.0  # pt of contents on the title slide, and on slides of their own


def _title_frames(deck: Deck) -> list[str]:
    """The title slide with the contents, or with slides of contents behind it where there are many."""
    if not deck.title:
        return []
    title = rf"{{\color{{deriveaccent}}\fontsize{{24}}{{29}}\selectfont\exhyphenpenalty=10000 {words(deck.title)}\par}}"
    subtitle = (
        [rf"\medskip{{\large {' '.join(words(line) + chr(92) + 'par' for line in deck.subtitles)}}}"]
        if deck.subtitle
        else []
    )

    def high(c: Prose) -> float:
        return 11.0 * _lines(c, _SMALL, deck.template.width) + 4

    pages = [[rf"\item {sentence(c)}" for c in page] for page in contents_pages(deck.contents, high, _MANY)]
    few = sum(map(high, deck.contents)) <= _FEW - 14.0 * max(0, len(deck.subtitles) - 1)
    out = [r"\begin{frame}[plain]\raggedright", title, *subtitle]
    out += (
        [r"\bigskip", *_listed([x for page in pages for x in page], 0), r"\end{frame}", ""]
        if few
        else [r"\end{frame}", ""]
    )
    before = 0
    for page in [] if few else pages:
        out += [r"\begin{frame}[t]", r"\frametitle{Contents}", *_listed(page, before), r"\end{frame}", ""]
        before += len(page)
    return out


def _listed(entries: Sequence[str], before: int) -> list[str]:
    """A numbered list that goes on behind so many entries."""
    if not entries:
        return []
    goes_on = [rf"\setcounter{{enumi}}{{{before}}}"] if before else []
    return [r"\begin{enumerate}\footnotesize\color{derivemuted}\raggedright", *goes_on, *entries, r"\end{enumerate}"]


# --- a fragment ------------------------------------------------------------------------------------------------------


def fragment(deck: Deck, options: Options) -> str:
    """The derivations alone, to ``\\input`` in a frame, or in an article; only amsmath is needed."""
    body: list[str] = []
    before: Slide | None = None
    for slide in alone(deck).slides:
        if slide.part > 1 and before is not None and not slide.under:
            body.append(f"% Part {slide.part} of {slide.parts}.{_two_frames(before, slide)}")
        body += _piece(slide, before)
        before = slide
    letters = any(r"\deriveletter" in line for line in body)
    out = ["% Made by derive.  Needs amsmath; \\input it in a frame of Beamer's, or in an article.", *_stamps(deck)]
    return "\n".join([*out, fragment_commands(letters).rstrip(), *body]) + "\n"


def _two_frames(before: Slide, slide: Slide) -> str:
    """How to have the rest on a frame of its own."""
    last = max((s.number for s in before.steps), default=0)
    if slide.kind != "steps" or not last:
        return ""
    return f"  Where one frame is too small, make two fragments, with --to {last} and with --from {last + 1}."


def _piece(slide: Slide, before: Slide | None) -> list[str]:
    name, clicks = _name(slide), Clicks(relative=True)
    out = []
    if slide.given:
        out += condition(slide.given, "Given", slide.given_place, name, clicks, True)
    if slide.claim:
        out += [r"\deriveclaim{%", *claim(slide, name, clicks), "}"]
    if slide.title:
        title = clicks.cover(rf"\derivetitle{{{sentence(prose(slide.title), True)}}}")
        again = before is not None and (slide.part > 1 or slide.under) and before.title == slide.title
        out.append(rf"\derivecarried{{{title}}}" if again else title)
    if slide.assumes:
        out += condition(slide.assumes, "Assume", "assume", name, clicks, True)
    out += [block_rows(b, True) for b in slide.blocks_above]
    if slide.steps:
        out += _chain(slide, clicks, guarded=True)
    return out + _closing(slide, clicks, guarded=True)


# --- reading back ----------------------------------------------------------------------------------------------------


def read_back(data: bytes) -> tuple[list[Stamp], list[Shown]]:
    """The stamps of a deck or fragment, and the lines that it shows now with the digests they were written with."""
    stamps: list[Stamp] = []
    shown: list[Shown] = []
    before: list[str] = []  # lines of the source that go on to the next digest
    within = False  # a claim or a chain
    for line in data.decode("utf-8", "replace").replace("\r\n", "\n").split("\n"):
        line = line.strip()
        ends = within and line in ("}", "}}")
        if stamp := _STAMP.fullmatch(line):
            stamps.append(read_stamp(stamp[1]))
        elif seal := _SEAL.search(line):
            text = " ".join(map(neutral, [*before, line[: seal.start()]]))
            shown.append(Shown(unquote(seal[1]), unquote(seal[2]), text, seal[3]))
            before = []
        elif ends or line.startswith(("% spoken", r"\end{frame}")) or line.endswith("{%"):
            rows = [row for row in before if within or row.startswith("&")]
            if rows and shown:  # somebody's own, between the lines of a derivation
                shown.append(Shown(shown[-1].theorem, f"after{shown[-1].place}", " ".join(rows), ""))
            before = []
            within = not ends and (within or line.endswith((r"\derivechain{%", r"\deriveclaim{%")))
        elif shown and _NOTE.fullmatch(line):
            text = neutral(line)
            shown.append(Shown(shown[-1].theorem, "note", text, line_digest(text)))
        elif line and not line.startswith("%"):
            before.append(line)
    return stamps, shown
