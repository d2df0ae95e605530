"""What ``derive check`` finds out, as data: it may have been found out in another process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import NamedTuple

from derive.board import catalogue
from derive.board.checked import Results
from derive.board.declaring import declaring_files
from derive.board.entries import TheoremEntry
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
    """What is known of some theorems and false claims.  ``steps`` counts a step that several proofs share once."""

    rows: tuple[Row, ...] = ()
    steps: int = 0
    axioms: frozenset[str] = frozenset()
    refuted: int = 0
    wrong: tuple[Wrong, ...] = ()
    warnings: tuple[str, ...] = ()

    def __add__(self, other: tuple[object, ...]) -> Checked:
        assert isinstance(other, Checked)
        return Checked(
            self.rows + other.rows, self.steps + other.steps, self.axioms | other.axioms, self.refuted + other.refuted,
            self.wrong + other.wrong, self.warnings + other.warnings,
        )  # fmt: skip

    def __bool__(self) -> bool:
        return bool(self.rows or self.refuted or self.wrong)


def check_names(
    names: Sequence[str], verify: bool = False, bar: Bar = lambda count: nullcontext(lambda name: None)
) -> Checked:
    """Check theorems and refute false claims: of files, of subjects, or by name; without names, all of the catalogue.  With
    ``verify`` their pages are read back too.

    Raises UserError when there is none of a name, or a file cannot be run.
    """
    results = Results()  # made before the theorems are loaded
    entries = list(_entries(names))
    proved, failed = list[TheoremEntry](), list[TheoremEntry]()
    rows, wrong, refuted = list[Row](), list[Wrong](), 0
    with bar(len(entries)) as told:
        for e in entries:
            told(e.name)
            try:
                if isinstance(e, TheoremEntry):
                    e.check()
                else:
                    results.refute(e)
                    refuted += 1
                    continue
            except UserError as error:
                what = "not proved" if isinstance(e, TheoremEntry) else "not refuted"
                wrong.append(Wrong(e.name, what, str(error)))
                if isinstance(e, TheoremEntry):
                    failed.append(e)
                continue
            proved.append(e)
            if verify:
                wrong += _misread(e)
            rows.append(Row(e.name, len(e.derivation.lines), e.steps, len(e.axioms)))
    results.keep(proved, failed)
    steps = proof_steps(*(e.theorem for e in proved))
    warnings = tuple(f"{place(e.file, e.number)}: warning: {e.name}: {words}" for e in proved for words in e.warnings)
    return Checked(tuple(rows), len(steps), axioms_among(steps), refuted, tuple(wrong), warnings)


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


def check_jobs(names: Sequence[str], verify: bool = False) -> list[Job]:
    """A job for each file, in which it is checked as if it were the only one, and one for the catalogue.

    Raises UserError for a folder in which no file declares a theorem.
    """
    jobs: list[Job] = []
    own = tuple(n for n in names if not _is_of_a_file(n))
    for n in dict.fromkeys(in_folders(names)):
        if _is_of_a_file(n):
            jobs.append(Job(n, check_names, ((n,), verify), alone=True, files=(n.partition("::")[0],)))
        elif n == own[0]:
            jobs.append(Job("the catalogue", check_names, (own, verify), alone=True))
    return jobs or [Job("the catalogue", check_names, ((), verify), alone=True)]


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
