"""Which derive this is: its version and its files, so that no two that differ work on one thing."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path

from derive.version import __version__

_READ = frozenset((".py", ".toml", ".v"))


@cache
def stamp() -> str:
    """The version, and the beginning of a digest of all that derive's own folders hold.  The theorems are among it."""
    digest = sha256()
    for root in (Path(__file__).resolve().parents[1], *map(Path, import_module("derive.proofs").__path__)):
        for path in sorted(p for p in root.rglob("*") if p.suffix in _READ):
            data = path.read_bytes()
            digest.update(f"{path.relative_to(root).as_posix()} {len(data)} ".encode() + data)
    return f"{__version__} ({digest.hexdigest()[:12]})"
