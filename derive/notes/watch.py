"""Files that are checked again when they are saved."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

State = tuple[int, int] | None


def changed(paths: Sequence[str], wait: Callable[[], None]) -> Iterator[str]:
    """The files, and then each of them whenever it has changed.  ``wait`` is called between two looks; what it raises ends it.

    A file that is gone has not changed: editors write a new one and then put it in the old one's place.
    """
    seen = {path: state(path) for path in paths}
    yield from paths
    while True:
        wait()
        for path in paths:
            now = state(path)
            if now is not None and now != seen[path]:
                seen[path] = now
                yield path


def state(path: str) -> State:
    """What tells whether a file was saved: when, and how large it is."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
