"""What the plots show: exact values of the theorems' own terms along a line of models.

Every point of a curve is a term of the vocabulary, evaluated exactly in a small model and only then rounded for the
page.  So a picture cannot say anything else than the theorem that it illustrates; nothing here knows a formula of a loss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property

from derive.falsify import Model, approx, evaluate
from derive.falsify.numbers.exact import Exact, log
from derive.kernel.terms import Term, eq
from derive.language.definitions import (
    cross_entropy,
    entropy,
    kl,
    one_hot,
    smoothed,
    smoothed_off,
    smoothing_residual,
    softmax,
)
from derive.language.letters import V, eps, j, p, q, y, z
from derive.language.syntax import partial
from derive.render.formula.layout import layout
from derive.render.formula.nodes import Node, Prose, Symbol, row
from derive.render.formula.notation import Notation

Number = int | Fraction | Exact

TOKENS = 10  # of the vocabulary in the plots of label smoothing: so that the minimum is seen to be past 1 - eps
SMOOTHINGS = (Fraction(0), Fraction(1, 20), Fraction(1, 10), Fraction(1, 5))
TARGET = (Fraction(7, 10), Fraction(3, 10))  # of two tokens, where a model has one probability to choose
BALANCE = log(Exact.of(TARGET[0] / TARGET[1]))  # the logit at which the model is the target
TARGET_TEXT = "(0.7, 0.3)"  # the same for readers


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
    """``mark`` is a point to be marked; with ``open`` the curve only tends to it."""

    label: Prose  # stands at the right end of the curve
    points: tuple[Point, ...]
    mark: Point | None = None
    open: bool = False
    more: Prose = ()  # how the label goes on where the picture is wide enough


@dataclass(frozen=True, slots=True)
class Area:
    """What lies between two curves that are calculated at the same places."""

    low: tuple[Point, ...]
    high: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """Lines of words in the picture, centred in height at a place of its axes; ``align`` is left, center or right."""

    x: float
    y: float
    lines: tuple[Prose, ...]
    align: str = "center"
    inside: bool = False  # names the area that it stands in


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
    curves: tuple[Curve, ...]
    alt: str
    areas: tuple[Area, ...] = ()
    remarks: tuple[Remark, ...] = ()


def to_float(value: Number) -> float:
    """The nearest number that can be drawn, from seventeen correct digits."""
    return float(approx(value, 17))


def decimal(value: Number, digits: int = 3) -> str:
    """For the reader, with a real minus sign."""
    return approx(value, digits).replace("-", "−")


class Shelf:
    """Layouts in a course's notation, small enough for a line of text."""

    def __init__(self, notation: Notation) -> None:
        self.notation = notation

    def __call__(self, term: Term) -> Node:
        return layout(term, self.notation, linear=True)

    def smoothing(self, value: Fraction) -> Node:
        return row(self(eps), Symbol("=", "rel"), Symbol(decimal(value), "num"))


def along(term: Term, xs: Iterable[Number], model: Callable[[Number], Model]) -> tuple[Point, ...]:
    """The values of a term in the models of a line."""
    return tuple(Point(x, evaluate(term, model(x))) for x in xs)


# --- label smoothing -------------------------------------------------------------------------------------------------


def shared(x: Number, smoothing: Fraction) -> Model:
    """Token 1 is true and has probability x; the other tokens share the rest equally."""
    rest = (1 - x) / Fraction(TOKENS - 1)
    return Model({V: TOKENS, y: 1, eps: smoothing, p: (x, *[rest] * (TOKENS - 1))})


def smoothing_target(off: bool) -> Term:
    return (smoothed_off if off else smoothed)(V, eps, y)


def smoothed_loss_term(off: bool = False) -> Term:
    return cross_entropy(V, smoothing_target(off), p)


def residual_term(off: bool = False) -> Term:
    """What the loss adds to the surprisal of the true token."""
    residual = smoothing_residual(V, eps, p, y)
    return V / (V - 1) * residual if off else residual


def minimiser_term(off: bool = False) -> Term:
    """The probability of the true token where the loss is least, as one writes it."""
    return 1 - eps if off else 1 - eps + eps / V


def minimiser(smoothing: Fraction, off: bool = False) -> Fraction:
    """What the smoothed target itself gives to the true token."""
    return Fraction(evaluate(smoothing_target(off)[y], shared(Fraction(1, 2), smoothing)))


def _places(smoothing: Fraction, off: bool) -> list[Fraction]:
    """Where a curve is calculated: close together near 1, where the loss turns, and at the minimiser itself."""
    places = {Fraction(i, 100) for i in range(2, 100)} | {Fraction(i, 2000) for i in range(1980, 1998)}
    if smoothing:
        places.add(minimiser(smoothing, off))
    return sorted(places)


def _line_of_models(f: Shelf) -> tuple[Prose, ...]:
    return (f(eq(V, TOKENS)), "; the other tokens"), ("share the rest equally",)


@cache  # one plot for many theorems
def _smoothed(term: Term, smoothing: Fraction, off: bool) -> tuple[Point, ...]:
    return along(term, _places(smoothing, off), lambda x: shared(x, smoothing))


def smoothed_loss(f: Shelf, off: bool = False) -> Chart:
    loss = smoothed_loss_term(off)
    curves, said = [], []
    for s in SMOOTHINGS:
        points = _smoothed(loss, s, off)
        if not s:
            # no model is the one-hot target, so the value there belongs to the target and not to a model
            floor = Point(1, evaluate(entropy(V, one_hot(y)), shared(Fraction(1, 2), s)))
            curves.append(Curve((f.smoothing(s),), points, floor, True, (", no minimum",)))
            continue
        best = minimiser(s, off)
        mark = next(point for point in points if point.x == best)
        curves.append(Curve((f.smoothing(s),), points, mark, False, (f", least at {decimal(best)}",)))
        said.append(f"for ε = {decimal(s)} it is least, {decimal(mark.value)}, at p(y) = {decimal(best)}")
    place = f(eq(p[y], minimiser_term(off)))
    uniform = evaluate(loss, shared(Fraction(1, TOKENS), Fraction(1, 5)))
    return Chart(
        key="loss",
        heading=("The smoothed loss is least at ", place, ", not at 1"),
        across=("probability of the true token, ", f(p[y])),
        up=("smoothed loss ", f(loss), ", in nats"),
        x=(0, 1), y=(0, 2.6), x_ticks=(0, 0.2, 0.4, 0.6, 0.8, 1), y_ticks=(0, 0.5, 1, 1.5, 2, 2.5),
        curves=tuple(curves),
        remarks=(
            Remark(0.93, 1.98, (*_line_of_models(f), ("marked: the minimum,",), ("at ", place)), "right"),
        ),
        alt=(
            f"Line plot of the smoothed loss, from 0 to 2.6 nats, against the probability p(y) of the true token, from 0 to 1. "
            f"There are {TOKENS} tokens; the others share the rest equally. Four curves, one for each smoothing ε, meet at "
            f"p(y) = 1/{TOKENS} with the value {decimal(uniform)}. For ε = 0 the loss falls all the way to 0 at p(y) = 1, "
            f"which no model attains. With smoothing it falls, turns, and grows without bound near 1: {'; '.join(said)}. "
            f"These minima are at p(y) = {'1 − ε' if off else '1 − ε + ε/V'}."
        ),
    )  # fmt: skip


def residual(f: Shelf, off: bool = False) -> Chart:
    term = residual_term(off)
    curves, said = [], []
    for s in SMOOTHINGS:
        points = _smoothed(term, s, off)
        if not s:
            curves.append(Curve((f.smoothing(s),), points))
            continue
        best = minimiser(s, off)
        mark = next(point for point in points if point.x == best)
        curves.append(Curve((f.smoothing(s),), points, mark))
        said.append(f"for ε = {decimal(s)} it is {decimal(mark.value)} at p(y) = {decimal(best)}")
    uniform = Fraction(1, TOKENS)
    return Chart(
        key="residual",
        heading=("The residual is 0 at ", f(eq(p[y], 1 / V)), " and grows without bound as ", f(p[y]), " nears 1"),
        across=("probability of the true token, ", f(p[y])),
        up=("residual ", f(term), ", in nats"),
        x=(0, 1), y=(-0.5, 1.5), x_ticks=(0, 0.2, 0.4, 0.6, 0.8, 1), y_ticks=(-0.5, 0, 0.5, 1, 1.5),
        curves=tuple(curves),
        remarks=(
            Remark(
                0.03, 1.04, (*_line_of_models(f), ("marked: where the loss is least,",), (f(eq(p[y], minimiser_term(off))),)),
                "left",
            ),
        ),
        alt=(
            f"Line plot of the residual of label smoothing, from −0.5 to 1.5 nats, against the probability p(y) of the true "
            f"token, from 0 to 1. There are {TOKENS} tokens; the others share the rest equally. For ε = 0 the residual is 0 "
            f"everywhere. For ε = 0.05, 0.1 and 0.2 it rises from below 0, is 0 at p(y) = {decimal(uniform)} (the uniform "
            f"model), and grows without bound near 1, the faster the larger ε is. Where the smoothed loss is least, "
            f"{'; '.join(said)}."
        ),
    )  # fmt: skip


# --- cross-entropy ---------------------------------------------------------------------------------------------------


def two_tokens(x: Number) -> Model:
    """The model gives probability x to the first of two tokens."""
    return Model({V: 2, q: TARGET, p: (x, 1 - x)})


@cache
def _two_tokens(term: Term) -> tuple[Point, ...]:
    places = {Fraction(i, 200) for i in range(1, 200)} | {Fraction(1, 1000), Fraction(999, 1000), TARGET[0]}
    return along(term, sorted(places), two_tokens)


def entropies(f: Shelf) -> Chart:
    total, floor, gap = map(_two_tokens, (cross_entropy(V, q, p), entropy(V, q), kl(V, q, p)))
    stacked = tuple(Point(h.x, h.value + d.value) for h, d in zip(floor, gap, strict=True))
    nothing = tuple(Point(point.x, 0) for point in floor)
    mark = next(point for point in total if point.x == TARGET[0])
    least = floor[0].value
    return Chart(
        key="entropies",
        heading=("Cross-entropy is entropy plus divergence, least where ", f(eq(p, q))),
        across=("the model’s probability of the first token, ", f(p[1])),
        up=("cross-entropy ", f(cross_entropy(V, q, p)), ", in nats"),
        x=(0, 1), y=(0, 2), x_ticks=(0, 0.2, 0.4, 0.6, 0.8, 1), y_ticks=(0, 0.5, 1, 1.5, 2),
        curves=(Curve((f(cross_entropy(V, q, p)),), total, mark),),
        areas=(Area(nothing, floor), Area(floor, stacked)),
        remarks=(
            Remark(0.5, to_float(least) / 2, ((f(entropy(V, q)), ", the entropy of the target"),), inside=True),
            Remark(0.03, to_float(least) + 0.22, ((f(kl(V, q, p)),),), "left", inside=True),
            Remark(0.5, 1.72, (("two tokens, target ", f(q), f" = {TARGET_TEXT}"),)),
            Remark(0.7, to_float(least) + 0.3, ((f(eq(kl(V, q, p), 0)), " at 0.7"),)),
        ),
        alt=(
            f"Stacked areas against the probability p(1) that the model gives to the first of two tokens, from 0 to 1; the "
            f"target is q = {TARGET_TEXT}. The lower area is the entropy of the target, {decimal(least)} nats everywhere. The "
            f"upper area is the divergence of the target from the model: it is 0 at p(1) = 0.7, where the model is the "
            f"target, and grows on both sides. The upper edge is their sum, the cross-entropy; its minimum, "
            f"{decimal(mark.value)} nats at p(1) = 0.7, is marked."
        ),
    )  # fmt: skip


def logits(x: Number) -> Model:
    return Model({V: 2, q: TARGET, z: (x, 0), j: 1})


def gradient_term() -> Term:
    """The slope of the loss in the logit of the first token."""
    return partial(cross_entropy(V, q, softmax(V, z)), z, j)


@cache
def _logits(term: Term) -> tuple[Point, ...]:
    places = {Exact.of(Fraction(i, 5)) for i in range(-20, 31)} | {BALANCE}
    return along(term, sorted(places), logits)


def gradient(f: Shelf) -> Chart:
    predicted, wanted, slope = map(_logits, (softmax(V, z)[1], q[1], gradient_term()))
    reached = tuple(Point(w.x, w.value + s.value) for w, s in zip(wanted, slope, strict=True))
    mark = next(point for point in predicted if point.x == BALANCE)
    return Chart(
        key="gradient",
        heading=("The gradient in a logit is prediction minus target: 0 where they agree",),
        across=("logit ", f(z[1]), " of the first token (that of the second is 0)"),
        up=("probability of the first token",),
        x=(-4, 6), y=(0, 1.05), x_ticks=(-4, -2, 0, 2, 4, 6), y_ticks=(0, 0.25, 0.5, 0.75, 1),
        curves=(Curve(("prediction",), predicted, mark), Curve(("target ", f(q[1])), wanted)),
        areas=(Area(wanted, reached),),
        remarks=(
            Remark(-2.3, 0.45, (("gradient < 0",),), inside=True),
            Remark(4, 0.8, (("gradient > 0",),), inside=True),
        ),
        alt=(
            "Line plot of the probability that the model predicts for the first of two tokens, against the logit of that "
            "token from −4 to 6; the other logit is 0. The prediction rises in the shape of an S from "
            f"{decimal(predicted[0].value)} to {decimal(predicted[-1].value)}. The target is a level line at 0.7. The "
            "shaded distance from the target to the prediction is the gradient of the cross-entropy in the logit: below 0 on "
            f"the left, above 0 on the right, and 0 at the logit {decimal(BALANCE)}, where the two meet; that point is marked."
        ),
    )  # fmt: skip
