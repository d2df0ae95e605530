"""A file in pieces: opened, checked to be UTF-8, with line numbers."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from derive.errors import UserError
from derive.score.wording import printable

CHUNK = 1 << 16  # bytes read at a time
_UNREADABLE: dict[type[Exception], str] = {
    FileNotFoundError: "there is no such file. Check the spelling and the folder, or give - to read standard input.",
    IsADirectoryError: "this is a directory. Give the name of one file in it.",
    PermissionError: "permission denied. Give a file (not a folder) that you may read, or change its permissions.",
}


@contextmanager
def open_data(path: str) -> Iterator[BinaryIO]:
    """Open a file for reading; ``-`` is standard input.  Raises UserError when it cannot be read."""
    if path == "-":
        yield sys.stdin.buffer
        return
    try:
        file = open(path, "rb")  # noqa: SIM115 - closed below; errors in the block are not of opening
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        why = f"this file cannot be opened ({reason}). Give the name of a readable file."
        raise UserError(f"{printable(path, 200)}: {_UNREADABLE.get(type(error), why)}") from None
    with file:
        yield file


class Lines:
    """A file read in pieces.  ``line`` is that of the first character of the latest piece; ``ended``: there are no more."""

    def __init__(self, file: BinaryIO, name: str, first: int = 1) -> None:
        self.source = printable(name, 200)
        self.line = self._next_line = first
        self.ended = False
        self._file, self._decode = file, codecs.getincrementaldecoder("utf-8")().decode
        self._offset = 0
        self._again = ""

    @property
    def ahead(self) -> str:
        """What is known of what will be read next."""
        return self._again

    def first_character(self) -> str:
        """The first character that is not white space, "" when there is none; what comes before it is dropped."""
        while not self.ended:
            text = self.read()
            if found := text.lstrip():
                self._next_line = self.line + text.count("\n", 0, len(text) - len(found))
                self._again = found
                return found[0]
        return ""

    def read(self, line: int | None = None) -> str:
        """The next piece; "" at the end, and only there.  ``line``: that of its first character, from who counts lines as he goes."""
        text, self._again = self._again, ""
        self._next_line = self._next_line if line is None else line
        while not text and not self.ended:
            text = self._piece()
        self.line = self._next_line
        if line is None:
            self._next_line += text.count("\n")
        return text

    def _piece(self) -> str:
        try:
            piece = self._file.read(CHUNK)
        except OSError as error:
            raise UserError(
                f"{self.source}: reading failed after byte {self._offset} ({error.strerror or error}). Check that it "
                "is a file and that the disk or pipe is still there."
            ) from None
        self.ended = not piece
        try:
            text = self._decode(piece, self.ended)
        except UnicodeDecodeError as error:
            raise self._not_utf8(piece, error) from None
        if self._offset < 3 and text.startswith("\ufeff"):
            text = text[1:]
        self._offset += len(piece)
        return text

    def _not_utf8(self, piece: bytes, error: UnicodeDecodeError) -> UserError:
        offset = self._offset - (len(error.object) - len(piece)) + error.start
        if offset == 0 and error.object[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            advice = "It begins like UTF-16, which PowerShell's > writes: save it as UTF-8."
        else:
            advice = "Save it as UTF-8; if it is compressed or binary (gzip, NumPy), write it out as text."
        line = self._next_line + error.object.count(b"\n", 0, error.start)
        return UserError(
            f"{self.source}, line {line}: "
            f"byte 0x{error.object[error.start]:02x} at offset {offset} is not UTF-8 text. {advice}"
        )
