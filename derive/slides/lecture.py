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
heading = "Two facts"
theorems = ["kl_nonneg", "kl_eq_zero_iff"]  # short ones, on one slide; detail = "claim" for the claims alone

[[slide]]
false_claim = "perplexity_is_sum"

[[slide]]
quiz = "label_smoothing_residual"
line = 4
hide = "reason"                   # or "line"; "wrong": a wrong line to find; "order": the lines to put in order, or those from = 2 to = 5

[[slide]]
symbols = ["cross_entropy_is_nll"] # what the letters and definitions of these theorems are

Each slide may have a heading, which stands in the place of the usual one.  The same as Markdown: ``derive.slides.sources``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from derive.errors import UserError
from derive.files import read_within, shown
from derive.slides.deck import Picture
from derive.slides.deck.logo import LARGEST, trouble
from derive.slides.deck.template import Template
from derive.slides.sources import Entry, read_markdown, read_toml, refuse_unseen

T = TypeVar("T")

_DECK: dict[str, type] = dict.fromkeys(
    ("title", "subtitle", "author", "affiliation", "date", "notation", "template"), str
)
_ANY: dict[str, type] = {"heading": str, "speaker": str, "notation": str}
KINDS: dict[str, dict[str, type]] = {
    "heading": {"text": list, "picture": str, "alt": str},
    "theorem": {
        "theorem": str, "expand": list, "join": list, "reverse": bool, "from": int, "to": int, "detail": str, "given": str,
        "plot": bool, "plots": list, "colour": list,
    },
    "theorems": {"theorems": list, "detail": str, "colour": list},
    "false_claim": {"false_claim": str},
    "quiz": {"quiz": str, "line": int, "hide": str, "from": int, "to": int},
    "symbols": {"symbols": list},
}  # fmt: skip
_OPTION = re.compile(r"--(expand|join|reverse|from|to|detail|given|plot|colour|notation)\b")
HIDDEN = ("line", "reason", "wrong", "order")
_NAMES = {
    str: "text in quotation marks",
    list: "a list of texts, in square brackets",
    int: "a whole number",
    bool: "true or false",
}
_EXAMPLES = {
    "colour": '["log p(y)=blue"]',
    "join": '["1-2"]',
    "plots": '["tree"]',
    "expand": '["cross_entropy_one_hot"]',
    "theorems": '["kl_nonneg", "kl_eq_zero_iff"]',
}
_PICTURE_ROOM = (34.0, 12.0)  # em that a picture may take at 16:9


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a deck file: its kind, what it says, and where it stands."""

    kind: str
    entry: dict[str, Any]
    where: str  # lecture.toml:12

    def refuse(self, why: object) -> NoReturn:
        """What is an option of the command is an entry here."""
        words = _OPTION.sub(r"\1", str(why))
        raise UserError(f"{self.where}: {words}") from None


@dataclass(frozen=True, slots=True)
class Lecture:
    title: str
    subtitle: str
    notation: str
    template: str
    folder: Path
    items: tuple[Item, ...]
    where: Mapping[str, str]  # its title, notation and template stand: lecture.toml:1

    def naming(self, key: str, use: Callable[[str], T]) -> T:
        """What ``use`` makes of its notation or template; what is wrong with it is said with the line that names it."""
        try:
            return use({"notation": self.notation, "template": self.template}[key])
        except UserError as error:
            raise UserError(f"{self.where[key]}: {error}") from None

    @property
    def files(self) -> tuple[str, ...]:
        """The files that it names: design, notations, pictures and numbers."""
        entries = [x.entry for x in self.items]
        named = [str(self.folder / e[key]) for e in entries for key in ("picture", "given") if e.get(key)]
        notations = [self.notation, *(beside(self.folder, e.get("notation", "")) for e in entries)]
        return (*filter(None, [self.template]), *(n for n in notations if n.endswith(".toml")), *named)


def read_lecture(path: str) -> Lecture:
    """The lecture in a deck file.  Raises UserError, with the line, for what it cannot have."""
    try:
        text = read_within(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{path}: this is not UTF-8 text; save it as UTF-8") from None
    refuse_unseen(path, text)
    source = (read_markdown if path.lower().endswith(".md") else read_toml)(path, text)
    data = source.data
    for key, value in data.items():
        where = f"{path}:{source.keys.get(key, 1)}"
        if key not in _DECK:
            raise UserError(f"{where}: a deck has no {_unknown(key, _DECK)}")
        if not isinstance(value, str):
            raise UserError(f"{where}: {key} must be text in quotation marks, not {shown(value)}")
        refuse_unseen(where, value)
    items = tuple(_item(path, entry) for entry in source.entries)
    who = ", ".join(data[key] for key in ("author", "affiliation") if data.get(key))
    subtitle = "\n".join(x for x in (data.get("subtitle", ""), who, data.get("date", "")) if x)
    folder = Path(path).parent
    template = str(folder / data["template"]) if data.get("template") else ""
    notation = beside(folder, data.get("notation", ""))
    named = {key: f"{path}:{source.keys.get(key, 1)}" for key in ("title", "notation", "template")}
    return Lecture(data.get("title", ""), subtitle, notation, template, folder, items, named)


def _unknown(key: str, known: Iterable[str]) -> str:
    """An unknown key, and what is nearest, or all that there are."""
    import difflib

    known = list(known)
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f"{key[:60]}; did you mean {close[0]}?" if close else f"{key[:60]}; it has {', '.join(known)}"


def beside(folder: Path, notation: str) -> str:
    """A notation in a file beside the deck file, or the name of one."""
    return str(folder / notation) if notation.endswith(".toml") else notation


def _item(path: str, entry: Entry) -> Item:
    where, data = f"{path}:{entry.line}", entry.data
    if not isinstance(data, dict):
        raise UserError(f"{where}: a slide is a table; write [[slide]] and its entries under it")
    kinds = [k for k in KINDS if k in data]
    kinds = [k for k in kinds if k != "heading"] or kinds
    if kinds in ([], ["heading"]) and (near := _nearly_a_kind(data)):
        raise UserError(f"{path}:{entry.line_of(near)}: a slide has no {_unknown(near, KINDS)}")
    if len(kinds) != 1:
        what = f"has {' and '.join(kinds)}" if kinds else "says nothing of what stands on it"
        raise UserError(f"{where}: this slide {what}; it has one of {', '.join(KINDS)}")
    known = KINDS[kinds[0]] | _ANY
    for key, value in data.items():
        if key not in known:
            raise UserError(f"{path}:{entry.line_of(key)}: a slide with {kinds[0]} has no {_unknown(key, known)}")
        wanted = known[key]
        right = isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))
        if not right or (wanted is list and not all(isinstance(x, str) for x in value)):
            raise UserError(f"{path}:{entry.line_of(key)}: {key} must be {_wanted(key, wanted)}, not {shown(value)}")
        for words in value if isinstance(value, list) else [value]:
            refuse_unseen(f"{path}:{entry.line_of(key)}", str(words))
    item = Item(kinds[0], data, where)
    if item.kind == "quiz" and ("line" not in data or data.get("hide", "line") not in HIDDEN):
        item.refuse(
            f"a quiz needs line = N, the number of a line, and may have hide = one of {', '.join(HIDDEN)}, without which it is line; "
            "with order all lines of the proof's part with that line are shuffled, or those from = N to = M"
        )
    if item.kind == "theorems" and len(set(data["theorems"])) < max(2, len(data["theorems"])):
        item.refuse(f"theorems names two or more theorems, each once, such as theorems = {_EXAMPLES['theorems']}")
    if item.kind == "theorems" and "heading" not in data:
        item.refuse("a slide with several theorems needs a heading, which all of them stand under; write heading")
    if ("picture" in data) != bool(data.get("alt")):
        item.refuse("a picture and alt, its description for those who do not see it, go together; write both")
    return item


def _wanted(key: str, kind: type) -> str:
    """What kind of value a key has, and one where that is not plain."""
    return _NAMES[kind] + (f", such as {key} = {_EXAMPLES[key]}" if key in _EXAMPLES else "")


def _nearly_a_kind(data: dict[str, Any]) -> str:
    """The key that is a misspelt kind of slide, or ""."""
    import difflib

    known = KINDS["heading"] | _ANY
    return next((k for k in data if k not in known and difflib.get_close_matches(k, KINDS, n=1, cutoff=0.7)), "")


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
