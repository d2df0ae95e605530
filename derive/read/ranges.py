"""What a statement holds for: the words and ranges behind it, or after ∀."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from derive.kernel.sorts import INT, REAL, Sort
from derive.read.names import is_index, names_of
from derive.read.page import Brackets, Item, Items, Sign, UnreadableError, number, split

KINDS: dict[str, Sort] = {"integer": INT, "real": REAL}
WHERE = "where"  # what else must hold of the letters
SCOPES = {"for": None, "for all": None, "for all integers": INT, "for all real": REAL, WHERE: None}


SIZE = Sign("size")  # of a set, where the page says that something is in it

Sets = Callable[[Items], Items | None]
"""What stands for the size of a set, where the items are ∈ and a set over which an index can run."""


class Range(NamedTuple):
    """What a statement holds for: a letter, its bounds, and its kind where the page says it."""

    letter: Item
    low: Items | None = None
    high: Items | None = None
    kind: Sort | None = None


def scope_words(behind: Items) -> Iterator[tuple[str, Items]]:
    """What stands behind a statement, cut at its words: "for", and what it is that holds for."""
    word, piece = "", list[Item]()
    for item in behind:
        if item == Sign(",", "text"):
            piece.append(Sign(","))
        elif isinstance(item, Sign) and item.style == "text" and item.text not in KINDS:
            if piece:
                yield word, tuple(piece)
            word = word if item.text == "and" and word else item.text
            piece = []
            if word not in SCOPES:
                raise UnreadableError(word)
        else:
            piece.append(item)
    if piece:
        yield word, tuple(piece)


def halves(items: Items) -> list[Items]:
    """The statements that make a condition in a line of text: one, or two for a chain 1 <= y <= V, or for y in a set; p > 0 is
    0 < p."""
    cut = words_at(items)
    said, behind = items[:cut], items[cut:]
    size = size_of(said[said.index(Sign("∈")) :]) if Sign("∈") in said else None
    if size is not None:
        letter = said[: said.index(Sign("∈"))]
        return [(number("1"), Sign("≤"), *letter, *behind), (*letter, Sign("≤"), *size, *behind)]
    order = [k for k, item in enumerate(said) if item in (Sign("<"), Sign("≤"))]
    parts = [said] if len(order) != 2 else [said[: order[1]], said[order[0] + 1 :]]
    return [(*_turned(part), *behind) for part in parts]


def words_at(items: Items) -> int:
    """Where the words behind a statement begin."""
    words = (
        i for i, item in enumerate(items) if isinstance(item, Sign) and item.style == "text" and item.text in SCOPES
    )
    return next(words, len(items))


def _turned(items: Items) -> Items:
    """p > 0 as 0 < p."""
    for sign, turned in ((Sign(">"), Sign("<")), (Sign("≥"), Sign("≤"))):
        if sign in items:
            k = items.index(sign)
            return (*items[k + 1 :], turned, *items[:k])
    return items


def size_of(items: Items) -> Items | None:
    """The size of the set with a name that stands behind ∈."""
    named = len(items) == 2 and items[0] == Sign("∈") and any(not is_index(name) for name in names_of(items[1]))
    return (SIZE, Brackets("(", items[1:], ")")) if named else None


def is_element(clause: Items) -> bool:
    """Whether a condition says that a letter is an element of a set with a name."""
    return size_of(clause[1:]) is not None


def ranges(items: Items, sets: Sets, word: str = "") -> list[Range]:
    """The ranges that stand after ∀, or behind ``word`` after a statement: ``0 ≤ x ≤ 1, x real`` is one."""
    parts = split(items, Sign(","))
    if word and any(part[1:2] == (Sign("="),) for part in parts):  # t = 1, ..., T has commas of its own
        return [_listed(parts)]
    out: list[Range] = []
    for part in parts:
        kind = KINDS.get(part[-1].text) if part and isinstance(part[-1], Sign) and part[-1].style == "text" else None
        if kind is not None and len(part) == 2 and out and out[-1].letter == part[0]:
            out[-1] = out[-1]._replace(kind=kind)
        else:
            found = _range(part if kind is None else part[:-1], sets)
            out.append(found._replace(kind=kind or SCOPES.get(word) or found.kind))
    return out


def _listed(parts: Sequence[Items]) -> Range:
    """t = 1, ..., T; t = 1, 2 and t = 1: integers."""
    letter, low = parts[0][0], parts[0][2:]
    if len(parts) == 1 or (len(parts) == 2 and all(len(p) == 1 for p in (low, parts[1]))):
        return Range(letter, low, parts[-1] if len(parts) == 2 else low, INT)
    if len(parts) != 3 or parts[1] != (Sign("…"),):
        raise UnreadableError("a range that is no list from a number to a number")
    return Range(letter, low, parts[2], INT)


def _range(items: Items, sets: Sets) -> Range:
    """The letter of a range and its bounds: 1 ≤ k ≤ V, k ≥ 1, k ≤ V, k."""
    size = sets(items[1:])
    if size is not None:
        return Range(items[0], (number("1"),), size, INT)
    parts = split(items, Sign("≤"))
    if len(parts) == 3 and len(parts[1]) == 1:
        return Range(parts[1][0], parts[0], parts[2])
    if len(parts) == 2 and len(parts[0]) == 1:
        return Range(parts[0][0], None, parts[1])
    if len(items) > 2 and items[1] == Sign("≥"):
        return Range(items[0], items[2:], None)
    if len(items) != 1:
        raise UnreadableError("a range without a letter")
    return Range(items[0])
