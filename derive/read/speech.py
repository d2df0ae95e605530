"""Formulas in spoken English, for someone who hears no commas: only where a label under a brace ends is told by one.

The rules that a listener knows:

* what was opened aloud is closed aloud: brackets, quantities, fractions, an index or power that is not simple;
* a simple index is letters with commas between them, and the last of them goes on: p sub t sub 1 is p with the index t_1;
* a sum, product, optimum or derivative extends over the factors that follow, and says its end before anything else than
  a relation; so does a power, and a nested index before its letter is called: delta sub y sub t end sub, of k;
* the arguments of a call without brackets are letters, and the last one may be a call.

All that the words can be on the page is returned.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import wraps
from typing import NamedTuple

from derive.read.greek import SMALL
from derive.read.page import Brackets, Hat, Items, Over, Scripts, Sign, number, primed, scripted

_OPERATORS = {"plus": "+", "minus": "−"}
_RELATIONS = {
    "equals": "=", "is not equal to": "≠", "is less than": "<", "is at most": "≤", "is greater than": ">",
    "is at least": "≥", "is in": "∈", "in": "∈", "is distributed as": "∼", "drawn from": "∼",
    "if and only if": "⟺", "implies": "⟹", "maps to": "↦", "and also": "∧", "given": "∣", "relative to": "∥",
}  # fmt: skip
_RELATIONS |= {f"which {words}": sign for words, sign in _RELATIONS.items() if words.startswith(("is ", "equals"))}
_BETWEEN_BOUNDS = {"is between": Sign("≤"), "is strictly between": Sign("<")}
_POINTS = {"comma": ",", "semicolon": ";", "colon": ":", "under": ";"}
_TEXTS = ("for all", "for", "and", "where")
_BETWEEN = {"and": ",", "given": "∣", "relative to": "∥", "under": ";"}  # the arguments of a call
_BIG = {
    "sum": Sign("∑"),
    "product": Sign("∏"),
    "arg min": Sign("arg min", "up"),
    "arg max": Sign("arg max", "up"),
    "maximum": Sign("max", "up"),
}
_OVER = {
    "the expectation over": (Sign("E", "bf"), "["), "the variance over": (Sign("Var", "up"), "["),
    "the covariance over": (Sign("Cov", "up"), "["),
}  # fmt: skip
_NAMES = {"log sum exp": "LSE", "perplexity": "PPL", "geometric mean": "GM"}
_LOGS = {"log": "log", "natural log": "ln", "exp": "exp"}
_PRIMES = {"prime": 1, "double prime": 2, "triple prime": 3}
_ENDS = frozenset(("sub", "super", "power", "sum", "product", "arg min", "arg max", "maximum", "derivative"))
_RESERVED = frozenset(
    " ".join(("of over from to other than is in at end open close the times if else and for all where sub super before up hat bar",
              "tilde squared cubed component applied labelled capital script bold natural", *_RELATIONS, *_OPERATORS,
              "arg product sum", *_POINTS, *_PRIMES, *_LOGS)).split()
)  # fmt: skip

LETTER, CALL, PHRASE = "letter", "call", "phrase"


class Heard(NamedTuple):
    items: Items
    kind: str = PHRASE
    tail: str = ""  # what the last word leaves open


Reading = tuple[Heard, int]
Rule = Callable[["_Listener", int], Iterator[Reading]]


def pages(words: str) -> set[Items]:
    """All that the words can be."""
    listener = _Listener(words)
    return {heard.items for heard, end in listener.row(0) if end == len(listener.words)}


def _remembered(rule: Rule) -> Rule:
    """What a rule hears at a place, found once."""

    @wraps(rule)
    def found(self: _Listener, i: int) -> Iterator[Reading]:
        key = (rule.__name__, i)
        if key not in self.known:
            self.known[key] = tuple(dict.fromkeys(rule(self, i)))
        return iter(self.known[key])

    return found


class _Listener:
    def __init__(self, words: str) -> None:
        spoken = re.findall(r"([A-Za-z0-9]+)(,?)", words)
        self.words = [word for word, _ in spoken]
        self.pauses = {i for i, (_, comma) in enumerate(spoken) if comma}
        self.known: dict[tuple[str, int], tuple[Reading, ...]] = {}

    def at(self, i: int, phrase: str) -> bool:
        wanted = phrase.split()
        return self.words[i : i + len(wanted)] == wanted

    def after(self, i: int, phrase: str) -> Iterator[int]:
        """The place behind the phrase, if it stands at ``i``."""
        if self.at(i, phrase):
            yield i + phrase.count(" ") + 1

    def one_of(self, i: int, phrases: dict[str, str] | dict[str, Sign]) -> Iterator[tuple[Sign, int]]:
        """The signs of the phrases that stand at ``i``."""
        for phrase, sign in phrases.items():
            for end in self.after(i, phrase):
                yield sign if isinstance(sign, Sign) else Sign(sign), end

    def ended(self, heard: Heard, i: int, sub: bool = True) -> Iterator[int]:
        """The place where what is left open has been closed; a subscript need not be, where ``sub`` is false."""
        if not heard.tail or (heard.tail == "sub" and not sub):
            yield i
        else:
            yield from self.after(i, f"end {heard.tail}")

    # --- rows

    @_remembered
    def row(self, i: int) -> Iterator[Reading]:
        """Terms, factors and signs in order, as many as one likes."""
        return self.rest((), i, False, True)

    def rest(self, before: Items, i: int, scoped: bool, alone: bool) -> Iterator[Reading]:
        for sign, j in ((Sign("−"), j) for j in self.after(i, "minus")):
            for heard, end in self.unit(j):
                yield from self.further((*before, sign), heard, end, scoped, False)
        for heard, end in self.unit(i):
            yield from self.further(before, heard, end, scoped, alone)

    def further(self, before: Items, heard: Heard, i: int, scoped: bool, alone: bool) -> Iterator[Reading]:
        items = (*before, *heard.items)
        yield heard if alone else Heard(items, PHRASE, heard.tail), i
        for j in self.ended(heard, i, sub=False):
            for end in self.after(j, "times"):
                yield from self.rest(items, end, scoped, False)
            for sign, end in self.one_of(j, _OPERATORS):
                yield from self.rest((*items, sign), end, scoped, False)
        for j in self.ended(heard, i):
            for sign, end in self.one_of(j, _POINTS):
                yield from self.rest((*items, sign), end, scoped, False)
        for sign, end in self.one_of(i, _RELATIONS):
            yield from self.rest((*items, sign), end, scoped, False)
        for words, sign in _BETWEEN_BOUNDS.items():  # y is between 1 and V
            for j in self.after(i, words):
                start = max((n + 1 for n, s in enumerate(items) if _ends_statement(s)), default=0)
                for bound, k in self.letter(j):
                    for end in self.after(k, "and"):
                        between = (*items[:start], *bound.items, sign, *items[start:], sign)
                        yield from self.rest(between, end, scoped, False)
        for words in _TEXTS:
            if words != "and" or scoped:
                for end in self.after(i, words):
                    yield from self.rest((*items, Sign(words, "text")), end, True, False)
        for words, kind in (("is an integer", "integer"), ("is real", "real")):
            for end in self.after(i, words):
                yield Heard((*items, Sign(kind, "text")), PHRASE), end
        for j in self.after(i, "from"):
            for low, high, end in self.bounds(j):
                dots = (Sign(","), Sign("…"), Sign(","))
                yield from self.further((*items, Sign("="), *low, *dots), Heard(high), end, scoped, False)

    def bounds(self, i: int) -> Iterator[tuple[Items, Items, int]]:
        """1 to V."""
        for low, j in self.row(i):
            for k in self.after(j, "to"):
                for high, end in self.row(k):
                    yield low.items, high.items, end

    # --- factors

    @_remembered
    def unit(self, i: int) -> Iterator[Reading]:
        """A factor with its arguments, and what it is over."""
        for heard, end in self.factor(i):
            yield heard, end
            if heard.kind != PHRASE:
                for j in self.after(end, "over"):
                    for below, after in self.factor(j):
                        if below.kind != PHRASE:
                            yield Heard((Over(heard.items, below.items),)), after
            if heard.kind == LETTER:
                for j in self.after(end, "over the quantity"):
                    for den, after in self.closed(j, "end quantity"):
                        yield Heard((Over(heard.items, den),)), after
        for j in self.after(i, "the quantity"):
            for num, k in self.closed(j, "end quantity"):
                for end in self.after(k, "over"):
                    for letter, after in self.letter(end):
                        yield Heard((Over(num, letter.items),)), after
        for j in self.after(i, "the fraction with numerator"):
            for num, k in self.closed(j, "and denominator"):
                for den, after in self.closed(k, "end fraction"):
                    yield Heard((Over(num, den),)), after
        for j in self.after(i, "the fraction"):  # after log
            for heard, after in self.unit(j):
                if len(heard.items) == 1 and isinstance(heard.items[0], Over):
                    yield heard, after

    def closed(self, i: int, ending: str) -> Iterator[tuple[Items, int]]:
        for heard, j in self.row(i):
            for end in self.after(j, ending):
                yield heard.items, end

    @_remembered
    def factor(self, i: int) -> Iterator[Reading]:
        yield from self.letter(i)
        yield from self.called(i)
        yield from self.bracketed(i)
        yield from self.function(i)
        yield from self.big(i)
        for j in self.after(i, "the partial derivative with respect to"):
            for entry, k in self.factor(j):
                for m in self.after(k, "of"):
                    for of, end in self.unit(m):
                        yield (
                            Heard((Over((Sign("∂"),), (Sign("∂"), *entry.items)), *of.items), PHRASE, "derivative"),
                            end,
                        )
        for j in self.after(i, "the indicator of"):
            for inner, tail, end in self.condition(j):
                yield Heard((Brackets("[", inner, "]"),), PHRASE, tail), end
        for j in self.after(i, "the indicator function of"):
            for inner, tail, end in self.condition(j):
                yield from self.behind(Heard((Sign("1", "bf"), Brackets("[", inner, "]")), PHRASE, tail), end)
        for words in ("the absolute value of", "the size of"):
            for j in self.after(i, words):
                for inner, tail, end in self.barred(j):
                    yield from self.scripts(Heard((Brackets("|", inner, "|"),), PHRASE, tail), end)
        for j in self.after(i, "the Kronecker delta of"):
            for a, k in self.letter(j):
                for m in self.after(k, "and"):
                    for b, end in self.letter(m):
                        delta = Heard((Scripts(Sign("δ"), (*a.items, Sign(","), *b.items), None),))
                        yield delta, end
                        yield from self.powers(delta, end, "super")

    def barred(self, i: int) -> Iterator[tuple[Items, str, int]]:
        """Of an absolute value: in brackets, or a letter."""
        for j in self.after(i, "open bracket"):
            yield from ((inner, "", end) for inner, end in self.closed(j, "close bracket"))
        yield from ((letter.items, letter.tail, end) for letter, end in self.letter(i))

    def condition(self, i: int) -> Iterator[tuple[Items, str, int]]:
        """Of an indicator: in brackets, or two letters."""
        for j in self.after(i, "open bracket"):
            yield from ((inner, "", end) for inner, end in self.closed(j, "close bracket"))
        for left, j in self.letter(i):
            for sign, k in self.one_of(j, _RELATIONS):
                for right, end in self.letter(k):
                    yield (*left.items, sign, *right.items), right.tail, end

    def big(self, i: int) -> Iterator[Reading]:
        """A sum, product or optimum with all factors that follow."""
        for name, sign in _BIG.items():
            for j in self.after(i, f"the {name} over"):
                for under, over, k in self.limits(j):
                    if name == "maximum" and over is not None:  # its range stands under it, as for all
                        letter, _, *low = under
                        under, over = (*low, Sign("≤"), letter, Sign("≤"), *over), None
                    for whole, n in self.others(under, k):
                        for m in self.after(n, "of"):
                            for body, end in self.product(m):
                                yield Heard((Scripts(sign, whole, over), *body), PHRASE, name), end

    def others(self, under: Items, i: int) -> Iterator[tuple[Items, int]]:
        """What the index is said not to be, behind its range."""
        yield under, i
        for j in self.after(i, "other than"):
            for other, k in self.row(j):
                yield from self.others((*under, Sign(","), under[0], Sign("≠"), *_bare(other.items)), k)

    def limits(self, i: int) -> Iterator[tuple[Items, Items | None, int]]:
        for letter, j in self.letter(i):
            yield letter.items, None, j
            for k in self.after(j, "from"):
                for low, high, end in self.bounds(k):
                    yield (*letter.items, Sign("="), *_bare(low)), _bare(high), end
            for k in self.after(j, "in"):
                for over, end in self.row(k):
                    yield (*letter.items, Sign("∈"), *over.items), None, end

    def product(self, i: int) -> Iterator[tuple[Items, int]]:
        for j in self.after(i, "minus"):
            for items, end in self.product(j):
                yield (Sign("−"), *items), end
        for heard, j in self.unit(i):
            times = [end for k in self.ended(heard, j, sub=False) for end in self.after(k, "times")]
            for end in times:
                for more, after in self.product(end):
                    yield (*heard.items, *more), after
            if not times:
                yield heard.items, j

    def function(self, i: int) -> Iterator[Reading]:
        """log of one factor, or exp in brackets.  Behind "of" the factor is all that it takes."""
        for name, text in _LOGS.items():
            for j in self.after(i, name):
                sign = Sign(text, "up")
                for k in self.after(j, "of"):
                    spelled = self.at(k, "the") or self.at(k, "open")
                    for heard, end in self.unit(k) if spelled else self.letter(k):
                        yield Heard((sign, Brackets("(", heard.items, ")")), PHRASE, heard.tail), end
                if not self.at(j, "of"):
                    for heard, end in self.unit(j):
                        yield Heard((sign, *heard.items), PHRASE, heard.tail), end

        for j in self.after(i, "the log in base"):
            for base, k in self.row(j):
                log = Scripts(Sign("log", "up"), base.items, None)
                for m in self.after(k, "of"):
                    if not self.at(m, "open bracket"):
                        yield from ((Heard((log, *of.items), PHRASE, of.tail), end) for of, end in self.unit(m))
                    for n in self.after(m, "open bracket"):
                        for inner, end in self.closed(n, "close bracket"):
                            yield Heard((log, Brackets("(", inner, ")"))), end

    @_remembered
    def bracketed(self, i: int) -> Iterator[Reading]:
        for j in self.after(i, "open bracket"):
            for inner, end in self.closed(j, "close bracket"):
                closed = len(inner) == 1 and isinstance(inner[0], Brackets) and inner[0].open in ("[", "|")
                body = inner if closed else (Brackets("(", inner, ")"),)
                yield from self.scripts(Heard(body), end)
                if isinstance(inner[-1], Brackets):  # what is in brackets is a call, with a component or a power
                    yield from self.component(Heard(inner), end)
                    for k in self.after(end, "all"):
                        yield from self.powers(Heard(inner), k, "to the power")
        for j in self.after(i, "open brace"):
            for inner, end in self.closed(j, "close brace"):
                for k in self.after(end, "labelled"):
                    pause = next((p for p in range(k, len(self.words)) if p in self.pauses), len(self.words) - 1)
                    yield Heard(inner), pause + 1

    # --- letters

    @_remembered
    def letter(self, i: int) -> Iterator[Reading]:
        """A letter or word with its marks, primes and scripts."""
        for sign, end in self.sign(i):
            yield from self.scripts(Heard((sign,), LETTER), end)

    def sign(self, i: int) -> Iterator[tuple[Sign, int]]:
        word = self.words[i] if i < len(self.words) else ""
        for words, text in _NAMES.items():
            for end in self.after(i, words):
                yield Sign(text, "up"), end
        if word in ("capital", "script", "bold") and i + 1 < len(self.words):
            name = self.words[i + 1]
            style = {"capital": "", "script": "cal", "bold": "bf"}[word]
            letter = SMALL[name].upper() if word == "capital" and name in SMALL else name
            yield Sign(letter, style), i + 2
        elif word.isdigit():
            yield number(word), i + 1
        elif word == "dot":
            yield Sign("·"), i + 1
        elif word in SMALL:
            yield Sign(SMALL[word]), i + 1
        elif word and word not in _RESERVED:
            yield Sign(word, "" if len(word) == 1 else "up"), i + 1

    def scripts(self, heard: Heard, i: int) -> Iterator[Reading]:
        """What stands behind a letter or a bracket: marks, primes, an index, a power."""
        yield heard, i
        for mark in ("hat", "bar", "tilde"):
            for end in self.after(i, mark):
                yield from self.scripts(Heard((Hat(mark, heard.items),), LETTER), end)
        last = heard.items[-1]
        for words, primes in _PRIMES.items():
            for end in self.after(i, words):
                if isinstance(last, (Sign, Hat)):
                    yield from self.scripts(Heard((*heard.items[:-1], primed(last, primes)), heard.kind), end)
        free = not isinstance(last, Scripts)
        for words, before in (("sub", ()), ("before", (Sign("<"),)), ("up to", (Sign("≤"),))):
            for j in self.after(i, words) if free else ():
                for index, end in self.index(j, "sub"):
                    items = scripted(heard.items, (*before, *index.items), None)
                    yield from self.scripts(Heard(items, heard.kind, index.tail), end)
        if isinstance(last, Brackets):
            for j in self.after(i, "at"):
                for point, end in self.closed(j, "end point"):
                    yield Heard(scripted(heard.items, point, None)), end
        yield from self.powers(heard, i, "super" if isinstance(last, Scripts) else "to the power")

    def powers(self, heard: Heard, i: int, words: str) -> Iterator[Reading]:
        """What is behind ``words``, super where there is an index and else to the power; squared and cubed."""
        last = heard.items[-1]
        index = last.sub if isinstance(last, Scripts) and last.sup is None else None
        plain = index is not None and len(index) == 1 and isinstance(index[0], Sign)
        for j in (i,) if plain else self.ended(heard, i):
            for k in self.after(j, words):
                for power, end in self.index(k, words.split()[-1]):
                    kind = LETTER if words == "super" else PHRASE
                    yield Heard(scripted(heard.items, None, power.items), kind, power.tail), end
        for j in self.ended(heard, i):
            for spelled, digit in (("squared", "2"), ("cubed", "3")):
                for end in self.after(j, spelled):
                    yield Heard(scripted(heard.items, None, (number(digit),))), end

    def index(self, i: int, name: str) -> Iterator[Reading]:
        """Letters with commas, of which the last stays open; or anything, closed."""
        yield from self.letters((), i, name)
        if name == "power":
            for j in self.after(i, "minus"):
                for heard, end in self.letter(j):
                    yield Heard((Sign("−"), *heard.items), LETTER, name), end
        for heard, j in self.row(i):
            for end in self.after(j, f"end {name}"):
                yield Heard(heard.items), end

    def letters(self, before: Items, i: int, name: str) -> Iterator[Reading]:
        for heard, j in self.letter(i):
            items = (*before, *heard.items)
            yield Heard(items, LETTER, name), j
            for k in self.ended(heard, j):
                for end in self.after(k, "comma"):
                    yield from self.letters((*items, Sign(",")), end, name)

    # --- calls

    @_remembered
    def called(self, i: int) -> Iterator[Reading]:
        """A word, a letter or a bracket at its arguments, the component of a value, and calls of values."""
        for head, bracket, simple, j in self.heads(i):
            if simple:
                yield from self.called_below(head, j)
            for k in self.after(j, "of"):
                for args, bars, tail, end in self.arguments(k):
                    items = (*head, Brackets(bracket, args, "]" if bracket == "[" else ")"))
                    kind = CALL if simple and not bars and tail is not None else PHRASE
                    yield from self.behind(Heard(items, kind, tail or ""), end)

    def called_below(self, head: Items, i: int) -> Iterator[Reading]:
        """A word at its arguments below another sign, where nothing is said for "of": k drawn from softmax open bracket z."""
        if isinstance(head[-1], Sign) and len(head[-1].text) > 1:
            for j in self.after(i, "open bracket"):
                for inner, end in self.closed(j, "close bracket"):
                    yield Heard((*head, Brackets("(", inner, ")")), LETTER), end

    def behind(self, heard: Heard, i: int) -> Iterator[Reading]:
        yield heard, i
        yield from self.component(heard, i)
        for ended in self.ended(heard, i):
            for j in self.after(ended, "all"):
                yield from self.powers(heard._replace(tail=""), j, "to the power")
        for j in self.after(i, "applied to"):
            for args, _, tail, end in self.arguments(j):
                yield from self.behind(Heard((*heard.items, Brackets("(", args, ")")), PHRASE, tail or ""), end)

    def component(self, heard: Heard, i: int) -> Iterator[Reading]:
        for j in self.after(i, "component"):
            for index, end in self.index(j, "sub"):
                found = Heard(scripted(heard.items, index.items, None), CALL, index.tail)
                yield found, end
                for k in self.after(end, "all"):
                    yield from self.powers(found, k, "super")

    def heads(self, i: int) -> Iterator[tuple[Items, str, bool, int]]:
        """What is called, its bracket, and whether it is said without an article."""
        for j in self.after(i, "the probability"):
            pr = Sign("Pr", "up")
            yield (pr,), "(", False, j
            for k in self.after(j, "under"):
                for sub, end in self.row(k):
                    yield (Scripts(pr, sub.items, None),), "(", False, end
        for spoken, (sign, bracket) in _OVER.items():
            for j in self.after(i, spoken):
                for sub, end in self.row(j):
                    yield (Scripts(sign, sub.items, None),), bracket, False, end
        for j in self.after(i, "the KL divergence"):
            yield (Sign("KL", "up"),), "(", False, j
        for j in self.after(i, "the divergence"):
            for name, end in self.letter(j):
                yield name.items, "(", False, end
        for heard, j in self.letter(i):
            last = heard.items[-1]
            nested = isinstance(last, Scripts) and last.sup is None and isinstance((last.sub or (None,))[-1], Scripts)
            for end in self.ended(heard, j) if nested else (j,):
                yield heard.items, "(", True, end

    def arguments(self, i: int) -> Iterator[tuple[Items, bool, str | None, int]]:
        """The arguments, whether a bar stands between them, what they leave open (None: in brackets), where they end."""
        yield from self.spoken_arguments((), False, i)
        for j in self.after(i, "open bracket"):
            for inner, end in self.closed(j, "close bracket"):
                yield inner, False, None, end

    def spoken_arguments(self, before: Items, bars: bool, i: int) -> Iterator[tuple[Items, bool, str | None, int]]:
        for heard, end in self.factor(i):
            if heard.kind == PHRASE:
                continue
            items = (*before, *heard.items)
            yield items, bars, "" if bars else heard.tail, end
            if heard.kind == LETTER:
                for sign, j in self.one_of(end, _BETWEEN):
                    yield from self.spoken_arguments((*items, sign), bars or sign.text != ",", j)


def _ends_statement(part: object) -> bool:
    """Whether another statement begins behind this part of a row."""
    return isinstance(part, Sign) and (part.style == "text" or part.text in (",", ";", ":", "⟺", "⟹", "∧", "⊢"))


def _bare(items: Items) -> Items:
    """A bound, which is said in brackets where it is a call."""
    (first, *more) = items
    return first.body if isinstance(first, Brackets) and first.open == "(" and not more else items
