"""Which token was taken at each position, where the positions of a response list several candidates.

A JSON object has no order, so the first one means nothing.  The ids stand beside the list, or in a file of the user's.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple

from derive.errors import UserError
from derive.files import read_within
from derive.score.wording import printable

Tokens = Sequence[int | str]
"""Of one sequence: token ids, or texts of tokens."""

_LARGEST = 50_000_000  # bytes


class Candidate(NamedTuple):
    """A token that a position lists: its id or text (the name of its field), its text, and its log-probability as an event."""

    name: str
    text: str
    event: tuple[str, Any]


def read_tokens(path: str) -> list[Tokens]:
    """The tokens in a file: a JSON list of ids or texts, a list of such lists, or in text one sequence of ids a line.

    Raises UserError when it is none of these.
    """
    try:
        text = read_within(path, _LARGEST).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{path}: the tokens are no text in UTF-8") from None
    if not text.lstrip().startswith("["):
        rows = [line.replace(",", " ").split() for line in text.splitlines() if line.strip()]
        if not rows or not all(word.isascii() and word.isdigit() and len(word) < 19 for row in rows for word in row):
            raise UserError(
                f"{path}: expected token ids, one sequence a line, or a JSON list of ids or texts such as [374, 5655] or "
                '["AI", " is"]; and for several sequences a list of such lists'
            )
        return [array("q", map(int, row)) for row in rows]
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: the tokens are not valid JSON ({printable(str(error), 80)})") from None
    lists = found if found and all(isinstance(row, list) for row in found) else [found]
    for row in lists:
        for token in row:
            if isinstance(token, bool) or not isinstance(token, int | str):
                raise UserError(
                    f"{path}: {printable(repr(token))} is neither a token id nor the text of a token; give a list of ids, or of texts"
                )
    return lists


def chosen(candidates: Sequence[Candidate], token: int | str, where: str) -> Candidate:
    """The candidate that is this token.  Raises UserError where there is none, or more than one."""
    name = str(token)
    found = [c for c in candidates if c.name == name]
    if not found and isinstance(token, str):
        found = [c for c in candidates if c.text == token]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(printable(c.name) for c in candidates[:8])
    if found:
        raise UserError(
            f"{where}: {len(found)} of the candidates are the token “{printable(name)}”; give token ids instead of texts."
        )
    raise UserError(
        f"{where}: the token taken, {printable(name)}, is none of the candidates ({listed}). Check that the tokens are those of "
        "this sequence, or ask the server for the log-probability of the token itself."
    )
