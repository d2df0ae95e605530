"""Verdicts for machines: JSON, the lines that compilers print, annotations of GitHub, SARIF."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from derive.notes.document.tree import Span
from derive.notes.tell.view import View
from derive.notes.tell.words import assumed, said
from derive.version import __version__

FORMATS = ("gcc", "github", "sarif")
_LEVELS = {"false": "error", "unproved": "warning", "unread": "warning"}
_RULES = {
    "false": "A relation is false: the numbers given are a counterexample.",
    "unproved": "A relation was neither proved nor refuted.",
    "unread": "A row, or a part of the file, was not read.",
}


class Remark(NamedTuple):
    """Something to be said at a place.  Lines and columns count from 1; the end is behind the last character."""

    kind: str
    level: str
    words: str
    line: int
    column: int
    end_line: int
    end_column: int


def remarks(view: View, everything: bool = False) -> Iterator[Remark]:
    """What is false, not known or not read, in page order; ``everything``: also what is proved or defined, as notes."""
    for line, row in view.judged():
        if row.verdict is None or (row.verdict.kind not in _LEVELS and not everything):
            continue
        words = said(row) + (f" (assumed: {assumed(row)})" if assumed(row) else "")
        span = row.step.span if row.step is not None else line.printed.span
        yield _remark(view, row.verdict.kind, _LEVELS.get(row.verdict.kind, "note"), words, span)
    for problem in view.problems:
        yield _remark(view, "unread", "warning", problem.what, problem.span)


def _remark(view: View, kind: str, level: str, words: str, span: Span) -> Remark:
    start, end = view.document.where(span.start), view.document.where(max(span.end, span.start))
    return Remark(kind, level, words, *start, *end)


def as_json(views: Sequence[View]) -> str:
    """One document as an object with its displays; several as a list of such objects."""
    out = [
        {"file": view.path, **view.report.as_data(), "declared": list(view.declared), "phrases": list(view.phrases), "problems": [{"line": p.line, "what": p.what} for p in view.problems]}
        for view in views
    ]  # fmt: skip
    return json.dumps(out[0] if len(out) == 1 else out, ensure_ascii=False, indent=1) + "\n"


def formatted(views: Sequence[View], form: str) -> str:
    """The remarks on some documents, in one of FORMATS."""
    if form == "sarif":
        return json.dumps(_sarif(views), ensure_ascii=False, indent=1) + "\n"
    line = _gcc if form == "gcc" else _github
    return "".join(f"{line(view.path, remark)}\n" for view in views for remark in remarks(view))


def _gcc(path: str, r: Remark) -> str:
    return f"{path}:{r.line}:{r.column}: {r.level}: {' '.join(r.words.split())}"


def _github(path: str, r: Remark) -> str:
    def value(text: str, more: str = "") -> str:
        for sign in "%\r\n" + more:
            text = text.replace(sign, f"%{ord(sign):02X}")
        return text

    level = {"note": "notice"}.get(r.level, r.level)
    place = f"file={value(path, ':,')},line={r.line},endLine={r.end_line},col={r.column}"
    return f"::{level} {place},title=derive::{value(r.words)}"


def _sarif(views: Sequence[View]) -> dict[str, Any]:
    results = [_result(view.path, remark) for view in views for remark in remarks(view)]
    rules = [{"id": kind, "shortDescription": {"text": words}} for kind, words in _RULES.items()]
    driver = {"name": "derive", "version": __version__, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "runs": [run]}


def _result(path: str, r: Remark) -> dict[str, Any]:
    from urllib.parse import quote

    region = {"startLine": r.line, "startColumn": r.column, "endLine": r.end_line, "endColumn": r.end_column}
    place = {"artifactLocation": {"uri": quote(path.replace("\\", "/"))}, "region": region}
    return {
        "ruleId": r.kind,
        "level": r.level,
        "message": {"text": r.words},
        "locations": [{"physicalLocation": place}],
    }
