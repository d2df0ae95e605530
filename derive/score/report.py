"""The report of `derive score`, as plain text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from derive.score.columns import Scores
from derive.score.comparison import Comparison, close, compare
from derive.score.scores import SequenceScore
from derive.score.wording import LOG, exp_text, number, printable

if TYPE_CHECKING:
    from derive.score.slips import Diagnosis


def _columns(rows: Sequence[Sequence[str]], left: int = 1) -> list[str]:
    """Rows of text in aligned columns: the first ``left`` are aligned left, the others right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    formats = [f"{'<' if k < left else '>'}{width}" for k, width in enumerate(widths)]
    return [f"  {'  '.join(map(format, row, formats))}".rstrip() for row in rows]


def _facts(rows: Sequence[tuple[str, str, str]]) -> list[str]:
    """Names, numbers and remarks; a positive number starts where the digits of a negative one do."""
    return _columns([(name, value if value.startswith("−") else f" {value}", note) for name, value, note in rows], 3)


def _labels(scores: Scores) -> Callable[[int], str]:
    """What gives a sequence, by its number, a short name that tells it from the others."""
    sources = len(scores.sources())
    own = [s.name or s.where for s in scores.whole.values()]
    unique = len(own) == len(set(own)) == len(scores) and all(own)
    lines = not unique and (
        len(scores.whole) < len(scores) or len({(s.source, s.line) for s in scores.whole.values()}) > sources
    )

    def label(i: int) -> str:
        s = scores[i]
        where = s.where if s.where and not (s.name and unique) else ""
        parts = [s.source if sources > 1 else "", f"line {s.line}" if lines else "", s.name, where]
        text = " ".join(p for p in parts if p) or f"line {s.line}"
        return printable("…" + text[-43:] if len(text) > 44 else text, 44)

    return label


_QUANTITIES: tuple[tuple[str, Callable[[SequenceScore], str], Callable[[SequenceScore], str]], ...] = (
    ("tokens T", lambda s: str(s.tokens), lambda s: ""),
    ("log Pr(y|x)", lambda s: number(s.total), lambda s: "nats, the sum over the tokens"),
    ("mean", lambda s: number(s.mean), lambda s: "nats per token"),
    ("NLL", lambda s: number(s.nll), lambda s: "nats, −log Pr(y|x)"),
    ("mean NLL", lambda s: number(s.mean_nll), lambda s: "nats per token"),
    ("Pr(y|x)", lambda s: exp_text(s.total), lambda s: _probability_note(s)),
    ("perplexity", lambda s: exp_text(s.mean_nll), lambda s: "exp(mean NLL)"),
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
    scores = scores if isinstance(scores, Scores) else Scores(scores)
    label = _labels(scores)
    out = [_heading(scores)]
    if len(scores) == 1:
        out += ["", *_one(scores[0])]
    else:
        comparison = comparison or compare(scores)
        out += ["", *_many(scores, label, comparison, limit), "", *_verdict(scores, label, comparison)]
        out += ["", *_corpus(comparison)]
    notes = [(i, note) for i, s in scores.whole.items() for note in s.notes]
    if notes:
        out.append("")
        out += [f"note: {note}." if len(scores) == 1 else f"note on {label(i)}: {note}." for i, note in notes[:limit]]
        if len(notes) > limit:
            out.append(f"… and {len(notes) - limit} more notes.")
    for i, diagnosis in enumerate(diagnoses[:limit]):
        out += ["", *_diagnosis(diagnosis, "" if len(scores) == 1 else f"{label(i)}: ")]
    return "\n".join(out)


def _heading(scores: Scores) -> str:
    sources = scores.sources()
    where = printable(sources[0], 200) if len(sources) == 1 else f"{len(sources)} files"
    where = "standard input" if where == "-" else where
    tokens = sum(scores.tokens)
    bases = sorted({s.base for s in scores.whole.values()} - {"e"})
    read = "; natural logarithms (nats)" + "".join(f", converted from base {b}" for b in bases)
    counted = f"{len(scores)} sequence{'s' * (len(scores) > 1)}, {tokens} token{'s' * (tokens > 1)}{read}"
    return f"{where}: {counted}" if where else counted


def _one(score: SequenceScore) -> list[str]:
    out = []
    if score.values and len(score.values) > 1:
        terms = " + ".join(f"({number(v)})" for v in score.values)
        out += [f"  {LOG[score.base]} Pr(y|x) = {terms} = {number(score.given_total)}", ""]
    return out + _facts([(name, value(score), note(score)) for name, value, note in _QUANTITIES])


def _many(
    scores: Sequence[SequenceScore], label: Callable[[int], str], comparison: Comparison, limit: int
) -> list[str]:
    shown = max(limit, 4)
    ranks = list(zip(comparison.rank_by_sum[:shown], comparison.rank_by_mean[:shown], strict=True))
    if len(scores) <= 4:
        table = [("", *map(label, range(len(scores))))]
        table += [(name, *(value(s) for s in scores)) for name, value, _ in _QUANTITIES]
        table.append(("rank by sum", *(str(a) for a, _ in ranks)))
        table.append(("rank by mean", *(str(b) for _, b in ranks)))
        return _columns(table)
    chosen = ("tokens T", "log Pr(y|x)", "mean", "Pr(y|x)", "perplexity", "bits", "bits per token")
    columns = [(name, value) for name, value, _ in _QUANTITIES if name in chosen]
    table = [("sequence", *(name for name, _ in columns), "rank by sum", "rank by mean")]
    for i, (s, (a, b)) in enumerate(zip(scores[:limit], ranks[:limit], strict=True)):
        table.append((label(i), *(value(s) for _, value in columns), str(a), str(b)))
    hidden = len(scores) - limit
    return _columns(table) + ([f"  … and {hidden} more"] if hidden > 0 else [])


def _verdict(scores: Sequence[SequenceScore], label: Callable[[int], str], comparison: Comparison) -> list[str]:
    if comparison.disagreement is None:
        always = ", as they always do at equal length" if comparison.equal_lengths else ""
        return [f"The sum, the mean and the perplexity rank these sequences alike{always}."]
    i, j = comparison.disagreement
    a, b = scores[i], scores[j]
    return [
        "WARNING: the sum and the mean disagree.",
        f"  by sum   {label(i)} is ahead of {label(j)}: {number(a.total)} > {number(b.total)}, the higher Pr(y|x)",
        f"  by mean  {label(j)} is ahead of {label(i)}: {number(b.mean)} > {number(a.mean)}, "
        f"the lower perplexity ({exp_text(b.mean_nll)} < {exp_text(a.mean_nll)})",
        f"  Their lengths differ ({a.tokens} and {b.tokens} tokens): every further token can only lower the sum, while",
        "  the mean is per token. At equal length the two always agree. Say which one a ranking is by.",
    ]


def _corpus(c: Comparison) -> list[str]:
    perplexity = exp_text(-c.token_mean)
    rows = [
        ("total log-likelihood", number(c.total), f"nats, {c.tokens} tokens"),
        ("token-level mean", number(c.token_mean), f"total / tokens; perplexity {perplexity}"),
        ("mean of means", number(c.mean_of_means), "the mean of the sequences' means"),
    ]
    if c.equal_lengths:
        why = ["  The two means are equal, because all sequences have the same length."]
    elif close(c.token_mean, c.mean_of_means):
        why = ["  The two means are equal here, because length and mean are uncorrelated."]
    else:
        differ = f"  The two means differ by {number(c.difference)} = −Cov(T, mean)/mean(T):"
        why = [
            f"{differ} the mean of means gives a token of a",
            "  short sequence more weight. The perplexity of a corpus is the exponential of the token-level mean NLL.",
        ]
    return ["all sequences together", *_facts(rows), *why]


def _diagnosis(diagnosis: Diagnosis, label: str) -> list[str]:
    import textwrap

    claimed = diagnosis.claimed.replace("-", "−")
    correct = f"{LOG[diagnosis.base]} Pr(y|x) = {number(diagnosis.correct)}"
    if not diagnosis.matches:
        return [
            f"{label}claimed {claimed}: matches none of the usual slips. The correct value is {correct}.",
            "  Check that every token is in the sum once, and that the numbers belong to this sequence.",
        ]
    verdict = "correct, {}" if diagnosis.is_correct else f"not {LOG[diagnosis.base]} Pr(y|x). The correct value is {{}}"
    out = [f"{label}claimed {claimed}: {verdict.format(correct)}."]
    for match in diagnosis.matches:
        out.append(f"  {match.name} ({match.value})")
        out += textwrap.wrap(match.sentence, 96, initial_indent=" " * 4, subsequent_indent=" " * 4)
    return out
