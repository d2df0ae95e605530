"""What stands on a page: letters, words and signs with their scripts, brackets and fractions, the same for all targets.

Spaces mean nothing here, nor do sizes, nor whether a product is written with a space or without a sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class UnreadableError(ValueError):
    """The text is not of the printed fragment."""


class Sign(NamedTuple):
    """A letter, a word or a sign.

    ``style``: up, an upright word; bf, a bold letter; cal, a script letter; num, digits; text, words between formulas;
    "" for letters in italics and for signs.
    """

    text: str
    style: str = ""


class Over(NamedTuple):
    """A fraction with a bar."""

    num: Items
    den: Items


class Hat(NamedTuple):
    """``mark`` is hat, bar or tilde; primes stand behind it."""

    mark: str
    body: Items
    primes: int = 0


class Brackets(NamedTuple):
    open: str
    body: Items
    close: str


class Scripts(NamedTuple):
    base: Item
    sub: Items | None
    sup: Items | None


Item = Sign | Over | Hat | Brackets | Scripts
Items = tuple[Item, ...]

CLOSING = {"(": ")", "[": "]"}
BAR_OPENS, BAR_CLOSES = Sign("|", "open"), Sign("|", "close")  # of an absolute value or a size
_PRIME = Sign("′")


def number(digits: str) -> Sign:
    return Sign(digits, "num")


def scripted(items: Iterable[Item], sub: Items | None, sup: Items | None) -> Items:
    """The items, scripts at the last one.  Primes belong to the letter: z′ with an index, not z to the power ′."""
    items = tuple(items)
    if not items:
        raise UnreadableError("a script without a base")
    *before, base = items
    primes = 0
    while sup and sup[0] == _PRIME:
        sup = sup[1:] or None
        primes += 1
    if isinstance(base, Scripts):
        if (base.sub is None or sub is None) and (base.sup is None or sup is None):
            sub, sup, base = sub or base.sub, sup or base.sup, base.base
        elif primes:
            raise UnreadableError("a prime behind scripts")
    base = primed(base, primes)
    return (*before, base if sub is None and sup is None else Scripts(base, sub, sup))


def primed(base: Item, primes: int) -> Item:
    if not primes:
        return base
    if isinstance(base, Hat):
        return Hat(base.mark, base.body, base.primes + primes)
    if not isinstance(base, Sign):
        raise UnreadableError("a prime behind no letter")
    return Sign(base.text + "'" * primes, base.style)


def paired(items: Iterable[Item]) -> Items:
    """The items with each pair of brackets and what is between them as one."""
    out: list[Item] = []
    opened: list[tuple[str, list[Item]]] = []
    for item in items:
        if isinstance(item, Sign) and (item == BAR_OPENS or (item.style == "" and item.text in CLOSING)):
            opened.append((item.text, out))
            out = []
        elif isinstance(item, Sign) and (item == BAR_CLOSES or (item.style == "" and item.text in CLOSING.values())):
            left, before = opened.pop() if opened else ("", [])
            if {**CLOSING, "|": "|"}.get(left) != item.text:
                raise UnreadableError(f"{item.text} closes nothing")
            out = [*before, Brackets(left, tuple(out), item.text)]
        else:
            out.append(item)
    if opened:
        raise UnreadableError(f"{opened[-1][0]} is not closed")
    return tuple(out)


def split(items: Items, at: Sign) -> list[Items]:
    """What stands between the signs."""
    out: list[list[Item]] = [[]]
    for item in items:
        if item == at:
            out.append([])
        else:
            out[-1].append(item)
    return [tuple(part) for part in out]


def signs(items: Items) -> Iterator[Sign]:
    """All signs, from left to right."""
    for item in items:
        if isinstance(item, Sign):
            yield item
        elif isinstance(item, Over):
            yield from (*signs(item.num), *signs(item.den))
        elif isinstance(item, Scripts):
            yield from (*signs((item.base,)), *signs(item.sub or ()), *signs(item.sup or ()))
        else:
            yield from signs(item.body)
