r"""A derivation in LaTeX taken apart: the sentence of its conditions, and the rows of its displays.

The displays are aligned at the relations: ``start &= formula && reason``; what begins with ``\quad`` goes on with the row above.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from derive.read import latex
from derive.read.page import Items, Sign, UnreadableError
from derive.read.sheet import Part, Row, Sheet, clauses

_SIGNS = ("=", "≤", "<", "≥", ">", "⟺")
_SAID = re.compile(
    r"(?:Under (?P<given>.*), (?:we have|(?P<denied>it is false that))|We have|(?P<false>It is false that))"
)
_WHERE = re.compile(r"\\noindent where (.*)\.\\par")
_ASSUME = re.compile(r"Assume (.*)\.")
_TITLE = re.compile(r"\\textit\{(.*?)\.\}(?: (?=Assume )|$)")
_DISPLAY = re.compile(r"\\(begin|end)\{align\*?\}")
_NUMBERED = re.compile(r" \\(?:notag|label\{derive:([^{}]*)\})$")
_SQUARE = r" \tag*{\qedsymbol}"  # ends the proof
_GOES_ON = re.compile(r"\\q?quad\b\s*")
_CELL = re.compile(r"(?<!\\)&")
_REASON_BELOW = re.compile(r"\\q?quad\s*\\(?:text\{|parbox\[t\]\{[\d.]+em\}\{\\raggedright)\\small ")
_RLAP = re.compile(r"\\rlap\{\$\\displaystyle (.*)\$\}")


def sentence(text: str) -> Iterator[str | Items]:
    """A line of text with formulas in dollars."""
    for i, part in enumerate(re.split(r"(?<!\\)\$", text)):
        yield latex.page(part) if i % 2 else part


def read(text: str) -> Sheet:
    """What a page shows.  Raises UnreadableError where it is not laid out as one."""
    lines = text.split("\n")
    marks = [(i, m[1]) for i, line in enumerate(lines) if (m := _DISPLAY.fullmatch(line)) is not None]
    starts = [i for i, what in marks if what == "begin"]
    said = _SAID.fullmatch(lines[starts[0] - 1]) if starts else None
    if said is None:
        raise UnreadableError("a page without a claim")
    given = said["given"] or ""
    if [what for _, what in marks] != ["begin", "end"] * len(starts):
        raise UnreadableError("a display that does not end")
    displays = list(zip(starts, (i for i, what in marks if what == "end"), strict=True))
    below = lines[displays[0][1] + 1 : displays[1][0] if len(displays) > 1 else None]
    stated = next((m[1] for line in below if (m := _WHERE.fullmatch(line)) is not None), "")
    where = clauses(sentence(stated))
    parts: list[Part] = []
    for number, (begin, end) in enumerate(displays):
        rows = _rows(lines[begin + 1 : end])
        if number == 0:
            claim = _without_stop(rows)
            if len(claim) != 1 or claim[0].sign:
                raise UnreadableError("a claim that is no formula")
            continue
        head = lines[displays[number - 1][1] + 1 : begin]
        last = number == len(displays) - 1
        parts.append(_part(head, _without_stop(rows) if last else rows))
    denied = bool(said["denied"] or said["false"])
    return Sheet(clauses(sentence(given)), claim[0].items, where, tuple(parts), denied)


def _part(head: list[str], rows: tuple[Row, ...]) -> Part:
    line = head[-1].removeprefix(r"\noindent ") if head else ""
    title = _TITLE.match(line)
    assumes = _ASSUME.fullmatch(line[title.end() :] if title else line)
    said = clauses(sentence(assumes[1])) if assumes else ()
    return Part(title[1] if title and not line.startswith(r"\textit{Proof") else "", said, rows)


def _rows(lines: list[str]) -> tuple[Row, ...]:
    """The rows of a display, each with what goes on below it."""
    found: list[tuple[str | None, str, str]] = []  # the sign, what is drawn, and its label
    for line in lines:
        text = line.strip().removesuffix(r"\\").strip().removesuffix(_SQUARE)
        numbered = _NUMBERED.search(text)
        label = (numbered[1] or "") if numbered else ""
        cells = _cells(text[: numbered.start()] if numbered else text)
        left, main = (cells[0].strip(), cells[1].strip()) if len(cells) > 1 else ("", cells[0].strip())
        if _REASON_BELOW.match(main):
            continue
        if left:
            found.append(("", left, ""))
        goes_on = _GOES_ON.match(main)
        if goes_on and not left and found and not label:
            sign, drawn, named = found[-1]
            found[-1] = (sign, f"{drawn} {main[goes_on.end() :]}", named)
            continue
        whole = _RLAP.fullmatch(main)
        found.append((None if len(cells) > 1 and not whole else "", whole[1] if whole else main, label))
    return tuple(_row(sign, drawn)._replace(label=label) for sign, drawn, label in found)


def _row(sign: str | None, drawn: str) -> Row:
    """The row; where it stands behind the relations' mark, it may begin with its own."""
    items = latex.page(drawn)
    if sign is None and items and isinstance(items[0], Sign) and items[0].text in _SIGNS:
        return Row(items[0].text, items[1:], drawn)
    return Row("", items, drawn)


def _without_stop(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Without the full stop behind the last row."""
    if not rows or rows[-1].items[-1:] != (Sign("."),):
        return rows
    return (*rows[:-1], rows[-1]._replace(items=rows[-1].items[:-1]))


def _cells(line: str) -> list[str]:
    """The cells of a row: cut at the marks outside braces."""
    out, depth, start = [], 0, 0
    for m in re.finditer(r"\\.|[{}&]", line):
        depth += (m[0] == "{") - (m[0] == "}")
        if m[0] == "&" and not depth:
            out.append(line[start : m.start()])
            start = m.end()
    return [*out, line[start:]]
