"""Pages that were printed before, from the very same sources, so that to look at one again proves nothing again.

A page is kept once it has been proved and read back.  It counts for the very options, and as long as no file of derive, of its
theorems or of Python has changed.  Only theorems of the catalogue have one: what a program of the user's does is known when it
has run.  Whoever can write into the store can write a page, so one from there is said to be such, and none goes into
a file with ``-o``.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from derive.board.sources import SOURCES
from derive.store import believed, digest_of, digest_of_folder, digest_of_sources, user_store

SAID = "this page was proved and read back earlier, from these very sources; --fresh does it again"


def kept_page(name: str, asked: Sequence[object]) -> str | None:
    """The page as it was printed when the same was asked."""
    found = user_store().get(_entry(name), _key(asked)) if believed() and name.isidentifier() else None
    return found if isinstance(found, str) else None


def keep_page(name: str, asked: Sequence[object], page: str) -> None:
    """Keep a page that has just been proved and read back."""
    if not (believed() and name.isidentifier()):
        return
    before = _key(asked)
    for digest in (digest_of_sources, digest_of_folder):
        digest.cache_clear()
    if _key(asked) == before:  # no file has changed since it was loaded
        user_store().keep({_entry(name): (before, page)})


def _entry(name: str) -> str:
    return f"page {name}"


def _key(asked: Sequence[object]) -> str:
    proofs = digest_of_folder(import_module("derive.proofs").__path__[0])
    return digest_of(f"{digest_of_sources(*SOURCES, 'derive.cli')} {proofs} {asked!r}".encode())
