"""Formulas and derivations as plain text for a terminal: Unicode, or ASCII where that is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from derive.kernel.terms import Term
from derive.record import Derivation
from derive.render.formula.layout import Condition, Labels, conditions, layout
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
    unmarked,
)
from derive.render.formula.notation import Notation, load_notation
from derive.render.pages.clashes import refuse_clashes
from derive.render.pens.lines import break_mark, broken
from derive.render.words.prose import RELATION_SIGNS, letters, line_words, parts, scope_words, shows_start

_SUBS = dict(
    zip(
        "0123456789+−=()aehijklmnoprstuvx",
        "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ",
        strict=True,
    )
)
_SUPS = dict(
    zip(
        "0123456789+−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ",
        strict=True,
    )
)
_ASCII = {
    "−": "-", "·": "*", "≤": "<=", "≥": ">=", "≠": "!=", "∈": " in ", "∼": "~", "∣": "|", "∥": "||", "∑": "sum",
    "∏": "prod", "∂": "d", "∀": "for all ", "…": "...", "⟺": "<=>", "⟹": "=>", "↦": "|->", "∧": "and", "′": "'",
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "eps", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma",
    "τ": "tau", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta",
    "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
    "“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "--", "ö": "oe", "é": "e", "ñ": "n",
}  # fmt: skip
_CAL = {"B": "ℬ", "E": "ℰ", "F": "ℱ", "H": "ℋ", "I": "ℐ", "L": "ℒ", "M": "ℳ", "R": "ℛ"}
_TIE = "\u00a0"
_COMBINING = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303"}

# private characters inside a drawn line: where an underbrace opens and closes (see also lines.BREAK)
_OPEN, _CLOSE, _END = 0xE000, 0xE100, 0xE200


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
            return f"{chr(_OPEN + n)}{self.draw(node.body, script)}{chr(_CLOSE + n)}"
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
        if s.kind == "cal" and not self.ascii and len(text) == 1:
            return _CAL.get(text) or (chr(0x1D49C + ord(text) - ord("A")) if "A" <= text <= "Z" else text)
        if self.ascii:
            text = _ascii(text)
            return text if s.kind == "text" else text.strip()
        return text

    def row(self, items: tuple[Node, ...], script: bool, breaks: bool) -> str:
        if any(isinstance(i, Mark) for i in items):  # what is marked is spaced as if it were not
            return self.draw(unmarked(Row(items)), script, breaks)
        out = ""
        for i, item in enumerate(items):
            after = items[i + 1] if i + 1 < len(items) else None
            drawn = self.draw(item, script, breaks)
            kind = item.kind if isinstance(item, Symbol) else ""
            if kind in ("op", "rel", "dot") and out:
                tight = script and drawn not in ("in", "~")
                mark = break_mark(self.depth) if breaks and kind != "dot" and drawn not in ("|", "∥", "||") else ""
                out += drawn if tight else f" {mark}{drawn} "
            elif kind == "punct":
                out += drawn if script else f"{drawn} "
            elif kind == "fn" and after is not None and not _opens(after):
                out += f"{drawn} "
            elif kind == "ord" and self.ascii and drawn == "for all":
                out += "for all "
            else:
                out += drawn
        return out

    def scripts(self, sub: Node | None, sup: Node | None, script: bool) -> str:
        low, high = (self.draw(n, True) if n is not None else "" for n in (sub, sup))
        if not self.ascii and not script and _all_in(low, _SUBS) and _all_in(high, _SUPS):
            return _raised(low, _SUBS) + _raised(high, _SUPS)
        if not self.ascii and not script and _all_in(low, _SUBS):
            low = _raised(low, _SUBS)
        elif low:
            low = f"_{_braced(low)}"
        return low + (f"^{_braced(high)}" if high else "")

    def limits(self, under: Node | None, over: Node | None) -> str:
        low, high = (self.draw(n, True) if n is not None else "" for n in (under, over))
        if not self.ascii and _all_in(low, _SUBS) and _all_in(high, _SUPS):
            return _raised(low, _SUBS) + _raised(high, _SUPS)
        if over is None:
            return f"_{_braced(low)}"
        return f"_{{{low}}}^{{{high}}}"

    def accent(self, node: Accent) -> str:
        body = self.draw(node.body)
        if self.ascii or len(body) != 1:
            return f"{body}_{node.mark}"
        import unicodedata

        return unicodedata.normalize("NFC", body + _COMBINING[node.mark])


def _ascii(text: str) -> str:
    return "".join(_ASCII.get(c, c) for c in text)


def _opens(node: Node) -> bool:
    return (isinstance(node, Fence) and node.open == "(") or (
        isinstance(node, Symbol) and node.kind in ("punct", "op", "rel", "times", "dot", "open")
    )


def _all_in(text: str, table: dict[str, str]) -> bool:
    return all(c in table for c in text)


def _raised(text: str, table: dict[str, str]) -> str:
    return "".join(table[c] for c in text)


def _braced(text: str) -> str:
    return text if re.fullmatch(r"[<≤]?[^\W_]+[′']*", text) else f"{{{text}}}"


def _length(text: str) -> int:
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


def conditions_text(given: Iterable[Term], notation: Notation | str | None = None, *, ascii: bool = False) -> list[str]:
    """Conditions to read, such as "1 ≤ yₜ ≤ V for t = 1, …, T"; fewer than given where two make a chain."""
    return [_condition(c, ascii) for c in conditions(given, load_notation(notation), linear=True)]


def _condition(c: Condition, ascii_only: bool) -> str:
    pen = Pen(ascii_only)
    return pen.draw(c.statement) + scope_words([pen.draw(e) for e in c.every], [pen.draw(r) for r in c.ranges])


# --- derivations -----------------------------------------------------------------------------------------------------


def derivation_text(
    d: Derivation, notation: Notation | str | None = None, width: int = 100, *, ascii: bool = False
) -> str:
    """A derivation as plain text: name and summary, conditions, claim, then one line for each step with its reasons.

    No line is wider than ``width`` where its formula can be broken.  Raises UserError as ``term_text`` does.
    """
    n = load_notation(notation)
    refuse_clashes(d, n)
    return _Page(d, n, max(width, 40), ascii).text()


class _Page:
    def __init__(self, d: Derivation, notation: Notation, width: int, ascii_only: bool) -> None:
        self.d = d
        self.notation = notation
        self.width = width
        self.ascii = ascii_only
        self.avoid = letters(d)

    def text(self) -> str:
        d = self.d
        out = [d.name]
        if d.summary:
            out += _wrap(self.prose(d.summary), self.width, "  ")
        out.append("")
        for i, c in enumerate(conditions(d.given, self.notation, linear=True, avoid=self.avoid)):
            out += self.condition("  given  " if i == 0 else " " * 9, c)
        out += self.rows("  claim  ", d.claim, d.labels)
        # the reasons stand in one column for all blocks
        rows = [
            (line, f"    {self.sign(line.relation)} " if line.relation else "  ") for b in d.blocks for line in b.lines
        ]
        pages = {id(line): self.rows(lead, line.term, line.labels) for line, lead in rows}
        words = {id(line): self.prose(line_words(line, self.notation)) for line, _ in rows}
        column = self.column(list(pages.values()), list(words.values()))
        for n, block in enumerate(d.blocks):
            out.append("")
            title = block.title or (f"Part {n + 1}" if len(d.blocks) > 1 else "")
            if title:
                out += _wrap(self.prose(title), self.width, "  ")
            for i, c in enumerate(conditions(block.assumes, self.notation, linear=True, avoid=self.avoid)):
                out += self.condition("  assume  " if i == 0 else " " * 10, c)
            if shows_start(block):
                out += self.rows("  ", block.start, block.labels)
            for line in block.lines:
                out += self.beside(pages[id(line)], words[id(line)], column)
        if d.notes:
            out.append("")
            for note in d.notes:
                out += _wrap(f"note: {self.prose(note)}", self.width, "  ")
        return "\n".join(s.rstrip() for s in out) + "\n"

    def prose(self, words: str) -> str:
        """Prose; the spaces inside small formulas are kept together."""
        if self.ascii:
            return "".join(
                _ascii(part.replace(" ", _TIE)) if formula else _ascii(part) for formula, part in parts(words)
            )
        return "".join(part.replace(" ", _TIE) if formula else part for formula, part in parts(words))

    def sign(self, relation: str) -> str:
        sign = RELATION_SIGNS.get(relation, relation)
        return _ASCII.get(sign, sign) if self.ascii else sign

    def condition(self, lead: str, c: Condition) -> list[str]:
        """A condition after ``lead``, broken before its ranges or at its signs where it is too wide."""
        pen = Pen(self.ascii)
        scope = scope_words([pen.draw(e) for e in c.every], [pen.draw(r) for r in c.ranges])
        drawn = pen.draw(c.statement, breaks=True) + scope.replace(" for ", f" {break_mark(0)}for ")
        first, *rest = broken(drawn, self.width - len(lead) - 2, _length)
        return [lead + first, *(" " * (len(lead) + 2) + r for r in rest)]

    def rows(self, lead: str, term: Term, labels: Labels) -> list[str]:
        """A formula after ``lead``, broken where it is too wide, with its underbraces drawn beneath."""
        pen = Pen(self.ascii)
        node = layout(term, self.notation, linear=True, avoid=self.avoid, labels=labels)
        drawn = pen.draw(node, breaks=True)
        out: list[str] = []
        indent = " " * (len(lead) + 2)
        for i, part in enumerate(broken(drawn, self.width - len(lead) - 2, _length)):
            out += self.braces((lead if i == 0 else indent) + part, pen.words)
        return out

    def braces(self, text: str, words: list[str]) -> list[str]:
        """The line, then its underbraces, as many rows as they need."""
        plain = ""
        spans: dict[int, list[int]] = {}
        for c in text:
            code = ord(c)
            if _OPEN <= code < _CLOSE:
                spans[code - _OPEN] = [_length(plain), -1]
            elif _CLOSE <= code < _END:
                spans.setdefault(code - _CLOSE, [0, 0])[1] = _length(plain)
            else:
                plain += c
        rows: list[str] = []
        for n, (start, end) in spans.items():
            if end < 0:
                end = _length(plain)
            marks, under = _brace(start, end, self.prose(words[n]).replace(_TIE, " "), self.ascii)
            for drawn, at in ((marks, start), under) if under else ((marks, start),):
                k = next((k for k, r in enumerate(rows) if len(r) < at), None)
                if k is None:
                    rows.append("")
                    k = len(rows) - 1
                rows[k] = rows[k].ljust(at) + drawn
        return [plain, *rows]

    def column(self, pages: list[list[str]], words: list[str]) -> int:
        """The column of the reasons; 0 where they go under their lines."""
        longest = min(max((len(w) for w in words), default=0), 34)
        room = self.width - longest - 3
        ends = [e for e in (max(_length(r) for r in page) for page in pages) if e <= room]
        if not ends or 2 * len(ends) < len(pages):
            return 0
        return max(ends) + 3

    def beside(self, page: list[str], words: str, column: int) -> list[str]:
        if not words:
            return page
        if not column:
            return [*page, *_wrap(words, self.width, " " * 8)]
        reasons = _wrap(words, self.width - column, "")
        fits = all(_length(r) + 2 <= column for r in page[: len(reasons)])
        if not fits:
            if _length(page[-1]) + 2 <= column and len(reasons) == 1:  # beside the last row of a long formula
                return [*page[:-1], _pad(page[-1], column) + reasons[0]]
            return [*page, *(" " * column + r for r in reasons)]
        rows = max(len(page), len(reasons))
        left = page + [""] * (rows - len(page))
        right = reasons + [""] * (rows - len(reasons))
        return [_pad(a, column) + b if b else a for a, b in zip(left, right, strict=True)]


def _pad(text: str, column: int) -> str:
    return text + " " * (column - _length(text))


def _wrap(words: str, width: int, indent: str) -> list[str]:
    import textwrap

    rows = textwrap.wrap(words, max(width, 20), initial_indent=indent, subsequent_indent=indent)
    return [r.replace(_TIE, " ") for r in rows] or [""]


def _brace(start: int, end: int, words: str, ascii_only: bool) -> tuple[str, tuple[str, int] | None]:
    """The brace from ``start`` to ``end``, with its words in it, or below it where they are too long."""
    left, line, right = ("\\", "_", "/") if ascii_only else ("└", "─", "┘")
    span = max(end - start, 2)
    inner = f" {words} "
    if len(inner) + 4 <= span:
        fill = span - 2 - len(inner)
        return f"{left}{line * (fill // 2)}{inner}{line * (fill - fill // 2)}{right}", None
    return f"{left}{line * (span - 2)}{right}", (words, max(2, start + (span - len(words)) // 2))
