"""Titles of theorems that are written from notes: from headings, labels and tags, and from the formulas where there are none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from derive.notes.judge.verdict import Row
from derive.notes.tell.view import Shown, document_title, heading

_SHORT = 48
_KINDS = re.compile(r"(?:eqn?|equation|thm|theorem|lem|lemma|prop|align|sec|fig)[:_.-]+", re.IGNORECASE)


def titles_of(text: str, chains: Sequence[tuple[Shown, Sequence[Row]]]) -> list[str]:
    """A title for each chain, no two alike: the heading under which it stands, else the document's title, else what it begins with;
    behind it its tag or label, where others stand there too."""
    heads = [
        heading(text, shown.display.span.start) or document_title(text) or _beginning(shown, rows)
        for shown, rows in chains
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


def _beginning(shown: Shown, rows: Sequence[Row]) -> str:
    """The first formula of a chain, where it is short; else the line on which it stands."""
    line = next(line for line in shown.lines if rows[0] in line.judged)
    left = re.split(" [=≤≥<>] ", line.text)[0]
    plain = left.isascii() and 0 < len(left) <= _SHORT and left[0] not in "=<>"
    return f"On {left}" if plain else f"Line {rows[0].line}"
