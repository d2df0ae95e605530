"""A derivation as plain text taken apart: what stands behind given, claim, where and assume, and the rows of each part.

Rows of a part are told by where they begin: formulas at two blanks, a relation and its formula at four, what goes on further
in.  Reasons stand in one column, behind three blanks at least, or on a row of their own.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from derive.read.page import Items, Sign, UnreadableError
from derive.read.sheet import Part, Row, Sheet
from derive.read.text import page

_HEAD = re.compile(r"  (given|claim|where|assume)  (?=\S)")
_LEAD = 9  # columns before what stands behind these words; one more behind assume
_SIGNS = ("=", "≤", "<", "≥", ">", "⟺")
_RELATION = re.compile(r" {4}(=|≤|<=>|<=|<|≥|>=|>|⟺) (?=\S)")
_GOES_ON = re.compile(r"[-+−=≤<≥>⟺≠∈]|!=|=>|⟹|for |in |and ")
_NUMBER = re.compile(r"\(\d+\) (?=\S)")  # of a condition
_BRACE = re.compile(r"[└\\][─_]|\\ ")
_COLUMN = re.compile(r"(?<=\S) {3,}(?=\S)")


def read(text: str, ascii_only: bool = False) -> Sheet:
    """What a page shows.  Raises UnreadableError where it is not laid out as one."""
    sections = [s.split("\n") for s in re.split(r"\n[ ]*\n", text.rstrip("\n"))]
    if len(sections) < 2 or not any(_HEAD.match(line) for line in sections[1]):
        raise UnreadableError("a page without a claim")
    said = _said(sections[1])
    shown = {word: [page(row, ascii_only) for row in rows] for word, rows in said.items()}
    if len(shown.get("claim", ())) != 1:
        raise UnreadableError("a page without a claim")
    body = [s for s in sections[2:] if not s[0].startswith("  note: ")]
    column = _column([line for section in body for line in section])
    parts = [_part(section, column, ascii_only) for section in body]
    return Sheet(tuple(shown.get("given", ())), shown["claim"][0], tuple(shown.get("where", ())), tuple(parts))


def _said(lines: list[str]) -> dict[str, list[str]]:
    """What stands behind each word, a row each with what goes on below it."""
    out: dict[str, list[str]] = {}
    word, braced = "", False
    for line in lines:
        head = _HEAD.match(line)
        lead = _LEAD + (word == "assume")
        if head is not None:
            word, braced = head[1], False
            out.setdefault(word, []).append(line[head.end() :])
        elif _BRACE.match(line.strip()):
            braced = True
        elif not word:
            raise UnreadableError("rows before the conditions")
        elif line.startswith(" " * (lead + 2)) and (_GOES_ON.match(line.strip()) or not braced):
            out[word][-1] += " " + line.strip()
        elif line.startswith(" " * lead) and not braced:
            out[word].append(line.strip())
        elif not braced:
            raise UnreadableError("a row that belongs to nothing")
    return {
        word: [_NUMBER.sub("", row, 1) if _NUMBER.match(row) else row for row in rows] for word, rows in out.items()
    }


class _Found(NamedTuple):
    sign: str
    text: str


def _part(lines: list[str], column: int, ascii_only: bool) -> Part:
    """A title stands where a formula could: above what is assumed it is known, else it is the first of the rows."""
    assumed = [i for i, line in enumerate(lines) if line.startswith("  assume  ")]
    title: list[str] = []
    conditions: list[Items] = []
    if assumed:
        end = next((i for i in range(assumed[0] + 1, len(lines)) if not lines[i].startswith(" " * 10)), len(lines))
        title = lines[: assumed[0]]
        conditions = [page(row, ascii_only) for row in _said(lines[assumed[0] : end])["assume"]]
        lines = lines[end:]
    found: list[_Found] = []
    braced = False
    for line in lines:
        formula = _formula(line, column)
        relation = _RELATION.match(formula)
        inner = formula.strip()
        if _BRACE.match(inner):
            braced = True
        elif not inner or (braced and not _GOES_ON.match(inner) and not formula[:3].strip()):
            continue
        elif relation is not None:
            found.append(_Found(relation[1], formula[relation.end() :]))
        elif formula.startswith("  ") and formula[2:3].strip():
            found.append(_Found("", inner))
        elif _GOES_ON.match(inner) and found:
            found[-1] = found[-1]._replace(text=f"{found[-1].text} {inner}")
        braced = braced and not (relation or formula[2:3].strip())
    rows = [_row(f, ascii_only) for f in found]
    return Part(" ".join(t.strip() for t in title), tuple(conditions), tuple(rows))


def _row(found: _Found, ascii_only: bool) -> Row:
    sign = page(found.sign, ascii_only)[0] if found.sign else Sign("")
    assert isinstance(sign, Sign)
    try:
        return Row(sign.text, page(found.text, ascii_only), found.text)
    except UnreadableError:  # a title, or a fault
        return Row(sign.text, (), found.text)


def _column(lines: list[str]) -> int:
    """Where the reasons begin, in columns; 0 where they stand below."""
    ends = {_width(line[: m.end()]) for line in lines if (m := _COLUMN.search(line)) and not _BRACE.match(line.strip())}
    return min(ends, default=0)


def _formula(line: str, column: int) -> str:
    """What stands before the column of the reasons."""
    if not column:
        return line
    width = 0
    for i, c in enumerate(line):
        if width == column and line[i - 2 : i] == "  " and (line[i - 3] == " " or not line.startswith("for ", i)):
            return line[:i].rstrip()
        width += _width(c)
    return line


def _width(text: str) -> int:
    """In columns of a terminal; a mark over a letter takes none."""
    return sum(not unicodedata.combining(c) for c in text)
