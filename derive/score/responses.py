"""JSON: the sequences of the shapes in :mod:`derive.score.shapes`, read as a stream.

One value, or several one after another, such as JSON lines.  Memory does not grow with the length of a sequence.
How an entry of a list gives its number is seen from the entry itself, but for pairs and triples, which look like
lists of lists.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from math import inf, log
from typing import Any

from derive.errors import UserError
from derive.score.checker import BATCH, Checker, Document, End, Item
from derive.score.events import END_MAP, EXPECTED, OPENS, Event, Events, described
from derive.score.lines import Lines
from derive.score.shapes import BESIDE, PASSED_OVER, WHOLE, May, Shape, shape_at
from derive.score.taken import Candidate, Tokens, chosen
from derive.score.wording import printable

_NUMBERS, _TOKENS, _SEVERAL, _OTHER = "numbers", "tokens", "lists or responses", "other values"
_ANY = Shape(("*",), May.OTHER, WHOLE.values)  # a list in a place of no shape
_SHOWN = 8  # field names in a message


def json_items(
    lines: Lines, tokens: list[Tokens] | None = None, nats: float = 1.0, *, pieces: bool = False
) -> Iterator[Item]:
    """The sequences of a JSON file.  Raises UserError for anything but log-probabilities.

    ``tokens``: which were taken in the sequences that list several candidates, in order.  They are taken off the list.
    ``nats``: in one unit of the logarithms of the file, to which probabilities in it are brought.  ``pieces``: these are pieces
    of a streamed reply, some of which have none.
    """
    return _Reader(lines, [] if tokens is None else tokens, nats, pieces).documents()


class _Found:
    """What a list or object held: whether there were sequences in it, and more.

    Objects: the event of their own log-probability; name and first fields; objects in them that may be candidates for one
    token.  Lists: how many entries, 0 for a list of lists or documents.  ``waiting``: sequences of which it is not known yet
    which tokens were taken.
    """

    __slots__ = ("candidates", "fields", "length", "name", "own", "sequences", "text", "waiting")

    def __init__(self) -> None:
        self.sequences, self.length = False, 0
        self.own: Event | None = None
        self.name = self.text = ""
        self.candidates: list[Candidate] = []
        self.waiting: list[_Sequence] = []
        self.fields: list[str] = []


_Reading = Generator[Item, None, _Found]


class _Sequence(Checker):
    """The list that is being read; ``kind`` is what its entries were so far; ``nested``: it is such an entry."""

    def __init__(self, shape: Shape, where: str, line: int, nested: bool = False) -> None:
        super().__init__()
        self.shape, self.where, self.line, self.nested = shape, where, line, nested
        self.sure = May.OTHER not in shape.may
        self.kind = ""
        self.name = next(iter(shape.values))  # of the field that had the latest log-probability
        self.probabilities = False
        self.waiting: list[list[Candidate]] = []  # positions from the first on that lists several
        self.positions = 0  # those before it

    def notes(self) -> Iterator[str]:
        if self.first_is_null:
            yield "the first token has no log-probability (null) and is not counted: the total is conditional on it"
        if self.shape.note and (self.probabilities or not self.shape.probabilities):
            yield self.shape.note


class _Reader(Events):
    """A recursive descent: each method reads what has just opened, to its end."""

    def __init__(self, lines: Lines, tokens: list[Tokens], nats: float, pieces: bool) -> None:
        super().__init__(lines)
        self._tokens, self._nats, self._pieces = tokens, nats, pieces
        self._missing: list[str] = []  # places that should have held a sequence, and what they held

    # -- the whole file

    def documents(self) -> Iterator[Item]:
        tokens: _Sequence | None = None  # objects of one token each, one after another, are one sequence
        while True:
            self.path.clear()
            self._missing.clear()
            while tokens is None and not self._pieces and (rows := self.rows()).rows:
                yield rows
            event, value = self.next()
            line = self.line
            if event == "start_map":
                found = yield from self._object(WHOLE, document=True)
                if self._pieces and len(found.candidates) == 1 and not found.sequences:
                    yield from self._single(found.candidates[0], line)
                    continue
                if found.own and not found.sequences:
                    tokens = tokens or _Sequence(WHOLE, "", line)
                    self._value(tokens, found.own, 1, "logprob")
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
                yield from self._settled(found, {})
            elif event != "start_map":
                raise self.wrong_type(event, value, "a list or an object")
            yield self._document(found)

    def _single(self, token: Candidate, line: int) -> Generator[Item, None, bool]:
        """A token by itself, in a piece of a reply."""
        seq = _Sequence(WHOLE, token.name, line)
        self.path.append(token.name)
        self._value(seq, token.event, 1, "logprob")
        return (yield from self._end(seq))

    def _document(self, found: _Found) -> Document:
        """The end of what is not one token.  Raises UserError when there was no sequence in it."""
        missing, self._missing = self._missing, []
        if found.sequences or self._pieces:
            return Document(found.name, tuple(f"not scored: {what}" for what in missing[:3] if " is null" in what))
        fields = ", ".join(map(printable, found.fields))
        missing += [f"{c.name}.logprob is one number, not a list of tokens" for c in found.candidates]
        why = "; ".join(missing[:3]) or (f"its fields are {fields}" if fields else "it is empty")
        asked = any(f" is {word}" in what for what in missing for word in ("null", "true", "false"))
        advice = "Ask the server for log-probabilities (logprobs: true), or give" if asked else "Give"
        raise UserError(f"{self.here()}: no token log-probabilities in this object: {why}. {advice} {EXPECTED}.")

    # -- lists

    def _list(self, shape: Shape, *, nested: bool = False) -> _Reading:
        """A list in a place of this shape: a sequence, or (unless ``nested``) a list of them."""
        self.deeper()
        seq = _Sequence(shape, self.path_text(), self.line, nested)
        found = _Found()
        self.path.append(0)
        while True:
            if seq.sure and not seq.waiting:
                self._numbers(seq)
            if len(seq.batch) >= BATCH:
                yield seq.take()
            event, value = self.next()
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
        length = self.path.pop()
        found.length = 0 if seq.kind == _SEVERAL else length
        if seq.waiting:
            if seq.batch:
                yield seq.take()
            found.waiting.append(seq)
            found.sequences = True
        elif seq.kind in (_NUMBERS, _TOKENS) or (seq.sure and not seq.kind):
            found.sequences = yield from self._end(seq)
        elif not seq.kind and shape is not _ANY:
            self._missing.append(f"{seq.where} is an empty list")
        return found

    def _numbers(self, seq: _Sequence) -> None:
        """Read on as long as plain log-probabilities come."""
        while seq.kind in ("", _NUMBERS) and not seq.positive and (values := self.numbers()):
            seq.kind = _NUMBERS
            seq.count += len(values)
            self.path[-1] += len(values)
            seq.batch += values

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
            self._value(seq, (event, value), index)
            self._rest()
            self.path.pop()
            return _TOKENS
        if event in OPENS:
            return None
        if event in ("number", "null"):
            self._value(seq, (event, value), self.path[-1])
            return seq.kind if event == "null" else _NUMBERS
        raise self.wrong_type(event, value, "an object with logprob" if seq.kind == _TOKENS else "a number")

    def _inner(self, seq: _Sequence, found: _Found, event: str, value: Any) -> Generator[Item, None, str]:
        """An entry that may hold sequences of its own: its kind."""
        shape = seq.shape
        if event == "start_map":
            inner = yield from self._object(shape, document=not shape.place)
            if inner.own and not inner.sequences and shape is not _ANY:
                self._value(seq, inner.own, self.path[-1], "logprob")
                return _TOKENS
            if inner.candidates and not inner.sequences and not shape.place:
                self._candidates(seq, inner.candidates)
                return _TOKENS
        elif seq.sure and seq.nested:
            raise self.wrong_type(event, value, "a number")
        else:
            inner = yield from self._list(shape if seq.sure else shape_at(self.path) or _ANY, nested=seq.sure)
        found.sequences |= inner.sequences
        found.waiting += inner.waiting
        if not shape.place:
            yield self._document(inner)
        return _SEVERAL if seq.sure else _OTHER

    def _end(self, seq: _Sequence) -> Generator[Item, None, bool]:
        """The end of a sequence; False if there is none, and need not be."""
        if not seq.count and (self._pieces or May.EMPTY in seq.shape.may):
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
        ids: dict[str, list[int]] = {}
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
            elif event == "start_array" and name in BESIDE:
                ids[name] = self._ids()
            elif event == "start_map":
                inner = yield from self._object(WHOLE)
                found.sequences |= inner.sequences
                if inner.own and inner.own[0] == "number" and not inner.sequences:
                    found.candidates.append(Candidate(name, inner.text, inner.own))
            else:
                at = shape_at(self.path)
                if at and name in lists and May.OTHER not in at.may:
                    raise UserError(
                        f"{self.here()}: {name} stands twice in this object, and only one of them can be meant. Remove the other."
                    )
                inner = yield from self._list(at or _ANY)
                found.sequences |= inner.sequences
                found.waiting += inner.waiting
                lists[name] = inner.length, at.texts if at else ""
        self.path.pop()
        yield from self._settled(found, ids)
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
            found.own = event, value
        elif name == "decoded_token" and event == "string":
            found.text = value
        elif at := shape_at(self.path):
            if May.OTHER not in at.may and not (event == "null" and May.NULL in at.may):
                self._missing.append(f"{self.path_text()} is {described(event, value)}")
        elif document and event == "string" and name in ("name", "label"):
            found.name = printable(value)
        elif not self._pieces and (
            (name == "object" and str(value).endswith(".chunk"))
            or (
                name == "done" and value is False and "created_at" in found.fields  # Ollama
            )
        ):
            raise UserError(
                f"{self.here()}: this is one piece of a streamed reply, so its log-probabilities are not the whole "
                "sequence. Save the whole stream, as it came or one piece a line, or ask for the reply without streaming."
            )

    # -- the entries of a sequence

    def _value(self, seq: _Sequence, own: Event, index: int, name: str = "") -> None:
        """The log-probability of an entry; a first one may be null."""
        if own[0] == "null" and not index and May.FIRST_NULL in seq.shape.may:
            seq.first_is_null = True
            return
        if seq.waiting:
            seq.waiting.append([Candidate("", "", own)])
            return
        if own[0] == "string" and May.TEXT in seq.shape.may:
            own = _numeral(own)
        self.path.append(name)
        seq.admit(self.number(*own), self.here)
        self.path.pop()

    def _probability(self, seq: _Sequence, own: Event, name: str) -> None:
        """The probability of an entry.  Raises UserError when it is none, or 0."""
        self.path.append(name)
        value = self.number(*own)
        if not 0.0 <= value <= 1.0:
            raise UserError(f"{self.here()}: {value:.6g} is no probability, which is from 0 to 1.")
        seq.probabilities = True
        seq.admit(log(value) / self._nats if value else -inf, self.here)
        self.path.pop()

    def _rest(self) -> None:
        """Pass over what is left of a pair or triple."""
        while (event := self.next()[0]) != "end_array":
            if event in OPENS:
                self.skip()

    def _token(self, seq: _Sequence) -> None:
        """A token object, or vLLM's map of candidates."""
        if not seq.waiting and not seq.positive and self._plain_token(seq):
            return
        shape, index = seq.shape, self.path[-1]
        own: tuple[str, Event] | None = None
        linear: tuple[str, Event] | None = None
        candidates: list[Candidate] = []
        content, parts = "", 0
        names: list[str] = []
        self.path.append("")
        for _, name in iter(self.next, END_MAP):
            self.path[-1] = name
            event, value = self.next()
            if len(names) < _SHOWN:
                names.append(name)
            if name in shape.values:
                own = name, (event, value)
                if event in OPENS:
                    raise self.wrong_type(event, value, "a number")
            elif name in shape.parts and event not in OPENS:
                raise self.wrong_type(event, value, "a list of numbers")
            elif name in shape.parts and event == "start_array":
                parts += self._parts(seq)
            elif name in shape.probabilities and event == "start_array":
                candidates += self._tops()
            elif name in shape.probabilities and event not in OPENS:
                linear = name, (event, value)
            elif name == "content" and event == "string":
                content = value
            elif event == "start_map" and name not in PASSED_OVER:
                candidates += self._candidate(shape.values, name)
            elif event in OPENS:
                self.skip()
        self.path.pop()
        if own is not None:
            self._value(seq, own[1], index, own[0])
        elif linear is not None:
            self._probability(seq, linear[1], linear[0])
        elif shape.probabilities and candidates:
            self._probability(seq, chosen(candidates, content, self.here()).event, "probs")
        elif candidates:
            self._candidates(seq, candidates)
        elif not parts:
            raise UserError(
                f"{self.here()}: this entry has no logprob (its fields: {', '.join(map(printable, names)) or 'none'}). "
                'Expected {"token": ..., "logprob": a number}.'
            )

    def _plain_token(self, seq: _Sequence) -> bool:
        """Count the token object that has just opened, if it lies whole in the piece that was read and is one beyond doubt."""
        place = self.place()
        entry = self.whole()
        if entry is None:
            return False
        value = entry.get(seq.name)
        if value.__class__ is not float:
            seq.name = next((name for name in seq.shape.values if name in entry), seq.name)
            value = entry.get(seq.name)
        if value.__class__ is float and -inf < value <= 0.0 and len(seq.shape.values & entry.keys()) == 1:
            seq.batch.append(value)
            seq.count += 1
            return True
        self.back(place)
        return False

    def _parts(self, seq: _Sequence) -> int:
        """The log-probabilities in a list inside an entry; how many there are."""
        self.path.append(0)
        while (event := self.next())[0] != "end_array":
            self._value(seq, event, seq.count + self.path[-1])
            self.path[-1] += 1
        return int(self.path.pop())

    def _tops(self) -> Iterator[Candidate]:
        """The tokens in a list of llama.cpp's, with their probabilities."""
        for event, _ in iter(self.next, ("end_array", None)):
            text, own = "", None
            if event != "start_map":
                if event in OPENS:
                    self.skip()
                continue
            for _, name in iter(self.next, END_MAP):
                now = self.next()
                if now[0] in OPENS:
                    self.skip()
                elif name == "tok_str" and now[0] == "string":
                    text = now[1]
                elif name == "prob":
                    own = now
            if own is not None:
                yield Candidate(text, text, own)

    def _candidate(self, values: frozenset[str], key: str) -> Iterator[Candidate]:
        """The object that has just opened, if it has a log-probability."""
        own, text = None, ""
        for _, name in iter(self.next, END_MAP):
            event, value = self.next()
            if event in OPENS:
                self.skip()
            elif name in values:
                own = event, value
            elif name == "decoded_token" and event == "string":
                text = value
        if own is not None:
            yield Candidate(key, text, own)

    # -- which token was taken

    def _candidates(self, seq: _Sequence, candidates: list[Candidate]) -> None:
        """A position that lists tokens; where there are several, it must be known which was taken."""
        if len(candidates) == 1:
            self._value(seq, candidates[0].event, -1, candidates[0].name)
            return
        if not seq.waiting:
            seq.positions = self.path[-1]
        seq.waiting.append(candidates)

    def _ids(self) -> list[int]:
        """The token ids in the list that has just opened; empty where it is of anything else."""
        values = self.whole()
        if values is None:
            values = []
            for event, value in iter(self.next, ("end_array", None)):
                values.append(value if event == "number" else None)
                if event in OPENS:
                    self.skip()
        known = all(v.__class__ is float and v.is_integer() for v in values)
        return list(map(int, values)) if known else []

    def _settled(self, found: _Found, ids: dict[str, list[int]]) -> Generator[Item, None, None]:
        """The sequences that were waiting for what stands beside them."""
        waiting, found.waiting = found.waiting, []
        for seq in waiting:
            beside = ids.get(seq.shape.ids) if len(waiting) == 1 else None
            yield from self._taken(seq, beside)

    def _taken(self, seq: _Sequence, beside: list[int] | None) -> Generator[Item, None, None]:
        """A sequence some of whose positions list several tokens."""
        where = f"{self.lines.source}, line {seq.line}" + (f", at {seq.where}" if seq.where else "")
        tokens: Tokens | None = beside or (self._tokens.pop(0) if self._tokens else None)
        if tokens is None:
            field = f" (in {seq.shape.ids}, beside the list)" if seq.shape.ids else ""
            raise UserError(
                f"{where}[{seq.positions}]: {len(seq.waiting[0])} candidates are listed, and nothing says which of them was taken: a "
                f"JSON object has no order, and the most likely need not be the one. Give the ids of the tokens{field}, or a file "
                "with them, --tokens FILE; or ask the server for the token's own log-probability only, such as prompt_logprobs=0."
            )
        length = seq.positions + len(seq.waiting)
        before = length - len(tokens)
        if before not in ((0, 1) if seq.first_is_null else (0,)):
            raise UserError(
                f"{where}: there are {length} positions and {len(tokens)} tokens taken. Give one token for each position"
                + (", or for each but the first, which is null." if seq.first_is_null else ".")
            )
        path, self.path = self.path, [seq.where] if seq.where else []
        self.path.append(0)
        for i, candidates in enumerate(seq.waiting, seq.positions):
            self.path[-1] = i
            several = len(candidates) > 1
            one = chosen(candidates, tokens[i - before], self.here()) if several else candidates[0]
            self.path.append(one.name)
            seq.admit(self.number(*one.event), self.here)
            self.path.pop()
        self.path = path
        seq.waiting.clear()
        yield from self._end(seq)


def _numeral(own: Event) -> Event:
    """The number that a string is, where it is one."""
    try:
        return "number", float(own[1])
    except ValueError:
        return own
