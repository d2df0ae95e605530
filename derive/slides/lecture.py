"""A deck file: a whole lecture as data, from which every target is made.

title = "Label smoothing"
author = "A. Lecturer"            # with affiliation and date under the title
notation = "pr"
template = "design.toml"          # beside this file

[[slide]]
heading = "Why smooth?"
text = ["A sentence, in which p(y) is set as mathematics.", "- an item of a list"]
picture = "tree.png"              # with alt = "..."
speaker = "What to say."

[[slide]]
theorem = "cross_entropy_is_nll"
expand = ["cross_entropy_one_hot"]

[[slide]]
false_claim = "perplexity_is_sum"

[[slide]]
quiz = "label_smoothing_residual"
line = 4
hide = "reason"                   # or "line", or "wrong": a wrong line to find

[[slide]]
symbols = ["cross_entropy_is_nll"] # what the letters and definitions of these theorems are
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from derive.errors import UserError
from derive.files import read_within, shown, toml_table
from derive.slides.deck import Picture
from derive.slides.deck.logo import LARGEST, trouble
from derive.slides.deck.template import Template

_DECK: dict[str, type] = dict.fromkeys(
    ("title", "subtitle", "author", "affiliation", "date", "notation", "template"), str
)
_ANY: dict[str, type] = {"speaker": str, "notation": str}
KINDS: dict[str, dict[str, type]] = {
    "heading": {"heading": str, "text": list, "picture": str, "alt": str},
    "theorem": {
        "theorem": str, "expand": list, "join": list, "reverse": bool, "from": int, "to": int, "detail": str, "given": str, "plot": bool,
    },
    "false_claim": {"false_claim": str},
    "quiz": {"quiz": str, "line": int, "hide": str},
    "symbols": {"symbols": list},
}  # fmt: skip
HIDDEN = ("line", "reason", "wrong")
_NAMES = {str: "text in quotation marks", list: "a list of texts", int: "a whole number", bool: "true or false"}
_PICTURE_ROOM = (34.0, 12.0)  # em that a picture may take at 16:9


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a deck file: its kind, what it says, and where it stands."""

    kind: str
    entry: dict[str, Any]
    where: str  # lecture.toml:12

    def refuse(self, why: object) -> NoReturn:
        raise UserError(f"{self.where}: {why}") from None


@dataclass(frozen=True, slots=True)
class Lecture:
    title: str
    subtitle: str
    notation: str
    template: str
    folder: Path
    items: tuple[Item, ...]


def is_lecture(name: str) -> bool:
    """Whether a name on the command line is that of a deck file."""
    return name.lower().endswith(".toml")


def read_lecture(path: str) -> Lecture:
    """The lecture in a deck file.  Raises UserError, with the line, for what it cannot have."""
    try:
        source = read_within(path).decode("utf-8")
        data = toml_table(source)
    except UnicodeDecodeError:
        raise UserError(f"{path}: this is not UTF-8 text; save it as UTF-8") from None
    except ValueError as error:
        raise UserError(f"{path}: this is not TOML: {error}") from None
    entries = data.pop("slide", None)
    if not isinstance(entries, list) or not entries:
        raise UserError(
            f'{path}: a deck file has slides; write [[slide]] and under it theorem = "NAME" or heading = "..."'
        )
    for key, value in data.items():
        if key not in _DECK:
            raise UserError(
                f"{path}: there is no entry {key[:60]}; a deck has {', '.join(_DECK)}, and slides under [[slide]]"
            )
        if not isinstance(value, str):
            raise UserError(f"{path}: {key} must be text in quotation marks, not {shown(value)}")
    starts = [n for n, line in enumerate(source.splitlines(), 1) if re.match(r"\s*\[\[\s*slide\s*\]\]", line)]
    lines = starts if len(starts) == len(entries) else [1] * len(entries)
    items = tuple(_item(path, entry, line) for entry, line in zip(entries, lines, strict=True))
    who = ", ".join(data[key] for key in ("author", "affiliation") if data.get(key))
    subtitle = " · ".join(x for x in (data.get("subtitle", ""), who, data.get("date", "")) if x)
    folder = Path(path).parent
    template = str(folder / data["template"]) if data.get("template") else ""
    return Lecture(data.get("title", ""), subtitle, _beside(folder, data.get("notation", "")), template, folder, items)


def _beside(folder: Path, notation: str) -> str:
    """A notation in a file beside the deck file, or the name of one."""
    return str(folder / notation) if notation.endswith(".toml") else notation


def _item(path: str, entry: Any, line: int) -> Item:
    where = f"{path}:{line}"
    if not isinstance(entry, dict):
        raise UserError(f"{where}: a slide is a table; write [[slide]] and its entries under it")
    kinds = [k for k in KINDS if k in entry]
    if len(kinds) != 1:
        what = f"has {' and '.join(kinds)}" if kinds else "says nothing of what stands on it"
        raise UserError(f"{where}: this slide {what}; it has one of {', '.join(KINDS)}")
    known = KINDS[kinds[0]] | _ANY
    for key, value in entry.items():
        if key not in known:
            raise UserError(f"{where}: a slide with {kinds[0]} has no {key[:60]}; it has {', '.join(known)}")
        wanted = known[key]
        right = isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))
        if not right or (wanted is list and not all(isinstance(x, str) for x in value)):
            raise UserError(f"{where}: {key} must be {_NAMES[wanted]}, not {shown(value)}")
    item = Item(kinds[0], entry, where)
    if item.kind == "quiz" and ("line" not in entry or entry.get("hide", "line") not in HIDDEN):
        item.refuse(f"a quiz needs line = N, and hide = one of {', '.join(HIDDEN)}")
    if ("picture" in entry) != ("alt" in entry):
        item.refuse("a picture and alt, its description for those who do not see it, go together; write both")
    return item


def own_picture(item: Item, folder: Path, template: Template) -> Picture | None:
    """The picture of a slide of one's own.  Raises UserError where there is none that can be shown."""
    name = item.entry.get("picture")
    if name is None:
        return None
    file = folder / name
    if file.suffix.lower() != ".png":
        item.refuse(f"the picture {name} must be a PNG file, which every target can show; save it as one")
    if not file.is_file():
        item.refuse(f"there is no picture {name}; it is looked for beside the deck file")
    try:
        data = read_within(str(file), LARGEST)
    except UserError as error:
        item.refuse(error)
    if wrong := trouble(data, ".png"):
        item.refuse(f"the picture {name} {wrong}")
    wide, high = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    room = (min(_PICTURE_ROOM[0], template.width), _PICTURE_ROOM[1] - 1.4 * len(item.entry.get("text", ())))
    scale = min(room[0] / wide, max(room[1], 4.0) / high)
    plain = re.sub(r"[^A-Za-z0-9_-]", "-", file.stem) or "picture"
    return Picture(plain, item.entry["alt"], "", b"", data, wide * scale, high * scale)
