"""What the name of a letter, or of a definition, reads as on a page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from derive.kernel.sorts import INT, REAL, Fn, Sort, is_numeric
from derive.kernel.terms import ARGMAX, ARGMIN, DERIVATIVE, FORALL, Var
from derive.language import letters
from derive.language.words import WORDS
from derive.operators import finite_sets
from derive.record.letters import Letter, value_sort
from derive.render.formula.applied import SUBSCRIPTED
from derive.render.formula.names import GREEK, INTEGERS, KNOWN, reads_as_integer, reads_as_parameter, split_name
from derive.render.formula.printed import all_printed_words, definitions_by_word
from derive.render.pens.spoken import SIGNS
from derive.render.pens.text import ASCII

_TO_DEFINE = frozenset(("sigmoid", "relu", "gelu", "softplus", "logit"))
"""Functions that readers know and an author may define: no letters."""
_LOOKS_LATIN = "αγηικνοροστυχ"
_GREEK = "".join(sorted(set(GREEK.values()) - set(_LOOKS_LATIN)))
_SPELLING = re.compile(rf"(?:[A-Za-z]+[0-9]*|[{_GREEK}])(?:_(?:[A-Za-z0-9]+|[{_GREEK}]))*'*")
_MARKS = {"\u0302": "_hat", "\u0303": "_tilde", "\u0304": "_bar", "\u2032": "'"}
_SPARE = {"integer": "nmij", "number": "abcrsx", "function": "grhw"}


class Around:
    """The letters of a derivation, as what one of them could be taken for."""

    def __init__(self, letters_: Iterable[Letter]) -> None:
        self.signs: dict[str, set[str]] = {}  # how a name is written, without primes: the names
        self.indices: set[str] = set()
        self.free: set[tuple[str, Sort]] = set()
        self.families: dict[tuple[str, tuple[str, ...]], str] = {}  # without subscripts, by letter and marks
        for x in letters_:
            bare, split = x.name.rstrip("'"), split_name(x.name)
            for written in (bare, GREEK.get(bare, bare)):
                self.signs.setdefault(written, set()).add(x.name)
            if not x.bound:
                self.free.add((x.name, x.sort))
            if x.sort is INT:
                self.indices.add(x.name)
            if isinstance(x.sort, Fn) and not split.subscripts and _indexed_below(x):
                self.families.setdefault((split.head, split.marks), x.name)


def _indexed_below(x: Letter) -> bool:
    """Whether a function is written with its first index below it: z_k, p_t(k), and not p(k)."""
    return split_name(x.name).head in SUBSCRIPTED or (isinstance(x.sort, Fn) and isinstance(x.sort.cod, Fn))


def trouble(letter: Letter, others: Iterable[Letter] | Around, definition: bool = False) -> str | None:
    """What a letter, or the name of a definition, reads as, when that is not what it is."""
    name, sort = letter.name, letter.sort
    in_set = finite_sets.inside(name)
    if in_set is not None and not definition:
        return _reads_as_no_set(letter, in_set, others)
    if not _SPELLING.fullmatch(name) or unicodedata.normalize("NFKC", name) != name:
        if re.fullmatch(r"[+-]?[\d.,/]+", name):
            return "which reads as a number"
        odd = next((c for c in name if not (c.isascii() or c in _GREEK)), "")
        sign = f" (it has a {unicodedata.name(odd, 'character without a name').lower()})" if odd else ""
        return f"which is not written in plain letters{sign}, such as x, x_hat, x_1, x' or theta"
    if not definition and Var(name, sort) in _usual():
        return None
    return (
        _reads_as_word(letter, definition)
        or _reads_as_indexed(letter, others)
        or _reads_as_other_sort(letter, others, definition)
    )


def _reads_as_no_set(letter: Letter, name: str, others: Iterable[Letter] | Around) -> str | None:
    """What the letter of a finite set reads as."""
    around = others if isinstance(others, Around) else Around(others)
    if name in around.signs:
        return f"the size of the set {name}, and another letter {name}"
    if letter.bound or reads_as_integer(name) or reads_as_parameter(name):
        return f"the size of the set {name}, which reads as a number or as parameters"
    return trouble(Letter(name, finite_sets.ELEMENTS), around)


def _reads_as_word(letter: Letter, definition: bool) -> str | None:
    split = split_name(letter.name)
    for word in (letter.name, split.head, split.head.rstrip("0123456789")):
        if word == "e":
            return "which reads as the number e" if word == letter.name or split.primes else None
        if word in ("pi", "π"):
            return "which reads as the number π" if is_numeric(letter.sort) and not split.subscripts else None
        if (
            word in _words()
            or (not definition and word in _TO_DEFINE)
            or (len(word) > 1 and word.casefold() in _folded())
        ):
            printed, of = definitions_by_word().get(word.casefold(), (word, ""))
            return f"which reads as {printed}" + (f", as pages write {of}" if of else "")
        if word.casefold().replace("_", "") in _library():
            return "which reads as a definition of the library"
    return None


def _reads_as_indexed(letter: Letter, others: Iterable[Letter] | Around) -> str | None:
    """A subscript that is, or could be, a letter or an index of its own."""
    split = split_name(letter.name)
    if not split.subscripts:
        return None
    around = others if isinstance(others, Around) else Around(others)
    for part in split.subscripts:
        bare = part.strip("0123456789")
        same = around.signs.get(bare, set()) | around.signs.get(GREEK.get(bare, bare), set())
        if not part.isdigit() and (bare in INTEGERS or same - {letter.name}):
            return f"which reads as {split.head} at the index {part}"
        if len(part) > 1 and set(part) <= around.indices:
            return f"which reads as {split.head} at the indices {', '.join(part)}"
        family = around.families.get((split.head, split.marks))
        if part.isdigit() and family is not None:
            return f"which reads as {family} at {part}"
    return None


def _reads_as_other_sort(letter: Letter, others: Iterable[Letter] | Around, definition: bool) -> str | None:
    """An integer that a reader takes for a real number, or the other way round, where the page does not say it."""
    name, sort = letter.name, letter.sort
    if not (letter.bound or definition or reads_as_parameter(name)):
        return None  # among the conditions stands "x integer", "y real"
    around = others if isinstance(others, Around) else Around(others)
    if letter.binder is DERIVATIVE and (name, sort) in around.free:
        return None  # the derivative in a letter of which that is said
    kind = value_sort(sort)
    base = name.rstrip("'")
    if not split_name(base).marks:
        base = split_name(base).head
    usual = {value_sort(x.sort) for x in _usual() if x.name == base}
    quantified = letter.binder is FORALL and is_numeric(sort)  # such a letter is said to be an integer, or real
    if kind is REAL and INT in usual and REAL not in usual and not quantified:
        return "which stands for a real number, and a reader takes it for an integer"
    if kind is not INT or letter.listed:
        return None
    if usual and INT not in usual:
        return "which stands for an integer, and a reader takes it for a real number"
    if letter.bound and INT not in usual and (isinstance(sort, Fn) or letter.binder in (ARGMIN, ARGMAX, None)):
        return "which stands for an integer, and nothing on the page would say so"
    return None


def offer(letter: Letter, others: Iterable[Letter], definition: bool = False) -> str:
    """Another name, as in ", to x for instance"."""
    name = other_name(letter, others, definition)
    return f", to {name} for instance" if name else ""


def other_name(letter: Letter, others: Iterable[Letter], definition: bool = False) -> str:
    """A name for a letter that reads as nothing else beside the others; "" where none comes to mind."""
    others = list(others)
    rest = [x for x in others if x.name != letter.name]
    taken = {x.name for x in rest}
    plain = "".join(_MARKS.get(c, c) for c in unicodedata.normalize("NFKD", letter.name) if c.isascii() or c in _MARKS)
    greek = next((name for name, sign in GREEK.items() if sign == letter.name), "")
    head = split_name(plain).head
    kind = "function" if isinstance(letter.sort, Fn) else "integer" if letter.sort is INT else "number"
    longer = f"my_{plain}" if definition and len(plain) > 1 and plain.isalpha() else ""
    for name in (
        longer,
        greek,
        plain,
        head,
        f"{head}'",
        head[:1].lower(),
        *_SPARE[kind],
        *(f"{c}'" for c in _SPARE[kind]),
    ):
        new = letter._replace(name=name)
        if name and name != letter.name and name not in taken and not trouble(new, [*rest, new], definition):
            return str(name)
    return ""


@cache
def _words() -> frozenset[str]:
    spoken = {w for w in (*SIGNS.values(), *ASCII.values()) if len(w) > 1 and w.isalpha() and w not in GREEK}
    return (all_printed_words() | KNOWN | spoken) - {x.name for x in _usual() if x.name not in KNOWN}


@cache
def _folded() -> frozenset[str]:
    return frozenset(w.casefold() for w in _words() if len(w) > 1)


def of_library(name: str) -> str:
    """The definition of the library as which a name reads; "" where it reads as none."""
    of = definitions_by_word().get(name.casefold(), ("", ""))[1]
    return of or _library().get(name.casefold().replace("_", ""), "")


@cache
def _library() -> dict[str, str]:
    """The names of the library's definitions, and the words for them, without blanks: the names."""
    both = [(said, d.name) for d, words in WORDS.items() for said in (words.removeprefix("the "), d.name)]
    return {said.casefold().replace("_", "").replace(" ", "").replace("-", ""): name for said, name in both}


@cache
def _usual() -> frozenset[Var]:
    """The letters of the subject."""
    return frozenset(x for x in vars(letters).values() if isinstance(x, Var))
