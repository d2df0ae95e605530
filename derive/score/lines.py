"""A file in pieces: opened, checked to be UTF-8, with exact line numbers."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from derive.errors import UserError
from derive.score.wording import printable

CHUNK = 1 << 16  # bytes read at a time; a longer line is read in pieces
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
    """A file read in pieces, none of which crosses the end of a line.

    ``line`` is that of the latest piece; ``text`` may be "" before the end, where ``ended`` is set.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.source = printable(name, 200)
        self.line = 0
        self.ended = False
        self.latest, self.text = b"", ""
        self._file, self._decode = file, codecs.getincrementaldecoder("utf-8")().decode
        self._offset = 0
        self._again = False

    def first_character(self) -> str:
        """The first character that is not white space, "" when there is none; what comes before it is dropped."""
        while not self.ended:
            self.read()
            if found := self.text.lstrip()[:1]:
                self._again = True
                return found
        return ""

    def read(self, size: int = -1) -> bytes:
        """The next piece, b"" at the end: what ijson calls, with size 0 to see the type."""
        if size == 0:
            return b""
        if self._again:
            self._again = False
            return self.latest
        begins_line = not self.line or self.latest.endswith(b"\n")
        try:
            self.latest = piece = self._file.readline(CHUNK)
        except OSError as error:
            raise UserError(
                f"{self.source}: reading failed after byte {self._offset} ({error.strerror or error}). Check that it "
                "is a file and that the disk or pipe is still there."
            ) from None
        if self._offset == 0 and piece.startswith(codecs.BOM_UTF8):
            self._offset = len(codecs.BOM_UTF8)
            self.latest = piece = piece.removeprefix(codecs.BOM_UTF8)
        self.ended = not piece
        self.line += begins_line and not self.ended
        try:
            self.text = self._decode(piece, self.ended)
        except UnicodeDecodeError as error:
            raise self._not_utf8(piece, error) from None
        self._offset += len(piece)
        return piece

    def _not_utf8(self, piece: bytes, error: UnicodeDecodeError) -> UserError:
        offset = self._offset - (len(error.object) - len(piece)) + error.start
        if offset == 0 and piece[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            advice = "It begins like UTF-16, which PowerShell's > writes: save it as UTF-8."
        else:
            advice = "Save it as UTF-8; if it is compressed or binary (gzip, NumPy), write it out as text."
        return UserError(
            f"{self.source}, line {max(self.line, 1)}: byte 0x{error.object[error.start]:02x} at "
            f"offset {offset} is not UTF-8 text. {advice}"
        )
