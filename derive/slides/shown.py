"""What a deck file shows, read back from it: one record for each line."""

from __future__ import annotations

from typing import NamedTuple


class Shown(NamedTuple):
    """A line that was found in a deck.  ``digest`` was stored when it was written; ``text`` is what stands there now,
    in the target's own form, to be compared with ``line_digest``."""

    theorem: str  # name as in the stamp
    kind: str  # of the slide: steps, proof, work; "claim" for the claim, "given" for the conditions
    place: str  # unique within theorem and kind, such as "3" for line 3 and "2/3" for line 3 of block 2
    text: str
    digest: str
