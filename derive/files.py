"""Files of the user's: read up to a stated size, written whole or not at all, and never over what the user has written."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from derive.errors import UserError

SETTINGS = 1_000_000  # bytes of a file that somebody writes by hand: numbers, a template, a notation
_STREAM = re.compile(r"/dev/std(?:in|(out)|(err))|(?:/dev|/proc/self)/fd/(\d+)")

_TOML_TEXT = re.compile(
    r'''"""(?:[^"\\]|\\.|""?(?!"))*+(?:"""|\Z)|'{3}(?:[^']|''?(?!'))*+(?:'{3}|\Z)'''
    r"""|"(?:[^"\\\n]|\\.)*+(?:"|$)|'[^'\n]*+(?:'|$)|#[^\n]*+""",
    re.DOTALL | re.MULTILINE,
)
_LONG_KEY = re.compile(r'(?<![\w-])(?:(?:[\w-]++|"")[ \t]*+\.[ \t]*+){15}')


def read_within(path: str, most: int = SETTINGS) -> bytes:
    """What is in a file of at most ``most`` bytes; no more than that is read, even of a device without an end.

    Raises UserError when the file cannot be read or is larger.
    """
    try:
        if is_pipe(path):
            raise UserError(
                f"{path} is a pipe, and who reads it may wait for ever; write what comes from it into a file"
            )
        with open(path, "rb") as file:
            data = file.read(most + 1)
            note_read(path)
    except IsADirectoryError:
        raise UserError(f"{path} is a folder; name a file in it") from None
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file; check the spelling and the folder") from None
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise UserError(f"{path} cannot be read: {_reason(error)}; name a file that you may read") from None
    refuse_larger(path, len(data), most)
    return data


def is_pipe(path: str) -> bool:
    """Whether it is a named pipe; one that the shell has opened, <(...), is none.  Raises OSError when it is not there."""
    return stat.S_ISFIFO(os.stat(path).st_mode) and not _open_already(path)


def toml_table(source: str, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """The table that a TOML file is.  Raises ValueError, which says why, when it is none."""
    import tomllib

    if _LONG_KEY.search(_TOML_TEXT.sub('""', source)):  # tomllib takes a time that grows with the square of its parts
        raise ValueError("a key has 16 parts or more; the tables here have one or two")
    try:
        return tomllib.loads(source, parse_float=parse_float)
    except RecursionError:
        raise ValueError("its lists or tables are nested too deeply") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(_plainly(source, str(error))) from None


def _plainly(source: str, why: str) -> str:
    """What is wrong with a TOML file, for two mistakes that many make: text without quotation marks, and a key that is there twice."""
    lines = source.splitlines()
    if why.startswith("Cannot overwrite a value"):
        seen: set[str] = set()
        for n, line in enumerate(lines, 1):
            seen = set() if line.lstrip().startswith("[") else seen
            found = re.match(r"\s*([\w-]+)\s*=", line)
            if found and found[1] in seen:
                return f"{found[1]} is written twice; keep one of the two (at line {n}, column 1)"
            seen |= {found[1]} if found else set()
    place = re.search(r"\(at line (\d+), column \d+\)$", why)
    if place and why.startswith("Invalid value"):
        found = re.match(r"\s*([\w-]+)\s*=\s*([A-Za-z_][^\"'\[\]{}#=]*?)\s*(?:#.*)?$", lines[int(place[1]) - 1])
        if found:
            right = found[2].lower() if found[2].lower() in ("true", "false") else f'"{found[2]}"'
            what = "in small letters" if found[2].lower() in ("true", "false") else "in quotation marks"
            return f"{found[2][:60]} stands {what}; write {found[1]} = {right[:80]} {place[0]}"
    return why


def shown(value: object) -> str:
    """A value of a TOML or JSON file, for a message: its beginning, and nothing of a number that Python does not write out."""
    try:
        text = repr(value)
    except ValueError:  # an integer of more than 4300 digits, written in another base
        return "a number of thousands of digits"
    return text if len(text) <= 80 else f"{text[:77]}..."


def refuse_larger(path: str, size: int, most: int) -> None:
    """Raises UserError when there are more than ``most`` bytes."""
    if size > most:
        raise UserError(f"{path} is larger than {most / 10**6:g} MB, which is the most that is read of such a file")


_read: list[str] | None = None  # the files that the command which runs now has read


@contextmanager
def of_one_command() -> Iterator[None]:
    """In here no file that is read is written over (``write_made``)."""
    global _read
    before, _read = _read, []
    try:
        yield
    finally:
        _read = before


def note_read(path: str) -> None:
    """A file of the user's is read that ``read_within`` does not read, such as a program."""
    if _read is not None and path not in _read:
        _read.append(path)


_SIGNED = {
    **dict.fromkeys((".tex", ".ltx", ".sty", ".cls", ".bib"), "% {}"),
    **dict.fromkeys((".md", ".qmd", ".html", ".htm", ".xhtml"), "<!-- {} -->"),
    **dict.fromkeys((".typ", ".mjs", ".js"), "// {}"),
    **dict.fromkeys((".py", ".toml", ".yaml", ".yml"), "# {}"),
    ".lua": "-- {}",
    ".v": "(* {} *)",
}
"""The kinds of text that people write by hand, and how one that derive made says so."""
_OFFICE = (".pptx", ".pptm", ".potx", ".potm", ".ppsx", ".ppsm")
_BY_HAND = (*_SIGNED, ".ipynb", *_OFFICE)
_MADE = re.compile(
    rb"(?:%|//|#|--|\(\*) made by derive\b|// Derivations that were checked by derive|\bname=\S+ version=\S+ digest=[0-9a-f]+ "
    rb'|<meta name="generator" content="derive">|"derive": \{\s*"stamps"|that derive \S+ recorded\. \*\)',
    re.IGNORECASE,
)
_ENDS = 1_000_000  # bytes at the beginning and at the end of a file, where its mark stands


def write_made(files: Mapping[Path, bytes] | Mapping[str, bytes]) -> None:
    """Write what a command has made, as ``write_whole`` does; a text that does not say that derive made it gets a last line that does.

    Raises UserError, and writes nothing, where a file would be lost that the command has read, or that is of a kind that people
    write and does not say that derive made it.
    """
    for name in files:
        with _named(str(name)):
            place = _place(str(name))
            if place is not None and place.exists():
                _refuse_lost(str(name), place)
    write_whole({str(name): _signed(str(name), data) for name, data in files.items()})


def _refuse_lost(name: str, place: Path) -> None:
    if any(os.path.exists(path) and os.path.samefile(path, place) for path in _read or ()):
        raise UserError(
            f"{name} is read by this command, and would be lost if it were written; give another name to write to"
        )
    kind = place.suffix.lower()
    if kind in _BY_HAND and place.stat().st_size and not (_is_of_derive if kind in _OFFICE else _is_made)(place):
        saved = ", or was saved since in another program" if kind in _OFFICE else ""
        raise UserError(
            f"{name} is there already and was not made by derive{saved}, so it is not replaced; give another name, or move that file away"
        )


def _is_made(place: Path) -> bool:
    """Whether a text says that derive made it."""
    with open(place, "rb") as file:
        start = file.read(_ENDS)
        file.seek(max(_ENDS, place.stat().st_size - _ENDS))
        return _MADE.search(start) is not None or _MADE.search(file.read(_ENDS)) is not None


def _is_of_derive(place: Path) -> bool:
    """Whether a presentation says that derive was the last to save it."""
    import zipfile
    import zlib

    try:
        with zipfile.ZipFile(place) as package, package.open("docProps/core.xml") as properties:
            return b"<cp:lastModifiedBy>derive</cp:lastModifiedBy>" in properties.read(_ENDS)
    except (KeyError, ValueError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return False


def _signed(name: str, data: bytes) -> bytes:
    sign = _SIGNED.get(Path(name).suffix.lower())
    if sign is None or not data or _MADE.search(data[:_ENDS]) or _MADE.search(data[-_ENDS:]):
        return data
    between = b"" if data.endswith(b"\n") else b"\n"
    return data + between + sign.format("Made by derive").encode() + b"\n"


def write_whole(files: Mapping[Path, bytes] | Mapping[str, bytes]) -> None:
    """Write all the files, or none when one of them cannot be written.

    Each goes to a temporary file beside its place first, which then takes its place, with the mode and the owner that the file
    had.  A symbolic link is followed.  What is no plain file (a pipe, a device) cannot be replaced: it is written into.
    """
    made: list[tuple[str, Path, str]] = []
    try:
        for name, data in files.items():
            with _named(str(name)):
                place = _place(str(name))
                if place is not None:
                    made.append((_temporary(place), place, str(name)))
                    _fill(made[-1][0], data, place)
        for name, data in files.items():
            with _named(str(name)):
                if _place(str(name)) is None:
                    with _stream(str(name)) as stream:
                        stream.write(data)
        while made:
            with _named(made[0][2]):
                os.replace(*made[0][:2])
            made.pop(0)
    finally:
        for temporary, _, _ in made:
            with suppress(FileNotFoundError):
                os.unlink(temporary)


def _place(name: str) -> Path | None:
    """Where the file is, or will be; None for what is no plain file."""
    if Path(name).is_dir():
        raise UserError(f"{name} is a folder; name a file")
    if _open_already(name):
        return None
    place = Path(os.path.realpath(name))
    if not place.parent.is_dir():
        raise UserError(
            f"{name}: the folder {place.parent if os.path.islink(name) else Path(name).parent} does not exist"
        )
    if not place.exists():
        return place
    if not place.is_file():
        return None
    if not os.access(place, os.W_OK):
        raise UserError(f"{name} is write-protected; give another name, or allow writing to it")
    return place


def _open_already(name: str) -> re.Match[str] | None:
    """The name of a file that this process has open, such as /dev/stdout, when ``name`` is one or a link to one."""
    for _ in range(40):  # more links than any system follows
        found = _STREAM.fullmatch(os.path.abspath(name))
        if found or not os.path.islink(name):
            return found
        name = os.path.join(os.path.dirname(name), os.readlink(name))
    return None


def _stream(name: str) -> BinaryIO:
    found = _open_already(name)
    if found is None:
        return open(name, "ab")
    out, err, number = found.groups()
    sys.stdout.flush()
    return os.fdopen(
        os.dup(1 if out else 2 if err else int(number or 0)), "wb"
    )  # what is open keeps its place in the file


def _temporary(place: Path) -> str:
    """A new file beside the place, only for this user: as tempfile makes it, a module that takes a while to import."""
    temporary = str(place.parent / f".derive.{os.urandom(8).hex()}")
    os.close(os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    return temporary


def _fill(temporary: str, data: bytes, place: Path) -> None:
    with open(temporary, "wb") as file:
        file.write(data)
    if not place.exists():
        os.chmod(temporary, 0o666 & ~_umask())
        return
    before = place.stat()
    if hasattr(os, "chown"):
        with suppress(PermissionError):  # somebody else's file, in a folder of one's own
            os.chown(temporary, before.st_uid, before.st_gid)
    os.chmod(temporary, stat.S_IMODE(before.st_mode))


@contextmanager
def _named(name: str) -> Iterator[None]:
    """An error of the system names the file that the user has named, not a temporary one."""
    try:
        yield
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:
        raise UserError(
            f"{name} cannot be written: {_reason(error)}; make room, allow writing there, or give another name"
        ) from None


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
