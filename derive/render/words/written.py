"""A derivation in a notation: how its terms and conditions are written, in letters that mean one thing on every line."""

from __future__ import annotations

from collections.abc import Iterable

from derive.kernel.terms import Term
from derive.record import Derivation
from derive.record.faithful import refuse_changed
from derive.render.formula.layout import Labels, layout
from derive.render.formula.nodes import Node, Prose
from derive.render.formula.notation import Notation
from derive.render.words.prose import integers, letters
from derive.render.words.sentence import conditions_said, listed
from derive.render.words.where import stated, where


class Written:
    """Raises UserError when the record is not what was proved."""

    def __init__(self, d: Derivation, notation: Notation) -> None:
        refuse_changed(d)
        self.d, self.notation = d, notation
        self.avoid = letters(d)

    def node(self, term: Term, labels: Labels = (), *, linear: bool = False) -> Node:
        """The layout of a term of the derivation."""
        return layout(term, self.notation, linear=linear, avoid=self.avoid, labels=labels)

    def said(self, given: Iterable[Term], *, linear: bool = False) -> list[Prose]:
        """Each condition as a sentence."""
        return conditions_said(given, self.notation, linear=linear, avoid=self.avoid)

    def given(self, *, linear: bool = False) -> list[Prose]:
        """The conditions of the theorem, and which of its letters are integers though they do not look it."""
        whole = integers(self.d, self.notation)
        return conditions_said(self.d.given, self.notation, linear=linear, avoid=self.avoid, integers=whole)

    def where(self, *, linear: bool = False, everything: bool = False) -> list[Prose]:
        """The author's own definitions that the derivation uses, or all that it uses, as equations."""
        return where(stated(self.d, self.notation, everything), self.notation, linear=linear, avoid=self.avoid)

    def conditions(self, given: Iterable[Term], *, linear: bool = False) -> Prose:
        """All conditions as one sentence."""
        return listed(self.said(given, linear=linear))
