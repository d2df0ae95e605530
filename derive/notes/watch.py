"""Files that are checked again when they are saved."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

State = tuple[int, int] | None
LOOKS = 0.1
"""Seconds between two looks at files that are watched."""


def changed(paths: Sequence[str], wait: Callable[[], None]) -> Iterator[str]:
    """The files, and then each of them whenever it has changed.  ``wait`` is called between two looks; what it raises ends it.

    A file that is gone has not changed: editors write a new one and then put it in the old one's place.  One that changes
    from look to look is still being written, and is left until it rests.
    The list may grow meanwhile; what joins it has not changed by that.
    """
    seen = {path: state(path) for path in paths}
    before = dict(seen)
    yield from tuple(paths)
    while True:
        wait()
        for path in paths:
            now = state(path)
            rests = now == before.get(path, now)
            before[path] = now
            if rests and now is not None and now != seen.setdefault(path, now):
                seen[path] = now
                yield path


def state(path: str) -> State:
    """What tells whether a file was saved: when, and how large it is."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
