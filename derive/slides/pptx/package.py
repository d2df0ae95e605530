"""A PowerPoint file as a package of parts: whether it can be read at all, and what its ending says that it is."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from derive.errors import UserError

_OPEN = "application/vnd.openxmlformats-officedocument.presentationml.{}.main+xml"
_MACROS = "application/vnd.ms-powerpoint.{}.macroEnabled.main+xml"
KINDS = {
    ".pptx": _OPEN.format("presentation"),
    ".pptm": _MACROS.format("presentation"),
    ".potx": _OPEN.format("template"),
    ".potm": _MACROS.format("template"),
    ".ppsx": _OPEN.format("slideshow"),
    ".ppsm": _MACROS.format("slideshow"),
}
"""The endings of PowerPoint's files, and the content type of the main part by which PowerPoint knows each."""

_PACKED = (
    100_000_000  # bytes, unpacked, that any file may have; a larger one has at most three times what it has packed
)
_MARKUP = 4_000_000  # signs "<" and "=" in the XML of a file, each of which takes some 60 bytes when it is read
_PIECE = 1 << 18


@contextmanager
def reading() -> Iterator[None]:
    """What goes wrong while somebody's file is read is an error of that file.

    There are many ways to be no presentation, or a damaged one: no zip file, a part missing, a relation to nothing, no XML, a
    number that is none, a Word document; and python-pptx checks few of them itself.
    """
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        found = " ".join(f"{type(error).__name__}: {error}".split())[:120]
        raise UserError(
            f"this presentation is damaged, or it is none ({found}); open it in PowerPoint or LibreOffice and save it again"
        ) from None


def opened(data: bytes) -> Any:
    """A presentation, template or show from its bytes.  Raises UserError when it is none, or a slide of it is missing."""
    try:
        from pptx.package import Package
        from pptx.parts.presentation import PresentationPart
    except ImportError:
        raise UserError(
            "PowerPoint files are read with python-pptx, which is not installed: pip install '.[slides]' in derive's folder"
        ) from None
    from pptx.opc.package import PartFactory

    for kind in KINDS.values():
        PartFactory.part_type_for.setdefault(kind, PresentationPart)
    _refuse_bombs(data)
    try:
        part = Package.open(io.BytesIO(data)).main_document_part
        presentation = part.presentation if isinstance(part, PresentationPart) else None
    except Exception:  # see ``reading``
        presentation = None
    if presentation is None:
        raise UserError(f"this is not a PowerPoint presentation ({', '.join(KINDS)}) that can be read")
    with reading():
        _refuse_missing(presentation)
    return presentation


def _refuse_bombs(data: bytes) -> None:
    """Raises UserError when what is packed here is much larger than the file, or would be when it is read.

    Each part is unpacked once, a piece at a time: what a file says of its sizes need not be true.
    """
    left, most = max(_PACKED, 3 * len(data)), _MARKUP
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            for item in file.infolist():
                with file.open(item) as part:
                    while piece := part.read(_PIECE):
                        left -= len(piece)
                        if item.filename.endswith((".xml", ".rels")):
                            most -= piece.count(b"<") + piece.count(b"=")
                        if left < 0 or most < 0:
                            raise UserError(
                                f"this presentation is {len(data) // 1000} kB and takes more than is read of one when it is "
                                f"unpacked ({_PACKED // 10**6} MB, or three times its size; {_MARKUP} signs of markup)"
                            )
    except UserError:
        raise
    except Exception:  # not a zip file, damaged, encrypted, packed in a way that Python does not know
        raise UserError(f"this is not a PowerPoint presentation ({', '.join(KINDS)}) that can be read") from None


def _refuse_missing(presentation: Any) -> None:
    """Raises UserError when a slide, or the layout of one, is not in the file."""
    from pptx.parts.slide import SlideLayoutPart, SlidePart

    listed = presentation._element.sldIdLst  # presentation.slides fails where one of them is missing
    for number, entry in enumerate(() if listed is None else listed, 1):
        relation = presentation.part.rels.get(entry.rId)
        slide = None if relation is None or relation.is_external else relation.target_part
        if not isinstance(slide, SlidePart):
            raise UserError(
                f"slide {number} of this presentation is not in the file, though it is listed; open it in PowerPoint, which "
                "mends that, and save it again"
            )
        if not isinstance(slide.slide_layout.part, SlideLayoutPart):
            raise UserError(f"slide {number} of this presentation has no layout; choose one for it in PowerPoint")


def become(presentation: Any, name: str) -> None:
    """The presentation is of the kind that the ending of ``name`` says; macros are kept where that kind has them."""
    kind = KINDS[_ending(name)]
    part = presentation.part
    part._content_type = kind
    if "macroEnabled" not in kind:
        for relation in _macros(presentation):
            part.rels.pop(relation)


def left_out(presentation: Any, name: str) -> str:
    """What of a presentation is lost in a file of that name, in a sentence; empty when nothing is."""
    ending = _ending(name)
    if "macroEnabled" in KINDS[ending] or not _macros(presentation):
        return ""
    return f"its macros are left out, since a {ending} file has none; write a {ending[:-1]}m to keep them"


def _ending(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _macros(presentation: Any) -> list[str]:
    """The relations to Visual Basic projects."""
    return [name for name, r in presentation.part.rels.items() if r.reltype.rpartition("/")[2] == "vbaProject"]
