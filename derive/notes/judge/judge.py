"""Verdicts on the rows of a document: from the row before, from the start of the chain, from the last row that held.

A row is proved when a reading of it is, and no reading that comes before it is false; it is false when every reading is, and each
in exact numbers.  Where readings disagree the row is not known, and the reason says how.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from derive.falsify import Counterexample
from derive.kernel.terms import EQ, LE, LT, App, SortError, Term
from derive.notes.judge import approximate, conditions, grounds
from derive.notes.judge.prove import Proof, by_theorem, prove, search
from derive.notes.judge.refute import EFFORT, refute
from derive.notes.judge.verdict import Judged, Report, Row, Verdict
from derive.render.pens.text import term_text

if TYPE_CHECKING:
    from derive.notes.meaning.chain import Chain, Notes, Reading, Step


_ARROWS = frozenset({"\\iff", "\\implies", "\\Rightarrow", "\\Leftrightarrow"})
_OTHER = {"left side": "right side", "right side": "left side"}
_SIDE = re.compile("|".join(_OTHER))
KEPT = 4096
"""How many results are kept in memory."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one reading."""

    reading: Reading
    place: int
    proof: Proof | None = None
    counterexample: Counterexample | None = None
    hint: Counterexample | None = None  # numbers against a reading that may know less than the page


def judge_notes(notes: Notes) -> Report:
    """A verdict for each relation of the document, in page order."""
    import derive.lemmas  # noqa: F401  (what tactics use is proved there)

    displays: list[tuple[Any, list[Row]]] = []
    sign = 0
    for chain in notes.chains:
        if not displays or displays[-1][0] is not chain.display:
            displays.append((chain.display, []))
        rows = displays[-1][1]
        rows.append(Row(None, "", chain.line, None, chain))
        for step, verdict in zip(chain.steps, judge_chain(chain), strict=True):
            if verdict.doubt in (r.verdict.doubt for r in rows if r.verdict is not None):
                verdict = replace(verdict, doubt="")  # it is said once a display
            sign += 1
            rows.append(Row(sign, step.sign, step.line, verdict, step))
    return Report(tuple(Judged(display.line, tuple(rows)) for display, rows in displays))


def judge_chain(chain: Chain) -> list[Verdict]:
    """The verdicts on the steps of one chain."""
    out: list[Verdict] = []
    good: tuple[Reading, int] | None = None  # the last row that held from the start
    broken = False
    choice: int | None = None  # how the expression before the sign was read
    supposed = _has_implications(chain.display)
    for n, step in enumerate(chain.steps):
        verdict, tried = judge_step(step, choice)
        if tried is not None and tried.proof is not None and verdict.kind == "unproved" and n + 1 < len(chain.steps):
            verdict = _read_on(verdict, tried, chain.steps[n + 1])
        if supposed and verdict.kind == "false":
            why = "a part of an implication or an equivalence, which is not claimed by itself"
            verdict = Verdict("condition", why, assumed=verdict.assumed)
        if verdict.kind == "false" or (broken and verdict.kind == "proved"):
            verdict = _from_elsewhere(verdict, step, good, n)
        holds = verdict.kind in ("proved", "definition") and not broken
        broken = (broken or verdict.kind == "false") and not verdict.repairs
        if (holds or verdict.repairs) and tried is not None:
            good = tried.reading, n
        choice = tried.reading.choice[1] if tried is not None else None
        out.append(verdict)
    return out


def _has_implications(display: Any) -> bool:
    """Whether statements of a display are held together by arrows: what stands at an arrow may be supposed only."""
    rows = getattr(display, "rows", ())
    return any(getattr(node, "text", "") in _ARROWS for row in rows for node in row.items)


def judge_step(step: Step, choice: int | None = None) -> tuple[Verdict, Tried | None]:
    """The verdict on one relation from the expression before it, and the reading on which it rests."""
    if step.unread is not None or not step.readings:
        why = "" if step.unread is None else f"{step.unread.what}: {step.unread.why}".strip(": ")
        return Verdict("unread", why), None
    first = step.readings[0]
    if first.kind == "definition":
        brought = Verdict("definition", "brings in the name on its left", assumed=first.assumed)
        return grounds.checked(brought, first.given), Tried(first, 0)
    if first.kind in ("condition", "case"):
        why = "to be solved" if first.kind == "condition" else "of the row before it"
        return Verdict("condition", why, assumed=first.assumed), Tried(first, 0)
    if first.kind != "step" and not first.doubt:
        return approximate.judged(first, step.printed), Tried(first, 0)
    tried: list[Tried] = []
    for place, reading in enumerate(_in_order(step.readings, choice)):
        one = try_reading(reading, place)
        tried.append(one)
        if one.proof is not None:
            break
    verdict, best = _together(tried)
    return verdict if best is None else grounds.checked(verdict, best.reading.given), best


def _read_on(verdict: Verdict, tried: Tried, later: Step) -> Verdict:
    """A row that holds in one reading and not in another is proved where the next row holds, too, read on from the former alone."""
    if verdict.counterexample is None or tried.proof is None:
        return verdict
    on = [r for r in later.readings if r.kind == "step" and r.choice[0] == tried.reading.choice[1]]
    others = [r for r in later.readings if r.kind == "step" and r.choice[0] != tried.reading.choice[1]]
    if not any(try_reading(r).proof for r in on) or any(try_reading(r).proof for r in others):
        return verdict
    proof, reading = tried.proof, tried.reading
    return Verdict(
        "proved", f"{proof.reason} (read as {_shown(reading.claim)}, as the next row does)", proof.reasons, proof.theorem,
        reading=tried.place, assumed=reading.assumed, where=_rests_on(reading, proof.theorem.hyps),
    )  # fmt: skip


def _in_order(readings: Sequence[Reading], choice: int | None) -> list[Reading]:
    """The readings whose left side is read as the row before had it; all where there is none."""
    same = [r for r in readings if choice is None or r.choice[0] == choice]
    return same or list(readings)


def try_reading(reading: Reading, place: int = 0) -> Tried:
    """A proof of one reading, or numbers that refute it."""
    if reading.doubt:
        return Tried(reading, place)
    case = reading.instance
    if case is not None and case.refutable and not reading.refutable:
        proof = _proved(reading.claim, reading.given)
        against = _refuted(case.claim, case.given) if proof is None else None
        return Tried(reading, place, proof, _turned(case, against))
    proof, found = _sought(reading.claim, reading.given, reading.refutable)
    if reading.refutable:
        return Tried(reading, place, proof, _turned(reading, found))
    return Tried(reading, place, proof, hint=_turned(reading, found))


def _turned(reading: Reading, found: Counterexample | None) -> Counterexample | None:
    """Numbers that name the sides as the page has them: the kernel has a >= b as b <= a."""
    if found is None or getattr(reading.claim, "args", ()) != (reading.right, reading.left):
        return found
    swapped = _SIDE.sub(lambda m: _OTHER[m[0]], found.explanation)
    return found._replace(explanation=swapped)


@lru_cache(KEPT)
def _refuted(claim: Term, given: tuple[Term, ...]) -> Counterexample | None:
    return refute(claim, given, EFFORT // 3)


@lru_cache(KEPT)
def _proved(claim: Term, given: tuple[Term, ...]) -> Proof | None:
    return prove(claim, given) or by_theorem(claim, given) or search(claim, given)


@lru_cache(KEPT)
def _sought(claim: Term, given: tuple[Term, ...], refutable: bool) -> tuple[Proof | None, Counterexample | None]:
    """Short ways first.  What was found is kept: of a document that is edited, only what changed is looked for again."""
    proof = prove(claim, given) or by_theorem(claim, given)
    if proof is not None:
        return proof, None
    if refutable:
        found = refute(claim, given)
        return (None, found) if found is not None else (search(claim, given), None)
    proof = search(claim, given)
    return (proof, None) if proof is not None else (None, refute(claim, given))


def _shown(claim: Term) -> str:
    return " ".join(term_text(claim).split())


def _together(tried: Sequence[Tried]) -> tuple[Verdict, Tried | None]:
    """One verdict from the readings that were tried, of which only the last can be proved."""
    last = tried[-1]
    refuted = [t for t in tried if t.counterexample is not None]
    if last.proof is not None and last.reading.former:
        why = f"it holds as {_shown(last.reading.claim)}, with what a name was before a row or the text brought it in"
        return Verdict("unproved", why, assumed=tried[0].reading.assumed), tried[0]
    if last.proof is not None:
        if refuted:
            why = f"it depends on how the row is read: as {_shown(last.reading.claim)} it holds, as {_shown(refuted[0].reading.claim)} it does not"
            return Verdict("unproved", why, counterexample=refuted[0].counterexample, reading=last.place), last
        reason = last.proof.reason
        if len(tried) > 1:
            reason += f" (read as {_shown(last.reading.claim)})"
        where = _rests_on(last.reading, last.proof.theorem.hyps)
        proved = Verdict(
            "proved", reason, last.proof.reasons, last.proof.theorem,
            reading=last.place, assumed=last.reading.assumed, where=where,
        )  # fmt: skip
        return proved, last
    if len(refuted) == len(tried):
        one = tried[0]
        assert one.counterexample is not None
        missing = conditions.missing(one.reading.claim, one.reading.given)
        reason = str(one.counterexample)
        false = Verdict(
            "false", reason, counterexample=one.counterexample,
            missing=missing, assumed=one.reading.assumed, where=one.reading.from_text,
        )  # fmt: skip
        return false, one
    return _not_known(tried), tried[0]


def _not_known(tried: Sequence[Tried]) -> Verdict:
    """What is told of a row that no reading decides: numbers against it, the condition that would mend it, what the page leaves out."""
    first = tried[0]
    reading, missing = first.reading, None
    if first.hint is not None and all(t.hint or t.counterexample for t in tried):
        numbers = str(first.hint).removeprefix("it is false: ")
        unread = reading.unsure.startswith("the definition of")
        missing = None if unread else conditions.missing(reading.claim, reading.given)
        if missing is None:
            why = f"with what was read it fails: {numbers}; {reading.unsure}; if the text says more, declare it"
        else:
            why = f"without it, it fails: {numbers}"
    else:
        why = reading.doubt or "neither a proof nor numbers against it were found"
        if not reading.doubt and reading.unsure.startswith(("nothing on the page says", "the definition of")):
            why += f"; {reading.unsure}"
    return Verdict("unproved", why, missing=missing, assumed=reading.assumed)


def _rests_on(reading: Reading, used: Collection[Term]) -> tuple[str, ...]:
    """What nobody declared and the proof uses, in words; definitions of the text carry the statement itself."""
    words = dict(reading.rests)
    return tuple(dict.fromkeys([words[f] for f in words if f in used] + list(reading.from_text)))


def _from_elsewhere(verdict: Verdict, step: Step, good: tuple[Reading, int] | None, n: int) -> Verdict:
    """A row that is false, or that follows from a false one, held against the start and the last row that held."""
    start = _holds(step.from_start)
    from_good = None if good is None else _from_reading(good[0], step)
    repairs = verdict.kind == "false" and (from_good or (from_good is None and start)) is True and n > 0
    if start is None:
        start = from_good
    return replace(verdict, from_start=start, repairs=repairs)


def _holds(readings: Iterable[Reading]) -> bool | None:
    tried = [try_reading(r) for r in readings]
    if any(t.proof is not None for t in tried):
        return True
    return False if tried and all(t.counterexample is not None for t in tried) else None


def _from_reading(good: Reading, step: Step) -> bool | None:
    """Whether the right side follows from the right side of the last row that held, by the relation of this row."""
    for reading in step.readings:
        statement = _same_relation(reading.claim, good.right, reading.right)
        if statement is not None:
            given = tuple(dict.fromkeys((*good.given, *reading.given)))
            return _holds([replace(reading, left=good.right, claim=statement, given=given)])
    return None


def _same_relation(claim: Term, left: Term, right: Term) -> Term | None:
    """left related to right as the claim relates its sides, where ``right`` is one of them."""
    if not (isinstance(claim, App) and claim.op in (EQ, LE, LT) and right in claim.args):
        return None
    try:
        return App(claim.op, (left, right) if claim.args[1] == right else (right, left))
    except SortError:
        return None
