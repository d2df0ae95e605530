"""The two ways to write a deck file, as the same entries: TOML with [[slide]], and Markdown with fenced blocks of TOML.

A Markdown deck file:

    ---
    title: Label smoothing
    notation: pr
    ---

    # Why smooth?

    A sentence, in which p(y) is set as mathematics.

    - an item of a list

    1. an item with a number

    ![A tree of tokens](tree.png)

    <!-- What to say. -->

    # The headline

    ```derive
    theorem = "cross_entropy_is_nll"
    expand = ["cross_entropy_one_hot"]
    ```

A heading begins a slide.  A block is a slide of its own, or several, with the heading above it when no words stand between.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

from derive.errors import UserError
from derive.files import toml_table
from derive.slides.deck.deck import STRONG


class Entry(NamedTuple):
    """What a slide says, the line where it begins, and the lines of its keys."""

    data: Any
    line: int
    keys: dict[str, int]

    def line_of(self, key: str) -> int:
        return self.keys.get(key, self.line)


class Source(NamedTuple):
    """What a deck file says of the deck, the lines of these keys, and of its slides."""

    data: dict[str, Any]
    keys: dict[str, int]
    entries: list[Entry]


def is_deck_file(text: bytes) -> bool:
    """Whether Markdown has blocks of entries for slides."""
    return re.search(rb"^ {0,3}(?:`{3,}|~{3,})[ \t]*(?:\{\.?)?derive\}?[ \t]*\r?$", text, re.MULTILINE) is not None


def read_toml(path: str, text: str) -> Source:
    """Raises UserError for what is no TOML, or has no slides."""
    data = _table(path, text, 0)
    found = data.pop("slide", None)
    if not isinstance(found, list) or not found:
        raise UserError(
            f'{path}: a deck file has slides; write [[slide]] and under it theorem = "NAME" or heading = "..."'
        )
    lines = text.splitlines()
    starts = [n for n, line in enumerate(lines, 1) if re.match(r"\s*\[\[\s*slide\s*\]\]", line)]
    known = len(starts) == len(found)  # not where slides are written as slide = [{...}]
    starts = starts if known else [1] * len(found)
    ends = [*starts[1:], len(lines) + 1] if known else starts
    entries = [Entry(x, a, _keys(lines, a, b)) for x, a, b in zip(found, starts, ends, strict=True)]
    return Source(data, _keys(lines, 1, starts[0]), entries)


def _table(path: str, text: str, above: int) -> dict[str, Any]:
    """A table of TOML that begins ``above`` lines below the top of its file."""
    try:
        return toml_table(text)
    except ValueError as error:
        where = re.search(r" \(at line (\d+), column \d+\)$", str(error))
        if where is None or not above:
            raise UserError(f"{path}{f':{above}' if above else ''}: this is not TOML: {error}") from None
        words = str(error)[: where.start()]
        raise UserError(f"{path}:{above + int(where[1])}: this is not TOML: {words}") from None


UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Characters that nobody sees, and some of which turn the direction in which is read."""


def refuse_unseen(where: str, text: str) -> None:
    """Raises UserError, with the line where ``where`` is the name of a file, for a character that nobody sees."""
    found = UNSEEN.search(text)
    if found:
        at = where if re.search(r":\d+$", where) else f"{where}:{text.count(chr(10), 0, found.start()) + 1}"
        raise UserError(f"{at}: here stands U+{ord(found[0]):04X}, a character that is not seen; take it out")


def _keys(lines: list[str], first: int, end: int) -> dict[str, int]:
    """The lines, from ``first`` to the one before ``end``, on which keys are set."""
    found = ((re.match(r"""\s*["']?([^\s"'=#\[]+)["']?\s*=""", lines[n - 1]), n) for n in range(first, end))
    return {m[1]: n for m, n in found if m}


# --- Markdown --------------------------------------------------------------------------------------------------------


def read_markdown(path: str, text: str) -> Source:
    """Raises UserError, with the line, for what slides cannot have."""
    lines = text.splitlines()
    data, keys, start = _front_matter(path, lines)
    reader = _Reader(path, lines, start)
    reader.run()
    if not reader.entries:
        raise UserError(f"{path}: a deck file has slides; write a heading, such as # Why smooth?, and words under it")
    return Source(data, keys, reader.entries)


def _front_matter(path: str, lines: list[str]) -> tuple[dict[str, Any], dict[str, int], int]:
    """What stands between two lines --- at the top: lines of a key, a colon and text; and how many lines that is."""
    data: dict[str, Any] = {}
    keys: dict[str, int] = {}
    if not lines or lines[0].strip() != "---":
        return data, keys, 0
    for n, line in enumerate(lines[1:], 2):
        if line.strip() == "---":
            return data, keys, n
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = re.fullmatch(r"([\w-]+):[ \t]+(\S.*?)\s*", line)
        if found is None or found[2][0] in "[{|>&*!":
            raise UserError(
                f"{path}:{n}: between the lines --- stand lines such as title: Label smoothing; write it so"
            )
        value = found[2]
        quoted = len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]
        data[found[1]] = value[1:-1] if quoted else value
        keys[found[1]] = n
    raise UserError(f"{path}:1: the line --- that ends what is said of the deck is missing; write it")


_PLAINLY = "in words formulas are written plainly, such as -log p(y)"
_ITEM = re.compile(r"- |\d{1,2}[.)] ")


class _Reader:
    """Reads the lines below the front matter; ``own`` is the slide of one's own that is being read."""

    def __init__(self, path: str, lines: list[str], start: int) -> None:
        self.path, self.lines, self.n = path, lines, start  # n lines are read
        self.entries: list[Entry] = []
        self.own: dict[str, Any] = {}
        self.begun = start + 1
        self.after_block = False
        self.open = False  # the paragraph or item may go on
        self.inside = 0  # how far the items of the list stand from the left

    def run(self) -> None:
        kinds: list[tuple[str, Callable[[re.Match[str]], None]]] = [
            (r"#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*", self.heading),
            (r" {0,3}(`{3,}|~{3,})[ \t]*(.*?)[ \t]*", self.block),
            (r"[ \t]*<!--(.*)", self.comment),
            (r"[ \t]*!\[(.*)\]\(([^()]*)\)[ \t]*", self.picture),
            (r"[ \t]*(?:-[ \t]*){3,}", self.rule),
            (r"[ \t]*(?:[|>].*|\|?[ \t]*:?-+:?[ \t]*\|.*)", self.other),
            (r"([ \t]*)[-*+][ \t]+(.*?)[ \t]*", self.item),
            (r"([ \t]*)((\d{1,2})[.)][ \t]+.*?)[ \t]*", self.numbered),
            (r"[ \t]*", self.blank),
            (r"[ \t]*(.*?)[ \t]*", self.words),
        ]
        while self.n < len(self.lines):
            line = self.lines[self.n]
            self.n += 1
            for pattern, read in kinds:
                if found := re.fullmatch(pattern, line):
                    read(found)
                    break
        self.finish()

    def refuse(self, why: str, line: int = 0) -> NoReturn:
        raise UserError(f"{self.path}:{line or self.n}: {why}")

    def finish(self) -> None:
        """The slide of one's own that was read is an entry, unless a block has taken its heading."""
        text = self.own.get("text") or "picture" in self.own
        if "heading" in self.own and (text or not self.after_block):
            self.entries.append(Entry(self.own, self.begun, dict.fromkeys(self.own, self.begun)))
        elif text:
            self.refuse(
                "these words stand under no heading; begin a slide with a line such as # Why smooth?", self.begun
            )
        self.own, self.open = {}, False

    def heading(self, found: re.Match[str]) -> None:
        self.finish()
        self.own, self.begun, self.after_block = {"heading": STRONG.sub(r"\1", self.plain(found[1]))}, self.n, False

    def rule(self, found: re.Match[str]) -> None:
        self.finish()
        self.begun, self.after_block = self.n + 1, False

    def blank(self, found: re.Match[str]) -> None:
        self.open = False

    def other(self, found: re.Match[str]) -> None:
        what = "a quotation" if found[0].lstrip().startswith(">") else "a table"
        self.refuse(f"{what} is not shown on slides; write sentences or a list, or show it as a picture")

    def item(self, found: re.Match[str]) -> None:
        self.listed(found[1])
        self.add("- " + self.plain(found[2]))

    def listed(self, before: str) -> None:
        """An item with such blanks before it.  Raises UserError where it belongs to an item above it."""
        inside = len(before.expandtabs(4))
        if not self.own.get("text") or not _ITEM.match(self.own["text"][-1]):
            self.inside = inside
        elif inside > self.inside + 1:
            self.refuse("a list in a list is not shown on slides; write one list, or a sentence")

    def numbered(self, found: re.Match[str]) -> None:
        """An item with its number.  In a paragraph only 1 begins a list: a line of it may begin with any number."""
        before = self.own["text"][-1] if self.open else ""
        if not self.open or found[3] == "1" or _ITEM.match(before):
            self.listed(found[1])
            self.add(self.plain(found[2]))
        else:
            self.words(found)

    def words(self, found: re.Match[str]) -> None:
        words = self.plain(found[0].strip())
        if self.open:
            self.own["text"][-1] += " " + words
        else:
            self.add(words)

    def add(self, words: str) -> None:
        if not self.own.get("text") and (self.after_block or "heading" not in self.own):
            self.begun = self.n
        self.own.setdefault("text", []).append(words)
        self.open = True

    def picture(self, found: re.Match[str]) -> None:
        if "picture" in self.own:
            self.refuse("a slide has one picture; begin another slide for this one")
        self.own |= {"picture": found[2].strip(), "alt": found[1]}
        self.open = False

    def comment(self, found: re.Match[str]) -> None:
        """What the lecturer wants to say."""
        start, said = self.n, found[1]
        while "-->" not in said:
            if self.n == len(self.lines):
                self.refuse("this comment does not end; write --> behind it", start)
            said += " " + self.lines[self.n]
            self.n += 1
        said, _, rest = said.partition("-->")
        if rest.strip():
            self.refuse(
                "a comment is what you say, and stands on lines of its own; put the words behind it on the next"
            )
        about = self.entries[-1].data if self.after_block and not self.own.get("text") and self.entries else self.own
        self.open = False
        about["speaker"] = " ".join(f"{about.get('speaker', '')} {said}".split())

    def block(self, found: re.Match[str]) -> None:
        """A block ```derive: an entry as it stands under [[slide]] in TOML."""
        start, fence, kind = self.n, found[1], found[2]
        if kind.strip("{}. ") != "derive":
            self.refuse(
                f"a block of {kind[:40] or 'code'} is not shown on slides; blocks here begin with {fence}derive"
            )
        end = next((n for n in range(self.n, len(self.lines)) if self.lines[n].strip() == fence), -1)
        if end < 0:
            self.refuse(f"this block does not end; write {fence} below it")
        data = _table(self.path, "\n".join(self.lines[start:end]), start)
        if not data:
            self.refuse(
                f'this block is empty; write an entry in it, such as theorem = "NAME", or take {fence} out', start
            )
        above = {k: v for k, v in self.own.items() if k in ("heading", "speaker")}
        if self.own.get("text") or "picture" in self.own:
            self.finish()
            self.own = {"heading": above["heading"]} if above else {}
        elif not self.after_block:
            data = above | data
        self.entries.append(Entry(data, start, _keys(self.lines, start + 1, end + 1)))
        self.n, self.after_block, self.open = end + 1, True, False

    def plain(self, words: str) -> str:
        """Without the signs of emphasis but those of strong words, and without dollars round a formula that is written as in plain words."""

        def formula(found: re.Match[str]) -> str:
            if re.search(r"[\\^{}]", found[1]):
                self.refuse(f"{_PLAINLY}, and not as TeX: {found[0][:60]}")
            return found[1]

        if re.search(r"\[[^\]]+\]\((?:https?:|mailto:|[./#])[^()\s]*\)", words):
            self.refuse("a link is not shown on slides; write its words, and where it leads if that is to be read")
        if re.search(r"`[^`]+`", words):
            self.refuse("code is not shown on slides; write it without `, as words")
        words = re.sub(r"\$([^$\s](?:[^$]*[^$\s])?)\$(?!\d)", formula, words)
        if command := re.search(r"\\[A-Za-z]{2,}", words):
            self.refuse(f"{_PLAINLY}, and not as TeX: {command[0][:60]}")
        words = re.sub(r"(?<![\w_*])__(?=\S)([^_]+?)(?<=\S)__(?![\w_*])", r"**\1**", words)
        words = re.sub(r"(?<![\w_])_(?=\S)([^_]+?)(?<=\S)_(?![\w_])", r"\1", words)
        return re.sub(r"(?<![\w*])\*(?=[^\s*])([^*]+?)(?<=[^\s*])\*(?!\*)", r"\1", words)
