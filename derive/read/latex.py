r"""LaTeX in math mode: letters and words, scripts, fractions, brackets of any size, braces."""

from __future__ import annotations

import re

from derive.read.greek import signs
from derive.read.page import (
    CLOSING,
    Brackets,
    Hat,
    Item,
    Items,
    Over,
    Scripts,
    Sign,
    UnreadableError,
    primed,
    scripted,
)

_TOKEN = re.compile(r"\s*(\\text\{(?:[^{}\\]|\\.)*\}|\\[A-Za-z]+\*?|\\.|\d+|\S)")
_SIGNS = {
    "-": "−", r"\cdot": "·", r"\times": "×", r"\le": "≤", r"\lt": "<", r"\ge": "≥", r"\ne": "≠", r"\in": "∈", r"\sim": "∼",
    r"\mid": "∣", r"\parallel": "∥", r"\sum": "∑", r"\prod": "∏", r"\partial": "∂", r"\forall": "∀", r"\dots": "…",
    r"\iff": "⟺", r"\implies": "⟹", r"\mapsto": "↦", r"\wedge": "∧", r"\infty": "∞", r"\to": "→", r"\vdash": "⊢",
    r"\colon": ":",
}  # fmt: skip
_GREEK = signs("\\", epsilon="varepsilon")
_WORDS = {r"\log": "log", r"\ln": "ln", r"\exp": "exp", r"\Pr": "Pr"}
_STYLES = {r"\mathrm": "up", r"\operatorname": "up", r"\operatorname*": "up", r"\mathbf": "bf", r"\mathcal": "cal"}
_MARKING = (r"\htmlClass", r"\textcolor", r"\color")  # how what is new stands out; the formula follows in braces
_SIZE = re.compile(r"\\[bB]igg?[lr]")


def page(text: str) -> Items:
    """What a formula looks like."""
    return _Lines(text).all()


def sentence(text: str) -> Items:
    """A line of text with formulas in dollars."""
    out: list[Item] = []
    for i, part in enumerate(text.split("$")):
        if i % 2:
            out += page(part)
        elif part:
            out.append(Sign(part.strip(" ,"), "text"))
    return tuple(out)


def _unbroken(tokens: list[str]) -> list[str]:
    """Without the braces of a colour that begins before a bracket and ends within it, as on the lines of a broken formula."""
    dropped: set[int] = set()
    for i, token in enumerate(tokens):
        start = _end(tokens, i + 1) + 1 if token in _MARKING else len(tokens)
        if start < len(tokens) and tokens[start] == "{":
            end = _end(tokens, start)
            if _half_open(tokens[start + 1 : end]):
                dropped |= {start, end}
    return [token for i, token in enumerate(tokens) if i not in dropped]


def _end(tokens: list[str], i: int) -> int:
    """Where the braces that begin here end."""
    depth = 0
    for j in range(i, len(tokens)):
        depth += {"{": 1, "}": -1}.get(tokens[j], 0)
        if depth <= 0:
            return j
    raise UnreadableError("} is missing")


def _half_open(tokens: list[str]) -> bool:
    """Whether a bracket is opened and not closed here, or the other way round."""
    open_: list[str] = []
    for token in tokens:
        if token in CLOSING:
            open_.append(CLOSING[token])
        elif token in CLOSING.values() and (not open_ or open_.pop() != token):
            return True
    return bool(open_)


class _Lines:
    def __init__(self, text: str) -> None:
        self.tokens: list[str] = _unbroken(_TOKEN.findall(text))
        self.i = 0

    def all(self) -> Items:
        out = self.until("")
        if self.i != len(self.tokens):
            raise UnreadableError("a bracket closes nothing")
        return out

    def take(self) -> str:
        if self.i == len(self.tokens):
            raise UnreadableError("it ends too early")
        self.i += 1
        return self.tokens[self.i - 1]

    def until(self, closing: str) -> Items:
        """The signs before ``closing``, "" for the end of the text."""
        out: list[Item] = []
        grouped = False  # what stands last was in braces, and may have scripts of its own
        while self.i < len(self.tokens) and self.tokens[self.i] != closing:
            token = self.take()
            if token in ("_", "^"):
                self.script(out, token, grouped)
            elif token == "'":
                out[-1:] = [primed(out[-1], 1)] if out else []
            elif token == "{":
                out += self.closed("}")
            elif token in _MARKING:
                self.argument()
            elif token == r"\underbrace":
                out += self.argument()
                if self.take() != "_":
                    raise UnreadableError("a brace without words")
                self.argument()
            elif token not in (r"\,", r"\quad", r"\scriptstyle") and not _SIZE.fullmatch(token):
                out.append(self.item(token))
            grouped = token == "{"
        return tuple(out)

    def closed(self, closing: str) -> Items:
        out = self.until(closing)
        if self.i == len(self.tokens):
            raise UnreadableError(f"{closing} is missing")
        self.i += 1
        return out

    def script(self, out: list[Item], token: str, grouped: bool) -> None:
        script = self.argument()
        sub, sup = (script, None) if token == "_" else (None, script)
        last = out[-1] if out else None
        if isinstance(last, Scripts) and not grouped and (last.sub if sub else last.sup) is not None:
            raise UnreadableError("two scripts at one place")
        out[:] = scripted(out, sub, sup)

    def argument(self) -> Items:
        token = self.take()
        return self.closed("}") if token == "{" else (self.item(token),)

    def item(self, token: str) -> Item:
        if token == r"\lvert":
            return Brackets("|", self.closed(r"\rvert"), "|")
        if token in CLOSING:
            return Brackets(token, self.closed(CLOSING[token]), CLOSING[token])
        if token in (r"\frac", r"\tfrac"):
            return Over(self.argument(), self.argument())
        if token in (r"\hat", r"\bar", r"\tilde"):
            return Hat(token[1:], self.argument())
        if token == r"\mathop":
            return Sign(" ".join(s.text for s in self.argument() if isinstance(s, Sign)), "up")
        if token in _STYLES:
            return Sign(self.word(), _STYLES[token])
        if token.startswith(r"\text{"):
            return Sign(token[6:-1].strip(), "text")
        if token in _WORDS:
            return Sign(_WORDS[token], "up")
        if token.isdigit():
            return Sign(token, "num")
        if token in _SIGNS or token in _GREEK:
            return Sign(_SIGNS.get(token) or _GREEK[token])
        if len(token) == 1 and token not in ")]}_^'":
            return Sign(token)
        raise UnreadableError(f"{token} stands in the wrong place, or is never printed")

    def word(self) -> str:
        """A word in braces; a thin space in it is a blank."""
        if self.take() != "{":
            raise UnreadableError("a style without braces")
        out = ""
        while (token := self.take()) != "}":
            out += {r"\,": " ", r"\_": "_"}.get(token, token)
        return out
