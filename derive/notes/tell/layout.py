r"""A formula of the document as a layout, which every pen can draw: what the page shows, not what it means."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from derive.notes.document.build import GAP
from derive.notes.document.signs import UNICODE
from derive.notes.document.tree import Atom, Call, Fence, Group, Node, Script, Table, Words
from derive.notes.formula.rows import ACRONYMS
from derive.notes.formula.tokens import SPELLED
from derive.render.formula import nodes
from derive.render.formula.alphabets import in_outline
from derive.render.formula.names import GREEK
from derive.render.formula.nodes import Symbol, row

_BIG = {r"\sum": "∑", r"\prod": "∏", r"\int": "∫", r"\bigcup": "⋃", r"\bigcap": "⋂", r"\oint": "∮"}
_RELATIONS = frozenset("=<>≤≥≠≈∝≡∈∉∼→⟹⟺←↔≜≔≪≫⊂⊆∣∥≃≅≻≺↦⊢:")
_SIGNS = {
    **{tex: sign for sign, tex in UNICODE.items()}, **{f"\\{name}": sign for name, sign in GREEK.items() if name not in ("eps", "lam")},
    r"\epsilon": "ϵ", r"\varepsilon": "ε", r"\phi": "ϕ", r"\varphi": "φ", r"\varrho": "ϱ", r"\varsigma": "ς", r"\upsilon": "υ",
    r"\{": "{", r"\}": "}", r"\|": "‖", r"\cdot": "·", r"\dots": "…", r"\times": "×", r"\mid": "∣", r"\partial": "∂", r"\forall": "∀", r"\infty": "∞",
    r"\langle": "⟨", r"\rangle": "⟩", r"\top": "⊤", r"\implies": "⟹", r"\coloneqq": "≔", r"\land": "∧", r"\mapsto": "↦", r"\vdash": "⊢", r"\parallel": "∥", "-": nodes.MINUS,
    r"\le": "≤", r"\ge": "≥", r"\neg": "¬", r"\iff": "⟺", r"\perp": "⊥", "*": "*", r"\Upsilon": "Υ", r"\hbar": "ℏ", r"\Re": "ℜ", r"\Im": "ℑ", r"\star": "⋆", r"\dagger": "†", r"\colon": ":", r"\sim": "∼",
}  # fmt: skip
_FONTS = {
    r"\mathbf": "bold",
    r"\mathcal": "cal",
    r"\mathrm": "fn",
    r"\operatorname": "fn",
    r"\mathsf": "fn",
    r"\mathtt": "fn",
    r"\mathit": "name",
    r"\mathnormal": "var",
}
_ACCENTS = {r"\hat": "hat", r"\bar": "bar", r"\tilde": "tilde"}
_RAISED = {r"\vec": "→", r"\dot": "˙", r"\ddot": "¨", r"\check": "ˇ", r"\overrightarrow": "→", r"\mathring": "°"}


_FONT = re.compile(r"\\(?:text|math\w+|operatorname)\s*\{([^{}]*)\}")


def in_signs(words: str) -> str:
    r"""Words in which pieces of TeX, \pi_\theta, are written with their signs."""
    words = re.sub(r"\\[A-Za-z]+", lambda m: _SIGNS.get(m[0], m[0]), _FONT.sub(r"\1", words))
    return re.sub(r"([_^])\{(\w+)\}", r"\1\2", words)


def formula(items: Sequence[Node]) -> nodes.Node:
    """The layout of what stands in a row."""
    return row(*_sequence(tuple(items)))


def on_one_line(node: nodes.Node) -> nodes.Node:
    """The layout with fractions written with a slash, in brackets where something stands beside them."""
    if isinstance(node, nodes.Frac):
        below = on_one_line(node.den)
        below = nodes.fenced(below) if _may_be_product(below) else _operand(below)
        return row(_operand(on_one_line(node.num)), Symbol("/", "slash"), below)
    if not isinstance(node, nodes.Row):
        return nodes.rebuilt(node, on_one_line)
    out: list[nodes.Node] = []
    for n, item in enumerate(node.items):
        beside = node.items[max(n - 1, 0) : n] + node.items[n + 1 : n + 2]
        drawn = on_one_line(item)
        tight = isinstance(item, nodes.Frac) and any(nodes.kind(b) not in ("rel", "op", "punct", "neg") for b in beside)
        out.append(nodes.fenced(drawn) if tight else drawn)
    return row(*out)


def _operand(node: nodes.Node) -> nodes.Node:
    return nodes.fenced(node) if isinstance(node, nodes.Row) and not _is_application(node) else node


def _may_be_product(node: nodes.Node) -> bool:
    """Whether a reader may take p(1 - p) for a product, of which only the first factor would stand below a slash."""
    return isinstance(node, nodes.Row) and any(nodes.kind(x) == "op" for x in nodes.walk(node))


def _is_application(node: nodes.Row) -> bool:
    """A name with what it is of in brackets, p(x), which needs none round it."""
    name, *rest = node.items
    base = name.base if isinstance(name, nodes.Script) else name
    if nodes.kind(base) not in ("var", "bold", "cal", "name"):
        return False
    if len(rest) == 1:
        return isinstance(rest[0], nodes.Fence) and rest[0].open == "("
    kinds = [nodes.kind(x) for x in rest]
    return kinds[0] == "open" and kinds[-1] == "close" and "open" not in kinds[1:] and "close" not in kinds[:-1]


def _sequence(items: tuple[Node, ...]) -> list[nodes.Node]:
    out: list[nodes.Node] = []
    items = _spelled(items)
    bars = _bars(items)
    for n, item in enumerate(items):
        base = item.base if isinstance(item, Script) else item
        if isinstance(base, Atom) and base.text in _BIG:
            script = item if isinstance(item, Script) else None
            under = formula(script.sub.items) if script and script.sub else None
            over = formula(script.sup.items) if script and script.sup else None
            sign = Symbol(_BIG[base.text], "big")
            out += _times(out)
            out.append(nodes.BigOp(sign, under, over, row(*_sequence(items[n + 1 :]))))
            break
        drawn = _bar(item, bars[n]) if n in bars else _node(item, out)
        out += _times(out) if _is_factor(item, drawn) else []
        out.append(drawn)
    return out


def _bars(items: tuple[Node, ...]) -> dict[int, str]:
    """What the strokes of a row are, each by its place: an even number of them between two brackets open and close, |x|; of an odd
    number each stands between two things, as in p(x | z) and KL(q || p)."""
    found: dict[tuple[int, str], list[int]] = {}
    inside = [-1]
    for n, item in enumerate(items):
        base = item.base if isinstance(item, Script) else item
        sign = _SIGNS.get(base.text, base.text) if isinstance(base, Atom) else ""
        if sign in ("(", "[", "{"):
            inside.append(n)
        elif sign in (")", "]", "}") and len(inside) > 1:
            inside.pop()
        elif sign in ("|", "‖"):
            found.setdefault((inside[-1], sign), []).append(n)
    out: dict[int, str] = {}
    for places in found.values():
        kinds = ("rel", "rel") if len(places) % 2 else ("open", "close")
        out |= {n: kinds[i % 2] for i, n in enumerate(places)}
    return out


def _bar(item: Node, kind: str) -> nodes.Node:
    base = item.base if isinstance(item, Script) else item
    assert isinstance(base, Atom)
    sign = _SIGNS.get(base.text, base.text)
    bar = Symbol("∣" if kind == "rel" and sign == "|" else sign, kind)
    if not isinstance(item, Script):
        return bar
    drawn = _script(item)
    return nodes.Script(bar, drawn.sub, drawn.sup) if isinstance(drawn, nodes.Script) else bar


def _spelled(items: tuple[Node, ...]) -> tuple[Node, ...]:
    """Names that were typed letter by letter, log(x), as the words that they are read as."""
    out: list[Node] = []
    run: list[Atom] = []
    for item in (*items, None):
        base = item.base if isinstance(item, Script) else item
        if isinstance(base, Atom) and len(base.text) == 1 and base.text.isalpha() and item is base:
            run.append(base)
            continue
        size = next((n for n in range(len(run)) if "".join(x.text for x in run[n:]) in SPELLED | ACRONYMS), None)
        if size is not None:
            word, run = run[size:], run[:size]
            out += [*run, Call(r"\operatorname", (), (Group(tuple(word), word[0].span),), word[0].span)]
        else:
            out += run
        run = []
        out += [item] if item is not None else []
    return tuple(out)


def _times(before: Sequence[nodes.Node]) -> list[nodes.Node]:
    """The unwritten sign of a product, where an operand stands before what comes."""
    last = before[-1] if before else None
    if last is None or isinstance(last, nodes.Space) or not _ends_operand(last) or _is_function(last):
        return []
    return [nodes.PRODUCT]


def _is_function(node: nodes.Node) -> bool:
    base = node.base if isinstance(node, nodes.Script) else node
    return nodes.kind(base) in ("fn", "text") or (isinstance(base, Symbol) and base.text in ("∇", "∂", "√"))


def _is_factor(item: Node, drawn: nodes.Node) -> bool:
    """Whether what is drawn may be the second factor of a product, and is not the bracket of an argument."""
    if isinstance(item, Fence | Words):
        return False
    base = drawn.base if isinstance(drawn, nodes.Script) else drawn
    return not isinstance(base, Symbol) or base.kind in ("var", "fn", "bold", "cal", "name", "num")


def _node(item: Node, before: Sequence[nodes.Node]) -> nodes.Node:
    if isinstance(item, Atom):
        return nodes.Space("quad") if item.text == GAP else _atom(item.text, before)
    if isinstance(item, Group):
        return formula(item.items)
    if isinstance(item, Words):
        return Symbol(f" {item.text} " if " " in item.text or before else item.text, "text")
    if isinstance(item, Fence):
        opening, closing = (_SIGNS.get(sign, sign).replace(".", "") for sign in (item.open, item.close))
        return nodes.fenced(formula(item.items), opening, closing)
    if isinstance(item, Script):
        return _script(item)
    return _table(item) if isinstance(item, Table) else _call(item)


def _script(item: Script) -> nodes.Node:
    base = Symbol("", "ord") if item.base is None else _node(item.base, ())
    base = row(base, *[nodes.PRIME] * item.primes)
    sub = None if item.sub is None else _below(item.sub.items)
    sup = None if item.sup is None else formula(item.sup.items)
    return base if sub is None and sup is None else nodes.Script(base, sub, sup)


def _below(items: tuple[Node, ...]) -> nodes.Node:
    """What stands below: three letters and more are a word, such as ref."""
    word = len(items) > 2 and all(isinstance(i, Atom) and len(i.text) == 1 and i.text.isalpha() for i in items)
    return _in_font(items, "name") if word else formula(items)


def _atom(text: str, before: Sequence[nodes.Node]) -> nodes.Node:
    sign = _SIGNS.get(text, text)
    if text[0].isdecimal() or (text[0] == "." and len(text) > 1):
        return Symbol(text, "num")
    if sign in ("+", nodes.MINUS, "±"):
        return Symbol(sign, "op" if before and _ends_operand(before[-1]) else "neg" if sign == nodes.MINUS else "ord")
    if sign in _RELATIONS:
        return Symbol(sign, "rel")
    if sign in ("·", "×", "*", "⊙", "⊗"):
        return Symbol(sign, "dot")
    if sign in (",", ";"):
        return Symbol(sign, "punct")
    if sign == "/":
        return Symbol(sign, "slash")
    if sign in ("(", "[", "{", "⟨"):
        return Symbol(sign, "open")
    if sign in (")", "]", "}", "⟩"):
        return Symbol(sign, "close")
    if len(sign) == 1 and sign.isalpha():
        return Symbol(sign, "var")
    return Symbol(sign.lstrip("\\"), "ord" if not sign.startswith("\\") else "fn")


def _ends_operand(node: nodes.Node) -> bool:
    base = node.base if isinstance(node, nodes.Script) else node
    return nodes.kind(base) not in ("rel", "op", "neg", "punct", "open", "dot", "slash", "times")


def _call(item: Call) -> nodes.Node:
    inside = [argument.items for argument in item.arguments]
    name = item.name
    if name == r"\frac":
        return nodes.Frac(formula(inside[0]), formula(inside[1]))
    if name == r"\sqrt":
        root: nodes.Node = Symbol("√", "ord")
        if item.options:
            root = nodes.Script(root, None, formula(item.options[0].items))
        return row(root, nodes.fenced(formula(inside[0])))
    if name == r"\mathbb":
        return row(*(Symbol(in_outline(c), "ord") for c in _letters(inside[0])))
    if name in _FONTS:
        return _in_font(inside[0], _FONTS[name])
    if name in _ACCENTS:
        return nodes.Accent(_ACCENTS[name], formula(inside[0]))
    if name in _RAISED:
        return nodes.superscript(formula(inside[0]), Symbol(_RAISED[name], "ord"))
    if name == r"\overset":
        return nodes.superscript(formula(inside[1]), formula(inside[0]))
    if name in (r"\cancel", r"\underline"):
        return formula(inside[0])
    shown = [nodes.fenced(formula(i)) for i in inside]
    return row(Symbol(name.lstrip("\\"), "fn"), *shown)


def _letters(items: Sequence[Node]) -> str:
    return "".join(i.text for i in items if isinstance(i, Atom))


def _in_font(items: Sequence[Node], font: str) -> nodes.Node:
    """Letters in a font; a word is one symbol.  What is no letter keeps its look."""
    if (
        font in ("fn", "name")
        and items
        and all(isinstance(i, Atom) and (i.text.isalnum() or i.text == "-") for i in items)
    ):
        return Symbol(_letters(items), font)
    out: list[nodes.Node] = []
    for i in items:
        drawn = _node(i, out)
        plain = isinstance(drawn, Symbol) and drawn.kind in ("var", "num") and font in ("bold", "cal")
        out.append(Symbol(drawn.text, font) if plain and isinstance(drawn, Symbol) else drawn)
    return row(*out)


def _table(item: Table) -> nodes.Node:
    """On one line: rows after semicolons."""
    join: Callable[[Sequence[Node]], nodes.Node] = formula
    rows = [nodes.separated([join(cell) for cell in cells if cell], Symbol(",", "punct")) for cells in item.rows]
    body = nodes.separated(rows, Symbol(";", "punct"))
    if item.name == "substack":
        return nodes.separated(rows, Symbol(",", "punct"))
    return nodes.fenced(body, "{", "") if "cases" in item.name else nodes.fenced(body, "[", "]")
