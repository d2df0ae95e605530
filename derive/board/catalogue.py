"""Finding theorems: those of the package ``derive.proofs``, and those in a file of the user's own.

Nothing else in derive imports that package; it is discovered here by name.  A theorem is asked for as NAME, or
FILE.py::NAME.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from derive.board.declared import DECLARED
from derive.board.entries import PROOFS, FalseClaim, TheoremEntry, line_in
from derive.errors import UserError
from derive.files import note_read
from derive.lemmas import LEMMAS

Entry = TheoremEntry | FalseClaim


def subjects() -> tuple[str, ...]:
    """The subjects of the catalogue, in the order of the course."""
    return tuple(importlib.import_module(PROOFS).SUBJECTS)


def entries_of(module: ModuleType) -> list[Entry]:
    """The theorems and false claims that a module defines (not those it imports), in the order of its lines."""
    seen: dict[str, int] = {}
    own = DECLARED.get(module.__name__, [])
    for e in own:
        if seen.setdefault(e.name, e.number) != e.number:
            raise UserError(
                f"{module.__file__}:{e.number}: there are two theorems named {e.name}, at lines {seen[e.name]} and {e.number}; "
                "rename one"
            )
    return sorted(own, key=lambda e: e.number)


def subject_entries(subject: str) -> list[Entry]:
    subject = subject.strip().replace(" ", "_")
    if subject not in subjects():
        raise UserError(f"there is no subject {subject!r}; the subjects are {', '.join(subjects())}")
    return entries_of(importlib.import_module(f"{PROOFS}.{subject}"))


def all_entries(subject: str | None = None) -> Iterator[Entry]:
    for s in [subject] if subject else subjects():
        yield from subject_entries(s)


def theorems(subject: str | None = None) -> list[TheoremEntry]:
    return [e for e in all_entries(subject) if isinstance(e, TheoremEntry)]


def find(name: str) -> Entry:
    """The theorem or false claim of that name; FILE.py::NAME looks into a file."""
    if "::" in name or name.endswith(".py"):
        path, _, inner = name.partition("::")
        entries = load_file(path)
        for e in entries:
            if e.name == inner:
                return e
        names = ", ".join(e.name for e in entries) or "none"
        if not inner and len(entries) == 1:
            return entries[0]
        if not inner:
            if not entries:
                raise UserError(
                    f"{path}: no theorem is defined there; decorate one with @theorem(shows=..., given=[...])"
                )
            raise UserError(f"{path} holds several theorems; name one as {path}::NAME (there are: {names})")
        raise UserError(f"{path} has no theorem {inner}; it has: {names}")
    known: list[str] = []
    for s in sorted(
        subjects(), key=lambda s: not _mentions(s, name)
    ):  # the likely one first; the others may not be needed
        for e in subject_entries(s):
            if e.name == name:
                return e
            known.append(e.name)
    if name in LEMMAS:
        raise UserError(
            f"{name} is a lemma of the library, without a derivation; 'derive show {name}' says what it states"
        )
    import difflib

    known = [*subjects(), *known, *LEMMAS]
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(close)}?" if close else "'derive list' shows all of them"
    raise UserError(f"there is no theorem {name!r}; {hint}")


def _mentions(subject: str, name: str) -> bool:
    """Whether the file of a subject seems to define the name; a guess that saves importing the others."""
    for folder in importlib.import_module(PROOFS).__path__:
        try:
            return f"def {name}(" in (Path(folder) / f"{subject}.py").read_text(encoding="utf-8")
        except OSError:
            continue
    return False


def find_theorem(name: str) -> TheoremEntry:
    e = find(name)
    if isinstance(e, FalseClaim):
        raise UserError(f"{name} is a false claim, it has no derivation; 'derive refute {name}' shows why it fails")
    return e


def named(names: Iterable[str]) -> dict[str, TheoremEntry]:
    """The theorems of these names, each by the name with which it is asked for alone.  A subject stands for its theorems, and so
    does FILE.py for those in the file, in its order."""
    out: dict[str, TheoremEntry] = {}
    for name in names:
        subject = name.strip().replace(" ", "_")
        if subject in subjects():
            found = {e.name: e for e in theorems(subject)}
        elif name.endswith(".py") and len(own := load_file(name)) > 1:
            found = {f"{name}::{e.name}": e for e in own if isinstance(e, TheoremEntry)}
            if not found:
                raise UserError(f"{name} has false claims only, and no derivation; 'derive check {name}' refutes them")
        else:
            found = {name: find_theorem(name)}
        twice = next((n for n in found if n in out), "")
        if twice and name == twice:
            raise UserError(f"{name} is named twice; name it once")
        out |= found
    return out


class _AsItIs(SourceFileLoader):
    """Runs a file as it stands now: cached bytecode may be that of an edit in the same second."""

    def get_code(self, fullname: str) -> CodeType:
        code: CodeType = self.source_to_code(self.get_data(self.path), self.path)
        return code


def load_file(path: str) -> list[Entry]:
    """The theorems and false claims in a Python file.  The file is run: it is a program, like any test file."""
    file = Path(path)
    if not file.exists():
        raise UserError(f"{path}: there is no such file")
    if file.is_dir():
        raise UserError(f"{path} is a directory; name a Python file with theorems")
    if not file.is_file():
        raise UserError(f"{path} is no plain file but a pipe or a device; name a Python file with theorems")
    inside = catalogue_module(file)
    if inside:
        return entries_of(importlib.import_module(inside))
    note_read(path)
    name, folder = _name_and_folder(file)
    _refuse_two_neighbours_of_one_name(path, folder)
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))  # stays: its proofs run later, and they may import its neighbours as well
    _FOLDERS.add(folder)
    if _PythonsOwn not in sys.meta_path:
        sys.meta_path.insert(0, _PythonsOwn)
    try:
        return entries_of(_run(path, file, name))
    except SyntaxError as error:
        text = (error.text or "").strip()
        line = "" if error.lineno is None else f":{error.lineno}"  # a file with null bytes has no line
        raise UserError(f"{path}{line}: {error.msg}" + (f": {text}" if text else "")) from None
    except UserError:
        raise
    except (Exception, SystemExit) as error:
        from derive.board.slips import told

        raise UserError(f"{path}:{line_in(error, str(file))}: {told(error, str(file), theorems)}") from None


_FOLDERS: set[Path] = set()
"""The folders from which the user's files have been loaded."""


class _PythonsOwn:
    """Finds modules of Python's, of which some are loaded only when they are needed, where Python has them: a json.py of the user's
    beside a proof is not taken for one."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if path is not None or name not in sys.stdlib_module_names:
            return None
        return PathFinder.find_spec(name, [p for p in sys.path if Path(p).resolve() not in _FOLDERS])


def _name_and_folder(file: Path) -> tuple[str, Path]:
    """Under which name a file is loaded, and the folder from which it can import its neighbours.

    A file of a package has its name in it, as its neighbours know it; another has one that is like no other.
    """
    folder, names = file.resolve().parent, [file.stem]
    while (folder / "__init__.py").exists():
        folder, names = folder.parent, [folder.name, *names]
    return ".".join(names) if len(names) > 1 else f"derive_user_{abs(hash(str(file.resolve())))}", folder


def _run(path: str, file: Path, name: str) -> ModuleType:
    """The module of a file that has just been run; that of a file that a neighbour has imported as it is."""
    package = name.rpartition(".")[0]
    if package:
        there = getattr(importlib.import_module(package), "__path__", ())
        if file.resolve().parent not in [Path(p).resolve() for p in there]:
            raise UserError(
                f"{path} is a file of the package {package}, but Python knows another package of that name, "
                f"in {', '.join(there)}; rename one of them"
            )
        if name in sys.modules:
            return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, file, loader=_AsItIs(name, str(file)))
    if spec is None or spec.loader is None:
        raise UserError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    DECLARED.pop(name, None)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _refuse_two_neighbours_of_one_name(path: str, folder: Path) -> None:
    """Python keeps one module of a name: a file must not cite the theorems of another folder without a word."""
    for own in (*folder.glob("*.py"), *folder.glob("*/__init__.py")):
        name = own.parent.name if own.name == "__init__.py" else own.stem
        loaded = Path(getattr(sys.modules.get(name), "__file__", None) or "/")
        if any(loaded.parent in (other, other / name) for other in _FOLDERS - {folder}):
            raise UserError(
                f"{path}: beside it stands {own}, but {name} is {loaded} already, which a file before it has imported; "
                "give the two in commands of their own, or rename one of them"
            )


def catalogue_module(file: Path) -> str | None:
    """The name of the module when the file is one of the package ``derive.proofs``."""
    for folder in importlib.import_module(PROOFS).__path__:
        if file.resolve().parent == Path(folder).resolve() and file.stem != "__init__":
            return f"{PROOFS}.{file.stem}"
    return None
