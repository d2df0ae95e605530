"""Which input is which: the logits, the labels, what stands at a position of a batch."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import permutations
from typing import NamedTuple

from derive.audit.inputs import Input, Inputs, Symbol
from derive.errors import UserError
from derive.kernel.sorts import INT
from derive.kernel.terms import Num, Term, Var, fresh
from derive.language.definitions import softmax
from derive.language.syntax import Sum, fun

ONE = Num(1)


class Missing(UserError):  # noqa: N818
    """A loss needs an input that the program does not have."""


class Role(NamedTuple):
    """What an input is for: a name that it may have, and the pattern that such names fit."""

    name: str
    pattern: str


WEIGHT = Role("weight", "weight")


def letter_beside(name: str, index: Sequence[Term]) -> Var:
    """A letter for a sum or a family, which is none of those of an index: k is one where the positions are as many as the classes."""
    return fresh(name, INT, frozenset[Var]().union(*(t.free for t in index)))


class Place(NamedTuple):
    """A position: the indices by which the inputs are looked up, those of what is predicted there, and the sizes over which they run.

    ``row`` and ``probabilities``, where they are given, stand in place of the logits and of their softmax: what a fault makes of them.
    """

    roles: Roles
    here: tuple[Term, ...]
    ahead: tuple[Term, ...]
    dims: tuple[str, ...]
    row: Term | None = None
    probabilities: Term | None = None

    def logits(self) -> Term:
        """The row of logits, as a family over the vocabulary; or the product of a hidden row and a matrix of weights."""
        if self.row is not None:
            return self.row
        pair = self.roles.projection()
        return self.roles.projected(*pair, self.here) if pair else self.roles.row(self.roles.logits(), self.here)

    @property
    def vocabulary(self) -> Term:
        return self.roles.vocabulary

    @property
    def model(self) -> Term:
        if self.probabilities is not None:
            return self.probabilities
        return softmax(self.vocabulary, self.logits())

    def bound(self, name: str) -> Var:
        """A letter for a sum or a family at this position, which is none of the position's own."""
        return letter_beside(name, (*self.here, *self.ahead))

    def softmax_over(self, axis: int) -> Term:
        """The softmax over a dimension of positions, which is the wrong one, as a family over the vocabulary."""
        k, j = self.bound("k"), self.bound("j")
        column = fun(j, self.roles.entry(self.roles.logits(), (*self.here[:axis], j, *self.here[axis + 1 :]), k))
        size = self.roles.inputs.sizes[self.dims[axis]]
        return fun(k, softmax(size, column)[self.here[axis]])

    @property
    def token(self) -> Term:
        return self.roles.labels.at(self.ahead)

    @property
    def soft(self) -> Term:
        return self.roles.row(
            self.roles.of_kind("distribution", "a soft target, such as target=T,V:distribution"), self.here
        )

    def value(self, role: Role) -> Term:
        """An input with one number for each position, or for some of its sizes, as advantages=B beside logprobs=B,T."""
        s = self.roles.named(role)
        at = dict(zip(self.dims, self.here, strict=True))
        stray = next((d for d in s.input.dims if d not in at), None)
        if stray is not None:
            raise Missing(
                f"this loss takes one number of {s.input.name} for each position, and it has a size {stray} beside those of positions"
            )
        return s.at([at[d] for d in s.input.dims])


class Roles:
    """Which input is which."""

    def __init__(self, inputs: Inputs, names: Sequence[str] | None = None) -> None:
        self.inputs = inputs
        self.all = [s for n, s in inputs.symbols.items() if names is None or n in names]

    def logits(self) -> Symbol:
        real = [s for s in self.all if s.input.kind == "real" and s.input.role in ("", "logits")]
        found = [s for s in real if self._classes(s.input) is not None]
        if not found:
            raise Missing("this loss needs logits: an input with a size for the vocabulary, such as logits=T,V")
        return next((s for s in found if s.input.role == "logits"), found[0])

    def _classes(self, x: Input) -> str | None:
        """The size over which a row of logits runs."""
        if not x.dims:
            return None
        labels = next((s.input for s in self.all if s.input.kind == "label"), None)
        if labels is not None and len(x.dims) == len(labels.dims) + 1:
            return next((d for d in x.dims if d not in labels.dims), x.dims[-1])
        square = len(x.dims) == 2 and x.dims[0] == x.dims[1]
        return x.dims[-1] if x.dims[-1] in ("V", "C") or square else None

    def projection(self) -> tuple[Symbol, Symbol] | None:
        """Hidden rows and the matrix that makes logits of them, as hidden=T,D weight=V,D beside labels=T: no other input has their size D."""
        real = [s for s in self.all if s.input.kind == "real"]
        for h, w in permutations(real, 2):
            sizes, matrix = {"V", *h.input.dims[-1:]}, w.input.dims
            others = {d for s in self.all if s not in (h, w) for d in s.input.dims} - {"V"}
            if len(matrix) == len(sizes) == 2 and {*matrix} == sizes and "V" not in h.input.dims and not others & sizes:
                return h, w
        return None

    def projected(self, hidden: Symbol, weights: Symbol, here: Sequence[Term]) -> Term:
        d, k = letter_beside("d", here), letter_beside("k", here)
        inner = hidden.input.dims[-1]
        matrix = weights.at([k if x == "V" else d for x in weights.input.dims])
        return fun(k, Sum(hidden.at((*here, d)) * matrix, (d, 1, self.inputs.sizes[inner])))

    @property
    def vocabulary(self) -> Term:
        if self.projection():
            return self.inputs.sizes["V"]
        dim = self._classes(self.logits().input)
        assert dim is not None
        return self.inputs.sizes[dim]

    @property
    def has_labels(self) -> bool:
        return any(s.input.kind == "label" for s in self.all)

    @property
    def labels(self) -> Symbol:
        return self.of_kind("label", "labels, such as labels=T")

    def of_kind(self, kind: str, what: str) -> Symbol:
        found = next((s for s in (self.counts() if kind == "count" else self.all) if s.input.kind == kind), None)
        if found is None:
            raise Missing(f"this loss needs {what}; the inputs are {'; '.join(map(str, self.inputs.inputs))}")
        return found

    def counts(self) -> list[Symbol]:
        """The numbers by which a loss may be divided."""
        return [s for s in self.all if s.input.kind == "count" and not s.input.dims]

    def named(self, role: Role) -> Symbol:
        """The input that is said to have that role, or else by its name.  Raises Missing when there is none."""
        said = [s for s in self.all if s.input.role == role.name]
        named = (s for s in self.all if re.search(role.pattern, s.input.name.rpartition(".")[2].lower()))
        found = said or [s for s in named if not s.input.role]
        if not found:
            raise Missing(
                f"this loss needs an input named like {role.name}; the inputs are {'; '.join(map(str, self.inputs.inputs))}; "
                f"say which of them it is behind its kind, as in NAME=SIZES:real:{role.name}"
            )
        return min(found, key=lambda s: len(s.input.name))

    def row(self, s: Symbol, index: Sequence[Term]) -> Term:
        """The family over the classes at a position, wherever the dimension of the classes stands."""
        if self._axis(s.input) == len(s.input.dims) - 1:
            return s.at(index)
        k = letter_beside("k", index)
        return fun(k, self.entry(s, index, k))

    def entry(self, s: Symbol, index: Sequence[Term], k: Term) -> Term:
        """The entry of class k at a position."""
        at = self._axis(s.input)
        return s.at([*index[:at], k, *index[at:]])

    def _axis(self, x: Input) -> int:
        """The dimension of the classes."""
        classes = self._classes(x) or x.dims[-1]
        return len(x.dims) - 1 - x.dims[::-1].index(classes)

    def positions(self, rows: bool = True) -> tuple[str, ...]:
        """The sizes over which positions run: those of the labels, or of the logits without the classes where there are ``rows``."""
        labels = next((s.input for s in self.all if s.input.kind == "label"), None)
        if labels is not None:
            return labels.dims
        logits = [s.input for s in self.all if s.input.kind in ("real", "distribution") and self._classes(s.input)]
        if rows and logits:
            return logits[0].dims[:-1]
        longest = max(self.all, key=lambda s: len(s.input.dims))
        return longest.input.dims

    def kept(self, index: Sequence[Term]) -> Term:
        """1 where a position counts: what a mask or the labels say."""
        label = next((s for s in self.all if s.kept is not None), None)
        mask = self.masked(index)
        if label is None:
            return mask
        return label.keeps(index) if mask == ONE else label.keeps(index) * mask

    def masked(self, index: Sequence[Term]) -> Term:
        """1 where a mask says that a position counts, whatever its label."""
        mask = next((s for s in self.all if s.input.is_mask), None)
        return ONE if mask is None else mask.at(index)
