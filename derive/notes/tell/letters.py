"""Letters of a chain that read as they are meant on a page of derive's: those of the notes, or others in their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from derive.kernel.sorts import INT, Fn, Sort
from derive.kernel.terms import Lam, Term, Var, parts_of, rebuild
from derive.record.letters import Letter, letters_in
from derive.render.pages import reads

_Names = dict[tuple[str, Sort, bool], str]
"""New names by the old one, the sort, and whether the letter is bound."""


_SPARE = {True: "grhwuvpq", False: "nmijsktl"}
"""Letters for functions, and for integers."""
_SIZES = "NMSTK"


def readable(terms: Sequence[Term], plain: bool = False) -> tuple[list[Term], dict[str, str]]:
    """The terms with letters that read as what they are, and which letter stands for which of the notes.

    ``plain``: names with a word below them, and x, which pages take for a prompt, give way as well."""
    letters = _letters(terms)
    names: _Names = _plain(letters) if plain else {}
    for _ in range(3 * len(letters) + 3):  # a new name may be in the way of another letter
        now = [x._replace(name=names.get((x.name, x.sort, x.bound), x.name)) for x in letters]
        around = reads.Around(now)
        clash = next((n for n, x in enumerate(now) if reads.trouble(x, around) or _twin(x, now)), None)
        if clash is None:
            break
        new = reads.other_name(now[clash], now)
        if not new:
            break
        names[letters[clash].name, letters[clash].sort, letters[clash].bound] = new
    cache: dict[Term, Term] = {}
    told = {new: old for (old, _, _), new in names.items() if new != old}
    return [_renamed(t, names, cache) for t in terms], told


def _plain(letters: Sequence[Letter]) -> _Names:
    names: _Names = {}
    taken = {x.name for x in letters}
    for x in letters:
        _, _, label = x.name.partition("_")
        function = isinstance(x.sort, Fn)
        if x.bound or not ((label and (function or not label.isdigit())) or (x.name == "x" and x.sort is INT)):
            continue
        head = x.name[0] if x.name.isascii() and x.name[1:2] == "_" else ""
        spare = _SIZES if head.isupper() and not function else _SPARE[function]
        new = next((c for c in (head, *spare) if c and c not in taken), None)
        if new is not None:
            names[x.name, x.sort, False] = new
            taken.add(new)
    return names


def _letters(terms: Sequence[Term]) -> list[Letter]:
    found = {x for t in terms for x in letters_in(t) if isinstance(x, Letter)}
    return sorted(found, key=lambda x: (x.bound, x.name, repr(x.sort), repr(x.binder)))


def _twin(letter: Letter, others: Sequence[Letter]) -> bool:
    """Whether a free letter has this name: one of another sort, or any where this letter is bound."""
    return any(
        x.name == letter.name and not x.bound and (letter.bound or x.sort != letter.sort)
        for x in others
        if x is not letter
    )


def _renamed(term: Term, names: Mapping[tuple[str, Sort, bool], str], cache: dict[Term, Term]) -> Term:
    if isinstance(term, Var):
        return Var(names.get((term.name, term.sort, False), term.name), term.sort)
    found = cache.get(term)
    if found is None or isinstance(term, Lam):  # equal functions may have other letters
        parts = tuple(_renamed(p, names, cache) for p in parts_of(term))
        if isinstance(term, Lam):
            return Lam(names.get((term.hint, term.dom, True), term.hint), term.dom, parts[0])
        found = cache[term] = rebuild(term, parts) if parts else term
    return found
