"""What a notebook shows of a derivation."""

from __future__ import annotations

import re

from derive.kernel.terms import Term
from derive.record import Derivation
from derive.render.latex import COMMANDS, Pen, relation_latex, small_latex
from derive.render.layout import Condition, Labels, conditions, layout
from derive.render.notation import Notation, load_notation
from derive.render.prose import letters, line_words, parts, scope_words, shows_start

# MathJax and KaTeX escape different characters inside \\text, so these stand outside it
_SPECIAL = {
    "_": r"\_", "%": r"\%", "&": r"\&", "#": r"\#", "$": r"\$", "{": r"\{", "}": r"\}", "\\": r"\backslash ",
    "~": r"\sim ", "^": r"\wedge ", "<": r"\lt ", ">": r"\gt ", "|": r"\vert ", "`": r"\text{'}",
}  # fmt: skip
_PLAIN_OR_SPECIAL = re.compile(r"[^_%&#${}\\~^<>|`\u0370-\uffff]+|.", re.DOTALL)


def _words(words: str) -> str:
    """Words inside math mode."""
    out = ""
    for formula, part in parts(words):
        if formula:
            out += small_latex(part)
            continue
        for piece in _PLAIN_OR_SPECIAL.findall(part):
            command = COMMANDS.get(piece)
            out += _SPECIAL.get(piece) or (f"{command} " if command else rf"\text{{{piece}}}")
    return out


class _Pen(Pen):
    def words(self, words: str) -> str:
        return _words(words)


def _condition(c: Condition) -> str:
    pen = _Pen()
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
    from derive.render.text import derivation_text

    n = load_notation(notation)
    avoid = letters(d)

    def draw(term: Term, labels: Labels) -> str:
        return _Pen().draw(layout(term, n, labels=labels, avoid=avoid)).strip()

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
    body = re.sub("< ?", r"\\lt ", body)  # a bare < would open a tag where the block goes through HTML
    plain = derivation_text(d, n)
    bundle = {"text/latex": f"$$\\begin{{aligned}}\n{body}\n\\end{{aligned}}$$", "text/plain": plain}
    if html:
        from derive.render.mathml import derivation_html

        bundle["text/html"] = derivation_html(d, n)
    return bundle


derivation_jupyter = mimebundle
