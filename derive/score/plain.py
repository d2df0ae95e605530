"""Numbers in plain text, separated by white space or single commas.

A blank line separates sequences; a plain line break does not, so one number a line and one long line are the
same sequence.  Numbers are parsed, never evaluated.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from derive.errors import UserError
from derive.score.checker import BATCH, Checker, Document, End, Item, out_of_range
from derive.score.events import plain
from derive.score.lines import Lines
from derive.score.wording import printable

_FEW = 20  # characters that are not worth more than one look
_LONGEST = 400  # characters of a number; a longer run without a separator is none
_TOKEN = re.compile(r"[^\s,]+|,")
_WHOLE = re.compile(r"[-−][0-9]+")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WORDS = {"nan": math.nan, "inf": math.inf, "infinity": math.inf}


def text_items(lines: Lines) -> Iterator[Item]:
    """The sequences of a text.  Raises UserError for anything but log-probabilities."""
    text = _Text(lines)
    rest = ""
    while piece := lines.read():
        piece = rest + piece
        text.line = lines.line - rest.count("\n")
        cut = len(piece)
        while cut and not piece[cut - 1].isspace() and piece[cut - 1] != ",":
            cut -= 1  # the piece stops inside a number; keep that number for the next piece
        if len(piece) - cut > _LONGEST:
            cut = len(piece)
        yield from text.read(piece[:cut])
        rest = piece[cut:]
    yield from text.read(rest)
    text.end_of_row()
    yield from text.end()


class _Text:
    """Where in the text the reader is, and the sequence that it is in.  ``bulk`` as in :class:`derive.score.events.Events`."""

    bulk = True

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self.line = lines.line
        self._on_line = 0
        self._previous = ""
        self._begin()

    def _begin(self) -> None:
        self.checker = Checker()
        self._start = self._ended = self._longest_row = 0
        self._after_comma = False

    def read(self, piece: str) -> Iterator[Item]:
        """Lines, and the beginning of one."""
        *sequences, last = piece.split("\n\n")
        for rows in sequences:
            yield from self._rows(f"{rows}\n")
            yield from self._rows("\n")
        yield from self._rows(last)

    def _rows(self, piece: str) -> Iterator[Item]:
        if self._read_at_once(piece):
            if len(self.checker.batch) >= BATCH:
                yield self.checker.take()
            return
        *whole, last = piece.split("\n")
        for row in whole:
            self._words(row)
            if not self.end_of_row():
                yield from self.end()
            elif len(self.checker.batch) >= BATCH:
                yield self.checker.take()
            self.line += 1
        self._words(last)
        if len(self.checker.batch) >= BATCH:
            yield self.checker.take()

    def _read_at_once(self, piece: str) -> bool:
        """Count the numbers of these rows if all are log-probabilities beyond doubt, and no row is empty; else do nothing."""
        if len(piece) < _FEW or piece[0].isspace() or self._after_comma or self.checker.positive or not self.bulk:
            return False
        body = piece.rstrip(" \n")
        ends = piece.count("\n", len(body))
        values = plain(f"[{body.replace(chr(10), ',').replace(' ', ',')}]") if ends < 2 else None
        if values is None and ends < 2 and "," in body:
            values = plain(f"[{body.replace(chr(10), ',')}]")
        if values is None:
            return False
        rows = piece.count("\n")
        if not self.checker.count:
            self._start = self.line
        more = piece[piece.rfind("\n") + 1 :]
        touched = rows + bool(more)
        if len(values) + self._on_line > touched:
            self._longest_row = max(self._longest_row, 2)
        self._longest_row = max(self._longest_row, rows > 0)
        counted = len(more.replace(",", " ").split()) if rows else len(values)
        self._on_line = counted if rows else self._on_line + counted
        self._ended += rows
        self.line += rows
        self._previous = body[max(body.rfind(sign) for sign in "\n ,") + 1 :]
        self.checker.batch += values
        self.checker.count += len(values)
        return True

    def _words(self, piece: str) -> None:
        for token in _TOKEN.findall(piece):
            if token != ",":
                self._number(token)
            elif self._after_comma or not self.checker.count:
                raise UserError(
                    f"{self._lines.source}, line {self.line}: a number is missing before this comma. Separate "
                    "numbers by one comma or by white space, and write a decimal point, not a decimal comma."
                )
            self._after_comma = token == ","

    def _number(self, token: str) -> None:
        self._on_line += 1
        value = _parsed(token) if len(token) <= _LONGEST else None
        if value is None:
            raise UserError(
                f"{self._place()}: “{printable(token)}” is not a number. Expected token log-probabilities such as "
                "-0.7 -0.4, or JSON that begins with [ or {."
            )
        if math.isinf(value) and token[-1].isdigit():
            raise out_of_range(self._place())
        if value > 0 and self._after_comma and _WHOLE.fullmatch(self._previous) and token.isdigit():
            raise UserError(
                f"{self._place()}: “{printable(self._previous)},{printable(token)}” looks like a number with a decimal "
                "comma. Write a decimal point; a comma separates numbers."
            )
        self._previous = token
        if not self.checker.count:
            self._start = self.line
        self.checker.admit(value, self._place)

    def end_of_row(self) -> bool:
        """False when there is nothing on this line."""
        found, self._on_line = self._on_line, 0
        self._longest_row = max(self._longest_row, found)
        self._ended += found > 0
        return found > 0

    def end(self) -> Iterator[Item]:
        """The end of the sequence, if there is one."""
        if self.checker.count:
            self.checker.close(lambda: f"{self._lines.source}, line {self._start}")
            yield self.checker.take()
            joined = f"{self._ended} lines were read as one sequence; a blank line between them makes them separate sequences"
            yield End("", self._start, (joined,) if self._ended > 1 and self._longest_row > 1 else ())
            yield Document()
            self._begin()

    def _place(self) -> str:
        return f"{self._lines.source}, line {self.line}, value {self._on_line}"


def _parsed(token: str) -> float | None:
    """A decimal number, or NaN or an infinity in words; minus may be U+2212.  None when it is neither."""
    if _NUMBER.fullmatch(token):
        return float(token)
    token = token.replace("−", "-")
    word = token[1:] if token[0] in "+-" else token
    value = float(token) if _NUMBER.fullmatch(token) else _WORDS.get(word.lower())
    return -value if value is not None and token[0] == "-" and value > 0 else value
