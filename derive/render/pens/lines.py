"""Breaking long lines: a printer marks where a drawn line may be broken, ``broken`` uses the marks it needs."""

from __future__ import annotations

import re
from collections.abc import Callable

_BREAK = 0xE200  # a private character; the next ones are marks inside one, two, ... brackets
_DEPTHS = 4
_MARKS = re.compile(f"[{chr(_BREAK)}-{chr(_BREAK + _DEPTHS)}]")


def break_mark(depth: int) -> str:
    """The mark of a place to break a line inside ``depth`` brackets."""
    return chr(_BREAK + min(depth, _DEPTHS))


def broken(drawn: str, room: int, length: Callable[[str], float]) -> list[str]:
    """A drawn line cut at its outermost marks so that each part fits in ``room``, as far as that is possible."""
    parts = [drawn]
    for depth in range(-1, _DEPTHS + 1):
        cuts = re.split(f"[{chr(_BREAK)}-{chr(_BREAK + depth)}]", drawn) if depth >= 0 else [drawn]
        parts = []
        for cut in cuts:
            if parts and length(parts[-1] + cut) <= room:
                parts[-1] += cut
            else:
                parts.append(cut)
        if all(length(p) <= room for p in parts):
            break
    return [_MARKS.sub("", p).strip() for p in parts]
