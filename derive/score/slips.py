"""A claimed total, and names for the usual wrong ones."""

from __future__ import annotations

import decimal
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from derive.errors import UserError
from derive.score.scores import NATS_PER, SequenceScore
from derive.score.wording import DECIMALS, LOG, decimal_text, exp, number, printable

_BASES = {"e": ("natural log", "nats"), "2": ("base 2", "bits"), "10": ("base 10", "powers of ten")}
_CLAIM = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?")


@dataclass(frozen=True, slots=True)
class Match:
    """One way to arrive at the claimed number: its name, its value in six digits, and an explanation."""

    name: str
    value: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a claim is.  ``correct``: log Pr(y|x) in the input's base; ``matches``: the right one first."""

    claimed: str
    correct: float
    base: str
    matches: tuple[Match, ...]

    @property
    def is_correct(self) -> bool:
        """The claim is log Pr(y|x), to the digits it was written with."""
        return any(m.name == "correct" for m in self.matches)


def diagnose(claimed: str, score: SequenceScore) -> Diagnosis:
    """Name the calculations whose result, rounded to the digits ``claimed`` was written with, is ``claimed``.

    The claim is half a unit of its last digit wide: "0.28" is any value from 0.275 to 0.285.  It is read in
    the base of the input.  Raises UserError when it is not a decimal number, ValueError when the score was made without
    ``claims``.
    """
    if math.isnan(score.probability_sum):
        raise ValueError("this score was made without claims, so a claim cannot be diagnosed")
    text = claimed.strip().replace("−", "-")
    if len(text) > 400 or not _CLAIM.fullmatch(text):
        raise UserError(
            f"the claimed value “{printable(claimed.strip())}” is not a number. Give a plain decimal "
            "number such as -1.1; fractions and expressions are not evaluated."
        )
    claim = Decimal(text)
    found: list[tuple[bool, Decimal, Match]] = []
    with decimal.localcontext(DECIMALS):
        half_unit = Decimal(5).scaleb(int(claim.as_tuple().exponent) - 1)
        slips = [*_as_a_whole(score)]
        if score.tokens > 1:  # else the sum, the mean and the product are one number
            slips += [*_per_token(score), *_not_the_logs_added(score), *_left_out(score), *_miscounted(score)]
        for name, value, sentence, exponent in slips:
            off = abs(value - claim)
            # What the rounding of the input to doubles may do to the value; exp makes it larger.
            blur = abs(value) * Decimal(1e-14 * (1 + abs(exponent)))
            if off > half_unit + blur:
                continue
            if name == "correct" and off > blur:
                sentence += f", written with fewer digits as {text.replace('-', '−')}"
            sentence = sentence[0].upper() + sentence[1:] + "."
            found.append((name != "correct", off, Match(name, decimal_text(value), sentence)))
    found.sort(key=lambda entry: entry[:2])
    return Diagnosis(text, score.given_total, score.base, tuple(match for _, _, match in found))


_Slip = tuple[str, Decimal, str, float]
"""Name, value and sentence; and x where the value is ±exp(x), else 0: it says how exactly the value is known."""


def _as_a_whole(s: SequenceScore) -> Iterator[_Slip]:
    """The total, its negative, in other bases, and not as a logarithm."""
    log, n, total = LOG[s.base], number(s.given_total), Decimal(s.given_total)
    each = f"{s.tokens} token log-probabilities" if s.tokens > 1 else "one token log-probability"
    yield "correct", total, f"{n} is {log} Pr(y|x), the sum of the {each}", 0.0
    yield "sign", -total, f"this is the negative log-likelihood −{log} Pr(y|x); a log-probability is at most 0", 0.0
    for base, (called, unit) in _BASES.items():
        if base != s.base:
            other = Decimal(s.total / NATS_PER[base])
            what = f"this is in {unit}, with {LOG[base]} where {log} was asked for"
            yield called, other, what, 0.0
            yield f"{called} and sign", -other, f"{what}, and it is the negative log-likelihood", 0.0
    power = "exp of" if s.base == "e" else f"{s.base} to the power"
    if p := exp(s.total):
        yield "probability", p, f"this is Pr(y|x) itself, {power} {n}; its logarithm was asked for", s.total
        inverse = f"this is 1/Pr(y|x), {power} {number(-s.given_total)}"
        yield "inverse probability", 1 / p, inverse, s.total


def _per_token(s: SequenceScore) -> Iterator[_Slip]:
    """What is divided by the number of tokens."""
    t, n, minus_n, mean = s.tokens, number(s.given_total), number(-s.given_total), Decimal(s.given_total) / s.tokens
    yield "mean", mean, f"this is the mean per token, {n}/{t}; log Pr(y|x) is the sum, not divided by T", 0.0
    yield "mean NLL", -mean, f"this is the loss per token, {minus_n}/{t}: the mean with its sign changed", 0.0
    if root := exp(s.mean):
        perplexity = f"this is the perplexity, exp of the mean NLL {number(s.mean_nll)} (in nats)"
        yield "perplexity", 1 / root, perplexity, s.mean
        of_tokens = f"this is the geometric mean of the token probabilities, Pr(y|x)^(1/{t}) = 1/perplexity"
        yield "geometric mean probability", root, of_tokens, s.mean


def _not_the_logs_added(s: SequenceScore) -> Iterator[_Slip]:
    """The logs multiplied, and the probabilities added."""
    size = exp(s.log_abs_product) if s.log_abs_product > -math.inf else Decimal(0)
    if size is not None:
        multiplied = (
            "the logs were multiplied; it is the probabilities that multiply, and the log of a product is "
            "the sum of the logs, log(ab) = log a + log b"
        )
        signed = size if s.tokens % 2 == 0 else -size
        yield "product of the logs", signed, multiplied, s.log_abs_product if size else 0.0
    p, nats = s.probability_sum, NATS_PER[s.base]
    if p > 0:
        above = ", which is more than 1 and so impossible for a probability" if p > 1 else ""
        added = f"the token probabilities were added, to {number(p)}{above}; the chain rule multiplies them"
        yield "log of summed probabilities", Decimal(math.log(p) / nats), added, 0.0
        yield "sum of the probabilities", Decimal(p), f"{added}, and then takes the log", 0.0
        p /= s.tokens
        averaged = f"the token probabilities were averaged, to {number(p)}; the chain rule multiplies them"
        yield "log of the mean probability", Decimal(math.log(p) / nats), averaged, 0.0


def _left_out(s: SequenceScore) -> Iterator[_Slip]:
    """Totals and probabilities of the sequence without one token, or without both ends."""
    first, last = Decimal(s.first), Decimal(s.last)
    between = [(f"token {i}", Decimal(v)) for i, v in enumerate(s.values[1:-1], start=2)]
    parts = [("first token", first), *between, ("last token", last)]
    if s.tokens > 2:
        parts.append(("first and last tokens", first + last))
    for what, value in parts:
        rest = Decimal(s.given_total) - value
        were, the = "were" if what.endswith("s") else "was", "" if what[-1].isdigit() else "the "
        why = f"{the}{what} ({decimal_text(value)}) {were} left out; the sum over all T = {s.tokens} tokens is"
        yield f"{what} left out", rest, f"{why} {number(s.given_total)}", 0.0
        exponent = float(rest) * NATS_PER[s.base]
        if probability := exp(exponent):
            why = f"this is a probability, exp of the sum without {the}{what} ({decimal_text(value)})"
            yield f"probability, {what} left out", probability, why, exponent


def _miscounted(s: SequenceScore) -> Iterator[_Slip]:
    """Means over one token too many or too few."""
    t, total = s.tokens, Decimal(s.given_total)
    for wrong, how in ((t + 1, "one too many, such as a start token"), (t - 1, "one too few")):
        if wrong > 1:
            over, sum_is = f"over {wrong} tokens", "log Pr(y|x) is the sum, not divided by T"
            mean = f"this is {number(s.given_total)}/{wrong}, a mean over {how}; {sum_is}"
            loss = f"this is {number(-s.given_total)}/{wrong}, a loss averaged over {how}; {sum_is}"
            yield f"mean {over}", total / wrong, mean, 0.0
            yield f"mean NLL {over}", -total / wrong, loss, 0.0
