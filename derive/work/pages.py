"""Worked examples as text and in LaTeX."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from derive.falsify import approx
from derive.falsify.models.arithmetic import is_number
from derive.falsify.models.model import text
from derive.record.relations import sign_of
from derive.render.formula.notation import Notation, load_notation
from derive.render.pens.latex import escape, relation_latex, term_latex
from derive.render.pens.text import conditions_text, sentence_text, term_text
from derive.render.words.lettered import Lettering, lettered
from derive.render.words.prose import letters, line_words, said_kinds
from derive.render.words.sentence import prose
from derive.render.words.where import stated, where
from derive.work.tables import sides_of, sum_table
from derive.work.worked import Worked


def value_text(value: Any) -> str:
    """The value: exact when that is short, and rounded."""
    if not is_number(value):
        return text(value)
    exact, rounded = str(value).replace("-", "−"), approx(value).replace("-", "−")
    if exact == rounded:
        return exact
    return f"{exact} ≈ {rounded}" if len(exact) <= 48 else f"≈ {rounded}"


def worked_text(worked: Worked, notation: Notation | None = None) -> str:
    """The worked example as text: each line's formula and reason, under it its numbers and its value."""
    d, n = worked.derivation, load_notation(notation)
    say = Lettering(d.terms, n, d.name).words
    out = [d.name, f"  {say(d.summary)}", ""]
    for i, (name, value) in enumerate(worked.model.assignments()):
        out.append(f"  {'with ' if i == 0 else '     '}  {name} = {value}")
    conditions = conditions_text(d.given, n, kinds=said_kinds(d, n))
    for i, c in enumerate(conditions):
        out.append(f"  {'given' if i == 0 else '     '}  {c}  ✓")
    for e in where(stated(d, n), n, linear=True, avoid=letters(d)):
        out.append(f"  where  {sentence_text(e)}")
    out += [f"  note   {note}" for note in worked.notes]
    out += _tables(worked, n)
    for block in worked.blocks:
        out.append("")
        if block.title:
            out.append(f"  {say(block.title)}")
        for w in block.lines:
            sign = sign_of(w.relation)
            reason = "" if w.line is None else sentence_text(prose(say(line_words(w.line).replace("$", ""))))
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
    elif any(is_number(w.value) for b in worked.blocks for w in b.lines):
        out.append("  every line has the value that it should, exactly")
    else:
        out.append("  every line holds")
    return "\n".join(out) + "\n"


def _tables(worked: Worked, n: Notation) -> Iterator[str]:
    """The sum term by term, and what each part of the claim is worth."""
    d = lettered(worked.derivation, n)
    terms, sides = sum_table(d, worked.model), sides_of(d, worked.model)
    if terms is not None:
        rows = [[term_text(h, n) for h in terms.heads], *([_short(v) for v in row] for row in terms.rows)]
        rows.append(["sum", *[""] * (len(terms.heads) - 2), _short(terms.total)])
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        yield ""
        yield from ("  " + "   ".join(map(str.rjust, row, widths)).rstrip() for row in rows)
    if sides is not None and len(sides.right) > 1:
        yield ""
        for part in (sides.left, *sides.right):
            words = f"  ({part.words})" if part.words else ""
            yield f"  {part.sign or (' ' if part is sides.left else sides.relation)} {term_text(part.term, n)}{words}: {value_text(part.value)}"


def _short(value: Any) -> str:
    return approx(value, 4).replace("-", "−")


def worked_latex(worked: Worked, notation: Notation | None = None) -> str:
    """The worked example in LaTeX (amsmath): a row for each formula, and one for its numbers and value."""
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
            if is_number(w.value):
                shown = "" if w.numbers is None else f"{term_latex(w.numbers, notation)} "
                rounded = approx(w.value)
                mark = "=" if isinstance(w.value, (int, Fraction)) and str(w.value) == rounded else "\\approx"
                rows.append(f"  &\\qquad \\Bigl[\\,{shown}{mark} {rounded}\\,\\Bigr]")
        out.append("\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}")
    return "\n".join(out) + "\n"


def _model_latex(value: str) -> str:
    plain = value.replace("*", " ")
    return plain if all(c.isalnum() or c in "()/,.+-= " for c in plain) else f"\\text{{{escape(plain)}}}"
