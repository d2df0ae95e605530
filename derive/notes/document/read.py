"""A file into a document, by its ending."""

from __future__ import annotations

from derive.errors import UserError
from derive.files import read_within
from derive.notes.document.pages import Document, Places
from derive.notes.document.tokens import TexError

MOST = 4_000_000  # bytes
ENDINGS = (".tex", ".md", ".qmd", ".ipynb")


def read_document(path: str) -> Document:
    """The displays, declarations and formulas of a file (.tex .md .qmd .ipynb).

    Raises UserError when it cannot be read, is no text, or has a formula that does not end.
    """
    return document_of(path, text_of(path, read_within(path, MOST)))


def document_of(path: str, text: str) -> Document:
    """The document that a text is, which may not be saved yet; ``path`` says what kind it is, and is named in errors."""
    from derive.notes.document.tex import Reader

    ending = path[path.rfind(".") :].lower()
    if ending not in ENDINGS:
        raise UserError(f"{path}: notes are read from {', '.join(ENDINGS)}; give the file one of these endings")
    places = Places(text)
    if ending == ".ipynb":
        from derive.notes.document.notebook import cells_of

        text, lines = cells_of(path, text)
        places = Places(text, lines)
    reader = Reader(text, places)
    try:
        if ending == ".tex":
            reader.read()
        else:
            from derive.notes.document.markdown import read_markdown

            read_markdown(reader)
    except TexError as error:
        line, column = places.where(error.start)
        raise UserError(f"{path}:{line}:{column}: {error.what}") from None
    return Document(path, text, tuple(reader.parts), tuple(reader.problems), places)


def text_of(path: str, data: bytes) -> str:
    """The text of a file, its lines ended by ``\\n``.  Raises UserError when it is not UTF-8, or holds control characters."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError(f"{path}:{line}: this is not UTF-8; save the file in that encoding") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for n, character in enumerate(text):
        if character < " " and character not in "\n\t\f":
            line = text.count("\n", 0, n) + 1
            raise UserError(
                f"{path}:{line}: there is a control character (U+{ord(character):04X}), which no text has; remove it"
            )
    return text
