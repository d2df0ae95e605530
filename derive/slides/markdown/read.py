"""What a Markdown deck shows, and the record of it that is kept in a comment on each slide.

The record names the lines in order, each with the digest of what was written.  A reader of the file is not disturbed by
marks on every line, and still each edit is found: what stands there now is set against the record line by line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

from derive.errors import UserError
from derive.slides.deck import Slide, Stamp
from derive.slides.deck.stamps import line_digest, read_stamp, stamp_text
from derive.slides.shown import Shown, is_unseen

CLAIM, GIVEN, ASSUME, NOTE = "**Claim**", "*Given*", "*Assume*", "*Note*"
_RECORD = re.compile(r"^[ \t]*derive: (?P<stamp>name=.*)\n(?:lines: (?P<lines>.*)\n)?", re.MULTILINE)
_SLIDE = re.compile(r"^(?:## |---$)", re.MULTILINE)
_END = re.compile(r"-->\n\s*(?:## .*)?")  # of the comment, with the heading of this slide
_MOST = 300  # lines on a slide; they are compared in a time that grows with the square of their number


def record(sheet: Sequence[Slide], body: str) -> str:
    """The lines of the record of slides on one page whose Markdown is ``body``; empty for a slide of no theorem."""
    if sheet[0].stamp is None:
        return ""
    places = (place for slide in sheet for place in slide.places)
    lines = " ".join(f"{p}={line_digest(text)}" for p, text in zip(places, found(body), strict=True))
    stamp = stamp_text(sheet[0].stamp).removeprefix("derive ").replace("--", "%2D%2D")  # two dashes may end a comment
    return f"derive: {stamp}\n" + (f"lines: {lines}\n" if lines else "")


def found(body: str) -> list[str]:
    """The conditions, the claim and the lines that a slide shows, in order: each with its reason, as it would read in any
    flavour."""
    out: list[str] = []
    plain = re.sub(r"^(?::::.*|</?(?:div|v-clicks)\b.*>)$", "", seen(body), flags=re.MULTILINE)  # what lists stand in
    for block in re.split(r"\n\s*\n", plain.strip()):
        if block.startswith((CLAIM, GIVEN, ASSUME, "$")):
            out.append(common(block))
        elif re.match(r"[*-] ", block):
            out += [common(item) for item in re.split(r"^[*-] ", block, flags=re.MULTILINE)[1:]]
    return out


def common(markdown: str) -> str:
    """A line without what depends on the flavour and the template."""
    out = re.sub(r"\\displaystyle\b|\\(?:text)?color\{#\w{6}\}|\\,", "", markdown.replace("$$", "$"))
    out = re.sub(r"\\mathopen\{\\Big(\\?.)\}", r"\\Bigl\1", out)
    return re.sub(r"</?span[^<>]*>|\\underline\b", lambda m: "" if not _hides(m[0]) else m[0], out)


def seen(markdown: str) -> str:
    """Markdown without comments and blocks of code, in which no formula is set."""
    out = re.sub(r"<!--.*?(?:-->|\Z)", "", markdown, flags=re.DOTALL)
    return re.sub(r"^(```|~~~).*?(?:^\1[^\n]*$|\Z)", "", out, flags=re.DOTALL | re.MULTILINE)


def _hides(span: str) -> bool:
    style = re.search(r"""style\s*=\s*(["'])(.*?)\1""", span)
    return " hidden" in span or (style is not None and is_unseen(style[2]))


def read_back(data: bytes) -> tuple[list[Stamp], list[Shown]]:
    """The stamps in a Markdown deck, and what it shows now of the lines that were written with them."""
    text = re.sub(r"\r\n?", "\n", data.decode("utf-8", errors="replace"))
    stamps: list[Stamp] = []
    shown: list[Shown] = []
    records = list(_RECORD.finditer(text))
    for m, after in zip_longest(records, records[1:]):
        stamp = read_stamp(f"derive {m['stamp']}")
        stamps.append(stamp)
        last = after.start() if after else len(text)
        comment = _END.search(text, m.end(), last)
        start = comment.end() if comment else last
        end = _SLIDE.search(text, start, last)
        body = text[start : end.start() if end else last]
        kept = [entry.partition("=")[::2] for entry in (m["lines"] or "").split()]
        now = found(body)
        if max(len(kept), len(now)) > _MOST:
            raise UserError(
                f"a slide of {stamp.name} has {max(len(kept), len(now))} lines, and derive writes at most {_MOST}"
            )
        shown += _compared(stamp.name, [(place, digest) for place, digest in kept], now)
        shown += noted(stamp.name, body)
    return list(dict.fromkeys(stamps)), shown


def noted(theorem: str, body: str) -> list[Shown]:
    """The notes to a theorem, which have no digest of their own."""
    notes = [common(block) for block in re.split(r"\n\s*\n", seen(body).strip()) if block.startswith(NOTE)]
    return [Shown(theorem, "note", note, line_digest(note)) for note in notes]


def _compared(theorem: str, kept: list[tuple[str, str]], now: list[str]) -> list[Shown]:
    """Each line of the record with what stands there now, and lines that somebody wrote between them."""
    digests = [line_digest(text) for text in now]
    out: list[Shown] = []
    place = "start"
    matcher = SequenceMatcher(None, [d for _, d in kept], digests, autojunk=False)
    for _, low, high, first, last in matcher.get_opcodes():
        for i in range(max(high - low, last - first)):
            text = now[first + i] if first + i < last else ""
            if low + i < high:
                place, digest = kept[low + i]
                out.append(Shown(theorem, place, text, digest))
            else:
                out.append(Shown(theorem, f"after{place}", text, ""))
    return out
