"""A notation may not lie: what is checked of its templates when it is loaded.

A template shows each argument, in the order in which the default notation shows them, or in one that the file declares
under [order].  It is a name with its arguments, and reads as no operation of the kernel.  No two templates write different
things alike, in letters without styles either, which plain text does not have.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple, NoReturn

from derive.render.formula.names import FUNCTIONS, KNOWN
from derive.render.formula.nodes import PRIME, Symbol, kind
from derive.render.formula.templates import (
    Bracketed,
    Fresh,
    Marked,
    Part,
    Scripted,
    Seq,
    Slot,
    Template,
    template,
    walk,
)


class Shown(NamedTuple):
    """The templates of one thing, and the names of what they may show: in order, with the other names of each."""

    key: str  # as it stands in the file
    templates: tuple[Template, ...]
    arguments: tuple[str, ...]
    synonyms: Mapping[str, str] = {}
    usual: tuple[Template, ...] = ()  # how the default notation writes it
    name: str = ""  # of the definition or the letter
    is_letter: bool = False
    taken: Collection[str] = ()  # the names of other definitions in the default notation


def check(notation: str, thing: Shown, declared: Sequence[str] | None) -> None:
    """Raises UserError when a template of the thing leaves an argument out, changes their order without saying so, or reads
    as something else."""
    usual = _usual(thing)
    for t in thing.templates:
        where = f"in the notation {notation}, {thing.key} = {_quoted(t)}"
        order = _order(t, thing.synonyms)
        stray = [a for a in order if a not in thing.arguments]
        if stray:
            _refuse(f"{where} uses ${stray[0]}; its arguments are {', '.join(thing.arguments) or 'none'}")
        if not any(set(order) == set(u) for u in usual):
            least = min((u for u in usual if set(order) < set(u)), key=len, default=usual[0])
            lacks = [a for a in least if a not in order]
            what = f"leaves out {' and '.join(lacks)}" if lacks else f"shows {', '.join(order)} alone"
            _refuse(f"{where} {what}: two values would be written alike; {_all_of(least)}")
        reading = reads_as(t.body)
        if reading in {None, *(reads_as(u.body) for u in thing.usual)}:  # max is what maximum stands for
            reading = another_name(t, thing)
        if reading:
            called = f"F({', '.join(f'${a}' for a in order)})" if order else "F"
            _refuse(
                f"{where} reads as {reading}, which it does not stand for; write a name with its arguments, such as {called}"
            )
        if declared is not None and list(order) != [a for a in declared if a in order]:
            _refuse(
                f"in the notation {notation}, [order] says that {thing.key} shows {', '.join(declared)}, and the template "
                f"{_quoted(t)} shows {', '.join(order)}; let them say the same"
            )
        if declared is None:
            swapped = _swapped(order, usual)
            if swapped:
                a, b = swapped[0]
                said = ", ".join(f'"{x}"' for x in order)
                _refuse(
                    f"{where} shows {b} before {a}, where other notations show {a} before {b}: a reader would take one for the "
                    f"other; exchange them, or, where a course means it so, declare it under [order]: {_toml_key(thing.key)} = [{said}]"
                )


def turned(thing: Shown) -> list[tuple[str, str]]:
    """The arguments that the templates show in another order than usual, in pairs."""
    return [pair for t in thing.templates for pair in _swapped(_order(t, thing.synonyms), _usual(thing))]


def _usual(thing: Shown) -> list[list[str]]:
    return [_order(t, thing.synonyms) for t in thing.usual] or [list(thing.arguments)]


def _order(t: Template, synonyms: Mapping[str, str]) -> list[str]:
    """The arguments of a template as a reader meets them."""
    names = (n for part in walk(t.body) if isinstance(part, Slot) for n in (part.name, *part.at) if n[:1] != "@")
    return list(dict.fromkeys(synonyms.get(n, n) for n in names))


def _swapped(order: Sequence[str], usual: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Pairs of arguments that are always the other way round in the usual templates.  An argument that is left out while it has its
    usual name, such as the size V, may stand anywhere."""
    always = [a for a in order if all(a in u for u in usual if u)]
    out = []
    for i, b in enumerate(always):
        for a in always[i + 1 :]:
            both = [u for u in usual if a in u and b in u]
            if both and all(u.index(a) < u.index(b) for u in both):
                out.append((a, b))
    return out


# --- what a template reads as ----------------------------------------------------------------------------------------


def reads_as(body: Part) -> str | None:
    """The operation that a reader takes a template for; None where it is a name with its arguments."""
    inside = next((found for part in walk(body) if (found := _operation(part))), None)
    return inside or _bare(body)


def _operation(part: Part) -> str | None:
    """An operation of the kernel on what stands beside it, anywhere in a template."""
    if isinstance(part, Symbol):
        if part.kind == "neg":
            return "a negative number"
        if part.kind == "op":
            return "a sum or difference"
        if part.text in FUNCTIONS:
            return f"the function {part.text}"
    if isinstance(part, Seq):
        for i, item in enumerate(part.items):
            if kind(item) == "times" or (item == Symbol("·", "ord") and not _placeholder(part.items, i)):
                return "a product"
    if isinstance(part, Scripted) and part.sup is not None and _is_power(part):
        return "a power"
    return None


def _placeholder(items: Sequence[Part], i: int) -> bool:
    """Whether a dot stands where an argument would: (. | x)."""
    before = items[i - 1] if i else None
    after = items[i + 1] if i + 1 < len(items) else None
    return all(x is None or kind(x) in ("rel", "punct") for x in (before, after))


def _is_power(part: Scripted) -> bool:
    """A number up there, or an argument or a letter over a base that has no subscript: x^2, p^y, e^z.  A word is a name, and what
    has brackets is an index."""
    if isinstance(part.sup, Symbol) and part.sup.kind == "num":
        return True
    if isinstance(part.sup, Bracketed) or (isinstance(part.sup, Symbol) and part.sup.kind in ("name", "fn", "ord")):
        return False
    return part.sub is None or part.base == Symbol("e", "var") or isinstance(part.base, Slot)


def _bare(part: Part) -> str | None:
    """What a template reads as that has no name of its own."""
    items = part.items if isinstance(part, Seq) else (part,)
    if any(kind(x) == "rel" for x in items):
        return "a relation"
    if any(kind(x) == "punct" for x in items):
        return "a list"
    head = head_of(part)
    if isinstance(head, Bracketed):
        if head.open in "[|":
            return "an indicator" if head.open == "[" else "an absolute value"
        return _bare(head.body) or "a group in brackets"
    if isinstance(head, Symbol) and head.kind == "num":
        return "a number"
    if isinstance(head, Symbol) and head.text.isdigit() and isinstance(part, Seq):
        return "an indicator"
    if isinstance(head, Fresh):
        return "a bound letter"
    if isinstance(head, Slot) and all(_says_nothing(x) for x in walk(part)):
        return "its argument" if part == head else f"${head.name} itself, at an index or with a mark"
    if head == Symbol("δ", "var") and _at_two(part):
        return "the indicator"
    return None


TRADE: dict[str, tuple[str, ...]] = {
    "relu": ("positive_part",), "gelu": (), "elu": (), "selu": (), "silu": (), "swish": (), "hinge": (), "logit": (), "logits": (),
    "expit": ("sigmoid",), "sigmoid": ("sigmoid",), "softplus": ("softplus",), "softmax": ("softmax",), "softmin": (),
    "sparsemax": (), "lse": ("logsumexp",), "logsumexp": ("logsumexp",), "mean": ("expectation",), "median": (), "mode": (),
    "var": ("variance",), "variance": ("variance",), "std": (), "sd": (), "cov": ("covariance",), "covariance": ("covariance",),
    "corr": (), "entropy": ("entropy",), "ce": ("cross_entropy", "binary_cross_entropy"), "bce": ("binary_cross_entropy",),
    "kl": ("kl",), "js": (), "jsd": (), "tv": (), "mi": (), "nll": ("surprisal",), "ppl": ("perplexity",),
    "perplexity": ("perplexity",), "mse": (), "rmse": (), "mae": (), "norm": (), "E": ("expectation",),
    "H": ("entropy", "cross_entropy", "binary_cross_entropy"),
}  # fmt: skip
"""Names that readers know from the field, in small letters, and the definitions that each may stand for."""


def another_name(t: Template, thing: Shown) -> str | None:
    """The name of something else that a template has where its own would stand: KL for an entropy, ReLU for a softplus.  Its own are
    the words that the default notation has for it, and those of its name."""
    own = {w for u in thing.usual for w in _words(u)} | {thing.name, thing.name.casefold()}
    own |= {"pr"} if thing.is_letter else set() if thing.usual else set(thing.name.casefold().split("_"))
    for word in _words(t):
        mine = word in own or thing.name in TRADE.get(word, ()) or (thing.is_letter and len(word) == 1)
        if not mine and (word in TRADE or word in _KNOWN or word in thing.taken):
            return f"the name {word}"
    under = _head_subscript(t.body)
    if not thing.is_letter and under in TRADE and under not in own and thing.name not in TRADE[under]:  # D_{KL}
        return f"the name {under}"
    return None


def name_of(t: Template) -> Part:
    """What heads a template, with the word under it where that is its name: D_{KL}."""
    under = _head_subscript(t.body)
    return Scripted(head_of(t.body), Symbol(under, "name"), None) if len(under) > 1 else head_of(t.body)


def is_name_of(t: Template, definition: str) -> bool:
    """Whether a template heads a definition with its own name, or with one that the field has for it."""
    words = (*_words(t), _head_subscript(t.body))
    return any(word == definition.casefold() or definition in TRADE.get(word, ()) for word in words)


def heads(templates: Iterable[Template]) -> set[str]:
    """The names that templates have, as they are compared."""
    return {word for t in templates for word in _words(t)}


def _words(t: Template) -> Iterator[str]:
    """The name that heads a template, and those before brackets in it, without capitals; of letters those that readers know."""
    head = head_of(t.body)
    while isinstance(head, Marked):
        head = head_of(head.body)
    for part in walk(t.body):
        if isinstance(part, Symbol) and (part.kind == "fn" or part is head) and part.kind in _NAMES:
            word = _folded(part.text)
            if len(word) > 1 or (word in TRADE and part.kind != "cal"):
                yield word


def _head_subscript(part: Part) -> str:
    """The word that stands under the letter at the head: KL in D_{KL}, and in D_{KL,$V}."""
    while isinstance(part, (Seq, Scripted)):
        if isinstance(part, Scripted) and isinstance(part.base, Symbol) and part.sub is not None:
            first = head_of(part.sub)
            return _folded(first.text) if isinstance(first, Symbol) and first.kind in _NAMES else ""
        part = part.items[0] if isinstance(part, Seq) else part.base
    return ""


_NAMES = ("name", "fn", "var", "bold", "cal")


def _folded(word: str) -> str:
    return word if len(word) == 1 else word.casefold()


_KNOWN = frozenset(_folded(word) for word in KNOWN - FUNCTIONS)


def letter_of(t: Template) -> str:
    """The plain letter that a template begins with, such as c in c_t; "" where it begins with a word or has a mark."""
    head = head_of(t.body)
    return head.text if isinstance(head, Symbol) and head.kind in ("var", "bold", "cal") else ""


def head_of(part: Part) -> Part:
    """What stands first, without its scripts and arguments."""
    while isinstance(part, (Seq, Scripted)):
        part = part.items[0] if isinstance(part, Seq) else part.base
    return part


def _says_nothing(part: Part) -> bool:
    return (
        isinstance(part, (Slot, Seq, Scripted, Bracketed))
        or part in (PRIME, Symbol(",", "punct"))
        or kind(part) == "num"
    )


def _at_two(part: Part) -> bool:
    """Whether two arguments stand under a letter."""
    scripts = [p.sub for p in walk(part) if isinstance(p, Scripted) and p.base == head_of(part)]
    return any(sum(isinstance(x, (Slot, Fresh)) for x in walk(s)) > 1 for s in scripts if s is not None)


# --- two things alike ------------------------------------------------------------------------------------------------


def refuse_alike(notation: str, things: Iterable[tuple[str, str, Template]]) -> None:
    """Raises UserError when templates of two things, each with its name and its key in the file, write them alike."""
    seen: dict[str, tuple[str, str, Template]] = {}
    for name, key, t in things:
        looks = _look(t.source)
        other_name, other_key, other = seen.setdefault(looks, (name, key, t))
        if other_name != name:
            _refuse(
                f"in the notation {notation}, {other_key} = {_quoted(other)} and {key} = {_quoted(t)} look alike"
                + ("" if _styled(t) == _styled(other) else " in plain text, which has no bold and no script letters")
                + "; a reader could not tell the two apart, so give one of them another template"
            )
        if other_key == key and t is not other and _order(other, {}) != _order(t, {}):
            _refuse(
                f"in the notation {notation}, two templates of {key} look alike, {_quoted(other)} and {_quoted(t)}, and show "
                "different arguments; leave one of them out"
            )


@cache
def _look(source: str) -> str:
    """How a template looks: a notation is gone through again for each definition that is made after it was loaded."""
    return "".join(_looks(template(source).body))


def _looks(part: Part) -> Iterator[str]:
    """A template as letters and signs, every argument the same, without the styles that a terminal cannot show."""
    if isinstance(part, Symbol):
        yield f"{part.text} "
    elif isinstance(part, (Slot, Fresh)):
        yield "$ "
    elif isinstance(part, Seq):
        for item in part.items:
            yield from _looks(item)
    elif isinstance(part, Scripted):
        yield from _looks(part.base)
        for sign, script in (("_", part.sub), ("^", part.sup)):
            if script is not None:
                yield f"{sign}{{"
                yield from _looks(script)
                yield "}"
    elif isinstance(part, Bracketed):
        yield part.open
        yield from _looks(part.body)
        yield part.close
    elif isinstance(part, Marked):
        yield f"{part.mark}{{"
        yield from _looks(part.body)
        yield "}"


def _styled(t: Template) -> list[str]:
    return [p.kind for p in walk(t.body) if isinstance(p, Symbol)]


# --- words -----------------------------------------------------------------------------------------------------------


def _quoted(t: Template) -> str:
    return f'"{t.source}"'


def _toml_key(key: str) -> str:
    return key if key.replace("_", "").isalnum() else f'"{key}"'


def _all_of(arguments: Sequence[str]) -> str:
    return f"write {', '.join(f'${a}' for a in arguments)}" if arguments else "write it without arguments"


def _refuse(message: str) -> NoReturn:
    from derive.errors import UserError

    raise UserError(message) from None
