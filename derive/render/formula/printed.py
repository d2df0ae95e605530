"""The words and signs that a notation prints by itself: what a letter of the same name would be taken for."""

from __future__ import annotations

from functools import cache

from derive.operators import CARDS
from derive.render.formula.names import GREEK
from derive.render.formula.nodes import Symbol
from derive.render.formula.notation import Notation, load_notation, notation_names
from derive.render.formula.templates import Bracketed, Part, Scripted, Seq, Slot, walk

OWN = frozenset(("e", "exp", "log", "ln"))
"""What the layout of operators writes besides the signs of their cards."""
_NAMES = {sign: name for name, sign in GREEK.items()}


def printed_words(notation: Notation) -> frozenset[str]:
    """The words and function letters that a notation prints; the letters that it describes under [variables] are not among
    them."""
    templates = [t for ts in notation.definitions.values() for t in ts]
    templates += [v.template for vs in notation.variables.values() for v in vs]
    out: set[str] = set()
    for t in templates:
        for part in walk(t.body):
            if isinstance(part, Symbol) and part.kind in ("fn", "name", "cal", "bold") and len(part.text) > 1:
                out.add(part.text)
            if isinstance(part, Seq):  # a letter before brackets, such as the H of an entropy
                for head, after in zip(part.items, part.items[1:], strict=False):
                    if isinstance(after, Bracketed) and not isinstance(head, Slot):
                        out.add(_spelled(head))
    return frozenset(out - notation.variables.keys() - {""})


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
    out = set(OWN)
    for card in CARDS.values():
        words = card.sign.split()
        out |= {w for w in (*words, "".join(words)) if w.isalpha() and w.isascii()}
    return frozenset(out.union(*(printed_words(load_notation(n)) for n in notation_names())))
