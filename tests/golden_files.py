"""Golden files: what was printed, looked at and found good, in a form that can be read and reviewed.

After a change that is meant, ``DERIVE_GOLDEN=write python -m pytest tests/FILE.py`` writes the files again; then read the
difference.
"""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Iterable
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"
WIDTH = 110
LONGEST = 400  # no line is longer, so that a difference can be seen

_UNSEEN = re.compile("[\u00a0\u2000-\u200f\u2028-\u202f\u205f-\u206f]")
_PIECE = re.compile(r"<[^>]*>|[^<]+")


def compare(path: Path, made: str) -> None:
    """Compare with a golden file, or write it."""
    if os.environ.get("DERIVE_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8"), f"{path.relative_to(GOLDEN)} differs"


def wrapped(words: str, indent: str) -> list[str]:
    """Words in lines of ``WIDTH``, all but the first indented."""
    return textwrap.wrap(words, WIDTH - len(indent), break_long_words=False, break_on_hyphens=False) or [""]


def xml_lines(drawn: str, indent: str = "") -> list[str]:
    """XML with an element to a line; one that fits on a line with all that is in it stands there.

    Spaces and signs that cannot be seen are written by their code.  Nothing is lost: without what they are indented by,
    the lines make the same XML again.
    """
    pieces = _PIECE.findall(_UNSEEN.sub(lambda m: f"&#x{ord(m[0]):04X};", drawn))
    lines: list[str] = []
    i = 0
    while i < len(pieces):
        piece = pieces[i]
        if piece.startswith("</"):
            indent = indent[:-1]
        end = _end(pieces, i)
        whole = "".join(pieces[i : end + 1])
        if len(indent) + len(whole) <= WIDTH or end == i:
            lines.append(indent + whole)
            i = end + 1
        else:
            lines.append(indent + piece)
            indent += " "
            i += 1
    return lines


def _end(pieces: list[str], i: int) -> int:
    """The piece that ends the element which begins at ``i``."""
    depth = 0
    for end in range(i, len(pieces)):
        piece = pieces[end]
        if piece.startswith("</"):
            depth -= 1
        elif piece.startswith("<") and not piece.endswith("/>"):
            depth += 1
        if depth <= 0:
            return i if depth < 0 else end
    return i


def html_lines(html: str) -> str:
    """HTML with the cells of a table on lines of their own, and its formulas as ``xml_lines``: a browser shows the same."""
    html = re.sub(r"(?<!\n)(<t[dr][ >])", r"\n\1", html)
    return re.sub(
        r"(<math[^>]*>)(.*?)(</math>)", lambda m: "\n".join([m[1], *xml_lines(m[2], " "), m[3]]), html, flags=re.DOTALL
    )


def long_lines(paths: Iterable[Path]) -> list[str]:
    """Where a line is too long to be reviewed."""
    return [
        f"{path.name}, line {number}: {len(line)} characters"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > LONGEST
    ]
