"""Sequence log-likelihoods from token log-probabilities, and names for the usual wrong totals.

    log Pr(y|x) = sum_t log Pr(y_t | x, y_<t)

Main definitions: :class:`SequenceScore`, :func:`score_stream`, :func:`compare`, :func:`diagnose`,
:func:`format_report`.

Everything is kept in nats.  ``base`` says which logarithm the input was written in.  A total is the exact
sum of the numbers read, rounded once, so it does not depend on their order.
"""

from __future__ import annotations

import decimal
import math
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import BinaryIO, NamedTuple

from derive.data import Checker, Document, End, Item, printable, read_items
from derive.errors import UserError

_NATS_PER = {"e": 1.0, "2": math.log(2), "10": math.log(10)}
_UNIT = {"e": "nats", "2": "bits", "10": "powers of ten"}
_LOG = {"e": "log", "2": "log₂", "10": "log₁₀"}
_KEPT = 8  # a sequence of at most this many tokens keeps its values, to be shown and to be left out one by one
_SENTINEL = -9999.0  # OpenAI and vLLM: "too unlikely to be reported"


# -- one sequence ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SequenceScore:
    """What is known of one sequence after one pass over its T >= 1 token log-probabilities.

    In nats: ``total`` and what is derived from it.  In the input's base: ``given_total``, ``first``,
    ``last``, ``values`` (all of them if T <= 8, else none) and ``log_abs_product`` = sum_t log|l_t|, -inf if
    an l_t is 0.  ``probability_sum`` is sum_t Pr(y_t | x, y_<t).
    """

    source: str
    where: str
    line: int
    name: str
    base: str
    tokens: int
    total: float
    given_total: float
    first: float
    last: float
    values: tuple[float, ...]
    log_abs_product: float
    probability_sum: float
    notes: tuple[str, ...] = ()

    @property
    def mean(self) -> float:
        """log Pr(y|x) / T, nats per token."""
        return self.total / self.tokens

    @property
    def nll(self) -> float:
        """The negative log-likelihood -log Pr(y|x), nats."""
        return -self.total

    @property
    def mean_nll(self) -> float:
        """-log Pr(y|x) / T, nats per token: the cross-entropy loss averaged over the tokens."""
        return -self.mean

    @property
    def probability(self) -> float:
        """Pr(y|x); 0.0 when it is below the smallest double, where ``log10_probability`` still holds."""
        return math.exp(self.total)

    @property
    def log10_probability(self) -> float:
        """log10 Pr(y|x)."""
        return self.total / _NATS_PER["10"]

    @property
    def perplexity(self) -> float:
        """exp(-log Pr(y|x) / T), in no unit; inf when it is beyond the largest double."""
        try:
            return math.exp(self.mean_nll)
        except OverflowError:
            return math.inf

    @property
    def bits(self) -> float:
        """-log2 Pr(y|x)."""
        return self.nll / _NATS_PER["2"]

    @property
    def bits_per_token(self) -> float:
        """-log2 Pr(y|x) / T."""
        return self.bits / self.tokens


class _Pass:
    """One pass over a sequence: ``observe`` hands the numbers on to fsum and keeps what diagnoses need."""

    __slots__ = ("count", "end", "first", "last", "log_abs_product", "probability_sum", "sentinels", "values")

    def __init__(self) -> None:
        self.count = self.sentinels = 0
        self.first = self.last = self.log_abs_product = self.probability_sum = 0.0
        self.values: tuple[float, ...] = ()
        self.end: End | Document | None = None

    def observe(self, items: Iterator[Item], nats: float) -> Iterator[float]:
        """The numbers up to the next end; the rest of ``items`` is left."""
        exp, log, minus_inf = math.exp, math.log, -math.inf
        count = sentinels = 0
        product = probabilities = 0.0  # diagnosis only, so plain sums will do
        value = self.first
        values: list[float] = []
        for item in items:
            if not isinstance(item, float):
                self.end = item
                break
            value = item
            count += 1
            if count <= _KEPT:
                values.append(value)
            if value == _SENTINEL:
                sentinels += 1
            product += log(-value) if value else minus_inf
            probabilities += exp(value * nats)
            yield value
        self.count, self.sentinels, self.last = count, sentinels, value
        self.log_abs_product, self.probability_sum = product, probabilities
        self.first = values[0] if values else value
        self.values = tuple(values) if count <= _KEPT else ()

    def score(self, given_total: float, end: End, source: str, base: str) -> SequenceScore:
        notes = end.notes
        if self.sentinels:
            are = "value is" if self.sentinels == 1 else "values are"
            notes += (
                f"{self.sentinels} {are} −9999, which OpenAI and vLLM write for a token too unlikely to be "
                "reported: the total is not a log-likelihood",
            )
        return SequenceScore(
            source=source,
            where=end.where,
            line=end.line,
            name="",
            base=base,
            tokens=self.count,
            total=given_total * _NATS_PER[base] + 0.0,
            given_total=given_total + 0.0,  # + 0.0 makes -0.0 a plain zero
            first=self.first,
            last=self.last,
            values=self.values,
            log_abs_product=self.log_abs_product,
            probability_sum=self.probability_sum,
            notes=notes,
        )


def score_stream(binary_file: BinaryIO, name: str, *, base: str = "e") -> Iterator[SequenceScore]:
    """The scores of a file's sequences, in order, each as soon as the JSON value it is in has been read.

    ``name`` is the file's name for messages and labels; ``base`` ("e", "2", "10") the logarithm the file was
    written in.  :mod:`derive.data` describes the accepted shapes.  Memory does not grow with the length of a
    sequence.  Raises UserError for anything that is not a sequence of log-probabilities.
    """
    nats = _nats_per(base)
    items = read_items(binary_file, name)
    together: list[SequenceScore] = []
    while True:
        one = _Pass()
        try:
            total = math.fsum(one.observe(items, nats))
        except OverflowError:
            raise _too_large(printable(name, 200)) from None
        if one.end is None:
            return
        if isinstance(one.end, End):
            score = one.score(total, one.end, name, base)
            if not math.isfinite(score.total):
                raise _too_large(printable(name, 200))
            if not any(_same_list_twice(score, other) for other in together):
                together.append(score)
        else:
            if together and one.end.notes:
                together[-1] = replace(together[-1], notes=together[-1].notes + one.end.notes)
            for score in together:
                yield replace(score, name=one.end.name) if one.end.name else score
            together.clear()


def score_values(values: Iterable[float], *, base: str = "e", name: str = "") -> SequenceScore:
    """The score of one sequence given as numbers.  Raises UserError as :func:`score_stream` does."""
    nats = _nats_per(base)
    checker = Checker()

    def items() -> Iterator[Item]:
        for value in values:
            if checker.admit(float(value), lambda: f"{name or 'the sequence'}, value {checker.count + 1}"):
                yield float(value)
        checker.close(lambda: name or "the sequence")
        yield End("", 1)

    one = _Pass()
    try:
        total = math.fsum(one.observe(items(), nats))
    except OverflowError:
        raise _too_large(name or "the sequence") from None
    score = one.score(total, End("", 1), name, base)
    if not math.isfinite(score.total):
        raise _too_large(name or "the sequence")
    return score


def _nats_per(base: str) -> float:
    if base not in _NATS_PER:
        raise UserError(f"base {printable(base)} is not known. Give e (natural logarithm), 2 or 10.")
    return _NATS_PER[base]


def _too_large(where: str) -> UserError:
    return UserError(
        f"{where}: the sum of these numbers is beyond the range of a double (about −1.8e308), so they "
        "cannot be token log-probabilities. Look for a number with a wrong exponent."
    )


def _same_list_twice(a: SequenceScore, b: SequenceScore) -> bool:
    """Some servers give the same log-probabilities under two names in one object."""
    (a_parent, _, a_field), (b_parent, _, b_field) = a.where.rpartition("."), b.where.rpartition(".")
    if a_parent != b_parent or a_field == b_field or "[" in a_field + b_field:
        return False
    return (a.tokens, a.total) == (b.tokens, b.total)


# -- several sequences -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Comparison:
    """Several sequences ranked by log-likelihood and by its mean per token, and the totals of all of them.

    Ranks are in the order of the sequences, from 1 for the highest; equal values share a rank.
    ``disagreement`` is (i, j), where sequence i has the higher sum and j the higher mean, the best of each
    where these differ; None if sum and mean never disagree.  In nats: ``token_mean`` = total / tokens and
    ``mean_of_means``, the mean of the sequences' means.
    """

    rank_by_sum: tuple[int, ...]
    rank_by_mean: tuple[int, ...]
    disagreement: tuple[int, int] | None
    tokens: int
    total: float
    token_mean: float
    mean_of_means: float
    equal_lengths: bool

    @property
    def difference(self) -> float:
        """mean_of_means − token_mean = −Cov(T, mean) / mean(T), over the sequences; 0 at equal lengths."""
        return self.mean_of_means - self.token_mean


def compare(scores: Sequence[SequenceScore]) -> Comparison:
    """Rank the sequences by sum and by mean.  Raises ValueError when there is none."""
    if not scores:
        raise ValueError("compare needs at least one sequence")
    sums, means = [s.total for s in scores], [s.mean for s in scores]
    rank_by_sum, rank_by_mean = _ranks(sums), _ranks(means)
    tokens, total = sum(s.tokens for s in scores), math.fsum(sums)
    return Comparison(
        rank_by_sum=rank_by_sum,
        rank_by_mean=rank_by_mean,
        disagreement=_disagreement(rank_by_sum, rank_by_mean),
        tokens=tokens,
        total=total,
        token_mean=total / tokens,
        mean_of_means=math.fsum(means) / len(means),
        equal_lengths=len({s.tokens for s in scores}) == 1,
    )


def _close(a: float, b: float) -> bool:
    """Equal but for the rounding of the inputs: -0.7 - 0.4 and -1.1 are one value to whoever wrote them."""
    return math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-300)


def _ranks(values: Sequence[float]) -> tuple[int, ...]:
    order = sorted(range(len(values)), key=lambda i: -values[i])
    ranks = [1] * len(values)
    for place, (i, j) in enumerate(pairwise(order), start=2):
        ranks[j] = ranks[i] if _close(values[i], values[j]) else place
    return tuple(ranks)


def _disagreement(by_sum: Sequence[int], by_mean: Sequence[int]) -> tuple[int, int] | None:
    order = sorted(range(len(by_sum)), key=lambda i: (by_sum[i], by_mean[i]))
    best, best_mean = order[0], min(order, key=lambda i: (by_mean[i], by_sum[i]))
    if by_mean[best_mean] < by_mean[best] and by_sum[best] < by_sum[best_mean]:
        return best, best_mean
    # If any two are the other way round, two neighbours in the order by sum are.
    for i, j in pairwise(order):
        if by_sum[i] < by_sum[j] and by_mean[j] < by_mean[i]:
            return i, j
    return None


# -- a claimed total -------------------------------------------------------------------------------


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


_DECIMALS = decimal.Context(prec=30, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN, traps=[])
_CLAIM = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?")


def diagnose(claimed: str, score: SequenceScore) -> Diagnosis:
    """Name the calculations whose result, rounded to the digits ``claimed`` was written with, is ``claimed``.

    The claim is half a unit of its last digit wide: "0.28" is any value from 0.275 to 0.285.  It is read in
    the base of the input.  Raises UserError when it is not a decimal number.
    """
    text = claimed.strip().replace("−", "-")
    if len(text) > 400 or not _CLAIM.fullmatch(text):
        raise UserError(
            f"the claimed value “{printable(claimed.strip())}” is not a number. Give a plain decimal "
            "number such as -1.1; fractions and expressions are not evaluated."
        )
    claim = Decimal(text)
    found: list[tuple[bool, Decimal, Match]] = []
    with decimal.localcontext(_DECIMALS):
        half_unit = Decimal(5).scaleb(int(claim.as_tuple().exponent) - 1)
        for name, value, sentence, exponent in _slips(score):
            off = abs(value - claim)
            # What the rounding of the input to doubles may do to the value; exp makes it larger.
            blur = abs(value) * Decimal(1e-14 * (1 + abs(exponent)))
            if off > half_unit + blur:
                continue
            if name == "correct" and off > blur:
                sentence += f", written with fewer digits as {text.replace('-', '−')}"
            sentence = sentence[0].upper() + sentence[1:] + "."
            found.append((name != "correct", off, Match(name, _decimal_text(value), sentence)))
    found.sort(key=lambda entry: entry[:2])
    return Diagnosis(text, score.given_total, score.base, tuple(match for _, _, match in found))


class _Slip(NamedTuple):
    """A named total.  ``exponent``: x where the value is ±exp(x), which says how exactly it is known."""

    name: str
    value: Decimal
    sentence: str
    exponent: float = 0.0


def _slips(s: SequenceScore) -> Iterator[_Slip]:
    """The right total and every wrong one that has a name."""
    t = s.tokens
    log, nats, n = _LOG[s.base], _NATS_PER[s.base], number(s.given_total)
    minus_n = number(-s.given_total)
    total = Decimal(s.given_total)
    each = f"{t} token log-probabilities" if t > 1 else "one token log-probability"
    yield _Slip("correct", total, f"{n} is {log} Pr(y|x), the sum of the {each}")
    yield _Slip("sign", -total, f"this is the negative log-likelihood −{log} Pr(y|x); a log-probability is at most 0")
    for base, unit in _NATS_PER.items():
        if base == s.base:
            continue
        called = {"e": "natural log", "2": "base 2", "10": "base 10"}[base]
        other = Decimal(s.total / unit)
        what = f"this is in {_UNIT[base]}, with {_LOG[base]} where {log} was asked for"
        yield _Slip(called, other, what)
        yield _Slip(f"{called} and sign", -other, f"{what}, and it is the negative log-likelihood")
    power = "exp of" if s.base == "e" else f"{s.base} to the power"
    probability = _exp(s.total)
    if probability is not None:
        yield _Slip(
            "probability",
            probability,
            f"this is Pr(y|x) itself, {power} {n}; its logarithm was asked for",
            s.total,
        )
        yield _Slip("inverse probability", 1 / probability, f"this is 1/Pr(y|x), {power} {minus_n}", s.total)
    if t == 1:
        return  # the sum, the mean and the product are one number

    mean = total / t
    yield _Slip("mean", mean, f"this is the mean per token, {n}/{t}; log Pr(y|x) is the sum, not divided by T")
    yield _Slip("mean NLL", -mean, f"this is the loss per token, {minus_n}/{t}: the mean with its sign changed")
    root = _exp(s.mean)
    if root is not None:
        yield _Slip(
            "perplexity",
            1 / root,
            f"this is the perplexity, exp of the mean NLL {number(s.mean_nll)} (in nats)",
            s.mean,
        )
        yield _Slip(
            "geometric mean probability",
            root,
            f"this is the geometric mean of the token probabilities, Pr(y|x)^(1/{t}) = 1/perplexity",
            s.mean,
        )
    size = _exp(s.log_abs_product) if s.log_abs_product > -math.inf else Decimal(0)
    if size is not None:
        yield _Slip(
            "product of the logs",
            size if t % 2 == 0 else -size,
            "the logs were multiplied; it is the probabilities that multiply, and the log of a product is "
            "the sum of the logs, log(ab) = log a + log b",
            s.log_abs_product if size else 0.0,
        )
    if s.probability_sum > 0:
        p = number(s.probability_sum)
        above = ", which is more than 1 and so impossible for a probability" if s.probability_sum > 1 else ""
        added = f"the token probabilities were added, to {p}{above}; the chain rule multiplies them"
        yield _Slip("log of summed probabilities", Decimal(math.log(s.probability_sum) / nats), added)
        yield _Slip("sum of the probabilities", Decimal(s.probability_sum), f"{added}, and then takes the log")
        average = number(s.probability_sum / t)
        yield _Slip(
            "log of the mean probability",
            Decimal(math.log(s.probability_sum / t) / nats),
            f"the token probabilities were averaged, to {average}; the chain rule multiplies them",
        )
    yield from _left_out(s, total)
    for wrong in (t + 1, t - 1):
        if wrong > 1:
            how = "one too many, such as a start token" if wrong > t else "one too few"
            yield _Slip(
                f"mean over {wrong} tokens",
                total / wrong,
                f"this is {n}/{wrong}, a mean over {how}; log Pr(y|x) is the sum, not divided by T",
            )
            yield _Slip(
                f"mean NLL over {wrong} tokens",
                -total / wrong,
                f"this is {minus_n}/{wrong}, a loss averaged over {how}; log Pr(y|x) is the sum, not divided by T",
            )


def _left_out(s: SequenceScore, total: Decimal) -> Iterator[_Slip]:
    """Totals and probabilities of the sequence without one token, or without both ends."""
    first, last = Decimal(s.first), Decimal(s.last)
    parts = [("first token", first)]
    parts += [(f"token {i}", Decimal(v)) for i, v in enumerate(s.values[1:-1], start=2)]
    parts += [("last token", last)]
    if s.tokens > 2:
        parts.append(("first and last tokens", first + last))
    for what, value in parts:
        were, the = "were" if what.endswith("s") else "was", "" if what[-1].isdigit() else "the "
        why = f"{the}{what} ({_decimal_text(value)}) {were} left out; the sum over all T = {s.tokens} tokens is"
        yield _Slip(f"{what} left out", total - value, f"{why} {number(s.given_total)}")
        exponent = float(total - value) * _NATS_PER[s.base]
        probability = _exp(exponent)
        if probability is not None:
            why = f"this is a probability, exp of the sum without {the}{what} ({_decimal_text(value)})"
            yield _Slip(f"probability, {what} left out", probability, why, exponent)


def _exp(x: float) -> Decimal | None:
    """exp(x) even where a double underflows; None where x is too inexact for a digit of it."""
    return Decimal(x).exp(_DECIMALS) if abs(x) < 1e9 else None


# -- text ------------------------------------------------------------------------------------------


def number(x: float) -> str:
    """A number with up to six significant digits and a true minus sign."""
    text = f"{x + 0.0:.6g}"
    return (text[:-2] if text.endswith(".0") else text).replace("-", "−")


def _decimal_text(value: Decimal) -> str:
    if value == 0 or -300 < value.adjusted() < 300:
        return number(float(value))
    mantissa, _, exponent = f"{value:.5e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{exponent}".replace("-", "−")


def _exp_text(x: float) -> str:
    """exp(x) with six digits, never 0 and never inf."""
    value = _exp(x)
    return f"10^({number(x / _NATS_PER['10'])})" if value is None else _decimal_text(value)


def _columns(rows: Sequence[Sequence[str]], *, indent: str = "  ", left: int = 1) -> list[str]:
    """Rows of text in aligned columns: the first ``left`` are aligned left, the others right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        (
            indent
            + "  ".join(
                c.ljust(w) if k < left else c.rjust(w) for k, (c, w) in enumerate(zip(row, widths, strict=True))
            )
        ).rstrip()
        for row in rows
    ]


def _labels(scores: Sequence[SequenceScore]) -> list[str]:
    """A short name for each sequence that tells it from the others."""
    sources = len({s.source for s in scores})
    own = [s.name or s.where for s in scores]
    unique = len(set(own)) == len(own) and all(own)
    lines = len({(s.source, s.line) for s in scores}) > sources and not unique
    labels = []
    for s in scores:
        where = s.where if s.where and not (s.name and unique) else ""
        parts = [s.source if sources > 1 else "", f"line {s.line}" if lines else "", s.name, where]
        label = " ".join(p for p in parts if p) or f"line {s.line}"
        labels.append("…" + label[-43:] if len(label) > 44 else label)
    return [printable(label, 44) for label in labels]


_Row = tuple[str, Callable[[SequenceScore], str], Callable[[SequenceScore], str]]
_QUANTITIES: tuple[_Row, ...] = (
    ("tokens T", lambda s: str(s.tokens), lambda s: ""),
    ("log Pr(y|x)", lambda s: number(s.total), lambda s: "nats, the sum over the tokens"),
    ("mean", lambda s: number(s.mean), lambda s: "nats per token"),
    ("NLL", lambda s: number(s.nll), lambda s: "nats, −log Pr(y|x)"),
    ("mean NLL", lambda s: number(s.mean_nll), lambda s: "nats per token"),
    ("Pr(y|x)", lambda s: _exp_text(s.total), lambda s: _probability_note(s)),
    ("perplexity", lambda s: _exp_text(s.mean_nll), lambda s: "exp(mean NLL)"),
    ("bits", lambda s: number(s.bits), lambda s: "NLL / log 2"),
    ("bits per token", lambda s: number(s.bits_per_token), lambda s: ""),
)


def _probability_note(score: SequenceScore) -> str:
    if score.total > -708:
        return f"exp({number(score.total)})"
    return f"below the smallest double; log₁₀ Pr(y|x) = {number(score.log10_probability)}"


def format_report(
    scores: Sequence[SequenceScore],
    comparison: Comparison | None = None,
    diagnoses: Sequence[Diagnosis] = (),
    *,
    limit: int = 20,
) -> str:
    """The report as plain text, without a newline at its end.

    ``comparison`` is computed when it is not given and there are several sequences.  ``diagnoses`` is empty
    or has one entry for each sequence.  At most ``limit`` sequences are listed.  Raises ValueError when
    there is no sequence.
    """
    if not scores:
        raise ValueError("format_report needs at least one sequence")
    labels = _labels(scores)
    out = [_heading(scores)]
    if len(scores) == 1:
        out += ["", *_one(scores[0])]
    else:
        comparison = comparison or compare(scores)
        out += ["", *_many(scores, labels, comparison, limit), "", *_verdict(scores, labels, comparison)]
        out += ["", *_corpus(scores, comparison)]
    notes = [(label, note) for label, s in zip(labels, scores, strict=True) for note in s.notes]
    if notes:
        out.append("")
        out += [f"note: {note}." if len(scores) == 1 else f"note on {label}: {note}." for label, note in notes[:limit]]
        if len(notes) > limit:
            out.append(f"… and {len(notes) - limit} more notes.")
    for label, diagnosis in list(zip(labels, diagnoses, strict=False))[:limit]:
        out += ["", *_diagnosis(diagnosis, "" if len(scores) == 1 else f"{label}: ")]
    return "\n".join(out)


def _heading(scores: Sequence[SequenceScore]) -> str:
    sources = list(dict.fromkeys(s.source for s in scores))
    where = printable(sources[0], 200) if len(sources) == 1 else f"{len(sources)} files"
    where = "standard input" if where == "-" else where
    tokens = sum(s.tokens for s in scores)
    bases = sorted({s.base for s in scores} - {"e"})
    read = "; natural logarithms (nats)" + "".join(f", converted from base {b}" for b in bases)
    counted = f"{len(scores)} sequence{'s' * (len(scores) > 1)}, {tokens} token{'s' * (tokens > 1)}{read}"
    return f"{where}: {counted}" if where else counted


def _one(score: SequenceScore) -> list[str]:
    out = []
    if score.values and len(score.values) > 1:
        terms = " + ".join(f"({number(v)})" for v in score.values)
        out += [f"  {_LOG[score.base]} Pr(y|x) = {terms} = {number(score.given_total)}", ""]
    # A positive number starts where the digits of a negative one do.
    shown = [(name, value(score), note(score)) for name, value, note in _QUANTITIES]
    return out + _columns([(n, v if v.startswith("−") else f" {v}", note) for n, v, note in shown], left=3)


def _many(scores: Sequence[SequenceScore], labels: Sequence[str], comparison: Comparison, limit: int) -> list[str]:
    ranks = list(zip(comparison.rank_by_sum, comparison.rank_by_mean, strict=True))
    if len(scores) <= 4:
        table = [("", *labels)]
        table += [(name, *(value(s) for s in scores)) for name, value, _ in _QUANTITIES]
        table.append(("rank by sum", *(str(a) for a, _ in ranks)))
        table.append(("rank by mean", *(str(b) for _, b in ranks)))
        return _columns(table)
    chosen = ("tokens T", "log Pr(y|x)", "mean", "Pr(y|x)", "perplexity", "bits", "bits per token")
    columns = [(name, value) for name, value, _ in _QUANTITIES if name in chosen]
    table = [("sequence", *(name for name, _ in columns), "rank by sum", "rank by mean")]
    for label, s, (a, b) in list(zip(labels, scores, ranks, strict=True))[:limit]:
        table.append((label, *(value(s) for _, value in columns), str(a), str(b)))
    hidden = len(scores) - limit
    return _columns(table) + ([f"  … and {hidden} more"] if hidden > 0 else [])


def _verdict(scores: Sequence[SequenceScore], labels: Sequence[str], comparison: Comparison) -> list[str]:
    if comparison.disagreement is None:
        always = ", as they always do at equal length" if comparison.equal_lengths else ""
        return [f"The sum, the mean and the perplexity rank these sequences alike{always}."]
    i, j = comparison.disagreement
    a, b = scores[i], scores[j]
    return [
        "WARNING: the sum and the mean disagree.",
        f"  by sum   {labels[i]} is ahead of {labels[j]}: {number(a.total)} > {number(b.total)}, the higher Pr(y|x)",
        f"  by mean  {labels[j]} is ahead of {labels[i]}: {number(b.mean)} > {number(a.mean)}, "
        f"the lower perplexity ({_exp_text(b.mean_nll)} < {_exp_text(a.mean_nll)})",
        f"  Their lengths differ ({a.tokens} and {b.tokens} tokens): every further token can only lower the sum, while",
        "  the mean is per token. At equal length the two always agree. Say which one a ranking is by.",
    ]


def _corpus(scores: Sequence[SequenceScore], comparison: Comparison) -> list[str]:
    c = comparison
    rows = [
        ("total log-likelihood", number(c.total), f"nats, {c.tokens} tokens"),
        ("token-level mean", number(c.token_mean), f"total / tokens; perplexity {_exp_text(-c.token_mean)}"),
        (
            "mean of means",
            number(c.mean_of_means),
            "the mean of the sequences' means",
        ),
    ]
    out = [
        "all sequences together",
        *_columns([(n, v if v.startswith("−") else f" {v}", w) for n, v, w in rows], left=3),
    ]
    if c.equal_lengths:
        return [*out, "  The two means are equal, because all sequences have the same length."]
    if _close(c.token_mean, c.mean_of_means):
        return [*out, "  The two means are equal here, because length and mean are uncorrelated."]
    return [
        *out,
        f"  The two means differ by {number(c.difference)} = −Cov(T, mean)/mean(T): the mean of means "
        "gives a token of a",
        "  short sequence more weight. The perplexity of a corpus is the exponential of the token-level mean NLL.",
    ]


def _diagnosis(diagnosis: Diagnosis, label: str) -> list[str]:
    claimed = diagnosis.claimed.replace("-", "−")
    correct = f"{_LOG[diagnosis.base]} Pr(y|x) = {number(diagnosis.correct)}"
    if not diagnosis.matches:
        return [
            f"{label}claimed {claimed}: matches none of the usual slips. The correct value is {correct}.",
            "  Check that every token is in the sum once, and that the numbers belong to this sequence.",
        ]
    if diagnosis.is_correct:
        out = [f"{label}claimed {claimed}: correct, {correct}."]
    else:
        out = [f"{label}claimed {claimed}: not {_LOG[diagnosis.base]} Pr(y|x). The correct value is {correct}."]
    for match in diagnosis.matches:
        out += [
            f"  {match.name} ({match.value})",
            *textwrap.wrap(match.sentence, 96, initial_indent=" " * 4, subsequent_indent=" " * 4),
        ]
    return out
