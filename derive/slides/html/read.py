"""Reading back what an HTML deck shows now."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import unquote

from derive.errors import UserError
from derive.slides.deck import Stamp
from derive.slides.deck.stamps import line_digest, read_stamp, unsized
from derive.slides.shown import Shown, is_unseen

_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)

_PICTURES = frozenset(
    ("canvas", "embed", "iframe", "img", "input", "object", "svg", "video")
)  # a line has none of them


def shown_text(content: str) -> str:
    """What stands in an element that is written with this content: LaTeX and words."""
    reader = _Reader()
    reader.feed(f'<td data-line="x x">{content}</td>')
    reader.close()
    return reader.lines[0].shown().text


def read_back(data: bytes) -> tuple[list[Stamp], list[Shown]]:
    """The stamps in a deck, handout or page with fragments, and each line with the text that stands there: LaTeX and words.

    Raises UserError when it is not such a file, or one that a browser saved after the formulas were typeset.
    """
    try:
        source = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(
            f"this is no HTML file of derive's: it is not UTF-8 text ({error.reason} at {error.start})"
        ) from None
    reader = _Reader()
    try:
        reader.feed(source)
        if "<" not in reader.rawdata:  # what is left is a tag that never ends, which no browser shows; the parser would
            reader.close()  # try each sign of it again, in a time that grows with the square of its length
    except AssertionError:  # the parser's own, on markup that is none
        raise UserError("this is no HTML file that can be read") from None
    shown = (r.shown() for r in reader.lines)
    return list(dict.fromkeys(read_stamp(s) for s in reader.stamps)), [s for s in shown if s.digest or s.text]


class _Found:
    """A line while it is read; ``depth`` is that of its element.  Words that were written without a digest have that of what
    stands there, or none where nothing at all was written."""

    def __init__(self, line: str, digest: str | None, depth: int) -> None:
        self.line, self.digest, self.depth = line, digest, depth
        self.text: list[str] = []

    def shown(self) -> Shown:
        name, _, place = self.line.rpartition(" ")
        # a fragment says with delimiters and a colour what a deck says with elements and a class
        text = re.sub(r"\\\((\\displaystyle\b)?|\\\)", "", "".join(self.text))
        text = re.sub(r"\\textcolor\{#\w+\}", r"\\htmlClass{changed}", text)
        text = " ".join(unsized(text).split())
        return Shown(name, place, text, line_digest(text) if self.digest is None and text else self.digest or "")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stamps: list[str] = []
        self.lines: list[_Found] = []
        self.open: list[str] = []  # elements
        self.count = Counter[str]()  # how many of each are open
        self.within: list[_Found] = []  # lines; one may stand inside another
        self.hidden: list[int] = []  # the depths of elements that are not shown
        self.theorem = ""  # whose slide it is, or what stands below its heading where there are several
        self.several = self.worked = False
        self.lists: list[
            int
        ] = []  # the depths of elements in which there is nothing but what was written for the theorem
        self.label: _Found | None = None  # such as Claim, before what it stands before
        self.last = ""  # the place of the line before

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {k: v or "" for k, v in attrs}
        if "katex" in values.get("class", "").split():
            raise UserError(
                "this deck was saved by a browser after its formulas were typeset; give the file that derive wrote "
                "(edit that one, or download it instead of saving the page)"
            )
        if tag == "section":
            self.theorem, self.several, self.worked = "", False, False
        if "data-derive" in values:
            self.stamps.append(values["data-derive"])
            self.theorem = unquote((re.findall(r"\bname=(\S+)", values["data-derive"]) or [""])[0])
            self.several |= tag != "section"
        if tag not in _VOID:
            self.open.append(tag)
            self.count[tag] += 1
            invisible = "hidden" in values or tag == "template" or is_unseen(values.get("style", ""))
            if invisible:
                self.hidden.append(len(self.open))
        if "data-line" in values:
            self.found(values["data-line"], values.get("data-digest", ""))
            self.last = self.within[-1].line.rpartition(" ")[2]
            self.worked |= self.last == "workgiven"
            if self.label is not None:
                self.label.line = f"{self.theorem} word{self.last}"
            self.label = None
        elif self.theorem and tag not in _VOID:
            self.own(tag, values)
        elif tag in _PICTURES:
            self.handle_data(f" {tag} ")

    def own(self, tag: str, values: dict[str, str]) -> None:
        """What was written for the theorem beside its lines: words before them, notes, and what is said of them."""
        classes, said = values.get("class", "").split(), values.get("data-says", "")
        if tag == "dl" or "steps" in classes:
            self.lists.append(len(self.open))
        elif tag == "dt" and self.lists:
            self.found(f"{self.theorem} after{self.last}")
            self.label = self.within[-1]
        elif "remark" in classes:
            self.found(f"{self.theorem} note")
        elif " " in said or (said in ("heading", "given", "assume") and not (self.several or self.worked)):
            name, _, place = said.rpartition(" ")
            self.found(f"{name or self.theorem} says{place.removeprefix('opens')}")
        elif tag in _PICTURES:
            self.handle_data(f" {tag} ")

    def found(self, line: str, digest: str | None = None) -> None:
        self.lines.append(_Found(line, digest, len(self.open)))
        self.within.append(self.lines[-1])

    def handle_endtag(self, tag: str) -> None:
        if not self.count[tag]:
            return
        closed = ""
        while closed != tag:
            closed = self.open.pop()
            self.count[closed] -= 1
        while self.hidden and self.hidden[-1] > len(self.open):
            self.hidden.pop()
        while self.within and self.within[-1].depth > len(self.open):
            self.within.pop()
        while self.lists and self.lists[-1] > len(self.open):
            self.lists.pop()
        if tag == "section":
            self.theorem = ""

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        if not self.within and self.lists and data.strip():  # somebody's own, between the lines
            self.lines.append(_Found(f"{self.theorem} after{self.last}", "", len(self.open)))
            self.lines[-1].text.append(data)
        elif self.within:
            self.within[-1].text.append(data)
