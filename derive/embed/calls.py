"""Where a document asks for a derivation, and with which options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

from derive.errors import UserError
from derive.files import read_within

OPTIONS = ("notation", "expand", "join", "where", "conditions", "lines")
"""What may be asked for, in the order of a key: names of notations and theorems, lines, and "yes"."""
_SHORTCODE = re.compile(r"(?<!\{)\{\{<[ \t]+derive\b([^\n]*?)>\}\}(?!\})")
_MACRO = re.compile(r"\\derive(?![A-Za-z@])(?:\[([^\]\n]*)\])?\{([^{}\n]*)\}")
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%.*")
_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,}|:{3,})[ \t]*(.*?)[ \t]*")
_DIRECTIVE = re.compile(r"\{([\w:+-]+)\}(.*)")
_CODE = ("code", "code-block", "code-cell", "literalinclude", "math", "raw")  # directives in which nothing is read
_FIELD = re.compile(r"[ \t>]*:([\w-]+):(.*)")
_WORD = re.compile(r'([a-z]+)[ \t]*=[ \t]*(?:"([^"]*)"|([^\s",]+))|(\S+)')
_NAME = re.compile(r"[\w.:/ -]+")
LARGEST = 10_000_000  # bytes of a document


class Call(NamedTuple):
    """A derivation that a document asks for."""

    where: str  # talk.qmd:12
    name: str
    options: tuple[
        tuple[str, str], ...
    ]  # in the order of OPTIONS; of a macro, which TeX does not sort, as they are written

    @property
    def key(self) -> str:
        """The same for calls that ask for the same, as the programs and the macro spell it too."""
        return " ".join([self.name, *(f"{key}={value}" for key, value in self.options)])

    def refuse(self, why: object) -> NoReturn:
        raise UserError(f"{self.where}: {why}") from None


def text_of(path: str) -> str:
    """A document.  Raises UserError where it is no text."""
    try:
        return read_within(path, LARGEST).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{path}: this is not UTF-8 text; save it as UTF-8") from None


# Each finds all that a document asks for in one way, and raises UserError, with the line, where it is asked for in no way that
# there is.


def shortcodes(path: str, text: str) -> Iterator[Call]:
    """{{< derive NAME where=yes >}}"""
    for number, line in enumerate(text.splitlines(), 1):
        for found in _SHORTCODE.finditer(line):
            yield _call(f"{path}:{number}", found[1])


def macros(path: str, text: str) -> Iterator[Call]:
    r"""\derive[where=yes]{NAME}"""
    for number, line in enumerate(text.splitlines(), 1):
        for found in _MACRO.finditer(_COMMENT.sub(r"\1", line)):
            yield _call(f"{path}:{number}", f"{found[2]} {(found[1] or '').replace(',', ' ')}", in_order=False)


def directives(path: str, text: str) -> Iterator[Call]:
    """A fence of backticks or colons with {derive} NAME behind it, and lines of :where: yes in it."""
    opened: list[tuple[str, bool]] = []  # fences that are open, and whether what stands in them is read
    asked: tuple[str, str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        where, fence = f"{path}:{number}", _FENCE.fullmatch(line)
        if fence is not None and opened and not fence[2] and fence[1].startswith(opened[-1][0]):
            opened.pop()
            if asked is not None:
                yield _call(*asked)
                asked = None
        elif asked is not None:
            field = _FIELD.fullmatch(line)
            if field is None and line.strip():
                raise UserError(f"{where}: in a {{derive}} stand options only, such as :where: yes")
            if field is not None:
                asked = (asked[0], f'{asked[1]} {field[1]}="{field[2].strip()}"')
        elif fence is not None and all(read for _, read in opened):
            directive = _DIRECTIVE.fullmatch(fence[2])
            opened.append((fence[1], directive is not None and directive[1] not in _CODE))
            if directive is not None and directive[1] == "derive":
                asked = (where, directive[2])
    if asked is not None:
        raise UserError(f"{asked[0]}: this {{derive}} does not end; close it with {opened[-1][0]}")


def _call(where: str, words: str, in_order: bool = True) -> Call:
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
    order = OPTIONS if in_order else options
    return Call(where, names[0], tuple((key, options[key]) for key in order if key in options))
