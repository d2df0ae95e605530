"""The pytest plugin: every @theorem in a proof file is a test, and every false claim must be refuted.

Proof files are those that match the ini option ``proofs`` (default: ``proofs/*.py`` and ``proof_*.py``), and any file
named on the command line that declares a theorem or a false claim.  A broken proof fails its own test, never the collection.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from derive.board.declaring import declares
from derive.errors import UserError, described


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(
        "proofs",
        "glob patterns, relative to the root, of the files whose theorems are tests",
        type="args",
        default=["proofs/*.py", "*/proofs/*.py", "proof_*.py", "*/proof_*.py"],
    )


_DECLARING = pytest.StashKey[dict[Path, bool]]()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix != ".py" or file_path.name == "__init__.py":
        return None
    if _matches(file_path, parent.config) or (
        parent.session.isinitpath(file_path) and _declares(file_path, parent.config)
    ):
        collector: pytest.Collector = ProofFile.from_parent(parent, path=file_path)
        return collector
    return None


def _declares(path: Path, config: pytest.Config) -> bool:
    """For each file that is named, pytest asks about all files of its folder anew, and to answer takes reading the file."""
    known = config.stash.setdefault(_DECLARING, {})
    if path not in known:
        known[path] = declares(path)
    return known[path]


def _matches(path: Path, config: pytest.Config) -> bool:
    try:
        relative = path.relative_to(config.rootpath).as_posix()
    except ValueError:
        relative = path.as_posix()
    return any(fnmatch.fnmatch(relative, pattern) for pattern in config.getini("proofs"))


class ProofFile(pytest.Module):
    """A file of theorems.  It is imported as a test module is, one of derive's own under its name in ``derive.proofs``; if that
    fails, one test says so."""

    def collect(self) -> Iterator[pytest.Item]:
        from importlib import import_module

        from derive.board.catalogue import catalogue_module, entries_of
        from derive.board.entries import line_in

        try:
            own = catalogue_module(self.path)
            module = import_module(own) if own else self.obj
        except (pytest.Collector.CollectError, UserError) as error:
            yield BrokenFile.from_parent(self, name="import", why=str(error))
            return
        except Exception as error:
            where = f"{self.path.name}:{line_in(error, str(self.path))}"
            yield BrokenFile.from_parent(self, name="import", why=f"{where}: {described(error)}")
            return
        for entry in entries_of(module):
            yield EntryItem.from_parent(self, name=entry.name, entry=entry)


class BrokenFile(pytest.Item):
    """Stands for a proof file that cannot be imported."""

    def __init__(self, *, why: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.why = why

    def runtest(self) -> None:
        raise UserError(f"{self.path.name} cannot be imported\n{self.why}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self.path.name}: import"


class EntryItem(pytest.Item):
    """One theorem to be checked, or one false claim to be refuted."""

    def __init__(self, *, entry: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.entry = entry

    def runtest(self) -> None:
        from derive.board.entries import TheoremEntry

        if isinstance(self.entry, TheoremEntry):
            self.entry.check()
            for words in self.entry.warnings:
                self.warn(pytest.PytestWarning(f"{self.entry.name}: {words}"))
            return
        self.add_report_section("call", "counterexample", str(self.entry.refute()))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, UserError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.entry.number - 1, f"{self.entry.kind} {self.entry.name}"
