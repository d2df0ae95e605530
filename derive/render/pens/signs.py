"""Signs in words that LaTeX's text fonts lack, as its commands: letters with a mark, raised and lowered ones, mathematical signs."""

from __future__ import annotations

import unicodedata

_MARKS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u ", "\u0307": ".", "\u0308": '"',
    "\u030a": "r ", "\u030c": "v ", "\u0331": "b ",
}  # fmt: skip
_OVER = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0307": "dot"}
_SIGNS = {
    "ℓ": r"\ell", "∇": r"\nabla", "∫": r"\int", "±": r"\pm", "∓": r"\mp", "≈": r"\approx", "≡": r"\equiv", "∝": r"\propto",
    "≪": r"\ll", "≫": r"\gg", "∉": r"\notin", "⊂": r"\subset", "⊆": r"\subseteq", "∪": r"\cup", "∩": r"\cap", "∅": r"\emptyset",
    "∃": r"\exists", "∨": r"\vee", "⇒": r"\Rightarrow", "⇔": r"\Leftrightarrow", "←": r"\leftarrow", "↔": r"\leftrightarrow",
    "↑": r"\uparrow", "↓": r"\downarrow", "⊤": r"\top", "⊥": r"\perp", "⊗": r"\otimes", "⊕": r"\oplus", "⊙": r"\odot",
    "∘": r"\circ", "∗": "*", "⋅": r"\cdot", "⋯": r"\cdots", "⟨": r"\langle", "⟩": r"\rangle", "‖": r"\|", "√": r"\surd",
    "⌊": r"\lfloor", "⌋": r"\rfloor", "⌈": r"\lceil", "⌉": r"\rceil", "≅": r"\cong", "≃": r"\simeq", "△": r"\triangle",
    "ħ": r"\hbar",
}  # fmt: skip
_WORDS = {
    "•": r"\textbullet{}",
    "†": r"\dag{}",
    "‡": r"\ddag{}",
    "‐": "-",
    "‑": "-",
    "€": r"\texteuro{}",
    "™": r"\texttrademark{}",
}


def marked(written: str, mark: str) -> str | None:
    """What is written of a letter, with a mark that combines with it, such as q with a hat."""
    if written.isascii() and written.isalpha() and len(written) == 1 and mark in _MARKS:
        return rf"\{_MARKS[mark]}{{{written}}}"
    if written.startswith("$") and mark in _OVER:
        return rf"$\{_OVER[mark]}{{{written[1:-1]}}}$"
    return None


def alone(c: str) -> str | None:
    """A sign that stands alone; None for what LaTeX has no command for."""
    if c in _SIGNS:
        return f"${_SIGNS[c]}$"
    if c in _WORDS:
        return _WORDS[c]
    whole = unicodedata.normalize("NFD", c)
    if len(whole) == 2 and (letter := marked(*whole)) is not None:
        return letter
    kind, _, codes = unicodedata.decomposition(c).partition(" ")
    letters = "".join(chr(int(code, 16)) for code in codes.split()) if kind.startswith("<") else ""
    if not letters.isascii() or not letters:
        return None
    if kind == "<sub>":
        return f"$_{{{letters}}}$"
    if kind == "<super>":
        return f"$^{{{letters}}}$"
    if kind == "<compat>" and letters.isalpha():  # a ligature
        return letters
    if "DOUBLE-STRUCK CAPITAL" in unicodedata.name(c, ""):  # which the fonts of amsmath alone have not
        return rf"$\ifdefined\mathbb\mathbb{{{letters}}}\else\mathbf{{{letters}}}\fi$"
    return None
