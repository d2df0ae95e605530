"""Formulas in OMML, the mathematics of PowerPoint and Word, to be edited there like any formula typed in by hand.

Letters are the literal mathematical italics that PowerPoint itself writes.  Properties come before contents, and contents
in the order of the schema (ECMA-376, shared-math.xsd); an office suite calls a file with another order damaged.
LibreOffice reads a formula into a language of its own; where that would fail, a comment says what keeps it from failing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from derive.render.formula import nodes
from derive.render.formula.alphabets import ACCENTS, in_bold, in_italic, in_script
from derive.render.words.prose import clean
from derive.render.words.sentence import prose

MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
OPENING = f'<m:oMath xmlns:m="{MATH}" xmlns:a="{DRAWING}">'

_FONT = '<a:latin typeface="Cambria Math" panose="02040503050406030204" pitchFamily="18" charset="0"/>'
_THIN, _QUAD = "\u2009", "\u2003"
_NOTHING = (
    "\u200b"  # an operand for a sign that has none: for LibreOffice, and for the space that PowerPoint puts there
)
_BRACE = "\u23df"
_ACCENTS = ACCENTS | {"bar": "\u0305"}  # as wide as what it stands over
_UPRIGHT_BY_ITSELF = ("log", "ln", "exp")  # in LibreOffice too; other names are italic there unless they are literal
_ENDS_ARGUMENT = ("op", "rel", "punct", "dot", "times", "slash", "close", "text")


def node_omml(
    node: nodes.Node, *, mark_color: str = "", size: float = 0, tints: Sequence[str] = (), legible: bool = False
) -> str:
    """A layout as an ``m:oMath`` element; parts to be highlighted in ``mark_color`` ("#rrggbb", or not when empty), terms that
    keep a colour in ``tints``, letters of ``size`` points where one is given; ``legible``: an index of an index is as large as an index.  A sign in front keeps
    its place, and so does one at the end: as in = a + b, a line of a chain, or a piece of one."""
    pen = Pen(mark_color, size, tints, legible)
    nothing = pen.run("lit", _NOTHING, 0)
    before, after = (
        nothing if end is not None and end.kind in ("rel", "op") else ""
        for end in (nodes.first(node), nodes.last(node))
    )
    return f"{OPENING}{before}{pen.draw(node)}{after}</m:oMath>"


# --- drawing ---------------------------------------------------------------------------------------------------------


class _Item(NamedTuple):
    node: nodes.Node
    ink: int


class _Run(NamedTuple):
    """Text to be joined with its neighbours of the same style."""

    style: str  # of ``Pen.run``
    text: str
    ink: int


class Pen:
    """Draws a layout.  ``mark``: "#rrggbb", the colour of marked parts, or empty, and ``tints`` those of terms that keep one;
    ``size`` in points, or 0.  An ink is 0 for the text's colour, 1 for what is marked, more for a tint."""

    def __init__(self, mark: str = "", size: float = 0, tints: Sequence[str] = (), legible: bool = False) -> None:
        self.inks = ("", mark, *tints)
        self.size = size
        self.legible = legible
        self.scripted_in = 0  # scripts in which what is drawn stands
        self.display = True  # sums have their bounds under and over them

    def draw(self, node: nodes.Node, ink: int = 0, script: bool = False) -> str:
        """The elements of a row, without one round them."""
        out = ""
        waiting: _Run | None = None
        for drawn in self.items(_fenced([_Item(*pair) for pair in nodes.with_primes(_flat(node, ink))]), script):
            if isinstance(drawn, _Run) and waiting is not None and drawn[::2] == waiting[::2]:
                waiting = _Run(waiting.style, waiting.text + drawn.text, waiting.ink)
                continue
            out += self.run(*waiting) if waiting is not None else ""
            waiting = None
            if isinstance(drawn, _Run):
                waiting = drawn
            else:
                out += drawn
        return out + (self.run(*waiting) if waiting is not None else "")

    def items(self, items: list[_Item], script: bool) -> Iterator[_Run | str]:
        before: nodes.Node | None = None
        while items:
            node, ink = item = items.pop(0)
            after = items[0].node if items else None
            if _is_function(node) and after is not None and not _ends_argument(after):
                argument = [items.pop(0)]
                while items and not _ends_argument(items[0].node):
                    argument.append(items.pop(0))
                yield self.function(item, self.draw(_row(argument), False, script))
            elif node == nodes.PRODUCT:
                if not script and _apart(before, after):
                    yield _Run("", _THIN, ink)
            elif isinstance(node, nodes.Symbol):
                yield from self.symbol(node, ink, script, alone=before is None)
            elif isinstance(node, nodes.Space):
                yield _Run("", _THIN if node.width == "thin" else _QUAD, ink)
            else:
                yield self.element(node, ink, script)
            before = node

    def element(self, node: nodes.Node, ink: int, script: bool) -> str:
        if isinstance(node, nodes.Frac):
            # the mathematics of Office has no small fractions; its arguments may be a size smaller
            small = '<m:argPr><m:argSz m:val="-1"/></m:argPr>' if node.small and not script else ""
            num, den = (small + self.low(n, ink) for n in (node.num, node.den))
            return self.made("f", "", ink, num=num, den=den)
        if isinstance(node, nodes.Script):
            return self.scripted(node, ink, script)
        if isinstance(node, nodes.BigOp):
            return self.big(node, ink)
        if isinstance(node, nodes.Fence):
            return self.fence(node.open, self.draw(node.body, ink, script), node.close, ink, grows=node.size > 0)
        if isinstance(node, nodes.UnderBrace):
            brace = f'<m:chr m:val="{_BRACE}"/><m:pos m:val="bot"/><m:vertJc m:val="top"/>'
            braced = self.made("groupChr", brace, ink, e=self.draw(node.body, ink, script))
            return self.made("limLow", "", ink, e=braced, lim=self.words(node.words, ink))
        assert isinstance(node, nodes.Accent)
        accent = f'<m:chr m:val="{_ACCENTS[node.mark]}"/>'
        return self.made("acc", accent, ink, e=self.draw(node.body, ink, script))

    def low(self, node: nodes.Node, ink: int, script: bool = False) -> str:
        """An argument in the style of running text."""
        display, self.display = self.display, False
        self.scripted_in += script
        drawn = self.draw(node, ink, script)
        if self.legible and script and self.scripted_in > 1:
            drawn = f'<m:argPr><m:argSz m:val="1"/></m:argPr>{drawn}'
        self.scripted_in -= script
        self.display = display
        return drawn

    def made(self, tag: str, properties: str, ink: int, **arguments: str) -> str:
        """An element: its properties, the look of its own signs, and its arguments in order."""
        control = f"<m:ctrlPr>{self.look('', ink)}</m:ctrlPr>"
        inner = "".join(f"<m:{name}>{drawn}</m:{name}>" for name, drawn in arguments.items())
        return f"<m:{tag}><m:{tag}Pr>{properties}{control}</m:{tag}Pr>{inner}</m:{tag}>"

    def scripted(self, node: nodes.Script, ink: int, script: bool) -> str:
        of, sup = node.base, node.sup
        if isinstance(of, nodes.Row):  # a letter with primes
            letter, *primes = of.items
            if primes and all(i == nodes.PRIME for i in primes):
                of, sup = letter, nodes.row(*primes, *([sup] if sup is not None else []))
        base = self.draw(of, ink, script)
        if node.sub is None and sup is None:
            return base
        scripts = {"sub": node.sub, "sup": sup}
        drawn = {name: self.low(s, ink, True) for name, s in scripts.items() if s is not None}
        tag = "sSubSup" if len(drawn) == 2 else "sSub" if "sub" in drawn else "sSup"
        return self.made(tag, "", ink, e=base, **drawn)

    def big(self, node: nodes.BigOp, ink: int) -> str:
        body = self.draw(node.body, ink) or self.run("lit", _NOTHING, ink)  # of a piece that ends with the sign
        under, over = (None if n is None else self.low(n, ink, True) for n in (node.under, node.over))
        if node.op.kind != "big":
            name = self.run("up", node.op.text, ink)
            if under is not None:
                name = self.made("limLow", "", ink, e=name, lim=under)
            if over is not None:
                name = self.made("limUpp", "", ink, e=name, lim=over)
            return self.made("func", "", ink, fName=name, e=body)
        hidden = "".join(f'<m:{which}Hide m:val="1"/>' for which, n in (("sub", under), ("sup", over)) if n is None)
        place = "undOvr" if self.display else "subSup"
        properties = f'<m:chr m:val={quoteattr(clean(node.op.text))}/><m:limLoc m:val="{place}"/>{hidden}'
        return self.made("nary", properties, ink, sub=under or "", sup=over or "", e=body)

    def fence(self, left: str, body: str, right: str, ink: int, grows: bool = True) -> str:
        """Brackets; one that is empty stands in another part of a broken formula."""
        signs = f"<m:begChr m:val={quoteattr(clean(left))}/><m:endChr m:val={quoteattr(clean(right))}/>"
        return self.made("d", signs if grows else f'{signs}<m:grow m:val="0"/>', ink, e=body)

    def function(self, name: _Item, argument: str) -> str:
        return self.made("func", "", name.ink, fName=self.name(name.node, name.ink), e=argument)

    def name(self, node: nodes.Node, ink: int) -> str:
        if isinstance(node, nodes.Script):
            return self.scripted(node, ink, False)
        assert isinstance(node, nodes.Symbol)
        return self.run("up", node.text, ink)

    def words(self, words: str, ink: int) -> str:
        """Prose inside a formula."""
        return "".join(
            self.run("words", p, ink) if isinstance(p, str) else self.draw(p, ink, True) for p in prose(words)
        )

    def symbol(self, s: nodes.Symbol, ink: int, script: bool, alone: bool) -> Iterator[_Run | str]:
        if s.kind in ("fn", "name"):
            yield _Run("up", s.text, ink)
        elif s.kind in ("bold", "cal"):
            yield _Run(s.kind, (in_bold if s.kind == "bold" else in_script)(s.text), ink)
        elif s.kind == "text":
            yield _Run("words", s.text, ink)
        elif s.kind == "var" or s.text == "∂":
            yield _Run("", in_italic(s.text), ink)
        elif script and alone and s.kind in ("rel", "op"):
            yield _Run("lit", s.text, ink)  # y_<t: a sign without a left side is an error in LibreOffice
        else:
            yield _Run("", s.text, ink)

    def run(self, style: str, text: str, ink: int) -> str:
        """``style``: empty for letters and signs, up for names, lit, bold, cal or words."""
        literal = "<m:lit/>" if style == "lit" or (style == "up" and text not in _UPRIGHT_BY_ITSELF) else ""
        properties = {
            "": "",
            "up": f'{literal}<m:sty m:val="p"/>',
            "lit": f'{literal}<m:sty m:val="p"/>',
            "bold": '<m:sty m:val="b"/>',
            "cal": '<m:scr m:val="script"/><m:sty m:val="p"/>',
            "words": "<m:nor/>",
        }[style]
        if properties:
            properties = f"<m:rPr>{properties}</m:rPr>"
        text = "".join(c if c in (_THIN, _QUAD, _NOTHING) else clean(c) for c in text)
        keep = ' xml:space="preserve"' if text != text.strip() else ""
        return f"<m:r>{properties}{self.look(style, ink)}<m:t{keep}>{escape(text)}</m:t></m:r>"

    def look(self, style: str, ink: int) -> str:
        """Size, slant, colour and font."""
        slant = {"": ' i="1"', "bold": ' b="1" i="0"'}.get(style, ' i="0"')
        size = f' sz="{round(self.size * 100)}"' if self.size else ""
        color = self.inks[ink] if ink < len(self.inks) else ""
        fill = f'<a:solidFill><a:srgbClr val="{color.removeprefix("#").upper()}"/></a:solidFill>' if color else ""
        return f'<a:rPr lang="en-US"{size}{slant}>{fill}{"" if style == "words" else _FONT}</a:rPr>'


def _flat(node: nodes.Node, ink: int) -> Iterator[_Item]:
    """The items of a row, and of rows and marks in it."""
    if isinstance(node, nodes.Row):
        for i in node.items:
            yield from _flat(i, ink)
    elif isinstance(node, nodes.Mark):
        yield from _flat(node.body, 1 + node.tint)
    else:
        yield _Item(node, ink)


def _fenced(items: list[_Item]) -> list[_Item]:
    """The items, brackets of a group that is broken over lines as a fence round what is here of the group; the bracket at
    the other end is empty."""
    out: list[_Item] = []
    opened: list[tuple[_Item, list[_Item]]] = []  # each bracket, and what stands before it

    def close(bracket: str, ink: int) -> None:
        nonlocal out
        left, before = opened.pop() if opened else (None, [])
        fence = nodes.Fence(_text(left.node) if left else "", _row(out), bracket, 1, True)
        out = [*before, _Item(fence, left.ink if left else ink)]

    for item in items:
        if nodes.kind(item.node) == "open":
            opened.append((item, out))
            out = []
        elif nodes.kind(item.node) == "close":
            close(_text(item.node), item.ink)
        else:
            out.append(item)
    while opened:
        close("", 0)
    return out


def _row(items: list[_Item]) -> nodes.Node:
    return nodes.row(*(nodes.Mark(i.node, i.ink - 1) if i.ink else i.node for i in items))


def _text(node: nodes.Node) -> str:
    return node.text if isinstance(node, nodes.Symbol) else ""


def _is_function(node: nodes.Node) -> bool:
    """The name of a function, with its scripts or without."""
    return nodes.kind(node.base if isinstance(node, nodes.Script) else node) == "fn"


def _ends_argument(node: nodes.Node) -> bool:
    return nodes.kind(node) in _ENDS_ARGUMENT or isinstance(node, nodes.Space)


def _apart(before: nodes.Node | None, after: nodes.Node | None) -> bool:
    """Whether two factors need a space: not a number before a letter, nor where the larger one keeps its own."""
    if any(
        isinstance(n, (nodes.Frac, nodes.BigOp)) or (isinstance(n, nodes.Fence) and n.size > 1) for n in (before, after)
    ):
        return False
    start = None if after is None else nodes.first(after)
    return nodes.kind(before) != "num" or (start is not None and start.kind == "fn")


# --- reading back ----------------------------------------------------------------------------------------------------

_PARTS = ("e", "sub", "sup", "num", "den", "lim", "fName", "deg")
_DEFAULTS = {"nary": "∫", "acc": "\u0302", "groupChr": _BRACE}


def omml_text(element: Any) -> str:
    """A formula, or a text with formulas, as one line of plain text: structure, signs and letters.

    It stays the same when an office suite saves the file again: how the text is cut into runs, its look, spaces that
    cannot be seen, properties with their usual value, and what only says that a name is applied to what stands behind it,
    which draws nothing, do not count.  ``element`` is one of lxml or of ElementTree.
    """
    name = _local(element)
    if name == "t":
        return "".join(
            unicodedata.normalize("NFKC", element.text or "").replace(_NOTHING, "").replace("∣", "|").split()
        )
    if name.endswith("Pr") and name != "Pr":
        return ""
    linear = name == "f" and _signs(element, name) == "lin"
    if linear or name == "func":  # drawn as what stands in it does, one behind the other
        return ("/" if linear else "").join(
            "".join(map(omml_text, part)) for part in element if not _local(part).endswith("Pr")
        )
    unseen = _unseen(element, name)
    inner = "".join(omml_text(part) for part in element if _local(part) not in unseen)
    if name in _PARTS:
        return f"{name}{{{inner}}}" if inner else ""
    return f"{name}{_signs(element, name)}[{inner}]" if _is_structure(element, name) else inner


def _local(element: Any) -> str:
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else "Pr"  # a comment


def _unseen(element: Any, name: str) -> set[str]:
    """The bounds of a sum and the degree of a root that are there and not drawn."""
    hiding = (p for pr in element if _local(pr) == f"{name}Pr" for p in pr if _local(p).endswith("Hide"))
    return {_local(p)[:-4] for p in hiding if p.get(f"{{{MATH}}}val", "1") in ("1", "on", "true")}


def _is_structure(element: Any, name: str) -> bool:
    return bool(element.tag.startswith(f"{{{MATH}}}")) and name not in ("oMath", "oMathPara", "r")


def _signs(element: Any, name: str) -> str:
    """The signs that an element draws itself."""
    values = {_local(p): p.get(f"{{{MATH}}}val", "") for pr in element if _local(pr) == f"{name}Pr" for p in pr}
    if name == "d":
        return f"{values.get('begChr', '(')} {values.get('endChr', ')')}"
    if name == "f":
        return values.get("type", "bar").replace("bar", "", 1) if values.get("type") != "noBar" else "noBar"
    return values.get("chr", _DEFAULTS[name]) if name in _DEFAULTS else ""
