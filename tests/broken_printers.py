"""What can be wrong with a printer: for the tests that a round trip finds it.

``FAULTS`` change what any printer takes from the layout; ``BROKEN`` changes a function or a table of one printer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from derive.render.formula.nodes import Accent, BigOp, Fence, Frac, Mark, Node, Row, Script, Symbol, UnderBrace, row
from derive.render.pens import latex, mathml, omml, spoken, text, typst

# --- faults in any printer -------------------------------------------------------------------------------------------


def everywhere(change: Callable[[Node], Node], node: Node) -> Node:
    """The layout with every part changed, from the inside."""

    def inside(part: Node | None) -> Node | None:
        return None if part is None else everywhere(change, part)

    if isinstance(node, Row):
        node = row(*(everywhere(change, item) for item in node.items))
    elif isinstance(node, Frac):
        node = Frac(everywhere(change, node.num), everywhere(change, node.den), node.small)
    elif isinstance(node, Script):
        node = Script(everywhere(change, node.base), inside(node.sub), inside(node.sup))
    elif isinstance(node, BigOp):
        node = BigOp(node.op, inside(node.under), inside(node.over), everywhere(change, node.body))
    elif isinstance(node, Fence):
        node = Fence(node.open, everywhere(change, node.body), node.close, node.size, node.group)
    elif isinstance(node, UnderBrace):
        node = UnderBrace(everywhere(change, node.body), node.words)
    elif isinstance(node, Accent):
        node = Accent(node.mark, everywhere(change, node.body))
    elif isinstance(node, Mark):
        node = Mark(everywhere(change, node.body))
    return change(node)


def without(kind: str, sign: str) -> Callable[[Node], Node]:
    """A sign is not printed."""

    def change(node: Node) -> Node:
        if isinstance(node, Row) and Symbol(sign, kind) in node.items:
            return row(*(item for item in node.items if item != Symbol(sign, kind)))
        return node

    return change


def instead(kind: str, sign: str, other: str) -> Callable[[Node], Node]:
    """Another sign is printed."""
    return lambda node: Symbol(other, kind) if node == Symbol(sign, kind) else node


def in_big(change: Callable[[BigOp], BigOp]) -> Callable[[Node], Node]:
    return lambda node: change(node) if isinstance(node, BigOp) and node.op.kind == "big" else node


def call_with_one_argument_less(node: Node) -> Node:
    comma = Symbol(",", "punct")
    if isinstance(node, Fence) and isinstance(node.body, Row) and comma in node.body.items:
        return Fence(node.open, row(*node.body.items[: node.body.items.index(comma)]), node.close)
    return node


FAULTS: dict[str, Callable[[Node], Node]] = {
    "brackets of groups are lost": lambda n: n.body if isinstance(n, Fence) and n.group else n,
    "brackets of calls are lost": lambda n: n.body if isinstance(n, Fence) and not n.group and n.open == "(" else n,
    "indices and powers are swapped": lambda n: Script(n.base, n.sup, n.sub) if isinstance(n, Script) else n,
    "indices are lost": lambda n: n.base if isinstance(n, Script) and n.sup is None else n,
    "fractions are turned over": lambda n: Frac(n.den, n.num, n.small) if isinstance(n, Frac) else n,
    "the minus sign in front is lost": without("neg", "−"),
    "minus is plus": instead("op", "−", "+"),
    "at most is less": instead("rel", "≤", "<"),
    "a sum is a product": in_big(
        lambda n: BigOp(Symbol("∏" if n.op.text == "∑" else "∑", "big"), n.under, n.over, n.body)
    ),
    "what is over a sum is lost": in_big(lambda n: BigOp(n.op, n.under, None, n.body)),
    "hats are tildes": lambda n: Accent({"hat": "tilde"}.get(n.mark, "hat"), n.body) if isinstance(n, Accent) else n,
    "primes are lost": without("ord", "′"),
    "the last arguments are lost": call_with_one_argument_less,
    "bold letters are not bold": lambda n: Symbol(n.text, "var") if isinstance(n, Symbol) and n.kind == "bold" else n,
}


# --- faults in one printer -------------------------------------------------------------------------------------------

Break = Callable[[pytest.MonkeyPatch], None]


def other(room: object, name: str, value: object) -> Break:
    """A function or table of a printer is another one."""
    return lambda patch: patch.setattr(room, name, value)


def entry(table: dict[str, str], key: str, value: str) -> Break:
    return lambda patch: patch.setitem(table, key, value)


def swapped(printer: Any) -> Break:
    """What is under a sign is written over it."""
    scripts = printer.scripts
    return other(printer, "scripts", lambda self, sub, sup, *more: scripts(self, sup, sub, *more))


def same(drawn: str) -> str:
    return drawn


def no_limits(*_: object) -> str:
    return ""


def latex_scripts(self: latex.Pen, sub: Node | None, sup: Node | None) -> str:
    """Without braces."""
    return "".join(sign + self.draw(node, True) for sign, node in (("_", sub), ("^", sup)) if node is not None)


def mathml_element(tag: str, body: str, element: Callable[..., str] = mathml.element, **attributes: str) -> str:
    """An index is a power."""
    return element({"msub": "msup"}.get(tag, tag), body, **attributes)


def mathml_grouped(self: mathml.Pen, node: Node, script: bool) -> str:
    """A row in a script loses its first sign."""
    return self.draw(row(*node.items[1:]) if isinstance(node, Row) else node, script)


def omml_italic(letters: str, italic: Callable[[str], str] = omml.in_italic) -> str:
    """p is written as w."""
    return italic(letters.replace("p", "w"))


def omml_fence(self: omml.Pen, left: str, body: str, right: str, marked: bool, grows: bool = True) -> str:
    """No brackets."""
    return body


def omml_made(self: omml.Pen, tag: str, *look: Any, made: Callable[..., str] = omml.Pen.made, **parts: str) -> str:
    """An index is a power."""
    if tag == "sSub":
        tag, parts = "sSup", {"e": parts["e"], "sup": parts["sub"]}
    return made(self, tag, *look, **parts)


def typst_touch(before: Node | None, item: Node, drawn: str, touch: Callable[..., bool] = typst._touch) -> bool:
    """A bracket touches the index before it, which takes it along."""
    return drawn[0] == "(" or touch(before, item, drawn)


def spoken_fraction(self: spoken.Speaker, top: spoken.Said, bottom: spoken.Said) -> spoken.Said:
    """A fraction does not say where it begins and ends."""
    return spoken.Said(f"{top.words} over {bottom.words}")


def spoken_symbol(self: spoken.Speaker, s: Symbol, symbol: Callable[..., str] = spoken.Speaker.symbol) -> str:
    """A capital letter is said like a small one."""
    return symbol(self, s).removeprefix("capital ").lower()


def spoken_bracketed(words: str, name: str = "bracket") -> str:
    """Brackets are not said."""
    return words


BROKEN: dict[str, dict[str, Break]] = {
    "latex": {
        "scripts are swapped": swapped(latex.Pen),
        "scripts have no braces": other(latex.Pen, "scripts", latex_scripts),
        "another relation": entry(latex.COMMANDS, "≤", r"\ge"),
        "another logarithm": entry(latex._FUNCTIONS, "log", r"\ln"),
        "words are letters": other(latex, "_word", lambda words: words[:1]),
    },
    "text": {
        "a small letter is another one": entry(text.SUBSCRIPTS, "t", "ₛ"),
        "scripts are swapped": swapped(text.Pen),
        "scripts have no braces": other(text, "_braced", same),
        "limits are lost": other(text.Pen, "limits", no_limits),
        "hats are lost": other(text.Pen, "accent", lambda self, node: self.draw(node.body)),
    },
    "ascii": {
        "another relation": entry(text.ASCII, "≤", "<"),
        "a Greek letter is another one": entry(text.ASCII, "θ", "phi"),
        "scripts have no braces": other(text, "_braced", same),
        "minus is lost": entry(text.ASCII, "−", ""),
        "limits are lost": other(text.Pen, "limits", no_limits),
    },
    "mathml": {
        "an index is a power": other(mathml, "element", mathml_element),
        "scripts lose a sign": other(mathml.Pen, "grouped", mathml_grouped),
        "another mark": entry(mathml._MARKS, "hat", "~"),
        "bold letters are others": other(mathml, "in_bold", lambda letters: "𝐳" * len(letters)),
    },
    "omml": {
        "an index is a power": other(omml.Pen, "made", omml_made),
        "brackets are lost": other(omml.Pen, "fence", omml_fence),
        "a letter is another one": other(omml, "in_italic", omml_italic),
        "another mark": entry(omml._ACCENTS, "hat", "\u0303"),
        "script letters are plain": other(omml, "in_script", same),
    },
    "typst": {
        "scripts are swapped": swapped(typst.Pen),
        "a call stands in the index": other(typst, "_touch", typst_touch),
        "words have no quotes": other(typst, "string", same),
        "another relation": entry(typst.NAMES, "≤", ">="),
        "another mark": entry(typst._ACCENTS, "hat", "tilde"),
    },
    "speech": {
        "an index does not end": other(spoken.Speaker, "closed", lambda self, said: said.words),
        "brackets are not said": other(spoken, "_bracketed", spoken_bracketed),
        "fractions do not end": other(spoken.Speaker, "fraction", spoken_fraction),
        "capitals are not said": other(spoken.Speaker, "symbol", spoken_symbol),
        "another sign": entry(spoken.SIGNS, "−", "plus"),
    },
}
