"""What a document holds, in page order: displays of rows, declarations, formulas in prose."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from derive.notes.document.tree import Node, Span


@dataclass(frozen=True, slots=True)
class Row:
    r"""A row of a display.

    ``line`` is where its first sign stands, from 1.  ``notes``: what is said of it in words, formulas between dollars: text at its end
    (``for all $k$``), before it (``\intertext``, a text that it begins with), under a brace.  ``items``: the formula, without these.  The atom ``\quad`` among them is a gap: a wide space, or one between columns, which
    parts two formulas in one row.
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


class Places:
    """Where an offset of a text stands for people.  ``lines``: for a notebook, whose cells the text is, the line of the file and the
    number of the cell that each line of the text is on."""

    def __init__(self, text: str, lines: Sequence[tuple[int, int]] = ()) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._lines = lines

    def where(self, offset: int) -> tuple[int, int]:
        """The line and the column of the file, from 1."""
        n = bisect_right(self._starts, offset) - 1
        return (self._lines[n][0] if self._lines else n + 1), offset - self._starts[n] + 1

    def cell(self, offset: int) -> int:
        """The number of the notebook's cell, from 1; 0 where there are none."""
        return self._lines[bisect_right(self._starts, offset) - 1][1] if self._lines else 0


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read.  ``text`` is what spans count in: the file, its lines ended by ``\\n``; of a notebook the Markdown cells, one
    after the other."""

    path: str
    text: str
    parts: tuple[Part, ...]
    problems: tuple[Problem, ...]
    places: Places = field(repr=False, compare=False)

    def where(self, offset: int) -> tuple[int, int]:
        """The line and the column of the file, from 1."""
        return self.places.where(offset)

    def cell(self, offset: int) -> int:
        """The number of the notebook's cell, from 1; 0 where there are none."""
        return self.places.cell(offset)
