"""Results that are kept between commands, so that what was established is not established again.

An entry has a name, a key and a value that JSON can write.  The key is a digest of all that the result depends on; an entry
with another key does not count.  Entries are data: a file that is damaged, cut short, too large or no plain file is as if it
were not there, and nothing in one is ever run.  The digest in a file is against damage, not against malice: whoever can write
the folder can write an entry.  So a store may spare work and say what was seen before; it may not prove anything.

A result that cannot be kept is none the worse: no method here raises because of the folder.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from time import time_ns
from typing import Any

from derive.errors import UserError
from derive.files import write_whole

MOST_BYTES = 1_000_000  # of one entry
MOST_ENTRIES = 2_000  # in the user's folder; beyond that the oldest go
_HOME = os.path.dirname(os.path.abspath(__file__))
_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")


class Store:
    """The entries in a folder, at most ``most`` of them.  Without a folder nothing is kept."""

    def __init__(self, folder: Path | None, most: int | None = None) -> None:
        self.folder, self.most = folder, most

    def get(self, name: str, key: str) -> Any:
        """The value that was kept under this name and this key, or None."""
        found = self.last(name)
        return found[1] if found is not None and found[0] == key else None

    def last(self, name: str) -> tuple[str, Any] | None:
        """The key and the value that were kept last under this name, whether they still count or not."""
        import json

        if self.folder is None:
            return None
        try:
            whole = json.loads(_read(self._file(name)))
            entry = whole["entry"]
            key, value = entry["key"], entry["found"]
            return (key, value) if whole["sha256"] == digest_of(_written(entry)) else None
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None

    def keep(self, entries: Mapping[str, tuple[str, Any]]) -> None:
        """Keep values, each under its name and with its key; what the name had before is gone.  Each file appears whole."""
        import json

        if self.folder is None or not entries:
            return
        texts = {}
        for name, (key, found) in entries.items():
            entry = {"key": key, "found": found}
            data = json.dumps({"entry": entry, "sha256": digest_of(_written(entry))}, indent=1).encode()
            file = self._file(name)
            if len(data) <= MOST_BYTES and (file.is_file() or not os.path.lexists(file)):
                texts[file] = data
        with suppress(OSError, UserError):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(texts)
            self._forget_the_oldest()

    def _file(self, name: str) -> Path:
        assert self.folder is not None
        plain = len(name) <= 200 and _SIGNS.issuperset(name) and name[:1] not in ("", ".")
        return self.folder / f"{name if plain else digest_of(name.encode())}.json"

    def _forget_the_oldest(self) -> None:
        if self.folder is None or self.most is None:
            return
        files = [f for f in os.scandir(self.folder) if f.name.endswith(".json")]
        if len(files) > self.most:
            aged = sorted(files, key=lambda f: f.stat(follow_symlinks=False).st_mtime_ns)
            for f in aged[: len(files) - self.most * 3 // 4]:  # some room, so that not every result sorts the folder
                with suppress(FileNotFoundError):
                    os.unlink(f.path)


def _read(path: Path) -> bytes:
    """A plain file of a size that an entry may have; a pipe would never end."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags), "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode) or about.st_size > MOST_BYTES:
            raise ValueError(path)
        return file.read(MOST_BYTES)


@cache
def user_store() -> Store:
    """The store of the person who runs derive: in ``$XDG_CACHE_HOME/derive``, or where the system keeps such things."""
    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        base = os.environ.get(variable, "")
        if os.path.isabs(base):
            return Store(Path(base) / "derive", MOST_ENTRIES)
    home = os.path.expanduser("~")
    if not os.path.isabs(home) or not os.path.isdir(home):
        return Store(None)
    return Store(Path(home) / ".cache" / "derive", MOST_ENTRIES)


def believed() -> bool:
    """Whether a command may tell what was established earlier in the place of establishing it: not in continuous integration,
    nor under pytest, which are there to try it anew."""
    return not (os.environ.get("CI") or os.environ.get("PYTEST_CURRENT_TEST"))


def _written(entry: object) -> bytes:
    import json

    return json.dumps(entry, sort_keys=True).encode()


def digest_of(data: bytes) -> str:
    return sha256(data).hexdigest()


def digest_of_file(path: Path) -> str:
    """Of what is in the file; empty when it cannot be read."""
    try:
        return digest_of(path.read_bytes())
    except OSError:
        return ""


@cache
def digest_of_sources(*rooms: str) -> str:
    """Of the files of these rooms of derive, whatever their kind (``derive.kernel``, ``derive.errors``), and of the version of
    Python."""
    import sys

    out = sha256(sys.version.encode())
    for room in rooms:
        _add(out, os.path.join(_HOME, *room.split(".")[1:]), _HOME)
    return out.hexdigest()


@cache
def digest_of_folder(folder: str) -> str:
    """Of all files in a folder and below."""
    out = sha256()
    _add(out, folder, folder)
    return out.hexdigest()


def forget_digests() -> None:
    """What is asked for next is looked at on the disk again; a file that has not changed since it was read is not read again."""
    digest_of_sources.cache_clear()
    digest_of_folder.cache_clear()


_READ: dict[str, tuple[tuple[int, ...], bytes]] = {}
"""What the system said of a file when it was read, and the digest of what was in it."""
_RECENT = 2_000_000_000  # nanoseconds; the clock of a file system may be as coarse as that


def _add(out: Any, room: str, root: str) -> None:
    for path in _sources(room):
        out.update(path[len(root) :].encode() + _content(path))


def _content(path: str) -> bytes:
    """The digest of a file.  One that changed just before it was read may change once more and look the same, so it does not count as read."""
    about = _about(os.stat(path))
    known = _READ.get(path)
    if known is not None and known[0] == about:
        return known[1]
    start = time_ns()
    with open(path, "rb") as file:
        about, found = _about(os.fstat(file.fileno())), sha256(file.read()).digest()
    if max(about[-2:]) < start - _RECENT:
        _READ[path] = about, found
    return found


def _about(file: os.stat_result) -> tuple[int, ...]:
    return file.st_dev, file.st_ino, file.st_size, file.st_mtime_ns, file.st_ctime_ns


def _sources(room: str) -> Iterator[str]:
    """The files of a room, in an order that is always the same."""
    if os.path.isfile(f"{room}.py"):
        yield f"{room}.py"
    for folder, inner, names in os.walk(room):
        inner[:] = sorted(set(inner) - {"__pycache__"})
        yield from (os.path.join(folder, n) for n in sorted(names))
