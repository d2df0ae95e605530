"""Formulas as plain text on one line: Unicode, or ASCII where that is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from derive.kernel.terms import Term
from derive.render.formula.alphabets import ACCENTS, GREEK_NAMES, SUBSCRIPTS, SUPERSCRIPTS, in_script, unstyled
from derive.render.formula.layout import layout
from derive.render.formula.nodes import (
    Accent,
    BigOp,
    Fence,
    Frac,
    Mark,
    Node,
    Row,
    Script,
    Symbol,
    UnderBrace,
    kind,
    unmarked,
)
from derive.render.formula.notation import Notation, load_notation
from derive.render.pens.lines import break_mark
from derive.render.words.prose import ACCENTED
from derive.render.words.sentence import conditions_said

ASCII = {
    "−": "-", "·": "*", "≤": "<=", "≥": ">=", "≠": "!=", "∈": " in ", "∼": "~", "∣": "|", "∥": "||", "∑": "sum",
    "∏": "prod", "∂": "d", "∀": "for all ", "…": "...", "⟺": "<=>", "⟹": "=>", "↦": "|->", "∧": "and", "′": "'",
    "“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "--", "ö": "oe", "é": "e", "ñ": "n",
    **GREEK_NAMES, "ε": "eps",
}  # fmt: skip

_MARKS = {sign: mark for mark, sign in ACCENTS.items()}

# private characters inside a drawn line: where an underbrace opens and closes (see also ``lines``)
BRACE_OPEN, BRACE_CLOSE, BRACE_END = 0xE000, 0xE100, 0xE200


class Pen:
    """Draws a layout on one line; marks are not shown."""

    def __init__(self, ascii_only: bool = False) -> None:
        self.ascii = ascii_only
        self.words: list[str] = []  # of the underbraces so far
        self.depth = 0

    def draw(self, node: Node, script: bool = False, breaks: bool = False) -> str:
        if isinstance(node, Symbol):
            return self.symbol(node)
        if isinstance(node, Row):
            return self.row(node.items, script, breaks)
        if isinstance(node, Script):
            return self.draw(node.base, script) + self.scripts(node.sub, node.sup, script)
        if isinstance(node, BigOp):
            sign = self.symbol(node.op)
            return f"{sign}{self.limits(node.under, node.over)} {self.draw(node.body, script, breaks)}"
        if isinstance(node, Fence):
            self.depth += 1
            body = self.draw(node.body, script, breaks and node.group)
            self.depth -= 1
            return f"{node.open}{body}{node.close}"
        if isinstance(node, Frac):  # only a target that asks for two dimensions gets one
            return f"({self.draw(node.num, script)})/({self.draw(node.den, script)})"
        if isinstance(node, UnderBrace):
            n = len(self.words)
            self.words.append(node.words)
            return f"{chr(BRACE_OPEN + n)}{self.draw(node.body, script)}{chr(BRACE_CLOSE + n)}"
        if isinstance(node, Accent):
            return self.accent(node)
        if isinstance(node, Mark):
            return self.draw(node.body, script, breaks)
        return {"thin": " ", "quad": "  "}[node.width]

    def symbol(self, s: Symbol) -> str:
        if s.kind == "times":
            return " "
        text = s.text
        if s.kind == "rel":
            text = {"∣": "|"}.get(text, text)
        if s.kind == "cal" and not self.ascii:
            return in_script(text)
        if self.ascii:
            text = to_ascii(text)
            return text if s.kind == "text" else text.strip()
        return text

    def row(self, items: tuple[Node, ...], script: bool, breaks: bool) -> str:
        if any(isinstance(i, Mark) for i in items):  # what is marked is spaced as if it were not
            return self.draw(unmarked(Row(items)), script, breaks)
        out = ""
        for i, item in enumerate(items):
            after = items[i + 1] if i + 1 < len(items) else None
            drawn = self.draw(item, script, breaks)
            sort = kind(item)
            if sort in ("op", "rel", "dot") and out:
                tight = script and drawn not in ("in", "~")
                mark = break_mark(self.depth) if breaks and sort != "dot" and drawn not in ("|", "∥", "||") else ""
                out += drawn if tight else f" {mark}{drawn} "
            elif sort == "punct":
                out += drawn if script else f"{drawn} "
            elif _is_function(item, after) and after is not None and not _opens(after):
                out += f"{drawn} "
            else:
                out += drawn
        return out

    def scripts(self, sub: Node | None, sup: Node | None, script: bool) -> str:
        low, high = (self.draw(n, True) if n is not None else "" for n in (sub, sup))
        if not self.ascii and not script and _all_in(low, SUBSCRIPTS) and _all_in(high, SUPERSCRIPTS):
            return _raised(low, SUBSCRIPTS) + _raised(high, SUPERSCRIPTS)
        if not self.ascii and not script and _all_in(low, SUBSCRIPTS):
            low = _raised(low, SUBSCRIPTS)
        elif low:
            low = f"_{_braced(low)}"
        return low + (f"^{_braced(high)}" if high else "")

    def limits(self, under: Node | None, over: Node | None) -> str:
        low, high = (self.draw(n, True) if n is not None else "" for n in (under, over))
        if not self.ascii and _all_in(low, SUBSCRIPTS) and _all_in(high, SUPERSCRIPTS):
            return _raised(low, SUBSCRIPTS) + _raised(high, SUPERSCRIPTS)
        if over is None:
            return f"_{_braced(low)}"
        return f"_{{{low}}}^{{{high}}}"

    def accent(self, node: Accent) -> str:
        body = self.draw(node.body)
        if self.ascii or len(body) != 1:
            return f"{body}_{node.mark}"
        import unicodedata

        return unicodedata.normalize("NFC", body + ACCENTS[node.mark])


def to_ascii(text: str) -> str:
    marked = re.sub(ACCENTED, lambda c: f"_{_MARKS[c[0]]}", text)
    return "".join(ASCII.get(c, unstyled(c)[0]) for c in marked)


def small_text(formula: str, *, ascii: bool = False) -> str:
    """A small formula that was found in prose; plain text has no bold letters."""
    import unicodedata

    plain = "".join(letter if kind == "bold" else c for c in formula for letter, kind in [unstyled(c)])
    return to_ascii(plain) if ascii else unicodedata.normalize("NFC", plain)


def _is_function(item: Node, after: Node | None) -> bool:
    """Whether a word stands before what it takes without brackets: log x, log_2 x."""
    return kind(item) == "fn" or (isinstance(item, Script) and kind(item.base) == "fn" and not isinstance(after, Fence))


def _opens(node: Node) -> bool:
    called = isinstance(node, Fence) and node.open == "("
    return called or kind(node) in ("punct", "op", "rel", "times", "dot", "open")


def _all_in(text: str, table: dict[str, str]) -> bool:
    return all(c in table for c in text)


def _raised(text: str, table: dict[str, str]) -> str:
    return "".join(table[c] for c in text)


def _braced(text: str) -> str:
    return text if re.fullmatch(r"[<≤]?[^\W_]+[′']*", text) else f"{{{text}}}"


def shown_length(text: str) -> int:
    return len(re.sub("[\u0302-\u0304\ue000-\ue2ff]", "", text))


# --- formulas --------------------------------------------------------------------------------------------------------


def term_text(
    term: Term, notation: Notation | str | None = None, *, ascii: bool = False, avoid: Iterable[str] = ()
) -> str:
    """A term or statement on one line, for terminals and messages.

    Raises UserError when there is no such notation, or a template of it does not fit its definition.
    """
    node = layout(term, load_notation(notation), linear=True, avoid=avoid)
    return Pen(ascii).draw(node)


def conditions_text(
    given: Iterable[Term],
    notation: Notation | str | None = None,
    *,
    ascii: bool = False,
    kinds: tuple[Term, ...] = (),
) -> list[str]:
    """Conditions to read, such as "1 ≤ yₜ ≤ V for t = 1, …, T"; fewer than given where two make a chain."""
    said = conditions_said(given, load_notation(notation), linear=True, kinds=kinds)
    return [sentence_text(c, ascii=ascii) for c in said]


def sentence_text(sentence: Iterable[str | Node], *, ascii: bool = False) -> str:
    """A sentence with formulas, in plain characters."""
    return "".join(part if isinstance(part, str) else Pen(ascii).draw(part) for part in sentence)
