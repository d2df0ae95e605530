"""What a document holds, in page order: displays of rows, declarations, formulas in prose."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from derive.notes.document.tree import Node, Span


@dataclass(frozen=True, slots=True)
class Row:
    r"""A row of a display.

    ``line`` is where its first sign stands, from 1.  ``notes``: what is said of it in words, formulas between dollars: text at its end
    (``for all $k$``), before it (``\intertext``, a text that it begins with), under a brace.  ``items``: the formula, without these.
    """

    items: tuple[Node, ...]
    span: Span
    line: int
    notes: tuple[str, ...] = ()
    label: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Display:
    r"""A displayed formula; ``environment`` is its name, ``$$`` or ``\[``.  ``before``: the prose since the last display, as plain text with
    formulas between dollars."""

    environment: str
    rows: tuple[Row, ...]
    span: Span
    line: int
    before: str = ""


@dataclass(frozen=True, slots=True)
class Declared:
    """A declaration, ``%: ...`` or ``<!--: ... -->``, which holds from here to the end of the file."""

    items: tuple[Node, ...]
    text: str
    span: Span
    line: int


@dataclass(frozen=True, slots=True)
class Inline:
    """A formula in prose."""

    items: tuple[Node, ...]
    span: Span
    line: int


@dataclass(frozen=True, slots=True)
class Problem:
    """What was not read, in words, though the rest was: another file, a macro with tricks."""

    what: str
    span: Span
    line: int


Part: TypeAlias = Display | Declared | Inline


@dataclass(frozen=True)
class Document:
    """A file that was read.  ``text`` is what spans count in: the file with line ends ``\\n``; of a notebook the Markdown cells, one
    after the other.  ``lines``: for a notebook the line of the file, and the number of the cell, that each line of ``text`` is on."""

    path: str
    text: str
    parts: tuple[Part, ...]
    problems: tuple[Problem, ...] = ()
    lines: Sequence[tuple[int, int]] = field(default=(), repr=False)

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self.text.split("\n"):
            starts.append(starts[-1] + len(line) + 1)
        return starts[:-1]

    def where(self, offset: int) -> tuple[int, int]:
        """The line and the column of the file, from 1."""
        n = bisect_right(self._starts, offset) - 1
        column = offset - self._starts[n] + 1
        return (self.lines[n][0] if self.lines else n + 1), column

    def cell(self, offset: int) -> int:
        """The number of the notebook's cell, from 1; 0 where there are none."""
        n = bisect_right(self._starts, offset) - 1
        return self.lines[n][1] if self.lines else 0
