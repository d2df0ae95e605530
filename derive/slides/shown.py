"""What a deck file shows, read back from it: one record for each line."""

from __future__ import annotations

import re
from typing import NamedTuple


class Shown(NamedTuple):
    """A line that was found in a deck.  ``digest`` was stored when it was written; ``text`` is what stands there now,
    in the target's own form, to be compared with ``line_digest``."""

    theorem: str  # its name as in the stamp
    place: str  # that of the step, or "claim"
    text: str
    digest: str

    @property
    def beside(self) -> bool:
        """Whether it stands beside the lines of the derivation, and was written without a digest: the word Claim, a note, what is said."""
        return self.place == "note" or self.place.startswith(("word", "says"))


_UNSEEN = re.compile(
    r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|(?:opacity|font-size):0(?:\.0*)?(?:[a-z%]+)?(?:$|;|!))"
)


def is_unseen(style: str) -> bool:
    """Whether nothing can be seen of an element of HTML with this style."""
    return _UNSEEN.search("".join(style.lower().split())) is not None
