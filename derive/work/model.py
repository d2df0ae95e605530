"""From the names in a file to a model: which letter of the theorem is which number, list or family."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from derive.errors import UserError
from derive.falsify import Model
from derive.falsify.numbers.exact import Exact, exp
from derive.falsify.search.found import shown
from derive.kernel.sorts import FAMILY, INT, REAL, Base, Fn
from derive.kernel.terms import Var
from derive.record import Derivation
from derive.work.numbers import listed, number

SEQUENCE = Fn(INT, FAMILY)
TOKENS = Fn(INT, INT)
OVER_TOKENS = ("p", "q", "z")
SHORT = 24  # characters of a number in a message
ENTRIES = 10_000  # numbers in all the distributions of a worked example; more take minutes


def letters(derivation: Derivation) -> frozenset[Var]:
    """The free variables of what is claimed and given."""
    return derivation.claim.free.union(*(g.free for g in derivation.given))


class Numbers:
    """The names in a file, beside the letters of a theorem.  ``notes`` says what was filled in, ``doubts`` which lists are no
    distributions: an error where the theorem asks for distributions."""

    def __init__(self, derivation: Derivation, data: Mapping[str, Any]) -> None:
        self.data = dict(data)
        self.name = derivation.name
        self.notes: list[str] = []
        self.doubts: list[str] = []
        self.used: set[str] = set()
        self.variables = {v.name: v for v in sorted(letters(derivation), key=lambda v: v.name)}
        self.words = self._vocabulary()

    def _vocabulary(self) -> list[str]:
        words = self.data.get("vocabulary")
        if words is None:
            tokens = self.data.get("y")
            listed = tokens if isinstance(tokens, list) else [tokens]
            return list(dict.fromkeys(t for t in listed if isinstance(t, str)))
        self.used.add("vocabulary")
        if not (isinstance(words, list) and words and all(isinstance(w, str) for w in words)):
            raise UserError('vocabulary must be a list of words, such as ["deep", "learning"]')
        if len(set(words)) != len(words):
            raise UserError("vocabulary repeats a word; every token has one place in it")
        return list(words)

    def model(self) -> Model:
        sizes: dict[Base, int] = {}
        values: dict[Var, Any] = {}
        for v in self.variables.values():
            if v.sort == SEQUENCE or v.sort == FAMILY:
                values[v] = self._family(v)
        for v in self.variables.values():
            if v in values:
                continue
            if v.sort == TOKENS:
                values[v] = self._tokens(v)
            elif v.sort == INT:
                values[v] = self._integer(v)
            elif v.sort == REAL:
                values[v] = number(self._need(v), v.name)
            else:
                raise UserError(
                    f"{self.name} speaks of {v.name}, a function of {v.sort}; 'derive work' puts in numbers, lists and lists of lists. "
                    "Work out the theorem about one model that it rests on instead"
                )
        unknown = [n for n in self.data if n not in self.used]
        if unknown:
            raise UserError(f"{self.name} has no {unknown[0]}; its letters are {', '.join(self._letters())}")
        self._as_long_as_the_vocabulary(values)
        return Model(values, sizes)

    def _as_long_as_the_vocabulary(self, values: Mapping[Var, Any]) -> None:
        """Raises UserError when a list over the tokens has fewer or more entries than there are tokens."""
        size = next((n for v, n in values.items() if v.name == "V"), None)
        for v, value in values.items():
            if size is None or v.name not in OVER_TOKENS or v.sort not in (FAMILY, SEQUENCE):
                continue
            if v.sort == FAMILY and "T" in self.variables:  # it may have an entry for each position
                continue
            rows = {v.name: value} if v.sort == FAMILY else {f"{v.name}[{t}]": row for t, row in value.items()}
            for where, row in rows.items():
                if len(row) != size:
                    entries = "entry" if len(row) == 1 else "entries"
                    raise UserError(
                        f"{where} has {len(row)} {entries}, and V is {size}: one entry belongs to each token"
                    )

    def _letters(self) -> list[str]:
        return list(self.variables)

    def _need(self, v: Var) -> Any:
        if v.name not in self.data:
            raise UserError(f"{v.name} is missing: {self.name} needs numbers for {', '.join(self._letters())}")
        self.used.add(v.name)
        return self.data[v.name]

    def _integer(self, v: Var) -> int:
        if v.name in self.data:
            value = self._need(v)
            if v.name in ("y", "j", "k") and isinstance(value, str):
                return self._token(value, v.name)
            n = number(value, v.name)
            if n.denominator != 1:
                raise UserError(f"{v.name} must be a whole number, not {shown(n, SHORT)}")
            return _small(int(n), v.name)
        if v.name == "T":
            if isinstance(self.data.get("Pr"), list):
                return len(self.data["Pr"]) - 1  # Pr(0) comes first
            for key in ("y", "log_p", "p", "z"):
                if isinstance(self.data.get(key), list):
                    return len(self.data[key])
        if v.name == "V":
            size = self._vocabulary_size()
            if size:
                return size
        return int(self._need(v))  # which is missing

    def _vocabulary_size(self) -> int | None:
        if "V" in self.data:
            return _small(int(number(self.data["V"], "V")), "V")
        for key in ("p", "q", "z", "log_p", "log_q"):
            value = self.data.get(key)
            if isinstance(value, list) and value:
                inner = value[0]
                if isinstance(inner, list):
                    return len(inner)
                if self.variables.get(key.removeprefix("log_"), Var("", INT)).sort == FAMILY:
                    return len(value)
        tokens = self.data.get("y")
        if (
            isinstance(tokens, list) and "log_p" in self.data
        ):  # only the true tokens are known: one more stands for the rest
            return max(len(self.words), *(t for t in [0, *tokens] if isinstance(t, int))) + 1
        return len(self.words) or None

    def _token(self, value: Any, where: str) -> int:
        if isinstance(value, str):
            over = next((key for key in ("p", "q", "z", "log_q") if key in self.data), "")
            if over and "vocabulary" not in self.data:
                raise UserError(
                    f"{where} is the word {shown(value, SHORT)}, and nothing says which entry of {over} is that of it; list the words in the "
                    f'order of {over}: vocabulary = ["no", "yes"], or write the number of the token'
                )
            if value not in self.words:
                raise UserError(f"{where} is the word {value!r}, which is not in the vocabulary")
            return self.words.index(value) + 1
        n = number(value, where)
        if n.denominator != 1:
            raise UserError(f"{where} must be a token, a whole number from 1 on, not {shown(n, SHORT)}")
        return _small(int(n), where, "number the tokens from 1 on as they occur, or give them as words")

    def _tokens(self, v: Var) -> list[int]:
        return [self._token(t, f"{v.name}[{i}]") for i, t in enumerate(listed(self._need(v), v.name), 1)]

    def _family(self, v: Var) -> Any:
        if v.name == "Pr" and "Pr" not in self.data:
            return self._prefixes()
        if v.name not in self.data and f"log_{v.name}" in self.data:
            self.used.add(f"log_{v.name}")
            return self._from_logs(v, self.data[f"log_{v.name}"], f"log_{v.name}")
        rows = listed(self._need(v), v.name)
        if v.sort == FAMILY:
            return {i + (v.name != "Pr"): x for i, x in enumerate(self._row(rows, v.name))}
        _few(sum(len(r) for r in rows if isinstance(r, list)), v.name)
        return {
            t: dict(enumerate(self._row(listed(r, f"{v.name}[{t}]"), f"{v.name}[{t}]"), 1))
            for t, r in enumerate(rows, 1)
        }

    def _row(self, row: list[Any], where: str) -> list[Fraction]:
        numbers = [number(x, f"{where}[{i}]") for i, x in enumerate(row, 1)]
        if where[0] in "pqu":
            for i, x in enumerate(numbers, 1):
                if x < 0:
                    raise UserError(f"{where}[{i}] is {shown(x, SHORT)}, and a probability is not negative")
            if sum(numbers) != 1:
                self.doubts.append(f"{where} sums to {shown(sum(numbers, Fraction(0)), SHORT)}, not to 1")
        return numbers

    def _log(self, value: Any, where: str) -> Exact:
        x = number(value, where)
        if x > 0:
            raise UserError(
                f"{where} is {shown(x, SHORT)}, and a log-probability is at most 0; is it a probability? Then name the list p"
            )
        return exp(Exact.of(x))

    def _from_logs(self, v: Var, value: Any, where: str) -> Any:
        rows = listed(value, where)
        if isinstance(rows[0], list):
            _few(sum(len(r) for r in rows if isinstance(r, list)), where)
            return {
                t: {k: self._log(x, f"{where}[{t}][{k}]") for k, x in enumerate(listed(r, f"{where}[{t}]"), 1)}
                for t, r in enumerate(rows, 1)
            }
        logs = [self._log(x, f"{where}[{t}]") for t, x in enumerate(rows, 1)]
        if v.sort == FAMILY:
            return dict(enumerate(logs, 1))
        tokens = [self._token(t, f"y[{i}]") for i, t in enumerate(listed(self.data.get("y", []), "y"), 1)]
        if len(tokens) != len(logs):
            raise UserError(
                f"{where} has {len(logs)} numbers and y has {len(tokens)} tokens; one log-probability belongs to each token"
            )
        size = self._vocabulary_size() or max(tokens) + 1
        _few(size * len(tokens), where)
        if size > max(len(self.words), *tokens):
            self.notes.append(
                "only the true tokens' probabilities are given; the rest of each distribution is shared by the other tokens"
            )
        out: dict[int, dict[int, Any]] = {}
        for t, (token, chance) in enumerate(zip(tokens, logs, strict=True), 1):
            others = [k for k in range(1, size + 1) if k != token]
            share = (1 - chance) / len(others) if others else None
            out[t] = {token: chance, **dict.fromkeys(others, share)}
        return out

    def _prefixes(self) -> dict[int, Any]:
        """Pr(t) from the conditional probabilities, or their logarithms."""
        for key in ("p", "log_p"):
            if key in self.data:
                self.used.add(key)
                steps = listed(self.data[key], key)
                factors = [
                    self._log(x, f"{key}[{t}]") if key == "log_p" else Exact.of(number(x, f"{key}[{t}]"))
                    for t, x in enumerate(steps, 1)
                ]
                out: dict[int, Any] = {0: Exact.of(1)}
                for t, factor in enumerate(factors, 1):
                    out[t] = out[t - 1] * factor
                if "y" in self.data:
                    self.used.add("y")
                return out
        raise UserError(f"{self.name} needs the conditional probabilities of the tokens: p = [...], or log_p = [...]")


def _small(n: int, where: str, instead: str = "") -> int:
    if abs(n) > ENTRIES:
        raise UserError(
            f"{where} = {shown(n, SHORT)} is too large for a worked example, which writes every term out; "
            f"{instead or f'give at most {ENTRIES}'}"
        )
    return n


def _few(entries: int, where: str) -> None:
    if entries > ENTRIES:
        raise UserError(
            f"{where} has {entries} probabilities; a worked example calculates with every one of them, so it takes at most "
            f"{ENTRIES}. Give fewer positions or a smaller vocabulary"
        )
