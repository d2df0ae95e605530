"""Plots of information: what a token costs, entropy plus divergence, the gradient in a logit, softmax at temperatures."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from derive.falsify import Model, evaluate
from derive.falsify.numbers.exact import Exact, log
from derive.kernel.terms import Term, eq
from derive.language.definitions import cross_entropy, entropy, kl, logsumexp, softmax
from derive.language.letters import V, j, k, p, q, y, z
from derive.language.syntax import fun, partial, real
from derive.language.syntax import log as logarithm
from derive.slides.plots.charts import (
    FEW,
    FIFTHS,
    Area,
    Chart,
    Curve,
    Number,
    Numbers,
    Point,
    Remark,
    Series,
    Shelf,
    UnfitError,
    along,
    at_most,
    decimal,
    remembered,
    ticks,
    to_float,
)

TARGET = (Fraction(7, 10), Fraction(3, 10))  # of two tokens, where a model has one probability to choose
LOGITS = (Fraction(2), Fraction(1), Fraction(0), Fraction(-1))
tau = real("tau")


# --- what a token costs ----------------------------------------------------------------------------------------------


@cache
def _costs() -> tuple[Point, ...]:
    places = {Fraction(i, 100) for i in range(1, 101)} | {Fraction(i, 400) for i in range(2, 20)}
    return along(-logarithm(p[y]), sorted(places), lambda x: Model({y: 1, p: (x,)}))


def surprisals(f: Shelf, at: Numbers) -> Chart:
    """-log p(y) against p(y), with the token of the given numbers."""
    cost, points = -logarithm(p[y]), _costs()
    here = None
    if given := at.listed(p):
        x = given[at.token(y, 1, len(given)) - 1]
        here = Point(x, evaluate(cost, Model({y: 1, p: (x,)})))
    half = next(pt for pt in points if pt.x == Fraction(1, 2))
    tenth = next(pt for pt in points if pt.x == Fraction(1, 10))
    top = max(4.8, 1.1 * here.xy[1]) if here and here.x else 4.8
    said = (
        f" At the given numbers, p(y) = {decimal(here.x)}, it is {decimal(here.value)}; that point is marked with a ring."
        if here
        else ""
    )
    return Chart(
        key="surprisal",
        heading=("A token costs ", f(cost), ": nothing at probability 1, without bound near 0"),
        across=("probability of the true token, ", f(p[y])),
        up=("cost ", f(cost), ", in nats"),
        x=(0, 1), y=(0, top), x_ticks=FIFTHS, y_ticks=ticks(0, top),
        curves=(Curve((f(cost),), points, points[-1], here=here),),
        remarks=(
            Remark(0.56, half.xy[1] + 0.55, (("half the probability costs log 2,",), (f"{decimal(half.value)} nats, more",)), "left"),
        ),
        alt=(
            f"Line plot of the cost −log p(y) of the true token, in nats, against its probability p(y), from 0 to 1. It is 0 at "
            f"p(y) = 1, {decimal(half.value)} at 0.5, {decimal(tenth.value)} at 0.1, and grows without bound as p(y) nears 0. "
            f"Each halving of the probability adds the same {decimal(half.value)} nats.{said}"
        ),
    )  # fmt: skip


# --- entropy plus divergence -----------------------------------------------------------------------------------------


def _target(at: Numbers) -> tuple[Number, ...]:
    target = at.listed(q) or TARGET
    at_most(len(target))
    if not 0 < to_float(target[0]) < 1:
        raise UnfitError("the target gives the first token the probability 0 or 1; this plot needs one between")
    return target


def mixed(target: tuple[Number, ...], x: Number) -> Model:
    """The model gives probability x to the first token; the others keep the shares that they have in the target."""
    rest = 1 - target[0]
    return Model({V: len(target), q: target, p: (x, *((1 - x) * share / rest for share in target[1:]))})


@remembered
def _mixed(term: Term, target: tuple[Number, ...]) -> tuple[Point, ...]:
    places = {Fraction(i, 200) for i in range(1, 200)} | {Fraction(i, 4000) for i in (2, 4, 8, 3992, 3996, 3998)}
    inside = [x for x in places if x != target[0]]
    return along(term, sorted([*inside, target[0]], key=to_float), lambda x: mixed(target, x))


def entropies(f: Shelf, at: Numbers) -> Chart:
    target = _target(at)
    total, floor, gap = (_mixed(t, target) for t in (cross_entropy(V, q, p), entropy(V, q), kl(V, q, p)))
    stacked = tuple(Point(h.x, h.value + d.value) for h, d in zip(floor, gap, strict=True))
    nothing = tuple(Point(point.x, 0) for point in floor)
    mark = next(point for point in total if point.x == target[0])
    least, best = to_float(mark.value), decimal(target[0])
    top = round(2.4 * least + 0.5, 1)
    text = f"({', '.join(decimal(x) for x in target)})" if len(target) < 5 else f"({decimal(target[0])}, …)"
    many = "two tokens" if len(target) == 2 else f"{len(target)} tokens"
    here = None
    if len(target) == 2 and (given := at.listed(p)):
        here = Point(given[0], evaluate(cross_entropy(V, q, p), mixed(target, given[0])))
    said = f" At the given numbers it is {decimal(here.value)}, marked with a ring." if here else ""
    shares = "" if len(target) == 2 else " The other tokens keep the shares that they have in the target."
    return Chart(
        key="entropies",
        heading=("Cross-entropy is entropy plus divergence, least where ", f(eq(p, q))),
        across=("probability that the model gives to the first token, ", f(p[1])),
        up=("cross-entropy ", f(cross_entropy(V, q, p)), ", in nats"),
        x=(0, 1), y=(0, top), x_ticks=FIFTHS, y_ticks=ticks(0, top),
        curves=(Curve((f(cross_entropy(V, q, p)),), total, mark, here=here),),
        areas=(Area(nothing, floor), Area(floor, stacked)),
        remarks=(
            Remark(0.5, least / 2, ((f(entropy(V, q)), ", the entropy of the target"),), inside=True),
            Remark(0.03, least + 0.12 * top, ((f(kl(V, q, p)),),), "left", inside=True),
            Remark(0.5, top * 0.88, ((f"{many}, target ", f(q), f" = {text}"),)),
            Remark(to_float(target[0]), least + 0.17 * top, ((f(eq(kl(V, q, p), 0)), f" at {best}"),)),
        ),
        alt=(
            f"Stacked areas against the probability p(1) that the model gives to the first of {many}, from 0 to 1; the "
            f"target is q = {text}.{shares} The lower area is the entropy of the target, {decimal(mark.value)} nats everywhere. "
            f"The upper area is the divergence of the target from the model: it is 0 at p(1) = {best}, where the model is the "
            f"target, and grows on both sides. The upper edge is their sum, the cross-entropy; its minimum, "
            f"{decimal(mark.value)} nats at p(1) = {best}, is marked.{said}"
        ),
    )  # fmt: skip


# --- the gradient in a logit -----------------------------------------------------------------------------------------


def gradient_term() -> Term:
    """The slope of the loss in the logit of the first token."""
    return partial(cross_entropy(V, q, softmax(V, z)), z, j)


def logits(target: tuple[Number, ...], others: tuple[Number, ...], x: Number) -> Model:
    return Model({V: len(target), q: target, z: (x, *others), j: 1})


def balance(target: tuple[Number, ...], others: tuple[Number, ...]) -> Exact:
    """The logit at which the model gives the first token what the target gives it."""
    rest = Exact.of(evaluate(logsumexp(V, z), Model({V: len(others), z: others})))
    first = Exact.of(target[0])
    return log(first / (1 - first)) + rest


@remembered
def _logits(term: Term, target: tuple[Number, ...], others: tuple[Number, ...]) -> tuple[Point, ...]:
    middle = balance(target, others)
    start = round(to_float(middle)) - 5
    places = [*(Exact.of(start + Fraction(i, 5)) for i in range(51)), middle]
    return along(term, sorted(places, key=to_float), lambda x: logits(target, others, x))


def gradient(f: Shelf, at: Numbers) -> Chart:
    target = _target(at)
    at_most(len(target), FEW)
    given = at.listed(z)
    others = given[1:] if len(given) == len(target) else (0,) * (len(target) - 1)
    terms = (softmax(V, z)[1], q[1], gradient_term())
    predicted, wanted, slope = (_logits(term, target, others) for term in terms)
    reached = tuple(Point(w.x, w.value + s.value) for w, s in zip(wanted, slope, strict=True))
    middle = balance(target, others)
    mark = next(point for point in predicted if point.x == middle)
    low, high = predicted[0].xy[0], predicted[-1].xy[0]
    here = None
    if given:
        here = Point(given[0], evaluate(terms[0], logits(target, others, given[0])))
        here = here if low < here.xy[0] < high else None
    level = to_float(target[0])
    rest = "that of the second is 0" if others == (0,) else "the others stay"
    said = f" At the given logits it is {decimal(here.value)}, marked with a ring." if here else ""
    return Chart(
        key="gradient",
        heading=("The gradient in a logit is prediction minus target: 0 where they agree",),
        across=("logit ", f(z[1]), f" of the first token ({rest})"),
        up=("probability of the first token",),
        x=(low, high), y=(0, 1.05), x_ticks=ticks(low, high), y_ticks=(0, 0.25, 0.5, 0.75, 1),
        curves=(Curve(("prediction",), predicted, mark, here=here), Curve(("target ", f(q[1])), wanted)),
        areas=(Area(wanted, reached),),
        remarks=(
            Remark(low + 1.7, level * 0.64, (("gradient < 0",),), inside=True),
            Remark(high - 2, (1 + level) / 2 - 0.05, (("gradient > 0",),), inside=True),
        ),
        alt=(
            f"Line plot of the probability that the model predicts for the first of {len(target)} tokens, against the logit of "
            f"that token from {decimal(Exact.of(Fraction(low)))} to {decimal(Exact.of(Fraction(high)))}; {rest}. The prediction "
            f"rises in the shape of an S from {decimal(predicted[0].value)} to {decimal(predicted[-1].value)}. The target is a "
            f"level line at {decimal(target[0])}. The shaded distance from the target to the prediction is the gradient of the "
            f"cross-entropy in the logit: below 0 on the left, above 0 on the right, and 0 at the logit {decimal(middle)}, "
            f"where the two meet; that point is marked.{said}"
        ),
    )  # fmt: skip


# --- temperatures ----------------------------------------------------------------------------------------------------


def temperatures(f: Shelf, at: Numbers) -> Chart:
    """softmax(z / tau), token by token, at three temperatures."""
    given = at.listed(z) or LOGITS
    at_most(len(given), FEW)
    if len(set(given)) == 1:
        raise UnfitError("all logits are equal at these numbers, so softmax is the same at every temperature")
    usual = Fraction(at.one(tau, 1))
    chosen = (usual / 2, usual, usual * 2)
    cooled = softmax(V, fun(k, z[k] / tau))
    rows = [
        tuple(Point(i, evaluate(cooled[i], Model({V: len(given), z: given, tau: t}))) for i in range(1, len(given) + 1))
        for t in chosen
    ]
    said = "; ".join(
        f"at τ = {decimal(t)} they are {', '.join(decimal(pt.value) for pt in points)}"
        for t, points in zip(chosen, rows, strict=True)
    )
    return Chart(
        key="temperature",
        heading=("The lower the temperature, the more the largest logit gets",),
        across=("logit of the token",),
        up=("probability ", f(cooled)),
        x=(0.4, len(given) + 0.6), y=(0, 1.08), x_ticks=tuple(range(1, len(given) + 1)), y_ticks=(0, 0.25, 0.5, 0.75, 1),
        series=tuple(Series((f.equals(tau, t),), points) for t, points in zip(chosen, rows, strict=True)),
        names=tuple((f.equals(z[i], value),) for i, value in enumerate(given, 1)),
        alt=(
            f"Bars of the probabilities softmax(z/τ) of {len(given)} tokens with the logits "
            f"{', '.join(decimal(x) for x in given)}, at three temperatures τ: {said}. The lower the temperature, the more of "
            f"the probability the token with the largest logit has; the higher, the more equal the tokens are."
        ),
    )  # fmt: skip
