"""The file: where the new slides stand in it, what it says of itself, and that it is the same each time."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from derive.render.words.prose import clean
from derive.slides.deck import Deck
from derive.slides.pptx.text import plain, spans

_CREATED = "2000-01-01T00:00:00Z"  # a deck does not change with the day it was made on


def moved(presentation: Any, there: int, after: int) -> None:
    """The slides added at the end go behind slide ``after``, and into its section where the deck has sections."""
    ids = presentation.slides._sldIdLst
    added = list(ids)[there:]
    section_of = {e.get("id"): e for e in presentation.part._element.iter("{*}sldId") if e.getparent() is not ids}
    neighbour = section_of.get(ids[after - 1].get("id")) if after else next(iter(section_of.values()), None)
    for i, entry in enumerate(added):
        ids.remove(entry)
        ids.insert(after + i, entry)
    if neighbour is None:
        return
    listed = neighbour.getparent()
    at = list(listed).index(neighbour) + (1 if after else 0)
    for i, entry in enumerate(added):
        copy = neighbour.makeelement(neighbour.tag)
        copy.set("id", entry.get("id"))
        listed.insert(at + i, copy)


def describe(deck: Deck, presentation: Any) -> None:
    properties = presentation.core_properties
    first = plain(spans(deck.slides[0].heading)) if deck.slides else ""
    when = _created()
    properties.title = clean(deck.title or first)[:255]
    properties.author = properties.last_modified_by = "derive"
    properties.keywords = ", ".join(s.name for s in deck.stamps)[:255]
    properties.created = properties.modified = when
    properties.revision = 1
    properties.language = "en-US"
    for unused in ("category", "comments", "content_status", "identifier", "subject", "version"):
        setattr(properties, unused, "")


def sign(presentation: Any) -> None:
    """A presentation of somebody else's says who was the last to save it, and nothing else is changed."""
    from pptx.opc.constants import RELATIONSHIP_TYPE

    try:
        presentation.part.package.part_related_by(RELATIONSHIP_TYPE.CORE_PROPERTIES)
    except KeyError:  # it says nothing of itself, and gets a page that would have the time of today
        presentation.core_properties.modified = _created()
    presentation.core_properties.last_modified_by = "derive"


def _created() -> Any:
    from datetime import datetime

    return datetime.fromisoformat(_CREATED.removesuffix("Z"))


def settled(data: bytes) -> bytes:
    """The same file with one date on everything in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in made.namelist():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            new.writestr(info, made.read(name))
    return out.getvalue()
