"""About how wide and high a formula will be, to choose where its reason stands, where a line is broken, and how many lines
a slide has room for.

An estimate, within an eighth of what TeX measures for the formulas of this subject.
"""

from __future__ import annotations

import re

from derive.render.formula.nodes import Accent, BigOp, Fence, Frac, Mark, Node, Row, Script, Symbol, UnderBrace


def formula_em(drawn: str) -> float:
    """About how wide a drawn formula is, in em."""
    s = re.sub("[\ue200-\ue2ff]", "", drawn)
    width, _ = _measure(s, 0, "")
    return 0.95 * width


def _measure(s: str, i: int, closing: str) -> tuple[float, int]:
    width = 0.0
    while i < len(s):
        c = s[i]
        if c == closing:
            return width, i + 1
        if c == "{":
            w, i = _measure(s, i + 1, "}")
            width += w
        elif c in "_^":
            # a subscript and a superscript stand over each other; so do the limits of a sum
            widest = 0.0
            while i < len(s) and s[i] in "_^":
                w, i = _argument(s, i + 1)
                widest = max(widest, 0.7 * w)
            width += widest
        elif c == "\\":
            m = re.match(r"\\([A-Za-z]+\*?|.)\s*", s[i:])
            assert m is not None
            name = m[1]
            i += m.end()
            if name in ("frac", "tfrac"):
                a, i = _argument(s, i)
                b, i = _argument(s, i)
                width += max(a, b) * (0.7 if name == "tfrac" else 1) + 0.25
            elif name == "text":
                end = _closing(s, i)
                width += words_em(s[i + 1 : end])
                i = end + 1
            elif name == "underbrace":
                w, i = _argument(s, i)
                width += w
                if s[i : i + 1] == "_":
                    _, i = _argument(s, i + 1)
            elif name in ("sum", "prod"):
                w, i = _limits(s, i)
                width += max(1.45, w) + 0.2
            elif name == "operatorname*":
                w, i = _argument(s, i)
                under, i = _limits(s, i)
                width += max(w, under) + 0.17
            elif name in ("mathrm", "operatorname", "mathbf", "mathcal", "hat", "bar", "tilde"):
                w, i = _argument(s, i)
                width += w
            else:
                width += _WIDTHS.get(name, 0.6)
        else:
            width += {"+": 1.2, "-": 1.2, "=": 1.35, "<": 1.35, ">": 1.35, "(": 0.39, ")": 0.39, ",": 0.45, " ": 0}.get(
                c, 0.76 if c.isupper() else 0.55 if c.isalpha() else 0.5
            )
            i += 1
    return width, i


_WIDTHS = {
    "log": 1.6, "exp": 1.7, "ln": 1.0, "Pr": 1.4, ",": 0.17, "quad": 1.0, "le": 1.35, "ge": 1.35, "ne": 1.35, "in": 1.2,
    "sim": 1.35, "mid": 0.85, "parallel": 1.1, "iff": 3.1, "implies": 2.8, "mapsto": 1.6, "cdot": 0.75, "dots": 1.2,
    "bigl": 0.1, "bigr": 0.1, "Bigl": 0.2, "Bigr": 0.2, "biggl": 0.3, "biggr": 0.3, "Biggl": 0.4, "Biggr": 0.4,
    "colon": 0.5,
}  # fmt: skip


def _limits(s: str, i: int) -> tuple[float, int]:
    widest = 0.0
    while s[i : i + 1] in tuple("_^"):
        w, i = _argument(s, i + 1)
        widest = max(widest, 0.7 * w)
    return widest, i


def _argument(s: str, i: int) -> tuple[float, int]:
    if s[i : i + 1] == "{":
        return _measure(s, i + 1, "}")
    m = re.match(r"\\[A-Za-z]+|.", s[i:])
    end = i + (m.end() if m else 1)
    return _measure(s[i:end], 0, "")[0], end


def _closing(s: str, i: int) -> int:
    depth = 0
    for k in range(i, len(s)):
        if s[k] == "{" and s[k - 1] != "\\":
            depth += 1
        elif s[k] == "}" and s[k - 1] != "\\":
            depth -= 1
            if not depth:
                return k
    return len(s)


def words_em(words: str) -> float:
    """About how wide words are, in em, once their markup is gone; formulas stand between dollars."""
    texts = re.split(r"(?<!\\)\$", words)
    plain = re.sub(r"\\[a-z]+|[{}\\]", "", "".join(texts[::2]))
    return 0.46 * len(plain) + sum(map(formula_em, texts[1::2]))


# --- of the layout ---------------------------------------------------------------------------------------------------

_SMALL = 0.72  # a script beside the letter that it hangs on
_SYMBOLS = {"op": 1.2, "neg": 0.78, "rel": 1.3, "dot": 0.72, "times": 0.17, "big": 1.45, "slash": 0.5, "punct": 0.45}
_SYMBOLS |= {"open": 0.5, "close": 0.5}
_SIGNS = {"⟺": 2.6, "⟹": 2.4, "∣": 0.85, "∥": 1.1, "↦": 1.55, "…": 1.2, ":": 0.6, "∀": 0.6, "⊢": 1.2}


DISPLAY, TEXT, SCRIPT, SMALLEST = range(
    4
)  # how TeX, Typst and browsers draw: in a display, in a fraction, as a script, its script


def node_em(node: Node, style: int = DISPLAY) -> float:
    """About how wide a layout is when it is drawn, in em: seldom less than what TeX, Typst or a browser make of it."""
    if isinstance(node, Symbol):
        return _symbol_em(node, style >= SCRIPT)
    if isinstance(node, Row):
        return sum(node_em(i, style) for i in node.items)
    if isinstance(node, Frac):
        inner = _inside(node, style)
        shrunk = _SMALL + 0.08 if inner == SCRIPT and style < SCRIPT else 1.0  # the scripts in it shrink less
        return max(node_em(node.num, inner), node_em(node.den, inner)) * shrunk + 0.27
    if isinstance(node, Script):
        return node_em(node.base, style) + _scripts_em(node.sub, node.sup, style)
    if isinstance(node, BigOp):
        limits = _scripts_em(node.under, node.over, style)
        sign = node_em(node.op)
        if style != DISPLAY:  # the limits stand at its side
            return (0.75 if node.op.kind == "big" else 1) * sign + limits + 0.2 + node_em(node.body, style)
        return max(sign, limits) + 0.2 + node_em(node.body, style)
    if isinstance(node, Fence):
        return node_em(node.body, style) + 2 * (0.4 + (0.1 * node.size if style == DISPLAY else 0.0))
    if isinstance(node, UnderBrace):
        return max(node_em(node.body, style), 0.75 * prose_em(node.words))
    if isinstance(node, (Accent, Mark)):
        return node_em(node.body, style)
    return {"thin": 0.17, "quad": 1.0}[node.width]


def _scripts_em(sub: Node | None, sup: Node | None, style: int) -> float:
    inner, shrunk = (SCRIPT, _SMALL) if style < SCRIPT else (SMALLEST, _SMALL if style == SCRIPT else 1.0)
    return max((shrunk * node_em(s, inner) for s in (sub, sup) if s is not None), default=0.0)


def _inside(node: Frac, style: int) -> int:
    """The style of the two parts of a fraction."""
    return max(style, SCRIPT) if node.small or style != DISPLAY else TEXT


def _symbol_em(s: Symbol, script: bool) -> float:
    if s.kind == "text":
        return prose_em(s.text)
    if s.kind in ("fn", "name"):
        return sum(0.73 if c.isupper() else 0.53 for c in s.text) + (0.17 if s.kind == "fn" else 0)
    if s.kind == "times" and script:
        return 0.05
    if s.kind in ("rel", "op") and script and s.text not in _SIGNS:
        return 0.85
    if s.text in _SIGNS:
        return _SIGNS[s.text]
    if s.kind in _SYMBOLS:
        return _SYMBOLS[s.kind]
    return sum(0.78 if c.isupper() or c in "mw" else 0.56 for c in s.text)


def node_height(node: Node, style: int = DISPLAY) -> float:
    """About how high a layout is when it is drawn in this style, in em, with the air a line of text has."""
    above, below = _extent(node, style)
    return above + below


_LETTERS = (0.8, 0.3)  # above and below the baseline


def _extent(node: Node, style: int = DISPLAY) -> tuple[float, float]:
    """How far a layout reaches above and below the baseline, in em."""
    if isinstance(node, Row):
        parts = [_extent(i, style) for i in node.items]
        return max((a for a, _ in parts), default=_LETTERS[0]), max((b for _, b in parts), default=_LETTERS[1])
    if isinstance(node, Frac):
        inner = _inside(node, style)
        shrunk = 0.9 * (_SMALL if inner == SCRIPT and style < SCRIPT else 1.0)
        top, bottom = (shrunk * sum(_extent(part, inner)) for part in (node.num, node.den))
        return top + 0.35, bottom - 0.05
    if isinstance(node, Script):
        above, below = _extent(node.base, style)
        return max(above, 0.4 + _script_height(node.sup)), max(below, _script_height(node.sub) - 0.3)
    if isinstance(node, BigOp):
        above, below = _extent(node.body, style)
        over, under = _script_height(node.over), _script_height(node.under)
        if node.op.kind != "big":  # arg min
            return above, max(below, 0.3 + under)
        if style != DISPLAY:
            return max(above, 0.3 + over), max(below, under - 0.2)
        return max(above, 0.9 + over), max(below, 0.55 + under)
    if isinstance(node, Fence):
        above, below = _extent(node.body, style)
        bracket = _bracket(node.size, style)
        return max(above, bracket[0]), max(below, bracket[1])
    if isinstance(node, Symbol) and node.kind in ("open", "close"):  # of a group that is broken over lines
        return _bracket(max(node.size, 0.25), style)
    if isinstance(node, Symbol) and node.kind == "slash":
        return 0.85, 0.4
    if isinstance(node, UnderBrace):
        above, below = _extent(node.body, style)
        return above, below + 1.25
    if isinstance(node, Accent):
        above, below = _extent(node.body, style)
        return above + 0.2, below
    if isinstance(node, Mark):
        return _extent(node.body, style)
    return _LETTERS


def _bracket(size: float, style: int) -> tuple[float, float]:
    # inside a fraction, where all else is a little smaller, brackets of a given size are not
    more = {DISPLAY: 0.2, TEXT: 0.32}.get(style, 0.0) * min(size, 3)
    return 0.8 + more, 0.3 + more


def _script_height(node: Node | None) -> float:
    return 0.0 if node is None else _SMALL * sum(_extent(node, SCRIPT))


def prose_em(words: str) -> float:
    """About how wide words are when they are drawn as large as formulas, in em."""
    return 0.5 * len(words)
