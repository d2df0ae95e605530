"""Conditions that stand at the end of a row: in words, if $k = y$, or as formulas, k = 1, ..., K."""

from __future__ import annotations

import re

from derive.errors import UserError
from derive.notes.document.pages import Inline
from derive.notes.formula.parser import Parser
from derive.notes.formula.surface import Expr
from derive.notes.formula.tokens import COMPARISONS, Tokens, UnreadableError, split_at, tokens_of
from derive.notes.meaning.world import facts_of

_ASKS = re.compile(r"\b(?:if|for|when|whenever|where|provided|assuming|given|unless|with|as long as)\b", re.IGNORECASE)
_PLAIN = frozenset(
    [
        "if",
        "for",
        "when",
        "whenever",
        "where",
        "provided",
        "assuming",
        "given",
        "with",
        "all",
        "any",
        "each",
        "every",
        "and",
        "that",
    ]
)
"""The words that a condition may have besides its formulas."""

Relations = tuple[Expr, ...]


def of_notes(notes: tuple[str, ...], parser: Parser, words: frozenset[str]) -> list[Relations] | None:
    """The conditions that a row's words state; None where they state one that is not read."""
    out: list[Relations] = []
    for note in notes:
        if not _ASKS.search(note):
            continue
        said = re.sub(r"\$[^$]+\$", " ", note).lower()
        if not set(re.findall(r"[^\W\d_]+", said)) <= _PLAIN:
            return None  # for small x; unless k = y
        formulas = re.findall(r"\$([^$]+)\$", note)
        if not formulas:
            return None  # otherwise, for small x: a condition in words alone
        for formula in formulas:
            found = _snippet(formula, parser, words)
            if found is None:
                return None
            out += found
    return out


def _snippet(formula: str, parser: Parser, words: frozenset[str]) -> list[Relations] | None:
    from derive.notes.document.read import document_of

    try:
        parts = document_of("note.tex", f"${formula}$").parts
        items = next((p.items for p in parts if isinstance(p, Inline)), None)
        return None if items is None else of_tokens(tokens_of(items, words), parser)
    except (UserError, UnreadableError):
        return None


def of_tokens(tokens: Tokens, parser: Parser) -> list[Relations] | None:
    """What a condition says: k = 1, ..., K;  k \\ne c;  a letter alone says that it is any.  None where it is not read."""
    tokens = tuple(t for t in tokens if not (t.kind == "sign" and t.text in ("∀", ".")) and t.kind != "words")
    signs = {t.text for t in tokens if t.kind == "sign"}
    if signs.isdisjoint(COMPARISONS) and "∈" not in signs:
        return []
    try:
        if "…" in signs and "=" in signs:
            return _range(tokens, parser)
        return [tuple(rels) for rels in facts_of(parser, tokens)]
    except (UnreadableError, StopIteration):
        return None


def _range(tokens: Tokens, parser: Parser) -> list[Relations] | None:
    (_, left), *rest = split_at(tokens, frozenset("="))
    letter = parser.maybe(left)
    listed = parser.arguments(rest[0][1]) if len(rest) == 1 else None
    if not letter or listed is None or len(listed[1]) != 1 or listed[1][0].op != "series":
        return None
    first, *_, last = listed[1][0].args
    return [(Expr("rel", (first, letter[0]), "<="),), (Expr("rel", (letter[0], last), "<="),)]
