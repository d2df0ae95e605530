"""Typst's math mode: letters, named signs, quoted words, scripts, and calls of a few functions."""

from __future__ import annotations

import re

from derive.read.greek import signs
from derive.read.page import CLOSING, Brackets, Hat, Item, Items, Over, Sign, UnreadableError, number, primed, scripted

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<string>"(?:\\.|[^"\\])*")
    |(?P<name>[^\W\d_]{2,}(?:\.[a-z]+)*)
    |(?P<digits>\d+)
    |(?P<code>\#[\w.]+)
    |(?P<sign><==>|==>|\|->|<=|>=|!=|->|\\.|[^\s])
    )""",
    re.VERBOSE,
)
_SIGNS = {
    "-": "−", "dot": "·", "times": "×", "<=": "≤", ">=": "≥", "!=": "≠", "in": "∈", "tilde.op": "∼", "divides": "∣",
    "parallel": "∥", "sum": "∑", "product": "∏", "partial": "∂", "forall": "∀", "dots": "…", "<==>": "⟺", "==>": "⟹",
    "|->": "↦", "and": "∧", "infinity": "∞", "->": "→", "tack.r": "⊢",
}  # fmt: skip
_GREEK = signs(phi="phi.alt")
_WORDS = ("log", "ln", "exp")
_SPACES = ("thin", "quad")
_MARKS = {"hat": "hat", "macron": "bar", "tilde": "tilde"}
_FUNCTIONS = (
    "frac",
    "attach",
    "lr",
    "op",
    "bold",
    "upright",
    "cal",
    "inline",
    "script",
    "underbrace",
    "class",
    *_MARKS,
)

_NAMED = re.compile(r"\s*([a-z]+):\s*(#[\w.]+)?")


def page(text: str) -> Items:
    """What a formula looks like."""
    return _Markup(text).before("")


class _Markup:
    def __init__(self, text: str) -> None:
        self.text = text.rstrip()
        self.i = 0

    def peek(self) -> tuple[str, str]:
        """The next token and its kind."""
        m = _TOKEN.match(self.text, self.i)
        return (m[m.lastgroup or 0], m.lastgroup or "") if m else ("", "")

    def take(self) -> tuple[str, str]:
        token = self.peek()
        m = _TOKEN.match(self.text, self.i)
        if m is None:
            raise UnreadableError("it ends too early")
        self.i = m.end()
        return token

    def until(self, closing: str) -> Items:
        """The signs before ``closing``, which is taken."""
        out = self.before(closing)
        self.take()
        return out

    def before(self, *ends: str) -> Items:
        """The signs before one of ``ends``."""
        out: list[Item] = []
        while self.peek()[0] not in ends:
            token, kind = self.take()
            if token in ("_", "^"):
                script = self.script()
                out[:] = scripted(out, script, None) if token == "_" else scripted(out, None, script)
            elif token == "'":
                out[-1:] = [primed(out[-1], 1)] if out else []
            else:
                out += self.items(token, kind)
        return tuple(out)

    def script(self) -> Items:
        """What stands under or over a sign: all in brackets, or one sign, which takes with it a bracket that touches it."""
        token, kind = self.take()
        if token == "(":
            return self.until(")")
        out = self.items(token, kind)
        if kind != "string" and self.text[self.i : self.i + 1] in tuple(CLOSING):
            out += self.items(*self.take())
        return out

    def items(self, token: str, kind: str) -> Items:
        if kind == "string":
            words = re.sub(r"\\(.)", r"\1", token[1:-1])
            return (Sign(words.strip(), "up" if words.isalnum() else "text"),)
        if kind == "digits":
            return (number(token),)
        if kind == "name":
            return self.named(token)
        if token in CLOSING:
            return (Brackets(token, self.until(CLOSING[token]), CLOSING[token]),)
        if kind == "code" or token in (")", "]", "/", "|", "&", "#", "$"):
            raise UnreadableError(f"{token} stands in the wrong place")
        token = token.removeprefix("\\")
        return (Sign(_SIGNS.get(token, token)),)

    def named(self, name: str) -> Items:
        if name in _FUNCTIONS and self.text.startswith("(", self.i):
            return self.call(name)
        if name in _SPACES:
            return ()
        if name in _WORDS:
            return (Sign(name, "up"),)
        if name in _SIGNS or name in _GREEK:
            return (Sign(_SIGNS.get(name) or _GREEK[name]),)
        raise UnreadableError(f"{name} is no sign of Typst's")

    def call(self, name: str) -> Items:
        args, by_name = self.arguments()
        if name == "attach":
            return scripted(args[0], by_name.get("b"), by_name.get("t"))
        if name == "frac":
            num, den = args
            return (Over(num, den),)
        if name in _MARKS:
            return (Hat(_MARKS[name], args[0]),)
        if name == "op":
            return (Sign(" ".join(s.text for s in args[0] if isinstance(s, Sign)), "up"),)
        if name == "class":
            return args[1]
        if name in ("bold", "cal", "upright"):
            (sign,) = args[0]
            assert isinstance(sign, Sign)
            if name == "upright":
                return (Sign(sign.text, {"bold": "bf"}.get(sign.style, "up")),)
            digits = sign.style == "num"
            return (Sign(sign.text, "cal" if name == "cal" else "bf" if digits else "bold"),)
        if name == "lr" and args[0][0] == args[0][-1] == Sign("|"):
            return (Brackets("|", args[0][1:-1], "|"),)
        return args[0]  # of lr, inline, script and underbrace

    def arguments(self) -> tuple[list[Items], dict[str, Items]]:
        """The arguments in brackets: those in order, and those with a name."""
        self.take()
        args: list[Items] = []
        by_name: dict[str, Items] = {}
        end = ","
        while end == ",":
            named = _NAMED.match(self.text, self.i)
            self.i = named.end() if named else self.i
            value = self.before(",", ")")
            if named:
                by_name[named[1]] = value
            else:
                args.append(value)
            end, _ = self.take()
        return args, by_name
