"""Terms in words that tell them apart: their letters' sorts too, where they look the same without."""

from __future__ import annotations

from collections.abc import Sequence

from derive.kernel.sorts import INT, REAL, Fn, Sort
from derive.kernel.terms import Term
from derive.record.letters import Letter, letters_in


def told_apart(read: Sequence[Term], proved: Sequence[Term]) -> tuple[list[str], list[str]]:
    """What was read and what was proved, each as a text; with the sorts of the letters in which they differ where the texts
    are the same."""
    terms = (*read, *proved)
    texts = [str(t) for t in terms]
    if len(set(texts)) < len(set(terms)):
        letters = [_letters(t) for t in terms]
        common = set.intersection(*letters)
        for i, own in enumerate(letters):
            different = sorted(f"{name} {sort_words(sort)}" for name, sort in own - common)
            texts[i] += f" ({', '.join(different)})" if different else ""
    return texts[: len(read)], texts[len(read) :]


def to_rename(read: Sequence[Term], proved: Sequence[Term]) -> str:
    """The letters of what was proved that are others, or none, in what was read; "" where there are none."""
    own = set.union(*(_letters(t) for t in proved))
    return " and ".join(sorted({name for name, sort in own if any((name, sort) not in _letters(r) for r in read)}))


def _letters(term: Term) -> set[tuple[str, Sort]]:
    return {(x.name, x.sort) for x in letters_in(term) if isinstance(x, Letter)}


def sort_words(sort: Sort) -> str:
    """What a letter of a sort is, in words."""
    if sort is INT:
        return "an integer"
    if sort is REAL:
        return "a real number"
    if isinstance(sort, Fn):
        doms = [sort.dom]
        while isinstance(sort.cod, Fn):
            sort = sort.cod
            doms.append(sort.dom)
        return f"a function of {' and '.join(map(sort_words, doms))} with {'integer' if sort.cod is INT else 'real'} values"
    return "a parameter"
