"""LaTeX for the web, as MathJax, KaTeX and pandoc all read it."""

from __future__ import annotations

import re

from derive.render.formula.nodes import BigOp, Mark, Node, Prose, Space, Symbol, first, kind
from derive.render.pens.latex import COMMANDS, Pen, small_latex
from derive.render.words.prose import clean, parts

# MathJax and KaTeX escape different characters inside \\text, so these stand outside it
_SPECIAL = {
    "_": r"\_", "%": r"\%", "&": r"\&", "#": r"\#", "$": r"\$", "{": r"\{", "}": r"\}", "\\": r"\backslash ",
    "~": r"\sim ", "^": r"\wedge ", "<": r"\lt ", ">": r"\gt ", "|": r"\vert ", "`": r"\text{'}",
}  # fmt: skip
_PLAIN_OR_SPECIAL = re.compile(r"[^_%&#${}\\~^<>|`\u0370-\uffff]+|.", re.DOTALL)


def text_latex(words: str) -> str:
    """Words without formulas inside math mode."""
    out = ""
    for piece in _PLAIN_OR_SPECIAL.findall(clean(words, single=True)):
        command = COMMANDS.get(piece)
        out += _SPECIAL.get(piece) or (f"{command} " if command else rf"\text{{{piece}}}")
    return out


def prose_web(words: str) -> str:
    """Prose inside math mode."""
    return "".join(small_latex(part) if formula else text_latex(part) for formula, part in parts(words))


class WebPen(Pen):
    """Draws what MathJax, KaTeX and pandoc's own reader understand alike."""

    def draw(self, node: Node, script: bool = False, breaks: bool = False) -> str:
        if isinstance(node, BigOp) and node.op.kind == "fn":  # pandoc does not read spaces in \operatorname*
            sign = r"\mathop{" + r"\,".join(map(_upright, node.op.text.split())) + "}"
            return f"{sign}{self.scripts(node.under, node.over)} {self.draw(node.body, script, breaks)}"
        drawn = super().draw(node, script, breaks)
        # \color extends to the end of its group, or over its argument in MathJax 2: so it gets both
        return f"{{{drawn}}}" if isinstance(node, Mark) and self.mark.startswith(r"\color") else drawn

    def row(self, items: tuple[Node, ...], script: bool, breaks: bool) -> str:
        if self.mark and not self.mark.startswith(r"\textcolor"):
            items = _spaced(items)
        return super().row(items, script, breaks)

    def words(self, words: str) -> str:
        return prose_web(words)

    def symbol(self, s: Symbol) -> str:
        if s.text.isascii() and s.text.isalnum():
            return super().symbol(s)
        if (s.kind == "var" and s.text in COMMANDS) or s.kind not in ("text", "bold", "cal", "fn", "name", "var"):
            return super().symbol(s)
        return text_latex(s.text)


def _spaced(items: tuple[Node, ...]) -> tuple[Node, ...]:
    """With the space before a highlighted part that begins with an operator: in its group TeX would not see that."""
    out: list[Node] = []
    for item in items:
        before = out[-1] if out else None
        head = first(item) if isinstance(item, Mark) else None
        if before is not None and head is not None and head.kind in ("fn", "big"):
            if kind(before) == "times":
                out.pop()
            if kind(before) not in ("op", "rel", "dot", "punct", "open"):
                out.append(Space("thin"))
        out.append(item)
    return tuple(out)


def _upright(name: str) -> str:
    return rf"\mathrm{{{name}}}" if name.isascii() and name.isalnum() else text_latex(name)


def web_latex(node: Node, *, inline: bool = False, mark: str = "") -> str:
    """A layout, or a part of one, in LaTeX for the web, without dollars; ``mark`` as for ``Pen``."""
    return no_tags(WebPen(inline, mark).draw(node).strip())


def no_tags(latex: str) -> str:
    """A bare < would open a tag where the formula goes through HTML."""
    return re.sub("< ?", r"\\lt ", latex)


def sentence_web(sentence: Prose) -> str:
    """A sentence with formulas, inside math mode."""
    return "".join(text_latex(part) if isinstance(part, str) else WebPen().draw(part) for part in sentence)
