"""Titles of theorems that are written from notes: from headings, labels and tags, and from the formulas where there are none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from derive.notes.judge.verdict import Row
from derive.notes.tell.saying import Sides
from derive.notes.tell.view import Shown, document_title, heading
from derive.render.formula.names import GREEK

_SHORT = 56
_PLAIN = {*map(chr, range(32, 127)), *"²³−·≤≥", *GREEK.values()} - {"\\", '"'}
"""What every kind of slide can have in a title."""
_SIGNS = {"<=": "≤", ">=": "≥"}
_KINDS = re.compile(r"(?:eqn?|equation|thm|theorem|lem|lemma|prop|align|sec|fig)[:_.-]+", re.IGNORECASE)


def titles_of(text: str, chains: Sequence[tuple[Shown, Sequence[Row]]], sides: Sides) -> list[str]:
    """A title for each chain, no two alike: the heading under which it stands, else the document's title, else what it says;
    behind it its tag or label, where others stand there too."""
    heads = [
        heading(text, shown.display.span.start) or document_title(text) or _says(rows, sides) for shown, rows in chains
    ]
    crowded = Counter(heads)
    full = [
        f"{head}: {name}" if crowded[head] > 1 and (name := _named(shown, rows)) else head
        for head, (shown, rows) in zip(heads, chains, strict=True)
    ]
    several, nth = Counter(full), Counter[str]()
    out = []
    for title in full:
        nth[title] += 1
        out.append(f"{title}, part {nth[title]}" if several[title] > 1 else title)
    return out


def _named(shown: Shown, rows: Sequence[Row]) -> str:
    """The tag or the label, in words, of the last row of a chain that has one."""
    lines = [line.printed for line in shown.lines if any(row in rows for row in line.judged)]
    names = [n for x in reversed(lines) for n in (x.tag, _KINDS.sub("", x.label)) if n]
    return next((words for n in names if (words := " ".join(re.findall(r"[^\W_]+", n)))), "")


def _says(rows: Sequence[Row], sides: Sides) -> str:
    """What a chain says, or of what, where that is short and plain; else the line on which it stands."""
    left, right = sides.get(id(rows[0]), ("", ""))[0], sides.get(id(rows[-1]), ("", ""))[1]
    sign = next((r.relation for r in rows if r.relation != "="), "=")
    whole = f"{left} {_SIGNS.get(sign, sign)} {right}" if left and right else ""
    for words in (whole, f"On {left}" if left else ""):
        plain = words.replace("‖", "||").replace("∣", "|")
        if 0 < len(plain) <= _SHORT and set(plain) <= _PLAIN:
            return plain
    return f"Line {rows[0].line}"
