"""What a template says by itself: in Pr(w_t | x, y_<t) that the model has seen y, which must be the sequence that is meant."""

from __future__ import annotations

from functools import cache

from derive.kernel.sorts import INT, REAL, Fn
from derive.kernel.terms import At, Term, Var
from derive.render.formula.nodes import Symbol
from derive.render.formula.templates import Bracketed, Part, Scripted, Seq, walk

SEQUENCE = Fn(INT, INT)
MODEL = Fn(INT, Fn(INT, REAL))
_BAR = Symbol("∣", "rel")


@cache
def said_alone(template: Part) -> tuple[tuple[str, bool], ...]:
    """The letters that stand behind the bar of a condition and are no arguments; True for a sequence, which has an index."""
    out: dict[str, bool] = {}
    for part in walk(template):
        if isinstance(part, Bracketed) and isinstance(part.body, Seq) and _BAR in part.body.items:
            for item in part.body.items:
                base = item.base if isinstance(item, Scripted) else item
                if isinstance(base, Symbol) and base.kind in ("var", "bold"):
                    out[base.text] = out.get(base.text, False) or isinstance(item, Scripted)
    return tuple(out.items())


def is_called(sequence: Term, letter: str) -> bool:
    """Whether a sequence is the one of this letter: y itself, or the tokens of an output y."""
    named = sequence.arg if isinstance(sequence, At) else sequence
    return isinstance(named, Var) and named.name == letter
