"""What a program is given: named inputs with shapes, as symbols with their conditions, and as numbers to run the program on.

    logits=B,T,V    labels=B,T    n=    weight=V    target=T,V:distribution    mask=B,T:mask    pi_w=B:logp:policy_chosen_logps

A dimension is a letter, a size that may be any number from 1 on, or a number.  Behind the kind stands the role in a loss, where the
name does not tell it (``derive.audit.losses.ROLE``).  The kind is told by the name, or by the role, where none is written:

    real            any numbers
    label           tokens, or the ignored value where there is one; the program counts tokens from 0, a formula from 1
    distribution    probabilities that add up to 1 over the last dimension
    probability     numbers between 0 and 1, without the ends
    positive        numbers above 0
    logp            numbers below 0: logarithms of probabilities
    mask            true or false
    flags           0 or 1, as numbers
    count           a whole number from 1 on
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from derive.audit.model.tensor import Dim, Index, Tensor, dim_of
from derive.audit.model.trace import Trace, letter_of
from derive.audit.model.values import ONE, ZERO, Choice, Value, sub
from derive.errors import UserError
from derive.falsify import Exact
from derive.falsify.numbers.exact import log
from derive.kernel.sorts import INT, REAL, Fn, Sort
from derive.kernel.terms import Num, Term, Var
from derive.language.syntax import Eq, ForAll, Ne, Sum

KINDS = ("real", "label", "distribution", "probability", "positive", "logp", "mask", "flags", "count")
_LETTER = {
    "logits": "z",
    "input": "z",
    "inputs": "z",
    "labels": "y",
    "label": "y",
    "target": "y",
    "targets": "y",
    "weight": "a",
    "weights": "a",
    "mask": "m",
}
_SPARE = "zyqavxhgrsucdef"
_INTEGERS = "yntmijk"  # letters that a reader takes for integers
_SIZE = re.compile(r"[A-Z][A-Za-z0-9]{0,8}|[1-9][0-9]{0,5}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*")


class Input(NamedTuple):
    """A named input: the letters of its sizes, what it holds, and its role in a loss where the name does not tell it."""

    name: str
    dims: tuple[str, ...]
    kind: str
    role: str = ""

    @property
    def is_mask(self) -> bool:
        """Whether it says which positions count: flags that are a target do not."""
        return self.kind == "mask" or (self.kind == "flags" and not re.search("target|label", self.name.lower()))

    def __str__(self) -> str:
        return f"{self.name}: {self.kind}, {' x '.join(self.dims) or 'a number'}"


def read_input(text: str, vocabulary: str = "V") -> Input:
    """NAME=DIMS, NAME=DIMS:KIND or NAME=DIMS:KIND:ROLE.  Raises UserError, with the form, when it is none of them."""
    name, equals, rest = text.partition("=")
    dims, *behind = (part.strip() for part in rest.split(":", 2))
    kind, role = (*behind, "", "")[:2]
    sizes = tuple(re.split(r"[,\s]+", dims.strip())) if dims.strip() else ()
    bad = next((s for s in sizes if not _SIZE.fullmatch(s)), None)
    form = "write NAME=SIZES, such as logits=B,T,V or labels=B,T, and :KIND behind it where the name does not tell"
    if not equals or not _NAME.fullmatch(name.strip()):
        raise UserError(f"{text!r} names no input: {form}")
    if bad is not None:
        raise UserError(f"{text!r}: {bad!r} is no size; a size is a capital letter, such as T, or a number; {form}")
    if behind and kind not in KINDS and not (role and not kind):
        raise UserError(f"{text!r}: {kind!r} is no kind of input; the kinds are {', '.join(KINDS)}")
    return Input(name.strip(), sizes, kind or _kind(role or name.strip(), sizes, vocabulary), role)


def _kind(name: str, dims: tuple[str, ...], vocabulary: str) -> str:
    last = name.rpartition(".")[2].lower()
    if re.search(r"label|target|^y$|ids$|^tokens$", last) and (not dims or dims[-1] not in (vocabulary, "C")):
        return "label"
    if re.search(r"label|target", last):
        return "distribution"
    if "mask" in last:
        return "mask"
    if len(dims) < 2 and re.search(r"^weights?$|^pos_weight$|^class_weights?$", last):
        return "positive"
    if not dims and re.search(r"^num|^n$|count|items|size", last):
        return "count"
    return "real"


def _first_letter(name: str) -> str:
    """Of parts of a list, as ``batches.0.1``, which have none, that of logits."""
    return next((c for c in name if c.isalpha()), "z")


class Symbol(NamedTuple):
    """An input as it stands in formulas."""

    input: Input
    letter: Var
    kept: Var | None  # of labels that may be ignored: 1 where they are not

    def at(self, index: Sequence[Term]) -> Term:
        return self.letter[tuple(index)] if index else self.letter

    def keeps(self, index: Sequence[Term]) -> Term:
        if self.kept is None:
            return ONE
        return self.kept[tuple(index)] if index else self.kept


class Inputs:
    """All inputs of one program: their symbols, the conditions on them, and the letters of their sizes.

    ``ignore`` is the value of labels that are not counted, or None.  Raises UserError when the names or the sizes do not fit.
    """

    def __init__(self, inputs: Sequence[Input], ignore: int | None) -> None:
        names = [x.name for x in inputs]
        twice = next((n for n in names if names.count(n) > 1), None)
        if twice is not None:
            raise UserError(f"the input {twice} is named twice; name each once")
        self.inputs, self.ignore = tuple(inputs), ignore
        self.sizes: dict[str, Term] = {}
        for x in inputs:
            for s in x.dims:
                self.sizes.setdefault(s, Num(int(s)) if s.isdigit() else Var(s, INT))
        self._taken = {*self.sizes, *"ktij"}
        self.symbols = {x.name: self._symbol(x) for x in inputs}

    def _symbol(self, x: Input) -> Symbol:
        last = x.name.rpartition(".")[2].lower()
        wished = (
            "q" if x.kind == "distribution" else "n" if x.kind == "count" else _LETTER.get(last) or _first_letter(last)
        )
        whole = x.kind in ("label", "mask", "flags", "count")
        own = {"label": "y", "mask": "m", "flags": "m", "count": "n"}.get(
            x.kind, "q" if wished in _INTEGERS else wished
        )
        letter = self._free(own, whole)
        kept = self._free("w", True) if x.kind == "label" and self.ignore is not None else None
        base: Sort = INT if whole else REAL
        sort, kept_sort = base, INT
        for _ in x.dims:
            sort, kept_sort = Fn(INT, sort), Fn(INT, kept_sort)  # type: ignore[assignment]
        return Symbol(x, Var(letter, sort), Var(kept, kept_sort) if kept else None)

    def _free(self, wished: str, whole: bool = False) -> str:
        """A letter that nothing has; of a real number, none that a reader takes for an integer."""
        names = (
            tuple(wished + "'" * n for n in range(99)) if whole else (wished, *_SPARE, *(f"z{i}" for i in range(1, 99)))
        )
        found = next(n for n in names if n not in self._taken and (whole or n not in _INTEGERS))
        self._taken.add(found)
        return found

    # --- conditions

    def conditions(self) -> list[Term]:
        """What is supposed of the inputs, but for the positions that are kept."""
        out: list[Term] = [Num(1) <= v for v in self.sizes.values() if isinstance(v, Var)]
        for s in self.symbols.values():
            out += self._of(s)
        return out

    def indices(self, s: Symbol) -> tuple[Var, ...]:
        """The letters of its indices, as the conditions have them."""
        return self._scope(s)[1]

    def _scope(self, s: Symbol) -> tuple[list[tuple[Var, Term, Term]], tuple[Var, ...]]:
        letters: list[Var] = []
        for d in s.input.dims:
            letters.append(Var(letter_of(d, {x.name for x in letters}), INT))
        return [(v, ONE, self.sizes[d]) for v, d in zip(letters, s.input.dims, strict=True)], tuple(letters)

    def _of(self, s: Symbol) -> list[Term]:
        scope, letters = self._scope(s)
        here = s.at(letters)

        def every(*statements: Term) -> list[Term]:
            return [ForAll(list(scope), x) for x in statements] if scope else list(statements)

        match s.input.kind:
            case "label":
                out = every(ONE <= here, here <= self.vocabulary(s.input))
                if s.kept is None:
                    return out
                if (
                    self.ignore is not None and self.ignore >= 0
                ):  # the ignored value is a token that stands nowhere else
                    out += every(Ne(here, self.ignore + 1))
                return [*out, *every(ZERO <= s.keeps(letters), s.keeps(letters) <= ONE)]
            case "distribution":
                whole = Eq(Sum(here, scope[-1]), 1)
                return [*every(ZERO <= here), *([ForAll(list(scope[:-1]), whole)] if scope[:-1] else [whole])]
            case "probability":
                return every(ZERO < here, here < ONE)
            case "positive":
                return every(ZERO < here)
            case "logp":
                return every(here < ZERO)
            case "mask" | "flags":
                return every(ZERO <= here, here <= ONE)
            case "count":
                return every(ONE <= here)
        return []

    def vocabulary(self, label: Input) -> Term:
        """The size of the vocabulary: of the first real input with one dimension more, its last; or of the axis of classes."""
        for x in self.inputs:
            if x.kind != "label" and {"V", "C"} & {*x.dims}:
                return self.sizes[next(d for d in reversed(x.dims) if d in ("V", "C"))]
        for x in self.inputs:
            if x.kind != "label" and len(x.dims) == len(label.dims) + 1:
                return self.sizes[next((d for d in x.dims if d not in label.dims), x.dims[-1])]
        raise UserError(
            f"the labels {label.name} have no vocabulary: name the input whose entries they choose, such as logits=T,V; or, where they "
            f"are targets between 0 and 1, say {label.name}={','.join(label.dims)}:probability"
        )

    def some_kept(self) -> list[Term]:
        """At least one position is kept, for each input of labels with an ignored value."""
        out = []
        for s in self.symbols.values():
            if s.kept is not None:
                scope, letters = self._scope(s)
                out.append(ONE <= (Sum(s.keeps(letters), *scope) if scope else s.keeps(letters)))
        return out

    # --- as tensors

    def tensor(self, trace: Trace, name: str) -> Tensor:
        """The input as the program sees it: labels are counted from 0 there, and are the ignored value where they are not kept."""
        s = self.symbols[name]
        shape: list[Dim] = [dim_of(self.sizes[d]) for d in s.input.dims]

        def entry(i: Index) -> Value:
            index = [x[0] if x else ONE for x in i]
            if s.input.kind == "label":
                token = sub(s.at(index), ONE)
                return token if s.kept is None else Choice(s.keeps(index), token, Num(self.ignore or 0))
            if s.input.kind in ("mask", "flags"):
                return Choice(s.at(index), ONE, ZERO)
            return s.at(index)

        kind = {"label": "int", "mask": "bool", "count": "int"}.get(s.input.kind, "real")
        return Tensor(trace, shape, entry, kind)

    # --- as numbers

    def numbers(self, sizes: Mapping[str, int], draw: Draw) -> dict[Var, Any]:
        """Exact values for all letters, for a model."""
        out: dict[Var, Any] = {v: sizes[s] for s, v in self.sizes.items() if isinstance(v, Var)}
        for s in self.symbols.values():
            lengths = self.lengths(s.input, sizes)
            tokens = self._tokens(s.input, sizes) if s.input.kind == "label" else 0
            out[s.letter] = draw.table(s.input.kind, lengths, tokens, self.ignore)
            if s.kept is not None:
                out[s.kept] = draw.kept(lengths)
        return out

    def lengths(self, x: Input, sizes: Mapping[str, int]) -> list[int]:
        return [int(d) if d.isdigit() else sizes[d] for d in x.dims]

    def _tokens(self, label: Input, sizes: Mapping[str, int]) -> int:
        size = self.vocabulary(label)
        return int(size.value) if isinstance(size, Num) else sizes[repr(size)]

    def plain(self, sizes: Mapping[str, int], value: Callable[[Var, tuple[int, ...]], Any]) -> dict[str, Any]:
        """The inputs as the program gets them, in nested lists of exact numbers; ``value`` gives the entries of the letters."""

        def table(s: Symbol, lengths: Sequence[int], path: tuple[int, ...]) -> Any:
            if lengths:
                return [table(s, lengths[1:], (*path, i + 1)) for i in range(lengths[0])]
            if s.input.kind != "label":
                return value(s.letter, path)
            kept = s.kept is None or value(s.kept, path) == 1
            return value(s.letter, path) - 1 if kept else self.ignore

        return {s.input.name: table(s, self.lengths(s.input, sizes), ()) for s in self.symbols.values()}


ODDS = sorted({Fraction(a, b) for a in range(1, 10) for b in range(1, 10) if a <= 2 * b and b <= 2 * a})
"""Real inputs are 4 log q for one of these q: their exponentials are fractions, at temperatures of 2 and 4 too, which are added
and compared quickly, where sums of powers of e are not."""


class Draw:
    """Numbers at random, the same ones each time; ``few`` keeps one position only."""

    def __init__(self, seed: int, few: bool = False) -> None:
        from random import Random

        self.random, self.few = Random(seed), few

    def table(self, kind: str, lengths: Sequence[int], tokens: int, ignore: int | None = None) -> Any:
        if kind == "distribution" and len(lengths) == 1:
            weights = [self.random.choice((1, 1, 2, 4)) for _ in range(lengths[0])]
            whole = 1 << (sum(weights) - 1).bit_length()
            weights[0] += whole - sum(weights)
            return tuple(Fraction(w, whole) for w in weights)
        if not lengths:
            return self.number(kind, tokens, ignore)
        return tuple(self.table(kind, lengths[1:], tokens, ignore) for _ in range(lengths[0]))

    def number(self, kind: str, tokens: int, ignore: int | None) -> int | Fraction | Exact:
        match kind:
            case "label":
                return self.random.choice([y for y in range(1, tokens + 1) if y - 1 != ignore] or [1])
            case "mask" | "flags":
                return self.random.randint(0, 1)
            case "count":
                return self.random.randint(1, 7)
            case "probability":
                return Fraction(self.random.randint(1, 15), 16)
            case "positive":
                return Fraction(self.random.randint(1, 24), 8)
            case "logp":
                return -4 * log(self.random.choice([q for q in ODDS if q > 1]))
        return 4 * log(self.random.choice(ODDS))

    def kept(self, lengths: Sequence[int]) -> Any:
        if self.few:
            return _one_hot(lengths, [self.random.randrange(n) for n in lengths])
        if not lengths:
            return 1
        rows = [self._kept(lengths[1:]) for _ in range(lengths[0])]
        rows[self.random.randrange(lengths[0])] = _ones(lengths[1:])  # at least one is kept
        return tuple(rows)

    def _kept(self, lengths: Sequence[int]) -> Any:
        return tuple(self._kept(lengths[1:]) for _ in range(lengths[0])) if lengths else int(self.random.random() < 0.6)


def _ones(lengths: Sequence[int]) -> Any:
    return tuple(_ones(lengths[1:]) for _ in range(lengths[0])) if lengths else 1


def _one_hot(lengths: Sequence[int], place: Sequence[int]) -> Any:
    if not lengths:
        return 1
    return tuple(_one_hot(lengths[1:], place[1:]) if i == place[0] else _none(lengths[1:]) for i in range(lengths[0]))


def _none(lengths: Sequence[int]) -> Any:
    return tuple(_none(lengths[1:]) for _ in range(lengths[0])) if lengths else 0
