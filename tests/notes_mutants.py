"""Slips put into LaTeX, one at a time: signs, letters, bounds, numbers, brackets, functions."""

from __future__ import annotations

import re
from collections.abc import Iterator

SLIPS: tuple[tuple[str, str, str], ...] = (
    ("sign", r" \+ ", " - "),
    ("sign", r" - ", " + "),
    ("sign", r"= -", "= "),
    ("letter", r"(?<=\()k(?=\))", "j"),
    ("letter", r"(?<=_)k\b", "j"),
    ("letter", r"(?<=_)j\b", "k"),
    ("letter", r"\bp\(", "q("),
    ("letter", r"\bq\(", "p("),
    ("letter", r"\ba\b", "b"),
    ("bound", r"k=1", "k=2"),
    ("bound", r"\^n\b", "^{n-1}"),
    ("number", r"\b2\b", "3"),
    ("number", r"\b3\b", "4"),
    ("number", r"\b5\b", "4"),
    ("bracket", r"\(([^()]* [^()]*)\)", r"\1"),
    ("function", r"\\log ", ""),
    ("function", r"e\^\{-b\}", "e^{b}"),
)
"""What a slip is called, what it changes, and into what."""


def slips(text: str) -> Iterator[tuple[str, str]]:
    """Each text with one slip, with the name of the slip."""
    seen = {text}
    for name, pattern, other in SLIPS:
        for m in re.finditer(pattern, text):
            changed = text[: m.start()] + m.expand(other.replace("\\log", r"\\log")) + text[m.end() :]
            if changed not in seen:
                seen.add(changed)
                yield name, changed
