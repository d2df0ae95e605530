"""Read token log-probabilities from a file, one number at a time.

Two notations are told apart by the first character that is not white space.

**Text.**  Numbers separated by white space or single commas.  A blank line separates sequences; a plain line
break does not, so one number a line and one long line are the same sequence.

**JSON** (the first character is ``[`` or ``{``): one value, or several one after another, such as JSON lines.

============================================  ==========================================================
``[-0.7, -0.4]``, ``[[-0.7], [-0.4, -0.1]]``  plain lists; each inner list is a sequence
``[{"token": .., "logprob": ..}, ..]``        one sequence of token objects; also one object a line
``{"tokens": [..], "logprobs": [..]}``        also ``token_logprobs``, ``log_probs``; tokens are optional
``choices[].logprobs.content[].logprob``      OpenAI chat completions and what imitates them
``output[].content[].logprobs[].logprob``     OpenAI responses
``choices[].logprobs.token_logprobs``         OpenAI completions; the first may be null
``prompt_logprobs[].<token id>.logprob``      vLLM; the first may be null
``logprobsResult.chosenCandidates[]``         Gemini, ``logProbability``; snake case as well
``details.tokens[].logprob``                  text-generation-inference, and ``details.prefill``
``completion_probabilities[].logprob``        llama.cpp
``meta_info.output_token_logprobs[]``         SGLang, ``[logprob, token id, text]``
``logprobs[].logprob``                        Ollama
============================================  ==========================================================

The fields are recognised wherever they stand, so a response may be wrapped (as in a batch file).
What lists alternatives to the chosen token (``top_logprobs``, ``topCandidates``) is passed over.

Numbers are parsed, never evaluated.  Memory does not grow with the length of a sequence.
"""

from __future__ import annotations

import codecs
import io
import math
import re
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from derive.errors import UserError

_CHUNK = 1 << 16  # bytes read at a time; a longer line is read in pieces
_LONGEST_NUMBER = 400  # characters; a longer run without a separator is not a number
_DEEPEST = 64  # arrays and objects inside one another; no known shape needs more than 8

_LOGPROB = frozenset({"logprob", "logProbability", "log_probability", "log_prob"})
_SEQUENCE = frozenset(
    {
        "logprobs", "token_logprobs", "log_probs", "logps", "prompt_logprobs", "completion_probabilities",
        "chosenCandidates", "chosen_candidates", "output_token_logprobs", "input_token_logprobs",
    }
)  # fmt: skip
# Lists that are a sequence only if their entries have a log-probability: a message's parts are `content` too.
_PERHAPS = frozenset({"content", "tokens", "prefill"})
_ALTERNATIVES = frozenset(
    {"top_logprobs", "topLogprobs", "topCandidates", "top_candidates", "refusal", "top_probs", "top_tokens",
     "output_top_logprobs", "input_top_logprobs"}
)  # fmt: skip
_TRIPLES = frozenset({"output_token_logprobs", "input_token_logprobs"})
# The first token of a text has nothing before it, so a server that scores the prompt leaves it out.
_FIRST_MAY_BE_NULL = frozenset(
    {"logprobs", "token_logprobs", "log_probs", "logps", "prompt_logprobs", "input_token_logprobs", "prefill"}
)
_MAY_BE_EMPTY = frozenset({"prompt_logprobs", "input_token_logprobs"}) | _PERHAPS

_SHAPES = (
    'a list of numbers, {"logprobs": [...]}, or a response with choices[].logprobs.content[].logprob, '
    "choices[].logprobs.token_logprobs, prompt_logprobs or logprobsResult.chosenCandidates[].logProbability"
)


@dataclass(frozen=True, slots=True)
class End:
    """A sequence ends here.  ``where``: its JSON path ("": the whole value); ``line``: where it starts."""

    where: str
    line: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A top-level value ends here; the sequences since the last one belong together.  ``name``: or ""."""

    name: str = ""
    notes: tuple[str, ...] = ()


Item = float | End | Document
"""What a file is read into: a sequence's finite numbers <= 0, its end, and the end of what it stood in."""


@contextmanager
def open_data(path: str) -> Iterator[BinaryIO]:
    """Open a file for :func:`read_items`; ``-`` is standard input.

    Raises UserError when there is no such file, it is a directory, or it may not be read.
    """
    if path == "-":
        yield sys.stdin.buffer
        return
    try:
        file = open(path, "rb")  # noqa: SIM115 - closed below; errors in the block are not of opening
    except FileNotFoundError:
        why = "there is no such file. Check the spelling and the folder, or give - to read standard input."
    except IsADirectoryError:
        why = "this is a directory. Give the name of one file in it."
    except PermissionError:
        why = "permission denied. Give a file (not a folder) that you may read, or change its permissions."
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        why = f"this file cannot be opened ({reason}). Give the name of a readable file."
    else:
        with file:
            yield file
        return
    raise UserError(f"{printable(path, 200)}: {why}")


def read_items(file: BinaryIO, source: str) -> Iterator[Item]:
    """The numbers of a file and where its sequences end, in order.

    ``source`` is the file's name for messages.  Every number is finite and at most 0, every sequence has at
    least one, and the file at least one sequence.  Raises UserError, while reading, for anything else.
    """
    lines = _Lines(file, printable(source, 200))
    first = lines.first_character()
    if first == b"":
        raise UserError(
            f"{lines.source}: the file is empty, so there is no sequence to score. "
            "Expected token log-probabilities such as -0.7 -0.4."
        )
    return _Json(lines).items() if first in (b"[", b"{") else _text_items(lines)


def printable(text: str, longest: int = 40) -> str:
    """The text cut to ``longest`` characters, without characters that could move a terminal's cursor."""
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


class _Lines:
    """A file read in pieces, none of which crosses the end of a line: ``line`` is exact.  Checks UTF-8."""

    def __init__(self, file: BinaryIO, source: str) -> None:
        self.source = source
        self.line = 0
        self.ended = False
        self.latest = b""
        self._file = file
        self._offset = 0
        self._again = False
        self._at_line_start = True
        self._decode = codecs.getincrementaldecoder("utf-8")()

    def first_character(self) -> bytes:
        """The first byte that is not white space, b"" when there is none; what comes before it is dropped."""
        while not self.ended:
            self.text()
            found = self.latest.lstrip()[:1]
            if found:
                self._again = True
                return found
        return b""

    def read(self, size: int = -1) -> bytes:
        """The next piece as bytes, b"" at the end: what ijson calls."""
        if size == 0:
            return b""
        self.text()
        return self.latest

    def text(self) -> str:
        """The next piece as text.  It may be "" before the end, where ``ended`` is set."""
        if self._again:
            self._again = False
            self._decode.reset()
            return self._decode.decode(self.latest)
        try:
            piece = self._file.readline(_CHUNK)
        except OSError as error:
            raise UserError(
                f"{self.source}: reading failed after byte {self._offset} ({error.strerror or error}). "
                "Check that it is a file and that the disk or pipe is still there."
            ) from None
        if self._offset == 0 and piece.startswith(codecs.BOM_UTF8):
            self._offset += len(codecs.BOM_UTF8)
            piece = piece.removeprefix(codecs.BOM_UTF8)
        self.ended = not piece
        if self._at_line_start and piece:
            self.line += 1
        self._at_line_start = piece.endswith(b"\n")
        self.latest = piece
        try:
            text = self._decode.decode(piece, final=self.ended)
        except UnicodeDecodeError as error:
            offset = self._offset - (len(error.object) - len(piece)) + error.start
            utf16 = offset == 0 and piece[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
            advice = (
                "It begins like UTF-16, which PowerShell's > writes: save it as UTF-8."
                if utf16
                else "Save it as UTF-8; if it is compressed or binary (gzip, NumPy), write it out as text."
            )
            raise UserError(
                f"{self.source}, line {max(self.line, 1)}: byte 0x{error.object[error.start]:02x} at "
                f"offset {offset} is not UTF-8 text. {advice}"
            ) from None
        self._offset += len(piece)
        return text


class Checker:
    """Checks the numbers of one sequence as they pass.

    A sequence is not refused at a first positive number: the rest of it tells probabilities from losses.
    """

    __slots__ = ("_largest", "_positive", "_value", "_where", "count", "first_is_null", "notes")

    def __init__(self) -> None:
        self.count = 0
        self.first_is_null = False
        self.notes: list[str] = []
        self._positive = 0
        self._largest = 0.0
        self._value = 0.0
        self._where = ""

    def admit(self, value: float, where: Callable[[], str]) -> bool:
        """True: the number counts.  False: it is positive, and ``close`` will refuse.  Raises UserError."""
        if not -math.inf < value <= 0.0:
            if value != value or value in (math.inf, -math.inf):
                raise not_finite(value, where())
            if self.count > self._positive:
                raise _positive(value, where())
            if not self._positive:
                self._where, self._value = where(), value
            self._positive += 1
            self._largest = max(self._largest, value)
            self.count += 1
            return False
        if self._positive:
            raise _positive(self._value, self._where)
        self.count += 1
        return True

    def close(self, where: Callable[[], str]) -> None:
        """The sequence ends.  Raises UserError when it was empty or all positive."""
        if not self.count:
            known = "only a first null, which does not count" if self.first_is_null else "no numbers"
            raise UserError(
                f"{where()}: this sequence is empty: it has {known}. An empty sequence has no mean and no "
                "perplexity; remove it, or give its token log-probabilities."
            )
        if not self._positive:
            return
        several = f", and so are all {self.count} values of this sequence" if self.count > 1 else ""
        said = f"{self._where}: {self._value:.6g} is positive{several}, but a log-probability is at most 0."
        if self._largest <= 1.0:
            raise UserError(
                f"{said} Numbers between 0 and 1 look like probabilities: take the natural logarithm of "
                "each. If they are losses (negative log-likelihoods), change their sign instead."
            )
        raise UserError(
            f"{said} They look like losses (negative log-likelihoods): change the sign of each. If they "
            "are logits, apply log-softmax first."
        )


def _positive(value: float, where: str) -> UserError:
    return UserError(
        f"{where}: {value:.6g} is positive, so it is not a log-probability: a probability is at most 1, so "
        "its logarithm is at most 0. If it is a probability, take its logarithm; if it is rounding error, "
        "write 0."
    )


def _out_of_range(where: str) -> UserError:
    return UserError(
        f"{where}: this number is beyond the range of a double (about 1.8e308). A token log-probability is "
        "rarely below -100; compute it again."
    )


def not_finite(value: float, where: str) -> UserError:
    """The error for NaN, Infinity and -Infinity."""
    if value != value:
        return UserError(
            f"{where}: NaN is not a log-probability. It usually comes from an earlier step (0/0, or the "
            "logarithm of a negative number); find the token that gave it and compute its log-probability "
            "again."
        )
    if value > 0:
        return UserError(
            f"{where}: Infinity is not a log-probability: a probability is at most 1, so its logarithm is "
            "at most 0. Find the step that overflowed and compute this token again."
        )
    return UserError(
        f"{where}: -Infinity says that this token has probability zero, so the whole sequence has "
        "probability zero and no mean, perplexity or rank. Check for a token that was masked or filtered "
        "(top-k, top-p) and use the unfiltered log-probabilities."
    )


# -- text ------------------------------------------------------------------------------------------

_TOKEN = re.compile(r"[^\s,]+|,|\n")
_WHOLE = re.compile(r"[-−][0-9]+")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WORDS = {"nan": math.nan, "inf": math.inf, "infinity": math.inf}


def parse_number(text: str) -> float | None:
    """A decimal number, or NaN or an infinity in words; minus may be U+2212.  None when it is neither."""
    text = text.replace("−", "-")
    if _NUMBER.fullmatch(text):
        return float(text)
    word = _WORDS.get(text.lstrip("+-").lower())
    if word is None or len(text) - len(text.lstrip("+-")) > 1:
        return None
    return -word if text[0] == "-" else word


def _text_items(lines: _Lines) -> Iterator[Item]:
    checker = Checker()
    start = on_line = rows = longest_row = 0
    after_comma = False
    carry = previous = ""

    def place() -> str:
        return f"{lines.source}, line {lines.line}, value {on_line}"

    def end() -> Iterator[Item]:
        checker.close(lambda: f"{lines.source}, line {start}")
        if rows > 1 and longest_row > 1:
            checker.notes.append(
                f"{rows} lines were read as one sequence; a blank line between them makes them separate sequences"
            )
        yield End("", start, tuple(checker.notes))
        yield Document()

    while not lines.ended:
        data = carry + lines.text()
        carry = ""
        if not lines.ended and data and not data[-1].isspace() and data[-1] != ",":
            # The piece stops inside a number; keep that number for the next piece.
            cut = len(data)
            while cut and not data[cut - 1].isspace() and data[cut - 1] != ",":
                cut -= 1
            data, carry = data[:cut], data[cut:]
            if len(carry) > _LONGEST_NUMBER:
                data, carry = data + carry, ""
        for match in _TOKEN.finditer(data):
            token = match.group()
            if token == "\n":
                if on_line:
                    rows += 1
                    longest_row = max(longest_row, on_line)
                elif checker.count:
                    yield from end()
                    checker, rows, longest_row, after_comma = Checker(), 0, 0, False
                on_line = 0
            elif token == ",":
                if after_comma or not checker.count:
                    raise UserError(
                        f"{lines.source}, line {lines.line}: a number is missing before this comma. "
                        "Separate numbers by one comma or by white space, and write a decimal point, not "
                        "a decimal comma."
                    )
                after_comma = True
            else:
                on_line += 1
                value = parse_number(token) if len(token) <= _LONGEST_NUMBER else None
                if value is None:
                    raise _not_a_number(token, place())
                if math.isinf(value) and token[-1].isdigit():
                    raise _out_of_range(place())
                if value > 0 and after_comma and _WHOLE.fullmatch(previous) and token.isdigit():
                    raise UserError(
                        f"{place()}: “{printable(previous)},{printable(token)}” looks like a number with a "
                        "decimal comma. Write a decimal point; a comma separates numbers."
                    )
                previous = token
                if not checker.count:
                    start = lines.line
                after_comma = False
                if checker.admit(value, place):
                    yield value
    if checker.count:
        rows += 1 if on_line else 0
        longest_row = max(longest_row, on_line)
        yield from end()


def _not_a_number(token: str, where: str) -> UserError:
    if token.startswith("data:"):
        return UserError(
            f"{where}: “data:” begins a streamed reply, which has one token in each event. Ask for the "
            "reply without streaming and save the one JSON object."
        )
    return UserError(
        f"{where}: “{printable(token)}” is not a number. Expected token log-probabilities such as -0.7 -0.4, "
        "or JSON that begins with [ or {."
    )


# -- JSON ------------------------------------------------------------------------------------------

Step = str | int
_WORD = re.compile(r"[A-Za-z_]\w*")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_BAD_WORD = re.compile(r"(?<![\w.])([+-]?)(nan|inf(?:inity)?)\b", re.IGNORECASE)


@dataclass(slots=True)
class _Found:
    """What an array or object held.

    Both: whether there were sequences in it.  Objects: its own log-probability, or that this is null, its
    name and its first fields.  Arrays: the number of entries and their kind.
    """

    sequences: bool = False
    logprob: float | None = None
    length: int = 0
    kind: str = ""
    name: str = ""
    null: bool = False
    fields: tuple[str, ...] = ()


class _Json:
    """A recursive descent over the events of a JSON stream.

    ``path`` is where the next event stands, kept up to date so that any error can say it.
    """

    def __init__(self, lines: _Lines) -> None:
        import ijson  # JSON input only, so that `import derive` stays light

        self._lines = lines
        # ijson takes the fastest backend installed, yajl in C where there is a wheel.  use_float: a number is
        # rounded once, to the nearest double, and is not a Decimal.
        events = ijson.basic_parse(lines, use_float=True, multiple_values=True, buf_size=_CHUNK)
        # The pure Python backend lets a ValueError of the standard library through.
        self._next = self._checked(events, (ijson.JSONError, ValueError)).__next__
        self._path: list[Step] = []
        self._missing: list[str] = []  # fields that should have held a sequence, and what they held

    def items(self) -> Iterator[Item]:
        # Objects of one token each, one after another, are one sequence: (its checker, its first line).
        tokens: tuple[Checker, int] | None = None
        while True:
            self._path.clear()
            self._missing.clear()
            event, value = self._next()
            line = self._lines.line
            if event == "start_map":
                found = yield from self._object(document=True)
                if found.null and not found.sequences:
                    self._path.append("logprob")
                    raise self._null()
                if found.logprob is not None and not found.sequences:
                    tokens = tokens or (Checker(), line)
                    if tokens[0].admit(found.logprob, self._here):
                        yield found.logprob
                    continue
            if tokens is not None:
                tokens[0].close(self._here)
                yield End("", tokens[1])
                yield Document()
                if event != "eof":
                    raise UserError(
                        f"{self._here()}: an object of one token is followed by something else. Put all "
                        "tokens of a sequence in one list."
                    )
            if event == "eof":
                return
            if event == "start_map":
                if not found.sequences:
                    raise self._nothing_found(found)
                yield Document(found.name, self._ignored())
            elif event == "start_array":
                found = yield from self._array("", strict=True, nest=1)
                if found.kind != "several":
                    yield Document("", self._ignored())
            else:
                raise self._wrong_type(event, value, "a list or an object")

    # -- arrays

    def _array(self, key: str, *, strict: bool, nest: int = 0) -> Generator[Item, None, _Found]:
        """The array that has just opened, under the name ``key`` ("" at the top).

        ``strict``: it must be a sequence, or, with ``nest``, a list of sequences.  Otherwise it may be any
        list.  Returns kind "sequence", "several" (lists or documents) or "other".
        """
        self._deeper()
        root, maybe = strict and not key, not strict and key in _PERHAPS
        checker = Checker()
        null_first = not key or key in _FIRST_MAY_BE_NULL
        line, where = self._lines.line, self._path_text()
        found = _Found()
        kind = ""
        candidates = _Candidates()
        self._path.append(0)
        index = 0
        while True:
            self._path[-1] = index
            event, value = self._next()
            if event == "end_array":
                break
            here = "other"
            if not (strict or maybe):
                found.sequences |= (yield from self._any(event)).sequences
            elif event == "number" and strict:
                here = "numbers"
                number = _float(value)
                if checker.admit(number, self._here):
                    yield number
            elif event == "null" and strict:
                if index or not null_first:
                    raise self._null()
                checker.first_is_null = True
                here = kind
            elif event == "start_map" and (kind == "tokens" or (strict and not root)):
                here = "tokens"
                entry = self._entry(checker, candidates, null_first and not index)
                if entry is not None:
                    yield entry
            elif event == "start_map":
                inner = yield from self._object(document=root)
                found.sequences |= inner.sequences
                if inner.null and not inner.sequences:
                    if index or not null_first:
                        raise self._null()
                    checker.first_is_null = True
                    here = "tokens"
                elif inner.logprob is not None and not inner.sequences:
                    here = "tokens"
                    self._path.append("logprob")
                    if checker.admit(inner.logprob, self._here):
                        yield inner.logprob
                    self._path.pop()
                elif root:
                    if not inner.sequences:
                        raise self._nothing_found(inner)
                    here = "several"
                    yield Document(inner.name, self._ignored())
            elif event == "start_array" and key in _TRIPLES:
                here = "tokens"
                entry = self._triple(checker, null_first and not index)
                if entry is not None:
                    yield entry
            elif event == "start_array" and strict:
                if not nest:
                    raise self._wrong_type(event, value, "a number")
                here = "several"
                yield from self._array(key, strict=True)
                found.sequences = True
                if root:
                    yield Document("", self._ignored())
            elif strict:
                raise self._wrong_type(event, value, "an object with logprob" if kind == "tokens" else "a number")
            else:
                found.sequences |= (yield from self._any(event)).sequences
            if kind and here != kind and (strict or "tokens" in (kind, here)):
                raise UserError(
                    f"{self._here()}: a list must not mix {_MIXED[kind]} with {_MIXED[here]}. Give one "
                    "sequence as numbers only or as token objects only, and several sequences as a list "
                    "of lists."
                )
            kind = here
            index += 1
        self._path.pop()
        found.length = index
        found.kind = "sequence" if kind in ("numbers", "tokens") or (strict and not kind) else kind
        if found.kind == "sequence":
            if not checker.count and key in _MAY_BE_EMPTY:
                self._missing.append(f"{where} has no log-probability in it")
                return found
            checker.close(self._here)
            if checker.first_is_null:
                checker.notes.append(
                    "the first token has no log-probability (null) and is not counted: the total is conditional on it"
                )
            checker.notes.extend(candidates.notes())
            found.sequences = True
            yield End(where, line, tuple(checker.notes))
        elif not index and key in _PERHAPS:
            self._missing.append(f"{where} is an empty list")
        return found

    def _any(self, event: str) -> Generator[Item, None, _Found]:
        """The value that ``event`` begins, of a kind that is not a sequence but may contain one."""
        if event == "start_map":
            return (yield from self._object())
        if event == "start_array":
            return (yield from self._array("", strict=False))
        return _Found()

    # -- objects

    def _object(self, *, document: bool = False) -> Generator[Item, None, _Found]:
        """The object that has just opened."""
        self._deeper()
        found = _Found()
        inside_logprobs = bool(self._path) and self._path[-1] == "logprobs"
        lengths: dict[str, int] = {}
        fields: list[str] = []
        self._path.append("")
        while True:
            event, key = self._next()
            if event == "end_map":
                break
            self._path[-1] = key
            if len(fields) < 8:
                fields.append(key)
            event, value = self._next()
            if event in ("start_map", "start_array") and key in _ALTERNATIVES:
                self._skip()
            elif event == "start_map":
                inner = yield from self._object()
                found.sequences |= inner.sequences
                if inner.logprob is not None and not inner.sequences:
                    self._missing.append(f"{self._path_text()}.logprob is one number, not a list of tokens")
            elif event == "start_array":
                certain = key in _SEQUENCE or (key == "content" and inside_logprobs)
                inner = yield from self._array(key, strict=certain, nest=1)
                found.sequences |= inner.sequences
                lengths[key] = inner.length if inner.kind in ("sequence", "other") else -1
            elif key in _LOGPROB and event == "null":
                found.null = True
            elif key in _LOGPROB:
                found.logprob = self._number(event, value)
            elif key in _SEQUENCE or (key == "content" and inside_logprobs):
                if key != "prompt_logprobs" or event != "null":
                    self._missing.append(f"{self._path_text()} is {_described(event, value)}")
            elif event == "string" and document and key in ("name", "label"):
                found.name = printable(value)
            elif (key == "object" and str(value).endswith(".chunk")) or (
                key == "done" and value is False and "created_at" in fields  # Ollama
            ):
                raise UserError(
                    f"{self._here()}: this is one piece of a streamed reply, so its log-probabilities are "
                    "not the whole sequence. Ask for the reply without streaming and save the one JSON "
                    "object."
                )
        self._path.pop()
        for key in ("logprobs", "token_logprobs"):
            if min(lengths.get(key, -1), lengths.get("tokens", -1)) >= 0 and lengths[key] != lengths["tokens"]:
                raise UserError(
                    f"{self._here()}: tokens has {lengths['tokens']} entries but {key} has {lengths[key]}. "
                    "Each token needs exactly one log-probability; give lists of equal length, or leave "
                    "tokens out."
                )
        found.fields = tuple(fields)
        return found

    def _entry(self, checker: Checker, candidates: _Candidates, null_first: bool) -> float | None:
        """The log-probability of the token object, or of vLLM's map of candidates, that has just opened."""
        own: float | None = None
        seen = False
        choices: list[tuple[float, float | None]] = []
        fields: list[str] = []
        self._path.append("")
        while True:
            event, key = self._next()
            if event == "end_map":
                break
            self._path[-1] = key
            event, value = self._next()
            if key in _LOGPROB and not seen:
                seen = True
                if event == "null" and null_first:
                    checker.first_is_null = True
                else:
                    number = self._number(event, value)
                    own = number if checker.admit(number, self._here) else None
            elif event == "start_map" and key not in _ALTERNATIVES:
                choice = self._candidate()
                if choice is not None:
                    choices.append(choice)
            elif event in ("start_map", "start_array"):
                self._skip()
            if len(fields) < 8:
                fields.append(key)
        self._path.pop()
        if seen:
            return own
        if not choices:
            names = ", ".join(map(printable, fields)) or "none"
            raise UserError(
                f"{self._here()}: this entry has no logprob (its fields: {names}). "
                'Expected {"token": ..., "logprob": a number}.'
            )
        candidates.check(choices, self._here)
        return choices[0][0] if checker.admit(choices[0][0], self._here) else None

    def _candidate(self) -> tuple[float, float | None] | None:
        """(log-probability, rank) of the object that has just opened, None when it has no log-probability."""
        logprob: float | None = None
        rank: float | None = None
        self._path.append("")
        while True:
            event, key = self._next()
            if event == "end_map":
                break
            self._path[-1] = key
            event, value = self._next()
            if key in _LOGPROB:
                logprob = self._number(event, value)
            elif key == "rank" and event == "number":
                rank = value
            elif event in ("start_map", "start_array"):
                self._skip()
        self._path.pop()
        return None if logprob is None else (logprob, rank)

    def _triple(self, checker: Checker, null_first: bool) -> float | None:
        """The log-probability at the head of the SGLang array that has just opened."""
        self._path.append(0)
        event, value = self._next()
        result: float | None = None
        if event == "null" and null_first:
            checker.first_is_null = True
        else:
            number = self._number(event, value)
            result = number if checker.admit(number, self._here) else None
        self._skip()
        self._path.pop()
        return result

    # -- events and errors

    def _checked(
        self, events: Iterator[tuple[str, Any]], errors: tuple[type[Exception], ...]
    ) -> Iterator[tuple[str, Any]]:
        """The events, then "eof" for ever; an error of the parser becomes one that says where."""
        try:
            yield from events
        except errors as error:
            raise self._malformed(str(error)) from None
        while True:
            yield "eof", None

    def _skip(self) -> None:
        """Pass over the rest of the array or object that has just opened, however deep it is."""
        depth = 1
        while depth:
            event, _ = self._next()
            if event in ("start_map", "start_array"):
                depth += 1
            elif event in ("end_map", "end_array"):
                depth -= 1

    def _deeper(self) -> None:
        if len(self._path) >= _DEEPEST:
            raise UserError(
                f"{self._lines.source}, line {self._lines.line}: lists and objects are nested more than "
                f"{_DEEPEST} deep, which no known answer of a language model is. Expected {_SHAPES}."
            )

    def _number(self, event: str, value: object) -> float:
        if event == "number":
            return _float(value)
        raise self._null() if event == "null" else self._wrong_type(event, value, "a number")

    def _path_text(self) -> str:
        parts = []
        for step in self._path:
            if isinstance(step, int):
                parts.append(f"[{step}]")
            elif not step:
                pass  # the name of the next field is not known yet
            elif _WORD.fullmatch(step) and len(step) <= 40:
                parts.append(f".{step}")
            else:
                parts.append(f'["{printable(step)}"]')
        return "".join(parts).removeprefix(".")

    def _here(self) -> str:
        path = self._path_text()
        return f"{self._lines.source}, line {self._lines.line}" + (f", at {path}" if path else "")

    def _null(self) -> UserError:
        return UserError(
            f"{self._here()}: null is not a log-probability; only the first token of a sequence may have "
            "none, because nothing comes before it. Give a number for this token, or remove the token "
            "from the sequence."
        )

    def _wrong_type(self, event: str, value: object, expected: str) -> UserError:
        advice = " Write numbers without quotation marks." if event == "string" else ""
        return UserError(f"{self._here()}: found {_described(event, value)}, expected {expected}.{advice}")

    def _ignored(self) -> tuple[str, ...]:
        """Notes on the fields of this document that could not be scored although others could."""
        notes = tuple(f"not scored: {what}" for what in self._missing[:3] if " is null" in what)
        self._missing.clear()
        return notes

    def _nothing_found(self, found: _Found) -> UserError:
        if self._missing:
            why = "; ".join(self._missing[:3])
            advice = (
                "Ask the server for log-probabilities (logprobs: true), or give"
                if any(" is null" in m or " is true" in m or " is false" in m for m in self._missing)
                else "Give"
            )
        else:
            fields = ", ".join(map(printable, found.fields))
            why = f"its fields are {fields}" if fields else "it is empty"
            advice = "Give"
        return UserError(f"{self._here()}: no token log-probabilities in this object: {why}. {advice} {_SHAPES}.")

    def _malformed(self, message: str) -> UserError:
        here = self._here()
        if self._lines.ended:
            return UserError(
                f"{here}: the JSON stops before it is complete: a list, an object or a string is still open. "
                "The file was probably cut off; write it again in full."
            )
        line = message.split("\n", 1)[0]
        if "overflow" in line:
            return _out_of_range(here)
        if line.startswith(("lexical error", "Unexpected symbol")):
            latest = _QUOTED.sub('""', self._lines.latest.decode("utf-8", "replace"))
            word = _BAD_WORD.search(latest)
            if word:
                size = math.nan if word[2].lower() == "nan" else math.inf
                return not_finite(-size if word[1] == "-" else size, here)
        reason = printable(line.removeprefix("lexical error: ").removeprefix("parse error: ").rstrip("."), 100)
        return UserError(
            f"{here}: this is not valid JSON ({reason}). Look there for a missing comma or bracket, single "
            "quotes instead of double ones, a comma before a closing bracket, or a comment."
        )


class _Candidates:
    """Which of several candidates at a position is the token itself.

    vLLM writes the token first, then the other most likely tokens by rank.  Some versions wrote all of them
    by rank; where rank 1 is always first, the two cannot be told apart.
    """

    __slots__ = ("_first_is_not_top", "_several")

    def __init__(self) -> None:
        self._several = False
        self._first_is_not_top = False

    def check(self, choices: list[tuple[float, float | None]], where: Callable[[], str]) -> None:
        if len(choices) == 1:
            return
        self._several = True
        ranks = [rank for _, rank in choices if rank is not None]
        if len(ranks) != len(choices):
            return
        if ranks[0] != 1:
            self._first_is_not_top = True
        if ranks[1:] != sorted(ranks[1:]) or 1 not in ranks[:2]:
            raise UserError(
                f"{where()}: the candidates are not in vLLM's order (the token itself, then the others by "
                "rank), so the token itself cannot be told from its alternatives. Ask for "
                "prompt_logprobs=0, which gives one each."
            )

    def notes(self) -> list[str]:
        if not self._several:
            return []
        sure = "" if self._first_is_not_top else ", though each of them has rank 1"
        return [
            "a position lists several candidates; the first was taken for the token itself, as vLLM "
            f"writes it{sure}; prompt_logprobs=0 leaves no doubt"
        ]


_MIXED = {"numbers": "numbers", "tokens": "tokens", "several": "lists or responses", "other": "other values"}


_DESCRIBED = {
    "null": "null",
    "number": "a number",
    "start_array": "a list",
    "end_array": "an empty list",
    "start_map": "an object",
}


def _float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer of more than 308 digits
        return math.copysign(math.inf, value)


def _described(event: str, value: object) -> str:
    if event == "string":
        return f"the string “{printable(str(value))}”"
    if event == "boolean":
        return "true" if value else "false"
    return _DESCRIBED[event]


def as_file(text: str | bytes) -> BinaryIO:
    """Text as a binary file, for callers that hold the data already."""
    return io.BytesIO(text.encode("utf-8") if isinstance(text, str) else text)
