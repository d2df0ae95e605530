"""Formulas in presentation MathML, and words in HTML.

Spaces are those of TeX, written out as lspace and rspace, so that browsers need not guess; brackets have the sizes of
TeX too.  All text is escaped, and characters that could turn it round or hide it are shown by their code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from html import escape

from derive.kernel.terms import Term
from derive.render.formula import nodes
from derive.render.formula.alphabets import in_bold, in_script
from derive.render.formula.breaking import cut_outside
from derive.render.formula.layout import Labels, layout
from derive.render.formula.measure import formula_em
from derive.render.formula.notation import Notation, load_notation
from derive.render.pens.latex import Pen as LatexPen
from derive.render.pens.text import Pen as TextPen
from derive.render.pens.text import term_text
from derive.render.words.prose import parts
from derive.render.words.sentence import small_node

WIDTH = 36.0  # in em: a wider formula is broken at its outer signs

_THIN, _OP, REL = "0.1667em", "0.2222em", "0.2778em"
_SIZES = ("", "1.2em", "1.8em", "2.4em", "3em")  # \big to \Bigg
_MARKS = {"hat": "^", "bar": "¯", "tilde": "~"}
_NBSP = "\u00a0"


# --- text ------------------------------------------------------------------------------------------------------------


def visible(words: str) -> str:
    """Text in which the characters that XML does not have, or that change how their neighbours read, stand as their codes."""
    return "".join(_visible(c) for c in words)


def _visible(c: str) -> str:
    if c in "\n\t":
        return c
    # controls, surrogates and non-characters; marks that reorder text, lone line separators
    if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or ord(c) & 0xFFFE == 0xFFFE:
        return f"[U+{ord(c):04X}]"
    if unicodedata.category(c) == "Cf" and c not in (nodes.TIMES, "\u00ad", "\u200c", "\u200d"):
        return f"[U+{ord(c):04X}]"
    return c


def text_html(words: str) -> str:
    """Words in HTML.  Each $ and backslash is an element, so that no typesetter of the page takes them for its own."""
    return re.sub(r"[$\\]", lambda m: f"<span>{m[0]}</span>", escape(visible(words)))


def prose_html(words: str) -> str:
    """Prose, with the small formulas in it (``k = y``) in MathML."""
    return "".join(
        math(Pen(display=False).draw(small_node(part)), part) if formula else text_html(part)
        for formula, part in parts(words)
    )


# --- drawing ---------------------------------------------------------------------------------------------------------


def element(tag: str, body: str, **attributes: str) -> str:
    written = "".join(f' {k}="{v}"' for k, v in attributes.items())
    return f"<{tag}{written}>{body}</{tag}>"


def _space(width: str) -> str:
    return f'<mspace width="{width}"/>'


class Pen:
    """Draws a layout.  ``display``: sums are large, with their bounds under and over them."""

    def __init__(self, display: bool = True) -> None:
        self.display = display

    def draw(self, node: nodes.Node, script: bool = False) -> str:
        if isinstance(node, nodes.Symbol):
            return self.symbol(node, script)
        if isinstance(node, nodes.Row):
            return self.row(node.items, script)
        if isinstance(node, nodes.Frac):
            return self.fraction(node, script)
        if isinstance(node, nodes.Script):
            return self.scripted(node, script)
        if isinstance(node, nodes.BigOp):
            return self.big(node, script)
        if isinstance(node, nodes.Fence):
            size = _SIZES[0 if script else node.size if self.display else max(0, node.size - 1)]
            tall = {"stretchy": "true", "minsize": size, "maxsize": size} if size else {"stretchy": "false"}
            if size == _SIZES[1]:  # Chromium leaves as much room for a stretched bracket as for the largest one
                tall = {"stretchy": "false", "mathsize": size}
            body = self.draw(node.body, script)
            left, right = (
                element("mo", escape(sign), form=form, lspace="0", rspace="0", **tall)
                for sign, form in ((node.open, "prefix"), (node.close, "postfix"))
            )
            return f"<mrow>{left}{body}{right}</mrow>"
        if isinstance(node, nodes.UnderBrace):
            brace = element("mo", "⏟", stretchy="true", lspace="0", rspace="0")
            braced = element("munder", self.draw(node.body, script) + brace, accentunder="true")
            return element("munder", braced + self.words(node.words))
        if isinstance(node, nodes.Accent):
            wide = "false" if isinstance(node.body, nodes.Symbol) else "true"
            return element("mover", self.draw(node.body, script) + _mark(_MARKS[node.mark], wide), accent="true")
        if isinstance(node, nodes.Mark):
            drawn = self.draw(node.body, script)
            return drawn if node.tint else _changed(drawn)
        return _space({"thin": _THIN, "quad": "1em"}[node.width])

    def words(self, words: str) -> str:
        """Prose inside a formula."""
        drawn = "".join(
            self.draw(small_node(part), True) if formula else _mtext(part) for formula, part in parts(words) if part
        )
        return f"<mrow>{drawn}</mrow>"

    def symbol(self, s: nodes.Symbol, script: bool = False, after: nodes.Node | None = None) -> str:
        """A sign; ``after`` is what follows it in its row."""
        text = escape(visible(s.text))
        if s.kind == "num":
            return f"<mn>{text}</mn>"
        if s.kind == "bold":
            letters = escape(visible(in_bold(s.text)))
            return f"<mn>{letters}</mn>" if s.text.isdigit() else f"<mi>{letters}</mi>"
        if s.kind == "cal":
            return f"<mi>{escape(visible(in_script(s.text)))}</mi>"
        if s.kind == "text":
            return _mtext(s.text)
        if s.kind == "var" or s.text == "∂":
            return f"<mi>{text}</mi>"
        if s.kind in ("name", "fn"):
            text = text.replace(" ", "\u2009")
            return element("mi", text, mathvariant="normal") if len(s.text) == 1 else f"<mi>{text}</mi>"
        left = right = "0"
        if s.kind in ("op", "rel", "dot") and not script:
            left = right = "0.5556em" if s.text in "⟹⟺" else REL if s.kind == "rel" else _OP
        elif s.kind == "punct" and not script:
            left, right = ("0.1111em", "0.3333em") if s.text == ":" else ("0", _THIN)
        elif s.text == "∀":
            right = "0.1111em"
        elif s.kind == "neg" and not script and _starts_with_operator(after):
            right = _THIN
        form = {"neg": "prefix", "ord": "prefix", "open": "prefix", "close": "postfix"}.get(s.kind, "infix")
        if s.kind in ("open", "close"):
            return element("mo", text, form=form, lspace=left, rspace=right, stretchy="false")
        if s.text in "∣∥‖|":
            return element("mo", text, form=form, lspace=left, rspace=right, stretchy="false", fence="false")
        return element("mo", text, form=form, lspace=left, rspace=right)

    def row(self, items: tuple[nodes.Node, ...], script: bool) -> str:
        items = _primed(items)
        if len(items) == 1:
            return self.draw(items[0], script)
        if any(isinstance(i, nodes.Mark) for i in items):
            return self.marked_row(items, script)
        return f"<mrow>{''.join(self.drawn(items, script))}</mrow>"

    def marked_row(self, items: tuple[nodes.Node, ...], script: bool) -> str:
        """A row in which parts are marked: spaced as if they were not."""
        flat: list[nodes.Node] = []
        marks: list[tuple[int, int]] = []  # from and to, in ``flat``
        for item in items:
            body = nodes.unmarked(item)
            start = len(flat)
            flat += _primed(body.items) if isinstance(body, nodes.Row) else [body]
            if isinstance(item, nodes.Mark) and not item.tint:
                marks.append((start, len(flat)))
        drawn = self.drawn(tuple(flat), script)
        for start, end in marks:
            drawn[start:end] = [_changed("".join(drawn[start:end])), *[""] * (end - start - 1)]
        return f"<mrow>{''.join(drawn)}</mrow>"

    def drawn(self, items: tuple[nodes.Node, ...], script: bool) -> list[str]:
        """Each item of a row, with the space after it."""
        out: list[str] = []
        for i, item in enumerate(items):
            before = items[i - 1] if i else None
            after = items[i + 1] if i + 1 < len(items) else None
            if _is_root(item) and isinstance(after, nodes.Fence):
                out.append(f"<msqrt>{self.draw(after.body, script)}</msqrt>")
                continue
            if before is not None and _is_root(before) and isinstance(item, nodes.Fence):
                continue
            if nodes.kind(item) == "times":
                out.append(element("mo", nodes.TIMES, form="infix", lspace="0", rspace=_between(before, after)))
                continue
            sign = self.symbol(item, script, after) if isinstance(item, nodes.Symbol) else self.draw(item, script)
            spaced = _is_operator(item) and not isinstance(item, nodes.BigOp) and not _opens(after)
            out.append(sign + _space(_THIN) if spaced else sign)
        return out

    def fraction(self, node: nodes.Frac, script: bool) -> str:
        display, self.display = self.display, False
        drawn = f"<mfrac>{self.grouped(node.num, script)}{self.grouped(node.den, script)}</mfrac>"
        self.display = display
        return element("mstyle", drawn, displaystyle="false") if node.small and display else drawn

    def scripted(self, node: nodes.Script, script: bool) -> str:
        base, sub, sup = node.base, node.sub, node.sup
        if isinstance(base, nodes.Row):  # a letter with a prime, and a script on both
            bare = tuple(i for i in base.items if i != nodes.PRIME)
            primes = len(base.items) - len(bare)
            if primes and len(bare) == 1 and base.items[0] == bare[0]:
                base, sup = bare[0], nodes.row(*[nodes.PRIME] * primes, *([sup] if sup is not None else []))
        return self.scripts(self.draw(base, script), sub, sup)

    def scripts(self, base: str, sub: nodes.Node | None, sup: nodes.Node | None) -> str:
        if sub is None and sup is None:
            return base
        display, self.display = self.display, False
        drawn = base + "".join(self.grouped(n, True) for n in (sub, sup) if n is not None)
        self.display = display
        return element("msup" if sub is None else "msub" if sup is None else "msubsup", drawn)

    def grouped(self, node: nodes.Node, script: bool) -> str:
        """As one element, whatever it is."""
        return "<mrow></mrow>" if node == nodes.Row(()) else self.draw(node, script)

    def big(self, node: nodes.BigOp, script: bool) -> str:
        text = escape(visible(node.op.text)).replace(" ", "\u2009")
        limits = self.display and not script
        spaces = {"lspace": "0", "rspace": "0" if node.op.kind == "fn" and not limits else _THIN}
        sign = element("mo", text, form="prefix", movablelimits="false", **spaces)
        if not limits:
            sign = self.scripts(sign, node.under, node.over)
        else:
            display, self.display = self.display, False
            drawn = sign + "".join(self.grouped(n, True) for n in (node.under, node.over) if n is not None)
            self.display = display
            if node.under is not None or node.over is not None:
                both = node.under is not None and node.over is not None
                sign = element("munderover" if both else "mover" if node.under is None else "munder", drawn)
        gap = _space(_THIN) if node.op.kind == "fn" and not limits and not _opens(node.body) else ""
        return f"<mrow>{sign}{gap}{self.draw(node.body, script)}</mrow>"


def _mtext(words: str) -> str:
    """Words in a formula; spaces at an end, which a browser would drop, are kept."""
    out = ""
    for piece in re.split(r"([$\\])", re.sub(r"\s+", " ", visible(words))):
        if piece:
            inner = piece.strip(" ")
            lead, trail = len(piece) - len(piece.lstrip(" ")), len(piece) - len(piece.rstrip(" "))
            out += f"<mtext>{_NBSP * lead}{escape(inner)}{_NBSP * trail if inner else ''}</mtext>"
    return out


def _changed(drawn: str) -> str:
    return element("mrow", drawn, **{"class": "changed"})


def _primed(items: tuple[nodes.Node, ...]) -> tuple[nodes.Node, ...]:
    return tuple(node for node, _ in nodes.with_primes((i, None) for i in items))


def _mark(sign: str, stretchy: str) -> str:
    return element("mo", sign, stretchy=stretchy, lspace="0", rspace="0")


def _is_operator(node: nodes.Node | None) -> bool:
    """The name of a function, with its scripts, or the sign of a sum: TeX keeps a thin space beside it."""
    while isinstance(node, (nodes.Script, nodes.Mark)):
        node = node.base if isinstance(node, nodes.Script) else node.body
    return isinstance(node, nodes.BigOp) or nodes.kind(node) == "fn"


def _starts_with_operator(node: nodes.Node | None) -> bool:
    while isinstance(node, (nodes.Script, nodes.Mark)) or (isinstance(node, nodes.Row) and node.items):
        node = (
            node.base
            if isinstance(node, nodes.Script)
            else node.body
            if isinstance(node, nodes.Mark)
            else node.items[0]
        )
    return _is_operator(node)


def _is_root(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Symbol) and node.text == "√"


def _opens(node: nodes.Node | None) -> bool:
    return (
        node is None
        or isinstance(node, nodes.Space)
        or (isinstance(node, nodes.Fence) and node.open != "|")
        or (isinstance(node, nodes.Script) and _opens(node.base))
        or (isinstance(node, nodes.Mark) and _opens(node.body))
        or (isinstance(node, nodes.Row) and bool(node.items) and _opens(node.items[0]))
        or nodes.kind(node) in ("punct", "op", "rel", "times", "dot", "slash", "open")
    )


def _between(before: nodes.Node | None, after: nodes.Node | None) -> str:
    """The space between two factors: none where a number stands before a letter."""
    operator = _starts_with_operator(after)
    if isinstance(after, nodes.Frac) or isinstance(before, nodes.Frac):
        return "0.25em" if operator else "0.15em"
    if operator:
        return _THIN
    if any(isinstance(n, nodes.Fence) and n.size > 1 for n in (before, after)):
        return "0"  # tall brackets keep some room themselves
    return "0" if nodes.kind(before) == "num" else _THIN


# --- formulas --------------------------------------------------------------------------------------------------------


def math(body: str, alttext: str, display: bool = False, block: bool = False) -> str:
    style = ' display="block"' if block else ' displaystyle="true"' if display else ""
    return f'<math{style} alttext="{escape(visible(alttext))}">{body}</math>'


def term_mathml(
    term: Term,
    notation: Notation | str | None = None,
    *,
    labels: Labels = (),
    avoid: Iterable[str] = (),
    block: bool = False,
    width: float = WIDTH,
) -> str:
    """A term or statement as a ``math`` element in display style; its alttext is the formula in plain text.

    ``block`` sets it on a line of its own; broken at its outer signs where it is wider than ``width`` (in em).
    Raises UserError when there is no such notation, or a template of it does not fit its definition.
    """
    n, avoid = load_notation(notation), tuple(avoid)
    lines = drawn_lines(layout(term, n, avoid=avoid, labels=labels), width)
    return math(stacked(lines), term_text(term, n, avoid=avoid), True, block)


def drawn_lines(node: nodes.Node, width: float) -> list[str]:
    return [Pen().draw(line) for line in cut_outside(node, width, _em)]


def stacked(lines: list[str]) -> str:
    """Lines of one formula under each other."""
    if len(lines) == 1:
        return lines[0]
    cells = (f"<mtd>{_space('2em') if i else ''}{line}</mtd>" for i, line in enumerate(lines))
    table = "".join(f"<mtr>{cell}</mtr>" for cell in cells)
    return element("mtable", table, displaystyle="true", columnalign="left")


def _em(node: nodes.Node) -> float:
    return formula_em(LatexPen().draw(node))


def sentence_html(sentence: nodes.Prose, plain: nodes.Prose) -> str:
    """A sentence with formulas; ``plain`` is the same with formulas on one line, for their alttexts."""
    out = ""
    for part, line in zip(sentence, plain, strict=True):
        if isinstance(part, str) or isinstance(line, str):
            out += text_html(str(part))
        else:
            out += math(Pen(display=False).draw(part), TextPen().draw(line))
    return out
