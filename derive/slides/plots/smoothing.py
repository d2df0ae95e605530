"""Plots of label smoothing: the loss and the residual against p(y), and the distributions side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from derive.falsify import Model, evaluate
from derive.falsify.numbers.exact import Exact
from derive.kernel.terms import Term, eq
from derive.language.definitions import (
    cross_entropy,
    entropy,
    one_hot,
    smoothed,
    smoothed_off,
    smoothing_residual,
    surprisal,
)
from derive.language.letters import V, eps, p, y
from derive.render.formula.nodes import Prose
from derive.slides.plots.charts import (
    FIFTHS,
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
)

TOKENS = 10  # of the vocabulary: so that the minimum is seen to be past 1 - eps
SMOOTHINGS = (Fraction(0), Fraction(1, 20), Fraction(1, 10), Fraction(1, 5))
BARS = 8  # tokens of which bars are drawn
MODEL = (Fraction(1, 10), Fraction(3, 5), Fraction(1, 5), Fraction(1, 10))  # of the bars, with
TRUE, SHARE = 2, Fraction(1, 5)  # this token and this smoothing


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


# --- a line of models ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """Models in which the true token has probability x, and of the rest each other token keeps its share."""

    token: int
    shares: tuple[Number, ...]  # of all tokens; that of the true one is not used

    @property
    def size(self) -> int:
        return len(self.shares)

    def model(self, x: Number, smoothing: Number) -> Model:
        row = tuple(x if k == self.token else (1 - x) * share for k, share in enumerate(self.shares, 1))
        return Model({V: self.size, y: self.token, eps: smoothing, p: row})


EVEN = Line(1, (Fraction(1, TOKENS - 1),) * TOKENS)  # the other tokens share the rest equally


@dataclass(frozen=True)
class _Drawn:
    """What is drawn: the line of models, the smoothings, and where on it the numbers are that were given."""

    line: Line
    smoothings: tuple[Fraction, ...]
    here: Number | None
    smoothing: Fraction | None  # that was given

    @property
    def even(self) -> bool:
        others = {share for k, share in enumerate(self.line.shares, 1) if k != self.line.token}
        return len(others) == 1


def _drawn(at: Numbers, off: bool) -> _Drawn:
    given = at.listed(p)
    line, here = EVEN, None
    if given:
        at_most(len(given))
        token = at.token(y, 1, len(given))
        here = given[token - 1]
        if here == 1:
            raise UnfitError(
                "the true token has probability 1 at these numbers; there is no curve of models through them"
            )
        line = Line(token, tuple(Exact.of(x) / (1 - here) for x in given))
    elif at.one(V, TOKENS) != TOKENS:
        size = at.one(V, TOKENS)
        at_most(size)
        line = Line(at.token(y, 1, size), (Fraction(1, size - 1),) * size)
    smoothing = Fraction(at.one(eps, 0))
    if smoothing and not 0 < minimiser(line, smoothing, off) < 1:
        raise UnfitError(
            f"with the smoothing {decimal(smoothing)} the smoothed target is no distribution in which every token may occur"
        )
    chosen = at.one(eps, None)
    return _Drawn(
        line, (Fraction(0), smoothing) if smoothing else SMOOTHINGS, here, None if chosen is None else smoothing
    )


def minimiser(line: Line, smoothing: Fraction, off: bool = False) -> Fraction:
    """What the smoothed target itself gives to the true token."""
    return Fraction(evaluate(smoothing_target(off)[line.token], line.model(Fraction(1, 2), smoothing)))


def _places(best: Fraction | None) -> list[Fraction]:
    """Where a curve is calculated: close together near 1, where the loss turns, and at the minimiser itself."""
    places = {Fraction(i, 100) for i in range(2, 100)} | {Fraction(i, 2000) for i in range(1980, 2000)}
    places |= {1 - Fraction(1, 2000 * 2**i) for i in range(1, 8)}
    return sorted(places if best is None else places | {best})


@remembered  # one plot for many theorems
def _values(term: Term, line: Line, smoothing: Fraction, off: bool) -> tuple[Point, ...]:
    best = minimiser(line, smoothing, off) if smoothing else None
    return along(term, _places(best), lambda x: line.model(x, smoothing))


def _curves(f: Shelf, term: Term, drawn: _Drawn, off: bool) -> list[tuple[Fraction, Curve]]:
    """A curve for each smoothing; where it smooths at all, the place is marked where the loss is least."""
    out = []
    for s in drawn.smoothings:
        points = _values(term, drawn.line, s, off)
        best = minimiser(drawn.line, s, off) if s else None
        mark = next((point for point in points if point.x == best), None)
        out.append((s, Curve((f.equals(eps, s),), points, mark, here=_here(term, drawn, s))))
    return out


def _here(term: Term, drawn: _Drawn, smoothing: Fraction) -> Point | None:
    """The value at the numbers that were given, on the curve of their smoothing."""
    if drawn.here is None or smoothing != drawn.smoothing:
        return None
    return Point(drawn.here, evaluate(term, drawn.line.model(drawn.here, smoothing)))


def _others(f: Shelf, drawn: _Drawn) -> tuple[Prose, ...]:
    how = "share the rest equally." if drawn.even else "keep their shares of the rest."
    return (f(eq(V, drawn.line.size)), ". The other tokens"), (how,)


def _others_alt(drawn: _Drawn) -> str:
    how = "share the rest equally" if drawn.even else "keep the shares of the rest that they have at the given numbers"
    return f"There are {drawn.line.size} tokens; the others {how}."


def _here_alt(points: list[Point | None]) -> str:
    found = next((point for point in points if point is not None), None)
    if found is None:
        return ""
    return f" At the given numbers, p(y) = {decimal(found.x)}, it is {decimal(found.value)}; that point is marked with a ring."


def smoothed_loss(f: Shelf, at: Numbers, off: bool = False) -> Chart:
    loss, drawn = smoothed_loss_term(off), _drawn(at, off)
    line = drawn.line
    curves, said = [], []
    for s, curve in _curves(f, loss, drawn, off):
        if mark := curve.mark:
            curves.append(replace(curve, more=(f", least at {decimal(mark.x)}",)))
            said.append(f"for ε = {decimal(s)} it is least, {decimal(mark.value)}, at p(y) = {decimal(mark.x)}")
        else:
            # no model is the one-hot target, so the value there belongs to the target and not to a model
            floor = Point(1, evaluate(entropy(V, one_hot(y)), line.model(Fraction(1, 2), s)))
            curves.append(replace(curve, mark=floor, open=True, more=(", no minimum",)))
    place = f(eq(p[y], minimiser_term(off)))
    uniform = Fraction(1, line.size)
    meet = evaluate(loss, line.model(uniform, drawn.smoothings[-1]))
    shown = [c.mark.xy[1] for c in curves if c.mark] + [c.here.xy[1] for c in curves if c.here] + [Point(0, meet).xy[1]]
    top = 1.13 * max(shown)
    met = f"meet at p(y) = 1/{line.size} with the value {decimal(meet)}. " if drawn.even else "are drawn. "
    curves_said = "Four curves" if len(curves) == 4 else "Two curves"
    return Chart(
        key="loss",
        heading=("The smoothed loss is least at ", place, ", not at 1"),
        across=("probability of the true token, ", f(p[y])),
        up=("smoothed loss ", f(loss), ", in nats"),
        x=(0, 1), y=(0, top), x_ticks=FIFTHS, y_ticks=ticks(0, top),
        curves=tuple(curves),
        remarks=(
            Remark(0.93, top * 0.88, _others(f, drawn), "right"),
            Remark(0.93, top * 0.66, (("Marked: the minimum,",), ("where ", place)), "right"),
        ),
        alt=(
            f"Line plot of the smoothed loss, in nats, against the probability p(y) of the true token, from 0 to 1. "
            f"{_others_alt(drawn)} {curves_said}, one for each smoothing ε, {met}For ε = 0 the loss falls all the way to 0 "
            f"at p(y) = 1, which no model attains. With smoothing it falls, turns, and grows without bound near 1: "
            f"{'; '.join(said)}. These minima are at p(y) = {'1 − ε' if off else '1 − ε + ε/V'}."
            f"{_here_alt([c.here for c in curves])}"
        ),
    )  # fmt: skip


def residual(f: Shelf, at: Numbers, off: bool = False) -> Chart:
    term, drawn = residual_term(off), _drawn(at, off)
    found = _curves(f, term, drawn, off)
    curves = [curve for _, curve in found]
    said = [
        f"for ε = {decimal(s)} it is {decimal(c.mark.value)} at p(y) = {decimal(c.mark.x)}" for s, c in found if c.mark
    ]
    values = [pt.xy[1] for c in curves for pt in c.points if Fraction(3, 100) <= pt.x]
    low, high = min(values) * 1.15, max(values) * 1.05
    where, zero = _zero(f, drawn)
    rising = ", ".join(decimal(s) for s in drawn.smoothings[1:])
    return Chart(
        key="residual",
        heading=("The residual is 0 ", *where, " and grows without bound as ", f(p[y]), " nears 1"),
        across=("probability of the true token, ", f(p[y])),
        up=("residual ", f(term), ", in nats"),
        x=(0, 1), y=(low, high), x_ticks=FIFTHS, y_ticks=ticks(low, high),
        curves=tuple(curves),
        remarks=(
            Remark(0.03, high * 0.86, _others(f, drawn), "left"),
            Remark(
                0.03, high * 0.56, (("Marked: where the loss is least,",), (f(eq(p[y], minimiser_term(off))),)), "left"
            ),
        ),
        alt=(
            f"Line plot of the residual of label smoothing, in nats, against the probability p(y) of the true token, from 0 to "
            f"1. {_others_alt(drawn)} For ε = 0 the residual is 0 everywhere. For ε = {rising} it rises from below 0, is 0 "
            f"{zero}, and grows without bound near 1, the faster the larger ε is. Where the smoothed loss is least, "
            f"{'; '.join(said)}.{_here_alt([c.here for c in curves])}"
        ),
    )  # fmt: skip


def _zero(f: Shelf, drawn: _Drawn) -> tuple[Prose, str]:
    """Where the residual is 0: at 1/V only where the other tokens have equal shares."""
    if drawn.even:
        return ("at ", f(eq(p[y], 1 / V))), f"at p(y) = {decimal(Fraction(1, drawn.line.size))} (the uniform model)"
    return (
        "where ",
        f(p[y]),
        " is the geometric mean",
    ), "where p(y) is the geometric mean of the probabilities"


# --- bars ------------------------------------------------------------------------------------------------------------


def distributions(f: Shelf, at: Numbers, off: bool = False) -> Chart:
    """The one-hot target, the smoothed one and the model, token by token."""
    given = at.listed(p) or MODEL
    at_most(len(given))
    token = at.token(y, TRUE, len(given))
    smoothing = Fraction(at.one(eps, SHARE))
    model = Model({V: len(given), y: token, eps: smoothing, p: given})
    tokens = list(range(1, len(given) + 1))
    if len(tokens) > BARS:  # the first ones, and the true one
        tokens = [*tokens[:BARS], token] if token > BARS else tokens[:BARS]
    terms = (one_hot(y), smoothing_target(off), p)
    rows = [tuple(Point(i, evaluate(term[k], model)) for i, k in enumerate(tokens, 1)) for term in terms]
    values = [[decimal(pt.value, 2) for pt in points] for points in rows]
    loss, bare = evaluate(smoothed_loss_term(off), model), evaluate(surprisal(p, y), model)
    named = [at.word(k) for k in tokens]
    least = eps / (V - 1) if off else eps / V
    some = "" if len(tokens) == len(given) else f"; {len(tokens)} of {len(given)} are shown"
    return Chart(
        key="distributions",
        heading=("Smoothing gives ", f(least), " to every wrong token: the target is 0 nowhere"),
        across=(f"token{some}; the true one is {at.word(token)}",),
        up=("probability",),
        x=(0.4, len(tokens) + 0.6), y=(0, 1.08), x_ticks=tuple(range(1, len(tokens) + 1)), y_ticks=(0, 0.25, 0.5, 0.75, 1),
        series=(
            Series(("one-hot ", f(terms[0])), rows[0]),
            Series(("smoothed ", f(terms[1])), rows[1]),
            Series(("model ", f(p)), rows[2]),
        ),
        names=tuple((name,) for name in named),
        remarks=(
            Remark(len(tokens) + 0.5, 0.9, ((f.equals(eps, smoothing),), (f.equals(surprisal(p, y), bare),), (f.equals(smoothed_loss_term(off), loss),)), "right"),
        ),
        alt=(
            f"Bars for {len(tokens)} tokens{some}; the true one is {at.word(token)}, and ε = {decimal(smoothing)}. The one-hot "
            f"target is 1 at the true token and 0 elsewhere. The smoothed target is {', '.join(values[1])}; the model is "
            f"{', '.join(values[2])}. The negative log-likelihood of the true token is {decimal(bare)} nats, the smoothed "
            f"loss {decimal(loss)} nats."
        ),
    )  # fmt: skip
