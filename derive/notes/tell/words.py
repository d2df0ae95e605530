"""A verdict in words: one paragraph a relation, the same for people and machines."""

from __future__ import annotations

from derive.notes.judge.verdict import Row, Verdict
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
    """The verdict with its reason or its numbers, without what was assumed."""
    verdict = row.verdict
    if verdict is None:
        return ""
    parts = [NAMES[verdict.kind]]
    if verdict.kind == "false":
        parts += _false(verdict)
    elif verdict.reason:
        parts.append(verdict.reason)
    return ": ".join(p for p in (parts[0], "; ".join(parts[1:])) if p)


def _false(verdict: Verdict) -> list[str]:
    numbers = "" if verdict.counterexample is None else str(verdict.counterexample)
    out = [numbers.removeprefix("it is false: ") or verdict.reason]
    if verdict.missing is not None:
        out.append(f"with the condition {term_text(verdict.missing)} it is proved")
    if verdict.repairs:
        out.append("it follows from the last row that holds, and so repairs the one between")
    elif verdict.from_start:
        out.append("it follows from the first expression of the chain, not from the row before")
    return [part for part in out if part]


def assumed(row: Row) -> str:
    """What the verdict rests on that nobody declared."""
    return ", ".join(row.verdict.assumed) if row.verdict is not None else ""
