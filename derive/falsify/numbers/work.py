"""Work: what a search has done, counted.  Budgets are counts and not seconds, so that a search finds the same on every
machine, whatever else runs there.

One unit is about a microsecond of a desktop computer: a value looked up, a term of a product of exact numbers.  What is
cached costs the same whether it was in the cache or not, so that a search does not depend on those before it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar

Fn = TypeVar("Fn", bound=Callable[..., Any])


class Counter(threading.local):
    """What this thread has done since it began."""

    spent: int = 0


WORK = Counter()


class OutOfWork(Exception):  # noqa: N818
    """The budget of a search is used up."""


def cached(maxsize: int) -> Callable[[Fn], Fn]:
    """``lru_cache`` for a function whose work is counted: one unit a call."""

    def wrap(fn: Fn) -> Fn:
        inner = lru_cache(maxsize)(fn)

        @wraps(fn)
        def call(*args: Any) -> Any:
            WORK.spent = after = WORK.spent + 1
            try:
                return inner(*args)
            finally:
                WORK.spent = after

        return call  # type: ignore[return-value]

    return wrap
