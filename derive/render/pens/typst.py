"""Formulas in Typst's math mode, and words for its markup.

Words and names are quoted strings, letters stand apart from each other (Typst reads two together as one name), and
brackets have the sizes that the layout gives them: a document that uses these formulas sets ``math.lr(size: 1em)``, so
that those without a size of their own stay as high as letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from derive.render.formula import nodes
from derive.render.formula.alphabets import GREEK_NAMES
from derive.render.formula.measure import DISPLAY, SCRIPT, TEXT
from derive.render.words.prose import clean
from derive.render.words.sentence import prose

NAMES = {
    "−": "-", "·": "dot", "≤": "<=", "≥": ">=", "≠": "!=", "∈": "in", "∼": "tilde.op", "∣": "divides",
    "∥": "parallel", "∑": "sum", "∏": "product", "∂": "partial", "∀": "forall", "…": "dots", "⟺": "<==>",
    "⟹": "==>", "↦": "|->", "∧": "and", "′": "'", "∞": "infinity", "→": "->", "×": "times", "⊢": "tack.r",
    **GREEK_NAMES, "φ": "phi.alt",
}  # fmt: skip
_FUNCTIONS = ("log", "ln", "exp")
_SIZES = ("", "1.2em", "1.8em", "2.4em", "3em")
_ACCENTS = {"hat": "hat", "bar": "macron", "tilde": "tilde"}


# --- text ------------------------------------------------------------------------------------------------------------


def string(words: str) -> str:
    """Words as a string of Typst's, quotes and all."""
    return '"' + clean(words).replace("\\", "\\\\").replace('"', '\\"') + '"'


def escape(words: str) -> str:
    """Words for Typst's markup: nothing in them is a command, a list or a link."""
    words = re.sub(r'"([^"]*)"', r"“\1”", clean(words))
    words = re.sub(r"([\\#$*_`<>@\[\]~/\"])", r"\\\1", words)
    words = re.sub(r"-(?=[-?\d])|\.(?=\.\.)", r"\\\g<0>", words)  # no dash, soft hyphen, minus sign or ellipsis
    return re.sub(r"^(\s*)([-+=])|^(\s*\d+)(\.)", r"\1\3\\\2\4", words)


# --- drawing ---------------------------------------------------------------------------------------------------------


class Pen:
    """Draws a layout.  ``inline``: for a formula in a line of text, where brackets are lower.  ``mark``: the function that
    highlights, such as ``new``; marks are not shown without one.  ``tints``: the functions for terms that keep a colour.
    ``legible``: an index of an index is as large as an index, to be read from afar."""

    def __init__(self, inline: bool = False, mark: str = "", tints: Sequence[str] = (), legible: bool = False) -> None:
        self.inline = inline
        self.mark = mark
        self.tints = tints
        self.legible = legible
        self.style = TEXT if inline else DISPLAY
        self.broken = _SIZES[1]  # of the brackets of a group that is broken over lines

    def draw(self, node: nodes.Node, script: bool = False) -> str:
        if isinstance(node, nodes.Symbol):
            return self.symbol(node)
        if isinstance(node, nodes.Row):
            return self.row(node.items, script)
        if isinstance(node, nodes.Frac):
            style = SCRIPT if node.small and not script else self.style + 1
            drawn = f"frac({_argument(self.lower(node.num, style))}, {_argument(self.lower(node.den, style))})"
            return f"inline({drawn})" if node.small and not script and not self.inline else drawn
        if isinstance(node, nodes.Script):
            return self.scripted(node)
        if isinstance(node, nodes.BigOp):
            sign = self.symbol(node.op)
            if node.op.kind == "fn":
                words = " thin ".join(map(string, node.op.text.split()))
                sign = f"op({words}, limits: #true)"
            return f"{sign}{self.scripts(node.under, node.over)} {self.draw(node.body, script)}"
        if isinstance(node, nodes.Fence):
            size = _SIZES[0 if script else max(0, node.size - 1) if self.inline else node.size]
            return self.fence(node.open, self.draw(node.body, script), node.close, size)
        if isinstance(node, nodes.UnderBrace):
            return f"underbrace({_argument(self.draw(node.body))}, {_argument(self.words(node.words))})"
        if isinstance(node, nodes.Accent):
            return f"{_ACCENTS[node.mark]}({_argument(self.draw(node.body))})"
        if isinstance(node, nodes.Mark):
            body = self.draw(node.body, script)
            function = self.mark if not node.tint else self.tints[node.tint - 1] if self.tints else ""
            return f"{function}({_argument(body)})" if function else body
        return node.width

    def fence(self, left: str, body: str, right: str, size: str) -> str:
        paired = (left, right) in (("(", ")"), ("[", "]"), ("{", "}"))
        if paired and not size:
            return f"{left}{body}{right}"
        left, right = (c if paired else rf"\{c}" for c in (left, right))
        inside = body if paired else _argument(body)
        return f"lr(size: #{size or '1em'}, {left}{inside}{right})"

    def words(self, words: str) -> str:
        """Prose inside a formula."""
        return "".join(string(p) if isinstance(p, str) else self.draw(p, True) for p in prose(words)) or '""'

    def symbol(self, s: nodes.Symbol) -> str:
        if s.kind == "fn":
            return s.text if s.text in _FUNCTIONS else f"op({string(s.text)})"
        if s.kind in ("name", "text"):
            return string(s.text)
        if s.kind == "bold":
            letters = _sign(s.text)
            return f"bold({letters})" if s.text.isdigit() else f"upright(bold({letters}))"
        if s.kind == "cal":
            return f"cal({_sign(s.text)})" if s.text.isupper() else _sign(s.text)
        if s.kind in ("open", "close"):  # of a group that is broken over lines
            return rf"lr(size: #{self.broken}, \{s.text})"
        if s.kind == "punct":
            return r'class("punctuation", \:)' if s.text == ":" else _sign(s.text)
        return _sign(s.text)

    def row(self, items: tuple[nodes.Node, ...], script: bool) -> str:
        out = ""
        before: nodes.Node | None = None
        for i, item in enumerate(items):
            if item == nodes.PRODUCT:
                drawn = _between(before, items[i + 1] if i + 1 < len(items) else None, script)
            else:
                drawn = self.draw(item, script)
            if drawn:
                out += drawn if not out or _touch(before, item, drawn) else f" {drawn}"
            before = item
        return out

    def scripted(self, node: nodes.Script) -> str:
        base = self.draw(node.base)
        if _is_one(node.base):
            return base + self.scripts(node.sub, node.sup)
        under = "" if node.sub is None else f", b: {_argument(self.draw(node.sub, True))}"
        over = "" if node.sup is None else f", t: {_argument(self.draw(node.sup, True))}"
        return f"attach({_argument(base)}{over}{under})"

    def lower(self, node: nodes.Node, style: int, script: bool = False) -> str:
        """A part in a smaller style; where that would be the smallest and it is to be legible, in that of an index."""
        before, self.style = self.style, min(style, SCRIPT)
        drawn = self.draw(node, script)
        self.style = before
        return f"script({_argument(drawn)})" if self.legible and style > SCRIPT else drawn

    def scripts(self, sub: nodes.Node | None, sup: nodes.Node | None) -> str:
        out = ""
        for sign, node in (("_", sub), ("^", sup)):
            if node is not None:
                drawn = self.lower(node, max(SCRIPT, self.style + 1), True)
                alone = re.fullmatch(r"[a-zA-Z][a-zA-Z0-9]*|\d+|\"\w*\"", drawn, re.ASCII)
                out += sign + (drawn if alone else f"({drawn})")
        return out


def _argument(drawn: str) -> str:
    """What is drawn, as an argument of a function: its outer commas and semicolons do not end it."""
    out, depth = "", 0
    for token in re.findall(r'"(?:\\.|[^"\\])*"|\\.|.', drawn):
        depth += (token in "([{") - (token in ")]}")
        out += f"\\{token}" if token in ",;" and not depth else token
    return out


def _sign(text: str) -> str:
    """A letter, a number or a sign."""
    if text in NAMES:
        return NAMES[text]
    if re.fullmatch(r"[A-Za-z]|\d+(\.\d+)?|[+=<>,;]", text):
        return text
    signs = clean(text)
    if len(signs) == 1 and not signs.isalnum():
        return rf"\{signs}" if signs.isascii() else signs
    return string(signs)


def _is_one(base: nodes.Node) -> bool:
    """Whether scripts can be written at ``base`` as it is drawn."""
    if isinstance(base, nodes.Row):  # a letter with its primes
        return isinstance(base.items[0], nodes.Symbol) and all(i == nodes.PRIME for i in base.items[1:])
    return isinstance(base, (nodes.Symbol, nodes.Fence, nodes.Accent)) or (
        isinstance(base, nodes.Mark) and _is_one(base.body)
    )


def _is_word(end: nodes.Symbol | None) -> bool:
    return end is not None and end.kind in ("name", "text")


def _touch(before: nodes.Node | None, item: nodes.Node, drawn: str) -> bool:
    """Whether two parts are written without a space between them.

    Beside a quoted word a space in the source is one on the page, so there is none, except where a sign makes its own.
    """
    left, right = nodes.kind(nodes.bare(before)), nodes.kind(nodes.bare(item))
    if right == "punct" or drawn == "'":
        return not drawn[0].isalpha()
    if right in ("op", "rel", "dot", "times") or left in ("op", "rel", "dot", "times", "punct"):
        return False
    if left in ("neg", "slash") or right == "slash":
        return drawn[0] not in "><-"
    if _is_word(nodes.first(item)) or (before is not None and _is_word(nodes.last(before))):
        return True
    if drawn[0] in "([":  # of a call; behind a long name it would be one for Typst as well
        return left in ("fn", "name", "bold") or (
            left in ("var", "num") and isinstance(before, nodes.Symbol) and before.text.isascii()
        )
    return False


def _between(before: nodes.Node | None, after: nodes.Node | None, script: bool) -> str:
    """The space between two factors: a thin one, or none where Typst makes one or a number stands before a letter."""
    before, after = nodes.bare(before), nodes.bare(after)
    if (before is not None and _is_word(nodes.last(before))) or (after is not None and _is_word(nodes.first(after))):
        return "thin"
    if isinstance(after, nodes.Script) and not _is_one(after.base):
        return "" if script else "thin"  # drawn as a whole, which makes no space
    head = None if after is None else nodes.first(after)
    tight = head is not None and head.kind in ("fn", "big")
    tight |= isinstance(after, (nodes.BigOp, nodes.Frac)) or isinstance(before, nodes.Frac)
    tight |= nodes.kind(before) == "num" and not (isinstance(after, nodes.Fence) and after.size)
    return "" if tight or script else "thin"


# --- formulas --------------------------------------------------------------------------------------------------------


def node_typst(
    node: nodes.Node, *, inline: bool = False, mark: str = "", tints: Sequence[str] = (), legible: bool = False
) -> str:
    """A layout, or a part of one, in Typst's math mode, without dollars; the rest as for ``Pen``."""
    return Pen(inline, mark, tints, legible).draw(node)


def parts_typst(
    parts: Sequence[nodes.Node], *, mark: str = "", tints: Sequence[str] = (), legible: bool = False
) -> list[str]:
    """The parts of a formula that is broken over lines, each as ``node_typst`` draws it."""
    pen = Pen(mark=mark, tints=tints, legible=legible)
    pen.broken = _SIZES[min(4, max(1, nodes.fenced(nodes.row(*parts), group=True).size))]
    return [pen.draw(p) for p in parts]
