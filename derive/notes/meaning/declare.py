"""Declarations, ``%: k = 1..K``: what a page does not show.  Ten forms, tried from top to bottom; formulas are the page's own TeX."""

from __future__ import annotations

import re
from dataclasses import dataclass

from derive.notes.document.pages import Declared
from derive.notes.document.tree import Node, Span
from derive.notes.formula.tokens import Tokens, UnreadableError, split_at, tokens_of

_WORD = r"(?:positive|joint|distribution|one-hot|row|vectors?|over|given|constant|base|solve|length)"
_PLAIN = rf"(?! )(?:(?!(?<![^ ]){_WORD}(?![^ ])|:=|(?<!\.)\.\.(?!\.)).)+?"
_RELATION = r"(?:=|<|>|\\leq?|\\geq?|\\neq?|\\in)(?![A-Za-z])"
FORMS = {
    "definition": r"(?P<new>.+?) ?:= ?(?P<meaning>.+)",
    "range": r"(?P<letters>[A-Za-z\\]+(?:, ?[A-Za-z\\]+)*) ?= ?(?P<first>[^ .]+)\.\.(?P<last>[^ .]+)",
    "distribution": rf"(?P<names>{_PLAIN}) (?P<positive>positive )?(?P<joint>joint )?distribution over (?P<over>{_PLAIN})"
    rf"(?: given (?P<given>{_PLAIN}))?",
    "one-hot": rf"(?P<names>{_PLAIN}) one-hot over (?P<over>{_PLAIN})",
    "vectors": rf"(?P<names>{_PLAIN}) (?P<row>row )?vectors? of length (?P<length>{_PLAIN})",
    "mean": rf"(?P<name>{_PLAIN}) over (?P<draws>{_PLAIN} \\sim {_PLAIN}(?:, {_PLAIN} \\sim {_PLAIN})*)",
    "constant": rf"(?P<name>{_PLAIN}) constant in (?P<of>{_PLAIN})",
    "base": rf"(?P<names>{_PLAIN}) base (?P<base>{_PLAIN})",
    "solve": r"solve for (?P<letter>\S+)",
    "fact": rf"(?P<fact>{_PLAIN}(?: ?{_RELATION} ?(?:{_PLAIN}))+)",
}
"""The forms by name, in the order in which they are tried."""

_SAID = {
    "definition": "{new} is {meaning}",
    "range": "{letters} from {first} to {last}",
    "one-hot": "{names} one-hot over {over}",
    "vectors": "{names} of length {length}",
    "mean": "{name} is the mean over {draws}",
    "constant": "{name} does not depend on {of}",
    "base": "logarithms of {names} in base {base}",
    "solve": "equations are solved for {letter}",
    "fact": "{fact}",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A declaration taken apart: its form, the words that it has (positive, joint, row), its formulas as tokens by their names."""

    form: str
    words: frozenset[str]
    parts: dict[str, Tokens]
    text: str
    span: Span
    at: int

    def pieces(self, part: str) -> list[Tokens]:
        """The members of a list, separated by commas outside brackets."""
        return [piece for _, piece in split_at(self.parts.get(part, ()), frozenset(",")) if piece]


def line_of(declared: Declared, text: str, words: frozenset[str]) -> Line:
    """A declaration of a document whose text is given.

    Raises UnreadableError when it fits no form, or a formula in it cannot be read.
    """
    said = declared.text.strip()
    start = text.find(said, declared.span.start)
    found = next(((form, m) for form, pattern in FORMS.items() if (m := re.fullmatch(pattern, said))), None)
    if found is None:
        raise UnreadableError(
            said,
            declared.span,
            "this declaration fits none of the ten forms, such as k = 1..K, or p distribution over k",
        )
    form, m = found
    flags = frozenset(w for w in ("positive", "joint", "row") if m.groupdict().get(w))
    parts: dict[str, Tokens] = {}
    for part, piece in m.groupdict().items():
        if piece is None or part in flags or part in ("positive", "joint", "row"):
            continue
        a, b = start + m.start(part), start + m.end(part)
        parts[part] = tokens_of(tuple(_within(declared.items, a, b)), words)
    return Line(form, flags, parts, said, declared.span, declared.span.start)


def _within(items: tuple[Node, ...], start: int, end: int) -> list[Node]:
    return [n for n in items if start <= n.span.start < end]


def described(line: Line) -> str:
    """A declaration in words."""
    if line.form == "distribution":
        return line.text
    found = re.fullmatch(FORMS[line.form], line.text)
    assert found is not None
    return _SAID[line.form].format(**{k: v for k, v in found.groupdict().items() if v is not None})
