"""The contents of a deck on slides of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derive.render.formula.nodes import Prose


def contents_pages(contents: Sequence[Prose], high: Callable[[Prose], float], room: float) -> list[list[Prose]]:
    """The contents on as few pages as there can be, filled alike; ``high`` is each, and ``room`` what a page has for them."""
    fewest = len(_pages(contents, high, room))
    while len(tighter := _pages(contents, high, 0.95 * room)) == fewest and fewest > 1:
        room *= 0.95
        if max(map(len, tighter)) == 1:
            break
    return _pages(contents, high, room)


def _pages(contents: Sequence[Prose], high: Callable[[Prose], float], room: float) -> list[list[Prose]]:
    pages: list[list[Prose]] = [[]]
    used = 0.0
    for c in contents:
        if pages[-1] and used + high(c) > room:
            pages.append([])
            used = 0.0
        pages[-1].append(c)
        used += high(c)
    return pages
