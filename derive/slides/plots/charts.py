"""What a plot is: curves, bars and a tree of exact values, and words for who sees them and for who does not.

Every value is a term of the vocabulary, evaluated exactly in a small model and only then rounded for the page.  So a
picture cannot say anything else than the theorem that it illustrates; nothing here knows a formula of a loss.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property, wraps
from typing import Any, ParamSpec, TypeVar

from derive.errors import UserError
from derive.falsify import Model, approx, evaluate
from derive.falsify.numbers.exact import Exact
from derive.kernel.terms import Term, Var
from derive.render.formula.layout import layout
from derive.render.formula.nodes import Node, Prose, Symbol, row
from derive.render.formula.notation import Notation

Number = int | Fraction | Exact
P = ParamSpec("P")
R = TypeVar("R")

MOST = 50  # tokens of which a plot is drawn: each point of a curve calculates with every one
FEW = 8  # where there are logits, so that each number is a quotient of sums of powers of e
FIFTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)  # the ticks of an axis of probabilities


class UnfitError(UserError):
    """These numbers cannot be shown in this kind of plot."""


@dataclass(frozen=True)
class Point:
    """A point of a curve, exactly."""

    x: Number
    value: Number

    @cached_property
    def xy(self) -> tuple[float, float]:
        return to_float(self.x), to_float(self.value)


@dataclass(frozen=True, slots=True)
class Curve:
    """``mark`` is a point to be marked; with ``open`` the curve only tends to it.  ``here`` is where the given numbers are."""

    label: Prose  # stands at the right end of the curve
    points: tuple[Point, ...]
    mark: Point | None = None
    open: bool = False
    more: Prose = ()  # how the label goes on where the picture is wide enough
    here: Point | None = None
    over: bool = False  # lies on another curve, which must be seen beside it


@dataclass(frozen=True, slots=True)
class Area:
    """What lies between two curves that are calculated at the same places."""

    low: tuple[Point, ...]
    high: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """A row of bars, one for each value of x."""

    label: Prose
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """A branch of a tree; ``strong``: on the way that is taken."""

    start: tuple[float, float]
    end: tuple[float, float]
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """Lines of words in the picture, centred in height at a place of its axes; ``align`` is left, center or right.
    Where something is in the way it moves, unless it is ``fixed``."""

    x: float
    y: float
    lines: tuple[Prose, ...]
    align: str = "center"
    inside: bool = False  # names the area that it stands in
    fixed: bool = False
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    key: str  # names it among the charts of a theorem
    heading: Prose
    across: Prose  # the title of the axis from left to right
    up: Prose
    x: tuple[float, float]
    y: tuple[float, float]
    x_ticks: tuple[float, ...]
    y_ticks: tuple[float, ...]
    alt: str
    curves: tuple[Curve, ...] = ()
    areas: tuple[Area, ...] = ()
    series: tuple[Series, ...] = ()
    edges: tuple[Edge, ...] = ()
    remarks: tuple[Remark, ...] = ()
    names: tuple[Prose, ...] = ()  # at the ticks from left to right, in place of numbers
    framed: bool = True  # with axes


def to_float(value: Number) -> float:
    """The nearest number that can be drawn, from seventeen correct digits."""
    return float(approx(value, 17))


def decimal(value: Number, digits: int = 3) -> str:
    """For the reader, with a real minus sign."""
    text = approx(value, digits).replace("-", "−")
    return text.replace("−", "") if not text.strip("−0.") else text


def along(term: Term, xs: Iterable[Number], model: Callable[[Number], Model]) -> tuple[Point, ...]:
    """The values of a term in the models of a line."""
    return tuple(Point(x, evaluate(term, model(x))) for x in xs)


def remembered(fn: Callable[P, R]) -> Callable[P, R]:
    """``fn``, whose results are kept where its arguments can be looked up; exact numbers that can be written in several
    ways cannot."""
    kept = cache(fn)

    @wraps(fn)
    def call(*args: P.args, **more: P.kwargs) -> R:
        try:
            hash(args)
        except TypeError:
            return fn(*args, **more)
        return kept(*args, **more)  # type: ignore[arg-type]

    return call


def ticks(low: float, high: float) -> tuple[float, ...]:
    """Round numbers from ``low`` to ``high``, five or so."""
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(round(i * step, 10) for i in range(first, last + 1))


class Shelf:
    """Layouts in a course's notation, small enough for a line of text."""

    def __init__(self, notation: Notation) -> None:
        self.notation = notation

    def __call__(self, term: Term) -> Node:
        return layout(term, self.notation, linear=True)

    def equals(self, term: Term, value: Number) -> Node:
        return row(self(term), Symbol("=", "rel"), Symbol(decimal(value), "num"))


class Numbers:
    """The numbers at which a plot is drawn: those that were given, as far as the theorem has the letter, or the plot's own."""

    def __init__(self, model: Model | None = None, words: Sequence[str] = ()) -> None:
        self.model, self.words = model, tuple(words)

    @property
    def given(self) -> bool:
        return self.model is not None

    def one(self, var: Var, usual: Any) -> Any:
        return usual if self.model is None else self.model.entries.get((var, ()), usual)

    def listed(self, var: Var) -> tuple[Number, ...]:
        """The values at 1, 2, ...; none where the letter has no numbers."""
        return tuple(value for _, value in sorted(self._table(var, 1)))

    def token(self, var: Var, usual: int, size: int) -> int:
        """A token of a vocabulary of this size.  Raises UnfitError for one outside, which some theorems allow."""
        token = int(self.one(var, usual))
        if not 1 <= token <= size:
            raise UnfitError(f"the token {var.name} = {token} is not among the {size} of these numbers")
        return token

    def tokens(self, var: Var) -> tuple[int, ...]:
        return tuple(token for token in self.listed(var) if isinstance(token, int))

    def rows(self, var: Var) -> tuple[tuple[Number, ...], ...]:
        """Of a family of families."""
        out: dict[int, list[Number]] = {}
        for (t, _), value in sorted(self._table(var, 2)):
            out.setdefault(t, []).append(value)
        return tuple(map(tuple, out.values()))

    def _table(self, var: Var, depth: int) -> list[tuple[tuple[int, ...], Number]]:
        entries = {} if self.model is None else self.model.entries
        return [(path, v) for (w, path), v in entries.items() if w == var and len(path) == depth and min(path) > 0]

    def word(self, token: int) -> str:
        """A token for readers: its word where there are words, or its number; what has none among words is the rest."""
        if 0 < token <= len(self.words):
            return self.words[token - 1]
        return "any other" if self.words else str(token)


def at_most(tokens: int, most: int = MOST) -> None:
    """Raises UnfitError when there are too few or too many tokens."""
    if not 2 <= tokens <= most:
        raise UnfitError(f"this plot is drawn for 2 to {most} tokens; these numbers have {tokens}")
