"""Formulas on one line of plain text: Unicode, or ASCII only.

Letters have no styles here: a bold x is an x, and in ASCII a script V is a V.  ``HIDDEN`` and ``HIDDEN_ASCII`` say so.
"""

from __future__ import annotations

import re
import unicodedata

from derive.read.greek import signs
from derive.read.page import CLOSING, Brackets, Hat, Item, Items, Sign, UnreadableError, primed, scripted
from derive.read.ranges import WHERE

HIDDEN = frozenset({"bf"})
HIDDEN_ASCII = frozenset({"bf", "cal"})

_LOW = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789+−=()aehijklmnoprstuvx", strict=True))
_HIGH = dict(
    zip(
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ",
        "0123456789+−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW",
        strict=True,
    )
)
_MARKS = {"\u0302": "hat", "\u0304": "bar", "\u0303": "tilde"}
_SCRIPT = re.compile("[ℬℰℱℋℐℒℳℛ𝒜-𝒵]")
_TOKEN = re.compile(
    r"""(?P<arg>arg\ (?:min|max)(?![^\W_]))
    |(?P<for>for(?:\ all(?:\ integers|\ real)?)?(?!\w))
    |(?P<partial>(?<![^\W_])d(?=/d[A-Za-z])|(?<=\bd/)d(?=[A-Za-z]))
    |(?P<sign><=>|<=|>=|!=|=>|\|->|\|\||\.\.\.|[^\w\s])
    |(?P<digits>[0-9]+)
    |(?P<letter>\w)""",
    re.VERBOSE,
)
_SPELLED = {
    "-": "−", "*": "·", "<=": "≤", ">=": "≥", "!=": "≠", "~": "∼", "|": "∣", "||": "∥", "...": "…", "<=>": "⟺",
    "=>": "⟹", "|->": "↦", "sum": "∑", "prod": "∏", "in": "∈",
}  # fmt: skip
_GREEK = signs(epsilon="eps")
BRACES = re.compile("[\ue000-\ue2ff]")  # where an underbrace begins and ends


def page(text: str, ascii_only: bool = False) -> Items:
    """What a formula looks like, or a condition with its words."""
    return _Line(BRACES.sub("", text), ascii_only).until("")


def page_ascii(text: str) -> Items:
    return page(text, ascii_only=True)


class _Line:
    def __init__(self, text: str, ascii_only: bool) -> None:
        self.text = text
        self.ascii = ascii_only
        self.i = 0

    def until(self, closing: str) -> Items:
        out: list[Item] = []
        while True:
            while self.text[self.i : self.i + 1].isspace():
                self.i += 1
            c = self.text[self.i : self.i + 1]
            if c == closing:
                self.i += 1
                return tuple(out)
            if not c:
                raise UnreadableError(f"{closing} is missing")
            if c in _LOW or c in _HIGH:
                low, high = self.raised(_LOW), self.raised(_HIGH)
                out[:] = scripted(out, low, high)
            elif c in "_^":
                self.i += 1
                self.script(out, c)
            elif c in "′'":
                self.i += 1
                out[-1:] = [primed(out[-1], 1)] if out else []
            elif c in _MARKS:
                self.i += 1
                out[-1:] = [Hat(_MARKS[c], (out[-1],))]
            elif c in CLOSING:
                self.i += 1
                out.append(Brackets(c, self.until(CLOSING[c]), CLOSING[c]))
            elif c == "|" and self.opens():
                self.i += 1
                out.append(Brackets("|", self.until("|"), "|"))
            else:
                self.token(out)

    def opens(self) -> bool:
        """Whether the bar at ``i`` touches what is behind it, and not what is before it: an absolute value or a size."""
        before, behind = self.text[: self.i][-1:] or " ", self.text[self.i + 1 : self.i + 3]
        return before in " ([{,/+-−^_" and not behind[:1].isspace() and behind[:1] != "|" and behind != "->"

    def raised(self, table: dict[str, str]) -> Items | None:
        """Small letters that stand at ``i``."""
        start = self.i
        while self.text[self.i : self.i + 1] in table:
            self.i += 1
        return page("".join(table[c] for c in self.text[start : self.i]), self.ascii) if self.i > start else None

    def script(self, out: list[Item], place: str) -> None:
        """_{...} and ^{...}; without braces, a word or number with primes and with < or ≤ before it."""
        if self.text[self.i : self.i + 1] == "{":
            self.i += 1
            script = self.until("}")
        else:
            bare = re.compile(r"[<≤]?[^\W_]+[′']*").match(self.text, self.i)
            if bare is None:
                raise UnreadableError(f"nothing behind {place}")
            self.i = bare.end()
            if bare[0] in _MARKS.values() and out:
                out[-1:] = [Hat(bare[0], (out[-1],))]
                return
            script = page(bare[0], self.ascii)
        out[:] = scripted(out, script, None) if place == "_" else scripted(out, None, script)

    def token(self, out: list[Item]) -> None:
        m = _TOKEN.match(self.text, self.i)
        if m is None:
            raise UnreadableError(self.text[self.i :])
        self.i = m.end()
        kind, text = m.lastgroup, m[0]
        scoped = any(isinstance(item, Sign) and item.style == "text" for item in out)
        if kind == "arg":
            out.append(Sign(text, "up"))
        elif kind == "for":
            out.append(Sign(text, "text"))
        elif kind == "partial":
            out.append(Sign("∂"))
        elif kind == "sign":
            if text in ")]}":
                raise UnreadableError(f"{text} closes nothing")
            if text == "," and scoped and self.text.startswith((" for ", f" {WHERE} "), self.i):
                return  # between "for all θ" and "for t = 1"
            out.append(Sign(_SPELLED.get(text, text)))
        elif kind == "digits":
            out.append(Sign(text, "num"))
        else:
            self.word(out, text, scoped)

    def word(self, out: list[Item], first: str, scoped: bool) -> None:
        """A letter, or letters that touch."""
        if not first.isalpha():
            raise UnreadableError(f"{first} is no letter")
        if _SCRIPT.match(first):
            out.append(Sign(unicodedata.normalize("NFKC", first), "cal"))
            return
        plain = unicodedata.normalize("NFD", first)
        if plain[1:] in _MARKS:
            out.append(Hat(_MARKS[plain[1:]], (Sign(plain[0]),)))
            return
        word = first
        while (c := self.text[self.i : self.i + 1]).isalpha() and c not in _LOW and c not in _HIGH:
            word += c
            self.i += 1
        if (word in ("integer", "real") and out) or (word == WHERE and scoped):
            out.append(Sign(word, "text"))
        elif word == "and":
            out.append(Sign("and", "text") if scoped or not self.ascii else Sign("∧"))
        elif self.ascii and word in _SPELLED:
            out.append(Sign(_SPELLED[word]))
        elif self.ascii and word in _GREEK:
            out.append(Sign(_GREEK[word]))
        else:
            out.append(Sign(word, "" if len(word) == 1 else "up"))
