"""Streamed replies: pieces of a response, one after another, whose lists go on from piece to piece.

Server-sent events (``data: {...}``, a blank line after each), as servers send them; or one piece a line, as people save them.
What is told apart in a response, such as two choices, is told apart here too, whatever the order of its pieces.
"""

from __future__ import annotations

import io
import json
import re
from array import array
from collections.abc import Iterator
from typing import Any

from derive.errors import UserError
from derive.score.checker import Document, End, Item
from derive.score.lines import Lines
from derive.score.responses import json_items
from derive.score.wording import printable

_FIELD = re.compile(r"(data|event|id|retry)?:")
_PIECE = re.compile(r'"object"\s*:\s*"[\w.]*\.chunk"|"created_at".*"done"\s*:\s*false|"done"\s*:\s*false.*"created_at"')
_LARGEST = 10_000_000  # characters of an event
_MOST = 1000  # choices
_REPEATED = ("output_token_logprobs", "input_token_logprobs")  # SGLang's pieces have everything up to here
_DELTA = "response.output_text.delta"  # of the events of OpenAI's responses, the one that has what is new


def is_stream(lines: Lines) -> bool:
    """Whether the file, read up to its first character, is of server-sent events, or has a piece of a reply on its first line."""
    return bool(_FIELD.match(lines.ahead)) or bool(_PIECE.search(lines.ahead.partition("\n")[0]))


def stream_items(lines: Lines, nats: float) -> Iterator[Item]:
    """The sequences of a stream.  Raises UserError for anything but log-probabilities."""
    found: dict[str, tuple[array[float], End]] = {}
    for line, text in _events(lines):
        piece = io.BytesIO(_told_apart(text, lines.source, line).encode("utf-8", "surrogatepass"))
        values = array("d")
        for item in json_items(Lines(piece, lines.source, line), nats=nats, pieces=True):
            if isinstance(item, list):
                values.extend(item)
            elif isinstance(item, End):
                before, end = found.setdefault(item.where, (array("d"), item))
                if item.where.endswith(_REPEATED) and values[: len(before)] == before:
                    found[item.where] = values, end
                else:
                    before.extend(values)
                values = array("d")
    if not found:
        raise UserError(
            f"{lines.source}: no token log-probabilities in this stream. Ask the server for log-probabilities (logprobs: true)."
        )
    for all_values, end in found.values():
        yield all_values.tolist()
        yield end
    yield Document()


def _events(lines: Lines) -> Iterator[tuple[int, str]]:
    """The JSON of each event, and the line where it begins."""
    begins, data = 0, list[str]()
    for line, text in _rows(lines):
        name, colon, value = text.partition(":")
        if text.startswith("{"):
            name, value = "data", text
        elif text and not (colon and name.strip() in ("", "data", "event", "id", "retry")):
            raise UserError(
                f"{lines.source}, line {line}: “{printable(text)}” is no line of a stream of events. Expected data: and JSON."
            )
        if name == "data" and value.strip() not in ("", "[DONE]"):
            begins = begins if data else line
            data.append(value.removeprefix(" "))
        if data and (not text or _is_whole(data)):
            yield begins, "\n".join(data)
            data.clear()
    if data:
        yield begins, "\n".join(data)


def _is_whole(data: list[str]) -> bool:
    """Whether this is all of an event; people save streams without the blank lines."""
    return data[0][:1] in ("{", "[") and data[-1].rstrip()[-1:] in ("}", "]") and _loaded("\n".join(data)) is not None


def _rows(lines: Lines) -> Iterator[tuple[int, str]]:
    """The lines with their numbers."""
    rest = ""
    while piece := lines.read():
        line = lines.line
        *whole, rest = (rest + piece).split("\n")
        for text in whole:
            yield line, text.rstrip("\r")
            line += 1
        if len(rest) > _LARGEST:
            raise UserError(
                f"{lines.source}, line {line}: this event has more than {_LARGEST} characters, which no piece of a reply has."
            )
    yield lines.line, rest


def _loaded(text: str) -> Any:
    try:
        return json.loads(text, parse_int=float)
    except (ValueError, RecursionError):
        return None


def _told_apart(text: str, source: str, line: int) -> str:
    """The event, with each choice in the place that its index says, where it would stand in a reply without streaming."""
    event = _loaded(text)
    if not isinstance(event, dict):
        return text  # what is wrong with it is said where it is read
    if str(event.get("type", "")).startswith("response."):
        if event["type"] != _DELTA:
            return "{}"
        part = _at(event.get("content_index"), {"logprobs": event.get("logprobs")}, source, line)
        return json.dumps({"output": _at(event.get("output_index"), {"content": part}, source, line)})
    choices = event.get("choices")
    if not isinstance(choices, list):
        return text
    apart: list[Any] = []
    for place, choice in enumerate(choices):
        index = choice.get("index", place) if isinstance(choice, dict) else place
        apart += [None] * max(0, len(found := _at(index, choice, source, line)) - len(apart))
        apart[len(found) - 1] = choice
    return json.dumps({**event, "choices": apart})


def _at(index: Any, value: Any, source: str, line: int) -> list[Any]:
    """A list with the value in that place."""
    place = 0 if index is None else index
    if isinstance(place, bool) or not isinstance(place, int | float) or not 0 <= place < _MOST or place != int(place):
        raise UserError(
            f"{source}, line {line}: the index {printable(str(index))} of a choice is none from 0 to {_MOST - 1}, so it cannot be "
            "told which sequence this piece belongs to."
        )
    return [None] * int(place) + [value]
