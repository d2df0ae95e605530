"""A repository's list of audits: a TOML file with one entry for each loss.

[[audit]]
function = "train/loss.py::compute_loss"
shapes = "logits=B,T,V labels=B,T"
is = "smoothed(eps=1/10), mean over kept"
with = { eps = 0.1 }
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from derive.audit.request import IGNORE, Request, answer, read_ignore, read_inputs, target_maker
from derive.errors import UserError, allow_deep_formulas
from derive.files import read_within, toml_table
from derive.jobs.job import Job

_KEYS: dict[str, Any] = {
    "function": str,
    "shapes": str,
    "is": str,
    "ignore": (int, str),
    "with": dict,
    "make": dict,
    "output": str,
    "front": str,
}


class Line(NamedTuple):
    """What is said of one loss, and its verdict."""

    text: str
    verdict: str


def read_list(path: str) -> list[tuple[Request, str]]:
    """The audits of a file and what each is to be.  Raises UserError, with the entry, when it is none."""
    try:
        data = toml_table(read_within(path).decode("utf-8"))
    except ValueError as error:
        raise UserError(f"{path} is no TOML: {error}; write [[audit]] with function, shapes and is") from None
    entries = data.get("audit")
    if set(data) != {"audit"} or not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise UserError(f"{path} has no audits; write [[audit]] with function, shapes and is for each loss")
    return [_entry(path, n, e) for n, e in enumerate(entries, 1)]


def _entry(path: str, n: int, e: dict[str, Any]) -> tuple[Request, str]:
    where = f"{path}: audit {n}"
    for key, value in e.items():
        if key not in _KEYS:
            raise UserError(f"{where} has {key!r}; the keys are {', '.join(_KEYS)}")
        if not isinstance(value, _KEYS[key]) or isinstance(value, bool):
            raise UserError(f"{where}: {key} is {value!r}; see docs/audit.md for what it takes")
    for key in ("function", "shapes", "is"):
        if not e.get(key):
            raise UserError(f"{where} has no {key}; it needs function, shapes and is")
    try:
        target_maker(e["is"])
        request = Request(
            _beside(path, e["function"]), read_inputs([e["shapes"]]), read_ignore(str(e.get("ignore", IGNORE))), e.get("with", {}),
            e.get("make", {}), e.get("output", ""), e.get("front", ""),
        )  # fmt: skip
    except UserError as error:
        raise UserError(f"{where}: {error}") from None
    return request, e["is"]


def _beside(path: str, function: str) -> str:
    """A file is named from the folder of the list."""
    file, sign, inner = function.partition("::")
    return f"{Path(path).parent / file}::{inner}" if sign else function


def jobs_of(path: str) -> list[Job]:
    """A job for each audit; each runs a program of the user's, so it has an interpreter of its own."""
    return [Job(r.name, run_one, (tuple(r), wanted), alone=True, files=_files(r)) for r, wanted in read_list(path)]


def _files(r: Request) -> tuple[str, ...]:
    file, sign, _ = r.name.partition("::")
    return (file,) if sign else ()


def run_one(request: tuple[Any, ...], wanted: str) -> Line:
    """The verdict on one loss, in one line."""
    from derive.audit.report import line

    allow_deep_formulas()
    found = answer(Request(*request).program(), wanted)
    return Line(line(found.audit, found.residual), found.audit.verdict)
