"""What a reader does not see in a picture of a page: its words, for those who listen, and the stamps."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from html import escape

from derive.render.words.prose import clean
from derive.slides.deck import Deck, Slide
from derive.slides.deck.stamps import stamp_text
from derive.slides.speech import above
from derive.slides.typst.source import formula_alt, said, steps_of, title_slides


def described(pages: Sequence[bytes], deck: Deck, overlays: bool) -> list[bytes]:
    """The pages, each with its words and with the stamps of the deck."""
    stamps = clean("; ".join(stamp_text(s) for s in deck.stamps))
    return [_described(page, spoken, stamps) for page, spoken in zip(pages, page_words(deck, overlays), strict=True)]


def _described(page: bytes, words: str, stamps: str) -> bytes:
    if page.startswith(b"<svg "):
        start, end = page.split(b">", 1)
        label = f' role="img" aria-label="{escape(words)}"><metadata>{escape(stamps)}</metadata>'
        return start + label.encode() + end
    texts = b"".join(
        _chunk(b"iTXt", key + bytes(5) + text.encode()) for key, text in ((b"Description", words), (b"Comment", stamps))
    )
    header = 8 + 12 + 13  # the signature and the first chunk
    return page[:header] + texts + page[header:]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def page_words(deck: Deck, overlays: bool) -> Iterator[str]:
    """What each page says, in order."""
    from derive.render.pens.speech import prose_speech

    for i in range(len(title_slides(deck))):
        yield clean(deck.title if i == 0 else "Contents")
    for sheet in deck.sheets:
        shown: list[tuple[int, str]] = []  # each with the click at which it appears
        for s in sheet:
            opens = shown[-1][0] + 1 if shown else 0
            lead, steps = steps_of(s)
            shown += [(opens, words) for words in _matter(s)]
            shown += [(opens, formula_alt(lead.parts))] if lead is not None else []
            shown += [(opens + click, said(step)) for click, step in steps]
            last = shown[-1][0]
            shown += [(last + i, prose_speech(b.words)) for i, b in enumerate(s.later, 1)]
        clicks = shown[-1][0]
        for at in range(clicks + 1) if overlays else (clicks,):
            yield clean(". ".join(words for click, words in shown if click <= at))


def _matter(s: Slide) -> list[str]:
    out = [words for place, words in above(s) if place != "heading" or not s.under]
    if s.picture is not None:
        out.append(s.picture.alt)
    return out
