"""What a program does that is not what was asked: the difference as a formula that is proved, with its name where it has one.

Each candidate is a term for what is added to the target, or a factor in front of it.  Numbers say which are worth a proof.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from functools import partial
from typing import NamedTuple

from derive.audit import guard, proving
from derive.audit.asked import REDUCTIONS, Asked, Fault, Part, Range, Target, _count, _sum, _weighed, piece, target_of
from derive.audit.library import constants, fitting
from derive.audit.losses import LOSSES, ROLE
from derive.audit.reading import Reading, read
from derive.audit.roles import ONE, Missing, Place, Roles
from derive.audit.verdict import Audit, _identifier, agree, conditions
from derive.board.entries import TheoremEntry
from derive.errors import UserError
from derive.kernel.terms import Num, Term, Var, as_term, subterms
from derive.language.definitions import (
    cross_entropy,
    entropy,
    logsumexp,
    one_hot,
    smoothed,
    smoothed_off,
    softmax,
    uniform,
)
from derive.language.syntax import fun, log


class Residual(NamedTuple):
    """program = target + term, or program = term * target: ``words`` say what it is."""

    words: str
    term: Term
    factor: bool
    theorem: TheoremEntry
    instead: str = ""  # the loss of the library that the program computes
    where: tuple[Term, ...] = ()  # only under these conditions, which nobody asked for


class _Candidate(NamedTuple):
    words: str
    term: Term
    factor: bool = False


def explain(audit: Audit, asked: Asked | None) -> Residual | None:
    """The first difference that is proved; None when none of those that have a name is."""
    reading, target = audit.reading, audit.target
    idle = _where_bounds_are_idle(audit)
    if idle is not None:
        return idle
    if asked is None or reading.scope:
        return _instead(audit, asked)
    found = _instead(audit, asked)
    if found is not None:
        return found
    for c in _candidates(reading, asked):
        whole = c.term * target.term if c.factor else target.term + c.term
        theorem = _proved(audit, Target(target.name, whole, (), target.given), c.words)
        if theorem is not None:
            return Residual(c.words, c.term, c.factor, theorem)
    return _elsewhere(audit)


def _elsewhere(audit: Audit) -> Residual | None:
    """A loss of the library that differs in more than one thing from what was asked for."""
    for other, target in fitting(audit.reading):
        theorem = _proved(audit, target, "")
        if theorem is not None:
            return Residual(f"it is another loss: {other}", target.term - audit.target.term, False, theorem, str(other))
    return None


def _where_bounds_are_idle(audit: Audit) -> Residual | None:
    """The target, where the clamps and floors of the program do nothing; the condition is one of the theorem."""
    found = _without_bounds(audit)
    if found is None:
        return None
    reading, bounds = found
    words = "it is what was asked for only where its bounds do nothing"
    given = conditions(reading, audit.target)
    page = f"What {audit.program.name} computes is {audit.target.name}, where its bounds do nothing."
    out = proving.prove(_identifier(audit.program.name), reading.term, audit.target.term, given, page)
    if not isinstance(out, TheoremEntry):
        return None
    return Residual(words, audit.target.term, False, out, audit.target.name, bounds)


_BOUNDS = 8
"""So many bounds are supposed to do nothing, at most."""


def _without_bounds(audit: Audit) -> tuple[Reading, tuple[Term, ...]] | None:
    """The program read where its bounds do nothing, and that they do: one after the other, the innermost first, so that no bound stands
    in the condition of another."""
    p, reading, bounds = audit.program, audit.reading, list[Term]()
    while reading.trace.idle_clamps and len(bounds) < _BOUNDS:
        more = [b for b in reading.trace.idle_bounds() if b not in bounds]
        if not more:
            return None
        bounds.append(more[0])
        try:
            reading = read(p.function, audit.reading.inputs, p.fixed, p.output, audit.reading.front, bounds)
        except UserError:
            return None
    if not bounds or reading.trace.idle_clamps or not guard.possible(reading, bounds):
        return None
    return reading, tuple(bounds)


def _proved(audit: Audit, target: Target, words: str) -> TheoremEntry | None:
    if not agree(audit.reading, target):
        return None
    given = conditions(audit.reading, target)
    name = audit.program.name
    said = f"What {name} computes is {target.name}" + (f", but for this: {words}." if words else ".")
    out = proving.prove(_identifier(name), audit.reading.term, target.term, given, said)
    return out if isinstance(out, TheoremEntry) else None


# --- another loss of the library ---------------------------------------------------------------------------------------


_OTHER = {
    ("smoothed", "smoothed-off"): "the other convention of smoothing: eps is shared by the V - 1 wrong tokens",
    ("smoothed-off", "smoothed"): "the other convention of smoothing: eps is shared by all V tokens",
    ("smoothed", "smoothed-rest"): "the other tokens get eps/V each, and nothing of it goes to the true one",
    ("smoothed", "one-hot"): "no smoothing",
    ("smoothed-off", "one-hot"): "no smoothing",
    ("one-hot", "minus-p"): "the logarithm is missing: it is minus the probability of the true token",
    ("soft", "distillation"): "a divergence: the entropy of the target is taken off",
}


def _instead(audit: Audit, asked: Asked | None) -> Residual | None:
    if asked is None:
        return None
    for other, words, fault in _others(audit.reading, asked):
        try:
            target = target_of(other, audit.reading.inputs, fault)
        except Missing:
            continue
        if [h for _, _, h in target.scope] != [h for _, _, h in audit.reading.scope] or target.scope:
            continue
        theorem = _proved(audit, target, words if fault else "")
        if theorem is not None:
            return Residual(words, target.term - audit.target.term, False, theorem, "" if fault else str(other))
    return None


def _others(reading: Reading, asked: Asked) -> Iterator[tuple[Asked, str, Fault | None]]:
    """Losses that it may be instead, in words; a fault makes one of them of what was asked for."""
    yield from ((other, words, None) for other, words in _losses(reading, asked))
    if not LOSSES[asked.parts[0].name].shifts:
        return
    yield (
        asked,
        "the softmax is taken twice: probabilities stand where logits were meant",
        lambda p: p._replace(row=p.model),
    )
    for c in constants(reading):
        yield asked, f"{c} is added to the probabilities before the logarithm is taken", partial(_raised, c)
    for axis, d in enumerate(Roles(reading.inputs).positions()):
        yield (
            asked,
            f"the softmax runs over {d}, the positions, and not over the vocabulary",
            partial(_over_positions, axis),
        )
    for other, words in _losses(reading, asked._replace(shift=1 - min(asked.shift, 1))):
        yield other, f"{_SHIFTED[asked.shift]}; {words}", None


def _raised(c: Fraction, place: Place) -> Place:
    k, model = place.bound("k"), place.model
    return place._replace(probabilities=fun(k, model[k] + as_term(c)))


def _over_positions(axis: int, place: Place) -> Place:
    return place._replace(probabilities=place.softmax_over(axis))


_SHIFTED = ("it predicts the next token, and not the one at its position", "the shift by one is missing", "")


def _losses(reading: Reading, asked: Asked) -> Iterator[tuple[Asked, str]]:
    for reduction in REDUCTIONS:
        if reduction not in (asked.reduction, "none"):
            yield (
                asked._replace(reduction=reduction),
                f"another reduction: {reduction}, where {asked.reduction} was meant",
            )
    first = asked.parts[0]
    for name, kind in LOSSES.items():
        if name == first.name or (name in ("binary", "binary focal") and first.name not in ("binary", "binary focal")):
            continue
        eps = dict(first.arguments)
        part = Part(name, tuple((n, eps.get(n, v)) for n, v in kind.arguments.items()))
        words = _OTHER.get((first.name, name), f"another loss: {name}, where {first.name} was meant")
        yield asked._replace(parts=(part, *asked.parts[1:])), words
    if LOSSES[first.name].shifts:
        yield asked._replace(shift=1 - asked.shift), _SHIFTED[asked.shift]
        yield asked._replace(shift=2), "the labels are shifted twice: each position predicts the token after the next"
    for n, value in first.arguments:
        for c in constants(reading):
            if c != value:
                part = Part(first.name, tuple((m, c if m == n else v) for m, v in first.arguments))
                yield asked._replace(parts=(part, *asked.parts[1:])), f"{n} is {c}, where {value} was meant"
    for c in constants(reading):
        extra = Part("z-loss", (("coef", c),))
        yield asked._replace(parts=(*asked.parts, extra)), f"a z-loss is added, with the factor {c}"


# --- what is added, and factors ------------------------------------------------------------------------------------------


def _candidates(reading: Reading, asked: Asked) -> Iterator[_Candidate]:
    one = piece(asked, Roles(reading.inputs))
    scope, kept, place = one.scope, one.kept, one.place
    yield from _factors(reading, scope, kept)
    yield from _powers(asked)
    with suppress(Missing):
        yield from _of_smoothing(place, asked, scope, kept, _divisor(asked, place, scope, kept))
    with suppress(Missing):
        yield from _of_constants(reading, place, asked, scope, kept)


def _divisor(asked: Asked, place: Place, scope: list[Range], kept: Term) -> Term:
    match asked.reduction:
        case "sum over n":
            return place.roles.of_kind("count", "a count").letter
        case "mean over kept":
            return _count(kept, scope)
        case "mean over mask":
            return _count(place.roles.masked(place.ahead), scope)
        case "mean":
            return _count(ONE, scope)
    return ONE


def _over(term: Term, divisor: Term) -> Term:
    return term if divisor == ONE else term / divisor


def _factors(reading: Reading, scope: list[Range], kept: Term) -> Iterator[_Candidate]:
    positions, counted = _count(ONE, scope), _count(kept, scope)
    if kept != ONE:
        yield _Candidate("a mean over all positions, where those that are kept were meant", counted / positions, True)
        yield _Candidate("a mean over the kept positions, where all were meant", positions / counted, True)
        yield _Candidate("a sum that is not divided by the kept positions", counted, True)
        yield _Candidate("a sum that is divided by the kept positions", 1 / counted, True)
    for c in constants(reading):
        for n in dict.fromkeys((counted, positions)):
            yield _Candidate(f"{c} is added to the number by which it is divided", n / (n + as_term(c)), True)
    for name, n in reading.inputs.sizes.items():
        if isinstance(n, Var):
            yield _Candidate(f"the loss is {name} times too large", n, True)
            yield _Candidate(f"the loss is divided by {name} as well", 1 / n, True)
    yield _Candidate("the loss is counted once for each position", positions, True)
    for s in Roles(reading.inputs).counts():
        yield _Candidate(f"{s.input.name} is not used: the mean is over what is there", s.letter / counted, True)
        yield _Candidate(f"the loss is divided by {s.input.name}", 1 / s.letter, True)
    yield _Candidate("the sign is wrong", Num(-1), True)


def _powers(asked: Asked) -> Iterator[_Candidate]:
    """tau^2 of a distillation, which a program leaves out or has twice; a half of the loss, or twice it."""
    values = [(n, Fraction(v)) for p in asked.parts for n, v in p.arguments]
    named = [*((f"{n} = {v}", v) for n, v in values), *((f"{n}^2 = {v * v}", v * v) for n, v in values)]
    for base in (2, 10):
        yield _Candidate(
            f"logarithms are to the base {base}, where natural ones were meant", 1 / log(as_term(base)), True
        )
    for words, c in [*named, ("2", Fraction(2))]:
        if c > 0 and c != 1:
            yield _Candidate(f"a factor {words} is missing", as_term(1 / c), True)
            yield _Candidate(f"there is a factor {words} too much", as_term(c), True)


def _of_smoothing(place: Place, asked: Asked, scope: list[Range], kept: Term, divisor: Term) -> Iterator[_Candidate]:
    first = asked.parts[0]
    arguments = dict(first.arguments)
    flat = cross_entropy(place.vocabulary, uniform(place.vocabulary), place.model)
    if first.name in ("smoothed", "smoothed-off"):
        eps = as_term(arguments["eps"])
        true = cross_entropy(place.vocabulary, one_hot(place.token), place.model)
        if kept != ONE:
            leak = flat if first.name == "smoothed" else _spread(place, eps) / eps
            yield _Candidate(
                "ignored positions leak into the smoothing term", _over(eps * _sum((1 - kept) * leak, scope), divisor)
            )
        yield _Candidate(
            "the smoothing term has 1/V in place of eps/V",
            _over((1 - eps) * _sum(_weighed(kept, flat), scope), divisor),
        )
        yield _Candidate(
            "the true token keeps its whole weight beside the smoothing",
            _over(eps * _sum(_weighed(kept, true), scope), divisor),
        )
        yield _Candidate(
            "the smoothing term is not divided by V",
            _over(eps * (place.vocabulary - 1) * _sum(_weighed(kept, flat), scope), divisor),
        )
        off = cross_entropy(place.vocabulary, smoothed_off(place.vocabulary, eps, place.token), place.model)
        yield _Candidate(
            "twice the loss, in two conventions of smoothing", _over(_sum(_weighed(kept, off), scope), divisor)
        )
        family = (smoothed if first.name == "smoothed" else smoothed_off)(place.vocabulary, eps, place.token)
        yield _Candidate(
            "a divergence: the entropy of the target, which does not depend on the model, is taken off",
            -_over(_sum(_weighed(kept, entropy(place.vocabulary, family)), scope), divisor),
        )
    if first.name == "distillation" and arguments["tau"] == 1:
        teacher = softmax(place.vocabulary, place.roles.row(place.roles.named(ROLE["teacher_logits"]), place.here))
        yield _Candidate(
            "a cross-entropy: the entropy of the teacher, which does not depend on the student, is not taken off",
            _over(_sum(_weighed(kept, entropy(place.vocabulary, teacher)), scope), divisor),
        )
    if first.name == "soft":
        whole = _over(_sum(_weighed(kept, entropy(place.vocabulary, place.soft)), scope), divisor)
        yield _Candidate(
            "a divergence: the entropy of the target, which does not depend on the model, is taken off", -whole
        )


def _spread(place: Place, eps: Term) -> Term:
    whole = cross_entropy(place.vocabulary, smoothed_off(place.vocabulary, eps, place.token), place.model)
    return whole - (1 - eps) * cross_entropy(place.vocabulary, one_hot(place.token), place.model)


def _of_constants(reading: Reading, place: Place, asked: Asked, scope: list[Range], kept: Term) -> Iterator[_Candidate]:
    """Terms with a number that stands in the formula."""
    divisor = _divisor(asked, place, scope, kept)
    numbers = sorted(
        {t.value for t in subterms(reading.term) if isinstance(t, Num) and t.value > 0}
        | {Fraction(n) for n in (2, 4, 8)}
    )
    for z in (p for p in asked.parts if p.name == "z-loss" and kept != ONE):
        every, counted = _sum(z.at(place), scope), _sum(_weighed(kept, z.at(place)), scope)
        yield _Candidate(
            "the z-loss is a mean over all positions, ignored ones too",
            every / _count(ONE, scope) - counted / _count(kept, scope),
        )
        yield _Candidate("ignored positions leak into the z-loss", _over(every - counted, divisor))
    for c in numbers:
        square = _sum(_weighed(kept, logsumexp(place.vocabulary, place.logits()) ** 2), scope)
        yield _Candidate(f"a z-loss is added, with the factor {c}", _over(as_term(c) * square, divisor))
        if c > 1:
            each = _sum(_weighed(kept, log(as_term(c))), scope) if kept != ONE or scope else log(as_term(c))
            yield _Candidate(f"the logits are counted {c} times in the normaliser", _over(each, divisor))
    for name, n in reading.inputs.sizes.items():
        if isinstance(n, Var):
            yield _Candidate(
                f"the logits are counted {name} times in the normaliser",
                _over(_sum(_weighed(kept, log(n)), scope), divisor),
            )
    for c in numbers:
        if c < 1:
            h = _sum(_weighed(kept, entropy(place.vocabulary, softmax(place.vocabulary, place.logits()))), scope)
            yield _Candidate(
                f"the entropy of the model is taken off, with the factor {c}", -_over(as_term(c) * h, divisor)
            )


__all__ = ["Residual", "explain", "guard"]
