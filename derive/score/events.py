"""The events of a JSON file, and where in it the next one stands."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import Any

from derive.errors import UserError
from derive.score.checker import not_finite, out_of_range
from derive.score.lines import CHUNK, Lines
from derive.score.wording import printable

EXPECTED = (
    'a list of numbers, {"logprobs": [...]}, or a response with choices[].logprobs.content[].logprob, '
    "choices[].logprobs.token_logprobs, prompt_logprobs or logprobsResult.chosenCandidates[].logProbability"
)
_DEEPEST = 64  # lists and objects inside one another; no known shape needs more than 8
_WORD = re.compile(r"[A-Za-z_]\w*")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_BAD_WORD = re.compile(r"(?<![\w.])([+-]?)(nan|inf(?:inity)?)\b", re.IGNORECASE)
OPENS = frozenset({"start_map", "start_array"})
_CLOSES = frozenset({"end_map", "end_array"})
END_MAP = ("end_map", None)
_DESCRIBED = {"number": "a number", "start_array": "a list", "end_array": "an empty list", "start_map": "an object"}


class Events:
    """``each`` are the events; ``path`` (names, "" for one not yet known, and indices) is kept by who reads them."""

    def __init__(self, lines: Lines) -> None:
        import ijson  # JSON input only, so that `import derive` stays light

        self.lines = lines
        self.path: list[Any] = []
        # ijson takes the fastest backend installed, yajl in C where there is a wheel.  use_float: a number is
        # rounded once, to the nearest double, and is not a Decimal.
        self.each: Iterator[tuple[str, Any]] = ijson.basic_parse(
            lines, use_float=True, multiple_values=True, buf_size=CHUNK
        )
        self.next: Callable[[], tuple[str, Any]] = self.each.__next__
        # The pure Python backend lets a ValueError of the standard library through.
        self.errors: tuple[type[Exception], ...] = (ijson.JSONError, ValueError)

    def skip(self) -> None:
        """Pass over the rest of the list or object that has just opened, however deep it is."""
        depth = 1
        for event, _ in self.each:
            if event in OPENS:
                depth += 1
            elif event in _CLOSES:
                depth -= 1
                if not depth:
                    return

    def deeper(self) -> None:
        """A list or an object opens.  Raises UserError when too many are open."""
        if len(self.path) >= _DEEPEST:
            raise UserError(
                f"{self.lines.source}, line {self.lines.line}: lists and objects are nested more than {_DEEPEST} deep, "
                f"which no known answer of a language model is. Expected {EXPECTED}."
            )

    def number(self, event: str, value: Any) -> float:
        """The number that this event is.  Raises UserError when it is something else."""
        if event == "null":
            raise UserError(
                f"{self.here()}: null is not a log-probability; only the first token of a sequence may have none, "
                "because nothing comes before it. Give a number for this token, or remove the token from the sequence."
            )
        if event != "number":
            raise self.wrong_type(event, value, "a number")
        try:
            return float(value)
        except OverflowError:  # an integer of more than 308 digits
            return math.copysign(math.inf, value)

    def path_text(self) -> str:
        parts = []
        for step in self.path:
            if isinstance(step, int):
                parts.append(f"[{step}]")
            elif _WORD.fullmatch(step) and len(step) <= 40:
                parts.append(f".{step}")
            elif step:
                parts.append(f'["{printable(step)}"]')
        return "".join(parts).removeprefix(".")

    def here(self) -> str:
        """File, line and path, for messages."""
        path = self.path_text()
        return f"{self.lines.source}, line {self.lines.line}" + (f", at {path}" if path else "")

    def wrong_type(self, event: str, value: object, expected: str) -> UserError:
        advice = " Write numbers without quotation marks." if event == "string" else ""
        return UserError(f"{self.here()}: found {described(event, value)}, expected {expected}.{advice}")

    def malformed(self, message: str) -> UserError:
        """What the parser's message means, and where."""
        here = self.here()
        if self.lines.ended:
            return UserError(
                f"{here}: the JSON stops before it is complete: a list, an object or a string is still open. The file "
                "was probably cut off; write it again in full."
            )
        line = message.split("\n", 1)[0]
        if "overflow" in line:
            return out_of_range(here)
        if line.startswith(("lexical error", "Unexpected symbol")):
            latest = _QUOTED.sub('""', self.lines.latest.decode("utf-8", "replace"))
            if word := _BAD_WORD.search(latest):
                size = math.nan if word[2].lower() == "nan" else math.inf
                return not_finite(-size if word[1] == "-" else size, here)
        reason = printable(line.removeprefix("lexical error: ").removeprefix("parse error: ").rstrip("."), 100)
        return UserError(
            f"{here}: this is not valid JSON ({reason}). Look there for a missing comma or bracket, single quotes "
            "instead of double ones, a comma before a closing bracket, or a comment."
        )


def described(event: str, value: object) -> str:
    """What the value is that an event begins, in words."""
    if event == "string":
        return f"the string “{printable(str(value))}”"
    if event == "boolean":
        return "true" if value else "false"
    return _DESCRIBED.get(event, event)
