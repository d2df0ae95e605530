"""Where a document asks for a derivation, and with which options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

from derive.errors import UserError
from derive.files import read_within

OPTIONS = ("notation", "expand", "join", "where", "conditions")
"""What may be asked for, in the order of a key: names of notations and theorems, lines, and "yes"."""
_SHORTCODE = re.compile(r"(?<!\{)\{\{<[ \t]+derive\b([^\n]*?)>\}\}(?!\})")
_MACRO = re.compile(r"\\derive(?![A-Za-z@])(?:\[([^\]\n]*)\])?\{([^{}\n]*)\}")
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%.*")
_WORD = re.compile(r'([a-z]+)[ \t]*=[ \t]*(?:"([^"]*)"|([^\s",]+))|(\S+)')
_NAME = re.compile(r"[\w.:/ -]+")
LARGEST = 10_000_000  # bytes of a document


class Call(NamedTuple):
    """A derivation that a document asks for."""

    where: str  # talk.qmd:12
    name: str
    options: tuple[tuple[str, str], ...]  # in the order of OPTIONS

    @property
    def key(self) -> str:
        """The same for calls that ask for the same, as the filter and the macro spell it too."""
        return " ".join([self.name, *(f"{key}={value}" for key, value in self.options)])

    def refuse(self, why: object) -> NoReturn:
        raise UserError(f"{self.where}: {why}") from None


def calls(path: str, latex: bool) -> list[Call]:
    """All that a document asks for.  Raises UserError, with the line, where it is asked for in no way that there is."""
    try:
        text = read_within(path, LARGEST).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{path}: this is not UTF-8 text; save it as UTF-8") from None
    return list(_calls(path, text, latex))


def _calls(path: str, text: str, latex: bool) -> Iterator[Call]:
    for number, line in enumerate(text.splitlines(), 1):
        where = f"{path}:{number}"
        if latex:
            for found in _MACRO.finditer(_COMMENT.sub(r"\1", line)):
                yield _call(where, f"{found[2]} {(found[1] or '').replace(',', ' ')}")
        else:
            for found in _SHORTCODE.finditer(line):
                yield _call(where, found[1])


def _call(where: str, words: str) -> Call:
    options: dict[str, str] = {}
    names = []
    for key, quoted, plain, name in _WORD.findall(words):
        if name:
            names.append(name)
        elif key not in OPTIONS:
            raise UserError(f"{where}: derive has no option {key[:60]}; it has {', '.join(OPTIONS)}")
        elif key in options:
            raise UserError(f"{where}: {key} is given twice; keep one")
        else:
            options[key] = quoted or plain
    if len(names) != 1:
        found = f"these are {len(names)}: {' '.join(names)[:60]}" if names else "there is none"
        raise UserError(f"{where}: derive takes the name of one theorem, and {found}")
    for value in (names[0], *options.values()):
        if not _NAME.fullmatch(value):
            raise UserError(
                f"{where}: {value[:60]!r} is no name; it has other signs than letters, digits, _ . : / and -"
            )
    return Call(where, names[0], tuple((key, options[key]) for key in OPTIONS if key in options))
