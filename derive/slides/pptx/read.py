"""What a PowerPoint file shows now, with what was stored in it when it was written.

Every equation has in its name which line it is, and a digest of what stood there: names outlast editing and saving.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote
from xml.etree.ElementTree import fromstring

from derive.render.formula.nodes import Node
from derive.render.pens.omml import node_omml, omml_text
from derive.render.words.prose import clean
from derive.slides.deck import Stamp
from derive.slides.deck.stamps import line_digest, read_stamp
from derive.slides.pptx.moving import SAME
from derive.slides.pptx.package import opened, reading
from derive.slides.shown import Shown

_LINE = re.compile(r"derive (\S+) (?:line (\S+)|(claim)) ([0-9a-f]{8})(?: part \d+ of \d+)?")
_TEXT = re.compile(r"derive (\S+) text (\S+) ([0-9a-f]{8})")


def line_name(theorem: str, place: str, formula: tuple[Node, ...], part: int) -> str:
    """The name for the shape of a line, or of a part of one."""
    text = " ".join(omml_text(fromstring(node_omml(n))) for n in formula)
    line = place if place == "claim" else f"line {place}"
    of = f" part {part + 1} of {len(formula)}" if len(formula) > 1 else ""
    return f"derive {quote(theorem, safe=':./-_')} {line} {line_digest(text)}{of}"


def text_name(theorem: str, place: str, words: str) -> str:
    """The name for the shape of words that belong to the theorem: its conditions, a reason."""
    return f"derive {quote(theorem, safe=':./-_')} text {place} {line_digest(clean(words))}"


def read_back(data: bytes) -> tuple[list[Stamp], list[Shown]]:
    """What the file shows now.  Raises UserError when it is no PowerPoint file."""
    presentation = opened(data)
    with reading():
        return _read(presentation)


def _read(presentation: Any) -> tuple[list[Stamp], list[Shown]]:
    stamps: list[Stamp] = []
    shown: list[Shown] = []
    before: list[Shown] = []
    for slide in presentation.slides:
        if slide._element.get("show") == "0":  # hidden: nobody sees its lines
            continue
        own, there = _slide(slide._element)
        stamps += own
        shown += _since(before, there) if next(slide._element.iter("{*}morph"), None) is not None else there
        before = there
    return list(dict.fromkeys(stamps)), shown


def _slide(slide: Any) -> tuple[list[Stamp], list[Shown]]:
    stamps: list[Stamp] = []
    shown: list[Shown] = []
    found: dict[tuple[str, str, str], list[str]] = {}
    for name, shape in _named(slide):
        m = _LINE.fullmatch(name)
        if m is not None:
            key = (unquote(m[1]), m[2] or m[3], m[4])
            found.setdefault(key, []).append(_now(shape))
        elif (text := _TEXT.fullmatch(name)) is not None:
            words = "".join(t.text or "" for t in shape.iter("{*}t"))
            shown.append(Shown(unquote(text[1]), text[2], words, text[3]))
        elif name.startswith("derive name="):
            stamps.append(read_stamp(name))
    shown += [Shown(theorem, place, " ".join(parts), digest) for (theorem, place, digest), parts in found.items()]
    return stamps, shown


def _since(before: list[Shown], there: list[Shown]) -> list[Shown]:
    """What is new on a slide that goes on from the one before, and what is gone from it or stands there otherwise."""
    gone = [s._replace(text="") for s in before if s.place not in {t.place for t in there if t.theorem == s.theorem}]
    return [*gone, *(s for s in there if s not in before)]


def _named(slide: Any) -> Iterator[tuple[str, Any]]:
    """The shapes of a slide with their names; of an equation that which PowerPoint shows, not the picture for others, and none
    that is hidden.  A term that moves has in its title what others have in their names."""
    for about in slide.iter("{*}cNvPr"):
        if not any(up.tag.endswith("}Fallback") or _is_hidden(up) for up in about.iterancestors()):
            shape = about.getparent().getparent()
            title = about.get("title", "")
            yield title if title.startswith("derive ") else about.get("name", "").removeprefix(SAME), shape


def _is_hidden(shape: Any) -> bool:
    """Whether a shape or a group was switched off, as in PowerPoint's list of what is on a slide."""
    own = (about for part in shape if str(part.tag).endswith("Pr") for about in part.iterchildren("{*}cNvPr"))
    return any(about.get("hidden") in ("1", "true") for about in own)


def _now(shape: Any) -> str:
    body = next(shape.iter("{*}txBody"), None)
    return "" if body is None else omml_text(body)
