"""Provenance: what a deck says of where it comes from, and how a reader finds out whether it is still so.

Every target stores for each theorem one line of text, ``stamp_text``, and for each line that it shows a digest of what
it wrote there, ``line_digest``.  ``derive check FILE`` makes the deck again from its stamps and compares.
"""

from __future__ import annotations

import hashlib
import re

from derive.errors import UserError
from derive.slides.deck.deck import DETAILS, Stamp
from derive.slides.deck.template import LEGIBLE, USUAL, WIDTHS

_FIELDS = ("name", "version", "digest", "notation", "detail", "first", "last", "aspect", "replayed")
_LATER = {
    "smallest": str(USUAL),
    "expand": "",
    "join": "",
    "reverse": "False",
    "colour": "none",
    "without": "",
}  # what older versions did not say, and how it was then


def stamp_text(stamp: Stamp) -> str:
    """The stamp as one line of plain text: key=value, blanks and signs in values percent-encoded."""
    from urllib.parse import quote

    fields = (f for f in (*_FIELDS, *_LATER) if f != "without" or stamp.without)
    return "derive " + " ".join(f"{f}={quote(str(getattr(stamp, f)), safe=':./-_')}" for f in fields)


def read_stamp(text: str) -> Stamp:
    """The stamp that ``stamp_text`` wrote.  Raises UserError when it is not one."""
    from urllib.parse import unquote

    fields = dict(re.findall(r"(\w+)=(\S*)", text))
    fields = _LATER | fields
    if not text.startswith("derive ") or set(fields) != {*_FIELDS, *_LATER}:
        raise UserError(f"{text[:80]!r} is not a stamp of derive's")
    values = {k: unquote(v) for k, v in fields.items()}
    counts = all(re.fullmatch("[0-9]{1,6}", values[f]) for f in ("first", "last", "smallest"))
    if (
        not counts
        or values["detail"] not in DETAILS
        or values["aspect"] not in WIDTHS
        or values["reverse"] not in ("True", "False")
    ):
        raise UserError(f"{text[:80]!r} is not a stamp of derive's")
    return Stamp(
        values["name"], values["version"], values["digest"], values["notation"], values["detail"],
        int(values["first"]), int(values["last"]), values["aspect"], values["replayed"],
        min(USUAL, max(LEGIBLE, int(values["smallest"]))), values["expand"], values["join"], values["reverse"] == "True", values["colour"],
        values["without"],
    )  # fmt: skip


def is_stamped(data: bytes) -> bool:
    """Whether a file of text has a stamp."""
    return re.search(rb"name=\S+ version=\S+ digest=[0-9a-f]+ notation=", data) is not None


def line_digest(shown: str) -> str:
    """Eight hexadecimal digits for what a target shows on one line; blanks do not count."""
    return hashlib.sha256("".join(shown.split()).encode()).hexdigest()[:8]


def unsized(latex: str) -> str:
    """A formula without how large its indices are drawn, which is nothing that it says."""
    return re.sub(r"\\scriptstyle\b ?", "", re.sub(r"\{\\scriptstyle (\w)\}", r"\1", latex))


def provenance(stamp: Stamp) -> str:
    """What stands small at the foot of a slide."""
    replayed = f" · replayed by Rocq {stamp.replayed}" if stamp.replayed else ""
    return f"{stamp.name} · derive {stamp.version} · {stamp.digest}{replayed}"
