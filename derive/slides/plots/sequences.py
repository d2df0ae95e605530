"""Plots of sequences: the tree of tokens with the log-probabilities along it, and one optimum for two objectives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache

from derive.falsify import Model, evaluate
from derive.kernel.terms import Term
from derive.language.definitions import cross_entropy, log_likelihood, one_hot, sequence_probability
from derive.language.letters import T, V, ps, t, theta, ys
from derive.language.syntax import Sum, log
from derive.render.formula.nodes import Prose
from derive.slides.plots.charts import (
    FIFTHS,
    Chart,
    Curve,
    Edge,
    Number,
    Numbers,
    Point,
    Remark,
    Shelf,
    UnfitError,
    along,
    at_most,
    decimal,
    ticks,
    to_float,
)

# --- the tree of tokens ----------------------------------------------------------------------------------------------

DEEPEST, ASIDE = 4, 2  # positions; branches on each side of the way
TOKENS = (1, 2, 1)
ROWS = tuple(tuple(Fraction(n, 8) for n in row) for row in ((4, 3, 1), (1, 6, 1), (5, 2, 1)))
LONGEST = 9  # letters of a word


def tree(f: Shelf, at: Numbers) -> Chart:
    """The tokens that may follow at each position, the way of the output among them, and log-probabilities."""
    rows, tokens = _sequence(at)
    model = Model({V: len(rows[0]), T: len(rows), ps: rows, ys: tokens})
    n = len(tokens)
    edges, remarks, said = [], [], []
    for i, token in enumerate(tokens, 1):
        for up, branch in _branches(len(rows[0]), token):
            end = (i - 0.62 if up else float(i), float(up))
            edges.append(Edge((i - 1.0, 0.0), end, up == 0))
            if isinstance(branch, str):
                words: tuple[Prose, ...] = ((branch,),)
            else:
                cost = decimal(evaluate(log(ps[i][branch]), model))
                words = ((_short(at.word(branch)),), (cost,))
            if not up:  # the word stands on the line, the number under it
                said.append(f"{at.word(token)} with {cost}")
            remarks.append(Remark(i - 0.59, end[1], words, "left", fixed=True, strong=not up))
    whole = sequence_probability(T, ps, ys)
    total, chance = evaluate(log(whole), model), evaluate(whole, model)
    parts = " − ".join(decimal(-evaluate(log(ps[i][ys[i]]), model)) for i in range(1, n + 1))
    low, high = min(e.end[1] for e in edges) - 1.3, max(e.end[1] for e in edges) + 0.6
    sum_: Prose = (f(log(whole)), f" = −{parts} = {decimal(total)}")
    remarks.append(Remark(0.0, low + 0.2, (sum_,), "left", fixed=True, strong=True))
    return Chart(
        key="tree",
        heading=("The log-probability of the output is the sum of the logs along its way",),
        across=(), up=(), x=(0, n + 0.05), y=(low - 0.2, high), x_ticks=(), y_ticks=(),
        edges=tuple(edges), remarks=tuple(remarks), framed=False,
        alt=(
            f"A tree of {n} positions. At each one the tokens that may come next branch off, with the logarithms of their "
            f"conditional probabilities. The way of the output is drawn thick: {', then '.join(said)}. Their sum is the "
            f"log-probability of the output, {decimal(total)}; its probability is {decimal(chance)}."
        ),
    )  # fmt: skip


def _sequence(at: Numbers) -> tuple[tuple[tuple[Number, ...], ...], tuple[int, ...]]:
    if not at.given:
        return ROWS, TOKENS
    rows, tokens = at.rows(ps), at.tokens(ys)
    if not rows or len(rows) != len(tokens):
        raise UnfitError(
            "the tree of tokens needs numbers for the output y and the distributions p, one for each position"
        )
    if len(rows) > DEEPEST:
        raise UnfitError(f"the tree of tokens is drawn for at most {DEEPEST} positions; these numbers have {len(rows)}")
    at_most(len(rows[0]))
    return rows, tokens


def _branches(size: int, token: int) -> Iterator[tuple[int, int | str]]:
    """The tokens at a position with how far they branch off, the taken one straight on; many are counted only."""
    for side, others in ((1, range(token - 1, 0, -1)), (-1, range(token + 1, size + 1))):
        shown = list(others) if len(others) <= ASIDE else list(others)[: ASIDE - 1]
        yield from ((side * place, k) for place, k in enumerate(shown, 1))
        if len(others) > len(shown):
            yield side * ASIDE, f"and {len(others) - len(shown)} more"
    yield 0, token


def _short(word: str) -> str:
    return word if len(word) <= LONGEST else word[: LONGEST - 1] + "…"


# --- one optimum, two objectives -------------------------------------------------------------------------------------

ANSWER = (1, 1, 2, 1, 2)


def loss_term() -> Term:
    return Sum(cross_entropy(V, one_hot(ys[t]), ps[t]), (t, 1, T))


def coin(tokens: Sequence[int], x: Number) -> Model:
    """A model with one parameter: the probability of token 1, at every position."""
    return Model({V: 2, T: len(tokens), ys: tuple(tokens), ps: tuple((x, 1 - x) for _ in tokens)})


@cache
def _coins(term: Term, tokens: tuple[int, ...]) -> tuple[Point, ...]:
    places = {Fraction(i, 100) for i in range(1, 100)} | {Fraction(tokens.count(1), len(tokens))}
    return along(term, sorted(places), lambda x: coin(tokens, x))


def optimum(f: Shelf, at: Numbers) -> Chart:
    """The loss and the log-likelihood of a model with one parameter: one is least where the other is greatest."""
    given = at.tokens(ys)
    tokens = given if set(given) == {1, 2} and len(given) <= 20 else ANSWER
    best = Fraction(tokens.count(1), len(tokens))
    loss, likelihood = _coins(loss_term(), tokens), _coins(log_likelihood(T, ps, ys), tokens)
    least, greatest = (next(pt for pt in points if pt.x == best) for points in (loss, likelihood))
    top = 2.2 * to_float(least.value)
    seen = ", ".join(map(str, tokens))
    return Chart(
        key="optimum",
        heading=("Where the loss is least, the log-likelihood is greatest",),
        across=("parameter ", f(theta), ", the probability of token 1"),
        up=("in nats",),
        x=(0, 1), y=(-top, top), x_ticks=FIFTHS, y_ticks=ticks(-top, top),
        curves=(
            Curve(("loss",), loss, least, more=(" ", f(loss_term()))),
            Curve(("log-likelihood",), likelihood, greatest),
        ),
        edges=(Edge((to_float(best), to_float(greatest.value)), (to_float(best), to_float(least.value))),),
        remarks=(
            Remark(to_float(best) - 0.03, 0.0, ((f"both at {decimal(best)}",),), "right"),
            Remark(0.5, top * 0.9, ((f"the output is {seen}",),)),
        ),
        alt=(
            f"Line plot of two objectives, in nats, against the parameter of a model that gives token 1 the same probability at "
            f"every position, from 0 to 1; the output is {seen}. Above, the summed one-hot cross-entropy, which is least, "
            f"{decimal(least.value)}, at {decimal(best)}. Below, its mirror image, the log-likelihood, which is greatest, "
            f"{decimal(greatest.value)}, at the same {decimal(best)}. Both points are marked and joined by a line."
        ),
    )  # fmt: skip
