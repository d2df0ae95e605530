"""What Rocq has said before, kept beside the certificates in the folder ``.cache``.

An entry counts only as long as everything on which it depends is the same: the theorem and its recorded proof, the
certificate in the folder, the rule library, the sources that write, read and judge certificates, and the version of
Rocq.  All that is in the key of the entry.  A file that is damaged, or cut short, does not count.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, fields, replace
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from derive.certify.compiler import Rocq
from derive.certify.fingerprint import Fingerprints
from derive.certify.library import FILES
from derive.certify.result import Result
from derive.errors import UserError
from derive.files import write_whole

FOLDER = ".cache"
SOURCES = ("derive.certify", "derive.kernel", "derive.operators")  # on which a verdict depends
_LIBRARY = "library"  # no certificate has a name with two dots, so this entry has a place of its own


class Cache:
    """The entries of a folder of certificates, for one version of Rocq."""

    def __init__(self, folder: Path, rocq: Rocq) -> None:
        self.root, self.folder = folder, folder / FOLDER
        self.setting = f"{sources_digest()} {rocq.build}"
        self._fingerprints = Fingerprints()

    # --- certificates ------------------------------------------------------------------------------------------------

    def results(self, entries: Iterable[Any]) -> dict[str, Result]:
        """The results of the theorems whose certificates were accepted before and have not changed since."""
        out = {}
        for entry in entries:
            digest = digest_of_file(self.root / f"{entry.name}.v")
            found = self._read(entry.name, self._key(entry, digest))
            result = None if found is None else _result(found)
            if result is not None and result.name == entry.name and result.ok:
                out[entry.name] = replace(result, cached=True)
        return out

    def keep(self, entries: Iterable[Any], results: Iterable[Result]) -> None:
        """Keep what was accepted."""
        by_name = {e.name: e for e in entries}
        accepted = [r for r in results if r.ok]
        self._write({r.name: (self._key(by_name[r.name], r.digest), asdict(r)) for r in accepted})

    def _key(self, entry: Any, certificate: str) -> str:
        claim = self._fingerprints.of_claim(entry.name, entry.given, entry.shows, entry.theorem)
        return digest_of(f"{self.setting} {claim} {certificate}".encode())

    # --- the compiled rule library -----------------------------------------------------------------------------------

    def library_is_compiled(self) -> bool:
        now = self._compiled()
        return all(now.values()) and self._read(f"{_LIBRARY}.{_LIBRARY}", self.setting) == now

    def keep_library(self) -> None:
        self._write({f"{_LIBRARY}.{_LIBRARY}": (self.setting, self._compiled())})

    def _compiled(self) -> dict[str, Any]:
        names = [f"{name}{end}" for name in FILES for end in (".v", ".vo")]
        return {name: digest_of_file(self.root / "Derive" / name) for name in names}

    # --- files -------------------------------------------------------------------------------------------------------

    def _read(self, name: str, key: str) -> dict[str, Any] | None:
        try:
            whole = json.loads((self.folder / f"{name}.json").read_text("utf-8"))
            entry, digest = whole["entry"], whole["sha256"]
            valid = digest == digest_of(_written(entry)) and entry["key"] == key
            found = entry["found"] if valid else None
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    def _write(self, entries: Mapping[str, tuple[str, dict[str, Any]]]) -> None:
        if not entries:
            return
        texts = {}
        for name, (key, found) in entries.items():
            entry = {"key": key, "found": found}
            whole = {"entry": entry, "sha256": digest_of(_written(entry))}
            texts[self.folder / f"{name}.json"] = json.dumps(whole, indent=1).encode()
        with suppress(OSError, UserError):  # what cannot be kept is replayed the next time
            self.folder.mkdir(exist_ok=True)
            write_whole(texts)


def _result(found: Mapping[str, Any]) -> Result | None:
    if set(found) != {f.name for f in fields(Result)}:
        return None
    return Result(**{**found, "assumptions": tuple(found["assumptions"])})


def _written(entry: object) -> bytes:
    return json.dumps(entry, sort_keys=True).encode()


def digest_of(data: bytes) -> str:
    return sha256(data).hexdigest()


def digest_of_file(path: Path) -> str:
    try:
        return digest_of(path.read_bytes())
    except OSError:
        return ""


@cache
def sources_digest() -> str:
    """Of the files that write, read and judge certificates."""
    out = sha256()
    for package in SOURCES:
        for path, data in _files(files(package), package):
            out.update(f"{path} {len(data)} ".encode() + data)
    return out.hexdigest()


def _files(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for item in sorted(folder.iterdir(), key=lambda i: i.name):
        if item.is_dir() and item.name != "__pycache__":
            yield from _files(item, f"{path}/{item.name}")
        elif item.is_file():
            yield f"{path}/{item.name}", item.read_bytes()
