"""What a statement holds for: the words and ranges behind it, or after ∀."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from derive.kernel.sorts import INT, REAL, Sort
from derive.read.page import Item, Items, Sign, UnreadableError, number, split

KINDS: dict[str, Sort] = {"integer": INT, "real": REAL}
SCOPES = {"for": None, "for all": None, "for all integers": INT, "for all real": REAL}


class Vocabulary(NamedTuple):
    """How a notation writes that an index is any token, and up to which size that is."""

    written: Items  # ∈ and the set
    size: Items


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
    """The statements that make a condition in a line of text: one, or two for a chain 1 <= y <= V; p > 0 is 0 < p."""
    cut = words_at(items)
    said, behind = items[:cut], items[cut:]
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


def ranges(items: Items, vocabulary: Vocabulary | None, word: str = "") -> list[Range]:
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
            out.append(_range(part if kind is None else part[:-1], vocabulary)._replace(kind=kind or SCOPES.get(word)))
    return out


def _listed(parts: Sequence[Items]) -> Range:
    """t = 1, ..., T; t = 1, 2 and t = 1: integers."""
    letter, low = parts[0][0], parts[0][2:]
    if len(parts) == 1 or (len(parts) == 2 and all(len(p) == 1 for p in (low, parts[1]))):
        return Range(letter, low, parts[-1] if len(parts) == 2 else low, INT)
    if len(parts) != 3 or parts[1] != (Sign("…"),):
        raise UnreadableError("a range that is no list from a number to a number")
    return Range(letter, low, parts[2], INT)


def _range(items: Items, vocabulary: Vocabulary | None) -> Range:
    """The letter of a range and its bounds: 1 ≤ k ≤ V, k ≥ 1, k ≤ V, k."""
    if vocabulary is not None and items[1:] == vocabulary.written:
        return Range(items[0], (number("1"),), vocabulary.size, INT)
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
