"""The events of a JSON file, and where in it the next one stands.

The file is read in pieces, and what is wanted of it is read by ``json``'s own scanner wherever it lies whole in a piece.
As Python's json does, this takes NaN, Infinity and -Infinity; and a number of any length, which json does not.  Whether
they may stand where they stand is for who reads the events to say: in a field that does not count they may.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from operator import methodcaller
from typing import Any, NoReturn

from derive.errors import UserError
from derive.score.checker import Rows, not_finite, out_of_range
from derive.score.lines import CHUNK, Lines
from derive.score.wording import printable

EXPECTED = (
    'a list of numbers, {"logprobs": [...]}, or a response with choices[].logprobs.content[].logprob, '
    "choices[].logprobs.token_logprobs, prompt_logprobs or logprobsResult.chosenCandidates[].logProbability"
)
_DEEPEST = 64  # lists and objects inside one another; no known shape needs more than 8
_NAME = re.compile(r"[A-Za-z_]\w*")
_SPACE = re.compile(r"[ \t\n\r]*+")
_TOKEN = re.compile(
    r'[ \t\n\r]*+(?:([\[\]{},:])|"((?:[^"\\\x00-\x1f]++|\\.)*+)"|'
    r"(-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?)(?![\w.+-])|(-?[A-Za-z]\w*+)(?![.'\"]))",
    re.DOTALL,
)
_OPEN_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\.)*+\\?\Z', re.DOTALL)
_OPEN_WORD = re.compile(r"-?[\w.+-]*+\Z")
_PYTHON = r"'|-?(?:None|True|False|inf|nan)\b|[A-Za-z_][\w.]*\("
_CONSTANTS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_WORDS: dict[str, tuple[str, Any]] = {"true": ("boolean", True), "false": ("boolean", False), "null": ("null", None)}
_WORDS |= {name: ("number", value) for name, value in _CONSTANTS.items()}
OPENS = frozenset({"start_map", "start_array"})
_CLOSES = frozenset({"end_map", "end_array"})
_STARTS = {"[": ("start_array", None), "{": ("start_map", None)}
_ENDS = {"]": ("end_array", None), "}": ("end_map", None)}
END_MAP = ("end_map", None)
_DESCRIBED = {"number": "a number", "start_array": "a list", "end_array": "an empty list", "start_map": "an object"}
_scan: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder(  # what stands at a place in a text, and where it ends
    parse_int=float, parse_constant=_CONSTANTS.__getitem__
).raw_decode
Event = tuple[str, Any]
_NO_ROWS = Rows(0, [], [])


class Beyond(float):
    """An infinity that stands for a number that no double can hold."""


class Events:
    """``next`` gives one event after another; ``path`` (names, "" for one not yet known, and indices) is kept by who reads
    them.

    ``_open`` has the brackets that are open, ``_after`` is true where a value has just ended in one, and ``_fresh`` where
    nothing has stood in it yet.  ``bulk`` is false in tests of what is read piece by piece.
    """

    bulk = True

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.path: list[Any] = []
        self._text, self._at, self._start = lines.read(), 0, 0
        self._line, self._counted = lines.line, 0
        self._open: list[str] = []
        self._after = self._fresh = False
        self._slow = self._no_rows = 0  # up to here, numbers or lines are not to be read together

    # -- one event after another

    def next(self) -> Event:
        """The next event; ("end", None) at the end of the file.  Raises UserError when what stands there is no JSON."""
        mark, event = self._sign()
        if self._after:
            if mark == ",":
                self._after = False
                mark, event = self._sign()
            elif mark in _ENDS and self._closes(mark):
                return _ENDS[mark]
            else:
                self._malformed("a comma or a closing bracket is missing")
        elif self._fresh and mark in _ENDS and self._closes(mark):
            return _ENDS[mark]
        if self._open and self._open[-1] == "{":
            return self._name(mark, event)
        return self._other(mark, event)

    def _name(self, mark: str, event: Event | None) -> Event:
        if event is None or event[0] != "string":
            self._malformed("the name of a field, in double quotes, is missing")
        if self._sign()[0] != ":":
            self._malformed("a colon is missing after the name of a field")
        self._open[-1] = ":"  # the value of a field comes next
        return "map_key", event[1]

    def _other(self, mark: str, event: Event | None) -> Event:
        if event is not None and event[0] != "end":
            self._done()
            return event
        if mark in _STARTS:
            self._open.append(mark)
            self._fresh, self._after = True, False
            return _STARTS[mark]
        if event is not None and not self._open:
            return event
        if event is not None:
            self._stops()
        return self._malformed("a value is missing")

    def _done(self) -> None:
        """A value has ended."""
        self._after, self._fresh = bool(self._open), False
        if self._open and self._open[-1] == ":":
            self._open[-1] = "{"

    def _closes(self, mark: str) -> bool:
        if not self._open or self._open[-1] != {"]": "[", "}": "{"}[mark]:
            return False
        self._open.pop()
        self._done()
        return True

    def _sign(self) -> tuple[str, Event | None]:
        """A sign, or "" and the event of a value that is neither list nor object, or of the end."""
        while True:
            found = _TOKEN.match(self._text, self._at)
            if found is None or ((found.lastindex or 0) > 2 and found.end() == len(self._text)):
                if self._more(found is not None):
                    continue
                if found is None:
                    return self._none()
            self._start, self._at = found.start(found.lastindex or 0), found.end()
            kind = found.lastindex
            if kind == 1:
                return found[1], None
            if kind == 2:
                return "", ("string", self._string(found[2]))
            if kind == 3:
                value = float(found[3])
                return "", ("number", value if math.isfinite(value) else Beyond(value))
            if found[4] not in _WORDS:
                self._malformed(f"the word {printable(found[4])} is none of JSON's")
            return "", _WORDS[found[4]]

    def _string(self, text: str) -> str:
        if "\\" not in text:
            return text
        try:
            return str(json.loads(f'"{text}"'))
        except ValueError as error:
            self._malformed(str(error).partition(":")[0])

    def _more(self, cut: bool) -> bool:
        """Whether there was more of the file to read.  ``cut``: what stands there may go on, and else it has to."""
        space = _SPACE.match(self._text, self._at)
        begins = self._at if space is None else space.end()
        rest = len(self._text) - begins
        if not cut and rest and not (_OPEN_STRING.match(self._text, begins) or _OPEN_WORD.match(self._text, begins)):
            self._start = begins
            sign = self._text[begins]
            number = sign.isdigit() or sign in "+-."
            self._malformed(
                "this is no number of JSON's" if number else f"nothing in JSON begins with {printable(sign)}"
            )
        pieces, size = [self._text[self._at :]], 0
        line = self.line  # which counts those that are dropped
        while size <= rest:  # as much again as there is, so that a long string is not looked at too often
            line += pieces[-1].count("\n")
            piece = self.lines.read(line)
            if not piece:
                break
            pieces.append(piece)
            size += len(piece)
        if not size:
            return False  # and what has been found stands where it stood
        self._slow -= self._at
        self._no_rows -= self._at
        self._text, self._at, self._counted = "".join(pieces), 0, 0
        return True

    def _none(self) -> tuple[str, Event | None]:
        """What there is where nothing more can be read: the end, or half of something."""
        space = _SPACE.match(self._text, self._at)
        self._start = self._at if space is None else space.end()
        if self._start == len(self._text):
            if self._open:
                self._at = len(self._text.rstrip(" \t\n\r"))
                self._stops()
            self._at = self._start
            return "", ("end", None)
        if self._text[self._start] == '"':
            self._at = len(self._text.rstrip("\n"))
            self._stops()
        return self._malformed("this is no number and no word of JSON's")

    # -- what lies whole in the piece that was read

    def skip(self) -> None:
        """Pass over the rest of the list or object that has just opened, however deep it is."""
        if self.whole() is not None:
            return
        depth = len(self._open)
        while len(self._open) >= depth:
            self.next()

    def whole(self) -> Any:
        """The list or object that has just opened, passed over; None where it is not all there yet, or is not right."""
        if not self.bulk:
            return None
        try:
            value, end = _scan(self._text, self._start)
        except (ValueError, RecursionError):
            return None
        self._at = end
        self._open.pop()
        self._done()
        return value

    def place(self) -> tuple[int, list[str]]:
        """Where the list or object that has just opened begins, to come ``back`` to."""
        return self._start, self._open.copy()

    def back(self, place: tuple[int, list[str]]) -> None:
        """What has just opened there is to be read once more, with ``next``, from its inside on."""
        self._start, self._open = place
        self._at, self._fresh, self._after = self._start + 1, True, False

    def numbers(self) -> list[float]:
        """Log-probabilities in a list, as many as are there, or none: what is not one, or not plainly one, is left."""
        text, at = self._text, self._at
        if not self.bulk or at < self._slow:
            return []
        end = text.find("]", at)
        if end < 0:
            end = text.rfind(",", at)
        piece = text[at:end] if end > at else ""
        if self._after:
            piece = piece.lstrip(" \t\n\r")
            if not piece.startswith(","):
                return []
            piece = piece[1:]
        values = plain(f"[{piece}]") if piece else None
        if not values:
            self._slow = at if "[" in piece else end
            return []
        self._at, self._after, self._fresh = end, True, False
        return values

    def rows(self) -> Rows:
        """Lists of log-probabilities, each on a line of its own, from here on; none where it is not so."""
        if not self.bulk or self._at < self._no_rows or self._open:
            return _NO_ROWS
        end = self._text.rfind("]\n", self._at) + 1
        if not end and len(self._text) - self._at < CHUNK and self._more(True):  # half a line
            end = self._text.rfind("]\n", self._at) + 1
        text, at = self._text, self._at
        begins = text.find("[", at)
        piece = text[begins:end] if at <= begins < end else ""
        found = _rows(piece) if piece and not text[at:begins].strip(" \t\n\r") and not _odd(piece) else None
        if found is None:
            self._no_rows = end
            return _NO_ROWS
        self._at = begins
        line = self.line
        self._at = self._counted = end
        self._line = line + len(found[0]) - 1
        return Rows(line, *found)

    # -- where

    @property
    def line(self) -> int:
        low, high = sorted((self._counted, self._at))
        lines = self._text.count("\n", low, high)
        self._line += lines if self._counted < self._at else -lines
        self._counted = self._at
        return self._line

    def deeper(self) -> None:
        """A list or an object opens.  Raises UserError when too many are open."""
        if len(self.path) >= _DEEPEST:
            raise UserError(
                f"{self.lines.source}, line {self.line}: lists and objects are nested more than {_DEEPEST} deep, "
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
        if isinstance(value, Beyond):
            raise out_of_range(self.here())
        if not math.isfinite(value):
            raise not_finite(value, self.here())
        return float(value)

    def path_text(self) -> str:
        parts = []
        for step in self.path:
            if isinstance(step, int):
                parts.append(f"[{step}]")
            elif _NAME.fullmatch(step) and len(step) <= 40:
                parts.append(f".{step}")
            elif step:
                parts.append(f'["{printable(step)}"]')
        return "".join(parts).removeprefix(".")

    def here(self) -> str:
        """File, line and path, for messages."""
        path = self.path_text()
        return f"{self.lines.source}, line {self.line}" + (f", at {path}" if path else "")

    def wrong_type(self, event: str, value: object, expected: str) -> UserError:
        advice = " Write numbers without quotation marks." if event == "string" else ""
        return UserError(f"{self.here()}: found {described(event, value)}, expected {expected}.{advice}")

    def _stops(self) -> NoReturn:
        raise UserError(
            f"{self.here()}: the JSON stops before it is complete: a list, an object or a string is still open. The file "
            "was probably cut off; write it again in full."
        )

    def _malformed(self, reason: str) -> NoReturn:
        """There is no JSON where the latest sign or word begins."""
        if self._start == len(self._text) and self.lines.ended:
            self._stops()
        self._at = self._start
        if word := re.compile(_PYTHON).match(self._text, self._start):
            shown = "single quotes" if word[0] == "'" else word[0]
            raise UserError(
                f"{self.here()}: this is as Python prints it ({printable(shown)}), and that is not JSON. Write the file with "
                "json.dumps(value), or json.dump(value, file), instead of print, str or repr."
            )
        raise UserError(
            f"{self.here()}: this is not valid JSON ({reason}). Look there for a missing comma or bracket, "
            "a comma before a closing bracket, or a comment."
        )


def _odd(piece: str) -> bool:
    """Whether there may be more in a list than numbers: strings, lists, objects, true, false and null."""
    return '"' in piece or "{" in piece or "l" in piece or "u" in piece


def _rows(piece: str) -> tuple[list[list[float]], list[float]] | None:
    """Lists of log-probabilities, one a line, and their exact sums; None where there is anything else."""
    lines = piece.split("\n")
    joined = f"[{','.join(lines)}]"
    try:
        rows: list[list[float]]
        rows, end = _scan(joined, 0)
        if end != len(joined) or len(rows) != len(lines) or not all(map(_ends_a_list, lines)):
            return None  # where each line ends a list, and there are as many, each line is one
        totals = list(map(math.fsum, rows))
        good = all(rows) and max(map(max, rows)) <= 0.0 and math.isfinite(math.fsum(totals))
        return (rows, totals) if good else None
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None


_ends_a_list = methodcaller("endswith", "]")


def plain(text: str) -> list[float] | None:
    """The log-probabilities in a list of JSON's; None where there is anything else in it."""
    if _odd(text) or text.rfind("[") > 0:
        return None
    try:
        values: list[float]
        values, end = _scan(text, 0)
        whole = end == len(text) and values
        # no NaN and no infinity is left out of a sum
        return values if whole and max(values) <= 0.0 and math.isfinite(sum(values)) else None
    except ValueError:
        return None


def described(event: str, value: object) -> str:
    """What the value is that an event begins, in words."""
    if event == "string":
        return f"the string “{printable(str(value))}”"
    if event == "boolean":
        return "true" if value else "false"
    return _DESCRIBED.get(event, event)
