r"""Prose of TeX as plain text: commands go, what they say stays, formulas stay as they were typed, between dollars."""

from __future__ import annotations

from collections.abc import Iterable

from derive.notes.document.tokens import CHAR, CLOSE, CONTROL, DECLARED, DOLLAR, OPEN, PARAGRAPH, TIE, Token

_SIGNS = {
    r"\%": "%",
    r"\$": r"\$",
    r"\&": "&",
    r"\#": "#",
    r"\_": "_",
    r"\{": "{",
    r"\}": "}",
    r"\ldots": "...",
    r"\dots": "...",
    r"\textendash": "–",
}


def plain_words(tokens: Iterable[Token]) -> str:
    """What a reader sees of the tokens, with single spaces."""
    out: list[str] = []
    formula = False
    for token in tokens:
        if token.kind == DECLARED:
            continue
        if token.spaced and any(out) and out[-1] != " ":
            out.append(" ")
        if token.kind == DOLLAR:
            formula = not formula
            out.append("$")
        elif formula:
            out.append(token.text + (" " if token.kind == CONTROL and token.text[-1:].isalpha() else ""))
        elif token.kind in (CHAR,):
            out.append(token.text)
        elif token.kind == CONTROL:
            out.append(_SIGNS.get(token.text, " " if token.text in (r"\ ", r"\,", r"\\", r"\quad", r"\qquad") else ""))
        elif token.kind in (TIE, PARAGRAPH):
            out.append(" ")
        elif token.kind not in (OPEN, CLOSE):
            out.append(token.text)
    text = "".join(out).replace("``", "“").replace("''", "”")
    lead, trail = text[:1].isspace(), text[-1:].isspace()
    return " " * (lead and bool(text.strip())) + " ".join(text.split()) + " " * (trail and bool(text.strip()))
