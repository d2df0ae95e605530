"""What Rocq has said before, kept beside the certificates in the folder ``.cache``.

An entry counts only as long as everything on which it depends is the same: the theorem and its recorded proof (of a theorem of
the catalogue: all sources that its proof is made from, so that it need not be proved to know that), the certificate in the
folder, the rule library, the sources that write, read and judge certificates, and the version of Rocq.  All that is in the key of
the entry (``derive.store``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from derive.certify.compiler import Rocq
from derive.certify.library import FILES
from derive.certify.result import Result
from derive.record.fingerprint import Fingerprints
from derive.store import Store, digest_of, digest_of_file, digest_of_sources

FOLDER = ".cache"
SOURCES = ("derive.certify", "derive.kernel", "derive.operators", "derive.record", "derive.values")
"""On which a verdict depends."""
_LIBRARY = "library"  # no certificate has a name with two dots, so this entry has a place of its own


class Cache:
    """The entries of a folder of certificates, for one version of Rocq."""

    def __init__(self, folder: Path, rocq: Rocq, sources: Callable[[Any], str] = lambda entry: "") -> None:
        """``sources`` gives a digest of all that the proof of a theorem is made from, empty where that is not known."""
        self.root, self._store = folder, Store(folder / FOLDER)
        self.setting = f"{sources_digest()} {rocq.build}"
        self._fingerprints = Fingerprints()
        self._sources = sources

    # --- certificates ------------------------------------------------------------------------------------------------

    def results(self, entries: Iterable[Any]) -> dict[str, Result]:
        """The results of the theorems whose certificates were accepted before and have not changed since."""
        out = {}
        for entry in entries:
            digest = digest_of_file(self.root / f"{entry.name}.v")
            result = _result(self._store.get(entry.name, self._key(entry, digest)))
            if result is not None and result.name == entry.name and result.ok:
                out[entry.name] = replace(result, cached=True)
        return out

    def keep(self, entries: Iterable[Any], results: Iterable[Result]) -> None:
        """Keep what was accepted."""
        by_name = {e.name: e for e in entries}
        accepted = [r for r in results if r.ok]
        self._store.keep({r.name: (self._key(by_name[r.name], r.digest), asdict(r)) for r in accepted})

    def _key(self, entry: Any, certificate: str) -> str:
        return digest_of(f"{self.setting} {self._proof(entry)} {certificate}".encode())

    def _proof(self, entry: Any) -> str:
        """A digest of what the theorem says and of its proof."""
        sources = self._sources(entry)
        if sources:
            return f"{entry.name} {self._fingerprints.of_statement(entry.given, entry.shows)} {sources}"
        return self._fingerprints.of_claim(entry.name, entry.given, entry.shows, entry.theorem)

    # --- the compiled rule library -----------------------------------------------------------------------------------

    def library_is_compiled(self) -> bool:
        now = self._compiled()
        return all(now.values()) and self._store.get(f"{_LIBRARY}.{_LIBRARY}", self.setting) == now

    def keep_library(self) -> None:
        self._store.keep({f"{_LIBRARY}.{_LIBRARY}": (self.setting, self._compiled())})

    def _compiled(self) -> dict[str, Any]:
        names = [f"{name}{end}" for name in FILES for end in (".v", ".vo")]
        return {name: digest_of_file(self.root / "Derive" / name) for name in names}


def _result(found: Any) -> Result | None:
    if not isinstance(found, dict) or set(found) != {f.name for f in fields(Result)}:
        return None
    return Result(**{**found, "assumptions": tuple(found["assumptions"])})


def sources_digest() -> str:
    """Of the files that write, read and judge certificates."""
    return digest_of_sources(*SOURCES)
