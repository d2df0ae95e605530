"""What was found when theorems were checked, kept in the user's store, so that it need not be found again.

A result counts only for the very statement, and for the very sources that were checked: derive's own (``SOURCES``), the file of
the theorem, and the files that it imports, and those that they import, with the versions of Python and of what is installed
beside an installed package that they import.  What a file reads in other ways, at run time, is seen only where it changes the
statement.  Whoever can write into the store can write a result: what is printed then says that it is from an earlier run, and
no proof, certificate or test rests on it.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, NamedTuple

from derive.board.declaring import declares
from derive.board.entries import PROOFS, FalseClaim, TheoremEntry
from derive.board.sources import SOURCES
from derive.record.fingerprint import Fingerprints
from derive.store import Store, digest_of, digest_of_sources, user_store

State = Literal["proved", "wrong", "changed", "unknown"]
_SLACK = 50_000_000  # nanoseconds by which a file system's clock may lag


class Known(NamedTuple):
    """What is known of a theorem or a false claim.  ``changed``: it was checked, but it or what it rests on is another now.  A false
    claim that was refuted is ``proved`` to be false."""

    state: State
    axioms: tuple[str, ...] = ()  # on which a proved theorem rests
    lines: int = 0
    steps: int = 0  # primitive ones, lemmas included
    warnings: tuple[str, ...] = ()
    read_back: bool = False  # whether its page was


class Results:
    """Make it before the theorems are loaded: what changes on the disk after that is not what is checked here."""

    def __init__(self, store: Store | None = None) -> None:
        self.store = user_store() if store is None else store
        self._began = time.time_ns() - _SLACK
        self._keys: dict[str, str] = {}
        self._imports: dict[str, tuple[str, ...]] = {}
        self._last: dict[str, tuple[str, Any] | None] = {}
        self._refuted: dict[str, dict[str, Any]] = {}  # counterexamples of the claims of a file, by its entry's name
        self._new: set[str] = set()
        self._fingerprints = Fingerprints()

    def of(self, entry: TheoremEntry | FalseClaim) -> Known:
        """What was found when this theorem or claim was checked last."""
        if entry.file not in self._last:
            self._last[entry.file] = self.store.last(_name(entry.file))
        key, results = self._last[entry.file] or ("", {})
        found: Any = results.get(entry.name) if isinstance(results, dict) else None
        known = _known(found)
        if known is None:
            return Known("unknown")
        if key != self.key(entry.file) or found["statement"] != self._statement(entry):
            return Known("changed")
        return known

    def keep(self, found: Mapping[TheoremEntry | FalseClaim, Known]) -> None:
        """Keep what was found of theorems and claims that have just been checked, here or in a fork of this process."""
        files: dict[str, dict[str, Any]] = {}
        for entry, known in found.items():
            data = {"proved": known.state == "proved", **known._asdict(), "statement": self._statement(entry)}
            del data["state"]
            files.setdefault(entry.file, {})[entry.name] = data
        new = {}
        for file, results in files.items():
            key = self.key(file)
            if key:
                last = self.store.get(_name(file), key)
                before = last if isinstance(last, dict) else {}
                if before | results != last:
                    new[_name(file)] = key, before | results
        # without a key: whatever they depended on, they are evaluated anew
        new |= {name: ("", self._refuted[name]) for name in self._new}
        self.store.keep(new)

    def said(self, file: str) -> dict[str, Any]:
        """What was kept, by the names of its theorems, of what is said of them for the very sources that there are now."""
        key = self.key(file)
        kept = self.store.get(_said(file), key) if key else None
        return kept if isinstance(kept, dict) else {}

    def keep_said(self, said: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep what is said of the theorems in each of these files."""
        self.store.keep({_said(f): (key, dict(words)) for f, words in said.items() if (key := self.key(f))})

    def counterexample(self, claim: FalseClaim) -> Any:
        """What was kept of a counterexample, or comes with the catalogue, as data; None where there is none."""
        known = self._of_claims(claim.file)
        if claim.name not in known and claim.module.startswith(f"{PROOFS}."):
            return _of_the_catalogue().get(claim.name)
        return known.get(claim.name)

    def keep_counterexample(self, claim: FalseClaim, data: Any) -> None:
        """Keep it with the next results.  A model that is no data is not kept anew each time."""
        if data != self.counterexample(claim):
            self._of_claims(claim.file)[claim.name] = data
            self._new.add(_refuted(claim.file))

    def _of_claims(self, file: str) -> dict[str, Any]:
        name = _refuted(file)
        if name not in self._refuted:
            last = self.store.last(name)
            self._refuted[name] = dict(last[1]) if last is not None and isinstance(last[1], dict) else {}
        return self._refuted[name]

    def _statement(self, entry: TheoremEntry | FalseClaim) -> str:
        claim = entry.shows if isinstance(entry, TheoremEntry) else entry.claims
        return self._fingerprints.of_statement(entry.given, claim)

    def key(self, file: str) -> str:
        """A digest of all that the results of this file depend on; empty where that cannot be known."""
        if file not in self._keys:
            self._keys[file] = self._digest(file)
        return self._keys[file]

    def _digest(self, file: str) -> str:
        parts = [digest_of_sources(*SOURCES)]
        try:
            for path in files_of(file, self._imports):
                about = os.stat(path)
                if (
                    max(about.st_mtime_ns, about.st_ctime_ns) > self._began
                ):  # an older file may have been put in its place
                    return ""  # it may have been loaded before that
                parts.append(f"{path} {digest_of(Path(path).read_bytes())} {_installed_beside(path)}")
        except OSError:
            return ""
        return digest_of("\n".join(parts).encode())


def established(entry: TheoremEntry, read_back: bool = False) -> Known:
    """What is known of a theorem that has been proved here; ``read_back``: whose page was too."""
    lines = len(entry.derivation.lines)
    return Known("proved", tuple(sorted(entry.axioms)), lines, entry.steps, tuple(entry.warnings), read_back)


def refute(claim: FalseClaim, kept: Any) -> Any:
    """Refute a false claim by the counterexample that was found last time, if it is one, or by a search.  Returns what is to be kept.

    Raises UserError when there is none.
    """
    from derive.falsify.search.kept import as_data

    return kept if claim.is_refuted_by(kept) else as_data(claim.refute())


@cache
def _of_the_catalogue() -> dict[str, Any]:
    """The counterexamples that come with the false claims of the catalogue, so that nobody need look for them again."""
    import json

    try:
        found = json.loads(Path(_proofs(), "counterexamples.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _known(found: Any) -> Known | None:
    """What was kept, if it is of the shape that is kept."""
    try:
        axioms, warnings = found["axioms"], found["warnings"]
        numbers, truths = (found["lines"], found["steps"]), (found["proved"], found["read_back"])
        words = [*axioms, *warnings, found["statement"]]
    except (TypeError, KeyError):
        return None
    right = type(axioms) is list and type(warnings) is list and all(type(w) is str for w in words)
    if not (right and all(type(n) is int for n in numbers) and all(type(t) is bool for t in truths)):
        return None
    return Known("proved" if truths[0] else "wrong", tuple(axioms), *numbers, tuple(warnings), truths[1])


def _name(file: str) -> str:
    return f"checked {os.path.realpath(file)}"


def _said(file: str) -> str:
    return f"said {os.path.realpath(file)}"


def _refuted(file: str) -> str:
    return f"refuted {os.path.realpath(file)}"


_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]*(\([^)]*\)|[^\n#;]+)|import[ \t]+([^\n#;]+))", re.MULTILINE
)
_NAME = re.compile(r"\w[\w.]*")
_PYTHON = os.path.dirname(os.path.realpath(os.__file__)) + os.sep
_INSTALLED = {"site-packages", "dist-packages"}


def files_of(file: str, imports: dict[str, tuple[str, ...]] | None = None) -> list[str]:
    """A file of theorems, the files that it imports, and those that they import, in alphabetic order.  ``imports``: what each file that
    was looked at for another one imports, since the proofs of a subject import the same ones.

    Python's own files are left out, derive's too unless they hold theorems, and what an installed package that holds no theorems
    imports in its turn.  Raises OSError when a file cannot be read.
    """
    own = os.path.dirname(os.path.realpath(sys.modules["derive"].__file__ or "")) + os.sep
    proofs = _proofs() + os.sep
    imports = {} if imports is None else imports
    seen: set[str] = set()
    waiting = [os.path.realpath(file)]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        installed = not _INSTALLED.isdisjoint(path.split(os.sep))
        catalogued = path.startswith(proofs)
        if not catalogued and (path.startswith(own) or (path.startswith(_PYTHON) and not installed)):
            continue
        seen.add(path)
        if catalogued or not installed or declares(Path(path)):
            if path not in imports:
                imports[path] = tuple(os.path.realpath(p) for p in dict.fromkeys(_imported(path)))
            waiting.extend(imports[path])
    return sorted(seen)


def _installed_beside(path: str) -> str:
    """The names and versions of what is installed where this file is; nothing where it is no file of an installed package."""
    places = path.split(os.sep)
    last = max((i for i, name in enumerate(places) if name in _INSTALLED), default=0)
    return _versions(os.sep.join(places[: last + 1])) if last else ""


@cache
def _versions(folder: str) -> str:
    return " ".join(sorted(n for n in os.listdir(folder) if n.endswith(".dist-info")))


def _proofs() -> str:
    """The folder of derive's own theorems."""
    return os.path.realpath(import_module(PROOFS).__path__[0])


def _imported(path: str) -> Iterator[str]:
    """The files of what a file imports, at its top or inside its functions, whether that has been loaded here or not."""
    folder = os.path.dirname(path)
    yield from _beside(folder, "__init__")
    for dots, origin, names, modules in _IMPORT.findall(Path(path).read_text("utf-8", errors="replace")):
        found = (
            [origin, *(f"{origin}.{n}".strip(".") for n in _NAME.findall(names))] if names else _NAME.findall(modules)
        )
        base = folder
        for _ in dots[1:]:
            base = os.path.dirname(base)
        for name in dict.fromkeys(found):
            yield from _beside(base, name)
            if name and not dots:
                yield from _of_module(name)


def _of_module(name: str) -> Iterator[str]:
    """The file of a module by its name, and those of the packages that it is in.  None of them is run for that."""
    if f"{name}.".startswith(f"{PROOFS}."):
        places, rest = [_proofs()], name.split(".")[2:]
    else:
        top, *rest = name.split(".")
        try:
            spec = find_spec(top)
        except (ImportError, ValueError):
            spec = None
        if spec is None:
            return
        if spec.origin is not None and spec.origin.endswith(".py"):
            yield spec.origin
        places = list(spec.submodule_search_locations or ())
    for place in places:
        yield from _beside(place, "__init__")
        for depth in range(1, len(rest) + 1):
            yield from _beside(place, ".".join(rest[:depth]))


def _beside(folder: str, module: str) -> Iterator[str]:
    place = os.path.join(folder, *module.split("."))
    yield from (f for f in (f"{place}.py", os.path.join(place, "__init__.py")) if os.path.isfile(f))
