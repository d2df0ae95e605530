"""An audit as a page: the formula that was read, what it supposes, how it was looked at, the verdict and its reasons."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TypeGuard

from derive.audit.residuals import Residual
from derive.audit.verdict import Audit
from derive.falsify import approx
from derive.kernel.terms import EXP, LOG, SUM, App, Term, subterms
from derive.render.formula.nodes import Prose
from derive.render.formula.notation import Notation
from derive.render.pages.latex import derivation_latex
from derive.render.pages.text import derivation_text
from derive.render.pens.latex import escape, sentence_latex, term_latex
from derive.render.pens.text import sentence_text, term_text
from derive.render.words.prose import unsaid_kinds
from derive.render.words.sentence import conditions_said, listed

WORDS = {"proved": "PROVED", "refuted": "REFUTED", "unknown": "NOT KNOWN"}
STATUS = {"proved": 0, "refuted": 1, "unknown": 1}
REALS = "The theorem is about real numbers; --floats measures what the program's own floats make of it."


def text(a: Audit, residual: Residual | None, notation: Notation, width: int = 100, ascii_only: bool = False) -> str:
    """The page in plain characters."""
    lines = [f"{a.program.name} computes", "", f"    {term_text(a.reading.term, notation, ascii=ascii_only)}", ""]
    lines += [f"  {x}" for x in (*_about(a, notation, ascii_only), *_looked_at(a))]
    lines += ["", *verdict_lines(a)]
    if a.verdict == "refuted":
        lines += _numbers(a)
    lines += [f"  {x}" for x in remarks(a)]
    if residual is not None:
        lines += ["", f"  the difference{' from the nearest' * bool(a.among)}: {residual.words}"]
        if residual.instead:
            lines.append(f"  proved: it is {residual.instead}{_where(residual, notation, ascii_only)}")
        else:
            sign = "times" if residual.factor else "plus"
            lines.append(f"  proved: it is {a.target.name}, {sign}")
            lines.append(f"    {term_text(residual.term, notation, ascii=ascii_only)}")
    theorem = a.theorem or (residual.theorem if residual else None)
    if theorem is not None:
        lines += [
            "",
            derivation_text(theorem.derivation, notation, width=width, ascii=ascii_only).rstrip(),
            "",
            f"  {REALS}",
        ]
    return "\n".join(lines) + "\n"


def verdict_lines(a: Audit) -> list[str]:
    if a.among:
        return [
            f"NOT IN THE LIBRARY: it is none of the {a.among} losses that take these inputs, as far as is proved; the nearest is {a.target.name}"
        ]
    what = {
        "proved": f"it is {a.target.name}",
        "refuted": f"it is not {a.target.name}",
        "unknown": f"whether it is {a.target.name}: {a.why}",
    }
    return [f"{WORDS[a.verdict]}: {what[a.verdict]}"]


def _about(a: Audit, notation: Notation, ascii_only: bool) -> Iterator[str]:
    """What the letters are, and what is supposed of them."""
    yield from _letters(a, lambda t: term_text(t, notation, ascii=ascii_only), str)
    yield from _called(a)
    given = [sentence_text(c, ascii=ascii_only) for c in conditions_of(a, notation, linear=True)]
    yield f"supposed: {'; '.join(given)}"


def _letters(a: Audit, drawn: Callable[[Term], str], plain: Callable[[str], str]) -> Iterator[str]:
    """What the letters are, by a pen for terms and one for words of the program."""
    for s in a.reading.inputs.symbols.values():
        indices = a.reading.inputs.indices(s)
        words = f"{drawn(s.at(indices))} is {plain(s.input.name)}"
        if s.input.kind == "label":
            words += ", a token, counted from 1"
        if s.kept is not None:
            words += f"; {drawn(s.keeps(indices))} is 1 where it is not {a.reading.inputs.ignore}, and 0 where it is"
        yield words


def _called(a: Audit) -> Iterator[str]:
    if a.ignore_dropped:
        yield (
            f"no label is {a.program.inputs.ignore}: the program does not leave such labels out; it fails at them, or takes the entry "
            "counted from the end where there are more tokens than that"
        )
    if a.program.fixed:
        yield f"called with {', '.join(f'{n} = {v}' for n, v in a.program.fixed.items())}"


def conditions_of(a: Audit, notation: Notation, linear: bool = False) -> list[Prose]:
    """What is supposed of the inputs, and which letters are whole numbers."""
    kinds = unsaid_kinds((*a.reading.given, a.reading.term), notation)
    return conditions_said(a.reading.given, notation, linear=linear, kinds=kinds)


def _where(residual: Residual, notation: Notation, ascii_only: bool = False) -> str:
    said = conditions_said(residual.where, notation, linear=True)
    return f", where {'; '.join(sentence_text(c, ascii=ascii_only) for c in said)}" if said else ""


def _looked_at(a: Audit) -> Iterator[str]:
    yield (
        f"compared with the program: {a.seen.compared} results, largest relative difference {_under(a.seen.largest)} ({a.seen.precision})"
    )
    yield from a.seen.left_out[:2]


def _under(x: float) -> str:
    """The power of ten above a difference: its digits are those of a machine."""
    return f"under 1e{math.floor(math.log10(x)) + 1}" if x else "0"


def _numbers(a: Audit) -> list[str]:
    assert a.counterexample is not None
    assert a.replay is not None
    out = ["", "  false at"]
    out += [f"    {variable} = {value}" for variable, value in a.counterexample.model.assignments()]
    left, right = approx(a.counterexample.left, 10), approx(a.counterexample.right, 10)
    out.append(
        f"  the formula gives       {a.counterexample.left} = {left}"
        if str(a.counterexample.left) != left
        else f"  the formula gives       {left}"
    )
    loss = f"  {'the nearest loss is' if a.among else 'the loss asked for is':22}  "
    out.append(f"{loss}{a.counterexample.right} = {right}" if str(a.counterexample.right) != right else loss + right)
    out.append(f"  the program, run on it, gives {a.replay.program!r} ({a.replay.precision})")
    return out


def remarks(a: Audit) -> list[str]:
    """What makes no difference, and what a reader should know of the reading."""
    notes = [n for n in a.reading.trace.notes if not n.startswith("precision ")]
    if a.verdict == "proved" and _normalised_twice(a.reading.term):
        notes.append("a log-softmax is taken of what is normalised already, which makes no difference")
    return [f"note: {n}" for n in notes]


def _normalised_twice(term: Term) -> bool:
    """Whether a log of a sum of exponentials stands in what another one adds up."""
    return any(_normaliser(u) for t in subterms(term) if _normaliser(t) for u in subterms(t.args[0]))


def _normaliser(t: Term) -> TypeGuard[App]:
    """Whether it is the log of a sum over a family of exponentials."""
    if not (isinstance(t, App) and t.op is LOG):
        return False
    summed = t.args[0]
    return (
        isinstance(summed, App)
        and summed.op is SUM
        and any(isinstance(u, App) and u.op is EXP for u in subterms(summed))
    )


def latex(a: Audit, residual: Residual | None, notation: Notation) -> str:
    """The page in LaTeX, to be put into a document that loads amsmath."""
    name = f"\\texttt{{{escape(a.program.name)}}}"
    out = [f"\\noindent{name} computes\n\\[\n  {term_latex(a.reading.term, notation)}\n\\]"]
    letters = _letters(a, lambda t: f"${term_latex(t, notation)}$", lambda words: f"\\texttt{{{_worded(words)}}}")
    out.append("; ".join((*letters, *map(_worded, _called(a)))) + ".")
    out.append(f"Supposed: {sentence_latex(listed(conditions_of(a, notation)))}.")
    out.append(f"{_worded(verdict_lines(a)[0])}.")
    if a.verdict == "refuted" and a.replay is not None and a.counterexample is not None:
        out.append(
            f"At {_worded(str(a.counterexample.model))} the program gives {a.replay.program!r}, and the loss is {approx(a.counterexample.right, 10)}."
        )
    out += [f"{_worded(x)}." for x in remarks(a)]
    if residual is not None:
        where = sentence_latex(listed(conditions_said(residual.where, notation))) if residual.where else ""
        out.append(f"The difference: {_worded(residual.words)}{f': {where}' if where else ''}.")
    theorem = a.theorem or (residual.theorem if residual else None)
    if theorem is not None:
        out += [derivation_latex(theorem.derivation, notation).rstrip(), f"\\noindent {_worded(REALS)}"]
    return "\n\n".join(out) + "\n"


def _worded(text: str) -> str:
    """Words in LaTeX, where two hyphens would be a dash."""
    return escape(text).replace("--", "-{}-")


def line(a: Audit, residual: Residual | None = None) -> str:
    """The audit in one line, for continuous integration."""
    out = f"{a.program.name}: {verdict_lines(a)[0]}"
    return f"{out}; {residual.words}" if residual is not None else out


def failure(a: Audit, residual: Residual | None, notation: Notation) -> str:
    """What a test says that fails."""
    out = [line(a, residual), f"  formula     {term_text(a.reading.term, notation)}"]
    if residual is not None and residual.where:
        out.append(f"  proved      it is {residual.instead}{_where(residual, notation)}")
    elif residual is not None:
        out.append(f"  difference  {term_text(residual.term, notation)}" + (" (a factor)" if residual.factor else ""))
    if a.counterexample is not None:
        out.append(f"  at          {a.counterexample.model}")
    if a.replay is not None:
        out.append(f"  program     {a.replay.program!r}, where the loss is {a.replay.target!r}")
    return "\n".join(out)


__all__: Sequence[str] = ("STATUS", "failure", "latex", "line", "text")
