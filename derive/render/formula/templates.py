"""Templates: the little language in which a notation says how a constant or a letter at its indices is written.

$q            the argument called q; $1 is the first one
$p[$y]        the argument p at the argument y
@k            a fresh bound letter, k if it is free; $f[@k] is the argument f at it
x, eps, KL    a letter, a Greek letter (or ε itself; ell is ℓ), a word
2 $x          a product: a space between two parts that are not signs
_{..} ^{..}   subscript and superscript; braces may be left out round one sign
hat{..} bar{..} tilde{..} bf{..} cal{..}
bars{..}      an absolute value, |..|
( [ | || , ; : ~ < <= = + - . '
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from derive.render.formula.names import MARKS, letter_symbol
from derive.render.formula.nodes import MINUS, PRIME, PRODUCT, Accent, Row, Script, Symbol, kind
from derive.values import Value


class TemplateError(ValueError):
    """A template that cannot be read."""


class Slot(Value):
    """An argument of the template, at other arguments (names) and fresh letters (names that start with @)."""

    name: str
    at: tuple[str, ...] = ()


class Fresh(Value):
    letter: str


class Seq(Value):
    items: tuple[Part, ...]


class Scripted(Value):
    base: Part
    sub: Part | None
    sup: Part | None


class Bracketed(Value):
    open: str
    body: Part
    close: str


class Marked(Value):
    mark: str  # hat, bar, tilde
    body: Part


Part = Symbol | Row | Script | Accent | Slot | Fresh | Seq | Scripted | Bracketed | Marked


class Template(Value):
    source: str
    body: Part
    slots: frozenset[str]
    heads: frozenset[str] = frozenset()  # the slots that stand as a function before brackets


_TOKEN = re.compile(r"\s*(\$[A-Za-z0-9]+|@[A-Za-z]+|[A-Za-z]+|[α-ωΓ-Ωℓ]|\d+|\|\||<=|>=|[-+_^{}()\[\]|,;:~<>=.'])")
_LONGEST = 150  # signs and words; there is no formula of a definition so long, and nothing is nested deeper
_WORD = 40  # letters or digits of one of them
_STYLES = {"bf": "bold", "cal": "cal"}
_SIGNS = {
    "|": ("∣", "rel"), "||": ("∥", "rel"), "<=": ("≤", "rel"), ">=": ("≥", "rel"), "<": ("<", "rel"), ">": (">", "rel"),
    "=": ("=", "rel"), "~": ("∼", "rel"), ",": (",", "punct"), ";": (";", "punct"), ":": (":", "punct"),
    ".": ("·", "ord"), "'": ("′", "ord"), "+": ("+", "op"),
}  # fmt: skip
_CLOSING = {"(": ")", "[": "]", "{": "}"}


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens: list[tuple[str, bool]] = []  # the token, and whether it touches the one before
        self.slots: set[str] = set()
        self.heads: set[str] = set()
        self.i = 0
        end = 0
        text = source.rstrip()
        while end < len(text):
            m = _TOKEN.match(text, end)
            if m is None:
                raise TemplateError(f"{text[end:].strip()[:10]!r} is not part of the template language")
            self.tokens.append((m[1], m.start(1) == end))
            end = m.end()
            if len(m[1]) > _WORD:
                raise TemplateError(f"{m[1][:20]}... is longer than {_WORD} letters or digits")
            if len(self.tokens) > _LONGEST:
                raise TemplateError(f"it has more than {_LONGEST} signs and words")

    def peek(self) -> str:
        return self.tokens[self.i][0] if self.i < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.i += 1
        return token

    def touches(self) -> bool:
        return self.i < len(self.tokens) and self.tokens[self.i][1]

    def seq(self, closing: str) -> Part:
        items: list[Part] = []
        while self.peek() and self.peek() != closing:
            touches = self.touches()
            item = self.scripted(bool(items) and not is_sign(items[-1]))
            if items and not touches and not is_sign(items[-1]) and not is_sign(item) and not _is_name(items[-1]):
                items.append(PRODUCT)
            items.append(item)
        if self.peek() != closing:
            raise TemplateError(f"{closing!r} is missing")
        if not items:
            raise TemplateError("a group is empty")
        return items[0] if len(items) == 1 else Seq(tuple(items))

    def group(self) -> Part:
        if self.peek() == "{":
            self.take()
            out = self.seq("}")
            self.take()
            return out
        return self.atom(False)

    def scripted(self, after: bool) -> Part:
        base = self.scripts(self.atom(after))
        # a word or letter that touches a bracket is a function at its arguments, and scripts after it belong to both
        while self.peek() in ("(", "[") and self.touches() and not is_sign(base):
            if isinstance(base, Slot):
                self.heads.add(base.name)
            opening = self.take()
            body = self.seq(_CLOSING[opening])
            close = self.take()
            base = self.scripts(Seq((_as_function(base), Bracketed(opening, body, close))))
        return base

    def scripts(self, base: Part) -> Part:
        sub: Part | None = None
        sup: Part | None = None
        while self.peek() in ("_", "^", "'"):
            sign = self.take()
            if sign == "'":
                base = Seq((base, PRIME))
            elif sign == "_" and sub is None:
                sub = self.group()
            elif sign == "^" and sup is None:
                sup = self.group()
            else:
                raise TemplateError("two subscripts or two superscripts")
        return base if sub is None and sup is None else Scripted(base, sub, sup)

    def atom(self, after: bool) -> Part:
        token = self.take()
        if not token:
            raise TemplateError("it ends too early")
        if token[0] == "$":
            name = token[1:]
            self.slots.add(name)
            at: list[str] = []
            while self.peek() == "[" and self.touches():
                self.take()
                index = self.take()
                if index[:1] not in ("$", "@") or self.take() != "]":
                    raise TemplateError(f"after ${name}[ there must be one $name or @letter, then ]")
                if index[0] == "$":
                    self.slots.add(index[1:])
                at.append(index[1:] if index[0] == "$" else index)
            return Slot(name, tuple(at))
        if token[0] == "@":
            return Fresh(token[1:])
        if token in ("(", "["):
            body = self.seq(_CLOSING[token])
            return Bracketed(token, body, self.take())
        if token == "{":
            self.i -= 1
            return self.group()
        if token == "-":
            return Symbol(MINUS, "op" if after else "neg")
        if token in _SIGNS:
            return Symbol(*_SIGNS[token])
        if token.isdigit():
            return Symbol(token, "num")
        if token[0].isalpha():
            if self.peek() == "{" and self.touches():
                if token in _STYLES:
                    letter = self.group()
                    if not isinstance(letter, Symbol):
                        raise TemplateError(f"{token}{{..}} takes one letter or word")
                    if token == "cal" and not re.fullmatch("[A-Z]+", letter.text):
                        hint = (
                            ", such as cal{L}; for a small one write ell, which is ℓ"
                            if letter.text == "l"
                            else ", such as cal{L}"
                        )
                        raise TemplateError(
                            f"cal{{{letter.text}}} cannot be written: script letters are capitals{hint}"
                        )
                    return Symbol(letter.text, _STYLES[token])
                if token in MARKS:
                    return Marked(token, self.group())
                if token == "bars":
                    return Bracketed("|", self.group(), "|")
                raise TemplateError(f"{token}{{..}} is none of bf, cal, hat, bar, tilde, bars")
            return letter_symbol(token, "fn" if token in ("Pr", "log", "ln", "exp") else "name")
        raise TemplateError(f"{token!r} stands in the wrong place")


def separates(part: Part) -> bool:
    """Whether a part keeps its neighbours apart, so that they need no brackets."""
    return kind(part) in ("rel", "punct")


def is_sign(part: Part) -> bool:
    return kind(part) in ("rel", "punct", "op", "neg", "times")


def children(part: Part) -> tuple[Part, ...]:
    """The parts that a part is made of."""
    if isinstance(part, Seq):
        return part.items
    if isinstance(part, Scripted):
        return tuple(p for p in (part.base, part.sub, part.sup) if p is not None)
    return (part.body,) if isinstance(part, (Bracketed, Marked)) else ()


def walk(part: Part) -> Iterator[Part]:
    """The part and all in it, from left to right."""
    yield part
    for child in children(part):
        yield from walk(child)


def _is_name(part: Part) -> bool:
    """Whether it is a function's name, perhaps with scripts: log_2."""
    return kind(part.base if isinstance(part, Scripted) else part) == "fn"


def _as_function(part: Part) -> Part:
    if isinstance(part, Symbol) and part.kind == "name":
        return Symbol(part.text, "fn")
    if isinstance(part, Scripted):
        return Scripted(_as_function(part.base), part.sub, part.sup)
    return part


@lru_cache(maxsize=4096)
def template(source: str) -> Template:
    """Read a template.  Raises TemplateError when it cannot be read."""
    reader = _Reader(source)
    body = reader.seq("")
    return Template(source, body, frozenset(reader.slots), frozenset(reader.heads))
