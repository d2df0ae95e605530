"""What ``derive check`` finds out, as data: it may have been found out in another process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

from derive.board import catalogue
from derive.board.checked import Known, Results
from derive.board.declaring import declaring_files
from derive.board.entries import FalseClaim, TheoremEntry
from derive.board.refusals import place
from derive.cli.shares import Bar, Found, Wrong, find_out
from derive.errors import UserError
from derive.jobs.job import Job


class Row(NamedTuple):
    """A theorem that is proved."""

    name: str
    lines: int
    steps: int
    axioms: int


class Checked(NamedTuple):
    """What is known of some theorems and false claims.  ``steps`` counts a step that several proofs share once, of those that were
    proved now; ``earlier`` are those that were checked before, from the very same sources: theorems, and false claims; ``errors`` say
    of which nothing is known."""

    rows: tuple[Row, ...] = ()
    steps: int = 0
    axioms: frozenset[str] = frozenset()
    refuted: int = 0
    wrong: tuple[Wrong, ...] = ()
    warnings: tuple[str, ...] = ()
    earlier: tuple[int, int] = (0, 0)
    errors: tuple[str, ...] = ()

    def __add__(self, other: tuple[object, ...]) -> Checked:
        assert isinstance(other, Checked)
        return Checked(
            self.rows + other.rows, self.steps + other.steps, self.axioms | other.axioms, self.refuted + other.refuted,
            self.wrong + other.wrong, self.warnings + other.warnings,
            (self.earlier[0] + other.earlier[0], self.earlier[1] + other.earlier[1]), self.errors + other.errors,
        )  # fmt: skip

    def __bool__(self) -> bool:
        return bool(self.rows or self.refuted or self.wrong)


def check_names(
    names: Sequence[str], verify: bool = False, fresh: bool = True, processes: int | None = 1,
    bar: Bar = lambda count: nullcontext(lambda name: None),
) -> Checked:  # fmt: skip
    """Check theorems and refute false claims: of files, of subjects, or by name; without names, all of the catalogue.  With
    ``verify`` their pages are read back too.  Unless ``fresh``, what was checked earlier, from the very same sources, is not checked
    again.  ``processes``: over how many theorems of the catalogue are shared out at most; None: as many as there are processors.

    Raises UserError when there is none of a name, or a file cannot be run.
    """
    results = Results()  # made before the theorems are loaded
    entries = list(_entries(names))
    known = {} if fresh else {e: k for e in entries if (k := _found_earlier(e, results, verify)) is not None}
    new, steps, errors = find_out([e for e in entries if e not in known], results, verify, processes, bar)
    for e, found in new.items():
        if isinstance(e, FalseClaim) and not found.wrong:
            results.keep_counterexample(e, found.counterexample)
    results.keep({e: f.known for e, f in new.items() if isinstance(e, TheoremEntry) or not f.wrong})
    return _together(entries, known, new)._replace(steps=steps, errors=tuple(errors))


def _together(
    entries: Sequence[catalogue.Entry], earlier: dict[catalogue.Entry, Known], new: dict[catalogue.Entry, Found]
) -> Checked:
    """What was known and what was found, in the order of the entries."""
    every = {e: k for e, k in {**earlier, **{e: f.known for e, f in new.items()}}.items() if k.state == "proved"}
    proved = {e: every[e] for e in entries if isinstance(e, TheoremEntry) and e in every}
    before = sum(isinstance(e, TheoremEntry) for e in earlier)
    return Checked(
        rows=tuple(Row(e.name, k.lines, k.steps, len(k.axioms)) for e, k in proved.items()),
        axioms=frozenset().union(*(k.axioms for k in proved.values())),
        refuted=len(every) - len(proved),
        wrong=tuple(w for f in new.values() for w in f.wrong),
        warnings=tuple(_warning(e, words) for e, k in proved.items() for words in k.warnings),
        earlier=(before, len(earlier) - before),
    )


def _found_earlier(entry: catalogue.Entry, results: Results, verify: bool) -> Known | None:
    """What was established of a theorem or a claim before, if it holds and still counts."""
    known = results.of(entry)
    enough = known.read_back or not verify or not isinstance(entry, TheoremEntry)
    return known if known.state == "proved" and enough else None


def _warning(entry: catalogue.Entry, words: str) -> str:
    return f"{place(entry.file, entry.number)}: warning: {entry.name}: {words}"


def _entries(names: Sequence[str]) -> Iterator[catalogue.Entry]:
    for n in names:
        if n.endswith(".py"):
            yield from catalogue.load_file(n)
        elif n.strip().replace(" ", "_") in catalogue.subjects():
            yield from catalogue.subject_entries(n)
        else:
            yield catalogue.find(n)
    if not names:
        yield from catalogue.all_entries()


def check_jobs(names: Sequence[str], verify: bool = False, fresh: bool = True) -> list[Job]:
    """A job for each file, in which it is checked as if it were the only one, and one for the catalogue.

    Raises UserError for a folder in which no file declares a theorem.
    """
    jobs: list[Job] = []
    own = tuple(n for n in names if not _is_of_a_file(n))
    for n in dict.fromkeys(in_folders(names)):
        if _is_of_a_file(n):
            jobs.append(Job(n, check_names, ((n,), verify, fresh), alone=True, files=(n.partition("::")[0],)))
        elif n == own[0]:
            jobs.append(Job("the catalogue", check_names, (own, verify, fresh), alone=True))
    return jobs or [Job("the catalogue", check_names, ((), verify, fresh), alone=True)]


def _is_of_a_file(name: str) -> bool:
    return name.endswith(".py") or "::" in name


def in_folders(names: Iterable[str]) -> Iterator[str]:
    """The names, with the files in a folder in its place."""
    for n in names:
        if not Path(n).is_dir() or n.strip().replace(" ", "_") in catalogue.subjects():
            yield n
            continue
        files = declaring_files(n)
        if not files:
            raise UserError(
                f"{n}: no file in this folder declares a theorem; decorate one with @theorem(shows=..., given=[...])"
            )
        yield from files
