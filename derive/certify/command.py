"""The command ``derive certify``: what it writes, runs and prints."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from derive.board.catalogue import find_theorem, named, theorems
from derive.board.checked import Results
from derive.board.entries import PROOFS, TheoremEntry
from derive.certify.cache import Cache
from derive.certify.certificate import Certificate
from derive.certify.compiler import find_rocq
from derive.certify.result import Result, rests_on
from derive.certify.run import Told, no_one, refuse_twins, run_certificates, write_certificates
from derive.errors import UserError
from derive.files import write_made
from derive.jobs.job import Job
from derive.jobs.run import Workers
from derive.jobs.run import run as run_jobs

Bar = Callable[[str, int], AbstractContextManager[Told]]
"""Shows how far it is: what is done, how many theorems there are; gives what is told of each that is done."""


def no_bar(what: str, count: int) -> AbstractContextManager[Told]:
    return nullcontext(no_one)


def certify_command(
    names: Sequence[str],
    folder: str | Path,
    run: bool = False,
    all_: bool = False,
    jobs: int | None = None,
    fresh: bool = False,
    bar: Bar = no_bar,
    address: str = "",
) -> tuple[str, int]:
    """What ``derive certify`` prints and its exit status: 0, 1 when Rocq rejects a certificate, or 2 when some were not made.

    ``address`` is that of the scheduler of a Dask cluster, whose workers then do all of it.
    """
    if all_ == bool(names):
        raise UserError("name the theorems to certify, or give --all (not both)")
    if fresh and not run:
        raise UserError("--fresh is about replaying: give --run as well")
    if address:
        return _elsewhere(names, folder, run, all_, address, bar)
    results = Results()  # made before the theorems are loaded

    def sources(entry: TheoremEntry) -> str:
        return results.key(entry.file) if entry.module.startswith(f"{PROOFS}.") else ""

    cache = Cache(Path(folder), find_rocq(), sources) if run else None  # before anything is written
    entries: list[TheoremEntry] = theorems() if all_ else [*named(dict.fromkeys(names)).values()]
    refuse_twins(entries)
    known = {} if cache is None or fresh else cache.results(entries)
    todo = [e for e in entries if e.name not in known]
    start = time.perf_counter()
    made = []
    if todo:
        with bar("writing", len(todo)) as told:
            made = write_certificates(todo, folder, told)
    written = time.perf_counter() - start
    if cache is None:
        lines = [f"{Path(folder) / c.name}.v: {c.lines} lines, {c.applications} lemma applications" for c in made]
        lines.append(f"{_count(made)} written in {written:.1f} s; run with --run, or with coqc in {folder}")
        return "\n".join(lines), 0
    start = time.perf_counter()
    if todo:
        with bar("replaying", len(todo)) as told:
            new = run_certificates(folder, jobs, todo, [c.name for c in made], told=told, fresh=fresh)
        cache.keep(todo, new)
        known |= {r.name: r for r in new}
    ran = time.perf_counter() - start
    return _said([known[e.name] for e in entries], all_, f"{written:.1f} s to write, {ran:.1f} s to run")


def _said(results: Sequence[Result], all_: bool, times: str) -> tuple[str, int]:
    bad = [r for r in results if not r.ok]
    several = len(results) > 1
    lines = [table(results), *map(str, bad)] if all_ else [r.line(not several) for r in results]
    if several:
        lines.append(f"{total(results)}; {times}")
    return "\n".join(lines), 1 if bad else 0


TOGETHER = 24
"""Theorems whose certificates one worker writes and replays together: the rule library is compiled once for them."""


def _elsewhere(
    names: Sequence[str], folder: str | Path, run: bool, all_: bool, address: str, bar: Bar
) -> tuple[str, int]:
    """By the workers of a cluster.  They have no cache, and this process runs no proof."""
    start = time.perf_counter()
    entries = named(dict.fromkeys(names)) if names else {e.name: e for e in theorems()}
    refuse_twins(list(entries.values()))
    jobs = [_job(group, run) for group in _groups(list(entries))]
    with bar("certifying", len(jobs)) as told:
        outcomes = run_jobs(jobs, Workers(address=address), told)
    made = [m for o in outcomes if not o.error for m in o.value[0]]
    results = [r for o in outcomes if not o.error for r in o.value[1]]
    write_certificates([], folder)  # the rule library
    write_made({Path(folder) / f"{c.name}.v": c.text.encode() for c in made})
    seconds = f"{time.perf_counter() - start:.1f} s on {address}"
    text, status = _said(results, all_, seconds) if results else ("", 0)
    if not run:
        text = f"{_count(made)} written in {seconds}; run with --run, or with coqc in {folder}"
    lost = [
        f"{job.name}: not done: {o.error.removeprefix(f'{job.name}: ')}"
        for job, o in zip(jobs, outcomes, strict=True)
        if o.error
    ]
    return "\n".join([*([text] if made else []), *lost]), 2 if lost else status


def _groups(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The names of some theorems each; those in files of the user's by themselves."""
    own = [n for n in names if "::" in n or n.endswith(".py")]
    others = [n for n in names if n not in own]
    for i in range(0, len(others), TOGETHER):
        yield tuple(others[i : i + TOGETHER])
    yield from ((n,) for n in own)


def _job(names: tuple[str, ...], run: bool) -> Job:
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    files = tuple(n.partition("::")[0] for n in names if "::" in n or n.endswith(".py"))
    return Job(names[0] + more, certify_together, (names, run), files=files)


def certify_together(names: Sequence[str], run: bool) -> tuple[list[Certificate], list[Result]]:
    """The certificates of theorems, and what Rocq says of them when it is to replay them.  Raises UserError without Rocq."""
    if run:
        find_rocq()
    entries = [find_theorem(n) for n in names]
    with TemporaryDirectory() as folder:
        made = write_certificates(entries, folder)
        return made, run_certificates(folder, 1, entries, [c.name for c in made]) if run else []


def _count(made: Sequence[Certificate]) -> str:
    return f"{len(made)} certificate{'' if len(made) == 1 else 's'}"


def table(results: Sequence[Result]) -> str:
    """theorem, lines, lemma applications, and when it was replayed."""
    rows = [("theorem", "lines", "applications", "replayed")]
    for r in results:
        when = f"{r.replayed} (cached)" if r.cached else r.replayed
        rows.append((r.name, str(r.lines), str(r.applications), when if r.ok else "REJECTED"))
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *(row[i].rjust(widths[i]) for i in (1, 2)), row[3]]) for row in rows
    )


def total(results: Sequence[Result]) -> str:
    """How many Rocq accepted, how many of them earlier, and on what they rest."""
    accepted = [r for r in results if r.ok]
    text = f"{len(accepted)} of {len(results)} theorems replayed by Rocq {results[0].version}"
    cached = [r.replayed for r in accepted if r.cached]
    if cached:
        days = min(cached) if min(cached) == max(cached) else f"{min(cached)} to {max(cached)}"
        text += f", {len(cached)} of them on {days} and cached (--fresh replays them again)"
    if accepted:
        assumptions = dict.fromkeys(a for r in accepted for a in r.assumptions)
        text += f"; {rests_on(assumptions, len(accepted) > 1)}"
    return text
