"""The words of a derivation: reasons, names and headings, the same in every target."""

from __future__ import annotations

from derive.kernel.terms import Term
from derive.record import Derivation, Line, Reason

RELATION_SIGNS = {"=": "=", "<=": "≤", "<": "<", "<=>": "⟺"}


def reason_words(reason: Reason) -> str:
    """A reason in words: its phrase, or "by" and its name where it has none."""
    if reason.kind == "gap":
        words = reason.phrase or reason.name
        return "GAP" if not words or words == "gap" else f"GAP: {words}"
    words = reason.phrase if reason.phrase and reason.phrase != reason.name else f"by {reason.name}"
    # a definition holds both ways; of a lemma the reader wants to know which way it went
    return f"{words} (right to left)" if reason.reversed and reason.kind != "definition" else words


def line_words(line: Line) -> str:
    """All reasons of a line, in order."""
    return "; ".join(dict.fromkeys(reason_words(r) for r in line.reasons))


def letters(d: Derivation) -> frozenset[str]:
    """The names of all free variables: the letters that bound variables avoid on every line."""
    terms: list[Term] = [d.claim, *d.given]
    for block in d.blocks:
        terms += [block.start, *block.assumes, *(line.term for line in block.lines)]
    return frozenset(v.name for t in terms for v in t.free)
