"""What a side of a row writes with a name, KL(q || p), H(q, p), q of a row q_k = ..., said with that name again.

The reading of a row has such names written out.  Here a side gets them back where it has what they stand for, and its text has the
name; what the notes define becomes a condition, q_k = ... for all k.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from derive.kernel import terms as k
from derive.kernel.definitions import Definition
from derive.kernel.sorts import FAMILY, INT
from derive.kernel.terms import App, Lam, Term, Var, abstract, app, at, eq, fresh, instantiate, parts_of, rebuild
from derive.language import definitions as d
from derive.language.syntax import Sum, log
from derive.notes.tell.view import Line, View
from derive.render.formula.names import GREEK, split_name
from derive.tactics.matching import match

_SIGN = re.compile(r"(?:^| )[=≤≥<>≈] ")
_Q, _P, _V, _K = Var("q", FAMILY), Var("p", FAMILY), Var("V", INT), Var("k", INT)
_WORDS = (
    (re.compile("KL"), d.kl, (_V, _Q, _P), Sum(_Q[_K] * log(_Q[_K] / _P[_K]), (_K, 1, _V))),
    (re.compile(r"(?<![A-Za-z])[Hℋℍ]\("), d.entropy, (_V, _Q), -Sum(_Q[_K] * log(_Q[_K]), (_K, 1, _V))),
    (re.compile(r"(?<![A-Za-z])[Hℋℍ]\("), d.cross_entropy, (_V, _Q, _P), None),
)
"""How a page writes a definition; the definition, its letters, and another form that it has of positive distributions."""


class Named(NamedTuple):
    """What a row brings in: ``head`` at ``holes`` is ``body``; ``says``: that it is, for all of them."""

    head: Var
    holes: tuple[Var, ...]
    body: Term
    says: Term

    @property
    def whole(self) -> Term:
        out: Term = self.head
        for hole in self.holes:
            out = at(out, hole)
        return out


def brought_in(view: View) -> Iterator[tuple[Line, Named]]:
    """What the rows of the document bring in, a number or a family, each with its row."""
    for line, row in view.judged():
        if row.verdict is None or row.verdict.kind != "definition" or not row.step.readings:
            continue
        reading = row.step.readings[row.verdict.reading]
        head, holes = k.spine(reading.left)
        letters = [h for h in holes if isinstance(h, Var) and h.sort is INT]
        plain = len(letters) == len(holes) == len(set(holes)) <= 1 and isinstance(reading.right, App)
        if not isinstance(head, Var) or not plain or head in reading.right.free:
            continue
        says = eq(reading.left, reading.right)
        for letter in reversed(letters):
            low, high = (_bound(reading.given, letter, side) for side in (0, 1))
            if low is None or high is None:
                break
            says = app(
                k.FORALL, Lam(letter.name, INT, abstract(k.implies(low <= letter, letter <= high, says), letter))
            )
        else:
            yield line, Named(head, tuple(letters), reading.right, says)


def _bound(given: Iterable[Term], letter: Var, side: int) -> Term | None:
    """What is known to be at most the letter (side 0), or at least (1)."""
    found = (g.args[side] for g in given if isinstance(g, App) and g.op is k.LE and g.args[1 - side] == letter)
    return next((t for t in found if letter not in t.free), None)


Sides = dict[int, tuple[str, str]]


def texts(view: View) -> Sides:
    """How both sides of the relations are written, by the identity of their rows; "" where that is not to be seen."""
    out: Sides = {}
    for shown in view.shown:
        last = ""
        for line in shown.lines:
            pieces = _SIGN.split(line.text)
            if pieces and pieces[0]:
                last = pieces[0]
            rights = pieces[1:]
            for row, right in zip(line.judged, rights if len(rights) == len(line.judged) else [""] * 99, strict=False):
                out[id(row)] = (last, right)
                last = right
    return out


def said(term: Term, text: str, known: Sequence[Named]) -> tuple[Term, list[Named]]:
    """The term with the names that its text has, and which of ``known`` these are."""
    names = [x for x in known if _stands_in(x.head.name, text)]
    words = [x[1:] for x in _WORDS if x[0].search(text)]
    used: list[Named] = []
    return _folded(term, words, names, used) if names or words else term, used


def _stands_in(name: str, text: str) -> bool:
    split = split_name(name)
    sign = GREEK.get(split.head, split.head)
    return re.search(rf"(?<![A-Za-z]){re.escape(sign)}(?![A-Za-z])", text) is not None


def _folded(t: Term, words: Sequence[tuple[Definition, tuple[Var, ...], Term | None]], names: Sequence[Named], used: list[Named]) -> Term:  # fmt: skip
    for x in names:
        found = match(x.body, t, set(x.holes)) if t.sort == x.body.sort else None
        if found is not None and all(h in found for h in x.holes):
            used.append(x)
            return k.substitute(x.whole, found)
    if isinstance(t, Lam):
        v = fresh(t.hint, t.dom, t.free)
        return Lam(t.hint, t.dom, abstract(_folded(instantiate(t, v), words, names, used), v))
    parts = parts_of(t)
    t = rebuild(t, tuple(_folded(p, words, names, used) for p in parts)) if parts else t
    for definition, letters, other in words:
        for form in (definition.unfolded(letters), other):
            found = match(form, t, set(letters)) if form is not None else None
            if found is not None:
                args = [_family(found[v]) for v in letters]
                if not any(isinstance(a, Lam) for a in args):
                    return definition(*args)
    return t


def _family(t: Term) -> Term:
    """A family under its name, where it has one: 1/K for each k is the uniform distribution."""
    if not isinstance(t, Lam):
        return t
    for definition, letters in ((d.uniform, (_V,)), (d.one_hot, (Var("y", INT),))):
        found = match(definition.unfolded(letters), t, set(letters))
        if found is not None:
            return definition(*(found[v] for v in letters))
    return t
