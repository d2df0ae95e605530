"""Sentences with formulas in them, as words and layout nodes: what the printers of slides draw.

Reasons and summaries are plain English in which small formulas stand, such as "k = y" or "0 log 0 = 0"; ``prose.parts``
finds them, and they are read here into layout nodes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from derive.kernel.terms import Term
from derive.record.relations import RELATIONS
from derive.render.formula.alphabets import ACCENTS, unstyled
from derive.render.formula.layout import Condition, conditions
from derive.render.formula.names import name_node
from derive.render.formula.nodes import (
    MINUS,
    PRODUCT,
    Accent,
    Fence,
    Node,
    Prose,
    Symbol,
    kind,
    row,
    subscript,
    superscript,
)
from derive.render.formula.notation import Notation
from derive.render.words.prose import ACCENTED, parts

_TOKEN = re.compile(
    rf"\s*(log|ln|exp|Pr|\d+|[^\W\d_]{ACCENTED}?|[_^]\{{|(?<=\{{)[A-Za-z]{{2,}}|_<?\w{ACCENTED}?|\^(?:\d+|\w{ACCENTED}?)|.)"
)
_KINDS = {r.sign: "rel" for r in RELATIONS.values()} | {
    "≠": "rel",
    "∣": "rel",
    "⟹": "rel",
    "+": "op",
    "/": "slash",
    ",": "punct",
}


def prose(words: str) -> Prose:
    """Plain English with its small formulas as layout nodes."""
    return tuple(small_node(part) if formula else part for formula, part in parts(words))


def small_node(formula: str) -> Node:
    """The layout of a small formula that was found in prose: letters, numbers, signs, subscripts, powers, f(x)."""
    return _Small(_TOKEN.findall(formula)).row("")


_ABOVE = "".join(ACCENTS.values())
_MARKS = {sign: mark for mark, sign in ACCENTS.items()}
_PR = Symbol("Pr", "fn")
_SIZES = frozenset("VTNKB")
"""Letters of numbers, which are no functions of what stands in brackets behind them."""


class _Small:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.i = 0

    def row(self, closing: str) -> Node:
        out: list[Node] = []
        while self.i < len(self.tokens):
            token = self.tokens[self.i]
            self.i += 1
            if token == closing:
                break
            if token == "(" and self.closes():
                called = bool(out) and (kind(out[-1]) not in ("rel", "op", "neg", "fn") or out[-1] == _PR)
                if called and isinstance(out[-1], Symbol) and out[-1].text in _SIZES:
                    called = False
                    out.append(PRODUCT)
                out.append(Fence("(", self.row(")"), ")", group=not called))
            elif token in ("_{", "^{") and out:
                out[-1] = (subscript if token[0] == "_" else superscript)(out[-1], self.row("}"))
            elif token[0] == "_" and len(token) > 1 and out:
                before = [Symbol("<", "rel")] if token[1] == "<" else []
                out[-1] = subscript(out[-1], row(*before, _atom(token[1:].lstrip("<"))))
            elif token[0] == "^" and len(token) > 1 and out:
                out[-1] = superscript(out[-1], _atom(token[1:]))
            elif token == "|":
                out.append(Symbol("∣", "rel"))
            elif token == MINUS:
                out.append(Symbol(MINUS, "op" if out and not _is_sign(out[-1]) else "neg"))
            elif not token.strip(_ABOVE).isalnum():
                out.append(Symbol(token, _KINDS.get(token, "ord")))
            else:
                if out and not _is_sign(out[-1]):
                    out.append(PRODUCT)
                out.append(_atom(token))
        return row(*out)

    def closes(self) -> bool:
        """Whether the bracket before the next token is closed."""
        depth = 1
        for token in self.tokens[self.i :]:
            depth += (token == "(") - (token == ")")
            if not depth:
                return True
        return False


def _is_sign(node: Node) -> bool:
    return kind(node) in ("rel", "op", "neg", "slash", "punct", "fn") or node == Symbol("(", "ord")


def _atom(token: str) -> Node:
    if token in ("log", "ln", "exp", "Pr"):
        return Symbol(token, "fn")
    if token.isdigit():
        return Symbol(token, "num")
    letter, mark = token[:1], _MARKS.get(token[1:])
    plain, style = unstyled(letter)
    if mark is None and style == "var":
        return name_node(token)
    return Accent(mark, Symbol(plain, style)) if mark else Symbol(plain, style)


def conditions_said(
    given: Iterable[Term],
    notation: Notation,
    *,
    linear: bool = False,
    avoid: Iterable[str] = (),
    kinds: tuple[Term, ...] = (),
    number: Callable[[Term], int] | None = None,
) -> list[Prose]:
    """Each condition as a sentence: ``1 <= y_t <= V for t = 1, ..., T``; before them which letters are ``integers``.  ``number``
    gives the number before each, as in (1) p(k) > 0."""
    out = []
    for c in conditions(given, notation, linear=linear, avoid=avoid, kinds=kinds):
        numbered = (f"({number(c.of[0])}) ",) if number and c.of else ()
        out.append((*numbered, *_said(c)))
    return out


def _said(c: Condition) -> Prose:
    """A condition and for which indices it holds, as in "for all θ, for t = 1, …, T and k = 1, …, V"."""
    out: list[str | Node] = [c.statement]
    for words, scope in c.scopes:
        for i, node in enumerate(scope):
            out += [" and " if i else f" {words}" if len(out) == 1 else f", {words}", node]
    return tuple(out)


def listed(items: Sequence[Prose]) -> Prose:
    """Several as one list, with commas, or with semicolons where an item has words of its own."""
    if not items:
        return ()
    long = any(isinstance(part, str) for item in items[:-1] for part in item)
    out: list[str | Node] = []
    for i, item in enumerate(items):
        if i:
            last = i == len(items) - 1
            between = "; " if long else ", " if len(items) > 2 or not last else " "
            out.append((between + "and ") if last else between)
        out += item
    return tuple(out)
