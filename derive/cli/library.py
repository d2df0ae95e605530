"""What 'derive show' says of a definition, a lemma or an axiom: statement, arguments, where it comes from, who uses it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from derive.kernel.definitions import Definition, definitions
from derive.kernel.sorts import FAMILY, INT, PROP, REAL, Fn, Sort
from derive.kernel.terms import Var

if TYPE_CHECKING:
    from derive.lemmas import Lemma
    from derive.render.formula.notation import Notation


def definition_named(name: str) -> Definition | None:
    """The definition of that name, of the library or of a file that is loaded."""
    import derive.language.definitions  # noqa: F401  (makes those of the library)

    return next((d for d in definitions() if d.name == name), None)


def definition_text(d: Definition, notation: Notation, plain: bool, width: int) -> str:
    """What a definition says, its arguments, and the theorems about it."""
    import textwrap

    from derive.board import catalogue
    from derive.render.pens.text import term_text
    from derive.render.words.where import equation

    out = [f"{d.name}({', '.join(p.name for p in d.params)})"]
    out += [f"  {d.doc}"] if d.doc else []
    out += ["", *_letters(d.params), f"  defined  {term_text(equation(d), notation, ascii=plain)}"]
    if d in _library():
        out.append(f"  import   from derive import {d.name}")
    about = [e for e in catalogue.theorems() if d in _mentioned(e.shows)]
    out += ["", "  theorems about it" if about else "  no theorem of the catalogue is about it"]
    longest = max((len(e.name) for e in about), default=0)
    for e in about:
        lead = f"    {e.name:{longest}}  "
        out += textwrap.wrap(e.summary, width, initial_indent=lead, subsequent_indent=" " * len(lead)) or [
            lead.rstrip()
        ]
    return "\n".join(out) + "\n"


def lemma_text(lemma: Lemma, notation: Notation, plain: bool) -> str:
    """What a lemma or an axiom says, its letters, and what it rests on."""
    from derive.board.letters import conventions
    from derive.kernel.theorem import axioms_used, proof_steps
    from derive.render.pens.text import conditions_text, term_text
    from derive.render.words.prose import unsaid_kinds

    statements = (*lemma.given, lemma.shows)
    out = [lemma.name, f"  {lemma.phrase}", ""]
    out += _letters(sorted({v for s in statements for v in s.free}, key=lambda v: v.name))
    whole = unsaid_kinds(statements, notation)
    for i, condition in enumerate(conditions_text(lemma.given, notation, ascii=plain, kinds=whole)):
        out.append(f"  {'given  ' if i == 0 else '       '}  {condition}")
    out.append(f"  claim    {term_text(lemma.shows, notation, ascii=plain)}")
    out += [f"  note     {convention}" for convention in conventions(statements)]
    if not lemma.internal:
        out.append(f"  import   from derive import {lemma.name}")
    steps = len(proof_steps(lemma.theorem))
    rests = ", ".join(sorted(axioms_used(lemma.theorem)))
    axiom = lemma.kind == "axiom"
    out += ["", "  an axiom of the kernel" if axiom else f"  a lemma: {steps} primitive steps from {rests}"]
    return "\n".join(out) + "\n"


def sort_words(sort: Sort, several: bool = False) -> str:
    """A sort in words, for one letter or several."""
    one, many = {
        INT: ("an integer", "integers"), REAL: ("a real number", "real numbers"), PROP: ("a statement", "statements"),
        FAMILY: ("a family of real numbers", "families of real numbers"),
        Fn(INT, INT): ("an integer at each position", "an integer at each position"),
        Fn(INT, FAMILY): ("a family at each position", "a family at each position"),
    }.get(sort, (f"of sort {sort}", f"of sort {sort}"))  # fmt: skip
    return many if several else one


def _letters(letters: Iterable[Var]) -> Iterator[str]:
    """The letters by their sorts, a line for each sort."""
    by_sort: dict[Sort, list[str]] = {}
    for v in letters:
        by_sort.setdefault(v.sort, []).append(v.name)
    for i, (sort, names) in enumerate(by_sort.items()):
        yield f"  {'with   ' if i == 0 else '       '}  {', '.join(names)}: {sort_words(sort, len(names) > 1)}"


def _library() -> set[Definition]:
    from derive.language.words import WORDS

    return set(WORDS)


def _mentioned(term: object) -> list[Definition]:
    from derive.kernel.terms import App, Term, subterms

    assert isinstance(term, Term)
    return [t.op for t in subterms(term) if isinstance(t, App) and isinstance(t.op, Definition)]
