"""Letters of a chain that read as they are meant on a page of derive's: those of the notes, or others in their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from derive.kernel import terms as k
from derive.kernel.sorts import FAMILY, INT, Fn, Sort
from derive.kernel.terms import App, At, Lam, Num, Term, Var, parts_of, rebuild
from derive.read.names import spelled
from derive.record.letters import Letter, letters_in
from derive.render.pages import reads

_Names = dict[tuple[str, Sort, bool], str]
"""New names by the old one, the sort, and whether the letter is bound."""


_SPARE = {True: "grhwuvpq", False: "nmijsktl"}
"""Letters for functions, and for integers."""
_SIZES = "NMSTK"


def readable(terms: Sequence[Term], plain: bool = False) -> tuple[list[Term], dict[Var, str]]:
    """The terms with letters that read as what they are, and which letter stands for which of the notes.

    ``plain``: names with a word below them, and x, which pages take for a prompt, give way as well."""
    terms, parted = _numbered_apart(terms)
    terms, joint = _capital_joints(terms)
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
    before = parted | joint
    told: dict[Var, str] = {}
    for x in letters:
        old = before.get(Var(x.name, x.sort), x.name)
        new = names.get((x.name, x.sort, x.bound), x.name)
        if new != old and not old.startswith("N_") and not (x.bound and new.rstrip("'") == old.rstrip("'")):
            told[Var(new, x.sort)] = old  # sizes have no letter in notes; one that is bound may have any
    return [_renamed(t, names, cache) for t in terms], told


def _numbered_apart(terms: Sequence[Term]) -> tuple[list[Term], dict[Var, str]]:
    """The terms in which pi_0 is a letter, where they have pi at numbers only; and what of the notes each such letter is."""
    heads: dict[Term, bool] = {}
    found: dict[At, Var] = {}
    waiting, seen = list(terms), set[Term]()
    while waiting:
        t = waiting.pop()
        if isinstance(t, Var) and isinstance(t.sort, Fn):
            heads[t] = False  # a function by itself
        if t in seen:
            continue
        seen.add(t)
        if isinstance(t, At) and isinstance(t.fn, Var) and isinstance(t.arg, Num) and isinstance(t.sort, Fn):
            heads.setdefault(t.fn, True)
            found[t] = Var(f"{t.fn.name.partition('_')[0]}_{t.arg.value}", t.sort)
            continue
        waiting += parts_of(t)
    new: dict[Term, Var] = {t: v for t, v in found.items() if heads[t.fn] and v not in heads}
    return [_put(t, new) for t in terms], {v: v.name for v in new.values()}


def _capital_joints(terms: Sequence[Term]) -> tuple[list[Term], dict[Var, str]]:
    """The terms with a capital for a joint law p(x, z), whose small letter is that of its marginals: P(x, z), p(x)."""
    free = {v for t in terms for v in t.free}
    laws = [v for t in terms if (v := _summed_to_one(t)) is not None and v.name.islower() and len(v.name) == 1]
    new: dict[Term, Var] = {}
    told: dict[Var, str] = {}
    for law in dict.fromkeys(laws):
        capital = Var(law.name.upper(), law.sort)
        if any(v.name == capital.name for v in free):
            continue
        new[law], told[capital] = capital, f"the joint {law.name}"
        marginals = [v for v in free if v.name.startswith(f"{law.name}_") and v.sort is FAMILY]
        for n, v in enumerate(sorted(marginals, key=lambda v: v.name)):
            one = Var(law.name + "'" * n, v.sort)
            new[v], told[one] = one, f"{law.name}({v.name.partition('_')[2]})"
    return [_put(t, new) for t in terms], told


def _summed_to_one(t: Term) -> Var | None:
    """The law of two values that is said to sum to one over both."""
    match t:
        case App(
            op=k.EQ, args=(App(op=k.SUM, args=(_, _, Lam(body=App(op=k.SUM, args=(_, _, Lam(body=body)))))), Num())
        ):
            while isinstance(body, At):
                body = body.fn
            return body if isinstance(body, Var) and body.sort == Fn(INT, FAMILY) else None
    return None


def _put(term: Term, new: Mapping[Term, Var]) -> Term:
    """The term with letters in the places of what they stand for."""
    if term in new:
        return new[term]
    parts = parts_of(term)
    return rebuild(term, tuple(_put(p, new) for p in parts)) if parts and new else term


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
    """Whether a free letter is written like this one: one of another sort or name, or any where this letter is bound."""
    return any(
        spelled(x.name) == spelled(letter.name)
        and (x.name != letter.name or (not x.bound and (letter.bound or x.sort != letter.sort)))
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
