"""Derivations as plain text for a terminal: Unicode, or ASCII where that is asked for."""

from __future__ import annotations

from derive.kernel.terms import Term
from derive.record import Derivation
from derive.record.relations import sign_of
from derive.render.formula.layout import Labels
from derive.render.formula.nodes import Prose
from derive.render.formula.notation import Notation, load_notation
from derive.render.pages.clashes import refuse_clashes
from derive.render.pens.lines import break_mark, broken
from derive.render.pens.text import (
    ASCII,
    BRACE_CLOSE,
    BRACE_END,
    BRACE_OPEN,
    Pen,
    sentence_text,
    shown_length,
    small_text,
    to_ascii,
)
from derive.render.words.prose import block_title, parts, shows_start
from derive.render.words.written import Written

_TIE = "\u00a0"


def derivation_text(
    d: Derivation,
    notation: Notation | str | None = None,
    width: int = 100,
    *,
    ascii: bool = False,
    where: bool = False,
    conditions: bool = False,
) -> str:
    """A derivation as plain text: name and summary, conditions, claim, then one line for each step with its reasons.

    No line is wider than ``width`` where its formula can be broken.  ``where``: state all definitions, those of the library
    too; ``conditions``: number the conditions, and say at each line which it uses.  Raises UserError as ``term_text`` does.
    """
    n = load_notation(notation)
    refuse_clashes(d, n, Pen(ascii).draw, "without Unicode" if ascii else "as text")
    return _Page(d, n, max(width, 40), ascii, where, conditions).text()


class _Page(Written):
    def __init__(
        self, d: Derivation, notation: Notation, width: int, ascii_only: bool, everything: bool, numbered: bool
    ) -> None:
        super().__init__(d, notation, numbered)
        self.width = width
        self.ascii = ascii_only
        self.everything = everything

    def text(self) -> str:
        d = self.d
        out = [d.name]
        if d.summary:
            out += _wrap(self.prose(d.summary), self.width, "  ")
        out.append("")
        for i, c in enumerate(self.given(linear=True)):
            out += self.condition("  given  " if i == 0 else " " * 9, c)
        out += self.rows("  claim  ", d.claim, d.labels)
        for i, e in enumerate(self.where(linear=True, everything=self.everything)):
            out += self.condition("  where  " if i == 0 else " " * 9, e)
        # the reasons stand in one column for all blocks
        rows = [
            (line, f"    {self.sign(line.relation)} " if line.relation else "  ") for b in d.blocks for line in b.lines
        ]
        pages = {id(line): self.rows(lead, line.term, line.labels) for line, lead in rows}
        words = {
            id(line): self.prose(self.reasons(n, i)) for n, b in enumerate(d.blocks) for i, line in enumerate(b.lines)
        }
        column = self.column(list(pages.values()), list(words.values()))
        for n, block in enumerate(d.blocks):
            out.append("")
            title = block_title(d, n)
            if title:
                out += _wrap(self.prose(title), self.width, "  ")
            for i, c in enumerate(self.assumed(n, linear=True)):
                out += self.condition("  assume  " if i == 0 else " " * 10, c)
            if shows_start(block):
                out += self.rows("  ", block.start, block.labels)
            for line in block.lines:
                out += self.beside(pages[id(line)], words[id(line)], column)
        if d.notes:
            out.append("")
            for note in d.notes:
                out += _wrap(f"note: {self.prose(note)}", self.width, "  ")
        return "\n".join(s.rstrip() for s in out) + "\n"

    def prose(self, words: str) -> str:
        """Prose; the spaces inside small formulas are kept together."""
        pieces = (small_text(p, ascii=self.ascii).replace(" ", _TIE) if formula else p for formula, p in parts(words))
        return "".join(map(to_ascii, pieces) if self.ascii else pieces)

    def sign(self, relation: str) -> str:
        sign = sign_of(relation)
        return ASCII.get(sign, sign) if self.ascii else sign

    def condition(self, lead: str, c: Prose) -> list[str]:
        """A condition after ``lead``, broken before its ranges or at its signs where it is too wide."""
        pen = Pen(self.ascii)
        statement, *scope = c
        if isinstance(statement, str):  # its number
            lead, (statement, *scope) = lead + statement, scope
        assert not isinstance(statement, str)
        marked = (p.replace(" for ", f" {break_mark(0)}for ") if isinstance(p, str) else p for p in scope)
        drawn = pen.draw(statement, breaks=True) + sentence_text(marked, ascii=self.ascii)
        first, *rest = broken(drawn, self.width - len(lead) - 2, shown_length)
        return [lead + first, *(" " * (len(lead) + 2) + r for r in rest)]

    def rows(self, lead: str, term: Term, labels: Labels) -> list[str]:
        """A formula after ``lead``, broken where it is too wide, with its underbraces drawn beneath."""
        pen = Pen(self.ascii)
        drawn = pen.draw(self.node(term, labels, linear=True), breaks=True)
        out: list[str] = []
        indent = " " * (max(len(lead), 4) + 2)  # further in than a line's relation, which it could begin with
        for i, part in enumerate(broken(drawn, self.width - len(lead) - 2, shown_length)):
            out += self.braces((lead if i == 0 else indent) + part, pen.words)
        return out

    def braces(self, text: str, words: list[str]) -> list[str]:
        """The line, then its underbraces, as many rows as they need."""
        plain = ""
        spans: dict[int, list[int]] = {}
        for c in text:
            code = ord(c)
            if BRACE_OPEN <= code < BRACE_CLOSE:
                spans[code - BRACE_OPEN] = [shown_length(plain), -1]
            elif BRACE_CLOSE <= code < BRACE_END:
                spans.setdefault(code - BRACE_CLOSE, [0, 0])[1] = shown_length(plain)
            else:
                plain += c
        rows: list[str] = []
        for n, (start, end) in spans.items():
            if end < 0:
                end = shown_length(plain)
            marks, under = _brace(start, end, self.prose(words[n]).replace(_TIE, " "), self.ascii)
            for drawn, at in ((marks, start), under) if under else ((marks, start),):
                k = next((k for k, r in enumerate(rows) if len(r) < at), None)
                if k is None:
                    rows.append("")
                    k = len(rows) - 1
                rows[k] = rows[k].ljust(at) + drawn
        return [plain, *rows]

    def column(self, pages: list[list[str]], words: list[str]) -> int:
        """The column of the reasons; 0 where they go under their lines."""
        longest = min(max((len(w) for w in words), default=0), 34)
        room = self.width - longest - 3
        ends = [e for e in (max(shown_length(r) for r in page) for page in pages) if e <= room]
        if not ends or 2 * len(ends) < len(pages):
            return 0
        return max(ends) + 3

    def beside(self, page: list[str], words: str, column: int) -> list[str]:
        if not words:
            return page
        if not column:
            return [*page, *_wrap(words, self.width, " " * 8)]
        reasons = _wrap(words, self.width - column, "")
        fits = all(shown_length(r) + 2 <= column for r in page[: len(reasons)])
        if not fits:
            if shown_length(page[-1]) + 2 <= column and len(reasons) == 1:  # beside the last row of a long formula
                return [*page[:-1], _pad(page[-1], column) + reasons[0]]
            return [*page, *(" " * column + r for r in reasons)]
        rows = max(len(page), len(reasons))
        left = page + [""] * (rows - len(page))
        right = reasons + [""] * (rows - len(reasons))
        return [_pad(a, column) + b if b else a for a, b in zip(left, right, strict=True)]


def _pad(text: str, column: int) -> str:
    return text + " " * (column - shown_length(text))


def _wrap(words: str, width: int, indent: str) -> list[str]:
    import textwrap

    rows = textwrap.wrap(words, max(width, 20), initial_indent=indent, subsequent_indent=indent)
    return [r.replace(_TIE, " ") for r in rows] or [""]


def _brace(start: int, end: int, words: str, ascii_only: bool) -> tuple[str, tuple[str, int] | None]:
    """The brace from ``start`` to ``end``, with its words in it, or below it where they are too long."""
    left, line, right = ("\\", "_", "/") if ascii_only else ("└", "─", "┘")
    span = max(end - start, 2)
    inner = f" {words} "
    if len(inner) + 4 <= span:
        fill = span - 2 - len(inner)
        return f"{left}{line * (fill // 2)}{inner}{line * (fill - fill // 2)}{right}", None
    return f"{left}{line * (span - 2)}{right}", (words, max(2, start + (span - len(words)) // 2))
