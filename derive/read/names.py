"""The names that a letter or word on the page can be, spelled in one way, and where the names of a page stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from derive.operators.finite_sets import inside, size
from derive.read.page import Brackets, Hat, Item, Items, Over, Scripts, Sign
from derive.render.formula.names import GREEK, INTEGERS, KNOWN, split_name
from derive.render.formula.nodes import Symbol
from derive.render.formula.templates import Marked, Part, Scripted, Seq

_NAMES: dict[str, str] = {}
for _name, _sign in GREEK.items():
    _NAMES.setdefault(_sign, _name)
_FUNCTIONS = frozenset(word.casefold() for word in KNOWN) - {"pr"}  # of which a notation may have letters
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


@cache
def spelled(name: str) -> str:
    """The name in the one spelling that stands for all that look the same: eps for epsilon, x_1 for x1, x' for x_prime."""
    in_set = inside(name)
    if in_set is not None:
        return size(spelled(in_set)).name
    split = split_name(name)
    parts = [*split.marks, *map(_first, split.subscripts)]
    return "_".join([_first(split.head), *parts]) + "'" * split.primes


def spellings(name: str) -> tuple[str, ...]:
    """The name, and others that are written with the same Greek letter."""
    if name not in GREEK:
        return (name,)
    return tuple(n for n, sign in GREEK.items() if sign == GREEK[name])


def _first(word: str) -> str:
    return _NAMES.get(GREEK.get(word, ""), word)


def names_of(item: Item) -> list[str]:
    """The name that a letter or word with its marks and its subscript is, if it is one: θ is theta, x with a hat is x_hat."""
    name = _name_of(item)
    return [] if name is None else [name]


def _name_of(item: Item, below: bool = False) -> str | None:
    if isinstance(item, Sign):
        bare = item.text.rstrip("'")
        known = len(bare) > 1 and bare.casefold() in _FUNCTIONS and not below  # p_max is a letter, max is none
        if item.style in ("", "up") and bare and not known and (bare in _NAMES or set(bare) <= _LATIN):
            return _NAMES.get(bare, bare) + item.text[len(bare) :]
    elif isinstance(item, Hat) and len(item.body) == 1:
        inner = _name_of(item.body[0])
        return None if inner is None or "'" in inner else f"{inner}_{item.mark}" + "'" * item.primes
    elif isinstance(item, Scripts) and item.sup is None and item.sub is not None and len(item.sub) == 1:
        sub = item.sub[0]
        under = sub.text if isinstance(sub, Sign) and sub.style == "num" else _name_of(sub, True)
        base = _name_of(item.base)
        if base is not None and under is not None and not isinstance(sub, Scripts):
            bare = base.rstrip("'")
            return f"{bare}_{under}" + base[len(bare) :]
    return None


def names_said(clause: Items) -> tuple[str, ...]:
    """The names of the letter that is said to be an integer or real, or to have such values: x, x_1, and w for w_k."""
    head = clause[0]
    whole = _name_of(head)
    if isinstance(head, Scripts) and not (whole or "").rstrip("'")[-1:].isdigit():
        base = _name_of(head.base)
        return tuple(n for n in (base, whole) if n is not None)
    return () if whole is None else (whole,)


def template_name(part: Part, index: bool = False) -> str | None:
    """The name of a letter that is written as this template begins, if there is one; ``index``: also without its scripts."""
    if isinstance(part, Symbol):
        plain = part.text.isalpha() and part.kind not in ("cal", "bold")
        return _NAMES.get(part.text, part.text) if plain else None
    if isinstance(part, Seq):
        return template_name(part.items[0], index)
    if isinstance(part, Marked):
        inner = template_name(part.body)
        return None if inner is None else f"{inner}_{part.mark}"
    if isinstance(part, Scripted) and isinstance(part.sub, Symbol) and part.sup is None:
        base = template_name(part.base)
        return None if base is None else f"{base}_{_NAMES.get(part.sub.text, part.sub.text)}"
    return template_name(part.base) if isinstance(part, Scripted) and index else None


def names_on(pages: Iterable[Items], index: Callable[[str], bool]) -> frozenset[str]:
    """The names that letters of these pages can have.

    A subscript belongs to the name when it is a number, or a letter or word that stands nowhere else and is no ``index`` or
    parameter: x_1 is a number besides x, x_k is x at k.
    """
    bare: set[str] = set()
    scripted: set[tuple[str, str, str]] = set()  # the name with its subscript, without it, and the subscript
    for page in pages:
        _gather(page, bare, scripted)
    numbered = {(whole, base) for whole, base, sub in scripted if sub.isdigit()}
    worded = {
        (whole, base) for whole, base, sub in scripted if not sub.isdigit() and sub not in bare and not index(sub)
    }
    out = {whole for whole, _ in numbered | worded}
    for whole, base, sub in scripted:
        if (whole, base) not in worded and not sub.isdigit():
            out |= {base, sub}
    return frozenset(out | bare)


def is_index(name: str) -> bool:
    """Whether a letter is an index, a token or a size everywhere: k, and k_1 and k', but not k with a hat."""
    split = split_name(name)
    return split.head in INTEGERS and not split.marks


def _gather(items: Items, bare: set[str], scripted: set[tuple[str, str, str]]) -> None:
    for item in items:
        if isinstance(item, Scripts):
            whole, base = _name_of(item), _name_of(item.base)
            if whole is not None and base is not None and item.sub is not None:
                sub = item.sub[0]
                assert isinstance(sub, (Sign, Hat))
                scripted.add(
                    (
                        whole,
                        base,
                        sub.text if isinstance(sub, Sign) and sub.style == "num" else _name_of(sub, True) or "",
                    )
                )
                continue
            _gather((item.base,), bare, scripted)
            _gather(item.sub or (), bare, scripted)
            _gather(item.sup or (), bare, scripted)
        elif isinstance(item, Over):
            _gather(item.num, bare, scripted)
            _gather(item.den, bare, scripted)
        elif isinstance(item, Brackets):
            _gather(item.body, bare, scripted)
        elif (name := _name_of(item)) is not None:
            bare.add(name)
        elif isinstance(item, Hat):
            _gather(item.body, bare, scripted)
