"""The worked example: a derivation with numbers put in, line by line, each line evaluated exactly.

The numbers come from TOML or JSON.  Names are those of the theorem's letters:

    V, T, y, eps, ...   a number; T and V are read off the lists when they are left out
    y                   a token, or the list of tokens y_1, ..., y_T; tokens are numbers from 1 on, or words
    p, q, z             a list over the vocabulary, or a list of such lists, one for each position
    log_p               the same as logarithms; for a sequence also a plain list: the log-probability of each true token
    vocabulary          the words, when tokens are words

Numbers are exact: 0.1 is 1/10, and "1/3" may be written as a string.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from derive.errors import UserError
from derive.falsify import Model, TooBig, Undecided, Undefined, approx, evaluate, substitute_model
from derive.falsify.numbers.exact import Exact, exp
from derive.kernel.sorts import FAMILY, INT, PROP, REAL, Base, Fn
from derive.kernel.terms import Term, Var
from derive.record import Block, Derivation, Line
from derive.record.relations import RELATIONS, sign_of
from derive.render.formula.notation import Notation
from derive.render.pens.latex import term_latex
from derive.render.pens.text import conditions_text, term_text

MOST = 200  # a written-out sum with more terms helps nobody
SEQUENCE = Fn(INT, FAMILY)
TOKENS = Fn(INT, INT)


@dataclass(frozen=True, slots=True)
class WorkedLine:
    """A line with its numbers: the formula, the numbers put in (None when that is too long), the value, and
    whether it agrees."""

    relation: str
    term: Term
    numbers: Term | None
    value: Any
    agrees: bool
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class WorkedBlock:
    title: str
    lines: tuple[WorkedLine, ...]


@dataclass(frozen=True, slots=True)
class Worked:
    derivation: Derivation
    model: Model
    blocks: tuple[WorkedBlock, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def wrong(self) -> list[WorkedLine]:
        return [w for b in self.blocks for w in b.lines if not w.agrees]


# --- reading ---------------------------------------------------------------------------------------------------------


def read_numbers(path: str) -> dict[str, Any]:
    """The table of names in a TOML or JSON file (``-``: standard input, either).  Numbers become exact; nothing is
    evaluated."""
    try:
        raw = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except FileNotFoundError:
        raise UserError(
            f"{path}: there is no such file; write one with the numbers, such as V = 2, y = 1, p = [0.5, 0.5]"
        ) from None
    except IsADirectoryError:
        raise UserError(f"{path} is a directory; name a TOML or JSON file") from None
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{path} is not a text file in UTF-8") from None
    is_json = path.endswith(".json") or (path == "-" and text.lstrip().startswith("{"))
    try:
        data = _json(text, path) if is_json else _toml(text, path)
    except RecursionError:
        raise UserError(f"{path}: lists are nested too deeply; a family of distributions is a list of lists") from None
    if not isinstance(data, dict):
        raise UserError(f'{path}: the top must be a table of names, such as {{"V": 2, "y": 1, "p": [0.5, 0.5]}}')
    return data


def _json(text: str, path: str) -> Any:
    def refuse(name: str) -> Any:
        raise UserError(f"{path}: {name} is not a number that can be calculated with")

    try:
        return json.loads(
            text, parse_float=_exact, parse_int=_whole, parse_constant=refuse, object_pairs_hook=_no_repeats
        )
    except json.JSONDecodeError as error:
        raise UserError(f"{path}:{error.lineno}: this is not JSON: {error.msg}") from None


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, value in pairs:
        if name in out:
            raise UserError(f"{name} is given twice; keep one")
        out[name] = value
    return out


def _toml(text: str, path: str) -> Any:
    import tomllib

    try:
        return tomllib.loads(text, parse_float=_exact)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path}: this is not TOML: {error}") from None
    except ValueError as error:
        raise UserError(f"{path}: {error}") from None


def _whole(text: str) -> int:
    if len(text) > 400:
        raise UserError(f"a number with {len(text)} digits is too long")
    return int(text)


def _exact(text: str) -> Fraction:
    lowered = text.lower().strip("+-")
    if lowered in ("nan", "inf", "infinity"):
        raise UserError(f"{text} is not a number that can be calculated with; give a finite number")
    _, _, exponent = lowered.partition("e")
    if len(text) > 400 or (exponent and abs(int(exponent)) > 400):
        raise UserError(f"the number {text[:40]} is too large, too small or too long to be worked out exactly")
    return Fraction(text)


# --- from names to a model -------------------------------------------------------------------------------------------


class _Numbers:
    def __init__(self, derivation: Derivation, data: Mapping[str, Any]) -> None:
        self.data = dict(data)
        self.name = derivation.name
        self.notes: list[str] = []
        self.used: set[str] = set()
        free: set[Var] = set(derivation.claim.free)
        for g in derivation.given:
            free |= g.free
        self.variables = {v.name: v for v in sorted(free, key=lambda v: v.name)}
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
                values[v] = self._number(self._need(v), v.name)
            else:
                raise UserError(
                    f"{self.name} speaks of {v.name}, a function of {v.sort}; 'derive work' puts in numbers, lists and lists of lists. "
                    "Work out the theorem about one model that it rests on instead"
                )
        unknown = [n for n in self.data if n not in self.used]
        if unknown:
            raise UserError(f"{self.name} has no {unknown[0]}; its letters are {', '.join(self._letters())}")
        return Model(values, sizes)

    def _letters(self) -> list[str]:
        return list(self.variables)

    def _need(self, v: Var) -> Any:
        if v.name not in self.data:
            raise UserError(f"{v.name} is missing: {self.name} needs numbers for {', '.join(self._letters())}")
        self.used.add(v.name)
        return self.data[v.name]

    def _number(self, value: Any, where: str) -> Fraction:
        if isinstance(value, bool) or not isinstance(value, (int, Fraction, str)):
            raise UserError(f"{where} must be a number, not {_kind(value)}")
        if isinstance(value, str):
            try:
                if len(value) > 200:
                    raise ValueError
                return Fraction(value)
            except (ValueError, ZeroDivisionError):
                raise UserError(f'{where} must be a number or a fraction such as "1/3", not {value[:40]!r}') from None
        return Fraction(value)

    def _list(self, value: Any, where: str) -> list[Any]:
        if not isinstance(value, list):
            raise UserError(f"{where} must be a list, not {_kind(value)}")
        if not value:
            raise UserError(f"{where} is empty; give at least one number")
        if len(value) > MOST:
            raise UserError(
                f"{where} has {len(value)} entries; a worked example writes every term out, so it takes at most {MOST}. "
                "'derive score' adds up long sequences"
            )
        return value

    def _integer(self, v: Var) -> int:
        if v.name in self.data:
            value = self._need(v)
            if v.name in ("y", "j", "k") and isinstance(value, str):
                return self._token(value, v.name)
            n = self._number(value, v.name)
            if n.denominator != 1:
                raise UserError(f"{v.name} must be a whole number, not {n}")
            if abs(n) > 10**6:
                raise UserError(f"{v.name} = {n} is too large for a worked example, which writes every term out")
            return int(n)
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
        return int(self._need(v))

    def _vocabulary_size(self) -> int | None:
        if "V" in self.data:
            return int(self._number(self.data["V"], "V"))
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
            if value not in self.words:
                raise UserError(f"{where} is the word {value!r}, which is not in the vocabulary")
            return self.words.index(value) + 1
        n = self._number(value, where)
        if n.denominator != 1:
            raise UserError(f"{where} must be a token, a whole number from 1 on, not {n}")
        return int(n)

    def _tokens(self, v: Var) -> list[int]:
        return [self._token(t, f"{v.name}[{i}]") for i, t in enumerate(self._list(self._need(v), v.name), 1)]

    def _family(self, v: Var) -> Any:
        if v.name == "Pr" and "Pr" not in self.data:
            return self._prefixes()
        if v.name not in self.data and f"log_{v.name}" in self.data:
            self.used.add(f"log_{v.name}")
            return self._from_logs(v, self.data[f"log_{v.name}"], f"log_{v.name}")
        rows = self._list(self._need(v), v.name)
        if v.sort == FAMILY:
            return {i + (v.name != "Pr"): x for i, x in enumerate(self._row(rows, v.name))}
        return {
            t: dict(enumerate(self._row(self._list(r, f"{v.name}[{t}]"), f"{v.name}[{t}]"), 1))
            for t, r in enumerate(rows, 1)
        }

    def _row(self, row: list[Any], where: str) -> list[Fraction]:
        numbers = [self._number(x, f"{where}[{i}]") for i, x in enumerate(row, 1)]
        if where[0] in "pqu":
            for i, x in enumerate(numbers, 1):
                if x < 0:
                    raise UserError(f"{where}[{i}] is {_short(x)}, and a probability is not negative")
            if sum(numbers) != 1:
                raise UserError(
                    f"{where} sums to {_short(sum(numbers, Fraction(0)))}, not to 1; a distribution over tokens sums to 1 exactly. "
                    'Write fractions as strings, such as "1/3", where decimals do not add up'
                )
        return numbers

    def _log(self, value: Any, where: str) -> Exact:
        x = self._number(value, where)
        if x > 0:
            raise UserError(
                f"{where} is {_short(x)}, and a log-probability is at most 0; is it a probability? Then name the list p"
            )
        return exp(Exact.of(x))

    def _from_logs(self, v: Var, value: Any, where: str) -> Any:
        rows = self._list(value, where)
        if isinstance(rows[0], list):
            return {
                t: {k: self._log(x, f"{where}[{t}][{k}]") for k, x in enumerate(self._list(r, f"{where}[{t}]"), 1)}
                for t, r in enumerate(rows, 1)
            }
        logs = [self._log(x, f"{where}[{t}]") for t, x in enumerate(rows, 1)]
        if v.sort == FAMILY:
            return dict(enumerate(logs, 1))
        tokens = [self._token(t, f"y[{i}]") for i, t in enumerate(self._list(self.data.get("y", []), "y"), 1)]
        if len(tokens) != len(logs):
            raise UserError(
                f"{where} has {len(logs)} numbers and y has {len(tokens)} tokens; one log-probability belongs to each token"
            )
        size = self._vocabulary_size() or max(tokens) + 1
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
                steps = self._list(self.data[key], key)
                factors = [
                    self._log(x, f"{key}[{t}]") if key == "log_p" else Exact.of(self._number(x, f"{key}[{t}]"))
                    for t, x in enumerate(steps, 1)
                ]
                out: dict[int, Any] = {0: Exact.of(1)}
                for t, factor in enumerate(factors, 1):
                    out[t] = out[t - 1] * factor
                if "y" in self.data:
                    self.used.add("y")
                return out
        raise UserError(f"{self.name} needs the conditional probabilities of the tokens: p = [...], or log_p = [...]")


def _kind(value: Any) -> str:
    names = {bool: "true or false", str: "text", list: "a list", dict: "a table", type(None): "null"}
    return names.get(type(value), type(value).__name__)


def _short(x: Fraction) -> str:
    text = str(x)
    return text if len(text) <= 24 else f"{float(x):.6g}"


# --- working it out --------------------------------------------------------------------------------------------------


def work_out(derivation: Derivation, data: Mapping[str, Any]) -> Worked:
    """Every line of the derivation at the given numbers.  Raises UserError when they do not fit the theorem's
    conditions."""
    numbers = _Numbers(derivation, data)
    model = numbers.model()
    for g in derivation.given:
        shown = "; ".join(conditions_text([g]))
        try:
            holds = evaluate(g, model)
        except (Undefined, Undecided) as error:
            raise UserError(
                f"the condition {shown} of {derivation.name} cannot be settled with these numbers: {error}"
            ) from None
        except TooBig:
            raise UserError(f"the condition {shown} has too many cases to be worked out; use smaller numbers") from None
        if holds is not True:
            raise UserError(f"these numbers break a condition of {derivation.name}: {shown}")
    blocks = [_block(b, model) for b in derivation.blocks if _closed(b, model, derivation)]
    if not blocks:  # an induction: the claim itself, at these numbers
        blocks = [_claim(derivation, model)]
    return Worked(derivation, model, tuple(blocks), tuple(numbers.notes))


def _closed(block: Block, model: Model, derivation: Derivation) -> bool:
    """Whether a block speaks only of the theorem's own letters, and of no index of an induction."""
    if block.assumes or "case" in block.title.lower():
        return False
    known = (
        set(derivation.claim.free).union(*(g.free for g in derivation.given))
        if derivation.given
        else set(derivation.claim.free)
    )
    return all(t.free <= known for t in (block.start, *(line.term for line in block.lines)))


def _claim(derivation: Derivation, model: Model) -> WorkedBlock:
    claim = derivation.claim
    left, right = claim.args[0], claim.args[1]  # type: ignore[attr-defined]
    return WorkedBlock("", (_line("", left, left, model, None), _line("=", left, right, model, None)))


def _block(block: Block, model: Model) -> WorkedBlock:
    lines: list[WorkedLine] = []
    if block.lines and block.lines[0].relation:
        lines.append(_line("", block.start, block.start, model, None))
    before = block.start
    for line in block.lines:
        lines.append(_line(line.relation, before, line.term, model, line))
        before = line.term
    return WorkedBlock(block.title, tuple(lines))


def _line(relation: str, before: Term, after: Term, model: Model, line: Line | None) -> WorkedLine:
    try:
        value = evaluate(after, model)
        if relation:
            agrees = evaluate(RELATIONS[relation].statement(before, after), model) is True
        else:  # a fact on the way must hold; where a chain starts there is nothing to agree with
            agrees = line is None or after.sort != PROP or value is True
    except (Undefined, Undecided) as error:
        raise UserError(f"a line cannot be evaluated at these numbers: {term_text(after)}: {error}") from None
    except TooBig:
        raise UserError(f"{term_text(after)} has too many terms to be worked out; use smaller numbers") from None
    try:
        numbers: Term | None = substitute_model(after, model, unfold=True) if after.sort != PROP else None
    except (TooBig, Undecided, Undefined):
        numbers = None
    return WorkedLine(relation, after, numbers, value, agrees, line)


# --- printing --------------------------------------------------------------------------------------------------------


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, Fraction, Exact)) and not isinstance(value, bool)


def value_text(value: Any) -> str:
    """The value: exact when that is short, and rounded."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not _is_number(value):
        return str(value)
    exact, rounded = str(value).replace("-", "−"), approx(value).replace("-", "−")
    if exact == rounded:
        return exact
    return f"{exact} ≈ {rounded}" if len(exact) <= 48 else f"≈ {rounded}"


def worked_text(worked: Worked, notation: Notation | None = None) -> str:
    """The worked example as text: each line's formula and reason, under it its numbers and its value."""
    d = worked.derivation
    out = [d.name, f"  {d.summary}", ""]
    for i, (name, value) in enumerate(worked.model.assignments()):
        out.append(f"  {'with ' if i == 0 else '     '}  {name} = {value}")
    conditions = conditions_text(d.given, notation)
    for i, c in enumerate(conditions):
        out.append(f"  {'given' if i == 0 else '     '}  {c}  ✓")
    out += [f"  note   {note}" for note in worked.notes]
    for block in worked.blocks:
        out.append("")
        if block.title:
            out.append(f"  {block.title}")
        for w in block.lines:
            sign = sign_of(w.relation)
            reason = _reason(w.line)
            out.append(
                "  "
                + (f"  {sign} " if sign else "")
                + term_text(w.term, notation)
                + (f"      [{reason}]" if reason else "")
            )
            if w.numbers is not None and w.numbers != w.term and term_text(w.numbers) != value_text(w.value):
                out.append(f"          {term_text(w.numbers, notation)}")
            out.append(
                f"          {value_text(w.value)}" + ("" if w.agrees else "      ✗ does not agree with the line before")
            )
    out.append("")
    if worked.wrong:
        out.append(f"  {len(worked.wrong)} line(s) do not agree")
    elif any(_is_number(w.value) for b in worked.blocks for w in b.lines):
        out.append("  every line has the value that it should, exactly")
    else:
        out.append("  every line holds")
    return "\n".join(out) + "\n"


def _reason(line: Line | None) -> str:
    if line is None:
        return ""
    from derive.render.words.prose import line_words

    return line_words(line).replace("$", "")


def worked_latex(worked: Worked, notation: Notation | None = None) -> str:
    """The worked example in LaTeX (amsmath): a row for each formula, and one for its numbers and value."""
    from derive.render.pens.latex import escape, relation_latex

    d = worked.derivation
    given = ", ".join(f"{escape(name)} = {_model_latex(value)}" for name, value in worked.model.assignments())
    out = [f"\\noindent\\textbf{{Worked example}} (\\texttt{{{escape(d.name)}}}). With ${given}$:"]
    for block in worked.blocks:
        rows: list[str] = []
        for w in block.lines:
            relation = relation_latex(w.relation)
            rows.append(
                f"  &{relation} {term_latex(w.term, notation)}" if relation else f"  & {term_latex(w.term, notation)}"
            )
            if _is_number(w.value):
                shown = "" if w.numbers is None else f"{term_latex(w.numbers, notation)} "
                rounded = approx(w.value)
                mark = "=" if isinstance(w.value, (int, Fraction)) and str(w.value) == rounded else "\\approx"
                rows.append(f"  &\\qquad \\Bigl[\\,{shown}{mark} {rounded}\\,\\Bigr]")
        out.append("\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}")
    return "\n".join(out) + "\n"


def _model_latex(value: str) -> str:
    from derive.render.pens.latex import escape

    plain = value.replace("*", " ")
    return plain if all(c.isalnum() or c in "()/,.+-= " for c in plain) else f"\\text{{{escape(plain)}}}"
