"""Capitals of which nothing is said may be matrices: a row that swaps two of them is none about numbers as it stands.

Products are words here, whose letters have an order.  A row needs that they commute where what is left of left side minus right
side has two words of the same letters, A B and B A.  Letters that only numbers can be (in a logarithm, below a fraction, as an
index) commute.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from derive.notes.formula.surface import Expr, num, walk


class Beside(NamedTuple):
    """A factor that commutes: as it is written, with the order of products in it, and without."""

    written: str
    plain: str


Word = tuple[tuple[str, ...], tuple[Beside, ...]]
"""The letters of a product in their order, and what commutes with them."""
Words = dict[Word, int]
"""A sum of products, each with how often it stands there."""
_MOST = 200


def maybe_matrices(formulas: Iterable[Expr], compared: Iterable[Expr]) -> set[str]:
    """The capitals of a page, with numbers below them or nothing, that may be matrices.  ``compared``: sides of inequalities."""
    formulas = list(formulas)
    found = {letter for e in formulas for x in walk(e) for letter in _capital(x)}
    return found.difference(*(_numbers(e) for e in formulas), *(map(_factors, compared)))


def swapped(left: Expr, right: Expr, maybe: set[str], meanings: Mapping[str, Expr]) -> list[str]:
    """The letters of a product that must be swapped for the sides to be equal; none where there is none.  ``meanings``: what
    letters are that rows have brought in."""
    read = _Reader(maybe, meanings)
    try:
        gap = _sum(read.words(left), read.words(right), -1)
    except OverflowError:
        return []
    left_over = Counter(_plain(word) for word, count in gap.items() if count)
    if max(left_over.values(), default=0) < 2:
        return []
    return sorted(read.met)


def _plain(word: Word) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(sorted(word[0])), tuple(sorted(b.plain for b in word[1]))


def _capital(e: Expr) -> list[str]:
    plain = e.op == "ref" and not e.ref.signs and not e.ref.above and len(e.ref.name) == 1 and e.ref.name.isupper()
    return [str(e)] if plain and all(a.op == "num" for a in e.args) else []


def _numbers(e: Expr) -> set[str]:
    """The capitals in a formula that stand where only numbers can."""
    out: set[str] = set()
    for x in walk(e):
        if x.op in ("log", "exp", "bound", "ind") or (x.op == "fn" and x.data in ("max", "min")):
            out |= {letter for y in walk(x) for letter in _capital(y)}
        elif x.op == "div":
            out |= _factors(x.args[1])
        elif x.op == "pow":
            out |= {letter for y in walk(x.args[1]) for letter in _capital(y)}
            out |= set() if _whole(x.args[1]) is not None else _factors(x.args[0])
        elif x.op in ("add", "sub") and any(a.op == "num" for a in _terms(x)):
            out |= {letter for a in _terms(x) for letter in _factors(a)}
        elif x.op == "ref":
            out |= {letter for a in x.args for y in walk(a) for letter in _capital(y)}
    return out


def _terms(e: Expr) -> Iterator[Expr]:
    if e.op in ("add", "sub"):
        for a in e.args:
            yield from _terms(a)
    else:
        yield e


def _factors(e: Expr) -> set[str]:
    """The capitals that are factors, or terms, of a formula that is a number."""
    if e.op in ("mul", "add", "sub", "neg", "div"):
        return {letter for a in e.args for letter in _factors(a)}
    return set(_capital(e)) if e.op != "pow" else _factors(e.args[0])


def _whole(e: Expr) -> int | None:
    sign, inner = (-1, e.args[0]) if e.op == "neg" else (1, e)
    return sign * int(inner.data) if inner.op == "num" and inner.data.denominator == 1 else None


class _Reader:
    """Multiplies formulas out with the order of their products.  ``met``: the letters that may be matrices."""

    def __init__(self, maybe: set[str], meanings: Mapping[str, Expr]) -> None:
        self.maybe, self.meanings = maybe, meanings
        self.inside: list[str] = []
        self.met: set[str] = set()

    def words(self, e: Expr) -> Words:
        """Raises OverflowError where that is large."""
        for letter in _capital(e):
            if letter in self.meanings and letter not in self.inside:
                self.inside.append(letter)
                out = self.words(self.meanings[letter])
                self.inside.pop()
                return out
            if letter in self.maybe:
                self.met.add(letter)
                return {((letter,), ()): 1}
        if e.op == "num" and e.data.denominator == 1:
            return {((), ()): int(e.data)}
        if e.op in ("add", "sub"):
            return _sum(self.words(e.args[0]), self.words(e.args[1]), 1 if e.op == "add" else -1)
        if e.op == "neg":
            return _sum({}, self.words(e.args[0]), -1)
        if e.op == "mul":
            return _product(self.words(e.args[0]), self.words(e.args[1]))
        if e.op == "div":
            below = self.beside(e.args[1])
            return _product(self.words(e.args[0]), {((), (Beside(f"1/{below.written}", f"1/{below.plain}"),)): 1})
        if e.op == "transpose":
            return _turned(self.words(e.args[0]), "⊤")
        power = _whole(e.args[1]) if e.op == "pow" else None
        return {((), (self.beside(e),)): 1} if power is None or abs(power) > 4 else self.power(e.args[0], power)

    def power(self, e: Expr, power: int) -> Words:
        base = self.words(e)
        if power < 0 and len(base) > 1:
            return {((), (self.beside(Expr("pow", (e, num(power)))),)): 1}
        base = base if power >= 0 else _turned(base, "⁻")
        out: Words = {((), ()): 1}
        for _ in range(abs(power)):
            out = _product(out, base)
        return out

    def beside(self, e: Expr) -> Beside:
        """What is not multiplied out, with what it is of."""
        if not e.args:
            return Beside(str(e), str(e))
        inside = [self.words(a) for a in e.args]
        head = f"{e.op} {e.data}"
        return Beside(
            f"{head}{[sorted(w.items()) for w in inside]}",
            f"{head}{[sorted((_plain(x), n) for x, n in w.items()) for w in inside]}",
        )


def _turned(words: Words, mark: str) -> Words:
    """Of a transpose or an inverse: the letters the other way round, each with a mark, or without the one that it has."""
    return {
        (tuple(a.removesuffix(mark) if a.endswith(mark) else a + mark for a in reversed(word)), rest): count
        for (word, rest), count in words.items()
    }


def _sum(a: Words, b: Words, sign: int) -> Words:
    out = Counter(a)
    for word, count in b.items():
        out[word] += sign * count
    return dict(out)


def _product(a: Words, b: Words) -> Words:
    if len(a) * len(b) > _MOST:
        raise OverflowError
    out: Counter[Word] = Counter()
    for (v, r), m in a.items():
        for (w, s), n in b.items():
            out[_cancelled((*v, *w)), tuple(sorted((*r, *s)))] += m * n
    return dict(out)


def _cancelled(word: tuple[str, ...]) -> tuple[str, ...]:
    """A word without A beside its inverse."""
    out: list[str] = []
    for a in word:
        if out and a in (out[-1] + "⁻", out[-1].removesuffix("⁻")) and a != out[-1]:
            out.pop()
        else:
            out.append(a)
    return tuple(out)
