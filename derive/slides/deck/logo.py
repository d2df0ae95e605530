"""Whether a picture is one that every target can show: looked at once, before any of them is asked to.

A program that draws a damaged picture, or one of absurd size, says so in its own way, or breaks down, or takes all the memory
there is; and a browser or LaTeX says nothing until the lecture.
"""

from __future__ import annotations

import math
import re
import struct
import zlib
from collections.abc import Iterator

from derive.files import SETTINGS

LARGEST = 10 * SETTINGS  # bytes of the file
_PIXELS = 40_000_000
_ACROSS = 100_000.0  # the width and the height of an SVG, in its own units
_ELEMENTS, _DEEP = 100_000, 100
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type: grey, RGB, palette, grey and RGB with transparency
_LENGTH = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?)\s*(?:px|pt|pc|cm|mm|in|em|ex|q|%)?\s*", re.I)


def trouble(data: bytes, ending: str) -> str:
    """What is wrong with a picture whose file has this ending, .png or .svg; empty when nothing is."""
    if len(data) > LARGEST:
        return f"is larger than {LARGEST // 10**6} MB"
    try:
        (_png if ending == ".png" else _svg)(data)
    except _UnsoundError as error:
        return str(error)
    return ""


class _UnsoundError(Exception):
    """What is wrong, to be read after the name of the file."""


# --- PNG ---------------------------------------------------------------------------------------------------------------


def _png(data: bytes) -> None:
    """The parts that there must be, whole and in order; and that the points unpack to as many bytes as there are to be."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        raise _UnsoundError("is not what its ending says: it does not begin like a PNG file")
    chunks = _chunks(data)
    kind, header = next(chunks, (b"", b""))
    if kind != b"IHDR" or len(header) != 13:
        raise _UnsoundError("is damaged: its size is not where it should be")
    width, height, depth, color, packing, filtering, interlaced = struct.unpack(">IIBBBBB", header)
    if not 0 < width * height <= _PIXELS:
        raise _UnsoundError(f"is {width} by {height} points; at most {_PIXELS // 10**6} million are taken")
    if color not in _CHANNELS or depth not in (1, 2, 4, 8, 16) or packing or filtering or interlaced > 1:
        raise _UnsoundError("is damaged: no PNG file has such points")
    bits = depth * _CHANNELS[color]
    passes = _PASSES if interlaced else ((0, 0, 1, 1),)
    sizes = [(-(-(width - x) // dx), -(-(height - y) // dy)) for x, y, dx, dy in passes]
    wanted = sum(down * (1 + -(-across * bits // 8)) for across, down in sizes if across > 0 and down > 0)
    unpacking = zlib.decompressobj()
    kinds = set[bytes]()
    for kind, content in chunks:
        kinds.add(kind)
        if kind == b"IEND":
            break
        if kind == b"IDAT" and wanted > 0:
            try:
                while content and wanted > 0:
                    wanted -= len(unpacking.decompress(content, 1 << 18))
                    content = unpacking.unconsumed_tail
            except zlib.error:
                raise _UnsoundError("is damaged: its points cannot be unpacked") from None
    if wanted > 0 or b"IEND" not in kinds or (color == 3 and b"PLTE" not in kinds):
        raise _UnsoundError("is damaged: it stops before it is complete")


_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The parts with their kinds; each has a checksum."""
    at = 8
    while at + 12 <= len(data):
        size = int.from_bytes(data[at : at + 4])
        kind, content, end = data[at + 4 : at + 8], data[at + 8 : at + 8 + size], at + 12 + size
        if end > len(data):
            return
        if zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end]):
            raise _UnsoundError("is damaged: the checksum of a part of it is wrong")
        yield kind, content
        at = end


# --- SVG ---------------------------------------------------------------------------------------------------------------


def _svg(data: bytes) -> None:
    """XML with <svg> outside, of a size that can be drawn; no entities of its own, which may stand for more than there is."""
    from xml.parsers.expat import ExpatError, ParserCreate

    depth = count = 0

    def starts(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if count == 1:
            if name.rpartition(":")[2] != "svg":
                raise _UnsoundError(f"is not what its ending says: the XML in it begins with <{name[:40]}>")
            _size(attributes)
        if depth > _DEEP or count > _ELEMENTS:
            raise _UnsoundError(
                f"has more than {_ELEMENTS} elements, or {_DEEP} inside one another; simplify the drawing"
            )

    def ends(name: str) -> None:
        nonlocal depth
        depth -= 1

    def declares(*_: object) -> None:
        raise _UnsoundError("declares entities of its own; save it as plain SVG")

    parser = ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.EntityDeclHandler = starts, ends, declares
    try:
        parser.Parse(data, True)
    except (ExpatError, LookupError, ValueError) as error:  # those of an encoding that is unknown
        raise _UnsoundError(f"is not what its ending says: it is no XML ({error})") from None


def _size(attributes: dict[str, str]) -> None:
    """Raises _UnsoundError when the width, the height or the part that is shown is none that can be drawn."""
    numbers: dict[str, list[str]] = {k: [attributes[k]] for k in ("width", "height") if k in attributes}
    if "viewBox" in attributes:
        numbers["viewBox"] = attributes["viewBox"].replace(",", " ").split()
    for name, parts in numbers.items():
        for i, part in enumerate(parts):
            found = _LENGTH.fullmatch(part) if len(part) <= 100 else None
            value = float(found[1]) if found else math.nan
            is_size = name != "viewBox" or i >= 2
            if part.strip() != "auto" and not (abs(value) <= _ACROSS and (value >= 0.001 or not is_size)):
                raise _UnsoundError(
                    f"cannot be drawn: its {name} is {' '.join(parts)[:60]}, and sizes from 0.001 to {_ACROSS:g} can be"
                )
