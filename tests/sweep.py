"""How much of a sweep is tested, in one place for all tests: the environment variable DERIVE_SWEEP.

A sweep tries something on many things: every line of every proof, every formula in every notation.  Where all of it takes
long, a test asks ``sample`` which of them to try:

* unset: a few, the same every time, for a quick answer while one works;
* ``ci``: as many, drawn at random by a seed, 0 or the one in ``ci:SEED``, so that runs with other seeds see others in
  the end;
* ``all``: everything.
"""

from __future__ import annotations

import os
import random
import re
import sys
from collections.abc import Iterable
from typing import TypeVar

Item = TypeVar("Item")

WHOLE = os.environ.get("DERIVE_SWEEP") == "all"
"""Whether everything is asked for."""


def sample(items: Iterable[Item], most: int) -> list[Item]:
    """Which of the items to try, in their order: at most ``most``, or all.

    The quick sample is spread evenly from the first to the last.  The same items and the same setting give the same
    sample in every process, so that tests can be parametrised by it.  Raises ValueError where DERIVE_SWEEP is none of the
    three.
    """
    items, most, drawn = list(items), at_most(most), _drawn()
    if len(items) <= most:
        return items
    if drawn:
        chosen = sorted(random.Random(int(drawn[1] or 0)).sample(range(len(items)), most))
    else:
        chosen = [round(i * (len(items) - 1) / max(1, most - 1)) for i in range(most)]
    return [items[i] for i in chosen]


def at_most(most: int) -> int:
    """How many of something are tried, where the test chooses by itself: ``most``, or all."""
    setting, drawn = os.environ.get("DERIVE_SWEEP", ""), _drawn()
    if setting not in ("", "all") and drawn is None:
        raise ValueError(f"DERIVE_SWEEP is {setting!r}; it may be ci, ci:SEED with a number, or all, or be unset")
    return sys.maxsize if setting == "all" else most


def _drawn() -> re.Match[str] | None:
    """The setting for a sample that is drawn by a seed."""
    return re.fullmatch(r"ci(?::(\d+))?", os.environ.get("DERIVE_SWEEP", ""))
