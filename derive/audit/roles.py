"""Which input is which: the logits, the labels, what stands at a position of a batch."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from derive.audit.inputs import Input, Inputs, Symbol
from derive.errors import UserError
from derive.kernel.sorts import INT
from derive.kernel.terms import Num, Term, Var
from derive.language.definitions import softmax
from derive.language.syntax import fun

ONE = Num(1)


class Missing(UserError):  # noqa: N818
    """A loss needs an input that the program does not have."""


class Place(NamedTuple):
    """A position: the indices by which the inputs are looked up, and those of what is predicted there."""

    roles: Roles
    here: tuple[Term, ...]
    ahead: tuple[Term, ...]

    def logits(self, wished: str = "") -> Term:
        """The row of logits, as a family over the vocabulary."""
        return self.roles.row(self.roles.logits(wished), self.here)

    @property
    def vocabulary(self) -> Term:
        return self.roles.vocabulary

    @property
    def model(self) -> Term:
        return softmax(self.vocabulary, self.logits())

    @property
    def token(self) -> Term:
        return self.roles.labels.at(self.ahead)

    @property
    def soft(self) -> Term:
        return self.roles.row(
            self.roles.of_kind("distribution", "a soft target, such as target=T,V:distribution"), self.here
        )

    def value(self, role: str) -> Term:
        """An input with one number for each position, by a part of its name."""
        return self.roles.named(role).at(self.here)


class Roles:
    """Which input is which."""

    def __init__(self, inputs: Inputs, names: Sequence[str] | None = None) -> None:
        self.inputs = inputs
        self.all = [s for n, s in inputs.symbols.items() if names is None or n in names]

    def logits(self, wished: str = "") -> Symbol:
        found = [s for s in self.all if s.input.kind == "real" and self._classes(s.input) is not None]
        if wished:
            return self.named(wished)
        if not found:
            raise Missing("this loss needs logits: an input with a size for the vocabulary, such as logits=T,V")
        return found[0]

    def _classes(self, x: Input) -> str | None:
        """The size over which a row of logits runs."""
        if not x.dims:
            return None
        labels = next((s.input for s in self.all if s.input.kind == "label"), None)
        if labels is not None and len(x.dims) == len(labels.dims) + 1:
            return next((d for d in x.dims if d not in labels.dims), x.dims[-1])
        return x.dims[-1] if x.dims[-1] in ("V", "C") else None

    @property
    def vocabulary(self) -> Term:
        dim = self._classes(self.logits().input)
        assert dim is not None
        return self.inputs.sizes[dim]

    @property
    def labels(self) -> Symbol:
        return self.of_kind("label", "labels, such as labels=T")

    def of_kind(self, kind: str, what: str) -> Symbol:
        found = next((s for s in self.all if s.input.kind == kind), None)
        if found is None:
            raise Missing(f"this loss needs {what}; the inputs are {'; '.join(map(str, self.inputs.inputs))}")
        return found

    def named(self, role: str) -> Symbol:
        """The input whose name matches a pattern.  Raises Missing when there is none."""
        found = [s for s in self.all if re.search(role, s.input.name.lower())]
        if not found:
            raise Missing(
                f"this loss needs an input named like {role}; the inputs are {'; '.join(map(str, self.inputs.inputs))}"
            )
        return min(found, key=lambda s: len(s.input.name))

    def row(self, s: Symbol, index: Sequence[Term]) -> Term:
        """The family over the classes at a position, wherever the dimension of the classes stands."""
        classes = self._classes(s.input) or s.input.dims[-1]
        at = len(s.input.dims) - 1 - s.input.dims[::-1].index(classes)
        if at == len(s.input.dims) - 1:
            return s.at(index)
        k = Var("k", INT)
        return fun(k, s.at([*index[:at], k, *index[at:]]))

    def positions(self) -> tuple[str, ...]:
        """The sizes over which positions run."""
        labels = next((s.input for s in self.all if s.input.kind == "label"), None)
        if labels is not None:
            return labels.dims
        rows = [s.input for s in self.all if s.input.kind in ("real", "distribution") and self._classes(s.input)]
        if rows:
            return rows[0].dims[:-1]
        longest = max(self.all, key=lambda s: len(s.input.dims))
        return longest.input.dims

    def kept(self, index: Sequence[Term]) -> Term:
        """1 where a position counts: what a mask or the labels say."""
        label = next((s for s in self.all if s.kept is not None), None)
        mask = next((s for s in self.all if s.input.kind in ("mask", "flags")), None)
        out: Term = ONE if label is None else label.keeps(index)
        if mask is not None:
            out = mask.at(index) if label is None else out * mask.at(index)
        return out
