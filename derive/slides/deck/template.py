"""Templates: colours, font, logo and aspect ratio of a deck, from a small TOML file.

aspect = "16:9"            # or "4:3"
dark = false
font = "Latin Modern Sans" # the text; formulas keep the target's mathematical font
logo = "logo.svg"          # SVG or PNG, beside this file
footer = "Course 101"
smallest = 20              # points of the letters of formulas, which have 24 on a slide 540 points high: before a line breaks,
                           # or a derivation takes one more slide, they become smaller down to this

[colors]                   # each "#rrggbb"; what is left out is that of the light or dark template
background = "#ffffff"
text = "#1a1a1a"
muted = "#595959"          # reasons, conditions, footer
accent = "#0b5394"         # headings, rules
changed = "#b3261e"        # what a line changed
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from derive.errors import UserError
from derive.files import read_within, shown, toml_table
from derive.slides.deck.logo import LARGEST, trouble
from derive.values import Value, replace


class Colors(Value):
    """Each "#rrggbb".  All of them, on the background, have a contrast of at least 4.5 to 1."""

    background: str
    text: str
    muted: str
    accent: str
    changed: str


LIGHT = Colors("#ffffff", "#1a1a1a", "#555555", "#0b4f8a", "#a8201a")
DARK = Colors("#14171c", "#f2f2f2", "#b4bac4", "#8cc2f5", "#ff8f85")

# Of terms that keep a colour: after Okabe and Ito, whom most colour-blind people can tell apart; orange, blue, green, purple.
_TERMS = (("#a85400", "#0062a8", "#00704f", "#8f3a74"), ("#f0a53a", "#62bcf0", "#3cc49a", "#d9a6e8"))

BODY_HEIGHT = 17.5  # em of the formulas that a slide has room for below its heading of two lines
HEADING, ONE_LINE = 1.3, 1.0  # em of the formulas in one of a heading's letters; what a heading of one line leaves free
USUAL, SMALLEST = 24, 20  # points of the letters of formulas
LEGIBLE = 12  # points: what may be asked for at least
WIDTHS = {"16:9": 36.0, "4:3": 27.0}  # em of the formulas from left to right


class Template(Value):
    aspect: str = "16:9"
    dark: bool = False
    colors: Colors = LIGHT
    font: str = ""  # the target's own where empty
    logo: str = ""  # an absolute path, or empty
    footer: str = ""
    smallest: int = SMALLEST
    free: float = 0.0  # em of the body's height that the heading of a slide leaves it beyond the usual

    @property
    def least_scale(self) -> float:
        """How small formulas may become before a line breaks."""
        return self.smallest / USUAL

    @property
    def width(self) -> float:
        """Of the body, in em."""
        return WIDTHS[self.aspect]

    @property
    def height(self) -> float:
        return BODY_HEIGHT + self.free


def load_template(path: str = "", *, aspect: str = "", dark: bool = False, logo: str = "") -> Template:
    """The template in a TOML file, or the usual one; ``aspect``, ``dark`` and ``logo`` go before what the file says.

    Raises UserError when the file is none, a colour is too pale or too dark to be read on the background, or there is no such logo.
    """
    data, folder = _read(path) if path else ({}, Path())
    is_dark = dark or _bool(path, data, "dark")
    base = DARK if is_dark else LIGHT
    colors = data.get("colors", {})
    known = Colors._fields
    for name, value in colors.items():
        if name not in known:
            _refuse(path, f"there is no colour {name}; there are {', '.join(known)}")
        if not (isinstance(value, str) and re.fullmatch("#[0-9a-fA-F]{6}", value)):
            _refuse(path, f'the colour {name} must be written "#rrggbb", not {shown(value)}')
    base = replace(base, **{name: value.lower() for name, value in colors.items()})
    for name in known[1:]:
        ratio = contrast(getattr(base, name), base.background)
        if ratio < 4.5:
            pair = f"{getattr(base, name)} on {base.background}"
            _refuse(path, f"the colour {name}, {pair}, has a contrast of {ratio:.1f} to 1; it can be read from 4.5 on")
    shape = aspect or _str(path, data, "aspect") or "16:9"
    if shape not in WIDTHS:
        _refuse(path, f"the aspect ratio {shape!r} is none of {', '.join(WIDTHS)}")
    font = _str(path, data, "font")
    if re.search(r"[^\w .&-]", font):
        _refuse(path, f"{font!r} is no name of a font")
    image = Path(logo) if logo else folder / _str(path, data, "logo") if _str(path, data, "logo") else None
    if image is not None:
        if image.suffix.lower() not in (".svg", ".png"):
            _refuse(path, f"the logo {image} must be an SVG or a PNG file")
        if not image.is_file():
            _refuse(path, f"there is no logo {image}")
        if wrong := trouble(read_within(str(image), LARGEST), image.suffix.lower()):
            _refuse(path, f"the logo {image} {wrong}")
    file = str(image.resolve()) if image is not None else ""
    return Template(shape, is_dark, base, font, file, _str(path, data, "footer"), _points(path, data))


def term_colors(colors: Colors) -> tuple[str, ...]:
    """The colours of terms on this background, each with a contrast of at least 4.5 to 1."""
    own = max(_TERMS, key=lambda palette: min(contrast(c, colors.background) for c in palette))
    return tuple(_legible(c, colors) for c in own)


def _legible(color: str, colors: Colors) -> str:
    """The colour, with as much of the text's in it as it takes to be read."""
    mixes = (mixed(color, colors.text, percent) for percent in range(0, 101, 10))
    return next((c for c in mixes if contrast(c, colors.background) >= 4.5), colors.text)


def contrast(a: str, b: str) -> float:
    """Of two colours "#rrggbb": from 1, the same, to 21, black on white (WCAG 2, relative luminance)."""
    bright, dim = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def mixed(color: str, other: str, percent: int) -> str:
    """A colour with so much of another in it."""
    pairs = zip(_parts(color), _parts(other), strict=True)
    return "#" + "".join(f"{round(own + (more - own) * percent / 100):02x}" for own, more in pairs)


def _parts(color: str) -> Iterator[int]:
    """How much red, green and blue there is, up to 255."""
    return (int(color[i : i + 2], 16) for i in (1, 3, 5))


def _luminance(color: str) -> float:
    parts = (part / 255 for part in _parts(color))
    r, g, b = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _read(path: str) -> tuple[dict[str, Any], Path]:
    file = Path(path)
    try:
        data = toml_table(read_within(path).decode("utf-8"))
    except UserError as error:
        _refuse("", f"the template {error}")
    except UnicodeDecodeError:
        _refuse("", f"the template {path} is not UTF-8 text")
    except ValueError as error:
        _refuse("", f"the template {path} is not valid TOML: {error}")
    known = ("aspect", "dark", "font", "logo", "footer", "smallest", "colors")
    for key in data:
        if key not in known:
            _refuse(path, f"there is no entry {key}; there are {', '.join(known)}")
    if not isinstance(data.get("colors", {}), dict):
        _refuse(path, "colors must be a section: write [colors]")
    return data, file.parent


def _str(path: str, data: dict[str, Any], key: str) -> str:
    value = data.get(key, "")
    if not isinstance(value, str):
        _refuse(path, f"{key} must be text in quotation marks, not {shown(value)}")
    return value


def _bool(path: str, data: dict[str, Any], key: str) -> bool:
    value = data.get(key, False)
    if not isinstance(value, bool):
        _refuse(path, f"{key} must be true or false, not {shown(value)}")
    return value


def _points(path: str, data: dict[str, Any]) -> int:
    value = data.get("smallest", SMALLEST)
    if isinstance(value, bool) or not isinstance(value, int) or not LEGIBLE <= value <= USUAL:
        _refuse(path, f"smallest must be a whole number of points from {LEGIBLE} to {USUAL}, not {shown(value)}")
    return value


def _refuse(path: str, message: str) -> NoReturn:
    raise UserError(f"in the template {path}, {message}" if path else message) from None
