r"""The tokens of TeX with their places: control sequences, braces, single characters.  Comments are passed over, ``%:`` is a declaration."""

from __future__ import annotations

import re
from typing import NamedTuple

from derive.errors import UserError

CONTROL, OPEN, CLOSE, DOLLAR, CELL, SUP, SUB, HASH, TIE = "\\", "{", "}", "$", "&", "^", "_", "#", "~"
CHAR, PARAGRAPH, DECLARED = "char", "paragraph", "declared"
_SPECIAL = {"{": OPEN, "}": CLOSE, "$": DOLLAR, "&": CELL, "^": SUP, "_": SUB, "#": HASH, "~": TIE}
_SPACE = re.compile(r"[ \t\n\f\u00a0]*+")
_WORD = re.compile(r"\\([A-Za-z]++|.|\Z)", re.DOTALL)
_WORD_WITH_AT = re.compile(r"\\([A-Za-z@]++|.|\Z)", re.DOTALL)
_COMMENT = re.compile(r"%[^\n]*+\n?[ \t]*+")


class TexError(UserError):
    """What cannot be read in TeX, and where.  ``what`` has no place in it yet: a document knows its lines."""

    def __init__(self, what: str, start: int, end: int) -> None:
        super().__init__(what)
        self.what, self.start, self.end = what, start, end


class Token(NamedTuple):
    r"""``text``: a control sequence with its backslash, or one character.  ``spaced``: white space stands before it.  ``fixed``: it is no
    macro any more, whatever its name means now."""

    kind: str
    text: str
    start: int
    end: int
    spaced: bool = False
    fixed: bool = False


class Source:
    """The tokens of ``text`` from ``position`` to ``end``, one at a time.  ``comments``: whether ``%`` begins one, as it does in TeX."""

    def __init__(self, text: str, position: int = 0, end: int | None = None, comments: bool = True) -> None:
        self.text = text
        self.position = position
        self.end = len(text) if end is None else end
        self.comments = comments
        self.word = _WORD

    def next(self) -> Token | None:
        """The next token; None at the end.  An empty line is one token, a paragraph's end."""
        text, at, spaced = self.text, self.position, False
        while True:
            found = _SPACE.match(text, at, self.end)
            assert found is not None
            spaced = spaced or found.end() > at
            if text.count("\n", at, found.end()) > 1:
                self.position = found.end()
                return Token(PARAGRAPH, "\n\n", at, found.end(), True)
            at = found.end()
            if at >= self.end:
                self.position = self.end
                return None
            if text[at] != "%" or not self.comments:
                break
            comment = _COMMENT.match(text, at, self.end)
            assert comment is not None
            if text.startswith("%:", at):
                self.position = comment.end()
                stop = at + len(text[at : comment.end()].partition("\n")[0].rstrip())
                return Token(DECLARED, text[at + 2 : stop].strip(), at, stop, spaced)
            at = comment.end()
        return self._mark(at, spaced)

    def _mark(self, at: int, spaced: bool) -> Token:
        c = self.text[at]
        if c == "\\":
            found = self.word.match(self.text, at, self.end)
            assert found is not None
            self.position = found.end()
            text = "\\ " if found[1] in ("\n", "\t", "") else found[0]
            if text in ("\\makeatletter", "\\makeatother"):
                self.word = _WORD_WITH_AT if text == "\\makeatletter" else _WORD
            return Token(CONTROL, text, at, found.end(), spaced)
        self.position = at + 1
        return Token(_SPECIAL.get(c, CHAR), c, at, at + 1, spaced)

    def skip_past(self, closing: str, what: str, start: int) -> None:
        """Pass over everything to the end of ``closing``.  Raises TexError when it does not come."""
        found = self.text.find(closing, self.position, self.end)
        if found < 0:
            raise TexError(
                f"{what} begins here, and {closing} does not follow; write it where it ends", start, self.position
            )
        self.position = found + len(closing)
