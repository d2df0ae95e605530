"""A notebook's Markdown cells as one text, and where each of its lines stands in the file."""

from __future__ import annotations

import json

from derive.errors import UserError

MOST_CELLS = 10_000


def cells_of(path: str, text: str) -> tuple[str, list[tuple[int, int]]]:
    """The Markdown cells, an empty line between two, and for each line the line of the file and the number of the cell.

    Raises UserError when the file is no notebook.
    """
    try:
        notebook = json.loads(text)
        cells = [cell for cell in notebook["cells"] if isinstance(cell, dict)][:MOST_CELLS]
    except (ValueError, RecursionError, KeyError, TypeError):
        raise UserError(
            f"{path}: this is no notebook of version 4, which is JSON with a list of cells; save it again in Jupyter"
        ) from None
    out: list[str] = []
    lines: list[tuple[int, int]] = []
    places = _Strings(text)
    for number, cell in enumerate(cells, 1):
        source = cell.get("source", "")
        if isinstance(source, list):
            source = "".join(part for part in source if isinstance(part, str))
        if not isinstance(source, str):
            continue
        own = source.replace("\r\n", "\n").split("\n")
        found = [(places.line(line), number) for line in own]
        if cell.get("cell_type") == "markdown":
            out += [*own, ""]
            lines += [*found, found[-1]]
    return "\n".join(out), lines or [(1, 1)]


class _Strings:
    """Finds the lines of cells in the file, in order.  A line that is spelled in an odd way has the place of the one before it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.number = 1

    def line(self, words: str) -> int:
        """The line of the file that holds these words of a cell."""
        for plain in (True, False):
            spelled = json.dumps(words, ensure_ascii=not plain)[1:-1]
            found = self.text.find(f'"{spelled}', self.at) if spelled else -1
            if found < 0 and spelled and plain:
                found = self.text.find(spelled, self.at, self.at + 2 * len(self.text))
            if found >= 0:
                self.number += self.text.count("\n", self.at, found)
                self.at = found
                break
        return self.number
