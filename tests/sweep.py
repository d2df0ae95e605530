"""How much of a sweep is tested, in one place for all tests: the environment variable DERIVE_SWEEP.

A sweep tries something on many things: every line of every proof, every formula in every notation.  Where all of it takes
long, a test asks ``sample`` which of them to try:

Where something is tried in several ways, ``dealt`` gives each way its share, so that everything is tried in one of them.

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

from hypothesis import HealthCheck, settings

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


def dealt(items: Iterable[Item], way: object, ways: Iterable[object]) -> list[Item]:
    """Those of the items that are tried in one of several ways, such as a notation: they are dealt out like cards, so that each
    is tried in one way, and with other seeds in others; all of them where everything is asked for.

    Raises ValueError where the way is none of those.
    """
    items, ways, drawn = list(items), list(ways), _drawn()
    first = (ways.index(way) + int(drawn[1] or 0 if drawn else 0)) % len(ways)
    return items if WHOLE else items[first :: len(ways)]


def at_most(most: int) -> int:
    """How many of something are tried, where the test chooses by itself: ``most``, or all."""
    setting, drawn = os.environ.get("DERIVE_SWEEP", ""), _drawn()
    if setting not in ("", "all") and drawn is None:
        raise ValueError(f"DERIVE_SWEEP is {setting!r}; it may be ci, ci:SEED with a number, or all, or be unset")
    return sys.maxsize if setting == "all" else most


def examples(most: int, *suppressed: HealthCheck) -> settings:
    """How a property test draws so many examples; fewer by as much as the profile, of which 100 are usual, wants fewer."""
    usual = settings.default
    assert usual is not None
    return settings(
        max_examples=max(1, most * usual.max_examples // 100),
        suppress_health_check=[*usual.suppress_health_check, *suppressed],
    )


def _drawn() -> re.Match[str] | None:
    """The setting for a sample that is drawn by a seed."""
    return re.fullmatch(r"ci(?::(\d+))?", os.environ.get("DERIVE_SWEEP", ""))
