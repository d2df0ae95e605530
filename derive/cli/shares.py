"""Theorems and false claims, checked in this process or shared out over forks of it.

A fork has all that has been loaded here, so nothing is loaded twice.  A process proves what its theorems cite, so those that cite
each other are one share.  What comes back is data: a theorem cannot leave the process that has proved it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from derive.board.catalogue import Entry
from derive.board.checked import Known, Results, established, refute
from derive.board.declared import DECLARED
from derive.board.entries import PROOFS, FalseClaim, TheoremEntry
from derive.board.steps import own_steps
from derive.errors import UserError
from derive.jobs.job import Job

Bar = Callable[[int], AbstractContextManager[Callable[[str], None]]]
"""Shows how far it is: how many there are; gives what is told the name of each."""
_WORTH_IT = 40  # so many take a second or two; a pool of processes takes a tenth of that
_TOGETHER = 8  # what goes to a process at once, so that the last one to end has not much left


class Wrong(NamedTuple):
    """A theorem that is not proved, or whose page is misread, or a false claim that is not refuted."""

    name: str
    what: str
    why: str


class Found(NamedTuple):
    """What was found out of a theorem or a false claim."""

    known: Known
    wrong: tuple[Wrong, ...] = ()
    counterexample: Any = None  # as data


class Share(NamedTuple):
    """What was found out of some, and how many steps the proofs have that they rest on, by their names."""

    found: tuple[Found, ...]
    steps: dict[str, int]


def find_out(
    entries: Sequence[Entry], results: Results, verify: bool, processes: int | None, bar: Bar
) -> tuple[dict[Entry, Found], int, list[str]]:
    """What is found out of each, in their order; how many steps the proofs have together; and errors: of those whose process died
    there is nothing.  With ``verify`` pages are read back too.  ``processes``: at most; None: as many as there are processors."""
    kept: dict[Entry, Any] = {e: results.counterexample(e) for e in entries if isinstance(e, FalseClaim)}
    shares, errors = _shares(entries, processes), list[str]()
    if len(shares) == 1:
        with bar(len(entries)) as told:
            done = [check_all(entries, kept, verify, told)]
    else:
        from derive.jobs.run import Workers, run

        with bar(len(shares)) as told:
            outcomes = run([_job(share, kept, verify) for share in shares], Workers(processes), told)
        errors = [o.error for o in outcomes if o.error]
        shares = [share for share, o in zip(shares, outcomes, strict=True) if not o.error]
        done = [o.value for o in outcomes if not o.error]
    found = {e: f for share, one in zip(shares, done, strict=True) for e, f in zip(share, one.found, strict=True)}
    steps = {name: n for one in done for name, n in one.steps.items()}
    return {e: found[e] for e in entries if e in found}, sum(steps.values()), errors


def check_all(
    entries: Sequence[Entry], kept: Mapping[Entry, Any], verify: bool, told: Callable[[str], None] = lambda name: None
) -> Share:
    """Check these theorems, and refute these claims, of which such counterexamples were kept."""
    found = []
    for e in entries:
        told(e.name)
        found.append(_check(e, kept.get(e), verify))
    return Share(tuple(found), own_steps(e.made for e in entries if isinstance(e, TheoremEntry) and e.is_proved))


def check_places(places: Sequence[tuple[str, int]], kept: Sequence[Any], verify: bool) -> Share:
    """Check what stands at these places: the module, and which of those that it declares."""
    entries = [DECLARED[module][n] for module, n in places]
    return check_all(entries, dict(zip(entries, kept, strict=True)), verify)


def _check(e: Entry, kept: Any, verify: bool) -> Found:
    try:
        if not isinstance(e, TheoremEntry):
            return Found(Known("proved"), (), refute(e, kept))
        e.check()
    except UserError as error:
        what = "not proved" if isinstance(e, TheoremEntry) else "not refuted"
        return Found(Known("wrong"), (Wrong(e.name, what, str(error)),))
    misread = tuple(_misread(e)) if verify else ()
    return Found(established(e, read_back=verify and not misread), misread)


def _misread(entry: TheoremEntry) -> Iterator[Wrong]:
    """What is wrong with its pages, in the notation that one gets without asking for another."""
    from derive.render.pages.readback import read_back

    try:
        for form in ("latex", "text"):
            read_back(entry.derivation, None, form)
    except UserError as error:
        yield Wrong(entry.name, "proved, but its page says something else", str(error))


def _job(share: Sequence[Entry], kept: Mapping[Entry, Any], verify: bool) -> Job:
    more = f" and {len(share) - 1} more" if len(share) > 1 else ""
    places = [(e.module, DECLARED[e.module].index(e)) for e in share]
    return Job(f"{share[0].name}{more}", check_places, (places, [kept.get(e) for e in share], verify), forked=True)


# --- how they are shared out -----------------------------------------------------------------------------------------


def _shares(entries: Sequence[Entry], processes: int | None) -> list[Sequence[Entry]]:
    """The largest first.  What a user's program does when it is forked, nobody knows: its theorems stay here."""
    if processes == 1 or len(entries) < _WORTH_IT or not all(e.module.startswith(f"{PROOFS}.") for e in entries):
        return [entries]
    from derive.jobs.run import Workers, forks

    count = forks(Workers(processes))
    if count == 1:
        return [entries]
    most = -(-len(entries) // count)
    shares, few = list[Sequence[Entry]](), list[Entry]()
    for group in _groups(entries):
        if len(group) >= _TOGETHER:
            shares += [group[i : i + most] for i in range(0, len(group), most)]
        else:
            few += group
    shares += [few[i : i + _TOGETHER] for i in range(0, len(few), _TOGETHER)]
    return sorted(shares, key=len, reverse=True)


def _groups(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Those that cite each other, directly or not, together."""
    of: dict[Entry, list[Entry]] = {e: [e] for e in entries}
    for e in entries:
        for cited in _cited(e):
            if cited in of and of[cited] is not of[e]:
                small, large = sorted((of[cited], of[e]), key=len)
                large += small
                of.update(dict.fromkeys(small, large))
    order = {e: n for n, e in enumerate(entries)}
    return [sorted(group, key=order.__getitem__) for group in {id(g): g for g in of.values()}.values()]


def _cited(entry: Entry) -> Iterator[Entry]:
    """The theorems that its proof names.  (One that a search for a reason finds is proved twice, perhaps.)"""
    if isinstance(entry, TheoremEntry):
        known = entry.prove.__globals__
        named = (known.get(name) for name in entry.prove.__code__.co_names)
        yield from (x for x in (*named, *entry.using) if isinstance(x, TheoremEntry))
