"""A verdict in words: one paragraph a relation, the same for people and machines.

What a proof uses that the page does not declare is part of the verdict, never a footnote: it is said behind "where".
"""

from __future__ import annotations

from derive.kernel.terms import Term
from derive.notes.judge.verdict import Row, Verdict
from derive.notes.tell.layout import in_signs
from derive.notes.tell.view import Line
from derive.render.pens.text import term_text

MARKS = {
    "proved": "✓",
    "false": "✗",
    "definition": "≔",
    "condition": "∘",
    "approximate": "≈",
    "unproved": "?",
    "unread": "–",
}
"""One sign for each verdict."""
_SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠"}
NAMES = {
    "proved": "proved",
    "false": "false",
    "definition": "definition",
    "condition": "condition",
    "approximate": "approximate",
    "unproved": "not known",
    "unread": "not read",
}


def said(row: Row) -> str:
    """The verdict with its reason or its numbers, and that on which it rests."""
    verdict = row.verdict
    if verdict is None:
        return ""
    parts = [NAMES[verdict.kind]]
    if verdict.kind == "false":
        parts += _false(verdict)
    else:
        parts += (
            [f"{_mended(verdict.missing)}, and nothing on the page says that"] if verdict.missing is not None else []
        )
        parts += [part for part in (verdict.reason, verdict.doubt) if part]
    words = ": ".join(p for p in (parts[0], "; ".join(parts[1:])) if p)
    return _in_signs(in_signs(f"{words}, where {' and '.join(verdict.where)}" if verdict.where else words))


def told(line: Line) -> list[tuple[Row, Verdict, str]]:
    """The verdicts of a row in words, each behind its sign where there are several."""
    judged = [(row, row.verdict) for row in line.judged if row.verdict is not None]
    several = len(judged) > 1
    return [
        (row, verdict, f"{_SIGNS.get(row.relation, row.relation)} {said(row)}" if several else said(row))
        for row, verdict in judged
    ]


def _false(verdict: Verdict) -> list[str]:
    numbers = "" if verdict.counterexample is None else str(verdict.counterexample)
    out = [numbers.removeprefix("it is false: ") or verdict.reason]
    if verdict.missing is not None:
        out.append(_mended(verdict.missing))
    if verdict.repairs:
        out.append("it follows from the last row that holds, and so repairs the one between")
    elif verdict.from_start:
        out.append("it follows from the first expression of the chain, not from the row before")
    return [part for part in out if part]


def _mended(missing: Term) -> str:
    return f"with the condition {' '.join(term_text(missing).split())} it is proved"


def assumed(row: Row) -> str:
    """What was taken for granted besides, and not needed."""
    verdict = row.verdict
    return "" if verdict is None else _in_signs(", ".join(a for a in verdict.assumed if a not in verdict.where))


def _in_signs(words: str) -> str:
    """Words whose relations are written as mathematics, and not as in a program."""
    for plain, sign in _SIGNS.items():
        words = words.replace(f" {plain} ", f" {sign} ")
    return words
