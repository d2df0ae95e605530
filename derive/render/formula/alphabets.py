"""Letters that Unicode has for formulas: script, bold, italic, raised, lowered and accented ones, and the names of Greek."""

from __future__ import annotations

from derive.render.formula.names import GREEK

GREEK_NAMES = {sign: name for name, sign in GREEK.items()}
"""The English name of each Greek letter; of two names the longer one, epsilon and lambda."""

# what stands above a letter, as characters that combine with it
ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303"}
SUBSCRIPTS = dict(zip("0123456789+−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
SUPERSCRIPTS = dict(
    zip(
        "0123456789+−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ",
        strict=True,
    )
)
_SCRIPT = {"B": "ℬ", "E": "ℰ", "F": "ℱ", "H": "ℋ", "I": "ℐ", "L": "ℒ", "M": "ℳ", "R": "ℛ"}  # older than the others
_OUTLINED = {**dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)), "1": "𝟙"}
_ITALIC = {"h": "ℎ", "ε": "𝜀", "θ": "𝜃", "φ": "𝜙", "ϕ": "𝜙", "∂": "𝜕"}


def in_script(letters: str) -> str:
    """Capitals in script; other letters as they are."""
    return "".join(_SCRIPT.get(c) or _shifted(c, ("A", "Z", 0x1D49C)) for c in letters)


def in_outline(letters: str) -> str:
    """Capitals, and the 1 of an indicator, double-struck; other letters as they are."""
    return "".join(_OUTLINED.get(c) or _shifted(c, ("A", "Z", 0x1D538)) for c in letters)


def in_bold(letters: str) -> str:
    ranges = (("A", "Z", 0x1D400), ("a", "z", 0x1D41A), ("0", "9", 0x1D7CE), ("α", "ω", 0x1D6C2))
    return "".join(_shifted(c, *ranges) for c in letters)


def in_italic(letters: str) -> str:
    ranges = (("A", "Z", 0x1D434), ("a", "z", 0x1D44E), ("α", "ω", 0x1D6FC))
    return "".join(_ITALIC.get(c) or _shifted(c, *ranges) for c in letters)


def unstyled(letter: str) -> tuple[str, str]:
    """A bold or script letter as a plain one, with the kind of its symbol."""
    return _PLAIN.get(letter, (letter, "var"))


def _shifted(c: str, *ranges: tuple[str, str, int]) -> str:
    """The letter of the same place in another alphabet; itself where there is none."""
    return next((chr(to + ord(c) - ord(a)) for a, z, to in ranges if a <= c <= z), c)


_PLAIN = {
    **{
        in_bold(c): (c, "bold") for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzαβγδεζηθικλμνξοπρςστυφχψω"
    },
    **{in_script(c): (c, "cal") for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
}
