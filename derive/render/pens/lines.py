"""Breaking long lines that are drawn already: a pen marks where, ``broken`` uses the marks it needs.

Text and LaTeX are broken by what was drawn, not on the layout: a column of a terminal is a character of the line, and the
brackets of a group that is broken keep the sizes that they have together.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import chain
from operator import add

from derive.render.formula.breaking import fitted

_BREAK = 0xE200  # a private character; the next ones are marks inside one, two, ... brackets
_DEPTHS = 4
_MARKS = re.compile(f"[{chr(_BREAK)}-{chr(_BREAK + _DEPTHS)}]")


def break_mark(depth: int) -> str:
    """The mark of a place to break a line inside ``depth`` brackets."""
    return chr(_BREAK + min(depth, _DEPTHS))


def broken(drawn: str, room: int, length: Callable[[str], float]) -> list[str]:
    """A drawn line cut at its outermost marks so that each part fits in ``room``, as far as that is possible."""
    cuts = (re.split(f"[{chr(_BREAK)}-{chr(_BREAK + depth)}]", drawn) for depth in range(_DEPTHS + 1))
    parts = fitted(chain([[drawn]], cuts), add, lambda part: length(part) <= room)
    return [_MARKS.sub("", p).strip() for p in parts]
