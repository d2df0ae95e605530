"""PDFs of pieces of a deck as one, still accessible: with the tree of what is what (PDF/UA) and the bookmarks of all.

Typst keeps all that it has laid out until it is done, one and a half megabytes a page.  So a long deck is set in pieces, by a
process for each, which gives its memory back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any


def joined(pieces: Sequence[bytes]) -> bytes:
    """The pages of all pieces, in order, as one file with the title and the keywords of the first.

    The pieces are Typst's: the parts of each hang under one document, its parent tree has an entry for each page, and its
    bookmarks are on one level.
    """
    from pypdf import PdfReader, PdfWriter

    whole = PdfWriter(clone_from=BytesIO(pieces[0]))
    root = whole.root_object
    for piece in map(BytesIO, pieces[1:]):
        reader = PdfReader(piece)
        _add(whole, root, reader)
        reader.resolved_objects.clear()  # what it has read once; the copies keep the reader itself
    _count_pages(root["/Metadata"], len(whole.pages))
    out = BytesIO()
    whole.write(out)
    return out.getvalue()


def _add(whole: Any, root: Any, piece: Any) -> None:
    from pypdf.generic import NameObject, NumberObject

    tree = root["/StructTreeRoot"]
    before = int(tree["/ParentTreeNextKey"])
    for page in piece.pages:
        added = whole.add_page(page)
        added[NameObject("/StructParents")] = NumberObject(before + int(page["/StructParents"]))
    # The pages have their copies, so what is copied from here on speaks of these.
    more = piece.trailer["/Root"]["/StructTreeRoot"].clone(whole)
    document, other = (t["/K"][0] for t in (tree, more))
    for part in other["/K"]:
        part.get_object()[NameObject("/P")] = document.indirect_reference
    document["/K"].extend(other["/K"])
    numbers = more["/ParentTree"]["/Nums"]
    for key, parts in zip(numbers[::2], numbers[1::2], strict=True):
        tree["/ParentTree"]["/Nums"].extend((NumberObject(before + int(key)), parts))
    tree[NameObject("/ParentTreeNextKey")] = NumberObject(before + int(more["/ParentTreeNextKey"]))
    _add_bookmarks(whole, root, piece.trailer["/Root"])


def _add_bookmarks(whole: Any, root: Any, other: Any) -> None:
    from pypdf.generic import NameObject, NumberObject

    if "/First" not in other.get("/Outlines", {}):
        return
    if "/First" not in root.get("/Outlines", {}):
        root[NameObject("/Outlines")] = other["/Outlines"].clone(whole).indirect_reference
        return
    marks = root["/Outlines"]
    for mark in _marks(other["/Outlines"].clone(whole)):
        last = marks["/Last"]
        last[NameObject("/Next")] = mark.indirect_reference
        mark[NameObject("/Prev")] = last.indirect_reference
        mark[NameObject("/Parent")] = marks.indirect_reference
        marks[NameObject("/Last")] = mark.indirect_reference
        marks[NameObject("/Count")] = NumberObject(int(marks["/Count"]) + 1)


def _marks(outlines: Any) -> Iterator[Any]:
    mark = outlines.get("/First")
    while mark is not None:
        mark = mark.get_object()
        following = mark.get("/Next")
        yield mark
        mark = following


def _count_pages(metadata: Any, pages: int) -> None:
    """The number of pages where Typst has written that of the first piece."""
    data = metadata.get_data()
    metadata.set_data(re.sub(rb"(<xmpTPg:NPages>)\d+(</xmpTPg:NPages>)", rb"\g<1>%d\g<2>" % pages, data))
