"""What ``derive check`` finds out, as data: it may have been found out in another process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import NamedTuple

from derive.board import catalogue
from derive.board.checked import Known, Results
from derive.board.declaring import declaring_files
from derive.board.entries import FalseClaim, TheoremEntry
from derive.board.refusals import place
from derive.errors import UserError
from derive.jobs.job import Job
from derive.kernel.theorem import axioms_among, proof_steps

Bar = Callable[[int], AbstractContextManager[Callable[[str], None]]]
"""Shows how far it is: how many there are; gives what is told the name of each."""


class Row(NamedTuple):
    """A theorem that is proved."""

    name: str
    lines: int
    steps: int
    axioms: int


class Wrong(NamedTuple):
    """A theorem that is not proved, or whose page is misread, or a false claim that is not refuted."""

    name: str
    what: str
    why: str


class Checked(NamedTuple):
    """What is known of some theorems and false claims.  ``steps`` counts a step that several proofs share once, of those that were
    proved now; ``earlier`` are those that were checked before, from the very same sources: theorems, and false claims."""

    rows: tuple[Row, ...] = ()
    steps: int = 0
    axioms: frozenset[str] = frozenset()
    refuted: int = 0
    wrong: tuple[Wrong, ...] = ()
    warnings: tuple[str, ...] = ()
    earlier: tuple[int, int] = (0, 0)

    def __add__(self, other: tuple[object, ...]) -> Checked:
        assert isinstance(other, Checked)
        return Checked(
            self.rows + other.rows, self.steps + other.steps, self.axioms | other.axioms, self.refuted + other.refuted,
            self.wrong + other.wrong, self.warnings + other.warnings,
            (self.earlier[0] + other.earlier[0], self.earlier[1] + other.earlier[1]),
        )  # fmt: skip

    def __bool__(self) -> bool:
        return bool(self.rows or self.refuted or self.wrong)


def check_names(
    names: Sequence[str], verify: bool = False, fresh: bool = True,
    bar: Bar = lambda count: nullcontext(lambda name: None),
) -> Checked:  # fmt: skip
    """Check theorems and refute false claims: of files, of subjects, or by name; without names, all of the catalogue.  With
    ``verify`` their pages are read back too.  Unless ``fresh``, what was checked earlier, from the very same sources, is not checked
    again.

    Raises UserError when there is none of a name, or a file cannot be run.
    """
    results = Results()  # made before the theorems are loaded
    entries = list(_entries(names))
    known = {} if fresh else {e: k for e in entries if (k := _found_earlier(e, results, verify)) is not None}
    found = _Found(results, verify)
    new = [e for e in entries if e not in known]
    with bar(len(new)) as told:
        for e in new:
            told(e.name)
            found.check(e)
    found.keep()
    return _together(entries, known, found)


def _together(entries: Sequence[catalogue.Entry], known: dict[catalogue.Entry, Known], found: _Found) -> Checked:
    """What was known and what was found, in the order of the entries."""
    rows = {e: Row(e.name, k.lines, k.steps, len(k.axioms)) for e, k in known.items() if isinstance(e, TheoremEntry)}
    claims = len(known) - len(rows)
    warnings = {e: k.warnings for e, k in known.items()} | {e: e.warnings for e in found.rows}
    steps = proof_steps(*(e.theorem for e in found.rows))
    axioms = axioms_among(steps).union(*(k.axioms for k in known.values()))
    earlier, every = (len(rows), claims), rows | found.rows
    return Checked(
        tuple(every[e] for e in entries if isinstance(e, TheoremEntry) and e in every), len(steps), axioms,
        len(found.refuted) + claims, tuple(found.wrong),
        tuple(_warning(e, words) for e in entries for words in warnings.get(e, ())), earlier,
    )  # fmt: skip


def _found_earlier(entry: catalogue.Entry, results: Results, verify: bool) -> Known | None:
    """What was established of a theorem or a claim before, if it holds and still counts."""
    known = results.of(entry)
    enough = known.read_back or not verify or not isinstance(entry, TheoremEntry)
    return known if known.state == "proved" and enough else None


def _warning(entry: catalogue.Entry, words: str) -> str:
    return f"{place(entry.file, entry.number)}: warning: {entry.name}: {words}"


class _Found:
    """What is found out now."""

    def __init__(self, results: Results, verify: bool) -> None:
        self.results, self.verify = results, verify
        self.rows: dict[TheoremEntry, Row] = {}
        self.read_back, self.failed = set[TheoremEntry](), list[TheoremEntry]()
        self.refuted, self.wrong = list[FalseClaim](), list[Wrong]()

    def check(self, e: catalogue.Entry) -> None:
        try:
            if not isinstance(e, TheoremEntry):
                self.results.refute(e)
                self.refuted.append(e)
                return
            e.check()
        except UserError as error:
            what = "not proved" if isinstance(e, TheoremEntry) else "not refuted"
            self.wrong.append(Wrong(e.name, what, str(error)))
            if isinstance(e, TheoremEntry):
                self.failed.append(e)
            return
        self.rows[e] = Row(e.name, len(e.derivation.lines), e.steps, len(e.axioms))
        if self.verify:
            misread = list(_misread(e))
            self.wrong += misread
            if not misread:
                self.read_back.add(e)

    def keep(self) -> None:
        self.results.keep(self.rows, self.failed, self.refuted, self.read_back)


def _misread(entry: TheoremEntry) -> Iterator[Wrong]:
    """What is wrong with its pages, in the notation that one gets without asking for another."""
    from derive.render.pages.readback import read_back

    try:
        for form in ("latex", "text"):
            read_back(entry.derivation, None, form)
    except UserError as error:
        yield Wrong(entry.name, "proved, but its page says something else", str(error))


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
