"""Refusing a notation that writes the sequence, or the prompt, by itself where a derivation is about another one.

In Pr(w_t | x, y_<t) the notation says that the model has seen y; where its token is one of w, a reader is told something
that no theorem says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, REAL, Fn, is_numeric
from derive.kernel.terms import App, At, Lam, Term, Var, at, fresh, parts_of
from derive.record import Derivation
from derive.record.letters import Letter, letters_in
from derive.render.formula.applied import definition_template, variable_template
from derive.render.formula.nodes import Symbol
from derive.render.formula.notation import Notation
from derive.render.formula.templates import Bracketed, Scripted, Template, children, walk

_SEQUENCE = Fn(INT, INT)
_MODEL = Fn(INT, Fn(INT, REAL))


def refuse_other_sequences(d: Derivation, notation: Notation) -> None:
    """Raises UserError when a template writes a letter by itself that is something else in ``d``: the sequence that the
    model has seen, where the model is used with another; the prompt, where there is a letter of its name."""
    terms = list(dict.fromkeys(t for term in d.terms for t in _opened(term)))
    letters = {x for t in d.terms for x in letters_in(t) if isinstance(x, Letter)}
    conditioned: dict[Term, Term] = {}
    for t in terms:
        template = _template(t, notation)
        for letter, runs in _written_alone(template).items():
            for v in letters:
                if v.name == letter and (is_numeric(v.sort) or not runs):
                    what = "the sequence" if runs else "the prompt"
                    _refuse(d, notation, f"{letter} is {what}, and a letter of its own", "rename the letter")
        for model, sequence in _used_together(t):
            for letter, runs in _written_alone(_template(model[1][1], notation)).items():
                if runs and not _is_written(sequence, letter):
                    _refuse(
                        d, notation, f"{model} is conditioned on {letter}, and used with the sequence {sequence}",
                        f"name the sequence {letter}, or choose another notation",
                    )  # fmt: skip
            if _has_condition(template) and conditioned.setdefault(model, sequence) != sequence:
                _refuse(
                    d, notation, f"{model} is used with two sequences, {conditioned[model]} and {sequence}",
                    "give each a model of its own",
                )  # fmt: skip


def _refuse(d: Derivation, notation: Notation, what: str, advice: str) -> NoReturn:
    from derive.errors import UserError

    raise UserError(
        f"in the notation {notation.name}, {what} in {d.name}; the page would say what no theorem says, so {advice}"
    )


def _opened(term: Term) -> Iterator[Term]:
    """The term and its parts, with letters for their bound variables."""
    waiting = [term]
    while waiting:
        t = waiting.pop()
        yield t
        waiting += (at(t, fresh(t.hint, t.dom, t.free)),) if isinstance(t, Lam) else parts_of(t)


def _used_together(t: Term) -> Iterator[tuple[Term, Term]]:
    """A model and a sequence, where a term has the one at the tokens of the other, or defines something of both."""
    if isinstance(t, At) and isinstance(t.fn, At) and t.fn.fn.sort is _MODEL and isinstance(t.arg, At):
        if t.arg.fn.sort is _SEQUENCE:
            yield t.fn.fn, t.arg.fn
    elif isinstance(t, App) and isinstance(t.op, Definition):
        yield from ((m, s) for m in t.args if m.sort is _MODEL for s in t.args if s.sort is _SEQUENCE)


def _template(t: Term, notation: Notation) -> Template | None:
    """The template with which the notation writes a term, if it is one for letters or definitions."""
    indices: list[Term] = []
    while isinstance(t, At):
        indices.insert(0, t.arg)
        t = t.fn
    if isinstance(t, Var):
        v = variable_template(notation, t.name, t.sort, len(indices))
        return None if v is None else v.template
    if isinstance(t, App) and isinstance(t.op, Definition):
        found = definition_template(notation, t, t.op, indices)
        return None if found is None else found[0]
    return None


def _has_condition(t: Template | None) -> bool:
    return t is not None and Symbol("∣", "rel") in walk(t.body)


def _written_alone(t: Template | None) -> dict[str, bool]:
    """The letters that a template writes by itself where it writes a condition; True for those with an index."""
    out: dict[str, bool] = {}
    for part in walk(t.body) if t is not None else ():
        if isinstance(part, Bracketed) and Symbol("∣", "rel") in children(part.body):
            for item in children(part.body):
                base = item.base if isinstance(item, Scripted) else item
                if isinstance(base, Symbol) and base.kind in ("var", "bold") and len(base.text) == 1:
                    out[base.text] = out.get(base.text, False) or isinstance(item, Scripted)
    return out


def _is_written(sequence: Term, letter: str) -> bool:
    """Whether a sequence is the one that the notation writes: y itself, or the tokens of the output y."""
    named = sequence.arg if isinstance(sequence, At) else sequence
    return isinstance(named, Var) and named.name == letter
