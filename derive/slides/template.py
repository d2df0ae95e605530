"""Templates: colours, fonts, logo and aspect ratio of a deck, from a small TOML file.

aspect = "16:9"            # or "4:3"
dark = false
font = "Latin Modern Sans" # the text; formulas keep the target's mathematical font
logo = "logo.svg"          # SVG or PNG, beside this file
footer = "Course 101"

[colors]                   # each "#rrggbb"; what is left out is that of the light or dark template
background = "#ffffff"
text = "#1a1a1a"
muted = "#595959"          # reasons, conditions, footer
accent = "#0b5394"         # headings, rules
changed = "#b3261e"        # what a line changed
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Colors:
    """Each "#rrggbb".  All of them, on the background, have a contrast of at least 4.5 to 1."""

    background: str
    text: str
    muted: str
    accent: str
    changed: str


LIGHT = Colors("#ffffff", "#1a1a1a", "#555555", "#0b4f8a", "#a8201a")
DARK = Colors("#14171c", "#f2f2f2", "#b4bac4", "#8cc2f5", "#ffb454")

BODY_HEIGHT = 16.5  # em of the formulas that a slide has room for below its heading of two lines
WIDTHS = {"16:9": 36.0, "4:3": 27.0}  # em of the formulas from left to right


@dataclass(frozen=True, slots=True)
class Template:
    aspect: str = "16:9"
    dark: bool = False
    colors: Colors = field(default=LIGHT)
    font: str = ""  # the target's own where empty
    logo: str = ""  # an absolute path, or empty
    footer: str = ""

    @property
    def width(self) -> float:
        """Of the body, in em."""
        return WIDTHS[self.aspect]

    @property
    def height(self) -> float:
        return BODY_HEIGHT
