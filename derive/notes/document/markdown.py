r"""A file of Markdown: which of it is code, comments and formulas says markdown-it, with dollars and LaTeX's environments as formulas.

markdown-it gives lines for blocks and no places for what stands inside them; those are found again in these lines, in order.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from derive.errors import UserError
from derive.notes.document.tex import DISPLAYS, Reader
from derive.notes.document.tokens import CHAR, PARAGRAPH, TexError, Token

if TYPE_CHECKING:
    from markdown_it.token import Token as Mark

_FORMULAS = {
    "math_block": "$$",
    "math_block_label": "$$",
    "environment": "",
    "math_inline_double": "$$",
    "math_inline": "$",
}
_CODE = ("fence", "code_block", "front_matter")
_BEGIN = re.compile(r"\\begin\{([A-Za-z]+\*?)\}")
_MARGIN = " \t\n>"
_LABEL = re.compile(r"(?<=\$\$)[ \t]*\{#[^}\n]*\}")
_BRACKET = re.compile(r"(?m)^([ \t>]*)\\\[|\\\]([.,;]?[ \t]*)$")
DEEPEST = 100


def read_markdown(reader: Reader) -> None:
    """Read all of the reader's text.  Raises UserError when the reader of Markdown is not installed, TexError as it does."""
    walk = _Walk(reader)
    walk.blocks(_parsed(walk.text))


def _parsed(text: str) -> list[Mark]:
    try:
        from markdown_it import MarkdownIt
        from mdit_py_plugins.dollarmath import dollarmath_plugin
        from mdit_py_plugins.front_matter import front_matter_plugin
    except ImportError:
        raise UserError(
            "notes in Markdown are read with markdown-it-py and mdit-py-plugins: pip install 'derive-lm[notes]'"
        ) from None
    parser: Any = MarkdownIt("commonmark", {"maxNesting": DEEPEST})
    parser.use(front_matter_plugin).use(dollarmath_plugin, double_inline=True, allow_digits=False)
    interrupts = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("blockquote", "environment", _environment, interrupts)
    marks: list[Mark] = parser.parse(text)
    return marks


def _with_dollars(text: str) -> str:
    r"""The text, of the same length, without Quarto's labels behind formulas, and with dollars for ``\[`` and ``\]`` at the ends of lines."""
    text = _LABEL.sub(lambda found: " " * len(found[0]), text)
    return _BRACKET.sub(lambda found: f"{found[1] or ''}$${found[2] or ''}", text)


def _environment(state: Any, first: int, last: int, silent: bool) -> bool:
    """A rule of markdown-it's: a displayed environment of LaTeX is a block, from its first line to its last."""
    start = state.bMarks[first] + state.tShift[first]
    found = _BEGIN.match(state.src, start)
    if found is None or found[1].rstrip("*") not in DISPLAYS:
        return False
    end = state.src.find(rf"\end{{{found[1]}}}", start, state.eMarks[last - 1])
    line = first
    while end > state.eMarks[line]:
        line += 1
        if state.sCount[line] < state.blkIndent and not state.isEmpty(line):
            return False
    if end < 0 or silent:
        return bool(end >= 0)
    state.line = line + 1
    mark = state.push("environment", "math", 0)
    mark.content = state.getLines(first, line + 1, state.blkIndent, False)
    mark.map = [first, line + 1]
    return True


class _Walk:
    """Goes through the marks and the text side by side."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.text = _with_dollars(reader.text)
        self.starts = [0, *(found.end() for found in re.finditer("\n", self.text)), len(self.text)]
        self.at = 0  # everything before it was found

    def blocks(self, marks: list[Mark]) -> None:
        for mark in marks:
            if mark.map is not None:
                self.at = max(self.at, self.starts[min(mark.map[0], len(self.starts) - 1)])
            if mark.type in _FORMULAS:
                self.formula(mark)
            elif mark.type == "html_block":
                self.comments(mark.content)
            elif mark.type == "inline":
                self.inline(mark.children or [])
            elif mark.type not in _CODE and mark.nesting < 1:
                self.reader.prose.append(Token(PARAGRAPH, "\n\n", self.at, self.at, True))

    def inline(self, marks: list[Mark]) -> None:
        for mark in marks:
            if mark.type in _FORMULAS:
                self.formula(mark)
            elif mark.type == "html_inline":
                self.comments(mark.content)
            elif mark.type in ("softbreak", "hardbreak"):
                self.reader.prose.append(Token(PARAGRAPH, " ", self.at, self.at, True))
            elif mark.type in ("text", "code_inline"):
                self.reader.prose.append(Token(CHAR, mark.content, self.at, self.at))
                self._left_over(mark)
                found = self.text.find(mark.content, self.at)
                if mark.content and found >= 0 and mark.type == "code_inline":
                    self.at = found + len(mark.content)

    def _left_over(self, mark: Mark) -> None:
        """What looks like a formula and is none to markdown-it is told."""
        begun = _BEGIN.search(mark.content)
        sign = "$$" if "$$" in mark.content else begun[0] if begun and begun[1].rstrip("*") in DISPLAYS else ""
        if sign and mark.type == "text":
            at = max(self.text.find(sign, self.at), self.at)
            what = f"{sign} is not read as a formula: it does not end, or does not begin its line"
            self.reader.problem(what, at, at + len(sign))

    def comments(self, content: str) -> None:
        """Declarations in a piece of HTML."""
        at = content.find("<!--:")
        while at >= 0 and content.find("-->", at) >= 0:
            start = self.text.find("<!--:", self.at)
            end = self.text.find("-->", start)
            if start < 0 or end < 0:
                return
            words = self.text[start + 5 : end].strip()
            self.at = end + 3
            self.reader.declared(words, start, end, start + 5)
            at = content.find("<!--:", content.find("-->", at))

    def formula(self, mark: Mark) -> None:
        """Read a formula where it stands: between its dollars, or as an environment."""
        fence = _FORMULAS[mark.type]
        lines = [line.strip() for line in mark.content.split("\n") if line.strip()]
        first = self._behind(fence, lines[0]) if lines else -1
        if first < 0:
            return
        start = self.text.rindex(fence, 0, first) if fence else first
        at, margins = first, [(start + len(fence), first)]
        for line in lines:
            found = self.text.find(line, at)
            if found < 0:
                break
            margins.append((at, found))
            at = found + len(line)
        end = self.text.find(fence, at)
        if end < 0 or self.text[at:end].strip(_MARGIN):
            raise TexError(
                f"{fence} begins a formula, and {fence} does not follow; write it where it ends", start, first
            )
        self.at = end + len(fence)
        text = self.text
        for left, right in (*margins, (at, end)):  # the marks of a quotation are none of the formula's
            if ">" in text[left:right]:
                text = text[:left] + text[left:right].replace(">", " ") + text[right:]
        self.reader.read(start, self.at, text)

    def _behind(self, fence: str, words: str) -> int:
        """Where these words stand next with the fence before them; -1 where they do not."""
        found = self.text.find(words, self.at)
        while found >= 0:
            before = found
            while before > self.at and self.text[before - 1] in _MARGIN:
                before -= 1
            if before >= self.at + len(fence) and self.text.endswith(fence, self.at, before):
                return found
            found = self.text.find(words, found + 1)
        return -1
