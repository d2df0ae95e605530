"""Words and formulas in HTML: escaped words, and LaTeX source that KaTeX typesets in the browser."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from derive.render.formula.measure import node_em
from derive.render.formula.nodes import Node, Prose, Strong, Symbol, first
from derive.render.pens.latex import Pen, escape
from derive.render.words.prose import HYPHENED, clean
from derive.slides.deck.colours import COLOURS

_LINE = 27.0  # em of a formula that stays on one line of a sentence, whatever the slide
_WORDS = ("name", "fn", "text", "var", "cal", "ord")


def plain(words: str) -> str:
    """Words without control characters, among them those that turn the direction of writing."""
    return clean(words, unseen=("Cc", "Cf", "Cs"))


def text(words: str) -> str:
    """Words for the text or an attribute of an element."""
    return html.escape(plain(words))


class KatexPen(Pen):
    """LaTeX as KaTeX understands it: a name of strange signs is set as text, where dollars and backslashes may be escaped."""

    def words(self, words: str) -> str:
        return super().words(plain(words))

    def symbol(self, s: Symbol) -> str:
        if s.kind in _WORDS:
            s = s.with_(text=plain(s.text))
        if s.kind in ("name", "fn") and not re.fullmatch(r"[\w ]*", s.text):
            return rf"\text{{{escape(s.text)}}}"
        return super().symbol(s)


class Ink:
    """Draws words and formulas for a deck of our own, whose script typesets the LaTeX in elements of class tex."""

    mark = r"\htmlClass{changed}"
    tints: Sequence[str] = tuple(rf"\htmlClass{{term{n}}}" for n in range(1, len(COLOURS) + 1))

    def words(self, words: str) -> str:
        return text(words)

    def formula(self, node: Node, inline: bool = False) -> str:
        style = "tex inline" if inline else "tex"
        return f'<span class="{style}">{html.escape(self.latex(node, inline), quote=False)}</span>'

    def latex(self, node: Node, inline: bool) -> str:
        begins = first(node)
        # a later part of a broken formula: its first sign is spaced as between two terms
        continued = "{}" if begins is not None and begins.kind == "op" else ""
        return continued + KatexPen(inline, self.mark, self.tints, legible=True).draw(node).strip()

    def prose(self, p: Prose) -> str:
        """A sentence.  Words such as log-likelihood stay on one line, and so does a formula with the comma behind it,
        unless it is so long that it may have to break at a relation."""
        out = ""
        closing = ""  # of what the formula before stands in
        for part in p:
            if isinstance(part, str):
                sign = part[:1] if closing and part[:1] in tuple(",.;:)?!") else ""
                words = self.words(part[len(sign) :])
                words = HYPHENED.sub(r'<span class="word">\g<0></span>', words)
                out += sign + closing + (f"<strong>{words}</strong>" if isinstance(part, Strong) else words)
                closing = ""
            else:
                kept = "word" if node_em(part) <= _LINE else "long"
                out += f'{closing}<span class="{kept}">{self.formula(part, inline=True)}'
                closing = "</span>"
        return out + closing


class DelimitedInk(Ink):
    """The same for somebody else's deck, where formulas are found by their delimiters, and terms have no colours."""

    tints = ()

    def __init__(self, changed: str) -> None:
        self.mark = rf"\textcolor{{{changed}}}"

    def words(self, words: str) -> str:
        # in elements of their own, signs do not begin a formula
        return re.sub(r"[$\\]", r"<span>\g<0></span>", text(words))

    def formula(self, node: Node, inline: bool = False) -> str:
        style = "" if inline else r"\displaystyle "
        return html.escape(rf"\({style}{self.latex(node, inline)}\)", quote=False)
