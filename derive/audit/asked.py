"""A loss as it is asked for: a loss of the library at each position, and a reduction over the positions.

smoothed(eps=1/10), mean over kept
next-token one-hot, sum over n
weighted one-hot, mean over weights
one-hot + z-loss(coef=1/10000), mean
1/2 one-hot + 1/2 distillation(tau=4), mean
dpo(beta=1/10), mean
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

from derive.audit.inputs import Inputs
from derive.audit.losses import LOSSES, check_roles
from derive.audit.model.trace import letter_of
from derive.audit.roles import ONE, WEIGHT, Missing, Place, Roles
from derive.errors import UserError
from derive.kernel.sorts import INT
from derive.kernel.terms import Num, SortError, Term, Var
from derive.language.syntax import ForAll, Sum

Range = tuple[Var, Term, Term]
REDUCTIONS = (
    "none", "sum", "mean", "mean over kept", "mean over mask", "mean over weights", "sum over n", "mean of rows", "mean of row sums",
    "mean of batches", "sum of rows over n",
)  # fmt: skip


class Part(NamedTuple):
    """A loss of the library with its arguments, and the factor in front of it."""

    name: str
    arguments: tuple[tuple[str, Fraction | int], ...]
    factor: Fraction = Fraction(1)

    def __str__(self) -> str:
        listed = f"({', '.join(f'{n}={v}' for n, v in self.arguments)})" if self.arguments else ""
        return (f"{self.factor} " if self.factor != 1 else "") + self.name + listed

    def at(self, place: Place) -> Term:
        term = LOSSES[self.name].build(place, dict(self.arguments))
        return term if self.factor == 1 else Num(self.factor) * term


class Asked(NamedTuple):
    """A loss with its arguments, what is added to it, whether it predicts the next token, and its reduction."""

    parts: tuple[Part, ...]
    shift: int  # 0, or 1 for the next token; a double shift makes 2 of it
    reduction: str

    def __str__(self) -> str:
        return f"{('', 'next-token ', 'next-but-one-token ')[self.shift]}{' + '.join(map(str, self.parts))}, {self.reduction}"


def read_asked(text: str) -> Asked:
    """``smoothed(eps=1/10), mean over kept``.  Raises UserError, with what there is, when it is none of the library."""
    loss, reduction = _split(text)
    if reduction not in REDUCTIONS:
        raise UserError(f"{text!r}: {reduction!r} is no reduction; the reductions are {', '.join(REDUCTIONS)}")
    next_token = loss.startswith("next-token ")
    parts = tuple(_part(p, text) for p in loss.removeprefix("next-token ").replace(" - ", " + -").split("+"))
    if next_token and not all(LOSSES[p.name].shifts for p in parts):
        raise UserError(
            f"{text!r}: {parts[0].name} does not predict tokens, so it has no next one; leave out next-token"
        )
    return Asked(parts, int(next_token), reduction)


def _split(text: str) -> tuple[str, str]:
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(text[at], 0)
        if text[at] == "," and depth == 0:
            return text[:at].strip(), " ".join(text[at + 1 :].split())
    return text.strip(), "mean over kept" if "mean" not in text else "mean"


def _part(text: str, whole: str) -> Part:
    front = re.fullmatch(r"\s*(-?)\s*(\d[\d./e\-]*(?![\w.]))?\s*\*?\s*(.*)", text, re.DOTALL)
    assert front is not None
    factor = exact_number(front[1] + (front[2] or "1"), whole)
    match = re.fullmatch(r"([a-z][a-z0-9 \-]*[a-z0-9])\s*(?:\(([^()]*)\))?\s*", front[3])
    known = ", ".join(LOSSES)
    if not match or match[1] not in LOSSES:
        raise UserError(
            f"{whole!r}: {text.strip()!r} is no loss of the library; it has {known}; each may have arguments, as smoothed(eps=1/10)"
        )
    kind = LOSSES[match[1]]
    values: dict[str, Fraction | int] = dict(kind.arguments)
    for n, argument in enumerate(filter(None, (match[2] or "").split(","))):
        name, sign, value = argument.partition("=")
        name, value = (
            (name.strip(), value.strip())
            if sign
            else (list(kind.arguments)[n] if n < len(kind.arguments) else "", name.strip())
        )
        if name not in (*kind.arguments, *(("high",) if "eps" in kind.arguments else ())):
            raise UserError(
                f"{whole!r}: {match[1]} takes {', '.join(kind.arguments) or 'no arguments'}, and not {argument.strip()!r}"
            )
        values[name] = exact_number(value, whole)
    return Part(match[1], tuple(values.items()), factor)


def exact_number(text: str, whole: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise UserError(f"{whole!r}: {text!r} is no exact number; write 1/10 or 0.1") from None


class Target(NamedTuple):
    """What a program is held against: a term, with the indices of what is not reduced, and conditions that it needs."""

    name: str
    term: Term
    scope: tuple[Range, ...]
    given: tuple[Term, ...]


class Piece(NamedTuple):
    """The loss at each position of one batch: the term, which positions count, over what they run, and a position."""

    term: Term
    kept: Term
    scope: list[Range]
    place: Place
    needs: list[Term]

    @property
    def whole(self) -> Term:
        return _sum(_weighed(self.kept, self.term), self.scope)

    @property
    def counted(self) -> Term:
        return _count(self.kept, self.scope)


Fault = Callable[[Place], Place]


def target_of(asked: Asked, inputs: Inputs, fault: Fault | None = None) -> Target:
    """The loss as a term in the letters of the inputs, or what a ``fault`` makes of it.  Raises Missing when an input that it needs is
    not there."""
    check_roles(inputs)
    try:
        pieces = [piece(asked, Roles(inputs, names), fault) for names in _batches(inputs)]
        out = _reduced(asked, pieces)
    except (SortError, ValueError) as error:  # an input has another shape than the loss takes
        raise Missing(f"{asked} does not fit the shapes of the inputs: {error}") from None
    return out._replace(given=(*out.given, *(n for p in pieces for n in p.needs)))


def _batches(inputs: Inputs) -> list[list[str]]:
    """The names of the inputs of each batch: ``batches.0.logits`` is one of the first of several."""
    numbers = {n: next((p for p in n.split(".") if p.isdigit()), "") for n in inputs.symbols}
    shared = [n for n, number in numbers.items() if not number]
    found = sorted({number for number in numbers.values() if number}, key=int)
    return [[n for n in inputs.symbols if numbers[n] in ("", number)] for number in found] or [shared]


def piece(asked: Asked, roles: Roles, fault: Fault | None = None) -> Piece:
    """The loss at each position of one batch.  Raises Missing when an input that it needs is not there."""
    dims = roles.positions(all(LOSSES[p.name].rows for p in asked.parts))
    letters = _letters(dims)
    scope: list[Range] = [(v, ONE, roles.inputs.sizes[d]) for v, d in zip(letters, dims, strict=True)]
    index: tuple[Term, ...] = tuple(letters)
    ahead = index
    if asked.shift:
        if not dims:
            raise Missing("a next token needs positions: labels=T or labels=B,T")
        v, low, high = scope[-1]
        scope[-1] = (v, low, high - asked.shift)
        ahead = (*index[:-1], v + asked.shift)
    place = Place(roles, index, ahead, tuple(dims))
    if fault is not None:
        place = fault(place)
    term = _added([p.at(place) for p in asked.parts])
    needs = [_every(scope, n) for p in asked.parts for n in LOSSES[p.name].needs(place)]
    return Piece(term, roles.kept(ahead), scope, place, needs)


def _letters(dims: Sequence[str]) -> list[Var]:
    out: list[Var] = []
    for d in dims:
        out.append(Var(letter_of(d, {v.name for v in out}), INT))
    return out


def _sum(body: Term, scope: Sequence[Range]) -> Term:
    return Sum(body, *scope) if scope else body


def _weighed(kept: Term, term: Term) -> Term:
    return term if kept == ONE else kept * term


def _count(kept: Term, scope: Sequence[Range]) -> Term:
    if kept != ONE:
        return _sum(kept, scope)
    out: Term = ONE
    for _, _, high in scope:
        out = high if out == ONE else out * high
    return out


def _added(terms: Sequence[Term]) -> Term:
    out = terms[0]
    for t in terms[1:]:
        out = out + t
    return out


def _reduced(asked: Asked, pieces: Sequence[Piece]) -> Target:
    whole, count = _added([p.whole for p in pieces]), _added([p.counted for p in pieces])
    some = [c for p in pieces for c in _some(p.kept, p.scope)]
    first = pieces[0]
    match asked.reduction:
        case "none":
            if len(pieces) > 1:
                raise Missing("several batches have no one tensor of losses; name a reduction")
            return Target(str(asked), _weighed(first.kept, first.term), tuple(first.scope), ())
        case "sum":
            return Target(str(asked), whole, (), ())
        case "mean":
            return Target(str(asked), whole / _added([_count(ONE, p.scope) for p in pieces]), (), ())
        case "mean over kept":
            return Target(str(asked), whole / count, (), tuple(some))
        case "mean over mask":
            masks = [p.place.roles.masked(p.place.ahead) for p in pieces]
            if ONE in masks:
                raise Missing("a mean over the mask needs one, such as mask=B,T")
            counted = [_count(m, p.scope) for m, p in zip(masks, pieces, strict=True)]
            return Target(str(asked), whole / _added(counted), (), tuple(ONE <= c for c in counted))
        case "mean over weights":
            weights = [
                _sum(_weighed(p.kept, p.place.roles.named(WEIGHT).at((p.place.token,))), p.scope) for p in pieces
            ]
            return Target(str(asked), whole / _added(weights), (), (*some, 0 < _added(weights)))
        case "sum over n":
            return Target(
                str(asked),
                whole / first.place.roles.of_kind("count", "a number of tokens, such as num_items=").letter,
                (),
                (),
            )
        case "mean of batches":
            if len(pieces) < 2:
                raise Missing("a mean of batches needs several: batches.0.logits=T,V batches.1.logits=S,V and so on")
            return Target(str(asked), _added([p.whole / p.counted for p in pieces]) / len(pieces), (), tuple(some))
    return _of_rows(asked, first)


def _of_rows(asked: Asked, p: Piece) -> Target:
    """The mean of the means of the rows."""
    rows, inner = p.scope[:1], p.scope[1:]
    if not inner:
        raise Missing("a mean of rows needs two dimensions of positions, such as labels=B,T")
    row = _sum(_weighed(p.kept, p.term), inner)
    if asked.reduction == "mean of row sums":
        return Target(str(asked), _sum(row, rows) / rows[0][2], (), ())
    row = row / _count(p.kept, inner)
    given = [_every(rows, s) for s in _some(p.kept, inner)]
    n = (
        rows[0][2]
        if asked.reduction == "mean of rows"
        else p.place.roles.of_kind("count", "a number, such as num_items=").letter
    )
    return Target(str(asked), _sum(row, rows) / n, (), tuple(given))


def _some(kept: Term, scope: Sequence[Range]) -> list[Term]:
    """At least one position is kept; or, where all are, there is one."""
    if kept != ONE:
        return [ONE <= _sum(kept, scope)]
    return [ONE <= high for _, _, high in scope if not isinstance(high, (Num, Var))]


def _every(scope: Sequence[Range], statement: Term) -> Term:
    return ForAll(list(scope), statement) if statement.free & {v for v, _, _ in scope} else statement
