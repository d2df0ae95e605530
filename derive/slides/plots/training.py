"""The plot of a training run: the smoothed loss and its parts, step by step."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from derive.falsify import Model, approx, evaluate
from derive.kernel.terms import Term
from derive.language.definitions import cross_entropy, one_hot, smoothed, softmax, surprisal
from derive.language.letters import V, eps, j, p, y, z
from derive.language.syntax import partial
from derive.slides.plots.charts import (
    FEW,
    Area,
    Chart,
    Curve,
    Numbers,
    Point,
    Remark,
    Shelf,
    at_most,
    decimal,
    ticks,
)
from derive.slides.plots.smoothing import residual_term, smoothed_loss_term

STEPS = 30
RATE = Fraction(1)  # of what the gradient moves the logits by
TOKENS, SHARE = 4, Fraction(1, 10)


def gradient_term() -> Term:
    """The slope of the smoothed loss in a logit, by which the model is trained."""
    return partial(cross_entropy(V, smoothed(V, eps, y), softmax(V, z)), z, j)


@cache
def run(size: int, token: int, smoothing: Fraction) -> tuple[Model, ...]:
    """The models of a run of gradient descent from logits of 0.  The logits are rounded to thousandths at each step: that
    chooses which models are looked at; what is said of each is exact."""
    logits = [Fraction(0)] * size
    out = []
    slope = gradient_term()
    for _ in range(STEPS + 1):
        here: dict[object, object] = {V: size, y: token, eps: smoothing, z: tuple(logits)}
        model = Model(here)  # type: ignore[arg-type]
        out.append(Model(here | {p: tuple(evaluate(softmax(V, z)[k], model) for k in range(1, size + 1))}))  # type: ignore[arg-type]
        moved = [evaluate(slope, Model(here | {j: k})) for k in range(1, size + 1)]  # type: ignore[arg-type]
        logits = [Fraction(approx(x - RATE * m, 8)).limit_denominator(1000) for x, m in zip(logits, moved, strict=True)]
    return tuple(out)


@cache
def _over_steps(term: Term, size: int, token: int, smoothing: Fraction) -> tuple[Point, ...]:
    return tuple(Point(i, evaluate(term, model)) for i, model in enumerate(run(size, token, smoothing)))


def training(f: Shelf, at: Numbers) -> Chart:
    """The smoothed loss, the negative log-likelihood and the one-hot cross-entropy over a training run."""
    size = at.one(V, TOKENS)
    at_most(size, FEW)
    token = at.token(y, 1, size)
    smoothing = Fraction(at.one(eps, 0)) or SHARE
    terms = (smoothed_loss_term(), surprisal(p, y), cross_entropy(V, one_hot(y), p), residual_term())
    loss, bare, hard, added = (_over_steps(term, size, token, smoothing) for term in terms)
    top = 1.12 * loss[0].xy[1]
    first, last = loss[0], loss[-1]
    return Chart(
        key="training",
        heading=("NLL and one-hot cross-entropy are one curve; smoothing adds the residual",),
        across=("step of gradient descent on the smoothed loss",),
        up=("in nats",),
        x=(0, STEPS), y=(0, top), x_ticks=(0, 10, 20, 30), y_ticks=ticks(0, top),
        curves=(
            Curve(("smoothed loss",), loss),
            Curve(("NLL",), bare),
            Curve(("one-hot cross-entropy",), hard, over=True),
        ),
        areas=(Area(bare, loss),),
        remarks=(
            Remark(STEPS * 0.55, (loss[16].xy[1] + bare[16].xy[1]) / 2, (("residual",),), inside=True),
            Remark(STEPS * 0.75, top * 0.9, ((f.equals(V, size), ",  ", f.equals(eps, smoothing)),)),
        ),
        alt=(
            f"Line plot of three losses, in nats, over {STEPS} steps of gradient descent on the smoothed loss, for one token of "
            f"{size}, with ε = {decimal(smoothing)}, from equal logits on. The average negative log-likelihood and the one-hot "
            f"cross-entropy are one curve: it falls from {decimal(bare[0].value)} to {decimal(bare[-1].value)}. The smoothed loss "
            f"falls from {decimal(first.value)} to {decimal(last.value)}. What lies between is shaded: the residual, "
            f"{decimal(added[0].value)} at the start and {decimal(added[-1].value)} at the end."
        ),
    )  # fmt: skip
