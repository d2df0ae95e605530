r"""A file of Markdown: which of it is code, comments and formulas says markdown-it, with dollars and LaTeX's environments as formulas.

markdown-it gives lines for blocks and no places for what stands inside them; those are found again in these lines, in order.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from derive.errors import UserError
from derive.notes.document.tex import Reader
from derive.notes.document.tokens import CHAR, PARAGRAPH, TexError, Token

if TYPE_CHECKING:
    from markdown_it.token import Token as Mark

_DECLARED = re.compile(r"<!--:(.*?)-->", re.DOTALL)
_FORMULAS = {
    "math_block": "$$",
    "math_block_label": "$$",
    "amsmath": "",
    "math_inline_double": "$$",
    "math_inline": "$",
}
_CODE = ("fence", "code_block", "front_matter")
MOST_MARKS = 300_000
DEEPEST = 100


def read_markdown(reader: Reader) -> None:
    """Read all of the reader's text.  Raises UserError when the reader of Markdown is not installed, TexError as it does."""
    _Walk(reader).blocks(_parsed(reader.text))


def _parsed(text: str) -> list[Mark]:
    try:
        from markdown_it import MarkdownIt
        from mdit_py_plugins.amsmath import amsmath_plugin
        from mdit_py_plugins.dollarmath import dollarmath_plugin
        from mdit_py_plugins.front_matter import front_matter_plugin
    except ImportError:
        raise UserError(
            "notes in Markdown are read with markdown-it-py and mdit-py-plugins: pip install 'derive-lm[notes]'"
        ) from None
    parser: Any = MarkdownIt("commonmark", {"maxNesting": DEEPEST})
    parser.use(front_matter_plugin).use(dollarmath_plugin, double_inline=True, allow_digits=False).use(amsmath_plugin)
    marks: list[Mark] = parser.parse(text)
    return marks


class _Walk:
    """Goes through the marks and the text side by side."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.text = reader.text
        self.starts = [0, *(found.end() for found in re.finditer("\n", self.text)), len(self.text)]
        self.at = 0  # everything before it was found

    def blocks(self, marks: list[Mark]) -> None:
        for mark in marks:
            if mark.map is not None:
                self.at = max(self.at, self.starts[min(mark.map[0], len(self.starts) - 1)])
            if mark.type in _FORMULAS:
                self.formula(mark, self.starts[min(mark.map[1], len(self.starts) - 1)] if mark.map else len(self.text))
            elif mark.type == "html_block":
                self.comments(mark.content)
            elif mark.type == "inline":
                self.inline(mark.children or [])
            elif mark.type not in _CODE and mark.nesting < 1:
                self.reader.prose.append(Token(PARAGRAPH, "\n\n", self.at, self.at, True))

    def inline(self, marks: list[Mark]) -> None:
        for mark in marks:
            if mark.type in _FORMULAS:
                self.formula(mark, len(self.text))
            elif mark.type == "html_inline":
                self.comments(mark.content)
            elif mark.type in ("softbreak", "hardbreak"):
                self.reader.prose.append(Token(PARAGRAPH, " ", self.at, self.at, True))
            elif mark.type in ("text", "code_inline"):
                self.reader.prose.append(Token(CHAR, mark.content, self.at, self.at))
                found = self.text.find(mark.content, self.at)
                if mark.content and found >= 0 and mark.type == "code_inline":
                    self.at = found + len(mark.content)

    def comments(self, content: str) -> None:
        """Declarations in a piece of HTML."""
        for found in _DECLARED.finditer(content):
            start = self.text.find("<!--:", self.at)
            end = self.text.find("-->", start)
            if start < 0 or end < 0:
                return
            self.at = end + 3
            self.reader.declared(" ".join(self.text[start + 5 : end].split()), start, self.at, start + 5)
            del found

    def formula(self, mark: Mark, limit: int) -> None:
        """Read a formula where it stands: between its dollars, or as an environment."""
        content = mark.content
        fence = _FORMULAS[mark.type]
        first = self.text.find(fence, self.at, limit) if fence else self.text.find(r"\begin", self.at, limit)
        last_line = content.rstrip().rsplit("\n", 1)[-1].strip()
        if first < 0:
            return
        inside = first + len(fence)
        end = self._end(content, inside, limit, last_line)
        stop = min(end + len(fence), len(self.text))
        closed = self.text.startswith(fence, end) if fence else True
        if not closed:
            found = self.text.find(fence, end, limit)
            if found < 0:
                raise TexError(
                    f"{fence} begins a formula, and {fence} does not follow; write it where it ends", first, inside
                )
            stop = found + len(fence)
        self.at = stop
        self.reader.read(first, stop)

    def _end(self, content: str, inside: int, limit: int, last_line: str) -> int:
        """Where the content ends: each of its lines is found in turn, as a quotation or list has marks before each."""
        at = inside
        for line in content.split("\n"):
            words = line.strip()
            if words:
                found = self.text.find(words, at, limit)
                if found < 0:
                    return at
                at = found + len(words)
        del last_line
        return at
