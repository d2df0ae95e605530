"""Pages that were printed before, from the very same sources, so that to look at one again proves nothing again.

A page is kept once it has been proved and read back.  It counts for the very options, and as long as no file of derive, of its
theorems or of Python has changed.  Only theorems of the catalogue have one: what a program of the user's does is known when it
has run.  Whoever can write into the store can write a page, so one from there is said to be such, and none goes into
a file with ``-o``.  The ledger and the list of the catalogue, when every theorem in it has its tick, are kept in the same way: both say
that they rest on what was checked earlier.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from derive.board.sources import SOURCES
from derive.store import believed, digest_of, digest_of_folder, digest_of_sources, forget_digests, user_store

SAID = "this page was proved and read back earlier, from these very sources; --fresh does it again"


class Page:
    """A page that is asked for, by the name of its theorem (or ``list``, or ``ledger``) and the options.  Make it before the theorem is loaded: what changes on the
    disk after that is not what is proved here."""

    def __init__(self, name: str, asked: Sequence[object]) -> None:
        self._entry = f"page {name} {asked!r}"
        self._key = self._digest() if believed() and name.isidentifier() else ""

    def kept(self) -> str | None:
        """The page as it was printed when the same was asked."""
        found = user_store().get(self._entry, self._key) if self._key else None
        return found if isinstance(found, str) else None

    def keep(self, text: str) -> None:
        """Keep the page, which has just been proved and read back."""
        forget_digests()
        if self._key and self._digest() == self._key:
            user_store().keep({self._entry: (self._key, text)})

    def _digest(self) -> str:
        proofs = digest_of_folder(import_module("derive.proofs").__path__[0])
        return digest_of(f"{digest_of_sources(*SOURCES, 'derive.cli')} {proofs} {self._entry}".encode())
