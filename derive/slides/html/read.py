"""Reading back what an HTML deck shows now."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

from derive.errors import UserError
from derive.slides.deck import Stamp
from derive.slides.deck.stamps import read_stamp, unsized
from derive.slides.shown import Shown, is_unseen

_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)

_UNSEEN = re.compile(
    r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|(?:opacity|font-size):0(?:\.0*)?(?:[a-z%]+)?(?:$|;|!))"
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
    return list(dict.fromkeys(read_stamp(s) for s in reader.stamps)), [r.shown() for r in reader.lines]


class _Found:
    """A line while it is read; ``depth`` is that of its element."""

    def __init__(self, line: str, digest: str, depth: int) -> None:
        self.line, self.digest, self.depth = line, digest, depth
        self.text: list[str] = []

    def shown(self) -> Shown:
        name, _, place = self.line.rpartition(" ")
        # a fragment says with delimiters and a colour what a deck says with elements and a class
        text = re.sub(r"\\\((\\displaystyle\b)?|\\\)", "", "".join(self.text))
        text = re.sub(r"\\textcolor\{#\w+\}", r"\\htmlClass{changed}", text)
        text = unsized(text)
        return Shown(name, place, " ".join(text.split()), self.digest)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stamps: list[str] = []
        self.lines: list[_Found] = []
        self.open: list[str] = []  # elements
        self.count = Counter[str]()  # how many of each are open
        self.within: list[_Found] = []  # lines; one may stand inside another
        self.hidden: list[int] = []  # the depths of elements that are not shown

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {k: v or "" for k, v in attrs}
        if "katex" in values.get("class", "").split():
            raise UserError(
                "this deck was saved by a browser after its formulas were typeset; give the file that derive wrote "
                "(edit that one, or download it instead of saving the page)"
            )
        if "data-derive" in values:
            self.stamps.append(values["data-derive"])
        if tag not in _VOID:
            self.open.append(tag)
            self.count[tag] += 1
            invisible = "hidden" in values or tag == "template" or is_unseen(values.get("style", ""))
            if invisible:
                self.hidden.append(len(self.open))
        if "data-line" in values:
            self.lines.append(_Found(values["data-line"], values.get("data-digest", ""), len(self.open)))
            self.within.append(self.lines[-1])

        elif tag in _PICTURES and self.within and not self.hidden:
            self.within[-1].text.append(f" {tag} ")

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

    def handle_data(self, data: str) -> None:
        if self.within and not self.hidden:
            self.within[-1].text.append(data)
