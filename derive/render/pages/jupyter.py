"""LaTeX for the web, as MathJax, KaTeX and pandoc all read it, and what a notebook shows of a derivation."""

from __future__ import annotations

import re
import unicodedata

from derive.kernel.terms import Term
from derive.record import Derivation
from derive.render.formula.layout import Condition, Labels, conditions, layout
from derive.render.formula.nodes import BigOp, Mark, Node, Space, Symbol, first
from derive.render.formula.notation import Notation, load_notation
from derive.render.pens.latex import COMMANDS, Pen, relation_latex, small_latex
from derive.render.words.prose import letters, line_words, parts, scope_words, shows_start

# MathJax and KaTeX escape different characters inside \\text, so these stand outside it
_SPECIAL = {
    "_": r"\_", "%": r"\%", "&": r"\&", "#": r"\#", "$": r"\$", "{": r"\{", "}": r"\}", "\\": r"\backslash ",
    "~": r"\sim ", "^": r"\wedge ", "<": r"\lt ", ">": r"\gt ", "|": r"\vert ", "`": r"\text{'}",
}  # fmt: skip
_PLAIN_OR_SPECIAL = re.compile(r"[^_%&#${}\\~^<>|`\u0370-\uffff]+|.", re.DOTALL)


def clean(words: str) -> str:
    """Words on one line, without control characters and marks that reorder text."""
    return "".join(c for c in re.sub(r"\s+", " ", words) if unicodedata.category(c)[0] != "C")


def text_latex(words: str) -> str:
    """Words without formulas inside math mode."""
    out = ""
    for piece in _PLAIN_OR_SPECIAL.findall(clean(words)):
        command = COMMANDS.get(piece)
        out += _SPECIAL.get(piece) or (f"{command} " if command else rf"\text{{{piece}}}")
    return out


def _words(words: str) -> str:
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
        return _words(words)

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
            kind = before.kind if isinstance(before, Symbol) else ""
            if kind == "times":
                out.pop()
            if kind not in ("op", "rel", "dot", "punct", "open"):
                out.append(Space("thin"))
        out.append(item)
    return tuple(out)


def _upright(name: str) -> str:
    return rf"\mathrm{{{name}}}" if name.isascii() and name.isalnum() else text_latex(name)


def web_latex(node: Node, *, inline: bool = False, mark: str = "") -> str:
    """A layout, or a part of one, in LaTeX for the web, without dollars; ``mark`` as for ``Pen``."""
    return _no_tags(WebPen(inline, mark).draw(node).strip())


def _no_tags(latex: str) -> str:
    """A bare < would open a tag where the formula goes through HTML."""
    return re.sub("< ?", r"\\lt ", latex)


def _condition(c: Condition) -> str:
    pen = WebPen()
    words = scope_words([f"${pen.draw(e)}$" for e in c.every], [f"${pen.draw(r)}$" for r in c.ranges])
    out = pen.draw(c.statement)
    for i, part in enumerate(words.split("$")):  # what is between dollars is a formula
        out += part if i % 2 else rf"\text{{{part}}}" if part else ""
    return out


def mimebundle(d: Derivation, notation: Notation | str | None = None, html: bool = True) -> dict[str, str]:
    """The bundle that a notebook shows: text/html with MathML, text/latex and text/plain.

    Notebooks prefer text/html; ``html=False`` leaves it out.  text/latex is one block, with the reasons on their own
    rows.  Raises UserError as ``term_latex`` does.
    """
    from derive.render.pens.text import derivation_text

    n = load_notation(notation)
    avoid = letters(d)

    def draw(term: Term, labels: Labels) -> str:
        return WebPen().draw(layout(term, n, labels=labels, avoid=avoid)).strip()

    rows = [rf"&\text{{given }}{_condition(c)}" for c in conditions(d.given, n, avoid=avoid)]
    rows.append(rf"&\text{{claim }}{draw(d.claim, d.labels)}")
    for block in d.blocks:
        rows[-1] += r" \\[1ex]"
        if block.title:
            rows.append(f"&{_words(block.title)}")
        rows += [rf"&\text{{assume }}{_condition(c)}" for c in conditions(block.assumes, n, avoid=avoid)]
        if shows_start(block):
            rows.append(f"&{draw(block.start, block.labels)}")
        for line in block.lines:
            lead = f"&\\quad {relation_latex(line)} " if line.relation else "&"
            rows.append(lead + draw(line.term, line.labels))
            words = line_words(line, n)
            if words:
                rows.append(rf"&\qquad\qquad {_words(words)}")
    body = " \\\\\n".join(rows).replace("[1ex] \\\\", "[1ex]")
    body = _no_tags(body)
    plain = derivation_text(d, n)
    bundle = {"text/latex": f"$$\\begin{{aligned}}\n{body}\n\\end{{aligned}}$$", "text/plain": plain}
    if html:
        from derive.render.pens.mathml import derivation_html

        bundle["text/html"] = derivation_html(d, n)
    return bundle


derivation_jupyter = mimebundle
