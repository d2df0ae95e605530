"""JSON: the sequences of the shapes in :mod:`derive.score.shapes`, read as a stream.

One value, or several one after another, such as JSON lines.  Memory does not grow with the length of a sequence.
How an entry of a list gives its number is seen from the entry itself, but for pairs and triples, which look like
lists of lists.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from itertools import islice
from math import inf
from typing import Any

from derive.errors import UserError
from derive.score.checker import BATCH, Checker, Document, End, Item
from derive.score.events import END_MAP, EXPECTED, OPENS, Events, described
from derive.score.lines import Lines
from derive.score.shapes import PASSED_OVER, WHOLE, May, Shape, shape_at
from derive.score.wording import printable

_NUMBERS, _TOKENS, _SEVERAL, _OTHER = "numbers", "tokens", "lists or responses", "other values"
_ANY = Shape(("*",), May.OTHER, WHOLE.values, False, "")  # a list in a place of no shape
_SHOWN = 8  # field names in a message


def json_items(lines: Lines) -> Iterator[Item]:
    """The sequences of a JSON file.  Raises UserError for anything but log-probabilities."""
    reader = _Reader(lines)
    try:
        yield from reader.documents()
    except reader.errors as error:
        raise reader.malformed(str(error)) from None


@dataclass(slots=True)
class _Found:
    """What a list or object held: whether there were sequences in it, and more.

    Objects: the event and value of their own log-probability; name and first fields.  Lists: how many entries, 0 for
    a list of lists or documents.
    """

    sequences: bool = False
    own: tuple[str, Any] | None = None
    name: str = ""
    fields: list[str] = field(default_factory=list)
    length: int = 0


_Reading = Generator[Item, None, _Found]


class _Sequence(Checker):
    """The list that is being read; ``kind`` is what its entries were so far; ``nested``: it is such an entry."""

    def __init__(self, shape: Shape, where: str, line: int, nested: bool = False) -> None:
        super().__init__()
        self.shape, self.where, self.line, self.nested = shape, where, line, nested
        self.sure = May.OTHER not in shape.may
        self.kind = ""
        self.of_candidates = self.not_by_rank = False

    def notes(self) -> Iterator[str]:
        if self.first_is_null:
            yield "the first token has no log-probability (null) and is not counted: the total is conditional on it"
        if self.of_candidates:
            doubt = "" if self.not_by_rank else ", though each of them has rank 1"
            yield (
                "a position lists several candidates; the first was taken for the token itself, as vLLM writes "
                f"it{doubt}; prompt_logprobs=0 leaves no doubt"
            )


class _Reader(Events):
    """A recursive descent: each method reads what has just opened, to its end."""

    def __init__(self, lines: Lines) -> None:
        super().__init__(lines)
        self._missing: list[str] = []  # places that should have held a sequence, and what they held

    # -- the whole file

    def documents(self) -> Iterator[Item]:
        tokens: _Sequence | None = None  # objects of one token each, one after another, are one sequence
        while True:
            self.path.clear()
            self._missing.clear()
            event, value = next(self.each, ("end", None))
            line = self.lines.line
            if event == "start_map":
                found = yield from self._object(WHOLE, document=True)
                if found.own and not found.sequences:
                    tokens = tokens or _Sequence(WHOLE, "", line)
                    self._value(tokens, *found.own, 1, "logprob")
                    if len(tokens.batch) >= BATCH:
                        yield tokens.take()
                    continue
            if tokens is not None:
                yield from self._end(tokens)
                yield Document()
                if event != "end":
                    raise UserError(
                        f"{self.here()}: an object of one token is followed by something else. Put all tokens of a "
                        "sequence in one list."
                    )
            if event == "end":
                return
            if event == "start_array":
                found = yield from self._list(WHOLE)
            elif event != "start_map":
                raise self.wrong_type(event, value, "a list or an object")
            yield self._document(found)

    def _document(self, found: _Found) -> Document:
        """The end of what is not one token.  Raises UserError when there was no sequence in it."""
        missing, self._missing = self._missing, []
        if found.sequences:
            return Document(found.name, tuple(f"not scored: {what}" for what in missing[:3] if " is null" in what))
        fields = ", ".join(map(printable, found.fields))
        why = "; ".join(missing[:3]) or (f"its fields are {fields}" if fields else "it is empty")
        asked = any(f" is {word}" in what for what in missing for word in ("null", "true", "false"))
        advice = "Ask the server for log-probabilities (logprobs: true), or give" if asked else "Give"
        raise UserError(f"{self.here()}: no token log-probabilities in this object: {why}. {advice} {EXPECTED}.")

    # -- lists

    def _list(self, shape: Shape, *, nested: bool = False) -> _Reading:
        """A list in a place of this shape: a sequence, or (unless ``nested``) a list of them."""
        self.deeper()
        seq = _Sequence(shape, self.path_text(), self.lines.line, nested)
        found = _Found()
        self.path.append(0)
        while True:
            event, value = self._numbers(seq) if seq.sure and seq.kind in ("", _NUMBERS) else self.next()
            if event == "end_array":
                break
            kind = self._entry(seq, event, value)
            if kind is None:
                kind = yield from self._inner(seq, found, event, value)
            if seq.kind and kind != seq.kind and (seq.sure or _TOKENS in (kind, seq.kind)):
                raise UserError(
                    f"{self.here()}: a list must not mix {seq.kind} with {kind}. Give one sequence as numbers only or "
                    "as token objects only, and several sequences as a list of lists."
                )
            seq.kind = kind
            self.path[-1] += 1
            if len(seq.batch) >= BATCH:
                yield seq.take()
        length = self.path.pop()
        found.length = 0 if seq.kind == _SEVERAL else length
        if seq.kind in (_NUMBERS, _TOKENS) or (seq.sure and not seq.kind):
            found.sequences = yield from self._end(seq)
        elif not seq.kind and shape is not _ANY:
            self._missing.append(f"{seq.where} is an empty list")
        return found

    def _numbers(self, seq: _Sequence) -> tuple[str, Any]:
        """Read on as long as plain log-probabilities come; the first event that is anything else."""
        batch = seq.batch
        before = len(batch)
        try:
            if not seq.positive:
                for event, value in islice(self.each, BATCH - before):
                    if event != "number" or value.__class__ is not float or not -inf < value <= 0.0:
                        return event, value
                    batch.append(value)
            return self.next()
        finally:  # also where reading on failed, so that the path is right
            if more := len(batch) - before:
                seq.kind = _NUMBERS
                seq.count += more
                self.path[-1] += more

    def _entry(self, seq: _Sequence, event: str, value: Any) -> str | None:
        """An entry that holds no sequence of its own: its kind.  None for any other, which is still to be read."""
        if event == "start_map" and (seq.kind == _TOKENS or (seq.sure and seq.shape.place)):
            self._token(seq)
            return _TOKENS
        if not seq.sure:
            return None if event in OPENS else _OTHER
        if event == "start_array" and seq.shape.heads:
            index = self.path[-1]
            self.path.append(0)
            event, value = self.next()
            self._value(seq, event, value, index)
            self.skip()
            self.path.pop()
            return _TOKENS
        if event in OPENS:
            return None
        if event in ("number", "null"):
            self._value(seq, event, value, self.path[-1])
            return seq.kind if event == "null" else _NUMBERS
        raise self.wrong_type(event, value, "an object with logprob" if seq.kind == _TOKENS else "a number")

    def _inner(self, seq: _Sequence, found: _Found, event: str, value: Any) -> Generator[Item, None, str]:
        """An entry that may hold sequences of its own: its kind."""
        shape = seq.shape
        if event == "start_map":
            inner = yield from self._object(shape, document=not shape.place)
            if inner.own and not inner.sequences and shape is not _ANY:
                self._value(seq, *inner.own, self.path[-1], "logprob")
                return _TOKENS
        elif seq.sure and seq.nested:
            raise self.wrong_type(event, value, "a number")
        else:
            inner = yield from self._list(shape if seq.sure else _ANY, nested=seq.sure)
        found.sequences |= inner.sequences
        if not shape.place:
            yield self._document(inner)
        return _SEVERAL if seq.sure else _OTHER

    def _end(self, seq: _Sequence) -> Generator[Item, None, bool]:
        """The end of a sequence; False if there is none, and need not be."""
        if not seq.count and May.EMPTY in seq.shape.may:
            self._missing.append(f"{seq.where} has no log-probability in it")
            return False
        seq.close(self.here)
        yield seq.take()
        yield End(seq.where, seq.line, tuple(seq.notes()))
        return True

    # -- objects

    def _object(self, shape: Shape, *, document: bool = False) -> _Reading:
        """An object, which may be one token of a list of this shape."""
        self.deeper()
        found = _Found()
        lists: dict[str, tuple[int, str]] = {}  # lengths, and the field that has the texts
        self.path.append("")
        for _, name in iter(self.next, END_MAP):
            self.path[-1] = name
            event, value = self.next()
            if len(found.fields) < _SHOWN:
                found.fields.append(name)
            if event not in OPENS:
                self._field(shape, found, event, value, document)
            elif name in PASSED_OVER:
                self.skip()
            elif event == "start_map":
                inner = yield from self._object(WHOLE)
                found.sequences |= inner.sequences
                if inner.own and inner.own[0] == "number" and not inner.sequences:
                    self._missing.append(f"{self.path_text()}.logprob is one number, not a list of tokens")
            else:
                at = shape_at(self.path)
                inner = yield from self._list(at or _ANY)
                found.sequences |= inner.sequences
                lists[name] = inner.length, at.texts if at else ""
        self.path.pop()
        for name, (length, texts) in sorted(lists.items()):
            count, _ = lists.get(texts, (0, ""))
            if length and count and length != count:
                raise UserError(
                    f"{self.here()}: {texts} has {count} entries but {name} has {length}. Each token needs exactly one "
                    f"log-probability; give lists of equal length, or leave {texts} out."
                )
        return found

    def _field(self, shape: Shape, found: _Found, event: str, value: Any, document: bool) -> None:
        """A field that is neither an object nor a list."""
        name = self.path[-1]
        if name in shape.values:
            own = event, value if event == "null" else self.number(event, value)
            found.own = found.own if found.own and found.own[0] == "null" else own
        elif at := shape_at(self.path):
            if May.OTHER not in at.may and not (event == "null" and May.NULL in at.may):
                self._missing.append(f"{self.path_text()} is {described(event, value)}")
        elif document and event == "string" and name in ("name", "label"):
            found.name = printable(value)
        elif (name == "object" and str(value).endswith(".chunk")) or (
            name == "done" and value is False and "created_at" in found.fields  # Ollama
        ):
            raise UserError(
                f"{self.here()}: this is one piece of a streamed reply, so its log-probabilities are not the whole "
                "sequence. Ask for the reply without streaming and save the one JSON object."
            )

    # -- the entries of a sequence

    def _value(self, seq: _Sequence, event: str, value: Any, index: int, name: str = "") -> None:
        """The log-probability of an entry; a first one may be null."""
        if event == "null" and not index and May.FIRST_NULL in seq.shape.may:
            seq.first_is_null = True
            return
        self.path.append(name)
        seq.admit(self.number(event, value), self.here)
        self.path.pop()

    def _token(self, seq: _Sequence) -> None:
        """A token object, or vLLM's map of candidates."""
        values, index, seen = seq.shape.values, self.path[-1], False
        candidates: list[tuple[float, float | None]] = []
        names: list[str] = []
        self.path.append("")
        for _, name in iter(self.next, END_MAP):
            self.path[-1] = name
            event, value = self.next()
            if name in values and not seen:
                seen = True
                self._value(seq, event, value, index)
            elif event == "start_map" and name not in PASSED_OVER:
                self._candidate(values, candidates)
            elif event in OPENS:
                self.skip()
            if not seen and len(names) < _SHOWN:
                names.append(name)
        self.path.pop()
        if seen:
            return
        if not candidates:
            raise UserError(
                f"{self.here()}: this entry has no logprob (its fields: {', '.join(map(printable, names)) or 'none'}). "
                'Expected {"token": ..., "logprob": a number}.'
            )
        if len(candidates) > 1:
            self._check_order(seq, [rank for _, rank in candidates])
        seq.admit(candidates[0][0], self.here)

    def _candidate(self, values: frozenset[str], candidates: list[tuple[float, float | None]]) -> None:
        """Adds log-probability and rank of the object, if it has a log-probability."""
        logprob = rank = None
        self.path.append("")
        for _, name in iter(self.next, END_MAP):
            self.path[-1] = name
            event, value = self.next()
            if name in values:
                logprob = self.number(event, value)
            elif name == "rank" and event == "number":
                rank = value
            elif event in OPENS:
                self.skip()
        self.path.pop()
        if logprob is not None:
            candidates.append((logprob, rank))

    def _check_order(self, seq: _Sequence, ranks: list[float | None]) -> None:
        """The first candidate must be the token itself.

        vLLM writes the token, then the other most likely tokens by rank.  Some versions wrote all of them by rank;
        where rank 1 is always first, the two cannot be told apart.
        """
        seq.of_candidates = True
        known = [rank for rank in ranks if rank is not None]
        if len(known) == len(ranks):
            seq.not_by_rank |= known[0] != 1
            if known[1:] != sorted(known[1:]) or 1 not in known[:2]:
                raise UserError(
                    f"{self.here()}: the candidates are not in vLLM's order (the token itself, then the others by "
                    "rank), so the token itself cannot be told from its alternatives. Ask for prompt_logprobs=0, "
                    "which gives one each."
                )
