"""The words and signs that a notation prints by itself: what a letter of the same name would be taken for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from derive.operators import CARDS
from derive.render.formula.names import GREEK
from derive.render.formula.nodes import Symbol
from derive.render.formula.notation import Notation, load_notation, notation_names
from derive.render.formula.templates import Bracketed, Part, Scripted, Seq, Slot, Template, walk

OWN = frozenset(("e", "exp", "log", "ln"))
"""What the layout of operators writes besides the signs of their cards."""
_NAMES = {sign: name for name, sign in GREEK.items()}


def printed_words(notation: Notation) -> frozenset[str]:
    """The words and function letters that a notation prints; the letters that it describes under [variables] are not among
    them."""
    templates = [t for ts in notation.definitions.values() for t in ts]
    templates += [v.template for vs in notation.variables.values() for v in vs]
    out = {word for t in templates for word in _words(t)}
    return frozenset(out - notation.variables.keys() - {""})


def _words(template: Template) -> Iterator[str]:
    for part in walk(template.body):
        if isinstance(part, Symbol) and part.kind in ("fn", "name", "cal", "bold") and len(part.text) > 1:
            yield part.text
        if isinstance(part, Seq):  # a letter before brackets, such as the H of an entropy
            for head, after in zip(part.items, part.items[1:], strict=False):
                if isinstance(after, Bracketed) and not isinstance(head, Slot):
                    yield _spelled(head)


@cache
def definitions_by_word() -> dict[str, tuple[str, str]]:
    """The words that notations print for definitions, in small letters: the word as it is printed, and the names of the
    definitions, as in "entropy or cross_entropy"."""
    out: dict[str, tuple[str, str]] = {}
    named: dict[str, dict[str, None]] = {}
    for notation in map(load_notation, notation_names()):
        for place, templates in notation.definitions.items():
            for word in sorted({w for t in templates for w in _words(t)} - {"", *_operator_words()}):
                printed = out.setdefault(word.casefold(), (word, ""))[0]
                names = named.setdefault(word.casefold(), {})
                names[place.rstrip("[]")] = None
                out[word.casefold()] = (printed, " or ".join(names))
    return out


def _spelled(head: Part) -> str:
    """The name of a letter that is written so; "" where it has an argument under it, or is in script."""
    if isinstance(head, Symbol):
        return _NAMES.get(head.text, head.text) if head.text.isalpha() and head.kind != "cal" else ""
    if isinstance(head, Scripted) and head.sup is None and isinstance(head.sub, Symbol):
        base = _spelled(head.base)
        return f"{base}_{_spelled(head.sub)}" if base else ""
    return ""


@cache
def all_printed_words() -> frozenset[str]:
    """Those of all notations that come with derive, and the words among the signs of operators."""
    return frozenset(_operator_words().union(*(printed_words(load_notation(n)) for n in notation_names())))


def _operator_words() -> set[str]:
    out = set(OWN)
    for card in CARDS.values():
        words = card.sign.split()
        out |= {w for w in (*words, "".join(words)) if w.isalpha() and w.isascii()}
    return out
