"""Formulas and words in LaTeX, with amsmath and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from derive.kernel.terms import Term
from derive.record.relations import sign_of
from derive.render.formula.alphabets import ACCENTS, GREEK_NAMES, SUBSCRIPTS, SUPERSCRIPTS, unstyled
from derive.render.formula.layout import Labels, layout
from derive.render.formula.measure import DISPLAY, SCRIPT, TEXT
from derive.render.formula.nodes import (
    Accent,
    BigOp,
    Fence,
    Frac,
    Mark,
    Node,
    Prose,
    Row,
    Script,
    Symbol,
    UnderBrace,
    bare,
    kind,
)
from derive.render.formula.notation import Notation, load_notation
from derive.render.pens.lines import break_mark
from derive.render.words.prose import ACCENTED, parts

COMMANDS = {
    "−": "-", "·": r"\cdot", "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "∈": r"\in", "∼": r"\sim", "∣": r"\mid",
    "∥": r"\parallel", "∑": r"\sum", "∏": r"\prod", "∂": r"\partial", "∀": r"\forall", "…": r"\dots", "⟺": r"\iff",
    "⟹": r"\implies", "↦": r"\mapsto", "∧": r"\wedge", "′": "'", "∞": r"\infty", "→": r"\to", "×": r"\times", "∇": r"\nabla",
    **{sign: rf"\{name}" for sign, name in GREEK_NAMES.items()}, "ε": r"\varepsilon", "⊢": r"\vdash",
}  # fmt: skip
_FUNCTIONS = {"log": r"\log", "ln": r"\ln", "exp": r"\exp", "Pr": r"\Pr"}
_MARKS = {sign: mark for mark, sign in ACCENTS.items()}
_STYLES = {"bold": "mathbf", "cal": "mathcal"}
_LOWERED = {c: COMMANDS.get(plain, plain) for plain, c in SUBSCRIPTS.items()}
_RAISED = {c: COMMANDS.get(plain, plain) for plain, c in SUPERSCRIPTS.items() if ord(c) > 255}
_SIZES = ("", "big", "Big", "bigg", "Bigg")
_PROSE = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "`": r"\textasciigrave{}", "<": "$<$", ">": "$>$",
    "|": "$|$", "“": "``", "”": "''", "‘": "`", "’": "'", "–": "--", "—": "---", "…": r"\dots{}", "\u00a0": "~",
}  # fmt: skip
_PLAIN = {latex: plain for plain, latex in _PROSE.items() if not latex.startswith("$")}
_WRITTEN = re.compile("|".join(re.escape(latex) for latex in sorted(_PLAIN, key=len, reverse=True)))
_LACKING = frozenset("ĦħĸĿŀŉŦŧſ")  # letters below U+0180 that LaTeX's fonts do not have


def prose_latex(words: str) -> str:
    """Prose for LaTeX's text mode, with the small formulas in it (``k = y``) in math mode."""
    return "".join(f"${small_latex(part)}$" if formula else escape(part) for formula, part in parts(words))


def small_latex(formula: str) -> str:
    """A small formula that was found in prose."""
    out = re.sub(r"\s*(?<!_)([=<>+−≤≥≠⟺⟹])\s*", r" \1 ", formula).strip()
    out = re.sub(r"(^|[=<>≤≥≠] |\()\s?− ", r"\1−", out)
    out = re.sub(rf"(\w)({ACCENTED})", lambda m: rf"\{_MARKS[m[2]]}{{{m[1]}}}", out)
    out = re.sub(r"_(<\w)|\^(\d\d+)", lambda m: f"_{{{m[1]}}}" if m[1] else f"^{{{m[2]}}}", out)
    out = re.sub(r"\b(log|ln|exp|Pr)\b", r"\\\1", out)
    out = re.sub(r"\s*\|\s*", " ∣ ", out)
    out = "".join(
        f"{c} " if c[-1].isalpha() and c[0] == "\\" else c for c in (_styled(COMMANDS.get(c, c)) for c in out)
    )
    return re.sub(r" +(?=[ _^/),]|$)", "", out)


def _styled(sign: str) -> str:
    plain, style = unstyled(sign)
    return sign if style not in _STYLES else rf"\{_STYLES[style]}{{{plain}}}"


def escape(words: str) -> str:
    """Words for LaTeX's text mode: every special character escaped, mathematical signs in math mode."""
    words = re.sub(r'"([^"]*)"', r"“\1”", words).replace('"', "''")
    out = []
    for c in words:
        if c in _PROSE:
            out.append(_PROSE[c])
        elif c == "−":
            out.append("$-$")
        elif c in COMMANDS and ord(c) > 127:
            out.append(f"${COMMANDS[c]}$")
        elif c in _LOWERED or c in _RAISED:
            out.append(f"$_{{{_LOWERED[c]}}}$" if c in _LOWERED else f"$^{{{_RAISED[c]}}}$")
        elif ord(c) < 0x180 and c not in _LACKING:
            out.append(c)
        else:
            out.append(f"[U+{ord(c):04X}]")
    return "".join(out)


def unescaped(latex: str) -> str:
    """The words that ``escape`` wrote, but for signs in math mode."""
    return _WRITTEN.sub(lambda m: _PLAIN[m[0]], latex)


# --- drawing ---------------------------------------------------------------------------------------------------------


class Pen:
    """Draws a layout.  ``inline``: for a formula in a line of text, where sums are low.  ``mark``: the command that
    highlights, such as ``\\alert<2>``; marks are not shown without one.  ``tints``: the commands for terms that keep a colour.
    ``legible``: an index of an index is as large as an index, to be read from afar."""

    def __init__(self, inline: bool = False, mark: str = "", tints: Sequence[str] = (), legible: bool = False) -> None:
        self.inline = inline
        self.mark = mark
        self.tints = tints
        self.legible = legible
        self.style = TEXT if inline else DISPLAY
        self.depth = 0

    def draw(self, node: Node, script: bool = False, breaks: bool = False) -> str:
        if isinstance(node, Symbol):
            return self.symbol(node)
        if isinstance(node, Row):
            return self.row(node.items, script, breaks)
        if isinstance(node, Frac):
            command = r"\tfrac" if node.small and not script else r"\frac"
            style = SCRIPT if node.small and not script else self.style + 1
            return f"{command}{{{self.lower(node.num, style)}}}{{{self.lower(node.den, style)}}}"
        if isinstance(node, Script):
            return self.scripted(node)
        if isinstance(node, BigOp):
            sign = self.symbol(node.op)
            if node.op.kind == "fn":
                sign = rf"\operatorname*{{{node.op.text.replace(' ', chr(92) + ',')}}}"
            limits = self.scripts(node.under, node.over)
            return f"{sign}{limits} {self.draw(node.body, script, breaks)}"
        if isinstance(node, Fence):
            self.depth += 1
            body = self.draw(node.body, script, breaks and node.group)
            self.depth -= 1
            size = _SIZES[0 if script else max(0, node.size - 1) if self.inline else node.size]
            left, right = (r"\lvert", r"\rvert") if node.open == "|" else (node.open, node.close)
            left, right = (rf"\{size}l{left}", rf"\{size}r{right}") if size else (left, right)
            return _glue(_glue(left, body), right)
        if isinstance(node, UnderBrace):
            return rf"\underbrace{{{self.draw(node.body)}}}_{{{self.words(node.words)}}}"
        if isinstance(node, Accent):
            return rf"\{node.mark}{{{self.draw(node.body)}}}"
        if isinstance(node, Mark):
            command = self.command(node)
            body = self.draw(node.body, script, breaks and not command)
            return f"{command}{{{body.strip()}}}" if command else body
        return {"thin": r"\,", "quad": r"\quad "}[node.width]

    def command(self, mark: Mark) -> str:
        """What highlights so, or nothing."""
        return self.mark if not mark.tint else self.tints[mark.tint - 1] if self.tints else ""

    def words(self, words: str) -> str:
        """Prose inside math mode."""
        return rf"\text{{{prose_latex(words)}}}"

    def symbol(self, s: Symbol) -> str:
        if s.kind == "fn":
            return _FUNCTIONS.get(s.text) or rf"\operatorname{{{_word(s.text)}}}"
        if s.kind == "name":
            return rf"\mathrm{{{_word(s.text)}}}"
        if s.kind == "bold":
            return rf"\mathbf{{{s.text}}}"
        if s.kind == "cal":
            return rf"\mathcal{{{s.text}}}" if s.text.isupper() else s.text
        if s.kind == "text":
            return rf"\text{{{escape(s.text)}}}"
        if s.kind in ("open", "close"):  # of a group that is broken over lines
            return rf"\{_SIZES[max(1, s.size)]}{'l' if s.kind == 'open' else 'r'}{s.text}"
        return "".join(COMMANDS.get(c, c) for c in s.text) if s.kind != "var" else _variable(s.text)

    def row(self, items: tuple[Node, ...], script: bool, breaks: bool) -> str:
        out = ""
        for i, item in enumerate(items):
            sort = kind(item)
            drawn = self.draw(item, script, breaks)
            if sort == "text" and breaks and out:  # the indices for which a statement holds stay together
                out, breaks = f"{out}{break_mark(self.depth)}", False
            if sort in ("op", "rel", "dot"):
                mark = ""
                if breaks and sort != "dot" and drawn not in (r"\mid", r"\parallel") and out:
                    mark = break_mark(self.depth)
                tight = script and sort != "dot" and not drawn.startswith("\\")
                out += drawn if tight or not out else f" {mark}{drawn} "
                if not out.endswith(" ") and drawn.startswith("\\"):
                    out += " "
            elif sort == "punct":
                out += r"\colon " if drawn == ":" else drawn if script else f"{drawn} "
            elif sort == "times":
                out += _between(
                    _end(items[i - 1], -1) if i else None, _end(items[i + 1], 0) if i + 1 < len(items) else None
                )
            else:
                out = _glue(out, drawn)
        return out.strip() if script else out

    def scripted(self, node: Script) -> str:
        base = self.draw(node.base)
        if base == r"\Pr":
            base = r"\operatorname{Pr}"  # \Pr would put the subscript under it
        high = isinstance(bare(node.base), (Row, Frac, UnderBrace)) and not re.search(r"[)\]']$", base)
        if high or (isinstance(node.base, Mark) and self.command(node.base)):
            base = f"{{{base}}}"
        return base + self.scripts(node.sub, node.sup)

    def lower(self, node: Node, style: int, script: bool = False) -> str:
        """A part in a smaller style; where that would be the smallest and it is to be legible, in that of an index."""
        before, self.style = self.style, min(style, SCRIPT)
        drawn = self.draw(node, script)
        self.style = before
        return rf"\scriptstyle {drawn}" if self.legible and style > SCRIPT else drawn

    def scripts(self, sub: Node | None, sup: Node | None) -> str:
        out = ""
        for sign, node in (("_", sub), ("^", sup)):
            if node is not None:
                drawn = self.lower(node, max(SCRIPT, self.style + 1), True)
                out += sign + (drawn if len(drawn) == 1 else f"{{{drawn}}}")
        return out


def _word(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", lambda m: escape(m[0]), text)


def _variable(text: str) -> str:
    return COMMANDS.get(text) or (text if text.isascii() and text.isalnum() else rf"\text{{{escape(text)}}}")


def _glue(a: str, b: str) -> str:
    """Two parts side by side; a space only where it keeps a command apart, or looks better in the source."""
    if re.search(r"\\[A-Za-z]+$", a) and re.match(r"[A-Za-z0-9]", b):
        return f"{a} {b}"
    if re.search(r"\\(log|ln|exp)(_\w|_\{\w+\})?$", a) and not b.startswith(("(", r"\big", r"\Big")):
        return f"{a} {b}"
    return a + b


def _end(node: Node, at: int) -> Node:
    """What a factor begins (0) or ends (-1) with: a mark and the row in it are no bracket."""
    while isinstance(node, Mark) or (isinstance(node, Row) and node.items):
        node = node.body if isinstance(node, Mark) else node.items[at]
    return node


def _between(before: Node | None, after: Node | None) -> str:
    """The space between two factors: a thin one, or none where TeX makes one or a number stands before a letter."""
    if isinstance(after, (BigOp, Frac)) or isinstance(before, Frac):
        return " "
    head: Node | None = after
    while isinstance(head, (Script, Row, Mark)):
        head = head.base if isinstance(head, Script) else head.items[0] if isinstance(head, Row) else head.body
    if kind(head) in ("fn", "big"):
        return " "
    if kind(before) == "num" and not (isinstance(after, Fence) and after.size):
        return " "
    return r"\,"


# --- formulas --------------------------------------------------------------------------------------------------------


def term_latex(
    term: Term,
    notation: Notation | str | None = None,
    *,
    labels: Labels = (),
    avoid: Iterable[str] = (),
    inline: bool = False,
) -> str:
    """A term or statement in LaTeX's math mode, without dollars.

    Raises UserError when there is no such notation, or a template of it does not fit its definition.
    """
    return Pen(inline).draw(layout(term, load_notation(notation), avoid=avoid, labels=labels)).strip()


def node_latex(
    node: Node, *, inline: bool = False, mark: str = "", tints: Sequence[str] = (), legible: bool = False
) -> str:
    """A layout, or a part of one, in LaTeX's math mode, without dollars; the rest as for ``Pen``."""
    return Pen(inline, mark, tints, legible).draw(node).strip()


def sentence_latex(sentence: Prose) -> str:
    """A sentence with formulas, for LaTeX's text mode."""
    return "".join(escape(part) if isinstance(part, str) else f"${node_latex(part, inline=True)}$" for part in sentence)


def relation_latex(relation: str) -> str:
    """The sign of a line's relation."""
    sign = sign_of(relation)
    return COMMANDS.get(sign, sign)
